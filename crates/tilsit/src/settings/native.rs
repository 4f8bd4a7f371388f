//! The settings of our own commands: every layer below the command line.
//!
//! Order, later wins: pip's configuration (only about indexes, credentials, certificates, proxies and patience with
//! them), the user's `tilsit.toml`, the project's `tilsit.toml` or `[tool.tilsit]`, `TILSIT_*` variables, flags. A list
//! replaces the list of the layer below; flags add to it. Once somebody names an index to us, pip's are not asked.

use super::pip_files::{PipConfiguration, PipPolicy};
use super::toml_file::{self, Place};
use super::{Origin, Process, SettingsError, SettingsWarning, pip};
use crate::cli::{self, Flag, Given, Kind, Occurrence, Parsed, Takes};
use crate::output::redact_text;
use std::path::{Path, PathBuf};

/// What pip's configuration may say to our commands.
const FROM_PIP: &[&Flag] = &[
    &cli::pip::INDEX_URL,
    &cli::pip::EXTRA_INDEX_URL,
    &cli::pip::FIND_LINKS,
    &cli::pip::NO_INDEX,
    &cli::pip::TRUSTED_HOST,
    &cli::pip::CERT,
    &cli::pip::CLIENT_CERT,
    &cli::pip::PROXY,
    &cli::pip::KEYRING_PROVIDER,
    &cli::pip::RETRIES,
    &cli::pip::TIMEOUT,
];

/// What is decided together: whoever names an index to us means these.
const INDEXES: &[&str] = &["index-url", "extra-index-url", "find-links", "no-index"];

/// Everything said below the command line, the lowest layer first.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    layers: Vec<Layer>,
    /// What is odd but does no harm.
    pub warnings: Vec<SettingsWarning>,
}

#[derive(Clone, Debug)]
struct Layer {
    is_pip: bool,
    occurrences: Vec<Occurrence>,
}

/// One setting for `config explain`. Passwords are masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// The key.
    pub key: &'static str,
    /// The value in force; nothing when nobody says anything and there is no default.
    pub value: Option<String>,
    /// Where it is from.
    pub origin: Origin,
    /// What it overrides, the strongest first.
    pub overridden: Vec<(String, Origin)>,
    /// What is part of the value, too, where sources add up; the strongest first.
    pub added: Vec<(String, Origin)>,
}

/// The flags that are settings, one for each key.
pub fn keys() -> Vec<&'static Flag> {
    let mut keys: Vec<&'static Flag> = Vec::new();
    let commands = cli::native::PROGRAM.commands.iter().flat_map(|command| command.flags());
    let general = cli::native::PROGRAM.general.iter().flat_map(|group| group.flags.iter().copied());
    for flag in commands.chain(general) {
        if flag.setting && !keys.iter().any(|held| held.id == flag.id) {
            keys.push(flag);
        }
    }
    keys.sort_by_key(|flag| flag.id);
    keys
}

impl Settings {
    /// Reads all layers for a command line; with `--no-config` there are none.
    ///
    /// # Errors
    /// A file or variable that cannot be used.
    pub fn load(process: &Process, parsed: &Parsed) -> Result<Self, SettingsError> {
        let mut settings = Self::default();
        if parsed.is_on(&cli::native::NO_CONFIG) {
            return Ok(settings);
        }
        let keys = keys();
        if may_ask_an_index(parsed) {
            settings.layers.push(from_pip(process, parsed, &keys)?);
        }
        let user = process.xdg("XDG_CONFIG_HOME", ".config").map(|folder| folder.join("tilsit/tilsit.toml"));
        if let Some(user) = user {
            settings.read_toml(&user, Place::Top, &keys)?;
        }
        settings.read_project(&process.cwd, &keys)?;
        settings.layers.push(Layer { is_pip: false, occurrences: from_variables(process, &keys)? });
        Ok(settings)
    }

    /// The command line with everything below it that concerns the command.
    pub fn apply(&self, parsed: Parsed) -> Parsed {
        let flags = cli::native::PROGRAM.flags(parsed.path.last().copied());
        let own_index = self.names_index(&parsed);
        let mut joined: Vec<Occurrence> = Vec::new();
        for layer in &self.layers {
            let counts = |occurrence: &&Occurrence| {
                flags.iter().any(|flag| flag.id == occurrence.flag.id)
                    && !(layer.is_pip && own_index && INDEXES.contains(&occurrence.flag.id))
            };
            let layer: Vec<Occurrence> = layer.occurrences.iter().filter(counts).cloned().collect();
            joined.retain(|held| {
                !layer.iter().any(|new| new.flag.id == held.flag.id && !held.flag.accumulates)
            });
            joined.extend(layer);
        }
        joined.extend(parsed.occurrences);
        Parsed { occurrences: joined, ..parsed }
    }

    /// Every setting (or the one of that key) with its source and what that overrides. `parsed` is the command line that
    /// asks, whose flags count.
    pub fn explain(&self, key: Option<&str>, parsed: &Parsed) -> Vec<Explained> {
        let wanted = key.map(|key| key.replace('_', "-"));
        let typed = parsed.occurrences.iter().filter(|said| matches!(said.origin, Origin::Flag { .. }));
        let typed = Layer { is_pip: false, occurrences: typed.cloned().collect() };
        let own_index = self.names_index(&Parsed::default());
        let keys = keys().into_iter().filter(|flag| wanted.as_deref().is_none_or(|key| key == flag.id));
        keys.map(|flag| self.explain_one(flag, &typed, own_index)).collect()
    }

    fn explain_one(&self, flag: &'static Flag, typed: &Layer, own_index: bool) -> Explained {
        let layers = self.layers.iter().chain(std::iter::once(typed));
        let mut said: Vec<(String, Origin)> = layers.filter_map(|layer| layer.said(flag)).collect();
        let all: Vec<String> = said.iter().map(|(value, _)| value.clone()).collect();
        said.reverse();
        let muted = own_index
            && INDEXES.contains(&flag.id)
            && !self.layers.iter().any(|layer| !layer.is_pip && layer.said(flag).is_some());
        if said.is_empty() || muted {
            let value = flag.default.map(str::to_owned);
            let origin = Origin::Default;
            return Explained { key: flag.id, value, origin, overridden: said, added: Vec::new() };
        }
        let (value, origin) = said.remove(0);
        match flag.accumulates {
            false => {
                Explained { key: flag.id, value: Some(value), origin, overridden: said, added: Vec::new() }
            }
            true => {
                let value = Some(all.join(" "));
                Explained { key: flag.id, value, origin, overridden: Vec::new(), added: said }
            }
        }
    }

    /// Whether somebody names an index to us (not to pip).
    fn names_index(&self, parsed: &Parsed) -> bool {
        let own = self.layers.iter().filter(|layer| !layer.is_pip).flat_map(|layer| &layer.occurrences);
        own.chain(&parsed.occurrences).any(|said| matches!(said.flag.id, "index-url" | "no-index"))
    }

    fn read_toml(
        &mut self,
        path: &Path,
        place: Place,
        keys: &[&'static Flag],
    ) -> Result<bool, SettingsError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {
                return Err(SettingsError::Encoding { path: path.to_path_buf() });
            }
            Err(_) => return Ok(false),
        };
        if place == Place::Tool && !text.contains("tilsit") {
            return Ok(false);
        }
        let Some(read) = toml_file::read(&text, path, place, keys)? else { return Ok(false) };
        self.layers.push(Layer { is_pip: false, occurrences: read.occurrences });
        let unknown = read.unknown.into_iter();
        self.warnings.extend(unknown.map(|(key, line)| SettingsWarning::UnknownKey {
            nearest: cli::nearest(&key, keys.iter().map(|flag| flag.id)),
            path: path.to_path_buf(),
            line,
            key,
        }));
        Ok(true)
    }

    /// The nearest folder upwards that has settings; `tilsit.toml` before `pyproject.toml`.
    fn read_project(&mut self, from: &Path, keys: &[&'static Flag]) -> Result<(), SettingsError> {
        for folder in from.ancestors() {
            let found = self.read_toml(&folder.join("tilsit.toml"), Place::Top, keys)?
                || self.read_toml(&folder.join("pyproject.toml"), Place::Tool, keys)?;
            if found {
                break;
            }
        }
        Ok(())
    }
}

impl Layer {
    fn said(&self, flag: &Flag) -> Option<(String, Origin)> {
        let said: Vec<&Occurrence> = self.occurrences.iter().filter(|said| said.flag.id == flag.id).collect();
        let origin = said.first()?.origin.clone();
        let value = match flag.takes {
            Takes::Count => said.len().to_string(),
            Takes::One(_) => said.last().map(|last| shown(last)).unwrap_or_default(),
            _ => said.iter().map(|said| shown(said)).collect::<Vec<_>>().join(" "),
        };
        Some((value, origin))
    }
}

fn shown(said: &Occurrence) -> String {
    match &said.given {
        Given::On => "true".to_owned(),
        Given::Off => "false".to_owned(),
        Given::Text(text) => redact_text(text),
    }
}

/// pip's files say nothing to a command that asks no index; one that shows settings shows them all.
fn may_ask_an_index(parsed: &Parsed) -> bool {
    let mut flags = parsed.path.last().into_iter().flat_map(|command| command.flags());
    parsed.path.first().is_none_or(|command| command.name == "config")
        || flags.any(|flag| flag.id == "index-url")
}

fn from_pip(process: &Process, parsed: &Parsed, keys: &[&'static Flag]) -> Result<Layer, SettingsError> {
    let prefix = environment(process, parsed);
    let policy = PipPolicy { isolated: false, prefix: prefix.as_deref() };
    let configuration = PipConfiguration::load(process, policy)?;
    let found = pip::occurrences(&configuration, &["global", "install"], FROM_PIP)?;
    let ours = |said: Occurrence| {
        let flag = keys.iter().copied().find(|flag| flag.id == said.flag.id)?;
        let given = match (flag.id, said.given) {
            // we ask the program; pip also knows the module and "whatever there is"
            ("keyring-provider", Given::Text(how)) if how != "disabled" => {
                Given::Text("subprocess".to_owned())
            }
            (_, given) => given,
        };
        Some(Occurrence { flag, given, origin: said.origin })
    };
    Ok(Layer { is_pip: true, occurrences: found.into_iter().filter_map(ours).collect() })
}

/// The environment whose own pip.conf counts: the one that is named, else the active one.
fn environment(process: &Process, parsed: &Parsed) -> Option<PathBuf> {
    let named = parsed.text(&cli::native::PYTHON).map(|path| process.absolute(path));
    let named = named.filter(|path| path.join("pyvenv.cfg").is_file());
    named.or_else(|| process.filled("VIRTUAL_ENV").map(PathBuf::from))
}

fn from_variables(process: &Process, keys: &[&'static Flag]) -> Result<Vec<Occurrence>, SettingsError> {
    let mut found = Vec::new();
    for flag in keys {
        let Some(name) = flag.variable() else { continue };
        let Some(value) = process.filled(&name) else { continue };
        let origin = Origin::Env { name: name.into() };
        let wrong = |expected: String| SettingsError::Value {
            key: flag.id.to_owned(),
            value: value.to_owned(),
            expected,
            origin: origin.clone(),
        };
        let given = match flag.takes {
            Takes::On | Takes::Off => {
                let on = pip::boolean(value).ok_or_else(|| wrong("expected yes or no".to_owned()))?;
                vec![if on { Given::On } else { Given::Off }]
            }
            Takes::Count => {
                let count = pip::boolean(value).map(usize::from).or_else(|| value.parse().ok());
                vec![Given::On; count.ok_or_else(|| wrong("expected a number".to_owned()))?.min(9)]
            }
            Takes::One(option) => vec![text(option.kind, value).map_err(wrong)?],
            Takes::Many(option) => value
                .split_whitespace()
                .map(|word| text(option.kind, word).map_err(wrong))
                .collect::<Result<_, _>>()?,
        };
        found.extend(given.into_iter().map(|given| Occurrence { flag, given, origin: origin.clone() }));
    }
    Ok(found)
}

fn text(kind: Kind, value: &str) -> Result<Given, String> {
    match cli::check(kind, value) {
        Ok(()) => Ok(Given::Text(value.to_owned())),
        Err(_) => Err(toml_file::expected(kind)),
    }
}
