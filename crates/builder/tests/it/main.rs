//! Builds with real processes: in-tree back ends of a few lines, good and bad.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)]

mod hooks;
mod leftovers;
mod native;
mod sandbox;
mod tree;
mod trouble;
