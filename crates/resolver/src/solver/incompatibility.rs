//! Incompatibilities: sets of terms that cannot all hold.
//!
//! A term says that the state of a variable lies in a set. State 0 of every variable is "absent",
//! the others are versions, so a positive and a negative term of PubGrub differ only in bit 0.

use super::sets::SetId;
use std::ops::Range;

/// A variable: a package, an extra of a package, or a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Var(pub(crate) u32);

impl Var {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// The state of `var` lies in `set`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Term {
    pub(crate) var: Var,
    pub(crate) set: SetId,
}

/// An incompatibility in its arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct IncompatId(pub(crate) u32);

/// Why an incompatibility holds.
#[derive(Clone, Debug)]
pub(crate) enum Origin {
    /// A fact of the outside world, by the caller's number.
    Fact(u32),
    /// Resolved from others while a conflict was analysed: a node of the derivation graph.
    Derived(Range<u32>),
}

struct Incompatibility {
    terms: Range<u32>,
    origin: Origin,
}

/// The arena of all incompatibilities. The first two terms of each are the watched ones.
#[derive(Default)]
pub(crate) struct Incompatibilities {
    all: Vec<Incompatibility>,
    terms: Vec<Term>,
    antecedents: Vec<IncompatId>,
}

impl Incompatibilities {
    /// Stores a fact.
    pub(crate) fn add_fact(&mut self, terms: &[Term], fact: u32) -> IncompatId {
        self.add(terms, Origin::Fact(fact))
    }

    /// Stores what was derived from `antecedents`.
    pub(crate) fn add_derived(&mut self, terms: &[Term], antecedents: &[IncompatId]) -> IncompatId {
        let start = self.antecedents.len() as u32;
        self.antecedents.extend_from_slice(antecedents);
        let end = self.antecedents.len() as u32;
        self.add(terms, Origin::Derived(start..end))
    }

    fn add(&mut self, terms: &[Term], origin: Origin) -> IncompatId {
        let start = self.terms.len() as u32;
        self.terms.extend_from_slice(terms);
        let terms = start..self.terms.len() as u32;
        self.all.push(Incompatibility { terms, origin });
        IncompatId(self.all.len() as u32 - 1)
    }

    /// The terms of `id`.
    pub(crate) fn terms(&self, id: IncompatId) -> &[Term] {
        &self.terms[self.span(id)]
    }

    /// The terms of `id`, to be reordered or widened.
    pub(crate) fn terms_mut(&mut self, id: IncompatId) -> &mut [Term] {
        let span = self.span(id);
        &mut self.terms[span]
    }

    fn span(&self, id: IncompatId) -> Range<usize> {
        let Range { start, end } = self.all[id.0 as usize].terms;
        start as usize..end as usize
    }

    /// The set of `var` in `id`.
    pub(crate) fn set_of(&self, id: IncompatId, var: Var) -> Option<SetId> {
        self.terms(id).iter().find(|term| term.var == var).map(|term| term.set)
    }

    /// The facts from which `roots` were derived, each once, in a fixed order.
    pub(crate) fn facts_behind(&self, roots: &[IncompatId]) -> Vec<(IncompatId, u32)> {
        let mut seen = vec![false; self.all.len()];
        let mut todo: Vec<IncompatId> = roots.iter().rev().copied().collect();
        let mut facts = Vec::new();
        while let Some(id) = todo.pop() {
            if std::mem::replace(&mut seen[id.0 as usize], true) {
                continue;
            }
            match &self.all[id.0 as usize].origin {
                Origin::Fact(fact) => facts.push((id, *fact)),
                Origin::Derived(span) => {
                    let span = span.start as usize..span.end as usize;
                    todo.extend(self.antecedents[span].iter().rev());
                }
            }
        }
        facts
    }
}
