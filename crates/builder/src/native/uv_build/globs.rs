//! Portable patterns for files (PEP 639), with the backslash that `uv_build` adds: `*` and `?` within a component, `**`
//! for any number of them. Hidden names are met like others.

use crate::native::patterns::{Token, glob_meets};
use crate::native::{Stop, not_native};

/// Longer patterns are not read.
const LONGEST: usize = 4096;

/// A pattern.
#[derive(Debug)]
pub(super) struct PortableGlob(Vec<Part>);

#[derive(Debug, PartialEq)]
enum Part {
    /// `**`
    Any,
    Name(Vec<Token>),
}

impl PortableGlob {
    pub(super) fn parse(text: &str) -> Result<Self, Stop> {
        let part = |part: &str| match part {
            "**" => Some(Part::Any),
            "" | "." | ".." => None,
            _ => tokens(part).map(Part::Name),
        };
        if text.len() > LONGEST {
            return not_native("a pattern is very long");
        }
        let mut parts: Vec<Part> = Vec::new();
        for text_part in text.split('/') {
            match part(text_part) {
                Some(Part::Any) if parts.last() == Some(&Part::Any) => {}
                Some(part) => parts.push(part),
                None => return not_native(format!("the pattern `{text}` is not understood")),
            }
        }
        Ok(Self(parts))
    }

    /// A path that is met as it stands.
    pub(super) fn literal(path: &str) -> Self {
        Self(path.split('/').map(|part| Part::Name(part.chars().map(Token::Char).collect())).collect())
    }

    /// Everything below a folder.
    pub(super) fn below(folder: &str) -> Self {
        let mut glob =
            if folder.is_empty() || folder == "." { Self(Vec::new()) } else { Self::literal(folder) };
        glob.0.push(Part::Any);
        glob
    }

    /// Whether the path is met.
    pub(super) fn matches(&self, path: &str) -> bool {
        self.after(path).last() == Some(&true)
    }

    /// Whether the path, or one below it, can be met.
    pub(super) fn leads_to(&self, folder: &str) -> bool {
        self.after(folder).contains(&true)
    }

    /// How many parts the path can have met: one flag for each number of them.
    fn after(&self, path: &str) -> Vec<bool> {
        let end = self.0.len();
        let mut states = vec![false; end + 1];
        states[0] = true;
        self.widen(&mut states);
        for component in path.split('/') {
            let mut next = vec![false; end + 1];
            for at in (0..end).filter(|at| states[*at]) {
                match &self.0[at] {
                    Part::Any => {
                        next[at] = true;
                        // In the last place it wants one component at least.
                        next[end] |= at + 1 == end;
                    }
                    Part::Name(tokens) => next[at + 1] |= glob_meets(tokens, component),
                }
            }
            states = next;
            self.widen(&mut states);
        }
        states
    }

    /// `**` may stand for nothing, but for its last place.
    fn widen(&self, states: &mut [bool]) {
        for (at, part) in self.0.iter().enumerate() {
            if states[at] && *part == Part::Any && at + 1 < self.0.len() {
                states[at + 1] = true;
            }
        }
    }
}

fn tokens(part: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut chars = part.chars();
    while let Some(char) = chars.next() {
        tokens.push(match char {
            '*' if tokens.last() == Some(&Token::Star) => return None,
            '*' => Token::Star,
            '?' => Token::Question,
            '\\' => Token::Char(chars.next().filter(|escaped| *escaped != '\\')?),
            '[' => {
                let (set, rest) = chars.as_str().split_once(']')?;
                chars = rest.chars();
                Token::Set(ranges(set)?)
            }
            _ if char.is_alphanumeric() || matches!(char, '_' | '-' | '.') => Token::Char(char),
            _ => return None,
        });
    }
    Some(tokens)
}

fn ranges(set: &str) -> Option<Vec<(char, char)>> {
    let chars: Vec<char> = set.chars().collect();
    let plain = chars.iter().all(|char| char.is_alphanumeric() || matches!(char, '_' | '-' | '.'));
    let mut ranges = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let (range, taken) = match chars[at..] {
            [low, '-', high, ..] => ((low, high), 3),
            _ => ((chars[at], chars[at]), 1),
        };
        ranges.push(range);
        at += taken;
    }
    (plain && !ranges.is_empty() && ranges.iter().all(|(low, high)| low <= high)).then_some(ranges)
}

/// Patterns of what is left out; without a leading `/` they count at any depth.
#[derive(Debug)]
pub(super) struct Excludes(Vec<PortableGlob>);

impl Excludes {
    pub(super) fn parse(patterns: &[&str]) -> Result<Self, Stop> {
        let parse = |pattern: &&str| match pattern.strip_prefix('/') {
            Some(anchored) => PortableGlob::parse(anchored),
            None => PortableGlob::parse(&format!("**/{pattern}")),
        };
        patterns.iter().map(parse).collect::<Result<_, _>>().map(Self)
    }

    pub(super) fn matches(&self, path: &str) -> bool {
        self.0.iter().any(|glob| glob.matches(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_meet_paths() {
        let cases = [
            ("src/a/**", "src/a/b/c", true),
            ("src/a/**", "src/a", false),
            ("**", "x", true),
            ("**/x", "x", true),
            ("a/**/b", "a/b", true),
            ("a/**/b", "a/x/y/b", true),
            ("*.txt", "a/b.txt", false),
            ("LICEN[CS]E*", "LICENSE.md", true),
            ("a\\+b", "a+b", true),
            ("?x", ".x", true),
        ];
        for (pattern, path, expected) in cases {
            assert_eq!(PortableGlob::parse(pattern).unwrap().matches(path), expected, "{pattern} {path}");
        }
        let glob = PortableGlob::parse("src/a/**").unwrap();
        assert!(glob.leads_to("src") && glob.leads_to("src/a") && !glob.leads_to("docs"));
        for pattern in ["../a", "a**", "a//b", "a{b}", "[!a]", "a\\"] {
            assert!(PortableGlob::parse(pattern).is_err(), "{pattern}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(pattern in "[*?\\[\\]a/\\\\.-]{0,12}", path in "[a./]{0,10}") {
            if let Ok(glob) = PortableGlob::parse(&pattern) {
                glob.matches(&path);
                glob.leads_to(&path);
            }
        }
    }
}
