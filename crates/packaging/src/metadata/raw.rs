//! Metadata as it is written, before any judgement: `packaging.metadata.RawMetadata` and `parse_email`.

use std::collections::BTreeMap;

use super::field::{Field, FieldKind};
use super::headers::{Headers, text_of};

/// The value of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RawValue {
    /// Of a field that comes once.
    Text(String),
    /// Of a field that may come often, and of Keywords.
    List(Vec<String>),
    /// Of Project-URL: labels and URLs in order.
    Table(Vec<(String, String)>),
}

/// The fields of a metadata file, in the order of [`Field`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawMetadata {
    /// The fields.
    pub fields: BTreeMap<Field, RawValue>,
}

/// What could not be taken as a field, by lower-case header name: unknown headers, fields that come too often,
/// values in a wrong encoding. A body of several MIME parts is `None`.
pub type Unparsed = BTreeMap<String, Vec<Option<String>>>;

/// What a metadata file was read as; text never has a wrong encoding.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    /// Text.
    Text(&'a str),
    /// Bytes as in a file.
    Bytes(&'a [u8]),
}

impl<'a> Source<'a> {
    fn bytes(self) -> &'a [u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }
}

impl RawMetadata {
    /// Splits a metadata file into fields and the rest; never fails.
    pub fn parse(source: Source<'_>) -> (Self, Unparsed) {
        let mut headers = Headers::new(source.bytes());
        let mut by_name: BTreeMap<String, Vec<&[u8]>> = BTreeMap::new();
        for header in headers.by_ref() {
            by_name.entry(header.name.to_lowercase()).or_default().push(header.value);
        }
        let mut metadata = Self::default();
        let mut unparsed = Unparsed::new();
        let content_type = by_name.get("content-type").and_then(|values| values.first());
        let multipart = content_type.is_some_and(|value| is_multipart(&text_of(value)));
        for (name, values) in by_name {
            let valid = values.iter().all(|value| std::str::from_utf8(value).is_ok());
            let values: Vec<String> = values.iter().map(|value| text_of(value).into_owned()).collect();
            let field = Field::from_header(&name).filter(|_| valid);
            match field.and_then(|field| Some((field, value_of(field, &values)?))) {
                Some((field, value)) => drop(metadata.fields.insert(field, value)),
                None => drop(unparsed.insert(name, values.into_iter().map(Some).collect())),
            }
        }
        metadata.add_body(headers.rest(), multipart, &mut unparsed);
        (metadata, unparsed)
    }

    /// The body is the description, unless a header is that already.
    fn add_body(&mut self, body: &[u8], multipart: bool, unparsed: &mut Unparsed) {
        let text = match std::str::from_utf8(body) {
            Ok("") if !multipart => return,
            Ok(text) if !multipart => text,
            _ => {
                unparsed.entry("description".to_owned()).or_default().push(None);
                return;
            }
        };
        if let Some(RawValue::Text(header)) = self.fields.remove(&Field::Description) {
            let both = [Some(header), Some(text.to_owned())];
            unparsed.entry("description".to_owned()).or_default().extend(both);
        } else if let Some(values) = unparsed.get_mut("description") {
            values.push(Some(text.to_owned()));
        } else {
            self.fields.insert(Field::Description, RawValue::Text(text.to_owned()));
        }
    }

    /// Writes the fields as a metadata file, description last, as `packaging`'s `as_rfc822` does.
    pub fn to_rfc822(&self) -> String {
        let mut text = String::new();
        for (field, value) in &self.fields {
            let name = field.header().to_lowercase();
            match value {
                _ if *field == Field::Description => {}
                RawValue::Text(value) => write_header(&mut text, &name, value),
                RawValue::List(words) if *field == Field::Keywords => {
                    write_header(&mut text, &name, &words.join(","));
                }
                RawValue::List(values) if values.is_empty() && *field == Field::ImportName => {
                    write_header(&mut text, &name, "");
                }
                RawValue::List(values) => {
                    values.iter().for_each(|value| write_header(&mut text, &name, value))
                }
                RawValue::Table(entries) => {
                    for (label, url) in entries {
                        write_header(&mut text, &name, &format!("{label}, {url}"));
                    }
                }
            }
        }
        text.push('\n');
        if let Some(RawValue::Text(description)) = self.fields.get(&Field::Description) {
            text.push_str(description);
        }
        text
    }
}

fn is_multipart(content_type: &str) -> bool {
    let lower = content_type.to_lowercase();
    lower.trim_start().starts_with("multipart/") && lower.contains("boundary=")
}

/// The value of a field from its headers; `None` when they cannot be taken.
fn value_of(field: Field, values: &[String]) -> Option<RawValue> {
    match (field.kind(), values) {
        (FieldKind::Text, [value]) => Some(RawValue::Text(value.clone())),
        // PEP 794: one empty Import-Name says that there is nothing to import.
        (FieldKind::List, [value]) if field == Field::ImportName && value.is_empty() => {
            Some(RawValue::List(Vec::new()))
        }
        (FieldKind::List, values) => Some(RawValue::List(values.to_vec())),
        (FieldKind::Keywords, [value]) => {
            Some(RawValue::List(value.split(',').map(|word| word.trim().to_owned()).collect()))
        }
        (FieldKind::Table, values) => project_urls(values).map(RawValue::Table),
        (FieldKind::Text | FieldKind::Keywords, _) => None,
    }
}

/// Labels and URLs; `None` when a label comes twice.
fn project_urls(values: &[String]) -> Option<Vec<(String, String)>> {
    let mut urls: BTreeMap<&str, ()> = BTreeMap::new();
    let mut entries = Vec::with_capacity(values.len());
    for value in values {
        let (label, url) = value.split_once(',').unwrap_or((value, ""));
        if urls.insert(label.trim(), ()).is_some() {
            return None;
        }
        entries.push((label.trim().to_owned(), url.trim().to_owned()));
    }
    Some(entries)
}

/// A line end of any kind begins a folded line, indented below the value.
fn write_header(text: &mut String, name: &str, value: &str) {
    text.push_str(name);
    text.push_str(": ");
    let mut rest = value;
    while let Some(at) = rest.find(is_line_boundary) {
        text.push_str(&rest[..at]);
        text.push('\n');
        text.extend(std::iter::repeat_n(' ', name.len() + 2));
        let boundary = rest[at..].chars().next().map_or(1, char::len_utf8);
        let crlf = rest[at..].starts_with("\r\n");
        rest = &rest[at + boundary + usize::from(crlf)..];
    }
    text.push_str(rest);
    text.push('\n');
}

/// The characters at which Python's `str.splitlines` breaks a line.
pub(super) fn is_line_boundary(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}
