//! `cargo xtask errors`: a table of every error code with its page and the tests that meet it.

use crate::workspace::{Failure, Workspace};

/// Where codes are declared: lines of the form `NAME "code" 1 "title";`.
pub const CODES: &str = "crates/tilsit/src/output/codes.rs";

/// Prints the table; a code that no test meets is a failure.
pub fn run(workspace: &Workspace) -> Result<(), Failure> {
    let declared = std::fs::read_to_string(workspace.root.join(CODES))?;
    let mut sources = Vec::new();
    for path in workspace.tracked()?.into_iter().filter(|path| holds_tests(path)) {
        let text = std::fs::read_to_string(workspace.root.join(&path))?;
        sources.push((path, text));
    }
    let mut unmet = Vec::new();
    println!("| code | exit | page | tests |\n|---|---|---|---|");
    for (code, exit) in codes(&declared) {
        let tests = tests_of(code, &sources);
        if tests.is_empty() {
            unmet.push(code);
        }
        println!("| {code} | {exit} | docs/errors/{code}.md | {} |", tests.join(", "));
    }
    if unmet.is_empty() { Ok(()) } else { Err(Failure(format!("no test meets: {}", unmet.join(", ")))) }
}

fn holds_tests(path: &str) -> bool {
    path.starts_with("crates/tilsit/") && path.ends_with(".rs") && path != CODES && path.contains("test")
}

/// The codes and exit codes that `declared` lists.
pub fn codes(declared: &str) -> Vec<(&str, &str)> {
    declared.lines().filter_map(row).collect()
}

fn row(line: &str) -> Option<(&str, &str)> {
    let (name, rest) = line.strip_prefix("    ")?.split_once(" \"")?;
    let constant = name.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_');
    let (code, rest) = rest.split_once("\" ").filter(|_| constant)?;
    Some((code, rest.split_once(" \"")?.0))
}

/// `file::test` of each test function whose text names the code as `[code]` or `"code"`; at most four.
fn tests_of(code: &str, sources: &[(String, String)]) -> Vec<String> {
    let marks = [format!("[{code}]"), format!("\"{code}\"")];
    let mut found: Vec<String> = Vec::new();
    for (path, text) in sources {
        let file = path.rsplit('/').next().unwrap_or(path).trim_end_matches(".rs");
        let mut function = "";
        for line in text.lines() {
            if let Some(name) = line.trim_start().strip_prefix("fn ").and_then(|rest| rest.split('(').next())
            {
                function = name;
            }
            let test = format!("{file}::{function}");
            if marks.iter().any(|mark| line.contains(mark)) && !found.contains(&test) {
                found.push(test);
            }
        }
    }
    found.truncate(4);
    found
}

#[cfg(test)]
mod tests {
    use super::{codes, tests_of};

    #[test]
    fn codes_are_read_and_their_tests_found() {
        let declared =
            "codes! {\n    NO_INDEX \"no-index\" 1 \"There is none.\";\n}\nlet x = \"y\" 2 \"z\";\n";
        assert_eq!(codes(declared), [("no-index", "1")]);
        let text = "#[test]\nfn meets_none() {\n    says(\"[no-index]\");\n}\n".to_owned();
        assert_eq!(tests_of("no-index", &[("tests/it/a.rs".to_owned(), text)]), ["a::meets_none"]);
    }
}
