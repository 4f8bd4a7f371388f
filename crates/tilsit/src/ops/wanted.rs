//! What a command is asked for: words, requirements files and what they include, project files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use index::{Client, Outcome, Problem, Request};
use packaging::hashes::Hash;
use packaging::{Marker, Origin, PackageName, Requirement};
use project::requirements_file::{
    self, DecodeError, EditableEntry, Entry, FileOption, Requested, RequestedError, RequirementEntry,
    RequirementsFileError, Source,
};

use super::direct::{self, DirectError, Named, Unnamed};
use super::interrupt;
use super::locked::Locked;
use crate::settings::{self, Process, Sourced};

/// Whether requirements are recorded as asked for (REQUESTED of the installed packages).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Recorded {
    /// As asked for.
    #[default]
    AsAsked,
    /// What was asked for stays so, and nothing comes to it.
    Unchanged,
}

/// Everything that was asked for, read.
#[derive(Debug, Default)]
pub struct Wanted {
    /// To be installed.
    pub requirements: Vec<Requirement>,
    /// Limits (`-c`).
    pub constraints: Vec<Requirement>,
    /// Replacements (`--override`).
    pub overrides: Vec<Requirement>,
    /// Hashes given in files, by package.
    pub hashes: BTreeMap<PackageName, Vec<Hash>>,
    /// Places whose packages are not known yet, each with its place among the requirements.
    pub unnamed: Vec<(usize, Unnamed)>,
    /// URLs of requirements that were named by their place alone.
    pub nameless: BTreeSet<String>,
    /// URLs of requirements that are to be editable.
    pub editables: BTreeSet<String>,
    /// Packages of editable requirements that were named before their URLs.
    pub names: BTreeMap<String, PackageName>,
    /// `--config-settings` of single requirements, by URL or name.
    pub settings: BTreeMap<String, Vec<(String, String)>>,
    /// Options of files, in order.
    pub options: Vec<FileSetting>,
    /// Files that locks name for packages: nothing else is looked for.
    pub locked: BTreeMap<PackageName, Locked>,
    /// Packages that only `-r` inside a constraints file brings: they are installed, but nobody asked for them.
    pub unasked: BTreeSet<PackageName>,
    /// What is wrong with the first constraint that is none (pip: an error only once everything is read).
    pub refused: Option<&'static str>,
    /// Archives that were named and are not there, as typed.
    pub absent: Vec<String>,
    /// Requirements files that are not UTF-8 and do not say what they are.
    pub guessed: Vec<String>,
    /// What is recorded of it.
    pub recorded: Recorded,
}

/// An option of a requirements file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSetting {
    /// The file, as it was named.
    pub path: String,
    /// The line.
    pub line: u32,
    /// The option.
    pub option: FileOption,
}

impl FileSetting {
    /// A value of it, and where it stands; `key` is the option's name.
    pub fn sourced(&self, key: &str, value: &str) -> Sourced<String> {
        let path = Path::new(&self.path).into();
        Sourced {
            value: value.to_owned(),
            origin: settings::Origin::File { path, line: self.line, key: key.into() },
        }
    }
}

/// What was typed.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// Words of the command line.
    pub words: Vec<String>,
    /// `-r`
    pub files: Vec<String>,
    /// `-c`
    pub constraints: Vec<String>,
    /// `--override`
    pub overrides: Vec<String>,
    /// `-e`
    pub editables: Vec<String>,
    /// `--group`
    pub groups: Vec<String>,
    /// `--extra`
    pub extras: Vec<String>,
    /// `--all-extras`
    pub all_extras: bool,
    /// Files that others include are named by their whole paths (pip).
    pub whole_paths: bool,
}

/// Why it could not be read.
#[derive(Debug, thiserror::Error)]
pub enum WantedError {
    /// A word of the command line.
    #[error(transparent)]
    Word(#[from] RequestedError),
    /// A line of a file.
    #[error(transparent)]
    Line(#[from] RequirementsFileError),
    /// A file that cannot be opened.
    #[error("{path}: {source}")]
    Open {
        /// As named.
        path: String,
        /// Whether it was to be a constraints file.
        constraint: bool,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file that is no text.
    #[error("{path}: {source}")]
    Decode {
        /// As named.
        path: String,
        /// Why.
        source: DecodeError,
    },
    /// A file that includes itself.
    #[error("{path} recursively references itself in {again}")]
    Recursive {
        /// The file.
        path: String,
        /// Where it is named again.
        again: String,
        /// Who included it the first time; nobody: the user named it.
        first: Option<String>,
    },
    /// A file behind a URL could not be had.
    #[error(transparent)]
    Fetch(#[from] index::FetchError),
    /// The user asked to stop while one was fetched.
    #[error("interrupted")]
    Interrupted,
    /// A path or URL that cannot be used.
    #[error(transparent)]
    Direct(#[from] DirectError),
    /// A constraint that names no package or asks for extras.
    #[error("{0}")]
    Constraint(&'static str),
    /// A project file.
    #[error(transparent)]
    Project(#[from] super::project_file::ProjectFileError),
}

impl Sources {
    /// Whether nothing at all was named.
    pub fn is_empty(&self) -> bool {
        let lists = [&self.words, &self.files, &self.editables, &self.groups];
        lists.iter().all(|list| list.is_empty())
    }
}

/// Who fetches requirements files behind a URL.
pub type FetchText<'a> = dyn FnMut(&str) -> Result<Vec<u8>, WantedError> + 'a;

/// Reads everything.
///
/// # Errors
/// The first thing that is wrong.
pub fn read(sources: &Sources, process: &Process, fetch: &mut FetchText<'_>) -> Result<Wanted, WantedError> {
    let (wanted, whole_paths) = (Wanted::default(), sources.whole_paths);
    let mut reader = Reader { process, fetch, wanted, open: Vec::new(), whole_paths };
    let origin = Arc::new(Origin::CommandLine);
    for file in &sources.constraints {
        reader.file(file, Role::Constraints)?;
    }
    let brought = reader.wanted.requirements.len();
    for word in sources.words.iter().filter(|word| !word.trim().is_empty()) {
        let requested = Requested::parse(word, &origin)?;
        reader.note_absent(&requested)?;
        let named = direct::named(requested, &process.cwd)?;
        reader.wanted.push(named);
    }
    for group in &sources.groups {
        let found = super::project_file::group(process, group)?;
        reader.wanted.requirements.extend(found);
    }
    for word in &sources.editables {
        let entry = EditableEntry::parse(word, &origin);
        reader.editable(&entry)?;
    }
    for file in &sources.files {
        reader.requirements(file, sources)?;
    }
    for file in &sources.overrides {
        reader.file(file, Role::Overrides)?;
    }
    reader.wanted.note_unasked(brought);
    Ok(reader.wanted)
}

/// What the lines of a file are for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Requirements,
    Constraints,
    Overrides,
}

struct Reader<'a, 'f> {
    process: &'a Process,
    fetch: &'a mut FetchText<'f>,
    wanted: Wanted,
    /// The files that are being read, the innermost last, with what tells them apart.
    open: Vec<(PathBuf, String)>,
    whole_paths: bool,
}

impl Reader<'_, '_> {
    /// `-r`: a requirements file, or a `pyproject.toml`.
    fn requirements(&mut self, file: &str, sources: &Sources) -> Result<(), WantedError> {
        if Path::new(file).file_name().is_some_and(|name| name == "pyproject.toml") {
            let found = super::project_file::requirements(self.process, file, sources)?;
            self.wanted.requirements.extend(found);
            return Ok(());
        }
        self.file(file, Role::Requirements)
    }

    fn file(&mut self, path: &str, role: Role) -> Result<(), WantedError> {
        let identity = match is_remote(path) {
            true => PathBuf::from(path),
            false => direct::tidy(&local_path(self.process, path)),
        };
        if let Some(place) = self.open.iter().position(|(open, _)| *open == identity) {
            let shown = |place: usize| self.open.get(place).map(|(_, shown)| shown.clone());
            let again = self.open.last().map(|(_, shown)| shown.clone()).unwrap_or_default();
            let first = place.checked_sub(1).and_then(shown);
            return Err(WantedError::Recursive { path: path.to_owned(), again, first });
        }
        let text = self.text(path, role)?;
        self.open.push((identity, path.to_owned()));
        let source = Source { path, constraint: role == Role::Constraints, text: &text };
        let file = requirements_file::parse(source, &|name| self.process.filled(name).map(str::to_owned))?;
        for entry in file.entries {
            self.entry(path, entry, role)?;
        }
        self.open.pop();
        Ok(())
    }

    fn text(&mut self, path: &str, role: Role) -> Result<String, WantedError> {
        let bytes = if is_remote(path) {
            (self.fetch)(path)?
        } else {
            let failed = |source| WantedError::Open {
                path: path.to_owned(),
                constraint: role == Role::Constraints,
                source,
            };
            std::fs::read(local_path(self.process, path)).map_err(failed)?
        };
        let decoded = requirements_file::decode(&bytes)
            .map_err(|source| WantedError::Decode { path: path.to_owned(), source })?;
        if decoded.guessed {
            self.wanted.guessed.push(path.to_owned());
        }
        Ok(decoded.text)
    }

    fn entry(&mut self, path: &str, entry: Entry, role: Role) -> Result<(), WantedError> {
        match entry {
            Entry::Requirement(entry) => self.requirement(entry, role),
            Entry::Editable(entry) if role == Role::Requirements => self.editable(&entry),
            Entry::Editable(_) => {
                Err(WantedError::Constraint("Editable requirements are not allowed as constraints"))
            }
            Entry::Include(include) => {
                let inner = if include.constraint { Role::Constraints } else { role };
                // pip: `-r` inside a constraints file gives requirements again.
                let inner =
                    if include.constraint || role == Role::Overrides { inner } else { Role::Requirements };
                let target = requirements_file::resolve(path, &include.target);
                match self.whole_paths && !is_remote(&target) {
                    true => {
                        let whole = direct::tidy(&local_path(self.process, &target));
                        self.file(&whole.to_string_lossy(), inner)
                    }
                    false => self.file(&target, inner),
                }
            }
            Entry::Option(option, line) => {
                self.wanted.options.push(FileSetting { path: path.to_owned(), line, option });
                Ok(())
            }
        }
    }

    fn requirement(&mut self, entry: RequirementEntry, role: Role) -> Result<(), WantedError> {
        if role == Role::Constraints
            && let Err(error) = refuse_as_constraint(&entry.requested)
        {
            return self.refuse(error);
        }
        self.note_absent(&entry.requested)?;
        let named = direct::named(entry.requested, &self.process.cwd)?;
        if !entry.config_settings.is_empty() {
            self.wanted.settings.insert(settings_key(&named), entry.config_settings);
        }
        let requirement = match named {
            Named::Ready(requirement) => requirement,
            Named::Placed(requirement) => {
                self.wanted.nameless.extend(requirement.url().map(str::to_owned));
                requirement
            }
            Named::Unnamed(mut unnamed) if role == Role::Requirements => {
                unnamed.hashes.extend(entry.hashes);
                self.wanted.push(Named::Unnamed(unnamed));
                return Ok(());
            }
            Named::Unnamed(_) => {
                return Err(WantedError::Constraint("Unnamed requirements are not allowed as constraints"));
            }
        };
        if !entry.hashes.is_empty() {
            self.wanted.hashes.entry(requirement.name.clone()).or_default().extend(entry.hashes);
        }
        match role {
            Role::Requirements => self.wanted.requirements.push(requirement),
            Role::Constraints => self.wanted.constraints.push(requirement),
            Role::Overrides => self.wanted.overrides.push(requirement),
        }
        Ok(())
    }
}

impl Reader<'_, '_> {
    fn refuse(&mut self, problem: &'static str) -> Result<(), WantedError> {
        if !self.whole_paths {
            return Err(WantedError::Constraint(problem));
        }
        self.wanted.refused.get_or_insert(problem);
        Ok(())
    }

    /// An archive that is not there. pip warns, and it is an error only when it is looked into.
    fn note_absent(&mut self, requested: &Requested) -> Result<(), WantedError> {
        if let Requested::Path(named) = requested
            && direct::is_archive(&named.path)
            && !self.process.absolute(&named.path).exists()
        {
            if !self.whole_paths {
                return Err(DirectError::Missing { path: self.process.absolute(&named.path) }.into());
            }
            self.wanted.absent.push(named.path.clone());
        }
        Ok(())
    }

    fn editable(&mut self, entry: &EditableEntry) -> Result<(), WantedError> {
        let named = direct::editable(entry, &self.process.cwd)?;
        let url = match &named {
            Named::Ready(requirement) | Named::Placed(requirement) => match &requirement.source {
                packaging::RequirementSource::Url(url) => url.clone(),
                packaging::RequirementSource::Specifiers(_) => {
                    return Err(DirectError::NotEditable { place: entry.target.clone() }.into());
                }
            },
            Named::Unnamed(unnamed) => unnamed.url.clone(),
        };
        if !entry.config_settings.is_empty() {
            self.wanted.settings.insert(url.clone(), entry.config_settings.clone());
        }
        if let Named::Ready(requirement) = &named {
            self.wanted.names.insert(url.clone(), requirement.name.clone());
        }
        self.wanted.editables.insert(url);
        self.wanted.push(named);
        Ok(())
    }
}

impl Wanted {
    /// Whether what is at an address was named by nothing else: not by `#egg=` either.
    pub fn is_nameless(&self, url: &str) -> bool {
        let fragment = url.split_once('#').map_or("", |(_, fragment)| fragment);
        self.nameless.contains(url) && !fragment.split('&').any(|part| part.starts_with("egg="))
    }

    /// Whether any file has a hash that it must have.
    pub fn has_hashes(&self) -> bool {
        !self.hashes.is_empty() || self.unnamed.iter().any(|(_, one)| !one.hashes.is_empty())
    }

    /// Whether somebody asked for the package, not only a file that a constraints file includes.
    pub fn is_asked(&self, requirement: &Requirement) -> bool {
        !self.unasked.contains(&requirement.name)
    }

    /// The first `brought` requirements came by constraints files.
    fn note_unasked(&mut self, brought: usize) {
        let (brought, asked) = self.requirements.split_at(brought);
        let is_asked = |name: &PackageName| asked.iter().any(|one| one.name == *name);
        let unasked = brought.iter().map(|one| &one.name).filter(|name| !is_asked(name));
        self.unasked = unasked.cloned().collect();
    }

    fn push(&mut self, named: Named) {
        match named {
            Named::Ready(requirement) => self.requirements.push(requirement),
            Named::Placed(requirement) => {
                self.nameless.extend(requirement.url().map(str::to_owned));
                self.requirements.push(requirement);
            }
            Named::Unnamed(unnamed) => self.unnamed.push((self.requirements.len(), unnamed)),
        }
    }

    /// Looks whether there is anything at the `file:` URLs of what counts by its marker.
    ///
    /// # Errors
    /// [`DirectError::Missing`] for the first that leads nowhere.
    pub fn look_for_files(&self, counts: &dyn Fn(Option<&Marker>) -> bool) -> Result<(), DirectError> {
        let named = self.requirements.iter().map(|one| (one.url(), one.marker.as_ref()));
        let unnamed = self.unnamed.iter().map(|(_, one)| (Some(one.url.as_str()), one.marker.as_ref()));
        let counting = named.chain(unnamed).filter(|(_, marker)| counts(*marker));
        let mut paths = counting.filter_map(|(url, _)| direct::local_path(url?));
        paths.find(|path| !path.exists()).map_or(Ok(()), |path| Err(DirectError::Missing { path }))
    }

    /// Drops what `counts` refuses, by its name or place and its marker.
    pub fn retain(&mut self, counts: &dyn Fn(&str, Option<&Marker>) -> bool) {
        let old = std::mem::take(&mut self.requirements);
        let mut dropped = Vec::new();
        for (place, requirement) in old.into_iter().enumerate() {
            if counts(&requirement.raw_name, requirement.marker.as_ref()) {
                self.requirements.push(requirement);
            } else {
                dropped.push(place);
            }
        }
        self.unnamed.retain(|(_, one)| counts(&index::redacted_text(&one.url), one.marker.as_ref()));
        for (place, _) in &mut self.unnamed {
            *place -= dropped.iter().filter(|gone| *gone < place).count();
        }
    }

    /// Puts the names that were found where they belong; `find` gives them as written and normalized.
    ///
    /// # Errors
    /// The first that `find` gives.
    pub fn name_all<E>(
        &mut self,
        mut find: impl FnMut(&Unnamed) -> Result<(String, PackageName), E>,
    ) -> Result<(), E> {
        for (found, (place, unnamed)) in std::mem::take(&mut self.unnamed).into_iter().enumerate() {
            let (raw_name, name) = find(&unnamed)?;
            if !unnamed.hashes.is_empty() {
                let hashes = self.hashes.entry(name.clone()).or_default();
                hashes.extend(unnamed.hashes.iter().cloned());
            }
            self.nameless.insert(unnamed.url.clone());
            self.requirements.insert(place + found, unnamed.named(&raw_name, name));
        }
        Ok(())
    }
}

/// Under what the settings of a requirement are found.
fn settings_key(named: &Named) -> String {
    match named {
        Named::Unnamed(unnamed) => unnamed.url.clone(),
        Named::Ready(requirement) | Named::Placed(requirement) => match &requirement.source {
            packaging::RequirementSource::Url(url) => url.clone(),
            packaging::RequirementSource::Specifiers(_) => requirement.name.to_string(),
        },
    }
}

/// pip's rules for constraints.
fn refuse_as_constraint(requested: &Requested) -> Result<(), &'static str> {
    match requested {
        Requested::Named(requirement) if !requirement.extras.is_empty() => {
            Err("Constraints cannot have extras")
        }
        Requested::Named(_) => Ok(()),
        Requested::Url(url) if url.egg.is_some() || direct::is_wheel(&url.url) => Ok(()),
        Requested::Path(path) if direct::is_wheel(&path.path) => Ok(()),
        Requested::Path(_) | Requested::Url(_) => Err("Unnamed requirements are not allowed as constraints"),
    }
}

fn is_remote(path: &str) -> bool {
    path.starts_with("http://") || path.starts_with("https://")
}

/// A path as typed, or a `file:` URL.
pub fn local_path(process: &Process, path: &str) -> PathBuf {
    if path.is_empty() {
        // nothing is there, whatever the folder that it would be joined to
        return PathBuf::new();
    }
    let url = url::Url::parse(path).ok().filter(|url| url.scheme() == "file");
    url.and_then(|url| url.to_file_path().ok()).unwrap_or_else(|| process.absolute(path))
}

/// The text behind `url`, by a client that has nothing else to do.
///
/// # Errors
/// That it is no URL, could not be fetched, or that the user asked to stop.
pub fn fetch(client: &mut Client, url: &str) -> Result<Vec<u8>, WantedError> {
    let failed = |problem| index::FetchError { url: index::redacted_text(url), problem, attempts: 0 };
    let parsed = url::Url::parse(url).map_err(|error| failed(Problem::BadAddress(error.to_string())))?;
    client.submit(Request::Document(parsed));
    match interrupt::next(client).map(|completed| completed.outcome) {
        Some(Outcome::Document(text)) => Ok(text?),
        None if interrupt::requested() => Err(WantedError::Interrupted),
        _ => Err(failed(Problem::Stopped).into()),
    }
}

/// The answer where nothing can be fetched.
pub fn no_fetch(url: &str) -> WantedError {
    index::FetchError { url: index::redacted_text(url), problem: Problem::Offline, attempts: 0 }.into()
}
