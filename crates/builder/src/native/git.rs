//! What git tracks: the names in its index, read without git.
//!
//! Back ends ask git which files it ignores. Files that it tracks are never among these, so that where all files of a
//! project are tracked the answer is known.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::{Stop, not_native};

/// Larger indexes are not read.
const LARGEST: u64 = 64 * 1024 * 1024;

/// Refuses a file below `tree` that lies in a repository of git and is not tracked there.
pub(super) fn check_tracked(tree: &Path, paths: &[String]) -> Result<(), Stop> {
    let Some(repository) = tree.ancestors().find(|folder| folder.join(".git").exists()) else {
        return Ok(());
    };
    let index: PathBuf = repository.join(".git/index");
    let unknown = || Stop::NotNative("what git ignores is not known".to_owned());
    if !fs::metadata(&index).is_ok_and(|status| status.len() <= LARGEST) {
        return Err(unknown());
    }
    let bytes = fs::read(&index).map_err(|_| unknown())?;
    let tracked = names(&bytes).ok_or_else(unknown)?;
    let prefix = tree.strip_prefix(repository).map_err(|_| unknown())?;
    let untracked = |path: &&String| {
        let path = prefix.join(path);
        !path.to_str().is_some_and(|path| tracked.contains(path.as_bytes()))
    };
    match paths.iter().find(untracked) {
        Some(path) => not_native(format!("git does not track `{path}`, and may ignore it")),
        None => Ok(()),
    }
}

/// The names of an index of version 2 or 3 (gitformat-index): fixed fields, then the name, filled up with NULs to eight
/// bytes.
fn names(bytes: &[u8]) -> Option<HashSet<&[u8]>> {
    let number = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    if bytes.get(..4)? != b"DIRC" || !matches!(number(4)?, 2 | 3) {
        return None;
    }
    let mut names = HashSet::new();
    let mut at = 12;
    for _ in 0..number(8)? {
        let flags = bytes.get(at + 60..at + 62)?;
        let start = at + if flags[0] & 0x40 == 0 { 62 } else { 64 };
        let length = bytes.get(start..)?.iter().position(|byte| *byte == 0)?;
        names.insert(&bytes[start..start + length]);
        at += (start + length + 1 - at).next_multiple_of(8);
    }
    Some(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(names: &[&str]) -> Vec<u8> {
        let mut bytes = b"DIRC\0\0\0\x02".to_vec();
        bytes.extend(u32::try_from(names.len()).unwrap().to_be_bytes());
        for name in names {
            let start = bytes.len();
            bytes.extend([0; 62]);
            bytes.extend(name.as_bytes());
            bytes.push(0);
            let length = (bytes.len() - start).next_multiple_of(8);
            bytes.resize(start + length, 0);
        }
        bytes
    }

    #[test]
    fn names_are_read() {
        let bytes = index(&["a", "src/b.py", "src/much/longer/name.py"]);
        let names = names(&bytes).unwrap();
        assert_eq!(names.len(), 3);
        assert!(names.contains(&b"src/b.py"[..]));
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(count in 0u32..9, rest in proptest::collection::vec(0u8..255, 0..400)) {
            let bytes = [&b"DIRC\0\0\0\x02"[..], &count.to_be_bytes(), &rest].concat();
            let _ = names(&bytes);
            let _ = names(&rest);
        }
    }
}
