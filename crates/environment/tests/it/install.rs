use std::process::Command;

use fixtures::WheelBuilder;

use crate::place::Place;

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
