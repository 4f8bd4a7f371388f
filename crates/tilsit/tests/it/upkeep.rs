//! An environment over time: upgrading, finding out why something is there, clearing away what nobody needs.

use fixtures::WheelBuilder;

use crate::sandbox::Sandbox;

fn wheel(name: &str, version: &str) -> WheelBuilder {
    WheelBuilder::new(name, version).file(&format!("{name}.py"), format!("version = '{version}'\n"))
}

/// `app` needs `mid`, which needs `leaf`, of which there are 1 and 2; `tool[fast]` needs `turbo`.
fn aged() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.index.add(wheel("app", "1.0").requires("mid"));
    sandbox.index.add(wheel("mid", "1.0").requires("leaf>=1"));
    sandbox.index.add(wheel("leaf", "1.0"));
    sandbox.index.add(wheel("tool", "1.0").extra("fast").requires("turbo; extra == 'fast'"));
    sandbox.index.add(wheel("turbo", "1.0"));
    sandbox.tilsit(&["venv", "-q"]).ok();
    sandbox.tilsit(&["install", "app", "tool[fast]"]).ok();
    sandbox.index.add(wheel("leaf", "2.0"));
    sandbox.index.add(wheel("app", "2.0").requires("mid"));
    sandbox
}

fn freeze(sandbox: &Sandbox) -> String {
    sandbox.tilsit(&["freeze"]).ok().stdout
}

/// Names of what is recorded as asked for.
fn requested(sandbox: &Sandbox) -> Vec<String> {
    let entries = std::fs::read_dir(sandbox.site_packages(".venv")).unwrap().flatten();
    let asked = entries.filter(|entry| entry.path().join("REQUESTED").is_file());
    let mut names: Vec<String> = asked
        .map(|entry| entry.file_name().to_string_lossy().split('-').next().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn upgrade_of_everything() {
    let s = aged();
    let fresh = ["upgrade", "--all", "--refresh"];
    s.tilsit(&["upgrade", "--all", "--refresh", "--dry-run"]).ok().tells("+ leaf 2.0 (was 1.0)");
    assert!(freeze(&s).contains("leaf==1.0"), "a dry run changed something");
    s.tilsit(&fresh).ok().tells("+ app 2.0 (was 1.0)");
    assert_eq!(freeze(&s), "app==2.0\nleaf==2.0\nmid==1.0\ntool==1.0\nturbo==1.0\n");
    assert_eq!(requested(&s), ["app", "tool"], "an upgrade asks for nothing new");
    s.tilsit(&fresh).ok().tells("Nothing to do");
}

#[test]
fn upgrade_of_some() {
    let s = aged();
    s.tilsit(&["upgrade", "--refresh", "leaf"]).ok().tells("+ leaf 2.0 (was 1.0)");
    assert_eq!(freeze(&s), "app==1.0\nleaf==2.0\nmid==1.0\ntool==1.0\nturbo==1.0\n");
    s.tilsit(&["upgrade"]).fails(2, "`tilsit upgrade --all`");
    s.tilsit(&["upgrade", "nothing"]).fails(1, "[not-installed]");
    s.write("limits.txt", "app<2\n");
    s.tilsit(&["upgrade", "--all", "-c", "limits.txt", "-y"]).ok().tells("Nothing to do");
}

#[test]
fn what_was_asked_for_stays_so() {
    let s = aged();
    s.tilsit(&["install", "--refresh", "-U", "leaf"]).ok();
    assert_eq!(requested(&s), ["app", "leaf", "tool"]);
    s.index.add(wheel("leaf", "3.0"));
    s.tilsit(&["install", "--refresh", "-U", "app"]).ok().tells("+ leaf 3.0");
    assert_eq!(requested(&s), ["app", "leaf", "tool"]);
}

#[test]
fn list_of_what_is_outdated() {
    let s = aged();
    let listed = s.tilsit(&["list", "--outdated", "--refresh"]).ok();
    let rows: Vec<Vec<&str>> = listed.stdout.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows, [["app", "1.0", "2.0", "wheel"], ["leaf", "1.0", "2.0", "wheel"]]);
    let json = s.tilsit(&["list", "-o", "--json"]).ok().json();
    assert_eq!(json[0]["latest_version"], "2.0");
    assert_eq!(json.as_array().unwrap().len(), 2);
    s.tilsit(&["list", "-o", "--format", "freeze"]).fails(2, "`tilsit upgrade --all`");
}

#[test]
fn an_index_that_is_not_there_is_no_proof_that_nothing_is_outdated() {
    let s = aged();
    let nobody = ["--index-url", "http://127.0.0.1:9/simple/", "--retries", "0"];
    let ours = [&["list", "--outdated"], &nobody[..]].concat();
    s.tilsit(&ours).fails(1, "[index-unreachable]");
    // pip goes on, and lists nothing.
    let pip = [&["as", "pip", "--python", ".venv", "list", "--outdated"], &nobody[..]].concat();
    s.tilsit(&pip).ok().tells("hint: http://127.0.0.1:9/simple/");
}

#[test]
fn why_something_is_installed() {
    let s = aged();
    let why = s.tilsit(&["why", "leaf", "app", "turbo"]).ok();
    assert_eq!(
        why.stdout,
        "leaf 1.0\n  app 1.0 (you asked for it) needs mid; mid 1.0 needs leaf>=1\n\
         app 1.0\n  you asked for it\n\
         turbo 1.0\n  perhaps tool 1.0 (you asked for it) needs turbo; extra == \"fast\"\n"
    );
    let json = s.tilsit(&["why", "--json", "leaf"]).ok().json();
    assert_eq!(json[0]["chains"], serde_json::json!([["app", "mid", "leaf"]]));
    s.tilsit(&["why", "pip"]).ok().says("it came with the environment");
    s.tilsit(&["why", "nothing"]).fails(1, "[not-installed]");
}

#[test]
fn what_nobody_needs_goes() {
    let s = aged();
    s.tilsit(&["uninstall", "--unneeded"]).ok().tells("everything is needed");
    s.tilsit(&["uninstall", "app"]).ok();
    s.tilsit(&["why", "mid"]).ok().says("`tilsit uninstall --unneeded`");
    s.tilsit(&["uninstall", "--unneeded", "--dry-run"]).ok().tells("- mid 1.0");
    s.tilsit(&["uninstall", "--unneeded", "-y"]).ok().tells("- leaf 1.0");
    assert_eq!(freeze(&s), "tool==1.0\nturbo==1.0\n", "what an extra may need stays");
}

#[test]
fn a_package_goes_with_what_only_it_needs() {
    let s = aged();
    s.tilsit(&["install", "leaf"]).ok().tells("Nothing to do");
    assert_eq!(requested(&s), ["app", "leaf", "tool"], "what is asked for later is recorded");
    let record = s.site_packages(".venv").join("leaf-1.0.dist-info/RECORD");
    assert!(std::fs::read_to_string(record).unwrap().contains("leaf-1.0.dist-info/REQUESTED,sha256=47DEQ"));
    s.tilsit(&["uninstall", "--unneeded", "-y", "app"]).ok().tells("- mid 1.0");
    assert_eq!(freeze(&s), "leaf==1.0\ntool==1.0\nturbo==1.0\n");
    s.tilsit(&["uninstall", "-y", "leaf"]).ok();
    assert!(!s.site_packages(".venv").join("leaf-1.0.dist-info").exists(), "something was left");
}

#[test]
fn where_nothing_was_asked_for_nothing_is_unneeded() {
    let s = aged();
    for name in ["app-1.0", "tool-1.0"] {
        let file = s.site_packages(".venv").join(format!("{name}.dist-info/REQUESTED"));
        std::fs::remove_file(file).unwrap();
    }
    s.tilsit(&["uninstall", "--unneeded", "-y"]).fails(2, "REQUESTED");
    assert_eq!(freeze(&s).lines().count(), 5);
    s.tilsit(&["venv", "-q", "--clear"]).ok();
    s.tilsit(&["uninstall", "--unneeded", "-y"]).ok().tells("everything is needed");
}

/// Runs the words behind it on a terminal, answers the first question with no, and prints what was to be seen.
const ON_TERMINAL: &str = "\
import os, pty, sys
child, terminal = pty.fork()
if child == 0:
    os.execv(sys.argv[1], sys.argv[1:])
seen = b''
answered = False
while True:
    try:
        more = os.read(terminal, 65536)
    except OSError:
        break
    if not more:
        break
    seen += more
    if not answered and b'[Y/n] ' in seen:
        answered = True
        os.write(terminal, b'n\\n')
os.waitpid(child, 0)
sys.stdout.buffer.write(seen)
";

#[test]
fn a_question_on_a_terminal_stays_to_be_seen() {
    let s = aged();
    let binary = env!("CARGO_BIN_EXE_tilsit");
    let ran =
        s.program(".venv/bin/python", &["-c", ON_TERMINAL, binary, "upgrade", "--all", "--refresh"]).ok();
    let (_, after) = ran.stdout.split_once("Do this? [Y/n] ").unwrap();
    assert!(!after.contains("Resolving"), "{ran}");
    assert!(after.contains("Nothing was changed"), "{ran}");
    assert!(freeze(&s).contains("leaf==1.0"), "it was done all the same");
}
