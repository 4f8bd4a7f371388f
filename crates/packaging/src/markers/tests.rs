use super::*;
use crate::name::Extra;
use proptest::prelude::*;

fn marker(text: &str) -> Marker {
    Marker::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn linux() -> MarkerEnvironment {
    MarkerEnvironment {
        implementation_name: "cpython".into(),
        implementation_version: "3.12.1".into(),
        os_name: "posix".into(),
        platform_machine: "x86_64".into(),
        platform_release: "6.1.0-26-amd64".into(),
        platform_system: "Linux".into(),
        platform_version: "#1 SMP".into(),
        python_full_version: "3.12.1".into(),
        platform_python_implementation: "CPython".into(),
        python_version: "3.12".into(),
        sys_platform: "linux".into(),
    }
}

#[test]
fn markers_print_in_one_style() {
    for (written, printed) in [
        ("python_version<'3'", r#"python_version < "3""#),
        ("os.name=='a'and sys.platform!='b'", r#"os_name == "a" and sys_platform != "b""#),
        ("python_implementation == 'x'", r#"platform_python_implementation == "x""#),
        ("('a' in extras)", r#""a" in extras"#),
        ("extra == 'A_b.C'", r#"extra == "a-b-c""#),
        (
            "os_name not \t in 'a' or (os_name=='b' or os_name=='c')",
            r#"os_name not in "a" or (os_name == "b" or os_name == "c")"#,
        ),
        (
            "(os_name=='a' and os_name=='b') or os_name=='c'",
            r#"(os_name == "a" and os_name == "b") or os_name == "c""#,
        ),
        (
            "os_name=='a' and os_name=='b' or os_name=='c'",
            r#"os_name == "a" and os_name == "b" or os_name == "c""#,
        ),
        (
            "((os_name=='a' or os_name=='b')) and ((os_name=='c'))",
            r#"(os_name == "a" or os_name == "b") and os_name == "c""#,
        ),
        (r#"os_name == 'a"b'"#, r#"os_name == 'a"b'"#),
        (r"os_name == '\x41\u0042\103\t\q'", "os_name == \"ABC\t\\q\""),
        // none of these could be read again as it is
        (r"os_name == 'a\n--index-url x'", r#"os_name == "a\u000a--index-url x""#),
        (r"os_name == 'a\\nb\\'", r#"os_name == "a\\nb\\""#),
        (r#"os_name == 'a"\x27b'"#, r#"os_name == "a\u0022'b""#),
    ] {
        assert_eq!(marker(written).to_string(), printed, "{written}");
    }
}

#[test]
fn errors_say_where() {
    for (text, at) in [
        ("", 0),
        ("os_name", 7),
        ("os_name == ", 11),
        ("os_name = 'a'", 8),
        ("os_name == 'a", 11),
        ("os_name == 'a' os_name", 15),
        ("os_name == 'a' and", 18),
        ("nonsense == 'a'", 0),
        ("(os_name == 'a'", 0),
        ("os_name notin 'a'", 8),
        ("os_name not 'a'", 12),
        ("python_version < '3'\n", 20),
        (r"os_name == '\x'", 11),
    ] {
        let error = Marker::parse(text).expect_err(text);
        assert_eq!(error.span.start, at, "{text}: {error}");
    }
}

#[test]
fn deep_nesting_is_an_error() {
    let nested = |depth: usize| format!("{}os_name == 'a'{}", "(".repeat(depth), ")".repeat(depth));
    assert!(Marker::parse(&nested(200)).is_ok());
    assert!(Marker::parse(&nested(201)).is_err());
    assert!(Marker::parse(&"(".repeat(1_000_000)).is_err());
}

#[test]
fn markers_are_evaluated_as_packaging_does() {
    for (text, holds) in [
        ("python_version >= '3.9'", true),
        ("python_version in '3.9 3.12'", true),
        ("'3.1' in python_version", true),
        ("python_version ~= '3.0'", true),
        ("'3.13' > python_version", true),
        ("python_version == '3.12.*'", true),
        ("python_full_version == '3.12'", false),
        ("platform_release >= '5'", false),
        ("platform_release != '5'", false),
        ("platform_release == '6.1.0-26-amd64'", true),
        ("sys_platform >= 'linux'", true),
        ("sys_platform > 'a'", false),
        ("sys_platform ~= 'linux'", false),
        ("sys_platform == 'win32' or os_name == 'posix'", true),
        ("extra == ''", true),
        ("extra != 'x'", true),
        ("'x' in extras", false),
    ] {
        assert_eq!(marker(text).evaluate(&linux(), &[]), holds, "{text}");
    }
}

#[test]
fn one_of_the_extras_must_fit() {
    let extras: Vec<Extra> = ["A.a", "b"].map(|name| Extra::new(name).unwrap()).into();
    assert!(marker("extra == 'a-a'").evaluate(&linux(), &extras));
    assert!(!marker("extra == 'a-a' and extra == 'b'").evaluate(&linux(), &extras));
    assert!(marker("extra != 'b'").evaluate(&linux(), &extras));
    assert!(!marker("extra != 'b'").evaluate(&linux(), &extras[1..]));
    let lock = MarkerContext::lock(&extras, &[]);
    assert_eq!(
        marker("'b' in extras and 'b' not in dependency_groups").evaluate_in(&linux(), &lock),
        Ok(true)
    );
    assert!(marker("extra == 'b'").evaluate_in(&linux(), &lock).is_err());
    assert!(marker("extras == 'b'").evaluate_in(&linux(), &lock).is_err());
}

#[test]
fn an_untagged_build_of_python_is_a_version() {
    let environment = MarkerEnvironment { python_full_version: "3.13.0+".into(), ..linux() };
    assert!(marker("python_full_version >= '3.13'").evaluate(&environment, &[]));
}

#[test]
fn markers_combine_with_parentheses() {
    let (a, b) = (marker("os_name == 'a' or os_name == 'b'"), marker("os_name == 'c'"));
    assert_eq!(a.and(&b).to_string(), r#"(os_name == "a" or os_name == "b") and os_name == "c""#);
    assert_eq!(b.or(&a).to_string(), r#"os_name == "c" or (os_name == "a" or os_name == "b")"#);
}

#[test]
fn an_environment_is_json_by_its_names() {
    let json = serde_json::to_value(linux()).unwrap();
    assert_eq!(json["python_full_version"], "3.12.1");
    assert_eq!(json.as_object().unwrap().len(), 11);
    assert_eq!(serde_json::from_value::<MarkerEnvironment>(json).unwrap(), linux());
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,20}|([a-z_.]{1,9}|[()'\" <>=]{1,3}|in|not| and | or |os_name|'3'){0,9}") {
        if let Ok(marker) = Marker::parse(&text) {
            prop_assert_eq!(&Marker::parse(&marker.to_string()).unwrap(), &marker);
            let _ = MarkerSet::of(&marker).to_marker();
        }
    }
}
