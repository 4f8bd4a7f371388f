//! What installed packages need of each other: for `check`, `show` and `tree`.
//!
//! Reading the metadata is one step; everything after it is pure.

use std::collections::{BTreeMap, BTreeSet};

use packaging::markers::MarkerEnvironment;
use packaging::metadata::{BrokenRequirement, Metadata};
use packaging::name::{Extra, PackageName};
use packaging::requirements::{Requirement, RequirementSource};
use packaging::specifiers::Prereleases;
use packaging::version::Version;

use crate::installed::{Format, Installed, InstalledDistribution};
use crate::reading::read_each;

/// An installed package and what it needs.
#[derive(Debug, Clone)]
pub struct Package {
    /// The name as its author writes it.
    pub raw_name: String,
    /// The version, when it is one.
    pub version: Option<Version>,
    /// The version as it is written.
    pub version_text: String,
    /// All requirements, with their markers and extras, in the order of the metadata.
    pub requirements: Vec<Requirement>,
    /// The extras that it has.
    pub extras: Vec<Extra>,
    /// What could not be understood, if anything.
    pub broken: Option<Broken>,
}

/// What could not be understood of a package's metadata.
#[derive(Debug, Clone)]
pub enum Broken {
    /// A requirement.
    Requirement(BrokenRequirement),
    /// All of it.
    Metadata(String),
}

/// The installed packages with what they need.
#[derive(Debug, Clone, Default)]
pub struct Dependencies {
    packages: BTreeMap<PackageName, Package>,
}

/// Something an installed package needs and does not get.
#[derive(Debug, Clone)]
pub struct Problem<'a> {
    /// Who needs it.
    pub name: &'a PackageName,
    /// Who needs it, with its version.
    pub package: &'a Package,
    /// What is needed.
    pub requirement: &'a Requirement,
    /// What is there instead; `None` when nothing is.
    pub found: Option<&'a Package>,
}

impl Package {
    /// What it needs in `environment`, and what its extras need: which of them were asked for is written nowhere.
    pub fn may_require(&self, environment: &MarkerEnvironment) -> impl Iterator<Item = &Requirement> {
        let counts = |one: &&Requirement| {
            one.marker.as_ref().is_none_or(|marker| marker.evaluate(environment, &self.extras))
        };
        self.requirements.iter().filter(counts)
    }
}

impl Dependencies {
    /// Reads the metadata of everything that is installed. What cannot be read counts as needing nothing, and says so in
    /// [`Package::broken`].
    pub fn read(installed: &Installed) -> Dependencies {
        let all = installed.iter().cloned().collect();
        let packages = read_each(all, |one| (one.name().clone(), package(one)));
        Dependencies { packages: packages.into_iter().collect() }
    }

    /// The packages by name.
    pub fn iter(&self) -> impl Iterator<Item = (&PackageName, &Package)> {
        self.packages.iter()
    }

    /// One of them.
    pub fn get(&self, name: &PackageName) -> Option<&Package> {
        self.packages.get(name)
    }

    /// What `name` needs in `environment`, without extras, in the order of the metadata.
    pub fn requires<'a>(
        &'a self,
        name: &PackageName,
        environment: &'a MarkerEnvironment,
    ) -> impl Iterator<Item = &'a Requirement> {
        let requirements =
            self.packages.get(name).map(|package| &package.requirements[..]).unwrap_or_default();
        requirements.iter().filter(move |requirement| counts(requirement, environment))
    }

    /// Who needs `name` in `environment`.
    pub fn required_by<'a>(
        &'a self,
        name: &'a PackageName,
        environment: &'a MarkerEnvironment,
    ) -> impl Iterator<Item = (&'a PackageName, &'a Package)> {
        let needs = move |package: &Package| {
            let named = package.requirements.iter().filter(|requirement| requirement.name == *name);
            named.into_iter().any(|requirement| counts(requirement, environment))
        };
        self.packages.iter().filter(move |(_, package)| needs(package))
    }

    /// `roots` and all that they may need, directly or not ([`Package::may_require`]).
    pub fn needed_by<'a>(
        &'a self,
        roots: impl IntoIterator<Item = &'a PackageName>,
        environment: &MarkerEnvironment,
    ) -> BTreeSet<&'a PackageName> {
        let mut needed = BTreeSet::new();
        let mut open: Vec<&PackageName> = roots.into_iter().collect();
        while let Some(name) = open.pop() {
            let Some((name, package)) = self.packages.get_key_value(name) else { continue };
            if needed.insert(name) {
                open.extend(package.may_require(environment).map(|one| &one.name));
            }
        }
        needed
    }

    /// Requirements that are not met, by package and then as the requirements are written (`pip check`).
    pub fn problems<'a>(&'a self, environment: &MarkerEnvironment) -> Vec<Problem<'a>> {
        let mut problems = Vec::new();
        for (name, package) in &self.packages {
            let start = problems.len();
            for requirement in package.requirements.iter().filter(|one| counts(one, environment)) {
                let found = self.packages.get(&requirement.name);
                if !found.is_some_and(|found| is_met(requirement, found)) {
                    problems.push(Problem { name, package, requirement, found });
                }
            }
            // pip tells what is missing before what is unfit.
            problems[start..].sort_by_cached_key(|one| (one.found.is_some(), one.requirement.to_string()));
        }
        problems
    }
}

fn counts(requirement: &Requirement, environment: &MarkerEnvironment) -> bool {
    requirement.marker.as_ref().is_none_or(|marker| marker.evaluate(environment, &[]))
}

fn is_met(requirement: &Requirement, found: &Package) -> bool {
    match (&requirement.source, &found.version) {
        (RequirementSource::Specifiers(specifiers), Some(version)) => {
            specifiers.contains(version, Prereleases::Allow)
        }
        (RequirementSource::Specifiers(specifiers), None) => specifiers.is_empty(),
        (RequirementSource::Url(_), _) => true,
    }
}

fn package(distribution: &InstalledDistribution) -> Package {
    let mut package = Package {
        raw_name: distribution.name().as_str().to_owned(),
        version: distribution.version(),
        version_text: distribution.version_text().to_owned(),
        requirements: Vec::new(),
        extras: Vec::new(),
        broken: None,
    };
    match distribution.metadata_headers(8192).map(|bytes| Metadata::parse_dependencies(&bytes)) {
        Ok(Ok(mut metadata)) => {
            if distribution.format() != Format::DistInfo
                && let Ok(Some(requires)) = distribution.read("requires.txt")
            {
                metadata.add_egg_info_requires(&String::from_utf8_lossy(&requires));
            }
            package.raw_name = metadata.raw_name;
            package.requirements = metadata.requires_dist;
            package.extras = metadata.provides_extra;
            package.broken = metadata.broken_requires_dist.into_iter().next().map(Broken::Requirement);
        }
        Ok(Err(error)) => package.broken = Some(Broken::Metadata(error.to_string())),
        Err(error) => package.broken = Some(Broken::Metadata(error.to_string())),
    }
    package
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment() -> MarkerEnvironment {
        MarkerEnvironment {
            python_version: "3.11".into(),
            sys_platform: "linux".into(),
            ..MarkerEnvironment::default()
        }
    }

    fn dependencies(packages: &[(&str, &str, &[&str])]) -> Dependencies {
        let package = |(name, version, requires): &(&str, &str, &[&str])| {
            let package = Package {
                raw_name: (*name).to_owned(),
                version: Version::parse(version).ok(),
                version_text: (*version).to_owned(),
                requirements: requires.iter().map(|text| Requirement::parse(text).unwrap()).collect(),
                extras: Vec::from(["x".parse().unwrap()]),
                broken: None,
            };
            (PackageName::new(name).unwrap(), package)
        };
        Dependencies { packages: packages.iter().map(package).collect() }
    }

    #[test]
    fn problems_in_pips_order() {
        let installed = dependencies(&[
            ("A", "1.0", &["b>=2", "zz", "c", "gone; sys_platform == 'win32'", "extra-one; extra == 'x'"]),
            ("b", "1.0rc1", &["a", "c>=0.1"]),
            ("c", "0.5b1", &[]),
        ]);
        let told: Vec<String> = installed
            .problems(&environment())
            .iter()
            .map(|one| {
                let found = one.found.map_or("nothing", |found| &found.version_text);
                format!("{} wants {}, has {found}", one.package.raw_name, one.requirement)
            })
            .collect();
        assert_eq!(told, ["A wants zz, has nothing", "A wants b>=2, has 1.0rc1"]);
    }

    #[test]
    fn both_directions() {
        let installed = dependencies(&[
            ("a", "1", &["c", "b; sys_platform == 'win32'"]),
            ("b", "1", &["c"]),
            ("c", "1", &[]),
        ]);
        let (environment, c) = (environment(), "c".parse().unwrap());
        let names: Vec<&str> =
            installed.required_by(&c, &environment).map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["a", "b"]);
        let a = "a".parse().unwrap();
        assert_eq!(
            installed.requires(&a, &environment).map(|one| one.name.as_str()).collect::<Vec<_>>(),
            ["c"]
        );
    }
    #[test]
    fn what_some_packages_need() {
        let installed = dependencies(&[
            ("a", "1", &["b", "gone"]),
            ("b", "1", &["a", "d; extra == 'x'", "e; extra == 'y'"]),
            ("c", "1", &[]),
            ("d", "1", &["f; sys_platform == 'win32'"]),
            ("e", "1", &[]),
            ("f", "1", &[]),
        ]);
        let environment = environment();
        let root = "a".parse().unwrap();
        let needed = installed.needed_by([&root], &environment);
        assert_eq!(needed.iter().map(|name| name.as_str()).collect::<Vec<_>>(), ["a", "b", "d"]);
    }
}
