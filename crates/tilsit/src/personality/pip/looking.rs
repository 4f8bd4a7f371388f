//! `pip list`, `freeze` and `check`

use std::collections::BTreeSet;
use std::path::Path;

use environment::{Environment, ReadError};
use packaging::PackageName;
use packaging::direct_url::write_python_json;
use serde_json::json;

use super::{ERROR, Session};
use crate::cli::pip as flags;
use crate::ops::graph::{Graph, Misfit};
use crate::ops::list::{Editable, ListRequest, Listed, list};
use crate::output::columns;

impl Session<'_> {
    pub(super) fn list(&self) -> u8 {
        if self.parsed.is_on(&flags::OUTDATED) || self.parsed.is_on(&flags::UPTODATE) {
            return self.error("--outdated and --uptodate are not there yet: use `tilsit list --outdated`");
        }
        let include = self.parsed.switch(&flags::INCLUDE_EDITABLE).is_none_or(|switch| switch.value);
        let editable = match (self.parsed.is_on(&flags::LIST_EDITABLE), include) {
            (true, _) => Editable::Only,
            (false, true) => Editable::Include,
            (false, false) => Editable::Exclude,
        };
        match self.listed(editable) {
            Err(error) => self.error(&error.to_string()),
            Ok(listed) => {
                self.print_list(&listed);
                0
            }
        }
    }

    fn print_list(&self, listed: &[Listed]) {
        match self.parsed.text(&flags::LIST_FORMAT) {
            Some("json") => {
                let rows: Vec<_> = listed.iter().map(json_row).collect();
                let mut text = String::new();
                write_python_json(&mut text, &json!(rows));
                self.terminal.info(&text);
            }
            Some("freeze") => listed.iter().for_each(|one| self.terminal.info(&pinned(one))),
            _ if listed.is_empty() => {}
            _ => {
                let places = listed.iter().any(|one| one.editable.is_some());
                let header = ["Package", "Version", "Editable project location"];
                let row = |one: &Listed| {
                    let mut row = vec![one.raw_name.clone(), one.version.clone()];
                    let place = one.editable.as_ref().map(|place| place.display().to_string());
                    row.extend(places.then(|| place.unwrap_or_default()));
                    row
                };
                let rows: Vec<_> = listed.iter().map(row).collect();
                let table = columns::pip_columns(&header[..if places { 3 } else { 2 }], &rows);
                self.terminal.info(table.trim_end_matches('\n'));
            }
        }
    }

    pub(super) fn freeze(&self) -> u8 {
        let editable =
            if self.parsed.is_on(&flags::EXCLUDE_EDITABLE) { Editable::Exclude } else { Editable::Include };
        let listed = match self.listed(editable) {
            Ok(listed) => listed,
            Err(error) => return self.error(&error.to_string()),
        };
        let everything = self.parsed.is_on(&flags::ALL);
        for one in listed.iter().filter(|one| everything || !self.is_tool(&one.name)) {
            match (&one.editable, one.distribution.direct_url()) {
                (Some(place), _) => {
                    self.terminal
                        .info(&format!("# Editable install with no version control ({})", pinned(one)));
                    self.terminal.info(&format!("-e {}", place.display()));
                }
                (None, Some(direct)) => {
                    self.terminal.info(&direct.to_requirement(&one.raw_name));
                }
                (None, None) => self.terminal.info(&pinned(one)),
            }
        }
        0
    }

    /// What `freeze` leaves out without `--all`.
    fn is_tool(&self, name: &PackageName) -> bool {
        let old = (self.interpreter.version().0, self.interpreter.version().1) < (3, 12);
        name.as_str() == "pip" || old && ["setuptools", "wheel", "distribute"].contains(&name.as_str())
    }

    pub(super) fn check(&self) -> u8 {
        let graph = match Graph::read(&self.environment()) {
            Ok(graph) => graph,
            Err(error) => return self.error(&error.to_string()),
        };
        let misfits = graph.misfits();
        misfits.iter().for_each(|misfit| self.terminal.info(&misfit_line(misfit)));
        if misfits.is_empty() {
            self.terminal.info("No broken requirements found.");
            return 0;
        }
        ERROR
    }

    fn environment(&self) -> Environment {
        Environment::of(self.interpreter.clone(), Path::new(""))
    }

    fn listed(&self, editable: Editable) -> Result<Vec<Listed>, ReadError> {
        let names = self.parsed.values(&flags::EXCLUDE);
        let exclude: BTreeSet<PackageName> =
            names.into_iter().filter_map(|name| PackageName::new(name).ok()).collect();
        let paths = self.parsed.values(&flags::PATH).into_iter().map(|path| self.process.absolute(path));
        let request = ListRequest {
            exclude,
            local: self.parsed.is_on(&flags::LOCAL),
            paths: paths.collect(),
            not_required: self.parsed.is_on(&flags::NOT_REQUIRED),
            editable,
        };
        list(&self.environment(), &request)
    }
}

fn json_row(one: &Listed) -> serde_json::Value {
    match &one.editable {
        None => json!({ "name": one.raw_name, "version": one.version }),
        Some(place) => {
            json!({ "name": one.raw_name, "version": one.version, "editable_project_location": place })
        }
    }
}

/// `name==1.0`; three signs for what is no version.
fn pinned(one: &Listed) -> String {
    let operator = if one.distribution.version().is_some() { "==" } else { "===" };
    format!("{}{operator}{}", one.raw_name, one.version)
}

fn misfit_line(misfit: &Misfit) -> String {
    let Misfit { name, version, requirement, found } = misfit;
    match found {
        Some((other, found)) => {
            format!("{name} {version} has requirement {requirement}, but you have {other} {found}.")
        }
        None => format!("{name} {version} requires {}, which is not installed.", requirement.name),
    }
}
