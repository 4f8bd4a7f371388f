//! Random universes: small ones against brute force, larger ones against another solver.

use crate::universe::{Order, Outcome, Universe, linux};
use packaging::candidate::Availability;
use packaging::resolution::ConflictFact;
use packaging::{Extra, MarkerEnvironment, PackageName, Prereleases, Requirement, Version};
use proptest::prelude::*;
use pubgrub::{OfflineDependencyProvider, Ranges};
use resolver::{Environment, ResolveRequest, RuleSet, Strategy as Choice, Walk};
use std::collections::BTreeMap;

/// A universe as text, and what is wanted of it.
#[derive(Clone, Debug)]
struct Case {
    universe: String,
    wanted: Vec<String>,
}

#[derive(Clone, Copy, Debug)]
struct Shape {
    packages: usize,
    versions: u32,
    requirements: usize,
    prereleases: bool,
    extras: bool,
}

/// Requirements on the packages of a shape, as text.
fn requirement(shape: Shape) -> impl Strategy<Value = String> {
    let operators =
        prop_oneof![Just(""), Just("=="), Just(">="), Just("<="), Just("<"), Just(">"), Just("!=")];
    let extra = prop::bool::weighted(if shape.extras { 0.2 } else { 0.0 });
    let suffix = prop::bool::weighted(if shape.prereleases { 0.15 } else { 0.0 });
    (0..shape.packages, extra, operators, 1..=shape.versions, suffix).prop_map(
        |(package, extra, operator, version, suffix)| {
            let extra = if extra { "[x]" } else { "" };
            let suffix = if suffix { "a1" } else { "" };
            let specifier =
                if operator.is_empty() { String::new() } else { format!("{operator}{version}{suffix}") };
            format!("p{package}{extra}{specifier}")
        },
    )
}

fn cases(shape: Shape) -> impl Strategy<Value = Case> {
    let requirements =
        |most| prop::collection::vec((requirement(shape), prop::bool::weighted(0.2)), 0..=most);
    let release = (prop::bool::weighted(0.85), 0u8..20, requirements(shape.requirements));
    let releases = prop::collection::vec(release, shape.packages * shape.versions as usize * 2);
    let wanted = prop::collection::vec(requirement(shape), 1..=3);
    (releases, wanted).prop_map(move |(releases, wanted)| {
        let mut releases = releases.into_iter();
        let mut lines = Vec::new();
        for package in 0..shape.packages {
            for version in 1..=shape.versions {
                for suffix in ["a1", ""] {
                    let Some((exists, luck, requires)) = releases.next() else { continue };
                    if !exists || suffix == "a1" && !(shape.prereleases && luck % 2 == 0) {
                        continue;
                    }
                    let state = if shape.prereleases && luck == 1 { " yanked" } else { "" };
                    let extra = if shape.extras { " [x]" } else { "" };
                    // A pre-release that pulls itself in by what it requires is one that pip never looks at.
                    let requires =
                        requires.into_iter().filter(|_| suffix.is_empty()).map(|(text, optional)| {
                            if optional && shape.extras { format!("{text} ; extra == \"x\"") } else { text }
                        });
                    let requires = requires.collect::<Vec<_>>().join(", ");
                    lines.push(format!("p{package} {version}{suffix}{extra}{state}: {requires}"));
                }
            }
        }
        Case { universe: lines.join("\n"), wanted }
    })
}

fn resolve(case: &Case, rules: RuleSet, order: Order) -> Outcome {
    let wanted = case.wanted.iter().map(|text| Requirement::parse(text).unwrap()).collect();
    let request = ResolveRequest::new(wanted, rules, Environment::Single(Box::new(linux("3.11.7"))));
    Universe::parse(&case.universe).resolve(request, order)
}

/// Chosen versions, by package.
type Pins = BTreeMap<PackageName, Version>;

/// The requirements in force when `pins` are chosen: those of the user, and of each chosen version with the extras
/// that someone wants of it. `None` when one is not satisfied.
fn in_force(case: &Case, universe: &Universe, pins: &Pins) -> Option<Vec<Requirement>> {
    let environment: MarkerEnvironment = linux("3.11.7");
    let mut all: Vec<Requirement> = Vec::new();
    let mut seen: Vec<(PackageName, Option<Extra>)> = Vec::new();
    let mut todo: Vec<Requirement> =
        case.wanted.iter().map(|text| Requirement::parse(text).unwrap()).collect();
    while let Some(requirement) = todo.pop() {
        let version = pins.get(&requirement.name)?;
        if !requirement.specifiers().unwrap().contains(version, Prereleases::Allow) {
            return None;
        }
        for extra in std::iter::once(None).chain(requirement.extras.iter().cloned().map(Some)) {
            let node = (requirement.name.clone(), extra.clone());
            if !seen.contains(&node) {
                seen.push(node);
                let extras: Vec<Extra> = extra.into_iter().collect();
                let dependencies =
                    universe.packages[&requirement.name][version].dependencies.clone().unwrap();
                let counts = |one: &&Requirement| one.applies(&environment, &extras);
                todo.extend(dependencies.requires.iter().filter(counts).cloned());
            }
        }
        all.push(requirement);
    }
    Some(all)
}

/// Whether a choice of versions is a solution by the rules.
fn is_solution(case: &Case, universe: &Universe, pins: &Pins, rules: RuleSet) -> bool {
    let Some(all) = in_force(case, universe, pins) else { return false };
    let own: Vec<Requirement> = case.wanted.iter().map(|text| Requirement::parse(text).unwrap()).collect();
    pins.iter().filter(|(name, _)| all.iter().any(|one| one.name == **name)).all(|(name, version)| {
        let releases = &universe.packages[name];
        let on = |list: &[Requirement]| -> Vec<_> {
            list.iter().filter(|one| one.name == *name).map(|one| one.specifiers().unwrap().clone()).collect()
        };
        let (merged, wanted) = (on(&all), on(&own));
        let final_fits = releases.keys().any(|version| {
            !version.is_prerelease() && merged.iter().all(|one| one.contains(version, Prereleases::Allow))
        });
        let named = merged.iter().any(|one| one.names_prerelease());
        let yanked = matches!(releases[version].availability, Availability::Yanked { .. });
        match rules {
            RuleSet::Pip => {
                (!version.is_prerelease() || named || !final_fits)
                    && (!yanked || merged.iter().any(|one| one.pinned().is_some()))
            }
            RuleSet::Native => !yanked || wanted.iter().any(|one| one.pinned().is_some()),
        }
    })
}

/// Whether any choice at all is a solution.
fn solvable(case: &Case, universe: &Universe, rules: RuleSet) -> bool {
    let names: Vec<PackageName> = universe.packages.keys().cloned().collect();
    let versions: Vec<Vec<Version>> =
        names.iter().map(|name| universe.packages[name].keys().cloned().collect()).collect();
    let mut places = vec![0; names.len()];
    loop {
        let chosen = names.iter().zip(&versions).zip(&places);
        let pins: Pins = chosen.map(|((name, all), place)| (name.clone(), all[*place].clone())).collect();
        if is_solution(case, universe, &pins, rules) {
            return true;
        }
        let Some(next) = (0..places.len()).find(|i| places[*i] + 1 < versions[*i].len()) else {
            return false;
        };
        places[next] += 1;
        places[..next].fill(0);
    }
}

/// Checks one case against brute force.
fn check(case: &Case, rules: RuleSet) -> Result<(), TestCaseError> {
    let universe = Universe::parse(&case.universe);
    let outcome = resolve(case, rules, Order::AsAsked);
    match &outcome.result {
        Ok(resolution) => {
            let pins =
                resolution.packages.iter().map(|package| (package.name.clone(), package.version.clone()));
            let pins: Pins = pins.collect();
            prop_assert!(is_solution(case, &universe, &pins, rules), "not a solution: {:?}", pins);
            let all = in_force(case, &universe, &pins).unwrap();
            prop_assert!(
                pins.keys().all(|name| all.iter().any(|one| one.name == *name)),
                "unneeded: {:?}",
                pins
            );
        }
        Err(conflict) => {
            // Like pip, a search does not read the metadata of versions that nothing leads to only to see whether
            // they would let in a pre-release.
            let closed = |fact: &ConflictFact| {
                matches!(fact, ConflictFact::ExcludedPrerelease { .. } | ConflictFact::Yanked { .. })
            };
            let lenient = rules == RuleSet::Pip && conflict.facts.iter().any(closed);
            prop_assert!(
                lenient || !solvable(case, &universe, rules),
                "there is a solution: {:#?}",
                conflict.facts
            );
            prop_assert!(!conflict.facts.is_empty());
        }
    }
    for order in [Order::Shuffled(7), Order::Shuffled(4711), Order::RequiredOnly] {
        let other = resolve(case, rules, order);
        prop_assert_eq!(&outcome.result, &other.result, "the order of answers matters");
    }
    Ok(())
}

const SMALL: Shape = Shape { packages: 5, versions: 3, requirements: 2, prereleases: false, extras: true };
const PRERELEASES: Shape =
    Shape { packages: 4, versions: 3, requirements: 2, prereleases: true, extras: false };
const LARGE: Shape = Shape { packages: 25, versions: 6, requirements: 3, prereleases: false, extras: false };

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn small_universes_agree_with_brute_force(case in cases(SMALL)) {
        check(&case, RuleSet::Native)?;
        check(&case, RuleSet::Pip)?;
    }

    #[test]
    fn universes_with_prereleases_agree_with_brute_force(case in cases(PRERELEASES)) {
        check(&case, RuleSet::Native)?;
        check(&case, RuleSet::Pip)?;
    }

    #[test]
    fn large_universes_agree_with_pubgrub(case in cases(LARGE)) {
        let outcome = resolve(&case, RuleSet::Native, Order::AsAsked);
        let theirs = pubgrub_solution(&case);
        if let Some(pins) = &theirs {
            prop_assert!(is_solution(&case, &Universe::parse(&case.universe), pins, RuleSet::Native), "pubgrub errs");
        }
        prop_assert_eq!(outcome.result.is_ok(), theirs.is_some());
        if outcome.result.is_ok() {
            check(&case, RuleSet::Native)?;
        }
    }

    #[test]
    fn the_lowest_versions_are_a_solution_too(case in cases(SMALL)) {
        let wanted = case.wanted.iter().map(|text| Requirement::parse(text).unwrap()).collect();
        let mut request = ResolveRequest::new(wanted, RuleSet::Native, Environment::Single(Box::new(linux("3.11.7"))));
        request.strategy = Choice::Lowest;
        let universe = Universe::parse(&case.universe);
        let outcome = universe.resolve(request, Order::AsAsked);
        prop_assert_eq!(outcome.result.is_ok(), resolve(&case, RuleSet::Native, Order::AsAsked).result.is_ok());
    }
}

/// A package with a long history whose versions require moving windows of another one, with exceptions.
fn long_histories() -> impl Strategy<Value = Case> {
    let exceptions = prop::collection::vec((1u32..80, 0u32..4), 0..6);
    (exceptions, 1u32..80, 0u32..3, prop::bool::ANY).prop_map(|(exceptions, limit, width, more)| {
        let mut lines = Vec::new();
        for version in 1..=80u32 {
            let exception = exceptions.iter().find(|(of, _)| *of == version).map(|(_, kind)| *kind);
            let requires = match exception {
                Some(0) => String::new(),
                Some(1) => "p1>=79".to_owned(),
                Some(2) => "p3".to_owned(),
                _ => format!("p1>={},<={}", version.saturating_sub(width), version + width),
            };
            lines.push(format!("p0 {version}: {requires}"));
            lines.push(format!("p1 {version}: "));
        }
        lines.push(format!("p2 1: p1<={limit}"));
        let mut wanted = vec!["p0".to_owned(), "p2".to_owned()];
        if more {
            wanted.push("p0>=40".to_owned());
        }
        Case { universe: lines.join("\n"), wanted }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn jumps_find_solutions_where_steps_do(case in long_histories()) {
        let outcome = resolve(&case, RuleSet::Native, Order::AsAsked);
        let wanted = case.wanted.iter().map(|text| Requirement::parse(text).unwrap()).collect();
        let mut request = ResolveRequest::new(wanted, RuleSet::Native, Environment::Single(Box::new(linux("3.11.7"))));
        request.walk = Walk::Step;
        let universe = Universe::parse(&case.universe);
        let walked = universe.resolve(request, Order::AsAsked);
        prop_assert_eq!(outcome.result.is_ok(), walked.result.is_ok());
        if let Ok(resolution) = &outcome.result {
            let pins = resolution.packages.iter().map(|package| (package.name.clone(), package.version.clone()));
            prop_assert!(is_solution(&case, &universe, &pins.collect(), RuleSet::Native));
            let other = resolve(&case, RuleSet::Native, Order::Shuffled(5));
            prop_assert_eq!(&outcome.result, &other.result);
        }
        // Without exceptions the assumption holds, and the result is the same.
        if !case.universe.contains("p3") && !case.universe.lines().any(|line| line.starts_with("p0") && (line.ends_with(": ") || line.contains(">=79"))) {
            prop_assert_eq!(&outcome.result, &walked.result);
        }
    }
}

/// What `pubgrub` finds.
fn pubgrub_solution(case: &Case) -> Option<Pins> {
    let universe = Universe::parse(&case.universe);
    let mut provider = OfflineDependencyProvider::<String, Ranges<u32>>::new();
    let convert = |list: &[Requirement]| -> Vec<(String, Ranges<u32>)> {
        let mut merged: BTreeMap<String, Ranges<u32>> = BTreeMap::new();
        for one in list {
            let fits = (1..=LARGE.versions).filter(|number| {
                let version = Version::parse(&number.to_string()).unwrap();
                one.specifiers().unwrap().contains(&version, Prereleases::Allow)
            });
            let range = fits.fold(Ranges::empty(), |all, number| all.union(&Ranges::singleton(number)));
            let known = merged.remove(one.name.as_str()).unwrap_or_else(Ranges::full);
            merged.insert(one.name.to_string(), known.intersection(&range));
        }
        merged.into_iter().collect()
    };
    let own: Vec<Requirement> = case.wanted.iter().map(|text| Requirement::parse(text).unwrap()).collect();
    provider.add_dependencies("root".to_owned(), 1u32, convert(&own));
    for (name, releases) in &universe.packages {
        for (version, release) in releases {
            let number: u32 = version.to_string().parse().unwrap();
            // It knows no package that requires itself: such a version is there or not.
            let requires = release.dependencies.as_ref().unwrap().requires.iter();
            let (itself, requires): (Vec<_>, Vec<_>) = requires.cloned().partition(|one| one.name == *name);
            if itself.iter().any(|one| !one.specifiers().unwrap().contains(version, Prereleases::Allow)) {
                continue;
            }
            provider.add_dependencies(name.to_string(), number, convert(&requires));
        }
    }
    let solution = pubgrub::resolve(&provider, "root".to_owned(), 1u32).ok()?;
    let pins = solution.into_iter().filter(|(name, _)| name != "root");
    let pin = |(name, version): (String, u32)| {
        (PackageName::new(&name).unwrap(), Version::parse(&version.to_string()).unwrap())
    };
    Some(pins.map(pin).collect())
}
