//! `pip download`

use super::{Ended, Session};
use crate::cli::pip as flags;
use crate::ops::download::{Saved, download, file_of};

impl Session<'_> {
    pub(super) fn download(&self) -> Ended {
        let folder = self.process.absolute(self.parsed.text(&flags::DEST).unwrap_or("."));
        let folder: std::path::PathBuf = folder.components().collect();
        let into = folder.clone();
        let finish = move |searched: super::searched::Searched<'_, '_>, hands: &mut super::Hands<'_>| {
            let (found, order) = (&searched.found, &searched.order);
            let files = order.iter().filter_map(|name| Some((name.clone(), file_of(found, name)?))).collect();
            let mut saved = download(files, &into, hands.client)?;
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
