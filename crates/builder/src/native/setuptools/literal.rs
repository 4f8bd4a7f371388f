//! The value of a module's attribute, where the module says it as a literal: `attr:` of setuptools, which reads it from the
//! syntax tree without importing the module.

use crate::native::text::is_ascii_identifier;
use crate::native::{Source, Stop, not_native};

use super::distribution::Layout;
use crate::native::tree::read_text;

/// Reads `package.module.attribute` as the text of a version.
pub(super) fn version(source: &Source<'_>, layout: &Layout, attribute: &str) -> Result<String, Stop> {
    let Some((module, name)) = attribute.trim().rsplit_once('.') else {
        return not_native(format!("`attr: {attribute}` names no module"));
    };
    let start = layout.folder(module);
    let candidates = [format!("{start}.py"), format!("{start}/__init__.py")];
    let Some(file) = candidates.iter().find(|file| source.path(file).is_file()) else {
        return not_native(format!("the module `{module}` is not found"));
    };
    let text = read_text(&source.path(file))?;
    match assigned(&text, name).and_then(literal) {
        Some(version) => Ok(version),
        None => not_native(format!("`{name}` in {file} is not a literal")),
    }
}

/// What the first statement of the module that assigns to `name` assigns.
fn assigned<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    statements(text)?.into_iter().find_map(|statement| {
        let mut rest = statement;
        let mut found = false;
        let mut first = true;
        while let Some((target, after)) = target(rest, first) {
            found |= target == name;
            first = false;
            rest = after;
        }
        found.then_some(rest)
    })
}

/// `name =` or, as the first of a statement, `name: type =`, and what follows.
fn target(text: &str, first: bool) -> Option<(&str, &str)> {
    let text = text.trim_start();
    let end = text.find(|char: char| !char.is_ascii_alphanumeric() && char != '_').unwrap_or(text.len());
    let (name, mut rest) = text.split_at(end);
    rest = rest.trim_start();
    if first && rest.starts_with(':') {
        rest = &rest[rest.find('=')?..];
    }
    let rest = rest.strip_prefix('=').filter(|rest| !rest.starts_with('='))?;
    is_ascii_identifier(name).then_some((name, rest))
}

/// The statements that start at the beginning of a line, without comments at their ends; nothing when strings or brackets
/// do not close.
fn statements(text: &str) -> Option<Vec<&str>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut start = 0;
    while start < bytes.len() {
        let end = statement_end(bytes, start)?;
        let statement = &text[start..end.code];
        if !statement.starts_with([' ', '\t']) && !statement.trim().is_empty() {
            found.push(statement.trim_end());
        }
        start = end.line;
    }
    Some(found)
}

/// Where a statement's code ends, and where the next line starts.
struct End {
    code: usize,
    line: usize,
}

fn statement_end(bytes: &[u8], start: usize) -> Option<End> {
    let mut at = start;
    let mut depth = 0_usize;
    let mut code = start;
    while at < bytes.len() {
        match bytes[at] {
            b'#' => {
                at += bytes[at..].iter().position(|&byte| byte == b'\n').unwrap_or(bytes.len() - at);
                continue;
            }
            b'\n' if depth == 0 => return Some(End { code, line: at + 1 }),
            b'\\' => at += 1,
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.checked_sub(1)?,
            quote @ (b'"' | b'\'') => at = string_end(bytes, at, quote)?,
            _ => {}
        }
        at += 1;
        code = at.min(bytes.len());
    }
    (depth == 0).then_some(End { code, line: bytes.len() })
}

/// Where the last quote of the string is that starts at `at`.
fn string_end(bytes: &[u8], at: usize, quote: u8) -> Option<usize> {
    let triple = bytes[at..].starts_with(&[quote; 3]);
    let mut at = at + if triple { 3 } else { 1 };
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'\n' if !triple => return None,
            byte if byte == quote && !triple => return Some(at),
            byte if byte == quote && bytes[at..].starts_with(&[quote; 3]) => return Some(at + 2),
            _ => {}
        }
        at += 1;
    }
    None
}

/// A string, an integer, or a sequence of them joined with dots.
fn literal(text: &str) -> Option<String> {
    let text = text.trim();
    let inner = |open: char, close: char| text.strip_prefix(open)?.strip_suffix(close);
    match inner('(', ')').or_else(|| inner('[', ']')) {
        Some(items) => {
            let items = items.trim().strip_suffix(',').unwrap_or(items);
            let items: Option<Vec<String>> = items.split(',').map(|item| scalar(item.trim())).collect();
            let one_in_parentheses = !text.contains(',') && text.starts_with('(');
            items.filter(|items| !one_in_parentheses || items.len() == 1).map(|items| items.join("."))
        }
        None => scalar(text),
    }
}

fn scalar(text: &str) -> Option<String> {
    if let Some(quote) = text.chars().next().filter(|char| matches!(char, '"' | '\'')) {
        let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
        return (!inner.contains(['"', '\'', '\\', '\n'])).then(|| inner.to_owned());
    }
    let integer = text == "0" || !text.starts_with('0') && !text.is_empty();
    (integer && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_found_as_by_the_syntax_tree() {
        for (text, value) in [
            ("__version__ = \"1.0\"\n", Some("1.0")),
            ("\"\"\"doc\n__version__ = '2'\n\"\"\"\n__version__ = '1'  # now\n", Some("1")),
            ("__version__: str = '1'", Some("1")),
            ("a = __version__ = '1'", Some("1")),
            ("__version__ = (1, 2, 'b')", Some("1.2.b")),
            ("__version__ = (\n    1,\n    2,\n)\n", Some("1.2")),
            ("__version__ = ('1')", Some("1")),
            ("__version__ = [1, 2]", Some("1.2")),
            ("__version__ = 7", Some("7")),
            ("if x:\n    __version__ = '1'\n__version__ = '2'", Some("2")),
            ("x = '''\n'''; y = 1\n__version__ = '2'", Some("2")),
            ("__version__ == '1'", None),
            ("__version__ = get()", None),
            ("__version__ = '1' '2'", None),
            ("__version__ = '1' + x", None),
            ("__version__ = f'1'", None),
            ("__version__ = '1'; x = 2", None),
            ("from x import __version__", None),
            ("__version__ = (\n", None),
            ("__version__ = 1.0", None),
            ("__version__ = ()", None),
        ] {
            assert_eq!(assigned(text, "__version__").and_then(literal).as_deref(), value, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(text in "[a_='\"()\\[\\]\\\\#\n ,1é:]{0,40}") {
            let _ = assigned(&text, "a").and_then(literal);
        }
    }
}
