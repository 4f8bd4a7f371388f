//! The command line of pip 26.3: its commands and their options; the sentences are ours.
// tidy: table

mod options;

use super::flag::{Arguments, Command, Dialect, Group, Program};
pub use options::*;

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
