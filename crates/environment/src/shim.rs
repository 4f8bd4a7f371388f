//! What environments we make carry of Tilsit: the thin `pip` package, through which `python -m pip` is Tilsit, and what
//! answers `python -m build` as long as the real build is not there.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// The version of pip whose behaviour is offered; scripts parse it.
pub const PIP_VERSION: &str = "26.3";

/// Where the path of the binary is written, below site-packages. Real pip has no such file.
pub const RECORDED_BINARY: &str = "pip/_internal/tilsit-binary";

const DIST_INFO: &str = "pip-26.3.dist-info";

macro_rules! files {
    ($($path:literal),* $(,)?) => {
        [$(($path, include_str!(concat!("../../../python/", $path)))),*]
    };
}

const FILES: [(&str, &str); 12] = files![
    "pip/__init__.py",
    "pip/__main__.py",
    "pip/__pip-runner__.py",
    "pip/_internal/__init__.py",
    "pip/_internal/main.py",
    "pip/_internal/real.py",
    "pip/_internal/cli/__init__.py",
    "pip/_internal/cli/autocompletion.py",
    "pip/_internal/cli/main.py",
    "pip-26.3.dist-info/METADATA",
    "pip-26.3.dist-info/WHEEL",
    "pip-26.3.dist-info/entry_points.txt",
];

/// What answers `python -m build`: files of the environment, of no distribution.
const MODULES: [(&str, &str); 3] = files!["_tilsit/__init__.py", "_tilsit/build.py", "_tilsit.pth"];

/// Where these find the path of the binary.
const MODULES_BINARY: &str = "_tilsit/binary";

/// A file to write: its path below site-packages or, for programs, the name in `bin`.
pub(crate) struct ShimFile {
    pub(crate) path: String,
    pub(crate) bytes: Vec<u8>,
}

/// What a shim consists of.
pub(crate) struct Shim {
    /// Below site-packages, `RECORD` last.
    pub(crate) modules: Vec<ShimFile>,
    /// In the environment's folder of programs.
    pub(crate) programs: Vec<ShimFile>,
}

/// Where a shim goes and what it names.
pub(crate) struct ShimPlace<'a> {
    /// The Tilsit binary to record.
    pub(crate) binary: &'a Path,
    /// The environment's Python.
    pub(crate) python: &'a Path,
    /// Major and minor version of that Python.
    pub(crate) minor_version: &'a str,
    /// From site-packages to the programs, for RECORD: `../../../bin/`.
    pub(crate) to_programs: &'a str,
}

fn file(path: &str, bytes: &[u8]) -> ShimFile {
    ShimFile { path: path.to_owned(), bytes: bytes.to_vec() }
}

/// The files that answer `python -m build`, the one that Python looks at when it starts last.
pub(crate) fn modules(binary: &Path) -> Vec<ShimFile> {
    let recorded = file(MODULES_BINARY, binary.as_os_str().as_bytes());
    std::iter::once(recorded).chain(MODULES.iter().map(|(path, text)| file(path, text.as_bytes()))).collect()
}

/// The files of the shim for one environment.
pub(crate) fn shim(place: &ShimPlace<'_>) -> Shim {
    let mut modules: Vec<ShimFile> = FILES.iter().map(|(path, text)| file(path, text.as_bytes())).collect();
    modules.push(file(RECORDED_BINARY, place.binary.as_os_str().as_bytes()));
    modules.push(file(&format!("{DIST_INFO}/INSTALLER"), b"tilsit\n"));
    let program = program(place);
    let names = ["pip".to_owned(), "pip3".to_owned(), format!("pip{}", place.minor_version)];
    let programs: Vec<ShimFile> = names.iter().map(|name| file(name, &program)).collect();
    let record = record(&modules, &programs, place.to_programs);
    modules.push(file(&format!("{DIST_INFO}/RECORD"), record.as_bytes()));
    Shim { modules, programs }
}

/// Whether the `pip` in `site_packages` is this shim, not the real one.
pub fn is_shim(site_packages: &Path) -> bool {
    site_packages.join(RECORDED_BINARY).is_file()
}

fn record(modules: &[ShimFile], programs: &[ShimFile], to_programs: &str) -> String {
    let row = |path: String, bytes: &[u8]| {
        let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(bytes));
        format!("{path},sha256={digest},{}\n", bytes.len())
    };
    let mut rows: Vec<String> = modules.iter().map(|file| row(file.path.clone(), &file.bytes)).collect();
    rows.extend(programs.iter().map(|file| row(format!("{to_programs}{}", file.path), &file.bytes)));
    rows.push(format!("{DIST_INFO}/RECORD,,\n"));
    rows.sort();
    rows.concat()
}

/// `bin/pip`: one file that is both sh and Python (as pip's own scripts are when the shebang
/// would be too long). sh starts the binary at once; without it, or where Python's own search path is
/// changed, the same file runs under Python. A path that either language would read as syntax leaves only Python.
fn program(place: &ShimPlace<'_>) -> Vec<u8> {
    let python = place.python.as_os_str().as_bytes();
    let binary = place.binary.as_os_str().as_bytes();
    let body = b"import sys\nfrom pip._internal.cli.main import cli\n\
        if __name__ == '__main__':\n    sys.exit(cli())\n";
    let awkward = |path: &[u8]| {
        path.iter().any(|byte| matches!(byte, b'\'' | b'\\' | b'\n' | b'\r'))
            || std::str::from_utf8(path).is_err()
    };
    if awkward(python) || awkward(binary) {
        return [&crate::scripts::shebang(python), &body[..]].concat();
    }
    let parts: [&[u8]; 11] = [
        b"#!/bin/sh\n'''[' -z \"$TILSIT_BINARY$PYTHONPATH\" ] && '[' -x '",
        binary,
        b"' ] && TILSIT_SYS_EXECUTABLE='",
        python,
        b"' exec '",
        binary,
        b"' as pip --python '",
        python,
        b"' \"$@\"\nexec '",
        python,
        b"' \"$0\" \"$@\"\n' '''\n",
    ];
    [&parts.concat(), &body[..]].concat()
}
