//! Which files belong to an installed distribution, by the rules of pip for each kind of metadata.

use std::path::{Component, Path, PathBuf};

use packaging::entry_points::EntryPoints;

use super::RemovalError;
use crate::installed::{Format, InstalledDistribution};
use crate::site::Environment;

/// What a distribution owns.
#[derive(Debug, Default)]
pub(super) struct Owned {
    /// Absolute paths, without `..`; some may not exist.
    pub(super) paths: Vec<PathBuf>,
    /// Folders that go with everything in them (an egg, or a package without a list of files).
    pub(super) trees: Vec<PathBuf>,
    /// A line to take out of a `.pth` file.
    pub(super) pth_line: Option<(PathBuf, String)>,
}

/// Everything that `distribution` owns.
pub(super) fn owned(
    distribution: &InstalledDistribution,
    environment: &Environment,
) -> Result<Owned, RemovalError> {
    let mut owned = match distribution.format() {
        Format::DistInfo => of_dist_info(distribution)?,
        Format::EggInfoFolder => of_egg_info(distribution)?,
        Format::EggInfoFile => {
            return Err(RemovalError::Distutils { distribution: Box::new(distribution.clone()) });
        }
        Format::Egg => of_egg(distribution),
        Format::EggLink => of_egg_link(distribution, environment),
    };
    let entry_points = distribution.read("entry_points.txt")?.unwrap_or_default();
    let entry_points = EntryPoints::parse(&String::from_utf8_lossy(&entry_points));
    let scripts = &environment.scheme().scripts;
    for entry in entry_points.console_scripts().chain(entry_points.gui_scripts()) {
        if crate::scripts::is_safe_name(&entry.name) {
            owned.paths.push(scripts.join(&entry.name));
        }
    }
    if let Ok(names) = std::fs::read_dir(distribution.info().join("scripts")) {
        owned.paths.extend(names.flatten().map(|entry| scripts.join(entry.file_name())));
    }
    Ok(owned)
}

fn of_dist_info(distribution: &InstalledDistribution) -> Result<Owned, RemovalError> {
    let Some(record) = distribution.record()? else {
        return Err(RemovalError::NoRecord { distribution: Box::new(distribution.clone()) });
    };
    let location = distribution.location();
    let paths = record.rows.iter().map(|row| normalized(&location.join(&row.path))).collect();
    Ok(Owned { paths, ..Owned::default() })
}

/// `installed-files.txt` lists paths relative to the folder itself; without it whole top-level packages go.
fn of_egg_info(distribution: &InstalledDistribution) -> Result<Owned, RemovalError> {
    let info = distribution.info();
    let mut owned = Owned { trees: vec![info.to_owned()], ..Owned::default() };
    let lines = |bytes: Vec<u8>| -> Vec<String> {
        String::from_utf8_lossy(&bytes).lines().map(|line| line.trim().to_owned()).collect()
    };
    if let Some(bytes) = distribution.read("installed-files.txt")? {
        owned.paths.extend(lines(bytes).iter().map(|line| normalized(&info.join(line))));
    } else if let Some(bytes) = distribution.read("top_level.txt")? {
        let namespaces = distribution.read("namespace_packages.txt")?.map(lines).unwrap_or_default();
        let plain = |name: &&String| !name.is_empty() && !name.contains('/') && !name.starts_with('.');
        for name in lines(bytes).iter().filter(plain).filter(|name| !namespaces.contains(name)) {
            let path = distribution.location().join(name);
            for ending in [".py", ".pyc", ".pyo"] {
                owned.paths.push(path.with_file_name(format!("{name}{ending}")));
            }
            owned.trees.push(path);
        }
    }
    Ok(owned)
}

fn of_egg(distribution: &InstalledDistribution) -> Owned {
    let egg = distribution.location();
    let name = egg.file_name().unwrap_or_default().to_string_lossy();
    let pth = egg.with_file_name("easy-install.pth");
    Owned { trees: vec![egg.to_owned()], pth_line: Some((pth, format!("./{name}"))), ..Owned::default() }
}

fn of_egg_link(distribution: &InstalledDistribution, environment: &Environment) -> Owned {
    let wanted = distribution.name();
    let is_link = |path: &PathBuf| {
        path.extension().is_some_and(|end| end == "egg-link")
            && path
                .file_stem()
                .and_then(|stem| stem.to_str())
                .is_some_and(|stem| packaging::name::canonicalize_name(stem) == wanted.as_str())
    };
    let folders = environment.site_packages();
    let entries = folders.iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flatten().flatten();
    let Some(link) = entries.map(|entry| entry.path()).find(is_link) else { return Owned::default() };
    let pth = link.with_file_name("easy-install.pth");
    let line = distribution.location().to_string_lossy().into_owned();
    Owned { paths: vec![link], pth_line: Some((pth, line)), ..Owned::default() }
}

/// The path without `.` and `..`, by its text alone.
pub(crate) fn normalized(path: &Path) -> PathBuf {
    if !path.as_os_str().as_encoded_bytes().windows(2).any(|pair| pair == b"/.") {
        return path.to_owned();
    }
    let mut out = PathBuf::with_capacity(path.as_os_str().len());
    for component in path.components() {
        match component {
            Component::ParentDir => {
                out.pop();
            }
            Component::CurDir => {}
            other => out.push(other),
        }
    }
    out
}

/// The `.pth` file's text without one line; `None` when the line is not in it.
pub(super) fn without_line(text: &str, line: &str) -> Option<String> {
    let kept: String = text.split_inclusive('\n').filter(|one| one.trim_end() != line).collect();
    (kept.len() != text.len()).then_some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_without_dots() {
        let table = [("/a/b/../../c", "/c"), ("/a/./b", "/a/b"), ("/../x", "/x"), ("/a/.b", "/a/.b")];
        for (path, expected) in table {
            assert_eq!(normalized(Path::new(path)), Path::new(expected));
        }
    }

    #[test]
    fn pth_lines() {
        assert_eq!(without_line("a\r\n./x.egg\nb", "./x.egg").as_deref(), Some("a\r\nb"));
        assert_eq!(without_line("a\n", "b"), None);
    }
}
