//! What pip says while the network fails: that something is tried again, that a file broke off.
//!
//! pip asks for one thing after the other, we for many at once. So the lines about the first address that fails come
//! at once, those about others only when it is known that pip would have asked for them, too.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use index::{BrokenOff, FetchError, Observer, Problem};
use url::Url;

use super::errors::Failure;
use super::listener::size_text;
use super::unreachable::{exception, incomplete};
use crate::output::Terminal;

/// Told by the network's thread, asked by the command's.
pub struct Retries {
    terminal: Arc<Terminal>,
    /// `--retries`
    count: u32,
    told: Mutex<Told>,
}

#[derive(Default)]
struct Told {
    /// The address that failed first.
    first: Option<String>,
    /// Lines about other addresses.
    held: Vec<String>,
    /// Lines about files that broke off, by address.
    resumed: BTreeMap<String, Vec<String>>,
    /// Files that broke off and are asked for again, by name: whether that goes on or begins anew is not known yet.
    pending: BTreeMap<String, Pending>,
    /// How large the files are that broke off, by address.
    sizes: BTreeMap<String, u64>,
    /// Files that were given up: what there is of them, of how much, after how many tries.
    lost: BTreeMap<String, (u64, u64, u32)>,
    /// The plan is known: what is fetched now is fetched file by file, and said without indentation.
    planned: bool,
}

/// A file that broke off.
struct Pending {
    url: String,
    got: u64,
    total: u64,
}

impl Told {
    /// A file comes again: on with it from where it was, or from its beginning.
    fn comes(&mut self, filename: &str, got: u64, terminal: &Terminal) {
        let Some(pending) = self.pending.remove(filename) else { return };
        let (got_then, total) = (size_text(pending.got), size_text(pending.total));
        let line = match got > pending.got {
            true => format!("Resuming download {filename} ({got_then}/{total})"),
            false => format!("Downloading {filename} ({total})"),
        };
        if self.planned {
            terminal.info(&line);
        } else {
            self.resumed.entry(pending.url).or_default().push(format!("  {line}"));
        }
    }
}

impl Retries {
    pub fn new(terminal: Arc<Terminal>, count: u32) -> Self {
        Self { terminal, count, told: Mutex::default() }
    }

    /// All that was asked was needed.
    pub fn settle(&self) {
        let mut told = self.told();
        told.held.drain(..).for_each(|line| self.terminal.insist(&line));
        told.planned = true;
    }

    /// Whether the plan is known.
    pub fn is_settled(&self) -> bool {
        self.told().planned
    }

    /// What is said below the line about a file that is fetched.
    pub fn resumed(&self, url: &str) -> Vec<String> {
        self.told().resumed.remove(url.split('#').next().unwrap_or(url)).unwrap_or_default()
    }

    /// How large a file is that broke off.
    pub fn size(&self, url: &str) -> Option<u64> {
        self.told().sizes.get(url.split('#').next().unwrap_or(url)).copied()
    }

    /// pip tries everything again; we do not where it cannot help, and say what pip says.
    pub fn untried(&self, error: &FetchError) {
        if is_hopeless(&error.problem) {
            (0..self.count).rev().for_each(|left| self.failed(&error.url, &error.problem, left));
        }
    }

    /// A file that was given up because it broke off.
    pub fn lost(&self, url: &str) -> Option<Failure> {
        let (got, total, attempts) = self.told().lost.remove(url)?;
        Some(incomplete(url, (got, total), attempts))
    }

    fn failed(&self, url: &str, problem: &Problem, left: u32) {
        let Some(exception) = exception(url, problem) else { return };
        let mut told = self.told();
        let indentation = if is_file(url) && !told.planned { "  " } else { "" };
        let line = format!(
            "{indentation}WARNING: Retrying (Retry(total={left}, connect=None, read=None, redirect=None, status=None)) after connection broken by '{exception}': {}",
            place(url, problem)
        );
        if told.first.get_or_insert_with(|| url.to_owned()) == url {
            self.terminal.insist(&line);
        } else {
            told.held.push(line);
        }
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Retries {
    fn retrying(&self, url: &str, problem: &Problem, left: u32) {
        self.failed(url, problem, left.saturating_sub(1));
    }

    fn downloading(&self, filename: &str, got: u64, _total: Option<u64>) {
        self.told().comes(filename, got, &self.terminal);
    }

    fn broke_off(&self, broken: &BrokenOff<'_>) {
        let Some(total) = broken.total else { return };
        let (got, size, mut told) = (size_text(broken.got), size_text(total), self.told());
        let indentation = if told.planned { "" } else { "  " };
        let warn = |text: &str| {
            self.terminal.say(crate::output::Level::Warning, &format!("{indentation}WARNING: {text}"));
        };
        warn("Connection interrupted while downloading.");
        let (attempt, url) = (broken.attempt, broken.url.to_owned());
        let filename = url.rsplit('/').next().unwrap_or_default().to_owned();
        told.comes(&filename, broken.got + 1, &self.terminal);
        told.sizes.insert(url.clone(), total);
        if !broken.goes_on {
            told.lost.insert(url, (broken.got, total, attempt));
            return;
        }
        warn(&format!("Attempting to resume incomplete download ({got}/{size}, attempt {attempt})"));
        told.pending.insert(filename, Pending { url, got: broken.got, total });
    }
}

/// What the server would say in the next second, too.
fn is_hopeless(problem: &Problem) -> bool {
    match problem {
        Problem::Resolve { reason, .. } => {
            ["not known", "No address associated"].iter().any(|words| reason.contains(words))
        }
        other => matches!(other, Problem::Certificate { .. } | Problem::Tls { .. }),
    }
}

/// pip fetches files, and their metadata, below the line that names them.
fn is_file(url: &str) -> bool {
    let path = Path::new(url.trim_end_matches(".metadata"));
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    ["whl", "zip", "gz", "tgz", "tar", "bz2", "tbz", "xz", "txz", "tlz", "lz", "lzma"].contains(&extension)
}

/// The path that was asked for; of a proxy the whole address is asked over plain http.
fn place(url: &str, problem: &Problem) -> String {
    let Ok(parsed) = Url::parse(url) else { return url.to_owned() };
    match problem {
        Problem::Connect { host, .. } if parsed.scheme() == "http" && *host != authority(&parsed) => {
            url.to_owned()
        }
        _ => parsed[url::Position::BeforePath..url::Position::AfterQuery].to_owned(),
    }
}

/// Host and port.
pub fn authority(url: &Url) -> String {
    format!("{}:{}", url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or(443))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_pages() {
        for (url, expected) in [
            ("http://h/simple/alpha/", false),
            ("http://h/requirements.txt", false),
            ("http://h/alpha-1.0-py3-none-any.whl", true),
            ("http://h/alpha-1.0-py3-none-any.whl.metadata", true),
            ("http://h/alpha-1.0.tar.gz", true),
        ] {
            assert_eq!(is_file(url), expected, "{url}");
        }
    }

    #[test]
    fn places() {
        let refused = |host: &str| Problem::Connect { host: host.to_owned(), reason: String::new() };
        assert_eq!(place("http://h/a/b", &refused("h:80")), "/a/b");
        assert_eq!(place("http://h/a/b", &refused("proxy:8080")), "http://h/a/b");
        assert_eq!(place("https://h/a/b", &refused("proxy:8080")), "/a/b");
    }
}
