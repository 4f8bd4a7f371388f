//! The resolver as its caller sees it.

use crate::exchange::{Answer, Need, Pick, Step, Warning};
use crate::facts::{Facts, PackageId};
use crate::fork;
use crate::outcome::{self, Placed};
use crate::prefetch::Prefetch;
use crate::report;
use crate::request::{Environment, ResolveRequest, Walk};
use crate::scope::Scope;
use crate::search::{Progress, Search};
use crate::wishes::Wishes;
use packaging::markers::MarkerSet;
use packaging::resolution::Resolution;
use packaging::{PackageName, Version};
use rustc_hash::FxHashSet;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A resolution in progress: asks with [`Resolver::step`], is told with [`Resolver::answer`].
///
/// The result depends on the request and the content of the answers, not on their order.
pub struct Resolver {
    wishes: Wishes,
    facts: Facts,
    search: Search,
    prefetch: Prefetch,
    announced: FxHashSet<Pick>,
    warnings: Vec<Warning>,
    /// Parts of the environments still to be searched, the next one last.
    parts: Vec<MarkerSet>,
    /// What the parts searched so far came to.
    outcomes: Vec<Vec<Placed>>,
}

impl Resolver {
    /// Starts a resolution. Nothing happens before the first [`Resolver::step`].
    pub fn new(request: ResolveRequest) -> Self {
        let mut parts = first_parts(&request.environment);
        let scope = match (&request.environment, parts.pop()) {
            (Environment::Universal { requires_python, .. }, Some(part)) => {
                Scope::many(part, requires_python)
            }
            (Environment::Universal { requires_python, .. }, None) => {
                Scope::many(MarkerSet::requires_python(requires_python), requires_python)
            }
            (Environment::Single(environment), _) => Scope::Single(environment.clone()),
        };
        Self {
            wishes: Wishes::new(Rc::new(request), scope),
            facts: Facts::default(),
            search: Search::new(),
            prefetch: Prefetch::default(),
            announced: FxHashSet::default(),
            warnings: Vec::new(),
            parts,
            outcomes: Vec::new(),
        }
    }

    /// Takes in an answer, asked for or not, in any order.
    pub fn answer(&mut self, answer: Answer) {
        self.facts.answer(answer);
    }

    /// Goes on as far as the answers allow.
    pub fn step(&mut self) -> Step {
        if std::mem::take(&mut self.facts.changed) {
            self.start_over();
        }
        if self.facts.is_waiting() {
            return self.blocked();
        }
        loop {
            match self.search.advance(&mut self.facts, &self.wishes) {
                Progress::Restart => self.search = Search::new(),
                Progress::Blocked => return self.blocked(),
                Progress::Forked(mut parts) => {
                    fork::sort(&mut parts, self.wishes.request.strategy);
                    self.parts.extend(parts);
                    self.next_part();
                }
                Progress::Solved => {
                    let (placed, warnings) = outcome::read(&self.search, &mut self.facts, &self.wishes);
                    if self.demand_support(&placed) {
                        self.search = Search::new();
                        continue;
                    }
                    for warning in warnings {
                        if !self.warnings.contains(&warning) {
                            self.warnings.push(warning);
                        }
                    }
                    self.outcomes.push(placed);
                    if !self.next_part() {
                        return Step::Done(self.merged());
                    }
                }
                Progress::Unsatisfiable(roots) if self.search.rests_on_assumption(&roots) => {
                    let request =
                        ResolveRequest { walk: Walk::Step, ..ResolveRequest::clone(&self.wishes.request) };
                    self.wishes.request = Rc::new(request);
                    self.search = Search::new();
                }
                Progress::Unsatisfiable(roots) => {
                    return Step::Err(report::explain(&self.search, &roots, &self.wishes));
                }
            }
        }
    }

    /// A gate must not be opened by a package that nothing requires, nor by one of which it was left open whether it
    /// is there. Such packages must be required from now on; whether there are new ones.
    fn demand_support(&mut self, placed: &[Placed]) -> bool {
        let needed: FxHashSet<&PackageName> = placed.iter().map(|placed| &placed.package.name).collect();
        let facts = &self.facts;
        let unneeded = self.search.present().filter(|id| !needed.contains(facts.name(*id)));
        let doubtful: Vec<PackageId> = unneeded.chain(self.search.doubtful_openers()).collect();
        let mut news = false;
        for id in &doubtful {
            news |= self.facts.require_support(*id);
        }
        news || self.facts.void_openers(&doubtful)
    }

    /// Searches all parts again: an answer was replaced.
    fn start_over(&mut self) {
        let fresh = Self::new(ResolveRequest::clone(&self.wishes.request));
        let facts = std::mem::take(&mut self.facts);
        *self = Self { facts, ..fresh };
        self.facts.change_scope();
    }

    /// Turns to the next part of the environments, if there is one.
    fn next_part(&mut self) -> bool {
        let (Some(part), Environment::Universal { requires_python, .. }) =
            (self.parts.pop(), &self.wishes.request.environment)
        else {
            return false;
        };
        let mut chosen: BTreeMap<PackageName, Vec<Version>> = BTreeMap::new();
        for placed in self.outcomes.iter().flatten() {
            let versions = chosen.entry(placed.package.name.clone()).or_default();
            versions.push(placed.package.version.clone());
        }
        let scope = Scope::many(part, requires_python);
        self.wishes = self.wishes.elsewhere(scope, chosen);
        self.facts.change_scope();
        self.search = Search::new();
        self.prefetch = Prefetch::default();
        true
    }

    fn merged(&mut self) -> Resolution {
        let universe = match &self.wishes.request.environment {
            Environment::Single(_) => MarkerSet::always(),
            Environment::Universal { .. } => {
                let parts = first_parts(&self.wishes.request.environment);
                parts.iter().fold(MarkerSet::never(), |all, part| all.or(part))
            }
        };
        fork::merge(std::mem::take(&mut self.outcomes), &universe)
    }

    /// What the user should hear besides the result, once there is one.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    fn blocked(&mut self) -> Step {
        self.prefetch.advance(&mut self.facts, &self.wishes);
        self.hint_choices();
        let mut likely = self.search.take_decided(&self.facts);
        likely.retain(|pick| self.announced.insert(pick.clone()));
        if likely.is_empty() { Step::Need(self.facts.take_batch()) } else { Step::Likely(likely) }
    }

    /// Asks ahead for the first choice of every package that must be decided, and for more where several have been
    /// rejected.
    fn hint_choices(&mut self) {
        if !self.wishes.needs_metadata() {
            return;
        }
        for (var, count) in self.search.take_hints() {
            let Some(package) = self.search.package(var) else { continue };
            let jumps = self.search.jumps(var, &self.wishes);
            for state in self.search.choices(var, &self.wishes, count).into_iter().chain(jumps) {
                let entry = package.table.entry(state);
                if self.facts.metadata(package.id, &entry.source).is_none() {
                    let pick = self.facts.pick(package.id, &entry);
                    self.facts.hint(Need::Metadata(pick));
                }
            }
        }
    }
}

/// The environments that are searched on their own from the start, the first one last.
fn first_parts(environment: &Environment) -> Vec<MarkerSet> {
    let Environment::Universal { requires_python, environments } = environment else { return Vec::new() };
    let pythons = MarkerSet::requires_python(requires_python);
    if environments.is_empty() {
        return vec![pythons];
    }
    let parts = environments.iter().rev().map(|marker| MarkerSet::of(marker).and(&pythons));
    parts.filter(|part| !part.is_never()).collect()
}
