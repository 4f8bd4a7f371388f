//! Sources that cannot be prepared: what pip says on the way there, and what it says then.

use environment::Installed;
use index::Client;
use packaging::Requirement;
use resolver::{Environment as Target, Need, ResolveRequest};

use super::Session;
use super::conflict::{Scene, causes_of, worded};
use super::errors::Failure;
use super::listener::{Lines, distribution};
use super::replay::{Ask, End};
use super::transcript::because;
use super::unbuilt::{Label, failed_to_build, framed, unprepared};
use crate::ops::build::{BuildOpError, RequiresError};
use crate::ops::candidates::Selection;
use crate::ops::direct::{DirectError, Unnamed};
use crate::ops::install::{InstallRequest, resolve_request};
use crate::ops::search::{Dead, SearchError, Unprepared};
use crate::ops::sources::{Preparer, SourceError};
use crate::ops::wanted::{Sources, Wanted, WantedError};
use crate::output::{Level, Terminal, TerminalPolicy};

/// What a source that failed was asked for by.
struct Asked<'a> {
    label: Label,
    /// What could be had and cannot, is told here, too.
    selection: &'a Selection,
}

impl Session<'_> {
    /// A source whose name was to be found out, after those that come before it.
    pub fn unnamed_failure(
        &self,
        error: SourceError,
        (unnamed, selection): (&[(usize, Unnamed)], &Selection),
        preparer: &Preparer<'_>,
        (client, lines): (&mut Client, &mut Lines<'_, '_>),
    ) -> Failure {
        for (_, one) in unnamed {
            let failed = preparer.get(&one.url).is_none();
            if failed {
                lines.note(&error, &one.url);
            }
            lines.unnamed_source(one, preparer.is_editable(&one.url), failed);
            if failed {
                let label = Label::nameless(&one.url, &because(&one.origin));
                return self.unprepared(error, Asked { label, selection }, (client, lines));
            }
        }
        error.into()
    }

    /// A source on the way of a search.
    pub fn source_failure(
        &self,
        stopped: Unprepared,
        (request, preparer): (&InstallRequest<'_>, &Preparer<'_>),
        client: &mut Client,
        lines: &mut Lines<'_, '_>,
    ) -> Failure {
        let Unprepared { error, url, mut learned } = stopped;
        let before = request.before().unwrap_or_default();
        let wish = resolve_request(request, &before);
        let scene = Scene { prepared: Some(preparer), ..Scene::of(request, &wish, &before) };
        let is_it = |need: &Need, learned: &crate::ops::search::Learned| match need {
            Need::Direct { url: other, .. } => *other == url,
            Need::Metadata(pick) => distribution(pick, learned).is_some_and(|one| one.file().url == url),
            Need::Candidates(_) => false,
        };
        let Err(tale) = self.walked_to(&mut learned, &scene, &is_it, (client, lines)) else {
            return error.into();
        };
        tale.events.iter().for_each(|event| lines.tell_one(event, &scene.world(&learned)));
        let (Some(ask), End::Missing(need)) = (&tale.asking, &tale.end) else { return error.into() };
        let is_nameless = scene.wanted.is_nameless(&url);
        lines.note(&error, &url);
        match need {
            Need::Metadata(pick) => lines.failed_file(pick, ask, &learned),
            _ => lines.failed_source(&url, ask, is_nameless, scene.wanted.editables.contains(&url)),
        }
        let label = match is_nameless {
            true => Label::nameless(&url, &ask.because()),
            false => named(ask, &url),
        };
        self.unprepared(error, Asked { label, selection: request.selection }, (client, lines))
    }

    fn unprepared(
        &self,
        error: SourceError,
        asked: Asked<'_>,
        (client, lines): (&mut Client, &mut Lines<'_, '_>),
    ) -> Failure {
        if let Some(refused) = lines.refused.take() {
            return refused;
        }
        let verbose = self.shows_programs();
        match error {
            SourceError::Direct(DirectError::OtherPackage { wanted, found, .. }) => {
                self.other_package(&asked.label, (wanted.as_str(), found.as_str()))
            }
            SourceError::Build { source, place, name } => match *source {
                BuildOpError::Requires { requires, late, source } => {
                    let is_late = late > 0;
                    let requires = requires
                        .get(requires.len() - late..)
                        .filter(|_| is_late)
                        .map_or(requires.clone(), <[String]>::to_vec);
                    lines.spent();
                    let output = self.nested(&requires, *source, asked.selection, client);
                    let whose = asked.label.name.as_ref().map(|name| format!(" for {name}"));
                    let kind = if is_late { "backend" } else { "build" };
                    let command = format!("installing {kind} dependencies{}", whose.unwrap_or_default());
                    let mut failure = framed(&command, 1, &output, verbose);
                    failure.lines.push(failed_to_build(&asked.label, &command));
                    failure
                }
                other => {
                    let error = SourceError::Build { source: Box::new(other), place, name };
                    unprepared(error, &asked.label, verbose)
                }
            },
            other => unprepared(other, &asked.label, verbose),
        }
    }

    /// A project that has another name than the one it was asked for by.
    fn other_package(&self, label: &Label, (wanted, found): (&str, &str)) -> Failure {
        self.terminal.say(
            Level::Warning,
            &format!(
                "  WARNING: Generating metadata for package {wanted} produced metadata for project name {found}. Fix your #egg={wanted} fragments."
            ),
        );
        let link = &label.link;
        self.info(&format!(
            "Discarding {link}: Requested {found} from {link} has inconsistent name: expected '{wanted}', but metadata has '{found}'"
        ));
        let mut failure = Failure::error(format!(
            "Could not find a version that satisfies the requirement {wanted} (unavailable) (from versions: none)"
        ));
        let last = format!("ERROR: No matching distribution found for {wanted} (unavailable)");
        failure.lines.push((Level::Critical, last));
        failure
    }

    /// What pip's own pip says when it cannot install what a build requires.
    fn nested(
        &self,
        requires: &[String],
        error: RequiresError,
        selection: &Selection,
        client: &mut Client,
    ) -> Vec<String> {
        // `-q` is not handed down
        let policy = super::policy(self.parsed);
        let policy = TerminalPolicy { verbosity: policy.verbosity.max(0), ..policy };
        let terminal = Terminal::catching(self.process, policy);
        let session = Session { terminal: &terminal, ..*self };
        if let Ok(connection) = self.connection(&Wanted::default()) {
            session.tell_places(&connection, client);
        }
        let mut failure = match error {
            RequiresError::Search(SearchError::Conflict(dead)) => {
                session.nested_conflict(requires, *dead, selection, client)
            }
            RequiresError::Search(error) => error.into(),
            RequiresError::Obtain(error) => error.into(),
            other => Failure::error(other.to_string()),
        };
        failure.lines.retain(|(_, text)| !text.starts_with("hint: "));
        failure.tell(&terminal);
        terminal.caught()
    }

    fn nested_conflict(
        &self,
        requires: &[String],
        dead: Dead,
        selection: &Selection,
        client: &mut Client,
    ) -> Failure {
        let Dead { conflict, mut learned, .. } = dead;
        let markers = self.interpreter.marker_environment();
        let requirements = requires.iter().filter_map(|text| Requirement::parse(text).ok()).collect();
        let target = Target::Single(Box::new(markers.clone()));
        let mut wish = ResolveRequest::new(requirements, selection.rules, target);
        wish.constraints = self.build_constraints().unwrap_or_default();
        let (wanted, before) = (Wanted::default(), Installed::default());
        let scene = Scene {
            wish: &wish,
            selection,
            markers: &markers,
            wanted: &wanted,
            before: &before,
            prepared: None,
        };
        let mut lines = Lines::new(self, selection, false);
        let tale = self.walked(&mut learned, &scene, client, &mut lines);
        match tale.as_ref().map(|tale| (&tale.end, tale)) {
            Some((End::Impossible(causes), tale)) => {
                lines.tell(tale, &scene.world(&learned));
                worded(causes, &learned, &scene)
            }
            _ => worded(&causes_of(&conflict), &learned, &scene),
        }
    }

    /// Whether what programs write is shown or logged as they write it.
    pub fn shows_programs(&self) -> bool {
        self.terminal.shows(Level::Verbose) || self.parsed.text(&crate::cli::pip::LOG).is_some()
    }

    /// `--build-constraint`
    pub fn build_constraints(&self) -> Result<Vec<Requirement>, Failure> {
        let files = self.parsed.values(&crate::cli::pip::BUILD_CONSTRAINT);
        let constraints = files.into_iter().map(str::to_owned).collect();
        match self.read_sources(&Sources { constraints, ..Sources::default() }) {
            Ok(wanted) => Ok(wanted.constraints),
            // pip reads them as it reads requirements
            Err(WantedError::Open { path, source, .. }) => {
                Err(WantedError::Open { path, constraint: false, source }.into())
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// A source with a name: what is asked for, where it is, and who asks.
fn named(ask: &Ask, url: &str) -> Label {
    let link = super::sources::address_text(url);
    let whole = crate::output::redact_text(&format!("{} from {link}{}", ask.text(), ask.because()));
    Label { name: Some(ask.requirement.raw_name.to_string()), link, whole }
}
