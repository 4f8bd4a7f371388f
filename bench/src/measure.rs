//! One command, measured from outside.
//!
//! The kernel counts the memory of the process that forked into the peak of the new one, and this program holds all
//! wheels; so a small copy of itself, `bench measure RESULT COMMAND…`, starts the command and waits for it.

use crate::sys;
use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// What one run of a command cost.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub struct Sample {
    pub wall_us: u64,
    pub cpu_us: u64,
    pub resident_kib: u64,
}

#[derive(Serialize, Deserialize)]
struct Outcome {
    sample: Sample,
    code: i32,
}

/// `measure RESULT COMMAND…`: runs the command and writes what it cost to the file RESULT.
pub fn main(mut arguments: impl Iterator<Item = OsString>) -> Result<(), String> {
    let result = arguments.next().ok_or("measure: no result file")?;
    let program = arguments.next().ok_or("measure: no command")?;
    let mut command = Command::new(program);
    command.args(arguments);
    let started = Instant::now();
    let child = command.spawn().map_err(|error| error.to_string())?;
    let usage = sys::wait(&child).map_err(|error| error.to_string())?;
    let wall_us = micros(started.elapsed());
    let cpu_us = micros(usage.user + usage.system);
    let sample = Sample { wall_us, cpu_us, resident_kib: usage.resident_kib };
    let text =
        serde_json::to_string(&Outcome { sample, code: usage.code }).map_err(|error| error.to_string())?;
    std::fs::write(result, text).map_err(|error| error.to_string())
}

fn micros(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// Runs `command` through the small copy, its output going to files in `folder`; an exit code other than 0 is an error.
pub fn measured(command: &Command, folder: &Path) -> Result<Sample, String> {
    let result = folder.join("usage.json");
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut outer = Command::new(own);
    outer.arg("measure").arg(&result).arg(command.get_program()).args(command.get_args());
    outer.env_clear();
    for (key, value) in command.get_envs() {
        if let Some(value) = value {
            outer.env(key, value);
        }
    }
    if let Some(directory) = command.get_current_dir() {
        outer.current_dir(directory);
    }
    let log = folder.join("output.log");
    let output = std::fs::File::create(&log).map_err(|error| error.to_string())?;
    let errors = output.try_clone().map_err(|error| error.to_string())?;
    outer.stdin(Stdio::null()).stdout(output).stderr(errors);
    // Nothing that earlier commands left to be written may be written while this one is timed.
    rustix::fs::sync();
    let status = outer.status().map_err(|error| error.to_string())?;
    let told = || {
        let text = std::fs::read_to_string(&log).unwrap_or_default();
        let tail: Vec<&str> = text.lines().rev().take(12).collect();
        format!("{command:?}\n{}", tail.into_iter().rev().collect::<Vec<_>>().join("\n"))
    };
    if !status.success() {
        return Err(told());
    }
    let text = std::fs::read_to_string(&result).map_err(|error| error.to_string())?;
    let outcome: Outcome = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    if outcome.code == 0 {
        Ok(outcome.sample)
    } else {
        Err(format!("exit code {}: {}", outcome.code, told()))
    }
}
