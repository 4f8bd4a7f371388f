//! Servers that misbehave.

use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fixtures::{FakeIndex, Fault, WheelBuilder};
use index::{FetchPolicy, IndexLocation, Observer, PlainHttp, Problem};

use crate::{client, hasty, network, page, policy, problem};

fn alpha() -> FakeIndex {
    let index = FakeIndex::start();
    index.add(WheelBuilder::new("alpha", "1.0"));
    index
}

const PATH: &str = "/simple/alpha/";

#[test]
fn passing_failures_are_tried_again() {
    for fault in [
        Fault::status(500),
        Fault::status(502),
        Fault::status(503),
        Fault::status(504),
        Fault::status(520),
        Fault::status(527),
        Fault::status_with(429, "Retry-After", "3600"),
        Fault::Close,
        Fault::ResetAfter(10),
        Fault::TruncateAfter(10),
    ] {
        let index = alpha();
        index.fault_times(PATH, 2, fault.clone());
        page(&mut client(policy(&[&index])), "alpha").unwrap_or_else(|error| panic!("{fault:?}: {error}"));
    }
}

#[test]
fn a_server_that_hangs_is_asked_again() {
    let index = alpha();
    index.fault_times(PATH, 2, Fault::Hang);
    page(&mut client(hasty(&[&index])), "alpha").unwrap();
    assert!(index.requests().len() >= 3);
}

#[test]
fn failures_that_do_not_pass() {
    type Check = fn(&Problem) -> bool;
    let table: [(Fault, u32, Check); 8] = [
        (Fault::status(503), 3, |problem| *problem == Problem::Status(503)),
        (Fault::status(429), 3, |problem| *problem == Problem::Status(429)),
        (Fault::status(404), 1, |problem| *problem == Problem::Status(404)),
        (Fault::status(403), 1, |problem| matches!(problem, Problem::Forbidden { user: None })),
        (Fault::status(401), 1, |problem| matches!(problem, Problem::Unauthorized { user: None })),
        (Fault::Close, 3, |problem| matches!(problem, Problem::Interrupted(_))),
        (Fault::Garbage(b"SSH-2.0-x\r\n".to_vec()), 1, |problem| matches!(problem, Problem::Protocol(_))),
        (Fault::redirect("ftp://files.example/"), 1, |problem| matches!(problem, Problem::BadRedirect(_))),
    ];
    for (fault, attempts, check) in table {
        let index = alpha();
        index.fault_times(PATH, usize::MAX, fault.clone());
        let error = page(&mut client(policy(&[&index])), "alpha").unwrap_err();
        assert!(check(&error.problem), "{fault:?}: {error}");
        assert_eq!(error.attempts, attempts, "{fault:?}: {error}");
    }
}

#[test]
fn pages_that_are_no_index() {
    let index = alpha();
    for (content_type, body) in [
        ("text/html", "<html><title>Log in</title><form></form></html>"),
        ("application/vnd.pypi.simple.v1+json", "{\"message\": "),
        ("application/vnd.pypi.simple.v1+json", "{\"meta\":{\"api-version\":\"2.0\"},\"files\":[]}"),
        ("text/plain", "hello"),
    ] {
        index.fault(PATH, Fault::Body(content_type.to_owned(), body.as_bytes().to_vec()));
        match problem(&mut client(policy(&[&index])), "alpha") {
            Problem::NotAnIndex { .. } => {}
            other => panic!("{body}: {other}"),
        }
    }
}

#[test]
fn a_host_that_is_not_there() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let index = IndexLocation::parse(&format!("http://127.0.0.1:{port}/simple")).unwrap();
    let policy = FetchPolicy { indexes: vec![index], ..policy(&[]) };
    match problem(&mut client(policy), "alpha") {
        Problem::Connect { host, reason } => {
            assert_eq!((host, reason.as_str()), (format!("127.0.0.1:{port}"), "Connection refused"));
        }
        other => panic!("{other}"),
    }
}

#[test]
fn redirects_end() {
    let index = alpha();
    index.fault_times(PATH, usize::MAX, Fault::redirect(PATH));
    assert_eq!(problem(&mut client(policy(&[&index])), "alpha"), Problem::TooManyRedirects);
    assert_eq!(index.requests().len(), 30);
}

#[test]
fn a_connection_closed_between_requests_is_no_failure() {
    let index = alpha();
    index.add(WheelBuilder::new("beta", "1.0"));
    let mut policy = policy(&[&index]);
    network(&mut policy).retries = 0;
    let mut client = client(policy);
    page(&mut client, "alpha").unwrap();
    index.fault("/simple/beta/", Fault::Close);
    page(&mut client, "beta").unwrap();
}

#[derive(Default)]
struct Notes(Mutex<Vec<String>>);

impl Observer for Notes {
    fn retrying(&self, url: &str, problem: &Problem, left: u32) {
        self.0.lock().unwrap().push(format!("{url} {problem} {left}"));
    }
    fn downloading(&self, filename: &str, got: u64, total: Option<u64>) {
        let mut notes = self.0.lock().unwrap();
        if Some(got) == total {
            notes.push(format!("{filename} {got}"));
        }
    }
}

#[test]
fn retries_are_told() {
    let index = alpha();
    index.fault_times(PATH, 2, Fault::status(503));
    let notes = Arc::new(Notes::default());
    let mut policy = policy(&[&index]);
    network(&mut policy).observer = Some(notes.clone());
    page(&mut client(policy), "alpha").unwrap();
    let url = index.url(PATH);
    let told = notes.0.lock().unwrap().clone();
    assert_eq!(
        told,
        [format!("{url} the server answered 503 2"), format!("{url} the server answered 503 1")]
    );
}

#[test]
fn downloads_are_told() {
    let index = alpha();
    let notes = Arc::new(Notes::default());
    let mut policy = policy(&[&index]);
    network(&mut policy).observer = Some(notes.clone());
    let mut client = client(policy);
    let wheel = crate::request_of(&mut client, "alpha").distribution;
    let len = crate::file(&mut client, wheel).unwrap().len();
    assert_eq!(*notes.0.lock().unwrap(), [format!("alpha-1.0-py3-none-any.whl {len}")]);
}

#[test]
fn plain_http_elsewhere_is_refused() {
    let location = IndexLocation::parse("http://index.example/simple").unwrap();
    let policy = FetchPolicy { indexes: vec![location.clone()], ..policy(&[]) };
    let refusing = client(policy.clone());
    assert_eq!(refusing.ignored_indexes(), std::slice::from_ref(&location));
    assert!(refusing.indexes().is_empty());
    let allowing = client(FetchPolicy { plain_http: PlainHttp::Allowed, ..policy.clone() });
    assert_eq!(allowing.indexes().len(), 1);
    let mut trusting = policy;
    network(&mut trusting).trusted_hosts = vec![index::TrustedHost::parse("index.example").unwrap()];
    assert_eq!(client(trusting).indexes().len(), 1);
}

#[test]
fn a_caller_need_not_wait() {
    let index = alpha();
    index.fault(PATH, Fault::Hang);
    let mut client = client(hasty(&[&index]));
    let ticket = client.submit(index::Request::Project(crate::name("alpha")));
    assert!(client.next_within(Duration::ZERO).is_none());
    assert_eq!(client.waiting(), 1);
    let answer = std::iter::repeat_with(|| client.next_within(Duration::from_millis(50))).flatten().next();
    assert_eq!(answer.unwrap().ticket, ticket);
    assert!(client.next_within(Duration::from_secs(60)).is_none(), "nothing is owed, so nobody waits");
}

#[test]
fn nothing_waits_longer_than_told() {
    let index = alpha();
    index.fault_times(PATH, usize::MAX, Fault::Hang);
    let mut policy = policy(&[&index]);
    network(&mut policy).timeout = Duration::from_millis(10);
    let error = page(&mut client(policy), "alpha").unwrap_err();
    match error.problem {
        Problem::Timeout { after, .. } => assert_eq!((after, error.attempts), (Duration::from_millis(10), 3)),
        other => panic!("{other}"),
    }
}
