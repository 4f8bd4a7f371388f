//! `pip config`

use super::errors::Failure;
use super::{Ended, Session};
use crate::cli::pip as flags;
use crate::output::Level;
use crate::settings::{PipConfiguration, PipFileKind, PipPolicy, pip_config, pip_get};

/// The verbs and the words that each takes after it.
const VERBS: &[(&str, &[&str])] = &[
    ("debug", &[]),
    ("edit", &[]),
    ("get", &["name"]),
    ("list", &[]),
    ("set", &["name", "value"]),
    ("unset", &["name"]),
];

impl Session<'_> {
    pub(super) fn config(&self) -> Ended {
        let names: Vec<&str> = VERBS.iter().map(|(name, _)| *name).collect();
        let words = &self.parsed.arguments;
        let verb = words.first().and_then(|word| VERBS.iter().find(|(name, _)| name == word));
        let Some((verb, takes)) = verb else {
            return Err(Failure::error(format!("Need an action ({}) to perform.", names.join(", "))));
        };
        let policy = PipPolicy {
            isolated: self.parsed.is_on(&flags::ISOLATED),
            prefix: Some(self.interpreter.prefix()),
        };
        let needs_one = !matches!(*verb, "list" | "debug");
        let kind =
            pip_config::choose(&self.chosen_files(), needs_one, policy.prefix).map_err(Failure::error)?;
        for (is_left_out, line) in pip_config::tried(self.process, policy, kind) {
            self.terminal.say(if is_left_out { Level::Debug } else { Level::Verbose }, &line);
        }
        let loaded = PipConfiguration::load(self.process, policy)
            .map_err(|error| Failure::exception(error.to_string()))?;
        let loaded = loaded.only(kind);
        let rest = words.get(1..).unwrap_or_default();
        if rest.len() != takes.len() {
            let example: String = takes.iter().map(|name| format!(" [{name}]")).collect();
            return Err(Failure::error(format!(
                "Got unexpected number of arguments, expected {}. (example: \"pip config {verb}{example}\")",
                takes.len()
            )));
        }
        self.config_verb((verb, rest), policy, (&loaded, kind)).map_err(Failure::error)?;
        Ok(0)
    }

    /// `--user`, `--global`, `--site`
    fn chosen_files(&self) -> Vec<PipFileKind> {
        let all = [
            (&flags::CONFIG_USER, PipFileKind::User),
            (&flags::CONFIG_GLOBAL, PipFileKind::Global),
            (&flags::CONFIG_SITE, PipFileKind::Site),
        ];
        all.into_iter().filter(|(flag, _)| self.parsed.is_on(flag)).map(|(_, kind)| kind).collect()
    }

    fn config_verb(
        &self,
        (verb, words): (&str, &[String]),
        policy: PipPolicy<'_>,
        (configuration, kind): (&PipConfiguration, Option<PipFileKind>),
    ) -> Result<(), String> {
        let kind = kind.unwrap_or(PipFileKind::User);
        match (verb, words) {
            ("get", [key]) => self.terminal.info(&pip_get(configuration, key)?.value),
            ("set", [key, value]) => self.change(configuration, (kind, key), Some(value))?,
            ("unset", [key]) => self.change(configuration, (kind, key), None)?,
            ("edit", _) => self.edit(configuration, kind)?,
            ("debug", _) => {
                let lines = pip_config::debug(self.process, policy, configuration);
                lines.iter().for_each(|line| self.terminal.info(line));
            }
            _ => configuration.list().iter().for_each(|line| self.terminal.info(line)),
        }
        Ok(())
    }

    fn change(
        &self,
        configuration: &PipConfiguration,
        at: (PipFileKind, &str),
        value: Option<&str>,
    ) -> Result<(), String> {
        let working = format!("Will be working with {} variant only", at.0.word());
        self.debug_line(&working);
        self.tell_redirection(configuration, at.0);
        let change = pip_config::change(self.process, configuration, at, value)?;
        self.debug_line(&working);
        let path = change.path.display();
        self.terminal.info(&format!("Writing to {path}"));
        let folder = change.path.parent().map_or(Ok(()), std::fs::create_dir_all);
        folder.and_then(|()| std::fs::write(&change.path, &change.text)).map_err(|error| {
            format!("An error occurred while writing to the configuration file {path}: {error}")
        })
    }

    fn tell_redirection(&self, configuration: &PipConfiguration, kind: PipFileKind) {
        if let Some(warning) = pip_config::redirected(self.process, configuration, kind) {
            self.warn(&warning);
        }
    }

    fn edit(&self, configuration: &PipConfiguration, kind: PipFileKind) -> Result<(), String> {
        let editor = pip_config::editor(self.process, self.parsed.text(&flags::EDITOR))?;
        self.tell_redirection(configuration, kind);
        let path = pip_config::file_to_edit(self.process, configuration, kind)?;
        self.terminal.flush();
        let command = format!("{editor} \"{}\"", path.display());
        let status = std::process::Command::new("sh").args(["-c", &command]).status();
        match status.map_err(|error| error.to_string())?.code() {
            Some(0) => Ok(()),
            code => Err(format!("Editor Subprocess exited with exit code {}", code.unwrap_or(-1))),
        }
    }
}
