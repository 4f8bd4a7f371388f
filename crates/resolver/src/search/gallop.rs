//! Long walks: a package of which version after version is rejected, because each requires another version of a
//! package that is held elsewhere (`boto3` and `botocore`).
//!
//! Such requirements move in one direction: what a version requires lies between what its neighbours require. So
//! versions at doubling distances are looked at until one fits, and the last gap is halved until the border is found.
//! That what was skipped requires nothing outside the hull of its neighbours is an assumption; a failure that rests on
//! it is not believed, but searched again without it.

use super::{Load, Premise, Search};
use crate::facts::Facts;
use crate::request::Walk;
use crate::solver::{Bits, Var};
use crate::wishes::Wishes;
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// So many versions are tried one after the other first.
const PATIENCE: u32 = 8;
/// A shorter rest is walked.
const LONG: u32 = 24;

/// How the galloping through a package goes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Gallop {
    /// The distance of the next jump.
    distance: u32,
    last: Option<Jump>,
    /// What was skipped on both sides of a version did not go with its neighbours: the rest is walked.
    given_up: bool,
    running: bool,
    /// The gap before a version that was looked at is halved.
    halving: bool,
}

/// A version looked at, the better one that would have been tried, and the worse one that was known before.
#[derive(Clone, Copy, Debug)]
struct Jump {
    to: u32,
    from: u32,
    end: Option<u32>,
}

impl Gallop {
    /// Whether versions are looked at in jumps, so that the next ones in the row are not worth asking for.
    pub(super) fn is_running(&self) -> bool {
        self.running && !self.given_up
    }
}

impl Search {
    /// A version to look at before `choice` is tried, when that would only be the next of many.
    pub(super) fn probe(&mut self, var: Var, choice: u32, wishes: &Wishes) -> Option<Load> {
        let package = self.package(var)?;
        let (mut gallop, tried) = (package.gallop, package.tried);
        if wishes.request.walk == Walk::Step || tried < PATIENCE || gallop.given_up {
            return None;
        }
        let state = self.next_probe(var, choice, &mut gallop, wishes.wants_oldest(&package.name));
        if let Some(package) = self.variables[var.index()].package_mut() {
            package.gallop = gallop;
        }
        state.map(|state| Load::Probe { var, state })
    }

    fn next_probe(&self, var: Var, choice: u32, gallop: &mut Gallop, upwards: bool) -> Option<u32> {
        if self.loaded.contains(&(var, choice)) {
            return None;
        }
        let open = self.unread(var, choice);
        if let Some(jump) = gallop.last.take()
            && !self.solver.domain(var).contains(jump.to)
            && open.iter().any(|state| between(state, jump.to, jump.from))
            && jump.end.is_some_and(|end| open.iter().any(|state| between(state, jump.to, end)))
        {
            gallop.given_up = true;
            return None;
        }
        gallop.running = true;
        let order = |state: u32| if upwards { state } else { u32::MAX - state };
        // Best first, as they would be tried.
        let mut ahead: Vec<u32> = open.iter().filter(|state| order(*state) >= order(choice)).collect();
        ahead.sort_by_key(|state| order(*state));
        let beyond = (1..self.solver.states(var)).filter(|state| order(*state) > order(choice));
        let end =
            beyond.filter(|state| self.loaded.contains(&(var, *state))).min_by_key(|state| order(*state));
        gallop.halving = end.is_some();
        let place = match end {
            Some(end) => {
                ahead.retain(|state| order(*state) < order(end));
                if ahead.len() < 2 {
                    return None;
                }
                ahead.len() / 2
            }
            None if ahead.len() < LONG as usize => return None,
            None => {
                gallop.distance = (gallop.distance * 2).max(2);
                (gallop.distance as usize).min(ahead.len() - 1)
            }
        };
        let to = ahead[place];
        gallop.last = Some(Jump { to, from: choice, end });
        Some(to)
    }

    /// The versions at the next doubled distances, to be asked for ahead.
    pub(crate) fn jumps(&self, var: Var, wishes: &Wishes) -> Vec<u32> {
        let Some(package) =
            self.package(var).filter(|package| package.gallop.is_running() && !package.gallop.halving)
        else {
            return Vec::new();
        };
        let Some(choice) = self.choose(var, wishes) else { return Vec::new() };
        let mut ahead: Vec<u32> = self.unread(var, choice).iter().collect();
        if !wishes.wants_oldest(&package.name) {
            ahead.reverse();
        }
        let mut place = package.gallop.distance as usize + 1;
        let doubled = (1..5).map(|times| package.gallop.distance << times);
        let places = doubled.map(|distance| {
            let here = place + distance as usize;
            place = here + 1;
            here
        });
        places.filter_map(|place| ahead.get(place).copied()).collect()
    }

    /// The versions of the kind of `choice` that are still possible and have not been looked at.
    fn unread(&self, var: Var, choice: u32) -> Bits {
        let Some(package) = self.package(var) else { return Bits::empty(0) };
        let table = &package.table;
        let mut open = self.solver.domain(var).intersection(&table.all());
        for kind in [&table.prereleases, &table.yanked, &table.direct] {
            open = if kind.contains(choice) { open.intersection(kind) } else { open.minus(kind) };
        }
        let unread = open.iter().filter(|state| !self.loaded.contains(&(var, *state)));
        Bits::from_states(table.states(), unread)
    }

    /// What lies between a version that was looked at and its known neighbours requires what lies between theirs.
    pub(super) fn assume_between(&mut self, var: Var, state: u32, facts: &mut Facts, wishes: &Wishes) {
        let known = |state: &u32| self.loaded.contains(&(var, *state));
        let above = (state + 1..self.solver.states(var)).find(known);
        let below = (1..state).rev().find(known);
        for neighbour in [above, below].into_iter().flatten() {
            let (low, high) = (state.min(neighbour), state.max(neighbour));
            if high - low < 2 {
                continue;
            }
            let skipped = Bits::from_states(self.solver.states(var), low + 1..high);
            let theirs = self.required_sets(var, neighbour, facts, wishes);
            for (target, mine) in self.required_sets(var, state, facts, wishes) {
                let Some(other) = theirs.get(&target) else { continue };
                let (Some(from), Some(to)) =
                    (mine.lowest().min(other.lowest()), mine.highest().max(other.highest()))
                else {
                    continue;
                };
                let hull = Bits::from_states(self.solver.states(target), from..=to);
                let terms = [self.term(var, skipped.clone()), self.term_not(target, &hull)];
                self.add(&terms, Premise::Assumed);
            }
        }
    }

    /// What a version requires of each package.
    fn required_sets(
        &self,
        var: Var,
        state: u32,
        facts: &mut Facts,
        wishes: &Wishes,
    ) -> FxHashMap<Var, Rc<Bits>> {
        let mut sets: FxHashMap<Var, Rc<Bits>> = FxHashMap::default();
        let Some(package) = self.package(var) else { return sets };
        let source = package.table.entry(state).source;
        for asked in facts.in_force(package.id, &source, None, wishes).iter() {
            let id = facts.id(&asked.requirement().name);
            let Some(target) = self.var_of(id).filter(|target| *target != var) else { continue };
            let Some(allowed) = self.allowed(target, asked, wishes) else { continue };
            let merged = match sets.get(&target) {
                Some(known) => Rc::new(known.intersection(&allowed)),
                None => allowed,
            };
            sets.insert(target, merged);
        }
        sets
    }
}

fn between(state: u32, one: u32, other: u32) -> bool {
    (one.min(other)..=one.max(other)).contains(&state)
}
