//! The `tilsit` binary.
#![allow(dead_code, unused_imports, reason = "until the commands are joined to their tables")]

mod cli;
mod output;
mod settings;

fn main() {}
