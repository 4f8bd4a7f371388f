//! Where the lines are typed: a shell in a project's folder with an active environment, and an index on loopback.

use crate::peers::Peers;
use fixtures::{
    Authority, FakeIndex, IndexOptions, SdistBuilder, ServedFile, TUTORIAL_BACKENDS, WheelBuilder,
};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What the documents' shells know: questions about what is installed.
const PRELUDE: &str = r#"
is() { python -c 'import sys, importlib.metadata as m; v = m.version(sys.argv[1]); sys.exit(v != sys.argv[2] and "it is " + v)' "$1" "$2"; }
write_get_pip() { cat > get-pip.py <<'END'
# does what pip's own script does, with the pip that `ensurepip` carries
import ensurepip, glob, os, sys
bundled = os.path.join(os.path.dirname(ensurepip.__file__), '_bundled')
sys.path.insert(0, glob.glob(os.path.join(bundled, 'pip-*.whl'))[0])
from pip._internal.cli.main import main
sys.exit(main(['install', '--upgrade', '--force-reinstall', '--no-index', '--find-links', bundled, *sys.argv[1:], 'pip']))
END
}
gone() { ! python -c 'import sys, importlib.metadata as m; m.version(sys.argv[1])' "$1" 2>/dev/null; }
"#;

const GIT: &str = "git -c user.name=t -c user.email=t@t.example";

/// The shell's world.
pub struct World<'a> {
    peers: &'a Peers,
    /// Where everything takes place, made anew for each line.
    root: PathBuf,
    /// What the place looks like before a line.
    template: PathBuf,
    index: FakeIndex,
    private: FakeIndex,
    secure: FakeIndex,
    base_python: String,
    _temporary: tempfile::TempDir,
}

/// What a shell ended with and wrote.
pub struct Told {
    pub code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Told {
    /// All that was written.
    pub fn shown(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

impl<'a> World<'a> {
    /// Starts the indexes and prepares what each line begins with.
    pub fn new(peers: &'a Peers) -> Result<Self, String> {
        let temporary = tempfile::tempdir().map_err(|error| error.to_string())?;
        let folder = temporary.path().canonicalize().map_err(|error| error.to_string())?;
        let authority = Authority::new();
        let private =
            IndexOptions { auth: Some(("user".to_owned(), "secret".to_owned())), ..Default::default() };
        let world = Self {
            peers,
            root: folder.join("place"),
            template: folder.join("template"),
            index: FakeIndex::start(),
            private: FakeIndex::with(private),
            secure: FakeIndex::with_tls(IndexOptions::default(), &authority),
            base_python: peers.base_python()?,
            _temporary: temporary,
        };
        world.publish()?;
        world.furnish(&authority).map_err(|error| error.to_string())?;
        for script in [ENVIRONMENT, REPOSITORIES] {
            let told = world.shell(script, true)?;
            if told.code != Some(0) {
                return Err(format!("the documents' world cannot be made:\n{}", told.shown()));
            }
        }
        std::fs::rename(&world.root, &world.template).map_err(|error| error.to_string())?;
        Ok(world)
    }

    /// What the indexes have.
    fn publish(&self) -> Result<(), String> {
        for file in packages() {
            self.index.add(file);
        }
        self.private.add(package("SomeProject", "5.0"));
        self.secure.add(package("SomeProject", "6.0"));
        // the back ends that tests build with
        let wheels = self.peers.oracle_python.parent().and_then(Path::parent).map(|root| root.join("wheels"));
        let wheels = wheels.ok_or("the peer tools have no folder of wheels")?;
        let entries = std::fs::read_dir(&wheels).map_err(|error| format!("{}: {error}", wheels.display()))?;
        for entry in entries {
            let path = entry.map_err(|error| error.to_string())?.path();
            let bytes = std::fs::read(&path).map_err(|error| error.to_string())?;
            self.index.add(ServedFile::new(&path.file_name().unwrap_or_default().to_string_lossy(), bytes));
        }
        Ok(())
    }

    /// The files of the place.
    fn furnish(&self, authority: &Authority) -> std::io::Result<()> {
        let work = self.root.join("project");
        std::fs::create_dir_all(self.root.join("tmp"))?;
        std::fs::create_dir_all(self.root.join("home"))?;
        std::fs::create_dir_all(self.root.join("tools"))?;
        let put = |path: &str, bytes: &[u8]| {
            let path = work.join(path);
            std::fs::create_dir_all(path.parent().unwrap_or(&work))?;
            std::fs::write(path, bytes)
        };
        for backend in &TUTORIAL_BACKENDS {
            for (path, text) in backend.files() {
                put(&format!("with-{}/{path}", backend.name), text.as_bytes())?;
            }
        }
        for (path, text) in FILES {
            put(path, self.filled(text).as_bytes())?;
        }
        let (_, archive) = legacy("SomeProject", "1.0.4", "").build();
        put("downloads/SomeProject-1.0.4.tar.gz", &archive)?;
        put("novas-3.1.1.3.tar.gz", &novas().build().1)?;
        for wheel in [package("SomeProject", "1.9"), package("local-only", "1.0")] {
            let (filename, bytes) = wheel.build();
            put(&format!("local/dir/{filename}"), &bytes)?;
        }
        put("company-ca.pem", authority.pem().as_bytes())?;
        put("wrong-ca.pem", Authority::new().pem().as_bytes())
    }

    /// Makes the place anew and does what comes before a line.
    pub fn set_up(&self, before: &str) -> Result<(), String> {
        if self.root.exists() {
            std::fs::remove_dir_all(&self.root).map_err(|error| error.to_string())?;
        }
        crate::peers::succeed(Command::new("cp").arg("-a").arg(&self.template).arg(&self.root))?;
        let told = self.shell(before, true)?;
        match told.code {
            Some(0) => Ok(()),
            _ => Err(format!("`{before}` fails, which comes before a line:\n{}", told.shown())),
        }
    }

    /// Types a script; pip's configuration files are read when `configured`.
    pub fn shell(&self, script: &str, configured: bool) -> Result<Told, String> {
        let (work, home) = (self.root.join("project"), self.root.join("home"));
        let mut command = Command::new("bash");
        command.args(["-c", &format!("{PRELUDE}{}", self.filled(script))]).current_dir(&work).env_clear();
        command.env("PATH", self.path()).env("VIRTUAL_ENV", work.join("env")).env("HOME", &home);
        command.env("LC_ALL", "C.UTF-8").env("TMPDIR", self.root.join("tmp")).env("NO_COLOR", "1");
        command.env("PIP_INDEX_URL", self.index.simple_url());
        command.env("TILSIT_CACHE_DIR", home.join("cache")).env("PYTHONDONTWRITEBYTECODE", "1");
        if !configured {
            command.env("PIP_CONFIG_FILE", "/dev/null");
        }
        command.stdin(Stdio::null());
        let done = command.output().map_err(|error| format!("bash: {error}"))?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(Told { code: done.status.code(), stdout: text(&done.stdout), stderr: text(&done.stderr) })
    }

    /// The active environment's programs first, then links to Tilsit, then the system's.
    fn path(&self) -> OsString {
        let [env, tools] = [self.root.join("project/env/bin"), self.root.join("tools")];
        format!("{}:{}:/usr/local/bin:/usr/bin:/bin", env.display(), tools.display()).into()
    }

    /// Whether the system has a program.
    pub fn has(&self, program: &str) -> bool {
        ["/usr/local/bin", "/usr/bin", "/bin"].iter().any(|folder| Path::new(folder).join(program).exists())
    }

    /// What a line left in the temporary folder.
    pub fn left_over(&self) -> Result<Option<String>, String> {
        let mut entries = std::fs::read_dir(self.root.join("tmp")).map_err(|error| error.to_string())?;
        let entry = entries.next().transpose().map_err(|error| error.to_string())?;
        Ok(entry.map(|entry| entry.file_name().to_string_lossy().into_owned()))
    }

    /// A text of the documents with our addresses in it.
    pub fn filled(&self, text: &str) -> String {
        let [index, private, secure] = [&self.index, &self.private, &self.secure].map(FakeIndex::simple_url);
        let place = self.root.to_string_lossy();
        let binary = self.peers.binary.to_string_lossy();
        text.replace("{index}", &index)
            .replace("{private}", &private)
            .replace("{secure}", &secure)
            .replace("{with_password}", &self.private.simple_url_with("user:secret"))
            .replace("{files}", index.trim_end_matches("/simple/"))
            .replace("{place}", &place)
            .replace("{base_python}", &self.base_python)
            .replace("{tilsit}", &binary)
            .replace("{git}", GIT)
    }
}

/// The environment, as `tilsit venv` makes it, and the names that `tilsit link` makes.
const ENVIRONMENT: &str = "
set -e
ln -s {tilsit} {place}/tools/tilsit
{tilsit} link -q {place}/tools
{tilsit} venv -q -p {base_python} env
";

/// The project as a repository of each version control system that is there.
const REPOSITORIES: &str = "
set -e
mkdir -p {place}/repositories
cd {place}/repositories
copy() { cp -r {place}/project/with-flit \"$1\"; sed -i s/example_package_me/some_pkg/g \"$1/pyproject.toml\"; mv \"$1/src/example_package_me\" \"$1/src/some_pkg\"; }
copy some_pkg.git
cd some_pkg.git
{git} init -q -b main
{git} add -A
{git} commit -qm first
{git} tag v1
{git} checkout -q -b feature
sed -i s/0.0.1/0.0.2/ pyproject.toml
{git} commit -qam second
{git} checkout -q main
cd ..
if command -v hg >/dev/null; then
    copy some_pkg
    cd some_pkg
    hg init
    hg commit -q -A -u t -m first
    cd ..
fi
if command -v svnadmin >/dev/null; then
    copy tree
    svnadmin create svn
    svn import -q -m first tree file://{place}/repositories/svn/some_pkg/trunk
    rm -r tree
fi
";

/// Texts beside the project.
const FILES: [(&str, &str); 13] = [
    ("with-pins.txt", "# what we pin\nrequests==2.7.0\n"),
    (
        "requirements.txt",
        "# what we need\nrequests==2.7.0\nSomeProject >= 1.2, \\\n    < 2  # with a comment\n",
    ),
    ("nested.txt", "-r requirements.txt\n-c constraints.txt\npdfmaker\n"),
    ("constraints.txt", "pdfmaker==1.0\n"),
    ("requirements-dev.txt", "-r requirements.txt\npdfmaker\n"),
    ("from-folder.txt", "--no-index\n--find-links ./local/dir\nlocal-only\n"),
    ("with-options.txt", "--index-url {index}\n--only-binary :all:\nSomeProject==1.4\n"),
    (
        "pyproject.toml",
        "[build-system]\nrequires = [\"flit_core >=3.12,<5\"]\nbuild-backend = \"flit_core.buildapi\"\n\n[project]\nname = \"mine\"\nversion = \"1.0\"\ndescription = \"My own\"\nrequires-python = \">=3.9\"\n\n[project.optional-dependencies]\nPDF = [\"pdfmaker\"]\n\n[dependency-groups]\ndev = [\"requests==2.6.0\"]\n",
    ),
    ("mine.py", "\"\"\"My own.\"\"\"\n"),
    (
        "broken/pyproject.toml",
        "[build-system]\nrequires = [\"setuptools\"]\nbuild-backend = \"setuptools.backends._legacy:_Backend\"\n\n[project]\nname = \"broken\"\nversion = \"1.0\"\n",
    ),
    ("broken/broken.py", ""),
    (
        "failing-c/pyproject.toml",
        "[build-system]\nrequires = [\"setuptools\"]\nbuild-backend = \"setuptools.build_meta\"\n",
    ),
    (
        "failing-c/setup.py",
        "from setuptools import Extension, setup\nsetup(name='failing', version='1.0', ext_modules=[Extension('failing', ['failing.c'])])\n",
    ),
];

fn package(name: &str, version: &str) -> WheelBuilder {
    let module = name.to_lowercase().replace('-', "_");
    let text = format!("__version__ = \"{version}\"\n");
    WheelBuilder::new(name, version)
        .header("Summary", &format!("The package {name}"))
        .file(&format!("{module}/__init__.py"), text)
}

/// A project with nothing but a setup.py.
fn legacy(name: &str, version: &str, more: &str) -> SdistBuilder {
    let module = name.to_lowercase();
    let setup = format!(
        "from setuptools import Extension, setup\nsetup(name='{name}', version='{version}', py_modules=['{module}'], {more})\n"
    );
    SdistBuilder::new(name, version).legacy().file("setup.py", setup).file(&format!("{module}.py"), "")
}

/// A setup.py with a module in C.
fn novas() -> SdistBuilder {
    let code = "#include <Python.h>\n\
                static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, \"_novas\", NULL, -1, NULL};\n\
                PyMODINIT_FUNC PyInit__novas(void) { return PyModule_Create(&module); }\n";
    legacy("novas", "3.1.1.3", "ext_modules=[Extension('_novas', ['novas.c'])]").file("novas.c", code)
}

fn packages() -> Vec<ServedFile> {
    let pdf = |wheel: WheelBuilder| wheel.extra("PDF").requires("pdfmaker; extra == 'PDF'");
    let mut files: Vec<ServedFile> = Vec::new();
    for version in ["1.0", "1.2", "1.4", "1.4.2", "1.4.5", "2.0", "3.0", "3.1rc1"] {
        files.push(pdf(package("SomeProject", version)).into());
        files.push(pdf(package("SomePackage", version)).into());
    }
    for version in ["2.6.0", "2.7.0"] {
        files.push(package("requests", version).into());
    }
    for version in ["1.0", "1.1"] {
        files.push(package("pdfmaker", version).into());
    }
    files.push(package("needs-old", "1.0").requires("requests<2.7").into());
    files.push(package("needs-new", "1.0").requires("requests>=2.7").into());
    files.push(package("for-windows", "1.0").tag("cp311-cp311-win_amd64").into());
    files.push(package("wheel", "0.45.1").into());
    files.push(package("pip", "99.0").into());
    files.push(novas().into());
    files
}
