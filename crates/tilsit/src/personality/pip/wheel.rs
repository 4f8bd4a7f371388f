//! `pip wheel`

use std::path::{Path, PathBuf};

use packaging::distribution::Distribution;

use super::searched::Searched;
use super::{Ended, Hands, Session, unbuilt};
use crate::cli::pip as flags;
use crate::ops::download::{copy, download, file_of};
use crate::ops::obtain::{self, ObtainError};

impl Session<'_> {
    pub(super) fn wheel(&self) -> Ended {
        let folder = self.process.absolute(self.parsed.text(&flags::WHEEL_DIR).unwrap_or("."));
        let folder: PathBuf = folder.components().collect();
        let into = folder.clone();
        let finish =
            move |searched: Searched<'_, '_>, hands: &mut Hands<'_>| self.gather(searched, &into, hands);
        self.searched(Some(folder), Box::new(finish))
    }

    /// Wheels are fetched, sources are built; those that were built before lie about already.
    fn gather(&self, searched: Searched<'_, '_>, folder: &Path, hands: &mut Hands<'_>) -> Ended {
        let Searched { found, selection, preparer, order, .. } = searched;
        let mut sources = obtain::sources(&found.plan, selection, preparer, hands)?;
        let wish = |place: usize| found.plan.install.get(place).map(|(wish, _)| &wish.name);
        sources.sort_by_key(|one| order.iter().position(|name| wish(one.place) == Some(name)));
        let is_source = |name| sources.iter().any(|one| wish(one.place) == Some(name));
        let files = order.iter().filter(|name| !is_source(*name));
        let files = files.filter_map(|name| match file_of(&found, name)? {
            wheel @ Distribution::Wheel(_) => Some((name.clone(), wheel)),
            Distribution::Source(_) => None,
        });
        let mut saved = download(files.collect(), folder, hands.client)?;
        let (kept, missing): (Vec<_>, Vec<_>) = sources
            .into_iter()
            .partition(|one| preparer.get(&one.url).is_some_and(|one| one.wheel_file().is_some()));
        for one in &kept {
            let file = preparer.get(&one.url).and_then(|one| one.wheel_file());
            if let (Some(name), Some(file)) = (wish(one.place), file) {
                saved.push(copy(name.clone(), file, folder)?);
            }
        }
        saved.sort_by_key(|one| order.iter().position(|name| *name == one.name));
        self.tell_saved(&saved);
        let (built, failure) = match obtain::build(missing, preparer, hands) {
            Ok(built) => (built.into_iter().map(|(source, _, file)| (source, file)).collect(), None),
            Err(ObtainError::Unbuilt { names, built, .. }) => (built, Some(unbuilt::verdict(&names, false))),
            Err(error) => return Err(error.into()),
        };
        for (source, file) in built {
            if let Some(name) = wish(source.place) {
                copy(name.clone(), &file, folder)?;
            }
        }
        failure.map_or(Ok(0), Err)
    }
}
