//! Small readings of text as Python's `str` does them.

/// `str.splitlines()`.
pub(super) fn split_lines(text: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(is_line_end) {
        lines.push(&rest[..at]);
        let end = rest[at..].chars().next().map_or(1, char::len_utf8);
        rest = rest[at + end..]
            .strip_prefix('\n')
            .filter(|_| rest[at..].starts_with('\r'))
            .unwrap_or(&rest[at + end..]);
    }
    if !rest.is_empty() {
        lines.push(rest);
    }
    lines
}

fn is_line_end(char: char) -> bool {
    matches!(char, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether a text is an identifier in ASCII. Python has more of them; those are for Python to judge.
pub(super) fn is_ascii_identifier(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_split_as_by_python() {
        let cases: [(&str, &[&str]); 6] = [
            ("", &[]),
            ("a", &["a"]),
            ("a\nb\n", &["a", "b"]),
            ("a\r\nb\rc", &["a", "b", "c"]),
            ("\n\n", &["", ""]),
            ("a\u{2028}b\u{85}\n", &["a", "b", ""]),
        ];
        for (text, lines) in cases {
            assert_eq!(split_lines(text), lines, "{text:?}");
        }
    }
}
