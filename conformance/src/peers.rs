//! The two sides of a comparison: pip from the peer tools' environment, and a Tilsit binary.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where both sides lie, and what was asked for.
pub struct Peers {
    pub binary: PathBuf,
    pub oracle_python: PathBuf,
    /// Where environments are made; a temporary folder unless given.
    pub folder: Option<PathBuf>,
    /// Names of cases or packages; all when empty.
    pub chosen: Vec<String>,
    /// A few fixed ones instead, where a door has such (`--sample`).
    pub sample: bool,
}

/// How pip is spoken to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// pip itself.
    Pip,
    /// Tilsit as pip.
    AsPip,
    /// Tilsit by its own name.
    Native,
}

impl Peers {
    /// Reads `--bin`, `--oracle-python`, `--dir`, `--sample` and names.
    pub fn parse(arguments: &[String]) -> Result<Peers, String> {
        let (mut binary, mut oracle_python, mut folder, mut chosen) = (None, None, None, Vec::new());
        let mut sample = false;
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let mut value = || rest.next().map(PathBuf::from).ok_or(format!("{argument} needs a value"));
            match argument.as_str() {
                "--bin" => binary = Some(value()?),
                "--oracle-python" => oracle_python = Some(value()?),
                "--dir" => folder = Some(value()?),
                "--sample" => sample = true,
                flag if flag.starts_with('-') => return Err(format!("unknown option {flag}")),
                name => chosen.push(name.to_owned()),
            }
        }
        let binary = binary.ok_or("--bin is needed")?;
        let binary = binary.canonicalize().map_err(|error| format!("{}: {error}", binary.display()))?;
        let oracle_python = oracle_python.ok_or("--oracle-python is needed")?;
        Ok(Peers { binary, oracle_python, folder, chosen, sample })
    }

    /// Whether `name` was asked for, as it is or by a front followed by `*`.
    pub fn wants(&self, name: &str) -> bool {
        let fits = |chosen: &String| match chosen.strip_suffix('*') {
            Some(front) => name.starts_with(front),
            None => chosen == name,
        };
        self.chosen.is_empty() || self.chosen.iter().any(fits)
    }

    /// A command that acts on the environment `env` by pip's command line (or ours, for `Side::Native`).
    pub fn command(&self, side: Side, env: &Path) -> Command {
        let mut command;
        match side {
            Side::Pip => {
                command = Command::new(&self.oracle_python);
                command.args(["-m", "pip", "--python"]).arg(env);
            }
            Side::AsPip => {
                command = Command::new(&self.binary);
                command.args(["as", "pip", "--python"]).arg(env);
            }
            Side::Native => command = Command::new(&self.binary),
        }
        command.stdin(Stdio::null());
        command
    }

    /// Makes an empty environment at `env`, whatever was there, by the standard library's `venv`.
    pub fn new_environment(&self, env: &Path) -> Result<(), String> {
        if env.exists() {
            std::fs::remove_dir_all(env).map_err(|error| error.to_string())?;
        }
        let status =
            Command::new(&self.oracle_python).args(["-m", "venv", "--without-pip"]).arg(env).status();
        let status = status.map_err(|error| format!("{}: {error}", self.oracle_python.display()))?;
        if status.success() { Ok(()) } else { Err(format!("venv ended with {status}")) }
    }

    /// The script by which pip runs itself for another interpreter (what its `--python` comes to).
    pub fn pip_runner(&self) -> Result<PathBuf, String> {
        let ask = ["-I", "-c", "import pip; print(pip.__path__[0])"];
        let done = Command::new(&self.oracle_python).args(ask).output();
        let done = done.map_err(|error| format!("{}: {error}", self.oracle_python.display()))?;
        Ok(Path::new(String::from_utf8_lossy(&done.stdout).trim()).join("__pip-runner__.py"))
    }

    /// The folder with the wheels of back ends, in the peer tools' environment.
    pub fn wheels(&self) -> Result<PathBuf, String> {
        let top = self.oracle_python.parent().and_then(Path::parent);
        top.map(|top| top.join("wheels")).ok_or_else(|| "the peer tools have no folder".to_owned())
    }

    /// The interpreter that the peer tools' environment was made from.
    pub fn base_python(&self) -> Result<String, String> {
        let ask = ["-I", "-c", "import sys; print(sys._base_executable)"];
        let done = Command::new(&self.oracle_python).args(ask).output();
        let done = done.map_err(|error| format!("{}: {error}", self.oracle_python.display()))?;
        Ok(String::from_utf8_lossy(&done.stdout).trim().to_owned())
    }
}

/// Runs a command whose output matters only when it fails.
pub fn succeed(command: &mut Command) -> Result<(), String> {
    let done = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if done.status.success() {
        return Ok(());
    }
    let errors = String::from_utf8_lossy(&done.stderr);
    let last: Vec<&str> = errors.lines().rev().take(10).collect();
    let told = last.into_iter().rev().collect::<Vec<_>>().join("\n    ");
    Err(format!("{:?} ended with {}\n    {told}", command.get_program(), done.status))
}
