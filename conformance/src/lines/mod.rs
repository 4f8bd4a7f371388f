//! The same pip command by pip and by us, in environments at the same path, against the same fake index; every line,
//! the exit code, and every file left behind are compared.

mod cases;
mod normal;
mod oddities;
#[cfg(test)]
mod options;
mod texts;
mod tree;
mod universe;

use crate::peers::{Peers, Side};
use cases::Case;
use fixtures::FakeIndex;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Compares all cases, as many at once as there are processors; `Ok(false)` when something differs.
pub fn run(peers: &Peers) -> Result<bool, String> {
    let temporary = tempfile::tempdir().map_err(|error| error.to_string())?;
    let folder = temporary.path().canonicalize().map_err(|error| error.to_string())?;
    let (index, empty, runner) = (universe::index(), folder.join("empty"), peers.pip_runner()?);
    peers.new_environment(&empty)?;
    let chosen: Vec<&Case<'_>> = cases::all().filter(|case| peers.wants(case.name)).collect();
    let next = AtomicUsize::new(0);
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let mut verdicts = std::thread::scope(|scope| {
        let work = |number: usize| {
            let (peers, index, empty, runner) = (peers, &index, &*empty, &*runner);
            let stage = Stage { peers, index, empty, runner, folder: folder.join(format!("stage{number}")) };
            let (next, chosen) = (&next, &chosen);
            move || {
                let mut verdicts = Vec::new();
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some(case) = chosen.get(place) else { return verdicts };
                    verdicts.push((place, stage.verdict(case)));
                }
            }
        };
        let threads: Vec<_> = (0..workers).map(|number| scope.spawn(work(number))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect::<Vec<_>>()
    });
    verdicts.sort_by_key(|(place, _)| *place);
    let mut counts = Counts { failed: chosen.len() - verdicts.len(), ..Counts::default() };
    for (place, verdict) in &verdicts {
        counts.judge(chosen[*place], verdict);
    }
    println!(
        "\nlines: {} passed, {} failed ({} differ for a reason)",
        counts.passed, counts.failed, counts.differ
    );
    Ok(counts.failed == 0)
}

#[derive(Default)]
struct Counts {
    passed: usize,
    failed: usize,
    differ: usize,
}

impl Counts {
    /// Counts a case; what differs without a reason is shown, and so is a reason that nothing needs any more.
    fn judge(&mut self, case: &Case<'_>, verdict: &Result<Vec<String>, String>) {
        let differences = match verdict {
            Ok(differences) => differences.clone(),
            Err(why) => vec![why.clone()],
        };
        match (differences.is_empty(), case.differs) {
            (true, None) => self.passed += 1,
            (false, Some(_)) if verdict.is_ok() => self.differ += 1,
            (true, Some(reason)) => {
                self.failed += 1;
                println!("\n{}: differs no more ({reason})", case.name);
            }
            (false, _) => {
                self.failed += 1;
                println!("\n{}: pip {}\n  {}", case.name, case.command, differences.join("\n  "));
            }
        }
    }
}

/// What one side said.
#[derive(PartialEq)]
struct Told {
    code: Option<i32>,
    stdout: Vec<String>,
    stderr: Vec<String>,
    /// What is left behind.
    tree: Vec<String>,
}

impl Told {
    /// Lines of pip's that we lack (`-`) and lines of ours that pip has not (`+`), and another exit code.
    fn differences(&self, ours: &Told) -> Vec<String> {
        let mut found = Vec::new();
        if self.code != ours.code {
            found.push(format!("exit code {:?} instead of {:?}", ours.code, self.code));
        }
        for (stream, theirs, ours) in [
            ("out", &self.stdout, &ours.stdout),
            ("err", &self.stderr, &ours.stderr),
            ("tree", &self.tree, &ours.tree),
        ] {
            let said = changes(theirs, ours).into_iter().filter(|change| !is_hint(stream, change));
            found.extend(said.map(|(sign, line)| format!("{sign} {stream}| {line}")));
        }
        found
    }
}

/// What we say after pip's words: why, and what mends it.
fn is_hint(stream: &str, (sign, line): &(char, String)) -> bool {
    stream == "err" && *sign == '+' && line.starts_with("hint: ")
}

/// The shortest list of removed and added lines (by longest common subsequence of what is left between a common front
/// and a common end).
fn changes(theirs: &[String], ours: &[String]) -> Vec<(char, String)> {
    let front = theirs.iter().zip(ours).take_while(|(one, other)| one == other).count();
    let (theirs, ours) = (&theirs[front..], &ours[front..]);
    let end = theirs.iter().rev().zip(ours.iter().rev()).take_while(|(one, other)| one == other).count();
    let (theirs, ours) = (&theirs[..theirs.len() - end], &ours[..ours.len() - end]);
    let (rows, columns) = (theirs.len(), ours.len());
    let mut common = vec![vec![0usize; columns + 1]; rows + 1];
    for row in (0..rows).rev() {
        for column in (0..columns).rev() {
            common[row][column] = if theirs[row] == ours[column] {
                common[row + 1][column + 1] + 1
            } else {
                common[row + 1][column].max(common[row][column + 1])
            };
        }
    }
    let (mut row, mut column, mut found) = (0, 0, Vec::new());
    while row < rows || column < columns {
        if row < rows && column < columns && theirs[row] == ours[column] {
            (row, column) = (row + 1, column + 1);
        } else if column == columns || (row < rows && common[row + 1][column] >= common[row][column + 1]) {
            found.push(('-', theirs[row].clone()));
            row += 1;
        } else {
            found.push(('+', ours[column].clone()));
            column += 1;
        }
    }
    found
}

struct Stage<'a> {
    peers: &'a Peers,
    index: &'a FakeIndex,
    /// A new environment, copied for each case.
    empty: &'a Path,
    /// pip's program.
    runner: &'a Path,
    /// Where each case takes place, for both sides at the same path.
    folder: PathBuf,
}

impl Stage<'_> {
    /// How our lines differ from pip's.
    fn verdict(&self, case: &Case<'_>) -> Result<Vec<String>, String> {
        let (theirs, ours) = (self.play(case, Side::Pip)?, self.play(case, Side::AsPip)?);
        let mut differences = theirs.differences(&ours);
        if let Some(option) = case.without {
            let command = case.command.replacen(option, "", 1);
            let without = Case { command: &command, ..*case };
            for (side, told) in [(Side::Pip, &theirs), (Side::AsPip, &ours)] {
                if self.play(&without, side)? == *told {
                    differences.push(format!("{side:?} answers the same without {option}"));
                }
            }
        }
        Ok(differences)
    }

    fn play(&self, case: &Case<'_>, side: Side) -> Result<Told, String> {
        if self.folder.exists() {
            std::fs::remove_dir_all(&self.folder).map_err(|error| error.to_string())?;
        }
        std::fs::create_dir_all(self.folder.join("home")).map_err(|error| error.to_string())?;
        universe::files(&self.folder, self.index).map_err(|error| error.to_string())?;
        oddities::script(&self.folder).map_err(|error| error.to_string())?;
        universe::files(&self.folder, self.index).map_err(|error| error.to_string())?;
        copy(self.empty, &self.folder.join("env"))?;
        for before in case.before {
            let done = match before.strip_prefix('!') {
                Some(script) => self.shell(script)?,
                None => self.command(side, before, case)?,
            };
            if !done.status.success() && side == Side::Pip {
                let why = String::from_utf8_lossy(&done.stderr);
                return Err(format!("{}: pip cannot {before}: {why}", case.name));
            }
        }
        let done = self.command(side, case.command, case)?;
        let port = self.index.address().port();
        let lines = |bytes: &[u8]| {
            let mut lines = normal::lines(&String::from_utf8_lossy(bytes), &self.folder, port);
            if case.any_order {
                lines.sort();
            }
            lines
        };
        Ok(Told {
            code: done.status.code(),
            stdout: lines(&done.stdout),
            stderr: lines(&done.stderr),
            tree: tree::lines(&self.folder, port)?,
        })
    }

    fn shell(&self, script: &str) -> Result<Output, String> {
        let mut command = Command::new("sh");
        command.args(["-ec", script]).current_dir(&self.folder).env_clear();
        command.env("PATH", "/usr/local/bin:/usr/bin:/bin");
        command.env("HOME", self.folder.join("home")).stdin(Stdio::null());
        command.output().map_err(|error| format!("{command:?}: {error}"))
    }

    fn command(&self, side: Side, line: &str, case: &Case<'_>) -> Result<Output, String> {
        let env = self.folder.join("env");
        let mut command = if side == Side::Pip {
            let mut command = Command::new(env.join("bin/python"));
            command.arg(self.runner);
            command
        } else {
            self.peers.command(side, &env)
        };
        command.args(split(&self.filled(line))).current_dir(&self.folder).env_clear();
        let home = self.folder.join("home");
        command.env("HOME", &home).env("PATH", "/usr/bin:/bin").env("LC_ALL", "C.UTF-8").env("NO_COLOR", "1");
        command.env("PIP_CONFIG_FILE", "/dev/null").env("PIP_DISABLE_PIP_VERSION_CHECK", "1");
        // pip keeps what it fetches by plain http only from hosts that are trusted
        command.env("PIP_INDEX_URL", self.index.simple_url()).env("PIP_TRUSTED_HOST", "127.0.0.1");
        command.env("PIP_CACHE_DIR", home.join("pip-cache")).env("TILSIT_CACHE_DIR", home.join("cache"));
        // no line is to be broken: pip's name is longer than ours
        command.env("PIP_NO_INPUT", "1").env("TMPDIR", &home).env("COLUMNS", "400");
        if side == Side::Pip {
            command.env("_PIP_RUNNING_IN_SUBPROCESS", "1").env("PYTHONDONTWRITEBYTECODE", "1");
        }
        for (name, value) in case.env {
            command.env(name, self.filled(value));
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| format!("{command:?}: {error}"))?;
        if let Some(mut stdin) = child.stdin.take() {
            // a command that reads nothing may have ended already
            let _ = stdin.write_all(case.stdin.as_bytes());
        }
        child.wait_with_output().map_err(|error| format!("{command:?}: {error}"))
    }

    /// `{stage}` and `{index}` filled in.
    fn filled(&self, text: &str) -> String {
        let stage = self.folder.to_string_lossy();
        text.replace("{stage}", &stage).replace("{index}", self.index.url("").trim_end_matches('/'))
    }
}

/// Words between spaces; single quotes keep spaces.
fn split(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted, mut begun) = (Vec::new(), String::new(), false, false);
    for c in line.chars() {
        match c {
            '\'' => (quoted, begun) = (!quoted, true),
            ' ' if !quoted => {
                if std::mem::take(&mut begun) {
                    words.push(std::mem::take(&mut word));
                }
            }
            _ => {
                word.push(c);
                begun = true;
            }
        }
    }
    if begun {
        words.push(word);
    }
    words
}

/// Copies an environment; its links stay links.
fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let status =
        Command::new("cp").arg("-a").arg(from).arg(to).status().map_err(|error| error.to_string())?;
    if status.success() { Ok(()) } else { Err("cp failed".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::{changes, split};

    #[test]
    fn changes_keep_what_is_common() {
        let lines = |text: &str| text.chars().map(String::from).collect::<Vec<_>>();
        assert!(changes(&lines("abc"), &lines("abc")).is_empty());
        assert_eq!(changes(&lines("abc"), &lines("axc")), [('-', "b".to_owned()), ('+', "x".to_owned())]);
        assert_eq!(changes(&lines(""), &lines("a")), [('+', "a".to_owned())]);
    }

    #[test]
    fn words_between_spaces() {
        assert_eq!(split("install  'a; x == 1' ''"), ["install", "a; x == 1", ""]);
    }
}
