//! Conflicts as facts.
use crate::universe::{Order, Outcome, Universe, linux};
use packaging::Requirement;
use packaging::resolution::ConflictFact;
use resolver::{Environment, ResolveRequest, RuleSet};

fn resolve(universe: &Universe, wanted: &[&str], rules: RuleSet) -> Outcome {
    let wanted = wanted.iter().map(|text| Requirement::parse(text).unwrap()).collect();
    let environment = Environment::Single(Box::new(linux("3.11.7")));
    universe.resolve(ResolveRequest::new(wanted, rules, environment), Order::AsAsked)
}

/// The facts in short, one per line.
fn short(outcome: &Outcome) -> Vec<String> {
    outcome
        .facts()
        .iter()
        .map(|fact| match fact {
            ConflictFact::Requires { from, requirement, .. } => match from {
                packaging::resolution::Dependent::User(_) => format!("user needs {requirement}"),
                packaging::resolution::Dependent::Package { name, versions, every_version } => {
                    let versions: Vec<String> = versions.iter().map(ToString::to_string).collect();
                    let all = if *every_version { " (all)" } else { "" };
                    format!("{name} {}{all} needs {requirement}", versions.join(","))
                }
            },
            ConflictFact::NoVersions { name, available, .. } => {
                let versions: Vec<String> = available.iter().map(ToString::to_string).collect();
                format!("{name} has only {}", versions.join(","))
            }
            other => format!("{other:?}"),
        })
        .collect()
}

#[test]
fn two_packages_that_need_different_versions_of_a_third() {
    let universe = Universe::parse("alpha 1.0: gamma<2\nbeta 1.0: gamma>=2\ngamma 1.0:\ngamma 2.0:");
    let outcome = resolve(&universe, &["alpha", "beta"], RuleSet::Native);
    assert_eq!(
        short(&outcome),
        [
            "user needs alpha",
            "user needs beta",
            "alpha 1.0 (all) needs gamma<2",
            "beta 1.0 (all) needs gamma>=2",
        ]
    );
}

#[test]
fn no_version_in_range_lists_those_that_exist() {
    let universe = Universe::parse("alpha 1.0:\nalpha 1.1:");
    let outcome = resolve(&universe, &["alpha>2"], RuleSet::Pip);
    assert_eq!(short(&outcome), ["user needs alpha>2", "alpha has only 1.0,1.1"]);
}
