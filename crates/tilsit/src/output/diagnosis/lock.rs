//! Locks.

use super::super::{Diagnostic, codes};
use crate::ops::candidates::Selection;
use crate::ops::sync::SyncError;
use packaging::pylock::{PylockError, SelectError};

/// A text that is not a lock.
pub fn lock(path: &str, error: &PylockError) -> Diagnostic {
    let bad = Diagnostic::new(&codes::BAD_LOCK, format!("{path} cannot be used"));
    let again = format!("make it again: `tilsit compile pyproject.toml -o {path}`");
    match error {
        PylockError::NotToml { line, column, message } => {
            bad.fact(format!("{path}:{line}:{column}: {message}")).hint(again)
        }
        PylockError::UnsupportedVersion { version } => {
            bad.fact(format!("it is a lock of version {version}, and only version 1 is known")).hint(again)
        }
        PylockError::Invalid { place, message } => bad.fact(format!("{place}: {message}")).hint(again),
    }
}

/// A lock beside other things.
pub fn several_locks() -> Diagnostic {
    Diagnostic::new(&codes::USAGE, "a lock stands alone: name one pylock.toml and nothing else")
        .hint("tilsit sync pylock.toml")
}

/// An environment that was not made as `path` says.
pub fn sync(path: &str, error: &SyncError, selection: &Selection) -> Diagnostic {
    match error {
        SyncError::Select(error) => select(path, error, selection),
        SyncError::Direct(error) => Diagnostic::from(error).fact(format!("named by {path}")),
        SyncError::Install(error) => super::install(error, selection),
    }
}

fn select(path: &str, error: &SelectError, selection: &Selection) -> Diagnostic {
    let bad = Diagnostic::new(&codes::BAD_LOCK, format!("{path} is not for this environment"));
    match error {
        SelectError::RequiresPython { python, requires_python, package } => {
            let who = package.as_ref().map_or_else(|| path.to_owned(), |name| format!("`{name}`"));
            Diagnostic::new(
                &codes::NEEDS_PYTHON,
                format!("{who} needs Python {requires_python}, and this is Python {python}"),
            )
            .fact(format!("lock: {path}"))
            .hint("`tilsit python list` shows other interpreters; -p chooses one")
        }
        SelectError::NoCompatibleFile { name, wheels } => Diagnostic::new(
            &codes::NO_COMPATIBLE_FILE,
            format!("`{name}` has no file in {path} for this interpreter"),
        )
        .fact(format!("found:  {}", wheels.join(", ")))
        .facts(super::operation::needed(&selection.tags).map(|needed| format!("needed: {needed}"))),
        SelectError::Environment { environments } => bad
            .fact(format!("it is for: {environments}"))
            .hint(format!("make it again: `tilsit compile pyproject.toml --universal -o {path}`")),
        SelectError::Ambiguous { .. } | SelectError::Marker { .. } => {
            Diagnostic::new(&codes::BAD_LOCK, format!("{path} cannot be used")).fact(error.to_string())
        }
    }
}
