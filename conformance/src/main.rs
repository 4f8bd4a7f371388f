//! Cases that the peers answered, answered by Tilsit: `conformance packaging DIR [-v]`.

#![expect(clippy::print_stdout, reason = "a door that prints what it finds")]

mod packaging_vectors;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.split_first() {
        Some((first, rest)) if first == "packaging" => packaging_vectors::run(rest),
        _ => {
            println!("usage: conformance packaging DIR [-v]");
            ExitCode::from(2)
        }
    }
}
