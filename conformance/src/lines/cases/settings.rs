// tidy: table
//! No case may change the machine's own file: never `--global` with `set`, `unset` or `edit`.
//!
//! `config`, `cache`, `hash`, `completion`, `debug`, `help`, and how command lines and configuration are read.

use super::{Case, UNSET, case};

const OWN: &[(&str, &str)] = &[("PIP_CONFIG_FILE", ""), ("XDG_CONFIG_HOME", "{stage}/config")];
const NAMED: &[(&str, &str)] = &[("PIP_CONFIG_FILE", "{stage}/named.conf")];
const GLOBAL: &[(&str, &str)] =
    &[("PIP_CONFIG_FILE", ""), ("XDG_CONFIG_HOME", "{stage}/config"), ("XDG_CONFIG_DIRS", "{stage}/xdg")];
const ONE: &str = "!mkdir -p config/pip; printf '[global]\\ntimeout = 60\\n\\n[list]\\nformat = json\\n' >config/pip/pip.conf";
const SITE: &str = "!printf '[global]\\ntimeout = 7\\n[freeze]\\nall = yes\\n' >env/pip.conf";
const XDG: &str =
    "!mkdir -p xdg/pip; printf '[global]\\ntimeout = 3\\n[list]\\nexclude = alpha\\n' >xdg/pip/pip.conf";
const CONF: &str = "!printf '[list]\\nformat = freeze\\n' >named.conf";
const EDITOR: &str = "!printf '#!/bin/sh\\necho edited >>\"$1\"\\n' >edit.sh; chmod +x edit.sh";
const ALPHA: &str = "install -q alpha==1.0 gamma";

/// A second environment, with packages.
const OTHER: &str =
    "!cp -r env other; sed 's,=env/,=other/,; s, env/, other/,' odd.sh >other.sh; sh other.sh several";
/// pip runs for its own interpreter, and may be told to run for another.
const OWN_PYTHON: &[(&str, &str)] =
    &[("_PIP_RUNNING_IN_SUBPROCESS", UNSET), ("TILSIT_SYS_EXECUTABLE", "{stage}/env/bin/python")];
const NAMED_PYTHON: &[(&str, &str)] = &[
    ("_PIP_RUNNING_IN_SUBPROCESS", UNSET),
    ("TILSIT_SYS_EXECUTABLE", "{stage}/env/bin/python"),
    ("PIP_CONFIG_FILE", "{stage}/named.conf"),
];
const OWN_SITE: &[(&str, &str)] = &[
    ("_PIP_RUNNING_IN_SUBPROCESS", UNSET),
    ("TILSIT_SYS_EXECUTABLE", "{stage}/env/bin/python"),
    ("PIP_CONFIG_FILE", ""),
];

macro_rules! other_python {
    ($python:literal) => {
        &[
            ("_PIP_RUNNING_IN_SUBPROCESS", UNSET),
            ("TILSIT_SYS_EXECUTABLE", "{stage}/env/bin/python"),
            ("PIP_PYTHON", $python),
        ]
    };
}

/// The configuration file that `list` reads, with one line.
macro_rules! listing {
    ($line:literal) => {
        concat!("!mkdir -p config/pip; printf '[list]\\n", $line, "\\n' >config/pip/pip.conf")
    };
}

/// The cases.
pub const CASES: &[Case<'_>] = &[
    case("config-nothing", &[], "config"),
    case("config-bogus", &[], "config bogus"),
    case("config-list-file", &[ONE], "config list").env(OWN),
    case("config-list-all-files", &[ONE, SITE, XDG], "config list").env(GLOBAL),
    case("config-list-user", &[ONE, SITE, XDG], "config list --user").env(GLOBAL).without("--user"),
    case("config-list-site", &[ONE, SITE, XDG], "config list --site").env(GLOBAL).without("--site"),
    case("config-list-global", &[ONE, SITE, XDG], "config list --global").env(GLOBAL).without("--global"),
    case("config-list-two", &[ONE], "config list --global --user").env(GLOBAL),
    case("config-list-named", &[CONF], "config list").env(NAMED),
    case("config-list-isolated", &[ONE], "config list --isolated").env(OWN).without("--isolated"),
    case("config-list-verbose", &[ONE, SITE], "config list -v").env(OWN).without("-v"),
    case("config-list-too-many", &[], "config list more"),
    case(
        "config-list-quotes",
        &["!mkdir -p config/pip; printf \"[global]\\nproxy = it's\\n\" >config/pip/pip.conf"],
        "config list",
    )
    .env(OWN),
    case("config-get", &[ONE], "config get global.timeout").env(OWN),
    case("config-get-in-any-form", &[ONE], "config get GLOBAL.Time_out").env(OWN),
    case("config-get-site-first", &[ONE, SITE], "config get global.timeout").env(OWN),
    case("config-get-user", &[ONE, SITE], "config get --user global.timeout").env(OWN),
    case("config-get-variable", &[], "config get :env:.trusted-host").env(OWN),
    case("config-get-without-dot", &[ONE], "config get timeout").env(OWN),
    case("config-get-nothing", &[], "config get"),
    case("config-get-two", &[], "config get a.b c.d"),
    case("config-set", &[], "config set global.timeout 10").env(OWN),
    case("config-set-again", &[ONE], "config set global.timeout 10").env(OWN),
    case("config-set-new-section", &[ONE], "config set install.no_deps yes").env(OWN),
    case("config-set-site", &[], "config set --site global.retries 1").env(OWN),
    case("config-set-site-by-itself", &[SITE], "config set global.retries 1").env(OWN),
    case("config-set-user-beside-site", &[SITE], "config set --user global.retries 1").env(OWN),
    case("config-set-named", &[CONF], "config set global.retries 1").env(NAMED),
    case("config-set-named-new", &[], "config set global.retries 1").env(NAMED),
    case("config-set-dev-null", &[], "config set global.retries 1"),
    case("config-set-without-dot", &[], "config set retries 1").env(OWN),
    case("config-set-one-word", &[], "config set global.retries").env(OWN),
    case("config-set-long-list", &[], "config set global.extra-index-url 'a b'").env(OWN),
    case("config-unset", &[ONE], "config unset list.format").env(OWN),
    case("config-unset-last", &[CONF], "config unset list.format").env(NAMED),
    case("config-unset-missing", &[ONE], "config unset list.nothing").env(OWN),
    case("config-unset-without-dot", &[ONE], "config unset nothing").env(OWN),
    case("config-debug", &[ONE, SITE], "config debug").env(GLOBAL),
    case("config-debug-named", &[CONF], "config debug").env(NAMED),
    case("config-debug-isolated", &[ONE], "config debug --isolated").env(OWN),
    case("config-edit", &[ONE, EDITOR], "config edit --editor ./edit.sh")
        .env(OWN)
        .without("--editor ./edit.sh"),
    case("config-edit-variable", &[ONE, EDITOR], "config edit").env(&[
        ("PIP_CONFIG_FILE", ""),
        ("XDG_CONFIG_HOME", "{stage}/config"),
        ("EDITOR", "./edit.sh"),
    ]),
    case("config-edit-visual", &[ONE, EDITOR], "config edit").env(&[
        ("PIP_CONFIG_FILE", ""),
        ("XDG_CONFIG_HOME", "{stage}/config"),
        ("EDITOR", "false"),
        ("VISUAL", "./edit.sh"),
    ]),
    case("config-edit-no-editor", &[ONE], "config edit").env(OWN),
    case("config-edit-fails", &[ONE], "config edit --editor false").env(OWN),
    case("config-edit-site", &[SITE, EDITOR], "config edit --site --editor ./edit.sh").env(OWN),
    case("configured-list-format", &[ALPHA, ONE], "list").env(OWN),
    case("configured-command-line-wins", &[ALPHA, ONE], "list --format columns").env(OWN),
    case("configured-variable-wins", &[ALPHA, ONE], "list").env(&[
        ("PIP_CONFIG_FILE", ""),
        ("XDG_CONFIG_HOME", "{stage}/config"),
        ("PIP_FORMAT", "freeze"),
    ]),
    case("configured-empty-variable", &[ALPHA, ONE], "list").env(&[
        ("PIP_CONFIG_FILE", ""),
        ("XDG_CONFIG_HOME", "{stage}/config"),
        ("PIP_FORMAT", ""),
    ]),
    case(
        "configured-section-beats-file",
        &[ALPHA, XDG, "!printf '[global]\\nexclude = gamma\\n' >env/pip.conf"],
        "list",
    )
    .env(GLOBAL),
    case("configured-isolated", &[ALPHA, ONE], "list --isolated").env(OWN),
    case("configured-named-file", &[ALPHA, ONE, CONF], "list")
        .env(&[("PIP_CONFIG_FILE", "{stage}/named.conf"), ("XDG_CONFIG_HOME", "{stage}/config")]),
    case("configured-list-value", &[ALPHA, listing!("exclude = alpha\\n    beta")], "list").env(OWN),
    case("configured-switch-on", &[ALPHA, listing!("not-required = on")], "list").env(OWN),
    case("configured-switch-off", &[ALPHA, listing!("not-required = 0")], "list").env(OWN),
    case("configured-switch-bad", &[ALPHA, listing!("not-required = maybe")], "list").env(OWN),
    case("configured-choice-bad", &[ALPHA, listing!("format = yaml")], "list").env(OWN),
    case("configured-number-bad", &[ALPHA, listing!("timeout = soon")], "list").env(OWN),
    case("configured-count", &[ALPHA, listing!("verbose = 1")], "list").env(OWN),
    case("configured-count-boolean", &[ALPHA, listing!("verbose = yes")], "list").env(OWN),
    case("configured-count-bad", &[ALPHA, listing!("quiet = -1")], "list").env(OWN),
    case("configured-count-bad-variable", &[], "list").env(&[("PIP_QUIET", "x")]),
    case("configured-switch-bad-variable", &[], "check").env(&[("PIP_ISOLATED", "maybe")]),
    case("configured-own-switch-bad-variable", &[], "list").env(&[("PIP_OUTDATED", "maybe")]),
    case("cache-dir-without-a-name", &[], "cache dir --cache-dir ''").without("--cache-dir ''"),
    case("configured-unknown-key", &[ALPHA, listing!("no-such-key = 1")], "list").env(OWN),
    case("configured-underscores", &[ALPHA, listing!("NOT_REQUIRED = yes")], "list").env(OWN),
    case("configured-exclude-editable", &["!sh odd.sh editable", listing!("exclude-editable = no")], "list")
        .env(OWN),
    case("configured-no-ini", &[ALPHA, "!mkdir -p config/pip; echo nonsense >config/pip/pip.conf"], "list")
        .env(OWN),
    case("configured-twice", &[ALPHA, listing!("format = json\\nformat = freeze")], "list").env(OWN),
    case("cache-nothing", &[], "cache"),
    case("cache-bogus", &[], "cache bogus"),
    case("cache-dir", &[], "cache dir").env(&[("TILSIT_CACHE_DIR", "")]),
    case("cache-dir-option", &[], "cache dir --cache-dir {stage}/elsewhere")
        .without("--cache-dir {stage}/elsewhere"),
    case("cache-dir-too-many", &[], "cache dir more"),
    case("cache-dir-disabled", &[], "cache dir --no-cache-dir").without("--no-cache-dir"),
    case("cache-dir-disabled-by-variable", &[], "cache dir").env(&[("PIP_NO_CACHE_DIR", "1")]),
    case("cache-dir-disabled-by-no", &[], "cache dir").env(&[("PIP_NO_CACHE_DIR", "no")]),
    case("cache-list-empty", &[], "cache list"),
    case("cache-list-abspath-empty", &[], "cache list --format abspath").without("--format abspath"),
    case("cache-list-pattern", &[], "cache list alpha"),
    case("cache-list-format-bad", &[], "cache list --format json"),
    case("cache-list-too-many", &[], "cache list a b"),
    case("cache-remove-nothing", &[], "cache remove"),
    case("cache-remove-absent", &[], "cache remove alpha"),
    case("cache-remove-version", &[], "cache remove alpha-1.0"),
    case("cache-remove-too-many", &[], "cache remove a b"),
    case("cache-purge-empty", &[], "cache purge"),
    case("cache-purge-too-many", &[], "cache purge x"),
    case("cache-info-too-many", &[], "cache info x"),
    case("hash", &[], "hash requirements.txt"),
    case("hash-two", &[], "hash requirements.txt links/odd.whl"),
    case("hash-sha512", &[], "hash -a sha512 requirements.txt").without("-a sha512"),
    case("hash-sha384", &[], "hash --algorithm=sha384 requirements.txt"),
    case("hash-md5", &[], "hash -a md5 requirements.txt"),
    case("hash-nothing", &[], "hash"),
    case("hash-missing", &[], "hash nothing.whl").differs("the traceback is Python's"),
    case("hash-folder", &[], "hash links").differs("the traceback is Python's"),
    case("hash-quiet", &[], "hash -q requirements.txt"),
    case("completion-nothing", &[], "completion"),
    case("completion-bash", &[], "completion --bash").differs("the script is ours"),
    case("completion-zsh", &[], "completion -z").differs("the script is ours"),
    case("completion-fish", &[], "completion --fish").differs("the script is ours"),
    case("completion-powershell", &[], "completion -p").differs("the script is ours"),
    case("complete-command", &[], "").env(&[
        ("PIP_AUTO_COMPLETE", "1"),
        ("COMP_WORDS", "pip un"),
        ("COMP_CWORD", "1"),
    ]),
    case("complete-option", &[], "").env(&[
        ("PIP_AUTO_COMPLETE", "1"),
        ("COMP_WORDS", "pip list --ex"),
        ("COMP_CWORD", "2"),
    ]),
    case("complete-main-option", &[], "").env(&[
        ("PIP_AUTO_COMPLETE", "1"),
        ("COMP_WORDS", "pip --no"),
        ("COMP_CWORD", "1"),
    ]),
    case("complete-given-option", &[], "").env(&[
        ("PIP_AUTO_COMPLETE", "1"),
        ("COMP_WORDS", "pip list -o --out"),
        ("COMP_CWORD", "3"),
    ]),
    case("complete-path", &[], "").env(&[
        ("PIP_AUTO_COMPLETE", "1"),
        ("COMP_WORDS", "pip freeze -r nes"),
        ("COMP_CWORD", "3"),
    ]),
    case("complete-folder", &[], "").env(&[
        ("PIP_AUTO_COMPLETE", "1"),
        ("COMP_WORDS", "pip download -d li"),
        ("COMP_CWORD", "3"),
    ]),
    case("complete-installed", &["!sh odd.sh several"], "").env(&[
        ("PIP_AUTO_COMPLETE", "1"),
        ("COMP_WORDS", "pip show al"),
        ("COMP_CWORD", "2"),
    ]),
    case("complete-installed-none", &[], "").env(&[
        ("PIP_AUTO_COMPLETE", "1"),
        ("COMP_WORDS", "pip uninstall zz"),
        ("COMP_CWORD", "2"),
    ]),
    case("complete-install-path", &[], "").env(&[
        ("PIP_AUTO_COMPLETE", "1"),
        ("COMP_WORDS", "pip install links/om"),
        ("COMP_CWORD", "2"),
    ]),
    case("complete-verb", &[], "").env(&[
        ("PIP_AUTO_COMPLETE", "1"),
        ("COMP_WORDS", "pip config "),
        ("COMP_CWORD", "2"),
    ]),
    case("complete-help", &[], "").env(&[
        ("PIP_AUTO_COMPLETE", "1"),
        ("COMP_WORDS", "pip help "),
        ("COMP_CWORD", "2"),
    ]),
    case("debug", &[], "debug").differs("versions of pip's own libraries are not told"),
    case("debug-target", &[], "debug --platform foo --python-version 3.9 --abi none --implementation cp")
        .differs("versions of pip's own libraries are not told"),
    case("help-unknown", &[], "help bogus"),
    case("help-nearly", &[], "help lst"),
    case("python-option", &[OTHER], "--python {stage}/other list")
        .env(OWN_PYTHON)
        .without("--python {stage}/other"),
    case("python-option-program", &[OTHER], "--python other/bin/python list").env(OWN_PYTHON),
    case("python-option-missing", &[], "--python {stage}/nowhere list").env(OWN_PYTHON),
    case("python-option-name", &[], "--python python3 list").env(OWN_PYTHON),
    case("python-option-empty-folder", &[], "--python {stage}/links list").env(OWN_PYTHON),
    case("python-option-no-program", &[], "--python {stage}/file list").env(OWN_PYTHON),
    case("python-option-twice", &[OTHER], "--python {stage}/nowhere --python {stage}/other list")
        .env(OWN_PYTHON),
    case("python-option-and-after", &[OTHER], "--python {stage}/other list --python {stage}/nowhere")
        .env(OWN_PYTHON),
    case("python-variable", &[OTHER], "list").env(other_python!("{stage}/other")),
    case("python-variable-program", &[OTHER], "list").env(other_python!("{stage}/other/bin/python")),
    case("python-variable-relative", &[OTHER], "list").env(other_python!("other")),
    case("python-variable-missing", &[], "list").env(other_python!("nowhere")),
    case("python-variable-name", &[], "list").env(other_python!("python3")),
    case("python-variable-empty", &[OTHER], "list").env(other_python!("")),
    case("python-variable-isolated", &[OTHER], "list --isolated").env(other_python!("{stage}/other")),
    case("python-variable-and-option", &[OTHER], "--python {stage}/env list")
        .env(other_python!("{stage}/other")),
    case("python-variable-and-after", &[OTHER], "list --python {stage}/nowhere")
        .env(other_python!("{stage}/other")),
    case("python-variable-install", &[OTHER], "install gamma").env(other_python!("{stage}/other")),
    case("python-variable-version", &[OTHER], "--version").env(other_python!("{stage}/other")),
    case("python-configured", &[OTHER, "!printf '[global]\\npython = other\\n' >named.conf"], "list")
        .env(NAMED_PYTHON),
    case(
        "python-configured-for-all-but-it",
        &[OTHER, "!printf '[list]\\npython = other\\n' >named.conf"],
        "list",
    )
    .env(NAMED_PYTHON),
    case(
        "python-configured-for-it-and-all",
        &[OTHER, "!printf '[global]\\npython = other\\n[list]\\npython = nowhere\\n' >named.conf"],
        "list",
    )
    .env(NAMED_PYTHON),
    case(
        "python-configured-in-environment",
        &[OTHER, "!printf '[global]\\npython = other\\n' >env/pip.conf"],
        "list",
    )
    .env(OWN_SITE),
    case(
        "python-configured-in-the-other",
        &[
            OTHER,
            "!printf '[list]\\nformat = json\\n' >other/pip.conf",
            "!printf '[list]\\nformat = freeze\\n' >env/pip.conf",
        ],
        "--python other list",
    )
    .env(OWN_SITE),
    case("usage-unknown-command", &[], "bogus"),
    case("usage-nearly-a-command", &[], "frezee"),
    case("usage-command-in-capitals", &[], "LIST"),
    case("usage-ambiguous", &[], "list --in"),
    case("usage-ambiguous-general", &[], "list --re"),
    case("usage-prefix", &[ALPHA], "list --not-r"),
    case("usage-clustered", &[ALPHA], "list -ov"),
    case("usage-value-for-a-switch", &[], "list --outdated=yes"),
    case("usage-no-value", &[], "list --format"),
    case("usage-after-dashes", &[ALPHA], "show -- alpha"),
    case("usage-option-before-command", &[ALPHA], "--quiet list"),
    case("usage-unknown-short", &[], "list -z"),
    case("usage-python-after-command", &[], "list --python {stage}/env"),
    case("usage-version-after-command", &[], "list --version"),
    case("usage-integer", &[], "list --retries many"),
    case("usage-hexadecimal", &[ALPHA], "list --retries 0x2"),
    case("usage-exists-action", &[], "list --exists-action z"),
    case("usage-require-virtualenv", &[ALPHA], "list --require-venv"),
];
