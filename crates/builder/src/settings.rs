//! Settings that a person hands to a back end.

use serde_json::{Map, Value};

/// `config_settings` of PEP 517: a mapping whose values are strings, or lists of them where a key was given more than
/// once (pip, build).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfigSettings(Map<String, Value>);

/// Why settings cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// No JSON.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// JSON of another kind.
    #[error("not a JSON object")]
    NotAnObject,
}

impl ConfigSettings {
    /// Settings as `KEY=VALUE` words; a word without `=` is a key with an empty value (build).
    pub fn from_words<'w>(words: impl IntoIterator<Item = &'w str>) -> Self {
        let mut settings = Self::default();
        for word in words {
            let (key, value) = word.split_once('=').unwrap_or((word, ""));
            settings.add(key, value);
        }
        settings
    }

    /// Settings as a JSON object, nested as one likes (`--config-json` of build).
    ///
    /// # Errors
    /// See [`SettingsError`].
    pub fn from_json(text: &str) -> Result<Self, SettingsError> {
        match serde_json::from_str(text)? {
            Value::Object(map) => Ok(Self(map)),
            _ => Err(SettingsError::NotAnObject),
        }
    }

    /// Adds a value; a second one for the same key makes a list.
    pub fn add(&mut self, key: &str, value: &str) {
        let value = Value::from(value);
        match self.0.get_mut(key) {
            None => {
                self.0.insert(key.to_owned(), value);
            }
            Some(Value::Array(values)) => values.push(value),
            Some(one) => {
                let first = one.take();
                *one = Value::Array(vec![first, value]);
            }
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    /// As the hook gets them.
    #[must_use]
    pub fn to_json(&self) -> Value {
        Value::Object(self.0.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_values_and_lists() {
        for (words, expected) in [
            (&["a=1"][..], r#"{"a":"1"}"#),
            (&["a", "b=x=y"], r#"{"a":"","b":"x=y"}"#),
            (&["a=1", "a=2", "a=3", "b="], r#"{"a":["1","2","3"],"b":""}"#),
            (&[], "{}"),
        ] {
            let settings = ConfigSettings::from_words(words.iter().copied());
            assert_eq!(settings.to_json().to_string(), expected);
        }
    }

    #[test]
    fn json_must_be_an_object() {
        assert_eq!(ConfigSettings::from_json(r#"{"a":{"b":[1]}}"#).unwrap().get("a").unwrap()["b"][0], 1);
        assert!(matches!(ConfigSettings::from_json("[1]"), Err(SettingsError::NotAnObject)));
        assert!(matches!(ConfigSettings::from_json("{"), Err(SettingsError::Json(_))));
    }
}
