//! The `tilsit` binary.
#![allow(dead_code, reason = "until the commands are joined to their tables")]

mod cli;
mod settings;

fn main() {}
