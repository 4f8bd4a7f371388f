//! Archives: what they hold stays below the folder that they are unpacked into.

use std::fs;
use std::io::Read as _;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use packaging::filenames::WheelFilename;
use store::archive::zip::{Inflater, Limits, Strictness, ZipArchive};
use store::archive::{ArchiveFormat, EntryKind, for_each_entry};
use store::{Store, WheelBytes};

/// Small, so that a bomb costs nothing here.
const LIMITS: Limits = Limits { members: 1_000, unpacked: 1 << 20, ratio: 250, free: 1 << 16 };

/// Members are read whole and as a stream; both ways agree.
pub(crate) fn zip(bytes: &[u8]) {
    let mut inflater = Inflater::default();
    let mut buffer = Vec::new();
    for strictness in [Strictness::Wheel, Strictness::Source] {
        let Ok(archive) = ZipArchive::parse(bytes, &LIMITS, strictness) else { continue };
        for member in archive.members() {
            assert!(is_below(member.path().as_str()), "{}", member.path());
            let mut streamed = Vec::new();
            let stream = member.reader().read_to_end(&mut streamed);
            match member.read(&mut inflater, &mut buffer) {
                Ok(whole) => assert!(stream.is_ok() && whole == streamed, "{}", member.path()),
                Err(_) => assert!(stream.is_err(), "{}", member.path()),
            }
        }
    }
}

fn is_below(path: &str) -> bool {
    !path.is_empty() && !path.starts_with('/') && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

pub(crate) fn tar(bytes: &[u8]) {
    use ArchiveFormat::{Tar, TarBz2, TarGz, TarXz, Zip};
    for format in [Tar, TarGz, TarBz2, TarXz, Zip] {
        let mut unpacked = 0;
        let _ = for_each_entry(format, bytes, &LIMITS, &mut |entry| {
            assert!(is_below(entry.path.as_str()), "{}", entry.path);
            if let EntryKind::Symlink { target } = &entry.kind {
                assert!(!target.starts_with('/'), "{} -> {target}", entry.path);
            }
            unpacked += entry.content.read_to_end(&mut Vec::new())? as u64;
            Ok(ControlFlow::Continue(()))
        });
        assert!(unpacked <= LIMITS.unpacked, "{unpacked}");
    }
}

/// Unpacked into a store: nothing is written beside it, nothing in it leads out of it, and what failed leaves nothing.
pub(crate) fn source(bytes: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("store"));
    fs::create_dir_all(folder.path().join("store")).unwrap();
    for filename in ["alpha-1.0.tar.gz", "alpha-1.0.zip"] {
        if let Ok(tree) = store.unpack_source(filename, bytes, &AtomicBool::new(false)) {
            let root = fs::canonicalize(tree.beside()).unwrap();
            assert_inside(&root, &root);
        }
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

/// No link below `folder` leads out of `root`.
fn assert_inside(root: &Path, folder: &Path) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if let Ok(place) = fs::canonicalize(&path) {
            assert!(place.starts_with(root), "{} leads to {}", path.display(), place.display());
        }
        if entry.file_type().unwrap().is_dir() {
            assert_inside(root, &path);
        }
    }
}

/// A wheel that the store takes has the files that its manifest lists.
pub(crate) fn wheel(bytes: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path());
    let filename = WheelFilename::parse("alpha-1.0-py3-none-any.whl").unwrap();
    let Ok(wheel) = store.add_wheel(WheelBytes::Memory(bytes), &filename, &[]) else { return };
    let manifest = wheel.manifest();
    assert_eq!((manifest.name(), manifest.version()), ("alpha", "1.0"));
    for file in manifest.files() {
        assert!(is_below(file.path()), "{}", file.path());
        let unpacked = fs::symlink_metadata(wheel.root().join(file.path())).unwrap();
        assert!(unpacked.is_file() && unpacked.len() == file.size(), "{}", file.path());
    }
}
