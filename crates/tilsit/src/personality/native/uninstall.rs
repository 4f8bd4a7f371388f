//! `tilsit uninstall`

use std::collections::BTreeSet;

use environment::{Change, InstalledDistribution, Transaction, Wait};
use packaging::PackageName;
use serde_json::json;

use super::{Ended, Session, diagnosis};
use crate::cli::native as flags;
use crate::ops::interrupt;
use crate::ops::wanted::{self, Sources};
use crate::output::Diagnostic;

impl Session<'_> {
    pub(super) fn uninstall(&self) -> Ended {
        let names = self.named_packages()?;
        let store = self.store()?;
        let environment = self.place_to_read(&store)?;
        self.refuse_managed(&environment)?;
        let mut transaction =
            Transaction::begin(&environment, Wait::Forever).map_err(|error| diagnosis::change(&error))?;
        let installed = transaction.installed().map_err(|error| diagnosis::read(&error))?;
        let (found, missing): (Vec<_>, Vec<_>) =
            names.iter().map(|name| (name, installed.get(name))).partition(|(_, found)| found.is_some());
        let leaving: Vec<InstalledDistribution> =
            found.into_iter().filter_map(|(_, found)| found.cloned()).collect();
        for (name, _) in &missing {
            self.terminal.warn(&format!("{name} is not installed"));
        }
        if leaving.is_empty() {
            let missing: Vec<&str> = missing.iter().map(|(name, _)| name.as_str()).collect();
            return Err(Box::new(diagnosis::not_installed(&missing)));
        }
        if self.parsed.is_on(&flags::DRY_RUN) || !self.agreed(&leaving) {
            self.tell_removed(&leaving, false);
            return Ok(0);
        }
        let change = Change { remove: leaving, install: Vec::new() };
        let policy = self.install_policy(&environment);
        let report = transaction
            .apply(&change, &policy, interrupt::flag())
            .map_err(|error| diagnosis::change(&error))?;
        for path in &report.refused {
            self.terminal.warn(&format!("{} lies outside of the environment and stays", path.display()));
        }
        self.tell_removed(&change.remove, true);
        Ok(0)
    }

    fn named_packages(&self) -> Result<BTreeSet<PackageName>, Box<Diagnostic>> {
        let mut names = BTreeSet::new();
        for word in &self.parsed.arguments {
            let name = PackageName::new(word).map_err(|_| diagnosis::not_a_name(word))?;
            names.insert(name);
        }
        let files = self.parsed.values(&flags::REQUIREMENT).into_iter().map(str::to_owned).collect();
        let sources = Sources { files, ..Sources::default() };
        let read = wanted::read(&sources, self.process, &mut |url| Err(wanted::no_fetch(url)))
            .map_err(|error| diagnosis::wanted(&error))?;
        names.extend(read.requirements.into_iter().map(|requirement| requirement.name));
        if names.is_empty() { Err(Box::new(diagnosis::nothing_named("uninstall"))) } else { Ok(names) }
    }

    /// A question, unless it was answered by `-y` or nobody is there to answer.
    fn agreed(&self, leaving: &[InstalledDistribution]) -> bool {
        if self.parsed.is_on(&flags::YES) || !self.terminal.is_interactive() {
            return true;
        }
        for one in leaving {
            self.terminal.line(&format!("- {} {}", one.name(), one.version_text()));
        }
        let answer = self.terminal.ask("Remove these? [Y/n] ");
        answer.is_some_and(|answer| matches!(answer.to_ascii_lowercase().as_str(), "" | "y" | "yes"))
    }

    fn tell_removed(&self, leaving: &[InstalledDistribution], done: bool) {
        if self.parsed.is_on(&flags::JSON) {
            let rows: Vec<_> = leaving
                .iter()
                .map(|one| json!({ "name": one.name().as_str(), "version": one.version_text() }))
                .collect();
            return self.terminal.json(&json!({ "changed": done, "removed": rows }));
        }
        let style = self.terminal.stderr_style();
        for one in leaving {
            self.terminal.info(&style.removed(&format!("- {} {}", one.name(), one.version_text())));
        }
        if !done {
            self.terminal.info("Nothing was changed");
        }
    }
}
