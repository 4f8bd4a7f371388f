//! What could be installed: one version of a package and whether it may be chosen.

use crate::version::Version;

/// One version of a package as the resolver sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The version.
    pub version: Version,
    /// Whether it may be chosen.
    pub availability: Availability,
    /// The asker's handle for it (an ordinal of its page table, an installed distribution, a URL).
    pub id: u32,
}

/// Whether a version may be chosen, and if not, why. The reasons are what an explanation prints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Availability {
    /// At least one file can be had here.
    Usable,
    /// All its files were yanked (PEP 592); usable for an exact pin, as the rule set says.
    Yanked {
        /// The reason that the index gives.
        reason: Option<String>,
    },
    /// Its Requires-Python excludes the target's Python.
    NeedsPython {
        /// The specifiers as written.
        requires_python: String,
    },
    /// It has files, but none for this interpreter and platform, and no source that may be used.
    NoCompatibleFile {
        /// The compressed tags of the wheels that exist, and `source distribution` for a source not allowed.
        found: Vec<String>,
    },
    /// Left out by an option: `--exclude-newer`, `--only-binary`, `--no-binary`, hashes that do not fit, …
    Excluded {
        /// The option or rule, in a few words.
        reason: String,
    },
}

impl Availability {
    /// Whether this is [`Availability::Usable`].
    pub fn is_usable(&self) -> bool {
        matches!(self, Self::Usable)
    }
}
