//! Checking a stored wheel against its manifest (an entry may share inodes with environments that were written to).

use std::fs::File;
use std::io::Read as _;
use std::num::NonZero;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use packaging::hashes::{Hash, HashAlgorithm};
use sha2::{Digest as _, Sha256};

use super::StoredWheel;
use super::manifest::FileEntry;
use crate::disk::Store;
use crate::workers::on_threads;

/// What is wrong with a stored file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// It cannot be opened or read.
    #[error("{0}")]
    Unreadable(String),
    /// Its size changed.
    #[error("it has {actual} bytes instead of {expected}")]
    Size {
        /// In the manifest.
        expected: u64,
        /// Found.
        actual: u64,
    },
    /// Its content changed.
    #[error("its content changed")]
    Content,
}

/// A stored wheel is not what was stored; the entry has been dropped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the stored wheel {sha256} is damaged: {}: {damage}", path.display())]
pub struct CorruptEntry {
    /// The wheel.
    pub sha256: Hash,
    /// The first damaged file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub damage: Damage,
}

impl Store {
    /// Reads all files of a stored wheel and compares them with its manifest. A bad entry is dropped, so that the next
    /// [`Store::add_wheel`] builds it anew.
    ///
    /// # Errors
    /// [`CorruptEntry`] with the first difference found.
    pub fn verify(&self, wheel: &StoredWheel) -> Result<(), CorruptEntry> {
        let manifest = wheel.manifest();
        let files: Vec<FileEntry<'_>> =
            manifest.files().chain(manifest.data_files().map(|data| data.file())).collect();
        let Some((index, damage)) = first_damage(wheel, &files) else { return Ok(()) };
        if let Some(entry) = wheel.root().parent()
            && let Err(error) = self.discard(entry)
        {
            log::warn!("{error}");
        }
        let path = wheel.root().join(files[index].path());
        Err(CorruptEntry { sha256: wheel.sha256().clone(), path, damage })
    }
}

fn first_damage(wheel: &StoredWheel, files: &[FileEntry<'_>]) -> Option<(usize, Damage)> {
    let next = AtomicUsize::new(0);
    let found: Mutex<Option<(usize, Damage)>> = Mutex::new(None);
    let work = || {
        let mut buffer = vec![0; 256 << 10];
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(file) = files.get(index) else { break };
            if let Err(damage) = check(wheel, file, &mut buffer) {
                next.store(files.len(), Ordering::Relaxed);
                found
                    .lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner)
                    .get_or_insert((index, damage));
            }
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get).min(4);
    let threads = if files.len() < 64 { 1 } else { cores };
    on_threads(threads, |_| work());
    found.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn check(wheel: &StoredWheel, entry: &FileEntry<'_>, buffer: &mut [u8]) -> Result<(), Damage> {
    let unreadable = |error: std::io::Error| Damage::Unreadable(error.to_string());
    let mut file = File::open(wheel.root().join(entry.path())).map_err(unreadable)?;
    let size = file.metadata().map_err(unreadable)?.len();
    if size != entry.size() {
        return Err(Damage::Size { expected: entry.size(), actual: size });
    }
    let mut sha256 = Sha256::new();
    loop {
        let count = file.read(buffer).map_err(unreadable)?;
        if count == 0 {
            break;
        }
        sha256.update(&buffer[..count]);
    }
    let digest: [u8; 32] = sha256.finalize().into();
    if digest == entry.sha256() { Ok(()) } else { Err(Damage::Content) }
}

/// The manifest's form of a digest as a value.
impl FileEntry<'_> {
    /// The SHA-256 of the content as a hash value.
    #[must_use]
    pub fn hash(&self) -> Option<Hash> {
        Hash::from_digest(HashAlgorithm::Sha256, &self.sha256())
    }
}
