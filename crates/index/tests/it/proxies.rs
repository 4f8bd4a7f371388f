//! Proxies: which requests go through them, and how.

use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use fixtures::{Authority, FakeIndex, IndexOptions, WheelBuilder};
use index::{FetchPolicy, Problem, ProxyAddress, ProxyPolicy};

use crate::{client, network, page, policy, problem};

/// A proxy that notes the heads of requests.
struct Proxy {
    address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// Answers 407 to whoever does not bring `login` (a header line).
    fn start(login: Option<&'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let noted = heads.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let noted = noted.clone();
                std::thread::spawn(move || serve(stream.unwrap(), &noted, login));
            }
        });
        Self { address, heads }
    }

    fn policy(&self, userinfo: &str) -> ProxyAddress {
        ProxyAddress { address: format!("http://{userinfo}{}", self.address), origin: "--proxy".to_owned() }
    }

    fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

fn serve(client: TcpStream, noted: &Mutex<Vec<String>>, login: Option<&str>) -> Option<()> {
    let mut reader = BufReader::new(client.try_clone().ok()?);
    let mut client = client;
    loop {
        let (mut head, mut line) = (String::new(), String::new());
        while reader.read_line(&mut line).ok()? > 2 {
            head.push_str(&std::mem::take(&mut line));
        }
        noted.lock().unwrap().push(head.clone());
        if login.is_some_and(|login| !head.to_ascii_lowercase().contains(&login.to_ascii_lowercase())) {
            client.write_all(b"HTTP/1.1 407 no\r\nContent-Length: 0\r\n\r\n").ok()?;
            continue;
        }
        let mut words = head.split(' ');
        let (method, target) = (words.next()?, words.next()?);
        let connect = method == "CONNECT";
        let address = target.strip_prefix("http://").map_or(target, |rest| rest.split('/').next().unwrap());
        let mut server = TcpStream::connect(address).ok()?;
        if connect {
            client.write_all(b"HTTP/1.1 200 go\r\nX-Proxy: yes\r\n\r\n").ok()?;
        } else {
            let path = target.strip_prefix(&format!("http://{address}")).unwrap();
            server.write_all(head.replacen(target, path, 1).as_bytes()).ok()?;
            server.write_all(b"Connection: close\r\n\r\n").ok()?;
        }
        let (mut from, mut to) = (server.try_clone().ok()?, client.try_clone().ok()?);
        let back = std::thread::spawn(move || {
            let _ = std::io::copy(&mut from, &mut to);
            let _ = to.shutdown(Shutdown::Both);
        });
        let _ = std::io::copy(&mut reader, &mut server);
        let _ = server.shutdown(Shutdown::Write);
        back.join().ok()?;
        return Some(());
    }
}

fn through(index: &FakeIndex, proxies: ProxyPolicy) -> FetchPolicy {
    let mut policy = policy(&[index]);
    network(&mut policy).proxies = proxies;
    policy
}

#[test]
fn plain_http_asks_the_proxy_for_absolute_addresses() {
    let index = FakeIndex::start();
    index.add(WheelBuilder::new("alpha", "1.0"));
    let proxy = Proxy::start(None);
    let proxies = ProxyPolicy { http: Some(proxy.policy("u:p@")), ..ProxyPolicy::default() };
    page(&mut client(through(&index, proxies)), "alpha").unwrap();
    let head = &proxy.heads()[0];
    assert!(head.starts_with(&format!("GET {}alpha/ HTTP/1.1\r\n", index.simple_url())), "{head}");
    assert!(head.contains("proxy-authorization: Basic dTpw\r\n"), "{head}");
}

#[test]
fn no_proxy_goes_straight() {
    let index = FakeIndex::start();
    index.add(WheelBuilder::new("alpha", "1.0"));
    let proxy = Proxy::start(None);
    let none = Some("127.0.0.1".to_owned());
    let proxies = ProxyPolicy { all: Some(proxy.policy("")), none, ..ProxyPolicy::default() };
    page(&mut client(through(&index, proxies)), "alpha").unwrap();
    assert!(proxy.heads().is_empty());
}

#[test]
fn https_goes_through_a_tunnel() {
    let authority = Authority::new();
    let index = FakeIndex::with_tls(IndexOptions::default(), &authority);
    index.add(WheelBuilder::new("alpha", "1.0"));
    let proxy = Proxy::start(Some("Proxy-Authorization: Basic dTpw"));
    for (userinfo, works) in [("u:p@", true), ("", false)] {
        let proxies = ProxyPolicy { https: Some(proxy.policy(userinfo)), ..ProxyPolicy::default() };
        let mut policy = through(&index, proxies);
        network(&mut policy).trusted_hosts = vec![index::TrustedHost::parse("127.0.0.1").unwrap()];
        let page = page(&mut client(policy), "alpha");
        if works {
            page.unwrap();
            assert!(proxy.heads()[0].starts_with(&format!("CONNECT {} HTTP/1.1\r\n", index.address())));
        } else {
            let expected = Problem::ProxyRefused { proxy: proxy.address.to_string(), status: 407 };
            assert_eq!(page.unwrap_err().problem, expected);
        }
    }
}

#[test]
fn proxies_that_cannot_be_used() {
    let index = FakeIndex::start();
    let address = |text: &str| ProxyAddress { address: text.to_owned(), origin: "ALL_PROXY".to_owned() };
    let socks =
        ProxyPolicy { all: Some(address("socks5://u:secret@127.0.0.1:1080")), ..ProxyPolicy::default() };
    match problem(&mut client(through(&index, socks)), "alpha") {
        Problem::Proxy { origin, reason } => {
            assert_eq!((origin.as_str(), reason.as_str()), ("ALL_PROXY", "SOCKS is not supported"));
        }
        other => panic!("{other}"),
    }
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let dead = ProxyPolicy { all: Some(address(&format!("127.0.0.1:{port}"))), ..ProxyPolicy::default() };
    match problem(&mut client(through(&index, dead)), "alpha") {
        Problem::Connect { host, .. } => assert_eq!(host, format!("127.0.0.1:{port}")),
        other => panic!("{other}"),
    }
}

/// A proxy that is itself reached by TLS and makes tunnels only; its port.
fn tls_proxy(authority: &Authority) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let acceptor = tokio_rustls::TlsAcceptor::from(authority.server_config());
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            loop {
                let stream = acceptor.accept(listener.accept().await.unwrap().0).await.unwrap();
                tokio::spawn(tunnel(stream));
            }
        });
    });
    port
}

async fn tunnel(mut client: tokio_rustls::server::TlsStream<tokio::net::TcpStream>) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap();
    let target = head.strip_prefix("CONNECT ").unwrap().split(' ').next().unwrap();
    let mut server = tokio::net::TcpStream::connect(target).await.unwrap();
    client.write_all(b"HTTP/1.1 200 go\r\n\r\n").await.unwrap();
    let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
}

#[test]
fn a_proxy_may_be_reached_by_tls() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    let index = FakeIndex::with_tls(IndexOptions::default(), &authority);
    index.add(WheelBuilder::new("alpha", "1.0"));
    let address = format!("https://localhost:{}", tls_proxy(&authority));
    let every = Some(ProxyAddress { address, origin: "--proxy".to_owned() });
    let mut policy = through(&index, ProxyPolicy { every, ..ProxyPolicy::default() });
    let path = folder.path().join("roots.pem");
    std::fs::write(&path, authority.pem()).unwrap();
    network(&mut policy).tls.bundle = Some(index::CertificateFile { path, origin: "--cert".to_owned() });
    page(&mut client(policy), "alpha").unwrap();
}
