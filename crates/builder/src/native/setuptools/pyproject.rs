//! `[project]` and `[tool.setuptools]`.

use std::collections::BTreeMap;

use packaging::licenses::LicenseExpression;

use super::discovery::{self, Find};
use super::distribution::{Distribution, read_files};
use super::literal;
use crate::native::document::{Toml, TomlTable};
use crate::native::people::address;
use crate::native::project::{License, Person, Project, Readme};
use crate::native::{Source, Stop, not_native};

const KEYS: [&str; 10] = [
    "packages",
    "py-modules",
    "package-dir",
    "package-data",
    "exclude-package-data",
    "include-package-data",
    "zip-safe",
    "dynamic",
    "license-files",
    "platforms",
];

/// Fills the distribution from a document that has a `[project]` table.
pub(super) fn apply(source: &Source<'_>, distribution: &mut Distribution) -> Result<(), Stop> {
    let project = Project::read(&source.document)?;
    if let Some(key) = &project.unknown {
        return not_native(format!("[project] has the key `{key}`"));
    }
    if project.import_names.is_some() || project.import_namespaces.is_some() {
        return not_native("`import-names` are not understood");
    }
    if let Some(commands) = source.tool("distutils")?
        && commands
            .iter()
            .any(|(_, options)| options.as_table().is_none_or(|table| table.keys().next().is_some()))
    {
        return not_native("[tool.distutils] gives options to commands");
    }
    let none = TomlTable::default();
    let tool = source.tool("setuptools")?.unwrap_or(&none);
    if let Some(key) = tool.unknown(&KEYS) {
        return not_native(format!("[tool.setuptools] has `{key}`"));
    }
    layout(source, tool, distribution)?;
    metadata(&project, distribution)?;
    texts(source, &project, distribution)?;
    license(source, &project, tool, distribution)?;
    dynamic(source, &project, tool.table("dynamic")?, distribution)
}

/// Packages, modules, data.
fn layout(source: &Source<'_>, tool: &TomlTable, distribution: &mut Distribution) -> Result<(), Stop> {
    let layout = &mut distribution.layout;
    layout.folders = tool.text_table("package-dir")?.unwrap_or_default().into_iter().collect();
    layout.modules = tool.texts("py-modules")?;
    layout.packages = match tool.get("packages") {
        Some(Toml::Table(table)) => {
            let find = find(table)?;
            Some(discovery::find(source, &find, &mut layout.folders)?)
        }
        _ => tool.texts("packages")?,
    };
    distribution.package_data = data(tool, "package-data")?;
    distribution.exclude_package_data = data(tool, "exclude-package-data")?;
    distribution.include_package_data = tool.flag("include-package-data")?.unwrap_or(true);
    distribution.zip_safe = tool.flag("zip-safe")?;
    distribution.platforms = tool.texts("platforms")?.unwrap_or_default();
    Ok(())
}

fn find(table: &TomlTable) -> Result<Find, Stop> {
    let Some(find) = table.table("find")?.filter(|_| table.unknown(&["find"]).is_none()) else {
        return not_native("`packages` is not understood");
    };
    if let Some(key) = find.unknown(&["where", "include", "exclude", "namespaces"]) {
        return not_native(format!("[tool.setuptools.packages.find] has `{key}`"));
    }
    Ok(Find {
        places: find.texts("where")?.unwrap_or_else(|| vec![".".to_owned()]),
        include: find.texts("include")?.unwrap_or_default(),
        exclude: find.texts("exclude")?.unwrap_or_default(),
        namespaces: find.flag("namespaces")?.unwrap_or(true),
    })
}

fn data(tool: &TomlTable, key: &str) -> Result<BTreeMap<String, Vec<String>>, Stop> {
    let Some(table) = tool.table(key)? else { return Ok(BTreeMap::new()) };
    let read = |name: &str| {
        let package = if name == "*" { String::new() } else { name.to_owned() };
        Ok((package, table.texts(name)?.unwrap_or_default()))
    };
    table.keys().map(read).collect()
}

/// What is taken as it is written.
fn metadata(project: &Project, distribution: &mut Distribution) -> Result<(), Stop> {
    distribution.name.clone_from(&project.name);
    distribution.version = project.version.clone().unwrap_or_default();
    distribution.summary.clone_from(&project.description);
    distribution.project_urls.clone_from(&project.urls);
    distribution.keywords.clone_from(&project.keywords);
    distribution.classifiers.clone_from(&project.classifiers);
    distribution.requires_python.clone_from(&project.requires_python);
    distribution.requires.clone_from(&project.dependencies);
    distribution.extras.clone_from(&project.optional_dependencies);
    (distribution.author, distribution.author_email) = people(&project.authors)?;
    (distribution.maintainer, distribution.maintainer_email) = people(&project.maintainers)?;
    distribution.entry_points.clone_from(&project.entry_points);
    let reserved = |(group, _): &(String, _)| matches!(group.as_str(), "console_scripts" | "gui_scripts");
    if distribution.entry_points.iter().any(reserved) {
        return not_native("scripts are among `entry-points`");
    }
    distribution.entry_points.push(("console_scripts".to_owned(), project.scripts.clone()));
    distribution.entry_points.push(("gui_scripts".to_owned(), project.gui_scripts.clone()));
    Ok(())
}

/// Names, and addresses with their names, in one line each.
fn people(people: &[Person]) -> Result<(Option<String>, Option<String>), Stop> {
    let mut names = Vec::new();
    let mut addresses = Vec::new();
    for person in people {
        match (&person.name, &person.email) {
            (name, Some(email)) => addresses.push(address(name.as_deref(), email)?),
            (Some(name), None) => names.push(name.clone()),
            (None, None) => {}
        }
    }
    let line = |parts: Vec<String>| (!parts.is_empty()).then(|| parts.join(", "));
    Ok((line(names), line(addresses)))
}

fn texts(source: &Source<'_>, project: &Project, distribution: &mut Distribution) -> Result<(), Stop> {
    match &project.readme {
        None => {}
        Some(Readme::Text { text, content_type }) => {
            distribution.description = Some(text.clone());
            distribution.content_type = Some(content_type.clone());
        }
        Some(Readme::File { path, content_type }) => {
            distribution.description = Some(read_files(source, std::slice::from_ref(path))?);
            distribution.content_type = match content_type {
                Some(given) => Some(given.clone()),
                None => guessed(path)?,
            };
            distribution.referenced.push(path.clone());
        }
    }
    Ok(())
}

fn guessed(path: &str) -> Result<Option<String>, Stop> {
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    Ok(match name.trim_start_matches('.').rsplit_once('.') {
        None => None,
        Some((_, "md")) => Some("text/markdown".to_owned()),
        Some((_, "rst")) => Some("text/x-rst".to_owned()),
        Some((_, "txt")) => Some("text/plain".to_owned()),
        Some(_) => return not_native(format!("the type of {path} is not known")),
    })
}

fn license(
    source: &Source<'_>,
    project: &Project,
    tool: &TomlTable,
    distribution: &mut Distribution,
) -> Result<(), Stop> {
    match &project.license {
        None => {}
        Some(License::Expression(text)) => {
            let Ok(expression) = LicenseExpression::parse(text) else {
                return not_native(format!("`{text}` is not a licence expression"));
            };
            distribution.license_expression = Some(expression.as_str().to_owned());
        }
        Some(License::Text(text)) => distribution.license = Some(text.clone()),
        Some(License::File(path)) => {
            distribution.license = Some(read_files(source, std::slice::from_ref(path))?);
            distribution.referenced.push(path.clone());
        }
    }
    let old = tool.texts("license-files")?;
    if old.is_some() && project.license_files.is_some() {
        return not_native("`license-files` is given twice");
    }
    distribution.license_files = project.license_files.clone().or(old);
    Ok(())
}

/// The fields of `dynamic` that come from files or, for the version, from a module.
fn dynamic(
    source: &Source<'_>,
    project: &Project,
    table: Option<&TomlTable>,
    distribution: &mut Distribution,
) -> Result<(), Stop> {
    let none = TomlTable::default();
    let table = table.unwrap_or(&none);
    if project.version.is_none() && !project.is_dynamic("version") {
        return not_native("`version` is neither given nor dynamic");
    }
    for field in &project.dynamic {
        let Some(directive) = table.table(field)? else {
            return not_native(format!("nothing says where the dynamic `{field}` comes from"));
        };
        match field.as_str() {
            "version" => distribution.version = version(source, directive, distribution)?,
            "readme" => {
                let content_type = directive.text("content-type")?.unwrap_or("text/x-rst").to_owned();
                distribution.description = Some(file(source, directive, distribution)?);
                distribution.content_type = Some(content_type);
            }
            "dependencies" => distribution.requires = lines(&file(source, directive, distribution)?),
            "optional-dependencies" => {
                for extra in directive.keys() {
                    let Some(inner) = directive.table(extra)? else { continue };
                    let requirements = lines(&file(source, inner, distribution)?);
                    distribution.extras.push((extra.to_owned(), requirements));
                }
            }
            "description" => distribution.summary = Some(file(source, directive, distribution)?),
            "classifiers" => {
                let text = file(source, directive, distribution)?;
                distribution.classifiers = text.lines().map(str::to_owned).collect();
            }
            other => return not_native(format!("the dynamic `{other}` is not understood")),
        }
    }
    Ok(())
}

fn version(
    source: &Source<'_>,
    directive: &TomlTable,
    distribution: &mut Distribution,
) -> Result<String, Stop> {
    match directive.text("attr")? {
        Some(attribute) if directive.unknown(&["attr"]).is_none() => {
            discovery::discover(source, &mut distribution.layout)?;
            literal::version(source, &distribution.layout, attribute)
        }
        _ => Ok(file(source, directive, distribution)?.trim().to_owned()),
    }
}

/// `{ file = "…" }` or `{ file = ["…", …] }`.
fn file(source: &Source<'_>, directive: &TomlTable, distribution: &mut Distribution) -> Result<String, Stop> {
    if directive.unknown(&["file", "content-type"]).is_some() {
        return not_native("a dynamic field is not read from files");
    }
    let files = match directive.get("file") {
        Some(Toml::Text(path)) => vec![path.clone()],
        _ => directive.texts("file")?.unwrap_or_default(),
    };
    if files.is_empty() {
        return not_native("a dynamic field is read from no file");
    }
    let text = read_files(source, &files)?;
    distribution.referenced.extend(files);
    Ok(text)
}

fn lines(text: &str) -> Vec<String> {
    let real = |line: &&str| !line.trim().is_empty() && !line.trim().starts_with('#');
    text.lines().filter(real).map(str::to_owned).collect()
}
