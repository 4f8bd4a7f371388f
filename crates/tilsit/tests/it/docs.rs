//! Every console block of README.md and docs/, typed as it stands, in the order of its page.

use std::path::{Path, PathBuf};

use fixtures::WheelBuilder;

use crate::sandbox::Sandbox;

/// Lines that change the machine or belong to the checkout; and `pip install`, which comes with the pip personality.
const SKIPPED: &[&str] = &["sudo apt-get ", "cargo xtask "];

fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// The small stand-ins of the packages that the pages name.
fn publish(sandbox: &Sandbox) {
    for (name, version, requires) in [
        ("flask", "3.1.0", vec!["werkzeug>=3", "jinja2"]),
        ("flask", "2.3.0", vec!["werkzeug>=2"]),
        ("werkzeug", "3.1.3", vec!["markupsafe"]),
        ("jinja2", "3.1.5", vec!["markupsafe"]),
        ("markupsafe", "3.0.2", vec![]),
        ("pytest", "8.3.4", vec!["iniconfig"]),
        ("iniconfig", "2.0.0", vec![]),
        ("requests", "2.32.3", vec!["idna<4"]),
        ("httpx", "0.28.1", vec!["idna"]),
        ("idna", "3.10", vec![]),
    ] {
        let module = format!("{name}/__init__.py");
        let wheel = WheelBuilder::new(name, version).file(&module, format!("version = '{version}'\n"));
        sandbox.index.add(requires.into_iter().fold(wheel, WheelBuilder::requires));
    }
}

/// The lines behind `$ ` of the page's console blocks.
fn commands(text: &str) -> Vec<&str> {
    let mut inside = false;
    let mut found = Vec::new();
    for line in text.lines() {
        match line.trim_start() {
            "```console" => inside = true,
            "```" => inside = false,
            line if inside => found.extend(line.strip_prefix("$ ")),
            _ => {}
        }
    }
    found
}

/// Every Markdown file below `folder`.
fn pages(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            pages(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
}

/// A user's shell: the binary is on PATH as `tilsit`, and `cargo run` means it, too.
fn shell() -> Sandbox {
    let mut sandbox = Sandbox::new();
    publish(&sandbox);
    let bin = sandbox.home().join("bin");
    std::fs::create_dir(&bin).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_tilsit"), bin.join("tilsit")).unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    sandbox.set("PATH", &path);
    sandbox.set("TILSIT_BINARY", env!("CARGO_BIN_EXE_tilsit"));
    // What a project that has got as far as these pages has.
    sandbox.write("requirements.in", "flask\n");
    sandbox.write("requirements.txt", "flask>=3\npytest\n");
    sandbox.write(
        "pyproject.toml",
        "[project]\nname = \"shop\"\nversion = \"1\"\ndependencies = [\"requests\"]\n",
    );
    sandbox
}

/// Each section of a page starts afresh.
fn run_page(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    text.split("\n## ").flat_map(|section| run_section(path, section)).collect()
}

fn run_section(path: &Path, text: &str) -> Vec<String> {
    let commands = commands(text);
    if commands.is_empty() {
        return Vec::new();
    }
    let sandbox = shell();
    let mut failed = Vec::new();
    for line in commands {
        if SKIPPED.iter().any(|prefix| line.starts_with(prefix)) {
            continue;
        }
        let typed = line.replace("cargo run --release --", "tilsit");
        let ran = sandbox.program("sh", &["-ec", &typed]);
        if ran.code != 0 {
            failed.push(format!("{}: $ {line}\n{ran}", path.display()));
        }
    }
    failed
}

#[test]
fn every_command_of_every_page_works_as_it_stands() {
    let root = checkout();
    let mut found = vec![root.join("README.md"), root.join("python/README.md")];
    pages(&root.join("docs"), &mut found);
    found.sort();
    let failed: Vec<String> = found.iter().flat_map(|page| run_page(page)).collect();
    assert!(failed.is_empty(), "{} failed\n\n{}", failed.len(), failed.join("\n\n"));
}

/// Links between the pages lead somewhere.
#[test]
fn every_link_between_pages_has_its_page() {
    let root = checkout();
    let mut found: Vec<PathBuf> =
        ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"].iter().map(|name| root.join(name)).collect();
    pages(&root.join("docs"), &mut found);
    for page in found {
        let text = std::fs::read_to_string(&page).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link) {
            let target = link.split('#').next().unwrap();
            if target.is_empty() || target.contains("://") {
                continue;
            }
            let folder = page.parent().unwrap();
            assert!(folder.join(target).exists(), "{} links to {target}, which is not there", page.display());
        }
    }
}
