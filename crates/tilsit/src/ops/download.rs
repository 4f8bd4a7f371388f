//! From a plan to files in a folder: wheels and source distributions as they are.

use std::path::{Path, PathBuf};

use index::{Client, FetchError, FetchedFile, Outcome, Request, Ticket};
use packaging::PackageName;
use packaging::distribution::Distribution;
use packaging::hashes::Hash;
use rustc_hash::FxHashMap;

use super::interrupt;

/// A file in the folder.
#[derive(Debug)]
pub struct Saved {
    /// Its package.
    pub name: PackageName,
    /// Where it is.
    pub path: PathBuf,
    /// It had been there already, with the right hash.
    pub was_there: bool,
}

/// Why a file is not in the folder.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    /// The download.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The folder.
    #[error("{}: {source}", path.display())]
    Disk {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Ctrl-C.
    #[error("interrupted")]
    Interrupted,
}

/// Puts the files into `folder`; one that is there already and has one of the hashes stays.
///
/// # Errors
/// The first file that cannot be had or written.
pub fn download(
    wanted: Vec<(PackageName, Distribution)>,
    folder: &Path,
    client: &mut Client,
) -> Result<Vec<Saved>, DownloadError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| DownloadError::Disk { path, source }
    };
    std::fs::create_dir_all(folder).map_err(failed(folder))?;
    let mut saved = Vec::new();
    let mut asked: FxHashMap<Ticket, (PackageName, PathBuf)> = FxHashMap::default();
    for (name, distribution) in wanted {
        let path = folder.join(distribution.filename());
        if is_there(&path, &distribution.file().hashes) {
            saved.push(Saved { name, path, was_there: true });
            continue;
        }
        asked.insert(client.submit(Request::File(distribution)), (name, path));
    }
    while !asked.is_empty() {
        if interrupt::requested() {
            return Err(DownloadError::Interrupted);
        }
        let Some(completed) = client.next() else { break };
        let Some((name, path)) = asked.remove(&completed.ticket) else { continue };
        let Outcome::File(file) = completed.outcome else { continue };
        match file? {
            FetchedFile::Downloaded(bytes) => std::fs::write(&path, &*bytes).map_err(failed(&path))?,
            FetchedFile::Local(from) => drop(std::fs::copy(&from, &path).map_err(failed(&path))?),
        }
        saved.push(Saved { name, path, was_there: false });
    }
    Ok(saved)
}

/// Whether the file is there and has one of the hashes.
pub fn is_there(path: &Path, hashes: &[Hash]) -> bool {
    use sha2::Digest as _;
    let Ok(bytes) = std::fs::read(path) else { return false };
    let digest = sha2::Sha256::digest(&bytes);
    let hex = digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    hashes.iter().any(|hash| hash.hex() == hex)
}
