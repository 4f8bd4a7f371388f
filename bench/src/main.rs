//! The benchmark: scenarios × tools (uv, pip, tilsit), hermetic, cold and warm, all in one run.
//!
//! What enters: the binaries, fixed wheels, a number of runs. What leaves: a table of medians, CPU, memory and ratios.
//! What never happens here: a request past loopback while something is measured, a deletion between runs (a file
//! system that frees inodes is slower for whoever comes next), or a figure that came from another run.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a developer's tool talks to the terminal")]

mod measure;
mod options;
mod report;
mod run;
mod scenarios;
mod sys;
mod tools;
mod universe;
mod versions;

use std::process::ExitCode;

const USAGE: &str = "usage: bench run|versions [OPTIONS] (see `bench run --help`), bench serve FOLDER";

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let verb = arguments.next().unwrap_or_default();
    let outcome = match verb.to_str() {
        Some("run") => run::main(arguments),
        Some("measure") => measure::main(arguments),
        Some("serve") => serve(arguments),
        Some("versions") => versions::main(arguments),
        _ => Err(USAGE.to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("bench: {message}");
            ExitCode::FAILURE
        }
    }
}

/// `serve FOLDER`: the index of a folder's wheels until this program is ended, for profiles.
fn serve(mut arguments: impl Iterator<Item = std::ffi::OsString>) -> Result<(), String> {
    let folder = std::path::PathBuf::from(arguments.next().ok_or("serve: no folder")?);
    let index = universe::serve(&universe::listed(&folder)?)?;
    println!("{}", index.simple_url());
    loop {
        std::thread::park();
    }
}
