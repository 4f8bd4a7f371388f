//! The manifest of a stored wheel: all that installing it needs, precomputed, in one flat file.

use std::ops::Range;

use packaging::record::write_row;

use crate::flat::{Flat, FlatError, FlatWriter, Put, Record, Shape, TextRef};
use crate::sys::Bytes;

pub(crate) const SHAPE: Shape = Shape {
    magic: *b"TILSITWH",
    format: 2,
    reserved: 0,
    records: &[HEAD, DIRECTORY, FILE, FILE, SCRIPT, 1],
    hot: 6,
};
const HEADER: usize = 0;
const DIRECTORIES: usize = 1;
const FILES: usize = 2;
const DATA_FILES: usize = 3;
const SCRIPTS: usize = 4;

// One record of HEAD bytes; see `Manifest` for what stands where.
const HEAD: usize = 16 + 9 * 8;
/// path · parent u32 · first file u32 · end of files u32
const DIRECTORY: usize = 20;
/// path · row · directory u32 · flags u32 · size u64 · sha256
const FILE: usize = 64;
/// kind u32 · name · module · attribute
const SCRIPT: usize = 28;

const FLAG_PURELIB: u32 = 1;
const FLAG_PYTHON: u32 = 2;
const FLAG_EXECUTABLE: u32 = 1;

/// What a wheel consists of, without walking its tree: an immutable, memory-mapped table.
///
/// Files that an installer writes itself (`RECORD`, `INSTALLER`, `REQUESTED`, `direct_url.json`) are not part of it.
#[derive(Debug)]
pub struct Manifest {
    flat: Flat,
}

/// A directory of the wheel's library files.
#[derive(Debug, Clone, Copy)]
pub struct Directory<'a> {
    manifest: &'a Manifest,
    record: Record<'a>,
    index: u32,
}

/// A file of a stored wheel.
#[derive(Debug, Clone, Copy)]
pub struct FileEntry<'a> {
    record: Record<'a>,
    head: Record<'a>,
}

/// A file below `NAME-VERSION.data/`, which goes to another scheme than the library.
#[derive(Debug, Clone, Copy)]
pub struct DataFile<'a> {
    file: FileEntry<'a>,
}

/// A script to be made from an entry point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Script<'a> {
    /// Its file name.
    pub name: &'a str,
    /// The dotted module.
    pub module: &'a str,
    /// The dotted attribute to be called; empty where the entry point names none (`pip` refuses such a script).
    pub attribute: &'a str,
    /// `gui_scripts` rather than `console_scripts`.
    pub gui: bool,
}

impl Manifest {
    pub(crate) fn open(bytes: Bytes) -> Result<Self, FlatError> {
        let manifest = Self { flat: Flat::open(bytes, SHAPE)? };
        if manifest.flat.count(HEADER) != 1 || manifest.flat.count(DIRECTORIES) == 0 {
            return Err(FlatError::Damaged);
        }
        let files = manifest.flat.count(FILES) as u32;
        let consistent = manifest.directories().all(|directory| {
            let range = directory.range();
            let parent_first = directory.index == 0 || directory.record.u32(8) < directory.index;
            range.start <= range.end && range.end <= files && parent_first
        });
        if consistent { Ok(manifest) } else { Err(FlatError::Damaged) }
    }

    fn head(&self) -> Record<'_> {
        self.flat.record(HEADER, 0)
    }

    /// The distribution's name as METADATA writes it.
    #[must_use]
    pub fn name(&self) -> &str {
        self.head().text(16)
    }

    /// The version as METADATA writes it.
    #[must_use]
    pub fn version(&self) -> &str {
        self.head().text(24)
    }

    /// The `.dist-info` folder's name.
    #[must_use]
    pub fn dist_info(&self) -> &str {
        self.head().text(32)
    }

    /// The `.data` folder's name, where the wheel has one.
    #[must_use]
    pub fn data_dir(&self) -> Option<&str> {
        Some(self.head().text(40)).filter(|name| !name.is_empty())
    }

    /// The file name under which the wheel was added.
    #[must_use]
    pub fn filename(&self) -> &str {
        self.head().text(48)
    }

    /// `Root-Is-Purelib` of WHEEL: the library files go to purelib, else to platlib.
    #[must_use]
    pub fn root_is_purelib(&self) -> bool {
        self.head().u32(0) & FLAG_PURELIB != 0
    }

    /// Whether there is anything to compile to bytecode among the library files.
    #[must_use]
    pub fn has_python_files(&self) -> bool {
        self.head().u32(0) & FLAG_PYTHON != 0
    }

    /// `Wheel-Version`, major and minor. The major one is 1; a minor one above 0 deserves a warning (PEP 427).
    #[must_use]
    pub fn wheel_version(&self) -> (u32, u32) {
        let packed = self.head().u32(4);
        (packed >> 16, packed & 0xFFFF)
    }

    /// The `Tag` lines of WHEEL, each one expanded tag.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        self.head().text(56).lines()
    }

    /// METADATA up to its first blank line (bytes that are no UTF-8 replaced).
    #[must_use]
    pub fn metadata_headers(&self) -> &str {
        self.head().text(64)
    }

    /// WHEEL as it is.
    #[must_use]
    pub fn wheel_text(&self) -> &str {
        self.head().text(72)
    }

    /// RECORD's rows of [`Manifest::files`], sorted and ready to be written (`path,sha256=…,size` with `\r\n`, as `pip`
    /// writes them). Rows of what an installer adds, and RECORD's own, are to be merged in.
    #[must_use]
    pub fn record_text(&self) -> &str {
        self.head().text(80)
    }

    /// Library directories, parents first; the first is the root itself, whose path is empty.
    pub fn directories(&self) -> impl ExactSizeIterator<Item = Directory<'_>> {
        (0..self.flat.count(DIRECTORIES) as u32).map(|index| self.directory(index))
    }

    fn directory(&self, index: u32) -> Directory<'_> {
        Directory { manifest: self, record: self.flat.record(DIRECTORIES, index as usize), index }
    }

    /// Library files, grouped by directory in the order of [`Manifest::directories`].
    pub fn files(&self) -> impl ExactSizeIterator<Item = FileEntry<'_>> {
        self.files_in(0..self.flat.count(FILES) as u32)
    }

    fn files_in(&self, range: Range<u32>) -> impl ExactSizeIterator<Item = FileEntry<'_>> {
        let head = self.head();
        range.map(move |index| FileEntry { record: self.flat.record(FILES, index as usize), head })
    }

    /// Files of other schemes: `.data/scripts/…`, `.data/data/…`, `.data/headers/…`, `.data/purelib/…`, `.data/platlib/…`.
    pub fn data_files(&self) -> impl ExactSizeIterator<Item = DataFile<'_>> {
        let head = self.head();
        (0..self.flat.count(DATA_FILES)).map(move |index| DataFile {
            file: FileEntry { record: self.flat.record(DATA_FILES, index), head },
        })
    }

    /// The scripts of entry_points.txt, in its order.
    pub fn scripts(&self) -> impl ExactSizeIterator<Item = Script<'_>> {
        (0..self.flat.count(SCRIPTS)).map(|index| {
            let record = self.flat.record(SCRIPTS, index);
            Script {
                gui: record.u32(0) != 0,
                name: record.text(4),
                module: record.text(12),
                attribute: record.text(20),
            }
        })
    }

    /// Bytes of all files together.
    #[must_use]
    pub fn unpacked_size(&self) -> u64 {
        let data = self.data_files().map(|data| data.file.size());
        self.files().map(|file| file.size()).chain(data).fold(0, u64::saturating_add)
    }
}

impl<'a> Directory<'a> {
    /// Its place in [`Manifest::directories`].
    #[must_use]
    pub fn index(&self) -> u32 {
        self.index
    }

    /// Relative to the library folder; empty for that folder itself.
    #[must_use]
    pub fn path(&self) -> &'a str {
        self.record.text(0)
    }

    /// The index of the directory above, `None` for the root.
    #[must_use]
    pub fn parent(&self) -> Option<u32> {
        (self.index != 0).then(|| self.record.u32(8))
    }

    /// The files directly in it.
    pub fn files(&self) -> impl ExactSizeIterator<Item = FileEntry<'a>> + use<'a> {
        self.manifest.files_in(self.range())
    }

    fn range(&self) -> Range<u32> {
        self.record.u32(12)..self.record.u32(16)
    }
}

impl<'a> FileEntry<'a> {
    /// Relative to the root of the unpacked tree.
    #[must_use]
    pub fn path(&self) -> &'a str {
        self.record.text(0)
    }

    /// The last component of the path.
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.path().rsplit_once('/').map_or(self.path(), |(_, name)| name)
    }

    /// The index of its directory in [`Manifest::directories`]; zero and meaningless for data files.
    #[must_use]
    pub fn directory(&self) -> u32 {
        self.record.u32(16)
    }

    /// Whether the wheel marks it executable.
    #[must_use]
    pub fn is_executable(&self) -> bool {
        self.record.u32(20) & FLAG_EXECUTABLE != 0
    }

    /// The permission bits of the stored file: 0666 or 0777 without the umask of the process that stored it.
    #[must_use]
    pub fn mode(&self) -> u32 {
        let modes = self.head.u32(8);
        if self.is_executable() { modes >> 16 } else { modes & 0xFFFF }
    }

    /// In bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.record.u64(24)
    }

    /// The SHA-256 of the content.
    #[must_use]
    pub fn sha256(&self) -> [u8; 32] {
        self.record.array(32)
    }

    /// Its row of RECORD with its line end; for a data file with the path in the wheel.
    #[must_use]
    pub fn record_row(&self) -> &'a str {
        self.record.text(8)
    }

    /// The row after the path and its comma, with its line end: `sha256=…,size`. For a file that lands elsewhere.
    #[must_use]
    pub fn record_tail(&self) -> &'a str {
        let row = self.record_row();
        let comma = row.rmatch_indices(',').nth(1).map_or(0, |(at, _)| at + 1);
        row.get(comma..).unwrap_or_default()
    }
}

impl<'a> DataFile<'a> {
    /// The file in the unpacked tree; its path starts with the `.data` folder.
    #[must_use]
    pub fn file(&self) -> FileEntry<'a> {
        self.file
    }

    /// `purelib`, `platlib`, `headers`, `scripts` or `data`.
    #[must_use]
    pub fn scheme(&self) -> &'a str {
        self.split().0
    }

    /// Relative to the scheme's folder.
    #[must_use]
    pub fn path(&self) -> &'a str {
        self.split().1
    }

    fn split(&self) -> (&'a str, &'a str) {
        let below = self.file.path().split_once('/').map_or("", |(_, below)| below);
        below.split_once('/').unwrap_or(("", below))
    }
}

/// What a manifest is written from.
#[derive(Debug, Default)]
pub(crate) struct ManifestSource {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) dist_info: String,
    pub(crate) data_dir: String,
    pub(crate) filename: String,
    pub(crate) tags: String,
    pub(crate) metadata_headers: String,
    pub(crate) wheel_text: String,
    pub(crate) wheel_version: (u16, u16),
    pub(crate) purelib: bool,
    pub(crate) plain_mode: u32,
    pub(crate) executable_mode: u32,
    pub(crate) directories: Vec<String>,
    /// Sorted by directory.
    pub(crate) files: Vec<SourceFile>,
    pub(crate) data_files: Vec<SourceFile>,
    pub(crate) scripts: Vec<SourceScript>,
}

#[derive(Debug, Clone)]
pub(crate) struct SourceFile {
    pub(crate) path: String,
    pub(crate) directory: u32,
    pub(crate) executable: bool,
    pub(crate) size: u64,
    pub(crate) sha256: [u8; 32],
    /// RECORD's second column, `None` for signatures, which have none.
    pub(crate) record_hash: Option<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct SourceScript {
    pub(crate) gui: bool,
    pub(crate) name: String,
    pub(crate) module: String,
    pub(crate) attribute: String,
}

impl ManifestSource {
    pub(crate) fn write(&self) -> Result<Vec<u8>, FlatError> {
        let mut writer = FlatWriter::new(SHAPE);
        let (rows, record_text) = write_rows(&mut writer, &self.files);
        let (data_rows, _) = write_rows(&mut writer, &self.data_files);
        write_files(&mut writer, FILES, &self.files, &rows);
        write_files(&mut writer, DATA_FILES, &self.data_files, &data_rows);
        self.write_directories(&mut writer);
        for script in &self.scripts {
            let texts = [&script.name, &script.module, &script.attribute].map(|text| writer.text(text));
            let section = writer.section(SCRIPTS);
            section.put_u32(u32::from(script.gui));
            texts.into_iter().for_each(|text| section.put_text(text));
        }
        self.write_head(&mut writer, record_text);
        writer.finish(&[])
    }

    fn write_head(&self, writer: &mut FlatWriter, record_text: TextRef) {
        let python = self.files.iter().any(|file| file.path.ends_with(".py"));
        let flags = if self.purelib { FLAG_PURELIB } else { 0 } | if python { FLAG_PYTHON } else { 0 };
        let texts = [
            &self.name,
            &self.version,
            &self.dist_info,
            &self.data_dir,
            &self.filename,
            &self.tags,
            &self.metadata_headers,
            &self.wheel_text,
        ];
        let texts = texts.map(|text| writer.text(text));
        let section = writer.section(HEADER);
        section.put_u32(flags);
        section.put_u32((u32::from(self.wheel_version.0) << 16) | u32::from(self.wheel_version.1));
        section.put_u32((self.executable_mode << 16) | self.plain_mode);
        section.put_u32(0);
        texts.into_iter().for_each(|text| section.put_text(text));
        section.put_text(record_text);
    }

    fn write_directories(&self, writer: &mut FlatWriter) {
        let mut first = 0;
        for (index, path) in self.directories.iter().enumerate() {
            let count =
                self.files[first..].iter().take_while(|file| file.directory as usize == index).count();
            let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
            let parent =
                self.directories[..index].binary_search_by(|other| (**other).cmp(parent)).unwrap_or(0);
            let text = writer.text(path);
            let section = writer.section(DIRECTORIES);
            section.put_text(text);
            section.put_u32(parent as u32);
            section.put_u32(first as u32);
            first += count;
            section.put_u32(first as u32);
        }
    }
}

/// Writes the rows sorted by path, as `pip` sorts them; the place of each file's row and of all of them.
fn write_rows(writer: &mut FlatWriter, files: &[SourceFile]) -> (Vec<TextRef>, TextRef) {
    let mut order: Vec<usize> = (0..files.len()).collect();
    order.sort_unstable_by(|a, b| files[*a].path.cmp(&files[*b].path));
    let mut rows = vec![TextRef::default(); files.len()];
    let start = writer.text_len();
    let mut row = String::new();
    for index in order {
        let file = &files[index];
        row.clear();
        let size = file.record_hash.as_ref().map(|_| file.size);
        write_row(&mut row, &file.path, file.record_hash.as_deref(), size);
        rows[index] = writer.text(&row);
    }
    (rows, TextRef { start, length: writer.text_len() - start })
}

fn write_files(writer: &mut FlatWriter, section: usize, files: &[SourceFile], rows: &[TextRef]) {
    for (file, row) in files.iter().zip(rows) {
        // The path is the start of the row unless CSV had to quote it.
        let length = file.path.len() as u32;
        let quoted = row.length > 0 && writer.text_at(*row).starts_with(b"\"");
        let path = if quoted { writer.text(&file.path) } else { TextRef { start: row.start, length } };
        let record = writer.section(section);
        record.put_text(path);
        record.put_text(*row);
        record.put_u32(file.directory);
        record.put_u32(if file.executable { FLAG_EXECUTABLE } else { 0 });
        record.put_u64(file.size);
        record.extend_from_slice(&file.sha256);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read_all(manifest: &Manifest) {
        for directory in manifest.directories() {
            let _ = (directory.path(), directory.parent(), directory.files().count());
        }
        for file in manifest.files().chain(manifest.data_files().map(|data| data.file())) {
            let _ = (file.path(), file.name(), file.mode(), file.size(), file.sha256(), file.record_tail());
        }
        let data: Vec<_> = manifest.data_files().map(|data| (data.scheme(), data.path())).collect();
        let _ = (data, manifest.scripts().count(), manifest.tags().count(), manifest.wheel_version());
        let _ = (
            manifest.record_text(),
            manifest.data_dir(),
            manifest.unpacked_size(),
            manifest.has_python_files(),
        );
    }

    proptest! {
        #[test]
        fn any_content_under_a_right_checksum_is_read(
            sections in proptest::collection::vec(proptest::collection::vec(0u32..40, 0..120), 5),
            text in "[ -~é]{0,40}",
        ) {
            let mut writer = FlatWriter::new(SHAPE);
            for (index, numbers) in sections.iter().enumerate() {
                let section = writer.section(index);
                numbers.iter().for_each(|number| section.put_u32(*number));
                let size = SHAPE.records[index];
                let whole = section.len() / size * size;
                section.truncate(if index == HEADER { size.min(whole) } else { whole });
            }
            writer.text(&text);
            if let Ok(manifest) = Manifest::open(Bytes::Owned(writer.finish(&[]).unwrap())) {
                read_all(&manifest);
            }
        }
    }
}
