//! Sets of releases, each three numbers, as a marker sees the version of an interpreter.

use crate::specifiers::VersionRanges;
use crate::version::Version;

/// A release: `3.12` is `[3, 12, 0]`.
pub(super) type Release = [u64; 3];

/// From a release up to another one, or without end.
type Interval = (Release, Option<Release>);

/// Where the line of releases begins.
pub(super) const FIRST: Release = [0; 3];

/// Sorted, separate, non-empty intervals, each with its first release and the first one behind it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Releases {
    pub(super) intervals: Vec<Interval>,
}

impl Releases {
    /// The releases whose first `precision` numbers, read as a version, are in the ranges.
    pub(super) fn of(ranges: &VersionRanges, precision: usize) -> Self {
        let mut releases = Self::default();
        for (lower, upper) in ranges.releases(precision) {
            releases.push(lower, upper);
        }
        releases
    }

    /// Adds an interval that does not begin before the last one ends.
    pub(super) fn push(&mut self, lower: Release, upper: Option<Release>) {
        if upper.is_some_and(|upper| upper <= lower) {
            return;
        }
        match self.intervals.last_mut() {
            Some((_, end)) if *end == Some(lower) => *end = upper,
            _ => self.intervals.push((lower, upper)),
        }
    }

    /// Without the lower bound, without the upper one, without one of the gaps if they are few enough.
    pub(super) fn wider(&self, max_gaps: usize) -> Vec<Self> {
        let Some((lower, upper)) = self.hull() else { return Vec::new() };
        let last = self.intervals.len() - 1;
        let mut wider = Vec::new();
        let mut add = |change: &dyn Fn(&mut Vec<Interval>)| {
            let mut intervals = self.intervals.clone();
            change(&mut intervals);
            wider.push(Self { intervals });
        };
        if lower != FIRST {
            add(&|intervals| intervals[0].0 = FIRST);
        }
        if upper.is_some() {
            add(&|intervals| intervals[last].1 = None);
        }
        for gap in (1..=last).filter(|_| last <= max_gaps) {
            add(&|intervals| intervals[gap - 1].1 = intervals.remove(gap).1);
        }
        wider
    }

    /// What lies between the intervals.
    pub(super) fn gaps(&self) -> impl Iterator<Item = (Release, Release)> {
        self.intervals.windows(2).filter_map(|pair| Some((pair[0].1?, pair[1].0)))
    }

    /// The first release and the end, when there are any.
    pub(super) fn hull(&self) -> Option<(Release, Option<Release>)> {
        let ((lower, _), (_, upper)) = (self.intervals.first()?, self.intervals.last()?);
        Some((*lower, *upper))
    }
}

/// The release of an interpreter, by its full version.
pub(super) fn release_of(version: &str) -> Option<Release> {
    let version = Version::parse(version).ok()?;
    let numbers = version.release();
    Some(std::array::from_fn(|index| numbers.get(index).copied().unwrap_or(0)))
}

/// Whether the interval is exactly one series, such as 3.12: then its two numbers.
pub(super) fn series(lower: Release, upper: Option<Release>) -> Option<[u64; 2]> {
    let [major, minor, micro] = lower;
    let next = [major, minor.checked_add(1)?, 0];
    (micro == 0 && upper == Some(next)).then_some([major, minor])
}

/// Whether the interval is exactly one release.
pub(super) fn is_single(lower: Release, upper: Option<Release>) -> bool {
    let [major, minor, micro] = lower;
    micro.checked_add(1).is_some_and(|micro| upper == Some([major, minor, micro]))
}
