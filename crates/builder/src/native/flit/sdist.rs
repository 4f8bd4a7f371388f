//! Flit's source distributions: the module, the data, what the configuration names, and no more.

use std::collections::BTreeSet;

use super::module::below;
use super::wheel::data_files;
use super::{Configuration, Release, distribution_name};
use crate::native::glob::{Reading, glob, has_magic};
use crate::native::sdist::SourceWriter;
use crate::native::tree::normalized_path;
use crate::native::{Made, NativeError, Source, Stop, not_native};

/// 2016-01-01, for the gzip header.
const DATE: u32 = 1_451_606_400;

/// A source distribution whose files are chosen.
pub(super) struct Sdist {
    name: String,
    epoch: Option<u32>,
    /// Each path in the tree, and where it is.
    files: Vec<(String, std::path::PathBuf)>,
    metadata: String,
}

/// What patterns met: files, and folders with all that is below.
#[derive(Default)]
struct Met {
    files: BTreeSet<String>,
    folders: BTreeSet<String>,
}

impl Sdist {
    pub(super) fn plan(configuration: &Configuration<'_>) -> Result<Self, Stop> {
        let source = configuration.source;
        let Ok(epoch) = source.request.source_date_epoch.map(u32::try_from).transpose() else {
            return not_native("SOURCE_DATE_EPOCH is too large");
        };
        let mut selected = configuration.module.files(source)?;
        if let Some(folder) = &configuration.data {
            selected.extend(data_files(source, folder)?);
        }
        let mut crucial: BTreeSet<String> = configuration.fields.referenced.iter().cloned().collect();
        crucial.insert("pyproject.toml".to_owned());
        selected.extend(crucial.iter().cloned());
        if configuration.release == Release::Three || !configuration.module.is_stubs() {
            crucial.insert(configuration.module.file());
        }
        let files = with_patterns(configuration, selected)?;
        if let Some(path) = crucial.iter().find(|path| !files.contains(*path)) {
            return not_native(format!("the source distribution must not be without `{path}`"));
        }
        if let Some(path) = files.iter().find(|path| escapes(source, path)) {
            return not_native(format!("the symbolic link `{path}` leads out of the project"));
        }
        Ok(Self {
            name: distribution_name(&configuration.fields.name, &configuration.fields.version),
            epoch,
            files: files.into_iter().map(|path| (path.clone(), source.path(&path))).collect(),
            metadata: configuration.fields.print(configuration.release),
        })
    }

    pub(super) fn make(&self) -> Result<Made, NativeError> {
        let header = self.epoch.filter(|epoch| *epoch != 0).unwrap_or(DATE);
        let mut writer = SourceWriter::new(header, Some(&format!("{}.tar", self.name)));
        for (path, file) in &self.files {
            writer.add_file(file, &format!("{}/{path}", self.name), self.epoch.map(i64::from))?;
        }
        writer.add_text(&format!("{}/PKG-INFO", self.name), &self.metadata, 0)?;
        Ok(Made { filename: format!("{}.tar.gz", self.name), bytes: writer.finish()? })
    }
}

/// The files after `[tool.flit.sdist]` included and excluded some.
fn with_patterns(configuration: &Configuration<'_>, selected: Vec<String>) -> Result<BTreeSet<String>, Stop> {
    let Some(table) = configuration.sdist else { return Ok(selected.into_iter().collect()) };
    let source = configuration.source;
    if has_magic(&source.root) {
        return not_native("the project's own path is a pattern");
    }
    if let Some(key) = table.unknown(&["include", "exclude"]) {
        return not_native(format!("[tool.flit.sdist] has the key `{key}`"));
    }
    let included = Met::of(source, &table.texts("include")?.unwrap_or_default())?;
    let always = ["**/__pycache__", "**.pyc"].map(str::to_owned);
    let given = table.texts("exclude")?.unwrap_or_default();
    let excluded = Met::of(source, &always.into_iter().chain(given).collect::<Vec<_>>())?;
    let mut files: BTreeSet<String> = selected.into_iter().collect();
    files.extend(included.files.iter().cloned());
    for folder in &included.folders {
        files.extend(below(&source.tree, folder, &|_| ())?);
    }
    files.retain(|path| !excluded.meets(path));
    Ok(files)
}

impl Met {
    fn of(source: &Source<'_>, patterns: &[String]) -> Result<Self, Stop> {
        let mut met = Self::default();
        for pattern in patterns {
            let normalized = normalized_path(pattern);
            let bad = |char: char| char.is_ascii_control() || "<>:\"\\".contains(char);
            if pattern.contains(bad)
                || normalized.starts_with('/')
                || normalized.starts_with("..")
                || normalized == "."
            {
                return not_native(format!("the pattern `{pattern}` in [tool.flit.sdist]"));
            }
            let reading = Reading { recursive: true, hidden: false };
            let found = match glob(&source.tree, &normalized, reading) {
                Ok(found) => found,
                Err(error) => return not_native(error.to_string()),
            };
            for path in found {
                let path = path.trim_end_matches('/').to_owned();
                if path.is_empty() {
                    return not_native(format!("the pattern `{pattern}` meets the project itself"));
                }
                let set = if source.path(&path).is_dir() { &mut met.folders } else { &mut met.files };
                set.insert(path);
            }
        }
        Ok(met)
    }

    fn meets(&self, path: &str) -> bool {
        let mut above = path;
        while let Some((folder, _)) = above.rsplit_once('/') {
            if self.folders.contains(folder) {
                return true;
            }
            above = folder;
        }
        self.files.contains(path)
    }
}

/// Whether a path is a symbolic link whose text leads out of the tree.
fn escapes(source: &Source<'_>, path: &str) -> bool {
    let file = source.path(path);
    if !file.is_symlink() {
        return false;
    }
    let Ok(target) = file.read_link() else { return true };
    let Some(target) = target.to_str() else { return true };
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let resolved = normalized_path(format!("{folder}/{target}").trim_start_matches('/'));
    target.starts_with(['/', '\\']) || resolved == ".." || resolved.starts_with("../")
}
