//! `tilsit search`

use fixtures::{Fault, WheelBuilder};

use crate::sandbox::Sandbox;

fn stocked() -> Sandbox {
    let s = Sandbox::new();
    for name in ["flask", "flask-login", "pytest-flask", "flasky", "requests", "zope.interface"] {
        s.index.add(WheelBuilder::new(name, "1.0").file("m.py", ""));
    }
    s
}

#[test]
fn names_are_found_the_best_first() {
    let s = stocked();
    let found = |words: &[&str]| {
        let ran = s.tilsit(&[&["search"], words].concat()).ok();
        ran.stdout.lines().map(str::trim).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(found(&["Flask"]), ["flask", "flask-login", "flasky", "pytest-flask"]);
    assert_eq!(found(&["reqeusts"]), ["requests"]);
    assert_eq!(found(&["login", "flask"]), ["flask-login"]);
    assert_eq!(found(&["zope_interface"]), ["zope-interface"]);
    s.tilsit(&["search", "flask", "--limit", "1"]).ok().tells("3 more names: --limit 4");
    let nothing = s.tilsit(&["search", "numpy"]);
    assert_eq!((nothing.code, nothing.stdout.as_str()), (1, ""), "{nothing}");
    assert!(nothing.stderr.contains("No name is like `numpy`"), "{nothing}");
    s.tilsit(&["search"]).fails(2, "[usage]");
    s.tilsit(&["search", "-.-"]).fails(2, "[usage]");
}

#[test]
fn what_is_installed_is_told() {
    let s = stocked();
    s.venv();
    s.tilsit(&["install", "-q", "flask"]).ok();
    s.tilsit(&["search", "flask"]).ok().says("flask         installed: 1.0\n");
    let json = s.tilsit(&["search", "--json", "flask"]).ok().json();
    assert_eq!(json[0]["name"], "flask");
    assert_eq!((&json[0]["match"], &json[0]["installed"]), (&"exact".into(), &"1.0".into()));
    assert!(json[1]["installed"].is_null(), "{json}");
}

#[test]
fn the_list_is_kept_and_serves_offline() {
    let s = stocked();
    s.tilsit(&["search", "--offline", "flask"]).fails(1, "[offline]");
    s.tilsit(&["search", "flask"]).ok();
    s.index.forget_requests();
    s.tilsit(&["search", "requests"]).ok().says("requests");
    s.tilsit(&["search", "--offline", "requests"]).ok().says("requests");
    assert_eq!(s.index.paths(), Vec::<String>::new());
    s.tilsit(&["search", "--refresh", "requests"]).ok();
    assert_eq!(s.index.paths(), ["/simple/"]);
    s.tilsit(&["cache", "info"]).ok().says("names");
}

#[test]
fn an_index_without_a_list_says_so() {
    let s = stocked();
    s.index.fault("/simple/", Fault::status(404));
    s.tilsit(&["search", "flask"]).fails(1, "[no-project-list]");
    s.tilsit(&["search", "flask", "--no-index"]).fails(1, "[no-index]");
    s.index.behave();
    s.index.fault("/simple/", Fault::status(403));
    s.tilsit(&["search", "flask"]).fails(1, "[index-refused]");
}
