//! Credentials are never shown.

/// A URL with its password, or a lone user name (which is a token then), replaced by `****`.
///
/// The form is pip's: `user:****@host`, `****@host`. Nothing else of the text changes.
pub fn redact(url: &str) -> String {
    let Some(start) = url.find("://").map(|at| at + 3) else { return url.to_owned() };
    let end = url[start..].find(['/', '?', '#']).map_or(url.len(), |at| start + at);
    let Some(at) = url[start..end].rfind('@').map(|at| start + at) else { return url.to_owned() };
    match url[start..at].split_once(':') {
        Some((user, _)) => format!("{}{user}:****{}", &url[..start], &url[at..]),
        None => format!("{}****{}", &url[..start], &url[at..]),
    }
}

/// Any text with the credentials of every URL in it replaced.
pub fn redact_text(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let end = rest[at..]
            .find(|c: char| c.is_whitespace() || "'\"<>`".contains(c))
            .map_or(rest.len(), |end| at + end);
        shown.push_str(&rest[..at]);
        shown.push_str(&redact(&rest[at..end]));
        rest = &rest[end..];
    }
    shown.push_str(rest);
    shown
}

/// A line of a stranger's program, fit for the terminal: no control characters, no passwords, not without end.
pub fn printable(line: &[u8]) -> String {
    const LONGEST: usize = 2000;
    let text = String::from_utf8_lossy(line);
    let shown = text.chars().filter(|letter| !letter.is_control() || *letter == '\t').take(LONGEST);
    redact_text(&shown.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        for (url, shown) in [
            ("https://user:pw@h/x", "https://user:****@h/x"),
            ("https://token@h/x", "https://****@h/x"),
            ("https://u:p@ss@h", "https://u:****@h"),
            ("https://h/x@y", "https://h/x@y"),
            ("git+ssh://git@h/x@main#egg=a", "git+ssh://****@h/x@main#egg=a"),
            ("./x", "./x"),
            ("https://:p@h", "https://:****@h"),
        ] {
            assert_eq!(redact(url), shown);
        }
    }

    #[test]
    fn sentences() {
        let text = "from 'https://u:p@h/a' and https://t@h/b, u:p@h";
        assert_eq!(redact_text(text), "from 'https://u:****@h/a' and https://****@h/b, u:p@h");
    }
}
