//! Why a source is of no use.

use std::io;
use std::path::PathBuf;

use index::FetchError;
use index::vcs::VcsError;
use packaging::hashes::Hash;
use packaging::metadata::MetadataError;
use packaging::requirements::RequirementError;
use packaging::{PackageName, Version};
use store::{AddWheelError, DiskError, UnpackError};

use crate::ops::build::BuildOpError;
use crate::ops::direct::DirectError;

/// Why a source became neither metadata nor a wheel. Holds no credential.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// The address.
    #[error(transparent)]
    Direct(#[from] DirectError),
    /// The download.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The repository.
    #[error("{source}")]
    Vcs {
        /// The address as it was written.
        place: String,
        /// Why.
        source: VcsError,
    },
    /// The archive cannot be read.
    #[error("{place}: {source}")]
    Read {
        /// The path or URL.
        place: String,
        /// What the system said.
        source: io::Error,
    },
    /// The archive is not the promised one.
    #[error("{place} has the hash {actual}")]
    HashMismatch {
        /// The path or URL.
        place: String,
        /// All that was expected.
        expected: Vec<Hash>,
        /// The digest that fits none of its algorithm.
        actual: Hash,
    },
    /// The archive is refused.
    #[error("{place}: {source}")]
    Unpack {
        /// The path or URL.
        place: String,
        /// Why.
        source: UnpackError,
    },
    /// There is no project in the folder.
    #[error("{place} has neither pyproject.toml nor setup.py")]
    NoProject {
        /// The path or URL.
        place: String,
        /// The folder that was looked into.
        folder: PathBuf,
    },
    /// Metadata of no use.
    #[error("the metadata of {place} cannot be used: {source}")]
    Metadata {
        /// The path or URL.
        place: String,
        /// Why.
        source: Box<MetadataError>,
    },
    /// Metadata with a requirement that is none.
    #[error("the metadata of {place} requires `{text}`, which is no requirement: {source}")]
    BrokenRequirement {
        /// The path or URL.
        place: String,
        /// Name and version of the source.
        package: (PackageName, Version),
        /// The requirement.
        text: String,
        /// What is wrong with it.
        source: Box<RequirementError>,
    },
    /// Another package than was asked for.
    #[error("`{wanted}` was asked for, but {place} is {found}")]
    OtherPackage {
        /// The path or URL.
        place: String,
        /// What was asked for.
        wanted: PackageName,
        /// What it is.
        found: PackageName,
    },
    /// A wheel of another version than its metadata says.
    #[error("version {found} was built of {place}, which is version {wanted}")]
    OtherVersion {
        /// The path or URL.
        place: String,
        /// What its metadata says.
        wanted: Version,
        /// What the file says.
        found: Version,
    },
    /// It could not be built.
    #[error("{place} could not be built: {source}")]
    Build {
        /// The path or URL.
        place: String,
        /// The package, once its name is known.
        name: Option<String>,
        /// Why.
        source: Box<BuildOpError>,
    },
    /// The wheel that was built is refused.
    #[error("the wheel built from {place} is refused: {source}")]
    Wheel {
        /// The path or URL.
        place: String,
        /// Why.
        source: AddWheelError,
    },
    /// Editable projects are folders or repositories.
    #[error("{place} cannot be installed in editable form")]
    NotEditable {
        /// The path or URL.
        place: String,
    },
    /// A wheel is asked of something that was not prepared.
    #[error("{place} was not prepared")]
    NotPrepared {
        /// The path or URL.
        place: String,
    },
    /// The disk.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// Ctrl-C.
    #[error("interrupted")]
    Interrupted,
}

impl SourceError {
    pub(super) fn build(place: &str, name: Option<&str>, source: BuildOpError) -> Self {
        Self::Build { place: place.to_owned(), name: name.map(str::to_owned), source: Box::new(source) }
    }

    pub(super) fn metadata(place: &str, source: &MetadataError) -> Self {
        Self::Metadata { place: place.to_owned(), source: Box::new(source.clone()) }
    }
}
