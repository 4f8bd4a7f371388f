//! pip's wording for what could not be fetched: its diagnostic errors, and the exceptions that it shows in them.
//!
//! Source: pip 26.3, `exceptions/network.py`, `network/utils.py`, and `urllib3` for the exceptions.

use index::{FetchError, Problem};
use url::Url;

use super::errors::{Failure, hash_mismatch};
use super::listener::size_text;
use super::retries::authority;
use crate::output::Mark;

/// pip tries these statuses again.
const PASSING: [u16; 5] = [500, 502, 503, 520, 527];

/// The first words of the two exceptions that make the connection.
const REFUSED: &str = "Failed to establish a new connection";

/// A file, or a page that is needed, cannot be had.
pub fn fetch(error: &FetchError) -> Failure {
    let url = &error.url;
    let parsed = Url::parse(url).ok();
    let host = parsed.as_ref().and_then(Url::host_str).unwrap_or_default();
    match &error.problem {
        Problem::Hash { algorithm, expected, got } => {
            let expected = [format!("{algorithm}:{expected}")];
            hash_mismatch("unknown package", &expected, got)
        }
        Problem::Connect { host: dialled, .. }
            if parsed.as_ref().is_some_and(|url| authority(url) != *dialled) =>
        {
            proxy(url, dialled, &error.problem)
        }
        Problem::Connect { reason, .. } => connection(url, host, &errno(reason)),
        Problem::Resolve { host, reason } => {
            let why = format!("Failed to resolve IP address for '{host}' ({})", resolver_errno(reason));
            connection(url, host, &why)
        }
        Problem::Interrupted(_) => {
            connection(url, host, "the connection was closed without a reply from the server.")
        }
        Problem::Timeout { after, stage } => timeout(url, host, after.as_secs_f64(), stage),
        Problem::Certificate { .. } | Problem::Tls { .. } => certificate(url, host, &error.problem),
        Problem::Status(code) if PASSING.contains(code) => {
            let words = exhausted(url, *code);
            Failure::error(format!("Could not install packages due to an OSError: {words}\n"))
        }
        Problem::Status(code) => Failure::error(status_words(url, *code)),
        Problem::Unauthorized { .. } => Failure::error(status_words(url, 401)),
        Problem::Forbidden { .. } => Failure::error(status_words(url, 403)),
        _ => Failure::error(error.to_string()),
    }
}

/// A file that broke off as often as it may.
pub fn incomplete(url: &str, (got, total): (u64, u64), attempts: u32) -> Failure {
    let (tried, hint) = match attempts {
        0 | 1 => (String::new(), "Consider using --resume-retries to enable download resumption."),
        _ => {
            (format!("after {attempts} attempts "), "Use --resume-retries to configure resume attempt limit.")
        }
    };
    Failure::diagnostic(
        "incomplete-download",
        &format!(
            "Download failed {tried}because not enough bytes were received ({}/{})",
            size_text(got),
            size_text(total)
        ),
        &highlighted(&format!("URL: {url}")),
        "This is an issue with network connectivity, not pip.",
        hint,
    )
}

/// Why nothing can be fetched from an address (requests).
pub fn no_address(url: &str) -> String {
    let shown = crate::cli::python_repr(url);
    let scheme = url.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    match scheme.as_deref() {
        Some("http" | "https") => format!("Invalid URL {shown}: No host supplied"),
        Some(_) => format!("No connection adapters were found for {shown}"),
        None => format!("Invalid URL {shown}: No scheme supplied. Perhaps you meant https://{url}?"),
    }
}

/// `404 Client Error: Not Found for url: URL`
pub fn status_words(url: &str, code: u16) -> String {
    let kind = if code < 500 { "Client" } else { "Server" };
    format!("{code} {kind} Error: {} for url: {url}", reason(code))
}

/// The status is one that pip asks again about; its exception then.
pub fn exhausted_words(url: &str, code: u16) -> Option<String> {
    PASSING.contains(&code).then(|| exhausted(url, code))
}

fn exhausted(url: &str, code: u16) -> String {
    let pool = pool(url);
    let path = Url::parse(url)
        .map(|url| url[url::Position::BeforePath..url::Position::AfterQuery].to_owned())
        .unwrap_or_default();
    format!(
        "{pool}: Max retries exceeded with url: {path} (Caused by ResponseError('too many {code} error responses'))"
    )
}

/// RFC 9110 §15 and its neighbours.
fn reason(code: u16) -> &'static str {
    match code {
        400 => "Bad Request",
        401 => "Unauthorized",
        402 => "Payment Required",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        407 => "Proxy Authentication Required",
        408 => "Request Timeout",
        409 => "Conflict",
        410 => "Gone",
        416 => "Range Not Satisfiable",
        418 => "I'm a teapot",
        421 => "Misdirected Request",
        422 => "Unprocessable Entity",
        425 => "Too Early",
        429 => "Too Many Requests",
        451 => "Unavailable For Legal Reasons",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        505 => "HTTP Version Not Supported",
        507 => "Insufficient Storage",
        511 => "Network Authentication Required",
        _ => "",
    }
}

fn connection(url: &str, host: &str, why: &str) -> Failure {
    let host = marked_host(host);
    Failure::diagnostic(
        "connection-failed",
        &format!("Failed to connect to {host} while fetching {}", highlighted(url)),
        why,
        "",
        &format!(
            "Are you connected to the Internet? If so, check whether your system can connect to {host} before trying again. There may be a firewall or proxy that's preventing the connection."
        ),
    )
}

fn timeout(url: &str, host: &str, seconds: f64, stage: &str) -> Failure {
    let connecting = if stage == "connecting" { " (while establishing a connection)" } else { "" };
    Failure::diagnostic(
        "connection-timeout",
        &format!("Unable to fetch {}", highlighted(url)),
        &format!(
            "{} didn't respond within {} seconds{connecting}",
            Mark::Place.around(host),
            seconds_text(seconds)
        ),
        "",
        "This is probably a temporary issue with the remote server or the network connection. If this error persists, check the network configuration. There may be a firewall or proxy that's preventing the connection.",
    )
}

fn certificate(url: &str, host: &str, problem: &Problem) -> Failure {
    Failure::diagnostic(
        "ssl-verification-failed",
        &format!(
            "Failed to establish a secure connection to {} while fetching {}",
            marked_host(host),
            highlighted(url)
        ),
        &tls_words(problem).unwrap_or_default(),
        "",
        "You may need to use --cert or check your proxy/firewall configuration",
    )
}

fn proxy(url: &str, dialled: &str, problem: &Problem) -> Failure {
    Failure::diagnostic(
        "proxy-connection-failed",
        &format!(
            "Failed to connect to proxy {} while fetching {}",
            Mark::Place.around(&format!("http://{dialled}")),
            highlighted(url)
        ),
        &format!("('Unable to connect to proxy', {})", exception(url, problem).unwrap_or_default()),
        "",
        "This is likely a proxy configuration issue.",
    )
}

/// What `urllib3` says of a problem after which pip tries again; nothing where pip says nothing.
pub fn exception(url: &str, problem: &Problem) -> Option<String> {
    let https = url.starts_with("https:");
    let one = |host: &str, port: &str| {
        let kind = if https { "HTTPSConnection" } else { "HTTPConnection" };
        format!("{kind}(host='{host}', port={port})")
    };
    Some(match problem {
        Problem::Connect { host, reason } => {
            let (host, port) = host.rsplit_once(':').unwrap_or((host, "80"));
            format!("NewConnectionError(\"{}: {REFUSED}: {}\")", one(host, port), errno(reason))
        }
        Problem::Resolve { host, reason } => {
            let port = Url::parse(url).ok().and_then(|url| url.port_or_known_default()).unwrap_or(80);
            format!(
                "NameResolutionError(\"{}: Failed to resolve '{host}' ({})\")",
                one(host, &port.to_string()),
                resolver_errno(reason)
            )
        }
        Problem::Timeout { after, stage: "connecting" } => {
            let parsed = Url::parse(url).ok()?;
            let host = parsed.host_str().unwrap_or_default();
            let port = parsed.port_or_known_default().unwrap_or(80).to_string();
            let seconds = seconds_text(after.as_secs_f64());
            format!(
                "ConnectTimeoutError(<{}>, 'Connection to {host} timed out. (connect timeout={seconds})')",
                one(host, &port)
            )
        }
        Problem::Timeout { after, .. } => {
            let seconds = seconds_text(after.as_secs_f64());
            format!("ReadTimeoutError(\"{}: Read timed out. (read timeout={seconds})\")", pool(url))
        }
        Problem::Interrupted(reason) if reason.contains("reset") => {
            "ConnectionResetError(104, 'Connection reset by peer')".to_owned()
        }
        Problem::Interrupted(_) => {
            "RemoteDisconnected('Remote end closed connection without response')".to_owned()
        }
        Problem::Certificate { .. } => {
            format!("SSLError(SSLCertVerificationError(1, '{}'))", tls_words(problem)?)
        }
        Problem::Tls { .. } => format!("SSLError(SSLError(1, '{}'))", tls_words(problem)?),
        _ => return None,
    })
}

/// What is wrong with a certificate, in OpenSSL's words as far as it has some.
pub fn tls_words(problem: &Problem) -> Option<String> {
    let failed = "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed";
    match problem {
        Problem::Certificate { host, reason, .. } => {
            let begins = |word: &str| reason.starts_with(word);
            let words = match reason.as_str() {
                _ if begins("UnknownIssuer") => "unable to get local issuer certificate".to_owned(),
                _ if begins("SelfSigned") => "self-signed certificate".to_owned(),
                _ if begins("Expired") => "certificate has expired".to_owned(),
                _ if begins("NotValidYet") => "certificate is not yet valid".to_owned(),
                _ if begins("NotValidForName") => {
                    format!("Hostname mismatch, certificate is not valid for '{host}'.")
                }
                other => other.to_owned(),
            };
            Some(format!("{failed}: {words}"))
        }
        Problem::Tls { reason, .. } if reason.contains("InvalidContentType") => {
            Some("[SSL: WRONG_VERSION_NUMBER] wrong version number".to_owned())
        }
        Problem::Tls { reason, .. } => Some(format!("[SSL] {reason}")),
        _ => None,
    }
}

fn pool(url: &str) -> String {
    let parsed = Url::parse(url).ok();
    let host = parsed.as_ref().and_then(Url::host_str).unwrap_or_default();
    let port = parsed.as_ref().and_then(Url::port_or_known_default).unwrap_or(80);
    let kind = if url.starts_with("https:") { "HTTPSConnectionPool" } else { "HTTPConnectionPool" };
    format!("{kind}(host='{host}', port={port})")
}

/// `[Errno 111] Connection refused`
fn errno(reason: &str) -> String {
    let known = [
        ("Connection refused", rustix::io::Errno::CONNREFUSED),
        ("Connection reset by peer", rustix::io::Errno::CONNRESET),
        ("Network is unreachable", rustix::io::Errno::NETUNREACH),
        ("No route to host", rustix::io::Errno::HOSTUNREACH),
        ("Connection timed out", rustix::io::Errno::TIMEDOUT),
        ("Permission denied", rustix::io::Errno::ACCESS),
    ];
    match known.iter().find(|(words, _)| *words == reason) {
        Some((_, errno)) => format!("[Errno {}] {reason}", errno.raw_os_error()),
        None => reason.to_owned(),
    }
}

/// `[Errno -2] Name or service not known`
fn resolver_errno(reason: &str) -> String {
    let words = reason.rsplit(": ").next().unwrap_or(reason);
    let number = match words {
        "Name or service not known" => -2,
        "Temporary failure in name resolution" => -3,
        "No address associated with hostname" => -5,
        _ => return words.to_owned(),
    };
    format!("[Errno {number}] {words}")
}

/// Seconds as Python writes them; pip's own limit is a whole number, those that are given are not.
fn seconds_text(seconds: f64) -> String {
    if seconds == 15.0 { "15".to_owned() } else { format!("{seconds:?}") }
}

/// pip marks hosts; its library for printing marks numeric addresses once more.
fn marked_host(host: &str) -> String {
    let is_numeric = host.parse::<std::net::Ipv4Addr>().is_ok();
    if is_numeric { Mark::Note.around(host) } else { Mark::Place.around(host) }
}

/// The addresses of a text marked, as pip's library for printing does it.
pub fn highlighted(text: &str) -> String {
    let mark = |word: &str| match word.contains("://") {
        true => Mark::Address.around(word),
        false => word.to_owned(),
    };
    text.split(' ').map(mark).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(host: &str) -> Problem {
        Problem::Connect { host: host.to_owned(), reason: "Connection refused".to_owned() }
    }

    #[test]
    fn exceptions() {
        let timeout = |stage| Problem::Timeout { after: std::time::Duration::from_millis(500), stage };
        for (url, problem, expected) in [
            (
                "https://h/x",
                refused("h:443"),
                "NewConnectionError(\"HTTPSConnection(host='h', port=443): Failed to establish a new connection: [Errno 111] Connection refused\")",
            ),
            (
                "http://h:81/x",
                timeout("reading"),
                "ReadTimeoutError(\"HTTPConnectionPool(host='h', port=81): Read timed out. (read timeout=0.5)\")",
            ),
            (
                "http://h/x",
                Problem::Interrupted("end of file".to_owned()),
                "RemoteDisconnected('Remote end closed connection without response')",
            ),
        ] {
            assert_eq!(exception(url, &problem).as_deref(), Some(expected));
        }
        assert_eq!(exception("http://h/x", &Problem::Status(503)), None);
    }

    #[test]
    fn numbers() {
        assert_eq!(
            resolver_errno("failed to lookup: Name or service not known"),
            "[Errno -2] Name or service not known"
        );
        assert_eq!(
            (seconds_text(15.0), seconds_text(1.0), seconds_text(0.25)),
            ("15".into(), "1.0".into(), "0.25".into())
        );
    }

    #[test]
    fn what_is_behind_a_proxy() {
        let url = "http://h/x".to_owned();
        let shown =
            |problem| fetch(&FetchError { url: url.clone(), problem, attempts: 1 }).lines[0].1.clone();
        assert!(shown(refused("h:80")).contains("connection-failed"));
        assert!(shown(refused("proxy:8080")).contains("proxy-connection-failed"));
    }
}
