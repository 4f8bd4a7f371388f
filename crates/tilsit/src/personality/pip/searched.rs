//! The search that `download`, `lock` and `wheel` begin with: what is installed does not count, and nothing is installed.

use std::collections::BTreeMap;
use std::path::PathBuf;

use environment::plan::Others;
use packaging::PackageName;

use super::errors::Failure;
use super::listener::Lines;
use super::{Ended, Session};
use crate::cli::pip as flags;
use crate::ops::build::{Builds, Hands};
use crate::ops::candidates::Selection;
use crate::ops::install::{InstallReport, InstallRequest, Sees, install};
use crate::ops::sources::Preparer;
use crate::ops::wanted::Wanted;

/// What was found, and the means to go on.
pub struct Searched<'s, 'p> {
    /// Versions and files.
    pub found: InstallReport,
    /// Which files can be used.
    pub selection: &'s Selection,
    /// Who prepared sources.
    pub preparer: &'s mut Preparer<'p>,
    /// Names as requirements spell them.
    pub names: BTreeMap<PackageName, String>,
    /// The packages in the order in which pip pins them.
    pub order: Vec<PackageName>,
}

/// What is done with it.
pub type Finish<'f> = dyn FnOnce(Searched<'_, '_>, &mut Hands<'_>) -> Ended + 'f;

impl Session<'_> {
    /// Searches for what the command line names. `folder` is where files will go.
    pub fn searched(&self, folder: Option<PathBuf>, finish: Box<Finish<'_>>) -> Ended {
        self.check_only_dependencies()?;
        let target = self.target()?;
        if self.command() == "download" {
            self.check_target_options(&self.formats(&Wanted::default())?, false)?;
        }
        let mut wanted = self.wanted(&target)?;
        let (build_policy, source_policy) = self.building(&wanted)?;
        let selection = self.selection(&target, &wanted)?;
        let resolve = self.resolve_policy(&wanted)?;
        let environment = self.seen_environment();
        let policy = self.install_policy(&environment);
        let connection = self.connection(&wanted)?;
        let mut client =
            connection.client(self.process, self.interpreter, self.store, (self.observer(), None))?;
        self.tell_places(&connection, &client);
        wanted.refused.map_or(Ok(()), |problem| Err(Failure::constraint(problem)))?;
        self.leave_out(&mut wanted, &target.markers);
        let require_hashes = self.requires_hashes(&wanted);
        let mut lines = Lines::new(self, &selection, require_hashes).into_folder(folder);
        if require_hashes && let Some(failure) = self.distrusted_place(&wanted, &mut lines) {
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
        let request = InstallRequest {
            environment: &environment,
            wanted: &wanted,
            selection: &selection,
            resolve: &resolve,
            markers: target.markers,
            policy: &policy,
            others: Others::Keep,
            sees: Sees::Nothing,
            reinstall: false,
            require_hashes,
            only_dependencies: self.parsed.is_on(&flags::ONLY_DEPS),
            dry_run: true,
        };
        let found = install(&request, &mut preparer, &mut hands);
        let found =
            found.map_err(|error| self.explained(error, (&request, &preparer), &mut client, &mut lines))?;
        self.tell_warnings(&found);
        let (names, order) = (std::mem::take(&mut lines.names), std::mem::take(&mut lines.order));
        let searched = Searched { found, selection: &selection, preparer: &mut preparer, names, order };
        let ended =
            finish(searched, &mut Hands { client: &mut client, store: self.store, listener: &mut lines });
        ended.map_err(|failure| failure.with_hints(&lines.build_hints))
    }
}

impl Searched<'_, '_> {
    /// A package as its requirement spells it.
    pub fn raw(&self, name: &PackageName) -> String {
        self.names.get(name).cloned().unwrap_or_else(|| name.to_string())
    }
}

impl From<crate::ops::download::DownloadError> for Failure {
    fn from(error: crate::ops::download::DownloadError) -> Self {
        match error {
            crate::ops::download::DownloadError::Disk { path, source } => {
                Self::system(&source, &path.to_string_lossy())
            }
            crate::ops::download::DownloadError::Interrupted => Self::error("Operation cancelled by user"),
            other => Self::error(other.to_string()),
        }
    }
}
