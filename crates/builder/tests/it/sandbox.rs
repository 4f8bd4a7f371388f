//! What a hostile build can do.

use std::net::TcpListener;
use std::os::unix::net::UnixListener;

use builder::{Network, Product, Sandbox};

use crate::tree::Tree;

const HOSTILE: &str = r#"
import socket, subprocess, sys
home, port = open("target").read().split()
def attempt(name, what):
    try:
        what()
        print("did", name)
    except OSError as error:
        print("could not", name, error.errno)
def connect(family, address, kind=socket.SOCK_STREAM):
    with socket.socket(family, kind) as one:
        one.connect(address)
def run(*words):
    if subprocess.run(words, stderr=subprocess.DEVNULL).returncode:
        raise OSError(1, "failed")
def build_wheel(folder, settings=None, metadata=None):
    attempt("write", lambda: open(home + "/new", "w").write("x"))
    attempt("append", lambda: open(home + "/precious", "a").write("x"))
    attempt("truncate", lambda: os.truncate(home + "/precious", 0))
    attempt("remove", lambda: os.remove(home + "/precious"))
    attempt("rename", lambda: os.rename(home + "/precious", "here"))
    attempt("hard link", lambda: os.link(home + "/precious", "here"))
    attempt("folder", lambda: os.mkdir(home + "/folder"))
    attempt("program", lambda: run("touch", home + "/by-program"))
    os.symlink(home, "way")
    attempt("symlink", lambda: open("way/new", "w"))
    attempt("signal", lambda: os.kill(int(open("owner").read()), 0))
    attempt("tcp", lambda: connect(socket.AF_INET, ("127.0.0.1", int(port))))
    attempt("udp", lambda: connect(socket.AF_INET, ("127.0.0.1", int(port)), socket.SOCK_DGRAM))
    attempt("unix", lambda: connect(socket.AF_UNIX, home + "/socket"))
    attempt("pair", lambda: socket.socketpair())
    attempt("tree", lambda: open("mine", "w"))
    attempt("temporary", lambda: __import__("tempfile").mkstemp())
    return wheel(folder)
"#;

/// Runs the hostile build; what it could do.
fn attempts(sandbox: impl FnOnce(&Tree) -> Sandbox) -> (Vec<String>, Tree) {
    let mut tree = Tree::with(HOSTILE);
    tree.sandbox = sandbox(&tree);
    let home = tree.path("home");
    std::fs::create_dir(&home).unwrap();
    std::fs::write(home.join("precious"), "kept").unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let _socket = UnixListener::bind(home.join("socket")).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::fs::write(tree.path("project/target"), format!("{} {port}", home.display())).unwrap();
    std::fs::write(tree.path("project/owner"), std::process::id().to_string()).unwrap();
    let (built, heard) = tree.build(Product::Wheel);
    built.unwrap();
    let text = |line: &Vec<u8>| String::from_utf8_lossy(line).into_owned();
    let did = heard.lines.iter().map(|(_, line)| text(line));
    let did = did.filter_map(|line| line.strip_prefix("did ").map(str::to_owned)).collect();
    (did, tree)
}

fn on(tree: &Tree, network: Network) -> Sandbox {
    Sandbox::On { writable: vec![tree.path("out")], network }
}

#[test]
fn a_hostile_build_neither_writes_elsewhere_nor_reaches_anybody() {
    if Sandbox::lack().is_some() {
        return; // an older kernel: the files are not guarded
    }
    let (did, tree) = attempts(|tree| on(tree, Network::Denied));
    assert_eq!(did, ["pair", "tree", "temporary"]);
    assert_eq!(tree.names("home"), ["precious", "socket"]);
    assert_eq!(std::fs::read_to_string(tree.path("home/precious")).unwrap(), "kept");
}

#[test]
fn with_network_it_still_writes_nothing_elsewhere() {
    if Sandbox::lack().is_some() {
        return;
    }
    let (did, tree) = attempts(|tree| on(tree, Network::Allowed));
    assert_eq!(did, ["tcp", "udp", "unix", "pair", "tree", "temporary"]);
    assert_eq!(tree.names("home"), ["precious", "socket"]);
}

#[test]
fn without_a_sandbox_it_may_all() {
    let (did, _) = attempts(|_| Sandbox::Off);
    assert!(did.contains(&"write".to_owned()) && did.contains(&"tcp".to_owned()), "{did:?}");
}
