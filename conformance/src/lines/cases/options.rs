// tidy: table
//! Options of `install`, `download` and of every command: each with a command that it changes.

use super::{Case, UNSET, case};

const ALPHA: &[&str] = &["install -q alpha==1.0"];
const OLD: &[&str] = &["install -q alpha==1.0 beta==0.5"];
const COLORED: &[(&str, &str)] = &[("NO_COLOR", ""), ("FORCE_COLOR", "1")];
const BROKEN_PROXY: &[(&str, &str)] = &[("http_proxy", "http://127.0.0.1:1")];
const ELSEWHERE: &[(&str, &str)] = &[("PIP_TRUSTED_HOST", "elsewhere.example")];
const TERMINAL: &[(&str, &str)] = &[("NO_COLOR", UNSET), ("TERM", "xterm")];
/// An environment that is none any more: nothing is ever installed there.
const NO_ENVIRONMENT: &[&str] = &["!rm env/pyvenv.cfg"];

/// The cases.
pub const CASES: &[Case<'_>] = &[
    case("option-debug", ALPHA, "list --debug"),
    case("option-log", ALPHA, "list -q --log log.txt").without("--log log.txt"),
    case("option-log-in-folder", ALPHA, "show --log-file deep/er/log.txt nothing"),
    case("option-log-adds", &["list --log log.txt"], "freeze --local-log log.txt"),
    case("option-log-verbosity", ALPHA, "check -qqq --log log.txt"),
    case("option-require-virtualenv", NO_ENVIRONMENT, "uninstall --require-venv -y not-there-at-all")
        .without("--require-venv"),
    case("option-require-virtualenv-exempt", NO_ENVIRONMENT, "--require-virtualenv config get a.b"),
    case("option-no-color", &[], "show --no-color nothing").env(COLORED).without("--no-color"),
    case("option-colors", &[], "show nothing").env(COLORED),
    case("option-colors-error", &[], "config get bare").env(COLORED),
    case("option-colors-install", &[], "install does-not-exist").env(COLORED),
    case("option-colors-variable", &[], "show nothing")
        .env(&[("NO_COLOR", "1"), ("FORCE_COLOR", "1")])
        .differs("NO_COLOR is honoured"),
    case("option-colors-usage", &[], "list --bogus").env(COLORED),
    case("option-colors-usage-no-color", &[], "list --no-color --bogus").env(COLORED),
    case("option-colors-usage-variable", &[], "list --bogus").env(&[("FORCE_COLOR", "1"), ("NO_COLOR", "1")]),
    case("option-colors-unknown-command", &[], "bogus").env(COLORED),
    case("option-colors-requirements", &[], "install -r nowhere.txt").env(COLORED),
    case("option-colors-diagnostic", &["!sh odd.sh no-record"], "uninstall -y bare").env(COLORED),
    case("option-colors-diagnostic-no-color", &["!sh odd.sh no-record"], "uninstall -y --no-color bare").env(COLORED),
    case("option-colors-distutils", &["!sh odd.sh distutils"], "uninstall -y stone").env(COLORED),
    case("option-colors-refused", &[], "install --retries 1 http://127.0.0.1:1/gamma-1.0-py3-none-any.whl").env(COLORED),
    case("option-colors-named-host", &[], "install --retries 0 http://localhost:1/gamma-1.0-py3-none-any.whl").env(COLORED),
    case("option-colors-incomplete", &[], "install breaks --resume-retries 0 -i {failing}/simple/").env(COLORED),
    case("option-colors-dumb", &[], "show nothing").env(&[("NO_COLOR", ""), ("FORCE_COLOR", "1"), ("TERM", "dumb")]),
    case("option-colors-unforced", &[], "show nothing").env(&[("NO_COLOR", ""), ("FORCE_COLOR", "")]).on_terminal(),
    case("terminal-list", ALPHA, "list").env(TERMINAL).on_terminal(),
    case("terminal-warning", &[], "show nothing").env(TERMINAL).on_terminal(),
    case("terminal-error", &[], "config get bare").env(TERMINAL).on_terminal(),
    case("terminal-usage", &[], "list --bogus").env(TERMINAL).on_terminal(),
    case("terminal-no-color", &[], "list --bogus --no-color").env(TERMINAL).on_terminal(),
    case("terminal-dumb", &[], "show nothing").env(&[("NO_COLOR", UNSET), ("TERM", "dumb")]).on_terminal(),
    case("terminal-many-colors", &[], "show nothing")
        .env(&[("NO_COLOR", UNSET), ("TERM", "xterm-256color"), ("COLORTERM", "truecolor")])
        .on_terminal(),
    case("terminal-install", &[], "install alpha --progress-bar off").env(TERMINAL).on_terminal(),
    case("terminal-conflict", &[], "install left right").env(TERMINAL).on_terminal(),
    case("terminal-refused", &[], "install gamma --retries 1 -i http://127.0.0.1:1/simple/")
        .env(TERMINAL)
        .on_terminal(),
    case("terminal-uninstall", ALPHA, "uninstall -y alpha").env(TERMINAL).on_terminal(),
    case("option-colors-configured", &[], "show nothing").env(&[
        ("NO_COLOR", ""),
        ("FORCE_COLOR", "1"),
        ("PIP_NO_COLOR", "yes"),
    ]),
    case("option-proxy", &[], "index versions gamma --retries 0 -i http://elsewhere.example/simple/ --proxy {index}")
        .env(ELSEWHERE)
        .without("--proxy {index}"),
    case("option-no-proxy-env", &[], "index versions alpha --retries 0 --no-proxy-env")
        .env(BROKEN_PROXY)
        .without("--no-proxy-env"),
    case("option-proxy-none", &[], "index versions alpha --retries 0 --proxy ''").env(BROKEN_PROXY),
    case(
        "option-trusted-host",
        &[],
        "index versions gamma --retries 0 -i http://elsewhere.example/simple/ --proxy {index} --trusted-host elsewhere.example",
    )
    .without("--trusted-host elsewhere.example"),
    case("option-use-feature", &[], "list --use-feature truststore").without("--use-feature truststore"),
    case("option-python-after-command", ALPHA, "list --python {stage}/env")
        .env(&[("_PIP_RUNNING_IN_SUBPROCESS", UNSET), ("TILSIT_SYS_EXECUTABLE", "{stage}/env/bin/python")]),
];

/// Those of `install` and `download`, and what `list`, `index` and `lock` share with them.
pub const INSTALL: &[Case<'_>] = &[
    case("option-install-requirement", &[], "install gamma -r requirements.txt")
        .without("-r requirements.txt"),
    case("option-install-constraint", &[], "install alpha -c constraints.txt").without("-c constraints.txt"),
    case("option-install-script", &[], "install low --requirements-from-script script.py")
        .without("--requirements-from-script script.py"),
    case("option-install-no-deps", &[], "install alpha --no-deps").without("--no-deps"),
    case("option-install-only-deps", &[], "install alpha --only-deps").without("--only-deps"),
    case("option-install-dry-run", &[], "install --dry-run gamma").without("--dry-run"),
    case("option-install-target", &[], "install --target out gamma").without("--target out"),
    case(
        "option-install-platform",
        &[],
        "install -t out --only-binary :all: --platform win_amd64 --python-version 3.11 --implementation cp --abi cp311 windows-only",
    )
    .without("--platform win_amd64"),
    case(
        "option-install-python-version",
        &[],
        "install -t out --only-binary :all: --python-version 3.12 picky",
    )
    .without("--python-version 3.12"),
    case(
        "option-install-implementation",
        &[],
        "install -t out --only-binary :all: --platform any --python-version 3.11 --implementation pp --abi pypy311_pp73 pypy-only",
    )
    .without("--implementation pp"),
    case(
        "option-install-abi",
        &[],
        "install -t out --only-binary :all: --platform any --python-version 3.11 --implementation pp --abi pypy311_pp73 pypy-only",
    )
    .without("--abi pypy311_pp73"),
    case("option-install-user", &["!sh odd.sh system"], "install --user gamma")
        .env(&[("PYTHONUSERBASE", "{stage}/user")])
        .without("--user"),
    case("option-install-root", &[], "install --root out gamma").without("--root out"),
    case("option-install-prefix", &[], "install --prefix out gamma").without("--prefix out"),
    case("option-install-upgrade", ALPHA, "install -U alpha").without("-U"),
    case("option-install-strategy", OLD, "install -U alpha==1.0 --upgrade-strategy eager")
        .without("--upgrade-strategy eager"),
    case("option-install-force", ALPHA, "install --no-deps --force-reinstall alpha")
        .without("--force-reinstall"),
    case("option-install-ignore-installed", ALPHA, "install --no-deps --ignore-installed alpha==1.0")
        .without("--ignore-installed"),
    case("option-install-ignore-python", &[], "install --ignore-requires-python newer")
        .without("--ignore-requires-python"),
    case("option-install-no-compile", &[], "install gamma --no-compile").without("--no-compile"),
    case("option-install-compile", &[], "install gamma --no-compile --compile").without(" --compile"),
    case("option-install-script-location", &["!sh odd.sh system"], "install --user tool --no-warn-script-location")
        .env(&[("PYTHONUSERBASE", "{stage}/user")])
        .without("--no-warn-script-location"),
    case("option-install-conflicts", &["install -q alpha"], "install beta==0.5 --no-warn-conflicts")
        .without("--no-warn-conflicts"),
    case("option-install-require-hashes", &[], "install gamma==1.0 --require-hashes")
        .without("--require-hashes"),
    case("option-install-no-require-hashes", &[], "install -r missing-hash.txt --no-require-hashes")
        .without("--no-require-hashes"),
    case("option-install-progress", &[], "install alpha --progress-bar off").without("--progress-bar off"),
    case("option-install-report", &[], "install -q --dry-run gamma --report out.json")
        .without("--report out.json"),
    case("option-install-group", &[], "install low --group dev").without("--group dev"),
    case("option-install-pre", &[], "install final --pre").without("--pre"),
    case("option-install-all-releases", &[], "install final --all-releases final")
        .without("--all-releases final"),
    case("option-install-only-final", &[], "install final --all-releases :all: --only-final final")
        .without("--only-final final"),
    case("option-install-no-binary", &[], "install gamma --no-binary gamma").without("--no-binary gamma"),
    case("option-install-only-binary", &[], "install sourced --only-binary sourced")
        .without("--only-binary sourced"),
    case("option-install-prefer-binary", &[], "install sourced --prefer-binary").without("--prefer-binary"),
    case("option-install-index", &[], "install gamma -i {index}/empty/simple/")
        .without("-i {index}/empty/simple/"),
    case(
        "option-install-extra-index",
        &[],
        "install gamma -i {index}/empty/simple/ --extra-index-url {index}/simple/",
    )
    .without("--extra-index-url {index}/simple/"),
    case("option-install-no-index", &[], "install gamma --no-index").without("--no-index"),
    case("option-install-find-links", &[], "install omega -f links").without("-f links"),
    case("option-install-uploaded", &[], "install timed --uploaded-prior-to 2022-01-01")
        .without("--uploaded-prior-to 2022-01-01"),
    case("option-download-requirement", &[], "download -d w gamma -r requirements.txt")
        .without("-r requirements.txt"),
    case("option-download-constraint", &[], "download -d w alpha -c constraints.txt")
        .without("-c constraints.txt"),
    case("option-download-script", &[], "download -d w low --requirements-from-script script.py")
        .without("--requirements-from-script script.py"),
    case("option-download-no-deps", &[], "download -d w alpha --no-deps").without("--no-deps"),
    case("option-download-only-deps", &[], "download -d w alpha --only-deps").without("--only-deps"),
    case("option-download-dest", &[], "download gamma -d w").without("-d w"),
    case(
        "option-download-platform",
        &[],
        "download -d w --only-binary :all: --platform win_amd64 --python-version 3.11 --implementation cp --abi cp311 windows-only",
    )
    .without("--platform win_amd64"),
    case("option-download-python-version", &[], "download -d w --only-binary :all: --python-version 3.12 picky")
        .without("--python-version 3.12"),
    case(
        "option-download-implementation",
        &[],
        "download -d w --only-binary :all: --platform any --python-version 3.11 --implementation pp --abi pypy311_pp73 pypy-only",
    )
    .without("--implementation pp"),
    case(
        "option-download-abi",
        &[],
        "download -d w --only-binary :all: --platform any --python-version 3.11 --implementation pp --abi pypy311_pp73 pypy-only",
    )
    .without("--abi pypy311_pp73"),
    case("option-download-ignore-python", &[], "download -d w --ignore-requires-python newer")
        .without("--ignore-requires-python"),
    case("option-download-require-hashes", &[], "download -d w gamma==1.0 --require-hashes")
        .without("--require-hashes"),
    case("option-download-no-require-hashes", &[], "download -d w -r missing-hash.txt --no-require-hashes")
        .without("--no-require-hashes"),
    case("option-download-group", &[], "download -d w low --group dev").without("--group dev"),
    case("option-download-pre", &[], "download -d w final --pre").without("--pre"),
    case("option-download-all-releases", &[], "download -d w final --all-releases final")
        .without("--all-releases final"),
    case("option-download-only-final", &[], "download -d w final --all-releases :all: --only-final final")
        .without("--only-final final"),
    case("option-download-no-binary", &[], "download -d w gamma --no-binary gamma")
        .without("--no-binary gamma"),
    case("option-download-only-binary", &[], "download -d w sourced --only-binary sourced")
        .without("--only-binary sourced"),
    case("option-download-prefer-binary", &[], "download -d w sourced --prefer-binary")
        .without("--prefer-binary"),
    case("option-download-index", &[], "download -d w gamma -i {index}/empty/simple/")
        .without("-i {index}/empty/simple/"),
    case(
        "option-download-extra-index",
        &[],
        "download -d w gamma -i {index}/empty/simple/ --extra-index-url {index}/simple/",
    )
    .without("--extra-index-url {index}/simple/"),
    case("option-download-no-index", &[], "download -d w gamma --no-index").without("--no-index"),
    case("option-download-find-links", &[], "download -d w omega -f links").without("-f links"),
    case("option-download-uploaded", &[], "download -d w timed --uploaded-prior-to 2022-01-01")
        .without("--uploaded-prior-to 2022-01-01"),
    case("option-wheel-requirement", &[], "wheel -w w gamma -r requirements.txt")
        .without("-r requirements.txt"),
    case("option-wheel-constraint", &[], "wheel -w w alpha -c constraints.txt")
        .without("-c constraints.txt"),
    case("option-wheel-script", &[], "wheel -w w low --requirements-from-script any-python.py")
        .without("--requirements-from-script any-python.py"),
    case("option-wheel-no-deps", &[], "wheel -w w alpha --no-deps").without("--no-deps"),
    case("option-wheel-only-deps", &[], "wheel -w w alpha --only-deps").without("--only-deps"),
    case("option-wheel-dest", &[], "wheel gamma -w w").without("-w w"),
    case(
        "option-wheel-ignore-python",
        &[],
        "wheel -w w --ignore-requires-python {index}/files/future-1.0-py3-none-any.whl",
    )
    .without("--ignore-requires-python"),
    case("wheel-ignore-python-of-page", &[], "wheel -w w --ignore-requires-python newer")
        .differs("`wheel --ignore-requires-python` counts for what pages say, too"),
    case("option-wheel-require-hashes", &[], "wheel -w w gamma==1.0 --require-hashes")
        .without("--require-hashes"),
    case("option-wheel-no-require-hashes", &[], "wheel -w w -r missing-hash.txt --no-require-hashes")
        .without("--no-require-hashes"),
    case("option-wheel-group", &[], "wheel -w w low --group dev").without("--group dev"),
    case("option-wheel-pre", &[], "wheel -w w final --pre").without("--pre"),
    case("option-wheel-all-releases", &[], "wheel -w w final --all-releases final")
        .without("--all-releases final"),
    case("option-wheel-only-final", &[], "wheel -w w final --all-releases :all: --only-final final")
        .without("--only-final final"),
    case("option-wheel-no-binary", &[], "wheel -w w gamma --no-binary gamma")
        .without("--no-binary gamma"),
    case("option-wheel-only-binary", &[], "wheel -w w sourced --only-binary sourced")
        .without("--only-binary sourced"),
    case("option-wheel-prefer-binary", &[], "wheel -w w sourced --prefer-binary")
        .without("--prefer-binary"),
    case("option-wheel-index", &[], "wheel -w w gamma -i {index}/empty/simple/")
        .without("-i {index}/empty/simple/"),
    case(
        "option-wheel-extra-index",
        &[],
        "wheel -w w gamma -i {index}/empty/simple/ --extra-index-url {index}/simple/",
    )
    .without("--extra-index-url {index}/simple/"),
    case("option-wheel-no-index", &[], "wheel -w w gamma --no-index").without("--no-index"),
    case("option-wheel-find-links", &[], "wheel -w w omega -f links").without("-f links"),
    case("option-wheel-uploaded", &[], "wheel -w w timed --uploaded-prior-to 2022-01-01")
        .without("--uploaded-prior-to 2022-01-01"),
    case("option-list-uploaded", &["install -q timed==1.0"], "list -o --uploaded-prior-to 2022-01-01")
        .without("--uploaded-prior-to 2022-01-01"),
    case("option-index-uploaded", &[], "index versions timed --uploaded-prior-to 2022-01-01")
        .without("--uploaded-prior-to 2022-01-01"),
    case("option-lock-uploaded", &[], "lock -o - timed --uploaded-prior-to 2022-01-01")
        .without("--uploaded-prior-to 2022-01-01"),
    case("option-lock-script", &[], "lock -o - low --requirements-from-script any-python.py")
        .without("--requirements-from-script any-python.py"),
    case("option-lock-only-deps", &[], "lock -o - alpha --only-deps").without("--only-deps"),
];
