//! The `tilsit` binary.

fn main() {}
