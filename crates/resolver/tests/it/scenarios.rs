//! The shared scenarios, straight against the resolver: no index, no environment.
//!
//! `TILSIT_SCENARIOS` names the file; without it the test says that it is skipped. As the oracle beside that file
//! does, Python versions are shifted so that each scenario's interpreter becomes 3.11.7.

use crate::universe::{Order, Outcome, Release, Universe, linux};
use packaging::candidate::Availability;
use packaging::{Extra, MarkerEnvironment, PackageName, Prereleases, Requirement, SpecifierSet, Version};
use resolver::{Dependencies, Environment, PrereleaseMode, ResolveRequest, RuleSet, Strategy, python_allows};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

#[derive(Deserialize)]
struct File {
    scenarios: Vec<Scenario>,
}

#[derive(Clone, Deserialize)]
struct Scenario {
    id: String,
    environment: Interpreter,
    options: Options,
    root: Root,
    packages: BTreeMap<String, BTreeMap<String, ReleaseText>>,
    expected: Expected,
    expected_pip: Option<Expected>,
    reference: Option<BTreeMap<String, String>>,
    mode: String,
    #[serde(default)]
    lock_only: bool,
}

#[derive(Clone, Deserialize)]
struct Interpreter {
    python: String,
}

#[derive(Clone, Deserialize)]
struct Options {
    resolution: Option<String>,
    python: Option<String>,
    prereleases: bool,
    no_build: Vec<String>,
    no_binary: Vec<String>,
    universal: bool,
    python_platform: Option<String>,
}

#[derive(Clone, Deserialize)]
struct Root {
    requires_python: Option<String>,
    requires: Vec<String>,
}

#[derive(Clone, Deserialize)]
struct ReleaseText {
    requires: Vec<String>,
    extras: BTreeMap<String, Vec<String>>,
    requires_python: Option<String>,
    sdist: bool,
    wheels: Vec<String>,
    yanked: bool,
}

#[derive(Clone, Deserialize)]
struct Expected {
    #[serde(default)]
    satisfiable: bool,
    #[serde(default)]
    packages: BTreeMap<String, String>,
    skip: Option<String>,
    #[serde(default)]
    ignore_upper_python: bool,
}

/// The interpreter that all scenarios are shifted to.
const ACTUAL: [i64; 3] = [3, 11, 7];

struct Shift {
    minor: i64,
    patch: Option<i64>,
}

impl Shift {
    fn new(python: &str) -> Self {
        let parts: Vec<i64> = python.split('.').map(|part| part.parse().unwrap()).collect();
        Self { minor: ACTUAL[1] - parts[1], patch: parts.get(2).map(|patch| ACTUAL[2] - patch) }
    }

    /// Shifts every `3.N` or `3.N.P` that begins a word.
    fn versions(&self, text: &str) -> String {
        let mut shifted = String::new();
        let mut rest = text;
        while let Some(place) = rest.find("3.") {
            let (before, from) = rest.split_at(place);
            shifted.push_str(before);
            let word = before.chars().last().or(shifted.chars().last());
            let digits = |text: &str| text.chars().take_while(char::is_ascii_digit).count();
            let minor_len = digits(&from[2..]);
            if minor_len == 0 || word.is_some_and(|c| c.is_alphanumeric() || c == '.') {
                shifted.push_str("3.");
                rest = &from[2..];
                continue;
            }
            let minor: i64 = from[2..2 + minor_len].parse().unwrap();
            let mut end = 2 + minor_len;
            shifted.push_str(&format!("3.{}", (minor + self.minor).max(0)));
            let patch_len = if from[end..].starts_with('.') { digits(&from[end + 1..]) } else { 0 };
            if patch_len > 0 {
                let patch: i64 = from[end + 1..end + 1 + patch_len].parse().unwrap();
                let moved = self.patch.map_or(patch, |by| patch.min(1).max(patch + by));
                shifted.push_str(&format!(".{moved}"));
                end += 1 + patch_len;
            }
            rest = &from[end..];
        }
        shifted + rest
    }

    /// Shifts the marker of a requirement.
    fn requirement(&self, text: &str) -> String {
        match text.split_once(';') {
            None => text.to_owned(),
            Some((requirement, marker)) => format!("{requirement};{}", self.versions(marker)),
        }
    }

    /// Shifts `cp312` and `py312` in a tag.
    fn tag(&self, tag: &str) -> String {
        let shift = |part: &str| {
            let digits = part.strip_prefix("cp3").or_else(|| part.strip_prefix("py3")).unwrap_or("");
            match digits.parse::<i64>() {
                Ok(minor) => format!("{}{}", &part[..3], minor + self.minor),
                Err(_) => part.to_owned(),
            }
        };
        let fields = tag.split('-').map(|field| field.split('.').map(shift).collect::<Vec<_>>().join("."));
        fields.collect::<Vec<_>>().join("-")
    }

    fn scenario(&self, scenario: &Scenario) -> Scenario {
        let mut shifted = scenario.clone();
        let each = |list: &mut Vec<String>| list.iter_mut().for_each(|text| *text = self.requirement(text));
        each(&mut shifted.root.requires);
        shifted.root.requires_python =
            shifted.root.requires_python.as_deref().map(|text| self.versions(text));
        shifted.options.python = shifted.options.python.as_deref().map(|python| self.versions(python));
        for release in shifted.packages.values_mut().flat_map(BTreeMap::values_mut) {
            each(&mut release.requires);
            release.extras.values_mut().for_each(each);
            release.requires_python = release.requires_python.as_deref().map(|text| self.versions(text));
            release.wheels.iter_mut().for_each(|tag| *tag = self.tag(tag));
        }
        shifted
    }
}

/// Whether a compressed tag fits CPython 3.11 on x86-64 Linux.
fn fits(tag: &str) -> bool {
    let fields: Vec<&str> = tag.split('-').collect();
    let any = |field: &str, fits: &dyn Fn(&str) -> bool| field.split('.').any(fits);
    let python = |tag: &str| {
        let minor = tag.strip_prefix("cp3").or_else(|| tag.strip_prefix("py3"));
        let minor = minor.and_then(|text| text.parse::<i64>().ok());
        tag == "py3" || minor.is_some_and(|minor| minor <= ACTUAL[1])
    };
    let abi = |tag: &str| matches!(tag, "none" | "cp311" | "abi3");
    let platform = |tag: &str| {
        tag == "any"
            || tag.ends_with("linux_x86_64")
            || tag.ends_with("linux2014_x86_64")
            || tag.starts_with("manylinux") && tag.ends_with("_x86_64")
    };
    any(fields[0], &python) && any(fields[1], &abi) && any(fields[2], &platform)
}

fn dependencies(release: &ReleaseText) -> Arc<Dependencies> {
    let parse = |text: &str| Requirement::parse(text).unwrap();
    let mut requires: Vec<Requirement> = release.requires.iter().map(|text| parse(text)).collect();
    for (extra, texts) in &release.extras {
        for text in texts {
            requires.push(parse(&match text.split_once(';') {
                None => format!("{text} ; extra == \"{extra}\""),
                Some((requirement, marker)) => {
                    format!("{requirement} ; ({}) and extra == \"{extra}\"", marker.trim())
                }
            }));
        }
    }
    Arc::new(Dependencies {
        requires,
        requires_python: release.requires_python.as_deref().map(|text| SpecifierSet::parse(text).unwrap()),
        provides_extras: release.extras.keys().map(|extra| Extra::new(extra).unwrap()).collect(),
    })
}

struct Run {
    scenario: Scenario,
    expected: Expected,
    environment: MarkerEnvironment,
    rules: RuleSet,
    locked: bool,
}

impl Run {
    fn availability(&self, name: &str, release: &ReleaseText) -> Availability {
        let options = &self.scenario.options;
        let python = Version::parse(&self.environment.python_full_version).unwrap();
        let only_wheels = options.no_build.iter().any(|n| n == name)
            || self.rules == RuleSet::Pip && (options.python.is_some() || options.python_platform.is_some());
        let only_source = options.no_binary.iter().any(|n| n == name);
        let needs = release
            .requires_python
            .as_deref()
            .filter(|text| !python_allows(&SpecifierSet::parse(text).unwrap(), &python, self.rules));
        if let Some(requires_python) = needs {
            return Availability::NeedsPython { requires_python: requires_python.to_owned() };
        }
        let wheel = !only_source && release.wheels.iter().any(|tag| fits(tag));
        if !wheel && (only_wheels || !release.sdist) {
            return Availability::NoCompatibleFile { found: release.wheels.clone() };
        }
        if release.yanked {
            Availability::Yanked { reason: Some("broken".into()) }
        } else {
            Availability::Usable
        }
    }

    fn universe(&self) -> Universe {
        self.universe_of(|name, release| self.availability(name, release))
    }

    /// The universe for many environments: any file will do somewhere.
    fn universe_for(&self, pythons: SpecifierSet) -> Universe {
        let oldest = pythons.iter().filter_map(|specifier| specifier.version().cloned()).max().unwrap();
        self.universe_of(|_, release| match &release.requires_python {
            Some(text) if !python_allows(&SpecifierSet::parse(text).unwrap(), &oldest, self.rules) => {
                Availability::NeedsPython { requires_python: text.clone() }
            }
            _ => Availability::Usable,
        })
    }

    fn universe_of(&self, availability: impl Fn(&str, &ReleaseText) -> Availability) -> Universe {
        let mut universe = Universe::default();
        for (name, releases) in &self.scenario.packages {
            let releases = releases.iter().map(|(version, release)| {
                let availability = availability(name, release);
                (
                    Version::parse(version).unwrap(),
                    Release { availability, dependencies: Ok(dependencies(release)) },
                )
            });
            universe.packages.insert(PackageName::new(name).unwrap(), releases.collect());
        }
        universe
    }

    fn request(&self) -> ResolveRequest {
        let requirements =
            self.scenario.root.requires.iter().map(|text| Requirement::parse(text).unwrap()).collect();
        let environment = Environment::Single(Box::new(self.environment.clone()));
        let mut request = ResolveRequest::new(requirements, self.rules, environment);
        if self.scenario.options.prereleases {
            request.prereleases.default = PrereleaseMode::Allow;
        }
        request.strategy = match self.scenario.options.resolution.as_deref() {
            Some("lowest") => Strategy::Lowest,
            Some("lowest-direct") => Strategy::LowestDirect,
            _ => Strategy::Highest,
        };
        request
    }

    /// What is wrong with the outcome, if something is.
    fn problem(&self, outcome: &Outcome) -> Option<String> {
        if !self.expected.satisfiable {
            return match &outcome.result {
                // Unsatisfiable only on another platform.
                Ok(_) if self.locked => None,
                Ok(_) => Some(format!("a solution: {:?}", outcome.pins())),
                Err(conflict) if conflict.facts.is_empty() => Some("no facts".into()),
                Err(_) => None,
            };
        }
        if let Err(conflict) = &outcome.result {
            return Some(format!("no solution: {:#?}", conflict.facts));
        }
        let pins = outcome.pins();
        let same = |name: &str, version: &str| {
            let name = PackageName::new(name).unwrap();
            pins.get(name.as_str())
                .is_some_and(|got| Version::parse(got).unwrap() == Version::parse(version).unwrap())
        };
        let reference =
            self.scenario.reference.iter().flatten().filter(|_| self.expected.packages.is_empty());
        let mut wanted = self.expected.packages.iter().chain(reference);
        if let Some((name, version)) = wanted.find(|(name, version)| !same(name, version)) {
            return Some(format!("wants {name} {version}: {pins:?}"));
        }
        self.invalid(&pins)
    }

    /// Checks the closure independently of the resolver.
    fn invalid(&self, pins: &BTreeMap<String, String>) -> Option<String> {
        self.invalid_in(&self.environment, pins)
    }

    /// Checks the closure in one environment.
    fn invalid_in(&self, environment: &MarkerEnvironment, pins: &BTreeMap<String, String>) -> Option<String> {
        let python = Version::parse(&environment.python_full_version).unwrap();
        let universe = self.universe();
        let mut seen = BTreeSet::new();
        let roots = self.scenario.root.requires.iter().map(|text| (Requirement::parse(text).unwrap(), None));
        let mut todo: Vec<(Requirement, Option<Extra>)> = roots.collect();
        while let Some((requirement, by_extra)) = todo.pop() {
            let extras: Vec<Extra> = by_extra.into_iter().collect();
            if !requirement.applies(environment, &extras) {
                continue;
            }
            let name = &requirement.name;
            let Some(pin) = pins.get(name.as_str()) else { return Some(format!("{name} is absent")) };
            let version = Version::parse(pin).unwrap();
            if !requirement.specifiers().unwrap().contains(&version, Prereleases::Allow) {
                return Some(format!("{requirement} got {version}"));
            }
            let dependencies = universe.packages[name][&version].dependencies.clone().unwrap();
            let needs = dependencies.requires_python.clone().unwrap_or_default();
            if !self.expected.ignore_upper_python && !needs.contains(&python, Prereleases::Allow) {
                return Some(format!("{name} {version} needs Python {needs}"));
            }
            for extra in std::iter::once(None).chain(requirement.extras.iter().cloned().map(Some)) {
                if seen.insert((name.clone(), extra.clone())) {
                    todo.extend(dependencies.requires.iter().map(|one| (one.clone(), extra.clone())));
                }
            }
        }
        pins.keys()
            .find(|name| !seen.iter().any(|(known, _)| known.as_str() == *name))
            .map(|name| format!("{name} is not needed"))
    }
}

/// The run of a scenario under a rule set, as the oracle's profiles do it; `None` where they skip it.
fn run_of(scenario: &Scenario, rules: RuleSet) -> Option<Run> {
    let pip = rules == RuleSet::Pip;
    let expected = match &scenario.expected_pip {
        Some(expected) if pip => expected.clone(),
        _ => scenario.expected.clone(),
    };
    let locked = scenario.mode == "lock";
    let unsupported = scenario.options.resolution.is_some() || scenario.options.universal && !locked;
    let needs_compile = scenario.mode == "compile" && scenario.options.python.is_none();
    if expected.skip.is_some() || pip && (unsupported || needs_compile) || locked && scenario.lock_only {
        return None;
    }
    let shift = Shift::new(&scenario.environment.python);
    let scenario = shift.scenario(scenario);
    let python = match &scenario.options.python {
        Some(python) if python.matches('.').count() == 1 => format!("{python}.0"),
        Some(python) => python.clone(),
        None => ACTUAL.map(|part| part.to_string()).join("."),
    };
    Some(Run { environment: linux(&python), scenario, expected, rules, locked })
}

/// The shared scenarios, where there are some; those whose name contains `TILSIT_SCENARIO` when that is set.
fn scenarios() -> Option<Vec<Scenario>> {
    let Ok(path) = std::env::var("TILSIT_SCENARIOS") else {
        eprintln!("SKIPPED: TILSIT_SCENARIOS names no file of shared scenarios");
        return None;
    };
    let text = std::fs::read_to_string(path).unwrap();
    let only = std::env::var("TILSIT_SCENARIO").unwrap_or_default();
    let mut file: File = serde_json::from_str(&text).unwrap();
    file.scenarios.retain(|scenario| scenario.id.contains(&only));
    Some(file.scenarios)
}

fn check(rules: RuleSet) {
    let Some(scenarios) = scenarios() else { return };
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    for scenario in &scenarios {
        let Some(run) = run_of(scenario, rules) else {
            skipped += 1;
            continue;
        };
        if run.scenario.options.universal && !run.locked {
            skipped += 1;
            continue;
        }
        let universe = run.universe();
        let outcome = universe.resolve(run.request(), Order::AsAsked);
        let other = universe.resolve(run.request(), Order::Shuffled(0x9e37_79b9));
        let bare = universe.resolve(run.request(), Order::RequiredOnly);
        assert_eq!(outcome.result, other.result, "{}: the order of answers matters", scenario.id);
        assert_eq!(outcome.result, bare.result, "{}: what is asked ahead matters", scenario.id);
        match run.problem(&outcome) {
            None => passed += 1,
            Some(problem) => {
                failed += 1;
                println!("FAIL {}: {problem}", scenario.id);
            }
        }
    }
    println!("{rules:?}: {passed} passed, {failed} failed, {skipped} skipped");
    assert_eq!(failed, 0);
}

#[test]
fn scenarios_by_native_rules() {
    check(RuleSet::Native);
}

#[test]
fn scenarios_by_pip_rules() {
    check(RuleSet::Pip);
}

/// Environments that differ in what the scenarios' markers ask.
fn grid(run: &Run) -> Vec<MarkerEnvironment> {
    let platforms = [
        ("linux", "posix", "Linux", "x86_64"),
        ("darwin", "posix", "Darwin", "arm64"),
        ("win32", "nt", "Windows", "AMD64"),
        ("plan9", "java", "Other", "aarch64"),
        ("linux", "nt", "Linux", "i686"),
        ("os1", "posix", "Linux", "x86_64"),
        ("os2", "posix", "Linux", "x86_64"),
        ("windows", "linux", "Windows", "x86_64"),
        ("illumos", "linux", "Other", "x86_64"),
        ("illumos", "darwin", "Other", "x86_64"),
    ];
    let pythons = run.pythons();
    let mut environments = Vec::new();
    for minor in 6..20 {
        let python = format!("3.{minor}.5");
        if !pythons.contains(&Version::parse(&python).unwrap(), Prereleases::Allow) {
            continue;
        }
        for (sys_platform, os_name, platform_system, platform_machine) in platforms {
            for implementation in ["cpython", "pypy", "iron", "other"] {
                environments.push(MarkerEnvironment {
                    sys_platform: sys_platform.into(),
                    os_name: os_name.into(),
                    platform_system: platform_system.into(),
                    platform_machine: platform_machine.into(),
                    implementation_name: implementation.into(),
                    platform_python_implementation: if implementation == "pypy" { "PyPy" } else { "CPython" }
                        .into(),
                    ..linux(&python)
                });
            }
        }
    }
    environments
}

impl Run {
    /// The Pythons of a universal resolution: those of the project, or from the active interpreter on.
    fn pythons(&self) -> SpecifierSet {
        let active = format!(">={}.{}", ACTUAL[0], ACTUAL[1]);
        let text = self.scenario.root.requires_python.clone().filter(|_| self.locked);
        SpecifierSet::parse(&text.unwrap_or(active)).unwrap()
    }

    fn problem_everywhere(&self, outcome: &Outcome) -> Option<String> {
        if !self.expected.satisfiable || outcome.result.is_err() {
            return match &outcome.result {
                Ok(_) => Some("a solution".into()),
                Err(_) if !self.expected.satisfiable => None,
                Err(conflict) => Some(format!("no solution: {:#?}", conflict.facts)),
            };
        }
        let resolution = outcome.result.as_ref().unwrap();
        let found = |name: &str, version: &str| {
            let version = Version::parse(version).unwrap();
            resolution
                .packages
                .iter()
                .any(|package| package.name.as_str() == name && package.version == version)
        };
        let mut wanted = self.expected.packages.iter();
        if let Some((name, version)) = wanted.find(|(name, version)| !found(name, version)) {
            return Some(format!("{name} {version} is absent"));
        }
        grid(self).iter().find_map(|environment| {
            let mut pins = BTreeMap::new();
            for package in &resolution.packages {
                if package.marker.as_ref().is_none_or(|marker| marker.evaluate(environment, &[])) {
                    let before = pins.insert(package.name.to_string(), package.version.to_string());
                    if let Some(before) = before {
                        return Some(format!(
                            "{} {before} and {} in {environment:?}",
                            package.name, package.version
                        ));
                    }
                }
            }
            self.invalid_in(environment, &pins)
                .map(|problem| format!("{problem} in {environment:?}: {pins:?}"))
        })
    }
}

#[test]
fn universal_scenarios_are_valid_everywhere() {
    let Some(scenarios) = scenarios() else { return };
    let (mut passed, mut failed) = (0, 0);
    for scenario in scenarios.iter().filter(|scenario| scenario.options.universal) {
        let shift = Shift::new(&scenario.environment.python);
        let environment = linux(&ACTUAL.map(|part| part.to_string()).join("."));
        let locked = scenario.mode == "lock";
        let expected = scenario.expected.clone();
        let run =
            Run { scenario: shift.scenario(scenario), expected, environment, rules: RuleSet::Native, locked };
        let mut request = run.request();
        request.environment =
            Environment::Universal { requires_python: run.pythons(), environments: Vec::new() };
        let universe = run.universe_for(run.pythons());
        let outcome = universe.resolve(request.clone(), Order::AsAsked);
        let other = universe.resolve(request, Order::Shuffled(0x9e37_79b9));
        assert_eq!(outcome.result, other.result, "{}: the order of answers matters", scenario.id);
        match run.problem_everywhere(&outcome) {
            None => passed += 1,
            Some(problem) => {
                failed += 1;
                println!("FAIL {}: {problem}", scenario.id);
                if let Ok(resolution) = &outcome.result {
                    for package in &resolution.packages {
                        println!(
                            "     {} {} {:?}",
                            package.name,
                            package.version,
                            package.marker.as_ref().map(ToString::to_string)
                        );
                    }
                }
            }
        }
    }
    println!("universal: {passed} passed, {failed} failed");
    assert_eq!(failed, 0);
}
