//! Patterns of file names.

/// Whether `text` fits `pattern`, in which `*` stands for anything and `?` for one byte. No more than one star is ever
/// tried again, so the work is bounded by the product of the lengths.
pub fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t, mut star) = (0, 0, None);
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(b'?') => (p, t) = (p + 1, t + 1),
            Some(byte) if *byte == text[t] => (p, t) = (p + 1, t + 1),
            _ => match star {
                Some((at, taken)) => {
                    star = Some((at, taken + 1));
                    (p, t) = (at + 1, taken + 1);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn patterns() {
        for (pattern, text, expected) in [
            ("num-*.whl", "num-1-py3.whl", true),
            ("num-*.whl", "numpy-1-py3.whl", false),
            ("n?m*", "numpy", true),
            ("*", "", true),
            ("a*b*c", "aXbYbc", true),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern}");
        }
    }
}
