//! TOML as `tomli_w` 1.2 prints it: pdm-backend writes the `pyproject.toml` of a source distribution anew.

use std::fmt::Write;

use crate::native::document::{Toml, TomlTable};
use crate::native::{Stop, not_native};

/// An array of tables stays in one line below this width.
const WIDEST: usize = 100;

/// Prints a document.
pub(super) fn print(document: &TomlTable) -> Result<String, Stop> {
    let mut out = String::new();
    table(&mut out, document, "", false)?;
    Ok(out)
}

fn table(out: &mut String, table: &TomlTable, name: &str, in_array: bool) -> Result<(), Stop> {
    let mut lines = Vec::new();
    let mut below = Vec::new();
    for (key, value) in table.iter() {
        match value {
            Toml::Table(inner) => below.push((key, inner, false)),
            Toml::Array(items) => match tables(items)? {
                Some(inner) => below.extend(inner.into_iter().map(|inner| (key, inner, true))),
                None => lines.push((key, value)),
            },
            _ => lines.push((key, value)),
        }
    }
    let start = out.len();
    if in_array {
        let _ = writeln!(out, "[[{name}]]");
    } else if !name.is_empty() && (!lines.is_empty() || below.is_empty()) {
        let _ = writeln!(out, "[{name}]");
    }
    for (key, value) in lines {
        let _ = writeln!(out, "{} = {}", part(key), literal(value, 0)?);
    }
    let mut yielded = out.len() > start;
    for (key, inner, in_array) in below {
        if yielded {
            out.push('\n');
        }
        yielded = true;
        let full = if name.is_empty() { part(key) } else { format!("{name}.{}", part(key)) };
        self::table(out, inner, &full, in_array)?;
    }
    Ok(())
}

/// The members of an array that is printed as `[[…]]`: all are tables, and one is too wide for a line.
fn tables(items: &[Toml]) -> Result<Option<Vec<&TomlTable>>, Stop> {
    let Some(inner) = items.iter().map(Toml::as_table).collect::<Option<Vec<_>>>() else { return Ok(None) };
    let mut wide = false;
    for table in &inner {
        let line = inline(table)?;
        wide |= line.chars().count() + 5 > WIDEST || line.contains('\n');
    }
    Ok(wide.then_some(inner))
}

fn literal(value: &Toml, nesting: usize) -> Result<String, Stop> {
    match value {
        Toml::Text(text) => Ok(quoted(text)),
        Toml::Integer(number) => Ok(number.to_string()),
        Toml::Boolean(flag) => Ok(flag.to_string()),
        Toml::Table(table) => inline(table),
        Toml::Array(items) => array(items, nesting),
        Toml::Float(_) | Toml::Moment(_) => {
            not_native("pyproject.toml has a float or a date, which pdm-backend prints as Python does")
        }
    }
}

fn array(items: &[Toml], nesting: usize) -> Result<String, Stop> {
    if items.is_empty() {
        return Ok("[]".to_owned());
    }
    let indent = "    ".repeat(nesting + 1);
    let lines = items
        .iter()
        .map(|item| Ok(format!("{indent}{}", literal(item, nesting + 1)?)))
        .collect::<Result<Vec<_>, Stop>>()?;
    Ok(format!("[\n{},\n{}]", lines.join(",\n"), "    ".repeat(nesting)))
}

fn inline(table: &TomlTable) -> Result<String, Stop> {
    let pairs = table
        .iter()
        .map(|(key, value)| Ok(format!("{} = {}", part(key), literal(value, 0)?)))
        .collect::<Result<Vec<_>, Stop>>()?;
    Ok(if pairs.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", pairs.join(", ")) })
}

fn part(key: &str) -> String {
    let bare = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if !key.is_empty() && key.bytes().all(bare) { key.to_owned() } else { quoted(key) }
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for char in text.chars() {
        match char {
            '\u{8}' => out.push_str("\\b"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\t' => out.push(char),
            '\0'..='\x1f' | '\x7f' => _ = write!(out, "\\u{:04x}", u32::from(char)),
            _ => out.push(char),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_print_as_by_tomli_w() {
        let text = concat!(
            "a = 1\nb = [1, 'x\\ty']\n[t]\n[t.u]\nk = \"q\\\"\"\n\"x y\" = true\nl = [[], [1]]\n",
            "[[s]]\nn = 'one'\n[[s]]\nn = {m = 2}\n[e]\n[[w]]\nlong = '", // too wide for one line below
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'\n",
        );
        let document = Toml::parse(text).unwrap();
        let expected = concat!(
            "a = 1\nb = [\n    1,\n    \"x\\\\ty\",\n]\ns = [\n    { n = \"one\" },\n    { n = { m = 2 } },\n]\n\n",
            "[t.u]\nk = \"q\\\"\"\n\"x y\" = true\nl = [\n    [],\n    [\n        1,\n    ],\n]\n\n[e]\n\n[[w]]\nlong = \"",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"\n",
        );
        assert_eq!(print(&document).unwrap(), expected);
        assert!(print(&Toml::parse("a = 1.5").unwrap()).is_err());
    }
}
