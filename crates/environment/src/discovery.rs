//! Finding a Python from values that are handed in: this room reads no environment variable.
//!
//! The order is the one of the request: an activated environment, `.venv` here and
//! above, then base interpreters along PATH (pyenv's shims followed without a
//! shell), pyenv's other versions, and a few well-known folders.

mod pyenv;
mod request;

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

pub use request::{PythonKind, PythonRequest};

use crate::interpreter::{FactsCache, Interpreter, InterpreterError, PYVENV_CFG};

/// What a search may look at.
pub struct Surroundings<'a> {
    /// `PATH`.
    pub path: Option<OsString>,
    /// `VIRTUAL_ENV`.
    pub virtual_env: Option<PathBuf>,
    /// `CONDA_PREFIX`.
    pub conda_prefix: Option<PathBuf>,
    /// The working directory, absolute.
    pub cwd: PathBuf,
    /// `HOME`.
    pub home: Option<PathBuf>,
    /// `PYENV_ROOT`, or `~/.pyenv`.
    pub pyenv_root: Option<PathBuf>,
    /// `PYENV_VERSION`.
    pub pyenv_version: Option<String>,
    /// Facts of interpreters that were met before.
    pub cache: &'a dyn FactsCache,
}

/// How an interpreter was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Named by a path.
    Named,
    /// `VIRTUAL_ENV` or `CONDA_PREFIX`.
    Activated,
    /// `.venv` in the working directory or above.
    DotVenv,
    /// A folder of PATH.
    SearchPath,
    /// Installed by pyenv.
    Pyenv,
    /// A folder where systems keep interpreters.
    WellKnown,
}

/// An interpreter and how it was found.
#[derive(Debug, Clone)]
pub struct FoundPython {
    /// The interpreter.
    pub interpreter: Interpreter,
    /// How it was found.
    pub source: Source,
}

/// Why no interpreter could be handed out.
#[derive(Debug, thiserror::Error)]
pub enum DiscoveryError {
    /// Nothing fits the request.
    #[error("no {request} found")]
    NotFound {
        /// What was asked for.
        request: Box<PythonRequest>,
        /// Folders that were searched, in order.
        searched: Vec<PathBuf>,
        /// Programs that were met and why each was passed over.
        passed_over: Vec<(PathBuf, String)>,
    },
    /// The path that was named, or the activated environment, is not usable.
    #[error(transparent)]
    Unusable(#[from] InterpreterError),
    /// The named path is not there.
    #[error("{} does not exist", path.display())]
    NoSuchPath {
        /// What was named.
        path: PathBuf,
    },
}

/// The environment to work in when none is named: an activated one, else `.venv` here or above.
///
/// # Errors
/// An environment that is there but broken is an error, never passed over.
pub fn active_environment(around: &Surroundings<'_>) -> Result<Option<FoundPython>, InterpreterError> {
    if let Some(folder) = &around.virtual_env {
        let interpreter = Interpreter::open(folder, around.cache)?;
        return Ok(Some(FoundPython { interpreter, source: Source::Activated }));
    }
    let dot_venv = around.cwd.ancestors().map(|folder| folder.join(".venv"));
    if let Some(folder) = dot_venv.into_iter().find(|folder| folder.join(PYVENV_CFG).is_file()) {
        let interpreter = Interpreter::open(&folder, around.cache)?;
        return Ok(Some(FoundPython { interpreter, source: Source::DotVenv }));
    }
    match &around.conda_prefix {
        // A conda installation's own `base` is a system Python, not a chosen environment.
        Some(folder) if folder.join("conda-meta").is_dir() && !folder.join("condabin").is_dir() => {
            let interpreter = Interpreter::open(folder, around.cache)?;
            Ok(Some(FoundPython { interpreter, source: Source::Activated }))
        }
        _ => Ok(None),
    }
}

/// The interpreter for `request`: environments first, then base interpreters.
///
/// # Errors
/// See [`DiscoveryError`]; it carries where was looked and what was passed over.
pub fn discover(request: &PythonRequest, around: &Surroundings<'_>) -> Result<FoundPython, DiscoveryError> {
    match request {
        PythonRequest::Any => match active_environment(around)? {
            Some(found) => Ok(found),
            None => discover_base(request, around),
        },
        PythonRequest::Kind(kind) => match active_environment(around) {
            Ok(Some(found)) if kind.matches(&found.interpreter) => Ok(found),
            _ => discover_base(request, around),
        },
        _ => discover_base(request, around),
    }
}

/// The interpreter to make an environment from: as [`discover`], but an activated
/// environment or a `.venv` is not taken (a path that was named is).
///
/// # Errors
/// See [`DiscoveryError`].
pub fn discover_base(
    request: &PythonRequest,
    around: &Surroundings<'_>,
) -> Result<FoundPython, DiscoveryError> {
    match request {
        PythonRequest::Path(path) => named(path, around),
        PythonRequest::Program(name) => search(request, vec![name.clone()], around, &|_| true),
        PythonRequest::Any => {
            let names = PythonKind::default().program_names();
            search(request, names, around, &|_| true)
        }
        PythonRequest::Kind(kind) => {
            search(request, kind.program_names(), around, &|found| kind.matches(found))
        }
    }
}

fn named(path: &Path, around: &Surroundings<'_>) -> Result<FoundPython, DiscoveryError> {
    if path.symlink_metadata().is_err() {
        return Err(DiscoveryError::NoSuchPath { path: path.to_owned() });
    }
    let interpreter = Interpreter::open(path, around.cache)?;
    Ok(FoundPython { interpreter, source: Source::Named })
}

fn search(
    request: &PythonRequest,
    names: Vec<String>,
    around: &Surroundings<'_>,
    fits: &dyn Fn(&Interpreter) -> bool,
) -> Result<FoundPython, DiscoveryError> {
    let mut passed_over = Vec::new();
    for Place { program, source } in places(&names, around) {
        match Interpreter::open(&program, around.cache) {
            Ok(interpreter) if fits(&interpreter) => return Ok(FoundPython { interpreter, source }),
            Ok(interpreter) => passed_over.push((program, format!("is {}", kind_of(&interpreter)))),
            Err(error) => passed_over.push((program, error.to_string())),
        }
    }
    let searched = folders(around).into_iter().map(|(folder, _)| folder).collect();
    Err(DiscoveryError::NotFound { request: Box::new(request.clone()), searched, passed_over })
}

/// `CPython 3.11.7`.
fn kind_of(interpreter: &Interpreter) -> String {
    let facts = interpreter.facts();
    format!("{} {}", facts.markers.platform_python_implementation, facts.full_version)
}

/// Every interpreter that can be found, each real program once, in the order of the search.
pub fn list(around: &Surroundings<'_>) -> Vec<FoundPython> {
    let mut names: Vec<String> = ["python3", "python", "pypy3", "pypy", "graalpy"].map(str::to_owned).into();
    names.extend((8..=20).rev().map(|minor| format!("python3.{minor}")));
    names.extend((13..=20).rev().map(|minor| format!("python3.{minor}t")));
    let mut found: Vec<FoundPython> = active_environment(around).ok().flatten().into_iter().collect();
    let mut seen: HashSet<PathBuf> = HashSet::new();
    for Place { program, source } in places(&names, around) {
        let in_environment = program.ancestors().nth(2).is_some_and(|root| root.join(PYVENV_CFG).is_file());
        let identity = if in_environment { Some(program.clone()) } else { program.canonicalize().ok() };
        if !identity.is_some_and(|path| seen.insert(path)) {
            continue;
        }
        if let Ok(interpreter) = Interpreter::open(&program, around.cache)
            && found.iter().all(|other| !same_place(&other.interpreter, &interpreter))
        {
            found.push(FoundPython { interpreter, source });
        }
    }
    found
}

fn same_place(one: &Interpreter, other: &Interpreter) -> bool {
    one.prefix() == other.prefix() && one.facts().full_version == other.facts().full_version
}

/// A program that may be an interpreter.
struct Place {
    program: PathBuf,
    source: Source,
}

/// Candidates in the order of the search: folder by folder, in each the most exact name first.
fn places<'a>(names: &'a [String], around: &'a Surroundings<'a>) -> impl Iterator<Item = Place> + 'a {
    folders(around).into_iter().flat_map(move |(folder, source)| {
        let shims = pyenv::is_shims(&folder, around);
        let programs = names.iter().flat_map(move |name| match shims {
            true => pyenv::behind_shim(&folder, name, around),
            false => vec![folder.join(name)],
        });
        programs.filter(|program| program.is_file()).map(move |program| Place { program, source })
    })
}

fn folders(around: &Surroundings<'_>) -> Vec<(PathBuf, Source)> {
    let mut folders: Vec<(PathBuf, Source)> = Vec::new();
    let mut push = |folder: PathBuf, source| {
        if !folders.iter().any(|(known, _)| *known == folder) {
            folders.push((folder, source));
        }
    };
    let on_path = around.path.iter().flat_map(std::env::split_paths);
    for folder in on_path.filter(|folder| folder.is_absolute()) {
        push(folder, Source::SearchPath);
    }
    if let Some(root) = &around.pyenv_root {
        for version in pyenv::all_versions(root) {
            push(version.join("bin"), Source::Pyenv);
        }
    }
    let system = ["/usr/local/bin", "/usr/bin", "/opt/homebrew/bin", "/opt/local/bin"];
    for folder in system {
        push(folder.into(), Source::WellKnown);
    }
    if let Some(home) = &around.home {
        push(home.join(".local/bin"), Source::WellKnown);
    }
    folders
}
