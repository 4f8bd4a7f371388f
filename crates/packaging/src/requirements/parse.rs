//! Reading requirements: the grammar of PEP 508 as `packaging` reads it.

use super::{RawExtras, Requirement, RequirementSource};
use crate::cursor::{Cursor, Failure, is_word};
use crate::markers::{self, Marker};
use crate::name::{Extra, PackageName};
use crate::specifiers::{self, Operator, SpecifierSet};
use std::sync::Arc;

/// The whole text as one requirement.
pub(super) fn requirement(text: &str) -> Result<Requirement, Failure> {
    let mut cursor = Cursor::new(text);
    cursor.skip_space();
    let raw_name = identifier(&mut cursor)
        .ok_or_else(|| cursor.fail("Expected package name at the start of dependency specifier"))?;
    cursor.skip_space();
    let written_extras = extras(&mut cursor)?;
    cursor.skip_space();
    let (source, marker) =
        if cursor.eat(b'@') { url_and_marker(&mut cursor)? } else { specifiers_and_marker(&mut cursor)? };
    if !cursor.at_end() {
        return Err(cursor.fail("Expected end of dependency specifier"));
    }
    let name = PackageName::from_identifier(raw_name);
    let (extras, raw_extras) = distinct(written_extras);
    Ok(Requirement {
        raw_name: name.shared_if(raw_name).unwrap_or_else(|| Arc::from(raw_name)),
        name,
        extras,
        raw_extras,
        source,
        marker: marker.map(Marker::from),
        origin: None,
    })
}

/// The extras in normalized and, where it differs, in typed spelling; both sorted, without doubles.
fn distinct(mut written: Vec<&str>) -> (Vec<Extra>, Option<RawExtras>) {
    written.sort_unstable();
    written.dedup();
    let mut extras: Vec<Extra> = written.iter().map(|text| Extra::from_identifier(text)).collect();
    extras.sort_unstable();
    extras.dedup();
    let as_typed = written.iter().copied().eq(extras.iter().map(Extra::as_str));
    let raw = (!as_typed).then(|| written.into_iter().map(Box::from).collect());
    (extras, raw)
}

/// A letter or digit, then letters, digits, `.`, `_` and `-`, up to the last place where a word begins or ends.
fn identifier<'a>(cursor: &mut Cursor<'a>) -> Option<&'a str> {
    let rest = cursor.rest();
    if !rest.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    let longest = rest
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')))
        .unwrap_or(rest.len());
    let is_boundary = |&end: &usize| rest[..end].ends_with(is_word) != rest[end..].starts_with(is_word);
    (1..=longest).rev().find(is_boundary).map(|end| cursor.take(end))
}

fn extras<'a>(cursor: &mut Cursor<'a>) -> Result<Vec<&'a str>, Failure> {
    let mut extras = Vec::new();
    let open = cursor.position;
    if !cursor.eat(b'[') {
        return Ok(extras);
    }
    cursor.skip_space();
    extras.extend(identifier(cursor));
    cursor.skip_space();
    while !extras.is_empty() && cursor.eat(b',') {
        cursor.skip_space();
        extras.push(identifier(cursor).ok_or_else(|| cursor.fail("Expected extra name after comma"))?);
        cursor.skip_space();
    }
    if cursor.eat(b']') {
        return Ok(extras);
    }
    let follows_name = cursor.rest().starts_with(|c: char| c.is_ascii_alphanumeric());
    Err(if follows_name && !extras.is_empty() {
        cursor.fail("Expected comma between extra names")
    } else {
        let message = "Expected matching RIGHT_BRACKET for LEFT_BRACKET, after extras";
        Failure::new(message, open..cursor.position)
    })
}

type Details = (RequirementSource, Option<markers::MarkerExpression>);

fn url_and_marker(cursor: &mut Cursor<'_>) -> Result<Details, Failure> {
    cursor.skip_space();
    let start = cursor.position;
    let length = cursor.rest().find([' ', '\t']).unwrap_or(cursor.rest().len());
    if length == 0 {
        return Err(cursor.fail("Expected URL after @"));
    }
    let url = RequirementSource::Url(cursor.take(length).to_owned());
    cursor.skip_space();
    let marker = marker(cursor, start, "semicolon (after URL and whitespace)")?;
    Ok((url, marker))
}

fn specifiers_and_marker(cursor: &mut Cursor<'_>) -> Result<Details, Failure> {
    let start = cursor.position;
    let mut broken = None;
    let specifiers = parenthesized_specifiers(cursor, &mut broken)?;
    cursor.skip_space();
    let expected = if specifiers.is_empty() && broken.is_none() {
        "semicolon (after name with no version specifier)"
    } else {
        "comma (within version specifier), semicolon (after version specifier)"
    };
    let marker = marker(cursor, start, expected)?;
    match broken {
        Some(failure) if cursor.at_end() => Err(failure),
        _ => Ok((RequirementSource::Specifiers(specifiers), marker)),
    }
}

/// `; marker`, or the end of the text.
fn marker(
    cursor: &mut Cursor<'_>,
    start: usize,
    expected: &str,
) -> Result<Option<markers::MarkerExpression>, Failure> {
    if cursor.at_end() {
        return Ok(None);
    }
    if !cursor.eat(b';') {
        return Err(Failure::new(format!("Expected {expected} or end"), start..cursor.position));
    }
    markers::marker(cursor).map(Some)
}

/// Specifiers, in parentheses (as in old metadata) or not.
fn parenthesized_specifiers(
    cursor: &mut Cursor<'_>,
    broken: &mut Option<Failure>,
) -> Result<SpecifierSet, Failure> {
    let open = cursor.position;
    let parenthesized = cursor.eat(b'(');
    cursor.skip_space();
    let specifiers = specifier_list(cursor, broken)?;
    cursor.skip_space();
    if parenthesized && !cursor.eat(b')') {
        let message = "Expected matching RIGHT_PARENTHESIS for LEFT_PARENTHESIS, after version specifier";
        return Err(Failure::new(message, open..cursor.position));
    }
    Ok(specifiers)
}

fn specifier_list(cursor: &mut Cursor<'_>, broken: &mut Option<Failure>) -> Result<SpecifierSet, Failure> {
    let mut list = SpecifierSet::default();
    while let Some((specifier, length)) = specifiers::prefix(cursor.rest()) {
        let start = cursor.position;
        let text = cursor.take(length);
        if specifier.operator() != Operator::Arbitrary {
            refuse_trailing_parts(cursor, start, text)?;
            list.push(specifier);
        } else {
            // `===` takes commas too, and what they separate must be specifiers. `packaging` looks at that last.
            match SpecifierSet::parse(text) {
                Ok(several) => several.iter().cloned().for_each(|specifier| list.push(specifier)),
                Err(error) => {
                    let message = format!("Invalid specifier: '{}'", error.text);
                    broken.get_or_insert(Failure::new(message, start..cursor.position));
                }
            }
        }
        cursor.skip_space();
        if !cursor.eat(b',') {
            break;
        }
        cursor.skip_space();
    }
    Ok(list)
}

/// `>=1.*` and `>=1+local` get an error of their own.
fn refuse_trailing_parts(cursor: &Cursor<'_>, start: usize, specifier: &str) -> Result<(), Failure> {
    let rest = cursor.rest();
    if rest.starts_with(".*") {
        let message = if specifier.starts_with("==") || specifier.starts_with("!=") {
            ".* suffix cannot be used with pre-release, post-release, dev or local versions"
        } else {
            ".* suffix can only be used with `==` or `!=` operators"
        };
        return Err(Failure::new(message, start..cursor.position + 1));
    }
    let label = rest.strip_prefix('+').is_some_and(|rest| rest.starts_with(is_local_label));
    if label {
        let message = "Local version label can only be used with `==` or `!=` operators";
        return Err(Failure::new(message, start..cursor.position));
    }
    Ok(())
}

fn is_local_label(character: char) -> bool {
    character.is_ascii_lowercase() || character.is_ascii_digit()
}
