use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::process::Command;

use environment::{
    Change, Collisions, Environment, InstallError, InstallPolicy, Installation, LinkMode, Preview,
    RemovalError, Transaction, Unplanned, Wait,
};
use fixtures::WheelBuilder;

use crate::place::{NEVER, Place, change, listed};

fn alpha(version: &str) -> WheelBuilder {
    WheelBuilder::new("alpha", version)
        .file(
            "alpha/__init__.py",
            format!("version = '{version}'\ndef main(): print('alpha', version)\n").as_bytes(),
        )
        .file(&format!("alpha/only_{}.py", version.replace('.', "_")), b"")
        .file("alpha/data/a b.txt", b"x")
        .entry_point("console_scripts", "alpha", "alpha:main")
}

fn beta() -> WheelBuilder {
    WheelBuilder::new("Beta", "2.0").file("beta.py", b"x = 1\n").file("shared/beta/__init__.py", b"")
}

#[test]
fn installs_runs_lists_and_uninstalls() {
    let place = Place::new();
    let empty = place.tree();
    let report = place.install(vec![alpha("1.0"), beta()]).unwrap();
    assert_eq!(report.programs, [vec!["alpha".to_owned()], vec![]]);
    assert_eq!(place.listed(), ["alpha==1.0", "beta==2.0"]);
    let bin = place.environment.scheme().scripts.clone();
    let output = Command::new(bin.join("alpha")).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "alpha 1.0\n", "{output:?}");
    place.uninstall(&["alpha", "beta"]).unwrap();
    assert_eq!(place.listed(), Vec::<String>::new());
    assert_eq!(place.tree(), empty);
}

#[test]
fn upgrades() {
    let place = Place::new();
    place.install(vec![alpha("1.0"), beta()]).unwrap();
    place.install(vec![alpha("1.1")]).unwrap();
    assert_eq!(place.listed(), ["alpha==1.1", "beta==2.0"]);
    assert!(!place.site().join("alpha/only_1_0.py").exists());
    assert!(place.site().join("alpha/only_1_1.py").exists());
    assert!(!place.site().join("alpha-1.0.dist-info").exists());
}

#[test]
fn folders_shared_by_several_wheels() {
    let place = Place::new();
    let empty = place.tree();
    let wheel = |name: &str, paths: &[&str]| {
        paths.iter().fold(WheelBuilder::new(name, "1"), |wheel, path| wheel.data_file("data", path, name))
    };
    let wheels = vec![
        wheel("a", &["share/a/x"]),
        wheel("b", &["share/icons/theme/b", "share/apps/b"]),
        wheel("c", &["share/icons/theme/c", "share/icons/other/c/d"]),
        wheel("d", &["share/icons/other/c/e", "share/a/deep/y"]),
    ];
    place.install(wheels).unwrap();
    for path in ["a/x", "icons/theme/b", "icons/theme/c", "icons/other/c/d", "icons/other/c/e", "a/deep/y"] {
        assert!(place.environment.scheme().data.join("share").join(path).is_file(), "{path}");
    }
    place.uninstall(&["a", "b", "c", "d"]).unwrap();
    assert_eq!(place.tree(), empty);
}

#[test]
fn the_later_of_two_wheels_with_one_file_wins() {
    let place = Place::new();
    let wheel = |name: &str| {
        WheelBuilder::new(name, "1").file("same/x.py", name).file(&format!("same/{name}.py"), "")
    };
    let report = place.install(vec![wheel("first"), wheel("second")]).unwrap();
    assert_eq!(report.collisions.len(), 1);
    assert_eq!(std::fs::read_to_string(place.site().join("same/x.py")).unwrap(), "second");
    let mut policy = place.policy();
    policy.collisions = Collisions::Refuse;
    let before = place.tree();
    let error = place.install_by(vec![wheel("third")], &policy).unwrap_err();
    assert!(matches!(error, InstallError::Collides { .. }), "{error}");
    assert_eq!(place.tree(), before);
}

#[test]
fn a_foreign_file_gives_way_and_a_folder_does_not() {
    let place = Place::new();
    std::fs::create_dir_all(place.site().join("alpha/data")).unwrap();
    std::fs::write(place.site().join("alpha/__init__.py"), "mine").unwrap();
    std::fs::write(place.site().join("alpha/notes.txt"), "mine").unwrap();
    let report = place.install(vec![alpha("1.0")]).unwrap();
    assert_eq!(report.overwritten, [place.site().join("alpha/__init__.py")]);
    place.uninstall(&["alpha"]).unwrap();
    assert_eq!(std::fs::read_to_string(place.site().join("alpha/notes.txt")).unwrap(), "mine");
    assert!(!place.site().join("alpha/__init__.py").exists());
    std::fs::create_dir(place.site().join("beta.py")).unwrap();
    let before = place.tree();
    let error = place.install(vec![alpha("1.0"), beta()]).unwrap_err();
    assert!(matches!(error, InstallError::InTheWay { is_folder: true, .. }), "{error}");
    assert_eq!(place.tree(), before);
}

#[test]
fn bytecode_goes_with_its_module() {
    let place = Place::new();
    let empty = place.tree();
    let mut policy = place.policy();
    policy.bytecode = Some(2);
    place.install_by(vec![alpha("1.0"), beta()], &policy).unwrap();
    let tag = place.environment.interpreter().facts().cache_tag.clone().unwrap();
    assert!(place.site().join(format!("__pycache__/beta.{tag}.pyc")).exists());
    // Another Python left some too.
    std::fs::write(place.site().join("alpha/__pycache__/__init__.cpython-399.opt-1.pyc"), "").unwrap();
    let mut command = Command::new(place.environment.interpreter().executable());
    command.args(["-v", "-c", "import alpha; print(alpha.main.__code__.co_filename)"]);
    let output = command.output().unwrap();
    let file = place.site().join("alpha/__init__.py");
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim_end(), file.to_str().unwrap());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("__init__.cpython") && said.contains("matches"), "the bytecode is used");
    place.uninstall(&["alpha", "beta"]).unwrap();
    assert_eq!(place.tree(), empty);
}

#[test]
fn every_link_mode_brings_the_same_files() {
    for mode in ["auto", "hardlink", "copy", "symlink", "clone"] {
        let place = Place::new();
        let mut policy = place.policy();
        policy.link_mode = LinkMode::parse(mode).unwrap();
        place.install_by(vec![alpha("1.0")], &policy).unwrap();
        let file = place.site().join("alpha/data/a b.txt");
        assert_eq!(std::fs::read(&file).unwrap(), b"x", "{mode}");
        assert_eq!(file.symlink_metadata().unwrap().is_symlink(), mode == "symlink");
        let links = std::fs::metadata(&file).unwrap().nlink();
        assert!(mode != "hardlink" || links == 2, "{mode}: {links}");
        assert!(!matches!(mode, "copy" | "clone") || links == 1, "{mode}: {links}");
        place.uninstall(&["alpha"]).unwrap();
        assert_eq!(place.listed(), Vec::<String>::new());
    }
}

#[test]
fn an_environment_that_may_not_be_written_stays_as_it_is() {
    let place = Place::new();
    place.install(vec![alpha("1.0")]).unwrap();
    let before = place.tree();
    if rustix::process::geteuid().is_root() {
        // root may write anywhere: a folder where a file is to go stops it as well.
        std::fs::create_dir_all(place.site().join("beta.py/x")).unwrap();
        assert!(place.install(vec![beta(), alpha("2.0")]).is_err());
        std::fs::remove_dir_all(place.site().join("beta.py")).unwrap();
    } else {
        let mode = |bits| std::fs::set_permissions(place.site(), PermissionsExt::from_mode(bits)).unwrap();
        mode(0o555);
        let error = place.install(vec![beta(), alpha("2.0")]).unwrap_err();
        mode(0o755);
        assert!(matches!(error, InstallError::Io { .. }), "{error}");
    }
    assert_eq!(place.tree(), before);
    assert_eq!(place.listed(), ["alpha==1.0"]);
}

#[test]
fn a_hostile_record_removes_nothing_outside() {
    let place = Place::new();
    place.install(vec![alpha("1.0"), beta()]).unwrap();
    let outside = place.root().join("precious.txt");
    std::fs::write(&outside, "x").unwrap();
    let folder = place.root().join("folder");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("kept.txt"), "x").unwrap();
    std::os::unix::fs::symlink(&folder, place.site().join("linked")).unwrap();
    let record = place.site().join("alpha-1.0.dist-info/RECORD");
    let mut text = std::fs::read_to_string(&record).unwrap();
    for row in [
        "../../../../precious.txt",
        "/etc/hostname",
        "linked/kept.txt",
        "..",
        "",
        "../../../bin",
        "../../../lib",
    ] {
        text.push_str(&format!("{row},,\r\n"));
    }
    std::fs::write(&record, text).unwrap();
    let report = place.uninstall(&["alpha"]).unwrap();
    assert!(outside.exists() && folder.join("kept.txt").exists());
    assert!(
        report.refused.contains(&outside) && report.refused.contains(&folder.join("kept.txt")),
        "{report:?}"
    );
    assert_eq!(place.listed(), ["beta==2.0"]);
    assert!(place.environment.interpreter().executable().exists());
}

#[test]
fn legacy_forms_are_listed_and_removed_by_pips_rules() {
    let place = Place::new();
    let site = place.site();
    let write = |path: &str, text: &str| {
        let path = site.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("flat-1.0-py3.11.egg-info/PKG-INFO", "Name: flat\nVersion: 1.0\n");
    write("flat-1.0-py3.11.egg-info/installed-files.txt", "../flat/__init__.py\nPKG-INFO\n");
    write("flat/__init__.py", "");
    write("topped.egg-info/PKG-INFO", "Name: topped\nVersion: 2.0\n");
    write("topped.egg-info/top_level.txt", "topped\n");
    write("topped/deep/x.py", "");
    write("oldie-3.0.egg-info", "Name: oldie\nVersion: 3.0\n");
    write("egged-4.0-py3.11.egg/EGG-INFO/PKG-INFO", "Name: egged\nVersion: 4.0\n");
    write("easy-install.pth", "./egged-4.0-py3.11.egg\n/elsewhere\n");
    write("norecord-5.0.dist-info/METADATA", "Name: norecord\nVersion: 5.0\n");
    assert_eq!(place.listed(), ["egged==4.0", "flat==1.0", "norecord==5.0", "oldie==3.0", "topped==2.0"]);
    let error = place.uninstall(&["oldie"]).unwrap_err();
    assert!(matches!(error, InstallError::Removal(RemovalError::Distutils { .. })), "{error}");
    let error = place.uninstall(&["norecord"]).unwrap_err();
    assert!(matches!(error, InstallError::Removal(RemovalError::NoRecord { .. })), "{error}");
    place.uninstall(&["flat", "topped", "egged"]).unwrap();
    assert_eq!(place.listed(), ["norecord==5.0", "oldie==3.0"]);
    for gone in ["flat", "topped", "egged-4.0-py3.11.egg"] {
        assert!(!site.join(gone).exists(), "{gone}");
    }
    assert_eq!(std::fs::read_to_string(site.join("easy-install.pth")).unwrap(), "/elsewhere\n");
}

#[test]
fn targets_and_prefixes() {
    let place = Place::new();
    let python = place.environment.interpreter();
    let state = place.root().join("state");
    let target = Environment::target(python.clone(), &place.root().join("some where/t"), &state);
    change(&target, vec![place.stored(alpha("1.0"))], &InstallPolicy::new(&target)).unwrap();
    assert!(place.root().join("some where/t/alpha/__init__.py").exists());
    assert!(place.root().join("some where/t/bin/alpha").exists());
    assert_eq!(listed(&target), ["alpha==1.0"]);
    let prefix = Environment::prefix(python.clone(), &place.root().join("p"), &state);
    change(&prefix, vec![place.stored(alpha("1.0")), place.stored(beta())], &InstallPolicy::new(&prefix))
        .unwrap();
    assert!(place.root().join("p/bin/alpha").exists());
    assert_eq!(listed(&prefix), ["alpha==1.0", "beta==2.0"]);
    assert_eq!(place.listed(), Vec::<String>::new());
    let left: Vec<_> = std::fs::read_dir(place.root().join("some where")).unwrap().collect();
    assert_eq!(left.len(), 1, "no scratch folder is left: {left:?}");
}

#[test]
fn bad_entry_points_are_named() {
    let place = Place::new();
    let before = place.tree();
    for (name, object) in [("../evil", "m:f"), ("nothing", "module")] {
        let wheel = WheelBuilder::new("bad", "1").entry_point("console_scripts", name, object);
        let (filename, bytes) = wheel.build();
        let filename = packaging::filenames::WheelFilename::parse(&filename).unwrap();
        // The store may refuse it first.
        let Ok(wheel) = place.store.add_wheel(store::WheelBytes::Memory(&bytes), &filename, &[]) else {
            continue;
        };
        let error = change(&place.environment, vec![wheel], &place.policy()).unwrap_err();
        assert!(matches!(error, InstallError::Script { .. }), "{error}");
        assert_eq!(place.tree(), before);
    }
}

#[test]
fn a_plan_that_is_out_of_date_is_refused() {
    let place = Place::new();
    let wheel = place.stored(alpha("1.0"));
    let planned = Change { remove: vec![], install: vec![Installation::new(wheel)] };
    place.install(vec![alpha("2.0")]).unwrap();
    let apply = |change: &Change, policy: &InstallPolicy| {
        Transaction::begin(&place.environment, Wait::Forever).unwrap().apply(change, policy, &NEVER)
    };
    let error = apply(&planned, &place.policy()).unwrap_err();
    assert!(matches!(&error, InstallError::Changed { name } if name == "alpha"), "{error}");
    let old = place.environment.installed().unwrap().get(&"alpha".parse().unwrap()).unwrap().clone();
    place.uninstall(&["alpha"]).unwrap();
    let error = apply(&Change { remove: vec![old], install: vec![] }, &place.policy()).unwrap_err();
    assert!(matches!(error, InstallError::Changed { .. }), "{error}");
    place.install(vec![alpha("2.0")]).unwrap();
    let policy = InstallPolicy { unplanned: Unplanned::Overwrite, ..place.policy() };
    apply(&planned, &policy).unwrap();
    assert!(place.site().join("alpha/only_1_0.py").exists());
}

#[test]
fn the_preview_is_pips() {
    let place = Place::new();
    place.install(vec![alpha("1.0"), beta()]).unwrap();
    std::fs::write(place.site().join("alpha/mine.txt"), "").unwrap();
    let record = place.site().join("beta-2.0.dist-info/RECORD");
    let outside = place.root().join("outside");
    std::fs::write(&outside, "").unwrap();
    let text = std::fs::read_to_string(&record).unwrap() + "../../../../outside,,\r\n";
    std::fs::write(&record, text).unwrap();
    let installed = place.environment.installed().unwrap();
    let preview =
        |name: &str| Preview::of(installed.get(&name.parse().unwrap()).unwrap(), &place.environment).unwrap();
    let (site, bin) = (place.site(), &place.environment.scheme().scripts);
    let alpha = preview("alpha");
    assert_eq!(alpha.removed, [bin.join("alpha"), site.join("alpha-1.0.dist-info/*"), site.join("alpha/*")]);
    assert_eq!(alpha.kept, [site.join("alpha/mine.txt")]);
    let beta = preview("beta");
    assert_eq!(
        beta.removed,
        [site.join("beta-2.0.dist-info/*"), site.join("beta.py"), site.join("shared/beta/*")]
    );
    assert_eq!(beta.refused, [outside]);
}

#[test]
fn more_wheels_than_a_process_may_open_files() {
    let place = Place::new();
    let number =
        |number: usize| WheelBuilder::new(&format!("n{number}"), "1").file(&format!("n{number}.py"), "");
    place.install((0..1100).map(number).collect()).unwrap();
    assert_eq!(place.listed().len(), 1100);
    let names: Vec<String> = (0..1100).map(|number| format!("n{number}")).collect();
    place.uninstall(&names.iter().map(String::as_str).collect::<Vec<_>>()).unwrap();
    assert_eq!(place.listed(), Vec::<String>::new());
}

#[test]
fn the_users_folders() {
    let place = Place::new();
    let base = crate::place::base_python().clone();
    let user = Environment::user(base, &place.root().join("user base"), &place.root().join("state"));
    change(&user, vec![place.stored(alpha("1.0"))], &InstallPolicy::new(&user)).unwrap();
    assert!(place.root().join("user base/bin/alpha").is_file());
    assert_eq!(listed(&user), ["alpha==1.0"]);
    let state: Vec<_> = std::fs::read_dir(place.root().join("state")).unwrap().collect();
    assert_eq!(state.len(), 1, "the journal is in the state folder, not in the user's base");
    assert!(!place.root().join("user base/.tilsit").exists());
}
