//! Which versions the indexes have of some packages.

use std::collections::BTreeMap;

use index::{Client, FetchError, Outcome, ProjectPages, Request, Ticket};
use packaging::distribution::Distribution;
use packaging::{PackageName, Version};
use resolver::{PrereleaseMode, PrereleasePolicy};
use rustc_hash::FxHashMap;

use super::candidates::{Project, Projects, Selection};
use super::interrupt;
use super::search::SearchError;

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

/// What the indexes answered.
#[derive(Default)]
pub struct Answers {
    /// What the pages have, as judged.
    pub projects: Projects,
    /// The usable versions of each package, newest first; none for a package that no index knows.
    pub versions: BTreeMap<PackageName, Vec<Available>>,
    /// Why an index could not be asked, each problem once, however many packages met it.
    pub failures: Vec<FetchError>,
}

/// Asks the indexes about all packages at once. Yanked versions are not usable, nor are pre-releases unless `prereleases`
/// allows them for that package.
///
/// # Errors
/// Only [`SearchError::Interrupted`].
pub fn available(
    names: Vec<PackageName>,
    selection: &Selection,
    prereleases: &PrereleasePolicy,
    client: &mut Client,
) -> Result<Answers, SearchError> {
    let mut asked: FxHashMap<Ticket, PackageName> = FxHashMap::default();
    for name in names {
        asked.insert(client.submit(Request::Project(name.clone())), name);
    }
    let mut answers = Answers::default();
    while !asked.is_empty() {
        let Some(completed) = interrupt::next(client) else { break };
        let Some(name) = asked.remove(&completed.ticket) else { continue };
        let Outcome::Project(pages) = completed.outcome else { continue };
        answers.note_failures(&pages);
        let any = prereleases.of(&name) == PrereleaseMode::Allow;
        let project = selection.judge(&pages);
        answers.versions.insert(name.clone(), usable(&project, any));
        answers.projects.insert(name, project);
    }
    if interrupt::requested() { Err(SearchError::Interrupted) } else { Ok(answers) }
}

/// The usable versions on the pages of a project, newest first.
fn usable(project: &Project, prereleases: bool) -> Vec<Available> {
    let candidates = project.candidates.iter().rev();
    let usable = candidates
        .filter(|one| one.availability.is_usable() && (prereleases || !one.version.is_prerelease()));
    let available = usable.map(|one| Available {
        version: one.version.clone(),
        is_wheel: matches!(project.distribution(one.id), Some(Distribution::Wheel(_))),
    });
    available.collect()
}

impl Answers {
    fn note_failures(&mut self, pages: &ProjectPages) {
        let failures = pages.indexes.iter().filter_map(|index| index.page.as_ref().err());
        for failure in failures.filter(|failure| !failure.is_not_found()) {
            let problem = failure.problem.to_string();
            if self.failures.iter().all(|known| known.problem.to_string() != problem) {
                self.failures.push(failure.clone());
            }
        }
    }
}
