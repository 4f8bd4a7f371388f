//! The resolver from outside: small universes of its own, and shared scenarios where they stand beside the checkout.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr)]
#![allow(
    clippy::disallowed_methods,
    reason = "the shared scenarios are read from a file named by a variable"
)]

mod cases;
mod hostile;
mod random;
mod scenarios;
mod universe;
