//! A source tree with its own back end, and all that a build of it needs.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use builder::{
    BuildError, BuildPlace, BuildSystem, BuiltFile, ConfigSettings, Product, Sandbox, Session, Stream,
    UnknownKeys, Watch,
};

/// Hooks that build `thing 1.0`, for back ends that change one of them.
const GOOD: &str = r#"
import os, zipfile
METADATA = "Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n"
def wheel(folder, name="thing-1.0-py3-none-any.whl", metadata=METADATA):
    with zipfile.ZipFile(os.path.join(folder, name), "w") as made:
        made.writestr("thing.py", "")
        made.writestr("thing-1.0.dist-info/METADATA", metadata)
    return name
def build_wheel(folder, settings=None, metadata=None):
    return wheel(folder)
def build_sdist(folder, settings=None):
    open(os.path.join(folder, "thing-1.0.tar.gz"), "wb").close()
    return "thing-1.0.tar.gz"
"#;

pub struct Tree {
    folder: tempfile::TempDir,
    pub sandbox: Sandbox,
    pub interrupted: &'static AtomicBool,
}

/// All that was heard.
#[derive(Default)]
pub struct Heard {
    pub lines: Vec<(Stream, Vec<u8>)>,
    pub warnings: Vec<String>,
}

impl Watch for Heard {
    fn line(&mut self, stream: Stream, line: &[u8]) {
        self.lines.push((stream, line.to_vec()));
    }
    fn warning(&mut self, message: &str) {
        self.warnings.push(message.to_owned());
    }
}

impl Tree {
    /// A tree whose back end is [`GOOD`] and then `code`.
    pub fn with(code: &str) -> Self {
        let tree = Self {
            folder: tempfile::tempdir().unwrap(),
            sandbox: Sandbox::Off,
            interrupted: Box::leak(Box::new(AtomicBool::new(false))),
        };
        for folder in ["project", "scratch", "out"] {
            std::fs::create_dir(tree.path(folder)).unwrap();
        }
        let table = "[build-system]\nrequires = []\nbuild-backend = 'maker'\nbackend-path = ['.']\n";
        std::fs::write(tree.path("project/pyproject.toml"), table).unwrap();
        std::fs::write(tree.path("project/maker.py"), format!("{GOOD}\n{code}")).unwrap();
        tree
    }

    pub fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    pub fn names(&self, below: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.path(below)).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Runs `work` in a session, and says what was heard.
    pub fn session<T>(
        &self,
        work: impl FnOnce(&mut Session, &mut Heard) -> Result<T, BuildError>,
    ) -> (Result<T, BuildError>, Heard) {
        let place = BuildPlace {
            python: "python3".into(),
            variables: vec![("PYTHONDONTWRITEBYTECODE".into(), Some("1".into()))],
            scratch: self.path("scratch"),
            sandbox: self.sandbox.clone(),
            log: self.path("log"),
            interrupted: self.interrupted,
        };
        let mut heard = Heard::default();
        let result = (|| {
            let project = self.path("project");
            let system = BuildSystem::read(&project, UnknownKeys::Refused)?;
            let mut session = Session::start(&project, &system, place)?;
            work(&mut session, &mut heard)
        })();
        (result, heard)
    }

    pub fn build(&self, product: Product) -> (Result<BuiltFile, BuildError>, Heard) {
        self.session(|session, heard| {
            session.build(product, &ConfigSettings::default(), &self.path("out"), heard)
        })
    }

    /// The error of a wheel's build.
    pub fn error(&self) -> BuildError {
        self.build(Product::Wheel).0.unwrap_err()
    }
}
