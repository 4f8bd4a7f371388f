//! Which Python a command works on.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use environment::discovery::{
    DiscoveryError, FoundPython, PythonRequest, Surroundings, active_environment, discover, discover_base,
    list,
};
use environment::{
    Environment, FactsCache, Interpreter, InterpreterError, Kind, VenvError, VenvPolicy, create,
};
use store::Store;

use crate::settings::Process;

/// Interpreter facts kept in the store.
pub struct FactsInStore<'a>(pub &'a Store);

impl FactsCache for FactsInStore<'_> {
    fn facts(&self, key: &str) -> Option<Vec<u8>> {
        self.0.interpreter(key).ok().flatten()
    }

    fn keep_facts(&self, key: &str, facts: &[u8]) {
        if let Err(error) = self.0.put_interpreter(key, facts) {
            log::debug!("facts of an interpreter could not be kept: {error}");
        }
    }
}

/// What a search for an interpreter may look at, read from the process.
pub fn surroundings<'a>(process: &Process, cache: &'a dyn FactsCache) -> Surroundings<'a> {
    let folder = |name: &str| process.filled(name).map(PathBuf::from);
    Surroundings {
        path: process.env.get(OsStr::new("PATH")).cloned(),
        virtual_env: folder("VIRTUAL_ENV"),
        conda_prefix: folder("CONDA_PREFIX"),
        cwd: process.cwd.clone(),
        home: process.home.clone(),
        pyenv_root: folder("PYENV_ROOT").or_else(|| process.home.as_ref().map(|home| home.join(".pyenv"))),
        pyenv_version: process.filled("PYENV_VERSION").map(str::to_owned),
        cache,
    }
}

/// Why there is no Python to work on.
#[derive(Debug, thiserror::Error)]
pub enum PythonError {
    /// Nothing fits, or what was named is not usable.
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
    /// An environment is there but broken.
    #[error(transparent)]
    Interpreter(#[from] InterpreterError),
    /// `.venv` could not be made.
    #[error(transparent)]
    Venv(#[from] VenvError),
    /// A reading command found no environment and none was named.
    #[error("no environment is active and there is no .venv here or above")]
    NoEnvironment,
}

/// The Python of a command that changes an environment.
pub enum Chosen {
    /// That of an environment, or one that was named.
    Existing(Interpreter),
    /// Nothing is named and nothing is active: an environment is to be made of this one.
    Base(Interpreter),
}

/// The environment or interpreter that `-p` names, else the active environment.
///
/// # Errors
/// [`PythonError::NoEnvironment`] when nothing is named and nothing is active.
pub fn existing(process: &Process, store: &Store, request: Option<&str>) -> Result<Interpreter, PythonError> {
    let cache = FactsInStore(store);
    let around = surroundings(process, &cache);
    match request {
        Some(text) => Ok(discover(&PythonRequest::parse(text, &process.cwd), &around)?.interpreter),
        None => active_environment(&around)?.map(|found| found.interpreter).ok_or(PythonError::NoEnvironment),
    }
}

/// As [`existing`], or what `.venv` can be made of when nothing is named and nothing is active.
///
/// # Errors
/// See [`PythonError`].
pub fn existing_or_base(
    process: &Process,
    store: &Store,
    request: Option<&str>,
) -> Result<Chosen, PythonError> {
    match existing(process, store, request) {
        Ok(interpreter) => Ok(Chosen::Existing(interpreter)),
        Err(PythonError::NoEnvironment) => Ok(Chosen::Base(base(process, store, None)?)),
        Err(error) => Err(error),
    }
}

/// Makes `.venv` in the working folder; gives its interpreter and the folder.
///
/// # Errors
/// [`PythonError::Venv`]
pub fn make(process: &Process, base: &Interpreter) -> Result<(Interpreter, PathBuf), PythonError> {
    let folder = process.cwd.join(".venv");
    let policy = VenvPolicy { pip: binary(), ..VenvPolicy::default() };
    Ok((create(&folder, base, &policy)?, folder))
}

/// The interpreter to resolve for when no environment is needed: the named one, the active one, any.
///
/// # Errors
/// See [`PythonError`].
pub fn any(process: &Process, store: &Store, request: Option<&str>) -> Result<Interpreter, PythonError> {
    let cache = FactsInStore(store);
    let request = request.map_or(PythonRequest::Any, |text| PythonRequest::parse(text, &process.cwd));
    Ok(discover(&request, &surroundings(process, &cache))?.interpreter)
}

/// The interpreter at a path: a program, or an environment's folder.
///
/// # Errors
/// See [`PythonError`].
pub fn at(process: &Process, store: &Store, path: &Path) -> Result<Interpreter, PythonError> {
    let cache = FactsInStore(store);
    let request = PythonRequest::Path(path.to_owned());
    Ok(discover(&request, &surroundings(process, &cache))?.interpreter)
}

/// The interpreter to make an environment from.
///
/// # Errors
/// See [`PythonError`].
pub fn base(process: &Process, store: &Store, request: Option<&str>) -> Result<Interpreter, PythonError> {
    let cache = FactsInStore(store);
    let request = request.map_or(PythonRequest::Any, |text| PythonRequest::parse(text, &process.cwd));
    Ok(discover_base(&request, &surroundings(process, &cache))?.interpreter)
}

/// Every interpreter that can be found.
pub fn all(process: &Process, store: &Store) -> Vec<FoundPython> {
    let cache = FactsInStore(store);
    list(&surroundings(process, &cache))
}

/// This binary, which the environments' `pip` hands over to. Where no `/proc` tells which it is, it is what the kernel was
/// told to start.
pub fn binary() -> Option<PathBuf> {
    let told = std::env::current_exe().ok().filter(|path| path.exists());
    told.or_else(started)
}

fn started() -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    Path::new(OsStr::from_bytes(rustix::param::linux_execfn().to_bytes())).canonicalize().ok()
}

/// The Python in the folder of the link that this process was called by, as scripts have it in their first line: in an
/// environment its own.
pub fn beside_program(process: &Process) -> Option<PathBuf> {
    let called = Path::new(process.args.first()?);
    let program = match called.components().count() {
        1 => {
            let path = process.env.get(std::ffi::OsStr::new("PATH")).map(|path| &**path);
            let found = super::link::answering(called.to_str()?, path)?;
            // Only a name was told, which others may have as well.
            Some(found).filter(|found| found.canonicalize().ok() == binary())?
        }
        _ => process.cwd.join(called),
    };
    let folder = program.parent()?;
    ["python", "python3"].iter().map(|name| folder.join(name)).find(|python| python.is_file())
}

/// The folders with packages in the order of `sys.path`: an environment's own, the user's, the base interpreter's, each
/// followed by what its `.pth` files name (Python's `site`). Where code of the environment or the user may change that when
/// Python starts, the interpreter is asked: this takes longer than all else that `list` does.
pub fn search_path(environment: &Environment, user_site: Option<PathBuf>) -> Vec<PathBuf> {
    let mut folders = environment.site_packages();
    let own = if environment.kind() == Kind::Virtual { 1.min(folders.len()) } else { 0 };
    let customizing = [Some(environment.scheme().purelib.clone()), user_site.clone()];
    let user = user_site.filter(|folder| folder.is_dir() && !folders.contains(folder));
    folders.splice(own..own, user);
    let sites: Vec<Site> = folders.into_iter().map(Site::read).collect();
    let may_customize = |site: &&Site| customizing.iter().flatten().any(|folder| *folder == site.folder);
    if sites.iter().filter(may_customize).any(Site::runs_code)
        && let Some(asked) = asked_search_path(environment)
    {
        return asked;
    }
    let mut found: Vec<PathBuf> = Vec::with_capacity(sites.len());
    for site in sites {
        if !found.contains(&site.folder) {
            let added = site.added();
            found.push(site.folder);
            added.into_iter().for_each(|one| {
                if !found.contains(&one) {
                    found.push(one);
                }
            });
        }
    }
    found
}

/// What `sys.path` really is, asked of the interpreter.
fn asked_search_path(environment: &Environment) -> Option<Vec<PathBuf>> {
    let script = "import json, sys; print(json.dumps([path for path in sys.path if path]))";
    let mut python = std::process::Command::new(environment.interpreter().executable());
    let output = python.args(["-c", script]).stderr(std::process::Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    // What start-up code prints comes first.
    serde_json::from_str(text.lines().last()?).ok()
}

/// What Python's `site` looks at in a folder with packages.
struct Site {
    folder: PathBuf,
    /// The names of its `.pth` files in their order.
    pth: Vec<OsString>,
    /// Whether it has `sitecustomize` or `usercustomize`.
    has_module: bool,
}

impl Site {
    fn read(folder: PathBuf) -> Self {
        let mut site = Self { folder, pth: Vec::new(), has_module: false };
        for entry in std::fs::read_dir(&site.folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            site.has_module |= name == "sitecustomize.py" || name == "usercustomize.py";
            if is_pth(&name) {
                site.pth.push(name);
            }
        }
        site.pth.sort();
        site
    }

    /// Whether it has code that Python runs when it starts and that may add to `sys.path`.
    fn runs_code(&self) -> bool {
        let unknown = || self.pth.iter().filter(|name| !adds_nothing(&name.to_string_lossy()));
        self.has_module || unknown().any(|name| self.text(name).is_some_and(|text| has_code(&text)))
    }

    /// The folders that its `.pth` files name (lines that are code are not run).
    fn added(&self) -> Vec<PathBuf> {
        let texts = self.pth.iter().filter_map(|name| self.text(name));
        let named = texts.flat_map(|text| pth_folders(&text, &self.folder));
        named.filter(|path| path.is_dir()).collect()
    }

    fn text(&self, name: &OsStr) -> Option<String> {
        std::fs::read_to_string(self.folder.join(name)).ok()
    }
}

/// `.pth` files of ours, of setuptools, virtualenv and coverage, and those of namespace packages: none adds to `sys.path`.
fn adds_nothing(pth: &str) -> bool {
    matches!(pth, "_tilsit.pth" | "distutils-precedence.pth" | "_virtualenv.pth" | "a1_coverage.pth")
        || pth.starts_with("__editable__.")
        || pth.ends_with("-nspkg.pth")
}

fn has_code(pth: &str) -> bool {
    pth.lines().any(is_code)
}

/// Python's `site`: such lines are run.
fn is_code(line: &str) -> bool {
    line.starts_with("import ") || line.starts_with("import\t")
}

fn is_pth(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    name.ends_with(b".pth") && !name.starts_with(b".")
}

fn pth_folders(text: &str, folder: &Path) -> Vec<PathBuf> {
    let lines =
        text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty() && !is_code(line));
    lines.map(|line| folder.join(line.trim_end()).components().collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_pth_files() {
        let text = "# comment\nimport sys; x\n\nsub/../other\n/abs \n";
        let found = pth_folders(text, Path::new("/site"));
        assert_eq!(found, [PathBuf::from("/site/sub/../other"), PathBuf::from("/abs")]);
        let is_pth = |name: &str| is_pth(OsStr::new(name));
        assert!(is_pth("a.pth") && !is_pth(".a.pth") && !is_pth("a.pth~"));
        assert!(has_code(text) && !has_code("/abs\n# import x\n"));
        assert!(adds_nothing("distutils-precedence.pth") && !adds_nothing("mine.pth"));
    }
}
