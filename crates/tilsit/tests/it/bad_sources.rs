//! Sources that are not there, that nobody may have, and that mean harm: each is an error that says why, nothing is
//! installed and nothing is left behind.

use std::process::Command;

use fixtures::zip::{self, Entry};

use crate::sandbox::{Ran, Sandbox};
use crate::sources::{Project, git_repository, locked_server};

/// Runs an installation that must fail, by ourselves and as pip; both leave everything as it was.
#[track_caller]
fn fails(sandbox: &Sandbox, words: &[&str], (exit, code): (i32, &str), pip_says: &str) {
    let run = |front: &[&str]| sandbox.tilsit(&[front, words].concat());
    let ran = run(&["install"]);
    assert!(ran.code == exit && ran.stderr.contains(&format!("[{code}]")), "{ran}");
    untouched(sandbox, &ran);
    let ran = run(&["as", "pip", "--python", ".venv", "install"]);
    assert!(ran.code == 1 && ran.stderr.contains(pip_says), "no `{pip_says}` in\n{ran}");
    untouched(sandbox, &ran);
}

#[track_caller]
fn untouched(sandbox: &Sandbox, ran: &Ran) {
    assert!(!format!("{ran}").contains("panicked"), "{ran}");
    assert_eq!(sandbox.frozen(), "", "{ran}");
    let source = sandbox.work().join(".venv/src");
    assert!(!source.exists() || std::fs::read_dir(&source).unwrap().count() == 0, "{ran}");
    let temporary = sandbox.work().with_file_name("tmp");
    for folder in [sandbox.cache().join("temporary-1"), temporary] {
        let left = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let left: Vec<_> = left.map(|entry| entry.path()).collect();
        assert!(left.is_empty(), "{left:?}\n{ran}");
    }
}

/// A sandbox with an environment and a repository of git; its address.
fn with_repository() -> (Sandbox, String) {
    let sandbox = Sandbox::new();
    sandbox.venv();
    let folder = sandbox.work().join("repository");
    Project::flit("alpha", "1.0").folder(&folder);
    git_repository(&folder);
    let url = format!("git+file://{}", folder.display());
    (sandbox, url)
}

/// As pip shows an address: without an empty host.
fn shown(url: &str) -> String {
    url.replace("file:///", "file:/")
}

#[test]
fn revisions_that_are_not_there() {
    let (sandbox, url) = with_repository();
    for revision in ["nope", "refs/heads/nope", &"a".repeat(40)] {
        let url = format!("{url}@{revision}");
        fails(
            &sandbox,
            &[&url],
            (1, "no-such-revision"),
            &format!("Failed to build '{}' when git checkout", shown(&url)),
        );
    }
    let editable = format!("{url}@nope#egg=alpha");
    fails(&sandbox, &["-e", &editable], (1, "no-such-revision"), "when git checkout -q nope");
    let nowhere = format!("{url}/nowhere");
    fails(
        &sandbox,
        &[&nowhere],
        (1, "repository-error"),
        &format!("ERROR: Failed to build '{}' when git", shown(&nowhere)),
    );
    let folder = format!("{url}#subdirectory=nowhere");
    fails(&sandbox, &[&folder], (2, "not-a-project"), "does not appear to be a Python project");
    fails(&sandbox, &[&format!("{url}#subdirectory=../..")], (2, "bad-requirement"), "ERROR: ");
    // What looks like an option of git is none.
    fails(&sandbox, &[&format!("{url}@--upload-pack=evil")], (2, "bad-requirement"), "ERROR: ");
}

#[test]
fn repositories_that_want_a_password() {
    let sandbox = Sandbox::new();
    sandbox.venv();
    let address = locked_server().replace("//", "//somebody:hidden@");
    for system in ["git", "hg", "svn"] {
        let url = format!("{system}+{address}");
        for words in [vec!["install", &url], vec!["as", "pip", "--python", ".venv", "install", &url]] {
            let ran = sandbox.tilsit(&words);
            assert!(ran.code == 1 && !format!("{ran}").contains("hidden"), "{ran}");
            untouched(&sandbox, &ran);
        }
        sandbox.tilsit(&["install", &url]).fails(1, "[repository-refused]");
    }
}

#[test]
fn programs_that_are_not_installed() {
    let mut sandbox = Sandbox::new();
    sandbox.venv();
    sandbox.set("PATH", "/nowhere");
    for (system, package) in [("git", "git"), ("hg", "mercurial"), ("svn", "subversion"), ("bzr", "brz")] {
        let url = format!("{system}+https://h.example/alpha");
        let ran = sandbox.tilsit(&["install", "-p", ".venv", &url]).fails(1, "[missing-program]");
        assert!(ran.stderr.contains(&format!("apt-get install {package}")), "{ran}");
        let ran = sandbox.tilsit(&["as", "pip", "--python", ".venv", "install", &url]);
        let words = format!(
            "ERROR: Cannot find command '{system}' - do you have '{system}' installed and in your PATH?"
        );
        assert!(ran.code == 1 && ran.stderr.contains(&words), "{ran}");
        let left = std::fs::read_dir(sandbox.cache().join("temporary-1"));
        assert_eq!(left.into_iter().flatten().count(), 0);
    }
}

/// A tar archive with one entry (POSIX ustar).
fn tar(name: &str, kind: u8, target: &str) -> Vec<u8> {
    let mut header = [0_u8; 512];
    let mut put = |at: usize, text: &[u8]| header[at..at + text.len()].copy_from_slice(text);
    put(0, name.as_bytes());
    put(100, b"0000644\0");
    put(124, b"00000000000\0");
    put(136, b"00000000000\0");
    put(148, b"        ");
    put(156, &[kind]);
    put(157, target.as_bytes());
    put(257, b"ustar\x0000");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    [&header[..], &[0; 1024]].concat()
}

#[test]
fn archives_that_mean_harm() {
    let sandbox = Sandbox::new();
    sandbox.venv();
    let evil = [
        ("up.tar", tar("../evil", b'0', "")),
        ("far-up.tar", tar("p/../../evil", b'0', "")),
        ("link-out.tar", tar("p/x", b'2', "../../out")),
        ("hard-link.tar", tar("p/x", b'1', "/etc/passwd")),
        ("device.tar", tar("p/x", b'3', "")),
        ("pipe.tar", tar("p/x", b'6', "")),
        ("up.zip", zip::archive(&[Entry::new("../evil", b"")])),
    ];
    for (name, bytes) in evil {
        std::fs::write(sandbox.work().join(name), bytes).unwrap();
        fails(&sandbox, &[&format!("./{name}")], (1, "unsafe-archive"), "ERROR: ");
        assert!(!sandbox.work().join("evil").exists());
    }
    std::fs::write(sandbox.work().join("junk.tar.gz"), b"not an archive").unwrap();
    fails(&sandbox, &["./junk.tar.gz"], (1, "corrupt-wheel"), "ERROR: ");
    // An absolute name loses its slash (PEP 706): then there is nothing to build.
    std::fs::write(sandbox.work().join("absolute.tar"), tar("/evil", b'0', "")).unwrap();
    fails(&sandbox, &["./absolute.tar"], (2, "not-a-project"), "does not appear to be a Python project");
}

#[test]
fn nothing_is_asked_of_sources_that_may_not_be_built() {
    let (sandbox, url) = with_repository();
    sandbox.write("repository/setup.py", "raise SystemExit('this ran')\n");
    for words in [["--build", "never"], ["--only-binary", ":all:"]] {
        for place in ["./repository", &url] {
            let ran = sandbox.tilsit(&[&["install"], &words[..], &[place]].concat());
            assert!(ran.code == 1 && ran.stderr.contains("[needs-building]"), "{ran}");
            untouched(&sandbox, &ran);
        }
    }
}

/// A server that takes what it is asked and never answers.
fn silent_server() -> (std::net::TcpListener, String) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("git+http://{}/repository", listener.local_addr().unwrap());
    (listener, address)
}

#[test]
fn a_repository_that_never_answers_can_be_left() {
    let sandbox = Sandbox::new();
    sandbox.venv();
    for front in [&["install"][..], &["as", "pip", "--python", ".venv", "install"]] {
        let (listener, url) = silent_server();
        let mut command = sandbox.command(std::path::Path::new(env!("CARGO_BIN_EXE_tilsit")));
        let mut child = command.args(front).arg(&url).stderr(std::process::Stdio::null()).spawn().unwrap();
        let (stream, _) = listener.accept().unwrap();
        let process = rustix::process::Pid::from_child(&child);
        rustix::process::kill_process(process, rustix::process::Signal::INT).unwrap();
        let code = child.wait().unwrap().code();
        assert!(matches!(code, Some(130 | 1)), "{front:?} {code:?}");
        drop(stream);
        let left = std::fs::read_dir(sandbox.cache().join("temporary-1"));
        assert_eq!(left.into_iter().flatten().count(), 0);
    }
    assert_eq!(sandbox.frozen(), "");
}

#[test]
fn ssh_asks_nobody() {
    let mut sandbox = Sandbox::new();
    sandbox.venv();
    let programs = sandbox.work().join("programs");
    for name in ["ssh", "my-ssh"] {
        use std::os::unix::fs::PermissionsExt as _;
        let program = sandbox.write(
            &format!("programs/{name}"),
            &format!("#!/bin/sh\necho {name} \"$@\" >> {}/said\nexit 255\n", sandbox.work().display()),
        );
        std::fs::set_permissions(program, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let path = std::env::var("PATH").unwrap();
    sandbox.set("PATH", &format!("{}:{path}", programs.display()));
    for system in ["git", "hg", "svn"] {
        let _ = std::fs::remove_file(sandbox.work().join("said"));
        sandbox
            .tilsit(&["install", &format!("{system}+ssh://h.example/repository")])
            .fails(1, "[repository-");
        let said = sandbox.read("said");
        assert!(said.contains("-oBatchMode=yes") && said.starts_with("ssh "), "{system}: {said}");
    }
    // an ssh that the user chose is taken as it is
    std::fs::write(sandbox.home().join(".gitconfig"), "[core]\n  sshCommand = my-ssh\n").unwrap();
    std::fs::write(sandbox.home().join(".hgrc"), "[ui]\nssh = my-ssh\n").unwrap();
    for system in ["git", "hg"] {
        let _ = std::fs::remove_file(sandbox.work().join("said"));
        sandbox
            .tilsit(&["install", &format!("{system}+ssh://h.example/repository")])
            .fails(1, "[repository-");
        let said = sandbox.read("said");
        assert!(said.starts_with("my-ssh ") && !said.contains("BatchMode"), "{system}: {said}");
    }
}

#[test]
fn submodules_run_nothing() {
    let (sandbox, url) = with_repository();
    let repository = sandbox.work().join("repository");
    let head = Command::new("git").args(["rev-parse", "HEAD"]).current_dir(&repository).output().unwrap();
    let head = String::from_utf8(head.stdout).unwrap();
    let evil = sandbox.work().join("evil");
    for address in
        [format!("ext::touch {}", evil.display()), format!("--upload-pack=touch${{IFS}}{}", evil.display())]
    {
        let modules = format!("[submodule \"x\"]\n  path = x\n  url = {address}\n");
        sandbox.write("repository/.gitmodules", &modules);
        let link = format!("160000,{},x", head.trim());
        for words in [
            &["add", ".gitmodules"][..],
            &["update-index", "--add", "--cacheinfo", &link],
            &["-c", "user.name=t", "-c", "user.email=t@t.example", "commit", "-qm", "evil"],
        ] {
            assert!(Command::new("git").args(words).current_dir(&repository).status().unwrap().success());
        }
        let said = "Failed to build 'git+file:";
        fails(&sandbox, &[&url], (1, "repository-error"), said);
        assert!(!evil.exists());
    }
}
