//! pip's lines about sources: what is cloned, prepared and built, and how that ends.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use builder::BuildError;
use index::vcs::{VcsError, VcsUrl, VcsUrlError};

use super::errors::Failure;
use super::unbuilt::{Label, frame, unprepared};
use crate::ops::build::BuildOpError;
use crate::ops::events::{BuildStep, EnvironmentStep};
use crate::ops::sources::SourceError;
use crate::output::Level;

/// Addresses that `-e` takes, as pip lists them.
const EDITABLE_SCHEMES: &str = "bzr+http, bzr+https, bzr+ssh, bzr+sftp, bzr+ftp, bzr+lp, bzr+file, git+http, git+https, git+ssh, git+git, git+file, hg+file, hg+http, hg+https, hg+ssh, hg+static-http, svn+ssh, svn+http, svn+https, svn+svn, svn+file";

/// A line, and how much of `-v` it takes.
pub type Line = (Level, String);

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
    /// What back ends were asked for sources, by URL.
    told: BTreeMap<String, Vec<Line>>,
    /// The source that a back end is asked for now.
    current: Option<Current>,
}

/// A source whose metadata is being prepared.
#[derive(Debug)]
struct Current {
    url: String,
    editable: bool,
    /// It was found out whether the back end makes editable forms.
    is_checked: bool,
    /// The step that has begun.
    step: Option<&'static str>,
    lines: Vec<Line>,
}

impl Current {
    fn begin(&mut self, step: &'static str, command: &str) {
        self.end("done");
        self.lines.push((Level::Info, format!("  {step}: started")));
        self.lines.push(running(command));
        self.step = Some(step);
    }

    fn end(&mut self, status: &str) {
        if let Some(step) = self.step.take() {
            self.lines.push((Level::Info, format!("  {step}: finished with status '{status}'")));
        }
    }
}

/// What `-v` shows of a program that is run.
pub fn running(command: &str) -> Line {
    (Level::Verbose, format!("  Running command {command}"))
}

/// A line that a program wrote, as pip shows it with `-v`.
pub fn wrote(line: &[u8]) -> Line {
    let text = crate::output::printable(decoded(line).as_bytes());
    (Level::Verbose, format!("  {text}").trim_end().to_owned())
}

/// What a back end warns its users of.
pub fn warned(message: &str) -> Vec<Line> {
    let text = format!("BuildBackendWarning: {message}");
    let lines = text.trim_end().lines().map(|line| format!("  {line}").trim_end().to_owned());
    lines.map(|line| (Level::Warning, crate::output::printable(line.as_bytes()))).collect()
}

/// Bytes that are no text are shown as Python's `backslashreplace` does.
fn decoded(line: &[u8]) -> String {
    let mut text = String::new();
    for chunk in line.utf8_chunks() {
        text.push_str(chunk.valid());
        chunk.invalid().iter().for_each(|byte| text.push_str(&format!("\\x{byte:02x}")));
    }
    text
}

const CHECKING: &str = "Checking if build backend supports build_editable";
const REQUIRING: &str = "Installing build dependencies";

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
        let line = format!("  Updating {folder} {}{}", kind(url), to_revision(url));
        self.repositories.insert(key(url), vec![line]);
    }

    /// A working copy is made of another repository than before.
    pub fn switching(&mut self, url: &VcsUrl, folder: &str) {
        let line = format!("  Switching {} {folder} to {}{}", kind(url), url.shown(), to_revision(url));
        self.repositories.insert(key(url), vec![line]);
    }

    /// It answered.
    pub fn resolved(&mut self, url: &VcsUrl, commit: &str) {
        if url.system != index::vcs::System::Git {
            return;
        }
        let lines = self.repositories.entry(key(url)).or_default();
        let short = url.revision.as_deref().filter(|one| commit.starts_with(one) && *one != commit);
        lines.extend(short.map(assumed));
        lines.push(format!("  Resolved {} to commit {}", url.shown(), short.unwrap_or(commit)));
    }

    /// It has no such revision.
    pub fn lacks(&mut self, url: &str, revision: &str) {
        if let Ok(url) = VcsUrl::parse(url)
            && url.system == index::vcs::System::Git
            && url.commit().is_none()
        {
            self.repositories.entry(key(&url)).or_default().push(assumed(revision));
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

    /// A back end is asked for the metadata of a source.
    pub fn begun(&mut self, url: &str, editable: bool) {
        let url = url.to_owned();
        let (is_checked, step, lines) = (!editable, None, Vec::new());
        self.current = Some(Current { url, editable, is_checked, step, lines });
    }

    /// That goes a step further.
    pub fn reached(&mut self, step: &BuildStep<'_>) {
        let (shared, wheels_only) = (self.shared, self.wheels_only);
        let Some(current) = &mut self.current else { return };
        match step {
            BuildStep::Environment(EnvironmentStep::Started([])) => {}
            BuildStep::Environment(EnvironmentStep::Started(_)) => {
                current.begin(REQUIRING, "installing build dependencies");
            }
            BuildStep::Environment(EnvironmentStep::Extended(_)) => {
                current.begin("Installing backend dependencies", "installing backend dependencies");
            }
            BuildStep::Requires(_) | BuildStep::Metadata(_) if !current.is_checked => {
                current.is_checked = true;
                current.begin(CHECKING, CHECKING);
                self.reached(step);
            }
            BuildStep::Requires(_) if shared => {}
            BuildStep::Requires(_) => {
                let [requires, _] = names(current.editable && !wheels_only);
                current.begin(requires, requires);
            }
            BuildStep::Metadata(_) => {
                let [_, metadata] = names(current.editable && !wheels_only);
                current.begin(metadata, metadata);
            }
            BuildStep::Environment(EnvironmentStep::Made(_))
            | BuildStep::Instead(_)
            | BuildStep::Hook(_)
            | BuildStep::FromSource(_) => {}
        }
    }

    /// The back end wrote something; `false` when none is asked for metadata.
    pub fn wrote(&mut self, line: &[u8]) -> bool {
        let Some(current) = &mut self.current else { return false };
        current.lines.push(wrote(line));
        true
    }

    /// The same for a warning.
    pub fn warned(&mut self, lines: &[Line]) -> bool {
        let Some(current) = &mut self.current else { return false };
        current.lines.extend_from_slice(lines);
        true
    }

    /// The metadata is there, or never will be.
    pub fn ended(&mut self, error: Option<&BuildOpError>) {
        let Some(mut current) = self.current.take() else { return };
        if current.step.is_none() && error.is_none() {
            // done without the back end
            return;
        }
        let is_asked = matches!(error, Some(BuildOpError::Build { source, .. })
            if !matches!(**source, BuildError::System(_)));
        if !current.is_checked && is_asked {
            current.begin(CHECKING, CHECKING);
        }
        current.end(if error.is_some_and(is_step) { "error" } else { "done" });
        self.told.insert(current.url, current.lines);
    }

    /// What pip prints below the name of a source.
    pub fn lines(&self, url: &str, editable: bool) -> Vec<Line> {
        let repository = self.repository_lines(url).into_iter().map(|line| (Level::Info, line));
        match self.told.get(url) {
            Some(told) => repository.chain(told.iter().cloned()).collect(),
            None => repository.chain(self.usual(url, editable)).collect(),
        }
    }

    /// The same for a source whose preparation failed.
    pub fn failed_lines(&self, url: &str) -> Vec<Line> {
        let repository = self.repository_lines(url).into_iter().map(|line| (Level::Info, line));
        repository.chain(self.told.get(url).into_iter().flatten().cloned()).collect()
    }

    /// The lines of a build that goes well, for what was found out without the back end.
    fn usual(&self, url: &str, editable: bool) -> Vec<Line> {
        let mut steps = Vec::new();
        if !self.shared && !self.bare.contains(url) {
            steps.push(REQUIRING);
        }
        if editable {
            steps.push(CHECKING);
        }
        let [requires, metadata] = names(editable && !self.wheels_only);
        if !self.shared {
            steps.push(requires);
        }
        steps.push(metadata);
        let lines = steps.into_iter().flat_map(|step| {
            [format!("  {step}: started"), format!("  {step}: finished with status 'done'")]
        });
        lines.map(|line| (Level::Info, line)).collect()
    }
}

/// Whether a step itself failed: an answer that cannot be used is looked at after it.
fn is_step(error: &BuildOpError) -> bool {
    match error {
        BuildOpError::Build { source, .. } => match &**source {
            BuildError::Failed { .. } | BuildError::Crashed { .. } | BuildError::Unsupported { .. } => true,
            BuildError::Unavailable { reason, .. } => reason.starts_with("AttributeError"),
            _ => false,
        },
        BuildOpError::Requires { .. } => true,
        _ => false,
    }
}

/// pip's names for asking what a build requires and for preparing metadata.
fn names(editable: bool) -> [&'static str; 2] {
    match editable {
        true => ["Getting requirements to build editable", "Preparing editable metadata (pyproject.toml)"],
        false => ["Getting requirements to build wheel", "Preparing metadata (pyproject.toml)"],
    }
}

/// pip tries what is neither a branch nor a tag.
fn assumed(revision: &str) -> String {
    format!("  Did not find branch or tag '{revision}', assuming revision or ref.")
}

/// pip's word for a working copy.
pub fn kind(url: &VcsUrl) -> &'static str {
    match url.system {
        index::vcs::System::Git | index::vcs::System::Mercurial => "clone",
        index::vcs::System::Subversion => "checkout",
        index::vcs::System::Bazaar => "branch",
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
    match requirement.rsplit_once(" @ ") {
        Some((name, _)) => format!("{name} @ {}", address_text(url)),
        None if requirement.is_empty() => address_text(url),
        None => requirement.to_owned(),
    }
}

/// A source behind `Obtaining`.
pub fn obtained(requirement: &str, url: &str) -> String {
    match requirement.split(" @ ").next().unwrap_or_default() {
        "" => address_text(url),
        name => format!("{name} from {}", address_text(url)),
    }
}

/// An address as pip shows it: without credentials, and without an empty host where its scheme is no standard one.
pub fn address_text(url: &str) -> String {
    let shown = crate::output::redact_text(url);
    match shown.split_once(":///") {
        Some((scheme, path)) if scheme.contains('+') => format!("{scheme}:/{path}"),
        _ => shown,
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
            SourceError::Vcs { place, source } => repository(&place, &address_text(&place), &source),
            SourceError::HashMismatch { place, expected, actual } => {
                let wanted: Vec<String> = expected.iter().map(ToString::to_string).collect();
                super::errors::hash_mismatch(&place, &wanted, &actual.to_string())
            }
            SourceError::NotEditable { place } => not_editable(&place),
            SourceError::NoProject { ref place, .. } | SourceError::Build { ref place, .. } => {
                let label = Label::nameless(&address(place), "");
                unprepared(error, &label, false)
            }
            SourceError::Interrupted => Self::error("Operation cancelled by user"),
            other => Self::error(other.to_string()),
        }
    }
}

/// A repository that is of no use; `package` is what pip calls its project.
pub fn repository(place: &str, package: &str, error: &VcsError) -> Failure {
    match error {
        VcsError::MissingProgram { system, .. } => {
            let program = system.program();
            Failure::error(format!(
                "Cannot find command '{program}' - do you have '{program}' installed and in your PATH?"
            ))
        }
        VcsError::Failed { command, status, output, .. } => {
            subprocess(command, *status, output, &format!("Failed to build '{package}' when {command}"))
        }
        VcsError::NoSuchRevision { revision, .. } => {
            let system = place.split('+').next().unwrap_or_default();
            let (command, status, said) = no_revision(system, revision);
            subprocess(&command, Some(status), &said, &format!("Failed to build '{package}' when {command}"))
        }
        other => Failure::error(other.to_string()),
    }
}

/// The command by which pip would have found that out, its exit code, and what it says.
fn no_revision(system: &str, revision: &str) -> (String, i32, String) {
    match system {
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

/// A source that has no name yet, as pip names it.
fn address(place: &str) -> String {
    url::Url::from_file_path(place).map_or_else(|()| place.to_owned(), String::from)
}

/// A program that failed: what it said, pip's frame around it, and what that means.
fn subprocess(command: &str, status: Option<i32>, output: &str, verdict: &str) -> Failure {
    let code = status.map_or_else(|| "None".to_owned(), |status| status.to_string());
    let said: String = output.lines().map(|line| format!("  {line}\n")).collect();
    let text = format!("{said}{}", frame(command, &code, None));
    Failure { lines: vec![(Level::Error, text), (Level::Error, format!("ERROR: {verdict}"))], code: 1 }
}
