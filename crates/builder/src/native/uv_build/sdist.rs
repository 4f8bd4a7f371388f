//! Source distributions of `uv_build`: the metadata, `pyproject.toml` printed anew and as it was, then the files.

use std::path::Path;

use super::globs::{Excludes, PortableGlob};
use super::modules::Walk;
use super::toml_text;
use super::wheel::{Entries, Entry, data_folder, mode};
use super::{Configuration, GNU};
use crate::archive::{GzipForm, GzipWriter, TarEntry, TarForm, TarKind, TarWriter};
use crate::native::project::License;
use crate::native::tree::{normalized_path, read};
use crate::native::{Made, NativeError, Stop, disk, not_native};

/// Names longer than this would need more than the header's first field.
const LONGEST_NAME: usize = 100;

/// A source distribution whose files are chosen.
pub(super) struct Sdist {
    filename: String,
    form: TarForm,
    members: Vec<Entry>,
}

impl Sdist {
    pub(super) fn plan(configuration: &Configuration<'_>) -> Result<Self, Stop> {
        let Configuration { source, settings, fields, .. } = configuration;
        let top = configuration.distribution();
        let mut entries = Entries::default();
        entries.generate(format!("{top}/PKG-INFO"), fields.print().into_bytes());
        let pyproject = toml_text::print(&source.document)?;
        entries.generate(format!("{top}/pyproject.toml"), pyproject.into_bytes());
        entries.file("", &format!("{top}/pyproject.toml.orig"), source.path("pyproject.toml"));
        let mut members = entries.into_list();
        // The folder comes after what is generated in it.
        members.retain(|member| !matches!(member, Entry::Folder(_)));

        if configuration.release == GNU && !settings.source_include.is_empty() {
            return not_native("the older release reads `source-include` in its own way");
        }
        let globs = includes(configuration)?;
        let excludes = Excludes::parse(&settings.excludes(&[]))?;
        if excludes.matches("pyproject.toml") {
            return not_native("pyproject.toml is excluded");
        }
        let walk = Walk { source, excludes: &excludes, includes: Some(&globs), absolute: false };
        let mut entries = Entries::default();
        entries.folder(&format!("{top}/"));
        for path in walk.files("")? {
            if !matches!(&*path, "pyproject.toml" | "pyproject.toml.orig") {
                entries.file(&top, &path, source.path(&path));
            }
        }
        members.extend(entries.into_list());
        let form = if configuration.release == GNU { TarForm::Gnu } else { TarForm::Rust };
        match members.iter().find(|member| member.name().len() > LONGEST_NAME || !member.name().is_ascii()) {
            Some(member) => not_native(format!("the name `{}` is long or not ASCII", member.name())),
            None => Ok(Self { filename: format!("{top}.tar.gz"), form, members }),
        }
    }

    pub(super) fn make(&self) -> Result<Made, NativeError> {
        let mut tar = TarWriter::in_form(GzipWriter::new(&GzipForm::rust()), self.form);
        for member in &self.members {
            let (contents, mode, is_folder) = match member {
                Entry::Folder(_) => (Vec::new(), 0o755, true),
                Entry::Generated(_, bytes) => (bytes.clone(), 0o644, false),
                Entry::File(_, path) => (read(path)?, mode(path)?, false),
            };
            let kind = if is_folder { TarKind::Directory } else { TarKind::File(&contents) };
            let entry = TarEntry { mode, kind, ..TarEntry::file(member.name(), &[], 0) };
            tar.add(&entry).map_err(|source| disk(Path::new(member.name()), source))?;
        }
        let finished = tar.finish().and_then(GzipWriter::finish);
        let bytes = finished.map_err(|source| disk(Path::new(&self.filename), source))?;
        Ok(Made { filename: self.filename.clone(), bytes })
    }
}

impl Entry {
    fn name(&self) -> &str {
        match self {
            Self::Folder(name) | Self::File(name, _) | Self::Generated(name, _) => name,
        }
    }
}

/// What the source distribution has: what the project names, the modules, readme, licences and data.
fn includes(configuration: &Configuration<'_>) -> Result<Vec<PortableGlob>, Stop> {
    let Configuration { settings, fields, modules, project, .. } = configuration;
    let mut globs = settings
        .source_include
        .iter()
        .map(|pattern| PortableGlob::parse(pattern))
        .collect::<Result<Vec<_>, _>>()?;
    globs.push(PortableGlob::literal("pyproject.toml"));
    globs.extend(modules.folders().map(|folder| PortableGlob::below(&folder)));
    globs.extend(fields.readme.iter().chain(&fields.license_files).map(|path| PortableGlob::literal(path)));
    if let Some(License::File(path)) = &project.license {
        if path.contains('\\') || normalized_path(path) != *path {
            return not_native(format!("the licence `{path}`"));
        }
        globs.push(PortableGlob::parse(path)?);
    }
    for (_, folder) in &settings.data {
        globs.push(PortableGlob::below(&data_folder(configuration, folder)?));
    }
    Ok(globs)
}
