//! The versions of one package, sorted and numbered, and the sets of them that specifiers allow.

use crate::exchange::Source;
use crate::solver::{ABSENT, Bits};
use packaging::candidate::Availability;
use packaging::markers::MarkerSet;
use packaging::specifiers::Operator;
use packaging::{Prereleases, SpecifierSet, Version};
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// The environments that a Requires-Python parts: those that it fits, and the others.
pub(crate) type Parts = Rc<[MarkerSet; 2]>;

/// One version in a table.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) version: Version,
    pub(crate) availability: Availability,
    pub(crate) source: Source,
    /// It can be used only in the first of these parts of the environments.
    pub(crate) parts: Option<Parts>,
}

/// All versions of a package, ascending. The state of version `i` in the solver is `i + 1`.
#[derive(Debug)]
pub(crate) struct Table {
    entries: Vec<Entry>,
    /// The package cannot be had at all, and why.
    pub(crate) missing: Option<Arc<str>>,
    /// Only the installed version; no index has been asked.
    pub(crate) provisional: bool,
    pub(crate) prereleases: Bits,
    pub(crate) yanked: Bits,
    /// Versions of direct URLs.
    pub(crate) direct: Bits,
    /// Versions that cannot be chosen whatever is required.
    pub(crate) unusable: Bits,
    allowed: RefCell<FxHashMap<SpecifierSet, Rc<Bits>>>,
}

impl Table {
    /// Sorts and numbers `entries`.
    pub(crate) fn new(mut entries: Vec<Entry>) -> Self {
        let is_direct = |entry: &Entry| matches!(entry.source, Source::Url(_));
        entries.sort_by(|a, b| a.version.cmp(&b.version).then(is_direct(a).cmp(&is_direct(b))));
        let yanked = |entry: &Entry| matches!(entry.availability, Availability::Yanked { .. });
        Self {
            prereleases: select(&entries, |entry| entry.version.is_prerelease()),
            yanked: select(&entries, yanked),
            direct: select(&entries, is_direct),
            unusable: select(&entries, |entry| {
                !entry.availability.is_usable() && !yanked(entry) && entry.parts.is_none()
            }),
            entries,
            missing: None,
            provisional: false,
            allowed: RefCell::default(),
        }
    }

    /// The table of a package that does not exist.
    pub(crate) fn missing(reason: &str) -> Self {
        Self { missing: Some(reason.into()), ..Self::new(Vec::new()) }
    }

    /// The table of an installed package for which no index has been asked.
    pub(crate) fn provisional(installed: Entry) -> Self {
        Self { provisional: true, ..Self::new(vec![installed]) }
    }

    pub(crate) fn states(&self) -> u32 {
        self.entries.len() as u32 + 1
    }

    pub(crate) fn entry(&self, state: u32) -> &Entry {
        &self.entries[state as usize - 1]
    }

    /// The versions of `set`, ascending.
    pub(crate) fn versions(&self, set: &Bits) -> Vec<Version> {
        let states = set.iter().filter(|state| *state != ABSENT);
        let mut versions: Vec<Version> = states.map(|state| self.entry(state).version.clone()).collect();
        versions.dedup();
        versions
    }

    /// All versions, whether usable or not.
    pub(crate) fn all(&self) -> Bits {
        Bits::full(self.states()).minus(&Bits::single(self.states(), ABSENT))
    }

    /// The versions that `specifiers` allow, pre-releases included.
    pub(crate) fn allowed(&self, specifiers: &SpecifierSet) -> Rc<Bits> {
        if let Some(known) = self.allowed.borrow().get(specifiers) {
            return Rc::clone(known);
        }
        let bits = Rc::new(self.compute_allowed(specifiers));
        self.allowed.borrow_mut().insert(specifiers.clone(), Rc::clone(&bits));
        bits
    }

    fn compute_allowed(&self, specifiers: &SpecifierSet) -> Bits {
        let (from, to) = self.bounds(specifiers);
        let fits = |place: &usize| specifiers.contains(&self.entries[*place].version, Prereleases::Allow);
        let states = (from..to).filter(fits).map(|place| place as u32 + 1);
        Bits::from_states(self.states(), states)
    }

    /// The part of the table outside of which `specifiers` allow nothing. An exact pin allows versions whose
    /// public part is equal, which stand side by side.
    fn bounds(&self, specifiers: &SpecifierSet) -> (usize, usize) {
        let exact = |specifier: &&packaging::Specifier| {
            specifier.operator() == Operator::Equal && !specifier.is_wildcard()
        };
        match specifiers.iter().find(exact).and_then(|specifier| specifier.version()) {
            Some(pin) => {
                let public = pin.public();
                let from = self.entries.partition_point(|entry| entry.version.public() < public);
                let same = self.entries[from..].iter().take_while(|entry| entry.version.public() == public);
                (from, from + same.count())
            }
            None => (0, self.entries.len()),
        }
    }

    /// The versions of a direct URL.
    pub(crate) fn direct_from(&self, url: &str) -> Bits {
        let same = |entry: &Entry| matches!(&entry.source, Source::Url(known) if known == url);
        let places = (1..).zip(&self.entries).filter(|(_, entry)| same(entry));
        Bits::from_states(self.states(), places.map(|(state, _)| state))
    }

    /// The state of a version, the installed one first.
    pub(crate) fn state_of(&self, version: &Version) -> Option<u32> {
        let from = self.entries.partition_point(|entry| entry.version < *version);
        let same = self.entries[from..].iter().take_while(|entry| entry.version == *version);
        let states: Vec<u32> = (from as u32 + 1..).zip(same).map(|(state, _)| state).collect();
        let installed = states.iter().find(|state| self.entry(**state).source == Source::Installed);
        installed.or(states.first()).copied()
    }
}

/// The states of the entries that are wanted.
fn select(entries: &[Entry], wanted: impl Fn(&Entry) -> bool) -> Bits {
    let states = entries.len() as u32 + 1;
    Bits::from_states(
        states,
        (1..states).zip(entries).filter(|(_, entry)| wanted(entry)).map(|(state, _)| state),
    )
}
