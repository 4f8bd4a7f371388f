//! The `[project]` table (PEP 621, PEP 639, PEP 794), typed strictly and otherwise as it is written: what a value means,
//! each back end knows for itself.

use super::document::{Toml, TomlTable};
use super::{Stop, not_native};

/// Keys with their strings, in the order of the file.
pub(super) type TextTable = Vec<(String, String)>;

/// What `[project]` says.
#[derive(Debug, Default)]
pub(super) struct Project {
    pub(super) name: String,
    pub(super) version: Option<String>,
    pub(super) description: Option<String>,
    pub(super) readme: Option<Readme>,
    pub(super) requires_python: Option<String>,
    pub(super) license: Option<License>,
    pub(super) license_files: Option<Vec<String>>,
    pub(super) authors: Vec<Person>,
    pub(super) maintainers: Vec<Person>,
    pub(super) keywords: Vec<String>,
    pub(super) classifiers: Vec<String>,
    pub(super) urls: TextTable,
    pub(super) scripts: TextTable,
    pub(super) gui_scripts: TextTable,
    pub(super) entry_points: Vec<(String, TextTable)>,
    pub(super) dependencies: Vec<String>,
    pub(super) optional_dependencies: Vec<(String, Vec<String>)>,
    pub(super) dynamic: Vec<String>,
    pub(super) import_names: Option<Vec<String>>,
    pub(super) import_namespaces: Option<Vec<String>>,
    /// A key that the standard does not know.
    pub(super) unknown: Option<String>,
    /// Every key that stands in the table.
    pub(super) keys: Vec<String>,
}

/// `readme`
#[derive(Debug)]
pub(super) enum Readme {
    /// `readme = "README.md"`, or a table with `file`.
    File { path: String, content_type: Option<String> },
    /// A table with `text`.
    Text { text: String, content_type: String },
}

/// `license`
#[derive(Debug)]
pub(super) enum License {
    /// An SPDX expression (PEP 639).
    Expression(String),
    /// The table `{ text = … }` of old.
    Text(String),
    /// The table `{ file = … }` of old.
    File(String),
}

/// One of `authors` or `maintainers`.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) name: Option<String>,
    pub(super) email: Option<String>,
}

const KEYS: [&str; 20] = [
    "name",
    "version",
    "description",
    "readme",
    "requires-python",
    "license",
    "license-files",
    "authors",
    "maintainers",
    "keywords",
    "classifiers",
    "urls",
    "scripts",
    "gui-scripts",
    "entry-points",
    "dependencies",
    "optional-dependencies",
    "dynamic",
    "import-names",
    "import-namespaces",
];

impl Project {
    /// Reads the table of a document. A value of the wrong type, or a key that is both there and dynamic, makes the project not
    /// native: back ends differ in how they refuse it.
    pub(super) fn read(document: &TomlTable) -> Result<Self, Stop> {
        let Some(table) = document.table("project")? else {
            return not_native("there is no [project] table");
        };
        let project = Self {
            name: table.text("name")?.unwrap_or_default().to_owned(),
            version: owned(table.text("version")?),
            description: owned(table.text("description")?),
            readme: table.get("readme").map(readme).transpose()?,
            requires_python: owned(table.text("requires-python")?),
            license: table.get("license").map(license).transpose()?,
            license_files: table.texts("license-files")?,
            authors: people(table, "authors")?,
            maintainers: people(table, "maintainers")?,
            keywords: table.texts("keywords")?.unwrap_or_default(),
            classifiers: table.texts("classifiers")?.unwrap_or_default(),
            urls: table.text_table("urls")?.unwrap_or_default(),
            scripts: table.text_table("scripts")?.unwrap_or_default(),
            gui_scripts: table.text_table("gui-scripts")?.unwrap_or_default(),
            entry_points: entry_points(table)?,
            dependencies: table.texts("dependencies")?.unwrap_or_default(),
            optional_dependencies: optional_dependencies(table)?,
            dynamic: table.texts("dynamic")?.unwrap_or_default(),
            import_names: table.texts("import-names")?,
            import_namespaces: table.texts("import-namespaces")?,
            unknown: owned(table.unknown(&KEYS)),
            keys: table.keys().map(str::to_owned).collect(),
        };
        project.check()?;
        Ok(project)
    }

    fn check(&self) -> Result<(), Stop> {
        if !packaging::name::is_valid_name(&self.name) {
            return not_native("`project.name` is not a project's name");
        }
        match self.dynamic.iter().find(|field| self.has(field)) {
            Some(field) => not_native(format!("`{field}` is both given and dynamic")),
            None => Ok(()),
        }
    }

    /// Whether the key stands in the table.
    pub(super) fn has(&self, key: &str) -> bool {
        self.keys.iter().any(|given| given == key)
    }

    /// Whether `dynamic` names the field.
    pub(super) fn is_dynamic(&self, field: &str) -> bool {
        self.dynamic.iter().any(|name| name == field)
    }
}

fn owned(text: Option<&str>) -> Option<String> {
    text.map(str::to_owned)
}

fn readme(value: &Toml) -> Result<Readme, Stop> {
    let table = match value {
        Toml::Text(path) => return Ok(Readme::File { path: path.clone(), content_type: None }),
        Toml::Table(table) => table,
        _ => return not_native("`readme` is neither a string nor a table"),
    };
    if let Some(key) = table.unknown(&["file", "text", "content-type"]) {
        return not_native(format!("`readme` has the key `{key}`"));
    }
    let Some(content_type) = owned(table.text("content-type")?) else {
        return not_native("`readme` has no content-type");
    };
    match (owned(table.text("file")?), owned(table.text("text")?)) {
        (Some(path), None) => Ok(Readme::File { path, content_type: Some(content_type) }),
        (None, Some(text)) => Ok(Readme::Text { text, content_type }),
        _ => not_native("`readme` needs one of `file` and `text`"),
    }
}

fn license(value: &Toml) -> Result<License, Stop> {
    let table = match value {
        Toml::Text(expression) => return Ok(License::Expression(expression.clone())),
        Toml::Table(table) => table,
        _ => return not_native("`license` is neither a string nor a table"),
    };
    if let Some(key) = table.unknown(&["file", "text"]) {
        return not_native(format!("`license` has the key `{key}`"));
    }
    match (owned(table.text("file")?), owned(table.text("text")?)) {
        (Some(path), None) => Ok(License::File(path)),
        (None, Some(text)) => Ok(License::Text(text)),
        _ => not_native("`license` needs one of `file` and `text`"),
    }
}

fn people(table: &TomlTable, key: &str) -> Result<Vec<Person>, Stop> {
    let Some(value) = table.get(key) else { return Ok(Vec::new()) };
    let Some(items) = value.as_array() else { return not_native(format!("`{key}` is not an array")) };
    items.iter().map(person).collect()
}

fn person(value: &Toml) -> Result<Person, Stop> {
    let Some(table) = value.as_table() else { return not_native("a person is not a table") };
    if let Some(key) = table.unknown(&["name", "email"]) {
        return not_native(format!("a person has the key `{key}`"));
    }
    let person = Person { name: owned(table.text("name")?), email: owned(table.text("email")?) };
    if person.name.is_none() && person.email.is_none() {
        return not_native("a person has neither name nor email");
    }
    Ok(person)
}

fn entry_points(table: &TomlTable) -> Result<Vec<(String, TextTable)>, Stop> {
    let Some(groups) = table.table("entry-points")? else { return Ok(Vec::new()) };
    let read = |(group, entries): (&str, &Toml)| match entries.as_text_table() {
        Some(entries) => Ok((group.to_owned(), entries)),
        None => not_native(format!("the entry points `{group}` are not a table of strings")),
    };
    groups.iter().map(read).collect()
}

fn optional_dependencies(table: &TomlTable) -> Result<Vec<(String, Vec<String>)>, Stop> {
    let Some(extras) = table.table("optional-dependencies")? else { return Ok(Vec::new()) };
    let read = |(extra, texts): (&str, &Toml)| match texts.as_texts() {
        Some(texts) => Ok((extra.to_owned(), texts)),
        None => not_native(format!("the extra `{extra}` is not an array of strings")),
    };
    extras.iter().map(read).collect()
}
