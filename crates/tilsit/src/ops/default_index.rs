//! The default index, which is not spelled anywhere: it is the one that the interpreter's own pip names.

use std::path::{Path, PathBuf};

use environment::Interpreter;
use store::Store;
use store::archive::{ArchiveFormat, read_member};

use crate::settings::{index_of_the_build, scan_pip_index_file};

/// The address of the default index's simple API: from pip's `models/index.py` in the environment or its base
/// interpreter, else from the pip wheel bundled with `ensurepip` (looked into once and kept with the interpreter's
/// facts), else as it was found when this binary was built.
pub fn find(interpreter: &Interpreter, store: &Store) -> Option<String> {
    let own = Path::new("pip/_internal/models/index.py");
    let purelib = environment::Environment::of(interpreter.clone(), Path::new("")).scheme().purelib.join(own);
    let files = std::iter::once(purelib).chain(interpreter.facts().default_index_files());
    files
        .filter_map(|file| std::fs::read_to_string(file).ok())
        .find_map(|text| scan_pip_index_file(&text))
        .map(|index| index.simple_url)
        .or_else(|| bundled(interpreter, store))
        .or_else(|| index_of_the_build().map(|index| index.simple_url))
}

fn bundled(interpreter: &Interpreter, store: &Store) -> Option<String> {
    let wheel = bundled_wheel(&interpreter.facts().bundled_wheels())?;
    let key = format!("default-index {}", wheel.display());
    if let Ok(Some(known)) = store.interpreter(&key) {
        return String::from_utf8(known).ok().filter(|url| !url.is_empty());
    }
    let bytes = std::fs::read(&wheel).ok()?;
    let wanted = |path: &str| path == "pip/_internal/models/index.py";
    let (_, text) = read_member(ArchiveFormat::Zip, &bytes, LONGEST, &wanted).ok()??;
    let found = scan_pip_index_file(&String::from_utf8_lossy(&text))?.simple_url;
    if let Err(error) = store.put_interpreter(&key, found.as_bytes()) {
        log::debug!("the default index could not be kept: {error}");
    }
    Some(found)
}

/// The file has about a thousand bytes.
const LONGEST: u64 = 1 << 20;

/// `ensurepip/_bundled/pip-*.whl`; Debian keeps it in a folder of its own.
fn bundled_wheel(folder: &Path) -> Option<PathBuf> {
    let folders = [folder, Path::new("/usr/share/python-wheels")];
    folders.into_iter().find_map(|folder| {
        let entries = std::fs::read_dir(folder).ok()?;
        entries.flatten().map(|entry| entry.path()).find(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("pip-") && name.ends_with(".whl")
        })
    })
}
