//! Who is told which name and password.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use fixtures::{FakeIndex, Fault, WheelBuilder};
use index::{CredentialPolicy, FetchPolicy, FindLinks, IndexLocation, Login, Problem};

use crate::{client, file, metadata, name, page, policy, problem, request_of};

/// An index that lets only `me` with `p@ss` in.
fn private() -> FakeIndex {
    let index = FakeIndex::start();
    index.add(WheelBuilder::new("alpha", "1.0"));
    index.change(|options| options.auth = Some(("me".to_owned(), "p@ss".to_owned())));
    index
}

fn with_userinfo(index: &FakeIndex, userinfo: &str) -> FetchPolicy {
    let location = IndexLocation::parse(&index.simple_url_with(userinfo)).unwrap();
    FetchPolicy { indexes: vec![location], ..policy(&[]) }
}

fn with_credentials(index: &FakeIndex, credentials: CredentialPolicy) -> FetchPolicy {
    FetchPolicy { credentials, ..policy(&[index]) }
}

#[test]
fn the_url_of_the_index_opens_its_files_too() {
    let index = private();
    let mut client = client(with_userinfo(&index, "me:p%40ss"));
    let request = request_of(&mut client, "alpha");
    assert!(!request.distribution.file().url.contains('@'), "secrets are not stored");
    metadata(&mut client, request.clone()).unwrap();
    file(&mut client, request.distribution).unwrap();
    assert!(index.requests().iter().all(|request| request.header("authorization").is_some()));
    assert_eq!(index.requests().len(), 3, "nobody had to ask");
}

#[test]
fn refused_logins_are_named_but_not_shown() {
    let index = private();
    let error = page(&mut client(with_userinfo(&index, "me:wrong")), "alpha").unwrap_err();
    assert_eq!(error.problem, Problem::Unauthorized { user: Some("me".to_owned()) });
    assert!(error.url.contains("//me:****@"), "{error}");
    assert!(!format!("{error} {error:?}").contains("wrong"));
    let error = page(&mut client(policy(&[&index])), "alpha").unwrap_err();
    assert_eq!(error.problem, Problem::Unauthorized { user: None });
}

#[test]
fn netrc_knows_the_host() {
    let index = private();
    let netrc = Some("machine 127.0.0.1 login me password p@ss".to_owned());
    let policy = with_credentials(&index, CredentialPolicy { netrc, ..CredentialPolicy::default() });
    page(&mut client(policy), "alpha").unwrap();
    assert_eq!(index.requests().len(), 1);
}

/// A `keyring` program that notes how it was called. Written by a shell, so that no thread of this process has the
/// file open for writing while another one starts a program.
fn keyring(folder: &Path, script: &str) -> PathBuf {
    let path = folder.join("keyring");
    let write = format!("cat > '{0}' && chmod +x '{0}'", path.display());
    let script = format!("#!/bin/sh\necho \"$@\" >> '{}/calls'\n{script}\n", folder.display());
    let mut child =
        Command::new("sh").args(["-c", &write]).stdin(std::process::Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), script.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    path
}

fn calls(folder: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(folder.join("calls")).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn keyring_is_asked_once_and_only_after_a_refusal() {
    let index = private();
    let folder = tempfile::tempdir().unwrap();
    let answer = r#"echo '{"username": "me", "password": "p@ss"}'"#;
    let keyring = Some(keyring(folder.path(), answer));
    let policy = with_credentials(&index, CredentialPolicy { keyring, ..CredentialPolicy::default() });
    let mut client = client(policy);
    for project in ["alpha", "beta", "gamma"] {
        client.submit(index::Request::Project(name(project)));
    }
    assert_eq!(client.by_ref().count(), 3);
    page(&mut client, "alpha").unwrap();
    let expected = format!("--mode=creds --output=json get {}", index.simple_url());
    assert_eq!(calls(folder.path()), [expected]);
}

#[test]
fn an_older_keyring_is_asked_for_the_password_of_a_user() {
    let index = private();
    let folder = tempfile::tempdir().unwrap();
    let answer = "case $1 in --*) exit 2;; esac\n[ \"$3\" = me ] && echo p@ss";
    let keyring = Some(keyring(folder.path(), answer));
    let mut policy = with_userinfo(&index, "me");
    policy.credentials.keyring = keyring;
    page(&mut client(policy), "alpha").unwrap();
    assert_eq!(calls(folder.path())[1], format!("get {} me", index.simple_url()));
}

#[test]
fn a_keyring_without_an_answer_leaves_the_refusal() {
    let index = private();
    let folder = tempfile::tempdir().unwrap();
    let keyring = Some(keyring(folder.path(), "exit 1"));
    let policy = with_credentials(&index, CredentialPolicy { keyring, ..CredentialPolicy::default() });
    let mut client = client(policy);
    assert!(matches!(problem(&mut client, "alpha"), Problem::Unauthorized { .. }));
    assert!(matches!(problem(&mut client, "beta"), Problem::Unauthorized { .. }));
    assert_eq!(calls(folder.path()).len(), 2, "under the index and under the host, once each");
}

#[test]
fn the_user_is_asked_last() {
    let index = private();
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = asked.clone();
    let prompt: index::Prompt = Arc::new(move |host| {
        counter.fetch_add(1, Ordering::SeqCst);
        assert!(host.starts_with("127.0.0.1:"));
        Some(Login { user: "me".to_owned(), password: "p@ss".to_owned() })
    });
    let prompt = Some(prompt);
    let policy = with_credentials(&index, CredentialPolicy { prompt, ..CredentialPolicy::default() });
    let mut client = client(policy);
    page(&mut client, "alpha").unwrap();
    assert!(page(&mut client, "beta").unwrap_err().is_not_found());
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[test]
fn redirects_do_not_carry_logins_elsewhere() {
    let (index, elsewhere) = (private(), FakeIndex::start());
    elsewhere.add(WheelBuilder::new("alpha", "1.0"));
    index.fault("/simple/alpha/", Fault::redirect(&elsewhere.url("/simple/alpha/")));
    page(&mut client(with_userinfo(&index, "me:p%40ss")), "alpha").unwrap();
    assert!(index.requests()[0].header("authorization").is_some());
    assert!(elsewhere.requests()[0].header("authorization").is_none());

    // The same host: carried.
    index.forget_requests();
    index.fault("/simple/beta/", Fault::redirect("/simple/alpha/"));
    page(&mut client(with_userinfo(&index, "me:p%40ss")), "beta").unwrap();
    assert!(index.requests()[1].header("authorization").is_some());
}

#[test]
fn files_of_another_host_get_no_login() {
    let (index, files) = (private(), FakeIndex::start());
    files.add(WheelBuilder::new("alpha", "1.0"));
    index.change(|options| options.files_base = files.url(""));
    let mut client = client(with_userinfo(&index, "me:p%40ss"));
    let request = request_of(&mut client, "alpha");
    file(&mut client, request.distribution).unwrap();
    assert!(files.requests()[0].header("authorization").is_none());
}

#[test]
fn find_links_bring_their_login() {
    let index = private();
    let url = index.simple_url_with("me:p%40ss") + "alpha/";
    let policy = FetchPolicy { find_links: vec![FindLinks::parse(&url).unwrap()], ..policy(&[]) };
    let mut client = client(policy);
    let pages = crate::project(&mut client, "alpha");
    let table = pages.find_links.unwrap();
    let request = index::metadata_request(&table, &table.file(0)).unwrap();
    assert!(!request.distribution.file().url.contains('@'));
    metadata(&mut client, request).unwrap();
}
