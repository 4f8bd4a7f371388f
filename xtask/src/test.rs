//! `cargo xtask test`: all set-up that tests need, then all tests.

use crate::debian;
use crate::oracles::Oracles;
use crate::workspace::{Failure, Workspace, on_path};
use std::process::Command;

/// Sets up, runs everything, and says last what could not be run.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let mut skipped: Vec<String> = debian::provide()
        .iter()
        .map(|program| format!("{} is not installed, so not tested: {}", program.name, program.proves))
        .collect();
    let oracles = match Oracles::provide(workspace) {
        Ok(oracles) => Some(oracles),
        Err(Failure(why)) => {
            skipped.push(format!("no peer tools, so nothing is compared with them: {why}"));
            None
        }
    };
    tell(&skipped);
    let mut failures = Vec::new();
    for mut command in runners(workspace, arguments) {
        if let Some(oracles) = &oracles {
            command.env("TILSIT_TEST_PYTHON", oracles.python());
        }
        for variable in LEAKING {
            command.env_remove(variable);
        }
        if let Err(Failure(why)) = crate::workspace::run(&mut command) {
            failures.push(why);
        }
    }
    tell(&skipped);
    if failures.is_empty() { Ok(()) } else { Err(Failure(failures.join("; "))) }
}

/// Settings of the caller's own Python tools that would change what tests see.
const LEAKING: [&str; 8] = [
    "VIRTUAL_ENV",
    "PYTHONPATH",
    "PYTHONHOME",
    "PIP_FIND_LINKS",
    "PIP_REQUIRE_VIRTUALENV",
    "UV_CACHE_DIR",
    "TILSIT_CACHE_DIR",
    "TILSIT_INDEX_URL",
];

/// nextest where it is installed (it runs no doc tests, so those follow), else cargo's own runner.
fn runners(workspace: &Workspace, arguments: &[String]) -> Vec<Command> {
    let some = arguments.iter().any(|argument| argument == "-p" || argument == "--package");
    let scope: &[&str] = if some { &[] } else { &["--workspace"] };
    let mut first = workspace.cargo();
    if on_path("cargo-nextest").is_none() {
        first.args(["test", "--no-fail-fast"]).args(scope).args(arguments);
        return vec![first];
    }
    first.args(["nextest", "run", "--no-fail-fast", "--no-tests=pass"]).args(scope).args(arguments);
    if !arguments.is_empty() {
        return vec![first];
    }
    let mut documentation = workspace.cargo();
    documentation.args(["test", "--doc", "--workspace", "--quiet"]);
    vec![first, documentation]
}

fn tell(skipped: &[String]) {
    for note in skipped {
        eprintln!("SKIP: {note}");
    }
}
