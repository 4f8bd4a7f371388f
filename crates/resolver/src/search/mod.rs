//! One search: packages and their dependencies as variables and incompatibilities of the solver.
//!
//! A search reads only what it has asked for itself, in its own order; answers that came early are looked at when
//! their turn comes. So its course does not depend on timing.

mod choice;
mod conflicts;
mod gallop;
mod gates;
mod load;
mod register;

pub(crate) use choice::Preference;
pub(crate) use register::Kind;

use crate::exchange::Pick;
use crate::facts::{Facts, Gate, PackageId};
use crate::solver::{Analysis, Bits, IncompatId, SetId, Solver, Term, Var};
use crate::table::Table;
use crate::wishes::{Asked, Wishes};
use conflicts::ConflictCounts;
use packaging::Extra;
use packaging::markers::MarkerSet;
use register::{PackageVar, Variable};
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;

/// The state in which a variable that only is or is not part of the solution is part of it.
pub(crate) const PRESENT: u32 = 1;

/// Why an incompatibility that is no conclusion holds.
#[derive(Clone, Debug)]
pub(crate) enum Premise {
    /// `parent` (the user, a package or one of its extras) requires `target`.
    Requires { parent: Var, target: Var, asked: Asked },
    /// A constraint of the user's.
    Constrains { target: Var, asked: Asked },
    /// Versions cannot be used as the index says.
    Unusable { package: Var },
    /// Pre-releases are not allowed.
    PrereleasesOff { package: Var },
    /// Versions are closed and nothing opens them.
    Closed { package: Var, gate: Gate },
    /// A version's metadata cannot be used.
    Metadata { package: Var, state: u32, reason: Rc<str> },
    /// A version's metadata asks for another Python.
    Python { package: Var, state: u32, requires_python: Rc<str> },
    /// The definition of a condition.
    Definition,
    /// Not a fact: that versions which nobody looked at require what their neighbours do.
    Assumed,
}

/// Clauses that one step of loading adds.
enum Load {
    Root,
    Version {
        var: Var,
        state: u32,
    },
    /// The version is looked at but not tried.
    Probe {
        var: Var,
        state: u32,
    },
    Extra {
        var: Var,
        state: u32,
    },
}

/// A version whose clauses have been added and which will be decided if they leave it possible.
struct Trial {
    var: Var,
    state: u32,
    added: Vec<IncompatId>,
}

/// How far a search has come.
pub(crate) enum Progress {
    /// Answers are missing; they have been asked for.
    Blocked,
    /// Something changed that earlier conclusions rest on: search again with the facts at hand.
    Restart,
    /// Requirements differ between these parts of the environments: each must be searched on its own.
    Forked(Vec<MarkerSet>),
    /// All that is required has been decided.
    Solved,
    /// There is no solution; it follows from these incompatibilities.
    Unsatisfiable(Vec<IncompatId>),
}

/// The state of one search.
pub(crate) struct Search {
    pub(crate) solver: Solver,
    pub(crate) variables: Vec<Variable>,
    pub(crate) premises: Vec<Premise>,
    pub(crate) root: Var,
    packages: FxHashMap<PackageId, Var>,
    extras: FxHashMap<(Var, Extra), Var>,
    /// The extras, each after its package.
    extra_vars: Vec<(Var, Var)>,
    newly_decided: Vec<Var>,
    /// Packages that are decided before others, if they are to be decided: pinned, from a URL, often in conflicts.
    special: Vec<Var>,
    /// How many of the discovered packages, from the first on, are decided.
    settled: usize,
    /// Package variables in the order in which something first required them.
    discovered: Vec<Var>,
    /// Requirements already expressed, so that more versions with the same one only widen it.
    merged: FxHashMap<(Var, Var, SetId), IncompatId>,
    loaded: FxHashSet<(Var, u32)>,
    counts: ConflictCounts,
    /// Variables whose table holds only the installed version.
    provisional: Vec<Var>,
    /// New variables whose gates are still to be added.
    ungated: Vec<Var>,
    loading: Option<Load>,
    trial: Option<Trial>,
    /// Incompatibilities of the load in progress.
    added: Vec<IncompatId>,
    restart: bool,
    forks: Option<Vec<MarkerSet>>,
}

impl Search {
    pub(crate) fn new() -> Self {
        let mut solver = Solver::default();
        let root = solver.add_var(2);
        solver.assume(root, PRESENT);
        Self {
            solver,
            variables: vec![Variable::root()],
            premises: Vec::new(),
            root,
            packages: FxHashMap::default(),
            extras: FxHashMap::default(),
            extra_vars: Vec::new(),
            newly_decided: Vec::new(),
            special: Vec::new(),
            settled: 0,
            discovered: Vec::new(),
            merged: FxHashMap::default(),
            loaded: FxHashSet::default(),
            counts: ConflictCounts::default(),
            provisional: Vec::new(),
            ungated: Vec::new(),
            loading: Some(Load::Root),
            trial: None,
            added: Vec::new(),
            restart: false,
            forks: None,
        }
    }

    /// Searches on until something is missing or the end is reached.
    pub(crate) fn advance(&mut self, facts: &mut Facts, wishes: &Wishes) -> Progress {
        loop {
            if let Some(load) = self.loading.take()
                && !self.load(&load, facts, wishes)
            {
                self.loading = Some(load);
                return Progress::Blocked;
            }
            if let Some(parts) = self.forks.take() {
                return Progress::Forked(parts);
            }
            if self.restart {
                return Progress::Restart;
            }
            let propagated = self.solver.propagate();
            if let Err(violated) = propagated {
                if self.blame_provisional(violated, facts) {
                    return Progress::Restart;
                }
                match self.solver.analyze(violated) {
                    Analysis::Unsatisfiable(roots) => return Progress::Unsatisfiable(roots),
                    Analysis::Backjumped { affected, learned } => {
                        self.settled = 0;
                        self.count_conflict(affected, learned);
                    }
                }
                continue;
            }
            if !self.next(facts, wishes) {
                return Progress::Solved;
            }
        }
    }

    /// Decides, or chooses what to load. `false` when nothing is left to decide.
    fn next(&mut self, facts: &mut Facts, wishes: &Wishes) -> bool {
        let trial = self.trial.take();
        if let Some(trial) = &trial {
            self.count_rejection(trial, facts);
        }
        if self.reprioritize() {
            // Something was taken back: what is already forced must be drawn first.
            return true;
        }
        if let Some(trial) = trial.filter(|trial| self.is_open(trial.var, trial.state)) {
            self.solver.decide(trial.var, trial.state);
            self.newly_decided.push(trial.var);
            return true;
        }
        if let Some(load) = self.unloaded_extra() {
            self.loading = Some(load);
            return true;
        }
        let Some(var) = self.most_urgent() else { return false };
        let Some(state) = self.choose(var, wishes) else { return false };
        if let Some(parts) = self.table(var).and_then(|table| table.entry(state).parts) {
            self.forks = Some(parts.to_vec());
            return true;
        }
        self.loading = self.probe(var, state, wishes).or(Some(Load::Version { var, state }));
        true
    }

    /// Whether `var` must be part of the solution, is undecided and may have `state`.
    fn is_open(&self, var: Var, state: u32) -> bool {
        let solver = &self.solver;
        solver.is_positive(var) && !solver.is_decided(var) && solver.domain(var).contains(state)
    }

    /// An extra that is wanted of a decided version and whose requirements have not been added.
    fn unloaded_extra(&self) -> Option<Load> {
        self.extra_vars.iter().find_map(|(base, var)| {
            let state = self.state(*base)?;
            let wanted = self.solver.is_positive(*var) && !self.loaded.contains(&(*var, state));
            wanted.then_some(Load::Extra { var: *var, state })
        })
    }

    /// Whether an incompatibility stands against the solution because of installed versions that were taken without
    /// asking an index. The index has been demanded then, and the search must start again.
    fn blame_provisional(&mut self, violated: IncompatId, facts: &mut Facts) -> bool {
        if self.provisional.is_empty() {
            return false;
        }
        let behind = self.solver.vars_behind(violated);
        let mut any = false;
        for var in self.provisional.iter().filter(|var| behind.contains(var)) {
            if let Some(package) = self.variables[var.index()].package() {
                facts.demand_index(package.id);
                any = true;
            }
        }
        any
    }

    /// Whether what follows from `roots` rests on an assumption.
    pub(crate) fn rests_on_assumption(&self, roots: &[IncompatId]) -> bool {
        let facts = self.solver.facts_behind(roots);
        facts.iter().any(|(_, premise)| matches!(self.premises[*premise as usize], Premise::Assumed))
    }

    /// The versions decided since the last call.
    pub(crate) fn take_decided(&mut self, facts: &Facts) -> Vec<Pick> {
        let decided = std::mem::take(&mut self.newly_decided);
        let pick = |var: &Var| {
            let package = self.package(*var)?;
            let state = self.state(*var)?;
            Some(facts.pick(package.id, &package.table.entry(state)))
        };
        decided.iter().filter_map(pick).collect()
    }

    /// The variable of a package.
    pub(crate) fn var_of(&self, id: PackageId) -> Option<Var> {
        self.packages.get(&id).copied()
    }

    pub(crate) fn table(&self, var: Var) -> Option<&Rc<Table>> {
        self.package(var).map(|package| &package.table)
    }

    pub(crate) fn package(&self, var: Var) -> Option<&PackageVar> {
        self.variables[var.index()].package()
    }

    /// The packages that are part of the solution, required or not.
    pub(crate) fn present(&self) -> impl Iterator<Item = PackageId> + '_ {
        let variables = self.variables.iter().enumerate();
        let present = variables.filter(|(index, _)| self.solver.is_positive(Var(*index as u32)));
        present.filter_map(|(_, variable)| variable.package().map(|package| package.id))
    }

    /// The version chosen for a package, once it is decided.
    pub(crate) fn state(&self, var: Var) -> Option<u32> {
        self.solver.is_decided(var).then(|| self.solver.domain(var).highest())?
    }

    /// The versions of `target` that a requirement on it allows.
    pub(crate) fn allowed(&self, target: Var, asked: &Asked, wishes: &Wishes) -> Option<Rc<Bits>> {
        self.table(target).map(|table| register::allowed(table, asked, wishes))
    }

    /// The package of a variable, for an extra the one that it belongs to.
    pub(crate) fn base(&self, var: Var) -> Option<Var> {
        match &self.variables[var.index()].kind {
            Kind::Package(_) => Some(var),
            Kind::Extra { base, .. } => Some(*base),
            Kind::Root | Kind::Condition => None,
        }
    }

    /// The term "`var` is one of `bits`".
    fn term(&mut self, var: Var, bits: Bits) -> Term {
        Term { var, set: self.solver.intern(bits) }
    }

    /// The term "`var` is `state`".
    fn term_is(&mut self, var: Var, state: u32) -> Term {
        let bits = Bits::single(self.solver.states(var), state);
        self.term(var, bits)
    }

    /// The term "`var` is not one of `bits`".
    fn term_not(&mut self, var: Var, bits: &Bits) -> Term {
        let rest = Bits::full(self.solver.states(var)).minus(bits);
        self.term(var, rest)
    }

    /// Adds a fact of the outside world.
    fn add(&mut self, terms: &[Term], premise: Premise) -> Option<IncompatId> {
        let number = self.premises.len() as u32;
        let id = self.solver.add_fact(terms, number)?;
        self.premises.push(premise);
        self.added.push(id);
        Some(id)
    }
}
