//! Tar files, as CPython's `tarfile` writes them in its `PAX_FORMAT`: a plain ustar header, and before it a PAX header
//! with whatever ustar cannot say (names that are long or not ASCII, fractions of a second, large numbers).

use std::io::{self, Write};

const BLOCK: usize = 512;
const RECORD: u64 = 20 * BLOCK as u64;

/// When a member was changed. `tarfile` keeps whether the number was an integer: a float gets a PAX header.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TarTime {
    /// Whole seconds since 1970.
    Seconds(i64),
    /// Python's float, as `os.stat` gives it.
    Float(f64),
}

/// What a member is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TarKind<'a> {
    /// A file and its bytes.
    File(&'a [u8]),
    /// A folder.
    Directory,
    /// A symbolic link to this text.
    Symlink(&'a str),
    /// Another name of this earlier member.
    Hardlink(&'a str),
}

/// One member of a tar file.
#[derive(Debug, Clone, Copy)]
pub struct TarEntry<'a> {
    /// Its path; folders get their `/` from the writer.
    pub name: &'a str,
    /// Permission bits.
    pub mode: u32,
    /// Owner and group, as numbers.
    pub ids: (u64, u64),
    /// Owner and group, as names.
    pub names: (&'a str, &'a str),
    /// When it was changed.
    pub time: TarTime,
    /// What it is.
    pub kind: TarKind<'a>,
}

impl<'a> TarEntry<'a> {
    /// A file of nobody: owner 0, no names, mode 644.
    #[must_use]
    pub fn file(name: &'a str, contents: &'a [u8], time: i64) -> Self {
        Self {
            name,
            mode: 0o644,
            ids: (0, 0),
            names: ("", ""),
            time: TarTime::Seconds(time),
            kind: TarKind::File(contents),
        }
    }
}

/// Who is said to have written the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TarForm {
    /// CPython's `tarfile`: PAX headers where they are needed, names of folders with a `/`, padded to whole records.
    Python,
    /// The Rust writer under `uv_build`: a PAX header with path and size before every member, names as they are given,
    /// numbers for devices, two blocks at the end.
    Rust,
    /// The older one: headers of GNU without owners.
    Gnu,
}

/// Writes a tar file to `W`.
#[derive(Debug)]
pub struct TarWriter<W> {
    out: W,
    form: TarForm,
    written: u64,
    members: u64,
}

impl<W: Write> TarWriter<W> {
    /// A file without members, in Python's form.
    pub fn new(out: W) -> Self {
        Self::in_form(out, TarForm::Python)
    }

    /// A file without members.
    pub fn in_form(out: W, form: TarForm) -> Self {
        Self { out, form, written: 0, members: 0 }
    }

    /// Adds a member.
    ///
    /// # Errors
    /// What `W` says.
    pub fn add(&mut self, entry: &TarEntry<'_>) -> io::Result<()> {
        let header = Header::of(entry, self.form);
        let mut framing = Vec::with_capacity(4 * BLOCK);
        if !header.records.is_empty() {
            let extended = Header::extended(header.records.len() as u64, self.form, self.members);
            framing.extend_from_slice(&extended.block());
            framing.extend_from_slice(header.records.as_bytes());
            framing.resize(framing.len().next_multiple_of(BLOCK), 0);
        }
        framing.extend_from_slice(&header.block());
        self.members += 1;
        self.put(&framing)?;
        match entry.kind {
            TarKind::File(contents) => self.put_padded(contents),
            _ => Ok(()),
        }
    }

    /// Writes the end and gives `W` back.
    ///
    /// # Errors
    /// What `W` says.
    pub fn finish(mut self) -> io::Result<W> {
        let end = self.written + 2 * BLOCK as u64;
        let end = match self.form {
            TarForm::Python => end.div_ceil(RECORD) * RECORD,
            TarForm::Rust | TarForm::Gnu => end,
        };
        let padding = end - self.written;
        io::copy(&mut io::Read::take(io::repeat(0), padding), &mut self.out)?;
        Ok(self.out)
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.written += bytes.len() as u64;
        self.out.write_all(bytes)
    }

    fn put_padded(&mut self, bytes: &[u8]) -> io::Result<()> {
        // A compressor under us can see in which pieces it is written to.
        let piece = if self.form == TarForm::Gnu { 8 * 1024 } else { 2 * 1024 * 1024 };
        bytes.chunks(piece).try_for_each(|piece| self.put(piece))?;
        let rest = bytes.len().next_multiple_of(BLOCK) - bytes.len();
        self.put(&[0; BLOCK][..rest])
    }
}

/// The fields of a ustar header, and the PAX records for those that do not fit.
struct Header<'a> {
    name: String,
    link: &'a str,
    names: (&'a str, &'a str),
    mode: u32,
    ids: (u64, u64),
    size: u64,
    time: u64,
    kind: u8,
    records: String,
    form: TarForm,
}

impl<'a> Header<'a> {
    fn of(entry: &TarEntry<'a>, form: TarForm) -> Self {
        let (kind, link, size) = match entry.kind {
            TarKind::File(contents) => (b'0', "", contents.len() as u64),
            TarKind::Hardlink(target) => (b'1', target, 0),
            TarKind::Symlink(target) => (b'2', target, 0),
            TarKind::Directory => (b'5', "", 0),
        };
        let slash = kind == b'5' && !entry.name.ends_with('/') && form == TarForm::Python;
        let name = format!("{}{}", entry.name, if slash { "/" } else { "" });
        let mut records = String::new();
        if form == TarForm::Rust {
            push_record(&mut records, "path", &name);
            push_record(&mut records, "size", &size.to_string());
        }
        let texts = [("path", &*name, 100), ("linkpath", link, 100)];
        let owners = [("uname", entry.names.0, 32), ("gname", entry.names.1, 32)];
        for (keyword, value, room) in texts.into_iter().chain(owners) {
            let said = form == TarForm::Rust && keyword == "path";
            if (!value.is_ascii() || value.len() > room) && !said {
                push_record(&mut records, keyword, value);
            }
        }
        let ids = (number(&mut records, "uid", entry.ids.0, 8), number(&mut records, "gid", entry.ids.1, 8));
        let size = number(&mut records, "size", size, 12);
        let time = time(&mut records, entry.time);
        Self {
            name,
            link,
            names: entry.names,
            mode: entry.mode & 0o7777,
            ids,
            size,
            time,
            kind,
            records,
            form,
        }
    }

    /// The header that announces PAX records.
    fn extended(length: u64, form: TarForm, members: u64) -> Self {
        let (name, mode) = match form {
            TarForm::Python => ("././@PaxHeader".to_owned(), 0),
            _ => (format!("PaxHeaders/{members}"), 0o644),
        };
        Self {
            name,
            link: "",
            names: ("", ""),
            mode,
            ids: (0, 0),
            size: length,
            time: 0,
            kind: b'x',
            records: String::new(),
            form,
        }
    }

    fn block(&self) -> [u8; BLOCK] {
        let mut block = [0; BLOCK];
        put_text(&mut block[..100], &self.name);
        put_octal(&mut block[100..108], u64::from(self.mode));
        put_octal(&mut block[124..136], self.size);
        put_octal(&mut block[136..148], self.time);
        block[148..156].fill(b' ');
        block[156] = self.kind;
        put_text(&mut block[157..257], self.link);
        if self.form == TarForm::Gnu {
            block[257..265].copy_from_slice(b"ustar  \0");
        } else {
            put_octal(&mut block[108..116], self.ids.0);
            put_octal(&mut block[116..124], self.ids.1);
            block[257..265].copy_from_slice(b"ustar\x0000");
        }
        put_text(&mut block[265..297], self.names.0);
        put_text(&mut block[297..329], self.names.1);
        if self.form == TarForm::Rust {
            put_octal(&mut block[329..337], 0);
            put_octal(&mut block[337..345], 0);
        }
        let sum: u64 = block.iter().map(|byte| u64::from(*byte)).sum();
        let end = if self.form == TarForm::Gnu { 156 } else { 155 };
        put_octal(&mut block[148..end], sum);
        block[end - 1] = 0;
        block
    }
}

/// Text in a field; what is not ASCII becomes `?` (its PAX record has the truth), what is too long is cut.
fn put_text(field: &mut [u8], text: &str) {
    let bytes = text.chars().map(|char| if char.is_ascii() { char as u8 } else { b'?' });
    for (place, byte) in field.iter_mut().zip(bytes) {
        *place = byte;
    }
}

/// Octal digits that fill a field up to its NUL.
fn put_octal(field: &mut [u8], value: u64) {
    let digits = format!("{value:0width$o}", width = field.len() - 1);
    field[..digits.len()].copy_from_slice(digits.as_bytes());
}

/// The number for a field of so many bytes; one that does not fit gets a record and stands as 0.
fn number(records: &mut String, keyword: &str, value: u64, room: u32) -> u64 {
    if value < 8_u64.pow(room - 1) {
        return value;
    }
    push_record(records, keyword, &value.to_string());
    0
}

fn time(records: &mut String, time: TarTime) -> u64 {
    let (whole, text) = match time {
        TarTime::Seconds(seconds) => (seconds, None),
        // The shortest digits that read back, with `.0` where there is no fraction: Python's `repr`.
        TarTime::Float(seconds) => (seconds as i64, Some(format!("{seconds:?}"))),
    };
    match u64::try_from(whole).ok().filter(|seconds| *seconds < 8_u64.pow(11)) {
        Some(seconds) => {
            if let Some(text) = text {
                push_record(records, "mtime", &text);
            }
            seconds
        }
        None => {
            push_record(records, "mtime", &text.unwrap_or_else(|| whole.to_string()));
            0
        }
    }
}

/// A PAX record: `LENGTH KEYWORD=VALUE\n`, whose length counts its own digits.
fn push_record(records: &mut String, keyword: &str, value: &str) {
    let rest = keyword.len() + value.len() + 3;
    let mut length = rest;
    while length != rest + length.to_string().len() {
        length = rest + length.to_string().len();
    }
    records.push_str(&format!("{length} {keyword}={value}\n"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_counts_itself() {
        let mut records = String::new();
        push_record(&mut records, "size", "622");
        push_record(&mut records, "path", "demo_pkg-0.1.0/PKG-INFO");
        push_record(&mut records, "k", &"x".repeat(94));
        let lengths: Vec<(usize, usize)> = records
            .split_inclusive('\n')
            .map(|line| (line.split(' ').next().unwrap().parse().unwrap(), line.len()))
            .collect();
        assert!(lengths.iter().all(|(said, real)| said == real), "{lengths:?}");
    }

    #[test]
    fn reads_back() {
        let long = format!("p/{}", "é".repeat(80));
        let mut writer = TarWriter::new(Vec::new());
        writer.add(&TarEntry::file(&long, b"text", 12)).unwrap();
        let link = TarEntry {
            kind: TarKind::Symlink("a"),
            time: TarTime::Float(1.5),
            ..TarEntry::file("l", b"", 0)
        };
        writer.add(&link).unwrap();
        let bytes = writer.finish().unwrap();
        assert_eq!(bytes.len() % 10_240, 0);
        let mut archive = ::tar::Archive::new(&*bytes);
        let paths: Vec<String> = archive
            .entries()
            .unwrap()
            .map(|entry| entry.unwrap().path().unwrap().to_str().unwrap().to_owned())
            .collect();
        assert_eq!(paths, [&*long, "l"]);
    }
}
