//! Build script: the default index of the building machine's pip, and how the binary is linked.
#![allow(clippy::print_stdout, reason = "a build script talks to cargo on stdout")]

use std::path::Path;
use std::process::Command;

#[path = "src/settings/default_index.rs"]
#[allow(dead_code, reason = "shared with the binary")]
mod default_index;

/// Prints the text of pip's `models/index.py`, from the installed pip, else from the wheel bundled with `ensurepip`.
const FIND_PIP: &str = r#"
import glob, importlib.util, os, zipfile
inside = "pip/_internal/models/index.py"
def installed():
    spec = importlib.util.find_spec("pip")
    for folder in spec.submodule_search_locations if spec else ():
        path = os.path.join(os.path.dirname(folder), inside)
        if os.path.exists(path):
            return open(path, encoding="utf-8").read()
def bundled():
    import ensurepip
    folders = (os.path.join(os.path.dirname(ensurepip.__file__), "_bundled"), "/usr/share/python-wheels")
    for wheel in (wheel for folder in folders for wheel in glob.glob(os.path.join(folder, "pip-*.whl"))):
        return zipfile.ZipFile(wheel).read(inside).decode()
print(installed() or bundled() or "")
"#;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=src/settings/default_index.rs");
    println!("cargo:rerun-if-env-changed=TILSIT_BUILD_PYTHON");
    let index = ["python3", "python"].iter().find_map(|python| ask(python));
    let index = index.map(|index| format!("{} {}", index.simple_url, index.file_host)).unwrap_or_default();
    println!("cargo:rustc-env=TILSIT_BUILD_INDEX={index}");
    link();
}

/// What the pip of an interpreter names; `TILSIT_BUILD_PYTHON` names the interpreter, empty for none.
fn ask(python: &str) -> Option<default_index::DefaultIndex> {
    let named = std::env::var("TILSIT_BUILD_PYTHON").ok();
    let python = named.as_deref().unwrap_or(python);
    let output = Command::new(python).args(["-I", "-c", FIND_PIP]).output().ok()?;
    default_index::scan_pip_index_file(std::str::from_utf8(&output.stdout).ok()?)
}

/// A release on Linux with glibc starts faster at a fixed address and with the unwinder inside: one library fewer to
/// load. Measured on an empty program: 0.79 ms as it comes, 0.78 without PIE, 0.68 with both.
fn link() {
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|found| found == value);
    if !(is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") && is("PROFILE", "release"))
    {
        return;
    }
    println!("cargo:rustc-link-arg-bins=-no-pie");
    let native = std::env::var("HOST").ok() == std::env::var("TARGET").ok();
    let found = Command::new("cc").arg("-print-file-name=libgcc_eh.a").output();
    let found = found.ok().and_then(|output| String::from_utf8(output.stdout).ok());
    if let Some(folder) =
        found.as_deref().map(|path| Path::new(path.trim())).filter(|path| native && path.is_file())
    {
        let folder = folder.parent().unwrap_or(folder);
        println!("cargo:rustc-link-search=native={}", folder.display());
        println!("cargo:rustc-link-lib=static:+whole-archive,+verbatim=libgcc_eh.a");
    }
}
