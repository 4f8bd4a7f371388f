//! RECORD: the files of an installed distribution, or of a wheel, with their hashes (PEP 376, PEP 427).
//!
//! The dialect is that of Python's `csv` module: fields are quoted only where they must be, quotes inside
//! are doubled. Reading accepts what `csv.reader` accepts; writing gives what pip's `csv.writer` gives,
//! `\r\n` included.

use std::borrow::Cow;

use crate::hashes::Hash;

/// One row of RECORD.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordRow {
    /// The path as written: relative to the folder that holds `.dist-info`, or absolute, `/`-separated.
    pub path: String,
    /// `sha256=<urlsafe base64>` as written, or `None` (RECORD itself, byte-compiled files).
    pub hash: Option<String>,
    /// The size in bytes; `None` where it is absent or no number.
    pub size: Option<u64>,
}

impl RecordRow {
    /// The hash as a value; `None` when absent, malformed or of an unknown algorithm.
    pub fn parsed_hash(&self) -> Option<Hash> {
        self.hash.as_deref().and_then(Hash::from_record)
    }
}

/// The rows in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// The rows.
    pub rows: Vec<RecordRow>,
}

/// Why a text is not a RECORD.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// The file is not UTF-8.
    #[error("RECORD is not UTF-8 (byte {valid_up_to})")]
    NotUtf8 {
        /// The number of good bytes before the bad one.
        valid_up_to: usize,
    },
    /// A quoted field is still open at the end of the file.
    #[error("RECORD ends inside a quoted field that begins in line {line}")]
    OpenQuote {
        /// The line, counted from 1.
        line: usize,
    },
}

impl Record {
    /// Reads RECORD's bytes. Blank lines are skipped, columns past the third ignored, and missing ones empty.
    ///
    /// # Errors
    /// See [`RecordError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, RecordError> {
        let text = std::str::from_utf8(bytes)
            .map_err(|error| RecordError::NotUtf8 { valid_up_to: error.valid_up_to() })?;
        let mut rows = Vec::new();
        for row in Rows::new(text.strip_prefix('\u{feff}').unwrap_or(text)) {
            let [path, hash, size] = row?;
            if path.is_empty() && hash.is_empty() {
                continue;
            }
            rows.push(RecordRow {
                path: path.into_owned(),
                hash: (!hash.is_empty()).then(|| hash.into_owned()),
                size: size.trim().parse().ok(),
            });
        }
        Ok(Self { rows })
    }

    /// Writes the rows as pip does: sorted, with `\r\n`.
    pub fn to_text(&self) -> String {
        let mut rows: Vec<&RecordRow> = self.rows.iter().collect();
        rows.sort_by(|a, b| a.path.cmp(&b.path).then_with(|| a.hash.cmp(&b.hash)));
        let mut text = String::new();
        for row in rows {
            write_row(&mut text, &row.path, row.hash.as_deref(), row.size);
        }
        text
    }
}

/// Appends one row (`path,hash,size\r\n`), quoted as `csv.writer` quotes.
pub fn write_row(text: &mut String, path: &str, hash: Option<&str>, size: Option<u64>) {
    write_field(text, path);
    text.push(',');
    write_field(text, hash.unwrap_or(""));
    text.push(',');
    if let Some(size) = size {
        text.push_str(&size.to_string());
    }
    text.push_str("\r\n");
}

fn write_field(text: &mut String, field: &str) {
    if !field.contains([',', '"', '\r', '\n']) {
        text.push_str(field);
        return;
    }
    text.push('"');
    text.push_str(&field.replace('"', "\"\""));
    text.push('"');
}

/// Iterates over the rows of a CSV text; of each the first three fields.
struct Rows<'a> {
    rest: &'a str,
    line: usize,
}

impl<'a> Rows<'a> {
    fn new(text: &'a str) -> Self {
        Self { rest: text, line: 1 }
    }

    /// One field and the byte after it (`,`, a line end, or nothing at the end of the text).
    fn field(&mut self) -> Result<(Cow<'a, str>, FieldEnd), RecordError> {
        let field = if self.rest.starts_with('"') { self.quoted()? } else { Cow::Borrowed(self.plain()) };
        let end = match self.rest.as_bytes().first() {
            Some(b',') => FieldEnd::Comma,
            Some(_) => FieldEnd::Line,
            None => FieldEnd::Text,
        };
        if end != FieldEnd::Text {
            let crlf = self.rest.starts_with("\r\n");
            self.rest = &self.rest[1 + usize::from(crlf)..];
        }
        self.line += usize::from(end == FieldEnd::Line);
        Ok((field, end))
    }

    fn plain(&mut self) -> &'a str {
        let end = self.rest.find([',', '\r', '\n']).unwrap_or(self.rest.len());
        let (field, rest) = self.rest.split_at(end);
        self.rest = rest;
        field
    }

    fn quoted(&mut self) -> Result<Cow<'a, str>, RecordError> {
        let begin = self.line;
        self.rest = &self.rest[1..];
        let mut field = Cow::Borrowed("");
        loop {
            let end = self.rest.find('"').ok_or(RecordError::OpenQuote { line: begin })?;
            let (part, rest) = self.rest.split_at(end);
            self.line += part.matches('\n').count();
            append(&mut field, part);
            self.rest = &rest[1..];
            if !self.rest.starts_with('"') {
                break;
            }
            append(&mut field, "\"");
            self.rest = &self.rest[1..];
        }
        // csv.reader takes characters after the closing quote as part of the field.
        append(&mut field, self.plain());
        Ok(field)
    }
}

fn append<'a>(field: &mut Cow<'a, str>, part: &'a str) {
    if field.is_empty() {
        *field = Cow::Borrowed(part);
    } else if !part.is_empty() {
        field.to_mut().push_str(part);
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum FieldEnd {
    Comma,
    Line,
    Text,
}

impl<'a> Iterator for Rows<'a> {
    type Item = Result<[Cow<'a, str>; 3], RecordError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let mut row = [Cow::Borrowed(""), Cow::Borrowed(""), Cow::Borrowed("")];
        let mut column = 0;
        loop {
            let (field, end) = match self.field() {
                Ok(field) => field,
                Err(error) => {
                    self.rest = "";
                    return Some(Err(error));
                }
            };
            if let Some(place) = row.get_mut(column) {
                *place = field;
            }
            column += 1;
            if end != FieldEnd::Comma {
                return Some(Ok(row));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn paths(text: &str) -> Vec<String> {
        Record::parse(text.as_bytes()).unwrap().rows.into_iter().map(|row| row.path).collect()
    }

    #[test]
    fn reads_what_csv_reads() {
        let table = [
            ("a.py,sha256=x,1\r\nb,,\r\n", vec!["a.py", "b"]),
            ("\"a,b.py\",,\n\"q\"\"q\",,\n", vec!["a,b.py", "q\"q"]),
            ("\"a\"b,,\n", vec!["ab"]),
            ("a\"b,,\n\n\n", vec!["a\"b"]),
            ("only-path", vec!["only-path"]),
            ("a,b,c,d,e\n", vec!["a"]),
            ("\"two\nlines\",,\n", vec!["two\nlines"]),
            ("", vec![]),
        ];
        for (text, expected) in table {
            assert_eq!(paths(text), expected, "{text:?}");
        }
    }

    #[test]
    fn row_values() {
        let record =
            Record::parse(b"a.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\nR,,x\n").unwrap();
        assert!(record.rows[0].parsed_hash().is_some());
        assert_eq!(record.rows[0].size, Some(0));
        assert_eq!(record.rows[1], RecordRow { path: "R".into(), hash: None, size: None });
    }

    #[test]
    fn errors() {
        assert_eq!(Record::parse(b"a,,\n\"b,,\n"), Err(RecordError::OpenQuote { line: 2 }));
        assert_eq!(Record::parse(b"a\xff"), Err(RecordError::NotUtf8 { valid_up_to: 1 }));
    }

    #[test]
    fn writes_sorted_with_crlf() {
        let row = |path: &str| RecordRow { path: path.into(), hash: None, size: Some(3) };
        let record = Record { rows: vec![row("b"), row("a,b"), row("B\"")] };
        assert_eq!(record.to_text(), "\"B\"\"\",,3\r\n\"a,b\",,3\r\nb,,3\r\n");
    }

    proptest! {
        #[test]
        fn never_panics(bytes: Vec<u8>) {
            let _ = Record::parse(&bytes);
        }

        #[test]
        fn round_trip(rows in proptest::collection::vec(("[^\u{feff}].{0,8}", "[ab,\"\n]{1,4}", any::<u64>()), 0..8)) {
            let mut rows: Vec<_> = rows
                .into_iter()
                .map(|(path, hash, size)| RecordRow { path, hash: Some(hash), size: Some(size) })
                .collect();
            rows.sort_by(|a, b| a.path.cmp(&b.path).then_with(|| a.hash.cmp(&b.hash)));
            let record = Record { rows };
            prop_assert_eq!(Record::parse(record.to_text().as_bytes()).unwrap(), record);
        }
    }
}
