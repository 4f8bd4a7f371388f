//! Errors of the network, the store and the environment as [`Diagnostic`]s.

use super::super::{Code, Diagnostic, codes};
use environment::{InstallError, InterpreterError, ReadError, RemovalError, VenvError};
use index::{FetchError, LocationError, Problem};
use std::io::ErrorKind;
use std::path::Path;
use store::archive::zip::ZipError;
use store::wheels::WheelError;
use store::{AddWheelError, DiskError};

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
            error(&codes::BAD_CONFIG, format!("{path} cannot be used as certificates"))
                .fact(format!("named by {origin}"))
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
            Diagnostic::new(&codes::HASH_MISMATCH, format!("{url} is not the file that was promised"))
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

impl From<&DiskError> for Diagnostic {
    fn from(error: &DiskError) -> Self {
        if error.is_full() {
            return full(&error.path).fact(format!("while trying to {}", error.action));
        }
        Self::new(&codes::CACHE_UNUSABLE, format!("the store cannot be used: {}", error.path.display()))
            .fact(format!("cannot {}: {}", error.action, error.source))
            .hint("choose another folder with --cache-dir or TILSIT_CACHE_DIR")
    }
}

fn full(path: &Path) -> Diagnostic {
    Diagnostic::new(&codes::DISK_FULL, format!("there is no room left for {}", path.display()))
        .hint("`tilsit cache prune` makes room")
}

/// A wheel that the store refused; `filename` is its name.
pub fn refused_wheel(filename: &str, error: &AddWheelError) -> Diagnostic {
    match error {
        AddWheelError::HashMismatch { actual, expected } => {
            let promised: Vec<String> = expected.iter().map(ToString::to_string).collect();
            Diagnostic::new(&codes::HASH_MISMATCH, format!("`{filename}` is not the file that was promised"))
                .fact(format!("expected: {}", promised.join(" or ")))
                .fact(format!("got:      {actual}"))
                .hint("nothing was installed; try `--refresh`, and do not go on if it happens again")
        }
        AddWheelError::Content(content) => {
            let (code, summary, hint) = wheel_words(content);
            let diagnostic = Diagnostic::new(code, summary.replace("{}", filename)).fact(content.to_string());
            diagnostic.note("the file is at fault, not your machine").hint(hint)
        }
        AddWheelError::Disk(disk) => Diagnostic::from(disk),
        other => Diagnostic::new(&codes::CORRUPT_WHEEL, format!("`{filename}` cannot be used"))
            .fact(other.to_string()),
    }
}

/// Code, summary (`{}` stands for the file) and hint.
fn wheel_words(error: &WheelError) -> (&'static Code, &'static str, &'static str) {
    const UNSAFE: (&Code, &str, &str) = (
        &codes::UNSAFE_ARCHIVE,
        "`{}` is not safe to unpack",
        "nothing was written; do not install this file",
    );
    const DAMAGED: (&Code, &str, &str) =
        (&codes::CORRUPT_WHEEL, "`{}` is damaged", "`--refresh` downloads it again");
    match error {
        WheelError::Record(_)
        | WheelError::RecordMissingFile(_)
        | WheelError::RecordHash { .. }
        | WheelError::RecordMismatch { .. } => (
            &codes::LYING_RECORD,
            "the RECORD of `{}` is wrong",
            "take another version, and tell its authors",
        ),
        WheelError::Zip(zip) => match zip {
            ZipError::UnsafeName { .. }
            | ZipError::Duplicate { .. }
            | ZipError::CaseCollision { .. }
            | ZipError::SpecialFile { .. }
            | ZipError::Ambiguous(_)
            | ZipError::HeaderMismatch { .. }
            | ZipError::Overlap { .. }
            | ZipError::TooManyMembers(_)
            | ZipError::Bomb { .. } => UNSAFE,
            _ => DAMAGED,
        },
        _ => (
            &codes::CORRUPT_WHEEL,
            "`{}` is not a usable wheel",
            "take another version, and tell its authors",
        ),
    }
}

/// A file or folder that the system refuses to an environment.
fn environment_io(path: &Path, source: &std::io::Error) -> Diagnostic {
    const UNCHANGED: &str = "the environment was not changed";
    match source.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => full(path).fact(UNCHANGED),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            Diagnostic::new(&codes::NO_PERMISSION, format!("no permission for {}", path.display()))
                .fact(source.to_string())
                .fact(UNCHANGED)
                .hint("make an environment of your own: `tilsit venv`")
        }
        _ => Diagnostic::new(&codes::BROKEN_ENVIRONMENT, format!("{} cannot be used", path.display()))
            .fact(source.to_string())
            .fact(UNCHANGED),
    }
}

impl From<&InstallError> for Diagnostic {
    fn from(error: &InstallError) -> Self {
        match error {
            InstallError::Io { path, source } | InstallError::Recovery { path, source } => {
                environment_io(path, source)
            }
            InstallError::Locked { state } => {
                Self::new(&codes::ENVIRONMENT_BUSY, "another process is changing this environment")
                    .fact(format!("lock: {}", state.display()))
                    .hint("try again when it has finished")
            }
            InstallError::Changed { name } => {
                Self::new(&codes::ENVIRONMENT_BUSY, format!("`{name}` was changed by another process"))
                    .hint("try again")
            }
            InstallError::Removal(error) => Self::from(error),
            InstallError::Read(error) => Self::from(error),
            InstallError::Script { wheel, source } => {
                Self::new(&codes::CORRUPT_WHEEL, format!("`{wheel}` has a script that cannot be made"))
                    .fact(source.to_string())
            }
            InstallError::UnknownScheme { wheel, path } => {
                Self::new(&codes::CORRUPT_WHEEL, format!("`{wheel}` is not a usable wheel"))
                    .fact(format!("`{path}` belongs to no install scheme"))
            }
            InstallError::InTheWay { path, .. } => {
                Self::new(&codes::BROKEN_ENVIRONMENT, format!("{} is in the way", path.display()))
                    .fact("the environment was not changed")
            }
            InstallError::Collides { paths } => {
                let first: Vec<String> =
                    paths.iter().take(5).map(|path| path.display().to_string()).collect();
                Self::new(&codes::BROKEN_ENVIRONMENT, format!("{} files would be overwritten", paths.len()))
                    .facts(first)
            }
            InstallError::Bytecode { python, source } => {
                Self::new(&codes::BROKEN_ENVIRONMENT, format!("{} could not be started", python.display()))
                    .fact(source.to_string())
            }
            InstallError::Cancelled => {
                Self::new(&codes::INTERRUPTED, "interrupted").fact("the environment was not changed")
            }
        }
    }
}

impl From<&RemovalError> for Diagnostic {
    fn from(error: &RemovalError) -> Self {
        match error {
            RemovalError::Read(error) => Self::from(error),
            RemovalError::Io { path, source } => environment_io(path, source),
            RemovalError::Distutils { .. } | RemovalError::NoRecord { .. } => {
                Self::new(&codes::BROKEN_ENVIRONMENT, error.to_string())
                    .fact("without that list nobody knows which files belong to it")
                    .fact("the environment was not changed")
            }
        }
    }
}

impl From<&ReadError> for Diagnostic {
    fn from(error: &ReadError) -> Self {
        match error {
            ReadError::Io { path, source } => environment_io(path, source),
            ReadError::Record { path, source } => {
                Self::new(&codes::BROKEN_ENVIRONMENT, format!("{} is damaged", path.display()))
                    .fact(source.to_string())
            }
        }
    }
}

impl From<&InterpreterError> for Diagnostic {
    fn from(error: &InterpreterError) -> Self {
        match error {
            InterpreterError::BaseGone { environment, base } => Self::new(
                &codes::BROKEN_ENVIRONMENT,
                format!("the environment {} is broken", environment.display()),
            )
            .fact(format!("it was made from {}, which is gone", base.display()))
            .hint(format!("make it again: `tilsit venv --clear {}`", environment.display())),
            InterpreterError::BaseChanged { environment, .. } => Self::new(
                &codes::BROKEN_ENVIRONMENT,
                format!("the environment {} is broken", environment.display()),
            )
            .fact(error.to_string())
            .hint(format!("make it again: `tilsit venv --clear {}`", environment.display())),
            InterpreterError::NotAnEnvironment { .. } | InterpreterError::Probe(_) => {
                Self::new(&codes::NO_PYTHON, error.to_string())
                    .hint("`tilsit python list` shows all interpreters")
            }
        }
    }
}

impl From<&VenvError> for Diagnostic {
    fn from(error: &VenvError) -> Self {
        match error {
            VenvError::Exists { path, is_environment: true } => {
                Self::new(&codes::USAGE, format!("{} is an environment already", path.display()))
                    .hint(format!("to make it anew: `tilsit venv --clear {}`", path.display()))
            }
            VenvError::Exists { .. } | VenvError::PathSeparator { .. } => {
                Self::new(&codes::USAGE, error.to_string())
            }
            VenvError::Io { path, source } => environment_io(path, source),
            VenvError::Interpreter(error) => Self::from(error),
        }
    }
}

impl From<&environment::discovery::DiscoveryError> for Diagnostic {
    fn from(error: &environment::discovery::DiscoveryError) -> Self {
        use environment::discovery::DiscoveryError;
        match error {
            DiscoveryError::NotFound { request, searched, passed_over } => {
                let searched: Vec<String> =
                    searched.iter().map(|folder| folder.display().to_string()).collect();
                let passed = passed_over.iter().take(10);
                let passed =
                    passed.map(|(path, why)| format!("{}: {why}", path.display())).collect::<Vec<_>>();
                Self::new(&codes::NO_PYTHON, format!("no {request} was found"))
                    .fact(format!("looked in: {}", searched.join(", ")))
                    .facts(passed)
                    .hint("`tilsit python list` shows all interpreters")
            }
            DiscoveryError::Unusable(error) => Self::from(error),
            DiscoveryError::NoSuchPath { path } => {
                Self::new(&codes::NO_PYTHON, format!("{} does not exist", path.display()))
            }
        }
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

    #[test]
    fn codes_of_files() {
        let disk = |kind: ErrorKind| InstallError::Io { path: "/x".into(), source: kind.into() };
        for (error, code) in [
            (disk(ErrorKind::StorageFull), "disk-full"),
            (disk(ErrorKind::PermissionDenied), "no-permission"),
            (InstallError::Locked { state: "/x".into() }, "environment-busy"),
            (InstallError::Cancelled, "interrupted"),
        ] {
            assert_eq!(Diagnostic::from(&error).code.name, code, "{error}");
        }
        let wheel = |error: WheelError| {
            refused_wheel("a-1-py3-none-any.whl", &AddWheelError::Content(error)).code.name
        };
        assert_eq!(wheel(WheelError::RecordMissingFile("a".into())), "lying-record");
        assert_eq!(wheel(WheelError::Zip(ZipError::Duplicate { name: "a".into() })), "unsafe-archive");
        assert_eq!(wheel(WheelError::Zip(ZipError::Truncated)), "corrupt-wheel");
        assert_eq!(wheel(WheelError::NoDistInfo), "corrupt-wheel");
    }
}
