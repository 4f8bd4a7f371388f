//! Every error that can be met, with its page.

use super::{Diagnostic, columns};
use crate::cli::nearest;

/// One kind of error.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// The word in brackets: `no-such-version`.
    pub name: &'static str,
    /// One line about it.
    pub title: &'static str,
    /// The exit code of our own commands.
    pub exit: u8,
    /// `docs/errors/NAME.md`.
    pub page: &'static str,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $constant:ident $name:literal $exit:literal $title:literal;)*) => {
        $(
            #[doc = $title]
            pub static $constant: Code = Code {
                name: $name,
                title: $title,
                exit: $exit,
                page: include_str!(concat!("../../../../docs/errors/", $name, ".md")),
            };
        )*

        /// All of them, in the order of the list that `tilsit explain` prints.
        pub static ALL: &[&Code] = &[$(&$constant),*];
    };
}

codes! {
    UNKNOWN_PACKAGE "unknown-package" 1 "No index has a package of that name.";
    NO_SUCH_VERSION "no-such-version" 1 "The package exists, but not in a version that was asked for.";
    NO_COMPATIBLE_FILE "no-compatible-file" 1 "The version exists, but no file of it fits this interpreter and platform.";
    NEEDS_PYTHON "needs-python" 1 "The version needs another Python.";
    CONFLICT "conflict" 1 "No versions fit together.";
    BAD_REQUIREMENT "bad-requirement" 2 "A requirement cannot be read.";
    BAD_REQUIREMENTS_FILE "bad-requirements-file" 2 "A line of a requirements file cannot be read.";
    HASHES_REQUIRED "hashes-required" 1 "A file without a known hash was refused.";
    HASH_MISMATCH "hash-mismatch" 1 "A file is not the one that was promised.";
    CORRUPT_WHEEL "corrupt-wheel" 1 "A wheel is damaged or is no wheel.";
    LYING_RECORD "lying-record" 1 "A wheel's RECORD does not describe its files.";
    UNSAFE_ARCHIVE "unsafe-archive" 1 "An archive tries to write where it must not, or to fill the disk.";
    NOT_AN_INDEX "not-an-index" 1 "The address does not answer like a package index.";
    NO_PROJECT_LIST "no-project-list" 1 "An index does not say which projects it has.";
    NO_INDEX "no-index" 1 "There is no index to ask.";
    INDEX_UNREACHABLE "index-unreachable" 1 "No connection to a server.";
    INDEX_TIMEOUT "index-timeout" 1 "A server did not answer in time.";
    INDEX_REFUSED "index-refused" 1 "A server wants other credentials.";
    INDEX_ERROR "index-error" 1 "A server answered with an error.";
    TLS "tls" 1 "A server's certificate cannot be trusted.";
    OFFLINE "offline" 1 "Something is needed that only the network has, and the network was forbidden.";
    NEEDS_BUILDING "needs-building" 1 "Only a source is there, and building is not allowed.";
    BUILD_FAILED "build-failed" 1 "A source could not be built.";
    BUILD_BACKEND "build-backend" 1 "The build back end is not there.";
    BUILD_REQUIRES "build-requires" 1 "What a build requires cannot be had.";
    BUILD_RESULT "build-result" 1 "A build back end made something else than it should.";
    BUILD_CONFINED "build-confined" 1 "A build tried what confined builds may not do.";
    MISSING_COMPILER "missing-compiler" 1 "A build needs a compiler that is not installed.";
    MISSING_HEADER "missing-header" 1 "A build needs a header that is not installed.";
    NOT_A_PROJECT "not-a-project" 2 "A folder or archive has no project in it.";
    NO_SUCH_REVISION "no-such-revision" 1 "The repository has no such branch, tag or commit.";
    REPOSITORY_REFUSED "repository-refused" 1 "A repository asks for credentials.";
    REPOSITORY_ERROR "repository-error" 1 "A repository could not be had.";
    MISSING_PROGRAM "missing-program" 1 "A program that is needed is not installed.";
    NO_PYTHON "no-python" 1 "No Python interpreter fits the request.";
    BROKEN_ENVIRONMENT "broken-environment" 1 "An environment is damaged.";
    EXTERNALLY_MANAGED "externally-managed" 1 "This Python belongs to the operating system's package manager.";
    ENVIRONMENT_BUSY "environment-busy" 1 "Another process is changing the environment.";
    NOT_INSTALLED "not-installed" 1 "The package is not installed.";
    DISK_FULL "disk-full" 1 "There is no room left on the disk.";
    NO_PERMISSION "no-permission" 1 "The file system does not allow it.";
    CACHE_UNUSABLE "cache-unusable" 1 "The store cannot be used.";
    BAD_CONFIG "bad-config" 2 "A settings file or variable cannot be read.";
    BAD_LOCK "bad-lock" 2 "A lock file cannot be read or does not fit.";
    PROJECT_FILE "project-file" 2 "pyproject.toml is missing or cannot be read.";
    NAME_TAKEN "name-taken" 1 "A file of somebody else has the name that was to be made.";
    NO_SUCH_FILE "no-such-file" 2 "A file that was named is not there.";
    USAGE "usage" 2 "The command line makes no sense.";
    INTERRUPTED "interrupted" 130 "The command was stopped.";
    INTERNAL "internal" 1 "Tilsit met a state that it should never be in.";
}

/// The code of that name.
pub fn find(name: &str) -> Option<&'static Code> {
    ALL.iter().copied().find(|code| code.name == name)
}

/// What `tilsit explain` prints: the page of a code, or the list of all codes.
///
/// # Errors
/// The error for a word that is no code.
pub fn explained(name: Option<&str>) -> Result<String, Diagnostic> {
    let Some(name) = name else {
        let rows: Vec<Vec<String>> =
            ALL.iter().map(|code| vec![code.name.to_owned(), code.title.to_owned()]).collect();
        return Ok(columns::aligned(&rows));
    };
    let name = name.trim_matches(['[', ']']);
    if let Some(code) = find(name) {
        return Ok(code.page.to_owned());
    }
    let meant = nearest(name, ALL.iter().map(|code| code.name));
    let meant = meant.map(|meant| format!("did you mean `{meant}`? ")).unwrap_or_default();
    Err(Diagnostic::new(&USAGE, format!("`{name}` is not an error code"))
        .hint(format!("{meant}All codes: `tilsit explain`")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_found_by_their_code() {
        assert!(explained(None).unwrap().lines().count() == ALL.len());
        assert!(explained(Some("[conflict]")).unwrap().starts_with("# conflict\n"));
        assert_eq!(
            explained(Some("conflikt")).unwrap_err().hint.unwrap(),
            "did you mean `conflict`? All codes: `tilsit explain`"
        );
    }

    #[test]
    fn every_page_has_a_code_and_every_code_a_page_of_the_same_form() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/errors");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name != "README.md")
            .collect();
        files.sort();
        let mut names: Vec<String> = ALL.iter().map(|code| format!("{}.md", code.name)).collect();
        names.sort();
        assert_eq!(files, names);
        for code in ALL {
            assert!(code.page.starts_with(&format!("# {}\n", code.name)), "{}", code.name);
            for heading in ["## Why", "## Whose fault", "## What to do", "```\nerror: "] {
                assert!(code.page.contains(heading), "{}: {heading}", code.name);
            }
            assert!(code.page.contains(&format!("[{}]", code.name)), "{}", code.name);
        }
    }
}
