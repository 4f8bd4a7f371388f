//! Source distributions, folders, repositories and editable projects, by ourselves and as pip.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use fixtures::{SdistBuilder, WheelBuilder};

use crate::sandbox::{Ran, Sandbox};

/// A project that is built natively.
#[derive(Clone)]
pub struct Project {
    name: String,
    version: String,
    files: Vec<(String, String)>,
}

impl Project {
    /// With flit's back end, one module and a program.
    pub fn flit(name: &str, version: &str) -> Self {
        let pyproject = format!(
            "[build-system]\nrequires = [\"flit_core >=3.12,<5\"]\nbuild-backend = \"flit_core.buildapi\"\n[project]\nname = \"{name}\"\nversion = \"{version}\"\ndescription = \"A test\"\n"
        );
        let files = vec![
            ("pyproject.toml".to_owned(), pyproject),
            (format!("{name}.py"), format!("\"\"\"A test.\"\"\"\nversion = '{version}'\n")),
        ];
        Self { name: name.to_owned(), version: version.to_owned(), files }
    }

    fn requires(mut self, requirement: &str) -> Self {
        self.files[0].1.push_str(&format!("dependencies = [\"{requirement}\"]\n"));
        self
    }

    /// As a folder.
    pub fn folder(&self, folder: &Path) {
        for (path, text) in &self.files {
            let path = folder.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
    }

    /// As a source distribution without metadata.
    pub fn builder(&self) -> SdistBuilder {
        let builder = SdistBuilder::new(&self.name, &self.version).legacy();
        self.files.iter().fold(builder, |builder, (path, text)| builder.file(path, text))
    }

    /// As a file in `folder`.
    pub fn sdist(&self, folder: &Path) -> PathBuf {
        let (filename, bytes) = self.builder().build();
        let path = folder.join(filename);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

/// Makes a repository of git of a folder, with the tag `v1`.
pub fn git_repository(folder: &Path) {
    let git = |arguments: &[&str]| {
        let who = ["-c", "user.name=t", "-c", "user.email=t@t.example"];
        let output = Command::new("git").args(who).args(arguments).current_dir(folder).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    git(&["init", "-q", "-b", "main"]);
    git(&["add", "-A"]);
    git(&["commit", "-qm", "first"]);
    git(&["tag", "v1"]);
}

fn head(folder: &Path) -> String {
    let output = Command::new("git").args(["rev-parse", "HEAD"]).current_dir(folder).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A server that wants a password for everything.
pub fn locked_server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let _ = stream.read(&mut [0; 4096]);
            let answer = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    format!("http://{address}/repository")
}

fn direct_url(sandbox: &Sandbox, folder: &str) -> String {
    let site = sandbox.site_packages(".venv");
    std::fs::read_to_string(site.join(folder).join("direct_url.json")).unwrap()
}

fn pip(sandbox: &Sandbox, words: &[&str]) -> Ran {
    let mut all = vec!["as", "pip", "--python", ".venv"];
    all.extend(words);
    sandbox.tilsit(&all)
}

#[test]
fn source_distributions_of_an_index_are_built_once() {
    let sandbox = Sandbox::new();
    sandbox.index.add(Project::flit("alpha", "1.0").requires("beta").builder());
    sandbox.index.add(WheelBuilder::new("beta", "1.0"));
    sandbox.venv();
    sandbox.tilsit(&["install", "alpha"]).ok();
    assert_eq!(sandbox.frozen(), "alpha==1.0 beta==1.0");
    assert!(!sandbox.site_packages(".venv").join("alpha-1.0.dist-info/direct_url.json").exists());
    // The second environment takes the wheel that was kept.
    sandbox.tilsit(&["venv", "-q", "other"]).ok();
    sandbox.tilsit(&["install", "-v", "-p", "other", "alpha"]).ok();
    let again = sandbox.tilsit(&["install", "-v", "--reinstall", "-p", "other", "alpha"]).ok();
    assert!(!again.stderr.contains("built alpha"), "{again}");
    let listed = pip(&sandbox, &["cache", "list", "alpha"]).ok();
    assert!(listed.stdout.contains(" - alpha-1.0-py2.py3-none-any.whl ("), "{listed}");
    pip(&sandbox, &["cache", "remove", "alpha"]).ok().says("Files removed: 1");
    pip(&sandbox, &["cache", "list"]).ok().says("No locally built wheels cached.");
}

#[test]
fn metadata_is_asked_of_the_source_where_it_decides() {
    let sandbox = Sandbox::new();
    sandbox.index.add(Project::flit("alpha", "2.0").requires("beta>=2").builder());
    sandbox.index.add(Project::flit("alpha", "1.0").requires("beta").builder());
    sandbox.index.add(WheelBuilder::new("beta", "1.0"));
    sandbox.venv();
    sandbox.tilsit(&["install", "alpha"]).ok();
    assert_eq!(sandbox.frozen(), "alpha==1.0 beta==1.0");
    sandbox.tilsit(&["install", "--only-binary", ":all:", "--reinstall", "alpha"]).fails(1, "alpha");
}

#[test]
fn folders_archives_and_what_is_recorded_about_them() {
    let sandbox = Sandbox::new();
    sandbox.venv();
    let work = sandbox.work();
    Project::flit("alpha", "1.0").folder(&work.join("project"));
    sandbox.tilsit(&["install", "./project"]).ok();
    let url = format!("file://{}/project", work.display());
    assert_eq!(
        direct_url(&sandbox, "alpha-1.0.dist-info"),
        format!("{{\"dir_info\": {{}}, \"url\": \"{url}\"}}")
    );
    assert_eq!(sandbox.frozen(), format!("alpha @ {url}"));
    // What changed in a folder is seen.
    Project::flit("alpha", "1.1").folder(&work.join("project"));
    sandbox.tilsit(&["install", "./project"]).ok();
    assert!(sandbox.site_packages(".venv").join("alpha-1.1.dist-info").is_dir());
    let file = Project::flit("alpha", "2.0").sdist(&work);
    let bytes = std::fs::read(&file).unwrap();
    let sha256 = fixtures::sha256_hex(&bytes);
    sandbox.tilsit(&["install", "alpha-2.0.tar.gz"]).ok();
    assert_eq!(sandbox.frozen(), format!("alpha @ file://{}#sha256={sha256}", file.display()));
    let wrong = format!("{}#sha256={}", file.display(), "0".repeat(64));
    sandbox.tilsit(&["install", &format!("alpha @ file://{wrong}")]).fails(1, "[hash-mismatch]");
    // As in pip, a hash of another kind that its URL promises is the one that is recorded.
    let sha384 = sandbox.program("sha384sum", &["alpha-2.0.tar.gz"]).ok().stdout;
    let sha384 = sha384.split(' ').next().unwrap();
    let promised = format!("file://{}#sha384={sha384}", file.display());
    sandbox.tilsit(&["install", "--reinstall", &promised]).ok();
    assert_eq!(sandbox.frozen(), format!("alpha @ {promised}"));
    // `freeze` gives what installs the same again.
    let frozen = sandbox.write("frozen.txt", &format!("{}\n", sandbox.frozen()));
    sandbox.tilsit(&["uninstall", "-y", "alpha"]).ok();
    sandbox.tilsit(&["install", "-r", &frozen.display().to_string()]).ok();
    assert_eq!(std::fs::read_to_string(&frozen).unwrap().trim_end(), sandbox.frozen());
}

#[test]
fn archives_behind_urls_and_projects_in_their_folders() {
    let sandbox = Sandbox::new();
    sandbox.venv();
    let builder = SdistBuilder::new("whole", "0").legacy();
    let inner = Project::flit("alpha", "1.0");
    let builder =
        inner.files.iter().fold(builder, |builder, (path, text)| builder.file(&format!("sub/{path}"), text));
    let (_, bytes) = builder.build();
    std::fs::write(sandbox.work().join("main.tar.gz"), bytes).unwrap();
    sandbox.tilsit(&["install", "./main.tar.gz"]).fails(2, "[not-a-project]");
    let url = format!("file://{}/main.tar.gz#subdirectory=sub", sandbox.work().display());
    sandbox.tilsit(&["install", &url]).ok();
    let recorded = direct_url(&sandbox, "alpha-1.0.dist-info");
    assert!(recorded.contains("\"subdirectory\": \"sub\""), "{recorded}");
    sandbox.tilsit(&["install", &format!("beta @ {url}")]).fails(2, "`beta` was asked for");
}

#[test]
fn editable_projects_stay_where_they_are() {
    let sandbox = Sandbox::new();
    sandbox.venv();
    Project::flit("alpha", "1.0").folder(&sandbox.work().join("project"));
    sandbox.tilsit(&["install", "-e", "./project"]).ok();
    let url = format!("file://{}/project", sandbox.work().display());
    let expected = format!("{{\"dir_info\": {{\"editable\": true}}, \"url\": \"{url}\"}}");
    assert_eq!(direct_url(&sandbox, "alpha-1.0.dist-info"), expected);
    sandbox.write("project/alpha.py", "version = 'changed'\n");
    let shown = sandbox.program(".venv/bin/python", &["-c", "import alpha; print(alpha.version)"]).ok();
    assert_eq!(shown.stdout, "changed\n");
    let listed = pip(&sandbox, &["list", "--editable"]).ok();
    assert!(listed.stdout.contains("/project"), "{listed}");
    sandbox.tilsit(&["uninstall", "-y", "alpha"]).ok();
    assert!(sandbox.work().join("project/alpha.py").is_file());
}

#[test]
fn repositories_and_their_commits() {
    let sandbox = Sandbox::new();
    sandbox.venv();
    let folder = sandbox.work().join("repository");
    Project::flit("alpha", "1.0").folder(&folder);
    git_repository(&folder);
    let (url, commit) = (format!("file://{}", folder.display()), head(&folder));
    sandbox.tilsit(&["install", &format!("git+{url}@v1")]).ok();
    let expected = format!(
        "{{\"url\": \"{url}\", \"vcs_info\": {{\"commit_id\": \"{commit}\", \"requested_revision\": \"v1\", \"vcs\": \"git\"}}}}"
    );
    assert_eq!(direct_url(&sandbox, "alpha-1.0.dist-info"), expected);
    let frozen = format!("alpha @ git+{url}@{commit}");
    assert_eq!(sandbox.frozen(), frozen);
    // A commit that was built once is installed without the repository.
    std::fs::rename(&folder, sandbox.work().join("gone")).unwrap();
    sandbox.tilsit(&["venv", "-q", "other"]).ok();
    sandbox.tilsit(&["install", "--offline", "-p", "other", &frozen]).ok();
    std::fs::rename(sandbox.work().join("gone"), &folder).unwrap();
    // Pinned in a lock, and made from it.
    sandbox.write("requirements.in", &format!("alpha @ git+{url}@main\n"));
    sandbox.tilsit(&["compile", "requirements.in", "-o", "pylock.toml"]).ok();
    assert!(sandbox.read("pylock.toml").contains(&commit), "{}", sandbox.read("pylock.toml"));
    sandbox.tilsit(&["venv", "-q", "third"]).ok();
    sandbox.tilsit(&["sync", "-p", "third", "pylock.toml"]).ok();
    assert!(sandbox.site_packages("third").join("alpha.py").is_file());
    let compiled = sandbox.tilsit(&["compile", "requirements.in", "--no-header", "--no-annotate"]).ok();
    assert_eq!(compiled.stdout.trim_end(), frozen);
}

#[test]
fn as_pip() {
    let sandbox = Sandbox::new();
    sandbox.venv();
    let folder = sandbox.work().join("repository");
    Project::flit("alpha", "1.0").folder(&folder);
    git_repository(&folder);
    let ran = pip(&sandbox, &["install", "./repository"]).ok();
    let lines: Vec<&str> = ran.stdout.lines().filter(|line| !line.starts_with("Looking in")).collect();
    let built = lines.iter().position(|line| line.starts_with("  Created wheel")).unwrap();
    assert!(lines[built].starts_with("  Created wheel for alpha: filename=alpha-1.0-"), "{ran}");
    assert!(lines[built + 1].starts_with("  Stored in directory: "), "{ran}");
    let rest: Vec<&str> = [&lines[..built], &lines[built + 2..]].concat();
    let expected = [
        "Processing ./repository",
        "  Installing build dependencies: started",
        "  Installing build dependencies: finished with status 'done'",
        "  Getting requirements to build wheel: started",
        "  Getting requirements to build wheel: finished with status 'done'",
        "  Preparing metadata (pyproject.toml): started",
        "  Preparing metadata (pyproject.toml): finished with status 'done'",
        "Building wheels for collected packages: alpha",
        "  Building wheel for alpha (pyproject.toml): started",
        "  Building wheel for alpha (pyproject.toml): finished with status 'done'",
        "Successfully built alpha",
        "Installing collected packages: alpha",
        "Successfully installed alpha-1.0",
    ];
    assert_eq!(rest, expected);
    let url = format!("file://{}", folder.display());
    pip(&sandbox, &["install", "-e", &format!("git+{url}@v1#egg=alpha")])
        .ok()
        .says("Obtaining alpha from git+");
    assert!(sandbox.work().join(".venv/src/alpha/alpha.py").is_file());
    let frozen = pip(&sandbox, &["freeze"]).ok();
    assert_eq!(frozen.stdout.trim_end(), format!("-e git+{url}@{}#egg=alpha", head(&folder)));
    pip(&sandbox, &["install", "-e", "./nowhere"]).fails(1, "./nowhere is not a valid editable requirement");
    pip(&sandbox, &["install", &format!("git+{url}@nope")])
        .fails(1, "did not match any file(s) known to git");
}

#[test]
fn pip_wheel_fetches_wheels_and_builds_the_rest() {
    let mut sandbox = Sandbox::new();
    let index = sandbox.index.simple_url();
    sandbox.set("PIP_INDEX_URL", &index);
    sandbox.index.add(Project::flit("alpha", "1.0").requires("beta").builder());
    sandbox.index.add(WheelBuilder::new("beta", "1.0"));
    sandbox.venv();
    let ran = pip(&sandbox, &["wheel", "-w", "wheels", "alpha"]).ok();
    ran.says("Saved ./wheels/beta-1.0-py3-none-any.whl\nBuilding wheels for collected packages: alpha\n");
    assert!(sandbox.work().join("wheels/alpha-1.0-py2.py3-none-any.whl").is_file());
    let again = pip(&sandbox, &["wheel", "-w", "wheels", "alpha"]).ok();
    again.says(&format!(
        "Collecting alpha\n  Using cached alpha-1.0-py2.py3-none-any.whl\n  File was already downloaded {}/wheels/alpha-1.0-py2.py3-none-any.whl\n",
        sandbox.work().display()
    ));
    pip(&sandbox, &["wheel", "-w", "more", "alpha"])
        .ok()
        .says("Saved ./more/alpha-1.0-py2.py3-none-any.whl\nSaved ./more/beta-1.0-py3-none-any.whl\n");
    // `-e` makes no editable wheel here.
    Project::flit("gamma", "1.0").folder(&sandbox.work().join("gamma"));
    pip(&sandbox, &["wheel", "-w", "more", "-e", "./gamma"])
        .ok()
        .says("Obtaining file://")
        .says("  Building wheel for gamma (pyproject.toml): started");
    let wheel = std::fs::read(sandbox.work().join("more/gamma-1.0-py2.py3-none-any.whl")).unwrap();
    assert!(wheel.windows(8).any(|part| part == b"gamma.py"));
}

#[test]
fn pip_names_places_as_it_learns_their_names() {
    let mut sandbox = Sandbox::new();
    let index = sandbox.index.simple_url();
    sandbox.set("PIP_INDEX_URL", &index);
    sandbox.index.add(WheelBuilder::new("beta", "1.0"));
    sandbox.venv();
    let folder = sandbox.work().join("repository");
    Project::flit("alpha", "1.0").requires("beta").folder(&folder);
    git_repository(&folder);
    pip(&sandbox, &["install", "./repository"]).ok().says("Collecting beta (from alpha==1.0)\n");
    let url = format!("git+file://{}", folder.display());
    let ran = pip(&sandbox, &["install", "--force-reinstall", &url]).ok();
    // pip writes no empty host after these schemes
    let shown = url.replace("file://", "file:");
    ran.says(&format!("Collecting {shown}\n")).says(&format!("to commit {}\n", head(&folder)));
    pip(&sandbox, &["download", "-q", "-d", "files", &url]).ok();
    let zip = std::fs::read(sandbox.work().join("files/alpha-1.0.zip")).unwrap();
    assert!(fixtures::zip::member(&zip, |name| name == "alpha/alpha.py").is_some());
    pip(&sandbox, &["install", &format!("alpha @ {url}")]).ok().says(&format!("(from alpha @ {url})"));
    pip(&sandbox, &["install", "-e", &url]).fails(
        1,
        &format!(
            "ERROR: Could not detect requirement name for '{url}', please specify one with your_package_name @ URL"
        ),
    );
    pip(&sandbox, &["install", &format!("{url}@nope")])
        .fails(1, &format!("ERROR: Failed to build '{shown}@nope' when git checkout -q nope"));
    pip(&sandbox, &["install", "./nowhere"])
        .fails(1, "Hint: It looks like a path. File './nowhere' does not");
    std::fs::create_dir(sandbox.work().join("empty")).unwrap();
    pip(&sandbox, &["install", "./empty"]).fails(1, "ERROR: Directory './empty' is not installable.");
}

#[test]
fn other_systems_round_trip() {
    let sandbox = Sandbox::new();
    sandbox.venv();
    let has = |program: &str| Command::new(program).arg("--version").output().is_ok();
    let run = |folder: &Path, program: &str, arguments: &[&str]| {
        let output =
            sandbox.command(Path::new(program)).args(arguments).current_dir(folder).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    let make = |name: &str| {
        let folder = sandbox.work().join(name);
        Project::flit("alpha", "1.0").folder(&folder);
        folder
    };
    let mut addresses = Vec::new();
    if has("hg") {
        let folder = make("hg");
        run(&folder, "hg", &["init", "-q"]);
        run(&folder, "hg", &["commit", "-q", "-A", "-u", "t", "-m", "one"]);
        addresses.push(format!("hg+file://{}", folder.display()));
    }
    if has("svn") {
        let folder = make("svn-files");
        run(&sandbox.work(), "svnadmin", &["create", "svn"]);
        let url = format!("file://{}/svn", sandbox.work().display());
        run(&folder, "svn", &["import", "-q", "-m", "one", ".", &url]);
        addresses.push(format!("svn+{url}"));
    }
    if has("bzr") {
        let folder = make("bzr");
        run(&folder, "bzr", &["init", "-q"]);
        run(&folder, "bzr", &["whoami", "--branch", "t <t@t.example>"]);
        run(&folder, "bzr", &["add", "-q"]);
        run(&folder, "bzr", &["commit", "-qm", "one"]);
        addresses.push(format!("bzr+file://{}", folder.display()));
    }
    for (at, address) in addresses.iter().enumerate() {
        sandbox.tilsit(&["install", "--reinstall", &format!("alpha @ {address}")]).ok();
        let frozen = sandbox.frozen();
        assert!(frozen.starts_with(&format!("alpha @ {address}@")), "{frozen}");
        let (_, commit) = frozen.rsplit_once('@').unwrap();
        let editable = format!("{address}@{commit}#egg=alpha");
        let source = format!("--src=sources-{at}");
        pip(&sandbox, &["install", &source, "-e", &editable]).ok().says("Obtaining alpha from ");
        assert_eq!(pip(&sandbox, &["freeze"]).ok().stdout.trim_end(), format!("-e {editable}"));
        sandbox.tilsit(&["uninstall", "-y", "alpha"]).ok();
        sandbox.tilsit(&["install", &frozen]).ok();
        assert_eq!(sandbox.frozen(), frozen);
    }
}

#[test]
fn pip_tells_at_which_step_a_build_failed() {
    let sandbox = Sandbox::new();
    sandbox.venv();
    sandbox.write(
        "p/pyproject.toml",
        "[build-system]\nrequires = []\nbuild-backend = \"be\"\nbackend-path = [\".\"]\n",
    );
    let hook = |text: &str| {
        sandbox.write(
            "p/be.py",
            &format!("import os\n{text}\ndef build_wheel(*a, **k): raise ValueError('no')\n"),
        );
        let _ = std::fs::remove_dir_all(sandbox.work().join("p/__pycache__"));
        pip(&sandbox, &["install", "./p"])
    };
    let frame = |what: &str| format!("  × {what} did not run successfully.\n  │ exit code: 1\n  ╰─> [");
    let requires = "Getting requirements to build wheel";
    hook("def get_requires_for_build_wheel(*a): raise ValueError('today')")
        .says(&format!("Processing ./p\n  {requires}: started\n  {requires}: finished with status 'error'\n"))
        .tells(&frame(requires))
        .fails(1, &format!("ERROR: Failed to build 'file://{}/p' when getting", sandbox.work().display()));
    let metadata = "Preparing metadata (pyproject.toml)";
    hook("def prepare_metadata_for_build_wheel(*a): raise ValueError('today')")
        .says(&format!("  {metadata}: finished with status 'error'\n"))
        .tells(&frame(metadata))
        .fails(1, "error: metadata-generation-failed\n");
    pip(&sandbox, &["install", "-e", "./p"]).fails(1, "is missing the 'build_editable' hook, so it cannot");
}
