//! The process that calls hooks: its channel, its output, its end.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use serde::Deserialize;
use serde_json::Value;

use super::{BuildPlace, Stream, Watch, family};
use crate::{BuildError, Ending, sys};

const PROGRAM: &str = include_str!("hooks.py");

/// How long a wait lasts before somebody looks whether the user asked to stop.
const GLANCE: Timespec = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };
/// A line longer than this is told in pieces.
const LINE_LIMIT: usize = 64 << 10;
/// An answer longer than this is none.
const ANSWER_LIMIT: usize = 16 << 20;
/// What a build writes beyond this is not kept.
const LOG_LIMIT: usize = 64 << 20;
/// Lines that are remembered for an error. A compiler's words may stand above two long tracebacks.
const TAIL: usize = 400;

/// What came of a hook.
pub(super) enum Answer {
    Value(Value),
    Missing,
    Strange(String),
    Unavailable(Said),
    Unsupported(Said),
    Failed(Said),
    Ended(Ending),
    Interrupted,
}

/// An exception.
#[derive(Deserialize)]
pub(super) struct Said {
    pub(super) exception: String,
    pub(super) traceback: String,
}

/// One line of the channel.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Line {
    /// Beside the absent field, as `null` is an answer too.
    #[serde(deserialize_with = "present")]
    value: Option<Value>,
    missing: bool,
    strange: Option<String>,
    unavailable: Option<Said>,
    unsupported: Option<Said>,
    failed: Option<Said>,
    warnings: Vec<String>,
    code: Option<i32>,
    signal: Option<i32>,
}

fn present<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(from).map(Some)
}

impl Line {
    /// What is no answer stands for one that nobody can read; the line that says how the process ended follows.
    fn parse(line: &[u8]) -> Self {
        serde_json::from_slice(line).unwrap_or_else(|_| {
            let start = &line[..line.len().min(200)];
            Self { strange: Some(format!("{:?}", String::from_utf8_lossy(start))), ..Self::default() }
        })
    }

    fn ending(&self) -> Option<Ending> {
        self.signal.map(Ending::Signal).or(self.code.map(Ending::Code))
    }

    fn answer(self) -> Option<Answer> {
        if self.missing {
            return Some(Answer::Missing);
        }
        let said = self.unavailable.map(Answer::Unavailable).or(self.unsupported.map(Answer::Unsupported));
        let said = said.or(self.failed.map(Answer::Failed)).or(self.strange.map(Answer::Strange));
        said.or(self.value.map(Answer::Value))
    }
}

pub(super) struct Process {
    child: Child,
    /// The process and what it starts, until it was waited for.
    group: Option<Pid>,
    confined: bool,
    channel: UnixStream,
    unread: Vec<u8>,
    output: Lines<ChildStdout>,
    error: Lines<ChildStderr>,
    log: Log,
}

impl Process {
    pub(super) fn start(tree: &Path, place: &BuildPlace) -> Result<Self, BuildError> {
        let failed = |source| BuildError::Start { python: place.python.clone(), source };
        let (ours, theirs) = UnixStream::pair().map_err(failed)?;
        let mut command = Command::new(&place.python);
        command.args(["-c", PROGRAM]).current_dir(tree).env("TMPDIR", &place.scratch);
        sys::begin_session(&mut command);
        for (name, value) in &place.variables {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command.stdin(OwnedFd::from(theirs)).stdout(Stdio::piped()).stderr(Stdio::piped());
        place.sandbox.apply(&mut command, tree, place).map_err(failed)?;
        let confined = !place.sandbox.is_off();
        let mut child = family::start(&mut command, confined).map_err(failed)?;
        drop(command); // and with it this process's copy of the child's end
        let streams = child.stdout.take().zip(child.stderr.take());
        let (output, error) = streams.ok_or_else(|| failed(io::ErrorKind::BrokenPipe.into()))?;
        let log = File::create(&place.log)
            .map_err(|source| BuildError::Disk { path: place.log.clone(), source })?;
        Ok(Self {
            group: Pid::from_raw(child.id().cast_signed()),
            child,
            confined,
            channel: ours,
            unread: Vec::new(),
            output: Lines::new(output, Stream::Output).map_err(failed)?,
            error: Lines::new(error, Stream::Error).map_err(failed)?,
            log: Log { file: log, written: 0, tail: VecDeque::new() },
        })
    }

    /// The last lines that were written.
    pub(super) fn tail(&self) -> Vec<String> {
        self.log.tail.iter().cloned().collect()
    }

    /// Sends a request and waits for its end, telling what is written meanwhile.
    pub(super) fn ask(
        &mut self,
        request: &Value,
        interrupted: &AtomicBool,
        watch: &mut dyn Watch,
    ) -> io::Result<Answer> {
        // what is shown of a hook that fails is what it wrote itself
        self.log.tail.clear();
        let sent = self.channel.write_all(format!("{request}\n").as_bytes());
        if sent.is_err() {
            return self.gone(watch);
        }
        let mut answer = None;
        loop {
            if interrupted.load(Ordering::Relaxed) {
                self.group.into_iter().for_each(family::end_descendants);
                self.kill();
                return Ok(Answer::Interrupted);
            }
            let ready = self.wait()?;
            self.output.read(&mut self.log, watch)?;
            self.error.read(&mut self.log, watch)?;
            if !ready {
                // a child that lives on keeps the channel open
                if self.has_ended() {
                    return self.gone(watch);
                }
                continue;
            }
            let Some(lines) = self.receive()? else { return self.gone(watch) };
            if self.unread.len() > ANSWER_LIMIT {
                self.kill();
                return Ok(Answer::Strange(format!("more than {ANSWER_LIMIT} bytes")));
            }
            for line in lines {
                line.warnings.iter().for_each(|warning| watch.warning(warning));
                if let Some(ending) = line.ending() {
                    self.drain(watch)?;
                    if self.confined {
                        // what was made is looked at now: nobody is left who could change it
                        self.group.into_iter().for_each(family::end_descendants);
                    }
                    return Ok(answer.unwrap_or(Answer::Ended(ending)));
                }
                answer = answer.or(line.answer());
            }
        }
    }

    /// Waits for something to read; whether it is on the channel.
    fn wait(&self) -> io::Result<bool> {
        let mut files = vec![PollFd::new(&self.channel, PollFlags::IN)];
        for pipe in [self.output.open(), self.error.open()].into_iter().flatten() {
            files.push(PollFd::from_borrowed_fd(pipe, PollFlags::IN));
        }
        match poll(&mut files, Some(&GLANCE)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(!files[0].revents().is_empty())
    }

    /// Whole lines from the channel; none when nobody is at its other end any more.
    fn receive(&mut self) -> io::Result<Option<Vec<Line>>> {
        let mut piece = [0; 64 << 10];
        let known = self.unread.len();
        match self.channel.read(&mut piece) {
            Ok(0) => return Ok(None),
            Ok(count) => self.unread.extend_from_slice(&piece[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return Ok(None),
        }
        let Some(end) = self.unread[known..].iter().rposition(|byte| *byte == b'\n') else {
            return Ok(Some(Vec::new()));
        };
        let lines: Vec<u8> = self.unread.drain(..=known + end).collect();
        let lines = lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        Ok(Some(lines.map(Line::parse).collect()))
    }

    /// Whether the process itself ended; it is not waited for yet.
    fn has_ended(&self) -> bool {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        self.group.is_some_and(|process| matches!(waitid(WaitId::Pid(process), options), Ok(Some(_))))
    }

    /// The process itself ended, not only a child of it.
    fn gone(&mut self, watch: &mut dyn Watch) -> io::Result<Answer> {
        use std::os::unix::process::ExitStatusExt as _;
        self.drain(watch)?;
        self.kill();
        let status = self.child.wait()?;
        let ending = match status.signal() {
            Some(signal) => Ending::Signal(signal),
            None => Ending::Code(status.code().unwrap_or_default()),
        };
        Ok(Answer::Ended(ending))
    }

    /// Tells what was written before the end of a hook.
    fn drain(&mut self, watch: &mut dyn Watch) -> io::Result<()> {
        self.output.read(&mut self.log, watch)?;
        self.error.read(&mut self.log, watch)?;
        self.output.finish(&mut self.log, watch);
        self.error.finish(&mut self.log, watch);
        Ok(())
    }

    /// Ends the process, all that it started and that stayed in its group, and whatever else a confined one started.
    fn kill(&mut self) {
        // once only: as long as the process was not waited for, its number is nobody else's
        if let Some(group) = self.group.take() {
            if self.confined {
                family::end_descendants(group);
            }
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.child.wait();
        family::forget(&self.child);
        if self.confined {
            family::end_orphans();
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// What a build wrote: the file, and the end of it in memory.
struct Log {
    file: File,
    written: usize,
    tail: VecDeque<String>,
}

impl Log {
    fn line(&mut self, line: &[u8]) {
        if self.written < LOG_LIMIT {
            self.written += line.len() + 1;
            // a full disk does not end a build that needs none of it
            let _ = self.file.write_all(&[line, b"\n"].concat());
        }
        if self.tail.len() == TAIL {
            self.tail.pop_front();
        }
        let text = readable(line);
        self.tail.push_back(
            text.chars().filter(|letter| !letter.is_control() || *letter == '\t').take(500).collect(),
        );
    }
}

/// A line with bytes that are no text written as Python's `backslashreplace` does.
fn readable(line: &[u8]) -> String {
    let mut text = String::with_capacity(line.len());
    for chunk in line.utf8_chunks() {
        text.push_str(chunk.valid());
        chunk.invalid().iter().for_each(|byte| text.push_str(&format!("\\x{byte:02x}")));
    }
    text
}

/// One of the streams, cut into lines.
struct Lines<R> {
    pipe: Option<R>,
    stream: Stream,
    rest: Vec<u8>,
}

impl<R: Read + AsFd> Lines<R> {
    fn new(pipe: R, stream: Stream) -> io::Result<Self> {
        rustix::io::ioctl_fionbio(&pipe, true)?;
        Ok(Self { pipe: Some(pipe), stream, rest: Vec::new() })
    }

    fn open(&self) -> Option<std::os::fd::BorrowedFd<'_>> {
        self.pipe.as_ref().map(AsFd::as_fd)
    }

    /// Reads what is there.
    fn read(&mut self, log: &mut Log, watch: &mut dyn Watch) -> io::Result<()> {
        let mut piece = [0; 16 << 10];
        // not for ever: who writes without end must not keep others from being heard
        for _ in 0..64 {
            let Some(pipe) = &mut self.pipe else { return Ok(()) };
            match pipe.read(&mut piece) {
                Ok(0) => self.pipe = None,
                Ok(count) => self.take(&piece[..count], log, watch),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn take(&mut self, bytes: &[u8], log: &mut Log, watch: &mut dyn Watch) {
        self.rest.extend_from_slice(bytes);
        let mut start = 0;
        while let Some(length) = self.rest[start..].iter().position(|byte| *byte == b'\n') {
            self.tell(start..start + length, log, watch);
            start += length + 1;
        }
        self.rest.drain(..start);
        if self.rest.len() > LINE_LIMIT {
            self.finish(log, watch);
        }
    }

    fn finish(&mut self, log: &mut Log, watch: &mut dyn Watch) {
        if !self.rest.is_empty() {
            self.tell(0..self.rest.len(), log, watch);
            self.rest.clear();
        }
    }

    fn tell(&self, range: std::ops::Range<usize>, log: &mut Log, watch: &mut dyn Watch) {
        let line = &self.rest[range];
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        log.line(line);
        watch.line(self.stream, line);
    }
}
