//! Reading specifiers: the grammar of PEP 440 as `packaging` reads it.

use super::{Operand, Operator, Specifier};
use crate::version::{self, Local, Version, is_python_space, trim_python_space};
use std::fmt::{self, Write};

/// The whole text as one specifier.
pub(super) fn specifier(text: &str) -> Option<Specifier> {
    let text = trim_python_space(text);
    let (specifier, length) = prefix(text)?;
    (length == text.len()).then_some(specifier)
}

/// The specifier that the operator and the text make when written one behind the other.
pub(crate) fn joined(operator: Operator, text: &str) -> Option<Specifier> {
    if text.starts_with('=') {
        // `<` and `=3` make `<=3`.
        return specifier(&format!("{operator}{text}"));
    }
    let text = trim_python_space(text);
    let (specifier, length) = behind_operator(operator, text)?;
    (length == text.len()).then_some(specifier)
}

/// The longest specifier at the beginning of the text, and its length in bytes.
pub(crate) fn prefix(text: &str) -> Option<(Specifier, usize)> {
    let operator = Operator::prefix(text)?;
    let start = operator.as_str().len();
    let (specifier, length) = behind_operator(operator, &text[start..])?;
    Some((specifier, start + length))
}

/// The specifier of an operator and the longest operand at the beginning of the text, and how far that goes.
fn behind_operator(operator: Operator, text: &str) -> Option<(Specifier, usize)> {
    let operand_text = text.trim_start_matches(is_python_space);
    let start = text.len() - operand_text.len();
    let (operand, length) = match operator {
        Operator::Arbitrary => arbitrary(operand_text),
        _ => operand(operator, operand_text)?,
    };
    let written = &operand_text[..length];
    let written = (!is_normalized(&operand, written)).then(|| Box::from(written));
    Some((Specifier { operator, operand, written }, start + length))
}

/// `===` takes everything up to white space, `;` or `)`.
fn arbitrary(text: &str) -> (Operand, usize) {
    let length = text.find(|c| is_python_space(c) || matches!(c, ';' | ')')).unwrap_or(text.len());
    (Operand::Text(Version::parse(&text[..length]).ok()), length)
}

fn operand(operator: Operator, text: &str) -> Option<(Operand, usize)> {
    let equality = matches!(operator, Operator::Equal | Operator::NotEqual);
    let local = if equality { Local::Accepted } else { Local::Left };
    let (version, length) = version::prefix(text.as_bytes(), local)?;
    if equality && text[length..].starts_with(".*") && is_bare_release(&text[..length]) {
        return Some((Operand::Prefix(version), length + 2));
    }
    if operator == Operator::Compatible && version.release().len() < 2 {
        return None;
    }
    Some((Operand::Version(version), length))
}

/// Only a release, with or without an epoch, can be continued by `.*`.
fn is_bare_release(text: &str) -> bool {
    let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
    text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'!'))
}

fn is_normalized(operand: &Operand, written: &str) -> bool {
    if matches!(operand, Operand::Version(_)) && is_plain_release(written) {
        return true;
    }
    let mut remaining = Remaining(written);
    let prints_the_same = match operand {
        Operand::Version(version) => write!(remaining, "{version}"),
        Operand::Prefix(version) => write!(remaining, "{version}.*"),
        Operand::Text(_) => Ok(()),
    };
    prints_the_same.is_ok() && remaining.0.is_empty()
}

/// Digits and dots, no number with a leading zero: the common case, told without printing.
fn is_plain_release(text: &str) -> bool {
    let mut previous = [b'.', b'.'];
    text.bytes().all(|byte| {
        let leading_zero = previous == [b'.', b'0'] && byte != b'.';
        previous = [previous[1], byte];
        (byte.is_ascii_digit() || byte == b'.') && !leading_zero
    })
}

/// Compares what is printed with an expected text, without making a copy of either.
struct Remaining<'a>(&'a str);

impl Write for Remaining<'_> {
    fn write_str(&mut self, printed: &str) -> fmt::Result {
        self.0 = self.0.strip_prefix(printed).ok_or(fmt::Error)?;
        Ok(())
    }
}
