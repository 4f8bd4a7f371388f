//! Which versions the indexes have of some packages.

use std::collections::BTreeMap;

use index::{Client, Outcome, Request, Ticket};
use packaging::distribution::Distribution;
use packaging::{PackageName, Version};
use resolver::{PrereleaseMode, PrereleasePolicy};
use rustc_hash::FxHashMap;

use super::candidates::Selection;

/// A version that can be had, and what its file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Available {
    /// The version.
    pub version: Version,
    /// Whether the file that would be taken is a wheel.
    pub is_wheel: bool,
}

impl Available {
    /// `wheel` or `sdist`, as pip calls them.
    pub fn filetype(&self) -> &'static str {
        if self.is_wheel { "wheel" } else { "sdist" }
    }
}

/// Asks the indexes about all packages at once: the usable versions of each, newest first. Yanked versions are none, nor
/// are pre-releases unless `prereleases` allows them for that package. A package that no index knows, or that
/// cannot be asked about, has none.
pub fn available(
    names: Vec<PackageName>,
    selection: &Selection,
    prereleases: &PrereleasePolicy,
    client: &mut Client,
) -> BTreeMap<PackageName, Vec<Available>> {
    let mut asked: FxHashMap<Ticket, PackageName> = FxHashMap::default();
    for name in names {
        asked.insert(client.submit(Request::Project(name.clone())), name);
    }
    let mut found = BTreeMap::new();
    while !asked.is_empty() {
        let Some(completed) = client.next() else { break };
        let Some(name) = asked.remove(&completed.ticket) else { continue };
        let Outcome::Project(pages) = completed.outcome else { continue };
        let project = selection.judge(&pages);
        let any = prereleases.of(&name) == PrereleaseMode::Allow;
        let usable = project
            .candidates
            .iter()
            .rev()
            .filter(|one| one.availability.is_usable() && (any || !one.version.is_prerelease()));
        let versions = usable.map(|one| Available {
            version: one.version.clone(),
            is_wheel: matches!(project.distribution(one.id), Some(Distribution::Wheel(_))),
        });
        found.insert(name, versions.collect());
    }
    found
}
