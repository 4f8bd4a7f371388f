//! pip's words for requirements that nothing can satisfy.

use std::collections::BTreeSet;

use packaging::candidate::Availability;
use packaging::resolution::{ConflictFact, Dependent};
use packaging::{Origin, PackageName, Requirement, Version};
use project::requirements_file::{Hint, RequestedError};

use super::errors::Failure;
use super::transcript::{bare, origin_text};
use crate::ops::search::Dead;
use crate::output::Level;

/// Someone who requires something.
struct Cause<'a> {
    from: &'a Dependent,
    name: &'a PackageName,
    requirement: String,
}

/// What pip says about a search without a result.
pub fn worded(dead: &Dead) -> Failure {
    let causes = causes(dead);
    let limits = limits(dead);
    let alone = |name: &PackageName| {
        causes.iter().filter(|cause| cause.name == name).count() == 1
            && !limits.iter().any(|(limited, _)| *limited == name)
    };
    let ends = dead.conflict.facts.iter().filter(|fact| is_end(fact)).map(ConflictFact::name);
    let without: Vec<&PackageName> = ends.collect();
    let single = without.iter().copied().find(|name| alone(name));
    let single = single.or_else(|| {
        let lonely: Vec<&Cause<'_>> = causes.iter().filter(|cause| alone(cause.name)).collect();
        (causes.len() == 1).then(|| lonely.first().map(|cause| cause.name)).flatten()
    });
    match single.and_then(|name| causes.iter().find(|cause| cause.name == name)) {
        Some(cause) => not_found(dead, cause),
        None => impossible(dead, &causes, &limits),
    }
}

fn causes(dead: &Dead) -> Vec<Cause<'_>> {
    let found = dead.conflict.facts.iter().filter_map(|fact| match fact {
        ConflictFact::Requires { from, name, requirement } => {
            Some(Cause { from, name, requirement: without_marker(requirement) })
        }
        _ => None,
    });
    found.collect()
}

fn limits(dead: &Dead) -> Vec<(&PackageName, String)> {
    let found = dead.conflict.facts.iter().filter_map(|fact| match fact {
        ConflictFact::Constrains { name, requirement, .. } => Some((name, without_marker(requirement))),
        _ => None,
    });
    found.collect()
}

fn is_end(fact: &ConflictFact) -> bool {
    !matches!(fact, ConflictFact::Requires { .. } | ConflictFact::Constrains { .. })
}

fn without_marker(requirement: &str) -> String {
    Requirement::parse(requirement).map_or_else(|_| requirement.to_owned(), |one| bare(&one))
}

/// `Could not find a version …` with what there is instead.
fn not_found(dead: &Dead, cause: &Cause<'_>) -> Failure {
    let candidates = dead.candidates.get(cause.name);
    let mut usable: BTreeSet<Version> = BTreeSet::new();
    let mut yanked: BTreeSet<Version> = BTreeSet::new();
    let mut python: BTreeSet<String> = BTreeSet::new();
    for candidate in candidates.iter().flat_map(|list| list.iter()) {
        match &candidate.availability {
            Availability::Usable => drop(usable.insert(candidate.version.clone())),
            Availability::Yanked { .. } => drop(yanked.insert(candidate.version.clone())),
            Availability::NeedsPython { requires_python } => {
                python.insert(format!("{} Requires-Python {requires_python}", candidate.version));
            }
            _ => {}
        }
    }
    let shown = match cause.from {
        Dependent::User(_) => cause.requirement.clone(),
        Dependent::Package { name, .. } => format!("{} (from {name})", cause.requirement),
    };
    let mut lines = Vec::new();
    let mut say = |text: String| lines.push((Level::Critical, format!("ERROR: {text}")));
    if !yanked.is_empty() {
        say(format!("Ignored the following yanked versions: {}", joined(&yanked)));
    }
    if !python.is_empty() {
        let reasons = python.into_iter().collect::<Vec<_>>().join("; ");
        say(format!("Ignored the following versions that require a different python version: {reasons}"));
    }
    let versions = if usable.is_empty() { "none".to_owned() } else { joined(&usable) };
    say(format!(
        "Could not find a version that satisfies the requirement {shown} (from versions: {versions})"
    ));
    if cause.requirement == "requirements.txt" {
        lines.push((
            Level::Info,
            "HINT: You are attempting to install a package literally named \"requirements.txt\" (which cannot exist). Consider using the '-r' flag to install the packages listed in requirements.txt".to_owned(),
        ));
    }
    lines.push((Level::Error, format!("ERROR: No matching distribution found for {shown}")));
    Failure { lines, code: 1 }
}

fn joined(versions: &BTreeSet<Version>) -> String {
    versions.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// `Cannot install … because these package versions have conflicting dependencies.`
fn impossible(dead: &Dead, causes: &[Cause<'_>], limits: &[(&PackageName, String)]) -> Failure {
    let fought_over = |name: &PackageName| {
        causes.iter().filter(|cause| cause.name == name).count() > 1
            || limits.iter().any(|(limited, _)| *limited == name)
    };
    let disputed: Vec<&Cause<'_>> = causes.iter().filter(|cause| fought_over(cause.name)).collect();
    let disputed = if disputed.is_empty() { causes.iter().collect() } else { disputed };
    let triggers: BTreeSet<String> = disputed.iter().map(|cause| trigger(cause, causes)).collect();
    let triggers: Vec<String> = triggers.into_iter().collect();
    let info = if triggers.is_empty() { "the requested packages".to_owned() } else { and(&triggers) };
    let mut text = String::from("\nThe conflict is caused by:");
    for cause in &disputed {
        let who = match cause.from {
            Dependent::User(_) => "The user requested".to_owned(),
            Dependent::Package { name, versions, .. } => {
                format!("{name} {} depends on", versions.last().map(ToString::to_string).unwrap_or_default())
            }
        };
        text.push_str(&format!("\n    {who} {}", for_error(&cause.requirement)));
    }
    for (_, limit) in limits.iter().filter(|(name, _)| disputed.iter().any(|cause| cause.name == *name)) {
        text.push_str(&format!("\n    The user requested (constraint) {}", for_error(limit)));
    }
    let empty: BTreeSet<&str> = disputed
        .iter()
        .filter(|cause| {
            let list = dead.candidates.get(cause.name);
            list.is_some_and(|list| !list.iter().any(|one| one.availability.is_usable()))
        })
        .map(|cause| cause.name.as_str())
        .collect();
    if !empty.is_empty() {
        text.push_str("\n\nAdditionally, some packages in these conflicts have no matching distributions available for your environment:");
        empty.iter().for_each(|name| text.push_str(&format!("\n    {name}")));
    }
    text.push_str("\n\nTo fix this you could try to:\n1. loosen the range of package versions you've specified\n2. remove package versions to allow pip to attempt to solve the dependency conflict\n");
    Failure {
        lines: vec![
            (
                Level::Critical,
                format!("ERROR: Cannot install {info} because these package versions have conflicting dependencies."),
            ),
            (Level::Info, text),
            (
                Level::Error,
                "ERROR: ResolutionImpossible: for help visit https://pip.pypa.io/en/latest/topics/dependency-resolution/#dealing-with-dependency-conflicts".to_owned(),
            ),
        ],
        code: 1,
    }
}

/// How pip names whoever brought a cause in.
fn trigger(cause: &Cause<'_>, causes: &[Cause<'_>]) -> String {
    let Dependent::Package { name, versions, .. } = cause.from else { return for_error(&cause.requirement) };
    let version = versions.last().map(ToString::to_string).unwrap_or_default();
    match causes.iter().find(|other| other.name == name).map(|other| other.from) {
        Some(Dependent::Package { name: parent, .. }) => parent.to_string(),
        Some(Dependent::User(origin)) => match origin.as_deref() {
            Some(file @ Origin::File { .. }) => origin_text(Some(file)),
            _ => format!("{name}=={version}"),
        },
        None => format!("{name}=={version}"),
    }
}

/// pip joins the specifiers of a requirement with commas and a last `and`.
fn for_error(requirement: &str) -> String {
    let parts: Vec<String> = requirement.split(',').map(|part| part.trim().to_owned()).collect();
    and(&parts)
}

fn and(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [front @ .., last] => format!("{} and {last}", front.join(", ")),
    }
}

/// A text that is no requirement: what was expected, the text, a caret below the mistake, what was probably meant.
pub fn requested_text(error: &RequestedError) -> String {
    let RequestedError { text, reason, span, hint } = error;
    let column = text.get(..span.start).map_or(0, |front| front.chars().count());
    let width = text.get(span.clone()).map_or(0, |fault| fault.chars().count());
    let mut shown = format!(
        "{}: {reason}\n    {text}\n    {}{}^",
        crate::cli::python_repr(text),
        " ".repeat(column),
        "~".repeat(width)
    );
    match hint {
        Some(Hint::SingleEquals) => shown.push_str("\nHint: = is not a valid operator. Did you mean == ?"),
        Some(Hint::RequirementsFile) => shown.push_str(&format!(
            "\nHint: It does exist. The argument you provided ({text}) appears to be a requirements file. If that is the case, use the '-r' flag to install the packages specified within it."
        )),
        None => {}
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specifiers_in_words() {
        assert_eq!(for_error("a==1"), "a==1");
        assert_eq!(for_error("a<3,>=1"), "a<3 and >=1");
    }
}
