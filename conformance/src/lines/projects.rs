//! Sources: what the script `make.sh` makes in the folder of a case, and what the index has.

use fixtures::{FakeIndex, SdistBuilder, ServedFile, WheelBuilder};
use std::io;
use std::path::Path;
use std::process::Command;

const BACK_END: &str = include_str!("sources/backend.py");
const SCRIPT: &str = include_str!("sources/make.sh");

/// Back ends of the world outside, as far as they lie beside the peer tools, with what they require.
const FOREIGN: &[&str] = &[
    "editables-",
    "flit_core-",
    "hatchling-",
    "packaging-",
    "pathspec-",
    "pluggy-",
    "setuptools-",
    "tomlkit-",
    "trove_classifiers-",
];

/// The program without which a case cannot be played here, where it is not installed.
pub fn lacks(name: &str) -> Option<&'static str> {
    let system = name.strip_prefix("vcs-")?.split('-').next()?;
    let program = ["git", "hg", "svn"].into_iter().find(|program| *program == system)?;
    let is_there = Command::new(program).arg("--version").output().is_ok_and(|done| done.status.success());
    (!is_there).then_some(program)
}

/// Writes the script and the back end.
pub fn scripts(folder: &Path) -> io::Result<()> {
    std::fs::write(folder.join("make.sh"), SCRIPT)?;
    std::fs::write(folder.join("backend.py"), BACK_END)
}

/// A source distribution with its back end in itself; `lines` go into its table.
fn source(name: &str, version: &str, lines: &str) -> SdistBuilder {
    let system = "[build-system]\nrequires = []\nbuild-backend = \"backend\"\nbackend-path = [\".\"]\n";
    let text = format!("{system}[tool.stage]\nname = \"{name}\"\nversion = \"{version}\"\n{lines}");
    SdistBuilder::new(name, version).legacy().file("pyproject.toml", text).file("backend.py", BACK_END)
}

/// Adds the sources, and the wheels of back ends in `wheels`.
pub fn serve(index: &FakeIndex, wheels: &Path) -> io::Result<()> {
    for sdist in [
        source("src-only", "1.0", "script = \"src-only\"\n"),
        source("src-only", "1.1", ""),
        source("src-needy", "1.0", "requires = [\"beta<2\", \"gamma\"]\n"),
        source("both", "2.0", ""),
        source("src-fails", "1.0", "fail = {get_requires_for_build_wheel = \"exit\"}\n"),
        source("src-fails-late", "1.0", "fail = {build_wheel = \"exit\"}\n"),
        source("src-metadata-fails", "1.0", "fail = {prepare_metadata_for_build_wheel = \"exit\"}\n"),
        source("src-older", "1.0", ""),
        source("src-older", "2.0", "fail = {prepare_metadata_for_build_wheel = \"exit\"}\n"),
        source("src-other-name", "1.0", "metadata-name = \"different\"\n"),
        source("src-other-version", "1.0", "metadata-version = \"7.0\"\n"),
        source("src-future", "1.0", "python = \">=4\"\n"),
        source("src-extra", "1.0", "extras = {fast = [\"gamma\"]}\n"),
    ] {
        index.add(sdist);
    }
    for wheel in [
        WheelBuilder::new("both", "1.0"),
        WheelBuilder::new("needs-src", "1.0").requires("src-only<1.1"),
        WheelBuilder::new("needs-src-fails", "1.0").requires("src-fails-late"),
        WheelBuilder::new("stage-backend", "1.0").file("stage_backend.py", BACK_END),
    ] {
        index.add(wheel);
    }
    for entry in std::fs::read_dir(wheels)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if FOREIGN.iter().any(|front| name.starts_with(front)) {
            index.add(ServedFile::new(&name, std::fs::read(&path)?));
        }
    }
    Ok(())
}
