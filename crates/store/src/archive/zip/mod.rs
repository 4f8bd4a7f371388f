//! Zip archives over a byte slice.
//!
//! The directory is read as CPython's `zipfile` reads it (bytes in front of the archive and after its end record are
//! tolerated), but a file that two readers could understand differently is refused: local headers and data descriptors
//! must agree with the central directory, members may not overlap, names are unique also where case is ignored.

mod directory;
mod member;
mod names;
mod tail;
#[cfg(test)]
mod tests;

use crate::archive::{SafePath, UnsafePath};
use directory::{End, Entries, Entry, Window};
pub use member::{Inflater, MemberReader};
pub use tail::{TailMember, member_from_tail};

/// What an archive may cost at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Members in the archive.
    pub members: u64,
    /// Sum of the unpacked sizes.
    pub unpacked: u64,
    /// Unpacked bytes for each packed byte, beyond [`Limits::free`].
    pub ratio: u64,
    /// Unpacked bytes that any archive may have, whatever its ratio.
    pub free: u64,
}

impl Default for Limits {
    /// Far above any known distribution: a million members, 64 GiB, 250 times its packed size or 1 GiB.
    fn default() -> Self {
        Self { members: 1_000_000, unpacked: 64 << 30, ratio: 250, free: 1 << 30 }
    }
}

impl Limits {
    /// # Errors
    /// [`ZipError::Bomb`] where `unpacked` bytes out of `packed` are too many.
    fn allow(&self, packed: u64, unpacked: u64) -> Result<(), ZipError> {
        let too_large = unpacked > self.unpacked;
        let too_dense = unpacked > self.free && unpacked > packed.saturating_mul(self.ratio);
        if too_large || too_dense { Err(ZipError::Bomb { packed, unpacked }) } else { Ok(()) }
    }
}

/// Why a zip archive is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ZipError {
    /// No end record.
    #[error("not a zip archive (no end record)")]
    NotAZip,
    /// A record or member reaches beyond the file.
    #[error("the zip archive is cut short or its offsets are wrong")]
    Truncated,
    /// A split archive.
    #[error("the zip archive is split over several disks")]
    MultiDisk,
    /// Two readers could see different content.
    #[error("the zip archive is ambiguous: {0}")]
    Ambiguous(&'static str),
    /// The local header of a member says something else than the central directory.
    #[error("`{name}`: the local header differs from the central directory in its {field}")]
    HeaderMismatch {
        /// The member's name in the central directory.
        name: String,
        /// What differs.
        field: &'static str,
    },
    /// Two members share bytes.
    #[error("`{name}` overlaps another member")]
    Overlap {
        /// The later member.
        name: String,
    },
    /// A name that is not a [`SafePath`].
    #[error("`{name}`: {reason}")]
    UnsafeName {
        /// The name as decoded.
        name: String,
        /// The rule it breaks.
        reason: UnsafePath,
    },
    /// Two members of one name, or a file where another member needs a directory.
    #[error("`{name}` is there twice")]
    Duplicate {
        /// The name.
        name: String,
    },
    /// Two names that are one where case is ignored.
    #[error("`{first}` and `{second}` differ only in case")]
    CaseCollision {
        /// The name met first.
        first: String,
        /// The name met second.
        second: String,
    },
    /// A symbolic link, device, pipe or socket.
    #[error("`{name}` is not a regular file or directory")]
    SpecialFile {
        /// The name.
        name: String,
    },
    /// An encrypted member.
    #[error("`{name}` is encrypted")]
    Encrypted {
        /// The name.
        name: String,
    },
    /// Neither stored nor deflated.
    #[error("`{name}` is compressed by the unsupported method {method}")]
    Method {
        /// The name.
        name: String,
        /// APPNOTE 4.4.5.
        method: u16,
    },
    /// The compressed data is broken or of another length than stated.
    #[error("`{name}`: the compressed data is corrupt")]
    Corrupt {
        /// The name.
        name: String,
    },
    /// The checksum of the content is another one.
    #[error("`{name}`: wrong CRC-32")]
    Checksum {
        /// The name.
        name: String,
    },
    /// Too many members.
    #[error("{0} members are too many")]
    TooManyMembers(u64),
    /// Too large or compressed too well to be honest.
    #[error("{packed} bytes would unpack to {unpacked}")]
    Bomb {
        /// Compressed bytes.
        packed: u64,
        /// Stated or actual unpacked bytes.
        unpacked: u64,
    },
}

/// What a name may be used for; wheels are refused where one installs differently on two systems, source archives are
/// taken as `zipfile` takes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strictness {
    /// Duplicates, case collisions, links and special files are errors (wheels).
    Wheel,
    /// The last of two members counts, links are regular files holding their target (`pip` unpacking a zip sdist).
    Source,
}

/// A validated archive: its members in the order of the central directory.
#[derive(Debug)]
pub struct ZipArchive<'a> {
    members: Vec<ZipMember<'a>>,
}

/// One file or directory of an archive.
#[derive(Debug, Clone)]
pub struct ZipMember<'a> {
    path: SafePath,
    directory: bool,
    mode: u16,
    deflated: bool,
    crc32: u32,
    size: u64,
    data: &'a [u8],
}

impl<'a> ZipArchive<'a> {
    /// Reads and checks the directory and the headers of all members; no member is inflated.
    ///
    /// # Errors
    /// [`ZipError`], see there and the module's text.
    pub fn parse(bytes: &'a [u8], limits: &Limits, strictness: Strictness) -> Result<Self, ZipError> {
        let window = Window::whole(bytes);
        let Ok(end) = End::find(window)? else { return Err(ZipError::Truncated) };
        if end.entries > limits.members {
            return Err(ZipError::TooManyMembers(end.entries));
        }
        let directory = window.slice(end.start, end.size)?.ok_or(ZipError::Truncated)?;
        let mut members = Vec::with_capacity(end.entries as usize);
        let mut extents = Vec::with_capacity(end.entries as usize);
        let mut unpacked = 0_u64;
        for entry in Entries::new(directory, &end) {
            let entry = entry?;
            unpacked = unpacked.saturating_add(entry.size);
            limits.allow(bytes.len() as u64, unpacked)?;
            let (member, extent) = member::locate(window, &entry, end.start, strictness)?;
            extents.push((extent, members.len()));
            members.push(member);
        }
        refuse_overlaps(&mut extents, &members)?;
        match strictness {
            Strictness::Wheel => names::refuse_collisions(&members)?,
            Strictness::Source => names::keep_last(&mut members),
        }
        Ok(Self { members })
    }

    /// The members in the order of the central directory.
    #[must_use]
    pub fn members(&self) -> &[ZipMember<'a>] {
        &self.members
    }

    /// The file called `path`; a linear search.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<&ZipMember<'a>> {
        self.members.iter().find(|member| !member.directory && member.path.as_str() == path)
    }
}

impl<'a> ZipMember<'a> {
    /// The member's name, without the `/` that marks directories.
    #[must_use]
    pub fn path(&self) -> &SafePath {
        &self.path
    }

    /// A directory entry (its name ended with `/`).
    #[must_use]
    pub fn is_directory(&self) -> bool {
        self.directory
    }

    /// Whether any of the three executable bits is set, which is what `pip` asks.
    #[must_use]
    pub fn is_executable(&self) -> bool {
        self.mode & 0o111 != 0
    }

    /// The Unix mode with its file type, zero where the archive has none.
    #[must_use]
    pub fn mode(&self) -> u16 {
        self.mode
    }

    /// Unpacked size in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The member's bytes in the archive, inflated or not.
    pub(crate) fn packed(&self) -> &'a [u8] {
        self.data
    }

    /// Size in the archive in bytes.
    #[must_use]
    pub fn packed_size(&self) -> u64 {
        self.data.len() as u64
    }
}

/// `extents`: `(start, end)` of each member with headers and descriptor, and its index.
fn refuse_overlaps(extents: &mut [((u64, u64), usize)], members: &[ZipMember<'_>]) -> Result<(), ZipError> {
    extents.sort_unstable();
    for pair in extents.windows(2) {
        let [((_, end), _), ((start, _), later)] = pair else { continue };
        if start < end {
            return Err(ZipError::Overlap { name: members[*later].path.to_string() });
        }
    }
    Ok(())
}
