//! Doors through which peer tools and their recorded answers are compared with Tilsit.
//!
//! `packaging` reads recorded answers of the `packaging` library; `lines` runs everyday pip commands by pip and by us
//! against a fake index; `install` installs real wheels from PyPI by pip and by us; `build` builds real projects by
//! their back ends and by us; `tutorials` types what documents teach; `effects` watches our commands by `strace`; `crowd` lets many of our processes meet. Each prints what differs and closes with `DOOR: N passed, M failed`.
#![expect(clippy::print_stdout, reason = "a door that prints what it finds")]

mod build;
mod crowd;
mod effects;
mod install;
mod lines;
mod packaging_vectors;
mod peers;
mod tutorials;

use peers::Peers;
use std::process::ExitCode;

const USAGE: &str = "\
usage: conformance packaging DIR [-v]
       conformance lines   --bin TILSIT --oracle-python PYTHON [CASE…]
       conformance install --bin TILSIT --oracle-python PYTHON [--dir DIR] [NAME…]
       conformance build   --bin TILSIT --oracle-python PYTHON [--dir DIR] [NAME…]
       conformance tutorials --bin TILSIT --oracle-python PYTHON [#NUMBER…]
       conformance effects --bin TILSIT --oracle-python PYTHON [COMMAND…]
       conformance crowd   --bin TILSIT --oracle-python PYTHON";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((door, rest)) = arguments.split_first() else { return usage() };
    let open: fn(&Peers) -> Result<bool, String> = match door.as_str() {
        "packaging" => return packaging_vectors::run(rest),
        "lines" => lines::run,
        "install" => install::run,
        "build" => build::run,
        "tutorials" => tutorials::run,
        "effects" => effects::run,
        "crowd" => crowd::run,
        _ => return usage(),
    };
    let outcome = Peers::parse(rest).and_then(|peers| open(&peers));
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            println!("conformance: {message}");
            ExitCode::from(2)
        }
    }
}

fn usage() -> ExitCode {
    println!("{USAGE}");
    ExitCode::from(2)
}
