//! Trusted roots and client certificates, loaded at the first https connection.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

use crate::error::Problem;

/// A file or folder of certificates, and what named it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateFile {
    /// The file or folder.
    pub path: PathBuf,
    /// The option, variable or configuration line that named it, for messages.
    pub origin: String,
}

/// Whom to trust and who we are.
#[derive(Clone, Debug, Default)]
pub struct TlsPolicy {
    /// `--cert`, `REQUESTS_CA_BUNDLE`, `CURL_CA_BUNDLE`: these roots and no others.
    pub bundle: Option<CertificateFile>,
    /// `SSL_CERT_FILE`: the system's roots are here.
    pub system_file: Option<CertificateFile>,
    /// `SSL_CERT_DIR`: the system's roots are here too; several folders are separated by colons.
    pub system_folder: Option<CertificateFile>,
    /// `--client-cert`: our certificate chain and its key, PEM, in one file.
    pub client: Option<CertificateFile>,
}

/// The two configurations of a run, each made when it is first needed.
#[derive(Default)]
pub(crate) struct Tls {
    policy: TlsPolicy,
    verifying: OnceLock<Result<Verifying, Problem>>,
    trusting: OnceLock<Result<Arc<ClientConfig>, Problem>>,
}

#[derive(Clone)]
pub(crate) struct Verifying {
    pub(crate) config: Arc<ClientConfig>,
    /// Where the roots came from, for messages.
    pub(crate) roots: String,
}

impl Tls {
    pub(crate) fn new(policy: TlsPolicy) -> Self {
        Self { policy, ..Self::default() }
    }

    /// The configuration that checks certificates.
    pub(crate) fn verifying(&self) -> Result<&Verifying, Problem> {
        let made = self.verifying.get_or_init(|| {
            let (roots, described) = roots(&self.policy)?;
            let builder = builder()?.with_root_certificates(roots);
            Ok(Verifying { config: self.finish(builder)?, roots: described })
        });
        made.as_ref().map_err(Clone::clone)
    }

    /// The configuration for `--trusted-host`: any certificate will do.
    pub(crate) fn trusting(&self) -> Result<&Arc<ClientConfig>, Problem> {
        let made = self.trusting.get_or_init(|| {
            let verifier = Arc::new(AnyCertificate(provider()));
            self.finish(builder()?.dangerous().with_custom_certificate_verifier(verifier))
        });
        made.as_ref().map_err(Clone::clone)
    }

    fn finish(
        &self,
        builder: rustls::ConfigBuilder<ClientConfig, rustls::client::WantsClientCert>,
    ) -> Result<Arc<ClientConfig>, Problem> {
        let mut config = match &self.policy.client {
            None => builder.with_no_client_auth(),
            Some(file) => {
                let (chain, key) = client_identity(file)?;
                builder.with_client_auth_cert(chain, key).map_err(|error| unusable(file, error))?
            }
        };
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

fn builder() -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>, Problem> {
    ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|error| Problem::Tls { host: String::new(), reason: error.to_string() })
}

fn unusable(file: &CertificateFile, reason: impl ToString) -> Problem {
    Problem::CertificateFile {
        origin: file.origin.clone(),
        path: file.path.display().to_string(),
        reason: reason.to_string(),
    }
}

/// The roots in force and where they came from.
fn roots(policy: &TlsPolicy) -> Result<(RootCertStore, String), Problem> {
    let mut store = RootCertStore::empty();
    let (mut described, mut found) = (Vec::new(), Vec::new());
    for file in named_roots(policy) {
        let certificates = certificates(&file)?;
        // A folder may be empty; a file that holds no certificate is a mistake.
        if certificates.is_empty() && !file.path.is_dir() {
            return Err(unusable(&file, "no certificate in it"));
        }
        found.extend(certificates);
        described.push(format!("{} {}", file.origin, file.path.display()));
    }
    // The file and the folder of the system mostly hold the same.
    found.sort_unstable_by(|a, b| a.as_ref().cmp(b.as_ref()));
    found.dedup();
    store.add_parsable_certificates(found);
    if described.is_empty() {
        store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        described.push("the system's".to_owned());
        if store.is_empty() {
            store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
            described = vec!["built in".to_owned()];
        }
    }
    Ok((store, described.join(", ")))
}

/// A bundle replaces the system's roots; `SSL_CERT_DIR` may name several folders, as for OpenSSL.
fn named_roots(policy: &TlsPolicy) -> Vec<CertificateFile> {
    if let Some(bundle) = &policy.bundle {
        return vec![bundle.clone()];
    }
    let folders = policy.system_folder.iter().flat_map(|folders| {
        std::env::split_paths(&folders.path)
            .map(|path| CertificateFile { path, origin: folders.origin.clone() })
    });
    policy.system_file.iter().cloned().chain(folders).collect()
}

fn certificates(file: &CertificateFile) -> Result<Vec<CertificateDer<'static>>, Problem> {
    let is_folder = fs::metadata(&file.path).map_err(|error| unusable(file, error))?.is_dir();
    let path = Some(file.path.as_path());
    let found = if is_folder {
        rustls_native_certs::load_certs_from_paths(None, path)
    } else {
        rustls_native_certs::load_certs_from_paths(path, None)
    };
    match found.errors.first() {
        Some(error) if found.certs.is_empty() && !is_folder => Err(unusable(file, error)),
        _ => Ok(found.certs),
    }
}

type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn client_identity(file: &CertificateFile) -> Result<Identity, Problem> {
    let text = fs::read(&file.path).map_err(|error| unusable(file, error))?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let chain = chain.map_err(|error| unusable(file, error))?;
    if chain.is_empty() {
        return Err(unusable(file, "no certificate in it"));
    }
    let key = PrivateKeyDer::from_pem_slice(&text).map_err(|error| unusable(file, error))?;
    Ok((chain, key))
}

/// Accepts any certificate, but still checks that the peer holds its key.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
