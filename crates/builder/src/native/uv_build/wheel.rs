//! Wheels of `uv_build`: folders are members too, and come before the first file in them.

use std::collections::BTreeMap;
use std::collections::HashSet;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::Configuration;
use super::globs::Excludes;
use super::modules::Walk;
use crate::archive::{Method, ZipForm};
use crate::native::project::{Project, TextTable};
use crate::native::tree::{join, normalized_path, read, status};
use crate::native::wheel::{RecordLines, WheelMember, WheelWriter};
use crate::native::{Made, NativeError, Stop, not_native, parts};

/// A wheel whose files are chosen.
pub(super) struct Wheel {
    filename: String,
    dist_info: String,
    method: Method,
    members: Vec<Entry>,
}

/// A member of an archive.
pub(super) enum Entry {
    Folder(String),
    File(String, PathBuf),
    Generated(String, Vec<u8>),
}

/// Members in their order, each folder before what is in it and once.
#[derive(Default)]
pub(super) struct Entries {
    list: Vec<Entry>,
    folders: HashSet<String>,
}

impl Entries {
    pub(super) fn folder(&mut self, path: &str) {
        if self.folders.insert(path.to_owned()) {
            self.list.push(Entry::Folder(path.to_owned()));
        }
    }

    /// Adds `prefix/relative`, after those folders of `relative` that are not there yet.
    pub(super) fn file(&mut self, prefix: &str, relative: &str, path: PathBuf) {
        for (at, _) in relative.match_indices('/') {
            self.folder(&join(prefix, &relative[..at]));
        }
        self.list.push(Entry::File(join(prefix, relative), path));
    }

    pub(super) fn generate(&mut self, name: String, bytes: Vec<u8>) {
        self.list.push(Entry::Generated(name, bytes));
    }

    pub(super) fn into_list(self) -> Vec<Entry> {
        self.list
    }
}

/// Whether anyone may run the file.
pub(super) fn mode(path: &Path) -> Result<u32, NativeError> {
    Ok(if status(path)?.permissions().mode() & 0o111 == 0 { 0o644 } else { 0o755 })
}

impl Wheel {
    pub(super) fn standard(configuration: &Configuration<'_>, metadata: &[u8]) -> Result<Self, Stop> {
        let Configuration { source, settings, modules, fields, .. } = configuration;
        let excludes = Excludes::parse(&settings.excludes(&settings.wheel_exclude))?;
        let walk = Walk { source, excludes: &excludes, includes: None, absolute: true };
        let mut entries = Entries::default();
        for folder in modules.folders() {
            let files = walk.files(&folder)?;
            if files.is_empty() {
                return not_native(format!("all of `{folder}` is excluded"));
            }
            for path in files {
                let relative = path.strip_prefix(&modules.root).unwrap_or(&path).trim_start_matches('/');
                entries.file("", relative, source.path(&path));
            }
        }
        if !fields.license_files.is_empty() {
            let licenses = format!("{}.dist-info/licenses", configuration.distribution());
            entries.folder(&licenses);
            for path in &fields.license_files {
                entries.file(&licenses, path, source.path(path));
            }
        }
        Self::with_metadata(configuration, &walk, entries, metadata)
    }

    pub(super) fn editable(configuration: &Configuration<'_>, metadata: &[u8]) -> Result<Self, Stop> {
        let Configuration { source, settings, modules, .. } = configuration;
        let excludes = Excludes::parse(&settings.excludes(&settings.wheel_exclude))?;
        let walk = Walk { source, excludes: &excludes, includes: None, absolute: false };
        let mut entries = Entries::default();
        let root = format!("{}/{}", source.root, modules.root);
        entries.generate(format!("{}.pth", configuration.fields.import_name()), root.into_bytes());
        let wheel = Self::with_metadata(configuration, &walk, entries, metadata)?;
        Ok(Self { method: Method::Stored, ..wheel })
    }

    /// Adds data and metadata.
    fn with_metadata(
        configuration: &Configuration<'_>,
        walk: &Walk<'_>,
        mut entries: Entries,
        metadata: &[u8],
    ) -> Result<Self, Stop> {
        let distribution = configuration.distribution();
        for (kind, folder) in &configuration.settings.data {
            let folder = data_folder(configuration, folder)?;
            // Data starts anew with its folders.
            entries.folders.clear();
            let prefix = format!("{distribution}.data/{kind}");
            let data = Walk { absolute: false, ..*walk };
            for path in data.files(&folder)? {
                let relative = path.strip_prefix(&folder).unwrap_or(&path).trim_start_matches('/').to_owned();
                entries.folder(&prefix);
                entries.file(&prefix, &relative, configuration.source.path(&path));
            }
        }
        let dist_info = format!("{distribution}.dist-info");
        entries.list.push(Entry::Folder(dist_info.clone()));
        let description = format!(
            "Wheel-Version: 1.0\nGenerator: uv {}\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            parts(configuration.release).1
        );
        entries.generate(format!("{dist_info}/WHEEL"), description.into_bytes());
        if let Some(text) = entry_points(&configuration.project)? {
            entries.generate(format!("{dist_info}/entry_points.txt"), text.into_bytes());
        }
        entries.generate(format!("{dist_info}/METADATA"), metadata.to_vec());
        Ok(Self {
            filename: format!("{distribution}-py3-none-any.whl"),
            dist_info,
            method: Method::Deflated(6),
            members: entries.into_list(),
        })
    }

    pub(super) fn make(&self) -> Result<Made, NativeError> {
        let mut writer = WheelWriter::in_form(ZipForm::Rust, self.method);
        for member in &self.members {
            match member {
                Entry::Folder(name) => writer.add_folder(&format!("{name}/"), 0o40_755)?,
                Entry::Generated(name, bytes) => {
                    writer.add(&WheelMember::dateless(name, bytes, 0o100_644))?
                }
                Entry::File(name, path) => {
                    let mode = 0o100_000 | mode(path)?;
                    writer.add(&WheelMember::dateless(name, &read(path)?, mode))?;
                }
            }
        }
        let name = format!("{}/RECORD", self.dist_info);
        let bytes = writer.finish(&WheelMember::dateless(&name, &[], 0o100_644), RecordLines::Unix)?;
        Ok(Made { filename: self.filename.clone(), bytes })
    }
}

/// A folder of data, normalized; it lies in the tree.
pub(super) fn data_folder(configuration: &Configuration<'_>, folder: &str) -> Result<String, Stop> {
    let normalized = normalized_path(folder);
    let source = configuration.source;
    let real = source.path(&normalized).canonicalize();
    if normalized.starts_with(['/', '.'])
        || !real.is_ok_and(|real| real.starts_with(&source.tree) && real.is_dir())
    {
        return not_native(format!("the data folder `{folder}` is not a folder in the project"));
    }
    Ok(normalized)
}

/// The file `entry_points.txt`, where any of its tables is there; groups other than scripts are sorted.
fn entry_points(project: &Project) -> Result<Option<String>, Stop> {
    if !["scripts", "gui-scripts", "entry-points"].iter().any(|key| project.has(key)) {
        return Ok(None);
    }
    let mut text = String::new();
    for (key, group, entries) in [
        ("scripts", "console_scripts", &project.scripts),
        ("gui-scripts", "gui_scripts", &project.gui_scripts),
    ] {
        let plain = |name: &String| {
            name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
                && name.bytes().any(|byte| byte != b'.')
        };
        if let Some((name, _)) = entries.iter().find(|(name, _)| !plain(name)) {
            return not_native(format!("the script `{name}`"));
        }
        if project.has(key) {
            push_group(&mut text, group, entries);
        }
    }
    let groups: BTreeMap<&String, &TextTable> =
        project.entry_points.iter().map(|(g, entries)| (g, entries)).collect();
    for (group, entries) in groups {
        let plain = group.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._".contains(&byte));
        if !plain
            || group.is_empty()
            || group.starts_with('.')
            || matches!(&**group, "console_scripts" | "gui_scripts")
        {
            return not_native(format!("the group `{group}` of entry points"));
        }
        push_group(&mut text, group, entries);
    }
    Ok(Some(text))
}

fn push_group(text: &mut String, group: &str, entries: &TextTable) {
    let sorted: BTreeMap<&String, &String> = entries.iter().map(|(name, object)| (name, object)).collect();
    text.push_str(&format!("[{group}]\n"));
    text.extend(sorted.into_iter().map(|(name, object)| format!("{name} = {object}\n")));
    text.push('\n');
}
