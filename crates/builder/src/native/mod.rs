//! Back ends in Rust: projects whose configuration is understood to the last key are built without starting Python, with
//! the same result as by the real back end.
//!
//! What is not understood, or not in the form that the emulated release reads, is [`Recognised::NotNative`] with one line
//! that says why: the real back end then builds it, or refuses it in its own words. A wrong guess is worse than a
//! start of Python.

mod classifiers;
mod document;
mod flit;
mod git;
mod glob;
mod hatchling;
mod members;
mod patterns;
mod pdm;
mod people;
mod poetry;
mod project;
mod python_source;
mod sdist;
mod setuptools;
mod text;
mod tree;
mod uv_build;
mod wheel;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use packaging::filenames::{DistributionFilename, FilenameError};
use packaging::name::canonicalize_name;
use packaging::{Prereleases, Requirement, Version};

use crate::archive::TooLarge;
use crate::{BuildSystem, BuiltFile, ConfigSettings, Product, UnknownKeys};
use document::{Toml, TomlTable};
use glob::GlobError;

/// What shall be built, and how.
#[derive(Clone, Copy, Debug)]
pub struct NativeRequest<'a> {
    /// Everything that will be asked for. A project can be native for its wheel and not for its editable form.
    pub products: &'a [Product],
    /// Settings for the back end; only some back ends read any.
    pub settings: &'a ConfigSettings,
    /// `SOURCE_DATE_EPOCH`, where it is set.
    pub source_date_epoch: Option<u64>,
}

/// Why a native build came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum NativeError {
    /// A file or folder cannot be read or written.
    #[error("{}: {source}", path.display())]
    Disk {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is too much for an archive.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    /// The name that the back end gives its file breaks the standard.
    #[error(transparent)]
    Filename(#[from] FilenameError),
    /// A product that the request did not name.
    #[error("the {} was not prepared", .0.word())]
    NotPrepared(Product),
}

/// What became of the question whether a project can be built natively.
#[derive(Debug)]
pub enum Recognised {
    /// It can.
    Native(NativeProject),
    /// The real back end has to build it, for this reason.
    NotNative(String),
}

/// A project that is understood: its metadata is known, its files are chosen.
pub struct NativeProject(Box<dyn Recipe>);

impl std::fmt::Debug for NativeProject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("NativeProject").field(&self.0.backend()).finish()
    }
}

/// How one back end makes its files.
trait Recipe: Send + Sync {
    /// The emulated release: `hatchling 1.33.0`.
    fn backend(&self) -> &'static str;
    /// The METADATA of the wheel.
    fn metadata(&self) -> &[u8];
    /// A product that the request named.
    fn make(&self, product: Product) -> Result<Made, NativeError>;
}

/// A file before it is written.
struct Made {
    filename: String,
    bytes: Vec<u8>,
}

/// Why a back end here does not build a project.
#[derive(Debug)]
enum Stop {
    /// The real one has to, or has to refuse it.
    NotNative(String),
    /// Nobody can.
    Failed(NativeError),
}

impl From<NativeError> for Stop {
    fn from(error: NativeError) -> Self {
        Self::Failed(error)
    }
}

impl From<GlobError> for Stop {
    fn from(error: GlobError) -> Self {
        Self::NotNative(error.to_string())
    }
}

/// The real back end is needed, because …
fn not_native<T>(why: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::NotNative(why.into()))
}

/// A project's folder and what its `pyproject.toml` says.
struct Source<'a> {
    /// The folder, absolute and without symbolic links, as `os.getcwd()` gives it.
    tree: PathBuf,
    /// The same as text.
    root: String,
    /// What `pyproject.toml` says.
    document: TomlTable,
    /// What is asked for.
    request: NativeRequest<'a>,
}

impl Source<'_> {
    fn wants(&self, product: Product) -> bool {
        self.request.products.contains(&product)
    }

    /// `[tool.NAME]`
    fn tool(&self, name: &str) -> Result<Option<&TomlTable>, Stop> {
        match self.document.table("tool")? {
            Some(tools) => tools.table(name),
            None => Ok(None),
        }
    }

    fn path(&self, relative: &str) -> PathBuf {
        self.tree.join(relative)
    }
}

/// Looks whether the project in `tree` can be built natively, and prepares the products that are asked for.
///
/// # Errors
/// Files that cannot be read. What is wrong with the project itself is [`Recognised::NotNative`], so that the real back
/// end words it.
pub fn recognise(tree: &Path, request: &NativeRequest<'_>) -> Result<Recognised, NativeError> {
    match recipe(tree, *request) {
        Ok(recipe) => Ok(Recognised::Native(NativeProject(recipe))),
        Err(Stop::NotNative(why)) => Ok(Recognised::NotNative(why)),
        Err(Stop::Failed(error)) => Err(error),
    }
}

fn recipe(tree: &Path, request: NativeRequest<'_>) -> Result<Box<dyn Recipe>, Stop> {
    let system = match BuildSystem::read(tree, UnknownKeys::Ignored) {
        Ok(system) => system,
        Err(error) => return not_native(error.to_string()),
    };
    if !system.backend_path.is_empty() {
        return not_native("the back end lies in the project itself (`backend-path`)");
    }
    let tree = fs::canonicalize(tree).map_err(|source| disk(tree, source))?;
    let Some(root) = tree.to_str().map(str::to_owned) else {
        return not_native("the project's path is not UTF-8");
    };
    let path = tree.join("pyproject.toml");
    // Without it there is setup.py alone.
    let text = if path.exists() { tree::read_configuration(&path)? } else { String::new() };
    let document = Toml::parse(&text)?;
    let source = Source { tree, root, document, request };
    backend(&source, &system)
}

/// Each back end by the name it has in `build-backend`.
fn backend(source: &Source<'_>, system: &BuildSystem) -> Result<Box<dyn Recipe>, Stop> {
    match system.backend.to_string().as_str() {
        "pdm.backend" => pdm::recognise(source, system),
        "hatchling.build" => hatchling::recognise(source, system),
        "poetry.core.masonry.api" => poetry::recognise(source, system),
        "uv_build" => uv_build::recognise(source, system),
        "flit_core.buildapi" => flit::recognise(source, system),
        "setuptools.build_meta" | "setuptools.build_meta:__legacy__" => setuptools::recognise(source, system),
        other => not_native(format!("`{other}` has no native form")),
    }
}

/// Whether all that the build requires is one back end, in a release that is emulated here; gives the first of these
/// `releases` (as `hatchling 1.33.0`) that fits.
fn emulated(requires: &[Requirement], releases: &[&'static str]) -> Result<&'static str, Stop> {
    let [requirement] = requires else {
        return not_native("the build requires more than its back end");
    };
    let specifiers = match requirement.specifiers() {
        Some(specifiers) if requirement.extras.is_empty() && requirement.marker.is_none() => specifiers,
        _ => return not_native(format!("the build requires `{requirement}`")),
    };
    let fits = |release: &&&'static str| {
        let (name, version) = parts(release);
        canonicalize_name(name) == requirement.name.as_str()
            && Version::parse(version)
                .is_ok_and(|version| specifiers.contains(&version, Prereleases::Exclude))
    };
    match releases.iter().find(fits) {
        Some(release) => Ok(release),
        None => {
            not_native(format!("the build requires `{requirement}`, and native is {}", releases.join(" or ")))
        }
    }
}

/// Name and version of a release.
fn parts(release: &'static str) -> (&'static str, &'static str) {
    release.split_once(' ').unwrap_or((release, ""))
}

fn disk(path: &Path, source: io::Error) -> NativeError {
    NativeError::Disk { path: path.to_owned(), source }
}

impl NativeProject {
    /// The METADATA that the wheel gets.
    #[must_use]
    pub fn metadata(&self) -> &[u8] {
        self.0.metadata()
    }

    /// The release of the back end that is emulated: `hatchling 1.33.0`.
    #[must_use]
    pub fn backend(&self) -> &'static str {
        self.0.backend()
    }

    /// Builds a product of the request into the folder `out`, which is made where it is missing; a file of the same name
    /// is replaced.
    ///
    /// # Errors
    /// Files that cannot be read or written; an archive that grows too large.
    pub fn build(&self, product: Product, out: &Path) -> Result<BuiltFile, NativeError> {
        let made = self.0.make(product)?;
        let filename = DistributionFilename::parse(&made.filename)?;
        let path = out.join(&made.filename);
        fs::create_dir_all(out).map_err(|source| disk(out, source))?;
        tree::write_whole(&path, &made.bytes).map_err(|source| disk(&path, source))?;
        Ok(BuiltFile { path, filename, product })
    }
}
