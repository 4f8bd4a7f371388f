//! `pip cache`, over our store: the wheels that were built from sources are those that are listed and removed.

use store::{BuiltEntry, DiskError, Kind, KindSize};

use super::errors::Failure;
use super::listener::size_text;
use super::{Ended, Session};
use crate::cli::pip as flags;
use crate::ops::pattern;

const VERBS: &str = "dir, info, list, purge, remove";

impl Session<'_> {
    pub(super) fn cache(&self) -> Ended {
        if super::cache_folder::is_cache_off(self.parsed) {
            return Err(Failure::error("pip cache commands can not function since cache is disabled."));
        }
        let words: Vec<&str> = self.parsed.arguments.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["dir"] => self.info(&self.store.root().display().to_string()),
            ["info"] => self.cache_info()?,
            ["list"] => self.cache_list("*")?,
            ["list", pattern] => self.cache_list(pattern)?,
            ["remove"] => return Err(Failure::error("Please provide a pattern")),
            ["remove", "*"] | ["purge"] => self.cache_purge()?,
            ["remove", pattern] => self.cache_remove(pattern)?,
            [verb, ..] if VERBS.split(", ").any(|known| known == *verb) => {
                return Err(Failure::error("Too many arguments"));
            }
            _ => return Err(Failure::error(format!("Need an action ({VERBS}) to perform."))),
        }
        Ok(0)
    }

    fn cache_info(&self) -> Result<(), Failure> {
        let sizes = self.store.info().map_err(failed)?;
        let root = self.store.root().display();
        let total = |sizes: Vec<&KindSize>| {
            sizes.iter().fold((0, 0), |(entries, bytes), size| (entries + size.entries, bytes + size.bytes))
        };
        let (built, others): (Vec<_>, Vec<_>) = sizes.iter().partition(|size| size.kind == Kind::Built);
        let ((wheels, wheel_bytes), (files, file_bytes)) = (total(built), total(others));
        for line in [
            format!("Package index page cache location (pip v23.3+): {root}"),
            format!("Package index page cache location (older pips): {root}"),
            format!("Package index page cache size: {}", size_text(file_bytes)),
            format!("Number of HTTP files: {files}"),
            format!("Locally built wheels location: {root}/{}", Kind::Built.folder()),
            format!("Locally built wheels size: {}", size_text(wheel_bytes)),
            format!("Number of locally built wheels: {wheels}"),
        ] {
            self.info(&line);
        }
        Ok(())
    }

    /// Wheels that were built here; what was downloaded is not listed, as in pip.
    fn cache_list(&self, pattern: &str) -> Result<(), Failure> {
        let built = self.store.list_built().map_err(failed)?;
        let human = self.parsed.text(&flags::CACHE_FORMAT) != Some("abspath");
        let chosen = built.iter().filter(|wheel| fits(pattern, wheel));
        let mut lines: Vec<String> = chosen
            .map(|wheel| match human {
                true => format!(" - {} ({})", wheel.filename, size_text(wheel.size)),
                false => wheel.path.display().to_string(),
            })
            .collect();
        lines.sort();
        match (human, lines.is_empty()) {
            (true, true) => self.info("No locally built wheels cached."),
            (true, false) => self.info("Cache contents:\n"),
            (false, _) => {}
        }
        lines.iter().for_each(|line| self.info(line));
        Ok(())
    }

    fn cache_remove(&self, pattern: &str) -> Result<(), Failure> {
        let mut maintenance = self.store.maintain().map_err(failed)?;
        let removed = maintenance.remove_built(&|wheel| fits(pattern, wheel)).map_err(failed)?;
        if removed.entries == 0 {
            self.warn(&format!("No matching packages for pattern \"{pattern}\""));
        }
        self.tell_removed(removed);
        Ok(())
    }

    /// Everything goes; what is known about interpreters is nothing that pip would count.
    fn cache_purge(&self) -> Result<(), Failure> {
        let sizes = self.store.info().map_err(failed)?;
        let known = sizes.iter().find(|size| size.kind == Kind::Interpreters);
        let (entries, bytes) = known.map_or((0, 0), |size| (size.entries, size.bytes));
        let mut removed = self.store.maintain().map_err(failed)?.clean().map_err(failed)?;
        removed.entries = removed.entries.saturating_sub(entries);
        removed.bytes = removed.bytes.saturating_sub(bytes);
        if removed.entries == 0 {
            self.warn("No matching packages");
        }
        self.tell_removed(removed);
        Ok(())
    }

    fn tell_removed(&self, removed: store::Removed) {
        self.info(&format!("Files removed: {} ({})", removed.entries, size_text(removed.bytes)));
        self.info("Directories removed: 0");
    }
}

fn failed(error: DiskError) -> Failure {
    Failure::error(error.to_string())
}

/// pip: a pattern with a hyphen gives at least the version, one without is a name.
fn fits(pattern: &str, wheel: &BuiltEntry) -> bool {
    let tail = if pattern.contains('-') { "*.whl" } else { "-*.whl" };
    pattern::fits(&format!("{pattern}{tail}"), wheel.filename.as_str())
}
