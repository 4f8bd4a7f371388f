//! The patterns of Python's standard library, as back ends use them: `fnmatch`, `glob.glob` and `pathlib.Path.glob`.
//!
//! What enters: a folder and a pattern. What leaves: paths relative to the folder, written with `/`, sorted, each once
//! (Python's order is that of the disk; every caller that cares sorts).

use std::cell::RefCell;
use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::io;
use std::path::Path;

/// How deep folders may nest before a walk gives up.
const DEEPEST: usize = 100;

/// Longer patterns meet no path that a system has.
const LONGEST: usize = 4096;

/// Why a pattern gives no paths.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GlobError {
    /// Something that Python's releases understand in different ways, or that leaves the folder.
    #[error("the pattern `{0}` is not understood")]
    Pattern(String),
    /// A file name that is no Unicode.
    #[error("a file name is not Unicode")]
    Name,
    /// Folders nest too deep.
    #[error("folders nest deeper than {DEEPEST}")]
    Deep,
    /// The disk.
    #[error(transparent)]
    Disk(#[from] io::Error),
}

/// How `glob.glob` reads a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    /// Whether `**` means any number of folders (`recursive=True`); else it is `*`.
    pub recursive: bool,
    /// Whether `*` and `?` meet names that begin with a dot (setuptools' own `glob`).
    pub hidden: bool,
}

/// Whether a text is a pattern at all (`glob.has_magic`).
pub(crate) fn has_magic(pattern: &str) -> bool {
    pattern.contains(['*', '?', '['])
}

/// `fnmatch.fnmatchcase`: `*`, `?` and `[…]` meet every character, `/` too.
pub(crate) fn matches(name: &str, pattern: &str) -> bool {
    let name: Vec<char> = name.chars().collect();
    let pattern = Piece::all(pattern);
    let (mut at, mut on) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while at < name.len() {
        match pattern.get(on) {
            Some(Piece::Any) => {
                retry = Some((on, at));
                on += 1;
            }
            Some(piece) if piece.meets(name[at]) => {
                at += 1;
                on += 1;
            }
            _ => match &mut retry {
                Some((star, from)) => {
                    *from += 1;
                    (on, at) = (*star + 1, *from);
                }
                None => return false,
            },
        }
    }
    pattern[on..].iter().all(|piece| matches!(piece, Piece::Any))
}

/// One element of a pattern.
enum Piece {
    /// `*`
    Any,
    /// `?`
    One,
    /// `[…]`
    Set { negated: bool, ranges: Vec<(char, char)> },
    /// Itself.
    Char(char),
}

impl Piece {
    fn all(pattern: &str) -> Vec<Piece> {
        let text: Vec<char> = pattern.chars().collect();
        let mut pieces = Vec::with_capacity(text.len());
        let mut at = 0;
        while at < text.len() {
            let (piece, length) = match text[at] {
                '*' => (Piece::Any, 1),
                '?' => (Piece::One, 1),
                '[' => Piece::set(&text[at + 1..]).map_or((Piece::Char('['), 1), |(set, n)| (set, n + 1)),
                other => (Piece::Char(other), 1),
            };
            pieces.push(piece);
            at += length;
        }
        pieces
    }

    /// The set after a `[`, and its length with the `]`; nothing when no `]` follows.
    fn set(text: &[char]) -> Option<(Piece, usize)> {
        let negated = text.first() == Some(&'!');
        let start = usize::from(negated);
        // A `]` in the first place is a member.
        let end = start + 1 + text.get(start + 1..)?.iter().position(|&char| char == ']')?;
        let members = &text[start..end];
        let mut ranges = Vec::new();
        let mut at = 0;
        while at < members.len() {
            if at + 2 < members.len() && members[at + 1] == '-' {
                ranges.push((members[at], members[at + 2]));
                at += 3;
            } else {
                ranges.push((members[at], members[at]));
                at += 1;
            }
        }
        Some((Piece::Set { negated, ranges }, end + 1))
    }

    fn meets(&self, char: char) -> bool {
        match self {
            Piece::Any => false,
            Piece::One => true,
            Piece::Set { negated, ranges } => {
                ranges.iter().any(|&(low, high)| (low..=high).contains(&char)) != *negated
            }
            Piece::Char(own) => *own == char,
        }
    }
}

/// `glob.glob(pattern, root_dir=root)`. A path ends in `/` where Python's would (`folder/`, `folder/**`).
pub(crate) fn glob(root: &Path, pattern: &str, reading: Reading) -> Result<Vec<String>, GlobError> {
    if pattern.is_empty() {
        return Ok(Vec::new());
    }
    refuse(pattern)?;
    let mut found = BTreeSet::new();
    let parts: Vec<&str> = pattern.split('/').collect();
    Glob { root, reading, seen: RefCell::default() }.expand(String::new(), &parts, &mut found)?;
    Ok(found.into_iter().collect())
}

/// Refuses what leaves the folder, and what is too long for a name.
fn refuse(pattern: &str) -> Result<(), GlobError> {
    let leaves = pattern.starts_with('/') || pattern.split('/').any(|part| part == "..");
    if leaves || pattern.len() > LONGEST || pattern.split('/').count() > DEEPEST {
        Err(GlobError::Pattern(pattern.to_owned()))
    } else {
        Ok(())
    }
}

/// Folders in which the rest of a pattern, of so many parts, was looked for: `**/**` comes to each many times.
type Seen = RefCell<HashSet<(String, usize)>>;

struct Glob<'a> {
    root: &'a Path,
    reading: Reading,
    seen: Seen,
}

impl Glob<'_> {
    /// Adds what `parts` meet below `base`, which is empty or ends in `/`.
    fn expand(&self, base: String, parts: &[&str], found: &mut BTreeSet<String>) -> Result<(), GlobError> {
        let Some((&part, rest)) = parts.split_first() else { return Ok(()) };
        let last = rest.is_empty();
        if self.reading.recursive && part == "**" {
            return self.below(&base, rest, found, 0);
        }
        if !has_magic(part) {
            let path = format!("{base}{part}");
            let full = self.root.join(&path);
            let there =
                if last && !part.is_empty() { full.symlink_metadata().is_ok() } else { full.is_dir() };
            return match (there, last) {
                (true, true) => {
                    found.insert(path);
                    Ok(())
                }
                (true, false) => self.expand(slashed(path), rest, found),
                (false, _) => Ok(()),
            };
        }
        for name in self.names(&base)? {
            if !self.shows(&name, part) || !matches(&name, part) {
                continue;
            }
            let path = format!("{base}{name}");
            if last {
                found.insert(path);
            } else if self.root.join(&path).is_dir() {
                self.expand(slashed(path), rest, found)?;
            }
        }
        Ok(())
    }

    /// What follows `**`, in the folder itself and in all below.
    fn below(
        &self,
        base: &str,
        rest: &[&str],
        found: &mut BTreeSet<String>,
        depth: usize,
    ) -> Result<(), GlobError> {
        if depth > DEEPEST {
            return Err(GlobError::Deep);
        }
        if !self.seen.borrow_mut().insert((base.to_owned(), rest.len())) {
            return Ok(());
        }
        if !rest.is_empty() {
            self.expand(base.to_owned(), rest, found)?;
        } else if !base.is_empty() {
            found.insert(base.to_owned());
        }
        for name in self.names(base)? {
            if !self.shows(&name, "*") {
                continue;
            }
            let path = format!("{base}{name}");
            let folder = self.root.join(&path).is_dir();
            if rest.is_empty() {
                found.insert(path.clone());
            }
            if folder {
                self.below_folder(path, rest, found, depth)?;
            }
        }
        Ok(())
    }

    fn below_folder(
        &self,
        path: String,
        rest: &[&str],
        found: &mut BTreeSet<String>,
        depth: usize,
    ) -> Result<(), GlobError> {
        let base = slashed(path);
        self.below(&base, rest, found, depth + 1)?;
        if rest.is_empty() {
            found.remove(&base);
        }
        Ok(())
    }

    fn shows(&self, name: &str, pattern: &str) -> bool {
        self.reading.hidden || !name.starts_with('.') || pattern.starts_with('.')
    }

    fn names(&self, base: &str) -> Result<Vec<String>, GlobError> {
        names(&self.root.join(base))
    }
}

fn slashed(mut path: String) -> String {
    if !path.is_empty() && !path.ends_with('/') {
        path.push('/');
    }
    path
}

/// The names in a folder; none where it cannot be read, as in Python.
fn names(folder: &Path) -> Result<Vec<String>, GlobError> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(Vec::new()) };
    let mut names = Vec::new();
    for entry in entries {
        names.push(entry?.file_name().into_string().map_err(|_| GlobError::Name)?);
    }
    names.sort_unstable();
    Ok(names)
}

/// `pathlib.Path(root).glob(pattern)`: hidden names are met, `**` does not follow links and, in the last place, means
/// folders alone.
pub(crate) fn path_glob(root: &Path, pattern: &str) -> Result<Vec<String>, GlobError> {
    refuse(pattern)?;
    let folders_only = pattern.ends_with('/');
    let parts: Vec<&str> = pattern.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    let unclear = parts.iter().any(|part| part.contains("**") && *part != "**");
    if parts.is_empty() || unclear {
        return Err(GlobError::Pattern(pattern.to_owned()));
    }
    let mut found = BTreeSet::new();
    Paths { root, folders_only, seen: RefCell::default() }.expand("", &parts, &mut found, 0)?;
    found.remove("");
    Ok(found.into_iter().collect())
}

struct Paths<'a> {
    root: &'a Path,
    folders_only: bool,
    seen: Seen,
}

impl Paths<'_> {
    fn expand(
        &self,
        base: &str,
        parts: &[&str],
        found: &mut BTreeSet<String>,
        depth: usize,
    ) -> Result<(), GlobError> {
        if depth > DEEPEST {
            return Err(GlobError::Deep);
        }
        let Some((&part, rest)) = parts.split_first() else {
            if !self.folders_only || self.root.join(base).is_dir() {
                found.insert(base.to_owned());
            }
            return Ok(());
        };
        if part == "**" {
            if !self.seen.borrow_mut().insert((base.to_owned(), rest.len())) {
                return Ok(());
            }
            self.expand(base, rest, found, depth)?;
            for name in names(&self.root.join(base))? {
                let path = joined(base, &name);
                let facts = self.root.join(&path).symlink_metadata();
                if facts.is_ok_and(|facts| facts.is_dir()) {
                    self.expand(&path, parts, found, depth + 1)?;
                }
            }
            return Ok(());
        }
        if !has_magic(part) {
            return self.step(base, part, rest, found);
        }
        for name in names(&self.root.join(base))? {
            if matches(&name, part) {
                self.step(base, &name, rest, found)?;
            }
        }
        Ok(())
    }

    fn step(
        &self,
        base: &str,
        name: &str,
        rest: &[&str],
        found: &mut BTreeSet<String>,
    ) -> Result<(), GlobError> {
        let path = joined(base, name);
        let full = self.root.join(&path);
        let there = if rest.is_empty() { full.symlink_metadata().is_ok() } else { full.is_dir() };
        if there { self.expand(&path, rest, found, 0) } else { Ok(()) }
    }
}

fn joined(base: &str, name: &str) -> String {
    if base.is_empty() { name.to_owned() } else { format!("{base}/{name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_matched_as_by_fnmatch() {
        for (name, pattern, expected) in [
            ("LICENSE.txt", "LICEN[CS]E*", true),
            ("LICENCE", "LICEN[CS]E*", true),
            ("license", "LICEN[CS]E*", false),
            ("a/b/c.py", "a*c.py", true),
            ("abc", "a?c", true),
            ("abc", "a[!b]c", false),
            ("a]c", "a[]]c", true),
            ("a[c", "a[c", true),
            ("a-c", "a[b-]c", true),
            ("b", "[a-c]", true),
            ("", "*", true),
            ("", "?", false),
            ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaab", "*a*a*a*a*a*a*a*c", false),
        ] {
            assert_eq!(matches(name, pattern), expected, "{name} {pattern}");
        }
    }

    fn tree(paths: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for path in paths {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        root
    }

    #[test]
    fn globs_find_what_pythons_find() {
        let root = tree(&["a.py", ".h.py", "p/b.py", "p/q/c.py", "p/.hid/d.py", "t/x.txt"]);
        let plain = Reading { recursive: false, hidden: false };
        let deep = Reading { recursive: true, hidden: false };
        let own = Reading { recursive: true, hidden: true };
        for (pattern, reading, expected) in [
            ("*.py", plain, &["a.py"][..]),
            ("*.py", own, &[".h.py", "a.py"]),
            ("p/*", plain, &["p/b.py", "p/q"]),
            ("**/*.py", plain, &["p/b.py"]),
            ("**/*.py", deep, &["a.py", "p/b.py", "p/q/c.py"]),
            ("p/**", deep, &["p/", "p/b.py", "p/q", "p/q/c.py"]),
            ("p/**/*.py", own, &["p/.hid/d.py", "p/b.py", "p/q/c.py"]),
            ("p/", plain, &["p/"]),
            ("p", plain, &["p"]),
            ("none", plain, &[]),
        ] {
            assert_eq!(glob(root.path(), pattern, reading).unwrap(), expected, "{pattern}");
        }
        assert!(glob(root.path(), "../*", plain).is_err());
    }

    #[test]
    fn paths_find_what_pathlibs_find() {
        let root = tree(&["a.py", ".h.py", "p/b.py", "p/q/c.py"]);
        for (pattern, expected) in [
            ("*.py", &[".h.py", "a.py"][..]),
            ("**/*.py", &[".h.py", "a.py", "p/b.py", "p/q/c.py"]),
            ("p/**", &["p", "p/q"]),
            ("p/**/*", &["p/b.py", "p/q", "p/q/c.py"]),
            ("p/", &["p"]),
            ("./a.py", &["a.py"]),
            ("a.py/", &[]),
        ] {
            assert_eq!(path_glob(root.path(), pattern).unwrap(), expected, "{pattern}");
        }
        assert!(path_glob(root.path(), "**.py").is_err());
    }

    #[test]
    fn many_folders_of_any_number_are_soon_looked_through() {
        let folder = tempfile::tempdir().unwrap();
        let deep: std::path::PathBuf = std::iter::repeat_n("a", 30).collect();
        fs::create_dir_all(folder.path().join(deep)).unwrap();
        let pattern = vec!["**"; 40].join("/");
        let reading = Reading { recursive: true, hidden: true };
        assert_eq!(glob(folder.path(), &format!("{pattern}/b"), reading).unwrap(), [""; 0]);
        assert_eq!(path_glob(folder.path(), &format!("{pattern}/b")).unwrap(), [""; 0]);
        assert_eq!(path_glob(folder.path(), &pattern).unwrap().len(), 30);
        assert!(path_glob(folder.path(), &"./".repeat(9000)).is_err());
    }
}
