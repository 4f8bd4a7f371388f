//! What is known: pages, metadata, what is installed.

use std::sync::Arc;

use environment::Installed;
use packaging::candidate::Availability;
use packaging::metadata::Metadata;
use packaging::specifiers::Operator;
use packaging::{MarkerEnvironment, PackageName, Prereleases, SpecifierSet, Version};
use resolver::{Need, Pick, PrereleaseMode, ResolveRequest, RuleSet, Source, Upgrade};

use crate::ops::search::Learned;
use crate::ops::wanted::Wanted;

/// Everything a walk may look at.
pub struct World<'a> {
    /// What is wanted, and by which rules.
    pub request: &'a ResolveRequest,
    /// The markers of the target.
    pub markers: &'a MarkerEnvironment,
    /// The target's Python.
    pub python: &'a Version,
    /// Whether Requires-Python is to be overlooked.
    pub ignore_requires_python: bool,
    /// What was read.
    pub learned: &'a Learned,
    /// What is installed.
    pub installed: &'a Installed,
    /// What was asked for besides requirements: hashes, places without names.
    pub wanted: &'a Wanted,
}

impl World<'_> {
    /// The versions of a project that a specifier set leaves, best first, with the handle of each.
    pub fn versions(
        &self,
        name: &PackageName,
        specifiers: &SpecifierSet,
    ) -> Result<Vec<(Version, u32)>, Need> {
        let Some(project) = self.learned.projects.get(name) else {
            return Err(Need::Candidates(name.clone()));
        };
        let there = project
            .candidates
            .iter()
            .filter(|one| matches!(one.availability, Availability::Usable | Availability::Yanked { .. }));
        let there: Vec<_> = there.collect();
        let mode = match self.request.prereleases.of(name) {
            PrereleaseMode::Allow => Prereleases::Allow,
            PrereleaseMode::Disallow => Prereleases::Exclude,
            _ => Prereleases::Auto,
        };
        let fitting = specifiers.filter(there.iter().map(|one| &one.version), mode);
        let fits = |version: &Version| fitting.iter().any(|one| std::ptr::eq(*one, version));
        let applicable: Vec<_> = there.into_iter().filter(|one| fits(&one.version)).collect();
        // PEP 592: yanked files count only where all are yanked and one is pinned.
        let takes_yanked =
            applicable.iter().all(|one| !one.availability.is_usable()) && is_pinned(specifiers);
        let left = applicable.into_iter().filter(|one| takes_yanked || one.availability.is_usable());
        Ok(left.rev().map(|one| (one.version.clone(), one.id)).collect())
    }

    /// The metadata of a file; `Ok(None)` when it cannot be used.
    pub fn metadata(&self, pick: &Pick) -> Result<Option<Metadata>, Need> {
        if self.learned.unusable.contains_key(pick) {
            return Ok(None);
        }
        let text = match &pick.source {
            Source::Installed => {
                let found = self.installed.get(&pick.name);
                return Ok(found
                    .and_then(|one| one.metadata_bytes().ok().flatten())
                    .and_then(|bytes| Metadata::parse(&bytes).ok()));
            }
            Source::Url(url) => self.learned.direct.get(url).map(|direct| Arc::clone(&direct.metadata)),
            Source::Candidate(_) => self.learned.metadata.get(pick).map(Arc::clone),
        };
        let text = text.ok_or_else(|| Need::Metadata(pick.clone()))?;
        Ok(Metadata::parse(&text).ok())
    }

    /// The installed version of a package, unless everything is to be installed again.
    pub fn installed(&self, name: &PackageName) -> Option<&Version> {
        self.request.installed.get(name)
    }

    /// Whether a package may be replaced although it fits (`--upgrade`); `named`: the user names it.
    pub fn may_upgrade(&self, name: &PackageName, named: bool) -> bool {
        match self.request.upgrade {
            _ if self.request.held.contains(name) => false,
            Upgrade::All => true,
            Upgrade::Requested => named,
            _ => false,
        }
    }

    /// Where a file lies, as pip shows it.
    pub fn place(&self, pick: &Pick) -> String {
        let url = match &pick.source {
            Source::Url(url) => Some(url.clone()),
            Source::Candidate(id) => {
                let project = self.learned.projects.get(&pick.name);
                project.and_then(|project| project.distribution(*id)).map(|one| one.file().url.clone())
            }
            Source::Installed => None,
        };
        let url = url.unwrap_or_default();
        let parsed = url::Url::parse(&url).ok().filter(|url| url.scheme() == "file");
        let path = parsed.and_then(|url| url.to_file_path().ok());
        path.map_or_else(|| index::redacted_text(&url), |path| path.display().to_string())
    }

    /// Whether a Requires-Python lets the target's Python in.
    pub fn python_fits(&self, requires_python: &SpecifierSet) -> bool {
        resolver::python_allows(requires_python, self.python, RuleSet::Pip)
    }
}

/// pip's notion for yanked files: some `===`, or some `==` without a wildcard.
fn is_pinned(specifiers: &SpecifierSet) -> bool {
    specifiers.iter().any(|one| match one.operator() {
        Operator::Arbitrary => true,
        Operator::Equal => !one.is_wildcard(),
        _ => false,
    })
}
