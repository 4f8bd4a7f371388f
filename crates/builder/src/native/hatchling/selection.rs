//! Which files a target has, in hatchling's order.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use super::options::{Inclusion, Target, inclusion, relative_directory, relative_path};
use super::{Hatch, file_name_component};
use crate::native::patterns::Patterns;
use crate::native::tree::{Folder, Links, join, read_configuration, walk};
use crate::native::{Source, Stop, not_native};

const EXCLUDED_FOLDERS: [&str; 11] = [
    "__pycache__",
    ".venv",
    ".git",
    ".hg",
    ".hatch",
    ".tox",
    ".nox",
    ".ruff_cache",
    ".pytest_cache",
    ".mypy_cache",
    ".pixi",
];
const EXCLUDED_FILES: [&str; 2] = [".DS_Store", ".git"];

/// A file that a target has.
#[derive(Clone, Debug)]
pub(super) struct Included {
    /// Where it is.
    pub(super) path: PathBuf,
    /// Its path in the project, or as if it were there.
    pub(super) relative: String,
    /// Its path in the archive.
    pub(super) distributed: String,
}

/// How files are chosen.
pub(super) struct Selection<'a> {
    source: &'a Source<'a>,
    include: Option<Patterns>,
    exclude: Patterns,
    artifacts: Option<Patterns>,
    exclude_all: bool,
    sources: BTreeMap<String, String>,
    only_include: Inclusion,
    forced: Inclusion,
    reserved: HashSet<String>,
    skip_excluded_dirs: bool,
    only_packages: bool,
}

/// What is chosen where the project names nothing.
#[derive(Default)]
struct Usual {
    packages: Vec<String>,
    only_include: Vec<String>,
    nothing: bool,
}

impl<'a> Selection<'a> {
    /// The wheel's: without any option, what is named after the project.
    pub(super) fn of_wheel(hatch: &'a Hatch<'a>, target: &Target) -> Result<Self, Stop> {
        let named =
            !(target.include.is_empty() && target.packages.is_empty() && target.only_include.is_empty());
        let usual = if named { Usual::default() } else { usual(hatch, target)? };
        Self::new(hatch, target, usual, Inclusion::new())
    }

    /// The source distribution's: without any option, everything; and always what it is built from.
    pub(super) fn of_sdist(hatch: &'a Hatch<'a>, target: &Target, forced: Inclusion) -> Result<Self, Stop> {
        Self::new(hatch, target, Usual::default(), forced)
    }

    fn new(hatch: &'a Hatch<'a>, target: &Target, usual: Usual, forced: Inclusion) -> Result<Self, Stop> {
        let source = hatch.source;
        let given = if target.packages.is_empty() { &usual.packages } else { &target.packages };
        let mut packages: Vec<String> = given.iter().map(|package| relative_path(package)).collect();
        packages.sort_unstable();
        let only = [&target.only_include, &usual.only_include, &packages];
        let only = only.into_iter().find(|paths| !paths.is_empty()).cloned().unwrap_or_default();
        let mut selection = Self {
            source,
            include: include(&target.include, &packages)?,
            exclude: exclude(source, target)?,
            artifacts: patterns(&target.artifacts)?,
            exclude_all: usual.nothing,
            sources: sources(target, &packages),
            only_include: only_include(source, &only)?,
            forced: merged(&target.force_include, &forced),
            reserved: HashSet::new(),
            skip_excluded_dirs: target.skip_excluded_dirs,
            only_packages: target.only_packages,
        };
        selection.reserved = [&target.force_include, &forced]
            .into_iter()
            .flatten()
            .filter_map(|(path, target)| selection.reserved_by(path, target))
            .collect();
        Ok(selection)
    }

    /// A forced file comes once, by force.
    fn reserved_by(&self, path: &str, target: &str) -> Option<String> {
        match path.strip_prefix(&self.source.root).and_then(|rest| rest.strip_prefix('/')) {
            Some(relative) => Some(self.distributed(relative)),
            None => Path::new(path).is_file().then(|| self.distributed(target)),
        }
    }

    /// Every file: the chosen ones, then the forced ones.
    pub(super) fn files(&self) -> Result<Vec<Included>, Stop> {
        let mut files = self.chosen()?;
        files.extend(self.forced()?);
        Ok(files)
    }

    /// The files chosen by patterns and packages.
    pub(super) fn chosen(&self) -> Result<Vec<Included>, Stop> {
        if self.only_include.is_empty() { self.project_files() } else { self.explicit(&self.only_include) }
    }

    fn project_files(&self) -> Result<Vec<Included>, Stop> {
        let mut files = Vec::new();
        walk(&self.source.tree, Links::Followed, &mut |relative, folder| {
            folder.folders.retain(|name| !self.excludes_folder(relative, name));
            let is_package = is_package(folder);
            for name in plain_files(folder) {
                let path = join(relative, name);
                let included = self.included(self.source.path(&path), path);
                let reserved = self.reserved.contains(&included.distributed);
                if !reserved && self.includes(&included.relative, Named::ByPattern, is_package) {
                    files.push(included);
                }
            }
            Ok(())
        })?;
        Ok(files)
    }

    /// The files of paths that are named.
    pub(super) fn explicit(&self, inclusion: &Inclusion) -> Result<Vec<Included>, Stop> {
        let mut files = Vec::new();
        for (source, target) in inclusion {
            let path = PathBuf::from(source);
            if path.is_file() {
                let included =
                    Included { relative: self.relative(source), ..self.included(path, target.clone()) };
                if !self.reserved.contains(&included.distributed) {
                    files.push(included);
                }
                continue;
            }
            self.below(&path, target, &mut |included, is_package| {
                if self.includes(&included.relative, Named::Explicitly, is_package) {
                    files.push(included);
                }
            })?;
        }
        Ok(files)
    }

    /// The files that come whatever patterns say.
    pub(super) fn forced(&self) -> Result<Vec<Included>, Stop> {
        let mut files = Vec::new();
        for (source, target) in &self.forced {
            let path = PathBuf::from(source);
            if path.is_file() {
                files.push(Included {
                    relative: self.relative(source),
                    ..self.included(path, target.clone())
                });
            } else if path.is_dir() {
                self.below(&path, target, &mut |included, _| files.push(included))?;
            } else {
                return not_native(format!("the forced `{source}` is not there"));
            }
        }
        Ok(files)
    }

    /// The files below a folder that are not reserved, as if the folder were called `target`.
    fn below(&self, top: &Path, target: &str, take: &mut dyn FnMut(Included, bool)) -> Result<(), Stop> {
        if !top.is_dir() {
            return Ok(());
        }
        walk(top, Links::Followed, &mut |relative, folder| {
            folder.folders.retain(|name| !EXCLUDED_FOLDERS.contains(&&**name));
            let is_package = is_package(folder);
            for name in plain_files(folder) {
                let path = join(relative, name);
                let included = self.included(top.join(&path), join(target, &path));
                if !self.reserved.contains(&included.distributed) {
                    take(included, is_package);
                }
            }
            Ok(())
        })
    }

    fn included(&self, path: PathBuf, relative: String) -> Included {
        let distributed = self.distributed(&relative);
        Included { path, relative, distributed }
    }

    /// The path below the project, of one that lies there.
    fn relative(&self, path: &str) -> String {
        path.strip_prefix(&self.source.root).map_or("", |rest| rest.trim_start_matches('/')).to_owned()
    }

    /// `sources`: the first prefix that fits is replaced.
    fn distributed(&self, relative: &str) -> String {
        let replaced = self.sources.iter().find_map(|(prefix, replacement)| {
            relative.strip_prefix(prefix.as_str()).map(|rest| format!("{replacement}{rest}"))
        });
        replaced.unwrap_or_else(|| relative.to_owned())
    }

    fn includes(&self, relative: &str, named: Named, is_package: bool) -> bool {
        if self.artifacts.as_ref().is_some_and(|artifacts| artifacts.matches(relative)) {
            return true;
        }
        if self.only_packages && !is_package || self.excludes(relative) {
            return false;
        }
        named == Named::Explicitly || self.include.as_ref().is_none_or(|include| include.matches(relative))
    }

    fn excludes(&self, relative: &str) -> bool {
        self.exclude_all || self.exclude.matches(relative)
    }

    fn excludes_folder(&self, relative: &str, name: &str) -> bool {
        let path = join(relative, name);
        EXCLUDED_FOLDERS.contains(&name)
            || self.reserved.contains(&path)
            || self.skip_excluded_dirs && self.excludes(&format!("{path}/"))
    }
}

/// How a file came to be looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Named {
    ByPattern,
    Explicitly,
}

fn is_package(folder: &Folder) -> bool {
    folder.files.iter().any(|name| name == "__init__.py")
}

fn plain_files(folder: &Folder) -> impl Iterator<Item = &str> {
    folder.files.iter().map(String::as_str).filter(|name| !EXCLUDED_FILES.contains(name))
}

/// The package, module or namespace that has the project's name.
fn usual(hatch: &Hatch<'_>, target: &Target) -> Result<Usual, Stop> {
    let package = |path: String| Usual { packages: vec![path], ..Usual::default() };
    for name in [&hatch.project.name, &hatch.fields.name()] {
        let name = file_name_component(name);
        let is_file = |path: &str| hatch.source.path(path).is_file();
        if is_file(&format!("{name}/__init__.py")) {
            return Ok(package(name));
        }
        if is_file(&format!("src/{name}/__init__.py")) {
            return Ok(package(format!("src/{name}")));
        }
        let module = format!("{name}.py");
        if is_file(&module) {
            return Ok(Usual { only_include: vec![module], ..Usual::default() });
        }
        // `glob("*/NAME/__init__.py")` does not meet hidden folders.
        let mut folders = Folder::list(&hatch.source.tree)?.folders;
        folders.retain(|folder| !folder.starts_with('.') && is_file(&format!("{folder}/{name}/__init__.py")));
        if let [folder] = &*folders {
            return Ok(package(folder.clone()));
        }
    }
    if target.bypass_selection || !target.force_include.is_empty() {
        return Ok(Usual { nothing: true, ..Usual::default() });
    }
    not_native("nothing in the tree has the name of the project")
}

fn patterns(lines: &[String]) -> Result<Option<Patterns>, Stop> {
    if lines.is_empty() { Ok(None) } else { Patterns::compile(lines.iter().map(String::as_str)).map(Some) }
}

fn include(include: &[String], packages: &[String]) -> Result<Option<Patterns>, Stop> {
    let packages = packages.iter().map(|package| format!("/{package}/"));
    patterns(&include.iter().cloned().chain(packages).collect::<Vec<_>>())
}

/// Bytecode, `dist`, what version control ignores, and what the project excludes.
fn exclude(source: &Source<'_>, target: &Target) -> Result<Patterns, Stop> {
    let mut lines = vec!["*.py[cdo]".to_owned(), "/dist".to_owned()];
    if !target.ignore_vcs {
        lines.extend(ignored(source)?);
    }
    lines.extend(target.exclude.iter().cloned());
    Patterns::compile(lines.iter().map(String::as_str))
}

/// The nearest `.gitignore` and `.hgignore` at or above the tree, up to the folder of the repository.
pub(super) fn ignore_files(source: &Source<'_>) -> Vec<PathBuf> {
    let nearest = |name: &str, boundary: &str| {
        for folder in source.tree.ancestors() {
            let file = folder.join(name);
            if file.is_file() {
                return Some(file);
            }
            if folder.join(boundary).exists() {
                return None;
            }
        }
        None
    };
    [nearest(".gitignore", ".git"), nearest(".hgignore", ".hg")].into_iter().flatten().collect()
}

/// The patterns of those files; none, when they ignore the project as a whole.
fn ignored(source: &Source<'_>) -> Result<Vec<String>, Stop> {
    let mut lines = Vec::new();
    for path in ignore_files(source) {
        let text = read_configuration(&path)?;
        let of_git = path.ends_with(".gitignore");
        let mut globs = of_git;
        for line in text.split_inclusive('\n') {
            match line.trim() {
                "syntax: glob" if !of_git => globs = true,
                other if !of_git && other.starts_with("syntax: ") => globs = false,
                _ if globs => lines.push(line.to_owned()),
                _ => {}
            }
        }
    }
    let all = Patterns::compile(lines.iter().map(String::as_str))?;
    Ok(if all.matches(&source.root) { Vec::new() } else { lines })
}

/// `sources`, and the folder of each package that lies in one.
fn sources(target: &Target, packages: &[String]) -> BTreeMap<String, String> {
    let mut sources = target.sources.clone();
    for package in packages {
        if let Some((folder, _)) = package.rsplit_once('/')
            && !sources.contains_key(&relative_directory(package))
        {
            sources.insert(relative_directory(folder), String::new());
        }
    }
    sources
}

fn only_include(source: &Source<'_>, paths: &[String]) -> Result<Inclusion, Stop> {
    let mut entries = Vec::new();
    for path in paths {
        let path = relative_path(path);
        if path.is_empty() || path.starts_with(['~']) || path.starts_with("..") {
            return not_native(format!("`{path}` in `only-include` is not a path in the project"));
        }
        entries.push((path.clone(), path));
    }
    let distinct: HashSet<&(String, String)> = entries.iter().collect();
    if distinct.len() < entries.len() {
        return not_native("`only-include` names a path twice");
    }
    inclusion(&source.root, entries)
}

/// The project's forced files, then the target's; the latter decide over a path that both have.
fn merged(own: &Inclusion, more: &Inclusion) -> Inclusion {
    let mut merged = own.clone();
    for (source, target) in more {
        match merged.iter_mut().find(|(path, _)| path == source) {
            Some((_, place)) => place.clone_from(target),
            None => merged.push((source.clone(), target.clone())),
        }
    }
    merged
}
