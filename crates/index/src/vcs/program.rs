//! Running the programs: nobody is asked, nothing of a surrounding repository leaks in.

use std::cell::OnceCell;
use std::ffi::{OsStr, OsString};
use std::io::{self, Read};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use super::error::{Meaning, meaning};
use super::url::{System, VcsUrl};
use super::{VcsError, VcsPolicy};

/// How many of the last lines of a failed program are kept.
const LAST_LINES: usize = 12;

/// How long a wait for a program lasts before somebody looks whether the user asked to stop.
const GLANCE: Duration = Duration::from_millis(100);

/// ssh that fails instead of asking for a password or whether it may go on.
const SILENT_SSH: &str = "ssh -oBatchMode=yes";

/// Variables by which an outer repository (a hook, a rebase) would redirect git.
const REDIRECTING: [&str; 8] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
];

/// The programs for one repository.
pub(super) struct Programs<'a> {
    pub(super) url: &'a VcsUrl,
    pub(super) policy: &'a VcsPolicy,
    /// Whether the user told the program which ssh to take (`core.sshCommand`, `ui.ssh`).
    own_ssh: OnceCell<bool>,
}

impl<'a> Programs<'a> {
    pub(super) fn new(url: &'a VcsUrl, policy: &'a VcsPolicy) -> Self {
        Self { url, policy, own_ssh: OnceCell::new() }
    }

    fn is_set(&self, name: &str) -> bool {
        self.policy.environment.iter().any(|(key, value)| key == name && !value.is_empty())
    }

    fn command(&self, folder: Option<&Path>) -> Command {
        let mut command = Command::new(self.url.system.program());
        command.env_clear().stdin(Stdio::null());
        let kept =
            self.policy.environment.iter().filter(|(key, _)| !REDIRECTING.iter().any(|one| key == one));
        command.envs(kept.map(|(key, value)| (key, value)));
        // Messages are read; a terminal or a window must not be.
        command.env("LC_ALL", "C").env("GIT_TERMINAL_PROMPT", "0").env("GCM_INTERACTIVE", "never");
        command.env("HGPLAIN", "1").env("SSH_ASKPASS_REQUIRE", "never");
        if !self.is_set("GIT_ASKPASS") {
            // An empty one also keeps SSH_ASKPASS, a window, from being used for passwords.
            command.env("GIT_ASKPASS", "");
        }
        if let Some(folder) = folder {
            command.current_dir(folder);
        }
        command
    }

    /// The same for a program that may start ssh, which reads passwords from the terminal whatever its input is.
    fn silent(&self, folder: Option<&Path>) -> Command {
        let mut command = self.command(folder);
        match self.url.system {
            System::Git if self.is_set("GIT_SSH_COMMAND") || self.is_set("GIT_SSH") || self.has_own_ssh() => {
            }
            System::Git => drop(command.env("GIT_SSH_COMMAND", SILENT_SSH)),
            System::Mercurial if self.url.repository.starts_with("ssh:") && !self.has_own_ssh() => {
                command.args(["--config", &format!("ui.ssh={SILENT_SSH}")]);
            }
            // what Subversion takes without it, but for the option
            System::Subversion if !self.is_set("SVN_SSH") => {
                command.env("SVN_SSH", format!("{SILENT_SSH} -q --"));
            }
            _ => {}
        }
        command
    }

    fn has_own_ssh(&self) -> bool {
        *self.own_ssh.get_or_init(|| {
            let words: &[&str] = match self.url.system {
                System::Git => &["config", "--get", "core.sshCommand"],
                _ => &["showconfig", "ui.ssh"],
            };
            let said = self.command(None).args(words).output();
            said.is_ok_and(|said| !said.stdout.trim_ascii().is_empty())
        })
    }

    /// What the program writes to stdout, without the last line's end.
    pub(super) fn text<I, S>(&self, folder: Option<&Path>, arguments: I) -> Result<String, VcsError>
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        let output = self.output(folder, arguments)?;
        Ok(String::from_utf8_lossy(&output.stdout).trim_end_matches(['\n', '\r']).to_owned())
    }

    /// As [`Programs::text`], `None` where the program says no.
    pub(super) fn if_so<const N: usize>(
        &self,
        folder: &Path,
        arguments: [&str; N],
    ) -> Result<Option<String>, VcsError> {
        match self.text(Some(folder), arguments) {
            Err(VcsError::Failed { .. } | VcsError::NoSuchRevision { .. }) => Ok(None),
            text => text.map(Some),
        }
    }

    fn output<I, S>(&self, folder: Option<&Path>, arguments: I) -> Result<Output, VcsError>
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        let arguments: Vec<OsString> = arguments.into_iter().map(|one| one.as_ref().to_owned()).collect();
        let url = self.url.shown();
        let verb = arguments.iter().find(|one| !one.to_string_lossy().starts_with('-'));
        let verb = verb.map(|verb| verb.to_string_lossy().into_owned()).unwrap_or_default();
        let command = format!("{} {verb}", self.url.system.program());
        let mut program = self.silent(folder);
        if self.url.system == System::Git && verb == "fetch" && self.url.repository.starts_with("http") {
            // From a server that only has files, git would fetch each object that it misses by a fetch that misses it, too.
            program.env("GIT_NO_LAZY_FETCH", "1");
        }
        let run = self.run(program.args(&arguments));
        let output = run.map_err(|error| match error.kind() {
            io::ErrorKind::Interrupted => VcsError::Interrupted,
            io::ErrorKind::NotFound if folder.is_none_or(Path::is_dir) => {
                VcsError::MissingProgram { system: self.url.system, url: url.clone() }
            }
            _ => VcsError::Failed {
                command: command.clone(),
                url: url.clone(),
                status: None,
                output: error.to_string(),
            },
        })?;
        if output.status.success() {
            return Ok(output);
        }
        let said = self.last_lines(&output);
        Err(match meaning(&said) {
            Meaning::Credentials => VcsError::NeedsCredentials { url },
            Meaning::Revision => {
                VcsError::NoSuchRevision { url, revision: self.url.revision.clone().unwrap_or_default() }
            }
            Meaning::Other => VcsError::Failed { command, url, status: output.status.code(), output: said },
        })
    }

    /// As [`Command::output`], until the user asks to stop ([`io::ErrorKind::Interrupted`]).
    fn run(&self, command: &mut Command) -> io::Result<Output> {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let (sender, written) = channel();
        let pipes: [Option<Box<dyn Read + Send>>; 2] = [
            child.stdout.take().map(|pipe| Box::new(pipe) as _),
            child.stderr.take().map(|pipe| Box::new(pipe) as _),
        ];
        for (at, mut pipe) in pipes.into_iter().flatten().enumerate() {
            let sender = sender.clone();
            let listening = std::thread::Builder::new().spawn(move || {
                let mut bytes = Vec::new();
                let read = pipe.read_to_end(&mut bytes);
                // nobody waits any more: the user asked to stop
                let _ = sender.send((at, read.map(|_| bytes)));
            });
            if let Err(error) = listening {
                let _ = child.kill();
                child.wait()?;
                return Err(error);
            }
        }
        drop(sender);
        let mut streams = [Vec::new(), Vec::new()];
        loop {
            match written.recv_timeout(GLANCE) {
                Ok((at, bytes)) => streams[at] = bytes?,
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    if self.policy.interrupted.is_some_and(|flag| flag.load(Ordering::Relaxed)) {
                        let _ = child.kill();
                        child.wait()?;
                        return Err(io::ErrorKind::Interrupted.into());
                    }
                }
            }
        }
        let [stdout, stderr] = streams;
        Ok(Output { status: child.wait()?, stdout, stderr })
    }

    /// The last lines of what a program wrote; the repository's credentials do not show.
    fn last_lines(&self, output: &Output) -> String {
        let text = String::from_utf8_lossy(&output.stderr);
        let text = if text.trim().is_empty() { String::from_utf8_lossy(&output.stdout) } else { text };
        let text = text.replace(&self.url.repository, &self.url.shown());
        let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
        lines[lines.len().saturating_sub(LAST_LINES)..].join("\n")
    }
}
