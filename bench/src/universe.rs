//! The fixed wheels and the index on loopback that serves them.

use fixtures::{FakeIndex, IndexOptions, ServedFile};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Made-up older releases on each page, a wheel and a source distribution each: pages of about 70 KB, as popular
/// projects have.
const OLDER_RELEASES: usize = 110;

/// A set of wheels that is installed together.
#[derive(Clone)]
pub struct Workload {
    pub name: String,
    /// What someone would ask for.
    pub input: PathBuf,
    /// The same, resolved: every wheel pinned.
    pub pins: PathBuf,
    /// A name for `show`.
    pub shown: &'static str,
}

impl Workload {
    /// One of the sets in `requirements/`.
    pub fn named(name: &str) -> Result<Workload, String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("requirements");
        let pins = folder.join(format!("{name}.txt"));
        if !pins.is_file() {
            return Err(format!("no workload `{name}`"));
        }
        let shown = match name {
            "A" => "pandas",
            "S" => "httpx",
            _ => "numpy",
        };
        Ok(Workload { name: name.to_owned(), input: folder.join(format!("{name}.in")), pins, shown })
    }
}

/// Writes the tutorial's project for each back end into a folder of its name.
pub fn projects(folder: &Path) -> Result<(), String> {
    for backend in fixtures::TUTORIAL_BACKENDS {
        for (path, text) in backend.files() {
            let path = folder.join(backend.name).join(path);
            let parent = path.parent().unwrap_or(folder);
            std::fs::create_dir_all(parent).map_err(|error| error.to_string())?;
            std::fs::write(&path, text).map_err(|error| error.to_string())?;
        }
    }
    Ok(())
}

/// Downloads the wheels of all workloads by pip from PyPI into `folder`, once. `A` holds the others' wheels too; `B` has
/// those that builds require.
pub fn wheels(pip: &Path, folder: &Path) -> Result<Vec<PathBuf>, String> {
    let pins = [Workload::named("A")?.pins, Path::new(env!("CARGO_MANIFEST_DIR")).join("requirements/B.txt")];
    let stamp = folder.join("complete");
    let texts: Result<Vec<_>, _> = pins.iter().map(std::fs::read_to_string).collect();
    let wanted = texts.map_err(|error| error.to_string())?.concat();
    if std::fs::read_to_string(&stamp).is_ok_and(|had| had == wanted) {
        return listed(folder);
    }
    eprintln!("downloading the wheels (once)");
    std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    for pins in &pins {
        let mut download = Command::new(pip);
        download.args([
            "download",
            "--quiet",
            "--no-deps",
            "--only-binary",
            ":all:",
            "--disable-pip-version-check",
        ]);
        download.arg("-r").arg(pins).arg("-d").arg(folder);
        let status = download.status().map_err(|error| error.to_string())?;
        if !status.success() {
            return Err(format!("the wheels of {} could not be downloaded", pins.display()));
        }
    }
    std::fs::write(&stamp, wanted).map_err(|error| error.to_string())?;
    listed(folder)
}

/// The wheels in a folder.
pub fn listed(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = std::fs::read_dir(folder).map_err(|error| error.to_string())?;
    let mut wheels: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    wheels.retain(|path| path.extension().is_some_and(|extension| extension == "whl"));
    wheels.sort();
    Ok(wheels)
}

/// An index of `wheels`, held in memory, with every page rendered.
pub fn serve(wheels: &[PathBuf]) -> Result<FakeIndex, String> {
    let cache_control = Some("max-age=600, public".to_owned());
    let index = FakeIndex::with(IndexOptions { cache_control, ..IndexOptions::default() });
    for wheel in wheels {
        let bytes = std::fs::read(wheel).map_err(|error| error.to_string())?;
        let filename = wheel.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let name = filename.split('-').next().unwrap_or_default().to_owned();
        older_releases(&index, &name);
        index.add(ServedFile::new(&filename, bytes));
        warm_page(&index, &fixtures::normalized(&name))?;
    }
    index.forget_requests();
    Ok(index)
}

/// Releases that nobody will choose but every tool has to read past. Their hashes differ, as real ones do.
fn older_releases(index: &FakeIndex, name: &str) {
    for number in 0..OLDER_RELEASES {
        let stem = format!("{name}-0.0.{number}");
        let metadata =
            format!("Metadata-Version: 2.1\nName: {name}\nVersion: 0.0.{number}\nRequires-Python: >=3.7\n");
        let wheel = ServedFile::new(&format!("{stem}-py3-none-any.whl"), stem.clone().into_bytes());
        index.add(wheel.metadata(&metadata).requires_python(">=3.7"));
        let source = ServedFile::new(&format!("{stem}.tar.gz"), metadata.into_bytes());
        index.add(source.requires_python(">=3.7"));
    }
}

/// Asks once for a page in each form, so that rendering and packing it is never part of a measurement.
fn warm_page(index: &FakeIndex, project: &str) -> Result<(), String> {
    for accept in ["application/vnd.pypi.simple.v1+json", "text/html"] {
        let mut stream = TcpStream::connect(index.address()).map_err(|error| error.to_string())?;
        let request = format!(
            "GET /simple/{project}/ HTTP/1.1\r\nHost: index\r\nAccept: {accept}\r\nAccept-Encoding: gzip\r\n\
             Connection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).map_err(|error| error.to_string())?;
        let mut first = [0; 12];
        stream.read_exact(&mut first).map_err(|error| error.to_string())?;
        if !first.ends_with(b"200") {
            return Err(format!("the page of {project} is not served"));
        }
    }
    Ok(())
}
