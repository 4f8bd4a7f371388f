//! The same pip command by pip and by us, in environments at the same path, against the same fake index; every line
//! and the exit code are compared.

mod cases;
mod universe;

use crate::peers::{Peers, Side};
use cases::{CASES, Case};
use fixtures::FakeIndex;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Compares all cases, as many at once as there are processors; `Ok(false)` when something differs.
pub fn run(peers: &Peers) -> Result<bool, String> {
    let temporary = tempfile::tempdir().map_err(|error| error.to_string())?;
    let folder = temporary.path().canonicalize().map_err(|error| error.to_string())?;
    let (index, empty) = (universe::index(), folder.join("empty"));
    peers.new_environment(&empty)?;
    let chosen: Vec<&Case> = CASES.iter().filter(|case| peers.wants(case.name)).collect();
    let next = AtomicUsize::new(0);
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let verdicts = std::thread::scope(|scope| {
        let work = |number: usize| {
            let stage =
                Stage { peers, index: &index, empty: &empty, folder: folder.join(format!("stage{number}")) };
            let next = &next;
            let chosen = &chosen;
            move || {
                let mut verdicts = Vec::new();
                while let Some(case) = chosen.get(next.fetch_add(1, Ordering::Relaxed)) {
                    verdicts.push((case.name, stage.verdict(case)));
                }
                verdicts
            }
        };
        let threads: Vec<_> = (0..workers).map(|number| scope.spawn(work(number))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect::<Vec<_>>()
    });
    let verdict_of =
        |case: &Case| verdicts.iter().find(|(name, _)| *name == case.name).map(|(_, verdict)| verdict);
    let (mut passed, mut failed) = (0, 0);
    for case in &chosen {
        let differences = match verdict_of(case) {
            Some(Ok(differences)) if differences.is_empty() => {
                passed += 1;
                continue;
            }
            Some(Ok(differences)) => differences.clone(),
            Some(Err(why)) => vec![why.clone()],
            None => vec!["did not end".to_owned()],
        };
        failed += 1;
        println!("\n{}: pip {}\n  {}", case.name, case.command, differences.join("\n  "));
    }
    println!("\nlines: {passed} passed, {failed} failed");
    Ok(failed == 0)
}

/// What one side said.
struct Told {
    code: Option<i32>,
    stdout: Vec<String>,
    stderr: Vec<String>,
}

impl Told {
    /// Lines of pip's that we lack (`-`) and lines of ours that pip has not (`+`), and another exit code.
    fn differences(&self, ours: &Told) -> Vec<String> {
        let mut found = Vec::new();
        if self.code != ours.code {
            found.push(format!("exit code {:?} instead of {:?}", ours.code, self.code));
        }
        for (stream, theirs, ours) in
            [("out", &self.stdout, &ours.stdout), ("err", &self.stderr, &ours.stderr)]
        {
            found.extend(
                changes(theirs, ours).into_iter().map(|(sign, line)| format!("{sign} {stream}| {line}")),
            );
        }
        found
    }
}

/// The shortest list of removed and added lines (by longest common subsequence; outputs are short).
fn changes(theirs: &[String], ours: &[String]) -> Vec<(char, String)> {
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
    /// Where each case takes place, for both sides at the same path.
    folder: PathBuf,
}

impl Stage<'_> {
    /// How our lines differ from pip's.
    fn verdict(&self, case: &Case) -> Result<Vec<String>, String> {
        Ok(self.play(case, Side::Pip)?.differences(&self.play(case, Side::AsPip)?))
    }

    fn play(&self, case: &Case, side: Side) -> Result<Told, String> {
        if self.folder.exists() {
            std::fs::remove_dir_all(&self.folder).map_err(|error| error.to_string())?;
        }
        std::fs::create_dir_all(self.folder.join("home")).map_err(|error| error.to_string())?;
        universe::files(&self.folder).map_err(|error| error.to_string())?;
        copy(self.empty, &self.folder.join("env"))?;
        for before in case.before {
            let done = self.command(side, before)?;
            if !done.status.success() && side == Side::Pip {
                return Err(format!(
                    "{}: pip cannot {before}: {}",
                    case.name,
                    String::from_utf8_lossy(&done.stderr)
                ));
            }
        }
        let done = self.command(side, case.command)?;
        let lines = |bytes: &[u8]| normal(&String::from_utf8_lossy(bytes), &self.folder);
        Ok(Told { code: done.status.code(), stdout: lines(&done.stdout), stderr: lines(&done.stderr) })
    }

    fn command(&self, side: Side, line: &str) -> Result<Output, String> {
        let mut command = self.peers.command(side, &self.folder.join("env"));
        command.args(line.split_whitespace()).current_dir(&self.folder).env_clear();
        let home = self.folder.join("home");
        command.env("HOME", &home).env("PATH", "/usr/bin:/bin").env("LC_ALL", "C.UTF-8").env("NO_COLOR", "1");
        command.env("PIP_CONFIG_FILE", "/dev/null").env("PIP_DISABLE_PIP_VERSION_CHECK", "1");
        command.env("PIP_INDEX_URL", self.index.simple_url()).env("PIP_NO_INPUT", "1");
        command.env("PIP_CACHE_DIR", home.join("pip-cache")).env("TILSIT_CACHE_DIR", home.join("cache"));
        command.env("TMPDIR", &home).output().map_err(|error| format!("{command:?}: {error}"))
    }
}

/// Copies an environment; its links stay links.
fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let status =
        Command::new("cp").arg("-a").arg(from).arg(to).status().map_err(|error| error.to_string())?;
    if status.success() { Ok(()) } else { Err("cp failed".to_owned()) }
}

/// Lines with what differs by nature taken out: names of temporary folders and where pip itself lies.
fn normal(text: &str, folder: &Path) -> Vec<String> {
    let folder = folder.to_string_lossy();
    text.lines()
        .map(|line| {
            let line = line.trim_end().replace(folder.as_ref(), "{stage}");
            match line.split_once(" from ") {
                Some((version, _)) if version.starts_with("pip 2") => version.to_owned(),
                _ => line,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::changes;

    #[test]
    fn changes_keep_what_is_common() {
        let lines = |text: &str| text.chars().map(String::from).collect::<Vec<_>>();
        assert!(changes(&lines("abc"), &lines("abc")).is_empty());
        assert_eq!(changes(&lines("abc"), &lines("axc")), [('-', "b".to_owned()), ('+', "x".to_owned())]);
        assert_eq!(changes(&lines(""), &lines("a")), [('+', "a".to_owned())]);
    }
}
