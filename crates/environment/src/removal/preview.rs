//! What pip shows before it asks `Proceed (Y/n)?`.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::{RemovalError, paths};
use crate::installed::InstalledDistribution;
use crate::site::Environment;

/// What removing one distribution would do, in pip's three lists, each sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preview {
    /// Files, and `FOLDER/*` for packages.
    pub removed: Vec<PathBuf>,
    /// Files in those folders that are not the distribution's, and stay.
    pub kept: Vec<PathBuf>,
    /// Files outside the environment.
    pub refused: Vec<PathBuf>,
    /// Every file that would go, bytecode too, one by one.
    pub files: Vec<PathBuf>,
}

impl Preview {
    /// Looks at what `distribution` owns. Bytecode is not mentioned, as in pip.
    ///
    /// # Errors
    /// See [`RemovalError`].
    pub fn of(
        distribution: &InstalledDistribution,
        environment: &Environment,
    ) -> Result<Preview, RemovalError> {
        let owned = paths::owned(distribution, environment)?;
        let there = |path: &PathBuf| path.symlink_metadata().is_ok();
        let all: Vec<PathBuf> = owned.paths.into_iter().chain(owned.trees).filter(there).collect();
        let files: BTreeSet<PathBuf> = all.iter().filter(|path| environment.owns(path)).cloned().collect();
        let all = all.into_iter().filter(|path| !has_ending(path, b".pyc"));
        let (inside, refused): (BTreeSet<PathBuf>, BTreeSet<PathBuf>) =
            all.partition(|path| environment.owns(path));
        let folders = outermost(
            inside.iter().filter(|path| stands_for_its_folder(path)).filter_map(|path| path.parent()),
        );
        let mut kept = BTreeSet::new();
        for folder in &folders {
            foreign_files(folder, &inside, &mut kept);
        }
        let below = |path: &Path| folders.iter().any(|folder| path.starts_with(folder));
        let mut removed: Vec<PathBuf> = inside.iter().filter(|path| !below(path)).cloned().collect();
        removed.extend(folders.iter().map(|folder| folder.join("*")));
        Ok(Preview {
            removed: sorted(removed),
            kept: sorted(kept),
            refused: sorted(refused),
            files: sorted(files),
        })
    }
}

/// By their text, as Python sorts: `a-1.0` before `a/b`.
fn sorted(paths: impl IntoIterator<Item = PathBuf>) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = paths.into_iter().collect();
    paths.sort_by(|one, other| one.as_os_str().cmp(other.as_os_str()));
    paths
}

fn has_ending(path: &Path, ending: &[u8]) -> bool {
    path.as_os_str().as_bytes().ends_with(ending)
}

/// pip shows a folder instead of its files when it is a package or metadata.
fn stands_for_its_folder(path: &Path) -> bool {
    let in_info = |part: &OsStr| part.as_bytes().windows(10).any(|window| window == b".dist-info");
    has_ending(path, b"__init__.py") || path.iter().any(in_info)
}

/// Folders that lie in no other of them.
fn outermost<'a>(folders: impl Iterator<Item = &'a Path>) -> BTreeSet<PathBuf> {
    let all: BTreeSet<&Path> = folders.collect();
    let is_outermost = |folder: &&&Path| !folder.ancestors().skip(1).any(|above| all.contains(above));
    all.iter().filter(is_outermost).map(|folder| folder.to_path_buf()).collect()
}

fn foreign_files(folder: &Path, own: &BTreeSet<PathBuf>, found: &mut BTreeSet<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => foreign_files(&path, own, found),
            _ if own.contains(&path) || has_ending(&path, b".pyc") => {}
            _ => {
                found.insert(path);
            }
        }
    }
}
