//! Every flag of `tilsit` but those about building, in the order of what they decide.
// tidy: table

use super::super::flag::{Flag, Kind};

// ---- every command ----

/// `--help`
pub static HELP: Flag = Flag::on("help", &["-h", "--help"], "Show help and exit.");
/// `--version`
pub static VERSION: Flag = Flag::on("version", &["-V", "--version"], "Show the version and exit.");
/// `--quiet`
pub static QUIET: Flag =
    Flag::count("quiet", &["-q", "--quiet"], "Say less: once, only warnings and errors; twice, only errors.")
        .setting();
/// `--verbose`
pub static VERBOSE: Flag = Flag::count(
    "verbose",
    &["-v", "--verbose"],
    "Say more: once, what is decided and why; twice, every file and request.",
)
.setting();
/// `--color`
pub static COLOR: Flag = Flag::one(
    "color",
    &["--color"],
    "WHEN",
    "Colour the output: auto (on a terminal, unless NO_COLOR is set), always or never.",
)
.kind(Kind::Choice(&["auto", "always", "never"]))
.default("auto")
.setting();
/// `--no-progress`
pub static NO_PROGRESS: Flag = Flag::on(
    "no-progress",
    &["--no-progress"],
    "Show no progress bars. There are none anyway when the output is not a terminal.",
)
.setting();
/// `--cache-dir`
pub static CACHE_DIR: Flag = Flag::one(
    "cache-dir",
    &["--cache-dir"],
    "DIR",
    "Keep the store of downloaded and unpacked files in DIR.",
)
.kind(Kind::Folder)
.setting();
/// `--no-cache`
pub static NO_CACHE: Flag = Flag::on(
    "no-cache",
    &["-n", "--no-cache"],
    "Use a store that lives only as long as this command: nothing cached is read, nothing is kept.",
)
.setting();
/// `--offline`
pub static OFFLINE: Flag = Flag::on(
    "offline",
    &["--offline"],
    "Never touch the network: take everything from the store and from local files, or fail.",
)
.setting();
/// `--no-config`
pub static NO_CONFIG: Flag = Flag::on(
    "no-config",
    &["--no-config"],
    "Read no settings: neither tilsit.toml, [tool.tilsit], TILSIT_* nor pip.conf and PIP_*.",
);

// ---- which environment ----

/// `--python`
pub static PYTHON: Flag = Flag::one(
    "python",
    &["-p", "--python"],
    "ENV|PYTHON",
    "The environment or interpreter to work on: a folder, an executable, a name such as pypy3, or a version such as 3.12. Default: the active environment, else .venv here or in a folder above.",
)
.setting();
/// `--target`
pub static TARGET: Flag = Flag::one(
    "target",
    &["-t", "--target"],
    "DIR",
    "Install into DIR as a plain folder of packages, without looking at what the environment has.",
)
.kind(Kind::Folder);
/// `--prefix`
pub static PREFIX: Flag = Flag::one(
    "prefix",
    &["--prefix"],
    "DIR",
    "Install below DIR in the layout of the interpreter (DIR/bin, DIR/lib/python3.N/site-packages).",
)
.kind(Kind::Folder);
/// `--break-system-packages`
pub static BREAK_SYSTEM_PACKAGES: Flag = Flag::on(
    "break-system-packages",
    &["--break-system-packages"],
    "Change a Python even though its distributor says that it is externally managed (PEP 668).",
)
.setting();

// ---- what is wanted ----

/// `--requirement`
pub static REQUIREMENT: Flag = Flag::many(
    "requirement",
    &["-r", "--requirement", "--requirements"],
    "FILE",
    "Take requirements from FILE: a requirements file (path or URL), a pyproject.toml or a pylock.toml.",
)
.kind(Kind::Path);
/// `--constraint`
pub static CONSTRAINT: Flag = Flag::many(
    "constraint",
    &["-c", "--constraint", "--constraints"],
    "FILE",
    "Limit versions by the requirements in FILE without asking for these packages.",
)
.kind(Kind::Path);
/// `--override`
pub static OVERRIDE: Flag = Flag::many(
    "override",
    &["--override", "--overrides"],
    "FILE",
    "Use the requirements in FILE in place of whatever anybody asks of these packages.",
)
.kind(Kind::Path);
/// `--editable`
pub static EDITABLE: Flag = Flag::many(
    "editable",
    &["-e", "--editable"],
    "DIR",
    "Install the project in DIR so that changes to its source take effect at once.",
)
.kind(Kind::Folder)
.building();
/// `--group`
pub static GROUP: Flag = Flag::many(
    "group",
    &["--group"],
    "[PATH:]GROUP",
    "Take the requirements of a dependency group of pyproject.toml (PEP 735).",
);
/// `--extra`
pub static EXTRA: Flag = Flag::many(
    "extra",
    &["--extra"],
    "EXTRA",
    "Take also the requirements of this extra of the project whose pyproject.toml is read.",
);
/// `--all-extras`
pub static ALL_EXTRAS: Flag =
    Flag::on("all-extras", &["--all-extras"], "Take also the requirements of every extra of the project.");
/// `--no-deps`
pub static NO_DEPS: Flag = Flag::on(
    "no-deps",
    &["--no-deps", "--no-dependencies"],
    "Take exactly what is asked for, without dependencies.",
);

// ---- which versions and files ----

/// `--upgrade`
pub static UPGRADE: Flag = Flag::on(
    "upgrade",
    &["-U", "--upgrade"],
    "Take the newest versions, even where an installed or an already pinned one would do.",
);
/// `--upgrade-package`
pub static UPGRADE_PACKAGE: Flag = Flag::many(
    "upgrade-package",
    &["-P", "--upgrade-package"],
    "NAME",
    "Like --upgrade, for this package only; may carry a specifier, such as \"alpha<3\".",
);
/// `--prerelease`
pub static PRERELEASE: Flag = Flag::one(
    "prerelease",
    &["--prerelease"],
    "MODE",
    "When pre-releases count: never (disallow), always (allow), only when no final version fits (if-necessary), only where a requirement names one (explicit), or the last two together.",
)
.kind(Kind::Choice(&["disallow", "allow", "if-necessary", "explicit", "if-necessary-or-explicit"]))
.default("if-necessary")
.setting();
/// `--pre`
pub static PRE: Flag = Flag::on("pre", &["--pre"], "The same as --prerelease allow.");
/// `--resolution`
pub static RESOLUTION: Flag = Flag::one(
    "resolution",
    &["--resolution"],
    "WHICH",
    "Which of the fitting versions to take: the highest, the lowest, or the lowest for what was asked for directly (lowest-direct) and the highest for the rest.",
)
.kind(Kind::Choice(&["highest", "lowest", "lowest-direct"]))
.default("highest")
.setting();
/// `--only-binary`
pub static ONLY_BINARY: Flag = Flag::many(
    "only-binary",
    &["--only-binary"],
    "NAMES",
    "Take no source distributions for these packages (comma separated; :all:, or :none: to forget earlier ones).",
)
.accumulates()
.setting();
/// `--no-binary`
pub static NO_BINARY: Flag = Flag::many(
    "no-binary",
    &["--no-binary"],
    "NAMES",
    "Take no wheels for these packages (comma separated; :all:, or :none: to forget earlier ones).",
)
.accumulates()
.setting();
/// `--require-hashes`
pub static REQUIRE_HASHES: Flag = Flag::on(
    "require-hashes",
    &["--require-hashes"],
    "Refuse every file whose hash was not given beforehand. Always on for a file that contains hashes.",
)
.setting();
/// `--python-version`
pub static PYTHON_VERSION: Flag = Flag::one(
    "python-version",
    &["--python-version"],
    "VERSION",
    "Resolve for this Python (3.N or 3.N.P) instead of the one at hand.",
);
/// `--python-platform`
pub static PYTHON_PLATFORM: Flag = Flag::one(
    "python-platform",
    &["--python-platform"],
    "PLATFORM",
    "Resolve for this platform instead of the one at hand: linux, windows, macos, x86_64-manylinux_2_28, aarch64-apple-darwin, ….",
);

// ---- where from ----

/// `--index-url`
pub static INDEX_URL: Flag = Flag::one(
    "index-url",
    &["-i", "--index-url", "--default-index"],
    "URL",
    "The package index to use instead of PyPI: the address of its simple API, or a folder laid out alike.",
)
.kind(Kind::Url)
.setting();
/// `--extra-index-url`
pub static EXTRA_INDEX_URL: Flag = Flag::many(
    "extra-index-url",
    &["--extra-index-url", "--index"],
    "URL",
    "A further package index. It is asked before --index-url; see --index-strategy.",
)
.kind(Kind::Url)
.setting();
/// `--find-links`
pub static FIND_LINKS: Flag = Flag::many(
    "find-links",
    &["-f", "--find-links"],
    "URL|DIR",
    "Look for files also in this folder or on this HTML page.",
)
.kind(Kind::Url)
.setting();
/// `--no-index`
pub static NO_INDEX: Flag = Flag::on(
    "no-index",
    &["--no-index"],
    "Ask no package index; only --find-links and what is given by path or URL.",
)
.setting();
/// `--index-strategy`
pub static INDEX_STRATEGY: Flag = Flag::one(
    "index-strategy",
    &["--index-strategy"],
    "HOW",
    "With several indexes: take a package from the first that has it, so that nobody can slip in a namesake (first-index), or from all of them, as pip does (merged).",
)
.kind(Kind::Choice(&["first-index", "merged"]))
.default("first-index")
.setting();
/// `--refresh`
pub static REFRESH: Flag = Flag::on(
    "refresh",
    &["--refresh"],
    "Ask the indexes again about everything, however fresh the store is.",
);
/// `--refresh-package`
pub static REFRESH_PACKAGE: Flag = Flag::many(
    "refresh-package",
    &["--refresh-package"],
    "NAME",
    "Ask the indexes again about this package.",
);

// ---- how the network is reached ----

/// `--cert`
pub static CERT: Flag = Flag::one(
    "cert",
    &["--cert"],
    "FILE",
    "Trust the certificate authorities in this PEM file instead of the system's.",
)
.kind(Kind::Path)
.setting();
/// `--client-cert`
pub static CLIENT_CERT: Flag = Flag::one(
    "client-cert",
    &["--client-cert"],
    "FILE",
    "Identify with the certificate and private key in this PEM file.",
)
.kind(Kind::Path)
.setting();
/// `--trusted-host`
pub static TRUSTED_HOST: Flag = Flag::many(
    "trusted-host",
    &["--trusted-host"],
    "HOST[:PORT]",
    "Use this host although it speaks plain HTTP or its certificate cannot be verified.",
)
.setting();
/// `--proxy`
pub static PROXY: Flag = Flag::one(
    "proxy",
    &["--proxy"],
    "URL",
    "Reach the network through this proxy (scheme://[user:password@]host:port) instead of the one in HTTPS_PROXY, HTTP_PROXY or ALL_PROXY.",
)
.kind(Kind::Url)
.setting();
/// `--retries`
pub static RETRIES: Flag = Flag::one(
    "retries",
    &["--retries"],
    "N",
    "How often to try again after a broken connection or a server's temporary error.",
)
.kind(Kind::Integer)
.default("3")
.setting();
/// `--timeout`
pub static TIMEOUT: Flag =
    Flag::one("timeout", &["--timeout"], "SECONDS", "How long to wait for a server that says nothing.")
        .kind(Kind::Decimal)
        .default("30")
        .setting();
/// `--keyring-provider`
pub static KEYRING_PROVIDER: Flag = Flag::one(
    "keyring-provider",
    &["--keyring-provider"],
    "HOW",
    "Ask the `keyring` program for passwords (subprocess), or do not (disabled).",
)
.kind(Kind::Choice(&["disabled", "subprocess"]))
.default("disabled")
.setting();

// ---- how files come into the environment ----

/// `--reinstall`
pub static REINSTALL: Flag = Flag::on(
    "reinstall",
    &["--reinstall", "--force-reinstall"],
    "Install again what is already installed in the wanted version.",
);
/// `--report`
pub static REPORT: Flag = Flag::one(
    "report",
    &["--report"],
    "FILE",
    "Write a JSON report of what is installed, in the format of pip's; - means stdout.",
)
.kind(Kind::Path);
/// `--dry-run`
pub static DRY_RUN: Flag =
    Flag::on("dry-run", &["--dry-run"], "Change nothing; say what would be installed and removed.");
/// `--compile`
pub static COMPILE_BYTECODE: Flag = Flag::on(
    "compile",
    &["--compile", "--compile-bytecode"],
    "Compile Python files to bytecode while installing.",
)
.setting();
/// `--no-compile`
pub static NO_COMPILE_BYTECODE: Flag = Flag::off(
    "compile",
    &["--no-compile", "--no-compile-bytecode"],
    "Leave the compiling to the first import. This is the default.",
);
/// `--link-mode`
pub static LINK_MODE: Flag = Flag::one(
    "link-mode",
    &["--link-mode"],
    "HOW",
    "How files get from the store into the environment. auto: by reflink where the file system can, else by hardlink, else by copy.",
)
.kind(Kind::Choice(&["auto", "reflink", "hardlink", "copy", "symlink"]))
.default("auto")
.setting();
/// `--json`
pub static JSON: Flag = Flag::on(
    "json",
    &["--json"],
    "Print the result as JSON, for programs to read; nothing else goes to stdout.",
);
/// `--yes`
pub static YES: Flag = Flag::on("yes", &["-y", "--yes"], "Do not ask before the environment is changed.");
/// `uninstall --unneeded`
pub static UNNEEDED: Flag = Flag::on(
    "unneeded",
    &["--unneeded"],
    "Remove also dependencies that then nobody needs: what was installed only for the packages named or, when none is named, everything that nobody asked for and nothing needs.",
);
/// `upgrade --all`
pub static ALL: Flag = Flag::on(
    "all",
    &["-a", "--all"],
    "Upgrade everything that came from an index, as far as it fits together.",
);

// ---- venv ----

/// `venv --clear`
pub static CLEAR: Flag =
    Flag::on("clear", &["-c", "--clear"], "Remove what is in the folder first, when it is an environment.");
/// `venv --prompt`
pub static PROMPT: Flag =
    Flag::one("prompt", &["--prompt"], "TEXT", "What the shell shows while the environment is active.");
/// `venv --system-site-packages`
pub static SYSTEM_SITE_PACKAGES: Flag = Flag::on(
    "system-site-packages",
    &["--system-site-packages"],
    "Let the environment see the packages of the Python it is made from.",
);
/// `venv --without-pip`
pub static WITHOUT_PIP: Flag = Flag::on(
    "without-pip",
    &["--without-pip"],
    "Leave out the small `pip` package through which `python -m pip` reaches Tilsit.",
);

// ---- list, show, freeze, tree ----

/// `list --format`
pub static FORMAT: Flag =
    Flag::one("format", &["--format"], "FORMAT", "Print columns, name==version lines (freeze), or JSON.")
        .kind(Kind::Choice(&["columns", "freeze", "json"]))
        .default("columns");
/// `list --outdated`
pub static OUTDATED: Flag = Flag::on(
    "outdated",
    &["-o", "--outdated"],
    "List only packages of which the indexes have a newer version, and name it.",
);
/// `list --exclude`
pub static EXCLUDE: Flag = Flag::many("exclude", &["--exclude"], "NAME", "Leave this package out.");
/// `show --files`
pub static FILES: Flag = Flag::on("files", &["-f", "--files"], "Show every installed file.");
/// `tree --depth`
pub static DEPTH: Flag =
    Flag::one("depth", &["-d", "--depth"], "N", "Show at most N levels of dependencies.").kind(Kind::Integer);
/// `tree --invert`
pub static INVERT: Flag = Flag::on(
    "invert",
    &["--invert"],
    "Turn the tree round: show who needs a package, instead of what it needs.",
);

// ---- download ----

/// `download --dest`
pub static DEST: Flag =
    Flag::one("dest", &["-d", "--dest"], "DIR", "Put the files into DIR; default: the working folder.")
        .kind(Kind::Folder);
/// `download --platform`
pub static PLATFORMS: Flag = Flag::many(
    "platform",
    &["--platform", "--python-platform"],
    "PLATFORM",
    "Download for this platform, not for the one at hand; several times, or with commas between: linux, windows, macos, aarch64-apple-darwin, …, or a platform tag such as manylinux2014_x86_64.",
);
/// `download --python-version`
pub static PYTHON_VERSIONS: Flag = Flag::many(
    "python-version",
    &["--python-version"],
    "VERSION",
    "Download for this Python (3.N or 3.N.P), not for the one at hand; several times, or with commas between.",
);

// ---- search ----

/// `search --limit`
pub static LIMIT: Flag = Flag::one("limit", &["--limit"], "N", "Show at most N names; the best come first.")
    .kind(Kind::Integer)
    .default("20");

// ---- link ----

/// `link --remove`
pub static REMOVE: Flag =
    Flag::on("remove", &["--remove"], "Remove the names again; only links to a tilsit are removed.");
/// `link --force`
pub static FORCE: Flag =
    Flag::on("force", &["-f", "--force"], "Replace also files of these names that are not ours.");

// ---- compile ----

/// `compile --output`
pub static OUTPUT: Flag = Flag::one(
    "output",
    &["-o", "--output", "--output-file"],
    "FILE",
    "Write to FILE: a lock (PEP 751) when it is called pylock.toml or pylock.NAME.toml, else requirements.txt format. Pins already in FILE are kept where they still fit. Default: stdout.",
)
.kind(Kind::Path);
/// `compile --universal`
pub static UNIVERSAL: Flag = Flag::on(
    "universal",
    &["--universal"],
    "Resolve for every platform and every supported Python at once, with markers where they differ.",
);
/// `compile --generate-hashes`
pub static GENERATE_HASHES: Flag =
    Flag::on("generate-hashes", &["--generate-hashes"], "Write the hashes of all files of each version.");
/// `compile --no-header`
pub static NO_HEADER: Flag =
    Flag::on("no-header", &["--no-header"], "Leave out the comment that says how the file was made.");
/// `compile --no-annotate`
pub static NO_ANNOTATE: Flag =
    Flag::on("no-annotate", &["--no-annotate"], "Leave out the comments that say who needs each package.");
