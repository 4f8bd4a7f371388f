//! Names for this binary in a folder of programs: it is the tool that it is called as.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

/// What a name in the folder is before anything is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    Nothing,
    /// A link to this binary.
    Linked,
    /// A link to another Tilsit, which may be gone.
    Older(PathBuf),
    /// Anything else.
    Foreign,
}

/// What was done about a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// It is a link now and was not there before.
    Made,
    /// It is a link now instead of something else.
    Replaced,
    /// It was a link already.
    Kept,
    /// It is gone.
    Removed,
    /// It is not ours, or not there, and was left as it is.
    Left,
}

/// Why the folder is as it was.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// Names that belong to somebody else.
    #[error("{} names in {} are taken", names.len(), folder.display())]
    Taken {
        /// The folder.
        folder: PathBuf,
        /// The names.
        names: Vec<&'static str>,
    },
    /// The folder or a name cannot be used.
    #[error("{}: {source}", path.display())]
    Disk {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

fn disk(path: &Path) -> impl FnOnce(io::Error) -> LinkError {
    let path = path.to_owned();
    move |source| LinkError::Disk { path, source }
}

/// What `path` is; `binary` is this program.
pub fn found(path: &Path, binary: &Path) -> Found {
    if path.symlink_metadata().is_err() {
        return Found::Nothing;
    }
    let Ok(target) = std::fs::read_link(path) else { return Found::Foreign };
    let target = path.parent().unwrap_or(Path::new("")).join(target);
    if target == binary || target.canonicalize().is_ok_and(|target| target == binary) {
        return Found::Linked;
    }
    match target.file_name() == Some(OsStr::new("tilsit")) {
        true => Found::Older(target),
        false => Found::Foreign,
    }
}

/// Makes each of `names` in `folder` a link to `binary`; with `force` whatever else a name is.
///
/// # Errors
/// Nothing is changed when a name is taken.
pub fn link(
    folder: &Path,
    binary: &Path,
    names: &[&'static str],
    force: bool,
) -> Result<Vec<(&'static str, Done)>, LinkError> {
    let before: Vec<(&'static str, Found)> =
        names.iter().map(|name| (*name, found(&folder.join(name), binary))).collect();
    let foreign = before.iter().filter(|(_, found)| *found == Found::Foreign);
    let taken: Vec<&'static str> = foreign.map(|(name, _)| *name).collect();
    if !force && !taken.is_empty() {
        return Err(LinkError::Taken { folder: folder.to_owned(), names: taken });
    }
    std::fs::create_dir_all(folder).map_err(disk(folder))?;
    let mut done = Vec::with_capacity(before.len());
    for (name, found) in before {
        let path = folder.join(name);
        done.push((
            name,
            match found {
                Found::Linked => Done::Kept,
                Found::Nothing => place(&path, binary).map(|()| Done::Made).map_err(disk(&path))?,
                Found::Older(_) | Found::Foreign => {
                    place(&path, binary).map(|()| Done::Replaced).map_err(disk(&path))?
                }
            },
        ));
    }
    Ok(done)
}

/// Links beside the name and renames, so that the name is there at every moment.
fn place(path: &Path, binary: &Path) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let draft = tempfile::TempDir::new_in(folder)?;
    let link = draft.path().join("link");
    std::os::unix::fs::symlink(binary, &link)?;
    std::fs::rename(&link, path)
}

/// Removes those of `names` in `folder` that are links to a Tilsit.
///
/// # Errors
/// The first link that cannot be removed.
pub fn unlink(
    folder: &Path,
    binary: &Path,
    names: &[&'static str],
) -> Result<Vec<(&'static str, Done)>, LinkError> {
    let mut done = Vec::with_capacity(names.len());
    for name in names {
        let path = folder.join(name);
        let ours = matches!(found(&path, binary), Found::Linked | Found::Older(_));
        if ours {
            std::fs::remove_file(&path).map_err(disk(&path))?;
        }
        done.push((*name, if ours { Done::Removed } else { Done::Left }));
    }
    Ok(done)
}

/// What a shell runs for `name`, going by `path` (PATH): the first program of that name.
pub fn answering(name: &str, path: Option<&OsStr>) -> Option<PathBuf> {
    let folders = std::env::split_paths(path?).filter(|folder| folder.is_absolute());
    folders.map(|folder| folder.join(name)).find(|program| program.is_file())
}

/// Whether `folder` is one of those in `path` (PATH).
pub fn is_on(folder: &Path, path: Option<&OsStr>) -> bool {
    let canonical = folder.canonicalize().ok();
    let same = |one: PathBuf| one == folder || (canonical.is_some() && one.canonicalize().ok() == canonical);
    path.is_some_and(|path| std::env::split_paths(path).any(same))
}
