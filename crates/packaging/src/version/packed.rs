//! The 128-bit form of a version: its integer order is PEP 440's order.
//!
//! ```text
//! bit 127                                                                          0
//!     release[0]  release[1]  release[2]  release[3]  phase  number  release length-1
//!         25          24          24          25         3      25        2
//! ```
//! The two lowest bits say how many release numbers were written and take no part in comparing. Eight
//! digits (a date) fit into the first and fourth release number and behind `dev`, `post` and the rest.

use super::{PreKind, PreRelease, VersionParts};
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

#[derive(Debug, Clone, Copy)]
pub(super) struct Packed {
    high: u64,
    low: u64,
}

const RELEASE_BITS: [u32; 4] = [25, 24, 24, 25];
const RELEASE_SHIFTS: [u32; 4] = [103, 79, 55, 30];
const PHASE_SHIFT: u32 = 27;
const NUMBER_SHIFT: u32 = 2;
const NUMBER_BITS: u32 = 25;
const LENGTH_BITS: u32 = 2;

/// What follows the release, in order; at most one of them, or the version is not packed.
const DEV: u64 = 0;
const ALPHA: u64 = 1;
const CANDIDATE: u64 = 3;
const FINAL: u64 = 4;
const POST: u64 = 5;

impl Packed {
    /// Packs exactly these parts but the local one, or says that they do not fit.
    pub(super) fn of_public(parts: &VersionParts) -> Option<Self> {
        if parts.epoch != 0 {
            return None;
        }
        let (phase, number) = match (parts.pre, parts.post, parts.dev) {
            (None, None, None) => (FINAL, 0),
            (Some(pre), None, None) => (ALPHA + pre.kind as u64, pre.number),
            (None, Some(post), None) => (POST, post),
            (None, None, Some(dev)) => (DEV, dev),
            _ => return None,
        };
        Self::new(&parts.release, phase, number)
    }

    /// The packed version that is equal to these parts, if there is one: written zeros may be lost.
    pub(super) fn of_equal(parts: &VersionParts) -> Option<Self> {
        if !parts.local.is_empty() {
            return None;
        }
        let significant = parts.release.iter().rposition(|&number| number != 0).map_or(1, |last| last + 1);
        let release = parts.release[..significant].into();
        Self::of_public(&VersionParts { release, ..parts.clone() })
    }

    /// A final release, or `None` when it has more than four numbers or too large ones.
    pub(super) fn of_release(release: &[u64]) -> Option<Self> {
        Self::new(release, FINAL, 0)
    }

    fn new(release: &[u64], phase: u64, number: u64) -> Option<Self> {
        if release.is_empty() || release.len() > 4 || number >> NUMBER_BITS != 0 {
            return None;
        }
        let mut bits = (release.len() as u128 - 1)
            | (u128::from(number) << NUMBER_SHIFT)
            | (u128::from(phase) << PHASE_SHIFT);
        for (index, &number) in release.iter().enumerate() {
            if number >> RELEASE_BITS[index] != 0 {
                return None;
            }
            bits |= u128::from(number) << RELEASE_SHIFTS[index];
        }
        Some(Self::from_bits(bits))
    }

    const fn from_bits(bits: u128) -> Self {
        Self { high: (bits >> 64) as u64, low: bits as u64 }
    }

    const fn bits(self) -> u128 {
        ((self.high as u128) << 64) | self.low as u128
    }

    pub(super) fn release(self) -> [u64; 4] {
        std::array::from_fn(|index| {
            (self.bits() >> RELEASE_SHIFTS[index]) as u64 & ((1 << RELEASE_BITS[index]) - 1)
        })
    }

    pub(super) const fn release_length(self) -> usize {
        (self.low & ((1 << LENGTH_BITS) - 1)) as usize + 1
    }

    const fn phase(self) -> u64 {
        (self.low >> PHASE_SHIFT) & 0b111
    }

    const fn number(self) -> u64 {
        (self.low >> NUMBER_SHIFT) & ((1 << NUMBER_BITS) - 1)
    }

    pub(super) fn pre(self) -> Option<PreRelease> {
        let kind = match self.phase() {
            ALPHA => PreKind::Alpha,
            2 => PreKind::Beta,
            CANDIDATE => PreKind::Candidate,
            _ => return None,
        };
        Some(PreRelease { kind, number: self.number() })
    }

    pub(super) fn post(self) -> Option<u64> {
        (self.phase() == POST).then(|| self.number())
    }

    pub(super) fn dev(self) -> Option<u64> {
        (self.phase() == DEV).then(|| self.number())
    }

    pub(super) const fn is_prerelease(self) -> bool {
        self.phase() <= CANDIDATE
    }

    pub(super) fn to_bytes(self) -> [u8; 16] {
        self.bits().to_be_bytes()
    }

    /// Accepts only what [`Packed::to_bytes`] gives.
    pub(super) fn from_bytes(bytes: [u8; 16]) -> Option<Self> {
        let packed = Self::from_bits(u128::from_be_bytes(bytes));
        let written = packed.release_length();
        let unwritten_are_zero = packed.release()[written..].iter().all(|&number| number == 0);
        let suffix_is_known = packed.phase() <= POST && (packed.phase() != FINAL || packed.number() == 0);
        (unwritten_are_zero && suffix_is_known).then_some(packed)
    }

    /// What is compared: all but the two lowest bits.
    const fn order(self) -> (u64, u64) {
        (self.high, self.low >> LENGTH_BITS)
    }
}

impl Ord for Packed {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        self.order().cmp(&other.order())
    }
}

impl PartialOrd for Packed {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Packed {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.order() == other.order()
    }
}

impl Eq for Packed {}

impl Hash for Packed {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.order().hash(state);
    }
}
