//! What can go wrong between a URL and its bytes, as data.

use std::time::Duration;

use url::Url;

/// Why something was not fetched. Holds no credential: the URL is redacted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{url}: {problem}")]
pub struct FetchError {
    /// The address asked for, credentials and query as `****`.
    pub url: String,
    /// What went wrong in the end.
    pub problem: Problem,
    /// How many times it was tried.
    pub attempts: u32,
}

impl FetchError {
    pub(crate) fn new(url: &Url, problem: Problem) -> Self {
        Self { url: redacted(url), problem, attempts: 1 }
    }

    /// RFC 9110 §15.5.5: whoever was asked does not have it (404, 410).
    pub fn is_not_found(&self) -> bool {
        matches!(self.problem, Problem::Status(404 | 410))
    }
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The network was not to be used and nothing is cached.
    #[error("not in the cache, and the network is not to be used")]
    Offline,
    /// The server answered with this status (429 and 5xx: still after all retries).
    #[error("the server answered {0}")]
    Status(u16),
    /// 401: credentials are missing or wrong; `user` is who was tried.
    #[error("the server asks for credentials")]
    Unauthorized {
        /// The user whose password was refused; `None` when nobody was tried.
        user: Option<String>,
    },
    /// 403: the server refuses.
    #[error("the server refuses access")]
    Forbidden {
        /// The user on whose behalf it was asked.
        user: Option<String>,
    },
    /// The host name has no address.
    #[error("no address for host {host}: {reason}")]
    Resolve {
        /// The name looked up.
        host: String,
        /// What the system said.
        reason: String,
    },
    /// No connection could be made.
    #[error("no connection to {host}: {reason}")]
    Connect {
        /// Host and port dialled (a proxy's, when there is one).
        host: String,
        /// What the system said.
        reason: String,
    },
    /// Nothing arrived for this long.
    #[error("nothing arrived for {} ms while {stage}", after.as_millis())]
    Timeout {
        /// The limit that was handed in.
        after: Duration,
        /// What was being waited for.
        stage: &'static str,
    },
    /// The connection broke before the answer was complete.
    #[error("the connection broke: {0}")]
    Interrupted(String),
    /// The peer does not speak HTTP.
    #[error("the answer is not HTTP: {0}")]
    Protocol(String),
    /// The server's certificate is not trusted.
    #[error("the certificate of {host} is not trusted ({reason}); roots: {roots}")]
    Certificate {
        /// The host asked for.
        host: String,
        /// What is wrong with the certificate.
        reason: String,
        /// Where the trusted roots came from.
        roots: String,
    },
    /// TLS failed otherwise.
    #[error("TLS with {host} failed: {reason}")]
    Tls {
        /// The host asked for.
        host: String,
        /// What TLS said.
        reason: String,
    },
    /// A file of certificates or keys cannot be used.
    #[error("{origin} names {path}: {reason}")]
    CertificateFile {
        /// The option, variable or configuration line that named it.
        origin: String,
        /// The file or folder.
        path: String,
        /// Why it cannot be used.
        reason: String,
    },
    /// A proxy address that cannot be used (SOCKS, nonsense).
    #[error("{origin} names a proxy that cannot be used: {reason}")]
    Proxy {
        /// The option, variable or configuration line that named it.
        origin: String,
        /// Why it cannot be used.
        reason: String,
    },
    /// The proxy refused to connect us.
    #[error("the proxy {proxy} answered {status}")]
    ProxyRefused {
        /// The proxy's host and port.
        proxy: String,
        /// Its status (407: it asks for credentials).
        status: u16,
    },
    /// Redirected too often.
    #[error("redirected too often")]
    TooManyRedirects,
    /// Redirected to something that is not http or https, or to nowhere.
    #[error("redirected to {0}, which is not followed")]
    BadRedirect(String),
    /// An address that is no URL.
    #[error("not an address: {0}")]
    BadAddress(String),
    /// Not http, https or file.
    #[error("{0} addresses cannot be fetched")]
    Scheme(String),
    /// Plain http to a host that is neither loopback nor trusted.
    #[error("{0} is not trusted: it is asked over plain http")]
    InsecureHost(String),
    /// A page that is not a project page.
    #[error("not a page of a package index ({content_type}): {reason}")]
    NotAnIndex {
        /// Its content type.
        content_type: String,
        /// What the parser said.
        reason: String,
    },
    /// Fewer bytes than promised.
    #[error("{got} bytes instead of {expected}")]
    Truncated {
        /// Bytes promised.
        expected: u64,
        /// Bytes that came.
        got: u64,
    },
    /// More bytes than anyone could want.
    #[error("larger than {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: u64,
    },
    /// Other bytes than those that the index promised.
    #[error("{algorithm} is {got} instead of {expected}")]
    Hash {
        /// The algorithm's name.
        algorithm: String,
        /// What the index said, in hexadecimal.
        expected: String,
        /// What the bytes have, in hexadecimal.
        got: String,
    },
    /// The archive has no metadata that can be used.
    #[error("no usable metadata: {0}")]
    NoMetadata(String),
    /// A wheel that the store does not accept.
    #[error("the wheel is broken: {0}")]
    BrokenWheel(String),
    /// The store could not be read or written.
    #[error("the cache cannot be used: {0}")]
    Store(String),
    /// There is no room left for the store.
    #[error("{path}: {reason}")]
    DiskFull {
        /// What was being written.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// A file or folder of this machine cannot be read.
    #[error("cannot be read: {0}")]
    Read(String),
    /// The network thread is gone.
    #[error("the network client has stopped")]
    Stopped,
}

impl From<store::DiskError> for Problem {
    fn from(error: store::DiskError) -> Self {
        if error.is_full() {
            let path = error.path.display().to_string();
            return Self::DiskFull { path, reason: error.source.to_string() };
        }
        Self::Store(error.to_string())
    }
}

impl Problem {
    /// Whether trying again may help: what pip's retries cover (its list of statuses is handled where statuses are seen).
    pub(crate) fn is_passing(&self) -> bool {
        // A name that does not exist will not exist in a second either; a name server that does not answer may.
        let unknown = ["not known", "No address associated"];
        if let Self::Resolve { reason, .. } = self {
            return !unknown.iter().any(|words| reason.contains(words));
        }
        matches!(
            self,
            Self::Connect { .. }
                | Self::Timeout { .. }
                | Self::Interrupted(_)
                | Self::Truncated { .. }
                | Self::Status(429 | 500 | 502 | 503 | 504 | 520 | 527)
        )
    }
}

/// `url` as it may be shown: a password, a lone user (often a token) and a query as `****`, no fragment.
///
/// ```
/// let url = url::Url::parse("https://me:secret@index.example/simple/?sig=1#sha256=0").unwrap();
/// assert_eq!(index::redacted(&url), "https://me:****@index.example/simple/?****");
/// ```
pub fn redacted(url: &Url) -> String {
    let userinfo = match (url.username(), url.password()) {
        ("", None) => String::new(),
        (_, None) => "****@".to_owned(),
        (user, Some(_)) => format!("{user}:****@"),
    };
    let Some(host) = url.host_str() else {
        return url[..url::Position::AfterPath].to_owned();
    };
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let query = if url.query().is_some() { "?****" } else { "" };
    format!("{}://{userinfo}{host}{port}{}{query}", url.scheme(), url.path())
}

/// The redacted form of text that may not even be a URL.
pub fn redacted_text(text: &str) -> String {
    match Url::parse(text) {
        Ok(url) if url.has_host() || url.scheme().rsplit('+').next() == Some("file") => redacted(&url),
        _ => match text.rsplit_once('@') {
            Some((_, rest)) => format!("****@{rest}"),
            None => text.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_shown() {
        for (url, shown) in [
            ("https://index.example/simple/", "https://index.example/simple/"),
            ("https://token@index.example:8443/s", "https://****@index.example:8443/s"),
            ("https://u:p@index.example/s#f", "https://u:****@index.example/s"),
            ("https://files.example/a?X-Signature=s", "https://files.example/a?****"),
            ("file:///srv/wheels", "file:///srv/wheels"),
        ] {
            assert_eq!(redacted(&Url::parse(url).unwrap()), shown);
        }
        assert_eq!(redacted_text("u:p@host"), "****@host");
        assert_eq!(redacted_text("git+file:///srv/a@v1"), "git+file:///srv/a@v1");
    }
}
