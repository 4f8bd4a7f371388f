//! Reading versions: the grammar of PEP 440's appendix B, one byte at a time.

use super::packed::Packed;
use super::{LocalSegment, PreKind, PreRelease, Repr, Version, VersionParts};
use smallvec::SmallVec;

/// The whole text as a version.
pub(super) fn version(text: &str) -> Option<Version> {
    if let Some(packed) = plain(text.as_bytes()) {
        return Some(Version(Repr::Packed(packed)));
    }
    let text = trim_python_space(text);
    let (version, length) = prefix(text.as_bytes(), Local::Accepted)?;
    (length == text.len()).then_some(version)
}

/// Most versions are digits and dots and fit the packed form: `2.31.0`.
fn plain(text: &[u8]) -> Option<Packed> {
    let mut release = [0_u64; 4];
    let mut length = 0;
    let mut digits = 0;
    for &byte in text {
        match byte {
            // Nine digits cannot overflow, and no packed number has more.
            b'0'..=b'9' if digits < 9 && length < 4 => {
                release[length] = release[length] * 10 + u64::from(byte - b'0');
                digits += 1;
            }
            b'.' if digits > 0 => {
                length += 1;
                digits = 0;
            }
            _ => return None,
        }
    }
    if digits == 0 { None } else { Packed::of_release(&release[..=length]) }
}

/// Whether a local part belongs to the version that is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Local {
    Accepted,
    Left,
}

/// The longest version at the beginning of the text, and its length.
pub(crate) fn prefix(text: &[u8], local: Local) -> Option<(Version, usize)> {
    let mut reader = Reader { text, position: 0 };
    let mut parts = VersionParts::default();
    reader.skip(|byte| matches!(byte, b'v' | b'V'));
    let first = reader.number()?;
    let second = reader.number_behind(b'!')?;
    parts.epoch = second.map_or(0, |_| first);
    parts.release = reader.release(second.unwrap_or(first))?;
    parts.pre = reader.pre()?;
    parts.post = reader.post()?;
    parts.dev = reader.lettered(&[("dev", ())])?.map(|((), number)| number);
    if local == Local::Accepted {
        parts.local = reader.local()?;
    }
    Some((parts.into(), reader.position))
}

/// Every method answers `None` for a number that does not fit 64 bits, and otherwise what was found.
struct Reader<'a> {
    text: &'a [u8],
    position: usize,
}

const PRE_SPELLINGS: [(&str, PreKind); 8] = [
    ("alpha", PreKind::Alpha),
    ("a", PreKind::Alpha),
    ("beta", PreKind::Beta),
    ("b", PreKind::Beta),
    ("preview", PreKind::Candidate),
    ("pre", PreKind::Candidate),
    ("c", PreKind::Candidate),
    ("rc", PreKind::Candidate),
];
const POST_SPELLINGS: [(&str, ()); 3] = [("post", ()), ("rev", ()), ("r", ())];

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a [u8] {
        &self.text[self.position..]
    }

    fn skip(&mut self, wanted: impl Fn(u8) -> bool) -> bool {
        let found = self.rest().first().is_some_and(|&byte| wanted(byte));
        self.position += usize::from(found);
        found
    }

    fn take_while(&mut self, wanted: impl Fn(&u8) -> bool) -> &'a [u8] {
        let rest = self.rest();
        let length = rest.iter().position(|byte| !wanted(byte)).unwrap_or(rest.len());
        self.position += length;
        &rest[..length]
    }

    fn number(&mut self) -> Option<u64> {
        match self.take_while(u8::is_ascii_digit) {
            [] => None,
            digits => decimal(digits),
        }
    }

    /// A separator with a number behind it.
    fn number_behind(&mut self, separator: u8) -> Option<Option<u64>> {
        match self.rest() {
            [first, digit, ..] if *first == separator && digit.is_ascii_digit() => {
                self.position += 1;
                self.number().map(Some)
            }
            _ => Some(None),
        }
    }

    /// `1.2.3`, of which the first number has been read already.
    fn release(&mut self, first: u64) -> Option<SmallVec<[u64; 4]>> {
        let mut release = SmallVec::new();
        release.push(first);
        while let Some(number) = self.number_behind(b'.')? {
            release.push(number);
        }
        Some(release)
    }

    fn pre(&mut self) -> Option<Option<PreRelease>> {
        Some(self.lettered(&PRE_SPELLINGS)?.map(|(kind, number)| PreRelease { kind, number }))
    }

    /// `.post1` in its spellings, or the implicit `-1`.
    fn post(&mut self) -> Option<Option<u64>> {
        if let Some(number) = self.number_behind(b'-')? {
            return Some(Some(number));
        }
        Some(self.lettered(&POST_SPELLINGS)?.map(|((), number)| number))
    }

    /// An optional separator, one of the spellings, an optional separator, an optional number.
    fn lettered<T: Copy>(&mut self, spellings: &[(&str, T)]) -> Option<Option<(T, u64)>> {
        let start = self.position;
        self.skip(is_separator);
        let rest = self.rest();
        let found = spellings.iter().find(|(spelling, _)| {
            rest.get(..spelling.len()).is_some_and(|head| head.eq_ignore_ascii_case(spelling.as_bytes()))
        });
        let Some((spelling, meaning)) = found else {
            self.position = start;
            return Some(None);
        };
        self.position += spelling.len();
        self.skip(is_separator);
        let number = match self.take_while(u8::is_ascii_digit) {
            [] => 0,
            digits => decimal(digits)?,
        };
        Some(Some((*meaning, number)))
    }

    /// `+ubuntu.1`; nothing is read when no segment follows the `+`.
    fn local(&mut self) -> Option<Vec<LocalSegment>> {
        let mut segments = Vec::new();
        let mut expected: fn(u8) -> bool = |byte| byte == b'+';
        while let [separator, first, ..] = self.rest()
            && expected(*separator)
            && first.is_ascii_alphanumeric()
        {
            self.position += 1;
            segments.push(local_segment(self.take_while(u8::is_ascii_alphanumeric))?);
            expected = is_separator;
        }
        Some(segments)
    }
}

fn local_segment(text: &[u8]) -> Option<LocalSegment> {
    if text.iter().all(u8::is_ascii_digit) {
        return decimal(text).map(LocalSegment::Number);
    }
    let lower: String = text.iter().map(|byte| char::from(byte.to_ascii_lowercase())).collect();
    Some(LocalSegment::Text(lower.into()))
}

fn decimal(digits: &[u8]) -> Option<u64> {
    digits
        .iter()
        .try_fold(0_u64, |number, digit| number.checked_mul(10)?.checked_add(u64::from(digit - b'0')))
}

fn is_separator(byte: u8) -> bool {
    matches!(byte, b'.' | b'-' | b'_')
}

/// What Python's `str.isspace` and its regular expressions' `\s` mean by white space: Unicode's, and the
/// four ASCII separators.
pub(crate) fn is_python_space(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\x1c'..='\x1f')
}

/// `str.strip` of Python.
pub(crate) fn trim_python_space(text: &str) -> &str {
    text.trim_matches(is_python_space)
}
