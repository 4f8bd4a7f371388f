//! The real back ends, in an environment of their own.

use crate::peers::succeed;
use builder::Product;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What is installed, pinned to the releases that are emulated.
const PINS: &str = include_str!("../../requirements/backends.txt");

/// The `SOURCE_DATE_EPOCH` of all builds.
pub const EPOCH: u64 = 1_700_000_000;

/// The environment.
pub struct BackEnds {
    bin: PathBuf,
}

impl BackEnds {
    /// Makes the environment below `folder` by this Python, or takes the one that is there.
    pub fn provide(python: &Path, folder: &Path) -> Result<BackEnds, String> {
        let env = folder.join("backends");
        let back_ends = BackEnds { bin: env.join("bin") };
        let stamp = env.join("stamp");
        if std::fs::read_to_string(&stamp).is_ok_and(|text| text == PINS) {
            return Ok(back_ends);
        }
        if env.exists() {
            std::fs::remove_dir_all(&env).map_err(|error| error.to_string())?;
        }
        println!("making a Python environment with the back ends (once)");
        succeed(Command::new(python).args(["-m", "venv"]).arg(&env).stdin(Stdio::null()))?;
        let pins = folder.join("backends.txt");
        std::fs::write(&pins, PINS).map_err(|error| error.to_string())?;
        succeed(back_ends.pip("install").arg("--requirement").arg(&pins))?;
        std::fs::write(&stamp, PINS).map_err(|error| error.to_string())?;
        Ok(back_ends)
    }

    fn pip(&self, verb: &str) -> Command {
        let mut command = self.python();
        command.args(["-m", "pip", verb, "--quiet", "--disable-pip-version-check"]);
        command
    }

    /// Python, which finds the back ends' own programs (uv_build starts one).
    fn python(&self) -> Command {
        let mut path = OsString::from(&self.bin);
        if let Some(rest) = std::env::var_os("PATH") {
            path.push(":");
            path.push(rest);
        }
        let mut command = Command::new(self.bin.join("python"));
        command.env("PATH", path).env("SOURCE_DATE_EPOCH", EPOCH.to_string()).stdin(Stdio::null());
        command
    }

    /// The source distribution of a pin, downloaded once.
    pub fn sdist(&self, folder: &Path, pin: &str) -> Result<PathBuf, String> {
        let home = folder.join("sdists").join(pin);
        if let Some(archive) = only_file(&home) {
            return Ok(archive);
        }
        let options = ["--no-deps", "--no-build-isolation", "--no-binary", ":all:", "--dest"];
        succeed(self.pip("download").args(options).arg(&home).arg(pin))?;
        only_file(&home).ok_or_else(|| "pip downloads nothing".to_owned())
    }

    /// Builds a product by the front end `build`, with this environment's back end.
    pub fn build(&self, product: Product, tree: &Path, out: &Path) -> Result<PathBuf, String> {
        let out = out.join(product.word());
        if out.exists() {
            std::fs::remove_dir_all(&out).map_err(|error| error.to_string())?;
        }
        let mut command = self.python();
        command.args(["-m", "build", "--no-isolation", "--skip-dependency-check"]);
        command.arg(format!("--{}", product.word())).arg("--outdir").arg(&out).arg(tree);
        succeed(&mut command)?;
        only_file(&out).ok_or_else(|| "the back end left nothing".to_owned())
    }
}

fn only_file(folder: &Path) -> Option<PathBuf> {
    std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).find(|path| path.is_file())
}
