//! Character references in HTML attribute values and text.

use std::borrow::Cow;

use memchr::memchr;

/// Names that occur in index pages; the first four also without the semicolon, as browsers take them.
const NAMED: [(&str, &str); 8] = [
    ("amp", "&"),
    ("lt", "<"),
    ("gt", ">"),
    ("quot", "\""),
    ("apos", "'"),
    ("nbsp", "\u{a0}"),
    ("copy", "\u{a9}"),
    ("hellip", "\u{2026}"),
];

/// Decodes references; borrows when there is none.
pub(super) fn decode(text: Cow<'_, str>) -> Cow<'_, str> {
    if memchr(b'&', text.as_bytes()).is_none() {
        return text;
    }
    let mut decoded = String::with_capacity(text.len());
    let mut rest: &str = &text;
    while let Some(at) = rest.find('&') {
        decoded.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        match reference(rest) {
            Some((replacement, length)) => {
                decoded.push_str(&replacement);
                rest = &rest[length..];
            }
            None => decoded.push('&'),
        }
    }
    decoded.push_str(rest);
    Cow::Owned(decoded)
}

/// What stands after `&`: its replacement and its length.
fn reference(text: &str) -> Option<(Cow<'static, str>, usize)> {
    if let Some(number) = text.strip_prefix('#') {
        return numeric(number).map(|(c, length)| (Cow::Owned(c.to_string()), length + 1));
    }
    NAMED.iter().enumerate().find_map(|(place, (name, replacement))| {
        let after = text.strip_prefix(name)?;
        let semicolon = after.starts_with(';');
        (semicolon || place < 4).then(|| (Cow::Borrowed(*replacement), name.len() + usize::from(semicolon)))
    })
}

fn numeric(text: &str) -> Option<(char, usize)> {
    let (digits, radix, prefix) = match text.strip_prefix(['x', 'X']) {
        Some(hex) => (hex, 16, 1),
        None => (text, 10, 0),
    };
    let length = digits.bytes().take_while(|b| char::from(*b).is_digit(radix)).count();
    if length == 0 {
        return None;
    }
    let semicolon = usize::from(digits.as_bytes().get(length) == Some(&b';'));
    let code = u32::from_str_radix(&digits[..length], radix).ok();
    let c = code.filter(|code| *code != 0).and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER);
    Some((c, prefix + length + semicolon))
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn references() {
        let table = [
            ("plain", "plain"),
            ("&gt;=3.6,&lt;4", ">=3.6,<4"),
            ("a&amp;b&#39;&#x3E;", "a&b'>"),
            ("&gt=3", ">=3"),
            ("&unknown; & &", "&unknown; & &"),
            ("&#0;&#xFFFFFFFFF;&#;", "\u{fffd}\u{fffd}&#;"),
        ];
        for (text, expected) in table {
            assert_eq!(decode(text.into()), expected);
        }
    }
}
