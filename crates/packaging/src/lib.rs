//! The PyPA standards as values, one module per standard, named as people know them.
//!
//! What enters is text or bytes: a line of a requirements file, a file name, an index page, a METADATA file. What
//! leaves are types that cannot hold anything the standard forbids, and the same types printed again. All
//! behaviour follows `packaging` 26, which is also what pip 26.3 does.
//!
//! What never happens here: a file is opened, a network or a process is used, the environment, the clock or the
//! platform is asked. Facts about an interpreter come in as values ([`MarkerEnvironment`], tags).
//! Nothing panics, whatever the text.
//!
//! - What is asked for: [`name`], [`version`], [`specifiers`], [`markers`] (and sets of environments,
//!   [`markers::MarkerSet`]), [`requirements`], [`dependency_groups`].
//! - What is found: [`filenames`], [`tags`], [`hashes`], [`simple_api`], [`metadata`], [`licenses`].
//! - What is installed or written down: [`record`], [`entry_points`], [`direct_url`], [`pylock`].
//! - What the stages hand on: [`candidate`], [`distribution`], [`resolution`].
//!
//! ```
//! use packaging::{MarkerEnvironment, Prereleases, Requirement, Version};
//!
//! let requirement = Requirement::parse("Requests[socks] >=2.31 ; python_version >= '3.9'")?;
//! assert_eq!(requirement.name.as_str(), "requests");
//!
//! let specifiers = requirement.specifiers().unwrap();
//! assert!(specifiers.contains(&Version::parse("2.32.3").unwrap(), Prereleases::Auto));
//! assert!(!specifiers.contains(&Version::parse("2.4").unwrap(), Prereleases::Auto));
//!
//! let environment = MarkerEnvironment { python_version: "3.12".into(), ..Default::default() };
//! assert!(requirement.applies(&environment, &[]));
//! # Ok::<(), packaging::RequirementError>(())
//! ```

pub mod candidate;
mod cursor;
pub mod dependency_groups;
pub mod direct_url;
pub mod distribution;
pub mod entry_points;
pub mod filenames;
pub mod hashes;
pub mod licenses;
pub mod markers;
pub mod metadata;
pub mod name;
pub mod pylock;
pub mod record;
pub mod requirements;
pub mod resolution;
pub mod simple_api;
pub mod specifiers;
pub mod tags;
pub mod version;

pub use markers::{Marker, MarkerEnvironment};
pub use name::{Extra, GroupName, PackageName};
pub use requirements::{Origin, Requirement, RequirementError, RequirementSource};
pub use specifiers::{Operator, Prereleases, Specifier, SpecifierSet};
pub use version::Version;
