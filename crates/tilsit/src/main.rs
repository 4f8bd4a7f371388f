//! The `tilsit` binary: hands the process over to the tool that it is called as, and exits with that tool's code.
#![cfg_attr(all(target_os = "linux", target_env = "gnu", not(test)), no_main)]

mod cli;
mod ops;
mod output;
mod personality;
mod settings;
mod sys;

/// The whole program: the exit code.
fn run() -> u8 {
    personality::run(&settings::Process::capture())
}

/// Elsewhere than with glibc, where `sys::main` comes first.
#[cfg(any(not(all(target_os = "linux", target_env = "gnu")), test))]
fn main() -> std::process::ExitCode {
    std::process::ExitCode::from(run())
}
