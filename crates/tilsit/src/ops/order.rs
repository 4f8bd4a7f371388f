//! The order of installing: dependencies before those that need them.

use std::collections::{BTreeMap, BTreeSet};

use packaging::PackageName;
use packaging::resolution::{Resolution, ResolvedPackage};

/// The packages of a resolution in pip's order (`get_topological_weights`): leaves first, round by round, within a round
/// by name, the last first. What is left of a circle comes last.
pub fn dependencies_first(resolution: &Resolution) -> Vec<&ResolvedPackage> {
    let mut left: BTreeMap<&PackageName, Node<'_>> = BTreeMap::new();
    for package in &resolution.packages {
        left.entry(&package.name).or_default().packages.push(package);
    }
    for package in &resolution.packages {
        for name in package.dependencies.iter().map(|edge| &edge.name).filter(|name| **name != package.name) {
            let is_new = left.get_mut(name).is_some_and(|needed| needed.users.insert(&package.name));
            if let Some(node) = left.get_mut(&package.name) {
                node.needs += usize::from(is_new);
            }
        }
    }
    let mut round: BTreeSet<&PackageName> =
        left.iter().filter(|(_, node)| node.needs == 0).map(|(name, _)| *name).collect();
    let mut order = Vec::with_capacity(resolution.packages.len());
    loop {
        // A circle has no leaf: break it at its last name.
        if round.is_empty() {
            let Some((last, _)) = left.last_key_value() else { return order };
            round.insert(last);
        }
        for name in std::mem::take(&mut round).into_iter().rev() {
            let Some(node) = left.remove(name) else { continue };
            order.extend(node.packages);
            for user in node.users {
                let Some(user_node) = left.get_mut(user) else { continue };
                user_node.needs -= 1;
                if user_node.needs == 0 {
                    round.insert(user);
                }
            }
        }
    }
}

/// A name that is not in order yet.
#[derive(Default)]
struct Node<'a> {
    packages: Vec<&'a ResolvedPackage>,
    /// How many of the names that it needs are not in order yet.
    needs: usize,
    /// Who needs it.
    users: BTreeSet<&'a PackageName>,
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
        let packages = vec![
            package("a", &["b", "a"]),
            package("b", &["c"]),
            package("c", &["b", "gone"]),
            package("d", &["c"]),
            package("e", &[]),
        ];
        let resolution = Resolution { packages };
        let names: Vec<_> = dependencies_first(&resolution).iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["e", "d", "c", "b", "a"]);
    }
}
