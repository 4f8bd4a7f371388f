//! Many processes at once: sixteen fill one cold cache, and two change one environment.

use crate::peers::{Peers, succeed};
use fixtures::{FakeIndex, WheelBuilder};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const PROCESSES: usize = 16;
const PACKAGES: usize = 12;

/// Runs both crowds; `Ok(false)` when one does not end well.
pub fn run(peers: &Peers) -> Result<bool, String> {
    let temporary = tempfile::tempdir().map_err(|error| error.to_string())?;
    let crowd = Crowd { peers, folder: temporary.path().to_path_buf(), index: index() };
    let (mut passed, mut failed) = (0, 0);
    for (name, outcome) in
        [("one cold cache", crowd.one_cache()), ("one environment", crowd.one_environment())]
    {
        match outcome {
            Ok(()) => passed += 1,
            Err(why) => {
                failed += 1;
                println!("{name}: {why}");
            }
        }
    }
    println!("crowd: {passed} passed, {failed} failed");
    Ok(failed == 0)
}

/// Packages with some hundred files each, so that processes meet while they write.
fn index() -> FakeIndex {
    let index = FakeIndex::start();
    for number in 0..PACKAGES {
        let name = format!("part{number}");
        let mut wheel = WheelBuilder::new(&name, "1.0");
        for file in 0..150 {
            wheel =
                wheel.file(&format!("{name}/m{file}.py"), format!("number = {file}\n").repeat(1 + file % 40));
        }
        index.add(wheel);
    }
    index
}

fn part(number: usize) -> String {
    format!("part{number}==1.0")
}

struct Crowd<'a> {
    peers: &'a Peers,
    folder: PathBuf,
    index: FakeIndex,
}

impl Crowd<'_> {
    fn one_cache(&self) -> Result<(), String> {
        let names: Vec<String> = (0..PACKAGES).map(part).collect();
        let environments: Vec<PathBuf> =
            (0..PROCESSES).map(|n| self.folder.join(format!("env{n}"))).collect();
        for env in &environments {
            self.peers.new_environment(env)?;
        }
        let started: Result<Vec<Child>, String> = environments
            .iter()
            .map(|env| self.start(self.command(&["install", "-q"], env).args(&names)))
            .collect();
        ended(started?)?;
        environments.iter().try_for_each(|env| self.holds(env, &names))
    }

    /// Two processes install halves of the packages, then two remove them while the halves come back.
    fn one_environment(&self) -> Result<(), String> {
        let env = self.folder.join("shared");
        self.peers.new_environment(&env)?;
        let (left, right): (Vec<_>, Vec<_>) = (0..PACKAGES).partition(|number| number % 2 == 0);
        let (left, right): (Vec<_>, Vec<_>) =
            (left.into_iter().map(part).collect(), right.into_iter().map(part).collect());
        for _ in 0..5 {
            ended(vec![
                self.start(self.command(&["install", "-q"], &env).args(&left))?,
                self.start(self.command(&["install", "-q"], &env).args(&right))?,
            ])?;
            self.holds(&env, &[left.clone(), right.clone()].concat())?;
            let names: Vec<&str> = left.iter().map(|pin| pin.trim_end_matches("==1.0")).collect();
            ended(vec![
                self.start(self.command(&["uninstall", "-q", "-y"], &env).args(names))?,
                self.start(self.command(&["install", "-q", "--reinstall", "--no-deps"], &env).args(&right))?,
            ])?;
            self.holds(&env, &right)?;
        }
        Ok(())
    }

    fn command(&self, verb: &[&str], env: &Path) -> Command {
        let mut command = Command::new(&self.peers.binary);
        command.args(verb).arg("-p").arg(env).current_dir(&self.folder).env_clear();
        command.env("HOME", &self.folder).env("PATH", "/usr/bin:/bin").env("LC_ALL", "C.UTF-8");
        command.env("TILSIT_CACHE_DIR", self.folder.join("cache")).env("PIP_CONFIG_FILE", "/dev/null");
        command.env("TILSIT_INDEX_URL", self.index.simple_url());
        command
    }

    fn start(&self, command: &mut Command) -> Result<Child, String> {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        command.spawn().map_err(|error| error.to_string())
    }

    /// The environment lists exactly `pins`, and every module can be compiled from the file that RECORD promised.
    fn holds(&self, env: &Path, pins: &[String]) -> Result<(), String> {
        let done = self.command(&["freeze"], env).output().map_err(|error| error.to_string())?;
        let text = String::from_utf8_lossy(&done.stdout).into_owned();
        let mut listed: Vec<&str> = text.lines().collect();
        let mut wanted: Vec<&str> = pins.iter().map(String::as_str).collect();
        listed.sort_unstable();
        wanted.sort_unstable();
        if listed != wanted {
            return Err(format!("{} holds {listed:?}, not {wanted:?}", env.display()));
        }
        succeed(Command::new(env.join("bin/python")).args(["-I", "-c", VERIFY]))
    }
}

/// Every file that a RECORD names is there with its hash.
const VERIFY: &str = "
import base64, hashlib, importlib.metadata as metadata
for dist in metadata.distributions():
    for file in dist.files:
        data = file.locate().read_bytes()
        if file.hash and not str(file).endswith('.pyc'):
            digest = base64.urlsafe_b64encode(hashlib.new(file.hash.mode, data).digest()).rstrip(b'=').decode()
            assert digest == file.hash.value, file
";

fn ended(children: Vec<Child>) -> Result<(), String> {
    let mut failures = Vec::new();
    for child in children {
        let done = child.wait_with_output().map_err(|error| error.to_string())?;
        if !done.status.success() {
            failures.push(format!("{}: {}", done.status, String::from_utf8_lossy(&done.stderr).trim()));
        }
    }
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n    ")) }
}
