//! Builds by the project's own back end: its environment, one warm Python for each tree, what it says meanwhile.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Once;

use builder::{
    BuildError, BuildPlace, BuildSystem, BuiltFile, ConfigSettings, Lack, Network, Product, Sandbox, Session,
    Stream, UnknownKeys, Watch,
};
use packaging::{PackageName, Requirement};
use store::Scratch;
use tempfile::{TempDir, TempPath};

use super::super::events::{BuildStep, EnvironmentStep, Event, Listener};
use super::super::{interrupt, python};
use super::environment::{self, BuildEnvironment};
use super::{BuildOpError, BuildTask, Builds, Hands, unmet};

/// Builds that are kept warm at once; one is a Python process.
const WARM: usize = 8;

/// A build that was started.
pub(super) struct Running {
    tree: PathBuf,
    system: BuildSystem,
    environment: BuildEnvironment,
    session: Session,
    scratch: Scratch,
    /// What was asked for already.
    ready: Vec<(Product, ConfigSettings)>,
    /// Folders made in `scratch`.
    folders: usize,
    /// Removed in the end, unless somebody is told of it.
    log: Option<TempPath>,
}

/// METADATA of what would be built.
pub(super) fn metadata(
    builds: &Builds<'_>,
    task: &BuildTask<'_>,
    hands: &mut Hands<'_>,
) -> Result<Vec<u8>, BuildOpError> {
    let step = BuildStep::Metadata(task.product);
    with_session(builds, task, (hands, step), |running, watch| {
        let out = running.folder("metadata");
        running.session.metadata(task.product, task.settings, &out, watch)
    })
}

/// Builds into `out`. The back end works in a folder of its own, the only one that it may write to.
pub(super) fn build(
    builds: &Builds<'_>,
    task: &BuildTask<'_>,
    out: &Path,
    hands: &mut Hands<'_>,
) -> Result<BuiltFile, BuildOpError> {
    let step = BuildStep::Hook(task.product);
    let built = with_session(builds, task, (hands, step), |running, watch| {
        let folder = running.folder("out");
        running.session.build(task.product, task.settings, &folder, watch)
    })?;
    moved(&built, out).map_err(|source| trouble(builds, BuildError::Disk { path: out.to_owned(), source }))
}

fn moved(built: &BuiltFile, out: &Path) -> io::Result<BuiltFile> {
    std::fs::create_dir_all(out)?;
    let path = out.join(built.filename.as_str());
    // Perhaps another file system. The metadata's wheel may be asked for again, so it is not taken away. What has its
    // name is replaced, not written through: a build could have left a link there.
    let mut whole = tempfile::NamedTempFile::new_in(out)?;
    let mut made = File::open(&built.path)?;
    io::copy(&mut made, &mut whole)?;
    whole.as_file().set_permissions(made.metadata()?.permissions())?;
    whole.persist(&path).map_err(|error| error.error)?;
    Ok(BuiltFile { path, ..built.clone() })
}

/// Lets `work` have the session of the task's tree, with all that the product requires installed.
fn with_session<T>(
    builds: &Builds<'_>,
    task: &BuildTask<'_>,
    (hands, step): (&mut Hands<'_>, BuildStep<'_>),
    work: impl FnOnce(&mut Running, &mut Ear<'_>) -> Result<T, BuildError>,
) -> Result<T, BuildOpError> {
    let mut running = match taken(builds, task.tree) {
        // for another product its environment counts anew
        Some(running) if !running.is_ready(task) && !builds.policy.shared => {
            let step = EnvironmentStep::Started(&running.system.written);
            hands.listener.event(&Event::BuildStep(BuildStep::Environment(step)));
            running
        }
        Some(running) => running,
        None => start(builds, task, hands)?,
    };
    if !running.is_ready(task) {
        running = prepare(builds, task, running, hands)?;
    }
    hands.listener.event(&Event::BuildStep(step));
    let done = work(&mut running, &mut Ear(&mut *hands.listener));
    match done {
        Ok(done) => {
            let mut kept = builds.running.borrow_mut();
            if kept.len() >= WARM {
                kept.remove(0);
            }
            kept.push(running);
            Ok(done)
        }
        Err(error) => Err(running.failed(builds, error)),
    }
}

/// A folder that the build of `tree` may read and write, where it is running: what is unpacked there is built by the same
/// Python (see [`go_on`]).
pub(super) fn room(builds: &Builds<'_>, tree: &Path) -> Option<PathBuf> {
    let mut running = builds.running.borrow_mut();
    running.iter_mut().find(|one| one.tree == tree).map(|one| one.folder("source"))
}

/// Lets the build of `from` go on with the tree `to`, where that is built in the same way.
pub(super) fn go_on(builds: &Builds<'_>, from: &Path, to: &Path) {
    let Some(mut running) = taken(builds, from) else { return };
    let Ok(system) = BuildSystem::read(to, unknown_keys(builds)) else { return };
    if builds.policy.place.is_none()
        && system.written == running.system.written
        && running.session.move_to(to, &system)
    {
        to.clone_into(&mut running.tree);
        running.ready.clear();
    }
    builds.running.borrow_mut().push(running);
}

fn unknown_keys(builds: &Builds<'_>) -> UnknownKeys {
    builds.policy.unknown_keys
}

fn taken(builds: &Builds<'_>, tree: &Path) -> Option<Running> {
    let mut kept = builds.running.borrow_mut();
    let place = kept.iter().position(|one| one.tree == tree)?;
    Some(kept.remove(place))
}

fn start(builds: &Builds<'_>, task: &BuildTask<'_>, hands: &mut Hands<'_>) -> Result<Running, BuildOpError> {
    let read = BuildSystem::read(task.tree, unknown_keys(builds));
    let system = read.map_err(|error| trouble(builds, BuildError::System(error)))?;
    // before what it requires is built, of which nobody is told
    tell_lack(builds, hands);
    let environment = if builds.policy.shared {
        environment::shared(builds)?
    } else {
        hands
            .listener
            .event(&Event::BuildStep(BuildStep::Environment(EnvironmentStep::Started(&system.written))));
        environment::isolated(builds, &system.requires, hands)?
    };
    if builds.policy.shared && builds.policy.check_dependencies && !builds.policy.asks_first {
        check(builds, &environment, &system.requires)?;
    }
    open(builds, task.tree, (system, environment), hands.store.scratch()?)
}

/// Starts the Python.
fn open(
    builds: &Builds<'_>,
    tree: &Path,
    (system, environment): (BuildSystem, BuildEnvironment),
    scratch: Scratch,
) -> Result<Running, BuildOpError> {
    let folder = builds.process.temporary();
    let log = tempfile::Builder::new().prefix("tilsit-build-").suffix(".log").tempfile_in(&folder);
    let log = log.map_err(|source| trouble(builds, BuildError::Disk { path: folder, source }))?;
    let log = log.into_temp_path();
    let place = BuildPlace {
        python: environment.python.clone(),
        variables: variables(builds, &environment, scratch.path()),
        scratch: scratch.path().to_owned(),
        sandbox: sandbox(builds),
        log: log.to_path_buf(),
        interrupted: interrupt::flag(),
    };
    let mut session = Session::start(tree, &system, place).map_err(|error| trouble(builds, error))?;
    if builds.policy.as_pip {
        session.leave_names_unchecked();
    }
    let (ready, folders) = (Vec::new(), 0);
    Ok(Running {
        tree: tree.to_owned(),
        system,
        environment,
        session,
        scratch,
        ready,
        folders,
        log: Some(log),
    })
}

/// Asks what else is required for the product; what is missing takes another environment, and another Python.
fn prepare(
    builds: &Builds<'_>,
    task: &BuildTask<'_>,
    mut running: Running,
    hands: &mut Hands<'_>,
) -> Result<Running, BuildOpError> {
    if task.product == Product::Editable
        && let Err(error) = has_editable_hook(&mut running.session, hands)
    {
        return Err(running.failed(builds, error));
    }
    if builds.policy.shared && (builds.policy.as_pip || !builds.policy.check_dependencies) {
        // what is there has to do, so nobody asks (pip, build)
        running.ready.push((task.product, task.settings.clone()));
        return Ok(running);
    }
    hands.listener.event(&Event::BuildStep(BuildStep::Requires(task.product)));
    let asked = running.session.requires(task.product, task.settings, &mut Ear(&mut *hands.listener));
    let more = match asked {
        Ok(more) => more,
        Err(error) => return Err(running.failed(builds, error)),
    };
    if builds.policy.shared {
        let own = running.system.requires.iter().filter(|_| builds.policy.asks_first).cloned();
        check(builds, &running.environment, &own.chain(more).collect::<Vec<_>>())?;
    } else if !running.environment.lacks(builds, &more).is_empty() {
        if builds.policy.as_pip {
            refuse_others(builds, &running.environment, &more)?;
        }
        let written: Vec<String> = more.iter().map(ToString::to_string).collect();
        hands.listener.event(&Event::BuildStep(BuildStep::Environment(EnvironmentStep::Extended(&written))));
        let late_ones = more.len();
        let all: Vec<Requirement> = running.system.requires.iter().cloned().chain(more).collect();
        let environment = environment::isolated(builds, &all, hands).map_err(|error| match error {
            BuildOpError::Requires { requires, source, .. } => {
                BuildOpError::Requires { requires, late: late_ones, source }
            }
            other => other,
        })?;
        let system = BuildSystem { requires: all, ..running.system.clone() };
        let (scratch, folders) = (running.scratch, running.folders);
        drop(running.session);
        running = open(builds, task.tree, (system, environment), scratch)?;
        running.folders = folders;
    }
    if !builds.policy.shared {
        let asked: Vec<&PackageName> = running.system.requires.iter().map(|one| &one.name).collect();
        let versions = running.environment.versions(&asked);
        hands.listener.event(&Event::BuildStep(BuildStep::Environment(EnvironmentStep::Made(&versions))));
    }
    running.ready.push((task.product, task.settings.clone()));
    Ok(running)
}

/// PEP 660: nothing else is asked of a back end that cannot build the editable form.
fn has_editable_hook(session: &mut Session, hands: &mut Hands<'_>) -> Result<(), BuildError> {
    let hook = "build_editable";
    match session.has(hook, &mut Ear(&mut *hands.listener))? {
        true => Ok(()),
        false => Err(BuildError::HookMissing { backend: session.backend().clone(), hook }),
    }
}

/// What a back end requires besides and is there in another version.
fn refuse_others(
    builds: &Builds<'_>,
    environment: &BuildEnvironment,
    requires: &[Requirement],
) -> Result<(), BuildOpError> {
    let is_there = |one: &&Requirement| !environment.versions(&[&one.name]).is_empty();
    let others: Vec<Requirement> = requires.iter().filter(is_there).cloned().collect();
    check(builds, environment, &others)
}

fn check(
    builds: &Builds<'_>,
    environment: &BuildEnvironment,
    requires: &[Requirement],
) -> Result<(), BuildOpError> {
    let missing = unmet::unmet(builds, environment, requires);
    if missing.is_empty() { Ok(()) } else { Err(BuildOpError::Unmet { missing }) }
}

impl Running {
    fn is_ready(&self, task: &BuildTask<'_>) -> bool {
        self.ready.iter().any(|(product, settings)| *product == task.product && settings == task.settings)
    }

    /// A new folder that the build may write to.
    fn folder(&mut self, name: &str) -> PathBuf {
        self.folders += 1;
        self.scratch.path().join(format!("{name}-{}", self.folders))
    }

    /// The log stays where somebody is told of it.
    fn failed(mut self, builds: &Builds<'_>, error: BuildError) -> BuildOpError {
        if builds.policy.keeps_log
            && matches!(error, BuildError::Failed { .. } | BuildError::Crashed { .. })
            && let Some(log) = self.log.take()
            && let Err(lost) = log.keep()
        {
            log::debug!("the log of a build is lost: {lost}");
        }
        trouble(builds, error)
    }
}

fn trouble(builds: &Builds<'_>, source: BuildError) -> BuildOpError {
    BuildOpError::Build { source: Box::new(source), confinement: builds.policy.confinement() }
}

/// The programs of the environment come first, and nothing of the user's Python gets in. `TILSIT_BINARY` tells hooks which
/// tilsit runs them.
fn variables(
    builds: &Builds<'_>,
    environment: &BuildEnvironment,
    scratch: &Path,
) -> Vec<(OsString, Option<OsString>)> {
    let running = python::binary().filter(|_| !builds.process.has("TILSIT_BINARY"));
    let running = running.map(|path| ("TILSIT_BINARY", path));
    let confined = builds.policy.confinement();
    let caches = confined.and_then(|network| Some(caches(builds, network, &new_folder(scratch)?)));
    let own = caches.into_iter().flatten().chain(running);
    let own = own.map(|(name, path)| (OsString::from(name), Some(path.into_os_string())));
    let Some(programs) = &environment.programs else { return own.collect() };
    let old = builds.process.env.get(std::ffi::OsStr::new("PATH")).cloned().unwrap_or_default();
    let folders = std::iter::once(programs.clone()).chain(std::env::split_paths(&old));
    let mut variables = vec![("PYTHONNOUSERSITE".into(), Some("1".into()))];
    if let Ok(path) = std::env::join_paths(folders) {
        variables.push(("PATH".into(), Some(path)));
    }
    variables.extend(["PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"].map(|name| (name.into(), None)));
    variables.extend(own);
    variables
}

/// A new folder with a name that no earlier build in `scratch` could have foreseen and linked elsewhere.
fn new_folder(scratch: &Path) -> Option<PathBuf> {
    let made = tempfile::Builder::new().prefix("caches-").tempdir_in(scratch);
    made.inspect_err(|error| log::debug!("a build has no caches: {error}")).ok().map(TempDir::keep)
}

/// A confined build cannot write to its user's caches, and what it would leave there would be used by builds of others: it
/// has caches of its own, which go with it. cargo reads what was downloaded before from a folder that it cannot
/// write to; where it may download it needs one that it can, with the user's configuration.
fn caches(builds: &Builds<'_>, network: Network, folder: &Path) -> Vec<(&'static str, PathBuf)> {
    let mut caches = vec![
        ("XDG_CACHE_HOME", folder.to_owned()),
        ("CCACHE_DIR", folder.join("ccache")),
        ("npm_config_cache", folder.join("npm")),
    ];
    if network == Network::Allowed {
        let cargo = folder.join("cargo");
        let named = builds.process.filled("CARGO_HOME").map(PathBuf::from);
        let home = || builds.process.filled("HOME").map(|home| Path::new(home).join(".cargo"));
        if let Some(own) = named.or_else(home).filter(|own| own.is_dir()) {
            let configured = std::fs::create_dir_all(&cargo).and_then(|()| {
                std::os::unix::fs::symlink(own.join("config.toml"), cargo.join("config.toml"))
            });
            if let Err(error) = configured {
                log::debug!("cargo's configuration is not there for a build: {error}");
            }
        }
        caches.push(("CARGO_HOME", cargo));
    }
    caches
}

fn sandbox(builds: &Builds<'_>) -> Sandbox {
    let confinement = builds.policy.confinement();
    confinement.map_or(Sandbox::Off, |network| Sandbox::On { writable: Vec::new(), network })
}

/// Says once what the kernel does not keep builds from.
fn tell_lack(builds: &Builds<'_>, hands: &mut Hands<'_>) {
    static SAID: Once = Once::new();
    let lack = builds.policy.confinement().and_then(|_| Sandbox::lack());
    let said = match lack {
        Some(Lack::Files) => "this kernel has no Landlock: builds can write wherever you can",
        Some(Lack::Truncation) => "this kernel's Landlock is old: builds can empty files elsewhere",
        None => return,
    };
    SAID.call_once(|| hands.listener.event(&Event::BuildWarning(said)));
}

/// Passes on what a build says.
struct Ear<'l>(&'l mut dyn Listener);

impl Watch for Ear<'_> {
    fn line(&mut self, stream: Stream, line: &[u8]) {
        self.0.event(&Event::BuildOutput { stream, line });
    }

    fn builds_instead(&mut self, product: Product) {
        self.0.event(&Event::BuildStep(BuildStep::Instead(product)));
    }

    fn warning(&mut self, message: &str) {
        self.0.event(&Event::BuildWarning(message));
    }
}
