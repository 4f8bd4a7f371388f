//! Keys of `pyproject.toml` that look like others that are missing: what build warns of.

use std::path::Path;

use toml_spanner::{Arena, Table};

/// A key, and the one that was probably meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misspelt {
    /// As it is written.
    pub found: String,
    /// `build-system`, or `requires` or `build-backend` in that table.
    pub meant: &'static str,
}

/// The keys of a project's `pyproject.toml` that look like the first of `build-system`, `requires` and `build-backend`
/// that is missing there, in the order of the file; none where that cannot be read (build 1.6).
#[must_use]
pub fn misspelt(tree: &Path) -> Vec<Misspelt> {
    let path = tree.join("pyproject.toml");
    let text = crate::build_system::read_file(&path).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    text.map_or_else(Vec::new, |text| in_text(&text))
}

fn in_text(text: &str) -> Vec<Misspelt> {
    let arena = Arena::new();
    let Ok(document) = toml_spanner::parse(text, &arena) else { return Vec::new() };
    let Some(system) = document.table().get("build-system") else {
        return alike(document.table(), "build-system");
    };
    let Some(system) = system.as_table() else { return Vec::new() };
    let Some(requires) = system.get("requires") else { return alike(system, "requires") };
    let understood = requires.as_array().is_some_and(|list| list.iter().all(|one| one.as_str().is_some()));
    match system.get("build-backend") {
        None if understood => alike(system, "build-backend"),
        _ => Vec::new(),
    }
}

fn alike(table: &Table<'_>, meant: &'static str) -> Vec<Misspelt> {
    let keys = table.iter().map(|(key, _)| key.name).filter(|key| resembles(meant, key));
    keys.map(|key| Misspelt { found: key.to_owned(), meant }).collect()
}

/// Whether at least four fifths of all letters are in common blocks: `difflib.SequenceMatcher(None, a, b).ratio() >= 0.8`.
fn resembles(expected: &str, found: &str) -> bool {
    let (expected, found): (Vec<char>, Vec<char>) = (expected.chars().collect(), found.chars().collect());
    let all = expected.len() + found.len();
    // A key of another length has too little in common, however long it is.
    let at_most = 2 * expected.len().min(found.len());
    at_most * 5 >= all * 4 && 2 * common(&expected, &found) * 5 >= all * 4
}

/// How many letters are in the longest common block, and in those on its two sides.
fn common(a: &[char], b: &[char]) -> usize {
    let mut longest = (0, 0, 0);
    for from in 0..a.len() {
        for to in 0..b.len() {
            let size = a[from..].iter().zip(&b[to..]).take_while(|(left, right)| left == right).count();
            // The first of several.
            if size > longest.2 {
                longest = (from, to, size);
            }
        }
    }
    match longest {
        (_, _, 0) => 0,
        (from, to, size) => size + common(&a[..from], &b[..to]) + common(&a[from + size..], &b[to + size..]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_build_takes_for_a_slip_is_found() {
        for (text, found) in [
            ("[build_system]\n", &["build_system"][..]),
            ("[build-sytem]\n[tool.x]\n[bild-system]\n", &["build-sytem", "bild-system"]),
            ("[Build-System]\n[project]\n", &["Build-System"]),
            ("[buildsystems]\n[build]\n[system]\n", &["buildsystems"]),
            ("[build-system]\nrequirements = []\nx = 1\n", &["requirements"]),
            ("[build-system]\nrequire = []\nbuild_backend = 'b'\n", &["require"]),
            ("[build-system]\nrequires = []\nbuild_backend = 'b'\nbackend = 'c'\n", &["build_backend"]),
            ("[build-system]\nrequires = [1]\nbuild_backend = 'b'\n", &[]),
            ("[build-system]\nrequires = []\nbuild-backend = 'b'\nbuild_backend = 'c'\n", &[]),
            ("build-system = 3\n", &[]),
            ("[", &[]),
        ] {
            let keys: Vec<String> = in_text(text).into_iter().map(|one| one.found).collect();
            assert_eq!(keys, found, "{text}");
        }
    }
}
