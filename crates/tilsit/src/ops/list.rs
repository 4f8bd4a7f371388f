//! What is installed, as lists show it.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::path::PathBuf;

use environment::dependencies::Dependencies;
use environment::{Environment, Installed, InstalledDistribution, Kind, ReadError};
use packaging::PackageName;
use packaging::direct_url::DirectUrl;

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
#[derive(Debug)]
pub struct Listed {
    /// The name in its normal form.
    pub name: PackageName,
    /// The name as its author writes it.
    pub raw_name: String,
    /// The version as installed.
    pub version: String,
    /// The distribution itself, for whoever shows more.
    pub distribution: InstalledDistribution,
    direct_url: OnceCell<Option<DirectUrl>>,
}

impl Listed {
    fn of(distribution: InstalledDistribution) -> Self {
        Self {
            name: distribution.name().clone(),
            raw_name: distribution.raw_name(),
            version: distribution.version_text().to_owned(),
            distribution,
            direct_url: OnceCell::new(),
        }
    }

    /// Where it came from, when not from an index (PEP 610). Read when first asked for, and once.
    pub fn direct_url(&self) -> Option<&DirectUrl> {
        self.direct_url.get_or_init(|| self.distribution.direct_url()).as_ref()
    }

    /// The folder it is developed in, when editable.
    pub fn editable(&self) -> Option<PathBuf> {
        self.distribution.editable_location_of(self.direct_url())
    }
}

/// What is installed at a place, sorted by name, with no more read than the names of folders.
///
/// # Errors
/// A folder that cannot be read.
pub fn placed(environment: &Environment, place: &Place) -> Result<Vec<InstalledDistribution>, ReadError> {
    Ok(at(place, &scanned(environment, place)?, environment))
}

fn scanned(environment: &Environment, place: &Place) -> Result<Installed, ReadError> {
    match place {
        Place::Folders(folders) => Installed::scan(folders),
        _ => environment.installed(),
    }
}

fn at(place: &Place, installed: &Installed, environment: &Environment) -> Vec<InstalledDistribution> {
    installed.iter().filter(|one| is_at(place, one, environment)).cloned().collect()
}

/// What is installed in `environment`, sorted by name.
///
/// # Errors
/// A folder that cannot be read.
pub fn list(environment: &Environment, request: &ListRequest) -> Result<Vec<Listed>, ReadError> {
    let installed = scanned(environment, &request.place)?;
    let all = at(&request.place, &installed, environment).into_iter().map(Listed::of);
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
        Editable::Exclude => one.editable().is_none(),
        Editable::Only => one.editable().is_some(),
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
