//! A temporary store and environments made with the Python of this machine.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;

use environment::discovery::{PythonRequest, Surroundings, discover_base};
use environment::{
    Change, Environment, FactsCache, InstallError, InstallPolicy, Installation, Interpreter, NoCache, Report,
    Transaction, VenvPolicy, Wait, create,
};
use fixtures::WheelBuilder;
use packaging::filenames::WheelFilename;
use store::{Store, StoredWheel, WheelBytes};

pub static NEVER: AtomicBool = AtomicBool::new(false);

/// The Python that tests make environments from.
pub fn base_python() -> &'static Interpreter {
    static BASE: OnceLock<Interpreter> = OnceLock::new();
    BASE.get_or_init(|| match std::env::var_os("TILSIT_TEST_PYTHON") {
        Some(path) => {
            let found = Interpreter::open(Path::new(&path), &NoCache).expect("TILSIT_TEST_PYTHON");
            match found.virtual_environment() {
                Some(_) => Interpreter::open(found.base_executable(), &NoCache).unwrap(),
                None => found,
            }
        }
        None => {
            let around = surroundings(&NoCache);
            discover_base(&PythonRequest::Any, &around).expect("a Python on PATH").interpreter
        }
    })
}

pub fn surroundings(cache: &dyn FactsCache) -> Surroundings<'_> {
    Surroundings {
        path: std::env::var_os("PATH"),
        virtual_env: None,
        conda_prefix: None,
        cwd: PathBuf::from("/"),
        home: None,
        pyenv_root: std::env::var_os("PYENV_ROOT").map(PathBuf::from),
        pyenv_version: None,
        cache,
    }
}

pub struct Place {
    pub folder: tempfile::TempDir,
    pub store: Store,
    pub environment: Environment,
}

impl Place {
    pub fn new() -> Place {
        Place::named("venv")
    }

    pub fn named(name: &str) -> Place {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let interpreter = create(&root.join(name), base_python(), &VenvPolicy::default()).unwrap();
        let environment = Environment::of(interpreter, &root.join("state"));
        let store = Store::open(root.join("store"));
        Place { folder, store, environment }
    }

    pub fn root(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap()
    }

    pub fn site(&self) -> &Path {
        &self.environment.scheme().purelib
    }

    pub fn stored(&self, wheel: WheelBuilder) -> StoredWheel {
        let (filename, bytes) = wheel.build();
        let filename = WheelFilename::parse(&filename).unwrap();
        self.store.add_wheel(WheelBytes::Memory(&bytes), &filename, &[]).unwrap()
    }

    pub fn policy(&self) -> InstallPolicy {
        InstallPolicy::new(&self.environment)
    }

    /// Installs, replacing what has the same name.
    pub fn install(&self, wheels: Vec<WheelBuilder>) -> Result<Report, InstallError> {
        self.install_by(wheels, &self.policy())
    }

    pub fn install_by(
        &self,
        wheels: Vec<WheelBuilder>,
        policy: &InstallPolicy,
    ) -> Result<Report, InstallError> {
        let wheels = wheels.into_iter().map(|wheel| self.stored(wheel)).collect();
        change(&self.environment, wheels, policy)
    }

    pub fn uninstall(&self, names: &[&str]) -> Result<Report, InstallError> {
        let mut transaction = Transaction::begin(&self.environment, Wait::Forever)?;
        let installed = transaction.installed()?;
        let named = |name: &&str| installed.get(&name.parse().unwrap()).cloned();
        let change = Change { remove: names.iter().filter_map(named).collect(), install: Vec::new() };
        transaction.apply(&change, &self.policy(), &NEVER)
    }

    pub fn listed(&self) -> Vec<String> {
        listed(&self.environment)
    }

    /// Every path below the environment, without its own files, with the folders' names ending in `/`.
    pub fn tree(&self) -> Vec<String> {
        let prefix = self.environment.interpreter().prefix();
        let mut paths = Vec::new();
        walk(prefix, prefix, &mut paths);
        paths.sort();
        paths
    }
}

pub fn change(
    environment: &Environment,
    wheels: Vec<StoredWheel>,
    policy: &InstallPolicy,
) -> Result<Report, InstallError> {
    let mut transaction = Transaction::begin(environment, Wait::Forever)?;
    let installed = transaction.installed()?;
    let old = |wheel: &StoredWheel| installed.get(&wheel.manifest().name().parse().unwrap()).cloned();
    let change = Change {
        remove: wheels.iter().filter_map(old).collect(),
        install: wheels.into_iter().map(Installation::new).collect(),
    };
    transaction.apply(&change, policy, &NEVER)
}

pub fn listed(environment: &Environment) -> Vec<String> {
    let installed = environment.installed().unwrap();
    installed.iter().map(|one| format!("{}=={}", one.name(), one.version_text())).collect()
}

fn walk(root: &Path, folder: &Path, paths: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let path = entry.path();
        let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
        if name == ".tilsit" {
            continue;
        }
        if entry.file_type().unwrap().is_dir() {
            paths.push(format!("{name}/"));
            walk(root, &path, paths);
        } else {
            paths.push(name);
        }
    }
}
