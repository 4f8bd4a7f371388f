use proptest::prelude::*;

use super::*;

fn facts() -> TagFacts {
    TagFacts {
        implementation: "cpython".into(),
        python_version: (3, 11),
        free_threaded: false,
        debug: false,
        pymalloc: true,
        wide_unicode: true,
        ext_suffix: None,
        platform: "linux-x86_64".into(),
        pointers_32bit: false,
        libc: LinuxLibc::Glibc(2, 17),
        hard_float: true,
        os_version: None,
        machine: "x86_64".into(),
        emscripten_version: None,
        refused_platforms: Vec::new(),
    }
}

fn texts(tags: &Tags) -> Vec<String> {
    tags.iter().map(|tag| tag.to_string()).collect()
}

#[test]
fn a_refused_platform_takes_its_older_name_along() {
    let refused = ["manylinux_2_17_aarch64", "manylinux_2_18_x86_64", "linux_aarch64"].map(str::to_owned);
    let facts = TagFacts {
        platform: "linux-aarch64".into(),
        libc: LinuxLibc::Glibc(2, 18),
        refused_platforms: refused.to_vec(),
        ..facts()
    };
    assert_eq!(facts.platforms(), ["linux_aarch64", "manylinux_2_18_aarch64"]);
}

#[test]
fn linux_platforms_of_interpreters() {
    let table: [(&str, bool, bool, LinuxLibc, &str); 8] = [
        (
            "linux-x86_64",
            false,
            true,
            LinuxLibc::Glibc(2, 5),
            "linux_x86_64 manylinux_2_5_x86_64 manylinux1_x86_64",
        ),
        (
            "linux-aarch64",
            false,
            true,
            LinuxLibc::Glibc(2, 18),
            "linux_aarch64 manylinux_2_18_aarch64 manylinux_2_17_aarch64 manylinux2014_aarch64",
        ),
        ("linux-x86_64", true, true, LinuxLibc::Glibc(2, 5), "linux_i686 manylinux_2_5_i686 manylinux1_i686"),
        ("linux-aarch64", true, true, LinuxLibc::Glibc(2, 16), "linux_armv8l linux_armv7l"),
        ("linux-armv7l", true, false, LinuxLibc::Glibc(2, 17), "linux_armv7l"),
        ("linux-armv6l", true, true, LinuxLibc::Glibc(2, 17), "linux_armv6l"),
        (
            "linux-x86_64",
            false,
            true,
            LinuxLibc::Musl(1, 1),
            "linux_x86_64 musllinux_1_1_x86_64 musllinux_1_0_x86_64",
        ),
        ("linux-x86_64", false, true, LinuxLibc::None, "linux_x86_64"),
    ];
    for (platform, pointers_32bit, hard_float, libc, expected) in table {
        let facts = TagFacts { platform: platform.into(), pointers_32bit, hard_float, libc, ..facts() };
        assert_eq!(facts.platforms().join(" "), expected);
    }
}

#[test]
fn a_future_glibc_runs_the_old_ones() {
    let tags = linux_platforms("aarch64", LinuxLibc::Glibc(3, 1));
    assert_eq!(tags[1..4], ["manylinux_3_1_aarch64", "manylinux_3_0_aarch64", "manylinux_2_50_aarch64"]);
}

#[test]
fn other_systems() {
    let mac = TagFacts {
        platform: "macosx-11.0-arm64".into(),
        machine: "arm64".into(),
        os_version: Some((12, 6)),
        ..facts()
    };
    assert_eq!(mac.platforms()[..3], ["macosx_12_0_arm64", "macosx_12_0_universal2", "macosx_11_0_arm64"]);
    assert_eq!(mac.platforms().last().unwrap(), "macosx_10_4_universal2");
    let windows = TagFacts { platform: "win-amd64".into(), ..facts() };
    assert_eq!(windows.platforms(), ["win_amd64"]);
    let pyodide = TagFacts {
        platform: "emscripten-4.0.9-wasm32".into(),
        emscripten_version: Some("2026_0".into()),
        ..facts()
    };
    assert_eq!(pyodide.platforms(), ["pyemscripten_2026_0_wasm32", "emscripten_4_0_9_wasm32"]);
    let android = TagFacts { platform: "android-21-arm64_v8a".into(), os_version: Some((17, 0)), ..facts() };
    assert_eq!(android.platforms(), ["android_17_arm64_v8a", "android_16_arm64_v8a"]);
    let ios = TagFacts {
        platform: "ios-12.1-arm64-iphoneos".into(),
        machine: "arm64-iphoneos".into(),
        os_version: Some((12, 1)),
        ..facts()
    };
    assert_eq!(ios.platforms(), ["ios_12_1_arm64_iphoneos", "ios_12_0_arm64_iphoneos"]);
}

#[test]
fn implementations() {
    let first = |facts: &TagFacts| texts(&Tags::new(facts))[0].clone();
    assert_eq!(first(&facts()), "cp311-cp311-linux_x86_64");
    let debug = TagFacts { debug: true, ..facts() };
    assert_eq!(first(&debug), "cp311-cp311d-linux_x86_64");
    assert!(Tags::new(&debug).contains(&Tag::new("cp311", "cp311", "linux_x86_64")));
    let threaded = TagFacts { free_threaded: true, python_version: (3, 14), ..facts() };
    assert_eq!(first(&threaded), "cp314-cp314t-linux_x86_64");
    assert!(!Tags::new(&threaded).contains(&Tag::new("cp314", "abi3", "linux_x86_64")));
    assert!(Tags::new(&threaded).contains(&Tag::new("cp310", "abi3t", "linux_x86_64")));
    let old = TagFacts { python_version: (2, 7), ..facts() };
    assert_eq!(first(&old), "cp27-cp27mu-linux_x86_64");
    let pypy = TagFacts {
        implementation: "pypy".into(),
        python_version: (3, 10),
        ext_suffix: Some(".pypy310-pp73-x86_64-linux-gnu.so".into()),
        ..facts()
    };
    assert_eq!(first(&pypy), "pp310-pypy310_pp73-linux_x86_64");
    assert!(Tags::new(&pypy).contains(&Tag::new("pp3", "none", "any")));
    let graal = TagFacts {
        implementation: "graalpy".into(),
        ext_suffix: Some(".graalpy-38-native-x86_64-darwin.dylib".into()),
        ..facts()
    };
    assert_eq!(first(&graal), "graalpy311-graalpy_38_native-linux_x86_64");
}

#[test]
fn the_best_tag_of_a_set_counts() {
    let tags = Tags::new(&facts());
    let best = |text: &str| tags.best_of_text(text);
    assert_eq!(best("cp311-cp311-linux_x86_64"), Some(0));
    assert!(best("cp311-abi3-manylinux2014_x86_64") < best("py3-none-any"));
    assert_eq!(best("py2.py3-none-any"), best("py3-none-any"));
    assert_eq!(best("CP311-cp311-LINUX_x86_64"), Some(0));
    assert_eq!(best("cp312-cp312-linux_x86_64"), None);
    assert_eq!(best("cp311-cp311-manylinux_2_28_x86_64"), None);
    assert_eq!(best("nonsense"), None);
    let bomb =
        format!("py3{}-none{}-any{}", ".py3".repeat(1_000), ".none".repeat(1_000), ".any".repeat(1_000));
    assert_eq!(best(&bomb), None);
}

#[test]
fn python_versions() {
    let table: [(&str, Option<&[u32]>); 8] = [
        ("3", Some(&[3])),
        ("37", Some(&[3, 7])),
        ("310", Some(&[3, 10])),
        ("3.11", Some(&[3, 11])),
        ("3.7.3", Some(&[3, 7, 3])),
        ("3.7.3.1", None),
        ("", None),
        ("3.x", None),
    ];
    for (text, expected) in table {
        assert_eq!(target::parse_python_version(text).ok().as_deref(), expected, "{text}");
    }
}

#[test]
fn pip_targets() {
    let target =
        |platforms: &[&str], version: Option<&[u32]>, implementation: Option<&str>, abis: &[&str]| {
            let owned = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
            texts(&Tags::for_target(
                &facts(),
                &TargetOptions {
                    platforms: owned(platforms),
                    python_platform: None,
                    python_version: version.map(<[u32]>::to_vec),
                    implementation: implementation.map(str::to_owned),
                    abis: owned(abis),
                },
            ))
        };
    let linux = target(&["manylinux2014_x86_64", "manylinux1_x86_64"], Some(&[3, 9]), None, &[]);
    assert_eq!(
        linux[..3],
        ["cp39-cp39-manylinux2014_x86_64", "cp39-cp39-manylinux2010_x86_64", "cp39-cp39-manylinux1_x86_64"]
    );
    assert_eq!(linux.iter().filter(|tag| *tag == "cp39-cp39-manylinux1_x86_64").count(), 1);
    let mac = target(&["macosx_10_9_x86_64"], None, None, &["cp311"]);
    assert_eq!(mac[0], "cp311-cp311-macosx_10_9_x86_64");
    assert!(mac.contains(&"cp311-cp311-macosx_10_4_intel".to_owned()));
    assert_eq!(
        target(&["macosxcustom_10_9_x86_64"], None, None, &[])[0],
        "cp311-cp311-macosxcustom_10_9_x86_64"
    );
    let py = target(&["any"], Some(&[3]), Some("py"), &["none"]);
    assert_eq!(py, ["py3-none-any"]);
    let pypy = target(&["win32"], Some(&[3, 10]), Some("pp"), &["pypy310_pp73"]);
    assert_eq!(pypy[..2], ["pp310-pypy310_pp73-win32", "pp310-none-win32"]);
    assert_eq!(
        target(&["ios_13_0_arm64_iphoneos"], None, None, &[])[0],
        "cp311-cp311-ios_13_0_arm64_iphoneos"
    );
    assert_eq!(target(&["android_21_arm64_v8a"], None, None, &[])[1], "cp311-cp311-android_20_arm64_v8a");
}

#[test]
fn python_platforms() {
    let table = [
        ("linux", "linux_x86_64 manylinux_2_28_x86_64", "x86_64"),
        ("aarch64-manylinux_2_36", "linux_aarch64 manylinux_2_36_aarch64", "aarch64"),
        ("x86_64-manylinux2014", "linux_x86_64 manylinux_2_17_x86_64", "x86_64"),
        ("x86_64-unknown-linux-musl", "linux_x86_64 musllinux_1_2_x86_64", "x86_64"),
        ("macos", "macosx_13_0_arm64 macosx_13_0_universal2", "arm64"),
        ("x86_64-apple-darwin", "macosx_13_0_x86_64 macosx_13_0_intel", "x86_64"),
        ("riscv64-unknown-linux", "linux_riscv64 manylinux_2_39_riscv64", "riscv64"),
        ("windows", "win_amd64", "AMD64"),
        ("aarch64-pc-windows-msvc", "win_arm64", "ARM64"),
        ("i686-pc-windows-msvc", "win32", "x86"),
        ("wasm32-pyodide2025", "pyodide_2025_0_wasm32 pyemscripten_2025_0_wasm32", "wasm32"),
        ("aarch64-linux-android", "android_24_arm64_v8a android_23_arm64_v8a", "aarch64"),
        (
            "arm64-apple-ios-simulator",
            "ios_13_0_arm64_iphonesimulator ios_12_9_arm64_iphonesimulator",
            "arm64",
        ),
    ];
    for (name, tags, machine) in table {
        let platform: PythonPlatform = name.parse().unwrap();
        let first: Vec<_> = platform.platforms().into_iter().take(2).collect();
        assert_eq!(first.join(" "), tags, "{name}");
        let mut environment = crate::markers::MarkerEnvironment::default();
        platform.apply(&mut environment);
        assert_eq!(environment.platform_machine, machine, "{name}");
    }
    let mac = "macos".parse::<PythonPlatform>().unwrap().with_version((12, 0));
    assert_eq!(mac.platforms()[0], "macosx_12_0_arm64");
    for name in target::PYTHON_PLATFORMS {
        assert!(name.parse::<PythonPlatform>().is_ok(), "{name}");
    }
    for name in ["", "plan9", "z80-manylinux_2_28", "x86_64-manylinux", "arm64-pc-windows-msvc"] {
        assert!(name.parse::<PythonPlatform>().is_err(), "{name}");
    }
}

proptest! {
    #[test]
    fn the_place_of_a_tag_is_its_place_in_the_list(minor in 0u32..16, glibc in 0u32..40) {
        let facts = TagFacts { python_version: (3, minor), libc: LinuxLibc::Glibc(2, glibc), ..facts() };
        let tags = Tags::new(&facts);
        prop_assert_eq!(tags.iter().count(), tags.len());
        for (place, tag) in tags.iter().enumerate() {
            prop_assert_eq!(tags.priority(&tag), u32::try_from(place).ok());
            prop_assert_eq!(tags.best_of_text(&tag.to_string()), u32::try_from(place).ok());
        }
    }

    #[test]
    fn never_panics(text in "\\PC{0,30}", platform in "[a-z0-9_.-]{0,30}") {
        let _ = parse_tag(&text, true, Some(3));
        let _ = text.parse::<PythonPlatform>();
        let _ = target::parse_python_version(&text);
        let options = TargetOptions { platforms: vec![platform, text], ..TargetOptions::default() };
        let _ = Tags::for_target(&facts(), &options);
    }

    #[test]
    fn any_facts_end(version in any::<(u32, u32)>(), os_version in proptest::option::of(any::<(u32, u32)>()),
                     system in "(linux-x86_64|macosx-11-x|ios-1|android-1-x|\\PC{0,9})", glibc in any::<(u32, u32)>()) {
        let facts = TagFacts { python_version: version, os_version, platform: system,
                               libc: LinuxLibc::Glibc(glibc.0, glibc.1), ..facts() };
        let _ = facts.platforms();
    }
}
