//! Settings, where they come from, and what must not be seen of them.

use fixtures::{FakeIndex, Fault, IndexOptions, WheelBuilder};

use crate::sandbox::Sandbox;

fn wheel(name: &str, version: &str) -> WheelBuilder {
    WheelBuilder::new(name, version).file(&format!("{name}.py"), format!("version = '{version}'\n"))
}

/// An index that asks for `ann` and `s3cret`.
fn guarded() -> Sandbox {
    let auth = Some(("ann".to_owned(), "s3cret".to_owned()));
    let sandbox = Sandbox::with(FakeIndex::with(IndexOptions { auth, ..IndexOptions::default() }));
    sandbox.index.add(wheel("alpha", "1.0"));
    sandbox
}

#[test]
fn the_nearer_source_wins_and_is_named() {
    let mut s = Sandbox::new();
    s.unset("TILSIT_INDEX_URL");
    let explain = |s: &Sandbox, words: &[&str]| {
        let mut line = vec!["config", "explain", "index-url"];
        line.extend(words);
        s.tilsit(&line).ok().stdout
    };
    let first = |text: &str| text.lines().next().unwrap_or_default().to_owned();
    let wins = |s: &Sandbox, place: &str, origin: &str| {
        let text = explain(s, &[]);
        let line = first(&text);
        assert!(
            line.contains(&format!("https://{place}.example/")) && line.contains(origin),
            "{place}: {text}"
        );
    };
    let config = s.write("pip.conf", "[global]\n# the company's\nindex-url = https://conf.example/\n");
    s.set("PIP_CONFIG_FILE", &config.display().to_string());
    wins(&s, "conf", "pip.conf:3");
    s.set("PIP_INDEX_URL", "https://variable.example/");
    wins(&s, "variable", "PIP_INDEX_URL");
    s.write(
        "pyproject.toml",
        "[project]\nname = \"shop\"\n[tool.tilsit]\nindex-url = \"https://project.example/\"\n",
    );
    wins(&s, "project", "pyproject.toml:4");
    s.write("tilsit.toml", "# ours\nindex-url = \"https://toml.example/\"\n");
    wins(&s, "toml", "tilsit.toml:2");
    s.set("TILSIT_INDEX_URL", "https://own.example/");
    wins(&s, "own", "TILSIT_INDEX_URL");
    let all = explain(&s, &[]);
    for overridden in ["overrides https://toml.example/", "overrides https://variable.example/"] {
        assert!(all.contains(overridden), "no {overridden} in {all}");
    }
    assert_eq!(s.tilsit(&["config", "get", "index-url"]).ok().stdout, "https://own.example/\n");
    assert!(!explain(&s, &["--no-config"]).contains(".example"));
}

#[test]
fn settings_change_what_happens() {
    let mut s = Sandbox::new();
    for version in ["1.0", "2.0"] {
        s.index.add(wheel("alpha", version));
    }
    s.write("tilsit.toml", "resolution = \"lowest\"\n");
    s.tilsit(&["install", "-q", "alpha"]).ok();
    assert_eq!(s.frozen(), "alpha==1.0");
    s.set("TILSIT_RESOLUTION", "highest");
    s.tilsit(&["install", "-q", "-U", "alpha"]).ok();
    assert_eq!(s.frozen(), "alpha==2.0");
    s.write("tilsit.toml", "retries = 3\nresolution = \"deepest\"\n");
    s.tilsit(&["list"]).fails(2, "tilsit.toml:2");
}

#[test]
fn a_password_in_a_url_works_and_is_never_seen() {
    let s = guarded();
    let url = s.index.simple_url_with("ann:s3cret");
    let seen = |ran: crate::sandbox::Ran| {
        assert!(!format!("{ran}").contains("s3cret"), "{ran}");
        ran
    };
    seen(s.tilsit(&["install", "-vv", "-i", &url, "alpha"])).ok();
    seen(s.tilsit(&[
        "install",
        "-vv",
        "--retries",
        "0",
        "-i",
        &s.index.simple_url_with("ann:s3cret2"),
        "--refresh",
        "nosuch",
    ]));
    s.write("tilsit.toml", &format!("index-url = \"{url}\"\n"));
    let mut s = s;
    s.unset("TILSIT_INDEX_URL");
    seen(s.tilsit(&["config", "explain"])).ok().says("****");
    seen(s.tilsit(&["config", "get", "index-url"])).ok();
    seen(s.tilsit(&["config", "list", "--json"])).ok();
    s.write("requirements.in", "alpha\n");
    seen(s.tilsit(&["compile", "requirements.in", "--generate-hashes"])).ok();
    seen(s.tilsit(&["compile", "requirements.in", "-o", "pylock.toml"])).ok();
    assert!(!s.read("pylock.toml").contains("s3cret"), "{}", s.read("pylock.toml"));
}

#[test]
fn a_password_does_not_stay_with_a_file_installed_by_url() {
    let s = guarded();
    let url = s.index.url("/files/alpha-1.0-py3-none-any.whl").replace("://", "://ann:s3cret@");
    s.tilsit(&["install", &format!("alpha @ {url}")]).ok();
    let info = s.site_packages(".venv").join("alpha-1.0.dist-info/direct_url.json");
    assert!(!std::fs::read_to_string(info).unwrap().contains("s3cret"));
    assert!(!s.frozen().contains("s3cret"), "{}", s.frozen());
}

#[test]
fn netrc_has_the_password() {
    let s = guarded();
    s.tilsit(&["install", "--retries", "0", "alpha"]).fails(1, "[index-refused]");
    std::fs::write(s.home().join(".netrc"), "machine 127.0.0.1 login ann password s3cret\n").unwrap();
    s.tilsit(&["install", "-q", "alpha"]).ok();
    assert_eq!(s.frozen(), "alpha==1.0");
}

/// The credentials of an index are for that host and port alone.
#[test]
fn a_redirect_to_another_host_drops_the_password() {
    let s = guarded();
    let other = FakeIndex::start();
    other.add(wheel("beta", "1.0"));
    s.index.fault("/simple/beta/", Fault::redirect(&format!("{}beta/", other.simple_url())));
    s.tilsit(&["install", "-q", "-i", &s.index.simple_url_with("ann:s3cret"), "beta"]).ok();
    assert!(s.index.requests().iter().any(|request| request.header("authorization").is_some()));
    assert!(!other.requests().is_empty());
    assert!(other.requests().iter().all(|request| request.header("authorization").is_none()));
}
