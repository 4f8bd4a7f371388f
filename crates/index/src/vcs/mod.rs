//! Repositories: `git+`, `hg+`, `svn+`, `bzr+` addresses become a commit, and a commit becomes a working tree.
//!
//! Their own programs do the work, with the environment that is handed in, and never ask a person anything: a repository
//! that wants a password that no agent, helper or keyring of the user has is an error. A repository of git or Mercurial is
//! cloned once into the store and asked for news afterwards; a commit that is there already is taken without the network.

mod error;
mod git;
mod linear;
mod mercurial;
mod program;
mod url;
mod working_copy;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use store::{Scratch, Store};

pub use error::VcsError;
use program::Programs;
pub use url::{System, VcsUrl, VcsUrlError};
pub use working_copy::{Existing, NoRemote, Occupant, WorkingCopy, backup_name, occupant, place};

/// How repositories are asked.
#[derive(Clone, Debug, Default)]
pub struct VcsPolicy {
    /// The environment of the programs, `PATH` among it.
    pub environment: Vec<(OsString, OsString)>,
    /// Nobody is asked: what the store has must do.
    pub offline: bool,
    /// Whole clones, for servers that break on partial ones.
    pub whole: bool,
    /// Turns true when the user asks to stop; a program that runs is ended then.
    pub interrupted: Option<&'static AtomicBool>,
}

/// An address, and the commit that it means now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// The address.
    pub url: VcsUrl,
    /// The commit: a full hash, for Subversion and Bazaar a number.
    pub commit: String,
    /// Whether the address names this very commit, so that it can never mean another one.
    pub immutable: bool,
    /// The clone in the store, where there is one.
    clone: Option<PathBuf>,
}

/// A commit's files.
#[derive(Debug)]
pub struct Checkout {
    scratch: Scratch,
    tree: PathBuf,
}

impl Checkout {
    /// The top folder of the repository.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.tree
    }

    /// A folder beside it, for what is made from it; both go when this is dropped.
    #[must_use]
    pub fn beside(&self) -> &Path {
        self.scratch.path()
    }
}

/// Which commit `url` means.
///
/// # Errors
/// See [`VcsError`].
pub fn resolve(url: &VcsUrl, policy: &VcsPolicy, store: &Store) -> Result<Resolved, VcsError> {
    let programs = Programs::new(url, policy);
    match url.system {
        System::Git => git::resolve(&programs, store),
        System::Mercurial => mercurial::resolve(&programs, store),
        System::Subversion | System::Bazaar => linear::resolve(&programs),
    }
}

/// The files of a commit, in the temporary space of `store`.
///
/// # Errors
/// See [`VcsError`].
pub fn check_out(resolved: &Resolved, policy: &VcsPolicy, store: &Store) -> Result<Checkout, VcsError> {
    let programs = Programs::new(&resolved.url, policy);
    let scratch = store.scratch()?;
    let tree = scratch.path().join("source");
    match resolved.url.system {
        System::Git => git::check_out(&programs, resolved, &tree)?,
        System::Mercurial => mercurial::check_out(&programs, resolved, &tree)?,
        System::Subversion | System::Bazaar => linear::check_out(&programs, &resolved.commit, &tree)?,
    }
    Ok(Checkout { scratch, tree })
}
