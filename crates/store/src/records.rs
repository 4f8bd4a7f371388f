//! Small immutable values by key: METADATA of distributions, facts about interpreters.

use std::fs::File;
use std::io::{self, Read as _};

use rustix::buffer::spare_capacity;

use crate::disk::{DiskError, Kind, Store, key_name};

const MAGIC: &[u8; 8] = b"TILSITRC";
/// magic · crc32 of what follows u32 · length of the key u32
const HEADER: usize = 16;
/// Most records fit in this, and so are read by one call.
const USUAL: usize = 8 << 10;
/// No record is honestly larger.
const LARGEST: u64 = 256 << 20;

impl Store {
    /// The core metadata that was stored under `key` (a hash or URL of a distribution).
    ///
    /// # Errors
    /// That an existing record cannot be read.
    pub fn metadata(&self, key: &str) -> Result<Option<Vec<u8>>, DiskError> {
        self.record(Kind::Metadata, key)
    }

    /// Stores the core metadata of a distribution: its header lines only, the description is cut off.
    ///
    /// # Errors
    /// That the record cannot be written.
    pub fn put_metadata(&self, key: &str, metadata: &[u8]) -> Result<(), DiskError> {
        self.put_record(Kind::Metadata, key, crate::wheels::headers_only(metadata))
    }

    /// The facts that were stored about the interpreter `key` (its path, size and time; the caller's words).
    ///
    /// # Errors
    /// That an existing record cannot be read.
    pub fn interpreter(&self, key: &str) -> Result<Option<Vec<u8>>, DiskError> {
        self.record(Kind::Interpreters, key)
    }

    /// Stores facts about an interpreter.
    ///
    /// # Errors
    /// That the record cannot be written.
    pub fn put_interpreter(&self, key: &str, facts: &[u8]) -> Result<(), DiskError> {
        self.put_record(Kind::Interpreters, key, facts)
    }

    pub(crate) fn record(&self, kind: Kind, key: &str) -> Result<Option<Vec<u8>>, DiskError> {
        let path = self.entry(kind, &key_name(key));
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(DiskError::new("read", path, error)),
        };
        let mut bytes = read_whole(file).map_err(|error| DiskError::new("read", path, error))?;
        let Some(start) = value_start(&bytes, key) else { return Ok(None) };
        bytes.drain(..start);
        Ok(Some(bytes))
    }

    pub(crate) fn put_record(&self, kind: Kind, key: &str, value: &[u8]) -> Result<(), DiskError> {
        let mut bytes = Vec::with_capacity(HEADER + key.len() + value.len());
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&[0; 4]);
        bytes.extend_from_slice(&(key.len() as u32).to_le_bytes());
        bytes.extend_from_slice(key.as_bytes());
        bytes.extend_from_slice(value);
        let crc = libdeflater::crc32(&bytes[12..]);
        bytes[8..12].copy_from_slice(&crc.to_le_bytes());
        self.write_entry(kind, &key_name(key), &bytes).map(|_| ())
    }
}

/// Most records come with the first read, which then brings less than was asked for; a record that was cut short by that
/// does not have its checksum.
fn read_whole(file: File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(USUAL);
    rustix::io::read(&file, spare_capacity(&mut bytes))?;
    if bytes.len() >= USUAL {
        file.take(LARGEST).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

/// Where the value starts; `None` for a damaged record or another key's.
fn value_start(bytes: &[u8], key: &str) -> Option<usize> {
    let start = HEADER + key.len();
    let header = bytes.strip_prefix(MAGIC)?;
    let crc = u32::from_le_bytes(*header.first_chunk()?);
    let length = u32::from_le_bytes(*header.get(4..)?.first_chunk()?);
    let intact = crc == libdeflater::crc32(&header[4..]) && length as usize == key.len();
    (intact && bytes.get(HEADER..start)? == key.as_bytes()).then_some(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_kept_by_key() {
        let store = Store::temporary(&std::env::temp_dir()).unwrap();
        assert_eq!(store.metadata("a").unwrap(), None);
        store.put_metadata("a", b"Name: a\n\nText").unwrap();
        store.put_interpreter("a", b"{}").unwrap();
        assert_eq!(store.metadata("a").unwrap().as_deref(), Some(&b"Name: a\n"[..]));
        assert_eq!(store.interpreter("a").unwrap().as_deref(), Some(&b"{}"[..]));
        store.put_interpreter("a", b"").unwrap();
        assert_eq!(store.interpreter("a").unwrap().as_deref(), Some(&b""[..]));
        let path = store.entry(Kind::Metadata, &key_name("a"));
        let bytes = std::fs::read(&path).unwrap();
        for at in 0..bytes.len() {
            let mut bad = bytes.clone();
            bad[at] ^= 1;
            std::fs::write(&path, &bad).unwrap();
            assert_eq!(store.metadata("a").unwrap(), None, "byte {at}");
            std::fs::write(&path, &bytes[..at]).unwrap();
            assert_eq!(store.metadata("a").unwrap(), None, "cut at {at}");
        }
    }
}
