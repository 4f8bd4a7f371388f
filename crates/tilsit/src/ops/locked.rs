//! A lock as a source of requirements: each package at its version, from the file that the lock names.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use packaging::distribution::{Distribution, RemoteFile};
use packaging::filenames::DistributionFilename;
use packaging::pylock::{
    LockTarget, LockedFile, Pylock, PylockError, SelectError, Selected, SelectedSource, is_pylock_filename,
};
use packaging::tags::Tags;
use packaging::{Extra, GroupName, MarkerEnvironment, Origin, Requirement, RequirementSource, SpecifierSet};
use url::Url;

use super::direct;
use super::formats::Formats;
use super::wanted::{FetchText, Wanted, WantedError, local_path};
use crate::settings::Process;

/// A file that a lock names for a package.
#[derive(Clone, Debug)]
pub struct Locked {
    /// The file.
    pub distribution: Distribution,
    /// The lock, as it was named.
    pub lock: String,
    /// When it was uploaded (RFC 3339).
    pub upload_time: Option<String>,
}

/// What is wanted of a lock.
#[derive(Clone, Debug, Default)]
pub struct LockRequest {
    /// The lock as it was named, without extras.
    pub path: String,
    /// Extras.
    pub extras: BTreeSet<String>,
    /// Groups.
    pub groups: BTreeSet<String>,
    /// Whether the groups that the lock says are wanted too.
    pub default_groups: bool,
}

/// What a lock is asked by.
pub struct LockReader<'a, 'f> {
    /// Paths are relative to its folder.
    pub process: &'a Process,
    /// The target's markers.
    pub markers: &'a MarkerEnvironment,
    /// The target's tags.
    pub tags: &'a Tags,
    /// `--no-binary`
    pub formats: &'a Formats,
    /// Who fetches locks behind URLs.
    pub fetch: &'a mut FetchText<'f>,
}

/// Why a lock is of no use.
#[derive(Debug, thiserror::Error)]
pub enum LockReadError {
    /// It cannot be read.
    #[error("{path}: {source}")]
    Open {
        /// As named.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// It cannot be fetched.
    #[error(transparent)]
    Fetch(Box<WantedError>),
    /// It is no lock.
    #[error("{path}: {source}")]
    Content {
        /// As named.
        path: String,
        /// Why.
        source: PylockError,
    },
    /// It is not for this target.
    #[error("{path}: {source}")]
    Select {
        /// As named.
        path: String,
        /// Why.
        source: SelectError,
    },
    /// A name that is none.
    #[error("`{0}` is not the name of an extra or group")]
    BadName(String),
    /// A place that a lock behind a URL may not name.
    #[error("{place} in {path} is out of reach")]
    OutOfReach {
        /// The lock.
        path: String,
        /// The place.
        place: String,
    },
    /// A file whose name says nothing.
    #[error(transparent)]
    Filename(#[from] packaging::filenames::FilenameError),
}

/// Which locks are named among files and groups, and what is left of both. `-r pylock.toml[extra]` asks for an extra,
/// `--group pylock.toml:docs` for a group.
pub fn split(files: &mut Vec<String>, groups: &mut Vec<String>) -> Vec<LockRequest> {
    let mut locks: Vec<LockRequest> = Vec::new();
    files.retain(|file| match lock_name(file) {
        Some((path, extras)) => {
            let lock = lock_of(&mut locks, path);
            lock.extras.extend(extras);
            lock.default_groups = true;
            false
        }
        None => true,
    });
    groups.retain(|group| {
        match group.rsplit_once(':').and_then(|(path, name)| Some((lock_name(path)?, name))) {
            Some(((path, extras), name)) => {
                let lock = lock_of(&mut locks, path);
                lock.extras.extend(extras);
                lock.groups.insert(name.to_owned());
                false
            }
            None => true,
        }
    });
    locks
}

fn lock_of<'l>(locks: &'l mut Vec<LockRequest>, path: &str) -> &'l mut LockRequest {
    let at = locks.iter().position(|lock| lock.path == path).unwrap_or_else(|| {
        locks.push(LockRequest { path: path.to_owned(), ..LockRequest::default() });
        locks.len() - 1
    });
    &mut locks[at]
}

/// The path of a lock and the extras after it.
pub fn lock_name(word: &str) -> Option<(&str, Vec<String>)> {
    let (path, extras) = match word.strip_suffix(']').and_then(|word| word.rsplit_once('[')) {
        Some((path, extras)) => (path, extras.split(',').map(|one| one.trim().to_owned()).collect()),
        None => (word, Vec::new()),
    };
    let name = path.split(['#', '?']).next().unwrap_or(path).rsplit('/').next().unwrap_or(path);
    is_pylock_filename(name).then_some((path, extras))
}

impl LockReader<'_, '_> {
    /// Adds what a lock names to what is wanted.
    ///
    /// # Errors
    /// See [`LockReadError`].
    pub fn read(&mut self, request: &LockRequest, wanted: &mut Wanted) -> Result<(), LockReadError> {
        let path = || request.path.clone();
        let text = self.text(&request.path)?;
        let lock = Pylock::parse(&text).map_err(|source| LockReadError::Content { path: path(), source })?;
        let bad = |text: &String| LockReadError::BadName(text.clone());
        let extras: Result<Vec<Extra>, _> =
            request.extras.iter().map(|one| Extra::new(one).map_err(|_| bad(one))).collect();
        let defaults = lock.default_groups.iter().filter(|_| request.default_groups);
        let groups: Result<Vec<GroupName>, _> =
            defaults.chain(&request.groups).map(|one| GroupName::new(one).map_err(|_| bad(one))).collect();
        let groups = groups?;
        let target = LockTarget {
            environment: self.markers,
            tags: self.tags,
            extras: &extras?,
            dependency_groups: Some(&groups),
            prefers_source: &|name| {
                let allowed = self.formats.allowed(name);
                allowed.sources && !allowed.wheels
            },
        };
        let selected =
            lock.select(&target).map_err(|source| LockReadError::Select { path: path(), source })?;
        selected.iter().try_for_each(|one| self.add(one, &request.path, wanted))
    }

    fn text(&mut self, path: &str) -> Result<String, LockReadError> {
        let open = |source| LockReadError::Open { path: path.to_owned(), source };
        if is_remote(path) {
            let bytes = (self.fetch)(path).map_err(|error| LockReadError::Fetch(Box::new(error)))?;
            return Ok(String::from_utf8_lossy(&bytes).into_owned());
        }
        std::fs::read_to_string(local_path(self.process, path)).map_err(open)
    }

    fn add(&self, selected: &Selected<'_>, lock: &str, wanted: &mut Wanted) -> Result<(), LockReadError> {
        let package = selected.package;
        let mut requirement = Requirement::new(package.name.clone(), SpecifierSet::default());
        let origin = Arc::new(Origin::Named(lock.to_owned()));
        let mut hashes = Vec::new();
        match &selected.source {
            SelectedSource::Wheel(file) | SelectedSource::Sdist(file) => {
                let distribution = self.file(file, lock)?;
                let version = package.version.clone().unwrap_or_else(|| distribution.version().clone());
                if let Ok(pin) = SpecifierSet::parse(&format!("=={version}")) {
                    requirement.source = RequirementSource::Specifiers(pin);
                }
                hashes.extend(file.hashes.parsed());
                let upload_time = file.upload_time.clone();
                let locked = Locked { distribution, lock: lock.to_owned(), upload_time };
                wanted.locked.insert(package.name.clone(), locked);
            }
            SelectedSource::Archive(archive) => {
                let url = self.place(lock, archive.path.as_deref(), archive.url.as_deref())?;
                hashes.extend(archive.hashes.parsed());
                let url = with_subdirectory(url, archive.subdirectory.as_deref());
                requirement.source = RequirementSource::Url(url);
            }
            SelectedSource::Vcs(vcs) => {
                let place = self.place(lock, vcs.path.as_deref(), vcs.url.as_deref())?;
                let url = format!("{}+{place}@{}", vcs.kind, vcs.commit_id);
                let url = with_subdirectory(url, vcs.subdirectory.as_deref());
                requirement.source = RequirementSource::Url(url);
            }
            SelectedSource::Directory(folder) => {
                let url = self.place(lock, Some(&folder.path), None)?;
                let url = with_subdirectory(url, folder.subdirectory.as_deref());
                if folder.editable == Some(true) {
                    wanted.editables.insert(url.clone());
                }
                requirement.source = RequirementSource::Url(url);
            }
        }
        if !hashes.is_empty() {
            wanted.hashes.entry(package.name.clone()).or_default().extend(hashes);
        }
        wanted.requirements.push(requirement.with_origin(origin));
        Ok(())
    }

    fn file(&self, file: &LockedFile, lock: &str) -> Result<Distribution, LockReadError> {
        let url = self.place(lock, file.path.as_deref(), file.url.as_deref())?;
        let filename = DistributionFilename::parse(&file.filename().unwrap_or_default())?;
        let hashes = file.hashes.parsed().collect();
        Ok(Distribution::new(filename, RemoteFile { url, hashes, size: file.size }))
    }

    /// The URL of something that a lock names: paths are relative to it and come before URLs. A lock behind a URL names
    /// nothing of this machine.
    fn place(&self, lock: &str, path: Option<&str>, url: Option<&str>) -> Result<String, LockReadError> {
        let Some(path) = path else { return Ok(url.unwrap_or_default().to_owned()) };
        let out_of_reach = || LockReadError::OutOfReach { path: lock.to_owned(), place: path.to_owned() };
        if is_remote(lock) {
            let base = Url::parse(lock).map_err(|_| out_of_reach())?;
            let joined = base.join(path).map_err(|_| out_of_reach())?;
            let stays = !Path::new(path).is_absolute() && joined.origin() == base.origin();
            return if stays { Ok(joined.into()) } else { Err(out_of_reach()) };
        }
        let beside: PathBuf = local_path(self.process, lock).with_file_name(path);
        Url::from_file_path(direct::tidy(&beside)).map(String::from).map_err(|()| out_of_reach())
    }
}

fn is_remote(path: &str) -> bool {
    path.starts_with("http://") || path.starts_with("https://")
}

fn with_subdirectory(url: String, subdirectory: Option<&str>) -> String {
    match subdirectory {
        Some(folder) => format!("{url}#subdirectory={folder}"),
        None => url,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locks_among_files_and_groups() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let mut files = words("a.txt pylock.toml[x,y] sub/pylock.dev.toml");
        let mut groups = words("dev pylock.toml:docs");
        let locks = split(&mut files, &mut groups);
        assert_eq!(files, ["a.txt"]);
        assert_eq!(groups, ["dev"]);
        let shown: Vec<_> = locks
            .iter()
            .map(|one| (one.path.as_str(), one.extras.len(), one.groups.len(), one.default_groups))
            .collect();
        assert_eq!(shown, [("pylock.toml", 2, 1, true), ("sub/pylock.dev.toml", 0, 0, true)]);
    }
}
