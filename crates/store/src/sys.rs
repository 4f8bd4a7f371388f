//! The one place with `unsafe`: memory maps.
#![allow(unsafe_code)]

use std::fs::File;
use std::io;
use std::ops::Deref;
use std::path::Path;

use memmap2::{Mmap, MmapOptions, UncheckedAdvice};

/// Files shorter than this are read: for them a map costs more than the copy.
const MAP_FROM: u64 = 16 * 1024;

/// The largest page in use; ranges are released in multiples of it.
const PAGE: usize = 64 * 1024;

/// Immutable bytes, in memory or mapped from a file.
#[derive(Debug)]
pub(crate) enum Bytes {
    Owned(Vec<u8>),
    Mapped(Mmap),
}

impl Bytes {
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        Self::of_file(&File::open(path)?)
    }

    /// The whole content of `file`; of a mapped one, pages come in as they are touched.
    pub(crate) fn of_file(file: &File) -> io::Result<Self> {
        Self::read(file, file.metadata()?.len(), MmapOptions::new())
    }

    /// The whole content of `file`, which is going to be read from its start to its end.
    pub(crate) fn of_file_at_once(file: &File, length: u64) -> io::Result<Self> {
        Self::read(file, length, MmapOptions::new().populate().clone())
    }

    fn read(mut file: &File, length: u64, mut options: MmapOptions) -> io::Result<Self> {
        if length >= MAP_FROM {
            // A length that is known need not be asked for again.
            let length = usize::try_from(length).map_err(|_| io::ErrorKind::FileTooLarge)?;
            return map(file, options.len(length)).map(Bytes::Mapped);
        }
        let mut bytes = Vec::with_capacity(length as usize + 1);
        io::Read::read_to_end(&mut file, &mut bytes)?;
        Ok(Bytes::Owned(bytes))
    }
}

impl Bytes {
    /// Says that `part`, a slice of these bytes, is not needed in memory for now: a large wheel that is unpacked from a map
    /// does not count as a whole. Does nothing for bytes that are in memory only.
    pub(crate) fn release(&self, part: &[u8]) {
        let Bytes::Mapped(map) = self else { return };
        let Some(start) = (part.as_ptr() as usize).checked_sub(map.as_ptr() as usize) else { return };
        let (start, end) = (start.next_multiple_of(PAGE), (start + part.len()) / PAGE * PAGE);
        if start < end && end <= map.len() {
            // SAFETY: the map is shared, read-only and backed by a file that does not change (see `map`): dropped pages come
            // back with the same content when they are touched again.
            let _ = unsafe { map.unchecked_advise_range(UncheckedAdvice::DontNeed, start, end - start) };
        }
    }
}

impl Deref for Bytes {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        match self {
            Bytes::Owned(bytes) => bytes,
            Bytes::Mapped(map) => map,
        }
    }
}

/// Maps `file` read-only.
fn map(file: &File, options: &MmapOptions) -> io::Result<Mmap> {
    // SAFETY: the files mapped here are entries of the store, which are written under a temporary name, renamed into
    // place and never truncated or rewritten afterwards (the freshness block of a page is read with `pread`, not
    // through its map), or a wheel that the caller promised to leave alone while it is added.
    unsafe { options.map(file) }
}

/// Text that was found to be UTF-8 when its file was opened.
pub(crate) fn validated_text(bytes: &[u8]) -> &str {
    // SAFETY: only `Flat` calls this, with its text section, which `Flat::open` ran through `str::from_utf8`; the bytes
    // do not change afterwards (see `map`).
    unsafe { std::str::from_utf8_unchecked(bytes) }
}
