//! A place in a text, for the parsers of markers and requirements.

use std::borrow::Cow;
use std::ops::Range;

/// What a grammar expected, and the bytes at fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) message: Cow<'static, str>,
    pub(crate) span: Range<usize>,
}

impl Failure {
    pub(crate) fn new(message: impl Into<Cow<'static, str>>, span: Range<usize>) -> Self {
        Self { message: message.into(), span }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Cursor<'a> {
    pub(crate) text: &'a str,
    pub(crate) position: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, position: 0 }
    }

    pub(crate) fn rest(&self) -> &'a str {
        &self.text[self.position..]
    }

    pub(crate) fn at_end(&self) -> bool {
        self.position == self.text.len()
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.position).copied()
    }

    /// Takes the byte, an ASCII character, if it is the next one.
    pub(crate) fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.position += usize::from(found);
        found
    }

    /// White space in the sense of PEP 508: blanks and tabs. Says whether there was some.
    pub(crate) fn skip_space(&mut self) -> bool {
        let start = self.position;
        while matches!(self.peek(), Some(b' ' | b'\t')) {
            self.position += 1;
        }
        self.position > start
    }

    /// Takes the next `length` bytes.
    pub(crate) fn take(&mut self, length: usize) -> &'a str {
        let taken = &self.rest()[..length];
        self.position += length;
        taken
    }

    /// The word at this place: letters, digits and `_` (and `.` when asked for), not begun in the middle.
    pub(crate) fn word(&self, dotted: bool) -> &'a str {
        let (before, rest) = self.text.split_at(self.position);
        if ends_in_word(before) {
            return "";
        }
        let is_inside = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || dotted && byte == b'.';
        let end = rest.bytes().position(|byte| !is_inside(byte)).unwrap_or(rest.len());
        if rest[end..].starts_with(|c: char| !c.is_ascii()) {
            let end = rest.find(|c| !is_word(c) && (c != '.' || !dotted)).unwrap_or(rest.len());
            return &rest[..end];
        }
        &rest[..end]
    }

    pub(crate) fn fail(&self, message: impl Into<Cow<'static, str>>) -> Failure {
        Failure::new(message, self.position..self.position)
    }
}

fn ends_in_word(text: &str) -> bool {
    match text.as_bytes().last() {
        Some(byte) if byte.is_ascii() => byte.is_ascii_alphanumeric() || *byte == b'_',
        _ => text.ends_with(is_word),
    }
}

pub(crate) fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}
