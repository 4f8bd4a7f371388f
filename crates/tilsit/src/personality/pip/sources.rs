//! pip's lines about sources: what is cloned, prepared and built, and how that ends.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use builder::BuildError;
use index::vcs::{VcsError, VcsUrl, VcsUrlError};

use super::Session;
use super::errors::Failure;
use super::transcript::origin_text;
use crate::ops::build::BuildOpError;
use crate::ops::direct::{self, DirectError, Unnamed};
use crate::ops::events::BuildStep;
use crate::ops::sources::SourceError;
use crate::output::{Level, Mark};

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
    /// Sources whose build requires nothing.
    bare: BTreeSet<String>,
    /// The last step of the last build.
    last: Step,
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

    /// Its build requires nothing.
    pub fn needs_nothing(&mut self, url: &str) {
        self.bare.insert(url.to_owned());
    }

    /// A back end's build goes a step further.
    pub fn reached(&mut self, step: &BuildStep<'_>) {
        self.last = match step {
            BuildStep::Environment(_) => Step::Environment,
            BuildStep::Requires(_) => Step::Requires,
            BuildStep::Metadata(_) | BuildStep::Hook(_) | BuildStep::FromSource(_) => Step::Metadata,
        };
    }

    /// What pip prints below the name of a source.
    pub fn lines(&self, url: &str, editable: bool) -> Vec<String> {
        let steps = self.names(url, editable).into_iter().flat_map(|(_, name)| {
            [format!("  {name}: started"), format!("  {name}: finished with status 'done'")]
        });
        self.repository_lines(url).into_iter().chain(steps).collect()
    }

    /// The same, when the last step that was reached failed.
    pub fn failed_lines(&self, url: &str, editable: bool) -> Vec<String> {
        let reached = self.names(url, editable).iter().filter(|(step, _)| *step <= self.last).count();
        let mut lines = self.lines(url, editable);
        lines.truncate(self.repository_lines(url).len() + 2 * reached);
        if let Some(last) = lines.last_mut() {
            *last = last.replace("'done'", "'error'");
        }
        lines
    }

    fn names(&self, url: &str, editable: bool) -> Vec<(Step, &'static str)> {
        let mut names = Vec::new();
        if !self.shared && !self.bare.contains(url) {
            names.push((Step::Environment, "Installing build dependencies"));
        }
        if editable {
            names.push((Step::Environment, "Checking if build backend supports build_editable"));
        }
        let (requirements, metadata) = match editable && !self.wheels_only {
            true => {
                ("Getting requirements to build editable", "Preparing editable metadata (pyproject.toml)")
            }
            false => ("Getting requirements to build wheel", "Preparing metadata (pyproject.toml)"),
        };
        if !self.shared {
            names.push((Step::Requires, requirements));
        }
        names.push((Step::Metadata, metadata));
        names
    }
}

/// How far a build's preparation went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Environment,
    Requires,
    #[default]
    Metadata,
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

impl Session<'_> {
    /// What was to be looked into has no name yet and is not there.
    pub fn unnamed_failure(&self, error: SourceError, unnamed: &[(usize, Unnamed)]) -> Failure {
        if let SourceError::Direct(DirectError::Missing { path } | DirectError::NothingThere { path, .. }) =
            &error
        {
            let is_it = |(_, one): &&(usize, Unnamed)| direct::local_path(&one.url).as_ref() == Some(path);
            let from = unnamed.iter().find(is_it).map(|(_, one)| origin_text(Some(&one.origin)));
            let from = from.filter(|from| !from.is_empty()).map(|from| format!(" (from {from})"));
            self.info(&format!("Processing {}{}", self.shown(path), from.unwrap_or_default()));
        }
        error.into()
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
            let (command, status, said) = no_revision(place, revision);
            subprocess(&command, Some(status), &said, &format!("Failed to build '{place}' when {command}"))
        }
        other => Failure::error(other.to_string()),
    }
}

/// The command by which pip would have found that out, its exit code, and what it says.
fn no_revision(place: &str, revision: &str) -> (String, i32, String) {
    match place.split('+').next().unwrap_or_default() {
        "hg" => (
            format!("hg update --quiet --rev={revision}"),
            255,
            format!("abort: unknown revision '{revision}'"),
        ),
        "svn" => {
            let said = format!("svn: E160006: No such revision {revision}");
            (format!("svn checkout --quiet --non-interactive -r {revision}"), 1, said)
        }
        "bzr" => {
            let said = format!("brz: ERROR: Requested revision: '{revision}' does not exist in branch");
            (format!("bzr checkout --lightweight --quiet -r {revision}"), 3, said)
        }
        _ => {
            let said = format!("error: pathspec '{revision}' did not match any file(s) known to git");
            (format!("git checkout -q {revision}"), 1, said)
        }
    }
}

/// A program that failed: what it said, pip's frame around it, and what that means.
fn subprocess(command: &str, status: Option<i32>, output: &str, verdict: &str) -> Failure {
    let code = status.map_or_else(|| "None".to_owned(), |status| status.to_string());
    let said: String = output.lines().map(|line| format!("  {line}\n")).collect();
    let text = format!("{said}{}", frame(command, &code, None));
    Failure { lines: vec![(Level::Error, text), (Level::Error, format!("ERROR: {verdict}"))], code: 1 }
}

fn build(place: &str, name: Option<&str>, error: &BuildOpError) -> Failure {
    if let BuildOpError::Build { source, .. } = error
        && matches!(**source, BuildError::Interrupted)
    {
        return Failure::error("Operation cancelled by user");
    }
    if let BuildOpError::Build { source, .. } = error
        && matches!(**source, BuildError::HookMissing { hook: "build_editable", .. })
    {
        return Failure::error(format!(
            "Project {} uses a build backend that is missing the 'build_editable' hook, so it cannot be installed in editable mode. Consider using a build backend that supports PEP 660.",
            address(place)
        ));
    }
    let (hook, detail) = said(error);
    match name {
        None if hook.is_some_and(|hook| hook.starts_with("get_requires")) => {
            let product =
                if hook.is_some_and(|hook| hook.ends_with("editable")) { "editable" } else { "wheel" };
            let mut failure = framed(&format!("Getting requirements to build {product}"), &detail);
            let place = address(place);
            let verdict =
                format!("ERROR: Failed to build '{place}' when getting requirements to build {product}");
            failure.lines.push((Level::Error, verdict));
            failure
        }
        None => {
            let mut failure = framed("Preparing metadata (pyproject.toml)", &detail);
            let verdict = Failure::diagnostic(
                "metadata-generation-failed",
                "Encountered error while generating package metadata.",
                &super::unreachable::highlighted(&format!("from {}", address(place))),
                "This is an issue with the package mentioned above, not pip.",
                "See above for details.",
            );
            failure.lines.extend(verdict.lines);
            if let Some(hint) = super::hints::build(&detail) {
                failure.hint(hint);
            }
            failure
        }
        Some(name) => {
            let mut failure = framed(&format!("Building wheel for {name} (pyproject.toml)"), &detail);
            failure.lines.push((Level::Error, format!("  ERROR: Failed building wheel for {name}")));
            failure.lines.push((Level::Info, format!("Failed to build {name}")));
            let verdict = Failure::diagnostic(
                "failed-wheel-build-for-install",
                "Failed to build installable wheels for some pyproject.toml based projects",
                name,
                "",
                "",
            );
            failure.lines.extend(verdict.lines);
            if let Some(hint) = super::hints::build(&detail) {
                failure.hint(hint);
            }
            failure
        }
    }
}

impl Failure {
    /// The same where nothing was to be installed: the verdict is another.
    pub fn of_wheels(mut self) -> Self {
        let is_verdict = |(_, text): &(Level, String)| text.contains("failed-wheel-build-for-install");
        if let Some(place) = self.lines.iter().position(is_verdict) {
            self.lines.truncate(place);
            self.lines.push((Level::Error, "ERROR: Failed to build one or more wheels".to_owned()));
        }
        self
    }
}

/// The hook that failed, and what it wrote.
fn said(error: &BuildOpError) -> (Option<&'static str>, String) {
    let BuildOpError::Build { source, .. } = error else { return (None, error.to_string()) };
    match &**source {
        BuildError::Failed { run, .. } | BuildError::Crashed { run, .. } => {
            (Some(run.hook), run.tail.join("\n"))
        }
        other => (None, other.to_string()),
    }
}

/// A source that has no name yet, as pip names it.
fn address(place: &str) -> String {
    url::Url::from_file_path(place).map_or_else(|()| place.to_owned(), String::from)
}

/// A back end that failed, with what it wrote inside of pip's frame.
fn framed(what: &str, output: &str) -> Failure {
    Failure { lines: vec![(Level::Error, frame(what, "1", Some(output)))], code: 1 }
}

/// What was run; pip's library for printing marks brackets once more.
fn marked_command(what: &str) -> String {
    let mut marked = String::new();
    for part in what.split_inclusive(['(', ')']) {
        let (text, bracket) = part.split_at(part.trim_end_matches(['(', ')']).len());
        let around = |mark: Mark, text: &str| if text.is_empty() { String::new() } else { mark.around(text) };
        marked.push_str(&around(Mark::Command, text));
        marked.push_str(&around(Mark::Bracket, bracket));
    }
    marked
}

/// pip's frame around a program that failed, with what it wrote, if that is not shown above.
fn frame(what: &str, code: &str, output: Option<&str>) -> String {
    let framed = |text: &str| Mark::Frame.around(text);
    let said = match output {
        None => "No available output.".to_owned(),
        Some(output) => {
            let margin = framed("   ");
            let lines: String = output.lines().map(|line| format!("  {margin} {line}\n")).collect();
            let count = framed(&format!("[{} lines of output]", output.lines().count()));
            format!("{count}\n{lines}  {margin} {}", framed("[end of output]"))
        }
    };
    let (error, reference) =
        (Mark::Error.around("error"), Mark::Strong.around("subprocess-exited-with-error"));
    let (what, code) = (marked_command(what), Mark::Number.around(code));
    let (cross, bar, arrow) = (framed("×"), framed("│"), framed("╰─>"));
    let note = Mark::Note.around("note");
    format!(
        "  {error}: {reference}\n  \n  {cross} {what} did not run successfully.\n  {bar} exit code: {code}\n  {arrow} {said}\n  \n  {note}: This error originates from a subprocess, and is likely not a problem with pip."
    )
}
