//! What was asked for and cannot be read: words, requirements files, project files, locks.

use super::super::{Diagnostic, Excerpt, codes, redact_text};
use crate::ops::direct::DirectError;
use crate::ops::project_file::ProjectFileError;
use crate::ops::wanted::WantedError;
use project::pyproject::PyProjectError;
use project::requirements_file::{Hint, OptionError, Problem, RequestedError, RequirementsFileError};
use std::io::ErrorKind;

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

/// What was asked for.
pub fn wanted(error: &WantedError) -> Diagnostic {
    match error {
        WantedError::Word(error) => typed_requirement(&error.text, error),
        WantedError::Line(error) => error.into(),
        WantedError::Open { path, constraint, source } => {
            cannot_read(path, source).fact(if *constraint { "named by -c" } else { "named by -r" })
        }
        WantedError::Decode { path, source } => {
            Diagnostic::new(&codes::BAD_REQUIREMENTS_FILE, format!("{path} is not a text"))
                .fact(source.to_string())
                .hint("save it as UTF-8")
        }
        WantedError::Recursive { path, again, .. } => {
            Diagnostic::new(&codes::BAD_REQUIREMENTS_FILE, format!("{path} includes itself"))
                .fact(format!("it is named again in {again}"))
        }
        WantedError::Fetch(error) => error.into(),
        WantedError::Interrupted => super::operation::interrupted(),
        WantedError::Direct(error) => error.into(),
        WantedError::Constraint(words) => Diagnostic::new(&codes::BAD_REQUIREMENTS_FILE, lowered(words))
            .fact("a constraint limits versions of a named package: `alpha<2`"),
        WantedError::Project(error) => project_file(error),
    }
}

/// A file that was named and cannot be opened.
pub fn cannot_read(path: &str, error: &std::io::Error) -> Diagnostic {
    match error.kind() {
        ErrorKind::NotFound => Diagnostic::new(&codes::NO_SUCH_FILE, format!("{path} does not exist")),
        ErrorKind::PermissionDenied => {
            Diagnostic::new(&codes::NO_PERMISSION, format!("no permission to read {path}"))
        }
        ErrorKind::InvalidData => Diagnostic::new(&codes::NO_SUCH_FILE, format!("{path} is not a text")),
        _ => Diagnostic::new(&codes::NO_SUCH_FILE, format!("{path} cannot be read")).fact(error.to_string()),
    }
}

/// A `pyproject.toml`.
pub fn project_file(error: &ProjectFileError) -> Diagnostic {
    let project = |summary: String| Diagnostic::new(&codes::PROJECT_FILE, summary);
    match error {
        ProjectFileError::Open { path, source } => cannot_read(path, source),
        ProjectFileError::Content(error) => (&**error).into(),
        ProjectFileError::Dynamic { path, field: None } => {
            project(format!("{path} has no [project] table, so it does not say what the project needs"))
                .hint("list what it needs under `dependencies` of `[project]`")
        }
        ProjectFileError::Dynamic { path, field: Some(field) } => {
            project(format!("{path} leaves its {field} to its build back end"))
                .fact(format!("`dynamic` names {field}; reading them would run the project's build"))
                .hint(format!("list them in {path} and take `{field}` out of `dynamic`"))
        }
        ProjectFileError::NoExtra { path, extra, known } => {
            let known: Vec<&str> = known.iter().map(packaging::Extra::as_str).collect();
            let fact = if known.is_empty() {
                "it has none".to_owned()
            } else {
                format!("it has: {}", known.join(", "))
            };
            project(format!("{path} has no extra `{extra}`")).fact(fact)
        }
        ProjectFileError::Group { path, errors, .. } => {
            let mut words = errors.iter().map(ToString::to_string);
            let first = words.next().unwrap_or_else(|| "a dependency group is broken".to_owned());
            project(first).fact(path.clone()).facts(words)
        }
        ProjectFileError::BadExtra(word) => {
            Diagnostic::new(&codes::USAGE, format!("`{word}` is not the name of an extra"))
        }
    }
}

impl From<&DirectError> for Diagnostic {
    fn from(error: &DirectError) -> Self {
        match error {
            DirectError::Missing { path } | DirectError::NothingThere { path, .. } => {
                Self::new(&codes::NO_SUCH_FILE, format!("{} does not exist", path.display()))
            }
            DirectError::NotAPlace { typed, there: None, .. } => {
                Self::new(&codes::NO_SUCH_FILE, format!("{typed} does not exist"))
            }
            DirectError::NotAPlace { typed, .. } => {
                Self::new(&codes::NO_SUCH_FILE, format!("{typed} is neither a folder nor an archive"))
            }
            DirectError::NeedsBuilding { place } => needs_building(&redact_text(place)),
            DirectError::NoProject { place } => super::source::no_project(&redact_text(place)),
            DirectError::NotEditable { place } => super::source::not_editable(place),
            DirectError::BadRepository { url, problem } => {
                Self::new(&codes::BAD_REQUIREMENT, format!("`{}` cannot be used", redact_text(url)))
                    .fact(problem.to_string())
                    .fact(
                        "a repository is named like git+https://HOST/REPOSITORY@REVISION#subdirectory=FOLDER",
                    )
            }
            DirectError::BadUrl { url } => {
                Self::new(&codes::BAD_REQUIREMENT, format!("`{}` cannot be fetched", redact_text(url)))
                    .fact("expected a path, or an address that begins with https:// or file://")
            }
            DirectError::Filename { source, .. } => {
                Self::new(&codes::BAD_REQUIREMENT, "this is not the file name of a wheel")
                    .fact(source.to_string())
                    .fact("a wheel is named NAME-VERSION-PYTHON-ABI-PLATFORM.whl")
            }
            DirectError::OtherPackage { wanted, found, place } => Self::new(
                &codes::BAD_REQUIREMENT,
                format!("`{wanted}` was asked for, but the file is `{found}`"),
            )
            .fact(format!("the file: {}", redact_text(place)))
            .hint(format!("write `{found} @ …`")),
            DirectError::Wheel { place, source } => {
                let name = place.rsplit('/').next().unwrap_or(place);
                super::refused_wheel(name, source).fact(format!("from: {}", redact_text(place)))
            }
        }
    }
}

/// Something of which only the source may not be used.
pub(super) fn needs_building(place: &str) -> Diagnostic {
    Diagnostic::new(
        &codes::NEEDS_BUILDING,
        format!("`{place}` would have to be built, and that is not allowed"),
    )
    .fact("only its source is there")
    .hint("allow it: without `--only-binary` for it")
}
