//! The store on a real disk.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "tests; they start this binary again"
)]

mod maintenance;
mod pages;
mod processes;
mod sources;
mod wheels;
