//! `[build-system]` of `pyproject.toml`: what a build needs and which back end makes it (PEP 517, PEP 518).

use std::fmt;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use packaging::{Origin, Requirement};
use toml_spanner::{Arena, Item, Table};

#[cfg(test)]
mod tests;

/// The back end of projects that name none (PEP 517).
const LEGACY: (&str, &str) = ("setuptools.build_meta", "__legacy__");
/// What projects without the table need (PEP 518; pip, build).
const LEGACY_REQUIRES: &str = "setuptools >= 40.8.0";
/// More than anybody writes into a pyproject.toml.
const LARGEST: u64 = 16 << 20;

/// How a project is built.
#[derive(Clone, Debug, PartialEq)]
pub struct BuildSystem {
    /// What the build needs before it can be started.
    pub requires: Vec<Requirement>,
    /// The same as written.
    pub written: Vec<String>,
    /// Who builds.
    pub backend: BackendName,
    /// Folders of the tree from which the back end is imported, relative to the tree and inside of it.
    pub backend_path: Vec<String>,
    /// How much of this the project said itself.
    pub declared: Declared,
}

/// How much a project says about its build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Declared {
    /// No file, or no `[build-system]` in it: setuptools of old.
    Nothing,
    /// The table, without `build-backend`: setuptools of old with what the table requires.
    Requires,
    /// The table with its back end.
    Backend,
}

/// An object in a module that has the hooks: `hatchling.build`, `setuptools.build_meta:__legacy__`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BackendName {
    /// The module that is imported.
    pub module: String,
    /// The object in it, dotted; empty for the module itself.
    pub object: String,
}

impl BackendName {
    /// Splits `module:object`.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let (module, object) = text.split_once(':').unwrap_or((text, ""));
        Self { module: module.trim().to_owned(), object: object.trim().to_owned() }
    }

    /// The setuptools of projects that name no back end.
    #[must_use]
    pub fn legacy() -> Self {
        Self { module: LEGACY.0.to_owned(), object: LEGACY.1.to_owned() }
    }
}

impl fmt::Display for BackendName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.module)?;
        if self.object.is_empty() { Ok(()) } else { write!(f, ":{}", self.object) }
    }
}

/// What happens to keys of the table that PEP 518 does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownKeys {
    /// They are an error (build).
    Refused,
    /// They mean nothing (pip).
    Ignored,
}

/// Why the way of building is not known.
#[derive(Debug, thiserror::Error)]
pub enum BuildSystemError {
    /// There is no folder of that name.
    #[error("{} is not a folder", .0.display())]
    NotAFolder(PathBuf),
    /// Neither `pyproject.toml` nor `setup.py` is there.
    #[error("{} has neither pyproject.toml nor setup.py", .0.display())]
    NotAProject(PathBuf),
    /// `pyproject.toml` cannot be read.
    #[error("{}: {source}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// `pyproject.toml` is wrong.
    #[error("{path}:{line}:{column}: {fault}")]
    Wrong {
        /// The file as it was named.
        path: String,
        /// The line, counted from 1.
        line: u32,
        /// The column, counted in characters from 1.
        column: usize,
        /// The line's text.
        text: String,
        /// How many characters are at fault; 0 when that is not known.
        length: usize,
        /// What is wrong.
        fault: Fault,
    },
}

/// What can be wrong in the table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The file is no TOML.
    #[error("{0}")]
    Syntax(String),
    /// The file is not UTF-8.
    #[error("the file is not UTF-8")]
    Encoding,
    /// `build-system` is no table.
    #[error("`build-system` must be a table")]
    NotATable,
    /// `requires` is not there.
    #[error("`build-system.requires` is missing")]
    RequiresMissing,
    /// `requires` is something else than a list of strings.
    #[error("`requires` must be a list of strings")]
    RequiresKind,
    /// An entry of `requires` is no requirement.
    #[error("`{text}` is not a requirement: {message}")]
    Requirement {
        /// The entry.
        text: String,
        /// What is wrong with it.
        message: String,
    },
    /// `build-backend` is no string.
    #[error("`build-backend` must be a string")]
    BackendKind,
    /// `build-backend` names nothing that Python could import.
    #[error("`{0}` does not name a module")]
    BackendName(String),
    /// `backend-path` is something else than a list of strings.
    #[error("`backend-path` must be a list of strings")]
    BackendPathKind,
    /// An entry of `backend-path` is absolute or leads out of the tree.
    #[error("`{0}` in `backend-path` is not inside of the project")]
    BackendPathOutside(String),
    /// An entry of `backend-path` is no folder.
    #[error("`{0}` in `backend-path` does not exist or is not a folder")]
    BackendPathMissing(String),
    /// Keys that PEP 518 does not know.
    #[error("unknown keys in `build-system`: {}", .0.join(", "))]
    UnknownKeys(Vec<String>),
}

/// The bytes of a file that people write: not those of a pipe, and not more than anybody writes.
pub(crate) fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let odd = |why| io::Error::new(io::ErrorKind::InvalidData, why);
    let file = std::fs::metadata(path)?;
    if !file.is_file() {
        return Err(odd("this is no ordinary file"));
    }
    if file.len() > LARGEST {
        return Err(odd("it is larger than 16 MiB"));
    }
    std::fs::read(path)
}

impl BuildSystem {
    /// Reads the `pyproject.toml` of a tree; a tree with a `setup.py` alone is built by setuptools.
    ///
    /// # Errors
    /// See [`BuildSystemError`].
    pub fn read(tree: &Path, unknown: UnknownKeys) -> Result<Self, Box<BuildSystemError>> {
        if !tree.is_dir() {
            return Err(Box::new(BuildSystemError::NotAFolder(tree.to_owned())));
        }
        let path = tree.join("pyproject.toml");
        let bytes = match read_file(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Self::without_file(tree),
            Err(source) => return Err(Box::new(BuildSystemError::Open { path, source })),
        };
        let name = path.to_string_lossy();
        let text = std::str::from_utf8(&bytes).map_err(|error| {
            let valid = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            Source { path: &name, text: &valid }.error(valid.len()..valid.len(), Fault::Encoding)
        })?;
        let source = Source { path: &name, text };
        let system = Self::parse(&name, text, unknown)?;
        for entry in &system.backend_path {
            if !tree.join(entry).is_dir() {
                let place = source.place_of(entry);
                return Err(source.error(place, Fault::BackendPathMissing(entry.clone())));
            }
        }
        Ok(system)
    }

    fn without_file(tree: &Path) -> Result<Self, Box<BuildSystemError>> {
        if tree.join("setup.py").exists() {
            Ok(Self::legacy())
        } else {
            Err(Box::new(BuildSystemError::NotAProject(tree.to_owned())))
        }
    }

    /// How a project is built that does not say it.
    #[must_use]
    pub fn legacy() -> Self {
        Self {
            requires: Requirement::parse(LEGACY_REQUIRES).into_iter().collect(),
            written: vec![LEGACY_REQUIRES.to_owned()],
            backend: BackendName::legacy(),
            backend_path: Vec::new(),
            declared: Declared::Nothing,
        }
    }

    /// Reads the text of a `pyproject.toml` that is called `path` in messages.
    ///
    /// # Errors
    /// See [`BuildSystemError::Wrong`].
    pub fn parse(path: &str, text: &str, unknown: UnknownKeys) -> Result<Self, Box<BuildSystemError>> {
        let source = Source { path, text };
        let arena = Arena::new();
        let document = toml_spanner::parse(text, &arena)
            .map_err(|error| source.error(error.span().range(), Fault::Syntax(error.message(text))))?;
        match document.table().get("build-system") {
            None => Ok(Self::legacy()),
            Some(item) => match item.as_table() {
                Some(table) => source.table(item, table, unknown),
                None => Err(source.error(item.span().range(), Fault::NotATable)),
            },
        }
    }
}

/// The text that is read, for errors with their places.
struct Source<'a> {
    path: &'a str,
    text: &'a str,
}

type Read<T> = Result<T, Box<BuildSystemError>>;

impl Source<'_> {
    fn error(&self, span: Range<usize>, fault: Fault) -> Box<BuildSystemError> {
        let start = (0..=span.start.min(self.text.len())).rev().find(|at| self.text.is_char_boundary(*at));
        let start = start.unwrap_or(0);
        let line_start = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line = self.text[line_start..].lines().next().unwrap_or_default();
        let at_fault = self.text.get(start..span.end.min(line_start + line.len()).max(start));
        Box::new(BuildSystemError::Wrong {
            path: self.path.to_owned(),
            line: line_number(self.text, start),
            column: self.text[line_start..start].chars().count() + 1,
            text: line.to_owned(),
            length: at_fault.map_or(0, |text| text.chars().count()),
            fault,
        })
    }

    /// Where an entry is written, quotes included.
    fn place_of(&self, entry: &str) -> Range<usize> {
        let quoted = [format!("\"{entry}\""), format!("'{entry}'")];
        let found = quoted.iter().find_map(|text| self.text.find(text).map(|at| at..at + text.len()));
        found.unwrap_or(0..0)
    }

    fn table(&self, item: &Item<'_>, table: &Table<'_>, unknown: UnknownKeys) -> Read<BuildSystem> {
        let Some(requires) = table.get("requires") else {
            return Err(self.error(item.span().range(), Fault::RequiresMissing));
        };
        let written = self.texts(requires, &Fault::RequiresKind)?;
        let backend = table.get("build-backend").map(|name| self.backend(name)).transpose()?;
        let backend_path = match table.get("backend-path") {
            Some(list) => self.backend_path(list)?,
            None => Vec::new(),
        };
        if unknown == UnknownKeys::Refused {
            self.refuse_unknown(table)?;
        }
        Ok(BuildSystem {
            requires: self.requirements(requires)?,
            written,
            declared: if backend.is_some() { Declared::Backend } else { Declared::Requires },
            backend: backend.unwrap_or_else(BackendName::legacy),
            backend_path,
        })
    }

    fn texts(&self, list: &Item<'_>, fault: &Fault) -> Read<Vec<String>> {
        let wrong = |item: &Item<'_>| self.error(item.span().range(), fault.clone());
        let items = list.as_array().ok_or_else(|| wrong(list))?;
        items.iter().map(|item| item.as_str().map(str::to_owned).ok_or_else(|| wrong(item))).collect()
    }

    fn requirements(&self, list: &Item<'_>) -> Read<Vec<Requirement>> {
        list.as_array()
            .into_iter()
            .flat_map(|items| items.iter())
            .map(|item| self.requirement(item))
            .collect()
    }

    fn requirement(&self, item: &Item<'_>) -> Read<Requirement> {
        let text = item.as_str().unwrap_or_default();
        let whole = item.span().range();
        let requirement = Requirement::parse(text).map_err(|error| {
            // the caret points into the text where that is written without escapes
            let inside = self.text.get(whole.clone()).and_then(|written| written.find(text));
            let place = inside.map(|at| whole.start + at);
            let place = place.map_or(whole.clone(), |at| at + error.span.start..at + error.span.end);
            self.error(place, Fault::Requirement { text: text.to_owned(), message: error.message })
        })?;
        let line = line_number(self.text, whole.start);
        let origin = Origin::File { path: self.path.to_owned(), line, constraint: false };
        Ok(requirement.with_origin(Arc::new(origin)))
    }

    fn backend(&self, item: &Item<'_>) -> Read<BackendName> {
        let fail = |fault| Err(self.error(item.span().range(), fault));
        let Some(text) = item.as_str() else { return fail(Fault::BackendKind) };
        let name = BackendName::parse(text);
        let importable = |dotted: &str| dotted.split('.').all(|part| !part.is_empty());
        if !importable(&name.module) || !(name.object.is_empty() || importable(&name.object)) {
            return fail(Fault::BackendName(text.to_owned()));
        }
        Ok(name)
    }

    /// PEP 517: relative to the tree, and nothing outside of it.
    fn backend_path(&self, list: &Item<'_>) -> Read<Vec<String>> {
        let entries = self.texts(list, &Fault::BackendPathKind)?;
        for (entry, item) in entries.iter().zip(list.as_array().into_iter().flat_map(|items| items.iter())) {
            if !stays_inside(entry) {
                return Err(self.error(item.span().range(), Fault::BackendPathOutside(entry.clone())));
            }
        }
        Ok(entries)
    }

    fn refuse_unknown(&self, table: &Table<'_>) -> Read<()> {
        let known = ["requires", "build-backend", "backend-path"];
        let unknown: Vec<_> = table.iter().filter(|(key, _)| !known.contains(&key.name)).collect();
        let Some((first, _)) = unknown.first() else { return Ok(()) };
        let names = unknown.iter().map(|(key, _)| key.name.to_owned()).collect();
        Err(self.error(first.span.range(), Fault::UnknownKeys(names)))
    }
}

fn line_number(text: &str, at: usize) -> u32 {
    let before = &text.as_bytes()[..at.min(text.len())];
    u32::try_from(before.iter().filter(|byte| **byte == b'\n').count()).unwrap_or(u32::MAX).saturating_add(1)
}

fn stays_inside(entry: &str) -> bool {
    use std::path::Component;
    let mut depth = 0_i32;
    for part in Path::new(entry).components() {
        match part {
            Component::Normal(_) => depth += 1,
            Component::ParentDir => depth -= 1,
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return false,
        }
        if depth < 0 {
            return false;
        }
    }
    true
}
