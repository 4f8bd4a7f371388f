//! TOML values that own their text: what a lock's `tool` tables hold, and what a lock is read from.

use toml_spanner::{Arena, DateTime, Item, Table, Value};

use super::PylockError;

/// A TOML value.
#[derive(Clone, Debug, PartialEq)]
pub enum TomlValue {
    /// A string.
    Text(String),
    /// An integer.
    Integer(i64),
    /// A float.
    Float(f64),
    /// A boolean.
    Boolean(bool),
    /// A date, a time or both, as RFC 3339 writes it.
    DateTime(String),
    /// An array.
    Array(Vec<TomlValue>),
    /// A table.
    Table(TomlTable),
}

/// A TOML table in the order of its text. A key comes once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TomlTable {
    /// Keys and values.
    pub entries: Vec<(String, TomlValue)>,
}

impl TomlTable {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&TomlValue> {
        self.entries.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Reads a TOML text.
    ///
    /// # Errors
    /// [`PylockError::NotToml`] with the place of the first problem.
    pub fn parse(text: &str) -> Result<Self, PylockError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let arena = Arena::new();
        let document = toml_spanner::parse(text, &arena)
            .map_err(|error| not_toml(text, error.span().start as usize, error.message(text)))?;
        table(document.table())
            .ok_or_else(|| not_toml(text, 0, "an integer does not fit into 64 bits".to_owned()))
    }
}

fn not_toml(text: &str, at: usize, message: String) -> PylockError {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    PylockError::NotToml { line, column, message }
}

fn table(table: &Table<'_>) -> Option<TomlTable> {
    let entries = table.iter().map(|(key, item)| Some((key.as_str().to_owned(), value(item)?)));
    Some(TomlTable { entries: entries.collect::<Option<_>>()? })
}

fn value(item: &Item<'_>) -> Option<TomlValue> {
    Some(match item.value() {
        Value::String(text) => TomlValue::Text((*text).to_owned()),
        Value::Integer(integer) => TomlValue::Integer(integer.as_i64()?),
        Value::Float(float) => TomlValue::Float(*float),
        Value::Boolean(boolean) => TomlValue::Boolean(*boolean),
        Value::DateTime(time) => TomlValue::DateTime(date_time(time)),
        Value::Array(items) => TomlValue::Array(items.iter().map(value).collect::<Option<_>>()?),
        Value::Table(inner) => TomlValue::Table(table(inner)?),
    })
}

fn date_time(time: &DateTime) -> String {
    let mut buffer = std::mem::MaybeUninit::uninit();
    time.format(&mut buffer).to_owned()
}

/// Writes a value in one line, as inline tables must be.
pub(super) fn write_value(text: &mut String, value: &TomlValue) {
    match value {
        TomlValue::Text(string) => write_string(text, string),
        TomlValue::Integer(integer) => text.push_str(&integer.to_string()),
        TomlValue::Float(float) => text.push_str(&float_text(*float)),
        TomlValue::Boolean(boolean) => text.push_str(if *boolean { "true" } else { "false" }),
        TomlValue::DateTime(time) => text.push_str(time),
        TomlValue::Array(items) => {
            text.push('[');
            for (place, item) in items.iter().enumerate() {
                text.push_str(if place == 0 { "" } else { ", " });
                write_value(text, item);
            }
            text.push(']');
        }
        TomlValue::Table(table) => write_inline_table(text, table),
    }
}

/// `{ key = value, … }`.
pub(super) fn write_inline_table(text: &mut String, table: &TomlTable) {
    if table.is_empty() {
        text.push_str("{}");
        return;
    }
    for (place, (key, value)) in table.entries.iter().enumerate() {
        text.push_str(if place == 0 { "{ " } else { ", " });
        write_key(text, key);
        text.push_str(" = ");
        write_value(text, value);
    }
    text.push_str(" }");
}

/// A bare key where that is possible, else a quoted one.
pub(super) fn write_key(text: &mut String, key: &str) {
    let bare = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    if !key.is_empty() && key.bytes().all(bare) {
        text.push_str(key);
    } else {
        write_string(text, key);
    }
}

fn write_string(text: &mut String, string: &str) {
    text.push('"');
    for c in string.chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{0}'..='\u{1f}' | '\u{7f}' => text.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => text.push(c),
        }
    }
    text.push('"');
}

fn float_text(float: f64) -> String {
    if float.is_nan() {
        return "nan".to_owned();
    }
    if float.is_infinite() {
        return if float > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    // Rust's debug form always has a point or an exponent, as TOML wants it.
    format!("{float:?}")
}
