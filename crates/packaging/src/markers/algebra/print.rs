//! From a set of environments back to a short marker.
//!
//! The paths of the diagram to "yes" are conditions of which one must hold. Each is widened as far as the set
//! allows, and those that the others cover are dropped: a small cover by prime implicants, not always the
//! smallest one.

use super::super::{Comparison, Marker, MarkerExpression, MarkerOperator, MarkerValue, MarkerVariable};
use super::diagram::{Fact, Node, Split};
use super::releases::{FIRST, Release, Releases, is_single, series};
use super::{MarkerSet, atoms};
use crate::specifiers::{Operator, Specifier, SpecifierSet};
use crate::version::Version;

/// A set of more paths than this (no honest marker has them) is printed as one that always holds.
const MAX_PATHS: usize = 2_000;
/// A set of more paths than this is printed as it is.
const MAX_SHORTENED_PATHS: usize = 100;

/// A condition of more parts than this is not searched for parts that need not be said.
const MAX_WIDENED: usize = 50;

/// Conditions that must all hold.
type Path = Vec<Condition>;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Condition {
    Releases(MarkerVariable, Releases),
    /// The variable has this value.
    Is(MarkerVariable, Box<str>),
    /// The variable has none of these values.
    IsNot(MarkerVariable, Vec<Box<str>>),
    Fact(Fact, bool),
}

impl Condition {
    fn node(&self) -> Node {
        let yes_or_no = Node::Constant;
        match self {
            Self::Releases(variable, releases) => atoms::in_releases(*variable, releases),
            Self::Is(variable, value) => {
                Node::texts(*variable, [(value.clone(), yes_or_no(true))], yes_or_no(false))
            }
            Self::IsNot(variable, values) => {
                let values = values.iter().map(|value| (value.clone(), yes_or_no(false)));
                Node::texts(*variable, values, yes_or_no(true))
            }
            Self::Fact(fact, holds) => Node::fact(fact.clone(), yes_or_no(*holds), yes_or_no(!holds)),
        }
    }

    /// Conditions that hold a little more often, the widest first.
    fn wider(&self) -> Vec<Self> {
        match self {
            Self::Releases(variable, releases) => releases
                .wider(MAX_WIDENED)
                .into_iter()
                .map(|wider| Self::Releases(*variable, wider))
                .collect(),
            Self::IsNot(variable, values) if (2..=MAX_WIDENED).contains(&values.len()) => (0..values.len())
                .map(|left_out| {
                    let mut values = values.clone();
                    values.remove(left_out);
                    Self::IsNot(*variable, values)
                })
                .collect(),
            _ => Vec::new(),
        }
    }
}

fn set_of(path: &[Condition]) -> MarkerSet {
    path.iter().fold(MarkerSet::always(), |set, condition| set.and(&MarkerSet(condition.node())))
}

/// The marker that [`MarkerSet::to_marker_within`] promises.
pub(super) fn marker(set: &MarkerSet, known: &MarkerSet) -> Option<Marker> {
    if known.implies(set) {
        return None;
    }
    let wanted = set.and(known);
    let mut paths = Vec::new();
    if !collect_paths(&wanted.0, &mut Vec::new(), &mut paths) {
        return None;
    }
    if paths.len() <= MAX_SHORTENED_PATHS {
        // Beyond what is known, the marker may say anything.
        let forbidden = known.and(&set.not());
        paths.iter_mut().for_each(|path| widen(path, &forbidden));
        drop_covered(&mut paths, &wanted);
    }
    Some(match paths.as_slice() {
        [] => never(),
        paths => Marker::from(join(paths.iter().map(path_expression).collect(), MarkerExpression::Or)),
    })
}

/// A marker that never holds; there is no word for it.
fn never() -> Marker {
    Marker::from(comparison(MarkerVariable::PythonVersion, Operator::Less, "0".into()))
}

/// All ways to "yes"; says whether they are few enough.
fn collect_paths(node: &Node, path: &mut Path, paths: &mut Vec<Path>) -> bool {
    let decision = match node {
        Node::Constant(true) => {
            paths.push(path.clone());
            return paths.len() <= MAX_PATHS;
        }
        Node::Constant(false) => return true,
        Node::Decision(decision) => decision,
    };
    outcomes(&decision.split).into_iter().all(|(condition, node)| {
        path.push(condition);
        let few = collect_paths(node, path, paths);
        path.pop();
        few
    })
}

/// The outcomes of a decision, each under a condition that can be printed.
fn outcomes(split: &Split) -> Vec<(Condition, &Node)> {
    match split {
        Split::Releases { variable, pieces } => {
            let mut outcomes: Vec<(Releases, &Node)> = Vec::new();
            for (index, (start, node)) in pieces.iter().enumerate() {
                let end = pieces.get(index + 1).map(|(next, _)| *next);
                match outcomes.iter_mut().find(|(_, other)| *other == node) {
                    Some((releases, _)) => releases.push(*start, end),
                    None => outcomes.push((Releases { intervals: vec![(*start, end)] }, node)),
                }
            }
            let printable = outcomes.into_iter().flat_map(|(releases, node)| {
                printable(*variable, releases)
                    .into_iter()
                    .map(move |releases| (Condition::Releases(*variable, releases), node))
            });
            printable.collect()
        }
        Split::Texts { variable, values, otherwise } => {
            let is = values.iter().map(|(value, node)| (Condition::Is(*variable, value.clone()), node));
            let others = Condition::IsNot(*variable, values.keys().cloned().collect());
            is.chain([(others, otherwise)]).collect()
        }
        Split::Fact { fact, yes, no } => {
            vec![(Condition::Fact(fact.clone(), true), yes), (Condition::Fact(fact.clone(), false), no)]
        }
    }
}

/// The releases in parts that `and` can express: gaps only of one series or one release.
fn printable(variable: MarkerVariable, releases: Releases) -> Vec<Releases> {
    let mut parts: Vec<Releases> = Vec::new();
    for (lower, upper) in releases.intervals {
        match parts.last_mut() {
            Some(part) if part.hull().is_some_and(|(_, end)| gap_is_printable(variable, end, lower)) => {
                part.intervals.push((lower, upper));
            }
            _ => parts.push(Releases { intervals: vec![(lower, upper)] }),
        }
    }
    parts
}

fn gap_is_printable(variable: MarkerVariable, start: Option<Release>, end: Release) -> bool {
    start.is_some_and(|start| {
        is_single(start, Some(end)) || is_python(variable) && series(start, Some(end)).is_some()
    })
}

/// Drops and widens conditions while the path stays out of what is forbidden.
fn widen(path: &mut Path, forbidden: &MarkerSet) {
    let allowed = |path: &Path| set_of(path).is_disjoint(forbidden);
    let mut index = 0;
    while index < path.len() {
        let condition = path.remove(index);
        if !allowed(path) {
            path.insert(index, condition);
            index += 1;
        }
    }
    for index in 0..path.len() {
        while let Some(condition) = path[index].wider().into_iter().find(|wider| {
            let mut candidate = path.clone();
            candidate[index] = wider.clone();
            allowed(&candidate)
        }) {
            path[index] = condition;
        }
    }
}

/// Drops paths that the remaining ones cover, the longest first.
fn drop_covered(paths: &mut Vec<Path>, wanted: &MarkerSet) {
    let sets: Vec<MarkerSet> = paths.iter().map(|path| set_of(path)).collect();
    let mut order: Vec<usize> = (0..paths.len()).collect();
    order.sort_by_key(|&index| std::cmp::Reverse((paths[index].len(), index)));
    let mut kept = vec![true; paths.len()];
    for index in order {
        kept[index] = false;
        let others = kept.iter().zip(&sets).filter(|(kept, _)| **kept);
        let covered = others.fold(MarkerSet::never(), |set, (_, other)| set.or(other));
        kept[index] = !wanted.implies(&covered);
    }
    let mut kept = kept.into_iter();
    paths.retain(|_| kept.next().unwrap_or(true));
}

fn join(
    mut parts: Vec<MarkerExpression>,
    join: fn(Vec<MarkerExpression>) -> MarkerExpression,
) -> MarkerExpression {
    match parts.pop() {
        Some(single) if parts.is_empty() => single.without_group(),
        last => {
            parts.extend(last);
            join(parts)
        }
    }
}

fn path_expression(path: &Path) -> MarkerExpression {
    let parts = path.iter().flat_map(condition_expressions).collect();
    join(parts, MarkerExpression::And).grouped()
}

fn condition_expressions(condition: &Condition) -> Vec<MarkerExpression> {
    match condition {
        Condition::Releases(variable, releases) => release_expressions(*variable, releases),
        Condition::Is(variable, value) => vec![comparison(*variable, Operator::Equal, value.clone())],
        Condition::IsNot(variable, values) => {
            values.iter().map(|value| comparison(*variable, Operator::NotEqual, value.clone())).collect()
        }
        Condition::Fact(fact, holds) => fact_expression(fact, *holds).into_iter().collect(),
    }
}

fn comparison(variable: MarkerVariable, operator: Operator, text: Box<str>) -> MarkerExpression {
    MarkerExpression::Comparison(Comparison {
        left: MarkerValue::Variable(variable),
        operator: MarkerOperator::Version(operator),
        right: MarkerValue::Text(text),
    })
}

/// Markers cannot say "not" of everything; what cannot be said is left out, so that the marker holds more often.
fn fact_expression(fact: &Fact, holds: bool) -> Option<MarkerExpression> {
    match (fact, holds) {
        (Fact::Comparison(comparison), true) => Some(MarkerExpression::Comparison(comparison.clone())),
        (Fact::Comparison(comparison), false) if comparison.operator == MarkerOperator::In => {
            let operator = MarkerOperator::NotIn;
            Some(MarkerExpression::Comparison(Comparison { operator, ..comparison.clone() }))
        }
        (Fact::Marker(text), true) => Marker::parse(text).ok().map(|marker| marker.expression.grouped()),
        _ => None,
    }
}

fn release_expressions(variable: MarkerVariable, releases: &Releases) -> Vec<MarkerExpression> {
    let Some((lower, upper)) = releases.hull() else { return Vec::new() };
    if releases.intervals.len() == 1
        && let Some(equal) = exact(variable, Operator::Equal, lower, upper)
    {
        return vec![equal];
    }
    let mut parts = Vec::new();
    parts.extend((lower != FIRST).then(|| bound(variable, Operator::GreaterEqual, lower)));
    parts.extend(
        releases.gaps().filter_map(|(start, end)| exact(variable, Operator::NotEqual, start, Some(end))),
    );
    parts.extend(upper.map(|upper| bound(variable, Operator::Less, upper)));
    parts
}

fn is_python(variable: MarkerVariable) -> bool {
    variable == MarkerVariable::PythonFullVersion
}

/// `==` or `!=` with a series or a release.
fn exact(
    variable: MarkerVariable,
    operator: Operator,
    lower: Release,
    upper: Option<Release>,
) -> Option<MarkerExpression> {
    if let Some([major, minor]) = series(lower, upper).filter(|_| is_python(variable)) {
        return Some(comparison(MarkerVariable::PythonVersion, operator, format!("{major}.{minor}").into()));
    }
    is_single(lower, upper).then(|| comparison(variable, operator, full(lower).into()))
}

fn bound(variable: MarkerVariable, operator: Operator, release: Release) -> MarkerExpression {
    match release {
        [major, minor, 0] if is_python(variable) => {
            comparison(MarkerVariable::PythonVersion, operator, format!("{major}.{minor}").into())
        }
        release => comparison(variable, operator, full(release).into()),
    }
}

fn full([major, minor, micro]: Release) -> String {
    format!("{major}.{minor}.{micro}")
}

/// What [`MarkerSet::python_specifiers`] promises.
pub(super) fn python_specifiers(releases: &Releases) -> SpecifierSet {
    let version = |[major, minor, micro]: Release| match micro {
        0 => Version::of([major, minor]),
        micro => Version::of([major, minor, micro]),
    };
    let Some((lower, upper)) = releases.hull() else {
        return Specifier::new(Operator::Less, Version::of([0])).into_iter().collect();
    };
    let mut specifiers = Vec::new();
    if lower != FIRST {
        specifiers.extend(Specifier::new(Operator::GreaterEqual, version(lower)));
    }
    for (start, end) in releases.gaps() {
        if let Some([major, minor]) = series(start, Some(end)) {
            specifiers.extend(Specifier::parse(&format!("!={major}.{minor}.*")));
        } else if is_single(start, Some(end)) {
            specifiers.extend(Specifier::new(Operator::NotEqual, version(start)));
        }
    }
    specifiers.extend(upper.and_then(|upper| Specifier::new(Operator::Less, version(upper))));
    specifiers.into_iter().collect()
}
