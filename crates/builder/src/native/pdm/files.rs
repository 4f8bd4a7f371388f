//! Which files pdm-backend takes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::Settings;
use crate::Product;
use crate::native::document::TomlTable;
use crate::native::glob::{Reading, glob, has_magic, matches, path_glob};
use crate::native::tree::{Folder, Links, join, normalized_path, walk};
use crate::native::{Source, Stop, not_native};

const READING: Reading = Reading { recursive: true, hidden: false };

/// The paths in the archive, each with its file.
pub(super) type Files = BTreeMap<String, PathBuf>;

impl Settings {
    /// Reads `[tool.pdm.build]`.
    pub(super) fn read(source: &Source<'_>, table: Option<&TomlTable>) -> Result<Self, Stop> {
        let none = TomlTable::default();
        let table = table.unwrap_or(&none);
        let hook = table.text("custom-hook")?.unwrap_or("pdm_build.py");
        if source.path(hook).exists() {
            return not_native(format!("the project has the hook {hook}"));
        }
        if table.flag("run-setuptools")? == Some(true) || table.flag("is-purelib")? == Some(false) {
            return not_native("the project is not pure Python");
        }
        if table.table("wheel-data")?.is_some_and(|data| data.keys().next().is_some()) {
            return not_native("`wheel-data` is not understood");
        }
        let includes = table.texts("includes")?.unwrap_or_default();
        let excludes = table.texts("excludes")?.unwrap_or_default();
        let source_includes = table.texts("source-includes")?.unwrap_or_default();
        let package_dir = match table.text("package-dir")? {
            Some(given) => given.to_owned(),
            None if default_is_src(source, &includes, &excludes) => "src".to_owned(),
            None => String::new(),
        };
        let editables = table.text("editable-backend")?.unwrap_or("path") == "editables";
        Ok(Self { includes, excludes, source_includes, package_dir, editables })
    }
}

fn default_is_src(source: &Source<'_>, includes: &[String], excludes: &[String]) -> bool {
    let below_src = |path: &String| path == "src" || path.starts_with("src/");
    let excluded = excludes.iter().any(|path| path == "src" || path == "src/");
    source.path("src").is_dir() && includes.is_empty() || includes.iter().any(below_src) && !excluded
}

/// The files of a product, named as in a source distribution.
pub(super) fn collect(source: &Source<'_>, settings: &Settings, product: Product) -> Result<Files, Stop> {
    let (includes, excludes) = patterns(source, settings, product)?;
    let includes = expand(source, &includes)?;
    let mut excluded = expand(source, &excludes)?;
    let includes = merge(includes, &mut excluded)?;
    let excludes: Vec<String> = excluded.into_keys().collect();
    let mut files = Files::new();
    for include in includes {
        let path = source.path(&include);
        if path.is_file() {
            files.insert(include, path);
            continue;
        }
        for below in listed(&path)? {
            let name = if include == "." { below } else { join(&include, &below) };
            let path = source.path(&name);
            if path.is_file() && !name.ends_with(".pyc") && !is_excluded(&name, &excludes) {
                files.insert(name, path);
            }
        }
    }
    Ok(files)
}

fn listed(folder: &std::path::Path) -> Result<Vec<String>, Stop> {
    Ok(path_glob(folder, "**/*")?)
}

/// The patterns of what is taken and of what is not.
fn patterns(
    source: &Source<'_>,
    settings: &Settings,
    product: Product,
) -> Result<(BTreeSet<String>, BTreeSet<String>), Stop> {
    let tests = ["tests".to_owned()];
    let source_includes =
        if settings.source_includes.is_empty() { &tests[..] } else { &settings.source_includes };
    let mut includes: BTreeSet<String> = settings.includes.iter().cloned().collect();
    let mut excludes: BTreeSet<String> = settings.excludes.iter().cloned().collect();
    excludes.insert(".pdm-build".to_owned());
    if product != Product::SourceDistribution {
        excludes.extend(source_includes.iter().cloned());
    }
    if includes.is_empty() {
        let root = if settings.package_dir.is_empty() { "." } else { &settings.package_dir };
        includes = top_packages(source, root)?;
        if includes.is_empty() {
            includes.insert(format!("{root}/*.py"));
        }
    }
    includes.extend(source_includes.iter().cloned());
    Ok((includes, excludes))
}

/// Packages, and stubs of packages, in a folder.
fn top_packages(source: &Source<'_>, root: &str) -> Result<BTreeSet<String>, Stop> {
    let folder = Folder::list(&source.path(root))?;
    let is_package = |name: &&String| {
        let has = |file: &str| source.path(root).join(name).join(file).is_file();
        !matches!(name.as_str(), "__pycache__" | "__pypackages__")
            && (has("__init__.py") || name.ends_with("-stubs") && has("__init__.pyi"))
    };
    Ok(folder.folders.iter().filter(is_package).map(|name| format!("{root}/{name}")).collect())
}

/// The packages below the folder of the code, but those of tests, as paths in it.
pub(super) fn packages(source: &Source<'_>, settings: &Settings) -> Result<Vec<String>, Stop> {
    let base = source.path(&settings.package_dir);
    let mut packages = Vec::new();
    walk(&base, Links::Followed, &mut |relative, found| {
        found.folders.retain(|name| !name.contains('.'));
        let is_test = relative == "tests" || relative.starts_with("tests/");
        if !relative.is_empty() && !is_test && found.files.iter().any(|name| name == "__init__.py") {
            packages.push(relative.to_owned());
        }
        Ok(())
    })?;
    Ok(packages)
}

/// What patterns meet, each path with its pattern.
fn expand(source: &Source<'_>, patterns: &BTreeSet<String>) -> Result<BTreeMap<String, String>, Stop> {
    let mut found = BTreeMap::new();
    for pattern in patterns {
        for path in glob(&source.tree, pattern, READING)? {
            let other = found.insert(normalized_path(&path), pattern.clone());
            if other.is_some_and(|other| weight(&other) != weight(pattern)) {
                return not_native(format!("two patterns meet {path}"));
            }
        }
    }
    Ok(found)
}

/// What is both taken and not is decided by the pattern that says more.
fn merge(
    includes: BTreeMap<String, String>,
    excludes: &mut BTreeMap<String, String>,
) -> Result<Vec<String>, Stop> {
    let mut kept = Vec::new();
    for (path, pattern) in includes {
        if let Some(other) = excludes.get(&path) {
            if weight(&pattern) <= weight(other) {
                continue;
            }
            excludes.remove(&path);
        }
        kept.push(path);
    }
    Ok(kept)
}

/// How much a pattern says: its parts, and how few of them are wild.
fn weight(pattern: &str) -> (usize, isize) {
    let parts: Vec<&str> = pattern.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    let wild = |part: &&str| match *part {
        "**" => 2,
        part if has_magic(part) => 1,
        _ => 0,
    };
    (parts.len(), -parts.iter().map(wild).sum::<isize>())
}

fn is_excluded(path: &str, excludes: &[String]) -> bool {
    excludes.iter().any(|exclude| {
        let below =
            path.strip_prefix(exclude.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        exclude == "." || below || matches(path, exclude)
    })
}
