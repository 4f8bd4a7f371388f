//! The real binary, run in a sandbox against a fake index on loopback.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "tests"
)]

mod back_ends;
mod bad_sources;
mod begin;
mod build_module;
mod builds;
mod crash;
mod docs;
mod download;
mod errors;
mod hostile_archives;
mod link;
mod native;
mod own_wheel;
mod pins;
mod pip;
mod pyproject_build;
mod quiet;
mod sandbox;
mod search;
mod settings;
mod shim;
mod sources;
mod surroundings;
mod trouble;
mod upkeep;
