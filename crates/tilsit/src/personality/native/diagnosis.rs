//! Errors of the operations as facts for a person: the one place that words them for our own commands.

use environment::{Environment, InstallError, InterpreterError, ReadError, VenvError};
use store::DiskError;

use crate::cli::{Flag, UsageError};
use crate::ops::candidates::Selection;
use crate::ops::install::InstallOpError;
use crate::ops::network::ConnectionError;
use crate::ops::project_file::ProjectFileError;
use crate::ops::python::PythonError;
use crate::ops::search::SearchError;
use crate::ops::sync::SyncError;
use crate::ops::wanted::WantedError;
use crate::output::{Diagnostic, codes};
use crate::settings::SettingsError;
use packaging::pylock::PylockError;

pub fn usage(error: &UsageError) -> Diagnostic {
    Diagnostic::new(&codes::USAGE, error.to_string())
}

pub fn settings(error: &SettingsError) -> Diagnostic {
    Diagnostic::new(&codes::BAD_CONFIG, error.to_string())
}

pub fn unknown_command(words: &str) -> Diagnostic {
    Diagnostic::new(&codes::USAGE, format!("`{words}` is not a command"))
}

pub fn disk(error: &DiskError) -> Diagnostic {
    Diagnostic::new(&codes::CACHE_UNUSABLE, error.to_string())
}

pub fn read(error: &ReadError) -> Diagnostic {
    Diagnostic::new(&codes::BROKEN_ENVIRONMENT, error.to_string())
}

pub fn python(error: &PythonError) -> Diagnostic {
    Diagnostic::new(&codes::NO_PYTHON, error.to_string())
}

pub fn venv(error: &VenvError) -> Diagnostic {
    Diagnostic::new(&codes::USAGE, error.to_string())
}

pub fn nothing_to_install() -> Diagnostic {
    Diagnostic::new(&codes::USAGE, "nothing to install was named")
}

pub fn bad_name(flag: &Flag, word: &str) -> Diagnostic {
    Diagnostic::new(&codes::USAGE, format!("`{word}` after {} is not a package name", flag.name()))
}

pub fn bad_python_version(text: &str) -> Diagnostic {
    Diagnostic::new(&codes::USAGE, format!("`{text}` is not a Python version"))
}

pub fn bad_platform(name: &str, error: &packaging::tags::UnknownPythonPlatform) -> Diagnostic {
    Diagnostic::new(&codes::USAGE, format!("`{name}`: {error}"))
}

pub fn wanted(error: &WantedError) -> Diagnostic {
    Diagnostic::new(&codes::BAD_REQUIREMENT, error.to_string())
}

pub fn connection(error: &ConnectionError) -> Diagnostic {
    Diagnostic::new(&codes::NO_INDEX, error.to_string())
}

pub fn install(error: &InstallOpError, _selection: &Selection) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(&codes::CONFLICT, error.to_string());
    if let InstallOpError::Search(crate::ops::search::SearchError::Conflict(dead)) = error {
        diagnostic = diagnostic.facts(dead.conflict.facts.iter().map(|fact| format!("{fact:?}")));
    }
    diagnostic
}

pub fn change(error: &InstallError) -> Diagnostic {
    Diagnostic::new(&codes::NO_PERMISSION, error.to_string())
}

pub fn interpreter(error: &InterpreterError) -> Diagnostic {
    Diagnostic::new(&codes::BROKEN_ENVIRONMENT, error.to_string())
}

pub fn externally_managed(environment: &Environment, message: &str) -> Diagnostic {
    Diagnostic::new(
        &codes::EXTERNALLY_MANAGED,
        format!("{} is managed by the system", environment.interpreter().executable().display()),
    )
    .facts(message.lines().map(str::to_owned))
}

pub fn not_installed(names: &[&str]) -> Diagnostic {
    Diagnostic::new(&codes::NOT_INSTALLED, format!("{} is not installed", names.join(", ")))
        .hint("`tilsit list` shows what is")
}

pub fn not_a_name(word: &str) -> Diagnostic {
    Diagnostic::new(&codes::USAGE, format!("`{word}` is not a package name"))
}

pub fn nothing_named(verb: &str) -> Diagnostic {
    Diagnostic::new(&codes::USAGE, format!("nothing to {verb} was named")).hint(format!("tilsit help {verb}"))
}

pub fn unknown_setting(key: &str) -> Diagnostic {
    Diagnostic::new(&codes::USAGE, format!("there is no setting `{key}`")).hint("tilsit config explain")
}

pub fn unknown_code(name: &str) -> Diagnostic {
    Diagnostic::new(&codes::USAGE, format!("there is no error code `{name}`")).hint("tilsit explain")
}

pub fn unknown_shell(name: &str) -> Diagnostic {
    Diagnostic::new(&codes::USAGE, format!("there are no completions for `{name}`"))
        .hint("tilsit completions bash|zsh|fish|powershell")
}

pub fn cannot_write(path: &std::path::Path, error: &std::io::Error) -> Diagnostic {
    Diagnostic::new(&codes::NO_PERMISSION, format!("{} cannot be written: {error}", path.display()))
}

pub fn cannot_read(path: &str, error: &std::io::Error) -> Diagnostic {
    Diagnostic::new(&codes::BAD_REQUIREMENTS_FILE, format!("{path} cannot be read: {error}"))
}

pub fn several_locks() -> Diagnostic {
    Diagnostic::new(&codes::USAGE, "a lock stands alone: name one pylock.toml and nothing else")
}

pub fn lock(path: &str, error: &PylockError) -> Diagnostic {
    Diagnostic::new(&codes::BAD_LOCK, format!("{path}: {error}"))
}

pub fn project_file(error: &ProjectFileError) -> Diagnostic {
    Diagnostic::new(&codes::PROJECT_FILE, error.to_string())
}

pub fn search(error: &SearchError) -> Diagnostic {
    Diagnostic::new(&codes::CONFLICT, error.to_string())
}

pub fn sync(_path: &str, error: &SyncError, selection: &Selection) -> Diagnostic {
    match error {
        SyncError::Install(error) => install(error, selection),
        other => Diagnostic::new(&codes::BAD_LOCK, other.to_string()),
    }
}
