//! One file that can be had: a wheel or a source distribution, with all that an index says about it.

use crate::filenames::{DistributionFilename, SourceFilename, WheelFilename};
use crate::hashes::{Hash, HashAlgorithm};
use crate::name::PackageName;
use crate::version::Version;

/// A file of a package version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Distribution {
    /// A built distribution (PEP 427).
    Wheel(Wheel),
    /// A source distribution (PEP 625 and older forms).
    Source(SourceDistribution),
}

/// A wheel that can be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wheel {
    /// Its parsed file name.
    pub filename: WheelFilename,
    /// Where its bytes are.
    pub file: RemoteFile,
}

/// A source distribution that can be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceDistribution {
    /// Its parsed file name.
    pub filename: SourceFilename,
    /// Where its bytes are.
    pub file: RemoteFile,
}

/// Where a file's bytes are, and what must be true of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RemoteFile {
    /// An absolute URL; `file:` for local ones.
    pub url: String,
    /// The hashes that the index or the lock gives.
    pub hashes: Vec<Hash>,
    /// The size in bytes, when known.
    pub size: Option<u64>,
}

impl RemoteFile {
    /// The SHA-256 among the hashes, the store's key.
    pub fn sha256(&self) -> Option<&Hash> {
        self.hashes.iter().find(|hash| hash.algorithm() == HashAlgorithm::Sha256)
    }
}

impl Distribution {
    /// The distribution of a file name.
    pub fn new(filename: DistributionFilename, file: RemoteFile) -> Self {
        match filename {
            DistributionFilename::Wheel(filename) => Self::Wheel(Wheel { filename, file }),
            DistributionFilename::Source(filename) => Self::Source(SourceDistribution { filename, file }),
        }
    }

    /// The package.
    pub fn name(&self) -> &PackageName {
        match self {
            Self::Wheel(wheel) => wheel.filename.name(),
            Self::Source(source) => source.filename.name(),
        }
    }

    /// The version.
    pub fn version(&self) -> &Version {
        match self {
            Self::Wheel(wheel) => wheel.filename.version(),
            Self::Source(source) => source.filename.version(),
        }
    }

    /// Where the bytes are.
    pub fn file(&self) -> &RemoteFile {
        match self {
            Self::Wheel(wheel) => &wheel.file,
            Self::Source(source) => &source.file,
        }
    }

    /// The file name as the index writes it.
    pub fn filename(&self) -> &str {
        match self {
            Self::Wheel(wheel) => wheel.filename.as_str(),
            Self::Source(source) => source.filename.as_str(),
        }
    }
}
