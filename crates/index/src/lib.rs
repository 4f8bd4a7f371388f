//! Index.
mod credentials;
mod download;
mod error;
mod location;
mod metadata;
mod network;
mod policy;
mod wheel_tail;
mod worker;

pub use credentials::{CredentialPolicy, Login, Prompt};
pub use error::{FetchError, Problem, redacted, redacted_text};
pub use location::{FindLinks, IndexLocation, LocationError};
pub use network::proxy::{ProxyAddress, ProxyPolicy};
pub use network::tls::{CertificateFile, TlsPolicy};
pub use policy::{Clock, FetchPolicy, IndexOrder, NetworkPolicy, Observer, PlainHttp, Refresh, TrustedHost};
