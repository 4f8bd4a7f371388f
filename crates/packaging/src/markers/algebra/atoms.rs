//! One comparison as a decision diagram.

use super::super::evaluate::compare_texts;
use super::super::{Comparison, Marker, MarkerOperator, MarkerValue, MarkerVariable, Sides};
use super::diagram::{Fact, Node};
use super::releases::{FIRST, Releases};
use crate::specifiers::{self, Operator, Specifier, SpecifierSet, VersionRanges};
use crate::version::Version;

/// A longer list of versions is not looked into.
const LONGEST_LIST: usize = 500;

/// The environments in which a comparison holds.
pub(super) fn comparison(comparison: &Comparison) -> Node {
    let operator = comparison.operator;
    let (variable, side, text) = match comparison.sides() {
        Sides::Texts(left, right) => {
            return Node::Constant(compare_texts(operator, left, right).unwrap_or(false));
        }
        Sides::Variable(variable, text) => (variable, Side::Left, text),
        Sides::VariableOnTheRight(text, variable) => (variable, Side::Right, text),
    };
    let known = match variable {
        MarkerVariable::PythonVersion
        | MarkerVariable::PythonFullVersion
        | MarkerVariable::ImplementationVersion => by_release(variable, side, operator, text),
        MarkerVariable::PlatformRelease | MarkerVariable::Extras | MarkerVariable::DependencyGroups => None,
        _ => by_text(variable, operator, text),
    };
    known.unwrap_or_else(|| match side {
        Side::Left => fact(&Comparison { right: MarkerValue::Text(text.into()), ..comparison.clone() }),
        Side::Right => fact(comparison),
    })
}

/// Where the variable of a comparison stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

/// The releases of `Requires-Python`; `===` counts as `==`.
pub(super) fn requires_python(specifiers: &SpecifierSet) -> Node {
    let ranges = specifiers.iter().map(|specifier| match (specifier.operator(), specifier.version()) {
        (Operator::Arbitrary, Some(version)) => VersionRanges::of(&Specifier::pin(version.clone())),
        _ => VersionRanges::of(specifier),
    });
    let ranges = VersionRanges::intersection_of(
        // A text behind `===` that is no version fits no release.
        ranges.map(|ranges| ranges.unwrap_or_else(VersionRanges::empty)).collect(),
    );
    in_releases(MarkerVariable::PythonFullVersion, &Releases::of(&ranges, 3))
}

/// A marker as one fact.
pub(super) fn opaque(marker: &Marker) -> Node {
    Node::fact(Fact::Marker(marker.to_string().into()), Node::Constant(true), Node::Constant(false))
}

/// A comparison as one fact; `not in` is the opposite of `in`.
fn fact(comparison: &Comparison) -> Node {
    let negated = comparison.operator == MarkerOperator::NotIn;
    let operator = if negated { MarkerOperator::In } else { comparison.operator };
    let fact = Fact::Comparison(Comparison { operator, ..comparison.clone() });
    Node::fact(fact, Node::Constant(!negated), Node::Constant(negated))
}

/// An order or equality of releases; `None` for comparisons of texts.
fn by_release(variable: MarkerVariable, side: Side, operator: MarkerOperator, text: &str) -> Option<Node> {
    let (axis, precision) = match variable {
        MarkerVariable::PythonVersion => (MarkerVariable::PythonFullVersion, 2),
        variable => (variable, 3),
    };
    let ranges = match operator {
        MarkerOperator::Version(Operator::Arbitrary) => return None,
        MarkerOperator::Version(operator) if side == Side::Left => {
            match specifiers::joined(operator, text) {
                Some(specifier) => VersionRanges::of(&specifier)?,
                // `~= "3"` has no answer and so does not hold.
                None if operator == Operator::Compatible => VersionRanges::empty(),
                None => return None,
            }
        }
        MarkerOperator::Version(operator) => from_the_right(operator, text)?,
        MarkerOperator::In | MarkerOperator::NotIn
            if precision == 2 && side == Side::Left && text.len() <= LONGEST_LIST =>
        {
            let listed = listed_series(text);
            if operator == MarkerOperator::In { listed } else { listed.complement() }
        }
        MarkerOperator::In | MarkerOperator::NotIn => return None,
    };
    Some(in_releases(axis, &Releases::of(&ranges, precision)))
}

/// `"3.8" <= python_version`: the versions V for which the specifier `<=V` fits 3.8.
fn from_the_right(operator: Operator, text: &str) -> Option<VersionRanges> {
    let version = Version::parse(text).ok()?;
    if version.is_prerelease() || version.is_postrelease() || version.is_local() {
        return None;
    }
    let of = |operator| VersionRanges::of(&Specifier::new(operator, version.clone())?);
    match operator {
        Operator::Equal | Operator::NotEqual => of(operator),
        Operator::LessEqual => of(Operator::GreaterEqual),
        Operator::GreaterEqual => of(Operator::LessEqual),
        Operator::Less => of(Operator::LessEqual).map(|ranges| ranges.complement()),
        Operator::Greater => of(Operator::GreaterEqual).map(|ranges| ranges.complement()),
        Operator::Compatible | Operator::Arbitrary => None,
    }
}

/// `python_version in "3.8, 3.9"`: the series whose two numbers occur in the text. As `in` looks for a part of the
/// text, `3.1` occurs in `3.10`, and that is a fact about markers.
fn listed_series(text: &str) -> VersionRanges {
    const LONGEST: usize = 3;
    let mut ranges = VersionRanges::empty();
    for (dot, _) in text.match_indices('.') {
        let before = text[..dot].bytes().rev().take_while(u8::is_ascii_digit).take(LONGEST).count();
        let after = text[dot + 1..].bytes().take_while(u8::is_ascii_digit).take(LONGEST).count();
        for (start, end) in
            (dot - before..dot).flat_map(|start| (1..=after).map(move |end| (start, dot + 1 + end)))
        {
            let series = &text[start..end];
            // `03.8` is not how an interpreter calls itself.
            if let Ok(specifier) = Specifier::parse(&format!("=={series}"))
                && specifier.version().is_some_and(|version| version.to_string() == series)
                && let Some(other) = VersionRanges::of(&specifier)
            {
                ranges = ranges.union(&other);
            }
        }
    }
    ranges
}

pub(super) fn in_releases(variable: MarkerVariable, releases: &Releases) -> Node {
    let mut pieces = vec![(FIRST, Node::Constant(false))];
    for (lower, upper) in &releases.intervals {
        pieces.push((*lower, Node::Constant(true)));
        pieces.extend(upper.map(|upper| (upper, Node::Constant(false))));
    }
    if releases.intervals.first().is_some_and(|(lower, _)| *lower == FIRST) {
        pieces.remove(0);
    }
    Node::releases(variable, pieces)
}

/// Equality of texts; `None` for `in`.
fn by_text(variable: MarkerVariable, operator: MarkerOperator, text: &str) -> Option<Node> {
    let equal = match operator {
        MarkerOperator::In | MarkerOperator::NotIn => return None,
        // What `compare_texts` makes of it.
        MarkerOperator::Version(operator) => match operator {
            Operator::Equal | Operator::LessEqual | Operator::GreaterEqual => true,
            Operator::NotEqual => false,
            _ => return Some(Node::Constant(false)),
        },
    };
    let (variable, text) = same_platform(variable, text);
    Some(Node::texts(variable, [(text.into(), Node::Constant(equal))], Node::Constant(!equal)))
}

/// One name for one fact.
fn same_platform(variable: MarkerVariable, text: &str) -> (MarkerVariable, &str) {
    match (variable, text) {
        (MarkerVariable::PlatformSystem, "Windows") | (MarkerVariable::OsName, "nt") => {
            (MarkerVariable::SysPlatform, "win32")
        }
        (MarkerVariable::PlatformSystem, "Linux") => (MarkerVariable::SysPlatform, "linux"),
        (MarkerVariable::PlatformSystem, "Darwin") => (MarkerVariable::SysPlatform, "darwin"),
        other => other,
    }
}
