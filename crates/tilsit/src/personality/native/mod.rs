//! `tilsit` itself.

mod about;
mod arguments;
mod build;
mod building;
mod cache;
mod compile;
mod diagnosis;
mod download;
mod install;
mod link;
mod listener;
mod looking;
mod search;
mod show;
mod sync;
mod target;
mod tree;
mod uninstall;
mod upgrade;
mod venv;
mod why;

use std::io::ErrorKind;
use std::path::Path;

use environment::{Environment, Interpreter};
use store::Store;

use crate::cli::{self, Outcome, Parsed, native as flags};
use crate::ops::network::Connection;
use crate::ops::{interrupt, python};
use crate::output::{ColorChoice, Diagnostic, Terminal, TerminalPolicy};
use crate::settings::{Process, Settings, is_writable};

/// A command's result: an exit code, or an error to be shown.
type Ended = Result<u8, Box<Diagnostic>>;

/// What every command has at hand.
struct Session<'a> {
    process: &'a Process,
    parsed: &'a Parsed,
    settings: &'a Settings,
    terminal: &'a Terminal,
}

/// Runs a command line of ours; returns the exit code.
pub fn run(process: &Process, words: &[String]) -> u8 {
    let parsed = match cli::parse(&flags::PROGRAM, words) {
        Ok(Outcome::Run(parsed)) => parsed,
        Ok(Outcome::Help(path)) => return help(process, &path),
        Ok(Outcome::Version(_)) => return version(process),
        Err(error) => return fail(process, &diagnosis::usage(&error)),
    };
    let settings = match Settings::load(process, &parsed) {
        Ok(settings) => settings,
        Err(error) => return fail(process, &diagnosis::settings(&error)),
    };
    let parsed = settings.apply(parsed);
    let terminal = Terminal::new(process, terminal_policy(&parsed));
    let session = Session { process, parsed: &parsed, settings: &settings, terminal: &terminal };
    for warning in &settings.warnings {
        terminal.warn(&diagnosis::settings_warning(warning));
    }
    interrupt::listen();
    let failed = |diagnostic: &Diagnostic| {
        terminal.diagnose(diagnostic);
        diagnostic.exit
    };
    let code = session.dispatch().unwrap_or_else(|diagnostic| failed(&diagnostic));
    match terminal.stdout_failure() {
        // Who read has seen enough: `tilsit list | head`.
        Some(error) if error.kind() != ErrorKind::BrokenPipe => {
            failed(&diagnosis::cannot_write(Path::new("standard output"), error))
        }
        _ => code,
    }
}

/// The store and the indexes of our own settings, for personalities whose tools leave them to pip.
pub fn indexes(process: &Process) -> Result<(Store, Connection), Box<Diagnostic>> {
    let words = ["build".to_owned()];
    let parsed = match cli::parse(&flags::PROGRAM, &words) {
        Ok(Outcome::Run(parsed)) => parsed,
        _ => Parsed::default(),
    };
    let settings = Settings::load(process, &parsed).map_err(|error| Box::new(diagnosis::settings(&error)))?;
    let parsed = settings.apply(parsed);
    let terminal = Terminal::new(process, terminal_policy(&parsed));
    let session = Session { process, parsed: &parsed, settings: &settings, terminal: &terminal };
    Ok((session.working_store()?, session.connection()?))
}

fn help(process: &Process, path: &[&'static cli::Command]) -> u8 {
    let terminal = Terminal::new(process, TerminalPolicy::default());
    terminal.text(&cli::help::help(&flags::PROGRAM, path, terminal.width().min(100)));
    0
}

fn version(process: &Process) -> u8 {
    Terminal::new(process, TerminalPolicy::default()).line(concat!("tilsit ", env!("CARGO_PKG_VERSION")));
    0
}

fn fail(process: &Process, diagnostic: &Diagnostic) -> u8 {
    Terminal::new(process, TerminalPolicy::default()).diagnose(diagnostic);
    diagnostic.exit
}

fn terminal_policy(parsed: &Parsed) -> TerminalPolicy {
    let count = |flag| i32::try_from(parsed.count(flag)).unwrap_or(i32::MAX);
    TerminalPolicy {
        color: match parsed.text(&flags::COLOR) {
            Some("always") => ColorChoice::Always,
            Some("never") => ColorChoice::Never,
            _ => ColorChoice::Auto,
        },
        verbosity: count(&flags::VERBOSE) - count(&flags::QUIET),
        no_progress: parsed.is_on(&flags::NO_PROGRESS),
        info_to_stdout: false,
    }
}

impl Session<'_> {
    fn dispatch(&self) -> Ended {
        match self.parsed.words().as_slice() {
            ["venv"] => self.venv(),
            ["install"] => self.install(),
            ["build"] => self.build(),
            ["list"] => self.list(),
            ["freeze"] => self.freeze(),
            ["check"] => self.check(),
            ["show"] => self.show(),
            ["tree"] => self.tree(),
            ["why"] => self.why(),
            ["uninstall"] => self.uninstall(),
            ["upgrade"] => self.upgrade(),
            ["compile"] => self.compile(),
            ["sync"] => self.sync(),
            ["cache", verb] => self.cache(verb),
            ["python", "list"] => self.python_list(),
            ["python", "find"] => self.python_find(),
            ["config", verb] => self.config(verb),
            ["explain"] => self.explain(),
            ["download"] => self.download(),
            ["search"] => self.search(),
            ["link"] => self.link(),
            ["completions"] => self.completions(),
            ["generate"] => self.generate(),
            ["as"] => {
                let name = self.parsed.arguments.first().map(String::as_str).unwrap_or_default();
                Err(Box::new(diagnosis::not_that_tool(name, &[super::NAMES, &[super::MODULE]].concat())))
            }
            words => Err(Box::new(diagnosis::unknown_command(&words.join(" ")))),
        }
    }

    /// The store that `--cache-dir` names, or the user's.
    fn store(&self) -> Result<Store, Box<Diagnostic>> {
        if self.parsed.is_on(&flags::NO_CACHE) {
            return Store::temporary(&self.process.temporary())
                .map_err(|error| Box::new(diagnosis::disk(&error)));
        }
        Ok(Store::open(self.cache_dir()))
    }

    /// The store of a command that fetches or builds. Where the user's cannot be written to, as in a home that is read-only,
    /// one that goes with the command must do. Where a folder was named, that is the user's mistake.
    fn working_store(&self) -> Result<Store, Box<Diagnostic>> {
        let folder = self.cache_dir();
        let is_named = self.parsed.text(&flags::CACHE_DIR).is_some() || self.parsed.is_on(&flags::NO_CACHE);
        if is_named || is_writable(&folder) {
            return self.store();
        }
        let folder = folder.display();
        self.terminal.warn(&format!(
            "{folder} cannot be written to, so nothing is kept there; --cache-dir or TILSIT_CACHE_DIR names another cache"
        ));
        Store::temporary(&self.process.temporary()).map_err(|error| Box::new(diagnosis::disk(&error)))
    }

    /// `--cache-dir`, else `tilsit` in the user's cache folder, else in the temporary folder.
    fn cache_dir(&self) -> std::path::PathBuf {
        let named = self.parsed.text(&flags::CACHE_DIR).map(|folder| self.process.absolute(folder));
        named.unwrap_or_else(|| self.process.usual_cache())
    }

    /// Where journals of environments that are not ours alone are kept.
    fn state_dir(&self) -> std::path::PathBuf {
        let usual = self.process.xdg("XDG_STATE_HOME", ".local/state");
        usual.map_or_else(|| self.cache_dir().join("state"), |folder| folder.join("tilsit"))
    }

    /// The environment to read from: `-p`, the active one, `.venv`.
    fn environment(&self, store: &Store) -> Result<Environment, Box<Diagnostic>> {
        let request = self.parsed.text(&flags::PYTHON);
        let interpreter =
            python::existing(self.process, store, request).map_err(|error| diagnosis::python(&error))?;
        Ok(self.environment_of(interpreter))
    }

    /// As [`Session::environment`], or what `--target` or `--prefix` names.
    fn place_to_read(&self, store: &Store) -> Result<Environment, Box<Diagnostic>> {
        let folder = |flag| self.parsed.text(flag).map(|folder| self.process.absolute(folder));
        let any = || {
            let request = self.parsed.text(&flags::PYTHON);
            python::any(self.process, store, request).map_err(|error| Box::new(diagnosis::python(&error)))
        };
        if let Some(folder) = folder(&flags::TARGET) {
            return Ok(Environment::target(any()?, &folder, &self.state_dir()));
        }
        if let Some(folder) = folder(&flags::PREFIX) {
            return Ok(Environment::prefix(any()?, &folder, &self.state_dir()));
        }
        self.environment(store)
    }

    fn environment_of(&self, interpreter: Interpreter) -> Environment {
        Environment::of(interpreter, &self.state_dir())
    }
}
