//! Who needs whom among installed packages.

use std::collections::{BTreeMap, BTreeSet};

use environment::{Environment, Installed, InstalledDistribution};
use packaging::metadata::Metadata;
use packaging::{Extra, MarkerEnvironment, PackageName, Prereleases, Requirement};

/// The requirements of an installed package that count in this environment.
pub fn requirements(
    distribution: &InstalledDistribution,
    markers: &MarkerEnvironment,
    extras: &[Extra],
) -> Vec<Requirement> {
    let Some(metadata) = metadata(distribution) else { return Vec::new() };
    metadata.requires_dist.into_iter().filter(|requirement| requirement.applies(markers, extras)).collect()
}

/// The metadata of an installed package; a broken one counts as none.
pub fn metadata(distribution: &InstalledDistribution) -> Option<Metadata> {
    let bytes = distribution.metadata_bytes().ok()??;
    Metadata::parse(&bytes).ok()
}

/// Every package that some installed one needs.
pub fn needed_names(installed: &Installed, environment: &Environment) -> BTreeSet<PackageName> {
    let markers = environment.interpreter().marker_environment();
    let needs = installed.iter().flat_map(|one| requirements(one, &markers, &[]));
    needs.map(|requirement| requirement.name).collect()
}

/// Something that does not fit among what is installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// Who needs something, as its author writes it.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What it needs.
    pub requirement: Requirement,
    /// The version of that which is installed, and its name as its author writes it; `None` when it is missing.
    pub found: Option<(String, String)>,
}

/// What does not fit, in the order of names.
pub fn misfits(installed: &Installed, environment: &Environment) -> Vec<Misfit> {
    let markers = environment.interpreter().marker_environment();
    let mut misfits = Vec::new();
    for one in installed {
        for requirement in requirements(one, &markers, &[]) {
            let found = installed.get(&requirement.name);
            if found.is_some_and(|found| satisfies(found, &requirement)) {
                continue;
            }
            misfits.push(Misfit {
                name: one.raw_name(),
                version: one.version_text().to_owned(),
                requirement,
                found: found.map(|found| (found.raw_name(), found.version_text().to_owned())),
            });
        }
    }
    misfits
}

/// Whether an installed package is what a requirement asks for. A pre-release that is there counts (PEP 440).
pub fn satisfies(found: &InstalledDistribution, requirement: &Requirement) -> bool {
    match requirement.specifiers() {
        Some(specifiers) => specifiers.contains_text(found.version_text(), Prereleases::Allow),
        None => found.direct_url().is_some_and(|direct| requirement.url() == Some(direct.url.as_str())),
    }
}

/// For each installed package those that need it, by name.
pub fn needed_by(
    installed: &Installed,
    environment: &Environment,
) -> BTreeMap<PackageName, Vec<PackageName>> {
    let markers = environment.interpreter().marker_environment();
    let mut by: BTreeMap<PackageName, Vec<PackageName>> = BTreeMap::new();
    for one in installed {
        for requirement in requirements(one, &markers, &[]) {
            let users = by.entry(requirement.name).or_default();
            if users.last() != Some(one.name()) {
                users.push(one.name().clone());
            }
        }
    }
    by
}
