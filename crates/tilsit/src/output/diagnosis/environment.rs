//! Environments: changing, reading and making them.

use super::super::{Diagnostic, codes};
use super::wheel::full;
use crate::ops::link::LinkError;
use environment::{Environment, InstallError, ReadError, RemovalError, VenvError};
use std::io::ErrorKind;
use std::path::Path;

/// A file or folder that the system refuses to an environment.
fn environment_io(path: &Path, source: &std::io::Error) -> Diagnostic {
    const UNCHANGED: &str = "the environment was not changed";
    match source.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => full(path).fact(UNCHANGED),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            Diagnostic::new(&codes::NO_PERMISSION, format!("no permission for {}", path.display()))
                .fact(source.to_string())
                .fact(UNCHANGED)
                .hint("make an environment of your own: `tilsit venv`")
        }
        _ => Diagnostic::new(&codes::BROKEN_ENVIRONMENT, format!("{} cannot be used", path.display()))
            .fact(source.to_string())
            .fact(UNCHANGED),
    }
}

/// `tilsit link`
pub fn link(error: &LinkError) -> Diagnostic {
    match error {
        LinkError::Taken { folder, names } => {
            let shown = |name: &&'static str| folder.join(name).display().to_string();
            let what = if names.len() == 1 { "a file" } else { "files" };
            Diagnostic::new(&codes::NAME_TAKEN, format!("{what} of somebody else would be replaced"))
                .facts(names.iter().map(shown))
                .fact("nothing was changed")
                .hint("name another folder, or let them be replaced: `tilsit link --force DIR`")
        }
        LinkError::Disk { path, source } => cannot_write(path, source),
    }
}

/// A process that cannot know where its program is.
pub fn no_binary() -> Diagnostic {
    Diagnostic::new(&codes::INTERNAL, "the system does not say where the program `tilsit` is")
}

impl From<&InstallError> for Diagnostic {
    fn from(error: &InstallError) -> Self {
        match error {
            InstallError::Io { path, source } | InstallError::Recovery { path, source } => {
                environment_io(path, source)
            }
            InstallError::Locked { state } => {
                Self::new(&codes::ENVIRONMENT_BUSY, "another process is changing this environment")
                    .fact(format!("lock: {}", state.display()))
                    .hint("try again when it has finished")
            }
            InstallError::Changed { name } => {
                Self::new(&codes::ENVIRONMENT_BUSY, format!("`{name}` was changed by another process"))
                    .hint("try again")
            }
            InstallError::Removal(error) => Self::from(error),
            InstallError::Read(error) => Self::from(error),
            InstallError::Script { wheel, source } => {
                Self::new(&codes::CORRUPT_WHEEL, format!("`{wheel}` has a script that cannot be made"))
                    .fact(source.to_string())
            }
            InstallError::UnknownScheme { wheel, path } => {
                Self::new(&codes::CORRUPT_WHEEL, format!("`{wheel}` is not a usable wheel"))
                    .fact(format!("`{path}` belongs to no install scheme"))
            }
            InstallError::InTheWay { path, .. } => {
                Self::new(&codes::BROKEN_ENVIRONMENT, format!("{} is in the way", path.display()))
                    .fact("the environment was not changed")
            }
            InstallError::Collides { paths } => {
                let first: Vec<String> =
                    paths.iter().take(5).map(|path| path.display().to_string()).collect();
                Self::new(&codes::BROKEN_ENVIRONMENT, format!("{} files would be overwritten", paths.len()))
                    .facts(first)
            }
            InstallError::Bytecode { python, source } => {
                Self::new(&codes::BROKEN_ENVIRONMENT, format!("{} could not be started", python.display()))
                    .fact(source.to_string())
            }
            InstallError::Cancelled => {
                Self::new(&codes::INTERRUPTED, "interrupted").fact("the environment was not changed")
            }
        }
    }
}

impl From<&RemovalError> for Diagnostic {
    fn from(error: &RemovalError) -> Self {
        match error {
            RemovalError::Read(error) => Self::from(error),
            RemovalError::Io { path, source } => environment_io(path, source),
            RemovalError::Distutils { .. } | RemovalError::NoRecord { .. } => {
                Self::new(&codes::BROKEN_ENVIRONMENT, error.to_string())
                    .fact("without that list nobody knows which files belong to it")
                    .fact("the environment was not changed")
            }
        }
    }
}

impl From<&ReadError> for Diagnostic {
    fn from(error: &ReadError) -> Self {
        match error {
            ReadError::Io { path, source } => environment_io(path, source),
            ReadError::Record { path, source } => {
                Self::new(&codes::BROKEN_ENVIRONMENT, format!("{} is damaged", path.display()))
                    .fact(source.to_string())
            }
        }
    }
}

impl From<&VenvError> for Diagnostic {
    fn from(error: &VenvError) -> Self {
        match error {
            VenvError::Exists { path, is_environment: true } => {
                Self::new(&codes::USAGE, format!("{} is an environment already", path.display()))
                    .hint(format!("to make it anew: `tilsit venv --clear {}`", path.display()))
            }
            VenvError::Exists { .. } | VenvError::PathSeparator { .. } => {
                Self::new(&codes::USAGE, error.to_string())
            }
            VenvError::Io { path, source } => environment_io(path, source),
            VenvError::Interpreter(error) => Self::from(error),
        }
    }
}

/// An environment that was not changed.
pub fn change(error: &InstallError) -> Diagnostic {
    error.into()
}

/// An environment that cannot be read.
pub fn read(error: &ReadError) -> Diagnostic {
    error.into()
}

/// An environment that was not made.
pub fn venv(error: &VenvError) -> Diagnostic {
    error.into()
}

/// A file that a command was to write.
pub fn cannot_write(path: &Path, error: &std::io::Error) -> Diagnostic {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => full(path),
        ErrorKind::NotFound => Diagnostic::new(
            &codes::NO_SUCH_FILE,
            format!("{} has no folder to be written into", path.display()),
        ),
        _ => Diagnostic::new(&codes::NO_PERMISSION, format!("{} cannot be written", path.display()))
            .fact(error.to_string()),
    }
}

/// Names that the environment does not hold.
pub fn not_installed(names: &[&str]) -> Diagnostic {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let verb = if names.len() == 1 { "is" } else { "are" };
    Diagnostic::new(&codes::NOT_INSTALLED, format!("{} {verb} not installed", names.join(", ")))
        .hint("`tilsit list` shows what is installed")
}

/// PEP 668
pub fn externally_managed(environment: &Environment, message: &str) -> Diagnostic {
    let interpreter = environment.interpreter();
    let summary = format!("{} is managed by the operating system", interpreter.executable().display());
    Diagnostic::new(&codes::EXTERNALLY_MANAGED, summary)
        .facts(message.lines().map(|line| format!("| {line}").trim_end().to_owned()))
        .hint("make an environment with `tilsit venv` and install there")
}

#[cfg(test)]
mod tests {
    use super::super::refused_wheel;
    use super::*;
    use store::AddWheelError;
    use store::archive::zip::ZipError;
    use store::wheels::WheelError;

    #[test]
    fn codes_of_files() {
        let disk = |kind: ErrorKind| InstallError::Io { path: "/x".into(), source: kind.into() };
        for (error, code) in [
            (disk(ErrorKind::StorageFull), "disk-full"),
            (disk(ErrorKind::PermissionDenied), "no-permission"),
            (InstallError::Locked { state: "/x".into() }, "environment-busy"),
            (InstallError::Cancelled, "interrupted"),
        ] {
            assert_eq!(Diagnostic::from(&error).code.name, code, "{error}");
        }
        let wheel = |error: WheelError| {
            refused_wheel("a-1-py3-none-any.whl", &AddWheelError::Content(error)).code.name
        };
        assert_eq!(wheel(WheelError::RecordMissingFile("a".into())), "lying-record");
        assert_eq!(wheel(WheelError::Zip(ZipError::Duplicate { name: "a".into() })), "unsafe-archive");
        assert_eq!(wheel(WheelError::Zip(ZipError::Truncated)), "corrupt-wheel");
        assert_eq!(wheel(WheelError::NoDistInfo), "corrupt-wheel");
    }
}
