//! The blocking face of the crate: requests in, answers out, many under way.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use packaging::PackageName;
use packaging::distribution::Distribution;
use packaging::hashes::Hash;
use rustc_hash::FxHashMap;
use store::pages::PageTable;
use store::{NameList, Store, VerifiedFile};
use url::Url;

use crate::credentials::Credentials;
use crate::error::{FetchError, Problem};
use crate::keeper::Keeper;
use crate::location::{FindLinks, IndexLocation};
use crate::policy::{FetchPolicy, PlainHttp, is_secure};
use crate::worker::{Delivery, Job, Worker};

/// Which submitted request an answer belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(u64);

/// What can be asked for.
#[derive(Clone, Debug)]
pub enum Request {
    /// The pages of a project: from every index, or until one has it ([`crate::IndexOrder`]), and from `--find-links`.
    Project(PackageName),
    /// The METADATA of a wheel, or the static PKG-INFO of a source distribution.
    Metadata(MetadataRequest),
    /// The file itself.
    File(Distribution),
    /// Any text behind a URL, such as a requirements file; never cached.
    Document(Url),
    /// The names of all projects of an index, which is counted in [`Client::indexes`].
    Names(usize),
}

/// Whose metadata, and what its index says about it.
#[derive(Clone, Debug)]
pub struct MetadataRequest {
    /// The file.
    pub distribution: Distribution,
    /// The index announces a metadata file beside it (PEP 658, 714), with these hashes (perhaps none).
    pub beside: Option<Vec<Hash>>,
}

/// An answer.
#[derive(Debug)]
pub struct Completed {
    /// The request it answers.
    pub ticket: Ticket,
    /// The answer.
    pub outcome: Outcome,
}

/// What came of a request.
#[derive(Debug)]
pub enum Outcome {
    /// The pages of a project.
    Project(ProjectPages),
    /// The text of METADATA or PKG-INFO, headers at least.
    Metadata(Result<Arc<[u8]>, FetchError>),
    /// A file.
    File(Result<FetchedFile, FetchError>),
    /// A text.
    Document(Result<Vec<u8>, FetchError>),
    /// Names of projects. An old list serves where the server does not answer.
    Names(Result<Arc<NameList>, FetchError>),
}

/// All that is known of one project.
#[derive(Clone, Debug)]
pub struct ProjectPages {
    /// The project.
    pub project: PackageName,
    /// One entry for each index that was asked, in the order of [`FetchPolicy::indexes`].
    pub indexes: Vec<IndexPage>,
    /// The files of `--find-links`, when it has any of this project.
    pub find_links: Option<Arc<PageTable>>,
}

/// What one index has of a project.
#[derive(Clone, Debug)]
pub struct IndexPage {
    /// Which index, counted in [`Client::indexes`].
    pub index: usize,
    /// Its page; [`FetchError::is_not_found`] when it does not have the project.
    pub page: Result<Arc<PageTable>, FetchError>,
}

/// A file that was asked for.
#[derive(Debug)]
pub enum FetchedFile {
    /// Downloaded, its hashes checked.
    Downloaded(VerifiedFile),
    /// On this machine already, not looked at: its hashes are still to be checked.
    Local(PathBuf),
}

/// The only client of the network. Nothing is started and nothing is connected before the first request that the
/// store cannot answer. When it is dropped, all that was fetched is in the store.
pub struct Client {
    pub(crate) policy: FetchPolicy,
    pub(crate) store: Store,
    pub(crate) keeper: Keeper,
    ignored: Vec<IndexLocation>,
    credentials: Arc<Credentials>,
    worker: Option<Worker>,
    last_id: u64,
    pub(crate) ready: VecDeque<Completed>,
    /// Requests that have no answer yet.
    pub(crate) waiting: usize,
    tasks: FxHashMap<u64, Task>,
    pub(crate) projects: crate::projects::Projects,
    pub(crate) metadata: crate::metadata_requests::MetadataState,
}

/// A task that was not started, and why.
type Refused = Box<(Task, Problem)>;

/// What a job of the network thread is for.
pub(crate) enum Task {
    Page(crate::projects::PageTask),
    LinksPage,
    Metadata(crate::metadata_requests::MetadataTask),
    File(Ticket),
    Document(Ticket),
    Names(Box<crate::names::NamesTask>),
}

impl Client {
    /// A client for one run. Indexes over plain http are dropped here when the policy refuses them: see
    /// [`Client::ignored_indexes`].
    pub fn new(mut policy: FetchPolicy, store: Store) -> Self {
        let usable = |index: &IndexLocation| match &policy.network {
            Some(network) => is_secure(index.bare()) || network.trusts(index.bare()),
            None => true,
        };
        let (kept, ignored) = match policy.plain_http {
            PlainHttp::Allowed => (std::mem::take(&mut policy.indexes), Vec::new()),
            PlainHttp::Refused => std::mem::take(&mut policy.indexes).into_iter().partition(usable),
        };
        policy.indexes = kept;
        let urls = policy.indexes.iter().map(IndexLocation::url);
        let urls = urls.chain(policy.find_links.iter().filter_map(FindLinks::url)).cloned();
        let credentials = Arc::new(Credentials::new(policy.credentials.clone(), urls));
        Self {
            policy,
            keeper: Keeper::new(store.clone()),
            store,
            ignored,
            credentials,
            worker: None,
            last_id: 0,
            ready: VecDeque::new(),
            waiting: 0,
            tasks: FxHashMap::default(),
            projects: crate::projects::Projects::default(),
            metadata: crate::metadata_requests::MetadataState::default(),
        }
    }

    /// The indexes in use, in order.
    pub fn indexes(&self) -> &[IndexLocation] {
        &self.policy.indexes
    }

    /// The indexes left out because they are asked over plain http and their host is neither loopback nor trusted.
    pub fn ignored_indexes(&self) -> &[IndexLocation] {
        &self.ignored
    }

    /// The places of `--find-links` that could not be read, so far.
    pub fn find_links_failures(&self) -> &[FetchError] {
        self.projects.loose_failures()
    }

    /// Whether the request that was submitted last was answered at once, without the network.
    pub fn is_answered(&self, ticket: Ticket) -> bool {
        self.ready.back().is_some_and(|completed| completed.ticket == ticket)
    }

    /// Hands in a request; its answer comes out of the client, which iterates over answers. What the store has is answered without the network.
    pub fn submit(&mut self, request: Request) -> Ticket {
        self.last_id += 1;
        let ticket = Ticket(self.last_id);
        self.waiting += 1;
        match request {
            Request::Project(project) => self.submit_project(ticket, project),
            Request::Metadata(request) => self.submit_metadata(ticket, request),
            Request::File(distribution) => self.submit_file(ticket, &distribution),
            Request::Document(url) => self.submit_document(ticket, url),
            Request::Names(index) => self.submit_names(ticket, index),
        }
        ticket
    }

    /// How many requests have no answer yet.
    pub fn waiting(&self) -> usize {
        self.waiting + self.ready.len()
    }

    pub(crate) fn complete(&mut self, ticket: Ticket, outcome: Outcome) {
        self.waiting -= 1;
        self.ready.push_back(Completed { ticket, outcome });
    }

    /// Gives a job to the network thread, which starts now if it has not yet; hands the task back with the reason when
    /// there is no network.
    pub(crate) fn start(&mut self, job: Job, task: Task) -> Result<(), Refused> {
        let refused = |task, problem| Err(Box::new((task, problem)));
        let Some(policy) = &self.policy.network else { return refused(task, Problem::Offline) };
        if self.worker.is_none() {
            match Worker::start(policy.clone(), self.credentials.clone()) {
                Ok(worker) => self.worker = Some(worker),
                Err(error) => return refused(task, Problem::Read(error.to_string())),
            }
        }
        self.last_id += 1;
        let id = self.last_id;
        let submitted = self.worker.as_ref().map_or(Err(Problem::Stopped), |worker| worker.submit(id, job));
        match submitted {
            Ok(()) => {
                self.tasks.insert(id, task);
                Ok(())
            }
            Err(problem) => refused(task, problem),
        }
    }

    /// The next answer, if one comes within `limit`: for callers that have something else to look after, such as an
    /// interrupt. `None` also when no answer is owed ([`Client::waiting`]).
    pub fn next_within(&mut self, limit: Duration) -> Option<Completed> {
        let until = Instant::now() + limit;
        while self.ready.is_empty() && self.waiting > 0 {
            if !self.take_within(until.saturating_duration_since(Instant::now())) {
                break;
            }
        }
        self.ready.pop_front()
    }

    /// Waits at most `limit` for a delivery and takes it; whether anything has happened.
    pub(crate) fn take_within(&mut self, limit: Duration) -> bool {
        match self.worker.as_ref().map_or(Err(Problem::Stopped), |worker| worker.next_within(limit)) {
            Ok(Some((id, delivery))) => self.take(id, delivery),
            Ok(None) => return false,
            Err(problem) => self.give_up(&problem),
        }
        true
    }

    fn take(&mut self, id: u64, delivery: Delivery) {
        match (self.tasks.remove(&id), delivery) {
            (Some(Task::Page(task)), Delivery::Page(reply)) => self.take_page(task, reply),
            (Some(Task::LinksPage), Delivery::Page(reply)) => self.take_links(reply),
            (Some(Task::Names(task)), Delivery::Page(reply)) => self.take_names(*task, reply),
            (Some(Task::Metadata(task)), Delivery::Metadata(reply)) => self.take_metadata(task, reply),
            (Some(Task::Metadata(task)), Delivery::File(file)) => self.take_whole(task, file),
            (Some(Task::File(ticket)), Delivery::File(file)) => {
                self.complete(ticket, Outcome::File(file.map(FetchedFile::Downloaded)));
            }
            (Some(Task::Document(ticket)), Delivery::Document(text)) => {
                self.complete(ticket, Outcome::Document(text));
            }
            _ => {}
        }
    }

    /// The network thread is gone: everything under way fails.
    fn give_up(&mut self, problem: &Problem) {
        let lost = || FetchError { url: String::new(), problem: problem.clone(), attempts: 0 };
        for (_, task) in std::mem::take(&mut self.tasks) {
            match task {
                Task::Page(task) => self.take_page(task, Err(lost())),
                Task::LinksPage => self.take_links(Err(lost())),
                Task::Metadata(task) => self.complete(task.ticket, Outcome::Metadata(Err(lost()))),
                Task::File(ticket) => self.complete(ticket, Outcome::File(Err(lost()))),
                Task::Document(ticket) => self.complete(ticket, Outcome::Document(Err(lost()))),
                Task::Names(task) => self.complete(task.ticket, Outcome::Names(Err(lost()))),
            }
        }
        self.worker = None;
        if self.ready.is_empty() {
            // Nothing is left that could answer.
            self.waiting = 0;
        }
    }

    fn submit_file(&mut self, ticket: Ticket, distribution: &Distribution) {
        if let Some(file) = self.held(distribution) {
            return self.complete(ticket, Outcome::File(Ok(FetchedFile::Downloaded(file))));
        }
        let file = match self.locate(distribution) {
            Ok(Located::Remote(url)) => {
                let job = self.download(url, distribution);
                match self.start(job, Task::File(ticket)) {
                    Ok(()) => return,
                    Err(refused) => Err(distribution_error(distribution, refused.1)),
                }
            }
            Ok(Located::Local(path)) => Ok(FetchedFile::Local(path)),
            Err(error) => Err(error),
        };
        self.complete(ticket, Outcome::File(file));
    }

    fn submit_document(&mut self, ticket: Ticket, url: Url) {
        let failed = |problem| FetchError { url: crate::error::redacted(&url), problem, attempts: 0 };
        let text = match crate::local::path_of(&url) {
            Some(path) => std::fs::read(path).map_err(|error| failed(Problem::Read(error.to_string()))),
            None => match self.start(Job::Document(url.clone()), Task::Document(ticket)) {
                Ok(()) => return,
                Err(refused) => Err(failed(refused.1)),
            },
        };
        self.complete(ticket, Outcome::Document(text));
    }

    pub(crate) fn locate(&self, distribution: &Distribution) -> Result<Located, FetchError> {
        let url = Url::parse(&distribution.file().url)
            .map_err(|error| distribution_error(distribution, Problem::BadAddress(error.to_string())))?;
        Ok(crate::local::path_of(&url).map_or(Located::Remote(url), Located::Local))
    }

    pub(crate) fn download(&self, url: Url, distribution: &Distribution) -> Job {
        let file = distribution.file();
        Job::File(Box::new(crate::download::Download {
            url,
            filename: distribution.filename().to_owned(),
            hashes: file.hashes.clone(),
            size: file.size,
            store: self.store.clone(),
        }))
    }
}

/// The answers, in the order in which they come; ends when none is owed, and goes on after further requests.
impl Iterator for Client {
    type Item = Completed;

    fn next(&mut self) -> Option<Completed> {
        while self.waiting > 0 || !self.ready.is_empty() {
            if let Some(completed) = self.ready.pop_front() {
                return Some(completed);
            }
            match self.worker.as_ref().map_or(Err(Problem::Stopped), Worker::next) {
                Ok((id, delivery)) => self.take(id, delivery),
                Err(problem) => self.give_up(&problem),
            }
        }
        None
    }
}

/// Where a file is.
pub(crate) enum Located {
    Local(PathBuf),
    Remote(Url),
}

pub(crate) fn distribution_error(distribution: &Distribution, problem: Problem) -> FetchError {
    FetchError { url: crate::error::redacted_text(&distribution.file().url), problem, attempts: 0 }
}
