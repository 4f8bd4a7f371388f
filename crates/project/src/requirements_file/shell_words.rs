//! Splitting options into words as Python's `shlex.split` does.

/// A quotation or an escape that does not end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unclosed;

/// POSIX words: space separates, quotes group, a backslash escapes (in double quotes only `"` and itself). Each word
/// comes with the byte range it was written in.
pub fn split(text: &str) -> Result<Vec<(String, std::ops::Range<usize>)>, Unclosed> {
    let mut words = Vec::new();
    let mut word: Option<(String, usize)> = None;
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        if matches!(character, ' ' | '\t' | '\r' | '\n') {
            words.extend(word.take().map(|(word, start)| (word, start..at)));
            continue;
        }
        let (current, _) = word.get_or_insert_with(|| (String::new(), at));
        match character {
            '\'' | '"' => quoted(character, &mut characters, current)?,
            '\\' => current.push(characters.next().ok_or(Unclosed)?.1),
            other => current.push(other),
        }
    }
    words.extend(word.map(|(word, start)| (word, start..text.len())));
    Ok(words)
}

fn quoted(
    quote: char,
    characters: &mut std::str::CharIndices<'_>,
    word: &mut String,
) -> Result<(), Unclosed> {
    loop {
        match characters.next().ok_or(Unclosed)?.1 {
            end if end == quote => return Ok(()),
            '\\' if quote == '"' => {
                let escaped = characters.next().ok_or(Unclosed)?.1;
                if escaped != '\\' && escaped != '"' {
                    word.push('\\');
                }
                word.push(escaped);
            }
            other => word.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_shlex_splits() {
        for (text, expected) in [
            ("-r a.txt", Some(&["-r", "a.txt"][..])),
            ("-r 'a b' \"c\\\"d\" e\\ f", Some(&["-r", "a b", "c\"d", "e f"])),
            ("'a\\b' \"a\\b\"", Some(&["a\\b", "a\\b"])),
            ("a''b ''", Some(&["ab", ""])),
            ("", Some(&[])),
            ("'a", None),
            ("a\\", None),
        ] {
            let words =
                split(text).ok().map(|words| words.into_iter().map(|(word, _)| word).collect::<Vec<_>>());
            assert_eq!(
                words,
                expected.map(|words| words.iter().map(|w| (*w).to_owned()).collect()),
                "{text:?}"
            );
        }
    }
}
