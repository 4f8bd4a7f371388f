//! Source distributions as Python's `tarfile` and `gzip` write them: files with normalized owners and modes.

use std::collections::HashMap;
use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::tree::{normalized_mode, read};
use super::{NativeError, disk};
use crate::archive::{GzipForm, GzipWriter, TarEntry, TarKind, TarTime, TarWriter};

/// Writes a `.tar.gz` into memory.
#[derive(Debug)]
pub(super) struct SourceWriter {
    tar: TarWriter<GzipWriter>,
    /// The first name of each file on disk: `tarfile` writes further names of one as hard links.
    names: HashMap<(u64, u64), String>,
}

impl SourceWriter {
    /// An archive dated `time`; `name` is what the gzip header says, where it says one.
    pub(super) fn new(time: u32, name: Option<&str>) -> Self {
        Self { tar: TarWriter::new(GzipWriter::new(&GzipForm::python(time, name))), names: HashMap::new() }
    }

    /// Adds a file or symbolic link as `TarFile.gettarinfo` describes it, owned by nobody, with mode 644 or 755. Without
    /// a `time` it has its own, as a float.
    pub(super) fn add_file(&mut self, path: &Path, name: &str, time: Option<i64>) -> Result<(), NativeError> {
        let status = fs::symlink_metadata(path).map_err(|source| disk(path, source))?;
        let link = if status.is_symlink() {
            Some(fs::read_link(path).map_err(|source| disk(path, source))?)
        } else {
            None
        };
        let link = link.as_deref().map(Path::to_string_lossy);
        let earlier = self.earlier(&status, name);
        let contents = if link.is_none() && earlier.is_none() { read(path)? } else { Vec::new() };
        let kind = match (&link, &earlier) {
            (Some(target), _) => TarKind::Symlink(target),
            (None, Some(earlier)) => TarKind::Hardlink(earlier),
            (None, None) => TarKind::File(&contents),
        };
        let entry = TarEntry {
            mode: normalized_mode(status.mode()),
            time: time.map_or_else(|| own_time(&status), TarTime::Seconds),
            kind,
            ..TarEntry::file(name, &[], 0)
        };
        self.tar.add(&entry).map_err(|source| disk(path, source))
    }

    /// The name under which the same file is already there.
    fn earlier(&mut self, status: &Metadata, name: &str) -> Option<String> {
        let id = (status.ino(), status.dev());
        let earlier = self.names.get(&id).filter(|earlier| status.nlink() > 1 && *earlier != name).cloned();
        if earlier.is_none() && !status.is_symlink() {
            self.names.insert(id, name.to_owned());
        }
        earlier
    }

    /// Adds generated text.
    pub(super) fn add_text(&mut self, name: &str, text: &str, time: i64) -> Result<(), NativeError> {
        let entry = TarEntry::file(name, text.as_bytes(), time);
        self.tar.add(&entry).map_err(|source| disk(Path::new(name), source))
    }

    /// The whole archive.
    pub(super) fn finish(self) -> Result<Vec<u8>, NativeError> {
        let gzip = self.tar.finish().and_then(GzipWriter::finish);
        gzip.map_err(|source| disk(Path::new("the archive"), source))
    }
}

/// `os.stat(…).st_mtime`
fn own_time(status: &Metadata) -> TarTime {
    TarTime::Float(status.mtime() as f64 + 1e-9 * status.mtime_nsec() as f64)
}
