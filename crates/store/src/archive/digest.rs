//! Digests over all algorithms that indexes and lock files name.

use blake2::digest::{DynDigest, consts};
use packaging::hashes::{Hash, HashAlgorithm};
use sha2::Digest as _;

/// Digests a stream by one algorithm.
pub struct Hasher {
    algorithm: HashAlgorithm,
    state: Box<dyn DynDigest + Send>,
}

impl std::fmt::Debug for Hasher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hasher").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

impl Hasher {
    /// A hasher that has seen nothing.
    #[must_use]
    pub fn new(algorithm: HashAlgorithm) -> Self {
        let state: Box<dyn DynDigest + Send> = match algorithm {
            HashAlgorithm::Md5 => Box::new(md5::Md5::default()),
            HashAlgorithm::Sha1 => Box::new(sha1::Sha1::default()),
            HashAlgorithm::Sha224 => Box::new(sha2::Sha224::default()),
            HashAlgorithm::Sha256 => Box::new(sha2::Sha256::default()),
            HashAlgorithm::Sha384 => Box::new(sha2::Sha384::default()),
            HashAlgorithm::Sha512 => Box::new(sha2::Sha512::default()),
            HashAlgorithm::Blake2b => Box::new(blake2::Blake2b512::default()),
            HashAlgorithm::Blake2b256 => Box::new(blake2::Blake2b::<consts::U32>::default()),
            HashAlgorithm::Blake2s => Box::new(blake2::Blake2s256::default()),
        };
        Self { algorithm, state }
    }

    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.state.update(bytes);
    }

    /// The digest of all bytes taken.
    #[must_use]
    pub fn finish(self) -> Hash {
        hash_of(self.algorithm, &self.state.finalize())
    }
}

#[expect(clippy::expect_used, reason = "each algorithm's hasher yields as many bytes as the algorithm has")]
fn hash_of(algorithm: HashAlgorithm, digest: &[u8]) -> Hash {
    Hash::from_digest(algorithm, digest).expect("a digest of the algorithm's length")
}

/// The SHA-256 of `bytes` as a value.
#[must_use]
pub fn sha256(bytes: &[u8]) -> Hash {
    hash_of(HashAlgorithm::Sha256, &sha2::Sha256::digest(bytes))
}

/// SHA-256 and every algorithm that is expected, in one pass over a stream.
#[derive(Debug)]
pub struct Digests {
    hashers: Vec<Hasher>,
}

impl Digests {
    /// Hashers for SHA-256 and for the algorithms of `expected`.
    #[must_use]
    pub fn for_expected(expected: &[Hash]) -> Self {
        let mut hashers = vec![Hasher::new(HashAlgorithm::Sha256)];
        for hash in expected {
            if hashers.iter().all(|hasher| hasher.algorithm != hash.algorithm()) {
                hashers.push(Hasher::new(hash.algorithm()));
            }
        }
        Self { hashers }
    }

    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.hashers.iter_mut().for_each(|hasher| hasher.update(bytes));
    }

    /// The digests, SHA-256 first.
    #[must_use]
    pub fn finish(self) -> Vec<Hash> {
        self.hashers.into_iter().map(Hasher::finish).collect()
    }
}

/// Whether the digests of a file are `expected`: of each algorithm that is named, one of its hashes must match (a lock
/// may list several files' hashes; naming an algorithm without a match is never outvoted by a weaker one).
///
/// # Errors
/// The digest of the file whose algorithm has no match.
pub fn check_hashes(actual: &[Hash], expected: &[Hash]) -> Result<(), Hash> {
    let unmatched = actual.iter().find(|digest| {
        let mut named = expected.iter().filter(|hash| hash.algorithm() == digest.algorithm()).peekable();
        named.peek().is_some() && !named.any(|hash| hash == *digest)
    });
    unmatched.map_or(Ok(()), |digest| Err(digest.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_of_abc() {
        let table = [
            ("md5", "900150983cd24fb0d6963f7d28e17f72"),
            ("sha1", "a9993e364706816aba3e25717850c26c9cd0d89d"),
            ("sha224", "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"),
            ("sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "sha384",
                "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
            ),
            ("blake2b_256", "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"),
            ("blake2s", "508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982"),
        ];
        for (name, hex) in table {
            let mut hasher = Hasher::new(HashAlgorithm::from_name(name).unwrap());
            hasher.update(b"a");
            hasher.update(b"bc");
            assert_eq!(hasher.finish().hex(), hex, "{name}");
        }
        for algorithm in HashAlgorithm::ALL {
            assert_eq!(Hasher::new(algorithm).finish().algorithm(), algorithm);
        }
        assert_eq!(sha256(b"abc").hex(), table[3].1);
    }

    #[test]
    fn each_named_algorithm_must_have_a_match() {
        let hash = |algorithm, text: &[u8]| {
            let mut hasher = Hasher::new(algorithm);
            hasher.update(text);
            hasher.finish()
        };
        let (good, bad) = (sha256(b"x"), sha256(b"y"));
        let (md5, bad_md5) = (hash(HashAlgorithm::Md5, b"x"), hash(HashAlgorithm::Md5, b"y"));
        let digests = |expected: &[Hash]| {
            let mut digests = Digests::for_expected(expected);
            digests.update(b"x");
            check_hashes(&digests.finish(), expected)
        };
        assert_eq!(digests(&[]), Ok(()));
        assert_eq!(digests(&[bad.clone(), good.clone()]), Ok(()));
        assert_eq!(digests(std::slice::from_ref(&bad)), Err(good.clone()));
        assert_eq!(digests(&[good.clone(), md5.clone()]), Ok(()));
        assert_eq!(digests(&[good, bad_md5]), Err(md5.clone()));
        assert!(digests(&[md5, bad]).is_err());
    }
}
