//! Requirements that name a place: a wheel or a source, by path or URL.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use index::vcs::{VcsUrl, VcsUrlError};

use packaging::distribution::{Distribution, RemoteFile};
use packaging::filenames::{DistributionFilename, FilenameError, WheelFilename};
use packaging::hashes::Hash;
use packaging::metadata::Metadata;
use packaging::{Extra, Marker, Origin, PackageName, Requirement, RequirementSource, SpecifierSet, Version};
use project::requirements_file::{EditableEntry, PathRequirement, Requested, UrlRequirement};
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
    /// Nothing is where the user says.
    #[error("{} does not exist", path.display())]
    NothingThere {
        /// The path.
        path: PathBuf,
        /// As it was named.
        typed: String,
    },
    /// It is not a wheel, so it would have to be built.
    #[error("{place} must be built first")]
    NeedsBuilding {
        /// The path or URL, passwords masked.
        place: String,
    },
    /// A text with the look of a path that leads to nothing of use.
    #[error("{typed} is neither a folder nor an archive")]
    NotAPlace {
        /// As typed.
        typed: String,
        /// Whether something is there, and then whether it begins like a requirements file.
        there: Option<bool>,
        /// Who asked.
        origin: Arc<Origin>,
    },
    /// A folder without a project.
    #[error("{place} has neither pyproject.toml nor setup.py")]
    NoProject {
        /// As it was named.
        place: String,
    },
    /// Not an address of a repository, or one that is not safe.
    #[error("{url}: {problem}")]
    BadRepository {
        /// As written, passwords masked.
        url: String,
        /// What is wrong with it.
        problem: VcsUrlError,
    },
    /// Neither a folder nor a repository, so that it cannot be editable.
    #[error("{place} cannot be installed in editable form")]
    NotEditable {
        /// As it was named, passwords masked.
        place: String,
    },
    /// Not a URL, or one of a scheme that nobody can fetch.
    #[error("{url} cannot be fetched")]
    BadUrl {
        /// As written, passwords masked.
        url: String,
    },
    /// The file name says neither package nor version.
    #[error("{source}")]
    Filename {
        /// What is wrong with it.
        source: FilenameError,
        /// As typed, when there is no such file either.
        absent: Option<String>,
    },
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

impl From<FilenameError> for DirectError {
    fn from(source: FilenameError) -> Self {
        Self::Filename { source, absent: None }
    }
}

/// What a requirement names.
pub struct Direct {
    /// Its version.
    pub version: Version,
    /// Its metadata.
    pub metadata: Arc<[u8]>,
    /// The wheel, in the store; that of a source may still have to be built.
    pub wheel: Option<StoredWheel>,
    /// The text of `direct_url.json` (PEP 610), when it is a source.
    pub direct_url: Option<String>,
    /// Whether it is an editable source.
    pub is_editable: bool,
    /// Whether it is a source.
    pub is_source: bool,
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

/// What a requirement as typed comes to.
pub enum Named {
    /// The resolver can take it.
    Ready(Requirement),
    /// The same; its name is not the user's but what the file or project calls itself.
    Placed(Requirement),
    /// Its package is known only to whoever looks into it.
    Unnamed(Unnamed),
}

/// A place whose package is not known yet.
#[derive(Clone, Debug)]
pub struct Unnamed {
    /// The place.
    pub url: String,
    /// Extras.
    pub extras: Vec<Extra>,
    /// The condition under which it counts.
    pub marker: Option<Marker>,
    /// Who asked.
    pub origin: Arc<Origin>,
    /// Hashes that its file must have one of.
    pub hashes: Vec<Hash>,
}

impl Unnamed {
    /// With the name that was found.
    pub fn named(self, raw_name: &str, name: PackageName) -> Requirement {
        let mut requirement = Requirement::new(name, SpecifierSet::default());
        requirement.raw_name = raw_name.into();
        requirement.source = RequirementSource::Url(self.url);
        requirement.extras = self.extras;
        requirement.marker = self.marker;
        requirement.with_origin(self.origin)
    }
}

/// A requirement as the resolver takes it: what has no name gets the one of its file or project, where that can be seen.
///
/// # Errors
/// [`DirectError::Missing`] for a path that is not there, and what is wrong with an address.
pub fn named(requested: Requested, cwd: &Path) -> Result<Named, DirectError> {
    match requested {
        Requested::Named(requirement) => Ok(Named::Ready(absolute(requirement, cwd))),
        Requested::Path(path) => from_path(path, cwd),
        Requested::Url(mut url) => {
            url.url = whole_file_url(&url.url, cwd).unwrap_or(url.url);
            from_url(url)
        }
    }
}

/// `file:folder/file` means a path from here.
fn whole_file_url(url: &str, cwd: &Path) -> Option<String> {
    let (scheme, rest) =
        url.split_once(':').filter(|(_, rest)| !rest.is_empty() && !rest.starts_with('/'))?;
    let (path, fragment) = rest.split_once('#').map_or((rest, None), |(path, rest)| (path, Some(rest)));
    let path = percent_encoding::percent_decode_str(path).decode_utf8().ok()?;
    let whole =
        Url::from_file_path(tidy(&cwd.join(&*path))).ok().filter(|_| scheme.eq_ignore_ascii_case("file"))?;
    let fragment = fragment.map(|fragment| format!("#{fragment}")).unwrap_or_default();
    Some(format!("{whole}{fragment}"))
}

fn absolute(mut requirement: Requirement, cwd: &Path) -> Requirement {
    if let RequirementSource::Url(url) = &requirement.source
        && Url::parse(url).is_err()
        && !VcsUrl::is_one(url)
        && let Ok(absolute) = Url::from_file_path(cwd.join(url))
    {
        requirement.source = RequirementSource::Url(absolute.into());
    }
    requirement
}

fn from_path(path: PathRequirement, cwd: &Path) -> Result<Named, DirectError> {
    let place = tidy(&cwd.join(&path.path));
    if !place.is_dir() && !is_archive(&path.path) {
        let (typed, origin) = (path.path, path.origin);
        return Err(DirectError::NotAPlace { typed, there: lists_requirements(&place), origin });
    }
    if place.is_dir() && !["pyproject.toml", "setup.py"].iter().any(|name| place.join(name).is_file()) {
        let extras: Vec<String> = path.extras.iter().map(ToString::to_string).collect();
        let extras = if extras.is_empty() { String::new() } else { format!("[{}]", extras.join(",")) };
        return Err(DirectError::NoProject { place: path.path + &extras });
    }
    let url = match place.exists() {
        true => path_url(&place, &path.path)?,
        // whoever wants it will find out
        false => {
            Url::from_file_path(&place).map_err(|()| DirectError::BadUrl { url: path.path.clone() })?.into()
        }
    };
    let hashes = Vec::new();
    let unnamed = Unnamed { url, extras: path.extras, marker: path.marker, origin: path.origin, hashes };
    let name = match place.is_dir() {
        true => name_of_folder(&place),
        false => {
            let absent = (!place.exists()).then_some(path.path);
            name_of_file(&unnamed.url).map_err(|source| DirectError::Filename { source, absent })?
        }
    };
    Ok(with_name(unnamed, name))
}

/// Whether the first line of a file that says anything is a requirement; nothing where there is none.
pub fn lists_requirements(path: &Path) -> Option<bool> {
    if !path.exists() {
        return None;
    }
    let text = std::fs::read(path).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let Some(line) = lines.next() else { return Some(true) };
    let line = line.split_once(" #").map_or(line, |(front, _)| front);
    let whole = match line.strip_suffix('\\') {
        Some(front) => format!("{}{}", front.trim(), lines.next().unwrap_or_default()),
        None => line.to_owned(),
    };
    Some(Requirement::parse(&whole).is_ok())
}

fn with_name(unnamed: Unnamed, name: Option<PackageName>) -> Named {
    let Some(name) = name else { return Named::Unnamed(unnamed) };
    let written = egg(&unnamed.url).filter(|egg| PackageName::new(egg).is_ok_and(|egg| egg == name));
    let raw_name = written.unwrap_or(name.as_str()).to_owned();
    Named::Placed(unnamed.named(&raw_name, name))
}

/// The name after `#egg=`, as it is written.
fn egg(url: &str) -> Option<&str> {
    let (_, fragment) = url.split_once('#')?;
    let egg = fragment.split('&').find_map(|part| part.strip_prefix("egg="))?;
    egg.split('[').next()
}

/// The URL of a file or folder.
fn path_url(place: &Path, typed: &str) -> Result<String, DirectError> {
    if !place.exists() {
        return Err(DirectError::NothingThere { path: place.to_owned(), typed: typed.to_owned() });
    }
    let url = Url::from_file_path(place).map_err(|()| DirectError::BadUrl { url: typed.to_owned() })?;
    Ok(url.into())
}

/// Without `.` and `..`, as pip writes paths.
pub fn tidy(path: &Path) -> PathBuf {
    let mut tidy = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(tidy.pop()),
            other => tidy.push(other),
        }
    }
    tidy
}

/// The folder below that `#subdirectory=` names.
fn below(folder: &Path, url: &str) -> PathBuf {
    let fragment = url.split_once('#').map_or("", |(_, fragment)| fragment);
    let inner = fragment.split('&').find_map(|part| part.strip_prefix("subdirectory="));
    inner.map_or_else(|| folder.to_owned(), |inner| folder.join(inner))
}

/// The name that a project gives itself, when nothing has to be run to know it.
fn name_of_folder(folder: &Path) -> Option<PackageName> {
    let text = std::fs::read_to_string(folder.join("pyproject.toml")).ok()?;
    project::pyproject::PyProject::parse("pyproject.toml", &text).ok()?.name
}

fn from_url(url: UrlRequirement) -> Result<Named, DirectError> {
    let (extras, hashes) = (Vec::new(), Vec::new());
    let unnamed = Unnamed { url: url.url, extras, marker: url.marker, origin: url.origin, hashes };
    let folder = Url::parse(&unnamed.url).ok().filter(|url| url.scheme() == "file");
    let folder = folder.and_then(|url| url.to_file_path().ok()).filter(|path| path.is_dir());
    let name = match (url.egg, folder) {
        (Some(egg), _) => Some(egg),
        // whoever looks into it finds out what is wrong with it
        (None, _) if VcsUrl::is_one(&unnamed.url) => None,
        // whoever looks into it finds out whether it is a project
        (None, Some(folder)) => name_of_folder(&below(&folder, &unnamed.url)),
        (None, None) => name_of_file(&unnamed.url)?,
    };
    Ok(with_name(unnamed, name))
}

/// A folder or a repository that is to be editable.
///
/// # Errors
/// [`DirectError::NotEditable`] for anything else.
pub fn editable(entry: &EditableEntry, cwd: &Path) -> Result<Named, DirectError> {
    let whole = whole_file_url(&entry.target, cwd);
    let target = whole.as_deref().unwrap_or(&entry.target);
    let not_editable = || DirectError::NotEditable { place: typed(entry) };
    let requested = Requirement::parse(target).ok().filter(|one| one.specifiers().is_none());
    if let Some(mut requirement) = requested {
        let is_place = |url: &str| VcsUrl::is_one(url) || url.to_ascii_lowercase().starts_with("file:");
        if !requirement.url().is_some_and(is_place) {
            return Err(not_editable());
        }
        requirement.extras.extend(entry.extras.iter().cloned());
        return Ok(Named::Ready(requirement.with_origin(Arc::clone(&entry.origin))));
    }
    let url = match Url::parse(target).ok().filter(|url| url.scheme() == "file") {
        Some(url) => {
            let path = url.to_file_path().map_err(|()| not_editable())?;
            let fragment = url.fragment().map(|fragment| format!("#{fragment}")).unwrap_or_default();
            path_url(&path, target)? + &fragment
        }
        None if target.trim().is_empty() => return Err(not_editable()),
        None if VcsUrl::is_one(target) && target.contains(':') => target.to_owned(),
        None if project::requirements_file::is_url(target) => return Err(not_editable()),
        None if !cwd.join(target).is_dir() => return Err(not_editable()),
        None => path_url(&tidy(&cwd.join(target)), target)?,
    };
    let folder = Url::parse(&url).ok().filter(|url| url.scheme() == "file");
    let folder = folder.and_then(|url| url.to_file_path().ok());
    if folder.as_ref().is_some_and(|path| !path.is_dir()) {
        return Err(not_editable());
    }
    let name = egg(&url).and_then(|egg| PackageName::new(egg).ok());
    let name = name.or_else(|| name_of_folder(&below(folder.as_ref()?, &url)));
    let origin = Arc::clone(&entry.origin);
    let (extras, hashes) = (entry.extras.clone(), Vec::new());
    Ok(with_name(Unnamed { url, extras, marker: None, origin, hashes }, name))
}

/// What was to be editable, as typed but for passwords.
fn typed(entry: &EditableEntry) -> String {
    let extras: Vec<&str> = entry.extras.iter().map(Extra::as_str).collect();
    let extras = if extras.is_empty() { String::new() } else { format!("[{}]", extras.join(",")) };
    shown(&format!("{}{extras}", entry.target))
}

/// An address as typed; only where it may hold a password is it written anew.
pub fn shown(url: &str) -> String {
    if url.contains("://") && url.contains('@') { index::redacted_text(url) } else { url.to_owned() }
}

/// Whether an address of the web names no host.
pub fn lacks_host(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once(':') else { return false };
    let rest = rest.trim_start_matches('/');
    let slashes = url.len() - scheme.len() - 1 - rest.len();
    let is_web = ["http", "https"].iter().any(|web| scheme.eq_ignore_ascii_case(web));
    is_web && (slashes != 2 || rest.is_empty() || rest.starts_with(['?', '#']))
}

/// The last segment of a URL's path, percent-decoded.
fn file_part(url: &str) -> String {
    let path = url.split(['#', '?']).next().unwrap_or(url);
    let last = path.rsplit('/').next().unwrap_or(path);
    percent_encoding::percent_decode_str(last).decode_utf8_lossy().into_owned()
}

/// The path of a `file:` URL.
pub fn local_path(url: &str) -> Option<PathBuf> {
    Url::parse(url).ok().filter(|url| url.scheme() == "file")?.to_file_path().ok()
}

/// Whether a path or URL ends like a file that can be installed.
pub fn is_archive(path: &str) -> bool {
    // a path has no fragment: what follows `#` belongs to the name
    if path.contains('#') && !path.contains(':') {
        return false;
    }
    is_wheel(path) || project::requirements_file::is_archive(path)
}

/// Whether a URL names a wheel.
pub fn is_wheel(url: &str) -> bool {
    !VcsUrl::is_one(url) && file_part(url).to_ascii_lowercase().ends_with(".whl")
}

/// The package in a file's name; a source archive may be called anything.
fn name_of_file(url: &str) -> Result<Option<PackageName>, FilenameError> {
    if is_wheel(url) {
        return Ok(Some(WheelFilename::parse(&file_part(url))?.name().clone()));
    }
    Ok(super::sources::name_of_archive(url))
}

/// Where `url` of a requirement on `name` points.
///
/// # Errors
/// See [`DirectError`].
pub fn locate(name: &PackageName, url: &str) -> Result<Place, DirectError> {
    let shown = || shown(url);
    let parsed = Url::parse(url).ok().filter(|_| !lacks_host(url));
    let parsed = parsed.ok_or_else(|| DirectError::BadUrl { url: shown() })?;
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

/// The file that a URL names, wherever it lies.
pub fn distribution(url: &str) -> Option<Distribution> {
    let parsed = Url::parse(url).ok()?;
    let filename = DistributionFilename::parse(&file_part(url)).ok()?;
    let hashes = fragment_hashes(&parsed);
    let mut bare = parsed;
    bare.set_fragment(None);
    Some(Distribution::new(filename, RemoteFile { url: bare.into(), hashes, size: None }))
}

/// What `direct_url.json` records of an archive's bytes: the hash that its URL promises, as in pip, else the one that was found.
pub fn recorded_hashes(url: &str, found: &Hash) -> BTreeMap<String, String> {
    let promised = Url::parse(url).ok().and_then(|url| fragment_hashes(&url).into_iter().next());
    let hash = promised.as_ref().unwrap_or(found);
    BTreeMap::from([(hash.algorithm().name().to_owned(), hash.hex().to_owned())])
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
    Ok(Direct {
        version,
        metadata,
        wheel: Some(wheel),
        direct_url: None,
        is_editable: false,
        is_source: false,
        unusable,
    })
}
