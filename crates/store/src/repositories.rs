//! Clones of repositories, one for each address, changed by one process at a time.

use std::fs::{self, File, FileTimes};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::disk::{DiskError, Kind, Lock, Store, key_name, make_folder};
use crate::sources::Scratch;

/// The place of a repository's clone, held alone until dropped.
#[derive(Debug)]
pub struct Repository {
    path: PathBuf,
    _lock: Lock,
}

impl Store {
    /// The place for the clone of the repository `key` (its address); others wait until it is dropped.
    ///
    /// # Errors
    /// That the store cannot be written to.
    pub fn repository(&self, key: &str) -> Result<Repository, DiskError> {
        make_folder(&self.folder(Kind::Repositories))?;
        self.share();
        let lock = self.lock(&format!("repository {key}"))?;
        Ok(Repository { path: self.entry(Kind::Repositories, &key_name(key)), _lock: lock })
    }
}

impl Repository {
    /// Where the clone is, if there is one.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether there is a clone. Notes that it is used.
    #[must_use]
    pub fn exists(&self) -> bool {
        let now = FileTimes::new().set_modified(SystemTime::now());
        File::open(&self.path).is_ok_and(|folder| {
            let _ = folder.set_times(now);
            true
        })
    }

    /// Moves a finished clone into place.
    ///
    /// # Errors
    /// That it cannot be renamed.
    pub fn adopt(&self, clone: &Scratch) -> Result<(), DiskError> {
        let failed = |error| DiskError::new("rename to", &self.path, error);
        fs::rename(clone.path(), &self.path).map_err(failed)
    }

    /// Removes a clone that is of no use (damaged).
    ///
    /// # Errors
    /// That it cannot be removed.
    pub fn discard(&self) -> Result<(), DiskError> {
        match fs::remove_dir_all(&self.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(DiskError::new("remove", &self.path, error))
            }
            _ => Ok(()),
        }
    }
}
