//! The small `pip` package of environments: whatever is done to it, a pip answers afterwards.

use fixtures::WheelBuilder;

use crate::sandbox::{Ran, Sandbox};

/// An index with a pip that is older and one that is newer than the small one, and what people upgrade with it.
fn stocked() -> Sandbox {
    let mut sandbox = Sandbox::new();
    for version in ["24.0", "99.0"] {
        sandbox.index.add(real_pip(version));
    }
    for name in ["setuptools", "wheel", "gamma"] {
        sandbox.index.add(WheelBuilder::new(name, "70.0").file(&format!("{name}.py"), ""));
    }
    let index = sandbox.index.simple_url();
    sandbox.set("PIP_INDEX_URL", &index);
    sandbox.venv();
    sandbox
}

/// A pip that says that it is the real one.
fn real_pip(version: &str) -> WheelBuilder {
    let main = format!("def main():\n    print('the real pip {version}')\n");
    WheelBuilder::new("pip", version)
        .file("pip/__init__.py", "")
        .file("pip/_internal/__init__.py", main)
        .file("pip/__main__.py", "from pip._internal import main\nmain()\n")
        .entry_point("console_scripts", "pip", "pip._internal:main")
        .entry_point("console_scripts", "pip3", "pip._internal:main")
}

fn python(sandbox: &Sandbox, arguments: &[&str]) -> Ran {
    sandbox.program(".venv/bin/python", arguments)
}

/// What `python -m pip --version` and `pip --version` say; both must say the same.
#[track_caller]
fn answers(sandbox: &Sandbox) -> String {
    let module = python(sandbox, &["-m", "pip", "--version"]).ok().stdout;
    let script = sandbox.program(".venv/bin/pip", &["--version"]).ok().stdout;
    assert_eq!(module, script);
    module
}

/// The wheel of the pip that comes with the interpreter, if it comes with one.
fn bundled(sandbox: &Sandbox) -> Option<String> {
    let script = "import ensurepip, glob, os\n\
        folder = getattr(ensurepip, '_WHEEL_PKG_DIR', None) or os.path.dirname(ensurepip.__file__) + '/_bundled'\n\
        print(glob.glob(folder + '/pip-*.whl')[0])";
    let ran = python(sandbox, &["-c", script]);
    if ran.code != 0 {
        eprintln!("SKIPPED a part of {:?}: this Python has no ensurepip", std::thread::current().name());
        return None;
    }
    Some(ran.stdout.trim().to_owned())
}

/// The real pip, run from its wheel as `get-pip.py` does.
fn from_wheel(sandbox: &Sandbox, wheel: &str, arguments: &[&str]) -> Ran {
    let script = "import sys\nsys.path.insert(0, sys.argv.pop(1))\n\
        from pip._internal.cli.main import main\nsys.exit(main(sys.argv[1:]))";
    let mut line = vec!["-c", script, wheel];
    line.extend(arguments);
    python(sandbox, &line)
}

#[test]
fn an_upgrade_keeps_the_small_pip_and_says_so() {
    let s = stocked();
    let ran = python(&s, &["-m", "pip", "install", "--upgrade", "pip", "setuptools", "wheel"]).ok();
    assert!(ran.stdout.contains("Requirement already satisfied: pip in ./.venv/lib"), "{ran}");
    assert!(ran.stdout.contains("Successfully installed setuptools-70.0 wheel-70.0"), "{ran}");
    assert!(answers(&s).starts_with("pip 26.3 from "));
    python(&s, &["-m", "pip", "install", "-U", "pip>=24", "pip<99"])
        .ok()
        .says("Requirement already satisfied");
    assert!(answers(&s).starts_with("pip 26.3 from "));
}

#[test]
fn our_own_install_keeps_it_too() {
    let s = stocked();
    for words in [&["install", "pip"][..], &["install", "-U", "pip"], &["install", "--reinstall", "pip>=24"]]
    {
        s.tilsit(words).ok().tells("here is Tilsit's own, fits pip");
        assert!(answers(&s).starts_with("pip 26.3 from "), "{words:?}");
    }
    s.tilsit(&["install", "pip==24.0"]).ok().tells("+ pip 24.0 (was 26.3)");
    assert_eq!(answers(&s), "the real pip 24.0\n");
    s.tilsit(&["install", "-U", "pip"]).ok().tells("+ pip 99.0 (was 24.0)");
}

#[test]
fn a_pin_that_it_does_not_satisfy_brings_the_real_pip() {
    for (pin, says) in [("pip==24.0", "the real pip 24.0\n"), ("pip>26.3", "the real pip 99.0\n")] {
        let s = stocked();
        python(&s, &["-m", "pip", "install", pin]).ok().says("Successfully uninstalled pip-26.3");
        assert_eq!(answers(&s), says);
        assert!(!s.site_packages(".venv").join("pip/_internal/tilsit-binary").exists());
        assert_eq!(s.program(".venv/bin/pip3", &[]).ok().stdout, says);
    }
}

#[test]
fn ensurepip_leaves_a_pip() {
    let s = stocked();
    let Some(wheel) = bundled(&s) else { return };
    for words in [&["--default-pip"][..], &["--upgrade"]] {
        python(&s, &[&["-m", "ensurepip"], words].concat()).ok();
        assert!(answers(&s).starts_with("pip 26.3 from "), "{words:?}");
    }
    python(&s, &["-m", "pip", "uninstall", "-y", "pip"]).ok();
    assert_ne!(python(&s, &["-m", "pip", "--version"]).code, 0);
    python(&s, &["-m", "ensurepip", "--default-pip"]).ok();
    let version = wheel.rsplit('/').next().unwrap().split('-').nth(1).unwrap();
    assert!(answers(&s).starts_with(&format!("pip {version} from ")), "{wheel}");
}

#[test]
fn the_real_pip_lists_removes_and_replaces_it() {
    let s = stocked();
    let Some(wheel) = bundled(&s) else { return };
    let folder = wheel.rsplit_once('/').unwrap().0;
    from_wheel(&s, &wheel, &["list"]).ok().says("26.3");
    // What get-pip.py runs.
    let forced = ["install", "--no-index", "--find-links", folder, "--upgrade", "--force-reinstall", "pip"];
    from_wheel(&s, &wheel, &forced).ok().says("Successfully uninstalled pip-26.3");
    let version = wheel.rsplit('/').next().unwrap().split('-').nth(1).unwrap();
    assert!(answers(&s).starts_with(&format!("pip {version} from ")));
    s.tilsit(&["venv", "-q", "--clear"]).ok();
    from_wheel(&s, &wheel, &["uninstall", "-y", "pip"]).ok().says("Successfully uninstalled pip-26.3");
    assert!(!s.work().join(".venv/bin/pip").exists());
    assert!(!s.site_packages(".venv").join("pip").exists());
}

#[test]
fn doors_of_old_launchers_lead_to_it() {
    let s = stocked();
    for (module, function) in [
        ("pip", "main"),
        ("pip._internal", "main"),
        ("pip._internal.main", "main"),
        ("pip._internal.cli.main", "main"),
        ("pip._internal.cli.main", "cli"),
    ] {
        let script = format!("import sys\nfrom {module} import {function}\nsys.exit({function}())");
        let ran = python(&s, &["-c", &script, "--version"]).ok();
        assert!(ran.stdout.starts_with("pip 26.3 from "), "{module}:{function} {ran}");
    }
    let run =
        "import runpy, sys; sys.argv = ['pip', '--version']; runpy.run_module('pip', run_name='__main__')";
    python(&s, &["-c", run]).ok().says("pip 26.3 from ");
    let folder = s.site_packages(".venv").join("pip").display().to_string();
    python(&s, &[&folder, "--version"]).ok().says("pip 26.3 from ");
    let facts = "import pip, importlib.metadata as m; print(pip.__version__, m.version('pip'))";
    assert_eq!(python(&s, &["-c", facts]).ok().stdout, "26.3 26.3\n");
}

#[test]
fn completions_that_pip_set_up_work() {
    let mut s = stocked();
    let script =
        "from pip._internal.cli.autocompletion import autocomplete\nautocomplete()\nprint('asked nothing')";
    python(&s, &["-c", script]).ok().says("asked nothing");
    for (name, value) in [("PIP_AUTO_COMPLETE", "1"), ("COMP_WORDS", "pip uni"), ("COMP_CWORD", "1")] {
        s.set(name, value);
    }
    assert_eq!(python(&s, &["-c", script]).stdout, "uninstall\n");
}

#[test]
fn another_python_is_named_by_option_or_variable() {
    let mut s = stocked();
    s.tilsit(&["venv", "-q", "other"]).ok();
    s.tilsit(&["install", "-q", "-p", "other", "gamma"]).ok();
    for program in [&["bin/pip"][..], &["bin/python", "-m", "pip"]] {
        let program_path = format!(".venv/{}", program[0]);
        let freeze = |s: &Sandbox, words: &[&str]| {
            s.program(&program_path, &[&program[1..], words, &["freeze"]].concat()).ok().stdout
        };
        s.unset("PIP_PYTHON");
        assert_eq!(freeze(&s, &[]), "", "{program:?}");
        assert_eq!(freeze(&s, &["--python", "other"]), "gamma==70.0\n", "{program:?}");
        s.set("PIP_PYTHON", "other");
        assert_eq!(freeze(&s, &[]), "gamma==70.0\n", "{program:?}");
        assert_eq!(freeze(&s, &["--python", ".venv"]), "", "{program:?}");
    }
}

#[test]
fn what_python_itself_adds_to_its_path_is_seen() {
    let s = stocked();
    s.tilsit(&["install", "-q", "--target", "added", "gamma"]).ok();
    let added = s.work().join("added").display().to_string();
    let site = s.site_packages(".venv");
    std::fs::write(site.join("sitecustomize.py"), format!("import sys\nsys.path.append({added:?})\n"))
        .unwrap();
    assert_eq!(python(&s, &["-m", "pip", "freeze"]).ok().stdout, "gamma==70.0\n");
    assert_eq!(s.program(".venv/bin/pip", &["freeze"]).ok().stdout, "gamma==70.0\n");
    std::fs::remove_file(site.join("sitecustomize.py")).unwrap();
    assert_eq!(s.program(".venv/bin/pip", &["freeze"]).ok().stdout, "");
    std::fs::write(site.join("mine.pth"), format!("import sys; sys.path.append({added:?})\n")).unwrap();
    assert_eq!(s.program(".venv/bin/pip", &["freeze"]).ok().stdout, "gamma==70.0\n");
}
