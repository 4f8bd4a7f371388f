//! The scenarios in `crates/resolver/scenarios`: small universes, what is asked of them, and what must come out.
//!
//! A case begins with `## its name`. Then `key: value` lines: `universe:` (releases on the indented lines below it, see
//! [`Universe::parse`]), `want:`, and as needed `rules:` (native is the default), `constrain:`, `override:`, `exclude:`,
//! `prefer:`, `upgrade:`, `strategy:`, `prereleases:`, `no-deps`, `universal:` (the Pythons). It ends with what is
//! expected: `pins:`, or `facts:` with one fact on each indented line; `warns:` and `unasked:` (packages whose
//! versions must not be asked for) where they matter.

use crate::universe::{Order, Outcome, Universe, linux};
use packaging::resolution::{ConflictFact, Dependent, ResolvedPackage};
use packaging::{PackageName, Requirement, SpecifierSet, Version};
use resolver::{
    DependencyMode, Environment, Need, PrereleaseMode, ResolveRequest, RuleSet, Strategy, Upgrade, Warning,
};
use std::collections::BTreeMap;

/// The lines of one case by key.
struct Case {
    name: String,
    fields: BTreeMap<String, Vec<String>>,
}

fn parse(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut key = String::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        if let Some(name) = line.strip_prefix("## ") {
            cases.push(Case { name: name.to_owned(), fields: BTreeMap::new() });
            continue;
        }
        let Some(case) = cases.last_mut() else { continue };
        if line.starts_with(' ') {
            case.fields.get_mut(&key).unwrap().push(line.trim().to_owned());
            continue;
        }
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        key = name.to_owned();
        let values = value.split(", ").map(str::trim).filter(|value| !value.is_empty()).map(str::to_owned);
        case.fields.insert(key.clone(), values.collect());
    }
    cases
}

impl Case {
    fn all(&self, key: &str) -> &[String] {
        self.fields.get(key).map_or(&[], Vec::as_slice)
    }

    fn has(&self, key: &str) -> bool {
        self.fields.contains_key(key)
    }

    fn one(&self, key: &str) -> Option<&str> {
        self.all(key).first().map(String::as_str)
    }

    fn requirements(&self, key: &str) -> Vec<Requirement> {
        self.all(key).iter().map(|text| Requirement::parse(text).unwrap()).collect()
    }

    fn names<T: FromIterator<PackageName>>(&self, key: &str) -> T {
        self.all(key).iter().map(|text| PackageName::new(text).unwrap()).collect()
    }

    fn request(&self, universe: &Universe) -> ResolveRequest {
        let rules = match self.one("rules") {
            Some("pip") => RuleSet::Pip,
            _ => RuleSet::Native,
        };
        let environment = match self.one("universal") {
            None => Environment::Single(Box::new(linux("3.11.7"))),
            Some(_) => {
                let requires_python = SpecifierSet::parse(&self.all("universal").join(",")).unwrap();
                Environment::Universal { requires_python, environments: Vec::new() }
            }
        };
        let mut request = ResolveRequest::new(self.requirements("want"), rules, environment);
        request.constraints = self.requirements("constrain");
        request.overrides = self.requirements("override");
        request.excludes = self.names("exclude");
        for pair in self.all("prefer") {
            let (name, version) = pair.split_once(' ').unwrap();
            let versions = request.preferences.entry(PackageName::new(name).unwrap()).or_default();
            versions.push(Version::parse(version).unwrap());
        }
        let installed = universe.installed.iter();
        request.installed = installed.map(|(name, (version, _))| (name.clone(), version.clone())).collect();
        request.upgrade = match self.one("upgrade") {
            None => Upgrade::Nothing,
            Some("requested") => Upgrade::Requested,
            Some("all") => Upgrade::All,
            Some(_) => Upgrade::Packages(self.names("upgrade")),
        };
        request.strategy = match self.one("strategy") {
            Some("lowest") => Strategy::Lowest,
            Some("lowest-direct") => Strategy::LowestDirect,
            _ => Strategy::Highest,
        };
        request.prereleases.default = match self.one("prereleases") {
            Some("allow") => PrereleaseMode::Allow,
            Some("disallow") => PrereleaseMode::Disallow,
            Some("explicit") => PrereleaseMode::Explicit,
            Some("if-necessary-or-explicit") => PrereleaseMode::IfNecessaryOrExplicit,
            _ => PrereleaseMode::IfNecessary,
        };
        if self.has("no-deps") {
            request.dependencies = DependencyMode::Ignore;
        }
        request
    }

    fn check(&self) {
        let universe = Universe::parse(&self.all("universe").join("\n"));
        let request = self.request(&universe);
        let outcome = universe.resolve(request.clone(), Order::AsAsked);
        for order in [Order::Shuffled(3), Order::Shuffled(99), Order::RequiredOnly] {
            let other = universe.resolve(request.clone(), order);
            assert_eq!(outcome.result, other.result, "{}: the order of answers matters", self.name);
        }
        let (key, got) = match &outcome.result {
            Ok(resolution) => ("pins", resolution.packages.iter().map(pin).collect()),
            Err(_) => ("facts", short(&outcome)),
        };
        assert_eq!(self.all(key), got, "{}: {:#?}", self.name, outcome.result);
        let warnings: Vec<String> = outcome.warnings.iter().map(warning).collect();
        assert_eq!(self.all("warns"), warnings, "{}", self.name);
        for name in self.names::<Vec<PackageName>>("unasked") {
            assert!(
                !outcome.asked.contains(&Need::Candidates(name.clone())),
                "{}: {name} was asked for",
                self.name
            );
        }
    }
}

fn pin(package: &ResolvedPackage) -> String {
    let marker = package.marker.as_ref().map(|marker| format!(" ; {marker}")).unwrap_or_default();
    let source = match &package.source {
        packaging::resolution::PackageSource::Installed => " installed".to_owned(),
        packaging::resolution::PackageSource::Url(url) => format!(" @ {url}"),
        packaging::resolution::PackageSource::Candidate(_) => String::new(),
    };
    format!("{} {}{source}{marker}", package.name, package.version)
}

fn warning(warning: &Warning) -> String {
    match warning {
        Warning::UnknownExtra { name, version, extra } => format!("{name} {version} has no extra {extra}"),
        Warning::Yanked { name, version, .. } => format!("{name} {version} is yanked"),
    }
}

fn join(versions: &[Version]) -> String {
    versions.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// The facts of a conflict in short, one per line.
fn short(outcome: &Outcome) -> Vec<String> {
    let facts = outcome.facts().iter().map(|fact| match fact {
        ConflictFact::Requires { from: Dependent::User(_), requirement, .. } => {
            format!("user needs {requirement}")
        }
        ConflictFact::Requires {
            from: Dependent::Package { name, versions, every_version },
            requirement,
            ..
        } => {
            let all = if *every_version { " (all)" } else { "" };
            format!("{name} {}{all} needs {requirement}", join(versions))
        }
        ConflictFact::Constrains { requirement, .. } => format!("constraint {requirement}"),
        ConflictFact::NoVersions { name, available, .. } => {
            format!("{name} has only {}", join(available)).trim_end().to_owned()
        }
        ConflictFact::NotFound { name, .. } => format!("{name} does not exist"),
        ConflictFact::NeedsPython { name, versions, requires_python, python } => {
            format!("{name} {} needs python {requires_python}, not {python}", join(versions))
        }
        ConflictFact::NoCompatibleFile { name, versions, found } => {
            format!("{name} {} has only {}", join(versions), found.join(" "))
        }
        ConflictFact::Yanked { name, versions, .. } => format!("{name} {} is yanked", join(versions)),
        ConflictFact::ExcludedPrerelease { name, versions } => {
            format!("{name} {} is a pre-release", join(versions))
        }
        ConflictFact::Excluded { name, versions, reason } => {
            format!("{name} {} is excluded: {reason}", join(versions))
        }
        ConflictFact::MetadataUnusable { name, version, reason } => {
            format!("{name} {version} is unusable: {reason}")
        }
    });
    facts.collect()
}

#[test]
fn requests() {
    parse(include_str!("../../scenarios/requests.txt")).iter().for_each(Case::check);
}

#[test]
fn pip_rules() {
    parse(include_str!("../../scenarios/pip.txt")).iter().for_each(Case::check);
}

#[test]
fn conflicts() {
    parse(include_str!("../../scenarios/conflicts.txt")).iter().for_each(Case::check);
}

#[test]
fn universal() {
    parse(include_str!("../../scenarios/universal.txt")).iter().for_each(Case::check);
}
