//! Adding, finding, verifying wheels.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use fixtures::WheelBuilder;
use fixtures::zip::Entry;
use packaging::filenames::WheelFilename;
use packaging::hashes::Hash;
use store::archive::zip::ZipError;
use store::wheels::{Damage, WheelError};
use store::{AddWheelError, Store, StoredWheel, WheelBytes};

pub fn add(store: &Store, wheel: WheelBuilder) -> Result<StoredWheel, AddWheelError> {
    let (filename, bytes) = wheel.build();
    store.add_wheel(WheelBytes::Memory(&bytes), &WheelFilename::parse(&filename).unwrap(), &[])
}

fn sample() -> WheelBuilder {
    WheelBuilder::new("Alpha.Beta", "1.0")
        .requires("gamma>=2")
        .description("Long text")
        .file("alpha/__init__.py", b"x = 1\n")
        .file("alpha/sub/deep/data, with comma.txt", b"data")
        .exec("alpha/sub/run.sh", b"#!/bin/sh\n")
        .data_file("scripts", "tool", b"#!python\n")
        .data_file("data", "share/man/man1/tool.1", b"man")
        .entry_point("console_scripts", "alpha", "alpha:main")
        .entry_point("gui_scripts", "alphaw", "alpha.gui:main.run")
}

type Check = fn(&WheelError) -> bool;

fn lie(row: &str) -> WheelBuilder {
    sample().record_lie("alpha/__init__.py", &format!("alpha/__init__.py{row}"))
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_wheel_becomes_a_tree_and_a_manifest() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("root"));
    let added = add(&store, sample()).unwrap();
    let found = store.wheel(added.sha256()).unwrap().unwrap();
    let manifest = found.manifest();
    assert_eq!((manifest.name(), manifest.version()), ("Alpha.Beta", "1.0"));
    assert_eq!(manifest.dist_info(), "alpha_beta-1.0.dist-info");
    assert_eq!(manifest.data_dir(), Some("alpha_beta-1.0.data"));
    assert_eq!(manifest.filename(), "alpha_beta-1.0-py3-none-any.whl");
    assert_eq!(manifest.tags().collect::<Vec<_>>(), ["py3-none-any"]);
    assert!(manifest.root_is_purelib() && manifest.has_python_files());
    assert_eq!(manifest.wheel_version(), (1, 0));
    assert!(manifest.metadata_headers().contains("Requires-Dist: gamma>=2\n"));
    assert!(!manifest.metadata_headers().contains("Long text"));

    let directories: Vec<_> = manifest.directories().map(|dir| (dir.path(), dir.parent())).collect();
    let expected = [
        ("", None),
        ("alpha", Some(0)),
        ("alpha/sub", Some(1)),
        ("alpha/sub/deep", Some(2)),
        ("alpha_beta-1.0.dist-info", Some(0)),
    ];
    assert!(expected.iter().all(|pair| directories.contains(pair)), "{directories:?}");
    let grouped: Vec<_> = manifest
        .directories()
        .flat_map(|dir| dir.files().collect::<Vec<_>>())
        .map(|file| file.path())
        .collect();
    assert_eq!(grouped, manifest.files().map(|file| file.path()).collect::<Vec<_>>());
    for file in manifest.files().chain(manifest.data_files().map(|data| data.file())) {
        let path = found.root().join(file.path());
        let content = fs::read(&path).unwrap();
        assert_eq!(file.hash().as_ref(), Some(&store::archive::sha256(&content)), "{}", file.path());
        assert_eq!((file.size(), file.mode()), (content.len() as u64, mode(&path)));
        let quoted = if file.path().contains(',') {
            format!("\"{}\",", file.path())
        } else {
            format!("{},", file.path())
        };
        assert_eq!(file.record_row(), quoted + file.record_tail());
        assert_eq!(file.record_tail(), format!("{},{}\r\n", file.hash().unwrap().to_record(), file.size()));
    }
    let data: Vec<_> = manifest.data_files().map(|data| (data.scheme(), data.path())).collect();
    assert_eq!(data, [("data", "share/man/man1/tool.1"), ("scripts", "tool")]);
    let scripts: Vec<_> =
        manifest.scripts().map(|script| (script.name, script.module, script.attribute, script.gui)).collect();
    assert_eq!(scripts, [("alpha", "alpha", "main", false), ("alphaw", "alpha.gui", "main.run", true)]);

    let mut rows: Vec<_> = manifest.files().map(|file| (file.path(), file.record_row())).collect();
    rows.sort_unstable();
    assert_eq!(manifest.record_text(), rows.iter().map(|(_, row)| *row).collect::<String>());
    assert!(!manifest.record_text().contains("RECORD"));
    assert!(store.verify(&found).is_ok());
}

#[test]
fn hashes_are_checked_first() {
    let store = Store::temporary(&std::env::temp_dir()).unwrap();
    let (filename, bytes) = sample().build();
    let filename = WheelFilename::parse(&filename).unwrap();
    let wrong = store::archive::sha256(b"other");
    let result = store.add_wheel(WheelBytes::Memory(&bytes), &filename, std::slice::from_ref(&wrong));
    assert!(matches!(result, Err(AddWheelError::HashMismatch { .. })));
    assert!(fs::read_dir(store.root()).unwrap().next().is_none());
    let right = Hash::parse(&format!("sha256:{}", fixtures::sha256_hex(&bytes))).unwrap();
    assert!(store.wheel(&right).unwrap().is_none());
    let added = store.add_wheel(WheelBytes::Memory(&bytes), &filename, &[wrong, right.clone()]).unwrap();
    assert_eq!(*added.sha256(), right);
    store.remember_wheel("index/alpha.whl", &added).unwrap();
    assert_eq!(store.find_wheel("index/alpha.whl").unwrap().unwrap().sha256(), &right);
    assert!(store.find_wheel("index/beta.whl").unwrap().is_none());
}

#[test]
fn a_changed_file_is_found_and_the_entry_dropped() {
    let store = Store::temporary(&std::env::temp_dir()).unwrap();
    let wheel = add(&store, sample()).unwrap();
    fs::write(wheel.root().join("alpha/__init__.py"), b"x = 2\n").unwrap();
    let error = store.verify(&wheel).unwrap_err();
    assert_eq!(error.damage, Damage::Content);
    assert!(error.path.ends_with("alpha/__init__.py"));
    assert!(store.wheel(wheel.sha256()).unwrap().is_none());
    let again = add(&store, sample()).unwrap();
    store.verify(&again).unwrap();
}

#[test]
fn what_a_wheel_says_about_itself_must_agree() {
    let store = Store::temporary(&std::env::temp_dir()).unwrap();
    let table: Vec<(WheelBuilder, Check)> = vec![
        (lie(",sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,6"), |e| {
            matches!(e, WheelError::RecordMismatch { .. })
        }),
        (lie(",,7"), |e| matches!(e, WheelError::RecordMismatch { .. })),
        (lie(",sha256=short,6"), |e| matches!(e, WheelError::RecordHash { .. })),
        (lie(",crc32=AAAA,6"), |e| matches!(e, WheelError::RecordHash { .. })),
        (
            sample().record_lie(
                "alpha/sub/run.sh",
                "alpha/gone.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0",
            ),
            |e| *e == WheelError::RecordMissingFile("alpha/gone.py".to_owned()),
        ),
        (sample().record_text("\"unterminated"), |e| matches!(e, WheelError::Record(_))),
        (sample().without("RECORD"), |e| *e == WheelError::MissingFile("RECORD")),
        (sample().without("WHEEL"), |e| *e == WheelError::MissingFile("WHEEL")),
        (sample().without("METADATA"), |e| *e == WheelError::MissingFile("METADATA")),
        (sample().wheel_text("Wheel-Version: 2.0\n"), |e| matches!(e, WheelError::WheelVersion(_))),
        (sample().wheel_text("nothing"), |e| matches!(e, WheelError::BadMetadata { file: "WHEEL", .. })),
        (sample().metadata_text("Name: other\nVersion: 1.0\n"), |e| {
            matches!(e, WheelError::Inconsistent { .. })
        }),
        (sample().metadata_text("Name: alpha-beta\nVersion: 2\n"), |e| {
            matches!(e, WheelError::Inconsistent { .. })
        }),
        (sample().metadata_text("\nName: alpha-beta\n"), |e| matches!(e, WheelError::BadMetadata { .. })),
        (sample().dist_info("other-1.0.dist-info"), |e| matches!(e, WheelError::Inconsistent { .. })),
        (sample().dist_info("alpha_beta-2.dist-info"), |e| matches!(e, WheelError::Inconsistent { .. })),
        (sample().dist_info("alpha_beta-1.0.dist"), |e| *e == WheelError::NoDistInfo),
        (sample().file("b-1.dist-info/METADATA", b""), |e| matches!(e, WheelError::SeveralDistInfo(_))),
        (sample().file("b-1.data/data/x", b""), |e| matches!(e, WheelError::SeveralDataDirs(..))),
        (sample().data_file("nowhere", "x", b""), |e| matches!(e, WheelError::UnknownScheme(_))),
        (sample().file("alpha_beta-1.0.data/x", b""), |e| matches!(e, WheelError::UnknownScheme(_))),
        (sample().truncated(300), |e| matches!(e, WheelError::Zip(_))),
        (sample().raw(Entry::new("../evil", b"")), |e| {
            matches!(e, WheelError::Zip(ZipError::UnsafeName { .. }))
        }),
        (sample().raw(Entry::new("alpha/__init__.py", b"")), |e| {
            matches!(e, WheelError::Zip(ZipError::Duplicate { .. }))
        }),
        (sample().raw(Entry::symlink("alpha/link", "/etc/passwd")), |e| {
            matches!(e, WheelError::Zip(ZipError::SpecialFile { .. }))
        }),
        (sample().raw(Entry::new("alpha/x", b"x").claimed_crc(1)), |e| {
            matches!(e, WheelError::Zip(ZipError::Checksum { .. }))
        }),
    ];
    for (wheel, matches) in table {
        match add(&store, wheel.clone()) {
            Err(AddWheelError::Content(error)) if matches(&error) => {}
            other => panic!("{wheel:?}: {other:?}"),
        }
    }
    let left: Vec<_> = fs::read_dir(store.root().join("wheels-1")).into_iter().flatten().collect();
    assert!(left.is_empty());
}

#[test]
fn what_pip_tolerates_in_record_is_tolerated() {
    let store = Store::temporary(&std::env::temp_dir()).unwrap();
    let wheel = sample()
        .raw(Entry::new("alpha/unlisted.py", b"y = 2\n"))
        .raw(Entry::new("alpha_beta-1.0.dist-info/RECORD.jws", b"{}"))
        .raw(Entry::new("alpha_beta-1.0.dist-info/INSTALLER", b"evil"))
        .record_lie("alpha/__init__.py", "alpha/__init__.py,,")
        .record_lie("alpha/sub/run.sh", "alpha/__pycache__/gone.pyc,,");
    let stored = add(&store, wheel).unwrap();
    let text = stored.manifest().record_text();
    let y = store::archive::sha256(b"y = 2\n").to_record();
    let x = store::archive::sha256(b"x = 1\n").to_record();
    assert!(text.contains(&format!("alpha/unlisted.py,{y},6\r\n")), "{text}");
    assert!(text.contains(&format!("alpha/__init__.py,{x},6\r\n")), "{text}");
    assert!(
        text.contains("dist-info/RECORD.jws,,\r\n") && !text.contains("INSTALLER") && !text.contains("gone")
    );
    assert!(!stored.root().join("alpha_beta-1.0.dist-info/INSTALLER").exists());
}

/// Makes the entry of a wheel look as if it were from before the last start of the machine.
fn age(wheel: &StoredWheel) {
    let manifest = wheel.root().with_file_name("manifest");
    fs::File::open(manifest).unwrap().set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
}

#[test]
fn files_lost_by_a_power_cut_are_noticed_at_the_first_use() {
    let store = Store::temporary(&std::env::temp_dir()).unwrap();
    let wheel = add(&store, sample()).unwrap();
    let file = wheel.root().join("alpha/__init__.py");
    fs::write(&file, b"").unwrap();
    // Of this start of the machine: trusted.
    assert!(store.wheel(wheel.sha256()).unwrap().is_some());
    age(&wheel);
    assert!(store.wheel(wheel.sha256()).unwrap().is_none());
    let wheel = add(&store, sample()).unwrap();
    age(&wheel);
    assert!(store.wheel(wheel.sha256()).unwrap().is_some());
    // Checked once.
    fs::remove_file(&file).unwrap();
    age(&wheel);
    assert!(store.wheel(wheel.sha256()).unwrap().is_some());
    assert!(matches!(store.verify(&wheel).unwrap_err().damage, Damage::Unreadable(_)));
}

#[test]
fn a_damaged_manifest_counts_as_absent() {
    let store = Store::temporary(&std::env::temp_dir()).unwrap();
    let wheel = add(&store, sample()).unwrap();
    let manifest = wheel.root().with_file_name("manifest");
    let bytes = fs::read(&manifest).unwrap();
    for damaged in [&bytes[..0], &bytes[..bytes.len() / 2], &[0; 4096][..]] {
        fs::write(&manifest, damaged).unwrap();
        assert!(store.wheel(wheel.sha256()).unwrap().is_none());
        let again = add(&store, sample()).unwrap();
        store.verify(&again).unwrap();
    }
}

#[test]
fn a_member_too_large_for_memory_is_streamed() {
    let store = Store::temporary(&std::env::temp_dir()).unwrap();
    let size = (64 << 20) + 1;
    let zeros = Entry::zeros("alpha/zeros", size);
    let wheel = add(&store, sample().raw(zeros.clone())).unwrap();
    let file = wheel.manifest().files().find(|file| file.path() == "alpha/zeros").unwrap();
    assert_eq!(file.size(), u64::from(size));
    assert!(store.verify(&wheel).is_ok());
    let corrupt = add(&store, sample().raw(zeros.claimed_crc(1))).unwrap_err();
    assert!(
        matches!(corrupt, AddWheelError::Content(WheelError::Zip(ZipError::Corrupt { .. }))),
        "{corrupt:?}"
    );
}
