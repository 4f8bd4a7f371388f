//! Kills at any instant, several writers, readers in the middle: the old or the new, never a mixture.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use environment::{
    Change, Environment, InstallPolicy, Installation, Interpreter, NoCache, Transaction, Wait,
};
use fixtures::WheelBuilder;
use packaging::hashes::Hash;
use store::{Store, StoredWheel};

use crate::place::{NEVER, Place, listed};

const PACKAGES: usize = 12;

fn package(number: usize, version: &str) -> WheelBuilder {
    let mut wheel = WheelBuilder::new(&format!("package{number}"), version)
        .file(&format!("package{number}/__init__.py"), format!("version = '{version}'\n"))
        .file(&format!("module{number}.py"), format!("version = '{version}'\n"))
        .file(&format!("common/part{number}/x.py"), version)
        .data_file("data", &format!("share/doc/{number}.txt"), version)
        .entry_point("console_scripts", &format!("tool{number}"), &format!("package{number}:main"));
    for file in 0..8 {
        wheel = wheel.file(&format!("package{number}/v{}/{file}.py", version.replace('.', "_")), b"x = 1\n");
    }
    wheel
}

fn packages(version: &str) -> Vec<WheelBuilder> {
    (0..PACKAGES).map(|number| package(number, version)).collect()
}

/// What a child does: `DIR`, then the hashes of wheels to install (in the place of all that is there), or nothing to
/// uninstall everything.
#[test]
fn child() {
    let Ok(order) = std::env::var("TILSIT_TEST_CHILD") else { return };
    let mut words = order.split(' ');
    let root = PathBuf::from(words.next().unwrap());
    let store = Store::open(root.join("store"));
    let wheel = |hash: &str| store.wheel(&hash.parse::<Hash>().unwrap()).unwrap().unwrap();
    let wheels: Vec<StoredWheel> = words.filter(|word| !word.is_empty()).map(wheel).collect();
    let environment = opened(&root);
    replace_all(&environment, wheels);
}

fn opened(root: &Path) -> Environment {
    let interpreter = Interpreter::open(&root.join("venv"), &Store::open(root.join("store"))).unwrap();
    Environment::of(interpreter, &root.join("state"))
}

fn replace_all(environment: &Environment, wheels: Vec<StoredWheel>) {
    let mut transaction = Transaction::begin(environment, Wait::Forever).unwrap();
    let remove = transaction.installed().unwrap().iter().cloned().collect();
    let change = Change { remove, install: wheels.into_iter().map(Installation::new).collect() };
    transaction.apply(&change, &InstallPolicy::new(environment), &NEVER).unwrap();
}

fn spawn(root: &Path, wheels: &[StoredWheel]) -> Child {
    let hashes: Vec<String> = wheels.iter().map(|wheel| wheel.sha256().to_string()).collect();
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::child", "--test-threads=1"])
        .env("TILSIT_TEST_CHILD", format!("{} {}", root.display(), hashes.join(" ")))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// A small generator, so that a failing seed can be tried again.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit.max(1)
    }
}

#[test]
fn killed_at_any_instant() {
    let place = Place::new();
    let root = place.root();
    place.store.put_interpreter("warm", b"").unwrap();
    let sets: BTreeMap<&str, Vec<StoredWheel>> = [("none", Vec::new())]
        .into_iter()
        .chain(["1.0", "2.0"].map(|version| {
            (version, packages(version).into_iter().map(|wheel| place.stored(wheel)).collect())
        }))
        .collect();
    // What each state looks like, and how long a change takes.
    let mut looks = BTreeMap::new();
    let mut longest = Duration::ZERO;
    for state in ["1.0", "2.0", "none"] {
        let start = Instant::now();
        assert!(spawn(&root, &sets[state]).wait().unwrap().success());
        longest = longest.max(start.elapsed());
        looks.insert(state, (place.tree(), place.listed()));
    }
    let mut random = Random(0x9E37_79B9_7F4A_7C15 ^ u64::from(std::process::id()));
    let mut state = "none";
    let (mut old, mut new, mut finished) = (0, 0, 0);
    for round in 0..120 {
        let next = ["none", "1.0", "2.0"][(random.below(2) as usize + 1 + index_of(state)) % 3];
        let mut child = spawn(&root, &sets[next]);
        // Half of the kills fall anywhere, half into the switch.
        let start = Instant::now();
        let journal = root.join("venv/.tilsit/journal");
        if round % 2 == 0 {
            let limit = Duration::from_micros(random.below(longest.as_micros() as u64));
            while start.elapsed() < limit {
                std::hint::spin_loop();
            }
        } else {
            while !journal.exists() && child.try_wait().unwrap().is_none() {}
            let seen = Instant::now();
            let limit = Duration::from_micros(random.below(3000));
            while seen.elapsed() < limit {
                std::hint::spin_loop();
            }
        }
        child.kill().unwrap();
        finished += i32::from(child.wait().unwrap().success());
        if round % 4 == 3 {
            // The one that finishes it is killed as well.
            let mut second = spawn(&root, &sets[next]);
            let (start, limit) =
                (Instant::now(), Duration::from_micros(random.below(longest.as_micros() as u64)));
            while start.elapsed() < limit {
                std::hint::spin_loop();
            }
            second.kill().unwrap();
            second.wait().unwrap();
        }
        let now = place.listed();
        let is = [state, next].into_iter().find(|one| looks[one].1 == now);
        let Some(is) = is else { panic!("round {round}, {state} → {next}: {now:?}") };
        assert_eq!(place.tree(), looks[is].0, "round {round}, {state} → {next} became {is}");
        if is == state {
            old += 1
        } else {
            new += 1
        }
        state = is;
    }
    eprintln!("120 kills: {old} left the old, {new} the new ({finished} were too late)");
    assert!(old > 0 && new > 0, "the kills must fall on both sides of the decision");
}

fn index_of(state: &str) -> usize {
    ["none", "1.0", "2.0"].iter().position(|one| *one == state).unwrap()
}

#[test]
fn leftovers_of_a_kill_are_deleted_by_the_next_change() {
    let place = Place::new();
    place.install(packages("1.0")).unwrap();
    let scratch = place.environment.state().join(".tilsit-scratch-dead");
    std::fs::create_dir_all(scratch.join("0/package")).unwrap();
    place.install(vec![package(0, "2.0")]).unwrap();
    let mut left: Vec<_> = std::fs::read_dir(place.environment.state())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    left.sort();
    assert_eq!(left, ["last", "lock"]);
}

#[test]
fn readers_see_all_of_one_version() {
    let place = Place::new();
    let sets = ["1.0", "2.0"].map(|version| -> Vec<StoredWheel> {
        packages(version).into_iter().map(|wheel| place.stored(wheel)).collect()
    });
    replace_all(&place.environment, sets[0].clone());
    let expected = ["1.0", "2.0"].map(|version| {
        let mut all: Vec<String> =
            (0..PACKAGES).map(|number| format!("package{number}=={version}")).collect();
        all.sort();
        all
    });
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for round in 0..20 {
                replace_all(&place.environment, sets[(round + 1) % 2].clone());
            }
            done.store(true, Ordering::Relaxed);
        });
        let mut readings = 0;
        while !done.load(Ordering::Relaxed) {
            let mut seen = listed(&place.environment);
            seen.sort();
            assert!(expected.contains(&seen), "{seen:?}");
            readings += 1;
        }
        eprintln!("{readings} readings during 20 changes");
    });
}

#[test]
fn two_writers_take_turns() {
    let place = Place::new();
    let sets: Vec<Vec<StoredWheel>> = (0..2)
        .map(|half| {
            let mine = (0..PACKAGES).filter(|number| number % 2 == half || *number < 4);
            mine.map(|number| place.stored(package(number, ["1.0", "2.0"][half]))).collect()
        })
        .collect();
    std::thread::scope(|scope| {
        for set in &sets {
            scope.spawn(|| {
                for _ in 0..5 {
                    crate::place::change(&place.environment, set.clone(), &place.policy()).unwrap();
                }
            });
        }
    });
    assert_eq!(place.listed().len(), PACKAGES);
    let infos = std::fs::read_dir(place.site())
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().ends_with(".dist-info"));
    assert_eq!(infos.count(), PACKAGES);
}

#[test]
fn a_second_writer_that_will_not_wait_is_told() {
    let place = Place::new();
    let _first = Transaction::begin(&place.environment, Wait::Forever).unwrap();
    let error = Transaction::begin(&place.environment, Wait::No).unwrap_err();
    assert!(matches!(error, environment::InstallError::Locked { .. }), "{error}");
}

#[test]
fn a_stop_before_the_decision_leaves_the_old() {
    let place = Place::new();
    place.install(packages("1.0")).unwrap();
    let before = place.tree();
    let stop = AtomicBool::new(true);
    let wheels: Vec<StoredWheel> = packages("2.0").into_iter().map(|wheel| place.stored(wheel)).collect();
    let mut transaction = Transaction::begin(&place.environment, Wait::Forever).unwrap();
    let remove = transaction.installed().unwrap().iter().cloned().collect();
    let change = Change { remove, install: wheels.into_iter().map(Installation::new).collect() };
    let error = transaction.apply(&change, &place.policy(), &stop).unwrap_err();
    assert!(matches!(error, environment::InstallError::Cancelled), "{error}");
    assert_eq!(place.tree(), before);
    let _ = NoCache;
}

#[test]
fn a_strangers_journal_touches_nothing_outside() {
    let place = Place::new();
    place.install(packages("1.0")).unwrap();
    let (state, outside) = (place.environment.state(), place.root().join("precious"));
    std::fs::write(&outside, "years of work").unwrap();
    std::fs::create_dir(place.root().join("folder")).unwrap();
    std::fs::write(place.root().join("folder/kept"), "x").unwrap();
    std::os::unix::fs::symlink(place.root().join("folder"), place.root().join("venv/lib/way-out")).unwrap();
    let stolen = ".tilsit/stolen\0";
    let absolute = format!("-{}\0{stolen}", outside.display());
    let staged = format!("+.tilsit/evil\0{}\0", outside.display());
    let scratch = format!("~{}\0~lib\0", place.root().join("folder").display());
    let steps = [
        absolute.as_str(),
        &format!("-../precious\0{stolen}"),
        &format!("-lib/../../precious\0{stolen}"),
        &format!("-lib/way-out/kept\0{stolen}"),
        &staged,
        &scratch,
        "/../made\0",
        "+.tilsit/lock\0lib/way-out/lock\0",
    ];
    for step in steps {
        std::fs::write(state.join("evil"), "").unwrap();
        std::fs::write(state.join("journal"), format!("tilsit journal 1\n{step}end\0")).unwrap();
        assert_eq!(place.listed().len(), PACKAGES, "{step:?}");
        assert_eq!(std::fs::read_to_string(&outside).unwrap(), "years of work", "{step:?}");
        assert!(place.root().join("folder/kept").exists(), "{step:?}");
        assert!(
            !place.root().join("made").exists() && !place.root().join("folder/lock").exists(),
            "{step:?}"
        );
        assert!(place.site().exists(), "{step:?}");
    }
    // A change says that the journal stands in its way instead of passing it over.
    let error = place.install(packages("2.0")).unwrap_err();
    assert!(matches!(error, environment::InstallError::Recovery { .. }), "{error}");
    std::fs::remove_file(state.join("journal")).unwrap();
    place.install(packages("2.0")).unwrap();
}
