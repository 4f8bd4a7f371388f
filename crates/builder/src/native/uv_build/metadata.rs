//! METADATA in uv's order and spelling.

use std::collections::BTreeMap;
use std::fmt::Write;

use packaging::licenses::LicenseExpression;
use packaging::name::{canonicalize_name, is_valid_name};
use packaging::{SpecifierSet, Version};

use super::globs::{Excludes, PortableGlob};
use super::modules::Walk;
use super::requirement;
use crate::native::project::{License, Person, Project, Readme};
use crate::native::text::is_ascii_identifier;
use crate::native::tree::{normalized_path, read};
use crate::native::{Source, Stop, not_native};

/// Every field, printed, and what else of the project decides over files.
#[derive(Debug)]
pub(super) struct Fields {
    name: String,
    pub(super) version: Version,
    headers: String,
    description: Option<String>,
    pub(super) license_files: Vec<String>,
    /// The readme's path in the tree.
    pub(super) readme: Option<String>,
}

impl Fields {
    pub(super) fn read(source: &Source<'_>, project: &Project) -> Result<Self, Stop> {
        if !project.dynamic.is_empty() {
            return not_native("there is dynamic metadata");
        }
        let Some(Ok(version)) = project.version.as_deref().map(Version::parse) else {
            return not_native("there is no version");
        };
        let (description, content_type, readme) = readme(source, project)?;
        let license_files = license_files(source, project)?;
        let mut headers = Headers(String::new());
        headers.put("Metadata-Version", metadata_version(project));
        headers.put("Name", &project.name);
        headers.put("Version", &version.to_string());
        headers.about(project)?;
        headers.license(source, project, &license_files)?;
        headers.dependencies(project)?;
        headers.rest(project)?;
        if let Some(content_type) = content_type {
            headers.put("Description-Content-Type", &content_type);
        }
        let name = canonicalize_name(&project.name).into_owned();
        Ok(Self { name, version, headers: headers.0, description, license_files, readme })
    }

    /// The name of files and, by default, of the module.
    pub(super) fn import_name(&self) -> String {
        self.name.replace('-', "_")
    }

    pub(super) fn print(&self) -> String {
        let description = self.description.as_ref().map(|text| format!("\n{text}")).unwrap_or_default();
        format!("{}{description}", self.headers)
    }
}

fn metadata_version(project: &Project) -> &'static str {
    if project.import_names.is_some() || project.import_namespaces.is_some() {
        "2.5"
    } else if project.license_files.is_some() || matches!(project.license, Some(License::Expression(_))) {
        "2.4"
    } else {
        "2.3"
    }
}

struct Headers(String);

impl Headers {
    /// `Name: value`; further lines are indented under the first.
    fn put(&mut self, name: &str, value: &str) {
        let mut lines = value.lines();
        // Writing to a string does not fail.
        let _ = writeln!(self.0, "{name}: {}", lines.next().unwrap_or_default());
        for line in lines {
            let _ = writeln!(self.0, "{:width$}{line}", "", width = name.len() + 2);
        }
    }

    fn about(&mut self, project: &Project) -> Result<(), Stop> {
        if let Some(summary) = &project.description {
            if summary.contains('\n') {
                return not_native("the description has several lines");
            }
            self.put("Summary", summary);
        }
        if project.has("keywords") {
            self.put("Keywords", &project.keywords.join(","));
        }
        self.people("Author", &project.authors);
        Ok(())
    }

    fn people(&mut self, role: &str, people: &[Person]) {
        let names: Vec<&str> = people.iter().filter_map(|person| person.name.as_deref()).collect();
        let address = |person: &Person| {
            let email = person.email.as_ref()?;
            Some(person.name.as_ref().map_or_else(|| email.clone(), |name| format!("{name} <{email}>")))
        };
        let addresses: Vec<String> = people.iter().filter_map(address).collect();
        for (name, value) in
            [(role.to_owned(), names.join(", ")), (format!("{role}-email"), addresses.join(", "))]
        {
            if !value.is_empty() {
                self.put(&name, &value);
            }
        }
    }

    fn license(&mut self, source: &Source<'_>, project: &Project, files: &[String]) -> Result<(), Stop> {
        match &project.license {
            None => {}
            Some(License::Text(_) | License::File(_)) if project.license_files.is_some() => {
                return not_native("`license-files` stands beside a table `license`");
            }
            Some(License::Text(text)) => self.put("License", text),
            Some(License::File(path)) => self.put("License", &text(source, &inside(path)?)?),
            Some(License::Expression(text)) => match LicenseExpression::parse(text) {
                Ok(expression) if expression.as_str() == text => self.put("License-Expression", text),
                _ => return not_native(format!("the licence `{text}`")),
            },
        }
        for file in files {
            self.put("License-File", file);
        }
        for classifier in &project.classifiers {
            let parts: Vec<&str> = classifier.split(" :: ").collect();
            if parts.len() < 2 || parts.contains(&"") {
                return not_native(format!("`{classifier}` is not a classifier"));
            }
            self.put("Classifier", classifier);
        }
        Ok(())
    }

    fn dependencies(&mut self, project: &Project) -> Result<(), Stop> {
        for text in &project.dependencies {
            self.put("Requires-Dist", &requirement::print(text, None)?);
        }
        for (extra, texts) in extras(project)? {
            for text in texts {
                self.put("Requires-Dist", &requirement::print(text, Some(&extra))?);
            }
        }
        Ok(())
    }

    fn rest(&mut self, project: &Project) -> Result<(), Stop> {
        self.people("Maintainer", &project.maintainers);
        if let Some(text) = &project.requires_python {
            let Ok(specifiers) = SpecifierSet::parse(text) else {
                return not_native(format!("the Python `{text}`"));
            };
            if specifiers.is_empty() {
                return not_native("`requires-python` is empty");
            }
            self.put("Requires-Python", &requirement::sorted(&specifiers)?.join(", "));
        }
        for (label, url) in &project.urls {
            self.put("Project-URL", &format!("{label}, {url}"));
        }
        for extra in extras(project)?.keys() {
            self.put("Provides-Extra", extra);
        }
        self.imports(project)
    }

    fn imports(&mut self, project: &Project) -> Result<(), Stop> {
        let names = project.import_names.as_deref();
        if names.is_some_and(<[_]>::is_empty) {
            self.put("Import-Name", "");
        }
        let mut bare = Vec::new();
        let namespaces = project.import_namespaces.as_deref();
        if namespaces.is_some_and(<[_]>::is_empty) {
            return not_native("`import-namespaces` is empty");
        }
        let fields = [("Import-Name", names), ("Import-Namespace", namespaces)];
        for (field, text) in
            fields.iter().flat_map(|(field, texts)| texts.iter().copied().flatten().map(move |t| (field, t)))
        {
            let (name, private) = match text.split_once(';') {
                None => (text.as_str(), ""),
                Some((name, suffix)) if suffix.trim() == "private" => (name.trim_end(), "; private"),
                Some(_) => return not_native(format!("the import name `{text}`")),
            };
            if !name.split('.').all(is_ascii_identifier)
                || *field == "Import-Namespace" && bare.contains(&name)
            {
                return not_native(format!("the import name `{text}`"));
            }
            bare.push(name);
            self.put(field, &format!("{name}{private}"));
        }
        Ok(())
    }
}

/// Extras by their normalized names.
fn extras(project: &Project) -> Result<BTreeMap<String, &[String]>, Stop> {
    let mut extras = BTreeMap::new();
    for (extra, texts) in &project.optional_dependencies {
        if !is_valid_name(extra) || extras.insert(canonicalize_name(extra).into_owned(), &**texts).is_some() {
            return not_native(format!("the extra `{extra}` is no name, or there are several"));
        }
    }
    Ok(extras)
}

type ReadmeParts = (Option<String>, Option<String>, Option<String>);

/// Text, content type and path.
fn readme(source: &Source<'_>, project: &Project) -> Result<ReadmeParts, Stop> {
    let known = |content_type: &str| match content_type {
        "text/plain" | "text/x-rst" | "text/markdown" => Ok(content_type.to_owned()),
        other => not_native(format!("the readme's content type is `{other}`")),
    };
    let (path, content_type) = match &project.readme {
        None => return Ok((None, None, None)),
        Some(Readme::Text { text, content_type }) => {
            return Ok((Some(text.clone()), Some(known(content_type)?), None));
        }
        Some(Readme::File { path, content_type: Some(given) }) => (path, known(given)?),
        Some(Readme::File { path, content_type: None }) => {
            let ending = path
                .rsplit('/')
                .next()
                .and_then(|name| name.rsplit_once('.'))
                .filter(|(stem, _)| !stem.is_empty());
            let content_type = match ending {
                Some((_, "txt")) => "text/plain",
                Some((_, "rst")) => "text/x-rst",
                Some((_, "md")) => "text/markdown",
                _ => return not_native(format!("the type of the readme `{path}` is not known")),
            };
            (path, content_type.to_owned())
        }
    };
    let path = inside(path)?;
    Ok((Some(text(source, &path)?), Some(content_type), Some(path)))
}

/// A normalized path that stays in the tree.
fn inside(path: &str) -> Result<String, Stop> {
    let normalized = normalized_path(path);
    if normalized.starts_with('/') || normalized.starts_with("..") {
        return not_native(format!("`{path}` leads out of the project"));
    }
    Ok(normalized)
}

/// A file's text, its ends of line kept.
fn text(source: &Source<'_>, path: &str) -> Result<String, Stop> {
    let file = source.path(path);
    if !file.is_file() {
        return not_native(format!("`{path}` is not there"));
    }
    match String::from_utf8(read(&file)?) {
        Ok(text) => Ok(text),
        Err(_) => not_native(format!("`{path}` is not UTF-8")),
    }
}

/// The files that `license-files` names, sorted. Without it there are none.
fn license_files(source: &Source<'_>, project: &Project) -> Result<Vec<String>, Stop> {
    let Some(patterns) = &project.license_files else { return Ok(Vec::new()) };
    if let Some(pattern) = patterns.iter().find(|pattern| pattern.contains('\\')) {
        return not_native(format!("the pattern `{pattern}`"));
    }
    let globs = patterns.iter().map(|pattern| PortableGlob::parse(pattern)).collect::<Result<Vec<_>, _>>()?;
    let excludes = Excludes::parse(&[])?;
    let walk = Walk { source, excludes: &excludes, includes: Some(&globs), absolute: false };
    let mut files = walk.files("")?;
    files.retain(|path| source.path(path).is_file());
    files.sort_unstable();
    if let Some(at) = globs.iter().position(|glob| !files.iter().any(|file| glob.matches(file))) {
        return not_native(format!("no licence is called `{}`", patterns[at]));
    }
    for path in &files {
        text(source, path)?;
    }
    Ok(files)
}
