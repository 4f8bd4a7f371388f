//! A project becomes a source distribution, and that becomes a wheel: what `tilsit build` and `python -m build` do.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd as _;
use std::path::{Path, PathBuf};

use builder::native::NativeError;
use builder::{BuildError, BuildSystemError, BuiltFile, ConfigSettings, Product};
use packaging::filenames::{FilenameError, SourceFilename};
use rustix::fs::Access;
use store::{Scratch, UnpackError};

use super::super::events::{BuildStep, Event};
use super::super::interrupt;
use super::{BuildOpError, BuildTask, Builds, Hands, hooks};

/// What is built of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Products<'a> {
    /// A source distribution, and a wheel from it.
    WheelFromSource,
    /// These, each from the project itself.
    These(&'a [Product]),
}

/// What to build.
pub struct DistributionsRequest<'a> {
    /// The project's folder, or a source distribution.
    pub source: &'a Path,
    /// What of it.
    pub products: Products<'a>,
    /// Where to.
    pub out: &'a Path,
    /// Settings for the back end.
    pub settings: &'a ConfigSettings,
    /// Where a source distribution is unpacked, and stays; otherwise it goes in the end.
    pub extract: Option<&'a Path>,
}

/// Why something was not built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DistributionsError {
    /// The build.
    #[error(transparent)]
    Build(#[from] BuildOpError),
    /// A file that is not called like a source distribution.
    #[error("`{name}` does not look like a source distribution: {source}")]
    Filename {
        /// Its name.
        name: String,
        /// What is wrong.
        source: FilenameError,
    },
    /// It cannot be read.
    #[error("{}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The folder for what is built cannot be made or opened.
    #[error("{}: {source}", path.display())]
    Out {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It cannot be unpacked.
    #[error("{}: {source}", path.display())]
    Unpack {
        /// The file.
        path: PathBuf,
        /// Why.
        source: UnpackError,
    },
    /// A source distribution has everything in one folder.
    #[error("{} has more than one thing at its top, or nothing", path.display())]
    Tops {
        /// The file.
        path: PathBuf,
        /// What it has at its top.
        found: Vec<String>,
    },
    /// A source distribution has a PKG-INFO.
    #[error("{} has no {top}/PKG-INFO", path.display())]
    NoPkgInfo {
        /// The file.
        path: PathBuf,
        /// Its folder.
        top: String,
    },
}

/// Whether a path is a source distribution that can be built from (build).
pub fn is_archive(path: &Path) -> bool {
    path.is_file() && path.to_string_lossy().to_lowercase().ends_with(".tar.gz")
}

/// Builds all that is asked for, in that order.
///
/// # Errors
/// The first that fails; what was built before stays.
pub fn distributions(
    builds: &Builds<'_>,
    request: &DistributionsRequest<'_>,
    hands: &mut Hands<'_>,
) -> Result<Vec<BuiltFile>, DistributionsError> {
    if !is_archive(request.source) && !request.source.is_dir() {
        let missing = BuildSystemError::NotAFolder(request.source.to_owned());
        let source = Box::new(BuildError::System(Box::new(missing)));
        return Err(BuildOpError::Build { source, confinement: None }.into());
    }
    let out = Out::open(request.out)
        .map_err(|source| DistributionsError::Out { path: request.out.to_owned(), source })?;
    let built = into(builds, request, &out, hands).map_err(|error| out.named(error))?;
    Ok(built
        .into_iter()
        .map(|one| BuiltFile { path: request.out.join(one.filename.as_str()), ..one })
        .collect())
}

/// The folder for what is built, held open: a build may write to its project, and with it put a link to any other folder
/// in the place of this one.
struct Out<'r> {
    path: &'r Path,
    folder: File,
    is_new: bool,
}

impl<'r> Out<'r> {
    fn open(path: &'r Path) -> io::Result<Self> {
        let is_new = !path.exists();
        std::fs::create_dir_all(path)?;
        rustix::fs::access(path, Access::WRITE_OK)?;
        Ok(Self { path, folder: File::open(path)?, is_new })
    }

    /// A path to the folder itself, whatever its name leads to now.
    fn reach(&self) -> PathBuf {
        let opened = PathBuf::from(format!("/proc/self/fd/{}", self.folder.as_raw_fd()));
        if opened.is_dir() { opened } else { self.path.to_owned() }
    }

    /// An error with the name that people know instead of [`Out::reach`].
    fn named(&self, mut error: DistributionsError) -> DistributionsError {
        let (path, source) = match &mut error {
            DistributionsError::Build(BuildOpError::Native(NativeError::Disk { path, source })) => {
                (path, Some(source))
            }
            DistributionsError::Unpack { path, .. }
            | DistributionsError::Read { path, .. }
            | DistributionsError::Tops { path, .. }
            | DistributionsError::NoPkgInfo { path, .. } => (path, None),
            DistributionsError::Build(BuildOpError::Build { source, .. }) => match &mut **source {
                BuildError::Disk { path, source } => (path, Some(source)),
                _ => return error,
            },
            _ => return error,
        };
        if let Ok(below) = path.strip_prefix(self.reach()) {
            *path = if below.as_os_str().is_empty() { self.path.to_owned() } else { self.path.join(below) };
            // a temporary file's error names the file
            let inner =
                source.as_ref().and_then(|source| source.get_ref()?.source()?.downcast_ref::<io::Error>());
            if let (Some(code), Some(source)) = (inner.and_then(io::Error::raw_os_error), source) {
                *source = io::Error::from_raw_os_error(code);
            }
        }
        error
    }
}

impl Drop for Out<'_> {
    fn drop(&mut self) {
        if self.is_new {
            // where nothing was built it is empty
            let _ = std::fs::remove_dir(self.path);
        }
    }
}

fn into(
    builds: &Builds<'_>,
    request: &DistributionsRequest<'_>,
    out: &Out<'_>,
    hands: &mut Hands<'_>,
) -> Result<Vec<BuiltFile>, DistributionsError> {
    let build = |product, tree: &Path, hands: &mut Hands<'_>| {
        builds.build(&BuildTask { tree, product, settings: request.settings }, &out.reach(), hands)
    };
    if is_archive(request.source) {
        let unpacked = Unpacked::of(request.source, request.extract, None, hands)?;
        let products = match request.products {
            Products::These(products) => products,
            Products::WheelFromSource => &[Product::Wheel],
        };
        let built = products.iter().map(|product| build(*product, &unpacked.root, hands));
        return Ok(built.collect::<Result<_, _>>()?);
    }
    match request.products {
        Products::These(products) => {
            let built = products.iter().map(|product| build(*product, request.source, hands));
            Ok(built.collect::<Result<_, _>>()?)
        }
        Products::WheelFromSource => {
            let sdist = build(Product::SourceDistribution, request.source, hands)?;
            let room = hooks::room(builds, request.source);
            let unpacked = Unpacked::of(&sdist.path, request.extract, room, hands)?;
            hooks::go_on(builds, request.source, &unpacked.root);
            hands.listener.event(&Event::BuildStep(BuildStep::FromSource(&[Product::Wheel])));
            let wheel = build(Product::Wheel, &unpacked.root, hands)?;
            Ok(vec![sdist, wheel])
        }
    }
}

/// METADATA of the wheel that a folder or a source distribution would become.
///
/// # Errors
/// See [`DistributionsError`].
pub fn metadata(
    builds: &Builds<'_>,
    source: &Path,
    settings: &ConfigSettings,
    hands: &mut Hands<'_>,
) -> Result<Vec<u8>, DistributionsError> {
    let unpacked = if is_archive(source) { Some(Unpacked::of(source, None, None, hands)?) } else { None };
    let tree = unpacked.as_ref().map_or(source, |unpacked| &unpacked.root);
    Ok(builds.metadata(&BuildTask { tree, product: Product::Wheel, settings }, hands)?)
}

/// A source distribution on the disk.
struct Unpacked {
    root: PathBuf,
    /// Goes in the end.
    _scratch: Option<Scratch>,
}

impl Unpacked {
    /// Into `extract`, else `room`, else a folder of its own.
    fn of(
        path: &Path,
        extract: Option<&Path>,
        room: Option<PathBuf>,
        hands: &Hands<'_>,
    ) -> Result<Self, DistributionsError> {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        SourceFilename::parse(&name)
            .map_err(|source| DistributionsError::Filename { name: name.clone(), source })?;
        let bytes = std::fs::read(path)
            .map_err(|source| DistributionsError::Read { path: path.to_owned(), source })?;
        let mut beside = None;
        let (folder, scratch) = match (extract, &room) {
            (Some(folder), _) => {
                // what an earlier run left there
                let old = folder.join(name.strip_suffix(".tar.gz").unwrap_or(&name));
                let _ = std::fs::remove_dir_all(old);
                (folder.to_owned(), None)
            }
            (None, Some(_)) => {
                let scratch = hands.store.scratch().map_err(BuildOpError::from)?;
                let folder = scratch.path().join("source");
                beside = Some(scratch);
                (folder, None)
            }
            (None, None) => {
                let scratch = hands.store.scratch().map_err(BuildOpError::from)?;
                (scratch.path().join("source"), Some(scratch))
            }
        };
        let tops = hands.store.unpack_source_into((&name, &bytes), &folder, interrupt::flag()).map_err(
            |source| match source {
                UnpackError::Interrupted => {
                    BuildOpError::Build { source: Box::new(BuildError::Interrupted), confinement: None }
                        .into()
                }
                source => DistributionsError::Unpack { path: path.to_owned(), source },
            },
        )?;
        let top = only_top(path, tops)?;
        let folder = match room {
            // Whole and in one step: a build that may write there could have put a link in its place.
            Some(room) if beside.is_some() => {
                std::fs::rename(&folder, &room).map_err(|source| BuildOpError::Build {
                    source: Box::new(BuildError::Disk { path: room.clone(), source }),
                    confinement: None,
                })?;
                room
            }
            _ => folder,
        };
        let root = folder.join(&top);
        if !root.join("PKG-INFO").is_file() {
            return Err(DistributionsError::NoPkgInfo { path: path.to_owned(), top });
        }
        Ok(Self { root, _scratch: scratch })
    }
}

fn only_top(path: &Path, tops: BTreeSet<String>) -> Result<String, DistributionsError> {
    let mut found: Vec<String> = tops.into_iter().collect();
    match (found.pop(), found.is_empty()) {
        (Some(top), true) => Ok(top),
        (last, _) => {
            found.extend(last);
            Err(DistributionsError::Tops { path: path.to_owned(), found })
        }
    }
}
