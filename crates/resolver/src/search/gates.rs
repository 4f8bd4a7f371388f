//! Versions that are closed unless something in the solution opens them: pre-releases and yanked versions by pip's
//! rules, and versions from a dependency's URL.
//!
//! A gate is an incompatibility "a guarded version, and none of what opens it". What opens it is known only as far
//! as metadata has been read. When more becomes known, the incompatibility was too strong: the openers are kept,
//! everything derived is dropped, and the search starts again.

use super::register::allowed;
use super::{Kind, PRESENT, Premise, Search};
use crate::exchange::Source;
use crate::facts::{Facts, Gate, Opener, PackageId, Party};
use crate::request::{PrereleaseMode, RuleSet};
use crate::solver::{ABSENT, Bits, Term, Var};
use crate::table::Table;
use crate::wishes::{Asked, Wishes};
use packaging::{Requirement, SpecifierSet};
use std::rc::Rc;

/// A gate that the user does not open for good.
pub(crate) struct OpenGate {
    pub(crate) guarded: Bits,
    /// Any of these, when all its terms hold.
    pub(crate) openers: Vec<Vec<Term>>,
}

/// What a version requires of a package.
pub(super) struct Edge<'a> {
    pub(super) party: &'a Party,
    pub(super) target: Var,
    pub(super) asked: &'a Asked,
}

const GATES: [Gate; 4] = [Gate::Prerelease, Gate::Yanked, Gate::Direct, Gate::Support];

impl Search {
    /// Notes what a requirement of a package version on `target` opens.
    pub(super) fn note_openers(&mut self, edge: &Edge<'_>, facts: &mut Facts, wishes: &Wishes) {
        let Edge { party, target, asked } = *edge;
        let Some(table) = self.table(target).cloned() else { return };
        let Some(id) = self.package(target).map(|package| package.id) else { return };
        if party.package == id {
            return; // What a version requires of its own package does not lead to it.
        }
        let allowed = allowed(&table, asked, wishes);
        let mut news = false;
        for gate in GATES {
            let guarded = guarded(gate, &table, wishes, facts, id);
            let by_user = gate == Gate::Yanked && wishes.rules() == RuleSet::Native;
            if by_user || guarded.is_disjoint(&allowed) {
                continue;
            }
            let mut opened = opens(gate, asked);
            if gate == Gate::Prerelease {
                let mine = facts.note_requirement(
                    id,
                    party,
                    allowed.intersection(&own_allowed(&table, wishes, facts, id)),
                );
                opened |= finals(&mine, &table).is_empty();
                if !opened {
                    news |= note_pairs(id, (party, &mine), (&table, facts));
                }
            }
            if opened {
                let parties = vec![party.clone()];
                news |= facts.add_opener(id, Opener { gate, parties });
            }
        }
        let gated = self.package(target).is_some_and(|package| package.gated);
        self.restart |= news && gated;
    }

    /// Adds the gates of new packages, with all that is known to open them.
    pub(super) fn attach_gates(&mut self, facts: &mut Facts, wishes: &Wishes) {
        while let Some(var) = self.ungated.pop() {
            let Some(package) = self.variables[var.index()].package_mut() else { continue };
            package.gated = true;
            let (id, table) = (package.id, Rc::clone(&package.table));
            for gate in GATES {
                let guarded = guarded(gate, &table, wishes, facts, id);
                if !guarded.is_empty() && !opened_by_user(gate, &table, wishes, facts, id) {
                    let openers = self.opener_terms(id, gate, facts, wishes);
                    self.attach_gate(var, gate, OpenGate { guarded, openers });
                }
            }
        }
    }

    /// For each known opener of a gate, the terms that must hold.
    fn opener_terms(
        &mut self,
        id: PackageId,
        gate: Gate,
        facts: &mut Facts,
        wishes: &Wishes,
    ) -> Vec<Vec<Term>> {
        let known: Vec<Opener> = facts.openers(id, gate).cloned().collect();
        let terms = known.iter().map(|opener| {
            let mut needed = Vec::new();
            for party in &opener.parties {
                self.party_terms(party, &mut needed, facts, wishes);
            }
            needed
        });
        terms.collect()
    }

    fn attach_gate(&mut self, var: Var, gate: Gate, open: OpenGate) {
        let mut terms = vec![self.term(var, open.guarded.clone())];
        for needed in &open.openers {
            terms.push(match needed[..] {
                [only] => {
                    let set = self.solver.set(only.set).clone();
                    self.term_not(only.var, &set)
                }
                _ => self.condition(needed),
            });
        }
        self.add(&terms, Premise::Closed { package: var, gate });
        if let Some(package) = self.variables[var.index()].package_mut() {
            package.gates.push(open);
        }
    }

    fn party_terms(&mut self, party: &Party, terms: &mut Vec<Term>, facts: &mut Facts, wishes: &Wishes) {
        let Ok(table) = facts.table(party.package, wishes) else { return };
        let var = self.register(party.package, &table, facts, wishes);
        terms.push(self.term_is(var, party.state));
        if let Some(extra) = &party.extra {
            let var = self.extra_var(var, extra);
            terms.push(self.term_is(var, PRESENT));
        }
    }

    /// The term "not all of `needed` hold".
    fn condition(&mut self, needed: &[Term]) -> Term {
        let var = self.add_variable(2, Kind::Condition);
        let holds = self.term_is(var, PRESENT);
        for term in needed {
            let set = self.solver.set(term.set).clone();
            let fails = self.term_not(term.var, &set);
            self.add(&[holds, fails], Premise::Definition);
        }
        self.term_is(var, ABSENT)
    }

    /// Undecided packages that could open a gate through which a version was chosen, while nothing decided does.
    pub(crate) fn doubtful_openers(&self) -> Vec<PackageId> {
        let mut doubtful = Vec::new();
        for var in &self.discovered {
            let (Some(package), Some(state)) = (self.package(*var), self.state(*var)) else { continue };
            let gates =
                package.gates.iter().filter(|gate| gate.guarded.contains(state) && !self.opened(gate));
            let bases =
                gates.flat_map(|gate| gate.openers.iter().flatten()).filter_map(|term| self.base(term.var));
            let undecided = bases.filter(|base| !self.solver.is_decided(*base));
            doubtful.extend(undecided.filter_map(|base| self.package(base).map(|package| package.id)));
        }
        doubtful
    }

    /// Whether what is decided opens a gate.
    fn opened(&self, gate: &OpenGate) -> bool {
        let decided = |var: Var| self.base(var).is_some_and(|base| self.solver.is_decided(base));
        let holds = |term: &Term| decided(term.var) && self.solver.holds(*term);
        gate.openers.iter().any(|opener| opener.iter().all(holds))
    }

    /// The versions of a package that nothing decided so far opens. What will be decided later may still open
    /// them; pip does not look ahead either.
    pub(super) fn closed(&self, var: Var) -> Option<Bits> {
        let package = self.package(var)?;
        let closed = package.gates.iter().filter(|gate| !self.opened(gate));
        closed.map(|gate| gate.guarded.clone()).reduce(|a, b| a.union(&b))
    }
}

/// The versions behind a gate.
fn guarded(gate: Gate, table: &Table, wishes: &Wishes, facts: &Facts, id: PackageId) -> Bits {
    let name = facts.name(id);
    match gate {
        Gate::Prerelease => {
            let by_rule =
                wishes.rules() == RuleSet::Pip && wishes.prereleases(name) == PrereleaseMode::IfNecessary;
            if !by_rule {
                return Bits::empty(table.states());
            }
            // pip takes an installed pre-release as it is.
            let states =
                table.prereleases.iter().filter(|state| table.entry(*state).source != Source::Installed);
            Bits::from_states(table.states(), states)
        }
        Gate::Yanked => {
            // What was chosen before stays, also when it has been yanked since.
            let chosen =
                |state: &u32| wishes.preferences(name).any(|version| version == table.entry(*state).version);
            Bits::from_states(table.states(), table.yanked.iter().filter(|state| !chosen(state)))
        }
        Gate::Direct if wishes.url(name).is_some() => Bits::empty(table.states()),
        Gate::Direct => table.direct.clone(),
        Gate::Support if facts.needs_support(id) => table.all(),
        Gate::Support => Bits::empty(table.states()),
    }
}

/// pip also shows pre-releases when no final version fits all requirements together; here for two of them.
fn note_pairs(id: PackageId, (party, mine): (&Party, &Bits), (table, facts): (&Table, &mut Facts)) -> bool {
    let fits = |theirs: &Bits| {
        let both = mine.intersection(theirs);
        finals(&both, table).is_empty() && !both.is_disjoint(&table.prereleases)
    };
    let noted = facts.noted_requirements(id).iter();
    let partners =
        noted.filter(|(other, theirs)| other != party && fits(theirs)).map(|(other, _)| other.clone());
    let pairs: Vec<Vec<Party>> = partners.map(|other| vec![other, party.clone()]).collect();
    let mut news = false;
    for parties in pairs {
        news |= facts.add_opener(id, Opener { gate: Gate::Prerelease, parties });
    }
    news
}

/// Whether a requirement by itself opens a gate of its target.
fn opens(gate: Gate, asked: &Asked) -> bool {
    let specifiers = asked.requirement().specifiers();
    match gate {
        Gate::Prerelease => specifiers.is_some_and(SpecifierSet::names_prerelease),
        // Only pip's rules ask: by ours, the user alone opens this gate.
        Gate::Yanked => specifiers.and_then(SpecifierSet::pinned).is_some(),
        Gate::Direct => specifiers.is_none(),
        Gate::Support => true,
    }
}

/// Whether the user's own requirements and constraints open a gate.
fn opened_by_user(gate: Gate, table: &Table, wishes: &Wishes, facts: &Facts, id: PackageId) -> bool {
    let name = facts.name(id);
    let mut own = wishes.own(name);
    match gate {
        Gate::Prerelease => {
            finals(&own_allowed(table, wishes, facts, id), table).is_empty()
                || own.any(|requirement| requirement.specifiers().is_some_and(SpecifierSet::names_prerelease))
        }
        Gate::Yanked => {
            own.any(|requirement| requirement.specifiers().and_then(SpecifierSet::pinned).is_some())
        }
        Gate::Direct => false,
        Gate::Support => wishes.is_direct(name),
    }
}

/// The final versions of `set` that could be installed. Yanked ones count: pip looks at them later.
fn finals(set: &Bits, table: &Table) -> Bits {
    set.minus(&table.prereleases).minus(&table.unusable)
}

/// The versions that all of the user's own requirements and constraints allow.
fn own_allowed(table: &Table, wishes: &Wishes, facts: &Facts, id: PackageId) -> Bits {
    let specifiers = wishes.own(facts.name(id)).filter_map(Requirement::specifiers);
    specifiers.fold(table.all(), |all, specifiers| all.intersection(&table.allowed(specifiers)))
}
