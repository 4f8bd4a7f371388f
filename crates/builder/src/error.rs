//! Why nothing was built.

use std::io;
use std::path::PathBuf;

use packaging::RequirementError;
use packaging::filenames::FilenameError;
use packaging::metadata::MetadataError;
use store::archive::zip::ZipError;

use crate::{BackendName, BuildSystemError};

/// Why a build, or a question to a back end, came to nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The project does not say how it is built.
    #[error(transparent)]
    System(#[from] Box<BuildSystemError>),
    /// A native back end found what the real one refuses too.
    #[error("{backend}: {message}")]
    Refused {
        /// The real back end.
        backend: &'static str,
        /// In its words.
        message: String,
    },
    /// The build environment's Python does not start.
    #[error("{} cannot be started: {source}", python.display())]
    Start {
        /// The program.
        python: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Somebody pressed Ctrl-C.
    #[error("interrupted")]
    Interrupted,
    /// The back end cannot be imported, or the object in it is not there.
    #[error("the build back end `{backend}` is not available: {reason}")]
    Unavailable {
        /// The back end.
        backend: BackendName,
        /// The hook that was to be called.
        hook: &'static str,
        /// The last line of the traceback.
        reason: String,
        /// What Python said.
        traceback: String,
    },
    /// The back end has no such hook, and there is no other way.
    #[error("the build back end `{backend}` has no hook `{hook}`")]
    HookMissing {
        /// The back end.
        backend: BackendName,
        /// The hook.
        hook: &'static str,
    },
    /// The back end says that it cannot do that here (`UnsupportedOperation` of PEP 517).
    #[error("the build back end `{backend}` does not support `{hook}`: {reason}")]
    Unsupported {
        /// The back end.
        backend: BackendName,
        /// The hook.
        hook: &'static str,
        /// The last line of the traceback.
        reason: String,
        /// What Python said.
        traceback: String,
    },
    /// The hook raised an exception.
    #[error("`{}` of `{}` failed: {exception}", run.hook, run.backend)]
    Failed {
        /// The exception's last line.
        exception: String,
        /// The hook and what it wrote.
        run: Box<HookRun>,
    },
    /// The process ended without an answer.
    #[error("`{}` of `{}` ended without an answer: {ending}", run.hook, run.backend)]
    Crashed {
        /// How it ended.
        ending: Ending,
        /// The hook and what it wrote.
        run: Box<HookRun>,
    },
    /// The hook answered something that PEP 517 does not know.
    #[error("`{hook}` of `{backend}` answered {answer}")]
    BadAnswer {
        /// The back end.
        backend: BackendName,
        /// The hook.
        hook: &'static str,
        /// What it answered, shortened.
        answer: String,
    },
    /// The back end asks for something that is no requirement.
    #[error("`{hook}` asks for `{text}`, which is not a requirement: {source}")]
    BadRequirement {
        /// The hook.
        hook: &'static str,
        /// What it asked for.
        text: String,
        /// Why it is none.
        source: Box<RequirementError>,
    },
    /// The file is not what it should be.
    #[error("`{hook}` of `{backend}` made `{filename}`: {problem}")]
    WrongFile {
        /// The back end.
        backend: BackendName,
        /// The hook.
        hook: &'static str,
        /// What it said it made.
        filename: String,
        /// What is wrong.
        problem: Box<WrongFile>,
    },
    /// Metadata that the back end prepared is of no use.
    #[error("`{hook}` of `{backend}` made metadata that is of no use: {problem}")]
    WrongMetadata {
        /// The back end.
        backend: BackendName,
        /// The hook.
        hook: &'static str,
        /// What is wrong.
        problem: Box<WrongFile>,
    },
    /// A file or folder of the build cannot be read or written.
    #[error("{}: {source}", path.display())]
    Disk {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// A hook that came to nothing.
#[derive(Clone, Debug)]
pub struct HookRun {
    /// The back end.
    pub backend: BackendName,
    /// The hook.
    pub hook: &'static str,
    /// What Python said of the exception; empty when there was none.
    pub traceback: String,
    /// The last lines that the build wrote.
    pub tail: Vec<String>,
    /// Where all that the build wrote is kept.
    pub log: PathBuf,
}

/// How a back end's process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// With an exit code.
    Code(i32),
    /// By a signal.
    Signal(i32),
}

impl std::fmt::Display for Ending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Code(code) => write!(f, "exit code {code}"),
            Self::Signal(signal) => write!(f, "signal {signal}"),
        }
    }
}

/// What is wrong with a file that a back end says it made.
#[derive(Debug, thiserror::Error)]
pub enum WrongFile {
    /// There is no such file.
    #[error("there is no such file")]
    Missing,
    /// The answer is a path, not the name of a file in the folder it was given.
    #[error("that is not the name of a file in the folder it was given")]
    NotAName,
    /// Not the name of what was asked for.
    #[error("not the name of a {wanted}")]
    NotTheProduct {
        /// `wheel`, `source distribution`
        wanted: &'static str,
    },
    /// The name breaks the standard.
    #[error(transparent)]
    Filename(#[from] FilenameError),
    /// A wheel that is no zip archive.
    #[error(transparent)]
    Archive(#[from] ZipError),
    /// There is no metadata in it.
    #[error("it has no metadata")]
    NoMetadata,
    /// Its metadata is of no use.
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    /// Name or version of the file are not those of its metadata.
    #[error("its metadata says {field} `{metadata}`")]
    Mismatch {
        /// `name`, `version`
        field: &'static str,
        /// What the metadata says.
        metadata: String,
    },
}
