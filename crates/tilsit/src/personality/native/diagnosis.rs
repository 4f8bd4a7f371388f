//! The words for errors, which [`crate::output::diagnosis`] has for all of our own commands.

pub use crate::output::diagnosis::*;
