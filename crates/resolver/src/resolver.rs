//! The resolver as its caller sees it.

use crate::exchange::{Answer, Need, Pick, Step, Warning};
use crate::facts::Facts;
use crate::outcome;
use crate::prefetch::Prefetch;
use crate::report;
use crate::request::{Environment, ResolveRequest};
use crate::scope::Scope;
use crate::search::{Progress, Search};
use crate::wishes::Wishes;
use rustc_hash::FxHashSet;
use std::rc::Rc;

/// After so many versions of a package were tried, the next ones are asked for at once.
const TRIED: u32 = 3;

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
}

impl Resolver {
    /// Starts a resolution. Nothing happens before the first [`Resolver::step`].
    pub fn new(request: ResolveRequest) -> Self {
        let scope = match &request.environment {
            Environment::Single(environment) => Scope::Single(environment.clone()),
            Environment::Universal { .. } => Scope::Single(Box::default()),
        };
        Self {
            wishes: Wishes::new(Rc::new(request), scope),
            facts: Facts::default(),
            search: Search::new(),
            prefetch: Prefetch::default(),
            announced: FxHashSet::default(),
            warnings: Vec::new(),
        }
    }

    /// Takes in an answer, asked for or not, in any order.
    pub fn answer(&mut self, answer: Answer) {
        self.facts.answer(answer);
    }

    /// Goes on as far as the answers allow.
    pub fn step(&mut self) -> Step {
        if std::mem::take(&mut self.facts.changed) {
            self.search = Search::new();
            self.prefetch = Prefetch::default();
        }
        loop {
            match self.search.advance(&mut self.facts, &self.wishes) {
                Progress::Restart => self.search = Search::new(),
                Progress::Blocked => return self.blocked(),
                Progress::Solved => {
                    let (resolution, warnings) = outcome::read(&self.search, &mut self.facts, &self.wishes);
                    self.warnings = warnings;
                    return Step::Done(resolution);
                }
                Progress::Unsatisfiable(roots) => {
                    return Step::Err(report::explain(&self.search, &roots, &self.wishes));
                }
            }
        }
    }

    /// What the user should hear besides the result, once there is one.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    fn blocked(&mut self) -> Step {
        self.prefetch.advance(&mut self.facts, &self.wishes);
        self.hint_choices();
        let mut likely = self.search.decided(&self.facts);
        likely.retain(|pick| self.announced.insert(pick.clone()));
        if likely.is_empty() { Step::Need(self.facts.take_batch()) } else { Step::Likely(likely) }
    }

    /// Asks ahead for the first choice of every package that must be decided, and for more where several have been
    /// rejected.
    fn hint_choices(&mut self) {
        if !self.wishes.needs_metadata() {
            return;
        }
        for var in self.search.undecided() {
            let Some(package) = self.search.package(var) else { continue };
            let count = if package.tried < TRIED { 1 } else { (package.tried * 2).min(32) as usize };
            for state in self.search.choices(var, &self.wishes, count) {
                let entry = package.table.entry(state);
                if self.facts.metadata(package.id, &entry.source).is_none() {
                    let pick = self.facts.pick(package.id, entry);
                    self.facts.hint(Need::Metadata(pick));
                }
            }
        }
    }
}
