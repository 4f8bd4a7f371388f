//! Indexes and loose files of this machine, and pages of loose files elsewhere.

use std::path::Path;

use fixtures::{FakeIndex, Fault, SdistBuilder, WheelBuilder};
use index::{FetchPolicy, FindLinks, IndexLocation, Problem, ProjectPages};

use crate::{client, file, filenames, metadata, page, policy, project};

fn write(folder: &Path, (filename, bytes): (String, Vec<u8>)) {
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join(filename), bytes).unwrap();
}

/// A policy without network.
fn offline(find_links: &[&str]) -> FetchPolicy {
    let find_links = find_links.iter().map(|place| FindLinks::parse(place).unwrap()).collect();
    FetchPolicy { find_links, ..FetchPolicy::default() }
}

fn loose(pages: &ProjectPages) -> Vec<&str> {
    pages.find_links.as_ref().map(|table| filenames(table)).unwrap_or_default()
}

#[test]
fn a_folder_of_archives() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), WheelBuilder::new("alpha", "1.0").requires("beta").build());
    write(folder.path(), SdistBuilder::new("al-pha", "2.0").requires("gamma").build());
    write(folder.path(), WheelBuilder::new("alpha-beta", "1.0").build());
    write(folder.path(), ("README.txt".to_owned(), Vec::new()));
    let wheel = folder.path().join("alpha-1.0-py3-none-any.whl");
    let link = format!("<a href='sub/alpha-3.0.tar.gz'>x</a><a href='{}'>y</a>", wheel.display());
    write(folder.path(), ("more.html".to_owned(), link.into_bytes()));

    let mut client = client(offline(&[folder.path().to_str().unwrap(), "/nowhere/at/all"]));
    let pages = project(&mut client, "alpha");
    assert_eq!(
        loose(&pages),
        ["alpha-1.0-py3-none-any.whl", "alpha-1.0-py3-none-any.whl", "alpha-3.0.tar.gz"]
    );
    assert!(matches!(client.find_links_failures()[0].problem, Problem::Read(_)));
    assert_eq!(loose(&project(&mut client, "al-pha")), ["al_pha-2.0.tar.gz"]);
    assert_eq!(loose(&project(&mut client, "alpha-beta")), ["alpha_beta-1.0-py3-none-any.whl"]);
    assert!(project(&mut client, "delta").find_links.is_none());

    let table = pages.find_links.unwrap();
    let request = index::metadata_request(&table, &table.file(0)).unwrap();
    assert!(metadata(&mut client, request.clone()).unwrap().contains("Requires-Dist: beta"));
    assert_eq!(file(&mut client, request.distribution).unwrap(), std::fs::read(wheel).unwrap());
    let sdist = project(&mut client, "al-pha").find_links.unwrap();
    let request = index::metadata_request(&sdist, &sdist.file(0)).unwrap();
    assert!(metadata(&mut client, request).unwrap().contains("Requires-Dist: gamma"));
}

#[test]
fn single_archives_here_and_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), WheelBuilder::new("alpha", "1.0").build());
    let path = folder.path().join("alpha-1.0-py3-none-any.whl");
    let hash = "0".repeat(64);
    let remote = format!("https://files.example/x/alpha-2.0.tar.gz#sha256={hash}");
    let mut client = client(offline(&[path.to_str().unwrap(), &remote]));
    let table = project(&mut client, "alpha").find_links.unwrap();
    assert_eq!(filenames(&table), ["alpha-1.0-py3-none-any.whl", "alpha-2.0.tar.gz"]);
    let sdist = index::distribution(&table, &table.file(1)).unwrap();
    assert_eq!(sdist.file().url, "https://files.example/x/alpha-2.0.tar.gz");
    assert_eq!(sdist.file().sha256().unwrap().hex(), hash);
}

#[test]
fn a_page_of_links_is_fetched_once() {
    let server = FakeIndex::start();
    server.add(WheelBuilder::new("alpha", "1.0"));
    server.add(WheelBuilder::new("beta", "1.0"));
    let links =
        "<a href='/files/alpha-1.0-py3-none-any.whl'>a</a> <a href='/files/beta-1.0-py3-none-any.whl'>b</a>";
    server.put("/links", "text/html", links);
    let mut policy = policy(&[]);
    policy.find_links = vec![FindLinks::parse(&server.url("/links")).unwrap()];
    let mut client = client(policy);
    for name in ["alpha", "beta"] {
        client.submit(index::Request::Project(crate::name(name)));
    }
    assert_eq!(client.by_ref().count(), 2);
    let table = project(&mut client, "alpha").find_links.unwrap();
    assert_eq!(server.paths(), ["/links"]);
    let wheel = index::distribution(&table, &table.file(0)).unwrap();
    file(&mut client, wheel).unwrap();
}

#[test]
fn a_page_of_links_that_fails_does_not_stop_the_rest() {
    let server = FakeIndex::start();
    server.add(WheelBuilder::new("alpha", "1.0"));
    server.fault_times("/links", usize::MAX, Fault::status(404));
    let mut policy = policy(&[&server]);
    policy.find_links = vec![FindLinks::parse(&server.url("/links")).unwrap()];
    let mut client = client(policy);
    page(&mut client, "alpha").unwrap();
    assert!(client.find_links_failures()[0].is_not_found());
}

#[test]
fn an_index_of_this_machine() {
    let folder = tempfile::tempdir().unwrap();
    let page_folder = folder.path().join("simple/alpha");
    write(&page_folder, WheelBuilder::new("alpha", "1.0").requires("beta").build());
    let links = "<a href='alpha-1.0-py3-none-any.whl'>alpha-1.0-py3-none-any.whl</a>";
    write(&page_folder, ("index.html".to_owned(), links.as_bytes().to_vec()));
    let index = IndexLocation::parse(folder.path().join("simple").to_str().unwrap()).unwrap();
    let mut client = client(FetchPolicy { indexes: vec![index], ..FetchPolicy::default() });
    let request = crate::request_of(&mut client, "alpha");
    assert!(request.distribution.file().url.starts_with("file:///"));
    assert!(metadata(&mut client, request).unwrap().contains("Requires-Dist: beta"));
    assert!(page(&mut client, "beta").unwrap_err().is_not_found());
}

#[test]
fn documents_come_from_here_and_elsewhere() {
    let server = FakeIndex::start();
    server.put("/requirements.txt", "text/plain", "alpha==1.0\n");
    server.add(WheelBuilder::new("alpha", "1.0"));
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), ("constraints.txt".to_owned(), b"beta<2".to_vec()));
    let mut client = client(policy(&[&server]));
    let mut document = |url: &str| {
        let wanted = client.submit(index::Request::Document(url.parse().unwrap()));
        let mut answers = client.by_ref().skip_while(|answer| answer.ticket != wanted);
        match answers.next().unwrap().outcome {
            index::Outcome::Document(text) => text,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(document(&server.url("/requirements.txt")).unwrap(), b"alpha==1.0\n");
    let file = format!("file://{}/constraints.txt", folder.path().display());
    assert_eq!(document(&file).unwrap(), b"beta<2");
    assert!(document(&server.url("/none")).unwrap_err().is_not_found());
    assert!(client.next().is_none());
}
