//! From metadata to incompatibilities. Nothing names a package before its versions are known.

use super::gates::Edge;
use super::register::{allowed, same_url};
use super::{Kind, Load, PRESENT, Premise, Search, Trial};
use crate::exchange::{Need, Source};
use crate::facts::{Facts, PackageId, Party};
use crate::fork;
use crate::request::RuleSet;
use crate::solver::{ABSENT, IncompatId, Term, Var};
use crate::table::Table;
use crate::wishes::{Asked, Wishes};
use packaging::SpecifierSet;
use std::rc::Rc;

/// Who requires: the variable that requirements are merged by, and the terms that must hold.
struct Parent {
    var: Var,
    terms: Vec<Term>,
    /// The version that requires; none for the user.
    party: Option<Party>,
    /// The term that grows when another version requires the same.
    growing: Option<Term>,
}

impl Search {
    /// Adds what `load` stands for. `false` when answers are missing; they have been asked for then.
    pub(super) fn load(&mut self, load: &Load, facts: &mut Facts, wishes: &Wishes) -> bool {
        match *load {
            Load::Root => self.load_root(facts, wishes),
            Load::Version { var, state } => {
                let known =
                    self.loaded.contains(&(var, state)) || self.load_version(var, state, facts, wishes);
                if known {
                    self.loaded.insert((var, state));
                    let added = std::mem::take(&mut self.added);
                    self.trial = Some(Trial { var, state, added });
                }
                known
            }
            Load::Probe { var, state } => {
                let known = self.load_version(var, state, facts, wishes);
                if known && !self.restart && self.forks.is_none() {
                    self.loaded.insert((var, state));
                    self.assume_between(var, state, facts, wishes);
                }
                known
            }
            Load::Extra { var, state } => {
                let known = self.load_extra(var, state, facts, wishes);
                if known {
                    self.loaded.insert((var, state));
                    self.added.clear();
                }
                known
            }
        }
    }

    fn load_root(&mut self, facts: &mut Facts, wishes: &Wishes) -> bool {
        self.forks = fork::parts_of_wishes(&wishes.scope, wishes.request.strategy, &wishes.roots);
        if self.forks.is_some() {
            return true;
        }
        let root = self.term_is(self.root, PRESENT);
        let parent = Parent { var: self.root, terms: vec![root], party: None, growing: None };
        self.add_requirements(&parent, &wishes.roots, facts, wishes)
    }

    fn load_version(&mut self, var: Var, state: u32, facts: &mut Facts, wishes: &Wishes) -> bool {
        self.added.clear();
        if !wishes.needs_metadata() {
            return true;
        }
        let Some((id, table)) = self.package(var).map(|package| (package.id, Rc::clone(&package.table)))
        else {
            return true;
        };
        let entry = table.entry(state);
        let dependencies = match facts.metadata(id, &entry.source) {
            None => {
                let pick = facts.pick(id, &entry);
                facts.require(Need::Metadata(pick));
                return false;
            }
            Some(Err(unavailable)) => {
                let reason = unavailable.reason.as_str().into();
                self.reject(var, state, Premise::Metadata { package: var, state, reason });
                return true;
            }
            Some(Ok(dependencies)) => dependencies,
        };
        if let Some(requires_python) = &dependencies.requires_python
            && !wishes.python_allows(requires_python)
        {
            if let Some(parts) = wishes.scope.split_by_python(requires_python) {
                self.forks = Some(parts.into());
                return true;
            }
            let requires_python = requires_python.to_string().into();
            self.reject(var, state, Premise::Python { package: var, state, requires_python });
            return true;
        }
        if !wishes.follows_dependencies() {
            return true;
        }
        let is = self.term_is(var, state);
        let party = Some(Party { package: id, extra: None, state });
        let parent = Parent { var, terms: vec![is], party, growing: Some(is) };
        let asked = facts.in_force(id, &entry.source, None, wishes);
        if let Some(reason) = refused_url(&asked, &entry.source, wishes) {
            self.reject(var, state, Premise::Metadata { package: var, state, reason });
            return true;
        }
        self.add_requirements(&parent, &asked, facts, wishes)
    }

    fn load_extra(&mut self, var: Var, state: u32, facts: &mut Facts, wishes: &Wishes) -> bool {
        let Kind::Extra { base, extra } = &self.variables[var.index()].kind else { return true };
        let (base, extra) = (*base, extra.clone());
        let Some((id, table)) = self.package(base).map(|package| (package.id, Rc::clone(&package.table)))
        else {
            return true;
        };
        if !wishes.follows_dependencies() {
            return true;
        }
        let source = &table.entry(state).source;
        let asked = facts.in_force(id, source, Some(&extra), wishes);
        if let Some(reason) = refused_url(&asked, source, wishes) {
            self.reject(base, state, Premise::Metadata { package: base, state, reason });
            return true;
        }
        let (wanted, is) = (self.term_is(var, PRESENT), self.term_is(base, state));
        let party = Some(Party { package: id, extra: Some(extra), state });
        let parent = Parent { var, terms: vec![wanted, is], party, growing: Some(is) };
        self.add_requirements(&parent, &asked, facts, wishes)
    }

    fn reject(&mut self, var: Var, state: u32, premise: Premise) {
        let term = self.term_is(var, state);
        self.add(&[term], premise);
    }

    /// Adds all requirements of `parent`, once the tables of all packages they name are known.
    fn add_requirements(
        &mut self,
        parent: &Parent,
        asked: &[Asked],
        facts: &mut Facts,
        wishes: &Wishes,
    ) -> bool {
        let extra = parent.party.as_ref().and_then(|party| party.extra.as_ref());
        self.forks = fork::parts(&wishes.scope, asked, extra);
        if self.forks.is_some() {
            return true;
        }
        let mut tables = Vec::with_capacity(asked.len());
        let mut complete = true;
        for one in asked {
            match self.known_table(one, facts, wishes) {
                Some(known) => tables.push(known),
                None => complete = false,
            }
        }
        if !complete || self.restart {
            return complete || self.restart;
        }
        for (one, (id, table)) in asked.iter().zip(&tables) {
            let target = self.register(*id, table, facts, wishes);
            self.discover(target, one);
            if let Some(party) = &parent.party {
                self.note_openers(&Edge { party, target, asked: one }, facts, wishes);
            }
            self.add_requirement(parent, target, one, wishes);
        }
        self.attach_gates(facts, wishes);
        true
    }

    /// The table of the package that a requirement names; asks for it when it is not known.
    fn known_table(
        &mut self,
        asked: &Asked,
        facts: &mut Facts,
        wishes: &Wishes,
    ) -> Option<(PackageId, Rc<Table>)> {
        let requirement = asked.requirement();
        let id = facts.id(&requirement.name);
        if let (Some(url), None) = (requirement.url(), wishes.url(&requirement.name)) {
            self.restart |= facts.demand_url(id, url) && self.packages.contains_key(&id);
        }
        loop {
            let table = match facts.table(id, wishes) {
                Ok(table) => table,
                Err(needs) => {
                    needs.into_iter().for_each(|need| facts.require(need));
                    return None;
                }
            };
            if !table.provisional || !allowed(&table, asked, wishes).is_empty() {
                return Some((id, table));
            }
            facts.demand_index(id);
            self.restart |= self.packages.contains_key(&id);
        }
    }

    /// Notes that something requires `target`, and how tightly.
    fn discover(&mut self, target: Var, asked: &Asked) {
        let pins = asked.requirement().specifiers().and_then(SpecifierSet::pinned).is_some();
        if pins {
            self.mark_special(target);
        }
        let Some(package) = self.variables[target.index()].package_mut() else { return };
        package.pinned |= pins;
        if package.discovered == u32::MAX {
            package.discovered = self.discovered.len() as u32;
            self.discovered.push(target);
        }
    }

    /// "Not: `parent` is chosen and `target` is not as it requires."
    fn add_requirement(&mut self, parent: &Parent, target: Var, asked: &Asked, wishes: &Wishes) {
        let Some(table) = self.table(target).cloned() else { return };
        let unfit = self.term_not(target, &allowed(&table, asked, wishes));
        self.add_merged(parent, unfit, (target, asked));
        for extra in &asked.requirement().extras {
            let var = self.extra_var(target, extra);
            let unwanted = self.term_is(var, ABSENT);
            self.add_merged(parent, unwanted, (target, asked));
        }
    }

    fn add_merged(&mut self, parent: &Parent, unfit: Term, (target, asked): (Var, &Asked)) {
        let key = (parent.var, unfit.var, unfit.set);
        if let (Some(known), Some(term)) = (self.merged.get(&key).copied(), parent.growing) {
            if !self.covers(known, term) {
                self.solver.widen(known, term.var, term.set);
            }
            self.added.push(known);
            return;
        }
        let mut terms = parent.terms.clone();
        terms.push(unfit);
        let premise = Premise::Requires { parent: parent.var, target, asked: asked.clone() };
        if let Some(id) = self.add(&terms, premise) {
            // A requirement on the package itself has no term that could grow alone.
            if parent.terms.iter().all(|term| term.var != unfit.var) {
                self.merged.insert(key, id);
            }
        }
    }

    /// Whether the term of a variable in `id` already includes `term`.
    fn covers(&self, id: IncompatId, term: Term) -> bool {
        let known = self.solver.set_of(id, term.var);
        known.is_none_or(|known| self.solver.set(term.set).is_subset(self.solver.set(known)))
    }
}

/// Our rules take URLs from the user only: a dependency that names another one makes its version unusable, unless
/// the version itself comes from a URL of the user's.
fn refused_url(asked: &[Asked], source: &Source, wishes: &Wishes) -> Option<Rc<str>> {
    if wishes.rules() == RuleSet::Pip || matches!(source, Source::Url(_)) {
        return None;
    }
    asked.iter().find_map(|one| {
        let requirement = one.requirement();
        let url = requirement.url()?;
        let known = wishes.url(&requirement.name).is_some_and(|wanted| same_url(wanted, url));
        (!known).then(|| format!("it requires {requirement}, a URL that you did not name yourself").into())
    })
}
