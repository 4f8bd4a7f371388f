//! Every error that a user can meet: made to happen, and its code, exit code and untouched environment checked.
//!
//! `cargo test -p tilsit --test it errors::table -- --nocapture` prints code, test and page.

use std::collections::BTreeMap;

use fixtures::zip::Entry;
use fixtures::{FakeIndex, Fault, WheelBuilder};

use crate::sandbox::{Ran, Sandbox};

/// A way to meet an error.
struct Case {
    /// The code in brackets.
    code: &'static str,
    /// What happens, in a few words.
    name: &'static str,
    /// The exit code.
    exit: i32,
    /// Makes it happen.
    run: fn(&mut Sandbox) -> Ran,
}

fn wheel(name: &str, version: &str) -> WheelBuilder {
    WheelBuilder::new(name, version).file(&format!("{name}/__init__.py"), format!("version = '{version}'\n"))
}

fn install(sandbox: &Sandbox, words: &[&str]) -> Ran {
    let mut all = vec!["install", "--retries", "0", "--timeout", "2"];
    all.extend(words);
    sandbox.tilsit(&all)
}

fn hostile(sandbox: &Sandbox, entry: Entry) -> Ran {
    sandbox.index.add(wheel("alpha", "1.0").raw(entry));
    install(sandbox, &["alpha"])
}

fn page_fault(sandbox: &Sandbox, fault: Fault) -> Ran {
    sandbox.index.add(wheel("alpha", "1.0"));
    sandbox.index.fault("/simple/alpha/", fault);
    install(sandbox, &["alpha"])
}

/// A project of flit as a source distribution; its path as a word.
fn flit_sdist(sandbox: &Sandbox) -> String {
    crate::sources::Project::flit("alpha", "1.0").sdist(&sandbox.work());
    "./alpha-1.0.tar.gz".to_owned()
}

/// Installs a project whose back end does this when it is to build.
fn failing_build(sandbox: &Sandbox, code: &str) -> Ran {
    let hook = format!("def build_wheel(folder, settings=None, metadata=None):\n    {code}\n");
    crate::builds::project(sandbox, &hook);
    install(sandbox, &["./p"])
}

/// The same as a repository; its address.
fn flit_repository(sandbox: &Sandbox) -> String {
    let folder = sandbox.work().join("repository");
    crate::sources::Project::flit("alpha", "1.0").folder(&folder);
    crate::sources::git_repository(&folder);
    format!("file://{}", folder.display())
}

/// Codes of requirements that cannot be satisfied, and the words by which a script knows them.
const UNSATISFIABLE: [&str; 5] =
    ["unknown-package", "no-such-version", "no-compatible-file", "needs-python", "conflict"];
const GATE: [&str; 9] = [
    "no solution",
    "no matching",
    "not find",
    "not found",
    "conflict",
    "impossible",
    "no versions",
    "no-compatible-file",
    "needs python",
];

const CASES: &[Case] = &[
    Case {
        code: "unknown-package",
        name: "a name that no index has",
        exit: 1,
        run: |s| install(s, &["nosuch"]),
    },
    Case {
        code: "no-such-version",
        name: "a version that does not exist",
        exit: 1,
        run: |s| {
            s.index.add(wheel("alpha", "1.0"));
            install(s, &["alpha>=2"])
        },
    },
    Case {
        code: "no-compatible-file",
        name: "wheels for another Python only",
        exit: 1,
        run: |s| {
            s.index.add(wheel("delta", "1.0").tag("cp27-cp27m-win32"));
            install(s, &["delta"])
        },
    },
    Case {
        code: "needs-python",
        name: "a package for a later Python",
        exit: 1,
        run: |s| {
            s.index.add(wheel("alpha", "1.0").requires_python(">=9"));
            install(s, &["alpha"])
        },
    },
    Case {
        code: "conflict",
        name: "two packages that do not fit together",
        exit: 1,
        run: |s| {
            s.index.add(wheel("alpha", "1.0").requires("gamma<2"));
            s.index.add(wheel("beta", "1.0").requires("gamma>=2"));
            s.index.add(wheel("gamma", "1.0"));
            s.index.add(wheel("gamma", "2.0"));
            install(s, &["alpha", "beta"])
        },
    },
    Case {
        code: "bad-requirement",
        name: "a malformed requirement",
        exit: 2,
        run: |s| install(s, &["alpha=>1"]),
    },
    Case {
        code: "bad-requirements-file",
        name: "a malformed line in a requirements file",
        exit: 2,
        run: |s| {
            s.write("requirements.txt", "alpha\nbeta=>1\n");
            install(s, &["-r", "requirements.txt"])
        },
    },
    Case {
        code: "not-an-index",
        name: "a page that is not an index",
        exit: 1,
        run: |s| {
            let page = b"<!DOCTYPE html><html><title>Log in</title><form></form></html>".to_vec();
            page_fault(s, Fault::Body("text/html".to_owned(), page))
        },
    },
    Case {
        code: "corrupt-wheel",
        name: "a truncated wheel",
        exit: 1,
        run: |s| {
            let (name, bytes) = wheel("alpha", "1.0").truncated(200).build();
            let path = s.work().join(name);
            std::fs::write(&path, bytes).unwrap();
            install(s, &[path.to_str().unwrap()])
        },
    },
    Case {
        code: "hash-mismatch",
        name: "a file that is not what the index says",
        exit: 1,
        run: |s| {
            let (name, bytes) = wheel("alpha", "1.0").build();
            s.index.add(fixtures::ServedFile::new(&name, bytes).claimed_sha256(&"0".repeat(64)));
            install(s, &["alpha"])
        },
    },
    Case {
        code: "hash-mismatch",
        name: "a file that is not what the requirements file says",
        exit: 1,
        run: |s| {
            s.index.add(wheel("alpha", "1.0"));
            s.write("r.txt", &format!("alpha==1.0 --hash=sha256:{}\n", "0".repeat(64)));
            install(s, &["-r", "r.txt"])
        },
    },
    Case {
        code: "lying-record",
        name: "a wheel whose RECORD lies",
        exit: 1,
        run: |s| {
            let row = format!("sha256={},3", "A".repeat(43));
            s.index.add(wheel("alpha", "1.0").record_lie("alpha/__init__.py", &row));
            install(s, &["alpha"])
        },
    },
    Case {
        code: "unsafe-archive",
        name: "a wheel with ../",
        exit: 1,
        run: |s| hostile(s, Entry::new("../evil.py", b"")),
    },
    Case {
        code: "unsafe-archive",
        name: "a wheel with an absolute name",
        exit: 1,
        run: |s| hostile(s, Entry::new("/evil.py", b"")),
    },
    Case {
        code: "unsafe-archive",
        name: "a wheel with a duplicate name",
        exit: 1,
        run: |s| hostile(s, Entry::new("alpha/__init__.py", b"other")),
    },
    Case {
        code: "unsafe-archive",
        name: "a wheel with names that differ by case only",
        exit: 1,
        run: |s| hostile(s, Entry::new("alpha/__INIT__.py", b"other")),
    },
    Case {
        code: "unsafe-archive",
        name: "a wheel with a symbolic link",
        exit: 1,
        run: |s| hostile(s, Entry::symlink("alpha/link", "/etc/passwd")),
    },
    Case {
        code: "unsafe-archive",
        name: "a zip bomb",
        exit: 1,
        run: |s| hostile(s, Entry::zeros("alpha/bomb", u32::MAX - 1)),
    },
    Case { code: "index-refused", name: "401", exit: 1, run: |s| page_fault(s, Fault::status(401)) },
    Case { code: "index-refused", name: "403", exit: 1, run: |s| page_fault(s, Fault::status(403)) },
    Case { code: "unknown-package", name: "404", exit: 1, run: |s| page_fault(s, Fault::status(404)) },
    Case { code: "index-error", name: "429", exit: 1, run: |s| page_fault(s, Fault::status(429)) },
    Case { code: "index-error", name: "500", exit: 1, run: |s| page_fault(s, Fault::status(500)) },
    Case { code: "index-error", name: "503", exit: 1, run: |s| page_fault(s, Fault::status(503)) },
    Case { code: "index-timeout", name: "a server that hangs", exit: 1, run: |s| page_fault(s, Fault::Hang) },
    Case {
        code: "index-unreachable",
        name: "a server that resets",
        exit: 1,
        run: |s| page_fault(s, Fault::Close),
    },
    Case {
        code: "index-unreachable",
        name: "nobody listens",
        exit: 1,
        run: |s| install(s, &["--index-url", "http://127.0.0.1:9/simple/", "alpha"]),
    },
    Case {
        code: "tls",
        name: "a certificate that is not trusted",
        exit: 1,
        run: |s| {
            let index = FakeIndex::with_tls(fixtures::IndexOptions::default(), &fixtures::Authority::new());
            install(s, &["--index-url", &index.simple_url(), "alpha"])
        },
    },
    Case {
        code: "offline",
        name: "offline, and not in the store",
        exit: 1,
        run: |s| install(s, &["--offline", "alpha"]),
    },
    Case {
        code: "no-python",
        name: "no such Python",
        exit: 1,
        run: |s| s.tilsit(&["venv", "-p", "3.99", "env"]),
    },
    Case {
        code: "no-python",
        name: "an environment without Python",
        exit: 1,
        run: |s| {
            s.write("env/pyvenv.cfg", "home = /nowhere/bin\nversion = 3.11.0\n");
            install(s, &["-p", "env", "alpha"])
        },
    },
    Case {
        code: "broken-environment",
        name: "an environment whose base Python is gone",
        exit: 1,
        run: |s| {
            let python = s.write("env/bin/python", "#!/bin/sh\nexit 1\n");
            let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
            std::fs::set_permissions(python, mode).unwrap();
            s.write("env/pyvenv.cfg", "home = /nowhere/bin\nversion = 3.11.0\n");
            s.tilsit(&["list", "-p", "env"])
        },
    },
    Case {
        code: "cache-unusable",
        name: "a file where the store should be",
        exit: 1,
        run: |s| {
            s.index.add(wheel("alpha", "1.0"));
            let file = s.write("file", "");
            install(s, &["--cache-dir", file.to_str().unwrap(), "alpha"])
        },
    },
    Case {
        code: "no-such-file",
        name: "a wheel that is not there",
        exit: 2,
        run: |s| install(s, &["./no.whl"]),
    },
    Case {
        code: "needs-building",
        name: "a source where only wheels are wanted",
        exit: 1,
        run: |s| {
            let file = flit_sdist(s);
            install(s, &["--only-binary", ":all:", &file])
        },
    },
    Case {
        code: "build-failed",
        name: "a build back end that raises an error",
        exit: 1,
        run: |s| failing_build(s, "raise ValueError('a value is missing')"),
    },
    Case {
        code: "build-backend",
        name: "a build back end that nobody has",
        exit: 1,
        run: |s| {
            s.write("p/pyproject.toml", "[build-system]\nrequires = []\nbuild-backend = \"nobody.knows\"\n[project]\nname = \"alpha\"\nversion = \"1.0\"\n");
            install(s, &["./p"])
        },
    },
    Case {
        code: "build-requires",
        name: "a build that requires what nobody has",
        exit: 1,
        run: |s| {
            s.write(
                "p/pyproject.toml",
                "[build-system]\nrequires = [\"nosuch\"]\nbuild-backend = \"nosuch\"\n",
            );
            install(s, &["./p"])
        },
    },
    Case {
        code: "build-result",
        name: "a back end that answers nothing",
        exit: 1,
        run: |s| failing_build(s, "return None"),
    },
    Case {
        code: "build-confined",
        name: "a build that wants the network",
        exit: 1,
        run: |s| failing_build(s, "raise OSError(101, 'Network is unreachable')"),
    },
    Case {
        code: "missing-compiler",
        name: "a build without a compiler",
        exit: 1,
        run: |s| {
            failing_build(s, "raise OSError(\"error: command 'gcc' failed: No such file or directory\")")
        },
    },
    Case {
        code: "missing-header",
        name: "a build without a header",
        exit: 1,
        run: |s| failing_build(s, "sys.exit('x.c:1:1: fatal error: Python.h: No such file or directory')"),
    },
    Case {
        code: "not-a-project",
        name: "an empty folder",
        exit: 2,
        run: |s| {
            std::fs::create_dir(s.work().join("empty")).unwrap();
            install(s, &["./empty"])
        },
    },
    Case {
        code: "unsafe-archive",
        name: "a source archive that leaves its folder",
        exit: 1,
        run: |s| {
            let archive = fixtures::zip::archive(&[Entry::new("../evil", b"")]);
            std::fs::write(s.work().join("alpha-1.0.zip"), archive).unwrap();
            install(s, &["./alpha-1.0.zip"])
        },
    },
    Case {
        code: "bad-requirement",
        name: "an editable wheel",
        exit: 2,
        run: |s| install(s, &["-e", "https://h.example/alpha-1.0-py3-none-any.whl"]),
    },
    Case {
        code: "no-such-revision",
        name: "a tag that the repository does not have",
        exit: 1,
        run: |s| {
            let address = flit_repository(s);
            install(s, &[&format!("git+{address}@nope")])
        },
    },
    Case {
        code: "repository-error",
        name: "a repository that is not there",
        exit: 1,
        run: |s| install(s, &[&format!("git+file://{}/nowhere", s.work().display())]),
    },
    Case {
        code: "repository-refused",
        name: "a repository that wants a password",
        exit: 1,
        run: |s| {
            let address = crate::sources::locked_server();
            install(s, &[&format!("git+{address}")])
        },
    },
    Case {
        code: "missing-program",
        name: "no git",
        exit: 1,
        run: |s| {
            s.venv();
            s.set("PATH", "/nowhere");
            install(s, &["-p", ".venv", "git+https://git.example/alpha"])
        },
    },
    Case {
        code: "usage",
        name: "a flag with a typo",
        exit: 2,
        run: |s| s.tilsit(&["install", "--upgrad", "alpha"]),
    },
    Case {
        code: "bad-config",
        name: "a broken tilsit.toml",
        exit: 2,
        run: |s| {
            s.write("tilsit.toml", "index-url = [\n");
            install(s, &["alpha"])
        },
    },
    Case {
        code: "bad-config",
        name: "a setting of the wrong kind",
        exit: 2,
        run: |s| {
            s.write("tilsit.toml", "retries = \"many\"\n");
            install(s, &["alpha"])
        },
    },
    Case {
        code: "project-file",
        name: "a malformed requirement in pyproject.toml",
        exit: 2,
        run: |s| {
            s.write("pyproject.toml", "[project]\nname = \"x\"\ndependencies = [\"alpha=1\"]\n");
            s.tilsit(&["compile", "pyproject.toml"])
        },
    },
    Case {
        code: "project-file",
        name: "a broken pyproject.toml",
        exit: 2,
        run: |s| {
            s.write("pyproject.toml", "[project\nname = 1\n");
            s.tilsit(&["compile", "pyproject.toml"])
        },
    },
    Case {
        code: "bad-lock",
        name: "a broken pylock.toml",
        exit: 2,
        run: |s| {
            s.write("pylock.toml", "lock-version = \"9.0\"\n");
            s.tilsit(&["venv", "-q"]);
            s.tilsit(&["sync", "pylock.toml"])
        },
    },
    Case {
        code: "hashes-required",
        name: "hashes for some requirements only",
        exit: 1,
        run: |s| {
            s.index.add(wheel("alpha", "1.0"));
            s.index.add(wheel("beta", "1.0"));
            s.write("r.txt", &format!("alpha==1.0 --hash=sha256:{}\nbeta==1.0\n", "0".repeat(64)));
            install(s, &["-r", "r.txt"])
        },
    },
];

/// A summary without what differs between runs and examples: names, addresses, paths and numbers.
fn shape(summary: &str) -> String {
    let shown = |word: &str| match word {
        quoted if quoted.starts_with('`') => "`…`".to_owned(),
        place if place.contains('/') || place.contains("127.0.0.1") || place.contains(".example") => {
            "PLACE".to_owned()
        }
        number if number.contains(|character: char| character.is_ascii_digit()) => "#".to_owned(),
        word => word.to_owned(),
    };
    summary.split_whitespace().map(shown).collect::<Vec<_>>().join(" ")
}

/// The shapes of the errors in a text: the lines that end with a code.
fn shapes(text: &str, code: &str) -> Vec<String> {
    let code = format!("[{code}]");
    let lines = text.lines().filter_map(|line| line.strip_prefix("error: ")?.strip_suffix(&code).map(shape));
    lines.collect()
}

/// Every code of the table whose page shows no summary that the binary really printed.
fn pages_that_lie(printed: &BTreeMap<&'static str, Vec<String>>) -> Vec<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/errors");
    let lies = printed.iter().filter_map(|(code, printed)| {
        let page = std::fs::read_to_string(folder.join(format!("{code}.md"))).unwrap();
        let shown = shapes(&page, code);
        let true_example = shown.iter().any(|one| printed.contains(one));
        (!true_example).then(|| format!("docs/errors/{code}.md shows {shown:?}, printed was {printed:?}"))
    });
    lies.collect()
}

#[test]
fn each_error_has_its_code_and_changes_nothing() {
    let mut wrong = Vec::new();
    let mut printed: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    for case in CASES {
        let mut sandbox = Sandbox::new();
        let ran = (case.run)(&mut sandbox);
        let coded = ran.stderr.contains(&format!("[{}]", case.code));
        if ran.code != case.exit || !coded {
            wrong.push(format!("{} ({}): wanted exit {}\n{ran}", case.code, case.name, case.exit));
        }
        if ran.stderr.contains("panicked") {
            wrong.push(format!("{} ({}): a panic\n{ran}", case.code, case.name));
        }
        printed.entry(case.code).or_default().extend(shapes(&ran.stderr, case.code));
        if UNSATISFIABLE.contains(&case.code)
            && !GATE.iter().any(|words| ran.stderr.to_lowercase().contains(words))
        {
            wrong.push(format!("{} ({}): not the words of a conflict\n{ran}", case.code, case.name));
        }
        let venv = sandbox.work().join(".venv");
        if venv.exists() {
            let site = sandbox.site_packages(".venv");
            let foreign = std::fs::read_dir(site).unwrap().flatten().find(|entry| {
                !["pip", "_tilsit"].iter().any(|ours| entry.file_name().to_string_lossy().starts_with(ours))
            });
            if let Some(foreign) = foreign {
                wrong.push(format!("{} ({}): left {:?} behind", case.code, case.name, foreign.path()));
            }
        }
    }
    wrong.extend(pages_that_lie(&printed));
    assert!(wrong.is_empty(), "{} wrong:\n\n{}", wrong.len(), wrong.join("\n\n"));
}

#[test]
fn table() {
    println!("{:<22} {:<52} page", "code", "test");
    for case in CASES {
        println!("{:<22} {:<52} docs/errors/{}.md", case.code, case.name, case.code);
    }
}
