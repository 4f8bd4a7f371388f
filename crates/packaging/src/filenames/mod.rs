//! File names of wheels (PEP 427, binary distribution format) and source distributions (PEP 625 and before).
//!
//! A parsed file name is one path component: it holds no separator and no NUL.

use crate::name::PackageName;
use crate::tags::TagError;
use crate::version::Version;

mod source;
mod wheel;

pub use source::{SourceFilename, SourceKind};
pub use wheel::{BuildTag, WheelFilename, WheelParts};

/// Why a text is not the file name of a distribution.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilenameError {
    /// The extension is none of the expected ones.
    #[error("`{filename}` has no extension of a distribution")]
    Extension {
        /// The text.
        filename: String,
    },
    /// A wheel has five or six parts between dashes; a source distribution at least two.
    #[error("`{filename}` has the wrong number of parts between dashes")]
    Parts {
        /// The text.
        filename: String,
    },
    /// The project's name is empty or not escaped as it must be.
    #[error("`{filename}` does not begin with a project name")]
    Name {
        /// The text.
        filename: String,
    },
    /// The version does not follow PEP 440.
    #[error("`{version}` in `{filename}` is not a version")]
    Version {
        /// The text.
        filename: String,
        /// The part that should be a version.
        version: String,
    },
    /// A build tag begins with a digit.
    #[error("`{build}` in `{filename}` is not a build number")]
    Build {
        /// The text.
        filename: String,
        /// The part that should be a build tag.
        build: String,
    },
    /// The compatibility tags are malformed.
    #[error("`{filename}`: {error}")]
    Tags {
        /// The text.
        filename: String,
        /// What is wrong.
        error: TagError,
    },
}

/// Whether `text` normalizes to `name` (PEP 503); allocates nothing.
pub fn is_spelling_of(text: &str, name: &PackageName) -> bool {
    let mut expected = name.as_str().chars();
    let mut after_dash = false;
    for c in text.chars() {
        let dash = matches!(c, '-' | '_' | '.');
        if dash && after_dash {
            continue;
        }
        after_dash = dash;
        if dash {
            if expected.next() != Some('-') {
                return false;
            }
        } else if !c.to_lowercase().all(|lower| expected.next() == Some(lower)) {
            return false;
        }
    }
    expected.next().is_none()
}

fn parse_version(filename: &str, version: &str) -> Result<Version, FilenameError> {
    Version::parse(version)
        .map_err(|_| FilenameError::Version { filename: filename.to_owned(), version: version.to_owned() })
}

fn one_component(filename: &str) -> Result<(), FilenameError> {
    match filename.contains(['/', '\\', '\0', ':']) {
        false => Ok(()),
        true => Err(FilenameError::Name { filename: filename.to_owned() }),
    }
}

/// The file name of a wheel or of a source distribution.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum DistributionFilename {
    /// A wheel.
    Wheel(WheelFilename),
    /// A source distribution.
    Source(SourceFilename),
}

impl DistributionFilename {
    /// Parses a file name by its extension, strictly.
    ///
    /// # Errors
    /// See [`FilenameError`].
    pub fn parse(filename: &str) -> Result<Self, FilenameError> {
        if filename.ends_with(".whl") {
            return WheelFilename::parse(filename).map(Self::Wheel);
        }
        SourceFilename::parse(filename).map(Self::Source)
    }

    /// Parses a file name on a page of `project`, source distributions as leniently as pip.
    ///
    /// # Errors
    /// See [`FilenameError`]; `Name` when it is of another project.
    pub fn parse_for(filename: &str, project: &PackageName) -> Result<Self, FilenameError> {
        if !filename.ends_with(".whl") {
            return SourceFilename::parse_for(filename, project).map(Self::Source);
        }
        let wheel = WheelFilename::parse(filename)?;
        match wheel.name() == project {
            true => Ok(Self::Wheel(wheel)),
            false => Err(FilenameError::Name { filename: filename.to_owned() }),
        }
    }

    /// The project.
    pub fn name(&self) -> &PackageName {
        match self {
            Self::Wheel(wheel) => wheel.name(),
            Self::Source(source) => source.name(),
        }
    }

    /// The version.
    pub fn version(&self) -> &Version {
        match self {
            Self::Wheel(wheel) => wheel.version(),
            Self::Source(source) => source.version(),
        }
    }

    /// The file name as given.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Wheel(wheel) => wheel.as_str(),
            Self::Source(source) => source.as_str(),
        }
    }
}

/// Whether a file name looks like a distribution: a wheel or one of pip's archive extensions.
pub fn looks_like_distribution(filename: &str) -> bool {
    filename.ends_with(".whl") || SourceKind::split(filename).is_some()
}

#[cfg(test)]
mod tests;
