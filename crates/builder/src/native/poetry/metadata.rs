//! METADATA in Poetry's order and spelling.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use packaging::licenses::LicenseExpression;

use super::Poetry;
use super::constraint::{Constraint, Of};
use super::dependency::Dependencies;
use super::licenses;
use crate::native::document::TomlTable;
use crate::native::glob::path_glob;
use crate::native::project::{License, Person, Project, Readme};
use crate::native::tree::{normalized_path, read_text};
use crate::native::{Source, Stop, not_native};

/// What stands for Python where nothing is said.
const ALL_PYTHONS: &str = "~2.7 || >=3.4";

/// The releases for which there are classifiers.
const PYTHONS: [&str; 15] = [
    "2", "2.7", "3", "3.4", "3.5", "3.6", "3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14", "3.15",
];

/// The text of METADATA, and what else of the project decides over files.
#[derive(Debug)]
pub(super) struct Metadata {
    pub(super) text: String,
    pub(super) license_files: Vec<String>,
    pub(super) readmes: Vec<String>,
    /// Whether Python 2 is allowed.
    pub(super) python_2: bool,
}

/// Where the project says it: in `[project]`, else in `[tool.poetry]`.
pub(super) struct Tables<'t> {
    pub(super) project: Option<&'t Project>,
    pub(super) tool: &'t TomlTable,
}

/// The licence as metadata has it.
enum Said {
    Nothing,
    Expression(String),
    /// The text of `License`, and its classifier.
    License(String, String),
}

struct Pythons {
    /// `Requires-Python`
    required: Option<String>,
    allowed: Constraint,
    /// What classifiers follow.
    classified: Constraint,
}

impl Tables<'_> {
    fn text<'t>(
        &'t self,
        own: impl Fn(&'t Project) -> Option<&'t str>,
        key: &str,
    ) -> Result<Option<&'t str>, Stop> {
        match self.project.and_then(own).filter(|text| !text.is_empty()) {
            Some(text) => Ok(Some(text)),
            None => self.tool.text(key),
        }
    }

    fn texts(&self, own: impl Fn(&Project) -> &[String], key: &str) -> Result<Vec<String>, Stop> {
        match self.project.map(own).filter(|texts| !texts.is_empty()) {
            Some(texts) => Ok(texts.to_vec()),
            None => Ok(self.tool.texts(key)?.unwrap_or_default()),
        }
    }

    pub(super) fn name(&self) -> Result<Option<&str>, Stop> {
        self.text(|project| Some(&project.name), "name")
    }

    pub(super) fn version(&self) -> Result<Option<&str>, Stop> {
        self.text(|project| project.version.as_deref(), "version")
    }
}

impl Metadata {
    pub(super) fn read(source: &Source<'_>, tables: &Tables<'_>, poetry: &Poetry) -> Result<Self, Stop> {
        let summary =
            tables.text(|project| project.description.as_deref(), "description")?.unwrap_or_default();
        if summary.contains(['\n', '\r']) {
            return not_native("the description has several lines");
        }
        let license = license(source, tables)?;
        let pythons = pythons(tables)?;
        let dependencies = Dependencies::read(tables.project, tables.tool)?;
        let license_files = license_files(source, tables)?;
        let (description, content_type, readmes) = readme(source, tables)?;
        let mut text = format!(
            "Metadata-Version: 2.4\nName: {}\nVersion: {}\nSummary: {summary}\n",
            poetry.name, poetry.version
        );
        let mut put = |name: &str, value: &str| {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{name}: {value}");
        };
        match &license {
            Said::Nothing => {}
            Said::Expression(expression) => put("License-Expression", expression),
            Said::License(text, _) => put("License", &indented(text)),
        }
        license_files.iter().for_each(|file| put("License-File", file));
        let keywords = tables.texts(|project| &project.keywords, "keywords")?;
        if !keywords.is_empty() {
            put("Keywords", &keywords.join(","));
        }
        for (role, key) in [("Author", "authors"), ("Maintainer", "maintainers")] {
            if let Some((name, email)) = person(tables, key)? {
                put(role, &name);
                email.iter().for_each(|email| put(&format!("{role}-email"), email));
            }
        }
        pythons.required.iter().for_each(|required| put("Requires-Python", required));
        classifiers(tables, &license, &pythons)?.iter().for_each(|classifier| put("Classifier", classifier));
        dependencies.extras.iter().for_each(|extra| put("Provides-Extra", extra));
        dependencies.print().iter().for_each(|line| put("Requires-Dist", line));
        urls(tables)?.iter().for_each(|url| put("Project-URL", url));
        content_type.iter().for_each(|content_type| put("Description-Content-Type", content_type));
        if let Some(description) = description {
            let _ = write!(text, "\n{description}\n");
        }
        let python_2 = pythons.allowed.meets(&Constraint::parse(">=2.0.0 <3.0.0", Of::Package)?);
        Ok(Self { text, license_files, readmes, python_2 })
    }
}

/// A licence of several lines, all but the first under it.
fn indented(text: &str) -> String {
    let margin = " ".repeat("License: ".len());
    let lines: Vec<String> = text.split_inclusive('\n').map(|line| format!("{margin}{line}")).collect();
    lines.concat().trim().to_owned()
}

fn license(source: &Source<'_>, tables: &Tables<'_>) -> Result<Said, Stop> {
    let raw = match tables.project.and_then(|project| project.license.as_ref()) {
        Some(License::Expression(text)) if !text.is_empty() => {
            return match LicenseExpression::parse(text) {
                Ok(expression) => Ok(Said::Expression(expression.as_str().to_owned())),
                Err(error) => not_native(error.to_string()),
            };
        }
        Some(_) if tables.project.is_some_and(|project| project.license_files.is_some()) => {
            return not_native("`license-files` stands beside a table `license`");
        }
        Some(License::Text(text)) => text.clone(),
        Some(License::File(path)) => read_text(&source.path(&inside(path)?))?,
        Some(License::Expression(_)) | None => tables.tool.text("license")?.unwrap_or_default().to_owned(),
    };
    match licenses::license(&raw) {
        _ if raw.is_empty() => Ok(Said::Nothing),
        Some((id, classifier)) => Ok(Said::License(id.to_owned(), classifier)),
        // No identifier or name has several lines.
        None if raw.trim().contains('\n') && split_as_python(&raw) => {
            Ok(Said::License(raw, "License :: Other/Proprietary License".to_owned()))
        }
        None => not_native(format!("the licence `{raw}`")),
    }
}

/// Whether `\n` alone ends lines.
fn split_as_python(text: &str) -> bool {
    crate::native::text::split_lines(text).len() == text.lines().count() && !text.contains('\r')
}

/// A path in the project.
fn inside(path: &str) -> Result<String, Stop> {
    let normalized = normalized_path(path);
    match normalized == path && !path.starts_with(['/', '.']) {
        true => Ok(normalized),
        false => not_native(format!("the path `{path}`")),
    }
}

fn license_files(source: &Source<'_>, tables: &Tables<'_>) -> Result<Vec<String>, Stop> {
    let project = tables.project;
    let mut files = BTreeSet::new();
    let mut add = |pattern: &str| -> Result<bool, Stop> {
        let met = path_glob(&source.tree, pattern)?;
        let mut is_met = false;
        for path in met.into_iter().filter(|path| source.path(path).is_file()) {
            is_met = true;
            files.insert(path);
        }
        Ok(is_met)
    };
    if let Some(patterns) = project.and_then(|project| project.license_files.as_ref()) {
        for pattern in patterns {
            if pattern.contains('\\') || pattern.split('/').any(|part| part == "..") || !add(pattern)? {
                return not_native(format!("no licence is called `{pattern}`"));
            }
        }
    } else {
        for pattern in ["COPYING*", "LICEN[SC]E*", "AUTHORS*", "NOTICE*"] {
            add(pattern)?;
        }
        if source.path("LICENSES").is_dir() {
            add("LICENSES/**/*")?;
        }
        if let Some(License::File(path)) = project.and_then(|project| project.license.as_ref()) {
            files.insert(inside(path)?);
        }
    }
    match files.iter().find(|path| source.path(path).is_symlink()) {
        Some(path) => not_native(format!("`{path}` is a symbolic link")),
        None => Ok(files.into_iter().collect()),
    }
}

type Described = (Option<String>, Option<String>, Vec<String>);

/// Text, content type and files.
fn readme(source: &Source<'_>, tables: &Tables<'_>) -> Result<Described, Stop> {
    let (paths, content_type) = match tables.project.and_then(|project| project.readme.as_ref()) {
        Some(Readme::Text { text, content_type }) => {
            let text = Some(text.clone()).filter(|text| !text.is_empty());
            return Ok((text, Some(content_type.clone()), Vec::new()));
        }
        Some(Readme::File { path, content_type }) => (vec![path.clone()], content_type.clone()),
        None => match tables.tool.get("readme") {
            Some(value) if value.as_text().is_none() => {
                (tables.tool.texts("readme")?.unwrap_or_default(), None)
            }
            _ => (tables.tool.text("readme")?.map(str::to_owned).into_iter().collect(), None),
        },
    };
    let paths: Vec<String> =
        paths.iter().filter(|path| !path.is_empty()).map(|path| inside(path)).collect::<Result<_, _>>()?;
    let Some(first) = paths.first() else { return Ok((None, None, Vec::new())) };
    let content_type = content_type.unwrap_or_else(|| content_type_of(first).to_owned());
    if paths.iter().any(|path| content_type_of(path) != content_type_of(first)) {
        return not_native("readmes are of several types");
    }
    let mut texts = Vec::new();
    for path in &paths {
        let file = source.path(path);
        if !file.is_file() || file.is_symlink() {
            return not_native(format!("the readme `{path}` is not there"));
        }
        texts.push(read_text(&file)?);
    }
    Ok((Some(texts.join("\n")), Some(content_type), paths))
}

fn content_type_of(path: &str) -> &'static str {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.rsplit_once('.') {
        Some((stem, "rst")) if !stem.is_empty() => "text/x-rst",
        Some((stem, "md" | "markdown")) if !stem.is_empty() => "text/markdown",
        _ => "text/plain",
    }
}

/// Name and address of the first of `authors` or `maintainers`; the others are not in metadata.
fn person(tables: &Tables<'_>, key: &str) -> Result<Option<(String, Option<String>)>, Stop> {
    let own = tables.project.map(|project| match key {
        "authors" => &project.authors,
        _ => &project.maintainers,
    });
    let first = match own.and_then(|people| people.first()) {
        Some(Person { name: Some(name), email: Some(email) }) => format!("{name} <{email}>"),
        Some(Person { name, email }) => name.clone().or_else(|| email.clone()).unwrap_or_default(),
        None => match tables.tool.texts(key)?.and_then(|people| people.into_iter().next()) {
            Some(first) => first,
            None => return Ok(None),
        },
    };
    let odd = || Stop::NotNative(format!("`{key}` has `{first}`"));
    // Poetry composes characters (NFC); before U+0300 there is nothing to compose.
    if first.chars().any(|char| char >= '\u{300}' || char.is_control()) {
        return Err(odd());
    }
    let (name, email) = match first.split_once('<') {
        None => (first.as_str(), None),
        Some((name, rest)) => match (name.strip_suffix(' '), rest.strip_suffix('>')) {
            (Some(name), Some(email)) if !email.is_empty() => (name, Some(email.to_owned())),
            _ => return Err(odd()),
        },
    };
    if name.is_empty() || name.contains('>') { Err(odd()) } else { Ok(Some((name.to_owned(), email))) }
}

fn pythons(tables: &Tables<'_>) -> Result<Pythons, Stop> {
    let own = tables.project.and_then(|project| project.requires_python.as_deref()).unwrap_or("*");
    let tool = match tables.tool.table("dependencies")? {
        Some(table) => match table.iter().find(|(name, _)| name.eq_ignore_ascii_case("python")) {
            Some((name, _)) => table.text(name)?,
            None => None,
        },
        None => None,
    };
    let text = tool.unwrap_or(own);
    let allowed = Constraint::parse(if text == "*" { ALL_PYTHONS } else { text }, Of::Python)?;
    let required = Constraint::parse(own, Of::Python)?;
    if allowed.is_empty() || allowed.intersection(&required) != allowed || text == "*" && own != "*" {
        return not_native("the constraints on Python disagree");
    }
    Ok(Pythons {
        required: match (own, text) {
            ("*", "*") => None,
            ("*", _) => Some(allowed.print_python()?),
            _ => Some(own.to_owned()),
        },
        classified: if text == "*" {
            Constraint::parse("~2.7 || ^3.4", Of::Python)?
        } else {
            allowed.clone()
        },
        allowed,
    })
}

fn classifiers(tables: &Tables<'_>, license: &Said, pythons: &Pythons) -> Result<Vec<String>, Stop> {
    let own = tables.project.map_or(&[][..], |project| &project.classifiers);
    if !own.is_empty() {
        return Ok(own.to_vec());
    }
    let mut given: BTreeSet<String> =
        tables.tool.texts("classifiers")?.unwrap_or_default().into_iter().collect();
    if let Said::License(_, classifier) = license {
        given.insert(classifier.clone());
    }
    let prefix = "Programming Language :: Python";
    let mut of_python = Vec::new();
    for python in PYTHONS {
        let series = if python.contains('.') { python.to_owned() } else { format!("{python}.*") };
        if pythons.classified.meets(&Constraint::parse(&series, Of::Python)?) {
            of_python.push(format!("{prefix} :: {python}"));
        }
    }
    given.retain(|classifier| !of_python.contains(classifier));
    let after = given.split_off(prefix);
    // What is the prefix itself comes before.
    let (itself, after): (Vec<_>, Vec<_>) = after.into_iter().partition(|classifier| classifier == prefix);
    Ok(given.into_iter().chain(itself).chain(of_python).chain(after).collect())
}

/// `Project-URL`, sorted by the first letter alone.
fn urls(tables: &Tables<'_>) -> Result<Vec<String>, Stop> {
    const KNOWN: [&str; 3] = ["Homepage", "Repository", "Documentation"];
    let mut known: BTreeMap<usize, String> = BTreeMap::new();
    let mut others: Vec<(String, String)> = Vec::new();
    let own = tables.project.map_or(&[][..], |project| &project.urls);
    for (label, url) in own {
        match KNOWN.iter().position(|known| known.eq_ignore_ascii_case(label)) {
            Some(at) => drop(known.insert(at, url.clone())),
            None => others.push((label.clone(), url.clone())),
        }
    }
    if own.is_empty() {
        for (at, label) in KNOWN.iter().enumerate() {
            if let Some(url) = tables.tool.text(&label.to_ascii_lowercase())? {
                if !is_address(url) {
                    return not_native(format!("`{url}` is not an address"));
                }
                known.insert(at, url.to_owned());
            }
        }
        for (label, url) in tables.tool.text_table("urls")?.unwrap_or_default() {
            match KNOWN.iter().position(|known| *known == label).filter(|at| known.contains_key(at)) {
                Some(at) => drop(known.insert(at, url)),
                None => others.push((label, url)),
            }
        }
    }
    let known =
        known.into_iter().filter(|(_, url)| !url.is_empty()).map(|(at, url)| (KNOWN[at].to_owned(), url));
    let mut lines: Vec<String> = known.chain(others).map(|(label, url)| format!("{label}, {url}")).collect();
    if lines.iter().any(|line| line.starts_with(',') || line.contains('\n')) {
        return not_native("a label of `urls` is empty, or an address has several lines");
    }
    lines.sort_by_key(|line| line.chars().next());
    Ok(lines)
}

/// What the schema takes for an address.
fn is_address(url: &str) -> bool {
    url.split_once(':').is_some_and(|(scheme, rest)| {
        !scheme.is_empty()
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && !rest.is_empty()
            && !rest.contains(char::is_whitespace)
    })
}
