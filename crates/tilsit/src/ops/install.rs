//! From what is wanted to a changed environment: search, plan, obtain, apply.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use environment::plan::{Freshness, InstallPlan, Others, Wanted as Wish, plan};
use environment::{
    Change, Environment, InstallError, InstallPolicy, Installation, Installed, InstalledDistribution, Report,
    Transaction, Wait,
};
use packaging::direct_url::{DirectUrl, DirectUrlInfo};
use packaging::hashes::Hash;
use packaging::resolution::{PackageSource, Resolution, ResolvedPackage};
use packaging::{PackageName, Requirement};
use resolver::{
    DependencyMode, Environment as Target, PrereleasePolicy, ResolveRequest, Strategy, Upgrade, Warning,
};

use super::build::Hands;
use super::candidates::Selection;
use super::events::{Event, Planned};
use super::obtain::{self, ObtainError, Source};
use super::order;
use super::search::{Found, Learned, Search, SearchError};
use super::sources::Preparer;
use super::wanted::{Recorded, Wanted};
use super::{direct, graph, interrupt, own_pip};

/// How versions are chosen.
#[derive(Clone, Debug)]
pub struct ResolvePolicy {
    /// Highest, lowest, lowest of what was asked for.
    pub strategy: Strategy,
    /// Which pre-releases.
    pub prereleases: PrereleasePolicy,
    /// Whether dependencies are followed.
    pub dependencies: DependencyMode,
    /// Which installed packages may be replaced although they fit.
    pub upgrade: Upgrade,
}

/// What to install, and how.
pub struct InstallRequest<'a> {
    /// Where to.
    pub environment: &'a Environment,
    /// What.
    pub wanted: &'a Wanted,
    /// Which files can be used; whose rules.
    pub selection: &'a Selection,
    /// How versions are chosen.
    pub resolve: &'a ResolvePolicy,
    /// The markers of the target.
    pub markers: packaging::MarkerEnvironment,
    /// How files are installed.
    pub policy: &'a InstallPolicy,
    /// What happens to packages that nobody asked for.
    pub others: Others,
    /// What of all that is installed is looked at.
    pub sees: Sees,
    /// Install again what is there.
    pub reinstall: bool,
    /// Every file must have a hash that was given beforehand.
    pub require_hashes: bool,
    /// What was asked for itself stays out; its dependencies are meant (`--only-deps`).
    pub only_dependencies: bool,
    /// Only say what would be done.
    pub dry_run: bool,
}

/// What of all that is installed counts in a search and a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sees {
    /// Everything.
    Everything,
    /// Nothing that is to be kept: all comes anew (`--ignore-installed`, `--target` of pip).
    OwnPip,
    /// Nothing: files are wanted, no environment.
    Nothing,
}

impl InstallRequest<'_> {
    /// What is installed and counts.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub fn before(&self) -> Result<Installed, environment::ReadError> {
        match self.sees {
            Sees::Everything => self.environment.installed(),
            Sees::OwnPip if own_pip::is_here(self.environment) => {
                Ok(self.environment.installed()?.only(&own_pip::held(self.environment)))
            }
            Sees::OwnPip | Sees::Nothing => Ok(Installed::default()),
        }
    }
}

/// What was done, or would be.
pub struct InstallReport {
    /// The pinned graph.
    pub resolution: Resolution,
    /// What stays, goes and comes.
    pub plan: InstallPlan<Source>,
    /// Warnings of the search.
    pub warnings: Vec<Warning>,
    /// What the change did; nothing for a dry run.
    pub change: Option<Report>,
    /// What does not fit together afterwards.
    pub misfits: Vec<graph::Misfit>,
    /// The metadata of what is to be installed, as far as its headers go.
    pub metadata: BTreeMap<PackageName, Arc<[u8]>>,
    /// What is replaced, by the names that its own metadata wrote; the change takes that metadata away.
    pub replaced: BTreeMap<PackageName, String>,
    /// The pages of indexes on which files were found.
    pub pages: BTreeMap<PackageName, String>,
    /// `direct_url.json` of what came from a place that was named (PEP 610).
    pub direct_urls: BTreeMap<PackageName, String>,
}

/// Why nothing was installed. The environment is as it was.
#[derive(Debug, thiserror::Error)]
pub enum InstallOpError {
    /// No versions.
    #[error(transparent)]
    Search(#[from] SearchError),
    /// No files.
    #[error(transparent)]
    Obtain(#[from] ObtainError),
    /// The environment.
    #[error(transparent)]
    Install(#[from] InstallError),
    /// Some file is not what was promised, or nothing was promised: pip looks for the first on its way.
    #[error("a file is not trusted")]
    Untrusted(Box<Learned>),
    /// Hashes are required, but were not given for all.
    #[error("hashes are missing")]
    HashesMissing {
        /// The packages, with the version found (or what was asked for) and the hash that would do.
        missing: Vec<(PackageName, String, Option<Hash>)>,
        /// Requirements that are not pinned by `==`.
        unpinned: Vec<Requirement>,
    },
}

impl From<environment::ReadError> for InstallOpError {
    fn from(error: environment::ReadError) -> Self {
        Self::Install(error.into())
    }
}

/// So much is read at most only to tell how a plan came to be.
const QUESTIONS: usize = 16;

/// So often a plan is made anew when another process changed the environment meanwhile.
const PLANS: usize = 4;

/// Installs what is wanted, or says what would be done.
///
/// # Errors
/// See [`InstallOpError`].
pub fn install(
    request: &InstallRequest<'_>,
    preparer: &mut Preparer<'_>,
    hands: &mut Hands<'_>,
) -> Result<InstallReport, InstallOpError> {
    let mut again = if is_pip(request) { 0 } else { PLANS };
    loop {
        match install_once(request, preparer, hands) {
            // pip's lines cannot be told twice.
            Err(InstallOpError::Install(InstallError::Changed { .. })) if again > 0 => again -= 1,
            ended => return ended,
        }
    }
}

fn install_once(
    request: &InstallRequest<'_>,
    preparer: &mut Preparer<'_>,
    hands: &mut Hands<'_>,
) -> Result<InstallReport, InstallOpError> {
    let before = request.before()?;
    let mut search = Search {
        client: hands.client,
        store: hands.store,
        selection: request.selection,
        installed: &before,
        listener: hands.listener,
        preparer: Some(preparer),
    };
    let wish = resolve_request(request, &before);
    let mut found = match search.run_to_install(&wish) {
        // as in pip, a missing hash is told before a wrong one
        Err(SearchError::Conflict(dead)) if request.require_hashes && !is_pip(request) => {
            return Err(without_hashes(request).unwrap_or(SearchError::Conflict(dead).into()));
        }
        found => found?,
    };
    if request.require_hashes && is_pip(request) {
        if !is_trusted(request, &found) {
            return Err(InstallOpError::Untrusted(Box::new(found.learned)));
        }
    } else if request.require_hashes {
        check_hashes(request, &found)?;
    }
    let plan = make_plan(request, &found, &before);
    let cached = obtain::already_stored(&plan, hands.store);
    tell_plan(request, &mut found, (&plan, &cached), (&wish, &before), hands);
    let mut report = InstallReport {
        warnings: found.warnings.clone(),
        metadata: metadata_of(&found, &plan),
        replaced: replaced(&plan),
        pages: pages(&found),
        direct_urls: direct_urls(&found),
        resolution: found.resolution,
        plan,
        change: None,
        misfits: Vec::new(),
    };
    if request.dry_run {
        return Ok(report);
    }
    record_requests(request, &report.plan);
    if report.plan.is_satisfied() {
        return Ok(report);
    }
    obtain::wheels(&mut report.plan, request.selection, preparer, hands)?;
    hands.listener.event(&Event::Installing(report.plan.install.len()));
    report.change = Some(apply(request, &report)?);
    if request.resolve.dependencies == DependencyMode::Follow {
        let coming = report.plan.install.iter().map(|(wish, _)| wish.name.clone()).collect();
        report.misfits = graph::Graph::read(request.environment)?.misfits_after(&coming);
    }
    Ok(report)
}

fn replaced(plan: &InstallPlan<Source>) -> BTreeMap<PackageName, String> {
    let old = plan.install.iter().filter_map(|(_, arrival)| arrival.replaced());
    old.map(|old| (old.name().clone(), old.raw_name())).collect()
}

/// What the resolver is asked.
pub fn resolve_request(request: &InstallRequest<'_>, before: &Installed) -> ResolveRequest {
    let environment = Target::Single(Box::new(request.markers.clone()));
    let mut resolve =
        ResolveRequest::new(request.wanted.requirements.clone(), request.selection.rules, environment);
    resolve.constraints.clone_from(&request.wanted.constraints);
    resolve.overrides.clone_from(&request.wanted.overrides);
    resolve.strategy = request.resolve.strategy;
    // pip judges Requires-Python by the Python asked for and markers by the one at hand: the pages were judged already.
    let other_python = request.markers.python_full_version != request.selection.python.to_string();
    if request.selection.ignore_requires_python || other_python {
        resolve.requires_python = resolver::RequiresPython::Ignored;
    }
    resolve.prereleases = request.resolve.prereleases.clone();
    resolve.dependencies = request.resolve.dependencies;
    resolve.upgrade = request.resolve.upgrade.clone();
    if request.sees != Sees::Nothing {
        resolve.held = own_pip::held(request.environment);
    }
    let stays = |name: &PackageName| !request.reinstall || resolve.held.contains(name);
    let known = before.iter().filter(|one| stays(one.name()));
    resolve.installed = known.filter_map(|one| Some((one.name().clone(), one.version()?))).collect();
    resolve
}

fn metadata_of(found: &Found, plan: &InstallPlan<Source>) -> BTreeMap<PackageName, Arc<[u8]>> {
    let coming: BTreeSet<&PackageName> = plan.install.iter().map(|(wish, _)| &wish.name).collect();
    let texts = found.resolution.packages.iter().filter(|one| coming.contains(&one.name)).filter_map(|one| {
        let source = match &one.source {
            PackageSource::Candidate(id) => resolver::Source::Candidate(*id),
            PackageSource::Installed => resolver::Source::Installed,
            PackageSource::Url(url) => resolver::Source::Url(url.clone()),
        };
        let pick = resolver::Pick { name: one.name.clone(), version: one.version.clone(), source };
        Some((one.name.clone(), Arc::clone(found.metadata.get(&pick)?)))
    });
    texts.collect()
}

/// The order in which packages are installed is part of the plan: dependencies first.
fn make_plan(request: &InstallRequest<'_>, found: &Found, before: &Installed) -> InstallPlan<Source> {
    let is_wanted = |name: &PackageName| {
        !request.only_dependencies || request.wanted.requirements.iter().all(|one| one.name != *name)
    };
    let wishes = order::dependencies_first(&found.resolution);
    let wishes = wishes.into_iter().filter(|package| is_wanted(&package.name));
    let wishes = wishes.map(|package| wish(request, found, package, before));
    plan(wishes.collect(), before, &request.others)
}

fn wish(
    request: &InstallRequest<'_>,
    found: &Found,
    package: &ResolvedPackage,
    before: &Installed,
) -> Wish<Source> {
    let source = obtain::source(found, package);
    let freshness = match (&package.source, request.reinstall) {
        // Only what is held is looked at then.
        (PackageSource::Installed, true) => Freshness::Version,
        (_, true) => Freshness::Reinstall,
        // pip: a wheel of the version that is there is not installed again, wherever it lies.
        (PackageSource::Url(url), false)
            if is_pip(request) && !is_changeable(url, found) && has_version(before, package) =>
        {
            Freshness::Version
        }
        // A folder may have changed under its name.
        (PackageSource::Url(url), false) if is_changeable(url, found) => Freshness::Reinstall,
        (PackageSource::Url(url), false) => match direct_url(url, found) {
            Some(text) => Freshness::DirectUrl(text),
            None => Freshness::Reinstall,
        },
        // What came from a URL stays while its version will do (pip).
        _ => Freshness::Version,
    };
    let version = match (&package.source, before.get(&package.name).and_then(|one| one.version())) {
        (PackageSource::Installed, Some(version)) => version,
        _ => package.version.clone(),
    };
    Wish { name: package.name.clone(), version, freshness, wheel: source }
}

fn is_pip(request: &InstallRequest<'_>) -> bool {
    request.selection.rules == resolver::RuleSet::Pip
}

fn has_version(before: &Installed, package: &ResolvedPackage) -> bool {
    let old = before.get(&package.name);
    old.is_some_and(|old| {
        old.version().as_ref() == Some(&package.version) && old.editable_location().is_none()
    })
}

/// A source of this machine, or an editable one: pip builds it anew each time.
fn is_changeable(url: &str, found: &Found) -> bool {
    let is_editable = || found.direct.get(url).is_some_and(|direct| direct.is_editable);
    (url.starts_with("file:") && !direct::is_wheel(url)) || is_editable()
}

/// Where the files of an index were found.
fn pages(found: &Found) -> BTreeMap<PackageName, String> {
    let pages = found.resolution.packages.iter().filter_map(|package| match &package.source {
        PackageSource::Candidate(id) => {
            let (page, _) = found.projects.get(&package.name)?.file(*id)?;
            Some((package.name.clone(), page.url().to_owned())).filter(|(_, url)| !url.is_empty())
        }
        _ => None,
    });
    pages.collect()
}

/// Tells what is planned, once the listener has all that it needs for its words.
fn tell_plan(
    request: &InstallRequest<'_>,
    found: &mut Found,
    (plan, cached): (&InstallPlan<Source>, &BTreeSet<PackageName>),
    (wish, before): (&ResolveRequest, &Installed),
    hands: &mut Hands<'_>,
) {
    for questions in (0..=QUESTIONS).rev() {
        let planned = Planned {
            resolution: &found.resolution,
            plan,
            before,
            request: wish,
            learned: &found.learned,
            wanted: request.wanted,
            cached,
        };
        let need = if questions > 0 { hands.listener.lacks(&planned) } else { None };
        let Some(need) = need else { return hands.listener.event(&Event::Planned(&planned)) };
        let mut search = Search {
            client: hands.client,
            store: hands.store,
            selection: request.selection,
            installed: before,
            listener: hands.listener,
            preparer: None,
        };
        if let Err(error) = search.learn(&mut found.learned, need) {
            log::debug!("what would be told cannot be read: {error}");
        }
    }
}

/// PEP 610 for all that came from a place that was named.
fn direct_urls(found: &Found) -> BTreeMap<PackageName, String> {
    let named = found.resolution.packages.iter().filter_map(|package| match &package.source {
        PackageSource::Url(url) => Some((package.name.clone(), direct_url(url, found)?)),
        _ => None,
    });
    named.collect()
}

/// PEP 610: the record of a source, for a wheel from a URL its address without credentials and its hash.
fn direct_url(url: &str, found: &Found) -> Option<String> {
    let direct = found.direct.get(url)?;
    if direct.is_source {
        return direct.direct_url.clone();
    }
    let bare = url.split('#').next().unwrap_or(url);
    let sha256 = direct.wheel.as_ref()?.sha256();
    let info = DirectUrlInfo::Archive { hashes: Some(direct::recorded_hashes(url, sha256)) };
    let record =
        DirectUrl { url: packaging::direct_url::without_credentials(bare), info, subdirectory: None };
    Some(record.to_json())
}

fn apply(request: &InstallRequest<'_>, report: &InstallReport) -> Result<Report, InstallError> {
    let asked = request.wanted.requirements.iter().filter(|one| request.wanted.is_asked(one));
    let named: BTreeSet<&PackageName> = asked.map(|one| &one.name).collect();
    let headers: BTreeMap<&PackageName, &Requirement> =
        request.wanted.requirements.iter().map(|one| (&one.name, one)).collect();
    let requested = |name: &PackageName, replaced: Option<&InstalledDistribution>| {
        let before = || replaced.is_some_and(InstalledDistribution::is_requested);
        match request.wanted.recorded {
            Recorded::AsAsked => named.contains(name) || (!is_pip(request) && before()),
            Recorded::Unchanged => before(),
        }
    };
    let installations = report.plan.install.iter().filter_map(|(wish, arrival)| {
        let wheel = wish.wheel.stored()?.clone();
        Some(Installation {
            wheel,
            requested: requested(&wish.name, arrival.replaced()),
            direct_url: report.direct_urls.get(&wish.name).cloned(),
            header_name: headers.get(&wish.name).map(|one| one.raw_name.to_string()),
        })
    });
    let change = Change { remove: report.plan.leaving(), install: installations.collect() };
    let mut transaction = Transaction::begin(request.environment, Wait::Forever)?;
    transaction.apply(&change, request.policy, interrupt::flag())
}

/// What was there for others and is asked for now is recorded as such, so that it stays when they go. pip does not do
/// that. An environment that may not be written is no reason to fail.
fn record_requests(request: &InstallRequest<'_>, plan: &InstallPlan<Source>) {
    if is_pip(request) || request.wanted.recorded == Recorded::Unchanged {
        return;
    }
    let applies = |requirement: &&Requirement| {
        let marker = requirement.marker.as_ref();
        request.wanted.is_asked(requirement)
            && marker.is_none_or(|marker| marker.evaluate(&request.markers, &[]))
    };
    let named: BTreeSet<_> =
        request.wanted.requirements.iter().filter(applies).map(|one| &one.name).collect();
    let new: Vec<_> =
        plan.keep.iter().filter(|one| named.contains(one.name()) && !one.is_requested()).collect();
    if new.is_empty() {
        return;
    }
    let recorded = Transaction::begin(request.environment, Wait::Forever)
        .and_then(|mut transaction| new.into_iter().try_for_each(|one| transaction.mark_requested(one)));
    if let Err(error) = recorded {
        log::warn!("what was asked for is not recorded: {error}");
    }
}

/// Whether every file that comes has a hash that was promised (pip's hash mode).
fn is_trusted(request: &InstallRequest<'_>, found: &Found) -> bool {
    let coming = found.resolution.packages.iter().filter(|one| one.source != PackageSource::Installed);
    coming.into_iter().all(|package| {
        if let PackageSource::Url(url) = &package.source {
            let promised = Hash::from_url(url).is_some() || request.wanted.hashes.contains_key(&package.name);
            let is_folder = direct::local_path(url).is_some_and(|path| path.is_dir());
            return promised && !is_folder && !index::vcs::VcsUrl::is_one(url);
        }
        let allowed = request.selection.hashes.get(&package.name);
        let source = obtain::source(found, package);
        let known = source.distribution().map(|one| one.file().hashes.as_slice()).unwrap_or_default();
        allowed.is_some_and(|allowed| {
            let comparable = |one: &&Hash| allowed.iter().any(|hash| hash.algorithm() == one.algorithm());
            let mut comparable = known.iter().filter(comparable).peekable();
            comparable.peek().is_none() || comparable.any(|one| allowed.contains(one))
        })
    })
}

/// Our hash mode: everything pinned, everything with a hash.
fn check_hashes(request: &InstallRequest<'_>, found: &Found) -> Result<(), InstallOpError> {
    let pinned = |requirement: &&Requirement| match requirement.specifiers() {
        Some(specifiers) => specifiers.pinned().is_some(),
        None => true,
    };
    let limits: BTreeSet<_> = request.wanted.constraints.iter().filter(pinned).map(|one| &one.name).collect();
    let loose = |requirement: &&Requirement| !pinned(requirement) && !limits.contains(&requirement.name);
    let unpinned: Vec<_> = request.wanted.requirements.iter().filter(loose).cloned().collect();
    let without = found.resolution.packages.iter().filter(|one| {
        one.source != PackageSource::Installed && !request.selection.hashes.contains_key(&one.name)
    });
    let missing: Vec<_> = without
        .map(|one| {
            let hash = obtain::source(found, one).known_sha256();
            (one.name.clone(), one.version.to_string(), hash)
        })
        .collect();
    if missing.is_empty() && unpinned.is_empty() {
        Ok(())
    } else {
        Err(InstallOpError::HashesMissing { missing, unpinned })
    }
}

/// The wishes that have no hash although hashes are required.
fn without_hashes(request: &InstallRequest<'_>) -> Option<InstallOpError> {
    let wishes =
        request.wanted.requirements.iter().filter(|one| !request.selection.hashes.contains_key(&one.name));
    let missing: Vec<_> = wishes.map(|one| (one.name.clone(), one.to_string(), None)).collect();
    (!missing.is_empty()).then_some(InstallOpError::HashesMissing { missing, unpinned: Vec::new() })
}
