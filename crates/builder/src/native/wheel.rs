//! Wheels as they are written: members into the zip file, and a row for each into RECORD.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use packaging::record::write_row;
use sha2::{Digest, Sha256};

use crate::archive::{Method, TooLarge, ZipForm, ZipMember, ZipTime, ZipWriter};

/// How the rows of RECORD end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RecordLines {
    /// `\n`
    Unix,
    /// `\r\n`, the default of Python's `csv`.
    Csv,
}

/// Writes a wheel into memory.
#[derive(Debug)]
pub(super) struct WheelWriter {
    zip: ZipWriter,
    method: Method,
    record: String,
}

/// One file of a wheel.
#[derive(Clone, Copy, Debug)]
pub(super) struct WheelMember<'a> {
    /// Its path in the wheel.
    pub(super) name: &'a str,
    /// Its bytes.
    pub(super) contents: &'a [u8],
    /// When it was changed.
    pub(super) time: ZipTime,
    /// Its mode, with the bits of its kind where the back end writes them.
    pub(super) mode: u32,
}

impl<'a> WheelMember<'a> {
    /// A file of 1980-01-01.
    pub(super) fn dateless(name: &'a str, contents: &'a [u8], mode: u32) -> Self {
        Self { name, contents, time: ZipTime::EARLIEST, mode }
    }
}

impl WheelWriter {
    /// A wheel without members, written as Python's `zipfile` writes.
    pub(super) fn new() -> Self {
        Self::in_form(ZipForm::Python, Method::Deflated(6))
    }

    /// A wheel without members.
    pub(super) fn in_form(form: ZipForm, method: Method) -> Self {
        Self { zip: ZipWriter::new(form), method, record: String::new() }
    }

    /// Adds a file and its row.
    pub(super) fn add(&mut self, member: &WheelMember<'_>) -> Result<(), TooLarge> {
        let hash = format!("sha256={}", URL_SAFE_NO_PAD.encode(Sha256::digest(member.contents)));
        write_row(&mut self.record, member.name, Some(&hash), Some(member.contents.len() as u64));
        self.put(member)
    }

    /// Adds a folder, whose name ends in `/`; RECORD does not list it.
    pub(super) fn add_folder(&mut self, name: &str, mode: u32) -> Result<(), TooLarge> {
        self.zip.add(&ZipMember {
            name,
            contents: &[],
            time: ZipTime::EARLIEST,
            external_attributes: mode << 16,
            method: Method::Stored,
        })
    }

    fn put(&mut self, member: &WheelMember<'_>) -> Result<(), TooLarge> {
        self.zip.add(&ZipMember {
            name: member.name,
            contents: member.contents,
            time: member.time,
            external_attributes: (member.mode & 0xffff) << 16,
            method: self.method,
        })
    }

    /// Adds RECORD, whose name, time and mode `member` gives, and ends the file.
    pub(super) fn finish(
        mut self,
        member: &WheelMember<'_>,
        lines: RecordLines,
    ) -> Result<Vec<u8>, TooLarge> {
        write_row(&mut self.record, member.name, None, None);
        let mut record = std::mem::take(&mut self.record);
        if lines == RecordLines::Unix {
            record = record.replace("\r\n", "\n");
        }
        self.put(&WheelMember { contents: record.as_bytes(), ..*member })?;
        self.zip.finish()
    }
}
