//! pip's lines about sources: what is cloned, prepared and built, and how that ends.

use std::collections::BTreeMap;
use std::path::Path;

use builder::BuildError;
use index::vcs::{VcsError, VcsUrl, VcsUrlError};

use super::errors::Failure;
use crate::ops::build::BuildOpError;
use crate::ops::sources::SourceError;
use crate::output::Level;

/// Addresses that `-e` takes, as pip lists them.
const EDITABLE_SCHEMES: &str = "bzr+http, bzr+https, bzr+ssh, bzr+sftp, bzr+ftp, bzr+lp, bzr+file, git+http, git+https, git+ssh, git+git, git+file, hg+file, hg+http, hg+https, hg+ssh, hg+static-http, svn+ssh, svn+http, svn+https, svn+svn, svn+file";

/// What was done for sources before their lines are due: pip looks at one package after the other, we at many at once.
#[derive(Debug, Default)]
pub struct Steps {
    /// Builds run in the environment itself.
    shared: bool,
    /// Editable sources give ordinary wheels, too.
    wheels_only: bool,
    /// Lines about repositories, by URL without fragment and credentials.
    repositories: BTreeMap<String, Vec<String>>,
}

impl Steps {
    /// Nothing was done yet.
    pub fn new(shared: bool, wheels_only: bool) -> Self {
        Self { shared, wheels_only, ..Self::default() }
    }

    /// A repository is asked.
    pub fn asked(&mut self, url: &VcsUrl, folder: &str) {
        let verb = match url.system {
            index::vcs::System::Git => "Cloning",
            index::vcs::System::Mercurial => "Cloning hg",
            _ => "Checking out",
        };
        let line = format!("  {verb} {}{} to {folder}", url.shown(), to_revision(url));
        self.repositories.insert(key(url), vec![line]);
    }

    /// A working copy is brought to a revision.
    pub fn updating(&mut self, url: &VcsUrl, folder: &str) {
        let kind = match url.system {
            index::vcs::System::Git | index::vcs::System::Mercurial => "clone",
            _ => "checkout",
        };
        let line = format!("  Updating {folder} {kind}{}", to_revision(url));
        self.repositories.insert(key(url), vec![line]);
    }

    /// It answered.
    pub fn resolved(&mut self, url: &VcsUrl, commit: &str) {
        if url.system == index::vcs::System::Git {
            let line = format!("  Resolved {} to commit {commit}", url.shown());
            self.repositories.entry(key(url)).or_default().push(line);
        }
    }

    /// What pip prints about a repository.
    pub fn repository_lines(&self, url: &str) -> Vec<String> {
        let lines = VcsUrl::parse(url).ok().and_then(|url| self.repositories.get(&key(&url)));
        lines.cloned().unwrap_or_default()
    }

    /// What pip prints below the name of a source.
    pub fn lines(&self, url: &str, editable: bool) -> Vec<String> {
        let steps = self.names(editable).into_iter().flat_map(|name| {
            [format!("  {name}: started"), format!("  {name}: finished with status 'done'")]
        });
        self.repository_lines(url).into_iter().chain(steps).collect()
    }

    /// The same, when the last of it failed.
    pub fn failed_lines(&self, url: &str, editable: bool) -> Vec<String> {
        let mut lines = self.lines(url, editable);
        if let Some(last) = lines.last_mut() {
            *last = last.replace("'done'", "'error'");
        }
        lines
    }

    fn names(&self, editable: bool) -> Vec<&'static str> {
        let mut names = Vec::new();
        if !self.shared {
            names.push("Installing build dependencies");
        }
        if editable {
            names.push("Checking if build backend supports build_editable");
        }
        let (requirements, metadata) = match editable && !self.wheels_only {
            true => {
                ("Getting requirements to build editable", "Preparing editable metadata (pyproject.toml)")
            }
            false => ("Getting requirements to build wheel", "Preparing metadata (pyproject.toml)"),
        };
        if !self.shared {
            names.push(requirements);
        }
        names.push(metadata);
        names
    }
}

fn to_revision(url: &VcsUrl) -> String {
    url.revision.as_ref().map(|one| format!(" (to revision {one})")).unwrap_or_default()
}

fn key(url: &VcsUrl) -> String {
    format!("{}+{}@{}", url.system.prefix(), url.repository, url.revision.as_deref().unwrap_or_default())
}

/// A source behind `Collecting`.
pub fn collected(requirement: &str, url: &str) -> String {
    match requirement.split_once(" @ ") {
        Some((name, _)) => format!("{name} @ {}", crate::output::redact_text(url)),
        None => crate::output::redact_text(url),
    }
}

/// A source behind `Obtaining`.
pub fn obtained(requirement: &str, url: &str) -> String {
    match url.starts_with("file:") {
        true => url.to_owned(),
        false => {
            let name = requirement.split(" @ ").next().unwrap_or(requirement);
            format!("{name} from {}", crate::output::redact_text(url))
        }
    }
}

/// What pip says of a wheel that it built.
pub fn created(name: &str, wheel: &Path, kept: Option<&Path>) -> Vec<String> {
    use sha2::Digest as _;
    let bytes = std::fs::read(wheel).unwrap_or_default();
    let sha256 = sha2::Sha256::digest(&bytes);
    let hex = sha256.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let filename = wheel.file_name().unwrap_or_default().to_string_lossy();
    let folder = kept.unwrap_or(wheel).parent().unwrap_or(Path::new(""));
    vec![
        format!("  Created wheel for {name}: filename={filename} size={} sha256={hex}", bytes.len()),
        format!("  Stored in directory: {}", folder.display()),
    ]
}

/// `-e` with something else.
pub fn not_editable(place: &str) -> Failure {
    Failure::error(format!(
        "{place} is not a valid editable requirement. It should either be a path to a local project or a VCS URL (beginning with {EDITABLE_SCHEMES})."
    ))
}

/// An address that is none.
pub fn bad_repository(url: &str, problem: VcsUrlError) -> Failure {
    match problem {
        VcsUrlError::EmptyRevision => Failure::error(format!(
            "The URL '{url}' has an empty revision (after @) which is not supported. Include a revision after @ or remove @ from the URL."
        )),
        other => Failure::error(format!("{url}: {other}")),
    }
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        match error {
            SourceError::Direct(error) => error.into(),
            SourceError::Vcs { place, source } => repository(&place, &source),
            SourceError::HashMismatch { place, expected, actual } => {
                let wanted: Vec<String> = expected.iter().map(ToString::to_string).collect();
                super::errors::hash_mismatch(&place, &wanted, &actual.to_string())
            }
            SourceError::NoProject { place, .. } => Self::error(format!(
                "{place} does not appear to be a Python project: neither 'setup.py' nor 'pyproject.toml' found."
            )),
            SourceError::NotEditable { place } => not_editable(&place),
            SourceError::Build { place, name, source } => build(&place, name.as_deref(), &source),
            SourceError::Interrupted => Self::error("Operation cancelled by user"),
            other => Self::error(other.to_string()),
        }
    }
}

fn repository(place: &str, error: &VcsError) -> Failure {
    match error {
        VcsError::MissingProgram { system, .. } => {
            let program = system.program();
            Failure::error(format!(
                "Cannot find command '{program}' - do you have '{program}' installed and in your PATH?"
            ))
        }
        VcsError::Failed { command, status, output, .. } => {
            subprocess(command, *status, output, &format!("Failed to build '{place}' when {command}"))
        }
        VcsError::NoSuchRevision { revision, .. } => {
            let command = format!("git checkout -q {revision}");
            let said = format!("error: pathspec '{revision}' did not match any file(s) known to git");
            subprocess(&command, Some(1), &said, &format!("Failed to build '{place}' when {command}"))
        }
        other => Failure::error(other.to_string()),
    }
}

/// A program that failed: what it said, pip's frame around it, and what that means.
fn subprocess(command: &str, status: Option<i32>, output: &str, verdict: &str) -> Failure {
    let code = status.map_or_else(|| "None".to_owned(), |status| status.to_string());
    let said: String = output.lines().map(|line| format!("  {line}\n")).collect();
    let text = format!(
        "{said}  error: subprocess-exited-with-error\n  \n  × {command} did not run successfully.\n  │ exit code: {code}\n  ╰─> No available output.\n  \n  note: This error originates from a subprocess, and is likely not a problem with pip."
    );
    Failure { lines: vec![(Level::Error, text), (Level::Error, format!("ERROR: {verdict}"))], code: 1 }
}

fn build(place: &str, name: Option<&str>, error: &BuildOpError) -> Failure {
    if let BuildOpError::Build { source, .. } = error
        && matches!(**source, BuildError::Interrupted)
    {
        return Failure::error("Operation cancelled by user");
    }
    let detail = match error {
        BuildOpError::Build { source, .. } => match &**source {
            BuildError::Failed { run, .. } | BuildError::Crashed { run, .. } => run.tail.join("\n"),
            other => other.to_string(),
        },
        other => other.to_string(),
    };
    match name {
        None => {
            let mut failure = subprocess("Preparing metadata (pyproject.toml)", Some(1), &detail, "");
            failure.lines.pop();
            let verdict = Failure::diagnostic(
                "metadata-generation-failed",
                "Encountered error while generating package metadata.",
                place,
                "This is an issue with the package mentioned above, not pip.",
                "See above for details.",
            );
            failure.lines.extend(verdict.lines);
            failure
        }
        Some(name) => {
            let command = format!("Building wheel for {name} (pyproject.toml)");
            let mut failure =
                subprocess(&command, Some(1), &detail, &format!("Failed building wheel for {name}"));
            failure.lines.push((Level::Info, format!("Failed to build {name}")));
            let verdict = Failure::diagnostic(
                "failed-wheel-build-for-install",
                "Failed to build installable wheels for some pyproject.toml based projects",
                name,
                "",
                "",
            );
            failure.lines.extend(verdict.lines);
            failure
        }
    }
}
