//! The front end of PEP 517: one Python for a tree and a build environment, which forks a child for each hook.

mod check;
mod family;
mod process;

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use packaging::Requirement;
use rustix::fs::{AtFlags, Mode, OFlags, open, openat, unlinkat};
use rustix::io::Errno;
use serde_json::{Value, json};

use crate::{
    BackendName, BuildError, BuildSystem, BuiltFile, ConfigSettings, HookRun, Product, Sandbox, WrongFile,
};
use check::Prepared;
use process::{Answer, Process};

/// Where a build runs.
pub struct BuildPlace {
    /// The build environment's Python.
    pub python: PathBuf,
    /// Variables of the processes, beside those that are there; without a value: taken away.
    pub variables: Vec<(OsString, Option<OsString>)>,
    /// A folder of its own for this build, which the caller removes. It is also the build's `TMPDIR`.
    pub scratch: PathBuf,
    /// What the build may do.
    pub sandbox: Sandbox,
    /// The file that gets all that the build writes.
    pub log: PathBuf,
    /// Turns true when the user asks to stop.
    pub interrupted: &'static AtomicBool,
}

/// Which of its two streams a build wrote to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Output,
    /// Standard error.
    Error,
}

/// Whoever hears what a build says while it runs.
pub trait Watch {
    /// A line without its end, perhaps not UTF-8.
    fn line(&mut self, stream: Stream, line: &[u8]);
    /// A warning of a hook that is meant for users.
    fn warning(&mut self, message: &str);
    /// The back end cannot prepare metadata, so it builds what has the metadata in it.
    fn builds_instead(&mut self, product: Product) {
        let _ = product;
    }
}

/// Nobody listens.
impl Watch for () {
    fn line(&mut self, _stream: Stream, _line: &[u8]) {}
    fn warning(&mut self, _message: &str) {}
}

/// A running build.
pub struct Session {
    place: BuildPlace,
    process: Process,
    tree: PathBuf,
    backend: BackendName,
    folders: Vec<String>,
    prepared: Vec<Prepared>,
    is_checked: bool,
}

/// A hook to be called.
struct Hook {
    name: &'static str,
    arguments: Vec<Value>,
    /// Only whether it is there is asked.
    is_probe: bool,
}

impl Session {
    /// Starts the Python of `place` for the project in `tree`. The back end itself is imported with the first hook.
    ///
    /// # Errors
    /// [`BuildError::Start`], or that the sandbox cannot be had.
    pub fn start(tree: &Path, system: &BuildSystem, place: BuildPlace) -> Result<Self, BuildError> {
        let tree = std::path::absolute(tree).map_err(|source| disk(tree, source))?;
        Ok(Self {
            process: Process::start(&tree, &place)?,
            place,
            tree,
            backend: system.backend.clone(),
            folders: system.backend_path.clone(),
            prepared: Vec::new(),
            is_checked: true,
        })
    }

    /// The back end.
    #[must_use]
    pub fn backend(&self) -> &BackendName {
        &self.backend
    }

    /// From now on the name of a wheel is not compared with its metadata: whoever asks for it does that.
    pub fn leave_names_unchecked(&mut self) {
        self.is_checked = false;
    }

    /// Whether the back end has a hook.
    ///
    /// # Errors
    /// See [`BuildError`].
    pub fn has(&mut self, hook: &'static str, watch: &mut dyn Watch) -> Result<bool, BuildError> {
        Ok(self.call(Hook { name: hook, arguments: Vec::new(), is_probe: true }, watch)?.is_some())
    }

    /// Goes on with another tree, as from a project to what was unpacked of its source distribution. False when that takes
    /// a new session: the other tree has another back end, or one inside of it, or the sandbox covers this tree alone.
    pub fn move_to(&mut self, tree: &Path, system: &BuildSystem) -> bool {
        let same =
            system.backend == self.backend && self.folders.is_empty() && system.backend_path.is_empty();
        let reachable = self.place.sandbox.is_off() || tree.starts_with(&self.place.scratch);
        let Ok(tree) = std::path::absolute(tree) else { return false };
        if same && reachable {
            self.tree = tree;
            self.prepared.clear();
        }
        same && reachable
    }

    /// What the back end needs besides to build `product` (`get_requires_for_build_*`); nothing where it has no such hook.
    ///
    /// # Errors
    /// See [`BuildError`].
    pub fn requires(
        &mut self,
        product: Product,
        settings: &ConfigSettings,
        watch: &mut dyn Watch,
    ) -> Result<Vec<Requirement>, BuildError> {
        let hook = match product {
            Product::Wheel => "get_requires_for_build_wheel",
            Product::SourceDistribution => "get_requires_for_build_sdist",
            Product::Editable => "get_requires_for_build_editable",
        };
        let arguments = vec![settings.to_json()];
        let Some(value) = self.call(Hook { name: hook, arguments, is_probe: false }, watch)? else {
            return Ok(Vec::new());
        };
        let bad = || self.bad_answer(hook, &value);
        let texts = value.as_array().ok_or_else(bad)?;
        texts.iter().map(|text| self.requirement(hook, text.as_str().ok_or_else(bad)?)).collect()
    }

    fn requirement(&self, hook: &'static str, text: &str) -> Result<Requirement, BuildError> {
        Requirement::parse(text).map_err(|source| BuildError::BadRequirement {
            hook,
            text: text.to_owned(),
            source: Box::new(source),
        })
    }

    /// The metadata of the wheel that would be built, prepared in the folder `out`. Where the back end cannot prepare it the
    /// wheel is built there, and [`Session::build`] takes it.
    ///
    /// # Errors
    /// See [`BuildError`].
    pub fn metadata(
        &mut self,
        product: Product,
        settings: &ConfigSettings,
        out: &Path,
        watch: &mut dyn Watch,
    ) -> Result<Vec<u8>, BuildError> {
        let hook = match product {
            Product::Editable => "prepare_metadata_for_build_editable",
            _ => "prepare_metadata_for_build_wheel",
        };
        make_folder(out)?;
        let arguments = vec![text_of(out)?, settings.to_json()];
        let Some(value) = self.call(Hook { name: hook, arguments, is_probe: false }, watch)? else {
            watch.builds_instead(product);
            return self.metadata_by_building(product, settings, out, watch);
        };
        let folder =
            value.as_str().map(|name| out.join(name)).ok_or_else(|| self.bad_answer(hook, &value))?;
        let wrong = |problem| BuildError::WrongMetadata {
            backend: self.backend.clone(),
            hook,
            problem: Box::new(problem),
        };
        let text = check::prepared_metadata(out, &folder).map_err(wrong)?;
        let prepared = Prepared::folder(product, settings, &folder, &text).map_err(wrong)?;
        self.prepared.push(prepared);
        Ok(text)
    }

    fn metadata_by_building(
        &mut self,
        product: Product,
        settings: &ConfigSettings,
        out: &Path,
        watch: &mut dyn Watch,
    ) -> Result<Vec<u8>, BuildError> {
        let built = self.run_build(product, settings, (out, None), watch)?;
        let wrong = |problem| self.wrong_file(build_hook(product), built.filename.as_str(), problem);
        let text = check::wheel_metadata(&built.path).map_err(wrong)?;
        let prepared = Prepared::wheel(product, settings, built, &text)
            .map_err(|problem| self.wrong_file(build_hook(product), "", problem))?;
        self.prepared.push(prepared);
        Ok(text)
    }

    /// Builds `product` into the folder `out`, which is made where it is missing. The file's name, and name and version in
    /// its metadata, are checked against each other and against metadata that was prepared before.
    ///
    /// # Errors
    /// See [`BuildError`]. After an error there is no new file in `out`, as far as the back end left none.
    pub fn build(
        &mut self,
        product: Product,
        settings: &ConfigSettings,
        out: &Path,
        watch: &mut dyn Watch,
    ) -> Result<BuiltFile, BuildError> {
        make_folder(out)?;
        let known = self.prepared.iter().find(|one| one.is_for(product, settings));
        if let Some(built) = known.and_then(Prepared::built) {
            return copy_to(built, out);
        }
        let (expected, folder) = match known {
            Some(prepared) => (Some(prepared.identity()), prepared.metadata_folder().map(Path::to_owned)),
            None => (None, None),
        };
        let built = self.run_build(product, settings, (out, folder.as_deref()), watch)?;
        match expected {
            Some(expected) if self.is_checked => {
                let differs = check::against(&built, &expected);
                differs.map_err(|problem| self.refuse(build_hook(product), &built.path, problem))?;
                Ok(built)
            }
            _ => Ok(built),
        }
    }

    fn run_build(
        &mut self,
        product: Product,
        settings: &ConfigSettings,
        (out, metadata): (&Path, Option<&Path>),
        watch: &mut dyn Watch,
    ) -> Result<BuiltFile, BuildError> {
        let hook = build_hook(product);
        let mut arguments = vec![text_of(out)?, settings.to_json()];
        if product != Product::SourceDistribution {
            arguments.push(metadata.map(text_of).transpose()?.unwrap_or(Value::Null));
        }
        let Some(value) = self.call(Hook { name: hook, arguments, is_probe: false }, watch)? else {
            return Err(BuildError::HookMissing { backend: self.backend.clone(), hook });
        };
        let name = value.as_str().ok_or_else(|| self.bad_answer(hook, &value))?;
        let checked = check::built_file(product, out, name, self.is_checked);
        checked.map_err(|problem| self.refuse(hook, &out.join(name), problem))
    }

    /// Calls a hook in a child; nothing when the back end has none of that name.
    fn call(&mut self, hook: Hook, watch: &mut dyn Watch) -> Result<Option<Value>, BuildError> {
        let request = json!({
            "hook": hook.name,
            "arguments": hook.arguments,
            "probe": hook.is_probe,
            "tree": text_of(&self.tree)?,
            "backend": {
                "module": self.backend.module,
                "object": self.backend.object,
                "folders": self.folders,
                "tree": if self.folders.is_empty() { Value::Null } else { text_of(&self.tree)? },
            },
        });
        let answer = self.process.ask(&request, self.place.interrupted, watch);
        let backend = || self.backend.clone();
        match answer.map_err(|source| disk(&self.place.log, source))? {
            Answer::Value(value) => Ok(Some(value)),
            Answer::Missing => Ok(None),
            Answer::Interrupted => Err(BuildError::Interrupted),
            Answer::Strange(answer) => {
                Err(BuildError::BadAnswer { backend: backend(), hook: hook.name, answer })
            }
            Answer::Unavailable(said) => Err(BuildError::Unavailable {
                backend: backend(),
                hook: hook.name,
                reason: said.exception,
                traceback: said.traceback,
            }),
            Answer::Unsupported(said) => Err(BuildError::Unsupported {
                backend: backend(),
                hook: hook.name,
                reason: said.exception,
                traceback: said.traceback,
            }),
            Answer::Failed(said) => {
                let run = self.run_of(hook.name, said.traceback);
                Err(BuildError::Failed { exception: said.exception, run })
            }
            Answer::Ended(ending) => {
                let run = self.run_of(hook.name, String::new());
                Err(BuildError::Crashed { ending, run })
            }
        }
    }

    fn run_of(&self, hook: &'static str, traceback: String) -> Box<HookRun> {
        let (backend, tail) = (self.backend.clone(), self.process.tail());
        Box::new(HookRun { backend, hook, traceback, tail, log: self.place.log.clone() })
    }

    fn bad_answer(&self, hook: &'static str, value: &Value) -> BuildError {
        let answer: String = value.to_string().chars().take(200).collect();
        BuildError::BadAnswer { backend: self.backend.clone(), hook, answer }
    }

    fn wrong_file(&self, hook: &'static str, filename: &str, problem: WrongFile) -> BuildError {
        let filename = filename.chars().take(200).collect();
        BuildError::WrongFile { backend: self.backend.clone(), hook, filename, problem: Box::new(problem) }
    }

    /// A file that is not what it should be does not stay.
    fn refuse(&self, hook: &'static str, path: &Path, problem: WrongFile) -> BuildError {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !matches!(problem, WrongFile::NotAName)
            && let Ok(folder) = own_folder(path.parent().unwrap_or(path))
        {
            let _ = unlinkat(&folder, &name, AtFlags::empty());
        }
        self.wrong_file(hook, &name, problem)
    }
}

fn build_hook(product: Product) -> &'static str {
    match product {
        Product::Wheel => "build_wheel",
        Product::SourceDistribution => "build_sdist",
        Product::Editable => "build_editable",
    }
}

fn disk(path: &Path, source: std::io::Error) -> BuildError {
    BuildError::Disk { path: path.to_owned(), source }
}

fn make_folder(path: &Path) -> Result<(), BuildError> {
    std::fs::create_dir_all(path).map_err(|source| disk(path, source))
}

/// A path as JSON can carry it.
fn text_of(path: &Path) -> Result<Value, BuildError> {
    let absolute = std::path::absolute(path).map_err(|source| disk(path, source))?;
    let not_text =
        || disk(path, std::io::Error::new(std::io::ErrorKind::InvalidInput, "the path is not UTF-8"));
    absolute.to_str().map(Value::from).ok_or_else(not_text)
}

/// The folder itself. Back ends may write beside it and could have put a link to a folder of the user in its place, where
/// nothing must be written or removed for them.
fn own_folder(path: &Path) -> io::Result<OwnedFd> {
    let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(open(path, flags, Mode::empty())?)
}

fn copy_to(built: &BuiltFile, out: &Path) -> Result<BuiltFile, BuildError> {
    let path = out.join(built.filename.as_str());
    if path != built.path {
        copy(&built.path, out, built.filename.as_str()).map_err(|source| disk(&path, source))?;
    }
    Ok(BuiltFile { path, ..built.clone() })
}

/// Into a new file of the folder, in the place of whatever has its name.
fn copy(from: &Path, out: &Path, name: &str) -> io::Result<()> {
    let mut from = File::open(from)?;
    let mode = Mode::from_raw_mode(from.metadata()?.permissions().mode());
    let folder = own_folder(out)?;
    match unlinkat(&folder, name, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => {}
        Err(error) => return Err(error.into()),
    }
    let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::CLOEXEC;
    let mut to = File::from(openat(&folder, name, flags, mode)?);
    io::copy(&mut from, &mut to).map(drop)
}
