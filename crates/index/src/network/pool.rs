//! Connections, kept and shared: one HTTP/2 connection for a host that speaks it, else a few of HTTP/1.1.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::TokioIo;
use rustc_hash::FxHashMap;
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore};

use super::dial::{Dialled, Target, dial};
use super::tls::Tls;
use crate::error::Problem;

type NoBody = Empty<Bytes>;

/// All hosts of a run.
pub(crate) struct Pool {
    hosts: RefCell<FxHashMap<Target, Rc<Host>>>,
    tls: Tls,
    connections: usize,
    limit: Duration,
}

/// One host's connections.
struct Host {
    target: Target,
    /// Counts open HTTP/1.1 exchanges.
    permits: Arc<Semaphore>,
    idle: RefCell<Vec<http1::SendRequest<NoBody>>>,
    shared: RefCell<Option<http2::SendRequest<NoBody>>>,
    /// Held while the first TLS connection finds out what the host speaks.
    first: Mutex<()>,
    speaks_http1: Cell<bool>,
}

/// The right to send one request; dropped before the body's end it closes its HTTP/1.1 connection.
pub(crate) struct Lease {
    host: Rc<Host>,
    sender: Sender,
    _permit: Option<OwnedSemaphorePermit>,
    /// It was used before, so the server may just have closed it.
    pub(crate) reused: bool,
}

enum Sender {
    Http1(http1::SendRequest<NoBody>),
    Http2(http2::SendRequest<NoBody>),
}

/// Runs HTTP/2's tasks on the network thread.
#[derive(Clone, Copy)]
struct Here;

impl<F: Future + 'static> hyper::rt::Executor<F> for Here {
    fn execute(&self, task: F) {
        tokio::task::spawn_local(async move {
            task.await;
        });
    }
}

impl Pool {
    pub(crate) fn new(tls: Tls, connections: usize, limit: Duration) -> Self {
        Self { hosts: RefCell::default(), tls, connections, limit }
    }

    /// A connection to `target`: a kept one, or a new one when `fresh` or none is kept.
    pub(crate) async fn lease(&self, target: &Target, fresh: bool) -> Result<Lease, Problem> {
        let host = self.host(target);
        if let Some(lease) = host.shared() {
            return Ok(lease);
        }
        if target.tls && !host.speaks_http1.get() {
            let _first = host.first.lock().await;
            if let Some(lease) = host.shared() {
                return Ok(lease);
            }
            if !host.speaks_http1.get() {
                let permit = host.permit().await?;
                return self.open(&host, permit).await;
            }
        }
        let permit = host.permit().await?;
        if let Some(lease) = host.shared() {
            return Ok(lease);
        }
        match if fresh { None } else { host.kept().await } {
            Some(sender) => Ok(host.lease(Sender::Http1(sender), Some(permit), true)),
            None => self.open(&host, permit).await,
        }
    }

    fn host(&self, target: &Target) -> Rc<Host> {
        if let Some(host) = self.hosts.borrow().get(target) {
            return host.clone();
        }
        let host = Rc::new(Host {
            target: target.clone(),
            permits: Arc::new(Semaphore::new(self.connections)),
            idle: RefCell::default(),
            shared: RefCell::default(),
            first: Mutex::default(),
            speaks_http1: Cell::new(false),
        });
        self.hosts.borrow_mut().insert(target.clone(), host.clone());
        host
    }

    async fn open(&self, host: &Rc<Host>, permit: OwnedSemaphorePermit) -> Result<Lease, Problem> {
        let Dialled { stream, http2 } = dial(&host.target, &self.tls, self.limit).await?;
        let io = TokioIo::new(stream);
        let failed = |error: hyper::Error| Problem::Interrupted(error.to_string());
        if http2 {
            let (sender, connection) = http2::handshake(Here, io).await.map_err(failed)?;
            tokio::task::spawn_local(connection);
            host.shared.replace(Some(sender.clone()));
            return Ok(host.lease(Sender::Http2(sender), None, false));
        }
        let (sender, connection) = http1::handshake(io).await.map_err(failed)?;
        tokio::task::spawn_local(connection);
        host.speaks_http1.set(true);
        Ok(host.lease(Sender::Http1(sender), Some(permit), false))
    }
}

impl Host {
    fn lease(self: &Rc<Self>, sender: Sender, permit: Option<OwnedSemaphorePermit>, reused: bool) -> Lease {
        Lease { host: self.clone(), sender, _permit: permit, reused }
    }

    /// The HTTP/2 connection, while it lives.
    fn shared(self: &Rc<Self>) -> Option<Lease> {
        let mut shared = self.shared.borrow_mut();
        if shared.as_ref().is_some_and(http2::SendRequest::is_closed) {
            *shared = None;
        }
        let sender = shared.clone()?;
        Some(self.lease(Sender::Http2(sender), None, true))
    }

    /// A kept connection that the server has not closed, as far as is known.
    async fn kept(&self) -> Option<http1::SendRequest<NoBody>> {
        loop {
            let mut sender = self.idle.borrow_mut().pop()?;
            if sender.ready().await.is_ok() {
                return Some(sender);
            }
        }
    }

    async fn permit(&self) -> Result<OwnedSemaphorePermit, Problem> {
        self.permits.clone().acquire_owned().await.map_err(|_| Problem::Stopped)
    }
}

impl Lease {
    pub(crate) fn is_http2(&self) -> bool {
        matches!(self.sender, Sender::Http2(_))
    }

    pub(crate) async fn send(&mut self, request: Request<NoBody>) -> hyper::Result<Response<Incoming>> {
        match &mut self.sender {
            Sender::Http1(sender) => sender.send_request(request).await,
            Sender::Http2(sender) => {
                sender.ready().await?;
                sender.send_request(request).await
            }
        }
    }

    /// The answer was read to its end: the connection can serve another request.
    pub(crate) fn give_back(self) {
        if let Sender::Http1(sender) = self.sender {
            self.host.idle.borrow_mut().push(sender);
        }
    }
}
