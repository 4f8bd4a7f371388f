//! `NAME-VERSION[-BUILD]-TAG.whl` (PEP 427, binary distribution format).

use std::cmp::Ordering;
use std::fmt;

use super::{FilenameError, is_spelling_of, one_component, parse_version};
use crate::name::PackageName;
use crate::tags::TagSets;
use crate::version::Version;

/// The build tag of a wheel: a number, then anything. Orders wheels of one version.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BuildTag {
    /// The digits without leading zeros (an empty text is zero), so that any length is exact.
    digits: Box<str>,
    /// What follows the digits.
    suffix: Box<str>,
}

impl BuildTag {
    /// Reads a build tag; `None` when it does not begin with a digit.
    pub fn parse(text: &str) -> Option<Self> {
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (digits, suffix) = text.split_at(end);
        (end > 0).then(|| Self { digits: digits.trim_start_matches('0').into(), suffix: suffix.into() })
    }

    /// The number as decimal digits without leading zeros.
    pub fn number(&self) -> &str {
        if self.digits.is_empty() { "0" } else { &self.digits }
    }

    /// What follows the number.
    pub fn suffix(&self) -> &str {
        &self.suffix
    }
}

impl Ord for BuildTag {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.digits.len(), &self.digits, &self.suffix).cmp(&(
            other.digits.len(),
            &other.digits,
            &other.suffix,
        ))
    }
}

impl PartialOrd for BuildTag {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The parts of a wheel's file name, split but not judged: nothing is allocated. For pages with thousands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WheelParts<'a> {
    /// The project's name as written.
    pub name: &'a str,
    /// The version as written.
    pub version: &'a str,
    /// The build tag as written.
    pub build: Option<&'a str>,
    /// The compressed compatibility tag, such as `py2.py3-none-any`.
    pub tag: &'a str,
}

impl<'a> WheelParts<'a> {
    /// Splits `NAME-VERSION[-BUILD]-TAG.whl`; `None` when it does not have that form.
    pub fn split(filename: &'a str) -> Option<Self> {
        let stem = filename.strip_suffix(".whl")?;
        let dashes = stem.bytes().filter(|b| *b == b'-').count();
        let (name, rest) = stem.split_once('-')?;
        let (version, rest) = rest.split_once('-')?;
        match dashes {
            4 => Some(Self { name, version, build: None, tag: rest }),
            5 => {
                let (build, tag) = rest.split_once('-')?;
                Some(Self { name, version, build: Some(build), tag })
            }
            _ => None,
        }
    }

    /// Whether the name is a spelling of this project's.
    pub fn is_of(&self, project: &PackageName) -> bool {
        is_spelling_of(self.name, project)
    }
}

/// A wheel's file name, judged as strictly as `packaging` does.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WheelFilename {
    text: Box<str>,
    name: PackageName,
    version: Version,
    build: Option<BuildTag>,
    tag_length: usize,
}

impl WheelFilename {
    /// Parses a file name.
    ///
    /// # Errors
    /// See [`FilenameError`].
    pub fn parse(filename: &str) -> Result<Self, FilenameError> {
        let owned = || filename.to_owned();
        if !filename.ends_with(".whl") {
            return Err(FilenameError::Extension { filename: owned() });
        }
        let parts = WheelParts::split(filename).ok_or_else(|| FilenameError::Parts { filename: owned() })?;
        // Escaped names hold word characters and dots, and no run of underscores.
        let name_char = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
        if parts.name.is_empty() || parts.name.contains("__") || !parts.name.chars().all(name_char) {
            return Err(FilenameError::Name { filename: owned() });
        }
        let version = parse_version(filename, parts.version)?;
        let build = match parts.build {
            None => None,
            Some(build) => Some(
                BuildTag::parse(build)
                    .ok_or_else(|| FilenameError::Build { filename: owned(), build: build.to_owned() })?,
            ),
        };
        TagSets::parse(parts.tag).map_err(|error| FilenameError::Tags { filename: owned(), error })?;
        one_component(filename)?;
        Ok(Self {
            text: filename.into(),
            name: PackageName::from_identifier(parts.name),
            version,
            build,
            tag_length: parts.tag.len(),
        })
    }

    /// The project.
    pub fn name(&self) -> &PackageName {
        &self.name
    }

    /// The version.
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// The build tag.
    pub fn build(&self) -> Option<&BuildTag> {
        self.build.as_ref()
    }

    /// The compressed compatibility tag, such as `py2.py3-none-any`.
    pub fn tag(&self) -> &str {
        let end = self.text.len() - ".whl".len();
        &self.text[end - self.tag_length..end]
    }

    /// The three sets of the compatibility tag.
    pub fn tags(&self) -> TagSets<'_> {
        let (rest, platforms) = self.tag().rsplit_once('-').unwrap_or(("", ""));
        let (interpreters, abis) = rest.split_once('-').unwrap_or(("", ""));
        TagSets { interpreters, abis, platforms }
    }

    /// The file name as given.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for WheelFilename {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
