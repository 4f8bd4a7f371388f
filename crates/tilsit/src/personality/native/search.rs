//! `tilsit search`

use std::collections::BTreeMap;

use packaging::PackageName;
use serde_json::json;

use super::listener::observer;
use super::{Ended, Session, diagnosis};
use crate::cli::native as flags;
use crate::ops::list::{ListRequest, list};
use crate::ops::names::{Hit, Query, lists, search};
use crate::ops::python;
use crate::output::columns;

/// How many names are shown when nobody says.
const USUAL: usize = 20;

impl Session<'_> {
    pub(super) fn search(&self) -> Ended {
        let query = Query::new(self.parsed.arguments.iter().map(String::as_str));
        if query.is_empty() {
            return Err(Box::new(diagnosis::nothing_to_search()));
        }
        let store = self.working_store()?;
        let interpreter = python::any(self.process, &store, self.parsed.text(&flags::PYTHON))
            .map_err(|error| diagnosis::python(&error))?;
        let mut client = self
            .connection()?
            .client(self.process, &interpreter, &store, (observer(), None))
            .map_err(|error| diagnosis::connection(&error))?;
        if client.indexes().is_empty() {
            return Err(Box::new(diagnosis::no_index_to_search()));
        }
        let lists = lists(&mut client).map_err(|error| diagnosis::project_list(&error))?;
        let limit = self.parsed.integer(&flags::LIMIT).and_then(|limit| usize::try_from(limit).ok());
        let (hits, all) = search(&lists, &query, limit.unwrap_or(USUAL));
        let installed = self.installed_versions(&store);
        self.tell_hits(&hits, all, &installed);
        Ok(u8::from(hits.is_empty()))
    }

    fn tell_hits(&self, hits: &[Hit], all: usize, installed: &BTreeMap<PackageName, String>) {
        let version = |hit: &Hit| installed.get(&PackageName::new(&hit.name).ok()?);
        if self.parsed.is_on(&flags::JSON) {
            let row = |hit: &Hit| json!({ "name": hit.name, "match": hit.likeness.word(), "installed": version(hit) });
            return self.terminal.json(&hits.iter().map(row).collect::<Vec<_>>());
        }
        let row = |hit: &Hit| match version(hit) {
            Some(version) => vec![hit.name.clone(), format!("installed: {version}")],
            None => vec![hit.name.clone()],
        };
        self.terminal.text(&columns::aligned(&hits.iter().map(row).collect::<Vec<_>>()));
        if hits.is_empty() {
            self.terminal.info(&format!("No name is like `{}`", self.parsed.arguments.join(" ")));
        } else if all > hits.len() {
            self.terminal.info(&format!("{} more names: --limit {all} shows all", all - hits.len()));
        }
    }

    /// What is installed where commands would look; nothing when there is no environment.
    fn installed_versions(&self, store: &store::Store) -> BTreeMap<PackageName, String> {
        let request = self.parsed.text(&flags::PYTHON);
        let Ok(interpreter) = python::existing(self.process, store, request) else { return BTreeMap::new() };
        let listed = list(&self.environment_of(interpreter), &ListRequest::default()).unwrap_or_default();
        listed.into_iter().map(|one| (one.name, one.version)).collect()
    }
}
