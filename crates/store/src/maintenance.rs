//! Looking at the store and making room in it, safely beside other processes.
//!
//! Whoever is handed a [`StoredWheel`](crate::StoredWheel) shares a lock on the store until its process (its last
//! [`Store`] clone) ends; removing takes that lock alone. Under it entries are only renamed away, which is quick; their
//! files are deleted afterwards, so that others do not wait for that.

use std::fs::{self, DirEntry, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use packaging::hashes::Hash;

use crate::archive::FileBytes;
use crate::built::{BuiltEntry, built_at};
use crate::disk::{DiskError, Kind, Store, sweep};
use crate::wheels::{MANIFEST, Manifest, is_whole, read_manifest};

/// How much of one kind there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KindSize {
    /// The kind.
    pub kind: Kind,
    /// Entries.
    pub entries: u64,
    /// Bytes of their files.
    pub bytes: u64,
}

/// A stored wheel in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CachedWheel {
    /// The name as METADATA writes it.
    pub name: String,
    /// The version as METADATA writes it.
    pub version: String,
    /// The file name under which it was added.
    pub filename: String,
    /// The wheel file's hash.
    pub sha256: Hash,
    /// Bytes of its unpacked files.
    pub size: u64,
    /// When it was last installed or looked up, exact to a day.
    pub last_used: SystemTime,
}

/// What was removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Removed {
    /// Entries.
    pub entries: u64,
    /// Bytes of their files. Files that environments share by hard links stay on the disk for them.
    pub bytes: u64,
}

impl Removed {
    fn add(&mut self, bytes: u64) {
        self.entries += 1;
        self.bytes += bytes;
    }
}

/// What [`Maintenance::prune`] removes besides what is never of use.
#[derive(Debug, Clone, Copy)]
pub struct PrunePolicy {
    /// The time now.
    pub now: SystemTime,
    /// Wheels and records not used (pages, metadata: not written) for this long go; `None` keeps them.
    pub unused_for: Option<Duration>,
    /// Interrupted downloads older than this go.
    pub partial_for: Duration,
}

/// The exclusive right to remove entries; others wait for it to be dropped.
#[derive(Debug)]
pub struct Maintenance<'s> {
    store: &'s Store,
    /// Renamed away, deleted when the lock is given back.
    away: Vec<PathBuf>,
}

impl Store {
    /// Sizes of all kinds. Wheels count as unpacked.
    ///
    /// # Errors
    /// That a folder cannot be read.
    pub fn info(&self) -> Result<Vec<KindSize>, DiskError> {
        Kind::ALL.into_iter().filter(|kind| *kind != Kind::Locks).map(|kind| self.kind_size(kind)).collect()
    }

    fn kind_size(&self, kind: Kind) -> Result<KindSize, DiskError> {
        let entries = entries_of(&self.folder(kind))?;
        let bytes = entries.iter().map(|entry| entry_size(kind, &entry.path())).sum();
        Ok(KindSize { kind, entries: entries.len() as u64, bytes })
    }

    /// The stored wheels, by name and version text; damaged ones are left out.
    ///
    /// # Errors
    /// That the folder cannot be read.
    pub fn list_wheels(&self) -> Result<Vec<CachedWheel>, DiskError> {
        let entries = entries_of(&self.folder(Kind::Wheels))?;
        let mut wheels: Vec<_> = entries.iter().filter_map(cached_wheel).collect();
        wheels.sort_by(|a, b| (&a.name, &a.version, &a.filename).cmp(&(&b.name, &b.version, &b.filename)));
        Ok(wheels)
    }

    /// Waits until no other process uses the store.
    ///
    /// # Errors
    /// That the store's lock cannot be opened, or that this store is being maintained by another thread.
    pub fn maintain(&self) -> Result<Maintenance<'_>, DiskError> {
        if self.take_alone(|file| file.lock().map(|()| true))? {
            return Ok(Maintenance { store: self, away: Vec::new() });
        }
        let busy = std::io::Error::new(std::io::ErrorKind::WouldBlock, "this process already maintains it");
        Err(DiskError::new("lock", self.root(), busy))
    }

    /// As [`Store::maintain`], or `None` where another process uses the store.
    ///
    /// # Errors
    /// That the store's lock cannot be opened.
    pub fn try_maintain(&self) -> Result<Option<Maintenance<'_>>, DiskError> {
        let taken = self.take_alone(|file| match file.try_lock() {
            Ok(()) => Ok(true),
            Err(fs::TryLockError::WouldBlock) => Ok(false),
            Err(fs::TryLockError::Error(error)) => Err(error),
        })?;
        Ok(taken.then(|| Maintenance { store: self, away: Vec::new() }))
    }
}

impl Maintenance<'_> {
    /// Removes the stored wheels that `chosen` accepts.
    ///
    /// # Errors
    /// That an entry cannot be moved away.
    pub fn remove_wheels(&mut self, chosen: &dyn Fn(&CachedWheel) -> bool) -> Result<Removed, DiskError> {
        let mut removed = Removed::default();
        for entry in entries_of(&self.store.folder(Kind::Wheels))? {
            if let Some(wheel) = cached_wheel(&entry).filter(chosen) {
                self.take_away(&entry.path())?;
                removed.add(wheel.size);
            }
        }
        Ok(removed)
    }

    /// Removes the wheels built from sources that `chosen` accepts. What was unpacked from them stays.
    ///
    /// # Errors
    /// That an entry cannot be moved away.
    pub fn remove_built(&mut self, chosen: &dyn Fn(&BuiltEntry) -> bool) -> Result<Removed, DiskError> {
        let mut removed = Removed::default();
        for entry in entries_of(&self.store.folder(Kind::Built))? {
            if let Some(built) = built_at(&entry.path()).filter(chosen) {
                self.take_away(&entry.path())?;
                removed.add(built.size);
            }
        }
        Ok(removed)
    }

    /// Removes everything but locks and what running processes are working on.
    ///
    /// # Errors
    /// That an entry cannot be moved away.
    pub fn clean(&mut self) -> Result<Removed, DiskError> {
        let mut removed = self.remove_old_formats()?;
        for kind in Kind::ALL.into_iter().filter(|kind| !matches!(kind, Kind::Locks | Kind::Temporary)) {
            let folder = self.store.folder(kind);
            for entry in entries_of(&folder)? {
                removed.add(entry_size(kind, &entry.path()));
            }
            self.take_away(&folder)?;
        }
        self.sweep(&mut removed)?;
        Ok(removed)
    }

    /// Removes what is of no use: remains of killed processes, damaged entries (also such whose files have not the sizes of
    /// the manifest, as after a power cut), folders of older formats, notes about wheels that are gone, idle locks, old
    /// interrupted downloads; and what `policy` calls unused.
    ///
    /// # Errors
    /// That an entry cannot be moved away.
    pub fn prune(&mut self, policy: &PrunePolicy) -> Result<Removed, DiskError> {
        let mut removed = self.remove_old_formats()?;
        self.prune_kind(Kind::Wheels, &mut removed, &|path| {
            let manifest = path.join(MANIFEST);
            !manifest_at(&manifest).is_some_and(|manifest| is_whole(path, &manifest))
                || policy.unused_for.is_some_and(|age| is_older(&manifest, age, policy.now))
        })?;
        let store = self.store;
        self.prune_kind(Kind::Pointers, &mut removed, &|path| !points_somewhere(store, path))?;
        for kind in
            [Kind::Pages, Kind::Names, Kind::Metadata, Kind::Interpreters, Kind::Built, Kind::Repositories]
        {
            let unused = |path: &Path| policy.unused_for.is_some_and(|age| is_older(path, age, policy.now));
            self.prune_kind(kind, &mut removed, &unused)?;
        }
        self.prune_kind(Kind::BuildEnvironments, &mut removed, &|path| {
            let used = crate::build_environments::used(path);
            !used.is_file() || policy.unused_for.is_some_and(|age| is_older(&used, age, policy.now))
        })?;
        self.prune_kind(Kind::Partial, &mut removed, &|path| is_older(path, policy.partial_for, policy.now))?;
        self.sweep(&mut removed)?;
        self.remove_idle_locks()?;
        Ok(removed)
    }

    fn prune_kind(
        &mut self,
        kind: Kind,
        removed: &mut Removed,
        useless: &dyn Fn(&Path) -> bool,
    ) -> Result<(), DiskError> {
        for entry in entries_of(&self.store.folder(kind))? {
            let path = entry.path();
            if useless(&path) {
                removed.add(entry_size(kind, &path));
                self.take_away(&path)?;
            }
        }
        Ok(())
    }

    fn sweep(&mut self, removed: &mut Removed) -> Result<(), DiskError> {
        let folder = self.store.folder(Kind::Temporary);
        removed.entries += sweep(&folder);
        Ok(())
    }

    /// Folders of this store's kinds with a smaller number; those of newer programs stay.
    fn remove_old_formats(&mut self) -> Result<Removed, DiskError> {
        let mut removed = Removed::default();
        for entry in entries_of(self.store.root())? {
            let name = entry.file_name();
            let Some((kind, number)) = name.to_str().and_then(|name| name.rsplit_once('-')) else { continue };
            let ours = Kind::ALL.iter().filter_map(|kind| kind.folder().rsplit_once('-'));
            let current =
                ours.into_iter().find(|(name, _)| *name == kind).and_then(|(_, now)| now.parse::<u32>().ok());
            let old =
                current.zip(number.parse::<u32>().ok()).is_some_and(|(current, number)| number < current);
            if old {
                removed.add(tree_size(&entry.path()));
                self.take_away(&entry.path())?;
            }
        }
        Ok(removed)
    }

    /// A lock file that nobody holds; whoever opened it before finds that it is gone and opens anew.
    fn remove_idle_locks(&self) -> Result<(), DiskError> {
        for entry in entries_of(&self.store.folder(Kind::Locks))? {
            let path = entry.path();
            if File::open(&path).is_ok_and(|file| file.try_lock().is_ok() && fs::remove_file(&path).is_err())
            {
                log::debug!("{} stays", path.display());
            }
        }
        Ok(())
    }

    fn take_away(&mut self, path: &Path) -> Result<(), DiskError> {
        if let Some(away) = self.store.move_away(path)? {
            self.away.push(away);
        }
        Ok(())
    }
}

impl Drop for Maintenance<'_> {
    fn drop(&mut self) {
        self.store.give_back();
        for path in &self.away {
            // What cannot be deleted is swept with the temporary space.
            let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
        }
    }
}

/// The entries of a folder; none where it is missing.
pub(crate) fn entries_of(folder: &Path) -> Result<Vec<DirEntry>, DiskError> {
    match fs::read_dir(folder) {
        Ok(entries) => Ok(entries.flatten().collect()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(DiskError::new("read", folder, error)),
    }
}

fn cached_wheel(entry: &DirEntry) -> Option<CachedWheel> {
    let path = entry.path().join(MANIFEST);
    let manifest = manifest_at(&path)?;
    let sha256 = Hash::parse(&format!("sha256:{}", entry.file_name().to_str()?)).ok()?;
    Some(CachedWheel {
        name: manifest.name().to_owned(),
        version: manifest.version().to_owned(),
        filename: manifest.filename().to_owned(),
        sha256,
        size: manifest.unpacked_size(),
        last_used: fs::metadata(&path).and_then(|data| data.modified()).unwrap_or(SystemTime::UNIX_EPOCH),
    })
}

/// Without noting a use.
fn manifest_at(path: &Path) -> Option<Manifest> {
    read_manifest(FileBytes::open(path).ok()?)
}

fn entry_size(kind: Kind, path: &Path) -> u64 {
    if kind == Kind::Wheels
        && let Some(manifest) = manifest_at(&path.join(MANIFEST))
    {
        return manifest.unpacked_size();
    }
    tree_size(path)
}

/// Bytes of all files below `path`.
fn tree_size(path: &Path) -> u64 {
    let mut bytes: u64 = 0;
    let mut left = vec![path.to_owned()];
    while let Some(path) = left.pop() {
        let Ok(data) = fs::symlink_metadata(&path) else { continue };
        if data.is_dir() {
            left.extend(entries_of(&path).unwrap_or_default().iter().map(DirEntry::path));
        } else {
            bytes = bytes.saturating_add(data.len());
        }
    }
    bytes
}

fn is_older(path: &Path, age: Duration, now: SystemTime) -> bool {
    let modified = fs::metadata(path).and_then(|data| data.modified());
    modified.is_ok_and(|modified| now.duration_since(modified).is_ok_and(|past| past > age))
}

fn points_somewhere(store: &Store, pointer: &Path) -> bool {
    let text = fs::read_to_string(pointer).unwrap_or_default();
    let hash = text.lines().next().and_then(|line| Hash::parse(line).ok());
    hash.is_some_and(|hash| store.entry(Kind::Wheels, hash.hex()).exists())
}
