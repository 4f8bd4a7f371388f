//! Project pages as compact, memory-mapped tables.
//!
//! A page is parsed once, when it arrives. Its table holds the versions in ascending order, packed for integer comparison,
//! and the files grouped by version; what many files share (tag sets, Requires-Python, reasons for yanking) stands once
//! and is referred to by number, so that each distinct one is evaluated once. Nothing is allocated to read it.
//!
//! How fresh a page is stands in a block of its own that a 304 answer rewrites in place ([`Store::refresh_page`]).

mod build;
mod freshness;
mod names;

use std::fs::{self, File};
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;

use packaging::Version;
use packaging::filenames::SourceKind;
use packaging::hashes::{Hash, HashAlgorithm};
use packaging::simple_api::PageFormat;

pub use build::{PageOrigin, PageTooLarge};
pub use freshness::Freshness;

use crate::disk::{DiskError, Kind, Store, key_name};
use crate::flat::{Flat, FlatError, HEADER as FLAT_HEADER, Record, Rows, Shape};
use crate::sys::Bytes;

const SHAPE: Shape = Shape {
    magic: *b"TILSITPG",
    format: 3,
    reserved: freshness::BLOCK,
    records: &[HEAD, VERSION, FILE, TEXT, TEXT, TEXT, 1, COLD_FILE, INVALID, DIGEST, 1],
    hot: 7,
};
const HEADER: usize = 0;
const VERSIONS: usize = 1;
const FILES: usize = 2;
const REQUIRES_PYTHON: usize = 3;
const YANKED: usize = 4;
const TAG_SETS: usize = 5;
const COLD_FILES: usize = 7;
const INVALID_FILES: usize = 8;
const METADATA_HASHES: usize = 9;

/// flags u32 · project · url · base url · API version · status · reason · alternates · tracks · URL prefix
const HEAD: usize = 4 + 9 * 8;
/// packed version [16] · is packed u32 · text · first file u32 · end of files u32
const VERSION: usize = 36;
/// What choosing a file needs: size u64 · upload time i64 · build · requires-python u32 · yanked u32 · tag set u32 ·
/// version u32 · flags u32
const FILE: usize = 2 * 8 + 8 + 5 * 4;
const AT_SIZE: usize = 0;
const AT_TIME: usize = 8;
const AT_BUILD: usize = 16;
const AT_REQUIRES_PYTHON: usize = 24;
const AT_YANKED: usize = 28;
const AT_TAG_SET: usize = 32;
const AT_VERSION: usize = 36;
const AT_FLAGS: usize = 40;
/// What fetching a file needs: name · url · other hashes · metadata's other hashes · sha256 [32] · metadata's sha256 u32
const COLD_FILE: usize = 4 * 8 + 32 + 4;
const AT_NAME: usize = 0;
const AT_URL: usize = 8;
const AT_HASHES: usize = 16;
const AT_METADATA_HASHES: usize = 24;
const AT_SHA256: usize = 32;
const AT_METADATA_SHA256: usize = 64;
const DIGEST: usize = 32;
/// text
const TEXT: usize = 8;
/// name · reason
const INVALID: usize = 16;

const NONE: u32 = u32::MAX;
const NO_SIZE: u64 = u64::MAX;
const NO_TIME: i64 = i64::MIN;
const FLAG_HTML: u32 = 1;
const KIND_MASK: u32 = 0xF;
const FLAG_SHA256: u32 = 1 << 4;
const FLAG_METADATA: u32 = 1 << 5;
/// Two bits: unknown, no, yes.
const GPG_SHIFT: u32 = 6;

const KINDS: [SourceKind; 6] = [
    SourceKind::TarGz,
    SourceKind::Zip,
    SourceKind::TarBz2,
    SourceKind::TarXz,
    SourceKind::TarLzma,
    SourceKind::Tar,
];

/// A project page as a table; see the module. Immutable but for its [`Freshness`], which is read when it is opened.
#[derive(Debug)]
pub struct PageTable {
    flat: Flat,
    freshness: Freshness,
}

/// One version and its files.
#[derive(Debug, Clone, Copy)]
pub struct PageVersion<'a> {
    table: &'a PageTable,
    files: Rows<'a>,
    record: Record<'a>,
    index: u32,
}

/// One file of a page.
#[derive(Debug, Clone, Copy)]
pub struct PageEntry<'a> {
    table: &'a PageTable,
    record: Record<'a>,
    index: u32,
}

/// What a file of a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A wheel.
    Wheel,
    /// A source distribution.
    Source(SourceKind),
}

/// A file of a page that is no usable distribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SkippedFile<'a> {
    /// As given.
    pub filename: &'a str,
    /// Why it was skipped.
    pub reason: &'a str,
}

impl PageTable {
    fn from_bytes(bytes: Bytes, block: &[u8]) -> Result<Self, FlatError> {
        let table = Self { flat: Flat::open(bytes, SHAPE)?, freshness: Freshness::read(block) };
        let files = table.flat.count(FILES) as u32;
        let consistent = table.flat.count(HEADER) == 1
            && table
                .versions()
                .all(|version| version.range().start <= version.range().end && version.range().end <= files);
        if consistent { Ok(table) } else { Err(FlatError::Damaged) }
    }

    fn head(&self) -> Record<'_> {
        self.flat.record(HEADER, 0)
    }

    /// The project whose page this is, normalized.
    #[must_use]
    pub fn project(&self) -> &str {
        self.head().text(4)
    }

    /// The URL from which the page came, after redirects.
    #[must_use]
    pub fn url(&self) -> &str {
        self.head().text(12)
    }

    /// What file URLs are relative to where the page says so (`<base href>`), itself relative to [`PageTable::url`].
    #[must_use]
    pub fn base_url(&self) -> Option<&str> {
        Some(self.head().text(20)).filter(|text| !text.is_empty())
    }

    /// The version of the API that the page claims.
    #[must_use]
    pub fn api_version(&self) -> Option<&str> {
        Some(self.head().text(28)).filter(|text| !text.is_empty())
    }

    /// The project's status (PEP 792) and its reason; empty where the page does not say.
    #[must_use]
    pub fn status(&self) -> (&str, &str) {
        (self.head().text(36), self.head().text(44))
    }

    /// The same project elsewhere (PEP 708).
    pub fn alternate_locations(&self) -> impl Iterator<Item = &str> {
        self.head().text(52).lines()
    }

    /// The projects that this one follows (PEP 708).
    pub fn tracks(&self) -> impl Iterator<Item = &str> {
        self.head().text(60).lines()
    }

    /// The format in which the page came.
    #[must_use]
    pub fn format(&self) -> PageFormat {
        if self.head().u32(0) & FLAG_HTML == 0 { PageFormat::Json } else { PageFormat::Html }
    }

    /// How fresh the page was when the table was opened or made.
    #[must_use]
    pub fn freshness(&self) -> &Freshness {
        &self.freshness
    }

    /// The versions, ascending. Files of equal versions (`1.0`, `1.0.0`) stand under one.
    pub fn versions(&self) -> impl ExactSizeIterator<Item = PageVersion<'_>> + DoubleEndedIterator {
        let (versions, files) = (self.flat.rows(VERSIONS), self.flat.rows(FILES));
        (0..self.flat.count(VERSIONS) as u32).map(move |index| PageVersion {
            table: self,
            files,
            record: versions.record(index as usize),
            index,
        })
    }

    /// The version at `index` of [`PageTable::versions`]; an empty one beyond their end.
    #[must_use]
    pub fn version_at(&self, index: u32) -> PageVersion<'_> {
        let record = self.flat.record(VERSIONS, index as usize);
        PageVersion { table: self, files: self.flat.rows(FILES), record, index }
    }

    /// The place of a version, found by bisection.
    #[must_use]
    pub fn find_version(&self, version: &Version) -> Option<u32> {
        let (mut low, mut high) = (0, self.flat.count(VERSIONS) as u32);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.version_at(middle).version().cmp(version) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(middle),
            }
        }
        None
    }

    /// All files, grouped by version; within a version in the page's order.
    pub fn files(&self) -> impl ExactSizeIterator<Item = PageEntry<'_>> {
        let files = self.flat.rows(FILES);
        let entry = move |index| PageEntry { table: self, record: files.record(index as usize), index };
        (0..self.flat.count(FILES) as u32).map(entry)
    }

    /// The file at `index` of [`PageTable::files`]; an empty one beyond their end.
    #[must_use]
    pub fn file(&self, index: u32) -> PageEntry<'_> {
        PageEntry { table: self, record: self.flat.record(FILES, index as usize), index }
    }

    /// The distinct Requires-Python texts; [`PageEntry::requires_python_index`] is a place here.
    pub fn requires_python(&self) -> impl ExactSizeIterator<Item = &str> {
        self.texts(REQUIRES_PYTHON)
    }

    /// The distinct compressed tags of wheels (`py2.py3-none-any`); [`PageEntry::tag_set_index`] is a place here.
    pub fn tag_sets(&self) -> impl ExactSizeIterator<Item = &str> {
        self.texts(TAG_SETS)
    }

    fn texts(&self, section: usize) -> impl ExactSizeIterator<Item = &str> {
        let rows = self.flat.rows(section);
        (0..self.flat.count(section)).map(move |index| rows.record(index).text(0))
    }

    fn text_of(&self, section: usize, index: u32) -> Option<&str> {
        (index != NONE).then(|| self.flat.record(section, index as usize).text(0))
    }

    /// Files that are no usable distributions of this project, for messages.
    pub fn skipped(&self) -> impl ExactSizeIterator<Item = SkippedFile<'_>> {
        (0..self.flat.count(INVALID_FILES)).map(|index| {
            let record = self.flat.record(INVALID_FILES, index);
            SkippedFile { filename: record.text(0), reason: record.text(8) }
        })
    }
}

impl<'a> PageVersion<'a> {
    /// Its place in [`PageTable::versions`].
    #[must_use]
    pub fn index(&self) -> u32 {
        self.index
    }

    /// The version.
    #[must_use]
    pub fn version(&self) -> Version {
        let packed = (self.record.u32(16) != 0).then(|| Version::unpack(self.record.array(0))).flatten();
        packed.or_else(|| Version::parse(self.text()).ok()).unwrap_or_else(|| Version::of([0]))
    }

    /// The version as text, normalized.
    #[must_use]
    pub fn text(&self) -> &'a str {
        self.record.text(20)
    }

    /// Its files.
    pub fn files(&self) -> impl ExactSizeIterator<Item = PageEntry<'a>> + use<'a> {
        let (table, files) = (self.table, self.files);
        self.range().map(move |index| PageEntry { table, record: files.record(index as usize), index })
    }

    /// The places of its files in [`PageTable::files`].
    #[must_use]
    pub fn range(&self) -> Range<u32> {
        self.record.u32(28)..self.record.u32(32)
    }
}

impl<'a> PageEntry<'a> {
    /// Its place in [`PageTable::files`].
    #[must_use]
    pub fn index(&self) -> u32 {
        self.index
    }

    fn cold(&self) -> Record<'a> {
        self.table.flat.record(COLD_FILES, self.index as usize)
    }

    /// The file's name.
    #[must_use]
    pub fn filename(&self) -> &'a str {
        self.cold().text(AT_NAME)
    }

    /// The URL as the page gives it, to be joined to [`PageTable::base_url`] and [`PageTable::url`].
    #[must_use]
    pub fn url(&self) -> String {
        let (prefix, rest) = (self.table.head().text(68), self.cold().text(AT_URL));
        [prefix, rest].concat()
    }

    /// Wheel or source distribution.
    #[must_use]
    pub fn kind(&self) -> EntryKind {
        match self.flags() & KIND_MASK {
            0 => EntryKind::Wheel,
            kind => EntryKind::Source(KINDS.get(kind as usize - 1).copied().unwrap_or(SourceKind::TarGz)),
        }
    }

    fn flags(&self) -> u32 {
        self.record.u32(AT_FLAGS)
    }

    /// The index of its version in [`PageTable::versions`].
    #[must_use]
    pub fn version_index(&self) -> u32 {
        self.record.u32(AT_VERSION)
    }

    /// A wheel's build tag as written.
    #[must_use]
    pub fn build_tag(&self) -> Option<&'a str> {
        Some(self.record.text(AT_BUILD)).filter(|text| !text.is_empty())
    }

    /// A wheel's compressed tag; `None` for a source distribution.
    #[must_use]
    pub fn tag_set(&self) -> Option<&'a str> {
        self.table.text_of(TAG_SETS, self.record.u32(AT_TAG_SET))
    }

    /// Its place in [`PageTable::tag_sets`].
    #[must_use]
    pub fn tag_set_index(&self) -> Option<u32> {
        Some(self.record.u32(AT_TAG_SET)).filter(|index| *index != NONE)
    }

    /// Requires-Python as written.
    #[must_use]
    pub fn requires_python(&self) -> Option<&'a str> {
        self.table.text_of(REQUIRES_PYTHON, self.record.u32(AT_REQUIRES_PYTHON))
    }

    /// Its place in [`PageTable::requires_python`].
    #[must_use]
    pub fn requires_python_index(&self) -> Option<u32> {
        Some(self.record.u32(AT_REQUIRES_PYTHON)).filter(|index| *index != NONE)
    }

    /// The reason for which it was yanked, empty when none is given; `None` for a file that was not.
    #[must_use]
    pub fn yanked(&self) -> Option<&'a str> {
        self.table.text_of(YANKED, self.record.u32(AT_YANKED))
    }

    /// The size in bytes, where the page gives it.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        Some(self.record.u64(AT_SIZE)).filter(|size| *size != NO_SIZE)
    }

    /// When it was uploaded, in milliseconds since 1970 UTC, where the page gives it.
    #[must_use]
    pub fn upload_time(&self) -> Option<i64> {
        Some(self.record.u64(AT_TIME).cast_signed()).filter(|time| *time != NO_TIME)
    }

    /// The SHA-256, where the page gives it. All zeros, which no file has, where the table is damaged in this place.
    #[must_use]
    pub fn sha256(&self) -> Option<[u8; 32]> {
        (self.flags() & FLAG_SHA256 != 0).then(|| self.cold().array(AT_SHA256))
    }

    /// All well-formed hashes that the page gives, SHA-256 first.
    #[must_use]
    pub fn hashes(&self) -> Vec<Hash> {
        let sha256 = self.sha256().and_then(|digest| Hash::from_digest(HashAlgorithm::Sha256, &digest));
        sha256.into_iter().chain(parse_hashes(self.cold().text(AT_HASHES))).collect()
    }

    /// Whether the page announces a metadata file beside it (PEP 658, PEP 714).
    #[must_use]
    pub fn has_metadata(&self) -> bool {
        self.flags() & FLAG_METADATA != 0
    }

    /// The hashes that the metadata file must have; empty where the page gives none.
    #[must_use]
    pub fn metadata_hashes(&self) -> Vec<Hash> {
        let place = self.cold().u32(AT_METADATA_SHA256);
        let digest = (place != NONE)
            .then(|| self.table.flat.record(METADATA_HASHES, place as usize).array::<DIGEST>(0));
        let sha256 = digest.and_then(|digest| Hash::from_digest(HashAlgorithm::Sha256, &digest));
        sha256.into_iter().chain(parse_hashes(self.cold().text(AT_METADATA_HASHES))).collect()
    }

    /// Whether a detached signature exists, where the page says so.
    #[must_use]
    pub fn has_signature(&self) -> Option<bool> {
        match (self.flags() >> GPG_SHIFT) & 3 {
            0 => None,
            state => Some(state == 2),
        }
    }
}

fn parse_hashes(text: &str) -> impl Iterator<Item = Hash> {
    text.split_ascii_whitespace().filter_map(|hash| Hash::parse(hash).ok())
}

impl Store {
    /// The table stored under `key` (such as an index URL and a project); `None` where there is none or it is damaged.
    ///
    /// # Errors
    /// That an existing table cannot be read.
    pub fn page(&self, key: &str) -> Result<Option<PageTable>, DiskError> {
        let path = self.entry(Kind::Pages, &key_name(key));
        let failed = |error| DiskError::new("read", &path, error);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let bytes = Bytes::of_file(&file).map_err(failed)?;
        let mut copy = [0; freshness::BLOCK];
        let block = match &bytes {
            Bytes::Owned(bytes) => bytes.get(FLAT_HEADER..FLAT_HEADER + freshness::BLOCK),
            // Others may rewrite the block: it is not read through the map.
            Bytes::Mapped(_) => file.read_exact_at(&mut copy, FLAT_HEADER as u64).ok().map(|()| &copy[..]),
        };
        let freshness = block.map(<[u8]>::to_vec).unwrap_or_default();
        Ok(PageTable::from_bytes(bytes, &freshness).ok())
    }

    /// Stores a table under `key`, replacing an older one at once.
    ///
    /// # Errors
    /// That the table cannot be written.
    pub fn put_page(&self, key: &str, table: &PageTable) -> Result<(), DiskError> {
        let mut bytes = table.flat.bytes().to_vec();
        bytes[FLAT_HEADER..FLAT_HEADER + freshness::BLOCK].copy_from_slice(&table.freshness.write());
        self.write_entry(Kind::Pages, &key_name(key), &bytes).map(|_| ())
    }

    /// Notes that `table`, which was read or stored under `key`, was found to be still valid: rewrites the freshness block
    /// in place. Does nothing where another process replaced the table meanwhile. A torn block counts as stale.
    ///
    /// # Errors
    /// That the stored table cannot be written.
    pub fn refresh_page(&self, key: &str, table: &PageTable, freshness: &Freshness) -> Result<(), DiskError> {
        let path = self.entry(Kind::Pages, &key_name(key));
        let failed = |error| DiskError::new("write", &path, error);
        let file = match fs::File::options().read(true).write(true).open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(failed(error)),
        };
        let mut header = [0; FLAT_HEADER];
        let same = file.read_exact_at(&mut header, 0).is_ok() && table.flat.bytes().starts_with(&header);
        if same { file.write_all_at(&freshness.write(), FLAT_HEADER as u64).map_err(failed) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flat::{FlatWriter, Put as _};
    use proptest::prelude::*;

    /// Reads all that a table offers.
    fn read_all(table: &PageTable) {
        for version in table.versions() {
            let _ = (version.version(), version.text(), version.files().count());
        }
        for file in table.files() {
            let _ = (
                file.url(),
                file.kind(),
                file.hashes(),
                file.metadata_hashes(),
                file.size(),
                file.upload_time(),
            );
            let _ = (
                file.tag_set(),
                file.requires_python(),
                file.yanked(),
                file.build_tag(),
                file.has_signature(),
            );
        }
        let _ = (
            table.tag_sets().count(),
            table.requires_python().count(),
            table.skipped().count(),
            table.status(),
        );
        let _ = (table.find_version(&Version::of([1])), table.tracks().count(), table.base_url());
    }

    proptest! {
        #[test]
        fn any_content_under_a_right_checksum_is_read(
            sections in proptest::collection::vec(proptest::collection::vec(0u32..40, 0..120), 10),
            text in "[ -~é]{0,40}",
        ) {
            let mut writer = FlatWriter::new(SHAPE);
            for (index, numbers) in sections.iter().enumerate() {
                let size = SHAPE.records[index];
                let section = writer.section(index);
                numbers.iter().for_each(|number| section.put_u32(*number));
                let whole = section.len() / size * size;
                section.truncate(if index == HEADER { size.min(whole) } else { whole });
            }
            writer.section(6).clear();
            writer.text(&text);
            writer.cold_text(&text);
            if let Ok(table) = PageTable::from_bytes(Bytes::Owned(writer.finish(&[]).unwrap()), &[]) {
                read_all(&table);
            }
        }
    }
}
