//! Mistakes on a command line.

use super::flag::{Command, Program};
use super::parse::Expected;

/// Why a command line could not be read: data for the two wordings, ours and `optparse`'s.
#[derive(Clone, Debug, thiserror::Error)]
pub enum UsageError {
    /// No flag of that name here.
    #[error("no such option: {given}")]
    UnknownFlag {
        /// As typed, without a value.
        given: String,
        /// The most similar flag.
        nearest: Option<&'static str>,
        /// The command it was given to.
        path: Vec<&'static Command>,
    },
    /// An abbreviation that fits several flags.
    #[error("ambiguous option: {given} ({}?)", candidates.join(", "))]
    Ambiguous {
        /// As typed.
        given: String,
        /// What it fits, sorted.
        candidates: Vec<&'static str>,
        /// The command it was given to.
        path: Vec<&'static Command>,
    },
    /// The value of a flag is missing.
    #[error("{flag} option requires 1 argument")]
    MissingValue {
        /// The flag's full name.
        flag: &'static str,
        /// The command it was given to.
        path: Vec<&'static Command>,
    },
    /// A switch was given a value.
    #[error("{flag} option does not take a value")]
    UnexpectedValue {
        /// The flag's full name.
        flag: &'static str,
        /// The command it was given to.
        path: Vec<&'static Command>,
    },
    /// A value that is not of the flag's kind.
    #[error("{}", describe(flag, given, expected))]
    BadValue {
        /// The flag's full name.
        flag: &'static str,
        /// The value.
        given: String,
        /// What was expected.
        expected: Expected,
        /// The command it was given to.
        path: Vec<&'static Command>,
    },
    /// No command of that name.
    #[error("unknown command \"{given}\"")]
    UnknownCommand {
        /// As typed.
        given: String,
        /// The command whose subcommand it should have been.
        path: Vec<&'static Command>,
        /// The most similar command.
        nearest: Option<&'static str>,
    },
    /// A command that needs a subcommand stood alone.
    #[error("{} needs a subcommand", words(path))]
    MissingCommand {
        /// The command.
        path: Vec<&'static Command>,
    },
    /// Fewer words than the command needs.
    #[error("{} needs {}", words(path), path.last().map_or("", |command| command.arguments.metavar))]
    TooFewArguments {
        /// The command.
        path: Vec<&'static Command>,
    },
    /// More words than the command takes.
    #[error("{} does not take `{given}`", words(path))]
    TooManyArguments {
        /// The first one too many.
        given: String,
        /// The command.
        path: Vec<&'static Command>,
    },
    /// pip's `--python` chooses the interpreter before anything else and must come first.
    #[error("The --python option must be placed before the pip subcommand name")]
    PythonAfterCommand,
}

impl UsageError {
    /// What pip prints on stderr, and its exit code: the usage lines and one sentence (2), or an `ERROR:` line (1).
    pub fn as_pip(&self, program: &'static Program) -> (String, u8) {
        match self {
            Self::UnknownCommand { nearest: Some(nearest), .. } => {
                (format!("ERROR: {self} - maybe you meant \"{nearest}\"\n"), 1)
            }
            Self::UnknownCommand { .. } | Self::PythonAfterCommand => (format!("ERROR: {self}\n"), 1),
            _ => (format!("{}{self}\n", super::help::marked_usage(program, self.path())), 2),
        }
    }

    /// The command that the mistake was made with.
    pub fn path(&self) -> &[&'static Command] {
        match self {
            Self::UnknownFlag { path, .. }
            | Self::Ambiguous { path, .. }
            | Self::MissingValue { path, .. }
            | Self::UnexpectedValue { path, .. }
            | Self::BadValue { path, .. }
            | Self::UnknownCommand { path, .. }
            | Self::MissingCommand { path }
            | Self::TooFewArguments { path }
            | Self::TooManyArguments { path, .. } => path,
            Self::PythonAfterCommand => &[],
        }
    }
}

/// The words of a path of commands.
pub fn words(path: &[&'static Command]) -> String {
    path.iter().map(|command| command.name).collect::<Vec<_>>().join(" ")
}

/// `optparse`'s words for a bad value.
pub fn describe(flag: &str, given: &str, expected: &Expected) -> String {
    let shown = python_repr(given);
    match expected {
        Expected::Integer => format!("option {flag}: invalid integer value: {shown}"),
        Expected::Decimal => format!("option {flag}: invalid floating-point value: {shown}"),
        Expected::Setting => format!("Arguments to {flag} must be of the form KEY=VAL"),
        Expected::OneOf(choices) => {
            let choices: Vec<String> = choices.iter().map(|choice| python_repr(choice)).collect();
            format!("option {flag}: invalid choice: {shown} (choose from {})", choices.join(", "))
        }
    }
}

/// Text as Python's `repr` shows it, which pip prints in several messages.
pub fn python_repr(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut shown = String::with_capacity(text.len() + 2);
    shown.push(quote);
    for character in text.chars() {
        match character {
            '\\' => shown.push_str("\\\\"),
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            '\'' if quote == '\'' => shown.push_str("\\'"),
            control if u32::from(control) < 0x20 || control == '\x7f' => {
                shown.push_str(&format!("\\x{:02x}", u32::from(control)));
            }
            other => shown.push(other),
        }
    }
    shown.push(quote);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repr_as_python_writes_it() {
        for (text, expected) in [
            ("x", "'x'"),
            ("it's", "\"it's\""),
            ("'\"", "'\\'\"'"),
            ("a\nb\\", "'a\\nb\\\\'"),
            ("\x01", "'\\x01'"),
            ("ü", "'ü'"),
        ] {
            assert_eq!(python_repr(text), expected);
        }
    }
}
