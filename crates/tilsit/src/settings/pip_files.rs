//! pip's configuration files and variables: which there are, in which order they count, what they say.
//!
//! Source: pip 26.3, `configuration.py`. Order, later wins: global, user, site, `PIP_CONFIG_FILE`, `PIP_*` variables.

use super::ini::{Ini, IniError, normalized};
use super::{Origin, Process};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A kind of configuration, as `pip config` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// For everybody on this machine.
    Global,
    /// For this user.
    User,
    /// For this environment.
    Site,
    /// Named by `PIP_CONFIG_FILE`.
    Env,
}

impl Kind {
    /// The word of `pip config debug`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::User => "user",
            Self::Site => "site",
            Self::Env => "env",
        }
    }
}

/// One configuration file, read if it exists.
#[derive(Clone, Debug)]
pub struct PipFile {
    /// Which kind.
    pub kind: Kind,
    /// Where it is.
    pub path: Arc<Path>,
    /// What it says.
    pub ini: Ini,
}

/// One value of a file or variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// `global`, a command, or `:env:`.
    pub section: String,
    /// The option's long name without dashes.
    pub key: String,
    /// The value.
    pub value: String,
    /// File and line, or variable.
    pub origin: Origin,
}

/// Everything that pip is configured with.
#[derive(Clone, Debug, Default)]
pub struct PipConfiguration {
    /// The files in the order in which later ones win, also those that are not there.
    pub files: Vec<PipFile>,
    /// The `PIP_*` variables.
    pub variables: Vec<Entry>,
}

/// What is to be looked at.
#[derive(Clone, Copy, Debug, Default)]
pub struct PipPolicy<'a> {
    /// `--isolated`: neither variables nor the user's files.
    pub isolated: bool,
    /// The `sys.prefix` of the interpreter that is worked for.
    pub prefix: Option<&'a Path>,
}

/// A configuration file that could not be loaded; Display is pip's message.
#[derive(Clone, Debug, thiserror::Error)]
pub enum PipFileError {
    /// It is no INI file.
    #[error("Configuration file could not be loaded.\n{error}\n")]
    Ini {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: IniError,
    },
    /// It is not UTF-8.
    #[error("Configuration file contains invalid UTF-8 characters in {}.", path.display())]
    Encoding {
        /// The file.
        path: PathBuf,
    },
}

impl PipConfiguration {
    /// Reads all that count under the policy. Files that are not there or may not be read say nothing.
    ///
    /// # Errors
    /// A file that is there and is no INI file.
    pub fn load(process: &Process, policy: PipPolicy<'_>) -> Result<Self, PipFileError> {
        let variables = if policy.isolated { Vec::new() } else { variables(process) };
        let named = process.var("PIP_CONFIG_FILE");
        if named == Some("/dev/null") {
            return Ok(Self { files: Vec::new(), variables });
        }
        let files: Result<_, _> =
            locations(process, policy).into_iter().map(|(kind, path)| read(kind, path)).collect();
        Ok(Self { files: files?, variables })
    }

    /// Every entry of the files, in the order in which later ones win.
    pub fn file_entries(&self) -> impl Iterator<Item = Entry> + '_ {
        self.files.iter().flat_map(PipFile::entries)
    }

    /// Every value that `pip config list` shows: for each key of a section the last one, variables under `:env:`.
    pub fn effective(&self) -> Vec<Entry> {
        let mut held: Vec<Entry> = Vec::new();
        for entry in self.file_entries().chain(self.variables.iter().cloned()) {
            match held.iter_mut().find(|held| held.section == entry.section && held.key == entry.key) {
                Some(earlier) => *earlier = entry,
                None => held.push(entry),
            }
        }
        held
    }

    /// What pip applies to a command: `[global]`, then `[COMMAND]`, then variables; the order of sections beats that of
    /// files, and empty values are dropped at the end.
    pub fn for_sections(&self, sections: &[&str]) -> Vec<Entry> {
        let effective = self.effective();
        let order = sections.iter().copied().chain([":env:"]);
        let of = |name: &str| {
            effective.iter().filter(move |entry| entry.section == name).cloned().collect::<Vec<_>>()
        };
        order.flat_map(of).filter(|entry| !entry.value.is_empty()).collect()
    }
}

impl PipFile {
    /// Its values with their lines.
    pub fn entries(&self) -> impl Iterator<Item = Entry> + '_ {
        self.ini.sections().flat_map(move |section| {
            let name = section.name.clone();
            section.items.into_iter().map(move |item| Entry {
                origin: Origin::File {
                    path: Arc::clone(&self.path),
                    line: item.line,
                    key: format!("{name}.{}", item.key).into(),
                },
                section: name.clone(),
                key: item.key,
                value: item.value,
            })
        })
    }
}

/// Every place where pip looks, in the order in which later ones win.
pub fn locations(process: &Process, policy: PipPolicy<'_>) -> Vec<(Kind, PathBuf)> {
    let mut found: Vec<(Kind, PathBuf)> =
        global_folders(process).into_iter().map(|folder| (Kind::Global, folder.join("pip.conf"))).collect();
    let named = process.filled("PIP_CONFIG_FILE").map(|path| process.cwd.join(path));
    let replaced = named.as_deref().is_some_and(Path::exists);
    if !policy.isolated && !replaced {
        found.extend(user_files(process).into_iter().map(|path| (Kind::User, path)));
    }
    found.extend(policy.prefix.map(|prefix| (Kind::Site, prefix.join("pip.conf"))));
    found.extend(process.var("PIP_CONFIG_FILE").map(|path| (Kind::Env, PathBuf::from(path))));
    found
}

fn global_folders(process: &Process) -> Vec<PathBuf> {
    if cfg!(target_os = "macos") {
        return vec!["/Library/Application Support/pip".into()];
    }
    let mut folders: Vec<PathBuf> = match process.filled("XDG_CONFIG_DIRS") {
        Some(named) => {
            named.split(':').map(|folder| process.expand_user(folder.trim_end_matches('/'))).collect()
        }
        None => vec![process.etc.join("xdg")],
    };
    folders.iter_mut().for_each(|folder| folder.push("pip"));
    folders.push(process.etc.clone());
    folders
}

/// The old place, then the new one.
pub fn user_files(process: &Process) -> Vec<PathBuf> {
    let Some(home) = &process.home else { return Vec::new() };
    let library = home.join("Library/Application Support/pip");
    let new = if cfg!(target_os = "macos") && library.is_dir() {
        library
    } else {
        let config = process.filled("XDG_CONFIG_HOME").map(|folder| process.expand_user(folder));
        config.unwrap_or_else(|| home.join(".config")).join("pip")
    };
    vec![home.join(".pip/pip.conf"), new.join("pip.conf")]
}

fn read(kind: Kind, path: PathBuf) -> Result<PipFile, PipFileError> {
    let missing = |path: PathBuf| PipFile { kind, path: path.into(), ini: Ini::default() };
    let Ok(bytes) = std::fs::read(&path) else {
        return Ok(missing(path));
    };
    let Ok(text) = String::from_utf8(bytes) else { return Err(PipFileError::Encoding { path }) };
    match Ini::parse(&text, &path.to_string_lossy()) {
        Ok(ini) => Ok(PipFile { ini, ..missing(path) }),
        Err(error) => Err(PipFileError::Ini { path, error }),
    }
}

/// `PIP_LONG_OPTION`; `PIP_VERSION` and `PIP_HELP` are nobody's options.
fn variables(process: &Process) -> Vec<Entry> {
    let mut found: Vec<Entry> =
        process.env.iter().filter_map(|(name, value)| variable(name, value)).collect();
    found.sort_by(|left, right| left.key.cmp(&right.key));
    found
}

fn variable(name: &OsStr, value: &OsStr) -> Option<Entry> {
    let name = name.to_str()?;
    let key = name.strip_prefix("PIP_")?.to_lowercase();
    if key == "version" || key == "help" {
        return None;
    }
    Some(Entry {
        section: ":env:".to_owned(),
        key: normalized(&key),
        value: value.to_str()?.to_owned(),
        origin: Origin::Env { name: name.into() },
    })
}
