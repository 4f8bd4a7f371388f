//! What differs by nature between two runs is taken out of the lines before they are compared.
//!
//! The rules, and there are no others: the folder of the case; names of temporary folders and files, and of those in the
//! cache; times of day and durations; the port of the index; what pip calls itself (its program in usage lines, where it
//! lies in `--version` and with `-v`); and our hints after pip's errors (lines that begin with `hint: `).

use std::path::Path;

/// Lines without what differs by nature.
pub fn lines(text: &str, folder: &Path, port: u16) -> Vec<String> {
    text.lines().map(|line| one(line, folder, port)).collect()
}

fn one(line: &str, folder: &Path, port: u16) -> String {
    let folder = folder.to_string_lossy();
    let line = line.trim_end().replace(folder.as_ref(), "{stage}").replace(&format!(":{port}"), ":{port}");
    let line = line.replace("{stage}/env/bin/python -m pip", "pip").replace("__main__.py", "pip");
    let line = words(&line, |word| cached(word).or_else(|| temporary(word)).or_else(|| time(word)));
    match line.split_once(" from ") {
        Some((version, _)) if version.starts_with("pip 2") || version.ends_with("Using pip 26.3") => {
            version.to_owned()
        }
        _ => line,
    }
}

/// Replaces words between spaces.
fn words(line: &str, replace: impl Fn(&str) -> Option<String>) -> String {
    line.split(' ').map(|word| replace(word).unwrap_or_else(|| word.to_owned())).collect::<Vec<_>>().join(" ")
}

/// `{stage}/home/pip-install-ab12/…` and the like: `TMPDIR` is `{stage}/home`.
fn temporary(word: &str) -> Option<String> {
    if word.starts_with("./home/pip-") || word.contains("{stage}/home/pip-install-") {
        let (front, rest) = word.split_at(word.find("{stage}/home/").unwrap_or(0));
        let end = rest.find(['\'', '"', ')', ',']).unwrap_or(rest.len());
        return Some(format!("{front}{{temporary}}{}", &rest[end..]));
    }
    let at = word.find("{stage}/home/")? + "{stage}/home/".len();
    let rest = &word[at..];
    let end = rest.find(['/', '\'', '"', ')']).unwrap_or(rest.len());
    let name = &rest[..end];
    let is_temporary = ["pip-", ".tmp", "tilsit-", "tmp"].iter().any(|prefix| name.starts_with(prefix));
    is_temporary.then(|| format!("{}{{temporary}}{}", &word[..at], &rest[end..]))
}

/// Places in the cache: wheels that are kept, wheels of this run alone, and copies of repositories.
fn cached(word: &str) -> Option<String> {
    let rest = word.strip_prefix("{stage}/home/")?;
    let (top, below) = rest.split_once('/')?;
    match top {
        "cache" if below.starts_with("temporary-") => Some("{temporary wheel}".to_owned()),
        "cache" if below.starts_with("repositories-") => Some("{temporary}".to_owned()),
        "cache" | "pip-cache" => Some("{cache}".to_owned()),
        _ if top.starts_with("pip-ephem-wheel-cache-") => Some("{temporary wheel}".to_owned()),
        // ours without a cache
        _ if below.starts_with("built-") => Some("{temporary wheel}".to_owned()),
        _ => None,
    }
}

/// `2026-08-20T12:00:00,123` before lines of `--log`.
fn time(word: &str) -> Option<String> {
    let digits = |range: std::ops::Range<usize>| {
        word.get(range).is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let is_time = digits(0..4) && digits(5..7) && digits(8..10) && digits(11..13) && digits(14..16);
    (is_time && word.as_bytes().get(10) == Some(&b'T')).then(|| "{time}".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_by_nature_goes() {
        let folder = Path::new("/somewhere/stage0");
        for (line, expected) in [
            ("/somewhere/stage0/env/x", "{stage}/env/x"),
            ("at http://127.0.0.1:4000/simple/", "at http://127.0.0.1:{port}/simple/"),
            ("  /somewhere/stage0/env/bin/python -m pip list", "  pip list"),
            ("pip 26.3 from /a/b (python 3.11)", "pip 26.3"),
            ("to /somewhere/stage0/home/pip-req-build-x1/y", "to {stage}/home/{temporary}/y"),
            ("in /somewhere/stage0/home/pip-cache/wheels/ab/c", "in {cache}"),
            ("in /somewhere/stage0/home/pip-ephem-wheel-cache-1/wheels/ab", "in {temporary wheel}"),
            ("in /somewhere/stage0/home/cache/temporary-1/ab/1", "in {temporary wheel}"),
            ("2026-08-20T12:00:00,123 Looking", "{time} Looking"),
            ("in 2026-08-20", "in 2026-08-20"),
        ] {
            assert_eq!(lines(line, folder, 4000), [expected]);
        }
    }
}
