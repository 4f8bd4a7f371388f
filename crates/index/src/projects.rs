//! Project pages: from the store while they are fresh, stale ones at once while they are asked about, others fetched.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use packaging::PackageName;
use packaging::simple_api::{PageFormat, ProjectPage};
use rustc_hash::FxHashMap;
use store::pages::{Freshness, PageOrigin, PageTable};

use crate::client::{Client, IndexPage, Outcome, ProjectPages, Task, Ticket};
use crate::credentials::without_userinfo;
use crate::error::{FetchError, Problem};
use crate::find_links::{self, Loose};
use crate::keeper::Kept;
use crate::policy::IndexOrder;
use crate::worker::{FetchedPage, Job, PageJob, PageReply};

/// How long a page is used unasked when its server does not say.
const LIFETIME: u64 = 10 * 60;
/// How long it is used unasked at most, whatever its server says: nobody waits a year for a release.
const LONGEST_LIFETIME: u64 = 24 * 60 * 60;

type PageResult = Result<Arc<PageTable>, FetchError>;

/// What is known of projects in this run.
#[derive(Default)]
pub(crate) struct Projects {
    /// Answers of indexes, those that do not have a project too.
    known: FxHashMap<(usize, PackageName), PageResult>,
    open: FxHashMap<Ticket, Open>,
    /// Stale pages that were handed out and are being asked about.
    revalidating: usize,
    changed: Vec<PackageName>,
    /// Stale pages that were handed out without a question; `None`: questions are asked.
    unasked: Option<Vec<(usize, PackageName)>>,
    loose: Option<LooseFiles>,
}

/// A request that is not answered yet.
struct Open {
    project: PackageName,
    pages: Vec<IndexPage>,
    pending: usize,
}

#[derive(Default)]
struct LooseFiles {
    files: Loose,
    failures: Vec<FetchError>,
    pending: usize,
}

/// A page that the network thread asks about.
pub(crate) struct PageTask {
    index: usize,
    project: PackageName,
    /// Who waits for it; `None`: a stale page was handed out meanwhile.
    ticket: Option<Ticket>,
    job: PageJob,
    cached: Option<Arc<PageTable>>,
}

impl Projects {
    pub(crate) fn loose_failures(&self) -> &[FetchError] {
        self.loose.as_ref().map_or(&[], |loose| &loose.failures)
    }
}

impl Client {
    pub(crate) fn submit_project(&mut self, ticket: Ticket, project: PackageName) {
        self.begin_loose();
        let open = Open { project, pages: Vec::new(), pending: 0 };
        self.projects.open.insert(ticket, open);
        match self.policy.order {
            IndexOrder::Every => {
                (0..self.policy.indexes.len()).for_each(|index| self.ask_index(ticket, index))
            }
            IndexOrder::FirstMatch if !self.policy.indexes.is_empty() => self.ask_index(ticket, 0),
            IndexOrder::FirstMatch => {}
        }
        self.finish_project(ticket);
    }

    /// Waits, at most for `limit`, until every stale page that was handed out has been asked about. The projects whose
    /// pages turned out to have changed: what was concluded from the old ones has to be concluded again.
    pub fn revalidated(&mut self, limit: Duration) -> Vec<PackageName> {
        let until = Instant::now() + limit;
        while self.projects.revalidating > 0
            && self.take_within(until.saturating_duration_since(Instant::now()))
        {}
        std::mem::take(&mut self.projects.changed)
    }

    /// Whether stale pages that were handed out are still being asked about.
    pub fn is_revalidating(&self) -> bool {
        self.projects.revalidating > 0
    }

    /// From now on stale pages are handed out and not asked about: for conclusions that nothing new can change.
    pub fn use_stale_pages(&mut self) {
        self.projects.unasked.get_or_insert_default();
    }

    /// Ends what [`Client::use_stale_pages`] began: projects whose stale pages were handed out are asked about when they
    /// are wanted again. How many there are.
    pub fn stop_using_stale_pages(&mut self) -> usize {
        let unasked = self.projects.unasked.take().unwrap_or_default();
        unasked.iter().for_each(|key| drop(self.projects.known.remove(key)));
        unasked.len()
    }

    /// Asks one index, and with [`IndexOrder::FirstMatch`] the next as long as none has the project.
    fn ask_index(&mut self, ticket: Ticket, mut index: usize) {
        loop {
            let Some(open) = self.projects.open.get_mut(&ticket) else { return };
            let project = open.project.clone();
            let Some(page) = self.look(ticket, index, project) else {
                if let Some(open) = self.projects.open.get_mut(&ticket) {
                    open.pending += 1;
                }
                return;
            };
            match self.note(ticket, index, page) {
                Some(next) => index = next,
                None => return,
            }
        }
    }

    /// Adds an index's answer to a request; the index to ask next, if one is.
    fn note(&mut self, ticket: Ticket, index: usize, page: PageResult) -> Option<usize> {
        let open = self.projects.open.get_mut(&ticket)?;
        // Any other failure ends the search: a private index that is down must not let a public one answer.
        let missing = page.as_ref().is_err_and(FetchError::is_not_found);
        open.pages.push(IndexPage { index, page });
        let goes_on = self.policy.order == IndexOrder::FirstMatch && missing;
        (goes_on && index + 1 < self.policy.indexes.len()).then_some(index + 1)
    }

    /// An index's answer where it is known without waiting; else a job is started.
    fn look(&mut self, ticket: Ticket, index: usize, project: PackageName) -> Option<PageResult> {
        if let Some(known) = self.projects.known.get(&(index, project.clone())) {
            return Some(known.clone());
        }
        let url = self.policy.indexes.get(index)?.project_url(&project);
        if let Some(folder) = crate::local::path_of(&url) {
            let table = crate::local::page(&url, &folder).and_then(|page| {
                let table = table(&page, &project, Freshness::default());
                table.map(Arc::new).map_err(|problem| FetchError::new(&url, problem))
            });
            self.projects.known.insert((index, project), table.clone());
            return Some(table);
        }
        // A cache that cannot be read is no reason to fail: the page is fetched.
        let cached = self.store.page(url.as_str()).ok().flatten().map(Arc::new);
        let refresh = self.policy.refresh.covers(&project);
        let now = self.now();
        if let Some(table) = cached.as_ref().filter(|_| !refresh || self.policy.network.is_none()) {
            if self.policy.network.is_some() && !is_fresh(table, now) {
                match &mut self.projects.unasked {
                    Some(unasked) => unasked.push((index, project.clone())),
                    None => drop(self.ask_about(PageTask {
                        index,
                        project: project.clone(),
                        ticket: None,
                        job: job(self.policy.indexes.get(index)?.fetch_url(&project), Some(table)),
                        cached: Some(table.clone()),
                    })),
                }
            }
            self.projects.known.insert((index, project), Ok(table.clone()));
            return Some(Ok(table.clone()));
        }
        let job = job(self.policy.indexes.get(index)?.fetch_url(&project), cached.as_deref());
        self.ask_about(PageTask { index, project, ticket: Some(ticket), job, cached }).map(Err)
    }

    /// Starts a job; the error when there is no network.
    fn ask_about(&mut self, task: PageTask) -> Option<FetchError> {
        let stale = task.ticket.is_none();
        let job = task.job.clone();
        match self.start(Job::Page(job.clone()), Task::Page(task)) {
            Ok(()) => {
                self.projects.revalidating += usize::from(stale);
                None
            }
            Err(refused) => Some(job.failed(refused.1)),
        }
    }

    pub(crate) fn take_page(&mut self, task: PageTask, reply: Result<PageReply, FetchError>) {
        let result = self.understand(&task, reply);
        let key = (task.index, task.project.clone());
        let Some(ticket) = task.ticket else {
            self.projects.revalidating -= 1;
            let changed = match (&result, &task.cached) {
                (Ok(new), Some(old)) => !same_files(new, old),
                // Gone. Other failures leave the stale page in force.
                (Err(error), _) => error.is_not_found(),
                (Ok(_), None) => true,
            };
            if changed {
                self.projects.known.insert(key, result);
                self.projects.changed.push(task.project);
            }
            return;
        };
        self.projects.known.insert(key, result.clone());
        if let Some(open) = self.projects.open.get_mut(&ticket) {
            open.pending -= 1;
        }
        if let Some(next) = self.note(ticket, task.index, result) {
            self.ask_index(ticket, next);
        }
        self.finish_project(ticket);
    }

    /// What the reply makes of the page, which goes to the store.
    fn understand(&mut self, task: &PageTask, reply: Result<PageReply, FetchError>) -> PageResult {
        let now = self.now();
        let until =
            |max_age: Option<u64>| now.saturating_add(max_age.unwrap_or(LIFETIME).min(LONGEST_LIFETIME));
        let failed = |problem| task.job.failed(problem);
        let key = String::from(without_userinfo(&task.job.url));
        match (reply?, &task.cached) {
            (PageReply::Unchanged { max_age }, Some(cached)) => {
                let freshness =
                    Freshness { fetched_at: now, fresh_until: until(max_age), ..cached.freshness().clone() };
                self.keeper.keep(Kept::Fresh { key, table: cached.clone(), freshness });
                Ok(cached.clone())
            }
            (PageReply::Unchanged { .. }, None) => {
                Err(failed(Problem::Protocol("304 to a request without conditions".to_owned())))
            }
            (PageReply::Page(page), _) => {
                let freshness = Freshness {
                    fetched_at: now,
                    fresh_until: until(page.max_age),
                    etag: page.etag.clone(),
                    last_modified: page.last_modified.clone(),
                };
                let table = Arc::new(table(&page, &task.project, freshness).map_err(failed)?);
                self.keeper.keep(Kept::Page { key, table: table.clone() });
                Ok(table)
            }
        }
    }

    /// Answers a request for which nothing is pending any more.
    fn finish_project(&mut self, ticket: Ticket) {
        let loose_pending = self.projects.loose.as_ref().map_or(0, |loose| loose.pending);
        let ready = |open: &Open| open.pending == 0 && loose_pending == 0;
        if !self.projects.open.get(&ticket).is_some_and(ready) {
            return;
        }
        let Some(Open { project, mut pages, .. }) = self.projects.open.remove(&ticket) else { return };
        pages.sort_by_key(|page| page.index);
        let find_links = self.loose_table(&project);
        self.complete(ticket, Outcome::Project(ProjectPages { project, indexes: pages, find_links }));
    }

    pub(crate) fn now(&self) -> u64 {
        let now = self.policy.network.as_ref().map_or_else(SystemTime::now, |network| (network.now)());
        now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
    }
}

/// `--find-links`.
impl Client {
    /// Reads the places of this machine and asks for the pages of others, once.
    fn begin_loose(&mut self) {
        if self.projects.loose.is_some() || self.policy.find_links.is_empty() {
            return;
        }
        let (files, failures) = find_links::read_all(&self.policy.find_links);
        self.projects.loose = Some(LooseFiles { files, failures, pending: 0 });
        let urls: Vec<_> = find_links::remote_pages(&self.policy.find_links).cloned().collect();
        for url in urls {
            let job = PageJob { url, etag: None, last_modified: None };
            let started = self.start(Job::Page(job.clone()), Task::LinksPage);
            let Some(loose) = &mut self.projects.loose else { return };
            match started {
                Ok(()) => loose.pending += 1,
                Err(refused) => loose.failures.push(job.failed(refused.1)),
            }
        }
    }

    pub(crate) fn take_links(&mut self, reply: Result<PageReply, FetchError>) {
        let Some(loose) = &mut self.projects.loose else { return };
        loose.pending = loose.pending.saturating_sub(1);
        match reply {
            Ok(PageReply::Page(page)) => match find_links::remote_links(&page) {
                Ok(found) => loose.files.extend(found),
                Err(problem) => loose.failures.push(FetchError::new(&page.url, problem)),
            },
            Ok(PageReply::Unchanged { .. }) => {}
            Err(error) => loose.failures.push(error),
        }
        if loose.pending == 0 {
            let waiting: Vec<Ticket> = self.projects.open.keys().copied().collect();
            waiting.into_iter().for_each(|ticket| self.finish_project(ticket));
        }
    }

    fn loose_table(&self, project: &PackageName) -> Option<Arc<PageTable>> {
        let page = find_links::page_of(&self.projects.loose.as_ref()?.files, project)?;
        let origin = PageOrigin { project, url: "", format: PageFormat::Html };
        PageTable::new(&page, origin, Freshness::default()).ok().map(Arc::new)
    }
}

/// A page from the future was fetched by a clock that was wrong.
fn is_fresh(table: &PageTable, now: u64) -> bool {
    table.freshness().is_fresh(now) && table.freshness().fetched_at <= now
}

fn job(url: url::Url, cached: Option<&PageTable>) -> PageJob {
    let freshness = cached.map(PageTable::freshness);
    PageJob {
        url,
        etag: freshness.and_then(|freshness| freshness.etag.clone()),
        last_modified: freshness.and_then(|freshness| freshness.last_modified.clone()),
    }
}

/// Reads a fetched page; what is no index page is an error.
fn table(page: &FetchedPage, project: &PackageName, freshness: Freshness) -> Result<PageTable, Problem> {
    let content_type = || match page.format {
        PageFormat::Json => "JSON".to_owned(),
        PageFormat::Html => "HTML".to_owned(),
    };
    let not_an_index = |reason: String| Problem::NotAnIndex { content_type: content_type(), reason };
    let parsed =
        ProjectPage::parse(&page.body, page.format).map_err(|error| not_an_index(error.to_string()))?;
    if let packaging::simple_api::Evidence::None { title } = &parsed.evidence {
        let title = title.as_deref().unwrap_or("none");
        return Err(not_an_index(format!("it has no links to files; its title is {title:?}")));
    }
    let url = without_userinfo(&page.url);
    let origin = PageOrigin { project, url: url.as_str(), format: page.format };
    PageTable::new(&parsed, origin, freshness).map_err(|error| not_an_index(error.to_string()))
}

/// Whether two pages offer the same files under the same conditions.
fn same_files(a: &PageTable, b: &PageTable) -> bool {
    a.files().len() == b.files().len()
        && a.files().zip(b.files()).all(|(a, b)| {
            let what = |file: &store::pages::PageEntry<'_>| (file.sha256(), file.size(), file.has_metadata());
            a.filename() == b.filename()
                && what(&a) == what(&b)
                && a.requires_python() == b.requires_python()
                && a.yanked() == b.yanked()
                && (a.sha256().is_some() || a.url() == b.url())
        })
}
