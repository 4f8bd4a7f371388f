//! Events in pip's lines.

use std::collections::BTreeMap;
use std::sync::Arc;

use index::{Observer, Problem};
use packaging::PackageName;
use packaging::Requirement;
use packaging::resolution::PackageSource;

use super::Session;
use super::transcript::{Met, meetings};
use crate::ops::events::{Event, Listener, Planned};
use crate::ops::obtain::Source;
use crate::output::progress::{Bar, Unit};

/// Prints what pip prints while it works.
pub struct Lines<'a, 's> {
    session: &'a Session<'s>,
    /// What the user asked for.
    roots: Vec<Requirement>,
    /// Names as requirements spell them, once they are known.
    pub names: BTreeMap<PackageName, String>,
    /// The packages in the order in which pip meets them.
    pub order: Vec<PackageName>,
    spinner: Option<Bar>,
    bar: Option<Bar>,
    sizes: BTreeMap<String, u64>,
    total: u64,
}

impl<'a, 's> Lines<'a, 's> {
    /// For a command that wants `roots`.
    pub fn new(session: &'a Session<'s>, roots: &[Requirement]) -> Self {
        Self {
            session,
            roots: roots.to_vec(),
            names: BTreeMap::new(),
            order: Vec::new(),
            spinner: None,
            bar: None,
            sizes: BTreeMap::new(),
            total: 0,
        }
    }

    fn planned(&mut self, planned: &Planned<'_>) {
        self.spinner = None;
        for met in meetings(planned.resolution, &self.roots) {
            self.names.insert(met.package.name.clone(), met.raw_name.clone());
            self.order.push(met.package.name.clone());
            match &met.package.source {
                PackageSource::Installed => self.satisfied(&met, planned),
                PackageSource::Url(url) => {
                    self.direct(&met, url);
                    self.same_version(&met, url, planned);
                }
                PackageSource::Candidate(_) => self.collecting(&met, planned),
            }
        }
    }

    fn satisfied(&self, met: &Met<'_>, planned: &Planned<'_>) {
        let Some(old) = planned.before.get(&met.package.name) else { return };
        let place = self.session.shown(old.location());
        let version = old.version().map_or_else(|| old.version_text().to_owned(), |one| one.to_string());
        let (requirement, from) = (&met.requirement, &met.from);
        self.session
            .info(&format!("Requirement already satisfied: {requirement} in {place}{from} ({version})"));
    }

    fn collecting(&self, met: &Met<'_>, planned: &Planned<'_>) {
        self.session.info(&format!("Collecting {}{}", met.requirement, met.from));
        let wishes = planned.plan.install.iter().map(|(wish, _)| wish);
        let Some(wish) = wishes.into_iter().find(|wish| wish.name == met.package.name) else { return };
        let Source::File(distribution) = &wish.wheel else { return };
        let url = &distribution.file().url;
        let word = if planned.cached.contains(&wish.name) { "Using cached" } else { "Downloading" };
        match url::Url::parse(url).ok().filter(|url| url.scheme() == "file") {
            Some(file) => {
                let path = file.to_file_path().unwrap_or_default();
                self.session.info(&format!("  Processing {}", self.session.shown(&path)));
            }
            None => {
                let size = distribution.file().size.map(|size| format!(" ({})", size_text(size)));
                let shown = self.link(url, distribution.filename());
                self.session.info(&format!("  {word} {shown}{}", size.unwrap_or_default()));
            }
        }
    }

    /// pip shows the file's name alone when it is from the default index's host, else its whole address.
    fn link(&self, url: &str, filename: &str) -> String {
        let host = url::Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
        let usual = crate::settings::index_of_the_build().map(|index| index.file_host);
        if host == usual { filename.to_owned() } else { index::redacted_text(url) }
    }

    fn direct(&self, met: &Met<'_>, url: &str) {
        let parsed = url::Url::parse(url).ok();
        let path = parsed.filter(|url| url.scheme() == "file").and_then(|url| url.to_file_path().ok());
        match path {
            Some(path) => self.session.info(&format!("Processing {}{}", self.session.shown(&path), met.from)),
            None => {
                self.session.info(&format!("Collecting {}{}", met.requirement, met.from));
                self.session.info(&format!("  Using cached {}", index::redacted_text(url)));
            }
        }
    }

    fn same_version(&self, met: &Met<'_>, url: &str, planned: &Planned<'_>) {
        if url.starts_with("file:") && planned.plan.keep.iter().any(|kept| *kept.name() == met.package.name) {
            self.session.info(&format!(
                "{} is already installed with the same version as the provided wheel. Use --force-reinstall to force an installation of the wheel.",
                met.raw_name
            ));
        }
    }
}

impl Listener for Lines<'_, '_> {
    fn event(&mut self, event: &Event<'_>) {
        let progress = || self.session.terminal.progress();
        match event {
            Event::Resolving(count) => {
                let spinner = self.spinner.get_or_insert_with(|| progress().spinner("Resolving"));
                spinner.message(&format!("{count} packages"));
            }
            Event::Planned(planned) => self.planned(planned),
            Event::PageSkipped(error) => {
                self.spinner = None;
                self.session
                    .warn(&format!("Could not fetch URL {}: {} - skipping", error.url, error.problem));
            }
            Event::DownloadStarted { filename, size } => {
                self.spinner = None;
                self.sizes.insert((*filename).to_owned(), size.unwrap_or(0));
                self.total += size.unwrap_or(0);
                let bar = self.bar.get_or_insert_with(|| progress().bar("Downloading", 0, Unit::Bytes));
                bar.set_length(self.total);
            }
            Event::DownloadFinished { filename } => {
                if let (Some(bar), Some(size)) = (&self.bar, self.sizes.remove(*filename)) {
                    bar.advance(size);
                }
                if self.sizes.is_empty() {
                    self.bar = None;
                }
            }
            Event::Installing(_) => {
                self.spinner = None;
                self.bar = None;
            }
            _ => {}
        }
    }
}

/// A size as pip writes it.
pub fn size_text(bytes: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "one digit after the point is shown")]
    let size = bytes as f64;
    if size > 1e6 {
        format!("{:.1} MB", size / 1e6)
    } else if size > 1e4 {
        format!("{} kB", bytes / 1000)
    } else if size > 1e3 {
        format!("{:.1} kB", size / 1e3)
    } else {
        format!("{bytes} bytes")
    }
}

/// Tells of retries.
struct Retries;

impl Observer for Retries {
    fn retrying(&self, url: &str, problem: &Problem, left: u32) {
        log::warn!("{url}: {problem}; {left} tries left");
    }

    fn downloading(&self, _filename: &str, _got: u64, _total: Option<u64>) {}
}

/// The observer of every command.
pub fn observer() -> Option<Arc<dyn Observer>> {
    Some(Arc::new(Retries))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (bytes, text) in [
            (900, "900 bytes"),
            (1103, "1.1 kB"),
            (62_999, "62 kB"),
            (1_100_000, "1.1 MB"),
            (1_000, "1000 bytes"),
        ] {
            assert_eq!(size_text(bytes), text);
        }
    }
}
