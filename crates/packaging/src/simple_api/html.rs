//! HTML pages, scanned for the few elements that matter.
//!
//! One pass over the bytes; whatever does not end (a comment, a quote, a tag) reaches to the end of the page, so
//! the work is linear for any input.

use std::borrow::Cow;

use memchr::{memchr, memmem, memrchr};
use percent_encoding::percent_decode_str;

use super::entities::decode;
use super::{
    CoreMetadata, Evidence, PageError, PageFile, PageHashes, ProjectList, ProjectPage, ProjectStatus, Yanked,
    check_version,
};
use crate::filenames::looks_like_distribution;
use crate::hashes::HashAlgorithm;

/// Titles of pages that list files, or would if there were any.
const INDEX_TITLES: [&str; 4] = ["links for", "index of", "simple index", "directory listing"];

pub(super) fn project_page(page: &str) -> Result<ProjectPage<'_>, PageError> {
    let mut api_version = None;
    let mut base_url = None;
    let mut title = None;
    let mut files = Vec::new();
    let mut scanner = Scanner::new(page);
    while let Some(tag) = scanner.next_tag() {
        match tag {
            Tag::Anchor => files.extend(file(&mut scanner)),
            Tag::Base => {
                let href = scanner.attribute_of("href").map(decode);
                base_url = base_url.or(href);
            }
            Tag::Meta => api_version = repository_version(&mut scanner).or(api_version),
            Tag::Title => title = title.or_else(|| Some(scanner.text())),
        }
    }
    if let Some(version) = &api_version {
        check_version(version)?;
    }
    let evidence = match (&api_version, files.is_empty()) {
        (Some(_), _) => Evidence::Marked,
        (None, false) => Evidence::Files,
        (None, true) if title.as_deref().is_some_and(is_index_title) => Evidence::Empty,
        (None, true) => Evidence::None { title },
    };
    Ok(ProjectPage {
        name: None,
        api_version,
        base_url,
        files,
        versions: Vec::new(),
        status: ProjectStatus::default(),
        alternate_locations: Vec::new(),
        tracks: Vec::new(),
        evidence,
    })
}

fn is_index_title(title: &str) -> bool {
    let title = title.to_lowercase();
    INDEX_TITLES.iter().any(|known| title.contains(known))
}

pub(super) fn project_list(page: &str) -> Result<ProjectList<'_>, PageError> {
    let mut names = Vec::new();
    let mut scanner = Scanner::new(page);
    while let Some(tag) = scanner.next_tag() {
        match tag {
            Tag::Anchor => {
                let href = scanner.attribute_of("href");
                let text = scanner.text();
                let name = if text.is_empty() { href.map_or(text, last_segment) } else { text };
                if !name.is_empty() && name != ".." {
                    names.push(name);
                }
            }
            Tag::Meta => {
                if let Some(version) = repository_version(&mut scanner) {
                    check_version(&version)?;
                }
            }
            Tag::Base | Tag::Title => {}
        }
    }
    Ok(ProjectList { names })
}

fn last_segment(href: Cow<'_, str>) -> Cow<'_, str> {
    let path = href.trim_end_matches('/');
    Cow::Owned(path.rsplit('/').next().unwrap_or_default().to_owned())
}

fn repository_version<'a>(scanner: &mut Scanner<'a>) -> Option<Cow<'a, str>> {
    let (mut marked, mut content) = (false, None);
    while let Some((name, value)) = scanner.attribute() {
        if name.eq_ignore_ascii_case("name") {
            marked = value == "pypi:repository-version";
        } else if name.eq_ignore_ascii_case("content") {
            content = Some(decode(Cow::Borrowed(value)));
        }
    }
    content.filter(|_| marked)
}

/// The file that an anchor links to; `None` when the link does not end in a distribution's file name.
fn file<'a>(scanner: &mut Scanner<'a>) -> Option<PageFile<'a>> {
    let (mut href, mut core_metadata, mut dist_info_metadata) = (None, None, None);
    let mut file = PageFile::default();
    while let Some((name, value)) = scanner.attribute() {
        let Some(known) = AttributeName::of(name) else { continue };
        let value = decode(Cow::Borrowed(value));
        match known {
            AttributeName::Href => href = Some(trimmed(value)),
            AttributeName::RequiresPython => {
                file.requires_python = Some(value).filter(|text| !text.is_empty());
            }
            AttributeName::Yanked => file.yanked = Yanked::Yes(value),
            AttributeName::CoreMetadata => core_metadata = Some(metadata(value)),
            AttributeName::DistInfoMetadata => dist_info_metadata = Some(metadata(value)),
            AttributeName::UploadTime => file.upload_time = Some(value),
            AttributeName::GpgSig => file.gpg_sig = Some(value == "true"),
            AttributeName::Provenance => file.provenance = Some(value),
        }
    }
    // A page that ends inside a tag was cut off; half an entry could lack its hash.
    if scanner.truncated {
        return None;
    }
    let (url, fragment) = split_fragment(href?);
    let filename = filename(&url)?;
    if let Some(fragment) = fragment {
        file.hashes = fragment_hashes(fragment);
    }
    (file.url, file.filename) = (url, filename);
    // PEP 714: the new name wins where both exist.
    file.core_metadata = core_metadata.or(dist_info_metadata).unwrap_or_default();
    Some(file)
}

#[derive(Clone, Copy)]
enum AttributeName {
    Href,
    RequiresPython,
    Yanked,
    CoreMetadata,
    DistInfoMetadata,
    UploadTime,
    GpgSig,
    Provenance,
}

impl AttributeName {
    fn of(name: &str) -> Option<Self> {
        const NAMES: [(&str, AttributeName); 8] = [
            ("href", AttributeName::Href),
            ("data-requires-python", AttributeName::RequiresPython),
            ("data-yanked", AttributeName::Yanked),
            ("data-core-metadata", AttributeName::CoreMetadata),
            ("data-dist-info-metadata", AttributeName::DistInfoMetadata),
            ("data-upload-time", AttributeName::UploadTime),
            ("data-gpg-sig", AttributeName::GpgSig),
            ("data-provenance", AttributeName::Provenance),
        ];
        NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, attribute)| *attribute)
    }
}

fn trimmed(value: Cow<'_, str>) -> Cow<'_, str> {
    match value {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}

/// The URL without its fragment, and the fragment.
pub(super) fn split_fragment(href: Cow<'_, str>) -> (Cow<'_, str>, Option<Cow<'_, str>>) {
    let Some(hash) = memchr(b'#', href.as_bytes()) else { return (href, None) };
    match href {
        Cow::Borrowed(href) => (Cow::Borrowed(&href[..hash]), Some(Cow::Borrowed(&href[hash + 1..]))),
        Cow::Owned(mut href) => {
            let fragment = href.split_off(hash)[1..].to_owned();
            (Cow::Owned(href), Some(Cow::Owned(fragment)))
        }
    }
}

/// The decoded last segment of the URL's path, when it is a distribution's file name.
fn filename<'a>(url: &Cow<'a, str>) -> Option<Cow<'a, str>> {
    fn of(url: &str) -> Option<Cow<'_, str>> {
        let end = memchr(b'?', url.as_bytes()).unwrap_or(url.len());
        let path = url[..end].trim_end_matches('/');
        let segment = &path[memrchr(b'/', path.as_bytes()).map_or(0, |slash| slash + 1)..];
        let name = match memchr(b'%', segment.as_bytes()) {
            Some(_) => percent_decode_str(segment).decode_utf8().ok()?,
            None => Cow::Borrowed(segment),
        };
        looks_like_distribution(&name).then_some(name)
    }
    match url {
        Cow::Borrowed(url) => of(url),
        Cow::Owned(url) => of(url).map(|name| Cow::Owned(name.into_owned())),
    }
}

/// `sha256=…`, also among other `key=value` pairs.
pub(super) fn fragment_hashes(fragment: Cow<'_, str>) -> PageHashes<'_> {
    fn pairs(fragment: &str) -> impl Iterator<Item = (HashAlgorithm, &str)> {
        fragment
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .filter_map(|(name, digest)| Some((HashAlgorithm::from_name(name)?, digest)))
    }
    match fragment {
        Cow::Borrowed(text) => pairs(text).map(|(kind, digest)| (kind, Cow::Borrowed(digest))).collect(),
        Cow::Owned(text) => {
            pairs(&text).map(|(kind, digest)| (kind, Cow::Owned(digest.to_owned()))).collect()
        }
    }
}

/// `true`, `ALGORITHM=DIGEST`, or something broken that still announces the file (as pip takes it).
fn metadata(value: Cow<'_, str>) -> CoreMetadata<'_> {
    if value == "false" {
        return CoreMetadata::No;
    }
    let hashes = fragment_hashes(value);
    if hashes.is_empty() { CoreMetadata::Yes } else { CoreMetadata::Hashes(hashes) }
}

/// The elements that matter.
enum Tag {
    Anchor,
    Base,
    Meta,
    Title,
}

/// The first place from `from` on whose byte is not wanted.
fn skip_while(page: &[u8], from: usize, wanted: impl Fn(u8) -> bool) -> usize {
    let rest = page.get(from..).unwrap_or_default();
    rest.iter().position(|b| !wanted(*b)).map_or(page.len(), |length| from + length)
}

struct Scanner<'a> {
    text: &'a str,
    page: &'a [u8],
    at: usize,
    /// Whether `at` stands among the attributes of a tag.
    in_tag: bool,
    /// Whether the page ended inside a tag.
    truncated: bool,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, page: text.as_bytes(), at: 0, in_tag: false, truncated: false }
    }

    fn rest(&self) -> &'a [u8] {
        self.page.get(self.at..).unwrap_or_default()
    }

    /// A part of the page; every boundary is beside an ASCII character, so none splits a character.
    fn part(&self, begin: usize, end: usize) -> &'a str {
        self.text.get(begin..end).unwrap_or_default()
    }

    /// Moves behind the next occurrence of `end`, or to the end of the page.
    fn skip_past(&mut self, end: &[u8]) {
        let rest = self.rest();
        self.at += memmem::find(rest, end).map_or(rest.len(), |at| at + end.len());
    }

    /// The next element that matters; its attributes are read by [`Scanner::attribute`].
    fn next_tag(&mut self) -> Option<Tag> {
        loop {
            while self.attribute().is_some() {}
            self.at += memchr(b'<', self.rest())? + 1;
            let rest = self.rest();
            if rest.starts_with(b"!--") {
                self.at += 3;
                self.skip_past(b"-->");
                continue;
            }
            if !rest.first().is_some_and(u8::is_ascii_alphabetic) {
                // `</x>`, `<!doctype …>`, or a bare `<`.
                continue;
            }
            let length = skip_while(rest, 0, |b| !b.is_ascii_whitespace() && !matches!(b, b'/' | b'>'));
            let name = &rest[..length];
            self.at += length;
            self.in_tag = true;
            let is = |wanted: &[u8]| name.eq_ignore_ascii_case(wanted);
            match name.len() {
                1 if is(b"a") => return Some(Tag::Anchor),
                2 if is(b"h1") => return Some(Tag::Title),
                4 if is(b"base") => return Some(Tag::Base),
                4 if is(b"meta") => return Some(Tag::Meta),
                5 if is(b"title") => return Some(Tag::Title),
                5 if is(b"style") => self.skip_raw_text(b"</style"),
                6 if is(b"script") => self.skip_raw_text(b"</script"),
                _ => {}
            }
        }
    }

    /// Moves to the end tag of an element whose content is no markup.
    fn skip_raw_text(&mut self, end: &[u8]) {
        while self.attribute().is_some() {}
        while let Some(at) = memmem::find(self.rest(), b"</") {
            self.at += at;
            if self.rest().get(..end.len()).is_some_and(|tag| tag.eq_ignore_ascii_case(end)) {
                return;
            }
            self.at += 2;
        }
        self.at = self.page.len();
    }

    /// The next attribute of the current tag; `None` at the tag's end.
    fn attribute(&mut self) -> Option<(&'a str, &'a str)> {
        if !self.in_tag {
            return None;
        }
        let page = self.page;
        let is_space = |b: u8| b.is_ascii_whitespace();
        let begin = skip_while(page, self.at, |b| is_space(b) || b == b'/');
        let end = skip_while(page, begin, |b| !is_space(b) && !matches!(b, b'=' | b'>' | b'/'));
        let equals = skip_while(page, end, is_space);
        let name = self.part(begin, end);
        match page.get(equals) {
            Some(b'=') => Some((name, self.value_from(skip_while(page, equals + 1, is_space)))),
            Some(b'>') if name.is_empty() => {
                self.in_tag = false;
                self.at = equals + 1;
                None
            }
            Some(_) => {
                self.at = equals;
                Some((name, ""))
            }
            None => {
                self.in_tag = false;
                self.truncated = true;
                self.at = page.len();
                None
            }
        }
    }

    /// The quoted or bare value that begins at `from`.
    fn value_from(&mut self, from: usize) -> &'a str {
        let page = self.page;
        let (begin, end, next) = match page.get(from) {
            Some(quote @ (b'"' | b'\'')) => {
                let begin = from + 1;
                let end = memchr(*quote, &page[begin..]).map_or(page.len(), |length| begin + length);
                (begin, end, (end + 1).min(page.len()))
            }
            Some(_) => {
                let bare = |b: &u8| b.is_ascii_whitespace() || *b == b'>';
                let end = page[from..].iter().position(bare).map_or(page.len(), |length| from + length);
                (from, end, end)
            }
            None => (page.len(), page.len(), page.len()),
        };
        self.at = next;
        self.part(begin, end)
    }

    /// The text up to the next tag, decoded and trimmed.
    fn text(&mut self) -> Cow<'a, str> {
        while self.attribute().is_some() {}
        let rest = self.rest();
        let end = memchr(b'<', rest).unwrap_or(rest.len());
        self.at += end;
        trimmed(decode(Cow::Borrowed(self.part(self.at - end, self.at))))
    }

    /// The value of one attribute of the current tag.
    fn attribute_of(&mut self, wanted: &str) -> Option<Cow<'a, str>> {
        let mut found = None;
        while let Some((name, value)) = self.attribute() {
            if name.eq_ignore_ascii_case(wanted) {
                found = Some(Cow::Borrowed(value));
            }
        }
        found
    }
}
