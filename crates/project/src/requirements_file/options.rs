//! The options that may stand in a requirements file, read as Python's `optparse` reads them.

use super::shell_words;
use std::ops::Range;

/// Every spelling, and whether a value follows.
const OPTIONS: &[(&str, Name, bool)] = &[
    ("-i", Name::IndexUrl, true),
    ("--index-url", Name::IndexUrl, true),
    ("--pypi-url", Name::IndexUrl, true),
    ("--extra-index-url", Name::ExtraIndexUrl, true),
    ("--no-index", Name::NoIndex, false),
    ("-c", Name::Constraint, true),
    ("--constraint", Name::Constraint, true),
    ("-r", Name::Requirement, true),
    ("--requirement", Name::Requirement, true),
    ("-e", Name::Editable, true),
    ("--editable", Name::Editable, true),
    ("-f", Name::FindLinks, true),
    ("--find-links", Name::FindLinks, true),
    ("--no-binary", Name::NoBinary, true),
    ("--only-binary", Name::OnlyBinary, true),
    ("--prefer-binary", Name::PreferBinary, false),
    ("--require-hashes", Name::RequireHashes, false),
    ("--no-require-hashes", Name::NoRequireHashes, false),
    ("--pre", Name::Pre, false),
    ("--all-releases", Name::AllReleases, true),
    ("--only-final", Name::OnlyFinal, true),
    ("--trusted-host", Name::TrustedHost, true),
    ("--use-feature", Name::UseFeature, true),
    ("--hash", Name::Hash, true),
    ("-C", Name::ConfigSettings, true),
    ("--config-settings", Name::ConfigSettings, true),
];

/// The features that `--use-feature` may name.
const FEATURES: &[&str] = &[
    "fast-deps",
    "inprocess-build-deps",
    "venv-isolation",
    "truststore",
    "no-binary-enable-wheel-cache",
    "build-constraint",
];

/// Which option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    IndexUrl,
    ExtraIndexUrl,
    NoIndex,
    Constraint,
    Requirement,
    Editable,
    FindLinks,
    NoBinary,
    OnlyBinary,
    PreferBinary,
    RequireHashes,
    NoRequireHashes,
    Pre,
    AllReleases,
    OnlyFinal,
    TrustedHost,
    UseFeature,
    Hash,
    ConfigSettings,
}

/// One option of a line, its value (empty for switches), and the bytes of the value within the options' text.
#[derive(Clone, Debug)]
pub struct Given {
    pub name: Name,
    pub value: String,
    pub span: Range<usize>,
}

/// Why the options of a line cannot be read; Display is `optparse`'s sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OptionError {
    /// A quotation that does not end.
    #[error("Could not split options: {options}")]
    Unclosed {
        /// The text of all options of the line.
        options: String,
    },
    /// No such option in a requirements file.
    #[error("no such option: {given}")]
    Unknown {
        /// As typed.
        given: String,
    },
    /// An abbreviation of several options.
    #[error("ambiguous option: {given} ({}?)", candidates.join(", "))]
    Ambiguous {
        /// As typed.
        given: String,
        /// What it may mean, sorted.
        candidates: Vec<&'static str>,
    },
    /// The value is missing.
    #[error("{option} option requires 1 argument")]
    MissingValue {
        /// The option's full name.
        option: &'static str,
    },
    /// A switch with a value.
    #[error("{option} option does not take a value")]
    UnexpectedValue {
        /// The option's full name.
        option: &'static str,
    },
    /// A feature that does not exist.
    #[error("option --use-feature: invalid choice: '{given}' (choose from {})", quoted(FEATURES))]
    UnknownFeature {
        /// As typed.
        given: String,
    },
    /// A hash without algorithm.
    #[error("Arguments to --hash must be a hash name followed by a value, like --hash=sha256:abcde...")]
    HashWithoutAlgorithm,
    /// An algorithm that may not pin a requirement.
    #[error("Allowed hash algorithms for --hash are sha256, sha384, sha512.")]
    WeakHash,
    /// A digest that is none.
    #[error("`{given}` is not a {algorithm} hash")]
    BadDigest {
        /// The algorithm.
        algorithm: String,
        /// The digest as typed.
        given: String,
    },
    /// A build setting without `=`.
    #[error("Arguments to --config-settings must be of the form KEY=VAL")]
    BadSetting,
}

fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(", ")
}

/// An error and the bytes at fault, within the options' text.
pub type Located = (OptionError, Range<usize>);

/// Reads the options at the end of a line. Words between them that are no options are dropped, as pip drops them.
pub fn parse(text: &str) -> Result<Vec<Given>, Located> {
    let words = shell_words::split(text)
        .map_err(|_| (OptionError::Unclosed { options: text.to_owned() }, 0..text.len()))?;
    let mut given = Vec::new();
    let mut rest = words.into_iter();
    while let Some((word, span)) = rest.next() {
        if word == "--" {
            break;
        }
        if word.starts_with("--") {
            let (name, attached) = match word.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (word.as_str(), None),
            };
            let option = find_long(name).map_err(|error| (error, span.clone()))?;
            given.push(take(option, attached, span, &mut rest)?);
        } else if word.len() > 1 && word.starts_with('-') {
            take_cluster(&word[1..], span, &mut rest, &mut given)?;
        }
    }
    Ok(given)
}

type Words = std::vec::IntoIter<(String, Range<usize>)>;
type Spelling = (&'static str, Name, bool);

fn take_cluster(
    cluster: &str,
    span: Range<usize>,
    rest: &mut Words,
    given: &mut Vec<Given>,
) -> Result<(), Located> {
    // no short option of a requirements file is a switch: the rest of the word is the value
    let Some(letter) = cluster.chars().next() else { return Ok(()) };
    let typed = format!("-{letter}");
    let option = OPTIONS.iter().find(|(name, ..)| *name == typed);
    let option = option.ok_or_else(|| (OptionError::Unknown { given: typed }, span.clone()))?;
    let attached = &cluster[letter.len_utf8()..];
    let attached = (!attached.is_empty()).then(|| attached.to_owned());
    given.push(take(*option, attached, span, rest)?);
    Ok(())
}

fn find_long(typed: &str) -> Result<Spelling, OptionError> {
    let mut possible: Vec<Spelling> =
        OPTIONS.iter().copied().filter(|(name, ..)| name.starts_with(typed)).collect();
    possible.sort_by_key(|(name, ..)| *name);
    match possible.as_slice() {
        [] => Err(OptionError::Unknown { given: typed.to_owned() }),
        [only] => Ok(*only),
        several => several.iter().copied().find(|(name, ..)| *name == typed).ok_or_else(|| {
            let candidates = several.iter().map(|(name, ..)| *name).collect();
            OptionError::Ambiguous { given: typed.to_owned(), candidates }
        }),
    }
}

fn take(
    (spelling, name, takes_value): Spelling,
    attached: Option<String>,
    span: Range<usize>,
    rest: &mut Words,
) -> Result<Given, Located> {
    match (takes_value, attached) {
        (false, None) => Ok(Given { name, value: String::new(), span }),
        (false, Some(_)) => Err((OptionError::UnexpectedValue { option: spelling }, span)),
        (true, Some(value)) => checked(Given { name, value, span }),
        (true, None) => match rest.next() {
            Some((value, span)) => checked(Given { name, value, span }),
            None => Err((OptionError::MissingValue { option: spelling }, span)),
        },
    }
}

fn checked(given: Given) -> Result<Given, Located> {
    let error = match given.name {
        Name::UseFeature if !FEATURES.contains(&given.value.as_str()) => {
            Some(OptionError::UnknownFeature { given: given.value.clone() })
        }
        Name::ConfigSettings if !given.value.contains('=') => Some(OptionError::BadSetting),
        Name::Hash => check_hash(&given.value),
        _ => None,
    };
    match error {
        Some(error) => Err((error, given.span)),
        None => Ok(given),
    }
}

fn check_hash(value: &str) -> Option<OptionError> {
    let Some((algorithm, _)) = value.split_once(':') else { return Some(OptionError::HashWithoutAlgorithm) };
    let strong = ["sha256", "sha384", "sha512"].contains(&algorithm);
    (!strong).then_some(OptionError::WeakHash)
}
