//! Looking for a name among all names of the indexes: exact, beginning, part, or with a letter or two wrong.

use std::sync::Arc;

use index::{Client, FetchError, Outcome, Request};
use store::NameList;

/// How a name is like what was looked for; the best comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// The same, apart from `-`, `_`, `.` and case.
    Exact,
    /// The first words of the name.
    FirstWords,
    /// The name begins like that.
    Beginning,
    /// One slip: a letter wrong, missing or too much, or two swapped.
    OneSlip,
    /// All words are words of the name.
    Words,
    /// All words are parts of the name.
    Part,
    /// Two slips.
    TwoSlips,
}

impl Likeness {
    /// One word about it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::FirstWords | Self::Beginning => "beginning",
            Self::Words | Self::Part => "part",
            Self::OneSlip | Self::TwoSlips => "similar",
        }
    }
}

/// A name that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// As its index writes it.
    pub name: String,
    /// How it is like what was looked for.
    pub likeness: Likeness,
}

/// What was looked for, normalized (PEP 503).
pub struct Query {
    whole: String,
    /// Without separators.
    letters: String,
    words: Vec<String>,
}

impl Query {
    /// The words that a person typed, together.
    pub fn new<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let typed = words.into_iter().collect::<Vec<_>>().join("-").replace(char::is_whitespace, "-");
        let whole = packaging::name::canonicalize_name(&typed).trim_matches('-').to_owned();
        let words = whole.split('-').filter(|word| !word.is_empty()).map(str::to_owned).collect();
        Self { letters: whole.replace('-', ""), whole, words }
    }

    /// Whether nothing was looked for.
    pub fn is_empty(&self) -> bool {
        self.whole.is_empty()
    }

    /// How `name` (normalized) is like it.
    pub fn likeness(&self, name: &str) -> Option<Likeness> {
        if name == self.whole || self.is_same_letters(name) {
            return Some(Likeness::Exact);
        }
        if let Some(rest) = name.strip_prefix(&self.whole) {
            return Some(if rest.starts_with('-') { Likeness::FirstWords } else { Likeness::Beginning });
        }
        let slips = self.slips(name);
        if slips == Some(1) {
            return Some(Likeness::OneSlip);
        }
        if self.words.iter().all(|word| name.contains(word.as_str())) {
            let is_word = |word: &String| name.split('-').any(|part| part == word);
            return Some(if self.words.iter().all(is_word) { Likeness::Words } else { Likeness::Part });
        }
        slips.map(|_| Likeness::TwoSlips)
    }

    fn is_same_letters(&self, name: &str) -> bool {
        name.len() >= self.letters.len() && name.bytes().filter(|byte| *byte != b'-').eq(self.letters.bytes())
    }

    /// One or two, when a short word has not changed beyond recognition.
    fn slips(&self, name: &str) -> Option<usize> {
        let most = match self.whole.len() {
            0..=2 => return None,
            3..=5 => 1,
            _ => 2,
        };
        distance(self.whole.as_bytes(), name.as_bytes(), most)
    }
}

/// Longer names are told from each other by more than a slip.
const LONGEST: usize = 64;

/// The optimal string alignment distance, when it is `most` or less.
fn distance(first: &[u8], second: &[u8], most: usize) -> Option<usize> {
    if first.len().abs_diff(second.len()) > most || first.len().max(second.len()) > LONGEST {
        return None;
    }
    let mut rows = [[0_usize; LONGEST + 1]; 3];
    for (column, cell) in rows[0].iter_mut().enumerate() {
        *cell = column;
    }
    for (at, &byte) in first.iter().enumerate() {
        let (current, previous, before) = ((at + 1) % 3, at % 3, (at + 2) % 3);
        rows[current][0] = at + 1;
        let mut least = at + 1;
        for (other, &candidate) in second.iter().enumerate() {
            let replaced = rows[previous][other] + usize::from(byte != candidate);
            let mut cost = replaced.min(rows[previous][other + 1] + 1).min(rows[current][other] + 1);
            let swapped = at > 0 && other > 0 && first[at - 1] == candidate && second[other - 1] == byte;
            if swapped {
                cost = cost.min(rows[before][other - 1] + 1);
            }
            rows[current][other + 1] = cost;
            least = least.min(cost);
        }
        if least > most {
            return None;
        }
    }
    Some(rows[first.len() % 3][second.len()]).filter(|distance| *distance <= most)
}

/// The names in `lists` that are like `query`, the best first, each once; at most `limit`, and how many there are.
pub fn search(lists: &[Arc<NameList>], query: &Query, limit: usize) -> (Vec<Hit>, usize) {
    let mut found: Vec<(Likeness, usize, String, &str)> = Vec::new();
    for name in lists.iter().flat_map(|list| list.iter()) {
        let normal = packaging::name::canonicalize_name(name);
        if let Some(likeness) = query.likeness(&normal) {
            found.push((likeness, normal.len(), normal.into_owned(), name));
        }
    }
    found.sort_unstable();
    found.dedup_by(|later, earlier| later.2 == earlier.2);
    let all = found.len();
    found.truncate(limit);
    let hit =
        |(likeness, _, _, name): (Likeness, usize, String, &str)| Hit { name: name.to_owned(), likeness };
    (found.into_iter().map(hit).collect(), all)
}

/// The lists of all indexes of the client.
///
/// # Errors
/// The first index whose list cannot be had.
pub fn lists(client: &mut Client) -> Result<Vec<Arc<NameList>>, FetchError> {
    let count = client.indexes().len();
    let tickets: Vec<_> = (0..count).map(|index| client.submit(Request::Names(index))).collect();
    let mut lists: Vec<Option<Arc<NameList>>> = vec![None; count];
    for _ in 0..count {
        let Some(completed) = client.next() else { break };
        let place = tickets.iter().position(|ticket| *ticket == completed.ticket);
        if let (Some(place), Outcome::Names(names)) = (place, completed.outcome) {
            lists[place] = Some(names?);
        }
    }
    Ok(lists.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::Freshness;

    #[test]
    fn likenesses() {
        for (query, name, likeness) in [
            ("Flask", "flask", Some(Likeness::Exact)),
            ("scikit learn", "scikit-learn", Some(Likeness::Exact)),
            ("scikitlearn", "scikit-learn", Some(Likeness::Exact)),
            ("flask", "flask-login", Some(Likeness::FirstWords)),
            ("flask", "flasky", Some(Likeness::Beginning)),
            ("reqeusts", "requests", Some(Likeness::OneSlip)),
            ("requsts", "requests", Some(Likeness::OneSlip)),
            ("flask", "pytest-flask", Some(Likeness::Words)),
            ("client http", "http-async-client", Some(Likeness::Words)),
            ("ask", "flask", Some(Likeness::Part)),
            ("beautifulsop", "beautifulsoap", Some(Likeness::OneSlip)),
            ("beautifulsop", "beautifulsouup", Some(Likeness::TwoSlips)),
            ("ab", "ac", None),
            ("numpy", "pandas", None),
        ] {
            assert_eq!(Query::new([query]).likeness(name), likeness, "{query} {name}");
        }
        assert!(Query::new(["--", " "]).is_empty());
    }

    #[test]
    fn the_best_comes_first_and_each_once() {
        let list = |names: &[&str]| Arc::new(NameList::new(names.iter().copied(), Freshness::default()));
        let lists =
            [list(&["pytest-flask", "Flask-Login", "flsk", "other"]), list(&["Flask", "flask-login"])];
        let query = Query::new(["flask"]);
        let (hits, all) = search(&lists, &query, 3);
        let names: Vec<&str> = hits.iter().map(|hit| hit.name.as_str()).collect();
        assert_eq!((names, all), (vec!["Flask", "Flask-Login", "flsk"], 4));
    }

    #[test]
    fn distances_are_those_of_a_table_without_bounds() {
        for (first, second, most, expected) in [
            ("", "", 0, Some(0)),
            ("ab", "ba", 1, Some(1)),
            ("abc", "abc", 2, Some(0)),
            ("abc", "axbxc", 2, Some(2)),
            ("abc", "axbxcx", 2, None),
            ("kitten", "sitting", 3, Some(3)),
            ("kitten", "sitting", 2, None),
        ] {
            assert_eq!(distance(first.as_bytes(), second.as_bytes(), most), expected, "{first} {second}");
        }
    }
}
