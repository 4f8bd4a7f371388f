//! Reads the list of lines.

use std::str::Lines;

const LIST: &str = include_str!("lines.txt");

/// What a document types. Names in braces stand for our own index, places and programs.
#[derive(Clone, Default)]
pub struct Line<'a> {
    /// The number of the line in the list of all documents' commands.
    pub number: &'a str,
    /// Typed before, unseen.
    pub before: String,
    /// What is typed.
    pub typed: String,
    /// What is shown.
    pub sees: Vec<&'a str>,
    /// The exit code.
    pub code: i32,
    /// Must be true afterwards.
    pub then: String,
    /// Programs of the system without which the line cannot be typed.
    pub needs: Vec<&'a str>,
    /// Whether pip's configuration files are read.
    pub configured: bool,
    /// What it waits for when it is not asked for yet.
    pub later: Option<&'a str>,
}

/// All lines; or the one in the list that cannot be read.
pub fn all() -> Result<Vec<Line<'static>>, String> {
    let mut lines = LIST.lines();
    // the head of the list explains it
    lines.by_ref().find(|line| line.starts_with("===="));
    let mut all = Vec::new();
    while let Some(line) = lines.next() {
        if let Some(number) = line.strip_prefix('#') {
            all.push(block(number, &mut lines)?);
        }
    }
    Ok(all)
}

/// What follows a number, up to an empty line.
fn block<'a>(number: &'a str, lines: &mut Lines<'a>) -> Result<Line<'a>, String> {
    let mut block = Line { number, ..Line::default() };
    for line in lines.take_while(|line| !line.is_empty()) {
        let (key, value) = line.split_once(' ').unwrap_or((line, ""));
        match key {
            "." => append(&mut block.before, value),
            "$" => append(&mut block.typed, value),
            "?" => append(&mut block.then, value),
            ">" => block.sees.push(value),
            "exit" => block.code = value.parse().map_err(|error| format!("{line}: {error}"))?,
            "needs" => block.needs.extend(value.split(' ')),
            "configured" => block.configured = true,
            "later" => block.later = Some(value),
            _ => return Err(format!("#{number}: what is `{line}`?")),
        }
    }
    Ok(block)
}

fn append(script: &mut String, line: &str) {
    if !script.is_empty() {
        script.push('\n');
    }
    script.push_str(line);
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_list_can_be_read() {
        let lines = super::all().unwrap();
        assert!(lines.len() > 100);
        assert!(lines.iter().all(|line| !line.typed.is_empty()));
    }
}
