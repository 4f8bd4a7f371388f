//! What `pip config` does: which file, which values, what is written.
//!
//! Source: pip 26.3, `commands/configuration.py` and `configuration.py`.

use super::ini::{Ini, normalized};
use super::pip_files::{Kind, PipConfiguration, PipFile, PipPolicy, locations};
use super::{Entry, Process};
use crate::cli::python_repr;
use std::path::{Path, PathBuf};

/// Which file a command line chooses: `--user`, `--global`, `--site`, or by itself for verbs that need one.
///
/// # Errors
/// pip's sentence when several are chosen.
pub fn choose(chosen: &[Kind], needs_one: bool, prefix: Option<&Path>) -> Result<Option<Kind>, &'static str> {
    match chosen {
        [] if !needs_one => Ok(None),
        [] => {
            let site = prefix.is_some_and(|prefix| prefix.join("pip.conf").exists());
            Ok(Some(if site { Kind::Site } else { Kind::User }))
        }
        [only] => Ok(Some(*only)),
        _ => Err("Need exactly one file to operate upon (--user, --site, --global) to perform."),
    }
}

impl PipConfiguration {
    /// The same with the files of one kind only; those of `PIP_CONFIG_FILE` stand for the user's.
    #[must_use]
    pub fn only(mut self, kind: Option<Kind>) -> Self {
        if let Some(kind) = kind {
            self.files.retain(|file| file.kind == kind || kind == Kind::User && file.kind == Kind::Env);
        }
        self
    }

    /// The lines of `pip config list`.
    pub fn list(&self) -> Vec<String> {
        let mut files: Vec<(String, Vec<Entry>)> = self
            .files
            .iter()
            .map(|file| (file.path.to_string_lossy().into_owned(), file.entries().collect()))
            .collect();
        files.push((":env:".to_owned(), self.variables.clone()));
        files.sort_by(|left, right| left.0.cmp(&right.0));
        let lines = files.into_iter().flat_map(|(_, entries)| {
            let mut lines: Vec<(String, String)> = entries
                .into_iter()
                .map(|entry| (format!("{}.{}", entry.section, entry.key), entry.value))
                .collect();
            lines.sort();
            lines
        });
        lines.map(|(key, value)| format!("{key}={}", python_repr(&value))).collect()
    }
}

/// The lines of `pip config debug`.
pub fn debug(process: &Process, policy: PipPolicy<'_>, configuration: &PipConfiguration) -> Vec<String> {
    let mut lines = vec!["env_var:".to_owned()];
    let mut variables: Vec<(&str, &str)> = process
        .env
        .iter()
        .filter_map(|(name, value)| Some((name.to_str()?, value.to_str()?)))
        .filter(|(name, _)| name.starts_with("PIP_") && !matches!(*name, "PIP_VERSION" | "PIP_HELP"))
        .collect();
    variables.sort_by_key(|(name, _)| name.to_lowercase());
    lines.extend(
        variables.iter().map(|(name, value)| format!("  {}={}", name.to_uppercase(), python_repr(value))),
    );
    let places = locations(process, policy);
    for kind in [Kind::Env, Kind::Global, Kind::Site, Kind::User] {
        let of_kind: Vec<&PathBuf> =
            places.iter().filter(|(held, _)| *held == kind).map(|(_, path)| path).collect();
        if of_kind.is_empty() && kind != Kind::Env {
            continue;
        }
        lines.push(format!("{}:", kind.word()));
        for path in of_kind {
            let exists = path.exists();
            lines.push(format!("  {}, exists: {}", path.display(), if exists { "True" } else { "False" }));
            let read = configuration.files.iter().find(|file| file.kind == kind && *file.path == **path);
            for entry in read.into_iter().flat_map(PipFile::entries) {
                lines.push(format!("    {}.{}: {}", entry.section, entry.key, entry.value));
            }
        }
    }
    lines
}

/// A change to one file, ready to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The file; its folder may have to be made.
    pub path: PathBuf,
    /// Its new text.
    pub text: String,
}

/// Sets (`Some`) or unsets (`None`) a key in the files of a kind. `configuration` holds the files of that kind only.
///
/// # Errors
/// pip's sentence.
pub fn change(
    process: &Process,
    configuration: &PipConfiguration,
    (kind, key): (Kind, &str),
    value: Option<&str>,
) -> Result<Change, String> {
    let wanted = normalized(key);
    let file = file_to_change(process, configuration, kind, value.is_none().then_some(wanted.as_str()))?;
    let Some((section, name)) = wanted.split_once('.') else {
        return Err(format!(
            "Key does not contain dot separated section and key. Perhaps you wanted to use 'global.{wanted}' instead?"
        ));
    };
    let mut ini = file.ini.clone();
    match value {
        Some(value) => ini.set(section, name, value),
        None if !ini.unset(section, name) => return Err(format!("No such key - {key}")),
        None => {}
    }
    Ok(Change { path: file.path.to_path_buf(), text: ini.to_text() })
}

/// The file that `pip config edit` opens.
///
/// # Errors
/// pip's sentence.
pub fn file_to_edit(
    process: &Process,
    configuration: &PipConfiguration,
    kind: Kind,
) -> Result<PathBuf, String> {
    let found = file_to_change(process, configuration, kind, None);
    found.map(|file| file.path.to_path_buf()).map_err(|_| "Could not determine appropriate file.".to_owned())
}

/// The editor: the option, `VISUAL`, `EDITOR`.
///
/// # Errors
/// pip's sentence.
pub fn editor(process: &Process, option: Option<&str>) -> Result<String, &'static str> {
    let named = option.or_else(|| process.var("VISUAL")).or_else(|| process.var("EDITOR"));
    named.map(str::to_owned).ok_or("Could not determine editor to use.")
}

/// pip's warning where `PIP_CONFIG_FILE` sends a change elsewhere.
pub fn redirected(process: &Process, configuration: &PipConfiguration, kind: Kind) -> Option<String> {
    let named = process.var("PIP_CONFIG_FILE").filter(|path| *path != "/dev/null")?;
    let is_elsewhere = kind != Kind::Site && !configuration.files.iter().any(|file| file.kind == kind);
    is_elsewhere.then(|| {
        format!(
            "Because PIP_CONFIG_FILE is set, changes will be applied to '{named}', not to '{}'. To restore normal behavior, unset PIP_CONFIG_FILE.",
            kind.word()
        )
    })
}

/// What `-v` tells: the files that are tried, and (`true`) those that are left out.
pub fn tried(process: &Process, policy: PipPolicy<'_>, only: Option<Kind>) -> Vec<(bool, String)> {
    if process.var("PIP_CONFIG_FILE") == Some("/dev/null") {
        let why =
            "Skipping loading configuration files due to environment's PIP_CONFIG_FILE being os.devnull";
        return vec![(true, why.to_owned())];
    }
    let told = locations(process, policy).into_iter().map(|(kind, path)| {
        let (word, path) = (kind.word(), path.display());
        match only {
            Some(only) if only != kind && (only, kind) != (Kind::User, Kind::Env) => {
                (true, format!("Skipping file '{path}' (variant: {word})"))
            }
            _ => (false, format!("For variant '{word}', will try loading '{path}'")),
        }
    });
    told.collect()
}

/// The strongest file of the kind; for `unset` the strongest that has the key.
fn file_to_change(
    process: &Process,
    configuration: &PipConfiguration,
    kind: Kind,
    key: Option<&str>,
) -> Result<PipFile, String> {
    let of_kind: Vec<&PipFile> = configuration.files.iter().filter(|file| file.kind == kind).collect();
    let has = |file: &&&PipFile| {
        file.entries().any(|entry| Some(format!("{}.{}", entry.section, entry.key).as_str()) == key)
    };
    if let Some(file) = of_kind.iter().rev().find(has).or(of_kind.last()) {
        return Ok((*file).clone());
    }
    let named = process.var("PIP_CONFIG_FILE");
    match named {
        Some("/dev/null") => Err("Cannot write to PIP_CONFIG_VALUE when it is set to /dev/null".to_owned()),
        Some(path) if kind != Kind::Site => {
            let held = configuration.files.iter().find(|file| file.kind == Kind::Env);
            let empty = || PipFile { kind: Kind::Env, path: Path::new(path).into(), ini: Ini::default() };
            Ok(held.cloned().unwrap_or_else(empty))
        }
        _ => Err("Fatal Internal error [id=2]. Please report as a bug.".to_owned()),
    }
}
