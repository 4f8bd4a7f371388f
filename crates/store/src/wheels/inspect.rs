//! What a wheel says about itself, checked against its file name (PEP 427, the binary distribution format).

use std::collections::HashMap;

use packaging::entry_points::EntryPoints;
use packaging::filenames::WheelFilename;
use packaging::hashes::Hash;
use packaging::name::canonicalize_name;
use packaging::record::{Record, RecordError};
use packaging::version::Version;

use super::manifest::SourceScript;
use crate::archive::zip::{Inflater, ZipArchive, ZipError, ZipMember};

/// METADATA, WHEEL, RECORD and entry_points.txt are read whole; none of them is honestly larger.
const LARGEST_METADATA: u64 = 128 << 20;
/// Files of `.dist-info` that belong to the installer (PEP 376, PEP 610): a wheel cannot bring them.
const OF_THE_INSTALLER: [&str; 4] = ["RECORD", "INSTALLER", "REQUESTED", "direct_url.json"];
/// Files that RECORD need not list (PEP 427), besides itself.
const UNLISTED: [&str; 2] = ["RECORD.jws", "RECORD.p7s"];
const SCHEMES: [&str; 5] = ["purelib", "platlib", "headers", "scripts", "data"];

/// Why the content of a wheel is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WheelError {
    /// The zip is refused, or one of its members is corrupt.
    #[error(transparent)]
    Zip(#[from] ZipError),
    /// There is none.
    #[error("the wheel has no .dist-info folder")]
    NoDistInfo,
    /// There is more than one.
    #[error("the wheel has several .dist-info folders: {0:?}")]
    SeveralDistInfo(Vec<String>),
    /// More than one `.data` folder.
    #[error("the wheel has several .data folders: `{0}`, `{1}`")]
    SeveralDataDirs(String, String),
    /// The `.dist-info` folder or METADATA is of another project or version than the file name.
    #[error("the {place} says `{found}`, the file name `{expected}`")]
    Inconsistent {
        /// Where it stands.
        place: &'static str,
        /// The name or version there.
        found: String,
        /// The name or version of the file name.
        expected: String,
    },
    /// METADATA, WHEEL or RECORD is missing.
    #[error("the wheel has no {0}")]
    MissingFile(&'static str),
    /// A metadata file without a header it needs, or not text.
    #[error("{file}: {problem}")]
    BadMetadata {
        /// Which file.
        file: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// A major `Wheel-Version` other than 1.
    #[error("Wheel-Version {0} is not supported")]
    WheelVersion(String),
    /// A file below `.data` in no scheme or in an unknown one.
    #[error("`{0}` belongs to no installation scheme")]
    UnknownScheme(String),
    /// RECORD is no CSV.
    #[error("RECORD: {0}")]
    Record(#[from] RecordError),
    /// RECORD lists a file with its hash that the wheel does not have.
    #[error("RECORD lists `{0}`, which is not in the wheel")]
    RecordMissingFile(String),
    /// A hash in RECORD is by an unknown algorithm or malformed.
    #[error("RECORD has an unusable hash for `{path}`: `{hash}`")]
    RecordHash {
        /// The file.
        path: String,
        /// As written.
        hash: String,
    },
    /// A file is not what RECORD says.
    #[error("`{path}` is not what RECORD says: {expected} there, {actual} in the wheel")]
    RecordMismatch {
        /// The file.
        path: String,
        /// In RECORD.
        expected: String,
        /// In the wheel.
        actual: String,
    },
    /// The manifest would pass 4 GiB.
    #[error("the wheel has too many files")]
    TooLarge,
}

/// What RECORD promises about a file.
#[derive(Debug, Clone)]
pub(crate) struct Promise {
    pub(crate) hash: Option<(String, Hash)>,
    pub(crate) size: Option<u64>,
    kept: bool,
}

/// A file that is to be unpacked.
#[derive(Debug)]
pub(crate) struct PlannedFile<'z, 'a> {
    pub(crate) member: &'z ZipMember<'a>,
    /// Index of its directory in [`Contents::directories`] or, for data files, [`Contents::data_directories`].
    pub(crate) directory: u32,
    pub(crate) promise: Option<Promise>,
    /// A signature: in RECORD without a hash.
    pub(crate) unhashed: bool,
}

/// The checked content of a wheel.
#[derive(Debug)]
pub(crate) struct Contents<'z, 'a> {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) dist_info: String,
    pub(crate) data_dir: String,
    pub(crate) metadata_headers: String,
    pub(crate) wheel_text: String,
    pub(crate) wheel_version: (u16, u16),
    pub(crate) purelib: bool,
    pub(crate) tags: String,
    pub(crate) scripts: Vec<SourceScript>,
    pub(crate) directories: Vec<String>,
    pub(crate) files: Vec<PlannedFile<'z, 'a>>,
    pub(crate) data_directories: Vec<String>,
    pub(crate) data_files: Vec<PlannedFile<'z, 'a>>,
}

/// Reads and checks everything but the hashes of the files.
pub(crate) fn inspect<'z, 'a>(
    archive: &'z ZipArchive<'a>,
    filename: &WheelFilename,
) -> Result<Contents<'z, 'a>, WheelError> {
    let dist_info = find_dist_info(archive)?;
    check_dist_info(&dist_info, filename)?;
    let mut reader = MetadataReader { archive, dist_info: &dist_info, inflater: Inflater::default() };
    let wheel = reader.required("WHEEL")?;
    let (wheel_version, purelib, tags) = read_wheel_file(&wheel)?;
    let metadata = reader.required("METADATA")?;
    let (name, version) = read_metadata(&metadata, filename)?;
    let record = Record::parse(&reader.required("RECORD")?)?;
    let scripts = reader.optional("entry_points.txt")?.map_or_else(Vec::new, |text| scripts(&text));
    let mut contents = Contents {
        name,
        version,
        data_dir: String::new(),
        metadata_headers: String::from_utf8_lossy(headers_only(&metadata)).into_owned(),
        wheel_text: String::from_utf8_lossy(&wheel).into_owned(),
        wheel_version,
        purelib,
        tags,
        scripts,
        directories: Vec::new(),
        files: Vec::new(),
        data_directories: Vec::new(),
        data_files: Vec::new(),
        dist_info,
    };
    contents.plan(archive, promises(&record, &contents.dist_info)?)?;
    Ok(contents)
}

struct MetadataReader<'z, 'a> {
    archive: &'z ZipArchive<'a>,
    dist_info: &'z str,
    inflater: Inflater,
}

impl MetadataReader<'_, '_> {
    fn optional(&mut self, name: &'static str) -> Result<Option<Vec<u8>>, WheelError> {
        let path = format!("{}/{name}", self.dist_info);
        let Some(member) = self.archive.file(&path) else { return Ok(None) };
        if member.size() > LARGEST_METADATA {
            return Err(WheelError::BadMetadata { file: name, problem: format!("{} bytes", member.size()) });
        }
        let mut buffer = Vec::new();
        let content = member.read(&mut self.inflater, &mut buffer)?;
        Ok(Some(content.to_vec()))
    }

    fn required(&mut self, name: &'static str) -> Result<Vec<u8>, WheelError> {
        self.optional(name)?.ok_or(WheelError::MissingFile(name))
    }
}

fn find_dist_info(archive: &ZipArchive<'_>) -> Result<String, WheelError> {
    let mut found: Vec<&str> = Vec::new();
    for member in archive.members() {
        let Some((top, _)) = member.path().as_str().split_once('/') else { continue };
        if top.ends_with(".dist-info") && !found.contains(&top) {
            found.push(top);
            if found.len() > 8 {
                break;
            }
        }
    }
    match found[..] {
        [] => Err(WheelError::NoDistInfo),
        [only] => Ok(only.to_owned()),
        _ => Err(WheelError::SeveralDistInfo(found.into_iter().map(str::to_owned).collect())),
    }
}

fn check_dist_info(dist_info: &str, filename: &WheelFilename) -> Result<(), WheelError> {
    let stem = dist_info.strip_suffix(".dist-info").unwrap_or(dist_info);
    let (name, version) = stem.rsplit_once('-').unwrap_or((stem, ""));
    same_name(".dist-info folder", name, filename)?;
    same_version(".dist-info folder", version, filename)
}

fn same_name(place: &'static str, found: &str, filename: &WheelFilename) -> Result<(), WheelError> {
    if *canonicalize_name(found) == *filename.name().as_str() {
        return Ok(());
    }
    Err(WheelError::Inconsistent { place, found: found.to_owned(), expected: filename.name().to_string() })
}

fn same_version(place: &'static str, found: &str, filename: &WheelFilename) -> Result<(), WheelError> {
    // A local version's `+` and `-` are escaped as `_` in file and folder names.
    let same = [found.to_owned(), found.replacen('_', "+", 1).replace('_', ".")]
        .iter()
        .any(|text| Version::parse(text).is_ok_and(|version| version == *filename.version()));
    if same {
        return Ok(());
    }
    Err(WheelError::Inconsistent { place, found: found.to_owned(), expected: filename.version().to_string() })
}

fn read_wheel_file(bytes: &[u8]) -> Result<((u16, u16), bool, String), WheelError> {
    let text = String::from_utf8_lossy(bytes);
    let header =
        |name: &str| headers(&text).find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    let bad = |problem: &str| WheelError::BadMetadata { file: "WHEEL", problem: problem.to_owned() };
    let version = header("Wheel-Version").ok_or_else(|| bad("no Wheel-Version"))?;
    let (major, minor) = version.split_once('.').unwrap_or((version, "0"));
    let minor = minor.split('.').next().unwrap_or("0");
    let (Ok(major), Ok(minor)) = (major.parse(), minor.parse()) else {
        return Err(bad("Wheel-Version is no version"));
    };
    if major != 1 {
        return Err(WheelError::WheelVersion(version.to_owned()));
    }
    // As pip: purelib only when the text is `true`.
    let purelib = header("Root-Is-Purelib").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let tags = headers(&text).filter(|(key, _)| key.eq_ignore_ascii_case("Tag")).map(|(_, value)| value);
    Ok(((major, minor), purelib, tags.collect::<Vec<_>>().join("\n")))
}

fn read_metadata(bytes: &[u8], filename: &WheelFilename) -> Result<(String, String), WheelError> {
    let text = String::from_utf8_lossy(headers_only(bytes));
    let header = |name: &'static str| {
        let found = headers(&text).find(|(key, _)| key.eq_ignore_ascii_case(name));
        let missing = || WheelError::BadMetadata { file: "METADATA", problem: format!("no {name}") };
        found.map(|(_, value)| value.to_owned()).ok_or_else(missing)
    };
    let (name, version) = (header("Name")?, header("Version")?);
    same_name("METADATA", &name, filename)?;
    same_version("METADATA", &version, filename)?;
    Ok((name, version))
}

/// Everything in front of the first blank line.
pub(crate) fn headers_only(bytes: &[u8]) -> &[u8] {
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', bytes) {
        if matches!(&bytes[start..end], b"" | b"\r") {
            return &bytes[..start];
        }
        start = end + 1;
    }
    bytes
}

/// `(name, value)` of the header lines; continuation lines are skipped, what is read here has none.
fn headers(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines()
        .filter(|line| !line.starts_with([' ', '\t']))
        .filter_map(|line| line.split_once(':'))
        .map(|(key, value)| (key.trim(), value.trim()))
}

fn scripts(bytes: &[u8]) -> Vec<SourceScript> {
    let text = String::from_utf8_lossy(bytes);
    let entries = EntryPoints::parse(&text).entries;
    let wanted =
        entries.into_iter().filter(|entry| matches!(&*entry.group, "console_scripts" | "gui_scripts"));
    wanted
        .map(|entry| SourceScript {
            gui: entry.group == "gui_scripts",
            name: entry.name,
            module: entry.module,
            attribute: entry.attribute.unwrap_or_default(),
        })
        .collect()
}

type Promises = HashMap<String, Promise>;

fn promises(record: &Record, dist_info: &str) -> Result<Promises, WheelError> {
    let itself = format!("{dist_info}/RECORD");
    let mut promises = Promises::default();
    for row in &record.rows {
        // Old wheels made on Windows have backslashes here (not in the archive).
        let path = row.path.replace('\\', "/");
        if path == itself {
            continue;
        }
        let hash = match &row.hash {
            None => None,
            Some(text) => {
                let bad = || WheelError::RecordHash { path: path.clone(), hash: text.clone() };
                Some((text.clone(), row.parsed_hash().ok_or_else(bad)?))
            }
        };
        let promise = Promise { hash, size: row.size, kept: false };
        match promises.get(&path) {
            // A row that is there twice must promise the same twice.
            Some(first) if first.differs(&promise) => return Err(first.contradiction(path, &promise)),
            _ => promises.insert(path, promise),
        };
    }
    Ok(promises)
}

impl Promise {
    fn differs(&self, other: &Self) -> bool {
        let hashes = (self.hash.as_ref().map(|(_, hash)| hash), other.hash.as_ref().map(|(_, hash)| hash));
        hashes.0 != hashes.1 || self.size != other.size
    }

    fn contradiction(&self, path: String, other: &Self) -> WheelError {
        WheelError::RecordMismatch {
            path,
            expected: self.describe(),
            actual: format!("also {}", other.describe()),
        }
    }

    fn describe(&self) -> String {
        let hash = self.hash.as_ref().map_or("no hash", |(text, _)| text);
        self.size.map_or_else(|| hash.to_owned(), |size| format!("{hash}, {size} bytes"))
    }
}

impl<'z, 'a> Contents<'z, 'a> {
    /// Sorts the members into library and data files and gives each what RECORD promises about it.
    fn plan(&mut self, archive: &'z ZipArchive<'a>, mut promises: Promises) -> Result<(), WheelError> {
        let mut library = Vec::with_capacity(archive.members().len());
        let mut data = Vec::new();
        for member in archive.members().iter().filter(|member| !member.is_directory()) {
            let path = member.path().as_str();
            let in_dist_info = path.strip_prefix(&*self.dist_info).and_then(|rest| rest.strip_prefix('/'));
            if in_dist_info.is_some_and(|name| OF_THE_INSTALLER.contains(&name)) {
                promises.remove(path);
                continue;
            }
            let promise = promises.get_mut(path).map(|promise| {
                promise.kept = true;
                promise.clone()
            });
            let unhashed = in_dist_info.is_some_and(|name| UNLISTED.contains(&name));
            let file = PlannedFile { member, directory: 0, promise, unhashed };
            if self.is_data_file(path)? { data.push(file) } else { library.push(file) }
        }
        // A row without a hash promises nothing; pip drops those of bytecode that was not packed.
        let broken = promises.into_iter().find(|(_, promise)| !promise.kept && promise.hash.is_some());
        if let Some((path, _)) = broken {
            return Err(WheelError::RecordMissingFile(path));
        }
        (self.directories, self.files) = by_directory(library);
        (self.data_directories, self.data_files) = by_directory(data);
        Ok(())
    }

    /// As pip: a first component ending with `.data` means an installation scheme.
    fn is_data_file(&mut self, path: &str) -> Result<bool, WheelError> {
        let Some((top, below)) = path.split_once('/').filter(|(top, _)| top.ends_with(".data")) else {
            return Ok(false);
        };
        if !below.split_once('/').is_some_and(|(scheme, _)| SCHEMES.contains(&scheme)) {
            return Err(WheelError::UnknownScheme(path.to_owned()));
        }
        if self.data_dir.is_empty() {
            top.clone_into(&mut self.data_dir);
        } else if self.data_dir != top {
            return Err(WheelError::SeveralDataDirs(self.data_dir.clone(), top.to_owned()));
        }
        Ok(true)
    }
}

/// All directories of `files`, parents first and the root in front, and the files sorted by directory and name.
fn by_directory<'z, 'a>(mut files: Vec<PlannedFile<'z, 'a>>) -> (Vec<String>, Vec<PlannedFile<'z, 'a>>) {
    fn key<'f>(file: &'f PlannedFile<'_, '_>) -> (&'f str, &'f str) {
        (file.member.path().parent(), file.member.path().file_name())
    }
    files.sort_unstable_by(|a, b| key(a).cmp(&key(b)));
    let mut directories = vec![""];
    let mut last = "";
    for file in &files {
        let parent = file.member.path().parent();
        if parent == last {
            continue;
        }
        last = parent;
        let mut above = parent;
        while !above.is_empty() {
            directories.push(above);
            above = above.rsplit_once('/').map_or("", |(above, _)| above);
        }
    }
    directories.sort_unstable();
    directories.dedup();
    let directories: Vec<String> = directories.into_iter().map(str::to_owned).collect();
    let mut index = 0;
    for file in &mut files {
        let parent = file.member.path().parent();
        while directories.get(index).is_some_and(|directory| directory.as_str() < parent) {
            index += 1;
        }
        file.directory = index as u32;
    }
    (directories, files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_end_at_the_first_blank_line() {
        assert_eq!(headers_only(b"A: 1\r\nB: 2\r\n\r\nC: 3"), b"A: 1\r\nB: 2\r\n");
        assert_eq!(headers_only(b"A: 1\n\nB"), b"A: 1\n");
        assert_eq!(headers_only(b"A: 1"), b"A: 1");
        assert_eq!(headers_only(b"\nA: 1"), b"");
        let pairs: Vec<_> = headers("A: 1\n more\nB : x:y\nnothing\n").collect();
        assert_eq!(pairs, [("A", "1"), ("B", "x:y")]);
    }

    #[test]
    fn the_wheel_file() {
        let good = read_wheel_file(b"Wheel-Version: 1.1\nRoot-Is-Purelib: True\nTag: a\nTag: b\n").unwrap();
        assert_eq!(good, ((1, 1), true, "a\nb".to_owned()));
        assert_eq!(read_wheel_file(b"Wheel-Version: 2.0\n"), Err(WheelError::WheelVersion("2.0".to_owned())));
        for bad in ["", "Wheel-Version: x\n", "Wheel-Version: 1.x\n", "Wheel-Version: 99999999999\n"] {
            assert!(matches!(read_wheel_file(bad.as_bytes()), Err(WheelError::BadMetadata { .. })), "{bad}");
        }
    }
}
