//! The names of all projects of an index (PEP 503: the page at its root; PEP 691: the same as JSON).

use std::sync::Arc;

use packaging::simple_api::{PageFormat, ProjectList};
use store::NameList;
use store::pages::Freshness;
use url::Url;

use crate::client::{Client, Outcome, Task, Ticket};
use crate::error::{FetchError, Problem};
use crate::policy::Refresh;
use crate::worker::{FetchedPage, Job, PageJob, PageReply};

/// How long a list is used without asking: it is large, and a new name is seldom looked for on its first day.
const LIFETIME: u64 = 24 * 60 * 60;

/// A list that the network thread asks about.
pub(crate) struct NamesTask {
    pub(crate) ticket: Ticket,
    job: PageJob,
    /// What identifies the index in the store.
    key: String,
    cached: Option<NameList>,
}

impl Client {
    pub(crate) fn submit_names(&mut self, ticket: Ticket, index: usize) {
        if let Some(answer) = self.known_names(ticket, index) {
            self.complete(ticket, Outcome::Names(answer));
        }
    }

    /// The list where it can be had without the network, or why not; else a job is started.
    fn known_names(&mut self, ticket: Ticket, index: usize) -> Option<Result<Arc<NameList>, FetchError>> {
        let Some(location) = self.policy.indexes.get(index) else {
            let problem = Problem::BadAddress(format!("there is no index number {index}"));
            return Some(Err(FetchError { url: String::new(), problem, attempts: 0 }));
        };
        let (url, bare) = (location.url().clone(), location.bare().clone());
        if let Some(folder) = crate::local::path_of(&bare) {
            return Some(local_names(&bare, &folder).map(Arc::new));
        }
        let key = String::from(bare);
        // A cache that cannot be read is no reason to fail: the list is fetched.
        let cached = self.store.names(&key).ok().flatten();
        let asks = self.policy.refresh != Refresh::Nothing;
        let offline = self.policy.network.is_none();
        let good = |list: &NameList| offline || (!asks && list.freshness().is_fresh(self.now()));
        if let Some(list) = cached.as_ref().filter(|list| good(list)) {
            return Some(Ok(Arc::new(list.clone())));
        }
        let freshness = cached.as_ref().map(NameList::freshness);
        let job = PageJob {
            url,
            etag: freshness.and_then(|freshness| freshness.etag.clone()),
            last_modified: freshness.and_then(|freshness| freshness.last_modified.clone()),
        };
        let task = NamesTask { ticket, job: job.clone(), key, cached };
        let refused = self.start(Job::Page(job.clone()), Task::Names(Box::new(task))).err()?;
        Some(Err(job.failed(refused.1)))
    }

    pub(crate) fn take_names(&mut self, task: NamesTask, reply: Result<PageReply, FetchError>) {
        let ticket = task.ticket;
        let list = self.understood_names(task, reply);
        self.complete(ticket, Outcome::Names(list.map(Arc::new)));
    }

    /// What the reply makes of the list, which goes to the store. An old list serves where the server does not answer.
    fn understood_names(
        &mut self,
        task: NamesTask,
        reply: Result<PageReply, FetchError>,
    ) -> Result<NameList, FetchError> {
        let now = self.now();
        let fresh = |etag, last_modified| Freshness {
            fetched_at: now,
            fresh_until: now.saturating_add(LIFETIME),
            etag,
            last_modified,
        };
        let list = match (reply, task.cached) {
            (Ok(PageReply::Page(page)), _) => {
                let freshness = fresh(page.etag.clone(), page.last_modified.clone());
                names_of(&page, freshness).map_err(|problem| task.job.failed(problem))?
            }
            (Ok(PageReply::Unchanged { .. }), Some(cached)) => {
                cached.refreshed(fresh(task.job.etag, task.job.last_modified))
            }
            (Ok(PageReply::Unchanged { .. }), None) => {
                let problem = Problem::Protocol("304 to a request without conditions".to_owned());
                return Err(task.job.failed(problem));
            }
            (Err(error), Some(cached)) if is_passing(&error.problem) => return Ok(cached),
            (Err(error), _) => return Err(error),
        };
        // A store that cannot be written is no reason to fail: the list is fetched again next time.
        let _ = self.store.put_names(&task.key, &list);
        Ok(list)
    }
}

/// Whether the server may answer better another day.
fn is_passing(problem: &Problem) -> bool {
    matches!(
        problem,
        Problem::Resolve { .. }
            | Problem::Connect { .. }
            | Problem::Timeout { .. }
            | Problem::Interrupted(_)
            | Problem::Status(429 | 500..)
    )
}

fn names_of(page: &FetchedPage, freshness: Freshness) -> Result<NameList, Problem> {
    let content_type = match page.format {
        PageFormat::Json => "JSON",
        PageFormat::Html => "HTML",
    };
    let list = ProjectList::parse(&page.body, page.format).map_err(|error| Problem::NotAnIndex {
        content_type: content_type.to_owned(),
        reason: error.to_string(),
    })?;
    Ok(NameList::new(list.names.iter().map(|name| &**name), freshness))
}

/// The list of a folder laid out like an index: its `index.html`, else its folders.
fn local_names(url: &Url, folder: &std::path::Path) -> Result<NameList, FetchError> {
    if let Ok(page) = crate::local::page(url, folder) {
        return names_of(&page, Freshness::default()).map_err(|problem| FetchError::new(url, problem));
    }
    let failed = |error: std::io::Error| FetchError::new(url, crate::local::problem(&error));
    let entries = std::fs::read_dir(folder).map_err(failed)?.flatten();
    let folders = entries.filter(|entry| entry.path().is_dir());
    let mut names: Vec<String> = folders.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    Ok(NameList::new(names.iter().map(String::as_str), Freshness::default()))
}
