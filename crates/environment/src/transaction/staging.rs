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

use rustix::fs::{CWD, Mode, OFlags, mkdirat, openat};
use store::StoredWheel;
use store::wheels::{DataFile, Directory, FileEntry};

use super::InstallError;
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
    /// Where it is staged.
    pub(crate) folder: PathBuf,
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
        let roots = self.roots()?;
        let crew = Crew {
            made: units.iter().map(|_| AtomicBool::new(false)).collect(),
            next: AtomicUsize::new(0),
            failed: AtomicBool::new(false),
            error: Mutex::new(None),
        };
        let work = || {
            while let Some(chunk) = crew.take(units.len(), self.cancelled) {
                if let Err(error) =
                    chunk.into_iter().try_for_each(|index| self.unit(&units, index, &crew, &roots))
                {
                    crew.fail(error);
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..threads.min(units.len()) {
                scope.spawn(work);
            }
            work();
        });
        let error = crew.error.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        error.map_or(Ok(()), Err)?;
        if self.cancelled.load(Ordering::Relaxed) { Err(InstallError::Cancelled) } else { Ok(()) }
    }

    /// Descriptors of each wheel's unpacked tree.
    fn roots(&self) -> Result<Vec<OwnedFd>, InstallError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let open = |wheel: &StoredWheel| {
            openat(CWD, wheel.root(), flags, Mode::empty())
                .map_err(|errno| io_error(wheel.root())(errno.into()))
        };
        self.wheels.iter().map(open).collect()
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
        units: &[Unit<'_>],
        index: usize,
        crew: &Crew,
        roots: &[OwnedFd],
    ) -> Result<(), InstallError> {
        let unit = &units[index];
        let tree = &self.trees[unit.tree];
        let folder = if unit.path.is_empty() { tree.folder.clone() } else { tree.folder.join(unit.path) };
        if !unit.parent.is_none_or(|parent| crew.wait_for(parent)) {
            return Ok(()); // Another thread failed.
        }
        let failed = |errno: rustix::io::Errno| io_error(&folder)(errno.into());
        mkdirat(CWD, &folder, Mode::from_raw_mode(0o777)).map_err(failed)?;
        crew.made[index].store(true, Ordering::Release);
        let count = unit.count();
        if count == 0 {
            return Ok(());
        }
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let to = openat(CWD, &folder, flags, Mode::empty()).map_err(failed)?;
        let target = Target { to: &to, folder: &folder, linker: self.linker(&tree.folder) };
        match &unit.files {
            Files::Library(directory) => {
                // A descriptor pays from a few files on; below, longer paths are cheaper.
                let near = (count > 3 && !unit.path.is_empty())
                    .then(|| openat(&roots[unit.wheel], unit.path, flags, Mode::empty()))
                    .transpose()
                    .map_err(|errno| {
                        io_error(&self.wheels[unit.wheel].root().join(unit.path))(errno.into())
                    })?;
                for file in directory.files() {
                    let (from, source) = match &near {
                        Some(near) => (near, file.name()),
                        None => (&roots[unit.wheel], file.path()),
                    };
                    self.file(&target, unit.wheel, from, (source, file))?;
                }
                Ok(())
            }
            Files::Data(files) => files.iter().try_for_each(|file| {
                self.file(&target, unit.wheel, &roots[unit.wheel], (file.path(), *file))
            }),
        }
    }

    fn linker(&self, tree: &Path) -> &Linker {
        let same = self.linkers.iter().find(|(area, _)| tree.parent() == Some(area));
        &same.unwrap_or(&self.linkers[0]).1
    }

    fn file(
        &self,
        target: &Target<'_>,
        wheel: usize,
        from: &OwnedFd,
        (source, file): (&str, FileEntry<'_>),
    ) -> Result<(), InstallError> {
        let failed = |error| io_error(&target.folder.join(file.name()))(error);
        let name = CString::new(file.name()).map_err(|error| failed(error.into()))?;
        if target.linker.is_symbolic() {
            let original = self.wheels[wheel].root().join(file.path());
            return target.linker.symlink(&original, target.to.as_fd(), &name).map_err(failed);
        }
        let source = CString::new(source).map_err(|error| failed(error.into()))?;
        let link = Link {
            from: from.as_fd(),
            source: &source,
            to: target.to.as_fd(),
            name: &name,
            mode: file.mode(),
            executable: file.is_executable(),
        };
        target.linker.link(&link).map_err(failed)
    }
}

struct Target<'a> {
    to: &'a OwnedFd,
    folder: &'a Path,
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

/// Threads at work on one list.
struct Crew {
    made: Vec<AtomicBool>,
    next: AtomicUsize,
    failed: AtomicBool,
    error: Mutex<Option<InstallError>>,
}

impl Crew {
    /// The next few folders. Neighbours go to one thread: two that make folders in the same one would wait for
    /// each other in the kernel.
    fn take(&self, count: usize, cancelled: &AtomicBool) -> Option<Range<usize>> {
        if self.failed.load(Ordering::Relaxed) || cancelled.load(Ordering::Relaxed) {
            return None;
        }
        let start = self.next.fetch_add(CHUNK, Ordering::Relaxed);
        (start < count).then(|| start..(start + CHUNK).min(count))
    }

    /// Waits until a folder is made. It was handed out earlier, so its thread is
    /// at it, or at one before it, now.
    fn wait_for(&self, index: usize) -> bool {
        while !self.made[index].load(Ordering::Acquire) {
            if self.failed.load(Ordering::Relaxed) {
                return false;
            }
            std::thread::yield_now();
        }
        true
    }

    fn fail(&self, error: InstallError) {
        self.failed.store(true, Ordering::Relaxed);
        self.error.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get_or_insert(error);
    }
}
