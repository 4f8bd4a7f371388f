//! A file from its server into the store's hands: hashed on the way, resumed after a break and across runs.

use http::HeaderValue;
use http::header::{CONTENT_RANGE, ETAG, IF_RANGE, LAST_MODIFIED, RANGE};
use packaging::hashes::Hash;
use store::wheels::DownloadError;
use store::{IncomingFile, Store, VerifiedFile};
use url::Url;

use crate::credentials::without_userinfo;
use crate::error::{FetchError, Problem, redacted};
use crate::metadata::content_range;
use crate::network::{Answer, Ask, Failure, Network, Part};

/// A try that brought this much counts as a success of sorts: the retries begin anew.
const PROGRESS: u64 = 64 << 10;

/// What is known of the file.
pub(crate) struct Download {
    pub(crate) url: Url,
    /// Its name, for the progress bar.
    pub(crate) filename: String,
    pub(crate) hashes: Vec<Hash>,
    pub(crate) size: Option<u64>,
    pub(crate) store: Store,
}

pub(crate) async fn download(network: &Network, job: &Download) -> Result<VerifiedFile, FetchError> {
    match run(network, job).await {
        // What an earlier run left may belong to another file; its bytes are gone now.
        (Err(error), true) if matches!(error.problem, Problem::Hash { .. }) => run(network, job).await.0,
        (result, _) => result,
    }
}

/// The file, and whether it was begun by an earlier run.
async fn run(network: &Network, job: &Download) -> (Result<VerifiedFile, FetchError>, bool) {
    let failed = |problem| FetchError { url: redacted(&job.url), problem, attempts: 1 };
    let key = without_userinfo(&job.url);
    let mut incoming = match job.store.begin_download(key.as_str(), &job.hashes) {
        Ok(incoming) => incoming,
        Err(error) => return (Err(failed(Problem::from(error))), false),
    };
    let resumed = incoming.resume_from().is_some();
    let fetched = network.retrying(&job.url, async || step(network, job, &mut incoming).await).await;
    let result = fetched.and_then(|()| incoming.finish().map_err(|error| failed(finish_problem(error))));
    (result, resumed)
}

fn finish_problem(error: DownloadError) -> Problem {
    match error {
        DownloadError::HashMismatch { actual, expected } => hash_problem(&actual, &expected),
        DownloadError::Disk(error) => error.into(),
        other => Problem::Store(other.to_string()),
    }
}

pub(crate) fn hash_problem(actual: &Hash, expected: &[Hash]) -> Problem {
    let promised = expected.iter().filter(|hash| hash.algorithm() == actual.algorithm());
    Problem::Hash {
        algorithm: actual.algorithm().name().to_owned(),
        expected: promised.map(Hash::hex).collect::<Vec<_>>().join(" or "),
        got: actual.hex().to_owned(),
    }
}

/// One try, from where the last one stopped.
async fn step(network: &Network, job: &Download, incoming: &mut IncomingFile) -> Result<(), Failure> {
    let ask = Ask {
        url: job.url.clone(),
        accept: "*/*",
        gzip: false,
        headers: resume_headers(incoming, &job.hashes),
    };
    if ask.headers.is_empty() && incoming.length() > 0 {
        incoming.restart().map_err(Problem::from)?;
    }
    let begun = incoming.length();
    let mut answer = match network.answer(&ask).await {
        Ok(answer) => answer,
        // The part that we have is no part of the file that is there now.
        Err(Failure { problem: Problem::Status(416), .. }) if begun > 0 => {
            incoming.restart().map_err(Problem::from)?;
            return Err(Problem::Interrupted("the server has no more of the file".to_owned()).into());
        }
        Err(failure) => return Err(failure),
    };
    place(&answer, incoming)?;
    let total = answer.length().map(|rest| incoming.length() + rest).or(job.size);
    let result = stream(network, job, &mut answer, (incoming, total)).await;
    let got = incoming.length();
    let part = Part { got, total, progressed: got.saturating_sub(begun) >= PROGRESS };
    result.map_err(|problem| Failure::after(problem, part))
}

/// RFC 9110 §13.1.5: a range of the same file or else all of it. Without a strong validator the hashes have to tell.
fn resume_headers(incoming: &IncomingFile, hashes: &[Hash]) -> Vec<(http::HeaderName, HeaderValue)> {
    let Some((offset, validator)) = incoming.resume_from() else { return Vec::new() };
    let validator = validator.filter(|validator| !validator.starts_with("W/"));
    if validator.is_none() && hashes.is_empty() {
        return Vec::new();
    }
    let range = HeaderValue::from_str(&format!("bytes={offset}-")).ok().map(|value| (RANGE, value));
    let validator =
        validator.and_then(|text| HeaderValue::from_str(text).ok()).map(|value| (IF_RANGE, value));
    range.into_iter().chain(validator).collect()
}

/// Makes `incoming` stand where the answer's body begins.
fn place(answer: &Answer, incoming: &mut IncomingFile) -> Result<(), Problem> {
    if answer.status == 206 {
        let offset = answer.header(CONTENT_RANGE).and_then(content_range).map(|(offset, _)| offset);
        if offset != Some(incoming.length()) {
            incoming.restart().map_err(Problem::from)?;
            return Err(Problem::Interrupted(
                "the server sent another part than the one asked for".to_owned(),
            ));
        }
    } else if incoming.length() > 0 {
        incoming.restart().map_err(Problem::from)?;
    }
    let validator = answer.header(ETAG).or_else(|| answer.header(LAST_MODIFIED));
    incoming.set_validator(validator);
    Ok(())
}

async fn stream(
    network: &Network,
    job: &Download,
    answer: &mut Answer,
    (incoming, total): (&mut IncomingFile, Option<u64>),
) -> Result<(), Problem> {
    while let Some(chunk) = answer.chunk().await? {
        incoming.write(&chunk).map_err(Problem::from)?;
        network.downloading(&job.filename, incoming.length(), total);
        // The index said how long it is: nobody fills our disk.
        if let Some(limit) = job.size.filter(|size| incoming.length() > *size) {
            return Err(Problem::TooLarge { limit });
        }
    }
    match job.size {
        Some(expected) if incoming.length() < expected => {
            Err(Problem::Truncated { expected, got: incoming.length() })
        }
        _ => Ok(()),
    }
}
