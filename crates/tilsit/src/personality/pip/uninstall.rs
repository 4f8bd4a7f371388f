//! `pip uninstall`

use std::path::PathBuf;
use std::sync::Arc;

use environment::{
    Change, Environment, Format, InstallError, InstallPolicy, InstalledDistribution, Kind, Preview, Removal,
    Transaction, Wait,
};
use packaging::{Origin, PackageName};
use project::requirements_file::Requested;

use super::errors::{Failure, not_there};
use super::{Ended, Session};
use crate::cli::pip as flags;
use crate::ops::direct::{self, Named};
use crate::ops::interrupt;
use crate::ops::wanted::{Sources, WantedError};

const QUESTION: &str = "Proceed (Y/n)? ";

impl Session<'_> {
    pub(super) fn uninstall(&self) -> Ended {
        let names = self.leaving()?;
        if names.is_empty() {
            return Err(Failure::error(
                "You must give at least one requirement to uninstall (see \"pip help uninstall\")",
            ));
        }
        self.refuse_managed()?;
        interrupt::listen();
        for (name, spelled) in &names {
            self.uninstall_one(name, spelled)?;
        }
        self.warn_root();
        Ok(0)
    }

    fn uninstall_one(&self, name: &PackageName, spelled: &str) -> Result<(), Failure> {
        let seen = self.seen_environment();
        let Some(found) = seen.installed()?.get(name).cloned() else {
            self.warn(&format!("Skipping {spelled} as it is not installed."));
            return Ok(());
        };
        let (raw_name, version) = (found.raw_name(), found.version_text());
        self.info(&format!("Found existing installation: {raw_name} {version}"));
        let environment = self.owner(seen, &found);
        if found.format() != Format::EggLink && !environment.owns(found.info()) {
            self.info(&format!(
                "Not uninstalling {name} at {}, outside environment {}",
                found.location().display(),
                environment.interpreter().prefix().display()
            ));
            self.info(&format!("Can't uninstall '{raw_name}'. No files were found to uninstall."));
            return Ok(());
        }
        let preview = Preview::of(&found, &environment)?;
        if preview.files.is_empty() {
            self.info(&format!("Can't uninstall '{raw_name}'. No files were found to uninstall."));
            return Ok(());
        }
        self.info(&format!("Uninstalling {raw_name}-{version}:"));
        let removal = Removal::of(std::slice::from_ref(&found), &environment)?;
        if !self.agreed(&preview, &removal)? {
            return Ok(());
        }
        self.remove(&environment, &found, &removal)?;
        self.info(&format!("  Successfully uninstalled {raw_name}-{version}"));
        Ok(())
    }

    /// The environment, or the user's folders when the package lies there.
    pub fn owner(&self, seen: Environment, found: &InstalledDistribution) -> Environment {
        let user = self.user_site();
        if seen.kind() != Kind::System || !found.location().starts_with(&user) {
            return seen;
        }
        self.user_environment()
    }

    fn remove(
        &self,
        environment: &Environment,
        found: &InstalledDistribution,
        removal: &Removal,
    ) -> Result<(), Failure> {
        let mut transaction = Transaction::begin(environment, Wait::Forever)?;
        let change = Change { remove: vec![found.clone()], install: Vec::new() };
        let policy = InstallPolicy::new(environment);
        let moved = moved(removal);
        transaction.apply(&change, &policy, interrupt::flag()).map_err(|error| match error {
            InstallError::Io { path, source } => Failure::system(&source, &path.to_string_lossy()),
            other => other.into(),
        })?;
        for path in moved {
            self.terminal.verbose(&format!("  Removing file or directory {path}"));
        }
        Ok(())
    }

    /// What would go, and the question.
    fn agreed(&self, preview: &Preview, removal: &Removal) -> Result<bool, Failure> {
        let only_tells = self.parsed.is_on(&flags::DRY_RUN);
        if self.parsed.is_on(&flags::YES) && !only_tells {
            return Ok(true);
        }
        let verbose = self.terminal.verbosity() > 0;
        if verbose {
            self.paths("Would remove:", &preview.files);
        } else {
            self.paths("Would remove:", &preview.removed);
            self.paths("Would not remove (might be manually added):", &preview.kept);
        }
        self.paths("Would not remove (outside of prefix):", &preview.refused);
        if verbose {
            let moved: Vec<PathBuf> = moved(removal).into_iter().map(PathBuf::from).collect();
            self.paths("Will actually move:", &moved);
        }
        if only_tells {
            return Ok(false);
        }
        if self.parsed.is_on(&flags::NO_INPUT) {
            return Err(Failure::exception(format!(
                "Exception: No input was expected ($PIP_NO_INPUT set); question: {QUESTION}"
            )));
        }
        self.answered()
    }

    fn answered(&self) -> Result<bool, Failure> {
        loop {
            let Some(answer) = self.terminal.ask(QUESTION) else {
                return Err(Failure::exception("EOFError: EOF when reading a line"));
            };
            match answer.to_lowercase().as_str() {
                "y" | "" => return Ok(true),
                "n" => return Ok(false),
                other => self.terminal.line(&format!(
                    "Your response ({}) was not one of the expected responses: y, n, ",
                    crate::cli::python_repr(other)
                )),
            }
        }
    }

    fn paths(&self, heading: &str, paths: &[PathBuf]) {
        if !paths.is_empty() {
            self.info(&format!("  {heading}"));
            paths.iter().for_each(|path| self.info(&format!("    {}", path.display())));
        }
    }

    /// The packages that are named, in the order of their first naming, spelled as the last time.
    fn leaving(&self) -> Result<Vec<(PackageName, String)>, Failure> {
        let mut names: Vec<(PackageName, String)> = Vec::new();
        let mut add = |name: &PackageName, spelled: &str| match names.iter_mut().find(|(one, _)| one == name)
        {
            Some((_, earlier)) => spelled.clone_into(earlier),
            None => names.push((name.clone(), spelled.to_owned())),
        };
        for word in &self.parsed.arguments {
            match self.named(word)? {
                Some((name, spelled)) => add(&name, &spelled),
                None => self.warn(&format!(
                    "Invalid requirement: {} ignored - the uninstall command expects named requirements.",
                    crate::cli::python_repr(word)
                )),
            }
        }
        let files: Vec<String> =
            self.parsed.values(&flags::UNINSTALL_REQUIREMENT).into_iter().map(str::to_owned).collect();
        if !files.is_empty() {
            let read = self.read(&Sources { files, ..Sources::default() })?;
            read.requirements.iter().for_each(|one| add(&one.name, &one.raw_name));
        }
        Ok(names)
    }

    /// The package that a word of the command line names; none for a folder or an address that does not say.
    fn named(&self, word: &str) -> Result<Option<(PackageName, String)>, Failure> {
        super::freeze::refuse_folder(word)?;
        let origin = Arc::new(Origin::CommandLine);
        let requested =
            Requested::parse(word, &origin).map_err(|error| Failure::from(WantedError::Word(error)))?;
        let place = match &requested {
            Requested::Named(one) => return Ok(Some((one.name.clone(), one.raw_name.to_string()))),
            Requested::Url(url) if url.egg.is_some() => {
                return Ok(url.egg.clone().map(|egg| (egg.clone(), egg.to_string())));
            }
            Requested::Url(url) => &url.url,
            Requested::Path(path) => &path.path,
        };
        let is_of_use = direct::is_archive(place) || self.process.absolute(place).is_dir();
        if matches!(requested, Requested::Url(_)) && !direct::is_wheel(place)
            || is_of_use && !direct::is_wheel(place)
        {
            return Ok(None);
        }
        let absent = match &requested {
            Requested::Path(path) if !self.process.absolute(&path.path).exists() => Some(path.path.clone()),
            _ => None,
        };
        let Named::Placed(found) = direct::named(requested, &self.process.cwd)? else { return Ok(None) };
        if let Some(typed) = absent {
            self.warn(&not_there(&typed));
        }
        Ok(Some((found.name.clone(), found.name.to_string())))
    }
}

/// What is taken away as a whole, folders with a slash at their end, as pip shows it.
pub fn moved(removal: &Removal) -> Vec<String> {
    let shown = |path: &PathBuf| {
        let slash = if path.is_dir() && !path.is_symlink() { "/" } else { "" };
        format!("{}{slash}", path.display())
    };
    let mut paths: Vec<String> = removal.taken.iter().map(shown).collect();
    paths.sort();
    paths
}
