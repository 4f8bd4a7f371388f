//! Building a table from a parsed page.

use std::collections::HashMap;

use packaging::PackageName;
use packaging::Version;
use packaging::filenames::DistributionFilename;
use packaging::hashes::{Hash, HashAlgorithm};
use packaging::simple_api::{
    CoreMetadata, PageFile, PageFormat, PageHashes, ProjectPage, Yanked, upload_millis,
};

use super::{
    FILES, FLAG_HTML, FLAG_METADATA, FLAG_SHA256, Freshness, GPG_SHIFT, HEADER, INVALID_FILES, KINDS,
    NO_SIZE, NO_TIME, NONE, PageTable, REQUIRES_PYTHON, SHAPE, TAG_SETS, VERSIONS, YANKED,
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
        let mut builder = Builder {
            writer: FlatWriter::new(SHAPE),
            requires_python: Interned::new(REQUIRES_PYTHON),
            yanked: Interned::new(YANKED),
            tag_sets: Interned::new(TAG_SETS),
            prefix: common_prefix(&page.files),
        };
        builder.write_head(page, origin);
        builder.write_files(page, origin.project);
        let bytes = builder.writer.finish(&[]).map_err(|_| PageTooLarge)?;
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
    requires_python: Interned,
    yanked: Interned,
    tag_sets: Interned,
    prefix: &'p str,
}

/// Texts that stand once.
struct Interned {
    section: usize,
    places: HashMap<String, u32>,
}

impl Interned {
    fn new(section: usize) -> Self {
        Self { section, places: HashMap::new() }
    }

    fn place(&mut self, writer: &mut FlatWriter, text: &str) -> u32 {
        if let Some(place) = self.places.get(text) {
            return *place;
        }
        let place = self.places.len() as u32;
        let reference = writer.text(text);
        writer.section(self.section).put_text(reference);
        self.places.insert(text.to_owned(), place);
        place
    }
}

/// A file whose name was understood.
struct Known<'p> {
    file: &'p PageFile<'p>,
    name: DistributionFilename,
}

impl<'p> Builder<'p> {
    fn write_head(&mut self, page: &ProjectPage<'_>, origin: PageOrigin<'_>) {
        let optional = |text: &Option<std::borrow::Cow<'_, str>>| text.as_deref().unwrap_or("").to_owned();
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

    fn write_files(&mut self, page: &'p ProjectPage<'p>, project: &PackageName) {
        let mut known = Vec::with_capacity(page.files.len());
        for file in &page.files {
            match DistributionFilename::parse_for(&file.filename, project) {
                Ok(name) => known.push(Known { file, name }),
                Err(error) => self.write_skipped(&file.filename, &error.to_string()),
            }
        }
        // Stable: within a version the page's order stays.
        known.sort_by(|a, b| a.name.version().cmp(b.name.version()));
        let mut first = 0;
        for group in known.chunk_by(|a, b| a.name.version() == b.name.version()) {
            let Some(version) = group.first().map(|known| known.name.version()) else { continue };
            let index = (self.writer.section(VERSIONS).len() / super::VERSION) as u32;
            self.write_version(version, first, first + group.len() as u32);
            first += group.len() as u32;
            group.iter().for_each(|known| self.write_file(known, index));
        }
    }

    fn write_skipped(&mut self, filename: &str, reason: &str) {
        let texts = [filename, reason].map(|text| self.writer.text(text));
        let section = self.writer.section(INVALID_FILES);
        texts.into_iter().for_each(|text| section.put_text(text));
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

    fn write_file(&mut self, known: &Known<'_>, version: u32) {
        let file = known.file;
        let (filename, url) = self.write_names(file);
        let sha256 =
            file.hashes.get(HashAlgorithm::Sha256).and_then(|hex| Hash::new(HashAlgorithm::Sha256, hex).ok());
        let others = other_hashes(&file.hashes);
        let others = self.optional_text(&others);
        let metadata = match &file.core_metadata {
            CoreMetadata::Hashes(hashes) => hashes.parsed().map(|hash| format!("{hash} ")).collect(),
            CoreMetadata::No | CoreMetadata::Yes => String::new(),
        };
        let metadata = self.optional_text(&metadata);
        let (build, tag_set, kind) = self.write_wheel_parts(&known.name);
        let requires_python = file.requires_python.as_deref();
        let requires_python =
            requires_python.map_or(NONE, |text| self.requires_python.place(&mut self.writer, text));
        let yanked = match &file.yanked {
            Yanked::No => NONE,
            Yanked::Yes(reason) => self.yanked.place(&mut self.writer, reason),
        };
        let time = file.upload_time.as_deref().and_then(upload_millis).unwrap_or(NO_TIME);
        let flags = kind | flags(file, sha256.is_some());
        let section = self.writer.section(FILES);
        [filename, url, others, metadata, build].into_iter().for_each(|text| section.put_text(text));
        section
            .extend_from_slice(&sha256.map_or([0; 32], |hash| hash.digest().try_into().unwrap_or([0; 32])));
        section.put_u64(file.size.unwrap_or(NO_SIZE));
        section.put_u64(time.cast_unsigned());
        [requires_python, yanked, tag_set, version, flags]
            .into_iter()
            .for_each(|number| section.put_u32(number));
    }

    /// Nearly always the name is the end of the URL and needs no text of its own.
    fn write_names(&mut self, file: &PageFile<'_>) -> (TextRef, TextRef) {
        let rest = file.url.get(self.prefix.len()..).unwrap_or_default();
        let url = self.writer.text(rest);
        if rest.ends_with(&*file.filename) {
            let length = file.filename.len() as u32;
            return (TextRef { start: url.start + url.length - length, length }, url);
        }
        (self.writer.text(&file.filename), url)
    }

    fn optional_text(&mut self, text: &str) -> TextRef {
        if text.is_empty() { TextRef::default() } else { self.writer.text(text) }
    }

    fn write_wheel_parts(&mut self, name: &DistributionFilename) -> (TextRef, u32, u32) {
        match name {
            DistributionFilename::Wheel(wheel) => {
                let build = wheel.build().map(|build| format!("{}{}", build.number(), build.suffix()));
                let build = self.optional_text(&build.unwrap_or_default());
                (build, self.tag_sets.place(&mut self.writer, wheel.tag()), 0)
            }
            DistributionFilename::Source(source) => {
                let kind = KINDS.iter().position(|kind| *kind == source.kind()).unwrap_or(0);
                (TextRef::default(), NONE, kind as u32 + 1)
            }
        }
    }
}

fn flags(file: &PageFile<'_>, has_sha256: bool) -> u32 {
    let sha256 = if has_sha256 { FLAG_SHA256 } else { 0 };
    let metadata = if file.core_metadata == CoreMetadata::No { 0 } else { FLAG_METADATA };
    let signature = file.gpg_sig.map_or(0, |there| 1 + u32::from(there));
    sha256 | metadata | (signature << GPG_SHIFT)
}

fn other_hashes(hashes: &PageHashes<'_>) -> String {
    let others = hashes.parsed().filter(|hash| hash.algorithm() != HashAlgorithm::Sha256);
    others.map(|hash| format!("{hash} ")).collect()
}
