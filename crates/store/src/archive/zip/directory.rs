//! The end records and the central directory: what a zip says about itself, read as CPython's `zipfile` reads it, but
//! refusing what two readers could take differently.

use super::ZipError;

const END: &[u8; 4] = b"PK\x05\x06";
const END64: &[u8; 4] = b"PK\x06\x06";
const LOCATOR64: &[u8; 4] = b"PK\x06\x07";
const ENTRY: &[u8; 4] = b"PK\x01\x02";
const END_LENGTH: usize = 22;
const END64_LENGTH: usize = 56;
const LOCATOR64_LENGTH: usize = 20;
const ENTRY_LENGTH: usize = 46;
/// A comment has at most 65,535 bytes, so the end record starts in this tail.
pub(super) const TAIL: usize = END_LENGTH + 0xFFFF;

pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|raw| u16::from_le_bytes(*raw))
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|raw| u32::from_le_bytes(*raw))
}

pub(super) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|raw| u64::from_le_bytes(*raw))
}

/// The last bytes of an archive, all of it or a tail fetched by a range request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window<'a> {
    pub(super) bytes: &'a [u8],
    /// Where `bytes` starts in the file.
    pub(super) base: u64,
}

impl<'a> Window<'a> {
    pub(super) fn whole(bytes: &'a [u8]) -> Self {
        Self { bytes, base: 0 }
    }

    /// `None`: (partly) before the window; an error: after its end.
    pub(super) fn slice(&self, start: u64, length: u64) -> Result<Option<&'a [u8]>, ZipError> {
        let end = start.checked_add(length).ok_or(ZipError::Truncated)?;
        if end > self.base + self.bytes.len() as u64 {
            return Err(ZipError::Truncated);
        }
        if start < self.base {
            return Ok(None);
        }
        let start = (start - self.base) as usize;
        Ok(Some(&self.bytes[start..start + length as usize]))
    }
}

/// Where the central directory lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct End {
    pub(super) entries: u64,
    /// First byte of the central directory in the file.
    pub(super) start: u64,
    pub(super) size: u64,
    /// Bytes in front of the archive; every stored offset is relative to their end (as `zipfile` does).
    pub(super) prepended: u64,
}

impl End {
    /// Finds the end record; `Ok(Err(offset))` asks for more of the file, from `offset` on.
    pub(super) fn find(window: Window<'_>) -> Result<Result<Self, u64>, ZipError> {
        let at = find_end_record(window.bytes)?;
        let record = &window.bytes[at..];
        let field16 = |at| u16_at(record, at).map(u64::from).ok_or(ZipError::Truncated);
        let field32 = |at| u32_at(record, at).map(u64::from).ok_or(ZipError::Truncated);
        let (disk, directory_disk) = (field16(4)?, field16(6)?);
        let (here, entries) = (field16(8)?, field16(10)?);
        let (size, offset) = (field32(12)?, field32(16)?);
        let found = Fields { disk, directory_disk, here, entries, size, offset };
        let position = window.base + at as u64;
        let (fields, directory_end) = match at.checked_sub(LOCATOR64_LENGTH) {
            Some(before) if window.bytes[before..].starts_with(LOCATOR64) => {
                match found.with_zip64(window, position - LOCATOR64_LENGTH as u64)? {
                    Ok(found) => found,
                    Err(offset) => return Ok(Err(offset)),
                }
            }
            _ => (found, position),
        };
        fields.locate(directory_end).map(Ok)
    }
}

/// The last end record in the last 64 KiB, as `zipfile` searches it.
fn find_end_record(bytes: &[u8]) -> Result<usize, ZipError> {
    let tail_start = bytes.len().saturating_sub(TAIL);
    let tail = &bytes[tail_start..];
    let mut candidates = memchr::memmem::rfind_iter(tail, END).filter(|at| at + END_LENGTH <= tail.len());
    let chosen = candidates.next().ok_or(ZipError::NotAZip)?;
    let comment = |at: usize| usize::from(u16_at(tail, at + 20).unwrap_or(0));
    if chosen + END_LENGTH + comment(chosen) > tail.len() {
        return Err(ZipError::Truncated);
    }
    // An earlier record whose comment reaches exactly to the end of the file is what other readers would take.
    if candidates.any(|at| at + END_LENGTH + comment(at) == tail.len()) {
        return Err(ZipError::Ambiguous("two end records"));
    }
    Ok(tail_start + chosen)
}

#[derive(Debug, Clone, Copy)]
struct Fields {
    disk: u64,
    directory_disk: u64,
    here: u64,
    entries: u64,
    size: u64,
    offset: u64,
}

impl Fields {
    /// The fields of the zip64 end record, and its position; it must lie directly before its locator.
    fn with_zip64(self, window: Window<'_>, locator_at: u64) -> Result<Result<(Self, u64), u64>, ZipError> {
        let start = locator_at.checked_sub(END64_LENGTH as u64).ok_or(ZipError::Truncated)?;
        let Some(locator) = window.slice(locator_at, LOCATOR64_LENGTH as u64)? else { return Ok(Err(start)) };
        let Some(record) = window.slice(start, END64_LENGTH as u64)? else { return Ok(Err(start)) };
        let get32 = |at| u32_at(record, at).map(u64::from).ok_or(ZipError::Truncated);
        let get64 = |at| u64_at(record, at).ok_or(ZipError::Truncated);
        if !record.starts_with(END64) || get64(4)? != (END64_LENGTH - 12) as u64 {
            return Err(ZipError::Ambiguous("the zip64 end record is not before its locator"));
        }
        if u32_at(locator, 4) != Some(0) || u32_at(locator, 16) != Some(1) {
            return Err(ZipError::MultiDisk);
        }
        let wide = Self {
            disk: get32(16)?,
            directory_disk: get32(20)?,
            here: get64(24)?,
            entries: get64(32)?,
            size: get64(40)?,
            offset: get64(48)?,
        };
        // The locator's offset is relative to the archive, as the directory's is.
        let stated = u64_at(locator, 8).ok_or(ZipError::Truncated)?;
        if wide.offset.checked_add(wide.size) != Some(stated) {
            return Err(ZipError::Ambiguous("the zip64 locator points elsewhere"));
        }
        let agrees = |narrow: u64, wide: u64, sentinel: u64| narrow == sentinel || narrow == wide;
        let agree = agrees(self.here, wide.here, 0xFFFF)
            && agrees(self.entries, wide.entries, 0xFFFF)
            && agrees(self.size, wide.size, 0xFFFF_FFFF)
            && agrees(self.offset, wide.offset, 0xFFFF_FFFF)
            && agrees(self.disk, wide.disk, 0xFFFF)
            && agrees(self.directory_disk, wide.directory_disk, 0xFFFF);
        if !agree {
            return Err(ZipError::Ambiguous("the end records disagree"));
        }
        Ok(Ok((wide, start)))
    }

    fn locate(self, directory_end: u64) -> Result<End, ZipError> {
        if self.disk != 0 || self.directory_disk != 0 || self.here != self.entries {
            return Err(ZipError::MultiDisk);
        }
        let start = directory_end.checked_sub(self.size).ok_or(ZipError::Truncated)?;
        let prepended = start.checked_sub(self.offset).ok_or(ZipError::Truncated)?;
        if self.entries > self.size / ENTRY_LENGTH as u64 {
            return Err(ZipError::Ambiguous("more entries than the directory has room for"));
        }
        Ok(End { entries: self.entries, start, size: self.size, prepended })
    }
}

/// One entry of the central directory, names still raw.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<'a> {
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) crc32: u32,
    pub(super) packed_size: u64,
    pub(super) size: u64,
    pub(super) name: &'a [u8],
    pub(super) extra: &'a [u8],
    /// Upper half of the external attributes: the Unix mode.
    pub(super) mode: u16,
    /// Position of the local header in the file (`prepended` is added).
    pub(super) header: u64,
}

/// Reads the entries of `directory`; their number and their size must be what `end` says.
pub(super) struct Entries<'a> {
    directory: &'a [u8],
    at: usize,
    left: u64,
    prepended: u64,
}

impl<'a> Entries<'a> {
    pub(super) fn new(directory: &'a [u8], end: &End) -> Self {
        Self { directory, at: 0, left: end.entries, prepended: end.prepended }
    }

    fn read(&mut self) -> Result<Entry<'a>, ZipError> {
        let bytes = self.directory.get(self.at..).ok_or(ZipError::Truncated)?;
        let fixed = bytes.get(..ENTRY_LENGTH).ok_or(ZipError::Truncated)?;
        if !fixed.starts_with(ENTRY) {
            return Err(ZipError::Ambiguous("the central directory has other content than entries"));
        }
        let short = |at| u16_at(fixed, at).ok_or(ZipError::Truncated);
        let long = |at| u32_at(fixed, at).ok_or(ZipError::Truncated);
        let name_length = usize::from(short(28)?);
        let extra_length = usize::from(short(30)?);
        let comment_length = usize::from(short(32)?);
        let name_end = ENTRY_LENGTH + name_length;
        let extra_end = name_end + extra_length;
        let name = bytes.get(ENTRY_LENGTH..name_end).ok_or(ZipError::Truncated)?;
        let extra = bytes.get(name_end..extra_end).ok_or(ZipError::Truncated)?;
        self.at += extra_end + comment_length;
        let mut wide = Wide {
            size: u64::from(long(24)?),
            packed_size: u64::from(long(20)?),
            header: Some(u64::from(long(42)?)),
        };
        wide.widen(extra)?;
        let header = wide.header.and_then(|at| at.checked_add(self.prepended)).ok_or(ZipError::Truncated)?;
        if !matches!(short(34)?, 0 | 0xFFFF) {
            return Err(ZipError::MultiDisk);
        }
        Ok(Entry {
            flags: short(8)?,
            method: short(10)?,
            crc32: long(16)?,
            packed_size: wide.packed_size,
            size: wide.size,
            name,
            extra,
            mode: (long(38)? >> 16) as u16,
            header,
        })
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Result<Entry<'a>, ZipError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.left == 0 {
            let rest = self.directory.len().checked_sub(self.at);
            self.at = self.directory.len();
            return match rest {
                Some(0) => None,
                Some(_) => Some(Err(ZipError::Ambiguous("the central directory is longer than its entries"))),
                None => Some(Err(ZipError::Truncated)),
            };
        }
        self.left -= 1;
        let entry = self.read();
        if entry.is_err() {
            (self.left, self.at) = (0, self.directory.len());
        }
        Some(entry)
    }
}

/// Sizes and offset with the zip64 extra field applied (APPNOTE 4.5.3): a field is there only where the header holds
/// the sentinel.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wide {
    pub(super) size: u64,
    pub(super) packed_size: u64,
    /// `None` in a local header.
    pub(super) header: Option<u64>,
}

const SENTINEL: u64 = 0xFFFF_FFFF;

impl Wide {
    pub(super) fn widen(&mut self, extra: &[u8]) -> Result<(), ZipError> {
        for field in ExtraFields(extra) {
            let (1, data) = field else { continue };
            let mut fields = data.chunks_exact(8).map(|raw| u64_at(raw, 0).unwrap_or(0));
            let mut take = |value: &mut u64| {
                if *value == SENTINEL {
                    *value = fields.next().ok_or(ZipError::Truncated)?;
                }
                Ok(())
            };
            take(&mut self.size)?;
            take(&mut self.packed_size)?;
            if let Some(header) = &mut self.header {
                take(header)?;
            }
            return Ok(());
        }
        Ok(())
    }
}

/// `(id, data)` pairs; a broken tail ends the list, as in `zipfile` before it matters.
pub(super) struct ExtraFields<'a>(pub(super) &'a [u8]);

impl<'a> Iterator for ExtraFields<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let id = u16_at(self.0, 0)?;
        let end = 4 + usize::from(u16_at(self.0, 2)?);
        let data = self.0.get(4..end)?;
        self.0 = &self.0[end..];
        Some((id, data))
    }
}
