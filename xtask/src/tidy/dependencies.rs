//! Libraries: each is used by a crate, and ARCHITECTURE.md says why it is there.

use super::{Complaints, Tracked};

/// Checks the workspace's list of dependencies.
pub fn check(files: &[Tracked], complaints: &mut Complaints) {
    unused(files, complaints);
    let text_of = |path: &str| files.iter().find(|file| file.path == path).and_then(Tracked::text);
    let Some(manifest) = text_of("Cargo.toml") else { return };
    let architecture = text_of("ARCHITECTURE.md");
    for library in libraries(manifest) {
        let wanted = format!("{library}.workspace");
        let member = |file: &&Tracked| file.path.ends_with("/Cargo.toml");
        let used = files.iter().filter(member).filter_map(Tracked::text).any(|text| {
            text.lines().any(|line| {
                line.starts_with(&wanted) || line.starts_with(&format!("{library} = {{ workspace"))
            })
        });
        if !used {
            complaints.add("Cargo.toml", format_args!("no crate uses `{library}`"));
        } else if architecture.is_some_and(|text| !text.contains(&format!("`{library}`"))) {
            complaints.add("ARCHITECTURE.md", format_args!("does not say why `{library}` is here"));
        }
    }
}

/// Each crate names in its sources every library that its manifest asks for.
fn unused(files: &[Tracked], complaints: &mut Complaints) {
    for manifest in files.iter().filter(|file| file.path.ends_with("/Cargo.toml")) {
        let folder = manifest.path.trim_end_matches("Cargo.toml");
        let sources: Vec<&str> = files
            .iter()
            .filter(|file| file.is_rust() && file.path.starts_with(folder))
            .filter_map(Tracked::text)
            .collect();
        for library in asked_for(manifest.text().unwrap_or_default()) {
            // The one library whose crate is called otherwise.
            let name = if library == "md-5" { "md5".to_owned() } else { library.replace('-', "_") };
            if !sources.iter().any(|text| text.contains(&name)) {
                complaints.add(&manifest.path, format_args!("`{library}` is not used"));
            }
        }
    }
}

/// Names in every section of dependencies of one crate.
fn asked_for(manifest: &str) -> Vec<&str> {
    let mut section = "";
    let mut found = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            section = line.trim_matches(['[', ']']);
        } else if section.ends_with("dependencies") && line.contains('=') && !line.starts_with('#') {
            found.extend(line.split(['.', '=', ' ']).next());
        }
    }
    found
}

/// Names under `[workspace.dependencies]` that are not our own crates.
fn libraries(manifest: &str) -> Vec<&str> {
    let lines = manifest.lines().skip_while(|line| line.trim() != "[workspace.dependencies]").skip(1);
    lines
        .take_while(|line| !line.starts_with('['))
        .filter(|line| !line.trim_start().starts_with('#') && !line.contains("path ="))
        .filter_map(|line| line.split_once('=').map(|(name, _)| name.trim()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Complaints, Tracked, check};

    #[test]
    fn an_unused_or_unexplained_library_is_named() {
        let file = |path: &str, text: &str| Tracked { path: path.into(), bytes: text.into() };
        let root = "[workspace.dependencies]\nstore = { path = \"crates/store\" }\nurl = \"2\"\nlog = \"0.4\"\ntar = \"1\"\n[profile.dev]\nx = 1\n";
        let files = [
            file("Cargo.toml", root),
            file(
                "crates/store/Cargo.toml",
                "[dependencies]\nurl.workspace = true\nlog = { workspace = true }\n",
            ),
            file("crates/store/src/lib.rs", "use url::Url;"),
            file("ARCHITECTURE.md", "`url` reads addresses"),
        ];
        let mut complaints = Complaints::default();
        check(&files, &mut complaints);
        let expected = [
            "crates/store/Cargo.toml: `log` is not used",
            "ARCHITECTURE.md: does not say why `log` is here",
            "Cargo.toml: no crate uses `tar`",
        ];
        assert_eq!(complaints.0, expected);
    }
}
