//! Metadata: from the store, from a stored wheel, from a file of this machine, else from the network.

use std::sync::Arc;

use packaging::distribution::Distribution;
use packaging::hashes::Hash;
use rustc_hash::{FxHashMap, FxHashSet};
use store::{VerifiedFile, WheelBytes};

use crate::client::{Client, Located, MetadataRequest, Outcome, Task, Ticket, distribution_error};
use crate::credentials::without_userinfo;
use crate::error::{FetchError, Problem};
use crate::keeper::Kept;
use crate::metadata::{MetadataJob, MetadataReply};
use crate::worker::Job;

/// What is remembered between requests.
#[derive(Default)]
pub(crate) struct MetadataState {
    /// What was fetched in this run, by the store's key; it may not be in the store yet.
    fetched: FxHashMap<String, Arc<[u8]>>,
    /// Hosts that were seen to ignore ranges.
    ignoring_ranges: FxHashSet<String>,
    /// Source distributions fetched for their metadata, by URL: whoever builds them need not fetch them again.
    held: FxHashMap<String, VerifiedFile>,
}

/// Metadata that the network thread is after.
pub(crate) struct MetadataTask {
    pub(crate) ticket: Ticket,
    request: MetadataRequest,
}

type Text = Result<Arc<[u8]>, FetchError>;

impl Client {
    pub(crate) fn submit_metadata(&mut self, ticket: Ticket, request: MetadataRequest) {
        let text = match self.metadata_at_hand(&request.distribution) {
            Some(text) => Some(text),
            None => self.ask_for_metadata(MetadataTask { ticket, request }).map(Err),
        };
        if let Some(text) = text {
            self.complete(ticket, Outcome::Metadata(text));
        }
    }

    /// The file of an earlier request for metadata.
    pub(crate) fn held(&mut self, distribution: &Distribution) -> Option<VerifiedFile> {
        self.metadata.held.remove(&distribution.file().url)
    }

    fn metadata_at_hand(&self, distribution: &Distribution) -> Option<Text> {
        let key = key(distribution);
        if let Some(text) = self.metadata.fetched.get(&key) {
            return Some(Ok(text.clone()));
        }
        if let Ok(Some(text)) = self.store.metadata(&key) {
            return Some(Ok(text.into()));
        }
        if let Some(Ok(Some(wheel))) = distribution.file().sha256().map(|hash| self.store.wheel(hash)) {
            return Some(Ok(wheel.manifest().metadata_headers().as_bytes().into()));
        }
        match self.locate(distribution) {
            Ok(Located::Remote(_)) => None,
            Ok(Located::Local(path)) => {
                let text = match distribution {
                    Distribution::Wheel(_) => crate::local::wheel_metadata(&path),
                    Distribution::Source(source) => std::fs::read(&path)
                        .map_err(|error| Problem::Read(error.to_string()))
                        .and_then(|bytes| crate::sdist::static_metadata(&source.filename, &bytes)),
                };
                Some(text.map(Arc::from).map_err(|problem| distribution_error(distribution, problem)))
            }
            Err(error) => Some(Err(error)),
        }
    }

    /// Starts a job; the error when there is no network.
    fn ask_for_metadata(&mut self, task: MetadataTask) -> Option<FetchError> {
        let distribution = &task.request.distribution;
        let url = match self.locate(distribution) {
            Ok(Located::Remote(url)) => url,
            Ok(Located::Local(_)) => return None,
            Err(error) => return Some(error),
        };
        let job = match distribution {
            Distribution::Source(_) => self.download(url, distribution),
            Distribution::Wheel(_) => {
                let ranges = !self.metadata.ignoring_ranges.contains(url.host_str().unwrap_or_default());
                Job::Metadata(MetadataJob { url, beside: task.request.beside.clone(), ranges })
            }
        };
        self.start_metadata(job, task)
    }

    fn start_metadata(&mut self, job: Job, task: MetadataTask) -> Option<FetchError> {
        match self.start(job, Task::Metadata(task)).map_err(|refused| *refused) {
            Err((Task::Metadata(task), problem)) => {
                Some(distribution_error(&task.request.distribution, problem))
            }
            _ => None,
        }
    }

    pub(crate) fn take_metadata(&mut self, task: MetadataTask, reply: Result<MetadataReply, FetchError>) {
        let ticket = task.ticket;
        let text = match reply {
            Ok(MetadataReply::Text(text)) => Some(Ok(self.keep_metadata(&task.request.distribution, text))),
            Ok(MetadataReply::Whole { ignores_ranges }) => self.ask_for_whole(task, ignores_ranges).map(Err),
            Err(error) => Some(Err(error)),
        };
        if let Some(text) = text {
            self.complete(ticket, Outcome::Metadata(text));
        }
    }

    fn ask_for_whole(&mut self, task: MetadataTask, ignores_ranges: bool) -> Option<FetchError> {
        let url = match self.locate(&task.request.distribution) {
            Ok(Located::Remote(url)) => url,
            Ok(Located::Local(_)) => return None,
            Err(error) => return Some(error),
        };
        if ignores_ranges {
            self.metadata.ignoring_ranges.extend(url.host_str().map(str::to_owned));
        }
        let job = self.download(url, &task.request.distribution);
        self.start_metadata(job, task)
    }

    /// The whole file has come, because nothing less tells its metadata.
    pub(crate) fn take_whole(&mut self, task: MetadataTask, file: Result<VerifiedFile, FetchError>) {
        let distribution = &task.request.distribution;
        let text = file.and_then(|file| {
            let failed = |problem| distribution_error(distribution, problem);
            match distribution {
                Distribution::Wheel(wheel) => {
                    let stored =
                        self.store.add_wheel(WheelBytes::Verified(file), &wheel.filename, &wheel.file.hashes);
                    let stored = stored.map_err(|error| failed(Problem::BrokenWheel(error.to_string())))?;
                    Ok(stored.manifest().metadata_headers().as_bytes().to_vec())
                }
                Distribution::Source(source) => {
                    let text = crate::sdist::static_metadata(&source.filename, &file);
                    self.metadata.held.insert(source.file.url.clone(), file);
                    text.map_err(failed)
                }
            }
        });
        let text = text.map(|text| self.keep_metadata(distribution, text));
        self.complete(task.ticket, Outcome::Metadata(text));
    }

    fn keep_metadata(&mut self, distribution: &Distribution, text: Vec<u8>) -> Arc<[u8]> {
        let (key, text) = (key(distribution), Arc::<[u8]>::from(text));
        self.metadata.fetched.insert(key.clone(), text.clone());
        self.keeper.keep(Kept::Metadata { key, text: text.clone() });
        text
    }
}

/// A file's content decides about its metadata; where no hash is known, its address does.
fn key(distribution: &Distribution) -> String {
    let file = distribution.file();
    let bare =
        || url::Url::parse(&file.url).map_or_else(|_| file.url.clone(), |url| without_userinfo(&url).into());
    file.sha256().map_or_else(bare, Hash::to_string)
}
