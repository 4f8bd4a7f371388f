//! The store's folder: kinds of entries, atomic writes, temporary space, locks.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use rustix::fs::{AtFlags, CWD};
use rustix::time::{ClockId, clock_gettime};

use crate::archive::sha256;

/// An operation on the disk that failed.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {}: {source}", path.display())]
pub struct DiskError {
    /// What was tried, as a verb.
    pub action: &'static str,
    /// On which file or folder.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

impl DiskError {
    pub(crate) fn new(action: &'static str, path: impl Into<PathBuf>, source: impl Into<io::Error>) -> Self {
        Self { action, path: path.into(), source: source.into() }
    }

    /// Whether the disk or the quota is full.
    #[must_use]
    pub fn is_full(&self) -> bool {
        use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
        matches!(self.source.kind(), StorageFull | QuotaExceeded | FileTooLarge)
    }

    /// Whether the store may only be read.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        matches!(self.source.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
    }
}

/// The kinds of entries. Each is a folder whose name ends with the version of its format, so that programs of different
/// versions share one root; `prune` removes the folders of older formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Unpacked wheels with their manifests, by the SHA-256 of the wheel.
    Wheels,
    /// From a key (where a wheel comes from) to the SHA-256 of a wheel.
    Pointers,
    /// Tables of project pages.
    Pages,
    /// The names of all projects of an index.
    Names,
    /// METADATA of distributions.
    Metadata,
    /// Facts about interpreters.
    Interpreters,
    /// Wheels that were built from sources: the wheel files, by what they were built from and for.
    Built,
    /// Clones of repositories.
    Repositories,
    /// Environments for builds, by what is installed in them.
    BuildEnvironments,
    /// Downloads that were interrupted.
    Partial,
    /// Locks by key.
    Locks,
    /// Work in progress.
    Temporary,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 12] = [
        Self::Wheels,
        Self::Pointers,
        Self::Pages,
        Self::Names,
        Self::Metadata,
        Self::Interpreters,
        Self::Built,
        Self::Repositories,
        Self::BuildEnvironments,
        Self::Partial,
        Self::Locks,
        Self::Temporary,
    ];

    /// The folder's name below the root.
    #[must_use]
    pub fn folder(self) -> &'static str {
        match self {
            Self::Wheels => "wheels-1",
            Self::Pointers => "pointers-1",
            Self::Pages => "pages-1",
            Self::Names => "names-1",
            Self::Metadata => "metadata-1",
            Self::Interpreters => "interpreters-1",
            Self::Built => "built-1",
            Self::Repositories => "repositories-1",
            Self::BuildEnvironments => "build-environments-1",
            Self::Partial => "partial-1",
            Self::Locks => "locks-1",
            Self::Temporary => "temporary-1",
        }
    }
}

/// The cache of one user: a folder of immutable entries, shared by any number of processes.
///
/// A `Store` is cheap to clone; clones share the temporary space, which goes when the last clone is dropped.
#[derive(Debug, Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    root: PathBuf,
    work: Mutex<Option<Workspace>>,
    counter: AtomicU64,
    modes: OnceLock<Modes>,
    machine_start: OnceLock<SystemTime>,
    /// The lock that keeps entries from being removed while this process uses them.
    in_use: Mutex<InUse>,
    /// Dropped last: it removes the root.
    _temporary: Option<tempfile::TempDir>,
}

/// How this process holds the lock on the whole store.
#[derive(Debug, Default)]
enum InUse {
    #[default]
    No,
    /// The file is kept for its lock.
    Shared(#[expect(dead_code, reason = "held")] File),
    /// Without a file where there is no store.
    Alone(#[expect(dead_code, reason = "held")] Option<File>),
}

/// Modes that the process's umask leaves new files, as `pip` derives them: 0666 without the umask, and for executables
/// all three executable bits on top.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Modes {
    pub(crate) plain: u32,
    pub(crate) executable: u32,
    /// A file created with `executable` as its mode does not get it.
    pub(crate) masks_executable: bool,
}

impl Store {
    /// The store in the folder `root`. Nothing is read or made until it is needed; a root that is missing or may only be
    /// read serves what it has.
    #[must_use]
    pub fn open(root: impl Into<PathBuf>) -> Self {
        Self::with(root.into(), None)
    }

    /// A store in a new folder below `parent` that is removed when the last clone is dropped (`--no-cache`).
    ///
    /// # Errors
    /// That the folder cannot be made.
    pub fn temporary(parent: &Path) -> Result<Self, DiskError> {
        let folder = tempfile::Builder::new().prefix("tilsit-").tempdir_in(parent);
        let folder = folder.map_err(|error| DiskError::new("make a folder in", parent, error))?;
        Ok(Self::with(folder.path().to_owned(), Some(folder)))
    }

    fn with(root: PathBuf, temporary: Option<tempfile::TempDir>) -> Self {
        let shared = Shared {
            root,
            work: Mutex::new(None),
            counter: AtomicU64::new(0),
            modes: OnceLock::new(),
            machine_start: OnceLock::new(),
            in_use: Mutex::new(InUse::default()),
            _temporary: temporary,
        };
        Self { shared: Arc::new(shared) }
    }

    /// The folder that was handed in.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.shared.root
    }

    /// Whether the store is removed at the end ([`Store::temporary`]).
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        self.shared._temporary.is_some()
    }

    pub(crate) fn folder(&self, kind: Kind) -> PathBuf {
        self.shared.root.join(kind.folder())
    }

    pub(crate) fn entry(&self, kind: Kind, name: &str) -> PathBuf {
        let mut path = PathBuf::with_capacity(self.shared.root.as_os_str().len() + 96);
        path.push(&self.shared.root);
        path.push(kind.folder());
        path.push(name);
        path
    }

    /// A fresh path in this process's temporary space, whose folder exists.
    pub(crate) fn temporary_path(&self) -> Result<PathBuf, DiskError> {
        let mut work = self.shared.work.lock().unwrap_or_else(PoisonError::into_inner);
        if work.is_none() {
            self.make_root()?;
            let parent = self.folder(Kind::Temporary);
            make_folder(&parent)?;
            sweep(&parent);
            *work = Some(Workspace::claim(&parent)?);
        }
        let number = self.shared.counter.fetch_add(1, Ordering::Relaxed);
        let folder = work.as_ref().map(|work| work.folder.clone()).unwrap_or_default();
        Ok(folder.join(number.to_string()))
    }

    fn make_root(&self) -> Result<(), DiskError> {
        make_folder(&self.shared.root)?;
        let tag = self.shared.root.join("CACHEDIR.TAG");
        match File::create_new(&tag) {
            Ok(mut file) => file.write_all(CACHEDIR_TAG).map_err(|error| DiskError::new("write", tag, error)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(DiskError::new("write", tag, error)),
        }
    }

    /// Puts `bytes` under a final name by a temporary file and a rename: readers see the old or the new content.
    pub(crate) fn write_entry(&self, kind: Kind, name: &str, bytes: &[u8]) -> Result<PathBuf, DiskError> {
        let temporary = self.temporary_path()?;
        let written = fs::write(&temporary, bytes);
        if let Err(error) = written {
            let _ = fs::remove_file(&temporary);
            return Err(DiskError::new("write", temporary, error));
        }
        let target = self.entry(kind, name);
        self.rename_into(kind, &temporary, &target)?;
        Ok(target)
    }

    /// Renames, making the kind's folder where it is missing.
    pub(crate) fn rename_into(&self, kind: Kind, from: &Path, to: &Path) -> Result<(), DiskError> {
        let renamed = match fs::rename(from, to) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                make_folder(&self.folder(kind))?;
                fs::rename(from, to)
            }
            renamed => renamed,
        };
        renamed.map_err(|error| DiskError::new("rename to", to, error))
    }

    /// The modes of this process; `folder` was made by it with all permissions asked for.
    pub(crate) fn modes(&self, folder: &Path) -> Modes {
        *self.shared.modes.get_or_init(|| {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(folder).map_or(0o755, |data| data.permissions().mode());
            let umask = 0o777 & !mode;
            let plain = 0o666 & !umask;
            Modes { plain, executable: plain | 0o111, masks_executable: umask & 0o111 != 0 }
        })
    }

    /// When the machine was started.
    pub(crate) fn machine_start(&self, now: SystemTime) -> SystemTime {
        *self.shared.machine_start.get_or_init(|| {
            let up = clock_gettime(ClockId::Boottime);
            let up = Duration::from_secs(up.tv_sec.unsigned_abs());
            now.checked_sub(up).unwrap_or(SystemTime::UNIX_EPOCH)
        })
    }

    /// Shares the lock on the whole store until the last clone is dropped: what was handed out is not removed meanwhile.
    /// A store that may not be written to, or is not there yet, goes without.
    pub(crate) fn share(&self) {
        let mut in_use = self.shared.in_use.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*in_use, InUse::No) {
            let path = self.shared.root.join(IN_USE);
            let file = open_lock(&path).or_else(|_| File::open(&path));
            *in_use = file.ok().filter(|file| file.lock_shared().is_ok()).map_or(InUse::No, InUse::Shared);
        }
    }

    /// Takes the lock on the whole store alone; this process's own share is given up. False: somebody else has it.
    pub(crate) fn take_alone(&self, take: impl Fn(&File) -> io::Result<bool>) -> Result<bool, DiskError> {
        let mut in_use = self.shared.in_use.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*in_use, InUse::Alone(_)) {
            return Ok(false);
        }
        *in_use = InUse::No;
        let path = self.shared.root.join(IN_USE);
        let file = match open_lock(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                *in_use = InUse::Alone(None);
                return Ok(true);
            }
            Err(error) => return Err(DiskError::new("open", path, error)),
        };
        let taken = take(&file).map_err(|error| DiskError::new("lock", path, error))?;
        if taken {
            *in_use = InUse::Alone(Some(file));
        }
        Ok(taken)
    }

    pub(crate) fn give_back(&self) {
        *self.shared.in_use.lock().unwrap_or_else(PoisonError::into_inner) = InUse::No;
    }

    /// Waits until no other process or thread holds the lock `key`, and takes it.
    ///
    /// # Errors
    /// That the lock file cannot be made; the store may be read-only.
    pub fn lock(&self, key: &str) -> Result<Lock, DiskError> {
        self.lock_with(key, |file| file.lock().map(|()| true))
            .map(|lock| lock.unwrap_or(Lock { _file: None }))
    }

    /// Takes the lock `key`, or `None` where somebody holds it.
    ///
    /// # Errors
    /// As [`Store::lock`].
    pub fn try_lock(&self, key: &str) -> Result<Option<Lock>, DiskError> {
        self.lock_with(key, |file| match file.try_lock() {
            Ok(()) => Ok(true),
            Err(fs::TryLockError::WouldBlock) => Ok(false),
            Err(fs::TryLockError::Error(error)) => Err(error),
        })
    }

    fn lock_with(
        &self,
        key: &str,
        take: impl Fn(&File) -> io::Result<bool>,
    ) -> Result<Option<Lock>, DiskError> {
        let path = self.entry(Kind::Locks, &key_name(key));
        loop {
            let opened = match open_lock(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    make_folder(&self.folder(Kind::Locks))?;
                    open_lock(&path)
                }
                opened => opened,
            };
            let file = opened.map_err(|error| DiskError::new("open", &path, error))?;
            if !take(&file).map_err(|error| DiskError::new("lock", &path, error))? {
                return Ok(None);
            }
            // `prune` may have removed the file between opening and locking it.
            if is_file_at(&file, &path) {
                return Ok(Some(Lock { _file: Some(file) }));
            }
        }
    }
}

const CACHEDIR_TAG: &[u8] =
    b"Signature: 8a477f597d28d172789f06886806bc55\n# This is a cache of Tilsit; it may be deleted at any time.\n";

/// A lock by key; given back when dropped, also by the death of the process.
#[derive(Debug)]
pub struct Lock {
    _file: Option<File>,
}

/// The file name of a key.
pub(crate) fn key_name(key: &str) -> String {
    sha256(key.as_bytes()).hex().to_owned()
}

pub(crate) fn make_folder(path: &Path) -> Result<(), DiskError> {
    fs::create_dir_all(path).map_err(|error| DiskError::new("make the folder", path, error))
}

fn open_lock(path: &Path) -> io::Result<File> {
    File::options().read(true).write(true).create(true).truncate(false).open(path)
}

/// Whether `path` still names the open `file`.
fn is_file_at(file: &File, path: &Path) -> bool {
    let (Ok(open), Ok(named)) = (rustix::fs::fstat(file), rustix::fs::statat(CWD, path, AtFlags::empty()))
    else {
        return false;
    };
    (open.st_dev, open.st_ino) == (named.st_dev, named.st_ino)
}

/// This process's part of the temporary space: a folder, and a locked file beside it that says that it is in use.
#[derive(Debug)]
struct Workspace {
    folder: PathBuf,
    lock_path: PathBuf,
    _lock: File,
}

impl Workspace {
    fn claim(parent: &Path) -> Result<Self, DiskError> {
        let failed = |error| DiskError::new("make a temporary folder in", parent, error);
        loop {
            let file = tempfile::Builder::new()
                .prefix("")
                .suffix(LOCK_SUFFIX)
                .tempfile_in(parent)
                .map_err(failed)?;
            let (lock, lock_path) = file.keep().map_err(|error| failed(error.error))?;
            lock.lock().map_err(failed)?;
            // Another process may have swept the file away before it was locked.
            if is_file_at(&lock, &lock_path) {
                let folder = lock_path.with_extension("");
                fs::create_dir(&folder).map_err(failed)?;
                return Ok(Self { folder, lock_path, _lock: lock });
            }
        }
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
        let _ = fs::remove_file(&self.lock_path);
    }
}

/// The lock file of the whole store.
const IN_USE: &str = "in-use.lock";
const LOCK_SUFFIX: &str = ".lock";

/// Removes temporary folders whose owner is gone; their number.
pub(crate) fn sweep(parent: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(parent) else { return 0 };
    let mut removed = 0;
    for entry in entries.flatten() {
        let lock_path = entry.path();
        if lock_path.extension().is_none_or(|extension| extension != "lock") {
            continue;
        }
        let Ok(lock) = File::open(&lock_path) else { continue };
        if lock.try_lock().is_ok() && is_file_at(&lock, &lock_path) {
            // The folder first: without it the lock file is removed by the next sweep.
            let folder = lock_path.with_extension("");
            let gone = match fs::remove_dir_all(&folder) {
                Ok(()) => true,
                Err(error) => error.kind() == io::ErrorKind::NotFound,
            };
            if gone && fs::remove_file(&lock_path).is_ok() {
                removed += 1;
            }
        }
    }
    removed
}
