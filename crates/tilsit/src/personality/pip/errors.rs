//! pip's wording of errors.

use environment::{InstallError, ReadError, RemovalError};
use packaging::Requirement;
use project::requirements_file::{Problem, RequestedError};

use crate::ops::direct::DirectError;
use crate::ops::install::InstallOpError;
use crate::ops::network::ConnectionError;
use crate::ops::obtain::ObtainError;
use crate::ops::search::SearchError;
use crate::ops::wanted::WantedError;
use crate::output::{Level, Terminal, redact_text};
use store::AddWheelError;

/// What pip says when a command cannot be done, and the code it ends with.
#[derive(Debug)]
pub struct Failure {
    /// Lines with their levels; those of INFO go to stdout.
    pub lines: Vec<(Level, String)>,
    /// The exit code.
    pub code: u8,
}

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

    /// What pip calls an exception: a mistake that none of its commands expects, exit code 2.
    pub fn exception(text: impl std::fmt::Display) -> Self {
        let text = format!("ERROR: Exception:\n{text}");
        Self { lines: vec![(Level::Critical, text)], code: 2 }
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
        let number = error.raw_os_error().unwrap_or(5);
        let words = error.to_string();
        let words = words.split(" (os error").next().unwrap_or_default();
        Self::exception(format!("{kind}: [Errno {number}] {words}: {}", crate::cli::python_repr(path)))
    }

    /// Says it.
    pub fn tell(&self, terminal: &Terminal) {
        for (level, text) in &self.lines {
            terminal.say(*level, &redact_text(text));
        }
    }

    /// The shape of pip's diagnostic errors.
    pub fn diagnostic(reference: &str, message: &str, context: &str, note: &str, hint: &str) -> Self {
        let mut text = format!("error: {reference}\n\n× {message}\n");
        let mut lines = context.lines();
        if let Some(first) = lines.next() {
            text.push_str(&format!("╰─> {first}\n"));
        }
        lines.for_each(|line| text.push_str(&format!("    {line}\n")));
        if !note.is_empty() || !hint.is_empty() {
            text.push('\n');
        }
        if !note.is_empty() {
            text.push_str(&format!("note: {note}\n"));
        }
        if !hint.is_empty() {
            text.push_str(&format!("hint: {hint}\n"));
        }
        let text = text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
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
            DirectError::NothingThere { typed, .. } if !is_archive(&typed) => missing(&typed),
            DirectError::Missing { path } | DirectError::NothingThere { path, .. } => Self::error(format!(
                "Could not install packages due to an OSError: [Errno 2] No such file or directory: '{}'\n",
                path.display()
            )),
            DirectError::NoProject { place } => Self::error(format!(
                "Directory '{place}' is not installable. Neither 'setup.py' nor 'pyproject.toml' found."
            )),
            DirectError::NotEditable { place } => super::sources::not_editable(&place),
            DirectError::BadRepository { url, problem } => super::sources::bad_repository(&url, problem),
            DirectError::Filename(error) => Self::error(format!("Invalid wheel filename: {error}")),
            other => Self::error(other.to_string()),
        }
    }
}

/// Names of files that pip takes for packages.
fn is_archive(name: &str) -> bool {
    const ENDINGS: [&str; 13] = [
        ".whl",
        ".zip",
        ".tar.gz",
        ".tgz",
        ".tar",
        ".tar.bz2",
        ".tbz",
        ".tar.xz",
        ".txz",
        ".tlz",
        ".tar.lz",
        ".tar.lzma",
        ".gz",
    ];
    let name = name.to_lowercase();
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// A path where nothing is: pip tries to read it as a requirement.
fn missing(typed: &str) -> Failure {
    match Requirement::parse(typed) {
        Err(error) => {
            let (text, reason, span) = (typed.to_owned(), error.message, error.span);
            let text = super::conflict::requested_text(&RequestedError { text, reason, span, hint: None });
            Failure::error(format!(
                "Invalid requirement: {text}\nHint: It looks like a path. File '{typed}' does not exist."
            ))
        }
        Ok(_) => Failure::error(format!("Invalid requirement: '{typed}'")),
    }
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
    let mut text = format!(
        "THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you have updated the package versions, please update the hashes. Otherwise, examine the package contents carefully; someone may have tampered with them.\n    {place}:\n"
    );
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
                            "You might be able to recover from this via: pip install --ignore-installed --no-deps {name}=={}",
                            distribution.version_text()
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
            InstallError::Io { path, source } => {
                let number = source.raw_os_error().map_or(String::new(), |code| format!("[Errno {code}] "));
                let words = source.to_string();
                let words = words.split(" (os error").next().unwrap_or_default().to_owned();
                let mut text = format!(
                    "Could not install packages due to an OSError: {number}{words}: '{}'\n",
                    path.display()
                );
                if source.kind() == std::io::ErrorKind::PermissionDenied {
                    text.push_str("Consider using the `--user` option or check the permissions.\n");
                }
                Self::error(text)
            }
            other => Self::error(other.to_string()),
        }
    }
}

impl From<ObtainError> for Failure {
    fn from(error: ObtainError) -> Self {
        match error {
            ObtainError::Source(error) => (*error).into(),
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
            SearchError::Fetch(error) => Self::error(error.to_string()),
            SearchError::Direct(error) => error.into(),
            SearchError::Source(error) => (*error).into(),
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
            InstallOpError::HashesMissing { missing, unpinned } => {
                let mut parts = Vec::new();
                if !missing.is_empty() {
                    let rows = missing.iter().map(|(name, version, hash)| match hash {
                        Some(hash) => format!("    {name}=={version} --hash={hash}\n"),
                        None => format!("    {name}=={version}\n"),
                    });
                    parts.push(format!(
                        "Hashes are required in --require-hashes mode, but they are missing from some requirements. Here is a list of those requirements along with the hashes their downloaded archives actually had. Add lines like these to your requirements files to prevent tampering. (If you did not enable --require-hashes manually, note that it turns on automatically when any package has a hash.)\n{}",
                        rows.collect::<String>()
                    ));
                }
                if !unpinned.is_empty() {
                    let rows =
                        unpinned.iter().map(|one| format!("    {}\n", super::transcript::with_origin(one)));
                    parts.push(format!(
                        "In --require-hashes mode, all requirements must have their versions pinned with ==. These do not:\n{}",
                        rows.collect::<String>()
                    ));
                }
                Self::error(parts.concat().trim_end_matches('\n'))
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
                Problem::Option(inner) => {
                    Self::error(format!("Invalid requirement: {}\n{}: error: {inner}\n", error.text, "pip"))
                }
            },
            WantedError::Open { path, constraint, source } => {
                let kind = if constraint { "constraint" } else { "requirements" };
                let number = source.raw_os_error().unwrap_or(2);
                let words = source.to_string();
                let words = words.split(" (os error").next().unwrap_or_default();
                Self::error(format!("Could not open {kind} file: [Errno {number}] {words}: '{path}'"))
            }
            WantedError::Recursive { path, again } => {
                Self::error(format!("{path} recursively references itself in {again}"))
            }
            WantedError::Direct(error) => error.into(),
            WantedError::Interrupted => Self::error("Operation cancelled by user"),
            other => Self::error(other.to_string()),
        }
    }
}

/// A requirement that is none. pip shows the parser's sentence, the text and a caret below the mistake.
fn requested(error: &RequestedError, place: &str) -> Failure {
    let text = super::conflict::requested_text(error);
    Failure::error(format!("Invalid requirement: {text}{place}"))
}
