//! Where a source lies while it is built.

use std::path::{Path, PathBuf};

use index::vcs::Checkout;
use store::{DiskError, Scratch, SourceTree, Store};

/// A source on the disk. What was unpacked or checked out goes with it.
pub struct Tree {
    root: PathBuf,
    owner: Owner,
    /// Folders with wheels that were built from it.
    kept: Vec<Scratch>,
}

/// Whoever removes the folder.
enum Owner {
    /// The user.
    User,
    /// An archive's folder.
    Archive(#[expect(dead_code, reason = "held")] SourceTree),
    /// A repository's.
    Repository(Checkout),
}

impl Tree {
    pub fn folder(path: &Path, subdirectory: Option<&str>) -> Self {
        Self { root: below(path, subdirectory), owner: Owner::User, kept: Vec::new() }
    }

    pub fn unpacked(tree: SourceTree, subdirectory: Option<&str>) -> Self {
        Self { root: below(tree.root(), subdirectory), owner: Owner::Archive(tree), kept: Vec::new() }
    }

    pub fn checked_out(tree: Checkout, subdirectory: Option<&str>) -> Self {
        Self { root: below(tree.root(), subdirectory), owner: Owner::Repository(tree), kept: Vec::new() }
    }

    /// The project's folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether it was unpacked from an archive.
    pub fn is_unpacked(&self) -> bool {
        matches!(self.owner, Owner::Archive(_))
    }

    /// The top folder of the repository, where it is one's.
    pub fn repository(&self) -> Option<&Path> {
        match &self.owner {
            Owner::Repository(checkout) => Some(checkout.root()),
            Owner::User | Owner::Archive(_) => None,
        }
    }

    /// A new folder for a wheel.
    pub fn out(&self, store: &Store) -> Result<Scratch, DiskError> {
        store.scratch()
    }

    /// The folder stays as long as the tree.
    pub fn keep(&mut self, folder: Scratch) {
        self.kept.push(folder);
    }
}

fn below(root: &Path, subdirectory: Option<&str>) -> PathBuf {
    subdirectory.map_or_else(|| root.to_owned(), |folder| root.join(folder))
}
