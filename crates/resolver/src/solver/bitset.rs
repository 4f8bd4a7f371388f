//! Sets of small numbers: the states that a variable of the solver may have.

use std::sync::Arc;

/// Bits that fit without allocation: one state for "absent" and up to 127 versions.
const INLINE: u32 = 128;

/// A set of states of one variable. Two sets are equal exactly when they hold the same states of
/// a variable with the same number of states, so sets can be compared and hashed as they are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Bits {
    Inline([u64; 2]),
    Boxed(Arc<[u64]>),
}

impl Bits {
    /// No state of `states`.
    pub(crate) fn empty(states: u32) -> Self {
        if states <= INLINE { Self::Inline([0; 2]) } else { Self::Boxed(vec![0; words_for(states)].into()) }
    }

    /// All states `0..states`.
    pub(crate) fn full(states: u32) -> Self {
        let mut words = Words::zero(states);
        for (word, first) in words.as_mut_slice().iter_mut().zip((0..states).step_by(64)) {
            *word = u64::MAX >> (64 - (states - first).min(64));
        }
        words.finish()
    }

    /// Exactly one state.
    pub(crate) fn single(states: u32, state: u32) -> Self {
        Self::from_states(states, [state])
    }

    /// The given states; numbers outside `0..states` are ignored.
    pub(crate) fn from_states(states: u32, members: impl IntoIterator<Item = u32>) -> Self {
        let mut words = Words::zero(states);
        for member in members {
            if member < states {
                words.set(member);
            }
        }
        words.finish()
    }

    fn words(&self) -> &[u64] {
        match self {
            Self::Inline(words) => words,
            Self::Boxed(words) => words,
        }
    }

    /// Whether `state` is in the set.
    pub(crate) fn contains(&self, state: u32) -> bool {
        let word = self.words().get((state / 64) as usize);
        word.is_some_and(|word| word >> (state % 64) & 1 == 1)
    }

    /// Whether the set holds nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.words().iter().all(|word| *word == 0)
    }

    /// Whether every member of `self` is in `other`.
    pub(crate) fn is_subset(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Inline(a), Self::Inline(b)) => (a[0] & !b[0]) | (a[1] & !b[1]) == 0,
            _ => {
                let mut pairs = self.words().iter().zip(other.words());
                pairs.all(|(a, b)| a & !b == 0)
            }
        }
    }

    /// Whether no member of `self` is in `other`.
    pub(crate) fn is_disjoint(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Inline(a), Self::Inline(b)) => (a[0] & b[0]) | (a[1] & b[1]) == 0,
            _ => {
                let mut pairs = self.words().iter().zip(other.words());
                pairs.all(|(a, b)| a & b == 0)
            }
        }
    }

    fn combine(&self, other: &Self, op: impl Fn(u64, u64) -> u64) -> Self {
        match (self, other) {
            (Self::Inline(a), Self::Inline(b)) => Self::Inline([op(a[0], b[0]), op(a[1], b[1])]),
            _ => {
                let pairs = self.words().iter().zip(other.words());
                Self::Boxed(pairs.map(|(a, b)| op(*a, *b)).collect())
            }
        }
    }

    /// Members of both.
    pub(crate) fn intersection(&self, other: &Self) -> Self {
        self.combine(other, |a, b| a & b)
    }

    /// Members of either.
    pub(crate) fn union(&self, other: &Self) -> Self {
        self.combine(other, |a, b| a | b)
    }

    /// Members of `self` that `other` lacks.
    pub(crate) fn minus(&self, other: &Self) -> Self {
        self.combine(other, |a, b| a & !b)
    }

    /// The members, lowest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        let words = self.words().iter().enumerate();
        words.flat_map(|(index, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                (rest != 0).then(|| {
                    let bit = rest.trailing_zeros();
                    rest &= rest - 1;
                    index as u32 * 64 + bit
                })
            })
        })
    }

    /// The greatest member.
    pub(crate) fn highest(&self) -> Option<u32> {
        let mut words = self.words().iter().enumerate().rev();
        words.find_map(|(index, word)| (*word != 0).then(|| index as u32 * 64 + 63 - word.leading_zeros()))
    }

    /// The smallest member.
    pub(crate) fn lowest(&self) -> Option<u32> {
        self.iter().next()
    }

    /// How many members there are.
    pub(crate) fn len(&self) -> u32 {
        self.words().iter().map(|word| word.count_ones()).sum()
    }
}

/// A set while it is filled, without an allocation for the common small one.
enum Words {
    Inline([u64; 2]),
    Boxed(Vec<u64>),
}

impl Words {
    fn zero(states: u32) -> Self {
        if states <= INLINE { Self::Inline([0; 2]) } else { Self::Boxed(vec![0; words_for(states)]) }
    }

    fn set(&mut self, state: u32) {
        self.as_mut_slice()[(state / 64) as usize] |= 1 << (state % 64);
    }

    fn as_mut_slice(&mut self) -> &mut [u64] {
        match self {
            Self::Inline(words) => words,
            Self::Boxed(words) => words,
        }
    }

    fn finish(self) -> Bits {
        match self {
            Self::Inline(words) => Bits::Inline(words),
            Self::Boxed(words) => Bits::Boxed(words.into()),
        }
    }
}

fn words_for(states: u32) -> usize {
    states.div_ceil(64) as usize
}

#[cfg(test)]
mod tests {
    use super::Bits;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn set(states: u32, members: &BTreeSet<u32>) -> Bits {
        Bits::from_states(states, members.iter().copied())
    }

    proptest! {
        #[test]
        fn behaves_as_a_set_of_numbers(
            states in prop_oneof![1u32..200, Just(128), Just(129)],
            a in prop::collection::btree_set(0u32..200, 0..40),
            b in prop::collection::btree_set(0u32..200, 0..40),
        ) {
            let a: BTreeSet<u32> = a.into_iter().filter(|x| *x < states).collect();
            let b: BTreeSet<u32> = b.into_iter().filter(|x| *x < states).collect();
            let (x, y) = (set(states, &a), set(states, &b));
            prop_assert_eq!(x.iter().collect::<BTreeSet<_>>(), a.clone());
            prop_assert_eq!(x.intersection(&y), set(states, &(&a & &b)));
            prop_assert_eq!(x.union(&y), set(states, &(&a | &b)));
            prop_assert_eq!(x.minus(&y), set(states, &(&a - &b)));
            prop_assert_eq!(x.is_subset(&y), a.is_subset(&b));
            prop_assert_eq!(x.is_disjoint(&y), a.is_disjoint(&b));
            prop_assert_eq!(x.highest(), a.last().copied());
            prop_assert_eq!(x.lowest(), a.first().copied());
            prop_assert_eq!(x.len() as usize, a.len());
            prop_assert_eq!(x.is_empty(), a.is_empty());
            prop_assert_eq!(Bits::full(states), Bits::from_states(states, 0..states));
            prop_assert!(x.is_subset(&Bits::full(states)));
        }
    }
}
