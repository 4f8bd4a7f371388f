//! pip's `--log`: what is said, with the time of day before each line, added to a file.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

/// A log that grows; the file is made by the first message.
pub struct LogFile {
    path: PathBuf,
    file: Mutex<Option<File>>,
}

impl LogFile {
    /// A log at the end of a file.
    pub fn at(path: PathBuf) -> Self {
        Self { path, file: Mutex::new(None) }
    }

    /// Adds a message of one or more lines. The file and its folders are made.
    ///
    /// # Errors
    /// When that is not possible.
    pub fn write(&self, text: &str) -> std::io::Result<()> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let file = match &mut *file {
            Some(file) => file,
            none => none.insert(opened(&self.path)?),
        };
        let time = time_of_day();
        let lines: String = text.split('\n').map(|line| format!("{time} {line}\n")).collect();
        file.write_all(lines.as_bytes())
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

fn opened(path: &Path) -> std::io::Result<File> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    OpenOptions::new().append(true).create(true).open(path)
}

/// `2026-08-20T12:00:00,123`, local time, as Python's `logging` writes it by pip's format.
fn time_of_day() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(now.as_secs()).unwrap_or_default();
    let [year, month, day, hour, minute, second] = crate::sys::local_time(seconds).unwrap_or_default();
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02},{:03}", now.subsec_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_has_its_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b/log.txt");
        LogFile::at(path.clone()).write("one\ntwo").unwrap();
        LogFile::at(path.clone()).write("three").unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let rest: Vec<&str> = text.lines().map(|line| &line["2026-08-20T12:00:00,123".len()..]).collect();
        assert_eq!(rest, [" one", " two", " three"]);
        let shape = |c: char| if c.is_ascii_digit() { '0' } else { c };
        let time: String = text.chars().take(24).map(shape).collect();
        assert_eq!(time, "0000-00-00T00:00:00,000 ");
    }
}
