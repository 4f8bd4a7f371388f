//! Hash-consed sets: each distinct set is stored once and named by a number.

use super::bitset::Bits;
use rustc_hash::FxHashMap;

/// A set in a [`SetPool`]; equal numbers are equal sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct SetId(u32);

/// All sets that one search has met.
#[derive(Default)]
pub(crate) struct SetPool {
    sets: Vec<Bits>,
    known: FxHashMap<Bits, SetId>,
}

impl SetPool {
    /// The number of `bits`.
    pub(crate) fn intern(&mut self, bits: Bits) -> SetId {
        if let Some(id) = self.known.get(&bits) {
            return *id;
        }
        let id = SetId(self.sets.len() as u32);
        self.sets.push(bits.clone());
        self.known.insert(bits, id);
        id
    }

    /// The set named `id`.
    pub(crate) fn get(&self, id: SetId) -> &Bits {
        &self.sets[id.0 as usize]
    }

    pub(crate) fn is_subset(&self, a: SetId, b: SetId) -> bool {
        a == b || self.get(a).is_subset(self.get(b))
    }

    pub(crate) fn is_disjoint(&self, a: SetId, b: SetId) -> bool {
        self.get(a).is_disjoint(self.get(b))
    }

    pub(crate) fn minus(&mut self, a: SetId, b: SetId) -> SetId {
        let bits = self.get(a).minus(self.get(b));
        self.intern(bits)
    }

    pub(crate) fn union(&mut self, a: SetId, b: SetId) -> SetId {
        if a == b {
            return a;
        }
        let bits = self.get(a).union(self.get(b));
        self.intern(bits)
    }

    pub(crate) fn intersection(&mut self, a: SetId, b: SetId) -> SetId {
        if a == b {
            return a;
        }
        let bits = self.get(a).intersection(self.get(b));
        self.intern(bits)
    }
}
