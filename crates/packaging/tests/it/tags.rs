//! Tags of real interpreters, and of pip's target options.

use std::path::{Path, PathBuf};

use packaging::tags::{TagFacts, Tags, TargetOptions, target::parse_python_version};
use serde_json::{Value, json};

use crate::python::{ask, oracle};

/// The probe that an environment runs, and what `packaging` says there.
const FACTS: &str = r#"
import os, platform, struct, sysconfig
sys.path.append(data["packaging"])
from packaging import tags, _manylinux, _musllinux
glibc, musl = _manylinux._get_glibc_version(), _musllinux._get_musl_version(sys.executable)
libc = "None"
if musl:
    libc = {"Musl": list(musl)}
elif glibc[0] > 0:
    libc = {"Glibc": list(glibc)}
release = [int(n) for n in platform.mac_ver()[0].split(".")[:2] if n]
get = sysconfig.get_config_var
answer = {"facts": {
    "implementation": sys.implementation.name,
    "python_version": list(sys.version_info[:2]),
    "free_threaded": bool(get("Py_GIL_DISABLED")),
    "debug": bool(get("Py_DEBUG")),
    "pymalloc": get("WITH_PYMALLOC") in (None, 1),
    "wide_unicode": sys.maxunicode == 0x10FFFF,
    "ext_suffix": get("EXT_SUFFIX"),
    "platform": sysconfig.get_platform(),
    "pointers_32bit": struct.calcsize("P") == 4,
    "libc": libc,
    "hard_float": True,
    "os_version": release if len(release) == 2 else None,
    "machine": platform.mac_ver()[2],
    "emscripten_version": None,
}, "tags": [str(t) for t in tags.sys_tags()]}
"#;

fn texts(tags: &Tags) -> Vec<String> {
    tags.iter().map(|tag| tag.to_string()).collect()
}

/// The oracle, and every interpreter that pyenv has.
fn interpreters(oracle: &Path) -> Vec<PathBuf> {
    let mut found = vec![oracle.to_owned()];
    let root = std::env::var_os("PYENV_ROOT").map(PathBuf::from);
    let root = root.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".pyenv")));
    let versions = root.and_then(|root| std::fs::read_dir(root.join("versions")).ok());
    for version in versions.into_iter().flatten().flatten() {
        // The library itself needs Python 3.9.
        let minor =
            version.file_name().to_string_lossy().split('.').nth(1).and_then(|text| text.parse::<u32>().ok());
        let python = version.path().join("bin/python3");
        if minor.is_some_and(|minor| minor >= 9) && python.exists() {
            found.push(python);
        }
    }
    found
}

fn packaging_folder(oracle: &Path) -> Value {
    ask(
        oracle,
        "import packaging, os\nanswer = os.path.dirname(os.path.dirname(packaging.__file__))",
        &json!(null),
    )
}

#[test]
fn of_real_interpreters() {
    let Some(oracle) = oracle() else { return };
    let folder = packaging_folder(&oracle);
    for python in interpreters(&oracle) {
        let answer = ask(&python, FACTS, &json!({"packaging": folder}));
        let facts: TagFacts = serde_json::from_value(answer["facts"].clone()).unwrap();
        let theirs: Vec<String> = serde_json::from_value(answer["tags"].clone()).unwrap();
        let ours = texts(&Tags::new(&facts));
        let differs = ours.iter().zip(&theirs).position(|(a, b)| a != b);
        assert!(ours == theirs, "{}: {facts:?}\nfirst difference at {differs:?}", python.display());
    }
}

#[test]
fn of_pips_target_options() {
    let Some(oracle) = oracle() else { return };
    let answer = ask(&oracle, FACTS, &json!({"packaging": packaging_folder(&oracle)}));
    let facts: TagFacts = serde_json::from_value(answer["facts"].clone()).unwrap();
    let platforms = [
        vec![],
        vec!["manylinux2014_x86_64"],
        vec!["manylinux2014_aarch64", "linux_aarch64"],
        vec!["manylinux2010_i686", "manylinux1_i686", "manylinux2010_i686"],
        vec!["macosx_10_9_x86_64", "macosx_11_0_arm64"],
        vec!["macosx_12_0_universal2"],
        vec!["macosxodd_10_9_intel", "macosx_bad"],
        vec!["ios_13_2_arm64_iphoneos"],
        vec!["android_21_arm64_v8a", "android_bad"],
        vec!["win_amd64"],
        vec!["any"],
    ];
    let versions = [None, Some("3"), Some("27"), Some("37"), Some("3.9"), Some("3.13.1"), Some("315")];
    let implementations = [None, Some("cp"), Some("pp"), Some("py"), Some("jy")];
    let abis = [
        vec![],
        vec!["cp39"],
        vec!["cp313t"],
        vec!["none"],
        vec!["abi3"],
        vec!["abi3", "cp37m", "none"],
        vec!["pypy310_pp73"],
    ];
    let mut cases = Vec::new();
    for platforms in &platforms {
        for version in versions {
            for implementation in implementations {
                cases.extend(abis.iter().map(|abis| json!([platforms, version, implementation, abis])));
            }
        }
    }
    let script = "from pip._internal.utils.compatibility_tags import get_supported, version_info_to_nodot\n\
        from pip._internal.cli.cmdoptions import _convert_python_version\n\
        answer = []\n\
        for platforms, version, impl, abis in data:\n\
        \x20   nodot = version and version_info_to_nodot(_convert_python_version(version)[0])\n\
        \x20   tags = get_supported(nodot, platforms or None, impl, abis or None)\n\
        \x20   answer.append([str(t) for t in dict.fromkeys(tags)])";
    let theirs = ask(&oracle, script, &Value::Array(cases.clone()));
    for (case, theirs) in cases.iter().zip(theirs.as_array().unwrap()) {
        let list = |value: &Value| serde_json::from_value::<Vec<String>>(value.clone()).unwrap();
        let options = TargetOptions {
            platforms: list(&case[0]),
            python_platform: None,
            python_version: case[1].as_str().map(|text| parse_python_version(text).unwrap()),
            implementation: case[2].as_str().map(str::to_owned),
            abis: list(&case[3]),
        };
        let ours = texts(&Tags::for_target(&facts, &options));
        let theirs = list(theirs);
        let differs = ours.iter().zip(&theirs).position(|(a, b)| a != b);
        assert!(
            ours == theirs,
            "{case}: {differs:?}\n{:?}\n{:?}",
            &ours[..ours.len().min(5)],
            &theirs[..theirs.len().min(5)]
        );
    }
}
