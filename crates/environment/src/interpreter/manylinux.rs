//! A distributor's veto against manylinux wheels: the module `_manylinux` (PEP 600).

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const SCRIPT: &str = include_str!("manylinux.py");
const FILES: [&str; 2] = ["_manylinux.py", "_manylinux/__init__.py"];

/// The first of these folders that has such a module.
pub(super) fn folder_of_module(folders: &[PathBuf]) -> Option<&Path> {
    let has_module = |folder: &&PathBuf| FILES.iter().any(|file| folder.join(file).is_file());
    folders.iter().find(has_module).map(PathBuf::as_path)
}

/// Those of `platforms` that the module in `folder` refuses. One that cannot be asked refuses nothing, as one that cannot
/// be imported.
pub(super) fn refused(python: &Path, folder: &Path, platforms: &[String]) -> Vec<String> {
    let mut command = Command::new(python);
    command.args(["-I", "-S", "-B", "-c", SCRIPT]).arg(folder).args(platforms).stdin(Stdio::null());
    let said = match command.output() {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).into_owned(),
        Ok(output) => {
            log::warn!("{}: {}", folder.join(FILES[0]).display(), String::from_utf8_lossy(&output.stderr));
            return Vec::new();
        }
        Err(error) => {
            log::warn!("{}: {error}", python.display());
            return Vec::new();
        }
    };
    platforms.iter().filter(|platform| said.lines().any(|line| line == *platform)).cloned().collect()
}
