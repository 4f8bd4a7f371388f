//! The order of installing: dependencies before those that need them.

use std::collections::{BTreeMap, BTreeSet};

use packaging::PackageName;
use packaging::resolution::{Resolution, ResolvedPackage};

/// The packages of a resolution in pip's order (`get_topological_weights`): leaves first, round by round, within a round
/// by name, the last first. What is left of a circle comes last.
pub fn dependencies_first(resolution: &Resolution) -> Vec<&ResolvedPackage> {
    let mut left: BTreeMap<&PackageName, BTreeSet<&PackageName>> = BTreeMap::new();
    for package in &resolution.packages {
        let needs = package.dependencies.iter().map(|edge| &edge.name).filter(|name| **name != package.name);
        left.entry(&package.name).or_default().extend(needs);
    }
    let mut order = Vec::with_capacity(resolution.packages.len());
    while !left.is_empty() {
        let names: BTreeSet<_> = left.keys().copied().collect();
        let leaves: Vec<_> =
            left.iter().filter(|(_, needs)| needs.is_disjoint(&names)).map(|(name, _)| *name).rev().collect();
        // A circle has no leaf: break it at its last name.
        let leaves = if leaves.is_empty() { names.iter().rev().take(1).copied().collect() } else { leaves };
        for name in leaves {
            left.remove(name);
            order.extend(resolution.packages.iter().filter(|package| package.name == *name));
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use packaging::Version;
    use packaging::resolution::{DependencyEdge, PackageSource};

    use super::*;

    fn package(name: &str, needs: &[&str]) -> ResolvedPackage {
        let edge = |name: &&str| DependencyEdge {
            name: PackageName::new(name).unwrap(),
            extras: Vec::new(),
            version: Version::of([1]),
            marker: None,
        };
        ResolvedPackage {
            name: PackageName::new(name).unwrap(),
            version: Version::of([1]),
            extras: Vec::new(),
            source: PackageSource::Installed,
            dependencies: needs.iter().map(edge).collect(),
            reasons: Vec::new(),
            marker: None,
        }
    }

    #[test]
    fn as_pip_orders() {
        let packages = vec![
            package("click", &[]),
            package("flask", &["click", "itsdangerous", "jinja2", "werkzeug"]),
            package("itsdangerous", &[]),
            package("jinja2", &["markupsafe"]),
            package("markupsafe", &[]),
            package("werkzeug", &["markupsafe"]),
        ];
        let resolution = Resolution { packages };
        let names: Vec<_> = dependencies_first(&resolution).iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["markupsafe", "itsdangerous", "click", "werkzeug", "jinja2", "flask"]);
    }

    #[test]
    fn circles_end() {
        let resolution = Resolution { packages: vec![package("a", &["b"]), package("b", &["a"])] };
        assert_eq!(dependencies_first(&resolution).len(), 2);
    }
}
