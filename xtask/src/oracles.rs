//! The peer tools that tests compare with, in a Python environment under the target folder, and beside them in `wheels`
//! the back ends that tests build with, and build itself.
//!
//! They come from PyPI through the pip of the user's own configuration, once per list of versions.

use crate::workspace::{Failure, Workspace, on_path, output};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What is installed; versions that the recorded answers depend on are pinned.
const ORACLES: [&str; 8] =
    ["packaging==26.3", "pip==26.3", "uv==0.13.8", "virtualenv", "build", "twine", "pip-audit", "pipx"];

/// The releases that native back ends emulate, as wheels for builds that reach no index. uv_build carries a whole binary.
const BACK_ENDS: [&str; 8] = [
    "hatchling==1.33.0",
    "flit_core==4.2.0",
    "pdm-backend==2.5.0",
    "poetry-core==2.5.0",
    "setuptools==84.2.1",
    "uv_build==0.13.6",
    // what hatchling's hook asks for on top
    "editables",
    // the front end, to be installed over our answer to `python -m build`
    "build==1.6.1",
];

/// The environment with the peer tools.
pub struct Oracles {
    root: PathBuf,
}

impl Oracles {
    /// The environment, when it was made before and is whole.
    pub fn existing(workspace: &Workspace) -> Option<Oracles> {
        let root = workspace.target.join("oracles");
        let stamp = std::fs::read_to_string(root.join("stamp")).ok()?;
        (stamp == wanted_stamp()).then_some(Oracles { root })
    }

    /// The environment, made when it is not there. The error says what is missing.
    pub fn provide(workspace: &Workspace) -> Result<Oracles, Failure> {
        if let Some(oracles) = Oracles::existing(workspace) {
            return Ok(oracles);
        }
        let root = workspace.target.join("oracles");
        println!("making a Python environment with {} (once)", ORACLES.join(" "));
        if root.exists() {
            std::fs::remove_dir_all(&root)?;
        }
        let python = base_python()?;
        quiet(Command::new(&python).args(["-m", "venv"]).arg(&root))
            .map_err(|failure| Failure(format!("{} (on Debian: apt-get install python3-venv)", failure.0)))?;
        let oracles = Oracles { root };
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
        quiet(Command::new(oracles.python()).args(pip).args(ORACLES))?;
        let pip = ["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--only-binary=:all:"];
        let wheels = oracles.root.join("wheels");
        quiet(Command::new(oracles.python()).args(pip).arg("--dest").arg(wheels).args(BACK_ENDS))?;
        std::fs::write(oracles.root.join("stamp"), wanted_stamp())?;
        Ok(oracles)
    }

    /// The environment's interpreter, which has `packaging` and `pip`.
    pub fn python(&self) -> PathBuf {
        self.bin().join(if cfg!(windows) { "python.exe" } else { "python" })
    }

    /// Where its scripts lie.
    pub fn bin(&self) -> PathBuf {
        self.root.join(if cfg!(windows) { "Scripts" } else { "bin" })
    }
}

/// The interpreter itself, not a shim that chooses one at each start.
pub fn base_python() -> Result<PathBuf, Failure> {
    let python = on_path("python3").ok_or_else(|| Failure("no python3 on PATH".to_owned()))?;
    let ask = "import sys; print(getattr(sys, '_base_executable', sys.executable))";
    let real = output(Command::new(&python).args(["-I", "-c", ask]))?;
    Ok(PathBuf::from(real.trim()))
}

fn wanted_stamp() -> String {
    [ORACLES.as_slice(), &BACK_ENDS].concat().join("\n")
}

/// Runs a command whose output matters only when it fails.
fn quiet(command: &mut Command) -> Result<(), Failure> {
    let done = command.stdin(Stdio::null()).output()?;
    if done.status.success() {
        return Ok(());
    }
    let text = [done.stdout, done.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    let last = text.lines().rev().take(8).collect::<Vec<_>>();
    let told = last.into_iter().rev().collect::<Vec<_>>().join("\n  ");
    Err(Failure(format!("{} failed:\n  {told}", Path::new(command.get_program()).display())))
}
