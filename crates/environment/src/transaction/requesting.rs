//! Recording afterwards that the user asked for what was installed for others.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use packaging::record::RecordRow;

use super::area::Areas;
use super::{InstallError, Transaction, deletion, io_error};
use crate::installed::InstalledDistribution;

/// sha256 of nothing, as RECORD writes it.
const EMPTY: &str = "sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";

impl Transaction<'_> {
    /// Writes REQUESTED (PEP 376) for an installed distribution that has none, and its row into RECORD. One without RECORD,
    /// or outside of the environment, stays as it is. A kill in between leaves at most the row, whose missing file
    /// uninstallers pass over.
    ///
    /// # Errors
    /// A file that cannot be read or written.
    pub fn mark_requested(&mut self, distribution: &InstalledDistribution) -> Result<(), InstallError> {
        let info = distribution.info();
        let Some(name) = info.file_name().and_then(|name| name.to_str()) else { return Ok(()) };
        if distribution.is_requested() || !self.environment.owns(distribution.location()) {
            return Ok(());
        }
        let Some(mut record) = distribution.record()? else { return Ok(()) };
        let path = format!("{name}/REQUESTED");
        record.rows.retain(|row| row.path != path);
        record.rows.push(RecordRow { path, hash: Some(EMPTY.to_owned()), size: Some(0) });
        self.replace(&info.join("RECORD"), record.to_text().as_bytes())?;
        let requested = info.join("REQUESTED");
        std::fs::File::create(&requested).map(drop).map_err(io_error(&requested))
    }

    /// Another text for a file, whole or not at all; its mode stays.
    fn replace(&self, path: &Path, bytes: &[u8]) -> Result<(), InstallError> {
        let mut areas = Areas::new(self.environment.state());
        let written = (|| {
            let mode = std::fs::metadata(path)?.permissions().mode();
            let draft = areas.fresh(path)?;
            std::fs::write(&draft, bytes)?;
            std::fs::set_permissions(&draft, Permissions::from_mode(mode))?;
            std::fs::rename(&draft, path)
        })();
        let _ = deletion::delete(&areas.folders(), 1); // The next change sweeps what is left.
        written.map_err(io_error(path))
    }
}
