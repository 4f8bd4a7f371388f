//! The same wheel by the real pip and by us, at the same path: every file, link, mode and content equal.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use environment::{Change, Environment, InstallPolicy, Installation, Transaction, VenvPolicy, Wait, create};
use fixtures::WheelBuilder;
use packaging::filenames::WheelFilename;
use store::{Store, WheelBytes};

use crate::place::{NEVER, base_python, change};

/// The Python whose pip is the judge.
fn judge() -> Option<PathBuf> {
    let Some(python) = std::env::var_os("TILSIT_TEST_PYTHON").map(PathBuf::from) else {
        eprintln!("SKIPPED: TILSIT_TEST_PYTHON names no Python with pip 26.3");
        return None;
    };
    let output = Command::new(&python).args(["-m", "pip", "--version"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if !said.starts_with("pip 26.3 ") {
        eprintln!("SKIPPED: the pip of TILSIT_TEST_PYTHON is not 26.3: {said}");
        return None;
    }
    Some(python)
}

fn wheels() -> Vec<WheelBuilder> {
    let alpha = WheelBuilder::new("Alpha.One", "1.0")
        .file("alpha/__init__.py", "def main(): pass\nclass K:\n    def run(): pass\n")
        .file("alpha/broken.py", "def (:\n")
        .file("alpha/coded.py", "# coding: big5\n")
        .file("alpha/latin.py", "# coding: iso-8859-1\n")
        .file("alpha/latin_by_alias.py", "# coding: l1\n")
        .file("alpha/windows.py", "# coding: cp1252\n")
        .file("alpha/na\u{ef}ve, \"quoted\".txt", "x")
        .file("alpha-z.py", "")
        .exec("alpha/tool.sh", "#!/bin/sh\n")
        .data_file("scripts", "alpha-script", "#!python -E\nprint('a')\n")
        .data_file("scripts", "helper.py", "print('helper')\n")
        .data_file("scripts", "shelly", "#!/bin/sh\necho\n")
        .data_file("scripts", "main", "#!python\nreplaced by the entry point\n")
        .data_file("data", "share/alpha/doc.txt", "doc")
        .data_file("data", "etc/alpha.cfg", "")
        .data_file("headers", "alpha.h", "int x;\n")
        .data_file("purelib", "alpha_extra/__init__.py", "extra = 1\n")
        .data_file("platlib", "alpha_plat.py", "plat = 1\n")
        .entry_point("console_scripts", "main", "alpha:main")
        .entry_point("console_scripts", "dotted", "alpha:K.run")
        .entry_point("console_scripts", "extra", "alpha:main [x]")
        .entry_point("gui_scripts", "window", "alpha:main")
        .entry_point("other.group", "nothing", "alpha");
    let beta = WheelBuilder::new("beta", "2")
        .platlib()
        .file("beta.py", "b = 1\n")
        .file("space/beta/x.py", "x = 1\n");
    let gamma = WheelBuilder::new("gamma", "3+local.1").file("space/gamma/x.py", "x = 1\n");
    vec![alpha, beta, gamma]
}

/// What is at every path: kind, mode and content.
fn snapshot(root: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
            if name == ".tilsit" {
                continue;
            }
            let meta = path.symlink_metadata().unwrap();
            let mode = meta.permissions().mode() & 0o7777;
            let told = if meta.is_dir() {
                folders.push(path);
                format!("folder {mode:o}")
            } else if meta.is_symlink() {
                format!("link to {}", std::fs::read_link(&path).unwrap().display())
            } else if name.ends_with(".pyc") {
                format!("bytecode {mode:o}") // It holds the time of its source.
            } else {
                format!("file {mode:o}: {}", String::from_utf8_lossy(&std::fs::read(&path).unwrap()))
            };
            found.insert(name, told);
        }
    }
    found
}

/// Runs a program under another umask.
fn under(umask: u32, program: &Path) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", "umask $0 && exec \"$@\"", &format!("{umask:03o}")]).arg(program);
    shell
}

/// What a child does under the umask of a test: makes the environment and, by us, installs. `DIR|NAME|compile`.
#[test]
fn child() {
    let Ok(order) = std::env::var("TILSIT_TEST_PIP_CHILD") else { return };
    let words: Vec<&str> = order.split('|').collect();
    let root = Path::new(words[0]);
    let made = create(&root.join(words[1]), base_python(), &VenvPolicy::default()).unwrap();
    if words[2] == "make" {
        return;
    }
    let environment = Environment::of(made, &root.join("state"));
    let mut policy = InstallPolicy::new(&environment);
    policy.installer = "pip".into();
    policy.bytecode = (words[2] == "compile").then_some(2);
    let store = Store::open(root.join("store"));
    let install = wheels().into_iter().map(|wheel| {
        let (filename, bytes) = wheel.build();
        let parsed = WheelFilename::parse(&filename).unwrap();
        let wheel = store.add_wheel(WheelBytes::Memory(&bytes), &parsed, &[]).unwrap();
        let hash = wheel.sha256().hex().to_owned();
        let url = format!("file://{}", root.join(filename).display()).replace('+', "%2B").replace(' ', "%20");
        let json = format!(
            "{{\"archive_info\": {{\"hash\": \"sha256={hash}\", \"hashes\": {{\"sha256\": \"{hash}\"}}}}, \"url\": \"{url}\"}}"
        );
        Installation { requested: true, direct_url: Some(json), ..Installation::new(wheel) }
    });
    let change = Change { remove: vec![], install: install.collect() };
    Transaction::begin(&environment, Wait::Forever).unwrap().apply(&change, &policy, &NEVER).unwrap();
}

fn compare(umask: u32, name: &str, compile: bool) {
    let Some(judge) = judge() else { return };
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let place = root.join(name);
    let run = |what: &str| {
        let mut child = under(umask, &std::env::current_exe().unwrap());
        child.args(["--exact", "pip::child", "--test-threads=1"]);
        child.env("TILSIT_TEST_PIP_CHILD", format!("{}|{name}|{what}", root.display()));
        let output = child.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    };
    // The store is filled under another umask than the environment: modes must not leak.
    let store = Store::open(root.join("store"));
    let mut files = Vec::new();
    for wheel in wheels() {
        let (filename, bytes) = wheel.build();
        std::fs::write(root.join(&filename), &bytes).unwrap();
        let parsed = WheelFilename::parse(&filename).unwrap();
        store.add_wheel(WheelBytes::Memory(&bytes), &parsed, &[]).unwrap();
        files.push(root.join(&filename));
    }
    run("make");
    let mut pip = under(umask, &judge);
    pip.args(["-m", "pip", "--python"]).arg(place.join("bin/python"));
    pip.args([
        "install",
        "-q",
        "--no-deps",
        "--no-index",
        "--disable-pip-version-check",
        "--no-warn-script-location",
    ]);
    pip.args(if compile { ["--compile"] } else { ["--no-compile"] });
    let output = pip.args(files).env("PIP_CONFIG_FILE", "/dev/null").output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let theirs = snapshot(&place);
    std::fs::rename(&place, root.join("theirs")).unwrap();
    run(if compile { "compile" } else { "install" });
    let ours = snapshot(&place);
    for (name, told) in &theirs {
        assert!(ours.contains_key(name), "only pip has {name}");
        assert_eq!(told, &ours[name], "{name}");
    }
    let more = ours.keys().find(|name| !theirs.contains_key(*name));
    assert_eq!(more, None, "only we have it");
}

#[test]
fn equal_to_pip_with_bytecode() {
    compare(0o022, "venv", true);
}

#[test]
fn equal_to_pip_without_bytecode_below_a_path_with_spaces() {
    compare(0o022, "a b", false);
}

#[test]
fn equal_to_pip_below_a_long_path() {
    compare(0o022, &"long".repeat(40), false);
}

#[test]
fn equal_to_pip_whatever_the_umask() {
    for umask in [0o002, 0o027, 0o077] {
        compare(umask, "venv", umask == 0o077);
    }
}

#[test]
fn an_older_environment_lists_equal() {
    // `change` is what other tests install by; pip's own listing must see the same packages.
    let Some(judge) = judge() else { return };
    let place = crate::place::Place::new();
    let stored = wheels().into_iter().map(|wheel| place.stored(wheel)).collect();
    change(&place.environment, stored, &place.policy()).unwrap();
    let mut pip = Command::new(judge);
    pip.args(["-m", "pip", "--python"]).arg(place.environment.interpreter().executable());
    let output = pip.args(["freeze", "--all"]).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(said.lines().collect::<Vec<_>>(), ["Alpha.One==1.0", "beta==2", "gamma==3+local.1"]);
    assert_eq!(place.listed(), ["alpha-one==1.0", "beta==2", "gamma==3+local.1"]);
}
