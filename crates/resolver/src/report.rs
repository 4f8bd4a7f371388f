//! From a derivation graph to the few facts that leave no choice.

use crate::facts::Gate;
use crate::search::{Premise, Search};
use crate::solver::{Bits, IncompatId, Solver, Term, Var};
use crate::table::Table;
use crate::wishes::{Asked, Wishes};
use packaging::candidate::Availability;
use packaging::resolution::{Conflict, ConflictFact, Dependent};
use packaging::{SpecifierSet, Version};
use rustc_hash::{FxHashMap, FxHashSet};

/// Above this many facts, the list is not reduced by trial.
const REDUCIBLE: usize = 300;

/// So many conflicts are met in each such trial, at most.
const PATIENCE: u32 = 200;

/// The facts behind a failure.
pub(crate) fn explain(search: &Search, roots: &[IncompatId], wishes: &Wishes) -> Conflict {
    let mut facts = minimal(search, search.solver.facts_behind(roots));
    facts.sort_by_key(|(_, premise)| *premise);
    let report = Report { search, wishes, facts: &facts };
    let mut all: Vec<(u8, ConflictFact)> = Vec::new();
    for (id, premise) in &facts {
        for (rank, fact) in report.facts_of(*id, *premise) {
            if !all.iter().any(|(_, known)| *known == fact) {
                all.push((rank, fact));
            }
        }
    }
    let facts: Vec<ConflictFact> = all.iter().map(|(_, fact)| fact.clone()).collect();
    all.sort_by_cached_key(|(rank, fact)| (*rank, first_of_package(&facts, fact)));
    Conflict { facts: all.into_iter().map(|(_, fact)| fact).collect() }
}

/// Where the first fact of the same package stands, and the versions: what one package requires is told together.
fn first_of_package(facts: &[ConflictFact], fact: &ConflictFact) -> (usize, Vec<Version>) {
    let dependent = |fact: &ConflictFact| match fact {
        ConflictFact::Requires { from: Dependent::Package { name, versions, .. }, .. } => {
            Some((name.clone(), versions.clone()))
        }
        _ => None,
    };
    let place = |wanted: &dyn Fn(&ConflictFact) -> bool| facts.iter().position(wanted).unwrap_or(0);
    match dependent(fact) {
        Some((name, versions)) => {
            (place(&|other| dependent(other).is_some_and(|(of, _)| of == name)), versions)
        }
        None => (place(&|other| other == fact), Vec::new()),
    }
}

/// Leaves out every fact without which the others still conflict.
fn minimal(search: &Search, facts: Vec<(IncompatId, u32)>) -> Vec<(IncompatId, u32)> {
    if facts.len() > REDUCIBLE {
        return facts;
    }
    let mut needed = facts;
    let mut index = needed.len();
    while index > 0 {
        index -= 1;
        let without = needed.iter().enumerate().filter(|(place, _)| *place != index);
        let without: Vec<IncompatId> = without.map(|(_, (id, _))| *id).collect();
        if conflicting(search, &without) {
            needed.remove(index);
        }
    }
    needed
}

fn conflicting(search: &Search, facts: &[IncompatId]) -> bool {
    let mut solver = Solver::default();
    let mut vars: FxHashMap<Var, Var> = FxHashMap::default();
    let root = solver.add_var(2);
    solver.assume(root, crate::search::PRESENT);
    vars.insert(search.root, root);
    for id in facts {
        let mut terms = Vec::new();
        for term in search.solver.terms(*id) {
            let states = search.solver.states(term.var);
            let var = *vars.entry(term.var).or_insert_with(|| solver.add_var(states));
            let set = solver.intern(search.solver.set(term.set).clone());
            terms.push(Term { var, set });
        }
        solver.add_fact(&terms, 0);
    }
    !solver.satisfiable(PATIENCE)
}

struct Report<'a> {
    search: &'a Search,
    wishes: &'a Wishes,
    facts: &'a [(IncompatId, u32)],
}

/// The order of facts: the user's wishes first, what cannot be had last.
const USER: u8 = 0;
const CONSTRAINT: u8 = 1;
const PACKAGE: u8 = 2;
const AVAILABILITY: u8 = 3;

impl Report<'_> {
    fn facts_of(&self, id: IncompatId, premise: u32) -> Vec<(u8, ConflictFact)> {
        match &self.search.premises[premise as usize] {
            Premise::Requires { parent, target, asked } => self.requires(id, (*parent, *target), asked),
            Premise::Constrains { target, asked } => self.constrains(*target, asked),
            Premise::Unusable { package } => {
                self.about_set(id, *package, |table, set| self.unusable(*package, table, set))
            }
            Premise::PrereleasesOff { package } => self.about_set(id, *package, |table, set| {
                let name = self.name(*package)?;
                Some(ConflictFact::ExcludedPrerelease { name, versions: table.versions(set) })
            }),
            Premise::Closed { package, gate } => {
                self.about_set(id, *package, |table, set| self.closed(*package, *gate, table, set))
            }
            Premise::Metadata { package, state, reason } => {
                let found = self.package(*package).map(|(name, table)| ConflictFact::MetadataUnusable {
                    name,
                    version: table.entry(*state).version.clone(),
                    reason: reason.to_string(),
                });
                ranked(AVAILABILITY, found)
            }
            Premise::Python { package, state, requires_python } => {
                let found = self.package(*package).map(|(name, table)| ConflictFact::NeedsPython {
                    name,
                    versions: vec![table.entry(*state).version.clone()],
                    requires_python: requires_python.to_string(),
                    python: self.python(),
                });
                ranked(AVAILABILITY, found)
            }
            Premise::Definition | Premise::Assumed => Vec::new(),
        }
    }

    fn package(&self, var: Var) -> Option<(packaging::PackageName, &Table)> {
        let package = self.search.package(var)?;
        Some((package.name.clone(), &package.table))
    }

    fn name(&self, var: Var) -> Option<packaging::PackageName> {
        self.package(var).map(|(name, _)| name)
    }

    fn python(&self) -> String {
        self.wishes.scope.python().map(|python| python.to_string()).unwrap_or_default()
    }

    fn requires(
        &self,
        id: IncompatId,
        (parent, target): (Var, Var),
        asked: &Asked,
    ) -> Vec<(u8, ConflictFact)> {
        let requirement = asked.requirement();
        let (rank, from) = match self.dependent(id, parent) {
            Some(package) => (PACKAGE, package),
            None => (USER, Dependent::User(requirement.origin.clone())),
        };
        let text = requirement.to_string();
        let mut facts =
            vec![(rank, ConflictFact::Requires { from, name: requirement.name.clone(), requirement: text })];
        facts.extend(self.nothing_fits(target, asked).map(|fact| (AVAILABILITY, fact)));
        facts
    }

    fn dependent(&self, id: IncompatId, parent: Var) -> Option<Dependent> {
        let base = self.search.base(parent)?;
        let (name, table) = self.package(base)?;
        let set = self.search.solver.set_of(id, base).map(|set| self.search.solver.set(set).clone());
        let set = set.unwrap_or_else(|| table.all());
        let every_version = table.all().minus(&table.unusable).is_subset(&set);
        Some(Dependent::Package { name, versions: table.versions(&set), every_version })
    }

    /// That no version could be chosen for a requirement, whatever else is chosen.
    fn nothing_fits(&self, target: Var, asked: &Asked) -> Option<ConflictFact> {
        let (name, table) = self.package(target)?;
        if let Some(reason) = &table.missing {
            let note = (!reason.is_empty()).then(|| reason.to_string());
            return Some(ConflictFact::NotFound { name, note });
        }
        let usable = table.all().minus(&table.unusable);
        let allowed = self.search.allowed(target, asked, self.wishes)?;
        if !usable.is_disjoint(&allowed) {
            return None;
        }
        let specifiers = asked.requirement().specifiers().map(SpecifierSet::to_string);
        let available = table.versions(&usable);
        Some(ConflictFact::NoVersions { name, specifiers: specifiers.unwrap_or_default(), available })
    }

    fn constrains(&self, target: Var, asked: &Asked) -> Vec<(u8, ConflictFact)> {
        let requirement = asked.requirement();
        let fact = ConflictFact::Constrains {
            origin: requirement.origin.clone(),
            name: requirement.name.clone(),
            requirement: requirement.to_string(),
        };
        let nothing = self.nothing_fits(target, asked).map(|fact| (AVAILABILITY, fact));
        std::iter::once((CONSTRAINT, fact)).chain(nothing).collect()
    }

    /// A fact about the versions that an incompatibility excludes, as far as they would otherwise do.
    fn about_set(
        &self,
        id: IncompatId,
        package: Var,
        word: impl Fn(&Table, &Bits) -> Option<ConflictFact>,
    ) -> Vec<(u8, ConflictFact)> {
        let Some((_, table)) = self.package(package) else { return Vec::new() };
        let Some(set) = self.search.solver.set_of(id, package) else { return Vec::new() };
        let set = self.search.solver.set(set).intersection(&table.all());
        let relevant = set.intersection(&self.wanted(package, table));
        ranked(AVAILABILITY, word(table, if relevant.is_empty() { &set } else { &relevant }))
    }

    /// The versions of a package that the requirements in the conflict speak of: what all allow, or, where that
    /// is nothing, what some allow.
    fn wanted(&self, package: Var, table: &Table) -> Bits {
        let asked =
            self.facts.iter().filter_map(|(_, premise)| match &self.search.premises[*premise as usize] {
                Premise::Requires { target, asked, .. } | Premise::Constrains { target, asked }
                    if *target == package =>
                {
                    self.search.allowed(package, asked, self.wishes)
                }
                _ => None,
            });
        let asked: Vec<_> = asked.collect();
        let all = asked.iter().fold(table.all(), |all, one| all.intersection(one));
        if !all.is_empty() {
            return all;
        }
        asked.iter().fold(all, |some, one| some.union(one))
    }

    fn unusable(&self, package: Var, table: &Table, set: &Bits) -> Option<ConflictFact> {
        let name = self.name(package)?;
        let reason = table.entry(set.highest()?).availability;
        let same = set.iter().filter(|state| is_told_with(table.entry(*state).availability, reason));
        let versions = table.versions(&Bits::from_states(table.states(), same));
        Some(match reason {
            Availability::NeedsPython { requires_python } => {
                let (requires_python, python) = (requires_python.clone(), self.python());
                ConflictFact::NeedsPython { name, versions, requires_python, python }
            }
            Availability::NoCompatibleFile { .. } => {
                ConflictFact::NoCompatibleFile { name, versions, found: tags_of(table, set) }
            }
            Availability::Excluded { reason } => {
                ConflictFact::Excluded { name, versions, reason: reason.clone() }
            }
            Availability::Yanked { reason } => {
                ConflictFact::Yanked { name, versions, reason: reason.clone() }
            }
            Availability::Usable => return None,
        })
    }

    fn closed(&self, package: Var, gate: Gate, table: &Table, set: &Bits) -> Option<ConflictFact> {
        let name = self.name(package)?;
        let versions: Vec<Version> = table.versions(set);
        match gate {
            Gate::Prerelease => Some(ConflictFact::ExcludedPrerelease { name, versions }),
            Gate::Yanked => self.unusable(package, table, set),
            Gate::Direct | Gate::Support => None,
        }
    }
}

/// Whether two versions that cannot be used have the same fact: not all of a set do, where there are very many reasons.
fn is_told_with(one: &Availability, other: &Availability) -> bool {
    match (one, other) {
        (Availability::NeedsPython { .. } | Availability::Excluded { .. }, _) => one == other,
        _ => std::mem::discriminant(one) == std::mem::discriminant(other),
    }
}

/// The tags of the files of some versions, each once.
fn tags_of(table: &Table, set: &Bits) -> Vec<String> {
    let mut seen: FxHashSet<&str> = FxHashSet::default();
    let mut tags: Vec<String> = Vec::new();
    for state in set.iter() {
        if let Availability::NoCompatibleFile { found } = table.entry(state).availability {
            tags.extend(found.iter().filter(|tag| seen.insert(tag)).cloned());
        }
    }
    tags
}

fn ranked(rank: u8, fact: Option<ConflictFact>) -> Vec<(u8, ConflictFact)> {
    fact.map(|fact| (rank, fact)).into_iter().collect()
}
