//! What a command said and left behind, and how two such answers differ.

/// What one side said.
#[derive(PartialEq)]
pub struct Told {
    pub code: Option<i32>,
    pub stdout: Vec<String>,
    pub stderr: Vec<String>,
    /// What is left behind.
    pub tree: Vec<String>,
}

impl Told {
    /// Lines of pip's that we lack (`-`) and lines of ours that pip has not (`+`), and another exit code.
    ///
    /// Lines of a stream that begin like one of `except` do not count.
    pub fn differences(&self, ours: &Told, except: &[&str]) -> Vec<String> {
        let counts = |line: &&String| !except.iter().any(|front| line.starts_with(front));
        let counted = |lines: &[String]| lines.iter().filter(counts).cloned().collect::<Vec<_>>();
        let mut found = Vec::new();
        if self.code != ours.code {
            found.push(format!("exit code {:?} instead of {:?}", ours.code, self.code));
        }
        for (stream, theirs, ours) in [
            ("out", &self.stdout, &ours.stdout),
            ("err", &self.stderr, &ours.stderr),
            ("tree", &self.tree, &ours.tree),
        ] {
            let said =
                changes(&counted(theirs), &counted(ours)).into_iter().filter(|change| !is_hint(change));
            found.extend(said.map(|(sign, line)| format!("{sign} {stream}| {line}")));
        }
        found
    }
}

/// What we say after pip's words: why, and what mends it.
fn is_hint((sign, line): &(char, String)) -> bool {
    *sign == '+' && line.trim_start_matches("\u{1b}[31m").starts_with("hint: ")
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
