//! `pip check`

use environment::dependencies::{Broken, Package};
use packaging::metadata::BrokenRequirement;
use packaging::tags::{TagSets, Tags};

use super::{Ended, Session};
use crate::ops::graph::Graph;

impl Session<'_> {
    pub(super) fn check(&self) -> Ended {
        let environment = self.seen_environment();
        self.warn_leftovers(&environment);
        let graph = Graph::read(&environment)?;
        let mut unread = false;
        for (name, package) in graph.dependencies.iter() {
            if let Some(broken) = &package.broken {
                unread = true;
                self.warn(&format!(
                    "Error parsing dependencies of {name}: {}",
                    in_pips_words(package, broken)
                ));
            }
        }
        let misfits = graph.misfits();
        let normal = |name: &str| packaging::name::canonicalize_name(name).into_owned();
        let (missing, unfit): (Vec<_>, Vec<_>) = misfits.iter().partition(|misfit| misfit.found.is_none());
        for misfit in missing {
            self.info(&format!(
                "{} {} requires {}, which is not installed.",
                normal(&misfit.name),
                misfit.version,
                misfit.requirement.name
            ));
        }
        for misfit in unfit {
            if let Some((other, found)) = &misfit.found {
                self.info(&format!(
                    "{} {} has requirement {}, but you have {} {found}.",
                    normal(&misfit.name),
                    misfit.version,
                    misfit.requirement,
                    normal(other)
                ));
            }
        }
        let strangers = self.strangers(&graph);
        strangers.iter().for_each(|line| self.info(line));
        if misfits.is_empty() && strangers.is_empty() && !unread {
            self.info("No broken requirements found.");
            return Ok(0);
        }
        Ok(1)
    }

    /// Packages whose WHEEL names tags that this Python does not have.
    fn strangers(&self, graph: &Graph) -> Vec<String> {
        let tags = Tags::new(&self.interpreter.tag_facts());
        let fits = |text: &str| TagSets::parse(text).map_or(true, |sets| tags.best_of(sets).is_some());
        let mut lines = Vec::new();
        for one in graph.installed.iter() {
            let Some(wheel) = one.read("WHEEL").ok().flatten() else { continue };
            let wheel = String::from_utf8_lossy(&wheel);
            let headers = wheel.lines().take_while(|line| !line.is_empty());
            let mut named = headers.filter_map(|line| line.strip_prefix("Tag:")).map(str::trim);
            if !named.any(fits) {
                lines.push(format!(
                    "{} {} is not supported on this platform",
                    one.raw_name(),
                    one.version_text()
                ));
            }
        }
        lines
    }
}

/// What is wrong, in the form of pip's parser: the sentence, the text, a caret.
fn in_pips_words(package: &Package, broken: &Broken) -> String {
    match broken {
        Broken::Requirement(BrokenRequirement { text, error }) => {
            super::conflict::pointed(text, &error.message, error.span.clone())
        }
        Broken::Metadata(_) if package.version.is_none() => {
            format!("Invalid version: {}", crate::cli::python_repr(&package.version_text))
        }
        Broken::Metadata(error) => error.clone(),
    }
}
