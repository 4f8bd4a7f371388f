//! `pyproject-build`: options, messages and exit codes of build 1.6, and the real one beside it where it is installed.

use std::path::{Path, PathBuf};

use fixtures::WheelBuilder;

use crate::builds::{project, project_requiring};
use crate::sandbox::{Ran, Sandbox, run};

fn build(sandbox: &Sandbox, words: &[&str]) -> Ran {
    let mut all = vec!["as", "pyproject-build"];
    all.extend(words);
    sandbox.tilsit(&all)
}

#[test]
fn steps_are_told_and_files_named() {
    let sandbox = Sandbox::new();
    sandbox.index.add(WheelBuilder::new("tool", "1.0").file("tool.py", ""));
    project_requiring(&sandbox, "\"tool\"", "print('out')\nprint('err', file=sys.stderr)\n");
    let ran = build(&sandbox, &["p"]).ok();
    assert!(
        ran.stdout.ends_with("Successfully built alpha-1.0.tar.gz and alpha-1.0-py3-none-any.whl\n"),
        "{ran}"
    );
    let environment = "* Creating isolated environment: venv+pip...\n* Installing packages in isolated environment:\n  - tool\n";
    let said = ran.stderr.replace("err\n", "");
    let expected = format!(
        "{environment}* Getting build dependencies for sdist...\n* Installed build dependency versions:\n  - tool==1.0\n* Building sdist...\n* Building wheel from sdist\n{environment}* Getting build dependencies for wheel...\n* Installed build dependency versions:\n  - tool==1.0\n* Building wheel...\n"
    );
    assert_eq!(said, expected);
    let quiet = build(&sandbox, &["p", "-w", "-q", "--report", "report.json"]).ok();
    assert_eq!(quiet.stdout, "Successfully built alpha-1.0-py3-none-any.whl\n");
    let report: serde_json::Value = serde_json::from_str(&sandbox.read("report.json")).unwrap();
    assert_eq!(report["artifacts"][0]["path"], "p/dist/alpha-1.0-py3-none-any.whl");
    let metadata = build(&sandbox, &["p", "--metadata"]).ok();
    assert_eq!(metadata.stdout.matches("\"name\": \"alpha\"").count(), 1);
    let wheel = build(&sandbox, &["p/dist/alpha-1.0-py3-none-any.whl", "--metadata"]).ok();
    assert_eq!(wheel.json()["version"], "1.0");
    build(&sandbox, &["p/dist/alpha-1.0.tar.gz", "-o", "out"]).ok();
    assert!(sandbox.work().join("out/alpha-1.0-py3-none-any.whl").exists());
}

#[test]
fn what_is_wrong_is_said_as_build_says_it() {
    let sandbox = Sandbox::new();
    sandbox.write("empty/x", "");
    sandbox.write("full/x", "");
    sandbox.venv();
    build(&sandbox, &["nosuch"]).fails(1, "ERROR Source nosuch is not a directory");
    build(&sandbox, &["empty"]).fails(1, "no pyproject.toml or setup.py");
    build(&sandbox, &["--bad"]).fails(2, "pyproject-build: error: unrecognized arguments: --bad");
    build(&sandbox, &["-q", "-v"]).fails(2, "argument --verbose/-v: not allowed with argument --quiet/-q");
    build(&sandbox, &["--outdir"]).fails(2, "argument --outdir/-o: expected one argument");
    build(&sandbox, &["--installer", "x"]).fails(2, "invalid choice: 'x' (choose from 'pip', 'uv')");
    build(&sandbox, &["--metadata", "-w"]).fails(2, "--metadata: not allowed with --sdist or --wheel");
    build(&sandbox, &["empty", "--config-json", "[1]"]).fails(1, "must contain a JSON object");
    build(&sandbox, &["empty", "--env-dir", "full"]).fails(1, "location is not empty: full");
    project(&sandbox, "def build_wheel(*words):\n    raise ValueError('broken')\n");
    build(&sandbox, &["p", "-w"])
        .fails(1, "ERROR Backend subprocess exited when trying to invoke build_wheel")
        .tells("ValueError: broken")
        .tells("TIP pass --env-dir");
    project_requiring(&sandbox, "\"tool>=2\"", "");
    build(&sandbox, &["p", "-w", "-n"])
        .fails(1, "ERROR Unmet dependencies (checked against")
        .tells("\ttool>=2\n\t\twanted: >=2\n\t\tfound: not installed");
    build(&sandbox, &["p", "-w", "-n", "-x"]).ok();
    build(&sandbox, &["p", "-w"]).fails(1, "ERROR Failed to install build dependencies");
    for (table, said) in [
        ("requires = []\nbuild-backend = \"nobody.knows\"", "ERROR Backend 'nobody.knows' is not available."),
        ("requires = 3", "`requires` must be an array of strings"),
        ("other = 3", "`requires` is a required property"),
        ("requires = []\nother = 3", "Unknown properties: other"),
        ("requires = [", "ERROR Failed to parse p/pyproject.toml:"),
    ] {
        sandbox.write("p/pyproject.toml", &format!("[build-system]\n{table}\n"));
        build(&sandbox, &["p"]).fails(1, said);
    }
}

#[test]
fn the_environment_is_made_where_it_is_wanted() {
    let sandbox = Sandbox::new();
    project(&sandbox, "");
    build(&sandbox, &["p", "-w", "--env-dir", "here"]).ok();
    assert!(!sandbox.work().join("here").exists());
    project(&sandbox, "def build_wheel(*words):\n    raise ValueError('broken')\n");
    build(&sandbox, &["p", "-w", "--env-dir", "here"]).fails(1, "TIP inspect the build environment at here");
    assert!(sandbox.work().join("here/bin/python").exists());
}

/// The real build, in the environment of the peer tools.
pub fn oracle() -> Option<PathBuf> {
    let python = PathBuf::from(std::env::var_os("TILSIT_TEST_PYTHON")?);
    let program = python.parent()?.join("pyproject-build");
    program.exists().then_some(program)
}

#[test]
fn colours_are_those_of_build() {
    let mut sandbox = Sandbox::new();
    project(&sandbox, "");
    sandbox.set("FORCE_COLOR", "1");
    let ran = build(&sandbox, &["p", "-w"]).ok();
    let last = "\u{1b}[1m\u{1b}[92mSuccessfully built \u{1b}[4malpha-1.0-py3-none-any.whl\u{1b}[0m\u{1b}[1m\u{1b}[92m\u{1b}[0m\n";
    assert_eq!(ran.stdout, last);
    assert!(
        ran.stderr.starts_with("\u{1b}[1m* Creating isolated environment: venv+pip...\u{1b}[0m\n"),
        "{ran}"
    );
    build(&sandbox, &["nosuch"]).fails(1, "\u{1b}[91mERROR\u{1b}[0m Source nosuch is not a directory");
    sandbox.set("NO_COLOR", "1");
    build(&sandbox, &["p", "-w"]).ok().tells("\u{1b}[93mWARNING\u{1b}[0m Both NO_COLOR");
}

#[test]
fn the_real_build_says_the_same() {
    let Some(program) = oracle() else {
        eprintln!("SKIPPED: TILSIT_TEST_PYTHON names no Python with build");
        return;
    };
    let mut sandbox = Sandbox::new();
    sandbox.write("empty/x", "");
    sandbox.write("weird.tar.gz", "");
    sandbox.write("what.whl", "");
    sandbox.write("unknown/pyproject.toml", "[build-system]\nrequires = []\nother = 1\n");
    sandbox.write("wrong/pyproject.toml", "[build-system]\nrequires = \"x\"\n");
    sandbox.write(
        "nobody/pyproject.toml",
        "[build-system]\nrequires = []\nbackend-path = [\"nowhere\"]\nbuild-backend = \"x\"\n",
    );
    for (folder, text) in [
        ("slip", "[build-system]\nrequire = []\nrequirements = []\n"),
        ("slip2", "[build-system]\nrequires = []\nbuild_backend = \"b\"\n"),
        ("slip3", "[Build-system]\n[build_system]\nrequires = []\n[build-system]\nother = 1\n"),
    ] {
        sandbox.write(&format!("{folder}/pyproject.toml"), text);
    }
    project(&sandbox, "def get_requires_for_build_wheel(settings=None):\n    print('out')\n    return []\n");
    for words in [
        &["p"][..],
        &["p", "-w", "-q"],
        &["p", "-s", "-w"],
        &["p/dist/alpha-1.0.tar.gz", "-o", "out"],
        &["nosuch"],
        &["empty"],
        &["--bad"],
        &["-q", "-v"],
        &["--s"],
        &["p", "-C", "a"],
        &["p", "-v"],
        &["p", "-vv", "-w"],
        &["p", "-qq"],
        &["p", "-nx"],
        &["p", "-wn"],
        &["p", "-w", "-o", "a/b/c"],
        &["p", "--sdist-extract-dir", "extracted"],
        &["p", "-w", "--env-dir", "made"],
        &["p", "-n", "--env-dir", "made"],
        &["p", "--installer", "pip", "-n"],
        &["p", "-w", "-Ca=1", "-C", "a=2", "--config-setting=b="],
        &["p", "-w", "--config-json", "{\"a\": [\"1\", \"2\"]}"],
        &["p", "--config-json", "{}", "-C", "a=1"],
        &["p", "--metadata", "-w"],
        &["p", "--out", "x", "-w"],
        &["p", "-o"],
        &["p", "q"],
        &["empty/x"],
        &["weird.tar.gz"],
        &["what.whl"],
        &["unknown"],
        &["wrong"],
        &["nobody", "-w", "-nx", "-q"],
        &["p", "--config-json", "3"],
        &["slip"],
        &["slip", "-n", "-w"],
        &["slip2", "-qq"],
        &["slip2", "-nx"],
        &["slip3", "-n"],
        &["", "-w", "-n"],
    ] {
        same(&run(sandbox.command(&program).args(words)), &build(&sandbox, words));
    }
    // Lines are broken, and warnings caught where the back end is imported.
    sandbox.set("COLUMNS", "40");
    project(&sandbox, "import warnings\nwarnings.warn('careful')\n");
    let words = &["p", "-n"];
    same(&run(sandbox.command(&program).args(words)), &build(&sandbox, words));
    sandbox.unset("COLUMNS");
    // As a module it has another name in its words.
    let python = program.with_file_name("python");
    sandbox.venv();
    for words in [&["p", "-w"][..], &["-h"], &["--bad"], &["--outdir"]] {
        let module = |python: &Path| run(sandbox.command(python).args(["-m", "build"]).args(words));
        same(&module(&python), &module(&sandbox.work().join(".venv/bin/python")));
    }
}

#[track_caller]
fn same(real: &Ran, ours: &Ran) {
    assert_eq!(ours.code, real.code, "{real}\n{ours}");
    assert_eq!(ours.stdout, real.stdout, "{real}\n{ours}");
    assert_eq!(ours.stderr, real.stderr, "{real}\n{ours}");
}

#[test]
fn slips_in_the_configuration_are_warned_of() {
    let sandbox = Sandbox::new();
    sandbox.venv();
    sandbox.write("p/pyproject.toml", "[build-system]\nrequires = []\nbuild_backend = \"b\"\n");
    let warning = "WARNING Found 'build_backend' in pyproject.toml, did you mean 'build-backend'?\n";
    let error =
        "ERROR Failed to validate `build-system` in pyproject.toml: Unknown properties: build_backend\n";
    let ran = build(&sandbox, &["p"]);
    assert_eq!(ran.stderr, format!("* Creating isolated environment: venv+pip...\n{warning}{error}"));
    assert_eq!(build(&sandbox, &["p", "-n"]).stderr, format!("{warning}{error}"));
}

#[test]
fn metadata_alone_is_on_stdout() {
    let sandbox = Sandbox::new();
    project(
        &sandbox,
        "print('imported')\ndef get_requires_for_build_wheel(settings=None):\n    print('out')\n    return []\n",
    );
    let ran = build(&sandbox, &["p", "--metadata"]).ok();
    assert_eq!(ran.json()["name"], "alpha");
    assert!(!ran.stderr.contains("out"), "{ran}");
    let ran = build(&sandbox, &["p", "--metadata", "-v"]).ok().tells("< out");
    assert_eq!(ran.json()["name"], "alpha");
    let hook = "prepare_metadata_for_build_wheel";
    project(&sandbox, &format!("def {hook}(*words):\n    print('out')\n    raise ValueError('broken')\n"));
    build(&sandbox, &["p", "--metadata"])
        .fails(1, &format!("ERROR Backend subprocess exited when trying to invoke {hook}"))
        .tells("< out")
        .tells("< ValueError: broken");
}

#[test]
fn back_ends_that_lack_something_are_told_as_build_tells_them() {
    let sandbox = Sandbox::new();
    project(&sandbox, "del build_wheel\n");
    let ran = build(&sandbox, &["p", "-w"]);
    let missing = "AttributeError: module 'backend' has no attribute 'build_wheel'";
    ran.fails(1, "ERROR Backend subprocess exited when trying to invoke build_wheel").tells(missing);
    project(&sandbox, "raise ImportError('nothing')\n");
    let ran = build(&sandbox, &["p", "-w"]);
    assert!(ran.stdout.contains("BackendUnavailable: Cannot import 'backend'\n\nTraceback:\n"), "{ran}");
    assert!(!ran.stderr.contains("ImportError"), "{ran}");
    ran.fails(1, "ERROR Backend 'backend' is not available.");
    project(
        &sandbox,
        "class UnsupportedOperation(Exception): pass\ndef build_sdist(*words): raise UnsupportedOperation('no')\n",
    );
    build(&sandbox, &["p"]).fails(1, "ERROR Backend operation failed: UnsupportedOperation('Traceback (most");
    project(
        &sandbox,
        "def build_sdist(out, settings=None):\n    import tarfile\n    tarfile.open(out + '/alpha-1.0.tar.gz', 'w:gz').close()\n    return 'alpha-1.0.tar.gz'\n",
    );
    let named = sandbox.work().join("p/dist/alpha-1.0.tar.gz");
    build(&sandbox, &["p"])
        .fails(1, &format!("source distribution {} must contain a single", named.display()));
}

#[test]
fn a_shared_environment_needs_what_its_packages_need() {
    let sandbox = Sandbox::new();
    sandbox.index.add(WheelBuilder::new("other", "1.0").file("other.py", ""));
    let tool = WheelBuilder::new("tool", "1.0").file("tool.py", "").requires("other; extra == 'x'");
    sandbox.index.add(tool.extra("x"));
    sandbox.venv();
    sandbox.tilsit(&["install", "-q", "tool"]).ok();
    project_requiring(&sandbox, "\"tool[x]>=1\", \"tool @ https://files.example/tool.whl\"", "");
    build(&sandbox, &["p", "-w", "-n"])
        .fails(1, "\n\ttool[x]>=1 -> other\n\t\twanted: any\n\t\tfound: not installed");
    sandbox.tilsit(&["install", "-q", "other"]).ok();
    build(&sandbox, &["p", "-w", "-n"]).ok();
}

#[test]
fn a_link_in_an_environment_builds_with_its_python() {
    let mut sandbox = Sandbox::new();
    sandbox.index.add(WheelBuilder::new("tool", "1.0").file("tool.py", ""));
    project_requiring(&sandbox, "\"tool\"", "");
    sandbox.venv();
    sandbox.tilsit(&["venv", "-q", "other"]).ok();
    sandbox.tilsit(&["install", "-q", "-p", "other", "tool"]).ok();
    for (folder, has_tool) in [("other/bin", true), ("tools", false)] {
        std::fs::create_dir_all(sandbox.work().join(folder)).unwrap();
        let link = sandbox.work().join(folder).join("pyproject-build");
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_tilsit"), link).unwrap();
        let path = format!("{}:{}", sandbox.work().join(folder).display(), std::env::var("PATH").unwrap());
        sandbox.set("PATH", &path);
        for program in [format!("{folder}/pyproject-build"), "pyproject-build".to_owned()] {
            let ran = sandbox.program("/bin/sh", &["-c", &format!("{program} p -w -n")]);
            if has_tool {
                ran.ok();
            } else {
                ran.fails(1, "/.venv/bin/python):\n\ttool");
            }
        }
    }
}
