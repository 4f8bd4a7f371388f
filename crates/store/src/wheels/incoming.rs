//! Downloads while they come in: hashed on the way, small ones in memory, large ones in a file that a later run can resume.

use std::fs::{self, File};
use std::io::{self, Read, Seek as _, Write as _};
use std::ops::Deref;
use std::path::{Path, PathBuf};

use packaging::hashes::Hash;

use crate::archive::{Digests, check_hashes};
use crate::disk::{DiskError, Kind, Store, key_name, make_folder};
use crate::sys::Bytes;

/// Downloads up to this size touch no disk.
const IN_MEMORY: usize = 512 << 10;
/// An interrupted download below this size is not worth resuming.
const WORTH_RESUMING: usize = 64 << 10;

/// Why a download is not usable.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DownloadError {
    /// The file is not the expected one.
    #[error("the file has the hash {actual}, expected {}", super::list(expected))]
    HashMismatch {
        /// The digest that matches none of the expected ones of its algorithm.
        actual: Hash,
        /// All that was expected.
        expected: Vec<Hash>,
    },
    /// The disk.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

/// A file that is being downloaded. Dropped before [`IncomingFile::finish`], what came in is kept for a later run.
#[derive(Debug)]
pub struct IncomingFile {
    store: Store,
    key: String,
    expected: Vec<Hash>,
    digests: Option<Digests>,
    length: u64,
    validator: Option<String>,
    memory: Vec<u8>,
    partial: Option<Partial>,
}

#[derive(Debug)]
struct Partial {
    file: File,
    path: PathBuf,
    /// Whether other runs find it: not where another process already downloads the same file.
    shared: bool,
}

impl Store {
    /// Begins the download of the file that `key` names (its URL without credentials); `expected` as for
    /// [`Store::add_wheel`]. Continues where an interrupted run stopped: see [`IncomingFile::resume_from`].
    ///
    /// # Errors
    /// That a partial file cannot be read.
    pub fn begin_download(&self, key: &str, expected: &[Hash]) -> Result<IncomingFile, DiskError> {
        let mut incoming = IncomingFile {
            store: self.clone(),
            key: key.to_owned(),
            expected: expected.to_vec(),
            digests: Some(Digests::for_expected(expected)),
            length: 0,
            validator: None,
            memory: Vec::new(),
            partial: None,
        };
        incoming.find_partial()?;
        Ok(incoming)
    }
}

impl IncomingFile {
    fn path(&self) -> PathBuf {
        self.store.entry(Kind::Partial, &key_name(&self.key))
    }

    fn find_partial(&mut self) -> Result<(), DiskError> {
        let path = self.path();
        let Ok(file) = File::options().read(true).append(true).open(&path) else { return Ok(()) };
        if file.try_lock().is_err() {
            return Ok(());
        }
        let failed = |error| DiskError::new("read", &path, error);
        let mut buffer = vec![0; 256 << 10];
        let digests = self.digests.get_or_insert_with(|| Digests::for_expected(&self.expected));
        loop {
            let count = (&file).read(&mut buffer).map_err(failed)?;
            if count == 0 {
                break;
            }
            digests.update(&buffer[..count]);
            self.length += count as u64;
        }
        self.validator = fs::read_to_string(validator_path(&path)).ok();
        self.partial = Some(Partial { file, path, shared: true });
        // Without a validator only a hash can tell whether the rest belongs to the same file.
        if self.validator.is_none() && self.expected.is_empty() {
            self.restart()?;
        }
        Ok(())
    }

    /// How many bytes are there already, and the validator (ETag, Last-Modified) of the response they came from, for
    /// `Range` and `If-Range`. `None` for a download from the start.
    #[must_use]
    pub fn resume_from(&self) -> Option<(u64, Option<&str>)> {
        (self.length > 0).then_some((self.length, self.validator.as_deref()))
    }

    /// Bytes taken so far.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Notes the validator of the response whose body is written next.
    pub fn set_validator(&mut self, validator: Option<&str>) {
        self.validator = validator.map(str::to_owned);
    }

    /// Forgets all bytes: the server sends the file from its start.
    ///
    /// # Errors
    /// That the partial file cannot be emptied.
    pub fn restart(&mut self) -> Result<(), DiskError> {
        self.digests = Some(Digests::for_expected(&self.expected));
        self.length = 0;
        self.memory.clear();
        if let Some(partial) = &mut self.partial {
            let emptied = partial.file.set_len(0).and_then(|()| partial.file.rewind());
            emptied.map_err(|error| DiskError::new("empty", &partial.path, error))?;
        }
        Ok(())
    }

    /// Takes the next bytes of the body.
    ///
    /// # Errors
    /// That the partial file cannot be written, such as on a full disk.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), DiskError> {
        if let Some(digests) = &mut self.digests {
            digests.update(bytes);
        }
        self.length += bytes.len() as u64;
        if self.partial.is_none() {
            self.memory.extend_from_slice(bytes);
            return if self.memory.len() > IN_MEMORY { self.spill() } else { Ok(()) };
        }
        self.append(bytes)
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), DiskError> {
        let Some(partial) = &mut self.partial else { return Ok(()) };
        partial.file.write_all(bytes).map_err(|error| DiskError::new("write", &partial.path, error))
    }

    /// Moves what is in memory to a file.
    fn spill(&mut self) -> Result<(), DiskError> {
        let partial = self.open_partial()?;
        if let (true, Some(validator)) = (partial.shared, &self.validator) {
            let _ = fs::write(validator_path(&partial.path), validator);
        }
        self.partial = Some(partial);
        let memory = std::mem::take(&mut self.memory);
        self.append(&memory)
    }

    fn open_partial(&self) -> Result<Partial, DiskError> {
        let path = self.path();
        let open = |path: &Path| File::options().read(true).append(true).create(true).open(path);
        let opened = match open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // Also makes the root with its CACHEDIR.TAG.
                self.store.temporary_path()?;
                make_folder(&self.store.folder(Kind::Partial))?;
                open(&path)
            }
            opened => opened,
        };
        let file = opened.map_err(|error| DiskError::new("open", &path, error))?;
        if file.try_lock().is_ok() {
            file.set_len(0).map_err(|error| DiskError::new("empty", &path, error))?;
            return Ok(Partial { file, path, shared: true });
        }
        let path = self.store.temporary_path()?;
        let file = open(&path).map_err(|error| DiskError::new("open", &path, error))?;
        Ok(Partial { file, path, shared: false })
    }

    /// Checks the hashes of the complete file.
    ///
    /// # Errors
    /// [`DownloadError::HashMismatch`]; the bytes are thrown away then.
    pub fn finish(mut self) -> Result<VerifiedFile, DownloadError> {
        let digests = self.digests.take().map(Digests::finish).unwrap_or_default();
        let partial = self.partial.take();
        let bytes = match &partial {
            None => Bytes::Owned(std::mem::take(&mut self.memory)),
            Some(partial) => {
                // A small file is read rather than mapped, and its cursor stands where the writing stopped.
                let bytes = (&partial.file).rewind().and_then(|()| Bytes::of_file(&partial.file));
                bytes.map_err(|error| DiskError::new("read", &partial.path, error))?
            }
        };
        let file = VerifiedFile { bytes, digests, partial };
        match check_hashes(&file.digests, &self.expected) {
            Ok(()) => Ok(file),
            Err(actual) => {
                Err(DownloadError::HashMismatch { actual, expected: std::mem::take(&mut self.expected) })
            }
        }
    }
}

impl Drop for IncomingFile {
    fn drop(&mut self) {
        let unfinished = self.digests.is_some();
        if unfinished && self.partial.is_none() && self.memory.len() >= WORTH_RESUMING {
            let _ = self.spill();
        }
        if let Some(partial) = self.partial.take().filter(|partial| !partial.shared) {
            let _ = fs::remove_file(partial.path);
        }
    }
}

/// A complete download whose hashes were checked.
#[derive(Debug)]
pub struct VerifiedFile {
    bytes: Bytes,
    digests: Vec<Hash>,
    partial: Option<Partial>,
}

impl VerifiedFile {
    /// SHA-256 first, then the other algorithms that were expected.
    #[must_use]
    pub fn digests(&self) -> &[Hash] {
        &self.digests
    }

    pub(crate) fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The SHA-256 of the content.
    #[must_use]
    pub fn sha256(&self) -> &Hash {
        &self.digests[0]
    }
}

impl Deref for VerifiedFile {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for VerifiedFile {
    fn drop(&mut self) {
        if let Some(partial) = &self.partial {
            let _ = fs::remove_file(&partial.path);
            if partial.shared {
                let _ = fs::remove_file(validator_path(&partial.path));
            }
        }
    }
}

fn validator_path(partial: &Path) -> PathBuf {
    partial.with_extension("validator")
}
