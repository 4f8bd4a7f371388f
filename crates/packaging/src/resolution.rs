//! The resolver's two possible results: a complete pinned graph, or a conflict as a list of facts.

use std::fmt;
use std::sync::Arc;

use crate::markers::Marker;
use crate::name::{Extra, PackageName};
use crate::requirements::Origin;
use crate::version::Version;

/// Every package to install, pinned, in name order. It is complete or does not exist.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolution {
    /// The packages, sorted by name; in a universal resolution a name may come more than once, with
    /// markers that do not overlap.
    pub packages: Vec<ResolvedPackage>,
}

impl Resolution {
    /// The entries of a name (one, unless the resolution is universal).
    pub fn get<'a>(&'a self, name: &'a PackageName) -> impl Iterator<Item = &'a ResolvedPackage> {
        self.packages.iter().filter(move |package| package.name == *name)
    }
}

/// One pinned package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolvedPackage {
    /// The package.
    pub name: PackageName,
    /// The version chosen.
    pub version: Version,
    /// The extras that someone asked for, sorted.
    pub extras: Vec<Extra>,
    /// Which file or URL it comes from.
    pub source: PackageSource,
    /// The edges to what it needs here.
    pub dependencies: Vec<DependencyEdge>,
    /// Who asked for it, in the order found.
    pub reasons: Vec<Reason>,
    /// Where it is needed, in a universal resolution; `None` means everywhere.
    pub marker: Option<Marker>,
}

/// Where a resolved package comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PackageSource {
    /// A candidate of an index: the handle that its answer carried.
    Candidate(u32),
    /// The environment holds it already.
    Installed,
    /// A direct URL or path, as required.
    Url(String),
}

/// One dependency of a resolved package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DependencyEdge {
    /// What is needed.
    pub name: PackageName,
    /// With which extras.
    pub extras: Vec<Extra>,
    /// The version it got; tells entries of one name apart in a universal resolution.
    pub version: Version,
    /// Under which condition, in a universal resolution.
    pub marker: Option<Marker>,
}

/// Someone who asked for a package, and in which words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Who asked.
    pub origin: Arc<Origin>,
    /// The requirement as it would be written.
    pub requirement: String,
}

/// Why there is no resolution: facts that together leave no choice, the user's wishes first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conflict {
    /// The facts.
    pub facts: Vec<ConflictFact>,
}

/// Who requires something in a conflict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dependent {
    /// The user, on the command line or in a file.
    User(Option<Arc<Origin>>),
    /// A package, in these versions (never empty; sorted).
    Package {
        /// The package.
        name: PackageName,
        /// The versions for which the fact holds.
        versions: Vec<Version>,
        /// Whether these are all versions that exist.
        every_version: bool,
    },
}

/// One fact of a conflict. Facts are data; the output words them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConflictFact {
    /// Someone requires something.
    Requires {
        /// Who.
        from: Dependent,
        /// What is required.
        name: PackageName,
        /// The requirement as it would be written.
        requirement: String,
    },
    /// A constraint (`-c`) limits a package.
    Constrains {
        /// Where the constraint stands.
        origin: Option<Arc<Origin>>,
        /// The package.
        name: PackageName,
        /// The requirement as it would be written.
        requirement: String,
    },
    /// Versions exist, but none that the specifiers allow.
    NoVersions {
        /// The package.
        name: PackageName,
        /// The specifiers, all together.
        specifiers: String,
        /// The versions that exist, ascending.
        available: Vec<Version>,
    },
    /// No index knows the name.
    NotFound {
        /// The package.
        name: PackageName,
        /// More about the failure (offline, no index named, …).
        note: Option<String>,
    },
    /// Versions that would do need another Python.
    NeedsPython {
        /// The package.
        name: PackageName,
        /// The versions.
        versions: Vec<Version>,
        /// Their Requires-Python.
        requires_python: String,
        /// The Python that is installed for.
        python: String,
    },
    /// Versions that would do have no file for this interpreter and platform.
    NoCompatibleFile {
        /// The package.
        name: PackageName,
        /// The versions.
        versions: Vec<Version>,
        /// The compressed tags of the files that exist.
        found: Vec<String>,
    },
    /// Versions that would do were yanked.
    Yanked {
        /// The package.
        name: PackageName,
        /// The versions.
        versions: Vec<Version>,
        /// The reason that the index gives.
        reason: Option<String>,
    },
    /// Versions that would do are pre-releases, which nobody asked for.
    ExcludedPrerelease {
        /// The package.
        name: PackageName,
        /// The versions.
        versions: Vec<Version>,
    },
    /// Versions that would do are left out by an option.
    Excluded {
        /// The package.
        name: PackageName,
        /// The versions.
        versions: Vec<Version>,
        /// The option or rule.
        reason: String,
    },
    /// The metadata of a version cannot be had or used.
    MetadataUnusable {
        /// The package.
        name: PackageName,
        /// The version.
        version: Version,
        /// What is wrong.
        reason: String,
    },
}

impl ConflictFact {
    /// The package that the fact is about.
    pub fn name(&self) -> &PackageName {
        match self {
            Self::Requires { name, .. }
            | Self::Constrains { name, .. }
            | Self::NoVersions { name, .. }
            | Self::NotFound { name, .. }
            | Self::NeedsPython { name, .. }
            | Self::NoCompatibleFile { name, .. }
            | Self::Yanked { name, .. }
            | Self::ExcludedPrerelease { name, .. }
            | Self::Excluded { name, .. }
            | Self::MetadataUnusable { name, .. } => name,
        }
    }
}

impl fmt::Display for Conflict {
    /// One line for logs; the output has better words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no versions fit together: {} facts", self.facts.len())
    }
}

impl std::error::Error for Conflict {}
