//! The walk itself: resolvelib's rounds, with pip's preferences.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use packaging::specifiers::Operator;
use packaging::{Extra, PackageName, Prereleases, SpecifierSet, Version};
use resolver::{Need, Pick, Source};

use super::candidates::{Candidate, Candidates, Kind, PYTHON};
use super::wishes::{Ask, Asker, Info, Wish};
use super::world::World;
use super::{Cause, End, Event, Parent};

/// Circles are not followed deeper than this.
const DEPTH: usize = 400;

/// A package that stood in conflicts this often is decided early.
const CONFLICTS: usize = 5;

/// pip's weights of the nodes of a graph: the heavier comes first.
fn weights(mut children: BTreeMap<Option<usize>, BTreeSet<usize>>) -> HashMap<usize, usize> {
    let mut weights = HashMap::new();
    loop {
        let leaves: Vec<usize> =
            children.iter().filter(|(_, below)| below.is_empty()).filter_map(|(key, _)| *key).collect();
        if leaves.is_empty() {
            break;
        }
        let weight = children.len().saturating_sub(1);
        for leaf in &leaves {
            weights.insert(*leaf, weight);
            children.remove(&Some(*leaf));
        }
        children.values_mut().for_each(|below| below.retain(|key| !leaves.contains(key)));
    }
    let mut visits = Visits { children: &children, path: Vec::new(), found: HashMap::new() };
    visits.visit(None);
    weights.extend(visits.found.into_iter().filter_map(|(key, depths)| Some((key, *depths.iter().max()?))));
    weights
}

/// The way through circles.
struct Visits<'a> {
    children: &'a BTreeMap<Option<usize>, BTreeSet<usize>>,
    path: Vec<Option<usize>>,
    /// How deep each node was met; five times are enough (pip).
    found: HashMap<usize, Vec<usize>>,
}

impl Visits<'_> {
    fn visit(&mut self, node: Option<usize>) {
        let seen = node.and_then(|key| self.found.get(&key)).map_or(0, Vec::len);
        if self.path.contains(&node) || seen >= 5 || self.path.len() > DEPTH {
            return;
        }
        self.path.push(node);
        for child in self.children.get(&node).into_iter().flatten() {
            self.visit(Some(*child));
        }
        self.path.pop();
        if let Some(key) = node {
            self.found.entry(key).or_default().push(self.path.len());
        }
    }
}

/// Why a step cannot be done.
enum Stop {
    /// Something was never read.
    Missing(Need),
    /// These wishes exclude one another.
    Conflict(Vec<Rc<Info>>),
}

impl From<Need> for Stop {
    fn from(need: Need) -> Self {
        Self::Missing(need)
    }
}

/// Candidates for a key, best first; made when looked at.
enum Matches {
    List(Vec<usize>),
    Found(Found),
}

struct Found {
    name: PackageName,
    specifiers: SpecifierSet,
    extras: Vec<Extra>,
    template: Rc<Ask>,
    installed: Option<usize>,
    prefers_installed: bool,
    excluded: Vec<usize>,
    /// That the project was looked at is told.
    is_told: Cell<bool>,
}

/// All that is known about one key.
struct Criterion {
    matches: Rc<Matches>,
    information: Vec<Rc<Info>>,
    excluded: Vec<usize>,
}

type Criteria = BTreeMap<usize, Rc<Criterion>>;

#[derive(Clone, Default)]
struct State {
    /// Pinned candidates by key, the latest last.
    pins: Vec<(usize, usize)>,
    criteria: Criteria,
    causes: Vec<Rc<Info>>,
}

impl State {
    fn pin(&self, key: usize) -> Option<usize> {
        self.pins.iter().find(|(one, _)| *one == key).map(|(_, candidate)| *candidate)
    }
}

pub struct Search<'w> {
    candidates: Candidates<'w>,
    constraints: HashMap<PackageName, Limit>,
    /// The user's own keys, in order.
    order: HashMap<String, usize>,
    states: Vec<State>,
    saved: Option<Vec<State>>,
    optimistic: bool,
    conflicts: HashMap<usize, usize>,
    promoted: HashSet<usize>,
    rejected: HashMap<usize, usize>,
}

#[derive(Default)]
struct Limit {
    specifiers: SpecifierSet,
    url: Option<String>,
}

impl<'w> Search<'w> {
    pub fn new(world: &'w World<'w>) -> Self {
        let mut constraints: HashMap<PackageName, Limit> = HashMap::new();
        for constraint in &world.request.constraints {
            let counts = |marker: &packaging::Marker| marker.evaluate(world.markers, &[]);
            if !constraint.marker.as_ref().is_none_or(counts) {
                continue;
            }
            let limit = constraints.entry(constraint.name.clone()).or_default();
            match constraint.specifiers() {
                Some(specifiers) => limit.specifiers = limit.specifiers.and(specifiers),
                None => limit.url = constraint.url().map(str::to_owned),
            }
        }
        Self {
            candidates: Candidates::new(world),
            constraints,
            order: HashMap::new(),
            states: Vec::new(),
            saved: None,
            optimistic: true,
            conflicts: HashMap::new(),
            promoted: HashSet::new(),
            rejected: HashMap::new(),
        }
    }

    pub fn into_events(self) -> (Vec<Event>, Option<Rc<Ask>>) {
        (self.candidates.events, self.candidates.asking)
    }

    pub fn run(&mut self, patience: usize) -> End {
        match self.resolve(patience) {
            Ok(true) => End::Pinned(self.pinned()),
            Ok(false) => End::TooLong,
            Err(Stop::Missing(need)) => End::Missing(need),
            Err(Stop::Conflict(causes)) => End::Impossible(self.causes(&causes)),
        }
    }

    fn pinned(&self) -> Vec<(PackageName, Version)> {
        let Some(state) = self.states.last() else { return Vec::new() };
        let pins = state.pins.iter().map(|(_, id)| self.candidates.get(*id));
        let bases = pins.filter(|one| matches!(one.kind, Kind::File(_) | Kind::Installed));
        bases
            .filter_map(|one| Some((self.candidates.key(one.key).name.clone()?, one.version.clone())))
            .collect()
    }

    fn state(&mut self) -> &mut State {
        if self.states.is_empty() {
            self.states.push(State::default());
        }
        let last = self.states.len() - 1;
        &mut self.states[last]
    }

    fn push_state(&mut self) {
        let copy = self.state().clone();
        self.states.push(copy);
    }

    /// `Ok(true)`: all is pinned.
    fn resolve(&mut self, patience: usize) -> Result<bool, Stop> {
        let mut criteria = Criteria::new();
        for wish in self.roots()? {
            self.add(&mut criteria, wish, None)?;
        }
        self.states = vec![State { criteria, ..State::default() }];
        self.push_state();
        for _ in 0..patience {
            let open = self.open();
            if open.is_empty() {
                return Ok(true);
            }
            let key = self.choose(&open);
            let failed = self.attempt(key)?;
            match failed {
                None => {
                    self.forget_unsatisfied(&open, key);
                    self.push_state();
                }
                Some(causes) => self.go_back(causes)?,
            }
        }
        Ok(false)
    }

    /// What the user wants: as in pip, what has extras comes last.
    fn roots(&mut self) -> Result<Vec<Wish>, Stop> {
        let mut wishes = Vec::new();
        let world = self.candidates.world;
        for (place, requirement) in world.request.requirements.iter().enumerate() {
            let from = wishes.len();
            self.candidates.wish(&Rc::new(Ask::of_place(requirement, world.wanted)), &mut wishes)?;
            if let Some(first) = wishes.get(from).filter(|_| world.wanted.is_asked(requirement)) {
                let key = self.candidates.key_of_wish(first);
                self.order.entry(self.candidates.key(key).text.clone()).or_insert(place);
            }
        }
        wishes.sort_by_key(|wish| !self.candidates.key(self.candidates.key_of_wish(wish)).extras.is_empty());
        Ok(wishes)
    }

    /// The order in which pip installs the pinned packages (`get_topological_weights`): leaves first, round by round,
    /// then what hangs together in circles, the longest way from the user first; by name, the last first.
    pub fn installing(&self) -> Vec<PackageName> {
        let Some(state) = self.states.last() else { return Vec::new() };
        let mut children: BTreeMap<Option<usize>, BTreeSet<usize>> = BTreeMap::new();
        let keys: BTreeSet<usize> = state.criteria.keys().copied().collect();
        for key in &keys {
            children.entry(Some(*key)).or_default();
            for info in state.criteria.get(key).into_iter().flat_map(|one| &one.information) {
                let parent = info.parent.map(|id| self.candidates.get(id));
                let is_pinned = |one: &&Candidate| {
                    state.pin(one.key).is_some_and(|pin| std::ptr::eq(self.candidates.get(pin), *one))
                };
                match parent {
                    None => {
                        children.entry(None).or_default().insert(*key);
                    }
                    Some(one) if is_pinned(&one) => {
                        children.entry(Some(one.key)).or_default().insert(*key);
                    }
                    Some(_) => {}
                }
            }
        }
        let mut weights = weights(children);
        let mut order: Vec<(usize, PackageName)> = Vec::new();
        for key in keys {
            let of_key = self.candidates.key(key);
            if let (Some(name), true, Some(weight)) =
                (&of_key.name, of_key.extras.is_empty(), weights.remove(&key))
            {
                order.push((weight, name.clone()));
            }
        }
        order.sort();
        order.into_iter().rev().map(|(_, name)| name).collect()
    }

    /// The keys that are not pinned to something that fits.
    fn open(&mut self) -> Vec<usize> {
        let Some(state) = self.states.last() else { return Vec::new() };
        let is_open = |key: &usize, criterion: &Criterion| match state.pin(*key) {
            Some(pin) => !criterion.information.iter().all(|info| self.candidates.satisfies(&info.wish, pin)),
            None => true,
        };
        state
            .criteria
            .iter()
            .filter(|(key, criterion)| is_open(key, criterion))
            .map(|(key, _)| *key)
            .collect()
    }

    /// Which of the open keys pip decides next.
    fn choose(&mut self, open: &[usize]) -> usize {
        if let [only] = open {
            return *only;
        }
        let narrowed = self.narrow(open);
        let best = narrowed.iter().copied().min_by_key(|key| self.preference(*key));
        best.or(open.first().copied()).unwrap_or(PYTHON)
    }

    fn narrow(&mut self, open: &[usize]) -> Vec<usize> {
        let Some(state) = self.states.last() else { return open.to_vec() };
        let mut blamed = HashSet::new();
        for info in &state.causes {
            let parent = info.parent.map(|parent| self.candidates.get(parent).key);
            for key in std::iter::once(self.candidates.key_of_wish(&info.wish)).chain(parent) {
                blamed.insert(key);
                if state.pin(key).is_none() {
                    let count = self.conflicts.entry(key).or_default();
                    *count += 1;
                    if *count >= CONFLICTS {
                        self.promoted.insert(key);
                    }
                }
            }
        }
        if open.contains(&PYTHON) {
            return vec![PYTHON];
        }
        let only = |set: &HashSet<usize>| -> Vec<usize> {
            open.iter().copied().filter(|key| set.contains(key)).collect()
        };
        let causes = only(&blamed);
        if !causes.is_empty() {
            return causes;
        }
        let promoted = only(&self.promoted);
        if promoted.is_empty() { open.to_vec() } else { promoted }
    }

    fn preference(&self, key: usize) -> (bool, bool, bool, bool, usize, bool, &str) {
        let information = self.states.last().and_then(|state| state.criteria.get(&key));
        let mut direct = false;
        let (mut pinned, mut bounded, mut loose) = (false, false, true);
        for info in information.iter().flat_map(|criterion| &criterion.information) {
            match &info.wish {
                Wish::Exactly(_) => direct = true,
                Wish::Python { .. } => {}
                Wish::Versions { ask, .. } => {
                    for one in ask.requirement.specifiers().into_iter().flat_map(SpecifierSet::iter) {
                        let equal = matches!(one.operator(), Operator::Equal | Operator::Arbitrary);
                        pinned |= equal && !one.is_wildcard();
                        bounded |= matches!(
                            one.operator(),
                            Operator::Less | Operator::LessEqual | Operator::Compatible
                        ) || (equal && one.is_wildcard());
                        loose = false;
                    }
                }
            }
        }
        let text = self.candidates.key(key).text.as_str();
        let place = self.order.get(text).copied().unwrap_or(usize::MAX);
        (!self.promoted.contains(&key), !direct, !pinned, !bounded, place, loose, text)
    }

    /// Adds a wish to what is known about its key.
    fn add(&mut self, criteria: &mut Criteria, wish: Wish, parent: Option<usize>) -> Result<(), Stop> {
        let key = self.candidates.key_of_wish(&wish);
        let old = criteria.get(&key).map(Rc::clone);
        let excluded = old.as_ref().map_or_else(Vec::new, |old| old.excluded.clone());
        let matches = self.matches(key, Some(&wish), criteria, &excluded)?;
        let mut information = old.map_or_else(Vec::new, |old| old.information.clone());
        information.push(Rc::new(Info { wish, parent }));
        let criterion = Criterion { matches: Rc::new(matches), information, excluded };
        if self.nth(&criterion.matches, 0)?.is_none() {
            return Err(Stop::Conflict(criterion.information));
        }
        criteria.insert(key, Rc::new(criterion));
        Ok(())
    }

    /// pip's `find_matches`.
    fn matches(
        &mut self,
        key: usize,
        added: Option<&Wish>,
        criteria: &Criteria,
        excluded: &[usize],
    ) -> Result<Matches, Stop> {
        let wishes_of = |key: usize| criteria.get(&key).into_iter().flat_map(|one| &one.information);
        let own: Vec<&Wish> = wishes_of(key).map(|info| &info.wish).chain(added).collect();
        let mut asks: Vec<Rc<Ask>> = Vec::new();
        let mut exact: Vec<usize> = Vec::new();
        for wish in &own {
            match wish {
                Wish::Versions { ask, .. } => asks.push(Rc::clone(ask)),
                Wish::Exactly(id) => exact.push(*id),
                Wish::Python { holds, .. } => exact.extend(holds.then_some(PYTHON)),
            }
        }
        let extras = self.candidates.key(key).extras.clone();
        if let Some(base) = self.candidates.base_key(key) {
            for info in wishes_of(base) {
                match &info.wish {
                    Wish::Versions { ask, .. } => asks.push(Rc::clone(ask)),
                    Wish::Exactly(id) => exact.push(self.candidates.with_extras(*id, &extras, None)),
                    Wish::Python { .. } => {}
                }
            }
        }
        let name = self.candidates.key(key).name.clone();
        let limit = name.as_ref().and_then(|name| self.constraints.get(name));
        if let (Some(url), Some(ask), Some(name)) =
            (limit.and_then(|one| one.url.clone()), asks.first(), &name)
            && let Some(base) = self.candidates.direct(name, &url, ask)?
        {
            let id = if extras.is_empty() { base } else { self.candidates.with_extras(base, &extras, None) };
            exact.push(id);
        }
        let limit = name.as_ref().and_then(|name| self.constraints.get(name));
        let limits = limit.map_or_else(SpecifierSet::default, |one| one.specifiers.clone());
        if exact.is_empty() {
            return Ok(self.found(key, &asks, limits, excluded));
        }
        exact.sort_unstable();
        exact.dedup();
        exact.retain(|id| {
            !excluded.contains(id)
                && (key == PYTHON || limits.contains(&self.candidates.get(*id).version, Prereleases::Allow))
                && own.iter().all(|wish| self.candidates.satisfies(wish, *id))
        });
        Ok(Matches::List(exact))
    }

    fn found(&mut self, key: usize, asks: &[Rc<Ask>], limits: SpecifierSet, excluded: &[usize]) -> Matches {
        let (Some(template), Some(name)) = (asks.first(), self.candidates.key(key).name.clone()) else {
            return Matches::List(Vec::new());
        };
        let mut specifiers = limits;
        let mut extras: Vec<Extra> = Vec::new();
        for ask in asks {
            if let Some(set) = ask.requirement.specifiers() {
                specifiers = specifiers.and(set);
            }
        }
        extras.extend(self.candidates.key(key).extras.iter().cloned());
        let world = self.candidates.world;
        let named = {
            let text = &self.candidates.key(key).text;
            self.order.contains_key(text) || (!extras.is_empty() && self.order.contains_key(name.as_str()))
        };
        let prefers_installed = !world.may_upgrade(&name, named);
        let there = world.installed(&name).filter(|there| specifiers.contains(there, Prereleases::Allow));
        let installed = there.map(|version| {
            let base = self.candidates.installed(&name, version, template);
            if extras.is_empty() { base } else { self.candidates.with_extras(base, &extras, Some(template)) }
        });
        let installed = installed.filter(|id| !excluded.contains(id));
        let (template, excluded) = (Rc::clone(template), excluded.to_vec());
        let is_told = Cell::new(false);
        Matches::Found(Found {
            name,
            specifiers,
            extras,
            template,
            installed,
            prefers_installed,
            excluded,
            is_told,
        })
    }

    /// The candidate at a place, made on the way there with all before it.
    fn nth(&mut self, matches: &Matches, place: usize) -> Result<Option<usize>, Need> {
        let found = match matches {
            Matches::List(list) => return Ok(list.get(place).copied()),
            Matches::Found(found) => found,
        };
        let mut left = place;
        let mut counts = |id: usize| {
            let counts = !found.excluded.contains(&id);
            let here = counts && left == 0;
            left = left.saturating_sub(usize::from(counts));
            here
        };
        let mut seen = None;
        if let Some(installed) = found.installed.filter(|_| found.prefers_installed) {
            if counts(installed) {
                return Ok(Some(installed));
            }
            seen = Some(self.candidates.get(installed).version.clone());
        }
        let inserted = found.installed.filter(|_| !found.prefers_installed);
        let inserted_version = inserted.map(|id| self.candidates.get(id).version.clone());
        let versions = self.candidates.world.versions(&found.name, &found.specifiers)?;
        if !found.is_told.replace(true) {
            let (name, specifiers) = (found.name.clone(), found.specifiers.clone());
            self.candidates.events.push(Event::Looked { name, specifiers });
        }
        for (version, id) in versions {
            if seen.as_ref() == Some(&version) {
                continue;
            }
            if let (Some(installed), Some(own)) = (inserted, &inserted_version)
                && *own >= version
            {
                if counts(installed) {
                    return Ok(Some(installed));
                }
                seen = Some(own.clone());
            }
            if let Some(candidate) = self.make(found, version, id)?
                && counts(candidate)
            {
                return Ok(Some(candidate));
            }
        }
        let last = inserted.filter(|_| seen.is_none());
        Ok(last.filter(|id| counts(*id)))
    }

    fn make(&mut self, found: &Found, version: Version, id: u32) -> Result<Option<usize>, Need> {
        let pick = Pick { name: found.name.clone(), version, source: Source::Candidate(id) };
        let base = self.candidates.file(&pick, &found.template)?;
        Ok(base.map(|base| match found.extras.is_empty() {
            true => base,
            false => self.candidates.with_extras(base, &found.extras, Some(&found.template)),
        }))
    }

    /// Tries the candidates of a key; the causes when none can be pinned.
    fn attempt(&mut self, key: usize) -> Result<Option<Vec<Rc<Info>>>, Stop> {
        let Some(criterion) = self.state().criteria.get(&key).map(Rc::clone) else { return Ok(None) };
        let mut causes: Vec<Rc<Info>> = Vec::new();
        for place in 0.. {
            let Some(candidate) = self.nth(&criterion.matches, place)? else { break };
            let mut criteria = self.state().criteria.clone();
            match self.add_dependencies(&mut criteria, candidate) {
                Ok(()) => {
                    let state = self.state();
                    state.criteria = criteria;
                    state.pins.retain(|(one, _)| *one != key);
                    state.pins.push((key, candidate));
                    return Ok(None);
                }
                Err(Stop::Conflict(information)) => {
                    self.reject(key, &information);
                    let new = |info: &Rc<Info>| !causes.iter().any(|one| Rc::ptr_eq(one, info));
                    let added: Vec<_> = information.into_iter().filter(new).collect();
                    causes.extend(added);
                }
                Err(missing) => return Err(missing),
            }
        }
        Ok(Some(causes))
    }

    fn add_dependencies(&mut self, criteria: &mut Criteria, candidate: usize) -> Result<(), Stop> {
        let wishes = self.candidates.dependencies(candidate)?;
        for wish in wishes.iter() {
            self.add(criteria, wish.clone(), Some(candidate))?;
        }
        Ok(())
    }

    fn reject(&mut self, key: usize, information: &[Rc<Info>]) {
        let count = self.rejected.entry(key).or_default();
        *count += 1;
        let (count, package) = (*count, self.candidates.key(key).text.clone());
        let mut why: Vec<String> = information.iter().map(|info| self.cause(info).line()).collect();
        why.extend(self.constraint_line(key, &package));
        self.candidates.events.push(Event::Rejected { package, count, why });
    }

    /// What a constraints file says of a key.
    fn constraint_line(&self, key: usize, package: &str) -> Option<String> {
        let of_key = self.candidates.key(key);
        let name = of_key.name.as_ref().filter(|_| of_key.extras.is_empty())?;
        let limit = self.constraints.get(name).filter(|limit| !limit.specifiers.is_empty())?;
        let text = super::super::conflict::for_error(&format!("{package}{}", limit.specifiers));
        Some(format!("The user requested (constraint) {text}"))
    }

    /// What somebody wished whose pin does not hold any more counts no more.
    fn forget_unsatisfied(&mut self, open_before: &[usize], key: usize) {
        let open: Vec<usize> =
            self.open().into_iter().filter(|one| *one != key && !open_before.contains(one)).collect();
        let Some(state) = self.states.last() else { return };
        let was_known = |one: &usize| state.pin(*one).is_some();
        let lost: HashSet<usize> = open.into_iter().filter(was_known).collect();
        if lost.is_empty() {
            return;
        }
        let candidates = &self.candidates;
        let stays =
            |info: &&Rc<Info>| info.parent.is_none_or(|parent| !lost.contains(&candidates.get(parent).key));
        let kept = state.criteria.iter().map(|(key, criterion)| {
            let information = criterion.information.iter().filter(stays).map(Rc::clone).collect();
            let (matches, excluded) = (Rc::clone(&criterion.matches), criterion.excluded.clone());
            (*key, Rc::new(Criterion { matches, information, excluded }))
        });
        let criteria: Criteria = kept.collect();
        self.state().criteria = criteria;
    }

    /// A key has nothing left: earlier pins are undone.
    fn go_back(&mut self, causes: Vec<Rc<Info>>) -> Result<(), Stop> {
        let done = self.jump(&causes);
        let failed = match &done {
            Ok(success) => !success,
            Err(Stop::Conflict(_)) => true,
            Err(Stop::Missing(_)) => false,
        };
        if failed
            && self.optimistic
            && let Some(saved) = self.saved.take()
        {
            self.optimistic = false;
            self.states = saved;
            return Ok(());
        }
        if !done? {
            return Err(Stop::Conflict(causes));
        }
        self.state().causes = causes;
        Ok(())
    }

    /// resolvelib's `_backjump`: `Ok(false)` when there is nowhere to go back to.
    fn jump(&mut self, causes: &[Rc<Info>]) -> Result<bool, Stop> {
        let parents =
            causes.iter().filter_map(|info| info.parent).map(|parent| self.candidates.get(parent).key);
        let blamed: HashSet<usize> =
            parents.chain(causes.iter().map(|info| self.candidates.key_of_wish(&info.wish))).collect();
        while self.states.len() >= 3 {
            self.states.pop();
            let (broken, key, candidate) = self.broken_state(&blamed, causes)?;
            let mut excluded: Vec<(usize, Vec<usize>)> =
                broken.criteria.iter().map(|(key, one)| (*key, one.excluded.clone())).collect();
            excluded.push((key, vec![candidate]));
            self.push_state();
            if self.exclude(excluded)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The latest state whose pin has to do with the causes.
    fn broken_state(
        &mut self,
        blamed: &HashSet<usize>,
        causes: &[Rc<Info>],
    ) -> Result<(State, usize, usize), Stop> {
        let impossible = || Stop::Conflict(causes.to_vec());
        loop {
            let mut broken = self.states.pop().ok_or_else(impossible)?;
            let (key, candidate) = broken.pins.pop().ok_or_else(impossible)?;
            if !self.optimistic && !blamed.contains(&key) {
                return Ok((broken, key, candidate));
            }
            if self.optimistic && self.saved.is_none() && !blamed.contains(&key) {
                self.saved = Some(self.states.clone());
            }
            let wishes = self.candidates.dependencies(candidate)?;
            let concerns = wishes.iter().any(|wish| blamed.contains(&self.candidates.key_of_wish(wish)));
            if concerns || broken.pins.is_empty() {
                return Ok((broken, key, candidate));
            }
            if self.states.len() <= 1 {
                return Err(impossible());
            }
        }
    }

    /// Whether the state still has something for every key without these candidates.
    fn exclude(&mut self, excluded: Vec<(usize, Vec<usize>)>) -> Result<bool, Stop> {
        for (key, mut candidates) in excluded {
            if candidates.is_empty() {
                continue;
            }
            let criteria = self.state().criteria.clone();
            let Some(criterion) = criteria.get(&key).map(Rc::clone) else { continue };
            let matches = self.matches(key, None, &criteria, &candidates)?;
            if self.nth(&matches, 0)?.is_none() {
                return Ok(false);
            }
            candidates.extend(&criterion.excluded);
            let information = criterion.information.clone();
            let new = Criterion { matches: Rc::new(matches), information, excluded: candidates };
            self.state().criteria.insert(key, Rc::new(new));
        }
        Ok(true)
    }

    fn causes(&self, infos: &[Rc<Info>]) -> Vec<Cause> {
        infos.iter().map(|info| self.cause(info)).collect()
    }

    fn cause(&self, info: &Info) -> Cause {
        let key = self.candidates.key(self.candidates.key_of_wish(&info.wish)).text.clone();
        let (wish, requirement, requires_python) = match &info.wish {
            Wish::Versions { ask, drop_extras, .. } => {
                let mut requirement = ask.requirement.clone();
                if *drop_extras {
                    requirement.extras.clear();
                }
                (super::super::conflict::for_error(&requirement.to_string()), Some(requirement), None)
            }
            Wish::Exactly(id) => (self.candidate_for_error(*id), None, None),
            Wish::Python { specifiers, holds } => {
                (format!("Python {specifiers}"), None, (!holds).then(|| specifiers.to_string()))
            }
        };
        Cause { key, wish, requirement, requires_python, parent: info.parent.map(|id| self.parent(id)) }
    }

    fn parent(&self, id: usize) -> Parent {
        let candidate = self.candidates.get(id);
        let asked = candidate.ask.as_ref().filter(|_| matches!(candidate.kind, Kind::File(_)));
        let brought_by = asked.and_then(|ask| match &ask.from {
            Asker::Nobody => None,
            Asker::Line(text) => Some(text.clone()),
            Asker::Package(ask) => Some(ask.requirement.raw_name.to_string()),
        });
        Parent {
            name: self.candidates.key(candidate.key).text.clone(),
            version: candidate.version.clone(),
            brought_by,
            shown: self.candidate_for_error(id),
        }
    }

    fn candidate_for_error(&self, id: usize) -> String {
        let candidate = self.candidates.get(id);
        let name = &self.candidates.key(candidate.key).text;
        let version = &candidate.version;
        match &candidate.kind {
            Kind::Python => format!("Python {version}"),
            Kind::Installed => format!("{name} {version} (Installed)"),
            Kind::File(pick) => format!("{name} {version} (from {})", self.candidates.world.place(pick)),
            Kind::Extras { base, extras } => {
                let words: Vec<&str> = extras.iter().map(Extra::as_str).collect();
                format!("{} [{}]", self.candidate_for_error(*base), words.join(", "))
            }
        }
    }
}
