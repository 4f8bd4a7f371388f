//! Specifiers as intervals on the line of versions, for what membership cannot answer: is one set inside
//! another, do two sets meet, is anything left.

use super::{Operand, Operator, Specifier};
use crate::version::{PreRelease, Version, VersionParts};
use smallvec::{SmallVec, smallvec};
use std::cmp::Ordering;

/// A set of versions as sorted, separate, non-empty intervals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRanges {
    intervals: SmallVec<[Interval; 1]>,
}

/// All versions from one cut up to another, or without end.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Interval {
    lower: Cut,
    upper: Option<Cut>,
}

/// A place between two neighbouring versions.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Cut {
    version: Version,
    side: Side,
}

/// Where the place is, seen from the version of the cut. Of several ways to name one place only the first
/// that applies is used, so that equal places are equal cuts: just after all locals of `1.0` is before
/// `1.0.post0.dev0`, and just after all post-releases of `1.0a1` is before `1.0a2.dev0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Before,
    /// After this version, which has a local part: before its longer locals.
    After,
    /// After all post-releases of a final release.
    AfterPosts,
}

impl Cut {
    fn before(version: impl Into<Version>) -> Self {
        Self { version: version.into(), side: Side::Before }
    }

    /// PEP 440's smallest version.
    fn start() -> Self {
        Self::before(VersionParts { dev: Some(0), ..VersionParts::default() })
    }

    /// After the version and all its local versions.
    fn after_locals(version: &Version) -> Self {
        let parts = VersionParts { local: Vec::new(), ..version.parts() };
        let next = match (parts.dev, parts.post) {
            (Some(dev), _) => dev.checked_add(1).map(|dev| (parts.post, dev)),
            (None, Some(post)) => post.checked_add(1).map(|post| (Some(post), 0)),
            (None, None) => Some((Some(0), 0)),
        };
        match next {
            Some((post, dev)) => Self::before(VersionParts { post, dev: Some(dev), ..parts }),
            None => Self { version: version.clone(), side: Side::After },
        }
    }

    /// After the version, its local versions and its post-releases.
    fn after_posts(version: &Version) -> Self {
        let parts = version.parts();
        let Some(pre) = parts.pre else { return Self { version: version.clone(), side: Side::AfterPosts } };
        match pre.number.checked_add(1) {
            Some(number) => {
                Self::before(VersionParts { pre: Some(PreRelease { number, ..pre }), dev: Some(0), ..parts })
            }
            None => Self { version: version.clone(), side: Side::AfterPosts },
        }
    }

    /// Before the first version whose release begins with a higher prefix; `None` is the end of the line.
    fn after_prefix(epoch: u64, prefix: &[u64]) -> Option<Self> {
        let mut release: SmallVec<[u64; 4]> = SmallVec::from_slice(prefix);
        let last = release.last_mut()?;
        *last = last.checked_add(1)?;
        Some(Self::before(VersionParts { epoch, release, dev: Some(0), ..VersionParts::default() }))
    }

    /// The lowest version above the cut that is no pre-release; `None` where there is none right behind it.
    fn next_final(&self) -> Option<Version> {
        if self.side == Side::AfterPosts {
            return None;
        }
        let parts = self.version.parts();
        Some(match (parts.pre, parts.dev) {
            (Some(_), _) => VersionParts { pre: None, post: None, dev: None, ..parts }.into(),
            (None, Some(_)) => VersionParts { dev: None, ..parts }.into(),
            (None, None) => self.version.clone(),
        })
    }
}

impl Cut {
    /// The first release of `precision` numbers above the cut, zeros behind them; `None` where there is none.
    fn next_release(&self, precision: usize) -> Option<[u64; 3]> {
        if self.version.epoch() != 0 {
            return None;
        }
        let written = self.version.release();
        let mut release: [u64; 3] = std::array::from_fn(|index| {
            written.get(index).filter(|_| index < precision).copied().unwrap_or(0)
        });
        if Self::before(Version::of(release)) < *self {
            let last = &mut release[precision - 1];
            *last = last.checked_add(1)?;
        }
        Some(release)
    }
}

impl Ord for Cut {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.side, other.side) {
            (Side::AfterPosts, Side::AfterPosts) => self.version.cmp(&other.version),
            (Side::AfterPosts, _) => after_posts_against(&self.version, &other.version),
            (_, Side::AfterPosts) => after_posts_against(&other.version, &self.version).reverse(),
            _ => self.version.cmp(&other.version).then(self.side.cmp(&other.side)),
        }
    }
}

impl PartialOrd for Cut {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

fn after_posts_against(version: &Version, other: &Version) -> Ordering {
    let covered = other <= version || (other.pre() == version.pre() && other.same_release(version));
    if covered { Ordering::Greater } else { Ordering::Less }
}

impl VersionRanges {
    /// All versions.
    #[must_use]
    pub fn full() -> Self {
        Self::between(Cut::start(), None)
    }

    /// No version.
    #[must_use]
    pub fn empty() -> Self {
        Self { intervals: SmallVec::new() }
    }

    /// The versions that a specifier fits; `None` for `===`, which compares texts.
    #[must_use]
    pub fn of(specifier: &Specifier) -> Option<Self> {
        let version = match &specifier.operand {
            Operand::Text(_) => return None,
            Operand::Version(version) => version,
            Operand::Prefix(version) => {
                let ranges = Self::prefix(version);
                return Some(if specifier.operator == Operator::NotEqual {
                    ranges.complement()
                } else {
                    ranges
                });
            }
        };
        Some(match specifier.operator {
            Operator::GreaterEqual => Self::between(Cut::before(version.clone()), None),
            Operator::LessEqual => Self::between(Cut::start(), Some(Cut::after_locals(version))),
            Operator::Greater => Self::between(greater(version), None),
            Operator::Less => Self::between(Cut::start(), Some(less(version))),
            Operator::NotEqual => Self::exactly(version).complement(),
            Operator::Equal | Operator::Arbitrary => Self::exactly(version),
            Operator::Compatible => {
                let release = version.release();
                let end = Cut::after_prefix(version.epoch(), &release[..release.len() - 1]);
                Self::between(Cut::before(version.clone()), end)
            }
        })
    }

    /// `==V`.
    fn exactly(version: &Version) -> Self {
        let after = if version.is_local() {
            Cut { version: version.clone(), side: Side::After }
        } else {
            Cut::after_locals(version)
        };
        Self::between(Cut::before(version.clone()), Some(after))
    }

    /// `==V.*`.
    fn prefix(version: &Version) -> Self {
        let end = Cut::after_prefix(version.epoch(), &version.release());
        Self::between(Cut::before(VersionParts { dev: Some(0), ..version.parts() }), end)
    }

    fn between(lower: Cut, upper: Option<Cut>) -> Self {
        let empty = upper.as_ref().is_some_and(|upper| *upper <= lower);
        Self { intervals: if empty { SmallVec::new() } else { smallvec![Interval { lower, upper }] } }
    }

    /// Whether no version is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.intervals.is_empty()
    }

    /// Whether the version is in it.
    #[must_use]
    pub fn contains(&self, version: &Version) -> bool {
        let place = Cut::before(version.clone());
        self.intervals.iter().any(|interval| {
            interval.lower <= place && interval.upper.as_ref().is_none_or(|upper| place < *upper)
        })
    }

    /// The versions that are in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let mut intervals = SmallVec::new();
        let (mut left, mut right) = (self.intervals.iter().peekable(), other.intervals.iter().peekable());
        while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
            let lower = (&a.lower).max(&b.lower);
            let first_to_end = cmp_upper(a.upper.as_ref(), b.upper.as_ref());
            let upper = if first_to_end.is_lt() { &a.upper } else { &b.upper };
            if upper.as_ref().is_none_or(|upper| lower < upper) {
                intervals.push(Interval { lower: lower.clone(), upper: upper.clone() });
            }
            if first_to_end.is_lt() {
                left.next()
            } else {
                right.next()
            };
        }
        Self { intervals }
    }

    /// The versions that are in all of them. Pairs first: a long list of exclusions then costs n log n.
    pub(crate) fn intersection_of(mut all: Vec<Self>) -> Self {
        while all.len() > 1 {
            all = all
                .chunks(2)
                .map(|pair| match pair {
                    [left, right] => left.intersection(right),
                    rest => rest[0].clone(),
                })
                .collect();
        }
        all.pop().unwrap_or_else(Self::full)
    }

    /// The versions that are not in it.
    #[must_use]
    pub fn complement(&self) -> Self {
        let mut intervals = SmallVec::new();
        let mut next = Some(Cut::start());
        for interval in &self.intervals {
            if let Some(lower) = next.take_if(|next| *next < interval.lower) {
                intervals.push(Interval { lower, upper: Some(interval.lower.clone()) });
            }
            next.clone_from(&interval.upper);
        }
        if let Some(lower) = next {
            intervals.push(Interval { lower, upper: None });
        }
        Self { intervals }
    }

    /// The versions that are in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        self.complement().intersection(&other.complement()).complement()
    }

    /// Whether all its versions are in the other one.
    #[must_use]
    pub fn is_subset(&self, other: &Self) -> bool {
        self.intersection(&other.complement()).is_empty()
    }

    /// The final releases of `precision` (at most three) numbers in it, as intervals: the first release and the first
    /// one behind. Some intervals may be empty.
    pub(crate) fn releases(&self, precision: usize) -> impl Iterator<Item = ([u64; 3], Option<[u64; 3]>)> {
        self.intervals.iter().filter_map(move |interval| {
            let upper = interval.upper.as_ref().and_then(|upper| upper.next_release(precision));
            Some((interval.lower.next_release(precision)?, upper))
        })
    }

    /// Whether it holds pre-releases and nothing else.
    #[must_use]
    pub fn only_prereleases(&self) -> bool {
        self.intervals.iter().all(|interval| {
            let (Some(upper), Some(next)) = (&interval.upper, interval.lower.next_final()) else {
                return false;
            };
            *upper <= Cut::before(next)
        })
    }
}

/// `>V`: not V's local versions, nor its post-releases unless V is one.
fn greater(version: &Version) -> Cut {
    let has_later_posts = version.post().is_none() && version.dev().is_none();
    if has_later_posts { Cut::after_posts(version) } else { Cut::after_locals(version) }
}

/// `<V`: not V's pre-releases unless V is one.
fn less(version: &Version) -> Cut {
    if version.is_prerelease() {
        return Cut::before(version.clone());
    }
    Cut::before(VersionParts { dev: Some(0), local: Vec::new(), ..version.parts() })
}

fn cmp_upper(left: Option<&Cut>, right: Option<&Cut>) -> Ordering {
    match (left, right) {
        (Some(left), Some(right)) => left.cmp(right),
        (left, right) => right.is_some().cmp(&left.is_some()),
    }
}
