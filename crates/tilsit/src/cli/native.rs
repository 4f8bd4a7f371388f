//! The command line of `tilsit` itself.
// tidy: table

mod building;
mod flags;

pub use building::{
    ALLOW_NETWORK, BUILD, BUILD_CONSTRAINT, CHECK_BUILD_DEPENDENCIES, CONFIG_SETTING, FORCE_PEP517,
    NO_BUILD_ISOLATION, OUTDIR, SANDBOX, SDIST, WHEEL,
};
use building::{BUILD_COMMAND, BUILDING};
pub use flags::*;

use super::flag::{Arguments, Command, Dialect, Flag, Group, Kind, Program};

static TOP: Group = Group { title: "", flags: &[&VERSION] };
static GENERAL: Group = Group {
    title: "Everywhere",
    flags: &[&QUIET, &VERBOSE, &COLOR, &NO_PROGRESS, &CACHE_DIR, &NO_CACHE, &OFFLINE, &NO_CONFIG, &HELP],
};
static ENVIRONMENT: Group = Group { title: "Environment", flags: &[&PYTHON] };
static REQUIREMENTS: Group = Group {
    title: "Requirements",
    flags: &[&REQUIREMENT, &CONSTRAINT, &OVERRIDE, &EDITABLE, &GROUP, &EXTRA, &ALL_EXTRAS, &NO_DEPS],
};
static VERSIONS: Group = Group {
    title: "Versions and files",
    flags: &[
        &UPGRADE,
        &UPGRADE_PACKAGE,
        &PRERELEASE,
        &PRE,
        &RESOLUTION,
        &ONLY_BINARY,
        &NO_BINARY,
        &REQUIRE_HASHES,
        &PYTHON_VERSION,
        &PYTHON_PLATFORM,
    ],
};
static INDEXES: Group = Group {
    title: "Indexes",
    flags: &[
        &INDEX_URL,
        &EXTRA_INDEX_URL,
        &FIND_LINKS,
        &NO_INDEX,
        &INDEX_STRATEGY,
        &REFRESH,
        &REFRESH_PACKAGE,
    ],
};
static NETWORK: Group = Group {
    title: "Network",
    flags: &[&CERT, &CLIENT_CERT, &TRUSTED_HOST, &PROXY, &RETRIES, &TIMEOUT, &KEYRING_PROVIDER],
};
static INSTALLING: Group = Group {
    title: "Installing",
    flags: &[
        &TARGET,
        &PREFIX,
        &REPORT,
        &REINSTALL,
        &DRY_RUN,
        &COMPILE_BYTECODE,
        &NO_COMPILE_BYTECODE,
        &LINK_MODE,
        &BREAK_SYSTEM_PACKAGES,
        &JSON,
    ],
};
static SYNCING: Group = Group {
    title: "Installing",
    flags: &[
        &TARGET,
        &PREFIX,
        &REINSTALL,
        &DRY_RUN,
        &COMPILE_BYTECODE,
        &NO_COMPILE_BYTECODE,
        &LINK_MODE,
        &BREAK_SYSTEM_PACKAGES,
        &JSON,
    ],
};
static SYNC_REQUIREMENTS: Group =
    Group { title: "Requirements", flags: &[&CONSTRAINT, &OVERRIDE, &GROUP, &EXTRA, &ALL_EXTRAS] };
static SYNC_FILES: Group = Group {
    title: "Versions and files",
    flags: &[&ONLY_BINARY, &NO_BINARY, &REQUIRE_HASHES, &PYTHON_VERSION, &PYTHON_PLATFORM],
};
static UPGRADE_VERSIONS: Group =
    Group { title: "Versions and files", flags: &[&PRERELEASE, &PRE, &ONLY_BINARY, &NO_BINARY] };
static UPGRADING: Group = Group {
    title: "Upgrading",
    flags: &[
        &ALL,
        &CONSTRAINT,
        &YES,
        &DRY_RUN,
        &COMPILE_BYTECODE,
        &NO_COMPILE_BYTECODE,
        &LINK_MODE,
        &BREAK_SYSTEM_PACKAGES,
        &JSON,
    ],
};
static UNINSTALLING: Group = Group {
    title: "Removing",
    flags: &[
        &REMOVED_REQUIREMENT,
        &UNNEEDED,
        &YES,
        &DRY_RUN,
        &TARGET,
        &PREFIX,
        &BREAK_SYSTEM_PACKAGES,
        &JSON,
    ],
};
static REMOVED_REQUIREMENT: Flag = Flag::many(
    "requirement",
    &["-r", "--requirement", "--requirements"],
    "FILE",
    "Remove the packages that FILE asks for.",
)
.kind(Kind::Path);
static CREATING: Group =
    Group { title: "Environment", flags: &[&PYTHON, &CLEAR, &PROMPT, &SYSTEM_SITE_PACKAGES, &WITHOUT_PIP] };
static LISTING: Group = Group { title: "Listing", flags: &[&FORMAT, &JSON, &OUTDATED, &EXCLUDE] };
static SHOWING: Group = Group { title: "Showing", flags: &[&FILES, &JSON] };
static FREEZING: Group = Group { title: "Freezing", flags: &[&EXCLUDE] };
static PRINTING: Group = Group { title: "Output", flags: &[&JSON] };
static TREE: Group = Group { title: "Tree", flags: &[&DEPTH, &INVERT, &JSON] };
static DOWNLOADING: Group =
    Group { title: "Downloading", flags: &[&DEST, &PLATFORMS, &PYTHON_VERSIONS, &DRY_RUN, &JSON] };
static DOWNLOAD_REQUIREMENTS: Group = Group {
    title: "Requirements",
    flags: &[&REQUIREMENT, &CONSTRAINT, &OVERRIDE, &GROUP, &EXTRA, &ALL_EXTRAS, &NO_DEPS],
};
static DOWNLOAD_VERSIONS: Group = Group {
    title: "Versions and files",
    flags: &[&PRERELEASE, &PRE, &RESOLUTION, &ONLY_BINARY, &NO_BINARY, &REQUIRE_HASHES],
};
static SEARCHING: Group = Group { title: "Searching", flags: &[&LIMIT, &JSON] };
static LIST_INDEXES: Group =
    Group { title: "Indexes", flags: &[&INDEX_URL, &EXTRA_INDEX_URL, &NO_INDEX, &REFRESH] };
static LINKING: Group = Group { title: "Linking", flags: &[&FORCE, &REMOVE, &JSON] };
static COMPILING: Group =
    Group { title: "Output", flags: &[&OUTPUT, &UNIVERSAL, &GENERATE_HASHES, &NO_HEADER, &NO_ANNOTATE] };
static COMPILE_REQUIREMENTS: Group =
    Group { title: "Requirements", flags: &[&CONSTRAINT, &OVERRIDE, &GROUP, &EXTRA, &ALL_EXTRAS, &NO_DEPS] };

const BLANK: Command = Command {
    name: "",
    about: "",
    description: "",
    usage: &[],
    arguments: Arguments::NONE,
    groups: &[],
    subcommands: &[],
    hidden: false,
};

static VENV: Command = Command {
    name: "venv",
    about: "Make a virtual environment",
    description: "Makes a virtual environment in DIR (default: .venv). It is a normal one: activate it, or run its bin/python.",
    arguments: Arguments::optional("DIR", "The folder to make; default .venv."),
    groups: &[&CREATING],
    ..BLANK
};
static INSTALL: Command = Command {
    name: "install",
    about: "Install packages and what they need",
    description: "Installs packages from an index, from files, folders or URLs, with their dependencies. What is installed and fits is kept. When no environment is active and there is no .venv, one is made here. Either everything is installed or nothing is changed.",
    arguments: Arguments::any(
        "REQUIREMENT",
        0,
        "What to install: a name with an optional version (\"alpha>=2\"), a path, or a URL.",
    ),
    groups: &[&REQUIREMENTS, &VERSIONS, &ENVIRONMENT, &INSTALLING, &BUILDING, &INDEXES, &NETWORK],
    ..BLANK
};
static UNINSTALL: Command = Command {
    name: "uninstall",
    about: "Remove packages",
    description: "Removes packages with all their files. Their dependencies stay, unless --unneeded is given.",
    arguments: Arguments::any("PACKAGE", 0, "The packages to remove."),
    groups: &[&ENVIRONMENT, &UNINSTALLING],
    ..BLANK
};
static UPGRADE_COMMAND: Command = Command {
    name: "upgrade",
    about: "Bring installed packages to their newest versions",
    description: "Brings the packages named, or with --all everything that came from an index, to the newest versions that fit together: one plan, and one question on a terminal. What is editable or came from a URL stays as it is, and so does the record of what was asked for.",
    arguments: Arguments::any("PACKAGE", 0, "The packages to upgrade."),
    groups: &[&UPGRADING, &UPGRADE_VERSIONS, &ENVIRONMENT, &BUILDING, &INDEXES, &NETWORK],
    ..BLANK
};
static WHY: Command = Command {
    name: "why",
    about: "Show why packages are installed",
    description: "Shows who asked for a package: you, or the chains of packages that need it, the shortest for each package at whose end you asked.",
    arguments: Arguments::any("PACKAGE", 1, "The packages to explain."),
    groups: &[&ENVIRONMENT, &PRINTING],
    ..BLANK
};
static LIST: Command = Command {
    name: "list",
    about: "List what is installed",
    description: "Lists the installed packages and their versions.",
    groups: &[&ENVIRONMENT, &LISTING, &INDEXES, &NETWORK],
    ..BLANK
};
static SHOW: Command = Command {
    name: "show",
    about: "Show what is known about installed packages",
    description: "Shows the metadata of installed packages: version, summary, licence, place, what they need and who needs them.",
    arguments: Arguments::any("PACKAGE", 1, "The packages to show."),
    groups: &[&ENVIRONMENT, &SHOWING],
    ..BLANK
};
static FREEZE: Command = Command {
    name: "freeze",
    about: "Print what is installed as requirements",
    description: "Prints the installed packages as lines of a requirements file.",
    groups: &[&ENVIRONMENT, &FREEZING],
    ..BLANK
};
static CHECK: Command = Command {
    name: "check",
    about: "Check that installed packages fit together",
    description: "Reports packages whose requirements are missing or have the wrong version. The exit code is 3 when something was found.",
    groups: &[&ENVIRONMENT, &PRINTING],
    ..BLANK
};
static TREE_COMMAND: Command = Command {
    name: "tree",
    about: "Show what is installed as a tree",
    description: "Shows the installed packages with what they need below them.",
    arguments: Arguments::any(
        "PACKAGE",
        0,
        "Start from these packages instead of from those that nobody needs.",
    ),
    groups: &[&ENVIRONMENT, &TREE],
    ..BLANK
};
static COMPILE: Command = Command {
    name: "compile",
    about: "Pin requirements to exact versions",
    description: "Resolves requirements.in or pyproject.toml and writes the exact versions, to be installed later by `tilsit sync`.",
    arguments: Arguments::any(
        "FILE",
        0,
        "requirements.in, pyproject.toml or another source of requirements.",
    ),
    groups: &[&COMPILING, &COMPILE_REQUIREMENTS, &VERSIONS, &ENVIRONMENT, &BUILDING, &INDEXES, &NETWORK],
    ..BLANK
};
static SYNC: Command = Command {
    name: "sync",
    about: "Make an environment exactly what a file says",
    description: "Installs exactly what a requirements file or a pylock.toml pins, and removes everything else.",
    arguments: Arguments::any("FILE", 1, "A compiled requirements file or a pylock.toml."),
    groups: &[&ENVIRONMENT, &SYNC_REQUIREMENTS, &SYNC_FILES, &SYNCING, &BUILDING, &INDEXES, &NETWORK],
    ..BLANK
};
static CACHE_SUBCOMMANDS: &[&Command] = &[
    &Command { name: "dir", about: "Print the store's folder", ..BLANK },
    &Command { name: "info", about: "Print how much the store holds", groups: &[&PRINTING], ..BLANK },
    &Command {
        name: "list",
        about: "List the wheels in the store",
        arguments: Arguments::optional("PATTERN", "A name, or a pattern of file names such as \"num*\"."),
        groups: &[&PRINTING],
        ..BLANK
    },
    &Command {
        name: "remove",
        about: "Remove wheels from the store",
        arguments: Arguments::any("PATTERN", 1, "A name, or a pattern of file names such as \"num*\"."),
        ..BLANK
    },
    &Command { name: "clean", about: "Remove everything from the store", ..BLANK },
    &Command { name: "prune", about: "Remove what nothing refers to any more", ..BLANK },
];
static CACHE: Command = Command {
    name: "cache",
    about: "Look into and clean the store",
    description: "The store keeps every downloaded and unpacked file once. It may be removed at any time.",
    subcommands: CACHE_SUBCOMMANDS,
    ..BLANK
};
static PYTHON_COMMAND: Command = Command {
    name: "python",
    about: "Find Python interpreters",
    description: "Shows which Python interpreters there are and which one a request means.",
    subcommands: &[
        &Command { name: "list", about: "List the interpreters found", groups: &[&PRINTING], ..BLANK },
        &Command {
            name: "find",
            about: "Print the interpreter that a request means",
            arguments: Arguments::optional("PYTHON", "A version, a name, a folder or an executable."),
            groups: &[&PRINTING],
            ..BLANK
        },
    ],
    ..BLANK
};
static CONFIG: Command = Command {
    name: "config",
    about: "Show settings and where they come from",
    description: "Settings come, the later the stronger, from pip.conf and PIP_* (indexes, certificates, proxies), your tilsit.toml, the project's tilsit.toml or [tool.tilsit] in pyproject.toml, TILSIT_* variables, and flags.",
    subcommands: &[
        &Command {
            name: "explain",
            about: "Show each setting, where it comes from and what it overrides",
            arguments: Arguments::optional("KEY", "Only this setting."),
            groups: &[&PRINTING],
            ..BLANK
        },
        &Command {
            name: "list",
            about: "List the settings that somebody made",
            groups: &[&PRINTING],
            ..BLANK
        },
        &Command {
            name: "get",
            about: "Print the value of a setting",
            arguments: Arguments::one("KEY", "The setting."),
            ..BLANK
        },
    ],
    ..BLANK
};
static EXPLAIN: Command = Command {
    name: "explain",
    about: "Explain an error code",
    description: "Shows the page about an error code: what happened, why, whose fault it is and what to do. Without a code: the list of codes.",
    arguments: Arguments::optional("CODE", "The word in brackets at the end of an error's first line."),
    ..BLANK
};
static DOWNLOAD: Command = Command {
    name: "download",
    about: "Download packages and what they need, for other machines too",
    description: "Puts the files that `install` would take into a folder, for every --platform with every --python-version; `tilsit install --no-index --find-links DIR` installs from there. Files that are there already with the right hash stay, and broken downloads go on where they stopped, so that the same command can be run again.",
    arguments: Arguments::any(
        "REQUIREMENT",
        0,
        "What to download: a name with an optional version, or a URL.",
    ),
    groups: &[
        &DOWNLOADING,
        &DOWNLOAD_REQUIREMENTS,
        &DOWNLOAD_VERSIONS,
        &ENVIRONMENT,
        &BUILDING,
        &INDEXES,
        &NETWORK,
    ],
    ..BLANK
};
static SEARCH: Command = Command {
    name: "search",
    about: "Look for packages by name",
    description: "Looks for names like the words given among the names of all projects of the indexes: the same, beginning with them, having them as parts, or with a letter or two wrong. The list of names is kept for a day (--refresh asks again) and serves offline. The exit code is 1 when nothing was found.",
    arguments: Arguments::any("WORD", 1, "Words of the name."),
    groups: &[&SEARCHING, &ENVIRONMENT, &LIST_INDEXES, &NETWORK],
    ..BLANK
};
static LINK: Command = Command {
    name: "link",
    about: "Make names such as pip for tilsit",
    description: "Makes links to tilsit in DIR, a folder of the PATH, called as the tools that tilsit can be: pip, pip3 and pyproject-build. Called by such a name, tilsit is that tool. A file of that name that is not ours is an error, and nothing is changed then.",
    arguments: Arguments::one("DIR", "The folder, such as ~/.local/bin."),
    groups: &[&LINKING],
    ..BLANK
};
static COMPLETIONS: Command = Command {
    name: "completions",
    about: "Print completions for a shell",
    description: "Prints a script that teaches a shell to complete tilsit's commands and flags.",
    arguments: Arguments::one("SHELL", "bash, zsh, fish or powershell."),
    ..BLANK
};
static HELP_COMMAND: Command = Command {
    name: "help",
    about: "Show help for a command",
    description: "Shows help for a command; without one, the list of commands.",
    arguments: Arguments::any("COMMAND", 0, "The command."),
    ..BLANK
};
static AS: Command = Command {
    name: "as",
    about: "Be another tool: `tilsit as pip install …`",
    description: "Behaves as the named tool does, with its options, its output and its exit codes. A link to tilsit of that name does the same.",
    usage: &["NAME [ARGUMENT]..."],
    arguments: Arguments {
        metavar: "NAME",
        help: "The tool: pip, pyproject-build, or build (`python -m build`), both of the latter with `--python PATH` behind it. What follows is the tool's own command line.",
        least: 1,
        most: None,
        verbatim: true,
    },
    ..BLANK
};
static GENERATE: Command = Command {
    name: "generate",
    about: "Write reference pages, man pages and completions",
    description: "Writes what is made from the tables of flags into a folder.",
    usage: &["reference|man|completions DIR"],
    arguments: Arguments {
        metavar: "KIND DIR",
        help: "What to write, and where.",
        least: 2,
        most: Some(2),
        verbatim: false,
    },
    hidden: true,
    ..BLANK
};

/// The program.
pub static PROGRAM: Program = Program {
    name: "tilsit",
    about: "The Python packaging tool: environments, packages, pins; pip when called as pip.",
    dialect: Dialect::Native,
    top: &TOP,
    general: &[&GENERAL],
    commands: &[
        &INSTALL,
        &UPGRADE_COMMAND,
        &UNINSTALL,
        &SYNC,
        &COMPILE,
        &BUILD_COMMAND,
        &VENV,
        &LIST,
        &SHOW,
        &FREEZE,
        &CHECK,
        &TREE_COMMAND,
        &WHY,
        &SEARCH,
        &DOWNLOAD,
        &CACHE,
        &PYTHON_COMMAND,
        &CONFIG,
        &EXPLAIN,
        &LINK,
        &COMPLETIONS,
        &AS,
        &HELP_COMMAND,
        &GENERATE,
    ],
};
