//! The environment a command works on, and the ways in which pip shows paths.

use std::path::{Path, PathBuf};

use environment::{Environment, externally_managed};

use super::Session;
use super::errors::Failure;
use crate::cli::pip as flags;
use crate::ops::python::search_path;

impl Session<'_> {
    /// The interpreter's own environment, listing what `TILSIT_SYS_PATH` says Python really sees; without it, what Python
    /// would see: the user's folder and what `.pth` files add, too; Python is asked only where code may add to that.
    pub fn seen_environment(&self) -> Environment {
        let environment = Environment::of(self.interpreter.clone(), &self.state_dir());
        match self.told_search_path() {
            Some(folders) => environment.with_search_path(folders),
            None => {
                let user = self.sees_user_site().then(|| self.user_site());
                let folders = search_path(&environment, user);
                environment.with_search_path(folders)
            }
        }
    }

    /// `sys.path` as our `pip` package hands it over, if it is that of the Python that is worked for.
    fn told_search_path(&self) -> Option<Vec<PathBuf>> {
        let folder = |program: &Path| program.parent().and_then(|folder| folder.canonicalize().ok());
        let told = folder(Path::new(self.process.filled("TILSIT_SYS_EXECUTABLE")?));
        let own = folder(self.interpreter.executable());
        let text = self.process.filled("TILSIT_SYS_PATH").filter(|_| told == own)?;
        serde_json::from_str(text).ok()
    }

    /// The user's own folder for packages (`site.USER_SITE`).
    pub(super) fn user_site(&self) -> PathBuf {
        self.user_environment().scheme().purelib.clone()
    }

    /// The user's own folders.
    pub(super) fn user_environment(&self) -> Environment {
        let named = self.process.filled("PYTHONUSERBASE").map(|folder| self.process.expand_user(folder));
        let usual = || self.process.home.as_ref().map(|home| home.join(".local"));
        let base = named.or_else(usual).unwrap_or_default();
        Environment::user(self.interpreter.clone(), &base, &self.state_dir())
    }

    fn sees_user_site(&self) -> bool {
        let inside = self.interpreter.virtual_environment();
        inside.is_none_or(|cfg| cfg.system_site_packages) && self.process.filled("PYTHONNOUSERSITE").is_none()
    }

    /// Where `install` puts things: `--target`, `--prefix`, `--user`, else the environment itself.
    pub fn place(&self) -> Result<Environment, Failure> {
        let state = self.state_dir();
        let interpreter = || self.interpreter.clone();
        let user = self.parsed.is_on(&flags::USER);
        if user && self.parsed.text(&flags::TARGET).is_some() {
            return Err(Failure::error("Can not combine '--user' and '--target'"));
        }
        self.tell_user_decision(user);
        // An empty one stands for none: so pip's own builds turn off what a configuration file may say.
        if let Some(target) = self.parsed.filled(&flags::TARGET) {
            let target = self.process.absolute(target);
            if target.exists() && !target.is_dir() {
                return Err(Failure::error("Target path exists but is not a directory, will not continue."));
            }
            return Ok(Environment::target(interpreter(), &target, &state));
        }
        let below_root = |folder: &Path| match self.parsed.text(&flags::ROOT) {
            Some(root) => self.process.absolute(root).join(folder.strip_prefix("/").unwrap_or(folder)),
            None => folder.to_owned(),
        };
        if let Some(prefix) = self.parsed.text(&flags::PREFIX) {
            // pip puts it before `/lib/python3.N` as it stands.
            let prefix = if prefix.is_empty() { "/" } else { prefix };
            if user {
                return Err(Failure::error(
                    "Can not combine '--user' and '--prefix' as they imply different installation locations",
                ));
            }
            return Ok(Environment::prefix(
                interpreter(),
                &below_root(&self.process.absolute(prefix)),
                &state,
            ));
        }
        if self.parsed.text(&flags::ROOT).is_some() {
            let below = below_root(self.interpreter.prefix());
            return Ok(Environment::prefix(interpreter(), &below, &state));
        }
        if user {
            return self.user_place();
        }
        let usual = self.seen_environment();
        if self.falls_back_to_user(&usual) {
            self.info("Defaulting to user installation because normal site-packages is not writeable");
            return self.user_place();
        }
        Ok(usual)
    }

    /// Why things go to the user's folder, or not there.
    fn tell_user_decision(&self, user: bool) {
        let elsewhere =
            [&flags::TARGET, &flags::PREFIX].into_iter().any(|flag| self.parsed.filled(flag).is_some());
        let inside = self.interpreter.virtual_environment().is_some_and(|cfg| !cfg.system_site_packages);
        let is_off = inside || self.process.has("PYTHONNOUSERSITE");
        self.debug_line(match self.parsed.switch(&flags::USER).is_some() {
            true if user && !elsewhere && !inside => "User install by explicit request",
            true if user => return,
            true => "Non-user install by explicit request",
            false if elsewhere => "Non-user install due to --prefix or --target option",
            false if is_off => "Non-user install because user site-packages disabled",
            false if self.falls_back_to_user(&self.seen_environment()) => return,
            false => "Non-user install because site-packages writeable",
        });
    }

    fn user_place(&self) -> Result<Environment, Failure> {
        if self.interpreter.virtual_environment().is_some_and(|cfg| !cfg.system_site_packages) {
            return Err(Failure::error(
                "Can not perform a '--user' install. User site-packages are not visible in this virtualenv.",
            ));
        }
        Ok(self.user_environment())
    }

    /// pip: outside an environment, where site-packages cannot be written, the user's folder is taken.
    fn falls_back_to_user(&self, environment: &Environment) -> bool {
        let decided = self.parsed.switch(&flags::USER).is_some() || self.process.has("PYTHONNOUSERSITE");
        if decided || self.interpreter.virtual_environment().is_some() {
            return false;
        }
        let scheme = environment.scheme();
        [&scheme.purelib, &scheme.platlib].into_iter().any(|folder| !is_writable(folder))
    }

    /// PEP 668
    pub fn refuse_managed(&self) -> Result<(), Failure> {
        if self.parsed.is_on(&flags::BREAK_SYSTEM_PACKAGES) {
            return Ok(());
        }
        match externally_managed(self.interpreter, self.process.filled("LANG")) {
            Some(message) => Err(Failure::externally_managed(&message)),
            None => Ok(()),
        }
    }

    /// pip's warning to root outside of an environment.
    pub fn warn_root(&self) {
        let quiet = self.parsed.text(&flags::ROOT_USER_ACTION) == Some("ignore");
        if quiet || self.interpreter.virtual_environment().is_some() || !is_root() {
            return;
        }
        self.warn(
            "Running pip as the 'root' user can result in broken permissions and conflicting behaviour with the system package manager, possibly rendering your system unusable. It is recommended to use a virtual environment instead: https://pip.pypa.io/warnings/venv. Use the --root-user-action option if you know what you are doing and want to suppress this warning.",
        );
    }

    /// A path as pip shows it: with `./` when it lies below the working folder.
    pub fn shown(&self, path: &Path) -> String {
        shown_from(&self.process.cwd, path)
    }
}

/// A path as pip shows it from `cwd`.
pub fn shown_from(cwd: &Path, path: &Path) -> String {
    match path.strip_prefix(cwd) {
        // what is joined to nothing ends with a dot
        Ok(below) if below.as_os_str().is_empty() => "./.".to_owned(),
        Ok(below) => format!("./{}", below.display()),
        _ => path.display().to_string(),
    }
}

#[cfg(unix)]
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}

/// Whether files can be made in the folder, or in the first folder above it that exists.
#[cfg(unix)]
fn is_writable(folder: &Path) -> bool {
    let there = folder.ancestors().find(|folder| folder.exists()).unwrap_or(folder);
    rustix::fs::access(there, rustix::fs::Access::WRITE_OK).is_ok()
}

#[cfg(not(unix))]
fn is_writable(_folder: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_below_the_working_folder() {
        let cwd = Path::new("/w");
        assert_eq!(shown_from(cwd, Path::new("/w/env/x")), "./env/x");
        assert_eq!(shown_from(cwd, Path::new("/w")), "./.");
        assert_eq!(shown_from(cwd, Path::new("/www/x")), "/www/x");
    }
}
