//! Hatchling's source distributions.

use std::path::PathBuf;

use super::Hatch;
use super::options::{Inclusion, Target, relative_path, sort};
use super::selection::{Included, Selection, ignore_files};
use crate::native::sdist::SourceWriter;
use crate::native::{Made, NativeError, Stop, not_native};

/// A source distribution whose files are chosen.
pub(super) struct Sdist {
    id: String,
    epoch: u32,
    files: Vec<Included>,
    metadata: String,
}

impl Sdist {
    pub(super) fn plan(hatch: &Hatch<'_>) -> Result<Self, Stop> {
        let target = Target::read(hatch, "sdist")?;
        let forced = forced(hatch)?;
        let selection = Selection::of_sdist(hatch, &target, forced)?;
        let Ok(epoch) = u32::try_from(hatch.epoch()) else {
            return not_native("SOURCE_DATE_EPOCH is too large");
        };
        Ok(Self {
            id: hatch.project_id(target.strict_naming),
            epoch,
            files: selection.files()?,
            metadata: hatch.fields.print(&target.metadata_version)?,
        })
    }

    pub(super) fn make(&self) -> Result<Made, NativeError> {
        let mut writer = SourceWriter::new(self.epoch, None);
        for file in &self.files {
            let name = format!("{}/{}", self.id, file.distributed);
            writer.add_file(&file.path, &name, Some(i64::from(self.epoch)))?;
        }
        let name = format!("{}/PKG-INFO", self.id);
        writer.add_text(&name, &self.metadata, i64::from(self.epoch))?;
        Ok(Made { filename: format!("{}.tar.gz", self.id), bytes: writer.finish()? })
    }
}

/// What a source distribution is built from again: the configuration, ignore files, readme and licences.
fn forced(hatch: &Hatch<'_>) -> Result<Inclusion, Stop> {
    let source = hatch.source;
    let mut forced: Inclusion = Vec::new();
    let mut force = |path: PathBuf, target: String| match path.into_os_string().into_string() {
        Ok(path) => {
            forced.retain(|(known, _)| *known != path);
            forced.push((path, target));
            Ok(())
        }
        Err(_) => not_native("a path is not UTF-8"),
    };
    for name in ["pyproject.toml", "hatch.toml", "hatch_build.py"] {
        if source.path(name).exists() {
            force(source.path(name), name.to_owned())?;
        }
    }
    for path in ignore_files(source) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        force(path, name)?;
    }
    for path in hatch.fields.readme_path.iter().chain(&hatch.fields.license_files) {
        let path = relative_path(path);
        force(source.path(&path), path)?;
    }
    sort(&mut forced);
    Ok(forced)
}
