//! Errors of the operations as facts for a person. What the rooms say themselves is worded by `output`; here it is joined
//! with what only an operation knows.

use std::io::ErrorKind;

use environment::{Environment, InstallError, ReadError, VenvError};
use packaging::pylock::{PylockError, SelectError};
use packaging::resolution::ConflictFact;
use store::DiskError;

use crate::cli::{Flag, UsageError};
use crate::ops::candidates::{OTHER_HASHES, Selection};
use crate::ops::direct::DirectError;
use crate::ops::install::InstallOpError;
use crate::ops::network::ConnectionError;
use crate::ops::obtain::ObtainError;
use crate::ops::project_file::ProjectFileError;
use crate::ops::python::PythonError;
use crate::ops::search::{Dead, SearchError};
use crate::ops::sync::SyncError;
use crate::ops::wanted::WantedError;
use crate::output::{Code, Diagnostic, codes, wording};
use crate::settings::SettingsError;

pub fn usage(error: &UsageError) -> Diagnostic {
    Diagnostic::from(error)
}

pub fn settings(error: &SettingsError) -> Diagnostic {
    Diagnostic::from(error)
}

pub fn unknown_command(words: &str) -> Diagnostic {
    Diagnostic::new(&codes::USAGE, format!("`{words}` is not a command")).hint("tilsit help")
}

pub fn disk(error: &DiskError) -> Diagnostic {
    Diagnostic::from(error)
}

pub fn read(error: &ReadError) -> Diagnostic {
    Diagnostic::from(error)
}

pub fn python(error: &PythonError) -> Diagnostic {
    match error {
        PythonError::Discovery(error) => Diagnostic::from(error),
        PythonError::Interpreter(error) => Diagnostic::from(error),
        PythonError::Venv(error) => Diagnostic::from(error),
        PythonError::NoEnvironment => Diagnostic::new(&codes::NO_PYTHON, error.to_string())
            .hint("make one: `tilsit venv`; or name one: -p ENV"),
    }
}

pub fn venv(error: &VenvError) -> Diagnostic {
    Diagnostic::from(error)
}

pub fn nothing_to_install() -> Diagnostic {
    nothing_named("install")
}

pub fn bad_name(flag: &Flag, word: &str) -> Diagnostic {
    Diagnostic::new(&codes::USAGE, format!("`{word}` after {} is not a package name", flag.name()))
}

pub fn bad_python_version(text: &str) -> Diagnostic {
    Diagnostic::new(&codes::USAGE, format!("`{text}` is not a Python version")).hint("write 3.12 or 3.12.4")
}

pub fn bad_platform(name: &str, error: &packaging::tags::UnknownPythonPlatform) -> Diagnostic {
    Diagnostic::new(&codes::USAGE, format!("`{name}` is not a platform")).fact(error.to_string())
}

pub fn wanted(error: &WantedError) -> Diagnostic {
    match error {
        WantedError::Word(error) => wording::typed_requirement(&error.text, error),
        WantedError::Line(error) => Diagnostic::from(error),
        WantedError::Open { path, source, constraint } => {
            unreadable(path, source).fact(format!("named by {}", if *constraint { "-c" } else { "-r" }))
        }
        WantedError::Decode { path, source } => {
            Diagnostic::new(&codes::BAD_REQUIREMENTS_FILE, format!("{path} is not text"))
                .fact(source.to_string())
        }
        WantedError::Recursive { path, again } => {
            Diagnostic::new(&codes::BAD_REQUIREMENTS_FILE, format!("{path} includes itself"))
                .fact(format!("it is named again in {again}"))
        }
        WantedError::Fetch(error) => Diagnostic::from(error),
        WantedError::Direct(error) => direct(error),
        WantedError::Constraint(problem) => Diagnostic::new(&codes::BAD_REQUIREMENT, *problem),
        WantedError::Project(error) => project_file(error),
    }
}

fn direct(error: &DirectError) -> Diagnostic {
    match error {
        DirectError::Missing { path } => {
            Diagnostic::new(&codes::NO_SUCH_FILE, format!("{} does not exist", path.display()))
        }
        DirectError::NeedsBuilding { place } => needs_building(place),
        DirectError::BadUrl { .. } => Diagnostic::new(&codes::BAD_REQUIREMENT, error.to_string()),
        DirectError::Filename(_) | DirectError::OtherPackage { .. } => {
            Diagnostic::new(&codes::CORRUPT_WHEEL, error.to_string())
        }
        DirectError::Wheel { place, source } => wording::refused_wheel(place, source),
    }
}

fn needs_building(what: &str) -> Diagnostic {
    Diagnostic::new(&codes::NEEDS_BUILDING, format!("`{what}` has to be built, which Tilsit cannot do yet"))
        .hint("`--only-binary :all:` looks for versions that have a wheel")
}

pub fn connection(error: &ConnectionError) -> Diagnostic {
    match error {
        ConnectionError::Location { location, origin } => {
            Diagnostic::from(location).fact(format!("named by {origin}"))
        }
        ConnectionError::NoIndex => Diagnostic::new(&codes::NO_INDEX, "there is no package index to ask")
            .fact("no option, variable or settings file names one, and no pip is installed to take PyPI's address from")
            .hint("name one with --index-url URL or TILSIT_INDEX_URL"),
    }
}

pub fn install(error: &InstallOpError, selection: &Selection) -> Diagnostic {
    match error {
        InstallOpError::Search(SearchError::Conflict(dead)) => {
            dead_search(dead, needed(selection).as_deref())
        }
        InstallOpError::Search(error) => search(error),
        InstallOpError::Obtain(error) => obtain(error),
        InstallOpError::Install(error) => Diagnostic::from(error),
        InstallOpError::HashesMissing { missing, unpinned } => {
            let without = missing.iter().map(|(name, version, hash)| match hash {
                Some(hash) => format!("{name}=={version} --hash={hash}"),
                None => format!("{name} has no hash ({version})"),
            });
            let unpinned = unpinned.iter().map(|one| format!("{one} is not pinned by =="));
            Diagnostic::new(&codes::HASHES_REQUIRED, "hashes are required, and some are missing")
                .facts(without.chain(unpinned))
                .hint("`tilsit compile --generate-hashes FILE.in -o FILE.txt` writes them all")
        }
    }
}

fn dead_search(dead: &Dead, needed: Option<&str>) -> Diagnostic {
    let other = dead.conflict.facts.iter().find_map(|fact| match fact {
        ConflictFact::Excluded { name, reason, .. } if reason == OTHER_HASHES => Some(name),
        _ => None,
    });
    match other {
        Some(name) => {
            Diagnostic::new(&codes::HASH_MISMATCH, format!("no file of `{name}` has a hash that is allowed"))
                .fact("the index offers other files than those that the hashes were made of")
                .hint(
                    "nothing was installed; find out which files are the right ones before you change a hash",
                )
        }
        None => wording::conflict(&dead.conflict, needed),
    }
}

/// What files are looked for, in a few words: the interpreter, the best platform, and what fits everywhere.
fn needed(selection: &Selection) -> Option<String> {
    let (interpreter, _, platform) = selection.tags.parts().next()?;
    Some(format!("{interpreter}, {platform} or py3-none-any"))
}

fn obtain(error: &ObtainError) -> Diagnostic {
    match error {
        ObtainError::NeedsBuilding { name, filename } => {
            needs_building(name.as_str()).fact(format!("found: {filename}"))
        }
        ObtainError::Fetch(error) => Diagnostic::from(error),
        ObtainError::Wheel { filename, source } => wording::refused_wheel(filename, source),
        ObtainError::Disk(error) => Diagnostic::from(error),
        ObtainError::Interrupted => interrupted(),
    }
}

fn interrupted() -> Diagnostic {
    Diagnostic::new(&codes::INTERRUPTED, "interrupted").fact("the environment was not changed")
}

pub fn change(error: &InstallError) -> Diagnostic {
    Diagnostic::from(error)
}

pub fn externally_managed(environment: &Environment, message: &str) -> Diagnostic {
    Diagnostic::new(
        &codes::EXTERNALLY_MANAGED,
        format!("{} is managed by the operating system", environment.interpreter().executable().display()),
    )
    .facts(message.lines().map(str::to_owned))
    .hint("make an environment with `tilsit venv` and install there")
}

pub fn not_installed(names: &[&str]) -> Diagnostic {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let verb = if names.len() == 1 { "is" } else { "are" };
    Diagnostic::new(&codes::NOT_INSTALLED, format!("{} {verb} not installed", names.join(", ")))
        .hint("`tilsit list` shows what is installed")
}

pub fn not_a_name(word: &str) -> Diagnostic {
    Diagnostic::new(&codes::USAGE, format!("`{word}` is not a package name"))
}

pub fn nothing_named(verb: &str) -> Diagnostic {
    Diagnostic::new(&codes::USAGE, format!("nothing to {verb} was named"))
        .hint(format!("how to write it: `tilsit help {verb}`"))
}

pub fn unknown_setting(key: &str) -> Diagnostic {
    Diagnostic::new(&codes::USAGE, format!("there is no setting `{key}`"))
        .hint("all settings: `tilsit config explain`")
}

pub fn unknown_shell(name: &str) -> Diagnostic {
    Diagnostic::new(&codes::USAGE, format!("there are no completions for `{name}`"))
        .hint("tilsit completions bash|zsh|fish|powershell")
}

pub fn cannot_write(path: &std::path::Path, error: &std::io::Error) -> Diagnostic {
    refused_file(&path.display().to_string(), error, "written")
}

pub fn cannot_read(path: &str, error: &std::io::Error) -> Diagnostic {
    unreadable(path, error)
}

fn unreadable(path: &str, error: &std::io::Error) -> Diagnostic {
    match error.kind() {
        ErrorKind::NotFound => Diagnostic::new(&codes::NO_SUCH_FILE, format!("{path} does not exist")),
        _ => refused_file(path, error, "read"),
    }
}

fn refused_file(path: &str, error: &std::io::Error, what: &str) -> Diagnostic {
    let code: &Code = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => &codes::DISK_FULL,
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => &codes::NO_PERMISSION,
        _ => &codes::NO_SUCH_FILE,
    };
    Diagnostic::new(code, format!("{path} cannot be {what}")).fact(error.to_string())
}

pub fn several_locks() -> Diagnostic {
    Diagnostic::new(&codes::USAGE, "a lock stands alone: name one pylock.toml and nothing else")
}

pub fn lock(path: &str, error: &PylockError) -> Diagnostic {
    Diagnostic::new(&codes::BAD_LOCK, format!("{path} cannot be used"))
        .fact(error.to_string())
        .hint(format!("make it again with `tilsit compile -o {path}`"))
}

pub fn project_file(error: &ProjectFileError) -> Diagnostic {
    let file = |summary: String| Diagnostic::new(&codes::PROJECT_FILE, summary);
    match error {
        ProjectFileError::Open { path, source } => unreadable(path, source),
        ProjectFileError::Content(error) => Diagnostic::from(&**error),
        ProjectFileError::Dynamic { field, .. } => {
            let why = field.map(|field| format!("`{field}` is dynamic: only a build would tell"));
            file(error.to_string()).fact(why.unwrap_or_else(|| "there is no [project] table".to_owned()))
        }
        ProjectFileError::NoExtra { known, .. } => {
            let known: Vec<&str> = known.iter().map(packaging::Extra::as_str).collect();
            file(error.to_string()).fact(format!("extras: {}", known.join(", ")))
        }
        ProjectFileError::Group { path, errors } => {
            file(format!("{path} has no such dependency group, or a broken one"))
                .facts(errors.iter().map(ToString::to_string))
        }
        ProjectFileError::BadExtra(_) => file(error.to_string()),
    }
}

pub fn search(error: &SearchError) -> Diagnostic {
    match error {
        SearchError::Conflict(dead) => dead_search(dead, None),
        SearchError::Fetch(error) => Diagnostic::from(error),
        SearchError::Direct(error) => direct(error),
        SearchError::Interrupted => interrupted(),
    }
}

pub fn sync(path: &str, error: &SyncError, selection: &Selection) -> Diagnostic {
    match error {
        SyncError::Install(error) => install(error, selection),
        SyncError::Direct(error) => direct(error),
        SyncError::Select(SelectError::NoCompatibleFile { name, wheels }) => {
            let found = Diagnostic::new(
                &codes::NO_COMPATIBLE_FILE,
                format!("`{name}` has no file for this interpreter"),
            )
            .fact(format!("found:  {}", wheels.join(", ")));
            found.facts(needed(selection).map(|needed| format!("needed: {needed}")))
        }
        SyncError::Select(error) => {
            Diagnostic::new(&codes::BAD_LOCK, format!("{path} is not for this environment"))
                .fact(error.to_string())
        }
    }
}
