//! Colours inside of a text: marks where a style begins and ends, which become escape sequences or nothing when the
//! text is printed.
//!
//! The marks are Unicode noncharacters, which mean nothing in any text; a stranger's text that has one anyhow can
//! colour itself, no more.

use anstyle::{AnsiColor, Effects, Style};

/// Ends what any other mark began.
const END: char = '\u{fdd0}';

/// What a part of a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The word `error`.
    Error,
    /// The word `note`.
    Note,
    /// The word `hint`.
    Hint,
    /// What goes first.
    Strong,
    /// The frame around an error.
    Frame,
    /// A place that was asked.
    Place,
    /// A command that was run.
    Command,
    /// A bracket in a command.
    Bracket,
    /// A number.
    Number,
    /// An address.
    Address,
    /// A heading of a help text.
    Heading,
    /// A short option.
    Short,
    /// A long option, or a command of a help text.
    Long,
    /// The name of an option's value.
    Value,
}

const ALL: [Mark; 14] = [
    Mark::Error,
    Mark::Note,
    Mark::Hint,
    Mark::Strong,
    Mark::Frame,
    Mark::Place,
    Mark::Command,
    Mark::Bracket,
    Mark::Number,
    Mark::Address,
    Mark::Heading,
    Mark::Short,
    Mark::Long,
    Mark::Value,
];

impl Mark {
    /// Puts the marks around a text.
    pub fn around(self, text: &str) -> String {
        format!("{}{text}{END}", self.begin())
    }

    /// U+FDD1 and following.
    fn begin(self) -> char {
        let place = ALL.iter().position(|mark| *mark == self).unwrap_or_default();
        u32::try_from(place).ok().and_then(|place| char::from_u32(0xfdd1 + place)).unwrap_or(END)
    }

    fn of(begin: char) -> Option<Self> {
        let place = u32::from(begin).checked_sub(0xfdd1)?;
        ALL.get(usize::try_from(place).ok()?).copied()
    }

    /// The styles of pip, whose library has these names for them.
    fn style(self) -> Style {
        match self {
            Self::Error => AnsiColor::Red.on_default().bold(),
            Self::Note => AnsiColor::Magenta.on_default().bold(),
            Self::Hint | Self::Number => AnsiColor::Cyan.on_default().bold(),
            Self::Strong => Style::new().bold(),
            Self::Frame => AnsiColor::Red.on_default(),
            Self::Place => AnsiColor::Magenta.on_default(),
            Self::Command | Self::Short => AnsiColor::Green.on_default(),
            Self::Bracket => AnsiColor::Green.on_default().bold(),
            Self::Address => AnsiColor::BrightBlue.on_default().underline(),
            Self::Heading => AnsiColor::Blue.on_default().bold(),
            Self::Long => AnsiColor::Cyan.on_default(),
            Self::Value => AnsiColor::Yellow.on_default(),
        }
    }
}

/// How much of a style is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Nothing.
    Nothing,
    /// Bold and underlined, no colour.
    Effects,
    /// All of it.
    All,
}

/// Whether there is any mark in a text.
pub fn is_marked(text: &str) -> bool {
    text.contains(END)
}

/// The text without marks, with escape sequences where they were.
pub fn painted(text: &str, shown: Shown) -> String {
    let mut out = String::with_capacity(text.len());
    let mut open = false;
    for character in text.chars() {
        if character == END {
            out.push_str(if std::mem::take(&mut open) { "\u{1b}[0m" } else { "" });
        } else if let Some(mark) = Mark::of(character) {
            let sequence = sequence(mark.style(), shown);
            open = !sequence.is_empty();
            out.push_str(&sequence);
        } else {
            out.push(character);
        }
    }
    out
}

/// One escape sequence, effects first: `anstyle` writes one for each.
fn sequence(style: Style, shown: Shown) -> String {
    let mut codes = Vec::new();
    if shown != Shown::Nothing {
        let effects = style.get_effects();
        codes.extend(effects.contains(Effects::BOLD).then_some(1));
        codes.extend(effects.contains(Effects::UNDERLINE).then_some(4));
    }
    if let (Shown::All, Some(anstyle::Color::Ansi(color))) = (shown, style.get_fg_color()) {
        let bright = if color.is_bright() { 90 } else { 30 };
        codes.push(bright + u32::from(anstyle::Ansi256Color::from_ansi(color).index() % 8));
    }
    let codes: Vec<String> = codes.iter().map(ToString::to_string).collect();
    if codes.is_empty() { String::new() } else { format!("\u{1b}[{}m", codes.join(";")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_become_escapes_or_nothing() {
        let text = format!("{}: {}", Mark::Error.around("error"), Mark::Frame.around("×"));
        assert!(is_marked(&text) && !is_marked("error: ×"));
        assert_eq!(painted(&text, Shown::All), "\u{1b}[1;31merror\u{1b}[0m: \u{1b}[31m×\u{1b}[0m");
        assert_eq!(painted(&text, Shown::Effects), "\u{1b}[1merror\u{1b}[0m: ×");
        assert_eq!(painted(&text, Shown::Nothing), "error: ×");
        let address = Mark::Address.around("x");
        assert_eq!(painted(&address, Shown::All), "\u{1b}[4;94mx\u{1b}[0m");
    }

    #[test]
    fn every_mark_is_its_own() {
        for mark in ALL {
            assert_eq!(Mark::of(mark.begin()), Some(mark));
        }
    }
}
