//! Metadata without the file, and with it where nothing else helps.

use fixtures::{CoreMetadata, FakeIndex, SdistBuilder, ServedFile, WheelBuilder};
use index::{Client, Problem};

use crate::{client, file, metadata, policy, request_of, store};

fn alpha(core_metadata: CoreMetadata) -> FakeIndex {
    let index = FakeIndex::start();
    index.change(|options| options.core_metadata = core_metadata);
    let noise: Vec<u8> = (0..200_000u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    index.add(WheelBuilder::new("alpha", "1.0").requires("beta>=2").file("alpha/data.bin", noise));
    index
}

const WHEEL: &str = "/files/alpha-1.0-py3-none-any.whl";

#[test]
fn the_announced_file_is_fetched_and_kept() {
    let index = alpha(CoreMetadata::Advertised);
    let store = store();
    for _ in 0..2 {
        let mut client = Client::new(policy(&[&index]), store.clone());
        let request = request_of(&mut client, "alpha");
        assert!(metadata(&mut client, request).unwrap().contains("Requires-Dist: beta>=2"));
    }
    assert_eq!(index.paths(), ["/simple/alpha/".to_owned(), format!("{WHEEL}.metadata")]);
}

#[test]
fn a_wrong_metadata_hash_is_an_error() {
    let index = FakeIndex::start();
    index.add(ServedFile::from(WheelBuilder::new("alpha", "1.0")).claimed_metadata_sha256(&"0".repeat(64)));
    let mut client = client(policy(&[&index]));
    let request = request_of(&mut client, "alpha");
    let error = metadata(&mut client, request).unwrap_err();
    assert!(matches!(error.problem, Problem::Hash { .. }), "{error}");
    assert!(error.url.ends_with(".whl.metadata"));
}

#[test]
fn an_announced_file_that_is_missing_does_not_matter() {
    let index = alpha(CoreMetadata::Advertised);
    let mut client = client(policy(&[&index]));
    let request = request_of(&mut client, "alpha");
    index.change(|options| options.core_metadata = CoreMetadata::Absent);
    assert!(metadata(&mut client, request).unwrap().contains("Requires-Dist: beta>=2"));
}

#[test]
fn otherwise_the_wheels_tail_is_read() {
    let index = alpha(CoreMetadata::Absent);
    let mut client = client(policy(&[&index]));
    let request = request_of(&mut client, "alpha");
    assert!(metadata(&mut client, request).unwrap().contains("Requires-Dist: beta>=2"));
    let requests = index.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[1].header("range"), Some("bytes=-32768"));
    assert_eq!(requests[1].header("accept-encoding"), Some("identity"));
}

#[test]
fn metadata_far_from_the_end_takes_a_second_part() {
    let index = FakeIndex::start();
    index.change(|options| options.core_metadata = CoreMetadata::Absent);
    let builder = WheelBuilder::new("alpha", "1.0").header("X-Early", "yes").requires("beta");
    let text = builder.metadata();
    let noise: Vec<u8> = (0..50_000u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    let entries = [
        fixtures::zip::Entry::new("alpha-1.0.dist-info/METADATA", text.as_bytes()),
        fixtures::zip::Entry::stored("alpha/data.bin", &noise),
    ];
    index.add(("alpha-1.0-py3-none-any.whl".to_owned(), fixtures::zip::archive(&entries)));
    let mut client = client(policy(&[&index]));
    let request = request_of(&mut client, "alpha");
    assert!(metadata(&mut client, request).unwrap().contains("X-Early: yes"));
    assert_eq!(index.requests().len(), 3);
    assert!(index.requests()[2].header("range").unwrap().starts_with("bytes=0-"));
}

#[test]
fn a_server_without_ranges_gives_the_whole_wheel_once() {
    let index = alpha(CoreMetadata::Absent);
    index.add(WheelBuilder::new("beta", "1.0"));
    index.change(|options| options.ranges = false);
    let store = store();
    let mut client = Client::new(policy(&[&index]), store.clone());
    let request = request_of(&mut client, "alpha");
    let sha256 = request.distribution.file().sha256().unwrap().clone();
    assert!(metadata(&mut client, request.clone()).unwrap().contains("Requires-Dist: beta>=2"));
    assert!(store.wheel(&sha256).unwrap().is_some(), "what was fetched is not fetched again");

    index.forget_requests();
    let beta = request_of(&mut client, "beta");
    metadata(&mut client, beta).unwrap();
    let asked: Vec<_> = index.requests().iter().map(|request| request.header("range").is_some()).collect();
    assert_eq!(asked, [false, false], "the host is known to ignore ranges");
}

#[test]
fn static_sdist_metadata_is_read_from_the_sdist() {
    let index = FakeIndex::start();
    index.add(SdistBuilder::new("alpha", "1.0").requires("beta"));
    index.add(SdistBuilder::new("old", "1.0").legacy());
    let mut client = client(policy(&[&index]));
    let request = request_of(&mut client, "alpha");
    assert!(metadata(&mut client, request.clone()).unwrap().contains("Requires-Dist: beta"));
    let bytes = file(&mut client, request.distribution).unwrap();
    assert_eq!(bytes, SdistBuilder::new("alpha", "1.0").requires("beta").build().1);
    assert_eq!(index.requests().len(), 2, "the file fetched for its metadata is still there");
    let request = request_of(&mut client, "old");
    assert!(matches!(metadata(&mut client, request).unwrap_err().problem, Problem::NoMetadata(_)));
}

#[test]
fn a_broken_wheel_says_so() {
    let index = FakeIndex::start();
    index.change(|options| options.core_metadata = CoreMetadata::Absent);
    index.add(("alpha-1.0-py3-none-any.whl".to_owned(), b"not a zip at all".to_vec()));
    let mut client = client(policy(&[&index]));
    let request = request_of(&mut client, "alpha");
    assert!(matches!(metadata(&mut client, request).unwrap_err().problem, Problem::BrokenWheel(_)));
}
