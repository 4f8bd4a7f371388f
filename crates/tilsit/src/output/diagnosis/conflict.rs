//! Why there is no resolution, as facts.

use super::super::{Code, Diagnostic, codes};
use packaging::candidate::Candidate;
use packaging::resolution::{Conflict, ConflictFact, Dependent};
use packaging::{Origin, PackageName, Version};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The candidates of the packages that a conflict names, as far as they are known.
type Known = BTreeMap<PackageName, Arc<[Candidate]>>;

/// The error for a conflict. When all facts lead to one package that cannot be had at all, the error is about that
/// package and has its code; else it is about the requirements that exclude each other. `needed` is what files are
/// looked for: the tags of the interpreter in a few words; `known` gives the hint.
pub(super) fn explained(conflict: &Conflict, known: &Known, needed: Option<&str>) -> Diagnostic {
    let facts = &conflict.facts;
    let only = only_dead_end(facts);
    let diagnostic = match only {
        Some(fact) => dead_end(fact, needed),
        None => {
            let names = disputed(facts);
            let summary = match names.as_slice() {
                [] => "no versions fit together".to_owned(),
                [only] => format!("no versions of `{only}` fit all that is asked of it"),
                [first @ .., last] => format!("no versions of {} and `{last}` fit together", quoted(first)),
            };
            let others = facts.iter().filter(|fact| !is_wish(fact) && !is_empty(fact, facts)).map(worded);
            Diagnostic::new(&codes::CONFLICT, summary).facts(others.collect::<Vec<_>>())
        }
    };
    let chain = facts.iter().filter(|fact| only.is_some() && is_need(fact)).map(worded);
    let mut diagnostic = diagnostic.facts(chain.collect::<Vec<_>>()).facts(wishes(facts));
    diagnostic.hint = way_out(facts, only, known).or(diagnostic.hint);
    diagnostic
}

/// One thing that helps, when the facts show one.
fn way_out(facts: &[ConflictFact], only: Option<&ConflictFact>, known: &Known) -> Option<String> {
    if facts.iter().any(|fact| matches!(fact, ConflictFact::ExcludedPrerelease { .. })) {
        return Some("`--prerelease allow` lets pre-releases in".to_owned());
    }
    let Some(fact) = only else { return relaxed(facts, known) };
    let usable = |name: &PackageName| {
        let candidates = known.get(name)?;
        candidates.iter().rev().find(|one| one.availability.is_usable()).map(|one| one.version.clone())
    };
    let wished = |name: &PackageName| facts.iter().any(|fact| is_wish(fact) && fact.name() == name);
    let command = |name: &PackageName, version: &Version| match wished(name) {
        true => format!(": `tilsit install \"{name}=={version}\"`"),
        false => String::new(),
    };
    match fact {
        ConflictFact::NoCompatibleFile { name, .. } => {
            let version = usable(name)?;
            Some(format!("{name} {version} does have one{}", command(name, &version)))
        }
        ConflictFact::NeedsPython { name, .. } => {
            let version = usable(name)?;
            Some(format!("{name} {version} supports this Python{}", command(name, &version)))
        }
        _ => None,
    }
}

/// Wishes that exclude each other: which of them is worth giving up.
fn relaxed(facts: &[ConflictFact], known: &Known) -> Option<String> {
    let names = disputed(facts);
    let [first, .., last] = names.as_slice() else { return None };
    let pinned = |fact: &&ConflictFact| match fact {
        ConflictFact::Requires { from: Dependent::User(_), requirement, .. } => requirement.contains("=="),
        _ => false,
    };
    if let Some(ConflictFact::Requires { name, .. }) = facts.iter().find(pinned) {
        return Some(format!("`{name}` is pinned; leave its version open, or install it alone"));
    }
    let alone = PackageName::new(last).ok().and_then(|name| known.get(&name).map(|known| known.len()));
    match alone {
        Some(1) => Some(format!("{last} has no other version; without it: `tilsit install {first}`")),
        _ => Some(format!("take one of them alone: `tilsit install {first}`")),
    }
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The fact about the one package that nothing can satisfy, when there is just one and only one wish about it.
fn only_dead_end(facts: &[ConflictFact]) -> Option<&ConflictFact> {
    let mut dead = facts.iter().filter(|fact| !is_need(fact) && !is_wish(fact) && !is_empty(fact, facts));
    let first = dead.next()?;
    let asked =
        facts.iter().filter(|fact| (is_need(fact) || is_wish(fact)) && fact.name() == first.name()).count();
    (dead.next().is_none() && asked <= 1).then_some(first)
}

/// "No version is left", where another fact already says why.
fn is_empty(fact: &ConflictFact, facts: &[ConflictFact]) -> bool {
    let ConflictFact::NoVersions { name, available, .. } = fact else { return false };
    let says_more = |other: &ConflictFact| {
        other.name() == name
            && !is_need(other)
            && !is_wish(other)
            && !matches!(other, ConflictFact::NoVersions { .. })
    };
    available.is_empty() && facts.iter().any(says_more)
}

/// A package needs something.
fn is_need(fact: &ConflictFact) -> bool {
    matches!(fact, ConflictFact::Requires { from: Dependent::Package { .. }, .. })
}

/// The user asked for something or limited it.
fn is_wish(fact: &ConflictFact) -> bool {
    matches!(fact, ConflictFact::Requires { from: Dependent::User(_), .. } | ConflictFact::Constrains { .. })
}

/// The packages that the user asked for, in order.
fn disputed(facts: &[ConflictFact]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for fact in facts.iter().filter(|fact| is_wish(fact)) {
        let name = fact.name().to_string();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn dead_end(fact: &ConflictFact, needed: Option<&str>) -> Diagnostic {
    let error = |code: &'static Code, summary: String| Diagnostic::new(code, summary);
    match fact {
        ConflictFact::NotFound { name, note } => {
            let found = error(&codes::UNKNOWN_PACKAGE, format!("`{name}` was not found in any index"));
            found.facts(note.clone()).hint(format!("`tilsit search {name}` looks for names like it"))
        }
        ConflictFact::NoVersions { name, specifiers, available } => {
            let found = error(&codes::NO_SUCH_VERSION, format!("no versions of `{name}` fit {specifiers}"));
            let finals = available.iter().rev().find(|version| !version.is_prerelease());
            match finals.or(available.last()) {
                None => found.fact("there are no versions at all"),
                Some(newest) => found
                    .fact(format!("available: {}", listed(available)))
                    .hint(format!("the newest is {newest}: `tilsit install \"{name}=={newest}\"`")),
            }
        }
        ConflictFact::NeedsPython { name, versions, requires_python, python } => error(
            &codes::NEEDS_PYTHON,
            format!(
                "`{name}` {} needs Python {requires_python}, and this is Python {python}",
                listed(versions)
            ),
        )
        .hint("`tilsit python list` shows other interpreters; -p chooses one"),
        ConflictFact::NoCompatibleFile { name, versions, found } => {
            let summary = format!("`{name}` {} has no file for this interpreter", listed(versions));
            let diagnostic = error(&codes::NO_COMPATIBLE_FILE, summary);
            let diagnostic = diagnostic.fact(format!("found:  {}", shortened(found)));
            match needed {
                Some(needed) => diagnostic.fact(format!("needed: {needed}")),
                None => diagnostic,
            }
        }
        other => error(&codes::NO_SUCH_VERSION, format!("no versions of `{}` can be used", other.name()))
            .fact(worded(other)),
    }
}

/// A fact in one line.
fn worded(fact: &ConflictFact) -> String {
    match fact {
        ConflictFact::Requires { from, requirement, .. } => match from {
            Dependent::User(_) => format!("you asked for {}", spaced(requirement)),
            Dependent::Package { name, versions, every_version } => {
                let which = if *every_version && versions.len() > 1 { "every version of " } else { "" };
                format!("{which}{name} {} needs {}", listed(versions), spaced(requirement))
            }
        },
        ConflictFact::Constrains { requirement, .. } => format!("your constraint: {}", spaced(requirement)),
        ConflictFact::NoVersions { name, specifiers, available } => match available.is_empty() {
            true => format!("{name} has no versions at all"),
            false => format!("{name} has no version that fits {specifiers}; there are {}", listed(available)),
        },
        ConflictFact::NotFound { name, note } => match note {
            Some(note) => format!("{name} was not found: {note}"),
            None => format!("{name} was not found in any index"),
        },
        ConflictFact::NeedsPython { name, versions, requires_python, python } => {
            format!("{name} {} needs Python {requires_python}; this is Python {python}", listed(versions))
        }
        ConflictFact::NoCompatibleFile { name, versions, found } => {
            format!("{name} {} has files only for {}", listed(versions), shortened(found))
        }
        ConflictFact::Yanked { name, versions, reason } => withdrawn(name, versions, reason.as_deref()),
        ConflictFact::ExcludedPrerelease { name, versions } => {
            format!("{name} {}: pre-releases, which nobody asked for", listed(versions))
        }
        ConflictFact::Excluded { name, versions, reason } => {
            format!("{name} {} is left out: {reason}", listed(versions))
        }
        ConflictFact::MetadataUnusable { name, version, reason } => {
            format!("{name} {version} cannot be used: {reason}")
        }
    }
}

fn withdrawn(name: &PackageName, versions: &[Version], reason: Option<&str>) -> String {
    let reason = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
    format!("{name} {} was withdrawn by its publishers{reason}", listed(versions))
}

/// What the user asked for and limited, each in one line with all its places.
fn wishes(facts: &[ConflictFact]) -> Vec<String> {
    let asked = facts.iter().filter_map(|fact| match fact {
        ConflictFact::Requires { from: Dependent::User(origin), requirement, .. } => {
            Some((requirement, origin.as_ref()))
        }
        _ => None,
    });
    let limited = facts.iter().filter_map(|fact| match fact {
        ConflictFact::Constrains { origin, requirement, .. } => Some((requirement, origin.as_ref())),
        _ => None,
    });
    [one_line("you asked for", asked.collect()), one_line("you limited", limited.collect())]
        .into_iter()
        .flatten()
        .collect()
}

fn one_line(start: &str, wishes: Vec<(&String, Option<&Arc<Origin>>)>) -> Option<String> {
    if wishes.is_empty() {
        return None;
    }
    let what: Vec<&str> = wishes.iter().map(|(requirement, _)| requirement.as_str()).collect();
    let places = places(wishes.iter().filter_map(|(_, origin)| origin.map(|origin| &**origin)));
    let places = if places.is_empty() { String::new() } else { format!(" ({places})") };
    Some(format!("{start} {}{places}", what.join(", ")))
}

/// `requirements.txt:1, 2; limits.txt:3`
fn places<'a>(origins: impl Iterator<Item = &'a Origin>) -> String {
    let mut files: Vec<(&str, Vec<String>)> = Vec::new();
    for origin in origins {
        let (place, line) = match origin {
            Origin::CommandLine => continue,
            Origin::File { path, line, .. } => (path.as_str(), Some(line.to_string())),
            Origin::Package { name, .. } => (name.as_str(), None),
            Origin::Named(name) => (name.as_str(), None),
        };
        match files.iter_mut().find(|(held, _)| *held == place) {
            Some((_, lines)) => lines.extend(line),
            None => files.push((place, line.into_iter().collect())),
        }
    }
    let shown = files.into_iter().map(|(file, mut lines)| {
        lines.dedup();
        if lines.is_empty() { file.to_owned() } else { format!("{file}:{}", lines.join(", ")) }
    });
    shown.collect::<Vec<_>>().join("; ")
}

/// Versions in a row; of many the first and the last ones.
fn listed(versions: &[Version]) -> String {
    let shown = |versions: &[Version]| versions.iter().map(Version::to_string).collect::<Vec<_>>().join(", ");
    match versions.len() {
        0..=6 => shown(versions),
        count => {
            let newest = shown(&versions[count - 4..]);
            format!("{}, …, {newest} ({count} versions)", versions[0])
        }
    }
}

fn shortened(words: &[String]) -> String {
    const MANY: usize = 8;
    let more = words.len().saturating_sub(MANY);
    let rest = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("{}{rest}", words.iter().take(MANY).cloned().collect::<Vec<_>>().join(", "))
}

/// `gamma<2` as `gamma <2`.
fn spaced(requirement: &str) -> String {
    match requirement.find(['<', '>', '=', '!', '~']) {
        Some(at)
            if at > 0 && !requirement[..at].ends_with(' ') && !requirement[..at].contains(['@', ';']) =>
        {
            format!("{} {}", &requirement[..at], &requirement[at..])
        }
        _ => requirement.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::Style;
    use super::*;

    fn name(text: &str) -> PackageName {
        PackageName::new(text).unwrap()
    }

    fn versions(texts: &[&str]) -> Vec<Version> {
        texts.iter().map(|text| Version::parse(text).unwrap()).collect()
    }

    fn wish(requirement: &str, line: Option<u32>) -> ConflictFact {
        let file = |line| Origin::File { path: "requirements.txt".into(), line, constraint: false };
        let origin = Some(Arc::new(line.map_or(Origin::CommandLine, file)));
        let bare = requirement.split(['<', '>', '=']).next().unwrap();
        ConflictFact::Requires {
            from: Dependent::User(origin),
            name: name(bare),
            requirement: requirement.into(),
        }
    }

    fn need(from: &str, version: &str, requirement: &str) -> ConflictFact {
        let bare = requirement.split(['<', '>', '=']).next().unwrap();
        let from =
            Dependent::Package { name: name(from), versions: versions(&[version]), every_version: false };
        ConflictFact::Requires { from, name: name(bare), requirement: requirement.into() }
    }

    fn print(facts: Vec<ConflictFact>, needed: Option<&str>) -> String {
        explained(&Conflict { facts }, &Known::new(), needed).render(Style::PLAIN)
    }

    #[test]
    fn two_wishes_that_exclude_each_other() {
        let facts = vec![
            wish("alpha", Some(1)),
            wish("beta", Some(2)),
            need("alpha", "1.0", "gamma<2"),
            need("beta", "1.0", "gamma>=2"),
        ];
        let expected = "\
error: no versions of `alpha` and `beta` fit together                        [conflict]
  alpha 1.0 needs gamma <2
  beta 1.0 needs gamma >=2
  you asked for alpha, beta (requirements.txt:1, 2)
hint: take one of them alone: `tilsit install alpha`
";
        assert_eq!(print(facts, None), expected);
    }

    #[test]
    fn one_package_that_cannot_be_had() {
        let missing = ConflictFact::NotFound {
            name: name("requets"),
            note: Some("asked: https://index.example/simple/".into()),
        };
        let expected = "\
error: `requets` was not found in any index                                  [unknown-package]
  asked: https://index.example/simple/
  you asked for requets
hint: `tilsit search requets` looks for names like it
";
        assert_eq!(print(vec![wish("requets", None), missing], None), expected);

        let none = ConflictFact::NoVersions {
            name: name("alpha"),
            specifiers: ">=9".into(),
            available: versions(&["1.0", "1.1", "2.0"]),
        };
        let expected = "\
error: no versions of `alpha` fit >=9                                        [no-such-version]
  available: 1.0, 1.1, 2.0
  beta 1 needs alpha >=9
  you asked for beta (requirements.txt:3)
hint: the newest is 2.0: `tilsit install \"alpha==2.0\"`
";
        assert_eq!(print(vec![wish("beta", Some(3)), need("beta", "1", "alpha>=9"), none], None), expected);

        let other = ConflictFact::NoCompatibleFile {
            name: name("delta"),
            versions: versions(&["1.0"]),
            found: vec!["cp27-cp27m-win32".into()],
        };
        let expected = "\
error: `delta` 1.0 has no file for this interpreter                          [no-compatible-file]
  found:  cp27-cp27m-win32
  needed: cp311, manylinux_2_36_x86_64 or py3-none-any
  you asked for delta
";
        assert_eq!(
            print(vec![wish("delta", None), other], Some("cp311, manylinux_2_36_x86_64 or py3-none-any")),
            expected
        );
    }

    #[test]
    fn long_lists_are_cut() {
        let many = versions(&["1", "2", "3", "4", "5", "6", "7", "8"]);
        assert_eq!(listed(&many), "1, …, 5, 6, 7, 8 (8 versions)");
        assert_eq!(spaced("gamma[x]>=2,<3"), "gamma[x] >=2,<3");
        assert_eq!(spaced("gamma @ https://h/?a=b"), "gamma @ https://h/?a=b");
    }
}
