//! Doors through which peer tools and their recorded answers are compared with Tilsit.
//!
//! `packaging` reads recorded answers of the `packaging` library; `lines` runs everyday pip commands by pip and by us
//! against a fake index; `install` installs real wheels from PyPI by pip and by us. Each prints what differs and
//! closes with `DOOR: N passed, M failed`.
#![expect(clippy::print_stdout, reason = "a door that prints what it finds")]

mod install;
mod lines;
mod packaging_vectors;
mod peers;

use std::process::ExitCode;

const USAGE: &str = "\
usage: conformance packaging DIR [-v]
       conformance lines   --bin TILSIT --oracle-python PYTHON [CASE…]
       conformance install --bin TILSIT --oracle-python PYTHON [--dir DIR] [NAME…]";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.split_first() {
        Some((first, rest)) if first == "packaging" => return packaging_vectors::run(rest),
        Some((first, rest)) if first == "lines" => {
            peers::Peers::parse(rest).and_then(|peers| lines::run(&peers))
        }
        Some((first, rest)) if first == "install" => {
            peers::Peers::parse(rest).and_then(|peers| install::run(&peers))
        }
        _ => {
            println!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            println!("conformance: {message}");
            ExitCode::from(2)
        }
    }
}
