//! `python -m build` in an environment that we made: through us, until the real build is installed there.

use fixtures::TUTORIAL_BACKENDS;

use crate::back_ends::wheels;
use crate::builds::project_requiring;
use crate::pyproject_build::oracle;
use crate::sandbox::{Ran, Sandbox, run};

/// The tutorial's project is the working folder.
fn tutorial() -> Sandbox {
    let sandbox = Sandbox::new();
    let backend = TUTORIAL_BACKENDS.iter().find(|one| one.name == "hatchling").unwrap();
    for (path, text) in backend.files() {
        sandbox.write(path, &text);
    }
    sandbox.venv();
    sandbox
}

fn build(sandbox: &Sandbox, words: &[&str]) -> Ran {
    sandbox.program(".venv/bin/python", &[&["-m", "build"], words].concat())
}

fn pip(sandbox: &Sandbox, words: &[&str]) -> String {
    sandbox.program(".venv/bin/python", &[&["-m", "pip"], words].concat()).ok().stdout
}

const BUILT: &str =
    "Successfully built example_package_me-0.0.1.tar.gz and example_package_me-0.0.1-py3-none-any.whl\n";

#[test]
fn the_tutorials_project_is_built() {
    let s = tutorial();
    assert_eq!(build(&s, &[]).ok().stdout, BUILT);
    for name in ["example_package_me-0.0.1.tar.gz", "example_package_me-0.0.1-py3-none-any.whl"] {
        assert!(s.work().join("dist").join(name).is_file());
    }
    // A folder of that name, as setuptools leaves it, hides nothing.
    s.write("build/lib/x.py", "");
    build(&s, &["--wheel", "-o", "out"]).ok();
    build(&s, &["nosuch"]).fails(1, "ERROR Source nosuch is not a directory");
    build(&s, &["--bad"]).fails(2, "python -m build: error: unrecognized arguments: --bad");
}

#[test]
fn it_is_no_package_of_the_environment() {
    let s = tutorial();
    assert_eq!(pip(&s, &["freeze", "--all"]), "pip==26.3\n");
    assert_eq!(pip(&s, &["check"]), "No broken requirements found.\n");
    s.tilsit(&["venv", "-q", "--without-pip", "bare"]).ok();
    assert!(std::fs::read_dir(s.site_packages("bare")).unwrap().next().is_none());
    s.tilsit(&["venv", "-q", "seen"]).ok();
    s.program("seen/bin/python", &["-m", "build", "--version"]).ok().says("build 1.6.1 (");
}

#[test]
fn the_python_is_that_of_the_environment() {
    let s = Sandbox::new();
    s.venv();
    s.tilsit(&["venv", "-q", "other"]).ok();
    project_requiring(&s, "\"tool\"", "");
    let ran = s.program("other/bin/python", &["-m", "build", "-w", "-n", "p"]);
    ran.fails(1, "/other/bin/python):\n\ttool");
}

/// Installs and uninstalls `build` in turn with each installer; in between the real one answers.
#[test]
fn the_real_build_answers_while_it_is_installed() {
    let (Some(program), Some(wheels)) = (oracle(), wheels()) else {
        eprintln!("SKIPPED: TILSIT_TEST_PYTHON names no Python with build");
        return;
    };
    let mut s = tutorial();
    let (real_pip, uv) = (program.with_file_name("pip"), program.with_file_name("uv"));
    let ours = s.work().join(".venv/bin/pip");
    s.set("UV_CACHE_DIR", &s.work().join("uv-cache").display().to_string());
    let wheels = wheels.display().to_string();
    let from = ["--no-index", "--find-links", &wheels, "build"];
    let venv = ["--python", ".venv"];
    let tilsit = std::path::PathBuf::from(env!("CARGO_BIN_EXE_tilsit"));
    let installers = [
        (&ours, [&["install"], &from[..]].concat(), vec!["uninstall", "-y", "build"]),
        (&tilsit, [&["install"], &from[..]].concat(), vec!["uninstall", "build"]),
        (
            &real_pip,
            [&venv[..], &["install"], &from].concat(),
            [&venv[..], &["uninstall", "-y", "build"]].concat(),
        ),
        (
            &uv,
            [&["pip", "install"], &venv[..], &from].concat(),
            [&["pip", "uninstall"], &venv[..], &["build"]].concat(),
        ),
    ];
    for (program, install, uninstall) in installers {
        run(s.command(program).args(&install)).ok();
        let place = s.site_packages(".venv").join("build");
        let said = build(&s, &["--version"]).ok().stdout;
        assert_eq!(said, format!("build 1.6.1 ({})\n", place.display()), "{}", program.display());
        run(s.command(program).args(&uninstall)).ok();
        assert_eq!(build(&s, &[]).ok().stdout, BUILT, "{}", program.display());
    }
}
