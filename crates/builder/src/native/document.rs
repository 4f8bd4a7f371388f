//! A TOML document as a tree of values that keeps the order of its keys.

use toml_spanner::{Arena, Item, Table, Value};

use super::{Stop, not_native};

/// A value of TOML.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Toml {
    Text(String),
    Integer(i128),
    Float(f64),
    Boolean(bool),
    Moment(String),
    Array(Vec<Toml>),
    Table(TomlTable),
}

/// A table of TOML; its keys are in the order of the text.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct TomlTable(Vec<(String, Toml)>);

impl Toml {
    /// Reads a document.
    pub(super) fn parse(text: &str) -> Result<TomlTable, Stop> {
        let arena = Arena::new();
        match toml_spanner::parse(text, &arena) {
            Ok(document) => Ok(table(document.table())),
            Err(error) => not_native(format!("pyproject.toml: {}", error.message(text))),
        }
    }

    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn as_table(&self) -> Option<&TomlTable> {
        match self {
            Self::Table(table) => Some(table),
            _ => None,
        }
    }

    /// An array of strings.
    pub(super) fn as_texts(&self) -> Option<Vec<String>> {
        self.as_array()?.iter().map(|item| item.as_text().map(str::to_owned)).collect()
    }

    /// A table of strings, in the order of the text.
    pub(super) fn as_text_table(&self) -> Option<Vec<(String, String)>> {
        let entries = self.as_table()?.iter();
        entries.map(|(key, value)| Some((key.to_owned(), value.as_text()?.to_owned()))).collect()
    }

    pub(super) fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }
}

fn table(table: &Table<'_>) -> TomlTable {
    TomlTable(table.iter().map(|(key, item)| (key.to_string(), value(item))).collect())
}

// The depth of a document is limited by its parser.
fn value(item: &Item<'_>) -> Toml {
    match item.value() {
        Value::String(text) => Toml::Text((*text).to_owned()),
        Value::Integer(number) => Toml::Integer(number.as_i128()),
        Value::Float(number) => Toml::Float(*number),
        Value::Boolean(flag) => Toml::Boolean(*flag),
        Value::DateTime(moment) => Toml::Moment(format!("{moment:?}")),
        Value::Array(items) => Toml::Array(items.iter().map(value).collect()),
        Value::Table(inner) => Toml::Table(table(inner)),
    }
}

impl TomlTable {
    pub(super) fn get(&self, key: &str) -> Option<&Toml> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    pub(super) fn get_mut(&mut self, key: &str) -> Option<&mut Toml> {
        self.0.iter_mut().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// Sets the value of a key; a new key becomes the last.
    pub(super) fn insert(&mut self, key: &str, value: Toml) {
        match self.get_mut(key) {
            Some(old) => *old = value,
            None => self.0.push((key.to_owned(), value)),
        }
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(key, _)| &**key)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Toml)> {
        self.0.iter().map(|(key, value)| (&**key, value))
    }

    /// This table with the values of another in place of its own.
    pub(super) fn updated(mut self, other: Self) -> Self {
        for (key, value) in other.0 {
            match self.0.iter_mut().find(|(name, _)| *name == key) {
                Some((_, place)) => *place = value,
                None => self.0.push((key, value)),
            }
        }
        self
    }

    /// The first key that is not one of `known`.
    pub(super) fn unknown(&self, known: &[&str]) -> Option<&str> {
        self.keys().find(|key| !known.contains(key))
    }

    pub(super) fn text(&self, key: &str) -> Result<Option<&str>, Stop> {
        self.typed(key, "a string", Toml::as_text)
    }

    pub(super) fn table(&self, key: &str) -> Result<Option<&Self>, Stop> {
        self.typed(key, "a table", Toml::as_table)
    }

    pub(super) fn flag(&self, key: &str) -> Result<Option<bool>, Stop> {
        self.typed(key, "a boolean", |value| match value {
            Toml::Boolean(flag) => Some(*flag),
            _ => None,
        })
    }

    /// An array of strings.
    pub(super) fn texts(&self, key: &str) -> Result<Option<Vec<String>>, Stop> {
        self.typed(key, "an array of strings", Toml::as_texts)
    }

    /// A table of strings.
    pub(super) fn text_table(&self, key: &str) -> Result<Option<Vec<(String, String)>>, Stop> {
        self.typed(key, "a table of strings", Toml::as_text_table)
    }

    fn typed<'t, T>(
        &'t self,
        key: &str,
        kind: &str,
        read: impl Fn(&'t Toml) -> Option<T>,
    ) -> Result<Option<T>, Stop> {
        match self.get(key).map(read) {
            None => Ok(None),
            Some(Some(value)) => Ok(Some(value)),
            Some(None) => not_native(format!("`{key}` is not {kind}")),
        }
    }
}
