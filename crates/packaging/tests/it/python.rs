//! Asks a Python for its answers.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::Value;

/// The Python with `packaging` and pip; `None`, said loudly, when none is named.
pub fn oracle() -> Option<PathBuf> {
    let python = std::env::var_os("TILSIT_TEST_PYTHON").map(PathBuf::from);
    if python.is_none() {
        eprintln!("SKIPPED: TILSIT_TEST_PYTHON names no Python with packaging and pip");
    }
    python
}

/// Runs a script with `data` bound to the JSON input; what it binds to `answer` comes back.
pub fn ask(python: &std::path::Path, script: &str, input: &Value) -> Value {
    let program =
        format!("import sys, json\ndata = json.load(sys.stdin)\n{script}\njson.dump(answer, sys.stdout)\n");
    let mut child = Command::new(python)
        .args(["-c", &program])
        .env("PYTHONIOENCODING", "utf-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{} failed", python.display());
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The same values at every run.
pub fn samples<S: Strategy>(strategy: &S, count: usize) -> Vec<S::Value> {
    let mut runner = TestRunner::deterministic();
    (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

/// Compares answers case by case. `script` defines `f(case)`; an exception of it becomes `null`.
pub fn compare(script: &str, cases: &[Value], ours: impl Fn(&Value) -> Value) {
    let Some(python) = oracle() else { return };
    let program = format!(
        "{script}\nanswer = []\nfor case in data:\n    try:\n        answer.append(f(case))\n    except Exception as e:\n        answer.append(None)"
    );
    let theirs = ask(&python, &program, &Value::Array(cases.to_vec()));
    let mut wrong = Vec::new();
    for (case, theirs) in cases.iter().zip(theirs.as_array().unwrap()) {
        let ours = ours(case);
        if ours != *theirs {
            wrong.push(format!("{case}\n   ours: {ours}\n theirs: {theirs}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} differ:\n{}",
        wrong.len(),
        cases.len(),
        wrong[..wrong.len().min(12)].join("\n")
    );
}
