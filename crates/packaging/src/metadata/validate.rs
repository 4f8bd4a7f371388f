//! The strict judgement of metadata, as `packaging.metadata.Metadata.from_raw` and `from_email` give it.

use super::content_type::{self, ContentTypeProblem};
use super::field::Field;
use super::raw::{RawMetadata, RawValue, Source, is_line_boundary};
use crate::licenses::LicenseExpression;
use crate::name::{Extra, PackageName};
use crate::requirements::Requirement;
use crate::specifiers::SpecifierSet;
use crate::tags::is_identifier;
use crate::version::Version;

/// The versions of core metadata. 2.0 was withdrawn.
pub const METADATA_VERSIONS: [&str; 9] = ["1.0", "1.1", "1.2", "2.1", "2.2", "2.3", "2.4", "2.5", "2.6"];

/// One thing that is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {message}")]
pub struct InvalidField {
    /// The header's name in lower case.
    pub field: String,
    /// What is wrong.
    pub message: String,
}

impl InvalidField {
    fn new(field: &str, message: impl Into<String>) -> Self {
        Self { field: field.to_lowercase(), message: message.into() }
    }
}

impl RawMetadata {
    /// Reads and judges a metadata file.
    ///
    /// # Errors
    /// Everything that is wrong, unknown headers included.
    pub fn parse_valid(source: Source<'_>) -> Result<Self, Vec<InvalidField>> {
        let (raw, unparsed) = Self::parse(source);
        let mut errors: Vec<InvalidField> = Vec::new();
        for name in unparsed.keys() {
            let known = Field::from_header(name).is_some();
            errors
                .push(InvalidField::new(name, if known { "has invalid data" } else { "unrecognized field" }));
        }
        match raw.validate() {
            Ok(valid) if errors.is_empty() => return Ok(valid),
            Ok(_) => {}
            // A required field that is there but unusable is not missing as well.
            Err(more) => errors.extend(more.into_iter().filter(|error| !unparsed.contains_key(&error.field))),
        }
        Err(errors)
    }

    /// Judges the fields and gives them in canonical form: version, specifiers, requirements, extras and licence
    /// expression normalized, dynamic names in lower case.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn validate(&self) -> Result<Self, Vec<InvalidField>> {
        let mut errors = Vec::new();
        let age = self.age();
        if age.is_none() {
            errors.push(InvalidField::new("Metadata-Version", "is missing or not a valid metadata version"));
        }
        for field in
            [Field::Name, Field::Version].into_iter().filter(|field| !self.fields.contains_key(field))
        {
            errors.push(InvalidField::new(field.header(), "is a required field"));
        }
        let mut valid = Self::default();
        for (field, value) in &self.fields {
            let added = METADATA_VERSIONS.iter().position(|version| *version == field.added());
            let too_new = age.is_some() && added > age;
            let checked = match too_new {
                true => Err(format!("was introduced in metadata version {}", field.added())),
                false => canonical(*field, value),
            };
            match checked {
                Ok(value) => drop(valid.fields.insert(*field, value)),
                Err(message) => errors.push(InvalidField::new(field.header(), message)),
            }
        }
        if errors.is_empty() { Ok(valid) } else { Err(errors) }
    }

    fn age(&self) -> Option<usize> {
        match self.fields.get(&Field::MetadataVersion) {
            Some(RawValue::Text(text)) => METADATA_VERSIONS.iter().position(|version| version == text),
            _ => None,
        }
    }
}

/// The canonical form of a field's value, or what is wrong with it.
fn canonical(field: Field, value: &RawValue) -> Result<RawValue, String> {
    match value {
        RawValue::Text(text) => canonical_text(field, text).map(RawValue::Text),
        RawValue::List(values) => {
            let checked: Result<Vec<String>, String> =
                values.iter().map(|value| canonical_item(field, value)).collect();
            checked.map(RawValue::List)
        }
        RawValue::Table(_) => Ok(value.clone()),
    }
}

fn canonical_text(field: Field, text: &str) -> Result<String, String> {
    let invalid = || format!("`{text}` is invalid");
    match field {
        Field::Name => PackageName::new(text).map(|_| text.to_owned()).map_err(|_| invalid()),
        Field::Version => Version::parse(text).map(|version| version.to_string()).map_err(|_| invalid()),
        Field::RequiresPython => SpecifierSet::parse(text).map(|set| set.to_string()).map_err(|_| invalid()),
        Field::LicenseExpression => LicenseExpression::parse(text)
            .map(|licence| licence.to_string())
            .map_err(|error| error.to_string()),
        Field::Summary if text.contains(is_line_boundary) => Err("must be a single line".to_owned()),
        Field::DescriptionContentType => content_type::check(text)
            .map(|()| text.to_owned())
            .map_err(|problem| content_type_words(&problem)),
        _ => Ok(text.to_owned()),
    }
}

fn content_type_words(problem: &ContentTypeProblem) -> String {
    match problem {
        ContentTypeProblem::Malformed => "is not a valid content type".to_owned(),
        ContentTypeProblem::UnknownType => "must be text/plain, text/x-rst or text/markdown".to_owned(),
        ContentTypeProblem::Charset(charset) => format!("can only have the charset UTF-8, not `{charset}`"),
        ContentTypeProblem::Variant(variant) => {
            format!("can only have the variants GFM and CommonMark, not `{variant}`")
        }
    }
}

fn canonical_item(field: Field, text: &str) -> Result<String, String> {
    let invalid = || format!("`{text}` is invalid");
    match field {
        Field::Dynamic => canonical_dynamic(text),
        Field::ProvidesExtra => Extra::new(text).map(|extra| extra.to_string()).map_err(|_| invalid()),
        Field::RequiresDist => {
            Requirement::parse(text).map(|requirement| requirement.to_string()).map_err(|_| invalid())
        }
        Field::LicenseFile => check_license_file(text).map(|()| text.to_owned()),
        Field::ImportName | Field::ImportNamespace => check_import_name(text).map(|()| text.to_owned()),
        _ => Ok(text.to_owned()),
    }
}

fn canonical_dynamic(text: &str) -> Result<String, String> {
    match Field::from_header(text) {
        Some(Field::Name | Field::Version | Field::MetadataVersion) => {
            Err(format!("`{text}` is not allowed as a dynamic field"))
        }
        Some(_) => Ok(text.to_lowercase()),
        None => Err(format!("`{text}` is not a valid dynamic field")),
    }
}

/// PEP 639: a relative path with `/`, resolved, in normal form on every system.
fn check_license_file(path: &str) -> Result<(), String> {
    let has_drive = path.as_bytes().get(1) == Some(&b':');
    let problem = if path.contains("..") {
        "parent directory indicators are not allowed"
    } else if path.contains('*') {
        "paths must be resolved"
    } else if path.starts_with('/')
        || path.starts_with("\\\\")
        || has_drive && path[2..].starts_with(['/', '\\'])
    {
        "paths must be relative"
    } else if path.contains('\\') || path.split('/').any(|part| part.is_empty() || part == ".") && path != "."
    {
        "paths must use the '/' delimiter"
    } else {
        return Ok(());
    };
    Err(format!("`{path}` is invalid, {problem}"))
}

/// PEP 794: a dotted name of identifiers, perhaps with `; private`.
fn check_import_name(text: &str) -> Result<(), String> {
    let (name, private) = text.split_once(';').map_or((text, None), |(name, private)| (name, Some(private)));
    for part in name.trim_end().split('.') {
        if !is_identifier(part) {
            return Err(format!("`{text}`: `{part}` is not a valid identifier"));
        }
        if PYTHON_KEYWORDS.contains(&part) {
            return Err(format!("`{text}`: `{part}` is a keyword"));
        }
    }
    match private.map(str::trim_start) {
        None | Some("private") => Ok(()),
        Some(_) => Err(format!("`{text}`: the only valid option is `private`")),
    }
}

/// The reserved words of Python (`keyword.kwlist`).
const PYTHON_KEYWORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def",
    "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is",
    "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];
