//! Paths that archives may yield.

use std::borrow::Borrow;
use std::fmt;
use std::path::{Path, PathBuf};

/// Longest whole path, in bytes (Linux `PATH_MAX` without its NUL).
const MAX_PATH: usize = 4095;
/// Longest component, in bytes (`NAME_MAX` of the usual file systems).
const MAX_COMPONENT: usize = 255;

/// A relative path of `/`-separated components that cannot leave the folder it is joined to.
///
/// There is no `..`, `.`, empty component, leading `/`, drive letter, backslash or NUL in it, so joining it to a
/// directory stays inside that directory as long as no component is a symbolic link. It is the only path type
/// that the archive readers yield.
///
/// ```
/// use store::archive::SafePath;
/// assert_eq!(SafePath::new("pkg/data/a.txt").unwrap().file_name(), "a.txt");
/// assert!(SafePath::new("../../etc/passwd").is_err());
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SafePath(Box<str>);

/// Why a path was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnsafePath {
    /// Nothing to name.
    #[error("the path is empty")]
    Empty,
    /// `/etc/passwd`
    #[error("the path is absolute")]
    Absolute,
    /// `C:\…`, `c:evil`
    #[error("the path starts with a drive letter")]
    Drive,
    /// `a/../../b`
    #[error("the path has a `..` component")]
    Parent,
    /// `a//b`, `./a`
    #[error("the path has an empty or `.` component")]
    Component,
    /// A separator on other systems.
    #[error("the path has a backslash")]
    Backslash,
    /// Cut short by C programs.
    #[error("the path has a NUL byte")]
    Nul,
    /// Longer than file systems take.
    #[error("the path or one of its components is too long")]
    TooLong,
}

impl SafePath {
    /// Checks `path`; see the type for what is refused.
    ///
    /// # Errors
    /// [`UnsafePath`] names the rule that `path` breaks.
    pub fn new(path: &str) -> Result<Self, UnsafePath> {
        check(path)?;
        Ok(Self(path.into()))
    }

    /// As [`SafePath::new`], after dropping `.` and empty components: `./pkg//a` is `pkg/a`, as a tar reader takes it.
    ///
    /// # Errors
    /// [`UnsafePath`] names the rule that `path` breaks.
    pub fn normalized(path: &str) -> Result<Self, UnsafePath> {
        if check(path).is_ok() {
            return Ok(Self(path.into()));
        }
        if path.starts_with('/') {
            return Err(UnsafePath::Absolute);
        }
        let kept: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
        Self::new(&kept.join("/"))
    }

    /// The path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last component.
    #[must_use]
    pub fn file_name(&self) -> &str {
        self.0.rsplit_once('/').map_or(&*self.0, |(_, name)| name)
    }

    /// All but the last component; empty for a path of one component.
    #[must_use]
    pub fn parent(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(parent, _)| parent)
    }

    /// The components from the outermost inwards.
    pub fn components(&self) -> impl Iterator<Item = &str> {
        self.0.split('/')
    }

    /// The text under which two paths collide on a file system that ignores case.
    #[must_use]
    pub fn fold_key(&self) -> String {
        self.0.to_lowercase()
    }

    /// The path below `root`.
    #[must_use]
    pub fn under(&self, root: &Path) -> PathBuf {
        root.join(&*self.0)
    }
}

fn check(path: &str) -> Result<(), UnsafePath> {
    let bytes = path.as_bytes();
    if path.is_empty() {
        return Err(UnsafePath::Empty);
    }
    if bytes.len() > MAX_PATH {
        return Err(UnsafePath::TooLong);
    }
    if bytes[0] == b'/' {
        return Err(UnsafePath::Absolute);
    }
    if memchr::memchr(0, bytes).is_some() {
        return Err(UnsafePath::Nul);
    }
    if bytes.len() >= 2 && bytes[1] == b':' && bytes[0].is_ascii_alphabetic() {
        return Err(UnsafePath::Drive);
    }
    if memchr::memchr(b'\\', bytes).is_some() {
        return Err(UnsafePath::Backslash);
    }
    path.split('/').try_for_each(|part| match part {
        "" | "." => Err(UnsafePath::Component),
        ".." => Err(UnsafePath::Parent),
        _ if part.len() > MAX_COMPONENT => Err(UnsafePath::TooLong),
        _ => Ok(()),
    })
}

impl fmt::Debug for SafePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

impl fmt::Display for SafePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for SafePath {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for SafePath {
    fn borrow(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn paths_that_leave_the_folder_are_refused() {
        let long_component = "x".repeat(256);
        let long_path = "abc/".repeat(1024) + "x";
        let table: &[(&str, UnsafePath)] = &[
            ("", UnsafePath::Empty),
            ("/etc/passwd", UnsafePath::Absolute),
            ("..", UnsafePath::Parent),
            ("../x", UnsafePath::Parent),
            ("a/../../x", UnsafePath::Parent),
            ("a/..", UnsafePath::Parent),
            ("a//b", UnsafePath::Component),
            ("a/", UnsafePath::Component),
            ("./a", UnsafePath::Component),
            ("a/./b", UnsafePath::Component),
            ("C:/x", UnsafePath::Drive),
            ("c:x", UnsafePath::Drive),
            ("a\\..\\b", UnsafePath::Backslash),
            ("\\\\server\\x", UnsafePath::Backslash),
            ("a\0b", UnsafePath::Nul),
            (&long_component, UnsafePath::TooLong),
            (&long_path, UnsafePath::TooLong),
        ];
        for (path, error) in table {
            assert_eq!(SafePath::new(path), Err(*error), "{path:?}");
        }
        for good in ["a", "a/b", "...", "a..b/c", "übung/ß.py", "a b/c\nd", "1:2", "~/x"] {
            assert_eq!(SafePath::new(good).unwrap().as_str(), good);
        }
    }

    #[test]
    fn parts_of_a_path() {
        let path = SafePath::new("A/b/C.txt").unwrap();
        assert_eq!((path.parent(), path.file_name(), &*path.fold_key()), ("A/b", "C.txt", "a/b/c.txt"));
        assert_eq!(SafePath::new("x").unwrap().parent(), "");
        assert_eq!(SafePath::normalized("./a//b/.").unwrap().as_str(), "a/b");
        assert_eq!(SafePath::normalized("./"), Err(UnsafePath::Empty));
        assert_eq!(SafePath::normalized("a/./../b"), Err(UnsafePath::Parent));
    }

    proptest! {
        #[test]
        fn a_safe_path_stays_below_its_root(text in "[a./\\\\:\\x00C]{0,12}") {
            if let Ok(path) = SafePath::new(&text) {
                let joined = path.under(Path::new("/root"));
                prop_assert!(joined.components().all(|part| part != std::path::Component::ParentDir));
                prop_assert!(joined.starts_with("/root"));
            }
        }
    }
}
