//! Version specifiers: `>=1.2`, `~=2.0,!=2.3.*` (PEP 440), matched as `packaging` 26 and pip 26.3 do.
//!
//! A pre-release is part of a set of versions like any other; whether it may be *chosen* is the caller's
//! [`Prereleases`] policy. [`SpecifierSet::filter`] knows the rule that pre-releases count when nothing
//! else fits.

mod parse;
mod ranges;
mod set;
#[cfg(test)]
mod tests;

pub use ranges::VersionRanges;
pub use set::{ArbitraryEquality, SpecifierSet};

pub(crate) use parse::{joined, prefix};

use crate::version::Version;
use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

/// The comparison of a specifier, in PEP 440's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operator {
    /// `~=`
    Compatible,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<=`
    LessEqual,
    /// `>=`
    GreaterEqual,
    /// `<`
    Less,
    /// `>`
    Greater,
    /// `===`: compares texts.
    Arbitrary,
}

impl Operator {
    /// The operator as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Compatible => "~=",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::LessEqual => "<=",
            Self::GreaterEqual => ">=",
            Self::Less => "<",
            Self::Greater => ">",
            Self::Arbitrary => "===",
        }
    }

    /// The operator at the beginning of the text, the longest one.
    pub(crate) fn prefix(text: &str) -> Option<Self> {
        const LONGEST_FIRST: [Operator; 8] = [
            Operator::Arbitrary,
            Operator::Compatible,
            Operator::Equal,
            Operator::NotEqual,
            Operator::LessEqual,
            Operator::GreaterEqual,
            Operator::Less,
            Operator::Greater,
        ];
        LONGEST_FIRST.into_iter().find(|operator| text.starts_with(operator.as_str()))
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether pre-releases may be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Prereleases {
    /// They count like any version.
    Allow,
    /// They never count.
    Exclude,
    /// PEP 440's default: they count when a specifier names one, or when nothing else fits.
    #[default]
    Auto,
}

/// A text that is no specifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a valid version specifier")]
pub struct InvalidSpecifier {
    /// What was given: the one specifier at fault.
    pub text: String,
}

/// One comparison with a version. Prints as it was written, without white space.
///
/// Equality is `packaging`'s: `==1.0` equals `==1.0.0`, whereas `~=1.0` and `~=1.0.0` differ.
#[derive(Debug, Clone)]
pub struct Specifier {
    operator: Operator,
    operand: Operand,
    /// The version as written, where that is not its normalized form.
    written: Option<Box<str>>,
}

#[derive(Debug, Clone)]
enum Operand {
    Version(Version),
    /// `1.2.*`, by its version `1.2`.
    Prefix(Version),
    /// The text of `===` is in `written`; it need not be a version.
    Text(Option<Version>),
}

impl Specifier {
    /// Reads one specifier, such as `>= 1.2`.
    ///
    /// # Errors
    /// [`InvalidSpecifier`] when the text is not exactly one specifier.
    pub fn parse(text: &str) -> Result<Self, InvalidSpecifier> {
        parse::specifier(text).ok_or_else(|| InvalidSpecifier { text: text.to_owned() })
    }

    /// A specifier of an operator and a version, such as `==` and `1.2` for a pin.
    ///
    /// `None` where PEP 440 has no such specifier: an order with a local version, or `~=` with a single
    /// release number.
    #[must_use]
    pub fn new(operator: Operator, version: Version) -> Option<Self> {
        let allowed = match operator {
            Operator::Equal | Operator::NotEqual => true,
            Operator::Arbitrary => return Self::parse(&format!("==={version}")).ok(),
            Operator::Compatible => version.release().len() > 1 && !version.is_local(),
            _ => !version.is_local(),
        };
        allowed.then_some(Self { operator, operand: Operand::Version(version), written: None })
    }

    /// `==V`.
    #[must_use]
    pub fn pin(version: Version) -> Self {
        Self { operator: Operator::Equal, operand: Operand::Version(version), written: None }
    }

    /// The operator.
    #[must_use]
    pub fn operator(&self) -> Operator {
        self.operator
    }

    /// The version that is compared with: of `==1.2.*` it is `1.2`; `None` when the text behind `===` is not
    /// a version.
    #[must_use]
    pub fn version(&self) -> Option<&Version> {
        match &self.operand {
            Operand::Version(version) | Operand::Prefix(version) => Some(version),
            Operand::Text(version) => version.as_ref(),
        }
    }

    /// Whether the specifier ends in `.*`.
    #[must_use]
    pub fn is_wildcard(&self) -> bool {
        matches!(self.operand, Operand::Prefix(_))
    }

    /// What stands behind the operator, as written.
    #[must_use]
    pub fn version_text(&self) -> Cow<'_, str> {
        match (&self.written, &self.operand) {
            (Some(written), _) => Cow::Borrowed(written),
            (None, Operand::Version(version)) => Cow::Owned(version.to_string()),
            (None, Operand::Prefix(version)) => Cow::Owned(format!("{version}.*")),
            (None, Operand::Text(_)) => Cow::Borrowed(""),
        }
    }

    /// Whether the specifier asks for pre-releases by naming one (PEP 440, "Handling of pre-releases").
    #[must_use]
    pub fn names_prerelease(&self) -> bool {
        self.operator != Operator::NotEqual
            && !self.is_wildcard()
            && self.version().is_some_and(Version::is_prerelease)
    }

    /// Whether the version fits. The policy only matters when it excludes pre-releases: a single version has
    /// no alternatives.
    #[must_use]
    pub fn contains(&self, version: &Version, prereleases: Prereleases) -> bool {
        !(prereleases == Prereleases::Exclude && version.is_prerelease()) && self.matches(version)
    }

    /// As [`Specifier::contains`] for a text: `===` compares it as it stands, letter case aside; the other
    /// operators fit no text that is not a version.
    #[must_use]
    pub fn contains_text(&self, text: &str, prereleases: Prereleases) -> bool {
        let version = Version::parse(text).ok();
        let excluded =
            prereleases == Prereleases::Exclude && version.as_ref().is_some_and(Version::is_prerelease);
        !excluded && self.matches_text(text, version.as_ref())
    }

    pub(crate) fn matches_text(&self, text: &str, version: Option<&Version>) -> bool {
        match self.operand {
            Operand::Text(_) => self.version_text().to_lowercase() == text.to_lowercase(),
            _ => version.is_some_and(|version| self.matches(version)),
        }
    }

    /// Whether the version fits, whatever the policy.
    pub(crate) fn matches(&self, version: &Version) -> bool {
        match &self.operand {
            Operand::Version(wanted) => matches_version(self.operator, wanted, version),
            Operand::Prefix(prefix) => {
                let begins =
                    version.epoch() == prefix.epoch() && version.release_starts_with(&prefix.release());
                begins == (self.operator == Operator::Equal)
            }
            Operand::Text(_) => self.version_text().to_lowercase() == version.to_string().to_lowercase(),
        }
    }

    /// What `packaging` compares when it compares specifiers: the text, or else the version and whether its
    /// trailing zeros count.
    fn identity(&self) -> (Operator, Result<(&Version, usize), Cow<'_, str>>) {
        let operand = match &self.operand {
            Operand::Version(version) if self.operator == Operator::Compatible => {
                Ok((version, version.release().len()))
            }
            Operand::Version(version) => Ok((version, 0)),
            Operand::Prefix(_) | Operand::Text(_) => Err(self.version_text()),
        };
        (self.operator, operand)
    }
}

/// PEP 440's ordered and equality comparisons.
fn matches_version(operator: Operator, wanted: &Version, version: &Version) -> bool {
    match operator {
        // PEP 440: the local part of a candidate counts only where the specifier has one.
        Operator::Equal if !wanted.is_local() => version.cmp_public(wanted).is_eq(),
        Operator::NotEqual if !wanted.is_local() => version.cmp_public(wanted).is_ne(),
        Operator::Equal | Operator::Arbitrary => version == wanted,
        Operator::NotEqual => version != wanted,
        Operator::LessEqual => version.cmp_public(wanted).is_le(),
        Operator::GreaterEqual => version >= wanted,
        Operator::Less => is_less(version, wanted),
        Operator::Greater => is_greater(version, wanted),
        Operator::Compatible => {
            let release = wanted.release();
            version >= wanted
                && version.epoch() == wanted.epoch()
                && version.release_starts_with(&release[..release.len() - 1])
        }
    }
}

/// PEP 440: `<V` does not admit a pre-release of V, unless V is one itself.
fn is_less(version: &Version, wanted: &Version) -> bool {
    if version.cmp_public(wanted).is_ge() {
        return false;
    }
    let leads_to_it = match wanted.post() {
        None => true,
        post => version.pre().is_none() && version.post() == post,
    };
    wanted.is_prerelease() || !leads_to_it || !version.same_release(wanted)
}

/// PEP 440: `>V` admits neither a local version of V nor, unless V is one itself, a post-release of V.
fn is_greater(version: &Version, wanted: &Version) -> bool {
    if version.cmp_public(wanted).is_le() {
        return false;
    }
    wanted.is_postrelease()
        || wanted.is_devrelease()
        || version.pre() != wanted.pre()
        || !version.same_release(wanted)
}

impl PartialEq for Specifier {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity()
    }
}

impl Eq for Specifier {}

impl Hash for Specifier {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.identity().hash(state);
    }
}

impl FromStr for Specifier {
    type Err = InvalidSpecifier;
    fn from_str(text: &str) -> Result<Self, InvalidSpecifier> {
        Self::parse(text)
    }
}

impl fmt::Display for Specifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.operator.as_str())?;
        match (&self.written, &self.operand) {
            (Some(written), _) => f.write_str(written),
            (None, Operand::Version(version)) => write!(f, "{version}"),
            (None, Operand::Prefix(version)) => write!(f, "{version}.*"),
            (None, Operand::Text(_)) => Ok(()),
        }
    }
}
