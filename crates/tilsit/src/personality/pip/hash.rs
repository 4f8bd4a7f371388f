//! `pip hash`

use std::io::Read;

use packaging::hashes::{Hash, HashAlgorithm};
use store::archive::Hasher;

use super::errors::Failure;
use super::{Ended, Session};
use crate::cli::{self, pip as flags};

impl Session<'_> {
    pub(super) fn hash(&self) -> Ended {
        if self.parsed.arguments.is_empty() {
            self.terminal.err_marked(&cli::help::marked_usage(&flags::PROGRAM, &self.parsed.path));
            self.terminal.err("");
            return Ok(1);
        }
        let (word, algorithm) = match self.parsed.text(&flags::ALGORITHM) {
            Some("sha384") => ("sha384", HashAlgorithm::Sha384),
            Some("sha512") => ("sha512", HashAlgorithm::Sha512),
            _ => ("sha256", HashAlgorithm::Sha256),
        };
        for file in &self.parsed.arguments {
            // joined to nothing, the folder itself would be meant
            let path = if file.is_empty() { std::path::PathBuf::new() } else { self.process.cwd.join(file) };
            let digest = digest(&path, algorithm);
            let digest = digest.map_err(|error| Failure::system(&error, file))?;
            self.info(&format!("{file}:\n--hash={word}:{}", digest.hex()));
        }
        Ok(0)
    }
}

/// The hash of a file, read piece by piece.
pub(super) fn digest(path: &std::path::Path, algorithm: HashAlgorithm) -> std::io::Result<Hash> {
    let mut file = std::fs::File::open(path)?;
    let mut hasher = Hasher::new(algorithm);
    let mut piece = vec![0; 1 << 18];
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            break;
        }
        hasher.update(&piece[..read]);
    }
    Ok(hasher.finish())
}
