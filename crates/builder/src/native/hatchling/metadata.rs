//! METADATA and PKG-INFO, in the order and spelling of each metadata version that hatchling writes.

use std::collections::BTreeSet;
use std::fmt::Write;

use packaging::licenses::LicenseExpression;
use packaging::name::canonicalize_name;
use packaging::{SpecifierSet, Version};

use super::dependencies::Dependencies;
use super::{import_name, python_tags, version};
use crate::native::classifiers::CLASSIFIERS;
use crate::native::document::TomlTable;
use crate::native::glob::{Reading, glob, has_magic};
use crate::native::people::address;
use crate::native::project::{License, Person, Project, Readme, TextTable};
use crate::native::text::split_lines;
use crate::native::tree::{normalized_path, read_text};
use crate::native::{Source, Stop, not_native};

const LICENSE_GLOBS: [&str; 4] = ["LICEN[CS]E*", "COPYING*", "NOTICE*", "AUTHORS*"];

/// Every field, in hatchling's spelling.
#[derive(Debug)]
pub(super) struct Fields {
    raw_name: String,
    /// As the project writes it; file names have the normalized one.
    written_version: String,
    version: Version,
    summary: String,
    urls: TextTable,
    authors: People,
    maintainers: People,
    license: String,
    license_expression: String,
    pub(super) license_files: Vec<String>,
    keywords: BTreeSet<String>,
    classifiers: Vec<String>,
    requires_python: SpecifierSet,
    pub(super) tags: &'static [&'static str],
    dependencies: Dependencies,
    import_names: Option<Vec<String>>,
    import_namespaces: Vec<String>,
    readme: String,
    readme_type: String,
    /// The readme's path where it is a file.
    pub(super) readme_path: Option<String>,
}

/// Names without an address, and addresses.
#[derive(Debug, Default)]
struct People {
    names: Vec<String>,
    addresses: Vec<String>,
}

impl Fields {
    pub(super) fn read(source: &Source<'_>, project: &Project, tables: &TomlTable) -> Result<Self, Stop> {
        let written_version = version::version(source, project, tables)?;
        let Ok(version) = Version::parse(&written_version) else {
            return not_native(format!("`{written_version}` is not a version"));
        };
        let Ok(requires_python) = SpecifierSet::parse(project.requires_python.as_deref().unwrap_or_default())
        else {
            return not_native("`requires-python` is not understood");
        };
        let (readme, readme_type, readme_path) = readme(source, project)?;
        let (license, license_expression) = license(source, project)?;
        let (import_names, import_namespaces) = imports(project)?;
        Ok(Self {
            raw_name: project.name.clone(),
            written_version,
            version,
            summary: split_lines(project.description.as_deref().unwrap_or_default()).join(" "),
            urls: project.urls.clone(),
            authors: People::read(&project.authors)?,
            maintainers: People::read(&project.maintainers)?,
            license,
            license_expression,
            license_files: license_files(source, project)?,
            keywords: project.keywords.iter().cloned().collect(),
            classifiers: classifiers(project)?,
            tags: python_tags(&requires_python)?,
            requires_python,
            dependencies: Dependencies::read(project, tables)?,
            import_names,
            import_namespaces,
            readme,
            readme_type,
            readme_path,
        })
    }

    /// The normalized name.
    pub(super) fn name(&self) -> String {
        canonicalize_name(&self.raw_name).into_owned()
    }

    pub(super) fn version(&self) -> &Version {
        &self.version
    }

    /// The file in one of the versions `2.1` to `2.5`.
    pub(super) fn print(&self, metadata_version: &str) -> Result<String, Stop> {
        let minor = match metadata_version {
            "2.1" => 1,
            "2.2" => 2,
            "2.3" => 3,
            "2.4" => 4,
            "2.5" => 5,
            other => return not_native(format!("metadata version `{other}`")),
        };
        let mut text = Headers(String::new());
        text.put("Metadata-Version", metadata_version);
        text.put("Name", &self.raw_name);
        text.put("Version", &self.written_version);
        if minor >= 5 {
            self.print_imports(&mut text);
        }
        text.put_some("Summary", &self.summary);
        for (label, url) in &self.urls {
            text.put("Project-URL", &format!("{label}, {url}"));
        }
        self.authors.print(&mut text, "Author");
        self.maintainers.print(&mut text, "Maintainer");
        self.print_license(&mut text, minor);
        let keywords: Vec<&str> = self.keywords.iter().map(String::as_str).collect();
        text.put_some("Keywords", &keywords.join(","));
        for classifier in &self.classifiers {
            text.put("Classifier", classifier);
        }
        text.put_some("Requires-Python", &self.requires_python.to_string());
        self.print_dependencies(&mut text);
        if !self.readme.is_empty() {
            text.put("Description-Content-Type", &self.readme_type);
            text.0.push('\n');
            text.0.push_str(&self.readme);
        }
        Ok(text.0)
    }

    fn print_imports(&self, text: &mut Headers) {
        if self.import_names.as_ref().is_some_and(Vec::is_empty) && self.import_namespaces.is_empty() {
            // PEP 794: nothing can be imported. Hatchling writes the field without its colon.
            text.0.push_str("Import-Name\n");
        }
        for name in self.import_names.iter().flatten() {
            text.put("Import-Name", name);
        }
        for name in &self.import_namespaces {
            text.put("Import-Namespace", name);
        }
    }

    fn print_license(&self, text: &mut Headers, minor: u8) {
        if !self.license.is_empty() {
            text.put("License", &split_lines(&self.license).join("\n        "));
        }
        // Before 2.4 there are no expressions.
        let expression = match minor {
            4.. => "License-Expression",
            _ => "License",
        };
        text.put_some(expression, &self.license_expression);
        if minor >= 4 {
            for path in &self.license_files {
                text.put("License-File", path);
            }
        }
    }

    fn print_dependencies(&self, text: &mut Headers) {
        for dependency in &self.dependencies.required {
            text.put("Requires-Dist", dependency);
        }
        for (extra, dependencies) in &self.dependencies.extras {
            text.put("Provides-Extra", extra);
            for dependency in dependencies {
                let with_extra = match dependency.split_once(';') {
                    Some((name, marker)) => format!("{name}; ({}) and extra == '{extra}'", marker.trim()),
                    None if dependency.contains("@ ") => format!("{dependency} ; extra == '{extra}'"),
                    None => format!("{dependency}; extra == '{extra}'"),
                };
                text.put("Requires-Dist", &with_extra);
            }
        }
    }
}

/// Lines of `Name: value`.
struct Headers(String);

impl Headers {
    fn put(&mut self, name: &str, value: &str) {
        // Writing to a string does not fail.
        let _ = writeln!(self.0, "{name}: {value}");
    }

    fn put_some(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.put(name, value);
        }
    }
}

impl People {
    fn read(people: &[Person]) -> Result<Self, Stop> {
        let mut read = Self::default();
        for person in people {
            let name = person.name.as_deref().unwrap_or_default();
            match person.email.as_deref().unwrap_or_default() {
                "" if name.is_empty() => return not_native("a person has neither name nor email"),
                "" => read.names.push(name.to_owned()),
                email => read.addresses.push(address(Some(name), email)?),
            }
        }
        Ok(read)
    }

    fn print(&self, text: &mut Headers, role: &str) {
        text.put_some(role, &self.names.join(", "));
        text.put_some(&format!("{role}-email"), &self.addresses.join(", "));
    }
}

/// Text, content type and path of the readme.
fn readme(source: &Source<'_>, project: &Project) -> Result<(String, String, Option<String>), Stop> {
    let (path, content_type) = match &project.readme {
        None => return Ok((String::new(), "text/markdown".to_owned(), None)),
        Some(Readme::Text { text, content_type }) => {
            known_type(content_type)?;
            return Ok((text.clone(), content_type.clone(), None));
        }
        Some(Readme::File { path, content_type: Some(given) }) => (path, known_type(given)?),
        Some(Readme::File { path, content_type: None }) => (path, type_of(path)?),
    };
    let file = source.path(&inside(path)?);
    if !file.is_file() {
        return not_native(format!("the readme `{path}` is not there"));
    }
    Ok((read_text(&file)?, content_type.to_owned(), Some(path.clone())))
}

fn known_type(content_type: &str) -> Result<&str, Stop> {
    match content_type {
        "text/markdown" | "text/x-rst" | "text/plain" => Ok(content_type),
        other => not_native(format!("the readme's content type is `{other}`")),
    }
}

fn type_of(path: &str) -> Result<&'static str, Stop> {
    let lower = path.to_lowercase();
    let types = [(".md", "text/markdown"), (".rst", "text/x-rst"), (".txt", "text/plain")];
    match types.iter().find(|(ending, _)| lower.ends_with(ending)) {
        Some((_, content_type)) => Ok(content_type),
        None => not_native(format!("the type of the readme `{path}` is not known")),
    }
}

/// The normalized path, when it stays inside the tree.
fn inside(path: &str) -> Result<String, Stop> {
    let normalized = normalized_path(path);
    if normalized.starts_with(['/', '~']) || normalized.starts_with("..") {
        return not_native(format!("`{path}` leads out of the project"));
    }
    Ok(normalized)
}

/// Text and expression of the licence; at most one is there.
fn license(source: &Source<'_>, project: &Project) -> Result<(String, String), Stop> {
    match &project.license {
        None => Ok((String::new(), String::new())),
        Some(License::Text(text)) => Ok((text.clone(), String::new())),
        Some(License::Expression(text)) => match LicenseExpression::parse(text) {
            Ok(expression) => Ok((String::new(), expression.to_string())),
            Err(error) => not_native(error.to_string()),
        },
        Some(License::File(path)) => {
            let file = source.path(&inside(path)?);
            if !file.is_file() {
                return not_native(format!("the licence `{path}` is not there"));
            }
            Ok((read_text(&file)?, String::new()))
        }
    }
}

fn license_files(source: &Source<'_>, project: &Project) -> Result<Vec<String>, Stop> {
    if has_magic(&source.root) {
        return not_native("the project's own path is a pattern");
    }
    let default = || LICENSE_GLOBS.map(str::to_owned).to_vec();
    let globs = project.license_files.clone().unwrap_or_else(default);
    let mut files = Vec::new();
    for pattern in globs {
        let reading = Reading { recursive: false, hidden: false };
        let found = match glob(&source.tree, &inside(&pattern)?, reading) {
            Ok(found) => found,
            Err(error) => return not_native(error.to_string()),
        };
        files.extend(found.into_iter().filter(|path| source.path(path).is_file()));
    }
    files.sort_unstable();
    match files.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => not_native(format!("several patterns meet the licence `{}`", pair[0])),
        None => Ok(files),
    }
}

fn classifiers(project: &Project) -> Result<Vec<String>, Stop> {
    let mut private = BTreeSet::new();
    let mut known = BTreeSet::new();
    for classifier in &project.classifiers {
        if classifier.to_lowercase().starts_with("private ::") {
            private.insert(classifier.as_str());
            continue;
        }
        match CLASSIFIERS.iter().position(|known| known == classifier) {
            Some(index) => known.insert(index),
            None => return not_native(format!("the classifier `{classifier}` is not known")),
        };
    }
    if private.len() > 1 {
        return not_native("the order of private classifiers is not fixed");
    }
    let known = known.into_iter().map(|index| CLASSIFIERS[index]);
    Ok(private.into_iter().chain(known).map(str::to_owned).collect())
}

type Imports = (Option<Vec<String>>, Vec<String>);

fn imports(project: &Project) -> Result<Imports, Stop> {
    let print = |names: &[String]| {
        let mut sorted = names.to_vec();
        sorted.sort_unstable();
        let spell = |name: &String| {
            let (bare, private) = import_name(name)?;
            let private = private || bare.starts_with('_');
            Ok(if private { format!("{bare}; private") } else { bare })
        };
        sorted.iter().map(spell).collect::<Result<Vec<_>, Stop>>()
    };
    let namespaces = project.import_namespaces.as_deref().unwrap_or_default();
    if project.import_names.iter().flatten().any(|name| namespaces.contains(name)) {
        return not_native("a name is both in `import-names` and in `import-namespaces`");
    }
    Ok((project.import_names.as_deref().map(print).transpose()?, print(namespaces)?))
}
