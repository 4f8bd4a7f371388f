//! Numbers as Python's `optparse` reads them.

/// A whole number: decimal, `0x…`, `0b…` or, with a leading zero, octal; `_` between digits as Python allows.
pub fn integer(text: &str) -> Option<i64> {
    let lower = text.trim().to_ascii_lowercase();
    let (radix, digits) = match (lower.strip_prefix("0x"), lower.strip_prefix("0b")) {
        (Some(rest), _) => (16, rest),
        (_, Some("")) => (2, "0"),
        (_, Some(rest)) => (2, rest),
        _ if lower.starts_with('0') => (8, lower.as_str()),
        _ => (10, lower.as_str()),
    };
    i64::from_str_radix(&without_underscores(digits)?, radix).ok()
}

/// A decimal number as Python's `float` reads it; infinities and NaN count as numbers there and here.
pub fn decimal(text: &str) -> Option<f64> {
    without_underscores(text.trim())?.parse().ok()
}

/// Python allows single underscores between two digits.
fn without_underscores(digits: &str) -> Option<String> {
    let bytes = digits.as_bytes();
    let between = |at: usize| {
        at > 0
            && bytes[at - 1].is_ascii_alphanumeric()
            && bytes.get(at + 1).is_some_and(u8::is_ascii_alphanumeric)
    };
    let fine = bytes.iter().enumerate().all(|(at, byte)| *byte != b'_' || between(at));
    fine.then(|| digits.replace('_', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_as_optparse_reads_them() {
        for (text, expected) in [
            ("5", Some(5)),
            ("-3", Some(-3)),
            (" 7 ", Some(7)),
            ("0x1F", Some(31)),
            ("0b101", Some(5)),
            ("010", Some(8)),
            ("0", Some(0)),
            ("1_000", Some(1000)),
            ("1__0", None),
            ("x", None),
            ("", None),
            ("1.5", None),
            ("09", None),
        ] {
            assert_eq!(integer(text), expected, "{text:?}");
        }
    }

    #[test]
    fn seconds() {
        assert_eq!(decimal("1.5"), Some(1.5));
        assert_eq!(decimal(" 60 "), Some(60.0));
        assert_eq!(decimal("1_0.5"), Some(10.5));
        assert_eq!(decimal("ten"), None);
    }
}
