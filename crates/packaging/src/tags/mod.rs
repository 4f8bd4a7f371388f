//! Compatibility tags: which wheels an interpreter can install, best first (PEP 425, 513, 571, 599, 600, 656,
//! 703, 730, 738, 783, 803).
//!
//! [`Tags::new`] turns the facts of an interpreter into exactly the list that `packaging.tags.sys_tags()`
//! gives inside it; [`target`] builds the lists of pip's `--platform`, `--python-version`, `--implementation`
//! and `--abi` and of `--python-platform` names. A `_manylinux` module in the interpreter's path, by which a
//! distributor can veto manylinux wheels (PEP 600), is Python code and is not run here: what it refuses is
//! handed in as [`TagFacts::refused_platforms`].
//!
//! ```
//! use packaging::tags::{Tags, linux_platforms, LinuxLibc, cpython_tags};
//!
//! let platforms = linux_platforms("x86_64", LinuxLibc::Glibc(2, 17));
//! let tags: Tags = cpython_tags(&[3, 11], &["cp311".to_owned()], &platforms);
//! assert_eq!(tags.iter().next().unwrap().to_string(), "cp311-cp311-linux_x86_64");
//! assert!(tags.best_of_text("cp311-abi3-manylinux2014_x86_64").is_some());
//! assert!(tags.best_of_text("cp312-cp312-win_amd64").is_none());
//! ```

use std::fmt;

use rustc_hash::FxHashMap;

mod platforms;
mod sequences;
pub mod target;

pub use platforms::{LinuxLibc, android_platforms, ios_platforms, linux_platforms, mac_platforms};
pub use sequences::{
    compatible_tags, cpython_abis, cpython_tags, generic_abi, generic_tags, pure_python_tags,
};
pub use target::{PythonPlatform, TargetOptions, UnknownPythonPlatform};

/// One tag: `interpreter-abi-platform`, lower-case.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag {
    /// Such as `cp311` or `py3`.
    pub interpreter: String,
    /// Such as `cp311`, `abi3` or `none`.
    pub abi: String,
    /// Such as `manylinux_2_17_x86_64` or `any`.
    pub platform: String,
}

impl Tag {
    /// A tag of the three parts, lowered.
    pub fn new(interpreter: &str, abi: &str, platform: &str) -> Self {
        Self {
            interpreter: interpreter.to_lowercase(),
            abi: abi.to_lowercase(),
            platform: platform.to_lowercase(),
        }
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.interpreter, self.abi, self.platform)
    }
}

/// Why a text is not a (compressed) tag.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TagError {
    /// There are not exactly three parts between dashes.
    #[error("`{tag}` does not have three parts")]
    NotThreeParts {
        /// The text.
        tag: String,
    },
    /// A part, or a member of a dotted set, is empty.
    #[error("`{tag}` has an empty part")]
    EmptyPart {
        /// The text.
        tag: String,
    },
    /// An interpreter that is no identifier.
    #[error("`{interpreter}` in `{tag}` is no interpreter")]
    BadInterpreter {
        /// The text.
        tag: String,
        /// The member.
        interpreter: String,
    },
    /// A dotted set is not sorted, where PEP 425's order was demanded.
    #[error("`{part}` in `{tag}` is not sorted")]
    Unsorted {
        /// The text.
        tag: String,
        /// The dotted set.
        part: String,
    },
    /// The dotted sets multiply to more tags than allowed.
    #[error("`{tag}` stands for {count} tags, more than {limit}")]
    TooMany {
        /// The text.
        tag: String,
        /// The product.
        count: usize,
        /// What was allowed.
        limit: usize,
    },
}

/// The three dotted sets of a compressed tag such as `cp310.cp311-abi3-manylinux2014_x86_64`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TagSets<'a> {
    /// The dotted interpreters.
    pub interpreters: &'a str,
    /// The dotted ABIs.
    pub abis: &'a str,
    /// The dotted platforms.
    pub platforms: &'a str,
}

impl<'a> TagSets<'a> {
    /// Splits a compressed tag and checks its parts; allocates nothing when it is good.
    ///
    /// # Errors
    /// [`TagError`], all but `Unsorted` and `TooMany`.
    pub fn parse(tag: &'a str) -> Result<Self, TagError> {
        if tag.split(['-', '.']).any(str::is_empty) {
            return Err(TagError::EmptyPart { tag: tag.to_owned() });
        }
        let mut parts = tag.split('-');
        let sets = match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(interpreters), Some(abis), Some(platforms), None) => Self { interpreters, abis, platforms },
            _ => return Err(TagError::NotThreeParts { tag: tag.to_owned() }),
        };
        match sets.interpreters.split('.').find(|interpreter| !is_identifier(interpreter)) {
            None => Ok(sets),
            Some(bad) => Err(TagError::BadInterpreter { tag: tag.to_owned(), interpreter: bad.to_owned() }),
        }
    }

    /// The number of tags that the sets multiply to.
    pub fn count(&self) -> usize {
        let members = |set: &str| set.split('.').count();
        members(self.interpreters).saturating_mul(members(self.abis)).saturating_mul(members(self.platforms))
    }

    /// Every tag, interpreters outermost.
    pub fn iter(&self) -> impl Iterator<Item = Tag> + use<'a> {
        let Self { interpreters, abis, platforms } = *self;
        interpreters.split('.').flat_map(move |interpreter| {
            abis.split('.').flat_map(move |abi| {
                platforms.split('.').map(move |platform| Tag::new(interpreter, abi, platform))
            })
        })
    }

    /// The first dotted set that is not in sorted order (PEP 425 asks for it, few tools keep it).
    pub fn unsorted(&self) -> Option<&'a str> {
        [self.interpreters, self.abis, self.platforms].into_iter().find(|set| !set.split('.').is_sorted())
    }
}

/// Whether Python's `str.isidentifier` holds, to the extent that tags and module names need it.
pub(crate) fn is_identifier(text: &str) -> bool {
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return false };
    (first == '_' || first.is_alphabetic()) && chars.all(|c| c == '_' || c.is_alphanumeric())
}

/// Parses a compressed tag into its distinct tags, sorted, as `packaging.tags.parse_tag`.
///
/// # Errors
/// [`TagError`]; `Unsorted` only with `sorted_sets`, `TooMany` only with a limit.
pub fn parse_tag(tag: &str, sorted_sets: bool, limit: Option<usize>) -> Result<Vec<Tag>, TagError> {
    let sets = TagSets::parse(tag)?;
    if let Some(part) = sets.unsorted().filter(|_| sorted_sets) {
        return Err(TagError::Unsorted { tag: tag.to_owned(), part: part.to_owned() });
    }
    if let Some(limit) = limit.filter(|limit| sets.count() > *limit) {
        return Err(TagError::TooMany { tag: tag.to_owned(), count: sets.count(), limit });
    }
    let mut tags: Vec<Tag> = sets.iter().collect();
    tags.sort();
    tags.dedup();
    Ok(tags)
}

/// What the tags of an interpreter follow from. An environment's probe fills it, a cache keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct TagFacts {
    /// `sys.implementation.name`: `cpython`, `pypy`, `graalpy`, …
    pub implementation: String,
    /// `sys.version_info[:2]`.
    pub python_version: (u32, u32),
    /// Whether `Py_GIL_DISABLED` is set: a free-threaded build.
    pub free_threaded: bool,
    /// Whether `Py_DEBUG` is set (on Windows: `_d.pyd` among the extension suffixes).
    pub debug: bool,
    /// Whether `WITH_PYMALLOC` is set or unknown; matters before Python 3.8.
    pub pymalloc: bool,
    /// Whether `Py_UNICODE_SIZE` is 4; matters before Python 3.3.
    pub wide_unicode: bool,
    /// `EXT_SUFFIX`; the ABI of every implementation but CPython is read from it.
    pub ext_suffix: Option<String>,
    /// `sysconfig.get_platform()`, such as `linux-x86_64` or `macosx-11.0-arm64`.
    pub platform: String,
    /// Whether pointers have 32 bits.
    pub pointers_32bit: bool,
    /// The C library of a Linux interpreter.
    pub libc: LinuxLibc,
    /// Whether a 32-bit ARM interpreter uses the hard-float ABI (its ELF flags); true elsewhere.
    pub hard_float: bool,
    /// The version of macOS or iOS, or Android's API level with 0.
    pub os_version: Option<(u32, u32)>,
    /// The machine of a Mac (`platform.mac_ver()[2]`), `sys.implementation._multiarch` of iOS.
    pub machine: String,
    /// `PYEMSCRIPTEN_PLATFORM_VERSION` of an Emscripten build (PEP 783).
    pub emscripten_version: Option<String>,
    /// Platforms such as `manylinux_2_17_x86_64` that the interpreter's `_manylinux` module refuses (PEP 600).
    #[serde(default)]
    pub refused_platforms: Vec<String>,
}

impl TagFacts {
    /// The short name that tags begin with: `cp`, `pp`, or the implementation's own.
    pub fn short_name(&self) -> &str {
        match self.implementation.as_str() {
            "python" => "py",
            "cpython" => "cp",
            "pypy" => "pp",
            "ironpython" => "ip",
            "jython" => "jy",
            other => other,
        }
    }

    /// The platform tags of this interpreter, best first (`packaging.tags.platform_tags`).
    pub fn platforms(&self) -> Vec<String> {
        platforms::platforms_of(self)
    }
}

/// The tags that an interpreter supports, best first, with the place of each found in constant time.
///
/// Parts are interned, so a page's wheels are judged without building strings.
#[derive(Clone, Debug, Default)]
pub struct Tags {
    interpreters: Interned,
    abis: Interned,
    platforms: Interned,
    ordered: Vec<Triple>,
    priorities: FxHashMap<Triple, u32>,
}

type Triple = (u16, u16, u16);

#[derive(Clone, Debug, Default)]
struct Interned {
    names: Vec<Box<str>>,
    ids: FxHashMap<Box<str>, u16>,
}

impl Interned {
    /// The id of a name; `None` when 65,536 others came before (no real list has 1,000).
    fn intern(&mut self, name: &str) -> Option<u16> {
        if let Some(id) = self.ids.get(name) {
            return Some(*id);
        }
        let id = u16::try_from(self.names.len()).ok()?;
        let name: Box<str> = name.to_lowercase().into();
        self.names.push(name.clone());
        self.ids.insert(name, id);
        Some(id)
    }

    fn get(&self, name: &str) -> Option<u16> {
        match self.ids.get(name) {
            Some(id) => Some(*id),
            // Tags compare without case; file names are nearly always lower-case already.
            None if name.bytes().any(|b| b.is_ascii_uppercase()) => {
                self.ids.get(name.to_lowercase().as_str()).copied()
            }
            None => None,
        }
    }

    fn name(&self, id: u16) -> &str {
        self.names.get(usize::from(id)).map_or("", |name| name)
    }
}

impl Tags {
    /// The tags of an interpreter: exactly `packaging.tags.sys_tags()`.
    pub fn new(facts: &TagFacts) -> Self {
        let platforms = facts.platforms();
        let version = [facts.python_version.0, facts.python_version.1];
        let short = facts.short_name();
        let interpreter = format!("{short}{}{}", version[0], version[1]);
        let mut tags = Self::with_capacity(1024);
        if short == "cp" {
            sequences::add_cpython(&mut tags, &version, &cpython_abis(facts, &version), &platforms);
        } else {
            sequences::add_generic(&mut tags, &interpreter, &generic_abi(facts), &platforms);
        }
        let last = match short {
            "pp" => Some("pp3"),
            "cp" => Some(interpreter.as_str()),
            _ => None,
        };
        sequences::add_compatible(&mut tags, &version, last, &platforms);
        tags
    }

    fn with_capacity(count: usize) -> Self {
        let mut tags = Self::default();
        tags.ordered.reserve(count);
        tags.priorities.reserve(count);
        tags
    }

    /// The tags of a target that differs from the interpreter by pip's options.
    pub fn for_target(facts: &TagFacts, options: &TargetOptions) -> Self {
        target::tags(facts, options)
    }

    /// Appends a tag; one that is there already keeps its place.
    pub fn push(&mut self, interpreter: &str, abi: &str, platform: &str) {
        self.push_all(interpreter, abi, [platform]);
    }

    /// Appends a tag for each platform.
    fn push_all(&mut self, interpreter: &str, abi: &str, platforms: impl IntoIterator<Item: AsRef<str>>) {
        let (Some(interpreter), Some(abi)) = (self.interpreters.intern(interpreter), self.abis.intern(abi))
        else {
            return;
        };
        for platform in platforms {
            let Some(platform) = self.platforms.intern(platform.as_ref()) else { return };
            let triple = (interpreter, abi, platform);
            let place = u32::try_from(self.ordered.len()).unwrap_or(u32::MAX);
            if let std::collections::hash_map::Entry::Vacant(entry) = self.priorities.entry(triple) {
                entry.insert(place);
                self.ordered.push(triple);
            }
        }
    }

    /// The place of a tag; 0 is the best.
    pub fn priority(&self, tag: &Tag) -> Option<u32> {
        self.place(&tag.interpreter, &tag.abi, &tag.platform)
    }

    fn place(&self, interpreter: &str, abi: &str, platform: &str) -> Option<u32> {
        let triple =
            (self.interpreters.get(interpreter)?, self.abis.get(abi)?, self.platforms.get(platform)?);
        self.priorities.get(&triple).copied()
    }

    /// Whether the tag is supported.
    pub fn contains(&self, tag: &Tag) -> bool {
        self.priority(tag).is_some()
    }

    /// The place of the best tag of a compressed set; `None` when no tag of it is supported. A set of more than
    /// 10,000 tags, which only malice makes, counts as unsupported.
    pub fn best_of(&self, sets: TagSets<'_>) -> Option<u32> {
        if sets.count() > 10_000 {
            return None;
        }
        let mut best = None;
        for platform in sets.platforms.split('.').filter_map(|name| self.platforms.get(name)) {
            for interpreter in sets.interpreters.split('.').filter_map(|name| self.interpreters.get(name)) {
                for abi in sets.abis.split('.').filter_map(|name| self.abis.get(name)) {
                    let place = self.priorities.get(&(interpreter, abi, platform)).copied();
                    best = match (best, place) {
                        (Some(best), Some(place)) => Some(u32::min(best, place)),
                        (best, place) => best.or(place),
                    };
                }
            }
        }
        best
    }

    /// [`Tags::best_of`] for the text of a compressed set, as a page's table keeps it.
    pub fn best_of_text(&self, tag: &str) -> Option<u32> {
        self.best_of(TagSets::parse(tag).ok()?)
    }

    /// The place of a wheel's best tag; `None` when the wheel cannot be installed. Lower is better.
    pub fn best(&self, wheel: &crate::filenames::WheelFilename) -> Option<u32> {
        self.best_of(wheel.tags())
    }

    /// The number of tags.
    pub fn len(&self) -> usize {
        self.ordered.len()
    }

    /// Whether there is no tag at all.
    pub fn is_empty(&self) -> bool {
        self.ordered.is_empty()
    }

    /// Interpreter, ABI and platform of each tag, best first.
    pub fn parts(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.ordered.iter().map(|(interpreter, abi, platform)| {
            (self.interpreters.name(*interpreter), self.abis.name(*abi), self.platforms.name(*platform))
        })
    }

    /// The tags as values, best first.
    pub fn iter(&self) -> impl Iterator<Item = Tag> {
        self.parts().map(|(interpreter, abi, platform)| Tag::new(interpreter, abi, platform))
    }
}

#[cfg(test)]
mod tests;
