//! Tilsit's own wheel, built by the back end in `python/backend` with another program in the binary's place: packing
//! a debug build takes half a minute.

use std::path::Path;

use crate::sandbox::Sandbox;

/// A small program that needs the C library.
const STAND_IN: &str = "/bin/true";

fn source() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../python").canonicalize().unwrap();
    folder.display().to_string()
}

#[test]
fn the_wheel_carries_the_program_and_python_finds_it() {
    let mut s = Sandbox::new();
    s.set("TILSIT_WHEEL_BINARY", STAND_IN);
    s.venv();
    s.tilsit(&["install", "-q", &source()]).ok();
    let site = s.site_packages(".venv");
    let dist_info = format!("tilsit-{}.dist-info", env!("CARGO_PKG_VERSION"));
    let wheel = std::fs::read_to_string(site.join(&dist_info).join("WHEEL")).unwrap();
    let tag = wheel.lines().find_map(|line| line.strip_prefix("Tag: py3-none-manylinux_2_"));
    let glibc: u32 = tag.unwrap().split('_').next().unwrap().parse().unwrap();
    assert!((17..=60).contains(&glibc), "{wheel}");
    assert!(site.join(&dist_info).join("licenses/LICENSE-MIT").is_file());
    let program = s.work().join(".venv/bin/tilsit");
    assert_eq!(std::fs::read(&program).unwrap(), std::fs::read(STAND_IN).unwrap());
    s.program(".venv/bin/tilsit", &[]).ok();

    std::fs::remove_file(&program).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_tilsit"), &program).unwrap();
    let version = s.program(".venv/bin/python", &["-m", "tilsit", "--version"]).ok().stdout;
    assert_eq!(version, concat!("tilsit ", env!("CARGO_PKG_VERSION"), "\n"));
    // The environment of the Python that runs it is the one that is worked on.
    std::fs::rename(s.work().join(".venv"), s.work().join("env")).unwrap();
    let listed = s.program(
        "env/bin/python",
        &["-c", "import runpy; runpy.run_module('tilsit', run_name='__main__')", "freeze"],
    );
    assert!(listed.ok().stdout.starts_with("tilsit @ file://"));
}

#[test]
fn what_is_no_program_of_this_platform_is_refused() {
    let mut s = Sandbox::new();
    let text = s.write("program", "#!/bin/sh\n");
    s.set("TILSIT_WHEEL_BINARY", &text.display().to_string());
    s.tilsit(&["install", &source()]).fails(1, "the binary is no program for Linux");
}

#[test]
fn without_a_release_build_it_is_said_what_to_do() {
    let mut s = Sandbox::new();
    let (python, bin) = (s.venv().join("bin/python"), s.work().join("bin"));
    std::fs::create_dir(&bin).unwrap();
    // Nothing else is on PATH: no cargo, which would work for minutes.
    std::os::unix::fs::symlink(&python, bin.join("python3")).unwrap();
    s.set("PATH", &bin.display().to_string());
    s.set("CARGO_TARGET_DIR", &s.work().join("target").display().to_string());
    let run = |words: &[&str]| {
        s.tilsit(
            &[&["build", "--wheel", "-o", "out", "-p", python.to_str().unwrap()], words, &[&source()]]
                .concat(),
        )
    };
    run(&[])
        .fails(1, "/target/release/tilsit; ")
        .tells("/tilsit is no release build; there is no cargo to make it")
        .tells("make the binary first (cargo build --release)");
    run(&["-C", &format!("binary={STAND_IN}")]).ok();
}
