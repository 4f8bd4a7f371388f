//! Searching, obtaining, installing.

use super::super::{Diagnostic, codes};
use crate::ops::candidates::{OTHER_HASHES, Selection};
use crate::ops::download::DownloadError;
use crate::ops::install::InstallOpError;
use crate::ops::obtain::ObtainError;
use crate::ops::search::SearchError;
use packaging::hashes::Hash;
use packaging::resolution::ConflictFact;
use packaging::tags::Tags;
use packaging::{PackageName, Requirement};

/// Nothing was installed.
pub fn install(error: &InstallOpError, selection: &Selection) -> Diagnostic {
    match error {
        InstallOpError::Search(error) => search_for(error, Some(selection)),
        InstallOpError::Obtain(error) => error.into(),
        InstallOpError::Install(error) => error.into(),
        InstallOpError::HashesMissing { missing, unpinned } => hashes_missing(missing, unpinned),
        InstallOpError::Untrusted(_) => hashes_missing(&[], &[]),
    }
}

/// Not all files are in the folder.
pub fn download(error: &DownloadError) -> Diagnostic {
    match error {
        DownloadError::Fetch(error) => error.into(),
        DownloadError::Disk { path, source } => super::cannot_write(path, source),
        DownloadError::Interrupted => Diagnostic::new(&codes::INTERRUPTED, "interrupted")
            .fact("files that had come stay; the same command goes on from there"),
    }
}

/// Nothing was found.
pub fn search(error: &SearchError) -> Diagnostic {
    search_for(error, None)
}

fn search_for(error: &SearchError, selection: Option<&Selection>) -> Diagnostic {
    match error {
        SearchError::Conflict(dead) => {
            if let Some(other) = other_hashes(&dead.conflict.facts) {
                return other;
            }
            let needed = selection.and_then(|selection| needed(&selection.tags));
            super::conflict::explained(&dead.conflict, &dead.candidates, needed.as_deref())
        }
        SearchError::Fetch(error) => error.into(),
        SearchError::Direct(error) => error.into(),
        SearchError::Source(unprepared) => super::source(&unprepared.error),
        SearchError::Locked { .. } => Diagnostic::new(&codes::NO_COMPATIBLE_FILE, error.to_string()),
        SearchError::NoUploadTimes { .. } => Diagnostic::new(&codes::INDEX_ERROR, error.to_string()),
        SearchError::Interrupted => interrupted(),
    }
}

/// The index has the package, but not in the files that were promised.
fn other_hashes(facts: &[ConflictFact]) -> Option<Diagnostic> {
    let name = facts.iter().find_map(|fact| match fact {
        ConflictFact::Excluded { name, reason, .. } if reason == OTHER_HASHES => Some(name),
        _ => None,
    })?;
    let summary = format!("no file of `{name}` has a hash that is allowed");
    let diagnostic = Diagnostic::new(&codes::HASH_MISMATCH, summary)
        .fact("the index offers other files than those that the hashes were made of");
    Some(
        diagnostic
            .hint("nothing was installed; find out which files are the right ones before you change a hash"),
    )
}

/// Ctrl-C.
pub(super) fn interrupted() -> Diagnostic {
    Diagnostic::new(&codes::INTERRUPTED, "interrupted").fact("the environment was not changed")
}

/// What files are looked for: the best tag and the one that everything can use.
pub(super) fn needed(tags: &Tags) -> Option<String> {
    let (interpreter, _, platform) = tags.parts().next()?;
    let any = if tags.best_of_text("py3-none-any").is_some() { " or py3-none-any" } else { "" };
    Some(format!("{interpreter}, {platform}{any}"))
}

impl From<&ObtainError> for Diagnostic {
    fn from(error: &ObtainError) -> Self {
        match error {
            ObtainError::Source(error) | ObtainError::Unbuilt { source: error, .. } => super::source(error),
            ObtainError::Fetch(error) => error.into(),
            ObtainError::Wheel { filename, source } => super::refused_wheel(filename, source),
            ObtainError::Disk(error) => error.into(),
            ObtainError::Interrupted => interrupted(),
        }
    }
}

fn hashes_missing(missing: &[(PackageName, String, Option<Hash>)], unpinned: &[Requirement]) -> Diagnostic {
    let without = missing.iter().map(|(name, version, hash)| match hash {
        Some(hash) => format!("{name}=={version} --hash={hash}"),
        None => format!("{name} has no hash ({version})"),
    });
    let loose = unpinned.iter().map(|one| format!("{one} is not pinned by =="));
    Diagnostic::new(&codes::HASHES_REQUIRED, "hashes are required, and some are missing")
        .facts(without.chain(loose))
        .hint("`tilsit compile --generate-hashes FILE.in -o FILE.txt` writes them all")
}
