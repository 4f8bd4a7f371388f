//! Flit: one module or package, metadata as it is written. Two releases are emulated, since most projects ask for
//! `flit_core <4`.
//!
//! Not native: what Python would have to import for its version or docstring, and configuration older than `[project]`.

mod metadata;
mod module;
mod sdist;
mod wheel;

use super::document::TomlTable;
use super::project::Project;
use super::tree::normalized_path;
use super::{Made, NativeError, Recipe, Source, Stop, not_native};
use crate::Product;
use crate::build_system::BuildSystem;
use metadata::Fields;
use module::FlitModule;
use sdist::Sdist;
use wheel::Wheel;

/// The emulated releases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Release {
    /// 3.12.0, the last before 4.
    Three,
    /// 4.2.0
    Four,
}

impl Release {
    fn name(self) -> &'static str {
        match self {
            Self::Three => "flit_core 3.12.0",
            Self::Four => "flit_core 4.2.0",
        }
    }
}

/// A project of flit.
struct Flit {
    release: Release,
    metadata: Vec<u8>,
    wheel: Option<Wheel>,
    editable: Option<Wheel>,
    sdist: Option<Sdist>,
}

/// What the products share.
struct Configuration<'a> {
    source: &'a Source<'a>,
    release: Release,
    fields: Fields,
    module: FlitModule,
    /// `[tool.flit.external-data]`, relative to the tree.
    data: Option<String>,
    /// `[tool.flit.sdist]`
    sdist: Option<&'a TomlTable>,
    project: Project,
}

pub(super) fn recognise(source: &Source<'_>, system: &BuildSystem) -> Result<Box<dyn Recipe>, Stop> {
    let release = match super::emulated(&system.requires, &[Release::Four.name(), Release::Three.name()])? {
        name if name == Release::Four.name() => Release::Four,
        _ => Release::Three,
    };
    let project = Project::read(&source.document)?;
    if let Some(key) = project.unknown.as_ref().filter(|_| release == Release::Four) {
        return not_native(format!("[project] has the key `{key}`"));
    }
    let tables = source.tool("flit")?;
    let module_name = module_name(&project, tables, release)?;
    let module = FlitModule::find(source, &module_name)?;
    let fields = Fields::read(source, &project, &module, release)?;
    let data = external_data(source, tables)?;
    let sdist = tables.map(|tables| tables.table("sdist")).transpose()?.flatten();
    let configuration = Configuration { source, release, fields, module, data, sdist, project };
    let metadata = configuration.fields.print(release).into_bytes();
    let mut flit = Flit { release, metadata, wheel: None, editable: None, sdist: None };
    if source.wants(Product::Wheel) {
        flit.wheel = Some(Wheel::plan(&configuration, &flit.metadata, Product::Wheel)?);
    }
    if source.wants(Product::Editable) {
        flit.editable = Some(Wheel::plan(&configuration, &flit.metadata, Product::Editable)?);
    }
    if source.wants(Product::SourceDistribution) {
        flit.sdist = Some(Sdist::plan(&configuration)?);
    }
    Ok(Box::new(flit))
}

impl Recipe for Flit {
    fn backend(&self) -> &'static str {
        self.release.name()
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

/// The name of the module: that of the project, or the one that `[tool.flit.module]` gives.
fn module_name(project: &Project, tables: Option<&TomlTable>, release: Release) -> Result<String, Stop> {
    if let Some(tables) = tables {
        let unknown = tables.keys().find(|key| {
            !matches!(*key, "module" | "sdist" | "external-data") && !key.to_lowercase().starts_with("x-")
        });
        if let Some(key) = unknown {
            return not_native(format!("there is a table [tool.flit.{key}]"));
        }
        if let Some(name) = tables.table("module")?.map(|table| table.text("name")).transpose()?.flatten() {
            return Ok(name.to_owned());
        }
    }
    let stubs = project.name.strip_suffix("-stubs").filter(|_| release == Release::Four);
    Ok(match stubs {
        Some(name) => format!("{}-stubs", name.replace('-', "_")),
        None => project.name.replace('-', "_"),
    })
}

fn external_data(source: &Source<'_>, tables: Option<&TomlTable>) -> Result<Option<String>, Stop> {
    let table = tables.map(|tables| tables.table("external-data")).transpose()?.flatten();
    let Some(folder) = table.map(|table| table.text("directory")).transpose()?.flatten() else {
        return Ok(None);
    };
    let normalized = normalized_path(folder);
    let inside = !normalized.starts_with(['/', '\\', '.']);
    if !inside || !source.path(&normalized).is_dir() {
        return not_native(format!("the external data `{folder}` is not a folder in the project"));
    }
    Ok(Some(normalized))
}

/// The name of files and folders of a distribution: `name-version`, with `_` and lower case.
fn distribution_name(name: &str, version: &str) -> String {
    format!("{}-{version}", packaging::name::canonicalize_name(name).replace('-', "_"))
}
