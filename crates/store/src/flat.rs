//! Flat files: a checksummed header, a table of sections with fixed-size records, and one blob of text.
//!
//! ```text
//! magic [8] · format u32 · crc32 of the hot part u32 · length u64 · (reserved) ·
//! hot part: sections × (offset u32, length u32) · crc32 of the cold part u32 · hot sections …
//! cold part: cold sections …
//! ```
//! The last hot and the last cold section are UTF-8 text, to which records of that part point by `(offset u32, length u32)`.
//! All numbers are little-endian. The hot part is validated when a file is opened, the cold part when it is first asked for:
//! most runs never touch its pages. A file cut short by a crash is noticed at once by its length; other damage of the cold
//! part makes its records empty. Accessors are bounds-checked: no content of a file can make them panic.

use std::ops::Range;
use std::sync::OnceLock;

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
    /// Sizes of the records of each section.
    pub(crate) records: &'static [usize],
    /// How many of the sections are hot; the last of them is the hot text, the last of all the cold text.
    pub(crate) hot: usize,
}

impl Shape {
    fn body(&self) -> usize {
        HEADER + self.reserved
    }

    /// The section table and the checksum of the cold part.
    fn table(&self) -> usize {
        self.records.len() * 8 + 4
    }

    /// The text section of the part to which `section` belongs.
    fn text_of(&self, section: usize) -> usize {
        if section < self.hot { self.hot - 1 } else { self.records.len() - 1 }
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
    /// Where the file says that its sections lie.
    sections: Vec<Range<usize>>,
    cold: OnceLock<bool>,
}

impl Flat {
    pub(crate) fn open(bytes: Bytes, shape: Shape) -> Result<Self, FlatError> {
        let sections = (0..shape.records.len()).map(|section| range(&bytes, &shape, section)).collect();
        let flat = Self { bytes, shape, sections, cold: OnceLock::new() };
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
        let hot = bytes.get(self.shape.body()..self.cold_start()).ok_or(FlatError::Damaged)?;
        let intact = u64_at(bytes, 16) == bytes.len() as u64
            && hot.len() >= self.shape.table()
            && u32_at(bytes, 12) == libdeflater::crc32(hot)
            && self.are_sections_valid(0..self.shape.hot);
        if intact { Ok(()) } else { Err(FlatError::Damaged) }
    }

    fn cold_start(&self) -> usize {
        if self.shape.hot == self.shape.records.len() {
            return self.bytes.len();
        }
        self.sections[self.shape.hot].start
    }

    /// Whether the cold part is intact; checked once.
    fn is_cold_valid(&self) -> bool {
        *self.cold.get_or_init(|| {
            let expected = u32_at(&self.bytes, self.shape.body() + self.shape.table() - 4);
            let cold = self.bytes.get(self.cold_start()..).unwrap_or_default();
            libdeflater::crc32(cold) == expected
                && self.are_sections_valid(self.shape.hot..self.shape.records.len())
        })
    }

    /// Sections lie in the file, hold whole records, and the last is text.
    fn are_sections_valid(&self, sections: Range<usize>) -> bool {
        let text = self.bytes.get(self.sections[self.shape.text_of(sections.start)].clone());
        let whole = |section: usize| {
            let bytes = self.bytes.get(self.sections[section].clone());
            bytes.is_some_and(|bytes| bytes.len().is_multiple_of(self.shape.records[section]))
        };
        sections.into_iter().all(whole) && text.is_some_and(|text| std::str::from_utf8(text).is_ok())
    }

    /// Empty for a cold section of a damaged file.
    fn section(&self, section: usize) -> &[u8] {
        if section >= self.shape.hot && !self.is_cold_valid() {
            return &[];
        }
        self.bytes.get(self.sections[section].clone()).unwrap_or_default()
    }

    pub(crate) fn count(&self, section: usize) -> usize {
        self.section(section).len() / self.shape.records[section]
    }

    pub(crate) fn record(&self, section: usize, index: usize) -> Record<'_> {
        self.rows(section).record(index)
    }

    /// All records of a section: for whoever reads many, so that the section is found once.
    pub(crate) fn rows(&self, section: usize) -> Rows<'_> {
        Rows {
            bytes: self.section(section),
            size: self.shape.records[section],
            text: validated_text(self.section(self.shape.text_of(section))),
        }
    }
}

/// The records of a section.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rows<'a> {
    bytes: &'a [u8],
    size: usize,
    text: &'a str,
}

impl<'a> Rows<'a> {
    #[inline]
    pub(crate) fn record(&self, index: usize) -> Record<'a> {
        let start = index.saturating_mul(self.size);
        let bytes = self.bytes.get(start..start.saturating_add(self.size)).unwrap_or_default();
        Record { bytes, text: self.text }
    }
}

/// One record of a section; fields are read by their byte offset.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Record<'a> {
    bytes: &'a [u8],
    text: &'a str,
}

impl<'a> Record<'a> {
    #[inline]
    pub(crate) fn u32(&self, at: usize) -> u32 {
        u32_at(self.bytes, at)
    }

    #[inline]
    pub(crate) fn u64(&self, at: usize) -> u64 {
        u64_at(self.bytes, at)
    }

    #[inline]
    pub(crate) fn array<const N: usize>(&self, at: usize) -> [u8; N] {
        self.bytes.get(at..).and_then(<[u8]>::first_chunk).copied().unwrap_or([0; N])
    }

    #[inline]
    pub(crate) fn text(&self, at: usize) -> &'a str {
        let start = self.u32(at) as usize;
        self.text.get(start..start.saturating_add(self.u32(at + 4) as usize)).unwrap_or_default()
    }
}

fn range(bytes: &[u8], shape: &Shape, section: usize) -> Range<usize> {
    let at = shape.body() + section * 8;
    let start = u32_at(bytes, at) as usize;
    start..start.saturating_add(u32_at(bytes, at + 4) as usize)
}

#[inline]
fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |raw| u32::from_le_bytes(*raw))
}

#[inline]
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

    /// Adds `text` to the hot text.
    pub(crate) fn text(&mut self, text: &str) -> TextRef {
        self.add_text(self.shape.hot - 1, text)
    }

    /// Adds `text` to the cold text.
    pub(crate) fn cold_text(&mut self, text: &str) -> TextRef {
        self.add_text(self.shape.records.len() - 1, text)
    }

    fn add_text(&mut self, section: usize, text: &str) -> TextRef {
        let section = &mut self.sections[section];
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

    /// Hot text added before.
    pub(crate) fn text_at(&self, place: TextRef) -> &[u8] {
        let range = place.start as usize..place.start as usize + place.length as usize;
        self.sections[self.shape.hot - 1].get(range).unwrap_or_default()
    }

    pub(crate) fn text_len(&self) -> u32 {
        u32::try_from(self.sections[self.shape.hot - 1].len()).unwrap_or(u32::MAX)
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
        let (hot, cold) = self.sections.split_at(shape.hot);
        let cold = cold.concat();
        bytes.extend_from_slice(&libdeflater::crc32(&cold).to_le_bytes());
        hot.iter().for_each(|section| bytes.extend_from_slice(section));
        let crc = libdeflater::crc32(&bytes[shape.body()..]);
        bytes.extend_from_slice(&cold);
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

    const SHAPE: Shape =
        Shape { magic: *b"testfile", format: 1, reserved: 16, records: &[12, 1, 8, 1], hot: 2 };

    fn sample() -> Vec<u8> {
        let mut writer = FlatWriter::new(SHAPE);
        let hello = writer.text("hello");
        writer.section(0).put_u32(7);
        writer.section(0).put_text(hello);
        let cold = writer.cold_text("cold");
        writer.section(2).put_text(cold);
        writer.finish(b"free").unwrap()
    }

    #[test]
    fn what_was_written_is_read() {
        let flat = Flat::open(Bytes::Owned(sample()), SHAPE).unwrap();
        assert_eq!((flat.count(0), flat.record(0, 0).u32(0), flat.record(0, 0).text(4)), (1, 7, "hello"));
        assert_eq!((flat.record(0, 1).u32(0), flat.record(0, 1).text(4)), (0, ""));
        assert_eq!((flat.count(2), flat.record(2, 0).text(0), flat.record(2, 1).text(0)), (1, "cold", ""));
    }

    #[test]
    fn any_changed_byte_is_noticed_except_in_the_reserved_block() {
        let good = sample();
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 0x20;
            let result = Flat::open(Bytes::Owned(bad), SHAPE);
            let reserved = (HEADER..HEADER + 16).contains(&at);
            match result {
                Ok(flat) if !reserved => assert_eq!(flat.count(2), 0, "byte {at}"),
                result => assert_eq!(result.is_ok(), reserved, "byte {at}"),
            }
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
                for section in [0, 2] {
                    let record = flat.record(section, index);
                    let _ = (record.u32(at), record.u64(at), record.text(at), record.array::<32>(at));
                }
            }
        }
    }
}
