//! The one place for system calls that have no safe form: signals, how the process begins, and the local time of day.
#![allow(unsafe_code)]

use std::sync::atomic::{AtomicBool, Ordering};

/// How the process begins where glibc starts it. The standard library's own beginning also searches `/proc/self/maps` for
/// the end of the stack, to word an overflow; that is a tenth of the time that `tilsit --version` takes. Only with glibc do
/// [`std::env::args_os`] know the words without that beginning: it hands them to initializers, too.
#[cfg(all(target_os = "linux", target_env = "gnu", not(test)))]
mod start {
    /// What matters of the standard beginning is done here: descriptors 0 to 2 are open, a closed pipe is an error instead
    /// of a signal, a panic is exit code 101. An overflow of the stack ends the process still, by its guard page.
    #[unsafe(no_mangle)]
    extern "C" fn main(_count: libc::c_int, _words: *const *const libc::c_char) -> libc::c_int {
        open_streams();
        set_up_memory();
        // What these would end the process for is an error of the write, as in Python.
        for signal in [libc::SIGPIPE, libc::SIGXFSZ] {
            // SAFETY: the disposition is a constant, and no other thread exists yet.
            unsafe { libc::signal(signal, libc::SIG_IGN) };
        }
        let code = std::panic::catch_unwind(crate::run).unwrap_or(101);
        std::process::exit(code.into())
    }

    /// Opens `/dev/null` in the place of a standard stream that the parent closed, so that no file of ours gets its number.
    fn open_streams() {
        let mut streams = [0, 1, 2].map(|fd| libc::pollfd { fd, events: 0, revents: 0 });
        // SAFETY: the array lives, and its length is the one that is told.
        if unsafe { libc::poll(streams.as_mut_ptr(), 3, 0) } <= 0 {
            return;
        }
        for _ in streams.iter().filter(|stream| stream.revents & libc::POLLNVAL != 0) {
            // SAFETY: the path ends in zero. The lowest free number, which this takes, is the stream's.
            unsafe { libc::open(c"/dev/null".as_ptr(), libc::O_RDWR) };
        }
    }

    /// Blocks from 4 MiB on go back to the system when they are freed. glibc would raise this limit to the largest block
    /// that it has seen freed, and keep as much as that in each thread's heap. The heap itself grows in large steps and
    /// does not shrink in between: a process as short as this one wins nothing by it.
    fn set_up_memory() {
        let limits = [
            (libc::M_MMAP_THRESHOLD, 4 << 20),
            (libc::M_TRIM_THRESHOLD, 8 << 20),
            (libc::M_TOP_PAD, 512 << 10),
        ];
        for (limit, size) in limits {
            // SAFETY: sets a number of the allocator; no other thread exists yet.
            unsafe { libc::mallopt(limit, size) };
        }
    }
}

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

/// The local time of day of a moment given in seconds since 1970: year, month, day, hour, minute, second.
///
/// Nothing where the system cannot tell.
pub fn local_time(seconds: i64) -> Option<[i32; 6]> {
    let seconds = libc::time_t::from(seconds);
    // SAFETY: the structure is plain data, valid when zeroed; both pointers are valid for the call, which keeps neither.
    let time = unsafe {
        let mut time: libc::tm = std::mem::zeroed();
        (!libc::localtime_r(&raw const seconds, &raw mut time).is_null()).then_some(time)
    }?;
    Some([time.tm_year + 1900, time.tm_mon + 1, time.tm_mday, time.tm_hour, time.tm_min, time.tm_sec])
}
