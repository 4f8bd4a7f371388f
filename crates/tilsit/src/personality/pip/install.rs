//! `pip install`

use std::collections::BTreeMap;

use environment::plan::Others;
use environment::{Environment, Kind};
use packaging::PackageName;
use resolver::Warning;

use super::listener::Lines;
use super::target_folder::TargetFolder;
use super::{Ended, Session};
use crate::cli::pip as flags;
use crate::ops::build::{Builds, Hands};
use crate::ops::direct;
use crate::ops::graph::Misfit;
use crate::ops::install::{InstallReport, InstallRequest, Sees, install};
use crate::ops::report::{raw_name, report};
use crate::ops::sources::Preparer;
use crate::ops::wanted::Wanted;
use crate::output::Level;

use super::errors::Failure;

/// The names of what was asked for by its place alone. Of a wheel, its file name has it.
fn names_from_metadata(wanted: &Wanted, done: &InstallReport) -> BTreeMap<PackageName, String> {
    let places = wanted
        .requirements
        .iter()
        .filter(|one| one.url().is_some_and(|url| wanted.is_nameless(url) && !direct::is_wheel(url)));
    places.map(|one| (one.name.clone(), raw_name(done, &one.name))).collect()
}

impl Session<'_> {
    pub(super) fn install(&self) -> Ended {
        let dry_run = self.parsed.is_on(&flags::DRY_RUN);
        let elsewhere = [&flags::TARGET, &flags::PREFIX, &flags::ROOT];
        let is_here = elsewhere.into_iter().all(|flag| self.parsed.text(flag).is_none());
        let only_tells = dry_run && self.parsed.filled(&flags::REPORT).is_some();
        if is_here && !only_tells {
            self.refuse_managed()?;
        }
        self.terminal.verbose(&format!("Using {}", super::version(self.interpreter)));
        self.check_only_dependencies()?;
        let target = self.target()?;
        self.check_target_options(&self.formats(&Wanted::default())?, true)?;
        let place = self.place()?;
        let folder = TargetFolder::around(&place)?;
        let environment = folder.as_ref().map_or(&place, TargetFolder::environment);
        let mut wanted = self.wanted(&target)?;
        let (build_policy, source_policy) = self.building(&wanted)?;
        let selection = self.selection(&target, &wanted)?;
        let resolve = self.resolve_policy(&wanted)?;
        let policy = self.install_policy(environment);
        let connection = self.connection(&wanted)?;
        let mut client =
            connection.client(self.process, self.interpreter, self.store, (self.observer(), None))?;
        self.tell_places(&connection, &client);
        wanted.refused.map_or(Ok(()), |problem| Err(Failure::constraint(problem)))?;
        self.leave_out(&mut wanted, &target.markers);
        let checks_hashes = self.requires_hashes(&wanted);
        let mut lines = Lines::new(self, &selection, checks_hashes);
        if checks_hashes && let Some(failure) = self.distrusted_place(&wanted, &mut lines) {
            return Err(failure);
        }
        let builds = Builds::new(self.process, self.interpreter, &build_policy);
        let mut preparer = Preparer::new(&builds, &source_policy);
        let mut hands = Hands { client: &mut client, store: self.store, listener: &mut lines };
        let unnamed = wanted.unnamed.clone();
        if let Err(error) = preparer.name_all(&mut wanted, &mut hands) {
            let wish = (&*unnamed, &selection);
            return Err(self.unnamed_failure(error, wish, &preparer, (&mut client, &mut lines)));
        }
        // pip finds out only when the first package is to be put somewhere
        let is_torn =
            [&flags::TARGET, &flags::PREFIX].into_iter().all(|flag| self.parsed.filled(flag).is_some());
        let request = InstallRequest {
            environment,
            wanted: &wanted,
            selection: &selection,
            resolve: &resolve,
            markers: target.markers,
            policy: &policy,
            others: Others::Keep,
            sees: if self.is_blind() { Sees::OwnPip } else { Sees::Everything },
            reinstall: self.parsed.is_on(&flags::FORCE_REINSTALL),
            require_hashes: checks_hashes,
            only_dependencies: self.parsed.is_on(&flags::ONLY_DEPS),
            dry_run: dry_run || is_torn,
        };
        let done = install(&request, &mut preparer, &mut hands);
        let done = done.map_err(|error| {
            let failure = self.explained(error, (&request, &preparer), &mut client, &mut lines);
            let no_user_site = self.interpreter.virtual_environment().is_some();
            if no_user_site || environment.kind() == Kind::User { failure.in_environment() } else { failure }
        })?;
        let mut names = std::mem::take(&mut lines.names);
        names.extend(names_from_metadata(&wanted, &done));
        let pins = std::mem::take(&mut lines.order);
        let removed = std::mem::take(&mut lines.removed);
        let order = std::mem::take(&mut lines.installing);
        drop(lines);
        let raw = |name: &PackageName| names.get(name).cloned().unwrap_or_else(|| name.to_string());
        self.tell_warnings(&done);
        self.write_report(&request, &done, &pins)?;
        if dry_run {
            self.tell_would_install(&done);
            return Ok(0);
        }
        self.tell_changes(&done, &raw, (&order, &removed));
        if is_torn {
            return Err(Failure::error("Cannot set --home and --prefix together"));
        }
        self.warn_about_scripts(&done, &place);
        if !self.parsed.is_on(&flags::NO_DEPS) && self.warns(&flags::NO_WARN_CONFLICTS) && folder.is_none() {
            self.tell_misfits(&done);
        }
        self.tell_installed(&done, &raw);
        if let Some(folder) = folder {
            folder.hand_over(self)?;
        }
        self.warn_root();
        Ok(0)
    }

    fn warns(&self, flag: &crate::cli::Flag) -> bool {
        self.parsed.switch(flag).is_none_or(|switch| switch.value)
    }

    /// `--report`
    fn write_report(
        &self,
        request: &InstallRequest<'_>,
        done: &InstallReport,
        order: &[PackageName],
    ) -> Result<(), Failure> {
        let Some(file) = self.parsed.filled(&flags::REPORT) else { return Ok(()) };
        let text = report(request, done, order);
        if file == "-" {
            self.terminal.line(&text);
            return Ok(());
        }
        let path = self.process.absolute(file);
        std::fs::write(&path, text).map_err(|error| Failure::os_error(&error, file))
    }

    pub(super) fn tell_warnings(&self, done: &InstallReport) {
        for warning in &done.warnings {
            match warning {
                Warning::UnknownExtra { name, version, extra } => {
                    self.warn(&format!("{name} {version} does not provide the extra '{extra}'"));
                }
                Warning::Yanked { name, version, reason } => {
                    let wishes = done.plan.install.iter().map(|(wish, _)| wish);
                    let link = wishes
                        .into_iter()
                        .find(|wish| wish.name == *name)
                        .and_then(|wish| wish.wheel.distribution())
                        .map(|distribution| distribution.file().url.clone())
                        .unwrap_or_default();
                    let page = done.pages.get(name).map(|page| format!(" (from {page})"));
                    let link = format!("{link}{}", page.unwrap_or_default());
                    let reason = reason.as_deref().unwrap_or("<none given>");
                    self.warn(&format!(
                        "The candidate selected for download or install is a yanked version: '{name}' candidate (version {version} at {link})\nReason for being yanked: {reason}"
                    ));
                }
            }
        }
    }

    fn tell_would_install(&self, done: &InstallReport) {
        let mut items: Vec<(String, String)> = done
            .plan
            .install
            .iter()
            .map(|(wish, _)| (raw_name(done, &wish.name), wish.version.to_string()))
            .collect();
        items.sort();
        if !items.is_empty() {
            let items: Vec<String> =
                items.iter().map(|(name, version)| format!("{name}-{version}")).collect();
            self.info(&format!("Would install {}", items.join(" ")));
        }
    }

    /// The lines about what went and what came.
    fn tell_changes(
        &self,
        done: &InstallReport,
        raw: &dyn Fn(&PackageName) -> String,
        (order, removed): (&[PackageName], &BTreeMap<PackageName, Vec<String>>),
    ) {
        let place = |name: &PackageName| order.iter().position(|one| one == name).unwrap_or(usize::MAX);
        let mut coming: Vec<_> = done.plan.install.iter().collect();
        coming.sort_by_key(|(wish, _)| place(&wish.name));
        if coming.is_empty() {
            return;
        }
        let names: Vec<String> = coming.iter().map(|(wish, _)| raw(&wish.name)).collect();
        self.info(&format!("Installing collected packages: {}", names.join(", ")));
        for (wish, arrival) in &coming {
            let Some(old) = arrival.replaced() else { continue };
            let old_name = done.replaced.get(old.name()).cloned().unwrap_or_else(|| old.raw_name());
            let version = old.version_text();
            self.info(&format!("  Attempting uninstall: {}", raw(&wish.name)));
            self.info(&format!("    Found existing installation: {old_name} {version}"));
            self.info(&format!("    Uninstalling {old_name}-{version}:"));
            for path in removed.get(old.name()).into_iter().flatten() {
                self.terminal.verbose(&format!("      Removing file or directory {path}"));
            }
            self.info(&format!("      Successfully uninstalled {old_name}-{version}"));
        }
        if coming.len() > 1 && self.shows_bars() {
            self.info("");
        }
    }

    /// pip ends its bar with an empty line.
    fn shows_bars(&self) -> bool {
        !matches!(self.parsed.text(&flags::PROGRESS_BAR), Some("off" | "raw"))
    }

    fn tell_installed(&self, done: &InstallReport, raw: &dyn Fn(&PackageName) -> String) {
        let installed = done.plan.install.iter();
        let mut items: Vec<(String, String)> =
            installed.map(|(wish, _)| (raw(&wish.name), wish.version.to_string())).collect();
        items.sort();
        if !items.is_empty() {
            let items: Vec<String> =
                items.iter().map(|(name, version)| format!("{name}-{version}")).collect();
            self.info(&format!("Successfully installed {}", items.join(" ")));
        }
    }

    /// What no longer fits together; pip still ends with 0.
    fn tell_misfits(&self, done: &InstallReport) {
        let misfits: Vec<&Misfit> = done.misfits.iter().filter(|misfit| misfit.is_affected).collect();
        if misfits.is_empty() {
            return;
        }
        let mut text = String::from(
            "ERROR: pip's dependency resolver does not currently take into account all the packages that are installed. This behaviour is the source of the following dependency conflicts.",
        );
        let normal = |name: &str| packaging::name::canonicalize_name(name).into_owned();
        let (missing, unfit): (Vec<&Misfit>, Vec<&Misfit>) =
            misfits.into_iter().partition(|misfit| misfit.found.is_none());
        for misfit in missing.into_iter().chain(unfit) {
            let (name, version) = (normal(&misfit.name), &misfit.version);
            let requirement = super::transcript::bare(&misfit.requirement);
            text.push_str(&match &misfit.found {
                None => format!("\n{name} {version} requires {requirement}, which is not installed."),
                Some((other, found)) => format!(
                    "\n{name} {version} requires {requirement}, but you have {} {found} which is incompatible.",
                    normal(other)
                ),
            });
        }
        self.terminal.say(Level::Critical, &text);
    }

    /// Programs that a shell will not find.
    fn warn_about_scripts(&self, done: &InstallReport, place: &Environment) {
        let quiet =
            [&flags::TARGET, &flags::PREFIX].into_iter().any(|flag| self.parsed.filled(flag).is_some());
        let Some(change) = done.change.as_ref().filter(|_| !quiet) else { return };
        let scripts = &place.scheme().scripts;
        let same = |folder: &std::path::PathBuf| folder.components().eq(scripts.components());
        let path = self.process.env.get(std::ffi::OsStr::new("PATH"));
        let on_path = path.is_some_and(|path| std::env::split_paths(path).any(|folder| same(&folder)));
        let beside = self.interpreter.executable().parent().is_some_and(|folder| folder == scripts);
        if on_path || beside || !self.warns(&flags::NO_WARN_SCRIPT_LOCATION) {
            return;
        }
        for programs in change.programs.iter().filter(|programs| !programs.is_empty()) {
            let mut programs = programs.clone();
            programs.sort();
            let (front, last) = programs.split_at(programs.len() - 1);
            let (what, names) = match front {
                [] => ("script", format!("{} is", last.concat())),
                _ => ("scripts", format!("{} and {} are", front.join(", "), last.concat())),
            };
            self.terminal.say(Level::Warning, &format!(
                "  WARNING: The {what} {names} installed in '{}' which is not on PATH.\n  Consider adding this directory to PATH or, if you prefer to suppress this warning, use --no-warn-script-location.",
                scripts.display()
            ));
        }
    }
}
