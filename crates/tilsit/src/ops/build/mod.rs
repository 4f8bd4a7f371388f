//! A source tree's metadata and wheel: natively where the project is understood, else by its own back end.
//!
//! The recursion of packaging lives here: a build needs packages, which are searched and may have to be built themselves.
//! All builds of one command share one [`Builds`], which knows what is under way and refuses to go round in circles.

mod distributions;
mod environment;
mod hooks;
mod unmet;

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use ::environment::Interpreter;
use builder::native::{self, NativeError, NativeProject, NativeRequest, Recognised};
use builder::{BuildError, BuiltFile, ConfigSettings, Network, Product, UnknownKeys};
use index::Client;
use packaging::Requirement;
use resolver::RuleSet;
use store::{DiskError, Store};

pub use self::distributions::{
    DistributionsError, DistributionsRequest, Products, distributions, is_archive, metadata,
};
pub use self::environment::RequiresError;
use super::events::{BuildStep, Event, Listener};
use super::formats::Formats;
use crate::settings::Process;

/// How sources are built.
#[derive(Clone, Debug)]
pub struct BuildPolicy {
    /// Whose rules decide about what builds require.
    pub rules: RuleSet,
    /// Which files may be used of what builds require.
    pub formats: Formats,
    /// Whether the files of all indexes compete for what builds require.
    pub merge_indexes: bool,
    /// Builds run in the environment that is worked for (`--no-build-isolation`).
    pub shared: bool,
    /// pip's ways: a back end is not asked what it requires besides where it runs in the environment that is worked for;
    /// what it requires elsewhere must fit what is there already; and names of wheels are compared with their metadata
    /// only after people were told of them.
    pub as_pip: bool,
    /// Limits on what builds require (`--build-constraint`).
    pub constraints: Vec<Requirement>,
    /// What builds require is compared with what is there (`--check-build-dependencies`).
    pub check_dependencies: bool,
    /// The back end is asked what else it requires before anything is compared (build); otherwise what the project itself
    /// names comes first.
    pub asks_first: bool,
    /// Real back ends build what native ones could, too.
    pub hooks_only: bool,
    /// What happens to keys of `[build-system]` that nobody knows (pip never minds them).
    pub unknown_keys: UnknownKeys,
    /// Nothing is built (`build = "never"`).
    pub never: bool,
    /// Builds may write and reach whatever their user may.
    pub trusted: bool,
    /// Where environments for builds are made, instead of being kept in the store; what is there goes.
    pub place: Option<PathBuf>,
    /// Builds may reach the network although they are not trusted.
    pub network: bool,
    /// The log of a failed build stays, and whoever words the failure says where.
    pub keeps_log: bool,
}

impl Default for BuildPolicy {
    fn default() -> Self {
        Self {
            rules: RuleSet::Native,
            formats: Formats::default(),
            merge_indexes: false,
            shared: false,
            as_pip: false,
            constraints: Vec::new(),
            check_dependencies: false,
            asks_first: false,
            hooks_only: false,
            unknown_keys: UnknownKeys::Ignored,
            never: false,
            trusted: false,
            place: None,
            network: false,
            keeps_log: false,
        }
    }
}

impl BuildPolicy {
    /// Whether builds are confined, and if so whether they may reach others.
    pub fn confinement(&self) -> Option<Network> {
        let network = if self.network { Network::Allowed } else { Network::Denied };
        (!self.trusted).then_some(network)
    }
}

/// A tree and what is wanted of it.
#[derive(Clone, Copy, Debug)]
pub struct BuildTask<'t> {
    /// The project's folder.
    pub tree: &'t Path,
    /// What.
    pub product: Product,
    /// Settings for the back end.
    pub settings: &'t ConfigSettings,
}

/// What a build borrows from the operation that it is part of.
pub struct Hands<'h> {
    /// The network. No answer may be owed by it: those of others would be lost.
    pub client: &'h mut Client,
    /// The store.
    pub store: &'h Store,
    /// Who listens.
    pub listener: &'h mut dyn Listener,
}

/// What all builds of one command share.
pub struct Builds<'a> {
    /// The process.
    pub process: &'a Process,
    /// The interpreter that is built for.
    pub interpreter: &'a Interpreter,
    /// How.
    pub policy: &'a BuildPolicy,
    /// What is being built, the outermost first.
    under_way: RefCell<Vec<String>>,
    /// Builds that wait for the next question about their tree, the last used last.
    running: RefCell<Vec<hooks::Running>>,
}

/// A requirement of a build that is not met.
#[derive(Clone, Debug)]
pub struct Unmet {
    /// As written; with build's policy, behind who requires it (`a -> b`), without markers.
    pub requirement: String,
    /// The versions that would do; none: any.
    pub wanted: Option<String>,
    /// The version that is there.
    pub found: Option<String>,
}

/// Why nothing was built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildOpError {
    /// Nothing is to be built.
    #[error("nothing is to be built")]
    Never,
    /// To build it, it would have to be there already.
    #[error("{} is needed to build itself", chain.last().map_or("it", String::as_str))]
    Cycle {
        /// What needs what, the first and the last the same.
        chain: Vec<String>,
    },
    /// The back end.
    #[error("{source}")]
    Build {
        /// What it did.
        source: Box<BuildError>,
        /// How it was confined.
        confinement: Option<Network>,
    },
    /// What the build requires cannot be had.
    #[error("what the build requires ({}) cannot be had: {source}", requires.join(", "))]
    Requires {
        /// What it requires.
        requires: Vec<String>,
        /// How many of the last of these its back end asked for.
        late: usize,
        /// Why not.
        source: Box<RequiresError>,
    },
    /// Builds run in an environment that lacks what they require (`--check-build-dependencies`).
    #[error("the environment lacks what the build requires: {}", missing.iter().map(|one| one.requirement.as_str()).collect::<Vec<_>>().join(", "))]
    Unmet {
        /// What is not there, or not in a version that will do.
        missing: Vec<Unmet>,
    },
    /// A native back end.
    #[error(transparent)]
    Native(#[from] NativeError),
    /// The disk.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

impl<'a> Builds<'a> {
    /// Builds for `interpreter`.
    pub fn new(process: &'a Process, interpreter: &'a Interpreter, policy: &'a BuildPolicy) -> Self {
        Self { process, interpreter, policy, under_way: RefCell::default(), running: RefCell::default() }
    }

    /// The METADATA of what would be built.
    ///
    /// # Errors
    /// See [`BuildOpError`].
    pub fn metadata(&self, task: &BuildTask<'_>, hands: &mut Hands<'_>) -> Result<Vec<u8>, BuildOpError> {
        match self.native(task)? {
            Ok(project) => Ok(project.metadata().to_vec()),
            Err(why) => {
                log::info!("{}: {why}", task.tree.display());
                hooks::metadata(self, task, hands)
            }
        }
    }

    /// Builds into the folder `out`.
    ///
    /// # Errors
    /// See [`BuildOpError`].
    pub fn build(
        &self,
        task: &BuildTask<'_>,
        out: &Path,
        hands: &mut Hands<'_>,
    ) -> Result<BuiltFile, BuildOpError> {
        match self.native(task)? {
            Ok(project) => {
                hands.listener.event(&Event::BuildStep(BuildStep::Hook(task.product)));
                Ok(project.build(task.product, out)?)
            }
            Err(why) => {
                log::info!("{}: {why}", task.tree.display());
                hooks::build(self, task, out, hands)
            }
        }
    }

    /// The project where a native back end understands it, else why not.
    fn native(&self, task: &BuildTask<'_>) -> Result<Result<NativeProject, String>, BuildOpError> {
        if self.policy.never {
            return Err(BuildOpError::Never);
        }
        if self.policy.hooks_only {
            return Ok(Err("real back ends are asked for".to_owned()));
        }
        let epoch = self.process.filled("SOURCE_DATE_EPOCH").and_then(|text| text.parse().ok());
        let request =
            NativeRequest { products: &[task.product], settings: task.settings, source_date_epoch: epoch };
        Ok(match native::recognise(task.tree, &request)? {
            Recognised::Native(project) => Ok(project),
            Recognised::NotNative(why) => Err(why),
        })
    }

    /// Notes that `what` is being built while `work` runs.
    ///
    /// # Errors
    /// [`BuildOpError::Cycle`] where it is being built already.
    pub fn within<T, E: From<BuildOpError>>(
        &self,
        what: &str,
        work: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        let mut chain = self.under_way.borrow().clone();
        if let Some(start) = chain.iter().position(|one| one == what) {
            chain.drain(..start);
            chain.push(what.to_owned());
            return Err(BuildOpError::Cycle { chain }.into());
        }
        self.under_way.borrow_mut().push(what.to_owned());
        let done = work();
        self.under_way.borrow_mut().pop();
        done
    }
}
