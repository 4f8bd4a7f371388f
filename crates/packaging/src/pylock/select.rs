//! Which packages and files of a lock to install in an environment (PEP 751, "Installation").

use super::{LockedArchive, LockedDirectory, LockedFile, LockedPackage, LockedSource, LockedVcs, Pylock};
use crate::markers::{Marker, MarkerContext, MarkerEnvironment};
use crate::name::{Extra, GroupName, PackageName};
use crate::specifiers::{Prereleases, SpecifierSet};
use crate::tags::Tags;

/// What to select for.
#[derive(Clone, Copy)]
pub struct LockTarget<'a> {
    /// The environment that markers are asked about.
    pub environment: &'a MarkerEnvironment,
    /// The tags that wheels are chosen by.
    pub tags: &'a Tags,
    /// The extras to install.
    pub extras: &'a [Extra],
    /// The dependency groups to install; `None` means the lock's default groups.
    pub dependency_groups: Option<&'a [GroupName]>,
    /// Whether a package's source distribution is to be taken before its wheels (`--no-binary`).
    pub prefers_source: &'a dyn Fn(&PackageName) -> bool,
}

/// A package to install and where from.
#[derive(Clone, Debug)]
pub struct Selected<'a> {
    /// The package.
    pub package: &'a LockedPackage,
    /// Where from.
    pub source: SelectedSource<'a>,
}

/// Where a selected package comes from.
#[derive(Clone, Debug)]
pub enum SelectedSource<'a> {
    /// A repository.
    Vcs(&'a LockedVcs),
    /// A folder.
    Directory(&'a LockedDirectory),
    /// An archive named directly.
    Archive(&'a LockedArchive),
    /// The wheel that fits best.
    Wheel(&'a LockedFile),
    /// The source distribution.
    Sdist(&'a LockedFile),
}

/// Why a lock cannot be installed in an environment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectError {
    /// The lock or a package is for other Pythons.
    #[error("Python {python} does not satisfy `{requires_python}`{}", of_package(package.as_ref()))]
    RequiresPython {
        /// The Python installed for.
        python: String,
        /// What is demanded.
        requires_python: String,
        /// The package that demands it; `None` for the lock itself.
        package: Option<PackageName>,
    },
    /// The lock is for other environments.
    #[error("the environment satisfies none of the lock's environments: {environments}")]
    Environment {
        /// The lock's environments, separated by `, `.
        environments: String,
    },
    /// Two entries of one package hold at once.
    #[error("more than one entry of `{name}` is selected: packages[{first}] and packages[{second}]")]
    Ambiguous {
        /// The package.
        name: PackageName,
        /// The place of the one entry.
        first: usize,
        /// The place of the other.
        second: usize,
    },
    /// No wheel fits, and there is no source distribution.
    #[error("no wheel of `{name}` fits, and there is no source distribution")]
    NoCompatibleFile {
        /// The package.
        name: PackageName,
        /// The names of the wheels that exist.
        wheels: Vec<String>,
    },
    /// A marker cannot be answered.
    #[error("the marker `{marker}` has no answer: {reason}")]
    Marker {
        /// The marker.
        marker: String,
        /// Why.
        reason: String,
    },
}

fn of_package(package: Option<&PackageName>) -> String {
    package.map(|name| format!(" of `{name}`")).unwrap_or_default()
}

impl Pylock {
    /// What to install, in the order of the lock.
    ///
    /// # Errors
    /// See [`SelectError`].
    pub fn select(&self, target: &LockTarget<'_>) -> Result<Vec<Selected<'_>>, SelectError> {
        self.check_target(target)?;
        let defaults: Vec<GroupName> =
            self.default_groups.iter().map(|group| GroupName::from_identifier(group)).collect();
        let groups = target.dependency_groups.unwrap_or(&defaults);
        let context = MarkerContext::lock(target.extras, groups);
        let mut chosen: Vec<(usize, &LockedPackage)> = Vec::new();
        let mut places = rustc_hash::FxHashMap::default();
        for (place, package) in self.packages.iter().enumerate() {
            if let Some(marker) = &package.marker
                && !holds(marker, target.environment, &context)?
            {
                continue;
            }
            check_python(package.requires_python.as_ref(), target.environment, Some(&package.name))?;
            if let Some(first) = places.insert(&package.name, place) {
                return Err(SelectError::Ambiguous { name: package.name.clone(), first, second: place });
            }
            chosen.push((place, package));
        }
        chosen.into_iter().map(|(_, package)| select_source(package, target)).collect()
    }

    fn check_target(&self, target: &LockTarget<'_>) -> Result<(), SelectError> {
        check_python(self.requires_python.as_ref(), target.environment, None)?;
        let context = MarkerContext::default();
        for marker in &self.environments {
            if holds(marker, target.environment, &context)? {
                return Ok(());
            }
        }
        if self.environments.is_empty() {
            return Ok(());
        }
        let environments: Vec<String> = self.environments.iter().map(ToString::to_string).collect();
        Err(SelectError::Environment { environments: environments.join(", ") })
    }
}

fn holds(
    marker: &Marker,
    environment: &MarkerEnvironment,
    context: &MarkerContext<'_>,
) -> Result<bool, SelectError> {
    marker
        .evaluate_in(environment, context)
        .map_err(|error| SelectError::Marker { marker: marker.to_string(), reason: error.to_string() })
}

fn check_python(
    requires_python: Option<&SpecifierSet>,
    environment: &MarkerEnvironment,
    package: Option<&PackageName>,
) -> Result<(), SelectError> {
    let Some(requires_python) = requires_python else { return Ok(()) };
    // An untagged build says `3.13.0+`, which is no version.
    let python = match environment.python_full_version.ends_with('+') {
        true => format!("{}local", environment.python_full_version),
        false => environment.python_full_version.clone(),
    };
    if requires_python.contains_text(&python, Prereleases::Auto) {
        return Ok(());
    }
    let requires_python = requires_python.to_string();
    Err(SelectError::RequiresPython { python, requires_python, package: package.cloned() })
}

fn select_source<'a>(
    package: &'a LockedPackage,
    target: &LockTarget<'_>,
) -> Result<Selected<'a>, SelectError> {
    let source = match &package.source {
        LockedSource::Vcs(vcs) => SelectedSource::Vcs(vcs),
        LockedSource::Directory(directory) => SelectedSource::Directory(directory),
        LockedSource::Archive(archive) => SelectedSource::Archive(archive),
        LockedSource::Files { sdist, wheels } => {
            let sdist = sdist.as_ref().map(SelectedSource::Sdist);
            let wheel = || best_wheel(wheels, target.tags).map(SelectedSource::Wheel);
            let chosen = match sdist {
                Some(sdist) if (target.prefers_source)(&package.name) => Some(sdist),
                sdist => wheel().or(sdist),
            };
            chosen.ok_or_else(|| SelectError::NoCompatibleFile {
                name: package.name.clone(),
                wheels: wheels.iter().filter_map(LockedFile::filename).collect(),
            })?
        }
    };
    Ok(Selected { package, source })
}

/// The wheel with the best tag; of several with the same, the first.
fn best_wheel<'a>(wheels: &'a [LockedFile], tags: &Tags) -> Option<&'a LockedFile> {
    let ranked = wheels.iter().filter_map(|wheel| {
        let filename = wheel.wheel_filename().ok()?;
        Some((tags.best(&filename)?, wheel))
    });
    ranked.min_by_key(|(rank, _)| *rank).map(|(_, wheel)| wheel)
}
