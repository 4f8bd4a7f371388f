//! The list of files: what setuptools takes by itself, what MANIFEST.in adds and removes, and what an earlier
//! `SOURCES.txt` names.

use std::collections::BTreeSet;
use std::path::Path;

use crate::native::glob::{self, Reading, matches};
use crate::native::tree::{Links, join, read_configuration, read_text, walk};
use crate::native::{Source, Stop, not_native};

/// setuptools' own `glob` meets hidden names.
const OWN: Reading = Reading { recursive: false, hidden: true };
const OWN_DEEP: Reading = Reading { recursive: true, hidden: true };

/// Longer patterns are not read.
const LONGEST: usize = 4096;

/// Folders of version control.
const REPOSITORIES: [&str; 7] = ["RCS", "CVS", ".svn", ".hg", ".git", ".bzr", "_darcs"];

/// The files of the project, relative to the tree.
pub(super) struct FileList<'a> {
    source: &'a Source<'a>,
    files: Vec<String>,
    /// Files that will be there when the list is used: those of the egg-info folder.
    made: &'a [String],
}

impl<'a> FileList<'a> {
    pub(super) fn new(source: &'a Source<'a>, made: &'a [String]) -> Self {
        Self { source, files: Vec::new(), made }
    }

    /// Adds a file, where it is there.
    pub(super) fn add(&mut self, path: &str) {
        if self.made.iter().any(|made| made == path) || self.source.path(path).exists() {
            self.files.push(path.to_owned());
        }
    }

    /// What is taken without being asked for: a readme, tests, `setup.py`, `setup.cfg`, `pyproject.toml`.
    pub(super) fn add_standards(&mut self) -> Result<(), Stop> {
        let readmes = ["README", "README.rst", "README.txt", "README.md"];
        if let Some(readme) = readmes.iter().find(|name| self.source.path(name).exists()) {
            self.add(readme);
        }
        for pattern in ["tests/test*.py", "test/test*.py"] {
            let reading = Reading { recursive: false, hidden: false };
            let found = glob::glob(&self.source.tree, pattern, reading)?;
            self.files.extend(found.into_iter().filter(|path| self.source.path(path).is_file()));
        }
        for name in ["setup.cfg", "pyproject.toml", "MANIFEST.in", "setup.py"] {
            self.add(name);
        }
        Ok(())
    }

    /// What the `SOURCES.txt` of an earlier build names.
    pub(super) fn add_recorded(&mut self, path: &str) -> Result<(), Stop> {
        if !self.source.path(path).is_file() {
            return Ok(());
        }
        for line in read_text(&self.source.path(path))?.lines().map(str::trim) {
            if line.starts_with('/') || line.split('/').any(|part| part == "..") {
                return not_native(format!("{path} names `{line}`"));
            }
            if !line.is_empty() && !line.starts_with('#') {
                self.add(&plain(line));
            }
        }
        Ok(())
    }

    /// Obeys MANIFEST.in.
    pub(super) fn obey_template(&mut self) -> Result<(), Stop> {
        if !self.source.path("MANIFEST.in").is_file() {
            return Ok(());
        }
        let text = read_configuration(&self.source.path("MANIFEST.in"))?;
        for line in template_lines(&text)? {
            let words: Vec<&str> = line.split_whitespace().collect();
            if words.iter().any(|word| word.starts_with('/') || word.split('/').any(|part| part == "..")) {
                return not_native(format!("MANIFEST.in: `{line}`"));
            }
            self.obey(&words, &line)?;
        }
        Ok(())
    }

    fn obey(&mut self, words: &[&str], line: &str) -> Result<(), Stop> {
        match words {
            ["include", patterns @ ..] if !patterns.is_empty() => {
                patterns.iter().try_for_each(|pattern| self.include(&plain(pattern), OWN))
            }
            ["recursive-include", folder, patterns @ ..] if !patterns.is_empty() => {
                patterns.iter().try_for_each(|pattern| self.include(&join_pattern(folder, pattern), OWN_DEEP))
            }
            ["exclude", patterns @ ..] if !patterns.is_empty() => {
                patterns.iter().try_for_each(|pattern| self.exclude(&plain(pattern)))
            }
            ["recursive-exclude", folder, patterns @ ..] if !patterns.is_empty() => {
                patterns.iter().try_for_each(|pattern| self.exclude(&join_pattern(folder, pattern)))
            }
            ["global-include", patterns @ ..] if !patterns.is_empty() => {
                patterns.iter().try_for_each(|pattern| self.include_anywhere(&plain(pattern)))
            }
            ["global-exclude", patterns @ ..] if !patterns.is_empty() => {
                patterns.iter().try_for_each(|pattern| self.exclude(&format!("**/{}", plain(pattern))))
            }
            ["graft", folder] => self.graft(&plain(folder)),
            ["prune", folder] => self.exclude(&format!("{}/**", plain(folder))),
            _ => not_native(format!("MANIFEST.in: `{line}`")),
        }
    }

    fn include(&mut self, pattern: &str, reading: Reading) -> Result<(), Stop> {
        let found = glob::glob(&self.source.tree, pattern, reading)?;
        self.files.extend(found.into_iter().filter(|path| {
            let path = self.source.path(path);
            !path.is_dir() && path.exists()
        }));
        Ok(())
    }

    fn include_anywhere(&mut self, pattern: &str) -> Result<(), Stop> {
        let pattern = format!("**/{pattern}");
        let matcher = Matcher::of(&pattern)?;
        let found = files_below(&self.source.tree, "")?;
        self.files.extend(found.into_iter().filter(|path| matcher.meets(path)));
        self.files.extend(self.made.iter().filter(|path| matcher.meets(path)).cloned());
        Ok(())
    }

    fn graft(&mut self, folder: &str) -> Result<(), Stop> {
        for folder in glob::glob(&self.source.tree, folder, OWN)? {
            if self.source.path(&folder).is_dir() {
                let below = if folder == "." { "" } else { &folder };
                self.files.extend(files_below(&self.source.tree, below)?);
                let inside = |path: &&String| below.is_empty() || path.starts_with(&format!("{below}/"));
                self.files.extend(self.made.iter().filter(inside).cloned());
            }
        }
        Ok(())
    }

    fn exclude(&mut self, pattern: &str) -> Result<(), Stop> {
        let matcher = Matcher::of(pattern)?;
        self.files.retain(|path| !matcher.meets(path));
        Ok(())
    }

    /// Removes what never belongs into a source distribution.
    pub(super) fn prune(&mut self, full_name: &str) {
        let below =
            |path: &str, folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        let repository = |path: &str| {
            let mut folders: Vec<&str> = path.split('/').collect();
            folders.pop();
            folders.iter().any(|folder| REPOSITORIES.contains(folder))
        };
        self.files.retain(|path| {
            let pruned =
                ["build", full_name, ".tox", ".nox", ".venv"].iter().any(|folder| below(path, folder));
            !pruned && !repository(path)
        });
    }

    /// The list, sorted by folder and name, each once.
    pub(super) fn finish(mut self) -> Vec<String> {
        let split = |path: &String| match path.rsplit_once('/') {
            Some((folder, name)) => (folder.to_owned(), name.to_owned()),
            None => (String::new(), path.clone()),
        };
        self.files.sort_by_cached_key(split);
        self.files.dedup();
        self.files
    }
}

/// A path as `pathlib` writes it: without `.` and double or closing separators.
fn plain(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

fn join_pattern(folder: &str, pattern: &str) -> String {
    match plain(folder).as_str() {
        "." => format!("./**/{}", plain(pattern)),
        folder => format!("{folder}/**/{}", plain(pattern)),
    }
}

/// The lines of a template: joined after a backslash, without comments and blank lines.
fn template_lines(text: &str) -> Result<Vec<String>, Stop> {
    let mut lines = Vec::new();
    let mut pending = String::new();
    for line in text.lines() {
        if line.contains("\\#") {
            return not_native("MANIFEST.in has `\\#`");
        }
        let line = line.split('#').next().unwrap_or_default().trim();
        let (line, continued) = line.strip_suffix('\\').map_or((line, false), |line| (line, true));
        if line.is_empty() && !continued {
            if !pending.is_empty() {
                return not_native("MANIFEST.in has an unfinished line");
            }
            continue;
        }
        pending.push_str(line);
        pending.push(' ');
        if !continued {
            lines.push(std::mem::take(&mut pending));
        }
    }
    if pending.is_empty() { Ok(lines) } else { not_native("MANIFEST.in has an unfinished line") }
}

/// All files below a folder of the tree, through links too.
pub(super) fn files_below(tree: &Path, folder: &str) -> Result<Vec<String>, Stop> {
    let mut found = BTreeSet::new();
    walk(&tree.join(folder), Links::Followed, &mut |below, listing| {
        let base = match (folder, below) {
            ("", below) => below.to_owned(),
            (folder, "") => folder.to_owned(),
            (folder, below) => join(folder, below),
        };
        for name in &listing.files {
            let path = join(&base, name);
            if tree.join(&path).is_file() {
                found.insert(path);
            }
        }
        Ok(())
    })?;
    Ok(found.into_iter().collect())
}

/// A pattern that is asked of whole paths; `**` stands for any number of folders.
struct Matcher<'p>(Vec<&'p str>);

impl<'p> Matcher<'p> {
    fn of(pattern: &'p str) -> Result<Self, Stop> {
        // In setuptools' sets a hyphen is itself.
        let set_with_hyphen =
            pattern.split('[').skip(1).any(|set| set.split(']').next().is_some_and(|set| set.contains('-')));
        if pattern.len() > LONGEST {
            return not_native("MANIFEST.in has a very long pattern");
        }
        if set_with_hyphen {
            return not_native(format!("MANIFEST.in: `{pattern}`"));
        }
        Ok(Self(pattern.split('/').collect()))
    }

    fn meets(&self, path: &str) -> bool {
        // Which parts of the pattern may be next.
        let mut next = vec![false; self.0.len() + 1];
        next[0] = true;
        for name in path.split('/') {
            self.pass_folders(&mut next);
            let mut after = vec![false; next.len()];
            for (part, _) in next.iter().enumerate().filter(|(_, may)| **may) {
                match self.0.get(part) {
                    Some(&"**") => {
                        after[part] = true;
                        // In the last place it wants a name.
                        after[part + 1] |= part + 1 == self.0.len();
                    }
                    Some(pattern) => after[part + 1] |= matches(name, pattern),
                    None => {}
                }
            }
            next = after;
        }
        next.last() == Some(&true)
    }

    /// `**` may stand for no folder at all, but for its last place.
    fn pass_folders(&self, next: &mut [bool]) {
        for (part, pattern) in self.0.iter().enumerate() {
            if next[part] && *pattern == "**" && part + 1 < self.0.len() {
                next[part + 1] = true;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_meet_as_setuptools_translates_them() {
        for (pattern, path, expected) in [
            ("*.py", "a.py", true),
            ("*.py", "d/a.py", false),
            ("docs/**", "docs/x/y", true),
            ("docs/**", "docs", false),
            ("**/*.py[co]", "a/b/c.pyc", true),
            ("**/*.py[co]", "c.pyo", true),
            ("a/**/__pycache__", "a/b/__pycache__", true),
            ("a/**/x", "a/x", true),
        ] {
            assert_eq!(Matcher::of(pattern).unwrap().meets(path), expected, "{pattern} {path}");
        }
        assert!(Matcher::of("[a-z]").is_err());
    }

    #[test]
    fn templates_are_read_as_by_distutils() {
        let lines = template_lines("# c\ninclude a \\\n  b # x\n\n prune c\n").unwrap();
        assert_eq!(
            lines
                .iter()
                .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
                .collect::<Vec<_>>(),
            ["include a b", "prune c"]
        );
    }

    #[test]
    fn many_folders_of_any_number_are_soon_matched() {
        let pattern = vec!["**/a"; 500].join("/");
        let path = vec!["a"; 490].join("/");
        assert!(!Matcher::of(&pattern).unwrap().meets(&path));
        assert!(Matcher::of("**/**/**/b").unwrap().meets("b"));
        assert!(Matcher::of(&"**/".repeat(9000)).is_err());
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(text in "([a-z* #\\\\/.-]{0,12}\n?){0,6}", path in "[a/.]{0,9}") {
            let _ = template_lines(&text);
            if let Ok(matcher) = Matcher::of(&text) {
                matcher.meets(&path);
            }
        }
    }
}
