//! Building a table from a parsed page.

use std::borrow::Cow;

use packaging::hashes::HashAlgorithm;
use packaging::simple_api::{
    CoreMetadata, PageFile, PageFormat, PageHashes, ProjectPage, Yanked, upload_millis,
};
use packaging::{PackageName, Version};

use super::names::{Interned, Known, Names};

use super::{
    COLD_FILES, FILES, FLAG_HTML, FLAG_METADATA, FLAG_SHA256, Freshness, GPG_SHIFT, HEADER, INVALID_FILES,
    METADATA_HASHES, NO_SIZE, NO_TIME, NONE, PageTable, REQUIRES_PYTHON, SHAPE, TAG_SETS, VERSIONS, YANKED,
};
use crate::flat::{FlatWriter, Put, TextRef};
use crate::sys::Bytes;

/// The page does not fit into a table (4 GiB).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the project page is too large")]
pub struct PageTooLarge;

/// Where a page came from.
#[derive(Debug, Clone, Copy)]
pub struct PageOrigin<'a> {
    /// The project that was asked for.
    pub project: &'a PackageName,
    /// The URL after redirects, without credentials.
    pub url: &'a str,
    /// JSON or HTML.
    pub format: PageFormat,
}

impl PageTable {
    /// The table of a page, in memory; [`crate::Store::put_page`] stores it.
    ///
    /// # Errors
    /// That the table would pass 4 GiB.
    pub fn new(
        page: &ProjectPage<'_>,
        origin: PageOrigin<'_>,
        freshness: Freshness,
    ) -> Result<Self, PageTooLarge> {
        let mut names = Names::new(origin.project);
        let known = names.read(&page.files);
        let mut builder = Builder {
            writer: FlatWriter::new(SHAPE),
            requires_python: Interned::default(),
            yanked: Interned::default(),
            prefix: common_prefix(&page.files),
        };
        builder.write_head(page, origin);
        builder.write_files(&names, known);
        let Builder { mut writer, requires_python, yanked, .. } = builder;
        let interned = [(TAG_SETS, names.tag_sets), (REQUIRES_PYTHON, requires_python), (YANKED, yanked)];
        interned.into_iter().for_each(|(section, texts)| write_texts(&mut writer, section, &texts));
        let bytes = writer.finish(&[]).map_err(|_| PageTooLarge)?;
        let mut table = Self::from_bytes(Bytes::Owned(bytes), &[]).map_err(|_| PageTooLarge)?;
        table.freshness = freshness;
        Ok(table)
    }
}

/// The beginning that all URLs share, cut at a character.
fn common_prefix<'p>(files: &'p [PageFile<'_>]) -> &'p str {
    let mut urls = files.iter().map(|file| &*file.url);
    let Some(first) = urls.next() else { return "" };
    let mut length = first.len();
    for url in urls {
        let shared = first.bytes().zip(url.bytes()).take(length).take_while(|(a, b)| a == b).count();
        length = length.min(shared);
    }
    while !first.is_char_boundary(length) {
        length -= 1;
    }
    &first[..length]
}

struct Builder<'p> {
    writer: FlatWriter,
    requires_python: Interned<'p>,
    yanked: Interned<'p>,
    prefix: &'p str,
}

impl<'p> Builder<'p> {
    fn write_head(&mut self, page: &ProjectPage<'_>, origin: PageOrigin<'_>) {
        let optional = |text: &Option<Cow<'_, str>>| text.as_deref().unwrap_or("").to_owned();
        let texts = [
            origin.project.as_str().to_owned(),
            origin.url.to_owned(),
            optional(&page.base_url),
            optional(&page.api_version),
            optional(&page.status.status),
            optional(&page.status.reason),
            page.alternate_locations.join("\n"),
            page.tracks.join("\n"),
            self.prefix.to_owned(),
        ];
        let texts = texts.map(|text| self.writer.text(&text));
        let section = self.writer.section(HEADER);
        section.put_u32(if origin.format == PageFormat::Html { FLAG_HTML } else { 0 });
        texts.into_iter().for_each(|text| section.put_text(text));
    }

    fn write_files(&mut self, names: &Names<'p>, known: Vec<Known<'p>>) {
        for (filename, reason) in &names.skipped {
            let texts = [*filename, &**reason].map(|text| self.writer.cold_text(text));
            let section = self.writer.section(INVALID_FILES);
            texts.into_iter().for_each(|text| section.put_text(text));
        }
        let mut first = 0;
        for (index, (version, files)) in names.by_version(known).into_iter().enumerate() {
            let end = first + files.len() as u32;
            self.write_version(version, first, end);
            first = end;
            files.iter().for_each(|known| self.write_file(known, index as u32));
        }
    }

    fn write_version(&mut self, version: &Version, first: u32, end: u32) {
        let text = self.writer.text(&version.to_string());
        let packed = version.pack();
        let section = self.writer.section(VERSIONS);
        section.extend_from_slice(&packed.unwrap_or_default());
        section.put_u32(u32::from(packed.is_some()));
        section.put_text(text);
        section.put_u32(first);
        section.put_u32(end);
    }

    fn write_file(&mut self, known: &Known<'p>, version: u32) {
        let file = known.file;
        let (filename, url) = self.write_names(file);
        let (sha256, others) = self.write_hashes(&file.hashes);
        let (metadata_sha256, metadata_others) = match &file.core_metadata {
            CoreMetadata::Hashes(hashes) => self.write_hashes(hashes),
            CoreMetadata::No | CoreMetadata::Yes => (None, TextRef::default()),
        };
        let metadata_sha256 = metadata_sha256.map_or(NONE, |digest| self.write_digest(&digest));
        let build = if known.build.is_empty() { TextRef::default() } else { self.writer.text(known.build) };
        let requires_python =
            file.requires_python.as_deref().map_or(NONE, |text| self.requires_python.place(text));
        let yanked = match &file.yanked {
            Yanked::No => NONE,
            Yanked::Yes(reason) => self.yanked.place(reason),
        };
        let time = file.upload_time.as_deref().and_then(upload_millis).unwrap_or(NO_TIME);
        let flags = known.kind | flags(file, sha256.is_some());
        let section = self.writer.section(COLD_FILES);
        [filename, url, others, metadata_others].into_iter().for_each(|text| section.put_text(text));
        section.extend_from_slice(&sha256.unwrap_or_default());
        section.put_u32(metadata_sha256);
        let section = self.writer.section(FILES);
        section.put_u64(file.size.unwrap_or(NO_SIZE));
        section.put_u64(time.cast_unsigned());
        section.put_text(build);
        let numbers = [requires_python, yanked, known.tag_set, version, flags];
        numbers.into_iter().for_each(|number| section.put_u32(number));
    }

    /// Nearly always the name is the end of the URL and needs no text of its own.
    fn write_names(&mut self, file: &PageFile<'_>) -> (TextRef, TextRef) {
        let rest = file.url.get(self.prefix.len()..).unwrap_or_default();
        let url = self.writer.cold_text(rest);
        if rest.ends_with(&*file.filename) {
            let length = file.filename.len() as u32;
            return (TextRef { start: url.start + url.length - length, length }, url);
        }
        (self.writer.cold_text(&file.filename), url)
    }

    /// The SHA-256, and the text of the other well-formed hashes.
    fn write_hashes(&mut self, hashes: &PageHashes<'_>) -> (Option<[u8; 32]>, TextRef) {
        let sha256 = hashes.get(HashAlgorithm::Sha256).and_then(digest_of_hex);
        if hashes.iter().all(|(algorithm, _)| algorithm == HashAlgorithm::Sha256) {
            return (sha256, TextRef::default());
        }
        let others = hashes.parsed().filter(|hash| hash.algorithm() != HashAlgorithm::Sha256);
        let others: String = others.map(|hash| format!("{hash} ")).collect();
        (sha256, self.optional_text(&others))
    }

    fn write_digest(&mut self, digest: &[u8; 32]) -> u32 {
        let section = self.writer.section(METADATA_HASHES);
        let place = section.len() / digest.len();
        section.extend_from_slice(digest);
        place as u32
    }

    fn optional_text(&mut self, text: &str) -> TextRef {
        if text.is_empty() { TextRef::default() } else { self.writer.cold_text(text) }
    }
}

fn write_texts(writer: &mut FlatWriter, section: usize, texts: &Interned<'_>) {
    for text in texts.in_order() {
        let place = writer.text(text);
        writer.section(section).put_text(place);
    }
}

/// The value of each hexadecimal digit, 0xFF for other bytes.
const NIBBLES: [u8; 256] = {
    let mut table = [0xFF; 256];
    let mut value = 0;
    while value < 16 {
        let digit = b"0123456789abcdef"[value as usize];
        table[digit as usize] = value;
        table[digit.to_ascii_uppercase() as usize] = value;
        value += 1;
    }
    table
};

/// The bytes of 64 hexadecimal digits.
fn digest_of_hex(hex: &str) -> Option<[u8; 32]> {
    let digits: &[u8; 64] = hex.as_bytes().try_into().ok()?;
    let mut digest = [0; 32];
    let mut seen = 0;
    for (byte, [high, low]) in digest.iter_mut().zip(digits.as_chunks::<2>().0) {
        let (high, low) = (NIBBLES[usize::from(*high)], NIBBLES[usize::from(*low)]);
        seen |= high | low;
        *byte = (high << 4) | (low & 0xF);
    }
    (seen < 16).then_some(digest)
}

fn flags(file: &PageFile<'_>, has_sha256: bool) -> u32 {
    let sha256 = if has_sha256 { FLAG_SHA256 } else { 0 };
    let metadata = if file.core_metadata == CoreMetadata::No { 0 } else { FLAG_METADATA };
    let signature = file.gpg_sig.map_or(0, |there| 1 + u32::from(there));
    sha256 | metadata | (signature << GPG_SHIFT)
}
