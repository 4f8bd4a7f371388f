//! What an installer adds to a staged wheel: programs, INSTALLER, REQUESTED, direct_url.json, RECORD.

use std::borrow::Cow;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use store::wheels::DataFile;

use super::staging::{Destination, StagedTree};
use super::{InstallError, InstallPolicy, Installation};
use crate::removal::normalized;
use crate::scripts;
use crate::site::Scheme;
use crate::venv::relative;

/// One wheel that is staged, and all that finishing it needs.
pub(crate) struct Finishing<'a> {
    pub(crate) installation: &'a Installation,
    pub(crate) policy: &'a InstallPolicy,
    pub(crate) scheme: &'a Scheme,
    /// The staged trees of this wheel.
    pub(crate) trees: Vec<&'a StagedTree>,
    /// Major and minor version of the environment's Python.
    pub(crate) version: (u32, u32),
    /// Paths of its bytecode, relative to the library folder.
    pub(crate) bytecode: &'a [String],
}

/// A row of RECORD, by path.
struct Row<'a> {
    path: Cow<'a, str>,
    /// The whole line with its end.
    line: Cow<'a, str>,
}

fn io_error(path: &Path) -> impl FnOnce(std::io::Error) -> InstallError + '_ {
    move |source| InstallError::Io { path: path.to_owned(), source }
}

/// Where a destination's files go; headers have a folder of the distribution's name.
pub(crate) fn final_folder(scheme: &Scheme, destination: Destination, name: &str) -> PathBuf {
    match destination {
        Destination::Purelib => scheme.purelib.clone(),
        Destination::Platlib => scheme.platlib.clone(),
        Destination::Scripts => scheme.scripts.clone(),
        Destination::Data => scheme.data.clone(),
        Destination::Headers => scheme.include.join(name),
    }
}

impl Finishing<'_> {
    fn library(&self) -> Option<&StagedTree> {
        self.trees.iter().copied().find(|tree| tree.is_library)
    }

    fn folder_of(&self, destination: Destination) -> PathBuf {
        final_folder(self.scheme, destination, &self.installation.header_name())
    }

    /// Writes everything; returns the names of the programs it made.
    pub(crate) fn run(&self) -> Result<Vec<String>, InstallError> {
        let Some(library) = self.library() else { return Ok(Vec::new()) };
        let manifest = self.installation.wheel.manifest();
        let lib_folder = self.folder_of(library.destination);
        let mut rows = Vec::new();
        let programs = self.write_programs(&lib_folder, &mut rows)?;
        self.data_rows(&lib_folder, &mut rows)?;
        let info = library.folder.join(manifest.dist_info());
        let mut generated: Vec<(&str, Cow<'_, [u8]>)> =
            vec![("INSTALLER", Cow::Owned([self.policy.installer.as_bytes(), b"\n"].concat()))];
        if let Some(direct_url) = &self.installation.direct_url {
            generated.push(("direct_url.json", Cow::Borrowed(direct_url.as_bytes())));
        }
        if self.installation.requested {
            generated.push(("REQUESTED", Cow::Borrowed(b"")));
        }
        for (name, bytes) in &generated {
            write_new(&info.join(name), bytes)?;
            rows.push(hashed_row(format!("{}/{name}", manifest.dist_info()), bytes));
        }
        let bare = self.bytecode.iter().map(|path| bare_row(path.clone()));
        rows.extend(bare.chain([bare_row(format!("{}/RECORD", manifest.dist_info()))]));
        let record = merged(manifest.record_text(), rows);
        write_new(&info.join("RECORD"), record.as_bytes())?;
        Ok(programs)
    }

    /// Scripts of entry points, and those of `.data/scripts` whose first line names Python.
    fn write_programs(
        &self,
        lib_folder: &Path,
        rows: &mut Vec<Row<'_>>,
    ) -> Result<Vec<String>, InstallError> {
        let Some(tree) = self.trees.iter().find(|tree| tree.destination == Destination::Scripts) else {
            return Ok(Vec::new());
        };
        let manifest = self.installation.wheel.manifest();
        let python = self.policy.python.as_os_str().as_bytes();
        let to_scripts = relative(lib_folder, &self.scheme.scripts);
        let invalid = |source| InstallError::Script { wheel: manifest.filename().to_owned(), source };
        let mut names = Vec::new();
        for wanted in scripts::wanted(manifest, self.version).map_err(invalid)? {
            let text = scripts::script(python, &wanted, self.version);
            let path = tree.folder.join(&*wanted.name);
            write_program(&path, &text, 0o555)?;
            rows.retain(|row| row.path != format!("{to_scripts}/{}", wanted.name));
            rows.push(hashed_row(format!("{to_scripts}/{}", wanted.name), &text));
            names.push(wanted.name.into_owned());
        }
        let stored = manifest.data_files().filter(|data| self.is_rewritten(*data));
        for data in stored {
            let source = self.installation.wheel.root().join(data.file().path());
            let bytes = std::fs::read(&source).map_err(io_error(&source))?;
            let text = scripts::rewritten(&bytes, python).unwrap_or(bytes);
            // pip: the x bits of a script come from the archive.
            let bits = if data.file().is_executable() { 0o111 } else { 0 };
            write_program(&tree.folder.join(data.path()), &text, bits)?;
            rows.push(hashed_row(format!("{to_scripts}/{}", data.path()), &text));
        }
        Ok(names)
    }

    fn is_rewritten(&self, data: DataFile<'_>) -> bool {
        let wheel = &self.installation.wheel;
        Destination::named(data.scheme()) == Some(Destination::Scripts)
            && !scripts::is_wrapper(wheel.manifest(), data.path())
            && scripts::needs_rewriting(wheel, data)
    }

    /// Rows of the `.data` files that are linked as they are.
    fn data_rows<'r>(&'r self, lib_folder: &Path, rows: &mut Vec<Row<'r>>) -> Result<(), InstallError> {
        let manifest = self.installation.wheel.manifest();
        for data in manifest.data_files() {
            let Some(destination) = Destination::named(data.scheme()) else {
                let wheel = manifest.filename().to_owned();
                return Err(InstallError::UnknownScheme { wheel, path: data.file().path().to_owned() });
            };
            if destination == Destination::Scripts && scripts::is_wrapper(manifest, data.path()) {
                // pip leaves the row of a script that it replaces as the wheel has it.
                let path = Cow::Borrowed(data.file().path());
                rows.push(Row { path, line: Cow::Borrowed(data.file().record_row()) });
            } else if !self.is_rewritten(data) {
                let to_folder = relative(lib_folder, &self.folder_of(destination));
                let below = if to_folder.is_empty() { String::new() } else { format!("{to_folder}/") };
                let path = format!("{below}{}", data.path());
                let mut line = String::new();
                packaging::record::write_row(&mut line, &path, None, None);
                line.truncate(line.len().saturating_sub(",\r\n".len()));
                line.push_str(data.file().record_tail());
                rows.push(Row { path: path.into(), line: line.into() });
            }
        }
        Ok(())
    }
}

fn hashed_row<'a>(path: String, bytes: &[u8]) -> Row<'a> {
    let hash = format!("sha256={}", URL_SAFE_NO_PAD.encode(Sha256::digest(bytes)));
    let mut line = String::new();
    packaging::record::write_row(&mut line, &path, Some(&hash), Some(bytes.len() as u64));
    Row { path: path.into(), line: line.into() }
}

fn bare_row<'a>(path: String) -> Row<'a> {
    let mut line = String::new();
    packaging::record::write_row(&mut line, &path, None, None);
    Row { path: path.into(), line: line.into() }
}

/// RECORD's text: the wheel's own rows, which are sorted, with the others sorted in.
fn merged(own: &str, mut rows: Vec<Row<'_>>) -> String {
    rows.sort_by(|one, other| one.path.cmp(&other.path).then_with(|| one.line.cmp(&other.line)));
    let added: usize = rows.iter().map(|row| row.line.len()).sum();
    let mut text = String::with_capacity(own.len() + added);
    let mut rows = rows.into_iter().peekable();
    for line in own.split_inclusive("\r\n") {
        let path = path_of(line);
        while let Some(row) = rows.next_if(|row| *row.path < *path) {
            text.push_str(&row.line);
        }
        text.push_str(line);
    }
    rows.for_each(|row| text.push_str(&row.line));
    text
}

/// The first field of a row.
fn path_of(line: &str) -> Cow<'_, str> {
    match line.strip_prefix('"') {
        None => Cow::Borrowed(line.split(',').next().unwrap_or(line)),
        Some(quoted) => {
            let end = quoted.find("\",").unwrap_or(quoted.len());
            Cow::Owned(quoted[..end].replace("\"\"", "\""))
        }
    }
}

/// A new file with 0666 without the umask.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), InstallError> {
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(0o666).open(path).map_err(io_error(path))?;
    std::io::Write::write_all(&mut file, bytes).map_err(io_error(path))
}

/// A program: as a new file, with `bits` added to its mode. A script of that name made before is replaced.
fn write_program(path: &Path, text: &[u8], bits: u32) -> Result<(), InstallError> {
    let path = normalized(path);
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(io_error(parent))?;
    }
    let _ = std::fs::remove_file(&path);
    write_new(&path, text)?;
    if bits != 0 {
        let mode = std::fs::metadata(&path).map_err(io_error(&path))?.permissions().mode();
        let mode = PermissionsExt::from_mode((mode | bits) & 0o7777);
        std::fs::set_permissions(&path, mode).map_err(io_error(&path))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_merged_by_path() {
        let own = "a/b.py,h,1\r\n\"c,d.py\",h,2\r\nz.py,h,3\r\n";
        let rows = vec![bare_row("zz".into()), bare_row("a/c".into()), bare_row("../x".into())];
        assert_eq!(
            merged(own, rows),
            "../x,,\r\na/b.py,h,1\r\na/c,,\r\n\"c,d.py\",h,2\r\nz.py,h,3\r\nzz,,\r\n"
        );
        assert_eq!(path_of("\"a\"\"b\",x,y"), "a\"b");
    }
}
