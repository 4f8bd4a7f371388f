// tidy: table
//! `uninstall`.

use super::{Case, case};

const ALPHA: &[&str] = &["install -q alpha==1.0"];
const SEVERAL: &[&str] = &["install -q alpha tool Camel_Case.Name"];
const ASKED: &[(&str, &str)] = &[("PIP_NO_INPUT", "")];
const MANAGED: &str = "!printf '[externally-managed]\\nError=Ask the distribution.\\n' >marker";

/// The cases.
pub const CASES: &[Case<'_>] = &[
    case("uninstall-yes", ALPHA, "uninstall -y alpha").env(ASKED).without("-y"),
    case("uninstall-yes-long", ALPHA, "uninstall --yes alpha"),
    case("uninstall-yes-last", ALPHA, "uninstall alpha -y"),
    case("uninstall-asks-yes", ALPHA, "uninstall alpha").env(ASKED).stdin("y\n"),
    case("uninstall-asks-enter", ALPHA, "uninstall alpha").env(ASKED).stdin("\n"),
    case("uninstall-asks-no", ALPHA, "uninstall alpha").env(ASKED).stdin("N\n"),
    case("uninstall-asks-again", ALPHA, "uninstall alpha").env(ASKED).stdin("what\ny\n"),
    case("uninstall-asks-each", SEVERAL, "uninstall alpha gamma").env(ASKED).stdin("n\ny\n"),
    case("uninstall-asks-nobody", ALPHA, "uninstall alpha").env(ASKED).differs("the traceback is Python's"),
    case("uninstall-no-input", ALPHA, "uninstall --no-input alpha")
        .env(ASKED)
        .stdin("n\n")
        .differs("the traceback is Python's"),
    case("uninstall-shows-scripts", SEVERAL, "uninstall tool").env(ASKED).stdin("n\n"),
    case("uninstall-shows-strays", &["install -q alpha", "!sh odd.sh stray"], "uninstall alpha")
        .env(ASKED)
        .stdin("n\n"),
    case("uninstall-keeps-strays", &["install -q alpha", "!sh odd.sh stray"], "uninstall -y alpha"),
    case("uninstall-shows-outside", &["install -q alpha", "!sh odd.sh outside"], "uninstall alpha")
        .env(ASKED)
        .stdin("n\n"),
    case("uninstall-keeps-outside", &["install -q alpha", "!sh odd.sh outside"], "uninstall -y alpha"),
    case("uninstall-verbose", ALPHA, "uninstall -v alpha").env(ASKED).stdin("n\n"),
    case("uninstall-verbose-yes", ALPHA, "uninstall -v -y alpha").without("-v"),
    case("uninstall-quiet", ALPHA, "uninstall -q -y alpha").without("-q"),
    case("uninstall-requirement-option", SEVERAL, "uninstall -y tool -r requirements.txt")
        .without("-r requirements.txt"),
    case("uninstall-nested-file", SEVERAL, "uninstall -y -r nested.txt"),
    case("uninstall-missing-file", SEVERAL, "uninstall -y -r no-such.txt"),
    case("uninstall-empty-file", SEVERAL, "uninstall -y -r empty.txt"),
    case("uninstall-malformed", SEVERAL, "uninstall -y 'alpha >> 1'"),
    case("uninstall-malformed-file", SEVERAL, "uninstall -y -r malformed.txt"),
    case("uninstall-version-does-not-matter", ALPHA, "uninstall -y alpha==9.9"),
    case("uninstall-named-twice", ALPHA, "uninstall -y alpha Alpha"),
    case("uninstall-name-in-any-form", SEVERAL, "uninstall -y CAMEL-case_NAME"),
    case("uninstall-some-absent", ALPHA, "uninstall -y Zeta alpha"),
    case("uninstall-folder", ALPHA, "uninstall -y ./links"),
    case("uninstall-editable", &["!sh odd.sh editable"], "uninstall -y devel"),
    case("uninstall-egg-link", &["!sh odd.sh egg-link"], "uninstall -y old"),
    case("uninstall-egg-info", &["!sh odd.sh egg-info"], "uninstall -y eggy"),
    case("uninstall-distutils", &["!sh odd.sh distutils"], "uninstall -y stone"),
    case("uninstall-no-record", &["!sh odd.sh no-record"], "uninstall -y bare"),
    case("uninstall-no-record-of-another", &["!sh odd.sh no-record-other"], "uninstall -y bare"),
    case("uninstall-pth-folder", &["!sh odd.sh pth"], "uninstall -y further"),
    case("uninstall-dry-run", ALPHA, "uninstall --dry-run alpha").differs("pip has no such option"),
    case("uninstall-root-user-action-bad", ALPHA, "uninstall -y --root-user-action never alpha"),
    case("uninstall-break-system-packages", ALPHA, "uninstall -y --break-system-packages alpha"),
    case("uninstall-marker-beside", &["install -q alpha", MANAGED], "uninstall -y alpha"),
    case("uninstall-path-nowhere", ALPHA, "uninstall -y alpha ./nowhere"),
    case("uninstall-nothing", &[], "uninstall"),
];
