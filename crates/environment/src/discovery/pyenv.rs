//! pyenv without its shell scripts: a shim on PATH is followed to the version it would choose.

use std::path::{Path, PathBuf};

use super::Surroundings;

/// Whether `folder` holds pyenv's shims.
pub(super) fn is_shims(folder: &Path, around: &Surroundings<'_>) -> bool {
    around.pyenv_root.as_ref().is_some_and(|root| folder == root.join("shims"))
        || (folder.ends_with("shims")
            && folder.parent().is_some_and(|root| root.join("libexec/pyenv").exists()))
}

/// The programs called `name` that the shim in `shims` would run, in pyenv's order. An empty answer
/// means that pyenv chose `system`: the search goes on along PATH.
pub(super) fn behind_shim(shims: &Path, name: &str, around: &Surroundings<'_>) -> Vec<PathBuf> {
    let Some(root) = shims.parent() else { return Vec::new() };
    let chosen = chosen_versions(root, around);
    let folders = chosen.iter().filter_map(|version| version_folder(root, version));
    folders.map(|folder| folder.join("bin").join(name)).filter(|path| path.exists()).collect()
}

/// Folders of all installed versions, newest first.
pub(super) fn all_versions(root: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(root.join("versions")) else { return Vec::new() };
    let mut folders: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    folders.sort_by_key(|folder| std::cmp::Reverse(sort_key(folder)));
    folders
}

/// `PYENV_VERSION`, else the nearest `.python-version`, else the global `version` file.
fn chosen_versions(root: &Path, around: &Surroundings<'_>) -> Vec<String> {
    if let Some(version) = &around.pyenv_version {
        return version.split(':').map(str::to_owned).collect();
    }
    let local = around.cwd.ancestors().find_map(|folder| read_versions(&folder.join(".python-version")));
    local.or_else(|| read_versions(&root.join("version"))).unwrap_or_default()
}

fn read_versions(file: &Path) -> Option<Vec<String>> {
    let text = std::fs::read_to_string(file).ok()?;
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default());
    let words: Vec<String> = lines.flat_map(str::split_whitespace).map(str::to_owned).collect();
    (!words.is_empty()).then_some(words)
}

/// `3.11` stands for the newest 3.11.x that is installed.
fn version_folder(root: &Path, version: &str) -> Option<PathBuf> {
    if version == "system" || version.contains('/') || version.starts_with('.') {
        return None;
    }
    let exact = root.join("versions").join(version);
    if exact.is_dir() {
        return Some(exact);
    }
    let prefix = format!("{version}.");
    let named =
        |folder: &PathBuf| folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&prefix));
    all_versions(root).into_iter().find(named)
}

/// Numbers compare as numbers; CPython's plain versions come before `pypy3.10-7.3` and the like.
fn sort_key(folder: &Path) -> (bool, Vec<u32>, String) {
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let numbers = name.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect();
    (name.starts_with(|c: char| c.is_ascii_digit()), numbers, name)
}
