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
        self.rest().bytes().next()
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
        let inside = self.text[..self.position].chars().next_back().is_some_and(is_word);
        let rest = self.rest();
        let end = rest.find(|c| !is_word(c) && (c != '.' || !dotted)).unwrap_or(rest.len());
        if inside { "" } else { &rest[..end] }
    }

    pub(crate) fn fail(&self, message: impl Into<Cow<'static, str>>) -> Failure {
        Failure::new(message, self.position..self.position)
    }
}

pub(crate) fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}
