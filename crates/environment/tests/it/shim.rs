//! `python -m pip`, `import pip` and `bin/pip` in an environment we made reach the binary.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use environment::{VenvPolicy, create, is_shim};

use crate::place::base_python;

struct Shimmed {
    _folder: tempfile::TempDir,
    root: PathBuf,
    environment: PathBuf,
}

/// An environment whose binary is a script that tells how it was called.
fn shimmed(name: &str) -> Shimmed {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let binary = root.join("tilsit");
    program(&binary, "recorded");
    let environment = root.join(name);
    let policy = VenvPolicy { pip: Some(binary), ..VenvPolicy::default() };
    create(&environment, base_python(), &policy).unwrap();
    Shimmed { _folder: folder, root, environment }
}

fn program(path: &Path, word: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let text = format!("#!/bin/sh\necho {word} \"$@\"\necho \"$TILSIT_SYS_PATH\" >&2\nexit 7\n");
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
}

fn output(command: &mut Command) -> Output {
    command
        .env_remove("TILSIT_BINARY")
        .env_remove("PYTHONPATH")
        .env("PATH", "/usr/bin:/bin")
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn every_door_leads_to_the_binary() {
    for name in ["venv", "a space", "it's"] {
        let place = shimmed(name);
        let python = place.environment.join("bin/python");
        let minor = base_python().minor_version();
        let expected = format!("recorded as pip --python {} list -v\n", python.display());
        let mut doors = vec![Command::new(&python)];
        doors[0].args(["-m", "pip"]);
        for script in ["pip".to_owned(), "pip3".to_owned(), format!("pip{minor}")] {
            doors.push(Command::new(place.environment.join("bin").join(script)));
        }
        doors.push(Command::new(&python));
        doors[4].arg(place.environment.join("bin/pip"));
        for mut door in doors {
            let output = output(door.args(["list", "-v"]));
            assert_eq!(said(&output), expected, "{door:?} {output:?}");
            assert_eq!(output.status.code(), Some(7), "{door:?}");
        }
    }
}

#[test]
fn the_search_path_is_handed_over() {
    let place = shimmed("venv");
    let output = output(
        Command::new(place.environment.join("bin/python")).args(["-m", "pip"]).current_dir(&place.root),
    );
    let path = String::from_utf8(output.stderr).unwrap();
    let site = place
        .environment
        .join("lib")
        .join(format!("python{}", base_python().minor_version()))
        .join("site-packages");
    assert!(path.starts_with("[\"") && path.contains(site.to_str().unwrap()), "{path}");
    assert!(
        !path.contains(&format!("\"{}\"", place.root.display())),
        "the working directory is not on it: {path}"
    );
}

#[test]
fn the_variable_comes_first_and_path_last() {
    let place = shimmed("venv");
    program(&place.root.join("named/tilsit"), "named");
    program(&place.root.join("onpath/tilsit"), "onpath");
    let python = place.environment.join("bin/python");
    let run = |binary: Option<PathBuf>, program: &Path, arguments: &[&str]| {
        let mut command = Command::new(program);
        command.args(arguments).env_remove("TILSIT_BINARY").env("PATH", place.root.join("onpath"));
        command.envs(binary.map(|path| ("TILSIT_BINARY", path)));
        command.output().unwrap()
    };
    let named = Some(place.root.join("named/tilsit"));
    assert!(said(&run(named.clone(), &python, &["-m", "pip"])).starts_with("named as pip"));
    let script = place.environment.join("bin/pip");
    assert!(said(&run(named, &script, &[])).starts_with("named as pip"));
    std::fs::remove_file(place.root.join("tilsit")).unwrap();
    assert!(said(&run(None, &python, &["-m", "pip"])).starts_with("onpath as pip"));
    std::fs::remove_dir_all(place.root.join("onpath")).unwrap();
    let output = run(None, &python, &["-m", "pip"]);
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains("-m ensurepip --upgrade"), "{message}");
}

#[test]
fn it_can_be_imported() {
    let place = shimmed("venv");
    let script = "import pip; print(pip.__version__, flush=True); print(pip.main(['list']))";
    let output = output(Command::new(place.environment.join("bin/python")).args(["-c", script]));
    let text = said(&output);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!((lines[0], lines[2]), ("26.3", "7"), "{output:?}");
    assert!(lines[1].ends_with(" list"));
}

#[test]
fn pip_itself_lists_and_removes_it_like_any_package() {
    let place = shimmed("venv");
    let interpreter = environment::Interpreter::open(&place.environment, &environment::NoCache).unwrap();
    let environment = environment::Environment::of(interpreter, &place.root.join("state"));
    assert!(is_shim(&environment.scheme().purelib));
    let installed = environment.installed().unwrap();
    let pip = installed.get(&"pip".parse().unwrap()).unwrap().clone();
    assert_eq!((pip.version_text(), pip.installer().as_deref()), ("26.3", Some("tilsit")));
    let record = pip.record().unwrap().unwrap();
    for row in &record.rows {
        assert!(pip.location().join(&row.path).is_file(), "{}", row.path);
    }
    let change = environment::Change { remove: vec![pip], install: vec![] };
    let policy = environment::InstallPolicy::new(&environment);
    let mut transaction = environment::Transaction::begin(&environment, environment::Wait::No).unwrap();
    transaction.apply(&change, &policy, &crate::place::NEVER).unwrap();
    assert!(!environment.scheme().scripts.join("pip").exists());
    let left = std::fs::read_dir(&environment.scheme().purelib).unwrap();
    let mut left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["_tilsit", "_tilsit.pth"]);
}

#[test]
fn build_as_a_module_leads_to_the_binary_and_is_seen_by_nothing_else() {
    let place = shimmed("venv");
    let python = place.environment.join("bin/python");
    let run = |words: &[&str]| output(Command::new(&python).args(words).current_dir(&place.root));
    let expected = format!("recorded as build --python {} --wheel -n\n", python.display());
    for words in [
        &["-m", "build", "--wheel", "-n"][..],
        &["-mbuild", "--wheel", "-n"],
        &["-Im", "build", "--wheel", "-n"],
    ] {
        let output = run(words);
        assert_eq!(
            (said(&output), output.status.code()),
            (expected.clone(), Some(7)),
            "{words:?} {output:?}"
        );
    }
    let unseen = "import importlib.util as u\nassert u.find_spec('build') is None\n\
        try:\n    import build\nexcept ModuleNotFoundError as error:\n    print(error)\n";
    std::fs::write(place.root.join("asks.py"), unseen).unwrap();
    for words in [&["-c", unseen][..], &["asks.py", "build"], &["-m", "asks", "build"]] {
        let output = run(words);
        assert_eq!(said(&output), "No module named 'build'\n", "{words:?} {output:?}");
    }
    // A package that looks for it while Python still looks for the module to run.
    std::fs::create_dir(place.root.join("tool")).unwrap();
    std::fs::write(place.root.join("tool/__init__.py"), unseen).unwrap();
    std::fs::write(place.root.join("tool/__main__.py"), "").unwrap();
    assert_eq!(said(&run(&["-m", "tool", "build"])), "No module named 'build'\n");
    // What builds leave in the working directory.
    std::fs::create_dir_all(place.root.join("build/lib")).unwrap();
    assert_eq!(said(&run(&["-m", "build", "--wheel", "-n"])), expected);
}

#[test]
fn the_real_build_comes_first_wherever_it_is() {
    let place = shimmed("venv");
    let python = place.environment.join("bin/python");
    let minor = base_python().minor_version();
    let site = place.environment.join(format!("lib/python{minor}/site-packages"));
    let run = |words: &[&str]| output(Command::new(&python).args(words).current_dir(&place.root));
    std::fs::create_dir(site.join("build")).unwrap();
    std::fs::write(site.join("build/__init__.py"), "").unwrap();
    std::fs::write(site.join("build/__main__.py"), "print('the real build')\n").unwrap();
    assert_eq!(said(&run(&["-m", "build"])), "the real build\n");
    std::fs::remove_dir_all(site.join("build")).unwrap();
    assert!(said(&run(&["-m", "build"])).starts_with("recorded as build"));
    std::fs::write(place.root.join("build.py"), "print('a script of the project')\n").unwrap();
    assert_eq!(said(&run(&["-m", "build"])), "a script of the project\n");
    assert!(said(&run(&["-I", "-m", "build"])).starts_with("recorded as build"));
}

#[test]
fn without_a_binary_build_says_how_to_have_the_real_one() {
    let place = shimmed("venv");
    std::fs::remove_file(place.root.join("tilsit")).unwrap();
    let output = output(Command::new(place.environment.join("bin/python")).args(["-m", "build"]));
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("-m pip install build\n"), "{output:?}");
}
