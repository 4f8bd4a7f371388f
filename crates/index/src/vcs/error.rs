//! What can go wrong with a repository, as data.

use store::DiskError;

use super::url::System;

/// Why a repository could not be used. Holds no credential.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VcsError {
    /// The program is not installed.
    #[error("`{}` is not installed", system.program())]
    MissingProgram {
        /// Whose program.
        system: System,
        /// The repository that needs it.
        url: String,
    },
    /// The repository has no such branch, tag or commit.
    #[error("{url} has no revision `{revision}`")]
    NoSuchRevision {
        /// The repository.
        url: String,
        /// What was asked for.
        revision: String,
    },
    /// The repository asks for credentials, and nobody is there to type them.
    #[error("{url} asks for credentials")]
    NeedsCredentials {
        /// The repository.
        url: String,
    },
    /// The repository is not in the store, and the network is not to be used.
    #[error("{url} is not in the cache, and the network is not to be used")]
    Offline {
        /// The repository.
        url: String,
    },
    /// The program failed otherwise.
    #[error("{command} failed for {url}")]
    Failed {
        /// Program and subcommand.
        command: String,
        /// The repository.
        url: String,
        /// The exit code, when there is one.
        status: Option<i32>,
        /// The last lines that it wrote.
        output: String,
    },
    /// A folder that stands where a working copy belongs is none of this repository.
    #[error("{path} exists and is no checkout of {url}")]
    Occupied {
        /// The folder.
        path: String,
        /// The repository.
        url: String,
    },
    /// The user asked to stop.
    #[error("interrupted")]
    Interrupted,
    /// The disk.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

/// Words by which the programs (in the C locale) say that they want credentials.
const CREDENTIALS: [&str; 16] = [
    "authentication failed",
    "could not read username",
    "could not read password",
    "terminal prompts disabled",
    "permission denied (publickey",
    "permission denied, please try again",
    "host key verification failed",
    "authorization failed",
    "authorization required",
    "no more credentials",
    "e170001",
    "e215004",
    "http basic: access denied",
    "requested url returned error: 401",
    "requested url returned error: 403",
    "unauthorized",
];

/// Words by which they say that a revision is unknown.
const REVISIONS: [&str; 10] = [
    "couldn't find remote ref",
    "not our ref",
    "no such remote ref",
    "unknown revision",
    "no such revision",
    "e160006",
    "e205000",
    "requested revision",
    "did not match any",
    "is not a commit",
];

/// What the words of a failed program mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Credentials,
    Revision,
    Other,
}

pub(super) fn meaning(output: &str) -> Meaning {
    let lower = output.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if says(&CREDENTIALS) {
        Meaning::Credentials
    } else if says(&REVISIONS) {
        Meaning::Revision
    } else {
        Meaning::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_programs() {
        for (words, expected) in [
            (
                "fatal: could not read Username for 'http://127.0.0.1:1': terminal prompts disabled",
                Meaning::Credentials,
            ),
            ("git@host: Permission denied (publickey).", Meaning::Credentials),
            ("svn: E170001: Authentication failed", Meaning::Credentials),
            ("abort: http authorization required for http://127.0.0.1:1/", Meaning::Credentials),
            ("fatal: couldn't find remote ref refs/pull/9/head", Meaning::Revision),
            ("svn: E160006: No such revision 77", Meaning::Revision),
            ("abort: unknown revision 'nope'", Meaning::Revision),
            ("brz: ERROR: Requested revision: '9' does not exist in branch:", Meaning::Revision),
            ("fatal: repository '/x' does not exist", Meaning::Other),
        ] {
            assert_eq!(meaning(words), expected, "{words}");
        }
    }
}
