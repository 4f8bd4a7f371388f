//! Repositories made here, asked on `file://` and over loopback.

use std::ffi::OsString;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use index::vcs::{self, Existing, NoRemote, VcsError, VcsPolicy, VcsUrl, WorkingCopy};

use crate::store;

/// A folder for repositories and homes.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn policy(&self) -> VcsPolicy {
        let mut environment: Vec<(OsString, OsString)> =
            std::env::vars_os().filter(|(key, _)| key == "PATH" || key == "TMPDIR").collect();
        environment.push(("HOME".into(), self.0.path().into()));
        // Submodules and partial clones of files: what a server allows, and a user must say for files.
        for (number, (key, value)) in [
            ("protocol.file.allow", "always"),
            ("uploadpack.allowFilter", "true"),
            ("uploadpack.allowAnySHA1InWant", "true"),
        ]
        .into_iter()
        .enumerate()
        {
            environment.push((format!("GIT_CONFIG_KEY_{number}").into(), key.into()));
            environment.push((format!("GIT_CONFIG_VALUE_{number}").into(), value.into()));
        }
        environment.push(("GIT_CONFIG_COUNT".into(), "3".into()));
        VcsPolicy { environment, ..VcsPolicy::default() }
    }

    fn run(&self, folder: &Path, program: &str, arguments: &[&str]) -> String {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(folder).env("HOME", self.0.path());
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("HGUSER", "t").env("BRZ_EMAIL", "t <t@t.example>");
        let output = command.output().unwrap();
        assert!(
            output.status.success(),
            "{program} {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn git(&self, folder: &Path, arguments: &[&str]) -> String {
        let who = ["-c", "user.name=t", "-c", "user.email=t@t.example", "-c", "protocol.file.allow=always"];
        self.run(folder, "git", &[&who, arguments].concat())
    }

    /// A repository with the tag `v1`, the branch `feature/x` and a newer `main`.
    fn git_repository(&self, name: &str) -> PathBuf {
        let folder = self.path(name);
        std::fs::create_dir_all(&folder).unwrap();
        self.git(&folder, &["init", "-q", "-b", "main"]);
        for (text, tag) in [("one", Some("v1")), ("two", None)] {
            std::fs::write(folder.join("file"), text).unwrap();
            self.git(&folder, &["add", "."]);
            self.git(&folder, &["commit", "-qm", text]);
            if let Some(tag) = tag {
                self.git(&folder, &["tag", tag]);
            }
        }
        self.git(&folder, &["checkout", "-q", "-b", "feature/x"]);
        std::fs::write(folder.join("file"), "branch").unwrap();
        self.git(&folder, &["commit", "-qam", "branch"]);
        self.git(&folder, &["checkout", "-q", "main"]);
        folder
    }
}

/// Whether a program is there; `cargo xtask test` installs what is missing, or says what was not tested.
fn has(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok()
}

fn url(prefix: &str, folder: &Path, rest: &str) -> VcsUrl {
    VcsUrl::parse(&format!("{prefix}+file://{}{rest}", folder.display())).unwrap()
}

fn content(url: &VcsUrl, policy: &VcsPolicy, store: &store::Store) -> Result<(String, bool), VcsError> {
    let resolved = vcs::resolve(url, policy, store)?;
    let checkout = vcs::check_out(&resolved, policy, store)?;
    let text = std::fs::read_to_string(checkout.root().join("file")).unwrap();
    Ok((text, resolved.immutable))
}

#[test]
fn branches_tags_hashes_and_refs_of_git() {
    let place = Place::new();
    let folder = place.git_repository("a b");
    let first = place.git(&folder, &["rev-parse", "v1"]);
    // A commit that no branch or tag holds.
    place.git(&folder, &["checkout", "-q", "--detach"]);
    std::fs::write(folder.join("file"), "lost").unwrap();
    place.git(&folder, &["commit", "-qam", "lost"]);
    let lost = place.git(&folder, &["rev-parse", "HEAD"]);
    place.git(&folder, &["update-ref", "refs/pull/7/head", "HEAD"]);
    place.git(&folder, &["checkout", "-q", "main"]);
    let (policy, store) = (place.policy(), store());
    for (revision, expected) in [
        (String::new(), ("two", false)),
        ("@v1".to_owned(), ("one", false)),
        ("@main".to_owned(), ("two", false)),
        ("@feature%2Fx".to_owned(), ("branch", false)),
        (format!("@{first}"), ("one", true)),
        (format!("@{}", &first[..9]), ("one", false)),
        (format!("@{lost}"), ("lost", true)),
        ("@refs/pull/7/head".to_owned(), ("lost", false)),
    ] {
        let (text, immutable) = content(&url("git", &folder, &revision), &policy, &store).unwrap();
        assert_eq!((&*text, immutable), expected, "{revision}");
    }
    for revision in ["@nope", "@refs/heads/nope", "@0123456789012345678901234567890123456789", "@abcdef1"] {
        let error = content(&url("git", &folder, revision), &policy, &store).unwrap_err();
        assert!(matches!(&error, VcsError::NoSuchRevision { .. }), "{revision}: {error:?}");
    }
}

#[test]
fn a_clone_is_made_once_and_a_commit_needs_no_network() {
    let place = Place::new();
    let folder = place.git_repository("a");
    let commit = place.git(&folder, &["rev-parse", "v1"]);
    let (policy, store) = (place.policy(), store());
    assert_eq!(content(&url("git", &folder, ""), &policy, &store).unwrap().0, "two");
    std::fs::write(folder.join("file"), "three").unwrap();
    place.git(&folder, &["commit", "-qam", "three"]);
    assert_eq!(content(&url("git", &folder, ""), &policy, &store).unwrap().0, "three");
    assert_eq!(content(&url("git", &folder, &format!("@{commit}")), &policy, &store).unwrap().0, "one");
    let offline = VcsPolicy { offline: true, ..policy.clone() };
    std::fs::rename(&folder, place.path("gone")).unwrap();
    assert_eq!(
        content(&url("git", &folder, &format!("@{commit}")), &policy, &store).unwrap(),
        ("one".to_owned(), true)
    );
    assert_eq!(content(&url("git", &folder, "@main"), &offline, &store).unwrap().0, "three");
    let elsewhere = url("git", &place.path("other"), "");
    assert!(matches!(vcs::resolve(&elsewhere, &offline, &store), Err(VcsError::Offline { .. })));
    assert!(matches!(vcs::resolve(&elsewhere, &policy, &store), Err(VcsError::Failed { .. })));
    // A clone that is damaged is made anew.
    std::fs::rename(place.path("gone"), &folder).unwrap();
    let clones = store.root().join("repositories-1");
    for clone in std::fs::read_dir(&clones).unwrap() {
        std::fs::remove_file(clone.unwrap().path().join("HEAD")).unwrap();
    }
    assert_eq!(content(&url("git", &folder, ""), &policy, &store).unwrap().0, "three");
}

/// A folder on any web server, after `git update-server-info`.
#[test]
fn a_server_that_only_has_files() {
    let place = Place::new();
    let folder = place.git_repository("r");
    place.git(&folder, &["update-server-info"]);
    let server = fixtures::FakeIndex::start();
    serve(&server, &folder.join(".git"), "/r.git");
    let url = |rest: &str| VcsUrl::parse(&format!("git+{}{rest}", server.url("/r.git"))).unwrap();
    let (store, policy) = (store(), place.policy());
    assert_eq!(content(&url("@v1"), &policy, &store).unwrap().0, "one");
    assert_eq!(content(&url(""), &policy, &store).unwrap().0, "two");
    let checkout = place.path("checkout");
    vcs::place(&url("@main"), &checkout, Existing::Abort, &policy).unwrap();
    vcs::place(&url("@v1"), &checkout, Existing::Abort, &policy).unwrap();
    assert_eq!(std::fs::read_to_string(checkout.join("file")).unwrap(), "one");
}

fn serve(server: &fixtures::FakeIndex, folder: &Path, at: &str) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let at = format!("{at}/{}", entry.file_name().to_string_lossy());
        match entry.path().is_dir() {
            true => serve(server, &entry.path(), &at),
            false => server.put(&at, "application/octet-stream", std::fs::read(entry.path()).unwrap()),
        }
    }
}

#[test]
fn submodules_come_along() {
    let place = Place::new();
    let inner = place.git_repository("inner");
    let outer = place.git_repository("outer");
    place.git(&outer, &["submodule", "--quiet", "add", &format!("file://{}", inner.display()), "sub"]);
    place.git(&outer, &["commit", "-qm", "sub"]);
    let (policy, store) = (place.policy(), store());
    let resolved = vcs::resolve(&url("git", &outer, ""), &policy, &store).unwrap();
    let checkout = vcs::check_out(&resolved, &policy, &store).unwrap();
    assert_eq!(std::fs::read_to_string(checkout.root().join("sub/file")).unwrap(), "two");
    // Tools that ask git for a version can.
    assert_eq!(place.git(checkout.root(), &["describe", "--tags"]).split('-').next(), Some("v1"));
}

#[test]
fn mercurial() {
    if !has("hg") {
        return;
    }
    let place = Place::new();
    let folder = place.path("hg");
    std::fs::create_dir_all(&folder).unwrap();
    place.run(&folder, "hg", &["init"]);
    for text in ["one", "two"] {
        std::fs::write(folder.join("file"), text).unwrap();
        place.run(&folder, "hg", &["commit", "-Aqm", text]);
    }
    place.run(&folder, "hg", &["tag", "-r", "0", "v1"]);
    let first = place.run(&folder, "hg", &["log", "-r", "0", "--template", "{node}"]);
    let (policy, store) = (place.policy(), store());
    assert_eq!(content(&url("hg", &folder, ""), &policy, &store).unwrap(), ("two".to_owned(), false));
    assert_eq!(content(&url("hg", &folder, "@v1"), &policy, &store).unwrap(), ("one".to_owned(), false));
    let error = vcs::resolve(&url("hg", &folder, "@nope"), &policy, &store).unwrap_err();
    assert!(matches!(error, VcsError::NoSuchRevision { .. }), "{error:?}");
    std::fs::remove_dir_all(&folder).unwrap();
    let pinned = url("hg", &folder, &format!("@{first}"));
    assert_eq!(content(&pinned, &policy, &store).unwrap(), ("one".to_owned(), true));
}

#[test]
fn subversion() {
    if !has("svnadmin") {
        return;
    }
    let place = Place::new();
    let (folder, work) = (place.path("svn"), place.path("work"));
    place.run(place.0.path(), "svnadmin", &["create", &folder.display().to_string()]);
    let address = format!("file://{}", folder.display());
    place.run(place.0.path(), "svn", &["checkout", "-q", &address, &work.display().to_string()]);
    for text in ["one", "two"] {
        std::fs::write(work.join("file"), text).unwrap();
        place.run(&work, "svn", &["add", "-q", "--force", "file"]);
        place.run(&work, "svn", &["commit", "-qm", text]);
    }
    let (policy, store) = (place.policy(), store());
    let resolved = vcs::resolve(&url("svn", &folder, ""), &policy, &store).unwrap();
    assert_eq!((resolved.commit.as_str(), resolved.immutable), ("2", false));
    assert_eq!(content(&url("svn", &folder, ""), &policy, &store).unwrap().0, "two");
    assert_eq!(content(&url("svn", &folder, "@1"), &policy, &store).unwrap().0, "one");
    let error = vcs::resolve(&url("svn", &folder, "@77"), &policy, &store).unwrap_err();
    assert!(matches!(error, VcsError::NoSuchRevision { .. }), "{error:?}");
    place.run(&work, "svn", &["update", "-q"]);
    let copy = WorkingCopy::around(&work, &policy).unwrap().unwrap();
    assert_eq!((copy.remote, &*copy.commit), (Ok(address), "2"));
}

#[test]
fn bazaar() {
    if !has("bzr") {
        return;
    }
    let place = Place::new();
    let folder = place.path("bzr");
    std::fs::create_dir_all(&folder).unwrap();
    place.run(&folder, "bzr", &["init", "-q"]);
    for text in ["one", "two"] {
        std::fs::write(folder.join("file"), text).unwrap();
        place.run(&folder, "bzr", &["add", "-q"]);
        place.run(&folder, "bzr", &["commit", "-qm", text]);
    }
    let (policy, store) = (place.policy(), store());
    assert_eq!(content(&url("bzr", &folder, ""), &policy, &store).unwrap().0, "two");
    assert_eq!(content(&url("bzr", &folder, "@1"), &policy, &store).unwrap().0, "one");
    let error = vcs::resolve(&url("bzr", &folder, "@77"), &policy, &store).unwrap_err();
    assert!(matches!(error, VcsError::NoSuchRevision { .. }), "{error:?}");
}

/// A server that wants a password for everything.
fn locked_server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let _ = stream.read(&mut [0; 4096]);
            let answer = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    format!("http://{address}/r")
}

#[test]
fn nobody_is_asked_for_a_password() {
    let place = Place::new();
    let (policy, store) = (place.policy(), store());
    let address = locked_server();
    for system in ["git", "hg", "svn"] {
        let url =
            VcsUrl::parse(&format!("{system}+{}", address.replace("//", "//somebody:hidden@"))).unwrap();
        let error = vcs::resolve(&url, &policy, &store).unwrap_err();
        assert!(matches!(error, VcsError::NeedsCredentials { .. }), "{system}: {error:?}");
        assert!(!format!("{error} {error:?}").contains("hidden"));
    }
}

#[test]
fn a_missing_program_is_named() {
    let place = Place::new();
    let mut policy = place.policy();
    policy.environment.retain(|(key, _)| key != "PATH");
    policy.environment.push(("PATH".into(), place.path("nowhere").into()));
    for system in ["git", "hg", "svn", "bzr"] {
        let url = url(system, &place.path("x"), "");
        let error = vcs::resolve(&url, &policy, &store()).unwrap_err();
        assert!(matches!(error, VcsError::MissingProgram { .. }), "{error:?}");
        assert_eq!(error.to_string(), format!("`{system}` is not installed"));
    }
}

#[test]
fn working_copies_of_editable_installs() {
    let place = Place::new();
    let folder = place.git_repository("a");
    let other = place.git_repository("b");
    let policy = place.policy();
    let target = place.path("src/a");
    let branch = url("git", &folder, "@feature%2Fx");
    vcs::place(&branch, &target, Existing::Abort, &policy).unwrap();
    assert_eq!(place.git(&target, &["symbolic-ref", "--short", "HEAD"]), "feature/x");
    // The same repository again: news are fetched.
    place.git(&folder, &["checkout", "-q", "feature/x"]);
    std::fs::write(folder.join("file"), "news").unwrap();
    place.git(&folder, &["commit", "-qam", "news"]);
    let commit = vcs::place(&branch, &target, Existing::Abort, &policy).unwrap();
    assert_eq!(std::fs::read_to_string(target.join("file")).unwrap(), "news");
    assert_eq!(commit, place.git(&folder, &["rev-parse", "feature/x"]));
    let copy = WorkingCopy::around(&target, &policy).unwrap().unwrap();
    assert_eq!(copy.remote, Ok(format!("file://{}", folder.display())));
    assert_eq!((copy.commit, copy.subdirectory), (commit, None));
    // Another repository's place.
    let elsewhere = url("git", &other, "@v1");
    let error = vcs::place(&elsewhere, &target, Existing::Abort, &policy).unwrap_err();
    assert!(matches!(error, VcsError::Occupied { .. }));
    vcs::place(&elsewhere, &target, Existing::Ignore, &policy).unwrap();
    assert_eq!(std::fs::read_to_string(target.join("file")).unwrap(), "news");
    vcs::place(&elsewhere, &target, Existing::Backup, &policy).unwrap();
    assert_eq!(std::fs::read_to_string(target.join("file")).unwrap(), "one");
    assert!(place.path("src/a.bak/file").is_file());
    vcs::place(&url("git", &folder, "@v1"), &target, Existing::Wipe, &policy).unwrap();
    assert_eq!(std::fs::read_to_string(target.join("file")).unwrap(), "one");
    assert_eq!(WorkingCopy::around(&folder, &policy).unwrap().unwrap().remote, Err(NoRemote::None));
    assert_eq!(WorkingCopy::around(&place.path("src"), &policy).unwrap(), None);
}
