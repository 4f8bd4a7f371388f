//! Many processes in one store, killed processes, full disks, roots that may only be read. The other processes are this
//! test binary, started again for its test `processes::child`.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use fixtures::WheelBuilder;
use packaging::filenames::WheelFilename;
use store::{AddWheelError, Kind, Store, WheelBytes};

use crate::wheels::add;

const WHEELS: usize = 8;
const ROLE: &str = "STORE_TEST_ROLE";
const ROOT: &str = "STORE_TEST_ROOT";

/// Wheels of different sizes, some of them large enough for several threads.
fn wheels() -> Vec<WheelBuilder> {
    let filler: Vec<u8> =
        (0..40_000_u32).flat_map(|n| (n.wrapping_mul(2_654_435_761) >> 7).to_le_bytes()).collect();
    let wheel = |number: usize| {
        let files = 0..number * 7;
        let wheel =
            WheelBuilder::new(&format!("package{number}"), "1.0").file("big.bin", &filler[..number * 20_000]);
        files.fold(wheel, |wheel, file| {
            wheel.file(&format!("d{}/sub/f{file}.py", file % 5), format!("x = {file}\n"))
        })
    };
    let large =
        WheelBuilder::new("large", "1.0").file("a/zeros", vec![0; 3 << 20]).file("b/ones", vec![1; 1 << 20]);
    (1..WHEELS).map(wheel).chain([large]).collect()
}

fn fill(store: &Store) -> Result<(), AddWheelError> {
    wheels().into_iter().try_for_each(|wheel| add(store, wheel).map(drop))
}

/// What the started process does; nothing in an ordinary test run.
#[test]
fn child() {
    let (Ok(role), Ok(root)) = (std::env::var(ROLE), std::env::var(ROOT)) else { return };
    let store = Store::open(&root);
    match &*role {
        "fill" => fill(&store).unwrap(),
        "full" => {
            let error = fill(&store).unwrap_err();
            assert!(matches!(&error, AddWheelError::Disk(error) if error.is_full()), "{error:?}");
        }
        "read-only" => {
            let list = store.list_wheels().unwrap();
            let held = store.wheel(&list[0].sha256).unwrap().unwrap();
            store.verify(&held).unwrap();
            add(&store, WheelBuilder::new("package0", "1.0")).unwrap();
            let error = add(&store, WheelBuilder::new("other", "1.0")).unwrap_err();
            assert!(matches!(&error, AddWheelError::Disk(error) if error.is_read_only()), "{error:?}");
            assert!(store.put_metadata("key", b"").unwrap_err().is_read_only());
            assert!(store.maintain().is_err());
        }
        role => panic!("no role {role}"),
    }
}

fn start(role: &str, root: &Path) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "processes::child", "--nocapture"]).env(ROLE, role).env(ROOT, root);
    command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Runs the role under a shell script that prepares its surroundings and ends with `exec "$@"`.
fn run_prepared(script: &str, role: &str, root: &Path) -> std::process::Output {
    let mut command = Command::new("unshare");
    command.args(["-m", "sh", "-c", script, "sh"]).arg(std::env::current_exe().unwrap());
    command.args(["--exact", "processes::child", "--nocapture"]).env(ROLE, role).env(ROOT, root);
    command.output().unwrap()
}

/// Whether this process may mount what only its children see.
fn can_mount() -> bool {
    let probe = Command::new("unshare").args(["-m", "sh", "-c", "mount -t tmpfs tmpfs /mnt"]).output();
    let can = probe.is_ok_and(|probe| probe.status.success());
    if !can {
        eprintln!("SKIPPED: private mounts are not allowed here (not root, or no unshare)");
    }
    can
}

fn assert_whole(store: &Store, expected: usize) {
    let list = store.list_wheels().unwrap();
    assert_eq!(list.len(), expected);
    for wheel in list {
        store.verify(&store.wheel(&wheel.sha256).unwrap().unwrap()).unwrap();
    }
}

fn temporary_entries(store: &Store) -> Vec<String> {
    let entries = fs::read_dir(store.root().join(Kind::Temporary.folder())).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// Files in all folders below `folder`.
fn files_below(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| if entry.path().is_dir() { files_below(&entry.path()) } else { 1 }).sum()
}

#[test]
fn sixteen_processes_fill_one_store() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    let children: Vec<_> = (0..16).map(|_| start("fill", &root)).collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let store = Store::open(&root);
    assert_whole(&store, WHEELS);
    assert!(temporary_entries(&store).is_empty());
}

#[test]
fn sixteen_threads_share_one_store() {
    let store = Store::temporary(&std::env::temp_dir()).unwrap();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..16).map(|_| scope.spawn(|| fill(&store))).collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap().unwrap());
    });
    assert_whole(&store, WHEELS);
}

#[test]
fn a_killed_process_leaves_nothing_half_done() {
    let folder = tempfile::tempdir().unwrap();
    let mut seed = 0x2545_F491_4F6C_DD1D_u64;
    let mut interrupted = 0;
    for round in 0..15 {
        let root = folder.path().join(round.to_string());
        let mut child = start("fill", &root);
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        // Killed when it has begun a random number of files, from the first to after the last.
        let store = Store::open(&root);
        let goal = (seed >> 33) % 250;
        while child.try_wait().unwrap().is_none() && files_below(&root) < goal {
            std::thread::yield_now();
        }
        let _ = child.kill();
        child.wait().unwrap();
        let found = store.list_wheels().unwrap().len();
        interrupted += usize::from(found < WHEELS);
        assert_whole(&store, found);
        fill(&store).unwrap();
        assert_whole(&store, WHEELS);
        // Only this process's own workspace is left.
        assert!(temporary_entries(&store).len() <= 2, "{:?}", temporary_entries(&store));
    }
    assert!(interrupted > 0, "no process was killed early enough");
}

#[test]
fn a_full_disk_is_an_error_that_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    if can_mount() {
        let script = "mount -t tmpfs -o size=600k tmpfs \"$STORE_TEST_ROOT\" && \"$@\" && \
            test -z \"$(find \"$STORE_TEST_ROOT\"/temporary-1 -type f)\"";
        let output = run_prepared(script, "full", folder.path());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn a_file_size_limit_is_an_error_that_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new("sh");
    command
        .args(["-c", "trap '' XFSZ; ulimit -f 300; exec \"$@\"", "sh"])
        .arg(std::env::current_exe().unwrap());
    command.args(["--exact", "processes::child", "--nocapture"]).env(ROLE, "full").env(ROOT, folder.path());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let store = Store::open(folder.path());
    assert!(temporary_entries(&store).is_empty());
    let stored = store.list_wheels().unwrap().len();
    assert!(stored < WHEELS);
    assert_whole(&store, stored);
}

#[test]
fn a_root_that_may_only_be_read_serves_what_it_has() {
    let folder = tempfile::tempdir().unwrap();
    drop(add(&Store::open(folder.path()), WheelBuilder::new("package0", "1.0")).unwrap());
    if can_mount() {
        let script = "mount --bind \"$STORE_TEST_ROOT\" \"$STORE_TEST_ROOT\" && \
            mount -o remount,ro,bind \"$STORE_TEST_ROOT\" && exec \"$@\"";
        let output = run_prepared(script, "read-only", folder.path());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn an_interrupted_download_is_resumed() {
    let store = Store::temporary(&std::env::temp_dir()).unwrap();
    let (filename, bytes) = wheels().remove(WHEELS - 2).build();
    let filename = WheelFilename::parse(&filename).unwrap();
    let expected = [store::archive::sha256(&bytes)];
    let (first, rest) = bytes.split_at(bytes.len() / 2);
    let mut incoming = store.begin_download("url", &expected).unwrap();
    assert_eq!(incoming.resume_from(), None);
    incoming.set_validator(Some("\"etag\""));
    incoming.write(first).unwrap();
    // A second download of the same file at the same time does not mix with it.
    let mut other = store.begin_download("url", &expected).unwrap();
    other.write(&bytes).unwrap();
    assert_eq!(*other.finish().unwrap(), *bytes);
    drop(incoming);

    let mut incoming = store.begin_download("url", &expected).unwrap();
    assert_eq!(incoming.resume_from(), Some((first.len() as u64, Some("\"etag\""))));
    incoming.write(rest).unwrap();
    let file = incoming.finish().unwrap();
    let wheel = store.add_wheel(WheelBytes::Verified(file), &filename, &expected).unwrap();
    assert_eq!(wheel.sha256(), &expected[0]);
    assert_eq!(store.begin_download("url", &expected).unwrap().resume_from(), None);

    let mut wrong = store.begin_download("url", &expected).unwrap();
    wrong.write(first).unwrap();
    wrong.restart().unwrap();
    wrong.write(b"other").unwrap();
    assert!(wrong.finish().is_err());
    // Neither a hash nor a validator: the rest could be of another file.
    let mut unknown = store.begin_download("unknown", &[]).unwrap();
    unknown.write(first).unwrap();
    drop(unknown);
    assert_eq!(store.begin_download("unknown", &[]).unwrap().resume_from(), None);
}
