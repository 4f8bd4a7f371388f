//! Versions: parsed, ordered and printed as the version specifiers specification (PEP 440) says.
//!
//! Nearly all versions of the public index fit into 126 bits whose integer order is PEP 440's order, so
//! they are compared as two machine words and never allocate ([`packed`]). The rest (epochs, locals,
//! combinations such as `1.0a1.dev2`, more than four release numbers, very large numbers) is kept in full.
//!
//! One difference from `packaging`: a number above 2⁶⁴−1 makes the version invalid.

mod packed;
mod parse;
#[cfg(test)]
mod tests;

pub(crate) use parse::{Local, is_python_space, prefix, trim_python_space};

use packed::Packed;
use smallvec::SmallVec;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::str::FromStr;
use std::sync::Arc;

/// A version. Equality, order and hash are PEP 440's (`1.0 == 1.0.0`); printing gives the normalized
/// form with the zeros that were written.
#[derive(Clone)]
pub struct Version(Repr);

#[derive(Clone)]
enum Repr {
    Packed(Packed),
    Full(Arc<Full>),
}

/// A version that does not fit the packed form as a whole.
struct Full {
    parts: VersionParts,
    /// The version without its local part, where that does fit: most of these differ from a packed version by
    /// nothing else, as `2.1.0+cu118`.
    public: Option<Packed>,
}

/// A text that PEP 440 does not accept as a version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a valid version")]
pub struct InvalidVersion {
    /// What was given.
    pub text: String,
}

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
enum ReleaseRepr<'a> {
    Unpacked([u64; 4], usize),
    Borrowed(&'a [u64]),
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
    fn significant(&self) -> &[u64] {
        let length = self.iter().rposition(|&number| number != 0).map_or(0, |last| last + 1);
        &self[..length]
    }
}

impl Version {
    /// Reads a version in any of the spellings that PEP 440 normalizes, surrounding white space included.
    ///
    /// # Errors
    /// [`InvalidVersion`] when PEP 440 does not accept the text.
    pub fn parse(text: &str) -> Result<Self, InvalidVersion> {
        parse::version(text).ok_or_else(|| InvalidVersion { text: text.to_owned() })
    }

    /// A final release of these numbers: `Version::of([3, 12])` is `3.12`.
    #[must_use]
    pub fn of<const N: usize>(release: [u64; N]) -> Self {
        VersionParts { release: SmallVec::from_slice(&release), ..VersionParts::default() }.into()
    }

    /// The number before `!`, 0 when none is written.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        match &self.0 {
            Repr::Packed(_) => 0,
            Repr::Full(full) => full.parts.epoch,
        }
    }

    /// The release numbers as written: `1.0` has two.
    #[must_use]
    pub fn release(&self) -> Release<'_> {
        Release(match &self.0 {
            Repr::Packed(packed) => ReleaseRepr::Unpacked(packed.release(), packed.release_length()),
            Repr::Full(full) => ReleaseRepr::Borrowed(&full.parts.release),
        })
    }

    /// The pre-release part.
    #[must_use]
    pub fn pre(&self) -> Option<PreRelease> {
        match &self.0 {
            Repr::Packed(packed) => packed.pre(),
            Repr::Full(full) => full.parts.pre,
        }
    }

    /// The number of the post-release.
    #[must_use]
    pub fn post(&self) -> Option<u64> {
        match &self.0 {
            Repr::Packed(packed) => packed.post(),
            Repr::Full(full) => full.parts.post,
        }
    }

    /// The number of the development release.
    #[must_use]
    pub fn dev(&self) -> Option<u64> {
        match &self.0 {
            Repr::Packed(packed) => packed.dev(),
            Repr::Full(full) => full.parts.dev,
        }
    }

    /// The segments after `+`; empty when there are none.
    #[must_use]
    pub fn local(&self) -> &[LocalSegment] {
        match &self.0 {
            Repr::Packed(_) => &[],
            Repr::Full(full) => &full.parts.local,
        }
    }

    /// An alpha, beta, candidate or development release.
    #[must_use]
    pub fn is_prerelease(&self) -> bool {
        match &self.0 {
            Repr::Packed(packed) => packed.is_prerelease(),
            Repr::Full(full) => full.parts.pre.is_some() || full.parts.dev.is_some(),
        }
    }

    /// A post-release.
    #[must_use]
    pub fn is_postrelease(&self) -> bool {
        self.post().is_some()
    }

    /// A development release.
    #[must_use]
    pub fn is_devrelease(&self) -> bool {
        self.dev().is_some()
    }

    /// Whether there is a part after `+`.
    #[must_use]
    pub fn is_local(&self) -> bool {
        !self.local().is_empty()
    }

    /// Epoch and release only.
    #[must_use]
    pub fn base_version(&self) -> Self {
        let release = SmallVec::from_slice(&self.release());
        VersionParts { epoch: self.epoch(), release, ..VersionParts::default() }.into()
    }

    /// Without the local part.
    #[must_use]
    pub fn public(&self) -> Self {
        if self.is_local() { VersionParts { local: Vec::new(), ..self.parts() }.into() } else { self.clone() }
    }

    /// Without trailing zeros in the release (`canonicalize_version` of `packaging`): `1.0.0` is `1`.
    #[must_use]
    pub fn without_trailing_zeros(&self) -> Self {
        let significant = SmallVec::from_slice(self.release().significant());
        VersionParts { release: significant, ..self.parts() }.into()
    }

    /// A copy of all parts.
    #[must_use]
    pub fn parts(&self) -> VersionParts {
        match &self.0 {
            Repr::Full(full) => full.parts.clone(),
            Repr::Packed(packed) => VersionParts {
                epoch: 0,
                release: SmallVec::from_slice(&self.release()),
                pre: packed.pre(),
                post: packed.post(),
                dev: packed.dev(),
                local: Vec::new(),
            },
        }
    }

    /// Sixteen bytes for tables on disk, lossless, printing included; `None` for the few versions that
    /// need more and are written as text.
    #[must_use]
    pub fn pack(&self) -> Option<[u8; 16]> {
        match &self.0 {
            Repr::Packed(packed) => Some(packed.to_bytes()),
            Repr::Full(_) => None,
        }
    }

    /// Reads what [`Version::pack`] wrote; `None` for bytes that it never writes.
    #[must_use]
    pub fn unpack(bytes: [u8; 16]) -> Option<Self> {
        Packed::from_bytes(bytes).map(|packed| Self(Repr::Packed(packed)))
    }

    /// Whether epoch and release are the same, trailing zeros aside.
    pub(crate) fn same_release(&self, other: &Self) -> bool {
        self.epoch() == other.epoch() && self.release().significant() == other.release().significant()
    }

    /// Whether the release begins with `prefix`, missing numbers read as zeros.
    pub(crate) fn release_starts_with(&self, prefix: &[u64]) -> bool {
        let release = self.release();
        prefix.iter().enumerate().all(|(index, number)| release.get(index).copied().unwrap_or(0) == *number)
    }

    /// The order of everything before the local part.
    pub(crate) fn cmp_public(&self, other: &Self) -> Ordering {
        match (self.packed_public(), other.packed_public()) {
            (Some(left), Some(right)) => left.cmp(&right),
            _ => self.key().cmp(&other.key()),
        }
    }

    fn packed_public(&self) -> Option<Packed> {
        match &self.0 {
            Repr::Packed(packed) => Some(*packed),
            Repr::Full(full) => full.public,
        }
    }

    fn write(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        if self.epoch() != 0 {
            write!(out, "{}!", self.epoch())?;
        }
        write_joined(out, &self.release())?;
        if let Some(pre) = self.pre() {
            write!(out, "{}{}", pre.kind.as_str(), pre.number)?;
        }
        if let Some(post) = self.post() {
            write!(out, ".post{post}")?;
        }
        if let Some(dev) = self.dev() {
            write!(out, ".dev{dev}")?;
        }
        if self.is_local() {
            out.write_char('+')?;
            write_joined(out, self.local())?;
        }
        Ok(())
    }

    fn key(&self) -> Key<'_> {
        Key { epoch: self.epoch(), release: self.release(), suffix: Suffix::of(self) }
    }
}

/// The public part of a version in comparable form, for versions that are not both packed.
struct Key<'a> {
    epoch: u64,
    release: Release<'a>,
    suffix: Suffix,
}

impl Key<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.epoch.cmp(&other.epoch))
            .then_with(|| self.release.significant().cmp(other.release.significant()))
            .then_with(|| self.suffix.cmp(&other.suffix))
    }
}

/// Pre, post and dev as PEP 440 orders them: `.dev` < `a` < `b` < `rc` < final < `.post`.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Suffix {
    phase: Phase,
    post: Option<u64>,
    no_dev: bool,
    dev: u64,
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Phase {
    OnlyDev,
    Pre(PreRelease),
    Final,
}

impl Suffix {
    fn of(version: &Version) -> Self {
        let (pre, post, dev) = (version.pre(), version.post(), version.dev());
        let phase = match pre {
            Some(pre) => Phase::Pre(pre),
            None if post.is_none() && dev.is_some() => Phase::OnlyDev,
            None => Phase::Final,
        };
        Self { phase, post, no_dev: dev.is_none(), dev: dev.unwrap_or(0) }
    }
}

impl Ord for Version {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        if let (Repr::Packed(left), Repr::Packed(right)) = (&self.0, &other.0) {
            return left.cmp(right);
        }
        // PEP 440: no local sorts before any local, which is how an empty slice sorts.
        self.cmp_public(other).then_with(|| self.local().cmp(other.local()))
    }
}

impl PartialOrd for Version {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Version {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Repr::Packed(left), Repr::Packed(right)) => left == right,
            _ => self.cmp(other).is_eq(),
        }
    }
}

impl Eq for Version {}

impl Hash for Version {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match &self.0 {
            Repr::Packed(packed) => packed.hash(state),
            Repr::Full(full) => match Packed::of_equal(&full.parts) {
                // `1.0.0.0.0` is kept in full, yet equals the packed `1`.
                Some(packed) => packed.hash(state),
                None => {
                    self.epoch().hash(state);
                    self.release().significant().hash(state);
                    Suffix::of(self).hash(state);
                    self.local().hash(state);
                }
            },
        }
    }
}

impl From<VersionParts> for Version {
    fn from(mut parts: VersionParts) -> Self {
        if parts.release.is_empty() {
            parts.release.push(0);
        }
        let public = Packed::of_public(&parts);
        Self(match public {
            Some(packed) if parts.local.is_empty() => Repr::Packed(packed),
            public => Repr::Full(Arc::new(Full { parts, public })),
        })
    }
}

impl FromStr for Version {
    type Err = InvalidVersion;
    fn from_str(text: &str) -> Result<Self, InvalidVersion> {
        Self::parse(text)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.width().is_none() {
            return self.write(f);
        }
        let mut text = String::new();
        self.write(&mut text)?;
        f.pad(&text)
    }
}

fn write_joined<T: fmt::Display>(out: &mut dyn fmt::Write, segments: &[T]) -> fmt::Result {
    for (index, segment) in segments.iter().enumerate() {
        if index > 0 {
            out.write_char('.')?;
        }
        write!(out, "{segment}")?;
    }
    Ok(())
}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Version({self})")
    }
}
