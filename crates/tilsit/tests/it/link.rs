//! `tilsit link`

use std::os::unix::fs::symlink;

use crate::sandbox::Sandbox;

#[test]
fn names_are_made_answer_and_go() {
    let mut s = Sandbox::new();
    let bin = s.work().join("tools/bin");
    s.tilsit(&["link", "tools/bin"]).ok().tells("tools/bin/pip is Tilsit now").tells("is not on PATH");
    s.venv();
    s.program("tools/bin/pip", &["--python", ".venv", "--version"]).ok().says("pip 26.3 from ");
    s.program("tools/bin/pip3", &["help"]).ok().says("pip <command>");
    let path = std::env::var("PATH").unwrap();
    s.set("PATH", &format!("{}:{path}", bin.display()));
    let again = s.tilsit(&["link", "tools/bin"]).ok().tells("pip is Tilsit already");
    assert!(!again.stderr.contains("PATH"), "{again}");
    let json = s.tilsit(&["link", "--json", "tools/bin"]).ok().json();
    let kept = json["kept"].as_array().unwrap();
    assert!(kept.contains(&"pip".into()) && kept.contains(&"pip3".into()), "{json}");
    assert_eq!(kept.len(), std::fs::read_dir(&bin).unwrap().count(), "{json}");
    assert_eq!((json["on_path"].as_bool(), json["folder"].as_str()), (Some(true), bin.to_str()));
    s.tilsit(&["link", "--remove", "tools/bin"]).ok().tells("Removed ");
    assert_eq!(std::fs::read_dir(&bin).unwrap().count(), 0);
    s.tilsit(&["link", "--remove", "tools/bin"]).ok();
}

#[test]
fn files_of_others_stay_unless_forced() {
    let s = Sandbox::new();
    s.write("bin/pip3", "#!/bin/sh\n");
    let refused = s.tilsit(&["link", "bin"]).fails(1, "[name-taken]");
    assert!(refused.stderr.contains("bin/pip3"), "{refused}");
    assert!(!s.work().join("bin/pip").exists());
    s.tilsit(&["link", "--force", "bin"]).ok().tells("it was something else");
    s.write("bin2/pip", "#!/bin/sh\n");
    s.tilsit(&["link", "--remove", "bin2"]).ok().tells("is not ours and stays");
    assert!(s.work().join("bin2/pip").exists());
}

#[test]
fn links_to_a_tilsit_that_is_gone_are_renewed() {
    let s = Sandbox::new();
    std::fs::create_dir(s.work().join("bin")).unwrap();
    symlink("/nowhere/tilsit", s.work().join("bin/pip")).unwrap();
    s.tilsit(&["link", "bin"]).ok();
    s.program("bin/pip", &["help"]).ok();
}

#[test]
fn a_name_that_comes_earlier_is_told() {
    let mut s = Sandbox::new();
    s.write("first/pip", "");
    let folder = |name: &str| s.work().join(name).display().to_string();
    let path = format!("{}:{}:{}", folder("first"), folder("bin"), std::env::var("PATH").unwrap());
    s.set("PATH", &path);
    s.tilsit(&["link", "bin"]).ok().tells("first/pip, which comes earlier on PATH");
}

#[test]
fn a_folder_must_be_named_and_be_one() {
    let s = Sandbox::new();
    s.tilsit(&["link"]).fails(2, "[usage]");
    s.write("file", "");
    s.tilsit(&["link", "file"]).fails(1, "[no-permission]");
}

#[test]
fn tools_that_tilsit_is_not_are_named() {
    let s = Sandbox::new();
    s.tilsit(&["as", "pp"]).fails(2, "[usage]").tells("did you mean `tilsit as pip`? It can be: pip, pip3");
    s.tilsit(&["-q", "as", "pip", "list"]).fails(2, "give the tool its own: `tilsit as pip …`");
}

#[test]
fn a_pip_in_an_environment_is_that_environments() {
    let mut s = Sandbox::new();
    s.index.add(fixtures::WheelBuilder::new("alpha", "1.0").file("alpha.py", ""));
    s.venv();
    s.tilsit(&["venv", "-q", "--without-pip", "other"]).ok();
    s.tilsit(&["install", "-q", "-p", "other", "alpha"]).ok();
    s.tilsit(&["link", "-q", "other/bin"]).ok();
    assert_eq!(s.program("other/bin/pip", &["freeze"]).ok().stdout, "alpha==1.0\n");
    assert_eq!(s.program("other/bin/pip", &["--python", ".venv", "freeze"]).ok().stdout, "");
    let path = std::env::var("PATH").unwrap();
    s.set("PATH", &format!("{}:{path}", s.work().join("other/bin").display()));
    assert_eq!(s.program("sh", &["-c", "pip freeze"]).ok().stdout, "alpha==1.0\n");
}

#[test]
fn build_is_a_tool_that_tilsit_is() {
    let s = Sandbox::new();
    s.tilsit(&["as", "build", "--version"]).ok().says("build 1.6.1 (");
    s.tilsit(&["-q", "as", "build"]).fails(2, "give the tool its own: `tilsit as build …`");
}
