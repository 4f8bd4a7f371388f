//! What a command left behind: every file below the folder of the case, as lines that can be compared.
//!
//! Short texts are shown line by line, so that a difference in RECORD, INSTALLER or direct_url.json is seen; other
//! files by their hash. Of compiled bytecode only the presence counts (it holds the time of its source). Left out are
//! the home folder (caches, temporary files), our own journal, `.tilsit`, and what a repository keeps for itself, except
//! which commit is checked out (its index and packs hold times).

use super::normal;
use std::cell::RefCell;
use std::path::Path;

/// Texts longer than this are told by their hash.
const SHORT: usize = 4096;

/// The lines of every file below `folder`, in the order of paths.
pub fn lines(folder: &Path, port: u16) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    walk(folder, folder, port, &mut found).map_err(|error| error.to_string())?;
    Ok(found)
}

fn walk(folder: &Path, top: &Path, port: u16, found: &mut Vec<String>) -> std::io::Result<()> {
    let mut entries: Vec<_> = std::fs::read_dir(folder)?.collect::<Result<_, _>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let shown = path.strip_prefix(top).unwrap_or(&path).display().to_string();
        let kind = entry.file_type()?;
        if shown == "home" || shown.ends_with(".tilsit") {
            continue;
        }
        if kind.is_symlink() {
            found.push(format!("{shown} -> {}", std::fs::read_link(&path)?.display()));
        } else if [".hg", ".svn"].iter().any(|end| shown.ends_with(end)) && !shown.ends_with("proj.hg") {
            found.push(shown);
        } else if entry.file_name() == ".git" {
            file(&path.join("HEAD"), &format!("{shown}/HEAD"), (top, port), found)?;
        } else if kind.is_dir() {
            walk(&path, top, port, found)?;
        } else {
            file(&path, &shown, (top, port), found)?;
        }
    }
    Ok(())
}

fn file(path: &Path, shown: &str, (top, port): (&Path, u16), found: &mut Vec<String>) -> std::io::Result<()> {
    let mode = mode(path)?;
    if shown.ends_with(".pyc") {
        found.push(format!("{shown} {mode}"));
        return Ok(());
    }
    let bytes = std::fs::read(path)?;
    if shown.ends_with(".zip") && shown.starts_with("w/") {
        found.extend(packed(&bytes).into_iter().map(|line| format!("{shown}: {line}")));
        return Ok(());
    }
    let digest = fixtures::sha256_hex(&bytes);
    match String::from_utf8(bytes) {
        Ok(text) if text.len() <= SHORT && !shown.ends_with(".whl") => {
            found.push(format!("{shown} {mode}"));
            found.extend(normal::lines(&text, top, port).into_iter().map(|line| format!("{shown}: {line}")));
        }
        _ => found.push(format!("{shown} {mode} sha256 {digest}")),
    }
    Ok(())
}

/// The files of an archive that was made of a repository: as with folders, of what it keeps for itself only which commit
/// is checked out.
fn packed(bytes: &[u8]) -> Vec<String> {
    let names = RefCell::new(Vec::new());
    fixtures::zip::member(bytes, |name| {
        names.borrow_mut().push(name.to_owned());
        false
    });
    let mut names = names.into_inner();
    names.retain(|name| !name.contains("/.git/") || name.ends_with("/.git/HEAD"));
    names.sort();
    let line = |name: &String| {
        let file = fixtures::zip::member(bytes, |one| one == name).unwrap_or_default();
        format!("{name} sha256 {}", fixtures::sha256_hex(&file))
    };
    names.iter().map(line).collect()
}

#[cfg(unix)]
fn mode(path: &Path) -> std::io::Result<String> {
    use std::os::unix::fs::PermissionsExt;
    Ok(format!("{:o}", path.metadata()?.permissions().mode() & 0o7777))
}

#[cfg(not(unix))]
fn mode(_path: &Path) -> std::io::Result<String> {
    Ok(String::new())
}
