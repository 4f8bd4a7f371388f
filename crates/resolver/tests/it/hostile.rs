//! Answers that somebody made up to keep us busy.

use packaging::candidate::{Availability, Candidate};
use packaging::resolution::ConflictFact;
use packaging::{PackageName, Requirement, Version};
use resolver::{Answer, Environment, ResolveRequest, Resolver, RuleSet, Step};

/// Every version has a reason of its own for which it cannot be used.
#[test]
fn as_many_reasons_as_versions() {
    let candidate = |id: u32| Candidate {
        version: Version::of([1, id.into()]),
        availability: Availability::NeedsPython { requires_python: format!(">=4.{id}") },
        id,
    };
    let wanted = vec![Requirement::parse("a").unwrap()];
    let environment = Environment::Single(Box::new(crate::universe::linux("3.11")));
    let mut resolver = Resolver::new(ResolveRequest::new(wanted, RuleSet::Native, environment));
    let conflict = loop {
        match resolver.step() {
            Step::Need(_) => resolver.answer(Answer::Candidates {
                name: PackageName::new("a").unwrap(),
                found: Ok((0..20_000).map(candidate).collect()),
            }),
            Step::Err(conflict) => break conflict,
            step => panic!("{step:?}"),
        }
    };
    let reasons = conflict.facts.iter().filter(|fact| matches!(fact, ConflictFact::NeedsPython { .. }));
    assert_eq!(reasons.count(), 65);
    for fact in &conflict.facts {
        if let ConflictFact::NeedsPython { versions, requires_python, .. } = fact {
            let [version] = &versions[..] else { panic!("{fact:?}") };
            assert_eq!(format!(">=4.{}", version.release()[1]), *requires_python);
        }
    }
}
