//! From pinned versions to stored wheels: what is in the store already, what is downloaded.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::time::Duration;

use environment::plan::InstallPlan;
use index::{Client, FetchError, FetchedFile, Outcome, Request, Ticket};
use packaging::PackageName;
use packaging::distribution::{Distribution, Wheel};
use packaging::hashes::{Hash, HashAlgorithm};
use packaging::resolution::{PackageSource, ResolvedPackage};
use store::{AddWheelError, DiskError, Store, StoredWheel, WheelBytes, Workers};

use super::build::Hands;
use super::candidates::Selection;
use super::events::{Event, Listener};
use super::search::Found;
use super::sources::{Preparer, SourceError};
use super::{direct, interrupt};

/// How long an interrupt waits to be heard.
const MOMENT: Duration = Duration::from_millis(50);

/// Files that are on their way or wait to be unpacked: enough to keep every connection busy. Where the network is faster
/// than the disk, all wheels would be in memory otherwise.
const AHEAD: usize = 16;

/// Where the wheel of a package comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// It is installed and stays.
    Installed,
    /// It is in the store.
    Stored(Box<Option<Distribution>>, StoredWheel),
    /// A file of an index.
    File(Box<Distribution>),
    /// A source that was named by its URL, whose wheel has to be built.
    Unbuilt(String),
    /// Nothing can be had.
    Nothing,
}

/// Why a wheel could not be had.
#[derive(Debug, thiserror::Error)]
pub enum ObtainError {
    /// A source.
    #[error(transparent)]
    Source(#[from] Box<SourceError>),
    /// Sources that were not built, after all others were.
    #[error("{source}")]
    Unbuilt {
        /// Their packages, as they write themselves.
        names: Vec<String>,
        /// Why the first of them was not.
        source: Box<SourceError>,
        /// The others, with their wheels.
        built: Vec<(Planned, PathBuf)>,
    },
    /// The download.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The wheel.
    #[error("{filename}: {source}")]
    Wheel {
        /// The file.
        filename: String,
        /// What is wrong with it.
        source: AddWheelError,
    },
    /// The store.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// Ctrl-C.
    #[error("interrupted")]
    Interrupted,
}

impl Source {
    /// The wheel, once it is in the store.
    pub fn stored(&self) -> Option<&StoredWheel> {
        match self {
            Self::Stored(_, wheel) => Some(wheel),
            _ => None,
        }
    }

    /// The file of an index behind it.
    pub fn distribution(&self) -> Option<&Distribution> {
        match self {
            Self::File(distribution) => Some(distribution),
            Self::Stored(distribution, _) => distribution.as_ref().as_ref(),
            _ => None,
        }
    }

    /// Whether nothing has to be fetched for it.
    pub fn is_at_hand(&self, store: &Store) -> bool {
        match self {
            Self::Installed | Self::Stored(..) => true,
            Self::File(distribution) => matches!(stored(store, distribution), Ok(Some(_))),
            Self::Unbuilt(_) | Self::Nothing => false,
        }
    }

    /// The hash that is known without a download.
    pub fn known_sha256(&self) -> Option<Hash> {
        match self {
            Self::Stored(_, wheel) => Some(wheel.sha256().clone()),
            Self::File(distribution) => distribution.file().sha256().cloned(),
            _ => None,
        }
    }
}

/// Where a resolved package comes from.
pub fn source(found: &Found, package: &ResolvedPackage) -> Source {
    match &package.source {
        PackageSource::Installed => Source::Installed,
        PackageSource::Url(url) => match found.direct.get(url) {
            Some(direct::Direct { wheel: Some(wheel), .. }) => Source::Stored(Box::new(None), wheel.clone()),
            Some(_) => Source::Unbuilt(url.clone()),
            None => Source::Nothing,
        },
        PackageSource::Candidate(id) => {
            let distribution =
                found.projects.get(&package.name).and_then(|project| project.distribution(*id));
            distribution.map_or(Source::Nothing, |distribution| Source::File(Box::new(distribution)))
        }
    }
}

/// The packages of a plan whose wheels are in the store.
pub fn already_stored(plan: &InstallPlan<Source>, store: &Store) -> BTreeSet<PackageName> {
    let here = plan.install.iter().filter(|(wish, _)| wish.wheel.is_at_hand(store));
    here.map(|(wish, _)| wish.name.clone()).collect()
}

/// A wheel of an index that is in the store: by the hash that the index gives, else by its address.
fn stored(store: &Store, distribution: &Distribution) -> Result<Option<StoredWheel>, DiskError> {
    match distribution.file().sha256() {
        Some(sha256) => store.wheel(sha256),
        None => store.find_wheel(&distribution.file().url),
    }
}

/// Fills a plan with stored wheels: takes what the store has, downloads the rest, the biggest first, and builds what has to
/// be built.
///
/// # Errors
/// The first file that cannot be had; what was downloaded stays in the store.
pub fn wheels(
    plan: &mut InstallPlan<Source>,
    selection: &Selection,
    preparer: &mut Preparer<'_>,
    hands: &mut Hands<'_>,
) -> Result<(), ObtainError> {
    let mut missing: Vec<(usize, Wheel)> = Vec::new();
    for (place, (wish, _)) in plan.install.iter_mut().enumerate() {
        let Source::File(distribution) = &wish.wheel else { continue };
        let Distribution::Wheel(wheel) = &**distribution else { continue };
        let allowed = selection.hashes.get(&wish.name).map(Vec::as_slice);
        match stored(hands.store, distribution)?.filter(|stored| is_allowed(stored, allowed)) {
            Some(stored) => wish.wheel = Source::Stored(Box::new(Some((**distribution).clone())), stored),
            None => missing.push((place, wheel.clone())),
        }
    }
    missing.sort_by_key(|(_, wheel)| std::cmp::Reverse(wheel.file.size));
    for (place, stored) in download(missing, selection, (hands.client, hands.store), hands.listener)? {
        if let Some((wish, _)) = plan.install.get_mut(place) {
            let distribution = wish.wheel.distribution().cloned();
            wish.wheel = Source::Stored(Box::new(distribution), stored);
        }
    }
    // After all that was only to be downloaded is there.
    let sources = sources(plan, selection, preparer, hands)?;
    for (source, stored, _) in build(sources, preparer, hands)? {
        if let (Some((wish, _)), Some(stored)) = (plan.install.get_mut(source.place), stored) {
            wish.wheel = Source::Stored(Box::new(source.distribution), stored);
        }
    }
    Ok(())
}

/// A source of a plan.
#[derive(Debug)]
pub struct Planned {
    /// Its place in the plan.
    pub place: usize,
    /// What it was prepared under.
    pub url: String,
    /// The file of an index, where it is one.
    pub distribution: Option<Distribution>,
}

/// Prepares all sources of a plan; says which they are, in its order.
///
/// # Errors
/// The first source that is of no use.
pub fn sources(
    plan: &InstallPlan<Source>,
    selection: &Selection,
    preparer: &mut Preparer<'_>,
    hands: &mut Hands<'_>,
) -> Result<Vec<Planned>, ObtainError> {
    let mut sources = Vec::new();
    for (place, (wish, _)) in plan.install.iter().enumerate() {
        let allowed = selection.hashes.get(&wish.name).map(Vec::as_slice);
        let (url, distribution) = match &wish.wheel {
            Source::Unbuilt(url) => {
                preparer.direct(url, allowed, hands).map_err(Box::new)?;
                (url.clone(), None)
            }
            Source::File(distribution) => {
                let Distribution::Source(source) = &**distribution else { continue };
                preparer.sdist(source, None, allowed, hands).map_err(Box::new)?;
                (source.file.url.clone(), Some((**distribution).clone()))
            }
            _ => continue,
        };
        sources.push(Planned { place, url, distribution });
    }
    Ok(sources)
}

/// Builds the wheels of prepared sources, as far as they are not there; gives each with its file, and as it is stored
/// unless it was not verified.
///
/// # Errors
/// The first source that cannot be built; the others are built all the same where that is wanted.
pub fn build(
    mut sources: Vec<Planned>,
    preparer: &mut Preparer<'_>,
    hands: &mut Hands<'_>,
) -> Result<Vec<(Planned, Option<StoredWheel>, PathBuf)>, ObtainError> {
    sources.sort_by_cached_key(|source| {
        let name = preparer.get(&source.url).map(|prepared| &prepared.name);
        name.map_or(usize::MAX, |name| hands.listener.building_place(name))
    });
    let unbuilt = |source: &Planned| preparer.get(&source.url).filter(|prepared| prepared.wheel().is_none());
    let named = |source: &Planned| unbuilt(source).map(|prepared| prepared.raw_name.clone());
    let names: Vec<Option<String>> = sources.iter().map(named).collect();
    let all: Vec<String> = names.iter().flatten().cloned().collect();
    if !all.is_empty() {
        hands.listener.event(&Event::Building(&all));
    }
    let (mut built, mut good, mut bad, mut first) = (Vec::new(), Vec::new(), Vec::new(), None);
    for (source, name) in sources.into_iter().zip(names) {
        match preparer.wheel(&source.url, hands) {
            Ok((stored, path)) => {
                good.extend(name);
                built.push((source, stored, path));
            }
            Err(error) if preparer.builds_all() && !matches!(error, SourceError::Interrupted) => {
                let editable =
                    preparer.get(&source.url).is_some_and(super::sources::Prepared::is_built_editable);
                let name = name.unwrap_or_default();
                hands.listener.event(&Event::BuildFailed { name: &name, editable, error: &error });
                bad.push(name);
                first.get_or_insert(error);
            }
            Err(error) => return Err(Box::new(error).into()),
        }
    }
    if !good.is_empty() {
        hands.listener.event(&Event::Built(&good));
    }
    if !bad.is_empty() {
        hands.listener.event(&Event::Unbuilt(&bad));
    }
    match first {
        Some(source) => {
            let built = built.into_iter().map(|(source, _, file)| (source, file)).collect();
            Err(ObtainError::Unbuilt { names: bad, source: Box::new(source), built })
        }
        None => Ok(built),
    }
}

/// A stored wheel proves its SHA-256 only: hashes by other algorithms want the file itself.
fn is_allowed(stored: &StoredWheel, allowed: Option<&[Hash]>) -> bool {
    allowed.is_none_or(|allowed| allowed.contains(stored.sha256()))
}

fn download(
    missing: Vec<(usize, Wheel)>,
    selection: &Selection,
    (client, store): (&mut Client, &Store),
    listener: &mut dyn Listener,
) -> Result<Vec<(usize, StoredWheel)>, ObtainError> {
    for (_, wheel) in &missing {
        listener.event(&Event::DownloadStarted { filename: wheel.filename.as_str(), size: wheel.file.size });
    }
    let mut missing = missing.into_iter();
    let mut under_way: HashMap<Ticket, (usize, Wheel)> = HashMap::new();
    // What has arrived is unpacked while the rest is still on its way.
    let mut unpackers: Workers<Result<Unpacked, ObtainError>> = Workers::new(store);
    let mut done = Vec::with_capacity(missing.len());
    loop {
        let room = AHEAD.saturating_sub(under_way.len() + unpackers.pending());
        for (place, wheel) in missing.by_ref().take(room) {
            let ticket = client.submit(Request::File(Distribution::Wheel(wheel.clone())));
            under_way.insert(ticket, (place, wheel));
        }
        if under_way.is_empty() && unpackers.pending() == 0 {
            return Ok(done);
        }
        if interrupt::requested() {
            return Err(ObtainError::Interrupted);
        }
        if let Some((place, wheel, file)) = arrived(client, &mut under_way)? {
            let allowed = selection.hashes.get(wheel.filename.name());
            let expected = allowed.unwrap_or(&wheel.file.hashes).clone();
            unpackers.submit(move |store| unpack(store, place, wheel, (file, &expected)));
        }
        let patience = if under_way.is_empty() { MOMENT } else { Duration::ZERO };
        while let Some(unpacked) = unpackers.next_within(patience) {
            let Unpacked { place, wheel, stored } = unpacked?;
            listener.event(&Event::DownloadFinished { filename: wheel.filename.as_str() });
            done.push((place, stored));
        }
    }
}

/// The next file that arrives within a moment.
fn arrived(
    client: &mut Client,
    under_way: &mut HashMap<Ticket, (usize, Wheel)>,
) -> Result<Option<(usize, Wheel, FetchedFile)>, ObtainError> {
    if under_way.is_empty() {
        return Ok(None);
    }
    let Some(completed) = client.next_within(MOMENT) else {
        if client.waiting() == 0 {
            let lost = FetchError { url: String::new(), problem: index::Problem::Stopped, attempts: 0 };
            return Err(lost.into());
        }
        return Ok(None);
    };
    match (under_way.remove(&completed.ticket), completed.outcome) {
        (Some((place, wheel)), Outcome::File(file)) => Ok(Some((place, wheel, file?))),
        _ => Ok(None),
    }
}

/// A wheel that went into the store, and its place in the plan.
struct Unpacked {
    place: usize,
    wheel: Wheel,
    stored: StoredWheel,
}

fn unpack(
    store: &Store,
    place: usize,
    wheel: Wheel,
    (file, expected): (FetchedFile, &[Hash]),
) -> Result<Unpacked, ObtainError> {
    let added = match file {
        FetchedFile::Downloaded(file) => {
            store.add_wheel(WheelBytes::Verified(file), &wheel.filename, expected)
        }
        FetchedFile::Local(path) => store.add_wheel(WheelBytes::File(&path), &wheel.filename, expected),
    };
    let stored = added
        .map_err(|source| ObtainError::Wheel { filename: wheel.filename.as_str().to_owned(), source })?;
    let has_sha256 = wheel.file.hashes.iter().any(|hash| hash.algorithm() == HashAlgorithm::Sha256);
    if !has_sha256 && let Err(error) = store.remember_wheel(&wheel.file.url, &stored) {
        log::debug!("the address of a wheel could not be kept: {error}");
    }
    Ok(Unpacked { place, wheel, stored })
}
