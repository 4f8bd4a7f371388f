//! Source archives on the disk, wheels built from them, places of clones.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::atomic::AtomicBool;

use store::{PrunePolicy, Store, UnpackError};

/// Nobody asks to stop.
static GO_ON: AtomicBool = AtomicBool::new(false);

fn store() -> Store {
    Store::temporary(&std::env::temp_dir()).unwrap()
}

struct Entry<'a> {
    name: &'a str,
    kind: tar::EntryType,
    target: &'a str,
    content: &'a [u8],
    mode: u32,
}

fn file<'a>(name: &'a str, content: &'a [u8]) -> Entry<'a> {
    Entry { name, kind: tar::EntryType::Regular, target: "", content, mode: 0o644 }
}

fn link<'a>(name: &'a str, kind: tar::EntryType, target: &'a str) -> Entry<'a> {
    Entry { name, kind, target, content: b"", mode: 0o644 }
}

fn tar(entries: &[Entry<'_>]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for entry in entries {
        let mut header = tar::Header::new_gnu();
        header.as_old_mut().name[..entry.name.len()].copy_from_slice(entry.name.as_bytes());
        header.as_old_mut().linkname[..entry.target.len()].copy_from_slice(entry.target.as_bytes());
        header.set_entry_type(entry.kind);
        header.set_size(entry.content.len() as u64);
        header.set_mode(entry.mode);
        header.set_mtime(1_000_000_000);
        header.set_cksum();
        builder.append(&header, entry.content).unwrap();
    }
    builder.into_inner().unwrap()
}

#[test]
fn an_archive_becomes_a_folder_that_goes_again() {
    let store = store();
    let bytes = tar(&[
        file("p-1/PKG-INFO", b"Name: p\n"),
        Entry { mode: 0o4755, ..file("p-1/configure", b"#!") },
        link("p-1/link", tar::EntryType::Symlink, "PKG-INFO"),
        link("p-1/hard", tar::EntryType::Link, "p-1/PKG-INFO"),
        file("p-1/twice", b"old"),
        file("p-1/twice", b"new"),
    ]);
    let tree = store.unpack_source("p-1.tar", &bytes, &GO_ON).unwrap();
    let root = tree.root().to_owned();
    assert!(root.ends_with("p-1"));
    let read = |name: &str| std::fs::read_to_string(root.join(name)).unwrap();
    assert_eq!((&*read("link"), &*read("hard"), &*read("twice")), ("Name: p\n", "Name: p\n", "new"));
    let mode = |name: &str| std::fs::metadata(root.join(name)).unwrap().permissions().mode() & 0o7777;
    assert_eq!((mode("configure") & 0o4111, mode("PKG-INFO") & 0o111), (0o111, 0));
    let modified = std::fs::metadata(root.join("PKG-INFO")).unwrap().modified().unwrap();
    let seconds = modified.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    assert_eq!(seconds, 1_000_000_000);
    drop(tree);
    assert!(!root.exists());
    // Without one top folder, all of it is the project.
    let flat =
        store.unpack_source("p.tar", &tar(&[file("setup.py", b""), file("p/x", b"")]), &GO_ON).unwrap();
    assert!(flat.root().join("setup.py").is_file() && flat.root().join("p/x").is_file());
}

#[test]
fn packings() {
    let plain = tar(&[file("p-1/x", b"content")]);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(&plain).unwrap();
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
    bzip2.write_all(&plain).unwrap();
    let zip = fixtures::zip::archive(&[fixtures::zip::Entry::new("p-1/x", b"content")]);
    let store = store();
    for (name, bytes) in [
        ("p-1.tgz", gzip.finish().unwrap()),
        ("p-1.tar.bz2", bzip2.finish().unwrap()),
        ("p-1.tar", plain),
        ("p-1.zip", zip.clone()),
        // pip: a zip is known by its content.
        ("p-1.tar.gz", zip),
    ] {
        let tree = store.unpack_source(name, &bytes, &GO_ON).unwrap();
        assert_eq!(std::fs::read(tree.root().join("x")).unwrap(), b"content", "{name}");
    }
    assert!(matches!(store.unpack_source("p-1.rar", b"Rar!", &GO_ON), Err(UnpackError::UnknownFormat)));
    assert!(store.unpack_source("p-1.tar.gz", b"no archive", &GO_ON).is_err());
    assert!(store.unpack_source("p-1.tar.lzma", b"no archive", &GO_ON).is_err());
}

#[test]
fn nothing_leaves_the_folder() {
    let store = store();
    let evil: &[&[Entry<'_>]] = &[
        &[file("../evil", b"")],
        &[file("p/../../evil", b"")],
        &[link("p/x", tar::EntryType::Symlink, "/etc"), file("p/x/evil", b"")],
        &[link("p/x", tar::EntryType::Symlink, "../../out")],
        &[link("p/x", tar::EntryType::Link, "/etc/passwd")],
        &[link("p/x", tar::EntryType::Char, "")],
        &[link("p/x", tar::EntryType::Fifo, "")],
    ];
    for entries in evil {
        let refused = store.unpack_source("p-1.tar", &tar(entries), &GO_ON).unwrap_err();
        assert!(matches!(refused, UnpackError::Archive(_)), "{refused:?}");
    }
    // What is absolute loses its slash and stays inside (PEP 706).
    let tree = store.unpack_source("p-1.tar", &tar(&[file("/evil", b"x")]), &GO_ON).unwrap();
    assert!(tree.root().join("evil").is_file() && !std::path::Path::new("/evil").exists());
    let temporary = store.root().join("temporary-1");
    let left: Vec<_> =
        std::fs::read_dir(temporary).unwrap().flatten().filter(|one| one.path().is_dir()).collect();
    let count: usize = left.iter().map(|one| std::fs::read_dir(one.path()).unwrap().count()).sum();
    drop(tree);
    assert_eq!(count, 1, "only the tree that was in use");
}

#[test]
fn built_wheels_are_kept_listed_and_removed() {
    let store = store();
    let folder = tempfile::tempdir().unwrap();
    let (name, bytes) = fixtures::WheelBuilder::new("alpha", "1.0").build();
    let path = folder.path().join(&name);
    std::fs::write(&path, &bytes).unwrap();
    assert_eq!(store.built_wheel("key").unwrap(), None);
    let kept = store.keep_built_wheel("key", &path).unwrap();
    assert_eq!((kept.filename.as_str(), kept.size), (&*name, bytes.len() as u64));
    assert_eq!(store.keep_built_wheel("key", &path).unwrap().sha256, kept.sha256);
    assert_eq!(store.built_wheel("key").unwrap().unwrap().path, kept.path);
    assert_eq!(store.built_wheel("other").unwrap(), None);
    assert_eq!(store.list_built().unwrap().len(), 1);
    let policy = PrunePolicy {
        now: std::time::SystemTime::now(),
        unused_for: None,
        partial_for: std::time::Duration::from_secs(1),
    };
    store.maintain().unwrap().prune(&policy).unwrap();
    assert_eq!(store.list_built().unwrap().len(), 1);
    let removed = store.maintain().unwrap().remove_built(&|entry| entry.filename.as_str() == name).unwrap();
    assert_eq!((removed.entries, removed.bytes), (1, bytes.len() as u64));
    assert!(store.list_built().unwrap().is_empty() && store.built_wheel("key").unwrap().is_none());
}

#[test]
fn a_user_who_asks_to_stop_is_heard_between_entries() {
    let store = store();
    let bytes = tar(&[file("p/setup.py", b""), file("p/x", b"")]);
    let refused = store.unpack_source("p-1.tar", &bytes, &AtomicBool::new(true)).unwrap_err();
    assert!(matches!(refused, UnpackError::Interrupted), "{refused}");
}
