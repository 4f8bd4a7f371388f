//! `tilsit cache`

use std::time::{Duration, SystemTime};

use serde_json::json;
use store::{BuiltEntry, CachedWheel, PrunePolicy, Removed, Store};

use super::{Ended, Session, diagnosis};
use crate::cli::native as flags;
use crate::ops::pattern;
use crate::output::columns;

/// Wheels, pages and metadata that nobody used for this long are pruned.
const UNUSED: Duration = Duration::from_secs(90 * 24 * 3600);
/// Interrupted downloads older than this are pruned.
const PARTIAL: Duration = Duration::from_secs(7 * 24 * 3600);

impl Session<'_> {
    pub(super) fn cache(&self, verb: &str) -> Ended {
        let store = Store::open(self.cache_dir());
        match verb {
            "dir" => self.terminal.line(&store.root().display().to_string()),
            "info" => self.cache_info(&store)?,
            "list" => self.cache_list(&store)?,
            "remove" => {
                let mut maintenance = store.maintain().map_err(|error| diagnosis::disk(&error))?;
                let chosen =
                    |wheel: &CachedWheel| self.parsed.arguments.iter().any(|pattern| matches(pattern, wheel));
                let mut removed =
                    maintenance.remove_wheels(&chosen).map_err(|error| diagnosis::disk(&error))?;
                let built = |wheel: &BuiltEntry| {
                    self.parsed.arguments.iter().any(|pattern| matches_built(pattern, wheel))
                };
                let more = maintenance.remove_built(&built).map_err(|error| diagnosis::disk(&error))?;
                removed.entries += more.entries;
                removed.bytes += more.bytes;
                self.tell_cleaned(removed);
            }
            "clean" => {
                let mut maintenance = store.maintain().map_err(|error| diagnosis::disk(&error))?;
                let removed = maintenance.clean().map_err(|error| diagnosis::disk(&error))?;
                self.tell_cleaned(removed);
            }
            _ => {
                let policy =
                    PrunePolicy { now: SystemTime::now(), unused_for: Some(UNUSED), partial_for: PARTIAL };
                let mut maintenance = store.maintain().map_err(|error| diagnosis::disk(&error))?;
                let removed = maintenance.prune(&policy).map_err(|error| diagnosis::disk(&error))?;
                self.tell_cleaned(removed);
            }
        }
        Ok(0)
    }

    fn cache_info(&self, store: &Store) -> Result<(), Box<crate::output::Diagnostic>> {
        let sizes = store.info().map_err(|error| diagnosis::disk(&error))?;
        let name = |kind: store::Kind| kind.folder().split('-').next().unwrap_or_default().to_owned();
        if self.parsed.is_on(&flags::JSON) {
            let rows = sizes
                .iter()
                .map(|size| json!({ "kind": name(size.kind), "entries": size.entries, "bytes": size.bytes }));
            self.terminal.json(&json!({ "folder": store.root(), "kinds": rows.collect::<Vec<_>>() }));
            return Ok(());
        }
        self.terminal.line(&format!("{}", store.root().display()));
        let rows: Vec<_> = sizes
            .iter()
            .map(|size| vec![name(size.kind), size.entries.to_string(), human_size(size.bytes)])
            .collect();
        self.terminal.text(&columns::aligned(&rows));
        Ok(())
    }

    fn cache_list(&self, store: &Store) -> Result<(), Box<crate::output::Diagnostic>> {
        let wheels = store.list_wheels().map_err(|error| diagnosis::disk(&error))?;
        let pattern = self.parsed.arguments.first();
        let chosen = wheels.iter().filter(|wheel| pattern.is_none_or(|pattern| matches(pattern, wheel)));
        if self.parsed.is_on(&flags::JSON) {
            let rows: Vec<_> = chosen
                .map(|one| json!({ "name": one.name, "version": one.version, "filename": one.filename, "bytes": one.size }))
                .collect();
            self.terminal.json(&rows);
            return Ok(());
        }
        let rows: Vec<_> = chosen
            .map(|one| {
                vec![one.name.clone(), one.version.clone(), human_size(one.size), one.filename.clone()]
            })
            .collect();
        self.terminal.text(&columns::aligned(&rows));
        Ok(())
    }

    fn tell_cleaned(&self, removed: Removed) {
        self.terminal.info(&format!("Removed {} entries ({})", removed.entries, human_size(removed.bytes)));
    }
}

/// A name, or a pattern of file names with `*` and `?`.
fn matches(pattern: &str, wheel: &CachedWheel) -> bool {
    let named =
        packaging::name::canonicalize_name(pattern) == packaging::name::canonicalize_name(&wheel.name);
    named || pattern::fits(pattern, &wheel.filename)
}

fn matches_built(pattern: &str, wheel: &BuiltEntry) -> bool {
    packaging::name::canonicalize_name(pattern) == wheel.filename.name().as_str()
        || pattern::fits(pattern, wheel.filename.as_str())
}

/// Bytes for people: powers of 1000, as disks are sold.
pub fn human_size(bytes: u64) -> String {
    let units = ["kB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut size = bytes as f64 / 1000.0;
    let mut unit = 0;
    while size >= 1000.0 && unit + 1 < units.len() {
        size /= 1000.0;
        unit += 1;
    }
    format!("{size:.1} {}", units[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        assert_eq!(human_size(999), "999 B");
        assert_eq!(human_size(1_234_567), "1.2 MB");
    }
}
