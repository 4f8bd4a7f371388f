//! A TOML document printed anew, as the writer under `uv_build` prints it: values before tables, one item a line in
//! arrays of several, and no comments.

use crate::native::document::{Toml, TomlTable};
use crate::native::{Stop, not_native};

/// The whole document.
pub(super) fn print(document: &TomlTable) -> Result<String, Stop> {
    let mut printer = Printer { text: String::new() };
    printer.table("", document, Header::None)?;
    Ok(printer.text)
}

/// What stands before a table's values.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Header {
    None,
    /// `[name]`, where anything stands below it or nothing in it.
    Table,
    /// `[[name]]`, always.
    Element,
}

struct Printer {
    text: String,
}

impl Printer {
    // The depth of a document is limited by its parser.
    fn table(&mut self, path: &str, table: &TomlTable, header: Header) -> Result<(), Stop> {
        let has_values = table.iter().any(|(_, value)| is_value(value));
        let is_empty = table.keys().next().is_none();
        if header == Header::Element || header == Header::Table && (has_values || is_empty) {
            if !self.text.is_empty() {
                self.text.push('\n');
            }
            self.text.push_str(&if header == Header::Element {
                format!("[[{path}]]\n")
            } else {
                format!("[{path}]\n")
            });
        }
        for (key, item) in table.iter().filter(|(_, value)| is_value(value)) {
            let line = format!("{} = {}\n", print_key(key)?, value(item)?);
            self.text.push_str(&line);
        }
        for (key, item) in table.iter().filter(|(_, value)| !is_value(value)) {
            let below = if path.is_empty() { print_key(key)? } else { format!("{path}.{}", print_key(key)?) };
            match item {
                Toml::Table(table) => self.table(&below, table, Header::Table)?,
                Toml::Array(items) => {
                    for table in items.iter().filter_map(Toml::as_table) {
                        self.table(&below, table, Header::Element)?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Whether a value stands beside its key: no table, and no array of tables alone.
fn is_value(value: &Toml) -> bool {
    match value {
        Toml::Table(_) => false,
        Toml::Array(items) => items.is_empty() || items.iter().any(|item| item.as_table().is_none()),
        _ => true,
    }
}

fn value(item: &Toml) -> Result<String, Stop> {
    match item {
        Toml::Text(text) => string(text),
        Toml::Integer(number) => Ok(number.to_string()),
        Toml::Boolean(flag) => Ok(flag.to_string()),
        Toml::Array(items) if items.len() < 2 => {
            let items = items.iter().map(value).collect::<Result<Vec<_>, _>>()?;
            Ok(format!("[{}]", items.join(", ")))
        }
        Toml::Array(items) => {
            let items = items.iter().map(value).collect::<Result<Vec<_>, _>>()?;
            let lines: String = items.iter().map(|item| format!("\n    {item},")).collect();
            Ok(format!("[{lines}\n]"))
        }
        Toml::Table(table) => inline(table),
        Toml::Float(number) if (1e-5..1e15).contains(&number.abs()) => Ok(format!("{number:?}")),
        Toml::Float(_) | Toml::Moment(_) => {
            not_native("pyproject.toml has a value that is printed in another form")
        }
    }
}

/// A table in an array of other things.
fn inline(table: &TomlTable) -> Result<String, Stop> {
    let mut entries = Vec::new();
    for (key, item) in table.iter() {
        let printed = value(item)?;
        if printed.contains('\n') {
            return not_native("pyproject.toml has a table of several lines in an array");
        }
        entries.push(format!("{} = {printed}", print_key(key)?));
    }
    Ok(if entries.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", entries.join(", ")) })
}

fn print_key(key: &str) -> Result<String, Stop> {
    let bare = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if !key.is_empty() && key.bytes().all(bare) {
        return Ok(key.to_owned());
    }
    match key.chars().any(|char| char.is_control() || matches!(char, '"' | '\\')) {
        false => Ok(format!("\"{key}\"")),
        true if !key.chars().any(|char| char.is_control() || char == '\'') => Ok(format!("'{key}'")),
        true => not_native(format!("the key `{key}` in pyproject.toml")),
    }
}

/// A string in the first of its forms that needs no escapes: basic, literal, basic in several lines.
fn string(text: &str) -> Result<String, Stop> {
    let control = text.chars().any(|char| char.is_ascii_control() && !matches!(char, '\t' | '\n'));
    let newline = text.contains('\n');
    if control || text.contains('\t') {
        return not_native("pyproject.toml has a string with control characters");
    }
    let escape = text.contains('\\');
    if !escape && !text.contains('"') && !newline {
        return Ok(format!("\"{text}\""));
    }
    if !text.contains('\'') && !newline {
        return Ok(format!("'{text}'"));
    }
    let prefix = if newline { "\n" } else { "" };
    if !escape && !text.contains("\"\"\"") {
        return Ok(format!("\"\"\"{prefix}{text}\"\"\""));
    }
    if !text.contains("'''") {
        return Ok(format!("'''{prefix}{text}'''"));
    }
    not_native("pyproject.toml has a string with many quotes")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn documents_are_printed_anew() {
        let text = "# c\na = 'x'\n[t.u]\nb = [1, 2]\nc = ['one']\n[t]\nk = \"q'\\\"\"\n[[t.l]]\n[[t.l]]\nz = true\n[e]\n";
        let printed = print(&Toml::parse(text).unwrap()).unwrap();
        let expected = "a = \"x\"\n\n[t]\nk = \"\"\"q'\"\"\"\"\n\n[t.u]\nb = [\n    1,\n    2,\n]\nc = [\"one\"]\n\n[[t.l]]\n\n[[t.l]]\nz = true\n\n[e]\n";
        assert_eq!(printed, expected);
    }

    fn tables() -> impl Strategy<Value = TomlTable> {
        let plain = prop_oneof![
            "[a-z\"'\n\\\\ ]{0,6}".prop_map(Toml::Text),
            (-9i128..9).prop_map(Toml::Integer),
            any::<bool>().prop_map(Toml::Boolean),
        ];
        let value = plain.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Toml::Array),
                table(inner).prop_map(Toml::Table),
            ]
        });
        table(value)
    }

    fn table(value: impl Strategy<Value = Toml>) -> impl Strategy<Value = TomlTable> {
        proptest::collection::vec(("[a-c. ]{0,2}", value), 0..4).prop_map(|entries| {
            let mut table = TomlTable::default();
            entries.into_iter().for_each(|(key, value)| table.insert(&key, value));
            table
        })
    }

    /// The same, with the keys of all tables sorted.
    fn sorted(value: Toml) -> Toml {
        match value {
            Toml::Array(items) => Toml::Array(items.into_iter().map(sorted).collect()),
            Toml::Table(table) => {
                let mut entries: Vec<(String, Toml)> =
                    table.iter().map(|(key, value)| (key.to_owned(), sorted(value.clone()))).collect();
                entries.sort_by(|one, other| one.0.cmp(&other.0));
                let mut table = TomlTable::default();
                entries.into_iter().for_each(|(key, value)| table.insert(&key, value));
                Toml::Table(table)
            }
            plain => plain,
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_the_same(table in tables()) {
            if let Ok(printed) = print(&table) {
                let read = Toml::parse(&printed).unwrap();
                prop_assert_eq!(sorted(Toml::Table(read)), sorted(Toml::Table(table)), "{}", printed);
            }
        }
    }
}
