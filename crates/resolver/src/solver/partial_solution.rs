//! The partial solution: what each variable may still be, and the trail of how it came to that.

use super::bitset::Bits;
use super::incompatibility::{IncompatId, Term, Var};
use super::sets::{SetId, SetPool};

/// One narrowing of a variable.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Assignment {
    pub(crate) var: Var,
    pub(crate) before: SetId,
    pub(crate) after: SetId,
    /// The incompatibility that forced it; `None` for a decision.
    pub(crate) cause: Option<IncompatId>,
    pub(crate) level: u32,
}

struct Domain {
    now: SetId,
    full: SetId,
    states: u32,
    decided: bool,
    /// Where on the trail this variable was narrowed, in order.
    narrowed_at: Vec<u32>,
}

/// When a term became satisfied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Since {
    /// It holds whatever is assigned.
    Always,
    /// Since the assignment with this place on the trail.
    Trail(u32),
}

/// Domains, trail and decision levels. Level 0 holds what follows from the facts alone.
#[derive(Default)]
pub(crate) struct PartialSolution {
    domains: Vec<Domain>,
    trail: Vec<Assignment>,
    /// Length of the trail when each level (from 1) began.
    level_starts: Vec<u32>,
}

impl PartialSolution {
    pub(crate) fn add_var(&mut self, states: u32, sets: &mut SetPool) -> Var {
        let full = sets.intern(Bits::full(states));
        self.domains.push(Domain { now: full, full, states, decided: false, narrowed_at: Vec::new() });
        Var(self.domains.len() as u32 - 1)
    }

    pub(crate) fn len(&self) -> usize {
        self.domains.len()
    }

    pub(crate) fn states(&self, var: Var) -> u32 {
        self.domains[var.index()].states
    }

    pub(crate) fn full(&self, var: Var) -> SetId {
        self.domains[var.index()].full
    }

    pub(crate) fn domain(&self, var: Var) -> SetId {
        self.domains[var.index()].now
    }

    pub(crate) fn is_decided(&self, var: Var) -> bool {
        self.domains[var.index()].decided
    }

    pub(crate) fn level(&self) -> u32 {
        self.level_starts.len() as u32
    }

    pub(crate) fn trail(&self) -> &[Assignment] {
        &self.trail
    }

    /// Whether `place` is the last narrowing of its variable.
    pub(crate) fn is_latest(&self, place: u32) -> bool {
        let var = self.trail[place as usize].var;
        self.domains[var.index()].narrowed_at.last() == Some(&place)
    }

    /// Narrows `var` to `after`.
    pub(crate) fn assign(&mut self, var: Var, after: SetId, cause: Option<IncompatId>) {
        let level = self.level();
        let place = self.trail.len() as u32;
        let domain = &mut self.domains[var.index()];
        let before = std::mem::replace(&mut domain.now, after);
        domain.decided |= cause.is_none();
        domain.narrowed_at.push(place);
        self.trail.push(Assignment { var, before, after, cause, level });
    }

    /// Opens a level and decides `var` to be exactly `after`.
    pub(crate) fn decide(&mut self, var: Var, after: SetId) {
        self.level_starts.push(self.trail.len() as u32);
        self.assign(var, after, None);
    }

    /// Forgets all levels above `level`.
    pub(crate) fn backtrack(&mut self, level: u32) {
        let Some(start) = self.level_starts.get(level as usize).copied() else { return };
        self.level_starts.truncate(level as usize);
        for gone in self.trail.drain(start as usize..).rev() {
            let domain = &mut self.domains[gone.var.index()];
            domain.now = gone.before;
            domain.narrowed_at.pop();
            domain.decided &= gone.cause.is_some();
        }
    }

    /// What narrowed `var`.
    pub(crate) fn causes(&self, var: Var) -> impl Iterator<Item = IncompatId> + '_ {
        let places = self.domains[var.index()].narrowed_at.iter();
        places.filter_map(|place| self.trail[*place as usize].cause)
    }

    /// The level at which `var` was decided.
    pub(crate) fn decision_level(&self, var: Var) -> Option<u32> {
        let domain = &self.domains[var.index()];
        let places = domain.narrowed_at.iter().rev();
        let mut found = places.map(|place| &self.trail[*place as usize]);
        found.find(|entry| entry.cause.is_none()).map(|entry| entry.level)
    }

    /// Since when `term` is satisfied, if it is. Domains only shrink along the trail, so the first
    /// narrowing that satisfies it is found by bisection.
    pub(crate) fn satisfied_since(&self, term: Term, sets: &SetPool) -> Option<Since> {
        let domain = &self.domains[term.var.index()];
        if !sets.is_subset(domain.now, term.set) {
            return None;
        }
        if sets.is_subset(domain.full, term.set) {
            return Some(Since::Always);
        }
        let after = |place: &u32| self.trail[*place as usize].after;
        let first = domain.narrowed_at.partition_point(|place| !sets.is_subset(after(place), term.set));
        domain.narrowed_at.get(first).map(|place| Since::Trail(*place))
    }

    /// The level of a place on the trail.
    pub(crate) fn level_of(&self, since: Since) -> u32 {
        match since {
            Since::Always => 0,
            Since::Trail(place) => self.trail[place as usize].level,
        }
    }
}
