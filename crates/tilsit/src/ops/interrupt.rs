//! Ctrl-C: the first one asks the operation to stop where nothing is half done.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use index::{Client, Completed};

use crate::sys;

/// How long a wait for the network lasts before Ctrl-C is looked for.
const GLANCE: Duration = Duration::from_millis(100);

/// From now on the first Ctrl-C makes [`requested`] true; the second one ends the process at once with 130.
pub fn listen() {
    sys::catch_interrupts();
}

/// What long steps look at to stop early.
pub fn flag() -> &'static AtomicBool {
    sys::interrupted()
}

/// Whether the user asked to stop.
pub fn requested() -> bool {
    flag().load(Ordering::Relaxed)
}

/// The client's next answer; `None` when none is owed, and as soon as the user asks to stop.
pub fn next(client: &mut Client) -> Option<Completed> {
    while !requested() {
        let completed = client.next_within(GLANCE);
        if completed.is_some() || client.waiting() == 0 {
            return completed;
        }
    }
    None
}
