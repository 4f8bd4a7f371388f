//! Source archives that try to leave their folder.

use std::io::Write as _;

use proptest::prelude::*;

use super::*;

struct Tar {
    builder: tar::Builder<Vec<u8>>,
    /// Of the entries that follow.
    mode: u32,
}

impl Tar {
    fn new() -> Self {
        Self { builder: tar::Builder::new(Vec::new()), mode: 0o644 }
    }

    /// Writes the name as it stands, which the builder would refuse.
    fn entry(mut self, name: &str, kind: tar::EntryType, target: &str, content: &[u8]) -> Self {
        let mut header = tar::Header::new_gnu();
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.as_old_mut().linkname[..target.len()].copy_from_slice(target.as_bytes());
        header.set_entry_type(kind);
        header.set_size(content.len() as u64);
        header.set_mode(self.mode);
        header.set_cksum();
        self.builder.append(&header, content).unwrap();
        self
    }

    fn mode(mut self, mode: u32) -> Self {
        self.mode = mode;
        self
    }

    fn file(self, name: &str, content: &[u8]) -> Self {
        self.entry(name, tar::EntryType::Regular, "", content)
    }

    fn link(self, name: &str, target: &str) -> Self {
        self.entry(name, tar::EntryType::Symlink, target, b"")
    }

    fn bytes(self) -> Vec<u8> {
        self.builder.into_inner().unwrap()
    }
}

type Seen = Vec<(String, EntryKind, u32, Vec<u8>)>;

fn visit(format: ArchiveFormat, bytes: &[u8], limits: &Limits) -> Result<Seen, SourceError> {
    let mut seen = Vec::new();
    for_each_entry(format, bytes, limits, &mut |entry| {
        let mut content = Vec::new();
        entry.content.read_to_end(&mut content)?;
        seen.push((entry.path.to_string(), entry.kind, entry.mode, content));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(seen)
}

fn tar(archive: Tar) -> Result<Seen, SourceError> {
    visit(ArchiveFormat::Tar, &archive.bytes(), &Limits::default())
}

fn honest() -> Tar {
    Tar::new()
        .entry("./", tar::EntryType::Directory, "", b"")
        .entry("p-1/", tar::EntryType::Directory, "", b"")
        .file("./p-1/PKG-INFO", b"Name: p\n")
        .mode(0o4750)
        .file("p-1/configure", b"#!")
        .mode(0o644)
        .file("/p-1/absolute", b"stripped")
        .link("p-1/a/link", "../PKG-INFO")
        .entry("p-1/hard", tar::EntryType::Link, "p-1/PKG-INFO", b"")
}

fn expected() -> Seen {
    let entry = |path: &str, kind, mode, content: &[u8]| (path.to_owned(), kind, mode, content.to_vec());
    vec![
        entry("p-1", EntryKind::Directory, 0o755, b""),
        entry("p-1/PKG-INFO", EntryKind::File, 0o644, b"Name: p\n"),
        entry("p-1/configure", EntryKind::File, 0o755, b"#!"),
        entry("p-1/absolute", EntryKind::File, 0o644, b"stripped"),
        entry("p-1/a/link", EntryKind::Symlink { target: "../PKG-INFO".to_owned() }, 0o644, b""),
        entry("p-1/hard", EntryKind::Hardlink { target: SafePath::new("p-1/PKG-INFO").unwrap() }, 0o644, b""),
    ]
}

fn packed() -> Vec<(ArchiveFormat, Vec<u8>)> {
    let plain = honest().bytes();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(&plain).unwrap();
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
    bzip2.write_all(&plain).unwrap();
    vec![
        (ArchiveFormat::TarGz, gzip.finish().unwrap()),
        (ArchiveFormat::TarBz2, bzip2.finish().unwrap()),
        (ArchiveFormat::Tar, plain),
    ]
}

#[test]
fn honest_archives_in_all_packings() {
    for (format, bytes) in packed() {
        assert_eq!(visit(format, &bytes, &Limits::default()).unwrap(), expected(), "{format:?}");
        let found = read_member(format, &bytes, 100, &|path| path == "p-1/PKG-INFO").unwrap().unwrap();
        assert_eq!((found.0.as_str(), &*found.1), ("p-1/PKG-INFO", &b"Name: p\n"[..]));
        assert!(read_member(format, &bytes, 100, &|path| path == "p-1").unwrap().is_none());
        let small = read_member(format, &bytes, 3, &|path| path == "p-1/PKG-INFO");
        assert!(matches!(small, Err(SourceError::MemberTooLarge { .. })));
        // Cut between two entries, a plain tar shows nothing.
        let cut = visit(format, &bytes[..bytes.len() / 2], &Limits::default());
        assert!(format == ArchiveFormat::Tar || cut.is_err(), "{format:?}");
    }
}

#[test]
fn xz() {
    // printf x > p/a; tar cJ, made by GNU tar and xz
    let hex = include_str!("source_tests.xz.hex");
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    let bytes: Vec<u8> = digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect();
    let seen = visit(ArchiveFormat::TarXz, &bytes, &Limits::default()).unwrap();
    let paths: Vec<_> = seen.iter().map(|(path, ..)| &**path).collect();
    assert_eq!(paths, ["p", "p/a"]);
}

#[test]
fn entries_outside_are_refused() {
    let unsafe_names = ["../x", "a/../../x", "..", "C:\\x", "a\\b"];
    for name in unsafe_names {
        assert!(matches!(tar(Tar::new().file(name, b"")), Err(SourceError::UnsafeName { .. })), "{name}");
    }
    let kinds = [tar::EntryType::Char, tar::EntryType::Block, tar::EntryType::Fifo];
    for kind in kinds {
        let archive = Tar::new().entry("x", kind, "", b"");
        assert!(matches!(tar(archive), Err(SourceError::SpecialFile { .. })));
    }
    let links = ["/etc/passwd", "../x", "a/../../x", "a/../b", "../../x", "..", "", "c:/x"];
    for target in links {
        assert!(matches!(tar(Tar::new().link("x", target)), Err(SourceError::UnsafeLink { .. })), "{target}");
    }
    for target in ["../x", "..", ".", "b/c", "../b"] {
        assert!(tar(Tar::new().link("a/x", target)).is_ok(), "{target}");
    }
    assert!(matches!(tar(Tar::new().link("a/x", "../../y")), Err(SourceError::UnsafeLink { .. })));
    for target in ["/etc/passwd", "../x", ""] {
        let archive = Tar::new().entry("x", tar::EntryType::Link, target, b"");
        assert!(matches!(tar(archive), Err(SourceError::UnsafeLink { .. })), "{target}");
    }
}

#[test]
fn nothing_lies_behind_a_link() {
    let through = |result: Result<Seen, SourceError>| matches!(result, Err(SourceError::ThroughLink { .. }));
    assert!(through(tar(Tar::new().link("a", "b").file("a/x", b""))));
    assert!(through(tar(Tar::new().link("a", "b").file("a", b""))));
    assert!(through(tar(Tar::new().file("a/x", b"").link("a", "b"))));
    assert!(through(tar(Tar::new().link("a", "b").link("a", "c"))));
    let hard = Tar::new().link("a", "b").entry("h", tar::EntryType::Link, "a/x", b"");
    assert!(matches!(tar(hard), Err(SourceError::UnsafeLink { .. })));
}

#[test]
fn bombs() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(&Tar::new().file("x", &vec![0; 8 << 20]).bytes()).unwrap();
    let bytes = gzip.finish().unwrap();
    let limits = Limits { free: 1 << 20, ..Limits::default() };
    assert!(matches!(visit(ArchiveFormat::TarGz, &bytes, &limits), Err(SourceError::Bomb { .. })));
    assert!(visit(ArchiveFormat::TarGz, &bytes, &Limits::default()).is_ok());
    // what an entry promises is enough, also where a sparse file's holes are in no stream
    let mut header = tar::Header::new_gnu();
    header.set_path("x").unwrap();
    header.set_size(2 << 30);
    header.set_cksum();
    let promise = [header.as_bytes().as_slice(), &[0; 1024]].concat();
    let refused = visit(ArchiveFormat::Tar, &promise, &Limits::default());
    assert!(matches!(refused, Err(SourceError::Bomb { .. })), "{refused:?}");
    let gnu = header.as_gnu_mut().unwrap();
    gnu.set_atime(0);
    gnu.sparse[0].set_offset(2 << 30);
    gnu.sparse[0].set_length(0);
    gnu.set_real_size(2 << 30);
    header.set_entry_type(tar::EntryType::GNUSparse);
    header.set_size(0);
    header.set_cksum();
    let sparse = [header.as_bytes().as_slice(), &[0; 1024]].concat();
    let refused = visit(ArchiveFormat::Tar, &sparse, &Limits::default());
    assert!(matches!(refused, Err(SourceError::Bomb { .. })), "{refused:?}");
    // long names and what pax says are held in memory
    for kind in [tar::EntryType::GNULongName, tar::EntryType::GNULongLink, tar::EntryType::XHeader] {
        let header = Tar::new().entry("h", kind, "", &vec![b'a'; 2 << 20]).file("x", b"");
        assert!(matches!(tar(header), Err(SourceError::LongHeader { .. })), "{kind:?}");
    }
    let many = Limits { members: 2, ..Limits::default() };
    assert!(visit(ArchiveFormat::Tar, &honest().bytes(), &many).is_err());
}

#[test]
fn zip_sources_are_taken_as_zipfile_takes_them() {
    use fixtures::zip::{Entry, archive};
    let bytes = archive(&[
        Entry::directory("p-1/"),
        Entry::new("p-1/setup.py", b"code"),
        Entry::symlink("p-1/link", "setup.py"),
        Entry::new("p-1/run", b"#!").unix_mode(0o100_755),
    ]);
    let seen = visit(ArchiveFormat::Zip, &bytes, &Limits::default()).unwrap();
    assert_eq!(seen[2], ("p-1/link".to_owned(), EntryKind::File, 0o755, b"setup.py".to_vec()));
    assert_eq!((seen[1].2, seen[3].2), (0o644, 0o755));
    let evil = archive(&[Entry::new("../x", b"")]);
    assert!(visit(ArchiveFormat::Zip, &evil, &Limits::default()).is_err());
}

#[test]
fn formats_by_name() {
    let table = [
        ("a-1.tar.gz", Some(ArchiveFormat::TarGz)),
        ("a-1.TGZ", Some(ArchiveFormat::TarGz)),
        ("a-1.tar.bz2", Some(ArchiveFormat::TarBz2)),
        ("a-1.txz", Some(ArchiveFormat::TarXz)),
        ("a-1.tar", Some(ArchiveFormat::Tar)),
        ("a-1.zip", Some(ArchiveFormat::Zip)),
        ("a-1.gz", None),
    ];
    for (name, format) in table {
        assert_eq!(ArchiveFormat::of_filename(name), format, "{name}");
    }
}

proptest! {
    #[test]
    fn changed_archives_never_panic(changes in proptest::collection::vec((0usize..4000, any::<u8>()), 1..8)) {
        for (format, mut bytes) in packed() {
            for (at, value) in &changes {
                let at = at % bytes.len();
                bytes[at] = *value;
            }
            let limits = Limits { free: 1 << 20, ratio: 1, ..Limits::default() };
            let _ = visit(format, &bytes, &limits);
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..700)) {
        for format in [ArchiveFormat::Tar, ArchiveFormat::TarGz, ArchiveFormat::TarBz2, ArchiveFormat::TarXz, ArchiveFormat::Zip] {
            let _ = visit(format, &bytes, &Limits::default());
        }
    }
}
