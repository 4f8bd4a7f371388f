//! From a lock to an environment that is exactly that: no search, the lock has the files.

use std::path::Path;

use environment::plan::{Freshness, Others, Wanted as Wish, plan};
use environment::{Change, Environment, InstallPolicy, Installation, Transaction, Wait};
use index::Client;
use packaging::direct_url::{DirectUrl, DirectUrlInfo};
use packaging::distribution::{Distribution, RemoteFile};
use packaging::filenames::DistributionFilename;
use packaging::pylock::{
    LockTarget, LockedArchive, LockedFile, Pylock, SelectError, Selected, SelectedSource,
};
use packaging::{MarkerEnvironment, PackageName};
use store::Store;
use url::Url;

use super::candidates::Selection;
use super::direct::DirectError;
use super::events::{Event, Listener};
use super::install::InstallOpError;
use super::interrupt;
use super::obtain::{self, Source};

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
    client: &mut Client,
    store: &Store,
    listener: &mut dyn Listener,
) -> Result<SyncReport, SyncError> {
    let target = LockTarget {
        environment: request.markers,
        tags: &request.selection.tags,
        extras: &[],
        dependency_groups: None,
        prefers_source: &|name| !request.selection.formats.allowed(name).wheels,
    };
    let selected = request.lock.select(&target)?;
    let wishes: Result<Vec<_>, SyncError> = selected.iter().map(|one| wish(request, one)).collect();
    let before = request.environment.installed().map_err(InstallOpError::from)?;
    let mut plan = plan(wishes?, &before, &Others::RemoveExcept(request.keep.clone()));
    if request.dry_run || plan.is_satisfied() {
        return Ok(SyncReport { plan });
    }
    obtain::wheels(&mut plan, request.selection, (client, store), listener).map_err(InstallOpError::from)?;
    listener.event(&Event::Installing(plan.install.len()));
    let installations = plan.install.iter().filter_map(|(wish, _)| {
        let mut one = Installation::new(wish.wheel.stored()?.clone());
        if let Freshness::DirectUrl(text) = &wish.freshness {
            one.direct_url = Some(text.clone());
        }
        Some(one)
    });
    let change = Change { remove: plan.leaving(), install: installations.collect() };
    let mut transaction =
        Transaction::begin(request.environment, Wait::Forever).map_err(InstallOpError::from)?;
    transaction.apply(&change, request.policy, interrupt::flag()).map_err(InstallOpError::from)?;
    Ok(SyncReport { plan })
}

fn wish(request: &SyncRequest<'_>, selected: &Selected<'_>) -> Result<Wish<Source>, SyncError> {
    let package = selected.package;
    let needs_building = |place: &str| DirectError::NeedsBuilding { place: place.to_owned() };
    let (distribution, direct) = match &selected.source {
        SelectedSource::Wheel(file) => (locked_file(request, file)?, None),
        SelectedSource::Sdist(file) => {
            return Err(needs_building(&file.filename().unwrap_or_default()).into());
        }
        SelectedSource::Archive(archive) => locked_archive(request, archive)?,
        SelectedSource::Vcs(vcs) => {
            return Err(needs_building(vcs.url.as_deref().unwrap_or("a repository")).into());
        }
        SelectedSource::Directory(folder) => return Err(needs_building(&folder.path).into()),
    };
    let version = package.version.clone().unwrap_or_else(|| distribution.version().clone());
    let freshness = match direct {
        _ if request.reinstall => Freshness::Reinstall,
        Some(text) => Freshness::DirectUrl(text),
        None => Freshness::Version,
    };
    let wheel = Source::File(Box::new(distribution));
    Ok(Wish { name: package.name.clone(), version, freshness, wheel })
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
fn locked_archive(
    request: &SyncRequest<'_>,
    archive: &LockedArchive,
) -> Result<(Distribution, Option<String>), DirectError> {
    let url = place(request, archive.url.as_deref(), archive.path.as_deref())?;
    let name = url.split(['?', '#']).next().and_then(|url| url.rsplit('/').next()).unwrap_or_default();
    if !name.ends_with(".whl") {
        return Err(DirectError::NeedsBuilding { place: index::redacted_text(&url) });
    }
    let filename = DistributionFilename::parse(name)?;
    let hashes: Vec<_> = archive.hashes.parsed().collect();
    let recorded = hashes.iter().map(|hash| (hash.algorithm().name().to_owned(), hash.hex().to_owned()));
    let info = DirectUrlInfo::Archive { hashes: Some(recorded.collect()) };
    let direct =
        DirectUrl { url: packaging::direct_url::without_credentials(&url), info, subdirectory: None };
    let file = RemoteFile { url, hashes, size: archive.size };
    Ok((Distribution::new(filename, file), Some(direct.to_json())))
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
