//! `tilsit list`, `freeze`, `check`: they only read.

use std::collections::BTreeSet;

use packaging::PackageName;
use serde_json::json;

use super::listener::observer;
use super::{Ended, Session, diagnosis};
use crate::cli::native as flags;
use crate::ops::graph::{Graph, Misfit};
use crate::ops::list::{ListRequest, Listed, list};
use crate::ops::own_pip;
use crate::ops::versions::{Available, available};
use crate::ops::wanted::Wanted;
use crate::ops::working_copy::{WorkingCopy, working_copy};
use crate::output::{Diagnostic, columns};
use crate::settings::Process;

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
        if self.parsed.is_on(&flags::OUTDATED) {
            return self.list_outdated(&listed);
        }
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
            "freeze" => listed.iter().for_each(|one| self.terminal.line(&pin(one, self.process))),
            _ => {
                let rows: Vec<_> =
                    listed.iter().map(|one| vec![one.raw_name.clone(), one.version.clone()]).collect();
                self.terminal.text(&columns::aligned(&rows));
            }
        }
        Ok(0)
    }

    /// Those of which the indexes have a newer version for this Python, with that version.
    fn list_outdated(&self, listed: &[Listed]) -> Ended {
        if self.parsed.text(&flags::FORMAT) == Some("freeze") {
            return Err(Box::new(diagnosis::outdated_as_freeze()));
        }
        let newer = self.newer(listed)?;
        if self.parsed.is_on(&flags::JSON) || self.parsed.text(&flags::FORMAT) == Some("json") {
            let rows: Vec<_> = newer.iter().map(|(one, latest)| json_newer(one, latest)).collect();
            self.terminal.json(&rows);
            return Ok(0);
        }
        let row = |(one, latest): &(&Listed, Available)| {
            let latest_version = latest.version.to_string();
            vec![one.raw_name.clone(), one.version.clone(), latest_version, latest.filetype().to_owned()]
        };
        self.terminal.text(&columns::aligned(&newer.iter().map(row).collect::<Vec<_>>()));
        Ok(0)
    }

    fn newer<'a>(&self, listed: &'a [Listed]) -> Result<Vec<(&'a Listed, Available)>, Box<Diagnostic>> {
        let store = self.store()?;
        let environment = self.environment(&store)?;
        let mut wanted = Wanted::default();
        let selection = self.selection(&self.target(environment.interpreter())?, &wanted)?;
        let policy = self.resolve_policy(&mut wanted)?;
        let mut client = self
            .connection()?
            .client(self.process, environment.interpreter(), &store, (observer(), None))
            .map_err(|error| diagnosis::connection(&error))?;
        let kept = own_pip::held(&environment);
        let asked = listed.iter().filter(|one| !kept.contains(&one.name));
        let names = asked.map(|one| one.name.clone()).collect();
        let answers = available(names, &selection, &policy.prereleases, &mut client);
        let mut answers = answers.map_err(|error| diagnosis::search(&error))?;
        // An index that cannot be asked may have newer versions: what the others have is not the answer.
        if let Some(failure) = answers.failures.pop() {
            return Err(Box::new(diagnosis::search(&failure.into())));
        }
        let newest = |one: &'a Listed| {
            let latest = answers.versions.remove(&one.name)?.into_iter().next()?;
            let is_newer = one.distribution.version().is_none_or(|version| latest.version > version);
            is_newer.then_some((one, latest))
        };
        Ok(listed.iter().filter_map(newest).collect())
    }

    pub(super) fn freeze(&self) -> Ended {
        for one in self.listed()? {
            if one.name.as_str() != "pip" {
                self.terminal.line(&pin(&one, self.process));
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

    /// The packages named, all of which must be installed.
    pub(super) fn named_installed(&self, graph: &Graph) -> Result<Vec<PackageName>, Box<Diagnostic>> {
        let mut missing = Vec::new();
        let mut named = Vec::new();
        for word in &self.parsed.arguments {
            match PackageName::new(word).ok().filter(|name| graph.installed.get(name).is_some()) {
                Some(name) => named.push(name),
                None => missing.push(word.as_str()),
            }
        }
        if missing.is_empty() { Ok(named) } else { Err(Box::new(diagnosis::not_installed(&missing))) }
    }

    pub(super) fn graph(&self) -> Result<Graph, Box<Diagnostic>> {
        let store = self.store()?;
        let environment = self.environment(&store)?;
        Graph::read(&environment).map_err(|error| Box::new(diagnosis::read(&error)))
    }
}

fn json_row(one: &Listed) -> serde_json::Value {
    let mut row = json!({ "name": one.raw_name, "version": one.version });
    if let (Some(folder), Some(row)) = (one.editable(), row.as_object_mut()) {
        row.insert("editable_project_location".to_owned(), json!(folder));
    }
    row
}

fn json_newer(one: &Listed, latest: &Available) -> serde_json::Value {
    let mut row = json_row(one);
    if let Some(row) = row.as_object_mut() {
        row.insert("latest_version".to_owned(), json!(latest.version.to_string()));
        row.insert("latest_filetype".to_owned(), json!(latest.filetype()));
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
fn pin(one: &Listed, process: &Process) -> String {
    if let Some(folder) = one.editable() {
        return match working_copy(&folder, &one.raw_name, process) {
            WorkingCopy::At(requirement) => format!("-e {requirement}"),
            _ => format!("-e {}", folder.display()),
        };
    }
    if let Some(direct) = one.direct_url() {
        return direct.to_requirement(&one.raw_name);
    }
    let operator = if one.distribution.version().is_some() { "==" } else { "===" };
    format!("{}{operator}{}", one.raw_name, one.version)
}

/// One misfit in words.
pub fn misfit_text(misfit: &Misfit) -> String {
    let Misfit { name, version, requirement, found, .. } = misfit;
    match found {
        Some((other, found)) => format!("{name} {version} needs {requirement}, but {other} is {found}"),
        None => format!("{name} {version} needs {requirement}, which is not installed"),
    }
}
