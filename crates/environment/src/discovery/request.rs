//! What `-p` asks for.

use std::path::{Path, PathBuf};

use packaging::specifiers::{Prereleases, SpecifierSet};
use packaging::version::Version;

use crate::interpreter::Interpreter;

/// A wish for a Python, as typed after `-p`.
#[derive(Debug, Clone, PartialEq)]
pub enum PythonRequest {
    /// Whatever comes first in the order of search.
    Any,
    /// A program or an environment's folder.
    Path(PathBuf),
    /// An implementation and a version: `3.11`, `3.13t`, `>=3.10,<3.13`, `pypy3`, `cpython3.12`.
    Kind(PythonKind),
    /// The name of a program on PATH.
    Program(String),
}

/// Conditions on an interpreter.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PythonKind {
    /// `cpython`, `pypy`, …; none means CPython first, then any other.
    pub implementation: Option<String>,
    /// The leading version numbers asked for: `3`, `3.11` or `3.11.7`.
    pub release: Vec<u32>,
    /// A version specifier set instead of a release.
    pub specifiers: Option<SpecifierSet>,
    /// PEP 703 builds only (`3.13t`).
    pub free_threaded: bool,
}

const IMPLEMENTATIONS: [(&str, &str); 8] = [
    ("cpython", "cpython"),
    ("python", "cpython"),
    ("pypy", "pypy"),
    ("graalpy", "graalpy"),
    ("pyston", "pyston"),
    ("cp", "cpython"),
    ("pp", "pypy"),
    ("py", "cpython"),
];

impl PythonRequest {
    /// Reads what was typed. A word with a path separator, or that names something in `cwd`,
    /// is a path; what is no version and no implementation is the name of a program.
    pub fn parse(text: &str, cwd: &Path) -> PythonRequest {
        let text = text.trim();
        if text.is_empty() || text.eq_ignore_ascii_case("any") {
            return PythonRequest::Any;
        }
        if text.contains('/') || text.contains('\\') || text.starts_with('.') {
            return PythonRequest::Path(cwd.join(text));
        }
        if let Some(kind) = PythonKind::parse(text) {
            return PythonRequest::Kind(kind);
        }
        match cwd.join(text) {
            path if path.exists() => PythonRequest::Path(path),
            _ => PythonRequest::Program(text.to_owned()),
        }
    }
}

impl PythonKind {
    /// `3`, `3.11`, `3.13t`, `>=3.10`, `pypy`, `pypy@3.10`, `cpython3.12`, `cp312`.
    pub fn parse(text: &str) -> Option<PythonKind> {
        let lower = text.to_ascii_lowercase();
        let split = lower.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(lower.len());
        let (word, rest) = lower.split_at(split);
        let implementation = match word {
            "" => None,
            _ => Some(IMPLEMENTATIONS.iter().find(|(name, _)| *name == word)?.1.to_owned()),
        };
        let short = matches!(word, "cp" | "pp" | "py");
        let rest = rest.trim_start_matches(['@', '-']).trim();
        // `python3.11` names a program as well; as a request it means CPython of that version.
        let implementation = implementation.filter(|_| word != "py" && word != "python");
        let mut kind = PythonKind { implementation, ..PythonKind::default() };
        if rest.starts_with(['<', '>', '=', '!', '~']) {
            kind.specifiers = Some(SpecifierSet::parse(rest).ok()?);
            return Some(kind);
        }
        let digits = rest.strip_suffix('t').inspect(|_| kind.free_threaded = true).unwrap_or(rest);
        if digits.is_empty() {
            return (!word.is_empty() && !short && !kind.free_threaded).then_some(kind);
        }
        kind.release = digits.split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
        if let [joined] = kind.release[..]
            && joined >= 10
        {
            kind.release = split_joined(joined)?; // `312` and `py39` mean 3.12 and 3.9.
        }
        (kind.release.len() <= 3).then_some(kind)
    }

    /// Whether `interpreter` is what is asked for.
    pub fn matches(&self, interpreter: &Interpreter) -> bool {
        let facts = interpreter.facts();
        let (major, minor, patch) = facts.version;
        let known = [major, minor, patch];
        let implementation = self.implementation.as_ref().is_none_or(|name| *name == facts.implementation);
        let release = known.starts_with(&self.release);
        let threads = !self.free_threaded || facts.free_threaded;
        implementation && release && threads && self.specified(&facts.full_version)
    }

    fn specified(&self, full_version: &str) -> bool {
        let Some(specifiers) = &self.specifiers else { return true };
        // A Python built from a branch calls itself `3.14.0a3+`.
        Version::parse(full_version.trim_end_matches('+'))
            .is_ok_and(|version| specifiers.contains(&version, Prereleases::Allow))
    }

    /// Names of programs that may satisfy this, the most exact first.
    pub(super) fn program_names(&self) -> Vec<String> {
        let stem = match self.implementation.as_deref() {
            None | Some("cpython") => "python",
            Some(other) => other,
        };
        let suffix = if self.free_threaded { "t" } else { "" };
        let mut names = Vec::new();
        if let [major, minor, ..] = self.release[..] {
            names.push(format!("{stem}{major}.{minor}{suffix}"));
        }
        if let [major, ..] = self.release[..] {
            names.push(format!("{stem}{major}"));
        } else {
            names.push(format!("{stem}3"));
        }
        names.push(stem.to_owned());
        names
    }
}

/// `311` is 3.11; `39` is 3.9.
fn split_joined(joined: u32) -> Option<Vec<u32>> {
    let text = joined.to_string();
    Some(vec![text.get(..1)?.parse().ok()?, text.get(1..)?.parse().ok()?])
}

impl std::fmt::Display for PythonRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            PythonRequest::Any => f.write_str("Python"),
            PythonRequest::Path(path) => write!(f, "{}", path.display()),
            PythonRequest::Program(name) => f.write_str(name),
            PythonRequest::Kind(kind) => kind.fmt(f),
        }
    }
}

impl std::fmt::Display for PythonKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.implementation.as_deref() {
            None => "Python",
            Some("cpython") => "CPython",
            Some("pypy") => "PyPy",
            Some(other) => other,
        })?;
        let release: Vec<String> = self.release.iter().map(u32::to_string).collect();
        match (&self.specifiers, release.is_empty()) {
            (Some(specifiers), _) => write!(f, " {specifiers}"),
            (None, true) => Ok(()),
            (None, false) => {
                write!(f, " {}{}", release.join("."), if self.free_threaded { "t" } else { "" })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> String {
        match PythonRequest::parse(text, Path::new("/nowhere")) {
            PythonRequest::Kind(kind) => kind.to_string(),
            PythonRequest::Path(path) => format!("path {}", path.display()),
            PythonRequest::Program(name) => format!("program {name}"),
            PythonRequest::Any => "any".to_owned(),
        }
    }

    #[test]
    fn requests() {
        let table = [
            ("", "any"),
            ("3", "Python 3"),
            ("3.11", "Python 3.11"),
            ("3.11.7", "Python 3.11.7"),
            ("3.13t", "Python 3.13t"),
            ("312", "Python 3.12"),
            ("py39", "Python 3.9"),
            ("python3.11", "Python 3.11"),
            ("cpython3.12", "CPython 3.12"),
            ("cpython@3.12", "CPython 3.12"),
            ("cp312", "CPython 3.12"),
            ("pypy", "PyPy"),
            ("pypy3", "PyPy 3"),
            ("pypy3.10", "PyPy 3.10"),
            (">=3.10", "Python >=3.10"),
            ("bin/python", "path /nowhere/bin/python"),
            (".venv", "path /nowhere/.venv"),
            ("/usr/bin/python3", "path /usr/bin/python3"),
            ("jython", "program jython"),
            ("3.x", "program 3.x"),
            ("1.2.3.4", "program 1.2.3.4"),
            ("99999999999", "program 99999999999"),
        ];
        for (text, expected) in table {
            assert_eq!(parsed(text), expected, "{text}");
        }
    }

    #[test]
    fn programs_to_look_for() {
        let kind = PythonKind::parse("3.11.7").unwrap();
        assert_eq!(kind.program_names(), ["python3.11", "python3", "python"]);
        assert_eq!(PythonKind::parse("pypy3").unwrap().program_names(), ["pypy3", "pypy"]);
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,30}") {
            PythonRequest::parse(&text, Path::new("/nowhere")).to_string();
        }
    }
}
