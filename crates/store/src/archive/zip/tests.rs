//! Archives that lie, made byte by byte.

use proptest::prelude::*;

use super::*;

type Change = fn(&mut Vec<u8>);

/// One member with everything about it that can be wrong.
#[derive(Clone)]
struct Made {
    name: &'static [u8],
    content: &'static [u8],
    deflate: bool,
    flags: u16,
    mode: u16,
    /// Signature, 8-byte sizes.
    descriptor: Option<(bool, bool)>,
    zip64: bool,
    local: Change,
    central: Change,
}

fn file(name: &'static str, content: &'static [u8]) -> Made {
    Made {
        name: name.as_bytes(),
        content,
        deflate: true,
        flags: 0,
        mode: 0o100_644,
        descriptor: None,
        zip64: false,
        local: |_| {},
        central: |_| {},
    }
}

fn pack(content: &[u8]) -> Vec<u8> {
    let mut compressor = libdeflater::Compressor::new(libdeflater::CompressionLvl::default());
    let mut packed = vec![0; compressor.deflate_compress_bound(content.len())];
    let length = compressor.deflate_compress(content, &mut packed).unwrap();
    packed.truncate(length);
    packed
}

impl Made {
    fn headers(&self, offset: u64) -> (Vec<u8>, Vec<u8>) {
        let packed = if self.deflate { pack(self.content) } else { self.content.to_vec() };
        let (crc, lengths) =
            (libdeflater::crc32(self.content), [packed.len() as u64, self.content.len() as u64]);
        let flags = self.flags | if self.descriptor.is_some() { 8 } else { 0 };
        let narrow = |value: u64| if self.zip64 { u32::MAX } else { value as u32 };
        let start = |sizes: [u32; 2], crc: u32| {
            let mut out = Vec::new();
            for short in [20, flags, if self.deflate { 8 } else { 0 }, 0, 33] {
                out.extend(short.to_le_bytes());
            }
            out.extend(crc.to_le_bytes());
            sizes.iter().for_each(|size| out.extend(size.to_le_bytes()));
            out.extend((self.name.len() as u16).to_le_bytes());
            out
        };
        let extra = |values: &[u64]| {
            let mut out = Vec::new();
            if self.zip64 {
                out.extend(1u16.to_le_bytes());
                out.extend((values.len() as u16 * 8).to_le_bytes());
                values.iter().for_each(|value| out.extend(value.to_le_bytes()));
            }
            out
        };
        let streamed = self.descriptor.is_some();
        let mut local = b"PK\x03\x04".to_vec();
        local.extend(if streamed { start([0, 0], 0) } else { start(lengths.map(narrow), crc) });
        let local_extra = if streamed { Vec::new() } else { extra(&[lengths[1], lengths[0]]) };
        local.extend((local_extra.len() as u16).to_le_bytes());
        local.extend(self.name);
        local.extend(local_extra);
        (self.local)(&mut local);
        local.extend(&packed);
        if let Some((signed, wide)) = self.descriptor {
            local.extend(if signed { &b"PK\x07\x08"[..] } else { b"" });
            local.extend(crc.to_le_bytes());
            let number = |value: u64| {
                if wide { value.to_le_bytes().to_vec() } else { (value as u32).to_le_bytes().to_vec() }
            };
            lengths.iter().for_each(|length| local.extend(number(*length)));
        }
        let mut central = b"PK\x01\x02\x14\x03".to_vec();
        central.extend(start(lengths.map(narrow), crc));
        let central_extra = extra(&[lengths[1], lengths[0], offset]);
        central.extend((central_extra.len() as u16).to_le_bytes());
        central.extend([0; 6]);
        central.extend((u32::from(self.mode) << 16).to_le_bytes());
        central.extend(narrow(offset).to_le_bytes());
        central.extend(self.name);
        central.extend(central_extra);
        (self.central)(&mut central);
        (local, central)
    }
}

fn end(entries: u16, size: u32, offset: u32) -> Vec<u8> {
    let mut out = b"PK\x05\x06\0\0\0\0".to_vec();
    out.extend([entries.to_le_bytes(), entries.to_le_bytes()].concat());
    out.extend([size.to_le_bytes(), offset.to_le_bytes()].concat());
    out.extend([0; 2]);
    out
}

fn end64(entries: u64, size: u64, offset: u64) -> Vec<u8> {
    let mut out = b"PK\x06\x06".to_vec();
    out.extend(44u64.to_le_bytes());
    out.extend([45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    [entries, entries, size, offset].iter().for_each(|value| out.extend(value.to_le_bytes()));
    out.extend(b"PK\x06\x07\0\0\0\0");
    out.extend((offset + size).to_le_bytes());
    out.extend(1u32.to_le_bytes());
    out.extend(end(u16::MAX, u32::MAX, u32::MAX));
    out
}

fn body(members: &[Made]) -> (Vec<u8>, Vec<u8>) {
    let (mut locals, mut directory) = (Vec::new(), Vec::new());
    for member in members {
        let (local, central) = member.headers(locals.len() as u64);
        locals.extend(local);
        directory.extend(central);
    }
    (locals, directory)
}

fn zip(members: &[Made]) -> Vec<u8> {
    let (locals, directory) = body(members);
    let tail = end(members.len() as u16, directory.len() as u32, locals.len() as u32);
    [locals, directory, tail].concat()
}

fn parse(bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>, ZipError> {
    let archive = ZipArchive::parse(bytes, &Limits::default(), Strictness::Wheel)?;
    let (mut inflater, mut buffer) = (Inflater::default(), Vec::new());
    let files = archive.members().iter().filter(|member| !member.is_directory());
    files
        .map(|member| Ok((member.path().to_string(), member.read(&mut inflater, &mut buffer)?.to_vec())))
        .collect()
}

fn error(bytes: &[u8]) -> ZipError {
    parse(bytes).expect_err("a refusal")
}

#[test]
fn honest_archives_of_all_forms() {
    let plain = file("a/b.txt", b"hello hello hello");
    let forms = [
        plain.clone(),
        Made { deflate: false, ..plain.clone() },
        Made { descriptor: Some((true, false)), ..plain.clone() },
        Made { descriptor: Some((false, false)), ..plain.clone() },
        Made { descriptor: Some((true, true)), ..plain.clone() },
        Made { descriptor: Some((false, true)), deflate: false, ..plain.clone() },
        Made { zip64: true, ..plain.clone() },
        Made { mode: 0, ..plain.clone() },
    ];
    for form in forms {
        let directory = Made { deflate: false, mode: 0o040_755, ..file("a/", b"") };
        let members = [directory, form, file("z", b"")];
        let content =
            vec![("a/b.txt".to_owned(), b"hello hello hello".to_vec()), ("z".to_owned(), Vec::new())];
        assert_eq!(parse(&zip(&members)).unwrap(), content);
        let (locals, directory) = body(&members);
        let tail = end64(3, directory.len() as u64, locals.len() as u64);
        assert_eq!(parse(&[locals, directory, tail].concat()).unwrap(), content);
        // As zipfile: bytes in front shift all offsets, bytes after the end are ignored.
        assert_eq!(parse(&[b"#!/bin/sh\n".to_vec(), zip(&members)].concat()).unwrap(), content);
        assert_eq!(parse(&[zip(&members), b"trailing".to_vec()].concat()).unwrap(), content);
    }
    assert_eq!(parse(&zip(&[])).unwrap(), []);
    let streamed = zip(&[file("a", b"some content")]);
    let archive = ZipArchive::parse(&streamed, &Limits::default(), Strictness::Wheel).unwrap();
    let mut content = Vec::new();
    std::io::Read::read_to_end(&mut archive.members()[0].reader(), &mut content).unwrap();
    assert_eq!(content, b"some content");
}

#[test]
fn names_that_are_not_safe() {
    let table: [(&'static str, UnsafePath); 7] = [
        ("../x", UnsafePath::Parent),
        ("/etc/passwd", UnsafePath::Absolute),
        ("a/../../x", UnsafePath::Parent),
        ("C:/x", UnsafePath::Drive),
        ("a\\b", UnsafePath::Backslash),
        ("a\0b", UnsafePath::Nul),
        ("a//b", UnsafePath::Component),
    ];
    for (name, reason) in table {
        let refused = error(&zip(&[file(name, b"x")]));
        assert_eq!(refused, ZipError::UnsafeName { name: name.to_owned(), reason });
    }
}

#[test]
fn collisions() {
    let pair = |a, b| error(&zip(&[file(a, b"1"), file(b, b"2")]));
    assert_eq!(pair("a", "a"), ZipError::Duplicate { name: "a".to_owned() });
    assert!(matches!(pair("a/readme", "a/README"), ZipError::CaseCollision { .. }));
    let utf8 = |name| Made { flags: 1 << 11, ..file(name, b"") };
    assert!(matches!(error(&zip(&[utf8("ß/Ä"), utf8("ß/ä")])), ZipError::CaseCollision { .. }));
    assert_eq!(pair("a", "a/b"), ZipError::Duplicate { name: "a".to_owned() });
    assert_eq!(pair("A/b/c", "a"), ZipError::Duplicate { name: "A".to_owned() });
    let source = zip(&[file("a", b"1"), file("a", b"2")]);
    let archive = ZipArchive::parse(&source, &Limits::default(), Strictness::Source).unwrap();
    let mut buffer = Vec::new();
    assert_eq!(archive.members().len(), 1);
    assert_eq!(archive.members()[0].read(&mut Inflater::default(), &mut buffer).unwrap(), b"2");
}

#[test]
fn special_files_and_methods() {
    for mode in [0o120_777, 0o020_644, 0o060_644, 0o010_644, 0o140_644] {
        let refused = error(&zip(&[Made { mode, ..file("a", b"x") }]));
        assert_eq!(refused, ZipError::SpecialFile { name: "a".to_owned() });
    }
    for flags in [1, 1 << 6, 1 << 13] {
        let refused = error(&zip(&[Made { flags, ..file("a", b"x") }]));
        assert_eq!(refused, ZipError::Encrypted { name: "a".to_owned() });
    }
    let bzip2 = Made { central: |bytes| bytes[10] = 12, ..file("a", b"x") };
    assert_eq!(error(&zip(&[bzip2])), ZipError::Method { name: "a".to_owned(), method: 12 });
    let directory = Made { mode: 0o040_755, ..file("a/", b"content") };
    assert_eq!(error(&zip(&[directory])), ZipError::Corrupt { name: "a/".to_owned() });
}

#[test]
fn two_headers_that_disagree() {
    let table: [(Change, &str); 6] = [
        (|local| local[30] = b'b', "name"),
        (|local| local[6] |= 8, "flags"),
        (|local| local[8] = 0, "method"),
        (|local| local[14] ^= 1, "CRC-32"),
        (|local| local[18] ^= 1, "compressed size"),
        (|local| local[22] ^= 1, "size"),
    ];
    for (local, field) in table {
        let refused = error(&zip(&[Made { local, ..file("a", b"xyz") }]));
        assert_eq!(refused, ZipError::HeaderMismatch { name: "a".to_owned(), field }, "{field}");
    }
    let moved = Made { central: |central| central[42] = 1, ..file("a", b"xyz") };
    assert!(matches!(error(&zip(&[moved])), ZipError::Ambiguous(_)));
    let mut broken = zip(&[Made { descriptor: Some((true, false)), ..file("a", b"xyz") }]);
    let descriptor = memchr::memmem::find(&broken, b"PK\x07\x08").unwrap();
    broken[descriptor + 4] ^= 1;
    assert_eq!(error(&broken), ZipError::HeaderMismatch { name: "a".to_owned(), field: "data descriptor" });
}

#[test]
fn overlapping_members() {
    // Both entries of the directory point to the first member, as in a bomb that reuses its kernel.
    let twice = Made { central: |central| central[42..46].fill(0), ..file("a", b"xyz") };
    let (locals, mut directory) = body(&[file("a", b"xyz")]);
    let (_, again) = body(&[twice]);
    directory.extend(again);
    let tail = end(2, directory.len() as u32, locals.len() as u32);
    let refused = error(&[locals, directory, tail].concat());
    assert_eq!(refused, ZipError::Overlap { name: "a".to_owned() });
}

#[test]
fn end_records_that_leave_a_choice() {
    let good = zip(&[file("a", b"xyz")]);
    let (locals, directory) = body(&[file("a", b"xyz")]);
    let (count, size, offset) = (1, directory.len() as u32, locals.len() as u32);
    let with_end = |tail: Vec<u8>| [locals.clone(), directory.clone(), tail].concat();
    assert!(parse(&with_end(end(count, size, offset))).is_ok());
    // An end record in the comment of another one that reaches to the end of the file.
    let mut outer = end(0, 0, 0);
    outer[20] = 22;
    let nested = [locals.clone(), directory.clone(), outer, end(count, size, offset)].concat();
    assert_eq!(error(&nested), ZipError::Ambiguous("two end records"));
    let table = [
        (end(2, size, offset), ZipError::Truncated),
        (end(0, size, offset), ZipError::Ambiguous("the central directory is longer than its entries")),
        (end(9, size, offset), ZipError::Ambiguous("more entries than the directory has room for")),
        (end(count, size, offset + 1), ZipError::Truncated),
        (
            end(count, size - 1, offset),
            ZipError::Ambiguous("the central directory has other content than entries"),
        ),
        (end(count, u32::MAX - 1, offset), ZipError::Truncated),
    ];
    for (index, (tail, expected)) in table.into_iter().enumerate() {
        let refused = error(&with_end(tail));
        let any_refusal = index == 0 || index == 4;
        assert!(any_refusal || refused == expected, "{index}: {refused:?}");
    }
    let mut split = end(count, size, offset);
    split[4] = 1;
    assert_eq!(error(&with_end(split)), ZipError::MultiDisk);
    for length in 0..good.len() {
        assert!(parse(&good[..length]).is_err(), "cut to {length}");
    }
    let mut wide = end64(1, u64::from(size), u64::from(offset));
    wide[72] ^= 1; // the locator's disk count
    assert_eq!(error(&with_end(wide)), ZipError::MultiDisk);
    let mut wide = end64(1, u64::from(size), u64::from(offset));
    wide[64] ^= 1; // the locator's offset
    assert!(matches!(error(&with_end(wide)), ZipError::Ambiguous(_)));
    let huge = end64(u64::MAX, u64::from(size), u64::from(offset));
    assert!(matches!(error(&with_end(huge)), ZipError::Ambiguous(_)));
}

#[test]
fn bombs() {
    static ZEROS: [u8; 4 << 20] = [0; 4 << 20];
    let bytes = zip(&[file("a", &ZEROS)]);
    let limits = Limits { free: 1 << 20, ..Limits::default() };
    let result = ZipArchive::parse(&bytes, &limits, Strictness::Wheel);
    assert!(matches!(result, Err(ZipError::Bomb { .. })));
    assert!(parse(&bytes).is_ok());
    let result = ZipArchive::parse(&bytes, &Limits { unpacked: 100, ..limits }, Strictness::Wheel);
    assert!(matches!(result, Err(ZipError::Bomb { .. })));
    let result = ZipArchive::parse(&bytes, &Limits { members: 0, ..Limits::default() }, Strictness::Wheel);
    assert_eq!(result.unwrap_err(), ZipError::TooManyMembers(1));
    // A size that deflate cannot reach is no reason to take memory.
    let liar: Change = |central| central[24..28].copy_from_slice(&0x3000_0000_u32.to_le_bytes());
    let local: Change = |local| local[22..26].copy_from_slice(&0x3000_0000_u32.to_le_bytes());
    let refused = error(&zip(&[Made { central: liar, local, ..file("a", b"xyz") }]));
    assert_eq!(refused, ZipError::Corrupt { name: "a".to_owned() });
}

#[test]
fn content_that_is_not_what_the_headers_say() {
    let crc: Change = |bytes| bytes[14] ^= 1;
    let central_crc: Change = |bytes| bytes[16] ^= 1;
    let refused = error(&zip(&[Made { local: crc, central: central_crc, ..file("a", b"xyz") }]));
    assert_eq!(refused, ZipError::Checksum { name: "a".to_owned() });
    let longer: Change = |bytes| bytes[22] += 1;
    let central_longer: Change = |bytes| bytes[24] += 1;
    let lying = zip(&[Made { local: longer, central: central_longer, ..file("a", b"xyz") }]);
    assert_eq!(error(&lying), ZipError::Corrupt { name: "a".to_owned() });
    let archive = ZipArchive::parse(&lying, &Limits::default(), Strictness::Wheel).unwrap();
    assert!(std::io::copy(&mut archive.members()[0].reader(), &mut std::io::sink()).is_err());
}

#[test]
fn names_in_other_encodings() {
    // Without the flag a name is in code page 437: 0x81 is ü, as zipfile reads it.
    let old = Made { name: b"\x81.py", ..file("", b"x") };
    assert_eq!(parse(&zip(&[old])).unwrap()[0].0, "ü.py");
    let utf8 = Made { flags: 1 << 11, ..file("ü.py", b"x") };
    assert_eq!(parse(&zip(&[utf8])).unwrap()[0].0, "ü.py");
    let broken = Made { name: b"\x81.py", flags: 1 << 11, ..file("", b"x") };
    assert_eq!(error(&zip(&[broken])), ZipError::Ambiguous("a name is not UTF-8"));
    let unicode_path: Change = |central| {
        let mut data = vec![1];
        data.extend(libdeflater::crc32(b"a").to_le_bytes());
        data.extend(b"b");
        central[30] = 4 + data.len() as u8;
        central.extend([0x75, 0x70, data.len() as u8, 0]);
        central.extend(data);
    };
    let two_names = Made { central: unicode_path, ..file("a", b"x") };
    assert_eq!(error(&zip(&[two_names])), ZipError::Ambiguous("a member has two names"));
}

#[test]
fn one_member_from_the_tail() {
    let bytes =
        zip(&[file("pkg/a.py", b"x"), file("p-1.dist-info/METADATA", b"Name: p\n"), file("z", b"last")]);
    let wanted = |path: &str| path.ends_with(".dist-info/METADATA");
    let length = bytes.len() as u64;
    let mut from = bytes.len() - 22;
    let found = loop {
        match member_from_tail(&bytes[from..], length, &wanted).unwrap() {
            TailMember::NeedFrom(start) => {
                assert!((start as usize) < from, "progress");
                from = start as usize;
            }
            found => break found,
        }
    };
    assert!(from > 0, "the first member is not needed");
    assert_eq!(found, TailMember::Found("p-1.dist-info/METADATA".to_owned(), b"Name: p\n".to_vec()));
    assert_eq!(member_from_tail(&bytes, length, &|_| false).unwrap(), TailMember::Absent);
    assert!(member_from_tail(b"no zip", 6, &wanted).is_err());
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = parse(&bytes);
        let _ = member_from_tail(&bytes, 1000, &|_| true);
    }

    #[test]
    fn changed_archives_never_panic(
        changes in proptest::collection::vec((0usize..400, any::<u8>()), 1..6),
        wide in any::<bool>(),
        cut in 0usize..400,
    ) {
        let members = [file("a/b", b"hello hello"), Made { descriptor: Some((true, wide)), zip64: wide, ..file("c", b"x") }];
        let (locals, directory) = body(&members);
        let tail = if wide {
            end64(2, directory.len() as u64, locals.len() as u64)
        } else {
            end(2, directory.len() as u32, locals.len() as u32)
        };
        let mut bytes = [locals, directory, tail].concat();
        for (at, value) in changes {
            let at = at % bytes.len();
            bytes[at] = value;
        }
        let _ = parse(&bytes);
        let cut = cut % bytes.len();
        let _ = member_from_tail(&bytes[cut..], bytes.len() as u64, &|path| path == "c");
        let _ = ZipArchive::parse(&bytes[..cut], &Limits::default(), Strictness::Source);
    }
}
