//! The real back ends: each release in an environment of its own, with the front end that calls it and nothing else.

use super::Trouble;
use crate::peers::succeed;
use builder::{BuildSystem, Product, UnknownKeys};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// What pip needs installed to read the names and versions of the source distributions that it downloads.
const FOR_DOWNLOADS: &str = include_str!("../../requirements/backends.txt");

/// Plugins of back ends, which projects require besides; they are refused without.
const PLUGINS: &str = include_str!("../../requirements/plugins.txt");

/// The front end.
const FRONT_END: &str = "build==1.6.1";

/// The `SOURCE_DATE_EPOCH` of all builds.
pub const EPOCH: u64 = 1_700_000_000;

/// Environments below a folder, made when they are first needed.
pub struct BackEnds {
    python: PathBuf,
    folder: PathBuf,
    made: Mutex<BTreeMap<String, PathBuf>>,
    /// How often the index did not answer.
    silent: AtomicUsize,
}

/// An index that did not answer as often as this is not asked any more.
const PATIENCE: usize = 4;

impl BackEnds {
    /// The environments that this Python (which has pip) makes below `folder`; the one for downloads is made at once.
    pub fn provide(python: &Path, folder: &Path) -> Result<BackEnds, String> {
        let back_ends = BackEnds {
            python: python.to_path_buf(),
            folder: folder.join("backends"),
            made: Mutex::default(),
            silent: AtomicUsize::new(0),
        };
        match back_ends.environment("downloads", &[FOR_DOWNLOADS, PLUGINS].concat()) {
            Ok(_) => Ok(back_ends),
            Err(Trouble::NotHad(why) | Trouble::Failed(why)) => Err(why),
        }
    }

    /// The programs of an environment that holds these pins.
    fn environment(&self, name: &str, pins: &str) -> Result<PathBuf, Trouble> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bin) = made.get(name) {
            return Ok(bin.clone());
        }
        let env = self.folder.join(name);
        let stamp = env.join("stamp");
        if std::fs::read_to_string(&stamp).is_ok_and(|text| text == pins) {
            made.insert(name.to_owned(), env.join("bin"));
            return Ok(env.join("bin"));
        }
        if env.exists() {
            std::fs::remove_dir_all(&env).map_err(|error| error.to_string())?;
        }
        let venv = ["-m", "venv", "--without-pip"];
        succeed(Command::new(&self.python).args(venv).arg(&env).stdin(Stdio::null()))?;
        let list = env.join("pins.txt");
        std::fs::write(&list, pins).map_err(|error| error.to_string())?;
        self.ask_index(self.pip(&env.join("bin"), "install").arg("--requirement").arg(&list))?;
        std::fs::write(&stamp, pins).map_err(|error| error.to_string())?;
        made.insert(name.to_owned(), env.join("bin"));
        Ok(env.join("bin"))
    }

    fn pip(&self, bin: &Path, verb: &str) -> Command {
        let mut command = Command::new(&self.python);
        command.args(["-m", "pip", "--python"]).arg(bin.join("python"));
        command.args([verb, "--quiet", "--disable-pip-version-check"]).stdin(Stdio::null());
        command.args(["--timeout", "20", "--retries", "2"]);
        with_path(&mut command, bin);
        command
    }

    /// Runs pip, which asks the index.
    fn ask_index(&self, pip: &mut Command) -> Result<(), Trouble> {
        if self.silent.load(Ordering::Relaxed) >= PATIENCE {
            return Err(Trouble::NotHad("the index was silent too often".to_owned()));
        }
        succeed(pip).map_err(|why| {
            self.silent.fetch_add(1, Ordering::Relaxed);
            Trouble::NotHad(why)
        })
    }

    /// The source distribution of a pin, downloaded once.
    pub fn sdist(&self, folder: &Path, pin: &str) -> Result<PathBuf, Trouble> {
        let home = folder.join("sdists").join(pin);
        if let Some(archive) = only_file(&home) {
            return Ok(archive);
        }
        let bin = self.environment("downloads", &[FOR_DOWNLOADS, PLUGINS].concat())?;
        let options = ["--no-deps", "--no-build-isolation", "--no-binary", ":all:", "--dest"];
        self.ask_index(self.pip(&bin, "download").args(options).arg(&home).arg(pin))?;
        only_file(&home).ok_or_else(|| Trouble::NotHad("pip downloads nothing".to_owned()))
    }

    /// Builds a product with a release of a back end, which is called `name version`, and the plugins that the tree
    /// requires.
    pub fn build(
        &self,
        release: &str,
        product: Product,
        tree: &Path,
        out: &Path,
    ) -> Result<PathBuf, Trouble> {
        let system = BuildSystem::read(tree, UnknownKeys::Ignored).map_err(|error| error.to_string())?;
        let out = out.join(product.word());
        if out.exists() {
            std::fs::remove_dir_all(&out).map_err(|error| error.to_string())?;
        }
        let pin = release.replace(' ', "==");
        let is_required = |known: &&str| {
            *known != pin
                && system.requires.iter().any(|wanted| known.starts_with(&format!("{}==", wanted.name)))
        };
        let plugins = PLUGINS.lines().filter(is_required);
        let pins: Vec<&str> = [FRONT_END, &pin].into_iter().chain(plugins).collect();
        let bin = self.environment(&pins[1..].join("+"), &format!("{}\n", pins.join("\n")))?;
        let mut command = Command::new(bin.join("python"));
        command.args(["-m", "build", "--no-isolation", "--skip-dependency-check"]);
        command.arg(format!("--{}", product.word())).arg("--outdir").arg(&out).arg(tree);
        command.env("SOURCE_DATE_EPOCH", EPOCH.to_string()).stdin(Stdio::null());
        with_path(&mut command, &bin);
        succeed(&mut command)?;
        only_file(&out).ok_or_else(|| Trouble::Failed("the back end left nothing".to_owned()))
    }
}

/// Lets a back end find its own program (uv_build starts one).
fn with_path(command: &mut Command, bin: &Path) {
    let mut path = OsString::from(bin);
    if let Some(rest) = std::env::var_os("PATH") {
        path.push(":");
        path.push(rest);
    }
    command.env("PATH", path);
}

fn only_file(folder: &Path) -> Option<PathBuf> {
    std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).find(|path| path.is_file())
}
