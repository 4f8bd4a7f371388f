//! Deleting trees on several threads, relative to directory descriptors.

use std::collections::VecDeque;
use std::ffi::CString;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use rustix::fs::{AtFlags, CWD, FileType, Mode, openat, unlinkat};
use rustix::io::Errno;
use store::on_threads;

use crate::folder::{entries, folder_flags};

/// Deletes files and whole folders. What is gone already is fine; the first other error is returned
/// after everything that could be deleted was.
pub(crate) fn delete(paths: &[std::path::PathBuf], threads: usize) -> std::io::Result<()> {
    let threads = threads.max(1);
    let mut tasks: Vec<VecDeque<Task>> = (0..threads).map(|_| VecDeque::new()).collect();
    for (number, path) in paths.iter().enumerate() {
        tasks[number % threads].push_back(Task::Path(path.clone()));
    }
    let work = Work { state: Mutex::new(State { tasks, running: 0, error: None }), changed: Condvar::new() };
    on_threads(threads, |me| work.run(me));
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

struct Work {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    /// One for each thread. A thread takes its own newest task, so that it works inside one tree and few folders are
    /// open; without any, another's oldest. Two threads in one folder would wait for each other in the kernel.
    tasks: Vec<VecDeque<Task>>,
    running: usize,
    error: Option<Errno>,
}

impl State {
    fn take(&mut self, me: usize) -> Option<Task> {
        let own = self.tasks[me].pop_back();
        own.or_else(|| self.tasks.iter_mut().find_map(VecDeque::pop_front))
    }
}

impl Work {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn push(&self, me: usize, tasks: Vec<Task>) {
        if !tasks.is_empty() {
            self.state().tasks[me].extend(tasks);
            self.changed.notify_all();
        }
    }

    fn fail(&self, errno: Errno) {
        if errno != Errno::NOENT {
            self.state().error.get_or_insert(errno);
        }
    }

    fn run(&self, me: usize) {
        while let Some(task) = self.next(me) {
            let outcome = match task {
                Task::Path(path) => self.path(me, &path),
                Task::Entry { parent, name } => self.entry(me, parent, name),
            };
            outcome.unwrap_or_else(|errno| self.fail(errno));
            let mut state = self.state();
            state.running -= 1;
            if state.running == 0 {
                self.changed.notify_all();
            }
        }
    }

    /// `None` when all is done.
    fn next(&self, me: usize) -> Option<Task> {
        let mut state = self.state();
        loop {
            if let Some(task) = state.take(me) {
                state.running += 1;
                return Some(task);
            }
            if state.running == 0 {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(std::sync::PoisonError::into_inner);
        }
    }

    fn path(&self, me: usize, path: &Path) -> Result<(), Errno> {
        use std::os::unix::ffi::OsStrExt;
        let name = CString::new(path.as_os_str().as_bytes()).map_err(|_| Errno::INVAL)?;
        match unlinkat(CWD, &name, AtFlags::empty()) {
            Err(Errno::ISDIR | Errno::PERM) => {
                let fd = openat(CWD, &name, folder_flags(), Mode::empty())?;
                self.folder(me, None, name, fd)
            }
            other => other,
        }
    }

    fn entry(&self, me: usize, parent: Arc<Folder>, name: CString) -> Result<(), Errno> {
        match openat(&parent.fd, &name, folder_flags(), Mode::empty()) {
            Ok(fd) => self.folder(me, Some(parent), name, fd),
            Err(errno) => {
                self.finish(&parent);
                Err(errno)
            }
        }
    }

    /// Deletes the files of a folder and queues its folders.
    fn folder(
        &self,
        me: usize,
        parent: Option<Arc<Folder>>,
        name: CString,
        fd: OwnedFd,
    ) -> Result<(), Errno> {
        let listed = entries(&fd);
        let folder = Arc::new(Folder { parent, name, fd, waiting_for: AtomicUsize::new(1) });
        let mut below = Vec::new();
        for (name, kind) in listed? {
            let is_folder = match kind {
                FileType::Directory => true,
                FileType::Unknown => unlinkat(&folder.fd, &name, AtFlags::empty()) == Err(Errno::ISDIR),
                _ => {
                    unlinkat(&folder.fd, &name, AtFlags::empty()).unwrap_or_else(|errno| self.fail(errno));
                    false
                }
            };
            if is_folder {
                below.push(Task::Entry { parent: Arc::clone(&folder), name });
            }
        }
        folder.waiting_for.fetch_add(below.len(), Ordering::Relaxed);
        self.push(me, below);
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
