//! Real projects, and the tutorial's, built by their own back end and natively by us from copies of one tree under one
//! `SOURCE_DATE_EPOCH`, then compared file by file.

mod backends;

use crate::peers::Peers;
use backends::{BackEnds, EPOCH};
use builder::native::{NativeRequest, Recognised, recognise};
use builder::{BuildSystem, ConfigSettings, Product, UnknownKeys};
use fixtures::TUTORIAL_BACKENDS;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

/// The projects: pinned source distributions.
const PINS: &str = include_str!("../../requirements/sdists.txt");

/// Compares two archives, by a reader that is not ours.
const COMPARE: &str = include_str!("compare.py");

/// What is built with `--sample`, as in CI: the tutorial's by each back end, and small projects, two of them not natively.
const SAMPLE: [&str; 18] = [
    "tutorial-hatchling",
    "tutorial-setuptools",
    "tutorial-flit",
    "tutorial-pdm",
    "tutorial-poetry",
    "tutorial-uv_build",
    "annotated-types",
    "sqlparse",
    "itsdangerous",
    "installer",
    "findpython",
    "dep-logic",
    "crashtest",
    "pastel",
    "cfgv",
    "python-dotenv",
    "six",
    "soupsieve",
];

/// How many projects have to be built natively for the whole door to pass.
const AT_LEAST: usize = 30;

/// A project to build.
#[derive(Clone)]
enum Project {
    /// `name==version`, from PyPI.
    Pinned(String),
    /// The tutorial's example, with one of its back ends (an index).
    Tutorial(usize),
}

impl Project {
    fn all() -> Vec<Project> {
        let pins = PINS.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let pins = pins.map(|pin| Project::Pinned(pin.to_owned()));
        (0..TUTORIAL_BACKENDS.len()).map(Project::Tutorial).chain(pins).collect()
    }

    /// Those of the list that are asked for; a `name==version` that is asked for need not be on it.
    fn chosen(peers: &Peers) -> Vec<Project> {
        let is_wanted = |project: &Project| match peers.sample {
            true => SAMPLE.contains(&project.name().as_str()),
            false => peers.wants(&project.name()),
        };
        let pins = peers.chosen.iter().filter(|name| name.contains("=="));
        let others = pins.map(|pin| Project::Pinned(pin.to_owned()));
        Project::all().into_iter().filter(is_wanted).chain(others).collect()
    }

    fn title(&self) -> String {
        match self {
            Project::Pinned(pin) => pin.replace("==", " "),
            Project::Tutorial(at) => format!("tutorial-{}", TUTORIAL_BACKENDS[*at].name),
        }
    }

    fn name(&self) -> String {
        self.title().split(' ').next().unwrap_or_default().to_owned()
    }

    /// Puts a fresh copy of the tree at `tree`.
    fn unpack(&self, bench: &Bench<'_>, tree: &Path) -> Result<(), Trouble> {
        if tree.exists() {
            std::fs::remove_dir_all(tree).map_err(|error| error.to_string())?;
        }
        std::fs::create_dir_all(tree).map_err(|error| error.to_string())?;
        match self {
            Project::Pinned(pin) => {
                let archive = bench.back_ends.sdist(&bench.folder, pin)?;
                let mut tar = Command::new("tar");
                tar.arg("-xzf")
                    .arg(archive)
                    .args(["--strip-components=1", "--no-same-owner", "-C"])
                    .arg(tree);
                Ok(crate::peers::succeed(&mut tar)?)
            }
            Project::Tutorial(at) => {
                let mut files = TUTORIAL_BACKENDS[*at].files().into_iter();
                Ok(files.try_for_each(|(path, text)| write(&tree.join(path), &text))?)
            }
        }
    }
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    made.and_then(|()| std::fs::write(path, text)).map_err(|error| error.to_string())
}

/// Why a project has no row.
pub enum Trouble {
    /// The index does not have it, or does not answer: that is nobody's failure here.
    NotHad(String),
    /// Anything else.
    Failed(String),
}

impl From<String> for Trouble {
    fn from(why: String) -> Self {
        Self::Failed(why)
    }
}

/// What became of one project.
struct Row {
    title: String,
    back_end: String,
    /// The emulated release, or why not natively.
    native: Result<&'static str, String>,
    wheel: String,
    sdist: String,
}

impl Row {
    fn equal(&self) -> bool {
        self.wheel == "archive" && matches!(self.sdist.as_str(), "archive" | "members")
    }
}

struct Bench<'a> {
    back_ends: BackEnds,
    folder: PathBuf,
    compare: PathBuf,
    python: &'a Path,
}

/// Builds everything both ways; `Ok(false)` when something differs.
pub fn run(peers: &Peers) -> Result<bool, String> {
    let temporary = tempfile::tempdir().map_err(|error| error.to_string())?;
    let folder = peers.folder.clone().unwrap_or_else(|| temporary.path().to_path_buf());
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let folder = folder.canonicalize().map_err(|error| error.to_string())?;
    let back_ends = match BackEnds::provide(&peers.oracle_python, &folder) {
        Ok(back_ends) => back_ends,
        Err(why) => {
            println!("SKIP: nothing is built, since the back ends cannot be installed here: {why}");
            return Ok(true);
        }
    };
    let compare = folder.join("compare.py");
    std::fs::write(&compare, COMPARE).map_err(|error| error.to_string())?;
    let bench = Bench { back_ends, folder, compare, python: &peers.oracle_python };
    let rows = bench.rows(&Project::chosen(peers));
    Ok(report(&rows, peers.chosen.is_empty() && !peers.sample))
}

/// Prints the table and says whether all is well.
fn report(rows: &[Result<Row, (String, Trouble)>], everything: bool) -> bool {
    println!("{:<28} {:<34} {:<8} {:<8} native", "project", "back end", "wheel", "sdist");
    let (mut passed, mut failed, mut native, mut not_had) = (0, 0, 0, 0);
    for row in rows {
        match row {
            Err((title, Trouble::Failed(why))) => {
                println!("{title:<28} FAILED: {why}");
                failed += 1;
            }
            Err((title, Trouble::NotHad(why))) => {
                println!("{title:<28} NOT COMPARED, it cannot be had: {why}");
                not_had += 1;
            }
            Ok(row) => {
                let how = row
                    .native
                    .as_ref()
                    .map_or_else(|why| format!("no: {why}"), |release| format!("as {release}"));
                println!("{:<28} {:<34} {:<8} {:<8} {how}", row.title, row.back_end, row.wheel, row.sdist);
                if row.native.is_ok() {
                    native += 1;
                    if row.equal() { passed += 1 } else { failed += 1 }
                }
            }
        }
    }
    println!("{native} of {} projects are built natively", rows.len());
    if not_had > 0 {
        println!("SKIP: {not_had} of {} projects could not be had from the index", rows.len());
    }
    println!("build: {passed} passed, {failed} failed");
    failed == 0 && (!everything || passed >= AT_LEAST)
}

impl Bench<'_> {
    /// One row for each project, made by as many workers as there are processors.
    fn rows(&self, projects: &[Project]) -> Vec<Result<Row, (String, Trouble)>> {
        let next = Mutex::new(0..projects.len());
        let rows: Vec<_> = projects.iter().map(|_| Mutex::new(None)).collect();
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        std::thread::scope(|scope| {
            for _ in 0..workers {
                scope.spawn(|| {
                    while let Some(at) = take(&next) {
                        let row = self.row(&projects[at]).map_err(|why| (projects[at].title(), why));
                        *held(&rows[at]) = Some(row);
                    }
                });
            }
        });
        rows.into_iter().filter_map(|row| held(&row).take()).collect()
    }

    fn row(&self, project: &Project) -> Result<Row, Trouble> {
        let work = self.folder.join("work").join(project.title().replace(' ', "-"));
        let tree = work.join("ours");
        project.unpack(self, &tree)?;
        let system = BuildSystem::read(&tree, UnknownKeys::Ignored).map_err(|error| error.to_string())?;
        let mut row = Row {
            title: project.title(),
            back_end: system.backend.to_string(),
            native: Err(String::new()),
            wheel: "-".to_owned(),
            sdist: "-".to_owned(),
        };
        let out = work.join("dist");
        let release = match natively(&tree, &out)? {
            Ok(release) => {
                row.native = Ok(release);
                release
            }
            Err(why) => {
                row.native = Err(why);
                return Ok(row);
            }
        };
        for (product, cell) in
            [(Product::Wheel, &mut row.wheel), (Product::SourceDistribution, &mut row.sdist)]
        {
            let tree = work.join(product.word());
            project.unpack(self, &tree)?;
            let theirs = self.back_ends.build(release, product, &tree, &work.join("theirs"))?;
            *cell = self.compared(&theirs, &out)?;
        }
        Ok(row)
    }

    /// What the comparison of a file with ours of the same name says.
    fn compared(&self, theirs: &Path, out: &Path) -> Result<String, String> {
        let name = theirs.file_name().unwrap_or_default();
        let ours = out.join(name);
        if !ours.is_file() {
            return Ok(format!("is called {}", name.display()));
        }
        let done = Command::new(self.python).arg(&self.compare).arg(theirs).arg(ours).output();
        let done = done.map_err(|error| error.to_string())?;
        match done.status.success() {
            true => Ok(String::from_utf8_lossy(&done.stdout).trim().to_owned()),
            false => Err(String::from_utf8_lossy(&done.stderr).trim().to_owned()),
        }
    }
}

fn take(next: &Mutex<std::ops::Range<usize>>) -> Option<usize> {
    held(next).next()
}

fn held<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Builds wheel and source distribution of the tree into `out`, and says as which release of a back end; the inner error
/// says why not natively.
fn natively(tree: &Path, out: &Path) -> Result<Result<&'static str, String>, String> {
    if out.exists() {
        std::fs::remove_dir_all(out).map_err(|error| error.to_string())?;
    }
    let settings = ConfigSettings::default();
    let products = [Product::SourceDistribution, Product::Wheel];
    let request = NativeRequest { products: &products, settings: &settings, source_date_epoch: Some(EPOCH) };
    match recognise(tree, &request).map_err(|error| error.to_string())? {
        Recognised::NotNative(why) => Ok(Err(why)),
        Recognised::Native(project) => {
            for product in products {
                project.build(product, out).map_err(|error| error.to_string())?;
            }
            Ok(Ok(project.backend()))
        }
    }
}
