//! Archives of strangers: zip (wheels, some source distributions) and tar, and the digests they are checked by.
//!
//! Nothing here writes a file or trusts a name, a size or a checksum: names come out as [`SafePath`], sizes are limited
//! before memory is taken, contents are checked while they are read.

mod digest;
mod path;
mod source;
pub mod zip;

use std::io;
use std::ops::Deref;
use std::path::Path;

pub use digest::{Digests, Hasher, check_hashes, sha256};
pub use path::{SafePath, UnsafePath};
pub use source::{ArchiveFormat, EntryKind, SourceEntry, SourceError, for_each_entry, read_member};

use crate::sys::Bytes;

/// The bytes of a file, memory-mapped where it is large. The file must not be truncated while this lives.
#[derive(Debug)]
pub struct FileBytes(Bytes);

impl FileBytes {
    /// Opens and maps `path`.
    ///
    /// # Errors
    /// That the file cannot be opened or read.
    pub fn open(path: &Path) -> io::Result<Self> {
        Bytes::open(path).map(Self)
    }
}

impl Deref for FileBytes {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl From<Bytes> for FileBytes {
    fn from(bytes: Bytes) -> Self {
        Self(bytes)
    }
}

impl From<FileBytes> for Bytes {
    fn from(bytes: FileBytes) -> Self {
        bytes.0
    }
}
