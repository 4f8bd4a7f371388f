//! All that a build started, to the last of them: also what left its group, and what its parent left behind.
//!
//! The build's Python adopts the orphans below it (`PR_SET_CHILD_SUBREAPER`), so its descendants can be found as long as it
//! lives. A confined build can end its Python; what it leaves then comes to this process, which is known by its session and
//! by the mark that confined processes cannot take off.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::process::{Child, Command};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::event::{Timespec, poll};
use rustix::process::{Pid, Signal, WaitOptions, getpid, kill_process, set_child_subreaper, waitpid};

/// Between two rounds the kernel ends what was sent its end.
const PAUSE: Timespec = Timespec { tv_sec: 0, tv_nsec: 1_000_000 };
/// Who forks faster than that is left: nothing that it does can be seen in what was built.
const ROUNDS: usize = 500;

/// Pythons of builds that live. The lock is held while one starts, so that it is never taken for an orphan.
static LIVE: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());

fn live() -> MutexGuard<'static, BTreeSet<i32>> {
    LIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts a build's Python; a confined one leaves its orphans to this process.
pub(super) fn start(command: &mut Command, confined: bool) -> io::Result<Child> {
    let mut live = live();
    if confined {
        set_child_subreaper(Some(getpid()))?;
    }
    let child = command.spawn()?;
    live.insert(child.id().cast_signed());
    Ok(child)
}

/// The Python of a build was waited for.
pub(super) fn forget(child: &Child) {
    live().remove(&child.id().cast_signed());
}

/// Ends all that is below `root`, but not `root` itself.
pub(super) fn end_descendants(root: Pid) {
    end_all(|| descendants(children(root)));
}

/// Ends all that confined builds, which are over, left to this process.
pub(super) fn end_orphans() {
    let live = live();
    end_all(|| {
        let found = children(getpid()).into_iter().filter(|child| is_orphan(*child, &live));
        descendants(found.collect())
    });
}

fn end_all(find: impl Fn() -> Vec<Pid>) {
    for _ in 0..ROUNDS {
        let found = find();
        if found.is_empty() {
            return;
        }
        for process in found {
            let _ = kill_process(process, Signal::KILL);
        }
        let _ = poll(&mut [], Some(&PAUSE));
    }
}

/// A child of this process that a confined build started: those that we start ourselves share our session.
fn is_orphan(child: Pid, live: &BTreeSet<i32>) -> bool {
    let is_ours = live.contains(&child.as_raw_pid()) || session(child) == session(getpid());
    if is_ours || !is_marked(child) {
        return false;
    }
    // one that ended already only waits to be asked how
    !matches!(waitpid(Some(child), WaitOptions::NOHANG), Ok(Some(_)))
}

/// Confined processes cannot gain privileges, nor can what they start.
fn is_marked(process: Pid) -> bool {
    let status = fs::read_to_string(format!("/proc/{}/status", process.as_raw_pid())).unwrap_or_default();
    status.lines().any(|line| line.strip_prefix("NoNewPrivs:").is_some_and(|value| value.trim() == "1"))
}

/// These and all below them, without those that ended.
fn descendants(top: Vec<Pid>) -> Vec<Pid> {
    let mut found = top;
    let mut next = 0;
    while let Some(process) = found.get(next).copied() {
        found.extend(children(process));
        next += 1;
    }
    found.retain(|process| !is_ended(*process));
    found
}

fn is_ended(process: Pid) -> bool {
    stat(process).is_none_or(|fields| fields.starts_with(['Z', 'X']))
}

/// The number of a process's session. Not asked with `getsid`: it is 0, which is no process's number, where the session was
/// started outside of a container's own numbers.
fn session(process: Pid) -> Option<i32> {
    session_in(&stat(process)?)
}

/// State, parent, group, session, …
fn session_in(fields: &str) -> Option<i32> {
    fields.split_ascii_whitespace().nth(3)?.parse().ok()
}

/// What `/proc/PID/stat` says after the process's name.
fn stat(process: Pid) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{}/stat", process.as_raw_pid())).ok()?;
    after_name(&stat).map(str::to_owned)
}

/// The name stands in brackets and may hold anything, brackets too.
fn after_name(stat: &str) -> Option<&str> {
    stat.rsplit_once(") ").map(|(_, fields)| fields)
}

/// Children of all threads of a process; none where the kernel does not tell, or tells of other processes.
fn children(process: Pid) -> Vec<Pid> {
    if !numbers_are_ours() {
        return Vec::new();
    }
    let tasks = fs::read_dir(format!("/proc/{}/task", process.as_raw_pid())).into_iter().flatten().flatten();
    let lists = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    let numbers = lists.flat_map(|list| {
        list.split_ascii_whitespace().filter_map(|number| number.parse().ok()).collect::<Vec<i32>>()
    });
    numbers.filter_map(Pid::from_raw).collect()
}

/// In a namespace of processes whose `/proc` is still the outer one, its numbers are those of strangers.
fn numbers_are_ours() -> bool {
    fs::read_link("/proc/self").is_ok_and(|own| own.as_os_str() == getpid().to_string().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_from_outside_of_a_container_is_0() {
        let session = |stat| after_name(stat).and_then(session_in);
        assert_eq!(session("41 (python3) S 40 41 41 0 -1 4194560"), Some(41));
        assert_eq!(session("41 (a) S 1 9 (b) S) R 1 0 0 0 -1 4194560"), Some(0));
        assert_eq!(session("41 (python3) S 40"), None);
        assert_eq!(session(""), None);
    }

    #[test]
    fn the_numbers_here_are_ours() {
        assert!(numbers_are_ours());
        assert!(session(getpid()).is_some());
        assert!(!is_ended(getpid()));
    }
}
