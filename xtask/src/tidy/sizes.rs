//! How long files and functions may be.

use super::{Complaints, Tracked, scan};

const LINES_IN_A_FILE: usize = 1_000;
const LINES_IN_A_FUNCTION: usize = 100;
const LINES_IN_MAIN: usize = 40;
const BYTES_IN_A_FILE: usize = 1 << 20;
/// A file whose first lines say so is a table and may be long.
const TABLE: &str = "// tidy: table";

/// Checks sizes of files and of functions.
pub fn check(files: &[Tracked], complaints: &mut Complaints) {
    for file in files {
        if file.bytes.len() > BYTES_IN_A_FILE {
            complaints.add(&file.path, format_args!("{} bytes; 1 MiB is the limit", file.bytes.len()));
        }
        if let Some(text) = file.text().filter(|_| file.is_rust()) {
            rust(file, text, complaints);
        }
    }
}

fn rust(file: &Tracked, text: &str, complaints: &mut Complaints) {
    let lines = text.lines().count();
    let table = text.lines().take(10).any(|line| line.trim() == TABLE);
    if lines > LINES_IN_A_FILE && !table {
        complaints.add(&file.path, format_args!("{lines} lines; {LINES_IN_A_FILE} is the limit"));
    }
    if file.path == "crates/tilsit/src/main.rs" && lines > LINES_IN_MAIN {
        complaints.add(&file.path, format_args!("{lines} lines; main has at most {LINES_IN_MAIN}"));
    }
    for function in scan::functions(&scan::code_only(text)) {
        if function.lines > LINES_IN_A_FUNCTION {
            let place = format!("{}:{}", file.path, function.line);
            complaints.add(
                place,
                format_args!("`{}` has {} lines; 100 is the limit", function.name, function.lines),
            );
        }
    }
}

/// How many functions there are, and the median of their lengths.
pub fn functions(files: &[Tracked]) -> (usize, usize) {
    let sources = files.iter().filter(|file| file.is_rust()).filter_map(Tracked::text);
    let mut lengths: Vec<usize> = sources
        .flat_map(|text| scan::functions(&scan::code_only(text)))
        .map(|function| function.lines)
        .collect();
    lengths.sort_unstable();
    (lengths.len(), lengths.get(lengths.len() / 2).copied().unwrap_or_default())
}
