//! Errors that need a machine in a certain state: full disks, read-only folders, signals, processes side by side.
//!
//! What a machine does not allow (mounts without the right to them) is skipped, and said loudly.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use fixtures::{Fault, WheelBuilder};

use crate::sandbox::Sandbox;

const BINARY: &str = env!("CARGO_BIN_EXE_tilsit");

fn wheel(name: &str) -> WheelBuilder {
    WheelBuilder::new(name, "1.0").file(&format!("{name}/__init__.py"), "")
}

fn spawn(sandbox: &Sandbox, arguments: &[&str]) -> Child {
    let mut command = sandbox.command(Path::new(BINARY));
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn all_end_well(running: Vec<Child>) {
    for child in running {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

fn ran(program: &str, arguments: &[&str]) -> bool {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output();
    output.is_ok_and(|output| output.status.success())
}

/// A small file system of its own below the working folder; taken away at the end.
struct Mount(PathBuf);

impl Mount {
    fn new(sandbox: &Sandbox, size: &str) -> Option<Self> {
        let folder = sandbox.work().join("mount");
        std::fs::create_dir(&folder).unwrap();
        let options = format!("size={size}");
        if ran("mount", &["-t", "tmpfs", "-o", &options, "tmpfs", folder.to_str().unwrap()]) {
            return Some(Self(folder));
        }
        eprintln!("SKIPPED: no file system can be mounted here (that takes root)");
        None
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        ran("umount", &[self.path()]);
    }
}

/// Bytes that do not compress.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..length).map(|_| next()).collect()
}

#[test]
fn a_full_disk() {
    let mut sandbox = Sandbox::new();
    let Some(mount) = Mount::new(&sandbox, "2m") else { return };
    sandbox.set("TILSIT_CACHE_DIR", mount.path());
    sandbox.index.add(wheel("alpha").file("alpha/noise", noise(6 << 20)));
    sandbox.tilsit(&["venv", "-q", "--without-pip"]).ok();
    sandbox.tilsit(&["install", "alpha"]).fails(1, "[disk-full]");
    let left = std::fs::read_dir(sandbox.site_packages(".venv")).unwrap().count();
    assert_eq!(left, 0, "the environment was changed");
}

/// What could not be printed is not passed over in silence; a reader who has seen enough is no trouble.
#[test]
fn nowhere_to_print_to() {
    let sandbox = Sandbox::new();
    sandbox.tilsit(&["venv", "-q"]).ok();
    let list = |stdout: Stdio| {
        let mut command = sandbox.command(Path::new(BINARY));
        command.arg("list").stdout(stdout).output().unwrap()
    };
    if let Ok(full) = std::fs::OpenOptions::new().write(true).open("/dev/full") {
        let output = list(full.into());
        assert_eq!(output.status.code(), Some(1));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("no room left for standard output") && said.contains("[disk-full]"), "{said}");
    }
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = list(writer.into());
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn no_permission() {
    let sandbox = Sandbox::new();
    let Some(mount) = Mount::new(&sandbox, "16m") else { return };
    let environment = format!("{}/env", mount.path());
    sandbox.index.add(wheel("alpha"));
    sandbox.tilsit(&["venv", "-q", "--without-pip", &environment]).ok();
    if !ran("mount", &["-o", "remount,ro", mount.path()]) {
        return eprintln!("SKIPPED: a file system cannot be made read-only here");
    }
    sandbox.tilsit(&["install", "-p", &environment, "alpha"]).fails(1, "[no-permission]");
}

#[test]
fn an_externally_managed_python() {
    let sandbox = Sandbox::new();
    let found = Path::new("/usr/lib").read_dir().ok().and_then(|entries| {
        let mut folders = entries.flatten().map(|entry| entry.path());
        folders.find(|folder| folder.join("EXTERNALLY-MANAGED").is_file() && folder.join("os.py").is_file())
    });
    let python = found.and_then(|folder| {
        let python = Path::new("/usr/bin").join(folder.file_name()?);
        python.is_file().then_some(python)
    });
    let Some(python) = python else {
        return eprintln!("SKIPPED: no Python of this system is externally managed (PEP 668)");
    };
    sandbox.index.add(wheel("alpha"));
    let python = python.to_str().unwrap();
    sandbox.tilsit(&["install", "-p", python, "alpha"]).fails(1, "[externally-managed]");
}

#[test]
fn two_installs_into_one_environment_end_well() {
    let sandbox = Sandbox::new();
    for name in ["alpha", "beta"] {
        sandbox.index.add(wheel(name));
    }
    sandbox.tilsit(&["venv", "-q", "--without-pip"]).ok();
    all_end_well(["alpha", "beta"].map(|name| spawn(&sandbox, &["install", name])).into());
    sandbox.tilsit(&["list"]).ok().says("alpha").says("beta");
}

#[test]
fn sixteen_processes_fill_one_cold_cache() {
    let sandbox = Sandbox::new();
    for name in ["alpha", "beta", "gamma"] {
        sandbox.index.add(wheel(name));
    }
    let targets: Vec<String> = (0..16).map(|number| format!("t{number}")).collect();
    let install =
        |target: &String| spawn(&sandbox, &["install", "--target", target, "alpha", "beta", "gamma"]);
    all_end_well(targets.iter().map(install).collect());
    for target in &targets {
        assert!(sandbox.work().join(target).join("gamma/__init__.py").is_file(), "{target}");
    }
    sandbox.index.behave();
    sandbox.tilsit(&["install", "--offline", "--target", "after", "alpha", "beta", "gamma"]).ok();
}

#[test]
fn ctrl_c_during_a_download() {
    let mut sandbox = Sandbox::new();
    sandbox.index.add(wheel("alpha").file("alpha/noise", noise(1 << 20)));
    sandbox.tilsit(&["install", "--target", "first", "alpha"]).ok();
    let paths = sandbox.index.paths();
    let file = paths.iter().find(|path| path.ends_with(".whl")).unwrap();
    sandbox.index.fault(file, Fault::StallAfter(1000));
    let cold = sandbox.work().join("cold").display().to_string();
    sandbox.set("TILSIT_CACHE_DIR", &cold);
    sandbox.tilsit(&["venv", "-q", "--without-pip"]).ok();
    sandbox.index.forget_requests();
    let child = spawn(&sandbox, &["install", "--timeout", "300", "alpha"]);
    while !sandbox.index.paths().iter().any(|path| path == file) {
        std::thread::yield_now();
    }
    assert!(ran("kill", &["-INT", &child.id().to_string()]));
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{said}");
    assert!(said.contains("[interrupted]"), "{said}");
    assert_eq!(
        std::fs::read_dir(sandbox.site_packages(".venv")).unwrap().count(),
        0,
        "something was installed"
    );
}

#[test]
fn ctrl_c_while_a_requirements_file_is_fetched() {
    let sandbox = Sandbox::new();
    sandbox.index.put("/requirements.txt", "text/plain", "alpha\n");
    sandbox.index.fault("/requirements.txt", Fault::StallAfter(2));
    sandbox.tilsit(&["venv", "-q", "--without-pip"]).ok();
    let url = sandbox.index.url("/requirements.txt");
    let child = spawn(&sandbox, &["install", "--timeout", "300", "-r", &url]);
    while !sandbox.index.paths().iter().any(|path| path == "/requirements.txt") {
        std::thread::yield_now();
    }
    assert!(ran("kill", &["-INT", &child.id().to_string()]));
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{said}");
    assert!(said.contains("[interrupted]"), "{said}");
}
