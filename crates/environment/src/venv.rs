//! Making a virtual environment: the layout of Python's own `venv`, in a few milliseconds and
//! without starting Python.
//!
//! A new environment is made beside its place and renamed into it, so that a kill leaves either
//! nothing or the whole. An environment that is there already is refreshed in place, as `venv` does.

use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use crate::activation;
use crate::interpreter::{FactsCache, Interpreter, InterpreterError, NoCache, PYVENV_CFG, PyvenvCfg};
use crate::shim::{self, ShimFile, ShimPlace};

/// What to do when something is already at the place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Existing {
    /// Refuse, unless it is an empty folder.
    #[default]
    Refuse,
    /// Write the environment's own files anew and leave its packages (`python -m venv`, `virtualenv`).
    Refresh,
    /// Replace an environment by a new one; a folder that is none is refused.
    Clear,
}

/// How the environment's Python comes from the base interpreter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Programs {
    /// Links to the base interpreter.
    #[default]
    Symlinks,
    /// A copy of its program (`--copies`).
    Copies,
}

/// How an environment shall be.
#[derive(Debug, Clone, Default)]
pub struct VenvPolicy {
    /// The word in the prompt; the folder's name when none.
    pub prompt: Option<String>,
    /// See the base interpreter's packages.
    pub system_site_packages: bool,
    /// What to do with what is there.
    pub existing: Existing,
    /// Links or copies.
    pub programs: Programs,
    /// The Tilsit binary that the environment's `pip` and `python -m build` hand over to; none leaves them out.
    pub pip: Option<PathBuf>,
    /// The command line, noted in `pyvenv.cfg` as `venv` does.
    pub command: Option<String>,
}

/// Why an environment was not made.
#[derive(Debug, thiserror::Error)]
pub enum VenvError {
    /// The place is taken by something that is not to be touched.
    #[error("{} exists and is not an empty folder", path.display())]
    Exists {
        /// The place.
        path: PathBuf,
        /// Whether it is an environment, which `Clear` or `Refresh` would take.
        is_environment: bool,
    },
    /// `:` separates folders in PATH, so such an environment could not be activated.
    #[error("{} contains the separator of PATH", path.display())]
    PathSeparator {
        /// The place.
        path: PathBuf,
    },
    /// A file or folder could not be written.
    #[error("{}: {source}", path.display())]
    Io {
        /// What was being written.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The finished environment is not usable.
    #[error(transparent)]
    Interpreter(#[from] InterpreterError),
}

fn io(path: &Path) -> impl FnOnce(std::io::Error) -> VenvError + '_ {
    move |source| VenvError::Io { path: path.to_owned(), source }
}

/// Makes an environment at `directory` for `base`; returns its interpreter.
///
/// # Errors
/// See [`VenvError`]. After an error a new place is as it was before.
pub fn create(directory: &Path, base: &Interpreter, policy: &VenvPolicy) -> Result<Interpreter, VenvError> {
    let directory = std::path::absolute(directory).map_err(io(directory))?;
    if directory.as_os_str().as_bytes().contains(&b':') {
        return Err(VenvError::PathSeparator { path: directory });
    }
    let draft = Draft { directory: &directory, base, policy };
    match standing(&directory)? {
        Standing::Nothing | Standing::EmptyFolder => draft.write_beside(None)?,
        Standing::Environment if policy.existing == Existing::Refresh => draft.write(&directory)?,
        Standing::Environment if policy.existing == Existing::Clear => draft.write_beside(Some("old"))?,
        // `venv` and `virtualenv` fill a folder that holds other things too.
        Standing::Foreign { folder: true } if policy.existing == Existing::Refresh => {
            draft.write(&directory)?;
        }
        other => {
            let is_environment = matches!(other, Standing::Environment);
            return Err(VenvError::Exists { path: directory, is_environment });
        }
    }
    Ok(Interpreter::open(&directory.join("bin/python"), &Known { base })?)
}

/// Answers with the base that is known anyway: opening the new environment starts nothing.
struct Known<'a> {
    base: &'a Interpreter,
}

impl FactsCache for Known<'_> {
    fn facts(&self, key: &str) -> Option<Vec<u8>> {
        serde_json::to_vec(self.base.facts()).ok().or_else(|| NoCache.facts(key))
    }
    fn keep_facts(&self, _key: &str, _facts: &[u8]) {}
}

enum Standing {
    Nothing,
    EmptyFolder,
    Environment,
    Foreign { folder: bool },
}

fn standing(directory: &Path) -> Result<Standing, VenvError> {
    match std::fs::read_dir(directory) {
        Err(error) if error.kind() == ErrorKind::NotFound => match directory.symlink_metadata() {
            Ok(_) => Ok(Standing::Foreign { folder: false }), // a link to nowhere
            Err(_) => Ok(Standing::Nothing),
        },
        Err(error) if error.kind() == ErrorKind::NotADirectory => Ok(Standing::Foreign { folder: false }),
        Err(error) => Err(io(directory)(error)),
        Ok(mut entries) => Ok(match entries.next() {
            None => Standing::EmptyFolder,
            Some(_) if directory.join(PYVENV_CFG).is_file() => Standing::Environment,
            Some(_) => Standing::Foreign { folder: true },
        }),
    }
}

/// The program that environments link to, and its folder (`home`).
///
/// Python finds its library from `home`, so a link in another folder (`~/.local/bin/python3.12`) is
/// followed. The name with the minor version is preferred: it survives an upgrade of `python3`.
pub(crate) fn base_program(base: &Interpreter) -> PathBuf {
    let program = base.base_executable();
    let own_bin = base.base_prefix().join("bin");
    let program = match program.parent() {
        Some(folder) if folder == own_bin => program.to_owned(),
        _ => program.canonicalize().unwrap_or_else(|_| program.to_owned()),
    };
    let versioned = program.with_file_name(format!("python{}", base.minor_version()));
    let same =
        versioned.canonicalize().ok().filter(|real| program.canonicalize().ok().as_ref() == Some(real));
    if same.is_some() { versioned } else { program }
}

struct Draft<'a> {
    directory: &'a Path,
    base: &'a Interpreter,
    policy: &'a VenvPolicy,
}

impl Draft<'_> {
    /// Writes the environment beside its place and renames it there; `old` moves aside what it replaces.
    fn write_beside(&self, replaced: Option<&str>) -> Result<(), VenvError> {
        let target = self.directory.canonicalize().unwrap_or_else(|_| self.directory.to_owned());
        let parent = target.parent().unwrap_or(Path::new("/"));
        std::fs::create_dir_all(parent).map_err(io(parent))?;
        let temporary =
            tempfile::Builder::new().prefix(".tilsit-venv-").tempdir_in(parent).map_err(io(parent))?;
        let fresh = temporary.path().join("new");
        std::fs::create_dir(&fresh).map_err(io(&fresh))?;
        self.write(&fresh)?;
        let old = replaced.map(|name| temporary.path().join(name));
        if let Some(old) = &old {
            std::fs::rename(&target, old).map_err(io(&target))?;
        }
        let moved = std::fs::rename(&fresh, &target).map_err(io(&target));
        if let (Err(_), Some(old)) = (&moved, &old) {
            std::fs::rename(old, &target).map_err(io(&target))?;
        }
        moved
    }

    /// Writes all files below `root`; their texts speak of the final place.
    fn write(&self, root: &Path) -> Result<(), VenvError> {
        let scheme = &self.base.facts().schemes.venv;
        let purelib = placed(&scheme.purelib, root);
        let bin = placed(&scheme.scripts, root);
        for folder in [&purelib, &placed(&scheme.platlib, root), &bin, &placed(&scheme.include, root)] {
            std::fs::create_dir_all(folder).map_err(io(folder))?;
        }
        self.write_lib64(root)?;
        self.write_programs(&bin)?;
        let bin_name = bin.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let name = self.directory.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let prompt = self.policy.prompt.clone().unwrap_or(name);
        for (file, text) in activation::scripts(self.directory, &bin_name, &prompt) {
            write_file(&bin.join(file), &text)?;
        }
        write_file(&root.join(".gitignore"), b"*\n")?;
        if let Some(binary) = &self.policy.pip {
            write_modules(&purelib, &shim::modules(binary))?;
            self.write_pip(binary, &purelib, &bin)?;
        }
        // Last: with it the folder is an environment.
        write_file(&root.join(PYVENV_CFG), self.pyvenv_cfg().as_bytes())
    }

    fn pyvenv_cfg(&self) -> String {
        let program = base_program(self.base);
        let facts = self.base.facts();
        let (major, minor, patch) = facts.version;
        let cfg = PyvenvCfg {
            home: program.parent().map(Path::to_owned),
            executable: Some(program.canonicalize().unwrap_or(program)),
            version: Some(format!("{major}.{minor}.{patch}")),
            system_site_packages: self.policy.system_site_packages,
            prompt: self.policy.prompt.clone(),
        };
        let mut text = cfg.to_text(self.policy.command.as_deref());
        text.push_str(&format!("implementation = {}\n", facts.markers.platform_python_implementation));
        text
    }

    /// 64-bit Linux Pythons may look for `lib64`; `venv` links it to `lib`.
    fn write_lib64(&self, root: &Path) -> Result<(), VenvError> {
        let facts = self.base.facts();
        if facts.pointer_bits != 64 || facts.markers.sys_platform != "linux" {
            return Ok(());
        }
        let link = root.join("lib64");
        match symlink("lib", &link) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(io(&link)(error)),
            _ => Ok(()),
        }
    }

    /// `python`, and `python3`, `python3.N` (and `pypy3`) as links to it.
    fn write_programs(&self, bin: &Path) -> Result<(), VenvError> {
        let program = base_program(self.base);
        let python = bin.join("python");
        remove_file(&python)?;
        match self.policy.programs {
            Programs::Symlinks => symlink(&program, &python).map_err(io(&python))?,
            Programs::Copies => {
                std::fs::copy(&program, &python).map_err(io(&python))?;
            }
        }
        let mut names = vec!["python3".to_owned(), format!("python{}", self.base.minor_version())];
        if self.base.facts().implementation == "pypy" {
            names.extend(["pypy".to_owned(), "pypy3".to_owned()]);
        }
        for name in names {
            let link = bin.join(name);
            remove_file(&link)?;
            symlink("python", &link).map_err(io(&link))?;
        }
        Ok(())
    }

    fn write_pip(&self, binary: &Path, purelib: &Path, bin: &Path) -> Result<(), VenvError> {
        let scheme = &self.base.facts().schemes.venv;
        let to_programs = relative(Path::new(&scheme.purelib), Path::new(&scheme.scripts));
        let python = self.directory.join("bin/python");
        let place = ShimPlace {
            binary,
            python: &python,
            minor_version: &self.base.minor_version(),
            to_programs: &format!("{to_programs}/"),
        };
        let pip = purelib.join("pip");
        if pip.exists() && !shim::is_shim(purelib) {
            return Ok(()); // The real one was installed here: it stays.
        }
        let made = shim::shim(&place);
        write_modules(purelib, &made.modules)?;
        for file in &made.programs {
            let path = bin.join(&file.path);
            write_file(&path, &file.bytes)?;
            let mode = std::fs::metadata(&path).map_err(io(&path))?.permissions().mode();
            std::fs::set_permissions(&path, PermissionsExt::from_mode(mode | 0o555)).map_err(io(&path))?;
        }
        Ok(())
    }
}

fn write_modules(purelib: &Path, modules: &[ShimFile]) -> Result<(), VenvError> {
    for file in modules {
        let path = purelib.join(&file.path);
        if let Some(parent) = path.parent().filter(|parent| !parent.is_dir()) {
            std::fs::create_dir_all(parent).map_err(io(parent))?;
        }
        write_file(&path, &file.bytes)?;
    }
    Ok(())
}

fn placed(template: &str, root: &Path) -> PathBuf {
    let below = template.strip_prefix("{base}").unwrap_or(template);
    root.join(below.trim_start_matches('/'))
}

/// `a/b/c` seen from `a/d`: `../b/c`, with `/` between.
pub(crate) fn relative(from: &Path, to: &Path) -> String {
    let shared = from.components().zip(to.components()).take_while(|(one, other)| one == other).count();
    let up = from.components().skip(shared).map(|_| "..".to_owned());
    let down = to.components().skip(shared).map(|part| part.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}

/// Replaces, never writes through: a link of another maker may lead anywhere.
fn write_file(path: &Path, bytes: &[u8]) -> Result<(), VenvError> {
    remove_file(path)?;
    std::fs::write(path, bytes).map_err(io(path))
}

fn remove_file(path: &Path) -> Result<(), VenvError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(io(path)(error)),
        _ => Ok(()),
    }
}
