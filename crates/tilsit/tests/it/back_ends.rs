//! The real back ends of the tutorial's package, run by our hooks; and what we make without them.

use std::path::PathBuf;

use fixtures::{TUTORIAL_BACKENDS, TutorialBackend};

use crate::sandbox::{Sandbox, run};

/// The wheels of the back ends, beside the environment of the peer tools.
pub fn wheels() -> Option<PathBuf> {
    let python = PathBuf::from(std::env::var_os("TILSIT_TEST_PYTHON")?);
    let folder = python.parent()?.parent()?.join("wheels");
    folder.exists().then_some(folder)
}

/// Does something with the tutorial's project in `p`, once for each back end, and the folder of all their wheels.
fn with_each(work: impl Fn(&Sandbox, &TutorialBackend, &str)) {
    let Some(wheels) = wheels() else {
        eprintln!("SKIPPED: no wheels of back ends beside TILSIT_TEST_PYTHON");
        return;
    };
    for backend in &TUTORIAL_BACKENDS {
        let mut sandbox = Sandbox::new();
        sandbox.set("SOURCE_DATE_EPOCH", "1700000000");
        for (path, text) in backend.files() {
            sandbox.write(&format!("p/{path}"), &text);
        }
        work(&sandbox, backend, wheels.to_str().unwrap());
    }
}

#[test]
fn each_back_end_makes_what_we_make_without_it() {
    with_each(|sandbox, backend, wheels| {
        sandbox.tilsit(&["build", "p", "-o", "native", "--no-index"]).ok();
        let by_hooks = ["build", "p", "-o", "real", "--no-index", "-f", wheels, "--force-pep517"];
        sandbox.tilsit(&by_hooks).ok();
        let bytes = |folder: &str, file: &str| std::fs::read(sandbox.work().join(folder).join(file)).unwrap();
        let (wheel, sdist) = ("example_package_me-0.0.1-py3-none-any.whl", "example_package_me-0.0.1.tar.gz");
        assert!(bytes("native", wheel) == bytes("real", wheel), "{}: wheels differ", backend.name);
        // these two write the time of the build into the header, whatever SOURCE_DATE_EPOCH says
        if !["setuptools", "pdm"].contains(&backend.name) {
            assert!(bytes("native", sdist) == bytes("real", sdist), "{}: sdists differ", backend.name);
        }
    });
}

#[test]
fn each_back_end_makes_an_editable_form() {
    with_each(|sandbox, backend, wheels| {
        sandbox.venv();
        for (sum, own) in [(3, &["--force-pep517"][..]), (4, &[])] {
            let words = ["install", "-q", "--reinstall", "--no-index", "-f", wheels, "-e", "./p"];
            sandbox.tilsit(&[&words, own].concat()).ok();
            let code = format!("def add_one(number):\n    return number + {}\n", sum - 1);
            sandbox.write("p/src/example_package_me/example.py", &code);
            let code = "from example_package_me.example import add_one; print(add_one(1))";
            let ran = sandbox.program(".venv/bin/python", &["-B", "-c", code]).ok();
            assert_eq!(ran.stdout, format!("{sum}\n"), "{}", backend.name);
        }
    });
}

/// uv carries the back end of its own release, which `uv init` asks for.
#[test]
fn uv_makes_what_we_make_of_the_release_of_the_day() {
    let Some(build) = crate::pyproject_build::oracle() else {
        eprintln!("SKIPPED: TILSIT_TEST_PYTHON names no Python with uv");
        return;
    };
    let uv = build.with_file_name("uv");
    let mut s = Sandbox::new();
    s.set("UV_CACHE_DIR", &s.work().join("uv-cache").display().to_string());
    run(s.command(&uv).args(["init", "--quiet", "--lib", "--vcs", "none", "p"])).ok();
    let said = run(s.command(&uv).arg("--version")).ok().stdout;
    let release = said.split(' ').nth(1).unwrap().trim();
    let text = s.read("p/pyproject.toml");
    s.tilsit(&["build", "p", "-o", "range", "--no-index"]).ok();
    let (before, after) = text.split_once("[build-system]").unwrap();
    let (_, rest) = after.split_once("\nbuild-backend").unwrap();
    let pinned = format!("{before}[build-system]\nrequires = [\"uv_build=={release}\"]\nbuild-backend{rest}");
    s.write("p/pyproject.toml", &pinned);
    s.tilsit(&["build", "p", "-o", "native", "--no-index"]).ok();
    for (hook, name) in [("build-wheel", "p-0.1.0-py3-none-any.whl"), ("build-sdist", "p-0.1.0.tar.gz")] {
        let real = s.work().join("real");
        std::fs::create_dir_all(&real).unwrap();
        run(s.command(&uv).current_dir(s.work().join("p")).args(["build-backend", hook]).arg(&real)).ok();
        let bytes = |folder: &str| std::fs::read(s.work().join(folder).join(name)).unwrap();
        assert!(bytes("native") == bytes("real"), "{name} differs");
    }
}
