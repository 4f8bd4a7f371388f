//! Compiled requirements: exact pins as a requirements file, written and read again.
//!
//! The form is the one that pip-tools made common and every tool reads: `name==version ; marker`, hashes on joined lines,
//! `# via` comments that say who asked.

use crate::requirements_file::{Entry, Requested, RequirementsFileError, Source, parse};
use packaging::hashes::Hash;
use packaging::{Marker, Origin, PackageName, Version};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// One pinned package.
#[derive(Clone, Debug)]
pub struct PinnedPackage {
    /// `name==1.0`, `name[extra]==1.0` or `name @ URL`.
    pub requirement: String,
    /// Where it counts; everywhere when there is none.
    pub marker: Option<Marker>,
    /// Hashes of all its files; none are written when empty.
    pub hashes: Vec<Hash>,
    /// Who asked for it.
    pub via: Vec<Origin>,
}

/// What is written besides the pins.
#[derive(Clone, Debug, Default)]
pub struct OutputPolicy {
    /// The command that made the file, for the header; no header without.
    pub command: Option<String>,
    /// `# via` comments.
    pub annotate: bool,
}

/// A pin read from a file that was compiled earlier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// The package.
    pub name: PackageName,
    /// Its version.
    pub version: Version,
    /// Its hashes.
    pub hashes: Vec<Hash>,
}

/// The text of a compiled requirements file, in the order of `packages`.
pub fn write(packages: &[PinnedPackage], policy: &OutputPolicy) -> String {
    let mut out = String::new();
    if let Some(command) = &policy.command {
        let _ = write!(out, "# This file was made by Tilsit with the following command:\n#    {command}\n");
    }
    for package in packages {
        push_package(&mut out, package);
        if policy.annotate {
            push_via(&mut out, &package.via);
        }
    }
    out
}

fn push_package(out: &mut String, package: &PinnedPackage) {
    out.push_str(&package.requirement);
    if let Some(marker) = &package.marker {
        let _ = write!(out, " ; {marker}");
    }
    let hashes: BTreeSet<String> =
        package.hashes.iter().map(|hash| format!("{}:{}", hash.algorithm().name(), hash.hex())).collect();
    for hash in hashes {
        let _ = write!(out, " \\\n    --hash={hash}");
    }
    out.push('\n');
}

fn push_via(out: &mut String, via: &[Origin]) {
    let names: BTreeSet<String> = via.iter().map(asker).collect();
    match names.len() {
        0 => {}
        1 => names.iter().for_each(|name| {
            let _ = writeln!(out, "    # via {name}");
        }),
        _ => {
            out.push_str("    # via\n");
            for name in names {
                let _ = writeln!(out, "    #   {name}");
            }
        }
    }
}

/// Who asked, as `# via` says it.
fn asker(origin: &Origin) -> String {
    match origin {
        Origin::CommandLine => "the command line".to_owned(),
        Origin::File { path, .. } if path.ends_with(".toml") => path.clone(),
        Origin::File { path, constraint: false, .. } => format!("-r {path}"),
        Origin::File { path, constraint: true, .. } => format!("-c {path}"),
        Origin::Package { name, .. } => name.as_str().to_owned(),
        Origin::Named(name) => name.clone(),
    }
}

/// The pins of a file that was compiled earlier. Lines that pin nothing are passed over.
///
/// # Errors
/// A line that is none of a requirements file.
pub fn read(text: &str, path: &str) -> Result<Vec<Pin>, RequirementsFileError> {
    let file = parse(Source { path, constraint: false, text }, &|_| None)?;
    let pin = |entry: Entry| {
        let Entry::Requirement(entry) = entry else { return None };
        let Requested::Named(requirement) = entry.requested else { return None };
        let version = requirement.specifiers()?.pinned()?.clone();
        Some(Pin { name: requirement.name, version, hashes: entry.hashes })
    };
    Ok(file.entries.into_iter().filter_map(pin).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use packaging::hashes::HashAlgorithm;

    fn package(requirement: &str, via: Vec<Origin>) -> PinnedPackage {
        PinnedPackage { requirement: requirement.into(), marker: None, hashes: Vec::new(), via }
    }

    fn file(path: &str, constraint: bool) -> Origin {
        Origin::File { path: path.into(), line: 1, constraint }
    }

    #[test]
    fn the_form() {
        let from = |name: &str| Origin::Package {
            name: PackageName::new(name).unwrap(),
            version: Version::parse("1").unwrap(),
        };
        let hash = |digit: &str| Hash::new(HashAlgorithm::Sha256, &digit.repeat(64)).unwrap();
        let packages = [
            PinnedPackage {
                marker: Some(Marker::parse("python_version < '3.11'").unwrap()),
                hashes: vec![hash("b"), hash("a")],
                ..package("alpha==1.0", vec![from("gamma"), file("in.txt", false), from("gamma")])
            },
            package("beta==2", vec![file("limits.txt", true)]),
        ];
        let policy = OutputPolicy { command: Some("tilsit compile in.txt".into()), annotate: true };
        let (a, b) = ("a".repeat(64), "b".repeat(64));
        let text = write(&packages, &policy);
        let expected = format!(
            "# This file was made by Tilsit with the following command:\n#    tilsit compile in.txt\n\
             alpha==1.0 ; python_version < \"3.11\" \\\n    --hash=sha256:{a} \\\n    --hash=sha256:{b}\n    # via\n    #   -r in.txt\n    #   gamma\n\
             beta==2\n    # via -c limits.txt\n"
        );
        assert_eq!(text, expected);
        let pins = read(&text, "out.txt").unwrap();
        assert_eq!(pins.len(), 2);
        assert_eq!(
            (pins[0].name.as_str(), pins[0].version.to_string(), pins[0].hashes.len()),
            ("alpha", "1.0".into(), 2)
        );
        assert_eq!(write(&packages[1..], &OutputPolicy::default()), "beta==2\n");
    }

    #[test]
    fn only_pins_are_read() {
        let text = "-i https://index.example/\nalpha>=1\nbeta==2.*\ngamma==3\n./delta\n";
        let names: Vec<String> = read(text, "f").unwrap().iter().map(|pin| pin.name.to_string()).collect();
        assert_eq!(names, ["gamma"]);
    }
}
