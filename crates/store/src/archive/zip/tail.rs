//! One member out of the last bytes of an archive, as a range request brings them.

use super::directory::{End, Entries, TAIL, Window};
use super::{Inflater, Limits, Strictness, ZipError, member};

/// Members read this way are metadata files: none has more than 64 MiB.
const LARGEST: u64 = 64 << 20;

/// What [`member_from_tail`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TailMember {
    /// The member's path and content.
    Found(String, Vec<u8>),
    /// The bytes from this offset to the end of the file are needed.
    NeedFrom(u64),
    /// No member is wanted.
    Absent,
}

/// Reads the first member (in the order of the central directory) whose path `wanted` accepts, out of `tail`, the last
/// bytes of a file of `file_length` bytes. Used for the METADATA of a wheel on an index that serves byte ranges.
///
/// # Errors
/// [`ZipError`] as [`super::ZipArchive::parse`] has it, for the directory and this member.
pub fn member_from_tail(
    tail: &[u8],
    file_length: u64,
    wanted: &dyn Fn(&str) -> bool,
) -> Result<TailMember, ZipError> {
    let base = file_length.checked_sub(tail.len() as u64).ok_or(ZipError::Truncated)?;
    let window = Window { bytes: tail, base };
    let end = match End::find(window) {
        Ok(Ok(end)) => end,
        Ok(Err(offset)) => return Ok(TailMember::NeedFrom(offset)),
        // The end record may lie in front of a long comment.
        Err(ZipError::NotAZip | ZipError::Truncated) if base > 0 && tail.len() < TAIL => {
            return Ok(TailMember::NeedFrom(file_length.saturating_sub(TAIL as u64)));
        }
        Err(error) => return Err(error),
    };
    if end.entries > Limits::default().members {
        return Err(ZipError::TooManyMembers(end.entries));
    }
    let Some(directory) = window.slice(end.start, end.size)? else {
        return Ok(TailMember::NeedFrom(end.start));
    };
    for entry in Entries::new(directory, &end) {
        let entry = entry?;
        let member = member::describe(&entry, Strictness::Source)?;
        if member.directory || !wanted(member.path.as_str()) {
            continue;
        }
        if member.size > LARGEST {
            return Err(ZipError::Bomb { packed: entry.packed_size, unpacked: member.size });
        }
        if entry.header < base {
            return Ok(TailMember::NeedFrom(entry.header));
        }
        let (member, _) = member::locate(window, &entry, end.start, Strictness::Source)?;
        let mut buffer = Vec::new();
        let content = member.read(&mut Inflater::default(), &mut buffer)?.to_vec();
        return Ok(TailMember::Found(member.path.to_string(), content));
    }
    Ok(TailMember::Absent)
}
