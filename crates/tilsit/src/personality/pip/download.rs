//! `pip download`

use environment::plan::Others;
use packaging::PackageName;

use super::errors::Failure;
use super::listener::{Lines, observer};
use super::{Ended, Session};
use crate::cli::pip as flags;
use crate::ops::build::{Builds, Hands};
use crate::ops::download::{DownloadError, download, file_of};
use crate::ops::install::{InstallRequest, install};
use crate::ops::sources::Preparer;
use crate::ops::wanted::Wanted;

impl Session<'_> {
    pub(super) fn download(&self) -> Ended {
        let target = self.target()?;
        self.check_target_options(&self.formats(&Wanted::default())?, false)?;
        let folder = self.process.absolute(self.parsed.text(&flags::DEST).unwrap_or("."));
        let folder: std::path::PathBuf = folder.components().collect();
        let mut wanted = self.wanted(&target.markers)?;
        let selection = self.selection(&target, &wanted)?;
        let resolve = self.resolve_policy(&wanted)?;
        let environment = self.seen_environment();
        let policy = self.install_policy(&environment);
        let connection = self.connection(&wanted)?;
        let mut client = connection.client(self.process, self.interpreter, self.store, (observer(), None))?;
        self.tell_places(&connection, &client);
        let checks_hashes = self.requires_hashes(&wanted);
        let mut lines = Lines::new(self, &selection, checks_hashes).into_folder(folder.clone());
        let (build_policy, source_policy) = self.building(&wanted, None)?;
        let builds = Builds::new(self.process, self.interpreter, &build_policy);
        let mut preparer = Preparer::new(&builds, &source_policy);
        let mut hands = Hands { client: &mut client, store: self.store, listener: &mut lines };
        preparer.name_all(&mut wanted, &mut hands)?;
        let request = InstallRequest {
            environment: &environment,
            wanted: &wanted,
            selection: &selection,
            resolve: &resolve,
            markers: target.markers,
            policy: &policy,
            others: Others::Keep,
            blind: true,
            reinstall: false,
            require_hashes: checks_hashes,
            dry_run: true,
        };
        let found = install(&request, &mut preparer, &mut hands);
        let found = found.map_err(|error| self.explained(error, &request, &mut client, &mut lines))?;
        let (names, order) = (std::mem::take(&mut lines.names), std::mem::take(&mut lines.order));
        drop(lines);
        self.tell_warnings(&found);
        let files = order.iter().filter_map(|name| Some((name.clone(), file_of(&found, name)?))).collect();
        let mut saved = download(files, &folder, &mut client).map_err(failed)?;
        saved.sort_by_key(|one| order.iter().position(|name| *name == one.name));
        for one in &saved {
            if !one.was_there {
                self.info(&format!("Saved {}", self.shown(&one.path)));
            }
        }
        let raw = |name: &PackageName| names.get(name).cloned().unwrap_or_else(|| name.to_string());
        if !saved.is_empty() {
            let all: Vec<String> = saved.iter().map(|one| raw(&one.name)).collect();
            self.info(&format!("Successfully downloaded {}", all.join(" ")));
        }
        Ok(0)
    }
}

fn failed(error: DownloadError) -> Failure {
    match error {
        DownloadError::Interrupted => Failure::error("Operation cancelled by user"),
        other => Failure::error(other.to_string()),
    }
}
