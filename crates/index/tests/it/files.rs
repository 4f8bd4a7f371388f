//! Downloads: whole, resumed, wrong.

use std::time::Duration;

use fixtures::{FakeIndex, Fault, ServedFile, WheelBuilder};
use index::{Client, Problem};
use packaging::distribution::Distribution;

use crate::{client, file, hasty, network, policy, request_of, store};

const PATH: &str = "/files/alpha-1.0-py3-none-any.whl";

/// An index with one wheel of about 3 MB.
fn index() -> (FakeIndex, Vec<u8>) {
    let noise: Vec<u8> = (0..750_000u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    let (filename, bytes) = WheelBuilder::new("alpha", "1.0").stored().file("alpha/data.bin", noise).build();
    let index = FakeIndex::start();
    index.add((filename, bytes.clone()));
    (index, bytes)
}

fn wheel(client: &mut Client) -> Distribution {
    request_of(client, "alpha").distribution
}

#[test]
fn a_file_comes_whole() {
    let (index, bytes) = index();
    let mut client = client(policy(&[&index]));
    let wheel = wheel(&mut client);
    assert_eq!(file(&mut client, wheel).unwrap(), bytes);
}

#[test]
fn a_broken_download_goes_on_where_it_stopped() {
    let (index, bytes) = index();
    for fault in [Fault::TruncateAfter(1_000_000), Fault::ResetAfter(1_000_000), Fault::StallAfter(1_000_000)]
    {
        index.forget_requests();
        index.fault(PATH, fault);
        let mut client = client(hasty(&[&index]));
        let wheel = wheel(&mut client);
        assert_eq!(file(&mut client, wheel).unwrap(), bytes);
        let again = index.requests().pop().unwrap();
        if let Some(range) = again.header("range") {
            assert_ne!(range, "bytes=0-");
            assert!(again.header("if-range").is_some());
        }
    }
}

#[test]
fn each_step_forward_renews_the_retries() {
    let (index, bytes) = index();
    index.fault_times(PATH, 10, Fault::TruncateAfter(300_000));
    let mut client = client(policy(&[&index]));
    let wheel = wheel(&mut client);
    assert_eq!(file(&mut client, wheel).unwrap(), bytes);
}

#[test]
fn an_interrupted_download_goes_on_in_the_next_run() {
    let (index, bytes) = index();
    let store = store();
    let mut once = policy(&[&index]);
    network(&mut once).retries = 0;
    network(&mut once).resumes = 0;
    index.fault(PATH, Fault::TruncateAfter(2_500_000));
    let mut first = Client::new(once.clone(), store.clone());
    let of_first = wheel(&mut first);
    assert!(matches!(file(&mut first, of_first).unwrap_err().problem, Problem::Interrupted(_)));

    let mut second = Client::new(once.clone(), store.clone());
    let of_second = wheel(&mut second);
    assert_eq!(file(&mut second, of_second).unwrap(), bytes);
    assert!(index.requests().pop().unwrap().header("range").is_some());
}

#[test]
fn a_changed_file_is_fetched_from_its_start() {
    let (index, _) = index();
    let store = store();
    let mut once = policy(&[&index]);
    network(&mut once).retries = 0;
    network(&mut once).resumes = 0;
    index.fault(PATH, Fault::TruncateAfter(2_500_000));
    let mut first = Client::new(once.clone(), store.clone());
    let of_first = wheel(&mut first);
    file(&mut first, of_first).unwrap_err();

    let (filename, other) = WheelBuilder::new("alpha", "1.0").build();
    index.add((filename, other.clone()));
    let mut fresh = once;
    fresh.refresh = index::Refresh::Everything;
    let mut second = Client::new(fresh, store);
    let of_second = wheel(&mut second);
    assert_eq!(file(&mut second, of_second).unwrap(), other);
}

#[test]
fn a_wrong_hash_is_an_error() {
    let index = FakeIndex::start();
    index.add(ServedFile::from(WheelBuilder::new("alpha", "1.0")).claimed_sha256(&"0".repeat(64)));
    let mut client = client(policy(&[&index]));
    let wheel = wheel(&mut client);
    let error = file(&mut client, wheel).unwrap_err();
    match error.problem {
        Problem::Hash { algorithm, expected, got } => {
            assert_eq!((algorithm.as_str(), expected), ("sha256", "0".repeat(64)));
            assert_eq!(got.len(), 64);
        }
        other => panic!("{other}"),
    }
}

#[test]
fn nobody_fills_our_disk() {
    let (index, _) = index();
    let mut client = client(policy(&[&index]));
    let mut wheel = wheel(&mut client);
    if let Distribution::Wheel(wheel) = &mut wheel {
        wheel.file.size = Some(1000);
    }
    assert_eq!(file(&mut client, wheel).unwrap_err().problem, Problem::TooLarge { limit: 1000 });
}

#[test]
fn a_slow_file_is_not_a_hanging_one() {
    let index = FakeIndex::start();
    index.add(WheelBuilder::new("alpha", "1.0"));
    index.fault(PATH, Fault::Slow(200, Duration::from_millis(5)));
    let mut policy = policy(&[&index]);
    network(&mut policy).retries = 0;
    network(&mut policy).resumes = 0;
    let mut client = client(policy);
    let wheel = wheel(&mut client);
    file(&mut client, wheel).unwrap();
}
