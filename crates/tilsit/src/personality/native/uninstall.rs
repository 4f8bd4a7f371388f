//! `tilsit uninstall`

use std::collections::BTreeSet;

use environment::{Change, InstalledDistribution, Transaction, Wait};
use packaging::PackageName;
use serde_json::json;

use super::install::kept;
use super::{Ended, Session, diagnosis};
use crate::cli::native as flags;
use crate::ops::graph::Graph;
use crate::ops::interrupt;
use crate::ops::wanted::{self, Sources};
use crate::output::Diagnostic;

impl Session<'_> {
    pub(super) fn uninstall(&self) -> Ended {
        let unneeded = self.parsed.is_on(&flags::UNNEEDED);
        let names = self.named_packages()?;
        if names.is_empty() && !unneeded {
            return Err(Box::new(diagnosis::nothing_named("uninstall")));
        }
        let store = self.store()?;
        let environment = self.place_to_read(&store)?;
        self.refuse_managed(&environment)?;
        let mut transaction =
            Transaction::begin(&environment, Wait::Forever).map_err(|error| diagnosis::change(&error))?;
        let installed = transaction.installed().map_err(|error| diagnosis::read(&error))?;
        let (found, missing): (Vec<_>, Vec<_>) =
            names.iter().map(|name| (name, installed.get(name))).partition(|(_, found)| found.is_some());
        let mut leaving: Vec<InstalledDistribution> =
            found.into_iter().filter_map(|(_, found)| found.cloned()).collect();
        if unneeded && missing.is_empty() {
            let graph = Graph::of(installed.clone(), environment.interpreter());
            leaving.extend(self.unneeded(&graph, &names)?);
            if leaving.is_empty() {
                self.terminal.info("Nothing to do: everything is needed");
                return Ok(0);
            }
        }
        if leaving.is_empty() {
            let missing: Vec<&str> = missing.iter().map(|(name, _)| name.as_str()).collect();
            return Err(Box::new(diagnosis::not_installed(&missing)));
        }
        for (name, _) in &missing {
            self.terminal.warn(&format!("{name} is not installed"));
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
        Ok(names)
    }

    /// What nobody asked for and nothing needs once `leaving` is gone: of that which those need, if there are any.
    fn unneeded(
        &self,
        graph: &Graph,
        leaving: &BTreeSet<PackageName>,
    ) -> Result<Vec<InstalledDistribution>, Box<Diagnostic>> {
        let stays = |one: &&InstalledDistribution| {
            !leaving.contains(one.name()) && (one.is_requested() || kept().contains(one.name()))
        };
        let roots: Vec<_> = graph.installed.iter().filter(stays).map(InstalledDistribution::name).collect();
        let others = || graph.installed.iter().filter(|one| !kept().contains(one.name()));
        let nobody_asked = others().next().is_some() && !others().any(InstalledDistribution::is_requested);
        if leaving.is_empty() && nobody_asked {
            return Err(Box::new(diagnosis::nobody_asked()));
        }
        let needed = graph.dependencies.needed_by(roots, &graph.markers);
        let theirs = graph.dependencies.needed_by(leaving, &graph.markers);
        let goes = |one: &&InstalledDistribution| {
            let name = one.name();
            let in_question = leaving.is_empty() || theirs.contains(name);
            in_question && !leaving.contains(name) && !needed.contains(name)
        };
        Ok(graph.installed.iter().filter(goes).cloned().collect())
    }

    /// A question, unless it was answered by `-y` or nobody is there to answer.
    fn agreed(&self, leaving: &[InstalledDistribution]) -> bool {
        if self.parsed.is_on(&flags::YES) || !self.terminal.is_interactive() {
            return true;
        }
        for one in leaving {
            self.terminal.line(&format!("- {} {}", one.name(), one.version_text()));
        }
        self.is_answered_yes("Remove these? [Y/n] ")
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
