//! Breaking text into lines.

/// Breaks `text` at spaces into lines of at most `width` characters; a longer word gets a line of its own.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut length = 0;
    for word in text.split_whitespace() {
        let word_length = word.chars().count();
        if length > 0 && length + 1 + word_length > width {
            lines.push(std::mem::take(&mut line));
            length = 0;
        }
        if length > 0 {
            line.push(' ');
            length += 1;
        }
        line.push_str(word);
        length += word_length;
    }
    if length > 0 {
        lines.push(line);
    }
    lines
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
    }

    #[test]
    fn columns() {
        let mut out = String::new();
        two_columns(&mut out, "  -a", "short text", (8, 40));
        two_columns(&mut out, "  --very-long", "text", (8, 40));
        assert_eq!(out, "  -a    short text\n  --very-long\n        text\n");
    }
}
