//! Core metadata: METADATA of wheels and installed distributions, PKG-INFO of sources, up to version 2.6.
//!
//! [`Metadata::parse`] is for installing: it wants a name and a version and takes the rest as it comes, since the
//! index is full of metadata that no standard allows. [`RawMetadata`] and its [`RawMetadata::validate`] are the
//! strict side: they judge a file as `packaging.metadata` does, for checks before an upload.
//!
//! ```
//! use packaging::metadata::{Field, Metadata};
//!
//! let file = b"Metadata-Version: 2.1\nName: Foo\nVersion: 1.0\nRequires-Dist: bar >=2\nSummary: A thing\n\nText";
//! let metadata = Metadata::parse(file)?;
//! assert_eq!(metadata.name.as_str(), "foo");
//! assert_eq!(metadata.requires_dist[0].to_string(), "bar>=2");
//! assert_eq!(metadata.text(Field::Summary), Some("A thing"));
//! # Ok::<(), packaging::metadata::MetadataError>(())
//! ```

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use crate::name::{Extra, PackageName};
use crate::requirements::{Requirement, RequirementError};
use crate::specifiers::SpecifierSet;
use crate::version::Version;

mod content_type;
mod egg_info;
mod field;
mod headers;
mod raw;
mod validate;

pub use field::{Field, FieldKind};
pub use headers::{Header, Headers};
pub use raw::{RawMetadata, RawValue, Source, Unparsed};
pub use validate::{InvalidField, METADATA_VERSIONS};

/// The metadata of one distribution, read leniently.
#[derive(Clone, Debug)]
pub struct Metadata {
    /// The project.
    pub name: PackageName,
    /// The project's name as written.
    pub raw_name: String,
    /// The version.
    pub version: Version,
    /// The version as written.
    pub raw_version: String,
    /// The dependencies that can be read, in order.
    pub requires_dist: Vec<Requirement>,
    /// The dependencies that cannot. A resolver skips such a version.
    pub broken_requires_dist: Vec<BrokenRequirement>,
    /// The Pythons that the distribution is for. What cannot be read counts as absent, as for pip;
    /// [`Metadata::text`] has it as written.
    pub requires_python: Option<SpecifierSet>,
    /// The extras.
    pub provides_extra: Vec<Extra>,
    fields: Vec<(Field, String)>,
    /// Whether the last field is the body.
    has_body: bool,
}

/// A `Requires-Dist` that is no requirement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenRequirement {
    /// The line as written.
    pub text: String,
    /// What is wrong with it.
    pub error: RequirementError,
}

/// Why a file cannot serve as metadata.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// `Name` or `Version` is missing.
    #[error("the metadata has no {}", field.header())]
    Missing {
        /// Which one.
        field: Field,
    },
    /// `Name` or `Version` is malformed.
    #[error("the metadata's {} `{value}` is invalid", field.header())]
    Invalid {
        /// Which one.
        field: Field,
        /// The value as written.
        value: String,
    },
}

impl Metadata {
    /// Reads a metadata file; the body, if any, is the description.
    ///
    /// # Errors
    /// See [`MetadataError`]; nothing else than name and version can fail.
    pub fn parse(bytes: &[u8]) -> Result<Self, MetadataError> {
        let mut metadata = Self::parse_as_written(bytes)?;
        metadata.read_dependencies();
        Ok(metadata)
    }

    /// As [`Metadata::parse`], for whoever shows fields as they are written: [`Metadata::text`] and its like answer, while
    /// requirements, extras and the Pythons are not read.
    ///
    /// # Errors
    /// See [`MetadataError`].
    pub fn parse_as_written(bytes: &[u8]) -> Result<Self, MetadataError> {
        let bytes = &*headers::with_newlines(bytes);
        let mut headers = Headers::new(bytes);
        let mut fields = collected(&mut headers, Field::ALL);
        let has_body = !headers.rest().is_empty();
        if has_body {
            fields.push((Field::Description, headers::text_of(headers.rest()).into_owned()));
        }
        Self::of_fields(fields).map(|metadata| Self { has_body, ..metadata })
    }

    /// As [`Metadata::parse`], for whoever only asks for dependencies: reads name, version, `Requires-Python`,
    /// `Requires-Dist` and `Provides-Extra`, and leaves the other fields empty. It takes a third of the time where there are
    /// many classifiers and links.
    ///
    /// # Errors
    /// See [`MetadataError`].
    pub fn parse_dependencies(bytes: &[u8]) -> Result<Self, MetadataError> {
        use Field::{Name, ProvidesExtra, RequiresDist, RequiresPython, Version};
        let bytes = &*headers::with_newlines(bytes);
        let wanted = [RequiresDist, ProvidesExtra, Name, Version, RequiresPython];
        let mut metadata = Self::of_fields(collected(&mut Headers::new(bytes), &wanted))?;
        metadata.read_dependencies();
        Ok(metadata)
    }

    fn of_fields(fields: Vec<(Field, String)>) -> Result<Self, MetadataError> {
        let first =
            |field: Field| fields.iter().find(|(other, _)| *other == field).map(|(_, text)| text.trim());
        let required =
            |field| first(field).filter(|text| !text.is_empty()).ok_or(MetadataError::Missing { field });
        let invalid = |field, value: &str| MetadataError::Invalid { field, value: value.to_owned() };
        let raw_name = required(Field::Name)?.to_owned();
        let name = PackageName::new(&raw_name).map_err(|_| invalid(Field::Name, &raw_name))?;
        let raw_version = required(Field::Version)?.to_owned();
        let version = Version::parse(&raw_version).map_err(|_| invalid(Field::Version, &raw_version))?;
        Ok(Self {
            name,
            raw_name,
            version,
            raw_version,
            requires_dist: Vec::new(),
            broken_requires_dist: Vec::new(),
            requires_python: None,
            provides_extra: Vec::new(),
            fields,
            has_body: false,
        })
    }

    fn read_dependencies(&mut self) {
        let python = self.text(Field::RequiresPython);
        self.requires_python = python.and_then(|text| SpecifierSet::parse(text.trim()).ok());
        let fields = std::mem::take(&mut self.fields);
        for (field, text) in &fields {
            match field {
                Field::RequiresDist => self.add_requirement(text),
                Field::ProvidesExtra => self.provides_extra.extend(Extra::new(text.trim())),
                _ => {}
            }
        }
        self.fields = fields;
    }

    fn add_requirement(&mut self, text: &str) {
        match Requirement::parse(text.trim()) {
            Ok(requirement) => self.requires_dist.push(requirement),
            Err(error) => self.broken_requires_dist.push(BrokenRequirement { text: text.to_owned(), error }),
        }
    }

    /// The header block of a metadata file without the description; all that installing needs.
    pub fn headers_only(bytes: &[u8]) -> &[u8] {
        headers::headers_only(bytes)
    }

    /// The first value of a field, as written.
    pub fn text(&self, field: Field) -> Option<&str> {
        self.list(field).next()
    }

    /// All values of a field, as written and in order.
    pub fn list(&self, field: Field) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(move |(other, _)| *other == field).map(|(_, text)| text.as_str())
    }

    /// Label and URL of each `Project-URL`.
    pub fn project_urls(&self) -> impl Iterator<Item = (&str, &str)> {
        self.list(Field::ProjectUrl)
            .map(|entry| entry.split_once(',').map_or((entry, ""), |(label, url)| (label.trim(), url.trim())))
    }

    /// Whether the metadata says that a field's value may differ in a wheel built from this source (PEP 643).
    pub fn is_dynamic(&self, field: Field) -> bool {
        self.list(Field::Dynamic).any(|name| name.trim().eq_ignore_ascii_case(field.header()))
    }

    /// Whether a source's PKG-INFO can stand for the metadata of what is built from it: version 2.2 or later, and
    /// none of the fields that a resolver needs is dynamic (PEP 643).
    pub fn is_static(&self) -> bool {
        let needed = [Field::RequiresDist, Field::RequiresPython, Field::ProvidesExtra];
        let version = self.text(Field::MetadataVersion).unwrap_or_default();
        let (major, minor) = version.trim().split_once('.').unwrap_or_default();
        let number = |text: &str| text.parse::<u32>().unwrap_or_default();
        (number(major), number(minor)) >= (2, 2) && !needed.iter().any(|field| self.is_dynamic(*field))
    }

    /// The fields as JSON in the order of the specification, as `pip inspect` and `--report` print them
    /// (PEP 566's transformation).
    pub fn into_json_fields(self) -> Vec<(&'static str, Value)> {
        // What came after PEP 643 and the deprecated dependency fields are not in pip's list.
        let left_out = |field: Field| {
            matches!(
                field,
                Field::ImportName
                    | Field::ImportNamespace
                    | Field::Requires
                    | Field::Provides
                    | Field::Obsoletes
            )
        };
        let has_body = self.has_body;
        let mut fields = self.fields;
        fields.sort_by_key(|(field, _)| *field);
        let mut values = Vec::with_capacity(fields.len());
        for same in fields.chunk_by_mut(|(one, _), (other, _)| one == other) {
            let field = same[0].0;
            let mut texts = same.iter_mut().map(|(_, text)| std::mem::take(text));
            let value = match field.kind() {
                _ if left_out(field) => continue,
                // The body wins over a header.
                FieldKind::Text if field == Field::Description && has_body => json!(texts.last()),
                FieldKind::Text => json!(texts.next()),
                FieldKind::Keywords => json!(keywords(&texts.next().unwrap_or_default())),
                FieldKind::List | FieldKind::Table => texts.collect(),
            };
            values.push((field.json_key(), value));
        }
        values
    }

    /// [`Metadata::into_json_fields`] as one JSON object.
    pub fn into_json(self) -> Value {
        let fields = self.into_json_fields().into_iter().map(|(key, value)| (key.to_owned(), value));
        Value::Object(fields.collect::<Map<_, _>>())
    }
}

/// The values of the wanted fields, in the order of the file.
fn collected(headers: &mut Headers<'_>, wanted: &[Field]) -> Vec<(Field, String)> {
    let mut fields = Vec::with_capacity(32);
    // A header mostly has the name of the one before it.
    let mut last = ("", None);
    for header in headers {
        if header.name != last.0 {
            let is_named = |field: &&Field| field.header().eq_ignore_ascii_case(header.name);
            last = (header.name, wanted.iter().find(is_named).copied());
        }
        if let Some(field) = last.1 {
            fields.push((field, headers::unindented(header.text()).into_owned()));
        }
    }
    fields
}

/// Commas between, else blanks between (old files).
fn keywords(text: &str) -> Vec<Cow<'_, str>> {
    if text.contains(',') {
        return text.split(',').map(|word| Cow::Borrowed(word.trim())).collect();
    }
    text.split_whitespace().map(Cow::Borrowed).collect()
}

#[cfg(test)]
mod tests;
