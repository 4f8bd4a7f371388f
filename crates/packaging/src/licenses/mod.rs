//! Licence expressions (PEP 639): SPDX identifiers with `AND`, `OR`, `WITH` and parentheses.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use rustc_hash::FxHashMap;

mod spdx;

/// A valid licence expression in canonical spelling.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LicenseExpression {
    text: Box<str>,
}

/// Why a text is no licence expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LicenseError {
    /// Operators, operands and parentheses do not fit together.
    #[error("`{expression}` is not a license expression")]
    Syntax {
        /// The text.
        expression: String,
    },
    /// An identifier that is not in the SPDX list.
    #[error("unknown license `{id}`")]
    UnknownLicense {
        /// The identifier.
        id: String,
    },
    /// What follows `WITH` is not in the SPDX list of exceptions.
    #[error("unknown license exception `{id}`")]
    UnknownException {
        /// The identifier.
        id: String,
    },
    /// A `LicenseRef-` with characters other than letters, digits, `.` and `-`.
    #[error("invalid license reference `{id}`")]
    InvalidReference {
        /// The identifier.
        id: String,
    },
}

const REFERENCE: &str = "licenseref-";

/// What the grammar allows next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expect {
    /// A licence or `(`.
    Operand,
    /// The exception behind `WITH`.
    Exception,
    /// `AND`, `OR`, `)` or the end; `WITH` too when a licence stands before.
    Operator { after_license: bool },
}

impl LicenseExpression {
    /// Reads an expression; identifiers and operators may be in any case.
    ///
    /// # Errors
    /// See [`LicenseError`].
    pub fn parse(expression: &str) -> Result<Self, LicenseError> {
        let padded = expression.replace('(', " ( ").replace(')', " ) ");
        let syntax = || LicenseError::Syntax { expression: expression.to_owned() };
        check_grammar(&padded).ok_or_else(syntax)?;
        let references = references(&padded);
        let mut text = String::with_capacity(expression.len());
        let mut exception = false;
        for token in padded.split_whitespace() {
            let canonical = match operator(token) {
                Some(operator) => operator.to_owned(),
                None if exception => canonical_exception(token)?,
                None => canonical_license(token, &references)?,
            };
            exception = canonical == "WITH";
            if !text.is_empty() && !text.ends_with('(') && canonical != ")" {
                text.push(' ');
            }
            text.push_str(&canonical);
        }
        Ok(Self { text: text.into() })
    }

    /// The canonical spelling.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The deprecated SPDX identifiers in the expression; they are valid, but better ones exist.
    pub fn deprecated(&self) -> impl Iterator<Item = &str> {
        self.text
            .split([' ', '(', ')'])
            .map(|token| token.trim_end_matches('+'))
            .filter(|token| !token.is_empty() && find(spdx::DEPRECATED_LICENSES, token).is_some())
    }
}

fn operator(token: &str) -> Option<&'static str> {
    ["AND", "OR", "WITH", "(", ")"].into_iter().find(|operator| operator.eq_ignore_ascii_case(token))
}

/// Whether the tokens form an expression; identifiers are not looked at.
fn check_grammar(padded: &str) -> Option<()> {
    let mut expect = Expect::Operand;
    let mut depth = 0usize;
    for token in padded.split_whitespace() {
        expect = match (operator(token), expect) {
            (Some("("), Expect::Operand) => {
                depth += 1;
                Expect::Operand
            }
            (Some(")"), Expect::Operator { .. }) => {
                depth = depth.checked_sub(1)?;
                Expect::Operator { after_license: false }
            }
            (Some("AND" | "OR"), Expect::Operator { .. }) => Expect::Operand,
            (Some("WITH"), Expect::Operator { after_license: true }) => Expect::Exception,
            (None, Expect::Operand) => Expect::Operator { after_license: true },
            (None, Expect::Exception) => Expect::Operator { after_license: false },
            _ => return None,
        };
    }
    (depth == 0 && matches!(expect, Expect::Operator { .. })).then_some(())
}

fn canonical_exception(token: &str) -> Result<String, LicenseError> {
    find(spdx::EXCEPTIONS, token)
        .map(str::to_owned)
        .ok_or_else(|| LicenseError::UnknownException { id: token.to_owned() })
}

/// A reference is spelled everywhere as it is spelled last: its lower-case form and that spelling.
fn references(padded: &str) -> FxHashMap<String, &str> {
    let references = padded.split_whitespace().filter(|token| reference_name(token).is_some());
    references.map(|token| (token.to_ascii_lowercase(), token)).collect()
}

/// What follows `LicenseRef-`.
fn reference_name(token: &str) -> Option<&str> {
    let (prefix, name) = token.split_at_checked(REFERENCE.len())?;
    prefix.eq_ignore_ascii_case(REFERENCE).then_some(name)
}

fn canonical_license(token: &str, references: &FxHashMap<String, &str>) -> Result<String, LicenseError> {
    if let Some(name) = reference_name(token) {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-');
        if name.is_empty() || !name.bytes().all(allowed) {
            return Err(LicenseError::InvalidReference { id: token.to_owned() });
        }
        let last = references.get(&token.to_ascii_lowercase()).and_then(|last| reference_name(last));
        return Ok(format!("LicenseRef-{}", last.unwrap_or(name)));
    }
    let (id, plus) = token.strip_suffix('+').map_or((token, ""), |id| (id, "+"));
    find(spdx::LICENSES, id)
        .map(|id| format!("{id}{plus}"))
        .ok_or_else(|| LicenseError::UnknownLicense { id: id.to_owned() })
}

/// The listed spelling of an identifier in any case.
fn find(table: &'static [&'static str], id: &str) -> Option<&'static str> {
    let compare = |listed: &&str| -> Ordering {
        listed.bytes().map(|b| b.to_ascii_lowercase()).cmp(id.bytes().map(|b| b.to_ascii_lowercase()))
    };
    table.binary_search_by(compare).ok().map(|place| table[place])
}

impl fmt::Display for LicenseExpression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for LicenseExpression {
    type Err = LicenseError;

    fn from_str(text: &str) -> Result<Self, LicenseError> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn canonical_spelling() {
        let table = [
            ("mit", "MIT"),
            (" mit  and ( apache-2.0+ or mpl-2.0 ) ", "MIT AND (Apache-2.0+ OR MPL-2.0)"),
            ("gpl-2.0-or-later with bison-exception-2.2", "GPL-2.0-or-later WITH Bison-exception-2.2"),
            ("licenseref-My.own-1 or LICENSEREF-my.OWN-1", "LicenseRef-my.OWN-1 OR LicenseRef-my.OWN-1"),
            ("((mit))", "((MIT))"),
        ];
        for (text, expected) in table {
            assert_eq!(LicenseExpression::parse(text).unwrap().as_str(), expected);
        }
    }

    #[test]
    fn errors() {
        use LicenseError as E;
        for text in [
            "",
            "and",
            "mit and",
            "mit mit",
            "(mit",
            "mit)",
            "()",
            "mit ()",
            "(mit) with x",
            "mit with",
            ")(",
        ] {
            assert!(matches!(LicenseExpression::parse(text), Err(E::Syntax { .. })), "{text}");
        }
        assert!(matches!(LicenseExpression::parse("nope"), Err(E::UnknownLicense { .. })));
        assert!(matches!(LicenseExpression::parse("mit with nope"), Err(E::UnknownException { .. })));
        assert!(matches!(LicenseExpression::parse("LicenseRef-a_b"), Err(E::InvalidReference { .. })));
    }

    #[test]
    fn deprecated_ones_are_named() {
        let expression = LicenseExpression::parse("GPL-2.0+ OR MIT").unwrap();
        assert_eq!(expression.deprecated().collect::<Vec<_>>(), ["GPL-2.0"]);
    }

    #[test]
    fn tables_are_sorted() {
        for table in [spdx::LICENSES, spdx::DEPRECATED_LICENSES, spdx::EXCEPTIONS] {
            assert!(table.is_sorted_by_key(|id| id.to_ascii_lowercase()));
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "(mit|MIT\\+|\\(|\\)| |and|or|with|LicenseRef-x|é|\\PC){0,12}") {
            if let Ok(expression) = LicenseExpression::parse(&text) {
                prop_assert_eq!(LicenseExpression::parse(expression.as_str()), Ok(expression.clone()));
            }
        }
    }
}
