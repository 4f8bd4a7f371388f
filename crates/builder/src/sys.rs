//! The one place with `unsafe`: what a child does between fork and exec, and two system calls.
#![allow(unsafe_code)]

use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use landlock::RulesetCreated;

/// `LANDLOCK_CREATE_RULESET_VERSION`
const VERSION: libc::c_uint = 1;

/// The kernel's version of Landlock; 0 without it.
pub(crate) fn landlock_abi() -> i64 {
    // SAFETY: with this flag the call takes no pointer and makes nothing; it returns a number.
    let abi = unsafe {
        libc::syscall(libc::SYS_landlock_create_ruleset, std::ptr::null::<libc::c_void>(), 0_usize, VERSION)
    };
    abi.max(0)
}

/// Makes `command` begin a session of its own, where Ctrl-C and the terminal do not reach, and adopt the orphans below it.
pub(crate) fn begin_session(command: &mut Command) {
    let enter = || {
        rustix::process::setsid()?;
        // the number is not used, only that there is one
        rustix::process::set_child_subreaper(rustix::process::Pid::from_raw(1))?;
        Ok(())
    };
    // SAFETY: the closure runs in the forked child. It makes two system calls, takes no lock and allocates nothing.
    unsafe { command.pre_exec(enter) };
}

/// Makes `command` put itself under the rules, and under the filter of sockets, before it starts.
pub(crate) fn confine(command: &mut Command, rules: RulesetCreated, no_sockets: bool) {
    let mut rules = Some(rules);
    let enter = move || {
        if let Some(rules) = rules.take() {
            rules.restrict_self().map_err(|_| io::Error::from_raw_os_error(libc::EPERM))?;
        }
        if no_sockets { forbid_sockets() } else { Ok(()) }
    };
    // SAFETY: the closure runs in the forked child. It makes system calls on values that were made before the fork, takes
    // no lock and allocates nothing; an error's text is thrown away.
    unsafe { command.pre_exec(enter) };
}

#[cfg(target_arch = "x86_64")]
const ARCHITECTURE: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
const ARCHITECTURE: u32 = 0xc000_00b7;
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
const ARCHITECTURE: u32 = 0;

/// Calls of x32 have this bit.
const X32: u32 = 0x4000_0000;

/// Makes `socket` fail as if there were no network; pairs of sockets are left, since they lead nowhere else.
/// `io_uring` can open sockets too, so it is not there.
fn forbid_sockets() -> io::Result<()> {
    const LOAD: u16 = (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16;
    const IS: u16 = (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16;
    const AT_LEAST: u16 = (libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K) as u16;
    const GIVE: u16 = (libc::BPF_RET | libc::BPF_K) as u16;
    let step = |code, jt, jf, k| libc::sock_filter { code, jt, jf, k };
    let refuse = |errno: i32| libc::SECCOMP_RET_ERRNO | errno.unsigned_abs();
    if ARCHITECTURE == 0 {
        return Ok(());
    }
    // offsets in `seccomp_data`: the call's number at 0, the architecture at 4
    let filter = [
        step(LOAD, 0, 0, 4),
        step(IS, 0, 5, ARCHITECTURE),
        step(LOAD, 0, 0, 0),
        step(AT_LEAST, 3, 0, X32),
        step(IS, 3, 0, libc::SYS_socket as u32),
        step(IS, 1, 0, libc::SYS_io_uring_setup as u32),
        step(GIVE, 0, 0, libc::SECCOMP_RET_ALLOW),
        step(GIVE, 0, 0, refuse(libc::ENOSYS)),
        step(GIVE, 0, 0, refuse(libc::ENETUNREACH)),
    ];
    let program = libc::sock_fprog { len: filter.len() as u16, filter: filter.as_ptr().cast_mut() };
    // SAFETY: both calls only read their arguments; `program` and the filter it points to live until they return.
    let entered = unsafe {
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
            && libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program) == 0
    };
    if entered { Ok(()) } else { Err(io::Error::last_os_error()) }
}
