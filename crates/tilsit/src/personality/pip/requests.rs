//! What a command of pip's is asked for: words, files, groups, locks, scripts.

use std::sync::Arc;

use packaging::hashes::Hash;
use packaging::pylock::{PylockError, SelectError};
use packaging::{Marker, MarkerEnvironment, Origin, Requirement, SpecifierSet};
use project::requirements_file::FileOption;
use project::script::ScriptError;

use super::Session;
use super::arguments::Target;
use super::errors::{Failure, not_there};
use crate::cli::{pip as flags, python_repr};
use crate::ops::locked::{self, LockReadError, LockReader, LockRequest};
use crate::ops::project_file::{self, ScriptFileError};
use crate::ops::wanted::{self, Sources, Wanted, WantedError};

/// What pip says whenever a lock is read.
const EXPERIMENTAL: &str = "Using pylock.toml as a requirements source is an experimental feature. It may be removed/changed in a future release without prior warning.";

impl Session<'_> {
    /// What is asked for, read.
    pub fn wanted(&self, target: &Target) -> Result<Wanted, Failure> {
        let all = |flag| self.parsed.values(flag).into_iter().map(str::to_owned).collect();
        let mut sources = Sources {
            words: self.parsed.arguments.clone(),
            files: all(&flags::REQUIREMENT),
            constraints: all(&flags::CONSTRAINT),
            editables: all(&flags::EDITABLE),
            groups: all(&flags::GROUP),
            whole_paths: true,
            ..Sources::default()
        };
        self.check_groups(&sources.groups)?;
        let nothing = sources.is_empty() && self.parsed.values(&flags::REQUIREMENTS_FROM_SCRIPT).is_empty();
        let locks = locked::split(&mut sources.files, &mut sources.groups);
        let mut wanted = self.read(&sources).map_err(|mut failure| {
            let is_unquoted = !sources.editables.is_empty() && sources.words.iter().any(|word| word == "@");
            if is_unquoted {
                failure.hint(super::hints::UNQUOTED);
            }
            failure
        })?;
        for setting in &wanted.options {
            if let FileOption::TrustedHost(host) = &setting.option {
                let (line, path) = (setting.line, &setting.path);
                self.info(&format!(
                    "adding trusted host: {} (from line {line} of {path})",
                    python_repr(host)
                ));
            }
        }
        self.check_encodings(&wanted.guessed)?;
        for absent in &wanted.absent {
            self.warn(&not_there(absent));
        }
        self.add_locks(&locks, &mut wanted, target)?;
        self.add_script(&mut wanted, target)?;
        let never = self.parsed.is_on(&flags::NO_REQUIRE_HASHES);
        if self.parsed.is_on(&flags::REQUIRE_HASHES) && never {
            return Err(Failure::error("--require-hashes and --no-require-hashes are mutually exclusive"));
        }
        if nothing { Err(self.nothing_asked()) } else { Ok(wanted) }
    }

    /// pip takes what is not UTF-8 for the locale's encoding, which is UTF-8 again nearly everywhere.
    fn check_encodings(&self, files: &[String]) -> Result<(), Failure> {
        let Some(file) = files.first() else { return Ok(()) };
        let mut variables = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter();
        let locale = variables.find_map(|name| self.process.filled(name)).unwrap_or_default();
        let is_latin = locale.to_lowercase().contains("8859-1");
        let encoding = if is_latin { "ISO-8859-1" } else { "UTF-8" };
        self.warn(&format!(
            "unable to decode data from {file} with default encoding utf-8, falling back to encoding from locale: {encoding}. If this is intentional you should specify the encoding with a PEP-263 style comment, e.g. '# -*- coding: {encoding} -*-'"
        ));
        let bytes = std::fs::read(self.process.absolute(file)).unwrap_or_default();
        match std::str::from_utf8(&bytes) {
            Err(error) if !is_latin => Err(Failure::exception(undecodable(&bytes, error))),
            _ => Ok(()),
        }
    }

    fn nothing_asked(&self) -> Failure {
        let command = self.command();
        let links = self.parsed.values(&flags::FIND_LINKS);
        Failure::error(if links.is_empty() {
            format!("You must give at least one requirement to {command} (see \"pip help {command}\")")
        } else {
            format!(
                "You must give at least one requirement to {command} (maybe you meant \"pip {command} {}\"?)",
                links.join(" ")
            )
        })
    }

    /// Reads what is named; requirements files behind URLs are fetched as indexes are.
    pub fn read(&self, sources: &Sources) -> Result<Wanted, Failure> {
        Ok(self.read_sources(sources)?)
    }

    /// The same, with the error as it is.
    pub fn read_sources(&self, sources: &Sources) -> Result<Wanted, WantedError> {
        wanted::read(sources, self.process, &mut |url| self.fetched(url))
    }

    fn fetched(&self, url: &str) -> Result<Vec<u8>, WantedError> {
        let connection = self.connection(&Wanted::default()).map_err(|_| wanted::no_fetch(url))?;
        match connection.client(self.process, self.interpreter, self.store, (self.observer(), None)) {
            Ok(mut client) => wanted::fetch(&mut client, url),
            Err(_) => Err(wanted::no_fetch(url)),
        }
    }

    /// Names and leaves out requirements whose markers do not fit.
    pub fn leave_out(&self, wanted: &mut Wanted, markers: &MarkerEnvironment) {
        wanted.retain(&|name, marker| self.applies(name, marker, markers));
    }

    fn applies(&self, name: &str, marker: Option<&Marker>, markers: &MarkerEnvironment) -> bool {
        match marker {
            Some(marker) if !marker.evaluate(markers, &[]) => {
                self.info(&format!(
                    "Ignoring {name}: markers {} don't match your environment",
                    python_repr(&marker.to_string())
                ));
                false
            }
            _ => true,
        }
    }

    /// `--only-deps` is for packages that are named themselves.
    pub fn check_only_dependencies(&self) -> Result<(), Failure> {
        if !self.parsed.is_on(&flags::ONLY_DEPS) {
            return Ok(());
        }
        let given = |flag| !self.parsed.values(flag).is_empty();
        let legacy = self.parsed.values(&flags::USE_DEPRECATED).contains(&"legacy-resolver");
        let others = [
            (self.parsed.is_on(&flags::NO_DEPS), "'--no-deps'"),
            (legacy, "'--use-deprecated legacy-resolver'"),
            (given(&flags::REQUIREMENT), "'--requirement'"),
            (given(&flags::REQUIREMENTS_FROM_SCRIPT), "'--requirements-from-script'"),
            (given(&flags::GROUP), "'--group'"),
        ];
        let mut others: Vec<String> =
            others.into_iter().filter(|(given, _)| *given).map(|(_, name)| name.to_owned()).collect();
        if others.len() > 1
            && let Some(last) = others.last_mut()
        {
            *last = format!("or {last}");
        }
        match others.is_empty() {
            true => Ok(()),
            false => Err(Failure::error(format!(
                "Cannot use '--only-dependencies' in combination with {}. If this is unexpected, please refer to the user guide:\n\n    https://pip.pypa.io/en/stable/user_guide/#installing-only-dependencies",
                others.join(", ")
            ))),
        }
    }

    /// `--group [PATH:]NAME`: the path is that of a project or of a lock.
    fn check_groups(&self, groups: &[String]) -> Result<(), Failure> {
        let is_known = |path: &str| {
            let name = path.rsplit('/').next().unwrap_or(path);
            name == "pyproject.toml" || (!path.contains("://") && locked::lock_name(path).is_some())
        };
        let mut paths = groups.iter().filter_map(|group| group.rsplit_once(':')).map(|(path, _)| path);
        match paths.all(is_known) {
            true => Ok(()),
            false => {
                Err(self.usage("--group", "group paths use local 'pyproject.toml' or 'pylock.toml' files"))
            }
        }
    }

    /// The first lock that is named.
    pub fn first_lock(&self) -> Option<&str> {
        let files = self.parsed.values(&flags::REQUIREMENT).into_iter();
        let groups = self.parsed.values(&flags::GROUP).into_iter();
        let groups = groups.filter_map(|group| group.rsplit_once(':')).map(|(path, _)| path);
        files.chain(groups).find_map(|word| locked::lock_name(word).map(|(path, _)| path))
    }

    fn add_locks(&self, locks: &[LockRequest], wanted: &mut Wanted, target: &Target) -> Result<(), Failure> {
        if locks.is_empty() {
            return Ok(());
        }
        let formats = self.formats(wanted)?;
        let mut reader = LockReader {
            process: self.process,
            markers: &target.markers,
            tags: &target.tags,
            formats: &formats,
            fetch: &mut |url| self.fetched(url),
        };
        for lock in locks {
            self.warn(EXPERIMENTAL);
            reader.read(lock, wanted).map_err(|error| lock_failure(error, &lock.path))?;
        }
        Ok(())
    }

    /// `--requirements-from-script`
    fn add_script(&self, wanted: &mut Wanted, target: &Target) -> Result<(), Failure> {
        let scripts = self.parsed.values(&flags::REQUIREMENTS_FROM_SCRIPT);
        let script = match scripts.as_slice() {
            [] => return Ok(()),
            [only] => *only,
            _ => return Err(Failure::error("--requirements-from-script can only be given once")),
        };
        let metadata =
            project_file::script(self.process, script).map_err(|error| script_failure(error, script))?;
        let python = metadata
            .requires_python
            .as_deref()
            .filter(|_| !self.parsed.is_on(&flags::IGNORE_REQUIRES_PYTHON));
        if let Some(python) = python
            && let Ok(specifiers) = SpecifierSet::parse(python)
            && !resolver::python_allows(&specifiers, &target.python, resolver::RuleSet::Pip)
        {
            let release: Vec<String> =
                target.python.release().iter().take(2).map(ToString::to_string).collect();
            return Err(Failure::error(format!(
                "Script {} requires a different Python: {} not in {}",
                python_repr(script),
                release.join("."),
                python_repr(python)
            )));
        }
        let origin = Arc::new(Origin::CommandLine);
        for text in &metadata.dependencies {
            let requirement = Requirement::parse(text).map_err(|error| {
                let words = super::conflict::pointed(text, &error.message, error.span);
                Failure::error(format!("Invalid requirement: {}: {words}", python_repr(text)))
            })?;
            wanted.requirements.push(requirement.with_origin(Arc::clone(&origin)));
        }
        Ok(())
    }

    /// `--uploaded-prior-to` in milliseconds since 1970: a date, a moment, or days before now.
    pub fn uploaded_before(&self) -> Result<Option<i64>, Failure> {
        let Some(text) = self.parsed.text(&flags::UPLOADED_PRIOR_TO) else { return Ok(None) };
        let days = text.strip_prefix('P').and_then(|text| text.strip_suffix('D'));
        if let Some(days) = days.and_then(|days| days.parse::<i64>().ok()) {
            let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
            let now = now.map_or(0, |now| i64::try_from(now.as_millis()).unwrap_or(i64::MAX));
            return Ok(Some(now.saturating_sub(days.saturating_mul(86_400_000))));
        }
        super::moment::millis(text, crate::sys::local_time).map(Some).map_err(|why| {
            let shown = python_repr(text);
            self.usage(
                "--uploaded-prior-to",
                &format!(
                    "invalid value: {shown}: {why}. Expected an ISO 8601 datetime string (e.g., '2023-01-01' or '2023-01-01T00:00:00Z') or a duration in days (e.g., 'P3D')"
                ),
            )
        })
    }
}

/// Python's words for the first byte that is no UTF-8.
fn undecodable(bytes: &[u8], error: std::str::Utf8Error) -> String {
    let (place, byte) = (error.valid_up_to(), bytes.get(error.valid_up_to()).copied().unwrap_or_default());
    let why = match error.error_len() {
        None => "unexpected end of data",
        Some(_) if matches!(byte, 0x80..=0xc1 | 0xf5..=0xff) => "invalid start byte",
        Some(_) => "invalid continuation byte",
    };
    format!("UnicodeDecodeError: 'utf-8' codec can't decode byte {byte:#04x} in position {place}: {why}")
}

/// A hash in a URL is a promise, too.
pub fn promised(wanted: &Wanted, requirement: &Requirement, url: Option<&str>) -> Vec<Hash> {
    let mut hashes = wanted.hashes.get(&requirement.name).cloned().unwrap_or_default();
    hashes.extend(url.and_then(Hash::from_url));
    hashes
}

fn script_failure(error: ScriptFileError, path: &str) -> Failure {
    let shown = python_repr(path);
    match error {
        ScriptFileError::Open { source, .. } => Failure::os_error(&source, path),
        ScriptFileError::Content { source: ScriptError::Missing, .. } => {
            Failure::error(format!("File does not contain 'script' metadata: {shown}"))
        }
        ScriptFileError::Content { source: ScriptError::Several, .. } => {
            Failure::error(format!("Multiple 'script' blocks found in {shown}"))
        }
        ScriptFileError::Content { source: ScriptError::Toml(_), .. } => {
            Failure::error(format!("Failed to parse TOML in {shown}"))
        }
    }
}

fn lock_failure(error: LockReadError, path: &str) -> Failure {
    let shown = python_repr(path);
    match error {
        LockReadError::Open { source, .. } => {
            let words = super::errors::system_words(&source, path);
            Failure::error(format!("Error reading pylock file {shown}: {words}"))
        }
        LockReadError::Fetch(error) => Failure::error(format!("Error reading pylock file {shown}: {error}")),
        LockReadError::Content { source, .. } => {
            Failure::error(format!("Invalid pylock file {shown}: {}", lock_words(&source)))
        }
        LockReadError::Select { source, .. } => Failure::error(format!(
            "Cannot select requirements from pylock file {shown}: {}",
            select_words(&source)
        )),
        other => Failure::error(other.to_string()),
    }
}

/// The `packaging` library's words.
fn lock_words(error: &PylockError) -> String {
    match error {
        PylockError::NotToml { line, column, .. } => {
            format!("Invalid value (at line {line}, column {column})")
        }
        PylockError::UnsupportedVersion { version } => format!("pylock version {version} is not supported"),
        PylockError::Invalid { place, message } => {
            let message = message
                .replace("at least one hash must be given", "At least one hash must be provided")
                .replace("a required value is missing", "Missing required value");
            format!("{message} in {}", python_repr(place))
        }
    }
}

fn select_words(error: &SelectError) -> String {
    match error {
        SelectError::RequiresPython { python, requires_python, package } => {
            let whose = match package {
                Some(name) => format!(" of package '{name}'"),
                None => String::new(),
            };
            format!(
                "python_full_version {} in provided environment does not satisfy the Python version requirement {}{whose}",
                python_repr(python),
                python_repr(requires_python)
            )
        }
        other => other.to_string(),
    }
}
