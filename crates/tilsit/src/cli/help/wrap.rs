//! Breaking text into lines.

/// Breaks `text` at spaces into lines of at most `width` characters; a longer word gets a line of its own.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    lines(text.split_whitespace().map(|word| (" ", word)), width)
}

/// As [`wrap`], but also behind hyphens between letters, as Python's `textwrap` does.
pub fn wrap_hyphenated(text: &str, width: usize) -> Vec<String> {
    let pieces = text.split_whitespace().flat_map(|word| {
        let parts = hyphenated(word).into_iter().enumerate();
        parts.map(|(at, part)| (if at == 0 { " " } else { "" }, part))
    });
    lines(pieces, width)
}

/// Lines of pieces, each with what stands before it unless it begins a line.
fn lines<'a>(pieces: impl Iterator<Item = (&'a str, &'a str)>, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut length = 0;
    for (space, piece) in pieces {
        let piece_length = piece.chars().count();
        if length > 0 && length + space.len() + piece_length > width {
            lines.push(std::mem::take(&mut line));
            length = 0;
        }
        if length > 0 {
            line.push_str(space);
            length += space.len();
        }
        line.push_str(piece);
        length += piece_length;
    }
    if length > 0 {
        lines.push(line);
    }
    lines
}

/// The parts of a word that has hyphens with two letters before and after them.
fn hyphenated(word: &str) -> Vec<&str> {
    let letters = |text: &str| text.chars().count() == 2 && text.chars().all(char::is_alphabetic);
    let mut parts = Vec::new();
    let mut begin = 0;
    for (at, _) in word.match_indices('-') {
        let before = word[begin..at].char_indices().rev().nth(1).map(|(from, _)| &word[begin + from..at]);
        let after =
            word[at + 1..].char_indices().nth(2).map_or(&word[at + 1..], |(end, _)| &word[at + 1..][..end]);
        if before.is_some_and(letters) && letters(after) {
            parts.push(&word[begin..=at]);
            begin = at + 1;
        }
    }
    parts.push(&word[begin..]);
    parts
}

/// `label` and `text` in two columns: the text begins at `column`, on the next line when the label is too long.
pub fn two_columns(out: &mut String, label: &str, text: &str, (column, width): (usize, usize)) {
    let lines = wrap(text, width.saturating_sub(column).max(20));
    let room = column.saturating_sub(2);
    let fits = label.chars().count() <= room;
    out.push_str(label);
    for (at, line) in lines.iter().enumerate() {
        if at == 0 && fits {
            out.push_str(&" ".repeat(column - label.chars().count()));
        } else {
            out.push('\n');
            out.push_str(&" ".repeat(column));
        }
        out.push_str(line);
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("incomprehensibilities are long", 6), ["incomprehensibilities", "are", "long"]);
        assert!(wrap("", 10).is_empty());
        assert_eq!(
            wrap_hyphenated("use --config-setting=--my-x -C--my-other", 16),
            ["use --config-", "setting=--my-x", "-C--my-other"]
        );
    }

    #[test]
    fn columns() {
        let mut out = String::new();
        two_columns(&mut out, "  -a", "short text", (8, 40));
        two_columns(&mut out, "  --very-long", "text", (8, 40));
        assert_eq!(out, "  -a    short text\n  --very-long\n        text\n");
    }
}
