//! `compile` and `sync`: pins, hashes, locks.

use fixtures::WheelBuilder;

use crate::sandbox::Sandbox;

fn wheel(name: &str, version: &str) -> WheelBuilder {
    WheelBuilder::new(name, version).file(&format!("{name}.py"), format!("version = '{version}'\n"))
}

/// `alpha`, which needs `beta`, in an index and in requirements.in; `extra`, which nobody asks for.
fn stocked() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.index.add(wheel("alpha", "1.0").requires("beta"));
    sandbox.index.add(wheel("beta", "1.0"));
    sandbox.index.add(wheel("extra", "1.0"));
    sandbox.write("requirements.in", "alpha\n");
    sandbox
}

/// Another wheel of the same name and version in place of the one that was pinned.
fn swap_beta(sandbox: &Sandbox) {
    sandbox.index.remove_project("beta");
    sandbox.index.add(wheel("beta", "1.0").file("evil.py", "import os\n"));
}

#[test]
fn compile_says_where_pins_come_from() {
    let s = stocked();
    let text = s.tilsit(&["compile", "requirements.in"]).ok().stdout;
    assert!(text.starts_with('#'), "{text}");
    assert!(text.contains("alpha==1.0\n    # via -r requirements.in\n"), "{text}");
    assert!(text.contains("beta==1.0\n    # via alpha\n"), "{text}");
    let plain = s.tilsit(&["compile", "requirements.in", "--no-header", "--no-annotate"]).ok().stdout;
    assert_eq!(plain, "alpha==1.0\nbeta==1.0\n");
}

#[test]
fn sync_makes_exactly_that_and_keeps_pip() {
    let s = stocked();
    s.venv();
    s.tilsit(&["install", "-q", "extra"]).ok();
    s.tilsit(&["compile", "-q", "requirements.in", "-o", "requirements.txt"]).ok();
    s.tilsit(&["sync", "requirements.txt"]).ok().tells("- extra 1.0").tells("+ alpha 1.0");
    assert_eq!(s.frozen(), "alpha==1.0 beta==1.0");
    assert!(s.site_packages(".venv").join("pip").is_dir());
    s.tilsit(&["sync", "requirements.txt"]).ok().tells("Nothing to do");
}

#[test]
fn hashes_are_written_and_checked() {
    let s = stocked();
    s.tilsit(&["compile", "-q", "requirements.in", "-o", "requirements.txt", "--generate-hashes"]).ok();
    assert_eq!(
        s.read("requirements.txt").matches("--hash=sha256:").count(),
        2,
        "{}",
        s.read("requirements.txt")
    );
    s.venv();
    swap_beta(&s);
    let refused = s.tilsit(&["sync", "requirements.txt"]);
    assert_eq!(refused.code, 1, "{refused}");
    assert!(refused.stderr.contains("beta"), "{refused}");
    assert_eq!(s.frozen(), "");
    s.index.remove_project("beta");
    s.index.add(wheel("beta", "1.0"));
    s.tilsit(&["sync", "-q", "--refresh", "requirements.txt"]).ok();
    assert_eq!(s.frozen(), "alpha==1.0 beta==1.0");
}

#[test]
fn a_lock_is_written_and_checked() {
    let s = stocked();
    s.tilsit(&["compile", "-q", "requirements.in", "-o", "pylock.toml"]).ok();
    let lock = s.read("pylock.toml");
    assert!(lock.contains("lock-version = \"1.0\"") && lock.contains("sha256 = "), "{lock}");
    s.venv();
    s.tilsit(&["sync", "-q", "pylock.toml"]).ok();
    assert_eq!(s.frozen(), "alpha==1.0 beta==1.0");
    s.write("pylock.toml", &lock.replace("sha256 = \"", "sha256 = \"0").replace("0\", ", "\", "));
    let wrong: String = lock.lines().map(|line| format!("{}\n", spoil(line))).collect();
    s.write("pylock.toml", &wrong);
    s.tilsit(&["venv", "-q", "-c"]).ok();
    s.tilsit(&["sync", "pylock.toml"]).fails(1, "[hash-mismatch]");
    assert_eq!(s.frozen(), "");
}

/// The line with another SHA-256.
fn spoil(line: &str) -> String {
    let Some((before, rest)) = line.split_once("sha256 = \"") else { return line.to_owned() };
    format!("{before}sha256 = \"{}{}", "0".repeat(64), &rest[64..])
}

#[test]
fn pins_of_an_older_output_are_kept_until_asked() {
    let s = stocked();
    s.tilsit(&["compile", "-q", "requirements.in", "-o", "requirements.txt"]).ok();
    for name in ["alpha", "beta"] {
        s.index.add(wheel(name, "2.0").requires("extra"));
    }
    let pinned = |words: &[&str]| {
        let mut line = vec!["compile", "-q", "--refresh", "requirements.in", "-o", "requirements.txt"];
        line.extend(words);
        s.tilsit(&line).ok();
        let text = s.read("requirements.txt");
        let pins = text.lines().filter(|line| line.contains("==")).map(str::to_owned);
        pins.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(pinned(&[]), "alpha==1.0 beta==1.0");
    assert_eq!(pinned(&["-P", "beta"]), "alpha==1.0 beta==2.0 extra==1.0");
    assert_eq!(pinned(&["-U"]), "alpha==2.0 extra==1.0");
}

#[test]
fn a_lock_of_an_older_run_is_kept_too() {
    let s = stocked();
    s.tilsit(&["compile", "-q", "requirements.in", "-o", "pylock.toml"]).ok();
    let before = s.read("pylock.toml");
    s.index.add(wheel("alpha", "2.0"));
    s.tilsit(&["compile", "-q", "--refresh", "requirements.in", "-o", "pylock.toml"]).ok();
    assert_eq!(s.read("pylock.toml"), before);
}

#[test]
fn universal_pins_carry_markers() {
    let s = stocked();
    s.write("requirements.in", "alpha\nextra; sys_platform == 'win32'\n");
    let text =
        s.tilsit(&["compile", "--universal", "--no-annotate", "--no-header", "requirements.in"]).ok().stdout;
    let extra = text.lines().find(|line| line.starts_with("extra==1.0")).unwrap();
    assert!(extra.ends_with("; sys_platform == \"win32\""), "{text}");
    assert!(text.contains("alpha==1.0\n"), "{text}");
}

#[test]
fn a_project_with_extras_and_groups_compiles() {
    let s = stocked();
    s.write(
        "pyproject.toml",
        "[project]\nname = \"shop\"\nversion = \"1\"\ndependencies = [\"beta\"]\n\
         optional-dependencies = { web = [\"extra\"] }\n[dependency-groups]\ntest = [\"alpha\"]\n",
    );
    let pins = |line: &str| s.tilsit(&line.split(' ').collect::<Vec<_>>()).ok().stdout.replace('\n', " ");
    let plain = "--no-header --no-annotate";
    assert_eq!(pins(&format!("compile pyproject.toml {plain}")), "beta==1.0 ");
    assert_eq!(pins(&format!("compile pyproject.toml --extra web {plain}")), "beta==1.0 extra==1.0 ");
    assert_eq!(pins(&format!("compile pyproject.toml --group test {plain}")), "alpha==1.0 beta==1.0 ");
    assert_eq!(pins(&format!("compile {plain} pyproject.toml --all-extras")), "beta==1.0 extra==1.0 ");
}
