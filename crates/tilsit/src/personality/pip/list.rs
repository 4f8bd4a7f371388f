//! `pip list`

use std::collections::BTreeSet;

use environment::Environment;
use packaging::{PackageName, Version};
use serde_json::Value;

use super::errors::Failure;
use super::looking::Looking;
use super::{Ended, Session};
use crate::cli::pip as flags;
use crate::ops::candidates::Selection;
use crate::ops::list::{Editable, ListRequest, Listed, Place, list};
use crate::ops::versions::{Answers, Available, available};
use crate::ops::wanted::Wanted;
use crate::output::{Json, Level, columns};

/// Names that pip never lists: what `argparse` and `wsgiref` once left behind.
const STANDARD_LIBRARY: [&str; 3] = ["argparse", "python", "wsgiref"];

/// A row of the list.
struct Row {
    listed: Listed,
    latest: Option<Available>,
}

impl Session<'_> {
    pub(super) fn list(&self) -> Ended {
        let on = |flag| self.parsed.is_on(flag);
        let format = self.parsed.text(&flags::LIST_FORMAT).unwrap_or("columns");
        self.resolve_policy(&Wanted::default())?;
        if on(&flags::OUTDATED) && on(&flags::UPTODATE) {
            return Err(Failure::error("Options --outdated and --uptodate cannot be combined."));
        }
        if on(&flags::OUTDATED) && format == "freeze" {
            let mut failure =
                Failure::error("List format 'freeze' cannot be used with the --outdated option.");
            failure.hint("`tilsit upgrade --all` brings everything that is outdated up to date");
            return Err(failure);
        }
        let request = ListRequest {
            not_required: on(&flags::NOT_REQUIRED),
            editable: self.editable(),
            ..self.list_request()?
        };
        let environment = self.seen_environment();
        self.warn_leftovers(&environment);
        let mut listed = list(&environment, &request)?;
        listed.retain(|one| !is_standard(&one.name));
        let rows = if on(&flags::OUTDATED) || on(&flags::UPTODATE) {
            self.compared(listed)?
        } else {
            listed.into_iter().map(|listed| Row { listed, latest: None }).collect()
        };
        match format {
            "json" => self.info(&Json::List(rows.iter().map(|row| self.json_row(row)).collect()).line()),
            "freeze" => rows.iter().for_each(|row| self.list_pin(&row.listed)),
            _ if rows.is_empty() => {}
            _ => self.list_columns(&rows),
        }
        Ok(0)
    }

    /// Which packages `list`, `freeze` and `inspect` look at.
    pub(super) fn list_request(&self) -> Result<ListRequest, Failure> {
        // as they are given: pip shows them so
        let paths = self.parsed.values(&flags::PATH).into_iter().map(|path| self.process.expand_user(path));
        let paths: Vec<_> = paths.collect();
        let (user, local) = (self.parsed.is_on(&flags::ONLY_USER), self.parsed.is_on(&flags::LOCAL));
        if !paths.is_empty() && (user || local) {
            return Err(Failure::error("Cannot combine '--path' with '--user' or '--local'"));
        }
        let names = self.parsed.values(&flags::EXCLUDE).into_iter();
        let exclude: BTreeSet<PackageName> = names.filter_map(|name| PackageName::new(name).ok()).collect();
        let place = match (user, local) {
            (false, false) if paths.is_empty() => Place::Everywhere,
            (false, false) => Place::Folders(paths),
            (true, _) => Place::Below(self.user_site()),
            (false, true) => Place::Own,
        };
        Ok(ListRequest { exclude, place, ..ListRequest::default() })
    }

    /// What a removal left that never ended: pip says so whenever it looks around.
    pub(super) fn warn_leftovers(&self, environment: &Environment) {
        for folder in environment.site_packages() {
            let names = std::fs::read_dir(&folder).into_iter().flatten().flatten().map(|one| one.file_name());
            let names = names.filter(|name| name.as_encoded_bytes().starts_with(b"~"));
            let mut leftovers: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
            leftovers.retain(|name| name.ends_with(".dist-info"));
            leftovers.sort();
            for name in leftovers {
                self.warn(&format!(
                    "Ignoring incompletely removed distribution {name} ({}); '~'-prefixed leftover directories are the result of a previous incomplete installation, and can be deleted",
                    folder.display()
                ));
            }
        }
    }

    fn editable(&self) -> Editable {
        let include = self.parsed.switch(&flags::INCLUDE_EDITABLE).is_none_or(|switch| switch.value);
        match (self.parsed.is_on(&flags::LIST_EDITABLE), include) {
            (true, true) => Editable::Only,
            (true, false) => Editable::Neither,
            (false, true) => Editable::Include,
            (false, false) => Editable::Exclude,
        }
    }

    /// What the indexes have, for those packages that they know: the outdated ones, or those that are not.
    fn compared(&self, listed: Vec<Listed>) -> Result<Vec<Row>, Failure> {
        let target = self.target()?;
        let wanted = Wanted::default();
        let selection = self.selection(&target, &wanted)?;
        let connection = self.connection(&wanted)?;
        let mut client =
            connection.client(self.process, self.interpreter, self.store, (self.observer(), None))?;
        let names: Vec<_> = listed.iter().map(|one| one.name.clone()).collect();
        let prereleases = self.resolve_policy(&wanted)?.prereleases;
        let mut answers = available(names, &selection, &prereleases, &mut client)?;
        self.tell_looking(&answers, &selection);
        self.warn_failures(&answers);
        let outdated = self.parsed.is_on(&flags::OUTDATED);
        let rows = listed.into_iter().filter_map(|listed| {
            let latest = answers.versions.remove(&listed.name)?.into_iter().next()?;
            let version = Version::parse(&listed.version).ok()?;
            let fits = if outdated { latest.version > version } else { latest.version == version };
            fits.then_some(Row { listed, latest: Some(latest).filter(|_| outdated) })
        });
        Ok(rows.collect())
    }

    /// The pages, in the order of the names.
    pub(super) fn tell_looking(&self, answers: &Answers, selection: &Selection) {
        if !self.terminal.wants(Level::Verbose) {
            return;
        }
        if let Some(looking) = Looking::new(self, selection, &answers.projects, &Wanted::default()) {
            answers.versions.keys().for_each(|name| looking.pages(name));
        }
    }

    /// pip goes on without an index that cannot be asked.
    pub(super) fn warn_failures(&self, answers: &Answers) {
        answers.failures.iter().for_each(|failure| self.page_skipped(failure));
        self.retries.settle();
        if let Some(failure) = answers.failures.first() {
            self.terminal.say(Level::Warning, &format!("hint: {}", super::hints::page(failure)));
        }
    }

    fn is_verbose(&self) -> bool {
        self.parsed.count(&flags::VERBOSE) > 0
    }

    fn list_pin(&self, one: &Listed) {
        let location = if self.is_verbose() {
            format!(" ({})", one.distribution.location().display())
        } else {
            String::new()
        };
        self.info(&format!("{}{location}", pinned(one)));
    }

    fn json_row(&self, row: &Row) -> Json {
        let one = &row.listed;
        let text = |path: &std::path::Path| Json::from(path.to_string_lossy().into_owned());
        let mut entries: Vec<(&str, Json)> =
            vec![("name", one.raw_name.clone().into()), ("version", version_of(one).into())];
        if self.is_verbose() {
            entries.push(("location", text(one.distribution.location())));
            entries.push(("installer", one.distribution.installer().unwrap_or_default().into()));
        }
        if let Some(latest) = &row.latest {
            entries.push(("latest_version", latest.version.to_string().into()));
            entries.push(("latest_filetype", Value::from(latest.filetype()).into()));
        }
        if let Some(folder) = one.editable() {
            entries.push(("editable_project_location", text(&folder)));
        }
        Json::table(entries)
    }

    fn list_columns(&self, rows: &[Row]) {
        let outdated = self.parsed.is_on(&flags::OUTDATED);
        let editable = rows.iter().any(|row| row.listed.editable().is_some());
        let builds: Vec<String> = rows.iter().map(|row| build_tag(&row.listed)).collect();
        let has_builds = builds.iter().any(|build| !build.is_empty());
        let mut header = vec!["Package", "Version"];
        header.extend(outdated.then_some(["Latest", "Type"]).into_iter().flatten());
        header.extend(has_builds.then_some("Build"));
        header.extend(editable.then_some("Editable project location"));
        header.extend(self.is_verbose().then_some(["Location", "Installer"]).into_iter().flatten());
        let row = |(row, build): (&Row, String)| {
            let one = &row.listed;
            let mut cells = vec![one.raw_name.clone(), one.version.clone()];
            if let Some(latest) = &row.latest {
                cells.extend([latest.version.to_string(), latest.filetype().to_owned()]);
            }
            cells.extend(has_builds.then_some(build));
            let folder = || one.editable().map_or_else(String::new, |folder| folder.display().to_string());
            cells.extend(editable.then(folder));
            if self.is_verbose() {
                cells.push(one.distribution.location().display().to_string());
                cells.push(one.distribution.installer().unwrap_or_default());
            }
            cells
        };
        let table: Vec<Vec<String>> = rows.iter().zip(builds).map(row).collect();
        self.info(columns::pip_columns(&header, &table).trim_end_matches('\n'));
    }
}

/// Whether pip keeps silent about it.
pub(super) fn is_standard(name: &PackageName) -> bool {
    STANDARD_LIBRARY.contains(&name.as_str())
}

/// The version in its normal form, or as it is written when it is none.
pub(super) fn version_of(one: &Listed) -> String {
    one.distribution.version().map_or_else(|| one.version.clone(), |version| version.to_string())
}

/// `name==1.0`; three signs for what is no version.
pub(super) fn pinned(one: &Listed) -> String {
    let operator = if one.distribution.version().is_some() { "==" } else { "===" };
    format!("{}{operator}{}", one.raw_name, version_of(one))
}

fn build_tag(one: &Listed) -> String {
    let wheel = one.distribution.read("WHEEL").ok().flatten().unwrap_or_default();
    let text = String::from_utf8_lossy(&wheel);
    let mut tags = text.lines().filter_map(|line| line.strip_prefix("Build:"));
    tags.next().map_or_else(String::new, |tag| tag.trim().to_owned())
}
