//! One writer at a time: a lock on a file of the state folder. The system drops it with the process.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

/// Held by the process that changes an environment.
#[derive(Debug)]
pub(crate) struct EnvironmentLock {
    _file: File,
}

/// How long to wait for another process that changes the same environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// Until it is done.
    Forever,
    /// Not at all.
    No,
}

impl EnvironmentLock {
    /// Takes the lock; `None` when another process has it and there shall be no waiting.
    pub(crate) fn take(state: &Path, wait: Wait) -> std::io::Result<Option<EnvironmentLock>> {
        let file = open(&state.join("lock"))?;
        match wait {
            Wait::Forever => file.lock()?,
            Wait::No => match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => return Err(error),
            },
        }
        Ok(Some(EnvironmentLock { _file: file }))
    }
}

fn open(path: &PathBuf) -> std::io::Result<File> {
    File::options().create(true).truncate(false).read(true).write(true).open(path)
}
