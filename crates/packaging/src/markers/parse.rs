//! Reading markers: the grammar of PEP 508 as `packaging` reads it.

use super::{Comparison, MarkerExpression, MarkerOperator, MarkerValue, MarkerVariable};
use crate::cursor::{Cursor, Failure};
use crate::name::canonicalize_name;
use crate::specifiers::Operator;

/// Parentheses within parentheses: more than this are an error and not a deep recursion.
const MAX_DEPTH: usize = 200;

/// The whole text as one marker.
pub(super) fn whole(text: &str) -> Result<MarkerExpression, Failure> {
    let mut cursor = Cursor::new(text);
    let marker = marker(&mut cursor)?;
    if cursor.at_end() { Ok(marker) } else { Err(cursor.fail("Expected end of marker expression")) }
}

/// The marker at the cursor, with the white space around it.
pub(crate) fn marker(cursor: &mut Cursor<'_>) -> Result<MarkerExpression, Failure> {
    alternatives(cursor, 0)
}

/// `and` binds tighter than `or`.
fn alternatives(cursor: &mut Cursor<'_>, depth: usize) -> Result<MarkerExpression, Failure> {
    let mut alternatives = Vec::new();
    let mut conjunction = vec![atom(cursor, depth)?];
    loop {
        match cursor.word(false) {
            "and" => cursor.position += 3,
            "or" => {
                cursor.position += 2;
                alternatives.push(single_or(std::mem::take(&mut conjunction), MarkerExpression::And));
            }
            _ => break,
        }
        conjunction.push(atom(cursor, depth)?);
    }
    alternatives.push(single_or(conjunction, MarkerExpression::And));
    Ok(single_or(alternatives, MarkerExpression::Or))
}

fn single_or(
    mut parts: Vec<MarkerExpression>,
    join: fn(Vec<MarkerExpression>) -> MarkerExpression,
) -> MarkerExpression {
    match parts.pop() {
        Some(single) if parts.is_empty() => single,
        last => {
            parts.extend(last);
            join(parts)
        }
    }
}

fn atom(cursor: &mut Cursor<'_>, depth: usize) -> Result<MarkerExpression, Failure> {
    cursor.skip_space();
    let open = cursor.position;
    let atom = if cursor.eat(b'(') {
        if depth == MAX_DEPTH {
            return Err(Failure::new("Too many nested parentheses", open..cursor.position));
        }
        let inner = alternatives(cursor, depth + 1)?;
        if !cursor.eat(b')') {
            let message = "Expected matching RIGHT_PARENTHESIS for LEFT_PARENTHESIS, after marker expression";
            return Err(Failure::new(message, open..cursor.position));
        }
        inner.grouped()
    } else {
        MarkerExpression::Comparison(comparison(cursor)?)
    };
    cursor.skip_space();
    Ok(atom)
}

fn comparison(cursor: &mut Cursor<'_>) -> Result<Comparison, Failure> {
    let left = value(cursor)?;
    cursor.skip_space();
    let operator = operator(cursor)?;
    cursor.skip_space();
    let right = value(cursor)?;
    Ok(with_normalized_names(Comparison { left, operator, right }))
}

/// PEP 685: names of extras and groups are compared in their normalized spelling.
fn with_normalized_names(mut comparison: Comparison) -> Comparison {
    use MarkerVariable::{DependencyGroups, Extra, Extras};
    match (&mut comparison.left, &mut comparison.right) {
        (MarkerValue::Variable(Extra), MarkerValue::Text(name))
        | (MarkerValue::Text(name), MarkerValue::Variable(Extra | Extras | DependencyGroups)) => {
            *name = canonicalize_name(name).into();
        }
        _ => {}
    }
    comparison
}

fn value(cursor: &mut Cursor<'_>) -> Result<MarkerValue, Failure> {
    if let Some(quote @ (b'"' | b'\'')) = cursor.peek()
        && let Some(length) = memchr::memchr(quote, &cursor.rest().as_bytes()[1..])
    {
        let start = cursor.position;
        let quoted = cursor.take(length + 2);
        let text = unescape(&quoted[1..=length])
            .ok_or_else(|| Failure::new("Invalid quoted string", start..cursor.position))?;
        return Ok(MarkerValue::Text(text));
    }
    // A variable with a dot, or one that a sentence-like dot follows.
    for dotted in [true, false] {
        let word = cursor.word(dotted);
        if let Some(variable) = MarkerVariable::named(word) {
            cursor.position += word.len();
            return Ok(MarkerValue::Variable(variable));
        }
    }
    Err(cursor.fail("Expected a marker variable or quoted string"))
}

fn operator(cursor: &mut Cursor<'_>) -> Result<MarkerOperator, Failure> {
    if let Some(operator) = Operator::prefix(cursor.rest()) {
        cursor.position += operator.as_str().len();
        return Ok(MarkerOperator::Version(operator));
    }
    match cursor.word(false) {
        "in" => {
            cursor.position += 2;
            Ok(MarkerOperator::In)
        }
        "not" => {
            cursor.position += 3;
            if !cursor.skip_space() {
                return Err(cursor.fail("Expected whitespace after 'not'"));
            }
            if cursor.word(false) != "in" {
                return Err(cursor.fail("Expected 'in' after 'not'"));
            }
            cursor.position += 2;
            Ok(MarkerOperator::NotIn)
        }
        _ => Err(cursor.fail("Expected marker operator, one of <=, <, !=, ==, >=, >, ~=, ===, in, not in")),
    }
}

/// What Python makes of the inside of a string literal; `None` where it refuses. `\N{…}` is refused too.
pub(super) fn unescape(text: &str) -> Option<Box<str>> {
    if text.contains(['\n', '\r', '\0']) {
        return unescape_continued_lines(text);
    }
    if text.contains('\\') { unescape_characters(text) } else { Some(text.into()) }
}

/// A line break is only allowed behind a backslash, where it vanishes.
fn unescape_continued_lines(text: &str) -> Option<Box<str>> {
    let unified = text.replace("\r\n", "\n").replace('\r', "\n");
    let breaks = unified.matches('\n').count();
    if unified.contains('\0') || breaks != unified.matches("\\\n").count() {
        return None;
    }
    unescape_characters(&unified)
}

fn unescape_characters(text: &str) -> Option<Box<str>> {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((plain, escaped)) = rest.split_once('\\') {
        result.push_str(plain);
        let (character, length) = escape(escaped)?;
        result.extend(character);
        rest = &escaped[length..];
    }
    result.push_str(rest);
    Some(result.into())
}

/// What a backslash before the text stands for, and how much of the text belongs to it.
fn escape(text: &str) -> Option<(Option<char>, usize)> {
    let first = text.chars().next()?;
    let (character, length) = match first {
        '\n' => return Some((None, 1)),
        '\\' | '\'' | '"' => (first, 1),
        'a' => ('\x07', 1),
        'b' => ('\x08', 1),
        'f' => ('\x0c', 1),
        'n' => ('\n', 1),
        'r' => ('\r', 1),
        't' => ('\t', 1),
        'v' => ('\x0b', 1),
        '0'..='7' => {
            let length = text.bytes().take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
            (char::from_u32(u32::from_str_radix(&text[..length], 8).ok()?)?, length)
        }
        'x' => (hexadecimal(text, 2)?, 3),
        'u' => (hexadecimal(text, 4)?, 5),
        'U' => (hexadecimal(text, 8)?, 9),
        'N' => return None,
        // Python keeps the backslash of an escape that it does not know.
        _ => ('\\', 0),
    };
    Some((Some(character), length))
}

fn hexadecimal(text: &str, digits: usize) -> Option<char> {
    let digits = text.get(1..=digits)?;
    let all = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    char::from_u32(u32::from_str_radix(digits, 16).ok().filter(|_| all)?)
}
