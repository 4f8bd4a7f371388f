//! poetry-core: the forms of `[tool.poetry]` and of `[project]`, with Poetry's own constraints on versions.
//!
//! Not native: build scripts, dependencies on folders, addresses and repositories, markers that Poetry rewrites, and
//! files that git may ignore.

mod constraint;
mod dependency;
mod files;
mod licenses;
mod metadata;

use std::collections::{BTreeMap, BTreeSet};

use packaging::Version;
use packaging::name::{canonicalize_name, is_valid_name};

use super::document::{Toml, TomlTable};
use super::members::{self, Member, RecordFile, Times};
use super::project::{Project, TextTable};
use super::sdist::SourceWriter;
use super::{Made, NativeError, Recipe, Source, Stop, emulated, not_native};
use crate::{BuildSystem, Product};
use files::{Files, Selection, key};
use metadata::{Metadata, Tables};

/// The emulated release.
const RELEASE: &str = "poetry-core 2.5.0";

/// The date of wheels where none is set: 2016-01-01.
const EARLIEST: i64 = 1_451_606_400;

/// Before 1980 zip files have no dates.
const ZIP_EPOCH: u64 = 315_532_800;

/// The mode of what Poetry writes into a wheel from memory.
const PLAIN: u32 = 0o644;

/// What the project is called.
#[derive(Debug)]
struct Poetry {
    /// As it is written.
    name: String,
    version: Version,
}

/// A project that is understood.
struct Built {
    /// `name-version`, as file names have it.
    stem: String,
    tag: &'static str,
    metadata: Vec<u8>,
    wheel: Vec<Member>,
    editable: Vec<Member>,
    /// Paths in the tree.
    sdist: Vec<(String, std::path::PathBuf)>,
    epoch: Option<u64>,
}

impl Poetry {
    fn module_name(&self) -> String {
        canonicalize_name(&self.name).replace('-', "_")
    }

    fn stem(&self) -> String {
        format!("{}-{}", self.module_name(), self.version)
    }
}

/// Looks whether the project is understood.
pub(super) fn recognise(source: &Source<'_>, system: &BuildSystem) -> Result<Box<dyn Recipe>, Stop> {
    emulated(&system.requires, &[RELEASE])?;
    if !source.request.settings.is_empty() {
        return not_native("settings for poetry-core are not understood");
    }
    let none = TomlTable::default();
    let tool = source.tool("poetry")?.unwrap_or(&none);
    check(tool)?;
    let project = source.document.has("project").then(|| Project::read(&source.document)).transpose()?;
    let tables = Tables { project: project.as_ref(), tool };
    let poetry = named(&tables)?;
    let metadata = Metadata::read(source, &tables, &poetry)?;
    let entry_points = entry_points(&tables)?;
    let selection = Selection::read(tool)?;
    let mut built = Built {
        stem: poetry.stem(),
        tag: if metadata.python_2 { "py2.py3-none-any" } else { "py3-none-any" },
        metadata: metadata.text.clone().into_bytes(),
        wheel: Vec::new(),
        editable: Vec::new(),
        sdist: Vec::new(),
        epoch: source.request.source_date_epoch,
    };
    if source.wants(Product::Wheel) {
        let files = selection.files(source, &poetry, Product::Wheel)?;
        for (path, name) in &files.paths {
            built.wheel.push(Member::normalized(name.clone(), source.path(&path.join("/")))?);
        }
        built.wheel.extend(info(source, &built, &metadata, &entry_points)?);
    }
    if source.wants(Product::Editable) {
        let files = selection.files(source, &poetry, Product::Editable)?;
        built.editable.push(pth(source, &poetry, &files)?);
        built.editable.extend(info(source, &built, &metadata, &entry_points)?);
    }
    if source.wants(Product::SourceDistribution) {
        let files = selection.files(source, &poetry, Product::SourceDistribution)?;
        built.sdist = sources(source, files, &metadata);
    }
    Ok(Box::new(built))
}

fn named(tables: &Tables<'_>) -> Result<Poetry, Stop> {
    let (Some(name), Some(version)) = (tables.name()?, tables.version()?) else {
        return not_native("there is no name or no version");
    };
    match Version::parse(version) {
        Ok(version) if is_valid_name(name) => Ok(Poetry { name: name.to_owned(), version }),
        _ => not_native("the name or the version is not valid"),
    }
}

/// What else stands in `[tool.poetry]`.
fn check(tool: &TomlTable) -> Result<(), Stop> {
    if tool.flag("package-mode")? == Some(false) {
        return not_native("the project is not a package");
    }
    let only_says_no = |build: &Toml| {
        let table = build.as_table();
        table.is_some_and(|table| {
            table.iter().all(|entry| entry == ("generate-setup-file", &Toml::Boolean(false)))
        })
    };
    if tool.get("build").is_some_and(|build| !only_says_no(build)) {
        return not_native("there is a build script");
    }
    for key in ["group", "plugins"] {
        if tool.table(key)?.is_some_and(|groups| groups.iter().any(|(_, group)| group.as_table().is_none())) {
            return not_native(format!("`{key}` is not a table of tables"));
        }
    }
    tool.table("dev-dependencies")?;
    Ok(())
}

/// The groups of `entry_points.txt` with their lines.
fn entry_points(tables: &Tables<'_>) -> Result<BTreeMap<String, Vec<String>>, Stop> {
    let none = TextTable::new();
    let of_project = |own: fn(&Project) -> &TextTable| tables.project.map_or(&none, own).clone();
    let mut groups: BTreeMap<String, TextTable> = BTreeMap::new();
    groups.insert("console_scripts".to_owned(), of_project(|project| &project.scripts));
    groups.insert("gui_scripts".to_owned(), of_project(|project| &project.gui_scripts));
    let own = tables.project.map_or(&[][..], |project| &project.entry_points);
    for (group, entries) in own {
        groups.insert(group.clone(), entries.clone());
    }
    for (name, script) in tables.tool.table("scripts")?.into_iter().flat_map(TomlTable::iter) {
        let Some(object) = script.as_text() else {
            return not_native(format!("the script `{name}` is a table"));
        };
        if tables.project.is_none_or(|project| project.scripts.is_empty()) {
            groups
                .entry("console_scripts".to_owned())
                .or_default()
                .push((name.to_owned(), object.to_owned()));
        }
    }
    if let Some(plugins) = tables.tool.table("plugins")?.filter(|_| own.is_empty()) {
        for (group, entries) in plugins.iter() {
            let Some(entries) = entries.as_text_table() else {
                return not_native(format!("the plugins `{group}` are not a table of strings"));
            };
            groups.insert(group.to_owned(), entries);
        }
    }
    groups.retain(|_, entries| !entries.is_empty());
    if let Some(group) = groups.keys().find(|group| group.contains('-')) {
        return not_native(format!("the group `{group}` of entry points"));
    }
    Ok(groups.into_iter().map(|(group, entries)| (group, lines(&entries))).collect())
}

fn lines(entries: &TextTable) -> Vec<String> {
    let mut lines: Vec<String> = entries.iter().map(|(name, object)| format!("{name} = {object}")).collect();
    lines.sort_unstable();
    lines.into_iter().map(|line| line.replace(' ', "")).collect()
}

/// The files of `.dist-info` but RECORD.
fn info(
    source: &Source<'_>,
    built: &Built,
    metadata: &Metadata,
    entry_points: &BTreeMap<String, Vec<String>>,
) -> Result<Vec<Member>, Stop> {
    let inside = |name: &str| format!("{}.dist-info/{name}", built.stem);
    let wheel =
        format!("Wheel-Version: 1.0\nGenerator: {RELEASE}\nRoot-Is-Purelib: true\nTag: {}\n", built.tag);
    let mut members =
        vec![Member::made(inside("METADATA"), metadata.text.clone()), Member::made(inside("WHEEL"), wheel)];
    if !entry_points.is_empty() {
        let group = |(group, lines): (&String, &Vec<String>)| format!("[{group}]\n{}\n\n", lines.join("\n"));
        members.push(Member::made(
            inside("entry_points.txt"),
            entry_points.iter().map(group).collect::<String>(),
        ));
    }
    let mut licenses = metadata.license_files.clone();
    licenses.sort_by_cached_key(|path| key(path));
    for path in licenses {
        members.push(Member::normalized(inside(&format!("licenses/{path}")), source.path(&path))?);
    }
    Ok(members)
}

/// The `.pth` file of an editable wheel.
fn pth(source: &Source<'_>, poetry: &Poetry, files: &Files) -> Result<Member, Stop> {
    let mut bases = files.bases.iter();
    let (Some(base), None) = (bases.next(), bases.next()) else {
        return not_native("packages stand in several folders");
    };
    let folder = source.path(base);
    let real = folder.canonicalize().map_err(|error| super::disk(&folder, error))?;
    let Some(path) = real.to_str() else { return not_native("the project's path is not UTF-8") };
    let member = Member::made(format!("{}.pth", poetry.module_name()), format!("{path}\n"));
    Ok(Member { mode: PLAIN, ..member })
}

/// The files of a source distribution.
fn sources(source: &Source<'_>, files: Files, metadata: &Metadata) -> Vec<(String, std::path::PathBuf)> {
    let mut paths: BTreeSet<files::PathKey> = files.paths.into_keys().collect();
    paths.insert(key("pyproject.toml"));
    paths.extend(metadata.license_files.iter().chain(&metadata.readmes).map(|path| key(path)));
    paths.into_iter().map(|path| path.join("/")).map(|path| (path.clone(), source.path(&path))).collect()
}

impl Recipe for Built {
    fn backend(&self) -> &'static str {
        RELEASE
    }

    fn metadata(&self) -> &[u8] {
        &self.metadata
    }

    fn make(&self, product: Product) -> Result<Made, NativeError> {
        let members = match product {
            Product::SourceDistribution => return self.make_sdist(),
            Product::Wheel => &self.wheel,
            Product::Editable => &self.editable,
        };
        let epoch = self.epoch.filter(|epoch| *epoch >= ZIP_EPOCH);
        let times = Times::One(epoch.map_or(EARLIEST, u64::cast_signed));
        let record = RecordFile { name: format!("{}.dist-info/RECORD", self.stem), mode: PLAIN };
        let bytes = members::wheel(members, &record, times)?;
        Ok(Made { filename: format!("{}-{}.whl", self.stem, self.tag), bytes })
    }
}

impl Built {
    fn make_sdist(&self) -> Result<Made, NativeError> {
        let time = self.epoch.unwrap_or(0);
        let name = format!("{}.tar", self.stem);
        let mut writer = SourceWriter::new(u32::try_from(time).unwrap_or(0), Some(&name));
        for (path, file) in &self.sdist {
            writer.add_file(file, &format!("{}/{path}", self.stem), Some(time.cast_signed()))?;
        }
        let text = String::from_utf8_lossy(&self.metadata);
        writer.add_text(&format!("{}/PKG-INFO", self.stem), &text, time.cast_signed())?;
        Ok(Made { filename: format!("{}.tar.gz", self.stem), bytes: writer.finish()? })
    }
}
