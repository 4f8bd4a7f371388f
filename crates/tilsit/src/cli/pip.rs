//! The command line of pip 26.3: its commands, spellings and defaults; the sentences are ours.
// tidy: table

use super::flag::{Arguments, Command, Dialect, Flag, Group, Kind, Program};

// ---- general options ----

/// `--help`
pub static HELP: Flag = Flag::on("help", &["-h", "--help"], "Show help.");
/// `--version`
pub static VERSION: Flag = Flag::on("version", &["-V", "--version"], "Show version and exit.");
/// `--debug`
pub static DEBUG: Flag =
    Flag::on("debug", &["--debug"], "Log everything and do not shorten unexpected errors.");
/// `--isolated`
pub static ISOLATED: Flag =
    Flag::on("isolated", &["--isolated"], "Ignore PIP_* environment variables and the user's configuration.");
/// `--require-virtualenv`
pub static REQUIRE_VIRTUALENV: Flag = Flag::on(
    "require-virtualenv",
    &["--require-virtualenv", "--require-venv"],
    "Refuse to run outside a virtual environment.",
);
/// `--python`
pub static PYTHON: Flag = Flag::one(
    "python",
    &["--python"],
    "python",
    "Work for this Python interpreter or environment; must stand before the command.",
);
/// `--verbose`
pub static VERBOSE: Flag =
    Flag::count("verbose", &["-v", "--verbose"], "Say more. May be given up to three times.");
/// `--quiet`
pub static QUIET: Flag = Flag::count(
    "quiet",
    &["-q", "--quiet"],
    "Say less. May be given up to three times: warnings, errors, critical errors only.",
);
/// `--log`
pub static LOG: Flag =
    Flag::one("log", &["--log", "--log-file", "--local-log"], "path", "Append a detailed log to this file.")
        .kind(Kind::Path);
/// `--no-input`
pub static NO_INPUT: Flag = Flag::on("no-input", &["--no-input"], "Never ask a question.");
/// `--keyring-provider`
pub static KEYRING_PROVIDER: Flag = Flag::one(
    "keyring-provider",
    &["--keyring-provider"],
    "keyring_provider",
    "Where passwords for indexes are looked up [auto, disabled, import, subprocess]. (default: auto)",
)
.kind(Kind::Choice(&["auto", "disabled", "import", "subprocess"]))
.default("auto");
/// `--proxy`
pub static PROXY: Flag = Flag::one(
    "proxy",
    &["--proxy"],
    "proxy",
    "Use this proxy, written as scheme://[user:passwd@]proxy.server:port.",
);
/// `--no-proxy-env`
pub static NO_PROXY_ENV: Flag =
    Flag::on("no-proxy-env", &["--no-proxy-env"], "Ignore the proxies named by environment variables.");
/// `--retries`
pub static RETRIES: Flag =
    Flag::one("retries", &["--retries"], "retries", "How often a connection is tried again. (default: 5)")
        .kind(Kind::Integer)
        .default("5");
/// `--timeout`
pub static TIMEOUT: Flag = Flag::one(
    "timeout",
    &["--timeout", "--default-timeout"],
    "sec",
    "How long a silent server is waited for. (default: 15 seconds)",
)
.kind(Kind::Decimal)
.default("15");
/// `--exists-action`
pub static EXISTS_ACTION: Flag = Flag::many(
    "exists-action",
    &["--exists-action"],
    "action",
    "What to do when a path exists already: (s)witch, (i)gnore, (w)ipe, (b)ackup, (a)bort.",
)
.kind(Kind::Choice(&["s", "i", "w", "b", "a"]));
/// `--trusted-host`
pub static TRUSTED_HOST: Flag = Flag::many(
    "trusted-host",
    &["--trusted-host"],
    "hostname",
    "Use this host or host:port without HTTPS or although its certificate is not valid.",
);
/// `--cert`
pub static CERT: Flag = Flag::one(
    "cert",
    &["--cert"],
    "path",
    "Trust the certificate authorities in this PEM file instead of the default ones.",
)
.kind(Kind::Path);
/// `--client-cert`
pub static CLIENT_CERT: Flag = Flag::one(
    "client-cert",
    &["--client-cert"],
    "path",
    "PEM file with the client certificate and its private key.",
)
.kind(Kind::Path);
/// `--cache-dir`
pub static CACHE_DIR: Flag =
    Flag::one("cache-dir", &["--cache-dir"], "dir", "Keep the cache in <dir>.").kind(Kind::Folder);
/// `--no-cache-dir`
pub static NO_CACHE_DIR: Flag = Flag::off("cache-dir", &["--no-cache-dir"], "Use no cache.");
/// `--disable-pip-version-check`
pub static DISABLE_PIP_VERSION_CHECK: Flag = Flag::on(
    "disable-pip-version-check",
    &["--disable-pip-version-check"],
    "Do not look for a newer pip now and then. There is no such check here.",
);
/// `--no-color`
pub static NO_COLOR: Flag = Flag::on("no-color", &["--no-color"], "Print without colours.");
/// `--no-python-version-warning`
pub static NO_PYTHON_VERSION_WARNING: Flag =
    Flag::on("no-python-version-warning", &["--no-python-version-warning"], "Has no effect.").hidden();
/// `--use-feature`
pub static USE_FEATURE: Flag = Flag::many(
    "use-feature",
    &["--use-feature"],
    "feature",
    "Turn on a feature that is not the default yet.",
)
.kind(Kind::Choice(&[
    "fast-deps",
    "inprocess-build-deps",
    "venv-isolation",
    "truststore",
    "no-binary-enable-wheel-cache",
    "build-constraint",
]));
/// `--use-deprecated`
pub static USE_DEPRECATED: Flag = Flag::many(
    "use-deprecated",
    &["--use-deprecated"],
    "feature",
    "Keep a feature that is about to be removed.",
)
.kind(Kind::Choice(&["legacy-resolver", "legacy-certs"]));
/// `--resume-retries`
pub static RESUME_RETRIES: Flag = Flag::one(
    "resume-retries",
    &["--resume-retries"],
    "resume_retries",
    "How often an interrupted download is taken up again. (default: 5)",
)
.kind(Kind::Integer)
.default("5");

// ---- what is wanted ----

/// `-r`
pub static REQUIREMENT: Flag = Flag::many(
    "requirement",
    &["-r", "--requirement"],
    "file",
    "Install what this requirements file or pylock.toml lists (path or URL; extras of a pylock.toml in brackets after its name). May be given several times.",
)
.kind(Kind::Path);
/// `-c`
pub static CONSTRAINT: Flag = Flag::many(
    "constraint",
    &["-c", "--constraint"],
    "file",
    "Limit versions by this constraints file. May be given several times.",
)
.kind(Kind::Path);
/// `--build-constraint`
pub static BUILD_CONSTRAINT: Flag = Flag::many(
    "build-constraint",
    &["--build-constraint"],
    "file",
    "Limit the versions of build dependencies by this constraints file. May be given several times.",
)
.kind(Kind::Path)
.building();
/// `--requirements-from-script`
pub static REQUIREMENTS_FROM_SCRIPT: Flag = Flag::many(
    "requirements-from-script",
    &["--requirements-from-script"],
    "file",
    "Install what the inline metadata (PEP 723) of this script asks for.",
)
.kind(Kind::Path);
/// `--no-deps`
pub static NO_DEPS: Flag =
    Flag::on("no-deps", &["--no-deps", "--no-dependencies"], "Leave out dependencies.");
/// `--only-deps`
pub static ONLY_DEPS: Flag = Flag::on(
    "only-deps",
    &["--only-deps", "--only-dependencies"],
    "Take the dependencies of the requirements and not the requirements themselves. Excludes --no-deps, --group, --requirement and --requirements-from-script.",
);
/// `-e`
pub static EDITABLE: Flag = Flag::many(
    "editable",
    &["-e", "--editable"],
    "path/url",
    "Install a project so that it runs from its source tree, a folder or a VCS URL.",
)
.building();
/// `--dry-run`
pub static DRY_RUN: Flag =
    Flag::on("dry-run", &["--dry-run"], "Change nothing; only say what would be installed.");
/// `-t`
pub static TARGET: Flag = Flag::one(
    "target",
    &["-t", "--target"],
    "dir",
    "Install packages into <dir>. What is there already is replaced only with --upgrade.",
)
.kind(Kind::Folder);
/// `--platform`
pub static PLATFORM: Flag = Flag::many(
    "platform",
    &["--platform"],
    "platform",
    "Take only wheels for <platform> instead of the running one. May be given several times.",
);
/// `--python-version`
pub static PYTHON_VERSION: Flag = Flag::one(
    "python-version",
    &["--python-version"],
    "python_version",
    "Choose wheels and check Requires-Python for this version instead of the running one: up to three numbers (3, 3.7, 3.7.3) or digits without dots (37).",
);
/// `--implementation`
pub static IMPLEMENTATION: Flag = Flag::one(
    "implementation",
    &["--implementation"],
    "implementation",
    "Take only wheels for this Python implementation, such as cp or pp; py means wheels for any.",
);
/// `--abi`
pub static ABI: Flag = Flag::many(
    "abi",
    &["--abi"],
    "abi",
    "Take only wheels for this ABI. Usually needs --implementation, --platform and --python-version too. May be given several times.",
);
/// `--user`
pub static USER: Flag =
    Flag::on("user", &["--user"], "Install into the user's own folder for packages (site.USER_BASE).");
/// `--no-user`
pub static NO_USER: Flag =
    Flag::off("user", &["--no-user"], "Do not install into the user's folder.").hidden();
/// `--root`
pub static ROOT: Flag =
    Flag::one("root", &["--root"], "dir", "Install everything below this other root folder.")
        .kind(Kind::Folder);
/// `--prefix`
pub static PREFIX: Flag = Flag::one(
    "prefix",
    &["--prefix"],
    "dir",
    "Install with this prefix for lib, bin and the other folders. Scripts still name the running interpreter.",
)
.kind(Kind::Folder);
/// `--src`
pub static SRC: Flag = Flag::one(
    "src",
    &["--src", "--source", "--source-dir", "--source-directory"],
    "dir",
    "Where editable projects are checked out. Default: src in the environment, else in the current folder.",
)
.kind(Kind::Folder)
.building();
/// `-U`
pub static UPGRADE: Flag = Flag::on(
    "upgrade",
    &["-U", "--upgrade"],
    "Upgrade the named packages to their newest version. Dependencies follow --upgrade-strategy.",
);
/// `--upgrade-strategy`
pub static UPGRADE_STRATEGY: Flag = Flag::one(
    "upgrade-strategy",
    &["--upgrade-strategy"],
    "upgrade_strategy",
    "Upgrade dependencies always (eager) or only when they no longer fit (only-if-needed). [default: only-if-needed]",
)
.kind(Kind::Choice(&["only-if-needed", "eager"]))
.default("only-if-needed");
/// `--force-reinstall`
pub static FORCE_REINSTALL: Flag =
    Flag::on("force-reinstall", &["--force-reinstall"], "Install everything again, even what is up to date.");
/// `-I`
pub static IGNORE_INSTALLED: Flag = Flag::on(
    "ignore-installed",
    &["-I", "--ignore-installed"],
    "Do not look at installed packages, and overwrite them. This can leave a mixture of two versions behind.",
);
/// `--ignore-requires-python`
pub static IGNORE_REQUIRES_PYTHON: Flag =
    Flag::on("ignore-requires-python", &["--ignore-requires-python"], "Do not look at Requires-Python.");
/// `--no-build-isolation`
pub static NO_BUILD_ISOLATION: Flag = Flag::off(
    "build-isolation",
    &["--no-build-isolation"],
    "Build with what is installed instead of in an isolated environment.",
)
.building();
/// `--use-pep517`
pub static USE_PEP517: Flag =
    Flag::on("use-pep517", &["--use-pep517"], "Build by PEP 517, as always.").hidden().building();
/// `--check-build-dependencies`
pub static CHECK_BUILD_DEPENDENCIES: Flag = Flag::on(
    "check-build-dependencies",
    &["--check-build-dependencies"],
    "Check that build dependencies are there when building without isolation.",
)
.building();
/// `--break-system-packages`
pub static BREAK_SYSTEM_PACKAGES: Flag = Flag::on(
    "break-system-packages",
    &["--break-system-packages"],
    "Change a Python even though it is marked EXTERNALLY-MANAGED",
);
/// `-C`
pub static CONFIG_SETTINGS: Flag = Flag::many(
    "config-settings",
    &["-C", "--config-settings"],
    "settings",
    "KEY=VALUE for the build backend. May be given several times.",
)
.accumulates()
.building();
/// `--compile`
pub static COMPILE: Flag = Flag::on("compile", &["--compile"], "Compile Python files to bytecode");
/// `--no-compile`
pub static NO_COMPILE: Flag =
    Flag::off("compile", &["--no-compile"], "Do not compile Python files to bytecode");
/// `--no-warn-script-location`
pub static NO_WARN_SCRIPT_LOCATION: Flag = Flag::off(
    "warn-script-location",
    &["--no-warn-script-location"],
    "Do not warn about scripts installed outside PATH",
);
/// `--no-warn-conflicts`
pub static NO_WARN_CONFLICTS: Flag =
    Flag::off("warn-conflicts", &["--no-warn-conflicts"], "Do not warn about broken dependencies");
/// `--require-hashes`
pub static REQUIRE_HASHES: Flag = Flag::on(
    "require-hashes",
    &["--require-hashes"],
    "Refuse what has no hash to be checked against. A --hash in a requirements file turns this on by itself.",
);
/// `--no-require-hashes`
pub static NO_REQUIRE_HASHES: Flag = Flag::on(
    "no-require-hashes",
    &["--no-require-hashes"],
    "Do not turn --require-hashes on because of a hash in a requirements file.",
);
/// `--progress-bar`
pub static PROGRESS_BAR: Flag = Flag::one(
    "progress-bar",
    &["--progress-bar"],
    "progress_bar",
    "Whether to show progress [auto, on, off, raw]; auto shows none with --quiet. (default: auto)",
)
.kind(Kind::Choice(&["auto", "on", "off", "raw"]))
.default("auto");
/// `--root-user-action`
pub static ROOT_USER_ACTION: Flag = Flag::one(
    "root-user-action",
    &["--root-user-action"],
    "root_user_action",
    "What to do when run as root [warn, ignore] (default: warn)",
)
.kind(Kind::Choice(&["warn", "ignore"]))
.default("warn");
/// `--report`
pub static REPORT: Flag = Flag::one(
    "report",
    &["--report"],
    "file",
    "Write a JSON report of what was installed; with --dry-run, of what would be. - means stdout, best with --quiet.",
)
.kind(Kind::Path);
/// `--group`
pub static GROUP: Flag = Flag::many(
    "group",
    &["--group"],
    "[path:]group",
    "Install a dependency group of a pyproject.toml (the one here by default) or pylock.toml.",
)
.accumulates();
/// `--no-clean`
pub static NO_CLEAN: Flag = Flag::on("no-clean", &["--no-clean"], "Leave build folders behind.").building();

// ---- selection ----

/// `--pre`
pub static PRE: Flag = Flag::on("pre", &["--pre"], "Take pre-release and development versions too.");
/// `--all-releases`
pub static ALL_RELEASES: Flag = Flag::many(
    "all-releases",
    &["--all-releases"],
    "release_control",
    "Take pre-releases of these packages too: names with commas, :all:, or :none: to forget earlier ones. Adds up. Excludes --pre.",
)
.accumulates();
/// `--only-final`
pub static ONLY_FINAL: Flag = Flag::many(
    "only-final",
    &["--only-final"],
    "release_control",
    "Take only final releases of these packages: names with commas, :all:, or :none: to forget earlier ones. Adds up. Excludes --pre.",
)
.accumulates();
/// `--no-binary`
pub static NO_BINARY: Flag = Flag::many(
    "no-binary",
    &["--no-binary"],
    "format_control",
    "Take no wheels for these packages: names with commas, :all:, or :none: to forget earlier ones. Adds up.",
)
.accumulates();
/// `--only-binary`
pub static ONLY_BINARY: Flag = Flag::many(
    "only-binary",
    &["--only-binary"],
    "format_control",
    "Take only wheels for these packages: names with commas, :all:, or :none: to forget earlier ones. Adds up.",
)
.accumulates();
/// `--prefer-binary`
pub static PREFER_BINARY: Flag =
    Flag::on("prefer-binary", &["--prefer-binary"], "Prefer an older wheel to a newer source distribution.");

// ---- indexes ----

/// `-i`
pub static INDEX_URL: Flag = Flag::one(
    "index-url",
    &["-i", "--index-url", "--pypi-url"],
    "url",
    "Base URL of the package index (default: PyPI): a simple API (PEP 503), or a local folder laid out alike.",
)
.kind(Kind::Url);
/// `--extra-index-url`
pub static EXTRA_INDEX_URL: Flag = Flag::many(
    "extra-index-url",
    &["--extra-index-url"],
    "url",
    "A further package index beside --index-url, of the same form.",
)
.kind(Kind::Url);
/// `--no-index`
pub static NO_INDEX: Flag = Flag::on("no-index", &["--no-index"], "Ask no package index, only --find-links.");
/// `--refresh-package`
pub static REFRESH_PACKAGE: Flag = Flag::many(
    "refresh-package",
    &["--refresh-package"],
    "refresh_package",
    "Ask the indexes again about these packages: names with commas, or :all:.",
)
.accumulates();
/// `-f`
pub static FIND_LINKS: Flag = Flag::many(
    "find-links",
    &["-f", "--find-links"],
    "url",
    "Look for archives also in this folder or on this HTML page (path, file: or http: URL).",
)
.kind(Kind::Url);
/// `--uploaded-prior-to`
pub static UPLOADED_PRIOR_TO: Flag = Flag::one(
    "uploaded-prior-to",
    &["--uploaded-prior-to"],
    "datetime_or_duration",
    "Take only files uploaded before this moment (ISO 8601, local time unless it says otherwise) or at least n days ago (PnD). The index must tell upload times.",
);

// ---- the other commands ----

/// `download -d`
pub static DEST: Flag = Flag::one(
    "dest",
    &["-d", "--dest", "--destination-dir", "--destination-directory"],
    "dir",
    "Download packages into <dir>.",
)
.kind(Kind::Folder)
.default(".");
/// `wheel -w`
pub static WHEEL_DIR: Flag =
    Flag::one("wheel-dir", &["-w", "--wheel-dir"], "dir", "Put wheels into <dir>, here by default.")
        .kind(Kind::Folder)
        .default(".");
/// `wheel --no-verify`
pub static NO_VERIFY: Flag =
    Flag::on("no-verify", &["--no-verify"], "Do not check the wheels that were built.").building();
/// `uninstall -r`
pub static UNINSTALL_REQUIREMENT: Flag = Flag::many(
    "requirement",
    &["-r", "--requirement"],
    "file",
    "Uninstall what this requirements file lists. May be given several times.",
)
.kind(Kind::Path);
/// `uninstall -y`
pub static YES: Flag = Flag::on("yes", &["-y", "--yes"], "Do not ask before uninstalling.");
/// `uninstall --dry-run`, which pip itself does not have.
pub static UNINSTALL_DRY_RUN: Flag =
    Flag::on("dry-run", &["--dry-run"], "Only say what would be removed (pip has no such option).");
/// `freeze -r`
pub static FREEZE_REQUIREMENT: Flag = Flag::many(
    "requirement",
    &["-r", "--requirement"],
    "file",
    "Keep the order and the comments of this requirements file. May be given several times.",
)
.kind(Kind::Path);
/// `-l`
pub static LOCAL: Flag = Flag::on(
    "local",
    &["-l", "--local"],
    "In a virtual environment that sees global packages, leave those out.",
);
/// `list --user`
pub static ONLY_USER: Flag =
    Flag::on("user", &["--user"], "Only packages in the user's own folder for packages.");
/// `--path`
pub static PATH: Flag =
    Flag::many("path", &["--path"], "path", "Look only in this folder. May be given several times.")
        .kind(Kind::Folder);
/// `freeze --all`
pub static ALL: Flag = Flag::on("all", &["--all"], "Do not leave out pip, setuptools, wheel and distribute");
/// `freeze --exclude-editable`
pub static EXCLUDE_EDITABLE: Flag =
    Flag::on("exclude-editable", &["--exclude-editable"], "Leave out editable packages.");
/// `--exclude`
pub static EXCLUDE: Flag =
    Flag::many("exclude", &["--exclude"], "package", "Leave out this package. May be given several times.");
/// `list -o`
pub static OUTDATED: Flag = Flag::on("outdated", &["-o", "--outdated"], "List packages with a newer version");
/// `list -u`
pub static UPTODATE: Flag =
    Flag::on("uptodate", &["-u", "--uptodate"], "List packages without a newer version");
/// `list -e`
pub static LIST_EDITABLE: Flag = Flag::on("editable", &["-e", "--editable"], "List editable projects.");
/// `list --format`
pub static LIST_FORMAT: Flag = Flag::one(
    "format",
    &["--format"],
    "list_format",
    "Print columns (default), freeze or json. freeze does not go with --outdated.",
)
.kind(Kind::Choice(&["columns", "freeze", "json"]))
.default("columns");
/// `list --not-required`
pub static NOT_REQUIRED: Flag =
    Flag::on("not-required", &["--not-required"], "List packages that no installed package needs.");
/// `list --exclude-editable`
pub static LIST_EXCLUDE_EDITABLE: Flag =
    Flag::off("include-editable", &["--exclude-editable"], "Leave out editable packages.");
/// `list --include-editable`
pub static INCLUDE_EDITABLE: Flag =
    Flag::on("include-editable", &["--include-editable"], "List editable packages too.");
/// `show -f`
pub static FILES: Flag = Flag::on("files", &["-f", "--files"], "Show every installed file of each package.");
/// `config --editor`
pub static EDITOR: Flag =
    Flag::one("editor", &["--editor"], "editor", "The editor to use. Default: VISUAL, else EDITOR.");
/// `config --global`
pub static CONFIG_GLOBAL: Flag = Flag::on("global", &["--global"], "Only the system-wide configuration file");
/// `config --user`
pub static CONFIG_USER: Flag = Flag::on("user", &["--user"], "Only the user's configuration file");
/// `config --site`
pub static CONFIG_SITE: Flag = Flag::on("site", &["--site"], "Only the environment's configuration file");
/// `cache list --format`
pub static CACHE_FORMAT: Flag = Flag::one(
    "format",
    &["--format"],
    "list_format",
    "Print for people (human, default) or absolute paths (abspath)",
)
.kind(Kind::Choice(&["human", "abspath"]))
.default("human");

/// `lock -o`
pub static LOCK_OUTPUT: Flag = Flag::one(
    "output",
    &["-o", "--output"],
    "path",
    "The lock file to write (default: pylock.toml). - means stdout.",
)
.kind(Kind::Path)
.default("pylock.toml");
/// `inspect --local`
pub static INSPECT_LOCAL: Flag =
    Flag::on("local", &["--local"], "In a virtual environment that sees global packages, leave those out.");
/// `index versions --json`
pub static JSON: Flag = Flag::on("json", &["--json"], "Print JSON.");
/// `hash -a`
pub static ALGORITHM: Flag =
    Flag::one("algorithm", &["-a", "--algorithm"], "algorithm", "Which hash: sha256, sha384 or sha512")
        .kind(Kind::Choice(&["sha256", "sha384", "sha512"]))
        .default("sha256");
/// `search -i`
pub static SEARCH_INDEX: Flag = Flag::one(
    "index",
    &["-i", "--index"],
    "url",
    "The address that is asked, with the XML-RPC protocol (default: PyPI's)",
)
.kind(Kind::Url);
/// `completion --bash`
pub static BASH: Flag = Flag::on("bash", &["-b", "--bash"], "Print the code for bash");
/// `completion --zsh`
pub static ZSH: Flag = Flag::on("zsh", &["-z", "--zsh"], "Print the code for zsh");
/// `completion --fish`
pub static FISH: Flag = Flag::on("fish", &["-f", "--fish"], "Print the code for fish");
/// `completion --powershell`
pub static POWERSHELL: Flag =
    Flag::on("powershell", &["-p", "--powershell"], "Print the code for PowerShell");

static TOP: Group = Group { title: "", flags: &[&VERSION] };
static GENERAL: Group = Group {
    title: "General Options",
    flags: &[
        &HELP,
        &DEBUG,
        &ISOLATED,
        &REQUIRE_VIRTUALENV,
        &PYTHON,
        &VERBOSE,
        &QUIET,
        &LOG,
        &NO_INPUT,
        &KEYRING_PROVIDER,
        &PROXY,
        &NO_PROXY_ENV,
        &RETRIES,
        &TIMEOUT,
        &EXISTS_ACTION,
        &TRUSTED_HOST,
        &CERT,
        &CLIENT_CERT,
        &CACHE_DIR,
        &NO_CACHE_DIR,
        &DISABLE_PIP_VERSION_CHECK,
        &NO_COLOR,
        &NO_PYTHON_VERSION_WARNING,
        &USE_FEATURE,
        &USE_DEPRECATED,
        &RESUME_RETRIES,
    ],
};
static SELECTION: Group = Group {
    title: "Package Selection Options",
    flags: &[&PRE, &ALL_RELEASES, &ONLY_FINAL, &NO_BINARY, &ONLY_BINARY, &PREFER_BINARY],
};
static INDEX: Group = Group {
    title: "Package Index Options",
    flags: &[&INDEX_URL, &EXTRA_INDEX_URL, &NO_INDEX, &REFRESH_PACKAGE, &FIND_LINKS, &UPLOADED_PRIOR_TO],
};
static INSTALL_OPTIONS: Group = Group {
    title: "Install Options",
    flags: &[
        &REQUIREMENT,
        &CONSTRAINT,
        &BUILD_CONSTRAINT,
        &REQUIREMENTS_FROM_SCRIPT,
        &NO_DEPS,
        &ONLY_DEPS,
        &EDITABLE,
        &DRY_RUN,
        &TARGET,
        &PLATFORM,
        &PYTHON_VERSION,
        &IMPLEMENTATION,
        &ABI,
        &USER,
        &NO_USER,
        &ROOT,
        &PREFIX,
        &SRC,
        &UPGRADE,
        &UPGRADE_STRATEGY,
        &FORCE_REINSTALL,
        &IGNORE_INSTALLED,
        &IGNORE_REQUIRES_PYTHON,
        &NO_BUILD_ISOLATION,
        &USE_PEP517,
        &CHECK_BUILD_DEPENDENCIES,
        &BREAK_SYSTEM_PACKAGES,
        &CONFIG_SETTINGS,
        &COMPILE,
        &NO_COMPILE,
        &NO_WARN_SCRIPT_LOCATION,
        &NO_WARN_CONFLICTS,
        &REQUIRE_HASHES,
        &NO_REQUIRE_HASHES,
        &PROGRESS_BAR,
        &ROOT_USER_ACTION,
        &REPORT,
        &GROUP,
        &NO_CLEAN,
    ],
};
static DOWNLOAD_OPTIONS: Group = Group {
    title: "Download Options",
    flags: &[
        &CONSTRAINT,
        &BUILD_CONSTRAINT,
        &REQUIREMENT,
        &REQUIREMENTS_FROM_SCRIPT,
        &NO_DEPS,
        &ONLY_DEPS,
        &SRC,
        &REQUIRE_HASHES,
        &NO_REQUIRE_HASHES,
        &PROGRESS_BAR,
        &NO_BUILD_ISOLATION,
        &USE_PEP517,
        &CHECK_BUILD_DEPENDENCIES,
        &IGNORE_REQUIRES_PYTHON,
        &DEST,
        &PLATFORM,
        &PYTHON_VERSION,
        &IMPLEMENTATION,
        &ABI,
        &GROUP,
        &NO_CLEAN,
    ],
};
static WHEEL_OPTIONS: Group = Group {
    title: "Wheel Options",
    flags: &[
        &WHEEL_DIR,
        &NO_BUILD_ISOLATION,
        &USE_PEP517,
        &CHECK_BUILD_DEPENDENCIES,
        &CONSTRAINT,
        &BUILD_CONSTRAINT,
        &EDITABLE,
        &REQUIREMENT,
        &REQUIREMENTS_FROM_SCRIPT,
        &SRC,
        &IGNORE_REQUIRES_PYTHON,
        &NO_DEPS,
        &ONLY_DEPS,
        &PROGRESS_BAR,
        &NO_VERIFY,
        &CONFIG_SETTINGS,
        &REQUIRE_HASHES,
        &NO_REQUIRE_HASHES,
        &GROUP,
        &NO_CLEAN,
    ],
};

const BLANK: Command = Command {
    name: "",
    about: "",
    description: "",
    usage: &[],
    // optparse counts no arguments: each command looks at them itself
    arguments: Arguments::any("", 0, ""),
    groups: &[],
    subcommands: &[],
    hidden: false,
};

static INSTALL: Command = Command {
    name: "install",
    about: "Install packages.",
    description: "Installs packages from:\n\n- package indexes, by requirement specifier;\n- VCS URLs;\n- local project folders;\n- local or remote archives.\n\nA requirements file names many packages at once.",
    usage: &[
        "[options] <requirement specifier> [package-index-options] ...",
        "[options] -r <requirements file> [package-index-options] ...",
        "[options] [-e] <vcs project url> ...",
        "[options] [-e] <local project path> ...",
        "[options] <archive url/path> ...",
    ],
    groups: &[&INSTALL_OPTIONS, &SELECTION, &INDEX],
    ..BLANK
};
static DOWNLOAD: Command = Command {
    name: "download",
    about: "Download packages.",
    description: "Downloads packages, with their dependencies, from:\n\n- package indexes, by requirement specifier;\n- VCS URLs;\n- local project folders;\n- local or remote archives.\n\nA requirements file names many packages at once.",
    usage: &[
        "[options] <requirement specifier> [package-index-options] ...",
        "[options] -r <requirements file> [package-index-options] ...",
        "[options] <vcs project url> ...",
        "[options] <local project path> ...",
        "[options] <archive url/path> ...",
    ],
    groups: &[&DOWNLOAD_OPTIONS, &SELECTION, &INDEX],
    ..BLANK
};
static WHEEL: Command = Command {
    name: "wheel",
    about: "Build wheels from your requirements.",
    description: "Builds wheels of requirements and of what they need.\n\nA wheel is built once; installing it compiles nothing.",
    usage: &[
        "[options] <requirement specifier> ...",
        "[options] -r <requirements file> ...",
        "[options] [-e] <vcs project url> ...",
        "[options] [-e] <local project path> ...",
        "[options] <archive url/path> ...",
    ],
    groups: &[&WHEEL_OPTIONS, &SELECTION, &INDEX],
    ..BLANK
};
static UNINSTALL: Command = Command {
    name: "uninstall",
    about: "Uninstall packages.",
    description: "Uninstalls packages by the list of files that they were installed with. Packages installed without such a list, by `setup.py install` of old, cannot be uninstalled.",
    usage: &["[options] <package> ...", "[options] -r <requirements file> ..."],
    groups: &[&Group {
        title: "Uninstall Options",
        flags: &[&UNINSTALL_REQUIREMENT, &YES, &UNINSTALL_DRY_RUN, &ROOT_USER_ACTION, &BREAK_SYSTEM_PACKAGES],
    }],
    ..BLANK
};
static FREEZE: Command = Command {
    name: "freeze",
    about: "Output installed packages in requirements format.",
    description: "Prints installed packages as a requirements file,\nsorted by name whatever the case.",
    usage: &["[options]"],
    groups: &[&Group {
        title: "Freeze Options",
        flags: &[&FREEZE_REQUIREMENT, &LOCAL, &ONLY_USER, &PATH, &ALL, &EXCLUDE_EDITABLE, &EXCLUDE],
    }],
    ..BLANK
};
static LIST: Command = Command {
    name: "list",
    about: "List installed packages.",
    description: "Lists installed packages, editable ones too,\nsorted by name whatever the case.",
    usage: &["[options]"],
    groups: &[
        &Group {
            title: "List Options",
            flags: &[
                &OUTDATED,
                &UPTODATE,
                &LIST_EDITABLE,
                &LOCAL,
                &ONLY_USER,
                &PATH,
                &LIST_FORMAT,
                &NOT_REQUIRED,
                &LIST_EXCLUDE_EDITABLE,
                &INCLUDE_EDITABLE,
                &EXCLUDE,
            ],
        },
        &SELECTION,
        &INDEX,
    ],
    ..BLANK
};
static SHOW: Command = Command {
    name: "show",
    about: "Show information about installed packages.",
    description: "Shows what is known about one or more installed packages,\nas mail headers.",
    usage: &["[options] <package> ..."],
    groups: &[&Group { title: "Show Options", flags: &[&FILES] }],
    ..BLANK
};
static CHECK: Command = Command {
    name: "check",
    about: "Verify installed packages have compatible dependencies.",
    description: "Checks that installed packages have the dependencies they ask for.",
    usage: &["[options]"],
    ..BLANK
};
static CONFIG: Command = Command {
    name: "config",
    about: "Manage local and global configuration.",
    description: "Shows and changes pip's configuration.\n\nSubcommands:\n\n- list: every value in force (or those of the file chosen)\n- edit: open the file in an editor\n- get: print one value\n- set: write one value\n- unset: remove one value\n- debug: list the files, whether they exist, and their values\n\nA key is command.option; the command \"global\" stands for all of them.\n\nWithout --user, --global and --site, the environment's file is changed\nif it exists, else the user's.",
    usage: &[
        "[<file-option>] list",
        "[<file-option>] [--editor <editor-path>] edit",
        "",
        "[<file-option>] get command.option",
        "[<file-option>] set command.option value",
        "[<file-option>] unset command.option",
        "[<file-option>] debug",
    ],
    groups: &[&Group {
        title: "Config Options",
        flags: &[&EDITOR, &CONFIG_GLOBAL, &CONFIG_USER, &CONFIG_SITE],
    }],
    ..BLANK
};
static CACHE: Command = Command {
    name: "cache",
    about: "Inspect and manage pip's wheel cache.",
    description: "Shows and cleans the cache of wheels.\n\nSubcommands:\n\n- dir: print the cache's folder\n- info: tell what the cache holds\n- list: list the packages in it\n- remove: remove some of them\n- purge: remove everything\n\n<pattern> is a name or a glob expression.",
    usage: &["dir", "info", "list [<pattern>] [--format=[human, abspath]]", "remove <pattern>", "purge"],
    groups: &[&Group { title: "Cache Options", flags: &[&CACHE_FORMAT] }],
    ..BLANK
};
static LOCK: Command = Command {
    name: "lock",
    about: "Generate a lock file.",
    description: "EXPERIMENTAL. Pins packages, with their dependencies, from:\n\n- package indexes, by requirement specifier;\n- VCS URLs;\n- local project folders;\n- local or remote source archives.\n\nA requirements file names a whole environment at once.\n\nThe lock holds for the Python and the platform that it was made with.",
    usage: &[
        "[options] [-e] <local project path> ...",
        "[options] <requirement specifier> [package-index-options] ...",
        "[options] -r <requirements file> [package-index-options] ...",
        "[options] <archive url/path> ...",
    ],
    groups: &[
        &Group {
            title: "Lock Options",
            flags: &[
                &LOCK_OUTPUT,
                &REQUIREMENT,
                &REQUIREMENTS_FROM_SCRIPT,
                &CONSTRAINT,
                &BUILD_CONSTRAINT,
                &NO_DEPS,
                &ONLY_DEPS,
                &EDITABLE,
                &SRC,
                &IGNORE_REQUIRES_PYTHON,
                &NO_BUILD_ISOLATION,
                &USE_PEP517,
                &CHECK_BUILD_DEPENDENCIES,
                &CONFIG_SETTINGS,
                &REQUIRE_HASHES,
                &NO_REQUIRE_HASHES,
                &PROGRESS_BAR,
                &GROUP,
                &NO_CLEAN,
            ],
        },
        &SELECTION,
        &INDEX,
    ],
    ..BLANK
};
static INSPECT: Command = Command {
    name: "inspect",
    about: "Inspect the python environment.",
    description: "Prints everything that is known about an environment as JSON.",
    usage: &["[options]"],
    groups: &[&Group { title: "Inspect Options", flags: &[&INSPECT_LOCAL, &ONLY_USER, &PATH] }],
    ..BLANK
};
static SEARCH: Command = Command {
    name: "search",
    about: "Search PyPI for packages.",
    description: "Looks for packages whose name or summary has <query> in it. PyPI no longer answers this.",
    usage: &["[options] <query>"],
    groups: &[&Group { title: "Search Options", flags: &[&SEARCH_INDEX] }],
    ..BLANK
};
static INDEX_COMMAND: Command = Command {
    name: "index",
    about: "Inspect information available from package indexes.",
    description: "Shows what package indexes have.",
    usage: &["versions <package>"],
    groups: &[
        &Group {
            title: "Index Options",
            flags: &[&PLATFORM, &PYTHON_VERSION, &IMPLEMENTATION, &ABI, &IGNORE_REQUIRES_PYTHON, &JSON],
        },
        &SELECTION,
        &INDEX,
    ],
    ..BLANK
};
static HASH: Command = Command {
    name: "hash",
    about: "Compute hashes of package archives.",
    description: "Computes the hash of an archive on disk,\nas --hash in a requirements file takes it.",
    usage: &["[options] <file> ..."],
    groups: &[&Group { title: "Hash Options", flags: &[&ALGORITHM] }],
    ..BLANK
};
static COMPLETION: Command = Command {
    name: "completion",
    about: "A helper command used for command completion.",
    description: "Prints the code by which a shell completes pip's command lines.",
    usage: &[],
    groups: &[&Group { title: "Completion Options", flags: &[&BASH, &ZSH, &FISH, &POWERSHELL] }],
    ..BLANK
};
static DEBUG_COMMAND: Command = Command {
    name: "debug",
    about: "Show information useful for debugging.",
    description: "Shows what helps to find out what is wrong.",
    usage: &["<options>"],
    groups: &[&Group { title: "Debug Options", flags: &[&PLATFORM, &PYTHON_VERSION, &IMPLEMENTATION, &ABI] }],
    ..BLANK
};
static HELP_COMMAND: Command = Command {
    name: "help",
    about: "Show help for commands.",
    description: "Shows help for a command",
    usage: &["<command>"],
    ..BLANK
};

/// The program.
pub static PROGRAM: Program = Program {
    name: "pip",
    about: "",
    dialect: Dialect::Optparse,
    top: &TOP,
    general: &[&GENERAL],
    commands: &[
        &INSTALL,
        &LOCK,
        &DOWNLOAD,
        &UNINSTALL,
        &FREEZE,
        &INSPECT,
        &LIST,
        &SHOW,
        &CHECK,
        &CONFIG,
        &SEARCH,
        &CACHE,
        &INDEX_COMMAND,
        &WHEEL,
        &HASH,
        &COMPLETION,
        &DEBUG_COMMAND,
        &HELP_COMMAND,
    ],
};
