//! The metadata that pdm-backend writes (pyproject-metadata 0.12).

use std::collections::BTreeSet;

use packaging::markers::MarkerExpression;
use packaging::{Marker, Requirement, SpecifierSet, Version};

use crate::native::glob::path_glob;
use crate::native::project::{License, Person, Project, Readme};
use crate::native::tree::read_text;
use crate::native::{Source, Stop, not_native};

/// A message of RFC 822 with one header a line.
struct Message(String);

impl Message {
    /// Lines after the first are indented below the value.
    fn header(&mut self, name: &str, value: &str) {
        let indented = value.replace('\n', &format!("\n{}", " ".repeat(name.len() + 2)));
        let lines: Vec<&str> = indented
            .split(['\r', '\n'])
            .enumerate()
            .filter(|(at, line)| *at == 0 || !line.is_empty())
            .map(|(_, line)| line)
            .collect();
        self.0.push_str(&format!("{name}: {}\n", lines.join("\n")));
    }

    fn option(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.header(name, value);
        }
    }

    fn list<T: AsRef<str>>(&mut self, name: &str, values: impl IntoIterator<Item = T>) {
        for value in values {
            self.header(name, value.as_ref());
        }
    }
}

/// What becomes METADATA and PKG-INFO.
pub(super) struct Metadata {
    pub(super) text: String,
    /// The licence files that the metadata names, or that are found by their usual names.
    pub(super) license_files: Vec<String>,
}

/// Prints the metadata of a project whose version is `version`.
pub(super) fn print(source: &Source<'_>, project: &Project, version: &Version) -> Result<Metadata, Stop> {
    check(project)?;
    let globbed = license_files(source, project)?;
    let mut message = Message(String::new());
    message.header("Metadata-Version", metadata_version(project));
    message.header("Name", &project.name);
    message.header("Version", &version.to_string());
    message.option("Summary", project.description.as_deref().filter(|text| !text.is_empty()));
    message.option("Keywords", Some(project.keywords.join(",")).as_deref().filter(|text| !text.is_empty()));
    people(&mut message, "Author", &project.authors)?;
    people(&mut message, "Maintainer", &project.maintainers)?;
    license(&mut message, source, project)?;
    message.list("License-File", globbed.iter().flatten());
    message.list("Classifier", &project.classifiers);
    message.list("Project-URL", project.urls.iter().map(|(name, url)| format!("{name}, {url}")));
    let python = requires_python(project)?;
    message.option("Requires-Python", python.as_deref());
    requirements(&mut message, project)?;
    let body = readme(&mut message, source, project)?;
    message.0.push('\n');
    message.0.push_str(&body.unwrap_or_default());
    let license_files = globbed.map_or_else(|| default_license_files(source, project), Ok)?;
    Ok(Metadata { text: message.0, license_files })
}

/// What pyproject-metadata refuses, as far as the reading of `[project]` did not.
fn check(project: &Project) -> Result<(), Stop> {
    if let Some((name, _)) = project.urls.iter().find(|(name, _)| name.chars().count() > 32) {
        return not_native(format!("the URL's name `{name}` is too long"));
    }
    if project.import_names.is_some() || project.import_namespaces.is_some() {
        return not_native("`import-names` are not understood");
    }
    match &project.license {
        Some(License::Expression(_))
            if project.classifiers.iter().any(|name| name.starts_with("License ::")) =>
        {
            not_native("there are both a licence expression and licence classifiers")
        }
        Some(License::Text(text) | License::File(text))
            if text.is_empty() || project.license_files.is_some() =>
        {
            not_native("`license` is not understood")
        }
        _ => Ok(()),
    }
}

fn metadata_version(project: &Project) -> &'static str {
    let expression = matches!(project.license, Some(License::Expression(_)));
    if expression || project.license_files.is_some() { "2.4" } else { "2.1" }
}

fn people(message: &mut Message, field: &str, people: &[Person]) -> Result<(), Stop> {
    if people.iter().any(|person| person.email.as_deref() == Some("")) {
        return not_native("a person's address is empty");
    }
    let name = |person: &Person| person.name.clone().unwrap_or_else(|| "Unknown".to_owned());
    let names: Vec<String> = people.iter().filter(|person| person.email.is_none()).map(name).collect();
    let addresses: Vec<String> = people
        .iter()
        .filter_map(|person| Some((name(person), person.email.as_deref()?)))
        .map(|(name, email)| address(&name, email))
        .collect();
    message.option(field, Some(names.join(", ")).as_deref().filter(|text| !text.is_empty()));
    let email = format!("{field}-Email");
    message.option(&email, Some(addresses.join(", ")).as_deref().filter(|text| !text.is_empty()));
    Ok(())
}

fn address(name: &str, email: &str) -> String {
    if name.contains(['[', ']', '\\', '(', ')', '<', '>', '@', ',', ':', ';', '"', '.']) {
        let escaped = name.replace('\\', "\\\\").replace('"', "\\\"");
        return format!("\"{escaped}\" <{email}>");
    }
    format!("{name} <{email}>")
}

fn license(message: &mut Message, source: &Source<'_>, project: &Project) -> Result<(), Stop> {
    match &project.license {
        None => {}
        Some(License::Expression(expression)) => message.header("License-Expression", expression),
        Some(License::Text(text)) => message.header("License", text),
        Some(License::File(path)) => message.header("License", &read_text(&source.path(path))?),
    }
    Ok(())
}

/// What `license-files` meets, sorted as `pathlib` sorts.
fn license_files(source: &Source<'_>, project: &Project) -> Result<Option<Vec<String>>, Stop> {
    let Some(patterns) = &project.license_files else { return Ok(None) };
    let mut found = BTreeSet::new();
    for pattern in patterns {
        let before = found.len();
        let files = path_glob(&source.tree, pattern)?;
        let files = files.into_iter().filter(|path| source.path(path).is_file());
        let mut met = false;
        for path in files {
            met = true;
            found.insert(path.split('/').map(str::to_owned).collect::<Vec<_>>());
        }
        if !met && found.len() == before {
            return not_native(format!("`license-files`: `{pattern}` meets nothing"));
        }
    }
    Ok(Some(found.into_iter().map(|parts| parts.join("/")).collect()))
}

fn default_license_files(source: &Source<'_>, project: &Project) -> Result<Vec<String>, Stop> {
    if let Some(License::File(path)) = &project.license {
        return Ok(vec![path.clone()]);
    }
    let mut found = Vec::new();
    for pattern in ["LICEN[CS]E*", "COPYING*", "NOTICE*"] {
        let files = path_glob(&source.tree, pattern)?;
        found.extend(files.into_iter().filter(|path| source.path(path).is_file()));
    }
    Ok(found)
}

fn requires_python(project: &Project) -> Result<Option<String>, Stop> {
    let Some(text) = &project.requires_python else { return Ok(None) };
    match SpecifierSet::parse(text) {
        Ok(specifiers) if specifiers.is_empty() => Ok(None),
        Ok(specifiers) => Ok(Some(specifiers.to_string())),
        Err(error) => not_native(error.to_string()),
    }
}

fn requirements(message: &mut Message, project: &Project) -> Result<(), Stop> {
    for text in &project.dependencies {
        message.header("Requires-Dist", &requirement(text)?.to_string());
    }
    for (extra, texts) in &project.optional_dependencies {
        let extra = extra.replace(['.', '_'], "-").to_lowercase();
        message.header("Provides-Extra", &extra);
        for text in texts {
            message.header("Requires-Dist", &for_extra(requirement(text)?, &extra)?.to_string());
        }
    }
    Ok(())
}

fn requirement(text: &str) -> Result<Requirement, Stop> {
    if text.contains('$') {
        return not_native(format!("`{text}` may name a variable"));
    }
    Requirement::parse(text).or_else(|error| not_native(format!("`{text}`: {error}")))
}

fn for_extra(mut requirement: Requirement, extra: &str) -> Result<Requirement, Stop> {
    let marker = match &requirement.marker {
        None => format!("extra == '{extra}'"),
        Some(marker) if matches!(marker.expression(), MarkerExpression::Or(_)) => {
            format!("({marker}) and extra == '{extra}'")
        }
        Some(marker) => format!("{marker} and extra == '{extra}'"),
    };
    match Marker::parse(&marker) {
        Ok(marker) => requirement.marker = Some(marker),
        Err(error) => return not_native(format!("`{marker}`: {}", error.message)),
    }
    Ok(requirement)
}

/// Writes the readme's type and gives its text.
fn readme(message: &mut Message, source: &Source<'_>, project: &Project) -> Result<Option<String>, Stop> {
    let (text, content_type) = match &project.readme {
        None => return Ok(None),
        // An empty text counts as none.
        Some(Readme::Text { text, .. }) if text.is_empty() => return Ok(None),
        Some(Readme::Text { text, content_type }) => (text.clone(), content_type.clone()),
        Some(Readme::File { path, content_type }) => {
            let guessed = match path {
                path if path.ends_with(".md") => Some("text/markdown".to_owned()),
                path if path.ends_with(".rst") => Some("text/x-rst".to_owned()),
                _ => None,
            };
            let Some(content_type) = content_type.clone().or(guessed) else {
                return not_native(format!("the type of {path} is not known"));
            };
            if !source.path(path).is_file() {
                return not_native(format!("{path} is missing"));
            }
            (read_text(&source.path(path))?, content_type)
        }
    };
    message.header("Description-Content-Type", &content_type);
    Ok(Some(text.replace("\r\n", "\n").replace('\r', "\n")))
}
