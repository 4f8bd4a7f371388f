//! Requirements and candidates in, a resolution or a conflict out.
//!
//! What enters is a [`ResolveRequest`], and then answers to what the resolver asks: the versions of a package, the
//! one version behind a URL, the dependencies of a version. What leaves is a `Resolution`, a pinned graph with the
//! reason for each package, or a `Conflict`, the facts that leave no choice.
//!
//! What never happens here: a file is opened, the network is used, time passes. The caller fetches, many things at
//! once and in any order; the result depends only on the request and on what the answers say.
//!
//! The search is PubGrub's: unit propagation, conflict resolution and backjumping, over bit sets of numbered
//! versions. Two rule sets share it, pip's and ours; what they differ in stands at [`RuleSet`].
//!
//! ```
//! use packaging::candidate::{Availability, Candidate};
//! use packaging::{MarkerEnvironment, Requirement, Version};
//! use resolver::{Answer, Dependencies, Environment, Need, ResolveRequest, Resolver, RuleSet, Step};
//! use std::sync::Arc;
//!
//! let wanted = vec![Requirement::parse("alpha >=1")?];
//! let environment = Environment::Single(Box::new(MarkerEnvironment::default()));
//! let mut resolver = Resolver::new(ResolveRequest::new(wanted, RuleSet::Native, environment));
//! let resolution = loop {
//!     match resolver.step() {
//!         Step::Need(batch) => {
//!             for need in batch.required {
//!                 resolver.answer(match need {
//!                     Need::Candidates(name) => {
//!                         let version = Version::parse("1.2").unwrap();
//!                         let only = Candidate { version, availability: Availability::Usable, id: 0 };
//!                         Answer::Candidates { name, found: Ok(Arc::from([only])) }
//!                     }
//!                     Need::Metadata(pick) => Answer::Metadata { pick, found: Ok(Arc::new(Dependencies::default())) },
//!                     Need::Direct { .. } => unreachable!("no URL is wanted"),
//!                 });
//!             }
//!         }
//!         Step::Likely(_) => {}
//!         Step::Done(resolution) => break resolution,
//!         Step::Err(conflict) => panic!("{conflict}"),
//!     }
//! };
//! assert_eq!(resolution.packages[0].version.to_string(), "1.2");
//! # Ok::<(), packaging::RequirementError>(())
//! ```

mod exchange;
mod facts;
mod fork;
mod outcome;
mod prefetch;
mod report;
mod request;
mod resolver;
mod rules;
mod scope;
mod search;
mod solver;
mod table;
mod wishes;

pub use exchange::{Answer, Batch, Dependencies, Need, Pick, Source, Step, Unavailable, Warning};
pub use request::{
    DependencyMode, Environment, PrereleaseMode, PrereleasePolicy, RequiresPython, ResolveRequest, RuleSet,
    Strategy, Upgrade, Walk,
};
pub use resolver::Resolver;
pub use rules::{oldest_python, python_allows};
