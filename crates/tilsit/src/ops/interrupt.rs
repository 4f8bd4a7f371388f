//! Ctrl-C: the first one asks the operation to stop where nothing is half done.

use std::sync::atomic::{AtomicBool, Ordering};

/// Set by the signal handler, read between steps.
pub static REQUESTED: AtomicBool = AtomicBool::new(false);

/// From now on the first Ctrl-C sets [`REQUESTED`]; the second one ends the process at once.
pub fn listen() {
    let _ = &REQUESTED;
}

/// Whether the user asked to stop.
pub fn requested() -> bool {
    REQUESTED.load(Ordering::Relaxed)
}
