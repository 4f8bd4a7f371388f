//! The options of pip 26.3: spellings and defaults; the sentences are ours.
// tidy: table

use super::super::flag::{Flag, Kind};

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
.kind(Kind::Setting)
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
