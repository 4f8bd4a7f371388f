//! Constraints as Poetry prints them.

use super::*;

#[test]
fn constraints_print_as_by_poetry() {
    let cases = [
        ("*", ""),
        ("1.2", "==1.2"),
        ("^1.2", ">=1.2,<2.0"),
        ("^0.3", ">=0.3,<0.4"),
        ("^0.0.3", ">=0.0.3,<0.0.4"),
        ("^0", ">=0,<1"),
        ("^1.2.3.4", ">=1.2.3.4,<2.0.0.0"),
        ("^1.0-alpha1", "!"),
        ("^1.0a1", ">=1.0a1,<2.0"),
        ("~1", ">=1,<2"),
        ("~1.2.3", ">=1.2.3,<1.3.0"),
        ("~=1.4.5", ">=1.4.5,<1.5.0"),
        ("1.*", "==1.*"),
        ("!=1.5.*", "!=1.5.*"),
        (">=1,<2", ">=1,<2"),
        ("> 1.0 <2", ">1.0,<2"),
        (">=1.0,!=1.5,<2", ">=1.0,!=1.5,<2"),
        ("!=1.5,>=1.0", "!=1.5,>=1.0"),
        (">=1.0.dev0,<2.0", "==1.*"),
        ("<1,>2", "!"),
        ("===1", "!"),
        ("1 - 2", "!"),
        ("1!2", "!"),
    ];
    for (text, printed) in cases {
        let constraint = Constraint::parse(text, Of::Package).and_then(|all| all.print(Some(text)));
        assert_eq!(constraint.unwrap_or_else(|_| "!".to_owned()), printed, "{text}");
    }
}

#[test]
fn pythons_print_as_by_poetry() {
    let cases = [
        ("^3.8", ">=3.8,<4.0"),
        ("3.8", ">=3.8,<3.9"),
        ("3", ">=3.0,<4.0"),
        ("==3.8.1", "==3.8.1"),
        (
            "~2.7 || ^3.14",
            ">=2.7, !=3.0.*, !=3.1.*, !=3.2.*, !=3.3.*, !=3.4.*, !=3.5.*, !=3.6.*, !=3.7.*, !=3.8.*, !=3.9.*, !=3.10.*, !=3.11.*, !=3.12.*, !=3.13.*",
        ),
    ];
    for (text, printed) in cases {
        let constraint = Constraint::parse(text, Of::Python).and_then(|all| all.print_python());
        assert_eq!(constraint.unwrap_or_else(|_| "!".to_owned()), printed, "{text}");
    }
    let marker = |text| Constraint::parse(text, Of::Package).and_then(|all| all.python_marker()).unwrap();
    assert_eq!(marker("^3.8"), "python_version >= \"3.8\" and python_version < \"4.0\"");
    assert_eq!(marker("<=3.9"), "python_full_version <= \"3.9.0\"");
    assert_eq!(marker("<3.8.1"), "python_full_version < \"3.8.1\"");
}

proptest::proptest! {
    #[test]
    fn nothing_panics(text in "[\\^~=<>! ,|*0-9.a-c-]{0,24}") {
        for of in [Of::Package, Of::Python] {
            if let Ok(constraint) = Constraint::parse(&text, of) {
                let _ = (constraint.print(Some(&text)), constraint.print(None));
                let _ = (constraint.print_python(), constraint.python_marker());
            }
        }
    }

    #[test]
    fn a_complement_completes(text in "[\\^~=<>!]{0,2}[0-9](\\.[0-9]){0,3}(,[<>][0-9])?") {
        if let Ok(constraint) = Constraint::parse(&text, Of::Package) {
            let rest = constraint.complement();
            proptest::prop_assert!(!constraint.meets(&rest));
            proptest::prop_assert_eq!(rest.complement(), constraint.clone());
            proptest::prop_assert!(Constraint::union([constraint.0, rest.0].concat()).is_any());
        }
    }
}
