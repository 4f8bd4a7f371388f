//! Requirements that name a place: a wheel by path or URL.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use packaging::distribution::{Distribution, RemoteFile};
use packaging::filenames::{DistributionFilename, FilenameError, WheelFilename};
use packaging::hashes::Hash;
use packaging::metadata::Metadata;
use packaging::{PackageName, Requirement, RequirementSource, SpecifierSet, Version};
use project::requirements_file::{PathRequirement, Requested, UrlRequirement};
use store::{AddWheelError, Store, StoredWheel, VerifiedFile, WheelBytes};
use url::Url;

use super::candidates::Selection;

/// Why a place cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DirectError {
    /// Nothing is there.
    #[error("{} does not exist", path.display())]
    Missing {
        /// The path.
        path: PathBuf,
    },
    /// It is not a wheel, so it would have to be built.
    #[error("{place} must be built first")]
    NeedsBuilding {
        /// The path or URL, passwords masked.
        place: String,
    },
    /// Not a URL, or one of a scheme that nobody can fetch.
    #[error("{url} cannot be fetched")]
    BadUrl {
        /// As written, passwords masked.
        url: String,
    },
    /// The file name says neither package nor version.
    #[error(transparent)]
    Filename(#[from] FilenameError),
    /// `name @ URL`, but the file is of another package.
    #[error("`{wanted}` was asked for, but {place} is {found}")]
    OtherPackage {
        /// What was asked for.
        wanted: PackageName,
        /// What the file is.
        found: PackageName,
        /// The path or URL, passwords masked.
        place: String,
    },
    /// The wheel is not usable.
    #[error("{place}: {source}")]
    Wheel {
        /// The path or URL, passwords masked.
        place: String,
        /// What is wrong.
        source: AddWheelError,
    },
}

/// A wheel that a requirement names, in the store.
pub struct Direct {
    /// Its version.
    pub version: Version,
    /// Its metadata.
    pub metadata: Arc<[u8]>,
    /// The wheel.
    pub wheel: StoredWheel,
    /// Its tags, when they do not fit the target.
    pub unusable: Option<String>,
}

/// Where a direct requirement points.
pub enum Place {
    /// A file of this machine.
    Local(PathBuf),
    /// A file to be fetched.
    Remote(Distribution),
}

/// A requirement as the resolver takes it: what has no name gets the one of its file.
///
/// # Errors
/// [`DirectError::NeedsBuilding`] for what is no wheel, [`DirectError::Missing`] for a path that is not there.
pub fn named(requested: Requested, cwd: &Path) -> Result<Requirement, DirectError> {
    match requested {
        Requested::Named(requirement) => Ok(absolute(requirement, cwd)),
        Requested::Path(path) => from_path(path, cwd),
        Requested::Url(url) => from_url(url),
    }
}

fn absolute(mut requirement: Requirement, cwd: &Path) -> Requirement {
    if let RequirementSource::Url(url) = &requirement.source
        && Url::parse(url).is_err()
        && let Ok(absolute) = Url::from_file_path(cwd.join(url))
    {
        requirement.source = RequirementSource::Url(absolute.into());
    }
    requirement
}

fn from_path(path: PathRequirement, cwd: &Path) -> Result<Requirement, DirectError> {
    let place = cwd.join(&path.path);
    if !place.exists() {
        return Err(DirectError::Missing { path: place });
    }
    let url = Url::from_file_path(&place).map_err(|()| DirectError::BadUrl { url: path.path.clone() })?;
    let name = wheel_name(&place.to_string_lossy(), &path.path)?;
    let mut requirement = Requirement::new(name, SpecifierSet::default());
    requirement.source = RequirementSource::Url(url.into());
    requirement.extras = path.extras;
    requirement.marker = path.marker;
    Ok(requirement.with_origin(path.origin))
}

fn from_url(url: UrlRequirement) -> Result<Requirement, DirectError> {
    let shown = index::redacted_text(&url.url);
    let name = wheel_name(&file_part(&url.url), &shown)?;
    let mut requirement = Requirement::new(url.egg.unwrap_or(name), SpecifierSet::default());
    requirement.source = RequirementSource::Url(url.url);
    requirement.marker = url.marker;
    Ok(requirement.with_origin(url.origin))
}

/// The last segment of a URL's path, percent-decoded.
fn file_part(url: &str) -> String {
    let path = url.split(['#', '?']).next().unwrap_or(url);
    let last = path.rsplit('/').next().unwrap_or(path);
    percent_encoding::percent_decode_str(last).decode_utf8_lossy().into_owned()
}

fn wheel_name(path: &str, shown: &str) -> Result<PackageName, DirectError> {
    let filename = path.rsplit('/').next().unwrap_or(path);
    if filename.ends_with(".whl") {
        return Ok(WheelFilename::parse(filename)?.name().clone());
    }
    Err(DirectError::NeedsBuilding { place: shown.to_owned() })
}

/// Where `url` of a requirement on `name` points.
///
/// # Errors
/// See [`DirectError`].
pub fn locate(name: &PackageName, url: &str) -> Result<Place, DirectError> {
    let shown = || index::redacted_text(url);
    let parsed = Url::parse(url).map_err(|_| DirectError::BadUrl { url: shown() })?;
    let filename = file_part(url);
    if !filename.ends_with(".whl") {
        return Err(DirectError::NeedsBuilding { place: shown() });
    }
    let filename = WheelFilename::parse(&filename)?;
    if filename.name() != name {
        let found = filename.name().clone();
        return Err(DirectError::OtherPackage { wanted: name.clone(), found, place: shown() });
    }
    match parsed.scheme() {
        "file" => {
            let path = parsed.to_file_path().map_err(|()| DirectError::BadUrl { url: shown() })?;
            if path.is_file() { Ok(Place::Local(path)) } else { Err(DirectError::Missing { path }) }
        }
        "http" | "https" => {
            let hashes = fragment_hashes(&parsed);
            let mut bare = parsed;
            bare.set_fragment(None);
            let file = RemoteFile { url: bare.into(), hashes, size: None };
            Ok(Place::Remote(Distribution::new(DistributionFilename::Wheel(filename), file)))
        }
        _ => Err(DirectError::BadUrl { url: shown() }),
    }
}

/// A file of this machine as a distribution.
pub fn local_distribution(path: &Path) -> Option<Distribution> {
    let filename = DistributionFilename::parse(&path.file_name()?.to_string_lossy()).ok()?;
    let url = Url::from_file_path(path).ok()?;
    Some(Distribution::new(filename, RemoteFile { url: url.into(), hashes: Vec::new(), size: None }))
}

/// The file that a URL names, wherever it lies.
pub fn distribution(url: &str) -> Option<Distribution> {
    let parsed = Url::parse(url).ok()?;
    let filename = DistributionFilename::parse(&file_part(url)).ok()?;
    let hashes = fragment_hashes(&parsed);
    let mut bare = parsed;
    bare.set_fragment(None);
    Some(Distribution::new(filename, RemoteFile { url: bare.into(), hashes, size: None }))
}

/// `#sha256=…` after a URL is a promise about the file.
fn fragment_hashes(url: &Url) -> Vec<Hash> {
    let parts = url.fragment().unwrap_or_default().split('&');
    parts.filter_map(|part| Hash::parse(&part.replacen('=', ":", 1)).ok()).collect()
}

/// Takes a wheel of this machine into the store.
///
/// # Errors
/// See [`DirectError`].
pub fn open(store: &Store, path: &Path, url: &str, selection: &Selection) -> Result<Direct, DirectError> {
    let filename = WheelFilename::parse(&path.file_name().unwrap_or_default().to_string_lossy())?;
    let promised = Url::parse(url).map(|url| fragment_hashes(&url)).unwrap_or_default();
    add(store, WheelBytes::File(path), filename, (&promised, selection), &path.display().to_string())
}

/// Takes a downloaded wheel into the store.
///
/// # Errors
/// See [`DirectError`].
pub fn accept(
    store: &Store,
    file: VerifiedFile,
    distribution: &Distribution,
    selection: &Selection,
) -> Result<Direct, DirectError> {
    let filename = WheelFilename::parse(distribution.filename())?;
    let place = index::redacted_text(&distribution.file().url);
    let hashes = &distribution.file().hashes;
    add(store, WheelBytes::Verified(file), filename, (hashes, selection), &place)
}

fn add(
    store: &Store,
    bytes: WheelBytes<'_>,
    filename: WheelFilename,
    (promised, selection): (&[Hash], &Selection),
    place: &str,
) -> Result<Direct, DirectError> {
    let allowed = selection.hashes.get(filename.name()).map_or(promised, Vec::as_slice);
    let wheel = store
        .add_wheel(bytes, &filename, allowed)
        .map_err(|source| DirectError::Wheel { place: place.to_owned(), source })?;
    let metadata: Arc<[u8]> = wheel.manifest().metadata_headers().as_bytes().into();
    // The file's own words decide: they may carry a local label that the name lacks.
    let version =
        Metadata::parse(&metadata).map_or_else(|_| filename.version().clone(), |found| found.version);
    let unusable = selection.tags.best(&filename).is_none().then(|| filename.tag().to_owned());
    Ok(Direct { version, metadata, wheel, unusable })
}
