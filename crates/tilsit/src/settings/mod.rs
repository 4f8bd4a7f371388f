//! Settings: every value with the place it came from.

mod origin;
mod process;

pub use origin::{Origin, Sourced};
pub use process::Process;
