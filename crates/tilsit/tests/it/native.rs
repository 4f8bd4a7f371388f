//! What a new user meets: environments, installing, looking, removing.

use fixtures::{FakeIndex, WheelBuilder};

use crate::sandbox::Sandbox;

fn wheel(name: &str, version: &str) -> WheelBuilder {
    WheelBuilder::new(name, version).file(&format!("{name}.py"), format!("version = '{version}'\n"))
}

/// `alpha` 1 and 2, which need `beta`; `beta` 1 and 2; `alpha[fast]` needs `gamma`.
fn stocked() -> Sandbox {
    let sandbox = Sandbox::new();
    for version in ["1.0", "2.0"] {
        let alpha = wheel("alpha", version).requires("beta").extra("fast");
        sandbox.index.add(alpha.requires("gamma; extra == 'fast'"));
        sandbox.index.add(wheel("beta", version));
    }
    sandbox.index.add(wheel("gamma", "1.0"));
    sandbox
}

/// Puts a wheel as a file below the working folder.
fn put(sandbox: &Sandbox, folder: &str, wheel: WheelBuilder) -> String {
    let (name, bytes) = wheel.build();
    let folder = sandbox.work().join(folder);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(&name), bytes).unwrap();
    folder.join(name).display().to_string()
}

#[test]
fn the_lines_of_scripts_work_as_they_stand() {
    let s = stocked();
    s.write("wanted.txt", "alpha==1.0\n");
    s.write("wanted.in", "alpha\n");
    let silent = |line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        let ran = s.tilsit(&words).ok();
        assert_eq!(ran.stderr, "", "{line}");
        ran
    };
    silent("venv -q -p python3 env");
    silent("install -q --no-deps -r wanted.txt -p env");
    silent("show -p env alpha").says("version       1.0").says("name          alpha");
    silent("compile -q wanted.in -o out -p python3");
    assert!(s.read("out").contains("alpha==2.0"), "{}", s.read("out"));
    assert!(s.read("out").contains("beta==2.0"));
    silent("uninstall -q -y -r wanted.txt -p env");
    s.tilsit(&["show", "-p", "env", "alpha"]).fails(1, "[not-installed]");
    silent("install -q -p env/bin/python beta");
    assert_eq!(silent("freeze -p env").stdout, "beta==2.0\n");
}

#[test]
fn without_an_environment_install_makes_one_and_says_so() {
    let s = stocked();
    let ran = s.tilsit(&["install", "alpha"]).ok().tells(".venv");
    assert!(ran.stderr.contains("+ alpha 2.0") && ran.stderr.contains("+ beta 2.0"), "{ran}");
    assert!(s.work().join(".venv/bin/activate").is_file());
    s.program(".venv/bin/python", &["-c", "import alpha, beta; print(alpha.version)"]).ok().says("2.0");
    s.tilsit(&["install", "alpha"]).ok().tells("Nothing to do");
}

#[test]
fn the_environment_is_found_from_a_folder_below_and_by_variable() {
    let mut s = stocked();
    s.venv();
    s.tilsit(&["install", "-q", "beta==1.0"]).ok();
    std::fs::create_dir_all(s.work().join("src/deep")).unwrap();
    let deep = s.work().join("src/deep");
    let ran =
        s.command(env!("CARGO_BIN_EXE_tilsit").as_ref()).arg("freeze").current_dir(&deep).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&ran.stdout), "beta==1.0\n");
    s.tilsit(&["venv", "-q", "other"]).ok();
    s.set("VIRTUAL_ENV", &s.work().join("other").display().to_string());
    assert_eq!(s.frozen(), "");
}

#[test]
fn python_is_named_in_many_ways() {
    let s = Sandbox::new();
    let version = s.tilsit(&["python", "find", "--json"]).ok().json()["version"].as_str().unwrap().to_owned();
    let minor = version.split('.').take(2).collect::<Vec<_>>().join(".");
    let path = s.tilsit(&["python", "find", &minor]).ok().stdout.trim().to_owned();
    for request in [minor.as_str(), version.as_str(), path.as_str(), "python3", &format!("python{minor}")] {
        let ran = s.tilsit(&["venv", "-p", request, "-c", "env"]).ok();
        assert!(ran.stderr.contains(&minor), "{request}: {ran}");
    }
    s.tilsit(&["venv", "-p", "3.99", "other"]).fails(1, "[no-python]");
    s.tilsit(&["python", "list"]).ok().says(&minor);
    assert!(s.tilsit(&["python", "list", "--json"]).ok().json().is_array());
}

#[test]
fn a_made_environment_is_not_made_again() {
    let s = Sandbox::new();
    s.tilsit(&["venv", "--prompt", "shop"]).ok().tells("source .venv/bin/activate");
    assert!(s.read(".venv/bin/activate").contains("shop"));
    s.write(".venv/mine", "");
    assert_ne!(s.tilsit(&["venv"]).code, 0);
    s.tilsit(&["venv", "--clear"]).ok();
    assert!(!s.work().join(".venv/mine").exists());
}

#[test]
fn versions_go_up_and_down() {
    let s = stocked();
    s.tilsit(&["install", "alpha<2"]).ok().tells("+ alpha 1.0");
    s.tilsit(&["install", "alpha"]).ok().tells("Nothing to do");
    s.tilsit(&["install", "-U", "alpha"]).ok().tells("+ alpha 2.0 (was 1.0)");
    assert_eq!(s.frozen(), "alpha==2.0 beta==2.0");
    s.tilsit(&["install", "alpha==1.0"]).ok().tells("+ alpha 1.0 (was 2.0)");
    assert_eq!(s.frozen(), "alpha==1.0 beta==2.0");
    s.tilsit(&["install", "-P", "alpha", "alpha", "beta"]).ok().tells("+ alpha 2.0 (was 1.0)");
    s.tilsit(&["install", "--reinstall", "--no-deps", "alpha"]).ok().tells("+ alpha 2.0 (again)");
}

#[test]
fn extras_constraints_overrides_and_markers() {
    let s = stocked();
    s.write("limits.txt", "beta<2\n");
    s.tilsit(&["install", "alpha[fast]", "-c", "limits.txt"]).ok();
    assert_eq!(s.frozen(), "alpha==2.0 beta==1.0 gamma==1.0");
    s.index.add(wheel("delta", "1.0").requires("beta>=2"));
    s.write("instead.txt", "beta==1.0\n");
    s.tilsit(&["venv", "-q", "-c"]).ok();
    s.tilsit(&["install", "-q", "delta", "--override", "instead.txt"]).ok();
    assert_eq!(s.frozen(), "beta==1.0 delta==1.0");
    s.tilsit(&["venv", "-q", "-c"]).ok();
    s.tilsit(&["install", "-q", "gamma; python_version < '3'", "beta; python_version >= '3'"]).ok();
    assert_eq!(s.frozen(), "beta==2.0");
    s.tilsit(&["install", "alpha[slow]"]).ok().tells("has no extra `slow`");
}

#[test]
fn a_wheel_by_path_is_written_down_and_comes_back() {
    let s = stocked();
    s.venv();
    let path = put(&s, "dist", wheel("local", "1.0").requires("beta"));
    s.tilsit(&["install", "-q", "dist/local-1.0-py3-none-any.whl"]).ok();
    let info = s.site_packages(".venv").join("local-1.0.dist-info/direct_url.json");
    assert!(std::fs::read_to_string(info).unwrap().contains(&path));
    let sha256 = fixtures::sha256_hex(&std::fs::read(&path).unwrap());
    let line = format!("local @ file://{path}#sha256={sha256}");
    assert_eq!(s.frozen(), format!("beta==2.0 {line}"));
    s.write("frozen.txt", &s.frozen().replace(" local", "\nlocal"));
    s.tilsit(&["venv", "-q", "again"]).ok();
    s.tilsit(&["install", "-q", "-p", "again", "-r", "frozen.txt"]).ok();
    assert_eq!(s.tilsit(&["freeze", "-p", "again"]).stdout.trim_end(), s.read("frozen.txt"));
}

#[test]
fn a_wheel_by_url_is_written_down_and_comes_back() {
    let s = stocked();
    s.venv();
    s.index.add(wheel("local", "1.0"));
    let url = s.index.url("/files/local-1.0-py3-none-any.whl");
    s.tilsit(&["install", "-q", &format!("local @ {url}")]).ok();
    assert!(s.frozen().starts_with(&format!("local @ {url}")), "{}", s.frozen());
    s.tilsit(&["install", &url]).ok().tells("Nothing to do");
}

#[test]
fn folders_of_wheels_serve_without_an_index() {
    let s = stocked();
    put(&s, "links", wheel("delta", "1.0").requires("epsilon"));
    put(&s, "links", wheel("epsilon", "1.0"));
    s.tilsit(&["install", "-q", "--no-index", "-f", "links", "delta"]).ok();
    assert_eq!(s.frozen(), "delta==1.0 epsilon==1.0");
    assert!(s.index.requests().is_empty());
    s.tilsit(&["install", "--no-index", "alpha"]).fails(1, "alpha");
}

#[test]
fn target_and_prefix_are_plain_folders() {
    let s = stocked();
    s.tilsit(&["install", "-q", "--target", "lib", "alpha"]).ok();
    assert!(s.work().join("lib/alpha.py").is_file() && s.work().join("lib/beta.py").is_file());
    assert!(!s.work().join(".venv").exists());
    s.index.add(wheel("tool", "1.0").entry_point("console_scripts", "tool", "tool:main"));
    s.tilsit(&["install", "-q", "--prefix", "usr", "tool"]).ok();
    // Debian's own Python has everything below `local`
    let usr = if s.work().join("usr/local").exists() { "usr/local" } else { "usr" };
    assert!(s.work().join(usr).join("bin/tool").is_file());
    assert!(std::fs::read_dir(s.work().join(usr).join("lib")).unwrap().flatten().any(|python| {
        ["site-packages", "dist-packages"]
            .iter()
            .any(|site| python.path().join(site).join("tool.py").is_file())
    }));
}

#[test]
fn a_dry_run_changes_nothing() {
    let s = stocked();
    s.venv();
    s.tilsit(&["install", "--dry-run", "alpha"]).ok().tells("+ alpha 2.0").tells("Nothing was changed");
    assert_eq!(s.frozen(), "");
    s.tilsit(&["install", "-q", "alpha"]).ok();
    s.tilsit(&["uninstall", "--dry-run", "alpha"]).ok();
    assert_eq!(s.frozen(), "alpha==2.0 beta==2.0");
}

#[test]
fn a_tree_with_more_ways_than_can_be_counted() {
    let s = Sandbox::new();
    for number in 0..60 {
        let [next, after] = [1, 2].map(|step| format!("p{}", number + step));
        let package = wheel(&format!("p{number}"), "1.0");
        s.index.add(if number < 58 { package.requires(&next).requires(&after) } else { package });
    }
    s.tilsit(&["install", "-q", "p0"]).ok();
    let tree = s.tilsit(&["tree", "--json"]).ok();
    assert_eq!(tree.stdout.matches("\"repeated\"").count(), 56, "{tree}");
    s.tilsit(&["tree"]).ok().says("p59 1.0");
    s.tilsit(&["tree", "--invert", "p59"]).ok().says("p0 1.0");
}

#[test]
fn looking_at_an_environment() {
    let s = stocked();
    s.tilsit(&["install", "-q", "alpha[fast]"]).ok();
    s.tilsit(&["list"]).ok().says("alpha");
    s.tilsit(&["list", "--format", "freeze", "--exclude", "beta"]).ok().says("alpha==2.0");
    let tree = s.tilsit(&["tree"]).ok();
    let at = |name: &str| tree.stdout.find(name).unwrap_or_else(|| panic!("no {name} in {tree}"));
    assert!(at("alpha") < at("beta"), "{tree}");
    s.tilsit(&["tree", "--invert", "beta"]).ok().says("alpha");
    s.tilsit(&["check"]).ok();
    s.tilsit(&["uninstall", "-q", "-y", "beta"]).ok();
    let broken = s.tilsit(&["check"]);
    assert_eq!(broken.code, 3, "{broken}");
    assert!(format!("{}{}", broken.stdout, broken.stderr).contains("beta"), "{broken}");
}

#[test]
fn programs_read_json() {
    let s = stocked();
    let installed = s.tilsit(&["install", "--json", "alpha"]).ok().json();
    let names: Vec<&str> =
        installed["installed"].as_array().unwrap().iter().filter_map(|one| one["name"].as_str()).collect();
    assert!(names.contains(&"alpha") && names.contains(&"beta"), "{installed}");
    assert_eq!(installed["changed"], true);
    assert_eq!(s.tilsit(&["install", "--json", "alpha"]).ok().json()["changed"], false);
    let listed = s.tilsit(&["list", "--json"]).ok().json();
    assert_eq!(listed[0]["name"], "alpha");
    assert_eq!(s.tilsit(&["show", "--json", "beta"]).ok().json()[0]["needed_by"][0], "alpha");
    for line in [
        "tree --json",
        "check --json",
        "config explain --json",
        "config list --json",
        "cache info --json",
        "cache list --json",
        "uninstall -y --json beta",
    ] {
        s.tilsit(&line.split(' ').collect::<Vec<_>>()).ok().json();
    }
}

#[test]
fn a_typing_error_gets_the_nearest_word() {
    let s = Sandbox::new();
    s.tilsit(&["instal", "alpha"]).fails(2, "install");
    s.tilsit(&["install", "--upgrad-packge", "alpha"]).fails(2, "--upgrade-package");
    s.tilsit(&["config", "explain", "index-ulr"]).fails(2, "index-url");
    s.tilsit(&["explain", "conflct"]).fails(2, "conflict");
}

#[test]
fn offline_takes_what_the_store_has() {
    let s = stocked();
    s.tilsit(&["install", "-q", "alpha"]).ok();
    s.index.forget_requests();
    s.tilsit(&["venv", "-q", "other"]).ok();
    s.tilsit(&["install", "-q", "--offline", "-p", "other", "alpha"]).ok();
    assert!(s.index.requests().is_empty(), "{:?}", s.index.paths());
    s.tilsit(&["install", "--offline", "gamma"]).fails(1, "[offline]");
    s.tilsit(&["cache", "list"]).ok().says("alpha");
    s.tilsit(&["cache", "remove", "alpha"]).ok();
    s.tilsit(&["venv", "-q", "-c", "other"]).ok();
    assert_eq!(s.tilsit(&["install", "-q", "--offline", "-p", "other", "alpha"]).code, 1);
}

#[test]
fn the_first_index_that_has_a_name_wins() {
    let s = stocked();
    let company = FakeIndex::start();
    company.add(wheel("alpha", "0.5"));
    let extra = company.simple_url();
    s.tilsit(&["install", "-q", "--extra-index-url", &extra, "alpha", "gamma"]).ok();
    assert_eq!(s.frozen(), "alpha==0.5 gamma==1.0");
    s.tilsit(&["install", "-q", "-U", "--extra-index-url", &extra, "--index-strategy", "merged", "alpha"])
        .ok();
    assert!(s.frozen().starts_with("alpha==2.0"), "{}", s.frozen());
}

#[test]
fn uninstall_leaves_nothing_of_a_package_and_all_of_the_rest() {
    let s = stocked();
    s.index.add(
        wheel("tool", "1.0").entry_point("console_scripts", "tool", "tool:main").file("tool/data/x", "x"),
    );
    s.tilsit(&["install", "-q", "tool", "alpha"]).ok();
    s.tilsit(&["uninstall", "-y", "tool", "nosuch"]).ok().tells("tool");
    let site = s.site_packages(".venv");
    assert!(!site.join("tool").exists() && !site.join("tool.py").exists());
    assert!(!s.work().join(".venv/bin/tool").exists());
    assert!(site.join("alpha.py").is_file());
}
#[test]
fn pip_of_a_made_environment_is_this_binary() {
    let mut s = stocked();
    s.set("TILSIT_BINARY", env!("CARGO_BIN_EXE_tilsit"));
    s.tilsit(&["install", "-q", "beta"]).ok();
    let version = s.program(".venv/bin/python", &["-m", "pip", "--version"]).ok();
    assert!(version.stdout.starts_with("pip 26.3 from "), "{version}");
    assert!(version.stdout.trim_end().ends_with(')') && version.stdout.contains("(python 3."), "{version}");
    s.program(".venv/bin/python", &["-m", "pip", "list"]).ok().says("beta    2.0");
    s.tilsit(&["install", "-q", "gamma"]).ok();
    assert_eq!(s.frozen(), "beta==2.0 gamma==1.0");
    s.tilsit(&["as", "pip", "--python", ".venv", "freeze"]).ok().says("gamma==1.0");
}

#[test]
fn commands_of_other_tools_lead_to_ours() {
    let sandbox = Sandbox::new();
    sandbox.tilsit(&["pip", "list"]).fails(2, "did you mean `tilsit as pip`?");
    sandbox.tilsit(&["add", "alpha"]).fails(2, "did you mean `install`?");
    sandbox.tilsit(&["cache", "remov"]).fails(2, "did you mean `remove`?");
}
