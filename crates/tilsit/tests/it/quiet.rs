//! What needs neither network nor another program starts neither: checked by the system calls that are made.

use std::path::Path;
use std::process::Command;

use fixtures::{FakeIndex, IndexOptions, WheelBuilder};

use crate::sandbox::Sandbox;

const CALLS: &str = "trace=execve,socket,connect,openat";

/// The system calls of a run that ends well: one a line, the start of the binary itself left out.
fn calls(sandbox: &Sandbox, arguments: &[&str]) -> Vec<String> {
    let report = sandbox.work().join("calls");
    let mut command = sandbox.command(Path::new("strace"));
    command.args(["-f", "-qq", "-e", CALLS, "-o"]).arg(&report);
    let output = command.arg(env!("CARGO_BIN_EXE_tilsit")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    let text = std::fs::read_to_string(report).unwrap();
    text.lines().skip(1).map(str::to_owned).collect()
}

#[track_caller]
fn is_quiet(sandbox: &Sandbox, arguments: &[&str]) {
    let certificates = ["/etc/ssl", "/usr/lib/ssl", ".pem", ".crt", "/certs/"];
    let loud = |call: &String| {
        ["execve(", "socket(", "connect("].iter().any(|name| call.contains(name))
            || certificates.iter().any(|place| call.contains(place))
    };
    let found: Vec<_> = calls(sandbox, arguments).into_iter().filter(loud).collect();
    assert!(found.is_empty(), "tilsit {}: {found:#?}", arguments.join(" "));
}

/// An index whose pages are stale as soon as they are there.
fn sandbox() -> Sandbox {
    let cache_control = Some("max-age=0".to_owned());
    let sandbox = Sandbox::with(FakeIndex::with(IndexOptions { cache_control, ..IndexOptions::default() }));
    for name in ["alpha", "beta"] {
        sandbox.index.add(WheelBuilder::new(name, "1.0").file(&format!("{name}.py"), "x = 1\n"));
    }
    sandbox
}

#[test]
fn what_is_at_hand_starts_nothing() {
    if Command::new("strace").arg("-V").output().is_err() {
        eprintln!("SKIPPED: strace is not installed (on Debian: apt-get install strace)");
        return;
    }
    let sandbox = sandbox();
    sandbox.write("pins.txt", "alpha==1.0\nbeta==1.0\n");
    for env in ["one", "two", "three"] {
        sandbox.tilsit(&["venv", "-q", env]).ok();
    }
    sandbox.tilsit(&["install", "-q", "-r", "pins.txt", "-p", "one"]).ok();
    for verb in ["list", "freeze", "check"] {
        is_quiet(&sandbox, &[verb, "-p", "one"]);
    }
    is_quiet(&sandbox, &["show", "-p", "one", "alpha"]);
    // Nothing to do.
    is_quiet(&sandbox, &["install", "-q", "-r", "pins.txt", "-p", "one"]);
    is_quiet(&sandbox, &["install", "-q", "alpha", "-p", "one"]);
    // Warm, though the pages are stale.
    is_quiet(&sandbox, &["install", "-q", "--no-deps", "-r", "pins.txt", "-p", "two"]);
    is_quiet(&sandbox, &["install", "-q", "-r", "pins.txt", "-p", "three"]);
    is_quiet(&sandbox, &["uninstall", "-q", "-y", "alpha", "-p", "three"]);
}
