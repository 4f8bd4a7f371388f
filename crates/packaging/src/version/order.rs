//! PEP 440's order of versions.

use super::packed::Packed;
use super::{PreRelease, Release, Repr, Version};
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

impl Version {
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

    pub(super) fn key(&self) -> Key<'_> {
        Key { epoch: self.epoch(), release: self.release(), suffix: Suffix::of(self) }
    }
}

/// The public part of a version in comparable form, for versions that are not both packed.
pub(super) struct Key<'a> {
    epoch: u64,
    release: Release<'a>,
    suffix: Suffix,
}

impl Key<'_> {
    pub(super) fn cmp(&self, other: &Self) -> Ordering {
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
