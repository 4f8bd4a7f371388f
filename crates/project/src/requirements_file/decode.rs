//! From bytes to text, as pip decodes a requirements file.

/// The text of a requirements file, and whether it had to be guessed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The text.
    pub text: String,
    /// The bytes were no UTF-8 and named no encoding: Latin-1 was assumed.
    pub guessed: bool,
}

/// Bytes that are no text in the encoding they announce.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The announced encoding is one we do not read.
    #[error("unknown encoding: {0}")]
    UnknownEncoding(String),
    /// The bytes do not fit the announced encoding.
    #[error("not valid {0}")]
    Invalid(&'static str),
}

/// Encodings that a requirements file can be in.
#[derive(Clone, Copy)]
enum Encoding {
    Utf8,
    Utf16 { big: bool },
    Utf32 { big: bool },
    Latin1,
    Ascii,
}

/// A byte order mark decides; then a PEP 263 comment in the first two lines; then UTF-8; then Latin-1 as a guess (pip
/// takes the locale's encoding there).
///
/// # Errors
/// See [`DecodeError`].
pub fn decode(bytes: &[u8]) -> Result<Decoded, DecodeError> {
    let sure = |text| Decoded { text, guessed: false };
    if let Some((encoding, rest)) = byte_order_mark(bytes) {
        return encoding.decode(rest).map(sure);
    }
    if let Some(name) = announced(bytes) {
        let encoding = Encoding::from_name(&name).ok_or(DecodeError::UnknownEncoding(name))?;
        return encoding.decode(bytes).map(sure);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(sure(text.to_owned())),
        Err(_) => Ok(Decoded { text: latin1(bytes), guessed: true }),
    }
}

fn byte_order_mark(bytes: &[u8]) -> Option<(Encoding, &[u8])> {
    const MARKS: [(&[u8], Encoding); 5] = [
        (b"\xef\xbb\xbf", Encoding::Utf8),
        (b"\xff\xfe\0\0", Encoding::Utf32 { big: false }),
        (b"\0\0\xfe\xff", Encoding::Utf32 { big: true }),
        (b"\xff\xfe", Encoding::Utf16 { big: false }),
        (b"\xfe\xff", Encoding::Utf16 { big: true }),
    ];
    MARKS.iter().find_map(|(mark, encoding)| Some((*encoding, bytes.strip_prefix(*mark)?)))
}

/// The encoding named by `# … coding: NAME` in the first two lines.
fn announced(bytes: &[u8]) -> Option<String> {
    let lines = bytes.split(|byte| *byte == b'\n').take(2);
    lines.filter(|line| line.first() == Some(&b'#')).find_map(|line| {
        let line = String::from_utf8_lossy(line);
        let mut rest = &*line;
        while let Some(at) = rest.find("coding") {
            rest = &rest[at + "coding".len()..];
            let name = rest.strip_prefix([':', '=']).map(|name| name.trim_start());
            let name = name.map(|name| {
                let end = name.find(|c: char| !(c.is_alphanumeric() || "-_.".contains(c)));
                &name[..end.unwrap_or(name.len())]
            });
            if let Some(name) = name.filter(|name| !name.is_empty()) {
                return Some(name.to_owned());
            }
        }
        None
    })
}

impl Encoding {
    /// Python's usual spellings of the encodings that occur.
    fn from_name(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().replace('_', "-").as_str() {
            "utf-8" | "utf8" | "utf-8-sig" => Some(Self::Utf8),
            "utf-16-le" | "utf-16le" => Some(Self::Utf16 { big: false }),
            "utf-16-be" | "utf-16be" => Some(Self::Utf16 { big: true }),
            "latin-1" | "latin1" | "iso-8859-1" | "iso8859-1" | "l1" => Some(Self::Latin1),
            "ascii" | "us-ascii" => Some(Self::Ascii),
            _ => None,
        }
    }

    fn decode(self, bytes: &[u8]) -> Result<String, DecodeError> {
        match self {
            Self::Utf8 => {
                std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| DecodeError::Invalid("UTF-8"))
            }
            Self::Utf16 { big } => utf16(bytes, big).ok_or(DecodeError::Invalid("UTF-16")),
            Self::Utf32 { big } => utf32(bytes, big).ok_or(DecodeError::Invalid("UTF-32")),
            Self::Latin1 => Ok(latin1(bytes)),
            Self::Ascii if bytes.is_ascii() => Ok(latin1(bytes)),
            Self::Ascii => Err(DecodeError::Invalid("ASCII")),
        }
    }
}

fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

fn utf16(bytes: &[u8], big: bool) -> Option<String> {
    let (units, rest) = bytes.as_chunks::<2>();
    let units =
        units.iter().map(|unit| if big { u16::from_be_bytes(*unit) } else { u16::from_le_bytes(*unit) });
    let text: Result<String, _> = char::decode_utf16(units).collect();
    text.ok().filter(|_| rest.is_empty())
}

fn utf32(bytes: &[u8], big: bool) -> Option<String> {
    let (units, rest) = bytes.as_chunks::<4>();
    let unit = |unit: &[u8; 4]| if big { u32::from_be_bytes(*unit) } else { u32::from_le_bytes(*unit) };
    let text: Option<String> = units.iter().map(|bytes| char::from_u32(unit(bytes))).collect();
    text.filter(|_| rest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings() {
        let read = |bytes: &[u8]| decode(bytes).map(|decoded| (decoded.text, decoded.guessed));
        for (bytes, text, guessed) in [
            (&b"a"[..], "a", false),
            (b"\xef\xbb\xbfa", "a", false),
            (b"\xff\xfea\0", "a", false),
            (b"\xfe\xff\0a", "a", false),
            (b"\xff\xfe\0\0a\0\0\0", "a", false),
            (b"\0\0\xfe\xff\0\0\0a", "a", false),
            (b"# -*- coding: latin1 -*-\n\xe4", "# -*- coding: latin1 -*-\n\u{e4}", false),
            (b"#x\n#coding=utf8\n\xc3\xa4", "#x\n#coding=utf8\n\u{e4}", false),
            (b"\xe4", "\u{e4}", true),
        ] {
            assert_eq!(read(bytes), Ok((text.to_owned(), guessed)), "{bytes:?}");
        }
        assert_eq!(read(b"\xff\xfea"), Err(DecodeError::Invalid("UTF-16")));
        assert_eq!(read(b"# coding: klingon"), Err(DecodeError::UnknownEncoding("klingon".into())));
        assert_eq!(read(b"# coding: ascii\n\xe4"), Err(DecodeError::Invalid("ASCII")));
    }
}
