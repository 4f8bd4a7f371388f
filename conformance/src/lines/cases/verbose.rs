// tidy: table
//! What `-v`, `-vv` and `-vvv` add: where is looked, why a file counts or not, which files are read.

use super::{Case, UNSET, case};

const ALPHA: &[&str] = &["install -q alpha==1.0"];
const DEBUGGERS: &str = "what pip tells its own debuggers of files and connections is not told";
const FRONTS: &[&str] = &[
    "Created temporary directory",
    "  Created temporary directory",
    "    Created temporary directory",
    "      Created temporary directory",
    "Initialized build tracking",
    "Created build tracker",
    "Entered build tracker",
    "Removed build tracker",
    "Found index url",
    "  Found index url",
    "Looking up \"http",
    "  Looking up \"http",
    "No cache entry",
    "  No cache entry",
    "Starting new HTTP",
    "  Starting new HTTP",
    "http://127.0.0.1:{port} \"GET",
    "  http://127.0.0.1:{port} \"GET",
    "Updating cache with",
    "  Updating cache with",
    "Status code 404",
    "Registered VCS backend",
    "Ignoring indexes: ",
    "  Metadata-only fetching is not used",
    "etag object cached",
    "  etag object cached",
    "Caching due to etag",
    "  Caching due to etag",
    "Downloading link ",
    "Ignoring cached response",
    "Request header has",
];
const FILES: &[(&str, &str)] =
    &[("PIP_CONFIG_FILE", UNSET), ("XDG_CONFIG_HOME", "{stage}/config"), ("XDG_CONFIG_DIRS", "{stage}/xdg")];
const NAMED: &[(&str, &str)] =
    &[("PIP_CONFIG_FILE", "{stage}/named.conf"), ("XDG_CONFIG_DIRS", "{stage}/xdg")];
const NOWHERE: &[(&str, &str)] = &[
    ("PIP_CONFIG_FILE", "{stage}/nowhere.conf"),
    ("XDG_CONFIG_HOME", "{stage}/config"),
    ("XDG_CONFIG_DIRS", "{stage}/xdg"),
];
const USER: &str = "!mkdir -p config/pip; printf '[global]\\ntimeout = 60\\n' >config/pip/pip.conf";
const CONF: &str = "!printf '[list]\\nformat = freeze\\n' >named.conf";

/// A command with `-vv` against the index.
macro_rules! loud {
    ($name:literal, $before:expr, $command:literal) => {
        case($name, $before, $command).except(DEBUGGERS, FRONTS)
    };
}

/// The cases.
pub const CASES: &[Case<'_>] = &[
    loud!("vv-install", &[], "install -vv --no-compile 'alpha<2'").without("-vv"),
    loud!("vvv-install", &[], "install -vvv --no-compile gamma").without("-vvv"),
    case("v-install-needs-python", &[], "install -v --no-compile newer").without("-v"),
    loud!("vv-install-needs-python", &[], "install -vv --no-compile newer"),
    loud!("vv-install-ignores-python", &[], "install -vv --no-compile --ignore-requires-python newer"),
    case("vv-install-platforms", &[], "install -vv --no-compile plat")
        .differs("the files of a page are told in the order of their versions"),
    loud!("vv-install-source-and-wheel", &[], "install -vv --no-compile --only-binary :all: sourced"),
    loud!("vv-install-no-binary", &[], "install -vv --no-compile --only-binary :none: sourced<2"),
    loud!("vv-install-prerelease", &[], "install -vv --no-compile --pre final"),
    loud!("vv-install-yanked", &[], "install -vv --no-compile yanked"),
    loud!(
        "vv-install-uploaded",
        &[],
        "install -vv --no-compile timed --uploaded-prior-to 2022-01-01T00:00:00Z"
    ),
    loud!("vv-install-upgrade", ALPHA, "install -vv --no-compile -U alpha"),
    case("v-install-upgrade", ALPHA, "install -v --no-compile -U alpha").without("-v"),
    loud!("vv-install-satisfied", ALPHA, "install -vv alpha"),
    loud!("vv-install-conflicts", &[], "install -vv --no-compile top 'low<2'"),
    loud!("vv-install-constraint", &[], "install -vv --no-compile alpha -c constraints.txt"),
    loud!("vv-install-hashes", &[], "install -vv --no-compile -r hashed.txt"),
    loud!("vv-install-links", &[], "install -vv --no-compile -f links omega"),
    loud!("vv-install-links-only", &[], "install -vv --no-compile --no-index -f links omega"),
    loud!("vv-install-link-page", &[], "install -vv --no-compile -f {index}/links.html gamma"),
    loud!(
        "vv-install-two-indexes",
        &[],
        "install -vv --no-compile -i {index}/empty/simple/ --extra-index-url {index}/simple/ gamma"
    ),
    loud!("vv-install-target", &[], "install -vv --no-compile -t out gamma"),
    loud!("vv-install-prefix", &[], "install -vv --no-compile --prefix out gamma"),
    loud!("vv-install-user", &["!sh odd.sh system"], "install -vv --no-compile --user gamma")
        .env(&[("PYTHONUSERBASE", "{stage}/user")]),
    loud!("vv-install-no-user", &[], "install -vv --no-compile --no-user gamma"),
    loud!("vv-install-refresh", &[], "install -vv --no-compile --refresh-package gamma gamma")
        .without("--refresh-package gamma"),
    loud!("vv-download-refresh", &[], "download -vv -d w --refresh-package gamma gamma")
        .without("--refresh-package gamma"),
    loud!("vv-wheel-refresh", &[], "wheel -vv -w w --refresh-package gamma gamma")
        .without("--refresh-package gamma"),
    loud!("vv-lock-refresh", &[], "lock -vv -o - --refresh-package gamma gamma")
        .without("--refresh-package gamma"),
    loud!("vv-index-refresh", &[], "index versions -vv --refresh-package alpha alpha")
        .without("--refresh-package alpha"),
    loud!("vv-list-refresh", ALPHA, "list -vv -o --refresh-package :all:").without("--refresh-package :all:"),
    loud!("vv-install-dry-run", &[], "install -vv --dry-run gamma"),
    loud!("vv-download", &[], "download -vv -d w gamma").without("-vv"),
    loud!("vv-wheel", &[], "wheel -vv -w w gamma"),
    loud!("vv-lock", &[], "lock -vv -o - gamma"),
    loud!("vv-index", &[], "index versions -vv alpha").without("-vv"),
    loud!("vv-index-python", &[], "index versions -vv newer"),
    case("v-index-python", &[], "index versions -v newer").without("-v"),
    loud!("vv-list-outdated", ALPHA, "list -vv -o").without("-vv"),
    case("vv-list", ALPHA, "list -vv").without("-vv"),
    case("vvv-list", ALPHA, "-vvv list --format json").without("-vvv"),
    case("vv-freeze", ALPHA, "freeze -vv"),
    case("vv-show", ALPHA, "show -vv alpha").without("-vv"),
    case("vv-check", ALPHA, "check -vv"),
    case("vv-inspect", ALPHA, "inspect -vvv --path nowhere"),
    case("vv-cache", &[], "cache list -vv"),
    case("vv-hash", &[], "hash -vv requirements.txt"),
    loud!("vv-uninstall", ALPHA, "uninstall -vv -y alpha").without("-vv"),
    loud!("vvv-uninstall", ALPHA, "uninstall -vvv -y alpha").without("-vvv"),
    case("v-config-list", &[USER], "config list -v").env(FILES).without("-v"),
    case("v-config-list-before", &[USER], "config -v list").env(FILES),
    case("vv-config-list", &[USER], "config list -vv").env(FILES),
    case("v-config-list-named", &[CONF], "config list -v").env(NAMED),
    case("v-config-list-nowhere", &[USER], "config list -v").env(NOWHERE),
    case("vv-config-list-null", &[USER], "config list -vv").without("-vv"),
    case("v-config-list-user", &[USER], "config list -v --user").env(FILES),
    case("vv-config-list-user", &[USER], "config list -vv --user").env(FILES).without("-vv"),
    case("vv-config-list-user-named", &[CONF], "config list -vv --user").env(NAMED),
    case("vv-config-list-site", &[USER], "config list -vv --site").env(FILES),
    case("v-config-list-isolated", &[USER], "config list -v --isolated").env(FILES),
    case("v-config-get", &[USER], "config get -v global.timeout").env(FILES),
    case("vv-config-set", &[USER], "config set -vv global.retries 1").env(FILES),
    case("vv-config-set-named", &[CONF], "config set -vv global.retries 1").env(NAMED),
    case("v-config-unset", &[USER], "config unset -v global.timeout").env(FILES),
    case("config-unset-missing-named", &[CONF], "config unset global.nothing").env(NAMED),
    case("config-edit-named", &[CONF], "config edit --editor true").env(NAMED),
    case("debug-config-list", &[USER], "config list --debug").env(FILES).without("--debug"),
    case("v-config-debug", &[USER], "config debug -v").env(FILES),
];
