//! The pip personality without the real pip: exit codes and lines, exactly.

use fixtures::{FakeIndex, WheelBuilder};

use crate::sandbox::{Ran, Sandbox};

/// An environment with `alpha` 1.0, which needs `beta`, and an index that has newer ones.
fn stage() -> Sandbox {
    let mut sandbox = Sandbox::with(FakeIndex::start());
    for (name, version) in [("alpha", "1.0"), ("alpha", "2.0"), ("beta", "0.5"), ("beta", "1.0")] {
        let wheel = WheelBuilder::new(name, version).header("Summary", &format!("The {name}"));
        let wheel = wheel.file(&format!("{name}.py"), format!("version = '{version}'\n"));
        sandbox.index.add(if name == "alpha" { wheel.requires("beta") } else { wheel });
    }
    sandbox.venv();
    let address = sandbox.index.simple_url();
    sandbox.unset("TILSIT_INDEX_URL");
    sandbox.set("PIP_INDEX_URL", &address);
    pip(&sandbox, "install -q alpha==1.0 beta==0.5").ok();
    sandbox
}

fn pip(sandbox: &Sandbox, line: &str) -> Ran {
    let mut words = vec!["as", "pip", "--python", ".venv"];
    words.extend(line.split(' ').filter(|word| !word.is_empty()));
    sandbox.tilsit(&words)
}

/// A command line, its exit code, stdout and stderr; `{work}` is the folder, `{site}` site-packages, `{index}` the
/// index.
type Row = (&'static str, i32, &'static str, &'static str);

#[track_caller]
fn check(sandbox: &Sandbox, rows: &[Row]) {
    let work = sandbox.work().canonicalize().unwrap().display().to_string();
    let site = sandbox.site_packages(".venv").canonicalize().unwrap().display().to_string();
    let index = sandbox.index.simple_url();
    let plain = |text: &str| {
        let text = text.replace(&site, "{site}").replace(&work, "{work}").replace(&index, "{index}");
        // what is said after pip's words has tests of its own
        let lines = text.lines().filter(|line| !line.starts_with("hint: "));
        lines.map(|line| format!("{}\n", line.trim_end())).collect::<String>()
    };
    for (line, code, stdout, stderr) in rows {
        let ran = pip(sandbox, line);
        let found = (ran.code, plain(&ran.stdout), plain(&ran.stderr));
        assert_eq!(found, (*code, (*stdout).to_owned(), (*stderr).to_owned()), "pip {line}");
    }
}

#[test]
fn what_is_installed() {
    check(
        &stage(),
        &[
            ("list", 0, "Package Version\n------- -------\nalpha   1.0\nbeta    0.5\npip     26.3\n", ""),
            ("list -q", 0, "", ""),
            ("list --exclude pip --format=freeze", 0, "alpha==1.0\nbeta==0.5\n", ""),
            (
                "list --exclude pip --form json",
                0,
                "[{\"name\": \"alpha\", \"version\": \"1.0\"}, {\"name\": \"beta\", \"version\": \"0.5\"}]\n",
                "",
            ),
            ("list --not-required --format freeze --exclude pip", 0, "alpha==1.0\n", ""),
            (
                "list --outdated --exclude pip",
                0,
                "Package Version Latest Type\n------- ------- ------ -----\nalpha   1.0     2.0    wheel\nbeta    0.5     1.0    wheel\n",
                "",
            ),
            ("freeze", 0, "alpha==1.0\nbeta==0.5\n", ""),
            ("freeze --exclude beta", 0, "alpha==1.0\n", ""),
            (
                "show beta",
                0,
                "Name: beta\nVersion: 0.5\nSummary: The beta\nHome-page:\nAuthor:\nAuthor-email:\nLicense:\nLocation: {site}\nRequires:\nRequired-by: alpha\n",
                "",
            ),
            ("show nothing", 1, "", "WARNING: Package(s) not found: nothing\n"),
            ("show", 1, "", "WARNING: ERROR: Please provide a package name or names.\n"),
            ("check", 0, "No broken requirements found.\n", ""),
            (
                "index versions alpha",
                0,
                "alpha (2.0)\nAvailable versions: 2.0, 1.0\n  INSTALLED: 1.0\n  LATEST:    2.0\n",
                "",
            ),
            ("index versions gamma", 1, "", "ERROR: No matching distribution found for gamma\n"),
        ],
    );
}

#[test]
fn what_is_wrong_on_the_command_line() {
    let usage = "\nUsage:\n  pip list [options]\n\n";
    let says = |text: &str| -> &'static str { Box::leak(format!("{usage}{text}\n").into_boxed_str()) };
    check(
        &stage(),
        &[
            ("frezee", 1, "", "ERROR: unknown command \"frezee\" - maybe you meant \"freeze\"\n"),
            ("bogus", 1, "", "ERROR: unknown command \"bogus\"\n"),
            ("list --bogus", 2, "", says("no such option: --bogus")),
            (
                "list --not-r --exclude pip --form freeze",
                0,
                "alpha==1.0
",
                "",
            ),
            (
                "list --e",
                2,
                "",
                says(
                    "ambiguous option: --e (--editable, --exclude, --exclude-editable, --exists-action, --extra-index-url?)",
                ),
            ),
            ("list --format", 2, "", says("--format option requires 1 argument")),
            (
                "list --format yaml",
                2,
                "",
                says("option --format: invalid choice: 'yaml' (choose from 'columns', 'freeze', 'json')"),
            ),
            ("list --outdated=yes", 2, "", says("--outdated option does not take a value")),
            ("list --retries many", 2, "", says("option --retries: invalid integer value: 'many'")),
            ("list -o -u", 1, "", "ERROR: Options --outdated and --uptodate cannot be combined.\n"),
            (
                "uninstall",
                1,
                "",
                "ERROR: You must give at least one requirement to uninstall (see \"pip help uninstall\")\n",
            ),
            (
                "install",
                1,
                "",
                "ERROR: You must give at least one requirement to install (see \"pip help install\")\n",
            ),
            (
                "install -r nowhere.txt",
                1,
                "",
                "ERROR: Could not open requirements file: [Errno 2] No such file or directory: 'nowhere.txt'\n",
            ),
            (
                "hash",
                1,
                "",
                "
Usage:   pip hash [options] <file> ...

",
            ),
            (
                "config get bare",
                1,
                "",
                "ERROR: Key does not contain dot separated section and key. Perhaps you wanted to use 'global.bare' instead?\n",
            ),
            ("config get a.b", 1, "", "ERROR: No such key - a.b\n"),
            (
                "--no-cache-dir cache list",
                1,
                "",
                "ERROR: pip cache commands can not function since cache is disabled.\n",
            ),
        ],
    );
}

#[test]
fn what_changes() {
    let sandbox = stage();
    check(
        &sandbox,
        &[
            ("uninstall -y nothing", 0, "", "WARNING: Skipping nothing as it is not installed.\n"),
            (
                "uninstall -y beta",
                0,
                "Found existing installation: beta 0.5\nUninstalling beta-0.5:\n  Successfully uninstalled beta-0.5\n",
                "",
            ),
            ("check", 1, "alpha 1.0 requires beta, which is not installed.\n", ""),
        ],
    );
    let before = sandbox.frozen();
    pip(&sandbox, "install does-not-exist").fails(
        1,
        "ERROR: Could not find a version that satisfies the requirement does-not-exist (from versions: none)\nERROR: No matching distribution found for does-not-exist\n",
    );
    assert_eq!(sandbox.frozen(), before);
    let done = pip(&sandbox, "install -U alpha").ok();
    assert!(done.stdout.ends_with("Successfully installed alpha-2.0 beta-1.0\n"), "{done}");
    assert_eq!(sandbox.frozen(), "alpha==2.0 beta==1.0");
}

#[test]
fn a_question_is_asked_and_heard() {
    let sandbox = stage();
    let ask = |answer: &str| {
        let script = format!(
            "printf '{answer}' | '{}' as pip --python .venv uninstall beta",
            env!("CARGO_BIN_EXE_tilsit")
        );
        sandbox.program("sh", &["-c", &script])
    };
    let kept = ask("n\\n").ok().says("Proceed (Y/n)? ");
    assert!(!kept.stdout.contains("Successfully"), "{kept}");
    ask("what\\ny\\n")
        .ok()
        .says("Your response ('what') was not one of the expected responses: y, n, ")
        .says("  Successfully uninstalled beta-0.5\n");
}

#[test]
fn general_options() {
    let sandbox = stage();
    pip(&sandbox, "show -qqq --log deep/log.txt nothing").fails(1, "");
    let log = sandbox.read("deep/log.txt");
    assert_eq!(log.split_once(' ').unwrap().1, "WARNING: Package(s) not found: nothing\n");
    pip(&sandbox, "list --use-feature truststore")
        .ok()
        .tells("WARNING: The following features are always enabled: truststore.");
    let colored = |line: &str| {
        let script = format!("FORCE_COLOR=1 '{}' as pip --python .venv {line}", env!("CARGO_BIN_EXE_tilsit"));
        sandbox.program("sh", &["-c", &script]).stderr
    };
    assert_eq!(colored("show nothing"), "\u{1b}[33mWARNING: Package(s) not found: nothing\u{1b}[0m\n");
    assert_eq!(colored("show nothing --no-color"), "WARNING: Package(s) not found: nothing\n");
    assert_eq!(colored("config get a.b"), "\u{1b}[31mERROR: No such key - a.b\u{1b}[0m\n");
}

#[test]
fn only_the_python_before_the_command_counts() {
    let mut sandbox = stage();
    let words = ["as", "pip", "list", "--python", ".venv"];
    let refusal = "ERROR: The --python option must be placed before the pip subcommand name\n";
    assert_eq!(sandbox.tilsit(&words).fails(1, "").stderr, refusal);
    // what was named before stays, as for pip
    pip(&sandbox, "list --python /nowhere").ok().says("alpha   1.0");
    // the small pip of an environment names its own before everything
    sandbox.set("TILSIT_SYS_EXECUTABLE", "/nowhere/python");
    assert_eq!(pip(&sandbox, "list --python .venv").fails(1, "").stderr, refusal);
}

#[test]
fn configuration_in_pips_order() {
    let mut sandbox = stage();
    let named =
        sandbox.write("named.conf", "[global]\nformat = json\n[list]\nformat = freeze\nexclude = pip\n");
    sandbox.set("PIP_CONFIG_FILE", &named.display().to_string());
    check(
        &sandbox,
        &[
            ("list", 0, "alpha==1.0\nbeta==0.5\n", ""),
            ("list --exclude beta", 0, "alpha==1.0\n", ""),
            ("config get list.format", 0, "freeze\n", ""),
        ],
    );
    sandbox.set("PIP_FORMAT", "json");
    pip(&sandbox, "list").ok().says("[{\"name\": \"alpha\"");
    pip(&sandbox, "list --isolated").ok().says("alpha==1.0");
    sandbox.set("PIP_FORMAT", "");
    pip(&sandbox, "list").ok().says("alpha==1.0");
    sandbox.set("PIP_TIMEOUT", "soon");
    pip(&sandbox, "list").fails(
        3,
        "An error occurred during configuration: option timeout: invalid floating-point value: 'soon'. ",
    );
}
