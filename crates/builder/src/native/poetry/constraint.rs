//! Poetry's constraints on versions: `^1.2`, `~1.2`, `1.*`, comparisons, and what becomes of them in metadata.
//!
//! What Poetry reads differently from PEP 440, or prints in a form of its own, is not understood: epochs, local
//! versions, `===`, hyphens.

use std::cmp::Ordering;

use packaging::Version;

use crate::native::{Stop, not_native};

/// How many ranges, and how many conditions in one of them, are read.
const MOST: usize = 64;

/// A set of versions: disjoint ranges in ascending order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Constraint(Vec<Range>);

/// All versions between two ends, one of which may be missing.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Range {
    low: Option<End>,
    high: Option<End>,
}

/// An end of a range.
#[derive(Clone, Debug, PartialEq, Eq)]
struct End {
    version: Version,
    inclusive: bool,
}

/// Whose versions are constrained: in markers and for Python, `<3` has no word on `3.0.dev0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    Package,
    Python,
}

impl Range {
    const ANY: Self = Self { low: None, high: None };

    fn exactly(version: Version) -> Self {
        let end = End { version, inclusive: true };
        Self { low: Some(end.clone()), high: Some(end) }
    }

    fn is_empty(&self) -> bool {
        let (Some(low), Some(high)) = (&self.low, &self.high) else { return false };
        match low.version.cmp(&high.version) {
            Ordering::Less => false,
            Ordering::Equal => !(low.inclusive && high.inclusive),
            Ordering::Greater => true,
        }
    }

    fn single(&self) -> Option<&Version> {
        let (low, high) = (self.low.as_ref()?, self.high.as_ref()?);
        (low.version == high.version).then_some(&low.version)
    }

    fn intersection(&self, other: &Self) -> Self {
        let low = if compare_low(&self.low, &other.low).is_ge() { &self.low } else { &other.low };
        let high = if compare_high(&self.high, &other.high).is_le() { &self.high } else { &other.high };
        Self { low: low.clone(), high: high.clone() }
    }

    /// Whether nothing lies between this range and one that starts no earlier.
    fn touches(&self, later: &Self) -> bool {
        let (Some(high), Some(low)) = (&self.high, &later.low) else { return true };
        match high.version.cmp(&low.version) {
            Ordering::Less => false,
            Ordering::Equal => high.inclusive || low.inclusive,
            Ordering::Greater => true,
        }
    }

    /// The series, where this is one: `1.*` for everything from `1.dev0` to `2`.
    fn series(&self) -> Option<String> {
        let (low, high) = (self.low.as_ref()?, self.high.as_ref()?);
        (low.inclusive && !high.inclusive).then(|| series(&low.version, &high.version)).flatten()
    }

    fn print(&self) -> String {
        if let Some(series) = self.series() {
            return format!("=={series}");
        }
        [self.print_low(), self.print_high()].into_iter().flatten().collect::<Vec<_>>().join(",")
    }

    fn print_low(&self) -> Option<String> {
        let low = self.low.as_ref()?;
        Some(format!("{}{}", if low.inclusive { ">=" } else { ">" }, low.version))
    }

    fn print_high(&self) -> Option<String> {
        let high = self.high.as_ref()?;
        Some(if high.inclusive {
            format!("<={}", high.version)
        } else {
            format!("<{}", written(&high.version))
        })
    }
}

/// Which of two lower ends is the higher one.
fn compare_low(one: &Option<End>, other: &Option<End>) -> Ordering {
    match (one, other) {
        (Some(one), Some(other)) => one.version.cmp(&other.version).then(other.inclusive.cmp(&one.inclusive)),
        _ => one.is_some().cmp(&other.is_some()),
    }
}

/// Which of two upper ends is the higher one.
fn compare_high(one: &Option<End>, other: &Option<End>) -> Ordering {
    match (one, other) {
        (Some(one), Some(other)) => one.version.cmp(&other.version).then(one.inclusive.cmp(&other.inclusive)),
        _ => other.is_some().cmp(&one.is_some()),
    }
}

/// An exclusive end as it was written: `2` for `2.dev0`.
fn written(version: &Version) -> String {
    let text = version.to_string();
    match text.strip_suffix(".dev0") {
        Some(stable) if version.pre().is_none() => stable.to_owned(),
        _ => text,
    }
}

/// The series between two versions: its last number is one less than that of the second.
fn series(low: &Version, high: &Version) -> Option<String> {
    let plain = |version: &Version| version.pre().is_none() && version.post().is_none();
    if !plain(low) || !plain(high) || low.dev() != Some(0) || high.dev().is_some_and(|dev| dev != 0) {
        return None;
    }
    let mut parts = high.release().to_vec();
    while parts.last() == Some(&0) {
        parts.pop();
    }
    let last = parts.last_mut()?;
    *last -= 1;
    let mut first = low.release().to_vec();
    first.resize(first.len().max(parts.len()), 0);
    let same = first[..parts.len()] == parts[..] && first[parts.len()..].iter().all(|part| *part == 0);
    same.then(|| format!("{}.*", join(&parts)))
}

fn join(parts: &[u64]) -> String {
    parts.iter().map(u64::to_string).collect::<Vec<_>>().join(".")
}

impl Constraint {
    pub(super) fn any() -> Self {
        Self(vec![Range::ANY])
    }

    /// Everything from one version to before another.
    fn between(low: Version, high: Version, of: Of) -> Result<Self, Stop> {
        let low = Some(End { version: low, inclusive: true });
        Ok(Self(vec![Range { low, high: Some(before(high, of)?) }]))
    }

    /// Reads what stands behind a name in `[tool.poetry.dependencies]`.
    pub(super) fn parse(text: &str, of: Of) -> Result<Self, Stop> {
        let alternatives: Vec<&str> = text.split('|').filter(|part| !part.is_empty()).collect();
        let conditions = text.bytes().filter(|byte| b", ".contains(byte)).count();
        if alternatives.is_empty() || alternatives.len() > MOST || conditions > MOST {
            return not_native(format!("the constraint `{text}`"));
        }
        let mut all = Vec::new();
        for alternative in alternatives {
            let mut one = Self::any();
            for condition in split(alternative)? {
                one = one.intersection(&Self::single(&condition, of)?);
            }
            all.extend(one.0);
        }
        Ok(Self::union(all))
    }

    /// One condition: an operator and a version.
    pub(super) fn single(text: &str, of: Of) -> Result<Self, Stop> {
        if text == "*" {
            return Ok(Self::any());
        }
        let end = text.find(|char: char| char.is_ascii_digit()).unwrap_or(text.len());
        let (operator, version) = text.split_at(end);
        let operator = operator.trim_end();
        if let Some(series) = version.strip_suffix(".*") {
            let version = parsed(series)?;
            let plain = !version.is_prerelease() && version.post().is_none() && version.release().len() < 4;
            return match operator {
                "" | "==" if plain => Self::series(&version, of),
                "!=" if plain => Ok(Self::series(&version, of)?.complement()),
                _ => not_native(format!("the constraint `{text}`")),
            };
        }
        let version = parsed(version)?;
        let end = |inclusive| Some(End { version: version.clone(), inclusive });
        let range = match operator {
            "" | "=" | "==" => Range::exactly(version),
            "!=" => return Ok(Self(vec![Range::exactly(version)]).complement()),
            ">" => Range { low: end(false), high: None },
            ">=" => Range { low: end(true), high: None },
            "<=" => Range { low: None, high: end(true) },
            "<" => Range { low: None, high: Some(before(version, of)?) },
            "^" | "~" | "~=" => {
                let high = release(&raised(operator, &version)?)?;
                return Self::between(version, high, of);
            }
            _ => return not_native(format!("the constraint `{text}`")),
        };
        Ok(Self(vec![range]))
    }

    fn series(version: &Version, of: Of) -> Result<Self, Stop> {
        let parts = version.release().to_vec();
        let last = parts.len() - 1;
        let next = release(&raise(&parts, last)?)?;
        if of == Of::Python {
            return Self::between(version.clone(), next, of);
        }
        Self::between(suffixed(version, ".dev0")?, next, of)
    }

    fn union(mut ranges: Vec<Range>) -> Self {
        ranges.retain(|range| !range.is_empty());
        ranges.sort_by(|one, other| compare_low(&one.low, &other.low));
        let mut merged: Vec<Range> = Vec::new();
        for range in ranges {
            match merged.last_mut() {
                Some(last) if last.touches(&range) => {
                    if compare_high(&range.high, &last.high).is_gt() {
                        last.high = range.high;
                    }
                }
                _ => merged.push(range),
            }
        }
        Self(merged)
    }

    pub(super) fn intersection(&self, other: &Self) -> Self {
        let pairs = self.0.iter().flat_map(|one| other.0.iter().map(|two| one.intersection(two)));
        Self::union(pairs.collect())
    }

    fn complement(&self) -> Self {
        let turned = |end: &Option<End>| {
            end.as_ref().map(|end| End { version: end.version.clone(), inclusive: !end.inclusive })
        };
        let mut left = Vec::new();
        let mut low = None;
        for range in &self.0 {
            if range.low.is_some() {
                left.push(Range { low, high: turned(&range.low) });
            }
            low = turned(&range.high);
            if low.is_none() {
                return Self(left);
            }
        }
        left.push(Range { low, high: None });
        Self(left)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn is_any(&self) -> bool {
        self.0 == [Range::ANY]
    }

    /// Whether any version is in both.
    pub(super) fn meets(&self, other: &Self) -> bool {
        !self.intersection(other).is_empty()
    }

    /// The one range, as in a marker on Python's version.
    pub(super) fn python_marker(&self) -> Result<String, Stop> {
        let [range] = &*self.0 else { return not_native("a constraint on Python has gaps") };
        if let Some(version) = range.single() {
            let precise = version.release().len() >= 3;
            return Ok(format!("{} == \"{version}\"", if precise { FULL } else { SHORT }));
        }
        let bound = |end: &Option<End>, operator: &str| -> Option<String> {
            let End { version, inclusive } = end.as_ref()?;
            let parts = version.release().to_vec();
            // `>= 3.8` and `< 3.8` mean the same of two numbers and of three; `> 3.8` and `<= 3.8` do not.
            let plain = *inclusive == (operator == ">");
            let (name, parts) = match parts.len() {
                3.. => (FULL, parts),
                _ if plain => (SHORT, parts),
                length => (FULL, [parts, vec![0; 3 - length]].concat()),
            };
            Some(format!("{name} {operator}{} \"{}\"", if *inclusive { "=" } else { "" }, join(&parts)))
        };
        let bounds: Vec<String> =
            [bound(&range.low, ">"), bound(&range.high, "<")].into_iter().flatten().collect();
        Ok(bounds.join(" and "))
    }

    /// The text in the parentheses behind a requirement's name, empty where there is none. `written` is the constraint
    /// as it stands in the project, where it is printed from that.
    pub(super) fn print(&self, written: Option<&str>) -> Result<String, Stop> {
        match (&*self.0, written) {
            ([], _) => not_native("a constraint allows nothing"),
            ([range], _) if *range == Range::ANY => Ok(String::new()),
            ([range], _) => {
                Ok(range.single().map_or_else(|| range.print(), |version| format!("=={version}")))
            }
            (_, None) => self.print_gaps(),
            (_, Some(written)) if written.contains('|') => {
                not_native(format!("the constraint `{written}` has gaps"))
            }
            (_, Some(written)) => {
                let parts = written.split(',').map(|part| match Self::single(part.trim(), Of::Package)? {
                    Self(ranges) if ranges.len() == 1 => Ok(ranges[0].print()),
                    gap => gap.print_gaps(),
                });
                Ok(parts.collect::<Result<Vec<_>, _>>()?.join(","))
            }
        }
    }

    /// Ranges with a series or a version between two of them: `>=1,!=1.5.*,<2`.
    fn print_gaps(&self) -> Result<String, Stop> {
        let mut parts: Vec<String> = self.0.first().and_then(Range::print_low).into_iter().collect();
        for pair in self.0.windows(2) {
            let (Some(high), Some(low)) = (&pair[0].high, &pair[1].low) else {
                return not_native("a constraint is not in order");
            };
            let hole = Range { low: Some(turn(high)), high: Some(turn(low)) };
            match (hole.single(), hole.series()) {
                (Some(version), _) => parts.push(format!("!={version}")),
                (None, Some(series)) => parts.push(format!("!={series}")),
                (None, None) => return not_native("a constraint has a gap that is no series"),
            }
        }
        parts.extend(self.0.last().and_then(Range::print_high));
        Ok(parts.join(","))
    }

    /// `Requires-Python`
    pub(super) fn print_python(&self) -> Result<String, Stop> {
        let [range] = &*self.0 else { return self.print_pythons() };
        let Some(version) = range.single() else { return Ok(range.print()) };
        match &*version.release().to_vec() {
            [_, _, _, ..] => Ok(format!("=={version}")),
            [_, _] => Self::single(&format!("~{version}"), Of::Package)?.print(None),
            _ => Self::single(&format!("^{version}.0"), Of::Package)?.print(None),
        }
    }

    /// The releases of Python one by one, for a constraint that leaves some out.
    fn print_pythons(&self) -> Result<String, Stop> {
        let mut parts = Vec::new();
        let mut first = None;
        for (major, minor) in std::iter::once((2, 7)).chain((0..=15).map(|minor| (3, minor))) {
            if self.meets(&Self::single(&format!("{major}.{minor}.*"), Of::Package)?) {
                first = first.or(Some((major, minor)));
            } else {
                parts.push(format!("!={major}.{minor}.*"));
            }
        }
        let Some((major, minor)) = first else { return not_native("no Python is allowed") };
        parts.insert(0, format!(">={major}.{minor}"));
        Ok(parts.join(", "))
    }
}

const SHORT: &str = "python_version";
const FULL: &str = "python_full_version";

fn turn(end: &End) -> End {
    End { version: end.version.clone(), inclusive: !end.inclusive }
}

/// The end of everything before a version; of packages that leaves out what comes before its release.
fn before(version: Version, of: Of) -> Result<End, Stop> {
    let keep = of == Of::Python || version.is_prerelease();
    let version = if keep { version } else { suffixed(&version, ".dev0")? };
    Ok(End { version, inclusive: false })
}

fn suffixed(version: &Version, suffix: &str) -> Result<Version, Stop> {
    parsed(&format!("{version}{suffix}"))
}

fn release(parts: &[u64]) -> Result<Version, Stop> {
    parsed(&join(parts))
}

/// A version without epoch and local part.
fn parsed(text: &str) -> Result<Version, Stop> {
    match Version::parse(text) {
        Ok(version) if version.epoch() == 0 && !version.is_local() && !text.contains('-') => Ok(version),
        _ => not_native(format!("the version `{text}` in a constraint")),
    }
}

/// The numbers with the one at `place` raised and those behind it zero.
fn raise(parts: &[u64], place: usize) -> Result<Vec<u64>, Stop> {
    let mut raised = parts.to_vec();
    raised.resize(parts.len().max(place + 1), 0);
    match raised[place].checked_add(1) {
        Some(number) => raised[place] = number,
        None => return not_native("a version's number is too large"),
    }
    raised[place + 1..].fill(0);
    Ok(raised)
}

/// The release before which `^`, `~` or `~=` ends.
fn raised(operator: &str, version: &Version) -> Result<Vec<u64>, Stop> {
    let parts = version.release().to_vec();
    let place = match operator {
        "~" => usize::from(parts.len() > 1),
        "~=" => parts.len().saturating_sub(2),
        _ => parts.iter().take(3).position(|part| *part > 0).unwrap_or(parts.len().min(3) - 1),
    };
    raise(&parts, place)
}

/// The conditions of an alternative, between commas or spaces; spaces behind an operator do not count.
fn split(text: &str) -> Result<Vec<String>, Stop> {
    let text = text.trim();
    let text = text.strip_suffix(',').unwrap_or(text).trim_end();
    let mut conditions = Vec::new();
    let mut current = String::new();
    for char in text.chars() {
        let waits = current.is_empty() || current.ends_with(['^', '~', '=', '<', '>', '!']);
        match char {
            ' ' if waits => {}
            ' ' | ',' if !waits => conditions.push(std::mem::take(&mut current)),
            // `1.0 ,<2`
            ',' if current.is_empty() && !conditions.is_empty() && text.contains(" ,") => {}
            _ if char.is_ascii_alphanumeric() || "^~=<>!.*+".contains(char) => current.push(char),
            _ => return not_native(format!("the constraint `{text}`")),
        }
    }
    if current.is_empty() {
        return not_native(format!("the constraint `{text}`"));
    }
    conditions.push(current);
    Ok(conditions)
}

#[cfg(test)]
mod tests;
