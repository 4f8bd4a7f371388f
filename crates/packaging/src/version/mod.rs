//! Versions: parsed, ordered and printed as the version specifiers specification (PEP 440) says.
//!
//! Nearly all versions of the public index fit into 126 bits whose integer order is PEP 440's order, so
//! they are compared as two machine words and never allocate. The rest (epochs, locals,
//! combinations such as `1.0a1.dev2`, more than four release numbers, very large numbers) is kept in full.
//!
//! One difference from `packaging`: a number above 2⁶⁴−1 makes the version invalid.

mod order;
mod packed;
mod parse;
mod parts;
#[cfg(test)]
mod tests;

pub(crate) use parse::{Local, is_python_space, prefix, trim_python_space};

pub use parts::{LocalSegment, PreKind, PreRelease, Release, VersionParts};

use packed::Packed;
use parts::ReleaseRepr;
use smallvec::SmallVec;
use std::fmt;
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
        Release::from(match &self.0 {
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
