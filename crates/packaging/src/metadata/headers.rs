//! The header block of a metadata file, split as Python's `email` parser splits it (compat32 policy).

use std::borrow::Cow;

/// One header: its name and its value, folded lines and all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header<'a> {
    /// The name as written; printable ASCII without a colon.
    pub name: &'a str,
    /// The value without leading blanks and without the final line end. The line ends inside a folded value and
    /// the blanks after them are kept.
    pub value: &'a [u8],
}

impl<'a> Header<'a> {
    /// The value as text; bytes that are not UTF-8 are read as Latin-1.
    pub fn text(&self) -> Cow<'a, str> {
        text_of(self.value)
    }
}

/// UTF-8, else Latin-1.
pub(super) fn text_of(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|b| char::from(*b)).collect()),
    }
}

/// Iterates over the headers; afterwards [`Headers::rest`] is the body.
#[derive(Clone, Debug)]
pub struct Headers<'a> {
    rest: &'a [u8],
    begun: bool,
}

impl<'a> Headers<'a> {
    /// The headers of a metadata file.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes), begun: false }
    }

    /// What has not been read: after the last header, the body. The blank line between belongs to neither.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    fn next_line_is_header(&self) -> bool {
        let next = &self.rest[line_length(self.rest)..];
        is_continuation(next) || next.starts_with(b"From ") || next.get(name_length(next)) == Some(&b':')
    }

    /// Takes one line, its end included.
    fn line(&mut self) -> &'a [u8] {
        let (line, rest) = self.rest.split_at(line_length(self.rest));
        self.rest = rest;
        line
    }
}

/// The length of the first line with its end: `\n`, `\r\n` or a lone `\r`.
fn line_length(bytes: &[u8]) -> usize {
    match memchr::memchr2(b'\n', b'\r', bytes) {
        None => bytes.len(),
        Some(end) if bytes[end] == b'\r' && bytes.get(end + 1) == Some(&b'\n') => end + 2,
        Some(end) => end + 1,
    }
}

/// The length of what may be a header's name: printable ASCII without a colon.
fn name_length(line: &[u8]) -> usize {
    line.iter().position(|b| !matches!(b, 33..=57 | 59..=126)).unwrap_or(line.len())
}

fn is_continuation(line: &[u8]) -> bool {
    matches!(line.first(), Some(b' ' | b'\t'))
}

impl<'a> Iterator for Headers<'a> {
    type Item = Header<'a>;

    fn next(&mut self) -> Option<Header<'a>> {
        loop {
            let first = !std::mem::replace(&mut self.begun, true);
            // A continuation of nothing, an mbox line and a line without a name are skipped, as `email` does;
            // an mbox line before the end of the headers begins the body.
            let mbox = self.rest.starts_with(b"From ");
            if is_continuation(self.rest) || mbox && (first || self.next_line_is_header()) {
                self.line();
                continue;
            }
            let name = name_length(self.rest);
            if mbox || self.rest.get(name) != Some(&b':') {
                // The blank line, or a line that is no header and so begins the body.
                let blank = matches!(self.rest.first(), Some(b'\n' | b'\r'));
                if blank {
                    self.line();
                }
                return None;
            }
            let begin = self.rest;
            self.line();
            while is_continuation(self.rest) {
                self.line();
            }
            let field = &begin[..begin.len() - self.rest.len()];
            if let (Ok(name), 1..) = (std::str::from_utf8(&field[..name]), name) {
                return Some(Header { name, value: value_of(&field[name.len() + 1..]) });
            }
        }
    }
}

fn value_of(bytes: &[u8]) -> &[u8] {
    let begin = bytes.iter().position(|b| !matches!(b, b' ' | b'\t' | b'\r' | b'\n')).unwrap_or(bytes.len());
    let end = bytes.iter().rposition(|b| !matches!(b, b'\r' | b'\n')).map_or(begin, |last| last + 1);
    &bytes[begin..end.max(begin)]
}

/// The file with each `\r\n` and lone `\r` read as `\n`, as Python reads text files.
pub(super) fn with_newlines(bytes: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'\r', bytes).is_none() {
        return Cow::Borrowed(bytes);
    }
    let mut text = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = memchr::memchr(b'\r', rest) {
        text.extend_from_slice(&rest[..at]);
        text.push(b'\n');
        rest = &rest[at + 1..];
        rest = rest.strip_prefix(b"\n").unwrap_or(rest);
    }
    text.extend_from_slice(rest);
    Cow::Owned(text)
}

/// The header block alone: what stands before the description in the body.
pub(super) fn headers_only(bytes: &[u8]) -> &[u8] {
    let mut headers = Headers::new(bytes);
    headers.by_ref().for_each(drop);
    &bytes[..bytes.len() - headers.rest().len()]
}

/// Undoes the indentation that folding adds to the later lines of a value, as `importlib.metadata` does:
/// the first line counts as indented by eight blanks.
pub(super) fn unindented(value: Cow<'_, str>) -> Cow<'_, str> {
    if !value.contains('\n') {
        return value;
    }
    let text = format!("        {value}");
    let blank = |line: &&str| line.chars().all(|c| matches!(c, ' ' | '\t'));
    let indentation = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let mut margin: Option<&str> = None;
    for line in text.split('\n').filter(|line| !blank(line)) {
        let own = &line[..indentation(line)];
        margin = Some(margin.map_or(own, |margin| common_prefix(margin, own)));
    }
    let margin = margin.unwrap_or_default();
    let lines: Vec<&str> =
        text.split('\n').map(|line| if blank(&line) { "" } else { &line[margin.len()..] }).collect();
    Cow::Owned(lines.join("\n"))
}

fn common_prefix<'a>(a: &'a str, b: &str) -> &'a str {
    let length = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    &a[..length]
}
