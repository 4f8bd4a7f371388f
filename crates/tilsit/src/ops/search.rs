//! The search for versions: the resolver asks, the client fetches, the store remembers.

use std::collections::{BTreeMap, BTreeSet};
use std::mem::ManuallyDrop;
use std::sync::Arc;
use std::time::Duration;

use environment::Installed;
use index::{Client, Completed, FetchError, FetchedFile, Outcome, ProjectPages, Request, Ticket};
use packaging::candidate::{Availability, Candidate};
use packaging::distribution::{Distribution, SourceDistribution};
use packaging::metadata::Metadata;
use packaging::resolution::{Conflict, PackageSource, Resolution};
use packaging::{PackageName, Requirement, Version};
use resolver::{
    Answer, Dependencies, Need, Pick, ResolveRequest, Resolver, RuleSet, Source, Step, Unavailable, Warning,
};
use rustc_hash::FxHashMap;
use store::Store;

use super::build::Hands;
use super::candidates::{Projects, Selection};
use super::direct::{self, DirectError};
use super::events::{Event, Listener};
use super::sources::{Preparer, SourceError};
use super::{interrupt, obtain};

/// How long an interrupt waits to be heard.
const MOMENT: Duration = Duration::from_millis(50);

/// Why there is no resolution.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// No versions fit together.
    #[error(transparent)]
    Conflict(Box<Dead>),
    /// An index or a file could not be had, and without it nothing can be said.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// A direct requirement is not usable.
    #[error(transparent)]
    Direct(#[from] DirectError),
    /// A source is not usable.
    #[error(transparent)]
    Source(Box<Unprepared>),
    /// The file that a lock names cannot be used.
    #[error("the file that {lock} names for `{name}` cannot be used here")]
    Locked {
        /// The package.
        name: PackageName,
        /// The lock.
        lock: String,
        /// Why; nothing: its name says nothing.
        availability: Option<Availability>,
    },
    /// `--uploaded-prior-to`, but an index does not tell upload times.
    #[error("{page} does not tell when its files were uploaded")]
    NoUploadTimes {
        /// The page.
        page: String,
    },
    /// Ctrl-C.
    #[error("interrupted")]
    Interrupted,
}

/// A conflict, and what was learned about the packages in it.
#[derive(Debug, thiserror::Error)]
#[error("{conflict}")]
pub struct Dead {
    /// The facts.
    pub conflict: Conflict,
    /// Every candidate of the packages that the facts name.
    pub candidates: BTreeMap<PackageName, Arc<[Candidate]>>,
    /// What was learned on the way.
    pub learned: Box<Learned>,
}

/// A source that is of no use, and what was learned before that.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub struct Unprepared {
    /// Why.
    pub error: SourceError,
    /// Its address.
    pub url: String,
    /// What was learned on the way.
    pub learned: Box<Learned>,
}

/// What a search learned about packages.
#[derive(Default)]
pub struct Learned {
    /// Their pages, as judged.
    pub projects: Projects,
    /// What direct requirements point at, by URL.
    pub direct: FxHashMap<String, direct::Direct>,
    /// The metadata that was read, as far as its headers go.
    pub metadata: FxHashMap<Pick, Arc<[u8]>>,
    /// The metadata that came over the network, with the bytes it had.
    pub fetched: FxHashMap<Pick, usize>,
    /// Versions whose metadata cannot be used, and why.
    pub unusable: FxHashMap<Pick, String>,
    /// Source distributions of which wheels were built before, by URL, with the wheel's name.
    pub kept: FxHashMap<String, String>,
    /// The sizes of files that direct requirements name and that came over the network, by URL.
    pub downloaded: FxHashMap<String, u64>,
}

impl std::fmt::Debug for Learned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} projects", self.projects.len())
    }
}

/// A resolution, and what is known about the files behind it.
pub struct Found {
    /// The pinned graph.
    pub resolution: Resolution,
    /// What the user should hear besides.
    pub warnings: Vec<Warning>,
    /// What was learned on the way.
    pub learned: Learned,
}

impl std::ops::Deref for Found {
    type Target = Learned;

    fn deref(&self) -> &Learned {
        &self.learned
    }
}

/// The search and all that it may use.
pub struct Search<'a, 'p> {
    /// The network.
    pub client: &'a mut Client,
    /// The store.
    pub store: &'a Store,
    /// Which files can be used.
    pub selection: &'a Selection,
    /// What the environment holds.
    pub installed: &'a Installed,
    /// Who listens.
    pub listener: &'a mut dyn Listener,
    /// Who prepares sources; without one, sources that would have to be built are of no use.
    pub preparer: Option<&'a mut Preparer<'p>>,
}

/// What a ticket was for.
enum Asked {
    Project(PackageName),
    Metadata(Pick),
    Direct { name: PackageName, url: String, distribution: Distribution },
}

struct Run<'s, 'a, 'p> {
    search: &'s mut Search<'a, 'p>,
    resolver: Resolver,
    tickets: FxHashMap<Ticket, Asked>,
    asked: rustc_hash::FxHashSet<Need>,
    /// What has to be built before something can be said about it: done when nothing else is owed.
    unbuilt: Vec<Unbuilt>,
    projects: Projects,
    direct: FxHashMap<String, direct::Direct>,
    metadata: FxHashMap<Pick, Arc<[u8]>>,
    fetched: FxHashMap<Pick, usize>,
    unusable: FxHashMap<Pick, String>,
    kept: FxHashMap<String, String>,
    downloaded: FxHashMap<String, u64>,
}

/// A question that takes a build.
enum Unbuilt {
    Direct { name: PackageName, url: String },
    Candidate(Pick),
}

impl Search<'_, '_> {
    /// Finds versions for `request`. Stale pages are used at once; what was concluded from pages that turn out to have
    /// changed meanwhile is concluded again.
    ///
    /// # Errors
    /// See [`SearchError`].
    pub fn run(&mut self, request: &ResolveRequest) -> Result<Found, SearchError> {
        loop {
            let found = self.once(request);
            if !matches!(found, Ok(_) | Err(SearchError::Conflict(_))) || !self.pages_changed()? {
                return found;
            }
        }
    }

    /// As [`Search::run`], for an installation. Files never change under their version: when everything is pinned and
    /// the wheels are in the store, pages of any age will do and nobody is asked.
    ///
    /// # Errors
    /// See [`SearchError`].
    pub fn run_to_install(&mut self, request: &ResolveRequest) -> Result<Found, SearchError> {
        if !request.requirements.iter().all(is_pinned) {
            return self.run(request);
        }
        self.client.use_stale_pages();
        let found = self.once(request);
        let stale = self.client.stop_using_stale_pages();
        match found {
            Ok(found) if stale == 0 || self.is_at_hand(request, &found) => Ok(found),
            // What fails without a stale page fails again.
            Err(error) if stale == 0 => Err(error),
            Err(error @ SearchError::Interrupted) => Err(error),
            earlier => {
                let fetched = fetched(earlier);
                let mut found = self.run(request);
                match &mut found {
                    Ok(found) => found.learned.fetched.extend(fetched),
                    Err(SearchError::Conflict(dead)) => dead.learned.fetched.extend(fetched),
                    Err(_) => {}
                }
                found
            }
        }
    }

    fn once(&mut self, request: &ResolveRequest) -> Result<Found, SearchError> {
        // Given back with the process: to free its many small pieces one by one takes longer than some searches.
        let mut run = ManuallyDrop::new(Run {
            search: self,
            resolver: Resolver::new(request.clone()),
            tickets: FxHashMap::default(),
            asked: rustc_hash::FxHashSet::default(),
            unbuilt: Vec::new(),
            projects: Projects::default(),
            direct: FxHashMap::default(),
            metadata: FxHashMap::default(),
            fetched: FxHashMap::default(),
            unusable: FxHashMap::default(),
            kept: FxHashMap::default(),
            downloaded: FxHashMap::default(),
        });
        let resolution = run.until_done()?;
        let warnings = run.resolver.warnings().to_vec();
        Ok(Found { resolution, warnings, learned: run.learned() })
    }

    /// Waits until every stale page was asked about; whether any has changed.
    fn pages_changed(&mut self) -> Result<bool, SearchError> {
        let mut changed = false;
        loop {
            changed |= !self.client.revalidated(MOMENT).is_empty();
            if interrupt::requested() {
                return Err(SearchError::Interrupted);
            }
            if !self.client.is_revalidating() {
                return Ok(changed);
            }
        }
    }

    /// Whether all that was found is installed, or pinned and in the store.
    fn is_at_hand(&self, request: &ResolveRequest, found: &Found) -> bool {
        let is_kept = |source: &obtain::Source| match (source.distribution(), &self.preparer) {
            (Some(Distribution::Source(source)), Some(preparer)) => {
                preparer.known_sdist(source, None, self.store).is_ok_and(|known| known.is_some())
            }
            _ => false,
        };
        let limits = request.requirements.iter().chain(&request.constraints);
        let pinned: BTreeSet<_> = limits.filter(|one| is_pinned(one)).map(|one| &one.name).collect();
        found.resolution.packages.iter().all(|package| match &package.source {
            PackageSource::Candidate(_) => {
                let source = obtain::source(found, package);
                pinned.contains(&package.name) && (source.is_at_hand(self.store) || is_kept(&source))
            }
            PackageSource::Installed | PackageSource::Url(_) => true,
        })
    }
}

/// What came over the network for a search that is done again.
fn fetched(found: Result<Found, SearchError>) -> FxHashMap<Pick, usize> {
    match found {
        Ok(found) => found.learned.fetched,
        Err(SearchError::Conflict(dead)) => dead.learned.fetched,
        Err(_) => FxHashMap::default(),
    }
}

/// Whether a requirement leaves no choice: `==`, or a place.
fn is_pinned(requirement: &Requirement) -> bool {
    requirement.specifiers().is_none_or(|specifiers| specifiers.pinned().is_some())
}

impl Run<'_, '_, '_> {
    fn until_done(&mut self) -> Result<Resolution, SearchError> {
        loop {
            if interrupt::requested() {
                return Err(SearchError::Interrupted);
            }
            match self.resolver.step() {
                Step::Done(resolution) => return Ok(resolution),
                Step::Err(conflict) => return Err(self.dead(conflict)),
                Step::Likely(_) => {}
                Step::Need(batch) => {
                    let mut answered = false;
                    // A source that nobody needs yet is not worth a download, less a build.
                    let cheap: Vec<Need> =
                        batch.likely.into_iter().filter(|need| !self.is_source(need)).collect();
                    for need in batch.required.into_iter().chain(cheap) {
                        answered |= self.ask(need)?;
                    }
                    if !answered {
                        self.wait()?;
                    }
                }
            }
        }
    }

    fn is_source(&self, need: &Need) -> bool {
        match need {
            Need::Candidates(_) => false,
            Need::Direct { url, .. } => !direct::is_wheel(url),
            Need::Metadata(pick) => self.source_of(pick).is_some(),
        }
    }

    /// The source distribution that a candidate stands for.
    fn source_of(&self, pick: &Pick) -> Option<SourceDistribution> {
        let Source::Candidate(id) = &pick.source else { return None };
        let project = self.projects.get(&pick.name).filter(|project| project.is_source(*id))?;
        match project.distribution(*id)? {
            Distribution::Source(source) => Some(source),
            Distribution::Wheel(_) => None,
        }
    }

    /// Takes the next answer and whatever has come with it; builds when none is owed.
    fn wait(&mut self) -> Result<(), SearchError> {
        if self.tickets.is_empty()
            && let Some(unbuilt) = self.unbuilt.pop()
        {
            return self.build(unbuilt);
        }
        self.search.listener.event(&Event::Resolving(self.projects.len()));
        let Some(completed) = interrupt::next(self.search.client) else {
            if interrupt::requested() {
                return Err(SearchError::Interrupted);
            }
            let lost = FetchError { url: String::new(), problem: index::Problem::Stopped, attempts: 0 };
            return Err(lost.into());
        };
        self.take(completed)
    }

    /// Asks for something; `true` when the answer was at hand.
    fn ask(&mut self, need: Need) -> Result<bool, SearchError> {
        if !self.asked.insert(need.clone()) {
            return Ok(false);
        }
        match need {
            Need::Candidates(name) => {
                if let Some(locked) = self.search.selection.locked.get(&name) {
                    let time = locked.upload_time.as_deref();
                    let pages = index::single_file(&name, &locked.distribution, time);
                    let lock = locked.lock.clone();
                    self.take_project(name.clone(), &pages)?;
                    self.refuse_locked(&name, lock)?;
                    return Ok(true);
                }
                let ticket = self.search.client.submit(Request::Project(name.clone()));
                self.tickets.insert(ticket, Asked::Project(name));
                Ok(false)
            }
            Need::Direct { name, url } => self.ask_direct(name, url),
            Need::Metadata(pick) => Ok(self.ask_metadata(pick)),
        }
    }

    fn ask_metadata(&mut self, pick: Pick) -> bool {
        let text = match &pick.source {
            Source::Installed => {
                let found = self.search.installed.get(&pick.name);
                found.and_then(|one| one.metadata_bytes().ok().flatten()).map(Arc::from)
            }
            Source::Url(url) => self.direct.get(url).map(|direct| Arc::clone(&direct.metadata)),
            Source::Candidate(_) if self.is_kept(&pick) => self.prepared_text(&pick),
            Source::Candidate(id) => {
                let request = self.projects.get(&pick.name).and_then(|project| project.metadata_request(*id));
                if let Some(request) = request {
                    let ticket = self.search.client.submit(Request::Metadata(request));
                    if !self.search.client.is_answered(ticket) {
                        self.fetched.insert(pick.clone(), 0);
                    }
                    self.tickets.insert(ticket, Asked::Metadata(pick));
                    return false;
                }
                None
            }
        };
        let found = match text {
            Some(text) => {
                let found = dependencies(&pick, &text);
                self.metadata.insert(pick.clone(), text);
                found
            }
            None => Err(Unavailable { reason: "it has no metadata".to_owned() }),
        };
        self.resolver.answer(Answer::Metadata { pick, found });
        true
    }

    /// Whether a wheel of this source distribution was built before.
    fn is_kept(&mut self, pick: &Pick) -> bool {
        let Some(source) = self.source_of(pick) else { return false };
        let search = &mut *self.search;
        let Some(preparer) = search.preparer.as_deref_mut() else { return false };
        let allowed = search.selection.hashes.get(&pick.name).map(Vec::as_slice);
        match preparer.take_known(&source, allowed, search.store) {
            Ok(Some(filename)) => {
                self.kept.insert(source.file.url, filename);
                true
            }
            Ok(None) => false,
            Err(error) => {
                log::debug!("wheels that were built before are of no use: {error}");
                false
            }
        }
    }

    fn prepared_text(&self, pick: &Pick) -> Option<Arc<[u8]>> {
        let source = self.source_of(pick)?;
        let prepared = self.search.preparer.as_deref()?.get(&source.file.url)?;
        Some(Arc::clone(&prepared.metadata))
    }

    fn build(&mut self, unbuilt: Unbuilt) -> Result<(), SearchError> {
        match unbuilt {
            Unbuilt::Direct { name, url } => self.prepare_direct(name, url),
            Unbuilt::Candidate(pick) => self.prepare_candidate(pick),
        }
    }

    fn prepare_direct(&mut self, name: PackageName, url: String) -> Result<(), SearchError> {
        let search = &mut *self.search;
        // pip: what is named by its place is built whatever `--only-binary` says.
        let is_refused =
            search.selection.rules == RuleSet::Native && !search.selection.formats.allowed(&name).sources;
        let Some(preparer) = search.preparer.as_deref_mut().filter(|_| !is_refused) else {
            return Err(DirectError::NeedsBuilding { place: index::redacted_text(&url) }.into());
        };
        let allowed = search.selection.hashes.get(&name).map(Vec::as_slice);
        let mut hands = Hands { client: search.client, store: search.store, listener: &mut *search.listener };
        let prepared = match preparer.direct(&url, allowed, &mut hands) {
            Ok(prepared) if prepared.name == name => {
                match Self::broken(search.selection.rules, &prepared.metadata, &url) {
                    Some(error) => return Err(self.unprepared(error, url)),
                    None => prepared,
                }
            }
            Ok(prepared) => {
                let found = prepared.name.clone();
                let place = index::redacted_text(&url);
                let error = DirectError::OtherPackage { wanted: name, found, place };
                return Err(self.unprepared(error.into(), url));
            }
            Err(error) => return Err(self.unprepared(error, url)),
        };
        let direct = prepared.direct();
        self.answer_direct(name, url, direct);
        Ok(())
    }

    fn prepare_candidate(&mut self, pick: Pick) -> Result<(), SearchError> {
        let source = self.source_of(&pick);
        let search = &mut *self.search;
        let found = match (source, search.preparer.as_deref_mut()) {
            (Some(source), Some(preparer)) => {
                let allowed = search.selection.hashes.get(&pick.name).map(Vec::as_slice);
                let mut hands =
                    Hands { client: search.client, store: search.store, listener: &mut *search.listener };
                match preparer.sdist(&source, None, allowed, &mut hands) {
                    Ok(prepared) => {
                        let text = Arc::clone(&prepared.metadata);
                        let found = dependencies(&pick, &text);
                        self.metadata.insert(pick.clone(), text);
                        found
                    }
                    Err(error) => return Err(self.unprepared(error, source.file.url)),
                }
            }
            _ => Err(Unavailable { reason: "it has no metadata".to_owned() }),
        };
        self.resolver.answer(Answer::Metadata { pick, found });
        Ok(())
    }

    /// pip: a source with a requirement that is none is an error, not a version to be passed over.
    fn broken(rules: RuleSet, metadata: &[u8], url: &str) -> Option<SourceError> {
        let read = Metadata::parse_dependencies(metadata).ok().filter(|_| rules == RuleSet::Pip)?;
        let first = read.broken_requires_dist.into_iter().next()?;
        Some(SourceError::BrokenRequirement {
            place: index::redacted_text(url),
            package: (read.name, read.version),
            text: first.text,
            source: Box::new(first.error),
        })
    }

    fn unprepared(&mut self, error: SourceError, url: String) -> SearchError {
        SearchError::Source(Box::new(Unprepared { error, url, learned: Box::new(self.learned()) }))
    }

    /// A wheel by path is read at once, one by URL is downloaded, a source is prepared when nothing else is to do.
    fn ask_direct(&mut self, name: PackageName, url: String) -> Result<bool, SearchError> {
        if !direct::is_wheel(&url) {
            self.unbuilt.push(Unbuilt::Direct { name, url });
            return Ok(false);
        }
        match direct::locate(&name, &url)? {
            direct::Place::Local(path) => {
                let direct = direct::open(self.search.store, &path, &url, self.search.selection)?;
                self.answer_direct(name, url, direct);
                Ok(true)
            }
            direct::Place::Remote(distribution) => {
                let ticket = self.search.client.submit(Request::File(distribution.clone()));
                self.tickets.insert(ticket, Asked::Direct { name, url, distribution });
                Ok(false)
            }
        }
    }

    fn answer_direct(&mut self, name: PackageName, url: String, direct: direct::Direct) {
        let version = direct.version.clone();
        let availability = match &direct.unusable {
            Some(found) => Availability::NoCompatibleFile { found: vec![found.clone()] },
            None => Availability::Usable,
        };
        self.direct.insert(url.clone(), direct);
        let found = Ok(Candidate { version, availability, id: 0 });
        self.resolver.answer(Answer::Direct { name, url, found });
    }

    fn take(&mut self, completed: Completed) -> Result<(), SearchError> {
        match (self.tickets.remove(&completed.ticket), completed.outcome) {
            (Some(Asked::Project(name)), Outcome::Project(pages)) => self.take_project(name, &pages),
            (Some(Asked::Metadata(pick)), Outcome::Metadata(found)) => self.take_metadata(pick, found),
            (Some(Asked::Direct { name, url, distribution }), Outcome::File(file)) => {
                let direct = self.store_direct(&url, &distribution, file?)?;
                self.answer_direct(name, url, direct);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// The file that a lock names must be of use: there is no other.
    fn refuse_locked(&self, name: &PackageName, lock: String) -> Result<(), SearchError> {
        let candidates = self.projects.get(name).map(|project| &*project.candidates);
        match candidates.unwrap_or_default() {
            [Candidate { availability: Availability::Usable | Availability::Yanked { .. }, .. }] => Ok(()),
            others => {
                let availability = others.first().map(|one| one.availability.clone());
                Err(SearchError::Locked { name: name.clone(), lock, availability })
            }
        }
    }

    fn store_direct(
        &mut self,
        url: &str,
        distribution: &Distribution,
        file: FetchedFile,
    ) -> Result<direct::Direct, SearchError> {
        let selection = self.search.selection;
        Ok(match file {
            FetchedFile::Local(path) => direct::open(self.search.store, &path, url, selection)?,
            FetchedFile::Downloaded(file) => {
                self.downloaded.insert(url.to_owned(), file.len() as u64);
                direct::accept(self.search.store, file, distribution, selection)?
            }
        })
    }

    fn take_project(&mut self, name: PackageName, pages: &ProjectPages) -> Result<(), SearchError> {
        let failure = pages
            .indexes
            .iter()
            .find_map(|index| index.page.as_ref().err().filter(|error| !error.is_not_found()));
        let project = self.search.selection.judge(pages);
        if let Some(page) = project.lacks_upload_times {
            return Err(SearchError::NoUploadTimes { page });
        }
        let found = match failure {
            // An index that cannot be asked might have the right file, or an evil one might have its namesake: stop.
            Some(error) if self.search.selection.rules == RuleSet::Native => {
                return Err(error.clone().into());
            }
            // pip goes on without it.
            Some(error) if project.is_unknown() => {
                self.search.listener.event(&Event::PageSkipped(error));
                Err(Unavailable { reason: error.to_string() })
            }
            Some(error) => {
                self.search.listener.event(&Event::PageSkipped(error));
                Ok(Arc::clone(&project.candidates))
            }
            None if project.is_unknown() => Err(Unavailable { reason: String::new() }),
            None => Ok(Arc::clone(&project.candidates)),
        };
        self.projects.insert(name.clone(), project);
        self.resolver.answer(Answer::Candidates { name, found });
        Ok(())
    }

    fn take_metadata(&mut self, pick: Pick, found: Result<Arc<[u8]>, FetchError>) -> Result<(), SearchError> {
        let found = match found {
            Ok(text) => {
                let found = dependencies(&pick, &text);
                self.fetched.entry(pick.clone()).and_modify(|length| *length = text.len());
                self.metadata.insert(pick.clone(), text);
                found
            }
            Err(FetchError { problem: index::Problem::NoMetadata(reason), .. }) => {
                if self.search.preparer.is_some() && self.source_of(&pick).is_some() {
                    self.unbuilt.push(Unbuilt::Candidate(pick));
                    return Ok(());
                }
                Err(Unavailable { reason })
            }
            Err(FetchError { problem: index::Problem::BrokenWheel(reason), .. }) => {
                Err(Unavailable { reason })
            }
            Err(error) => return Err(error.into()),
        };
        if let Err(unavailable) = &found {
            self.unusable.insert(pick.clone(), unavailable.reason.clone());
        }
        self.resolver.answer(Answer::Metadata { pick, found });
        Ok(())
    }

    fn dead(&mut self, conflict: Conflict) -> SearchError {
        let names: BTreeSet<_> = conflict.facts.iter().map(|fact| fact.name().clone()).collect();
        let candidates = names.into_iter().filter_map(|name| {
            let project = self.projects.get(&name)?;
            Some((name, Arc::clone(&project.candidates)))
        });
        let candidates = candidates.collect();
        SearchError::Conflict(Box::new(Dead { candidates, conflict, learned: Box::new(self.learned()) }))
    }

    fn learned(&mut self) -> Learned {
        Learned {
            projects: std::mem::take(&mut self.projects),
            direct: std::mem::take(&mut self.direct),
            metadata: std::mem::take(&mut self.metadata),
            fetched: std::mem::take(&mut self.fetched),
            unusable: std::mem::take(&mut self.unusable),
            kept: std::mem::take(&mut self.kept),
            downloaded: std::mem::take(&mut self.downloaded),
        }
    }
}

impl Search<'_, '_> {
    /// Reads one thing more, for somebody who wants to explain a result.
    ///
    /// # Errors
    /// What cannot be had.
    pub fn learn(&mut self, learned: &mut Learned, need: Need) -> Result<(), SearchError> {
        let (ticket, pick) = match need {
            Need::Candidates(name) => (self.client.submit(Request::Project(name)), None),
            Need::Metadata(pick) => {
                let id = if let Source::Candidate(id) = pick.source { id } else { u32::MAX };
                let project = learned.projects.get(&pick.name);
                let Some(request) = project.and_then(|project| project.metadata_request(id)) else {
                    learned.unusable.insert(pick, String::new());
                    return Ok(());
                };
                let ticket = self.client.submit(Request::Metadata(request));
                if !self.client.is_answered(ticket) {
                    learned.fetched.insert(pick.clone(), 0);
                }
                (ticket, Some(pick))
            }
            Need::Direct { url, .. } => return Err(DirectError::BadUrl { url }.into()),
        };
        while let Some(completed) = interrupt::next(self.client) {
            match completed.outcome {
                _ if completed.ticket != ticket => {}
                Outcome::Project(pages) => {
                    learned.projects.insert(pages.project.clone(), self.selection.judge(&pages));
                    return Ok(());
                }
                Outcome::Metadata(text) => {
                    if let (Some(pick), Ok(text)) = (&pick, &text) {
                        learned.fetched.entry(pick.clone()).and_modify(|length| *length = text.len());
                        learned.metadata.insert(pick.clone(), Arc::clone(text));
                    } else if let (Some(pick), Err(error)) = (pick, text) {
                        learned.unusable.insert(pick, error.to_string());
                    }
                    return Ok(());
                }
                _ => return Ok(()),
            }
        }
        Err(SearchError::Interrupted)
    }
}

/// What a version depends on, from the text of its metadata. Metadata of another package or version is not used
/// (pip: "inconsistent metadata").
fn dependencies(pick: &Pick, text: &[u8]) -> Result<Arc<Dependencies>, Unavailable> {
    let unusable = |reason: String| Unavailable { reason };
    let metadata = Metadata::parse_dependencies(text).map_err(|error| unusable(error.to_string()))?;
    if metadata.name != pick.name {
        return Err(unusable(format!("its metadata says that it is {}", metadata.raw_name)));
    }
    if !same_version(&metadata.version, &pick.version) {
        return Err(unusable(format!("its metadata says version {}", metadata.raw_version)));
    }
    if let Some(broken) = metadata.broken_requires_dist.first() {
        return Err(unusable(format!("its requirement `{}` is not valid: {}", broken.text, broken.error)));
    }
    Ok(Arc::new(Dependencies {
        requires: metadata.requires_dist,
        requires_python: metadata.requires_python,
        provides_extras: metadata.provides_extra,
    }))
}

/// A local label may be missing from a file name or from the metadata.
fn same_version(one: &Version, other: &Version) -> bool {
    one == other || one.public() == other.public()
}
