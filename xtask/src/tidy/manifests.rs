//! Which room may know which, and that each room's lints repeat the house rules.

use super::{Complaints, Tracked};

/// Allowed arrows: a room and the rooms it may name (ARCHITECTURE.md).
const ARROWS: [(&str, &[&str]); 9] = [
    ("packaging", &[]),
    ("resolver", &["packaging"]),
    ("project", &["packaging"]),
    ("store", &["packaging"]),
    ("index", &["store", "packaging"]),
    ("builder", &["store", "packaging"]),
    ("environment", &["store", "packaging"]),
    ("server", &["index", "store", "packaging"]),
    ("tilsit", &["packaging", "resolver", "project", "store", "index", "builder", "environment", "server"]),
];

/// Crates beside the rooms: no room may stand on them, except in its tests on `fixtures`.
const OUTSIDE: [&str; 5] = ["fixtures", "conformance", "bench", "fuzz", "xtask"];

/// Checks each crate's manifest and its clippy.toml.
pub fn check(files: &[Tracked], complaints: &mut Complaints) {
    let house: Vec<&str> = text_of(files, "clippy.toml").map(rules).unwrap_or_default();
    for (room, allowed) in ARROWS {
        let path = format!("crates/{room}/Cargo.toml");
        let Some(manifest) = text_of(files, &path) else { continue };
        arrows(&path, manifest, allowed, complaints);
        let path = format!("crates/{room}/clippy.toml");
        let own = text_of(files, &path).map(rules).unwrap_or_default();
        for rule in house.iter().filter(|rule| !own.contains(*rule)) {
            complaints.add(&path, format_args!("does not repeat the house rule `{rule}`"));
        }
    }
    for file in files.iter().filter(|file| file.path.starts_with("crates/") && file.name() == "Cargo.toml") {
        let room = file.path.split('/').nth(1).unwrap_or_default();
        if !ARROWS.iter().any(|(known, _)| *known == room) {
            complaints.add(&file.path, "a room that the design does not know");
        }
    }
}

fn text_of<'a>(files: &'a [Tracked], path: &str) -> Option<&'a str> {
    files.iter().find(|file| file.path == path).and_then(Tracked::text)
}

fn rules(clippy: &str) -> Vec<&str> {
    clippy.lines().map(str::trim).filter(|line| line.contains('=') && !line.contains('{')).collect()
}

fn arrows(path: &str, manifest: &str, allowed: &[&str], complaints: &mut Complaints) {
    let mut section = "";
    for (number, line) in manifest.lines().enumerate() {
        let line = line.trim();
        if line.starts_with('[') {
            section = line.trim_matches(['[', ']']);
            continue;
        }
        let name = line.split(['.', '=', ' ']).next().unwrap_or_default();
        let room = ARROWS.iter().any(|(known, _)| *known == name);
        let for_tests = section == "dev-dependencies";
        let forbidden = if room {
            section.ends_with("dependencies") && !allowed.contains(&name)
        } else {
            section.ends_with("dependencies") && OUTSIDE.contains(&name) && !(for_tests && name == "fixtures")
        };
        if forbidden {
            complaints.add(format!("{path}:{}", number + 1), format_args!("may not stand on `{name}`"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Complaints, arrows};

    #[test]
    fn an_arrow_that_is_not_allowed_is_named() {
        let manifest = "[package]\nname = \"store\"\n[dependencies]\npackaging.workspace = true\n\
                        index = { path = \"../index\" }\n[dev-dependencies]\nfixtures.workspace = true\nbench.workspace = true\n";
        let mut complaints = Complaints::default();
        arrows("Cargo.toml", manifest, &["packaging"], &mut complaints);
        assert_eq!(
            complaints.0,
            ["Cargo.toml:5: may not stand on `index`", "Cargo.toml:8: may not stand on `bench`"]
        );
    }
}
