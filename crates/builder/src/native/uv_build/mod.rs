//! `uv_build`: no dynamic metadata, one tree walk, its own writers of zip, tar and TOML. Its files have no times, whatever
//! `SOURCE_DATE_EPOCH` says.
//!
//! Several releases are emulated, since ranges of versions begin at the release of the day (`uv init` writes them so) and end at
//! the next minor one. Not native: markers whose canonical form
//! is not plain, and what is refused.

mod globs;
mod metadata;
mod modules;
mod requirement;
mod sdist;
mod toml_text;
mod wheel;

use super::document::TomlTable;
use super::project::Project;
use super::{Made, NativeError, Recipe, Source, Stop, emulated, not_native};
use crate::Product;
use crate::build_system::BuildSystem;
use metadata::Fields;
use modules::Modules;
use sdist::Sdist;
use wheel::Wheel;

/// The emulated releases.
const RELEASES: [&str; 4] = ["uv_build 0.13.6", "uv_build 0.13.9", "uv_build 0.13.8", GNU];

/// The last before 0.13; its source distributions are in GNU's form of tar.
const GNU: &str = "uv_build 0.12.24";

/// A project of `uv_build`.
struct UvBuild {
    release: &'static str,
    metadata: Vec<u8>,
    wheel: Option<Wheel>,
    editable: Option<Wheel>,
    sdist: Option<Sdist>,
}

/// What the products share.
struct Configuration<'a> {
    release: &'static str,
    source: &'a Source<'a>,
    project: Project,
    settings: Settings,
    fields: Fields,
    modules: Modules,
}

/// `[tool.uv.build-backend]`
struct Settings {
    module_root: String,
    module_names: Option<Vec<String>>,
    source_include: Vec<String>,
    default_excludes: bool,
    source_exclude: Vec<String>,
    wheel_exclude: Vec<String>,
    namespace: bool,
    /// Kinds of data and their folders, in the order of the wheel.
    data: Vec<(&'static str, String)>,
}

pub(super) fn recognise(source: &Source<'_>, system: &BuildSystem) -> Result<Box<dyn Recipe>, Stop> {
    let release = emulated(&system.requires, &RELEASES)?;
    let project = Project::read(&source.document)?;
    let settings = Settings::read(source)?;
    let fields = Fields::read(source, &project)?;
    let modules = Modules::find(source, &settings, &fields)?;
    let configuration = Configuration { release, source, project, settings, fields, modules };
    let metadata = configuration.fields.print().into_bytes();
    let mut uv = UvBuild { release, metadata, wheel: None, editable: None, sdist: None };
    if source.wants(Product::Wheel) {
        uv.wheel = Some(Wheel::standard(&configuration, &uv.metadata)?);
    }
    if source.wants(Product::Editable) {
        uv.editable = Some(Wheel::editable(&configuration, &uv.metadata)?);
    }
    if source.wants(Product::SourceDistribution) {
        uv.sdist = Some(Sdist::plan(&configuration)?);
    }
    Ok(Box::new(uv))
}

impl Recipe for UvBuild {
    fn backend(&self) -> &'static str {
        self.release
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

impl Settings {
    fn read(source: &Source<'_>) -> Result<Self, Stop> {
        let empty = TomlTable::default();
        let uv = source.tool("uv")?;
        let table = uv.map(|uv| uv.table("build-backend")).transpose()?.flatten().unwrap_or(&empty);
        let module_names = match table.get("module-name") {
            None => None,
            Some(value) if value.as_text().is_some() => {
                table.text("module-name")?.map(|name| vec![name.to_owned()])
            }
            Some(_) => table.texts("module-name")?.map(pruned),
        };
        Ok(Self {
            module_root: table.text("module-root")?.unwrap_or("src").to_owned(),
            module_names,
            source_include: table.texts("source-include")?.unwrap_or_default(),
            default_excludes: table.flag("default-excludes")?.unwrap_or(true),
            source_exclude: table.texts("source-exclude")?.unwrap_or_default(),
            wheel_exclude: table.texts("wheel-exclude")?.unwrap_or_default(),
            namespace: table.flag("namespace")?.unwrap_or(false),
            data: data(table)?,
        })
    }

    /// What generated files and the project exclude, without doubles.
    fn excludes<'s>(&'s self, own: &'s [String]) -> Vec<&'s str> {
        let usual: &[&str] = if self.default_excludes { &["__pycache__", "*.pyc", "*.pyo"] } else { &[] };
        usual.iter().copied().chain(own.iter().chain(&self.source_exclude).map(String::as_str)).collect()
    }
}

/// Sorted names, without those that lie below another one.
fn pruned(mut names: Vec<String>) -> Vec<String> {
    names.sort_unstable();
    names.dedup_by(|later, earlier| {
        later.strip_prefix(earlier.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    });
    names
}

fn data(table: &TomlTable) -> Result<Vec<(&'static str, String)>, Stop> {
    let Some(data) = table.table("data")? else { return Ok(Vec::new()) };
    let kinds = ["purelib", "platlib", "headers", "scripts", "data"];
    if let Some(kind) = data.unknown(&kinds) {
        return not_native(format!("`data` has the key `{kind}`"));
    }
    let mut folders = Vec::new();
    for kind in kinds {
        if let Some(folder) = data.text(kind)? {
            folders.push((kind, folder.to_owned()));
        }
    }
    Ok(folders)
}

impl Configuration<'_> {
    /// `name-version`, with `_` in the name.
    fn distribution(&self) -> String {
        format!("{}-{}", self.fields.import_name(), self.fields.version)
    }
}
