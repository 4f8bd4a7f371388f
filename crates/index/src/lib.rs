//! Index.
mod client;
mod credentials;
mod download;
mod error;
mod files;
mod find_links;
mod local;
mod location;
mod metadata;
mod metadata_requests;
mod network;
mod policy;
mod projects;
mod sdist;
mod wheel_tail;
mod worker;

pub use client::{Client, Completed, FetchedFile, IndexPage, MetadataRequest, Outcome, ProjectPages, Request, Ticket};
pub use credentials::{CredentialPolicy, Login, Prompt};
pub use error::{FetchError, Problem, redacted, redacted_text};
pub use files::{distribution, metadata_request};
pub use location::{FindLinks, IndexLocation, LocationError};
pub use network::proxy::{ProxyAddress, ProxyPolicy};
pub use network::tls::{CertificateFile, TlsPolicy};
pub use policy::{Clock, FetchPolicy, IndexOrder, NetworkPolicy, Observer, PlainHttp, Refresh, TrustedHost};
