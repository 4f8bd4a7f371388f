//! `tilsit python`, `config`, `explain`, `completions`, `generate`: about Tilsit and its surroundings.

use std::path::Path;

use serde_json::json;

use super::{Ended, Session, diagnosis};
use crate::cli::{self, native as flags};
use crate::ops::{default_index, python};
use crate::output::{codes, columns, settings_table};
use crate::settings::{Explained, Origin};

impl Session<'_> {
    pub(super) fn python_list(&self) -> Ended {
        let store = self.store()?;
        let found = python::all(self.process, &store);
        if self.parsed.is_on(&flags::JSON) {
            let rows: Vec<_> = found
                .iter()
                .map(|one| {
                    let facts = one.interpreter.facts();
                    json!({
                        "version": facts.full_version,
                        "implementation": facts.implementation,
                        "executable": one.interpreter.executable(),
                    })
                })
                .collect();
            self.terminal.json(&rows);
            return Ok(0);
        }
        let rows: Vec<_> = found
            .iter()
            .map(|one| {
                let facts = one.interpreter.facts();
                let name = format!("{} {}", facts.implementation, facts.full_version);
                vec![name, one.interpreter.executable().display().to_string()]
            })
            .collect();
        self.terminal.text(&columns::aligned(&rows));
        Ok(0)
    }

    pub(super) fn python_find(&self) -> Ended {
        let store = self.store()?;
        let request = self.parsed.arguments.first().map(String::as_str);
        let found = python::any(self.process, &store, request).map_err(|error| diagnosis::python(&error))?;
        if self.parsed.is_on(&flags::JSON) {
            self.terminal
                .json(&json!({ "version": found.facts().full_version, "executable": found.executable() }));
        } else {
            self.terminal.line(&found.executable().display().to_string());
        }
        Ok(0)
    }

    pub(super) fn config(&self, verb: &str) -> Ended {
        let key = self.parsed.arguments.first().map(String::as_str);
        let mut explained = self.settings.explain(key, self.parsed);
        if let (Some(key), true) = (key, explained.is_empty()) {
            let known = self.settings.explain(None, self.parsed);
            let nearest = cli::nearest(key, known.iter().map(|one| one.key));
            return Err(Box::new(diagnosis::unknown_setting(key, nearest)));
        }
        if let Some(index) = explained.iter_mut().find(|one| one.key == flags::INDEX_URL.id) {
            index.value = index.value.take().or_else(|| self.default_index());
        }
        let made = |one: &Explained| verb == "explain" || one.origin != Origin::Default;
        let mut shown: Vec<Explained> =
            explained.into_iter().filter(|one| verb == "get" || made(one)).collect();
        if verb != "explain" {
            shown.iter_mut().for_each(|one| {
                one.overridden.clear();
                one.added.clear();
            });
        }
        if self.parsed.is_on(&flags::JSON) {
            self.terminal.json(&settings_table::json(&shown));
            return Ok(0);
        }
        match verb {
            "get" => match shown.into_iter().find_map(|one| one.value) {
                Some(value) => self.terminal.line(&value),
                None => return Ok(1),
            },
            _ => self.terminal.text(&settings_table::text(&shown, self.terminal.stdout_style())),
        }
        Ok(0)
    }

    /// The index that is asked when nobody names one.
    fn default_index(&self) -> Option<String> {
        let store = self.store().ok()?;
        let interpreter = python::any(self.process, &store, self.parsed.text(&flags::PYTHON)).ok()?;
        default_index::find(&interpreter, &store)
    }

    pub(super) fn explain(&self) -> Ended {
        let code = self.parsed.arguments.first().map(String::as_str);
        self.terminal.text(&codes::explained(code).map_err(Box::new)?);
        Ok(0)
    }

    pub(super) fn completions(&self) -> Ended {
        let shell = self.parsed.arguments.first().map(String::as_str).unwrap_or_default();
        match cli::generate::completions(&flags::PROGRAM, shell) {
            Some(script) => {
                self.terminal.text(&script);
                Ok(0)
            }
            None => Err(Box::new(diagnosis::unknown_shell(shell))),
        }
    }

    pub(super) fn generate(&self) -> Ended {
        let [kind, folder] = self.parsed.arguments.as_slice() else {
            return Err(Box::new(diagnosis::nothing_named("generate")));
        };
        let Some(pages) = cli::generate::pages(kind) else {
            return Err(Box::new(diagnosis::unknown_command(&format!("generate {kind}"))));
        };
        let folder = self.process.absolute(folder);
        for (name, text) in pages {
            write(&folder.join(name), &text)
                .map_err(|(path, error)| Box::new(diagnosis::cannot_write(&path, &error)))?;
        }
        Ok(0)
    }
}

/// Writes a file and the folders above it.
fn write(path: &Path, text: &str) -> Result<(), (std::path::PathBuf, std::io::Error)> {
    let failed = |error| (path.to_owned(), error);
    std::fs::create_dir_all(path.parent().unwrap_or(Path::new(""))).map_err(failed)?;
    std::fs::write(path, text).map_err(failed)
}
