//! Certificates, ours and theirs, and HTTP/2.

use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use fixtures::{Authority, FakeIndex, IndexOptions, WheelBuilder};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Response, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use index::{CertificateFile, FetchPolicy, IndexLocation, Problem, TlsPolicy, TrustedHost};

use crate::{client, name, network, page, policy, problem};

fn index(authority: &Authority) -> FakeIndex {
    let index = FakeIndex::with_tls(IndexOptions::default(), authority);
    index.add(WheelBuilder::new("alpha", "1.0"));
    index
}

fn with_tls(index: &FakeIndex, tls: TlsPolicy) -> FetchPolicy {
    let mut policy = policy(&[index]);
    network(&mut policy).tls = tls;
    policy
}

fn certificate(folder: &Path, name: &str, text: &str) -> CertificateFile {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    CertificateFile { path, origin: format!("--{name}") }
}

#[test]
fn an_unknown_authority_is_not_trusted() {
    let index = index(&Authority::new());
    match problem(&mut client(policy(&[&index])), "alpha") {
        Problem::Certificate { host, reason, .. } => {
            assert_eq!((host.as_str(), reason.as_str()), ("127.0.0.1", "UnknownIssuer"));
        }
        other => panic!("{other}"),
    }
}

#[test]
fn named_roots_are_trusted() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    let index = index(&authority);
    let file = certificate(folder.path(), "cert", &authority.pem());
    let empty = tempfile::tempdir().unwrap();
    let folders = std::env::join_paths([empty.path(), folder.path()]).unwrap();
    let system_folder = CertificateFile { path: folders.into(), origin: "SSL_CERT_DIR".to_owned() };
    std::fs::write(folder.path().join("0a1b2c3d.0"), authority.pem()).unwrap();
    for tls in [
        TlsPolicy { bundle: Some(file.clone()), ..TlsPolicy::default() },
        TlsPolicy { system_file: Some(file.clone()), ..TlsPolicy::default() },
        TlsPolicy { system_folder: Some(system_folder), ..TlsPolicy::default() },
    ] {
        page(&mut client(with_tls(&index, tls)), "alpha").unwrap();
    }
    let other = certificate(folder.path(), "other", &Authority::new().pem());
    let tls = TlsPolicy { bundle: Some(other), system_file: Some(file), ..TlsPolicy::default() };
    match problem(&mut client(with_tls(&index, tls)), "alpha") {
        Problem::Certificate { roots, .. } => {
            assert!(roots.starts_with("--other /"), "a bundle replaces: {roots}")
        }
        other => panic!("{other}"),
    }
}

#[test]
fn unusable_certificate_files_are_named_with_who_named_them() {
    let folder = tempfile::tempdir().unwrap();
    let index = index(&Authority::new());
    let missing = CertificateFile { path: folder.path().join("none"), origin: "PIP_CERT".to_owned() };
    let empty = certificate(folder.path(), "empty", "no certificate");
    for tls in [
        TlsPolicy { bundle: Some(missing.clone()), ..TlsPolicy::default() },
        TlsPolicy { bundle: Some(empty.clone()), ..TlsPolicy::default() },
        TlsPolicy { client: Some(missing), ..TlsPolicy::default() },
        TlsPolicy { client: Some(empty), ..TlsPolicy::default() },
    ] {
        match problem(&mut client(with_tls(&index, tls)), "alpha") {
            Problem::CertificateFile { origin, .. } => assert!(origin == "PIP_CERT" || origin == "--empty"),
            other => panic!("{other}"),
        }
    }
}

#[test]
fn trusted_hosts_need_no_certificate() {
    let index = index(&Authority::new());
    let mut policy = policy(&[&index]);
    network(&mut policy).trusted_hosts = vec![TrustedHost::parse(&index.address().to_string()).unwrap()];
    page(&mut client(policy), "alpha").unwrap();
}

#[test]
fn servers_may_ask_for_our_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new().asking_clients();
    let index = index(&authority);
    let bundle = Some(certificate(folder.path(), "cert", &authority.pem()));
    let ours = Some(certificate(folder.path(), "client-cert", &authority.client_pem()));
    let tls = TlsPolicy { bundle: bundle.clone(), client: ours, ..TlsPolicy::default() };
    page(&mut client(with_tls(&index, tls)), "alpha").unwrap();
    let without = TlsPolicy { bundle, ..TlsPolicy::default() };
    page(&mut client(with_tls(&index, without)), "alpha").unwrap_err();
}

/// A server that speaks HTTP/2 only and answers every path with an empty page; it counts its connections.
fn http2_server(authority: &Authority) -> (u16, Arc<AtomicUsize>) {
    let mut config = (*authority.server_config()).clone();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let connections = Arc::new(AtomicUsize::new(0));
    let counter = connections.clone();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
            loop {
                let stream = acceptor.accept(listener.accept().await.unwrap().0).await.unwrap();
                counter.fetch_add(1, Ordering::SeqCst);
                let service = hyper::service::service_fn(empty_page);
                let connection = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
                tokio::spawn(connection.serve_connection(TokioIo::new(stream), service));
            }
        });
    });
    (port, connections)
}

async fn empty_page(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    assert_eq!(request.version(), Version::HTTP_2);
    let page = r#"{"meta":{"api-version":"1.0"},"name":"x","files":[]}"#;
    let response = Response::builder().header("content-type", "application/vnd.pypi.simple.v1+json");
    Ok(response.body(Full::new(Bytes::from_static(page.as_bytes()))).unwrap())
}

#[test]
fn one_http2_connection_serves_all_requests() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    let (port, connections) = http2_server(&authority);
    let mut policy = policy(&[]);
    network(&mut policy).tls.bundle = Some(certificate(folder.path(), "cert", &authority.pem()));
    policy.indexes = vec![IndexLocation::parse(&format!("https://localhost:{port}/simple/")).unwrap()];
    let mut client = client(policy);
    for n in 0..50 {
        client.submit(index::Request::Project(name(&format!("p{n}"))));
    }
    let answered = client.by_ref().filter(|completed| match &completed.outcome {
        index::Outcome::Project(pages) => pages.indexes[0].page.is_ok(),
        _ => false,
    });
    assert_eq!(answered.count(), 50);
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}
