//! Rules that are needed on both sides of the resolver.

use crate::request::RuleSet;
use packaging::specifiers::Operator;
use packaging::{Prereleases, Specifier, SpecifierSet, Version};

/// Whether a version with this Requires-Python may be used with `python`.
///
/// pip takes the specifiers as they are. Our rules ignore upper bounds: they were written before the newer Pythons
/// existed, and older versions of a package often lack them, so that honouring them selects versions that are
/// older and no better.
pub fn python_allows(requires_python: &SpecifierSet, python: &Version, rules: RuleSet) -> bool {
    match rules {
        RuleSet::Pip => requires_python.contains(python, Prereleases::Allow),
        RuleSet::Native => requires_python.iter().all(|specifier| lower_bound_allows(specifier, python)),
    }
}

/// The oldest Python that lower bounds let through: what the versions of a universal resolution are judged by.
pub fn oldest_python(requires_python: &SpecifierSet) -> Option<Version> {
    let bounds = requires_python.iter().filter(|specifier| {
        use Operator::{Compatible, Equal, Greater, GreaterEqual};
        matches!(specifier.operator(), Compatible | Equal | Greater | GreaterEqual)
    });
    bounds.filter_map(|specifier| specifier.version().cloned()).max()
}

fn lower_bound_allows(specifier: &Specifier, python: &Version) -> bool {
    let Some(bound) = specifier.version() else {
        return specifier.contains(python, Prereleases::Allow);
    };
    match specifier.operator() {
        Operator::Less | Operator::LessEqual => true,
        Operator::Equal | Operator::Compatible => python.base_version() >= *bound,
        // A pre-release of 3.14 counts as 3.14 for `>=3.14`.
        Operator::GreaterEqual => python.base_version() >= *bound,
        Operator::Greater | Operator::NotEqual | Operator::Arbitrary => {
            specifier.contains(python, Prereleases::Allow)
        }
    }
}
