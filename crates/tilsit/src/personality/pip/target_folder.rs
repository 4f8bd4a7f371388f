//! `--target`: packages are installed beside the folder and then moved into it, item by item, as in pip: what is there
//! stays, unless `--upgrade` says otherwise.

use std::path::{Path, PathBuf};

use environment::{Environment, Kind};

use super::Session;
use super::errors::Failure;
use crate::cli::pip as flags;

/// The folder, and the place beside it.
pub struct TargetFolder {
    folder: PathBuf,
    beside: tempfile::TempDir,
    environment: Environment,
}

impl TargetFolder {
    /// For an environment that is a `--target` folder; nothing for any other.
    pub fn around(place: &Environment) -> Result<Option<Self>, Failure> {
        if place.kind() != Kind::Target {
            return Ok(None);
        }
        let folder = place.scheme().purelib.clone();
        let above = folder.ancestors().skip(1).find(|above| above.is_dir()).unwrap_or(Path::new("/"));
        let beside = tempfile::Builder::new()
            .prefix(".tilsit-target-")
            .tempdir_in(above)
            // pip makes the folder itself first, and tells how that ends
            .map_err(|error| std::fs::create_dir_all(&folder).err().unwrap_or(error))
            .map_err(|error| Failure::os_error(&error, &folder.to_string_lossy()))?;
        let scratch = beside.path().join("target");
        let environment =
            Environment::target(place.interpreter().clone(), &scratch, &beside.path().join("state"));
        Ok(Some(Self { folder, beside, environment }))
    }

    /// Where to install.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// Moves what was installed to where it belongs.
    pub fn hand_over(self, session: &Session<'_>) -> Result<(), Failure> {
        let scratch = self.environment.scheme().purelib.clone();
        std::fs::create_dir_all(&self.folder)
            .map_err(|error| Failure::os_error(&error, &self.folder.to_string_lossy()))?;
        let Ok(entries) = std::fs::read_dir(&scratch) else { return Ok(()) };
        let mut items: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        items.sort();
        for item in items {
            let Some(name) = item.file_name() else { continue };
            let goal = self.folder.join(name);
            if self.makes_way(session, &goal)? {
                std::fs::rename(&item, &goal)
                    .map_err(|error| Failure::os_error(&error, &goal.to_string_lossy()))?;
            }
        }
        self.beside.close().map_err(|error| Failure::os_error(&error, &self.folder.to_string_lossy()))
    }

    /// Whether something may be put there; what is there goes first.
    fn makes_way(&self, session: &Session<'_>, goal: &Path) -> Result<bool, Failure> {
        let Ok(there) = goal.symlink_metadata() else { return Ok(true) };
        let shown = goal.display();
        if !session.parsed.is_on(&flags::UPGRADE) {
            session.warn(&format!(
                "Target directory {shown} already exists. Specify --upgrade to force replacement."
            ));
            return Ok(false);
        }
        if there.is_symlink() {
            session.warn(&format!(
                "Target directory {shown} already exists and is a link. pip will not automatically replace links, please remove if replacement is desired."
            ));
            return Ok(false);
        }
        let gone = if there.is_dir() { std::fs::remove_dir_all(goal) } else { std::fs::remove_file(goal) };
        gone.map_err(|error| Failure::os_error(&error, &goal.to_string_lossy()))?;
        Ok(true)
    }
}
