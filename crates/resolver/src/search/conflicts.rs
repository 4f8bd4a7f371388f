//! Packages that are often in each other's way: the one whose versions are ruled out is decided before the one
//! that rules them out (uv's rule; without it a search walks down to versions that are too old to conflict).

use super::{Search, Trial};
use crate::facts::Facts;
use crate::solver::{IncompatId, Var};
use rustc_hash::FxHashMap;

/// How often a package must be met in conflicts before it changes its place.
const THRESHOLD: u32 = 5;

/// What the conflicts so far say of a package.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Standing {
    #[default]
    Plain,
    Affected,
    Culprit,
}

/// Counts of conflicts, and the packages that have just reached the threshold.
#[derive(Default)]
pub(super) struct ConflictCounts {
    affected: FxHashMap<Var, u32>,
    culprits: FxHashMap<Var, u32>,
    standing: FxHashMap<Var, Standing>,
    newly_affected: Vec<Var>,
    new_culprits: Vec<Var>,
}

impl ConflictCounts {
    pub(super) fn standing(&self, var: Var) -> Standing {
        self.standing.get(&var).copied().unwrap_or_default()
    }

    fn record(&mut self, affected: Var, culprits: impl Iterator<Item = Var>) {
        let mut any = false;
        for culprit in culprits {
            any = true;
            let count = self.culprits.entry(culprit).or_default();
            *count += 1;
            if *count == THRESHOLD {
                self.new_culprits.push(culprit);
            }
        }
        if any {
            let count = self.affected.entry(affected).or_default();
            *count += 1;
            if *count == THRESHOLD {
                self.newly_affected.push(affected);
            }
        }
    }
}

impl Search {
    /// A learned incompatibility ruled out versions of `affected`.
    pub(super) fn count_conflict(&mut self, affected: Var, learned: IncompatId) {
        let Some(base) = self.base(affected) else { return };
        let others: Vec<Var> =
            self.solver.terms(learned).iter().filter_map(|term| self.base(term.var)).collect();
        self.counts.record(base, others.into_iter().filter(|var| *var != base));
    }

    /// A version that was to be tried was ruled out by its own requirements.
    pub(super) fn count_rejection(&mut self, trial: &Trial, facts: &mut Facts) {
        if let Some(package) = self.variables[trial.var.index()].package_mut() {
            package.tried += 1;
        }
        if self.solver.domain(trial.var).contains(trial.state) {
            return;
        }
        let rejecting = trial.added.iter().find(|id| {
            let others = self.solver.terms(**id).iter().filter(|term| term.var != trial.var);
            others.clone().count() > 0 && others.clone().all(|term| self.solver.holds(*term))
        });
        if let Some(id) = rejecting {
            self.restart |= self.blame_provisional(*id, facts);
            self.count_conflict(trial.var, *id);
        }
    }

    /// Moves packages that have reached the threshold. Whether a decision was taken back for it.
    pub(super) fn reprioritize(&mut self) -> bool {
        for var in std::mem::take(&mut self.counts.newly_affected) {
            self.stand(var, Standing::Affected);
        }
        let mut undone = false;
        for var in std::mem::take(&mut self.counts.new_culprits) {
            if self.counts.standing(var) == Standing::Plain {
                self.stand(var, Standing::Culprit);
                undone |= self.solver.is_decided(var);
                self.solver.undo(var);
                self.settled = 0;
            }
        }
        undone
    }

    /// Moves a package; only a later pin moves it again.
    fn stand(&mut self, var: Var, standing: Standing) {
        self.counts.standing.insert(var, standing);
        self.mark_special(var);
        if let Some(package) = self.variables[var.index()].package_mut() {
            package.pinned = false;
        }
    }
}
