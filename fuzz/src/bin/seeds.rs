//! Writes the seeds of the body `NAME` into the folder `DIR`, for `cargo fuzz` to start from: `seeds NAME DIR`.
#![allow(clippy::unwrap_used, reason = "a developer's tool")]

use std::path::PathBuf;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_default();
    let folder = PathBuf::from(arguments.next().unwrap_or_default());
    std::fs::create_dir_all(&folder).unwrap();
    for body in fuzz::BODIES.iter().filter(|body| body.name == name) {
        for (number, seed) in (body.seeds)().iter().enumerate() {
            std::fs::write(folder.join(number.to_string()), seed).unwrap();
        }
    }
}
