//! Markers as sets of environments, for a resolution that must hold on all of them.
//!
//! A [`MarkerSet`] is a reduced ordered decision diagram: equal sets are equal values, and `and`, `or` and `not` are
//! exact. It looks at environments as follows.
//!
//! - Python is known by its release, three numbers: `python_version < "3.9"`, `python_full_version < "3.9.0"` and
//!   `python_full_version <= "3.8.999999"` differ only by the last one, and a pre-release counts as its release.
//! - `platform_system == "Windows"`, `os_name == "nt"` and `sys_platform == "win32"` are one fact; so are Linux
//!   and Darwin by their two names.
//! - A comparison that is neither of releases nor for equality (`"x" in platform_version`, an order of
//!   `platform_release`) is a fact of its own. Two such facts are never found to exclude each other, which is
//!   safe: two sets called disjoint are disjoint.

mod atoms;
mod diagram;
mod print;
mod releases;
#[cfg(test)]
mod tests;

use super::{Marker, MarkerContext, MarkerEnvironment, MarkerExpression, MarkerVariable};
use crate::specifiers::SpecifierSet;
use diagram::Node;
use releases::Releases;
use std::fmt;

/// Beyond this many outcomes of its decisions a marker is one opaque fact: a hostile one could need exponentially many,
/// or questions so deep that recursion ends badly once several are combined.
const MAX_OUTCOMES: usize = 200;

/// A set of environments.
///
/// ```
/// use packaging::markers::{Marker, MarkerSet};
///
/// let set = |text| MarkerSet::of(&Marker::parse(text).unwrap());
/// let old = set("python_version < '3.10' and os_name == 'nt'");
/// let new = set("python_version >= '3.11'");
/// assert!(old.is_disjoint(&new));
/// assert_eq!(old.or(&new).not().or(&old).to_string(), "python_version < \"3.11\"");
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct MarkerSet(Node);

impl MarkerSet {
    /// All environments.
    #[must_use]
    pub fn always() -> Self {
        Self(Node::Constant(true))
    }

    /// No environment.
    #[must_use]
    pub fn never() -> Self {
        Self(Node::Constant(false))
    }

    /// The environments in which a marker holds; one without an answer does not hold.
    #[must_use]
    pub fn of(marker: &Marker) -> Self {
        Self(node_of(marker.expression()).unwrap_or_else(|| atoms::opaque(marker)))
    }

    /// The environments whose Python fits `Requires-Python`.
    #[must_use]
    pub fn requires_python(specifiers: &SpecifierSet) -> Self {
        Self(atoms::requires_python(specifiers))
    }

    /// Whether it holds everywhere.
    #[must_use]
    pub fn is_always(&self) -> bool {
        self.0 == Node::Constant(true)
    }

    /// Whether it holds nowhere.
    #[must_use]
    pub fn is_never(&self) -> bool {
        self.0 == Node::Constant(false)
    }

    /// The environments in both sets.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self(diagram::and(&self.0, &other.0))
    }

    /// The environments in either set.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        Self(diagram::or(&self.0, &other.0))
    }

    /// The environments not in the set.
    #[must_use]
    pub fn not(&self) -> Self {
        Self(diagram::not(&self.0))
    }

    /// Whether no environment is in both sets.
    #[must_use]
    pub fn is_disjoint(&self, other: &Self) -> bool {
        self.and(other).is_never()
    }

    /// Whether every environment of this set is in the other one.
    #[must_use]
    pub fn implies(&self, other: &Self) -> bool {
        self.and(&other.not()).is_never()
    }

    /// The set with `extra` decided: `""` for no extra.
    #[must_use]
    pub fn with_extra(&self, extra: &str) -> Self {
        Self(diagram::restrict(&self.0, MarkerVariable::Extra, extra))
    }

    /// Whether an environment is in the set.
    #[must_use]
    pub fn evaluate(&self, environment: &MarkerEnvironment, context: &MarkerContext<'_>) -> bool {
        diagram::evaluate(&self.0, environment, context)
    }

    /// The releases of Python that occur in the set, as `Requires-Python` would ask for them: `>=3.9,!=3.10.*,<4.0`.
    /// Gaps that are not one series or one release are not told.
    #[must_use]
    pub fn python_specifiers(&self) -> SpecifierSet {
        print::python_specifiers(&self.python_releases())
    }

    /// A short marker for the set: `None` when it holds everywhere.
    #[must_use]
    pub fn to_marker(&self) -> Option<Marker> {
        self.to_marker_within(&Self::always())
    }

    /// A short marker that decides as this set does in the environments of `known`, whatever it says about others:
    /// within Python 3.9 and later, `python_version >= "3.9"` need not be said. `None` when it holds in all of them.
    #[must_use]
    pub fn to_marker_within(&self, known: &Self) -> Option<Marker> {
        print::marker(self, known)
    }

    fn python_releases(&self) -> Releases {
        diagram::releases(&self.0, MarkerVariable::PythonFullVersion)
    }
}

/// Prints the short marker; a set that holds everywhere prints nothing.
impl fmt::Display for MarkerSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_marker().map_or(Ok(()), |marker| marker.fmt(f))
    }
}

impl fmt::Debug for MarkerSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MarkerSet({})", if self.is_always() { "always".to_owned() } else { self.to_string() })
    }
}

/// `None` when the diagram becomes too large.
fn node_of(expression: &MarkerExpression) -> Option<Node> {
    match expression {
        MarkerExpression::Comparison(comparison) => Some(atoms::comparison(comparison)),
        MarkerExpression::And(parts) => joined(parts, true, diagram::and),
        MarkerExpression::Or(parts) => joined(parts, false, diagram::or),
        MarkerExpression::Group(inner) => node_of(inner),
    }
}

/// Joins halves, so that a long list costs n log n.
fn joined(parts: &[MarkerExpression], of_none: bool, join: fn(&Node, &Node) -> Node) -> Option<Node> {
    match parts {
        [] => Some(Node::Constant(of_none)),
        [single] => node_of(single),
        several => {
            let (left, right) = several.split_at(several.len() / 2);
            let node = join(&joined(left, of_none, join)?, &joined(right, of_none, join)?);
            diagram::is_smaller_than(&node, MAX_OUTCOMES).then_some(node)
        }
    }
}
