//! Source archives unpacked for a build, in this process's temporary space; gone when they are dropped.

use std::collections::BTreeSet;
use std::fs::{self, File, FileTimes};
use std::io::{self, Write as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use crate::archive::zip::Limits;
use crate::archive::{ArchiveFormat, EntryKind, SafePath, SourceEntry, SourceError, for_each_entry};
use crate::disk::{DiskError, Store};

/// An empty folder of this process's temporary space, removed with all that is in it when dropped.
#[derive(Debug)]
pub struct Scratch {
    folder: PathBuf,
    /// Keeps the temporary space.
    _store: Store,
}

impl Scratch {
    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Checkouts and builds leave folders that may not be written: what stays is swept later.
        if fs::remove_dir_all(&self.folder).is_err() {
            make_writable(&self.folder);
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

fn make_writable(folder: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let mut left = vec![folder.to_owned()];
    while let Some(folder) = left.pop() {
        let _ = fs::set_permissions(&folder, fs::Permissions::from_mode(0o700));
        let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
        left.extend(
            entries
                .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
                .map(|entry| entry.path()),
        );
    }
}

/// A source archive, unpacked.
#[derive(Debug)]
pub struct SourceTree {
    scratch: Scratch,
    root: PathBuf,
}

impl SourceTree {
    /// The project's folder: the archive's one top folder where everything is in one, else all that was unpacked (`pip`).
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A folder beside the project, for what is made from it; it goes with the tree.
    #[must_use]
    pub fn beside(&self) -> &Path {
        self.scratch.path()
    }
}

/// Why an archive was not unpacked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UnpackError {
    /// The name has no ending of an archive, and the content is none that is known.
    #[error("it is no archive of a known format")]
    UnknownFormat,
    /// The archive is refused.
    #[error(transparent)]
    Archive(#[from] SourceError),
    /// The user asked to stop.
    #[error("interrupted")]
    Interrupted,
    /// The disk.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

impl Store {
    /// A new empty folder in this process's temporary space.
    ///
    /// # Errors
    /// That it cannot be made.
    pub fn scratch(&self) -> Result<Scratch, DiskError> {
        let folder = self.temporary_path()?;
        fs::create_dir(&folder).map_err(|error| DiskError::new("make the folder", &folder, error))?;
        Ok(Scratch { folder, _store: self.clone() })
    }

    /// Unpacks a source archive: entries as [`for_each_entry`] lets them pass (PEP 706), modes without what data needs
    /// not, times as the archive says (`pip`: wheels that setuptools makes carry them).
    ///
    /// # Errors
    /// [`UnpackError`], also as soon as `stop` is true; nothing stays on the disk then.
    pub fn unpack_source(
        &self,
        filename: &str,
        bytes: &[u8],
        stop: &AtomicBool,
    ) -> Result<SourceTree, UnpackError> {
        let scratch = self.scratch()?;
        let tree = scratch.path().join("source");
        self.unpack_source_into((filename, bytes), &tree, stop)?;
        let root = only_folder(&tree)?.unwrap_or(tree);
        Ok(SourceTree { scratch, root })
    }

    /// As [`Store::unpack_source`], into `folder`, which is made where it is missing and stays. Gives what the archive has
    /// at its top.
    ///
    /// # Errors
    /// [`UnpackError`]; what was unpacked by then stays.
    pub fn unpack_source_into(
        &self,
        (filename, bytes): (&str, &[u8]),
        folder: &Path,
        stop: &AtomicBool,
    ) -> Result<BTreeSet<String>, UnpackError> {
        let format = format_of(filename, bytes).ok_or(UnpackError::UnknownFormat)?;
        fs::create_dir_all(folder).map_err(|error| DiskError::new("make the folder", folder, error))?;
        let mut unpacking = Unpacking { tree: folder, executable: self.modes(folder).executable };
        let mut tops = BTreeSet::new();
        let mut failed = None;
        for_each_entry(format, bytes, &Limits::default(), &mut |entry| {
            let top = entry.path.as_str().split('/').next().unwrap_or_default();
            if !tops.contains(top) {
                tops.insert(top.to_owned());
            }
            let name = entry.path.to_string();
            let placed = unpacking.place(entry).or_else(|error| {
                failed = of_disk(&name, error)?;
                Ok::<_, SourceError>(())
            });
            let is_over = failed.is_some() || stop.load(Ordering::Relaxed);
            placed.map(|()| if is_over { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        match failed {
            None if stop.load(Ordering::Relaxed) => Err(UnpackError::Interrupted),
            Some((name, error)) => Err(DiskError::new("write", folder.join(name), error).into()),
            None => Ok(tops),
        }
    }
}

/// What the disk is at fault for; the error says what the archive is.
fn of_disk(name: &str, error: io::Error) -> Result<Option<(String, io::Error)>, SourceError> {
    use io::ErrorKind::{
        AlreadyExists, DirectoryNotEmpty, InvalidFilename, IsADirectory, NotADirectory, NotFound,
        PermissionDenied,
    };
    if error.raw_os_error().is_none() {
        return Err(error.into()); // its content cannot be read
    }
    match error.kind() {
        // a hard link to a folder is not permitted
        AlreadyExists | DirectoryNotEmpty | InvalidFilename | IsADirectory | NotADirectory | NotFound
        | PermissionDenied => Err(SourceError::Impossible { name: name.to_owned(), source: error }),
        _ => Ok(Some((name.to_owned(), error))),
    }
}

/// As `pip` finds it: a zip by its content too, else by the name's ending.
fn format_of(filename: &str, bytes: &[u8]) -> Option<ArchiveFormat> {
    match bytes {
        [b'P', b'K', 3, 4, ..] => Some(ArchiveFormat::Zip),
        _ => ArchiveFormat::of_filename(filename),
    }
}

/// The folder that everything is in.
fn only_folder(tree: &Path) -> Result<Option<PathBuf>, DiskError> {
    let failed = |error| DiskError::new("read", tree, error);
    let mut entries = fs::read_dir(tree).map_err(failed)?;
    let (Some(first), None) = (entries.next(), entries.next()) else { return Ok(None) };
    let first = first.map_err(failed)?;
    let is_folder = first.file_type().map_err(failed)?.is_dir();
    Ok(is_folder.then(|| first.path()))
}

struct Unpacking<'a> {
    tree: &'a Path,
    executable: u32,
}

impl Unpacking<'_> {
    fn place(&mut self, entry: SourceEntry<'_>) -> io::Result<()> {
        let target = self.at(&entry.path);
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent)?;
        }
        match &entry.kind {
            EntryKind::Directory => fs::create_dir_all(&target),
            EntryKind::File => self.file(&target, entry),
            EntryKind::Symlink { target: to } => {
                make_room(&target)?;
                std::os::unix::fs::symlink(to, &target)
            }
            EntryKind::Hardlink { target: to } => {
                make_room(&target)?;
                fs::hard_link(self.at(to), &target)
            }
        }
    }

    fn at(&self, path: &SafePath) -> PathBuf {
        self.tree.join(path.as_str())
    }

    fn file(&self, target: &Path, entry: SourceEntry<'_>) -> io::Result<()> {
        use std::os::unix::fs::PermissionsExt as _;
        make_room(target)?;
        let mut file = File::create_new(target)?;
        io::copy(entry.content, &mut file)?;
        file.flush()?;
        if entry.mode & 0o100 != 0 {
            file.set_permissions(fs::Permissions::from_mode(self.executable))?;
        }
        if let Some(time) = entry
            .modified
            .and_then(|seconds| SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds)))
        {
            // A time that the file system cannot hold is not worth an error.
            let _ = file.set_times(FileTimes::new().set_modified(time));
        }
        Ok(())
    }
}

/// A later entry of the same name replaces an earlier one (tarfile).
fn make_room(target: &Path) -> io::Result<()> {
    match fs::remove_file(target) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
