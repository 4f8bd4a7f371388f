//! The crate against the `packaging` library, pip and the standard library of the Python that
//! `TILSIT_TEST_PYTHON` names. Without it these tests say so and pass.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    clippy::panic
)]

mod files;
mod python;
mod tags;
mod values;
