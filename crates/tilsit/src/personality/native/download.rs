//! `tilsit download`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use environment::plan::Others;
use packaging::PackageName;
use packaging::distribution::{Distribution, RemoteFile};
use packaging::filenames::DistributionFilename;
use serde_json::json;

use super::building::Site;
use super::listener::{Shown, observer};
use super::target::Target;
use super::{Ended, Session, diagnosis};
use crate::cli::native as flags;
use crate::ops::build::{Builds, Hands};
use crate::ops::download::{Saved, download, file_of};
use crate::ops::install::{InstallReport, InstallRequest, Sees, install};
use crate::ops::python;
use crate::ops::sources::Preparer;
use crate::ops::wanted::Wanted;

/// A file that is wanted, and by which Pythons and platforms.
struct File {
    distribution: Distribution,
    version: String,
    targets: Vec<String>,
}

/// The files of all targets, by their names.
#[derive(Default)]
struct Files {
    files: BTreeMap<String, File>,
    /// What is no file: repositories and folders.
    without: BTreeMap<PackageName, String>,
}

impl Session<'_> {
    pub(super) fn download(&self) -> Ended {
        let sources = self.sources();
        if sources.is_empty() {
            return Err(Box::new(diagnosis::nothing_named("download")));
        }
        let store = self.working_store()?;
        let interpreter = python::any(self.process, &store, self.parsed.text(&flags::PYTHON))
            .map_err(|error| diagnosis::python(&error))?;
        let targets = self.targets(&interpreter)?;
        let mut wanted = self.wanted(&sources, &interpreter, &store)?;
        let mut connection = self.connection()?;
        self.join_file_options(&mut connection, &wanted);
        let mut client = connection
            .client(self.process, &interpreter, &store, (observer(), None))
            .map_err(|error| diagnosis::connection(&error))?;
        let mut shown = Shown::new(self.terminal);
        let site = Site { environment: None, interpreter: &interpreter, store: &store };
        let (build_policy, source_policy) = match targets.first() {
            Some((_, target)) => self.building(&wanted, &site, &self.selection(target, &wanted)?)?,
            None => return Ok(0),
        };
        let builds = Builds::new(self.process, &interpreter, &build_policy);
        let mut preparer = Preparer::new(&builds, &source_policy);
        let mut hands = Hands { client: &mut client, store: &store, listener: &mut shown };
        preparer.name_all(&mut wanted, &mut hands).map_err(|error| diagnosis::source(&error))?;
        let environment = self.environment_of(interpreter.clone());
        let resolve = self.resolve_policy(&mut wanted)?;
        let policy = self.install_policy(&environment);
        let mut files = Files::default();
        for (words, target) in targets {
            let selection = self.selection(&target, &wanted)?;
            let Target { markers, .. } = target;
            let request = InstallRequest {
                environment: &environment,
                wanted: &wanted,
                selection: &selection,
                resolve: &resolve,
                markers,
                policy: &policy,
                others: Others::Keep,
                sees: Sees::Nothing,
                reinstall: false,
                only_dependencies: false,
                require_hashes: self.parsed.is_on(&flags::REQUIRE_HASHES) || wanted.has_hashes(),
                dry_run: true,
            };
            let report = install(&request, &mut preparer, &mut hands).map_err(|error| {
                diagnosis::install(&error, &selection)
                    .facts(words.iter().map(|words| format!("wanted for {words}")))
            })?;
            for warning in &report.warnings {
                self.terminal.warn(&super::install::warning_text(warning));
            }
            files.add(&report, &wanted, words.as_deref().unwrap_or("this machine"));
        }
        drop(shown);
        self.save(&files, &mut client)
    }

    fn save(&self, files: &Files, client: &mut index::Client) -> Ended {
        for (name, url) in &files.without {
            self.terminal.warn(&format!("{name} is left out: {url} is not a file to be downloaded"));
        }
        let folder = self.process.absolute(self.parsed.text(&flags::DEST).unwrap_or("."));
        let folder: PathBuf = folder.components().collect();
        let dry_run = self.parsed.is_on(&flags::DRY_RUN);
        let saved = match dry_run {
            true => Vec::new(),
            false => {
                download(files.wanted(), &folder, client).map_err(|error| diagnosis::download(&error))?
            }
        };
        if self.parsed.is_on(&flags::JSON) {
            self.terminal.json(&files.in_json(&folder, &saved, dry_run));
            return Ok(0);
        }
        let is_new = |name: &str| {
            saved.iter().any(|one| !one.was_there && one.path.file_name().is_some_and(|file| file == name))
        };
        let style = self.terminal.stderr_style();
        for name in files.files.keys().filter(|name| dry_run || is_new(name)) {
            self.terminal.info(&style.added(&format!("+ {name}")));
        }
        let there = saved.iter().filter(|one| one.was_there).count();
        let place = folder.display();
        self.terminal.info(&match dry_run {
            true => format!("{} files would be in {place}; nothing was changed", files.files.len()),
            false if there > 0 => {
                format!("{} files in {place}, {there} of them were there already", saved.len())
            }
            false => format!("{} files in {place}", saved.len()),
        });
        Ok(0)
    }
}

impl Files {
    /// The files of a plan for one target.
    fn add(&mut self, report: &InstallReport, wanted: &Wanted, target: &str) {
        for (wish, _) in &report.plan.install {
            let Some(distribution) = file_of(report, &wish.name) else {
                let url = report.resolution.get(&wish.name).find_map(|one| match &one.source {
                    packaging::resolution::PackageSource::Url(url) => Some(index::redacted_text(url)),
                    _ => None,
                });
                self.without.insert(wish.name.clone(), url.unwrap_or_default());
                continue;
            };
            let distribution = promised(distribution, wanted);
            let file = self.files.entry(distribution.filename().to_owned()).or_insert_with(|| File {
                distribution,
                version: wish.version.to_string(),
                targets: Vec::new(),
            });
            file.targets.push(target.to_owned());
        }
    }

    fn wanted(&self) -> Vec<(PackageName, Distribution)> {
        let pair = |file: &File| (file.distribution.name().clone(), file.distribution.clone());
        self.files.values().map(pair).collect()
    }

    fn in_json(&self, folder: &Path, saved: &[Saved], dry_run: bool) -> serde_json::Value {
        let rows = self.files.iter().map(|(filename, file)| {
            let path = folder.join(filename);
            let was_there = saved.iter().any(|one| one.was_there && one.path == path);
            json!({
                "name": file.distribution.name().as_str(),
                "version": file.version,
                "filename": filename,
                "path": path,
                "was_there": was_there,
                "targets": file.targets,
            })
        });
        json!({ "folder": folder, "changed": !dry_run, "files": rows.collect::<Vec<_>>() })
    }
}

/// A file about which its index promises nothing must have one of the hashes that the user allows.
fn promised(distribution: Distribution, wanted: &Wanted) -> Distribution {
    let allowed = wanted.hashes.get(distribution.name()).filter(|_| distribution.file().hashes.is_empty());
    let Some(hashes) = allowed.cloned() else { return distribution };
    let file = RemoteFile { hashes, ..distribution.file().clone() };
    match distribution {
        Distribution::Wheel(wheel) => Distribution::new(DistributionFilename::Wheel(wheel.filename), file),
        Distribution::Source(source) => {
            Distribution::new(DistributionFilename::Source(source.filename), file)
        }
    }
}
