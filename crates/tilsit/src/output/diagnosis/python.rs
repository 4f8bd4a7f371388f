//! Interpreters that are not there or not usable.

use super::super::{Diagnostic, codes};
use crate::ops::python::PythonError;
use environment::InterpreterError;
use environment::discovery::DiscoveryError;

impl From<&InterpreterError> for Diagnostic {
    fn from(error: &InterpreterError) -> Self {
        match error {
            InterpreterError::BaseGone { environment, base } => Self::new(
                &codes::BROKEN_ENVIRONMENT,
                format!("the environment {} is broken", environment.display()),
            )
            .fact(format!("it was made from {}, which is gone", base.display()))
            .hint(format!("make it again: `tilsit venv --clear {}`", environment.display())),
            InterpreterError::BaseChanged { environment, .. } => Self::new(
                &codes::BROKEN_ENVIRONMENT,
                format!("the environment {} is broken", environment.display()),
            )
            .fact(error.to_string())
            .hint(format!("make it again: `tilsit venv --clear {}`", environment.display())),
            InterpreterError::NotAnEnvironment { .. } | InterpreterError::Probe(_) => {
                Self::new(&codes::NO_PYTHON, error.to_string())
                    .hint("`tilsit python list` shows all interpreters")
            }
        }
    }
}

impl From<&DiscoveryError> for Diagnostic {
    fn from(error: &DiscoveryError) -> Self {
        match error {
            DiscoveryError::NotFound { request, searched, passed_over } => {
                let searched: Vec<String> =
                    searched.iter().map(|folder| folder.display().to_string()).collect();
                let passed = passed_over.iter().take(10);
                let passed =
                    passed.map(|(path, why)| format!("{}: {why}", path.display())).collect::<Vec<_>>();
                Self::new(&codes::NO_PYTHON, format!("no {request} was found"))
                    .fact(format!("looked in: {}", searched.join(", ")))
                    .facts(passed)
                    .hint("`tilsit python list` shows all interpreters")
            }
            DiscoveryError::Unusable(error) => Self::from(error),
            DiscoveryError::NoSuchPath { path } => {
                Self::new(&codes::NO_PYTHON, format!("{} does not exist", path.display()))
            }
        }
    }
}

/// No Python to work on.
pub fn python(error: &PythonError) -> Diagnostic {
    match error {
        PythonError::Discovery(error) => error.into(),
        PythonError::Interpreter(error) => error.into(),
        PythonError::Venv(error) => error.into(),
        PythonError::NoEnvironment => Diagnostic::new(&codes::NO_PYTHON, "no environment was found")
            .fact("looked for: VIRTUAL_ENV, .venv here and above, CONDA_PREFIX")
            .hint("make one with `tilsit venv`, or name one with -p"),
    }
}
