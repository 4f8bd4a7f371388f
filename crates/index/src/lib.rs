//! The network: names become project pages, metadata and files; credentials, proxies, certificates, redirects and
//! retries stay inside.
//!
//! **What enters**: a [`FetchPolicy`] (indexes, places of loose files, proxies, certificates, credentials, time limits: all
//! read and judged elsewhere), a [`store::Store`] that answers what it knows, and [`Request`]s.
//!
//! **What leaves**: [`Completed`] answers in the order in which they come: a project's pages as [`store::pages::PageTable`]s,
//! one for each index, since which of them counts is the caller's rule; the text of METADATA; files whose hashes were
//! checked. Failures are [`FetchError`]s, which hold no credentials.
//!
//! Pages that are no longer fresh are handed out at once and asked about meanwhile: whoever concluded something from them
//! calls [`Client::revalidated`] before acting on it, and concludes again about the projects that it returns.
//!
//! **What never happens here**: no thread, no socket and no certificate before the first request that the store cannot
//! answer; no environment variable and no home folder is looked at; nothing is chosen (versions, files, indexes), nothing is
//! built, unpacked into an environment or printed. Asynchronous code exists on the network thread alone.
//!
//! ```
//! use fixtures::{FakeIndex, WheelBuilder};
//! use index::{Client, FetchPolicy, IndexLocation, NetworkPolicy, Outcome, Request};
//! use packaging::PackageName;
//! use store::Store;
//!
//! let server = FakeIndex::start();
//! server.add(WheelBuilder::new("alpha", "1.0"));
//!
//! let policy = FetchPolicy {
//!     indexes: vec![IndexLocation::parse(&server.simple_url())?],
//!     network: Some(NetworkPolicy::default()),
//!     ..FetchPolicy::default()
//! };
//! let mut client = Client::new(policy, Store::temporary(&std::env::temp_dir())?);
//! client.submit(Request::Project(PackageName::new("alpha")?));
//! while let Some(completed) = client.next() {
//!     let Outcome::Project(pages) = completed.outcome else { continue };
//!     let table = pages.indexes[0].page.clone()?;
//!     assert_eq!(table.files().next().unwrap().filename(), "alpha-1.0-py3-none-any.whl");
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod client;
mod credentials;
mod download;
mod error;
mod files;
mod find_links;
mod keeper;
mod local;
mod location;
mod metadata;
mod metadata_requests;
mod names;
mod network;
mod policy;
mod projects;
mod sdist;
pub mod vcs;
mod wheel_tail;
mod worker;

pub use client::{
    Client, Completed, FetchedFile, IndexPage, MetadataRequest, Outcome, ProjectPages, Request, Ticket,
};
pub use credentials::{CredentialPolicy, Login, Prompt};
pub use error::{FetchError, Problem, redacted, redacted_text};
pub use files::{distribution, metadata_request, single_file};
pub use location::{FindLinks, IndexLocation, LocationError};
pub use network::proxy::{ProxyAddress, ProxyPolicy};
pub use network::tls::{CertificateFile, TlsPolicy};
pub use policy::{
    BrokenOff, Clock, FetchPolicy, IndexOrder, NetworkPolicy, Observer, PlainHttp, Refresh, TrustedHost,
};
pub use sdist::is_static_metadata;
