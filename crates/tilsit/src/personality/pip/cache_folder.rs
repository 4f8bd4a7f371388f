//! Where the cache lies, and whether it is used.

use std::path::{Path, PathBuf};

use store::Store;

use super::errors::Failure;
use crate::cli::{Parsed, pip as flags};
use crate::output::{Level, Terminal};
use crate::settings::{Origin, Process, is_writable};

/// Where facts about interpreters are kept: our store, not pip's cache.
pub fn cache_dir(process: &Process) -> PathBuf {
    let named = process.filled("TILSIT_CACHE_DIR").map(|folder| process.absolute(folder));
    named.unwrap_or_else(|| process.usual_cache())
}

/// `--cache-dir`, else where facts are kept, unless only pip's configuration names a folder.
fn store_dir(process: &Process, parsed: &Parsed) -> PathBuf {
    let named = parsed.value(&flags::CACHE_DIR);
    let is_typed = |origin: &Origin| matches!(origin, Origin::Flag { .. });
    match named {
        Some(named) if is_typed(&named.origin) || process.filled("TILSIT_CACHE_DIR").is_none() => {
            process.absolute(named.value)
        }
        _ => cache_dir(process),
    }
}

/// `--no-cache-dir`, and a folder without a name.
pub fn is_cache_off(parsed: &Parsed) -> bool {
    parsed.text(&flags::CACHE_DIR) == Some("")
        || parsed.switch(&flags::NO_CACHE_DIR).is_some_and(|switch| !switch.value)
}

/// The store a command works with: a passing one without a cache.
///
/// pip: a cache folder of another user's is not used, with a warning.
pub fn open_store(process: &Process, parsed: &Parsed, terminal: &Terminal) -> Result<Store, Failure> {
    let passing =
        || Store::temporary(&process.temporary()).map_err(|error| Failure::error(error.to_string()));
    if is_cache_off(parsed) {
        return passing();
    }
    let folder = store_dir(process, parsed);
    if is_own(&folder) {
        return Ok(Store::open(folder));
    }
    terminal.say(
        Level::Warning,
        &format!(
            "WARNING: The directory '{}' or its parent directory is not owned or is not writable by the current user. The cache has been disabled. Check the permissions and owner of that directory. If executing pip with sudo, you should use sudo's -H flag.",
            folder.display()
        ),
    );
    passing()
}

/// Whether a path's folder can be written to or made; for root, also whether the first that exists is root's.
fn is_own(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let of_root = || {
        let first = path.ancestors().find_map(|one| one.symlink_metadata().ok());
        first.is_some_and(|first| first.uid() == 0)
    };
    is_writable(path) && (!rustix::process::geteuid().is_root() || of_root())
}
