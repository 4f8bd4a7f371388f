//! Where values come from.

use super::*;
use crate::cli::{Outcome, native, parse, pip};
use std::fs;

struct Home {
    folder: tempfile::TempDir,
    process: Process,
}

/// A home with these files (paths relative to it) and variables; the current folder is `project` in it.
fn home(files: &[(&str, &str)], variables: &[(&str, &str)]) -> Home {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().to_path_buf();
    fs::create_dir_all(root.join("project/sub")).unwrap();
    for (path, text) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let env = variables.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    let (cwd, etc) = (root.join("project/sub"), root.join("etc"));
    let process = Process { args: Vec::new(), env, cwd, home: Some(root), etc };
    Home { folder, process }
}

fn typed(program: &'static crate::cli::Program, line: &str) -> Parsed {
    let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
    match parse(program, &words) {
        Ok(Outcome::Run(parsed)) => parsed,
        other => panic!("{line}: {other:?}"),
    }
}

fn ours(home: &Home, line: &str) -> Parsed {
    let parsed = typed(&native::PROGRAM, line);
    let settings = Settings::load(&home.process, &parsed).unwrap();
    settings.apply(parsed)
}

fn theirs(home: &Home, line: &str) -> Parsed {
    join_pip(&home.process, typed(&pip::PROGRAM, line), None).unwrap()
}

#[test]
fn flags_variables_project_user_and_pip_in_that_order() {
    let pip_conf = (".config/pip/pip.conf", "[global]\nindex-url = https://pip.example/\ncert = /pip.pem\n");
    let user = (".config/tilsit/tilsit.toml", "index-url = \"https://user.example/\"\n");
    let project = (
        "project/pyproject.toml",
        "[project]\nname = 'x'\n\n[tool.tilsit]\nindex-url = 'https://project.example/'\n",
    );
    let variable = ("TILSIT_INDEX_URL", "https://variable.example/");
    let value = |home: &Home, line: &str| {
        let parsed = ours(home, line);
        let value = parsed.value(&native::INDEX_URL).unwrap();
        (
            value.value.to_owned(),
            value.origin.to_string().replace(&*home.folder.path().to_string_lossy(), "~"),
        )
    };
    let case =
        |files: &[(&str, &str)], variables: &[(&str, &str)], line: &str| value(&home(files, variables), line);
    assert_eq!(
        case(&[pip_conf], &[], "install x"),
        ("https://pip.example/".into(), "~/.config/pip/pip.conf:2".into())
    );
    let (found, origin) = case(&[pip_conf, user], &[], "install x");
    assert_eq!(
        (found.as_str(), origin.as_str()),
        ("https://user.example/", "~/.config/tilsit/tilsit.toml:1")
    );
    let (found, origin) = case(&[pip_conf, user, project], &[], "install x");
    assert_eq!((found.as_str(), origin.as_str()), ("https://project.example/", "~/project/pyproject.toml:5"));
    let (found, origin) = case(&[user, project], &[variable], "install x");
    assert_eq!((found.as_str(), origin.as_str()), ("https://variable.example/", "TILSIT_INDEX_URL"));
    let (found, origin) = case(&[user, project], &[variable], "install -i https://flag.example/ x");
    assert_eq!((found.as_str(), origin.as_str()), ("https://flag.example/", "-i"));
    // what nobody else says, pip.conf still decides
    let all = home(&[pip_conf, user, project], &[variable]);
    assert_eq!(ours(&all, "install x").text(&native::CERT), Some("/pip.pem"));
    assert_eq!(ours(&all, "install --no-config x").text(&native::CERT), None);
}

/// A value that a setting can have: as TOML, as a variable, and as it is shown.
fn value_of(flag: &crate::cli::Flag) -> (String, String, String) {
    use crate::cli::{Kind, Takes};
    let kind = match flag.takes {
        Takes::On => return ("true".to_owned(), "1".to_owned(), "true".to_owned()),
        Takes::Off => return ("false".to_owned(), "no".to_owned(), "false".to_owned()),
        Takes::Count => return ("2".to_owned(), "2".to_owned(), "2".to_owned()),
        Takes::One(value) | Takes::Many(value) => value.kind,
    };
    let text = match kind {
        Kind::Choice(choices) => choices[choices.len() - 1].to_owned(),
        Kind::Integer | Kind::Decimal => return ("9".to_owned(), "9".to_owned(), "9".to_owned()),
        Kind::Url => "https://files.example/".to_owned(),
        Kind::Path | Kind::Folder => "/some/where".to_owned(),
        Kind::Setting => "key=value".to_owned(),
        Kind::Text => "word".to_owned(),
    };
    (format!("\"{text}\""), text.clone(), text)
}

#[test]
fn each_setting_is_explained_from_each_source() {
    for flag in super::native::keys() {
        let (toml, plain, shown) = value_of(flag);
        let line = format!("# a comment\n{} = {toml}\n", flag.id);
        let variable = flag.variable().unwrap();
        let explain = |files: &[(&str, &str)], variables: &[(&str, &str)]| {
            let home = home(files, variables);
            let parsed = typed(&native::PROGRAM, "config explain");
            let settings = Settings::load(&home.process, &parsed).unwrap();
            let [one] = settings.explain(Some(flag.id), &parsed).try_into().unwrap();
            (
                one.value.unwrap_or_default(),
                one.origin.to_string().replace(&*home.folder.path().to_string_lossy(), "~"),
            )
        };
        let in_project = ("project/tilsit.toml", line.as_str());
        let tool = format!("[tool.tilsit]\n{} = {toml}\n", flag.id);
        assert_eq!(
            explain(&[in_project], &[]),
            (shown.clone(), "~/project/tilsit.toml:2".to_owned()),
            "{flag:?}"
        );
        let of_user = (".config/tilsit/tilsit.toml", line.as_str());
        assert_eq!(explain(&[of_user], &[]).1, "~/.config/tilsit/tilsit.toml:2", "{flag:?}");
        let in_pyproject = ("project/pyproject.toml", tool.as_str());
        assert_eq!(explain(&[in_pyproject], &[]).1, "~/project/pyproject.toml:2", "{flag:?}");
        assert_eq!(explain(&[], &[(&variable, &plain)]), (shown, variable.clone()), "{flag:?}");
        assert_eq!(explain(&[], &[]).1, "default", "{flag:?}");
    }
}

#[test]
fn what_adds_up_is_explained_with_all_its_sources() {
    let home = home(&[("project/tilsit.toml", "only-binary = ['a']\n")], &[("TILSIT_ONLY_BINARY", "b c")]);
    let parsed = typed(&native::PROGRAM, "config explain --color never");
    let settings = Settings::load(&home.process, &parsed).unwrap();
    let [one] = settings.explain(Some("only-binary"), &parsed).try_into().unwrap();
    assert_eq!(
        (one.value.as_deref(), one.origin.to_string().as_str()),
        (Some("a b c"), "TILSIT_ONLY_BINARY")
    );
    assert!(one.overridden.is_empty() && one.added.len() == 1 && one.added[0].0 == "a", "{one:?}");
    let [color] = settings.explain(Some("color"), &parsed).try_into().unwrap();
    assert_eq!((color.value.as_deref(), color.origin.to_string().as_str()), (Some("never"), "--color"));
}

#[test]
fn an_index_of_ours_silences_the_indexes_of_pip() {
    let pip_conf = "[global]\nindex-url = https://a/\nextra-index-url = https://b/ https://c/\n[install]\nfind-links = https://d/\n";
    let home = home(&[("etc/xdg/pip/pip.conf", pip_conf)], &[("PIP_TRUSTED_HOST", "a b")]);
    let silent = ours(&home, "install x");
    assert_eq!(silent.values(&native::EXTRA_INDEX_URL), ["https://b/", "https://c/"]);
    assert_eq!(silent.values(&native::FIND_LINKS), ["https://d/"]);
    assert_eq!(silent.values(&native::TRUSTED_HOST), ["a", "b"]);
    let own = ours(&home, "install -i https://own/ x");
    assert!(own.values(&native::EXTRA_INDEX_URL).is_empty() && own.values(&native::FIND_LINKS).is_empty());
    assert_eq!(own.values(&native::TRUSTED_HOST), ["a", "b"]);
    // a command that asks no index is not concerned
    assert!(ours(&home, "show x").values(&native::TRUSTED_HOST).is_empty());
}

#[test]
fn values_of_settings_files() {
    let text = "offline = true\nverbose = 2\ntimeout = 2.5\nretries = 7\nonly-binary = [':all:', 'a']\ncert = 'ca.pem'\nfind-links = ['wheels', 'https://h/']\n";
    let home = home(&[("project/tilsit.toml", text)], &[]);
    let parsed = ours(&home, "install --only-binary b x");
    assert!(parsed.is_on(&native::OFFLINE));
    assert_eq!(parsed.count(&native::VERBOSE), 2);
    assert_eq!((parsed.decimal(&native::TIMEOUT), parsed.integer(&native::RETRIES)), (Some(2.5), Some(7)));
    assert_eq!(parsed.values(&native::ONLY_BINARY), [":all:", "a", "b"]);
    let project = home.folder.path().join("project");
    assert_eq!(parsed.text(&native::CERT), Some(project.join("ca.pem").to_str().unwrap()));
    assert_eq!(parsed.values(&native::FIND_LINKS), [project.join("wheels").to_str().unwrap(), "https://h/"]);
}

#[test]
fn settings_that_cannot_be() {
    for (text, line, part) in [
        ("retries = 'many'", 1, "a whole number"),
        ("\noffline = 3", 2, "true or false"),
        ("link-mode = 'magic'", 1, "auto, reflink, hardlink, copy, symlink"),
        ("index-url = ", 1, ""),
        ("only-binary = ['a',\n 3]", 2, "text"),
    ] {
        let home = home(&[("project/tilsit.toml", text)], &[]);
        let error = Settings::load(&home.process, &Parsed::default()).unwrap_err().to_string();
        assert!(error.contains(&format!("tilsit.toml:{line}")) && error.contains(part), "{text}: {error}");
    }
    let home = home(&[("project/tilsit.toml", "index-ulr = 'x'")], &[]);
    let settings = Settings::load(&home.process, &Parsed::default()).unwrap();
    let [SettingsWarning::UnknownKey { line: 1, nearest: Some("index-url"), .. }] =
        settings.warnings.as_slice()
    else {
        panic!("{:?}", settings.warnings)
    };
}

#[test]
fn a_variable_that_cannot_be() {
    let home = home(&[], &[("TILSIT_OFFLINE", "maybe")]);
    let error = Settings::load(&home.process, &Parsed::default()).unwrap_err();
    assert_eq!(error.to_string(), "TILSIT_OFFLINE: `offline` cannot be maybe: expected yes or no");
}

#[test]
fn explanations_mask_passwords() {
    let files = [
        (".config/pip/pip.conf", "[global]\nindex-url = https://u:secret@pip.example/\n"),
        (".config/tilsit/tilsit.toml", "\nindex-url = 'https://t:secret@user.example/'"),
    ];
    let home = home(&files, &[]);
    let settings = Settings::load(&home.process, &Parsed::default()).unwrap();
    let explained = settings.explain(Some("index_url"), &Parsed::default());
    assert_eq!(explained[0].value.as_deref(), Some("https://t:****@user.example/"));
    assert_eq!(explained[0].overridden[0].0, "https://u:****@pip.example/");
    let retries = settings.explain(Some("retries"), &Parsed::default());
    assert_eq!((retries[0].value.as_deref(), &retries[0].origin), (Some("3"), &Origin::Default));
}

#[test]
fn pip_takes_sections_before_files() {
    let files = [
        ("etc/xdg/pip/pip.conf", "[install]\ntimeout = 1\n[global]\nretries = 1\nno-compile = no\n"),
        (
            ".config/pip/pip.conf",
            "[global]\ntimeout = 2\nretries=2\nverbose = 1\nfind-links =\n  a\n  b\n[list]\nformat=json",
        ),
    ];
    let home = home(&files, &[("PIP_RETRIES", "3"), ("PIP_NO_INPUT", "1"), ("PIP_QUIET", "")]);
    let install = theirs(&home, "install -v -f c x");
    assert_eq!(install.text(&pip::TIMEOUT), Some("1"));
    assert_eq!(install.text(&pip::RETRIES), Some("3"));
    assert_eq!(install.count(&pip::VERBOSE), 2);
    assert_eq!(install.values(&pip::FIND_LINKS), ["a", "b", "c"]);
    assert!(install.is_on(&pip::NO_INPUT));
    // the value of a negative option is that of what it switches
    assert_eq!(install.switch(&pip::COMPILE).map(|switch| switch.value), Some(false));
    let list = theirs(&home, "list");
    assert_eq!((list.text(&pip::TIMEOUT), list.text(&pip::LIST_FORMAT)), (Some("2"), Some("json")));
}

#[test]
fn pip_config_file_takes_the_place_of_the_users() {
    let files = [
        (".config/pip/pip.conf", "[global]\ntimeout = 1\n"),
        (".pip/pip.conf", "[global]\nretries = 1\n"),
        ("other.conf", "[global]\nproxy = http://p/\nno-cache-dir = false\n"),
    ];
    let mut with = home(&files, &[]);
    assert_eq!(theirs(&with, "list").text(&pip::RETRIES), Some("1"));
    let other = with.folder.path().join("other.conf");
    with.process.env.insert("PIP_CONFIG_FILE".into(), other.into());
    let list = theirs(&with, "list --cache-dir x");
    assert_eq!((list.text(&pip::TIMEOUT), list.text(&pip::PROXY)), (None, Some("http://p/")));
    assert_eq!(list.text(&pip::CACHE_DIR), Some("x"));
    assert_eq!(theirs(&with, "list").switch(&pip::CACHE_DIR).map(|switch| switch.value), Some(false));
    with.process.env.insert("PIP_CONFIG_FILE".into(), "/dev/null".into());
    assert_eq!(theirs(&with, "list").text(&pip::RETRIES), None);
}

#[test]
fn pip_mistakes_in_pips_words() {
    for (text, exit, message) in [
        (
            "[global]\nno-input = maybe\n",
            2,
            "maybe is not a valid value for no-input option, please specify a boolean value like yes/no, true/false or 1/0 instead.",
        ),
        (
            "[global]\nretries = x\n",
            3,
            "An error occurred during configuration: option retries: invalid integer value: 'x'",
        ),
        (
            "[global]\nverbose = -1\n",
            2,
            "-1 is not a valid value for verbose option, please instead specify either a non-negative integer or a boolean value like yes/no or false/true which is equivalent to 1/0.",
        ),
    ] {
        let home = home(&[("etc/xdg/pip/pip.conf", text)], &[]);
        match join_pip(&home.process, typed(&pip::PROGRAM, "list"), None) {
            Err(SettingsError::PipValue(error)) => {
                assert_eq!((error.exit(), error.to_string().as_str()), (exit, message));
            }
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn pip_config_verbs() {
    let files = [
        ("etc/xdg/pip/pip.conf", "[global]\ntimeout = 1\n"),
        (".config/pip/pip.conf", "[install]\nno-deps = yes\n"),
    ];
    let home = home(&files, &[("PIP_RETRIES", "3")]);
    let load = || PipConfiguration::load(&home.process, PipPolicy::default()).unwrap();
    assert_eq!(load().list(), ["install.no-deps='yes'", "global.timeout='1'", ":env:.retries='3'"]);
    assert_eq!(pip_get(&load(), "global.timeout").unwrap().value, "1");
    assert_eq!(pip_get(&load(), "global.foo").unwrap_err(), "No such key - global.foo");
    let advice = "Key does not contain dot separated section and key. Perhaps you wanted to use 'global.timeout' instead?";
    assert_eq!(pip_get(&load(), "timeout").unwrap_err(), advice);
    let user = load().only(Some(PipFileKind::User));
    let change =
        pip_config::change(&home.process, &user, (PipFileKind::User, "global.retries"), Some("9")).unwrap();
    assert_eq!(change.path, home.folder.path().join(".config/pip/pip.conf"));
    assert_eq!(change.text, "[install]\nno-deps = yes\n\n[global]\nretries = 9\n\n");
    let change =
        pip_config::change(&home.process, &user, (PipFileKind::User, "install.no_deps"), None).unwrap();
    assert_eq!(change.text, "");
    let missing = pip_config::change(&home.process, &user, (PipFileKind::User, "install.x"), None);
    assert_eq!(missing, Err("No such key - install.x".to_owned()));
    assert_eq!(pip_config::choose(&[], true, None), Ok(Some(PipFileKind::User)));
    assert!(pip_config::choose(&[PipFileKind::User, PipFileKind::Site], true, None).is_err());
}
