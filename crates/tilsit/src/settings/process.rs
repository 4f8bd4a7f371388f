//! What the process was started with, read once and handed to everybody.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// Arguments, environment variables, current folder and home of this process. Tests make their own.
#[derive(Clone, Debug, Default)]
pub struct Process {
    /// The command line, the program's own name first.
    pub args: Vec<OsString>,
    /// The environment.
    pub env: HashMap<OsString, OsString>,
    /// The current folder; empty when it is gone.
    pub cwd: PathBuf,
    /// The user's home, from `HOME` or the user database.
    pub home: Option<PathBuf>,
    /// The system's folder for settings: `/etc`.
    pub etc: PathBuf,
}

impl Process {
    /// The real one.
    pub fn capture() -> Self {
        let cwd = std::env::current_dir().unwrap_or_default();
        let home = std::env::home_dir().filter(|home| !home.as_os_str().is_empty());
        Self {
            args: std::env::args_os().collect(),
            env: std::env::vars_os().collect(),
            // builds run elsewhere, and must find there what lies below a home that is told from here
            home: home.map(|home| cwd.join(home)),
            cwd,
            etc: PathBuf::from("/etc"),
        }
    }

    /// A variable's text; nothing when it is unset or not UTF-8.
    pub fn var(&self, name: &str) -> Option<&str> {
        self.env.get(OsStr::new(name)).and_then(|value| value.to_str())
    }

    /// A variable's text, unless it is unset or empty.
    pub fn filled(&self, name: &str) -> Option<&str> {
        self.var(name).filter(|value| !value.is_empty())
    }

    /// Whether a variable is set at all, even to nothing.
    pub fn has(&self, name: &str) -> bool {
        self.env.contains_key(OsStr::new(name))
    }

    /// A path with a leading `~` replaced by the home folder, as `os.path.expanduser` does for the own user.
    pub fn expand_user(&self, path: &str) -> PathBuf {
        let rest = path.strip_prefix('~').filter(|rest| rest.is_empty() || rest.starts_with('/'));
        match (rest, &self.home) {
            (Some(rest), Some(home)) => home.join(rest.trim_start_matches('/')),
            _ => PathBuf::from(path),
        }
    }

    /// A path as a person gave it, made absolute.
    pub fn absolute(&self, path: &str) -> PathBuf {
        self.cwd.join(self.expand_user(path))
    }

    /// A folder of the XDG base directory specification: the variable when it is absolute, else a folder below home.
    pub fn xdg(&self, variable: &str, below_home: &str) -> Option<PathBuf> {
        let named = self.filled(variable).map(Path::new).filter(|path| path.is_absolute());
        named.map(Path::to_path_buf).or_else(|| self.home.as_ref().map(|home| home.join(below_home)))
    }

    /// The folder for what goes in the end: the first of `TMPDIR`, `TEMP`, `TMP`, the system's own and the current folder
    /// that can be written to, as Python's `tempfile` looks for it.
    pub fn temporary(&self) -> PathBuf {
        let named =
            ["TMPDIR", "TEMP", "TMP"].map(|name| self.filled(name).map(|folder| self.cwd.join(folder)));
        let usual = ["/tmp", "/var/tmp", "/usr/tmp"].map(PathBuf::from).into_iter().chain([self.cwd.clone()]);
        let mut folders = named.into_iter().flatten().chain(usual);
        folders.find(|folder| is_usable(folder)).unwrap_or_else(std::env::temp_dir)
    }

    /// The folder of the store, where nothing names another.
    pub fn usual_cache(&self) -> PathBuf {
        let usual = self.xdg("XDG_CACHE_HOME", ".cache").map(|folder| folder.join("tilsit"));
        usual.unwrap_or_else(|| own_folder(&self.temporary()))
    }
}

/// Whether a folder can be written to, or made.
pub fn is_writable(folder: &Path) -> bool {
    folder.ancestors().find(|one| one.symlink_metadata().is_ok()).is_some_and(is_usable)
}

/// Whether files can be made in a folder.
fn is_usable(folder: &Path) -> bool {
    use rustix::fs::{Access, access};
    folder.is_dir() && access(folder, Access::WRITE_OK | Access::EXEC_OK).is_ok()
}

/// A store for whoever has no home, in a folder where everybody may make files: it is that user's alone, since packages
/// are taken from it without a question. Nobody has a hundred of them that others took the names of.
fn own_folder(parent: &Path) -> PathBuf {
    let user = rustix::process::geteuid().as_raw();
    let names = (0..100).map(|number| match number {
        0 => format!("tilsit-cache-{user}"),
        number => format!("tilsit-cache-{user}-{number}"),
    });
    let mut folders = names.map(|name| parent.join(name));
    folders.find(|folder| is_own(folder, user)).unwrap_or_else(|| "/dev/null/tilsit-cache".into())
}

/// Whether the folder is the user's, and nobody else may write to it; made when there is none.
fn is_own(folder: &Path, user: u32) -> bool {
    use std::os::unix::fs::{DirBuilderExt, MetadataExt};
    // what is there already is looked at, too
    let _ = std::fs::DirBuilder::new().mode(0o700).create(folder);
    let found = folder.symlink_metadata();
    found.is_ok_and(|found| found.is_dir() && found.uid() == user && found.mode() & 0o022 == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_as_people_write_them() {
        let process =
            Process { cwd: "/somewhere".into(), home: Some("/home/ada".into()), ..Process::default() };
        assert_eq!(process.absolute("~/x"), Path::new("/home/ada/x"));
        assert_eq!(process.absolute("~"), Path::new("/home/ada/"));
        assert_eq!(process.absolute("~bob/x"), Path::new("/somewhere/~bob/x"));
        assert_eq!(process.absolute("x"), Path::new("/somewhere/x"));
        assert_eq!(process.xdg("XDG_CONFIG_HOME", ".config"), Some("/home/ada/.config".into()));
    }

    #[test]
    fn the_first_temporary_folder_that_can_be_used() {
        let folder = tempfile::tempdir().unwrap();
        let process = |named: &[(&str, &Path)]| Process {
            env: named.iter().map(|(name, path)| ((*name).into(), (*path).into())).collect(),
            cwd: folder.path().into(),
            ..Process::default()
        };
        let (nowhere, file) = (folder.path().join("nowhere"), folder.path().join("file"));
        std::fs::write(&file, "").unwrap();
        assert_eq!(process(&[("TMPDIR", &nowhere), ("TEMP", folder.path())]).temporary(), folder.path());
        assert_eq!(process(&[("TMPDIR", &file)]).temporary(), process(&[]).temporary());
        assert_eq!(process(&[("TMPDIR", Path::new("."))]).temporary(), folder.path());
    }

    #[test]
    fn a_store_without_a_home_is_nobody_elses() {
        use std::os::unix::fs::{MetadataExt, PermissionsExt};
        let folder = tempfile::tempdir().unwrap();
        let user = rustix::process::geteuid().as_raw();
        let first = own_folder(folder.path());
        assert_eq!(first, folder.path().join(format!("tilsit-cache-{user}")));
        assert_eq!(first.metadata().unwrap().mode() & 0o777, 0o700);
        assert_eq!(own_folder(folder.path()), first);
        std::fs::set_permissions(&first, std::fs::Permissions::from_mode(0o777)).unwrap();
        let second = own_folder(folder.path());
        assert_eq!(second, folder.path().join(format!("tilsit-cache-{user}-1")));
        std::fs::remove_dir(&second).unwrap();
        std::os::unix::fs::symlink("/", &second).unwrap();
        assert_eq!(own_folder(folder.path()), folder.path().join(format!("tilsit-cache-{user}-2")));
    }
}
