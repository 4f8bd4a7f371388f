//! The store: bytes become immutable directories, shared by all environments and processes of a user.
//!
//! **What enters**: the folder that is the store's root, bytes (wheels, project pages, metadata, facts) with the keys under
//! which they are asked for again, and the hashes they must have.
//!
//! **What leaves**: [`StoredWheel`]s (holding one proves that the hash was checked: a verified, unpacked, immutable tree with
//! a [`Manifest`] that says all an installer wants to know), and the contents of archives under [`SafePath`]s.
//!
//! **What never happens here**: no network, no process, no environment variable; nothing outside of the root is written. No
//! half-written entry ever stands under a final name: entries are made in a temporary space and renamed, and what a killed
//! process leaves there is swept when nobody holds its lock. A damaged entry counts as absent.
//!
//! ```
//! use packaging::filenames::WheelFilename;
//! use store::{Store, WheelBytes};
//!
//! let store = Store::temporary(&std::env::temp_dir())?; // or Store::open(root)
//! let (filename, bytes) = fixtures::WheelBuilder::new("alpha", "1.0").build();
//! let wheel = store.add_wheel(WheelBytes::Memory(&bytes), &WheelFilename::parse(&filename)?, &[])?;
//! assert_eq!(wheel.manifest().dist_info(), "alpha-1.0.dist-info");
//! for file in wheel.manifest().files() {
//!     assert!(wheel.root().join(file.path()).is_file());
//! }
//! assert!(store.wheel(wheel.sha256())?.is_some());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod archive;
mod build_environments;
mod built;
mod disk;
mod flat;
mod maintenance;
mod names;
pub mod pages;
mod records;
mod repositories;
mod sources;
mod sys;
pub mod wheels;
mod workers;

pub use archive::SafePath;
pub use built::BuiltEntry;
pub use disk::{DiskError, Kind, Lock, Store};
pub use maintenance::{CachedWheel, KindSize, Maintenance, PrunePolicy, Removed};
pub use names::NameList;
pub use pages::{Freshness, PageTable};
pub use repositories::Repository;
pub use sources::{Scratch, SourceTree, UnpackError};
pub use wheels::{AddWheelError, IncomingFile, Manifest, StoredWheel, VerifiedFile, WheelBytes};
pub use workers::{Workers, on_threads};
