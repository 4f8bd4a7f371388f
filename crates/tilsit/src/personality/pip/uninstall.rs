//! `pip uninstall`

use std::path::{Path, PathBuf};

use environment::{
    Change, Environment, InstallPolicy, InstalledDistribution, Preview, Transaction, Wait, externally_managed,
};
use packaging::PackageName;

use super::{ERROR, Session};
use crate::cli::pip as flags;
use crate::ops::interrupt;
use crate::ops::wanted::{self, Sources};
use crate::output::Level;

impl Session<'_> {
    pub(super) fn uninstall(&self) -> u8 {
        match self.try_uninstall() {
            Ok(code) => code,
            Err(text) => self.error(&text),
        }
    }

    fn try_uninstall(&self) -> Result<u8, String> {
        let names = self.named_packages()?;
        if names.is_empty() {
            return Err(
                "You must give at least one requirement to uninstall (see \"pip help uninstall\")".to_owned()
            );
        }
        let environment = Environment::of(self.interpreter.clone(), Path::new(""));
        if !self.parsed.is_on(&flags::BREAK_SYSTEM_PACKAGES)
            && let Some(message) = externally_managed(self.interpreter, None)
        {
            self.terminal.err(&format!("error: externally-managed-environment\n\n{message}"));
            return Ok(ERROR);
        }
        interrupt::listen();
        let mut transaction =
            Transaction::begin(&environment, Wait::Forever).map_err(|error| error.to_string())?;
        let installed = transaction.installed().map_err(|error| error.to_string())?;
        let mut leaving: Vec<InstalledDistribution> = Vec::new();
        for name in &names {
            match installed.get(name) {
                Some(found) => leaving.push(found.clone()),
                None => {
                    let text = format!("WARNING: Skipping {name} as it is not installed.");
                    self.terminal.say(Level::Warning, &text);
                }
            }
        }
        let leaving: Vec<_> = leaving.into_iter().filter(|one| self.agreed(one, &environment)).collect();
        let change = Change { remove: leaving, install: Vec::new() };
        let policy = InstallPolicy::new(&environment);
        transaction.apply(&change, &policy, interrupt::flag()).map_err(|error| error.to_string())?;
        for one in &change.remove {
            self.terminal.info(&format!(
                "  Successfully uninstalled {}-{}",
                one.raw_name(),
                one.version_text()
            ));
        }
        Ok(0)
    }

    fn named_packages(&self) -> Result<Vec<PackageName>, String> {
        let sources = Sources {
            words: self.parsed.arguments.clone(),
            files: self.parsed.values(&flags::UNINSTALL_REQUIREMENT).into_iter().map(str::to_owned).collect(),
            ..Sources::default()
        };
        let read = wanted::read(&sources, self.process, &mut |url| Err(wanted::no_fetch(url)));
        let mut names: Vec<PackageName> = Vec::new();
        for requirement in read.map_err(|error| error.to_string())?.requirements {
            if !names.contains(&requirement.name) {
                names.push(requirement.name);
            }
        }
        Ok(names)
    }

    fn paths(&self, heading: &str, paths: &[PathBuf]) {
        if !paths.is_empty() {
            self.terminal.line(&format!("  {heading}"));
            paths.iter().for_each(|path| self.terminal.line(&format!("    {}", path.display())));
        }
    }

    fn agreed(&self, one: &InstalledDistribution, environment: &Environment) -> bool {
        let (name, version) = (one.raw_name(), one.version_text());
        self.terminal.info(&format!("Found existing installation: {name} {version}"));
        self.terminal.info(&format!("Uninstalling {name}-{version}:"));
        if self.parsed.is_on(&flags::YES) {
            return true;
        }
        if let Ok(preview) = Preview::of(one, environment) {
            self.paths("Would remove:", &preview.removed);
            self.paths("Would not remove (might be manually added):", &preview.kept);
        }
        loop {
            match self.terminal.ask("Proceed (Y/n)? ").map(|answer| answer.to_lowercase()).as_deref() {
                Some("" | "y") => return true,
                Some("n") | None => return false,
                Some(other) => self.terminal.line(&format!(
                    "Your response ('{other}') was not one of the expected responses: y, n, "
                )),
            }
        }
    }
}
