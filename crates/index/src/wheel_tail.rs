//! METADATA out of the last bytes of a wheel (APPNOTE 4.3: the directory of a zip stands at its end).

use std::io::Read;
use std::ops::Range;

/// A stretch of the wheel that has been fetched.
#[derive(Clone, Debug)]
pub(crate) struct Stretch {
    pub(crate) offset: u64,
    pub(crate) bytes: Vec<u8>,
}

/// What reading what is there led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// The text of METADATA.
    Metadata(Vec<u8>),
    /// These bytes are needed first.
    Wants(Range<u64>),
    /// Not a zip that this reader takes; the whole file has to be looked at.
    Unusable(&'static str),
}

/// No METADATA is longer; the longest of PyPI are of a few hundred kilobytes.
const LONGEST_METADATA: usize = 16 << 20;
/// No directory is longer; a wheel of 100,000 files has one of 15 MB.
const LONGEST_DIRECTORY: u64 = 64 << 20;

/// Looks for METADATA in the stretches fetched of a wheel of `total` bytes; the first reaches to the wheel's end.
pub(crate) fn read(total: u64, stretches: &[Stretch]) -> Reading {
    find(total, stretches).unwrap_or_else(|reading| reading)
}

fn find(total: u64, stretches: &[Stretch]) -> Result<Reading, Reading> {
    let Some(tail) = stretches.first() else { return Err(Reading::Unusable("nothing was fetched")) };
    let directory = directory(total, tail)?;
    if directory.end - directory.start > LONGEST_DIRECTORY {
        return Err(Reading::Unusable("its directory is too long"));
    }
    let slice = |range| slice(total, stretches, range);
    let member = member(slice(directory)?)?;
    // The local header repeats the name and may have another extra field; 64 bytes of slack cover what tools write.
    let head_len = 30 + member.name_len;
    let wanted = member.offset..(member.offset + head_len + 64 + member.packed as u64).min(total);
    let head = slice(member.offset..member.offset + head_len).map_err(|reading| match reading {
        // Header and content in one go.
        Reading::Wants(_) => Reading::Wants(wanted),
        other => other,
    })?;
    if !head.starts_with(b"PK\x03\x04") {
        return Err(Reading::Unusable("a local header is missing"));
    }
    let lengths = (half(head, 26), half(head, 28));
    let (Some(name_len), Some(extra_len)) = lengths else {
        return Err(Reading::Unusable("a short local header"));
    };
    let data = member.offset + 30 + name_len + extra_len;
    let packed = slice(data..data + member.packed as u64)?;
    unpack(packed, &member).map(Reading::Metadata).ok_or(Reading::Unusable("its METADATA cannot be unpacked"))
}

struct Member {
    deflated: bool,
    crc: u32,
    packed: usize,
    size: usize,
    name_len: u64,
    offset: u64,
}

/// The bytes of `range`, or the wish for them.
fn slice(total: u64, stretches: &[Stretch], range: Range<u64>) -> Result<&[u8], Reading> {
    if range.end > total {
        return Err(Reading::Unusable("it points behind its end"));
    }
    let found = stretches.iter().find_map(|stretch| {
        let start = usize::try_from(range.start.checked_sub(stretch.offset)?).ok()?;
        let end = usize::try_from(range.end.checked_sub(stretch.offset)?).ok()?;
        stretch.bytes.get(start..end)
    });
    found.ok_or(Reading::Wants(range))
}

/// Where the central directory is: from the last end record whose comment ends with the file.
fn directory(total: u64, tail: &Stretch) -> Result<Range<u64>, Reading> {
    let bytes = &tail.bytes;
    let is_end = |at: &usize| {
        bytes[*at..].starts_with(b"PK\x05\x06")
            && half(bytes, at + 20).is_some_and(|comment| (at + 22) as u64 + comment == bytes.len() as u64)
    };
    let end = (0..bytes.len().saturating_sub(21)).rev().take(22 + 0xffff).find(is_end);
    let end = end.ok_or(Reading::Unusable("it has no end record"))?;
    let fields = (word(bytes, end + 12), word(bytes, end + 16));
    let (Some(size), Some(offset)) = fields else { return Err(Reading::Unusable("a short end record")) };
    let range = u64::from(offset)..u64::from(offset) + u64::from(size);
    // Equality also rules out zip64's 0xffffffff and archives with something put before them.
    if range.end != tail.offset + end as u64 || range.end > total {
        return Err(Reading::Unusable("its directory is not where it should be"));
    }
    Ok(range)
}

/// The one `*.dist-info/METADATA` of the directory.
fn member(directory: &[u8]) -> Result<Member, Reading> {
    let short = Reading::Unusable("its directory is cut short");
    let (mut at, mut found) = (0, None);
    while at < directory.len() {
        let lengths = (half(directory, at + 28), half(directory, at + 30), half(directory, at + 32));
        let (Some(name_len), Some(extra_len), Some(comment_len)) = lengths else { return Err(short) };
        let Some(name) = directory.get(at + 46..at + 46 + name_len as usize) else { return Err(short) };
        if is_metadata(name) {
            if found.is_some() {
                return Err(Reading::Unusable("it has two METADATA"));
            }
            found = Some(
                member_at(directory, at, name_len)
                    .ok_or(Reading::Unusable("its METADATA is packed oddly"))?,
            );
        }
        at += 46 + (name_len + extra_len + comment_len) as usize;
    }
    found.ok_or(Reading::Unusable("it has no METADATA"))
}

fn is_metadata(name: &[u8]) -> bool {
    name.strip_suffix(b".dist-info/METADATA")
        .is_some_and(|folder| !folder.is_empty() && !folder.contains(&b'/'))
}

fn member_at(directory: &[u8], at: usize, name_len: u64) -> Option<Member> {
    let (flags, method) = (half(directory, at + 8)?, half(directory, at + 10)?);
    let packed = word(directory, at + 20)? as usize;
    let size = word(directory, at + 24)? as usize;
    let plain =
        flags & 1 == 0 && (method == 0 || method == 8) && size <= LONGEST_METADATA && packed <= size + 4096;
    plain.then_some(Member {
        deflated: method == 8,
        crc: word(directory, at + 16)?,
        packed,
        size,
        name_len,
        offset: u64::from(word(directory, at + 42)?),
    })
}

fn unpack(packed: &[u8], member: &Member) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    if member.deflated {
        flate2::read::DeflateDecoder::new(packed).take(member.size as u64 + 1).read_to_end(&mut out).ok()?;
    } else {
        out.extend_from_slice(packed);
    }
    let mut crc = flate2::Crc::new();
    crc.update(&out);
    (out.len() == member.size && crc.sum() == member.crc).then_some(out)
}

fn half(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?)))
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use fixtures::WheelBuilder;
    use fixtures::zip::{Entry, archive};
    use proptest::prelude::*;

    /// Reads a wheel of which only the last `len` bytes are there at first; what it took.
    fn read_from_tail(wheel: &[u8], len: usize) -> (Reading, usize) {
        let total = wheel.len() as u64;
        let start = wheel.len().saturating_sub(len);
        let mut stretches = vec![Stretch { offset: start as u64, bytes: wheel[start..].to_vec() }];
        loop {
            match read(total, &stretches) {
                Reading::Wants(range) if stretches.len() < 4 => {
                    let bytes = wheel[range.start as usize..range.end as usize].to_vec();
                    stretches.push(Stretch { offset: range.start, bytes });
                }
                reading => return (reading, stretches.len()),
            }
        }
    }

    #[test]
    fn metadata_is_found_from_any_tail() {
        let builder =
            WheelBuilder::new("alpha", "1.0").requires("beta").file("alpha/big.py", "x = 1\n".repeat(9999));
        for builder in [builder.clone(), builder.stored()] {
            let wheel = builder.build().1;
            for len in [22, 100, 400, 1000, wheel.len()] {
                let (reading, fetches) = read_from_tail(&wheel, len);
                assert_eq!(reading, Reading::Metadata(builder.metadata().into_bytes()), "{len}");
                assert!(fetches <= 3, "{fetches} fetches from {len} bytes");
            }
        }
    }

    #[test]
    fn what_cannot_be_used() {
        let twice = [Entry::new("a.dist-info/METADATA", b"x"), Entry::new("b.dist-info/METADATA", b"y")];
        let encrypted = [Entry::new("a.dist-info/METADATA", b"x").flags(1)];
        let nested = [Entry::new("x/a.dist-info/METADATA", b"x")];
        let lying = [Entry::new("a.dist-info/METADATA", b"xyz").claimed_crc(7)];
        for wheel in
            [archive(&twice), archive(&encrypted), archive(&nested), archive(&lying), b"no zip".to_vec()]
        {
            assert!(matches!(read_from_tail(&wheel, 1 << 20).0, Reading::Unusable(_)));
        }
        let prefixed = [b"#!".to_vec(), WheelBuilder::new("a", "1").build().1].concat();
        assert!(matches!(read_from_tail(&prefixed, 1 << 20).0, Reading::Unusable(_)));
    }

    proptest! {
        #[test]
        fn hostile_bytes_never_panic(at in 0usize..800, byte in any::<u8>(), len in 22usize..900) {
            let mut wheel = WheelBuilder::new("alpha", "1.0").build().1;
            let at = at % wheel.len();
            wheel[at] = byte;
            let start = wheel.len().saturating_sub(len);
            let stretches = [Stretch { offset: start as u64, bytes: wheel[start..].to_vec() }];
            let _ = read(wheel.len() as u64, &stretches);
        }
    }
}
