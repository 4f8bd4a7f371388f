//! Environments: wheels and an interpreter become site-packages.
//!
//! **What enters**: paths and the values of environment variables, handed in; wheels of the
//! [`store`]; what the user wants as values of [`packaging`].
//!
//! **What leaves**: an [`Interpreter`] with its facts, an [`Environment`], what is [`Installed`] in it, a
//! plan, and, after a [`Transaction`], an environment that is changed whole or not at all.
//!
//! **What never happens here**: no network; no environment variable, home or working directory is read;
//! nothing is printed; no code of a package runs. A Python is started for two things only: to ask a base
//! interpreter once what it is, and to compile bytecode. Nothing outside an environment's own folders is
//! written or removed, except its journal in the state folder that is handed in.
//!
//! The way through: [`discovery`] finds an [`Interpreter`]; [`create`] makes a virtual environment of it;
//! [`Environment`] says where files go; [`Environment::installed`] lists; [`plan`] compares; a
//! [`Transaction`] changes. Its module tells how a kill at any instant is survived.
//!
//! This room is for POSIX systems; on Windows the layout, launchers and renames differ, and it does not build there.
//!
//! ```
//! use std::sync::atomic::AtomicBool;
//!
//! use environment::discovery::{PythonRequest, Surroundings, discover_base};
//! use environment::{Change, Environment, InstallPolicy, Installation, NoCache, Transaction, VenvPolicy, Wait};
//!
//! # let folder = tempfile::tempdir()?;
//! # let folder = folder.path();
//! let around = Surroundings {
//!     path: Some("/usr/local/bin:/usr/bin".into()),
//!     virtual_env: None,
//!     conda_prefix: None,
//!     cwd: folder.to_owned(),
//!     home: None,
//!     pyenv_root: None,
//!     pyenv_version: None,
//!     cache: &NoCache,
//! };
//! # let Ok(_) = discover_base(&PythonRequest::Any, &around) else { return Ok(()) };
//! let python = discover_base(&PythonRequest::Any, &around)?.interpreter;
//! let made = environment::create(&folder.join("venv"), &python, &VenvPolicy::default())?;
//! let environment = Environment::of(made, &folder.join("state"));
//!
//! let (filename, bytes) = fixtures::WheelBuilder::new("alpha", "1.0").build();
//! let store = store::Store::open(folder.join("store"));
//! let filename = packaging::filenames::WheelFilename::parse(&filename)?;
//! let wheel = store.add_wheel(store::WheelBytes::Memory(&bytes), &filename, &[])?;
//!
//! let mut transaction = Transaction::begin(&environment, Wait::Forever)?;
//! let change = Change { remove: vec![], install: vec![Installation::new(wheel)] };
//! transaction.apply(&change, &InstallPolicy::new(&environment), &AtomicBool::new(false))?;
//! assert_eq!(environment.installed()?.iter().next().unwrap().version_text(), "1.0");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod activation;
pub mod dependencies;
pub mod discovery;
mod externally_managed;
mod folder;
mod installed;
pub mod interpreter;
mod link;
pub mod plan;
mod reading;
mod removal;
mod scripts;
mod shim;
mod site;
mod transaction;
mod venv;

pub use externally_managed::externally_managed;
pub use installed::{Format, Installed, InstalledDistribution, ReadError};
pub use interpreter::{Facts, FactsCache, Interpreter, InterpreterError, NoCache};
pub use link::{LinkMode, current_umask};
pub use removal::{Preview, Removal, RemovalError};
pub use scripts::InvalidScript;
pub use shim::{PIP_VERSION, RECORDED_BINARY, is_shim};
pub use site::{Environment, Kind, Scheme};
pub use transaction::{
    Change, Collision, Collisions, InstallError, InstallPolicy, Installation, Report, Transaction, Unplanned,
    Wait,
};
pub use venv::{Existing, Programs, VenvError, VenvPolicy, create};

/// File systems stop gaining from more than a few threads.
pub(crate) fn thread_count() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZero::get).min(4)
}
