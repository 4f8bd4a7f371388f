//! What is installed, as lists show it.

use std::collections::BTreeSet;
use std::path::PathBuf;

use environment::dependencies::Dependencies;
use environment::{Environment, Installed, InstalledDistribution, ReadError};
use packaging::PackageName;

/// Which packages to list.
#[derive(Clone, Debug, Default)]
pub struct ListRequest {
    /// Leave these out.
    pub exclude: BTreeSet<PackageName>,
    /// Only packages of the environment itself, not those it sees through system site-packages.
    pub local: bool,
    /// Only these folders, whatever the environment has.
    pub paths: Vec<PathBuf>,
    /// Only packages that no other installed one needs.
    pub not_required: bool,
    /// Whether editable ones are shown.
    pub editable: Editable,
}

/// Whether editable installations are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Editable {
    /// With the others.
    #[default]
    Include,
    /// Not.
    Exclude,
    /// Nothing else.
    Only,
}

/// One installed package.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The name in its normal form.
    pub name: PackageName,
    /// The name as its author writes it.
    pub raw_name: String,
    /// The version as installed.
    pub version: String,
    /// The folder it is developed in, when editable.
    pub editable: Option<PathBuf>,
    /// The distribution itself, for whoever shows more.
    pub distribution: InstalledDistribution,
}

impl Listed {
    fn of(distribution: &InstalledDistribution) -> Self {
        Self {
            name: distribution.name().clone(),
            raw_name: distribution.raw_name(),
            version: distribution.version_text().to_owned(),
            editable: distribution.editable_location(),
            distribution: distribution.clone(),
        }
    }
}

/// What is installed in `environment`, sorted by name.
///
/// # Errors
/// A folder that cannot be read.
pub fn list(environment: &Environment, request: &ListRequest) -> Result<Vec<Listed>, ReadError> {
    let installed = installed(environment, request)?;
    let needed = if request.not_required { needed(&installed, environment) } else { BTreeSet::new() };
    let wanted = |distribution: &&InstalledDistribution| {
        !request.exclude.contains(distribution.name()) && !needed.contains(distribution.name())
    };
    let listed = installed.iter().filter(wanted).map(Listed::of);
    Ok(listed.filter(|one| fits(request.editable, one)).collect())
}

/// Every package that some installed one needs.
fn needed(installed: &Installed, environment: &Environment) -> BTreeSet<PackageName> {
    let markers = environment.interpreter().marker_environment();
    let dependencies = Dependencies::read(installed);
    let names = installed.iter().flat_map(|one| dependencies.requires(one.name(), &markers));
    names.map(|requirement| requirement.name.clone()).collect()
}

fn fits(editable: Editable, one: &Listed) -> bool {
    match editable {
        Editable::Include => true,
        Editable::Exclude => one.editable.is_none(),
        Editable::Only => one.editable.is_some(),
    }
}

fn installed(environment: &Environment, request: &ListRequest) -> Result<Installed, ReadError> {
    if !request.paths.is_empty() {
        return Installed::scan(&request.paths);
    }
    if request.local {
        let own = environment.site_packages().into_iter().filter(|folder| environment.owns(folder));
        return Installed::scan(&own.collect::<Vec<_>>());
    }
    environment.installed()
}
