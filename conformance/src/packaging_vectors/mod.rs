//! What the `packaging` library answered while its own tests ran, answered by the `packaging` crate.
//!
//! A folder holds one file per function, named after it: a list of
//! `{"input": {…}, "expected": {"ok": value} | {"error": "…"}}`. Of an error only that it is one counts.

mod files;
mod values;

use serde_json::Value;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Answers the input of a case: the value to compare with `ok`, or that the input is an error.
pub type Handler = fn(&Value) -> Result<Value, String>;

/// `packaging DIR [-v]`: runs every file of the folder.
pub fn run(arguments: &[String]) -> ExitCode {
    let verbose = arguments.iter().any(|argument| argument == "-v");
    let Some(folder) = arguments.iter().find(|argument| *argument != "-v") else {
        println!("usage: conformance packaging DIR [-v]");
        return ExitCode::from(2);
    };
    match run_folder(Path::new(folder), verbose) {
        Ok(total) => {
            println!("{} passed, {} failed", total.passed, total.failed);
            if total.failed == 0 && total.passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            println!("{folder}: {error}");
            ExitCode::from(2)
        }
    }
}

#[derive(Default)]
struct Count {
    passed: usize,
    failed: usize,
}

fn run_folder(folder: &Path, verbose: bool) -> io::Result<Count> {
    let handlers: BTreeMap<&str, Handler> = values::HANDLERS.iter().chain(files::HANDLERS).copied().collect();
    let mut total = Count::default();
    for path in vector_files(folder)? {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let cases: Vec<Value> = serde_json::from_slice(&std::fs::read(&path)?)?;
        let count = match handlers.get(name.as_str()) {
            Some(handler) => run_file(*handler, &cases, verbose),
            None if name == values::SORTED => values::run_sorted(&cases),
            None => {
                println!("{name}: NO HANDLER");
                Count { passed: 0, failed: cases.len() }
            }
        };
        println!("{name}: {} passed, {} failed", count.passed, count.failed);
        total.passed += count.passed;
        total.failed += count.failed;
    }
    Ok(total)
}

fn vector_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = std::fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .filter(|path| path.as_ref().map_or(true, |path| path.extension().is_some_and(|e| e == "json")))
        .collect::<io::Result<Vec<_>>>()?;
    files.sort();
    Ok(files)
}

fn run_file(handler: Handler, cases: &[Value], verbose: bool) -> Count {
    let mut count = Count::default();
    for case in cases {
        let answer = handler(&case["input"]);
        let agrees = match (&answer, case["expected"].get("ok")) {
            (Ok(value), Some(expected)) => value == expected,
            (answer, expected) => answer.is_err() && expected.is_none(),
        };
        if agrees {
            count.passed += 1;
        } else {
            count.failed += 1;
            if verbose {
                println!("  {} -> {answer:?}, expected {}", case["input"], case["expected"]);
            }
        }
    }
    count
}
