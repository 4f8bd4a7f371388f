//! After a kill: the next command that finds a journal carries it out, if nobody holds the lock.
//!
//! A reader that cannot (another process is at work, or the environment may not be written) reads the
//! environment as the journal says it will be. So what is seen is the old or the new, never a mixture:
//!
//! * no journal before and after reading, and the same `last`: nothing changed meanwhile;
//! * a journal: its list of what goes and comes corrects what was read.

use std::collections::HashSet;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::journal::{Confines, Journal, StepError};
use super::lock::{EnvironmentLock, Wait};
use super::{area, deletion};
use crate::installed::{Format, Installed, InstalledDistribution, ReadError};
use crate::site::{Environment, Kind};

/// The file of a change that is decided and not yet carried out whole.
pub(super) const JOURNAL: &str = "journal";
/// The file of a change that failed half-way and is being taken back.
pub(super) const UNDOING: &str = "journal.undo";
/// The journal of the last change that was carried out.
pub(super) const LAST: &str = "last";

/// The folder that a journal's paths are relative to.
pub(super) fn anchor(environment: &Environment) -> PathBuf {
    match environment.kind() {
        Kind::Virtual => environment.state().parent().unwrap_or(Path::new("/")).to_owned(),
        _ => PathBuf::from("/"),
    }
}

/// Reads a pending journal; `true` when it is to be taken back.
fn pending(environment: &Environment) -> std::io::Result<Option<(Journal, bool)>> {
    for (name, undoing) in [(JOURNAL, false), (UNDOING, true)] {
        match std::fs::read(environment.state().join(name)) {
            Ok(bytes) => {
                let journal = Journal::parse(&bytes, &anchor(environment));
                return Ok(journal.map(|journal| (journal, undoing)));
            }
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// Finishes (or takes back) what a killed process left. The lock must be held.
pub(super) fn recover(environment: &Environment, _lock: &EnvironmentLock) -> Result<(), StepError> {
    let state = environment.state();
    let failed = |source| StepError { path: state.join(JOURNAL), source };
    let Some((journal, undoing)) = pending(environment).map_err(failed)? else { return Ok(()) };
    // Another user's journal is not carried out with this user's rights.
    let owner = std::fs::metadata(state).map_err(failed)?.uid();
    if owner != rustix::process::geteuid().as_raw() {
        return Err(failed(ErrorKind::PermissionDenied.into()));
    }
    log::info!("finishing an interrupted change of {}", state.display());
    let confines = match environment.kind() {
        Kind::Virtual => Confines::Within(anchor(environment).canonicalize().map_err(failed)?),
        _ => Confines::Trusted,
    };
    finish(environment, &journal, undoing, &confines)
}

/// Carries out a decided change, and forgets it. Scratch folders are deleted last.
pub(super) fn finish(
    environment: &Environment,
    journal: &Journal,
    undoing: bool,
    confines: &Confines,
) -> Result<(), StepError> {
    let state = environment.state();
    let name = if undoing { UNDOING } else { JOURNAL };
    if undoing {
        journal.undo(confines)?
    } else {
        journal.redo(confines)?
    }
    std::fs::rename(state.join(name), state.join(LAST))
        .map_err(|source| StepError { path: state.join(name), source })?;
    let ours = |path: &&PathBuf| confines.admit(path).is_ok() && area::is_scratch(path);
    let scratch: Vec<PathBuf> = journal.scratch.iter().filter(ours).cloned().collect();
    // What cannot be deleted now is tried again by the next change.
    if let Err(error) = deletion::delete(&scratch, crate::thread_count()) {
        log::warn!("leftovers of a change in {}: {error}", state.display());
    }
    Ok(())
}

/// What tells one moment of an environment from another.
#[derive(PartialEq, Eq)]
struct Moment {
    last: Option<(u64, i64, i64)>,
}

impl Moment {
    fn of(environment: &Environment) -> Moment {
        let meta = std::fs::metadata(environment.state().join(LAST)).ok();
        Moment { last: meta.map(|meta| (meta.ino(), meta.ctime(), meta.ctime_nsec())) }
    }
}

/// How often a reading is repeated that a change ran through. Each repetition needs another whole change in between.
const ATTEMPTS: usize = 16;

impl Environment {
    /// What is installed, as one moment saw it. Never waits: a change that a killed process left is finished
    /// first; one that is going on is seen as already done.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub fn installed(&self) -> Result<Installed, ReadError> {
        let failed = |source| ReadError::Io { path: self.state().to_owned(), source };
        let mut installed = Installed::default();
        for _ in 0..ATTEMPTS {
            let before = Moment::of(self);
            let mut change = pending(self).map_err(failed)?;
            if change.is_some() && self.recovered() {
                change = None;
            }
            installed = Installed::scan(&self.site_packages())?;
            match &change {
                Some((journal, false)) => installed = foreseen(&installed, journal, &self.site_packages()),
                Some((journal, true)) => {
                    installed = foreseen(&installed, &journal.reversed(), &self.site_packages());
                }
                None => {}
            }
            let same = pending(self).map_err(failed)? == change;
            if same && before == Moment::of(self) {
                break;
            }
        }
        Ok(installed)
    }

    /// Tries to finish an interrupted change; `false` when another process is at it, or it may not be done.
    fn recovered(&self) -> bool {
        match EnvironmentLock::take(self.state(), Wait::No) {
            Ok(Some(lock)) => recover(self, &lock).inspect_err(|error| log::warn!("{error}")).is_ok(),
            _ => false,
        }
    }
}

/// What was read in the middle of a change, corrected to how it will be.
fn foreseen(read: &Installed, journal: &Journal, folders: &[PathBuf]) -> Installed {
    let come: HashSet<&Path> = journal.come.iter().map(|(path, _)| path.as_path()).collect();
    let all = read.iter().chain(read.shadowed());
    let stays = |one: &&InstalledDistribution| {
        !journal.gone.iter().any(|gone| gone == one.info()) && !come.contains(one.info())
    };
    let mut found: Vec<InstalledDistribution> = all.filter(stays).cloned().collect();
    for (path, staged) in &journal.come {
        let there = if path.is_dir() { path } else { staged };
        let stem = path.file_stem().and_then(|stem| stem.to_str());
        let location = path.parent().unwrap_or(path);
        let coming = stem
            .and_then(|stem| InstalledDistribution::named(stem, Format::DistInfo, there.clone(), location));
        found.extend(coming);
    }
    let rank = |one: &InstalledDistribution| folders.iter().position(|folder| one.location() == folder);
    found.sort_by_key(|one| rank(one).unwrap_or(usize::MAX));
    Installed::from_search_order(found)
}
