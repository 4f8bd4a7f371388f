//! Changing an environment: all or nothing, whatever happens in between.
//!
//! ```text
//!   lock ─► recover what a kill left ─► STAGE ─────────► JOURNAL ──────► SWITCH ──────► forget, delete
//!                                       link new trees    one rename      a few renames   trash and stage
//!                                       in a scratch      = the moment
//!                                       folder            of decision
//! ```
//! * A kill (or error, or Ctrl-C) before the journal stands leaves the old environment; the scratch folder is
//!   deleted by the next change.
//! * A kill after it leaves a journal that the next command carries out: every step knows whether it was done.
//! * An error while switching (a folder that may not be written) takes the steps back in reverse.
//!
//! New files are complete before the first old one moves, so the switch lasts milliseconds however
//! large the wheels are. The journal holds renames of whole folders, not of files.

mod area;
mod bytecode;
mod deletion;
mod finishing;
mod journal;
mod lock;
mod placing;
mod preparing;
mod recovery;
mod requesting;
mod staging;

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use area::Areas;
use journal::{Confines, Journal, StepError};
use lock::EnvironmentLock;
pub use lock::Wait;
use packaging::name::{PackageName, canonicalize_name};
use preparing::Attempt;
use store::StoredWheel;

use crate::installed::{Installed, InstalledDistribution, ReadError};
use crate::link::{LinkMode, current_umask};
use crate::removal::{Removal, RemovalError};
use crate::scripts::InvalidScript;
use crate::site::{Environment, Scheme};

/// A wheel to install.
#[derive(Debug, Clone)]
pub struct Installation {
    /// The wheel.
    pub wheel: StoredWheel,
    /// Whether the user asked for it by name (writes REQUESTED).
    pub requested: bool,
    /// The text of direct_url.json (PEP 610), when it came from no index.
    pub direct_url: Option<String>,
    /// The name that pip gives the folder of its C headers: the requirement's, as typed. None takes the normalized one,
    /// which pip has for wheels that are named by a path.
    pub header_name: Option<String>,
}

impl Installation {
    /// A wheel from an index that something else needs.
    pub fn new(wheel: StoredWheel) -> Installation {
        Installation { wheel, requested: false, direct_url: None, header_name: None }
    }

    fn header_name(&self) -> Cow<'_, str> {
        match &self.header_name {
            Some(name) => Cow::Borrowed(name),
            None => canonicalize_name(self.wheel.manifest().name()),
        }
    }
}

/// What is to happen in one transaction.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// What goes: also the old versions of what is installed anew.
    pub remove: Vec<InstalledDistribution>,
    /// What comes, dependencies first; of two wheels with the same file the later one's stays.
    pub install: Vec<Installation>,
}

/// What to do when two wheels bring the same file, or a foreign file is in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Collisions {
    /// The later one stays, silently: as pip does. The report names them.
    #[default]
    Overwrite,
    /// Nothing is installed.
    Refuse,
}

/// What to do when a wheel's distribution is installed already and the change does not remove it: another process was faster,
/// or it is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unplanned {
    /// Nothing is installed; the caller plans again.
    #[default]
    Refuse,
    /// Install over it (`--ignore-installed`).
    Overwrite,
}

/// How wheels are installed.
#[derive(Debug, Clone)]
pub struct InstallPolicy {
    /// The word in INSTALLER: `pip` or `tilsit`.
    pub installer: String,
    /// The program in the first line of scripts.
    pub python: PathBuf,
    /// How files come from the store.
    pub link_mode: LinkMode,
    /// What to do about files in the way.
    pub collisions: Collisions,
    /// What to do about distributions that the change does not know of.
    pub unplanned: Unplanned,
    /// Whether to compile to bytecode, and how many processes do it.
    pub bytecode: Option<usize>,
    /// The umask that modes are made with.
    pub umask: u32,
}

impl InstallPolicy {
    /// The defaults for `environment`: hard links, no bytecode, `tilsit` in INSTALLER.
    pub fn new(environment: &Environment) -> InstallPolicy {
        InstallPolicy {
            installer: "tilsit".to_owned(),
            python: environment.interpreter().executable().to_owned(),
            link_mode: LinkMode::default(),
            collisions: Collisions::default(),
            unplanned: Unplanned::default(),
            bytecode: None,
            umask: current_umask(),
        }
    }
}

/// A file that more than one wheel brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collision {
    /// Where it is.
    pub path: PathBuf,
}

/// What a change did.
#[derive(Debug, Default)]
pub struct Report {
    /// Programs made for each installed wheel, in the order of [`Change::install`].
    pub programs: Vec<Vec<String>>,
    /// Files that more than one wheel brought.
    pub collisions: Vec<Collision>,
    /// Foreign files that gave way.
    pub overwritten: Vec<PathBuf>,
    /// Listed files of removed distributions that lie outside the environment, and stay.
    pub refused: Vec<PathBuf>,
}

/// Why a change did not happen; the environment is as it was before.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// A file or folder: no permission, no space, …
    #[error("{}: {source}", path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Another process is changing this environment.
    #[error("another process is changing {}", state.display())]
    Locked {
        /// The folder of the lock.
        state: PathBuf,
    },
    /// A change that was interrupted cannot be finished.
    #[error("an interrupted change cannot be finished: {}: {source}", path.display())]
    Recovery {
        /// What could not be moved.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Something to be removed cannot be.
    #[error(transparent)]
    Removal(#[from] RemovalError),
    /// What is installed could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// What was to be removed is no longer there, or something came in between: plan again.
    #[error("{name} was changed by another process")]
    Changed {
        /// The distribution.
        name: String,
    },
    /// An entry point that no script can be made of.
    #[error("{wheel}: {source}")]
    Script {
        /// The wheel's file name.
        wheel: String,
        /// What is wrong.
        source: InvalidScript,
    },
    /// A `.data` folder that no scheme knows.
    #[error("{wheel} has `{path}`, which belongs to no install scheme")]
    UnknownScheme {
        /// The wheel's file name.
        wheel: String,
        /// The path in it.
        path: String,
    },
    /// A folder is where a file is to go, or the other way round.
    #[error("{} is in the way", path.display())]
    InTheWay {
        /// What is there.
        path: PathBuf,
        /// Whether that is a folder.
        is_folder: bool,
    },
    /// Files that two wheels bring, or foreign ones, where the policy refuses that.
    #[error("{} files would be overwritten, first {}", paths.len(), paths.first().map_or(Path::new(""), |p| p).display())]
    Collides {
        /// All of them.
        paths: Vec<PathBuf>,
    },
    /// The bytecode workers could not be started.
    #[error("{} could not be started to compile: {source}", python.display())]
    Bytecode {
        /// The Python.
        python: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The caller asked to stop.
    #[error("interrupted")]
    Cancelled,
}

impl From<StepError> for InstallError {
    fn from(StepError { path, source }: StepError) -> InstallError {
        InstallError::Io { path, source }
    }
}

fn io_error(path: &Path) -> impl FnOnce(std::io::Error) -> InstallError + '_ {
    move |source| InstallError::Io { path: path.to_owned(), source }
}

/// An environment that this process alone may change.
#[derive(Debug)]
pub struct Transaction<'a> {
    environment: &'a Environment,
    lock: EnvironmentLock,
}

impl<'a> Transaction<'a> {
    /// Takes the lock, and first finishes what a killed process left.
    ///
    /// # Errors
    /// `Locked` when another process has it and `wait` is `No`; `Io` when the environment may not be written.
    pub fn begin(environment: &'a Environment, wait: Wait) -> Result<Transaction<'a>, InstallError> {
        let state = environment.state();
        std::fs::create_dir_all(state).map_err(io_error(state))?;
        if state.is_symlink() {
            // Nobody but a stranger makes it one: lock and journal would be written elsewhere.
            return Err(io_error(state)(std::io::ErrorKind::NotADirectory.into()));
        }
        let lock = EnvironmentLock::take(state, wait).map_err(io_error(state))?;
        let Some(lock) = lock else { return Err(InstallError::Locked { state: state.to_owned() }) };
        recovery::recover(environment, &lock)
            .map_err(|StepError { path, source }| InstallError::Recovery { path, source })?;
        let transaction = Transaction { environment, lock };
        transaction.sweep();
        Ok(transaction)
    }

    /// Deletes scratch folders of processes that were killed before they decided.
    fn sweep(&self) {
        let roots = self.environment.roots();
        let folders = roots.iter().map(PathBuf::as_path).chain([self.environment.state()]);
        let left = area::leftovers(folders);
        if !left.is_empty()
            && let Err(error) = deletion::delete(&left, crate::thread_count())
        {
            log::warn!("leftovers in {}: {error}", self.environment.state().display());
        }
    }

    /// What is installed now; nobody else changes it while the transaction lasts.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub fn installed(&self) -> Result<Installed, ReadError> {
        Installed::scan(&self.environment.site_packages())
    }

    /// Carries out `change` as a whole. `cancelled` is looked at until the moment of decision.
    ///
    /// # Errors
    /// See [`InstallError`]; the environment is then as it was.
    pub fn apply(
        &mut self,
        change: &Change,
        policy: &InstallPolicy,
        cancelled: &AtomicBool,
    ) -> Result<Report, InstallError> {
        self.check(change, policy)?;
        let removal = Removal::of(&change.remove, self.environment)?;
        let mut areas = Areas::new(self.environment.state());
        let attempt = Attempt {
            environment: self.environment,
            scheme: real_scheme(self.environment.scheme()),
            change,
            policy,
            removal: &removal,
            cancelled,
        };
        let prepared = attempt.prepare(&mut areas);
        let (journal, report) = match prepared {
            Ok(prepared) => prepared,
            Err(error) => {
                let _ = deletion::delete(&areas.folders(), crate::thread_count());
                return Err(error);
            }
        };
        self.commit(&journal)?;
        Ok(report)
    }

    /// Whether what is there is still what the change was planned for.
    fn check(&self, change: &Change, policy: &InstallPolicy) -> Result<(), InstallError> {
        let gone = change.remove.iter().find(|one| !one.info().exists());
        let changed = |name: &PackageName| InstallError::Changed { name: name.to_string() };
        if let Some(gone) = gone {
            return Err(changed(gone.name()));
        }
        if policy.unplanned == Unplanned::Overwrite || change.install.is_empty() {
            return Ok(());
        }
        let installed = self.installed()?;
        for installation in &change.install {
            let Ok(name) = PackageName::new(installation.wheel.manifest().name()) else { continue };
            let there = installed.get(&name).filter(|one| self.environment.owns(one.location()));
            if there.is_some_and(|there| !change.remove.iter().any(|one| one.info() == there.info())) {
                return Err(changed(&name));
            }
        }
        Ok(())
    }

    /// The moment of decision, and the switch.
    fn commit(&self, journal: &Journal) -> Result<(), InstallError> {
        let state = self.environment.state();
        let bytes = journal.to_bytes(&recovery::anchor(self.environment));
        let draft = state.join("journal.new");
        let decided = state.join(recovery::JOURNAL);
        write(&draft, &bytes, journal.removes()).and_then(|()| std::fs::rename(&draft, &decided)).map_err(
            |source| {
                let _ = deletion::delete(&journal.scratch, crate::thread_count());
                InstallError::Io { path: draft.clone(), source }
            },
        )?;
        let _ = &self.lock;
        recovery::finish(self.environment, journal, false, &Confines::Trusted).map_err(|error| {
            let undoing = state.join(recovery::UNDOING);
            if std::fs::rename(&decided, &undoing).is_ok()
                && let Err(error) = recovery::finish(self.environment, journal, true, &Confines::Trusted)
            {
                return InstallError::Recovery { path: error.path, source: error.source };
            }
            InstallError::from(error)
        })
    }
}

/// `synced`: a power cut must not lose the journal and keep half of its renames. That matters where old files go; a change
/// that only adds loses nothing, and waiting for the disk would take longer than installing a small wheel.
fn write(path: &Path, bytes: &[u8], synced: bool) -> std::io::Result<()> {
    let mut file = std::fs::File::create(path)?;
    std::io::Write::write_all(&mut file, bytes)?;
    if synced { file.sync_data() } else { Ok(()) }
}

/// The scheme without links above it, as removals spell their paths.
fn real_scheme(scheme: &Scheme) -> Scheme {
    let real = |path: &PathBuf| path.canonicalize().unwrap_or_else(|_| path.clone());
    Scheme {
        purelib: real(&scheme.purelib),
        platlib: real(&scheme.platlib),
        scripts: real(&scheme.scripts),
        data: real(&scheme.data),
        include: real(&scheme.include),
    }
}

/// `work(0)`, `work(1)`, … on all threads; the results in order.
fn in_parallel<T: Send>(count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let run = || {
        let mut results = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= count {
                return results;
            }
            results.push((index, work(index)));
        }
    };
    let mut results: Vec<(usize, T)> = std::thread::scope(|scope| {
        let start = |_| std::thread::Builder::new().spawn_scoped(scope, run).ok();
        let others: Vec<_> = (1..crate::thread_count().min(count)).map_while(start).collect();
        let mut all = run();
        for other in others {
            match other.join() {
                Ok(more) => all.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    });
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}
