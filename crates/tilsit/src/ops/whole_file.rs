//! Files that are there whole or not at all.

use std::io::Write as _;
use std::path::Path;

/// Writes beside the file and renames, so that the old content stays until the new is whole.
///
/// # Errors
/// What the system says; the file is as it was then.
pub fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    // A device or a pipe cannot be replaced.
    if path.exists() && !path.is_file() {
        return std::fs::write(path, bytes);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut draft = tempfile::NamedTempFile::new_in(folder)?;
    draft.write_all(bytes)?;
    let mode = std::fs::metadata(path).map(|meta| meta.permissions());
    draft.as_file().set_permissions(mode.unwrap_or_else(|_| default_mode()))?;
    draft.persist(path).map(|_| ()).map_err(|error| error.error)
}

/// What a new file gets.
#[cfg(unix)]
fn default_mode() -> std::fs::Permissions {
    use std::os::unix::fs::PermissionsExt;
    std::fs::Permissions::from_mode(0o666 & !environment::current_umask())
}
