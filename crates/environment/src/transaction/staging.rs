//! Staging: the trees of all wheels are linked into a scratch folder, where nobody sees them.
//!
//! The work is a list of folders, parents first, handed out to a few threads one by one. A folder is
//! made, then its files are linked relative to two directory descriptors.

use std::collections::BTreeMap;
use std::ffi::CString;
use std::ops::Range;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rustix::fs::{CWD, Mode, mkdirat, openat};
use rustix::io::Errno;
use store::wheels::{DataFile, Directory, FileEntry};
use store::{StoredWheel, on_threads};

use super::InstallError;
use crate::folder::place_flags;
use crate::link::{Link, Linker};
use crate::scripts;

/// The folder kinds of PEP 427 that a tree may go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Destination {
    Purelib,
    Platlib,
    Scripts,
    Data,
    Headers,
}

impl Destination {
    pub(crate) fn named(scheme: &str) -> Option<Destination> {
        Some(match scheme {
            "purelib" => Destination::Purelib,
            "platlib" => Destination::Platlib,
            "scripts" => Destination::Scripts,
            "data" => Destination::Data,
            "headers" => Destination::Headers,
            _ => return None,
        })
    }
}

/// A tree that is being staged: the part of one wheel that goes to one destination.
#[derive(Debug)]
pub(crate) struct StagedTree {
    /// Which of the wheels.
    pub(crate) wheel: usize,
    /// Where it will go.
    pub(crate) destination: Destination,
    /// Whether this is the wheel's own library, not a part of its `.data` folder.
    pub(crate) is_library: bool,
    /// Where it is staged: a folder in a scratch folder.
    pub(crate) folder: PathBuf,
    /// Which of the scratch folders.
    pub(crate) area: usize,
}

/// One folder to make and fill.
struct Unit<'a> {
    tree: usize,
    wheel: usize,
    /// Relative to the tree; empty for the tree itself.
    path: &'a str,
    parent: Option<usize>,
    files: Files<'a>,
}

enum Files<'a> {
    /// A folder of the wheel's library.
    Library(Directory<'a>),
    /// Files of a `.data` folder.
    Data(Vec<FileEntry<'a>>),
}

/// What a staged file is made with.
pub(crate) struct Staging<'a> {
    pub(crate) wheels: &'a [StoredWheel],
    pub(crate) linkers: &'a [(PathBuf, Linker)],
    pub(crate) trees: &'a [StagedTree],
    pub(crate) cancelled: &'a AtomicBool,
}

fn io_error(path: &Path) -> impl FnOnce(std::io::Error) -> InstallError + '_ {
    move |source| InstallError::Io { path: path.to_owned(), source }
}

impl Staging<'_> {
    /// Links everything.
    ///
    /// # Errors
    /// The first thing that failed; the scratch folder is then to be deleted.
    pub(crate) fn run(&self, threads: usize) -> Result<(), InstallError> {
        let data: Vec<_> = self.trees.iter().map(|tree| self.data_folders(tree)).collect();
        let mut units = Vec::new();
        for (index, tree) in self.trees.iter().enumerate() {
            match &data[index] {
                None => self.library_units(index, tree, &mut units),
                Some(folders) => data_units(index, tree.wheel, folders, &mut units),
            }
        }
        let work = Work {
            units,
            areas: self.areas()?,
            next: AtomicUsize::new(0),
            cancelled: self.cancelled,
            failed: AtomicBool::new(false),
            error: Mutex::new(None),
        };
        let run = || {
            let mut root = None;
            while let Some(chunk) = work.take() {
                let mut units = chunk.into_iter();
                if let Err(error) = units.try_for_each(|index| self.unit(&work, index, &mut root)) {
                    work.fail(error);
                }
            }
        };
        on_threads(threads.min(work.units.len()), |_| run());
        let error = work.error.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        error.map_or(Ok(()), Err)?;
        if self.cancelled.load(Ordering::Relaxed) { Err(InstallError::Cancelled) } else { Ok(()) }
    }

    fn areas(&self) -> Result<Vec<OpenArea<'_>>, InstallError> {
        let open = |folder: &PathBuf| {
            openat(CWD, folder, place_flags(), Mode::empty()).map_err(|errno| io_error(folder)(errno.into()))
        };
        self.linkers.iter().map(|area| Ok(OpenArea { fd: open(&area.0)?, linker: &area.1 })).collect()
    }

    /// The descriptor of a wheel's unpacked tree. A thread keeps that of the wheel it is at: one for each of a thousand
    /// wheels would be more than a process may have.
    fn root<'r>(
        &self,
        wheel: usize,
        kept: &'r mut Option<(usize, OwnedFd)>,
    ) -> Result<&'r OwnedFd, InstallError> {
        let other = kept.take().filter(|(of, _)| *of == wheel);
        let opened = match other {
            Some(same) => same,
            None => {
                let path = self.wheels[wheel].root();
                let fd = openat(CWD, path, place_flags(), Mode::empty());
                (wheel, fd.map_err(|errno| io_error(path)(errno.into()))?)
            }
        };
        Ok(&kept.insert(opened).1)
    }

    fn library_units<'u>(&'u self, tree: usize, staged: &StagedTree, units: &mut Vec<Unit<'u>>) {
        let start = units.len();
        for directory in self.wheels[staged.wheel].manifest().directories() {
            let parent = directory.parent().map(|parent| start + parent as usize);
            let files = Files::Library(directory);
            units.push(Unit { tree, wheel: staged.wheel, path: directory.path(), parent, files });
        }
    }

    /// The folders of a `.data` scheme with their files; `None` for the library itself.
    fn data_folders(&self, tree: &StagedTree) -> Option<BTreeMap<&str, Vec<FileEntry<'_>>>> {
        if tree.is_library {
            return None;
        }
        let mut folders: BTreeMap<&str, Vec<FileEntry<'_>>> = BTreeMap::from([("", Vec::new())]);
        for data in data_files_of(&self.wheels[tree.wheel], tree.destination) {
            let mut folder = data.path().rsplit_once('/').map_or("", |(folder, _)| folder);
            folders.entry(folder).or_default().push(data.file());
            while let Some((above, _)) = folder.rsplit_once('/') {
                folders.entry(above).or_default();
                folder = above;
            }
        }
        Some(folders)
    }

    fn unit(
        &self,
        work: &Work<'_>,
        index: usize,
        kept: &mut Option<(usize, OwnedFd)>,
    ) -> Result<(), InstallError> {
        let unit = &work.units[index];
        let area = &work.areas[self.trees[unit.tree].area];
        self.make(work, index)?;
        let count = unit.count();
        if count == 0 {
            return Ok(());
        }
        // Descriptors pay from a few files on; below, longer paths are cheaper.
        let near = |fd: &OwnedFd, path: &str| {
            let open = || openat(fd, path, place_flags(), Mode::empty());
            (count > 3 && !path.is_empty()).then(open).transpose()
        };
        let folder = self.staged_path(unit);
        let here = near(&area.fd, &folder).map_err(|errno| self.failed(unit, "")(errno.into()))?;
        let target = match &here {
            Some(fd) => Target { fd, prefix: String::new(), unit, linker: area.linker },
            None => Target { fd: &area.fd, prefix: folder + "/", unit, linker: area.linker },
        };
        let root = self.root(unit.wheel, kept)?;
        match &unit.files {
            Files::Library(directory) => {
                let there = near(root, unit.path).map_err(|errno| self.failed(unit, "")(errno.into()))?;
                let mut files = directory.files();
                files.try_for_each(|file| match &there {
                    Some(fd) => self.file(&target, (fd, file.name()), file),
                    None => self.file(&target, (root, file.path()), file),
                })
            }
            Files::Data(files) => {
                files.iter().try_for_each(|file| self.file(&target, (root, file.path()), *file))
            }
        }
    }

    /// Makes the folder of a unit. Another thread may be about to make the one above it: then this one does both, and
    /// the other finds it there.
    fn make(&self, work: &Work<'_>, index: usize) -> Result<(), InstallError> {
        let unit = &work.units[index];
        let area = &work.areas[self.trees[unit.tree].area];
        let path = self.staged_path(unit);
        loop {
            match (mkdirat(&area.fd, &path, Mode::from_raw_mode(0o777)), unit.parent) {
                (Ok(()) | Err(Errno::EXIST), _) => return Ok(()),
                (Err(Errno::NOENT), Some(_)) if work.stopped() => return Err(InstallError::Cancelled),
                (Err(Errno::NOENT), Some(parent)) => self.make(work, parent)?,
                (Err(errno), _) => return Err(self.failed(unit, "")(errno.into())),
            }
        }
    }

    /// Relative to the scratch folder.
    fn staged_path(&self, unit: &Unit<'_>) -> String {
        let tree = self.trees[unit.tree].folder.file_name().unwrap_or_default().to_string_lossy();
        if unit.path.is_empty() { tree.into_owned() } else { format!("{tree}/{}", unit.path) }
    }

    fn failed(&self, unit: &Unit<'_>, name: &str) -> impl FnOnce(std::io::Error) -> InstallError + use<> {
        let path = self.trees[unit.tree].folder.join(unit.path).join(name);
        move |source| InstallError::Io { path, source }
    }

    fn file(
        &self,
        target: &Target<'_>,
        (from, source): (&OwnedFd, &str),
        file: FileEntry<'_>,
    ) -> Result<(), InstallError> {
        let failed = |error| self.failed(target.unit, file.name())(error);
        let name = format!("{}{}", target.prefix, file.name());
        let name = CString::new(name).map_err(|error| failed(error.into()))?;
        if target.linker.is_symbolic() {
            let original = self.wheels[target.unit.wheel].root().join(file.path());
            return target.linker.symlink(&original, target.fd.as_fd(), &name).map_err(failed);
        }
        let source = CString::new(source).map_err(|error| failed(error.into()))?;
        let link = Link {
            from: from.as_fd(),
            source: &source,
            to: target.fd.as_fd(),
            name: &name,
            mode: file.mode(),
            executable: file.is_executable(),
        };
        target.linker.link(&link).map_err(failed)
    }
}

/// What the threads share.
struct Work<'a> {
    units: Vec<Unit<'a>>,
    areas: Vec<OpenArea<'a>>,
    next: AtomicUsize,
    cancelled: &'a AtomicBool,
    failed: AtomicBool,
    error: Mutex<Option<InstallError>>,
}

/// A scratch folder that trees are staged in.
struct OpenArea<'a> {
    fd: OwnedFd,
    linker: &'a Linker,
}

/// Where the files of a unit go.
struct Target<'a> {
    fd: &'a OwnedFd,
    /// Between the descriptor and the names.
    prefix: String,
    unit: &'a Unit<'a>,
    linker: &'a Linker,
}

impl Unit<'_> {
    fn count(&self) -> usize {
        match &self.files {
            Files::Library(directory) => directory.files().len(),
            Files::Data(files) => files.len(),
        }
    }
}

fn data_units<'u>(
    tree: usize,
    wheel: usize,
    folders: &'u BTreeMap<&str, Vec<FileEntry<'u>>>,
    units: &mut Vec<Unit<'u>>,
) {
    let start = units.len();
    let paths: Vec<&str> = folders.keys().copied().collect();
    for (path, files) in folders {
        let parent = (!path.is_empty()).then(|| {
            let above = path.rsplit_once('/').map_or("", |(above, _)| above);
            start + paths.binary_search(&above).unwrap_or(0)
        });
        units.push(Unit { tree, wheel, path, parent, files: Files::Data(files.clone()) });
    }
}

/// The `.data` files of one destination that are linked as they are: scripts to be rewritten, and scripts that an entry
/// point replaces, are not among them.
pub(crate) fn data_files_of(
    wheel: &StoredWheel,
    destination: Destination,
) -> impl Iterator<Item = DataFile<'_>> {
    let manifest = wheel.manifest();
    manifest.data_files().filter(move |file| {
        Destination::named(file.scheme()) == Some(destination)
            && (destination != Destination::Scripts
                || !(scripts::is_wrapper(manifest, file.path()) || scripts::needs_rewriting(wheel, *file)))
    })
}

/// How many folders a thread takes at a time.
const CHUNK: usize = 24;

impl Work<'_> {
    /// The next few folders. Neighbours go to one thread: two that make folders in the same one would wait for
    /// each other in the kernel.
    fn take(&self) -> Option<Range<usize>> {
        if self.stopped() {
            return None;
        }
        let start = self.next.fetch_add(CHUNK, Ordering::Relaxed);
        (start < self.units.len()).then(|| start..(start + CHUNK).min(self.units.len()))
    }

    fn stopped(&self) -> bool {
        self.failed.load(Ordering::Relaxed) || self.cancelled.load(Ordering::Relaxed)
    }

    fn fail(&self, error: InstallError) {
        self.failed.store(true, Ordering::Relaxed);
        self.error.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get_or_insert(error);
    }
}
