//! Deleting trees on several threads, relative to directory descriptors.

use std::collections::VecDeque;
use std::ffi::CString;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, openat, unlinkat};
use rustix::io::Errno;

/// Deletes files and whole folders. What is gone already is fine; the first other error is returned
/// after everything that could be deleted was.
pub(crate) fn delete(paths: &[std::path::PathBuf], threads: usize) -> std::io::Result<()> {
    let work = Work::default();
    for path in paths {
        work.push(Task::Path(path.clone()));
    }
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(|| work.run());
        }
        work.run();
    });
    match work.state.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner).error {
        Some(error) => Err(error.into()),
        None => Ok(()),
    }
}

/// A folder whose entries are being deleted; the last of them deletes it.
struct Folder {
    parent: Option<Arc<Folder>>,
    /// The descriptor that `name` is relative to: the parent's, or none for the working directory.
    name: CString,
    fd: OwnedFd,
    waiting_for: AtomicUsize,
}

enum Task {
    Path(std::path::PathBuf),
    Entry { parent: Arc<Folder>, name: CString },
}

#[derive(Default)]
struct Work {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    tasks: VecDeque<Task>,
    running: usize,
    error: Option<Errno>,
}

impl Work {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn push(&self, task: Task) {
        self.state().tasks.push_back(task);
        self.changed.notify_one();
    }

    fn fail(&self, errno: Errno) {
        if errno != Errno::NOENT {
            self.state().error.get_or_insert(errno);
        }
    }

    fn run(&self) {
        while let Some(task) = self.next() {
            let outcome = match task {
                Task::Path(path) => self.path(&path),
                Task::Entry { parent, name } => self.entry(parent, name),
            };
            outcome.unwrap_or_else(|errno| self.fail(errno));
            let mut state = self.state();
            state.running -= 1;
            if state.running == 0 {
                self.changed.notify_all();
            }
        }
    }

    /// The newest task first, which keeps few folders open; `None` when all is done.
    fn next(&self) -> Option<Task> {
        let mut state = self.state();
        loop {
            if let Some(task) = state.tasks.pop_back() {
                state.running += 1;
                return Some(task);
            }
            if state.running == 0 {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(std::sync::PoisonError::into_inner);
        }
    }

    fn path(&self, path: &Path) -> Result<(), Errno> {
        use std::os::unix::ffi::OsStrExt;
        let name = CString::new(path.as_os_str().as_bytes()).map_err(|_| Errno::INVAL)?;
        match unlinkat(CWD, &name, AtFlags::empty()) {
            Err(Errno::ISDIR | Errno::PERM) => {
                let fd = openat(CWD, &name, folder_flags(), Mode::empty())?;
                self.folder(None, name, fd)
            }
            other => other,
        }
    }

    fn entry(&self, parent: Arc<Folder>, name: CString) -> Result<(), Errno> {
        match openat(&parent.fd, &name, folder_flags(), Mode::empty()) {
            Ok(fd) => self.folder(Some(parent), name, fd),
            Err(errno) => {
                self.finish(&parent);
                Err(errno)
            }
        }
    }

    /// Deletes the files of a folder and queues its folders.
    fn folder(&self, parent: Option<Arc<Folder>>, name: CString, fd: OwnedFd) -> Result<(), Errno> {
        let entries = Dir::read_from(&fd)?;
        let folder = Arc::new(Folder { parent, name, fd, waiting_for: AtomicUsize::new(1) });
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name();
            if matches!(name.to_bytes(), b"." | b"..") {
                continue;
            }
            let is_folder = match entry.file_type() {
                FileType::Directory => true,
                FileType::Unknown => unlinkat(&folder.fd, name, AtFlags::empty()) == Err(Errno::ISDIR),
                _ => {
                    unlinkat(&folder.fd, name, AtFlags::empty()).unwrap_or_else(|errno| self.fail(errno));
                    false
                }
            };
            if is_folder {
                folder.waiting_for.fetch_add(1, Ordering::Relaxed);
                self.push(Task::Entry { parent: Arc::clone(&folder), name: name.to_owned() });
            }
        }
        self.finish(&folder);
        Ok(())
    }

    /// One thing less to wait for; the last one deletes the folder, and so on upwards.
    fn finish(&self, folder: &Arc<Folder>) {
        let mut folder = Arc::clone(folder);
        while folder.waiting_for.fetch_sub(1, Ordering::AcqRel) == 1 {
            let deleted = match &folder.parent {
                Some(parent) => unlinkat(&parent.fd, &folder.name, AtFlags::REMOVEDIR),
                None => unlinkat(CWD, &folder.name, AtFlags::REMOVEDIR),
            };
            deleted.unwrap_or_else(|errno| self.fail(errno));
            match &folder.parent {
                Some(parent) => folder = Arc::clone(parent),
                None => return,
            }
        }
    }
}

/// A folder, never through a link.
pub(crate) fn folder_flags() -> OFlags {
    OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC
}
