//! From text to logical lines: continuations joined, comments dropped, variables filled in.

/// A line after joining: what the grammar is applied to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogicalLine {
    /// The first physical line it came from, counted from 1.
    pub number: u32,
    /// The text without comment and surrounding space, variables filled in.
    pub text: String,
    /// The same before variables were filled in, when there were any: they often hold passwords, so that messages show
    /// this one.
    pub unexpanded: Option<String>,
    /// How many characters of space stood before it.
    pub indent: usize,
}

/// Splits, joins, strips and expands, in pip's order.
pub fn logical_lines(text: &str, variable: &dyn Fn(&str) -> Option<String>) -> Vec<LogicalLine> {
    join(split_lines(text)).into_iter().filter_map(|(number, line)| finish(number, &line, variable)).collect()
}

/// White space as Python's `str.isspace` and `\s` see it.
fn is_space(character: char) -> bool {
    character.is_whitespace() || ('\x1c'..='\x1f').contains(&character)
}

/// Python's `str.splitlines`.
fn split_lines(text: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    let is_break = |c: char| {
        matches!(c, '\n' | '\r' | '\x0b' | '\x0c' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}')
    };
    while let Some(at) = rest.find(is_break) {
        lines.push(&rest[..at]);
        let end = if rest[at..].starts_with("\r\n") {
            2
        } else {
            rest[at..].chars().next().map_or(1, char::len_utf8)
        };
        rest = &rest[at + end..];
    }
    if !rest.is_empty() {
        lines.push(rest);
    }
    lines
}

/// Joins a line ending in a backslash with the next one. A comment line ends a continuation, and its own backslash
/// does not count.
fn join(lines: Vec<&str>) -> Vec<(u32, String)> {
    let mut joined = Vec::new();
    let mut open: Option<(u32, String)> = None;
    for (number, line) in (1..).zip(lines) {
        let comment = line.trim_start_matches(is_space).starts_with('#');
        if line.ends_with('\\') && !comment {
            // pip strips backslashes from both ends
            open.get_or_insert_with(|| (number, String::new())).1.push_str(line.trim_matches('\\'));
            continue;
        }
        let (number, mut text) = open.take().unwrap_or((number, String::new()));
        if comment {
            text.push(' ');
        }
        text.push_str(line);
        joined.push((number, text));
    }
    joined.extend(open);
    joined
}

fn finish(number: u32, line: &str, variable: &dyn Fn(&str) -> Option<String>) -> Option<LogicalLine> {
    let without_comment = &line[..comment_start(line).unwrap_or(line.len())];
    let trimmed = without_comment.trim_start_matches(is_space);
    let indent = without_comment[..without_comment.len() - trimmed.len()].chars().count();
    let trimmed = trimmed.trim_end_matches(is_space);
    if trimmed.is_empty() {
        return None;
    }
    let text = expand(trimmed, variable);
    let unexpanded = (text != trimmed).then(|| trimmed.to_owned());
    Some(LogicalLine { number, text, unexpanded, indent })
}

/// Where a comment begins: `#` at the start, or white space before `#`.
fn comment_start(line: &str) -> Option<usize> {
    let mut space: Option<usize> = None;
    for (at, character) in line.char_indices() {
        match character {
            '#' if at == 0 || space.is_some() => return Some(space.unwrap_or(0)),
            character if is_space(character) => space = space.or(Some(at)),
            _ => space = None,
        }
    }
    None
}

/// `${NAME}` for capital names whose variable is set and not empty.
fn expand(line: &str, variable: &dyn Fn(&str) -> Option<String>) -> String {
    let mut expanded = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(start) = rest.find("${") {
        let (before, from) = rest.split_at(start);
        expanded.push_str(before);
        let name = &from[2..];
        let end = name.find(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'));
        let value = match end {
            Some(end) if end > 0 && name[end..].starts_with('}') => {
                variable(&name[..end]).filter(|value| !value.is_empty()).map(|value| (value, end))
            }
            _ => None,
        };
        match value {
            Some((value, end)) => {
                expanded.push_str(&value);
                rest = &name[end + 1..];
            }
            None => {
                expanded.push_str("${");
                rest = name;
            }
        }
    }
    expanded.push_str(rest);
    expanded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(u32, String)> {
        let variable = |name: &str| match name {
            "TOKEN" => Some("s3cret".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        };
        logical_lines(text, &variable).into_iter().map(|line| (line.number, line.text)).collect()
    }

    #[test]
    fn lines() {
        for (text, expected) in [
            ("a\n\nb\r\nc\rd", &[(1, "a"), (3, "b"), (4, "c"), (5, "d")][..]),
            ("  a  # comment\n#x\nb#c", &[(1, "a"), (3, "b#c")]),
            ("a \\\n  b \\\n c\nd", &[(1, "a   b  c"), (4, "d")]),
            ("a \\\n# comment \\\nb", &[(1, "a"), (3, "b")]),
            ("a\\", &[(1, "a")]),
            ("\\\\a\\\\", &[(1, "a")]),
            ("a \\\n", &[(1, "a")]),
            ("x${TOKEN}y ${EMPTY} ${NONE} ${lower} ${}", &[(1, "xs3crety ${EMPTY} ${NONE} ${lower} ${}")]),
            ("a\u{2028}b\x0cc", &[(1, "a"), (2, "b"), (3, "c")]),
            ("", &[]),
        ] {
            let expected: Vec<_> = expected.iter().map(|(n, t)| (*n, (*t).to_owned())).collect();
            assert_eq!(read(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_password_from_a_variable_is_not_shown() {
        let lines = logical_lines("  -i https://u:${P}@h/", &|_| Some("x".into()));
        assert_eq!(lines[0].text, "-i https://u:x@h/");
        assert_eq!(lines[0].unexpanded.as_deref(), Some("-i https://u:${P}@h/"));
        assert_eq!(lines[0].indent, 2);
    }
}
