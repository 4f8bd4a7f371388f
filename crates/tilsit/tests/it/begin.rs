//! How the process begins and ends: streams that are closed, words that are no text.

use std::process::Command;

/// The shell's exit code and what it wrote to stderr.
fn shell(line: &str) -> (Option<i32>, String) {
    let mut command = Command::new("bash");
    command.args(["-c", &line.replace("TILSIT", env!("CARGO_BIN_EXE_tilsit"))]);
    let output = command.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", "/").output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn streams_that_are_closed() {
    for line in ["TILSIT --version <&-", "TILSIT --version 2>&-", "TILSIT --version <&- >&- 2>&-"] {
        assert_eq!(shell(line), (Some(0), String::new()), "{line}");
    }
    // No file that is opened later is taken for the closed stream.
    let (code, stderr) = shell("TILSIT as pip --python /nowhere list <&- 2>&-");
    assert_eq!((code, stderr.as_str()), (Some(1), ""));
}

#[test]
fn a_reader_that_has_gone_away_is_no_signal() {
    let (code, stderr) =
        shell("set -o pipefail; TILSIT explain no-space 2>&1 | true; [ ${PIPESTATUS[0]} -lt 128 ]");
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
}

#[test]
fn words_that_are_no_text() {
    let (code, stderr) = shell(r"TILSIT $'lis\xff'");
    assert_eq!(code, Some(2));
    assert!(stderr.contains("has no command `lis"), "{stderr}");
}

#[test]
fn a_full_device_is_told() {
    let (code, stderr) = shell("TILSIT cache dir >/dev/full");
    assert_eq!(code, Some(1));
    assert!(stderr.contains("[disk-full]"), "{stderr}");
}
