//! `pip index versions`

use packaging::{PackageName, Version};

use super::errors::Failure;
use super::{Ended, Session};
use crate::cli::pip as flags;
use crate::ops::versions::available;
use crate::ops::wanted::Wanted;
use crate::output::Json;

impl Session<'_> {
    pub(super) fn index(&self) -> Ended {
        let wanted = Wanted::default();
        let prereleases = self.resolve_policy(&wanted)?.prereleases;
        let words: Vec<&str> = self.parsed.arguments.iter().map(String::as_str).collect();
        let query = match words.as_slice() {
            ["versions", query] => *query,
            ["versions", ..] => return Err(Failure::error("You need to specify exactly one argument")),
            _ => return Err(Failure::error("Need an action (versions) to perform.")),
        };
        let unknown = || Failure::error(format!("No matching distribution found for {query}"));
        let name = PackageName::new(query).map_err(|_| unknown())?;
        let target = self.target()?;
        let selection = self.selection(&target, &wanted)?;
        let connection = self.connection(&wanted)?;
        let mut client =
            connection.client(self.process, self.interpreter, self.store, (self.observer(), None))?;
        let mut answers = available(vec![name.clone()], &selection, &prereleases, &mut client)?;
        self.tell_looking(&answers, &selection);
        self.warn_failures(&answers);
        let found = answers.versions.remove(&name).unwrap_or_default();
        let versions: Vec<Version> = found.into_iter().map(|available| available.version).collect();
        let Some(latest) = versions.first().cloned() else { return Err(unknown()) };
        let installed = self.seen_environment().installed()?;
        let installed = installed.get(&name).map(|one| {
            one.version().map_or_else(|| one.version_text().to_owned(), |version| version.to_string())
        });
        let texts: Vec<String> = versions.iter().map(Version::to_string).collect();
        if self.parsed.is_on(&flags::JSON) {
            self.info(&versions_json(query, &texts, installed.as_deref()).line());
            return Ok(0);
        }
        self.info(&format!("{query} ({latest})"));
        self.info(&format!("Available versions: {}", texts.join(", ")));
        if let Some(installed) = installed {
            self.info(&format!("  INSTALLED: {installed}"));
            let note =
                if latest.pre().is_some() { " (pre-release; install with `pip install --pre`)" } else { "" };
            self.info(&format!("  LATEST:    {latest}{note}"));
        }
        Ok(0)
    }
}

fn versions_json(query: &str, versions: &[String], installed: Option<&str>) -> Json {
    let list = Json::List(versions.iter().map(|version| version.as_str().into()).collect());
    let latest = versions.first().map(String::as_str).unwrap_or_default();
    let mut entries = vec![("name", Json::from(query)), ("versions", list), ("latest", Json::from(latest))];
    entries.extend(installed.map(|installed| ("installed_version", Json::from(installed))));
    Json::table(entries)
}
