//! The journal: the list of renames that turns the old environment into the new one.
//!
//! It is written when everything is staged, so a journal that exists can always be carried out: its
//! appearance (one rename) is the moment of commitment. Each step can tell from the file system whether
//! it was done, so carrying out the list twice, or half and then whole, ends the same:
//!
//! * `Remove` renames an old path into the trash: done when the trash has it.
//! * `Add` renames a staged path into place: done when the stage has it no more.
//! * `Make` makes a folder: done when it is there. Taken back only while empty.

use std::io::ErrorKind;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Component, Path, PathBuf};

/// First bytes of a journal; the number changes with the format.
const HEADER: &[u8] = b"tilsit journal 1\n";
/// Last bytes: a journal without them was never committed.
const FOOTER: &[u8] = b"end\0";

/// One rename.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// Take an old file or folder away.
    Remove { path: PathBuf, trash: PathBuf },
    /// Put a staged file or folder into place.
    Add { staged: PathBuf, path: PathBuf },
    /// Make a folder that things are put into.
    Make { path: PathBuf },
}

/// A change that is decided.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Journal {
    /// The renames, in order.
    pub(crate) steps: Vec<Step>,
    /// `.dist-info` (or `.egg-info`) paths that are gone afterwards.
    pub(crate) gone: Vec<PathBuf>,
    /// `.dist-info` folders that are there afterwards, and where each is staged.
    pub(crate) come: Vec<(PathBuf, PathBuf)>,
    /// Folders to delete in the end: stages and trashes.
    pub(crate) scratch: Vec<PathBuf>,
}

/// A step that failed.
#[derive(Debug, thiserror::Error)]
#[error("{}: {source}", path.display())]
pub(crate) struct StepError {
    pub(crate) path: PathBuf,
    pub(crate) source: std::io::Error,
}

impl Journal {
    /// Whether anything old goes.
    pub(crate) fn removes(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Remove { .. }))
    }

    /// Carries out every step that is not done yet.
    pub(crate) fn redo(&self, confines: &Confines) -> Result<(), StepError> {
        self.steps.iter().try_for_each(|step| confines.check(step).and_then(|()| step.redo()))
    }

    /// Takes back every step that is done, last first.
    pub(crate) fn undo(&self, confines: &Confines) -> Result<(), StepError> {
        self.steps.iter().rev().try_for_each(|step| confines.check(step).and_then(|()| step.undo()))
    }

    /// What taking this change back makes come and go, for those who look meanwhile.
    pub(crate) fn reversed(&self) -> Journal {
        let in_trash = |path: &PathBuf| {
            let kept = |step: &Step| match step {
                Step::Remove { path: removed, trash } => Some(trash.join(path.strip_prefix(removed).ok()?)),
                _ => None,
            };
            (path.clone(), self.steps.iter().find_map(kept).unwrap_or_else(|| path.clone()))
        };
        Journal {
            gone: self.come.iter().map(|(path, _)| path.clone()).collect(),
            come: self.gone.iter().map(in_trash).collect(),
            ..Journal::default()
        }
    }

    /// The bytes of the file; paths below `anchor` are written relative to it, so that an
    /// environment may be seen under another path when it is recovered.
    pub(crate) fn to_bytes(&self, anchor: &Path) -> Vec<u8> {
        let mut bytes = HEADER.to_vec();
        let mut line = |kind: u8, paths: &[&PathBuf]| {
            bytes.push(kind);
            for path in paths {
                let written = path.strip_prefix(anchor).unwrap_or(path);
                bytes.extend_from_slice(written.as_os_str().as_bytes());
                bytes.push(0);
            }
        };
        for step in &self.steps {
            match step {
                Step::Remove { path, trash } => line(b'-', &[path, trash]),
                Step::Add { staged, path } => line(b'+', &[staged, path]),
                Step::Make { path } => line(b'/', &[path]),
            }
        }
        self.gone.iter().for_each(|path| line(b'<', &[path]));
        self.come.iter().for_each(|(path, staged)| line(b'>', &[path, staged]));
        self.scratch.iter().for_each(|path| line(b'~', &[path]));
        bytes.extend_from_slice(FOOTER);
        bytes
    }

    /// Reads a journal back; `None` when the bytes are no whole journal.
    pub(crate) fn parse(bytes: &[u8], anchor: &Path) -> Option<Journal> {
        let mut rest = bytes.strip_prefix(HEADER)?.strip_suffix(FOOTER)?;
        let mut journal = Journal::default();
        while let Some((&kind, after)) = rest.split_first() {
            rest = after;
            let mut path = || {
                let end = memchr::memchr(0, rest)?;
                let path = std::ffi::OsString::from_vec(rest[..end].to_vec());
                rest = &rest[end + 1..];
                Some(anchor.join(path))
            };
            match kind {
                b'-' => journal.steps.push(Step::Remove { path: path()?, trash: path()? }),
                b'+' => journal.steps.push(Step::Add { staged: path()?, path: path()? }),
                b'/' => journal.steps.push(Step::Make { path: path()? }),
                b'<' => journal.gone.push(path()?),
                b'>' => journal.come.push((path()?, path()?)),
                b'~' => journal.scratch.push(path()?),
                _ => return None,
            }
        }
        Some(journal)
    }
}

impl Step {
    fn redo(&self) -> Result<(), StepError> {
        match self {
            Step::Remove { path, trash } if exists(trash)? || !exists(path)? => Ok(()),
            Step::Remove { path, trash } => rename(path, trash),
            Step::Add { staged, .. } if !exists(staged)? => Ok(()),
            Step::Add { staged, path } => rename(staged, path),
            Step::Make { path } => match std::fs::create_dir(path) {
                Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                    Err(StepError { path: path.clone(), source: error })
                }
                _ => Ok(()),
            },
        }
    }

    fn undo(&self) -> Result<(), StepError> {
        match self {
            Step::Remove { trash, .. } if !exists(trash)? => Ok(()),
            Step::Remove { path, trash } => rename(trash, path),
            Step::Add { staged, path } if exists(staged)? || !exists(path)? => Ok(()),
            Step::Add { staged, path } => rename(path, staged),
            Step::Make { path } => {
                let _ = std::fs::remove_dir(path); // Something else may live there by now.
                Ok(())
            }
        }
    }
}

/// What the steps of a journal may touch.
///
/// A journal that is found may be a stranger's: a `.venv` comes with a cloned repository, and a mere listing there would
/// carry it out. So each step of one that was not written by this process is looked at before it is done, with the links
/// that are there at that moment resolved.
#[derive(Debug)]
pub(crate) enum Confines {
    /// This process wrote the journal, or it lies in the user's own state folder.
    Trusted,
    /// Nothing outside of this folder, which has no link in its path.
    Within(PathBuf),
}

impl Confines {
    fn check(&self, step: &Step) -> Result<(), StepError> {
        match step {
            Step::Remove { path, trash: other } | Step::Add { path, staged: other } => {
                self.admit(path).and_then(|()| self.admit(other))
            }
            Step::Make { path } => self.admit(path),
        }
    }

    /// Whether the folder that `path` is a name in lies inside.
    pub(crate) fn admit(&self, path: &Path) -> Result<(), StepError> {
        let Confines::Within(root) = self else { return Ok(()) };
        let refused = || StepError { path: path.to_owned(), source: ErrorKind::PermissionDenied.into() };
        let plain = path.components().all(|part| matches!(part, Component::RootDir | Component::Normal(_)));
        let parent = path.parent().filter(|_| plain).ok_or_else(refused)?;
        // What does not exist cannot be a link: the nearest folder that does decides.
        let standing = parent.ancestors().find_map(|folder| folder.canonicalize().ok());
        if standing.is_some_and(|folder| folder.starts_with(root)) { Ok(()) } else { Err(refused()) }
    }
}

fn rename(from: &Path, to: &Path) -> Result<(), StepError> {
    std::fs::rename(from, to).map_err(|source| StepError { path: to.to_owned(), source })
}

fn exists(path: &Path) -> Result<bool, StepError> {
    match path.symlink_metadata() {
        Ok(_) => Ok(true),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(false),
        Err(source) => Err(StepError { path: path.to_owned(), source }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sample() -> Journal {
        let path = |text: &str| PathBuf::from(text);
        Journal {
            steps: vec![
                Step::Remove { path: path("/e/lib/a"), trash: path("/e/.tilsit/t/0") },
                Step::Make { path: path("/e/share") },
                Step::Add { staged: path("/e/.tilsit/s/a"), path: path("/usr/a b\n") },
            ],
            gone: vec![path("/e/lib/a-1.dist-info")],
            come: vec![(path("/e/lib/a-2.dist-info"), path("/e/.tilsit/s/x"))],
            scratch: vec![path("/e/.tilsit/t")],
        }
    }

    #[test]
    fn comes_back_below_another_anchor() {
        let bytes = sample().to_bytes(Path::new("/e"));
        assert_eq!(Journal::parse(&bytes, Path::new("/e")), Some(sample()));
        let moved = Journal::parse(&bytes, Path::new("/moved")).unwrap();
        assert_eq!(moved.gone, [PathBuf::from("/moved/lib/a-1.dist-info")]);
    }

    #[test]
    fn a_part_is_no_journal() {
        let bytes = sample().to_bytes(Path::new("/e"));
        for end in 0..bytes.len() {
            assert_eq!(Journal::parse(&bytes[..end], Path::new("/e")), None, "{end}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let whole = [HEADER, &bytes, FOOTER].concat();
            Journal::parse(&whole, Path::new("/"));
        }
    }
}
