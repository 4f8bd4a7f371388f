//! A home, a cache, a fake index and the real binary, for one test.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use fixtures::FakeIndex;

/// What a run of the binary left behind.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    /// The run must have ended well.
    #[track_caller]
    pub fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{self}");
        self
    }

    /// The run must have failed with this exit code and said `text` on stderr.
    #[track_caller]
    pub fn fails(self, code: i32, text: &str) -> Self {
        assert_eq!(self.code, code, "{self}");
        assert!(self.stderr.contains(text), "no `{text}` in\n{self}");
        self
    }

    /// stderr must contain `text`.
    #[track_caller]
    pub fn tells(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "no `{text}` in\n{self}");
        self
    }

    /// stdout, read as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}\n{self}"))
    }

    /// stdout must contain `text`.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(self.stdout.contains(text), "no `{text}` in\n{self}");
        self
    }
}

impl std::fmt::Display for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "exit code {}\n--- stdout\n{}\n--- stderr\n{}", self.code, self.stdout, self.stderr)
    }
}

/// A folder of its own with everything that a user has.
pub struct Sandbox {
    folder: tempfile::TempDir,
    pub index: FakeIndex,
    variables: BTreeMap<String, String>,
}

impl Sandbox {
    /// An empty folder, and an empty index that `TILSIT_INDEX_URL` names.
    pub fn new() -> Self {
        Self::with(FakeIndex::start())
    }

    /// The same around an index made elsewhere.
    pub fn with(index: FakeIndex) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["home", "work", "cache", "tmp"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        let path = |name: &str| folder.path().join(name).display().to_string();
        let variables = BTreeMap::from([
            ("HOME".to_owned(), path("home")),
            ("TMPDIR".to_owned(), path("tmp")),
            ("PATH".to_owned(), std::env::var("PATH").unwrap_or_default()),
            ("TILSIT_CACHE_DIR".to_owned(), path("cache")),
            ("TILSIT_INDEX_URL".to_owned(), index.simple_url()),
            ("PIP_CONFIG_FILE".to_owned(), "/dev/null".to_owned()),
            ("LC_ALL".to_owned(), "C.UTF-8".to_owned()),
            ("COLUMNS".to_owned(), "120".to_owned()),
        ]);
        Self { folder, index, variables }
    }

    /// The folder that commands run in.
    pub fn work(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// The store's folder.
    pub fn cache(&self) -> PathBuf {
        self.folder.path().join("cache")
    }

    /// Sets a variable for all later runs.
    pub fn set(&mut self, name: &str, value: &str) {
        self.variables.insert(name.to_owned(), value.to_owned());
    }

    /// Takes a variable away for all later runs.
    pub fn unset(&mut self, name: &str) {
        self.variables.remove(name);
    }

    /// Writes a file below the working folder.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.work().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.work().join(name)).unwrap()
    }

    /// The command, ready to be changed further.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.work()).env_clear().envs(&self.variables).stdin(Stdio::null());
        command
    }

    /// The binary with these arguments.
    pub fn tilsit(&self, arguments: &[&str]) -> Ran {
        run(self.command(Path::new(env!("CARGO_BIN_EXE_tilsit"))).args(arguments))
    }

    /// Any program below the working folder or on PATH.
    pub fn program(&self, program: &str, arguments: &[&str]) -> Ran {
        let local = self.work().join(program);
        let program = if local.exists() { local } else { PathBuf::from(program) };
        run(self.command(&program).args(arguments))
    }

    /// An environment in `.venv`, quietly.
    pub fn venv(&self) -> PathBuf {
        self.tilsit(&["venv", "-q", ".venv"]).ok();
        self.work().join(".venv")
    }

    /// `freeze` of the environment in use, as one line.
    #[track_caller]
    pub fn frozen(&self) -> String {
        self.tilsit(&["freeze"]).ok().stdout.trim_end().replace('\n', " ")
    }

    /// The site-packages folder of an environment below the working folder.
    pub fn site_packages(&self, environment: &str) -> PathBuf {
        let lib = self.work().join(environment).join("lib");
        let python = std::fs::read_dir(&lib)
            .unwrap()
            .flatten()
            .find(|entry| entry.file_name().to_string_lossy().starts_with("python"));
        python.unwrap().path().join("site-packages")
    }
}

/// Runs a command to its end.
pub fn run(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
