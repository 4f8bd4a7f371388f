//! The one system call that no safe library offers: waiting for a child and learning what it used.
#![allow(unsafe_code)]

use std::io;
use std::process::Child;
use std::time::Duration;

/// What a finished child and all it waited for used.
pub struct Usage {
    pub user: Duration,
    pub system: Duration,
    /// The largest resident set of any one of its processes, in KiB.
    pub resident_kib: u64,
    /// Its exit code; 128 + the signal when one ended it.
    pub code: i32,
}

/// Waits for `child`, which must not have been waited for.
pub fn wait(child: &Child) -> io::Result<Usage> {
    let pid = i32::try_from(child.id()).map_err(io::Error::other)?;
    let mut status = 0;
    // SAFETY: rusage is plain numbers, for which all zeros is a value.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    loop {
        // SAFETY: both pointers lead to live, writable values of the right types.
        let waited = unsafe { libc::wait4(pid, &raw mut status, 0, &raw mut usage) };
        if waited == pid {
            break;
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
    let code = if libc::WIFEXITED(status) { libc::WEXITSTATUS(status) } else { 128 + libc::WTERMSIG(status) };
    Ok(Usage {
        user: duration(usage.ru_utime),
        system: duration(usage.ru_stime),
        resident_kib: u64::try_from(usage.ru_maxrss).unwrap_or_default(),
        code,
    })
}

fn duration(time: libc::timeval) -> Duration {
    let microseconds = i128::from(time.tv_sec) * 1_000_000 + i128::from(time.tv_usec);
    Duration::from_micros(u64::try_from(microseconds).unwrap_or_default())
}
