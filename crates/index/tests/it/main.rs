//! The client against a fake index on the loopback interface.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests")]

mod credentials;
mod faults;
mod files;
mod metadata;
mod names;
mod pages;
mod places;
mod proxies;
mod repositories;
mod tls;

use std::sync::Arc;
use std::time::Duration;

use fixtures::{FakeClock, FakeIndex};
use index::{
    Client, FetchError, FetchPolicy, FetchedFile, IndexLocation, MetadataRequest, NetworkPolicy, Outcome,
    PlainHttp, Problem, ProjectPages, Request,
};
use packaging::PackageName;
use packaging::distribution::Distribution;
use store::Store;
use store::pages::PageTable;

/// A policy for these indexes: no waits between the few retries. Its time limit is for machines under load; tests of
/// servers that hang set their own ([`hasty`]).
pub fn policy(indexes: &[&FakeIndex]) -> FetchPolicy {
    FetchPolicy {
        indexes: indexes.iter().map(|index| IndexLocation::parse(&index.simple_url()).unwrap()).collect(),
        plain_http: PlainHttp::Refused,
        network: Some(NetworkPolicy {
            timeout: Duration::from_secs(20),
            retries: 2,
            backoff: Duration::from_millis(1),
            longest_wait: Duration::from_millis(2),
            now: FakeClock::at(1_750_000_000).function(),
            ..NetworkPolicy::default()
        }),
        ..FetchPolicy::default()
    }
}

/// [`policy`] with a time limit that a hanging server runs into soon, and retries enough for a slow machine.
pub fn hasty(indexes: &[&FakeIndex]) -> FetchPolicy {
    let mut policy = policy(indexes);
    network(&mut policy).timeout = Duration::from_millis(200);
    network(&mut policy).retries = 6;
    policy
}

pub fn network(policy: &mut FetchPolicy) -> &mut NetworkPolicy {
    policy.network.as_mut().unwrap()
}

pub fn store() -> Store {
    Store::temporary(&std::env::temp_dir()).unwrap()
}

pub fn client(policy: FetchPolicy) -> Client {
    Client::new(policy, store())
}

pub fn name(text: &str) -> PackageName {
    PackageName::new(text).unwrap()
}

/// The only answer to one request.
pub fn ask(client: &mut Client, request: Request) -> Outcome {
    let ticket = client.submit(request);
    let completed = client.next().expect("an answer");
    assert_eq!(completed.ticket, ticket);
    assert!(client.next().is_none());
    completed.outcome
}

pub fn project(client: &mut Client, project: &str) -> ProjectPages {
    match ask(client, Request::Project(name(project))) {
        Outcome::Project(pages) => pages,
        other => panic!("{other:?}"),
    }
}

/// The page of a project on the first index.
pub fn page(client: &mut Client, name: &str) -> Result<Arc<PageTable>, FetchError> {
    project(client, name).indexes.remove(0).page
}

pub fn problem(client: &mut Client, name: &str) -> Problem {
    page(client, name).unwrap_err().problem
}

pub fn filenames(table: &PageTable) -> Vec<&str> {
    table.files().map(|file| file.filename()).collect()
}

/// The request for the metadata of the last file of a project.
pub fn request_of(client: &mut Client, project: &str) -> MetadataRequest {
    let table = page(client, project).unwrap();
    let last = table.files().last().unwrap();
    index::metadata_request(&table, &last).unwrap()
}

pub fn metadata(client: &mut Client, request: MetadataRequest) -> Result<String, FetchError> {
    match ask(client, Request::Metadata(request)) {
        Outcome::Metadata(text) => text.map(|text| String::from_utf8(text.to_vec()).unwrap()),
        other => panic!("{other:?}"),
    }
}

pub fn file(client: &mut Client, distribution: Distribution) -> Result<Vec<u8>, FetchError> {
    match ask(client, Request::File(distribution)) {
        Outcome::File(Ok(FetchedFile::Downloaded(file))) => Ok(file.to_vec()),
        Outcome::File(Ok(FetchedFile::Local(path))) => Ok(std::fs::read(path).unwrap()),
        Outcome::File(Err(error)) => Err(error),
        other => panic!("{other:?}"),
    }
}
