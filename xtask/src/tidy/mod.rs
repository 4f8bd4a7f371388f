//! `cargo xtask tidy`: the house rules that no compiler and no linter knows.

mod dependencies;
mod manifests;
mod names;
mod pages;
mod scan;
mod sizes;
mod words;

use crate::workspace::{Failure, Workspace};
use std::fmt::Display;

/// A tracked file with its text; binary files have none.
pub struct Tracked {
    /// Relative to the root, with `/`.
    pub path: String,
    pub bytes: Vec<u8>,
}

impl Tracked {
    /// The text, unless it is not UTF-8 or holds a NUL.
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.bytes).ok().filter(|text| !text.contains('\0'))
    }

    /// The file's own name.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// Whether it is a Rust source.
    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }
}

/// What is wrong, each with its place.
#[derive(Default)]
pub struct Complaints(Vec<String>);

impl Complaints {
    /// Notes one breach at `path` or `path:line`.
    pub fn add(&mut self, place: impl Display, what: impl Display) {
        self.0.push(format!("{place}: {what}"));
    }
}

/// Checks all tracked files and prints every breach.
pub fn run(workspace: &Workspace) -> Result<(), Failure> {
    let mut files = Vec::new();
    for path in workspace.tracked()? {
        let bytes = std::fs::read(workspace.root.join(&path))?;
        files.push(Tracked { path, bytes });
    }
    let mut complaints = Complaints::default();
    for check in
        [manifests::check, dependencies::check, names::check, sizes::check, words::check, pages::check]
    {
        check(&files, &mut complaints);
    }
    for complaint in &complaints.0 {
        println!("{complaint}");
    }
    match complaints.0.len() {
        0 => {
            let (functions, median) = sizes::functions(&files);
            println!(
                "tidy: {} files, {functions} functions, median {median} lines; all is well",
                files.len()
            );
            Ok(())
        }
        count => Err(Failure(format!("tidy: {count} complaints"))),
    }
}
