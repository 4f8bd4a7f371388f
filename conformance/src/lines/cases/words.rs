// tidy: table
//! Words that nobody means, and how they are refused or taken: nothing, blanks, addresses without a host, paths that
//! lead nowhere.

use super::{Case, UNSET, case};

const WHOLE: &str = "a relative `file:` address is recorded as a whole one";

/// The cases.
pub const CASES: &[Case<'_>] = &[
    case("words-here", &[], "install --dry-run ."),
    case("words-nothing", &[], "install ''"),
    case("words-blank", &[], "install ' '"),
    case("words-nothing-editable", &[], "install -e '' gamma"),
    case("words-blank-editable", &[], "install -e ' ' gamma"),
    case("words-nothing-index", &[], "install -i '' gamma --no-index -f links"),
    case("words-nothing-links", &[], "install -f '' gamma").without("-f ''"),
    case("words-nothing-target", &[], "install -t '' gamma"),
    case("words-nothing-root", &[], "install --root '' gamma"),
    case("words-nothing-prefix-and-target", &[], "install --target out --prefix out gamma"),
    case("words-nothing-report", &[], "install --report '' gamma"),
    case("words-nothing-script", &[], "install --requirements-from-script '' gamma"),
    case("words-nothing-python-version", &[], "install --python-version '' gamma"),
    case("words-nothing-implementation", &[], "install --implementation '' gamma"),
    case("words-nothing-platform", &[], "install --platform '' gamma"),
    case("words-nothing-refresh", &[], "install --refresh-package '' gamma"),
    case("words-nothing-setting", &[], "install -C '' gamma"),
    case("words-setting-without-value", &[], "install --config-settings key gamma"),
    case("words-nothing-requirements", &[], "install -r '' gamma"),
    case("words-nothing-constraints", &[], "install -c '' gamma"),
    case("words-nothing-group", &[], "install --group '' gamma"),
    case("words-nothing-upgrade-strategy", &[], "install --upgrade-strategy '' gamma"),
    case("words-nothing-uninstall", &[], "uninstall -y ''"),
    case("words-nothing-show", &[], "show ''"),
    case("words-nothing-hash", &[], "hash ''").differs("the traceback is Python's"),
    case("words-nothing-versions", &[], "index versions ''"),
    case("words-no-host", &[], "install http:///x"),
    case("words-no-host-at-all", &[], "install https://"),
    case("words-no-host-editable", &[], "install -e http:///x"),
    case("words-no-such-scheme", &[], "install 'gamma @ ftp://files.example/gamma-1.0-py3-none-any.whl'"),
    case("words-relative-address", &[], "install file:links/omega-1.0-py3-none-any.whl").differs(WHOLE),
    case("words-relative-address-of-none", &[], "install file:x.whl"),
    case("words-relative-address-download", &[], "download file:x.whl"),
    case("words-relative-address-uninstall", &[], "uninstall -y file:x.whl"),
    case("words-system-alone", &[], "install -e git+"),
    case("words-system-and-scheme", &[], "install -e git+ssh"),
    case("words-editable-name-at-word", &[], "install -e 'x @ y'"),
    case("words-editable-at", &[], "install -e x@"),
    case("words-editable-extras", &[], "install -e 'links/omega-1.0-py3-none-any.whl[x]'"),
    case("words-dotted-name", &[], "install .gamma"),
    case("words-tab", &[], "install 'gamma\tlow'"),
    case("words-tab-editable", &[], "install -e 'gamma\tlow'"),
    case("words-newline", &[], "install 'gamma\nlow'"),
    case("words-requirements-path", &[], "install ./requirements.txt"),
    case("words-other-path", &[], "install ./pyproject.toml"),
    case("words-empty-path", &[], "install ./empty.txt"),
    case("words-uninstall-wheel", &[], "uninstall -y x.whl"),
    case("words-uninstall-absent-wheel", &["install -q gamma"], "uninstall -y gamma-1.0-py3-none-any.whl"),
    case("words-uninstall-path", &[], "uninstall -y ./nowhere"),
    case("words-not-latin", &[], "install 日本"),
    case("words-accent", &[], "install café"),
    case("words-accent-c-locale", &[], "install café").env(&[("LC_ALL", "C")]),
    case("words-accent-language", &[], "install café").env(&[("LC_ALL", UNSET), ("LANG", "C")]),
    case("words-accent-encoding", &[], "install café")
        .env(&[("PYTHONIOENCODING", "ascii")])
        .differs("what is said is UTF-8"),
    case("words-legacy-resolver", &[], "install --only-deps alpha --use-deprecated legacy-resolver")
        .without("--use-deprecated legacy-resolver"),
    case("words-bare-option", &[], "install - gamma"),
    case("words-many-dashes", &[], "install --- gamma"),
];
