//! What the resolver asks and what it is told.

use packaging::candidate::Candidate;
use packaging::resolution::{Conflict, Resolution};
use packaging::{Extra, PackageName, Requirement, SpecifierSet, Version};
use std::sync::Arc;

/// What happens next.
#[derive(Debug)]
pub enum Step {
    /// Answers are needed. An empty batch means that all has been asked and some answer is outstanding.
    Need(Batch),
    /// These versions will probably be part of the result: their files may be fetched now. May be ignored.
    Likely(Vec<Pick>),
    /// The result.
    Done(Resolution),
    /// There is no result.
    Err(Conflict),
}

/// What is asked for at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// Must be answered before the search goes on. Asked once.
    pub required: Vec<Need>,
    /// Will probably be needed. May stay unanswered (when the answer is expensive, such as a build); it is asked
    /// again as required when it is.
    pub likely: Vec<Need>,
}

/// One question.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Need {
    /// All versions of a package.
    Candidates(PackageName),
    /// The one version that a URL or path gives.
    Direct {
        /// The package.
        name: PackageName,
        /// The URL as required.
        url: String,
    },
    /// What a version depends on.
    Metadata(Pick),
}

/// A version of a package and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pick {
    /// The package.
    pub name: PackageName,
    /// The version.
    pub version: Version,
    /// Where it comes from.
    pub source: Source,
}

/// Where a version comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// The candidate with this handle.
    Candidate(u32),
    /// The environment holds it.
    Installed,
    /// A direct URL or path.
    Url(String),
}

/// The answer to a [`Need`].
#[derive(Clone, Debug)]
pub enum Answer {
    /// The versions of a package, ascending. Asked or not; a later answer replaces an earlier one.
    ///
    /// Whether a Requires-Python fits is judged by [`python_allows`](crate::python_allows); in a universal resolution
    /// for the [`oldest_python`](crate::oldest_python), and the resolver judges those that do not fit again in each
    /// part of the environments.
    Candidates {
        /// The package.
        name: PackageName,
        /// The versions, or why there are none.
        found: Result<Arc<[Candidate]>, Unavailable>,
    },
    /// The version that a URL gives.
    Direct {
        /// The package.
        name: PackageName,
        /// The URL as asked.
        url: String,
        /// The version, or why it cannot be had.
        found: Result<Candidate, Unavailable>,
    },
    /// What a version depends on.
    Metadata {
        /// The version asked for.
        pick: Pick,
        /// Its dependencies; a version whose metadata cannot be used is not chosen.
        found: Result<Arc<Dependencies>, Unavailable>,
    },
}

/// Why something cannot be had.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unavailable {
    /// In a few words.
    pub reason: String,
}

/// The part of a version's core metadata that decides about its dependencies.
#[derive(Clone, Debug, Default)]
pub struct Dependencies {
    /// Requires-Dist.
    pub requires: Vec<Requirement>,
    /// Requires-Python.
    pub requires_python: Option<SpecifierSet>,
    /// Provides-Extra.
    pub provides_extras: Vec<Extra>,
}

/// Something to tell the user although there is a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// The chosen version does not have an extra that was asked for.
    UnknownExtra {
        /// The package.
        name: PackageName,
        /// The version.
        version: Version,
        /// The extra.
        extra: Extra,
    },
    /// The chosen version was yanked.
    Yanked {
        /// The package.
        name: PackageName,
        /// The version.
        version: Version,
        /// The reason that the index gives.
        reason: Option<String>,
    },
}
