//! Builds by a project's own back end: what they get, what they make, what they may not do, how they fail.

use std::net::TcpListener;

use fixtures::WheelBuilder;

use crate::sandbox::{Ran, Sandbox};

/// A back end in one file; a hook that a test defines replaces the one here.
const BACKEND: &str = r#"
import os, sys, zipfile, tarfile, io, json
NAME, VERSION = "alpha", "1.0"
def info(version=None):
    return "Metadata-Version: 2.1\nName: %s\nVersion: %s\n" % (NAME, version or VERSION)
def wheel(folder, version=None, says=None, extra=()):
    version = version or VERSION
    name = "%s-%s-py3-none-any.whl" % (NAME, version)
    dist = "%s-%s.dist-info/" % (NAME, version)
    files = {NAME + ".py": "x = 1\n", dist + "METADATA": info(says or version),
        dist + "WHEEL": "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n"}
    files.update(extra)
    record = "".join("%s,,\n" % path for path in files) + dist + "RECORD,,\n"
    with zipfile.ZipFile(os.path.join(folder, name), "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
        archive.writestr(dist + "RECORD", record)
    return name
def build_wheel(folder, settings=None, metadata=None):
    return wheel(folder)
def build_editable(folder, settings=None, metadata=None):
    return wheel(folder, extra={NAME + ".pth": os.getcwd() + "\n"})
def build_sdist(folder, settings=None):
    name = "%s-%s" % (NAME, VERSION)
    with tarfile.open(os.path.join(folder, name + ".tar.gz"), "w:gz") as archive:
        for path in ("pyproject.toml", "backend.py"):
            archive.add(path, name + "/" + path)
        text = info().encode()
        member = tarfile.TarInfo(name + "/PKG-INFO")
        member.size = len(text)
        archive.addfile(member, io.BytesIO(text))
    return name + ".tar.gz"
"#;

/// Writes a project in `p` whose back end lies in it, with these hooks.
pub fn project(sandbox: &Sandbox, hooks: &str) {
    project_requiring(sandbox, "", hooks);
}

/// The same with `requires`.
pub fn project_requiring(sandbox: &Sandbox, requires: &str, hooks: &str) {
    let system = format!(
        "[build-system]\nrequires = [{requires}]\nbuild-backend = \"backend\"\nbackend-path = [\".\"]\n"
    );
    // Python believes bytecode by time and size of its source
    let _ = std::fs::remove_dir_all(sandbox.work().join("p/__pycache__"));
    sandbox.write("p/pyproject.toml", &system);
    sandbox.write("p/backend.py", &format!("{BACKEND}\n{hooks}"));
}

fn install(sandbox: &Sandbox, words: &[&str]) -> Ran {
    let mut all = vec!["install"];
    all.extend(words);
    sandbox.tilsit(&all)
}

/// What may not be left: folders of builds, and an environment that is another than before.
#[track_caller]
fn untouched(sandbox: &Sandbox) {
    assert_eq!(sandbox.frozen(), "");
    let left = std::fs::read_dir(sandbox.cache().join("temporary-1"));
    let left: Vec<_> = left.into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn folders_and_editables_are_built_by_their_own_back_end() {
    let sandbox = Sandbox::new();
    project(&sandbox, "");
    sandbox.venv();
    install(&sandbox, &["./p"]).ok();
    assert!(sandbox.site_packages(".venv").join("alpha.py").exists());
    install(&sandbox, &["-e", "./p"]).ok();
    assert!(sandbox.site_packages(".venv").join("alpha.pth").exists());
    assert!(sandbox.frozen().starts_with("-e "), "{}", sandbox.frozen());
}

#[test]
fn what_a_build_requires_is_installed_for_it_alone_and_once() {
    let sandbox = Sandbox::new();
    sandbox.index.add(WheelBuilder::new("tool", "1.0").file("tool.py", "value = 'first'\n"));
    sandbox.index.add(WheelBuilder::new("tool", "2.0").file("tool.py", "value = 'second'\n"));
    sandbox.index.add(WheelBuilder::new("more", "1.0").file("more.py", "value = 'more'\n"));
    let hooks = r#"
import tool
def get_requires_for_build_wheel(settings=None):
    return ["more >= 1; python_version > '3'", "never; python_version < '3'"]
def build_wheel(folder, settings=None, metadata=None):
    import more
    return wheel(folder, extra={"said.txt": tool.value + more.value + json.dumps(settings)})
"#;
    project_requiring(&sandbox, "\"tool\"", hooks);
    sandbox.venv();
    let ran = install(&sandbox, &["-v", "./p", "-C", "a=1", "-C", "a=2", "--config-setting=b"]).ok();
    ran.tells("build requires: tool").tells("build requires: more>=1");
    let said = sandbox.site_packages(".venv").join("said.txt");
    assert_eq!(std::fs::read_to_string(&said).unwrap(), r#"secondmore{"a": ["1", "2"], "b": ""}"#);
    assert_eq!(sandbox.frozen().matches("==").count(), 0);
    let environments = || std::fs::read_dir(sandbox.cache().join("build-environments-1")).unwrap().count();
    assert_eq!(environments(), 2);
    install(&sandbox, &["./p"]).ok();
    assert_eq!(environments(), 2);
    sandbox.write("limits.txt", "tool<2\n");
    install(&sandbox, &["./p", "--build-constraint", "limits.txt"]).ok();
    assert_eq!(std::fs::read_to_string(&said).unwrap(), "firstmore{}");
}

#[test]
fn a_requirement_that_is_a_source_is_built_first() {
    let sandbox = Sandbox::new();
    sandbox.index.add(crate::sources::Project::flit("tool", "1.0").builder());
    project_requiring(&sandbox, "\"tool\"", "import tool\n");
    sandbox.venv();
    install(&sandbox, &["./p"]).ok();
}

#[test]
fn without_isolation_the_environment_itself_is_used() {
    let sandbox = Sandbox::new();
    sandbox.index.add(WheelBuilder::new("tool", "1.0").file("tool.py", ""));
    project_requiring(&sandbox, "\"tool>=1\"", "import tool\n");
    sandbox.venv();
    let shared = ["./p", "--no-build-isolation"];
    install(&sandbox, &shared).fails(1, "No module named 'tool'").tells("[build-backend]");
    let checked = ["./p", "--no-build-isolation", "--check-build-dependencies"];
    install(&sandbox, &checked).fails(1, "missing: tool>=1").tells("[build-requires]");
    untouched(&sandbox);
    install(&sandbox, &["tool"]).ok();
    install(&sandbox, &checked).ok();
    assert!(!sandbox.cache().join("build-environments-1").exists());
}

#[test]
fn warnings_and_tracebacks_are_shown_and_the_log_is_kept() {
    let sandbox = Sandbox::new();
    let hooks = r#"
import warnings
def build_wheel(folder, settings=None, metadata=None):
    warnings.warn("this is old")
    for number in range(100):
        print("line", number)
    sys.stdout.buffer.write(b"\xff\x00\x1b[31mred\n")
    sys.stdout.flush()
    raise ValueError("a value is missing")
"#;
    project(&sandbox, hooks);
    sandbox.venv();
    let ran = install(&sandbox, &["./p"]).fails(1, "[build-failed]").tells("ValueError: a value is missing");
    let ran = ran.tells("warning: this is old").tells("line 99");
    assert!(!ran.stderr.contains("line 3\n") && !ran.stderr.contains('\u{1b}'), "{ran}");
    let log = ran.stderr.lines().find_map(|line| line.strip_prefix("note: all that the build wrote: "));
    let text = std::fs::read(log.unwrap()).unwrap();
    assert!(text.starts_with(b"line 0\n"));
    std::fs::remove_file(log.unwrap()).unwrap();
    untouched(&sandbox);
}

/// A hostile `setup.py`-like build: what it could do stands in `p/did`.
const HOSTILE: &str = r#"
import socket
home, port = open("target").read().split()
def attempt(name, what):
    try:
        what()
        print("did", name, file=open("did", "a"))
    except OSError:
        pass
def evil():
    attempt("write", lambda: open(home + "/evil", "w").write("x"))
    attempt("change", lambda: open(home + "/precious", "a").write("x"))
    attempt("remove", lambda: os.remove(home + "/precious"))
    attempt("connect", lambda: socket.create_connection(("127.0.0.1", int(port)), 5))
    attempt("tree", lambda: open("here", "w").write("x"))
evil()
def build_wheel(folder, settings=None, metadata=None):
    evil()
    return wheel(folder)
"#;

fn hostile(words: &[&str]) -> (Sandbox, String, bool) {
    let sandbox = Sandbox::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::fs::write(sandbox.home().join("precious"), "kept").unwrap();
    project(&sandbox, HOSTILE);
    sandbox.write("p/target", &format!("{} {port}", sandbox.home().display()));
    sandbox.venv();
    sandbox.tilsit(words).ok();
    let did = sandbox.read("p/did");
    let heard = listener.accept().is_ok();
    (sandbox, did, heard)
}

#[test]
fn a_hostile_build_neither_writes_to_the_home_folder_nor_connects() {
    if builder::Sandbox::lack().is_some() {
        eprintln!("SKIPPED: this kernel's Landlock is missing or old");
        return;
    }
    let (sandbox, did, heard) = hostile(&["install", "./p"]);
    assert!(did.lines().all(|line| line == "did tree"), "{did}");
    assert!(!heard);
    assert_eq!(std::fs::read_to_string(sandbox.home().join("precious")).unwrap(), "kept");
    assert!(!sandbox.home().join("evil").exists());
    let (_, did, heard) = hostile(&["install", "./p", "--allow-network"]);
    assert!(did.contains("connect") && !did.contains("write") && heard, "{did}");
    let (_, did, heard) = hostile(&["install", "./p", "--no-sandbox"]);
    assert!(did.contains("write") && heard, "{did}");
    // pip's builds may what pip's builds may
    let (_, did, _) = hostile(&["as", "pip", "--python", ".venv", "install", "./p"]);
    assert!(did.contains("write") && did.contains("connect"), "{did}");
}

#[test]
fn what_the_sandbox_forbids_is_named() {
    if builder::Sandbox::lack().is_some() {
        return;
    }
    let sandbox = Sandbox::new();
    sandbox.venv();
    project(&sandbox, "import socket\nsocket.create_connection(('127.0.0.1', 9))\n");
    install(&sandbox, &["./p"]).fails(1, "[build-confined]").tells("--allow-network");
    project(&sandbox, "open(os.path.expanduser('~/x'), 'w')\n");
    install(&sandbox, &["./p"]).fails(1, "[build-confined]").tells("--no-sandbox");
    untouched(&sandbox);
}

#[test]
fn nothing_runs_where_nothing_is_to_be_built() {
    let mut sandbox = Sandbox::new();
    project(&sandbox, "open('ran', 'w')\n");
    sandbox.venv();
    install(&sandbox, &["./p", "--build", "never"]).fails(1, "[needs-building]").tells("--build allowed");
    sandbox.write("tilsit.toml", "build = \"never\"\n");
    install(&sandbox, &["./p"]).fails(1, "[needs-building]");
    std::fs::remove_file(sandbox.work().join("tilsit.toml")).unwrap();
    sandbox.set("TILSIT_BUILD", "never");
    install(&sandbox, &["./p"]).fails(1, "[needs-building]");
    assert!(!sandbox.work().join("p/ran").exists());
    untouched(&sandbox);
}

#[test]
fn back_ends_that_fail_each_in_its_way() {
    let sandbox = Sandbox::new();
    sandbox.venv();
    for (hooks, code, said) in [
        ("os._exit(3)", "[build-failed]", "exit code 3"),
        ("os.kill(os.getpid(), 11)", "[build-failed]", "signal 11"),
        ("sys.exit('no way')", "[build-failed]", "no way"),
        ("return None", "[build-result]", "answered null"),
        ("return 'alpha.zip'", "[build-result]", "alpha.zip"),
        ("return '../x-1-py3-none-any.whl'", "[build-result]", "not the name of a file"),
        ("return wheel(folder, says='2.0')", "[build-result]", "its metadata says version `2.0`"),
        (
            "open('x.c', 'w'); raise SystemExit('x.c:1: fatal error: zlib.h: No such file or directory')",
            "[missing-header]",
            "apt-get install zlib1g-dev",
        ),
        (
            "raise OSError(\"error: command 'gcc' failed: No such file or directory\")",
            "[missing-compiler]",
            "apt-get install build-essential",
        ),
    ] {
        project(&sandbox, &format!("def build_wheel(folder, settings=None, metadata=None):\n    {hooks}\n"));
        let ran = install(&sandbox, &["./p"]).fails(1, code).tells(said);
        if let Some(log) = ran.stderr.lines().find_map(|line| line.split_once("build wrote: ")) {
            std::fs::remove_file(log.1).unwrap();
        }
        untouched(&sandbox);
    }
}

#[test]
fn files_that_are_wrong_are_shown_with_the_place() {
    let sandbox = Sandbox::new();
    sandbox.venv();
    for (text, said) in [
        ("[build-system\nrequires = []\n", "pyproject.toml:1:"),
        ("[build-system]\nrequires = 'setuptools'\n", "2 | requires = 'setuptools'"),
        ("[build-system]\nbuild-backend = \"x\"\n", "`build-system.requires` is missing"),
        ("[build-system]\nrequires = [\"a b\"]\n", "pyproject.toml:2:"),
        ("[build-system]\nrequires = []\nbuild-backend = 3\n", "expected a string"),
        ("[build-system]\nrequires = []\nbuild-backend = \"x\"\nbackend-path = [\"../x\"]\n", "leads out"),
    ] {
        sandbox.write("p/pyproject.toml", text);
        sandbox.write("p/setup.py", "");
        install(&sandbox, &["./p"]).fails(2, "[project-file]").tells(said);
        untouched(&sandbox);
    }
}

#[test]
fn back_ends_that_are_not_there() {
    let sandbox = Sandbox::new();
    sandbox.index.add(WheelBuilder::new("setuptools", "84.0").file("setuptools/__init__.py", ""));
    sandbox.venv();
    let system = |requires: &str, backend: &str| {
        let text = format!("[build-system]\nrequires = [{requires}]\nbuild-backend = \"{backend}\"\n");
        sandbox.write("p/pyproject.toml", &text);
        install(&sandbox, &["./p"])
    };
    // the name that a course for beginners prints
    system("\"setuptools\"", "setuptools.backends._legacy:_Backend")
        .fails(1, "[build-backend]")
        .tells("build-backend = \"setuptools.build_meta\"");
    system("", "nobody.knows").fails(1, "[build-backend]").tells("among `requires`");
    let table = "[build-system]\nrequires = []\nbuild-backend = \"mine\"\nbackend-path = [\".\"]\n";
    sandbox.write("p/pyproject.toml", table);
    install(&sandbox, &["./p"]).fails(1, "[build-backend]").tells("`backend-path` of `[build-system]` names");
    system("\"nosuch\"", "nobody.knows").fails(1, "[build-requires]").tells("[unknown-package]");
    system("\"setuptools>=99\"", "setuptools.build_meta").fails(1, "[build-requires]");
    untouched(&sandbox);
}

#[test]
fn a_back_end_that_hangs_can_be_stopped() {
    let sandbox = Sandbox::new();
    sandbox.venv();
    let hooks = "def build_wheel(folder, settings=None, metadata=None):\n    import time\n    open('hangs', 'w').write(str(os.getpid()))\n    time.sleep(600)\n";
    project(&sandbox, hooks);
    let mut command = sandbox.command(std::path::Path::new(env!("CARGO_BIN_EXE_tilsit")));
    let mut child = command.args(["install", "./p"]).stderr(std::process::Stdio::piped()).spawn().unwrap();
    let mark = sandbox.work().join("p/hangs");
    while std::fs::read_to_string(&mark).map_or(true, |text| text.is_empty()) {
        std::thread::yield_now();
    }
    let process = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(process, rustix::process::Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let hook = std::fs::read_to_string(&mark).unwrap();
    // it was killed before we ended; the system may still be at it
    while std::fs::read(format!("/proc/{hook}/cmdline")).is_ok_and(|text| !text.is_empty()) {
        std::thread::yield_now();
    }
    untouched(&sandbox);
}

/// The names of what a folder holds, sorted.
fn names(folder: &std::path::Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<_> = entries.map(|one| one.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn build_makes_a_source_distribution_and_a_wheel_from_it() {
    let mut sandbox = Sandbox::new();
    sandbox.set("SOURCE_DATE_EPOCH", "1700000000");
    crate::sources::Project::flit("beta", "1.0").folder(&sandbox.work().join("n"));
    project(&sandbox, "print('asked in', os.path.basename(os.getcwd()))\n");
    for (folder, name, tag) in [("p", "alpha", "py3"), ("n", "beta", "py2.py3")] {
        let (sdist, wheel) = (format!("{name}-1.0.tar.gz"), format!("{name}-1.0-{tag}-none-any.whl"));
        sandbox.tilsit(&["build", folder]).ok().tells(&format!("+ {folder}/dist/{sdist}"));
        let dist = sandbox.work().join(folder).join("dist");
        assert_eq!(names(&dist), [wheel.as_str(), sdist.as_str()]);
        let archive = dist.join(&sdist).display().to_string();
        let ran = sandbox.tilsit(&["build", "--json", "-o", "out", &archive]).ok();
        assert_eq!(ran.json()["built"][0]["name"], wheel);
        assert_eq!(
            std::fs::read(dist.join(&wheel)).unwrap().len(),
            std::fs::read(sandbox.work().join("out").join(&wheel)).unwrap().len()
        );
    }
    let ran = sandbox.tilsit(&["build", "-v", "p", "--wheel", "-o", "only"]).ok();
    ran.tells("asked in p");
    assert_eq!(names(&sandbox.work().join("only")), ["alpha-1.0-py3-none-any.whl"]);
    sandbox.tilsit(&["build", "p", "--sdist", "-o", "source"]).ok();
    assert_eq!(names(&sandbox.work().join("source")), ["alpha-1.0.tar.gz"]);
    assert_eq!(names(&sandbox.cache().join("temporary-1")), Vec::<String>::new());
}

#[test]
fn build_refuses_what_is_no_project() {
    let sandbox = Sandbox::new();
    sandbox.write("empty/readme", "");
    sandbox.write("x-1.0.tar.gz", "no archive");
    sandbox.write("what.tar.gz", "");
    sandbox.tilsit(&["build", "empty"]).fails(2, "[not-a-project]");
    sandbox.tilsit(&["build", "nothing"]).fails(2, "[no-such-file]");
    sandbox.tilsit(&["build", "what.tar.gz"]).fails(2, "`what.tar.gz` is no source distribution");
    sandbox.tilsit(&["build", "x-1.0.tar.gz"]).fails(1, "[corrupt-wheel]");
    sandbox.tilsit(&["build", "--build", "never", "empty"]).fails(1, "[needs-building]");
    project(&sandbox, "");
    sandbox.write("p/pyproject.toml", "[build-system]\nrequires = []\nbackend = \"x\"\n");
    sandbox
        .tilsit(&["build", "p"])
        .fails(2, "unknown keys in `build-system`: backend")
        .tells("pyproject.toml:3:");
}

#[test]
fn a_hostile_project_is_confined_while_its_distributions_are_built() {
    if builder::Sandbox::lack().is_some() {
        return;
    }
    let (sandbox, did, heard) = hostile(&["build", "p", "--wheel"]);
    assert!(did.lines().all(|line| line == "did tree") && !heard, "{did}");
    assert!(!sandbox.home().join("evil").exists());
}

#[test]
fn what_a_build_puts_in_the_place_of_its_outputs_is_not_followed() {
    let sandbox = Sandbox::new();
    let home = sandbox.home().display().to_string();
    std::fs::write(sandbox.home().join("precious"), "kept").unwrap();
    // a link for the file, where it is to be copied to
    let link = "os.makedirs('dist', exist_ok=True)\nfor name in ['alpha-1.0-py3-none-any.whl', 'alpha-1.0.tar.gz']:\n    path = 'dist/' + name\n    if not os.path.lexists(path):\n        os.symlink('HOME/precious', path)\n";
    project(&sandbox, &link.replace("HOME", &home));
    sandbox.tilsit(&["build", "p"]).ok();
    assert!(!sandbox.work().join("p/dist/alpha-1.0.tar.gz").is_symlink());
    // a link for the folder, made by the first of two builds
    let moved = "real = build_sdist\ndef build_sdist(folder, settings=None):\n    os.rename('dist', 'there')\n    os.symlink('HOME', 'dist')\n    return real(folder)\n";
    std::fs::remove_dir_all(sandbox.work().join("p")).unwrap();
    project(&sandbox, &moved.replace("HOME", &home));
    sandbox.tilsit(&["build", "p"]).ok();
    assert_eq!(names(&sandbox.work().join("p/there")), ["alpha-1.0-py3-none-any.whl", "alpha-1.0.tar.gz"]);
    assert_eq!(names(&sandbox.home()), ["precious"]);
    assert_eq!(std::fs::read_to_string(sandbox.home().join("precious")).unwrap(), "kept");
}

#[test]
fn a_confined_build_has_caches_of_its_own() {
    if builder::Sandbox::lack().is_some() {
        return;
    }
    let mut sandbox = Sandbox::new();
    let home = sandbox.home().display().to_string();
    for (name, folder) in [("XDG_CACHE_HOME", "cache"), ("CCACHE_DIR", "ccache"), ("CARGO_HOME", "cargo")] {
        std::fs::create_dir(sandbox.home().join(folder)).unwrap();
        sandbox.set(name, &format!("{home}/{folder}"));
    }
    std::fs::write(sandbox.home().join("cargo/config.toml"), "[net]\n").unwrap();
    let hooks = r#"
def build_wheel(folder, settings=None, metadata=None):
    for name in ["XDG_CACHE_HOME", "CCACHE_DIR"] + ["CARGO_HOME"] * os.path.exists("with-network"):
        os.makedirs(os.environ[name], exist_ok=True)
        open(os.path.join(os.environ[name], "new"), "w").close()
    if os.path.exists("with-network"):
        assert open(os.environ["CARGO_HOME"] + "/config.toml").read() == "[net]\n"
    return wheel(folder)
"#;
    project(&sandbox, hooks);
    sandbox.venv();
    install(&sandbox, &["./p"]).ok();
    sandbox.write("p/with-network", "");
    install(&sandbox, &["./p", "--allow-network"]).ok();
    for folder in ["cache", "ccache"] {
        assert_eq!(names(&sandbox.home().join(folder)), Vec::<String>::new());
    }
    assert_eq!(names(&sandbox.home().join("cargo")), ["config.toml"]);
    assert_eq!(names(&sandbox.cache().join("temporary-1")), Vec::<String>::new());
}

#[test]
fn nothing_of_a_failed_build_stays_where_nobody_is_told_of_it() {
    let sandbox = Sandbox::new();
    sandbox.venv();
    project(&sandbox, "def build_wheel(folder, settings=None, metadata=None):\n    raise ValueError\n");
    let temporary = sandbox.home().with_file_name("tmp");
    for words in
        [&["as", "pip", "--python", ".venv", "install", "./p"][..], &["as", "pyproject-build", "p", "-w"]]
    {
        let ran = sandbox.tilsit(words);
        assert_eq!(ran.code, 1, "{ran}");
        assert_eq!(names(&temporary), Vec::<String>::new(), "{ran}");
    }
    assert!(!sandbox.work().join("p/dist").exists());
    untouched(&sandbox);
}

#[test]
fn an_out_folder_that_cannot_be_is_said_before_anything_runs() {
    let sandbox = Sandbox::new();
    project(&sandbox, "open('ran', 'w')\n");
    sandbox.write("file", "");
    sandbox.tilsit(&["build", "p", "-o", "file/dist"]).fails(1, "[no-permission]").tells("--outdir");
    let ran = sandbox.tilsit(&["as", "pyproject-build", "p", "-o", "file/dist"]);
    let said = "file/dist' does not exist and cannot be a directory";
    assert!(ran.code == 1 && ran.stderr.contains(said), "{ran}");
    assert!(!sandbox.work().join("p/ran").exists());
    sandbox.tilsit(&["build", "p", "-o", "p/a/b/c"]).ok();
    assert_eq!(names(&sandbox.work().join("p/a/b/c")).len(), 2);
}

#[test]
fn a_full_disk_is_nobodys_fault() {
    let sandbox = Sandbox::new();
    sandbox.venv();
    project(&sandbox, "raise OSError(28, 'No space left on device')\n");
    install(&sandbox, &["./p"]).fails(1, "[disk-full]").tells("cache prune");
    untouched(&sandbox);
}

/// Each puts a link to the home folder where something is to be written or removed for it.
#[test]
fn links_in_the_folders_of_a_build_lead_nobody_out() {
    let linked = "import shutil\ndef link(path):\n    shutil.rmtree(path, ignore_errors=True)\n    os.symlink('HOME', path)\n";
    // the folder of a result that is refused
    let removes =
        "def build_wheel(folder, settings=None, metadata=None):\n    link(folder)\n    return 'precious'\n";
    // the folder to which the wheel is copied that was built for its metadata, and its name in it
    let copies = "def build_wheel(folder, settings=None, metadata=None):\n    scratch = os.path.dirname(folder)\n    for number in range(9):\n        os.makedirs(scratch + '/out-%d' % number, exist_ok=True)\n        os.symlink('HOME/precious', scratch + '/out-%d/alpha-1.0-py3-none-any.whl' % number)\n    return wheel(folder)\n";
    let copies_far = "def build_wheel(folder, settings=None, metadata=None):\n    scratch = os.path.dirname(folder)\n    for number in range(2, 9):\n        os.symlink('HOME', scratch + '/out-%d' % number)\n    return wheel(folder)\n";
    // the folder that the source distribution is unpacked in
    let unpacks = "real = build_sdist\ndef build_sdist(folder, settings=None):\n    scratch = os.path.dirname(folder)\n    for number in range(9):\n        os.symlink('HOME', scratch + '/source-%d' % number)\n    return real(folder)\n";
    for (hooks, words) in [
        (removes, &["install", "./p"][..]),
        (removes, &["build", "p", "--wheel"]),
        (copies, &["install", "./p"]),
        (copies_far, &["install", "./p"]),
        (unpacks, &["build", "p"]),
    ] {
        let sandbox = Sandbox::new();
        sandbox.venv();
        std::fs::write(sandbox.home().join("precious"), "kept").unwrap();
        let home = sandbox.home().display().to_string();
        project(&sandbox, &format!("{linked}{hooks}").replace("HOME", &home));
        let before = names(&sandbox.home());
        let ran = sandbox.tilsit(words);
        assert!(!format!("{ran}").contains("panicked"), "{ran}");
        assert_eq!(names(&sandbox.home()), before, "{hooks}\n{ran}");
        assert_eq!(
            std::fs::read_to_string(sandbox.home().join("precious")).unwrap(),
            "kept",
            "{hooks}\n{ran}"
        );
        assert_eq!(names(&sandbox.cache().join("temporary-1")), Vec::<String>::new());
    }
}

/// Takes Landlock away (ENOSYS for its three calls) and runs the rest of the command line.
const WITHOUT_LANDLOCK: &str = r#"
import ctypes, os, struct, sys
def step(code, jt, jf, k): return struct.pack("HBBI", code, jt, jf, k)
steps = b"".join([step(0x20, 0, 0, 0), step(0x35, 0, 2, 444), step(0x25, 1, 0, 446), step(6, 0, 0, 0x50000 | 38), step(6, 0, 0, 0x7FFF0000)])
held = ctypes.create_string_buffer(steps)
program = struct.pack("HxxxxxxP", 5, ctypes.addressof(held))
libc = ctypes.CDLL(None, use_errno=True)
assert libc.prctl(38, 1, 0, 0, 0) == 0 and libc.prctl(22, 2, ctypes.c_char_p(program), 0, 0) == 0
os.execv(sys.argv[1], sys.argv[1:])
"#;

#[test]
fn a_kernel_that_cannot_confine_builds_is_told_of_once() {
    let sandbox = Sandbox::new();
    sandbox.venv();
    sandbox.index.add(crate::sources::Project::flit("tool", "1.0").builder());
    project_requiring(&sandbox, "\"tool\"", "");
    let binary = env!("CARGO_BIN_EXE_tilsit");
    let words = ["-c", WITHOUT_LANDLOCK, binary, "install", "./p"];
    let ran = sandbox.program("python3", &words).ok();
    assert_eq!(ran.stderr.matches("this kernel has no Landlock").count(), 1, "{ran}");
    let ran = sandbox.program("python3", &[&words[..], &["--reinstall", "--no-sandbox"]].concat()).ok();
    assert!(!ran.stderr.contains("Landlock"), "{ran}");
}

#[test]
fn warnings_are_short_and_come_once() {
    let sandbox = Sandbox::new();
    sandbox.venv();
    let hooks = "import warnings\ndef warn():\n    warnings.warn('This is old.\\n!!\\n\\n        ****\\n        Use the new.\\n')\ndef get_requires_for_build_wheel(settings=None):\n    warn()\n    return []\nreal = build_wheel\ndef build_wheel(*words):\n    warn()\n    return real(*words)\n";
    project(&sandbox, hooks);
    let ran = install(&sandbox, &["./p"]).ok();
    assert_eq!(ran.stderr.matches("This is old.\n").count(), 1, "{ran}");
    assert!(!ran.stderr.contains("Use the new"), "{ran}");
    install(&sandbox, &["-v", "--reinstall", "./p"]).ok().tells("Use the new");
}
