// tidy: table
//! The other commands of pip.

use super::{Case, case};

const ALPHA: &[&str] = &["install -q alpha==1.0"];
const SEVERAL: &[&str] = &["install -q alpha tool Camel_Case.Name"];
const BROKEN: &[&str] = &["install -q --no-deps alpha==2.0", "install -q --no-deps beta==0.5 needs-gone"];

/// The cases.
pub const CASES: &[Case<'_>] = &[
    case("uninstall", ALPHA, "uninstall -y alpha"),
    case("uninstall-several", SEVERAL, "uninstall -y alpha tool"),
    case("uninstall-absent", &[], "uninstall -y alpha"),
    case("uninstall-requirements", &["install -q -r requirements.txt"], "uninstall -y -r requirements.txt"),
    case("uninstall-nothing-named", &[], "uninstall -y"),
    case("list", SEVERAL, "list"),
    case("list-empty", &[], "list"),
    case("list-freeze", SEVERAL, "list --format freeze"),
    case("list-json", SEVERAL, "list --format=json"),
    case("list-verbose-json", SEVERAL, "list -v --format json"),
    case("list-verbose", ALPHA, "list -v"),
    case("list-outdated", ALPHA, "list --outdated"),
    case("list-outdated-json", ALPHA, "list -o --format json"),
    case("list-uptodate", ALPHA, "list --uptodate"),
    case("list-not-required", SEVERAL, "list --not-required"),
    case("list-exclude", SEVERAL, "list --exclude tool"),
    case("freeze", SEVERAL, "freeze"),
    case("freeze-requirements", SEVERAL, "freeze -r requirements.txt"),
    case("freeze-direct-url", &["install -q links/omega-1.0-py3-none-any.whl"], "freeze"),
    case("show", SEVERAL, "show alpha"),
    case("show-two", SEVERAL, "show beta camel-case.name"),
    case("show-files", SEVERAL, "show -f tool"),
    case("show-verbose", SEVERAL, "show -v tool"),
    case("show-absent", &[], "show alpha"),
    case("show-one-absent", ALPHA, "show alpha does-not-exist"),
    case("show-nothing", &[], "show"),
    case("check", SEVERAL, "check"),
    case("check-broken", BROKEN, "check"),
    case("version", &[], "--version"),
    case("cache-list-disabled", &[], "--no-cache-dir cache list"),
    case("config-get-missing", &[], "config get global.nothing"),
    case("config-list", &[], "config list"),
    case("require-virtualenv", &[], "--require-virtualenv list"),
];
