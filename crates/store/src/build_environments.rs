//! Environments that builds run in, kept for the next build that needs the same packages.
//!
//! ```text
//! build-environments-1/<name of the key>/            the environment
//! build-environments-1/<name of the key>/.complete   made last: the whole key
//! ```
//! Programs in an environment name its place, so it is made where it stays, under a lock.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::disk::{DiskError, Kind, Store, key_name, make_folder};

const COMPLETE: &str = ".complete";

/// Programs of an environment have its path in their first line, which the kernel cuts: 128 bits of the key are enough.
const NAME_LENGTH: usize = 32;

impl Store {
    /// The environment of `key`; where there is none, `make` fills the empty folder that it is handed, and what it
    /// returned an error for does not stay.
    ///
    /// # Errors
    /// Those of `make`, and that the folder or its lock cannot be made.
    pub fn build_environment<E: From<DiskError>>(
        &self,
        key: &str,
        make: impl FnOnce(&Path) -> Result<(), E>,
    ) -> Result<PathBuf, E> {
        let folder = self.entry(Kind::BuildEnvironments, &key_name(key)[..NAME_LENGTH]);
        self.share();
        if is_complete(&folder, key) {
            return Ok(folder);
        }
        make_folder(self.root())?;
        self.share(); // now that there is something to share
        let _lock = self.lock(&format!("build environment {key}"))?;
        if is_complete(&folder, key) {
            return Ok(folder);
        }
        if folder.exists() {
            self.discard(&folder)?;
        }
        make_folder(&folder)?;
        let made = make(&folder).and_then(|()| {
            let path = folder.join(COMPLETE);
            fs::write(&path, key).map_err(|error| DiskError::new("write", path, error).into())
        });
        if made.is_err() {
            self.discard(&folder)?;
        }
        made.map(|()| folder)
    }
}

/// Whether the environment was finished; if so, its use is noted.
fn is_complete(folder: &Path, key: &str) -> bool {
    let path = folder.join(COMPLETE);
    let complete = fs::read(&path).is_ok_and(|found| found == key.as_bytes());
    if complete && let Ok(file) = fs::File::options().append(true).open(&path) {
        let _ = file.set_modified(SystemTime::now());
    }
    complete
}

/// The file whose time says when the environment was used last.
pub(crate) fn used(folder: &Path) -> PathBuf {
    folder.join(COMPLETE)
}
