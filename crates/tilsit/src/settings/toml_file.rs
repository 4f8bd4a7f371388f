//! `tilsit.toml` and `[tool.tilsit]`: TOML read into values of flags, each with its line.

use super::{Origin, SettingsError};
use crate::cli::{Flag, Given, Kind, Occurrence, Takes, check};
use std::path::Path;
use std::sync::Arc;
use toml_spanner::{Arena, Item, Table};

/// What a file says.
#[derive(Clone, Debug, Default)]
pub struct TomlSettings {
    /// Its values, in order.
    pub occurrences: Vec<Occurrence>,
    /// Keys that mean nothing, with their lines.
    pub unknown: Vec<(String, u32)>,
}

/// Where the settings are in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// `tilsit.toml`: at the top.
    Top,
    /// `pyproject.toml`: in `[tool.tilsit]`.
    Tool,
}

/// Reads a file's settings; nothing when it has no such table.
///
/// # Errors
/// The file is no TOML, or a value is of the wrong kind.
pub fn read(
    text: &str,
    path: &Path,
    place: Place,
    flags: &[&'static Flag],
) -> Result<Option<TomlSettings>, SettingsError> {
    let arena = Arena::new();
    let document = toml_spanner::parse(text, &arena).map_err(|error| SettingsError::Toml {
        path: path.to_path_buf(),
        line: line_of(text, error.span().range().start),
        message: error.message(text),
    })?;
    let table = match place {
        Place::Top => Some(document.table()),
        Place::Tool => sub_table(document.table(), "tool").and_then(|tool| sub_table(tool, "tilsit")),
    };
    let Some(table) = table else { return Ok(None) };
    let file = File { text, path: path.into(), place, folder: path.parent().unwrap_or(Path::new("")) };
    let mut settings = TomlSettings::default();
    for (key, item) in table.iter() {
        let line = line_of(text, key.span.range().start);
        match flags.iter().copied().find(|flag| flag.id == key.name) {
            Some(flag) => settings.occurrences.extend(file.occurrences(flag, item, line)?),
            None => settings.unknown.push((key.name.to_owned(), line)),
        }
    }
    Ok(Some(settings))
}

fn sub_table<'t, 'de>(table: &'t Table<'de>, name: &str) -> Option<&'t Table<'de>> {
    table.get(name).and_then(Item::as_table)
}

/// The line of a byte, counted from 1.
fn line_of(text: &str, at: usize) -> u32 {
    let before = &text.as_bytes()[..at.min(text.len())];
    u32::try_from(before.iter().filter(|byte| **byte == b'\n').count()).unwrap_or(u32::MAX).saturating_add(1)
}

struct File<'a> {
    text: &'a str,
    path: Arc<Path>,
    place: Place,
    folder: &'a Path,
}

impl File<'_> {
    fn occurrences(
        &self,
        flag: &'static Flag,
        item: &Item<'_>,
        line: u32,
    ) -> Result<Vec<Occurrence>, SettingsError> {
        let key =
            if self.place == Place::Tool { format!("tool.tilsit.{}", flag.id) } else { flag.id.to_owned() };
        let origin = |line| Origin::File { path: Arc::clone(&self.path), line, key: key.as_str().into() };
        let one = |given| vec![Occurrence { flag, given, origin: origin(line) }];
        match flag.takes {
            Takes::On | Takes::Off => match item.as_bool() {
                Some(on) => Ok(one(if on { Given::On } else { Given::Off })),
                None => Err(self.wrong(flag, item, line, "expected true or false".to_owned())),
            },
            Takes::Count => match item.as_bool().map(u64::from).or_else(|| item.as_u64()) {
                Some(count) => Ok((0..count.min(9)).flat_map(|_| one(Given::On)).collect()),
                None => Err(self.wrong(flag, item, line, "expected a number".to_owned())),
            },
            Takes::One(value) => self.text_of(flag, value.kind, item, line).map(one),
            Takes::Many(value) => {
                let Some(array) = item.as_array() else {
                    return self.text_of(flag, value.kind, item, line).map(one);
                };
                array
                    .iter()
                    .map(|item| {
                        let line = line_of(self.text, item.span().range().start);
                        let given = self.text_of(flag, value.kind, item, line)?;
                        Ok(Occurrence { flag, given, origin: origin(line) })
                    })
                    .collect()
            }
        }
    }

    fn text_of(
        &self,
        flag: &'static Flag,
        kind: Kind,
        item: &Item<'_>,
        line: u32,
    ) -> Result<Given, SettingsError> {
        let number = || match kind {
            Kind::Integer => item.as_i64().map(|number| number.to_string()),
            Kind::Decimal => item.as_f64().map(|number| number.to_string()),
            _ => None,
        };
        let text = item.as_str().map(str::to_owned).or_else(number);
        let Some(text) = text else {
            return Err(self.wrong(flag, item, line, expected(kind)));
        };
        if check(kind, &text).is_err() {
            return Err(self.wrong(flag, item, line, expected(kind)));
        }
        Ok(Given::Text(self.placed(kind, text)))
    }

    /// A relative path in a settings file is relative to that file.
    fn placed(&self, kind: Kind, text: String) -> String {
        let is_path = match kind {
            Kind::Path | Kind::Folder => true,
            Kind::Url => !text.contains("://") && !text.starts_with("file:"),
            Kind::Text | Kind::Setting | Kind::Integer | Kind::Decimal | Kind::Choice(_) => false,
        };
        if is_path && !text.starts_with('~') {
            return self.folder.join(text).to_string_lossy().into_owned();
        }
        text
    }

    fn wrong(&self, flag: &Flag, item: &Item<'_>, line: u32, expected: String) -> SettingsError {
        let value = self.text.get(item.span().range()).unwrap_or_default().to_owned();
        let origin = Origin::File { path: Arc::clone(&self.path), line, key: flag.id.into() };
        SettingsError::Value { key: flag.id.to_owned(), value, expected, origin }
    }
}

/// What a value of that kind looks like.
pub fn expected(kind: Kind) -> String {
    match kind {
        Kind::Text => "expected text".to_owned(),
        Kind::Path | Kind::Folder => "expected a path".to_owned(),
        Kind::Url => "expected a URL or a path".to_owned(),
        Kind::Integer => "expected a whole number".to_owned(),
        Kind::Decimal => "expected a number".to_owned(),
        Kind::Setting => "expected KEY=VALUE".to_owned(),
        Kind::Choice(choices) => format!("expected {}", choices.join(", ")),
    }
}
