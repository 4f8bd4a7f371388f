//! Requirements and constraints files in pip's format.
//!
//! Enters: the text of one file and a lookup for `${VARIABLES}`. Leaves: its [`Entry`]s in order, or the first line that
//! is wrong with the place for a caret. Nothing is read or followed: `-r` and `-c` come out as [`Entry::Include`], and
//! whoever reads files calls again, with [`resolve`] for the path.
//!
//! Source: pip 26.3, `req_file.py`, compared in `tests/it`.

mod decode;
mod lines;
mod options;
mod requested;
mod shell_words;
#[cfg(test)]
mod tests;

pub use decode::{DecodeError, Decoded, decode};
pub use options::OptionError;
pub use requested::{Hint, PathRequirement, Requested, RequestedError, UrlRequirement, is_archive, is_url};

use lines::LogicalLine;
use options::{Given, Name};
use packaging::hashes::{Hash, HashError};
use packaging::{Extra, Origin};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// One file to be read.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The file's path or URL as messages should show it.
    pub path: &'a str,
    /// Whether it only constrains (`-c`).
    pub constraint: bool,
    /// Its text.
    pub text: &'a str,
}

/// A file's contents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequirementsFile {
    /// What its lines say, in order.
    pub entries: Vec<Entry>,
    /// Lines whose `--hash` belongs to no requirement and is ignored.
    pub stray_hashes: Vec<u32>,
}

/// What one line says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "nearly every line is a requirement")]
pub enum Entry {
    /// Something to be installed, or to constrain with.
    Requirement(RequirementEntry),
    /// `-e`: a project to be installed from its source tree.
    Editable(EditableEntry),
    /// `-r` or `-c`: another file.
    Include(Include),
    /// An option for everything, and its line.
    Option(FileOption, u32),
}

/// A requirement and the options of its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequirementEntry {
    /// What is asked for; knows the file and line.
    pub requested: Requested,
    /// The same as written, with variables filled in.
    pub text: String,
    /// The hashes one of which its file must have; empty: any file.
    pub hashes: Vec<Hash>,
    /// `--config-settings` for its build.
    pub config_settings: Vec<(String, String)>,
    /// The line.
    pub line: u32,
}

/// An editable project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditableEntry {
    /// The folder or VCS URL as written, without extras.
    pub target: String,
    /// Extras in brackets after it.
    pub extras: Vec<Extra>,
    /// The whole as written, with variables filled in.
    pub text: String,
    /// `--config-settings` for its build.
    pub config_settings: Vec<(String, String)>,
    /// The line.
    pub line: u32,
    /// Who asked.
    pub origin: Arc<Origin>,
}

/// Another file to be read at this place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Include {
    /// The path or URL as written; [`resolve`] makes it absolute.
    pub target: String,
    /// `-c` instead of `-r`. A file included by `-r` from a constraints file gives requirements again.
    pub constraint: bool,
    /// The line.
    pub line: u32,
}

/// An option on a line of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileOption {
    /// Takes the place of all indexes named so far, unless there are to be none.
    IndexUrl(String),
    /// A further index.
    ExtraIndexUrl(String),
    /// No index, whatever else is said.
    NoIndex,
    /// A folder or page with files; relative to the file's folder when it exists there.
    FindLinks(String),
    /// No wheels for these.
    NoBinary(String),
    /// Only wheels for these.
    OnlyBinary(String),
    /// Prefer older wheels to newer sources.
    PreferBinary,
    /// Every requirement needs a hash.
    RequireHashes,
    /// A hash on one requirement does not ask for hashes on the others.
    NoRequireHashes,
    /// Pre-releases of everything.
    Pre,
    /// Pre-releases of these.
    AllReleases(String),
    /// Final releases only, for these.
    OnlyFinal(String),
    /// A host that needs no valid certificate.
    TrustedHost(String),
    /// A feature of pip.
    UseFeature(String),
}

/// A line that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequirementsFileError {
    /// The file as it was named.
    pub path: String,
    /// The line, counted from 1.
    pub line: u32,
    /// The column of `span`, counted in characters from 1.
    pub column: usize,
    /// The line after joining and without its comment. Where variables were filled in, the text before that.
    pub text: String,
    /// The bytes of `text` at fault.
    pub span: Range<usize>,
    /// What is wrong.
    pub problem: Box<Problem>,
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Its requirement.
    #[error(transparent)]
    Requirement(#[from] RequestedError),
    /// Its options.
    #[error(transparent)]
    Option(#[from] OptionError),
}

impl fmt::Display for RequirementsFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.path, self.line, self.column, self.problem)
    }
}

impl std::error::Error for RequirementsFileError {}

/// Reads a requirements file. `variable` looks up `${NAME}`.
///
/// # Errors
/// The first line that is wrong.
pub fn parse(
    source: Source<'_>,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<RequirementsFile, RequirementsFileError> {
    let mut file = RequirementsFile::default();
    for line in lines::logical_lines(source.text, variable) {
        read_line(source, &line, &mut file)?;
    }
    Ok(file)
}

/// Where an included file is: beside the including one, or joined to its URL.
pub fn resolve(including: &str, target: &str) -> String {
    if has_web_scheme(including) {
        let joined = url::Url::parse(including).and_then(|base| base.join(target));
        return joined.map_or_else(|_| target.to_owned(), String::from);
    }
    if has_web_scheme(target) || target.starts_with('/') {
        return target.to_owned();
    }
    match including.rfind('/') {
        Some(slash) => format!("{}{target}", &including[..=slash]),
        None => target.to_owned(),
    }
}

fn has_web_scheme(text: &str) -> bool {
    let scheme = text.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    scheme.is_some_and(|scheme| ["http", "https", "file"].contains(&scheme.as_str()))
}

fn read_line(
    source: Source<'_>,
    line: &LogicalLine,
    file: &mut RequirementsFile,
) -> Result<(), RequirementsFileError> {
    let fail = |problem: Problem, span: Range<usize>| failure(source, line, problem, span);
    let options_at = options_start(&line.text);
    let given = options::parse(&line.text[options_at..])
        .map_err(|(error, span)| fail(error.into(), options_at + span.start..options_at + span.end))?;
    let argument = line.text[..options_at].strip_suffix(' ').unwrap_or(&line.text[..options_at]);
    let origin = Arc::new(Origin::File {
        path: source.path.to_owned(),
        line: line.number,
        constraint: source.constraint,
    });
    // pip applies these wherever they stand
    file.entries.extend(given.iter().filter_map(control).map(|one| Entry::Option(one, line.number)));
    if !argument.is_empty() {
        let requested = Requested::parse(argument, &origin).map_err(|error| {
            let span = error.span.clone();
            fail(error.into(), span)
        })?;
        let hashes = hashes(&given)
            .map_err(|(error, span)| fail(error.into(), options_at + span.start..options_at + span.end))?;
        let config_settings = settings(&given);
        file.entries.push(Entry::Requirement(RequirementEntry {
            requested,
            text: argument.trim().to_owned(),
            hashes,
            config_settings,
            line: line.number,
        }));
    } else if let Some(editable) = first(&given, Name::Editable) {
        file.entries.push(Entry::Editable(editable_entry(&editable.value, &given, line.number, origin)));
    } else if let Some(include) = first(&given, Name::Requirement).or_else(|| first(&given, Name::Constraint))
    {
        file.entries.push(Entry::Include(Include {
            target: include.value.clone(),
            constraint: include.name == Name::Constraint,
            line: line.number,
        }));
    } else {
        if first(&given, Name::Hash).is_some() {
            file.stray_hashes.push(line.number);
        }
        file.entries.extend(file_options(&given).into_iter().map(|one| Entry::Option(one, line.number)));
    }
    Ok(())
}

/// Where the options of a line begin: at the first space-separated word that starts with a dash.
fn options_start(text: &str) -> usize {
    if text.starts_with('-') {
        return 0;
    }
    text.find(" -").map_or(text.len(), |at| at + 1)
}

fn failure(
    source: Source<'_>,
    line: &LogicalLine,
    mut problem: Problem,
    span: Range<usize>,
) -> RequirementsFileError {
    let (text, span) = match &line.unexpanded {
        Some(unexpanded) => {
            hide(&mut problem, unexpanded);
            (unexpanded.clone(), 0..unexpanded.len())
        }
        None => (line.text.clone(), span.start.min(line.text.len())..span.end.min(line.text.len())),
    };
    let before = text.get(..span.start).map_or(0, |before| before.chars().count());
    RequirementsFileError {
        path: source.path.to_owned(),
        line: line.number,
        column: line.indent + before + 1,
        text,
        span,
        problem: Box::new(problem),
    }
}

/// What variables were filled with does not belong in a message.
fn hide(problem: &mut Problem, unexpanded: &str) {
    match problem {
        Problem::Requirement(error) => unexpanded.clone_into(&mut error.text),
        Problem::Option(OptionError::Unclosed { options }) => unexpanded.clone_into(options),
        Problem::Option(_) => {}
    }
}

fn first(given: &[Given], name: Name) -> Option<&Given> {
    given.iter().find(|given| given.name == name)
}

fn control(given: &Given) -> Option<FileOption> {
    let value = || given.value.clone();
    match given.name {
        Name::NoBinary => Some(FileOption::NoBinary(value())),
        Name::OnlyBinary => Some(FileOption::OnlyBinary(value())),
        Name::AllReleases => Some(FileOption::AllReleases(value())),
        Name::OnlyFinal => Some(FileOption::OnlyFinal(value())),
        _ => None,
    }
}

/// The options of a line in the order in which pip applies them: of several `-i` the last, of several `-f` the first.
fn file_options(given: &[Given]) -> Vec<FileOption> {
    let has = |name| first(given, name).is_some();
    let values = |name| given.iter().filter(move |given| given.name == name).map(|given| given.value.clone());
    let mut options = Vec::new();
    options.extend(has(Name::RequireHashes).then_some(FileOption::RequireHashes));
    options.extend(has(Name::NoRequireHashes).then_some(FileOption::NoRequireHashes));
    options.extend(values(Name::UseFeature).map(FileOption::UseFeature));
    options.extend(has(Name::NoIndex).then_some(FileOption::NoIndex));
    options
        .extend(values(Name::IndexUrl).next_back().filter(|url| !url.is_empty()).map(FileOption::IndexUrl));
    options.extend(values(Name::ExtraIndexUrl).map(FileOption::ExtraIndexUrl));
    options.extend(values(Name::FindLinks).next().map(FileOption::FindLinks));
    options.extend(has(Name::Pre).then_some(FileOption::Pre));
    options.extend(has(Name::PreferBinary).then_some(FileOption::PreferBinary));
    options.extend(values(Name::TrustedHost).map(FileOption::TrustedHost));
    options
}

fn hashes(given: &[Given]) -> Result<Vec<Hash>, options::Located> {
    given
        .iter()
        .filter(|given| given.name == Name::Hash)
        .map(|given| {
            Hash::parse(&given.value).map_err(|error| (bad_hash(&given.value, &error), given.span.clone()))
        })
        .collect()
}

fn bad_hash(value: &str, error: &HashError) -> OptionError {
    match (error, value.split_once(':')) {
        (HashError::BadDigest { .. }, Some((algorithm, digest))) => {
            OptionError::BadDigest { algorithm: algorithm.to_owned(), given: digest.to_owned() }
        }
        _ => OptionError::WeakHash,
    }
}

fn settings(given: &[Given]) -> Vec<(String, String)> {
    let settings = given.iter().filter(|given| given.name == Name::ConfigSettings);
    settings
        .filter_map(|given| given.value.split_once('='))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

impl EditableEntry {
    /// What follows `-e` on a command line.
    pub fn parse(value: &str, origin: &Arc<Origin>) -> Self {
        editable_entry(value, &[], 0, Arc::clone(origin))
    }
}

fn editable_entry(value: &str, given: &[Given], line: u32, origin: Arc<Origin>) -> EditableEntry {
    let (target, extras) = match is_url(value) {
        // `-e file:///folder[extra]`; of a repository the extras stand after `#egg=`.
        true if value.starts_with("file:") => requested::strip_extras(value),
        true => (value, Vec::new()),
        false => requested::strip_extras(value),
    };
    EditableEntry {
        target: target.to_owned(),
        extras,
        text: value.to_owned(),
        config_settings: settings(given),
        line,
        origin,
    }
}
