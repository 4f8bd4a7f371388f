//! `cargo xtask gen`: reference pages that the binary writes from its flag tables.

use crate::workspace::{Failure, Workspace, run as run_command};
use std::path::{Path, PathBuf};

/// Where the pages live; pages there that nobody generates are written by hand.
const REFERENCE: &str = "docs/reference";

/// Writes the pages; with `--check` only says which are out of date.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let check = arguments.iter().any(|argument| argument == "--check");
    let fresh = workspace.target.join("reference");
    if fresh.exists() {
        std::fs::remove_dir_all(&fresh)?;
    }
    std::fs::create_dir_all(&fresh)?;
    let binary = workspace.tilsit("dev")?;
    run_command(workspace.command(binary).args(["generate", "reference"]).arg(&fresh))?;

    let kept = workspace.root.join(REFERENCE);
    let mut stale = Vec::new();
    let generated = pages(&fresh)?;
    if generated.is_empty() {
        return Err(Failure("`tilsit generate reference` wrote nothing".to_owned()));
    }
    for page in generated {
        let text = std::fs::read(fresh.join(&page))?;
        if std::fs::read(kept.join(&page)).is_ok_and(|old| old == text) {
            continue;
        }
        if !check {
            std::fs::create_dir_all(kept.join(&page).parent().unwrap_or(&kept))?;
            std::fs::write(kept.join(&page), text)?;
            println!("wrote {REFERENCE}/{}", page.display());
        }
        stale.push(page.display().to_string());
    }
    if check && !stale.is_empty() {
        return Err(Failure(format!("out of date: {} (run `cargo xtask gen`)", stale.join(", "))));
    }
    Ok(())
}

/// Every file below `folder`, relative to it.
fn pages(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(below) = folders.pop() {
        for entry in std::fs::read_dir(folder.join(&below))? {
            let entry = entry?;
            let path = below.join(entry.file_name());
            if entry.file_type()?.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}
