//! Reading the source tree, in the order in which Python's back ends read it, and writing what was built.

use std::collections::HashSet;
use std::fs::{self, Metadata, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use super::{NativeError, Stop, disk, not_native};

/// The longest configuration file that is read.
const LARGEST_CONFIGURATION: u64 = 512 * 1024;

/// The entries of one folder, sorted. Symbolic links count as what they lead to.
#[derive(Debug, Default)]
pub(super) struct Folder {
    pub(super) folders: Vec<String>,
    pub(super) files: Vec<String>,
}

/// Whether a walk goes into folders that are symbolic links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Links {
    Followed,
    NotFollowed,
}

impl Folder {
    /// Lists a folder.
    pub(super) fn list(path: &Path) -> Result<Self, Stop> {
        let mut found = Self::default();
        let entries = fs::read_dir(path).map_err(|source| disk(path, source))?;
        for entry in entries {
            let entry = entry.map_err(|source| disk(path, source))?;
            let Ok(name) = entry.file_name().into_string() else {
                return not_native(format!("{} has a name that is not UTF-8", path.display()));
            };
            let kind = entry.file_type().map_err(|source| disk(path, source))?;
            if kind.is_dir() || kind.is_symlink() && entry.path().is_dir() {
                found.folders.push(name);
            } else {
                found.files.push(name);
            }
        }
        found.folders.sort_unstable();
        found.files.sort_unstable();
        Ok(found)
    }
}

/// Walks a tree from the top, folders in sorted order. `visit` gets each folder's path below the top (the top's is empty)
/// and what is in it, and takes out of `folders` those that shall not be entered.
pub(super) fn walk(
    top: &Path,
    links: Links,
    visit: &mut dyn FnMut(&str, &mut Folder) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let mut seen = HashSet::new();
    let mut waiting = vec![String::new()];
    while let Some(relative) = waiting.pop() {
        let path = if relative.is_empty() { top.to_owned() } else { top.join(&relative) };
        if links == Links::Followed {
            let status = status(&path)?;
            if !seen.insert((status.dev(), status.ino())) {
                continue;
            }
        }
        let mut folder = Folder::list(&path)?;
        visit(&relative, &mut folder)?;
        for name in folder.folders.iter().rev() {
            let below = join(&relative, name);
            if links == Links::Followed || !top.join(&below).is_symlink() {
                waiting.push(below);
            }
        }
    }
    Ok(())
}

/// `folder/name`, or the name alone in the top folder.
pub(super) fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// What `os.stat` says.
pub(super) fn status(path: &Path) -> Result<Metadata, NativeError> {
    fs::metadata(path).map_err(|source| disk(path, source))
}

/// A file's bytes; devices and pipes have no end.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, NativeError> {
    let odd = || io::Error::new(io::ErrorKind::InvalidInput, "this is no ordinary file");
    let whole = match status(path)?.is_file() {
        true => fs::read(path),
        false => Err(odd()),
    };
    whole.map_err(|source| disk(path, source))
}

/// The text of a configuration file. One that is longer than people write them is for the real back end.
pub(super) fn read_configuration(path: &Path) -> Result<String, Stop> {
    if status(path)?.len() > LARGEST_CONFIGURATION {
        return not_native(format!("{} is very long", path.display()));
    }
    read_text(path)
}

/// A file's text as Python's `open(encoding="utf-8").read()` gives it: every end of line becomes `\n`.
pub(super) fn read_text(path: &Path) -> Result<String, Stop> {
    match String::from_utf8(read(path)?) {
        Ok(text) if text.contains('\r') => Ok(text.replace("\r\n", "\n").replace('\r', "\n")),
        Ok(text) => Ok(text),
        Err(_) => not_native(format!("{} is not UTF-8", path.display())),
    }
}

/// A mode with its permissions made 755 where the owner may run the file, else 644, as flit and others do.
pub(super) fn normalized_mode(mode: u32) -> u32 {
    let plain = (mode | 0o644) & !0o133;
    if mode & 0o100 == 0 { plain } else { plain | 0o111 }
}

/// A path without `.`, `..` and double separators, as `os.path.normpath` gives it.
pub(super) fn normalized_path(path: &str) -> String {
    // POSIX: exactly two leading slashes are kept.
    let leading = match path.len() - path.trim_start_matches('/').len() {
        0 => "",
        2 => "//",
        _ => "/",
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').filter(|part| !matches!(*part, "" | ".")) {
        match (part, parts.last()) {
            ("..", Some(&last)) if last != ".." => {
                parts.pop();
            }
            ("..", None) if !leading.is_empty() => {}
            _ => parts.push(part),
        }
    }
    let joined = format!("{leading}{}", parts.join("/"));
    if joined.is_empty() { ".".to_owned() } else { joined }
}

/// Writes a file that appears whole or not at all, with mode 644.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().set_permissions(Permissions::from_mode(0o644))?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_normalized_as_by_python() {
        let cases = [
            ("", "."),
            ("a//b/./c", "a/b/c"),
            ("a/../..", ".."),
            ("/../a", "/a"),
            ("//a", "//a"),
            ("///a", "/a"),
            ("../../a", "../../a"),
            ("a/b/..", "a"),
            ("./", "."),
        ];
        for (path, normalized) in cases {
            assert_eq!(normalized_path(path), normalized, "{path}");
        }
    }

    #[test]
    fn modes_are_normalized_as_by_flit() {
        let cases =
            [(0o100_600, 0o100_644), (0o100_777, 0o100_755), (0o100_666, 0o100_644), (0o120_777, 0o120_755)];
        for (mode, normalized) in cases {
            assert_eq!(normalized_mode(mode), normalized, "{mode:o}");
        }
    }
}
