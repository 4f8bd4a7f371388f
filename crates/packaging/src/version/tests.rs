use super::*;
use proptest::prelude::*;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

fn version(text: &str) -> Version {
    Version::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn spellings_have_one_normal_form() {
    for (written, normalized) in [
        ("1.0", "1.0"),
        ("  v1.0\t", "1.0"),
        ("1.0.0.0.0", "1.0.0.0.0"),
        ("01.002", "1.2"),
        ("1!2.0", "1!2.0"),
        ("0!2.0", "2.0"),
        ("1.0alpha", "1.0a0"),
        ("1.0-BETA_2", "1.0b2"),
        ("1.0.preview.3", "1.0rc3"),
        ("1.0c1", "1.0rc1"),
        ("1.0-1", "1.0.post1"),
        ("1.0rev2", "1.0.post2"),
        ("1.0.r", "1.0.post0"),
        ("1.0a.-1", "1.0a0.post1"),
        ("1.0_dev", "1.0.dev0"),
        ("1.0dev.", "1.0.dev0"),
        ("1.0a1.post2.dev3+Ubuntu-01.x", "1.0a1.post2.dev3+ubuntu.1.x"),
        ("20240101.16777216.3.20240101", "20240101.16777216.3.20240101"),
        ("1.0.dev20240101", "1.0.dev20240101"),
        ("18446744073709551615", "18446744073709551615"),
    ] {
        assert_eq!(version(written).to_string(), normalized, "{written:?}");
    }
}

#[test]
fn other_texts_are_no_versions() {
    for text in [
        "",
        ".",
        "1.",
        ".1",
        "1..2",
        "v",
        "a1",
        "1.0 1",
        "1.0+",
        "1.0+a_",
        "1.0+a..b",
        "1!",
        "!1",
        "1.0-",
        "1.0-1-2",
        "1.0.*",
        "1.0é",
        "١",
        "1.0poſt1",
        "18446744073709551616",
        "1.0a18446744073709551616",
        "1.0+ıſ",
    ] {
        assert!(Version::parse(text).is_err(), "{text:?}");
    }
}

/// PEP 440, "Summary of permitted suffixes and relative ordering", with neighbours of the packed form's limits.
const ASCENDING: [&str; 30] = [
    "0.dev0",
    "0.9",
    "1.dev0",
    "1.0.dev456",
    "1.0a0.dev1",
    "1.0a0",
    "1.0a1",
    "1.0a2.dev456",
    "1.0a12.dev456",
    "1.0a12",
    "1.0a12.post1",
    "1.0b1.dev456",
    "1.0b2",
    "1.0b2.post345.dev456",
    "1.0b2.post345",
    "1.0rc1.dev456",
    "1.0rc1",
    "1.0rc33554432",
    "1.0",
    "1.0+abc",
    "1.0+abc.5",
    "1.0+5",
    "1.0.post456.dev34",
    "1.0.post456",
    "1.0.post33554432",
    "1.0.0.0.1",
    "1.0.15",
    "1.16777216",
    "33554432.0",
    "1!0.1",
];

#[test]
fn versions_are_ordered_as_pep_440_says() {
    for (i, left) in ASCENDING.iter().enumerate() {
        for (j, right) in ASCENDING.iter().enumerate() {
            assert_eq!(version(left).cmp(&version(right)), i.cmp(&j), "{left} and {right}");
        }
    }
}

#[test]
fn trailing_zeros_do_not_count() {
    let hash = |text| BuildHasherDefault::<DefaultHasher>::default().hash_one(version(text));
    for (left, right) in
        [("1", "1.0.0.0.0.0"), ("1.0a1", "1.0.0.0.0a1"), ("1!2", "1!2.0"), ("1+a", "1.0+a"), ("0", "0.0")]
    {
        assert_eq!(version(left), version(right));
        assert_eq!(hash(left), hash(right));
    }
    assert_eq!(version("1.0.0").without_trailing_zeros().to_string(), "1");
    assert_eq!(version("0.0").without_trailing_zeros().to_string(), "0");
}

#[test]
fn parts_can_be_taken_apart_and_derived() {
    let version = version("1!2.3a4.post5.dev6+local.7");
    assert_eq!(version.base_version().to_string(), "1!2.3");
    assert_eq!(version.public().to_string(), "1!2.3a4.post5.dev6");
    assert_eq!(Version::from(version.parts()), version);
    assert_eq!(version.pre(), Some(PreRelease { kind: PreKind::Alpha, number: 4 }));
    assert_eq!((version.post(), version.dev()), (Some(5), Some(6)));
    assert!(version.is_prerelease() && version.is_postrelease() && version.is_devrelease());
    assert_eq!(Version::of([3, 12]).to_string(), "3.12");
}

#[test]
fn a_version_is_three_words() {
    assert_eq!(size_of::<Version>(), 24);
    assert_eq!(size_of::<Option<Version>>(), 24);
}

fn text() -> impl Strategy<Value = String> {
    let number = prop_oneof![0_u64..4, 0_u64..100_000_000, any::<u64>()];
    let release = prop::collection::vec(number.clone(), 1..6);
    let pre =
        prop::option::of((prop::sample::select(vec!["a", "b", "rc", "-alpha.", "_c_"]), number.clone()));
    let post = prop::option::of(number.clone());
    let dev = prop::option::of(number.clone());
    let local = prop::option::of("[a-zA-Z0-9]{1,4}([._-][a-z0-9]{1,3}){0,2}");
    (0_u64..10, release, pre, post, dev, local).prop_map(|(epoch, release, pre, post, dev, local)| {
        let mut text = if epoch > 7 { format!("{epoch}!") } else { String::new() };
        text += &release.iter().map(u64::to_string).collect::<Vec<_>>().join(".");
        text += &pre.map_or(String::new(), |(letters, number)| format!("{letters}{number}"));
        text += &post.map_or(String::new(), |number| format!(".post{number}"));
        text += &dev.map_or(String::new(), |number| format!(".dev{number}"));
        text + &local.map_or(String::new(), |local| format!("+{local}"))
    })
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,12}|[0-9a-z.!+_-]{0,24}") {
        let _ = Version::parse(&text);
    }

    #[test]
    fn printing_and_reading_are_inverse(text in text()) {
        let first = version(&text);
        let second = version(&first.to_string());
        prop_assert_eq!(&first, &second);
        prop_assert_eq!(first.to_string(), second.to_string());
        prop_assert_eq!(first.parts(), second.parts());
    }

    #[test]
    fn packing_loses_nothing(text in text()) {
        let version = version(&text);
        if let Some(bytes) = version.pack() {
            let unpacked = Version::unpack(bytes).unwrap();
            prop_assert_eq!(unpacked.to_string(), version.to_string());
            prop_assert_eq!(unpacked, version);
        }
    }

    #[test]
    fn no_bytes_panic(bytes in any::<[u8; 16]>()) {
        if let Some(version) = Version::unpack(bytes) {
            prop_assert_eq!(version.pack(), Some(bytes));
        }
    }

    #[test]
    fn the_order_is_total_and_agrees_with_the_parts(a in text(), b in text(), c in text()) {
        let (a, b, c) = (version(&a), version(&b), version(&c));
        prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
        prop_assert!(!(a <= b && b <= c) || a <= c);
        prop_assert_eq!(a.cmp_public(&b), a.key().cmp(&b.key()));
    }
}
