//! Settings that cannot be used.

use super::super::{Diagnostic, codes, redact_text};
use crate::settings::{Origin, PipFileError, SettingsError, SettingsWarning};

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

/// A settings file or variable.
pub fn settings(error: &SettingsError) -> Diagnostic {
    error.into()
}
