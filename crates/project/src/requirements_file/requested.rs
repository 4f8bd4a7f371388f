//! What one requirement of a line or of the command line asks for: a name, a path or a URL.

use packaging::{Extra, Marker, Origin, PackageName, Requirement, RequirementError};
use std::ops::Range;
use std::sync::Arc;

/// Suffixes of files that can be installed.
const ARCHIVES: &[&str] = &[
    ".zip",
    ".whl",
    ".tar.gz",
    ".tgz",
    ".tar",
    ".tar.bz2",
    ".tbz",
    ".tar.xz",
    ".txz",
    ".tlz",
    ".tar.lz",
    ".tar.lzma",
];

/// Schemes that make a word a URL.
const SCHEMES: &[&str] = &["http", "https", "file", "ftp", "ssh", "git", "hg", "bzr", "sftp", "svn"];

/// A requirement as people write it where PEP 508 is not enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Requested {
    /// `name[extra]>=1 ; marker`, or `name @ URL`.
    Named(Requirement),
    /// A folder or an archive on disk; whether it is there, the reader of disks will see.
    Path(PathRequirement),
    /// An archive or repository behind a URL.
    Url(UrlRequirement),
}

/// `./folder[extra] ; marker`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathRequirement {
    /// The path as written, without extras.
    pub path: String,
    /// Extras in brackets after it.
    pub extras: Vec<Extra>,
    /// The condition under which it counts.
    pub marker: Option<Marker>,
    /// Who asked.
    pub origin: Arc<Origin>,
}

/// `https://…/file.whl ; marker`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrlRequirement {
    /// The URL as written, with its fragment.
    pub url: String,
    /// The name after `#egg=`, when it is one.
    pub egg: Option<PackageName>,
    /// The condition under which it counts.
    pub marker: Option<Marker>,
    /// Who asked.
    pub origin: Arc<Origin>,
}

/// A text that asks for nothing known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Invalid requirement: {text:?}: {reason}")]
pub struct RequestedError {
    /// The requirement without its marker, or with it when that is at fault.
    pub text: String,
    /// What was expected.
    pub reason: String,
    /// The bytes of the whole text at fault.
    pub span: Range<usize>,
    /// What was probably meant.
    pub hint: Option<Hint>,
}

/// What the author of a bad requirement probably meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    /// `=` where `==` belongs.
    SingleEquals,
    /// A requirements file without `-r`.
    RequirementsFile,
}

impl Requested {
    /// Reads what pip reads at this place: a URL, a path (it has a slash, starts with a dot or ends like an archive), or
    /// a PEP 508 requirement. A marker follows `;`, after a URL `; `.
    ///
    /// # Errors
    /// [`RequestedError`] when the name, its specifiers or the marker cannot be read.
    pub fn parse(text: &str, origin: &Arc<Origin>) -> Result<Self, RequestedError> {
        let is_url = is_url(text);
        let separator = if is_url { "; " } else { ";" };
        let (front, marker) = match text.split_once(separator) {
            Some((front, marker)) => {
                let at = front.len() + separator.len();
                (front, parse_marker(text, at, marker)?)
            }
            None => (text, None),
        };
        let name = front.trim();
        let origin = Arc::clone(origin);
        if is_url {
            let egg = egg(name);
            return Ok(Self::Url(UrlRequirement { url: name.to_owned(), egg, marker, origin }));
        }
        if is_path(name) {
            let (path, extras) = strip_extras(name);
            return Ok(Self::Path(PathRequirement { path: path.to_owned(), extras, marker, origin }));
        }
        let mut requirement = Requirement::parse(name)
            .map_err(|error| explain(name, front.len() - front.trim_start().len(), error))?;
        requirement.marker = marker;
        Ok(Self::Named(requirement.with_origin(origin)))
    }

    /// The condition under which it counts.
    pub fn marker(&self) -> Option<&Marker> {
        match self {
            Self::Named(requirement) => requirement.marker.as_ref(),
            Self::Path(path) => path.marker.as_ref(),
            Self::Url(url) => url.marker.as_ref(),
        }
    }
}

fn parse_marker(text: &str, at: usize, marker: &str) -> Result<Option<Marker>, RequestedError> {
    let trimmed = marker.trim();
    if trimmed.is_empty() {
        return Ok(None);
    }
    let start = at + marker.len() - marker.trim_start().len();
    Marker::parse(trimmed).map(Some).map_err(|error| RequestedError {
        text: text.trim().to_owned(),
        reason: error.to_string(),
        span: start..start + trimmed.len(),
        hint: None,
    })
}

fn explain(name: &str, offset: usize, error: RequirementError) -> RequestedError {
    let operators = ["===", "==", "~=", "!=", "<=", ">=", "<", ">"];
    let hint = if name.ends_with(".txt") || name.ends_with(".in") {
        Some(Hint::RequirementsFile)
    } else {
        let single = name.contains('=') && !operators.iter().any(|operator| name.contains(operator));
        single.then_some(Hint::SingleEquals)
    };
    RequestedError {
        text: name.to_owned(),
        reason: error.message,
        span: error.span.start + offset..error.span.end + offset,
        hint,
    }
}

/// Whether a text begins with a scheme that pip takes for a URL.
pub fn is_url(text: &str) -> bool {
    let Some((scheme, _)) = text.trim_start().split_once(':') else { return false };
    let scheme = scheme.to_ascii_lowercase();
    SCHEMES.contains(&scheme.as_str())
        || ["git+", "hg+", "svn+", "bzr+"].iter().any(|system| scheme.starts_with(system))
}

/// Whether a text ends like a file that can be installed.
pub fn is_archive(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    ARCHIVES.iter().any(|suffix| lower.ends_with(suffix))
}

/// Whether a text is meant as a path. In `name @ place` the part after the at sign does not count.
fn is_path(text: &str) -> bool {
    let (place, _) = strip_extras(text);
    let looks =
        |text: &str| text.contains('/') || text.starts_with('.') || cfg!(windows) && text.contains('\\');
    let archive = is_archive(place);
    let named = text.split_once('@').is_some_and(|(name, _)| !looks(name));
    (looks(text) || archive) && !named
}

/// `path[a,b]` → `path` and its extras. Brackets that hold no extras belong to the path.
pub(super) fn strip_extras(text: &str) -> (&str, Vec<Extra>) {
    let whole = (text, Vec::new());
    let Some(inside) = text.strip_suffix(']') else { return whole };
    let Some((path, names)) = inside.rsplit_once('[') else { return whole };
    let extras: Result<Vec<Extra>, _> = names.split(',').map(|name| Extra::new(name.trim())).collect();
    match extras {
        Ok(extras) if !path.is_empty() => (path.trim_end(), extras),
        _ => whole,
    }
}

/// The bare name after `#egg=` or `&egg=`.
fn egg(url: &str) -> Option<PackageName> {
    let (_, fragment) = url.split_once('#')?;
    let name = fragment.split('&').find_map(|part| part.strip_prefix("egg="))?;
    PackageName::new(name).ok()
}
