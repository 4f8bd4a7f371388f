//! What must not be spelled anywhere: hosts of registries, this machine's paths, unfinished code, binaries.

use super::{Complaints, Tracked, scan};

/// Hosts of package registries, in pieces so that this file does not spell them.
const HOSTS: [&str; 9] = [
    concat!("py", "pi.org"),
    concat!("py", "pi.python.org"),
    concat!("python", "hosted"),
    concat!("crates", ".io"),
    concat!("npm", "js."),
    concat!("debian", ".org"),
    concat!("ana", "conda.org"),
    concat!("ruby", "gems.org"),
    concat!("proxy.", "golang.org"),
];

/// Folders of one machine. A path like `x/root/y` is another thing, so only their start counts.
const MACHINE: [&str; 5] = [
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/tmp/", "wt"),
    concat!("/tmp/", "plan"),
    concat!("/tmp/", "t/"),
];

const UNFINISHED: [&str; 4] =
    [concat!("to", "do!"), concat!("unimpl", "emented!"), concat!("#[ig", "nore"), concat!("db", "g!")];

const BINARY: [&str; 13] =
    ["whl", "zip", "gz", "tgz", "bz2", "xz", "so", "dll", "exe", "pyc", "a", "rlib", "egg"];

/// Checks the text of every tracked file; `Cargo.lock` names its registry and is cargo's own.
pub fn check(files: &[Tracked], complaints: &mut Complaints) {
    for file in files {
        let extension = file.name().rsplit_once('.').map_or("", |(_, extension)| extension);
        let Some(text) = file.text().filter(|_| !BINARY.contains(&extension)) else {
            complaints.add(&file.path, "a binary; tests make theirs in code");
            continue;
        };
        if file.name() != "Cargo.lock" {
            spelled(file, text, complaints);
        }
        if file.is_rust() {
            unfinished(file, text, complaints);
        }
    }
}

fn spelled(file: &Tracked, text: &str, complaints: &mut Complaints) {
    for (number, line) in text.lines().enumerate() {
        let small = line.to_ascii_lowercase();
        for host in HOSTS.iter().filter(|host| small.contains(**host)) {
            complaints.add(format!("{}:{}", file.path, number + 1), format_args!("spells the host `{host}`"));
        }
        for path in MACHINE.iter().filter(|path| starts_somewhere(line, path)) {
            complaints.add(
                format!("{}:{}", file.path, number + 1),
                format_args!("names a machine's path `{path}`"),
            );
        }
    }
}

/// Whether `path` stands in the line as the start of a path, not in the middle of a longer one.
fn starts_somewhere(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|last| last.is_alphanumeric() || "._-/}$".contains(last))
    })
}

fn unfinished(file: &Tracked, text: &str, complaints: &mut Complaints) {
    for (number, line) in scan::code_only(text).lines().enumerate() {
        for mark in UNFINISHED.iter().filter(|mark| line.contains(**mark)) {
            complaints.add(format!("{}:{}", file.path, number + 1), format_args!("unfinished: `{mark}`"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MACHINE, starts_somewhere};

    #[test]
    fn only_the_start_of_a_path_counts() {
        let path = MACHINE[0];
        assert!(starts_somewhere(&format!("see {path}main"), path));
        assert!(starts_somewhere(&format!("(\"{path}\")"), path));
        assert!(!starts_somewhere(&format!("a{path}b"), path));
        assert!(!starts_somewhere("frame/works", path));
    }
}
