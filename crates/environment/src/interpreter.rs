//! A Python that can be run: a base interpreter or the one of an environment.
//!
//! A base interpreter is started once in its life (see `probe.py`); its
//! [`Facts`] are cached by real path, size and mtime. The interpreter of an
//! environment is never started: `pyvenv.cfg` names its base.

mod facts;
mod manylinux;
mod probe;
mod pyvenv;
mod tagging;

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use facts::{Facts, PlatformMarkers, SchemePaths, Schemes};
pub use probe::{OLDEST, ProbeError};
pub use pyvenv::{FILE_NAME as PYVENV_CFG, PyvenvCfg};

/// Where facts of base interpreters are kept between runs.
pub trait FactsCache {
    /// What was stored under `key`.
    fn facts(&self, key: &str) -> Option<Vec<u8>>;
    /// Keeps `facts` under `key`; failing to keep them costs time only.
    fn keep_facts(&self, key: &str, facts: &[u8]);
}

impl FactsCache for store::Store {
    fn facts(&self, key: &str) -> Option<Vec<u8>> {
        self.interpreter(key).unwrap_or_else(|error| {
            log::debug!("{error}");
            None
        })
    }

    fn keep_facts(&self, key: &str, facts: &[u8]) {
        if let Err(error) = self.put_interpreter(key, facts) {
            log::debug!("{error}");
        }
    }
}

/// Forgets everything: each base interpreter is started anew.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoCache;

impl FactsCache for NoCache {
    fn facts(&self, _key: &str) -> Option<Vec<u8>> {
        None
    }
    fn keep_facts(&self, _key: &str, _facts: &[u8]) {}
}

/// A runnable Python with all that installing needs to know about it.
#[derive(Debug, Clone)]
pub struct Interpreter {
    executable: PathBuf,
    prefix: PathBuf,
    facts: Arc<Facts>,
    virtual_environment: Option<PyvenvCfg>,
}

/// Why a path is not a usable interpreter or environment.
#[derive(Debug, thiserror::Error)]
pub enum InterpreterError {
    /// The program did not answer.
    #[error(transparent)]
    Probe(#[from] ProbeError),
    /// An environment whose base interpreter is gone.
    #[error("the environment {} was made from {}, which is gone", environment.display(), base.display())]
    BaseGone {
        /// The environment's folder.
        environment: PathBuf,
        /// Where its base interpreter was.
        base: PathBuf,
    },
    /// An environment whose base is now another Python, so that its packages are not seen.
    #[error("the environment {} was made for Python {}.{}, but {} is now {}.{}",
        environment.display(), made_for.0, made_for.1, base.display(), now.0, now.1)]
    BaseChanged {
        /// The environment's folder.
        environment: PathBuf,
        /// The base interpreter.
        base: PathBuf,
        /// The version written in `pyvenv.cfg`.
        made_for: (u32, u32),
        /// The base interpreter's version now.
        now: (u32, u32),
    },
    /// A folder without a Python.
    #[error("{} is a folder without a Python", path.display())]
    NotAnEnvironment {
        /// The folder.
        path: PathBuf,
    },
}

impl Interpreter {
    /// The interpreter at `path`: a program, or the folder of an environment.
    ///
    /// # Errors
    /// See [`InterpreterError`]; a program found in an environment is judged by its base.
    pub fn open(path: &Path, cache: &dyn FactsCache) -> Result<Interpreter, InterpreterError> {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        if path.is_dir() {
            return Interpreter::of_folder(&path, cache);
        }
        let parent = path.parent().unwrap_or(Path::new("/"));
        // Python looks beside the program, then one folder up (PEP 405).
        for folder in [Some(parent), parent.parent()].into_iter().flatten() {
            if let Some(cfg) = PyvenvCfg::read(folder) {
                return Interpreter::of_environment(path.clone(), folder, cfg, cache);
            }
        }
        let facts = base_facts(&path, cache)?;
        Interpreter::of_base(path, facts, cache)
    }

    fn of_folder(folder: &Path, cache: &dyn FactsCache) -> Result<Interpreter, InterpreterError> {
        let names = ["bin/python", "bin/python3", "bin/pypy3"];
        // A dangling link still counts: it tells that the base is gone.
        let found = names.iter().map(|name| folder.join(name)).find(|path| path.symlink_metadata().is_ok());
        match found {
            Some(program) => Interpreter::open(&program, cache),
            None => Err(InterpreterError::NotAnEnvironment { path: folder.to_owned() }),
        }
    }

    fn of_environment(
        executable: PathBuf,
        folder: &Path,
        cfg: PyvenvCfg,
        cache: &dyn FactsCache,
    ) -> Result<Interpreter, InterpreterError> {
        let base = base_program(&executable, folder, &cfg)?;
        let facts = base_facts(&base, cache)?;
        let now = (facts.version.0, facts.version.1);
        if let Some(made_for) = cfg.minor_version().filter(|made_for| *made_for != now) {
            let environment = folder.to_owned();
            return Err(InterpreterError::BaseChanged { environment, base, made_for, now });
        }
        let prefix = folder.to_owned();
        Ok(Interpreter { executable, prefix, facts, virtual_environment: Some(cfg) })
    }

    /// A program outside any environment; a wrapper script may still lead into one.
    fn of_base(
        executable: PathBuf,
        facts: Arc<Facts>,
        cache: &dyn FactsCache,
    ) -> Result<Interpreter, InterpreterError> {
        let led = &facts.executable;
        let leads_elsewhere = *led != executable && led.parent() != executable.parent() && led.is_file();
        if leads_elsewhere && is_script(&executable) {
            return Interpreter::open(&led.clone(), cache);
        }
        let prefix = facts.prefix.clone();
        Ok(Interpreter { executable, prefix, facts, virtual_environment: None })
    }

    /// The program to run, as it was found (links are kept: they carry the environment).
    pub fn executable(&self) -> &Path {
        &self.executable
    }

    /// `sys.prefix`.
    pub fn prefix(&self) -> &Path {
        &self.prefix
    }

    /// `sys.base_prefix`.
    pub fn base_prefix(&self) -> &Path {
        &self.facts.base_prefix
    }

    /// What the base interpreter is.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// `pyvenv.cfg`, when this is the interpreter of an environment.
    pub fn virtual_environment(&self) -> Option<&PyvenvCfg> {
        self.virtual_environment.as_ref()
    }

    /// `(3, 11, 7)`.
    pub fn version(&self) -> (u32, u32, u32) {
        self.facts.version
    }

    /// `3.11`.
    pub fn minor_version(&self) -> String {
        format!("{}.{}", self.facts.version.0, self.facts.version.1)
    }

    /// The PEP 508 variables.
    pub fn marker_environment(&self) -> packaging::markers::MarkerEnvironment {
        self.facts.marker_environment()
    }

    /// What decides which wheels fit. Only where a distributor put a module `_manylinux` into the interpreter's path
    /// (PEP 600), Python is started to ask it.
    pub fn tag_facts(&self) -> packaging::tags::TagFacts {
        let mut facts = self.facts.tag_facts();
        if matches!(facts.libc, packaging::tags::LinuxLibc::Glibc(..)) {
            let environment = crate::Environment::of(self.clone(), Path::new(""));
            let folders = [vec![self.facts.stdlib.clone()], environment.site_packages()].concat();
            if let Some(folder) = manylinux::folder_of_module(&folders) {
                facts.refused_platforms = manylinux::refused(&self.executable, folder, &facts.platforms());
            }
        }
        facts
    }

    /// The program of the base interpreter, as environments name it.
    pub fn base_executable(&self) -> &Path {
        if self.virtual_environment.is_none() {
            return &self.executable;
        }
        self.facts.base_executable.as_deref().unwrap_or(&self.facts.executable)
    }

    /// The same interpreter run by another program file of its folder.
    pub fn with_executable(mut self, executable: PathBuf) -> Interpreter {
        self.executable = executable;
        self
    }
}

/// The base interpreter's program behind the one of an environment.
fn base_program(executable: &Path, folder: &Path, cfg: &PyvenvCfg) -> Result<PathBuf, InterpreterError> {
    let real = executable.canonicalize().ok();
    let inside = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    if let Some(real) = real.as_ref().filter(|real| !real.starts_with(&inside)) {
        return Ok(real.clone());
    }
    let home = cfg.home.clone().unwrap_or_default();
    let minor = cfg.minor_version().map(|(major, minor)| home.join(format!("python{major}.{minor}")));
    let named = [cfg.executable.clone(), minor, Some(home.join("python3")), Some(home.join("python"))];
    let found = named.into_iter().flatten().find(|path| path.is_file() && !path.starts_with(&inside));
    let gone = || std::fs::read_link(executable).unwrap_or_else(|_| home.join("python3"));
    found.ok_or_else(|| InterpreterError::BaseGone { environment: folder.to_owned(), base: gone() })
}

fn is_script(path: &Path) -> bool {
    let mut head = [0; 2];
    let read = std::fs::File::open(path).and_then(|mut file| std::io::Read::read_exact(&mut file, &mut head));
    read.is_ok() && head == *b"#!"
}

/// Facts of a base interpreter, from the cache or by starting it.
fn base_facts(program: &Path, cache: &dyn FactsCache) -> Result<Arc<Facts>, ProbeError> {
    let missing = |_| ProbeError::Missing { path: program.to_owned() };
    let real = program.canonicalize().map_err(missing)?;
    let meta = std::fs::metadata(&real).map_err(missing)?;
    if meta.mode() & 0o111 == 0 {
        return Err(ProbeError::NotExecutable { path: program.to_owned() });
    }
    // A script (a pyenv or asdf shim) answers differently from one folder to the next.
    if is_script(&real) {
        return probe::probe(program).map(Arc::new);
    }
    let key = cache_key(&real, &meta);
    let kept = cache.facts(&key).and_then(|bytes| serde_json::from_slice(&bytes).ok());
    if let Some(facts) = kept {
        return Ok(Arc::new(facts));
    }
    let facts = probe::probe(program)?;
    if let Ok(bytes) = serde_json::to_vec(&facts) {
        cache.keep_facts(&key, &bytes);
    }
    Ok(Arc::new(facts))
}

/// Changes when the interpreter does. A program may be a small launcher of a shared library that is rebuilt under it:
/// `build-details.json` (PEP 739) tells of that, where it exists.
fn cache_key(real: &Path, meta: &std::fs::Metadata) -> String {
    let stamp = |meta: &std::fs::Metadata| format!("{}:{}.{}", meta.size(), meta.mtime(), meta.mtime_nsec());
    let details = real.parent().and_then(Path::parent).zip(real.file_name()).and_then(|(prefix, name)| {
        std::fs::metadata(prefix.join("lib").join(name).join("build-details.json")).ok()
    });
    let details = details.as_ref().map(stamp).unwrap_or_default();
    format!("{}:{}:{details}:{}", facts::FORMAT, stamp(meta), real.display())
}
