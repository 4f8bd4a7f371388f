//! What a command does to the machine, seen by `strace`: commands that need nothing of the network start no process,
//! open no socket and read no certificate.

use crate::peers::{Peers, succeed};
use fixtures::{FakeIndex, WheelBuilder};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A command that is watched, and what it has to print.
struct Watched {
    name: &'static str,
    line: &'static str,
    says: &'static str,
}

const fn watched(name: &'static str, line: &'static str, says: &'static str) -> Watched {
    Watched { name, line, says }
}

/// `{env}` holds `alpha` and its dependency, `{new}` is an empty environment.
const WATCHED: [Watched; 10] = [
    watched("version", "--version", "tilsit "),
    watched("list", "list -p {env}", "alpha"),
    watched("freeze", "freeze -p {env}", "alpha==1.0"),
    watched("show", "show -p {env} alpha", "alpha"),
    watched("check", "check -p {env}", ""),
    watched("tree", "tree -p {env}", "beta"),
    watched("pip list", "as pip --python {env} list", "alpha"),
    watched("nothing to install", "install -p {env} alpha", ""),
    watched("warm install", "install --no-deps -r {pins} -p {new}", "beta"),
    watched("warm venv", "venv -p {python} {another}", "another"),
];

/// Runs every command under `strace`; `Ok(false)` when one does what it must not.
pub fn run(peers: &Peers) -> Result<bool, String> {
    let temporary = tempfile::tempdir().map_err(|error| error.to_string())?;
    let stage = Stage::new(peers, temporary.path())?;
    let (mut passed, mut failed) = (0, 0);
    for watched in WATCHED.iter().filter(|watched| peers.wants(watched.name)) {
        let effects = stage.effects(watched)?;
        match effects.is_empty() {
            true => passed += 1,
            false => {
                failed += 1;
                println!("{}: {}", watched.name, effects.join("\n    "));
            }
        }
    }
    println!("effects: {passed} passed, {failed} failed");
    Ok(failed == 0)
}

struct Stage<'a> {
    peers: &'a Peers,
    folder: PathBuf,
    index: FakeIndex,
    python: String,
}

impl Stage<'_> {
    /// Installs once, so that the cache is warm and the interpreter known.
    fn new<'a>(peers: &'a Peers, folder: &Path) -> Result<Stage<'a>, String> {
        let index = FakeIndex::start();
        index.add(WheelBuilder::new("alpha", "1.0").requires("beta").file("alpha.py", "a = 1\n"));
        index.add(WheelBuilder::new("beta", "2.0").file("beta.py", "b = 2\n"));
        std::fs::write(folder.join("pins.txt"), "alpha==1.0\nbeta==2.0\n")
            .map_err(|error| error.to_string())?;
        let python = peers.base_python()?;
        let stage = Stage { peers, folder: folder.to_path_buf(), index, python };
        for line in ["venv -q -p {python} {env}", "venv -q -p {python} {new}", "install -q alpha -p {env}"] {
            succeed(&mut stage.command(&peers.binary, line))?;
        }
        Ok(stage)
    }

    fn command(&self, program: &Path, line: &str) -> Command {
        let mut command = Command::new(program);
        command.args(line.split(' ').map(|word| self.filled(word))).current_dir(&self.folder).env_clear();
        command.env("HOME", &self.folder).env("PATH", "/usr/bin:/bin").env("LC_ALL", "C.UTF-8");
        command.env("TILSIT_CACHE_DIR", self.folder.join("cache"));
        command.env("TILSIT_INDEX_URL", self.index.simple_url()).env("PIP_CONFIG_FILE", "/dev/null");
        command
    }

    fn filled(&self, word: &str) -> String {
        let path = |name: &str| self.folder.join(name).to_string_lossy().into_owned();
        match word {
            "{env}" | "{new}" | "{another}" => path(word.trim_matches(['{', '}'])),
            "{pins}" => path("pins.txt"),
            "{python}" => self.python.clone(),
            word => word.to_owned(),
        }
    }

    /// Lines of the trace that must not be there, or how the command failed.
    fn effects(&self, watched: &Watched) -> Result<Vec<String>, String> {
        let trace = self.folder.join("trace");
        let mut command =
            self.command(Path::new("strace"), "-f -qq -e trace=execve,socket,connect,open,openat -o");
        command
            .arg(&trace)
            .arg(&self.peers.binary)
            .args(watched.line.split(' ').map(|word| self.filled(word)));
        let done = command.output().map_err(|error| format!("strace: {error}"))?;
        let told = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
        if !done.status.success() || !told.contains(watched.says) {
            return Ok(vec![format!("{}, saying {told:?}", done.status)]);
        }
        let text = std::fs::read_to_string(&trace).map_err(|error| error.to_string())?;
        Ok(unwanted(&text))
    }
}

/// Calls beyond the first `execve`, which is the command itself.
fn unwanted(trace: &str) -> Vec<String> {
    let mut started = 0;
    let mut found = Vec::new();
    for line in trace.lines() {
        started += usize::from(line.contains("execve("));
        let certificate = ["/ssl/certs", ".pem\"", ".crt\"", "cacert"].iter().any(|mark| line.contains(mark));
        let process = line.contains("execve(") && started > 1;
        if process || line.contains(" socket(") || line.contains(" connect(") || certificate {
            found.push(line.to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::unwanted;

    #[test]
    fn processes_sockets_and_certificates_are_seen() {
        let trace = "7 execve(\"/x/tilsit\", [\"tilsit\"]) = 0\n7 openat(AT_FDCWD, \"/x/y\", O_RDONLY) = 3\n";
        assert!(unwanted(trace).is_empty());
        let more = "8 execve(\"/usr/bin/python3\") = 0\n7 socket(AF_INET) = 4\n7 openat(AT_FDCWD, \"/etc/ssl/certs/a.pem\") = 5\n";
        assert_eq!(unwanted(&format!("{trace}{more}")).len(), 3);
    }
}
