//! The store on a real disk.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod maintenance;
mod pages;
mod wheels;
