//! The simple repository API: project pages and the project list, as JSON (PEP 691, 700, 708, 714, 740, 792)
//! and as HTML (PEP 503, 592, 629, 658, 714).
//!
//! Parsing borrows from the page's bytes. Unknown keys are skipped, a newer minor version is fine, a newer
//! major one is an error (PEP 629). A broken entry is dropped, not the page. HTML is scanned for its anchors
//! as Python's `html.parser` would see them; that a page is no index at all (a login form, a proxy's notice) is
//! told by [`ProjectPage::evidence`].
//!
//! ```
//! use packaging::simple_api::{PageFormat, ProjectPage};
//!
//! let html = br#"<a href="files/foo-1.0.tar.gz#sha256=00" data-requires-python="&gt;=3.8">foo</a>"#;
//! let page = ProjectPage::parse(html, PageFormat::sniff(html))?;
//! assert_eq!(page.files[0].filename, "foo-1.0.tar.gz");
//! assert_eq!(page.files[0].url, "files/foo-1.0.tar.gz");
//! assert_eq!(page.files[0].requires_python.as_deref(), Some(">=3.8"));
//! # Ok::<(), packaging::simple_api::PageError>(())
//! ```

use std::borrow::Cow;

use crate::hashes::{Hash, HashAlgorithm};

mod entities;
mod html;
mod json;
mod upload_time;

pub use upload_time::{upload_millis, upload_text};

/// How a page is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PageFormat {
    /// `application/vnd.pypi.simple.v1+json`
    Json,
    /// `application/vnd.pypi.simple.v1+html`, `text/html`
    Html,
}

/// What to send as `Accept` so that JSON comes where it exists.
pub const ACCEPT: &str =
    "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01";

impl PageFormat {
    /// The format of a `Content-Type`; `None` for one that is no index page. Parameters are ignored.
    pub fn from_content_type(value: &str) -> Option<Self> {
        let kind = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match kind.as_str() {
            "application/vnd.pypi.simple.v1+json"
            | "application/vnd.pypi.simple.latest+json"
            | "application/json" => Some(Self::Json),
            "application/vnd.pypi.simple.v1+html"
            | "application/vnd.pypi.simple.latest+html"
            | "application/xhtml+xml"
            | "text/html" => Some(Self::Html),
            _ => None,
        }
    }

    /// The format of a page that came without a content type (a file on disk): JSON begins with a brace.
    pub fn sniff(page: &[u8]) -> Self {
        let page = page.strip_prefix(b"\xef\xbb\xbf").unwrap_or(page);
        match page.iter().find(|b| !b.is_ascii_whitespace()) {
            Some(b'{') => Self::Json,
            _ => Self::Html,
        }
    }
}

/// Why a page cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// It is not JSON, or not of the standard's shape.
    #[error("the page is not a JSON index page: {message}")]
    NotJson {
        /// The JSON reader's words, with line and column.
        message: String,
    },
    /// Its API version has a major number that we do not know.
    #[error("the page has version {version} of the simple API; this program reads version 1")]
    UnknownVersion {
        /// The version as the page gives it.
        version: String,
    },
}

/// The page of one project.
#[derive(Clone, Debug, PartialEq)]
pub struct ProjectPage<'a> {
    /// The project's name, where the page gives it (JSON only).
    pub name: Option<Cow<'a, str>>,
    /// The version of the API that the page says it has, such as `1.1`.
    pub api_version: Option<Cow<'a, str>>,
    /// What relative file URLs are relative to: `<base href>` of HTML, itself relative to the page's URL.
    pub base_url: Option<Cow<'a, str>>,
    /// The files, in the page's order.
    pub files: Vec<PageFile<'a>>,
    /// All versions, also those without files (PEP 700).
    pub versions: Vec<Cow<'a, str>>,
    /// The project's status (PEP 792).
    pub status: ProjectStatus<'a>,
    /// The same project elsewhere (PEP 708).
    pub alternate_locations: Vec<Cow<'a, str>>,
    /// The projects that this one follows (PEP 708).
    pub tracks: Vec<Cow<'a, str>>,
    /// What shows that this is an index page.
    pub evidence: Evidence<'a>,
}

/// What shows that a page is an index page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence<'a> {
    /// JSON of the standard's shape, or the `pypi:repository-version` mark of HTML.
    Marked,
    /// HTML with links to files of distributions.
    Files,
    /// HTML without any link, with a title such as `Links for x` or `Index of /x`: a project without files.
    Empty,
    /// Nothing: most likely a login form, a proxy's notice or a website.
    None {
        /// The page's title.
        title: Option<Cow<'a, str>>,
    },
}

impl Evidence<'_> {
    /// Whether the page can be taken for an index page.
    pub fn is_index(&self) -> bool {
        !matches!(self, Self::None { .. })
    }
}

/// One file of a project page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PageFile<'a> {
    /// The file's name: from JSON as given, from HTML the decoded last segment of the URL.
    pub filename: Cow<'a, str>,
    /// The URL as given, without its fragment, to be joined to the base or page URL.
    pub url: Cow<'a, str>,
    /// The digests of known algorithms.
    pub hashes: PageHashes<'a>,
    /// Requires-Python as given; empty counts as absent.
    pub requires_python: Option<Cow<'a, str>>,
    /// Whether it was yanked.
    pub yanked: Yanked<'a>,
    /// The size in bytes.
    pub size: Option<u64>,
    /// When it was uploaded, as given (RFC 3339); [`upload_millis`] reads it.
    pub upload_time: Option<Cow<'a, str>>,
    /// Whether the metadata can be fetched beside the file (PEP 658, PEP 714).
    pub core_metadata: CoreMetadata<'a>,
    /// Whether a detached signature exists, where the page says so.
    pub gpg_sig: Option<bool>,
    /// Where the attestations are (PEP 740).
    pub provenance: Option<Cow<'a, str>>,
}

/// Digests in the text of a page, not yet judged. Nearly always there is one, which needs no allocation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PageHashes<'a> {
    first: Option<PageHash<'a>>,
    more: Vec<PageHash<'a>>,
}

type PageHash<'a> = (HashAlgorithm, Cow<'a, str>);

impl<'a> FromIterator<PageHash<'a>> for PageHashes<'a> {
    fn from_iter<I: IntoIterator<Item = PageHash<'a>>>(hashes: I) -> Self {
        let mut hashes = hashes.into_iter();
        Self { first: hashes.next(), more: hashes.collect() }
    }
}

impl<'a> PageHashes<'a> {
    /// Algorithms and digests as written.
    pub fn iter(&self) -> impl Iterator<Item = (HashAlgorithm, &str)> + use<'_, 'a> {
        self.first.iter().chain(&self.more).map(|(algorithm, hex)| (*algorithm, &**hex))
    }

    /// The digest of an algorithm as written.
    pub fn get(&self, algorithm: HashAlgorithm) -> Option<&str> {
        self.iter().find(|(kind, _)| *kind == algorithm).map(|(_, hex)| hex)
    }

    /// The well-formed digests.
    pub fn parsed(&self) -> impl Iterator<Item = Hash> + use<'_, 'a> {
        self.iter().filter_map(|(algorithm, hex)| Hash::new(algorithm, hex).ok())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    fn push(&mut self, hash: PageHash<'a>) {
        match &self.first {
            None => self.first = Some(hash),
            Some(_) => self.more.push(hash),
        }
    }

    fn into_owned(self) -> PageHashes<'static> {
        self.first.into_iter().chain(self.more).map(|(algorithm, hex)| (algorithm, owned(hex))).collect()
    }
}

/// Whether a file was yanked (PEP 592).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Yanked<'a> {
    /// It was not.
    #[default]
    No,
    /// It was; the reason is empty when none is given.
    Yes(Cow<'a, str>),
}

/// Whether the metadata can be fetched at the file's URL with `.metadata` appended.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum CoreMetadata<'a> {
    /// Not announced (some indexes serve it all the same).
    #[default]
    No,
    /// Announced without a hash.
    Yes,
    /// Announced with hashes that must be met.
    Hashes(PageHashes<'a>),
}

/// The status of a project (PEP 792).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProjectStatus<'a> {
    /// `active`, `archived`, `quarantined`, `deprecated`; `None` when the page does not say.
    pub status: Option<Cow<'a, str>>,
    /// Why.
    pub reason: Option<Cow<'a, str>>,
}

impl<'a> ProjectPage<'a> {
    /// Reads a page in a given format.
    ///
    /// # Errors
    /// See [`PageError`].
    pub fn parse(page: &'a [u8], format: PageFormat) -> Result<Self, PageError> {
        match format {
            PageFormat::Json => Self::parse_json(page),
            PageFormat::Html => Self::parse_html(page),
        }
    }

    /// Reads a JSON page.
    ///
    /// # Errors
    /// [`PageError::NotJson`], [`PageError::UnknownVersion`].
    pub fn parse_json(page: &'a [u8]) -> Result<Self, PageError> {
        json::project_page(page)
    }

    /// Reads an HTML page. Bytes that are not UTF-8 are replaced; nothing but an unknown major version fails.
    ///
    /// # Errors
    /// [`PageError::UnknownVersion`].
    pub fn parse_html(page: &'a [u8]) -> Result<Self, PageError> {
        match std::str::from_utf8(page) {
            Ok(page) => html::project_page(page),
            Err(_) => html::project_page(&String::from_utf8_lossy(page)).map(ProjectPage::into_owned),
        }
    }

    /// The same page without borrowing from its bytes.
    pub fn into_owned(self) -> ProjectPage<'static> {
        ProjectPage {
            name: self.name.map(owned),
            api_version: self.api_version.map(owned),
            base_url: self.base_url.map(owned),
            files: self.files.into_iter().map(PageFile::into_owned).collect(),
            versions: self.versions.into_iter().map(owned).collect(),
            status: ProjectStatus {
                status: self.status.status.map(owned),
                reason: self.status.reason.map(owned),
            },
            alternate_locations: self.alternate_locations.into_iter().map(owned).collect(),
            tracks: self.tracks.into_iter().map(owned).collect(),
            evidence: match self.evidence {
                Evidence::Marked => Evidence::Marked,
                Evidence::Files => Evidence::Files,
                Evidence::Empty => Evidence::Empty,
                Evidence::None { title } => Evidence::None { title: title.map(owned) },
            },
        }
    }
}

fn owned(text: Cow<'_, str>) -> Cow<'static, str> {
    Cow::Owned(text.into_owned())
}

impl PageFile<'_> {
    /// The same file without borrowing from the page.
    pub fn into_owned(self) -> PageFile<'static> {
        PageFile {
            filename: owned(self.filename),
            url: owned(self.url),
            hashes: self.hashes.into_owned(),
            requires_python: self.requires_python.map(owned),
            yanked: match self.yanked {
                Yanked::No => Yanked::No,
                Yanked::Yes(reason) => Yanked::Yes(owned(reason)),
            },
            size: self.size,
            upload_time: self.upload_time.map(owned),
            core_metadata: match self.core_metadata {
                CoreMetadata::No => CoreMetadata::No,
                CoreMetadata::Yes => CoreMetadata::Yes,
                CoreMetadata::Hashes(hashes) => CoreMetadata::Hashes(hashes.into_owned()),
            },
            gpg_sig: self.gpg_sig,
            provenance: self.provenance.map(owned),
        }
    }
}

/// The names of all projects of an index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProjectList<'a> {
    /// The names as given, in the page's order.
    pub names: Vec<Cow<'a, str>>,
}

impl<'a> ProjectList<'a> {
    /// Reads the list in a given format.
    ///
    /// # Errors
    /// See [`PageError`].
    pub fn parse(page: &'a [u8], format: PageFormat) -> Result<Self, PageError> {
        match format {
            PageFormat::Json => json::project_list(page),
            PageFormat::Html => match std::str::from_utf8(page) {
                Ok(page) => html::project_list(page),
                Err(_) => html::project_list(&String::from_utf8_lossy(page))
                    .map(|list| ProjectList { names: list.names.into_iter().map(owned).collect() }),
            },
        }
    }
}

/// PEP 629: version 1 with any minor number is understood.
fn check_version(version: &str) -> Result<(), PageError> {
    let major = version.trim().split('.').next().unwrap_or_default();
    match major.parse::<u32>() {
        Ok(0 | 1) => Ok(()),
        _ => Err(PageError::UnknownVersion { version: version.trim().to_owned() }),
    }
}

#[cfg(test)]
mod tests;
