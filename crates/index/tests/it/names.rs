//! The list of all projects: formats, the cache, indexes without one.

use std::time::Duration;

use fixtures::{FakeClock, FakeIndex, Fault, PageFormats, WheelBuilder};
use index::{Client, FetchError, FetchPolicy, IndexLocation, Outcome, Problem, Refresh, Request};

use crate::{ask, client, network, policy, store};

fn stocked() -> FakeIndex {
    let index = FakeIndex::start();
    for name in ["alpha", "beta-two"] {
        index.add(WheelBuilder::new(name, "1.0"));
    }
    index
}

fn names(client: &mut Client) -> Result<Vec<String>, FetchError> {
    match ask(client, Request::Names(0)) {
        Outcome::Names(names) => names.map(|names| names.iter().map(str::to_owned).collect()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn both_formats_list_the_same() {
    let index = stocked();
    for formats in [PageFormats::Both, PageFormats::Html] {
        index.change(|options| options.formats = formats);
        assert_eq!(names(&mut client(policy(&[&index]))).unwrap(), ["alpha", "beta-two"]);
    }
}

#[test]
fn a_list_is_kept_for_a_day_and_then_asked_about() {
    let index = stocked();
    let (mut policy, clock, store) = (policy(&[&index]), FakeClock::at(1_750_000_000), store());
    network(&mut policy).now = clock.function();
    let next = |policy: &FetchPolicy| {
        index.forget_requests();
        let found = names(&mut Client::new(policy.clone(), store.clone())).unwrap().len();
        (found, index.requests().len())
    };
    assert_eq!(next(&policy), (2, 1));
    assert_eq!(next(&policy), (2, 0));
    let refresh = FetchPolicy { refresh: Refresh::Everything, ..policy.clone() };
    assert_eq!(next(&refresh), (2, 1));
    clock.advance(Duration::from_secs(25 * 3600));
    assert_eq!(next(&policy), (2, 1));
    assert_eq!(next(&policy), (2, 0));
    clock.advance(Duration::from_secs(25 * 3600));
    let offline = FetchPolicy { network: None, ..policy.clone() };
    assert_eq!(next(&offline), (2, 0));
    index.fault("/simple/", Fault::status(503));
    assert_eq!(next(&policy).0, 2, "an old list serves where the server does not answer");
}

#[test]
fn an_index_without_a_list_says_so() {
    let index = stocked();
    index.fault_times("/simple/", 1, Fault::status(404));
    assert!(names(&mut client(policy(&[&index]))).unwrap_err().is_not_found());
    index.put("/plain/", "text/plain", "hello");
    let mut plain = policy(&[]);
    plain.indexes = vec![IndexLocation::parse(&index.url("/plain/")).unwrap()];
    let error = names(&mut client(plain)).unwrap_err();
    assert!(matches!(error.problem, Problem::NotAnIndex { .. }), "{error}");
    let offline = FetchPolicy { network: None, ..policy(&[&index]) };
    assert_eq!(names(&mut client(offline)).unwrap_err().problem, Problem::Offline);
    assert!(names(&mut client(policy(&[]))).is_err());
}

#[test]
fn a_folder_lists_its_folders() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["beta", "alpha"] {
        std::fs::create_dir(folder.path().join(name)).unwrap();
    }
    let mut local = policy(&[]);
    local.indexes = vec![IndexLocation::parse(folder.path().to_str().unwrap()).unwrap()];
    assert_eq!(names(&mut client(local.clone())).unwrap(), ["alpha", "beta"]);
    std::fs::write(folder.path().join("index.html"), "<a href='gamma/'>Gamma</a>").unwrap();
    assert_eq!(names(&mut client(local)).unwrap(), ["Gamma"]);
}
