//! Where a search is valid: which requirements count and which Pythons must work.

use crate::request::RuleSet;
use crate::rules::python_allows;
use packaging::{Extra, MarkerEnvironment, Requirement, SpecifierSet, Version};

/// One environment, or many at once.
#[derive(Clone)]
pub(crate) enum Scope {
    /// One interpreter on one platform.
    Single(Box<MarkerEnvironment>),
}

impl Scope {
    /// Whether `requirement` counts, asked for by a package with `extra` or without one.
    pub(crate) fn applies(&self, requirement: &Requirement, extra: Option<&Extra>) -> bool {
        match self {
            Self::Single(environment) => {
                requirement.applies(environment, extra.map_or(&[], std::slice::from_ref))
            }
        }
    }

    /// Whether a version with this Requires-Python can be used.
    pub(crate) fn python_allows(&self, requires_python: &SpecifierSet, rules: RuleSet) -> bool {
        let python = self.python();
        python.is_none_or(|python| python_allows(requires_python, &python, rules))
    }

    /// The Python that is resolved for, or the oldest of many.
    pub(crate) fn python(&self) -> Option<Version> {
        match self {
            Self::Single(environment) => {
                let text = environment.python_full_version.trim_end_matches('+');
                Version::parse(text).or_else(|_| Version::parse(&environment.python_version)).ok()
            }
        }
    }
}
