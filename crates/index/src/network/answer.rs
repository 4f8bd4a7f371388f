//! An answer whose head has arrived, and the ways to read its body.

use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use http::header::{AsHeaderName, CONTENT_ENCODING, CONTENT_LENGTH};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::time::timeout;
use url::Url;

use super::gzip::gunzip;
use super::pool::Lease;
use crate::error::Problem;

/// The answer to one request.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// The address that answered in the end, after redirects.
    pub(crate) url: Url,
    pub(super) body: Incoming,
    pub(super) lease: Option<Lease>,
    pub(super) limit: Duration,
}

impl Answer {
    /// A header as text.
    pub(crate) fn header(&self, name: impl AsHeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// What `Content-Length` promises.
    pub(crate) fn length(&self) -> Option<u64> {
        self.header(CONTENT_LENGTH)?.parse().ok()
    }

    /// The next piece of the body, `None` at its end.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, Problem> {
        loop {
            let read = timeout(self.limit, self.body.frame()).await;
            match read.map_err(|_| Problem::Timeout { after: self.limit, stage: "reading" })? {
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        return Ok(Some(data));
                    }
                }
                Some(Err(error)) => return Err(broken(&error)),
                None => {
                    if let Some(lease) = self.lease.take() {
                        lease.give_back();
                    }
                    return Ok(None);
                }
            }
        }
    }

    /// The whole body, decoded, if it is no longer than `limit`.
    pub(crate) async fn bytes(mut self, limit: u64) -> Result<Vec<u8>, Problem> {
        let mut body = Vec::with_capacity(self.length().unwrap_or(0).min(1 << 20) as usize);
        while let Some(chunk) = self.chunk().await? {
            body.extend_from_slice(&chunk);
            if body.len() as u64 > limit {
                return Err(Problem::TooLarge { limit });
            }
        }
        match self.header(CONTENT_ENCODING) {
            None | Some("identity") => Ok(body),
            Some("gzip" | "x-gzip") => gunzip(&body, limit),
            Some(other) => Err(Problem::Protocol(format!("content encoding {other} was not asked for"))),
        }
    }

    /// Reads a small body to its end, so that the connection can be used again.
    pub(crate) async fn discard(mut self) {
        let mut left = 64 << 10;
        while let Ok(Some(chunk)) = self.chunk().await {
            left -= chunk.len().min(left);
            if left == 0 {
                return;
            }
        }
    }
}

/// What hyper's error means to us.
pub(super) fn broken(error: &hyper::Error) -> Problem {
    use std::error::Error;
    let mut reason = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        reason = cause.to_string();
        source = cause.source();
    }
    if error.is_parse() { Problem::Protocol(reason) } else { Problem::Interrupted(reason) }
}
