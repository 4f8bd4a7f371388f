//! Events in pip's lines.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use environment::Removal;
use index::Problem;
use index::vcs::{Existing, VcsError, VcsUrl};
use packaging::distribution::Distribution;
use packaging::resolution::PackageSource;
use packaging::{PackageName, SpecifierSet, Version};
use resolver::{Need, Pick, Source as Origin};

use super::Session;
use super::errors::Failure;
use super::looking::Looking;
use super::replay::{self, Ask, End, Tale, World};
use super::sources::{self, Steps};
use super::transcript::{because, meetings};
use super::unbuilt;
use crate::cli::pip as flags;
use crate::ops::candidates::Selection;
use crate::ops::direct::{Direct, Unnamed, local_path};
use crate::ops::events::{Event, Listener, Occupied, Planned};
use crate::ops::obtain::Source;
use crate::ops::search::Learned;
use crate::ops::sources::SourceError;
use crate::output::Level;
use crate::output::progress::{Bar, Unit};

/// So long a search is not worth a spinner.
const PATIENCE: Duration = Duration::from_millis(500);

/// pip shows bars for files larger than this.
const WORTH_A_BAR: u64 = 512 * 1024;

/// Prints what pip prints while it works.
pub struct Lines<'a, 's> {
    session: &'a Session<'s>,
    selection: &'a Selection,
    /// Every file is fetched at once, because its hash is to be checked.
    checks_hashes: bool,
    /// Where `download` puts files.
    folder: Option<PathBuf>,
    /// Names as requirements spell them, once they are known.
    pub names: BTreeMap<PackageName, String>,
    /// The packages in the order in which pip pins them.
    pub order: Vec<PackageName>,
    /// The packages in the order in which pip installs them, where that is known.
    pub installing: Vec<PackageName>,
    /// Pages that were left out, for the end.
    pub skipped: Vec<String>,
    /// What would have helped builds that failed.
    pub build_hints: Vec<String>,
    /// A page was left out because no certificate could be looked for.
    pub unusable: bool,
    /// What is taken away for what comes, as `-v` shows it.
    pub removed: BTreeMap<PackageName, Vec<String>>,
    /// Why nothing was decided about what is in the way of a source.
    pub refused: Option<Failure>,
    /// Projects whose pages were told, and which of their versions were asked for.
    looked: BTreeMap<PackageName, Vec<String>>,
    /// The line above, which pip does not say twice.
    header: String,
    /// What was done for a source before its line is due, by its URL.
    steps: Steps,
    /// When the search began.
    began: Option<Instant>,
    spinner: Option<Bar>,
    bar: Option<Bar>,
    sizes: BTreeMap<String, u64>,
    total: u64,
    /// pip's way, once it was walked to its end.
    tale: Option<Tale>,
}

/// A file that is looked at.
struct Look<'a> {
    pick: &'a Pick,
    /// The requirement as pip shows it.
    requirement: String,
    /// ` (from …)`, or nothing.
    from: String,
}

impl<'a, 's> Lines<'a, 's> {
    /// For a command that selects files so.
    pub fn new(session: &'a Session<'s>, selection: &'a Selection, checks_hashes: bool) -> Self {
        Self {
            session,
            selection,
            checks_hashes,
            folder: None,
            names: BTreeMap::new(),
            order: Vec::new(),
            installing: Vec::new(),
            skipped: Vec::new(),
            build_hints: Vec::new(),
            unusable: false,
            removed: BTreeMap::new(),
            refused: None,
            looked: BTreeMap::new(),
            header: String::new(),
            steps: Steps::new(
                session.parsed.switch(&flags::NO_BUILD_ISOLATION).is_some_and(|one| !one.value),
                session.command() == "wheel",
            ),
            began: None,
            spinner: None,
            bar: None,
            sizes: BTreeMap::new(),
            total: 0,
            tale: None,
        }
    }

    /// For a command that puts files into `folder`.
    pub fn into_folder(self, folder: Option<PathBuf>) -> Self {
        Self { folder, ..self }
    }

    fn planned(&mut self, planned: &Planned<'_>) {
        self.spinner = None;
        self.session.retries.settle();
        let Some(world) = world(self.selection, planned) else { return };
        let tale = self.tale.take().unwrap_or_else(|| replay::walk(&world));
        match &tale.end {
            End::Pinned(pins) if is_the_same(pins, planned) => {
                self.order = pins.iter().map(|(name, _)| name.clone()).collect();
                self.installing.clone_from(&tale.installing);
                self.tell(&tale, &world);
            }
            _ => self.tell_simply(planned),
        }
        for name in self.order.clone() {
            self.same_version(&name, planned);
        }
        let only_finds = self.session.parsed.words().first() == Some(&"lock");
        self.note_removals(planned);
        if !self.session.parsed.is_on(&flags::DRY_RUN) && !only_finds {
            self.order.iter().for_each(|name| self.fetching(name, planned));
        }
    }

    /// What goes is looked at while it is there.
    fn note_removals(&mut self, planned: &Planned<'_>) {
        if !self.session.terminal.wants(Level::Verbose) {
            return;
        }
        for old in planned.plan.install.iter().filter_map(|(_, arrival)| arrival.replaced()) {
            let owner = self.session.owner(self.session.seen_environment(), old);
            if let Ok(removal) = Removal::of(std::slice::from_ref(old), &owner) {
                self.removed.insert(old.name().clone(), super::uninstall::moved(&removal));
            }
        }
    }

    /// What pip says on its way.
    pub fn tell(&mut self, tale: &Tale, world: &World<'_>) {
        tale.events.iter().for_each(|event| self.tell_one(event, world));
    }

    /// One thing that happens on the way.
    pub fn tell_one(&mut self, event: &replay::Event, world: &World<'_>) {
        match event {
            replay::Event::Prepared { pick, ask } => {
                self.name(&pick.name, ask);
                let (requirement, from) = (ask.text(), ask.because());
                self.prepared(&Look { pick, requirement, from }, world);
            }
            replay::Event::Satisfied { name, ask } => {
                self.name(name, ask);
                self.satisfied(name, &ask.text(), &ask.because(), world);
            }
            replay::Event::Looked { name, specifiers } => self.looked(name, specifiers, world),
            replay::Event::Rejected { package, count, why } => {
                self.rejected(package, *count);
                let why: String = why.iter().map(|line| format!("\n    {line}")).collect();
                self.session.debug_line(&format!("Will try a different candidate, due to conflict:{why}"));
            }
        }
    }

    /// That a file is looked at, and nothing of what is done with it.
    pub fn begin(&mut self, pick: &Pick, ask: &Ask, world: &World<'_>) {
        let look = Look { pick, requirement: ask.text(), from: ask.because() };
        if let Origin::Url(url) = &pick.source
            && let Some(direct) = world.learned.direct.get(url).filter(|direct| direct.is_source)
        {
            return self.source_header(&look, url, direct.is_editable, world.wanted.is_nameless(url));
        }
        let url = distribution(pick, world.learned).map(|one| one.file().url.clone()).unwrap_or_default();
        self.header(&look, &url);
    }

    /// That a source is fetched, and nothing of what is done with it.
    pub fn begin_fetching(&mut self, pick: &Pick, ask: &Ask, world: &World<'_>) {
        self.begin(pick, ask, world);
        if let Some(distribution) = distribution(pick, world.learned)
            && local_path(&distribution.file().url).is_none()
        {
            self.session.info(&format!("  Downloading {}", file_text(&distribution)));
        }
    }

    fn name(&mut self, name: &PackageName, ask: &Ask) {
        self.names.entry(name.clone()).or_insert_with(|| ask.requirement.raw_name.to_string());
    }

    /// Where pip would have gone another way than we did: the packages of the result in its order.
    fn tell_simply(&mut self, planned: &Planned<'_>) {
        let Some(world) = world(self.selection, planned) else { return };
        for met in meetings(planned.resolution, &planned.request.requirements) {
            self.names.insert(met.package.name.clone(), met.raw_name.clone());
            self.order.push(met.package.name.clone());
            let source = match &met.package.source {
                PackageSource::Installed => {
                    self.satisfied(&met.package.name, &met.requirement, &met.from, &world);
                    continue;
                }
                PackageSource::Url(url) => Origin::Url(url.clone()),
                PackageSource::Candidate(id) => Origin::Candidate(*id),
            };
            let (name, version) = (met.package.name.clone(), met.package.version.clone());
            let pick = Pick { name, version, source };
            let (requirement, from) = (met.requirement, met.from);
            self.prepared(&Look { pick: &pick, requirement, from }, &world);
        }
    }

    /// The pages of a project are told once, and how many files are left once for the same question.
    fn looked(&mut self, name: &PackageName, specifiers: &SpecifierSet, world: &World<'_>) {
        if !self.session.terminal.wants(Level::Verbose) {
            return;
        }
        let looking = Looking::new(self.session, self.selection, &world.learned.projects, world.wanted);
        let prereleases = &world.request.prereleases;
        let (told, question) = (self.looked.get_mut(name), specifiers.to_string());
        match (looking, told) {
            (Some(looking), None) => {
                looking.pages(name);
                looking.left(name, specifiers, prereleases);
                self.looked.insert(name.clone(), vec![question]);
            }
            (Some(looking), Some(told)) if !told.contains(&question) => {
                looking.left(name, specifiers, prereleases);
                told.push(question);
            }
            _ => {}
        }
    }

    fn rejected(&self, package: &str, count: usize) {
        let again = match count {
            2 => "pip is looking",
            8 => "pip is still looking",
            13 => {
                return self.session.info(
                    "INFO: This is taking longer than usual. You might need to provide the dependency resolver with stricter constraints to reduce runtime. See https://pip.pypa.io/warnings/backtracking for guidance. If you want to abort this run, press Ctrl + C.",
                );
            }
            _ => return,
        };
        self.session.info(&format!(
            "INFO: {again} at multiple versions of {package} to determine which version is compatible with other requirements. This could take a while."
        ));
    }

    fn satisfied(&self, name: &PackageName, requirement: &str, from: &str, world: &World<'_>) {
        let Some(old) = world.installed.get(name) else { return };
        let place = self.session.shown(old.location());
        let version = old.version().map_or_else(|| old.version_text().to_owned(), |one| one.to_string());
        self.session
            .info(&format!("Requirement already satisfied: {requirement} in {place}{from} ({version})"));
    }

    fn prepared(&mut self, look: &Look<'_>, world: &World<'_>) {
        let learned = world.learned;
        if let Origin::Url(url) = &look.pick.source
            && let Some(direct) = learned.direct.get(url).filter(|direct| direct.is_source)
        {
            return self.source(look, url, direct, world.wanted.is_nameless(url));
        }
        let distribution = distribution(look.pick, learned);
        let url = distribution.as_ref().map(|one| one.file().url.clone()).unwrap_or_default();
        if let Some(wheel) = learned.kept.get(&url) {
            return self.kept(look, wheel);
        }
        let path = self.header(look, &url);
        let Some(distribution) = distribution else { return };
        if let Some(there) = self.already_there(&distribution) {
            self.session.info(&format!("  File was already downloaded {}", there.display()));
        } else if path.is_some() {
        } else if let Some(size) = self.metadata_size(look.pick, &distribution, learned) {
            let word = if learned.fetched.contains_key(look.pick) { "Downloading" } else { "Using cached" };
            self.session.terminal.verbose(&format!(
                "  Obtaining dependency information for {} from {}.metadata",
                look.requirement,
                index::redacted_text(url.split('#').next().unwrap_or_default())
            ));
            self.session.info(&format!(
                "  {word} {}.metadata ({})",
                shown_name(&distribution),
                size_text(size)
            ));
        } else {
            let is_new = learned.fetched.contains_key(look.pick)
                || matches!(&look.pick.source, Origin::Url(url) if learned.downloaded.contains_key(url));
            let word = if is_new { "Downloading" } else { "Using cached" };
            let text = match &look.pick.source {
                Origin::Url(url) => sized(&distribution, learned.downloaded.get(url).copied()),
                _ => {
                    sized(&distribution, distribution.file().size.or_else(|| self.session.retries.size(&url)))
                }
            };
            self.session.info(&format!("  {word} {text}"));
            self.session.retries.resumed(&url).iter().for_each(|line| self.session.info(line));
        }
        if matches!(distribution, Distribution::Source(_)) {
            self.tell_steps(&url, false);
        }
    }

    /// A source distribution of which there is a wheel already.
    fn kept(&mut self, look: &Look<'_>, wheel: &str) {
        self.session.info(&format!("Collecting {}{}", look.requirement, look.from));
        self.session.info(&format!("  Using cached {wheel}"));
        if let Some(there) =
            self.folder.as_ref().map(|folder| folder.join(wheel)).filter(|file| file.exists())
        {
            self.session.info(&format!("  File was already downloaded {}", there.display()));
        }
    }

    /// A place that is looked at, and how many bytes came from there.
    pub fn begin_place(&mut self, url: &str, ask: &Ask, size: Option<u64>) {
        let (name, version) = (ask.requirement.name.clone(), Version::of([0]));
        let pick = Pick { name, version, source: Origin::Url(url.to_owned()) };
        let look = Look { pick: &pick, requirement: ask.text(), from: ask.because() };
        let path = self.header(&look, url);
        if let (None, Some(distribution), Some(_)) = (path, crate::ops::direct::distribution(url), size) {
            self.session.info(&format!("  Downloading {}", sized(&distribution, size)));
        }
    }

    /// A file of an index that is looked at, and what is known of how it came.
    pub fn begin_file(&mut self, url: &str, ask: &Ask) {
        if self.session.retries.is_settled() {
            return;
        }
        self.begin_place(url, ask, None);
        if let Some(distribution) = crate::ops::direct::distribution(url) {
            if let Some(size) = self.session.retries.size(url) {
                self.session.info(&format!("  Downloading {}", sized(&distribution, Some(size))));
            }
            self.session.retries.resumed(url).iter().for_each(|line| self.session.info(line));
        }
    }

    fn header(&mut self, look: &Look<'_>, url: &str) -> Option<PathBuf> {
        let path = local_path(url);
        let header = match &path {
            Some(path) => format!("Processing {}{}", self.session.shown(path), look.from),
            None => format!("Collecting {}{}", look.requirement, look.from),
        };
        if header != self.header {
            self.session.info(&header);
            self.header = header;
        }
        path
    }

    /// A source that was named by its place.
    fn source(&mut self, look: &Look<'_>, url: &str, direct: &Direct, is_nameless: bool) {
        self.source_header(look, url, direct.is_editable, is_nameless);
        match &direct.wheel {
            Some(wheel) => {
                self.steps.repository_lines(url).iter().for_each(|line| self.session.info(line));
                self.session.info(&format!("  Using cached {}", wheel.manifest().filename()));
            }
            None => self.tell_steps(url, direct.is_editable),
        }
    }

    /// What has no name of its own does not say who asked for it, unless it is to be editable.
    fn source_header(&mut self, look: &Look<'_>, url: &str, editable: bool, is_nameless: bool) {
        let requirement = if is_nameless { "" } else { look.requirement.as_str() };
        let header = match local_path(url) {
            _ if editable => format!("Obtaining {}{}", sources::obtained(requirement, url), look.from),
            Some(path) if is_nameless => format!("Processing {}", self.session.shown(&path)),
            Some(path) => format!("Processing {}{}", self.session.shown(&path), look.from),
            None => format!("Collecting {}{}", sources::collected(requirement, url), look.from),
        };
        self.spinner = None;
        if header != self.header {
            self.session.info(&header);
            self.header = header;
        }
    }

    fn repository_asked(&mut self, url: &VcsUrl, folder: Option<&Path>) {
        match folder {
            Some(folder) if folder.exists() => self.steps.updating(url, &self.session.shown(folder)),
            Some(folder) => self.steps.asked(url, &self.session.shown(folder)),
            None => {
                let clones = self.session.store.root().join("repositories-1");
                self.steps.asked(url, &clones.display().to_string());
            }
        }
    }

    fn tell_steps(&mut self, url: &str, editable: bool) {
        self.say(&self.steps.lines(url, editable));
    }

    /// Lines of sources. What programs say goes to stderr.
    fn say(&self, lines: &[sources::Line]) {
        let terminal = self.session.terminal;
        for (level, line) in lines {
            match level {
                Level::Verbose => terminal.aside(line),
                _ => terminal.say(*level, line),
            }
        }
    }

    /// A source whose preparation failed: its name, and how far it came.
    pub fn failed_source(&mut self, url: &str, ask: &Ask, is_nameless: bool, editable: bool) {
        let (name, version) = (ask.requirement.name.clone(), Version::of([0]));
        let pick = Pick { name, version, source: Origin::Url(url.to_owned()) };
        let look = Look { pick: &pick, requirement: ask.text(), from: ask.because() };
        self.source_header(&look, url, editable, is_nameless);
        self.say(&self.steps.failed_lines(url));
    }

    /// What an error tells of a source's steps.
    pub fn note(&mut self, error: &SourceError, url: &str) {
        if let SourceError::Vcs { source: VcsError::NoSuchRevision { revision, .. }, .. } = error {
            self.steps.lacks(url, revision);
        }
    }

    /// Nothing is under way any more.
    pub fn spent(&mut self) {
        self.spinner = None;
    }

    /// The same for a file of an index.
    pub fn failed_file(&mut self, pick: &Pick, ask: &Ask, learned: &Learned) {
        let look = Look { pick, requirement: ask.text(), from: ask.because() };
        let Some(distribution) = distribution(pick, learned) else { return };
        let url = distribution.file().url.clone();
        if self.header(&look, &url).is_none() {
            self.session.info(&format!("  Downloading {}", file_text(&distribution)));
        }
        self.say(&self.steps.failed_lines(&url));
    }

    /// A source that has no name yet: its place, and what was done for it so far.
    pub fn unnamed_source(&mut self, unnamed: &Unnamed, editable: bool, failed: bool) {
        self.unnamed_header(unnamed, editable);
        match failed {
            true => self.say(&self.steps.failed_lines(&unnamed.url)),
            false => self.tell_steps(&unnamed.url, editable),
        }
    }

    /// Its place alone.
    pub fn unnamed_header(&mut self, unnamed: &Unnamed, editable: bool) {
        let (url, from) = (sources::address_text(&unnamed.url), because(&unnamed.origin));
        self.spinner = None;
        self.session.info(&match local_path(&unnamed.url) {
            _ if editable => format!("Obtaining {url}{from}"),
            Some(path) => format!("Processing {}", self.session.shown(&path)),
            None => format!("Collecting {url}{from}"),
        });
    }

    /// The size of a metadata file beside the wheel; nothing where pip reads the wheel itself.
    fn metadata_size(&self, pick: &Pick, distribution: &Distribution, learned: &Learned) -> Option<u64> {
        let Origin::Candidate(id) = pick.source else { return None };
        let request = learned.projects.get(&pick.name)?.metadata_request(id)?;
        request.beside.as_ref().filter(|_| !self.checks_hashes)?;
        if let Some(length) = learned.fetched.get(pick) {
            return u64::try_from(*length).ok();
        }
        let stored =
            distribution.file().sha256().and_then(|hash| self.session.store.wheel(hash).ok().flatten());
        let whole = stored.and_then(|wheel| {
            let path = format!("{}/METADATA", wheel.manifest().dist_info());
            wheel.manifest().files().find(|file| file.path() == path).map(|file| file.size())
        });
        whole.or_else(|| u64::try_from(learned.metadata.get(pick)?.len()).ok())
    }

    /// The file in the folder of `download`, if it is there and right.
    fn already_there(&self, distribution: &Distribution) -> Option<PathBuf> {
        let path = self.folder.as_ref()?.join(distribution.filename());
        crate::ops::download::is_there(&path, &distribution.file().hashes).then_some(path)
    }

    /// The wheels whose metadata alone was needed until now.
    fn fetching(&self, name: &PackageName, planned: &Planned<'_>) {
        let coming = planned.plan.install.iter().find(|(wish, _)| wish.name == *name);
        let Some(Source::File(distribution)) = coming.map(|(wish, _)| &wish.wheel) else { return };
        let package = planned.resolution.get(name).next();
        let Some(PackageSource::Candidate(id)) = package.map(|package| &package.source) else { return };
        let request = planned.learned.projects.get(name).and_then(|project| project.metadata_request(*id));
        let late = request.is_some_and(|request| request.beside.is_some()) && !self.checks_hashes;
        if late
            && local_path(&distribution.file().url).is_none()
            && self.already_there(distribution).is_none()
        {
            let word = if planned.cached.contains(name) { "Using cached" } else { "Downloading" };
            self.session.info(&format!("{word} {}", file_text(distribution)));
        }
    }

    fn same_version(&self, name: &PackageName, planned: &Planned<'_>) {
        let package = planned.resolution.get(name).next();
        let Some(PackageSource::Url(url)) = package.map(|package| &package.source) else { return };
        if url.starts_with("file:") && planned.plan.keep.iter().any(|kept| kept.name() == name) {
            let raw = self.names.get(name).cloned().unwrap_or_else(|| name.to_string());
            self.session.info(&format!(
                "{raw} is already installed with the same version as the provided wheel. Use --force-reinstall to force an installation of the wheel."
            ));
        }
    }
}

/// Whether pip's way ends where we did.
fn is_the_same(pins: &[(PackageName, Version)], planned: &Planned<'_>) -> bool {
    let theirs: BTreeSet<(&PackageName, &Version)> =
        pins.iter().map(|(name, version)| (name, version)).collect();
    let ours = planned.resolution.packages.iter().map(|one| (&one.name, &one.version));
    theirs == ours.collect()
}

/// The file that is meant.
pub fn distribution(pick: &Pick, learned: &Learned) -> Option<Distribution> {
    match &pick.source {
        Origin::Candidate(id) => learned.projects.get(&pick.name)?.distribution(*id),
        Origin::Url(url) => crate::ops::direct::distribution(url),
        Origin::Installed => None,
    }
}

/// What pip quotes in the path of an address (`urllib.parse.quote`).
const QUOTED: &percent_encoding::AsciiSet =
    &percent_encoding::NON_ALPHANUMERIC.remove(b'_').remove(b'.').remove(b'-').remove(b'~');

/// A file's name and size.
fn file_text(distribution: &Distribution) -> String {
    sized(distribution, distribution.file().size)
}

fn sized(distribution: &Distribution, size: Option<u64>) -> String {
    let size = size.map(|size| format!(" ({})", size_text(size)));
    format!("{}{}", shown_name(distribution), size.unwrap_or_default())
}

/// The last part of a file's URL, as pip writes it.
fn shown_name(distribution: &Distribution) -> String {
    let url = distribution.file().url.split(['#', '?']).next().unwrap_or_default();
    let last = url.rsplit('/').next().unwrap_or_default();
    let last = if last.is_empty() { distribution.filename() } else { last };
    let plain = percent_encoding::percent_decode_str(last).decode_utf8_lossy();
    percent_encoding::utf8_percent_encode(&plain, QUOTED).to_string()
}

/// What pip's way is walked through.
fn world<'w>(selection: &'w Selection, planned: &'w Planned<'w>) -> Option<World<'w>> {
    let resolver::Environment::Single(markers) = &planned.request.environment else { return None };
    Some(World {
        request: planned.request,
        markers,
        python: &selection.python,
        ignore_requires_python: selection.ignore_requires_python,
        learned: planned.learned,
        installed: planned.before,
        wanted: planned.wanted,
    })
}

impl Listener for Lines<'_, '_> {
    /// pip also looks at versions that our search never had to look at.
    fn lacks(&mut self, planned: &Planned<'_>) -> Option<Need> {
        let tale = replay::walk(&world(self.selection, planned)?);
        let need = match &tale.end {
            End::Missing(need) => Some(need.clone()),
            End::Pinned(_) | End::Impossible(_) | End::TooLong => None,
        };
        self.tale = Some(tale);
        need
    }

    fn occupied(&mut self, occupied: &Occupied<'_>) -> Option<Existing> {
        let decided = self.session.decide(occupied, &mut self.steps);
        Some(decided.unwrap_or_else(|failure| {
            self.refused = Some(failure);
            Existing::Abort
        }))
    }

    /// In the order in which pip pins packages.
    fn building_place(&self, name: &PackageName) -> usize {
        self.order.iter().position(|one| one == name).unwrap_or(usize::MAX)
    }

    fn event(&mut self, event: &Event<'_>) {
        let progress = || self.session.terminal.progress();
        match event {
            // pip has no spinner here: only those who wait see ours
            Event::Resolving(count) if self.began.get_or_insert_with(Instant::now).elapsed() > PATIENCE => {
                let spinner = self.spinner.get_or_insert_with(|| progress().spinner("Resolving"));
                spinner.message(&format!("{count} packages"));
            }
            Event::Planned(planned) => self.planned(planned),
            Event::RepositoryAsked { url, folder } => self.repository_asked(url, *folder),
            Event::NothingRequired { url } => self.steps.needs_nothing(url),
            Event::BuildStep(step) => self.steps.reached(step),
            Event::BuildWarning(message) => {
                let lines = sources::warned(message);
                if !self.steps.warned(&lines) {
                    self.say(&lines);
                }
            }
            Event::BuildOutput { line, .. } if self.steps.wrote(line) => {}
            Event::BuildOutput { line, .. } => self.say(&[sources::wrote(line)]),
            Event::RepositoryResolved { url, commit } => self.steps.resolved(url, commit),
            Event::MetadataStarted { url, editable } => self.steps.begun(url, *editable),
            Event::MetadataEnded { error } => self.steps.ended(*error),
            Event::Building(names) => {
                self.spinner = None;
                self.session.info(&format!("Building wheels for collected packages: {}", names.join(", ")));
            }
            Event::BuildStarted { name, editable } => {
                let what = if *editable { "editable" } else { "wheel" };
                let command = format!("Building {what} for {name} (pyproject.toml)");
                self.session.info(&format!("  {command}: started"));
                self.say(&[sources::running(&command)]);
            }
            Event::BuildEnded { name, editable, succeeded } => {
                let what = if *editable { "editable" } else { "wheel" };
                let status = if *succeeded { "done" } else { "error" };
                self.session.info(&format!(
                    "  Building {what} for {name} (pyproject.toml): finished with status '{status}'"
                ));
            }
            Event::WheelBuilt { name, wheel, kept } => {
                self.spinner = None;
                for line in sources::created(name, wheel, *kept) {
                    self.session.info(&line);
                }
            }
            Event::BuildFailed { name, editable, error } => {
                let verbose = self.session.shows_programs();
                unbuilt::unbuilt(name, *editable, error, verbose).tell(self.session.terminal);
                if let SourceError::Build { source, .. } = error {
                    self.build_hints.extend(super::hints::build(name, source));
                }
            }
            Event::Unbuilt(names) => self.session.info(&format!("Failed to build {}", names.join(" "))),
            Event::Built(names) => self.session.info(&format!("Successfully built {}", names.join(" "))),
            Event::PageSkipped(error) => {
                self.spinner = None;
                self.session.page_skipped(error);
                if let Problem::CertificateFile { .. } = error.problem {
                    self.unusable = true;
                }
                self.skipped.push(super::hints::page(error));
            }
            Event::DownloadStarted { filename, size } => {
                self.spinner = None;
                self.sizes.insert((*filename).to_owned(), size.unwrap_or(0));
                self.total += size.unwrap_or(0);
                if self.total > WORTH_A_BAR {
                    let bar = self.bar.get_or_insert_with(|| progress().bar("Downloading", 0, Unit::Bytes));
                    bar.set_length(self.total);
                }
            }
            Event::DownloadFinished { filename } => {
                if let (Some(bar), Some(size)) = (&self.bar, self.sizes.remove(*filename)) {
                    bar.advance(size);
                }
                if self.sizes.is_empty() {
                    self.bar = None;
                }
            }
            Event::Installing(_) => {
                self.spinner = None;
                self.bar = None;
            }
            _ => {}
        }
    }
}

/// A size as pip writes it.
pub fn size_text(bytes: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "one digit after the point is shown")]
    let size = bytes as f64;
    if size > 1e6 {
        format!("{:.1} MB", size / 1e6)
    } else if size > 1e4 {
        format!("{} kB", bytes / 1000)
    } else if size > 1e3 {
        format!("{:.1} kB", size / 1e3)
    } else {
        format!("{bytes} bytes")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (bytes, text) in [
            (900, "900 bytes"),
            (1103, "1.1 kB"),
            (62_999, "62 kB"),
            (1_100_000, "1.1 MB"),
            (1_000, "1000 bytes"),
        ] {
            assert_eq!(size_text(bytes), text);
        }
    }
}
