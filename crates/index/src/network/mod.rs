//! One request and everything that may have to happen for its answer: credentials, redirects, proxies, retries.

mod answer;
mod dial;
mod gzip;
mod pool;
pub(crate) mod proxy;
pub(crate) mod tls;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, HOST, LOCATION, PROXY_AUTHORIZATION, RETRY_AFTER, USER_AGENT,
};
use http::{HeaderName, HeaderValue, Request};
use http_body_util::Empty;
use tokio::time::timeout;
use url::Url;

pub(crate) use answer::Answer;
use dial::Target;
use pool::Pool;
use tls::Tls;

use crate::credentials::{Credentials, Login};
use crate::error::{FetchError, Problem, redacted};
use crate::policy::{BrokenOff, NetworkPolicy};

/// As `requests`, which pip uses, has it.
const MOST_REDIRECTS: usize = 30;

/// What is asked of a URL; always `GET`.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) url: Url,
    pub(crate) accept: &'static str,
    /// Files come as they are (`identity`), pages may be packed.
    pub(crate) gzip: bool,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
}

/// A try that did not succeed, and how long the server wants us to wait.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) problem: Problem,
    wait: Option<Duration>,
    /// What there is of a file that broke off.
    part: Option<Box<Part>>,
}

/// What there is of a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    pub(crate) got: u64,
    pub(crate) total: Option<u64>,
    /// Enough was brought for the count of tries to begin anew.
    pub(crate) progressed: bool,
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self { problem, wait: None, part: None }
    }
}

impl Failure {
    pub(crate) fn after(problem: Problem, part: Part) -> Self {
        Self { problem, wait: None, part: Some(Box::new(part)) }
    }
}

/// Whether logins may be sent: not after a redirect has led from https to http.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Secrecy {
    Kept,
    Lost,
}

/// The network as the rest of the crate sees it; lives on the network thread.
pub(crate) struct Network {
    policy: NetworkPolicy,
    credentials: Arc<Credentials>,
    pool: Pool,
}

impl Network {
    pub(crate) fn new(policy: NetworkPolicy, credentials: Arc<Credentials>) -> Self {
        let tls = Tls::new(policy.tls.clone());
        let pool = Pool::new(tls, policy.connections_per_host.max(1), policy.timeout);
        Self { policy, credentials, pool }
    }

    /// Repeats `attempt` while its failures are passing ones and tries are left.
    pub(crate) async fn retrying<T>(
        &self,
        url: &Url,
        mut attempt: impl AsyncFnMut() -> Result<T, Failure>,
    ) -> Result<T, FetchError> {
        let (mut attempts, mut in_a_row, mut broken) = (0, 0, 0);
        loop {
            attempts += 1;
            let Failure { problem, wait, part } = match attempt().await {
                Ok(value) => return Ok(value),
                Err(failure) => failure,
            };
            in_a_row = if part.as_ref().is_some_and(|part| part.progressed) { 1 } else { in_a_row + 1 };
            broken += u32::from(part.is_some());
            let limit = if part.is_some() { self.policy.resumes } else { self.policy.retries };
            let goes_on = problem.is_passing() && in_a_row <= limit;
            match part {
                Some(part) if problem.is_passing() => self.broke_off(url, *part, broken, goes_on),
                None if goes_on => self.failed(url, &problem, limit + 1 - in_a_row),
                _ => {}
            }
            if !goes_on {
                return Err(FetchError { url: redacted(url), problem, attempts });
            }
            let backoff = self.policy.backoff.saturating_mul(1 << (in_a_row - 1).min(16));
            tokio::time::sleep(wait.unwrap_or(backoff).min(self.policy.longest_wait)).await;
        }
    }

    fn failed(&self, url: &Url, problem: &Problem, left: u32) {
        if let Some(observer) = &self.policy.observer {
            observer.retrying(&redacted(url), problem, left);
        }
    }

    fn broke_off(&self, url: &Url, part: Part, attempt: u32, goes_on: bool) {
        if let Some(observer) = &self.policy.observer {
            let Part { got, total, .. } = part;
            observer.broke_off(&BrokenOff { url: &redacted(url), got, total, attempt, goes_on });
        }
    }

    /// Tells whoever watches how far a file has come.
    pub(crate) fn downloading(&self, filename: &str, got: u64, total: Option<u64>) {
        if let Some(observer) = &self.policy.observer {
            observer.downloading(filename, got, total);
        }
    }

    /// One try: the answer to `ask` with status 200, 206 or 304, after redirects and questions for credentials.
    pub(crate) async fn answer(&self, ask: &Ask) -> Result<Answer, Failure> {
        let mut url = ask.url.clone();
        let mut secret = Secrecy::Kept;
        for _ in 0..MOST_REDIRECTS {
            let answer = self.authenticated(ask, &url, secret).await?;
            match answer.status {
                200 | 206 | 304 => return Ok(answer),
                301 | 302 | 303 | 307 | 308 => {
                    let to = redirect(&url, answer.header(LOCATION))?;
                    if url.scheme() == "https" && to.scheme() == "http" {
                        secret = Secrecy::Lost;
                    }
                    url = to;
                    answer.discard().await;
                }
                status => {
                    let wait = retry_after(answer.header(RETRY_AFTER), (self.policy.now)());
                    answer.discard().await;
                    return Err(Failure { problem: Problem::Status(status), wait, part: None });
                }
            }
        }
        Err(Problem::TooManyRedirects.into())
    }

    /// The answer of one host; a 401 is met with what the keyring or the user says, once.
    async fn authenticated(&self, ask: &Ask, url: &Url, secrecy: Secrecy) -> Result<Answer, Failure> {
        let login = self.credentials.known(url).filter(|_| secrecy == Secrecy::Kept);
        let answer = self.exchange(ask, url, login.as_ref()).await?;
        if answer.status == 403 {
            answer.discard().await;
            return Err(Problem::Forbidden { user: login.map(|login| login.user) }.into());
        }
        if answer.status != 401 {
            return Ok(answer);
        }
        answer.discard().await;
        if secrecy == Secrecy::Lost {
            return Err(Problem::Unauthorized { user: None }.into());
        }
        let (credentials, asked, refused) = (self.credentials.clone(), url.clone(), login.clone());
        // The keyring is a process and the user is slow: not on the thread that moves bytes.
        let found = tokio::task::spawn_blocking(move || credentials.ask(&asked, refused.as_ref())).await;
        let Some(second) = found.ok().flatten() else {
            return Err(Problem::Unauthorized { user: login.map(|login| login.user) }.into());
        };
        let answer = self.exchange(ask, url, Some(&second)).await?;
        match answer.status {
            401 => Err(Problem::Unauthorized { user: Some(second.user) }.into()),
            403 => Err(Problem::Forbidden { user: Some(second.user) }.into()),
            _ => Ok(answer),
        }
    }

    /// Sends one request over a kept connection or a new one. A kept one may just have been closed by the server:
    /// then once more, over a new one.
    async fn exchange(&self, ask: &Ask, url: &Url, login: Option<&Login>) -> Result<Answer, Failure> {
        let trusted = self.policy.trusts(url);
        let target = Target::of(url, self.policy.proxies.for_url(url)?, trusted)?;
        let limit = self.policy.timeout;
        let mut fresh = false;
        loop {
            let mut lease = self.pool.lease(&target, fresh).await?;
            let request = self.request(ask, url, login, (&target, lease.is_http2()))?;
            let sent = timeout(limit, lease.send(request)).await;
            match sent.map_err(|_| Problem::Timeout { after: limit, stage: "waiting for the answer" })? {
                Ok(response) => {
                    let (head, body) = response.into_parts();
                    let (status, headers, url) = (head.status.as_u16(), head.headers, url.clone());
                    return Ok(Answer { status, headers, url, body, lease: Some(lease), limit });
                }
                Err(_) if lease.reused && !fresh => fresh = true,
                Err(error) => return Err(answer::broken(&error).into()),
            }
        }
    }

    fn request(
        &self,
        ask: &Ask,
        url: &Url,
        login: Option<&Login>,
        (target, http2): (&Target, bool),
    ) -> Result<Request<Empty<Bytes>>, Problem> {
        // HTTP/2 and proxies take the absolute address, servers the path; userinfo and fragment go to nobody.
        let authority = &url[url::Position::BeforeHost..url::Position::AfterPort];
        let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
        let address = if http2 || target.speaks_to_proxy() {
            format!("{}://{authority}{path}", url.scheme())
        } else {
            path.to_owned()
        };
        let mut request = Request::get(address).header(ACCEPT, ask.accept);
        if !http2 {
            request = request.header(HOST, authority);
        }
        request = request.header(ACCEPT_ENCODING, if ask.gzip { "gzip" } else { "identity" });
        request = request.header(USER_AGENT, self.policy.user_agent.as_str());
        for (name, value) in &ask.headers {
            request = request.header(name, value);
        }
        if let Some(value) = login.and_then(Login::basic) {
            request = request.header(AUTHORIZATION, value);
        }
        let proxy = target.proxy.as_ref().filter(|_| target.speaks_to_proxy());
        if let Some(value) = proxy.and_then(|proxy| proxy.authorization.as_ref()) {
            request = request.header(PROXY_AUTHORIZATION, value);
        }
        request.body(Empty::new()).map_err(|error| Problem::Protocol(error.to_string()))
    }
}

/// Where a redirect leads. Its userinfo, if any, is the redirect's own; the old address's is never carried to another
/// host, because logins are looked up by host.
fn redirect(from: &Url, location: Option<&str>) -> Result<Url, Problem> {
    let location = location.ok_or_else(|| Problem::BadRedirect("nowhere".to_owned()))?;
    let to = from.join(location).map_err(|_| Problem::BadRedirect("an address that is none".to_owned()))?;
    match to.scheme() {
        "http" | "https" => Ok(to),
        _ => Err(Problem::BadRedirect(redacted(&to))),
    }
}

/// RFC 9110 §10.2.3: seconds, or a date.
fn retry_after(value: Option<&str>, now: SystemTime) -> Option<Duration> {
    let value = value?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    Some(httpdate::parse_http_date(value).ok()?.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects_keep_to_http_and_drop_userinfo() {
        let from = Url::parse("https://u:p@a.example/simple/x").unwrap();
        for (location, to) in [
            ("/simple/x/", Some("https://u:p@a.example/simple/x/")),
            ("https://b.example/", Some("https://b.example/")),
            ("//b.example/y", Some("https://b.example/y")),
            ("file:///etc/passwd", None),
            ("http://[", None),
        ] {
            assert_eq!(redirect(&from, Some(location)).ok().as_ref().map(Url::as_str), to, "{location}");
        }
        assert!(redirect(&from, None).is_err());
    }

    #[test]
    fn waits_come_as_seconds_or_dates() {
        let now = httpdate::parse_http_date("Wed, 01 Jan 2025 00:00:00 GMT").unwrap();
        for (value, seconds) in [
            ("7", Some(7)),
            ("Wed, 01 Jan 2025 00:00:09 GMT", Some(9)),
            ("Tue, 31 Dec 2024 00:00:00 GMT", Some(0)),
            ("soon", None),
        ] {
            assert_eq!(retry_after(Some(value), now), seconds.map(Duration::from_secs), "{value}");
        }
    }
}
