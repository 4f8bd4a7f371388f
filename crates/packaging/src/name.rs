//! Names of projects, extras and dependency groups, in their one normalized spelling.
//!
//! Source: the names and normalization specification (PEP 503, PEP 685, PEP 735).

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// A text that is no name: a name begins and ends with an ASCII letter or digit and holds only
/// those, `.`, `_` and `-`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a valid name")]
pub struct InvalidName {
    /// What was given.
    pub text: String,
}

macro_rules! normalized_name {
    ($(#[$documentation:meta])* $Name:ident) => {
        $(#[$documentation])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $Name(Arc<str>);

        impl $Name {
            /// Validates and normalizes a name.
            ///
            /// # Errors
            /// [`InvalidName`] when the text does not follow the specification of names.
            pub fn new(text: &str) -> Result<Self, InvalidName> {
                if is_valid_name(text) { Ok(Self::from_identifier(text)) } else { Err(InvalidName { text: text.to_owned() }) }
            }

            /// Normalizes an identifier that a grammar has let through. PEP 508's tokenizer, as
            /// `packaging` has it, also accepts names with a trailing `_`.
            pub(crate) fn from_identifier(text: &str) -> Self {
                Self(Arc::from(canonicalize_name(text)))
            }

            /// The normalized spelling.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $Name {
            type Err = InvalidName;
            fn from_str(text: &str) -> Result<Self, InvalidName> {
                Self::new(text)
            }
        }

        impl fmt::Display for $Name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $Name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&*self.0, f)
            }
        }

        impl Borrow<str> for $Name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $Name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    };
}

normalized_name! {
    /// The normalized name of a project: `Oslo.Concurrency` and `oslo_concurrency` are both
    /// `oslo-concurrency`. Cloning is cheap.
    PackageName
}

normalized_name! {
    /// The normalized name of an extra (PEP 685). Cloning is cheap.
    Extra
}

/// The normalized name of a dependency group (PEP 735): the same rules as for an extra.
pub type GroupName = Extra;

impl PackageName {
    /// The text of the name itself, if that is `written`.
    pub(crate) fn shared_if(&self, written: &str) -> Option<Arc<str>> {
        (*self.0 == *written).then(|| Arc::clone(&self.0))
    }

    /// The spelling used inside file names, with `_` for `-` (binary distribution format,
    /// "Escaping and Unicode").
    #[must_use]
    pub fn escaped(&self) -> Cow<'_, str> {
        if self.0.contains('-') { Cow::Owned(self.0.replace('-', "_")) } else { Cow::Borrowed(&self.0) }
    }
}

/// PEP 503: lower case, and each run of `-`, `_` and `.` becomes one `-`. The text is not validated.
#[must_use]
pub fn canonicalize_name(text: &str) -> Cow<'_, str> {
    if is_canonical(text) {
        return Cow::Borrowed(text);
    }
    let mut name = String::with_capacity(text.len());
    for character in text.chars().flat_map(char::to_lowercase) {
        let character = if matches!(character, '_' | '.') { '-' } else { character };
        if character != '-' || !name.ends_with('-') {
            name.push(character);
        }
    }
    Cow::Owned(name)
}

/// Whether the text is a valid name in its normalized spelling.
#[must_use]
pub fn is_normalized_name(text: &str) -> bool {
    is_canonical(text) && is_valid_name(text)
}

/// Whether the text follows the specification of names, in any spelling.
#[must_use]
pub fn is_valid_name(text: &str) -> bool {
    let bytes = text.as_bytes();
    let [first, ..] = bytes else { return false };
    let last = bytes[bytes.len() - 1];
    first.is_ascii_alphanumeric()
        && last.is_ascii_alphanumeric()
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

fn is_canonical(text: &str) -> bool {
    let mut previous = b' ';
    text.bytes().all(|byte| {
        let keeps = byte.is_ascii_lowercase() || byte.is_ascii_digit() || (byte == b'-' && previous != b'-');
        previous = byte;
        keeps
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_one_spelling() {
        for (written, normalized) in [
            ("Django", "django"),
            ("oslo.concurrency", "oslo-concurrency"),
            ("a__--..b", "a-b"),
            ("zope.interface", "zope-interface"),
            ("7", "7"),
        ] {
            assert_eq!(PackageName::new(written).unwrap().as_str(), normalized);
            assert!(is_normalized_name(normalized));
        }
    }

    #[test]
    fn other_texts_are_no_names() {
        for text in ["", "-a", "a-", "_a", "a b", "é", "a/b", "a\n"] {
            assert!(PackageName::new(text).is_err(), "{text:?}");
            assert!(!is_normalized_name(text), "{text:?}");
        }
    }

    #[test]
    fn file_names_escape_the_hyphen() {
        assert_eq!(PackageName::new("Oslo.Concurrency").unwrap().escaped(), "oslo_concurrency");
        assert_eq!(PackageName::new("six").unwrap().escaped(), "six");
    }
}
