//! JSON pages, read with borrowed texts and unknown keys skipped.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::html::{fragment_hashes, split_fragment};
use super::{
    CoreMetadata, Evidence, PageError, PageFile, PageHashes, ProjectList, ProjectPage, ProjectStatus, Yanked,
    check_version,
};
use crate::hashes::HashAlgorithm;

pub(super) fn project_page(page: &[u8]) -> Result<ProjectPage<'_>, PageError> {
    let page: Page<'_> = serde_json::from_str(text_of(page)?).map_err(not_json)?;
    let api_version = page.meta.api_version.map(|text| text.0);
    if let Some(version) = &api_version {
        check_version(version)?;
    }
    Ok(ProjectPage {
        name: page.name.map(|text| text.0),
        api_version,
        base_url: None,
        files: page.files.0,
        versions: page.versions.0,
        status: page.project_status.unwrap_or(page.meta.project_status).into(),
        alternate_locations: page.alternate_locations.0,
        tracks: page.meta.tracks.0,
        evidence: Evidence::Marked,
    })
}

pub(super) fn project_list(page: &[u8]) -> Result<ProjectList<'_>, PageError> {
    let list: List<'_> = serde_json::from_str(text_of(page)?).map_err(not_json)?;
    if let Some(version) = &list.meta.api_version {
        check_version(&version.0)?;
    }
    Ok(ProjectList { names: list.projects.into_iter().map(|project| project.name.0).collect() })
}

/// One check of the whole page is cheaper than one per string.
fn text_of(page: &[u8]) -> Result<&str, PageError> {
    let page = page.strip_prefix(b"\xef\xbb\xbf").unwrap_or(page);
    std::str::from_utf8(page).map_err(|error| PageError::NotJson { message: error.to_string() })
}

fn not_json(error: serde_json::Error) -> PageError {
    PageError::NotJson { message: error.to_string() }
}

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow, default)]
    meta: Meta<'a>,
    #[serde(borrow)]
    name: Option<Text<'a>>,
    #[serde(borrow)]
    files: Files<'a>,
    #[serde(borrow, default)]
    versions: Texts<'a>,
    #[serde(borrow, default, rename = "alternate-locations")]
    alternate_locations: Texts<'a>,
    #[serde(borrow, default, rename = "project-status")]
    project_status: Option<Status<'a>>,
}

/// The standard demands it; a page without it counts as version 1, as for pip.
#[derive(Default, Deserialize)]
struct Meta<'a> {
    #[serde(borrow, rename = "api-version")]
    api_version: Option<Text<'a>>,
    #[serde(borrow, default)]
    tracks: Texts<'a>,
    #[serde(borrow, default, rename = "project-status")]
    project_status: Status<'a>,
}

#[derive(Deserialize)]
struct List<'a> {
    #[serde(borrow, default)]
    meta: Meta<'a>,
    #[serde(borrow)]
    projects: Vec<Project<'a>>,
}

#[derive(Deserialize)]
struct Project<'a> {
    #[serde(borrow)]
    name: Text<'a>,
}

/// A status is an object; an early draft had a bare text.
#[derive(Default)]
struct Status<'a> {
    status: Option<Cow<'a, str>>,
    reason: Option<Cow<'a, str>>,
}

impl<'a> From<Status<'a>> for ProjectStatus<'a> {
    fn from(status: Status<'a>) -> Self {
        Self { status: status.status, reason: status.reason }
    }
}

/// Any JSON value, reduced to what page entries may hold; what is none of it becomes `Other`.
enum Loose<'a> {
    Text(Cow<'a, str>),
    Bool(bool),
    Number(u64),
    /// A table: its digests, and the texts of `status` and `reason`.
    Table(Table<'a>),
    Other,
}

#[derive(Default)]
struct Table<'a> {
    hashes: PageHashes<'a>,
    status: Option<Cow<'a, str>>,
    reason: Option<Cow<'a, str>>,
}

impl<'a> Loose<'a> {
    fn text(self) -> Option<Cow<'a, str>> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    fn boolean(self) -> Option<bool> {
        if let Self::Bool(boolean) = self { Some(boolean) } else { None }
    }

    fn number(self) -> Option<u64> {
        if let Self::Number(number) = self { Some(number) } else { None }
    }

    fn hashes(self) -> PageHashes<'a> {
        if let Self::Table(table) = self { table.hashes } else { PageHashes::default() }
    }
}

struct LooseVisitor;

impl<'de> Visitor<'de> for LooseVisitor {
    type Value = Loose<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Loose::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Loose::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Loose::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Loose::Number(value))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Loose::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Loose::Other)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Loose::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Loose::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut table = Table::default();
        while let Some(key) = entries.next_key::<Text<'de>>()? {
            let algorithm = HashAlgorithm::from_name(&key.0);
            match (algorithm, &*key.0) {
                (Some(algorithm), _) => {
                    let digest = entries.next_value::<Loose<'de>>()?.text();
                    digest.into_iter().for_each(|digest| table.hashes.push((algorithm, digest)));
                }
                (None, "status") => table.status = entries.next_value::<Loose<'de>>()?.text(),
                (None, "reason") => table.reason = entries.next_value::<Loose<'de>>()?.text(),
                (None, _) => drop(entries.next_value::<IgnoredAny>()?),
            }
        }
        Ok(Loose::Table(table))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Loose<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LooseVisitor)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Status<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Loose::deserialize(deserializer)? {
            Loose::Text(text) => Self { status: Some(text), reason: None },
            Loose::Table(table) => Self { status: table.status, reason: table.reason },
            _ => Self::default(),
        })
    }
}

/// A text that borrows from the page unless it holds escapes.
struct Text<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(TextVisitor)
    }
}

/// A list of texts; entries that are none are dropped.
#[derive(Default)]
struct Texts<'a>(Vec<Cow<'a, str>>);

impl<'de: 'a, 'a> Deserialize<'de> for Texts<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let items: Option<Vec<Loose<'de>>> = Option::deserialize(deserializer)?;
        Ok(Self(items.unwrap_or_default().into_iter().filter_map(Loose::text).collect()))
    }
}

/// The files; entries without a usable name and URL are dropped.
struct Files<'a>(Vec<PageFile<'a>>);

impl<'de: 'a, 'a> Deserialize<'de> for Files<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FilesVisitor;
        impl<'de> Visitor<'de> for FilesVisitor {
            type Value = Files<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of files")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
                let mut files = Vec::new();
                while let Some(file) = items.next_element::<Entry<'de>>()? {
                    files.extend(file.0);
                }
                Ok(Files(files))
            }
        }
        deserializer.deserialize_seq(FilesVisitor)
    }
}

struct Entry<'a>(Option<PageFile<'a>>);

#[derive(Deserialize)]
#[serde(field_identifier)]
enum Key {
    #[serde(rename = "filename")]
    Filename,
    #[serde(rename = "url")]
    Url,
    #[serde(rename = "hashes")]
    Hashes,
    #[serde(rename = "requires-python")]
    RequiresPython,
    #[serde(rename = "yanked")]
    Yanked,
    #[serde(rename = "size")]
    Size,
    #[serde(rename = "upload-time")]
    UploadTime,
    #[serde(rename = "core-metadata")]
    CoreMetadata,
    #[serde(rename = "dist-info-metadata", alias = "data-dist-info-metadata")]
    DistInfoMetadata,
    #[serde(rename = "gpg-sig")]
    GpgSig,
    #[serde(rename = "provenance")]
    Provenance,
    #[serde(other)]
    Other,
}

impl<'de: 'a, 'a> Deserialize<'de> for Entry<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntryVisitor;
        impl<'de> Visitor<'de> for EntryVisitor {
            type Value = Entry<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a file")
            }

            fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Self::Value, A::Error> {
                file(entries)
            }
        }
        deserializer.deserialize_map(EntryVisitor)
    }
}

fn file<'de, A: MapAccess<'de>>(mut entries: A) -> Result<Entry<'de>, A::Error> {
    let (mut filename, mut url) = (None, None);
    let (mut core_metadata, mut dist_info_metadata) = (None, None);
    let mut file = PageFile::default();
    while let Some(key) = entries.next_key::<Key>()? {
        let mut value = || entries.next_value::<Loose<'de>>();
        match key {
            Key::Filename => filename = value()?.text(),
            Key::Url => url = value()?.text(),
            Key::Hashes => file.hashes = value()?.hashes(),
            Key::RequiresPython => file.requires_python = value()?.text().filter(|text| !text.is_empty()),
            Key::Yanked => file.yanked = yanked(value()?),
            Key::Size => file.size = value()?.number(),
            Key::UploadTime => file.upload_time = value()?.text(),
            Key::CoreMetadata => core_metadata = metadata(value()?),
            Key::DistInfoMetadata => dist_info_metadata = metadata(value()?),
            Key::GpgSig => file.gpg_sig = value()?.boolean(),
            Key::Provenance => file.provenance = value()?.text(),
            Key::Other => drop(entries.next_value::<IgnoredAny>()?),
        }
    }
    let (Some(filename), Some(url)) = (filename, url) else { return Ok(Entry(None)) };
    let (url, fragment) = split_fragment(url);
    if let Some(fragment) = fragment.filter(|_| file.hashes.is_empty()) {
        file.hashes = fragment_hashes(fragment);
    }
    (file.filename, file.url) = (filename, url);
    // PEP 714: the new name wins where both exist.
    file.core_metadata = core_metadata.or(dist_info_metadata).unwrap_or_default();
    Ok(Entry(Some(file)))
}

fn yanked(value: Loose<'_>) -> Yanked<'_> {
    match value {
        Loose::Bool(true) => Yanked::Yes(Cow::Borrowed("")),
        Loose::Text(reason) if !reason.is_empty() => Yanked::Yes(reason),
        _ => Yanked::No,
    }
}

fn metadata(value: Loose<'_>) -> Option<CoreMetadata<'_>> {
    match value {
        Loose::Bool(true) => Some(CoreMetadata::Yes),
        Loose::Bool(false) => Some(CoreMetadata::No),
        Loose::Table(table) if table.hashes.is_empty() => Some(CoreMetadata::Yes),
        Loose::Table(table) => Some(CoreMetadata::Hashes(table.hashes)),
        Loose::Text(_) | Loose::Number(_) | Loose::Other => None,
    }
}
