//! Sets of specifiers: all must fit.

use super::{InvalidSpecifier, Operator, Prereleases, Specifier, VersionRanges};
use crate::version::{Version, trim_python_space};
use rustc_hash::{FxBuildHasher, FxHashSet};
use smallvec::SmallVec;
use std::fmt;
use std::hash::{BuildHasher as _, Hash, Hasher};
use std::str::FromStr;

/// Specifiers that must all fit, such as `>=1.2,!=1.3.*`; the empty set fits every version.
///
/// Printing sorts the specifiers and drops doubles, as `packaging` does.
#[derive(Debug, Clone, Default)]
pub struct SpecifierSet {
    specifiers: SmallVec<[Specifier; 2]>,
}

/// `===` compares texts, so that sets with it have no place on the line of versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`===` cannot be compared with other specifiers")]
pub struct ArbitraryEquality;

/// What the pre-release policy looks at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Final,
    Prerelease,
    /// The text is no version.
    Unknown,
}

impl Stage {
    fn of(version: Option<&Version>) -> Self {
        match version {
            None => Self::Unknown,
            Some(version) if version.is_prerelease() => Self::Prerelease,
            Some(_) => Self::Final,
        }
    }
}

impl SpecifierSet {
    /// Reads specifiers separated by commas; empty ones are skipped.
    ///
    /// # Errors
    /// [`InvalidSpecifier`] with the first one that is wrong.
    pub fn parse(text: &str) -> Result<Self, InvalidSpecifier> {
        text.split(',').map(trim_python_space).filter(|text| !text.is_empty()).map(Specifier::parse).collect()
    }

    pub(crate) fn push(&mut self, specifier: Specifier) {
        self.specifiers.push(specifier);
    }

    /// The specifiers, in the order given.
    pub fn iter(&self) -> std::slice::Iter<'_, Specifier> {
        self.specifiers.iter()
    }

    /// How many specifiers were given.
    #[must_use]
    pub fn len(&self) -> usize {
        self.specifiers.len()
    }

    /// Whether nothing is asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.specifiers.is_empty()
    }

    /// Whether some specifier names a pre-release and so asks for them.
    #[must_use]
    pub fn names_prerelease(&self) -> bool {
        self.iter().any(Specifier::names_prerelease)
    }

    /// The version to which `==` (without `.*`) or `===` pins the set, whatever stands beside it: this is
    /// when pip takes a yanked file (PEP 592).
    #[must_use]
    pub fn pinned(&self) -> Option<&Version> {
        let pins = |specifier: &&Specifier| {
            matches!(specifier.operator(), Operator::Equal | Operator::Arbitrary) && !specifier.is_wildcard()
        };
        self.iter().find(pins).and_then(Specifier::version)
    }

    /// Whether the version fits all specifiers. The policy only matters when it excludes pre-releases.
    #[must_use]
    pub fn contains(&self, version: &Version, prereleases: Prereleases) -> bool {
        !(prereleases == Prereleases::Exclude && version.is_prerelease()) && self.matches(version)
    }

    /// As [`SpecifierSet::contains`] for a text that need not be a version: the empty set fits any, `===`
    /// compares it as it stands, and other specifiers fit only versions.
    #[must_use]
    pub fn contains_text(&self, text: &str, prereleases: Prereleases) -> bool {
        let version = Version::parse(text).ok();
        let excluded =
            prereleases == Prereleases::Exclude && version.as_ref().is_some_and(Version::is_prerelease);
        !excluded && self.matches_text(text, version.as_ref())
    }

    /// The versions that fit, in the order given. By [`Prereleases::Auto`] pre-releases are among them when a
    /// specifier names one or when no other version fits.
    pub fn filter<'v>(
        &self,
        versions: impl IntoIterator<Item = &'v Version>,
        prereleases: Prereleases,
    ) -> Vec<&'v Version> {
        let matching = versions.into_iter().filter(|version| self.matches(version));
        self.choose(matching.map(|version| (version, Stage::of(Some(version)))), prereleases)
    }

    /// As [`SpecifierSet::filter`] for texts that need not be versions.
    pub fn filter_texts<'t>(
        &self,
        texts: impl IntoIterator<Item = &'t str>,
        prereleases: Prereleases,
    ) -> Vec<&'t str> {
        let matching = texts.into_iter().filter_map(|text| {
            let version = Version::parse(text).ok();
            self.matches_text(text, version.as_ref()).then(|| (text, Stage::of(version.as_ref())))
        });
        self.choose(matching, prereleases)
    }

    /// Applies the policy to what fits.
    fn choose<T>(&self, matching: impl Iterator<Item = (T, Stage)>, prereleases: Prereleases) -> Vec<T> {
        let matching: Vec<(T, Stage)> = matching.collect();
        let keep_prereleases = match prereleases {
            Prereleases::Allow => true,
            Prereleases::Exclude => false,
            Prereleases::Auto => {
                self.names_prerelease() || !matching.iter().any(|(_, stage)| *stage == Stage::Final)
            }
        };
        let kept = matching.into_iter().filter(|(_, stage)| keep_prereleases || *stage != Stage::Prerelease);
        kept.map(|(item, _)| item).collect()
    }

    /// Both sets together.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        self.iter().chain(other.iter()).cloned().collect()
    }

    /// Whether everything that fits this set fits the other one. The empty set fits texts that are no versions, which no
    /// other set does.
    ///
    /// # Errors
    /// [`ArbitraryEquality`] when either set has a `===`.
    pub fn is_subset(&self, other: &Self) -> Result<bool, ArbitraryEquality> {
        let (ranges, others) = (self.ranges()?, other.ranges()?);
        Ok(other.is_empty() || !self.is_empty() && ranges.is_subset(&others))
    }

    /// Whether everything that fits the other set fits this one.
    ///
    /// # Errors
    /// [`ArbitraryEquality`] when either set has a `===`.
    pub fn is_superset(&self, other: &Self) -> Result<bool, ArbitraryEquality> {
        other.is_subset(self)
    }

    /// Whether no version fits both sets.
    ///
    /// # Errors
    /// [`ArbitraryEquality`] when either set has a `===`.
    pub fn is_disjoint(&self, other: &Self) -> Result<bool, ArbitraryEquality> {
        Ok(self.ranges()?.intersection(&other.ranges()?).is_empty())
    }

    /// Whether no version at all can fit, for example `>2,<1`.
    #[must_use]
    pub fn is_unsatisfiable(&self, prereleases: Prereleases) -> bool {
        let ranges = VersionRanges::intersection_of(self.iter().filter_map(VersionRanges::of).collect());
        ranges.is_empty()
            || self.arbitrary_is_unsatisfiable(prereleases)
            || (prereleases == Prereleases::Exclude && !self.is_empty() && ranges.only_prereleases())
    }

    /// The only candidate of `===X` is the text X: it must fit all the rest.
    fn arbitrary_is_unsatisfiable(&self, prereleases: Prereleases) -> bool {
        let Some(arbitrary) = self.iter().find(|specifier| specifier.operator() == Operator::Arbitrary)
        else {
            return false;
        };
        !self.contains_text(&arbitrary.version_text(), prereleases)
    }

    /// The versions of the set as intervals.
    ///
    /// # Errors
    /// [`ArbitraryEquality`] when the set has a `===`.
    pub fn ranges(&self) -> Result<VersionRanges, ArbitraryEquality> {
        let ranges: Option<Vec<VersionRanges>> = self.iter().map(VersionRanges::of).collect();
        Ok(VersionRanges::intersection_of(ranges.ok_or(ArbitraryEquality)?))
    }

    fn matches(&self, version: &Version) -> bool {
        self.iter().all(|specifier| specifier.matches(version))
    }

    fn matches_text(&self, text: &str, version: Option<&Version>) -> bool {
        self.iter().all(|specifier| specifier.matches_text(text, version))
    }

    /// Sorted by text and without doubles: what is printed and compared.
    fn canonical(&self) -> Vec<&Specifier> {
        let mut specifiers: Vec<&Specifier> = self.iter().collect();
        if specifiers.len() > 1 {
            specifiers.sort_by_cached_key(ToString::to_string);
            let mut seen = FxHashSet::default();
            specifiers.retain(|specifier| seen.insert(*specifier));
        }
        specifiers
    }
}

impl FromIterator<Specifier> for SpecifierSet {
    fn from_iter<I: IntoIterator<Item = Specifier>>(specifiers: I) -> Self {
        Self { specifiers: specifiers.into_iter().collect() }
    }
}

impl From<Specifier> for SpecifierSet {
    fn from(specifier: Specifier) -> Self {
        Self::from_iter([specifier])
    }
}

impl<'a> IntoIterator for &'a SpecifierSet {
    type Item = &'a Specifier;
    type IntoIter = std::slice::Iter<'a, Specifier>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl PartialEq for SpecifierSet {
    fn eq(&self, other: &Self) -> bool {
        self.specifiers == other.specifiers || self.canonical() == other.canonical()
    }
}

impl Eq for SpecifierSet {}

impl Hash for SpecifierSet {
    /// Of the smallest and the greatest hash of a specifier: neither order nor doubles count, and nothing is sorted.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let hashes = self.iter().map(|specifier| FxBuildHasher.hash_one(specifier));
        let ends = hashes.fold((u64::MAX, u64::MIN), |(least, most), hash| (least.min(hash), most.max(hash)));
        ends.hash(state);
    }
}

impl FromStr for SpecifierSet {
    type Err = InvalidSpecifier;
    fn from_str(text: &str) -> Result<Self, InvalidSpecifier> {
        Self::parse(text)
    }
}

impl fmt::Display for SpecifierSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, specifier) in self.canonical().into_iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            write!(f, "{specifier}")?;
        }
        Ok(())
    }
}
