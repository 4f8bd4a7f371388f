//! What can be built, and the file that was.

use std::path::{Path, PathBuf};

use packaging::filenames::DistributionFilename;

/// What a back end is asked to build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Product {
    /// A wheel (PEP 427).
    Wheel,
    /// A source distribution (PEP 517, PEP 625).
    SourceDistribution,
    /// A wheel that leads to the source tree (PEP 660).
    Editable,
}

impl Product {
    /// The word in the names of hooks: `wheel`, `sdist`, `editable`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Wheel => "wheel",
            Self::SourceDistribution => "sdist",
            Self::Editable => "editable",
        }
    }
}

/// A file that was built. Its name is one of the standard, and name and version in it are those of its metadata.
#[derive(Clone, Debug)]
pub struct BuiltFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its name, parsed.
    pub filename: DistributionFilename,
    /// What it is.
    pub product: Product,
}

impl BuiltFile {
    /// The folder it lies in.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }
}
