//! Where a search is valid: which requirements count and which Pythons must work.

use crate::request::RuleSet;
use crate::rules::{oldest_python, python_allows};
use packaging::markers::MarkerSet;
use packaging::specifiers::Operator;
use packaging::{Extra, MarkerEnvironment, Requirement, Specifier, SpecifierSet, Version};

/// One environment, or many at once.
#[derive(Clone)]
pub(crate) enum Scope {
    /// One interpreter on one platform.
    Single(Box<MarkerEnvironment>),
    /// All environments of a set. A requirement counts when it does in some of them.
    Many {
        /// The environments.
        within: MarkerSet,
        /// The oldest Python that must work.
        oldest_python: Option<Version>,
    },
}

impl Scope {
    /// The environments of `within`, the Pythons among which must fit `requires_python`.
    pub(crate) fn many(within: MarkerSet, requires_python: &SpecifierSet) -> Self {
        let oldest = oldest_python(&within.python_specifiers()).max(oldest_python(requires_python));
        Self::Many { within, oldest_python: oldest }
    }

    /// Whether there are several environments.
    pub(crate) fn is_many(&self) -> bool {
        matches!(self, Self::Many { .. })
    }

    /// Whether `requirement` counts without an extra.
    pub(crate) fn applies(&self, requirement: &Requirement) -> bool {
        match self {
            Self::Single(environment) => requirement.applies(environment, &[]),
            Self::Many { within, .. } => !condition(requirement, None).is_disjoint(within),
        }
    }

    /// Whether `requirement` counts with `extra` where it does not without.
    pub(crate) fn is_added(&self, requirement: &Requirement, extra: &Extra) -> bool {
        if requirement.marker.is_none() {
            return false;
        }
        match self {
            Self::Single(environment) => {
                requirement.applies(environment, std::slice::from_ref(extra))
                    && !requirement.applies(environment, &[])
            }
            Self::Many { within, .. } => {
                let without = condition(requirement, None);
                !condition(requirement, Some(extra)).and(&without.not()).is_disjoint(within)
            }
        }
    }

    /// Where `requirement` of a package, or of its `extra`, counts.
    pub(crate) fn condition(&self, requirement: &Requirement, extra: Option<&Extra>) -> MarkerSet {
        match self {
            Self::Single(_) => MarkerSet::always(),
            Self::Many { .. } => condition(requirement, extra),
        }
    }

    /// The environments of the scope.
    pub(crate) fn within(&self) -> MarkerSet {
        match self {
            Self::Single(_) => MarkerSet::always(),
            Self::Many { within, .. } => within.clone(),
        }
    }

    /// Whether a version with this Requires-Python can be used.
    pub(crate) fn python_allows(&self, requires_python: &SpecifierSet, rules: RuleSet) -> bool {
        let rules = match self {
            Self::Single(_) => rules,
            // With many Pythons, only a lower bound can be compared.
            Self::Many { .. } => RuleSet::Native,
        };
        self.python().is_none_or(|python| python_allows(requires_python, &python, rules))
    }

    /// The environments with a Python that fits, and those without, where there are both.
    pub(crate) fn split_by_python(&self, requires_python: &SpecifierSet) -> Option<[MarkerSet; 2]> {
        let Self::Many { within, .. } = self else { return None };
        let oldest = Specifier::new(Operator::GreaterEqual, oldest_python(requires_python)?)?;
        let newer = MarkerSet::requires_python(&SpecifierSet::from_iter([oldest]));
        let parts = [within.and(&newer), within.and(&newer.not())];
        parts.iter().all(|part| !part.is_never()).then_some(parts)
    }

    /// The Python that is resolved for, or the oldest of many.
    pub(crate) fn python(&self) -> Option<Version> {
        match self {
            Self::Single(environment) => {
                let text = environment.python_full_version.trim_end_matches('+');
                Version::parse(text).or_else(|_| Version::parse(&environment.python_version)).ok()
            }
            Self::Many { oldest_python, .. } => oldest_python.clone(),
        }
    }
}

fn condition(requirement: &Requirement, extra: Option<&Extra>) -> MarkerSet {
    let set = requirement.marker.as_ref().map_or_else(MarkerSet::always, MarkerSet::of);
    set.with_extra(extra.map_or("", Extra::as_str))
}
