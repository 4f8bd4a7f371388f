//! The network thread: takes jobs, runs them side by side, delivers what they brought. It starts with the first job.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use http::HeaderValue;
use http::header::{ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED};
use packaging::simple_api::{ACCEPT, PageFormat};
use store::VerifiedFile;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::LocalSet;
use url::Url;

use crate::credentials::Credentials;
use crate::download::{Download, download};
use crate::error::{FetchError, Problem, redacted};
use crate::metadata::{MetadataJob, MetadataReply, metadata};
use crate::network::{Ask, Failure, Network};
use crate::policy::NetworkPolicy;

/// No page is longer; the list of all projects of a large index has 40 MB.
const LONGEST_PAGE: u64 = 512 << 20;

/// No requirements file is longer.
const LONGEST_DOCUMENT: u64 = 64 << 20;

/// What is to be fetched.
pub(crate) enum Job {
    Page(PageJob),
    Metadata(MetadataJob),
    File(Box<Download>),
    Document(Url),
}

/// A page, and what tells whether the one that we have is still the same.
#[derive(Clone, Debug)]
pub(crate) struct PageJob {
    pub(crate) url: Url,
    pub(crate) etag: Option<String>,
    pub(crate) last_modified: Option<String>,
}

/// What a job brought.
pub(crate) enum Delivery {
    Page(Result<PageReply, FetchError>),
    Metadata(Result<MetadataReply, FetchError>),
    File(Result<VerifiedFile, FetchError>),
    Document(Result<Vec<u8>, FetchError>),
}

/// A page as the server gave it.
#[derive(Debug)]
pub(crate) enum PageReply {
    /// 304: the page that we have is still good, for so many seconds if the server says.
    Unchanged { max_age: Option<u64> },
    /// Another page.
    Page(FetchedPage),
}

/// The bytes of a page and what is to be remembered with them.
#[derive(Debug)]
pub(crate) struct FetchedPage {
    pub(crate) body: Vec<u8>,
    pub(crate) format: PageFormat,
    /// The address that answered in the end.
    pub(crate) url: Url,
    pub(crate) etag: Option<String>,
    pub(crate) last_modified: Option<String>,
    pub(crate) max_age: Option<u64>,
}

/// The other end of the network thread.
pub(crate) struct Worker {
    jobs: UnboundedSender<(u64, Job)>,
    deliveries: Receiver<(u64, Delivery)>,
}

impl Worker {
    /// Starts the thread; nothing is connected yet.
    pub(crate) fn start(policy: NetworkPolicy, credentials: Arc<Credentials>) -> std::io::Result<Self> {
        let (jobs, taken) = unbounded_channel();
        let (sender, deliveries) = channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        thread::Builder::new().name("network".to_owned()).spawn(move || {
            LocalSet::new().block_on(&runtime, work(policy, credentials, taken, sender));
            // Name lookups and keyring processes that nobody waits for any more.
            runtime.shutdown_background();
        })?;
        Ok(Self { jobs, deliveries })
    }

    /// Hands a job over; `id` comes back with its delivery.
    pub(crate) fn submit(&self, id: u64, job: Job) -> Result<(), Problem> {
        self.jobs.send((id, job)).map_err(|_| Problem::Stopped)
    }

    /// Waits for the next delivery.
    pub(crate) fn next(&self) -> Result<(u64, Delivery), Problem> {
        self.deliveries.recv().map_err(|_| Problem::Stopped)
    }

    /// The next delivery, if one comes within `limit`.
    pub(crate) fn next_within(&self, limit: Duration) -> Result<Option<(u64, Delivery)>, Problem> {
        match self.deliveries.recv_timeout(limit) {
            Ok(delivery) => Ok(Some(delivery)),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(Problem::Stopped),
        }
    }
}

async fn work(
    policy: NetworkPolicy,
    credentials: Arc<Credentials>,
    mut jobs: UnboundedReceiver<(u64, Job)>,
    deliveries: Sender<(u64, Delivery)>,
) {
    let downloads = Rc::new(Semaphore::new(policy.downloads.max(1)));
    let network = Rc::new(Network::new(policy, credentials));
    // Ends when the client is dropped; jobs under way are dropped with the runtime.
    while let Some((id, job)) = jobs.recv().await {
        let (network, downloads, deliveries) = (network.clone(), downloads.clone(), deliveries.clone());
        tokio::task::spawn_local(async move {
            let delivery = match job {
                Job::Page(job) => Delivery::Page(page(&network, &job).await),
                Job::Document(url) => Delivery::Document(document(&network, &url).await),
                Job::Metadata(job) => Delivery::Metadata(metadata(&network, &job).await),
                Job::File(job) => {
                    let _turn = downloads.acquire().await;
                    Delivery::File(download(&network, &job).await)
                }
            };
            // Nobody listens any more when the client is dropped.
            let _ = deliveries.send((id, delivery));
        });
    }
}

async fn page(network: &Network, job: &PageJob) -> Result<PageReply, FetchError> {
    let value = |text: &Option<String>| text.as_ref().and_then(|text| HeaderValue::from_str(text).ok());
    let mut headers = Vec::new();
    headers.extend(value(&job.etag).map(|etag| (IF_NONE_MATCH, etag)));
    headers.extend(value(&job.last_modified).map(|date| (IF_MODIFIED_SINCE, date)));
    let ask = Ask { url: job.url.clone(), accept: ACCEPT, gzip: true, headers };
    network.retrying(&job.url, async || fetch_page(network, &ask).await).await
}

async fn fetch_page(network: &Network, ask: &Ask) -> Result<PageReply, Failure> {
    let answer = network.answer(ask).await?;
    let max_age = max_age(answer.header("cache-control"), answer.header("age"));
    if answer.status == 304 {
        answer.discard().await;
        return Ok(PageReply::Unchanged { max_age });
    }
    let content_type = answer.header("content-type").unwrap_or("none").to_owned();
    let Some(format) = PageFormat::from_content_type(&content_type) else {
        let reason = "neither JSON nor HTML".to_owned();
        return Err(Problem::NotAnIndex { content_type, reason }.into());
    };
    let text = |name| answer.header(name).map(str::to_owned);
    let (etag, last_modified, url) = (text(ETAG), text(LAST_MODIFIED), answer.url.clone());
    let body = answer.bytes(LONGEST_PAGE).await?;
    Ok(PageReply::Page(FetchedPage { body, format, url, etag, last_modified, max_age }))
}

/// Any text, such as a requirements file.
async fn document(network: &Network, url: &Url) -> Result<Vec<u8>, FetchError> {
    let ask = Ask { url: url.clone(), accept: "*/*", gzip: true, headers: Vec::new() };
    network.retrying(url, async || Ok(network.answer(&ask).await?.bytes(LONGEST_DOCUMENT).await?)).await
}

/// RFC 9111 §5.2.2 and §5.1: for how many seconds an answer may be used without asking; `None` when nothing is said.
fn max_age(cache_control: Option<&str>, age: Option<&str>) -> Option<u64> {
    let mut lifetime = None;
    for directive in cache_control?.split(',') {
        let directive = directive.trim().to_ascii_lowercase();
        match directive.split_once('=') {
            None if directive == "no-cache" || directive == "no-store" => return Some(0),
            Some(("max-age", seconds)) => {
                lifetime = seconds.trim_matches('"').parse::<u64>().ok().or(lifetime)
            }
            _ => {}
        }
    }
    let age = age.and_then(|age| age.trim().parse().ok()).unwrap_or(0);
    Some(lifetime?.saturating_sub(age))
}

impl PageJob {
    /// The error that `problem` is for this page.
    pub(crate) fn failed(&self, problem: Problem) -> FetchError {
        FetchError { url: redacted(&self.url), problem, attempts: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lifetimes_of_pages() {
        for (cache_control, age, seconds) in [
            (None, None, None),
            (Some("max-age=600, public"), None, Some(600)),
            (Some("public,Max-Age=600"), Some("100"), Some(500)),
            (Some("max-age=600"), Some("1000"), Some(0)),
            (Some("max-age=600, no-cache"), None, Some(0)),
            (Some("no-store"), None, Some(0)),
            (Some("public"), None, None),
            (Some("max-age=x"), None, None),
        ] {
            assert_eq!(max_age(cache_control, age), seconds, "{cache_control:?}");
        }
    }
}
