//! Whether what a back end made is what it says.

use std::path::{Component, Path, PathBuf};

use packaging::filenames::DistributionFilename;
use packaging::metadata::Metadata;
use packaging::{PackageName, Version};
use store::archive::FileBytes;
use store::archive::zip::{Inflater, Limits, Strictness, ZipArchive};

use crate::{BuiltFile, ConfigSettings, Product, WrongFile};

/// More metadata than anybody writes.
const METADATA_LIMIT: u64 = 16 << 20;

/// Name and version of a distribution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    name: PackageName,
    version: Version,
}

impl Identity {
    fn of(metadata: &[u8]) -> Result<Self, WrongFile> {
        let metadata = Metadata::parse(metadata)?;
        Ok(Self { name: metadata.name, version: metadata.version })
    }
}

/// Metadata that was made before its wheel, perhaps with the wheel already.
pub(super) struct Prepared {
    product: Product,
    settings: ConfigSettings,
    identity: Identity,
    made: Made,
}

enum Made {
    Folder(PathBuf),
    Wheel(BuiltFile),
}

impl Prepared {
    pub(super) fn folder(
        product: Product,
        settings: &ConfigSettings,
        folder: &Path,
        metadata: &[u8],
    ) -> Result<Self, WrongFile> {
        let identity = Identity::of(metadata)?;
        Ok(Self { product, settings: settings.clone(), identity, made: Made::Folder(folder.to_owned()) })
    }

    pub(super) fn wheel(
        product: Product,
        settings: &ConfigSettings,
        built: BuiltFile,
        metadata: &[u8],
    ) -> Result<Self, WrongFile> {
        let identity = Identity::of(metadata)?;
        Ok(Self { product, settings: settings.clone(), identity, made: Made::Wheel(built) })
    }

    pub(super) fn is_for(&self, product: Product, settings: &ConfigSettings) -> bool {
        self.product == product && self.settings == *settings
    }

    pub(super) fn built(&self) -> Option<&BuiltFile> {
        match &self.made {
            Made::Wheel(built) => Some(built),
            Made::Folder(_) => None,
        }
    }

    pub(super) fn metadata_folder(&self) -> Option<&Path> {
        match &self.made {
            Made::Folder(folder) => Some(folder),
            Made::Wheel(_) => None,
        }
    }

    pub(super) fn identity(&self) -> Identity {
        self.identity.clone()
    }
}

/// METADATA in the `.dist-info` folder that a hook says it made in `out`.
pub(super) fn prepared_metadata(out: &Path, folder: &Path) -> Result<Vec<u8>, WrongFile> {
    if !is_plain_name(folder.strip_prefix(out).unwrap_or(folder)) {
        return Err(WrongFile::NotAName);
    }
    let path = folder.join("METADATA");
    let file = path.metadata().map_err(|_| WrongFile::NoMetadata)?;
    // who reads a pipe waits for ever
    let readable = file.is_file() && file.len() <= METADATA_LIMIT;
    readable.then(|| std::fs::read(&path).ok()).flatten().ok_or(WrongFile::NoMetadata)
}

fn is_plain_name(name: &Path) -> bool {
    let mut parts = name.components();
    matches!(parts.next(), Some(Component::Normal(_))) && parts.next().is_none()
}

/// The file that a hook says it made in `out`; a wheel that is not to be checked may be called anything a wheel can be.
pub(super) fn built_file(
    product: Product,
    out: &Path,
    name: &str,
    is_checked: bool,
) -> Result<BuiltFile, WrongFile> {
    if !is_plain_name(Path::new(name)) || name.ends_with('/') {
        return Err(WrongFile::NotAName);
    }
    let path = out.join(name);
    if !path.is_file() {
        return Err(WrongFile::Missing);
    }
    let filename = DistributionFilename::parse(name)?;
    let built = BuiltFile { path, filename, product };
    match (&built.filename, product) {
        (DistributionFilename::Source(_), Product::SourceDistribution) => Ok(built),
        (DistributionFilename::Wheel(_), Product::Wheel | Product::Editable) if !is_checked => Ok(built),
        (DistributionFilename::Wheel(_), Product::Wheel | Product::Editable) => {
            let metadata = wheel_metadata(&built.path)?;
            against(&built, &Identity::of(&metadata)?)?;
            Ok(built)
        }
        (_, Product::SourceDistribution) => Err(WrongFile::NotTheProduct { wanted: "source distribution" }),
        _ => Err(WrongFile::NotTheProduct { wanted: "wheel" }),
    }
}

/// Compares the file's name with what its metadata says.
pub(super) fn against(built: &BuiltFile, expected: &Identity) -> Result<(), WrongFile> {
    if built.filename.name() != &expected.name {
        return Err(WrongFile::Mismatch { field: "name", metadata: expected.name.to_string() });
    }
    // PEP 427: a local version's dashes may be written otherwise, so versions are compared, not texts
    if built.filename.version() != &expected.version {
        return Err(WrongFile::Mismatch { field: "version", metadata: expected.version.to_string() });
    }
    Ok(())
}

/// METADATA of a wheel.
pub(super) fn wheel_metadata(path: &Path) -> Result<Vec<u8>, WrongFile> {
    let bytes = FileBytes::open(path).map_err(|_| WrongFile::Missing)?;
    let archive = ZipArchive::parse(&bytes, &Limits::default(), Strictness::Wheel)?;
    let is_metadata = |path: &str| {
        path.split_once('/')
            .is_some_and(|(folder, file)| folder.ends_with(".dist-info") && file == "METADATA")
    };
    let member = archive.members().iter().find(|member| is_metadata(member.path().as_str()));
    let member = member.filter(|member| member.size() <= METADATA_LIMIT).ok_or(WrongFile::NoMetadata)?;
    let mut buffer = Vec::new();
    Ok(member.read(&mut Inflater::default(), &mut buffer)?.to_vec())
}
