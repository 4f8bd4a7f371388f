//! `cargo xtask gen`: pages that the binary writes from its flag tables.

use crate::workspace::{Failure, Workspace, output};
use std::path::PathBuf;

/// Pages and the command that prints each. The binary prints its tables as Markdown.
const PAGES: [(&str, &[&str]); 2] = [
    ("docs/reference/commands.md", &["self", "reference", "native"]),
    ("docs/reference/pip.md", &["self", "reference", "pip"]),
];

/// Writes the pages; with `--check` only says which are out of date.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let check = arguments.iter().any(|argument| argument == "--check");
    let binary = workspace.tilsit("dev")?;
    let mut stale = Vec::new();
    for (page, command) in PAGES {
        let text = output(workspace.command(&binary).args(command))?;
        let file: PathBuf = workspace.root.join(page);
        if std::fs::read_to_string(&file).is_ok_and(|old| old == text) {
            continue;
        }
        stale.push(page);
        if !check {
            if let Some(folder) = file.parent() {
                std::fs::create_dir_all(folder)?;
            }
            std::fs::write(&file, text)?;
            println!("wrote {page}");
        }
    }
    if check && !stale.is_empty() {
        return Err(Failure(format!("out of date: {} (run `cargo xtask gen`)", stale.join(", "))));
    }
    Ok(())
}
