//! Source distributions: tar (plain, gzip, bzip2, xz) and zip, entry by entry.
//!
//! Entries pass the `data` filter of PEP 706: no absolute paths, nothing outside the destination, no devices, links only to
//! places inside, modes reduced to what data needs. Where Python's filter asks the file system, which a reader cannot,
//! the rule is stricter and lexical: nothing may lie behind a link of the same archive, and `..` in a link's target
//! may stand only at its front.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::io::{self, Read};
use std::ops::ControlFlow;

use super::zip::{Limits, Strictness, ZipArchive, ZipError};
use super::{SafePath, UnsafePath};

/// How the files of a source distribution are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArchiveFormat {
    /// `.zip`, `.whl`
    Zip,
    /// `.tar`
    Tar,
    /// `.tar.gz`, `.tgz`
    TarGz,
    /// `.tar.bz2`, `.tbz`, `.tbz2`
    TarBz2,
    /// `.tar.xz`, `.txz`, and the older packings of the same family: `.tar.lzma`, `.tlz`, `.tar.lz`
    TarXz,
}

impl ArchiveFormat {
    /// The format by a file name's extension, of any case; `None` for another.
    #[must_use]
    pub fn of_filename(name: &str) -> Option<Self> {
        const TABLE: [(&str, ArchiveFormat); 13] = [
            (".tar.gz", ArchiveFormat::TarGz),
            (".tgz", ArchiveFormat::TarGz),
            (".zip", ArchiveFormat::Zip),
            (".whl", ArchiveFormat::Zip),
            (".tar.bz2", ArchiveFormat::TarBz2),
            (".tbz", ArchiveFormat::TarBz2),
            (".tbz2", ArchiveFormat::TarBz2),
            (".tar.xz", ArchiveFormat::TarXz),
            (".txz", ArchiveFormat::TarXz),
            (".tar.lzma", ArchiveFormat::TarXz),
            (".tlz", ArchiveFormat::TarXz),
            (".tar.lz", ArchiveFormat::TarXz),
            (".tar", ArchiveFormat::Tar),
        ];
        let lower = name.to_ascii_lowercase();
        TABLE.iter().find(|(suffix, _)| lower.ends_with(suffix)).map(|(_, format)| *format)
    }
}

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link; `target` is relative to the entry's directory and stays inside the archive.
    Symlink {
        /// As it is to be written.
        target: String,
    },
    /// Another name for the content of an entry.
    Hardlink {
        /// The path from the archive's root.
        target: SafePath,
    },
}

/// One entry while it is visited.
pub struct SourceEntry<'r> {
    /// Where it belongs below the destination.
    pub path: SafePath,
    /// File, directory or link.
    pub kind: EntryKind,
    /// 0644 or 0755 for files, 0755 for directories.
    pub mode: u32,
    /// Bytes of a file's content.
    pub size: u64,
    /// Seconds since 1970 of its last change, where the format says so (a tar does).
    pub modified: Option<u64>,
    /// A file's content.
    pub content: &'r mut dyn Read,
}

impl std::fmt::Debug for SourceEntry<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SourceEntry")
            .field("path", &self.path)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// Why a source archive is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// The zip is refused.
    #[error(transparent)]
    Zip(#[from] ZipError),
    /// The compressed stream or the tar structure is broken, or the visitor failed.
    #[error("the archive cannot be read: {0}")]
    Read(#[from] io::Error),
    /// A name that would leave the destination.
    #[error("`{name}`: {reason}")]
    UnsafeName {
        /// The name in the archive.
        name: String,
        /// The rule it breaks.
        reason: UnsafePath,
    },
    /// A device, pipe or other special file.
    #[error("`{name}` is a special file")]
    SpecialFile {
        /// The name in the archive.
        name: String,
    },
    /// A link out of the archive.
    #[error("`{name}` links to `{target}`, outside of the archive")]
    UnsafeLink {
        /// The name in the archive.
        name: String,
        /// Where it points.
        target: String,
    },
    /// An entry behind a link of the same archive.
    #[error("`{name}` lies behind a link or replaces one")]
    ThroughLink {
        /// The name in the archive.
        name: String,
    },
    /// More content than allowed.
    #[error("the archive unpacks to more than {limit} bytes")]
    Bomb {
        /// The limit that was passed.
        limit: u64,
    },
    /// The header of an entry, its long name among it, is longer than any.
    #[error("the header of an entry is longer than {limit} bytes")]
    LongHeader {
        /// The limit that was passed.
        limit: u64,
    },
    /// An entry that cannot be where it says it is: its folder is a file, it is linked to nothing.
    #[error("`{name}` cannot be unpacked: {source}")]
    Impossible {
        /// The name in the archive.
        name: String,
        /// What the system said.
        source: io::Error,
    },
    /// The one member that is read is too large.
    #[error("`{name}` has more than {limit} bytes")]
    MemberTooLarge {
        /// The name in the archive.
        name: String,
        /// The limit that was passed.
        limit: u64,
    },
}

/// What the callback of [`for_each_entry`] decides: go on, or enough seen.
pub type Visit<'v> = &'v mut dyn FnMut(SourceEntry<'_>) -> Result<ControlFlow<()>, SourceError>;

/// Visits the entries of `bytes` in the order of the archive until the visitor breaks.
///
/// # Errors
/// [`SourceError`]; entries before the refused one have been visited.
pub fn for_each_entry(
    format: ArchiveFormat,
    bytes: &[u8],
    limits: &Limits,
    visit: Visit<'_>,
) -> Result<(), SourceError> {
    let reader: Box<dyn Read + '_> = match format {
        ArchiveFormat::Zip => return visit_zip(bytes, limits, visit),
        ArchiveFormat::Tar => Box::new(bytes),
        ArchiveFormat::TarGz => Box::new(flate2::read::MultiGzDecoder::new(bytes)),
        ArchiveFormat::TarBz2 => Box::new(bzip2::read::MultiBzDecoder::new(bytes)),
        ArchiveFormat::TarXz => xz(bytes)?,
    };
    let allowed = limits.unpacked.min((bytes.len() as u64).saturating_mul(limits.ratio).max(limits.free));
    let ahead = Cell::new(HEADER_LIMIT);
    let mut limited = Limited { reader, left: allowed, ahead: &ahead };
    let result = Tar { limits, allowed, ahead: &ahead }.visit(&mut limited, visit);
    match result {
        Err(_) if limited.left == 0 => Err(SourceError::Bomb { limit: allowed }),
        Err(_) if ahead.get() == 0 => Err(SourceError::LongHeader { limit: HEADER_LIMIT }),
        result => result,
    }
}

/// Bytes between the contents of two entries: names of 4 KiB and what pax says of a file are far below. They are
/// held in memory.
const HEADER_LIMIT: u64 = 1 << 20;

/// As Python's `lzma` reads files of this family: by what they begin with.
fn xz(bytes: &[u8]) -> Result<Box<dyn Read + '_>, SourceError> {
    Ok(match bytes {
        [0xfd, b'7', b'z', b'X', b'Z', ..] => {
            Box::new(lzma_rust2::XzReader::new_mem_limit(bytes, true, XZ_MEMORY_KIB))
        }
        _ => Box::new(lzma_rust2::LzmaReader::new_mem_limit(bytes, XZ_MEMORY_KIB, None)?),
    })
}

/// Largest xz dictionary served (`xz -9` needs 64 MiB).
const XZ_MEMORY_KIB: u32 = 256 << 10;

/// Reads the first file whose path `wanted` accepts; at most `limit` bytes.
///
/// # Errors
/// [`SourceError`], also when the file is larger than `limit`.
pub fn read_member(
    format: ArchiveFormat,
    bytes: &[u8],
    limit: u64,
    wanted: &dyn Fn(&str) -> bool,
) -> Result<Option<(SafePath, Vec<u8>)>, SourceError> {
    let mut found = None;
    for_each_entry(format, bytes, &Limits::default(), &mut |entry| {
        if entry.kind != EntryKind::File || !wanted(entry.path.as_str()) {
            return Ok(ControlFlow::Continue(()));
        }
        if entry.size > limit {
            return Err(SourceError::MemberTooLarge { name: entry.path.to_string(), limit });
        }
        let mut content = Vec::new();
        entry.content.take(limit).read_to_end(&mut content)?;
        found = Some((entry.path, content));
        Ok(ControlFlow::Break(()))
    })?;
    Ok(found)
}

/// Stops a stream that unpacks to more than is allowed.
struct Limited<'a> {
    reader: Box<dyn Read + 'a>,
    left: u64,
    /// What may be read until the next entry's content begins.
    ahead: &'a Cell<u64>,
}

impl Read for Limited<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.left = self.left.saturating_sub(count as u64);
        self.ahead.set(self.ahead.get().saturating_sub(count as u64));
        if self.left == 0 || self.ahead.get() == 0 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "too large"));
        }
        Ok(count)
    }
}

fn visit_zip(bytes: &[u8], limits: &Limits, visit: Visit<'_>) -> Result<(), SourceError> {
    let archive = ZipArchive::parse(bytes, limits, Strictness::Source)?;
    for member in archive.members() {
        let (kind, mode) = match (member.is_directory(), member.is_executable()) {
            (true, _) => (EntryKind::Directory, 0o755),
            (false, true) => (EntryKind::File, 0o755),
            (false, false) => (EntryKind::File, 0o644),
        };
        let path = member.path().clone();
        let entry = SourceEntry {
            path,
            kind,
            mode,
            size: member.size(),
            modified: None,
            content: &mut member.reader(),
        };
        if visit(entry)?.is_break() {
            break;
        }
    }
    Ok(())
}

/// A tar archive's limits, and how far its reader may go at the moment.
struct Tar<'a> {
    limits: &'a Limits,
    allowed: u64,
    ahead: &'a Cell<u64>,
}

impl Tar<'_> {
    fn visit(&self, reader: &mut dyn Read, visit: Visit<'_>) -> Result<(), SourceError> {
        let mut archive = tar::Archive::new(reader);
        let mut filter = DataFilter::default();
        let mut promised = 0_u64;
        let mut entries = archive.entries()?.enumerate();
        loop {
            self.ahead.set(HEADER_LIMIT);
            let Some((index, entry)) = entries.next() else { return Ok(()) };
            let mut entry = entry?;
            self.ahead.set(u64::MAX);
            if index as u64 >= self.limits.members {
                return Err(SourceError::Zip(ZipError::TooManyMembers(index as u64)));
            }
            // A sparse file's holes are nowhere in the stream.
            promised = promised.saturating_add(entry.size());
            if promised > self.allowed {
                return Err(SourceError::Bomb { limit: self.allowed });
            }
            if let Some((path, kind)) = filter.admit(&entry)?
                && visit(source_entry(path, kind, &mut entry))?.is_break()
            {
                return Ok(());
            }
            io::copy(&mut entry, &mut io::sink())?;
        }
    }
}

fn source_entry<'e, R: Read>(
    path: SafePath,
    kind: EntryKind,
    entry: &'e mut tar::Entry<'_, R>,
) -> SourceEntry<'e> {
    let executable = entry.header().mode().unwrap_or(0) & 0o100 != 0;
    let mode = if executable || kind == EntryKind::Directory { 0o755 } else { 0o644 };
    let size = if kind == EntryKind::File { entry.size() } else { 0 };
    let modified = entry.header().mtime().ok();
    SourceEntry { path, kind, mode, size, modified, content: entry }
}

/// The `data` filter of PEP 706, with what must be remembered between entries.
#[derive(Debug, Default)]
struct DataFilter {
    links: BTreeSet<SafePath>,
    others: BTreeSet<SafePath>,
}

impl DataFilter {
    /// `None`: nothing to unpack (a global header, the root directory itself).
    fn admit<R: Read>(
        &mut self,
        entry: &tar::Entry<'_, R>,
    ) -> Result<Option<(SafePath, EntryKind)>, SourceError> {
        let raw = entry.path_bytes();
        let name = String::from_utf8_lossy(&raw).into_owned();
        let kind = entry.header().entry_type();
        if kind.is_pax_global_extensions() || kind.is_pax_local_extensions() {
            return Ok(None);
        }
        // PEP 706: leading slashes are stripped first, what is absolute then is refused.
        let path = match SafePath::normalized(name.trim_start_matches('/')) {
            Err(UnsafePath::Empty) if kind.is_dir() => return Ok(None),
            path => path.map_err(|reason| SourceError::UnsafeName { name: name.clone(), reason })?,
        };
        if self.is_behind_link(&path) {
            return Err(SourceError::ThroughLink { name });
        }
        let target = || entry.link_name_bytes().map(|raw| String::from_utf8_lossy(&raw).into_owned());
        let kind = match kind {
            kind if kind.is_dir() => EntryKind::Directory,
            // Old tar writes a directory as a file whose name ends with a slash.
            kind if kind.is_file() && name.ends_with('/') => EntryKind::Directory,
            kind if kind.is_file() || kind.is_contiguous() || kind.is_gnu_sparse() => EntryKind::File,
            kind if kind.is_symlink() => symlink(&name, &path, target().unwrap_or_default())?,
            kind if kind.is_hard_link() => self.hardlink(&name, target().unwrap_or_default())?,
            _ => return Err(SourceError::SpecialFile { name }),
        };
        if matches!(kind, EntryKind::Symlink { .. }) {
            if self.others.contains(&path) {
                return Err(SourceError::ThroughLink { name });
            }
            self.links.insert(path.clone());
        } else {
            self.remember(&path);
        }
        Ok(Some((path, kind)))
    }

    fn remember(&mut self, path: &SafePath) {
        let mut at = Some(path.clone());
        while let Some(path) = at {
            let parent = SafePath::new(path.parent()).ok();
            if !self.others.insert(path) {
                return;
            }
            at = parent;
        }
    }

    fn is_behind_link(&self, path: &SafePath) -> bool {
        let mut at = path.as_str();
        while !at.is_empty() {
            if self.links.contains(at) {
                return true;
            }
            at = at.rsplit_once('/').map_or("", |(parent, _)| parent);
        }
        false
    }

    fn hardlink(&self, name: &str, target: String) -> Result<EntryKind, SourceError> {
        match SafePath::normalized(&target) {
            Ok(path) if !self.is_behind_link(&path) => Ok(EntryKind::Hardlink { target: path }),
            _ => Err(SourceError::UnsafeLink { name: name.to_owned(), target }),
        }
    }
}

fn symlink(name: &str, path: &SafePath, target: String) -> Result<EntryKind, SourceError> {
    let depth = path.components().count() - 1;
    let inner = target.trim_start_matches("../");
    let ups = (target.len() - inner.len()) / 3 + usize::from(inner == "..");
    let rest = if inner == ".." { "." } else { inner };
    let inside = ups <= depth && (matches!(rest, "." | "") || SafePath::normalized(rest).is_ok());
    if inside && !target.is_empty() {
        Ok(EntryKind::Symlink { target })
    } else {
        Err(SourceError::UnsafeLink { name: name.to_owned(), target })
    }
}

#[cfg(test)]
#[path = "source_tests.rs"]
mod tests;
