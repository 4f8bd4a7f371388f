//! The environment room against real folders, real Pythons and real kills.
#![allow(missing_docs, clippy::disallowed_methods, clippy::panic, clippy::unwrap_used, clippy::expect_used)]
#![allow(clippy::print_stderr)]

mod crash;
mod discovery;
mod install;
mod pip;
mod place;
mod shells;
mod shim;
mod venv;
