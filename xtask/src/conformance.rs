//! `cargo xtask conformance`: the doors through which recorded answers and peer tools are compared with us.

use crate::oracles::{Oracles, base_python};
use crate::workspace::{self, Failure, Workspace};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Failures of a scenario that must fail are looked for with this expression.
const ERROR_WORDS: &str = "(?i)no solution|no matching|not find|not found|conflict|impossible|no versions|\
                           no-compatible-file|needs python";

/// Opens one of the doors.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let (door, options) =
        arguments.split_first().ok_or_else(|| Failure("conformance: which door?".to_owned()))?;
    match door.as_str() {
        "packaging" => workspace::run(checker(workspace).arg("packaging").args(options)),
        "resolver" => resolver(workspace, options),
        "build" => build(workspace, options),
        "install" | "lines" | "tutorials" | "effects" | "crowd" => by_binary(workspace, door, options),
        other => Err(Failure(format!("conformance has no door `{other}`"))),
    }
}

/// The `conformance` crate's own program.
fn checker(workspace: &Workspace) -> Command {
    let mut command = workspace.cargo();
    command.args(["run", "--quiet", "--package", "conformance", "--profile", "fast", "--"]);
    command
}

/// Doors that need the binary, and pip or an interpreter from the peer tools.
fn by_binary(workspace: &Workspace, door: &str, options: &[String]) -> Result<(), Failure> {
    let oracles = Oracles::provide(workspace)?;
    let mut command = checker(workspace);
    command.arg(door).args(options).arg("--oracle-python").arg(oracles.python());
    if !options.iter().any(|option| option == "--bin") {
        command.arg("--bin").arg(workspace.tilsit("fast")?);
    }
    workspace::run(&mut command)
}

/// Real projects built both ways; what is downloaded for that stays under the target folder.
fn build(workspace: &Workspace, options: &[String]) -> Result<(), Failure> {
    let mut options = options.to_vec();
    if !options.iter().any(|option| option == "--dir") {
        options.extend(["--dir".to_owned(), workspace.target.join("build-door").display().to_string()]);
    }
    by_binary(workspace, "build", &options)
}

/// A lock for an architecture that is not ours: there is nothing to install until locks exist.
const ONLY_A_LOCK: &str = "^wheels/specific-architecture$";

/// Said of scenarios made for locks that run as installs until locks exist. A lock for all platforms may choose older
/// versions than an install for one, so a valid answer that differs from the lock is right.
const AS_INSTALL: &str = "lock run as install";

/// Scenarios whose answer is a source distribution. Installing one waits for the builder; its static metadata already
/// resolves, so by native rules these run as `compile`.
const FROM_SOURCE: &str = "^(wheels/(no-binary|no-wheels|no-wheels-with-matching-platform)|\
                           tag_and_markers/requires-python-wheels)$";

/// One pass over scenarios.
struct Pass {
    title: &'static str,
    profile: &'static str,
    options: &'static [&'static str],
    /// Native rules must agree everywhere; by pip's rules a differing but valid answer is accepted.
    native: bool,
}

const fn native(title: &'static str, options: &'static [&'static str]) -> Pass {
    Pass { title, profile: "tilsit", options, native: true }
}

const fn from_source(title: &'static str, options: &'static [&'static str]) -> Pass {
    Pass { title, profile: "tilsit-compile", options, native: true }
}

const PASSES: [Pass; 7] = [
    native("native", &[]),
    from_source("native, from source", &[]),
    native("native, HTML pages", &["--index-format", "html"]),
    from_source("  from source", &["--index-format", "html"]),
    native("native, no metadata files", &["--no-metadata"]),
    from_source("  from source", &["--no-metadata"]),
    Pass { title: "pip", profile: "tilsit-pip", options: &[], native: false },
];

impl Pass {
    /// Which scenarios run in this pass.
    fn selection(&self) -> Vec<String> {
        match self.profile {
            "tilsit-compile" => vec!["--only".to_owned(), FROM_SOURCE.to_owned()],
            "tilsit" => vec!["--not".to_owned(), format!("{FROM_SOURCE}|{ONLY_A_LOCK}")],
            _ => vec!["--not".to_owned(), ONLY_A_LOCK.to_owned()],
        }
    }
}

/// What the scenarios' own closing line says.
#[derive(Default)]
struct Totals {
    pass: u32,
    differ: u32,
    fail: u32,
    skip: u32,
    /// Those of `differ` that were made for locks.
    excused: u32,
}

/// Runs the scenarios of `--oracle DIR` (default: `shared/conformance/resolver` beside the checkout) four times.
fn resolver(workspace: &Workspace, options: &[String]) -> Result<(), Failure> {
    let mut oracle = workspace.root.join("../shared/conformance/resolver");
    let mut binary = None;
    let mut others = Vec::new();
    let mut rest = options.iter();
    while let Some(option) = rest.next() {
        match option.as_str() {
            "--oracle" => oracle = value(option, rest.next())?.into(),
            "--bin" => binary = Some(PathBuf::from(value(option, rest.next())?)),
            _ => others.push(option.clone()),
        }
    }
    let script = oracle.join("oracle.py");
    if !script.is_file() {
        return Err(Failure(format!(
            "no scenarios at {}; name their folder with --oracle",
            oracle.display()
        )));
    }
    let scenarios = all_scenarios(workspace, &oracle)?;
    let python = Oracles::provide(workspace)?.python();
    let interpreter = base_python()?;
    let binary = binary.map_or_else(|| workspace.tilsit("fast"), Ok)?;

    let mut lines = Vec::new();
    let mut sum = Totals::default();
    for pass in &PASSES {
        println!("== {}", pass.title);
        let mut command = workspace.command(&python);
        command.arg(&script).arg("--profiles").arg(workspace.root.join("conformance/resolver/profiles.json"));
        command.arg("--scenarios").arg(&scenarios).args(pass.selection());
        command.args(["--profile", pass.profile, "--error-re", ERROR_WORDS]).args(pass.options).args(&others);
        command.arg("--bin").arg(&binary).arg("--python").arg(&interpreter);
        let totals = watch(&mut command)?;
        let Totals { pass: passed, differ, fail, skip, excused } = totals;
        lines.push(format!(
            "{:<28}{passed:>5} pass {differ:>4} diff ({excused} as locks do) {fail:>4} FAIL {skip:>4} skip",
            pass.title
        ));
        let bad = fail + if pass.native { differ - excused + skip } else { 0 };
        sum.pass += passed;
        sum.skip += fail + differ + skip - bad;
        sum.fail += bad;
    }
    println!("\n{}", lines.join("\n"));
    println!("resolver: {} passed, {} failed, {} skipped", sum.pass, sum.fail, sum.skip);
    if sum.fail == 0 && sum.pass > 0 { Ok(()) } else { Err(Failure("some scenarios fail".to_owned())) }
}

/// A copy of the scenarios in which those meant for locks alone run as installs too, until locks exist.
fn all_scenarios(workspace: &Workspace, oracle: &Path) -> Result<PathBuf, Failure> {
    let text = std::fs::read_to_string(oracle.join("scenarios.json"))?;
    std::fs::create_dir_all(&workspace.target)?;
    let copy = workspace.target.join("scenarios.json");
    std::fs::write(&copy, text.replace("\"lock_only\": true", "\"lock_only\": false"))?;
    Ok(copy)
}

fn value<'a>(option: &str, value: Option<&'a String>) -> Result<&'a str, Failure> {
    value.map(String::as_str).ok_or_else(|| Failure(format!("{option} needs a value")))
}

/// Passes the output on and reads the line of totals from it.
fn watch(command: &mut Command) -> Result<Totals, Failure> {
    let mut child = command.stdout(Stdio::piped()).spawn()?;
    let mut totals = None;
    let mut excused = 0;
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines() {
            let line = line?;
            println!("{line}");
            excused += u32::from(line.starts_with("diff ") && line.contains(AS_INSTALL));
            totals = totals_of(&line).or(totals);
        }
    }
    let status = child.wait()?;
    let totals = totals.filter(|_| status.success());
    let totals = totals.ok_or_else(|| Failure(format!("the scenarios ended with {status}")))?;
    Ok(Totals { excused, ..totals })
}

/// `TOTAL 190 0 0 0   of 190; …`: pass, diff, FAIL, skip.
fn totals_of(line: &str) -> Option<Totals> {
    let mut numbers = line.strip_prefix("TOTAL")?.split_whitespace().map_while(|word| word.parse().ok());
    let mut next = || numbers.next();
    Some(Totals { pass: next()?, differ: next()?, fail: next()?, skip: next()?, excused: 0 })
}

#[cfg(test)]
mod tests {
    use super::totals_of;

    #[test]
    fn totals_are_read_from_the_closing_line() {
        let line = "TOTAL                      188     1     0     1   of 190; wall 12.0s, 9 http requests";
        let totals = totals_of(line).unwrap();
        assert_eq!((totals.pass, totals.differ, totals.fail, totals.skip), (188, 1, 0, 1));
        assert!(totals_of("install 1 2 3 4").is_none());
    }
}
