//! Sources: archives, folders, repositories, and what became of building them.

use super::super::{Diagnostic, codes, redact_text};
use crate::ops::sources::SourceError;
use index::vcs::{System, VcsError};
use packaging::hashes::Hash;
use store::UnpackError;
use store::archive::SourceError as ArchiveError;
use store::archive::zip::ZipError;

/// A source is of no use.
pub fn source(error: &SourceError) -> Diagnostic {
    match error {
        SourceError::Direct(error) => error.into(),
        SourceError::Fetch(error) => error.into(),
        SourceError::Vcs { source, .. } => source.into(),
        SourceError::Read { place, source } => super::cannot_read(place, source),
        SourceError::HashMismatch { place, expected, actual } => hash_mismatch(place, expected, actual),
        SourceError::Unpack { place, source } => unpack(place, source),
        SourceError::NoProject { place, folder } => {
            no_project(&redact_text(place)).fact(format!("looked into: {}", folder.display()))
        }
        SourceError::Metadata { place, source } => {
            failed(place).fact(format!("its metadata cannot be used: {source}"))
        }
        SourceError::OtherPackage { place, wanted, found } => {
            failed(place).fact(format!("`{wanted}` was expected, and `{found}` was built"))
        }
        SourceError::BrokenRequirement { place, text, source, .. } => {
            failed(place).fact(format!("its metadata requires `{text}`, which is no requirement: {source}"))
        }
        SourceError::OtherVersion { place, wanted, found } => {
            failed(place).fact(format!("version {wanted} was expected, and {found} was built"))
        }
        SourceError::Build { place, name, source } => super::build(name.as_deref().unwrap_or(place), source),
        SourceError::Wheel { place, source } => super::refused_wheel(place, source),
        SourceError::NotEditable { place } => not_editable(place),
        SourceError::NotPrepared { place } => failed(place).fact("it was not prepared"),
        SourceError::Disk(error) => error.into(),
        SourceError::Interrupted => super::operation::interrupted(),
    }
}

/// Only folders and repositories can be editable.
pub(super) fn not_editable(place: &str) -> Diagnostic {
    let place = redact_text(place);
    Diagnostic::new(&codes::BAD_REQUIREMENT, format!("`{place}` cannot be installed in editable form"))
        .fact("expected a folder that is there, with a project in it, or a repository: git+https://…")
}

/// A folder without a project.
pub(super) fn no_project(place: &str) -> Diagnostic {
    Diagnostic::new(&codes::NOT_A_PROJECT, format!("{place} has no project in it"))
        .fact("neither pyproject.toml nor setup.py is there")
        .hint("a project in a folder of a repository or archive is named by #subdirectory=FOLDER")
}

fn hash_mismatch(place: &str, expected: &[Hash], actual: &Hash) -> Diagnostic {
    let name = place.rsplit('/').next().unwrap_or(place);
    let promised: Vec<String> = expected.iter().map(ToString::to_string).collect();
    Diagnostic::new(&codes::HASH_MISMATCH, format!("`{name}` is not the file that was promised"))
        .fact(format!("expected: {}", promised.join(" or ")))
        .fact(format!("got:      {actual}"))
        .hint("nothing was installed; try `--refresh`, and do not go on if it happens again")
}

pub(super) fn unpack(place: &str, error: &UnpackError) -> Diagnostic {
    let name = place.rsplit('/').next().unwrap_or(place);
    let code = match error {
        UnpackError::Disk(error) => return error.into(),
        UnpackError::UnknownFormat
        | UnpackError::Archive(
            ArchiveError::Read(_)
            | ArchiveError::Impossible { .. }
            | ArchiveError::Zip(ZipError::NotAZip | ZipError::Truncated),
        ) => &codes::CORRUPT_WHEEL,
        _ => &codes::UNSAFE_ARCHIVE,
    };
    Diagnostic::new(code, format!("`{name}` cannot be unpacked"))
        .fact(error.to_string())
        .note("the file is at fault, not your machine")
        .hint("take another version, and tell its authors")
}

pub(super) fn failed(place: &str) -> Diagnostic {
    Diagnostic::new(&codes::BUILD_FAILED, format!("`{}` could not be built", redact_text(place)))
}

impl From<&VcsError> for Diagnostic {
    fn from(error: &VcsError) -> Self {
        match error {
            VcsError::MissingProgram { system, url } => {
                let program = system.program();
                Self::new(&codes::MISSING_PROGRAM, format!("`{program}` is needed and not installed"))
                    .fact(format!("for: {url}"))
                    .hint(format!("on Debian: apt-get install {}", package(*system)))
            }
            VcsError::NoSuchRevision { url, revision } => {
                Self::new(&codes::NO_SUCH_REVISION, format!("the repository has no revision `{revision}`"))
                    .fact(format!("repository: {url}"))
                    .fact("looked for a branch, a tag, a commit and a ref of that name")
            }
            VcsError::NeedsCredentials { url } => Self::new(
                &codes::REPOSITORY_REFUSED,
                "the repository asks for credentials",
            )
            .fact(format!("repository: {url}"))
            .fact("nobody is asked here: a credential helper, an SSH agent or a token in the URL must answer")
            .hint("check that it can be cloned by hand without typing anything"),
            VcsError::Offline { url } => {
                Self::new(&codes::OFFLINE, "a repository is needed and not in the cache")
                    .fact(format!("repository: {url}"))
                    .hint("try again without `--offline`")
            }
            VcsError::Failed { command, url, output, .. } => {
                let trust = output.lines().map(str::trim).find(|line| line.starts_with(TRUST));
                Self::new(&codes::REPOSITORY_ERROR, "the repository could not be had")
                    .fact(format!("repository: {url}"))
                    .fact(format!("failed: {command}"))
                    .facts(output.lines().map(redact_text))
                    .hint(match trust {
                        Some(words) => format!("it belongs to somebody else; if you trust them: {words}"),
                        None => {
                            format!("is the address right, and does it answer? `{} {url}`", question(command))
                        }
                    })
            }
            VcsError::Occupied { path, url } => {
                Self::new(&codes::REPOSITORY_ERROR, format!("{path} is in the way"))
                    .fact(format!("a checkout of {url} belongs there, and something else is"))
                    .hint("move it aside, or choose another name with #egg=NAME")
            }
            VcsError::Disk(error) => error.into(),
            VcsError::Interrupted => super::operation::interrupted(),
            other => Self::new(&codes::REPOSITORY_ERROR, other.to_string()),
        }
    }
}

/// What git advises where a repository is another user's.
const TRUST: &str = "git config --global --add safe.directory ";

fn package(system: System) -> &'static str {
    match system {
        System::Git => "git",
        System::Mercurial => "mercurial",
        System::Subversion => "subversion",
        System::Bazaar => "brz",
    }
}

/// The shortest question to a repository, of the program that failed in `command`.
fn question(command: &str) -> &'static str {
    match command.split(' ').next() {
        Some("hg") => "hg identify",
        Some("svn") => "svn info",
        Some("bzr" | "brz") => "brz info",
        _ => "git ls-remote",
    }
}
