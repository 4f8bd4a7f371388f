//! The one place for system calls that have no safe form: signals.
#![allow(unsafe_code)]

use std::sync::atomic::{AtomicBool, Ordering};

/// What a shell expects of a program that Ctrl-C ended: 128 + SIGINT.
const INTERRUPTED: libc::c_int = 130;

static ASKED: AtomicBool = AtomicBool::new(false);

/// From now on the first SIGINT only makes [`interrupted`] true; the second ends the process at once with 130.
///
/// Where a parent ignores SIGINT for its children (`nohup`, a background job of a script), that stays so.
pub fn catch_interrupts() {
    // SAFETY: both structures are plain data, valid when zeroed; the handler does only what is safe in one (an atomic
    // swap and `_exit`), and is a function of the type that `sa_sigaction` takes without SA_SIGINFO.
    unsafe {
        let mut before: libc::sigaction = std::mem::zeroed();
        if libc::sigaction(libc::SIGINT, std::ptr::null(), &raw mut before) != 0
            || before.sa_sigaction == libc::SIG_IGN
        {
            return;
        }
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = on_interrupt as extern "C" fn(libc::c_int) as usize;
        action.sa_flags = libc::SA_RESTART;
        libc::sigaction(libc::SIGINT, &raw const action, std::ptr::null_mut());
    }
}

/// Whether a SIGINT came.
pub fn interrupted() -> &'static AtomicBool {
    &ASKED
}

extern "C" fn on_interrupt(_signal: libc::c_int) {
    if ASKED.swap(true, Ordering::Relaxed) {
        // SAFETY: `_exit` is async-signal-safe (POSIX) and runs nothing of this program.
        unsafe { libc::_exit(INTERRUPTED) }
    }
}
