//! "Maybe you meant": the similarity measure of Python's `difflib`, which pip's suggestions come from.

/// The candidate most similar to `word`, when at least 0.6 similar (the cutoff of `difflib.get_close_matches`).
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let mut best: Option<(f64, &str)> = None;
    for candidate in candidates {
        let similarity = ratio(candidate, word);
        // Ties go to the greater word, as the heap of (ratio, word) pairs in difflib decides.
        let better =
            best.is_none_or(|(top, held)| similarity > top || (similarity == top && candidate > held));
        if similarity >= 0.6 && better {
            best = Some((similarity, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Ratcliff/Obershelp: twice the matched characters over all characters.
fn ratio(first: &str, second: &str) -> f64 {
    let first: Vec<char> = first.chars().take(256).collect();
    let second: Vec<char> = second.chars().take(256).collect();
    let total = first.len() + second.len();
    if total == 0 { 1.0 } else { 2.0 * matched(&first, &second) as f64 / total as f64 }
}

/// Characters in the longest common block and, recursively, in what is left and right of it.
fn matched(first: &[char], second: &[char]) -> usize {
    let (at, other, length) = longest(first, second);
    if length == 0 {
        return 0;
    }
    length
        + matched(&first[..at], &second[..other])
        + matched(&first[at + length..], &second[other + length..])
}

/// The earliest longest common block.
fn longest(first: &[char], second: &[char]) -> (usize, usize, usize) {
    let mut best = (0, 0, 0);
    let mut previous = vec![0; second.len() + 1];
    for (at, character) in first.iter().enumerate() {
        let mut current = vec![0; second.len() + 1];
        for (other, candidate) in second.iter().enumerate() {
            if character == candidate {
                let length = previous[other] + 1;
                current[other + 1] = length;
                if length > best.2 {
                    best = (at + 1 - length, other + 1 - length, length);
                }
            }
        }
        previous = current;
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggestions() {
        let commands = ["install", "uninstall", "list", "show", "freeze", "check"];
        for (typed, expected) in [
            ("instal", Some("install")),
            ("unistall", Some("uninstall")),
            ("lst", Some("list")),
            ("frozen", Some("freeze")),
            ("bogus", None),
            ("", None),
        ] {
            assert_eq!(nearest(typed, commands), expected, "{typed:?}");
        }
    }
}
