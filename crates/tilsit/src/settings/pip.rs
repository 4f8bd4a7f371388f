//! pip's configuration as values of a command's flags.
//!
//! Source: pip 26.3, `cli/parser.py` (`_update_defaults`): booleans and counts in words, lists split at spaces, each
//! later layer in place of the earlier one except where an option adds up.

use super::pip_files::{Entry, PipConfiguration};
use super::{Origin, Sourced};
use crate::cli::{Expected, Flag, Given, Kind, Occurrence, Takes, check};

/// A value that an option cannot have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PipValueError {
    /// A switch that is neither on nor off: a usage error (2).
    #[error(
        "{value} is not a valid value for {key} option, please specify a boolean value like yes/no, true/false or 1/0 instead."
    )]
    Boolean {
        /// The key.
        key: String,
        /// The value.
        value: String,
        /// Where it stands.
        origin: Origin,
    },
    /// A count that is none: a usage error (2).
    #[error(
        "{value} is not a valid value for {key} option, please instead specify either a non-negative integer or a boolean value like yes/no or false/true which is equivalent to 1/0."
    )]
    Count {
        /// The key.
        key: String,
        /// The value.
        value: String,
        /// Where it stands.
        origin: Origin,
    },
    /// A value of the wrong kind: pip ends with 3.
    #[error("An error occurred during configuration: {}", wrong(key, value, expected))]
    Value {
        /// The key.
        key: String,
        /// The value.
        value: String,
        /// What was expected.
        expected: Expected,
        /// Where it stands.
        origin: Origin,
    },
}

impl PipValueError {
    /// Where the value stands.
    pub fn origin(&self) -> &Origin {
        match self {
            Self::Boolean { origin, .. } | Self::Count { origin, .. } | Self::Value { origin, .. } => origin,
        }
    }

    /// The key, an option's long name.
    pub fn key(&self) -> &str {
        match self {
            Self::Boolean { key, .. } | Self::Count { key, .. } | Self::Value { key, .. } => key,
        }
    }

    /// pip's exit code.
    pub fn exit(&self) -> u8 {
        if matches!(self, Self::Value { .. }) { 3 } else { 2 }
    }
}

fn wrong(key: &str, value: &str, expected: &Expected) -> String {
    crate::cli::describe_bad_value(key, value, expected)
}

/// The values that the configuration gives to these flags of a command, in the order in which later ones win.
///
/// # Errors
/// The first value that its option cannot have.
pub fn occurrences(
    configuration: &PipConfiguration,
    sections: &[&str],
    flags: &[&'static Flag],
) -> Result<Vec<Occurrence>, PipValueError> {
    let mut held: Vec<Occurrence> = Vec::new();
    let mut last: Vec<Occurrence> = Vec::new();
    for entry in configuration.for_sections(sections) {
        let name = format!("--{}", entry.key);
        let Some(flag) = flags.iter().copied().find(|flag| flag.names.contains(&name.as_str())) else {
            continue;
        };
        if matches!(flag.id, "help" | "version") {
            continue;
        }
        let given = convert(flag, &entry)?;
        let found = given.into_iter().map(|given| Occurrence { flag, given, origin: entry.origin.clone() });
        if flag.names == ["--no-cache-dir"] {
            // pip runs this option's callback after everything else: any valid boolean turns the cache off
            last = vec![Occurrence { flag, given: Given::Off, origin: entry.origin.clone() }];
            continue;
        }
        if !flag.accumulates {
            held.retain(|held| held.flag.id != flag.id);
        }
        held.extend(found);
    }
    held.extend(last);
    Ok(held)
}

fn convert(flag: &'static Flag, entry: &Entry) -> Result<Vec<Given>, PipValueError> {
    let Entry { key, value, origin, .. } = entry;
    match flag.takes {
        Takes::On | Takes::Off => match boolean(value) {
            Some(on) => Ok(vec![if on { Given::On } else { Given::Off }]),
            None => {
                Err(PipValueError::Boolean { key: key.clone(), value: value.clone(), origin: origin.clone() })
            }
        },
        Takes::Count => {
            let count = boolean(value).map(usize::from).or_else(|| value.trim().parse().ok());
            let count = count.ok_or_else(|| PipValueError::Count {
                key: key.clone(),
                value: value.clone(),
                origin: origin.clone(),
            })?;
            Ok(vec![Given::On; count.min(9)])
        }
        Takes::One(option) => checked(option.kind, entry, value).map(|given| vec![given]),
        // options that add up are callbacks in pip and get their value whole
        Takes::Many(option) if flag.accumulates => {
            checked(option.kind, entry, value).map(|given| vec![given])
        }
        Takes::Many(option) => {
            value.split_whitespace().map(|word| checked(option.kind, entry, word)).collect()
        }
    }
}

fn checked(kind: Kind, entry: &Entry, value: &str) -> Result<Given, PipValueError> {
    match check(kind, value) {
        Ok(()) => Ok(Given::Text(value.to_owned())),
        Err(expected) => Err(PipValueError::Value {
            key: entry.key.clone(),
            value: value.to_owned(),
            expected,
            origin: entry.origin.clone(),
        }),
    }
}

/// `distutils.util.strtobool`.
pub fn boolean(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "y" | "yes" | "t" | "true" | "on" | "1" => Some(true),
        "n" | "no" | "f" | "false" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// `pip config get KEY`: the value in force.
///
/// # Errors
/// pip's sentence when there is none.
pub fn get(configuration: &PipConfiguration, key: &str) -> Result<Sourced<String>, String> {
    let wanted = super::ini::normalized(key);
    let found = configuration
        .effective()
        .into_iter()
        .rev()
        .find(|entry| format!("{}.{}", entry.section, entry.key) == wanted);
    match found {
        Some(entry) => Ok(Sourced { value: entry.value, origin: entry.origin }),
        None if !wanted.contains('.') => Err(format!(
            "Key does not contain dot separated section and key. Perhaps you wanted to use 'global.{wanted}' instead?"
        )),
        None => Err(format!("No such key - {key}")),
    }
}
