//! pdm-backend 2.5: projects without hooks, data files of other schemes or versions from a repository.

mod files;
mod metadata;
mod toml;

use std::path::PathBuf;

use packaging::name::canonicalize_name;
use packaging::{Prereleases, SpecifierSet, Version};

use super::document::{Toml, TomlTable};
use super::members::{self, Member, RecordFile, Times};
use super::project::{License, Project, Readme, TextTable};
use super::tree::{normalized_path, read_text};
use super::{Made, NativeError, Recipe, Source, Stop, disk, emulated, not_native};
use crate::archive::GzipForm;
use crate::{BuildSystem, Product};
use files::Files;
use metadata::Metadata;

/// `[tool.pdm.build]`, as far as it is understood.
struct Settings {
    includes: Vec<String>,
    excludes: Vec<String>,
    source_includes: Vec<String>,
    package_dir: String,
    /// Whether editable installs map each module (`editables`) instead of naming the folder.
    editables: bool,
}

/// A project that is understood.
struct Pdm {
    backend: &'static str,
    /// `name-version`, as file names have it.
    stem: String,
    tag: &'static str,
    metadata: Vec<u8>,
    wheel: Vec<Member>,
    editable: Vec<Member>,
    sdist: Vec<Member>,
    epoch: Option<u64>,
}

/// Looks whether the project is understood.
pub(super) fn recognise(source: &Source<'_>, system: &BuildSystem) -> Result<Box<dyn Recipe>, Stop> {
    let release = emulated(&system.requires, &["pdm-backend 2.5.0"])?;
    if !source.request.settings.is_empty() {
        return not_native("settings for pdm-backend are not understood");
    }
    let project = Project::read(&source.document)?;
    let tool = source.tool("pdm")?;
    let build = tool.map(|tool| tool.table("build")).transpose()?.flatten();
    let settings = Settings::read(source, build)?;
    let version = version(source, &project, tool)?;
    let metadata = metadata::print(source, &project, &version)?;
    let stem = format!("{}-{version}", canonicalize_name(&project.name).replace('-', "_"));
    let mut made = Pdm {
        backend: release,
        tag: tag(&project)?,
        metadata: metadata.text.clone().into_bytes(),
        wheel: Vec::new(),
        editable: Vec::new(),
        sdist: Vec::new(),
        epoch: source.request.source_date_epoch,
        stem,
    };
    if source.wants(Product::Wheel) {
        let files = modules(source, &settings, Product::Wheel)?;
        made.wheel = wheel(source, files, &project, &Parts { made: &made, metadata: &metadata })?;
    }
    if source.wants(Product::Editable) {
        let files = editable(source, &settings, &project)?;
        made.editable = wheel(source, files, &project, &Parts { made: &made, metadata: &metadata })?;
    }
    if source.wants(Product::SourceDistribution) {
        made.sdist =
            sdist(source, &settings, &project, &Generated { version: &version, metadata: &metadata })?;
    }
    Ok(Box::new(made))
}

/// The version, given or read from a file.
fn version(source: &Source<'_>, project: &Project, tool: Option<&TomlTable>) -> Result<Version, Stop> {
    if let Some(field) = project.dynamic.iter().find(|field| *field != "version") {
        return not_native(format!("`{field}` is dynamic"));
    }
    let text = match &project.version {
        Some(given) => given.clone(),
        None => dynamic_version(source, tool)?,
    };
    Version::parse(&text).or_else(|error| not_native(error.to_string()))
}

fn dynamic_version(source: &Source<'_>, tool: Option<&TomlTable>) -> Result<String, Stop> {
    let table = tool.map(|tool| tool.table("version")).transpose()?.flatten();
    let Some(table) = table else { return not_native("there is no [tool.pdm.version]") };
    if let Some(key) = table.unknown(&["source", "path"]) {
        return not_native(format!("[tool.pdm.version] has `{key}`"));
    }
    match (table.text("source")?, table.text("path")?) {
        (None | Some("file"), Some(path)) if source.path(path).is_file() => {
            let text = read_text(&source.path(path))?;
            match text.lines().find_map(assigned_version) {
                Some(version) => Ok(version.to_owned()),
                None => not_native(format!("no version in {path}")),
            }
        }
        _ => not_native("the version comes from elsewhere than a file"),
    }
}

/// `__version__ = "1.0"  # a comment`: the text in the quotes.
fn assigned_version(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("__version__").or_else(|| line.strip_prefix("VERSION"))?;
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let rest = rest.strip_prefix(['"', '\''])?;
    // The shortest text that is followed by a quote and, at most, a comment.
    let ends = rest.char_indices().filter(|(at, char)| *at > 0 && matches!(char, '"' | '\''));
    ends.map(|(at, _)| (&rest[..at], rest[at + 1..].trim_start()))
        .find(|(_, after)| after.is_empty() || after.starts_with('#'))
        .map(|(version, _)| version)
}

/// Pure Python; for Python 2 too, where `requires-python` lets 2.7 in.
fn tag(project: &Project) -> Result<&'static str, Stop> {
    let text = project.requires_python.as_deref().unwrap_or_default();
    let specifiers = SpecifierSet::parse(text).or_else(|error| not_native(error.to_string()))?;
    let old = Version::of([2, 7]);
    Ok(if specifiers.contains(&old, Prereleases::Auto) { "py2.py3-none-any" } else { "py3-none-any" })
}

/// What a wheel needs besides the files.
struct Parts<'a> {
    made: &'a Pdm,
    metadata: &'a Metadata,
}

/// The project's own files, as they are called in a wheel.
fn modules(source: &Source<'_>, settings: &Settings, product: Product) -> Result<Vec<Member>, Stop> {
    let prefix = format!("{}/", settings.package_dir);
    let mut members = Vec::new();
    for (name, path) in files::collect(source, settings, product)? {
        let inside = if prefix == "/" { None } else { name.strip_prefix(&prefix) };
        members.push(Member::normalized(inside.unwrap_or(&name).to_owned(), path)?);
    }
    Ok(members)
}

/// A `.pth` file that names the folder of the code, and data that lies in no package.
fn editable(source: &Source<'_>, settings: &Settings, project: &Project) -> Result<Vec<Member>, Stop> {
    if settings.editables || !settings.includes.is_empty() {
        return not_native("the editable form is left to pdm-backend");
    }
    let packages = files::packages(source, settings)?;
    let mut members = modules(source, settings, Product::Editable)?;
    members.retain(|member| {
        let is_code = [".py", ".pyc", ".pyo"].iter().any(|ending| member.name.ends_with(ending));
        !is_code && !packages.iter().any(|package| member.name.starts_with(package))
    });
    let folder = source.path(&settings.package_dir);
    let real = folder.canonicalize().map_err(|error| disk(&folder, error))?;
    let Some(path) = real.to_str() else { return not_native("the project's path is not UTF-8") };
    let name = canonicalize_name(&project.name).replace('-', "_");
    members.push(Member::made(format!("_editable_impl_{name}.pth"), path));
    // It hides the folder in which pdm-backend makes the other, and gets into the wheel.
    members.push(Member::made(".gitignore".to_owned(), "*\n"));
    Ok(members)
}

fn wheel(
    source: &Source<'_>,
    mut members: Vec<Member>,
    project: &Project,
    parts: &Parts<'_>,
) -> Result<Vec<Member>, Stop> {
    let info = |name: &str| format!("{}.dist-info/{name}", parts.made.stem);
    members.push(Member::made(info("entry_points.txt"), entry_points(project)));
    let generator = format!(
        "Wheel-Version: 1.0\nGenerator: pdm-backend ({})\nRoot-Is-Purelib: true\nTag: {}\n",
        super::parts(parts.made.backend).1,
        parts.made.tag
    );
    members.push(Member::made(info("WHEEL"), generator));
    members.push(Member::made(info("METADATA"), parts.metadata.text.clone()));
    for file in &parts.metadata.license_files {
        members.push(Member::normalized(info(&format!("licenses/{file}")), source.path(file))?);
    }
    members.sort_by(|left, right| left.name.cmp(&right.name));
    members.dedup_by(|later, earlier| later.name == earlier.name);
    Ok(members)
}

fn entry_points(project: &Project) -> String {
    let mut groups: Vec<(&str, &TextTable)> =
        project.entry_points.iter().map(|(group, points)| (&**group, points)).collect();
    groups.retain(|(group, _)| !matches!(*group, "console_scripts" | "gui_scripts"));
    groups.push(("console_scripts", &project.scripts));
    groups.push(("gui_scripts", &project.gui_scripts));
    groups.sort_by_key(|(group, _)| *group);
    let mut text = String::new();
    for (group, points) in groups {
        let mut points: Vec<&(String, String)> = points.iter().collect();
        points.sort();
        text.push_str(&format!("[{group}]\n"));
        for (name, value) in points {
            text.push_str(&format!("{name} = {value}\n"));
        }
        text.push('\n');
    }
    text
}

/// What a source distribution is given besides the files.
struct Generated<'a> {
    version: &'a Version,
    metadata: &'a Metadata,
}

fn sdist(
    source: &Source<'_>,
    settings: &Settings,
    project: &Project,
    generated: &Generated<'_>,
) -> Result<Vec<Member>, Stop> {
    let mut files: Files = files::collect(source, settings, Product::SourceDistribution)?;
    let mut add = |path: &str| {
        let path = normalized_path(path);
        if path.starts_with("..") || path.starts_with('/') {
            return not_native(format!("{path} lies outside of the project"));
        }
        if source.path(&path).exists() {
            files.insert(path.clone(), source.path(&path));
        }
        Ok(())
    };
    if let Some(Readme::File { path, .. }) = &project.readme {
        add(path)?;
    }
    for file in &generated.metadata.license_files {
        add(file)?;
    }
    files.insert("pyproject.toml".to_owned(), PathBuf::new());
    let rewritten = toml::print(&resolved(source, project, generated.version))?;
    let mut members = Vec::new();
    for (name, path) in files {
        if name == "pyproject.toml" {
            members.push(Member::made(name, rewritten.as_str()));
        } else if path.is_symlink() {
            return not_native(format!("{name} is a symbolic link"));
        } else {
            members.push(Member::normalized(name, path)?);
        }
    }
    members.push(Member::made("PKG-INFO".to_owned(), generated.metadata.text.clone()));
    Ok(members)
}

/// `pyproject.toml` as it is after the version was found and the paths were made plain.
fn resolved(source: &Source<'_>, project: &Project, version: &Version) -> TomlTable {
    let mut document = source.document.clone();
    if let Some(Toml::Table(table)) = document.get_mut("project") {
        if project.version.is_none() {
            if let Some(Toml::Array(fields)) = table.get_mut("dynamic") {
                fields.retain(|field| field.as_text() != Some("version"));
            }
            table.insert("version", Toml::Text(version.to_string()));
        }
        if let Some(Readme::File { path, .. }) = &project.readme {
            set_path(table, "readme", path);
        }
        if let Some(License::File(path)) = &project.license {
            set_path(table, "license", path);
        }
    }
    if !document.has("tool") {
        document.insert("tool", Toml::Table(TomlTable::default()));
    }
    document
}

fn set_path(table: &mut TomlTable, key: &str, path: &str) {
    let plain = Toml::Text(normalized_path(path));
    match table.get_mut(key) {
        Some(Toml::Table(inner)) => inner.insert("file", plain),
        _ => table.insert(key, plain),
    }
}

impl Recipe for Pdm {
    fn backend(&self) -> &'static str {
        self.backend
    }

    fn metadata(&self) -> &[u8] {
        &self.metadata
    }

    fn make(&self, product: Product) -> Result<Made, NativeError> {
        if product == Product::SourceDistribution {
            let times = self.epoch.map_or(Times::Own(0), |epoch| Times::One(epoch.cast_signed()));
            let name = format!("{}.tar", self.stem);
            let form = GzipForm::python(u32::try_from(self.epoch.unwrap_or(0)).unwrap_or(0), Some(&name));
            let bytes = members::sdist(&self.stem, &self.sdist, times, &form)?;
            return Ok(Made { filename: format!("{}.tar.gz", self.stem), bytes });
        }
        // Python's zip files start in 1980; without a date, wheels are of 2016.
        let times = Times::One(self.epoch.map_or(1_451_606_400, u64::cast_signed));
        let record = RecordFile { name: format!("{}.dist-info/RECORD", self.stem), mode: 0o600 };
        let members = if product == Product::Editable { &self.editable } else { &self.wheel };
        let bytes = members::wheel(members, &record, times)?;
        Ok(Made { filename: format!("{}-{}.whl", self.stem, self.tag), bytes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_by_pdm() {
        for (line, version) in [
            ("__version__ = \"1.0\"", Some("1.0")),
            ("VERSION='2'  # two", Some("2")),
            ("__version__ = \"a\" + \"b\"", Some("a\" + \"b")),
            (" __version__ = '1'", None),
            ("__version__: str = '1'", None),
            ("__version__ = ''", None),
        ] {
            assert_eq!(assigned_version(line), version, "{line}");
        }
    }
}
