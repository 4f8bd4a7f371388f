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
        Self {
            args: std::env::args_os().collect(),
            env: std::env::vars_os().collect(),
            cwd: std::env::current_dir().unwrap_or_default(),
            home: std::env::home_dir().filter(|home| !home.as_os_str().is_empty()),
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
}
