//! METADATA of a wheel without the wheel: the file beside it, else the wheel's tail.

use http::HeaderValue;
use http::header::{CONTENT_RANGE, RANGE};
use packaging::hashes::Hash;
use store::archive::{Digests, check_hashes};
use url::Url;

use crate::download::hash_problem;
use crate::error::{FetchError, Problem};
use crate::network::{Ask, Failure, Network};
use crate::wheel_tail::{Reading, Stretch, read};

/// METADATA and the directory of most wheels fit.
const TAIL: u64 = 32 << 10;
/// As `wheel_tail` has it.
const LONGEST_METADATA: u64 = 16 << 20;

/// What is known of the wheel.
pub(crate) struct MetadataJob {
    pub(crate) url: Url,
    /// The index announces `URL.metadata` (PEP 658, 714) with these hashes; `None`: it does not.
    pub(crate) beside: Option<Vec<Hash>>,
    /// The host has not been seen to ignore ranges.
    pub(crate) ranges: bool,
}

/// What was found.
#[derive(Debug)]
pub(crate) enum MetadataReply {
    /// The text of METADATA.
    Text(Vec<u8>),
    /// Only the whole wheel will tell; `true`: because its server ignores ranges.
    Whole { ignores_ranges: bool },
}

pub(crate) async fn metadata(network: &Network, job: &MetadataJob) -> Result<MetadataReply, FetchError> {
    if let Some(hashes) = &job.beside {
        match beside(network, &job.url, hashes).await {
            // Announced but not there: some mirrors copy the page and not the file.
            Err(error) if error.is_not_found() => {}
            result => return result.map(MetadataReply::Text),
        }
    }
    if !job.ranges {
        return Ok(MetadataReply::Whole { ignores_ranges: true });
    }
    network.retrying(&job.url, async || tail(network, &job.url).await).await
}

async fn beside(network: &Network, wheel: &Url, hashes: &[Hash]) -> Result<Vec<u8>, FetchError> {
    let mut url = wheel.clone();
    url.set_path(&format!("{}.metadata", wheel.path()));
    let ask = Ask { url: url.clone(), accept: "*/*", gzip: true, headers: Vec::new() };
    let text = network
        .retrying(&url, async || Ok(network.answer(&ask).await?.bytes(LONGEST_METADATA).await?))
        .await?;
    let mut digests = Digests::for_expected(hashes);
    digests.update(&text);
    match check_hashes(&digests.finish(), hashes) {
        Ok(()) => Ok(text),
        Err(actual) => Err(FetchError::new(&url, hash_problem(&actual, hashes))),
    }
}

async fn tail(network: &Network, url: &Url) -> Result<MetadataReply, Failure> {
    let whole = |ignores_ranges| Ok(MetadataReply::Whole { ignores_ranges });
    let (total, first) = match part(network, url, &format!("bytes=-{TAIL}")).await {
        Ok(Some(part)) => part,
        Ok(None) => return whole(true),
        // A server may refuse ranges in many ways; those that concern the file itself stay errors.
        Err(Failure { problem: Problem::Status(status @ (400 | 405..=409 | 411..=428 | 501)), .. }) => {
            return whole(status != 416);
        }
        Err(failure) => return Err(failure),
    };
    let mut stretches = vec![first];
    loop {
        match read(total, &stretches) {
            Reading::Metadata(text) => return Ok(MetadataReply::Text(text)),
            Reading::Wants(range) if stretches.len() < 4 && !range.is_empty() => {
                let range = format!("bytes={}-{}", range.start, range.end - 1);
                match part(network, url, &range).await? {
                    Some((same, stretch)) if same == total => stretches.push(stretch),
                    _ => return whole(false),
                }
            }
            Reading::Wants(_) | Reading::Unusable(_) => return whole(false),
        }
    }
}

/// A part of the file and the file's length; `None` when the server sends the whole file instead.
async fn part(network: &Network, url: &Url, range: &str) -> Result<Option<(u64, Stretch)>, Failure> {
    let value = HeaderValue::from_str(range).map_err(|error| Problem::Protocol(error.to_string()))?;
    let ask = Ask { url: url.clone(), accept: "*/*", gzip: false, headers: vec![(RANGE, value)] };
    let answer = network.answer(&ask).await?;
    if answer.status != 206 {
        return Ok(None);
    }
    let Some((offset, total)) = answer.header(CONTENT_RANGE).and_then(content_range) else { return Ok(None) };
    let bytes = answer.bytes(LONGEST_METADATA * 2).await?;
    Ok(Some((total, Stretch { offset, bytes })))
}

/// RFC 9110 §14.4: offset and length of the whole in `bytes 0-99/1234`.
pub(crate) fn content_range(value: &str) -> Option<(u64, u64)> {
    let (range, total) = value.strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (first, last, total) =
        (first.parse::<u64>().ok()?, last.parse::<u64>().ok()?, total.parse::<u64>().ok()?);
    (first <= last && last < total).then_some((first, total))
}

#[cfg(test)]
mod tests {
    use super::content_range;

    #[test]
    fn ranges_are_read() {
        for (value, expected) in [
            ("bytes 0-99/1234", Some((0, 1234))),
            ("bytes 5-1233/1234", Some((5, 1234))),
            ("bytes 0-99/*", None),
            ("bytes 5-4/10", None),
            ("bytes 0-10/10", None),
            ("lines 0-1/2", None),
        ] {
            assert_eq!(content_range(value), expected, "{value}");
        }
    }
}
