//! Back ends that fail, each in its way.

use builder::{BuildError, ConfigSettings, Ending, Product};

use crate::tree::Tree;

#[test]
fn what_a_wheel_may_be() {
    for (code, said) in [
        ("return None", "answered null"),
        ("return b'x'", "answered b'x'"),
        ("return ['x']", "answered [\"x\"]"),
        ("return '\\udc80.whl'", "answered '\\udc80.whl'"),
        ("x = []\n  for _ in range(300): x = [x]\n  return x", "answered "),
        ("x = []\n  for _ in range(100000): x = [x]\n  return x", "answered a list"),
        ("return 'thing-1.0-py3-none-any.whl'", "there is no such file"),
        (
            "wheel(folder); return folder + '/thing-1.0-py3-none-any.whl'",
            "not the name of a file in the folder",
        ),
        ("return '../out/' + wheel(folder)", "not the name of a file in the folder"),
        ("return ''", "not the name of a file in the folder"),
        ("return wheel(folder, 'x.whl')", "`x.whl`"),
        ("return wheel(folder, 'other-1.0-py3-none-any.whl')", "its metadata says name `thing`"),
        ("return wheel(folder, 'thing-1.1-py3-none-any.whl')", "its metadata says version `1.0`"),
        ("return build_sdist(folder)", "not the name of a wheel"),
        (
            "open(folder + '/thing-1.0-py3-none-any.whl', 'w').close(); return 'thing-1.0-py3-none-any.whl'",
            "not a zip",
        ),
        ("return wheel(folder, metadata='Name: x')", "the metadata has no Version"),
    ] {
        let tree = Tree::with(&format!("def build_wheel(folder, settings=None, metadata=None):\n  {code}\n"));
        let error = tree.error();
        assert!(error.to_string().contains(said), "{code}: {error}");
        if !error.to_string().contains("not the name of a file") {
            assert!(tree.names("out").iter().all(|name| !name.ends_with(".whl")), "{code}");
        }
    }
}

#[test]
fn a_wheel_of_another_version_than_its_metadata() {
    let tree = Tree::with(
        r#"
def prepare_metadata_for_build_wheel(folder, settings):
    os.mkdir(os.path.join(folder, "thing-2.0.dist-info"))
    with open(os.path.join(folder, "thing-2.0.dist-info", "METADATA"), "w") as file:
        file.write("Name: thing\nVersion: 2.0\n")
    return "thing-2.0.dist-info"
"#,
    );
    let (built, _) = tree.session(|session, heard| {
        let settings = ConfigSettings::default();
        session.metadata(Product::Wheel, &settings, &tree.path("scratch"), heard)?;
        session.build(Product::Wheel, &settings, &tree.path("out"), heard)
    });
    let error = built.unwrap_err().to_string();
    assert!(error.ends_with("made `thing-1.0-py3-none-any.whl`: its metadata says version `2.0`"), "{error}");
    assert!(tree.names("out").is_empty());
}

#[test]
fn metadata_that_is_no_file() {
    for code in
        ["os.mkfifo(path)", "os.mkdir(path)", "os.truncate(os.open(path, os.O_CREAT | os.O_WRONLY), 1 << 40)"]
    {
        let tree = Tree::with(&format!(
            "def prepare_metadata_for_build_wheel(folder, settings):\n  os.mkdir(folder + '/thing-1.0.dist-info')\n  path = folder + '/thing-1.0.dist-info/METADATA'\n  {code}\n  return 'thing-1.0.dist-info'\n"
        ));
        let (metadata, _) = tree.session(|session, heard| {
            session.metadata(Product::Wheel, &ConfigSettings::default(), &tree.path("scratch"), heard)
        });
        let error = metadata.unwrap_err().to_string();
        assert!(error.ends_with("of no use: it has no metadata"), "{error}");
    }
}

/// Finds the channel, which is a socket, among the files of the process.
const CHANNEL: &str = r#"
import stat
def say(text):
    for fd in range(3, 20):
        try:
            if stat.S_ISSOCK(os.fstat(fd).st_mode):
                while text:
                    text = text[os.write(fd, text):]
        except OSError:
            pass
"#;

#[test]
fn words_on_the_channel_that_are_no_answers() {
    for (code, said) in [
        ("say(b'hello\\n')", "answered \"hello\""),
        ("say(b'\\xff\\xff')", "answered \"\u{fffd}\u{fffd}{"),
        ("say(b'{\"value\": 3}\\n')", "answered 3"),
    ] {
        let hook = format!(
            "def build_wheel(folder, settings=None, metadata=None):\n  {code}\n  return wheel(folder)\n"
        );
        let error = Tree::with(&format!("{CHANNEL}{hook}")).error().to_string();
        assert!(error.contains(said), "{code}: {error}");
    }
    // more than an answer can be: the process is ended
    let hook = "def build_wheel(folder, settings=None, metadata=None):\n  say(b'x' * (20 << 20))\n";
    let error = Tree::with(&format!("{CHANNEL}{hook}")).error().to_string();
    assert!(error.ends_with("answered more than 16777216 bytes"), "{error}");
}

#[test]
fn exceptions_and_exits() {
    for (code, said) in [
        ("raise ValueError('no\\nway')", "ValueError: no\nway"),
        ("raise SystemExit('usage: x')", "SystemExit: usage: x"),
        ("raise SystemExit", "SystemExit: 0"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    ] {
        let tree = Tree::with(&format!("def build_wheel(folder, settings=None, metadata=None):\n  {code}\n"));
        let error = tree.error();
        let BuildError::Failed { exception, run } = &error else { panic!("{error}") };
        assert_eq!(exception, said, "{code}");
        assert!(
            run.traceback.contains("maker.py\", line ") && !run.traceback.contains("<string>"),
            "{}",
            run.traceback
        );
        // as the interpreter's own end: `SystemExit` writes what it is told to, and no traceback
        let shown = |front: &str| run.tail.iter().any(|line| line.starts_with(front));
        assert_eq!(shown("Traceback"), !code.contains("SystemExit"), "{:?}", run.tail);
        assert_eq!(shown("usage: x"), code.contains("usage"), "{:?}", run.tail);
        assert!(run.log.is_file());
    }
}

#[test]
fn processes_that_end() {
    for (code, expected) in [
        ("os._exit(7)", Ending::Code(7)),
        ("os.abort()", Ending::Signal(6)),
        ("os.kill(os.getppid(), 9)", Ending::Signal(9)),
    ] {
        let tree = Tree::with(&format!(
            "def build_wheel(folder, settings=None, metadata=None):\n  print('last words'); {code}\n"
        ));
        let error = tree.error();
        let BuildError::Crashed { ending, run } = error else { panic!("{error}") };
        assert_eq!((ending, run.hook), (expected, "build_wheel"), "{code}");
        assert_eq!(run.tail.last().map(String::as_str), Some("last words"), "{code}");
    }
    let tree = Tree::with("os._exit(3)");
    assert!(matches!(tree.error(), BuildError::Crashed { ending: Ending::Code(3), .. }));
}

#[test]
fn back_ends_that_are_not_there() {
    for (name, said) in [
        ("nowhere", "ModuleNotFoundError: No module named 'nowhere'"),
        ("maker.inside", "ModuleNotFoundError"),
        ("maker:Nobody", "AttributeError"),
    ] {
        let tree = Tree::with("");
        let table = format!("[build-system]\nrequires = []\nbuild-backend = '{name}'\n");
        std::fs::write(
            tree.path("project/pyproject.toml"),
            table.clone() + if name == "nowhere" { "" } else { "backend-path = ['.']\n" },
        )
        .unwrap();
        let BuildError::Unavailable { reason, .. } = tree.error() else { panic!("{name}") };
        assert!(reason.starts_with(said), "{reason}");
    }
    // what is installed is not taken for what should be in the tree
    let tree = Tree::with("");
    let table = "[build-system]\nrequires = []\nbuild-backend = 'json'\nbackend-path = ['.']\n";
    std::fs::write(tree.path("project/pyproject.toml"), table).unwrap();
    let error = tree.error();
    assert!(matches!(error, BuildError::Unavailable { .. } | BuildError::HookMissing { .. }), "{error}");
}

#[test]
fn what_cannot_be_done_here() {
    let tree = Tree::with(
        "class UnsupportedOperation(Exception): pass\ndef build_sdist(folder, settings=None): raise UnsupportedOperation('no git')\n",
    );
    let error = tree.build(Product::SourceDistribution).0.unwrap_err();
    assert!(matches!(error, BuildError::Unsupported { hook: "build_sdist", .. }), "{error}");
    assert!(error.to_string().ends_with("UnsupportedOperation: no git"), "{error}");
}

#[test]
fn requirements_that_are_none() {
    for (code, said) in [
        ("return ['a=>1']", "`a=>1`, which is not a requirement"),
        ("return 'a'", "answered \"a\""),
        ("return [1]", "answered [1]"),
    ] {
        let tree = Tree::with(&format!("def get_requires_for_build_wheel(settings):\n  {code}\n"));
        let (requires, _) = tree
            .session(|session, heard| session.requires(Product::Wheel, &ConfigSettings::default(), heard));
        let error = requires.unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
}

#[test]
fn bytes_that_are_no_text() {
    let tree = Tree::with(
        r#"
def build_wheel(folder, settings=None, metadata=None):
    os.write(1, bytes(range(256)) * 1000)
    os.write(2, b"x" * 300000 + b"\n\xff\n")
    return wheel(folder)
"#,
    );
    let (built, heard) = tree.build(Product::Wheel);
    built.unwrap();
    assert!(heard.lines.iter().all(|(_, line)| line.len() < 100_000));
    assert!(heard.lines.iter().any(|(_, line)| line == b"\xff"));
}

#[test]
fn a_back_end_that_hangs_ends_with_ctrl_c() {
    let tree = Tree::with(
        r#"
import subprocess, time
def build_wheel(folder, settings=None, metadata=None):
    other = subprocess.Popen(["sleep", "1000"])
    print("started", other.pid)
    time.sleep(1000)
"#,
    );
    struct Stop<'a>(&'a std::sync::atomic::AtomicBool, Option<i32>);
    impl builder::Watch for Stop<'_> {
        fn line(&mut self, _: builder::Stream, line: &[u8]) {
            let text = String::from_utf8_lossy(line);
            self.1 = text.strip_prefix("started ").and_then(|text| text.trim().parse().ok());
            self.0.store(true, std::sync::atomic::Ordering::Relaxed);
        }
        fn warning(&mut self, _: &str) {}
    }
    let mut stop = Stop(tree.interrupted, None);
    let (built, _) = tree.session(|session, _| {
        session.build(Product::Wheel, &ConfigSettings::default(), &tree.path("out"), &mut stop)
    });
    assert!(matches!(built, Err(BuildError::Interrupted)));
    let other = stop.1.unwrap();
    // it was sent its end; the kernel takes its time
    let gone = || {
        let state = std::fs::read_to_string(format!("/proc/{other}/stat")).unwrap_or_default();
        state.is_empty() || state.contains(") Z ")
    };
    while !gone() {
        std::thread::yield_now();
    }
}

#[test]
fn a_python_that_is_none() {
    let tree = Tree::with("");
    let place = builder::BuildPlace {
        python: "/nowhere/python".into(),
        variables: Vec::new(),
        scratch: tree.path("scratch"),
        sandbox: builder::Sandbox::Off,
        log: tree.path("log"),
        interrupted: tree.interrupted,
    };
    let system = builder::BuildSystem::legacy();
    let error = builder::Session::start(&tree.path("project"), &system, place).err().unwrap();
    assert!(matches!(error, BuildError::Start { .. }), "{error}");
}
