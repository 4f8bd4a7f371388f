//! Conflict analysis: from a violated incompatibility to the one that would have prevented it.

use super::incompatibility::{IncompatId, Term, Var};
use super::{SetId, Since, Solver};

/// What a conflict teaches.
pub(crate) enum Analysis {
    /// The search has gone back, and `learned` forces `affected` to something else.
    Backjumped { affected: Var, learned: IncompatId },
    /// There is no solution; it follows from these incompatibilities.
    Unsatisfiable(Vec<IncompatId>),
}

#[derive(Clone, Copy)]
struct Satisfied {
    term: Term,
    since: Since,
}

/// The incompatibility being derived, with the time at which each term became satisfied.
#[derive(Default)]
struct Working {
    terms: Vec<Satisfied>,
    antecedents: Vec<IncompatId>,
}

impl Working {
    /// The term that was satisfied last.
    fn latest(&self) -> Option<(usize, Satisfied, u32)> {
        let (index, term) = self.terms.iter().enumerate().max_by_key(|(_, term)| term.since)?;
        match term.since {
            Since::Always => None,
            Since::Trail(place) => Some((index, *term, place)),
        }
    }
}

impl Solver {
    /// Resolves the violated incompatibility with the causes of its satisfiers until going back to
    /// an earlier level makes it unit, goes back and applies it (PubGrub, "conflict resolution").
    pub(crate) fn analyze(&mut self, violated: IncompatId) -> Analysis {
        let mut working = Working { terms: Vec::new(), antecedents: vec![violated] };
        for term in self.incompats.terms(violated).to_vec() {
            self.require(&mut working, term);
        }
        let outcome = loop {
            let Some((index, pivot, place)) = working.latest() else {
                break Err(std::mem::take(&mut working.antecedents));
            };
            let entry = self.solution.trail()[place as usize];
            let cause = entry.cause.and_then(|id| Some((id, self.incompats.set_of(id, entry.var)?)));
            let Some((cause, excluded)) = cause else {
                if entry.level == 0 {
                    break Err(std::mem::take(&mut working.antecedents));
                }
                break Ok((index, self.level_without(&working, index)));
            };
            let widened = self.sets.union(pivot.term.set, excluded);
            let level = self.level_without(&working, index).max(self.level_since(pivot.term.var, widened));
            if level < entry.level {
                break Ok((index, level));
            }
            self.resolve(&mut working, index, (cause, widened));
        };
        for held in &working.terms {
            self.slots[held.term.var.index()] = u32::MAX;
        }
        match outcome {
            Ok((pivot, level)) => self.learn(working, pivot, level),
            Err(antecedents) => Analysis::Unsatisfiable(antecedents),
        }
    }

    /// The level at which all terms but `index` hold.
    fn level_without(&self, working: &Working, index: usize) -> u32 {
        let others = working.terms.iter().enumerate().filter(|(place, _)| *place != index);
        others.map(|(_, term)| self.solution.level_of(term.since)).max().unwrap_or(0)
    }

    /// The level since which `var` lies in `set`.
    fn level_since(&self, var: Var, set: SetId) -> u32 {
        let since = self.solution.satisfied_since(Term { var, set }, &self.sets);
        since.map_or(0, |since| self.solution.level_of(since))
    }

    /// Replaces the pivot by the other terms of its cause (the rule of resolution).
    fn resolve(&mut self, working: &mut Working, pivot: usize, cause: (IncompatId, SetId)) {
        let (cause, widened) = cause;
        working.antecedents.push(cause);
        let var = working.terms[pivot].term.var;
        self.replace(working, pivot, Term { var, set: widened });
        for term in self.incompats.terms(cause).to_vec() {
            if term.var != var {
                self.require(working, term);
            }
        }
    }

    /// Adds `term` to the working incompatibility.
    fn require(&mut self, working: &mut Working, term: Term) {
        let slot = self.slots[term.var.index()];
        if slot == u32::MAX {
            let since = self.solution.satisfied_since(term, &self.sets).unwrap_or(Since::Always);
            if since != Since::Always {
                self.slots[term.var.index()] = working.terms.len() as u32;
                working.terms.push(Satisfied { term, since });
            }
        } else {
            let known = working.terms[slot as usize].term.set;
            let set = self.sets.intersection(known, term.set);
            self.replace(working, slot as usize, Term { var: term.var, set });
        }
    }

    /// Puts `term` at `index`, or drops that place when the term always holds.
    fn replace(&mut self, working: &mut Working, index: usize, term: Term) {
        let since = self.solution.satisfied_since(term, &self.sets).unwrap_or(Since::Always);
        if since != Since::Always {
            working.terms[index] = Satisfied { term, since };
            return;
        }
        self.slots[term.var.index()] = u32::MAX;
        working.terms.swap_remove(index);
        if let Some(moved) = working.terms.get(index) {
            self.slots[moved.term.var.index()] = index as u32;
        }
    }

    fn learn(&mut self, mut working: Working, pivot: usize, level: u32) -> Analysis {
        working.terms.swap(0, pivot);
        working.terms[1..].sort_by(|a, b| b.since.cmp(&a.since).then(a.term.var.cmp(&b.term.var)));
        let terms: Vec<Term> = working.terms.iter().map(|held| held.term).collect();
        let learned = self.incompats.add_derived(&terms, &working.antecedents);
        self.backjump(level);
        for term in terms.iter().take(2) {
            self.watches[term.var.index()].push(learned);
        }
        self.force(terms[0], learned);
        Analysis::Backjumped { affected: terms[0].var, learned }
    }
}
