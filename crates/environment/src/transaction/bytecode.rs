//! Bytecode of staged modules, as pip has it: each `.py` file is compiled, what cannot be is passed over.
//!
//! Each worker is one Python that stays for the whole change. The compiled files speak of the
//! place the modules will have, and carry the modules' own times, so they stay valid when renamed into place.

use std::io::{ErrorKind, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use store::on_threads;

use super::InstallError;

const SCRIPT: &str = include_str!("compile.py");

/// A staged module.
#[derive(Debug)]
pub(crate) struct Module {
    /// Which of the wheels.
    pub(crate) wheel: usize,
    /// Where it is staged.
    pub(crate) staged: PathBuf,
    /// Where it will be.
    pub(crate) path: PathBuf,
    /// Its bytecode's path for RECORD.
    pub(crate) recorded: String,
}

/// `a/b.py` → `a/__pycache__/b.cpython-311.pyc` (PEP 3147).
pub(crate) fn cache_path(module: &str, tag: &str) -> Option<String> {
    let stem = module.strip_suffix(".py")?;
    let (folder, name) = stem.rsplit_once('/').map_or(("", stem), |(folder, name)| (folder, name));
    let separator = if folder.is_empty() { "" } else { "/" };
    Some(format!("{folder}{separator}__pycache__/{name}.{tag}.pyc"))
}

/// Compiles on `workers` Pythons; tells of each module whether it has bytecode now.
pub(crate) fn compile(
    modules: &[Module],
    python: &Path,
    workers: usize,
    cancelled: &AtomicBool,
) -> Result<Vec<bool>, InstallError> {
    let workers = workers.clamp(1, modules.len().max(1));
    let next = AtomicUsize::new(0);
    let compiled = Mutex::new(vec![false; modules.len()]);
    let failed = Mutex::new(None);
    let work = || {
        let outcome = Worker::start(python).and_then(|mut worker| {
            while !cancelled.load(Ordering::Relaxed) {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(module) = modules.get(index) else { break };
                let done = match worker.compile(module) {
                    Ok(done) => done,
                    // A module can bring a Python down. The next ones get another.
                    Err(_) => {
                        std::mem::replace(&mut worker, Worker::start(python)?).abandon();
                        false
                    }
                };
                if done {
                    let mut compiled = compiled.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                    compiled[index] = true;
                }
            }
            worker.stop()
        });
        // Modules work without it, so what a busy system does not allow is no reason to install nothing.
        if let Err(source) = outcome
            && !matches!(source.kind(), ErrorKind::WouldBlock | ErrorKind::OutOfMemory)
        {
            failed.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get_or_insert(source);
        }
    };
    if !modules.is_empty() {
        on_threads(workers, |_| work());
    }
    if cancelled.load(Ordering::Relaxed) {
        return Err(InstallError::Cancelled);
    }
    match failed.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner) {
        Some(source) => Err(InstallError::Bytecode { python: python.to_owned(), source }),
        None => Ok(compiled.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)),
    }
}

struct Worker {
    child: Child,
    requests: ChildStdin,
    answers: ChildStdout,
}

impl Worker {
    fn start(python: &Path) -> std::io::Result<Worker> {
        let mut command = Command::new(python);
        command.args(["-I", "-S", "-c", SCRIPT]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn()?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(requests), Some(answers)) => Ok(Worker { child, requests, answers }),
            _ => Err(std::io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn compile(&mut self, module: &Module) -> std::io::Result<bool> {
        let (staged, path) = (module.staged.as_os_str().as_bytes(), module.path.as_os_str().as_bytes());
        self.requests.write_all(&[staged, b"\0", path, b"\0"].concat())?;
        let mut answer = [0];
        self.answers.read_exact(&mut answer)?;
        Ok(answer == *b"1")
    }

    fn abandon(mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    fn stop(mut self) -> std::io::Result<()> {
        drop(self.requests);
        self.child.wait().map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cache_paths() {
        let table = [
            ("six.py", Some("__pycache__/six.cpython-311.pyc")),
            ("a/b/c.py", Some("a/b/__pycache__/c.cpython-311.pyc")),
            ("../../../bin/x.py", Some("../../../bin/__pycache__/x.cpython-311.pyc")),
            ("a.txt", None),
        ];
        for (module, expected) in table {
            assert_eq!(cache_path(module, "cpython-311").as_deref(), expected);
        }
    }
}
