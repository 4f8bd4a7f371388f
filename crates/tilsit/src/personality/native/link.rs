//! `tilsit link`

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::{Ended, Session, diagnosis};
use crate::cli::native as flags;
use crate::ops::link::{Done, answering, is_on, link, unlink};
use crate::ops::python;
use crate::personality::NAMES;

impl Session<'_> {
    pub(super) fn link(&self) -> Ended {
        let word = self.parsed.arguments.first().map(String::as_str).unwrap_or_default();
        let folder: PathBuf = self.process.absolute(word).components().collect();
        let binary = python::binary().ok_or_else(|| Box::new(diagnosis::no_binary()))?;
        let done = match self.parsed.is_on(&flags::REMOVE) {
            true => unlink(&folder, &binary, NAMES),
            false => link(&folder, &binary, NAMES, self.parsed.is_on(&flags::FORCE)),
        };
        let done = done.map_err(|error| Box::new(diagnosis::link(&error)))?;
        let on_path = is_on(&folder, self.path());
        if self.parsed.is_on(&flags::JSON) {
            self.terminal.json(&in_json(&folder, &binary, &done, on_path));
            return Ok(0);
        }
        done.iter().for_each(|(name, done)| self.tell_name(&folder.join(name), *done));
        if !self.parsed.is_on(&flags::REMOVE) {
            self.tell_path(&folder, on_path);
        }
        Ok(0)
    }

    fn path(&self) -> Option<&OsStr> {
        self.process.env.get(OsStr::new("PATH")).map(|path| &**path)
    }

    fn tell_name(&self, path: &Path, done: Done) {
        let shown = path.display();
        match done {
            Done::Made => self.terminal.info(&format!("{shown} is Tilsit now")),
            Done::Replaced => self.terminal.info(&format!("{shown} is Tilsit now; it was something else")),
            Done::Kept => self.terminal.info(&format!("{shown} is Tilsit already")),
            Done::Removed => self.terminal.info(&format!("Removed {shown}")),
            Done::Left if path.symlink_metadata().is_ok() => {
                self.terminal.info(&format!("{shown} is not ours and stays"));
            }
            Done::Left => {}
        }
    }

    /// Whether a shell will find the names.
    fn tell_path(&self, folder: &Path, on_path: bool) {
        if !on_path {
            let shown = folder.display();
            self.terminal.warn(&format!(
                "{shown} is not on PATH: shells do not find these names\nadd it: export PATH=\"{shown}:$PATH\""
            ));
            return;
        }
        for name in NAMES {
            let own = folder.join(name);
            let same = |other: &PathBuf| other.canonicalize().ok() == own.canonicalize().ok();
            if let Some(other) = answering(name, self.path()).filter(|other| !same(other)) {
                self.terminal
                    .warn(&format!("`{name}` is still {}, which comes earlier on PATH", other.display()));
            }
        }
    }
}

fn in_json(folder: &Path, binary: &Path, done: &[(&str, Done)], on_path: bool) -> serde_json::Value {
    let all = |wanted: Done| -> Vec<&str> {
        done.iter().filter(|(_, done)| *done == wanted).map(|(name, _)| *name).collect()
    };
    json!({
        "folder": folder,
        "binary": binary,
        "on_path": on_path,
        "made": all(Done::Made),
        "replaced": all(Done::Replaced),
        "kept": all(Done::Kept),
        "removed": all(Done::Removed),
        "left": all(Done::Left),
    })
}
