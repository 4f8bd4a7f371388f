//! Patterns of `.gitignore`, read and matched as the `pathspec` library reads them for hatchling.
//!
//! Two things differ from git: a path is matched with all patterns, whatever its folders matched, and a pattern that met
//! the path itself weighs more than one that only met a folder above it; else the later one counts.

use std::collections::HashSet;

use super::{Stop, not_native};

/// Longer patterns are not read.
const LONGEST: usize = 4096;

/// A list of patterns.
#[derive(Debug)]
pub(super) struct Patterns(Vec<Pattern>);

#[derive(Debug)]
struct Pattern {
    /// False for `!pattern`.
    include: bool,
    shape: Shape,
}

#[derive(Debug)]
enum Shape {
    /// `*` and `**`
    Anything,
    /// `**/`, `*/` (which marks a folder), `**/*/**` (which does not).
    InFolder { folder: bool },
    /// Segment by segment; `folder` where the pattern ends in `/`.
    Segments { segments: Vec<Segment>, folder: bool },
}

#[derive(Debug, PartialEq)]
enum Segment {
    /// `**`
    Any,
    /// `*`
    One,
    Glob(Vec<Token>),
}

/// A piece of a pattern for one name.
#[derive(Debug, PartialEq)]
pub(super) enum Token {
    Char(char),
    /// `*`
    Star,
    /// `?`
    Question,
    /// `[…]`
    Set(Vec<(char, char)>),
}

/// What a pattern met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hit {
    /// A folder above the path.
    Folder,
    /// The path.
    Path,
}

impl Patterns {
    /// Reads one pattern a line. Patterns that `pathspec` refuses, and negated sets (which may meet a `/` there), make the
    /// project not native.
    pub(super) fn compile<'l>(lines: impl IntoIterator<Item = &'l str>) -> Result<Self, Stop> {
        let patterns = lines.into_iter().map(pattern).collect::<Result<Vec<_>, _>>()?;
        Ok(Self(patterns.into_iter().flatten().collect()))
    }

    /// Whether the path is met. A leading `/` does not count; a trailing one says that it is a folder.
    pub(super) fn matches(&self, path: &str) -> bool {
        let path = path.strip_prefix('/').unwrap_or_else(|| path.strip_prefix("./").unwrap_or(path));
        let components: Vec<&str> = path.split('/').collect();
        let mut met = None;
        for pattern in self.0.iter().rev() {
            match pattern.shape.meets(path, &components) {
                Some(Hit::Path) => return pattern.include,
                Some(Hit::Folder) if met.is_none() => met = Some(pattern.include),
                _ => {}
            }
        }
        met.unwrap_or(false)
    }
}

fn pattern(line: &str) -> Result<Option<Pattern>, Stop> {
    let text = if line.ends_with("\\ ") { line } else { line.trim_end() };
    if text.len() > LONGEST {
        return not_native("a pattern is very long");
    }
    if text.is_empty() || text == "/" || text.starts_with('#') {
        return Ok(None);
    }
    let (include, text) = text.strip_prefix('!').map_or((true, text), |rest| (false, rest));
    let shape = match Shape::read(text) {
        Ok(shape) => shape,
        Err(Odd::Ignored) => return Ok(None),
        Err(Odd::Unclear) => {
            return not_native(format!("the pattern `{}` is not understood", line.trim_end()));
        }
    };
    Ok(Some(Pattern { include, shape }))
}

/// Why a pattern has no shape.
enum Odd {
    /// `pathspec` drops it, as git does.
    Ignored,
    /// `pathspec` refuses it or gives it a meaning that we do not.
    Unclear,
}

impl Shape {
    fn read(text: &str) -> Result<Self, Odd> {
        let mut parts: Vec<&str> = text.split('/').collect();
        let folder = parts.last().is_some_and(|last| last.is_empty());
        if parts[0].is_empty() {
            parts.remove(0);
        } else if (parts.len() == 1 || parts.len() == 2 && parts[1].is_empty()) && parts[0] != "**" {
            parts.insert(0, "**");
        }
        let Some(last) = parts.last_mut() else { return Err(Odd::Unclear) };
        if last.is_empty() {
            *last = "**";
        }
        parts.dedup_by(|later, earlier| *later == "**" && *earlier == "**");
        match *parts {
            ["**"] if folder => return Ok(Self::InFolder { folder: true }),
            ["**"] | ["**", "*"] => return Ok(Self::Anything),
            ["**", "*", "**"] => return Ok(Self::InFolder { folder }),
            _ => {}
        }
        let segments = parts.into_iter().map(Segment::read).collect::<Result<_, _>>()?;
        Ok(Self::Segments { segments, folder })
    }

    fn meets(&self, path: &str, components: &[&str]) -> Option<Hit> {
        match self {
            Self::Anything => (!path.is_empty()).then_some(Hit::Path),
            Self::InFolder { folder } => {
                (components.len() > 1).then_some(if *folder { Hit::Folder } else { Hit::Path })
            }
            Self::Segments { segments, folder } => {
                Search { segments, components, folder: *folder, failed: HashSet::new() }.from(0, 0)
            }
        }
    }
}

impl Segment {
    fn read(text: &str) -> Result<Self, Odd> {
        match text {
            "**" => Ok(Self::Any),
            "*" => Ok(Self::One),
            _ => tokens(text).map(Self::Glob),
        }
    }

    fn meets(&self, component: &str) -> bool {
        match self {
            Self::Any => false,
            Self::One => !component.is_empty(),
            Self::Glob(tokens) => glob_meets(tokens, component),
        }
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, Odd> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(char) = rest.chars().next() {
        rest = &rest[char.len_utf8()..];
        tokens.push(match char {
            '*' => Token::Star,
            '?' => Token::Question,
            '\\' => {
                let escaped = rest.chars().next().ok_or(Odd::Unclear)?;
                rest = &rest[escaped.len_utf8()..];
                Token::Char(escaped)
            }
            '[' => {
                // A `]` in the first place is one of the set.
                let skip = rest.chars().next().filter(|first| *first == ']').map_or(0, char::len_utf8);
                let end = rest[skip..].find(']').ok_or(Odd::Ignored)? + skip;
                let set = set(&rest[..end])?;
                rest = &rest[end + 1..];
                Token::Set(set)
            }
            _ => Token::Char(char),
        });
    }
    Ok(tokens)
}

/// The ranges of `[…]`, as Python's regular expressions read them.
fn set(text: &str) -> Result<Vec<(char, char)>, Odd> {
    if text.starts_with(['!', '^']) {
        return Err(Odd::Unclear);
    }
    let chars: Vec<char> = text.chars().collect();
    let mut ranges = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let (low, high) = match chars[at..] {
            [low, '-', high, ..] => {
                at += 3;
                (low, high)
            }
            _ => {
                at += 1;
                (chars[at - 1], chars[at - 1])
            }
        };
        if low > high || (low..=high).contains(&'/') {
            return Err(Odd::Unclear);
        }
        ranges.push((low, high));
    }
    Ok(ranges)
}

/// Whether a name is met. `*` takes as much as it must; going back to the last one is enough.
pub(super) fn glob_meets(tokens: &[Token], component: &str) -> bool {
    let chars: Vec<char> = component.chars().collect();
    let (mut token, mut at) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while at < chars.len() {
        let meets = match tokens.get(token) {
            Some(Token::Star) => {
                token += 1;
                back = Some((token, at));
                continue;
            }
            Some(Token::Question) => true,
            Some(Token::Char(own)) => *own == chars[at],
            Some(Token::Set(ranges)) => ranges.iter().any(|(low, high)| (low..=high).contains(&&chars[at])),
            None => false,
        };
        if meets {
            (token, at) = (token + 1, at + 1);
            continue;
        }
        let Some((after_star, taken)) = back else { return false };
        (token, at) = (after_star, taken + 1);
        back = Some((token, at));
    }
    tokens[token..].iter().all(|token| *token == Token::Star)
}

/// A search with `**` taking as much as it can first, as the regular expression of `pathspec` does: what is met first
/// decides whether a path or a folder was met.
struct Search<'a> {
    segments: &'a [Segment],
    components: &'a [&'a str],
    folder: bool,
    failed: HashSet<(usize, usize)>,
}

impl Search<'_> {
    fn from(&mut self, segment: usize, component: usize) -> Option<Hit> {
        if self.failed.contains(&(segment, component)) {
            return None;
        }
        let hit = self.step(segment, component);
        if hit.is_none() {
            self.failed.insert((segment, component));
        }
        hit
    }

    fn step(&mut self, segment: usize, component: usize) -> Option<Hit> {
        let last = segment + 1 == self.segments.len();
        if self.segments[segment] == Segment::Any {
            if last {
                let hit = if self.folder { Hit::Folder } else { Hit::Path };
                return (component < self.components.len()).then_some(hit);
            }
            return (component..self.components.len()).rev().find_map(|at| self.from(segment + 1, at));
        }
        if !self.segments[segment].meets(self.components.get(component)?) {
            return None;
        }
        match (last, component + 1 < self.components.len()) {
            (true, true) => Some(Hit::Folder),
            (true, false) => Some(Hit::Path),
            (false, _) => self.from(segment + 1, component + 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn met(patterns: &str, path: &str) -> bool {
        Patterns::compile(patterns.lines()).unwrap().matches(path)
    }

    #[test]
    fn patterns_meet_what_pathspec_meets() {
        let cases = [
            ("*.py[cod]", "a/b.pyc", true),
            ("*.py[cod]", "a/b.py", false),
            ("/dist", "dist/a.whl", true),
            ("/dist", "x/dist/a.whl", false),
            ("build/", "x/build/y", true),
            ("build/", "x/build", false),
            ("docs/*.txt", "docs/a.txt", true),
            ("docs/*.txt", "x/docs/a.txt", false),
            ("a/**/b", "a/b", true),
            ("a/**/b", "a/x/y/b/c", true),
            ("**/foo", "foo", true),
            ("foo/**", "foo", false),
            ("foo/**", "foo/x", true),
            ("*", "anything", true),
            ("*/", "file", false),
            ("*\n!*.py", "a/b.py", false),
            ("*\n!*.py", "a.py", false),
            ("data\n!data/keep.txt", "data/keep.txt", false),
            ("data/\n!keep", "data/keep", false),
            ("!keep\ndata/", "data/keep", false),
            ("!data/\ndata/x", "data/x", true),
            ("# a comment\n\\#x", "#x", true),
            ("a[", "a[", false),
            ("?b", "ab", true),
            ("lib64/", "lib64/", true),
        ];
        for (patterns, path, expected) in cases {
            assert_eq!(met(patterns, path), expected, "{patterns:?} {path}");
        }
    }

    #[test]
    fn what_is_unclear_is_said() {
        for line in ["a\\", "[!a]", "[z-a]", "[+-9]"] {
            assert!(Patterns::compile([line]).is_err(), "{line}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(lines in "[\\[\\]!*?/a.\\\\ -]{0,12}", path in "[a/.]{0,10}") {
            if let Ok(patterns) = Patterns::compile(lines.lines()) {
                patterns.matches(&path);
            }
        }
    }
}
