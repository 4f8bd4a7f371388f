//! Flit's wheels: the module's files, shared data, then the metadata.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use super::module::below;
use super::{Configuration, Release, distribution_name};
use crate::Product;
use crate::archive::ZipTime;
use crate::native::project::{Project, TextTable};
use crate::native::tree::{normalized_mode, read, status};
use crate::native::wheel::{RecordLines, WheelMember, WheelWriter};
use crate::native::{Made, NativeError, Source, Stop, not_native, parts};

/// What is generated is dated 2016-01-01 where `SOURCE_DATE_EPOCH` is not set.
const GENERATED: i64 = 1_451_606_400;
const GENERATED_MODE: u32 = 0o100_644;

/// A wheel whose files are chosen.
pub(super) struct Wheel {
    release: Release,
    filename: String,
    dist_info: String,
    epoch: Option<i64>,
    members: Vec<(String, Content)>,
}

enum Content {
    File(PathBuf),
    Generated(Vec<u8>),
}

impl Wheel {
    /// The wheel, or the editable one, which has a `.pth` in place of the module.
    pub(super) fn plan(
        configuration: &Configuration<'_>,
        metadata: &[u8],
        product: Product,
    ) -> Result<Self, Stop> {
        let Configuration { source, fields, .. } = configuration;
        let name = distribution_name(&fields.name, &fields.version);
        let pythons: &[&str] = if fields.supports_python2 { &["py2", "py3"] } else { &["py3"] };
        let mut wheel = Self {
            release: configuration.release,
            filename: format!("{name}-{}-none-any.whl", pythons.join(".")),
            dist_info: format!("{name}.dist-info"),
            epoch: source.request.source_date_epoch.map(|epoch| i64::try_from(epoch).unwrap_or(i64::MAX)),
            members: Vec::new(),
        };
        if product == Product::Editable {
            wheel.generate(format!("{}.pth", configuration.module.name), import_path(configuration)?);
        } else {
            wheel.add_module(configuration)?;
        }
        wheel.add_data(configuration, &name)?;
        wheel.add_metadata(configuration, metadata, pythons)?;
        Ok(wheel)
    }

    fn add_module(&mut self, configuration: &Configuration<'_>) -> Result<(), Stop> {
        let module = &configuration.module;
        for path in module.files(configuration.source)? {
            let name = path.strip_prefix(module.prefix).unwrap_or(&path).trim_start_matches('/').to_owned();
            self.copy(configuration.source, name, &path)?;
        }
        Ok(())
    }

    fn add_data(&mut self, configuration: &Configuration<'_>, name: &str) -> Result<(), Stop> {
        let Some(folder) = &configuration.data else { return Ok(()) };
        for path in data_files(configuration.source, folder)? {
            let below = path.strip_prefix(&format!("{folder}/")).unwrap_or(&path).to_owned();
            self.copy(configuration.source, format!("{name}.data/data/{below}"), &path)?;
        }
        Ok(())
    }

    fn add_metadata(
        &mut self,
        configuration: &Configuration<'_>,
        metadata: &[u8],
        pythons: &[&str],
    ) -> Result<(), Stop> {
        let dist_info = self.dist_info.clone();
        let entry_points = entry_points(&configuration.project)?;
        if let Some(text) = entry_points {
            self.generate(format!("{dist_info}/entry_points.txt"), text);
        }
        for path in &configuration.fields.license_files {
            self.copy(configuration.source, format!("{dist_info}/licenses/{path}"), path)?;
        }
        let tags: String = pythons.iter().map(|python| format!("Tag: {python}-none-any\n")).collect();
        let (_, generator) = parts(configuration.release.name());
        let description =
            format!("Wheel-Version: 1.0\nGenerator: flit {generator}\nRoot-Is-Purelib: true\n{tags}");
        self.generate(format!("{dist_info}/WHEEL"), description);
        self.members.push((format!("{dist_info}/METADATA"), Content::Generated(metadata.to_vec())));
        Ok(())
    }

    fn generate(&mut self, name: String, text: String) {
        self.members.push((name, Content::Generated(text.into_bytes())));
    }

    /// Adds a file of the tree. One that leads out of it is refused by flit 4.
    fn copy(&mut self, source: &Source<'_>, name: String, path: &str) -> Result<(), Stop> {
        let path = source.path(path);
        if !path.canonicalize().is_ok_and(|real| real.starts_with(&source.tree)) {
            return not_native(format!("`{}` leads out of the project", path.display()));
        }
        self.members.push((name, Content::File(path)));
        Ok(())
    }

    pub(super) fn make(&self) -> Result<Made, NativeError> {
        let generated = ZipTime::from_epoch(self.epoch.unwrap_or(GENERATED));
        let mut writer = WheelWriter::new();
        for (name, content) in &self.members {
            match content {
                Content::Generated(contents) => {
                    writer.add(&WheelMember { name, contents, time: generated, mode: GENERATED_MODE })?;
                }
                Content::File(path) => {
                    let status = status(path)?;
                    let time = ZipTime::from_epoch(self.epoch.unwrap_or(status.mtime()));
                    let mode = normalized_mode(status.mode());
                    writer.add(&WheelMember { name, contents: &read(path)?, time, mode })?;
                }
            }
        }
        let name = format!("{}/RECORD", self.dist_info);
        let record = WheelMember { name: &name, contents: &[], time: generated, mode: GENERATED_MODE };
        let lines = match self.release {
            Release::Three => RecordLines::Unix,
            Release::Four => RecordLines::Csv,
        };
        Ok(Made { filename: self.filename.clone(), bytes: writer.finish(&record, lines)? })
    }
}

/// The files of `[tool.flit.external-data]`, relative to the tree.
pub(super) fn data_files(source: &Source<'_>, folder: &str) -> Result<Vec<String>, Stop> {
    below(&source.tree, folder, &|found| found.folders.retain(|name| name != "__pycache__"))
}

/// What a `.pth` file says: the folder in which the module is.
fn import_path(configuration: &Configuration<'_>) -> Result<String, Stop> {
    match configuration.source.path(configuration.module.prefix).canonicalize() {
        Ok(path) => Ok(path.to_string_lossy().into_owned()),
        Err(_) => not_native("the module's folder has no real path"),
    }
}

/// The file `entry_points.txt`, where there are any groups; groups and names are sorted.
fn entry_points(project: &Project) -> Result<Option<String>, Stop> {
    let mut groups: BTreeMap<&str, &TextTable> = BTreeMap::new();
    for (group, entries) in &project.entry_points {
        if matches!(&**group, "console_scripts" | "gui_scripts") {
            return not_native("scripts stand in [project.entry-points]");
        }
        groups.insert(group, entries);
    }
    for (key, group, entries) in [
        ("scripts", "console_scripts", &project.scripts),
        ("gui-scripts", "gui_scripts", &project.gui_scripts),
    ] {
        if project.has(key) {
            groups.insert(group, entries);
        }
    }
    let mut text = String::new();
    for (group, entries) in &groups {
        let sorted: BTreeMap<&String, &String> =
            entries.iter().map(|(name, object)| (name, object)).collect();
        text.push_str(&format!("[{group}]\n"));
        text.extend(sorted.into_iter().map(|(name, object)| format!("{name}={object}\n")));
        text.push('\n');
    }
    Ok((!groups.is_empty()).then_some(text))
}
