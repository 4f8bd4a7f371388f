use std::path::Path;
use std::process::Command;

use environment::{Environment, Existing, Interpreter, NoCache, VenvError, VenvPolicy, create};

use crate::place::base_python;

fn output(program: &Path, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).env_remove("VIRTUAL_ENV").output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

#[test]
fn python_knows_it_is_in_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap().join("an env");
    let made = create(&root, base_python(), &VenvPolicy::default()).unwrap();
    let environment = Environment::of(made, Path::new("/nonexistent"));
    let said = output(
        &root.join("bin/python"),
        &[
            "-c",
            "import sys, sysconfig; print(sys.prefix, sys.base_prefix, sysconfig.get_path('purelib'), sep='\\n')",
        ],
    );
    let expected = [
        root.display().to_string(),
        base_python().base_prefix().display().to_string(),
        environment.scheme().purelib.display().to_string(),
    ];
    assert_eq!(said.lines().collect::<Vec<_>>(), expected);
    let minor = base_python().minor_version();
    assert_eq!(output(&root.join(format!("bin/python{minor}")), &["-c", "print(1)"]), "1");
}

#[test]
fn a_foreign_folder_is_never_touched() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("thesis.txt"), "years").unwrap();
    for existing in [Existing::Refuse, Existing::Clear] {
        let policy = VenvPolicy { existing, ..VenvPolicy::default() };
        let error = create(folder.path(), base_python(), &policy).unwrap_err();
        assert!(matches!(error, VenvError::Exists { is_environment: false, .. }), "{error}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn clear_replaces_and_refresh_keeps() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("e");
    let make = |existing| create(&root, base_python(), &VenvPolicy { existing, ..VenvPolicy::default() });
    make(Existing::Refuse).unwrap();
    std::fs::write(root.join("mark"), "").unwrap();
    assert!(matches!(make(Existing::Refuse), Err(VenvError::Exists { is_environment: true, .. })));
    make(Existing::Refresh).unwrap();
    assert!(root.join("mark").exists());
    make(Existing::Clear).unwrap();
    assert!(!root.join("mark").exists());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn a_base_that_is_gone_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("e");
    create(&root, base_python(), &VenvPolicy::default()).unwrap();
    std::fs::remove_file(root.join("bin/python")).unwrap();
    std::os::unix::fs::symlink("/nonexistent/python3", root.join("bin/python")).unwrap();
    std::fs::write(root.join("pyvenv.cfg"), "home = /nonexistent\nversion = 3.11.0\n").unwrap();
    let error = Interpreter::open(&root, &NoCache).unwrap_err();
    assert!(error.to_string().contains("/nonexistent/python3, which is gone"), "{error}");
}
