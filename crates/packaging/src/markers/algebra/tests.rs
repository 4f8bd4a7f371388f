use super::*;
use crate::markers::MarkerError;
use proptest::prelude::*;

fn set(text: &str) -> MarkerSet {
    MarkerSet::of(&Marker::parse(text).unwrap_or_else(|error: MarkerError| panic!("{text}: {error}")))
}

#[test]
fn different_words_for_one_set_are_equal() {
    for (left, right) in [
        ("python_version >= '3.8'", "python_full_version >= '3.8.0'"),
        ("python_version > '3.8'", "python_version >= '3.9'"),
        ("python_version <= '3.8'", "python_version < '3.9'"),
        ("python_version == '3.8'", "python_full_version >= '3.8' and python_full_version < '3.9.dev0'"),
        ("python_version == '3.8.*'", "python_version == '3.8'"),
        ("python_version > '3.8.1'", "python_version >= '3.9'"),
        ("python_full_version > '3.8.1'", "python_full_version >= '3.8.2'"),
        ("python_version == '3.*'", "python_version >= '3.0' and python_version < '4'"),
        ("'3.8' <= python_version", "python_version >= '3.8'"),
        ("python_version in '3.8, 3.9'", "python_version == '3.8' or python_version == '3.9'"),
        ("python_version not in '3.8'", "python_version != '3.8'"),
        ("platform_system == 'Windows'", "sys_platform == 'win32'"),
        ("os_name != 'nt'", "'win32' != sys_platform"),
        ("os_name == 'a' or os_name != 'a'", "python_version >= '0'"),
        ("os_name == 'a' and os_name in 'abc'", "os_name == 'a'"),
        ("os_name == 'x' and os_name in 'abc'", "python_version < '0'"),
        ("os_name ~= 'x'", "python_version < '0'"),
        ("python_version >= '1!3'", "python_version < '0'"),
        ("python_version < '1!3'", "python_version >= '0'"),
        ("'a' == 'a'", "python_version >= '0'"),
        (
            "os_name in sys_platform and sys_platform == 'x'",
            "sys_platform == 'x' and os_name in 'sys_platform'",
        ),
    ] {
        assert_eq!(set(left), set(right), "{left} and {right}");
    }
    assert!(set("python_version >= '0'").is_always());
    assert!(set("python_version < '0'").is_never());
}

#[test]
fn sets_print_as_short_markers() {
    for (text, short) in [
        ("python_version >= '3.8' and python_version >= '3.9'", r#"python_version >= "3.9""#),
        ("python_version < '3.8' or python_version > '3.8'", r#"python_version != "3.8""#),
        ("python_full_version >= '3.8.1'", r#"python_full_version >= "3.8.1""#),
        ("python_full_version == '3.8.1'", r#"python_full_version == "3.8.1""#),
        ("python_version >= '3.8' and python_version < '3.9'", r#"python_version == "3.8""#),
        (
            "python_version >= '3.8' and python_version < '4' and python_version != '3.10'",
            r#"python_version >= "3.8" and python_version != "3.10" and python_version < "4.0""#,
        ),
        (
            "python_version < '3.8' or sys_platform == 'win32'",
            r#"python_version < "3.8" or sys_platform == "win32""#,
        ),
        (
            "sys_platform == 'win32' and os_name == 'nt' and platform_system == 'Windows'",
            r#"sys_platform == "win32""#,
        ),
        (
            "sys_platform != 'win32' and sys_platform != 'linux'",
            r#"sys_platform != "linux" and sys_platform != "win32""#,
        ),
        (
            "python_version < '3.8' and os_name == 'a' or python_version >= '3.8' and os_name == 'a'",
            r#"os_name == "a""#,
        ),
        (
            "(python_version < '3.8' and os_name == 'a') or platform_machine == 'b'",
            r#"(python_version < "3.8" and os_name == "a") or platform_machine == "b""#,
        ),
        ("'x' not in platform_version", r#""x" not in platform_version"#),
        ("'a' in extras or 'b' in dependency_groups", r#""a" in extras or "b" in dependency_groups"#),
        ("os_name == 'a' and os_name == 'b'", r#"python_version < "0""#),
        ("implementation_version >= '7.3'", r#"implementation_version >= "7.3.0""#),
        (
            "python_version < '2' or python_version >= '3'",
            r#"python_version < "2.0" or python_version >= "3.0""#,
        ),
    ] {
        assert_eq!(set(text).to_string(), short, "{text}");
    }
    assert_eq!(MarkerSet::always().to_marker(), None);
}

#[test]
fn what_is_known_need_not_be_said() {
    let known = MarkerSet::requires_python(&SpecifierSet::parse(">=3.9").unwrap());
    for (text, short) in [
        ("python_version >= '3.8'", None),
        ("python_version >= '3.9' and os_name == 'a'", Some(r#"os_name == "a""#)),
        ("python_version == '3.9'", Some(r#"python_version < "3.10""#)),
        ("python_version < '3.9'", Some(r#"python_version < "0""#)),
    ] {
        assert_eq!(set(text).to_marker_within(&known).map(|marker| marker.to_string()).as_deref(), short);
    }
}

#[test]
fn requires_python_goes_both_ways() {
    for (text, back) in [
        (">=3.9", ">=3.9"),
        (">=3.9,<4", "<4.0,>=3.9"),
        (">=3.9,!=3.10.*,!=3.11.1", "!=3.10.*,!=3.11.1,>=3.9"),
        (">3.8", ">=3.8.1"),
        ("~=3.9", "<4.0,>=3.9"),
        ("==3.9.*", "<3.10,>=3.9"),
        ("===3.9.1", "<3.9.2,>=3.9.1"),
        ("", ""),
        (">4,<3", "<0"),
    ] {
        let set = MarkerSet::requires_python(&SpecifierSet::parse(text).unwrap());
        assert_eq!(set.python_specifiers().to_string(), back, "{text}");
    }
    assert_eq!(set("python_version >= '3.9' and os_name == 'a'").python_specifiers().to_string(), ">=3.9");
    assert_eq!(set("python_version >= '3.9' or os_name == 'a'").python_specifiers().to_string(), "");
}

#[test]
fn an_extra_can_be_decided() {
    let set = set("extra == 'a' and os_name == 'x' or extra == 'b'");
    assert_eq!(set.with_extra("a").to_string(), r#"os_name == "x""#);
    assert!(set.with_extra("b").is_always());
    assert!(set.with_extra("").is_never());
}

#[test]
fn a_hostile_marker_is_one_fact() {
    let hostile = (0..40)
        .map(|i| {
            format!(
                "(extra == 'a{i}' or 'x{i}' in platform_version) and ('y{i}' in os_name or '{i}' in extras)"
            )
        })
        .collect::<Vec<_>>()
        .join(" or ");
    let set = set(&hostile);
    assert!(!set.is_never() && !set.is_always());
    assert!(set.is_disjoint(&set.not()));
}

const PYTHONS: [&str; 7] = ["2.7.18", "3.7.0", "3.8.0", "3.8.1", "3.9.5", "3.10.0", "3.11.2"];
const PLATFORMS: [(&str, &str, &str); 4] = [
    ("linux", "Linux", "posix"),
    ("darwin", "Darwin", "posix"),
    ("win32", "Windows", "nt"),
    ("cygwin", "CYGWIN", "posix"),
];

fn environments() -> impl Iterator<Item = MarkerEnvironment> {
    PYTHONS.into_iter().flat_map(|python| {
        PLATFORMS.into_iter().flat_map(move |(sys_platform, platform_system, os_name)| {
            ["x86_64", "arm64"].into_iter().map(move |machine| MarkerEnvironment {
                implementation_name: "cpython".into(),
                implementation_version: python.into(),
                os_name: os_name.into(),
                platform_machine: machine.into(),
                platform_release: "6.1.0-amd64".into(),
                platform_system: platform_system.into(),
                platform_version: "#1 SMP".into(),
                python_full_version: python.into(),
                platform_python_implementation: "CPython".into(),
                python_version: python
                    .rsplit_once('.')
                    .map(|(series, _)| series.to_owned())
                    .unwrap_or_default(),
                sys_platform: sys_platform.into(),
            })
        })
    })
}

fn comparisons() -> impl Strategy<Value = String> {
    let order = prop::sample::select(vec!["<", "<=", ">", ">=", "==", "!=", "~="]);
    let series = prop::sample::select(vec!["3.7", "3.8", "3.8.1", "3.9", "3.10", "3", "3.8.post1", "3.9a1"]);
    let wildcard = prop::sample::select(vec!["3.*", "3.8.*", "3.8.0.*", "3.8.1.*"]);
    let equality = prop::sample::select(vec!["==", "!=", "in", "not in", ">=", "<"]);
    let variable =
        prop::sample::select(vec!["python_version", "python_full_version", "implementation_version"]);
    let texts = prop::sample::select(vec![
        ("sys_platform", "linux"),
        ("sys_platform", "win32"),
        ("sys_platform", "linux win32"),
        ("platform_system", "Linux"),
        ("platform_system", "Windows"),
        ("os_name", "nt"),
        ("os_name", "posix"),
        ("platform_machine", "arm64"),
        ("platform_release", "6"),
        ("python_version", "3.8, 3.10"),
        ("extra", "a"),
    ]);
    prop_oneof![
        (variable.clone(), order.clone(), series.clone()).prop_map(|(v, o, s)| format!("{v} {o} '{s}'")),
        (variable.clone(), order, series).prop_map(|(v, o, s)| format!("'{s}' {o} {v}")),
        (variable, equality.clone(), wildcard).prop_map(|(v, o, s)| format!("{v} {o} '{s}'")),
        (texts, equality, any::<bool>()).prop_map(|((v, t), o, turned)| {
            if turned { format!("'{t}' {o} {v}") } else { format!("{v} {o} '{t}'") }
        }),
    ]
}

fn markers() -> impl Strategy<Value = String> {
    comparisons().prop_recursive(3, 8, 3, |inner| {
        (prop::collection::vec(inner, 2..4), any::<bool>())
            .prop_map(|(parts, all)| format!("({})", parts.join(if all { " and " } else { " or " })))
    })
}

fn agree(set: &MarkerSet, mut expected: impl FnMut(&MarkerEnvironment, &MarkerContext<'_>) -> bool) {
    for environment in environments() {
        for extra in ["", "a", "b"] {
            let context = MarkerContext::metadata(extra);
            assert_eq!(
                set.evaluate(&environment, &context),
                expected(&environment, &context),
                "{set:?} in {environment:?} with {extra:?}"
            );
        }
    }
}

fn holds(marker: &Marker, environment: &MarkerEnvironment, context: &MarkerContext<'_>) -> bool {
    // An undefined comparison does not hold, yet does not decide for its neighbours.
    marker.evaluate_in(environment, context).unwrap_or(false)
}

/// Without comparisons that have no answer, which a set and a marker treat differently.
fn defined(text: &str) -> Option<Marker> {
    let marker = Marker::parse(text).unwrap();
    let environment = environments().next()?;
    marker.evaluate_in(&environment, &MarkerContext::metadata("")).is_ok().then_some(marker)
}

proptest! {


    #[test]
    fn a_set_decides_as_its_marker(text in markers()) {
        if let Some(marker) = defined(&text) {
            agree(&MarkerSet::of(&marker), |environment, context| holds(&marker, environment, context));
        }
    }

    #[test]
    fn a_printed_set_decides_alike(text in markers()) {
        let set = set(&text);
        if let Some(short) = set.to_marker() {
            agree(&set, |environment, context| holds(&short, environment, context));
            prop_assert_eq!(MarkerSet::of(&short), set);
        }
    }

    #[test]
    fn operations_decide_as_their_words(left in markers(), right in markers()) {
        let (a, b) = (set(&left), set(&right));
        agree(&a.and(&b), |e, c| a.evaluate(e, c) && b.evaluate(e, c));
        agree(&a.or(&b), |e, c| a.evaluate(e, c) || b.evaluate(e, c));
        agree(&a.not(), |e, c| !a.evaluate(e, c));
        prop_assert_eq!(a.not().not(), a.clone());
        prop_assert_eq!(a.and(&b).not(), a.not().or(&b.not()));
        prop_assert_eq!(a.and(&b), b.and(&a));
        prop_assert!(a.implies(&a.or(&b)) && a.and(&b).implies(&a));
        if a.is_disjoint(&b) {
            agree(&a.and(&b), |_, _| false);
        }
    }

    #[test]
    fn a_marker_within_what_is_known_decides_alike_there(left in markers(), right in markers()) {
        let (a, known) = (set(&left), set(&right));
        let short = a.to_marker_within(&known);
        for environment in environments() {
            let context = MarkerContext::metadata("");
            if known.evaluate(&environment, &context) {
                let says = short.as_ref().is_none_or(|short| holds(short, &environment, &context));
                prop_assert_eq!(says, a.evaluate(&environment, &context));
            }
        }
    }
}

#[test]
fn many_excluded_versions_are_no_trouble() {
    let list = (0..2_000).map(|i| format!("!=3.{}.*", 2 * i)).collect::<Vec<_>>().join(",");
    let set = MarkerSet::requires_python(&SpecifierSet::parse(&list).unwrap());
    assert_eq!(set.python_specifiers().len(), 2_000);
    let marker = set.and(&self::set("os_name == 'a'")).to_marker().unwrap();
    assert!(!MarkerSet::of(&marker).is_never());
}

#[test]
fn a_long_list_is_one_fact() {
    let list = (0..20_000).map(|i| format!("os_name == 'a{i}'")).collect::<Vec<_>>().join(" or ");
    let set = set(&list);
    assert!(set.implies(&set) && set.is_disjoint(&set.not()));
}
