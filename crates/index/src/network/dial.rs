//! From a target to a stream of bytes: addresses, TCP, a proxy's CONNECT, TLS.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use http::HeaderValue;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsConnector;
use url::Url;

use super::proxy::Proxy;
use super::tls::Tls;
use crate::error::Problem;

/// Anything bytes can be read from and written to.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin {}
impl<T: AsyncRead + AsyncWrite + Unpin> Stream for T {}

/// Where a connection ends and how it gets there; connections of equal targets can be shared.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Target {
    pub(crate) tls: bool,
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) proxy: Option<Proxy>,
    /// `--trusted-host`: certificates are not checked.
    pub(crate) trusted: bool,
}

impl Target {
    pub(crate) fn of(url: &Url, proxy: Option<Proxy>, trusted: bool) -> Result<Self, Problem> {
        let tls = match url.scheme() {
            "http" => false,
            "https" => true,
            other => return Err(Problem::Scheme(other.to_owned())),
        };
        let host = url.host_str().unwrap_or_default().to_owned();
        Ok(Self { tls, host, port: url.port_or_known_default().unwrap_or(443), proxy, trusted })
    }

    /// Plain http through a proxy: the proxy is asked for absolute addresses (RFC 9112 §3.2.2).
    pub(crate) fn speaks_to_proxy(&self) -> bool {
        self.proxy.is_some() && !self.tls
    }
}

/// A connection and whether HTTP/2 was agreed on (ALPN).
pub(crate) struct Dialled {
    pub(crate) stream: Box<dyn Stream>,
    pub(crate) http2: bool,
}

/// Connects to `target`; each step may take `limit`.
pub(crate) async fn dial(target: &Target, tls: &Tls, limit: Duration) -> Result<Dialled, Problem> {
    let within = |stage: &'static str| move |_| Problem::Timeout { after: limit, stage };
    let (host, port) = match &target.proxy {
        Some(proxy) => (proxy.host.as_str(), proxy.port),
        None => (target.host.as_str(), target.port),
    };
    let tcp = timeout(limit, tcp(host, port)).await.map_err(within("connecting"))??;
    let mut stream: Box<dyn Stream> = Box::new(tcp);
    if let Some(proxy) = &target.proxy {
        if proxy.tls {
            let peer = Peer { host, trusted: false, offers_http2: false };
            let secured = timeout(limit, secure(stream, peer, tls)).await;
            stream = secured.map_err(within("greeting the proxy"))??.stream;
        }
        if target.tls {
            let connected = connect_through(&mut stream, proxy, target);
            timeout(limit, connected).await.map_err(within("asking the proxy"))??;
        }
    }
    if !target.tls {
        return Ok(Dialled { stream, http2: false });
    }
    let peer = Peer { host: &target.host, trusted: target.trusted, offers_http2: true };
    timeout(limit, secure(stream, peer, tls)).await.map_err(within("greeting the server"))?
}

/// RFC 8305, simplified: the next address is tried when the one before has not answered for 250 ms or has failed.
async fn tcp(host: &str, port: u16) -> Result<TcpStream, Problem> {
    let failed =
        |error: &io::Error| Problem::Connect { host: format!("{host}:{port}"), reason: plain(error) };
    let addresses = addresses(host, port).await?;
    let mut tries = JoinSet::new();
    let mut waiting = addresses.into_iter();
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    loop {
        let next = waiting.next();
        let more = next.is_some();
        if let Some(address) = next {
            tries.spawn_local(TcpStream::connect(address));
        }
        let answered = tokio::select! {
            answered = tries.join_next() => answered,
            () = sleep(Duration::from_millis(250)), if more => continue,
        };
        match answered {
            Some(Ok(Ok(stream))) => {
                stream.set_nodelay(true).map_err(|error| failed(&error))?;
                return Ok(stream);
            }
            Some(Ok(Err(error))) => last = error,
            Some(Err(_)) => {}
            None if more => {}
            None => return Err(failed(&last)),
        }
    }
}

async fn addresses(host: &str, port: u16) -> Result<Vec<SocketAddr>, Problem> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(ip) = bare.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(ip, port)]);
    }
    let unknown = |reason: String| Problem::Resolve { host: host.to_owned(), reason };
    let found = tokio::net::lookup_host((host, port)).await.map_err(|error| unknown(plain(&error)))?;
    let (six, four): (Vec<_>, Vec<_>) = found.partition(SocketAddr::is_ipv6);
    // Alternating families, so that one that leads nowhere costs 250 ms and no more.
    let mut addresses = Vec::with_capacity(six.len() + four.len());
    let (mut six, mut four) = (six.into_iter(), four.into_iter());
    loop {
        let (a, b) = (six.next(), four.next());
        if a.is_none() && b.is_none() {
            break;
        }
        addresses.extend(a.into_iter().chain(b));
    }
    if addresses.is_empty() { Err(unknown("the name has no address".to_owned())) } else { Ok(addresses) }
}

/// The system's words without Rust's `(os error N)`.
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_owned()
}

async fn connect_through(
    stream: &mut Box<dyn Stream>,
    proxy: &Proxy,
    target: &Target,
) -> Result<(), Problem> {
    let name = || format!("{}:{}", proxy.host, proxy.port);
    let broken = |error: io::Error| Problem::Connect { host: name(), reason: plain(&error) };
    let authority = format!("{}:{}", target.host, target.port);
    let mut request = format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n").into_bytes();
    if let Some(value) = &proxy.authorization {
        request.extend(b"Proxy-Authorization: ");
        request.extend(HeaderValue::as_bytes(value));
        request.extend(b"\r\n");
    }
    request.extend(b"\r\n");
    stream.write_all(&request).await.map_err(broken)?;
    let mut head = Vec::new();
    // Byte by byte: what follows the empty line belongs to TLS.
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() > 16 << 10 {
            return Err(Problem::Protocol(format!("the head of the answer of proxy {} has no end", name())));
        }
        head.push(stream.read_u8().await.map_err(broken)?);
    }
    let status = std::str::from_utf8(&head).ok().and_then(|text| text.split(' ').nth(1)?.parse::<u16>().ok());
    match status {
        Some(200..=299) => Ok(()),
        Some(status) => Err(Problem::ProxyRefused { proxy: name(), status }),
        None => Err(Problem::Protocol(format!("the answer of proxy {} is not HTTP", name()))),
    }
}

/// The other end of a TLS connection.
#[derive(Clone, Copy)]
struct Peer<'a> {
    host: &'a str,
    trusted: bool,
    /// Whether HTTP/2 is offered; not to proxies, whose CONNECT is one of HTTP/1.1.
    offers_http2: bool,
}

async fn secure(stream: Box<dyn Stream>, peer: Peer<'_>, tls: &Tls) -> Result<Dialled, Problem> {
    let (mut config, roots) = if peer.trusted {
        (tls.trusting()?.clone(), "none")
    } else {
        let verifying = tls.verifying()?;
        (verifying.config.clone(), verifying.roots.as_str())
    };
    if !peer.offers_http2 {
        std::sync::Arc::make_mut(&mut config).alpn_protocols.clear();
    }
    let host = peer.host.to_owned();
    let bare = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let name = ServerName::try_from(bare)
        .map_err(|error| Problem::Tls { host: host.clone(), reason: error.to_string() })?;
    match TlsConnector::from(config).connect(name, stream).await {
        Ok(stream) => {
            let http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
            Ok(Dialled { stream: Box::new(stream), http2 })
        }
        Err(error) => Err(handshake_problem(&error, host, roots)),
    }
}

fn handshake_problem(error: &io::Error, host: String, roots: &str) -> Problem {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::InvalidCertificate(reason)) => {
            let reason = format!("{reason:?}");
            // webpki's word for most certificates that people sign themselves.
            let is_own = reason.contains("CaUsedAsEndEntity");
            let reason = if is_own { "SelfSigned".to_owned() } else { reason };
            Problem::Certificate { host, reason, roots: roots.to_owned() }
        }
        Some(reason) => Problem::Tls { host, reason: reason.to_string() },
        None => Problem::Connect { host, reason: plain(error) },
    }
}
