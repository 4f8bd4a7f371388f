//! File hashes as values: an algorithm and a digest. Digesting itself is done by the store.
//!
//! Written as `sha256:…` (requirements files), `sha256=…` (URL fragments, PEP 610) and
//! `sha256=<urlsafe base64>` (RECORD, PEP 376).

use std::fmt;
use std::str::FromStr;

/// A digest algorithm that Python's `hashlib` always has and that indexes use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HashAlgorithm {
    /// MD5, 128 bits.
    Md5,
    /// SHA-1, 160 bits.
    Sha1,
    /// SHA-224.
    Sha224,
    /// SHA-256, the algorithm of every index today.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
    /// BLAKE2b with its full 512 bits, `hashlib`'s `blake2b`.
    Blake2b,
    /// BLAKE2b cut to 256 bits, the `blake2b_256` of the index's JSON API.
    Blake2b256,
    /// BLAKE2s with 256 bits.
    Blake2s,
}

impl HashAlgorithm {
    /// All algorithms.
    pub const ALL: [Self; 9] = [
        Self::Md5,
        Self::Sha1,
        Self::Sha224,
        Self::Sha256,
        Self::Sha384,
        Self::Sha512,
        Self::Blake2b,
        Self::Blake2b256,
        Self::Blake2s,
    ];

    /// The algorithm of this `hashlib` name (any case); `None` for one we do not know.
    pub fn from_name(name: &str) -> Option<Self> {
        // Nearly every hash of an index.
        if name == "sha256" {
            return Some(Self::Sha256);
        }
        Self::ALL.into_iter().find(|algorithm| algorithm.name().eq_ignore_ascii_case(name))
    }

    /// The `hashlib` name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha224 => "sha224",
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
            Self::Blake2b => "blake2b",
            Self::Blake2b256 => "blake2b_256",
            Self::Blake2s => "blake2s",
        }
    }

    /// The digest's length in bytes.
    pub fn digest_len(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha224 => 28,
            Self::Sha256 | Self::Blake2b256 | Self::Blake2s => 32,
            Self::Sha384 => 48,
            Self::Sha512 | Self::Blake2b => 64,
        }
    }

    /// Whether pip lets this algorithm pin a requirement (`--hash`): sha256, sha384 and sha512.
    pub fn pins_requirements(self) -> bool {
        matches!(self, Self::Sha256 | Self::Sha384 | Self::Sha512)
    }
}

impl fmt::Display for HashAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why a text is not a hash.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// There is no `:` or `=` between algorithm and digest.
    #[error("`{text}` is not of the form ALGORITHM:DIGEST")]
    NoSeparator {
        /// The text as given.
        text: String,
    },
    /// An algorithm that we cannot compute.
    #[error("unknown hash algorithm `{name}`")]
    UnknownAlgorithm {
        /// The name as given.
        name: String,
    },
    /// The digest has a character that is no hexadecimal digit, or the wrong length.
    #[error("`{digest}` is not a {algorithm} digest ({} hexadecimal digits)", algorithm.digest_len() * 2)]
    BadDigest {
        /// The algorithm that was named.
        algorithm: HashAlgorithm,
        /// The digest as given.
        digest: String,
    },
}

/// An algorithm and a well-formed digest of it, held as lower-case hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash {
    algorithm: HashAlgorithm,
    hex: Box<str>,
}

impl Hash {
    /// A hash from an algorithm and hexadecimal digits of any case.
    ///
    /// # Errors
    /// [`HashError::BadDigest`] when a character or the length is wrong.
    pub fn new(algorithm: HashAlgorithm, hex: &str) -> Result<Self, HashError> {
        let well_formed =
            hex.len() == algorithm.digest_len() * 2 && hex.bytes().all(|b| b.is_ascii_hexdigit());
        if !well_formed {
            return Err(HashError::BadDigest { algorithm, digest: hex.to_owned() });
        }
        Ok(Self { algorithm, hex: hex.to_ascii_lowercase().into() })
    }

    /// A hash from the digest's bytes; `None` when their number is not the algorithm's.
    pub fn from_digest(algorithm: HashAlgorithm, digest: &[u8]) -> Option<Self> {
        (digest.len() == algorithm.digest_len()).then(|| Self { algorithm, hex: to_hex(digest).into() })
    }

    /// Reads `sha256:…` or `sha256=…`.
    ///
    /// # Errors
    /// See [`HashError`].
    pub fn parse(text: &str) -> Result<Self, HashError> {
        let (name, hex) =
            text.split_once([':', '=']).ok_or_else(|| HashError::NoSeparator { text: text.to_owned() })?;
        let algorithm = HashAlgorithm::from_name(name)
            .ok_or_else(|| HashError::UnknownAlgorithm { name: name.to_owned() })?;
        Self::new(algorithm, hex.trim())
    }

    /// The first well-formed hash that a URL's fragment names (`#sha256=…`, also `#egg=x&sha256=…`).
    pub fn from_url(url: &str) -> Option<Self> {
        let (_, fragment) = url.split_once('#')?;
        fragment.split('&').filter(|part| part.contains('=')).find_map(|part| Self::parse(part).ok())
    }

    /// Reads RECORD's form `sha256=<urlsafe base64 without padding>` (PEP 376, PEP 427).
    pub fn from_record(text: &str) -> Option<Self> {
        let (name, digest) = text.split_once('=')?;
        Self::from_digest(HashAlgorithm::from_name(name)?, &from_base64(digest)?)
    }

    /// Writes RECORD's form.
    pub fn to_record(&self) -> String {
        format!("{}={}", self.algorithm, to_base64(&self.digest()))
    }

    /// The algorithm.
    pub fn algorithm(&self) -> HashAlgorithm {
        self.algorithm
    }

    /// The digest as lower-case hexadecimal.
    pub fn hex(&self) -> &str {
        &self.hex
    }

    /// The digest's bytes.
    pub fn digest(&self) -> Vec<u8> {
        let nibble = |b: u8| if b.is_ascii_digit() { b - b'0' } else { b - b'a' + 10 };
        self.hex.as_bytes().chunks_exact(2).map(|pair| (nibble(pair[0]) << 4) | nibble(pair[1])).collect()
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm, self.hex)
    }
}

impl FromStr for Hash {
    type Err = HashError;

    fn from_str(text: &str) -> Result<Self, HashError> {
        Self::parse(text)
    }
}

/// Lower-case hexadecimal of `bytes`.
pub fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes.iter().flat_map(|b| [digit(b >> 4), digit(b & 15)]).collect()
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// URL-safe base64 without padding, RECORD's form of a digest.
pub fn to_base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0u32, |word, b| (word << 8) | u32::from(*b)) << (8 * (3 - chunk.len()));
        for place in 0..=chunk.len() {
            let six = (word >> (18 - 6 * place)) & 63;
            text.push(char::from(BASE64[six as usize]));
        }
    }
    text
}

/// Reads URL-safe base64; padding is allowed and ignored, anything else is `None`.
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=').as_bytes();
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 2);
    for chunk in text.chunks(4) {
        let mut word = 0u32;
        for b in chunk {
            word = (word << 6) | base64_value(*b)?;
        }
        if chunk.len() == 1 {
            return None;
        }
        word <<= 6 * (4 - chunk.len());
        bytes.extend_from_slice(&word.to_be_bytes()[1..chunk.len()]);
    }
    Some(bytes)
}

fn base64_value(b: u8) -> Option<u32> {
    let value = match b {
        b'A'..=b'Z' => b - b'A',
        b'a'..=b'z' => b - b'a' + 26,
        b'0'..=b'9' => b - b'0' + 52,
        b'-' => 62,
        b'_' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn forms() {
        let hash = Hash::parse(&format!("SHA256={}", EMPTY.to_uppercase())).unwrap();
        assert_eq!(hash.to_string(), format!("sha256:{EMPTY}"));
        assert_eq!(hash.to_record(), "sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU");
        assert_eq!(Hash::from_record(&hash.to_record()), Some(hash.clone()));
        assert_eq!(Hash::from_url(&format!("../f-1.whl#egg=f&sha256={EMPTY}")), Some(hash));
        assert_eq!(Hash::from_url("../f-1.whl#sha256=12"), None);
    }

    #[test]
    fn errors() {
        assert!(matches!(Hash::parse("sha256"), Err(HashError::NoSeparator { .. })));
        assert!(matches!(Hash::parse("crc32:00"), Err(HashError::UnknownAlgorithm { .. })));
        assert!(matches!(Hash::parse("md5:zz"), Err(HashError::BadDigest { .. })));
        assert_eq!(
            Hash::parse("md5:12").unwrap_err().to_string(),
            "`12` is not a md5 digest (32 hexadecimal digits)"
        );
    }

    proptest! {
        #[test]
        fn base64_round_trip(bytes: Vec<u8>) {
            prop_assert_eq!(from_base64(&to_base64(&bytes)), Some(bytes));
        }

        #[test]
        fn digest_round_trip(bytes: [u8; 32]) {
            let hash = Hash::from_digest(HashAlgorithm::Sha256, &bytes).unwrap();
            prop_assert_eq!(hash.digest(), bytes.to_vec());
            prop_assert_eq!(Hash::parse(&hash.to_string()).unwrap(), hash);
        }

        #[test]
        fn never_panics(text: String) {
            let _ = Hash::parse(&text);
            let _ = Hash::from_url(&text);
            let _ = Hash::from_record(&text);
        }
    }
}
