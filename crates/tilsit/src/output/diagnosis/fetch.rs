//! The network: indexes, proxies, certificates.

use super::super::{Code, Diagnostic, codes};
use super::wheel::full;
use crate::ops::network::ConnectionError;
use index::{FetchError, LocationError, Problem};
use std::path::Path;

impl From<&FetchError> for Diagnostic {
    fn from(error: &FetchError) -> Self {
        let url = &error.url;
        let tried = (error.attempts > 1).then(|| format!("tried {} times", error.attempts));
        problem(url, &error.problem).facts(tried)
    }
}

fn problem(url: &str, problem: &Problem) -> Diagnostic {
    let error = |code: &'static Code, summary: String| Diagnostic::new(code, summary);
    match problem {
        Problem::Offline => error(&codes::OFFLINE, format!("{url} is not in the store, and the network is forbidden"))
            .hint("run it once without --offline"),
        Problem::Resolve { .. } | Problem::Connect { .. } | Problem::Interrupted(_) | Problem::Protocol(_) => {
            error(&codes::INDEX_UNREACHABLE, format!("cannot reach {url}"))
                .fact(problem.to_string())
                .hint("check the network and proxy settings; `--offline` uses only what is in the store")
        }
        Problem::Proxy { .. } | Problem::ProxyRefused { .. } => {
            error(&codes::INDEX_UNREACHABLE, format!("cannot reach {url}")).fact(problem.to_string())
        }
        Problem::Timeout { after, .. } => {
            error(&codes::INDEX_TIMEOUT, format!("{url} did not answer in {} seconds", after.as_secs_f64()))
                .hint("allow more time with --timeout")
        }
        Problem::Unauthorized { user } => refused(url, "401 Unauthorized", user.as_deref()),
        Problem::Forbidden { user } => refused(url, "403 Forbidden", user.as_deref()),
        Problem::Status(status) => error(&codes::INDEX_ERROR, format!("{url} answered {status}"))
            .hint(if *status >= 500 || *status == 429 { "the server has a problem; try again later" } else { "check the address" }),
        Problem::Certificate { host, reason, roots } => {
            error(&codes::TLS, format!("the certificate of {host} is not trusted"))
                .fact(reason.clone())
                .fact(format!("certificates trusted: {roots}"))
                .hint("name your company's certificate authority with --cert FILE")
        }
        Problem::Tls { host, reason } => error(&codes::TLS, format!("no secure connection to {host}")).fact(reason.clone()),
        Problem::CertificateFile { origin, path, reason } => {
            error(&codes::TLS, format!("{path} cannot be used as certificates"))
                .fact(format!("named by: {origin}"))
                .fact(reason.clone())
        }
        Problem::InsecureHost(host) => error(&codes::TLS, format!("{host} is asked over plain http"))
            .fact(url.to_owned())
            .hint(format!("use https, or trust it: --trusted-host {host}")),
        Problem::NotAnIndex { content_type, reason } => error(&codes::NOT_AN_INDEX, format!("{url} is not a package index"))
            .fact(format!("it answered with {content_type}: {reason}"))
            .hint("most indexes end in /simple/; `tilsit config explain index-url` shows where the address comes from"),
        _ => content(url, problem),
    }
}

/// Problems of what was fetched, and of addresses.
fn content(url: &str, problem: &Problem) -> Diagnostic {
    match problem {
        Problem::Hash { algorithm, expected, got } => {
            let filename = url.rsplit('/').next().unwrap_or(url);
            Diagnostic::new(&codes::HASH_MISMATCH, format!("`{filename}` is not the file that was promised"))
                .fact(format!("from: {url}"))
                .fact(format!("expected: {algorithm}:{expected}"))
                .fact(format!("got:      {algorithm}:{got}"))
                .hint("nothing was installed; try `--refresh`, and do not go on if it happens again")
        }
        Problem::Truncated { .. }
        | Problem::BrokenWheel(_)
        | Problem::NoMetadata(_)
        | Problem::TooLarge { .. } => Diagnostic::new(&codes::CORRUPT_WHEEL, format!("{url} cannot be used"))
            .fact(problem.to_string())
            .hint("`--refresh` downloads it again"),
        Problem::DiskFull { path, reason } => full(Path::new(path)).fact(reason.clone()),
        Problem::Store(reason) => {
            Diagnostic::new(&codes::CACHE_UNUSABLE, "the store cannot be used").fact(reason.clone())
        }
        Problem::Read(reason) => {
            Diagnostic::new(&codes::NO_SUCH_FILE, format!("{url} cannot be read")).fact(reason.clone())
        }
        Problem::BadAddress(_) | Problem::Scheme(_) | Problem::BadRedirect(_) | Problem::TooManyRedirects => {
            Diagnostic::new(&codes::INDEX_UNREACHABLE, format!("cannot reach {url}"))
                .fact(problem.to_string())
        }
        other => Diagnostic::new(&codes::INTERNAL, format!("{url}: {other}")),
    }
}

/// `search`: the list of an index's projects.
pub fn project_list(error: &FetchError) -> Diagnostic {
    match &error.problem {
        Problem::Status(404..=406 | 410 | 501) | Problem::NotAnIndex { .. } => {
            Diagnostic::new(&codes::NO_PROJECT_LIST, format!("{} has no list of projects", error.url))
                .fact(error.problem.to_string())
                .hint("ask for a name that you know: `tilsit install --dry-run NAME`")
        }
        _ => error.into(),
    }
}

/// `search` with `--no-index`.
pub fn no_index_to_search() -> Diagnostic {
    Diagnostic::new(&codes::NO_INDEX, "there is no package index to search")
        .fact("--no-index, or settings, allow none")
        .hint("name one with --index-url URL or TILSIT_INDEX_URL")
}

fn refused(url: &str, status: &str, user: Option<&str>) -> Diagnostic {
    let who = match user {
        Some(user) => format!("{status}; the password of {user} was not accepted"),
        None => format!("{status}; no credentials were found"),
    };
    Diagnostic::new(&codes::INDEX_REFUSED, format!("{url} refuses access"))
        .fact(who)
        .fact("looked in: the address, netrc, and keyring where --keyring-provider allows it")
        .hint("put a `machine` entry into ~/.netrc, or use --keyring-provider subprocess")
}

impl From<&LocationError> for Diagnostic {
    fn from(error: &LocationError) -> Self {
        Self::new(&codes::BAD_CONFIG, format!("`{}` is not an address of an index", error.address))
            .fact(error.reason.clone())
    }
}

/// No client could be made.
pub fn connection(error: &ConnectionError) -> Diagnostic {
    match error {
        ConnectionError::Location { location, origin } => {
            Diagnostic::from(location).fact(format!("named by: {origin}"))
        }
        ConnectionError::NoIndex => Diagnostic::new(&codes::NO_INDEX, "there is no package index to ask")
            .fact("no option, variable or settings file names one, and no pip is installed to take PyPI's address from")
            .hint("name one with --index-url URL or TILSIT_INDEX_URL"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::Style;
    use super::*;
    use std::time::Duration;

    #[test]
    fn codes_of_the_network() {
        let host = || "index.example".to_owned();
        for (problem, code) in [
            (Problem::Offline, "offline"),
            (Problem::Status(503), "index-error"),
            (Problem::Status(429), "index-error"),
            (Problem::Unauthorized { user: None }, "index-refused"),
            (Problem::Forbidden { user: Some("ada".into()) }, "index-refused"),
            (Problem::Connect { host: host(), reason: "refused".into() }, "index-unreachable"),
            (Problem::Timeout { after: Duration::from_secs(30), stage: "reading" }, "index-timeout"),
            (
                Problem::Certificate { host: host(), reason: "expired".into(), roots: "the system's".into() },
                "tls",
            ),
            (
                Problem::NotAnIndex { content_type: "text/html".into(), reason: "no links".into() },
                "not-an-index",
            ),
            (
                Problem::Hash { algorithm: "sha256".into(), expected: "a".into(), got: "b".into() },
                "hash-mismatch",
            ),
            (Problem::Truncated { expected: 2, got: 1 }, "corrupt-wheel"),
        ] {
            let error =
                FetchError { url: "https://index.example/simple/alpha/".into(), problem, attempts: 4 };
            let diagnostic = Diagnostic::from(&error);
            assert_eq!(diagnostic.code.name, code, "{error}");
            assert!(diagnostic.render(Style::PLAIN).contains("tried 4 times"));
        }
    }
}
