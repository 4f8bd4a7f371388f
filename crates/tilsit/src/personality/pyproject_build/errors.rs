//! Failures in build's words: `ERROR …`, exit code 1.

use std::io::ErrorKind;
use std::path::Path;

use anstyle::AnsiColor;
use builder::{BuildError, BuildSystemError, Fault, SettingsError};
use environment::Interpreter;
use packaging::filenames::FilenameError;

use super::listener::{Hooks, creating, framed};
use super::outcome::warn;
use crate::cli::python_repr;
use crate::ops::build::{BuildOpError, DistributionsError, RequiresError};
use crate::ops::network::ConnectionError;
use crate::ops::python::PythonError;
use crate::output::{Diagnostic, Level, Terminal, diagnosis, printable};

/// Why a run failed, and what is printed of it.
pub struct Failure {
    /// Behind `ERROR`.
    message: String,
    /// A traceback, or an empty line, on stdout before it.
    traceback: Option<String>,
    /// Whether a back end is at fault, and help is offered.
    is_backend: bool,
    /// That help.
    pub hint: Box<str>,
    /// The installer, where the environment would have been made before this failed.
    pub unbegun: Option<Box<str>>,
    /// Whether no environment would have been made before this failed.
    pub is_early: bool,
    /// What is warned of before it.
    pub warnings: Box<[String]>,
    /// What became of what the hook wrote.
    pub hooks: Hooks,
    /// What the hook wrote.
    output: Box<[String]>,
    /// Whether that was never shown, as nobody wrote it.
    is_unwritten: bool,
    code: u8,
}

impl Failure {
    /// One line.
    pub fn error(message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            message,
            traceback: None,
            is_backend: false,
            hint: Box::default(),
            unbegun: None,
            is_early: false,
            warnings: Box::default(),
            hooks: Hooks::Heard,
            output: Box::default(),
            is_unwritten: false,
            code: 1,
        }
    }

    /// One line of what build looks at first.
    fn early(message: String) -> Self {
        Self { is_early: true, ..Self::error(message) }
    }

    fn backend(message: String, traceback: String) -> Self {
        Self { traceback: Some(traceback), is_backend: true, ..Self::error(message) }
    }

    /// What the system refused, as Python words it.
    pub fn system(error: &std::io::Error, path: &str) -> Self {
        let said = error.to_string();
        let said = said.split(" (os error").next().unwrap_or(&said);
        Self::error(format!("[Errno {}] {said}: '{path}'", error.raw_os_error().unwrap_or_default()))
    }

    /// `--config-json`
    pub fn settings(error: &SettingsError) -> Self {
        match error {
            SettingsError::Json(error) => Self::error(format!("Invalid JSON in --config-json: {error}")),
            SettingsError::NotAnObject => {
                Self::error("--config-json must contain a JSON object (dict), not a list or primitive value")
            }
        }
    }

    /// What was to be built.
    pub fn distributions(source: &str, error: &DistributionsError, interpreter: &Interpreter) -> Self {
        match error {
            DistributionsError::Build(error) => build(source, error, interpreter),
            DistributionsError::Filename { name, source } => {
                let why = match source {
                    FilenameError::Extension { .. } => " (extension must be '.tar.gz' or '.zip')",
                    FilenameError::Version { .. } => " (invalid version)",
                    _ => "",
                };
                Self::early(format!(
                    "'{name}' does not look like a source distribution: Invalid sdist filename{why}: '{name}'"
                ))
            }
            DistributionsError::Read { path, source: error } => {
                let path = typed(source, path);
                Self::early(format!("failed to read source distribution {path}: {error}"))
            }
            DistributionsError::Out { path, source } => {
                let path = path.display().to_string();
                match source.kind() {
                    ErrorKind::AlreadyExists => {
                        Self::error(format!("Build path '{path}' exists and is not a directory"))
                    }
                    ErrorKind::NotADirectory | ErrorKind::NotFound => {
                        Self::error(format!("Build path '{path}' does not exist and cannot be a directory"))
                    }
                    _ => Self::system(source, &path),
                }
            }
            DistributionsError::Unpack { path, source: error } => {
                let path = typed(source, path);
                Self::early(format!("failed to read source distribution {path}: {error}"))
            }
            DistributionsError::Tops { path, found } => {
                let found: Vec<_> = found.iter().map(|name| format!("'{name}'")).collect();
                let (path, found) = (typed(source, path), found.join(", "));
                Self::early(format!(
                    "source distribution {path} must contain a single top-level directory, got: [{found}]"
                ))
            }
            DistributionsError::NoPkgInfo { path, top } => Self::early(format!(
                "source distribution {} does not contain {top}/PKG-INFO; this does not appear to be a valid source distribution",
                typed(source, path)
            )),
        }
    }

    /// Prints it; returns the exit code.
    pub fn tell(&self, terminal: &Terminal) -> u8 {
        let style = terminal.stderr_style();
        if let Some(installer) = self.unbegun.as_ref().filter(|_| terminal.verbosity() >= -1) {
            terminal.err(&style.strong(&format!("* {}", creating(installer))));
        }
        self.warnings.iter().for_each(|warning| warn(terminal, warning));
        for line in self.output.iter().map(|line| printable(line.as_bytes())) {
            match self.hooks {
                Hooks::Kept => framed(terminal, &line),
                Hooks::Framed if self.is_unwritten => framed(terminal, &line),
                Hooks::Heard if self.is_unwritten && terminal.verbosity() >= 0 => terminal.err(&line),
                Hooks::Framed | Hooks::Heard => {}
            }
        }
        match &self.traceback {
            Some(text) if text.is_empty() => terminal.line(""),
            Some(text) => {
                let lines: Vec<_> =
                    text.trim_matches('\n').lines().map(|line| printable(line.as_bytes())).collect();
                terminal.line(&format!("\n{}\n", terminal.stdout_style().dim(&lines.join("\n"))));
            }
            None => {}
        }
        if self.is_backend {
            terminal
                .say(Level::Critical, &format!("{} {}", style.bright(AnsiColor::Yellow, "TIP"), self.hint));
        }
        terminal.say(Level::Critical, &format!("{} {}", style.bright(AnsiColor::Red, "ERROR"), self.message));
        self.code
    }
}

/// A path as it was typed, where it is what was typed.
fn typed(source: &str, path: &Path) -> String {
    match path.ends_with(source.trim_start_matches("./")) {
        true => source.to_owned(),
        false => path.display().to_string(),
    }
}

fn build(source: &str, error: &BuildOpError, interpreter: &Interpreter) -> Failure {
    match error {
        BuildOpError::Build { source: error, .. } => hook(source, error),
        BuildOpError::Unmet { missing } => {
            let shown: String = missing
                .iter()
                .map(|one| {
                    let wanted = one.wanted.as_deref().unwrap_or("any");
                    let found = one.found.as_deref().unwrap_or("not installed");
                    format!("\n\t{}\n\t\twanted: {wanted}\n\t\tfound: {found}", one.requirement)
                })
                .collect();
            let python = interpreter.executable().display();
            let message = format!("Unmet dependencies (checked against {python}):{shown}");
            Failure { traceback: Some(String::new()), ..Failure::error(message) }
        }
        BuildOpError::Requires { source: inner, .. } => match &**inner {
            RequiresError::Search(error) => required(&diagnosis::search(error)),
            RequiresError::Obtain(error) => required(&error.into()),
            other => Failure::error(other.to_string()),
        },
        other => Failure::error(other.to_string()),
    }
}

fn required(inner: &Diagnostic) -> Failure {
    if inner.code.name == "interrupted" {
        return interrupted();
    }
    let facts: String = inner.facts.iter().map(|fact| format!("\n  {fact}")).collect();
    Failure::error(format!("Failed to install build dependencies: {}{facts}", inner.summary))
}

fn interrupted() -> Failure {
    Failure { code: 130, ..Failure::error("Interrupted") }
}

const TRACEBACK: &str = "Traceback (most recent call last):";

/// A traceback of what build itself raises, without its frames.
fn raised(what: &str) -> String {
    format!("{TRACEBACK}\npyproject_hooks._impl.{what}")
}

fn exited(hook: &str) -> Failure {
    Failure::backend(format!("Backend subprocess exited when trying to invoke {hook}"), String::new())
}

/// A hook that would have written this traceback, had it been called.
fn unwritten(hook: &str, traceback: &str) -> Failure {
    let output = traceback.lines().map(str::to_owned).collect();
    Failure { output, is_unwritten: true, ..exited(hook) }
}

fn hook(source: &str, error: &BuildError) -> Failure {
    match error {
        BuildError::Interrupted => interrupted(),
        BuildError::System(error) => system(source, error),
        BuildError::Unavailable { hook, reason, traceback, .. } if reason.starts_with("AttributeError") => {
            unwritten(hook, traceback)
        }
        BuildError::Unavailable { backend, traceback, .. } => {
            let what =
                format!("BackendUnavailable: Cannot import '{}'\n\nTraceback:\n{traceback}", backend.module);
            Failure::backend(format!("Backend '{backend}' is not available."), raised(&what))
        }
        BuildError::Failed { run, .. } | BuildError::Crashed { run, .. } => {
            Failure { output: run.tail.clone().into(), ..exited(run.hook) }
        }
        BuildError::HookMissing { backend, hook } => {
            let module = backend.module.as_str();
            unwritten(
                hook,
                &format!("{TRACEBACK}\nAttributeError: module '{module}' has no attribute '{hook}'"),
            )
        }
        BuildError::Unsupported { traceback, .. } => {
            let message =
                format!("Backend operation failed: UnsupportedOperation({})", python_repr(traceback));
            Failure::backend(message, raised(&format!("UnsupportedOperation: {traceback}")))
        }
        other => Failure::backend(format!("Backend operation failed: {other}"), String::new()),
    }
}

fn system(source: &str, error: &BuildSystemError) -> Failure {
    let BuildSystemError::Wrong { line, column, fault, .. } = error else {
        return Failure::error(match error {
            BuildSystemError::NotAFolder(_) => format!("Source {source} is not a directory"),
            BuildSystemError::NotAProject(_) => format!(
                "Source {source} does not appear to be a Python project: no pyproject.toml or setup.py"
            ),
            other => other.to_string(),
        });
    };
    let message = match fault {
        Fault::Syntax(message) => {
            let file = std::path::Path::new(source).join("pyproject.toml");
            let place = format!("at line {line}, column {column}");
            return Failure::error(format!("Failed to parse {}: {message} ({place})", file.display()));
        }
        Fault::NotATable => "`build-system` must be a table".to_owned(),
        Fault::RequiresMissing => "`requires` is a required property".to_owned(),
        Fault::RequiresKind => "`requires` must be an array of strings".to_owned(),
        Fault::BackendKind => "`build-backend` must be a string".to_owned(),
        Fault::BackendPathKind => "`backend-path` must be an array of strings".to_owned(),
        Fault::BackendPathMissing(entry) => {
            format!("`backend-path` entry '{entry}' does not exist or is not a directory")
        }
        Fault::UnknownKeys(keys) => format!("Unknown properties: {}", keys.join(", ")),
        other => other.to_string(),
    };
    Failure::error(format!("Failed to validate `build-system` in pyproject.toml: {message}"))
}

impl From<Box<Diagnostic>> for Failure {
    fn from(error: Box<Diagnostic>) -> Self {
        Self::error(error.summary)
    }
}

impl From<PythonError> for Failure {
    fn from(error: PythonError) -> Self {
        Self::error(error.to_string())
    }
}

impl From<ConnectionError> for Failure {
    fn from(error: ConnectionError) -> Self {
        Self::error(error.to_string())
    }
}
