//! Unpacking: all files of a wheel into a fresh folder, inflated, checked and hashed by several threads.

use std::fs::File;
use std::io::{self, Read, Write as _};
use std::num::NonZero;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use packaging::hashes::{Hash, HashAlgorithm};
use rustix::fs::{Mode, OFlags, mkdirat, openat};
use sha2::{Digest as _, Sha256};

use super::AddWheelError;
use super::inspect::{Contents, PlannedFile, WheelError};
use super::manifest::SourceFile;
use crate::archive::Hasher;
use crate::archive::zip::{Inflater, ZipError};
use crate::disk::{DiskError, Modes};
use crate::sys::Bytes;
use crate::workers::on_threads;

/// Members up to this size are inflated in one piece of memory, larger ones streamed.
const WHOLE: u64 = 32 << 20;
/// Below this many bytes more threads cost more than they bring.
const WORTH_THREADS: u64 = 2 << 20;
/// What a thread takes at once.
const BATCH: u64 = 1 << 20;
/// Buffers up to this size are kept for the next member; for larger ones all threads of the process take turns.
const KEEP: usize = 4 << 20;
const MOST_THREADS: usize = 4;

/// Whose turn it is to have a large member in memory.
static LARGE: Mutex<()> = Mutex::new(());

/// The unpacked files, in the order of [`Contents::files`] and [`Contents::data_files`].
#[derive(Debug)]
pub(crate) struct Unpacked {
    pub(crate) files: Vec<SourceFile>,
    pub(crate) data_files: Vec<SourceFile>,
}

/// Unpacks into the existing, empty folder `tree`; `source` are the archive's bytes where they are a map.
pub(crate) fn unpack(
    contents: &Contents<'_, '_>,
    source: Option<&Bytes>,
    tree: &Path,
    modes: Modes,
) -> Result<Unpacked, AddWheelError> {
    let failed = |action| move |error: rustix::io::Errno| DiskError::new(action, tree, error);
    let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC;
    let root = rustix::fs::open(tree, flags, Mode::empty()).map_err(failed("open"))?;
    let directories = [&contents.directories, &contents.data_directories];
    for directory in directories.into_iter().flatten().filter(|directory| !directory.is_empty()) {
        match mkdirat(&root, directory.as_str(), Mode::from_raw_mode(0o777)) {
            // The library may have the data folder, too.
            Ok(()) | Err(rustix::io::Errno::EXIST) => {}
            Err(error) => return Err(DiskError::new("make the folder", tree.join(directory), error).into()),
        }
    }
    let work = Work { source, ..Work::new(contents, root.as_fd(), tree, modes) };
    work.run();
    let failure = work.failure.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(error) = failure {
        return Err(error);
    }
    let mut digests = vec![[0; 32]; contents.files.len() + contents.data_files.len()];
    for (index, digest) in work.digests.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner) {
        digests[index] = digest;
    }
    let (library, data) = digests.split_at(contents.files.len());
    Ok(Unpacked {
        files: described(&contents.files, library),
        data_files: described(&contents.data_files, data),
    })
}

fn described(files: &[PlannedFile<'_, '_>], digests: &[[u8; 32]]) -> Vec<SourceFile> {
    let one = |(file, sha256): (&PlannedFile<'_, '_>, &[u8; 32])| SourceFile {
        path: file.member.path().to_string(),
        directory: file.directory,
        executable: file.member.is_executable(),
        size: file.member.size(),
        sha256: *sha256,
        record_hash: record_hash(file, sha256),
    };
    files.iter().zip(digests).map(one).collect()
}

/// RECORD's hash as the wheel writes it; computed for a file that it forgets, none for signatures.
fn record_hash(file: &PlannedFile<'_, '_>, sha256: &[u8; 32]) -> Option<String> {
    let promised = file.promise.as_ref().and_then(|promise| promise.hash.as_ref());
    match promised {
        Some((text, _)) => Some(text.clone()),
        None if file.unhashed => None,
        None => Hash::from_digest(HashAlgorithm::Sha256, sha256).map(|hash| hash.to_record()),
    }
}

/// Files of one directory that one thread writes.
struct Batch {
    /// Indices into library files, then data files.
    files: std::ops::Range<usize>,
    size: u64,
}

struct Work<'w, 'z, 'a> {
    contents: &'w Contents<'z, 'a>,
    source: Option<&'w Bytes>,
    root: BorrowedFd<'w>,
    tree: &'w Path,
    modes: Modes,
    batches: Vec<Batch>,
    next: AtomicUsize,
    stop: AtomicBool,
    failure: Mutex<Option<AddWheelError>>,
    digests: Mutex<Vec<(usize, [u8; 32])>>,
}

impl<'w, 'z, 'a> Work<'w, 'z, 'a> {
    fn new(contents: &'w Contents<'z, 'a>, root: BorrowedFd<'w>, tree: &'w Path, modes: Modes) -> Self {
        let mut batches = Vec::new();
        let count = contents.files.len();
        collect_batches(&contents.files, 0, &mut batches);
        collect_batches(&contents.data_files, count, &mut batches);
        // Biggest first, so that no thread starts a long piece when the others are done.
        batches.sort_by_key(|batch| std::cmp::Reverse(batch.size));
        Self {
            contents,
            source: None,
            root,
            tree,
            modes,
            batches,
            next: AtomicUsize::new(0),
            stop: AtomicBool::new(false),
            failure: Mutex::new(None),
            digests: Mutex::new(Vec::new()),
        }
    }

    fn run(&self) {
        let total: u64 = self.batches.iter().map(|batch| batch.size).sum();
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        let threads = if total < WORTH_THREADS { 1 } else { cores.min(MOST_THREADS).min(self.batches.len()) };
        on_threads(threads, |_| self.work());
    }

    fn work(&self) {
        let mut worker = Worker { inflater: Inflater::default(), buffer: Vec::new(), done: Vec::new() };
        while !self.stop.load(Ordering::Relaxed) {
            let Some(batch) = self.batches.get(self.next.fetch_add(1, Ordering::Relaxed)) else { break };
            if let Err(error) = self.write_batch(batch, &mut worker) {
                self.stop.store(true, Ordering::Relaxed);
                self.failure.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get_or_insert(error);
            }
        }
        self.digests.lock().unwrap_or_else(std::sync::PoisonError::into_inner).append(&mut worker.done);
    }

    fn file(&self, index: usize) -> (&PlannedFile<'z, 'a>, &str) {
        let library = &self.contents.files;
        let (file, directories) = match index.checked_sub(library.len()) {
            None => (&library[index], &self.contents.directories),
            Some(index) => (&self.contents.data_files[index], &self.contents.data_directories),
        };
        (file, &directories[file.directory as usize])
    }

    fn write_batch(&self, batch: &Batch, worker: &mut Worker) -> Result<(), AddWheelError> {
        let (_, directory) = self.file(batch.files.start);
        let opened: OwnedFd;
        let folder = if directory.is_empty() {
            self.root
        } else {
            let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC | OFlags::NOFOLLOW;
            let open = openat(self.root, directory, flags, Mode::empty());
            opened = open.map_err(|error| DiskError::new("open", self.tree.join(directory), error))?;
            opened.as_fd()
        };
        for index in batch.files.clone() {
            let (file, _) = self.file(index);
            let is_large = file.member.size() > KEEP as u64;
            let _turn = is_large.then(|| LARGE.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
            let sha256 = self.write_file(folder, file, worker)?;
            if worker.buffer.len() > KEEP {
                worker.buffer = Vec::new();
            }
            worker.done.push((index, sha256));
        }
        self.release(batch);
        Ok(())
    }

    /// Lets go of the part of the map that a batch was read from, where its members lie side by side.
    fn release(&self, batch: &Batch) {
        let Some(source) = self.source else { return };
        let packed = || batch.files.clone().map(|index| self.file(index).0.member.packed());
        let offset = |at: *const u8| (at as usize).saturating_sub(source.as_ptr() as usize);
        let start = packed().map(|bytes| offset(bytes.as_ptr())).min().unwrap_or(0);
        let end = packed().map(|bytes| offset(bytes.as_ptr_range().end)).max().unwrap_or(0);
        let total: usize = packed().map(<[u8]>::len).sum();
        if end.saturating_sub(start) / 2 <= total
            && let Some(part) = source.get(start..end)
        {
            source.release(part);
        }
    }

    fn write_file(
        &self,
        folder: BorrowedFd<'_>,
        file: &PlannedFile<'_, '_>,
        worker: &mut Worker,
    ) -> Result<[u8; 32], AddWheelError> {
        let path = file.member.path();
        let failed = |error: io::Error| DiskError::new("write", self.tree.join(path.as_str()), error);
        let executable = file.member.is_executable();
        let mode = if executable { self.modes.executable } else { self.modes.plain };
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        let target = openat(folder, path.file_name(), flags, Mode::from_raw_mode(mode));
        let mut target = File::from(target.map_err(|error| failed(error.into()))?);
        if executable && self.modes.masks_executable {
            rustix::fs::fchmod(&target, Mode::from_raw_mode(mode)).map_err(|error| failed(error.into()))?;
        }
        if file.member.size() > WHOLE {
            return stream(file, &mut target, &failed);
        }
        let content = file.member.read(&mut worker.inflater, &mut worker.buffer).map_err(WheelError::from)?;
        let sha256: [u8; 32] = Sha256::digest(content).into();
        let other = other_algorithm(file).map(|algorithm| {
            let mut hasher = Hasher::new(algorithm);
            hasher.update(content);
            hasher.finish()
        });
        keep_promise(file, &sha256, other.as_ref())?;
        target.write_all(content).map_err(failed)?;
        Ok(sha256)
    }
}

struct Worker {
    inflater: Inflater,
    buffer: Vec<u8>,
    done: Vec<(usize, [u8; 32])>,
}

fn collect_batches(files: &[PlannedFile<'_, '_>], offset: usize, batches: &mut Vec<Batch>) {
    let mut start = 0;
    let mut size = 0;
    for (index, file) in files.iter().enumerate() {
        // Creating a file costs as much as some kilobytes of content.
        size += file.member.size() + 4096;
        let next = files.get(index + 1);
        let ends = next.is_none_or(|next| next.directory != file.directory) || size >= BATCH;
        if ends {
            batches.push(Batch { files: offset + start..offset + index + 1, size });
            (start, size) = (index + 1, 0);
        }
    }
}

/// The algorithm of RECORD's hash where it is not SHA-256.
fn other_algorithm(file: &PlannedFile<'_, '_>) -> Option<HashAlgorithm> {
    let (_, hash) = file.promise.as_ref()?.hash.as_ref()?;
    Some(hash.algorithm()).filter(|algorithm| *algorithm != HashAlgorithm::Sha256)
}

/// Compares a file with what RECORD promises.
fn keep_promise(
    file: &PlannedFile<'_, '_>,
    sha256: &[u8; 32],
    other: Option<&Hash>,
) -> Result<(), AddWheelError> {
    let Some(promise) = &file.promise else { return Ok(()) };
    let mismatch = |expected: String, actual: String| {
        AddWheelError::Content(WheelError::RecordMismatch {
            path: file.member.path().to_string(),
            expected,
            actual,
        })
    };
    if let Some(size) = promise.size.filter(|size| *size != file.member.size()) {
        return Err(mismatch(format!("{size} bytes"), format!("{} bytes", file.member.size())));
    }
    let Some((text, expected)) = &promise.hash else { return Ok(()) };
    let computed = Hash::from_digest(HashAlgorithm::Sha256, sha256);
    match other.or(computed.as_ref()) {
        Some(actual) if actual == expected => Ok(()),
        actual => Err(mismatch(text.clone(), actual.map(Hash::to_record).unwrap_or_default())),
    }
}

/// Writes a member that is too large for memory.
fn stream(
    file: &PlannedFile<'_, '_>,
    target: &mut File,
    failed: &dyn Fn(io::Error) -> DiskError,
) -> Result<[u8; 32], AddWheelError> {
    let corrupt = |_| WheelError::Zip(ZipError::Corrupt { name: file.member.path().to_string() });
    let mut reader = file.member.reader();
    let mut sha256 = Sha256::new();
    let mut other = other_algorithm(file).map(Hasher::new);
    let mut buffer = vec![0; 1 << 18];
    loop {
        let count = reader.read(&mut buffer).map_err(corrupt)?;
        if count == 0 {
            break;
        }
        sha256.update(&buffer[..count]);
        if let Some(other) = &mut other {
            other.update(&buffer[..count]);
        }
        target.write_all(&buffer[..count]).map_err(failed)?;
    }
    let sha256 = sha256.finalize().into();
    keep_promise(file, &sha256, other.map(Hasher::finish).as_ref())?;
    Ok(sha256)
}
