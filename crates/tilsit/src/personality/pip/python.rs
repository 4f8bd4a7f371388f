//! Which Python pip works for: `--python` before the command, else `python` of its configuration, else the one that
//! runs it.
//!
//! Source: pip 26.3, `cli/main_parser.py`: pip runs itself again under the interpreter that its main parser was told
//! of. That parser reads `[global]` and the variables of the interpreter that pip was started with, with `--isolated`
//! too, and looks at nothing once it runs for another (`_PIP_RUNNING_IN_SUBPROCESS`).

use std::path::{Path, PathBuf};

use environment::Interpreter;
use store::Store;

use super::hints;
use crate::cli::{Parsed, pip as flags};
use crate::ops::python;
use crate::settings::{PipConfiguration, PipPolicy, Process, SettingsError};

/// Words without the `--python` that an environment's own pip puts before them, and that interpreter.
pub fn spoken<'w>(process: &Process, words: &'w [String]) -> (&'w [String], Option<&'w str>) {
    match words {
        [option, own, rest @ ..] if option == "--python" && process.has("TILSIT_SYS_EXECUTABLE") => {
            (rest, Some(own))
        }
        _ => (words, None),
    }
}

/// Why there is no Python to work for.
pub enum PythonError {
    /// Nothing is where it should be.
    Missing(String),
    /// It does not run.
    Broken(PathBuf, String),
    /// The one whose pip was called does not run.
    OwnBroken(PathBuf, String),
    /// None is named and none was found.
    None,
    /// The configuration cannot be used.
    Settings(SettingsError),
}

impl PythonError {
    /// pip's sentence; nothing for settings, which have their own.
    pub fn sentence(&self) -> String {
        match self {
            Self::Missing(named) => format!("Could not locate Python interpreter {named}"),
            Self::Broken(program, why) | Self::OwnBroken(program, why) => {
                format!("Failed to run pip under {}: {why}", program.display())
            }
            Self::None => "Could not locate Python interpreter python".to_owned(),
            Self::Settings(error) => error.to_string(),
        }
    }

    /// What mends it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::OwnBroken(..) => hints::OWN_INTERPRETER,
            _ => hints::INTERPRETER,
        }
    }
}

/// The Python that is worked for, and whether it was chosen before the command.
pub struct Chosen {
    pub interpreter: Interpreter,
    pub is_named: bool,
}

/// Chooses: `own` is the interpreter whose pip was called.
///
/// # Errors
/// See [`PythonError`].
pub fn choose(
    process: &Process,
    store: &Store,
    parsed: &Parsed,
    own: Option<&str>,
) -> Result<Chosen, PythonError> {
    if let Some(named) = parsed.text(&flags::PYTHON).filter(|named| !named.is_empty()) {
        return Ok(Chosen { interpreter: locate(process, store, named)?, is_named: true });
    }
    let interpreter = python::any(process, store, own).map_err(|error| match own.map(Path::new) {
        Some(own) => {
            PythonError::OwnBroken(own.to_owned(), refused(own).unwrap_or_else(|| error.to_string()))
        }
        None => PythonError::None,
    });
    if process.has("_PIP_RUNNING_IN_SUBPROCESS") {
        return Ok(Chosen { interpreter: interpreter?, is_named: true });
    }
    let prefix = interpreter.as_ref().ok().map(Interpreter::prefix);
    match configured(process, prefix).map_err(PythonError::Settings)? {
        Some(named) => Ok(Chosen { interpreter: locate(process, store, &named)?, is_named: true }),
        None => Ok(Chosen { interpreter: interpreter?, is_named: false }),
    }
}

/// `global.python` and `PIP_PYTHON`.
fn configured(process: &Process, prefix: Option<&Path>) -> Result<Option<String>, SettingsError> {
    let configuration = PipConfiguration::load(process, PipPolicy { isolated: false, prefix })?;
    let entries = configuration.for_sections(&["global"]).into_iter().rev();
    Ok(entries.into_iter().find(|entry| entry.key == "python").map(|entry| entry.value))
}

/// What the system says of a file that may not be run.
fn refused(program: &Path) -> Option<String> {
    let denied = rustix::fs::access(program, rustix::fs::Access::EXEC_OK).err()?;
    Some(super::errors::system_words(&denied.into(), &program.to_string_lossy()))
}

/// A file is an interpreter, a folder is an environment; names of programs are not looked for.
fn locate(process: &Process, store: &Store, named: &str) -> Result<Interpreter, PythonError> {
    let place = process.cwd.join(named);
    let program = if place.is_dir() {
        let programs = ["bin/python", "Scripts/python.exe"].map(|program| place.join(program));
        programs.into_iter().find(|program| program.exists())
    } else {
        Some(place.clone()).filter(|place| place.exists())
    };
    let program = program.ok_or_else(|| PythonError::Missing(named.to_owned()))?;
    python::at(process, store, &place).map_err(|error| {
        let why = refused(&program).unwrap_or_else(|| error.to_string());
        PythonError::Broken(program, why)
    })
}
