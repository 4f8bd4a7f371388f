//! `pip download`

use std::path::{Path, PathBuf};

use index::vcs::VcsUrl;
use packaging::PackageName;
use packaging::resolution::PackageSource;

use super::errors::Failure;
use super::searched::Searched;
use super::{Ended, Hands, Session};
use crate::cli::pip as flags;
use crate::ops::download::{Saved, copy, download, file_of, save};

impl Session<'_> {
    pub(super) fn download(&self) -> Ended {
        let folder = self.process.absolute(self.parsed.text(&flags::DEST).unwrap_or("."));
        let folder: PathBuf = folder.components().collect();
        let into = folder.clone();
        let finish = move |searched: Searched<'_, '_>, hands: &mut Hands<'_>| {
            let found = &searched.found;
            let comes = |name: &&packaging::PackageName| {
                found.plan.install.iter().any(|(wish, _)| wish.name == **name)
            };
            let order: Vec<_> = searched.order.iter().filter(comes).cloned().collect();
            let files = order.iter().filter_map(|name| Some((name.clone(), file_of(found, name)?))).collect();
            let mut saved = download(files, &into, hands.client)?;
            for name in &order {
                saved.extend(from_repository(&searched, name, &into)?);
            }
            saved.sort_by_key(|one| order.iter().position(|name| *name == one.name));
            self.tell_saved(&saved);
            if !order.is_empty() {
                let all: Vec<String> = order.iter().map(|name| searched.raw(name)).collect();
                self.info(&format!("Successfully downloaded {}", all.join(" ")));
            }
            Ok(0)
        };
        self.searched(Some(folder), Box::new(finish))
    }

    pub(super) fn tell_saved(&self, saved: &[Saved]) {
        for one in saved.iter().filter(|one| !one.was_there) {
            self.info(&format!("Saved {}", self.shown(&one.path)));
        }
    }
}

/// What is saved of a repository: a zip of its files, or the wheel of a commit that was built before.
fn from_repository(
    searched: &Searched<'_, '_>,
    name: &PackageName,
    folder: &Path,
) -> Result<Option<Saved>, Failure> {
    let url = searched.found.resolution.get(name).find_map(|package| match &package.source {
        PackageSource::Url(url) if VcsUrl::is_one(url) => Some(url),
        _ => None,
    });
    let Some(url) = url else { return Ok(None) };
    let packed = searched.preparer.packed(url);
    let packed = packed.map_err(|error| Failure::system(&error, &index::redacted_text(url)))?;
    if let Some((filename, bytes)) = packed {
        return Ok(Some(save(name.clone(), &folder.join(filename), &bytes)?));
    }
    let wheel = searched.preparer.get(url).and_then(|prepared| prepared.wheel_file());
    Ok(wheel.map(|wheel| copy(name.clone(), wheel, folder)).transpose()?)
}
