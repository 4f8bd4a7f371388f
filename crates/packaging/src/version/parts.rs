//! The parts of a version.

use smallvec::SmallVec;
use std::fmt;
use std::ops::Deref;

/// The parts of a version, to take one apart or to build one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VersionParts {
    /// The number before `!`; 0 when there is none.
    pub epoch: u64,
    /// The release numbers as written, with trailing zeros. An empty list is read as `0`.
    pub release: SmallVec<[u64; 4]>,
    /// `a1`, `b1`, `rc1`.
    pub pre: Option<PreRelease>,
    /// The number after `.post`.
    pub post: Option<u64>,
    /// The number after `.dev`.
    pub dev: Option<u64>,
    /// The segments after `+`; empty when there is no local version.
    pub local: Vec<LocalSegment>,
}

/// The pre-release part of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PreRelease {
    /// Which of the three phases.
    pub kind: PreKind,
    /// The number behind the letters.
    pub number: u64,
}

/// The phase of a pre-release, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PreKind {
    /// `a`, also written `alpha`.
    Alpha,
    /// `b`, also written `beta`.
    Beta,
    /// `rc`, also written `c`, `pre` or `preview`.
    Candidate,
}

impl PreKind {
    /// The normalized letters: `a`, `b` or `rc`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Alpha => "a",
            Self::Beta => "b",
            Self::Candidate => "rc",
        }
    }
}

/// One segment of a local version. Texts sort before numbers, as PEP 440 orders them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LocalSegment {
    /// A segment with a letter, in lower case.
    Text(Box<str>),
    /// A segment of digits.
    Number(u64),
}

impl fmt::Display for LocalSegment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => write!(f, "{number}"),
        }
    }
}

/// The release numbers of a version; a slice by dereference.
#[derive(Debug, Clone, Copy)]
pub struct Release<'a>(ReleaseRepr<'a>);

#[derive(Debug, Clone, Copy)]
pub(super) enum ReleaseRepr<'a> {
    Unpacked([u64; 4], usize),
    Borrowed(&'a [u64]),
}

impl<'a> From<ReleaseRepr<'a>> for Release<'a> {
    fn from(repr: ReleaseRepr<'a>) -> Self {
        Self(repr)
    }
}

impl Deref for Release<'_> {
    type Target = [u64];
    fn deref(&self) -> &[u64] {
        match &self.0 {
            ReleaseRepr::Unpacked(numbers, length) => &numbers[..*length],
            ReleaseRepr::Borrowed(numbers) => numbers,
        }
    }
}

impl Release<'_> {
    /// Without trailing zeros; empty for `0`.
    pub(super) fn significant(&self) -> &[u64] {
        let length = self.iter().rposition(|&number| number != 0).map_or(0, |last| last + 1);
        &self[..length]
    }
}
