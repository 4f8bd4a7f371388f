use super::*;
use proptest::prelude::*;

fn version(text: &str) -> Version {
    Version::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

fn set(text: &str) -> SpecifierSet {
    SpecifierSet::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn specifiers_fit_what_pep_440_says() {
    let rows = [
        ("==1.0", "1.0.0 1.0+local", "1.0.1 1.0.post1 1.0a1"),
        ("==1.0+local", "1.0+local", "1.0 1.0+other"),
        ("!=1.0", "1.0.1 1.0.post1", "1.0 1.0.0+local"),
        ("==1.2.*", "1.2 1.2.9 1.2.dev1 1.2a1+x", "1.20 1.3.dev0 1!1.2"),
        ("!=1.2.*", "1.20 1.1", "1.2 1.2.5.post1"),
        ("~=2.2", "2.2 2.3 2.9.post1", "3.0 2.1 3.dev0 2.2rc1"),
        ("~=2.2.post3", "2.2.post3 2.3", "2.2 2.2.post2 3"),
        ("~=1.4.5a4", "1.4.5a4 1.4.9", "1.5 1.4.5a3"),
        (">=1.0", "1.0 1.0+local 1.0.post1", "1.0rc1 0.9"),
        ("<=1.0", "1.0 1.0+local 1.0rc1", "1.0.post1 1.0.0.1"),
        ("<1.0", "0.9 0.9.post1 0.9a1", "1.0a1 1.0.dev1 1.0 1.0+local"),
        ("<1.0rc1", "1.0a1 1.0rc1.dev3", "1.0rc1 1.0"),
        ("<1.0.post1", "1.0 1.0rc1 1.0a1.post2 1.0.post0", "1.0.post1.dev3 1.0.post1"),
        (">1.7", "1.7.1 1.8.dev1 1.7.0.1", "1.7 1.7.post2 1.7+local"),
        (">1.7.post2", "1.7.1 1.7.post3", "1.7.0 1.7.post2+local"),
        (">1.7.dev1", "1.7.dev2 1.7a1 1.7", "1.7.dev1 1.7.dev1+local"),
        (">1.7a1", "1.7a2 1.7", "1.7a1.post1 1.7a1+x"),
        ("===1.0", "1.0", "1.0.0 1"),
    ];
    for (specifier, inside, outside) in rows {
        let specifier = Specifier::parse(specifier).unwrap();
        for text in inside.split(' ') {
            assert!(specifier.contains(&version(text), Prereleases::Allow), "{specifier} fits {text}");
        }
        for text in outside.split(' ') {
            assert!(
                !specifier.contains(&version(text), Prereleases::Allow),
                "{specifier} does not fit {text}"
            );
        }
    }
}

#[test]
fn other_texts_are_no_specifiers() {
    for text in [
        "",
        "1.0",
        "=1.0",
        "=>1",
        "==",
        "~=1",
        "~=1+x.1",
        ">=1.0+x",
        ">=1.*",
        "==1.0a1.*",
        "==1.*+x",
        "==1.*.2",
        "<v",
        "== 1 0",
        "===a b",
        "===a;b",
    ] {
        assert!(Specifier::parse(text).is_err(), "{text:?}");
    }
}

#[test]
fn a_set_prints_sorted_and_as_written() {
    for (written, printed) in [
        (" >= 1.0 , < 2.0,", "<2.0,>=1.0"),
        (">=1.0,>=1.0.0,>=1.0", ">=1.0"),
        ("== V1.0", "==V1.0"),
        ("==1.0.*", "==1.0.*"),
        ("===Some.Thing", "===Some.Thing"),
        ("", ""),
    ] {
        assert_eq!(set(written).to_string(), printed);
    }
    assert_eq!(set(">=1.0,<2"), set("<2.0,>=1"));
    assert_ne!(set("~=1.0"), set("~=1.0.0"));
}

#[test]
fn prereleases_follow_the_policy() {
    let versions: Vec<Version> = ["1.0a1", "1.0", "2.0b1"].map(version).into();
    let filter = |text, policy| {
        set(text).filter(&versions, policy).iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(filter("", Prereleases::Auto), "1.0");
    assert_eq!(filter(">=1.0a1", Prereleases::Auto), "1.0a1 1.0 2.0b1");
    assert_eq!(filter(">=2.0.dev0,!=3", Prereleases::Auto), "2.0b1");
    assert_eq!(filter(">1.0", Prereleases::Auto), "2.0b1");
    assert_eq!(filter(">1.0", Prereleases::Exclude), "");
    assert_eq!(filter("", Prereleases::Allow), "1.0a1 1.0 2.0b1");
    assert!(set(">1").contains(&version("2.0b1"), Prereleases::Auto));
    assert!(!set(">1").contains(&version("2.0b1"), Prereleases::Exclude));
}

#[test]
fn a_pin_is_found_beside_other_specifiers() {
    assert_eq!(set("==1.2,!=1.3").pinned(), Some(&version("1.2")));
    assert_eq!(set("===1.2").pinned(), Some(&version("1.2")));
    assert_eq!(set("==1.2.*").pinned(), None);
    assert_eq!(set(">=1.2").pinned(), None);
}

#[test]
fn what_cannot_fit_is_known() {
    for text in
        [">2,<1", "==1,!=1", ">1a1,<1a2.dev0", "===x,==1", "===1,===2", "<0", "<0.dev0", ">1,<=1.post5"]
    {
        assert!(set(text).is_unsatisfiable(Prereleases::Auto), "{text}");
    }
    for text in ["", ">1,<1.0.1", "==1+x,!=1+y", "===1.0,==1", ">=1.dev0,<1a1", ">18446744073709551615"] {
        assert!(!set(text).is_unsatisfiable(Prereleases::Auto), "{text}");
    }
    assert!(set(">=1.dev0,<1a1").is_unsatisfiable(Prereleases::Exclude));
}

fn versions() -> impl Strategy<Value = Version> {
    let number = 0_u64..3;
    let release = prop::collection::vec(number.clone(), 1..4);
    let kinds = prop::sample::select(vec![PreKind::Alpha, PreKind::Candidate]);
    let pre = prop::option::weighted(0.3, (kinds, number.clone()));
    let local = prop::option::weighted(0.2, prop::sample::select(vec!["x", "1", "x.1"]));
    let (post, dev) = (prop::option::weighted(0.3, number.clone()), prop::option::weighted(0.3, number));
    (release, pre, post, dev, local, 0_u64..10).prop_map(|(release, pre, post, dev, local, epoch)| {
        let parts = crate::version::VersionParts {
            epoch: u64::from(epoch == 9),
            release: release.into(),
            pre: pre.map(|(kind, number)| crate::version::PreRelease { kind, number }),
            post,
            dev,
            local: Vec::new(),
        };
        let public = Version::from(parts);
        local.map_or(public.clone(), |local| version(&format!("{public}+{local}")))
    })
}

use crate::version::PreKind;

fn specifiers() -> impl Strategy<Value = Specifier> {
    let operators = vec!["~=", "==", "!=", "<=", ">=", "<", ">"];
    (prop::sample::select(operators), versions(), any::<bool>()).prop_map(|(operator, version, wildcard)| {
        let equality = matches!(operator, "==" | "!=");
        let version = if equality { version } else { version.public() };
        let text = match (equality && wildcard, version.release().len()) {
            (true, _) => format!("{operator}{}.*", version.base_version()),
            (false, 1) if operator == "~=" => format!(">={version}"),
            _ => format!("{operator}{version}"),
        };
        Specifier::parse(&text).unwrap_or_else(|error| panic!("{error}"))
    })
}

fn sets() -> impl Strategy<Value = SpecifierSet> {
    prop::collection::vec(specifiers(), 0..4).prop_map(|specifiers| specifiers.into_iter().collect())
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,12}|[<>=!~]{1,3}[ 0-9a-z.*!+,-]{0,16}") {
        let _ = SpecifierSet::parse(&text);
    }

    #[test]
    fn printing_and_reading_are_inverse(set in sets()) {
        let again = SpecifierSet::parse(&set.to_string()).unwrap();
        prop_assert_eq!(again.to_string(), set.to_string());
        prop_assert_eq!(again, set);
    }

    /// Membership and intervals are written twice, from different sides.
    #[test]
    fn ranges_hold_what_the_set_fits(set in sets(), version in versions()) {
        let ranges = set.ranges().unwrap();
        prop_assert_eq!(ranges.contains(&version), set.contains(&version, Prereleases::Allow));
        prop_assert_eq!(ranges.complement().contains(&version), !ranges.contains(&version));
        prop_assert_eq!(ranges.complement().complement(), ranges);
    }

    #[test]
    fn ranges_are_an_algebra(a in sets(), b in sets(), version in versions()) {
        let (left, right) = (a.ranges().unwrap(), b.ranges().unwrap());
        let (in_left, in_right) = (left.contains(&version), right.contains(&version));
        prop_assert_eq!(left.intersection(&right).contains(&version), in_left && in_right);
        prop_assert_eq!(left.union(&right).contains(&version), in_left || in_right);
        if a.is_subset(&b).unwrap() {
            prop_assert!(!in_left || in_right);
        }
        if a.is_disjoint(&b).unwrap() {
            prop_assert!(!(in_left && in_right));
        }
    }
}

#[test]
fn a_long_list_of_exclusions_is_no_trouble() {
    let list = (0..20_000).map(|i| format!("!=1.{i}")).collect::<Vec<_>>().join(",");
    let set = set(&list);
    assert_eq!(set.to_string().len(), list.len());
    assert!(!set.is_unsatisfiable(Prereleases::Auto));
    assert!(set.ranges().unwrap().is_subset(&VersionRanges::full()));
}
