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
    // pip compares `sys.version_info[:3]`, so that 3.14.0rc1 counts as 3.14.0.
    let python = python.base_version();
    match rules {
        RuleSet::Pip => requires_python.contains(&python, Prereleases::Allow),
        RuleSet::Native => requires_python.iter().all(|specifier| lower_bound_allows(specifier, &python)),
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
    match (specifier.operator(), specifier.version()) {
        (Operator::Less | Operator::LessEqual, _) => true,
        (Operator::Equal | Operator::Compatible, Some(bound)) => python >= bound,
        _ => specifier.contains(python, Prereleases::Allow),
    }
}

#[cfg(test)]
mod tests {
    use super::{oldest_python, python_allows};
    use crate::request::RuleSet;
    use packaging::{SpecifierSet, Version};

    #[test]
    fn requires_python() {
        let table = [
            // Requires-Python, Python, pip, ours
            (">=3.8", "3.11.7", true, true),
            (">=3.12", "3.11.7", false, false),
            ("<3.11", "3.11.7", false, true),
            (">=3.7,<3.11", "3.11.7", false, true),
            ("==3.10.*", "3.11.7", false, true),
            ("~=3.10", "3.11.7", true, true),
            ("~=3.10.0", "3.11.7", false, true),
            ("!=3.11.*", "3.11.7", false, false),
            (">3.11", "3.11.7", true, true),
            (">=3.14", "3.14.0rc1", true, true),
            ("", "3.11.7", true, true),
        ];
        for (specifiers, python, pip, ours) in table {
            let set = SpecifierSet::parse(specifiers).unwrap();
            let python = Version::parse(python).unwrap();
            assert_eq!(python_allows(&set, &python, RuleSet::Pip), pip, "pip: {specifiers} {python}");
            assert_eq!(python_allows(&set, &python, RuleSet::Native), ours, "ours: {specifiers} {python}");
        }
    }

    #[test]
    fn the_oldest_python() {
        let oldest = |text: &str| oldest_python(&SpecifierSet::parse(text).unwrap());
        assert_eq!(oldest(">=3.8,<4,!=3.9.*"), Version::parse("3.8").ok());
        assert_eq!(oldest("~=3.10,>=3.9"), Version::parse("3.10").ok());
        assert_eq!(oldest("<4"), None);
    }
}
