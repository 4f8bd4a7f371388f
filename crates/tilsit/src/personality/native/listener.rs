//! Events as bars and lines.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use index::{Observer, Problem};

use crate::ops::events::{BuildStep, EnvironmentStep, Event, Listener};
use crate::output::progress::{Bar, Unit};
use crate::output::{self, Terminal};

/// Shows events on the terminal.
pub struct Shown<'a> {
    terminal: &'a Terminal,
    spinner: Option<Bar>,
    downloads: HashMap<String, u64>,
    /// Warnings of builds that were shown.
    warned: HashSet<String>,
    bar: Option<Bar>,
    total: u64,
}

impl<'a> Shown<'a> {
    /// Shows events on `terminal`.
    pub fn new(terminal: &'a Terminal) -> Self {
        Self {
            terminal,
            spinner: None,
            downloads: HashMap::new(),
            warned: HashSet::new(),
            bar: None,
            total: 0,
        }
    }
}

impl Shown<'_> {
    fn working(&mut self, verb: &str, what: &str) {
        self.spinner = None;
        let spinner = self.spinner.insert(self.terminal.progress().spinner(verb));
        spinner.message(what);
    }

    /// What a back end warns of, each once though each hook may say it: the line that says what, and the rest with `-v`.
    fn warning(&mut self, message: &str) {
        if !self.warned.insert(message.to_owned()) {
            return;
        }
        let mut lines = message.lines().map(|line| output::printable(line.as_bytes()));
        let first = lines.find(|line| !line.trim().is_empty()).unwrap_or_default();
        // setuptools puts a frame around the rest
        self.terminal.warn(first.trim_end_matches('!').trim());
        lines.filter(|line| !line.trim().is_empty()).for_each(|line| self.terminal.verbose(&line));
    }
}

impl Listener for Shown<'_> {
    fn event(&mut self, event: &Event<'_>) {
        match event {
            Event::EnvironmentMade(path) => {
                self.terminal.info(&format!("Made the environment {}", path.display()));
            }
            Event::RepositoryAsked { url, .. } => {
                self.working("Asking", &url.shown());
            }
            Event::MetadataStarted { url, .. } => {
                self.working("Looking into", &index::redacted_text(url));
            }
            Event::BuildStarted { name, .. } => self.working("Building", name),
            Event::RepositoryResolved { url, commit } => {
                self.terminal.verbose(&format!("{} is at {commit}", url.shown()));
            }
            Event::WheelBuilt { name, wheel, .. } => {
                let file = wheel.file_name().unwrap_or_default().to_string_lossy();
                self.terminal.verbose(&format!("built {name}: {file}"));
            }
            Event::BuildOutput { stream, line } => {
                let text = output::printable(line);
                let style = self.terminal.stderr_style();
                let is_result = *stream == builder::Stream::Output;
                self.terminal.verbose(&if is_result { text } else { style.dim(&text) });
            }
            Event::BuildWarning(message) => self.warning(message),
            Event::BuildStep(step) => {
                if let Some(text) = step_text(step) {
                    self.terminal.verbose(&text);
                }
            }
            Event::MetadataEnded { .. }
            | Event::BuildFailed { .. }
            | Event::Unbuilt(_)
            | Event::BuildEnded { .. }
            | Event::Built(_)
            | Event::Planned(_) => self.spinner = None,
            Event::NothingRequired { .. } | Event::PageSkipped(_) | Event::Building(_) => {}
            Event::Resolving(count) => {
                let spinner =
                    self.spinner.get_or_insert_with(|| self.terminal.progress().spinner("Resolving"));
                spinner.message(&format!("{count} packages"));
            }
            Event::DownloadStarted { filename, size } => {
                self.spinner = None;
                self.terminal.verbose(&format!("downloading {filename}"));
                self.downloads.insert((*filename).to_owned(), size.unwrap_or(0));
                self.total += size.unwrap_or(0);
                let bar = self
                    .bar
                    .get_or_insert_with(|| self.terminal.progress().bar("Downloading", 0, Unit::Bytes));
                bar.set_length(self.total);
            }
            Event::DownloadFinished { filename } => {
                if let (Some(bar), Some(size)) = (&self.bar, self.downloads.remove(*filename)) {
                    bar.advance(size);
                }
                if self.downloads.is_empty() {
                    self.bar = None;
                }
            }
            Event::Installing(count) => {
                self.spinner = None;
                self.bar = None;
                self.terminal.verbose(&format!("installing {count} packages"));
            }
        }
    }
}

fn step_text(step: &BuildStep<'_>) -> Option<String> {
    match step {
        BuildStep::Environment(EnvironmentStep::Started(requires) | EnvironmentStep::Extended(requires)) => {
            (!requires.is_empty()).then(|| format!("build requires: {}", requires.join(", ")))
        }
        BuildStep::Environment(EnvironmentStep::Made(versions)) => {
            let versions: Vec<_> =
                versions.iter().map(|(name, version)| format!("{name} {version}")).collect();
            (!versions.is_empty()).then(|| format!("build uses: {}", versions.join(", ")))
        }
        BuildStep::Requires(product) => Some(format!("asking what the {} requires", product.word())),
        BuildStep::Metadata(product) => Some(format!("preparing metadata of the {}", product.word())),
        BuildStep::Instead(product) | BuildStep::Hook(product) => {
            Some(format!("working on the {}", product.word()))
        }
        BuildStep::FromSource(products) => {
            let words: Vec<_> = products.iter().map(|product| product.word()).collect();
            Some(format!("going on from the sdist to the {}", words.join(" and the ")))
        }
    }
}

/// Tells of retries.
pub struct Retries;

impl Observer for Retries {
    fn retrying(&self, url: &str, problem: &Problem, left: u32) {
        log::warn!("{url}: {problem}; {left} tries left");
    }

    fn downloading(&self, _filename: &str, _got: u64, _total: Option<u64>) {}
}

/// The observer of every native command.
pub fn observer() -> Option<Arc<dyn Observer>> {
    Some(Arc::new(Retries))
}
