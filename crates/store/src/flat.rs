//! Flat files: a checksummed header, a table of sections with fixed-size records, and one blob of text.
//!
//! ```text
//! magic [8] · format u32 · crc32 u32 · length u64 · (reserved) · sections × (offset u32, length u32) · section bytes …
//! ```
//! The checksum covers everything after the reserved block. The last section is UTF-8 text, to which records point by
//! `(offset u32, length u32)`. All numbers are little-endian. A reader validates the header once; its accessors are
//! bounds-checked and return empty values outside, so that no content of a file can make them panic.

use crate::sys::{Bytes, validated_text};

/// Bytes in front of the reserved block.
pub(crate) const HEADER: usize = 24;

/// What makes one kind of flat file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    /// The first eight bytes.
    pub(crate) magic: [u8; 8],
    /// Files of another format are treated as absent.
    pub(crate) format: u32,
    /// How many bytes after the header may be rewritten in place.
    pub(crate) reserved: usize,
    /// Sizes of the records of each section; the last section is the text.
    pub(crate) records: &'static [usize],
}

impl Shape {
    fn body(&self) -> usize {
        HEADER + self.reserved
    }

    fn table(&self) -> usize {
        self.records.len() * 8
    }
}

/// Why a flat file is not usable; callers treat the entry as absent and build it anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FlatError {
    #[error("not a file of this kind and format")]
    Foreign,
    #[error("cut short or damaged")]
    Damaged,
    #[error("too large for its format")]
    TooLarge,
}

/// A validated flat file.
#[derive(Debug)]
pub(crate) struct Flat {
    bytes: Bytes,
    shape: Shape,
}

impl Flat {
    pub(crate) fn open(bytes: Bytes, shape: Shape) -> Result<Self, FlatError> {
        let flat = Self { bytes, shape };
        flat.validate()?;
        Ok(flat)
    }

    /// The whole file.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn validate(&self) -> Result<(), FlatError> {
        let bytes: &[u8] = &self.bytes;
        if bytes.get(..8) != Some(&self.shape.magic) || u32_at(bytes, 8) != self.shape.format {
            return Err(FlatError::Foreign);
        }
        let body = bytes.get(self.shape.body()..).ok_or(FlatError::Damaged)?;
        let intact = u64_at(bytes, 16) == bytes.len() as u64
            && body.len() >= self.shape.table()
            && u32_at(bytes, 12) == libdeflater::crc32(body);
        if !intact {
            return Err(FlatError::Damaged);
        }
        for (index, size) in self.shape.records.iter().enumerate() {
            let range = self.range(index);
            let length = bytes.get(range).ok_or(FlatError::Damaged)?.len();
            if !length.is_multiple_of(*size) {
                return Err(FlatError::Damaged);
            }
        }
        std::str::from_utf8(self.section(self.shape.records.len() - 1)).map_err(|_| FlatError::Damaged)?;
        Ok(())
    }

    fn range(&self, section: usize) -> std::ops::Range<usize> {
        let at = self.shape.body() + section * 8;
        let start = u32_at(&self.bytes, at) as usize;
        start..start.saturating_add(u32_at(&self.bytes, at + 4) as usize)
    }

    pub(crate) fn section(&self, section: usize) -> &[u8] {
        self.bytes.get(self.range(section)).unwrap_or_default()
    }

    /// The text section.
    pub(crate) fn text(&self) -> &str {
        validated_text(self.section(self.shape.records.len() - 1))
    }

    pub(crate) fn count(&self, section: usize) -> usize {
        self.section(section).len() / self.shape.records[section]
    }

    pub(crate) fn record(&self, section: usize, index: usize) -> Record<'_> {
        let size = self.shape.records[section];
        let start = index.saturating_mul(size);
        let bytes = self.section(section).get(start..start.saturating_add(size)).unwrap_or_default();
        Record { bytes, text: self.text() }
    }
}

/// One record of a section; fields are read by their byte offset.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Record<'a> {
    bytes: &'a [u8],
    text: &'a str,
}

impl<'a> Record<'a> {
    pub(crate) fn u32(&self, at: usize) -> u32 {
        u32_at(self.bytes, at)
    }

    pub(crate) fn u64(&self, at: usize) -> u64 {
        u64_at(self.bytes, at)
    }

    pub(crate) fn array<const N: usize>(&self, at: usize) -> [u8; N] {
        self.bytes.get(at..).and_then(<[u8]>::first_chunk).copied().unwrap_or([0; N])
    }

    pub(crate) fn text(&self, at: usize) -> &'a str {
        let start = self.u32(at) as usize;
        self.text.get(start..start.saturating_add(self.u32(at + 4) as usize)).unwrap_or_default()
    }
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |raw| u32::from_le_bytes(*raw))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |raw| u64::from_le_bytes(*raw))
}

/// A piece of the text section.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct TextRef {
    pub(crate) start: u32,
    pub(crate) length: u32,
}

/// Collects the sections of a flat file.
#[derive(Debug)]
pub(crate) struct FlatWriter {
    shape: Shape,
    sections: Vec<Vec<u8>>,
    too_large: bool,
}

impl FlatWriter {
    pub(crate) fn new(shape: Shape) -> Self {
        Self { shape, sections: vec![Vec::new(); shape.records.len()], too_large: false }
    }

    /// Adds `text` to the text section.
    pub(crate) fn text(&mut self, text: &str) -> TextRef {
        let last = self.sections.len() - 1;
        let section = &mut self.sections[last];
        let start = section.len();
        section.extend_from_slice(text.as_bytes());
        self.reference(start, text.len())
    }

    fn reference(&mut self, start: usize, length: usize) -> TextRef {
        match (u32::try_from(start), u32::try_from(length)) {
            (Ok(start), Ok(length)) => TextRef { start, length },
            _ => {
                self.too_large = true;
                TextRef::default()
            }
        }
    }

    /// Bytes added before.
    pub(crate) fn text_at(&self, place: TextRef) -> &[u8] {
        let range = place.start as usize..place.start as usize + place.length as usize;
        self.sections.last().and_then(|text| text.get(range)).unwrap_or_default()
    }

    pub(crate) fn text_len(&self) -> u32 {
        self.sections.last().map_or(0, |text| u32::try_from(text.len()).unwrap_or(u32::MAX))
    }

    /// The section to which records are appended.
    pub(crate) fn section(&mut self, section: usize) -> &mut Vec<u8> {
        &mut self.sections[section]
    }

    /// The file's bytes, `reserved` as given (shorter is padded with zeros).
    pub(crate) fn finish(self, reserved: &[u8]) -> Result<Vec<u8>, FlatError> {
        let shape = self.shape;
        let total = shape.body() + shape.table() + self.sections.iter().map(Vec::len).sum::<usize>();
        if self.too_large || u32::try_from(total).is_err() || reserved.len() > shape.reserved {
            return Err(FlatError::TooLarge);
        }
        let mut bytes = Vec::with_capacity(total);
        bytes.extend_from_slice(&shape.magic);
        bytes.extend_from_slice(&shape.format.to_le_bytes());
        bytes.extend_from_slice(&[0; 4]);
        bytes.extend_from_slice(&(total as u64).to_le_bytes());
        bytes.extend_from_slice(reserved);
        bytes.resize(shape.body(), 0);
        let mut start = (shape.body() + shape.table()) as u32;
        for section in &self.sections {
            bytes.extend_from_slice(&start.to_le_bytes());
            bytes.extend_from_slice(&(section.len() as u32).to_le_bytes());
            start += section.len() as u32;
        }
        for section in &self.sections {
            bytes.extend_from_slice(section);
        }
        let crc = libdeflater::crc32(&bytes[shape.body()..]);
        bytes[12..16].copy_from_slice(&crc.to_le_bytes());
        Ok(bytes)
    }
}

/// Appends fields to a record.
pub(crate) trait Put {
    fn put_u32(&mut self, value: u32);
    fn put_u64(&mut self, value: u64);
    fn put_text(&mut self, value: TextRef);
}

impl Put for Vec<u8> {
    fn put_u32(&mut self, value: u32) {
        self.extend_from_slice(&value.to_le_bytes());
    }

    fn put_u64(&mut self, value: u64) {
        self.extend_from_slice(&value.to_le_bytes());
    }

    fn put_text(&mut self, value: TextRef) {
        self.put_u32(value.start);
        self.put_u32(value.length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SHAPE: Shape = Shape { magic: *b"testfile", format: 1, reserved: 16, records: &[12, 1] };

    fn sample() -> Vec<u8> {
        let mut writer = FlatWriter::new(SHAPE);
        let hello = writer.text("hello");
        writer.section(0).put_u32(7);
        writer.section(0).put_text(hello);
        writer.finish(b"free").unwrap()
    }

    #[test]
    fn what_was_written_is_read() {
        let flat = Flat::open(Bytes::Owned(sample()), SHAPE).unwrap();
        assert_eq!((flat.count(0), flat.record(0, 0).u32(0), flat.record(0, 0).text(4)), (1, 7, "hello"));
        assert_eq!((flat.record(0, 1).u32(0), flat.record(0, 1).text(4)), (0, ""));
    }

    #[test]
    fn any_changed_byte_is_noticed_except_in_the_reserved_block() {
        let good = sample();
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 0x20;
            let result = Flat::open(Bytes::Owned(bad), SHAPE);
            assert_eq!(result.is_ok(), (HEADER..HEADER + 16).contains(&at), "byte {at}");
        }
        for length in 0..good.len() {
            assert!(Flat::open(Bytes::Owned(good[..length].to_vec()), SHAPE).is_err());
        }
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(
            body in proptest::collection::vec(any::<u8>(), 0..96),
            index in 0usize..9,
            at in 0usize..20,
        ) {
            let mut bytes = b"testfile\x01\0\0\0".to_vec();
            bytes.extend_from_slice(&libdeflater::crc32(&body).to_le_bytes());
            bytes.extend_from_slice(&((body.len() + 40) as u64).to_le_bytes());
            bytes.extend_from_slice(&[0; 16]);
            bytes.extend_from_slice(&body);
            if let Ok(flat) = Flat::open(Bytes::Owned(bytes), SHAPE) {
                let record = flat.record(0, index);
                let _ = (record.u32(at), record.u64(at), record.text(at), record.array::<32>(at));
            }
        }
    }
}
