//! Listing, removing, pruning, cleaning.

use std::fs;
use std::time::{Duration, SystemTime};

use fixtures::WheelBuilder;
use store::{DiskError, Kind, PrunePolicy, Store};

use crate::wheels::add;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn filled() -> Store {
    let store = Store::temporary(&std::env::temp_dir()).unwrap();
    add(&store, WheelBuilder::new("beta", "2.0")).unwrap();
    let alpha = add(&store, WheelBuilder::new("alpha", "1.0").file("a.py", b"12345")).unwrap();
    store.remember_wheel("key", &alpha).unwrap();
    store.put_metadata("m", b"Name: m\n").unwrap();
    store.put_interpreter("i", b"{}").unwrap();
    drop(store.lock("l").unwrap());
    store
}

fn policy() -> PrunePolicy {
    PrunePolicy { now: SystemTime::now(), unused_for: None, partial_for: DAY }
}

fn entries(store: &Store, kind: Kind) -> u64 {
    store.info().unwrap().iter().find(|size| size.kind == kind).map_or(0, |size| size.entries)
}

#[test]
fn wheels_are_listed_and_removed() {
    let store = filled();
    let list = store.list_wheels().unwrap();
    let names: Vec<_> = list.iter().map(|wheel| (&*wheel.name, &*wheel.version)).collect();
    assert_eq!(names, [("alpha", "1.0"), ("beta", "2.0")]);
    assert!(list[0].size > 5 && list[0].last_used <= SystemTime::now());
    let wheels = store.info().unwrap()[0];
    assert_eq!((wheels.kind, wheels.entries), (Kind::Wheels, 2));
    assert_eq!(wheels.bytes, list.iter().map(|wheel| wheel.size).sum::<u64>());

    let removed = store.maintain().unwrap().remove_wheels(&|wheel| wheel.name == "alpha").unwrap();
    assert_eq!((removed.entries, removed.bytes), (1, list[0].size));
    assert!(store.wheel(&list[0].sha256).unwrap().is_none());
    assert!(store.find_wheel("key").unwrap().is_none());
    assert_eq!(store.list_wheels().unwrap().len(), 1);
}

#[test]
fn prune_removes_what_is_of_no_use() {
    let store = filled();
    let list = store.list_wheels().unwrap();
    let nothing = store.maintain().unwrap().prune(&policy()).unwrap();
    assert_eq!(nothing.entries, 0);
    let wheel = store.wheel(&list[0].sha256).unwrap().unwrap();
    // As after a power cut: the file is there, its content is not.
    fs::write(wheel.root().join("a.py"), b"").unwrap();
    let root = store.root();
    fs::create_dir_all(root.join("wheels-0/x")).unwrap();
    fs::create_dir_all(root.join("wheels-99/x")).unwrap();
    fs::create_dir_all(root.join("other-0")).unwrap();
    fs::create_dir_all(root.join("temporary-1/dead")).unwrap();
    fs::write(root.join("temporary-1/dead.lock"), b"").unwrap();
    drop(store.begin_download("u", &[]).unwrap());
    let removed = store.maintain().unwrap().prune(&policy()).unwrap();
    // the wheel, the note about it, the old format, the dead workspace
    assert_eq!(removed.entries, 4);
    assert!(store.wheel(&list[0].sha256).unwrap().is_none());
    assert!(store.wheel(&list[1].sha256).unwrap().is_some());
    assert!(
        !root.join("wheels-0").exists() && root.join("wheels-99").exists() && root.join("other-0").exists()
    );
    assert!(!root.join("temporary-1/dead").exists() && !root.join("temporary-1/dead.lock").exists());
    assert_eq!(fs::read_dir(root.join("locks-1")).unwrap().count(), 0);

    let later = PrunePolicy { now: SystemTime::now() + 40 * DAY, unused_for: Some(30 * DAY), ..policy() };
    let removed = store.maintain().unwrap().prune(&later).unwrap();
    assert_eq!((removed.entries, entries(&store, Kind::Wheels), entries(&store, Kind::Metadata)), (3, 0, 0));
}

#[test]
fn clean_removes_everything() {
    let store = filled();
    assert_eq!(store.maintain().unwrap().clean().unwrap().entries, 5);
    assert!(store.info().unwrap().iter().all(|size| size.kind == Kind::Temporary || size.entries == 0));
    add(&store, WheelBuilder::new("alpha", "1.0")).unwrap();
    assert_eq!(entries(&store, Kind::Wheels), 1);
    let missing = Store::open(store.root().join("missing"));
    assert_eq!(missing.maintain().unwrap().clean().unwrap().entries, 0);
    assert!(missing.list_wheels().unwrap().is_empty() && !missing.root().exists());
}

#[test]
fn who_uses_the_store_is_waited_for() {
    let store = filled();
    let other = Store::open(store.root());
    let sha256 = store.list_wheels().unwrap()[0].sha256.clone();
    let held = other.wheel(&sha256).unwrap().unwrap();
    assert!(store.try_maintain().unwrap().is_none());
    drop(other);
    let maintenance = store.try_maintain().unwrap().unwrap();
    assert!(store.try_maintain().unwrap().is_none());
    assert!(store.maintain().is_err());
    drop(maintenance);
    assert!(store.maintain().is_ok());
    assert_eq!(held.manifest().name(), "alpha");
}

#[test]
fn locks_exclude_each_other() {
    let store = Store::temporary(&std::env::temp_dir()).unwrap();
    let first = store.lock("key").unwrap();
    assert!(store.try_lock("key").unwrap().is_none());
    assert!(store.try_lock("other").unwrap().is_some());
    let waiting = std::thread::spawn({
        let store = store.clone();
        move || store.lock("key").map(drop)
    });
    drop(first);
    waiting.join().unwrap().unwrap();
    assert!(store.try_lock("key").unwrap().is_some());
}

#[test]
fn a_temporary_store_is_removed() {
    let store = Store::temporary(&std::env::temp_dir()).unwrap();
    let root = store.root().to_owned();
    add(&store, WheelBuilder::new("alpha", "1.0")).unwrap();
    let clone = store.clone();
    drop(store);
    assert!(root.exists() && clone.is_temporary());
    drop(clone);
    assert!(!root.exists());
}

#[test]
fn build_environments_are_made_once_and_pruned() {
    let store = Store::temporary(&std::env::temp_dir()).unwrap();
    let make = |content: &'static str| {
        store.build_environment::<DiskError>("key", |folder| {
            std::fs::write(folder.join("content"), content).unwrap();
            Ok(())
        })
    };
    let folder = make("first").unwrap();
    assert_eq!(make("second").unwrap(), folder);
    assert_eq!(std::fs::read_to_string(folder.join("content")).unwrap(), "first");
    // half made by a process that was killed
    std::fs::remove_file(folder.join(".complete")).unwrap();
    assert_eq!(make("third").unwrap(), folder);
    assert_eq!(std::fs::read_to_string(folder.join("content")).unwrap(), "third");
    let failed = store.build_environment("other", |folder| {
        std::fs::write(folder.join("content"), "").unwrap();
        Err(DiskError { action: "make", path: folder.into(), source: std::io::ErrorKind::Other.into() })
    });
    assert!(!failed.unwrap_err().path.exists());
    std::fs::remove_file(folder.join(".complete")).unwrap();
    let policy =
        PrunePolicy { now: SystemTime::now(), unused_for: None, partial_for: Duration::from_secs(1) };
    let removed = store.maintain().unwrap().prune(&policy).unwrap();
    assert!(removed.entries >= 1 && !folder.exists());
}
