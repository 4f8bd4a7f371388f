//! Scratch folders: where new files are staged and old ones are kept until a change is over.
//!
//! Renames do not cross file systems, so each file system that a change touches has its own.

use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Names of scratch folders begin so.
const PREFIX: &str = ".tilsit-scratch-";

/// The scratch folders of one change.
#[derive(Debug)]
pub(crate) struct Areas {
    home: PathBuf,
    areas: Vec<Area>,
    next: AtomicU64,
}

#[derive(Debug)]
struct Area {
    device: u64,
    folder: PathBuf,
}

impl Areas {
    /// `home` is the folder that holds them where the file system allows.
    pub(crate) fn new(home: &Path) -> Areas {
        Areas { home: home.to_owned(), areas: Vec::new(), next: AtomicU64::new(0) }
    }

    /// The scratch folder on the file system of `path`, made when first needed.
    pub(crate) fn of(&mut self, path: &Path) -> std::io::Result<PathBuf> {
        let (ancestor, device) = standing_ancestor(path)?;
        if let Some(area) = self.areas.iter().find(|area| area.device == device) {
            return Ok(area.folder.clone());
        }
        let (_, home_device) = standing_ancestor(&self.home)?;
        let parent = if home_device == device { self.home.clone() } else { ancestor };
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(&parent)?.keep();
        self.areas.push(Area { device, folder: folder.clone() });
        Ok(folder)
    }

    /// A name not used before in the scratch folder for `path`.
    pub(crate) fn fresh(&mut self, path: &Path) -> std::io::Result<PathBuf> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        Ok(self.of(path)?.join(number.to_string()))
    }

    /// All of them.
    pub(crate) fn folders(&self) -> Vec<PathBuf> {
        self.areas.iter().map(|area| area.folder.clone()).collect()
    }
}

/// Whether a path is named as a scratch folder.
pub(crate) fn is_scratch(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(PREFIX.as_bytes()))
}

/// Scratch folders that a killed process left in `folders`.
pub(crate) fn leftovers<'a>(folders: impl IntoIterator<Item = &'a Path>) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in folders.into_iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flatten().flatten() {
        found.extend(Some(entry.path()).filter(|path| is_scratch(path)));
    }
    found
}

/// The nearest folder above (or at) `path` that exists, and its file system.
fn standing_ancestor(path: &Path) -> std::io::Result<(PathBuf, u64)> {
    for ancestor in path.ancestors() {
        match std::fs::metadata(ancestor) {
            Ok(meta) if meta.is_dir() => return Ok((ancestor.to_owned(), meta.dev())),
            Err(error) if !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Err(error);
            }
            _ => {}
        }
    }
    Err(ErrorKind::NotFound.into())
}
