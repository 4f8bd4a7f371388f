//! The command line: flags are data.
//!
//! Enters: the words a person typed. Leaves: [`Parsed`] (which command, which flags with what values and origins, which
//! arguments), a request for help or the version, or a [`UsageError`]. Nothing here reads a file or prints.
//!
//! [`native`], [`pip`] and [`pyproject_build`] are tables; [`mod@parse`] reads a command line by one of them in its dialect, [`help`] writes help
//! from it, [`generate`] the man pages, completions and reference pages.

pub mod flag;
pub mod generate;
pub mod help;
pub mod native;
mod nearest;
mod number;
mod parse;
mod parsed;
pub mod pip;
pub mod pyproject_build;
mod usage;

#[cfg(test)]
pub use flag::Program;
pub use flag::{Command, Flag, Kind, Takes};
pub use nearest::nearest;
pub use parse::{Expected, Outcome, check, parse};
pub use parsed::{Given, Occurrence, Parsed};
pub use usage::{UsageError, describe as describe_bad_value, python_repr, words};

#[cfg(test)]
mod against_pip;
#[cfg(test)]
mod tests;
