//! The versions of one package, sorted and numbered, and the sets of them that specifiers allow.

use crate::exchange::Source;
use crate::solver::{ABSENT, Bits};
use packaging::candidate::{Availability, Candidate};
use packaging::markers::MarkerSet;
use packaging::specifiers::Operator;
use packaging::{Prereleases, SpecifierSet, Version};
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

/// The environments that a Requires-Python parts: those that it fits, and the others.
pub(crate) type Parts = Rc<[MarkerSet; 2]>;

/// One version in a table.
#[derive(Clone, Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) version: &'a Version,
    pub(crate) availability: &'a Availability,
    pub(crate) source: Source,
    /// It can be used only in the first of these parts of the environments.
    pub(crate) parts: Option<&'a Parts>,
}

/// A version that comes from elsewhere than an index, or that was judged anew.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) version: Version,
    pub(crate) availability: Availability,
    pub(crate) source: Source,
    pub(crate) parts: Option<Parts>,
}

/// The versions of a table, ascending.
#[derive(Debug)]
enum Rows {
    /// As an index answered them.
    Answered(Arc<[Candidate]>),
    /// Put together from several answers.
    Gathered(Vec<Row>),
}

/// All versions of a package, ascending. The state of version `i` in the solver is `i + 1`.
#[derive(Debug)]
pub(crate) struct Table {
    rows: Rows,
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

impl Rows {
    fn len(&self) -> usize {
        match self {
            Self::Answered(candidates) => candidates.len(),
            Self::Gathered(rows) => rows.len(),
        }
    }

    fn get(&self, place: usize) -> Entry<'_> {
        match self {
            Self::Answered(candidates) => {
                let Candidate { version, availability, id } = &candidates[place];
                Entry { version, availability, source: Source::Candidate(*id), parts: None }
            }
            Self::Gathered(rows) => {
                let Row { version, availability, source, parts } = &rows[place];
                Entry { version, availability, source: source.clone(), parts: parts.as_ref() }
            }
        }
    }

    fn version(&self, place: usize) -> &Version {
        match self {
            Self::Answered(candidates) => &candidates[place].version,
            Self::Gathered(rows) => &rows[place].version,
        }
    }

    /// How many versions come before the first one of which `is_before` does not hold.
    fn partition_point(&self, is_before: impl Fn(&Version) -> bool) -> usize {
        match self {
            Self::Answered(candidates) => candidates.partition_point(|one| is_before(&one.version)),
            Self::Gathered(rows) => rows.partition_point(|one| is_before(&one.version)),
        }
    }
}

impl Table {
    /// Sorts and numbers `rows`.
    pub(crate) fn new(mut rows: Vec<Row>) -> Self {
        let is_direct = |row: &Row| matches!(row.source, Source::Url(_));
        rows.sort_by(|a, b| a.version.cmp(&b.version).then(is_direct(a).cmp(&is_direct(b))));
        Self::of(Rows::Gathered(rows))
    }

    /// The candidates of an index as they are.
    pub(crate) fn answered(candidates: &Arc<[Candidate]>) -> Self {
        if candidates.is_sorted_by(|one, next| one.version <= next.version) {
            return Self::of(Rows::Answered(Arc::clone(candidates)));
        }
        let row = |candidate: &Candidate| Row {
            version: candidate.version.clone(),
            availability: candidate.availability.clone(),
            source: Source::Candidate(candidate.id),
            parts: None,
        };
        Self::new(candidates.iter().map(row).collect())
    }

    fn of(rows: Rows) -> Self {
        let states = rows.len() as u32 + 1;
        let [mut prereleases, mut yanked, mut direct, mut unusable] = [const { Vec::new() }; 4];
        for (state, place) in (1..states).zip(0..) {
            let entry = rows.get(place);
            let is_yanked = matches!(entry.availability, Availability::Yanked { .. });
            let is_unusable = !entry.availability.is_usable() && !is_yanked && entry.parts.is_none();
            prereleases.extend(entry.version.is_prerelease().then_some(state));
            yanked.extend(is_yanked.then_some(state));
            direct.extend(matches!(entry.source, Source::Url(_)).then_some(state));
            unusable.extend(is_unusable.then_some(state));
        }
        Self {
            rows,
            missing: None,
            provisional: false,
            prereleases: Bits::from_states(states, prereleases),
            yanked: Bits::from_states(states, yanked),
            direct: Bits::from_states(states, direct),
            unusable: Bits::from_states(states, unusable),
            allowed: RefCell::default(),
        }
    }

    /// The table of a package that does not exist.
    pub(crate) fn missing(reason: &str) -> Self {
        Self { missing: Some(reason.into()), ..Self::new(Vec::new()) }
    }

    /// The table of an installed package for which no index has been asked.
    pub(crate) fn provisional(installed: Row) -> Self {
        Self { provisional: true, ..Self::new(vec![installed]) }
    }

    pub(crate) fn states(&self) -> u32 {
        self.rows.len() as u32 + 1
    }

    pub(crate) fn entry(&self, state: u32) -> Entry<'_> {
        self.rows.get(state as usize - 1)
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
        let fits = |place: &usize| specifiers.contains(self.rows.version(*place), Prereleases::Allow);
        let states = self.bounds(specifiers).filter(fits).map(|place| place as u32 + 1);
        Bits::from_states(self.states(), states)
    }

    /// The part of the table outside of which `specifiers` allow nothing.
    fn bounds(&self, specifiers: &SpecifierSet) -> Range<usize> {
        let mut part = 0..self.rows.len();
        for specifier in specifiers.iter().filter(|specifier| !specifier.is_wildcard()) {
            let Some(wanted) = specifier.version() else { continue };
            let from = |is_below: fn(&Version, &Version) -> bool| {
                self.rows.partition_point(|version| is_below(version, wanted))
            };
            // A local version follows its public one, which is the one that specifiers without a local part look at.
            match specifier.operator() {
                Operator::Equal => {
                    part.start = part.start.max(from(|version, wanted| version.public() < wanted.public()));
                    part.end = part.end.min(from(|version, wanted| version.public() <= wanted.public()));
                }
                Operator::GreaterEqual | Operator::Compatible => {
                    part.start = part.start.max(from(|version, wanted| version < wanted));
                }
                Operator::Greater => {
                    part.start = part.start.max(from(|version, wanted| version.public() <= *wanted));
                }
                Operator::LessEqual => {
                    part.end = part.end.min(from(|version, wanted| version.public() <= *wanted));
                }
                Operator::Less => {
                    part.end = part.end.min(from(|version, wanted| version.public() < *wanted));
                }
                Operator::NotEqual | Operator::Arbitrary => {}
            }
        }
        part
    }

    /// The versions of a direct URL.
    pub(crate) fn direct_from(&self, url: &str) -> Bits {
        let is_from = |state: &u32| matches!(self.entry(*state).source, Source::Url(known) if known == url);
        Bits::from_states(self.states(), self.direct.iter().filter(is_from))
    }

    /// The state of a version, the installed one first.
    pub(crate) fn state_of(&self, version: &Version) -> Option<u32> {
        let from = self.rows.partition_point(|one| one < version) as u32 + 1;
        let same = (from..self.states()).take_while(|state| self.entry(*state).version == version);
        let states: Vec<u32> = same.collect();
        let installed = states.iter().find(|state| self.entry(**state).source == Source::Installed);
        installed.or(states.first()).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn version() -> impl Strategy<Value = String> {
        "[0-2](\\.[0-2]){0,2}(a[01]|rc1)?(\\.post[01])?(\\.dev0)?(\\+[ab1])?"
    }

    fn specifier() -> impl Strategy<Value = String> {
        let ordered = ("(<|<=|>|>=|~=|==|!=)", "[0-2](\\.[0-2]){1,2}(a[01]|rc1)?(\\.post[01])?(\\.dev0)?");
        let exact = ("(==|!=|===)", version());
        let wildcard = ("(==|!=)", "[0-2](\\.[0-2])?\\.\\*");
        prop_oneof![
            4 => ordered.prop_map(|(operator, version)| operator + &version),
            1 => exact.prop_map(|(operator, version)| operator + &version),
            1 => wildcard.prop_map(|(operator, version)| operator + &version),
        ]
    }

    proptest! {
        #[test]
        fn what_is_left_out_unseen_would_not_fit(
            versions in prop::collection::btree_set(version(), 0..40),
            specifiers in prop::collection::vec(specifier(), 0..3),
        ) {
            let entry = |text: &String| Row {
                version: Version::parse(text).unwrap(),
                availability: Availability::Usable,
                source: Source::Candidate(0),
                parts: None,
            };
            let table = Table::new(versions.iter().map(entry).collect());
            let specifiers = SpecifierSet::parse(&specifiers.join(",")).unwrap();
            let fits = |state: &u32| specifiers.contains(table.entry(*state).version, Prereleases::Allow);
            let all: Vec<u32> = (1..table.states()).filter(fits).collect();
            prop_assert_eq!(table.allowed(&specifiers).iter().collect::<Vec<_>>(), all);
        }
    }
}
