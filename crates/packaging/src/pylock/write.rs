//! From a lock to its text, keys in the order of PEP 751.

use super::value::{write_inline_table, write_key, write_value};
use super::{
    LockedArchive, LockedDirectory, LockedFile, LockedHashes, LockedPackage, LockedSource, LockedVcs, Pylock,
    TomlTable, TomlValue,
};

/// Builds a table from the keys that have a value.
#[derive(Default)]
struct Keys(TomlTable);

impl Keys {
    fn value(mut self, key: &str, value: Option<TomlValue>) -> Self {
        self.0.entries.extend(value.map(|value| (key.to_owned(), value)));
        self
    }

    fn text(self, key: &str, value: Option<impl ToString>) -> Self {
        self.value(key, value.map(|text| TomlValue::Text(text.to_string())))
    }

    fn texts(self, key: &str, values: &[impl ToString]) -> Self {
        let texts = values.iter().map(|value| TomlValue::Text(value.to_string())).collect();
        self.array(key, texts)
    }

    fn tables(self, key: &str, tables: impl IntoIterator<Item = TomlTable>) -> Self {
        self.array(key, tables.into_iter().map(TomlValue::Table).collect())
    }

    fn array(self, key: &str, items: Vec<TomlValue>) -> Self {
        let items = (!items.is_empty()).then_some(TomlValue::Array(items));
        self.value(key, items)
    }

    fn table(self, key: &str, table: Option<TomlTable>) -> Self {
        self.value(key, table.map(TomlValue::Table))
    }

    fn size(self, size: Option<u64>) -> Self {
        let size = size.and_then(|size| i64::try_from(size).ok());
        self.value("size", size.map(TomlValue::Integer))
    }

    fn time(self, time: Option<&String>) -> Self {
        self.value("upload-time", time.map(|time| TomlValue::DateTime(time.clone())))
    }

    fn hashes(self, hashes: &LockedHashes) -> Self {
        let entries = hashes.0.iter().map(|(name, digest)| (name.clone(), TomlValue::Text(digest.clone())));
        self.table("hashes", Some(TomlTable { entries: entries.collect() }))
    }
}

pub(super) fn table_of(lock: &Pylock) -> TomlTable {
    Keys::default()
        .text("lock-version", Some(&lock.lock_version))
        .texts("environments", &lock.environments)
        .text("requires-python", lock.requires_python.as_ref())
        .texts("extras", &lock.extras)
        .texts("dependency-groups", &lock.dependency_groups)
        .texts("default-groups", &lock.default_groups)
        .text("created-by", Some(&lock.created_by))
        .value("packages", Some(TomlValue::Array(lock.packages.iter().map(package).collect())))
        .table("tool", lock.tool.clone())
        .0
}

fn package(package: &LockedPackage) -> TomlValue {
    let keys = Keys::default()
        .text("name", Some(&package.name))
        .text("version", package.version.as_ref())
        .text("marker", package.marker.as_ref())
        .text("requires-python", package.requires_python.as_ref())
        .tables("dependencies", package.dependencies.clone());
    let keys = match &package.source {
        LockedSource::Vcs(source) => keys.table("vcs", Some(vcs(source))),
        LockedSource::Directory(source) => keys.table("directory", Some(directory(source))),
        LockedSource::Archive(source) => keys.table("archive", Some(archive(source))),
        LockedSource::Files { .. } => keys,
    };
    let mut keys = keys.text("index", package.index.as_ref());
    if let LockedSource::Files { sdist, wheels } = &package.source {
        keys = keys.table("sdist", sdist.as_ref().map(file)).tables("wheels", wheels.iter().map(file));
    }
    let keys = keys.tables("attestation-identities", package.attestation_identities.clone());
    TomlValue::Table(keys.table("tool", package.tool.clone()).0)
}

fn vcs(vcs: &LockedVcs) -> TomlTable {
    Keys::default()
        .text("type", Some(&vcs.kind))
        .text("url", vcs.url.as_ref())
        .text("path", vcs.path.as_ref())
        .text("requested-revision", vcs.requested_revision.as_ref())
        .text("commit-id", Some(&vcs.commit_id))
        .text("subdirectory", vcs.subdirectory.as_ref())
        .0
}

fn directory(directory: &LockedDirectory) -> TomlTable {
    Keys::default()
        .text("path", Some(&directory.path))
        .value("editable", directory.editable.map(TomlValue::Boolean))
        .text("subdirectory", directory.subdirectory.as_ref())
        .0
}

fn archive(archive: &LockedArchive) -> TomlTable {
    Keys::default()
        .text("url", archive.url.as_ref())
        .text("path", archive.path.as_ref())
        .size(archive.size)
        .time(archive.upload_time.as_ref())
        .hashes(&archive.hashes)
        .text("subdirectory", archive.subdirectory.as_ref())
        .0
}

fn file(file: &LockedFile) -> TomlTable {
    Keys::default()
        .text("name", file.name.as_ref())
        .time(file.upload_time.as_ref())
        .text("url", file.url.as_ref())
        .text("path", file.path.as_ref())
        .size(file.size)
        .hashes(&file.hashes)
        .0
}

/// The text: plain keys, one `[[packages]]` per package, `[tool.…]` last.
pub(super) fn to_toml(table: &TomlTable) -> String {
    let mut text = String::new();
    let (mut packages, mut tool) = (&[][..], None);
    for (key, value) in &table.entries {
        match (key.as_str(), value) {
            ("packages", TomlValue::Array(items)) => packages = items,
            ("tool", TomlValue::Table(table)) => tool = Some(table),
            _ => write_entry(&mut text, key, value),
        }
    }
    if packages.is_empty() {
        text.push_str("packages = []\n");
    }
    for package in packages {
        text.push_str("\n[[packages]]\n");
        if let TomlValue::Table(package) = package {
            package.entries.iter().for_each(|(key, value)| write_entry(&mut text, key, value));
        }
    }
    if let Some(tool) = tool {
        write_tools(&mut text, tool);
    }
    text
}

/// `key = value`; an array of tables has one line per table.
fn write_entry(text: &mut String, key: &str, value: &TomlValue) {
    write_key(text, key);
    text.push_str(" = ");
    match value {
        TomlValue::Array(items) if items.iter().any(|item| matches!(item, TomlValue::Table(_))) => {
            text.push_str("[\n");
            for item in items {
                text.push_str("    ");
                write_value(text, item);
                text.push_str(",\n");
            }
            text.push(']');
        }
        TomlValue::Table(table) => write_inline_table(text, table),
        value => write_value(text, value),
    }
    text.push('\n');
}

fn write_tools(text: &mut String, tool: &TomlTable) {
    if tool.is_empty() {
        text.push_str("\n[tool]\n");
    }
    let (tables, plain): (Vec<_>, Vec<_>) =
        tool.entries.iter().partition(|(_, value)| matches!(value, TomlValue::Table(_)));
    if !plain.is_empty() {
        text.push_str("\n[tool]\n");
        plain.iter().for_each(|(key, value)| write_entry(text, key, value));
    }
    for (name, value) in tables {
        text.push_str("\n[tool.");
        write_key(text, name);
        text.push_str("]\n");
        if let TomlValue::Table(entries) = value {
            entries.entries.iter().for_each(|(key, value)| write_entry(text, key, value));
        }
    }
}
