//! Archives that mean harm, or are none, given to each command that unpacks them: nothing is installed, nothing is written
//! beside, nothing of the archive runs, nothing is left behind.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;

use builder::archive::{GzipForm, GzipWriter};
use fixtures::zip::{self, Entry};

use crate::sandbox::{Ran, Sandbox};

/// One entry of a tar archive (GNU).
struct Member<'a> {
    name: &'a str,
    kind: u8,
    target: &'a str,
    content: &'a [u8],
    /// Another size than that of the content.
    claims: Option<u64>,
}

const fn file<'a>(name: &'a str, content: &'a [u8]) -> Member<'a> {
    Member { name, kind: b'0', target: "", content, claims: None }
}

const fn special(name: &str, kind: u8) -> Member<'_> {
    Member { name, kind, target: "", content: b"", claims: None }
}

const fn link<'a>(name: &'a str, kind: u8, target: &'a str) -> Member<'a> {
    Member { name, kind, target, content: b"", claims: None }
}

/// A project whose back end says that it ran.
const PROJECT: [Member<'static>; 3] = [
    file(
        "alpha-1.0/pyproject.toml",
        b"[build-system]\nrequires = []\nbuild-backend = 'b'\nbackend-path = ['.']\n",
    ),
    file("alpha-1.0/b.py", b"raise SystemExit('THIS RAN')\n"),
    file("alpha-1.0/PKG-INFO", b"Metadata-Version: 2.2\nName: alpha\nVersion: 1.0\n"),
];

fn block(member: &Member<'_>) -> Vec<u8> {
    let mut header = [0_u8; 512];
    let mut put = |at: usize, text: &[u8]| header[at..at + text.len()].copy_from_slice(text);
    put(0, member.name.as_bytes());
    put(100, b"0000644\0");
    let size = member.claims.unwrap_or(member.content.len() as u64);
    match size >> 33 {
        0 => put(124, format!("{size:011o}\0").as_bytes()),
        _ => {
            put(124, &[0x80]);
            put(128, &size.to_be_bytes());
        }
    }
    put(136, b"00000000000\0");
    put(148, b"        ");
    put(156, &[member.kind]);
    put(157, member.target.as_bytes());
    put(257, b"ustar  \0");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let mut bytes = [&header[..], member.content].concat();
    bytes.resize(bytes.len().next_multiple_of(512), 0);
    bytes
}

/// The project and these.
fn tar(members: &[Member<'_>]) -> Vec<u8> {
    let blocks = PROJECT.iter().chain(members).flat_map(block);
    blocks.chain([0; 1024]).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = GzipWriter::new(&GzipForm::python(0, None));
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

/// All names below a folder, but for the cache.
fn listing(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut left = vec![folder.to_owned()];
    while let Some(folder) = left.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.ends_with("cache") || path.ends_with("out") || path.ends_with("bytecode") {
                continue;
            }
            found.insert(path.display().to_string());
            if entry.file_type().unwrap().is_dir() {
                left.push(path);
            }
        }
    }
    found
}

#[track_caller]
fn harmless(sandbox: &Sandbox, before: &BTreeSet<String>, ran: &Ran) {
    let text = format!("{ran}");
    assert!(!text.contains("panicked") && !text.contains("THIS RAN"), "{ran}");
    assert_eq!(&listing(sandbox.work().parent().unwrap()), before, "{ran}");
    let left = std::fs::read_dir(sandbox.cache().join("temporary-1")).into_iter().flatten().count();
    assert_eq!(left, 0, "{ran}");
    let out = std::fs::read_dir(sandbox.work().join("out")).into_iter().flatten().count();
    assert_eq!(out, 0, "{ran}");
}

/// Gives the file to each command; `code` is ours, pip and build have words only.
#[track_caller]
fn refused(sandbox: &Sandbox, (name, bytes): (&str, &[u8]), (exit, code): (i32, &str)) {
    std::fs::write(sandbox.work().join(name), bytes).unwrap();
    let path = format!("./{name}");
    let before = listing(sandbox.work().parent().unwrap());
    let ours = format!("[{code}]");
    let mut commands: Vec<(Vec<&str>, i32, &str)> = vec![
        (vec!["install", &path], exit, &ours),
        (vec!["as", "pip", "--python", ".venv", "install", &path], 1, "ERROR: "),
    ];
    if name.ends_with(".tar.gz") {
        // an sdist for build has one folder and a PKG-INFO
        commands.push((vec!["build", &path, "-o", "out"], exit, &ours));
        commands.push((vec!["as", "pyproject-build", &path, "-o", "out"], 1, "ERROR "));
    }
    for (words, exit, said) in commands {
        let ran = sandbox.tilsit(&words);
        assert!(ran.code == exit && ran.stderr.contains(said), "{name} {words:?}\n{ran}");
        harmless(sandbox, &before, &ran);
    }
    assert_eq!(sandbox.frozen(), "");
    std::fs::remove_file(sandbox.work().join(name)).unwrap();
}

#[test]
fn entries_that_lead_out_or_are_no_files() {
    let sandbox = Sandbox::new();
    sandbox.venv();
    let long = "n".repeat(300);
    let long = [special("././@LongLink", b'L'), file("x", b"")].map(|one| match one.kind {
        b'L' => Member { content: long.as_bytes(), ..one },
        _ => one,
    });
    let deep = "d/".repeat(3000);
    let deep = [Member { content: deep.as_bytes(), ..special("././@LongLink", b'L') }, file("x", b"")];
    for members in [
        &[file("alpha-1.0/../../evil", b"")][..],
        &[file("../evil", b"")],
        &[link("alpha-1.0/l", b'2', "../../../evil")],
        &[link("alpha-1.0/l", b'2', "/tmp")],
        &[link("alpha-1.0/l", b'2', "."), file("alpha-1.0/l/x", b"")],
        &[link("alpha-1.0/l", b'1', "/etc/passwd")],
        &[link("alpha-1.0/l", b'1', "../evil")],
        &[special("alpha-1.0/c", b'3')],
        &[special("alpha-1.0/b", b'4')],
        &[special("alpha-1.0/p", b'6')],
        &long,
        &deep,
    ] {
        refused(&sandbox, ("alpha-1.0.tar.gz", &gzip(&tar(members))), (1, "unsafe-archive"));
    }
    for entry in [
        Entry::new("alpha-1.0/../../evil", b""),
        Entry::new("/evil", b""),
        Entry::new("alpha-1.0\\..\\..\\evil", b""),
        Entry::new("alpha-1.0/x", b"").local_name("alpha-1.0/y"),
        Entry::new("alpha-1.0/x", b"").flags(1),
        Entry::new(format!("alpha-1.0/{}", "n".repeat(300)), b""),
    ] {
        refused(&sandbox, ("alpha-1.0.zip", &zip::archive(&[entry])), (1, "unsafe-archive"));
    }
}

#[test]
fn bombs() {
    let sandbox = Sandbox::new();
    sandbox.venv();
    let zeros = vec![0; 1 << 20];
    let big = Member { claims: Some(3 << 30), ..file("alpha-1.0/big", &zeros) };
    refused(&sandbox, ("alpha-1.0.tar.gz", &gzip(&tar(&[big]))), (1, "unsafe-archive"));
    let name = Member { content: &vec![b'a'; 3 << 20], ..special("././@LongLink", b'L') };
    refused(&sandbox, ("alpha-1.0.tar.gz", &gzip(&tar(&[name]))), (1, "unsafe-archive"));
    let huge = Entry::new("alpha-1.0/big", b"x").claimed_size(3 << 30);
    refused(&sandbox, ("alpha-1.0.zip", &zip::archive(&[huge])), (1, "unsafe-archive"));
    let huge = Entry::new("alpha/big", b"x").claimed_size(3 << 30);
    refused(&sandbox, ("alpha-1.0-py3-none-any.whl", &zip::archive(&[huge])), (1, "unsafe-archive"));
}

#[test]
fn archives_that_are_broken() {
    let sandbox = Sandbox::new();
    sandbox.venv();
    let good = gzip(&tar(&[]));
    for bytes in [
        &b""[..],
        b"not an archive",
        &good[..good.len() / 2],
        &tar(&[]), // not packed
        &gzip(b"no tar in it, though it is long enough for that: nothing in it adds up to a header of one"),
        &gzip(&tar(&[file("alpha-1.0/x", b""), file("alpha-1.0/x/y", b"")])),
        &gzip(&tar(&[file("alpha-1.0/x/y", b""), file("alpha-1.0/x", b"")])),
        &gzip(&tar(&[link("alpha-1.0/l", b'1', "alpha-1.0/nothing")])),
        &gzip(&tar(&[Member { claims: Some(5000), ..file("alpha-1.0/x", b"short") }])),
    ] {
        refused(&sandbox, ("alpha-1.0.tar.gz", bytes), (1, "corrupt-wheel"));
    }
    for (name, bytes) in [
        ("alpha-1.0.tar.bz2", &good[..]),
        ("alpha-1.0.tar.xz", &good),
        ("alpha-1.0.zip", &good),
        ("alpha-1.0.tar", &good),
    ] {
        refused(&sandbox, (name, bytes), (1, "corrupt-wheel"));
    }
}

#[test]
fn source_distributions_of_another_shape() {
    let sandbox = Sandbox::new();
    sandbox.venv();
    let empty = gzip(&[0; 1024]);
    let beside = gzip(&tar(&[file("README", b"")]));
    for bytes in [&empty, &beside] {
        refused(&sandbox, ("alpha-1.0.tar.gz", bytes), (2, "not-a-project"));
    }
    // another package than the file's name says
    let other = [file("alpha-1.0/PKG-INFO", b"Metadata-Version: 2.2\nName: beta\nVersion: 1.0\n")];
    std::fs::write(sandbox.work().join("alpha-1.0.tar.gz"), gzip(&tar(&other))).unwrap();
    sandbox.tilsit(&["install", "./alpha-1.0.tar.gz"]).fails(2, "[bad-requirement]").tells("`beta`");
    assert_eq!(sandbox.frozen(), "");
}

#[test]
fn names_with_what_terminals_obey_are_shown_without() {
    let sandbox = Sandbox::new();
    sandbox.venv();
    let bytes = tar(&[file("alpha-1.0/\u{1b}]0;title\u{7}/../../evil", b"")]);
    std::fs::write(sandbox.work().join("a.tar"), bytes).unwrap();
    let ran = sandbox.tilsit(&["install", "./a.tar"]).fails(1, "[unsafe-archive]");
    assert!(!ran.stderr.contains(['\u{1b}', '\u{7}']), "{ran}");
}
