//! Universal resolution: where requirements on one package depend on the environment, the environments are parted,
//! each part is resolved on its own, and the results are merged.

use crate::outcome::Placed;
use crate::request::Strategy;
use crate::rules::oldest_python;
use crate::scope::Scope;
use crate::wishes::Asked;
use packaging::markers::MarkerSet;
use packaging::resolution::{DependencyEdge, Resolution, ResolvedPackage};
use packaging::{Extra, PackageName};

/// More parts than this are not made of one fork; requirements then hold together or conflict.
const PARTS: usize = 16;

/// The parts into which the requirements of one package (or of the user) part the environments of `scope`: where
/// two of them on one name never count together. `None` when there is nothing to part.
pub(crate) fn parts(scope: &Scope, asked: &[Asked], extra: Option<&Extra>) -> Option<Vec<MarkerSet>> {
    let Scope::Many { within, .. } = scope else { return None };
    let mut names: Vec<(&PackageName, Vec<MarkerSet>)> = Vec::new();
    for one in asked {
        let requirement = one.requirement();
        let condition = scope.condition(requirement, extra).and(within);
        match names.iter_mut().find(|(name, _)| **name == requirement.name) {
            Some((_, conditions)) => conditions.push(condition),
            None => names.push((&requirement.name, vec![condition])),
        }
    }
    let forking = names.iter().filter(|(_, conditions)| exclude_each_other(conditions));
    split(within, forking.flat_map(|(_, conditions)| conditions))
}

/// For the lowest versions of what the user names, it matters where the user names it.
pub(crate) fn parts_of_wishes(scope: &Scope, strategy: Strategy, roots: &[Asked]) -> Option<Vec<MarkerSet>> {
    let Scope::Many { within, .. } = scope else { return None };
    if strategy == Strategy::Highest {
        return None;
    }
    let conditions: Vec<MarkerSet> =
        roots.iter().map(|one| scope.condition(one.requirement(), None)).collect();
    split(within, &conditions)
}

fn exclude_each_other(conditions: &[MarkerSet]) -> bool {
    conditions
        .iter()
        .enumerate()
        .any(|(place, one)| conditions[..place].iter().any(|other| one.is_disjoint(other)))
}

fn split<'a>(
    within: &MarkerSet,
    conditions: impl IntoIterator<Item = &'a MarkerSet>,
) -> Option<Vec<MarkerSet>> {
    let mut parts = vec![within.clone()];
    for condition in conditions {
        let halves = parts.iter().flat_map(|part| [part.and(condition), part.and(&condition.not())]);
        let finer: Vec<MarkerSet> = halves.filter(|part| !part.is_never()).collect();
        if finer.len() > PARTS {
            break;
        }
        parts = finer;
    }
    (parts.len() > 1).then_some(parts)
}

/// The order in which parts are resolved, last first: what is chosen in one is preferred in the next, so newer
/// Pythons come before older ones, unless the oldest versions are wanted.
pub(crate) fn sort(parts: &mut [MarkerSet], strategy: Strategy) {
    // A stable sort of the reversed parts keeps those of equal Pythons in their order.
    parts.reverse();
    match strategy {
        Strategy::Highest => parts.sort_by_key(|part| oldest_python(&part.python_specifiers())),
        Strategy::Lowest | Strategy::LowestDirect => {
            parts.sort_by_key(|part| std::cmp::Reverse(oldest_python(&part.python_specifiers())));
        }
    }
}

/// One resolution of all parts. Entries of one name and version become one; markers are as short as they can be for
/// the environments of `universe`.
pub(crate) fn merge(outcomes: Vec<Vec<Placed>>, universe: &MarkerSet) -> Resolution {
    let mut merged: Vec<Placed> = Vec::new();
    for placed in outcomes.into_iter().flatten() {
        let same = |known: &&mut Placed| {
            let (a, b) = (&known.package, &placed.package);
            a.name == b.name && a.version == b.version && a.source == b.source
        };
        match merged.iter_mut().find(same) {
            Some(known) => absorb(known, placed),
            None => merged.push(placed),
        }
    }
    let mut packages: Vec<ResolvedPackage> =
        merged.into_iter().map(|placed| finish(placed, universe)).collect();
    packages.sort_by(|a, b| a.name.cmp(&b.name).then(a.version.cmp(&b.version)));
    Resolution { packages }
}

fn absorb(known: &mut Placed, other: Placed) {
    known.needed = known.needed.or(&other.needed);
    for reason in other.package.reasons {
        if !known.package.reasons.contains(&reason) {
            known.package.reasons.push(reason);
        }
    }
    for extra in other.package.extras {
        if !known.package.extras.contains(&extra) {
            known.package.extras.push(extra);
        }
    }
    for (edge, when) in other.edges {
        known.add_edge(edge, when);
    }
}

fn finish(placed: Placed, universe: &MarkerSet) -> ResolvedPackage {
    let Placed { mut package, needed, edges } = placed;
    let within = needed.and(universe);
    package.marker = needed.to_marker_within(universe);
    package.extras.sort();
    let edge = |(edge, when): (DependencyEdge, MarkerSet)| {
        let marker = when.and(&within).to_marker_within(&within);
        DependencyEdge { marker, ..edge }
    };
    package.dependencies = edges.into_iter().map(edge).collect();
    package.dependencies.sort_by(|a, b| a.name.cmp(&b.name).then(a.version.cmp(&b.version)));
    package
}
