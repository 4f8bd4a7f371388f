//! From TOML values to a lock, with all rules of the specification.

use super::{
    LockedArchive, LockedDirectory, LockedFile, LockedHashes, LockedPackage, LockedSource, LockedVcs, Pylock,
    PylockError, TomlTable, TomlValue,
};
use crate::markers::Marker;
use crate::name::{Extra, PackageName, is_normalized_name};
use crate::specifiers::SpecifierSet;
use crate::version::Version;

type Read<T> = Result<T, PylockError>;

fn invalid<T>(place: impl Into<String>, message: impl Into<String>) -> Read<T> {
    Err(PylockError::Invalid { place: place.into(), message: message.into() })
}

/// Puts the place of a table before the place of an error inside it.
fn within<T>(outer: impl FnOnce() -> String, result: Read<T>) -> Read<T> {
    result.map_err(|error| match error {
        PylockError::Invalid { place, message } => {
            let outer = outer();
            let place = if place.is_empty() { outer } else { format!("{outer}.{place}") };
            PylockError::Invalid { place, message }
        }
        other => other,
    })
}

/// Typed access to the keys of a table; a key of another type is an error.
impl TomlTable {
    fn typed<'a, T>(
        &'a self,
        key: &str,
        expected: &str,
        convert: impl FnOnce(&'a TomlValue) -> Option<T>,
    ) -> Read<Option<T>> {
        match self.get(key) {
            None => Ok(None),
            Some(value) => match convert(value) {
                Some(value) => Ok(Some(value)),
                None => invalid(key, format!("expected {expected}")),
            },
        }
    }

    fn text(&self, key: &str) -> Read<Option<String>> {
        self.typed(key, "a string", |value| match value {
            TomlValue::Text(text) => Some(text.clone()),
            _ => None,
        })
    }

    fn required_text(&self, key: &str) -> Read<String> {
        required(key, self.text(key)?)
    }

    fn boolean(&self, key: &str) -> Read<Option<bool>> {
        self.typed(key, "true or false", |value| match value {
            TomlValue::Boolean(boolean) => Some(*boolean),
            _ => None,
        })
    }

    fn size(&self, key: &str) -> Read<Option<u64>> {
        self.typed(key, "a size in bytes", |value| match value {
            TomlValue::Integer(size) => u64::try_from(*size).ok(),
            _ => None,
        })
    }

    fn time(&self, key: &str) -> Read<Option<String>> {
        self.typed(key, "a date and time", |value| match value {
            // Not a date or a time alone.
            TomlValue::DateTime(time) if matches!(time.as_bytes().get(10), Some(b'T' | b't' | b' ')) => {
                Some(time.clone())
            }
            _ => None,
        })
    }

    fn table(&self, key: &str) -> Read<Option<&TomlTable>> {
        self.typed(key, "a table", |value| match value {
            TomlValue::Table(table) => Some(table),
            _ => None,
        })
    }

    fn array(&self, key: &str) -> Read<Option<&[TomlValue]>> {
        self.typed(key, "an array", |value| match value {
            TomlValue::Array(items) => Some(items.as_slice()),
            _ => None,
        })
    }

    /// A text that another type reads.
    fn parsed<T, E: std::fmt::Display>(
        &self,
        key: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Read<Option<T>> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        parse(&text).map(Some).or_else(|error| invalid(key, error.to_string()))
    }

    /// An array of texts that another type reads.
    fn parsed_list<T, E: std::fmt::Display>(
        &self,
        key: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Read<Vec<T>> {
        let items = self.array(key)?.unwrap_or_default().iter().enumerate();
        let read = items.map(|(place, item)| match item {
            TomlValue::Text(text) => {
                parse(text).or_else(|error| invalid(format!("{key}[{place}]"), error.to_string()))
            }
            _ => invalid(format!("{key}[{place}]"), "expected a string"),
        });
        read.collect()
    }

    /// An array of tables.
    fn tables(&self, key: &str) -> Read<Vec<&TomlTable>> {
        let items = self.array(key)?.unwrap_or_default().iter().enumerate();
        let read = items.map(|(place, item)| match item {
            TomlValue::Table(table) => Ok(table),
            _ => invalid(format!("{key}[{place}]"), "expected a table"),
        });
        read.collect()
    }

    fn object<T>(&self, key: &str, read: impl FnOnce(&TomlTable) -> Read<T>) -> Read<Option<T>> {
        let Some(table) = self.table(key)? else { return Ok(None) };
        within(|| key.to_owned(), read(table)).map(Some)
    }
}

fn required<T>(key: &str, value: Option<T>) -> Read<T> {
    match value {
        Some(value) => Ok(value),
        None => invalid(key, "a required value is missing"),
    }
}

fn normalized(text: &str) -> Result<PackageName, String> {
    match is_normalized_name(text) {
        true => PackageName::new(text).map_err(|error| error.to_string()),
        false => Err(format!("`{text}` is not a normalized name")),
    }
}

/// Reads in the order in which `packaging` does, so that the first of several mistakes is the same.
pub(super) fn pylock(table: &TomlTable) -> Read<Pylock> {
    let lock_version = required("lock-version", table.parsed("lock-version", Version::parse)?)?;
    if !(Version::of([1])..Version::of([2])).contains(&lock_version) {
        return Err(PylockError::UnsupportedVersion { version: lock_version });
    }
    let extra =
        |text: &str| normalized(text).and_then(|_| Extra::new(text).map_err(|error| error.to_string()));
    let as_is = |text: &str| Ok::<_, std::convert::Infallible>(text.to_owned());
    Ok(Pylock {
        environments: table.parsed_list("environments", Marker::parse)?,
        extras: table.parsed_list("extras", extra)?,
        dependency_groups: table.parsed_list("dependency-groups", as_is)?,
        default_groups: table.parsed_list("default-groups", as_is)?,
        created_by: table.required_text("created-by")?,
        requires_python: table.parsed("requires-python", SpecifierSet::parse)?,
        packages: packages(table)?,
        tool: table.table("tool")?.cloned(),
        lock_version,
    })
}

fn packages(table: &TomlTable) -> Read<Vec<LockedPackage>> {
    if table.get("packages").is_none() {
        return invalid("packages", "a required value is missing");
    }
    let entries = table.tables("packages")?.into_iter().enumerate();
    entries.map(|(place, entry)| within(|| format!("packages[{place}]"), package(entry))).collect()
}

fn package(table: &TomlTable) -> Read<LockedPackage> {
    let cloned = |tables: Vec<&TomlTable>| tables.into_iter().cloned().collect::<Vec<_>>();
    let package = LockedPackage {
        name: required("name", table.parsed("name", normalized)?)?,
        version: table.parsed("version", Version::parse)?,
        marker: table.parsed("marker", Marker::parse)?,
        requires_python: table.parsed("requires-python", SpecifierSet::parse)?,
        dependencies: cloned(table.tables("dependencies")?),
        source: source(table)?,
        index: table.text("index")?,
        attestation_identities: cloned(table.tables("attestation-identities")?),
        tool: table.table("tool")?.cloned(),
    };
    check_files(&package)?;
    for (place, identity) in package.attestation_identities.iter().enumerate() {
        within(|| format!("attestation-identities[{place}]"), identity.required_text("kind"))?;
    }
    Ok(package)
}

/// Files, or exactly one of the direct kinds.
fn source(table: &TomlTable) -> Read<LockedSource> {
    let direct = [
        table.object("vcs", vcs)?.map(LockedSource::Vcs),
        table.object("directory", directory)?.map(LockedSource::Directory),
        table.object("archive", archive)?.map(LockedSource::Archive),
    ];
    let sdist = table.object("sdist", file)?;
    let wheels = table.tables("wheels")?.into_iter().enumerate();
    let wheels = wheels.map(|(place, wheel)| within(|| format!("wheels[{place}]"), file(wheel)));
    let wheels: Vec<LockedFile> = wheels.collect::<Read<_>>()?;
    let has_files = sdist.is_some() || !wheels.is_empty();
    let mut direct = direct.into_iter().flatten();
    match (has_files, direct.next(), direct.next()) {
        (true, None, _) => Ok(LockedSource::Files { sdist, wheels }),
        (false, Some(source), None) => Ok(source),
        (true, Some(_), _) => {
            invalid("", "none of vcs, directory and archive may be set beside sdist or wheels")
        }
        (false, _, _) => {
            invalid("", "exactly one of vcs, directory and archive must be set without sdist and wheels")
        }
    }
}

fn vcs(table: &TomlTable) -> Read<LockedVcs> {
    let vcs = LockedVcs {
        kind: table.required_text("type")?,
        url: table.text("url")?,
        path: table.text("path")?,
        requested_revision: table.text("requested-revision")?,
        commit_id: table.required_text("commit-id")?,
        subdirectory: table.text("subdirectory")?,
    };
    some_place(vcs.path.as_deref(), vcs.url.as_deref())?;
    Ok(vcs)
}

fn directory(table: &TomlTable) -> Read<LockedDirectory> {
    Ok(LockedDirectory {
        path: table.required_text("path")?,
        editable: table.boolean("editable")?,
        subdirectory: table.text("subdirectory")?,
    })
}

fn archive(table: &TomlTable) -> Read<LockedArchive> {
    let archive = LockedArchive {
        url: table.text("url")?,
        path: table.text("path")?,
        size: table.size("size")?,
        upload_time: table.time("upload-time")?,
        hashes: hashes(table)?,
        subdirectory: table.text("subdirectory")?,
    };
    some_place(archive.path.as_deref(), archive.url.as_deref())?;
    Ok(archive)
}

fn file(table: &TomlTable) -> Read<LockedFile> {
    let file = LockedFile {
        name: table.text("name")?,
        upload_time: table.time("upload-time")?,
        url: table.text("url")?,
        path: table.text("path")?,
        size: table.size("size")?,
        hashes: hashes(table)?,
    };
    some_place(file.path.as_deref(), file.url.as_deref())?;
    Ok(file)
}

fn hashes(table: &TomlTable) -> Read<LockedHashes> {
    let hashes = required("hashes", table.table("hashes")?)?;
    if hashes.is_empty() {
        return invalid("hashes", "at least one hash must be given");
    }
    let entries = hashes.entries.iter().map(|(name, digest)| match digest {
        TomlValue::Text(digest) => Ok((name.clone(), digest.clone())),
        _ => invalid("hashes", "hashes must be strings"),
    });
    Ok(LockedHashes(entries.collect::<Read<_>>()?))
}

fn some_place(path: Option<&str>, url: Option<&str>) -> Read<()> {
    match path.or(url).is_some()
        && !(path.unwrap_or_default().is_empty() && url.unwrap_or_default().is_empty())
    {
        true => Ok(()),
        false => invalid("", "path or url must be given"),
    }
}

/// The file names must be of the package and its version.
fn check_files(package: &LockedPackage) -> Read<()> {
    let LockedSource::Files { sdist, wheels } = &package.source else { return Ok(()) };
    for (place, wheel) in wheels.iter().enumerate() {
        let place = || format!("wheels[{place}]");
        let name = wheel.wheel_filename().or_else(|error| invalid(place(), error.to_string()))?;
        check_file(package, place, name.name(), name.version())?;
    }
    if let Some(sdist) = sdist {
        let place = || "sdist".to_owned();
        let name = sdist.source_filename().or_else(|error| invalid(place(), error.to_string()))?;
        check_file(package, place, name.name(), name.version())?;
    }
    Ok(())
}

fn check_file(
    package: &LockedPackage,
    place: impl Fn() -> String,
    name: &PackageName,
    version: &Version,
) -> Read<()> {
    if *name != package.name {
        return invalid(place(), format!("the file is of `{name}`, not of `{}`", package.name));
    }
    match &package.version {
        Some(expected) if expected != version => {
            invalid(place(), format!("the file is of version {version}, not {expected}"))
        }
        _ => Ok(()),
    }
}
