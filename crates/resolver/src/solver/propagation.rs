//! Adding incompatibilities and unit propagation over two watched terms.

use super::incompatibility::{IncompatId, Term, Var};
use super::{Since, Solver, Status};

impl Solver {
    /// Adds the fact that `terms` cannot all hold. Terms of one variable are merged; `None` when
    /// they can never all hold, so that there is nothing to add.
    pub(crate) fn add_fact(&mut self, terms: &[Term], fact: u32) -> Option<IncompatId> {
        let terms = self.normalize(terms)?;
        let id = self.incompats.add_fact(&terms, fact);
        self.attach(id);
        Some(id)
    }

    fn normalize(&mut self, terms: &[Term]) -> Option<Vec<Term>> {
        let mut merged: Vec<Term> = Vec::with_capacity(terms.len());
        for term in terms {
            match merged.iter_mut().find(|known| known.var == term.var) {
                Some(known) => known.set = self.sets.intersection(known.set, term.set),
                None => merged.push(*term),
            }
        }
        if merged.iter().any(|term| self.sets.get(term.set).is_empty()) {
            return None;
        }
        merged.retain(|term| term.set != self.solution.full(term.var));
        Some(merged)
    }

    /// Widens the term of `var` in a fact by `set`: more versions have the same dependency.
    pub(crate) fn widen(&mut self, id: IncompatId, var: Var, set: super::SetId) {
        self.unwatch(id);
        let old = self.incompats.terms_mut(id).iter_mut().find(|term| term.var == var);
        if let Some(term) = old {
            term.set = self.sets.union(term.set, set);
        }
        self.attach(id);
    }

    /// Chooses the watched terms of `id` and queues it when it already says something.
    fn attach(&mut self, id: IncompatId) {
        let status = self.order_terms(id);
        for term in self.incompats.terms(id).iter().take(2) {
            self.watches[term.var.index()].push(id);
        }
        if !matches!(status, Status::Open) {
            self.recheck.push(id);
        }
    }

    fn unwatch(&mut self, id: IncompatId) {
        for term in self.incompats.terms(id).iter().take(2) {
            self.watches[term.var.index()].retain(|watching| *watching != id);
        }
    }

    /// Puts unsatisfied terms first, then those satisfied last, so that a backjump frees the
    /// watched ones first.
    fn order_terms(&mut self, id: IncompatId) -> Status {
        let (sets, solution) = (&self.sets, &self.solution);
        let age = |term: &Term| match solution.satisfied_since(*term, sets) {
            None => (0, Since::Always),
            Some(since) => (1, since),
        };
        let terms = self.incompats.terms_mut(id);
        terms.sort_by(|a, b| {
            let ((held_a, since_a), (held_b, since_b)) = (age(a), age(b));
            held_a.cmp(&held_b).then(since_b.cmp(&since_a))
        });
        match terms.iter().filter(|term| age(term).0 == 0).count() {
            0 => Status::Violated,
            1 => Status::Unit,
            _ => Status::Open,
        }
    }

    /// Draws all conclusions; `Err` names an incompatibility whose terms all hold.
    pub(crate) fn propagate(&mut self) -> Result<(), IncompatId> {
        self.propagate_late()?;
        while let Some(entry) = self.solution.trail().get(self.propagated) {
            let var = entry.var;
            let place = self.propagated as u32;
            self.propagated += 1;
            // A later narrowing of the same variable wakes the same watches.
            if self.solution.is_latest(place) {
                self.propagate_var(var)?;
            }
        }
        Ok(())
    }

    fn propagate_late(&mut self) -> Result<(), IncompatId> {
        while let Some(id) = self.recheck.pop() {
            if self.incompats.terms(id).len() > 2 {
                self.unwatch(id);
                let status = self.order_terms(id);
                for term in self.incompats.terms(id).iter().take(2) {
                    self.watches[term.var.index()].push(id);
                }
                if matches!(status, Status::Open) {
                    continue;
                }
            }
            self.conclude(id)?;
        }
        Ok(())
    }

    /// Applies an incompatibility that was not woken by a watch.
    fn conclude(&mut self, id: IncompatId) -> Result<(), IncompatId> {
        let open = |term: &&Term| !self.sets.is_subset(self.solution.domain(term.var), term.set);
        let mut unsatisfied = self.incompats.terms(id).iter().filter(open).copied();
        let (first, second) = (unsatisfied.next(), unsatisfied.next());
        if second.is_some() {
            return Ok(());
        }
        let level = self.solution.level();
        if level > 0 {
            self.late.push((id, level));
        }
        match first {
            Some(term) => self.force(term, id),
            None => return Err(id),
        }
        Ok(())
    }

    fn propagate_var(&mut self, var: Var) -> Result<(), IncompatId> {
        let mut watching = std::mem::take(&mut self.watches[var.index()]);
        let mut kept = 0;
        let mut outcome = Ok(());
        for index in 0..watching.len() {
            let id = watching[index];
            if outcome.is_ok() {
                match self.visit(var, id) {
                    Visit::Moved => continue,
                    Visit::Keep => {}
                    Visit::Violated => outcome = Err(id),
                }
            }
            watching[kept] = id;
            kept += 1;
        }
        watching.truncate(kept);
        // Nothing can have been added to the list meanwhile: watches move to other variables.
        self.watches[var.index()] = watching;
        outcome
    }

    fn visit(&mut self, var: Var, id: IncompatId) -> Visit {
        let (sets, solution) = (&self.sets, &self.solution);
        let holds = |term: &Term| sets.is_subset(solution.domain(term.var), term.set);
        let terms = self.incompats.terms_mut(id);
        let mine = usize::from(terms.len() > 1 && terms[1].var == var);
        if !holds(&terms[mine]) {
            return Visit::Keep;
        }
        if terms.len() == 1 {
            return Visit::Violated;
        }
        let other = terms[1 - mine];
        if sets.is_disjoint(solution.domain(other.var), other.set) {
            return Visit::Keep;
        }
        if let Some(free) = (2..terms.len()).find(|index| !holds(&terms[*index])) {
            terms.swap(mine, free);
            let moved_to = terms[mine].var;
            self.watches[moved_to.index()].push(id);
            return Visit::Moved;
        }
        if holds(&other) {
            return Visit::Violated;
        }
        self.force(other, id);
        Visit::Keep
    }

    /// Concludes from `cause` that `term` does not hold.
    pub(super) fn force(&mut self, term: Term, cause: IncompatId) {
        let before = self.solution.domain(term.var);
        let after = self.sets.minus(before, term.set);
        if after != before {
            self.solution.assign(term.var, after, Some(cause));
        }
    }

    /// Returns to `level`.
    pub(super) fn backjump(&mut self, level: u32) {
        self.solution.backtrack(level);
        self.propagated = self.propagated.min(self.solution.trail().len());
        while self.late.last().is_some_and(|(_, added)| *added > level) {
            self.recheck.extend(self.late.pop().map(|(id, _)| id));
        }
    }
}

enum Visit {
    /// Still watched here.
    Keep,
    /// Watched elsewhere now.
    Moved,
    /// All terms hold.
    Violated,
}
