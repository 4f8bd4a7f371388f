//! A repository's files as one archive: what `pip download` leaves of it.

use std::io;
use std::path::Path;

use builder::archive::{Method, ZipForm, ZipMember, ZipTime, ZipWriter};

/// Folders are not followed deeper than this.
const DEPTH: usize = 200;

/// A zip of the folder, everything below `name`, what the repository keeps for itself too: back ends ask it for versions.
/// Links stay out: zip has none that everybody reads.
pub fn pack(folder: &Path, name: &str) -> io::Result<Vec<u8>> {
    let mut packer = Packer { zip: ZipWriter::new(ZipForm::Python) };
    packer.folder(folder, name, DEPTH)?;
    packer.zip.finish().map_err(io::Error::other)
}

struct Packer {
    zip: ZipWriter,
}

impl Packer {
    fn folder(&mut self, folder: &Path, name: &str, depth: usize) -> io::Result<()> {
        if depth == 0 {
            return Err(io::Error::other(format!("{name} lies too deep")));
        }
        let mut entries = std::fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let own = entry.file_name();
            let own = own.to_str().ok_or_else(|| io::Error::other(format!("{name}: a name is no text")))?;
            let (kind, inner) = (entry.file_type()?, format!("{name}/{own}"));
            if kind.is_dir() {
                self.add(&format!("{inner}/"), &[], Method::Stored, 0o40_755)?;
                self.folder(&entry.path(), &inner, depth - 1)?;
            } else if kind.is_file() {
                let mode = if is_executable(&entry.metadata()?) { 0o100_755 } else { 0o100_644 };
                self.add(&inner, &std::fs::read(entry.path())?, Method::Deflated(6), mode)?;
            }
        }
        Ok(())
    }

    fn add(&mut self, name: &str, contents: &[u8], method: Method, mode: u32) -> io::Result<()> {
        let time = ZipTime::EARLIEST;
        let member = ZipMember { name, contents, time, external_attributes: mode << 16, method };
        self.zip.add(&member).map_err(io::Error::other)
    }
}

fn is_executable(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o100 != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_lie_below_the_name() {
        let folder = tempfile::tempdir().unwrap();
        for file in ["b.py", "a/c.py", ".git/HEAD"] {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, file).unwrap();
        }
        let zip = pack(folder.path(), "p").unwrap();
        let member = |name: &str| fixtures::zip::member(&zip, |one| one == name);
        assert_eq!(member("p/a/c.py").unwrap(), b"a/c.py");
        assert_eq!(member("p/b.py").unwrap(), b"b.py");
        assert_eq!(member("p/.git/HEAD").unwrap(), b".git/HEAD");
        assert_eq!(pack(folder.path(), "p").unwrap(), zip);
    }
}
