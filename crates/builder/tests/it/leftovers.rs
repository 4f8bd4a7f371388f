//! Processes that a back end leaves behind.

use std::path::Path;

use builder::{BuildError, Ending, Network, Product, Sandbox};

use crate::tree::Tree;

/// Starts a process in a session of its own that lasts, and writes its number into the tree.
const DAEMON: &str = r#"
import time
def daemon():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            with open("number", "w") as file:
                file.write(str(os.getpid()))
            os.rename("number", "daemon")
            time.sleep(600)
        os._exit(0)
    while not os.path.exists("daemon"):
        time.sleep(0.01)
"#;

fn with(hook: &str, sandbox: Sandbox) -> Tree {
    let mut tree = Tree::with(&format!(
        "{DAEMON}def build_wheel(folder, settings=None, metadata=None):\n  daemon()\n  {hook}\n"
    ));
    tree.sandbox = sandbox;
    tree
}

fn confined(hook: &str) -> Tree {
    let mut tree = with(hook, Sandbox::Off);
    tree.sandbox = Sandbox::On { writable: vec![tree.path("out")], network: Network::Denied };
    tree
}

fn daemon(tree: &Tree) -> i32 {
    std::fs::read_to_string(tree.path("project/daemon")).unwrap().parse().unwrap()
}

fn lives(process: i32) -> bool {
    let stat = std::fs::read_to_string(Path::new("/proc").join(process.to_string()).join("stat"));
    stat.is_ok_and(|stat| !stat.contains(") Z "))
}

#[test]
fn a_confined_build_leaves_no_process_behind() {
    let tree = confined("return wheel(folder)");
    tree.build(Product::Wheel).0.unwrap();
    assert!(!lives(daemon(&tree)));
    let tree = confined("raise ValueError");
    assert!(matches!(tree.error(), BuildError::Failed { .. }));
    assert!(!lives(daemon(&tree)));
}

#[test]
fn nor_one_that_ended_who_would_have_found_it() {
    let tree = confined("os.kill(os.getppid(), 9); time.sleep(600)");
    let error = tree.error();
    assert!(matches!(error, BuildError::Crashed { ending: Ending::Signal(9), .. }), "{error}");
    assert!(!lives(daemon(&tree)));
}

/// pip lets a build start a compiler's server; Ctrl-C ends that too.
#[test]
fn without_a_sandbox_a_server_stays_until_somebody_stops_it() {
    let tree = with("return wheel(folder)", Sandbox::Off);
    tree.build(Product::Wheel).0.unwrap();
    let process = daemon(&tree);
    assert!(lives(process));
    let killed = std::process::Command::new("kill").args(["-9", &process.to_string()]).status().unwrap();
    assert!(killed.success());
    let tree = with("print('up', flush=True); time.sleep(600)", Sandbox::Off);
    struct Stop(&'static std::sync::atomic::AtomicBool);
    impl builder::Watch for Stop {
        fn line(&mut self, _: builder::Stream, _: &[u8]) {
            self.0.store(true, std::sync::atomic::Ordering::Relaxed);
        }
        fn warning(&mut self, _: &str) {}
    }
    let (built, _) = tree.session(|session, _| {
        let settings = builder::ConfigSettings::default();
        session.build(Product::Wheel, &settings, &tree.path("out"), &mut Stop(tree.interrupted))
    });
    assert!(matches!(built, Err(BuildError::Interrupted)));
    assert!(!lives(daemon(&tree)));
}

#[test]
fn a_build_has_no_terminal() {
    let tree = Tree::with("def build_wheel(folder, settings=None, metadata=None):\n  open('/dev/tty')\n");
    let error = tree.error().to_string();
    assert!(error.contains("No such device or address"), "{error}");
}
