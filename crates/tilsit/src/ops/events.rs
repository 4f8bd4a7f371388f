//! What an operation tells while it runs. A personality chooses the words, or none.

use std::collections::BTreeSet;
use std::path::Path;

use environment::Installed;
use environment::plan::InstallPlan;
use index::vcs::{Existing, Occupant, VcsUrl};
use packaging::PackageName;
use packaging::resolution::Resolution;

use super::build::BuildOpError;
use super::obtain::Source;
use super::search::Learned;
use super::sources::SourceError;
use super::wanted::Wanted;

/// Something happened that a person may want to see at once.
#[derive(Debug)]
pub enum Event<'a> {
    /// An environment was made because there was none.
    EnvironmentMade(&'a Path),
    /// The search for versions goes on; so many packages are known.
    Resolving(usize),
    /// A file's bytes begin to arrive.
    DownloadStarted {
        /// The file name.
        filename: &'a str,
        /// Its size in bytes, when known.
        size: Option<u64>,
    },
    /// A file is in the store.
    DownloadFinished {
        /// The file name.
        filename: &'a str,
    },
    /// The environment is about to be changed.
    Installing(usize),
    /// Versions are found; nothing has been downloaded or changed yet.
    Planned(&'a Planned<'a>),
    /// A repository is asked for the commit that an address means.
    RepositoryAsked {
        /// The address.
        url: &'a VcsUrl,
        /// The folder of an editable working copy.
        folder: Option<&'a Path>,
    },
    /// It answered.
    RepositoryResolved {
        /// The address.
        url: &'a VcsUrl,
        /// The commit.
        commit: &'a str,
    },
    /// A source requires nothing to be built, as far as its `[build-system]` says.
    NothingRequired {
        /// The source.
        url: &'a str,
    },
    /// The metadata of a source is prepared by its back end.
    MetadataStarted {
        /// The source.
        url: &'a str,
        /// Whether it is to be editable.
        editable: bool,
    },
    /// That is over.
    MetadataEnded {
        /// Why there is no metadata.
        error: Option<&'a BuildOpError>,
    },
    /// These have to be built, in this order.
    Building(&'a [String]),
    /// A wheel is built.
    BuildStarted {
        /// The package, as it writes itself.
        name: &'a str,
        /// Whether it is to be editable.
        editable: bool,
    },
    /// That is over.
    BuildEnded {
        /// The package, as it writes itself.
        name: &'a str,
        /// Whether it is to be editable.
        editable: bool,
        /// Whether there is a wheel.
        succeeded: bool,
    },
    /// A wheel was built.
    WheelBuilt {
        /// The package, as it writes itself.
        name: &'a str,
        /// The file.
        wheel: &'a Path,
        /// Where it is kept for the next time.
        kept: Option<&'a Path>,
    },
    /// A wheel was not built, and others are built all the same.
    BuildFailed {
        /// The package, as it writes itself.
        name: &'a str,
        /// Whether it is to be editable.
        editable: bool,
        /// Why.
        error: &'a SourceError,
    },
    /// All that had to be built was.
    Built(&'a [String]),
    /// These were not.
    Unbuilt(&'a [String]),
    /// A build goes a step further.
    BuildStep(BuildStep<'a>),
    /// A build's back end wrote a line.
    BuildOutput {
        /// To which stream.
        stream: builder::Stream,
        /// The line without its end, perhaps not UTF-8.
        line: &'a [u8],
    },
    /// A build's back end warns its users.
    BuildWarning(&'a str),
    /// A page of an index could not be had and is left out, where the rules allow that.
    PageSkipped(&'a index::FetchError),
}

/// A step of a build by a back end.
#[derive(Clone, Copy, Debug)]
pub enum BuildStep<'a> {
    /// Its environment.
    Environment(EnvironmentStep<'a>),
    /// The back end is asked what else it requires.
    Requires(builder::Product),
    /// The back end prepares metadata.
    Metadata(builder::Product),
    /// It cannot, so it builds what has the metadata in it.
    Instead(builder::Product),
    /// The back end builds.
    Hook(builder::Product),
    /// What was built goes on as the source of these.
    FromSource(&'a [builder::Product]),
}

/// What becomes of a build's environment.
#[derive(Clone, Copy, Debug)]
pub enum EnvironmentStep<'a> {
    /// It is made, with these.
    Started(&'a [String]),
    /// These come to it.
    Extended(&'a [String]),
    /// It is there: what was asked for, with its versions.
    Made(&'a [(String, String)]),
}

/// What was found and what is to be done.
#[derive(Debug)]
pub struct Planned<'a> {
    /// The pinned graph.
    pub resolution: &'a Resolution,
    /// What stays, goes and comes.
    pub plan: &'a InstallPlan<Source>,
    /// What is there before.
    pub before: &'a Installed,
    /// What was asked of the search.
    pub request: &'a resolver::ResolveRequest,
    /// What the search learned.
    pub learned: &'a Learned,
    /// What was asked for.
    pub wanted: &'a Wanted,
    /// Names that come out of the store without a download.
    pub cached: &'a BTreeSet<PackageName>,
}

/// A folder where a working copy belongs and something else is.
pub struct Occupied<'a> {
    /// The repository.
    pub url: &'a VcsUrl,
    /// The folder.
    pub folder: &'a Path,
    /// What is there.
    pub occupant: &'a Occupant,
}

/// Whoever listens to events.
pub trait Listener {
    /// Called in the thread of the operation, in the order in which things happen.
    fn event(&mut self, event: &Event<'_>);

    /// The place of a package among those that are built; those of one place are built in the order of the plan.
    fn building_place(&self, name: &PackageName) -> usize {
        let _ = name;
        0
    }

    /// What is to be done with something that is in the way; nothing: what the request says.
    fn occupied(&mut self, occupied: &Occupied<'_>) -> Option<Existing> {
        let _ = occupied;
        None
    }

    /// What must be read besides to tell how this came to be; asked before [`Event::Planned`].
    fn lacks(&mut self, planned: &Planned<'_>) -> Option<resolver::Need> {
        let _ = planned;
        None
    }
}
