//! Finding Pythons: order, pyenv without a shell, errors that say where was looked.

use std::collections::HashMap;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use environment::discovery::{
    DiscoveryError, PythonRequest, Source, Surroundings, active_environment, discover, discover_base, list,
};
use environment::interpreter::ProbeError;
use environment::{Environment, FactsCache, Interpreter, InterpreterError, NoCache, VenvPolicy, create};
use fixtures::WheelBuilder;

use crate::place::{base_python, change, surroundings};

/// Counts what is asked and kept.
#[derive(Default)]
struct Counting {
    kept: Mutex<HashMap<String, Vec<u8>>>,
}

impl FactsCache for Counting {
    fn facts(&self, key: &str) -> Option<Vec<u8>> {
        self.kept.lock().unwrap().get(key).cloned()
    }
    fn keep_facts(&self, key: &str, facts: &[u8]) {
        self.kept.lock().unwrap().insert(key.to_owned(), facts.to_vec());
    }
}

fn program(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
}

fn link(path: &Path, target: &Path) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    symlink(target, path).unwrap();
}

/// Nothing is found but what the test puts there.
fn bare<'a>(cwd: &Path, path: &[&Path], cache: &'a dyn FactsCache) -> Surroundings<'a> {
    Surroundings {
        path: Some(std::env::join_paths(path).unwrap()),
        virtual_env: None,
        conda_prefix: None,
        cwd: cwd.to_owned(),
        home: None,
        pyenv_root: None,
        pyenv_version: None,
        cache,
    }
}

#[test]
fn a_known_python_is_never_started_again() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let cache = Counting::default();
    let first = Interpreter::open(base_python().executable(), &cache).unwrap();
    assert_eq!(cache.kept.lock().unwrap().len(), 1);
    // An environment whose program cannot run: opening it must not need to.
    let made = create(&root.join("e"), &first, &VenvPolicy::default()).unwrap();
    let opened = Interpreter::open(&root.join("e"), &cache).unwrap();
    assert_eq!(opened.executable(), root.join("e/bin/python"));
    assert_eq!(opened.facts(), made.facts());
    assert_eq!(opened.prefix(), root.join("e"));
    assert_eq!(cache.kept.lock().unwrap().len(), 1, "the base's facts serve its environments");
    assert_eq!(opened.marker_environment().python_version, base_python().minor_version());
    assert!(packaging::tags::Tags::new(&opened.tag_facts()).best_of_text("py3-none-any").is_some());
}

#[test]
fn a_distributor_may_refuse_manylinux() {
    let folder = tempfile::tempdir().unwrap();
    let made = create(&folder.path().join("e"), base_python(), &VenvPolicy::default()).unwrap();
    let opened = Interpreter::open(made.prefix(), &NoCache).unwrap();
    if !matches!(opened.tag_facts().libc, packaging::tags::LinuxLibc::Glibc(2, 18..)) {
        return; // Of glibc alone.
    }
    let all = opened.tag_facts().platforms();
    let kept = |module: &str| {
        let site = Environment::of(opened.clone(), folder.path()).site_packages().remove(0);
        std::fs::write(site.join("_manylinux.py"), module).unwrap();
        opened.tag_facts().platforms()
    };
    let starting = |start: &str| all.iter().filter(|one| one.starts_with(start)).cloned().collect::<Vec<_>>();
    assert_eq!(kept("def manylinux_compatible(*_):\n    return False\n"), starting("linux_"));
    assert_eq!(
        kept("def manylinux_compatible(*_):\n    return None\nmanylinux2014_compatible = False\n"),
        all
    );
    let fewer = kept("manylinux2014_compatible = False\nmanylinux1_compatible = True\n");
    let gone: Vec<_> = all.iter().filter(|one| !fewer.contains(one)).collect();
    assert_eq!(gone.len(), 2, "{gone:?}");
    assert!(gone[0].starts_with("manylinux_2_17_") && gone[1].starts_with("manylinux2014_"), "{gone:?}");
    assert_eq!(kept("raise OSError\n"), all, "what cannot be imported refuses nothing");
}

#[test]
fn an_active_environment_comes_before_dot_venv_before_path() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let bin = base_python().executable().parent().unwrap();
    for name in ["active", "project/.venv"] {
        create(&root.join(name), base_python(), &VenvPolicy::default()).unwrap();
    }
    let deep = root.join("project/a/b");
    std::fs::create_dir_all(&deep).unwrap();
    let mut around = bare(&deep, &[bin], &NoCache);
    let found = discover(&PythonRequest::Any, &around).unwrap();
    assert_eq!((found.source, found.interpreter.prefix()), (Source::DotVenv, &*root.join("project/.venv")));
    around.virtual_env = Some(root.join("active"));
    let found = discover(&PythonRequest::Any, &around).unwrap();
    assert_eq!((found.source, found.interpreter.prefix()), (Source::Activated, &*root.join("active")));
    let found = discover_base(&PythonRequest::Any, &around).unwrap();
    assert_eq!(found.source, Source::SearchPath);
    // One that is named by its folder, also relative.
    let request = PythonRequest::parse("./.venv", &root.join("project"));
    assert_eq!(discover(&request, &around).unwrap().interpreter.prefix(), root.join("project/./.venv"));
    // A broken one is an error, not passed over.
    std::fs::remove_file(root.join("active/bin/python")).unwrap();
    symlink("/nonexistent", root.join("active/bin/python")).unwrap();
    std::fs::write(root.join("active/pyvenv.cfg"), "home = /nonexistent\n").unwrap();
    let error = active_environment(&around).unwrap_err();
    assert!(matches!(error, InterpreterError::BaseGone { .. }), "{error}");
}

#[test]
fn pyenv_shims_are_followed_without_a_shell() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let pyenv = root.join("pyenv");
    let shim = "#!/bin/sh\necho the shim was run >&2; exit 1\n";
    program(&pyenv.join("shims/python3"), shim);
    program(&pyenv.join("libexec/pyenv"), shim);
    let real = base_python().executable().canonicalize().unwrap();
    for version in ["3.9.1", "3.10.2", "3.10.13"] {
        link(&pyenv.join("versions").join(version).join("bin/python3"), &real);
    }
    let chosen = |around: &Surroundings<'_>| discover_base(&PythonRequest::Any, around).unwrap().interpreter;
    let version = |interpreter: &Interpreter| {
        let path = interpreter.executable().strip_prefix(pyenv.join("versions")).unwrap();
        path.iter().next().unwrap().to_string_lossy().into_owned()
    };
    let cwd = root.join("work/deep");
    std::fs::create_dir_all(&cwd).unwrap();
    std::fs::write(pyenv.join("version"), "3.9.1\n").unwrap();
    let shims = pyenv.join("shims");
    let mut around = bare(&cwd, &[&shims], &NoCache);
    assert_eq!(version(&chosen(&around)), "3.9.1");
    std::fs::write(root.join("work/.python-version"), "# ours\n3.10\n").unwrap();
    assert_eq!(version(&chosen(&around)), "3.10.13", "a prefix takes the newest, by number");
    around.pyenv_version = Some("3.10.2:3.9.1".into());
    assert_eq!(version(&chosen(&around)), "3.10.2");
}

#[test]
fn what_is_no_python_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let open = |name: &str| Interpreter::open(&root.join(name), &NoCache).unwrap_err();
    program(&root.join("false"), "#!/bin/sh\necho broken >&2; exit 3\n");
    let InterpreterError::Probe(ProbeError::NotPython { said, .. }) = open("false") else { panic!() };
    assert_eq!(said, "broken");
    program(&root.join("old"), "#!/bin/sh\necho '{\"version\": [3, 6, 15], \"executable\": \"x\"}'\n");
    let InterpreterError::Probe(ProbeError::TooOld { version, .. }) = open("old") else { panic!() };
    assert_eq!(version, (3, 6, 15));
    program(&root.join("noisy"), "#!/bin/sh\necho '{not json'\n");
    assert!(matches!(open("noisy"), InterpreterError::Probe(ProbeError::NotPython { .. })));
    std::fs::write(root.join("plain"), "text").unwrap();
    assert!(matches!(open("plain"), InterpreterError::Probe(ProbeError::NotExecutable { .. })));
    assert!(matches!(open("gone"), InterpreterError::Probe(ProbeError::Missing { .. })));
    std::fs::create_dir(root.join("folder")).unwrap();
    assert!(matches!(open("folder"), InterpreterError::NotAnEnvironment { .. }));
}

#[test]
fn a_search_in_vain_says_where() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    program(&root.join("bin/python3.99"), "#!/bin/sh\nexit 1\n");
    let bin = root.join("bin");
    let around = bare(&root, &[&bin], &NoCache);
    let request = PythonRequest::parse("3.99", &root);
    let Err(DiscoveryError::NotFound { request, searched, passed_over }) = discover(&request, &around) else {
        panic!("there is no Python 3.99")
    };
    assert_eq!(request.to_string(), "Python 3.99");
    assert_eq!(searched[0], bin);
    assert_eq!(passed_over[0].0, bin.join("python3.99"));
    let missing = discover(&PythonRequest::Path(root.join("nothing")), &around);
    assert!(matches!(missing, Err(DiscoveryError::NoSuchPath { .. })));
}

#[test]
fn every_python_here_makes_a_working_environment() {
    let around = surroundings(&NoCache);
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let store = store::Store::open(root.join("store"));
    let wheel = WheelBuilder::new("alpha", "1.0")
        .file("alpha/__init__.py", "def main(): print('works')\n")
        .entry_point("console_scripts", "alpha", "alpha:main");
    let (filename, bytes) = wheel.build();
    let filename = packaging::filenames::WheelFilename::parse(&filename).unwrap();
    let wheel = store.add_wheel(store::WheelBytes::Memory(&bytes), &filename, &[]).unwrap();
    let found = list(&around);
    assert!(!found.is_empty());
    for (number, python) in found.iter().enumerate() {
        let place = root.join(number.to_string());
        let made = create(&place, &python.interpreter, &VenvPolicy::default()).unwrap();
        let environment = Environment::of(made, &root.join("state"));
        let mut policy = environment::InstallPolicy::new(&environment);
        policy.bytecode = Some(1);
        change(&environment, vec![wheel.clone()], &policy).unwrap();
        let run = |program: PathBuf, arguments: &[&str]| {
            let output = Command::new(program).args(arguments).env_remove("VIRTUAL_ENV").output().unwrap();
            assert!(output.status.success(), "{python:?} {output:?}");
            String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
        };
        assert_eq!(run(place.join("bin/alpha"), &[]), "works", "{}", python.interpreter.facts().full_version);
        let script = "import sys, sysconfig; print(sys.prefix); print(sysconfig.get_path('purelib'))";
        let expected = format!("{}\n{}", place.display(), environment.scheme().purelib.display());
        assert_eq!(run(place.join("bin/python"), &["-c", script]), expected);
    }
}
