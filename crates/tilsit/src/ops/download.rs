//! From a plan to files in a folder: wheels and source distributions as they are.

use std::path::{Path, PathBuf};

use index::{Client, FetchError, FetchedFile, Outcome, Problem, Request, Ticket};
use packaging::PackageName;
use packaging::distribution::Distribution;
use packaging::hashes::Hash;
use packaging::resolution::PackageSource;
use rustc_hash::FxHashMap;
use store::archive::{Digests, check_hashes};

use super::install::InstallReport;
use super::{direct, interrupt, whole_file};

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

/// The file that a package of the plan stands for; a repository or a folder has none.
pub fn file_of(report: &InstallReport, name: &PackageName) -> Option<Distribution> {
    let (wish, _) = report.plan.install.iter().find(|(wish, _)| wish.name == *name)?;
    if let Some(distribution) = wish.wheel.distribution() {
        return Some(distribution.clone());
    }
    let PackageSource::Url(url) = &report.resolution.get(name).next()?.source else { return None };
    direct::distribution(url)
}

/// Puts the files into `folder`, many at once; one that is there already and has one of the hashes stays. A file is
/// there whole or not at all.
///
/// # Errors
/// The first file that cannot be had or written; those that came before it stay.
pub fn download(
    wanted: Vec<(PackageName, Distribution)>,
    folder: &Path,
    client: &mut Client,
) -> Result<Vec<Saved>, DownloadError> {
    std::fs::create_dir_all(folder).map_err(failed(folder))?;
    let mut saved = Vec::new();
    let mut asked: FxHashMap<Ticket, Arriving> = FxHashMap::default();
    for (name, distribution) in wanted {
        let path = folder.join(distribution.filename());
        let hashes = distribution.file().hashes.clone();
        if is_there(&path, &hashes) {
            saved.push(Saved { name, path, was_there: true });
            continue;
        }
        asked.insert(client.submit(Request::File(distribution)), Arriving { name, path, hashes });
    }
    while !asked.is_empty() {
        if interrupt::requested() {
            return Err(DownloadError::Interrupted);
        }
        let Some(completed) = client.next() else { break };
        let Some(arriving) = asked.remove(&completed.ticket) else { continue };
        let Outcome::File(file) = completed.outcome else { continue };
        saved.push(arriving.save(file?)?);
    }
    Ok(saved)
}

fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> DownloadError {
    let path = path.to_owned();
    move |source| DownloadError::Disk { path, source }
}

/// A file on its way.
struct Arriving {
    name: PackageName,
    path: PathBuf,
    hashes: Vec<Hash>,
}

impl Arriving {
    fn save(self, file: FetchedFile) -> Result<Saved, DownloadError> {
        let path = self.path;
        match file {
            FetchedFile::Downloaded(bytes) => whole_file::write(&path, &bytes).map_err(failed(&path))?,
            FetchedFile::Local(from) => {
                let bytes = std::fs::read(&from).map_err(failed(&from))?;
                check(&from, &bytes, &self.hashes)?;
                whole_file::write(&path, &bytes).map_err(failed(&path))?;
            }
        }
        Ok(Saved { name: self.name, path, was_there: false })
    }
}

/// A file of this machine must be the one that was promised, too.
fn check(path: &Path, bytes: &[u8], hashes: &[Hash]) -> Result<(), FetchError> {
    check_hashes(&digests(bytes, hashes), hashes).map_err(|actual| {
        let promised = hashes.iter().filter(|hash| hash.algorithm() == actual.algorithm());
        let problem = Problem::Hash {
            algorithm: actual.algorithm().name().to_owned(),
            expected: promised.map(Hash::hex).collect::<Vec<_>>().join(" or "),
            got: actual.hex().to_owned(),
        };
        FetchError { url: path.display().to_string(), problem, attempts: 1 }
    })
}

fn digests(bytes: &[u8], hashes: &[Hash]) -> Vec<Hash> {
    let mut digests = Digests::for_expected(hashes);
    digests.update(bytes);
    digests.finish()
}

/// Whether the file is there and has the hashes.
pub fn is_there(path: &Path, hashes: &[Hash]) -> bool {
    if hashes.is_empty() {
        return false;
    }
    let Ok(bytes) = std::fs::read(path) else { return false };
    check_hashes(&digests(&bytes, hashes), hashes).is_ok()
}

/// Copies a file of this machine into `folder`, unless the same is there.
///
/// # Errors
/// [`DownloadError::Disk`]
pub fn copy(name: PackageName, from: &Path, folder: &Path) -> Result<Saved, DownloadError> {
    std::fs::create_dir_all(folder).map_err(failed(folder))?;
    let bytes = std::fs::read(from).map_err(failed(from))?;
    save(name, &folder.join(from.file_name().unwrap_or_default()), &bytes)
}

/// Writes a file, unless the same is there.
///
/// # Errors
/// [`DownloadError::Disk`]
pub fn save(name: PackageName, path: &Path, bytes: &[u8]) -> Result<Saved, DownloadError> {
    let was_there = std::fs::read(path).is_ok_and(|old| old == bytes);
    if !was_there {
        whole_file::write(path, bytes).map_err(failed(path))?;
    }
    Ok(Saved { name, path: path.to_owned(), was_there })
}
