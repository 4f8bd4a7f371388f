//! The checkout: its root, its target folder, its tracked files, and how commands are run in it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Why a chore stopped, in words for the terminal.
#[derive(Debug)]
pub struct Failure(pub String);

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Failure(error.to_string())
    }
}

/// The checkout that `cargo xtask` was called in.
pub struct Workspace {
    pub root: PathBuf,
    /// Where cargo builds, `CARGO_TARGET_DIR` or `target`.
    pub target: PathBuf,
}

impl Workspace {
    /// The checkout this program was built from.
    pub fn find() -> Result<Workspace, Failure> {
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let here = manifest.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
        let root =
            here.parent().ok_or_else(|| Failure("xtask lies in no checkout".to_owned()))?.to_path_buf();
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
        Ok(Workspace { target: root.join(target), root })
    }

    /// Paths of all tracked files that exist, relative to the root.
    pub fn tracked(&self) -> Result<Vec<String>, Failure> {
        let listing = output(self.command("git").args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ]))?;
        let exists = |path: &&str| !path.is_empty() && self.root.join(path).exists();
        Ok(listing.split('\0').filter(exists).map(str::to_owned).collect())
    }

    /// A command that will run at the root.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        command
    }

    /// The cargo that runs us.
    pub fn cargo(&self) -> Command {
        self.command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
    }

    /// Builds the binary with a profile and returns its path.
    pub fn tilsit(&self, profile: &str) -> Result<PathBuf, Failure> {
        run(self.cargo().args(["build", "--quiet", "--package", "tilsit", "--profile", profile]))?;
        // Cargo's own name for the folder of its `dev` profile.
        let folder = if profile == "dev" { "debug" } else { profile };
        Ok(self.target.join(folder).join(format!("tilsit{}", std::env::consts::EXE_SUFFIX)))
    }
}

/// Runs a command with our terminal; anything but success is a failure that names the command.
pub fn run(command: &mut Command) -> Result<(), Failure> {
    let status = command.status().map_err(|error| Failure(format!("{}: {error}", words(command))))?;
    if status.success() { Ok(()) } else { Err(Failure(format!("{} ended with {status}", words(command)))) }
}

/// Runs a command and returns what it wrote to standard output.
pub fn output(command: &mut Command) -> Result<String, Failure> {
    let done = command.stderr(Stdio::inherit()).output();
    let done = done.map_err(|error| Failure(format!("{}: {error}", words(command))))?;
    if !done.status.success() {
        return Err(Failure(format!("{} ended with {}", words(command), done.status)));
    }
    Ok(String::from_utf8_lossy(&done.stdout).into_owned())
}

/// The path of a program on PATH.
pub fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| is_program(file))
}

#[cfg(unix)]
fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata().is_ok_and(|facts| facts.is_file() && facts.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(file: &Path) -> bool {
    file.with_extension("exe").is_file()
}

fn words(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let mut line = program.to_string_lossy().into_owned();
    for argument in command.get_args().take(6) {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    format!("`{line}`")
}
