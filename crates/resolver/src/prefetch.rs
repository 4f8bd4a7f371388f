//! Questions asked ahead of the search, so that many answers are under way at once.
//!
//! From the user's requirements on, the version that would be chosen first of each package is followed as if it were
//! chosen. Nothing here changes the result: the search looks at answers only when their turn comes.

use crate::exchange::{Need, Source};
use crate::facts::{Facts, PackageId};
use crate::request::RuleSet;
use crate::search::Preference;
use crate::solver::Bits;
use crate::table::Table;
use crate::wishes::{Asked, Wishes};
use packaging::{Extra, RequirementSource};
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;

/// Different versions of one package that are followed, at most.
const FOLLOWED: u32 = 4;

/// Something to follow once what it needs is known.
enum Trace {
    Requirement(Asked),
    Version { id: PackageId, source: Source, extra: Option<Extra> },
}

/// What all requirements met so far leave of a package.
struct Narrowed {
    table: Rc<Table>,
    versions: Bits,
    followed: u32,
}

/// The traces that wait for answers.
#[derive(Default)]
pub(crate) struct Prefetch {
    waiting: FxHashMap<PackageId, Vec<Trace>>,
    narrowed: FxHashMap<PackageId, Narrowed>,
    seen: FxHashSet<(PackageId, Source, Option<Extra>)>,
    started: bool,
}

impl Prefetch {
    /// Follows what can be followed and asks for what is missing.
    pub(crate) fn advance(&mut self, facts: &mut Facts, wishes: &Wishes) {
        let mut todo = Vec::new();
        if !std::mem::replace(&mut self.started, true) {
            todo.extend(wishes.roots.iter().cloned().map(Trace::Requirement));
        }
        for id in facts.take_news() {
            todo.extend(self.waiting.remove(&id).into_iter().flatten());
        }
        while let Some(trace) = todo.pop() {
            let waits_for = match &trace {
                Trace::Requirement(asked) => self.follow_requirement(asked, &mut todo, facts, wishes),
                Trace::Version { id, source, extra } => {
                    follow_version((*id, source, extra.as_ref()), &mut todo, facts, wishes)
                }
            };
            if let Some(id) = waits_for {
                self.waiting.entry(id).or_default().push(trace);
            }
        }
    }

    /// Follows a requirement; the package about which an answer is missing, if so.
    fn follow_requirement(
        &mut self,
        asked: &Asked,
        todo: &mut Vec<Trace>,
        facts: &mut Facts,
        wishes: &Wishes,
    ) -> Option<PackageId> {
        let requirement = asked.requirement();
        let by_url = matches!(requirement.source, RequirementSource::Url(_));
        if by_url && wishes.url(&requirement.name).is_none() {
            return None;
        }
        let id = facts.id(&requirement.name);
        let table = match facts.table(id, wishes) {
            Ok(table) => table,
            Err(needs) => {
                needs.into_iter().for_each(|need| facts.hint(need));
                return Some(id);
            }
        };
        let state = self.first_choice(id, asked, &table, wishes)?;
        let entry = table.entry(state);
        if wishes.needs_metadata() {
            let extras = requirement.extras.iter().cloned().map(Some);
            for extra in std::iter::once(None).chain(extras) {
                if self.seen.insert((id, entry.source.clone(), extra.clone())) {
                    todo.push(Trace::Version { id, source: entry.source.clone(), extra });
                    let pick = facts.pick(id, &entry);
                    if facts.metadata(id, &entry.source).is_none() {
                        facts.hint(Need::Metadata(pick));
                    }
                }
            }
        }
        None
    }

    fn first_choice(
        &mut self,
        id: PackageId,
        asked: &Asked,
        table: &Rc<Table>,
        wishes: &Wishes,
    ) -> Option<u32> {
        let fresh = || Narrowed {
            table: Rc::clone(table),
            versions: table.all().minus(&table.unusable),
            followed: 0,
        };
        let narrowed = self.narrowed.entry(id).or_insert_with(fresh);
        if !Rc::ptr_eq(&narrowed.table, table) {
            *narrowed = fresh();
        }
        if let Some(specifiers) = asked.requirement().specifiers() {
            let rest = narrowed.versions.intersection(&table.allowed(specifiers));
            if !rest.is_empty() {
                narrowed.versions = rest;
            }
        }
        narrowed.followed += 1;
        if narrowed.followed > FOLLOWED {
            return None;
        }
        let preference = Preference { table, wishes, name: &asked.requirement().name };
        let closed = (wishes.rules() == RuleSet::Pip).then_some(&table.prereleases);
        preference.best(&narrowed.versions, closed)
    }
}

fn follow_version(
    (id, source, extra): (PackageId, &Source, Option<&Extra>),
    todo: &mut Vec<Trace>,
    facts: &mut Facts,
    wishes: &Wishes,
) -> Option<PackageId> {
    if facts.metadata(id, source).is_none() {
        return Some(id);
    }
    if wishes.follows_dependencies() {
        let asked = facts.in_force(id, source, extra, wishes);
        todo.extend(asked.iter().cloned().map(Trace::Requirement));
    }
    None
}
