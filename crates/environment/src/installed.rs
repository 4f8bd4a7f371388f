//! What is installed: one reading of each site-packages folder; metadata is opened only when asked for.

use std::collections::{BTreeSet, HashMap};
use std::ffi::OsStr;
use std::io::ErrorKind;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use packaging::direct_url::DirectUrl;
use packaging::name::PackageName;
use packaging::record::{Record, RecordError};
use packaging::version::Version;

/// How a distribution's metadata lies on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A `.dist-info` folder (PEP 376).
    DistInfo,
    /// An `.egg-info` folder that setuptools left.
    EggInfoFolder,
    /// An `.egg-info` file that distutils left: what it installed is not written down.
    EggInfoFile,
    /// An `.egg` folder or archive of easy_install.
    Egg,
    /// An `.egg-link` file: `setup.py develop`.
    EggLink,
}

/// A distribution that is installed.
#[derive(Debug, Clone)]
pub struct InstalledDistribution {
    name: PackageName,
    version: String,
    format: Format,
    info: PathBuf,
    location: PathBuf,
}

/// Why something about an installed distribution could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// A file could not be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// RECORD is not CSV text.
    #[error("{}: {source}", path.display())]
    Record {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: RecordError,
    },
}

/// Distributions by name, in the order of names.
#[derive(Debug, Clone, Default)]
pub struct Installed {
    distributions: Vec<InstalledDistribution>,
    /// Further ones of a name that was found before: Python does not import them.
    shadowed: Vec<InstalledDistribution>,
}

impl Installed {
    /// Those that count, sorted by name.
    pub fn iter(&self) -> std::slice::Iter<'_, InstalledDistribution> {
        self.distributions.iter()
    }

    /// The one of that name.
    pub fn get(&self, name: &PackageName) -> Option<&InstalledDistribution> {
        let found = self.distributions.binary_search_by(|one| one.name.cmp(name)).ok()?;
        self.distributions.get(found)
    }

    /// Those of these names alone.
    #[must_use]
    pub fn only(mut self, names: &BTreeSet<PackageName>) -> Installed {
        self.distributions.retain(|one| names.contains(&one.name));
        self.shadowed.retain(|one| names.contains(&one.name));
        self
    }

    /// Distributions that stand behind another of their name: leftovers, or the base interpreter's.
    pub fn shadowed(&self) -> &[InstalledDistribution] {
        &self.shadowed
    }

    /// How many count.
    pub fn len(&self) -> usize {
        self.distributions.len()
    }

    /// Whether nothing is installed.
    pub fn is_empty(&self) -> bool {
        self.distributions.is_empty()
    }

    /// Reads the folders in order; one that does not exist holds nothing.
    ///
    /// # Errors
    /// A folder that is there but cannot be read.
    pub fn scan(folders: &[PathBuf]) -> Result<Installed, ReadError> {
        let mut found = Vec::new();
        for folder in folders {
            scan_folder(folder, &mut found)?;
        }
        Ok(Installed::from_search_order(found))
    }

    /// Of each name the first one counts.
    pub(crate) fn from_search_order(found: Vec<InstalledDistribution>) -> Installed {
        let mut installed = Installed::default();
        let mut seen: HashMap<PackageName, ()> = HashMap::with_capacity(found.len());
        for distribution in found {
            match seen.insert(distribution.name.clone(), ()) {
                None => installed.distributions.push(distribution),
                Some(()) => installed.shadowed.push(distribution),
            }
        }
        installed.distributions.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        installed
    }
}

impl<'a> IntoIterator for &'a Installed {
    type Item = &'a InstalledDistribution;
    type IntoIter = std::slice::Iter<'a, InstalledDistribution>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

fn scan_folder(folder: &Path, found: &mut Vec<InstalledDistribution>) -> Result<(), ReadError> {
    let failed = |source| ReadError::Io { path: folder.to_owned(), source };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(()),
        Err(error) => return Err(failed(error)),
    };
    let start = found.len();
    for entry in entries {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        if let Some(distribution) = recognized(folder, &name) {
            found.push(distribution);
        }
    }
    // The order of a folder's entries is the file system's: make it ours. Two versions of one name come
    // newest first, `.dist-info` before older forms.
    let key = |one: &InstalledDistribution| (one.name.clone(), one.format as u8);
    found[start..].sort_by(|one, other| {
        key(one)
            .cmp(&key(other))
            .then_with(|| Version::parse(&other.version).ok().cmp(&Version::parse(&one.version).ok()))
    });
    Ok(())
}

/// The distribution that an entry of a site-packages folder stands for.
fn recognized(folder: &Path, entry: &OsStr) -> Option<InstalledDistribution> {
    let bytes = entry.as_bytes();
    // Names are in ASCII; `~name` is what pip leaves of a removal that failed.
    if bytes.len() < 5 || bytes[0] == b'~' || bytes[0] == b'.' {
        return None;
    }
    let dot = memchr::memrchr(b'.', bytes)?;
    let stem = std::str::from_utf8(&bytes[..dot]).ok()?;
    let path = || folder.join(entry);
    match &bytes[dot..] {
        b".dist-info" => InstalledDistribution::named(stem, Format::DistInfo, path(), folder),
        b".egg-info" => {
            let path = path();
            let format = if path.is_dir() { Format::EggInfoFolder } else { Format::EggInfoFile };
            InstalledDistribution::named(stem, format, path, folder)
        }
        b".egg" => {
            let (path, info) = (path(), path().join("EGG-INFO"));
            info.is_dir().then(|| InstalledDistribution::named(stem, Format::Egg, info, &path))?
        }
        b".egg-link" => egg_link(stem, path(), folder),
        _ => None,
    }
}

/// An `.egg-link` names a source folder on its first line; the metadata is the `.egg-info` there.
fn egg_link(stem: &str, link: PathBuf, folder: &Path) -> Option<InstalledDistribution> {
    let text = std::fs::read_to_string(&link).ok()?;
    let target = text.lines().map(str::trim).find(|line| !line.is_empty())?;
    let target = folder.join(target);
    let wanted = PackageName::new(stem).ok()?;
    let mut infos = std::fs::read_dir(&target).ok()?.flatten().map(|entry| entry.path());
    let info = infos.find(|path| {
        let stem = path.extension().filter(|end| *end == "egg-info").and_then(|_| path.file_stem());
        let name = stem.and_then(OsStr::to_str).map(|stem| stem.split('-').next().unwrap_or(stem));
        name.and_then(|name| PackageName::new(name).ok()).as_ref() == Some(&wanted)
    })?;
    let mut distribution = InstalledDistribution::named(stem, Format::EggLink, info, folder)?;
    distribution.location = target;
    Some(distribution)
}

impl InstalledDistribution {
    /// From the name of a metadata folder, `Name-1.0`; the version is looked up where the name lacks it.
    pub(crate) fn named(stem: &str, format: Format, info: PathBuf, location: &Path) -> Option<Self> {
        let mut parts = stem.splitn(2, '-');
        let name = PackageName::new(parts.next()?).ok()?;
        let version = parts.next().map(|version| match format {
            Format::DistInfo => version.to_owned(),
            // `Name-1.0-py3.11.egg-info`
            _ => version.split("-py").next().unwrap_or(version).to_owned(),
        });
        let mut distribution = InstalledDistribution {
            name,
            version: String::new(),
            format,
            info,
            location: location.to_owned(),
        };
        distribution.version = match version {
            Some(version) => version,
            None => distribution.header("Version").unwrap_or_default(),
        };
        Some(distribution)
    }

    /// The name in its normal form.
    pub fn name(&self) -> &PackageName {
        &self.name
    }

    /// The version as the folder's name has it.
    pub fn version_text(&self) -> &str {
        &self.version
    }

    /// The version, when it is one (PEP 440).
    pub fn version(&self) -> Option<Version> {
        Version::parse(&self.version).ok()
    }

    /// How its metadata lies on disk.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The metadata folder (or file).
    pub fn info(&self) -> &Path {
        &self.info
    }

    /// The folder it is imported from: site-packages, or the source folder of an `.egg-link`.
    pub fn location(&self) -> &Path {
        &self.location
    }

    /// A file of the metadata folder; `None` when it has none of that name.
    ///
    /// # Errors
    /// A file that is there but cannot be read.
    pub fn read(&self, file: &str) -> Result<Option<Vec<u8>>, ReadError> {
        let path = self.info.join(file);
        match std::fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
            Err(source) => Err(ReadError::Io { path, source }),
        }
    }

    /// METADATA, PKG-INFO, or the `.egg-info` file.
    fn metadata_path(&self) -> PathBuf {
        match self.format {
            Format::DistInfo => self.info.join("METADATA"),
            Format::EggInfoFile => self.info.clone(),
            _ => self.info.join("PKG-INFO"),
        }
    }

    /// The bytes of METADATA (or PKG-INFO, or the `.egg-info` file); `None` when there are none.
    ///
    /// # Errors
    /// A file that is there but cannot be read.
    pub fn metadata_bytes(&self) -> Result<Option<Vec<u8>>, ReadError> {
        match self.format {
            Format::DistInfo => self.read("METADATA"),
            Format::EggInfoFile => {
                let failed = |source| ReadError::Io { path: self.info.clone(), source };
                std::fs::read(&self.info).map(Some).map_err(failed)
            }
            _ => self.read("PKG-INFO"),
        }
    }

    /// METADATA as far as its headers go, and maybe more, read in steps of so many bytes: the description after them may
    /// be long.
    ///
    /// # Errors
    /// A file that is not there or cannot be read.
    pub(crate) fn metadata_headers(&self, step: usize) -> std::io::Result<Vec<u8>> {
        let file = std::fs::File::open(self.metadata_path())?;
        let mut bytes = Vec::new();
        loop {
            let start = bytes.len();
            bytes.reserve(step);
            let read = rustix::io::read(&file, rustix::buffer::spare_capacity(&mut bytes))?;
            let seen = &bytes[start.saturating_sub(3)..];
            let ended = [&b"\n\n"[..], b"\n\r\n"].iter().any(|end| memchr::memmem::find(seen, end).is_some());
            if read == 0 || ended {
                return Ok(bytes);
            }
        }
    }

    /// The first value of a header of METADATA; only the beginning of the file is read.
    pub fn header(&self, key: &str) -> Option<String> {
        first_header(&self.metadata_headers(4096).ok()?, key)
    }

    /// The name as its author writes it.
    pub fn raw_name(&self) -> String {
        self.header("Name").unwrap_or_else(|| self.name.as_str().to_owned())
    }

    /// Who installed it: the first word of INSTALLER.
    pub fn installer(&self) -> Option<String> {
        let bytes = self.read("INSTALLER").ok()??;
        let text = String::from_utf8_lossy(&bytes);
        text.lines().map(str::trim).find(|line| !line.is_empty()).map(str::to_owned)
    }

    /// Whether the user asked for it by name (PEP 376's REQUESTED).
    pub fn is_requested(&self) -> bool {
        self.info.join("REQUESTED").exists()
    }

    /// Where it came from, when not from an index (PEP 610); a broken file counts as none.
    pub fn direct_url(&self) -> Option<DirectUrl> {
        DirectUrl::parse(&self.read("direct_url.json").ok()??).ok()
    }

    /// The folder that it is developed in, when it is an editable installation.
    pub fn editable_location(&self) -> Option<PathBuf> {
        self.editable_location_of(self.direct_url().as_ref())
    }

    /// As [`editable_location`](Self::editable_location), by what [`direct_url`](Self::direct_url) said.
    pub fn editable_location_of(&self, direct: Option<&DirectUrl>) -> Option<PathBuf> {
        if self.format == Format::EggLink {
            return Some(self.location.clone());
        }
        direct.filter(|direct| direct.is_editable()).and_then(|direct| file_url_path(&direct.url))
    }

    /// RECORD; `None` when the distribution has none.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub fn record(&self) -> Result<Option<Record>, ReadError> {
        let Some(bytes) = self.read("RECORD")? else { return Ok(None) };
        let failed = |source| ReadError::Record { path: self.info.join("RECORD"), source };
        Record::parse(&bytes).map(Some).map_err(failed)
    }
}

/// The path of a `file:` URL.
fn file_url_path(url: &str) -> Option<PathBuf> {
    let rest = url.strip_prefix("file://")?;
    let mut bytes = rest[rest.find('/')?..].bytes();
    let mut path = Vec::with_capacity(rest.len());
    while let Some(byte) = bytes.next() {
        let digit = |byte: Option<u8>| byte.and_then(|byte| (byte as char).to_digit(16));
        path.push(match byte {
            b'%' => u8::try_from(digit(bytes.next())? * 16 + digit(bytes.next())?).ok()?,
            plain => plain,
        });
    }
    Some(PathBuf::from(std::ffi::OsString::from_vec(path)))
}

/// Header lines end at the first blank one.
fn first_header(head: &[u8], key: &str) -> Option<String> {
    for line in head.split(|&byte| byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            return None;
        }
        let colon = memchr::memchr(b':', line)?;
        if line[..colon].eq_ignore_ascii_case(key.as_bytes()) {
            return Some(String::from_utf8_lossy(&line[colon + 1..]).trim().to_owned());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_names() {
        let site = Path::new("/nowhere");
        let table = [
            ("flask-3.0.0.dist-info", Some("flask 3.0.0")),
            ("Foo_Bar-1.0+local.dist-info", Some("foo-bar 1.0+local")),
            ("old-1.2-py3.11.egg-info", Some("old 1.2")),
            ("~lask-3.0.0.dist-info", None),
            (".dist-info", None),
            ("flask", None),
            ("flask.py", None),
            ("a.egg", None),
        ];
        for (entry, expected) in table {
            let got = recognized(site, OsStr::new(entry)).map(|one| format!("{} {}", one.name, one.version));
            assert_eq!(got.as_deref(), expected, "{entry}");
        }
    }

    #[test]
    fn file_urls() {
        assert_eq!(file_url_path("file:///a%20b/c").as_deref(), Some(Path::new("/a b/c")));
        assert_eq!(file_url_path("file://localhost/c").as_deref(), Some(Path::new("/c")));
        assert_eq!(file_url_path("file:///a%2"), None);
        assert_eq!(file_url_path("https://index.example/a"), None);
    }

    #[test]
    fn headers() {
        let head = b"Metadata-Version: 2.1\r\nname:  Flask \r\n\r\nVersion: body\r\n";
        assert_eq!(first_header(head, "Name").as_deref(), Some("Flask"));
        assert_eq!(first_header(head, "Version"), None);
    }
}
