//! The listed paths as a tree, compared with the folders on disk.

use std::collections::{HashMap, HashSet};
use std::ffi::{CStr, CString, OsStr};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustc_hash::{FxHashMap, FxHashSet};
use rustix::fs::{CWD, FileType, Mode, openat};
use rustix::io::Errno;
use store::on_threads;

use super::{RemovalError, normalized};
use crate::folder::{entries, folder_flags};
use crate::site::Environment;

/// A folder with listed things in it.
#[derive(Debug, Default)]
struct Node {
    folders: FxHashMap<Box<[u8]>, Node>,
    files: FxHashSet<Box<[u8]>>,
    /// Goes with everything in it.
    whole: bool,
    /// A folder of the environment itself: it stays even when nothing is left in it.
    kept: bool,
}

/// Listed paths below the environment's folders.
#[derive(Debug)]
pub(super) struct Tree {
    /// As they are spelled, and the same without links.
    roots: Vec<(PathBuf, Node)>,
    aliases: Vec<(PathBuf, PathBuf)>,
    real_roots: Vec<PathBuf>,
    links: HashMap<PathBuf, Option<PathBuf>>,
}

/// What a folder on disk turned out to be.
enum Verdict {
    /// Nothing else lives in it.
    Whole,
    /// Parts of it go, or nothing.
    Partly,
}

#[derive(Debug, Default)]
struct Findings {
    taken: Vec<PathBuf>,
    linked: Vec<(PathBuf, Vec<Box<[u8]>>)>,
    error: Option<(PathBuf, Errno)>,
}

impl Tree {
    pub(super) fn new(environment: &Environment) -> Tree {
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let roots = environment.roots();
        let mut tree = Tree {
            roots: roots.iter().map(|root| (real(root), Node { kept: true, ..Node::default() })).collect(),
            aliases: Vec::new(),
            real_roots: roots.iter().map(|root| real(root)).collect(),
            links: HashMap::new(),
        };
        tree.aliases = roots.into_iter().map(|root| (real(&root), root)).filter(|(a, b)| a != b).collect();
        let scheme = environment.scheme();
        for folder in [&scheme.purelib, &scheme.platlib, &scheme.scripts, &scheme.data, &scheme.include] {
            tree.keep(&real(folder));
        }
        tree
    }

    fn keep(&mut self, folder: &Path) {
        let Some((node, rest)) = self.root_of(folder) else { return };
        let mut node = node;
        for part in rest.components() {
            node = node.folders.entry(part.as_os_str().as_bytes().into()).or_default();
            node.kept = true;
        }
    }

    /// The root that `path` lies in, and the rest of the path.
    fn root_of<'p>(&mut self, path: &'p Path) -> Option<(&mut Node, &'p Path)> {
        self.roots.iter_mut().find_map(|(root, node)| Some((node, path.strip_prefix(&*root).ok()?)))
    }

    /// `path` with the roots' own links resolved.
    fn resolved(&self, path: PathBuf) -> PathBuf {
        let alias =
            self.aliases.iter().find_map(|(real, alias)| Some(real.join(path.strip_prefix(alias).ok()?)));
        alias.unwrap_or(path)
    }

    /// Lists files; those outside go to `refused` when they exist.
    pub(super) fn extend(&mut self, paths: Vec<PathBuf>, refused: &mut Vec<PathBuf>) {
        for path in paths {
            let path = self.resolved(path);
            if !self.insert(&path) && path.symlink_metadata().is_ok() {
                refused.push(path);
            }
        }
    }

    fn insert(&mut self, path: &Path) -> bool {
        let Some((mut node, rest)) = self.root_of(path) else { return false };
        let mut parts =
            rest.as_os_str().as_bytes().split(|&byte| byte == b'/').filter(|part| !part.is_empty());
        let Some(mut last) = parts.next() else { return false };
        for part in parts {
            if !node.folders.contains_key(last) {
                node.folders.insert(last.into(), Node::default());
            }
            let Some(next) = node.folders.get_mut(last) else { return false };
            (node, last) = (next, part);
        }
        node.files.insert(last.into());
        true
    }

    /// Lists a folder with everything in it.
    pub(super) fn insert_whole(&mut self, folder: &Path, refused: &mut Vec<PathBuf>) {
        let folder = self.resolved(normalized(folder));
        let is_folder = folder.symlink_metadata().is_ok_and(|meta| meta.is_dir());
        if !is_folder {
            return self.extend(vec![folder], refused);
        }
        let Some((mut node, rest)) = self.root_of(&folder) else { return refused.push(folder) };
        if rest.as_os_str().is_empty() {
            return;
        }
        for part in rest.components() {
            node = node.folders.entry(part.as_os_str().as_bytes().into()).or_default();
        }
        node.whole = !node.kept;
    }

    /// Looks at the folders on disk; what goes is sorted, and nothing in it lies in another.
    pub(super) fn collect(
        mut self,
        taken: &mut Vec<PathBuf>,
        refused: &mut Vec<PathBuf>,
    ) -> Result<(), RemovalError> {
        let mut findings = Findings::default();
        for (root, node) in std::mem::take(&mut self.roots) {
            let path = CString::new(root.as_os_str().as_bytes()).map_err(|_| Errno::INVAL);
            let fd = path.and_then(|path| openat(CWD, &path, folder_flags(), Mode::empty()));
            match fd {
                Ok(fd) => spread(&fd, &root, &node, &mut findings),
                Err(Errno::NOENT | Errno::NOTDIR) => {}
                Err(errno) => findings.error = Some((root, errno)),
            }
        }
        if let Some((path, errno)) = findings.error {
            return Err(RemovalError::Io { path, source: errno.into() });
        }
        taken.append(&mut findings.taken);
        // Folders that are links: pip goes to where they lead if that is still inside.
        for (folder, names) in findings.linked {
            let real = self.links.entry(folder.clone()).or_insert_with(|| folder.canonicalize().ok()).clone();
            for path in names
                .iter()
                .map(|name| OsStr::from_bytes(name))
                .filter_map(|name| Some(real.as_ref()?.join(name)))
            {
                let inside = self.real_roots.iter().any(|root| path.starts_with(root));
                if path.symlink_metadata().is_ok() {
                    if inside { taken.push(path) } else { refused.push(path) }
                }
            }
        }
        taken.sort();
        taken.dedup();
        let all: HashSet<PathBuf> = taken.iter().cloned().collect();
        taken.retain(|path| !path.ancestors().skip(1).any(|above| all.contains(above)));
        Ok(())
    }
}

/// Visits a folder of the environment itself; packages below it are looked at by several threads.
fn spread(fd: &OwnedFd, path: &Path, node: &Node, findings: &mut Findings) {
    let mut visit = Visit { findings: std::mem::take(findings) };
    let mut packages: Vec<(CString, &Node)> = Vec::new();
    visit.files_only(fd, path, node);
    for (name, child) in &node.folders {
        let Ok(c_name) = CString::new(&name[..]) else { continue };
        if child.kept {
            let below = path.join(OsStr::from_bytes(name));
            match openat(fd, &c_name, folder_flags(), Mode::empty()) {
                Ok(child_fd) => spread(&child_fd, &below, child, &mut visit.findings),
                Err(errno) => visit.failed(&below, child, errno),
            }
        } else {
            packages.push((c_name, child));
        }
    }
    *findings = visit.findings;
    let next = AtomicUsize::new(0);
    let all = Mutex::new(std::mem::take(findings));
    let work = || {
        let mut visit = Visit { findings: Findings::default() };
        while let Some((name, child)) = packages.get(next.fetch_add(1, Ordering::Relaxed)) {
            let below = path.join(OsStr::from_bytes(name.to_bytes()));
            if matches!(visit.folder(fd, name, &below, child), Verdict::Whole) {
                visit.findings.taken.push(below);
            }
        }
        let mut all = all.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        all.taken.append(&mut visit.findings.taken);
        all.linked.append(&mut visit.findings.linked);
        all.error = all.error.take().or(visit.findings.error);
    };
    let threads = if packages.len() > 8 { crate::thread_count() } else { 1 };
    on_threads(threads, |_| work());
    *findings = all.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
}

struct Visit {
    findings: Findings,
}

impl Visit {
    fn failed(&mut self, path: &Path, node: &Node, errno: Errno) {
        match errno {
            Errno::NOENT => {}
            // A link, or a file where a folder was listed.
            Errno::LOOP | Errno::NOTDIR => {
                let names = node.files.iter().cloned().collect();
                self.findings.linked.push((path.to_owned(), names));
            }
            errno => {
                self.findings.error.get_or_insert((path.to_owned(), errno));
            }
        }
    }

    /// The listed files directly in a folder that stays.
    fn files_only(&mut self, fd: &OwnedFd, path: &Path, node: &Node) {
        if node.files.is_empty() {
            return;
        }
        match entries(fd) {
            Ok(entries) => {
                let gone = entries.iter().filter(|(name, kind)| is_listed(node, name, *kind));
                self.findings
                    .taken
                    .extend(gone.map(|(name, _)| path.join(OsStr::from_bytes(name.to_bytes()))));
                if let Some((name, _)) = entries.iter().find(|(name, _)| name.to_bytes() == b"__pycache__") {
                    self.cache_folder(fd, name, path, node);
                }
            }
            Err(errno) => self.failed(path, node, errno),
        }
    }

    /// Single modules in site-packages have their bytecode in a `__pycache__` shared with others.
    fn cache_folder(&mut self, fd: &OwnedFd, name: &CStr, path: &Path, node: &Node) {
        let below = path.join("__pycache__");
        let empty = Node::default();
        let listed = node.folders.get(&b"__pycache__"[..]).unwrap_or(&empty);
        let opened = openat(fd, name, folder_flags(), Mode::empty()).and_then(|cache| entries(&cache));
        let Ok(entries) = opened else { return };
        let goes =
            |name: &CStr| listed.files.contains(name.to_bytes()) || is_bytecode_of(node, name.to_bytes());
        if entries.iter().all(|(name, kind)| *kind != FileType::Directory && goes(name)) {
            self.findings.taken.push(below);
        } else {
            let gone = entries.iter().filter(|(name, _)| goes(name));
            self.findings.taken.extend(gone.map(|(name, _)| below.join(OsStr::from_bytes(name.to_bytes()))));
        }
    }

    /// Judges a folder; what goes of one that stays is added to the findings.
    fn folder(&mut self, parent: &OwnedFd, name: &CStr, path: &Path, node: &Node) -> Verdict {
        if node.whole {
            return Verdict::Whole;
        }
        let opened =
            openat(parent, name, folder_flags(), Mode::empty()).and_then(|fd| Ok((entries(&fd)?, fd)));
        let (entries, fd) = match opened {
            Ok(opened) => opened,
            Err(errno) => {
                self.failed(path, node, errno);
                return Verdict::Partly;
            }
        };
        let mut whole = true;
        let before = self.findings.taken.len();
        for (name, kind) in &entries {
            let below = || path.join(OsStr::from_bytes(name.to_bytes()));
            if is_listed(node, name, *kind) {
                self.findings.taken.push(below());
                continue;
            }
            let verdict = match *kind {
                FileType::Directory => self.sub_folder(&fd, name, &below(), node),
                _ => Verdict::Partly,
            };
            match verdict {
                Verdict::Whole => self.findings.taken.push(below()),
                Verdict::Partly => whole = false,
            }
        }
        if whole && !node.kept {
            self.findings.taken.truncate(before);
            return Verdict::Whole;
        }
        Verdict::Partly
    }

    fn sub_folder(&mut self, fd: &OwnedFd, name: &CStr, path: &Path, node: &Node) -> Verdict {
        let is_cache = name.to_bytes() == b"__pycache__";
        match node.folders.get(name.to_bytes()) {
            _ if is_cache => {
                let before = self.findings.taken.len();
                self.cache_folder(fd, name, path.parent().unwrap_or(path), node);
                let whole = self.findings.taken.get(before).is_some_and(|first| *first == path);
                self.findings.taken.truncate(if whole { before } else { self.findings.taken.len() });
                if whole { Verdict::Whole } else { Verdict::Partly }
            }
            Some(child) => self.folder(fd, name, path, child),
            // Nobody listed it: it goes along if there is no file in it.
            None => self.folder(fd, name, path, &Node::default()),
        }
    }
}

/// Whether an entry is listed as a file, or is old-style bytecode beside a listed module.
fn is_listed(node: &Node, name: &CStr, kind: FileType) -> bool {
    let bytes = name.to_bytes();
    if kind == FileType::Directory {
        return false;
    }
    let beside = || {
        let stem = bytes.strip_suffix(b".pyc").or_else(|| bytes.strip_suffix(b".pyo"))?;
        Some(node.files.contains(&[stem, b".py"].concat()[..]))
    };
    node.files.contains(bytes) || beside().unwrap_or(false)
}

/// `module.cpython-311.opt-1.pyc` of a listed `module.py`.
fn is_bytecode_of(node: &Node, name: &[u8]) -> bool {
    let Some(stem) = name.strip_suffix(b".pyc") else { return false };
    let dots = memchr::memchr_iter(b'.', stem).map(|at| &stem[..at]);
    dots.into_iter().any(|module| node.files.contains(&[module, b".py"].concat()[..]))
}
