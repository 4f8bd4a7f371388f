//! An environment: an interpreter, and the folders that packages of one kind go to.

use std::path::{Path, PathBuf};

use crate::interpreter::{Interpreter, SchemePaths};

/// Where the files of a wheel go (`sysconfig`'s schemes; PEP 427's `.data` folders).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheme {
    /// Pure modules.
    pub purelib: PathBuf,
    /// Modules with compiled code.
    pub platlib: PathBuf,
    /// Programs.
    pub scripts: PathBuf,
    /// The root for data files.
    pub data: PathBuf,
    /// C headers; a distribution's own go in a folder of its name below.
    pub include: PathBuf,
}

/// What sort of place packages go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A virtual environment.
    Virtual,
    /// A base interpreter's own folders.
    System,
    /// The user's folders of a base interpreter (`--user`).
    User,
    /// One folder (`--target`).
    Target,
    /// Another prefix (`--prefix`).
    Prefix,
}

/// A place that packages are installed into and listed from.
#[derive(Debug, Clone)]
pub struct Environment {
    interpreter: Interpreter,
    kind: Kind,
    scheme: Scheme,
    search_path: Option<Vec<PathBuf>>,
    state: PathBuf,
}

impl Environment {
    /// The environment that `interpreter` itself imports from: a virtual environment keeps its journal
    /// in its own `.tilsit`, a base interpreter below `state`, a folder of the user's.
    pub fn of(interpreter: Interpreter, state: &Path) -> Environment {
        let facts = interpreter.facts();
        if interpreter.virtual_environment().is_some() {
            let prefix = interpreter.prefix().to_owned();
            let mut scheme = filled(&facts.schemes.venv, "{base}", &prefix);
            // pip: headers of packages in an environment go to `include/site/pythonX.Y/NAME`.
            scheme.include = prefix.join(format!("include/site/python{}", interpreter.minor_version()));
            let state = prefix.join(".tilsit");
            return Environment { interpreter, kind: Kind::Virtual, scheme, search_path: None, state };
        }
        let scheme = filled(&facts.schemes.default, "{base}", interpreter.prefix());
        Environment::outside(interpreter, Kind::System, scheme, state)
    }

    /// The user's folders of a base interpreter; `user_base` is `PYTHONUSERBASE` or `~/.local`.
    pub fn user(interpreter: Interpreter, user_base: &Path, state: &Path) -> Environment {
        let scheme = filled(&interpreter.facts().schemes.user, "{userbase}", user_base);
        Environment::outside(interpreter, Kind::User, scheme, state)
    }

    /// One folder for everything (`--target`): modules in it, programs in its `bin`.
    pub fn target(interpreter: Interpreter, folder: &Path, state: &Path) -> Environment {
        let folder = absolute(folder);
        let scheme = Scheme {
            purelib: folder.clone(),
            platlib: folder.clone(),
            scripts: folder.join("bin"),
            include: folder.join("include/python"),
            data: folder,
        };
        Environment::outside(interpreter, Kind::Target, scheme, state)
    }

    /// The interpreter's own layout below another prefix (`--prefix`).
    pub fn prefix(interpreter: Interpreter, prefix: &Path, state: &Path) -> Environment {
        let prefix = absolute(prefix);
        let schemes = &interpreter.facts().schemes;
        let inside = interpreter.virtual_environment().is_some();
        let template = if inside { &schemes.venv } else { &schemes.prefix };
        let mut scheme = filled(template, "{base}", &prefix);
        if inside {
            scheme.include = prefix.join(format!("include/site/python{}", interpreter.minor_version()));
        }
        Environment::outside(interpreter, Kind::Prefix, scheme, state)
    }

    fn outside(interpreter: Interpreter, kind: Kind, scheme: Scheme, state: &Path) -> Environment {
        let state = state.join(state_name(&scheme.purelib));
        Environment { interpreter, kind, scheme, search_path: None, state }
    }

    /// Lists packages from these folders instead (`TILSIT_SYS_PATH`: what `sys.path` really is).
    pub fn with_search_path(mut self, folders: Vec<PathBuf>) -> Environment {
        self.search_path = Some(folders);
        self
    }

    /// The interpreter.
    pub fn interpreter(&self) -> &Interpreter {
        &self.interpreter
    }

    /// What sort of place this is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Where files go.
    pub fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    /// The folder of lock and journal.
    pub fn state(&self) -> &Path {
        &self.state
    }

    /// Folders whose packages count as installed, in the order Python searches them.
    pub fn site_packages(&self) -> Vec<PathBuf> {
        if let Some(folders) = &self.search_path {
            return folders.clone();
        }
        let mut folders = vec![self.scheme.purelib.clone()];
        folders.extend(Some(self.scheme.platlib.clone()).filter(|platlib| *platlib != self.scheme.purelib));
        if self.sees_system_packages() {
            let system = &self.interpreter.facts().site_packages;
            folders.extend(
                system.iter().filter(|folder| !folders.contains(folder)).cloned().collect::<Vec<_>>(),
            );
        }
        folders
    }

    fn sees_system_packages(&self) -> bool {
        match self.kind {
            Kind::System => true,
            Kind::Virtual => {
                self.interpreter.virtual_environment().is_some_and(|cfg| cfg.system_site_packages)
            }
            Kind::User | Kind::Target | Kind::Prefix => false,
        }
    }

    /// Folders that a change may touch: nothing outside of them is ever written or removed.
    pub fn roots(&self) -> Vec<PathBuf> {
        let scheme = &self.scheme;
        let mut roots = match self.kind {
            Kind::Virtual => vec![self.interpreter.prefix().to_owned()],
            _ => vec![],
        };
        for folder in [&scheme.purelib, &scheme.platlib, &scheme.scripts, &scheme.include, &scheme.data] {
            if !roots.iter().any(|root| folder.starts_with(root)) {
                roots.push(folder.clone());
            }
        }
        roots
    }

    /// Whether packages outside [`roots`](Self::roots), such as the base interpreter's, may be listed here.
    pub fn owns(&self, path: &Path) -> bool {
        self.roots().iter().any(|root| path.starts_with(root))
    }
}

/// A short name for the state of a place: readable, and different for different places.
fn state_name(purelib: &Path) -> String {
    use sha2::Digest;
    use std::fmt::Write;
    use std::os::unix::ffi::OsStrExt;
    let digest = sha2::Sha256::digest(purelib.as_os_str().as_bytes());
    digest.iter().take(8).fold(String::from("site-"), |mut name, byte| {
        let _ = write!(name, "{byte:02x}");
        name
    })
}

fn filled(paths: &SchemePaths, mark: &str, base: &Path) -> Scheme {
    let fill = |template: &String| match template.strip_prefix(mark) {
        Some(rest) => base.join(rest.trim_start_matches('/')),
        None => PathBuf::from(template),
    };
    Scheme {
        purelib: fill(&paths.purelib),
        platlib: fill(&paths.platlib),
        scripts: fill(&paths.scripts),
        data: without_end(fill(&paths.data)),
        include: fill(&paths.include),
    }
}

/// `base.join("")` ends in a slash.
fn without_end(path: PathBuf) -> PathBuf {
    path.components().collect()
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
