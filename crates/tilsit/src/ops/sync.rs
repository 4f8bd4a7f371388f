//! From a lock to an environment that is exactly that: no search, the lock has the files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use environment::plan::{Freshness, Others, Wanted as Wish, plan};
use environment::{Change, Environment, InstallPolicy, Installation, Transaction, Wait};
use packaging::direct_url::{DirectUrl, DirectUrlInfo};
use packaging::distribution::{Distribution, RemoteFile};
use packaging::filenames::DistributionFilename;
use packaging::pylock::{
    LockTarget, LockedArchive, LockedDirectory, LockedFile, LockedSource, LockedVcs, Pylock, SelectError,
    Selected, SelectedSource,
};
use packaging::{MarkerEnvironment, PackageName};
use url::Url;

use super::build::Hands;
use super::candidates::Selection;
use super::direct::{self, DirectError};
use super::events::Event;
use super::install::InstallOpError;
use super::interrupt;
use super::obtain::{self, ObtainError, Source};
use super::own_pip;
use super::sources::Preparer;

/// Which lock, and where to.
pub struct SyncRequest<'a> {
    /// The environment.
    pub environment: &'a Environment,
    /// The lock.
    pub lock: &'a Pylock,
    /// The lock's folder: its paths are relative to it.
    pub folder: &'a Path,
    /// The target's markers.
    pub markers: &'a MarkerEnvironment,
    /// Which files can be used.
    pub selection: &'a Selection,
    /// How files are installed.
    pub policy: &'a InstallPolicy,
    /// Packages that stay although the lock does not name them.
    pub keep: Vec<PackageName>,
    /// Install again what is there.
    pub reinstall: bool,
    /// Only say what would be done.
    pub dry_run: bool,
}

/// What was done, or would be.
pub struct SyncReport {
    /// What stays, goes and comes.
    pub plan: environment::plan::InstallPlan<Source>,
}

/// Why an environment was not made as the lock says.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The lock is not for this environment.
    #[error(transparent)]
    Select(#[from] SelectError),
    /// What the lock names would have to be built, or is not to be had.
    #[error(transparent)]
    Direct(#[from] DirectError),
    /// Files or the environment.
    #[error(transparent)]
    Install(#[from] InstallOpError),
}

/// Makes the environment exactly what the lock says.
///
/// # Errors
/// See [`SyncError`]; the environment is then as it was.
pub fn sync(
    request: &SyncRequest<'_>,
    preparer: &mut Preparer<'_>,
    hands: &mut Hands<'_>,
) -> Result<SyncReport, SyncError> {
    let target = LockTarget {
        environment: request.markers,
        tags: &request.selection.tags,
        extras: &[],
        dependency_groups: None,
        prefers_source: &|name| !request.selection.formats.allowed(name).wheels,
    };
    let selected = request.lock.select(&target)?;
    let mut wishes = Vec::with_capacity(selected.len());
    let mut records: BTreeMap<PackageName, String> = BTreeMap::new();
    for one in &selected {
        let place = locate(request, one)?;
        if let Some(record) = &place.record {
            records.insert(one.package.name.clone(), record.to_json());
        }
        wishes.push(wish(request, one, place, (&mut *preparer, &mut *hands))?);
    }
    let before = request.environment.installed().map_err(InstallOpError::from)?;
    let held = own_pip::held(request.environment);
    let is_held = |wish: &&mut Wish<Source>| held.contains(&wish.name) && !records.contains_key(&wish.name);
    wishes.iter_mut().filter(is_held).for_each(|wish| wish.freshness = Freshness::Version);
    let mut plan = plan(wishes, &before, &Others::RemoveExcept(request.keep.clone()));
    if request.dry_run || plan.is_satisfied() {
        return Ok(SyncReport { plan });
    }
    obtain::wheels(&mut plan, request.selection, preparer, hands).map_err(InstallOpError::from)?;
    hands.listener.event(&Event::Installing(plan.install.len()));
    let installations = plan.install.iter().filter_map(|(wish, _)| {
        let mut one = Installation::new(wish.wheel.stored()?.clone());
        one.direct_url = records.get(&wish.name).cloned();
        Some(one)
    });
    let change = Change { remove: plan.leaving(), install: installations.collect() };
    let mut transaction =
        Transaction::begin(request.environment, Wait::Forever).map_err(InstallOpError::from)?;
    transaction.apply(&change, request.policy, interrupt::flag()).map_err(InstallOpError::from)?;
    Ok(SyncReport { plan })
}

/// URLs of the folders that a lock wants in editable form.
pub fn editables(lock: &Pylock, folder: &Path) -> BTreeSet<String> {
    let folders = lock.packages.iter().filter_map(|package| match &package.source {
        LockedSource::Directory(one) if one.editable == Some(true) => folder_url(one, folder).ok(),
        _ => None,
    });
    folders.collect()
}

/// Where a locked package is, and what is recorded about that (PEP 610).
struct Place {
    source: Source,
    record: Option<DirectUrl>,
}

fn locate(request: &SyncRequest<'_>, selected: &Selected<'_>) -> Result<Place, DirectError> {
    let file = |file: &LockedFile| -> Result<Place, DirectError> {
        Ok(Place { source: Source::File(Box::new(locked_file(request, file)?)), record: None })
    };
    match &selected.source {
        SelectedSource::Wheel(wheel) => file(wheel),
        SelectedSource::Sdist(sdist) => file(sdist),
        SelectedSource::Archive(archive) => locked_archive(request, archive),
        SelectedSource::Vcs(vcs) => locked_repository(request, vcs),
        SelectedSource::Directory(folder) => {
            let url = folder_url(folder, request.folder)?;
            let info = DirectUrlInfo::Directory { editable: folder.editable.filter(|editable| *editable) };
            let bare = url.split('#').next().unwrap_or(&url).to_owned();
            let record = DirectUrl { url: bare, info, subdirectory: folder.subdirectory.clone() };
            Ok(Place { source: Source::Unbuilt(url), record: Some(record) })
        }
    }
}

fn with_subdirectory(url: &str, subdirectory: Option<&str>) -> String {
    subdirectory.map_or_else(|| url.to_owned(), |folder| format!("{url}#subdirectory={folder}"))
}

fn folder_url(locked: &LockedDirectory, folder: &Path) -> Result<String, DirectError> {
    let path = folder.join(&locked.path);
    if !path.is_dir() {
        return Err(DirectError::Missing { path });
    }
    let url = Url::from_file_path(direct::tidy(&path)).map_err(|()| DirectError::Missing { path })?;
    Ok(with_subdirectory(url.as_str(), locked.subdirectory.as_deref()))
}

/// A repository at its commit.
fn locked_repository(request: &SyncRequest<'_>, vcs: &LockedVcs) -> Result<Place, DirectError> {
    let address = place(request, vcs.url.as_deref(), vcs.path.as_deref())?;
    let url = format!("{}+{address}@{}", vcs.kind, vcs.commit_id);
    let info = DirectUrlInfo::Vcs {
        vcs: vcs.kind.clone(),
        requested_revision: vcs.requested_revision.clone(),
        commit_id: vcs.commit_id.clone(),
    };
    let record = DirectUrl { url: address, info, subdirectory: vcs.subdirectory.clone() };
    let url = with_subdirectory(&url, vcs.subdirectory.as_deref());
    Ok(Place { source: Source::Unbuilt(url), record: Some(record) })
}

fn wish(
    request: &SyncRequest<'_>,
    selected: &Selected<'_>,
    place: Place,
    (preparer, hands): (&mut Preparer<'_>, &mut Hands<'_>),
) -> Result<Wish<Source>, SyncError> {
    let package = selected.package;
    let is_refused = !request.selection.formats.allowed(&package.name).sources;
    let version = match (&package.version, &place.source) {
        (_, Source::Unbuilt(url)) if is_refused => {
            return Err(DirectError::NeedsBuilding { place: index::redacted_text(url) }.into());
        }
        (Some(version), _) => version.clone(),
        (None, Source::Unbuilt(url)) => {
            let prepared = preparer
                .direct(url, None, hands)
                .map_err(|error| InstallOpError::from(ObtainError::from(Box::new(error))))?;
            prepared.version.clone()
        }
        (None, source) => {
            let missing = || DirectError::NeedsBuilding { place: package.name.to_string() };
            source.distribution().ok_or_else(missing)?.version().clone()
        }
    };
    let is_folder = matches!(selected.source, SelectedSource::Directory(_));
    let freshness = match &place.record {
        _ if request.reinstall || is_folder => Freshness::Reinstall,
        Some(record) => Freshness::DirectUrl(record.to_json()),
        None => Freshness::Version,
    };
    Ok(Wish { name: package.name.clone(), version, freshness, wheel: place.source })
}

fn locked_file(request: &SyncRequest<'_>, file: &LockedFile) -> Result<Distribution, DirectError> {
    let url = place(request, file.url.as_deref(), file.path.as_deref())?;
    let filename = DistributionFilename::parse(&file.filename().unwrap_or_default())?;
    Ok(Distribution::new(
        filename,
        RemoteFile { url, hashes: file.hashes.parsed().collect(), size: file.size },
    ))
}

/// An archive is a direct URL: its address is recorded (PEP 610).
fn locked_archive(request: &SyncRequest<'_>, archive: &LockedArchive) -> Result<Place, DirectError> {
    let url = place(request, archive.url.as_deref(), archive.path.as_deref())?;
    let hashes: Vec<_> = archive.hashes.parsed().collect();
    let recorded = hashes.iter().map(|hash| (hash.algorithm().name().to_owned(), hash.hex().to_owned()));
    let info = DirectUrlInfo::Archive { hashes: Some(recorded.collect()) };
    let record = DirectUrl {
        url: packaging::direct_url::without_credentials(&url),
        info,
        subdirectory: archive.subdirectory.clone(),
    };
    if !direct::is_wheel(&url) {
        // The hashes are compared as those of a URL's fragment are.
        let promised = hashes.iter().map(|hash| format!("{}={}", hash.algorithm().name(), hash.hex()));
        let folder = archive.subdirectory.iter().map(|folder| format!("subdirectory={folder}"));
        let fragment: Vec<String> = promised.chain(folder).collect();
        let url = format!("{url}#{}", fragment.join("&"));
        return Ok(Place { source: Source::Unbuilt(url), record: Some(record) });
    }
    let name = url.split(['?', '#']).next().and_then(|url| url.rsplit('/').next()).unwrap_or_default();
    let filename = DistributionFilename::parse(name)?;
    let file = RemoteFile { url, hashes, size: archive.size };
    Ok(Place { source: Source::File(Box::new(Distribution::new(filename, file))), record: Some(record) })
}

/// A URL, or a path below the lock's folder.
fn place(request: &SyncRequest<'_>, url: Option<&str>, path: Option<&str>) -> Result<String, DirectError> {
    if let Some(path) = path {
        let file = request.folder.join(path);
        return Url::from_file_path(&file).map(Into::into).map_err(|()| DirectError::Missing { path: file });
    }
    let url = url.unwrap_or_default();
    Url::parse(url).map(Into::into).map_err(|_| DirectError::BadUrl { url: index::redacted_text(url) })
}
