//! File names of wheels (PEP 427, binary distribution format) and source distributions (PEP 625 and before).
//!
//! A parsed file name is one path component: it holds no separator and no NUL.

use std::cmp::Ordering;
use std::fmt;

use crate::name::PackageName;
use crate::tags::{TagError, TagSets};
use crate::version::Version;

/// Why a text is not the file name of a distribution.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilenameError {
    /// The extension is none of the expected ones.
    #[error("`{filename}` has no extension of a distribution")]
    Extension {
        /// The text.
        filename: String,
    },
    /// A wheel has five or six parts between dashes; a source distribution at least two.
    #[error("`{filename}` has the wrong number of parts between dashes")]
    Parts {
        /// The text.
        filename: String,
    },
    /// The project's name is empty or not escaped as it must be.
    #[error("`{filename}` does not begin with a project name")]
    Name {
        /// The text.
        filename: String,
    },
    /// The version does not follow PEP 440.
    #[error("`{version}` in `{filename}` is not a version")]
    Version {
        /// The text.
        filename: String,
        /// The part that should be a version.
        version: String,
    },
    /// A build tag begins with a digit.
    #[error("`{build}` in `{filename}` is not a build number")]
    Build {
        /// The text.
        filename: String,
        /// The part that should be a build tag.
        build: String,
    },
    /// The compatibility tags are malformed.
    #[error("`{filename}`: {error}")]
    Tags {
        /// The text.
        filename: String,
        /// What is wrong.
        error: TagError,
    },
}

/// The build tag of a wheel: a number, then anything. Orders wheels of one version.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BuildTag {
    /// The digits without leading zeros (an empty text is zero), so that any length is exact.
    digits: Box<str>,
    /// What follows the digits.
    suffix: Box<str>,
}

impl BuildTag {
    /// Reads a build tag; `None` when it does not begin with a digit.
    pub fn parse(text: &str) -> Option<Self> {
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (digits, suffix) = text.split_at(end);
        (end > 0).then(|| Self { digits: digits.trim_start_matches('0').into(), suffix: suffix.into() })
    }

    /// The number as decimal digits without leading zeros.
    pub fn number(&self) -> &str {
        if self.digits.is_empty() { "0" } else { &self.digits }
    }

    /// What follows the number.
    pub fn suffix(&self) -> &str {
        &self.suffix
    }
}

impl Ord for BuildTag {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.digits.len(), &self.digits, &self.suffix).cmp(&(
            other.digits.len(),
            &other.digits,
            &other.suffix,
        ))
    }
}

impl PartialOrd for BuildTag {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The parts of a wheel's file name, split but not judged: nothing is allocated. For pages with thousands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WheelParts<'a> {
    /// The project's name as written.
    pub name: &'a str,
    /// The version as written.
    pub version: &'a str,
    /// The build tag as written.
    pub build: Option<&'a str>,
    /// The compressed compatibility tag, such as `py2.py3-none-any`.
    pub tag: &'a str,
}

impl<'a> WheelParts<'a> {
    /// Splits `NAME-VERSION[-BUILD]-TAG.whl`; `None` when it does not have that form.
    pub fn split(filename: &'a str) -> Option<Self> {
        let stem = filename.strip_suffix(".whl")?;
        let dashes = stem.bytes().filter(|b| *b == b'-').count();
        let (name, rest) = stem.split_once('-')?;
        let (version, rest) = rest.split_once('-')?;
        match dashes {
            4 => Some(Self { name, version, build: None, tag: rest }),
            5 => {
                let (build, tag) = rest.split_once('-')?;
                Some(Self { name, version, build: Some(build), tag })
            }
            _ => None,
        }
    }

    /// Whether the name is a spelling of this project's.
    pub fn is_of(&self, project: &PackageName) -> bool {
        is_spelling_of(self.name, project)
    }
}

/// Whether `text` normalizes to `name` (PEP 503); allocates nothing.
pub fn is_spelling_of(text: &str, name: &PackageName) -> bool {
    let mut expected = name.as_str().chars();
    let mut after_dash = false;
    for c in text.chars() {
        let dash = matches!(c, '-' | '_' | '.');
        if dash && after_dash {
            continue;
        }
        after_dash = dash;
        if dash {
            if expected.next() != Some('-') {
                return false;
            }
        } else if !c.to_lowercase().all(|lower| expected.next() == Some(lower)) {
            return false;
        }
    }
    expected.next().is_none()
}

/// A wheel's file name, judged as strictly as `packaging` does.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WheelFilename {
    text: Box<str>,
    name: PackageName,
    version: Version,
    build: Option<BuildTag>,
    tag_length: usize,
}

impl WheelFilename {
    /// Parses a file name.
    ///
    /// # Errors
    /// See [`FilenameError`].
    pub fn parse(filename: &str) -> Result<Self, FilenameError> {
        let owned = || filename.to_owned();
        if !filename.ends_with(".whl") {
            return Err(FilenameError::Extension { filename: owned() });
        }
        let parts = WheelParts::split(filename).ok_or_else(|| FilenameError::Parts { filename: owned() })?;
        // Escaped names hold word characters and dots, and no run of underscores.
        let name_char = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
        if parts.name.is_empty() || parts.name.contains("__") || !parts.name.chars().all(name_char) {
            return Err(FilenameError::Name { filename: owned() });
        }
        let version = parse_version(filename, parts.version)?;
        let build = match parts.build {
            None => None,
            Some(build) => Some(
                BuildTag::parse(build)
                    .ok_or_else(|| FilenameError::Build { filename: owned(), build: build.to_owned() })?,
            ),
        };
        TagSets::parse(parts.tag).map_err(|error| FilenameError::Tags { filename: owned(), error })?;
        one_component(filename)?;
        Ok(Self {
            text: filename.into(),
            name: PackageName::from_identifier(parts.name),
            version,
            build,
            tag_length: parts.tag.len(),
        })
    }

    /// The project.
    pub fn name(&self) -> &PackageName {
        &self.name
    }

    /// The version.
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// The build tag.
    pub fn build(&self) -> Option<&BuildTag> {
        self.build.as_ref()
    }

    /// The compressed compatibility tag, such as `py2.py3-none-any`.
    pub fn tag(&self) -> &str {
        let end = self.text.len() - ".whl".len();
        &self.text[end - self.tag_length..end]
    }

    /// The three sets of the compatibility tag.
    pub fn tags(&self) -> TagSets<'_> {
        let (rest, platforms) = self.tag().rsplit_once('-').unwrap_or(("", ""));
        let (interpreters, abis) = rest.split_once('-').unwrap_or(("", ""));
        TagSets { interpreters, abis, platforms }
    }

    /// The file name as given.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for WheelFilename {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn parse_version(filename: &str, version: &str) -> Result<Version, FilenameError> {
    Version::parse(version)
        .map_err(|_| FilenameError::Version { filename: filename.to_owned(), version: version.to_owned() })
}

fn one_component(filename: &str) -> Result<(), FilenameError> {
    match filename.contains(['/', '\\', '\0', ':']) {
        false => Ok(()),
        true => Err(FilenameError::Name { filename: filename.to_owned() }),
    }
}

/// The container of a source distribution. New ones are `.tar.gz` (PEP 625); pip still takes all of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SourceKind {
    /// `.tar.gz`, `.tgz`.
    TarGz,
    /// `.zip`.
    Zip,
    /// `.tar.bz2`, `.tbz`.
    TarBz2,
    /// `.tar.xz`, `.txz`.
    TarXz,
    /// `.tar.lzma`, `.tar.lz`, `.tlz`.
    TarLzma,
    /// `.tar`.
    Tar,
}

const SOURCE_EXTENSIONS: [(&str, SourceKind); 11] = [
    (".tar.gz", SourceKind::TarGz),
    (".zip", SourceKind::Zip),
    (".tgz", SourceKind::TarGz),
    (".tar.bz2", SourceKind::TarBz2),
    (".tbz", SourceKind::TarBz2),
    (".tar.xz", SourceKind::TarXz),
    (".txz", SourceKind::TarXz),
    (".tar.lzma", SourceKind::TarLzma),
    (".tar.lz", SourceKind::TarLzma),
    (".tlz", SourceKind::TarLzma),
    (".tar", SourceKind::Tar),
];

impl SourceKind {
    /// Splits a file name into its stem and its kind; the extension may be in any case, as for pip.
    pub fn split(filename: &str) -> Option<(&str, Self)> {
        SOURCE_EXTENSIONS.iter().find_map(|(extension, kind)| {
            let (stem, tail) = filename.split_at_checked(filename.len().checked_sub(extension.len())?)?;
            tail.eq_ignore_ascii_case(extension).then_some((stem, *kind))
        })
    }
}

/// A source distribution's file name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SourceFilename {
    text: Box<str>,
    name: PackageName,
    version: Version,
    kind: SourceKind,
}

impl SourceFilename {
    /// Parses `NAME-VERSION.tar.gz` or `.zip` as `packaging` does: the version is what follows the last dash.
    ///
    /// # Errors
    /// See [`FilenameError`].
    pub fn parse(filename: &str) -> Result<Self, FilenameError> {
        let kinds = [(".tar.gz", SourceKind::TarGz), (".zip", SourceKind::Zip)];
        let (stem, kind) = kinds
            .iter()
            .find_map(|(extension, kind)| Some((filename.strip_suffix(extension)?, *kind)))
            .ok_or_else(|| FilenameError::Extension { filename: filename.to_owned() })?;
        let (name, version) =
            stem.rsplit_once('-').ok_or_else(|| FilenameError::Parts { filename: filename.to_owned() })?;
        Self::of_parts(filename, name, version, kind)
    }

    /// Parses a file name that is known to be of `project`, as pip reads index pages: the first dash before
    /// which the text spells the project's name ends it, so `a-b-1.0-1.tar.gz` can be read; all of pip's
    /// archive extensions count.
    ///
    /// # Errors
    /// See [`FilenameError`]; `Name` when it is of another project.
    pub fn parse_for(filename: &str, project: &PackageName) -> Result<Self, FilenameError> {
        let (stem, kind) = SourceKind::split(filename)
            .ok_or_else(|| FilenameError::Extension { filename: filename.to_owned() })?;
        let (name, version) = stem
            .match_indices('-')
            .map(|(dash, _)| (&stem[..dash], &stem[dash + 1..]))
            .find(|(name, _)| is_spelling_of(name, project))
            .ok_or_else(|| FilenameError::Name { filename: filename.to_owned() })?;
        Self::of_parts(filename, name, version, kind)
    }

    fn of_parts(filename: &str, name: &str, version: &str, kind: SourceKind) -> Result<Self, FilenameError> {
        if name.is_empty() {
            return Err(FilenameError::Name { filename: filename.to_owned() });
        }
        one_component(filename)?;
        let version = parse_version(filename, version)?;
        Ok(Self { text: filename.into(), name: PackageName::from_identifier(name), version, kind })
    }

    /// The project.
    pub fn name(&self) -> &PackageName {
        &self.name
    }

    /// The version.
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// The container.
    pub fn kind(&self) -> SourceKind {
        self.kind
    }

    /// The file name as given.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for SourceFilename {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The file name of a wheel or of a source distribution.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum DistributionFilename {
    /// A wheel.
    Wheel(WheelFilename),
    /// A source distribution.
    Source(SourceFilename),
}

impl DistributionFilename {
    /// Parses a file name by its extension, strictly.
    ///
    /// # Errors
    /// See [`FilenameError`].
    pub fn parse(filename: &str) -> Result<Self, FilenameError> {
        if filename.ends_with(".whl") {
            return WheelFilename::parse(filename).map(Self::Wheel);
        }
        SourceFilename::parse(filename).map(Self::Source)
    }

    /// Parses a file name on a page of `project`, source distributions as leniently as pip.
    ///
    /// # Errors
    /// See [`FilenameError`]; `Name` when it is of another project.
    pub fn parse_for(filename: &str, project: &PackageName) -> Result<Self, FilenameError> {
        if !filename.ends_with(".whl") {
            return SourceFilename::parse_for(filename, project).map(Self::Source);
        }
        let wheel = WheelFilename::parse(filename)?;
        match wheel.name() == project {
            true => Ok(Self::Wheel(wheel)),
            false => Err(FilenameError::Name { filename: filename.to_owned() }),
        }
    }

    /// The project.
    pub fn name(&self) -> &PackageName {
        match self {
            Self::Wheel(wheel) => wheel.name(),
            Self::Source(source) => source.name(),
        }
    }

    /// The version.
    pub fn version(&self) -> &Version {
        match self {
            Self::Wheel(wheel) => wheel.version(),
            Self::Source(source) => source.version(),
        }
    }

    /// The file name as given.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Wheel(wheel) => wheel.as_str(),
            Self::Source(source) => source.as_str(),
        }
    }
}

/// Whether a file name looks like a distribution: a wheel or one of pip's archive extensions.
pub fn looks_like_distribution(filename: &str) -> bool {
    filename.ends_with(".whl") || SourceKind::split(filename).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn wheels() {
        let table = [
            ("Foo_Bar-1.0-py2.py3-none-any.whl", "foo-bar|1|None|py2.py3-none-any"),
            ("foo-1.0-2abc-cp311-abi3-linux_x86_64.whl", "foo|1|Some(2abc)|cp311-abi3-linux_x86_64"),
            ("foo-1.0-007-py3-none-any.whl", "foo|1|Some(7)|py3-none-any"),
        ];
        for (text, expected) in table {
            let wheel = WheelFilename::parse(text).unwrap();
            let build = wheel.build().map(|build| format!("{}{}", build.number(), build.suffix()));
            let build = build.map_or("None".to_owned(), |build| format!("Some({build})"));
            let version = wheel.version().without_trailing_zeros();
            assert_eq!(format!("{}|{version}|{build}|{}", wheel.name(), wheel.tag()), expected);
            assert_eq!(wheel.as_str(), text);
        }
    }

    #[test]
    fn wheel_errors() {
        use FilenameError as E;
        assert!(matches!(WheelFilename::parse("foo-1.0.zip"), Err(E::Extension { .. })));
        assert!(matches!(WheelFilename::parse("foo-1.0-py3-none.whl"), Err(E::Parts { .. })));
        assert!(matches!(WheelFilename::parse("-1.0-py3-none-any.whl"), Err(E::Name { .. })));
        assert!(matches!(WheelFilename::parse("../foo-1.0-py3-none-any.whl"), Err(E::Name { .. })));
        assert!(matches!(WheelFilename::parse("foo-1.0-py3-none-a/b.whl"), Err(E::Name { .. })));
        assert!(matches!(WheelFilename::parse("foo-x-py3-none-any.whl"), Err(E::Version { .. })));
        assert!(matches!(WheelFilename::parse("foo-1-b-py3-none-any.whl"), Err(E::Build { .. })));
        assert!(matches!(WheelFilename::parse("foo-1-3-none-any.whl"), Err(E::Tags { .. })));
    }

    #[test]
    fn build_tags_order_by_number() {
        let mut builds: Vec<_> = ["10", "9z", "9", "00000000000000000000000000000011", "0"]
            .iter()
            .map(|text| BuildTag::parse(text).unwrap())
            .collect();
        builds.sort();
        let sorted: Vec<_> =
            builds.iter().map(|build| format!("{}{}", build.number(), build.suffix())).collect();
        assert_eq!(sorted, ["0", "9", "9z", "10", "11"]);
        assert_eq!(BuildTag::parse("x1"), None);
    }

    #[test]
    fn sources_on_pages() {
        let project = PackageName::new("a-b").unwrap();
        let table = [
            ("a-b-1.0-1.tar.gz", Some("1.0.post1")),
            ("A.B-1.0.TGZ", Some("1.0")),
            ("a_b-1.0.tar.bz2", Some("1.0")),
            ("a-b-c-1.0.tar.gz", None),
            ("ab-1.0.tar.gz", None),
            ("a-b.tar.gz", None),
        ];
        for (text, version) in table {
            let parsed = SourceFilename::parse_for(text, &project).ok();
            assert_eq!(parsed.map(|source| source.version().to_string()).as_deref(), version, "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,40}", stem in "[a-z0-9._é-]{0,20}") {
            let project = PackageName::new("a").unwrap();
            for text in [text, format!("{stem}.whl"), format!("{stem}-py3-none-any.whl"), format!("{stem}.tar.gz")] {
                if let Ok(name) = DistributionFilename::parse(&text) {
                    prop_assert_eq!(name.as_str(), &text);
                }
                let _ = DistributionFilename::parse_for(&text, &project);
            }
        }

        #[test]
        fn spelling_is_normalization(text in "[aB.é_-]{1,6}") {
            let name = PackageName::from_identifier(&text);
            prop_assert!(is_spelling_of(&text, &name));
            prop_assert_eq!(is_spelling_of("a-b", &name), name.as_str() == "a-b");
        }
    }
}
