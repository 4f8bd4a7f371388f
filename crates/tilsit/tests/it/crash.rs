//! The real binary, killed at many instants: what is seen afterwards is the old or the new environment.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use fixtures::WheelBuilder;

use crate::sandbox::Sandbox;

/// So many commands are killed, and so many are started at most.
const KILLS: u32 = 100;
const COMMANDS: u32 = 600;
const MODULES: usize = 12;

/// Two packages that belong together; every file says its version.
fn publish(sandbox: &Sandbox) {
    for version in ["1.0", "2.0"] {
        let alpha = WheelBuilder::new("alpha", version).requires(&format!("beta=={version}"));
        for wheel in [alpha, WheelBuilder::new("beta", version)] {
            let name = wheel.project();
            let files = (0..MODULES).map(|number| format!("{name}/m{number}.py"));
            let wheel = files.fold(wheel, |wheel, path| wheel.file(&path, version));
            sandbox.index.add(wheel.entry_point("console_scripts", &name, &format!("{name}:main")));
        }
    }
}

/// What `list` and the files say: None for nothing installed, else the one version of everything.
fn seen(sandbox: &Sandbox) -> Option<String> {
    let listed = sandbox.frozen();
    let site = sandbox.site_packages(".venv");
    let mut contents = Vec::new();
    for name in ["alpha", "beta"] {
        for number in 0..MODULES {
            contents.push(std::fs::read_to_string(site.join(format!("{name}/m{number}.py"))).ok());
        }
    }
    let first = contents[0].clone();
    assert!(contents.iter().all(|one| *one == first), "a mixture: {listed}: {contents:?}");
    let expected = first.as_ref().map(|version| format!("alpha=={version} beta=={version}"));
    assert_eq!(listed, expected.unwrap_or_default());
    for name in ["alpha", "beta"] {
        let script = sandbox.work().join(".venv/bin").join(name);
        assert_eq!(script.exists(), first.is_some(), "{}", script.display());
    }
    first
}

/// Pseudo-random numbers, the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit.max(1)
    }
}

fn command(sandbox: &Sandbox, words: &[&str]) -> Command {
    let mut command = sandbox.command(Path::new(env!("CARGO_BIN_EXE_tilsit")));
    command.args(words).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

#[test]
fn a_kill_at_any_instant_leaves_the_old_or_the_new() {
    let sandbox = Sandbox::new();
    publish(&sandbox);
    sandbox.venv();
    let steps: [&[&str]; 4] = [
        &["install", "alpha==1.0"],
        &["install", "alpha==2.0"],
        &["install", "--reinstall", "alpha==1.0"],
        &["uninstall", "-y", "alpha", "beta"],
    ];
    // Once undisturbed, to fill the store and to learn how long each takes.
    let times = steps.map(|words| {
        let start = Instant::now();
        sandbox.tilsit(words).ok();
        start.elapsed()
    });
    sandbox.tilsit(&["install", "-q", "alpha==1.0"]).ok();
    let start = Instant::now();
    sandbox.tilsit(&["install", "-q", "--reinstall", "alpha==2.0"]).ok();
    let warm = start.elapsed().min(times[3] * 4);

    let mut dice = Dice(7);
    let (mut killed, mut old, mut new) = (0, 0, 0);
    for point in 0..COMMANDS {
        if killed == KILLS {
            break;
        }
        let before = seen(&sandbox);
        let words = steps[if before.is_none() { dice.below(2) } else { dice.below(4) } as usize];
        let after = words.last().and_then(|word| word.strip_prefix("alpha==")).map(str::to_owned);
        let mut child = command(&sandbox, words).spawn().unwrap();
        let delay = Duration::from_micros(dice.below(warm.as_micros() as u64 * 3 / 2));
        std::thread::sleep(delay);
        let _ = child.kill();
        killed += u32::from(child.wait().unwrap().code().is_none());
        let now = seen(&sandbox);
        assert!(now == before || now == after, "point {point}: {before:?} → {after:?}, seen {now:?}");
        if now == after { new += 1 } else { old += 1 }
    }
    println!("{killed} killed, {old} old, {new} new");
    assert_eq!(killed, KILLS);
    // A change after all that is a change as ever.
    sandbox.tilsit(&["install", "-q", "--reinstall", "alpha==2.0"]).ok();
    assert_eq!(seen(&sandbox).as_deref(), Some("2.0"));
    let rest = std::fs::read_dir(sandbox.site_packages(".venv")).unwrap().flatten();
    let names: Vec<_> = rest.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    assert!(names.iter().all(|name| !name.starts_with(".tilsit")), "left behind: {names:?}");
}
