//! `tilsit list`, `freeze`, `check`: they only read.

use std::collections::BTreeSet;

use packaging::PackageName;
use serde_json::json;

use super::{Ended, Session, diagnosis};
use crate::cli::native as flags;
use crate::ops::graph::{Graph, Misfit};
use crate::ops::list::{ListRequest, Listed, list};
use crate::output::{Diagnostic, columns};

impl Session<'_> {
    fn listed(&self) -> Result<Vec<Listed>, Box<Diagnostic>> {
        let store = self.store()?;
        let environment = self.environment(&store)?;
        let exclude: BTreeSet<PackageName> = self
            .parsed
            .values(&flags::EXCLUDE)
            .into_iter()
            .filter_map(|name| PackageName::new(name).ok())
            .collect();
        let request = ListRequest { exclude, ..ListRequest::default() };
        list(&environment, &request).map_err(|error| Box::new(diagnosis::read(&error)))
    }

    pub(super) fn list(&self) -> Ended {
        let listed = self.listed()?;
        let format = if self.parsed.is_on(&flags::JSON) {
            "json"
        } else {
            self.parsed.text(&flags::FORMAT).unwrap_or("columns")
        };
        match format {
            "json" => {
                let rows: Vec<_> = listed.iter().map(json_row).collect();
                self.terminal.json(&rows);
            }
            "freeze" => listed.iter().for_each(|one| self.terminal.line(&pin(one))),
            _ => {
                let rows: Vec<_> =
                    listed.iter().map(|one| vec![one.raw_name.clone(), one.version.clone()]).collect();
                self.terminal.text(&columns::aligned(&rows));
            }
        }
        Ok(0)
    }

    pub(super) fn freeze(&self) -> Ended {
        for one in self.listed()? {
            if one.name.as_str() != "pip" {
                self.terminal.line(&pin(&one));
            }
        }
        Ok(0)
    }

    pub(super) fn check(&self) -> Ended {
        let graph = self.graph()?;
        let misfits = graph.misfits();
        if self.parsed.is_on(&flags::JSON) {
            let rows: Vec<_> = misfits.iter().map(json_misfit).collect();
            self.terminal.json(&rows);
        } else if misfits.is_empty() {
            self.terminal.info(&format!("{} packages fit together", graph.installed.len()));
        } else {
            misfits.iter().for_each(|misfit| self.terminal.line(&misfit_text(misfit)));
        }
        Ok(if misfits.is_empty() { 0 } else { 3 })
    }

    pub(super) fn graph(&self) -> Result<Graph, Box<Diagnostic>> {
        let store = self.store()?;
        let environment = self.environment(&store)?;
        Graph::read(&environment).map_err(|error| Box::new(diagnosis::read(&error)))
    }
}

fn json_row(one: &Listed) -> serde_json::Value {
    let mut row = json!({ "name": one.raw_name, "version": one.version });
    if let (Some(folder), Some(row)) = (&one.editable, row.as_object_mut()) {
        row.insert("editable_project_location".to_owned(), json!(folder));
    }
    row
}

fn json_misfit(misfit: &Misfit) -> serde_json::Value {
    json!({
        "name": misfit.name,
        "version": misfit.version,
        "requires": misfit.requirement.to_string(),
        "installed": misfit.found.as_ref().map(|(_, version)| version),
    })
}

/// A line of a requirements file that installs the same again.
fn pin(one: &Listed) -> String {
    if let Some(direct) = one.distribution.direct_url() {
        return format!("{} @ {}", one.raw_name, direct.url);
    }
    let operator = if one.distribution.version().is_some() { "==" } else { "===" };
    format!("{}{operator}{}", one.raw_name, one.version)
}

/// One misfit in words.
pub fn misfit_text(misfit: &Misfit) -> String {
    let Misfit { name, version, requirement, found } = misfit;
    match found {
        Some((other, found)) => format!("{name} {version} needs {requirement}, but {other} is {found}"),
        None => format!("{name} {version} needs {requirement}, which is not installed"),
    }
}
