//! `pylock.toml`, the lock file that all tools can read (PEP 751).
//!
//! [`Pylock::parse`] accepts exactly what `packaging.pylock` accepts; [`Pylock::select`] chooses what to install in
//! an environment; [`Pylock::to_toml`] writes the keys in the order of the specification, so that the same lock is
//! always the same text.
//!
//! ```
//! let text = "lock-version = \"1.0\"\ncreated-by = \"tool\"\npackages = []\n";
//! assert_eq!(packaging::pylock::Pylock::parse(text)?.to_toml(), text);
//! # Ok::<(), packaging::pylock::PylockError>(())
//! ```

use crate::distribution::Distribution;
use crate::filenames::{FilenameError, SourceFilename, WheelFilename};
use crate::hashes::{Hash, HashAlgorithm};
use crate::markers::Marker;
use crate::name::{Extra, PackageName};
use crate::specifiers::SpecifierSet;
use crate::version::Version;

mod read;
mod select;
mod value;
mod write;

pub use select::{LockTarget, SelectError, Selected, SelectedSource};
pub use value::{TomlTable, TomlValue};

/// Why a text is not a lock.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PylockError {
    /// It is not TOML.
    #[error("{line}:{column}: {message}")]
    NotToml {
        /// The line, counted from 1.
        line: usize,
        /// The column, counted from 1.
        column: usize,
        /// What is wrong there.
        message: String,
    },
    /// `lock-version` has another major number than 1.
    #[error("lock version {version} is not supported")]
    UnsupportedVersion {
        /// The version.
        version: Version,
    },
    /// A value is missing or breaks a rule of the specification.
    #[error("{message} in `{place}`")]
    Invalid {
        /// The path of keys to the value, such as `packages[0].wheels[1].hashes`.
        place: String,
        /// What is wrong.
        message: String,
    },
}

/// A lock.
#[derive(Clone, Debug)]
pub struct Pylock {
    /// The version of the format: 1.0.
    pub lock_version: Version,
    /// The environments that the lock is for; empty means any.
    pub environments: Vec<Marker>,
    /// The Pythons that the lock is for.
    pub requires_python: Option<SpecifierSet>,
    /// The extras that can be selected.
    pub extras: Vec<Extra>,
    /// The dependency groups that can be selected.
    pub dependency_groups: Vec<String>,
    /// The groups selected when none are named.
    pub default_groups: Vec<String>,
    /// The tool that wrote it.
    pub created_by: String,
    /// The packages.
    pub packages: Vec<LockedPackage>,
    /// What tools keep for themselves.
    pub tool: Option<TomlTable>,
}

/// One entry of a lock.
#[derive(Clone, Debug)]
pub struct LockedPackage {
    /// The package.
    pub name: PackageName,
    /// The version; absent for what is not pinned (a folder).
    pub version: Option<Version>,
    /// Where it is to be installed; `None` means everywhere.
    pub marker: Option<Marker>,
    /// The Pythons that it is for.
    pub requires_python: Option<SpecifierSet>,
    /// What it needs, for information.
    pub dependencies: Vec<TomlTable>,
    /// Where it comes from.
    pub source: LockedSource,
    /// The index that it was found on.
    pub index: Option<String>,
    /// Who is expected to have published it (PEP 740); each has a `kind`.
    pub attestation_identities: Vec<TomlTable>,
    /// What tools keep for themselves.
    pub tool: Option<TomlTable>,
}

/// Where a locked package comes from; the specification allows exactly one kind.
#[derive(Clone, Debug, PartialEq)]
pub enum LockedSource {
    /// Files of an index: at least one.
    Files {
        /// The source distribution.
        sdist: Option<LockedFile>,
        /// The wheels.
        wheels: Vec<LockedFile>,
    },
    /// A repository.
    Vcs(LockedVcs),
    /// A folder.
    Directory(LockedDirectory),
    /// An archive named directly.
    Archive(LockedArchive),
}

/// A wheel or source distribution of an index.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LockedFile {
    /// The file name; where it is absent the last part of path or URL counts.
    pub name: Option<String>,
    /// When it was uploaded (RFC 3339).
    pub upload_time: Option<String>,
    /// Where it is.
    pub url: Option<String>,
    /// Where it is on disk; relative to the lock.
    pub path: Option<String>,
    /// The size in bytes.
    pub size: Option<u64>,
    /// Digests by algorithm, as written; at least one.
    pub hashes: LockedHashes,
}

/// A repository at a commit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LockedVcs {
    /// `git`, `hg`, …
    pub kind: String,
    /// Where it is.
    pub url: Option<String>,
    /// Where it is on disk; relative to the lock.
    pub path: Option<String>,
    /// The branch, tag or commit that was asked for.
    pub requested_revision: Option<String>,
    /// The exact commit.
    pub commit_id: String,
    /// The folder inside that holds the project.
    pub subdirectory: Option<String>,
}

/// A folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LockedDirectory {
    /// Where it is; relative to the lock.
    pub path: String,
    /// Whether it is installed in editable mode.
    pub editable: Option<bool>,
    /// The folder inside that holds the project.
    pub subdirectory: Option<String>,
}

/// An archive named directly.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LockedArchive {
    /// Where it is.
    pub url: Option<String>,
    /// Where it is on disk; relative to the lock.
    pub path: Option<String>,
    /// The size in bytes.
    pub size: Option<u64>,
    /// When it was uploaded (RFC 3339).
    pub upload_time: Option<String>,
    /// Digests by algorithm, as written; at least one.
    pub hashes: LockedHashes,
    /// The folder inside that holds the project.
    pub subdirectory: Option<String>,
}

/// Digests by algorithm as a lock writes them; not judged, since the specification asks only for strings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LockedHashes(pub Vec<(String, String)>);

impl LockedHashes {
    /// The well-formed digests of algorithms that we can compute.
    pub fn parsed(&self) -> impl Iterator<Item = Hash> {
        self.0.iter().filter_map(|(name, digest)| Hash::new(HashAlgorithm::from_name(name)?, digest).ok())
    }
}

impl FromIterator<Hash> for LockedHashes {
    fn from_iter<I: IntoIterator<Item = Hash>>(hashes: I) -> Self {
        let entry = |hash: Hash| (hash.algorithm().name().to_owned(), hash.hex().to_owned());
        Self(hashes.into_iter().map(entry).collect())
    }
}

impl From<&Distribution> for LockedFile {
    fn from(distribution: &Distribution) -> Self {
        let file = distribution.file();
        Self {
            name: Some(distribution.filename().to_owned()),
            url: Some(file.url.clone()),
            size: file.size,
            hashes: file.hashes.iter().cloned().collect(),
            ..Self::default()
        }
    }
}

impl LockedPackage {
    /// A package without conditions; everything else can be set afterwards.
    pub fn new(name: PackageName, version: Option<Version>, source: LockedSource) -> Self {
        Self {
            name,
            version,
            marker: None,
            requires_python: None,
            dependencies: Vec::new(),
            source,
            index: None,
            attestation_identities: Vec::new(),
            tool: None,
        }
    }
}

impl LockedFile {
    /// The file name: `name`, else the last part of `path`, else of `url`.
    pub fn filename(&self) -> Option<String> {
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        given(&self.name)
            .or_else(|| given(&self.path).map(path_name))
            .or_else(|| given(&self.url).map(url_name))
    }

    /// The parsed file name of a wheel.
    ///
    /// # Errors
    /// See [`FilenameError`].
    pub fn wheel_filename(&self) -> Result<WheelFilename, FilenameError> {
        WheelFilename::parse(&self.filename().unwrap_or_default())
    }

    /// The parsed file name of a source distribution.
    ///
    /// # Errors
    /// See [`FilenameError`].
    pub fn source_filename(&self) -> Result<SourceFilename, FilenameError> {
        SourceFilename::parse(&self.filename().unwrap_or_default())
    }
}

/// A path in a lock may use either separator.
fn path_name(path: String) -> String {
    let separator = if path.contains('/') { '/' } else { '\\' };
    path.rsplit(separator).next().unwrap_or_default().to_owned()
}

fn url_name(url: String) -> String {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default();
    percent_encoding::percent_decode_str(last).decode_utf8_lossy().into_owned()
}

impl Pylock {
    /// A lock of format 1.0 without conditions; everything else can be set afterwards.
    pub fn new(created_by: &str, packages: Vec<LockedPackage>) -> Self {
        Self {
            lock_version: Version::of([1, 0]),
            environments: Vec::new(),
            requires_python: None,
            extras: Vec::new(),
            dependency_groups: Vec::new(),
            default_groups: Vec::new(),
            created_by: created_by.to_owned(),
            packages,
            tool: None,
        }
    }

    /// Reads a lock's text.
    ///
    /// # Errors
    /// See [`PylockError`].
    pub fn parse(text: &str) -> Result<Self, PylockError> {
        Self::from_table(&TomlTable::parse(text)?)
    }

    /// Reads a lock from TOML that is parsed already.
    ///
    /// # Errors
    /// [`PylockError::UnsupportedVersion`], [`PylockError::Invalid`].
    pub fn from_table(table: &TomlTable) -> Result<Self, PylockError> {
        read::pylock(table)
    }

    /// The lock as TOML values, keys in the order of the specification.
    pub fn to_table(&self) -> TomlTable {
        write::table_of(self)
    }

    /// The lock's text.
    pub fn to_toml(&self) -> String {
        write::to_toml(&self.to_table())
    }
}

/// Whether a file may be a lock by its name: `pylock.toml` or `pylock.NAME.toml`.
pub fn is_pylock_filename(filename: &str) -> bool {
    if filename == "pylock.toml" {
        return true;
    }
    let name = filename.strip_prefix("pylock.").and_then(|rest| rest.strip_suffix(".toml"));
    name.is_some_and(|name| !name.is_empty() && !name.contains('.'))
}

#[cfg(test)]
mod tests;
