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
    for (name, need) in [("tools", "pip>=22.2"), ("modern-tools", "pip>=50")] {
        let module = format!("{}.py", name.replace('-', "_"));
        sandbox.index.add(WheelBuilder::new(name, "7.0").file(&module, "").requires(need));
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

/// What is installed needs a pip: whatever is upgraded on the way, one that fits stays.
#[test]
fn an_upgrade_of_what_needs_it_keeps_it() {
    let eager = ["install", "-U", "--upgrade-strategy", "eager"];
    for (words, said) in [
        (&["tools"][..], "pip>=22.2 in ./.venv/lib"),
        (&["tools", "pip"], "pip in ./.venv/lib"),
        (&["-r", "both.txt"], "pip in ./.venv/lib"),
        (&["-c", "low.txt", "tools"], "pip>=22.2 in ./.venv/lib"),
        (&["--force-reinstall", "tools"], "pip>=22.2 in ./.venv/lib"),
        (&["--ignore-installed", "tools", "pip"], "pip in ./.venv/lib"),
    ] {
        let s = stocked();
        s.write("both.txt", "pip\ntools\n");
        s.write("low.txt", "pip>=20\n");
        let ran = python(&s, &[&["-m", "pip"], &eager[..], words].concat()).ok();
        assert!(ran.stdout.contains(&format!("Requirement already satisfied: {said}")), "{words:?} {ran}");
        assert!(ran.stdout.ends_with("Successfully installed tools-7.0\n"), "{words:?} {ran}");
        assert!(answers(&s).starts_with("pip 26.3 from "), "{words:?}");
    }
}

#[test]
fn what_it_does_not_satisfy_brings_the_real_pip() {
    for (words, version) in [
        (&["modern-tools"][..], "99.0"),
        (&["-U", "pip", "-c", "old.txt"], "24.0"),
        (&["-U", "pip", "pip<26"], "24.0"),
        (&["-U", "tools", "-c", "old.txt"], "24.0"),
    ] {
        for front in [&[".venv/bin/pip", "install"][..], &["tilsit", "install"]] {
            let s = stocked();
            s.write("old.txt", "pip<26\n");
            let arguments = [&front[1..], words].concat();
            match front[0] {
                "tilsit" => s.tilsit(&arguments).ok(),
                program => s.program(program, &arguments).ok(),
            };
            assert_eq!(answers(&s), format!("the real pip {version}\n"), "{front:?} {words:?}");
        }
    }
}

#[test]
fn our_own_commands_keep_it_whatever_they_change() {
    let s = stocked();
    s.write("both.txt", "pip\ntools==7.0\n");
    s.tilsit(&["install", "-q", "tools"]).ok();
    for (words, fits) in [
        (&["install", "-U", "tools"][..], "what needs it"),
        (&["install", "--reinstall", "tools"], "what needs it"),
        (&["install", "-P", "pip", "tools"], "what needs it"),
        (&["upgrade", "pip"], "pip"),
        (&["sync", "both.txt"], "pip"),
        (&["sync", "--reinstall", "both.txt"], "pip"),
    ] {
        s.tilsit(words).ok().tells(&format!("pip 26.3 here is Tilsit's own, fits {fits} and stays"));
        assert!(answers(&s).starts_with("pip 26.3 from "), "{words:?}");
    }
    s.tilsit(&["upgrade", "--all", "-y"]).ok();
    let lock = "lock-version = \"1.0\"\ncreated-by = \"me\"\n[[packages]]\nname = \"pip\"\nversion = \"26.3\"\n\
        [[packages.wheels]]\nurl = \"http://127.0.0.1:9/pip-26.3-py3-none-any.whl\"\nhashes = {sha256 = \"0\"}\n";
    s.write("pylock.toml", lock);
    s.tilsit(&["sync", "--reinstall", "pylock.toml"]).ok();
    assert!(answers(&s).starts_with("pip 26.3 from "));
    assert_eq!(s.frozen(), "");
}

/// A real pip is a package like all others.
#[test]
fn the_real_pip_is_upgraded() {
    let s = stocked();
    s.tilsit(&["install", "-q", "pip==24.0"]).ok();
    s.tilsit(&["list", "--outdated"]).ok().says("99.0");
    s.tilsit(&["upgrade", "--all", "-y"]).ok().tells("+ pip 99.0 (was 24.0)");
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
    // Debian's own Python has one already, which comes first
    if python(&s, &["-c", "import sitecustomize"]).code != 0 {
        std::fs::write(site.join("sitecustomize.py"), format!("import sys\nsys.path.append({added:?})\n"))
            .unwrap();
        assert_eq!(python(&s, &["-m", "pip", "freeze"]).ok().stdout, "gamma==70.0\n");
        assert_eq!(s.program(".venv/bin/pip", &["freeze"]).ok().stdout, "gamma==70.0\n");
        std::fs::remove_file(site.join("sitecustomize.py")).unwrap();
    }
    assert_eq!(s.program(".venv/bin/pip", &["freeze"]).ok().stdout, "");
    std::fs::write(site.join("mine.pth"), format!("import sys; sys.path.append({added:?})\n")).unwrap();
    assert_eq!(s.program(".venv/bin/pip", &["freeze"]).ok().stdout, "gamma==70.0\n");
}

/// What pip's own `get-pip.py` does: the pip that it carries, as a zip file without metadata, installs a pip, and what else is
/// missing, over what is there. The first argument is the folder with the pip to carry.
const GET_PIP: &str = r#"
import importlib.util, os, sys, tempfile, zipfile
source = sys.argv.pop(1)
with tempfile.TemporaryDirectory() as folder:
    carried = os.path.join(folder, "pip.zip")
    with zipfile.ZipFile(carried, "w") as archive:
        for here, _, names in os.walk(os.path.join(source, "pip")):
            for name in names:
                path = os.path.join(here, name)
                archive.write(path, os.path.relpath(path, source))
    sys.path.insert(0, carried)
    from pip._internal.cli.main import main
    missing = [name for name in ("setuptools", "wheel") if importlib.util.find_spec(name) is None]
    sys.exit(main(["install", "--upgrade", "--force-reinstall"] + sys.argv[1:] + ["pip"] + missing))
"#;

#[test]
fn get_pip_leaves_a_pip() {
    let Some(oracle) = std::env::var_os("TILSIT_TEST_PYTHON") else {
        eprintln!("SKIPPED: TILSIT_TEST_PYTHON names no Python with pip");
        return;
    };
    let ask = "import os, pip; print(os.path.dirname(os.path.dirname(pip.__file__)))";
    for prefix in [None, Some(".venv"), Some("elsewhere")] {
        let s = stocked();
        s.tilsit(&["install", "-q", "tools"]).ok();
        let source = s.program(oracle.to_str().unwrap(), &["-c", ask]).ok().stdout;
        let script = s.write("get-pip.py", GET_PIP).display().to_string();
        let mut words = vec![script, source.trim().to_owned()];
        words.extend(prefix.map(|prefix| format!("--prefix={}", s.work().join(prefix).display())));
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        python(&s, &words).ok().says("Successfully uninstalled pip-26.3").says("pip-99.0");
        if prefix == Some("elsewhere") {
            // As from any environment: pip takes its own out and puts the new one where it was told.
            let python = s.site_packages("elsewhere").display().to_string();
            let mut command = s.command(&s.work().join("elsewhere/bin/pip"));
            assert_eq!(
                crate::sandbox::run(command.env("PYTHONPATH", python)).ok().stdout,
                "the real pip 99.0\n"
            );
            continue;
        }
        assert_eq!(answers(&s), "the real pip 99.0\n");
        s.tilsit(&["check"]).ok();
        assert_eq!(s.frozen(), "setuptools==70.0 tools==7.0 wheel==70.0");
        python(&s, &["-m", "build", "--version"]).ok().says("build 1.6.1 (");
        s.tilsit(&["install", "-q", "gamma"]).ok();
        s.tilsit(&["venv", "-q", "--clear"]).ok();
        assert!(answers(&s).starts_with("pip 26.3 from "));
    }
}

/// A program that looks into the real pip, as pip-tools does.
const LOOKS_INSIDE: &str = "\
import pip, sys
from pip._internal.req import parse
from pip._vendor.small import answer
from pip._internal.cli.main import main
assert sys.modules['pip._internal.ready'].begun == 1
try:
    import pip._internal.cli.nothing
except ModuleNotFoundError as error:
    print(error)
print(pip.__version__, parse(), answer, flush=True)
sys.exit(main(['--version']))
";

/// A small pip in an environment, the real one of its version in the index.
fn stocked_with_its_own_version() -> Sandbox {
    let s = stocked();
    let begin = "from pip._internal import ready\nready.begun += 1\n";
    let inside = WheelBuilder::new("pip", "26.3")
        .file("pip/__init__.py", "")
        .file("pip/_internal/__init__.py", begin)
        .file("pip/_internal/ready.py", "begun = 0\n")
        .file("pip/_internal/cli/__init__.py", "")
        .file("pip/_internal/cli/main.py", "")
        .file("pip/_internal/req/__init__.py", "def parse():\n    return 'parsed'\n")
        .file("pip/_vendor/__init__.py", "")
        .file("pip/_vendor/small.py", "answer = 42\n");
    s.index.add(inside);
    s
}

#[test]
fn what_a_program_imports_of_the_real_pip_is_fetched() {
    let mut s = stocked_with_its_own_version();
    for (name, value) in [("PIP_USER", "1"), ("PIP_REQUIRE_HASHES", "1"), ("PIP_NO_BINARY", ":all:")] {
        s.set(name, value);
    }
    let said = "No module named 'pip._internal.cli.nothing'\n26.3 parsed 42\npip 26.3 from ";
    for fetched in [true, false] {
        let ran = python(&s, &["-c", LOOKS_INSIDE]).ok();
        assert!(ran.stdout.starts_with(said), "{ran}");
        let told = if fetched { "Fetching pip 26.3, whose modules this program imports.\n" } else { "" };
        assert_eq!(ran.stderr, told);
    }
    assert!(answers(&s).starts_with("pip 26.3 from "));
    assert_eq!(s.frozen(), "");
    let runner = s.site_packages(".venv").join("pip/__pip-runner__.py").display().to_string();
    python(&s, &[&runner, "--version"]).ok().says("pip 26.3 from ");
}

#[test]
fn it_is_fetched_for_one_process_where_nothing_can_be_written() {
    let s = stocked_with_its_own_version();
    // A file where the folder would be, since root may write everywhere.
    std::fs::write(s.work().join(".venv/.tilsit"), "").unwrap();
    for _ in 0..2 {
        python(&s, &["-c", LOOKS_INSIDE]).ok().tells("Fetching pip 26.3");
    }
    let temporary = s.cache().with_file_name("tmp");
    assert_eq!(std::fs::read_dir(temporary).unwrap().count(), 0);
}

#[test]
fn without_an_index_a_program_is_told_how_to_have_the_real_pip() {
    let s = stocked();
    let ran = python(&s, &["-c", "from pip._internal.req import parse"]);
    assert_eq!(ran.code, 1);
    ran.tells("No module named 'pip._internal.req': the pip of this environment is Tilsit's; pip 26.3,")
        .tells("could not be fetched (No matching distribution found for pip==26.3)")
        .tells("-m pip install 'pip!=26.3'");
    let probe = "try:\n    from pip._vendor import small\nexcept ImportError:\n    print('without')";
    python(&s, &["-c", probe]).ok().says("without");
    python(&s, &["-m", "pip", "install", "-q", "pip!=26.3"]).ok();
    assert_eq!(answers(&s), "the real pip 99.0\n");
}

#[test]
fn an_environment_whose_python_is_gone_says_so() {
    let mut s = stocked();
    let gone = s.work().join("gone/bin/python").display().to_string();
    s.set("TILSIT_SYS_EXECUTABLE", &gone);
    let ran = s.tilsit(&["as", "pip", "--python", &gone, "list"]);
    ran.fails(1, &format!("ERROR: Failed to run pip under {gone}: "))
        .tells("hint: the Python that this environment was made with is gone")
        .tells("tilsit venv --clear");
}

#[test]
fn a_full_device_is_told_as_one() {
    let s = stocked();
    s.program("sh", &["-c", ".venv/bin/pip list >/dev/full"])
        .fails(2, "OSError: [Errno 28] No space left on device")
        .tells("hint: there is no room left there");
}
