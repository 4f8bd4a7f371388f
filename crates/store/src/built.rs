//! Wheels that were built from sources: the wheel files themselves, for whoever wants to copy or install them.
//!
//! ```text
//! built-1/<sha256 of the key>/entry        sha256 of the wheel, its file name, the key
//! built-1/<sha256 of the key>/NAME.whl
//! ```
//! The key says all that the result depends on: the source's hash or commit, the settings, the interpreter's tag.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use packaging::filenames::WheelFilename;
use packaging::hashes::Hash;

use crate::archive::{FileBytes, sha256};
use crate::disk::{DiskError, Kind, Store, key_name};

const ENTRY: &str = "entry";

/// A wheel that was built, and kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuiltEntry {
    /// The wheel file.
    pub path: PathBuf,
    /// Its name.
    pub filename: WheelFilename,
    /// Its hash when it was kept.
    pub sha256: Hash,
    /// Bytes of the file.
    pub size: u64,
    /// When it was kept.
    pub kept: SystemTime,
}

impl Store {
    /// The wheel that was built for `key`. Whoever reads the file compares the hash.
    ///
    /// # Errors
    /// That an existing entry cannot be read.
    pub fn built_wheel(&self, key: &str) -> Result<Option<BuiltEntry>, DiskError> {
        self.share();
        let folder = self.entry(Kind::Built, &key_name(key));
        let found = read_entry(&folder)?;
        Ok(found.filter(|(_, of)| of == key).map(|(entry, _)| entry))
    }

    /// Keeps a copy of the wheel `file`, built for `key`. One that is there already is replaced.
    ///
    /// # Errors
    /// That the file cannot be read or the entry cannot be written.
    pub fn keep_built_wheel(&self, key: &str, file: &Path) -> Result<BuiltEntry, DiskError> {
        let scratch = self.scratch()?;
        let name = file.file_name().unwrap_or_default();
        let copy = scratch.path().join(name);
        fs::copy(file, &copy).map_err(|error| DiskError::new("write", &copy, error))?;
        let bytes = FileBytes::open(&copy).map_err(|error| DiskError::new("read", &copy, error))?;
        let text = format!("{}\n{}\n{key}", sha256(&bytes), name.to_string_lossy());
        let entry = scratch.path().join(ENTRY);
        fs::write(&entry, text).map_err(|error| DiskError::new("write", &entry, error))?;
        let target = self.entry(Kind::Built, &key_name(key));
        if target.exists()
            && let Some(away) = self.move_away(&target)?
        {
            let _ = fs::remove_dir_all(away);
        }
        match self.rename_into(Kind::Built, scratch.path(), &target) {
            // Another process was quicker: its wheel will do.
            Err(_) if target.join(ENTRY).is_file() => {}
            renamed => renamed?,
        }
        let unreadable = || {
            let error =
                io::Error::new(io::ErrorKind::InvalidData, "the entry is unreadable right after writing");
            DiskError::new("read", &target, error)
        };
        self.built_wheel(key)?.ok_or_else(unreadable)
    }

    /// All wheels that were built, by file name.
    ///
    /// # Errors
    /// That the folder cannot be read.
    pub fn list_built(&self) -> Result<Vec<BuiltEntry>, DiskError> {
        let entries = crate::maintenance::entries_of(&self.folder(Kind::Built))?;
        let mut found: Vec<_> = entries.iter().filter_map(|entry| built_at(&entry.path())).collect();
        found.sort_by(|a, b| (a.filename.as_str(), &a.path).cmp(&(b.filename.as_str(), &b.path)));
        Ok(found)
    }
}

/// The entry in `folder`, if it is whole.
pub(crate) fn built_at(folder: &Path) -> Option<BuiltEntry> {
    read_entry(folder).ok().flatten().map(|(entry, _)| entry)
}

/// The entry in `folder` and its key; `None` for a missing or damaged one.
fn read_entry(folder: &Path) -> Result<Option<(BuiltEntry, String)>, DiskError> {
    let path = folder.join(ENTRY);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::InvalidData) => {
            return Ok(None);
        }
        Err(error) => return Err(DiskError::new("read", path, error)),
    };
    let mut lines = text.splitn(3, '\n');
    let (Some(hash), Some(name), Some(key)) = (lines.next(), lines.next(), lines.next()) else {
        return Ok(None);
    };
    let (Ok(sha256), Ok(filename)) = (Hash::parse(hash), WheelFilename::parse(name)) else { return Ok(None) };
    let path = folder.join(name);
    let Ok(data) = fs::metadata(&path) else { return Ok(None) };
    let kept = data.modified().unwrap_or(SystemTime::UNIX_EPOCH);
    Ok(Some((BuiltEntry { path, filename, sha256, size: data.len(), kept }, key.to_owned())))
}
