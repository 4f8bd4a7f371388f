//! Settings: every value with the place it came from.
//!
//! Enters: the [`Process`] (arguments, environment, folders) and a parsed command line. Leaves: the command line joined
//! with everything below it, so that one question to [`crate::cli::Parsed`] answers what a value is and who said so.
//! [`Settings`] does that for our own commands, [`pip_occurrences`] for pip's. Files are read here; nothing is printed.

#[cfg(test)]
mod against_pip;
mod default_index;
mod ini;
mod native;
mod origin;
mod pip;
pub mod pip_config;
mod pip_files;
mod process;
#[cfg(test)]
mod tests;
mod toml_file;

pub use default_index::{DefaultIndex, scan_pip_index_file};
pub use native::{Explained, Settings};
pub use origin::{Origin, Sourced};
pub use pip::{PipValueError, boolean, get as pip_get, occurrences as pip_occurrences};
pub use pip_files::{Entry, Kind as PipFileKind, PipConfiguration, PipFileError, PipPolicy};
pub use process::{Process, is_writable};

use crate::cli::{Parsed, pip as pip_flags};
use std::path::{Path, PathBuf};

/// A setting that cannot be used.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SettingsError {
    /// A settings file is no TOML.
    #[error("{}:{line}: {message}", path.display())]
    Toml {
        /// The file.
        path: PathBuf,
        /// The line.
        line: u32,
        /// What is wrong.
        message: String,
    },
    /// A settings file is not UTF-8.
    #[error("{} is not UTF-8", path.display())]
    Encoding {
        /// The file.
        path: PathBuf,
    },
    /// A value of the wrong kind.
    #[error("{origin}: `{key}` cannot be {value}: {expected}")]
    Value {
        /// The key.
        key: String,
        /// The value as written.
        value: String,
        /// What was expected.
        expected: String,
        /// Where it stands.
        origin: Origin,
    },
    /// pip's configuration has a value of the wrong kind.
    #[error(transparent)]
    PipValue(#[from] PipValueError),
    /// A configuration file of pip cannot be read.
    #[error(transparent)]
    PipFile(#[from] PipFileError),
}

/// Something odd in a settings file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingsWarning {
    /// A key that means nothing.
    UnknownKey {
        /// The file.
        path: PathBuf,
        /// The line.
        line: u32,
        /// The key.
        key: String,
        /// The most similar key that does.
        nearest: Option<&'static str>,
    },
}

/// The index that the pip of the machine named which this binary was built on; the last resort.
pub fn index_of_the_build() -> Option<DefaultIndex> {
    let (simple_url, file_host) = env!("TILSIT_BUILD_INDEX").split_once(' ')?;
    Some(DefaultIndex { simple_url: simple_url.to_owned(), file_host: file_host.to_owned() })
}

/// pip's command line joined with pip's configuration for that command. `prefix` is the `sys.prefix` worked for.
///
/// # Errors
/// A file that cannot be read (pip ends with 2), or a value that its option cannot have (2 or 3).
pub fn join_pip(process: &Process, parsed: Parsed, prefix: Option<&Path>) -> Result<Parsed, SettingsError> {
    // pip looks for the word itself, before it reads its arguments
    let isolated = process.args.iter().any(|word| word == "--isolated");
    let configuration = PipConfiguration::load(process, PipPolicy { isolated, prefix })?;
    let command = parsed.path.first().copied();
    let sections = ["global", command.map_or("global", |command| command.name)];
    let flags = pip_flags::PROGRAM.flags(command);
    let sections = if command.is_some() { &sections[..] } else { &sections[..1] };
    let mut occurrences = pip_occurrences(&configuration, sections, &flags)?;
    occurrences.extend(parsed.occurrences);
    Ok(Parsed { occurrences, ..parsed })
}
