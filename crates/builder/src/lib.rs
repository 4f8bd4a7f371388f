//! The builder: a source tree becomes a wheel or a source distribution.
//!
//! **What enters**: a folder with a project (PEP 517, PEP 518, PEP 621, or a `setup.py` alone), what is to be built of it,
//! settings for its back end, and a Python in which that back end is installed.
//!
//! **What leaves**: [`BuiltFile`]s, whose name and version were compared with their metadata, the metadata alone, or what
//! the build needs besides ([`BuildSystem::requires`] before it starts).
//!
//! **What never happens here**: no environment is made and nothing is installed, no index is asked, nothing is written but
//! into the folders that were handed in and into the source tree, as back ends do. The only processes are those of
//! back ends.
//!
//! ```
//! use builder::{BuildSystem, UnknownKeys};
//!
//! let text = "[build-system]\nrequires = [\"hatchling\"]\nbuild-backend = \"hatchling.build\"\n";
//! let system = BuildSystem::parse("pyproject.toml", text, UnknownKeys::Refused)?;
//! assert_eq!(system.requires[0].to_string(), "hatchling");
//! assert_eq!(system.backend.to_string(), "hatchling.build");
//! # Ok::<(), Box<builder::BuildSystemError>>(())
//! ```

pub mod archive;
mod build_system;
mod error;
mod misspelt;
pub mod native;
mod product;
mod sandbox;
mod session;
mod settings;
mod sys;

pub use build_system::{BackendName, BuildSystem, BuildSystemError, Declared, Fault, UnknownKeys};
pub use error::{BuildError, Ending, HookRun, WrongFile};
pub use misspelt::{Misspelt, misspelt};
pub use product::{BuiltFile, Product};
pub use sandbox::{Lack, Network, Sandbox};
pub use session::{BuildPlace, Session, Stream, Watch};
pub use settings::{ConfigSettings, SettingsError};
