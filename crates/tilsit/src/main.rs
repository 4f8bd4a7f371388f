//! The `tilsit` binary: hands the process over to the tool that it is called as, and exits with that tool's code.

mod cli;
mod ops;
mod output;
mod personality;
mod settings;
mod sys;

use std::process::ExitCode;

fn main() -> ExitCode {
    let process = settings::Process::capture();
    ExitCode::from(personality::run(&process))
}
