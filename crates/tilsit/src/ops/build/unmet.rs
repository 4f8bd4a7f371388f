//! What the environment that a build shares with others lacks. pip looks at the requirements of the build alone; build
//! also at those of what is installed for them, with extras.

use std::collections::{BTreeSet, HashSet};

use ::environment::Environment;
use ::environment::dependencies::Dependencies;
use packaging::specifiers::Prereleases;
use packaging::{MarkerEnvironment, Requirement};

use super::environment::BuildEnvironment;
use super::{Builds, Unmet};

/// Longer chains of requirements are not followed.
const DEEPEST: usize = 100;

/// Those of `requires`, or of what they require, that are not met.
pub(super) fn unmet(
    builds: &Builds<'_>,
    environment: &BuildEnvironment,
    requires: &[Requirement],
) -> Vec<Unmet> {
    let markers = builds.interpreter.marker_environment();
    let deep = builds.policy.asks_first && !requires.is_empty();
    let mut walk = Walk {
        environment,
        markers: &markers,
        dependencies: if deep { dependencies(builds) } else { Dependencies::default() },
        met: HashSet::new(),
        chains: BTreeSet::new(),
        unmet: Vec::new(),
    };
    for requirement in requires {
        walk.visit(requirement, &[], &mut Vec::new());
    }
    if deep {
        walk.unmet.sort_by(|(left, _), (right, _)| left.cmp(right));
    }
    let Walk { unmet, .. } = walk;
    unmet
        .into_iter()
        .map(|(chain, one)| Unmet { requirement: if deep { arrows(&chain) } else { one.requirement }, ..one })
        .collect()
}

/// What is installed requires; nothing where that cannot be read.
fn dependencies(builds: &Builds<'_>) -> Dependencies {
    let environment = Environment::of(builds.interpreter.clone(), std::path::Path::new(""));
    environment.installed().map(|installed| Dependencies::read(&installed)).unwrap_or_default()
}

/// `a -> b`, without markers.
fn arrows(chain: &[String]) -> String {
    let plain = chain.iter().map(|text| text.split(';').next().unwrap_or_default().trim());
    plain.collect::<Vec<_>>().join(" -> ")
}

struct Walk<'a> {
    environment: &'a BuildEnvironment,
    markers: &'a MarkerEnvironment,
    dependencies: Dependencies,
    /// Requirements that were found to be met, with all that they lead to.
    met: HashSet<String>,
    /// Each is told once.
    chains: BTreeSet<Vec<String>>,
    unmet: Vec<(Vec<String>, Unmet)>,
}

impl Walk<'_> {
    /// Whether a requirement, asked for with these extras at the end of a chain of others, is met.
    fn visit(
        &mut self,
        requirement: &Requirement,
        extras: &[packaging::Extra],
        chain: &mut Vec<String>,
    ) -> bool {
        let text = requirement.to_string();
        let idle = requirement.marker.as_ref().is_some_and(|marker| !marker.evaluate(self.markers, extras));
        if idle || self.met.contains(&text) || chain.contains(&text) || chain.len() > DEEPEST {
            return true;
        }
        chain.push(text.clone());
        let is_met = if self.is_there(requirement) {
            let package = self.dependencies.get(&requirement.name);
            let next = package.map(|package| package.requirements.clone()).unwrap_or_default();
            // Not `all`: each that is missing is told.
            next.iter().filter(|one| !self.visit(one, &requirement.extras, chain)).count() == 0
        } else {
            self.miss(requirement, chain);
            false
        };
        chain.pop();
        if is_met {
            self.met.insert(text);
        }
        is_met
    }

    /// Where it comes from does not count.
    fn is_there(&self, requirement: &Requirement) -> bool {
        let found = self.environment.packages.iter().find(|(name, _)| *name == requirement.name);
        found.is_some_and(|(_, version)| {
            requirement.specifiers().is_none_or(|wanted| wanted.contains(version, Prereleases::Allow))
        })
    }

    fn miss(&mut self, requirement: &Requirement, chain: &[String]) {
        if !self.chains.insert(chain.to_vec()) {
            return;
        }
        let found = self.environment.versions(&[&requirement.name]).pop().map(|(_, version)| version);
        let wanted = requirement.specifiers().map(ToString::to_string).filter(|text| !text.is_empty());
        self.unmet.push((chain.to_vec(), Unmet { requirement: requirement.to_string(), wanted, found }));
    }
}
