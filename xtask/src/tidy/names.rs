//! Names that say nothing about what is inside.

use super::{Complaints, Tracked, scan};

const SAY_NOTHING: [&str; 10] =
    ["util", "utils", "common", "core", "helpers", "misc", "types", "context", "manager", "prelude"];

/// Checks files, folders and modules.
pub fn check(files: &[Tracked], complaints: &mut Complaints) {
    for file in files {
        for part in file.path.split('/') {
            let stem = part.split('.').next().unwrap_or(part);
            if SAY_NOTHING.contains(&stem) {
                complaints.add(&file.path, format_args!("`{stem}` says nothing about what is inside"));
            }
        }
        if let Some(text) = file.text().filter(|_| file.is_rust()) {
            modules(file, &scan::code_only(text), complaints);
        }
    }
}

fn modules(file: &Tracked, code: &str, complaints: &mut Complaints) {
    for (number, line) in code.lines().enumerate() {
        let declared = line.trim_start().trim_start_matches("pub ").trim_start_matches("pub(crate) ");
        let name = declared.strip_prefix("mod ").map(|rest| rest.trim_end_matches([';', '{', ' ']));
        if let Some(name) = name.filter(|name| SAY_NOTHING.contains(name)) {
            complaints
                .add(format!("{}:{}", file.path, number + 1), format_args!("`mod {name}` says nothing"));
        }
    }
}
