//! pip's words for sources that cannot be prepared or built.

use builder::{BuildError, BuildSystemError, Ending, Fault};

use super::errors::Failure;
use super::hints;
use crate::ops::build::{BuildOpError, Unmet};
use crate::ops::sources::SourceError;
use crate::output::{Level, Mark};

/// pip's name for a program that failed.
const SUBPROCESS: &str = "subprocess-exited-with-error";

/// How pip calls a source of which something is wrong.
#[derive(Clone, Debug, Default)]
pub struct Label {
    /// The package, where it was named or is an index's.
    pub name: Option<String>,
    /// Its address.
    pub link: String,
    /// The requirement, its address, and who asked.
    pub whole: String,
}

impl Label {
    /// A source without a name, and who asked for it.
    pub fn nameless(url: &str, from: &str) -> Self {
        let link = super::sources::address_text(url);
        Self { name: None, whole: format!("{link}{from}"), link }
    }

    fn package(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.link)
    }

    fn details(&self) -> String {
        self.name.clone().unwrap_or_else(|| format!("from {}", self.link))
    }
}

/// What pip says when the metadata of a source cannot be had. `verbose`: what programs wrote is shown already.
pub fn unprepared(error: SourceError, label: &Label, verbose: bool) -> Failure {
    match error {
        SourceError::Build { source, place, .. } => {
            let mut failure = by_build(&source, &place, label, verbose);
            if let Some(hint) = hints::build(label.package(), &source) {
                failure.hint(&hint);
            }
            failure
        }
        SourceError::NoProject { .. } => Failure::error(format!(
            "{} does not appear to be a Python project: neither 'setup.py' nor 'pyproject.toml' found.",
            label.whole
        )),
        SourceError::BrokenRequirement { package: (name, version), text, source, .. } => {
            let problem = super::conflict::pointed(&text, &source.message, source.span);
            let who = match &label.name {
                Some(_) => label.whole.clone(),
                None => format!("{name}=={version} from {}", label.whole),
            };
            Failure::error(format!("Requested {who} has invalid metadata: {problem}"))
        }
        SourceError::HashMismatch { expected, actual, .. } => {
            let expected: Vec<String> = expected.iter().map(ToString::to_string).collect();
            super::errors::hash_mismatch(&label.whole, &expected, &actual.to_string())
        }
        SourceError::Vcs { place, source } => super::sources::repository(&place, label.package(), &source),
        other => other.into(),
    }
}

fn by_build(error: &BuildOpError, place: &str, label: &Label, verbose: bool) -> Failure {
    match error {
        BuildOpError::Unmet { missing } => unmet(missing, label),
        BuildOpError::Build { source, .. } => {
            let mut failure = by_back_end(source, label, verbose);
            if failure.lines.first().is_some_and(|(_, text)| text.contains(SUBPROCESS)) {
                failure.lines.splice(1..1, folder(place));
            }
            failure
        }
        other => Failure::error(other.to_string()),
    }
}

/// Where a back end ran, for those who want to know everything.
fn folder(place: &str) -> Option<(Level, String)> {
    place.starts_with('/').then(|| (Level::Verbose, format!("  cwd: {place}")))
}

fn by_back_end(error: &BuildError, label: &Label, verbose: bool) -> Failure {
    match error {
        BuildError::Interrupted => Failure::error("Operation cancelled by user"),
        BuildError::System(error) => system(error, label),
        BuildError::HookMissing { hook: "build_editable", .. } => Failure::error(format!(
            "Project {} uses a build backend that is missing the 'build_editable' hook, so it cannot be installed in editable mode. Consider using a build backend that supports PEP 660.",
            label.whole
        )),
        BuildError::Unavailable { backend, reason, hook, .. } if !is_attribute(reason) => {
            let mut failure = Failure::unavailable(&backend.to_string(), reason);
            match step(hook) {
                Step::Metadata(_) => failure.lines.extend(no_metadata(label).lines),
                Step::Requires(_) => {
                    let hook = if *hook == "build_editable" { "supports_feature" } else { hook };
                    failure.lines.push(failed_to_build(label, &format!("calling build backend hook {hook}")));
                }
            }
            failure
        }
        BuildError::Unavailable { hook, traceback, .. } => {
            at_hook(hook, (1, &traceback.lines().map(str::to_owned).collect::<Vec<_>>()), label, verbose)
        }
        BuildError::Failed { run, exception } => {
            at_hook(run.hook, (code_of(exception), &run.tail), label, verbose)
        }
        BuildError::Crashed { run, ending } => at_hook(run.hook, (ended(*ending), &run.tail), label, verbose),
        other => Failure::error(other.to_string()),
    }
}

/// Where a preparation stops, with pip's name for it.
enum Step {
    Requires(&'static str),
    Metadata(&'static str),
}

fn step(hook: &str) -> Step {
    match hook {
        "get_requires_for_build_wheel" => Step::Requires("Getting requirements to build wheel"),
        "get_requires_for_build_editable" => Step::Requires("Getting requirements to build editable"),
        "build_editable" => Step::Requires("Checking if build backend supports build_editable"),
        "prepare_metadata_for_build_editable" => {
            Step::Metadata("Preparing editable metadata (pyproject.toml)")
        }
        _ => Step::Metadata("Preparing metadata (pyproject.toml)"),
    }
}

fn at_hook(hook: &str, (code, output): (i32, &[String]), label: &Label, verbose: bool) -> Failure {
    match step(hook) {
        Step::Requires(what) => {
            let mut failure = framed(what, code, output, verbose);
            failure.lines.push(failed_to_build(label, &what.to_lowercase()));
            failure
        }
        Step::Metadata(what) => {
            let mut failure = framed(what, code, output, verbose);
            failure.lines.extend(no_metadata(label).lines);
            failure
        }
    }
}

/// The line in which a preparation ends.
pub fn failed_to_build(label: &Label, step: &str) -> (Level, String) {
    (Level::Critical, format!("ERROR: Failed to build '{}' when {step}", label.package()))
}

fn no_metadata(label: &Label) -> Failure {
    Failure::diagnostic(
        "metadata-generation-failed",
        "Encountered error while generating package metadata.",
        &super::unreachable::highlighted(&label.details()),
        "This is an issue with the package mentioned above, not pip.",
        "See above for details.",
    )
}

/// A `pyproject.toml` that says nothing of use.
fn system(error: &BuildSystemError, label: &Label) -> Failure {
    let note = "This is an issue with the package mentioned above, not pip.";
    let hint = "See PEP 518 for the detailed specification.";
    let message = format!("Can not process {}", label.whole);
    let invalid = |reason: &str| {
        let context =
            format!("This package has an invalid `build-system.requires` key in pyproject.toml.\n{reason}");
        Failure::diagnostic("invalid-pyproject-build-system-requires", &message, &context, note, hint)
    };
    match error {
        BuildSystemError::Wrong { fault: Fault::RequiresMissing, .. } => Failure::diagnostic(
            "missing-pyproject-build-system-requires",
            &message,
            "This package has an invalid pyproject.toml file.\nThe [build-system] table is missing the mandatory `requires` key.",
            note,
            hint,
        ),
        BuildSystemError::Wrong { fault: Fault::RequiresKind, .. } => invalid("It is not a list of strings."),
        BuildSystemError::Wrong { fault: Fault::Requirement { text, .. }, .. } => {
            invalid(&format!("It contains an invalid requirement: {}", crate::cli::python_repr(text)))
        }
        other => Failure::exception(other),
    }
}

/// `--check-build-dependencies`
fn unmet(missing: &[Unmet], label: &Label) -> Failure {
    let (mut conflicts, mut absent): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for one in missing {
        match &one.found {
            Some(found) => {
                let name = one
                    .requirement
                    .split(['<', '>', '=', '!', '~', '[', ' ', ';'])
                    .next()
                    .unwrap_or_default();
                conflicts.push(format!("{name}=={found} is incompatible with {}", one.requirement));
            }
            None => absent.push(crate::cli::python_repr(&one.requirement)),
        }
    }
    conflicts.sort();
    absent.sort();
    let front = format!("Some build dependencies for {}", label.whole);
    Failure::error(match conflicts.is_empty() {
        false => format!("{front} conflict with the backend dependencies: {}.", conflicts.join(", ")),
        true => format!("{front} are missing: {}.", absent.join(", ")),
    })
}

/// What pip says of a wheel that was not built.
pub fn unbuilt(name: &str, editable: bool, error: &SourceError, verbose: bool) -> Failure {
    let what = if editable { "editable" } else { "wheel" };
    let command = format!("Building {what} for {name} (pyproject.toml)");
    let mut failure = match said(error) {
        Some((code, output)) => {
            let mut failure = framed(&command, code, &output, verbose);
            if let SourceError::Build { place, .. } = error {
                failure.lines.extend(folder(place));
            }
            failure
        }
        None => Failure { lines: Vec::new(), code: 1 },
    };
    if let Some(problem) = invalid(error) {
        let line = format!("  WARNING: Built {what} for {name} is invalid: {problem}");
        failure.lines.push((Level::Warning, line));
        return failure;
    }
    failure.lines.push((Level::Error, format!("  ERROR: Failed building {what} for {name}")));
    failure
}

/// The exit code of a back end that failed, and what it wrote.
fn said(error: &SourceError) -> Option<(i32, Vec<String>)> {
    let SourceError::Build { source, .. } = error else { return None };
    let BuildOpError::Build { source, .. } = &**source else { return None };
    match &**source {
        BuildError::Failed { run, exception } => Some((code_of(exception), run.tail.clone())),
        BuildError::Crashed { run, ending } => Some((ended(*ending), run.tail.clone())),
        BuildError::Unavailable { traceback, .. } => {
            Some((1, traceback.lines().map(str::to_owned).collect()))
        }
        BuildError::HookMissing { backend, hook } => {
            let (module, hook) = (quoted(&backend.module), quoted(hook));
            let last = format!("AttributeError: module {module} has no attribute {hook}");
            Some((1, vec!["Traceback (most recent call last):".to_owned(), last]))
        }
        _ => None,
    }
}

/// As Python writes a string.
fn quoted(text: &str) -> String {
    crate::cli::python_repr(text)
}

/// What is wrong with a wheel that a back end did build.
fn invalid(error: &SourceError) -> Option<String> {
    match error {
        SourceError::OtherPackage { wanted, found, .. } => Some(format!(
            "Wheel has unexpected file name: expected {}, got {}",
            quoted(wanted.as_str()),
            quoted(found.as_str())
        )),
        SourceError::OtherVersion { wanted, found, .. } => Some(format!(
            "Wheel has unexpected file name: expected {}, got {}",
            quoted(&wanted.to_string()),
            quoted(&found.to_string())
        )),
        _ => None,
    }
}

/// The last words where wheels could not be built: to install them, or for themselves.
pub fn verdict(names: &[String], installs: bool) -> Failure {
    match installs {
        true => Failure::diagnostic(
            "failed-wheel-build-for-install",
            "Failed to build installable wheels for some pyproject.toml based projects",
            &names.join(", "),
            "",
            "",
        ),
        false => Failure::error("Failed to build one or more wheels"),
    }
}

fn is_attribute(reason: &str) -> bool {
    reason.starts_with("AttributeError")
}

/// A program that failed, with what it wrote inside of pip's frame, unless that is shown already.
pub fn framed(what: &str, code: i32, output: &[String], verbose: bool) -> Failure {
    let text = frame(what, &code.to_string(), (!verbose).then_some(output));
    let text = text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    Failure { lines: vec![(Level::Error, text)], code: 1 }
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
pub fn frame(what: &str, code: &str, output: Option<&[String]>) -> String {
    let framed = |text: &str| Mark::Frame.around(text);
    let said = match output {
        None => "No available output.".to_owned(),
        Some(output) => {
            let margin = framed("   ");
            let lines: String = output.iter().map(|line| format!("  {margin} {line}\n")).collect();
            let count = framed(&format!("[{} lines of output]", output.len()));
            format!("{count}\n{lines}  {margin} {}", framed("[end of output]"))
        }
    };
    let (error, reference) = (Mark::Error.around("error"), Mark::Strong.around(SUBPROCESS));
    let (what, code) = (marked_command(what), Mark::Number.around(code));
    let (cross, bar, arrow) = (framed("×"), framed("│"), framed("╰─>"));
    let note = Mark::Note.around("note");
    format!(
        "  {error}: {reference}\n  \n  {cross} {what} did not run successfully.\n  {bar} exit code: {code}\n  {arrow} {said}\n  \n  {note}: This error originates from a subprocess, and is likely not a problem with pip."
    )
}

impl Failure {
    /// A back end that is not there.
    fn unavailable(backend: &str, reason: &str) -> Self {
        let mut failure = Self::diagnostic(
            "backend-unavailable",
            &format!("Cannot import build backend {}.", quoted(backend)),
            reason,
            "This is likely not a problem with pip.",
            "",
        );
        for (_, text) in &mut failure.lines {
            *text = text
                .lines()
                .map(|line| format!("  {line}").trim_end().to_owned())
                .collect::<Vec<_>>()
                .join("\n");
        }
        failure
    }
}

/// `SystemExit: 3` is an exit code; anything else that was raised ends with 1.
fn code_of(exception: &str) -> i32 {
    exception.strip_prefix("SystemExit: ").and_then(|code| code.parse().ok()).unwrap_or(1)
}

fn ended(ending: Ending) -> i32 {
    match ending {
        Ending::Code(code) => code,
        Ending::Signal(signal) => -signal,
    }
}
