//! pip's wording of errors.

use environment::{InstallError, ReadError, RemovalError};
use packaging::candidate::Availability;
use packaging::dependency_groups::GroupError;
use packaging::filenames::FilenameError;
use packaging::{Origin, Requirement};
use project::requirements_file::{OptionError, Problem, RequestedError};

use super::unreachable::fetch;
use crate::cli::python_repr;
use crate::ops::direct::{self, DirectError};
use crate::ops::install::InstallOpError;
use crate::ops::network::ConnectionError;
use crate::ops::obtain::ObtainError;
use crate::ops::project_file::ProjectFileError;
use crate::ops::search::SearchError;
use crate::ops::wanted::WantedError;
use crate::output::{Level, Mark, Terminal, redact_text};
use store::AddWheelError;
use store::wheels::WheelError;

/// What pip says of files that are not what they should be.
pub const MISMATCH: &str = "THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you have updated the package versions, please update the hashes. Otherwise, examine the package contents carefully; someone may have tampered with them.";

/// What pip says of constraints that are more than a name and versions.
const CONSTRAINT_FORMS: &str = "DEPRECATION: Constraints are only allowed to take the form of a package name and a version specifier. Other forms were originally permitted as an accident of the implementation, but were undocumented. The new implementation of the resolver no longer supports these forms. A possible replacement is replacing the constraint with a requirement. Discussion can be found at https://github.com/pypa/pip/issues/8210";

/// What pip says when a command cannot be done, and the code it ends with.
#[derive(Debug)]
pub struct Failure {
    /// Lines with their levels; those of INFO go to stdout.
    pub lines: Vec<(Level, String)>,
    /// The exit code.
    pub code: u8,
}

/// "Permission denied": the one of two errors of this kind for which pip has advice.
const EACCES: i32 = 13;

impl Failure {
    /// `ERROR: text`, exit code 1.
    pub fn error(text: impl Into<String>) -> Self {
        Self { lines: vec![(Level::Critical, format!("ERROR: {}", text.into()))], code: 1 }
    }

    /// The same with another exit code.
    #[must_use]
    pub fn ending_with(mut self, code: u8) -> Self {
        self.code = code;
        self
    }

    /// Adds what pip does not say: a way out.
    pub fn hint(&mut self, hint: &str) {
        self.lines.push((Level::Error, format!("hint: {hint}")));
    }

    /// The same with these hints.
    pub fn with_hints(mut self, hints: &[String]) -> Self {
        hints.iter().for_each(|hint| self.hint(hint));
        self
    }

    /// What pip calls an exception: a mistake that none of its commands expects, exit code 2.
    pub fn exception(text: impl std::fmt::Display) -> Self {
        let text = format!("ERROR: Exception:\n{text}");
        Self { lines: vec![(Level::Critical, text)], code: 2 }
    }

    /// A wheel that is none.
    pub fn bad_wheel(place: &str, url: &str, error: &AddWheelError) -> Self {
        let (name, version) = direct::distribution(url)
            .map(|one| (one.name().to_string(), one.version().to_string()))
            .unwrap_or_default();
        match error {
            AddWheelError::Content(WheelError::Inconsistent {
                place: ".dist-info folder", found, ..
            }) => Self::error(format!(
                "{name} has an invalid wheel, .dist-info directory '{found}-{version}.dist-info' does not start with '{name}'"
            )),
            _ => Self::error(format!("Wheel '{name}' located at {place} is invalid.")),
        }
    }

    /// What the system does not let pip do.
    pub fn os_error(error: &std::io::Error, path: &str) -> Self {
        let words = system_words(error, path);
        let mut text = format!("Could not install packages due to an OSError: {words}\n");
        if error.kind() != std::io::ErrorKind::PermissionDenied {
            return Self::error(text).if_full(error);
        }
        if error.raw_os_error() == Some(EACCES) {
            text.push_str("Consider using the `--user` option or check the permissions.\n");
        }
        let mut failure = Self::error(text);
        failure.hint(super::hints::PERMISSION);
        failure
    }

    /// The same in an environment, where `--user` helps nobody.
    pub fn in_environment(mut self) -> Self {
        for (_, text) in &mut self.lines {
            *text = text.replace(
                "Consider using the `--user` option or check the permissions.",
                "Check the permissions.",
            );
        }
        self
    }

    /// An exception of the system's about a file, in Python's words.
    pub fn system(error: &std::io::Error, path: &str) -> Self {
        let kind = match error.kind() {
            std::io::ErrorKind::NotFound => "FileNotFoundError",
            std::io::ErrorKind::PermissionDenied => "PermissionError",
            std::io::ErrorKind::IsADirectory => "IsADirectoryError",
            std::io::ErrorKind::NotADirectory => "NotADirectoryError",
            _ => "OSError",
        };
        // Temporary files wrap what the system said.
        let wrapped = error.get_ref().and_then(|inner| inner.source()?.downcast_ref::<std::io::Error>());
        let said = wrapped.unwrap_or(error);
        let number = said.raw_os_error().unwrap_or(5);
        let words = said.to_string();
        let words = words.split(" (os error").next().unwrap_or_default();
        let text = format!("{kind}: [Errno {number}] {words}: {}", crate::cli::python_repr(path));
        Self::exception(text).if_full(error)
    }

    /// The same with a hint where there is no room left.
    fn if_full(mut self, error: &std::io::Error) -> Self {
        if matches!(error.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded) {
            self.hint(super::hints::FULL);
        }
        self
    }

    /// Says it.
    pub fn tell(&self, terminal: &Terminal) {
        for (level, text) in &self.lines {
            match level {
                Level::Verbose => terminal.aside(&redact_text(text)),
                _ => terminal.say(*level, &redact_text(text)),
            }
        }
    }

    /// The shape of pip's diagnostic errors.
    pub fn diagnostic(reference: &str, message: &str, context: &str, note: &str, hint: &str) -> Self {
        let frame = |text: &str| Mark::Frame.around(text);
        let mut text = format!("{}: {}\n\n", Mark::Error.around("error"), Mark::Strong.around(reference));
        let message = message.replace('\n', &format!("\n{} ", frame("│")));
        text.push_str(&format!("{} {message}\n", frame("×")));
        if !context.is_empty() {
            let context = context.trim_end_matches('\n').replace('\n', &format!("\n{} ", frame("   ")));
            text.push_str(&format!("{} {context}\n", frame("╰─>")));
        }
        if !note.is_empty() || !hint.is_empty() {
            text.push('\n');
        }
        if !note.is_empty() {
            text.push_str(&format!("{}: {note}\n", Mark::Note.around("note")));
        }
        if !hint.is_empty() {
            text.push_str(&format!("{}: {hint}\n", Mark::Hint.around("hint")));
        }
        // An empty line of the context keeps its indentation.
        let empty = format!("{} ", frame("   "));
        let tidy = |line| if line == empty { line } else { str::trim_end(line) };
        let text = text.lines().map(tidy).collect::<Vec<_>>().join("\n");
        Self { lines: vec![(Level::Error, text)], code: 1 }
    }

    /// PEP 668
    pub fn externally_managed(message: &str) -> Self {
        Self::diagnostic(
            "externally-managed-environment",
            "This environment is externally managed",
            message,
            "If you believe this is a mistake, please contact your Python installation or OS distribution provider. You can override this, at the risk of breaking your Python installation or OS, by passing --break-system-packages.",
            "See PEP 668 for the detailed specification.",
        )
    }

    /// A constraint that is more than a name and versions.
    pub fn constraint(problem: &str) -> Self {
        let mut failure = Self::error(problem);
        failure.lines.insert(0, (Level::Warning, CONSTRAINT_FORMS.to_owned()));
        failure
    }

    /// Something that would have to be built first.
    pub fn needs_building(what: &str) -> Self {
        Self::diagnostic(
            "failed-wheel-build-for-install",
            "Failed to build installable wheels for some pyproject.toml based projects",
            what,
            "",
            "a wheel is needed here: this version builds no source distributions",
        )
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        Self::error(error.to_string())
    }
}

impl From<ConnectionError> for Failure {
    fn from(error: ConnectionError) -> Self {
        Self::error(error.to_string())
    }
}

impl From<DirectError> for Failure {
    fn from(error: DirectError) -> Self {
        match error {
            DirectError::NeedsBuilding { place } => Self::needs_building(&place),
            DirectError::Wheel { place, source } => wheel(&place, &source),
            DirectError::NotAPlace { typed, there, origin } => not_a_place(&typed, there, &origin),
            DirectError::BadUrl { url } => Self::error(format!(
                "Could not install packages due to an OSError: {}\n",
                super::unreachable::no_address(&url)
            )),
            DirectError::Missing { path } | DirectError::NothingThere { path, .. } => Self::error(format!(
                "Could not install packages due to an OSError: [Errno 2] No such file or directory: '{}'\n",
                path.display()
            )),
            DirectError::NoProject { place } => Self::error(format!(
                "Directory '{place}' is not installable. Neither 'setup.py' nor 'pyproject.toml' found."
            )),
            DirectError::NotEditable { place } => super::sources::not_editable(&place),
            DirectError::BadRepository { url, problem } => super::sources::bad_repository(&url, problem),
            DirectError::Filename { source, absent } => {
                let mut failure = filename(&source);
                let absent = absent.map(|typed| (Level::Warning, format!("WARNING: {}", not_there(&typed))));
                failure.lines.splice(..0, absent);
                failure
            }
            other => Self::error(other.to_string()),
        }
    }
}

/// The words about an archive that was named and is not there.
pub fn not_there(typed: &str) -> String {
    format!("Requirement {} looks like a filename, but the file does not exist", python_repr(typed))
}

/// A wheel whose name says nothing.
fn filename(error: &FilenameError) -> Failure {
    let (filename, words) = match error {
        FilenameError::Extension { filename } => (filename, "extension must be '.whl'"),
        FilenameError::Parts { filename } => (filename, "wrong number of parts"),
        FilenameError::Name { filename } => (filename, "invalid project name"),
        FilenameError::Version { filename, .. } => (filename, "invalid version"),
        FilenameError::Build { filename, .. } => (filename, "invalid build number"),
        FilenameError::Tags { filename, .. } => (filename, "invalid tags"),
    };
    let stem = filename.trim_end_matches(".whl");
    Failure::error(format!("Invalid wheel filename ({words}): {}", python_repr(stem)))
}

fn wheel(place: &str, error: &AddWheelError) -> Failure {
    match error {
        AddWheelError::HashMismatch { expected, actual } => {
            let wanted: Vec<String> = expected.iter().map(ToString::to_string).collect();
            hash_mismatch(place, &wanted, &actual.to_string())
        }
        other => Failure::error(format!("Wheel '{place}' is invalid: {other}")),
    }
}

/// pip's warning about files that are not what they should be.
pub fn hash_mismatch(place: &str, expected: &[String], found: &str) -> Failure {
    let mut text = format!("{MISMATCH}\n    {place}:\n");
    for (place, one) in expected.iter().enumerate() {
        let (algorithm, hex) = one.split_once(':').unwrap_or(("sha256", one));
        let word = if place == 0 { format!("Expected {algorithm}") } else { format!("      or {algorithm}") };
        text.push_str(&format!("        {word} {hex}\n"));
    }
    let hex = found.split_once(':').map_or(found, |(_, hex)| hex);
    text.push_str(&format!("             Got        {hex}\n"));
    Failure::error(text)
}

impl From<RemovalError> for Failure {
    fn from(error: RemovalError) -> Self {
        match error {
            RemovalError::NoRecord { distribution } => {
                let shown = format!("{} {}", distribution.raw_name(), distribution.version_text());
                let name = distribution.raw_name();
                let installer = distribution.installer().unwrap_or_default();
                let (reason, hint) = match installer.as_str() {
                    "" | "pip" => (
                        format!("The package's contents are unknown: no RECORD file was found for {name}."),
                        format!(
                            "You might be able to recover from this via: {}",
                            Mark::Command.around(&format!(
                                "pip install --ignore-installed --no-deps {name}=={}",
                                distribution.version_text()
                            ))
                        ),
                    ),
                    other => (
                        format!("The package's contents are unknown: no RECORD file was found for {name}."),
                        format!(
                            "The package was installed by {other}. You should check if it can uninstall the package."
                        ),
                    ),
                };
                Self::diagnostic(
                    "uninstall-no-record-file",
                    &format!("Cannot uninstall {shown}"),
                    &reason,
                    "",
                    &hint,
                )
            }
            RemovalError::Distutils { distribution } => {
                let shown = format!("{} {}", distribution.raw_name(), distribution.version_text());
                Self::diagnostic(
                    "uninstall-distutils-installed-package",
                    &format!("Cannot uninstall {shown}"),
                    "It is a distutils installed project and thus we cannot accurately determine which files belong to it which would lead to only a partial uninstall.",
                    "",
                    "",
                )
            }
            other => Self::error(other.to_string()),
        }
    }
}

impl From<InstallError> for Failure {
    fn from(error: InstallError) -> Self {
        match error {
            InstallError::Removal(error) => error.into(),
            InstallError::Cancelled => Self::error("Operation cancelled by user"),
            InstallError::Io { path, source } => Self::os_error(&source, &path.to_string_lossy()),
            error @ InstallError::Changed { .. } => {
                let mut failure = Self::error(error.to_string());
                failure.hint(super::hints::AGAIN);
                failure
            }
            other => Self::error(other.to_string()),
        }
    }
}

impl From<ObtainError> for Failure {
    fn from(error: ObtainError) -> Self {
        match error {
            ObtainError::Source(error) => (*error).into(),
            ObtainError::Unbuilt { names, .. } => super::unbuilt::verdict(&names, true),
            ObtainError::Fetch(error) => fetch(&error),
            ObtainError::Wheel { source: source @ AddWheelError::HashMismatch { .. }, .. } => {
                wheel("unknown package", &source)
            }
            ObtainError::Wheel { filename, source } => wheel(&filename, &source),
            ObtainError::Interrupted => Self::error("Operation cancelled by user"),
            other => Self::error(other.to_string()),
        }
    }
}

impl From<SearchError> for Failure {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Conflict(dead) => Self::error(dead.to_string()),
            SearchError::Fetch(error) => fetch(&error),
            SearchError::Direct(error) => error.into(),
            SearchError::Source(unprepared) => unprepared.error.into(),
            SearchError::NoUploadTimes { page } => {
                Self::error(format!("Index {page} does not provide upload-time metadata."))
            }
            SearchError::Locked { name, lock, availability } => {
                let why = match availability {
                    Some(Availability::Excluded { .. }) => format!("No binaries permitted for {name}"),
                    Some(Availability::NoCompatibleFile { found }) if found == ["source distribution"] => {
                        format!("No sources permitted for {name}")
                    }
                    Some(Availability::NoCompatibleFile { found }) => format!(
                        "none of the wheel's tags ({}) are compatible (run pip debug --verbose to show compatible tags)",
                        found.join(", ")
                    ),
                    Some(Availability::NeedsPython { requires_python }) => {
                        format!("Requires-Python {requires_python}")
                    }
                    _ => format!("Missing project version for {name}"),
                };
                Self::error(format!("Could not install locked package '{name}' from '{lock}': {why}"))
            }
            SearchError::Interrupted => Self::error("Operation cancelled by user"),
        }
    }
}

impl From<InstallOpError> for Failure {
    fn from(error: InstallOpError) -> Self {
        match error {
            InstallOpError::Search(error) => error.into(),
            InstallOpError::Obtain(error) => error.into(),
            InstallOpError::Install(error) => error.into(),
            InstallOpError::HashesMissing { .. } | InstallOpError::Untrusted(_) => {
                Self::error("some files have no hash that was given beforehand")
            }
        }
    }
}

impl From<WantedError> for Failure {
    fn from(error: WantedError) -> Self {
        match error {
            WantedError::Word(error) => requested(&error, ""),
            WantedError::Line(error) => match &*error.problem {
                Problem::Requirement(inner) => {
                    requested(inner, &format!(" (from line {} of {})", error.line, error.path))
                }
                Problem::Option(inner @ OptionError::Unclosed { .. }) => {
                    Self::error(format!("Invalid requirement: {}\n{inner}", error.text))
                }
                Problem::Option(inner) => {
                    let mut failure =
                        Self::error(format!("Invalid requirement: {}\npip: error: {inner}\n", error.text));
                    failure.lines.insert(0, (Level::Critical, "Usage: pip [options]\n".to_owned()));
                    failure
                }
            },
            WantedError::Open { path, constraint, source } => {
                let kind = if constraint { "constraint" } else { "requirements" };
                Self::error(format!("Could not open {kind} file: {}", system_words(&source, &path)))
            }
            WantedError::Recursive { path, again, first } => {
                let first = first.map(|first| format!(" and again in {first}")).unwrap_or_default();
                Self::error(format!("{path} recursively references itself in {again}{first}"))
            }
            WantedError::Project(error) => project(error),
            WantedError::Fetch(error) => fetch(&error),
            WantedError::Direct(error) => error.into(),
            WantedError::Interrupted => Self::error("Operation cancelled by user"),
            other => Self::error(other.to_string()),
        }
    }
}

/// A requirement that is none. pip shows the parser's sentence, the text and a caret below the mistake.
fn requested(error: &RequestedError, place: &str) -> Failure {
    let text = super::conflict::requested_text(error, place);
    Failure::error(format!("Invalid requirement: {text}"))
}

/// A text that looks like a path and leads nowhere.
fn not_a_place(typed: &str, there: Option<bool>, origin: &Origin) -> Failure {
    let place = match origin {
        Origin::File { path, line, .. } => format!(" (from line {line} of {path})"),
        _ => String::new(),
    };
    let shown = python_repr(typed);
    let reason = match Requirement::parse(typed) {
        Ok(_) => "it is a path".to_owned(),
        Err(error) => super::conflict::pointed(typed, &error.message, error.span),
    };
    let hint = match there {
        _ if !typed.contains('/') => String::new(),
        None => format!("\nHint: It looks like a path. File '{typed}' does not exist."),
        Some(false) => "\nHint: It looks like a path. The path does exist. ".to_owned(),
        Some(true) => format!(
            "\nHint: It looks like a path. The path does exist. The argument you provided ({typed}) appears to be a requirements file. If that is the case, use the '-r' flag to install the packages specified within it."
        ),
    };
    Failure::error(format!("Invalid requirement: {shown}: {reason}{place}{hint}"))
}

/// `--group` and the like.
fn project(error: ProjectFileError) -> Failure {
    match error {
        ProjectFileError::Group { path, group, errors } => {
            let words: Vec<String> = errors.iter().map(group_words).collect();
            Failure::error(format!(
                "[dependency-groups] resolution failed for '{group}' from '{path}': {}",
                words.join("; ")
            ))
        }
        ProjectFileError::Open { path, source } if source.kind() == std::io::ErrorKind::NotFound => {
            Failure::error(format!("{path} not found. Cannot resolve '--group' option."))
        }
        ProjectFileError::Open { path, source } => {
            Failure::error(format!("Error reading {path}: {}", system_words(&source, &path)))
        }
        ProjectFileError::Content(error) => {
            Failure::error(format!("Error parsing {}: {}", error.path, error.message))
        }
        other => Failure::error(other.to_string()),
    }
}

/// The `packaging` library's words.
fn group_words(error: &GroupError) -> String {
    match error {
        GroupError::NotFound { group } => format!("Dependency group '{group}' not found"),
        GroupError::Cycle { path } => {
            let first = path.first().map(String::as_str).unwrap_or_default();
            let last = path.len().checked_sub(2).and_then(|at| path.get(at)).map_or(first, String::as_str);
            let again = path.last().map_or(first, String::as_str);
            let how = match last == again {
                true => format!("{last} includes itself"),
                false => format!("{again} -> {last}, {last} -> {again}"),
            };
            format!("Cyclic dependency group include while resolving {first}: {how}")
        }
        GroupError::BadRequirement { text, error, .. } => {
            super::conflict::pointed(text, &error.message, error.span.clone())
        }
        other => other.to_string(),
    }
}

/// What the system says, in Python's words.
pub fn system_words(error: &std::io::Error, path: &str) -> String {
    let number = error.raw_os_error().unwrap_or(2);
    let words = error.to_string();
    let words = words.split(" (os error").next().unwrap_or_default();
    format!("[Errno {number}] {words}: {}", python_repr(path))
}
