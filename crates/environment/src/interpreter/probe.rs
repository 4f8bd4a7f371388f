//! Starting a Python once to ask what it is.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde::Deserialize;

use super::facts::Facts;

const SCRIPT: &str = include_str!("probe.py");

/// Oldest Python that environments can be made for and packages installed into.
pub const OLDEST: (u32, u32) = (3, 8);

/// Why a program could not tell its facts.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// Nothing is at the path.
    #[error("no Python at {}", path.display())]
    Missing {
        /// The program that was asked.
        path: PathBuf,
    },
    /// The file may not be executed.
    #[error("{} may not be executed", path.display())]
    NotExecutable {
        /// The program that was asked.
        path: PathBuf,
    },
    /// It could not be started, for instance because it is for another machine.
    #[error("{} could not be started: {source}", path.display())]
    Start {
        /// The program that was asked.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It ran, but is no Python, or a broken one.
    #[error("{} does not answer as a Python: {said}", path.display())]
    NotPython {
        /// The program that was asked.
        path: PathBuf,
        /// The last line it wrote, shortened.
        said: String,
    },
    /// A Python older than 3.8.
    #[error("{} is Python {}.{}.{}; at least 3.8 is needed", path.display(), version.0, version.1, version.2)]
    TooOld {
        /// The program that was asked.
        path: PathBuf,
        /// Its version.
        version: (u32, u32, u32),
    },
}

/// The part of an answer that every Python since 2.7 gives.
#[derive(Deserialize)]
struct Answer {
    version: (u32, u32, u32),
}

/// Starts `path`, isolated from user and environment settings (`-I -S`), and reads its facts.
pub(super) fn probe(path: &Path) -> Result<Facts, ProbeError> {
    let mut output = run(path, &["-I", "-S"])?;
    if !output.status.success() && String::from_utf8_lossy(&output.stderr).contains("-I") {
        output = run(path, &["-E", "-S"])?; // Python 2 has no -I.
    }
    let failed = || ProbeError::NotPython { path: path.to_owned(), said: last_words(&output) };
    let line = output.stdout.split(|&byte| byte == b'\n').rfind(|line| line.starts_with(b"{"));
    let line = line.filter(|_| output.status.success()).ok_or_else(failed)?;
    let Answer { version } = serde_json::from_slice(line).map_err(|_| failed())?;
    if (version.0, version.1) < OLDEST {
        return Err(ProbeError::TooOld { path: path.to_owned(), version });
    }
    serde_json::from_slice(line).map_err(|_| failed())
}

fn run(path: &Path, options: &[&str]) -> Result<Output, ProbeError> {
    let mut command = Command::new(path);
    command.args(options).args(["-c", SCRIPT]).stdin(Stdio::null());
    command.output().map_err(|source| match source.kind() {
        ErrorKind::NotFound => ProbeError::Missing { path: path.to_owned() },
        ErrorKind::PermissionDenied => ProbeError::NotExecutable { path: path.to_owned() },
        _ => ProbeError::Start { path: path.to_owned(), source },
    })
}

fn last_words(output: &Output) -> String {
    let text =
        String::from_utf8_lossy(if output.stderr.is_empty() { &output.stdout } else { &output.stderr });
    let line = text.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("it wrote nothing");
    line.trim().chars().take(200).collect()
}
