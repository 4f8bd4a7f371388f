//! Everything that decides how things are fetched, handed in by the caller.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use packaging::name::PackageName;
use url::{Host, Url};

use crate::credentials::CredentialPolicy;
use crate::error::Problem;
use crate::location::{FindLinks, IndexLocation};
use crate::network::proxy::ProxyPolicy;
use crate::network::tls::TlsPolicy;

/// Tells the time; tests hand in one that stands still.
pub type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// Where to look and how.
#[derive(Clone, Debug, Default)]
pub struct FetchPolicy {
    /// Indexes in the order of preference.
    pub indexes: Vec<IndexLocation>,
    /// `--find-links`.
    pub find_links: Vec<FindLinks>,
    /// Which indexes are asked for a project.
    pub order: IndexOrder,
    /// Which cached pages are not to be used without asking again.
    pub refresh: Refresh,
    /// What is done with an index reached by plain http on a host that is neither loopback nor trusted.
    pub plain_http: PlainHttp,
    /// How to use the network; `None`: not at all (`--offline`).
    pub network: Option<NetworkPolicy>,
    /// Who we are.
    pub credentials: CredentialPolicy,
}

/// Which indexes are asked for one project.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IndexOrder {
    /// All of them, at once (pip merges what they have).
    #[default]
    Every,
    /// One after the other until one has the project, so that a public index can neither answer for nor learn the
    /// name of a private project.
    FirstMatch,
}

/// `--refresh`, `--refresh-package`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Refresh {
    /// Use the cache.
    #[default]
    Nothing,
    /// Ask again for every page.
    Everything,
    /// Ask again for the pages of these projects.
    Packages(Vec<PackageName>),
}

impl Refresh {
    pub(crate) fn covers(&self, project: &PackageName) -> bool {
        match self {
            Self::Nothing => false,
            Self::Everything => true,
            Self::Packages(names) => names.contains(project),
        }
    }
}

/// Indexes over plain http.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PlainHttp {
    /// Used like others.
    Allowed,
    /// Ignored with a warning, as pip does, unless the host is loopback or trusted.
    #[default]
    Refused,
}

/// How to speak to servers.
#[derive(Clone)]
pub struct NetworkPolicy {
    /// How long nothing may arrive.
    pub timeout: Duration,
    /// How often something is tried again.
    pub retries: u32,
    /// How often a file that broke off is gone on with; one that has come far in between counts anew.
    pub resumes: u32,
    /// The wait before the first retry; doubled each time.
    pub backoff: Duration,
    /// The longest wait, whatever `Retry-After` says.
    pub longest_wait: Duration,
    /// Open HTTP/1.1 connections to one host (one HTTP/2 connection takes their place).
    pub connections_per_host: usize,
    /// Files downloaded at the same time.
    pub downloads: usize,
    /// Proxies.
    pub proxies: ProxyPolicy,
    /// Trusted roots, our certificate.
    pub tls: TlsPolicy,
    /// `--trusted-host`.
    pub trusted_hosts: Vec<TrustedHost>,
    /// `User-Agent`.
    pub user_agent: String,
    /// The time.
    pub now: Clock,
    /// Who is told of progress.
    pub observer: Option<Arc<dyn Observer>>,
}

impl Default for NetworkPolicy {
    /// pip's numbers: 15 s, 5 retries, 0.25 s.
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(15),
            retries: 5,
            resumes: 5,
            backoff: Duration::from_millis(250),
            longest_wait: Duration::from_secs(60),
            connections_per_host: 16,
            downloads: 12,
            proxies: ProxyPolicy::default(),
            tls: TlsPolicy::default(),
            trusted_hosts: Vec::new(),
            user_agent: format!("tilsit/{}", env!("CARGO_PKG_VERSION")),
            now: Arc::new(SystemTime::now),
            observer: None,
        }
    }
}

impl std::fmt::Debug for NetworkPolicy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NetworkPolicy").field("timeout", &self.timeout).finish_non_exhaustive()
    }
}

impl NetworkPolicy {
    pub(crate) fn trusts(&self, url: &Url) -> bool {
        self.trusted_hosts.iter().any(|trusted| trusted.matches(url))
    }
}

/// Is told what happens while requests are under way; called on the network thread, so it must be quick.
pub trait Observer: Send + Sync {
    /// `url` (redacted) failed and will be tried again; so many retries are left.
    fn retrying(&self, url: &str, problem: &Problem, left: u32);
    /// Bytes of a file have arrived: so many of `total`.
    fn downloading(&self, filename: &str, got: u64, total: Option<u64>);
    /// A file broke off and will be gone on with.
    fn broke_off(&self, broken: &BrokenOff<'_>) {
        let _ = broken;
    }
}

/// A file that did not come to its end.
#[derive(Clone, Copy, Debug)]
pub struct BrokenOff<'a> {
    /// Its address, redacted.
    pub url: &'a str,
    /// Its bytes that are here.
    pub got: u64,
    /// All its bytes, where anybody says so.
    pub total: Option<u64>,
    /// How often it was begun and broke off.
    pub attempt: u32,
    /// Whether it will be asked for again.
    pub goes_on: bool,
}

/// `host` or `host:port`: its certificate is not checked and plain http will do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedHost {
    host: String,
    port: Option<u16>,
}

impl TrustedHost {
    /// Reads `host`, `host:port`, `[v6]:port`; `None` when there is no host in it.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let url = Url::parse(&format!("tilsit://{text}")).ok()?;
        let host = url.host_str().filter(|host| !host.is_empty())?.to_ascii_lowercase();
        Some(Self { host, port: url.port() })
    }

    fn matches(&self, url: &Url) -> bool {
        url.host_str() == Some(&self.host)
            && (self.port.is_none() || self.port == url.port_or_known_default())
    }
}

/// pip's secure origins: https and file anywhere, anything on this machine.
pub(crate) fn is_secure(url: &Url) -> bool {
    if url.scheme() != "http" {
        return true;
    }
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trusted_hosts_match_by_host_and_port() {
        for (trusted, url, matches) in [
            ("a.example", "https://a.example:8443/", true),
            ("A.example:8443", "https://a.example:8443/", true),
            ("a.example:443", "https://a.example/", true),
            ("a.example:444", "https://a.example/", false),
            ("[::1]:80", "http://[::1]/", true),
            ("b.example", "https://a.example/", false),
        ] {
            let trusted = TrustedHost::parse(trusted).unwrap();
            assert_eq!(trusted.matches(&Url::parse(url).unwrap()), matches, "{trusted:?} {url}");
        }
        assert!(TrustedHost::parse("").is_none());
    }

    #[test]
    fn loopback_is_secure() {
        for (url, secure) in [
            ("http://localhost/", true),
            ("http://127.3.0.1:80/", true),
            ("http://[::1]/", true),
            ("file:///srv", true),
            ("https://a.example/", true),
            ("http://a.example/", false),
        ] {
            assert_eq!(is_secure(&Url::parse(url).unwrap()), secure, "{url}");
        }
    }
}
