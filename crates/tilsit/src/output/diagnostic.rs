//! An error as a person should meet it: facts, whose fault, what to do.

use super::codes::Code;
use super::terminal::Style;

/// The column at which an error's code stands.
const CODE_COLUMN: usize = 77;

/// An error, ready to be worded by a personality.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which error; its page says more.
    pub code: &'static Code,
    /// One sentence without full stop; names in backquotes.
    pub summary: String,
    /// What is known, one fact a line, in the order in which they explain the summary.
    pub facts: Vec<String>,
    /// The line of a file that is at fault.
    pub excerpt: Option<Box<Excerpt>>,
    /// Whose fault it is, where that is not plain.
    pub note: Option<String>,
    /// One thing to do, with a command to paste where there is one.
    pub hint: Option<String>,
    /// The exit code.
    pub exit: u8,
}

/// A line of a file with the place at fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// The file; empty for a word of the command line.
    pub path: String,
    /// The line, counted from 1; 0 for a word of the command line.
    pub line: u32,
    /// The column of the fault, counted in characters from 1.
    pub column: usize,
    /// The line's text.
    pub text: String,
    /// Where in `text` the fault begins, in characters from 0.
    pub start: usize,
    /// How many characters are at fault; 0 marks a place between two.
    pub length: usize,
    /// What is wrong there, in a few words.
    pub label: String,
}

impl Excerpt {
    /// An excerpt from a byte range of a line; `indent` characters of the file's line are not part of `text`.
    pub fn of(
        path: &str,
        (line, indent): (u32, usize),
        text: &str,
        span: std::ops::Range<usize>,
        label: &str,
    ) -> Self {
        let characters = |to: usize| text.get(..to.min(text.len())).map_or(0, |text| text.chars().count());
        let start = characters(span.start);
        Self {
            path: path.to_owned(),
            line,
            column: indent + start + 1,
            text: text.to_owned(),
            start,
            length: characters(span.end).saturating_sub(start),
            label: label.to_owned(),
        }
    }
}

impl Diagnostic {
    /// An error with its code's exit code and nothing but a summary.
    pub fn new(code: &'static Code, summary: impl Into<String>) -> Self {
        Self {
            code,
            summary: summary.into(),
            facts: Vec::new(),
            excerpt: None,
            note: None,
            hint: None,
            exit: code.exit,
        }
    }

    /// The same with one more fact.
    #[must_use]
    pub fn fact(mut self, fact: impl Into<String>) -> Self {
        self.facts.push(fact.into());
        self
    }

    /// The same with more facts.
    #[must_use]
    pub fn facts(mut self, facts: impl IntoIterator<Item = String>) -> Self {
        self.facts.extend(facts);
        self
    }

    /// The same with the line at fault.
    #[must_use]
    pub fn excerpt(mut self, excerpt: Excerpt) -> Self {
        self.excerpt = Some(Box::new(excerpt));
        self
    }

    /// The same with a word on whose fault it is.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// The same with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Our wording. Every line is readable without colour, and credentials in URLs are masked.
    pub fn render(&self, style: Style) -> String {
        let mut out = String::new();
        let plain = format!("error: {}", self.summary);
        let gap = CODE_COLUMN.saturating_sub(plain.chars().count()).max(2);
        let (first, more) = self.summary.split_once('\n').unwrap_or((&self.summary, ""));
        let first = shown(first);
        out.push_str(&format!(
            "{} {first}{}{}\n",
            style.error("error:"),
            " ".repeat(if more.is_empty() { gap } else { 2 }),
            style.dim(&format!("[{}]", self.code.name))
        ));
        push_indented(&mut out, more);
        if let Some(excerpt) = &self.excerpt {
            push_excerpt(&mut out, excerpt, style);
        }
        for fact in &self.facts {
            push_indented(&mut out, fact);
        }
        for (word, text) in [("note:", &self.note), ("hint:", &self.hint)] {
            if let Some(text) = text {
                out.push_str(&format!("{} {}\n", style.hint(word), shown(text)));
            }
        }
        super::redact::redact_text(&out)
    }
}

fn push_indented(out: &mut String, text: &str) {
    for line in text.lines() {
        out.push_str(format!("  {}", shown(line)).trim_end());
        out.push('\n');
    }
}

fn push_excerpt(out: &mut String, excerpt: &Excerpt, style: Style) {
    const LONGEST: usize = 100;
    // A very long line is cut so that the place at fault is seen.
    let skip = (excerpt.start + 20).saturating_sub(LONGEST);
    let visible: String = excerpt.text.chars().skip(skip).take(LONGEST).map(printable).collect();
    let start = excerpt.start - skip.min(excerpt.start);
    let length = excerpt.length.clamp(1, LONGEST.saturating_sub(start).max(1));
    let marks = format!("{}{} {}", " ".repeat(start), style.error(&"^".repeat(length)), excerpt.label);
    let marks = marks.trim_end();
    if excerpt.line == 0 {
        out.push_str(&format!("  {visible}\n  {marks}\n"));
        return;
    }
    let number = excerpt.line.to_string();
    let margin = " ".repeat(number.len());
    out.push_str(&format!("  {}:{}:{}\n", excerpt.path, excerpt.line, excerpt.column));
    out.push_str(&format!("  {number} | {visible}\n  {margin} | {marks}\n"));
}

/// A line that may hold a stranger's words, of which some are very long.
fn shown(line: &str) -> String {
    const LONGEST: usize = 1000;
    let mut letters = line.chars().map(printable);
    let mut shown: String = letters.by_ref().take(LONGEST).collect();
    if letters.next().is_some() {
        shown.push('…');
    }
    shown
}

/// Nothing from a file may move the cursor.
fn printable(character: char) -> char {
    if character.is_control() { ' ' } else { character }
}

#[cfg(test)]
mod tests {
    use super::super::codes;
    use super::*;

    #[test]
    fn as_designed() {
        let diagnostic = Diagnostic::new(&codes::CONFLICT, "no versions of `alpha` and `beta` fit together")
            .fact("alpha 1.0 needs gamma <2")
            .fact("you asked for alpha (https://u:p@h/reqs.txt:1)")
            .hint("alpha has no other version; `tilsit install alpha` alone works");
        let expected = "\
error: no versions of `alpha` and `beta` fit together                        [conflict]
  alpha 1.0 needs gamma <2
  you asked for alpha (https://u:****@h/reqs.txt:1)
hint: alpha has no other version; `tilsit install alpha` alone works
";
        assert_eq!(diagnostic.render(Style::PLAIN), expected);
        assert_eq!(diagnostic.exit, 1);
    }

    #[test]
    fn strangers_words_move_no_cursor_and_end() {
        let long = "x".repeat(2000);
        let diagnostic = Diagnostic::new(&codes::CONFLICT, "a\u{1b}[31m").fact(format!("\u{7}b\tc\n{long}"));
        let text = diagnostic.note("\u{9b}2J").render(Style::PLAIN);
        assert!(text.chars().all(|letter| letter == '\n' || !letter.is_control()), "{text:?}");
        assert_eq!(text.lines().nth(2).map(|line| line.chars().count()), Some(2 + 1000 + 1));
    }

    #[test]
    fn with_a_caret() {
        let excerpt = Excerpt::of("requirements.txt", (12, 2), "beta==", 6..6, "a version is missing");
        let diagnostic =
            Diagnostic::new(&codes::BAD_REQUIREMENTS_FILE, "`beta==` is no requirement").excerpt(excerpt);
        let expected = "\
error: `beta==` is no requirement                                            [bad-requirements-file]
  requirements.txt:12:9
  12 | beta==
     |       ^ a version is missing
";
        assert_eq!(diagnostic.render(Style::PLAIN), expected);
        assert_eq!(diagnostic.exit, 2);
    }
}
