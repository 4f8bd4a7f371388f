//! Hatchling: files are chosen by patterns over the whole tree, metadata is normalized and sorted.
//!
//! Not native: hooks, plugins, versions from code or from version control, and anything dynamic but the version, unless the
//! tree is an unpacked source distribution, whose PKG-INFO knows what was dynamic.

mod dependencies;
mod metadata;
mod options;
mod released;
mod sdist;
mod selection;
mod version;
mod wheel;

use packaging::{Prereleases, SpecifierSet, Version};

use super::document::TomlTable;
use super::project::Project;
use super::text::is_ascii_identifier;
use super::tree::read_text;
use super::{Made, NativeError, Recipe, Source, Stop, not_native};
use crate::Product;
use crate::build_system::BuildSystem;
use metadata::Fields;
use options::Target;
use sdist::Sdist;
use wheel::Wheel;

/// The emulated release.
const RELEASE: &str = "hatchling 1.33.0";
/// What its files are dated where `SOURCE_DATE_EPOCH` is not set: 2020-02-02.
const EPOCH: u64 = 1_580_601_600;

/// A project of hatchling.
struct Hatchling {
    metadata: Vec<u8>,
    wheel: Option<Wheel>,
    editable: Option<Wheel>,
    sdist: Option<Sdist>,
}

/// The parts of the configuration that products share.
struct Hatch<'a> {
    source: &'a Source<'a>,
    project: Project,
    tables: TomlTable,
    fields: Fields,
}

pub(super) fn recognise(source: &Source<'_>, system: &BuildSystem) -> Result<Box<dyn Recipe>, Stop> {
    let requires = system.requires.iter().filter(|requirement| !released::is_plugin(requirement));
    super::emulated(&requires.cloned().collect::<Vec<_>>(), &[RELEASE])?;
    let mut project = Project::read(&source.document)?;
    released::fill(source, &mut project)?;
    let tables = tables(source)?;
    if !released::hooks_are_idle(&tables, &project, &system.requires)? {
        return not_native("there are metadata hooks");
    }
    let fields = Fields::read(source, &project, &tables)?;
    let hatch = Hatch { source, project, tables, fields };
    let target = Target::read(&hatch, "wheel")?;
    let metadata = hatch.fields.print(&target.metadata_version)?;
    let mut recipe = Hatchling { metadata: metadata.into_bytes(), wheel: None, editable: None, sdist: None };
    if source.wants(Product::Wheel) {
        recipe.wheel = Some(Wheel::standard(&hatch, &target, &recipe.metadata)?);
    }
    if source.wants(Product::Editable) {
        recipe.editable = Some(Wheel::editable(&hatch, &target, &recipe.metadata)?);
    }
    if source.wants(Product::SourceDistribution) {
        recipe.sdist = Some(Sdist::plan(&hatch)?);
    }
    Ok(Box::new(recipe))
}

impl Recipe for Hatchling {
    fn backend(&self) -> &'static str {
        RELEASE
    }

    fn metadata(&self) -> &[u8] {
        &self.metadata
    }

    fn make(&self, product: Product) -> Result<Made, NativeError> {
        match product {
            Product::Wheel => self.wheel.as_ref().map(Wheel::make),
            Product::Editable => self.editable.as_ref().map(Wheel::make),
            Product::SourceDistribution => self.sdist.as_ref().map(Sdist::make),
        }
        .unwrap_or(Err(NativeError::NotPrepared(product)))
    }
}

/// `[tool.hatch]`, with the top-level tables of `hatch.toml` in place of its own.
fn tables(source: &Source<'_>) -> Result<TomlTable, Stop> {
    let tables = source.tool("hatch")?.cloned().unwrap_or_default();
    let path = source.path("hatch.toml");
    if !path.is_file() {
        return Ok(tables);
    }
    Ok(tables.updated(super::document::Toml::parse(&read_text(&path)?)?))
}

impl Hatch<'_> {
    /// Hatchling's file names: the name of the project with `_`, and the version.
    fn project_id(&self, strict: bool) -> String {
        let name = if strict { self.fields.name() } else { self.project.name.clone() };
        format!("{}-{}", file_name_component(&name), self.fields.version())
    }

    fn epoch(&self) -> u64 {
        self.source.request.source_date_epoch.unwrap_or(EPOCH)
    }
}

/// Every run of other characters than letters, digits, `_` and `.` is one `_`. Names of projects are ASCII.
fn file_name_component(name: &str) -> String {
    let mut component = String::with_capacity(name.len());
    let mut gap = false;
    for char in name.chars() {
        let kept = char.is_ascii_alphanumeric() || matches!(char, '_' | '.');
        if kept {
            component.push(char);
        } else if !gap {
            component.push('_');
        }
        gap = !kept;
    }
    component
}

/// The tags of a wheel without code for a machine: `py2` and `py3` as far as `Requires-Python` admits one of their releases.
fn python_tags(constraint: &SpecifierSet) -> Result<&'static [&'static str], Stop> {
    if constraint.is_empty() {
        return Ok(&["py2", "py3"]);
    }
    let fits = |major: u64, minor: u64, patch: u64| {
        constraint.contains(&Version::of([major, minor, patch]), Prereleases::Auto)
    };
    // Hatchling tries a high patch release of each minor one first, and every release only where none of those fits.
    let quick = |major: u64| (0..100).any(|minor| fits(major, minor, 100));
    let slow = |major: u64| (0..100).any(|minor| (0..100).any(|patch| fits(major, minor, patch)));
    let mut majors = (quick(2), quick(3));
    if majors == (false, false) {
        majors = (slow(2), slow(3));
    }
    match majors {
        (true, true) => Ok(&["py2", "py3"]),
        (true, false) => Ok(&["py2"]),
        (false, true) => Ok(&["py3"]),
        (false, false) => not_native("no Python fits `requires-python`"),
    }
}

/// The names of `import-names` and `import-namespaces`: bare, and whether they are marked private (PEP 794).
fn import_name(text: &str) -> Result<(String, bool), Stop> {
    let (name, private) = match text.split_once(';') {
        None => (text, false),
        Some((name, annotation)) if annotation.trim() == "private" => (name.trim(), true),
        Some(_) => return not_native(format!("`{text}` is not an import name")),
    };
    if !name.split('.').all(is_ascii_identifier) {
        return not_native(format!("`{text}` is not an import name"));
    }
    Ok((name.to_owned(), private))
}
