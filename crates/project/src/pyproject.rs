//! The tables of `pyproject.toml` that say what a project needs: `[project]` (PEP 621), `[dependency-groups]` (PEP 735)
//! and `[build-system]` (PEP 518).
//!
//! Enters: the file's text. Leaves: a [`PyProject`], or the first thing that is wrong with its place.

use std::collections::BTreeMap;
use std::sync::Arc;

use packaging::dependency_groups::{DependencyGroups, GroupContent, GroupError, GroupItem};
use packaging::{Extra, Origin, PackageName, Requirement, SpecifierSet, Version};
use toml_spanner::{Arena, Item, Table};

/// What a project says of itself.
#[derive(Clone, Debug, Default)]
pub struct PyProject {
    /// `project.name`
    pub name: Option<PackageName>,
    /// `project.version`
    pub version: Option<Version>,
    /// `project.requires-python`
    pub requires_python: Option<SpecifierSet>,
    /// `project.dependencies`
    pub dependencies: Vec<Requirement>,
    /// `project.optional-dependencies`
    pub optional_dependencies: BTreeMap<Extra, Vec<Requirement>>,
    /// `project.dynamic`
    pub dynamic: Vec<String>,
    /// `[dependency-groups]`
    pub groups: DependencyGroups,
    /// `[build-system]`
    pub build_system: Option<BuildSystem>,
    /// Whether there is a `[project]` table at all.
    pub has_project: bool,
}

/// How a project is built (PEP 517, PEP 518).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuildSystem {
    /// What the build needs.
    pub requires: Vec<Requirement>,
    /// The backend; nothing means setuptools of old.
    pub backend: Option<String>,
    /// Folders of the project from which the backend is imported.
    pub backend_path: Vec<String>,
}

/// Why a `pyproject.toml` cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}:{line}:{column}: {message}")]
pub struct PyProjectError {
    /// The file as it was named.
    pub path: String,
    /// The line, counted from 1.
    pub line: u32,
    /// The column, counted in characters from 1.
    pub column: usize,
    /// The line's text.
    pub text: String,
    /// How many characters are at fault; 0 when that is not known.
    pub length: usize,
    /// What is wrong.
    pub message: String,
}

impl PyProject {
    /// Reads the text of the file that is called `path` in messages.
    ///
    /// # Errors
    /// Broken TOML, a value of the wrong type, a requirement or version that is none.
    pub fn parse(path: &str, text: &str) -> Result<Self, Box<PyProjectError>> {
        let arena = Arena::new();
        let reader = Reader { path, text };
        let document = toml_spanner::parse(text, &arena).map_err(|error| {
            let span = error.span();
            reader.error(span.start as usize..span.end as usize, error.message(text))
        })?;
        reader.read(document.table())
    }

    /// The requirements of the project with some of its extras. An extra that asks for the project itself with other
    /// extras (`all = ["name[fast,small]"]`) brings those.
    ///
    /// # Errors
    /// The extra that the project does not have.
    pub fn requirements(&self, extras: &[Extra]) -> Result<Vec<Requirement>, Extra> {
        let mut requirements = self.dependencies.clone();
        let mut wanted = extras.to_vec();
        let mut next = 0;
        while let Some(extra) = wanted.get(next).cloned() {
            next += 1;
            for more in self.optional_dependencies.get(&extra).ok_or(extra)? {
                if self.name.as_ref() != Some(&more.name) {
                    requirements.push(more.clone());
                    continue;
                }
                let new: Vec<Extra> =
                    more.extras.iter().filter(|extra| !wanted.contains(extra)).cloned().collect();
                wanted.extend(new);
            }
        }
        Ok(requirements)
    }

    /// The requirements of a dependency group.
    ///
    /// # Errors
    /// Everything that is wrong with the group.
    pub fn group(&self, name: &str, path: &str) -> Result<Vec<Requirement>, Vec<GroupError>> {
        let origin = Arc::new(Origin::Named(format!("{path} group {name}")));
        let found = self.groups.resolve(name)?;
        Ok(found.into_iter().map(|requirement| requirement.with_origin(Arc::clone(&origin))).collect())
    }
}

struct Reader<'a> {
    path: &'a str,
    text: &'a str,
}

type Read<T> = Result<T, Box<PyProjectError>>;

impl Reader<'_> {
    fn error(&self, span: std::ops::Range<usize>, message: String) -> Box<PyProjectError> {
        let start = (0..=span.start.min(self.text.len())).rev().find(|at| self.text.is_char_boundary(*at));
        let start = start.unwrap_or(0);
        let line_start = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line = self.text[line_start..].lines().next().unwrap_or_default();
        let at_fault = self.text.get(start..span.end.min(line_start + line.len()).max(start));
        Box::new(PyProjectError {
            path: self.path.to_owned(),
            line: self.text[..start].matches('\n').count() as u32 + 1,
            column: self.text[line_start..start].chars().count() + 1,
            text: line.to_owned(),
            length: at_fault.map_or(0, |text| text.chars().count()),
            message,
        })
    }

    fn fail<T>(&self, item: &Item<'_>, message: impl Into<String>) -> Read<T> {
        let span = item.span();
        Err(self.error(span.start as usize..span.end as usize, message.into()))
    }

    fn read(&self, document: &Table<'_>) -> Read<PyProject> {
        let mut project = PyProject::default();
        for (key, item) in document {
            match key.as_str() {
                "project" => {
                    project.has_project = true;
                    self.project(self.table(item, "project")?, &mut project)?;
                }
                "dependency-groups" => project.groups = self.groups(item)?,
                "build-system" => project.build_system = Some(self.build_system(item)?),
                _ => {}
            }
        }
        Ok(project)
    }

    fn project(&self, table: &Table<'_>, project: &mut PyProject) -> Read<()> {
        for (key, item) in table {
            match key.as_str() {
                "name" => project.name = Some(self.parsed(item, "name", PackageName::new)?),
                "version" => project.version = Some(self.parsed(item, "version", Version::parse)?),
                "requires-python" => {
                    project.requires_python =
                        Some(self.parsed(item, "requires-python", SpecifierSet::parse)?);
                }
                "dependencies" => project.dependencies = self.requirements(item, "dependencies")?,
                "optional-dependencies" => {
                    for (extra, list) in self.table(item, "optional-dependencies")? {
                        let name = Extra::new(extra.as_str());
                        let name = name.or_else(|error| self.fail(list, error.to_string()))?;
                        let list = self.requirements(list, "optional-dependencies")?;
                        project.optional_dependencies.insert(name, list);
                    }
                }
                "dynamic" => project.dynamic = self.texts(item, "dynamic")?,
                _ => {}
            }
        }
        Ok(())
    }

    fn build_system(&self, item: &Item<'_>) -> Read<BuildSystem> {
        let table = self.table(item, "build-system")?;
        let Some(requires) = table.get("requires") else {
            return self.fail(item, "`build-system.requires` is missing (PEP 518)");
        };
        let backend = table.get("build-backend").map(|name| self.text(name, "build-backend")).transpose()?;
        let folders = table.get("backend-path").map(|list| self.texts(list, "backend-path")).transpose()?;
        Ok(BuildSystem {
            requires: self.requirements(requires, "requires")?,
            backend: backend.map(str::to_owned),
            backend_path: folders.unwrap_or_default(),
        })
    }

    fn texts(&self, item: &Item<'_>, key: &str) -> Read<Vec<String>> {
        self.array(item, key)?.iter().map(|text| self.text(text, key).map(str::to_owned)).collect()
    }

    fn groups(&self, item: &Item<'_>) -> Read<DependencyGroups> {
        let table = self.table(item, "dependency-groups")?;
        let groups = table.iter().map(|(name, list)| (name.as_str().to_owned(), content(list)));
        DependencyGroups::new(groups).or_else(|error| self.fail(item, error.to_string()))
    }

    fn requirements(&self, item: &Item<'_>, key: &str) -> Read<Vec<Requirement>> {
        self.array(item, key)?.iter().map(|item| self.requirement(item, key)).collect()
    }

    fn requirement(&self, item: &Item<'_>, key: &str) -> Read<Requirement> {
        let text = self.text(item, key)?;
        let requirement = Requirement::parse(text).map_err(|error| {
            // the caret points into the text where that is written without escapes
            let whole = item.span().range();
            let inside = self
                .text
                .get(whole.clone())
                .and_then(|written| written.find(text))
                .map(|at| whole.start + at);
            let place = inside.map_or(whole, |at| at + error.span.start..at + error.span.end);
            self.error(place, format!("`{text}` is not a requirement: {}", error.message))
        })?;
        let line = self.text_line(item);
        let origin = Origin::File { path: self.path.to_owned(), line, constraint: false };
        Ok(requirement.with_origin(Arc::new(origin)))
    }

    fn text_line(&self, item: &Item<'_>) -> u32 {
        let start = (item.span().start as usize).min(self.text.len());
        self.text.as_bytes()[..start].iter().filter(|byte| **byte == b'\n').count() as u32 + 1
    }

    fn parsed<T, E: std::fmt::Display>(
        &self,
        item: &Item<'_>,
        key: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Read<T> {
        let text = self.text(item, key)?;
        parse(text).or_else(|error| self.fail(item, format!("project.{key}: {error}")))
    }

    fn text<'t>(&self, item: &'t Item<'_>, key: &str) -> Read<&'t str> {
        match item.as_str() {
            Some(text) => Ok(text),
            None => self.fail(item, format!("`{key}` wants a string here, not {}", item.type_str())),
        }
    }

    fn table<'t, 'd>(&self, item: &'t Item<'d>, key: &str) -> Read<&'t Table<'d>> {
        match item.as_table() {
            Some(table) => Ok(table),
            None => self.fail(item, format!("`{key}` wants a table here, not {}", item.type_str())),
        }
    }

    fn array<'t, 'd>(&self, item: &'t Item<'d>, key: &str) -> Read<&'t toml_spanner::Array<'d>> {
        match item.as_array() {
            Some(array) => Ok(array),
            None => self.fail(item, format!("`{key}` wants a list here, not {}", item.type_str())),
        }
    }
}

/// A group is judged only when it is used (PEP 735).
fn content(list: &Item<'_>) -> GroupContent {
    let Some(items) = list.as_array() else { return GroupContent::NotAList };
    GroupContent::Items(items.iter().map(group_item).collect())
}

fn group_item(item: &Item<'_>) -> GroupItem {
    if let Some(text) = item.as_str() {
        return GroupItem::Requirement(text.to_owned());
    }
    let include = item.as_table().and_then(|table| {
        let mut entries = table.iter();
        let (key, value) = entries.next()?;
        let only = entries.next().is_none() && key.as_str() == "include-group";
        only.then(|| value.as_str()).flatten()
    });
    match include {
        Some(name) => GroupItem::Include(name.to_owned()),
        None => GroupItem::Malformed(item.type_str().to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
[project]
name = "My.Project"
version = "1.0"
requires-python = ">=3.9"
dependencies = [
    "alpha>=1",
    "beta; python_version < '3.12'",
]
[project.optional-dependencies]
PDF = ["gamma"]
all = ["my-project[pdf,more]"]
more = ["delta", "my-project[all]"]
[dependency-groups]
test = ["pytest", {include-group = "lint"}]
lint = ["ruff"]
broken = "x"
[build-system]
requires = ["maker>=1"]
build-backend = "maker.api"
"#;

    #[test]
    fn what_a_project_needs() {
        let project = PyProject::parse("pyproject.toml", TEXT).unwrap();
        assert_eq!(project.name.as_ref().unwrap().as_str(), "my-project");
        let extra = Extra::new("pdf").unwrap();
        let names: Vec<_> = project
            .requirements(std::slice::from_ref(&extra))
            .unwrap()
            .iter()
            .map(|one| one.name.to_string())
            .collect();
        assert_eq!(names, ["alpha", "beta", "gamma"]);
        assert!(project.requirements(&[Extra::new("x").unwrap()]).is_err());
        assert_eq!(project.requirements(&[Extra::new("all").unwrap()]).unwrap().len(), 4);
        let build = project.build_system.as_ref().unwrap();
        assert_eq!((build.requires.len(), build.backend.as_deref()), (1, Some("maker.api")));
        let group = project.group("Test", "pyproject.toml").unwrap();
        assert_eq!(group.len(), 2);
        assert!(project.group("broken", "pyproject.toml").is_err());
        let origin = project.dependencies[1].origin.as_deref();
        assert!(matches!(origin, Some(Origin::File { line: 8, .. })), "{origin:?}");
    }

    #[test]
    fn mistakes_have_a_place() {
        for (text, place, message) in [
            ("[project\nname = 1", (1, 9), ""),
            ("[project]\nname = 1", (2, 8), "`name` wants a string"),
            ("[project]\ndependencies = \"a\"", (2, 16), "`dependencies` wants a list"),
            ("[project]\ndependencies = [\"a\", \"b=>1\"]", (2, 24), "`b=>1` is not a requirement"),
            ("[build-system]\nx = 1", (1, 1), "`build-system.requires` is missing"),
            ("project = 1", (1, 11), "`project` wants a table"),
        ] {
            let error = PyProject::parse("p", text).unwrap_err();
            assert_eq!((error.line, error.column), place, "{error}");
            assert!(error.message.contains(message), "{error}");
        }
    }
}
