//! What is installed, as lists show it.

use std::collections::BTreeSet;
use std::path::PathBuf;

use environment::dependencies::Dependencies;
use environment::{Environment, Installed, InstalledDistribution, Kind, ReadError};
use packaging::PackageName;

/// Which packages to list.
#[derive(Clone, Debug, Default)]
pub struct ListRequest {
    /// Leave these out.
    pub exclude: BTreeSet<PackageName>,
    /// Where they lie.
    pub place: Place,
    /// Only packages that no other of them needs.
    pub not_required: bool,
    /// Whether editable ones are shown.
    pub editable: Editable,
}

/// Where the packages lie that are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// Wherever the environment's Python looks.
    #[default]
    Everywhere,
    /// In the environment itself, not where it sees the base interpreter's; outside of an environment, everywhere.
    Own,
    /// Of those that Python sees, the ones in this folder (the user's).
    Below(PathBuf),
    /// In these folders, whatever the environment has.
    Folders(Vec<PathBuf>),
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
    /// Only them, and not them: nothing.
    Neither,
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
    let installed = match &request.place {
        Place::Folders(folders) => Installed::scan(folders)?,
        _ => environment.installed()?,
    };
    let all = installed.iter().filter(|one| is_at(&request.place, one, environment)).map(Listed::of);
    let mut listed: Vec<Listed> = all.filter(|one| fits(request.editable, one)).collect();
    if request.not_required {
        let needed = needed(&listed, &installed, environment);
        listed.retain(|one| !needed.contains(&one.name));
    }
    listed.retain(|one| !request.exclude.contains(&one.name));
    Ok(listed)
}

/// Every package that some listed one needs.
fn needed(listed: &[Listed], installed: &Installed, environment: &Environment) -> BTreeSet<PackageName> {
    let markers = environment.interpreter().marker_environment();
    let dependencies = Dependencies::read(installed);
    let names = listed.iter().flat_map(|one| dependencies.requires(&one.name, &markers));
    names.map(|requirement| requirement.name.clone()).collect()
}

fn fits(editable: Editable, one: &Listed) -> bool {
    match editable {
        Editable::Include => true,
        Editable::Exclude => one.editable.is_none(),
        Editable::Only => one.editable.is_some(),
        Editable::Neither => false,
    }
}

fn is_at(place: &Place, one: &InstalledDistribution, environment: &Environment) -> bool {
    match place {
        Place::Own if environment.kind() == Kind::Virtual => {
            one.location().starts_with(environment.interpreter().prefix())
        }
        Place::Below(folder) => one.location().starts_with(folder),
        Place::Everywhere | Place::Own | Place::Folders(_) => true,
    }
}
