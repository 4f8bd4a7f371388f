//! Removing distributions: from what their metadata lists to the few renames that take it away.
//!
//! A folder in which nothing else lives is taken whole. Nothing outside the environment's
//! own folders is touched, and no link is followed to get there.

mod paths;
mod preview;
mod tree;

use std::path::{Path, PathBuf};

pub(crate) use paths::normalized;
pub use preview::Preview;
use tree::Tree;

use crate::installed::{InstalledDistribution, ReadError};
use crate::site::Environment;

/// Why a distribution cannot be removed.
#[derive(Debug, thiserror::Error)]
pub enum RemovalError {
    /// distutils left no list of its files (pip: `uninstall-distutils-installed-package`).
    #[error("{} was installed by distutils, which keeps no list of its files", distribution.name())]
    Distutils {
        /// The distribution.
        distribution: Box<InstalledDistribution>,
    },
    /// RECORD is missing (pip: `uninstall-no-record-file`).
    #[error("{} has no RECORD", distribution.name())]
    NoRecord {
        /// The distribution.
        distribution: Box<InstalledDistribution>,
    },
    /// Its metadata could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A folder could not be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// What removing some distributions takes away.
#[derive(Debug, Default)]
pub struct Removal {
    /// The distributions.
    pub distributions: Vec<InstalledDistribution>,
    /// Files and whole folders to be taken away; none lies in another.
    pub taken: Vec<PathBuf>,
    /// Listed paths that exist but lie outside the environment, and stay.
    pub refused: Vec<PathBuf>,
    /// `.pth` files to be written anew, without a line.
    pub(crate) rewritten: Vec<(PathBuf, String)>,
}

impl Removal {
    /// Finds out what removing `distributions` from `environment` takes away. Changes nothing.
    ///
    /// # Errors
    /// See [`RemovalError`]: a distribution whose files are not known stays whole.
    pub fn of(
        distributions: &[InstalledDistribution],
        environment: &Environment,
    ) -> Result<Removal, RemovalError> {
        let mut removal = Removal { distributions: distributions.to_vec(), ..Removal::default() };
        if distributions.is_empty() {
            return Ok(removal);
        }
        let mut tree = Tree::new(environment);
        for distribution in distributions {
            let owned = paths::owned(distribution, environment)?;
            tree.extend(owned.paths, &mut removal.refused);
            for folder in owned.trees {
                tree.insert_whole(&folder, &mut removal.refused);
            }
            if let Some((pth, line)) = owned.pth_line {
                let text = std::fs::read_to_string(&pth).unwrap_or_default();
                let kept = paths::without_line(&text, &line);
                removal.rewritten.extend(kept.map(|kept| (pth, kept)));
            }
        }
        tree.collect(&mut removal.taken, &mut removal.refused)?;
        Ok(removal)
    }

    /// Whether `path` is taken away, by itself or with a folder above it.
    pub(crate) fn takes(&self, path: &Path) -> bool {
        path.ancestors().any(|ancestor| self.taken.binary_search_by(|one| (**one).cmp(ancestor)).is_ok())
    }
}
