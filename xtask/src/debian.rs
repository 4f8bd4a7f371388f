//! Programs from Debian that some tests use, and what is not tested without them.

use crate::workspace::{on_path, run};
use std::path::Path;
use std::process::{Command, Stdio};

/// A program that tests look for on PATH.
pub struct Program {
    pub name: &'static str,
    pub package: &'static str,
    /// What is not proven without it.
    pub proves: &'static str,
}

const fn program(name: &'static str, package: &'static str, proves: &'static str) -> Program {
    Program { name, package, proves }
}

/// Everything that tests use beyond Rust, Python 3 and a C compiler.
pub const PROGRAMS: [Program; 8] = [
    program("zsh", "zsh", "completions and activation in zsh"),
    program("fish", "fish", "completions and activation in fish"),
    program("tcsh", "tcsh", "activation in csh"),
    program("strace", "strace", "that reading commands start nothing and open no socket"),
    program("git", "git", "the list of tracked files, and repositories of git"),
    program("hg", "mercurial", "repositories of Mercurial"),
    program("svn", "subversion", "repositories of Subversion"),
    program("bzr", "brz", "repositories of Bazaar"),
];

/// Installs what is missing when we are root on Debian; returns what is missing after that.
pub fn provide() -> Vec<&'static Program> {
    let missing = absent();
    if missing.is_empty() {
        return missing;
    }
    let packages: Vec<&str> = missing.iter().map(|program| program.package).collect();
    if !Path::new("/etc/debian_version").exists() || !is_root() {
        println!(
            "not installed: {} (on Debian: apt-get install {})",
            packages.join(", "),
            packages.join(" ")
        );
        return missing;
    }
    println!("installing Debian packages: {}", packages.join(" "));
    if apt(&[&["install"], packages.as_slice()].concat()).is_err() {
        // A fresh machine has no package lists yet.
        let retried = apt(&["update"]).and_then(|()| apt(&[&["install"], packages.as_slice()].concat()));
        if retried.is_err() {
            println!("apt-get could not install them");
        }
    }
    absent()
}

fn absent() -> Vec<&'static Program> {
    PROGRAMS.iter().filter(|program| on_path(program.name).is_none()).collect()
}

fn apt(arguments: &[&str]) -> Result<(), crate::workspace::Failure> {
    let mut command = Command::new("apt-get");
    command.args(["-qq", "-y", "--no-install-recommends"]).args(arguments);
    run(command.env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null()).stderr(Stdio::null()))
}

/// Whether we may install packages: the owner of our own process folder is root.
#[cfg(unix)]
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|facts| facts.uid() == 0)
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}
