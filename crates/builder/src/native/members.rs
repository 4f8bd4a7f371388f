//! The files of an archive before it is written: where each comes from, what it is called, which mode it gets.

use std::collections::HashSet;
use std::path::PathBuf;

use super::tree;
use super::wheel::{RecordLines, WheelMember, WheelWriter};
use super::{NativeError, disk};
use crate::archive::{GzipForm, GzipWriter, TarEntry, TarKind, TarTime, TarWriter, ZipTime};

/// Where a member's bytes come from.
#[derive(Clone, Debug)]
pub(super) enum Contents {
    /// A file, read when the archive is written.
    File(PathBuf),
    /// Bytes that were made.
    Made(Vec<u8>),
    /// A folder.
    Folder,
}

/// One file of an archive.
#[derive(Clone, Debug)]
pub(super) struct Member {
    /// Its path in the archive.
    pub(super) name: String,
    /// Its mode, with the bits of its kind.
    pub(super) mode: u32,
    /// Its bytes.
    pub(super) contents: Contents,
}

/// The mode of a file that a program made, as `os.stat` says it.
pub(super) const MADE: u32 = 0o100_644;

impl Member {
    /// A file of the tree, with permissions 755 or 644.
    pub(super) fn normalized(name: String, path: PathBuf) -> Result<Self, NativeError> {
        use std::os::unix::fs::PermissionsExt;
        let mode = tree::normalized_mode(tree::status(&path)?.permissions().mode());
        Ok(Self { name, mode, contents: Contents::File(path) })
    }

    /// A file that was made.
    pub(super) fn made(name: String, contents: impl Into<Vec<u8>>) -> Self {
        Self { name, mode: MADE, contents: Contents::Made(contents.into()) }
    }

    fn read(&self) -> Result<Vec<u8>, NativeError> {
        match &self.contents {
            Contents::File(path) => tree::read(path),
            Contents::Made(bytes) => Ok(bytes.clone()),
            Contents::Folder => Ok(Vec::new()),
        }
    }
}

/// How RECORD, the last file of a wheel, is written.
#[derive(Clone, Debug)]
pub(super) struct RecordFile {
    /// Its path.
    pub(super) name: String,
    /// Its mode.
    pub(super) mode: u32,
}

/// A wheel; rows of RECORD end in `\n`, and RECORD is as old as what was made.
pub(super) fn wheel(members: &[Member], record: &RecordFile, times: Times) -> Result<Vec<u8>, NativeError> {
    let mut writer = WheelWriter::new();
    for member in members {
        let contents = member.read()?;
        let time = ZipTime::from_epoch(seconds(member, times)?);
        writer.add(&WheelMember { name: &member.name, contents: &contents, time, mode: member.mode })?;
    }
    let (Times::One(made) | Times::Own(made)) = times;
    let time = ZipTime::from_epoch(made);
    let last = WheelMember { name: &record.name, contents: &[], time, mode: record.mode };
    Ok(writer.finish(&last, RecordLines::Unix)?)
}

/// When the members of an archive were changed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Times {
    /// All at once.
    One(i64),
    /// Each as its file; what was made, at this time.
    Own(i64),
}

/// A `.tar.gz` of files that belong to nobody.
pub(super) fn sdist(
    top: &str,
    members: &[Member],
    times: Times,
    form: &GzipForm<'_>,
) -> Result<Vec<u8>, NativeError> {
    let mut writer = TarWriter::new(GzipWriter::new(form));
    let written = |source| disk(std::path::Path::new(top), source);
    for member in members {
        let contents = member.read()?;
        let name = if member.name.is_empty() { top.to_owned() } else { format!("{top}/{}", member.name) };
        let entry = TarEntry {
            name: &name,
            mode: member.mode & 0o7777,
            ids: (0, 0),
            names: ("", ""),
            time: time(member, times)?,
            kind: if matches!(member.contents, Contents::Folder) {
                TarKind::Directory
            } else {
                TarKind::File(&contents)
            },
        };
        writer.add(&entry).map_err(written)?;
    }
    writer.finish().and_then(GzipWriter::finish).map_err(written)
}

/// Sorted members with their folders before them, the top folder first.
pub(super) fn with_folders(members: &[Member]) -> Vec<Member> {
    let folder = |name: &str| Member { name: name.to_owned(), mode: 0o755, contents: Contents::Folder };
    let mut all = vec![folder("")];
    let mut seen = HashSet::new();
    for member in members {
        for (at, _) in member.name.match_indices('/') {
            if seen.insert(&member.name[..at]) {
                all.push(folder(&member.name[..at]));
            }
        }
        all.push(member.clone());
    }
    all
}

fn time(member: &Member, times: Times) -> Result<TarTime, NativeError> {
    use std::os::unix::fs::MetadataExt;
    Ok(match (times, &member.contents) {
        (Times::Own(_), Contents::File(path)) => {
            let status = tree::status(path)?;
            #[expect(clippy::cast_precision_loss, reason = "Python's own float")]
            TarTime::Float(status.mtime() as f64 + status.mtime_nsec() as f64 * 1e-9)
        }
        _ => TarTime::Seconds(seconds(member, times)?),
    })
}

fn seconds(member: &Member, times: Times) -> Result<i64, NativeError> {
    use std::os::unix::fs::MetadataExt;
    match (times, &member.contents) {
        (Times::Own(_), Contents::File(path)) => Ok(tree::status(path)?.mtime()),
        (Times::One(seconds) | Times::Own(seconds), _) => Ok(seconds),
    }
}
