use super::*;
use proptest::prelude::*;

#[test]
fn wheels() {
    let table = [
        ("Foo_Bar-1.0-py2.py3-none-any.whl", "foo-bar|1|None|py2.py3-none-any"),
        ("foo-1.0-2abc-cp311-abi3-linux_x86_64.whl", "foo|1|Some(2abc)|cp311-abi3-linux_x86_64"),
        ("foo-1.0-007-py3-none-any.whl", "foo|1|Some(7)|py3-none-any"),
    ];
    for (text, expected) in table {
        let wheel = WheelFilename::parse(text).unwrap();
        let build = wheel.build().map(|build| format!("{}{}", build.number(), build.suffix()));
        let build = build.map_or("None".to_owned(), |build| format!("Some({build})"));
        let version = wheel.version().without_trailing_zeros();
        assert_eq!(format!("{}|{version}|{build}|{}", wheel.name(), wheel.tag()), expected);
        assert_eq!(wheel.as_str(), text);
    }
}

#[test]
fn wheel_errors() {
    use FilenameError as E;
    assert!(matches!(WheelFilename::parse("foo-1.0.zip"), Err(E::Extension { .. })));
    assert!(matches!(WheelFilename::parse("foo-1.0-py3-none.whl"), Err(E::Parts { .. })));
    assert!(matches!(WheelFilename::parse("-1.0-py3-none-any.whl"), Err(E::Name { .. })));
    assert!(matches!(WheelFilename::parse("../foo-1.0-py3-none-any.whl"), Err(E::Name { .. })));
    assert!(matches!(WheelFilename::parse("foo-1.0-py3-none-a/b.whl"), Err(E::Name { .. })));
    assert!(matches!(WheelFilename::parse("foo-x-py3-none-any.whl"), Err(E::Version { .. })));
    assert!(matches!(WheelFilename::parse("foo-1-b-py3-none-any.whl"), Err(E::Build { .. })));
    assert!(matches!(WheelFilename::parse("foo-1-3-none-any.whl"), Err(E::Tags { .. })));
}

#[test]
fn build_tags_order_by_number() {
    let mut builds: Vec<_> = ["10", "9z", "9", "00000000000000000000000000000011", "0"]
        .iter()
        .map(|text| BuildTag::parse(text).unwrap())
        .collect();
    builds.sort();
    let sorted: Vec<_> = builds.iter().map(|build| format!("{}{}", build.number(), build.suffix())).collect();
    assert_eq!(sorted, ["0", "9", "9z", "10", "11"]);
    assert_eq!(BuildTag::parse("x1"), None);
}

#[test]
fn sources_on_pages() {
    let project = PackageName::new("a-b").unwrap();
    let table = [
        ("a-b-1.0-1.tar.gz", Some("1.0.post1")),
        ("A.B-1.0.TGZ", Some("1.0")),
        ("a_b-1.0.tar.bz2", Some("1.0")),
        ("a-b-c-1.0.tar.gz", None),
        ("ab-1.0.tar.gz", None),
        ("a-b.tar.gz", None),
    ];
    for (text, version) in table {
        let parsed = SourceFilename::parse_for(text, &project).ok();
        assert_eq!(parsed.map(|source| source.version().to_string()).as_deref(), version, "{text}");
    }
}

proptest! {
    #[test]
    fn never_panics(text in "\\PC{0,40}", stem in "[a-z0-9._é-]{0,20}") {
        let project = PackageName::new("a").unwrap();
        for text in [text, format!("{stem}.whl"), format!("{stem}-py3-none-any.whl"), format!("{stem}.tar.gz")] {
            if let Ok(name) = DistributionFilename::parse(&text) {
                prop_assert_eq!(name.as_str(), &text);
            }
            let _ = DistributionFilename::parse_for(&text, &project);
        }
    }

    #[test]
    fn spelling_is_normalization(text in "[aB.é_-]{1,6}") {
        let name = PackageName::from_identifier(&text);
        prop_assert!(is_spelling_of(&text, &name));
        prop_assert_eq!(is_spelling_of("a-b", &name), name.as_str() == "a-b");
    }
}
