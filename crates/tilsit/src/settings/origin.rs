//! Where a value came from.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// The place that a value was read from; shown by `config explain` and by errors about the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A flag, as it was typed.
    Flag {
        /// The spelling.
        name: &'static str,
    },
    /// An environment variable.
    Env {
        /// Its name.
        name: Arc<str>,
    },
    /// A line of a settings file.
    File {
        /// The file.
        path: Arc<Path>,
        /// The line, counted from 1.
        line: u32,
        /// The key as its file's sections spell it: `global.index-url`, `tool.tilsit.index-url`.
        key: Arc<str>,
    },
    /// Nobody said anything.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag { name } => f.write_str(name),
            Self::Env { name } => f.write_str(name),
            Self::File { path, line, .. } => write!(f, "{}:{line}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}

/// A value and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Its source.
    pub origin: Origin,
}
