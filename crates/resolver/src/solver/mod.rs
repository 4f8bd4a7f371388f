//! The solver: conflict-driven search over variables with finite sets of states.
//!
//! It is PubGrub's algorithm (unit propagation, conflict resolution, backjumping) on ordinals
//! instead of versions, and knows nothing of packages. The caller adds variables and facts, picks
//! decisions, and asks for the facts behind a failure.

mod bitset;
mod conflict;
mod incompatibility;
mod partial_solution;
mod propagation;
mod sets;
#[cfg(test)]
mod tests;

pub(crate) use bitset::Bits;
pub(crate) use conflict::Analysis;
pub(crate) use incompatibility::{IncompatId, Term, Var};
pub(crate) use sets::SetId;

use incompatibility::Incompatibilities;
use partial_solution::{PartialSolution, Since};
use rustc_hash::FxHashSet;
use sets::SetPool;

/// State 0 of each variable: it is not part of the solution.
pub(crate) const ABSENT: u32 = 0;

/// The whole state of one search. Everything in it is a deterministic function of the calls made.
#[derive(Default)]
pub(crate) struct Solver {
    sets: SetPool,
    incompats: Incompatibilities,
    solution: PartialSolution,
    /// Per variable, the incompatibilities that watch it.
    watches: Vec<Vec<IncompatId>>,
    /// How much of the trail has been propagated.
    propagated: usize,
    /// Incompatibilities that were unit or violated when added above level 0: no watch wakes them
    /// when a backjump undoes what they forced, so they are looked at again. Levels ascend.
    late: Vec<(IncompatId, u32)>,
    /// To be looked at before the next propagation.
    recheck: Vec<IncompatId>,
    /// Scratch space of the conflict analysis: place of each variable in the working clause.
    slots: Vec<u32>,
}

/// What an incompatibility says about the partial solution.
enum Status {
    /// All terms hold.
    Violated,
    /// All terms but the first hold.
    Unit,
    /// Nothing yet.
    Open,
}

impl Solver {
    /// A new variable with `states` states, of which state 0 is "absent".
    pub(crate) fn add_var(&mut self, states: u32) -> Var {
        self.watches.push(Vec::new());
        self.slots.push(u32::MAX);
        self.solution.add_var(states, &mut self.sets)
    }

    pub(crate) fn intern(&mut self, bits: Bits) -> SetId {
        self.sets.intern(bits)
    }

    pub(crate) fn set(&self, id: SetId) -> &Bits {
        self.sets.get(id)
    }

    pub(crate) fn states(&self, var: Var) -> u32 {
        self.solution.states(var)
    }

    /// What `var` may still be.
    pub(crate) fn domain(&self, var: Var) -> &Bits {
        self.sets.get(self.solution.domain(var))
    }

    /// The number of [`Solver::domain`].
    pub(crate) fn domain_id(&self, var: Var) -> SetId {
        self.solution.domain(var)
    }

    /// Whether `var` must be part of the solution.
    pub(crate) fn is_positive(&self, var: Var) -> bool {
        !self.domain(var).contains(ABSENT)
    }

    pub(crate) fn is_decided(&self, var: Var) -> bool {
        self.solution.is_decided(var)
    }

    /// Whether `term` holds now.
    pub(crate) fn holds(&self, term: Term) -> bool {
        self.sets.is_subset(self.solution.domain(term.var), term.set)
    }

    pub(crate) fn terms(&self, id: IncompatId) -> &[Term] {
        self.incompats.terms(id)
    }

    /// The set of `var` in `id`.
    pub(crate) fn set_of(&self, id: IncompatId, var: Var) -> Option<SetId> {
        self.incompats.set_of(id, var)
    }

    /// Decides that `var` is in `state`. Only after [`Solver::propagate`] found nothing more.
    pub(crate) fn decide(&mut self, var: Var, state: u32) {
        let bits = Bits::single(self.solution.states(var), state);
        let set = self.sets.intern(bits);
        self.solution.decide(var, set);
    }

    /// Assumes at level 0 that `var` is in `state`.
    pub(crate) fn assume(&mut self, var: Var, state: u32) {
        let bits = Bits::single(self.solution.states(var), state);
        let set = self.sets.intern(bits);
        self.solution.assign(var, set, None);
    }

    /// Takes back the decision on `var` and everything after it.
    pub(crate) fn undo(&mut self, var: Var) {
        if let Some(level) = self.solution.decision_level(var).filter(|level| *level > 0) {
            self.backjump(level - 1);
        }
    }

    /// The variables whose narrowing led to the state in which `id` matters.
    pub(crate) fn vars_behind(&self, id: IncompatId) -> FxHashSet<Var> {
        let mut seen: FxHashSet<Var> = self.terms(id).iter().map(|term| term.var).collect();
        let mut todo: Vec<Var> = seen.iter().copied().collect();
        while let Some(var) = todo.pop() {
            for cause in self.solution.causes(var) {
                let others = self.incompats.terms(cause).iter().map(|term| term.var);
                todo.extend(others.filter(|other| seen.insert(*other)));
            }
        }
        seen
    }

    /// The facts from which `roots` follow, with the number under which each was added.
    pub(crate) fn facts_behind(&self, roots: &[IncompatId]) -> Vec<(IncompatId, u32)> {
        self.incompats.facts_behind(roots)
    }

    /// Decides every variable, dependencies or not: whether the incompatibilities can all be kept. After `patience`
    /// conflicts it is taken that they can.
    pub(crate) fn satisfiable(&mut self, patience: u32) -> bool {
        let mut conflicts = 0;
        loop {
            if let Err(violated) = self.propagate() {
                conflicts += 1;
                match self.analyze(violated) {
                    Analysis::Backjumped { .. } if conflicts < patience => continue,
                    Analysis::Backjumped { .. } => return true,
                    Analysis::Unsatisfiable(_) => return false,
                }
            }
            let mut vars = (0..self.solution.len() as u32).map(Var);
            let Some(open) = vars.find(|var| self.domain(*var).len() > 1) else { return true };
            let Some(state) = self.domain(open).highest() else { return false };
            self.decide(open, state);
        }
    }
}
