//! Machines that are not as they should be: what pip gets by with must do for us as well.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use fixtures::WheelBuilder;
use rustix::process::{Pid, Signal, kill_process};

use crate::builds::project;
use crate::sandbox::{Sandbox, run};

fn tilsit(sandbox: &Sandbox) -> Command {
    sandbox.command(Path::new(env!("CARGO_BIN_EXE_tilsit")))
}

#[test]
fn a_temporary_folder_that_is_none() {
    let mut sandbox = Sandbox::new();
    project(&sandbox, "");
    sandbox.set("TMPDIR", "/nowhere/at/all");
    sandbox.tilsit(&["build", "p"]).ok();
    sandbox.tilsit(&["as", "pyproject-build", "p"]).ok();
    sandbox.tilsit(&["install", "--no-cache", "./p"]).ok();
    assert_eq!(sandbox.frozen(), format!("alpha @ file://{}/p", sandbox.work().display()));
}

#[test]
fn a_home_that_is_told_from_here() {
    let mut sandbox = Sandbox::new();
    project(&sandbox, "");
    sandbox.set("HOME", "home");
    sandbox.unset("TILSIT_CACHE_DIR");
    sandbox.tilsit(&["install", "./p"]).ok();
    assert!(sandbox.work().join("home/.cache/tilsit").is_dir());
}

#[test]
fn a_home_that_cannot_be_written_to() {
    let mut sandbox = Sandbox::new();
    project(&sandbox, "");
    // root may write wherever it wants, but not below this
    sandbox.set("HOME", "/dev/null");
    sandbox.unset("TILSIT_CACHE_DIR");
    let warned = "/dev/null/.cache/tilsit cannot be written to, so nothing is kept there";
    sandbox.tilsit(&["install", "./p"]).ok().tells(warned);
    sandbox.tilsit(&["build", "p"]).ok().tells(warned);
    sandbox.tilsit(&["as", "pyproject-build", "p"]).ok().tells(warned);
    sandbox.tilsit(&["as", "pip", "--python", ".venv", "install", "./p"]).ok().tells("disabled");
    assert_eq!(sandbox.tilsit(&["list"]).ok().stderr, "");
    sandbox.tilsit(&["install", "--cache-dir", "/dev/null/x", "./p"]).fails(1, "[cache-unusable]");
}

#[test]
fn no_thread_to_be_had() {
    let sandbox = Sandbox::new();
    let mut wheel = WheelBuilder::new("alpha", "1.0");
    for number in 0..300 {
        wheel = wheel.file(&format!("alpha/m{number}.py"), "x = 1\n".repeat(2000));
    }
    let (name, bytes) = wheel.build();
    std::fs::write(sandbox.work().join(&name), bytes).unwrap();
    sandbox.tilsit(&["venv", "-q", "-p", "/usr/bin/python3", "v"]).ok();
    let program = sandbox.work().join("tilsit");
    std::fs::copy(env!("CARGO_BIN_EXE_tilsit"), &program).unwrap();
    if !give_away(&sandbox) {
        eprintln!("SKIP: no other user to be had here");
        return;
    }
    let as_somebody = |words: &[&str]| {
        let mut command = sandbox.command(Path::new("prlimit"));
        run(somebody(command.arg("--nproc=1").args(words)))
    };
    let program = program.display().to_string();
    let wheel = format!("./{name}");
    as_somebody(&[&program, "install", "-p", "v", "--no-index", &wheel]).ok().tells("+ alpha 1.0");
    as_somebody(&[&program, "uninstall", "-p", "v", "alpha"]).ok();
    let git = as_somebody(&[&program, "install", "-p", "v", "git+file:///nowhere"]);
    assert!(git.stderr.contains("Resource temporarily unavailable"), "{git}");
    assert_eq!(git.code, 1, "{git}");
}

/// The limit of processes is none for root.
fn somebody(command: &mut Command) -> &mut Command {
    match rustix::process::geteuid().is_root() {
        true => command.uid(54_321).gid(54_321),
        false => command,
    }
}

/// Lets that user write below the folders of the test; a container may know no such user.
fn give_away(sandbox: &Sandbox) -> bool {
    let top = sandbox.work().parent().unwrap().to_owned();
    let give = || Command::new("chown").args(["-R", "54321:54321"]).arg(&top).status().unwrap().success();
    !rustix::process::geteuid().is_root() || give()
}

#[test]
fn a_hook_ends_with_whoever_asked_for_it() {
    let sandbox = Sandbox::new();
    sandbox.venv();
    let hooks = "def build_wheel(folder, settings=None, metadata=None):\n    import subprocess\n    child = subprocess.Popen(['sleep', '600'])\n    open('hangs', 'w').write('%d %d ' % (os.getpid(), child.pid))\n    child.wait()\n";
    project(&sandbox, hooks);
    let mut child = tilsit(&sandbox).args(["install", "./p"]).spawn().unwrap();
    let mark = sandbox.work().join("p/hangs");
    while std::fs::read_to_string(&mark).map_or(true, |text| !text.ends_with(' ')) {
        std::thread::yield_now();
    }
    kill_process(Pid::from_child(&child), Signal::KILL).unwrap();
    child.wait().unwrap();
    for process in std::fs::read_to_string(&mark).unwrap().split_ascii_whitespace() {
        while std::fs::read(format!("/proc/{process}/cmdline")).is_ok_and(|text| !text.is_empty()) {
            std::thread::yield_now();
        }
    }
}

#[test]
fn what_is_not_there_makes_no_environment() {
    let sandbox = Sandbox::new();
    sandbox.write("r.txt", "alpha @ file:///nowhere/alpha-1.0-py3-none-any.whl\n");
    for words in [
        &["./nosuch"][..],
        &["./nosuch.whl"],
        &["-e", "./nosuch"],
        &["file:///nowhere"],
        &["alpha @ file:///nowhere/alpha-1.0.tar.gz"],
        &["-r", "nosuch.txt"],
        &["-r", "r.txt"],
        &["a package"],
    ] {
        let ran = sandbox.tilsit(&[&["install"], words].concat());
        assert_ne!(ran.code, 0, "{words:?}: {ran}");
        assert!(!ran.stderr.contains(".venv"), "{words:?}: {ran}");
        assert!(!sandbox.work().join(".venv").exists(), "{words:?}: {ran}");
    }
    // what does not count is not missed
    sandbox.tilsit(&["install", "alpha @ file:///nowhere/a-1-py3-none-any.whl ; python_version < '3'"]).ok();
    assert!(sandbox.work().join(".venv").exists());
}

#[test]
fn standard_streams_that_are_closed() {
    let sandbox = Sandbox::new();
    project(&sandbox, "");
    for closed in ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"] {
        let line = format!("exec {} install --reinstall ./p {closed}", env!("CARGO_BIN_EXE_tilsit"));
        assert_eq!(run(sandbox.command(Path::new("/bin/sh")).args(["-c", &line])).code, 0, "{closed}");
    }
    assert_eq!(sandbox.frozen(), format!("alpha @ file://{}/p", sandbox.work().display()));
}
