//! The command line of `pyproject-build`, as build 1.6 has it.
// tidy: table

use super::flag::{Arguments, Command, Dialect, Flag, Group, Kind, Program};

/// `--help`
pub static HELP: Flag = Flag::on("help", &["--help", "-h"], "show this help message and exit");
/// `--version`
pub static VERSION: Flag =
    Flag::on("version", &["--version", "-V"], "show program's version number and exit");
/// `--quiet`
pub static QUIET: Flag = Flag::count("quiet", &["--quiet", "-q"], "reduce verbosity");
/// `--verbose`
pub static VERBOSE: Flag = Flag::count("verbose", &["--verbose", "-v"], "increase verbosity");
/// `--outdir`
pub static OUTDIR: Flag = Flag::one(
    "outdir",
    &["--outdir", "-o"],
    "PATH",
    "output directory (defaults to {srcdir}/dist). Cannot be used together with ``--metadata``",
)
.kind(Kind::Folder);
/// `--sdist-extract-dir`
pub static SDIST_EXTRACT_DIR: Flag = Flag::one(
    "sdist-extract-dir",
    &["--sdist-extract-dir"],
    "PATH",
    "extract the intermediate sdist to PATH (created if missing and kept afterwards) instead of a random temporary directory; reusing it across rebuilds gives compiler caches such as ccache/sccache a stable source path. Only affects the default (via-sdist) build and building a wheel from an sdist",
)
.kind(Kind::Folder);
/// `--sdist`
pub static SDIST: Flag =
    Flag::on("sdist", &["--sdist", "-s"], "build a source distribution (disables the default behavior)");
/// `--wheel`
pub static WHEEL: Flag =
    Flag::on("wheel", &["--wheel", "-w"], "build a wheel (disables the default behavior)");
/// `--metadata`
pub static METADATA: Flag = Flag::on(
    "metadata",
    &["--metadata"],
    "print out a wheel's metadata in JSON format, building it first unless the source argument is already a .whl. Cannot be used in conjunction with ``--sdist`` or ``--wheel``",
);
/// `--report`
pub static REPORT: Flag = Flag::one(
    "report",
    &["--report"],
    "PATH",
    "write a machine-readable JSON report of the built artifacts (name, path, kind, size and SHA-256 hash) to this path. Cannot be used together with ``--metadata``",
)
.kind(Kind::Path);
/// `--config-setting`
pub static CONFIG_SETTING: Flag = Flag::many(
    "config-setting",
    &["--config-setting", "-C"],
    "KEY=[VALUE]",
    "settings to pass to the backend. Multiple settings can be provided. Settings beginning with a hyphen will erroneously be interpreted as options to build if separated by a space; use ``--config-setting=--my-setting -C--my-other-setting`` instead. A setting passed without ``=VALUE`` is given an empty value, but this form is not supported by pip; write ``KEY=`` instead for compatibility",
);
/// `--config-json`
pub static CONFIG_JSON: Flag = Flag::one(
    "config-json",
    &["--config-json"],
    "JSON_STRING",
    "settings to pass to the backend as a JSON object. This is an alternative to ``--config-setting`` that allows complex nested structures. Cannot be used together with ``--config-setting``",
);
/// `--installer`
pub static INSTALLER: Flag =
    Flag::one("installer", &["--installer"], "{pip,uv}", "Python package installer to use (defaults to pip)")
        .kind(Kind::Choice(&["pip", "uv"]));
/// `--no-isolation`
pub static NO_ISOLATION: Flag = Flag::on(
    "no-isolation",
    &["--no-isolation", "-n"],
    "disable building the project in an isolated virtual environment. Build dependencies must be installed separately when this option is used",
);
/// `--env-dir`
pub static ENV_DIR: Flag = Flag::one(
    "env-dir",
    &["--env-dir"],
    "PATH",
    "create the isolated build environment at this location instead of a temporary directory. The location must be empty; it is removed on success and kept on failure so it can be inspected",
)
.kind(Kind::Folder);
/// `--dependency-constraints-txt`
pub static DEPENDENCY_CONSTRAINTS: Flag = Flag::one(
    "dependency-constraints-txt",
    &["--dependency-constraints-txt"],
    "PATH",
    "constrain build dependencies using a constraints.txt when installing dependencies",
)
.kind(Kind::Path);
/// `--skip-dependency-check`
pub static SKIP_DEPENDENCY_CHECK: Flag = Flag::on(
    "skip-dependency-check",
    &["--skip-dependency-check", "-x"],
    "do not check that build dependencies are installed",
);

/// Of two flags of a pair only one may be given.
pub static EXCLUSIVE: &[(&Flag, &Flag)] =
    &[(&QUIET, &VERBOSE), (&CONFIG_SETTING, &CONFIG_JSON), (&INSTALLER, &NO_ISOLATION)];

static GLOBAL: Group = Group { title: "global options", flags: &[&HELP, &VERSION, &QUIET, &VERBOSE] };
static BUILD: Group = Group {
    title: "build options",
    flags: &[&OUTDIR, &SDIST_EXTRACT_DIR, &SDIST, &WHEEL, &METADATA, &REPORT, &CONFIG_SETTING, &CONFIG_JSON],
};
static INSTALL: Group = Group {
    title: "installation options",
    flags: &[&INSTALLER, &NO_ISOLATION, &ENV_DIR, &DEPENDENCY_CONSTRAINTS, &SKIP_DEPENDENCY_CHECK],
};
static NOTHING: Group = Group { title: "", flags: &[] };

/// The only command; nobody types it.
pub static COMMAND: Command = Command {
    name: "pyproject-build",
    about: "A simple, correct Python build frontend.",
    description: "    A simple, correct Python build frontend.\n\n    By default, a source distribution (sdist) is built from the project root\n    and a binary distribution (wheel) is built from the sdist.\n    If this is undesirable, you can pass `--sdist` and/or `--wheel`\n    to build distributions independently of each other.",
    // argparse breaks lines between these
    usage: &[
        "[-h]",
        "[--version]",
        "[--quiet | --verbose]",
        "[--outdir PATH]",
        "[--sdist-extract-dir PATH]",
        "[--sdist]",
        "[--wheel]",
        "[--metadata]",
        "[--report PATH]",
        "[--config-setting KEY=[VALUE]",
        "|",
        "--config-json",
        "JSON_STRING]",
        "[--installer {pip,uv} | --no-isolation]",
        "[--env-dir PATH]",
        "[--dependency-constraints-txt PATH]",
        "[--skip-dependency-check]",
    ],
    arguments: Arguments::optional(
        "srcdir",
        "source directory, .tar.gz source distribution, or (with --metadata) a .whl to read metadata from (defaults to the current working directory)",
    ),
    groups: &[&GLOBAL, &BUILD, &INSTALL],
    subcommands: &[],
    hidden: false,
};

static COMMANDS: &[&Command] = &[&COMMAND];

/// The program.
pub static PROGRAM: Program = program("pyproject-build");
/// The module: `python -m build`.
pub static MODULE: Program = program("python -m build");

const fn program(name: &'static str) -> Program {
    Program {
        name,
        about: "A simple, correct Python build frontend.",
        dialect: Dialect::Argparse,
        top: &NOTHING,
        general: &[],
        commands: COMMANDS,
    }
}
