//! What was typed, read by flag.

use super::flag::{Command, Flag};
use crate::settings::{Origin, Sourced};

/// What one occurrence of a flag says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// The flag turns its destination on, or counts once.
    On,
    /// The flag turns its destination off.
    Off,
    /// The flag's value.
    Text(String),
}

/// One flag as it was met: on the command line, in a file, in a variable.
#[derive(Clone, Debug)]
pub struct Occurrence {
    /// Which flag.
    pub flag: &'static Flag,
    /// What it says.
    pub given: Given,
    /// Where it was met.
    pub origin: Origin,
}

/// A command line that makes sense, joined with the settings below it: the lowest layer first, the command line last.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// The command and, for `cache list`, its subcommand.
    pub path: Vec<&'static Command>,
    /// Every flag in the order in which later ones win.
    pub occurrences: Vec<Occurrence>,
    /// The words that are not flags.
    pub arguments: Vec<String>,
    /// pip's `--python` stands behind the command only, where it must not choose.
    pub late_python: bool,
}

impl Parsed {
    /// The words of the command: `["cache", "list"]`.
    pub fn words(&self) -> Vec<&'static str> {
        self.path.iter().map(|command| command.name).collect()
    }

    /// Every occurrence that writes to the flag's destination.
    pub fn all<'a>(&'a self, flag: &Flag) -> impl DoubleEndedIterator<Item = &'a Occurrence> + use<'a> {
        let id = flag.id;
        self.occurrences.iter().filter(move |occurrence| occurrence.flag.id == id)
    }

    /// The last word about a switch: on, off, or nothing said.
    pub fn switch(&self, flag: &Flag) -> Option<Sourced<bool>> {
        let last = self.all(flag).next_back()?;
        Some(Sourced { value: last.given != Given::Off, origin: last.origin.clone() })
    }

    /// Whether the switch is on.
    pub fn is_on(&self, flag: &Flag) -> bool {
        self.switch(flag).is_some_and(|switch| switch.value)
    }

    /// How often a counting flag was given.
    pub fn count(&self, flag: &Flag) -> usize {
        self.all(flag).filter(|occurrence| occurrence.given == Given::On).count()
    }

    /// The value that wins. Nothing when the last occurrence turned the destination off (`--no-cache-dir`).
    pub fn value(&self, flag: &Flag) -> Option<Sourced<&str>> {
        let last = self.all(flag).next_back()?;
        match &last.given {
            Given::Text(text) => Some(Sourced { value: text.as_str(), origin: last.origin.clone() }),
            Given::On | Given::Off => None,
        }
    }

    /// The text of the value that wins.
    pub fn text(&self, flag: &Flag) -> Option<&str> {
        self.all(flag).next_back().and_then(|last| match &last.given {
            Given::Text(text) => Some(text.as_str()),
            Given::On | Given::Off => None,
        })
    }

    /// The last value, unless it is empty.
    pub fn filled(&self, flag: &Flag) -> Option<&str> {
        self.text(flag).filter(|text| !text.is_empty())
    }

    /// Every value, in order.
    pub fn values(&self, flag: &Flag) -> Vec<&str> {
        self.sourced_values(flag).into_iter().map(|sourced| sourced.value).collect()
    }

    /// Every value with its origin, in order.
    pub fn sourced_values(&self, flag: &Flag) -> Vec<Sourced<&str>> {
        self.all(flag)
            .filter_map(|occurrence| match &occurrence.given {
                Given::Text(text) => {
                    Some(Sourced { value: text.as_str(), origin: occurrence.origin.clone() })
                }
                Given::On | Given::Off => None,
            })
            .collect()
    }

    /// The whole number that wins; the parser has already refused anything else.
    pub fn integer(&self, flag: &Flag) -> Option<i64> {
        self.text(flag).and_then(super::number::integer)
    }

    /// The decimal number that wins; the parser has already refused anything else.
    pub fn decimal(&self, flag: &Flag) -> Option<f64> {
        self.text(flag).and_then(super::number::decimal)
    }
}
