//! pip's own search, done again over what is already known.
//!
//! Ours finds versions in another order than pip's `resolvelib`, with the same rules. What pip prints while it searches
//! (`Collecting …`, a second look at a package, who is to blame in the end) follows from its order, so that order is
//! walked again here: over pages and metadata that were read, without asking anybody. In the usual case nothing is
//! rejected and the walk is one step for each package.
//!
//! Source: resolvelib 1.2 (`resolvers/resolution.py`) and pip 26.3 (`resolution/resolvelib/{provider,factory,
//! candidates,found_candidates}.py`), told in our words.

mod candidates;
mod search;
mod wishes;
mod world;

use std::rc::Rc;

use packaging::{PackageName, SpecifierSet, Version};
use resolver::{Need, Pick};

pub use wishes::{Ask, Asker};
pub use world::World;

/// More rounds than this are not walked: pip would take minutes for them.
const PATIENCE: usize = 4_000;

/// What pip does on the way, in its order.
#[derive(Clone, Debug)]
pub enum Event {
    /// A file is looked at: its metadata is read.
    Prepared {
        /// Which.
        pick: Pick,
        /// On whose behalf.
        ask: Rc<Ask>,
    },
    /// An installed package is found to do.
    Satisfied {
        /// Its name.
        name: PackageName,
        /// Who asks for it.
        ask: Rc<Ask>,
    },
    /// The versions of a project are looked at, of which some are asked for.
    Looked {
        /// Its name.
        name: PackageName,
        /// Which versions.
        specifiers: SpecifierSet,
    },
    /// A version that was tried does not fit; so many of the package have been.
    Rejected {
        /// The package, with extras in brackets.
        package: String,
        /// How many.
        count: usize,
        /// What it does not fit with, a line each.
        why: Vec<String>,
    },
}

/// Somebody who could not be satisfied.
#[derive(Clone, Debug)]
pub struct Cause {
    /// What is required, with extras in brackets.
    pub key: String,
    /// The requirement in pip's words for errors.
    pub wish: String,
    /// The requirement as written; nothing for Requires-Python and for direct requirements.
    pub requirement: Option<packaging::Requirement>,
    /// Requires-Python that excludes the Python at hand.
    pub requires_python: Option<String>,
    /// Who requires it; nothing for the user.
    pub parent: Option<Parent>,
}

impl Cause {
    /// Who asks for what.
    fn line(&self) -> String {
        match &self.parent {
            Some(parent) => format!("{} {} depends on {}", parent.name, parent.version, self.wish),
            None => format!("The user requested {}", self.wish),
        }
    }
}

/// A package that requires something.
#[derive(Clone, Debug)]
pub struct Parent {
    /// Its name, with extras in brackets.
    pub name: String,
    /// Its version.
    pub version: Version,
    /// How it got there: the words of whoever asked, or nothing when the user did.
    pub brought_by: Option<String>,
    /// The words for it in an error about Python.
    pub shown: String,
}

/// How the walk ends.
#[derive(Clone, Debug)]
pub enum End {
    /// Everything is pinned, in pip's order.
    Pinned(Vec<(PackageName, Version)>),
    /// Nothing fits, because of these.
    Impossible(Vec<Cause>),
    /// Something was never read.
    Missing(Need),
    /// It would take too long.
    TooLong,
}

/// The walk.
#[derive(Clone, Debug)]
pub struct Tale {
    /// What happens, in order.
    pub events: Vec<Event>,
    /// How it ends.
    pub end: End,
    /// The order in which pip installs what is pinned.
    pub installing: Vec<PackageName>,
    /// On whose behalf something was asked for that was never read.
    pub asking: Option<Rc<Ask>>,
}

/// Walks pip's way through a world.
pub fn walk(world: &World<'_>) -> Tale {
    let mut search = search::Search::new(world);
    let end = search.run(PATIENCE);
    let installing = if matches!(end, End::Pinned(_)) { search.installing() } else { Vec::new() };
    let (events, asking) = search.into_events();
    Tale { events, end, installing, asking }
}
