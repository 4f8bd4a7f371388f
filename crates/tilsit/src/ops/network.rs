//! From settings to a client: which indexes, through which proxy, trusting whom, with whose credentials.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use environment::Interpreter;
use index::{
    CertificateFile, Client, CredentialPolicy, FetchPolicy, FindLinks, IndexLocation, IndexOrder,
    LocationError, NetworkPolicy, Observer, PlainHttp, Prompt, ProxyAddress, ProxyPolicy, Refresh, TlsPolicy,
    TrustedHost,
};
use packaging::PackageName;
use store::Store;

use super::default_index;
use crate::settings::{Origin, Process, Sourced};

/// What options, variables and files say about indexes and the way to them. A personality fills it.
#[derive(Clone, Debug, Default)]
pub struct Connection {
    /// The index instead of the default one.
    pub index_url: Option<Sourced<String>>,
    /// Further indexes, in the order given.
    pub extra_index_urls: Vec<Sourced<String>>,
    /// `--find-links`
    pub find_links: Vec<Sourced<String>>,
    /// No index.
    pub no_index: bool,
    /// Extra indexes are asked before the main one (ours), or after it (pip, where the order means nothing).
    pub extra_first: bool,
    /// Which indexes are asked.
    pub order: IndexOrder,
    /// Plain http.
    pub plain_http: PlainHttp,
    /// `--cert`
    pub cert: Option<Sourced<String>>,
    /// `--client-cert`
    pub client_cert: Option<Sourced<String>>,
    /// `--trusted-host`
    pub trusted_hosts: Vec<String>,
    /// `--proxy`
    pub proxy: Option<Sourced<String>>,
    /// Variables about proxies and certificates are not read (pip's `--proxy`, `--no-proxy-env`).
    pub ignore_environment: bool,
    /// `--retries`
    pub retries: u32,
    /// How often a file that broke off is gone on with.
    pub resumes: u32,
    /// `--timeout`
    pub timeout: Duration,
    /// Ask the `keyring` program.
    pub keyring: bool,
    /// No network at all.
    pub offline: bool,
    /// `--refresh`
    pub refresh: bool,
    /// `--refresh-package`
    pub refresh_packages: Vec<PackageName>,
    /// Who we say we are.
    pub user_agent: String,
}

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    /// An address that is none.
    #[error("{location} ({origin})")]
    Location {
        /// What is wrong.
        location: LocationError,
        /// Who gave it.
        origin: Origin,
    },
    /// No index is named and none could be found.
    #[error("no package index is named")]
    NoIndex,
}

/// The places as they are shown: passwords masked.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// Indexes; empty when only the default one is asked.
    pub indexes: Vec<String>,
    /// `--find-links`
    pub links: Vec<String>,
}

impl Connection {
    /// A client. The default index is looked up only when no other is named.
    ///
    /// # Errors
    /// See [`ConnectionError`].
    pub fn client(
        &self,
        process: &Process,
        interpreter: &Interpreter,
        store: &Store,
        (observer, prompt): (Option<Arc<dyn Observer>>, Option<Prompt>),
    ) -> Result<Client, ConnectionError> {
        let network = (!self.offline).then(|| self.network(process, observer));
        let policy = FetchPolicy {
            indexes: self.indexes(process, interpreter, store)?,
            find_links: self.find_links(process)?,
            order: self.order,
            refresh: self.refresh(),
            plain_http: self.plain_http,
            network,
            credentials: CredentialPolicy {
                netrc: netrc(process),
                keyring: self.keyring.then(|| keyring_program(process)).flatten(),
                prompt,
            },
        };
        Ok(Client::new(policy, store.clone()))
    }

    fn indexes(
        &self,
        process: &Process,
        interpreter: &Interpreter,
        store: &Store,
    ) -> Result<Vec<IndexLocation>, ConnectionError> {
        if self.no_index {
            return Ok(Vec::new());
        }
        let main = match &self.index_url {
            Some(url) if url.value.is_empty() => None,
            Some(url) => Some(index_location(process, url)?),
            None => match default_index::find(interpreter, store) {
                Some(url) => Some(index_location(process, &Sourced { value: url, origin: Origin::Default })?),
                None if self.extra_index_urls.is_empty() && self.find_links.is_empty() => {
                    return Err(ConnectionError::NoIndex);
                }
                None => None,
            },
        };
        let extra: Result<Vec<_>, _> = self
            .extra_index_urls
            .iter()
            .filter(|url| !url.value.is_empty())
            .map(|url| index_location(process, url))
            .collect();
        let mut indexes = extra?;
        match main {
            Some(main) if self.extra_first => indexes.push(main),
            Some(main) => indexes.insert(0, main),
            None => {}
        }
        Ok(indexes)
    }

    fn find_links(&self, process: &Process) -> Result<Vec<FindLinks>, ConnectionError> {
        let parse = |link: &Sourced<String>| {
            let address = absolute_place(process, &link.value);
            FindLinks::parse(&address)
                .map_err(|location| ConnectionError::Location { location, origin: link.origin.clone() })
        };
        self.find_links.iter().filter(|link| !link.value.is_empty()).map(parse).collect()
    }

    fn refresh(&self) -> Refresh {
        match (self.refresh, self.refresh_packages.is_empty()) {
            (true, _) => Refresh::Everything,
            (false, true) => Refresh::Nothing,
            (false, false) => Refresh::Packages(self.refresh_packages.clone()),
        }
    }

    fn network(&self, process: &Process, observer: Option<Arc<dyn Observer>>) -> NetworkPolicy {
        NetworkPolicy {
            timeout: self.timeout,
            retries: self.retries,
            resumes: self.resumes,
            proxies: self.proxies(process),
            tls: self.tls(process),
            trusted_hosts: self.trusted_hosts.iter().filter_map(|host| TrustedHost::parse(host)).collect(),
            user_agent: self.user_agent.clone(),
            observer,
            ..NetworkPolicy::default()
        }
    }

    fn proxies(&self, process: &Process) -> ProxyPolicy {
        let every = self
            .proxy
            .as_ref()
            .map(|proxy| ProxyAddress { address: proxy.value.clone(), origin: proxy.origin.to_string() });
        if every.is_some() || self.ignore_environment {
            return ProxyPolicy { every, ..ProxyPolicy::default() };
        }
        // curl and requests: the small letters win; HTTP_PROXY in capitals could come from a request header in CGI.
        let named = |names: [&str; 2]| {
            let name = names.into_iter().find(|name| process.filled(name).is_some())?;
            Some(ProxyAddress { address: process.filled(name)?.to_owned(), origin: name.to_owned() })
        };
        let is_cgi = process.has("REQUEST_METHOD");
        ProxyPolicy {
            every: None,
            http: named(["http_proxy", if is_cgi { "http_proxy" } else { "HTTP_PROXY" }]),
            https: named(["https_proxy", "HTTPS_PROXY"]),
            all: named(["all_proxy", "ALL_PROXY"]),
            none: process.filled("no_proxy").or_else(|| process.filled("NO_PROXY")).map(str::to_owned),
        }
    }

    fn tls(&self, process: &Process) -> TlsPolicy {
        let file = |value: &Sourced<String>| CertificateFile {
            path: process.absolute(&value.value),
            origin: value.origin.to_string(),
        };
        let variable = |name: &str| {
            let path = process.filled(name).filter(|_| !self.ignore_environment)?;
            Some(CertificateFile { path: process.absolute(path), origin: name.to_owned() })
        };
        let bundle = self.cert.as_ref().map(file);
        TlsPolicy {
            bundle: bundle.or_else(|| variable("REQUESTS_CA_BUNDLE")).or_else(|| variable("CURL_CA_BUNDLE")),
            system_file: variable("SSL_CERT_FILE"),
            system_folder: variable("SSL_CERT_DIR"),
            client: self.client_cert.as_ref().map(file),
        }
    }

    /// The places as a personality shows them before it asks.
    pub fn places(&self) -> Places {
        let shown = |one: &Sourced<String>| index::redacted_text(&one.value);
        let named = self.index_url.iter().chain(&self.extra_index_urls);
        Places {
            indexes: if self.no_index { Vec::new() } else { named.map(shown).collect() },
            links: self.find_links.iter().map(shown).collect(),
        }
    }
}

fn index_location(process: &Process, url: &Sourced<String>) -> Result<IndexLocation, ConnectionError> {
    IndexLocation::parse(&absolute_place(process, &url.value))
        .map_err(|location| ConnectionError::Location { location, origin: url.origin.clone() })
}

/// A path below the working folder becomes absolute; a URL stays.
fn absolute_place(process: &Process, place: &str) -> String {
    if place.contains("://") || place.starts_with("file:") {
        place.to_owned()
    } else {
        process.absolute(place).display().to_string()
    }
}

/// `NETRC`, else `~/.netrc`, else `~/_netrc` (requests).
fn netrc(process: &Process) -> Option<String> {
    let named = process.filled("NETRC").map(|path| process.absolute(path));
    let usual = [".netrc", "_netrc"].map(|name| process.home.as_ref().map(|home| home.join(name)));
    let mut files = named.into_iter().chain(usual.into_iter().flatten());
    files.find_map(|file| std::fs::read_to_string(file).ok())
}

/// The `keyring` program on PATH.
fn keyring_program(process: &Process) -> Option<PathBuf> {
    let path = process.env.get(std::ffi::OsStr::new("PATH"))?;
    std::env::split_paths(path).map(|folder| folder.join("keyring")).find(|program| program.is_file())
}
