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
    Repository(#[expect(dead_code, reason = "held")] Checkout),
    /// A clone's, which has all that the repository keeps for itself.
    Clone {
        top: PathBuf,
        #[expect(dead_code, reason = "held")]
        scratch: Scratch,
    },
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

    pub fn cloned(scratch: Scratch, top: &Path, subdirectory: Option<&str>) -> Self {
        let owner = Owner::Clone { top: top.to_owned(), scratch };
        Self { root: below(top, subdirectory), owner, kept: Vec::new() }
    }

    /// The project's folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether it was unpacked from an archive.
    pub fn is_unpacked(&self) -> bool {
        matches!(self.owner, Owner::Archive(_))
    }

    /// The top folder of a clone.
    pub fn clone_folder(&self) -> Option<&Path> {
        match &self.owner {
            Owner::Clone { top, .. } => Some(top),
            Owner::User | Owner::Archive(_) | Owner::Repository(_) => None,
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
