//! Errors of every room as [`Diagnostic`]s: here those of the command line, of settings and of project files.

mod conflict;
mod fetching;

pub use conflict::conflict;
pub use fetching::refused_wheel;

use super::{Diagnostic, Excerpt, codes, redact_text};
use crate::cli::{Expected, UsageError, words};
use crate::settings::{Origin, PipFileError, SettingsError, SettingsWarning};
use project::pyproject::PyProjectError;
use project::requirements_file::{Hint, OptionError, Problem, RequestedError, RequirementsFileError};

impl From<&UsageError> for Diagnostic {
    fn from(error: &UsageError) -> Self {
        let verb = format!("tilsit {}", words(error.path()));
        let verb = verb.trim_end();
        let usage = |summary: String| Self::new(&codes::USAGE, summary);
        let all = match error.path() {
            [] => "`tilsit help`".to_owned(),
            path => format!("`tilsit help {}`", words(path)),
        };
        match error {
            UsageError::UnknownFlag { given, nearest, .. } => {
                let hint = nearest.map(|nearest| format!("did you mean {nearest}? ")).unwrap_or_default();
                usage(format!("`{verb}` has no option {given}")).hint(format!("{hint}All options: {all}"))
            }
            UsageError::UnknownCommand { given, nearest, .. } => {
                let hint = nearest.map(|nearest| format!("did you mean `{nearest}`? ")).unwrap_or_default();
                usage(format!("`{verb}` has no command `{given}`")).hint(format!("{hint}All commands: {all}"))
            }
            UsageError::Ambiguous { given, candidates, .. } => {
                usage(format!("{given} may mean {}", candidates.join(" or ")))
            }
            UsageError::MissingValue { flag, .. } => usage(format!("{flag} needs a value")).hint(all),
            UsageError::UnexpectedValue { flag, .. } => usage(format!("{flag} takes no value")),
            UsageError::BadValue { flag, given, expected, .. } => {
                usage(format!("{flag} cannot be `{given}`")).fact(expected_words(expected))
            }
            UsageError::MissingCommand { path } => {
                let commands = path.last().map_or(&[][..], |command| command.subcommands);
                let names: Vec<&str> = commands.iter().map(|command| command.name).collect();
                usage(format!("`{verb}` needs a command: {}", names.join(", ")))
            }
            UsageError::TooFewArguments { path } => {
                let metavar = path.last().map_or("", |command| command.arguments.metavar);
                usage(format!("`{verb}` needs {metavar}")).hint(format!("how to write it: {all}"))
            }
            UsageError::TooManyArguments { given, .. } => {
                usage(format!("`{verb}` does not take `{given}`")).hint(format!("how to write it: {all}"))
            }
            UsageError::PythonAfterCommand => usage(error.to_string()),
        }
    }
}

fn expected_words(expected: &Expected) -> String {
    match expected {
        Expected::Integer => "expected a whole number".to_owned(),
        Expected::Decimal => "expected a number".to_owned(),
        Expected::OneOf(choices) => format!("expected {}", choices.join(", ")),
    }
}

impl From<&SettingsError> for Diagnostic {
    fn from(error: &SettingsError) -> Self {
        let config = |summary: String| Self::new(&codes::BAD_CONFIG, summary);
        match error {
            SettingsError::Toml { path, line, message } => {
                config(format!("{} is not valid TOML", path.display()))
                    .fact(format!("line {line}: {message}"))
            }
            SettingsError::Encoding { path } => config(format!("{} is not UTF-8", path.display())),
            SettingsError::Value { key, value, expected, origin } => {
                bad_value(key, value, &format!("{origin}: {expected}"))
            }
            SettingsError::PipValue(error) => {
                let origin = error.origin();
                let key = match origin {
                    Origin::File { key, .. } => key.to_string(),
                    Origin::Env { name } => name.to_string(),
                    Origin::Flag { name } => (*name).to_owned(),
                    Origin::Default => String::new(),
                };
                config(format!("`{key}` has a value that it cannot have"))
                    .fact(format!("{origin}: {error}"))
                    .hint("`tilsit config explain` shows where values come from; --no-config ignores them")
            }
            SettingsError::PipFile(PipFileError::Ini { path, error }) => {
                config(format!("{} is not a valid configuration file of pip", path.display()))
                    .fact(error.to_string())
            }
            SettingsError::PipFile(PipFileError::Encoding { path }) => {
                config(format!("{} is not UTF-8", path.display()))
            }
        }
    }
}

fn bad_value(key: &str, value: &str, place: &str) -> Diagnostic {
    Diagnostic::new(&codes::BAD_CONFIG, format!("`{key}` cannot be {}", redact_text(value)))
        .fact(place)
        .hint(format!("`tilsit config explain {key}` shows where values come from"))
}

/// A warning as a sentence.
pub fn warning(warning: &SettingsWarning) -> String {
    let SettingsWarning::UnknownKey { path, line, key, nearest } = warning;
    let meant = nearest.map(|nearest| format!("; did you mean `{nearest}`?")).unwrap_or_default();
    format!("{}:{line}: `{key}` is not a setting{meant}", path.display())
}

/// A requirement that was typed on the command line; `text` is the whole word.
pub fn typed_requirement(text: &str, error: &RequestedError) -> Diagnostic {
    let excerpt = Excerpt::of("", (0, 0), text, error.span.clone(), &label(error));
    with_hint(Diagnostic::new(&codes::BAD_REQUIREMENT, not_a_requirement(error)).excerpt(excerpt), error)
}

impl From<&RequirementsFileError> for Diagnostic {
    fn from(error: &RequirementsFileError) -> Self {
        let before = error.text.get(..error.span.start).map_or(0, |before| before.chars().count());
        let indent = error.column.saturating_sub(before + 1);
        let excerpt = |label: &str| {
            Excerpt::of(&error.path, (error.line, indent), &error.text, error.span.clone(), label)
        };
        match &*error.problem {
            Problem::Requirement(problem) => {
                let diagnostic = Self::new(&codes::BAD_REQUIREMENTS_FILE, not_a_requirement(problem));
                with_hint(diagnostic.excerpt(excerpt(&label(problem))), problem)
            }
            Problem::Option(problem) => {
                Self::new(&codes::BAD_REQUIREMENTS_FILE, option_words(problem)).excerpt(excerpt(""))
            }
        }
    }
}

fn not_a_requirement(error: &RequestedError) -> String {
    format!("`{}` is not a requirement", redact_text(&error.text))
}

fn with_hint(diagnostic: Diagnostic, error: &RequestedError) -> Diagnostic {
    match error.hint {
        Some(Hint::SingleEquals) => diagnostic.hint("`=` is not an operator; `==` pins a version"),
        Some(Hint::RequirementsFile) => {
            diagnostic.hint(format!("to install what a file lists: -r {}", error.text))
        }
        None => diagnostic,
    }
}

/// What stands at the caret.
fn label(error: &RequestedError) -> String {
    match error.hint {
        Some(Hint::SingleEquals) => "expected a version specifier".to_owned(),
        _ => lowered(&error.reason),
    }
}

fn lowered(sentence: &str) -> String {
    let mut characters = sentence.chars();
    let first = characters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(characters).collect()
}

fn option_words(error: &OptionError) -> String {
    match error {
        OptionError::Unclosed { .. } => "a quotation does not end".to_owned(),
        OptionError::Unknown { given } => format!("{given} is not an option of requirements files"),
        OptionError::Ambiguous { given, candidates } => {
            format!("{given} may mean {}", candidates.join(" or "))
        }
        OptionError::MissingValue { option } => format!("{option} needs a value"),
        OptionError::UnexpectedValue { option } => format!("{option} takes no value"),
        OptionError::UnknownFeature { given } => format!("there is no feature `{given}`"),
        OptionError::HashWithoutAlgorithm => "a hash must name its algorithm: --hash=sha256:…".to_owned(),
        OptionError::WeakHash => "only sha256, sha384 and sha512 can pin a file".to_owned(),
        OptionError::BadDigest { .. } => error.to_string(),
        OptionError::BadSetting => "a setting of the build must be KEY=VALUE".to_owned(),
    }
}

impl From<&PyProjectError> for Diagnostic {
    fn from(error: &PyProjectError) -> Self {
        let (summary, label) = match error.message.split_once(": ") {
            Some((summary, reason)) => (summary.to_owned(), lowered(reason)),
            None => (error.message.clone(), String::new()),
        };
        let start = error.column.saturating_sub(1);
        let excerpt = Excerpt {
            path: error.path.clone(),
            line: error.line,
            column: error.column,
            text: error.text.clone(),
            start,
            length: error.length,
            label,
        };
        Self::new(&codes::PROJECT_FILE, summary).excerpt(excerpt)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Style;
    use super::*;
    use crate::cli::{native, parse};
    use project::requirements_file::{Requested, Source};
    use std::sync::Arc;

    /// The example on a code's page.
    fn example(code: &str) -> String {
        let page = codes::find(code).unwrap().page;
        let (_, rest) = page.split_once("```\n").unwrap();
        rest.split_once("```").unwrap().0.to_owned()
    }

    #[test]
    fn pages_show_what_is_printed() {
        let mut printed: Vec<(Diagnostic, &str)> = Vec::new();
        let words: Vec<String> = ["install", "--upgrad"].iter().map(|word| (*word).to_owned()).collect();
        let error = parse(&native::PROGRAM, &words).unwrap_err();
        printed.push((Diagnostic::from(&error), "usage"));

        let origin = Arc::new(packaging::Origin::CommandLine);
        let error = Requested::parse("alpha=1", &origin).unwrap_err();
        printed.push((typed_requirement("alpha=1", &error), "bad-requirement"));

        let source = Source { path: "requirements.txt", constraint: false, text: "alpha\nbeta==\n" };
        let error = project::requirements_file::parse(source, &|_| None).unwrap_err();
        printed.push((Diagnostic::from(&error), "bad-requirements-file"));

        let origin =
            Origin::File { path: std::path::Path::new("tilsit.toml").into(), line: 3, key: "retries".into() };
        let error = SettingsError::Value {
            key: "retries".into(),
            value: "\"many\"".into(),
            expected: "expected a whole number".into(),
            origin,
        };
        printed.push((Diagnostic::from(&error), "bad-config"));

        let text = "[project]\nname = \"x\"\ndependencies = [\"alpha=1\"]\n";
        let error = project::pyproject::PyProject::parse("pyproject.toml", text).unwrap_err();
        printed.push((Diagnostic::from(&*error), "project-file"));
        let shown =
            |(diagnostic, code): &(Diagnostic, &str)| (diagnostic.render(Style::PLAIN), example(code));
        let wrong: Vec<_> = printed.iter().map(shown).filter(|(printed, page)| printed != page).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
