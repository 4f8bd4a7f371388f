//! What is decided next, and on which version.

use super::Search;
use super::conflicts::Standing;
use crate::request::{PrereleaseMode, RuleSet};
use crate::solver::{ABSENT, Bits, Var};
use crate::table::Table;
use crate::wishes::Wishes;
use packaging::PackageName;

/// At most so many versions of a package are asked for at once.
const BATCH: u32 = 48;

/// The classes of packages, least urgent first (uv's order).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Urgency {
    /// In the order of discovery, breadth first.
    Plain,
    /// Its versions have often ruled out another's: after those.
    Culprit,
    /// Its versions have often been ruled out: early.
    Affected,
    /// Pinned with `==`.
    Pinned,
    /// From a URL.
    Direct,
}

impl Search {
    /// The undecided package to decide next: the most urgent one, among equals the one discovered first.
    pub(super) fn most_urgent(&mut self) -> Option<Var> {
        let mut best: Option<(Urgency, std::cmp::Reverse<u32>, Var)> = None;
        for var in self.special.iter().copied().filter(|var| self.is_undecided(*var)) {
            let discovered = self.package(var).map_or(u32::MAX, |package| package.discovered);
            best = best.max(Some((self.urgency(var), std::cmp::Reverse(discovered), var)));
        }
        if let Some((_, _, var)) = best.filter(|(urgency, ..)| *urgency > Urgency::Plain) {
            return Some(var);
        }
        let decided = |var: &&Var| self.solver.is_decided(**var);
        self.settled += self.discovered[self.settled..].iter().take_while(decided).count();
        self.discovered[self.settled..].iter().copied().find(|var| self.is_undecided(*var))
    }

    fn is_undecided(&self, var: Var) -> bool {
        !self.solver.is_decided(var) && self.solver.is_positive(var)
    }

    fn urgency(&self, var: Var) -> Urgency {
        let Some(package) = self.package(var) else { return Urgency::Plain };
        if package.direct {
            return Urgency::Direct;
        }
        if package.pinned {
            return Urgency::Pinned;
        }
        match self.counts.standing(var) {
            Standing::Affected => Urgency::Affected,
            Standing::Culprit => Urgency::Culprit,
            Standing::Plain => Urgency::Plain,
        }
    }

    /// The version to try for a package.
    pub(crate) fn choose(&self, var: Var, wishes: &Wishes) -> Option<u32> {
        let package = self.package(var)?;
        let domain = self.solver.domain(var);
        let preference = Preference { table: &package.table, wishes, name: &package.name };
        preference.best(domain, self.closed(var).as_ref())
    }

    /// Packages of which the next versions may be asked for ahead, and of how many: of each that must be decided the
    /// first, and more of those of which several have been rejected.
    pub(crate) fn take_hints(&mut self) -> Vec<(Var, usize)> {
        let mut hints = Vec::new();
        for place in self.settled..self.discovered.len() {
            let var = self.discovered[place];
            if !self.is_undecided(var) {
                continue;
            }
            let domain = self.solver.domain_id(var);
            let Some(package) = self.variables[var.index()].package_mut() else { continue };
            if package.tried >= package.batch_at && !package.gallop.is_running() {
                let count = (package.tried * 2).min(BATCH);
                package.batch_at = package.tried + count / 2;
                hints.push((var, count as usize));
            } else if package.hinted.replace(domain) != Some(domain) {
                hints.push((var, usize::from(!package.gallop.is_running())));
            }
        }
        hints
    }

    /// The next versions to try for a package, best first, the first of them being [`Search::choose`]'s.
    pub(crate) fn choices(&self, var: Var, wishes: &Wishes, count: usize) -> Vec<u32> {
        let Some(package) = self.package(var) else { return Vec::new() };
        let preference = Preference { table: &package.table, wishes, name: &package.name };
        let closed = self.closed(var);
        let mut rest = self.solver.domain(var).clone();
        let mut chosen = Vec::new();
        while let Some(state) = preference.best(&rest, closed.as_ref()).filter(|_| chosen.len() < count) {
            rest = rest.minus(&Bits::single(package.table.states(), state));
            chosen.push(state);
        }
        chosen
    }
}

/// How the versions of one package are preferred.
pub(crate) struct Preference<'a> {
    pub(crate) table: &'a Table,
    pub(crate) wishes: &'a Wishes,
    pub(crate) name: &'a PackageName,
}

impl Preference<'_> {
    /// The preferred version among `domain`; those of `closed` only when there is no other.
    pub(crate) fn best(&self, domain: &Bits, closed: Option<&Bits>) -> Option<u32> {
        let versions = domain.minus(&Bits::single(self.table.states(), ABSENT));
        let Some(closed) = closed else { return self.best_of(&versions) };
        self.best_of(&versions.minus(closed)).or_else(|| self.best_of(&versions.intersection(closed)))
    }

    fn best_of(&self, versions: &Bits) -> Option<u32> {
        if let Some(state) = self.preferred(versions) {
            return Some(state);
        }
        let sound = versions.minus(&self.table.yanked);
        let choice = if self.finals_first() {
            self.extreme(&sound.minus(&self.table.prereleases)).or_else(|| self.extreme(&sound))
        } else {
            self.extreme(&sound)
        };
        choice.or_else(|| self.extreme(versions))
    }

    /// A version that is to be taken where it fits: the installed one, then the preferences.
    fn preferred(&self, versions: &Bits) -> Option<u32> {
        let kept = self.wishes.kept(self.name);
        let wanted = kept.into_iter().chain(self.wishes.preferences(self.name));
        let states = wanted.filter_map(|version| self.table.state_of(version));
        states.into_iter().find(|state| versions.contains(*state))
    }

    /// Ours: a pre-release only when no final version is left. pip's: whichever is newest of those open.
    fn finals_first(&self) -> bool {
        self.wishes.rules() == RuleSet::Native && self.wishes.prereleases(self.name) != PrereleaseMode::Allow
    }

    fn extreme(&self, versions: &Bits) -> Option<u32> {
        if self.wishes.wants_oldest(self.name) { versions.lowest() } else { versions.highest() }
    }
}
