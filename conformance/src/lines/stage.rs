//! Where a case takes place: a folder that is made anew for each command, at the same path for both sides.
//!
//! What comes before a command is done once for all cases that begin alike, kept, and copied; and what a command said
//! is remembered for the cases that ask the same (those that take an option away).

use super::cases::{Case, UNSET};
use super::servers::Servers;
use super::told::Told;
use super::{normal, oddities, projects, tree, universe};
use crate::peers::{Peers, Side};
use fixtures::FakeIndex;
use std::cell::RefCell;
use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::rc::Rc;

/// What all stages share.
#[derive(Clone, Copy)]
pub struct House<'a> {
    pub peers: &'a Peers,
    pub index: &'a FakeIndex,
    pub servers: &'a Servers,
    /// A new environment, copied into each stage.
    pub empty: &'a Path,
    /// pip's program.
    pub runner: &'a Path,
}

/// Runs its arguments with a pseudo-terminal for their streams.
const TERMINAL: &str = "\
import os, pty, sys
child, terminal = pty.fork()
if child == 0:
    os.execv(sys.argv[1], sys.argv[1:])
while True:
    try:
        said = os.read(terminal, 65536)
    except OSError:
        break
    if not said:
        break
    os.write(1, said)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
";

/// Environment variables.
type Variables = &'static [(&'static str, &'static str)];

/// What was done before a command: by pip or by us, which commands, with which variables.
type Beginning = (bool, &'static [&'static str], Variables);

/// A whole question: its beginning, the command, its standard input, and whether the order of lines counts.
type Question = (Beginning, String, Variables, &'static str, [bool; 2]);

/// The folder of one worker.
pub struct Stage<'a> {
    house: House<'a>,
    folder: PathBuf,
    kept: PathBuf,
    beginnings: RefCell<HashMap<Beginning, PathBuf>>,
    told: RefCell<HashMap<Question, Rc<Told>>>,
}

impl<'a> Stage<'a> {
    /// A stage at `folder`; what is kept lies in another folder.
    pub fn new(house: House<'a>, folder: PathBuf, kept: PathBuf) -> Self {
        Self { house, folder, kept, beginnings: RefCell::default(), told: RefCell::default() }
    }

    /// How our lines differ from pip's. A difference counts when a second run from the very beginning shows one, too: the
    /// machine may have been too busy for what a case is about, or have fetched ahead what pip did not need yet.
    pub fn verdict(&self, case: &Case<'_>) -> Result<Vec<String>, String> {
        let first = self.comparison(case);
        if case.differs.is_some() || first.as_ref().is_ok_and(Vec::is_empty) {
            return first;
        }
        self.forget()?;
        let second = self.comparison(case);
        if second.as_ref().is_ok_and(Vec::is_empty) {
            println!("\n{}: differed once, and then not", case.name);
        }
        second
    }

    fn comparison(&self, case: &Case<'_>) -> Result<Vec<String>, String> {
        let (theirs, ours) = (self.answer(case, Side::Pip)?, self.answer(case, Side::AsPip)?);
        let except = case.except.map_or(&[][..], |(_, fronts)| fronts);
        let mut differences = theirs.differences(&ours, except);
        if let Some((reason, _)) = case.except
            && theirs.differences(&ours, &[]).is_empty()
        {
            differences.push(format!("differs no more ({reason})"));
        }
        if let Some(option) = case.without {
            let command = case.command.replacen(option, "", 1);
            let without = Case { command: &command, ..*case };
            for (side, told) in [(Side::Pip, &theirs), (Side::AsPip, &ours)] {
                if self.answer(&without, side)? == *told {
                    differences.push(format!("{side:?} answers the same without {option}"));
                }
            }
        }
        Ok(differences)
    }

    /// What one side says, asked once.
    fn answer(&self, case: &Case<'_>, side: Side) -> Result<Rc<Told>, String> {
        let words = split(case.command).join("\0");
        let beginning = (side == Side::Pip, case.before, case.env);
        let question = (beginning, words, case.env, case.stdin, [case.any_order, case.on_terminal]);
        if let Some(told) = self.told.borrow().get(&question) {
            return Ok(Rc::clone(told));
        }
        let told = Rc::new(self.play(case, side)?);
        self.told.borrow_mut().insert(question, Rc::clone(&told));
        Ok(told)
    }

    fn play(&self, case: &Case<'_>, side: Side) -> Result<Told, String> {
        let beginning = self.beginning(case, side)?;
        self.clear()?;
        copy(&beginning, &self.folder).map_err(|error| error.to_string())?;
        let done = self.command(side, case.command, case)?;
        let port = self.house.index.address().port();
        let lines = |bytes: &[u8]| {
            let mut lines = normal::lines(&String::from_utf8_lossy(bytes), &self.folder, port);
            if case.any_order {
                lines.sort();
            }
            lines
        };
        Ok(Told {
            code: done.status.code(),
            stdout: lines(&done.stdout),
            stderr: lines(&done.stderr),
            tree: tree::lines(&self.folder, port)?,
        })
    }

    /// The folder as the case's command finds it.
    fn beginning(&self, case: &Case<'_>, side: Side) -> Result<PathBuf, String> {
        // what the shell alone prepares is the same for both
        let is_shells = case.before.iter().all(|before| before.starts_with('!'));
        let key = (side == Side::Pip || is_shells, case.before, if is_shells { &[] } else { case.env });
        if let Some(kept) = self.beginnings.borrow().get(&key) {
            return Ok(kept.clone());
        }
        self.clear()?;
        std::fs::create_dir_all(self.folder.join("home")).map_err(|error| error.to_string())?;
        universe::files(&self.folder, self.house.index).map_err(|error| error.to_string())?;
        self.house.servers.files(&self.folder).map_err(|error| error.to_string())?;
        oddities::script(&self.folder).map_err(|error| error.to_string())?;
        projects::scripts(&self.folder).map_err(|error| error.to_string())?;
        copy(self.house.empty, &self.folder.join("env")).map_err(|error| error.to_string())?;
        for before in case.before {
            let done = match before.strip_prefix('!') {
                Some(script) => self.shell(script)?,
                None => self.command(side, before, case)?,
            };
            if !done.status.success() && side == Side::Pip {
                let why = String::from_utf8_lossy(&done.stderr);
                return Err(format!("{}: pip cannot {before}: {why}", case.name));
            }
        }
        let kept = self.kept.join(self.beginnings.borrow().len().to_string());
        std::fs::create_dir_all(&self.kept).map_err(|error| error.to_string())?;
        std::fs::rename(&self.folder, &kept).map_err(|error| error.to_string())?;
        self.beginnings.borrow_mut().insert(key, kept.clone());
        Ok(kept)
    }

    /// Drops everything that is kept.
    fn forget(&self) -> Result<(), String> {
        self.told.borrow_mut().clear();
        self.beginnings.borrow_mut().clear();
        remove(&self.kept)
    }

    fn clear(&self) -> Result<(), String> {
        remove(&self.folder)
    }

    fn shell(&self, script: &str) -> Result<Output, String> {
        let mut command = Command::new("sh");
        command.args(["-ec", script]).current_dir(&self.folder).env_clear();
        command.env("PATH", "/usr/local/bin:/usr/bin:/bin");
        command.env("HOME", self.folder.join("home")).stdin(Stdio::null());
        command.output().map_err(|error| format!("{command:?}: {error}"))
    }

    fn command(&self, side: Side, line: &str, case: &Case<'_>) -> Result<Output, String> {
        let env = self.folder.join("env");
        let mut command = if side == Side::Pip {
            let mut command = Command::new(env.join("bin/python"));
            command.arg(self.house.runner);
            command
        } else {
            self.house.peers.command(side, &env)
        };
        command.args(split(&self.filled(line)));
        if case.on_terminal {
            command = self.on_terminal(&command);
        }
        command.current_dir(&self.folder).env_clear();
        let home = self.folder.join("home");
        command.env("HOME", &home).env("PATH", "/usr/bin:/bin").env("LC_ALL", "C.UTF-8").env("NO_COLOR", "1");
        command.env("PIP_CONFIG_FILE", "/dev/null").env("PIP_DISABLE_PIP_VERSION_CHECK", "1");
        // pip keeps what it fetches by plain http only from hosts that are trusted
        command.env("PIP_INDEX_URL", self.house.index.simple_url()).env("PIP_TRUSTED_HOST", "127.0.0.1");
        command.env("PIP_CACHE_DIR", home.join("pip-cache")).env("TILSIT_CACHE_DIR", home.join("cache"));
        // no line is to be broken: pip's name is longer than ours
        command.env("PIP_NO_INPUT", "1").env("TMPDIR", &home).env("COLUMNS", "400");
        // neither pip's own folder nor a back end's in a source tree is to change
        command.env("PYTHONDONTWRITEBYTECODE", "1");
        if side == Side::Pip {
            command.env("_PIP_RUNNING_IN_SUBPROCESS", "1");
        }
        for (name, value) in case.env {
            match *value {
                UNSET => command.env_remove(name),
                value => command.env(name, self.filled(value)),
            };
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| format!("{command:?}: {error}"))?;
        if let Some(mut stdin) = child.stdin.take() {
            // a command that reads nothing may have ended already
            let _ = stdin.write_all(case.stdin.as_bytes());
        }
        child.wait_with_output().map_err(|error| format!("{command:?}: {error}"))
    }

    /// The same command with a terminal for its streams; what it writes comes out of the first one.
    fn on_terminal(&self, command: &Command) -> Command {
        let mut wrapped = Command::new(&self.house.peers.oracle_python);
        wrapped.args(["-I", "-c", TERMINAL]).arg(command.get_program()).args(command.get_args());
        wrapped
    }

    /// `{stage}` and `{index}` filled in.
    fn filled(&self, text: &str) -> String {
        let stage = self.folder.to_string_lossy();
        let text = text.replace("{stage}", &stage);
        let text = text.replace("{index}", self.house.index.url("").trim_end_matches('/'));
        self.house.servers.filled(&text)
    }
}

/// Words between spaces; single quotes keep spaces.
fn split(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted, mut begun) = (Vec::new(), String::new(), false, false);
    for c in line.chars() {
        match c {
            '\'' => (quoted, begun) = (!quoted, true),
            ' ' if !quoted => {
                if std::mem::take(&mut begun) {
                    words.push(std::mem::take(&mut word));
                }
            }
            _ => {
                word.push(c);
                begun = true;
            }
        }
    }
    if begun {
        words.push(word);
    }
    words
}

/// Removes a folder; that there is none is fine.
fn remove(folder: &Path) -> Result<(), String> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.to_string()),
        _ => Ok(()),
    }
}

/// Copies a folder with times and modes; links stay links.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let (kind, source, copied) = (entry.file_type()?, entry.path(), to.join(entry.file_name()));
        if kind.is_dir() {
            copy(&source, &copied)?;
        } else if kind.is_symlink() {
            link(&std::fs::read_link(&source)?, &copied)?;
        } else {
            std::fs::copy(&source, &copied)?;
            // a file that nobody may write keeps the time of the copy
            if let Ok(file) = std::fs::File::options().write(true).open(&copied) {
                file.set_modified(entry.metadata()?.modified()?)?;
            }
        }
    }
    Ok(())
}

#[cfg(unix)]
fn link(target: &Path, link: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(target, link)
}

#[cfg(not(unix))]
fn link(_target: &Path, _link: &Path) -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn words_between_spaces() {
        assert_eq!(split("install  'a; x == 1' ''"), ["install", "a; x == 1", ""]);
    }
}
