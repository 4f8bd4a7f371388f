//! One member: its local header, its data, and how it is inflated.

use std::io::{self, Read};

use super::directory::{Wide, Window, u16_at, u32_at, u64_at};
use super::names::{FLAG_UTF8, decode};
use super::{Entry, Strictness, ZipError, ZipMember};
use crate::archive::SafePath;

const LOCAL: &[u8; 4] = b"PK\x03\x04";
const LOCAL_LENGTH: u64 = 30;
const DESCRIPTOR: &[u8; 4] = b"PK\x07\x08";
const FLAG_ENCRYPTED: u16 = 1;
const FLAG_DESCRIPTOR: u16 = 1 << 3;
const FLAG_PATCHED: u16 = 1 << 5;
const FLAG_STRONG: u16 = 1 << 6;
const FLAG_MASKED: u16 = 1 << 13;
const STORED: u16 = 0;
const DEFLATED: u16 = 8;
const S_IFMT: u16 = 0o170_000;
const S_IFREG: u16 = 0o100_000;
const S_IFDIR: u16 = 0o040_000;
/// Deflate cannot do better: a longest match of 258 bytes takes two bits.
const BEST_RATIO: u64 = 1032;

/// Checks the member that `entry` describes against its local header; also the bytes it occupies in the file.
pub(super) fn locate<'a>(
    window: Window<'a>,
    entry: &Entry<'a>,
    directory_start: u64,
    strictness: Strictness,
) -> Result<(ZipMember<'a>, (u64, u64)), ZipError> {
    let mut member = describe(entry, strictness)?;
    let fixed = window.slice(entry.header, LOCAL_LENGTH)?.ok_or(ZipError::Truncated)?;
    let header = LocalHeader::read(window, entry.header, fixed)?;
    header.agree(entry).map_err(|field| ZipError::HeaderMismatch { name: member.path.to_string(), field })?;
    let end = header.end.checked_add(entry.packed_size).ok_or(ZipError::Truncated)?;
    member.data = window.slice(header.end, entry.packed_size)?.ok_or(ZipError::Truncated)?;
    let end = if header.flags & FLAG_DESCRIPTOR == 0 {
        end
    } else {
        let length = descriptor_length(window, end, entry);
        let mismatch =
            || ZipError::HeaderMismatch { name: member.path.to_string(), field: "data descriptor" };
        end + length.ok_or_else(mismatch)?
    };
    if end > directory_start {
        return Err(ZipError::Overlap { name: member.path.to_string() });
    }
    Ok((member, (entry.header, end)))
}

/// What the central directory says about a member, checked for everything but its place in the file.
pub(super) fn describe<'a>(entry: &Entry<'_>, strictness: Strictness) -> Result<ZipMember<'a>, ZipError> {
    let name = decode(entry)?;
    let (path, directory) = name.strip_suffix('/').map_or((&*name, false), |path| (path, true));
    let path = match strictness {
        Strictness::Wheel => SafePath::new(path),
        Strictness::Source => SafePath::normalized(path),
    };
    let path = path.map_err(|reason| ZipError::UnsafeName { name: name.to_string(), reason })?;
    let name = || name.to_string();
    if entry.flags & (FLAG_ENCRYPTED | FLAG_STRONG | FLAG_MASKED) != 0 {
        return Err(ZipError::Encrypted { name: name() });
    }
    if entry.flags & FLAG_PATCHED != 0 || !matches!(entry.method, STORED | DEFLATED) {
        return Err(ZipError::Method { name: name(), method: entry.method });
    }
    let kind = entry.mode & S_IFMT;
    let plain = kind == 0 || kind == if directory { S_IFDIR } else { S_IFREG };
    if strictness == Strictness::Wheel && !plain {
        return Err(ZipError::SpecialFile { name: name() });
    }
    let honest = match entry.method {
        STORED => entry.size == entry.packed_size,
        _ => entry.size <= entry.packed_size.saturating_mul(BEST_RATIO),
    };
    if !honest || (directory && entry.size != 0) {
        return Err(ZipError::Corrupt { name: name() });
    }
    Ok(ZipMember {
        path,
        directory,
        mode: entry.mode,
        deflated: entry.method == DEFLATED,
        crc32: entry.crc32,
        size: entry.size,
        data: &[],
    })
}

struct LocalHeader<'a> {
    flags: u16,
    method: u16,
    crc32: u32,
    sizes: Wide,
    name: &'a [u8],
    /// First byte of the data in the file.
    end: u64,
}

impl<'a> LocalHeader<'a> {
    fn read(window: Window<'a>, at: u64, fixed: &[u8]) -> Result<Self, ZipError> {
        if !fixed.starts_with(LOCAL) {
            return Err(ZipError::Ambiguous("a member has no local header"));
        }
        let short = |at| u16_at(fixed, at).ok_or(ZipError::Truncated);
        let long = |at| u32_at(fixed, at).ok_or(ZipError::Truncated);
        let name_length = u64::from(short(26)?);
        let extra_length = u64::from(short(28)?);
        let name_at = at + LOCAL_LENGTH;
        let name = window.slice(name_at, name_length)?.ok_or(ZipError::Truncated)?;
        let extra = window.slice(name_at + name_length, extra_length)?.ok_or(ZipError::Truncated)?;
        let mut sizes = Wide { size: u64::from(long(22)?), packed_size: u64::from(long(18)?), header: None };
        sizes.widen(extra)?;
        Ok(Self {
            flags: short(6)?,
            method: short(8)?,
            crc32: long(14)?,
            sizes,
            name,
            end: name_at + name_length + extra_length,
        })
    }

    /// Names the field in which the two headers differ.
    fn agree(&self, entry: &Entry<'_>) -> Result<(), &'static str> {
        let same_flags = FLAG_ENCRYPTED | FLAG_DESCRIPTOR | FLAG_STRONG | FLAG_MASKED;
        let streamed = self.flags & FLAG_DESCRIPTOR != 0;
        let number = |here: u64, there: u64| here == there || (streamed && here == 0);
        let checks = [
            (self.name == entry.name, "name"),
            ((self.flags ^ entry.flags) & same_flags == 0, "flags"),
            // zipfile compares the names after decoding each by its own flag
            (self.name.is_ascii() || (self.flags ^ entry.flags) & FLAG_UTF8 == 0, "flags"),
            (self.method == entry.method, "method"),
            (number(u64::from(self.crc32), u64::from(entry.crc32)), "CRC-32"),
            (number(self.sizes.packed_size, entry.packed_size), "compressed size"),
            (number(self.sizes.size, entry.size), "size"),
        ];
        checks.iter().find(|(same, _)| !same).map_or(Ok(()), |(_, field)| Err(field))
    }
}

/// Length of the data descriptor at `at`: with or without its signature, with sizes of 4 or 8 bytes (APPNOTE 4.3.9).
fn descriptor_length(window: Window<'_>, at: u64, entry: &Entry<'_>) -> Option<u64> {
    let fits = |signed: bool, wide: bool| {
        let start = if signed { 4 } else { 0 };
        let length = start + if wide { 20 } else { 12 };
        let bytes = window.slice(at, length as u64).ok()??;
        let sizes = if wide {
            (u64_at(bytes, start + 4)?, u64_at(bytes, start + 12)?)
        } else {
            (u64::from(u32_at(bytes, start + 4)?), u64::from(u32_at(bytes, start + 8)?))
        };
        let same = (!signed || bytes.starts_with(DESCRIPTOR))
            && u32_at(bytes, start) == Some(entry.crc32)
            && sizes == (entry.packed_size, entry.size);
        same.then_some(length as u64)
    };
    [(true, false), (true, true), (false, false), (false, true)]
        .into_iter()
        .find_map(|(signed, wide)| fits(signed, wide))
}

/// Inflates members; keep one for each thread.
#[derive(Default)]
pub struct Inflater(libdeflater::Decompressor);

impl std::fmt::Debug for Inflater {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Inflater")
    }
}

impl<'a> ZipMember<'a> {
    /// The whole content in `buffer` (which is only grown), size and CRC-32 checked. For members that fit into memory;
    /// larger ones are streamed by [`ZipMember::reader`].
    ///
    /// # Errors
    /// [`ZipError::Corrupt`], [`ZipError::Checksum`].
    pub fn read<'b>(&self, inflater: &mut Inflater, buffer: &'b mut Vec<u8>) -> Result<&'b [u8], ZipError>
    where
        'a: 'b,
    {
        let content = if self.deflated {
            let size = self.size as usize;
            if buffer.len() < size {
                // Not `resize`: fresh zeros cost nothing, and the old content needs no copy.
                *buffer = Vec::new();
                let room = if size < 1 << 20 { size.next_power_of_two().max(1 << 16) } else { size };
                *buffer = vec![0; room];
            }
            let target = &mut buffer[..size];
            let written = inflater.0.deflate_decompress(self.data, target).map_err(|_| self.corrupt())?;
            if written != size {
                return Err(self.corrupt());
            }
            &*target
        } else {
            self.data
        };
        if libdeflater::crc32(content) != self.crc32 {
            return Err(ZipError::Checksum { name: self.path.to_string() });
        }
        Ok(content)
    }

    /// The content as a stream; its end is an error where size or CRC-32 are not as stated.
    #[must_use]
    pub fn reader(&self) -> MemberReader<'a> {
        let source = if self.deflated {
            Source::Deflated(flate2::read::DeflateDecoder::new(self.data))
        } else {
            Source::Stored(self.data)
        };
        MemberReader { source, left: self.size, crc32: self.crc32, seen: libdeflater::Crc::new() }
    }

    fn corrupt(&self) -> ZipError {
        ZipError::Corrupt { name: self.path.to_string() }
    }
}

enum Source<'a> {
    Stored(&'a [u8]),
    Deflated(flate2::read::DeflateDecoder<&'a [u8]>),
}

/// Streams one member; see [`ZipMember::reader`].
pub struct MemberReader<'a> {
    source: Source<'a>,
    left: u64,
    crc32: u32,
    seen: libdeflater::Crc,
}

impl std::fmt::Debug for MemberReader<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MemberReader").field("left", &self.left).finish_non_exhaustive()
    }
}

impl Read for MemberReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let invalid = |reason: &str| io::Error::new(io::ErrorKind::InvalidData, reason.to_owned());
        let count = match &mut self.source {
            Source::Stored(data) => data.read(buffer)?,
            Source::Deflated(decoder) => decoder.read(buffer)?,
        };
        self.left = self.left.checked_sub(count as u64).ok_or_else(|| invalid("longer than stated"))?;
        self.seen.update(&buffer[..count]);
        if count == 0 && !buffer.is_empty() {
            if self.left != 0 {
                return Err(invalid("shorter than stated"));
            }
            if self.seen.sum() != self.crc32 {
                return Err(invalid("wrong CRC-32"));
            }
        }
        Ok(count)
    }
}
