//! `tilsit download`

use fixtures::{Fault, SdistBuilder, WheelBuilder};

use crate::sandbox::Sandbox;

/// `shop` with a file for each Python and platform, which needs `colors` on Windows and `base` everywhere.
fn stocked() -> Sandbox {
    let s = Sandbox::new();
    for python in ["cp311-cp311", "cp312-cp312"] {
        for platform in ["manylinux_2_17_x86_64", "win_amd64", "macosx_11_0_arm64"] {
            let shop = WheelBuilder::new("shop", "1.0").tag(&format!("{python}-{platform}")).platlib();
            let shop = shop.requires("base").requires("colors; sys_platform == 'win32'");
            s.index.add(shop.requires("old; python_version < '3.12'").file("shop.py", ""));
        }
    }
    for name in ["base", "colors", "old"] {
        s.index.add(WheelBuilder::new(name, "1.0").file("m.py", ""));
    }
    s
}

fn files(s: &Sandbox, folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(s.work().join(folder)).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn several_platforms_and_pythons_come_at_once() {
    let s = stocked();
    let line = ["download", "-d", "wheels", "--platform", "linux", "--platform", "win_amd64"];
    let versions = ["--python-version", "3.11,3.12", "shop"];
    s.tilsit(&[&line[..], &versions].concat()).ok().tells("7 files in ").tells("+ colors-1.0");
    assert_eq!(
        files(&s, "wheels"),
        [
            "base-1.0-py3-none-any.whl",
            "colors-1.0-py3-none-any.whl",
            "old-1.0-py3-none-any.whl",
            "shop-1.0-cp311-cp311-manylinux_2_17_x86_64.whl",
            "shop-1.0-cp311-cp311-win_amd64.whl",
            "shop-1.0-cp312-cp312-manylinux_2_17_x86_64.whl",
            "shop-1.0-cp312-cp312-win_amd64.whl",
        ]
    );
    s.index.forget_requests();
    s.tilsit(&[&line[..], &versions].concat())
        .ok()
        .tells("7 files in ")
        .tells("7 of them were there already");
    assert!(s.index.paths().iter().all(|path| !path.contains("/files/")), "{:?}", s.index.paths());
    let json = s.tilsit(&[&line[..], &versions, &["--json"]].concat()).ok().json();
    let colors = &json["files"][1];
    assert_eq!((&colors["name"], &colors["was_there"]), (&"colors".into(), &true.into()));
    assert_eq!(colors["targets"].as_array().unwrap().len(), 2, "{json}");
    s.tilsit(&["venv", "-q", "env"]).ok();
    s.tilsit(&["install", "-q", "-p", "env", "--no-index", "-f", "wheels", "base"]).ok();
}

#[test]
fn a_run_that_failed_goes_on_where_it_stopped() {
    let s = stocked();
    let colors = WheelBuilder::new("large", "1.0").stored().file("data.bin", vec![7_u8; 300_000]);
    s.index.add(colors);
    let path = "/files/large-1.0-py3-none-any.whl";
    // A reset may throw away what has come; a connection that is closed does not.
    s.index.fault(path, Fault::TruncateAfter(200_000));
    s.tilsit(&["download", "-d", "w", "--retries", "0", "base", "large"]).fails(1, "large-1.0");
    assert!(!s.work().join("w/large-1.0-py3-none-any.whl").exists());
    s.index.behave();
    s.index.forget_requests();
    s.tilsit(&["download", "-q", "-d", "w", "base", "large"]).ok();
    let asked = s.index.requests().into_iter().find(|request| request.path == path).unwrap();
    assert!(asked.header("range").is_some_and(|range| !range.starts_with("bytes=0-")), "{asked:?}");
    assert_eq!(files(&s, "w"), ["base-1.0-py3-none-any.whl", "large-1.0-py3-none-any.whl"]);
}

#[test]
fn hashes_are_checked_even_where_the_index_has_none() {
    for index_has_hashes in [true, false] {
        let s = stocked();
        s.index.change(|options| options.hashes = index_has_hashes);
        let (_, bytes) = WheelBuilder::new("base", "1.0").file("m.py", "").build();
        let right = fixtures::sha256_hex(&bytes);
        s.write("right.txt", &format!("base==1.0 --hash=sha256:{right}\n"));
        s.write("wrong.txt", &format!("base==1.0 --hash=sha256:{}\n", "0".repeat(64)));
        s.tilsit(&["download", "-d", "w", "-r", "wrong.txt"]).fails(1, "[hash-mismatch]");
        assert!(!s.work().join("w/base-1.0-py3-none-any.whl").exists());
        s.tilsit(&["download", "-q", "-d", "w", "-r", "right.txt"]).ok();
        s.write("w/base-1.0-py3-none-any.whl", "not the file\n");
        s.tilsit(&["download", "-q", "-d", "w", "-r", "right.txt"]).ok();
        assert_eq!(std::fs::read(s.work().join("w/base-1.0-py3-none-any.whl")).unwrap(), bytes);
    }
    let s = stocked();
    s.tilsit(&["download", "-d", "w", "--require-hashes", "base"]).fails(1, "[hashes-required]");
}

#[test]
fn what_cannot_be_had_is_told_with_its_target() {
    let s = stocked();
    let ran =
        s.tilsit(&["download", "-d", "w", "--platform", "linux,macos", "--python-version", "3.13", "shop"]);
    let ran = ran.fails(1, "[no-compatible-file]").tells("wanted for Python 3.13 on linux");
    assert!(!s.work().join("w").exists(), "{ran}");
    s.tilsit(&["download", "--platform", "amiga", "shop"]).fails(2, "[usage]");
    s.tilsit(&["download", "--python-version", "snake", "shop"]).fails(2, "[usage]");
    s.tilsit(&["download"]).fails(2, "[usage]");
    s.write("file", "");
    s.tilsit(&["download", "-d", "file", "base"]).fails(1, "[no-permission]");
}

#[test]
fn sources_and_urls_are_files_too_and_folders_are_not() {
    let s = stocked();
    s.index.add(SdistBuilder::new("only-source", "2.0"));
    s.write("here/pyproject.toml", "[project]\nname = \"here\"\nversion = \"1\"\n");
    let url = s.index.url("/files/base-1.0-py3-none-any.whl");
    let ran = s.tilsit(&["download", "-d", "w", "only-source", &url, "./here"]).ok();
    assert!(ran.stderr.contains("here is left out"), "{ran}");
    assert_eq!(files(&s, "w"), ["base-1.0-py3-none-any.whl", "only_source-2.0.tar.gz"]);
    s.tilsit(&["download", "--dry-run", "-d", "no", "base"]).ok().tells("nothing was changed");
    assert!(!s.work().join("no").exists());
}
