use super::*;
use proptest::prelude::*;

fn requirement(text: &str) -> Requirement {
    Requirement::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn requirements_print_in_one_style() {
    for (written, printed) in [
        ("requests", "requests"),
        (" Requests\t>= 2.0 , <3 ", "Requests<3,>=2.0"),
        ("name[B, a,a]==1.*", "name[B,a]==1.*"),
        ("name[]", "name"),
        ("name (>=1.0,<2)", "name<2,>=1.0"),
        ("name()", "name"),
        ("name>=1.0;os_name=='a'", "name>=1.0; os_name == \"a\""),
        ("name;os_name=='a'", "name; os_name == \"a\""),
        ("name@https://files.example/x", "name @ https://files.example/x"),
        ("name[a] @ ../x.whl ; os_name=='a'", "name[a] @ ../x.whl ; os_name == \"a\""),
        ("name @ a;b", "name @ a;b"),
        ("name===1.0,>=1", "name===1.0,>=1"),
        ("name_>=1", "name_>=1"),
        ("name>=1.0,", "name>=1.0"),
    ] {
        let requirement = requirement(written);
        assert_eq!(requirement.to_string(), printed, "{written}");
        assert_eq!(Requirement::parse(printed), Ok(requirement));
    }
}

#[test]
fn names_and_extras_are_normalized() {
    let requirement = requirement("Zope.Interface[A_b, a.B] >= 5");
    assert_eq!(requirement.name.as_str(), "zope-interface");
    assert_eq!(&*requirement.raw_name, "Zope.Interface");
    assert_eq!(requirement.extras.iter().map(Extra::as_str).collect::<Vec<_>>(), ["a-b"]);
    assert_eq!(requirement.raw_extras().collect::<Vec<_>>(), ["A_b", "a.B"]);
    assert_eq!(requirement.specifiers().unwrap().to_string(), ">=5");
}

#[test]
fn errors_say_what_and_where() {
    for (text, span, message) in [
        ("", 0..0, "Expected package name at the start of dependency specifier"),
        ("-e x", 0..0, "Expected package name"),
        ("name=>1", 4..4, "Expected semicolon (after name with no version specifier) or end"),
        ("name 1.0", 5..5, "Expected semicolon"),
        ("name>=1 <2", 4..8, "Expected comma (within version specifier), semicolon"),
        ("name>=1.*", 4..8, ".* suffix can only be used with"),
        ("name==1a1.*", 4..10, ".* suffix cannot be used with pre-release"),
        ("name>=1+x", 4..7, "Local version label"),
        ("name (>=1", 5..9, "Expected matching RIGHT_PARENTHESIS"),
        ("name[a b]", 7..7, "Expected comma between extra names"),
        ("name[a,]", 7..7, "Expected extra name after comma"),
        ("name[a", 4..6, "Expected matching RIGHT_BRACKET"),
        ("name @ ", 7..7, "Expected URL after @"),
        ("name @ u x", 7..9, "Expected semicolon (after URL and whitespace) or end"),
        ("name; nonsense", 6..6, "Expected a marker variable or quoted string"),
        ("name===a,b", 4..10, "Invalid specifier: 'b'"),
        ("name\n", 4..4, "Expected semicolon"),
        ("naïve", 0..0, "Expected package name"),
    ] {
        let error = Requirement::parse(text).expect_err(text);
        assert!(error.message.starts_with(message), "{text}: {error}");
        assert_eq!(error.span, span, "{text}: {error}");
    }
}

#[test]
fn equality_is_about_what_is_asked_for() {
    assert_eq!(requirement("A_b[X]>=1.0,<2"), requirement("a.b[x]<2,>=1"));
    assert_ne!(requirement("a"), requirement("a>=0"));
    let named = requirement("a").with_origin(Arc::new(Origin::CommandLine));
    assert_eq!(named, requirement("a"));
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,20}|[a-zA-Z0-9._-]{1,5}[ \\[\\],()@;<>=!~*+0-9a-z'\".-]{0,24}") {
        if let Ok(requirement) = Requirement::parse(&text) {
            prop_assert_eq!(Requirement::parse(&requirement.to_string()), Ok(requirement));
        }
    }
}
