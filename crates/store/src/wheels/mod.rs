//! Stored wheels: verified, unpacked once, immutable, addressed by the SHA-256 of the wheel.
//!
//! ```text
//! wheels-1/<sha256>/manifest     the table of everything (checksummed)
//! wheels-1/<sha256>/tree/…       the files
//! ```
//! An entry is made in the temporary space and renamed into place as a whole; of several processes adding the same wheel
//! one wins and the others use its entry. The wheel file itself is not kept: what is lost is fetched again.
//!
//! Nothing is synced to the disk, which would cost more than all the rest. After a power cut an entry may therefore hold
//! files whose content never arrived. A damaged manifest counts as absent; and an entry that was made before the machine
//! started has the sizes of its files compared with the manifest once, when it is first used. [`Store::verify`] reads all.

mod incoming;
mod inspect;
mod manifest;
mod unpack;
mod verify;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use packaging::filenames::WheelFilename;
use packaging::hashes::{Hash, HashAlgorithm};

pub use incoming::{DownloadError, IncomingFile, VerifiedFile};
pub use inspect::WheelError;
pub(crate) use inspect::headers_only;
pub use manifest::{DataFile, Directory, FileEntry, Manifest, Script};
pub use verify::{CorruptEntry, Damage};

use crate::archive::zip::{Limits, Strictness, ZipArchive};
use crate::archive::{Digests, FileBytes, check_hashes};
use crate::disk::{DiskError, Kind, Store, key_name};
use crate::sys::Bytes;
use manifest::ManifestSource;

pub(crate) const MANIFEST: &str = "manifest";
pub(crate) const TREE: &str = "tree";
/// How exactly the last use of an entry is known: its manifest's time is set at most this often.
const USE_GRAIN: Duration = Duration::from_secs(24 * 60 * 60);

/// A wheel in the store. Holding one proves that its hash was checked when it was added.
#[derive(Debug, Clone)]
pub struct StoredWheel {
    shared: Arc<Stored>,
}

#[derive(Debug)]
struct Stored {
    tree: PathBuf,
    manifest: Manifest,
    sha256: Hash,
}

impl StoredWheel {
    /// The folder of the unpacked files.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.shared.tree
    }

    /// What it consists of.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.shared.manifest
    }

    /// The SHA-256 of the wheel file.
    #[must_use]
    pub fn sha256(&self) -> &Hash {
        &self.shared.sha256
    }
}

/// Where a wheel that is added comes from.
#[derive(Debug)]
pub enum WheelBytes<'a> {
    /// A file, which must not change while it is added.
    File(&'a Path),
    /// The whole content.
    Memory(&'a [u8]),
    /// A download whose hashes were checked while it came in; it is removed from the partial downloads afterwards.
    Verified(VerifiedFile),
}

/// Why a wheel was not added.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AddWheelError {
    /// The file is not the expected one.
    #[error("the file has the hash {actual}, expected {}", list(expected))]
    HashMismatch {
        /// The digest that matches none of the expected ones of its algorithm.
        actual: Hash,
        /// All that was expected.
        expected: Vec<Hash>,
    },
    /// The wheel is refused.
    #[error(transparent)]
    Content(#[from] WheelError),
    /// The disk.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

pub(crate) fn list(hashes: &[Hash]) -> String {
    hashes.iter().map(Hash::to_string).collect::<Vec<_>>().join(" or ")
}

impl Store {
    /// The stored wheel whose file has this SHA-256; `None` where there is none, also where its manifest is damaged or
    /// `sha256` is by another algorithm.
    ///
    /// # Errors
    /// That an existing entry cannot be read.
    pub fn wheel(&self, sha256: &Hash) -> Result<Option<StoredWheel>, DiskError> {
        if sha256.algorithm() != HashAlgorithm::Sha256 {
            return Ok(None);
        }
        self.share();
        let mut path = self.entry(Kind::Wheels, sha256.hex());
        path.push(MANIFEST);
        let Some(manifest) = self.open_manifest(&path)? else { return Ok(None) };
        path.set_file_name(TREE);
        let stored = Stored { tree: path, manifest, sha256: sha256.clone() };
        Ok(Some(StoredWheel { shared: Arc::new(stored) }))
    }

    /// The stored wheel that [`Store::remember_wheel`] noted under `key`.
    ///
    /// # Errors
    /// That an existing entry cannot be read.
    pub fn find_wheel(&self, key: &str) -> Result<Option<StoredWheel>, DiskError> {
        let path = self.entry(Kind::Pointers, &key_name(key));
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => return Ok(None),
            Err(error) => return Err(DiskError::new("read", path, error)),
        };
        let mut lines = text.lines();
        let hash = lines.next().and_then(|line| Hash::parse(line).ok());
        match hash {
            Some(hash) if lines.next() == Some(key) => self.wheel(&hash),
            _ => Ok(None),
        }
    }

    /// Notes that `key` (such as an index and a file name, where the page gives no hash) means this wheel.
    ///
    /// # Errors
    /// That the note cannot be written.
    pub fn remember_wheel(&self, key: &str, wheel: &StoredWheel) -> Result<(), DiskError> {
        let text = format!("{}\n{key}\n", wheel.sha256());
        self.write_entry(Kind::Pointers, &key_name(key), text.as_bytes()).map(|_| ())
    }

    /// Adds a wheel: checks `expected` (of each algorithm named there one hash must match), then the content (see
    /// [`WheelError`]), unpacks it by several threads, and renames it into place. A wheel that is there already is not
    /// unpacked again.
    ///
    /// About RECORD: a file that differs from its row, and a row with a hash whose file is missing, are errors. A file that
    /// RECORD forgets is accepted, as `pip` does, and gets a computed row.
    ///
    /// # Errors
    /// [`AddWheelError`]; nothing is left in the store then.
    pub fn add_wheel(
        &self,
        wheel: WheelBytes<'_>,
        filename: &WheelFilename,
        expected: &[Hash],
    ) -> Result<StoredWheel, AddWheelError> {
        let opened;
        let (bytes, source, sha256): (&[u8], Option<&Bytes>, Hash) = match &wheel {
            WheelBytes::Verified(file) => {
                check_hashes(file.digests(), expected).map_err(|actual| mismatch(actual, expected))?;
                (file, Some(file.bytes()), file.sha256().clone())
            }
            WheelBytes::Memory(bytes) => (bytes, None, digest(None, bytes, expected)?),
            WheelBytes::File(path) => {
                opened = Bytes::open(path).map_err(|error| DiskError::new("read", *path, error))?;
                (&opened, Some(&opened), digest(Some(&opened), &opened, expected)?)
            }
        };
        if let Some(stored) = self.wheel(&sha256)? {
            return Ok(stored);
        }
        let entry = self.temporary_path()?;
        let result =
            self.build(&entry, (bytes, source), filename).and_then(|()| Ok(self.place(&entry, &sha256)?));
        if result.is_err() {
            let _ = fs::remove_dir_all(&entry);
        }
        result
    }

    /// Makes the entry of a wheel in the folder `entry`.
    fn build(
        &self,
        entry: &Path,
        (bytes, source): (&[u8], Option<&Bytes>),
        filename: &WheelFilename,
    ) -> Result<(), AddWheelError> {
        let archive =
            ZipArchive::parse(bytes, &Limits::default(), Strictness::Wheel).map_err(WheelError::from)?;
        let contents = inspect::inspect(&archive, filename)?;
        let tree = entry.join(TREE);
        fs::create_dir_all(&tree).map_err(|error| DiskError::new("make the folder", &tree, error))?;
        let modes = self.modes(&tree);
        let unpacked = unpack::unpack(&contents, source, &tree, modes)?;
        let manifest = ManifestSource {
            name: contents.name,
            version: contents.version,
            dist_info: contents.dist_info,
            data_dir: contents.data_dir,
            filename: filename.to_string(),
            tags: contents.tags,
            metadata_headers: contents.metadata_headers,
            wheel_text: contents.wheel_text,
            wheel_version: contents.wheel_version,
            purelib: contents.purelib,
            plain_mode: modes.plain,
            executable_mode: modes.executable,
            directories: contents.directories,
            files: unpacked.files,
            data_files: unpacked.data_files,
            scripts: contents.scripts,
        };
        let manifest = manifest.write().map_err(|_| WheelError::TooLarge)?;
        let path = entry.join(MANIFEST);
        fs::write(&path, manifest).map_err(|error| DiskError::new("write", path, error))?;
        Ok(())
    }

    /// Renames a finished entry into place, or uses the one that another process put there meanwhile.
    fn place(&self, entry: &Path, sha256: &Hash) -> Result<StoredWheel, DiskError> {
        let target = self.entry(Kind::Wheels, sha256.hex());
        self.share();
        loop {
            let renamed = self.rename_into(Kind::Wheels, entry, &target);
            let lost = match renamed {
                Ok(()) => false,
                Err(error) if is_occupied(&error.source) => true,
                Err(error) => return Err(error),
            };
            if let Some(stored) = self.wheel(sha256)? {
                if lost {
                    let _ = fs::remove_dir_all(entry);
                }
                return Ok(stored);
            }
            if !lost {
                let unreadable =
                    io::Error::new(io::ErrorKind::InvalidData, "the entry is unreadable right after writing");
                return Err(DiskError::new("read", target, unreadable));
            }
            self.discard(&target)?;
        }
    }

    /// The manifest at `path`; `None` where it is missing or damaged, or where its files were lost. Notes the use.
    fn open_manifest(&self, path: &Path) -> Result<Option<Manifest>, DiskError> {
        let failed = |error| DiskError::new("read", path, error);
        let file = match fs::File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let data = file.metadata().map_err(failed)?;
        let bytes = Bytes::of_file_at_once(&file, data.len()).map_err(failed)?;
        let Some(manifest) = read_manifest(FileBytes::from(bytes)) else { return Ok(None) };
        let now = SystemTime::now();
        let used = data.modified().unwrap_or(now);
        if !data.permissions().readonly() && used < self.machine_start(now) {
            let entry = path.parent().unwrap_or(path);
            if !is_whole(entry, &manifest) {
                log::warn!("{}: files are missing or cut short; the entry is built anew", entry.display());
                self.discard(entry)?;
                return Ok(None);
            }
            // Read-only stands for: survived a start of the machine.
            let mut permissions = data.permissions();
            permissions.set_readonly(true);
            let _ = file.set_permissions(permissions);
        }
        if now.duration_since(used).is_ok_and(|age| age > USE_GRAIN) {
            // Fails for a store of another user; then the last use stays unknown.
            let _ = file.set_modified(now);
        }
        Ok(Some(manifest))
    }

    /// Takes an entry out of the store at once and deletes it.
    pub(crate) fn discard(&self, path: &Path) -> Result<(), DiskError> {
        let Some(away) = self.move_away(path)? else { return Ok(()) };
        let removed = if away.is_dir() { fs::remove_dir_all(&away) } else { fs::remove_file(&away) };
        removed.map_err(|error| DiskError::new("remove", away, error))
    }

    /// Renames an entry into the temporary space; `None` where there is none.
    pub(crate) fn move_away(&self, path: &Path) -> Result<Option<PathBuf>, DiskError> {
        if !path.exists() {
            return Ok(None);
        }
        let away = self.temporary_path()?;
        match fs::rename(path, &away) {
            Ok(()) => Ok(Some(away)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(DiskError::new("remove", path, error)),
        }
    }
}

fn is_occupied(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::AlreadyExists)
}

/// The SHA-256 of `bytes`, which are in no hurry to be in memory as a whole where they are mapped from `source`.
fn digest(source: Option<&Bytes>, bytes: &[u8], expected: &[Hash]) -> Result<Hash, AddWheelError> {
    let mut digests = Digests::for_expected(expected);
    for part in bytes.chunks(4 << 20) {
        digests.update(part);
        if let Some(source) = source {
            source.release(part);
        }
    }
    let digests = digests.finish();
    check_hashes(&digests, expected).map_err(|actual| mismatch(actual, expected))?;
    Ok(digests[0].clone())
}

fn mismatch(actual: Hash, expected: &[Hash]) -> AddWheelError {
    AddWheelError::HashMismatch { actual, expected: expected.to_vec() }
}

/// Whether all files are there with the sizes that the manifest says.
pub(crate) fn is_whole(entry: &Path, manifest: &Manifest) -> bool {
    let tree = entry.join(TREE);
    let data = manifest.data_files().map(|data| data.file());
    let mut files = manifest.files().chain(data);
    files.all(|file| fs::symlink_metadata(tree.join(file.path())).is_ok_and(|data| data.len() == file.size()))
}

pub(crate) fn read_manifest(bytes: FileBytes) -> Option<Manifest> {
    Manifest::open(bytes.into())
        .inspect_err(|error| log::debug!("a stored manifest is unusable: {error}"))
        .ok()
}
