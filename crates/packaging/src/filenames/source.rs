//! `NAME-VERSION.tar.gz` (PEP 625) and the older forms that indexes still hold.

use std::fmt;

use super::{FilenameError, is_spelling_of, one_component, parse_version};
use crate::name::PackageName;
use crate::version::Version;

/// The container of a source distribution. New ones are `.tar.gz` (PEP 625); pip still takes all of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SourceKind {
    /// `.tar.gz`, `.tgz`.
    TarGz,
    /// `.zip`.
    Zip,
    /// `.tar.bz2`, `.tbz`.
    TarBz2,
    /// `.tar.xz`, `.txz`.
    TarXz,
    /// `.tar.lzma`, `.tar.lz`, `.tlz`.
    TarLzma,
    /// `.tar`.
    Tar,
}

const SOURCE_EXTENSIONS: [(&str, SourceKind); 11] = [
    (".tar.gz", SourceKind::TarGz),
    (".zip", SourceKind::Zip),
    (".tgz", SourceKind::TarGz),
    (".tar.bz2", SourceKind::TarBz2),
    (".tbz", SourceKind::TarBz2),
    (".tar.xz", SourceKind::TarXz),
    (".txz", SourceKind::TarXz),
    (".tar.lzma", SourceKind::TarLzma),
    (".tar.lz", SourceKind::TarLzma),
    (".tlz", SourceKind::TarLzma),
    (".tar", SourceKind::Tar),
];

impl SourceKind {
    /// Splits a file name into its stem and its kind; the extension may be in any case, as for pip.
    pub fn split(filename: &str) -> Option<(&str, Self)> {
        SOURCE_EXTENSIONS.iter().find_map(|(extension, kind)| {
            let (stem, tail) = filename.split_at_checked(filename.len().checked_sub(extension.len())?)?;
            tail.eq_ignore_ascii_case(extension).then_some((stem, *kind))
        })
    }
}

/// A source distribution's file name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SourceFilename {
    text: Box<str>,
    name: PackageName,
    version: Version,
    kind: SourceKind,
}

impl SourceFilename {
    /// Parses `NAME-VERSION.tar.gz` or `.zip` as `packaging` does: the version is what follows the last dash.
    ///
    /// # Errors
    /// See [`FilenameError`].
    pub fn parse(filename: &str) -> Result<Self, FilenameError> {
        let kinds = [(".tar.gz", SourceKind::TarGz), (".zip", SourceKind::Zip)];
        let (stem, kind) = kinds
            .iter()
            .find_map(|(extension, kind)| Some((filename.strip_suffix(extension)?, *kind)))
            .ok_or_else(|| FilenameError::Extension { filename: filename.to_owned() })?;
        let (name, version) =
            stem.rsplit_once('-').ok_or_else(|| FilenameError::Parts { filename: filename.to_owned() })?;
        Self::of_parts(filename, name, version, kind)
    }

    /// Parses a file name that is known to be of `project`, as pip reads index pages: the first dash before
    /// which the text spells the project's name ends it, so `a-b-1.0-1.tar.gz` can be read; all of pip's
    /// archive extensions count.
    ///
    /// # Errors
    /// See [`FilenameError`]; `Name` when it is of another project.
    pub fn parse_for(filename: &str, project: &PackageName) -> Result<Self, FilenameError> {
        let (stem, kind) = SourceKind::split(filename)
            .ok_or_else(|| FilenameError::Extension { filename: filename.to_owned() })?;
        let (name, version) = stem
            .match_indices('-')
            .map(|(dash, _)| (&stem[..dash], &stem[dash + 1..]))
            .find(|(name, _)| is_spelling_of(name, project))
            .ok_or_else(|| FilenameError::Name { filename: filename.to_owned() })?;
        Self::of_parts(filename, name, version, kind)
    }

    fn of_parts(filename: &str, name: &str, version: &str, kind: SourceKind) -> Result<Self, FilenameError> {
        if name.is_empty() {
            return Err(FilenameError::Name { filename: filename.to_owned() });
        }
        one_component(filename)?;
        let version = parse_version(filename, version)?;
        Ok(Self { text: filename.into(), name: PackageName::from_identifier(name), version, kind })
    }

    /// The project.
    pub fn name(&self) -> &PackageName {
        &self.name
    }

    /// The version.
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// The container.
    pub fn kind(&self) -> SourceKind {
        self.kind
    }

    /// The file name as given.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for SourceFilename {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
