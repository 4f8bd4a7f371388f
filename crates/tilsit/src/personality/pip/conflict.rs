//! pip's words for requirements that nothing can satisfy.

use std::collections::{BTreeMap, BTreeSet};

use environment::Installed;
use index::Client;
use packaging::candidate::Availability;
use packaging::resolution::{Conflict, ConflictFact, Dependent};
use packaging::{MarkerEnvironment, Requirement, SpecifierSet, Version};
use project::requirements_file::{Hint, RequestedError};
use resolver::{Need, PrereleaseMode, ResolveRequest};

use super::errors::Failure;
use super::listener::Lines;
use super::replay::{self, Cause, End, Parent, Tale, World};
use super::transcript::bare;
use super::{Session, hints};
use crate::cli::pip as flags;
use crate::ops::candidates::Selection;
use crate::ops::install::{InstallOpError, InstallRequest, resolve_request};
use crate::ops::obtain::ObtainError;
use crate::ops::search::{Dead, Learned, Search, SearchError};
use crate::ops::sources::Preparer;
use crate::ops::wanted::Wanted;
use crate::output::Level;

/// So much may be read only to say what pip would say.
const QUESTIONS: usize = 200;

impl Session<'_> {
    /// What pip says about an installation that failed; for a conflict, with what it says on the way there.
    pub fn explained(
        &self,
        error: InstallOpError,
        (request, preparer): (&InstallRequest<'_>, &Preparer<'_>),
        client: &mut Client,
        lines: &mut Lines<'_, '_>,
    ) -> Failure {
        let (mut learned, conflict) = match error {
            InstallOpError::Search(SearchError::Conflict(dead)) => {
                let Dead { conflict, learned, .. } = *dead;
                (learned, Some(conflict))
            }
            InstallOpError::Untrusted(learned) => (learned, None),
            InstallOpError::Search(SearchError::Fetch(error))
            | InstallOpError::Obtain(ObtainError::Fetch(error)) => {
                return self.unfetched(&error, request, client, lines);
            }
            InstallOpError::Search(SearchError::Direct(error)) => {
                return self.direct_failure(error, request, client, lines);
            }
            InstallOpError::Search(SearchError::Source(unprepared)) => {
                return self.source_failure(*unprepared, (request, preparer), client, lines);
            }
            other => return Failure::from(other).with_hints(&lines.build_hints),
        };
        let before = request.before().unwrap_or_default();
        let wish = resolve_request(request, &before);
        let scene = Scene { prepared: Some(preparer), ..Scene::of(request, &wish, &before) };
        let tale = self.walked(&mut learned, &scene, client, lines);
        if let Some(failure) = unsupported(request, &learned) {
            return failure;
        }
        let world = scene.world(&learned);
        if let Some(tale) = &tale
            && request.require_hashes
            && let Some(failure) = self.distrusted(tale, &world, client, lines)
        {
            return failure;
        }
        let mut failure = match (tale.as_ref().map(|tale| &tale.end), tale.as_ref()) {
            (Some(End::Impossible(causes)), Some(tale)) => {
                lines.tell(tale, &world);
                worded(causes, &learned, &scene)
            }
            _ => {
                let causes = conflict.as_ref().map(causes_of).unwrap_or_default();
                worded(&causes, &learned, &scene)
            }
        };
        if lines.unusable
            && let Some(missing) = self.missing_bundle()
        {
            failure = missing;
        }
        if !lines.skipped.is_empty() {
            failure.lines.retain(|(_, text)| !text.starts_with("hint: "));
            lines.skipped.iter().for_each(|problem| failure.hint(problem));
        }
        failure
    }

    /// A bundle of certificates that is named and not there.
    fn missing_bundle(&self) -> Option<Failure> {
        let variables = ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"].map(|name| self.process.filled(name));
        let named = self.parsed.text(&flags::CERT).or(variables.into_iter().flatten().next())?;
        if self.process.absolute(named).exists() {
            return None;
        }
        let words = format!("Could not find a suitable TLS CA certificate bundle, invalid path: {named}");
        Some(match self.command() {
            "install" => Failure::error(format!("Could not install packages due to an OSError: {words}\n")),
            _ => Failure::exception(format!("OSError: {words}")),
        })
    }

    /// pip's way, walked with what it needs; nothing when that would take too long.
    pub fn walked(
        &self,
        learned: &mut Learned,
        scene: &Scene<'_>,
        client: &mut Client,
        lines: &mut Lines<'_, '_>,
    ) -> Option<Tale> {
        self.walked_to(learned, scene, &|_, _| false, (client, lines)).ok().flatten()
    }

    /// The same up to something that cannot be had: that way is the error.
    pub fn walked_to(
        &self,
        learned: &mut Learned,
        scene: &Scene<'_>,
        is_end: &dyn Fn(&Need, &Learned) -> bool,
        (client, lines): (&mut Client, &mut Lines<'_, '_>),
    ) -> Result<Option<Tale>, Tale> {
        for _ in 0..QUESTIONS {
            let tale = replay::walk(&scene.world(learned));
            let need = match &tale.end {
                End::Missing(need) if is_end(need, learned) => return Err(tale),
                End::Missing(need) => need.clone(),
                End::TooLong => return Ok(None),
                End::Pinned(_) | End::Impossible(_) => return Ok(Some(tale)),
            };
            if let Need::Direct { url, .. } = &need
                && let Some(prepared) = scene.prepared.and_then(|preparer| preparer.get(url))
            {
                learned.direct.insert(url.clone(), prepared.direct());
                continue;
            }
            let (selection, installed) = (scene.selection, scene.before);
            let (store, listener) = (self.store, &mut *lines);
            let mut search = Search { client, store, selection, installed, listener, preparer: None };
            if search.learn(learned, need).is_err() {
                return Ok(None);
            }
        }
        Ok(None)
    }
}

/// What was asked for, and where.
pub struct Scene<'a> {
    /// What the search is asked.
    pub wish: &'a ResolveRequest,
    /// Which files can be used.
    pub selection: &'a Selection,
    /// The target's markers.
    pub markers: &'a MarkerEnvironment,
    /// What the user asked for.
    pub wanted: &'a Wanted,
    /// What is installed.
    pub before: &'a Installed,
    /// Sources that were looked into.
    pub prepared: Option<&'a Preparer<'a>>,
}

impl<'a> Scene<'a> {
    /// That of an installation.
    pub fn of(request: &'a InstallRequest<'_>, wish: &'a ResolveRequest, before: &'a Installed) -> Self {
        let (selection, markers, wanted) = (request.selection, &request.markers, request.wanted);
        Self { wish, selection, markers, wanted, before, prepared: None }
    }

    /// Everything that pip's way goes through.
    pub fn world(&self, learned: &'a Learned) -> World<'a> {
        World {
            request: self.wish,
            markers: self.markers,
            python: &self.selection.python,
            ignore_requires_python: self.selection.ignore_requires_python,
            learned,
            installed: self.before,
            wanted: self.wanted,
        }
    }
}

/// A wheel that was named and is for another platform.
fn unsupported(request: &InstallRequest<'_>, learned: &Learned) -> Option<Failure> {
    let is_unusable = |url: &&str| learned.direct.get(*url).is_some_and(|one| one.unusable.is_some());
    let mut urls = request.wanted.requirements.iter().filter_map(Requirement::url);
    let filename = crate::ops::direct::distribution(urls.find(is_unusable)?)?.filename().to_owned();
    Some(Failure::error(format!("{filename} is not a supported wheel on this platform.")))
}

/// The causes by our own account, where pip's would take too long.
pub fn causes_of(conflict: &Conflict) -> Vec<Cause> {
    let requires = conflict.facts.iter().filter_map(|fact| match fact {
        ConflictFact::Requires { from, name, requirement } => Some((from, name, requirement)),
        _ => None,
    });
    let all: Vec<Cause> = requires
        .map(|(from, name, requirement)| Cause {
            key: name.to_string(),
            wish: for_error(requirement),
            requirement: Requirement::parse(requirement).ok(),
            requires_python: None,
            parent: match from {
                Dependent::User(_) => None,
                Dependent::Package { name, versions, .. } => versions.last().map(|version| Parent {
                    name: name.to_string(),
                    version: version.clone(),
                    brought_by: None,
                    shown: format!("{name} {version}"),
                }),
            },
        })
        .collect();
    let ends: BTreeSet<String> =
        conflict.facts.iter().filter(|fact| is_end(fact)).map(|fact| fact.name().to_string()).collect();
    let disputed = |cause: &&Cause| {
        ends.contains(&cause.key) || all.iter().filter(|other| other.key == cause.key).count() > 1
    };
    let kept: Vec<Cause> = all.iter().filter(disputed).cloned().collect();
    if kept.is_empty() { all } else { kept }
}

fn is_end(fact: &ConflictFact) -> bool {
    !matches!(fact, ConflictFact::Requires { .. } | ConflictFact::Constrains { .. })
}

/// What pip says when these cannot be satisfied.
pub fn worded(causes: &[Cause], learned: &Learned, scene: &Scene<'_>) -> Failure {
    let python = scene.selection.python.to_string();
    let pythons: Vec<(&Cause, &String)> =
        causes.iter().filter_map(|cause| Some((cause, cause.requires_python.as_ref()?))).collect();
    if !pythons.is_empty() {
        return other_python(&pythons, &python);
    }
    let limits = limits(scene.wish);
    match causes {
        [only] if !limits.contains_key(&only.key) => not_found(only, learned, scene),
        _ => impossible(causes, &limits),
    }
}

/// The constraints by name, as pip shows them.
fn limits(wish: &ResolveRequest) -> BTreeMap<String, String> {
    let mut limits: BTreeMap<String, (SpecifierSet, Vec<String>)> = BTreeMap::new();
    for constraint in &wish.constraints {
        let (set, links) = limits.entry(constraint.name.to_string()).or_default();
        match (constraint.specifiers(), constraint.url()) {
            (Some(specifiers), _) => *set = set.and(specifiers),
            (None, url) => links.extend(url.map(index::redacted_text)),
        }
    }
    let shown = limits.into_iter().map(|(name, (set, links))| {
        let from = if links.is_empty() { String::new() } else { format!(" (from {})", links.join(", ")) };
        (name, format!("{set}{from}"))
    });
    shown.collect()
}

fn other_python(causes: &[(&Cause, &String)], python: &str) -> Failure {
    let who = |cause: &Cause| cause.parent.as_ref().map(|parent| parent.name.clone()).unwrap_or_default();
    if let [(only, specifiers)] = causes {
        let name = crate::cli::python_repr(&who(only));
        let mut failure = Failure::error(format!(
            "Package {name} requires a different Python: {python} not in {}",
            crate::cli::python_repr(specifiers)
        ));
        failure.hint(&hints::other_python(&who(only), specifiers, python));
        return failure;
    }
    let rows = causes.iter().map(|(cause, specifiers)| {
        let shown = cause.parent.as_ref().map(|parent| parent.shown.as_str()).unwrap_or_default();
        format!("\n{} (required by {shown})", crate::cli::python_repr(specifiers))
    });
    Failure::error(format!(
        "Packages require a different Python. {python} not in:{}",
        rows.collect::<String>()
    ))
}

/// `Could not find a version …` with what there is instead.
fn not_found(cause: &Cause, learned: &Learned, scene: &Scene<'_>) -> Failure {
    let written = cause.requirement.as_ref().map_or_else(|| cause.wish.clone(), bare);
    let shown = match &cause.parent {
        None => written.clone(),
        Some(parent) => format!("{written} (from {})", parent.name),
    };
    let name = cause.requirement.as_ref().map(|one| one.name.clone());
    let project = name.as_ref().and_then(|name| learned.projects.get(name));
    let mut usable: BTreeSet<Version> = BTreeSet::new();
    let mut yanked: BTreeSet<Version> = BTreeSet::new();
    for candidate in project.iter().flat_map(|project| project.candidates.iter()) {
        match &candidate.availability {
            Availability::Usable => drop(usable.insert(candidate.version.clone())),
            Availability::Yanked { .. } => drop(yanked.insert(candidate.version.clone())),
            _ => {}
        }
    }
    let mut lines = Vec::new();
    let mut say = |text: String| lines.push((Level::Critical, format!("ERROR: {text}")));
    if !yanked.is_empty() {
        say(format!("Ignored the following yanked versions: {}", joined(&yanked)));
    }
    let python = other_pythons(learned);
    if !python.is_empty() {
        let reasons = python.into_iter().collect::<Vec<_>>().join("; ");
        say(format!("Ignored the following versions that require a different python version: {reasons}"));
    }
    let versions = if usable.is_empty() { "none".to_owned() } else { joined(&usable) };
    let is_locked = name.as_ref().is_some_and(|name| scene.wanted.locked.contains_key(name));
    let only_final = name.is_some_and(|name| scene.wish.prereleases.of(&name) == PrereleaseMode::Disallow);
    let what = if only_final { "final version" } else { "version" };
    say(match is_locked {
        true => format!(
            "The requirement {shown} is not compatible with version {versions} specified in a provided lock file"
        ),
        false => format!(
            "Could not find a {what} that satisfies the requirement {shown} (from versions: {versions})"
        ),
    });
    if written == "requirements.txt" {
        lines.push((
            Level::Info,
            "HINT: You are attempting to install a package literally named \"requirements.txt\" (which cannot exist). Consider using the '-r' flag to install the packages listed in requirements.txt".to_owned(),
        ));
    }
    lines.push((Level::Critical, format!("ERROR: No matching distribution found for {shown}")));
    let mut failure = Failure { lines, code: 1 };
    if let Some(hint) = hints::not_found(cause, project, scene.selection) {
        failure.hint(&hint);
    }
    failure
}

/// The versions of all packages that were looked at and need another Python.
fn other_pythons(learned: &Learned) -> BTreeSet<String> {
    let all = learned.projects.values().flat_map(|project| project.candidates.iter());
    all.filter_map(|candidate| match &candidate.availability {
        Availability::NeedsPython { requires_python } => Some(format!(
            "{} Requires-Python {}",
            candidate.version,
            super::looking::in_order(requires_python)
        )),
        _ => None,
    })
    .collect()
}

fn joined(versions: &BTreeSet<Version>) -> String {
    versions.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// `Cannot install … because these package versions have conflicting dependencies.`
fn impossible(causes: &[Cause], limits: &BTreeMap<String, String>) -> Failure {
    let triggers: BTreeSet<String> = causes.iter().map(trigger).collect();
    let triggers: Vec<String> = triggers.into_iter().collect();
    let info = if triggers.is_empty() { "the requested packages".to_owned() } else { and(&triggers) };
    let mut text = String::from("\nThe conflict is caused by:");
    for cause in causes {
        let who = match &cause.parent {
            None => "The user requested".to_owned(),
            Some(parent) => format!("{} {} depends on", parent.name, parent.version),
        };
        text.push_str(&format!("\n    {who} {}", cause.wish));
    }
    let keys: BTreeSet<&String> = causes.iter().map(|cause| &cause.key).collect();
    for (name, limit) in limits.iter().filter(|(name, _)| keys.contains(name)) {
        text.push_str(&format!("\n    The user requested (constraint) {name}{limit}"));
    }
    // pip asks for candidates without saying for whom, and so finds none for any of them
    text.push_str("\n\nAdditionally, some packages in these conflicts have no matching distributions available for your environment:");
    keys.iter().for_each(|name| text.push_str(&format!("\n    {name}")));
    text.push_str("\n\nTo fix this you could try to:\n1. loosen the range of package versions you've specified\n2. remove package versions to allow pip to attempt to solve the dependency conflict\n");
    let mut failure = Failure {
        lines: vec![
            (
                Level::Critical,
                format!("ERROR: Cannot install {info} because these package versions have conflicting dependencies."),
            ),
            (Level::Info, text),
            (
                Level::Critical,
                "ERROR: ResolutionImpossible: for help visit https://pip.pypa.io/en/latest/topics/dependency-resolution/#dealing-with-dependency-conflicts".to_owned(),
            ),
        ],
        code: 1,
    };
    failure.hint(hints::CONFLICT);
    failure
}

/// How pip names whoever brought a cause in.
fn trigger(cause: &Cause) -> String {
    match &cause.parent {
        None => cause.wish.clone(),
        Some(Parent { brought_by: Some(words), .. }) => words.clone(),
        Some(parent) => format!("{}=={}", parent.name, parent.version),
    }
}

/// pip joins the specifiers of a requirement with commas and a last `and`.
pub fn for_error(requirement: &str) -> String {
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

/// A text that is no requirement: what was expected, the text, a caret below the mistake, where it stands, what was
/// probably meant.
pub fn requested_text(error: &RequestedError, place: &str) -> String {
    let RequestedError { text, reason, span, hint } = error;
    if let Some((front, marker)) = text.split_once(';')
        && let Err(error) = packaging::Marker::parse(marker.trim())
        && !front.contains("://")
    {
        let pointed = pointed(marker.trim(), &error.message, error.span);
        return format!("{}: {pointed}", crate::cli::python_repr(front.trim()));
    }
    let mut shown = format!(
        "{}: {}{place}",
        crate::cli::python_repr(text),
        pointed(text, &reason.to_string(), span.clone())
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

/// A sentence about a text, the text, and a caret below the mistake.
pub fn pointed(text: &str, reason: &str, span: std::ops::Range<usize>) -> String {
    let column = text.get(..span.start).map_or(0, |front| front.chars().count());
    let width = text.get(span).map_or(0, |fault| fault.chars().count());
    format!("{reason}\n    {text}\n    {}{}^", " ".repeat(column), "~".repeat(width))
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
