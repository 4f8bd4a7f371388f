//! METADATA and PKG-INFO: the fields as they are written, in flit's order.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use packaging::Version;
use packaging::licenses::LicenseExpression;
use packaging::name::{canonicalize_name, is_valid_name};

use super::Release;
use super::module::FlitModule;
use crate::native::glob::path_glob;
use crate::native::people::address;
use crate::native::project::{License, Person, Project, Readme};
use crate::native::text::{is_ascii_identifier, split_lines};
use crate::native::tree::{normalized_path, read_text};
use crate::native::{Source, Stop, not_native};

/// Every field that flit writes. A field that is there and empty is written too.
#[derive(Debug)]
pub(super) struct Fields {
    pub(super) name: String,
    pub(super) version: String,
    /// From `Summary` to `License-Expression`: at most once each.
    single: Vec<(&'static str, String)>,
    /// From `Classifier` on: as often as there are values.
    repeated: Vec<(&'static str, String)>,
    description: Option<String>,
    pub(super) license_files: Vec<String>,
    /// What the source distribution must have: the readme, then the licences.
    pub(super) referenced: Vec<String>,
    pub(super) supports_python2: bool,
}

impl Fields {
    pub(super) fn read(
        source: &Source<'_>,
        project: &Project,
        module: &FlitModule,
        release: Release,
    ) -> Result<Self, Stop> {
        check_dynamic(project, release)?;
        let version = match &project.version {
            Some(version) => version.clone(),
            None => module.version(source)?,
        };
        let Ok(version) = Version::parse(&version) else {
            return not_native(format!("`{version}` is not a version"));
        };
        let summary = match &project.description {
            Some(description) => description.clone(),
            None => module.summary(source)?,
        };
        let mut fields = Self {
            name: project.name.clone(),
            version: version.to_string(),
            single: vec![("Summary", summary)],
            repeated: Vec::new(),
            description: None,
            license_files: license_files(source, project, release)?,
            referenced: Vec::new(),
            supports_python2: supports_python2(project.requires_python.as_deref().unwrap_or_default()),
        };
        let content_type = fields.readme(source, project)?;
        fields.referenced.extend(fields.license_files.iter().cloned());
        fields.single_fields(project, content_type, release)?;
        fields.repeated_fields(project, module, release)?;
        Ok(fields)
    }

    /// Reads the readme; gives its content type.
    fn readme(&mut self, source: &Source<'_>, project: &Project) -> Result<Option<String>, Stop> {
        let (path, content_type) = match &project.readme {
            None => return Ok(None),
            Some(Readme::Text { text, content_type }) => {
                self.description = Some(text.clone());
                return known_type(content_type).map(Some);
            }
            Some(Readme::File { path, content_type: Some(given) }) => (path, Some(known_type(given)?)),
            Some(Readme::File { path, content_type: None }) => (path, type_of(path)),
        };
        let inside = inside(source, path)?;
        self.description = Some(read_text(&source.path(&inside))?);
        self.referenced.push(inside);
        Ok(content_type)
    }

    fn single_fields(
        &mut self,
        project: &Project,
        content_type: Option<String>,
        release: Release,
    ) -> Result<(), Stop> {
        if project.has("keywords") {
            self.single.push(("Keywords", project.keywords.join(",")));
        }
        for (people, name, email) in [
            (&project.authors, "Author", "Author-email"),
            (&project.maintainers, "Maintainer", "Maintainer-email"),
        ] {
            let (names, addresses) = split_people(people)?;
            self.single.extend((!names.is_empty()).then(|| (name, names.join(", "))));
            self.single.extend((!addresses.is_empty()).then(|| (email, addresses.join(", "))));
        }
        self.single.extend(project.requires_python.clone().map(|text| ("Requires-Python", text)));
        self.single.extend(content_type.map(|text| ("Description-Content-Type", text)));
        if let Some(License::Expression(text)) = &project.license {
            self.single.push(("License-Expression", expression(text, release)?));
            if project.classifiers.iter().any(|classifier| classifier.starts_with("License :: ")) {
                return not_native("there are a licence expression and a licence classifier");
            }
        }
        Ok(())
    }

    fn repeated_fields(
        &mut self,
        project: &Project,
        module: &FlitModule,
        release: Release,
    ) -> Result<(), Stop> {
        let extras = extras(project)?;
        let mut put =
            |name, values: Vec<String>| self.repeated.extend(values.into_iter().map(|value| (name, value)));
        put("Classifier", project.classifiers.clone());
        put("License-File", self.license_files.clone());
        let required = project.dependencies.iter().cloned().chain(with_extras(&extras));
        put(
            "Requires-Dist",
            required.map(|text| normalized_extras(text, release)).collect::<Result<_, _>>()?,
        );
        let urls: BTreeMap<&String, &String> = project.urls.iter().map(|(label, url)| (label, url)).collect();
        put("Project-URL", urls.into_iter().map(|(label, url)| format!("{label}, {url}")).collect());
        put("Provides-Extra", extras.keys().cloned().collect());
        if release == Release::Four {
            let (names, namespaces) = imports(project, module)?;
            put("Import-Name", names);
            put("Import-Namespace", namespaces);
        }
        Ok(())
    }

    pub(super) fn print(&self, release: Release) -> String {
        let metadata_version = match release {
            Release::Three => "2.4",
            Release::Four => "2.5",
        };
        let mut text =
            format!("Metadata-Version: {metadata_version}\nName: {}\nVersion: {}\n", self.name, self.version);
        for (name, value) in &self.single {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{name}: {}", split_lines(value).join("\n        "));
        }
        for (name, value) in &self.repeated {
            let _ = writeln!(text, "{name}: {value}");
        }
        if let Some(description) = &self.description {
            let _ = write!(text, "\n{description}\n");
        }
        text
    }
}

fn check_dynamic(project: &Project, release: Release) -> Result<(), Stop> {
    let known = |field: &str| match field {
        "version" | "description" => true,
        "import-names" | "import-namespaces" => release == Release::Four,
        _ => false,
    };
    if let Some(field) = project.dynamic.iter().find(|field| !known(field)) {
        return not_native(format!("`{field}` is dynamic"));
    }
    match ["version", "description"].iter().find(|field| !project.has(field) && !project.is_dynamic(field)) {
        Some(field) => not_native(format!("`{field}` is neither given nor dynamic")),
        None => Ok(()),
    }
}

fn known_type(content_type: &str) -> Result<String, Stop> {
    match content_type.split(';').next().map(str::trim) {
        Some("text/x-rst" | "text/markdown" | "text/plain") => Ok(content_type.to_owned()),
        _ => not_native(format!("the readme's content type is `{content_type}`")),
    }
}

fn type_of(path: &str) -> Option<String> {
    let name = path.rsplit('/').next().unwrap_or_default().to_lowercase();
    // Python's `suffix`: a leading dot begins none.
    let (stem, ending) = name.rsplit_once('.')?;
    let content_type = match ending {
        "rst" => "text/x-rst",
        "md" => "text/markdown",
        "txt" => "text/plain",
        _ => return None,
    };
    (!stem.is_empty()).then(|| content_type.to_owned())
}

/// The normalized path of a file that is there and lies in the tree, links followed.
fn inside(source: &Source<'_>, path: &str) -> Result<String, Stop> {
    let normalized = normalized_path(path);
    let real = source.path(&normalized).canonicalize();
    let there = real.is_ok_and(|real| real.starts_with(&source.tree) && real.is_file());
    if path.starts_with(['/', '\\']) || !there {
        return not_native(format!("`{path}` is not a file in the project"));
    }
    Ok(normalized)
}

fn license_files(source: &Source<'_>, project: &Project, release: Release) -> Result<Vec<String>, Stop> {
    let mut files = BTreeSet::new();
    if let Some(License::File(path)) = &project.license {
        files.insert(inside(source, path)?);
    }
    let table = matches!(project.license, Some(License::File(_) | License::Text(_)));
    if table && project.license_files.is_some() {
        return not_native("`license-files` stands beside a table `license`");
    }
    let default: &[&str] = match release {
        Release::Three => &["COPYING*", "LICEN[CS]E*"],
        Release::Four => &["COPYING*", "LICEN[CS]E*", "NOTICE*", "AUTHORS*"],
    };
    let given: Option<Vec<&str>> =
        project.license_files.as_ref().map(|globs| globs.iter().map(|g| &**g).collect());
    for pattern in given.as_deref().unwrap_or(default) {
        let found = licenses_by(source, pattern, release)?;
        if found.is_empty() && given.is_some() {
            return not_native(format!("no licence is called `{pattern}`"));
        }
        files.extend(found);
    }
    Ok(files.into_iter().collect())
}

fn licenses_by(source: &Source<'_>, pattern: &str, release: Release) -> Result<Vec<String>, Stop> {
    let space = release == Release::Four;
    let allowed =
        |char: char| char.is_ascii_alphanumeric() || "_-./*?[]".contains(char) || char == ' ' && space;
    if pattern.starts_with('/') || pattern.contains("..") || !pattern.chars().all(allowed) {
        return not_native(format!("the pattern `{pattern}` for licences"));
    }
    let found = match path_glob(&source.tree, pattern) {
        Ok(found) => found,
        Err(error) => return not_native(error.to_string()),
    };
    let mut files = Vec::new();
    for path in found.into_iter().filter(|path| source.path(path).is_file()) {
        files.push(inside(source, &path)?);
    }
    Ok(files)
}

/// The licence expression. Flit wants operators in capitals; 3.12 does not know `WITH`.
fn expression(text: &str, release: Release) -> Result<String, Stop> {
    let words = || text.split([' ', '(', ')']);
    let small = words().any(|word| {
        let upper = word.to_uppercase();
        matches!(&*upper, "AND" | "OR" | "WITH")
            && (word != upper || upper == "WITH" && release == Release::Three)
    });
    match LicenseExpression::parse(text) {
        Ok(expression) if !small => Ok(expression.to_string()),
        _ => not_native(format!("the licence `{text}`")),
    }
}

fn split_people(people: &[Person]) -> Result<(Vec<String>, Vec<String>), Stop> {
    let (mut names, mut addresses) = (Vec::new(), Vec::new());
    for person in people {
        match (&person.name, &person.email) {
            (Some(name), Some(email)) => addresses.push(address(Some(name), email)?),
            (None, Some(email)) => addresses.push(email.clone()),
            (Some(name), None) => names.push(name.clone()),
            (None, None) => {}
        }
    }
    Ok((names, addresses))
}

/// Extras by their normalized names.
fn extras(project: &Project) -> Result<BTreeMap<String, &[String]>, Stop> {
    let mut extras = BTreeMap::new();
    for (extra, requirements) in &project.optional_dependencies {
        if !is_valid_name(extra)
            || extras.insert(canonicalize_name(extra).into_owned(), &**requirements).is_some()
        {
            return not_native(format!("the extra `{extra}` is no name, or there are several"));
        }
    }
    Ok(extras)
}

fn with_extras(extras: &BTreeMap<String, &[String]>) -> impl Iterator<Item = String> {
    extras.iter().flat_map(|(extra, requirements)| {
        requirements.iter().map(move |requirement| match requirement.split_once(';') {
            Some((name, marker)) => format!("{name} ; extra == \"{extra}\" and ({marker})"),
            None => format!("{requirement} ; extra == \"{extra}\""),
        })
    })
}

/// The extras behind a requirement's name in their normalized spelling.
fn normalized_extras(requirement: String, release: Release) -> Result<String, Stop> {
    let trimmed = requirement.trim_start_matches([' ', '\t']);
    let name_end = trimmed.find(|char: char| !(char.is_ascii_alphanumeric() || "._-".contains(char)));
    let after = name_end.map_or("", |end| trimmed[end..].trim_start_matches([' ', '\t']));
    let inner = after.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    // 3.12 takes any bracket for that of extras.
    if release == Release::Three && requirement.matches('[').count() > usize::from(inner.is_some()) {
        return not_native(format!("the brackets in `{requirement}`"));
    }
    let Some((inner, rest)) = inner.filter(|_| name_end != Some(0)) else { return Ok(requirement) };
    let start = requirement.len() - after.len();
    let extras: Vec<_> = inner.split(',').map(|extra| canonicalize_name(extra.trim()).into_owned()).collect();
    Ok(format!("{}[{}]{rest}", &requirement[..start], extras.join(", ")))
}

type Imports = (Vec<String>, Vec<String>);

/// `Import-Name` and `Import-Namespace`: the module and its namespaces, as given or as found.
fn imports(project: &Project, module: &FlitModule) -> Result<Imports, Stop> {
    let parts: Vec<&str> = module.name.split('.').collect();
    let namespaces: Vec<String> = (1..parts.len()).map(|end| parts[..end].join(".")).collect();
    let names = match &project.import_names {
        Some(given) => spelled(given)?,
        None => vec![module.name.clone()],
    };
    let given = match &project.import_namespaces {
        Some(given) => spelled(given)?,
        None => namespaces.clone(),
    };
    let bare = |name: &String| name.split(';').next().unwrap_or_default().to_owned();
    let agree = names.iter().map(bare).eq([module.name.clone()])
        && given.iter().map(bare).collect::<BTreeSet<_>>() == namespaces.into_iter().collect();
    if agree { Ok((names, given)) } else { not_native("the import names are not those of the module") }
}

fn spelled(names: &[String]) -> Result<Vec<String>, Stop> {
    let spell = |name: &String| {
        let (bare, private) = match name.split_once(';') {
            None => (name.as_str(), ""),
            Some((bare, annotation)) if annotation.trim_start() == "private" => {
                (bare.trim_end(), "; private")
            }
            Some(_) => return not_native(format!("`{name}` is not an import name")),
        };
        if !bare.split('.').all(is_ascii_identifier) {
            return not_native(format!("`{name}` is not an import name"));
        }
        Ok(format!("{bare}{private}"))
    };
    names.iter().map(spell).collect()
}

/// Whether nothing in `Requires-Python` asks for Python 3 or later.
fn supports_python2(requires_python: &str) -> bool {
    !requires_python.split(',').any(|part| {
        let part = part.trim_start();
        let operators = ["===", "==", "~=", ">=", ">"];
        let rest = operators.iter().find_map(|operator| part.strip_prefix(operator)).unwrap_or(part);
        rest.trim_start().starts_with(|char: char| ('3'..='9').contains(&char))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn python_2_is_supported_unless_something_asks_for_more() {
        let cases = [
            ("", true),
            (">=3.8", false),
            (">=2.7, !=3.0.*", true),
            ("~= 3.5", false),
            ("<4", true),
            ("3.6", false),
        ];
        for (text, supported) in cases {
            assert_eq!(supports_python2(text), supported, "{text}");
        }
    }

    #[test]
    fn extras_are_normalized_where_they_stand() {
        let cases = [
            ("a[B_c,d]>=1", "a[b-c, d]>=1"),
            (" a [X] ; y", " a [x] ; y"),
            ("a @ http://[::1]/x", "a @ http://[::1]/x"),
            ("a; x in '[b]'", "a; x in '[b]'"),
        ];
        for (text, expected) in cases {
            assert_eq!(normalized_extras(text.to_owned(), Release::Four).unwrap(), expected);
        }
        assert!(normalized_extras("a[b]; x in '[c]'".to_owned(), Release::Three).is_err());
    }
}
