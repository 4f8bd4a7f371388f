//! Zip files, as CPython's `zipfile` writes them to a file that it can seek in.

use flate2::Crc;

use super::TooLarge;
use super::deflate::{Compressor, deflate};

/// `zipfile` changes its output at this size (zip64); we stop there.
const LIMIT: usize = 0x7fff_ffff;

/// When a member was changed, in the two words of MS-DOS (steps of two seconds, from 1980 on).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ZipTime {
    date: u16,
    time: u16,
}

impl ZipTime {
    /// 1980-01-01 00:00:00, the earliest there is.
    pub const EARLIEST: Self = Self { date: 0x21, time: 0 };

    /// A moment in UTC, given in seconds since 1970; moments that zip cannot say become the nearest one it can.
    #[must_use]
    pub fn from_epoch(seconds: i64) -> Self {
        let (year, month, day) = civil_from_days(seconds.div_euclid(86_400));
        if year < 1980 {
            return Self::EARLIEST;
        }
        if year > 2107 {
            return Self { date: 0xff9f, time: 0xbf7d };
        }
        let second = seconds.rem_euclid(86_400);
        let date = ((year - 1980) << 9) | (month << 5) | day;
        let time = (second / 3600) << 11 | (second / 60 % 60) << 5 | (second % 60 / 2);
        Self { date: date as u16, time: time as u16 }
    }
}

/// The date that is so many days after 1970-01-01, in the proleptic Gregorian calendar.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    // Years are counted from March, so that the leap day is the last of a year; an era has 400 years.
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// Who is said to have written the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ZipForm {
    /// CPython's `zipfile` on Unix: version 2.0 made and needed; the flag for UTF-8 where a name needs it.
    Python,
    /// The Rust writer under `uv_build`: version 6.3 made, 1.0 or 2.0 needed, the flag for UTF-8 always.
    Rust,
}

impl ZipForm {
    fn compressor(self) -> Compressor {
        match self {
            Self::Python => Compressor::Zlib,
            Self::Rust => Compressor::ZlibRs,
        }
    }
}

/// How a member's bytes are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// As they are.
    Stored,
    /// Deflated by zlib at a level; Python's default is 6.
    Deflated(u32),
}

/// One member of a zip file.
#[derive(Debug, Clone, Copy)]
pub struct ZipMember<'a> {
    /// Its path; a folder's ends in `/`.
    pub name: &'a str,
    /// Its bytes.
    pub contents: &'a [u8],
    /// When it was changed.
    pub time: ZipTime,
    /// Mode bits of Unix in the upper half, MS-DOS attributes in the lower.
    pub external_attributes: u32,
    /// How the bytes are kept.
    pub method: Method,
}

/// Writes a zip file into memory.
#[derive(Debug)]
pub struct ZipWriter {
    form: ZipForm,
    bytes: Vec<u8>,
    directory: Vec<u8>,
    members: u16,
}

impl ZipWriter {
    /// An archive without members.
    #[must_use]
    pub fn new(form: ZipForm) -> Self {
        Self { form, bytes: Vec::new(), directory: Vec::new(), members: 0 }
    }

    /// Adds a member.
    ///
    /// # Errors
    /// More than zip holds without its 64-bit extension.
    pub fn add(&mut self, member: &ZipMember<'_>) -> Result<(), TooLarge> {
        let too_large = || TooLarge { what: member.name.to_owned() };
        let name_length = u16::try_from(member.name.len()).map_err(|_| too_large())?;
        let offset = u32::try_from(self.bytes.len()).map_err(|_| too_large())?;
        self.members = self.members.checked_add(1).filter(|count| *count < u16::MAX).ok_or_else(too_large)?;
        if member.contents.len() > LIMIT - LIMIT / 20 {
            return Err(too_large());
        }
        let deflated = match member.method {
            Method::Stored => None,
            Method::Deflated(level) => Some(deflate(member.contents, level, self.form.compressor())),
        };
        let data = deflated.as_deref().unwrap_or(member.contents);
        let described = self.description(member, data.len(), name_length);
        self.bytes.extend_from_slice(b"PK\x03\x04");
        self.bytes.extend_from_slice(&described);
        self.bytes.extend_from_slice(member.name.as_bytes());
        self.bytes.extend_from_slice(data);
        if self.bytes.len() > LIMIT {
            return Err(too_large());
        }
        self.list(member, &described, offset);
        Ok(())
    }

    /// What the local header and the directory both say: version needed, flags, method, time, sums and lengths.
    fn description(&self, member: &ZipMember<'_>, stored_size: usize, name_length: u16) -> Vec<u8> {
        let deflated = member.method != Method::Stored;
        let needed: u16 = match self.form {
            ZipForm::Python => 20,
            ZipForm::Rust if deflated || member.name.ends_with('/') => 20,
            ZipForm::Rust => 10,
        };
        let utf8 = self.form == ZipForm::Rust || !member.name.is_ascii();
        let mut crc = Crc::new();
        crc.update(member.contents);
        let mut header = Vec::with_capacity(26);
        for word in [needed, if utf8 { 0x800 } else { 0 }, if deflated { 8 } else { 0 }] {
            header.extend_from_slice(&word.to_le_bytes());
        }
        header.extend_from_slice(&member.time.time.to_le_bytes());
        header.extend_from_slice(&member.time.date.to_le_bytes());
        // Both sizes are below LIMIT.
        for double in [crc.sum(), stored_size as u32, member.contents.len() as u32] {
            header.extend_from_slice(&double.to_le_bytes());
        }
        header.extend_from_slice(&name_length.to_le_bytes());
        header.extend_from_slice(&0_u16.to_le_bytes());
        header
    }

    fn list(&mut self, member: &ZipMember<'_>, described: &[u8], offset: u32) {
        let made_by: [u8; 2] = match self.form {
            ZipForm::Python => [20, 3],
            ZipForm::Rust => [63, 3],
        };
        self.directory.extend_from_slice(b"PK\x01\x02");
        self.directory.extend_from_slice(&made_by);
        self.directory.extend_from_slice(described);
        // No comment, the first disk, no internal attributes.
        self.directory.extend_from_slice(&[0; 6]);
        self.directory.extend_from_slice(&member.external_attributes.to_le_bytes());
        self.directory.extend_from_slice(&offset.to_le_bytes());
        self.directory.extend_from_slice(member.name.as_bytes());
    }

    /// The whole archive.
    ///
    /// # Errors
    /// More than zip holds without its 64-bit extension.
    pub fn finish(mut self) -> Result<Vec<u8>, TooLarge> {
        let too_large = |_| TooLarge { what: "the list of members".to_owned() };
        let start = u32::try_from(self.bytes.len()).map_err(too_large)?;
        let length = u32::try_from(self.directory.len()).map_err(too_large)?;
        self.bytes.append(&mut self.directory);
        self.bytes.extend_from_slice(b"PK\x05\x06\0\0\0\0");
        self.bytes.extend_from_slice(&self.members.to_le_bytes());
        self.bytes.extend_from_slice(&self.members.to_le_bytes());
        self.bytes.extend_from_slice(&length.to_le_bytes());
        self.bytes.extend_from_slice(&start.to_le_bytes());
        self.bytes.extend_from_slice(&[0; 2]);
        Ok(self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_words_of_dos() {
        assert_eq!(ZipTime::from_epoch(0), ZipTime::EARLIEST);
        // 2023-11-14 22:13:20
        let time = ZipTime::from_epoch(1_700_000_000);
        assert_eq!((time.date >> 9, time.date >> 5 & 15, time.date & 31), (43, 11, 14));
        assert_eq!((time.time >> 11, time.time >> 5 & 63, time.time & 31), (22, 13, 10));
        assert_eq!(ZipTime::from_epoch(951_782_400).date, 20 << 9 | 2 << 5 | 29);
        assert_eq!(ZipTime::from_epoch(i64::MAX / 2).date >> 9, 127);
    }

    #[test]
    fn our_own_reader_reads_it() {
        let mut writer = ZipWriter::new(ZipForm::Python);
        for (name, contents) in [("a.txt", "a".repeat(1000)), ("é/b", String::new())] {
            let member = ZipMember {
                name,
                contents: contents.as_bytes(),
                time: ZipTime::EARLIEST,
                external_attributes: 0o100_644 << 16,
                method: Method::Deflated(6),
            };
            writer.add(&member).unwrap();
        }
        let bytes = writer.finish().unwrap();
        let limits = store::archive::zip::Limits::default();
        let archive =
            store::archive::zip::ZipArchive::parse(&bytes, &limits, store::archive::zip::Strictness::Wheel)
                .unwrap();
        let names: Vec<_> =
            archive.members().iter().map(|member| member.path().as_str().to_owned()).collect();
        assert_eq!(names, ["a.txt", "é/b"]);
    }
}
