//! The project's chores: `cargo xtask test`, `tidy`, `conformance`, `bench`, `gen`.
//!
//! What enters is the checkout; what leaves is an exit code and lines that say what was done, what was skipped
//! and why. Everything made here lies under the target folder.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a developer's tool talks to the terminal")]

mod benchmark;
mod conformance;
mod debian;
mod errors;
mod generated;
mod oracles;
mod test;
mod tidy;
mod wheel;
mod workspace;

use std::process::ExitCode;
use workspace::{Failure, Workspace};

const USAGE: &str = "\
usage: cargo xtask COMMAND

  test [ARGS…]                    set up the oracles, then run every test (ARGS go to the test runner)
  tidy                            check the house rules that no compiler knows
  conformance packaging DIR       compare with recorded answers of the `packaging` library
  conformance resolver [OPTIONS]  run the resolution scenarios (--oracle DIR, --bin PATH, --only REGEX)
  conformance build [--sample]    build real projects by their back ends and by us and compare the files
  conformance install [OPTIONS]   install real packages by pip and by us and compare every file
  conformance lines [OPTIONS]     run everyday pip commands by pip and by us and compare every line
  conformance tutorials           type every command of the source documents
  conformance effects [OPTIONS]   watch by strace what our commands do to the machine
  conformance crowd [OPTIONS]     sixteen processes on one cache, two on one environment
  bench [OPTIONS]                 measure uv, pip and tilsit in one hermetic run (see `cargo xtask bench --help`)
  errors                          the table of error codes with their pages and tests
  wheel [DIR]                     build our own wheel, install it and try it
  gen [--check]                   write (or only compare) the pages that come from the flag tables";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match Workspace::find().and_then(|workspace| dispatch(&workspace, &args)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure(message)) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(workspace: &Workspace, args: &[String]) -> Result<(), Failure> {
    let Some((command, rest)) = args.split_first() else { return Err(Failure(USAGE.to_owned())) };
    match command.as_str() {
        "test" => test::run(workspace, rest),
        "tidy" => tidy::run(workspace),
        "conformance" => conformance::run(workspace, rest),
        "bench" => benchmark::run(workspace, rest),
        "wheel" => wheel::build(workspace, rest),
        "errors" => errors::run(workspace),
        "gen" => generated::run(workspace, rest),
        "help" | "-h" | "--help" => {
            println!("{USAGE}");
            Ok(())
        }
        other => Err(Failure(format!("unknown command `{other}`\n{USAGE}"))),
    }
}
