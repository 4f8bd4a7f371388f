//! Requirements: `name[extra] >=1.2 ; marker` or `name @ url ; marker` (PEP 508), and who asked for them.

mod parse;
#[cfg(test)]
mod tests;

use crate::markers::{Marker, MarkerEnvironment};
use crate::name::{Extra, PackageName};
use crate::specifiers::SpecifierSet;
use crate::version::Version;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::str::FromStr;
use std::sync::Arc;

/// What someone asked for. Prints as `packaging` prints it: names and extras as typed.
///
/// Two requirements are equal when they ask for the same thing, whoever asked and however it was spelled.
#[derive(Debug, Clone)]
pub struct Requirement {
    /// The project.
    pub name: PackageName,
    /// The name as typed.
    pub raw_name: Arc<str>,
    /// The extras, in order and without doubles.
    pub extras: Vec<Extra>,
    /// The extras as typed, where their normalized spelling differs.
    raw_extras: Option<RawExtras>,
    /// Which versions, or which file.
    pub source: RequirementSource,
    /// The condition under which it counts.
    pub marker: Option<Marker>,
    /// Who asked.
    pub origin: Option<Arc<Origin>>,
}

type RawExtras = Box<[Box<str>]>;

/// Which versions or which file a requirement asks for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RequirementSource {
    /// Versions from an index; the empty set asks for any.
    Specifiers(SpecifierSet),
    /// `name @ url`: the text of the address, unchecked.
    Url(String),
}

/// Who asked for something, so that an answer can say so.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Origin {
    /// The command line.
    CommandLine,
    /// A line of a file, such as a requirements file.
    File {
        /// The path as it was given.
        path: String,
        /// The line, counted from 1.
        line: u32,
        /// Whether the file only constrains.
        constraint: bool,
    },
    /// The metadata of a package.
    Package {
        /// Its name.
        name: PackageName,
        /// Its version.
        version: Version,
    },
    /// Something else that has a name, such as `pyproject.toml` or a group.
    Named(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CommandLine => f.write_str("the command line"),
            Self::File { path, line, .. } => write!(f, "{path}:{line}"),
            Self::Package { name, version } => write!(f, "{name} {version}"),
            Self::Named(name) => f.write_str(name),
        }
    }
}

/// A text that is no requirement.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct RequirementError {
    /// What was expected.
    pub message: String,
    /// The bytes of the text at fault, for a caret; empty for a place between two bytes.
    pub span: Range<usize>,
}

impl Requirement {
    /// Reads a requirement.
    ///
    /// # Errors
    /// [`RequirementError`] when the text is not exactly one requirement.
    pub fn parse(text: &str) -> Result<Self, RequirementError> {
        parse::requirement(text)
            .map_err(|failure| RequirementError { message: failure.message.into_owned(), span: failure.span })
    }

    /// A requirement of some versions of a project.
    #[must_use]
    pub fn new(name: PackageName, specifiers: SpecifierSet) -> Self {
        Self {
            raw_name: Arc::from(name.as_str()),
            name,
            extras: Vec::new(),
            raw_extras: None,
            source: RequirementSource::Specifiers(specifiers),
            marker: None,
            origin: None,
        }
    }

    /// The same requirement, asked for by someone.
    #[must_use]
    pub fn with_origin(self, origin: Arc<Origin>) -> Self {
        Self { origin: Some(origin), ..self }
    }

    /// The specifiers; `None` for `name @ url`.
    #[must_use]
    pub fn specifiers(&self) -> Option<&SpecifierSet> {
        match &self.source {
            RequirementSource::Specifiers(specifiers) => Some(specifiers),
            RequirementSource::Url(_) => None,
        }
    }

    /// The address of `name @ url`.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        match &self.source {
            RequirementSource::Specifiers(_) => None,
            RequirementSource::Url(url) => Some(url),
        }
    }

    /// The extras as typed, sorted.
    pub fn raw_extras(&self) -> impl Iterator<Item = &str> {
        let raw = self.raw_extras.as_deref().unwrap_or_default().iter().map(|extra| &**extra);
        let normalized = self.extras.iter().map(Extra::as_str).take(match self.raw_extras {
            Some(_) => 0,
            None => usize::MAX,
        });
        raw.chain(normalized)
    }

    /// Whether the requirement counts in an environment, with these extras of the package that asks.
    #[must_use]
    pub fn applies(&self, environment: &MarkerEnvironment, extras: &[Extra]) -> bool {
        self.marker.as_ref().is_none_or(|marker| marker.evaluate(environment, extras))
    }
}

impl PartialEq for Requirement {
    fn eq(&self, other: &Self) -> bool {
        (&self.name, &self.extras, &self.source, &self.marker)
            == (&other.name, &other.extras, &other.source, &other.marker)
    }
}

impl Eq for Requirement {}

impl Hash for Requirement {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&self.name, &self.extras, &self.source, &self.marker).hash(state);
    }
}

impl FromStr for Requirement {
    type Err = RequirementError;
    fn from_str(text: &str) -> Result<Self, RequirementError> {
        Self::parse(text)
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.raw_name)?;
        // extras may have been taken away since they were typed
        if !self.extras.is_empty() {
            for (index, extra) in self.raw_extras().enumerate() {
                f.write_str(if index == 0 { "[" } else { "," })?;
                f.write_str(extra)?;
            }
            f.write_str("]")?;
        }
        match &self.source {
            RequirementSource::Specifiers(specifiers) => write!(f, "{specifiers}")?,
            RequirementSource::Url(url) => write!(f, " @ {url}")?,
        }
        match (&self.marker, &self.source) {
            (None, _) => Ok(()),
            (Some(marker), RequirementSource::Url(_)) => write!(f, " ; {marker}"),
            (Some(marker), RequirementSource::Specifiers(_)) => write!(f, "; {marker}"),
        }
    }
}
