//! Finding packages and modules: the `find` directives, and setuptools' own discovery where nothing is said.

use std::collections::BTreeMap;

use super::distribution::Layout;
use crate::native::glob::matches;
use crate::native::text::is_ascii_identifier;
use crate::native::tree::{Folder, join, normalized_path};
use crate::native::{Source, Stop, not_native};

/// Folders that a flat project never means as packages.
const NOT_PACKAGES: [&str; 34] = [
    "ci",
    "bin",
    "debian",
    "doc",
    "docs",
    "documentation",
    "manpages",
    "news",
    "newsfragments",
    "changelog",
    "test",
    "tests",
    "unit_test",
    "unit_tests",
    "example",
    "examples",
    "scripts",
    "tools",
    "util",
    "utils",
    "python",
    "build",
    "dist",
    "venv",
    "env",
    "requirements",
    "tasks",
    "fabfile",
    "site_scons",
    "benchmark",
    "benchmarks",
    "exercise",
    "exercises",
    "htmlcov",
];

/// Files that a flat project never means as modules.
const NOT_MODULES: [&str; 19] = [
    "setup",
    "conftest",
    "test",
    "tests",
    "example",
    "examples",
    "build",
    "toxfile",
    "noxfile",
    "pavement",
    "dodo",
    "tasks",
    "fabfile",
    "[Ss][Cc]onstruct",
    "conanfile",
    "manage",
    "benchmark",
    "benchmarks",
    "exercise",
];

/// How packages are looked for.
#[derive(Debug, Default)]
pub(super) struct Find {
    pub(super) places: Vec<String>,
    pub(super) include: Vec<String>,
    pub(super) exclude: Vec<String>,
    /// Whether folders without `__init__.py` are packages.
    pub(super) namespaces: bool,
}

/// Which folders look like packages.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Those with `__init__.py`.
    Regular,
    /// All (PEP 420).
    Namespace,
    /// All with names that can be imported.
    Flat,
}

struct Finder<'a> {
    source: &'a Source<'a>,
    kind: Kind,
    include: Vec<String>,
    exclude: Vec<String>,
}

impl Finder<'_> {
    /// All packages below a folder of the tree.
    fn find(&self, place: &str) -> Result<Vec<String>, Stop> {
        let mut found = Vec::new();
        self.below(place, "", &mut found, 0)?;
        Ok(found)
    }

    fn below(&self, folder: &str, parent: &str, found: &mut Vec<String>, depth: usize) -> Result<(), Stop> {
        if depth > 100 {
            return not_native("folders nest too deep");
        }
        for name in Folder::list(&self.source.path(folder))?.folders {
            let path = join(folder, &name);
            let package = if parent.is_empty() { name.clone() } else { format!("{parent}.{name}") };
            if name.contains('.') || !self.looks_like_package(&path, &package)? {
                continue;
            }
            if meets(&self.include, &package) && !meets(&self.exclude, &package) {
                found.push(package.clone());
            }
            let pruned = [format!("{package}*"), format!("{package}.*")];
            if !self.exclude.iter().any(|pattern| pruned.contains(pattern)) {
                self.below(&path, &package, found, depth + 1)?;
            }
        }
        Ok(())
    }

    fn looks_like_package(&self, path: &str, package: &str) -> Result<bool, Stop> {
        if !package.is_ascii() {
            return not_native(format!("the name `{package}` is not ASCII"));
        }
        Ok(match self.kind {
            Kind::Regular => self.source.path(path).join("__init__.py").is_file(),
            Kind::Namespace => true,
            Kind::Flat => {
                let mut names = package.split('.');
                names.next().is_some_and(|root| is_ascii_identifier(root) || root.ends_with("-stubs"))
                    && names.all(is_ascii_identifier)
            }
        })
    }
}

fn meets(patterns: &[String], name: &str) -> bool {
    patterns.iter().any(|pattern| matches(name, pattern))
}

/// What no finder takes.
fn always_excluded(more: &[String]) -> Vec<String> {
    let own = ["ez_setup".to_owned(), "*__pycache__".to_owned()];
    own.into_iter().chain(more.iter().cloned()).collect()
}

/// The `find` directives; where packages lie elsewhere, `folders` learns it.
pub(super) fn find(
    source: &Source<'_>,
    find: &Find,
    folders: &mut BTreeMap<String, String>,
) -> Result<Vec<String>, Stop> {
    let everything = ["*".to_owned()];
    let include = if find.include.is_empty() { &everything[..] } else { &find.include };
    let finder = Finder {
        source,
        kind: if find.namespaces { Kind::Namespace } else { Kind::Regular },
        include: include.to_vec(),
        exclude: always_excluded(&find.exclude),
    };
    if let [place] = &*find.places
        && normalized_path(place) != "."
    {
        folders.entry(String::new()).or_insert_with(|| place.clone());
    }
    let mut packages = Vec::new();
    for place in &find.places {
        let path = normalized_path(place);
        if path.starts_with("..") || path.starts_with('/') || !source.path(&path).is_dir() {
            return not_native(format!("packages are looked for in `{place}`"));
        }
        let found = finder.find(if path == "." { "" } else { &path })?;
        let known = folders.get("").is_some_and(|root| root == place) || path == ".";
        if !found.is_empty() && !known {
            for package in outermost(&found) {
                folders.insert(package.to_owned(), join(&path, &package.replace('.', "/")));
            }
        }
        packages.extend(found);
    }
    Ok(packages)
}

/// Fills in what is not said: an explicit layout, `src`, or a flat project with one package or one module.
pub(super) fn discover(source: &Source<'_>, layout: &mut Layout) -> Result<(), Stop> {
    if layout.packages.is_some() || layout.modules.is_some() {
        return Ok(());
    }
    let own: Vec<(String, String)> = layout
        .folders
        .iter()
        .filter(|(name, _)| !name.is_empty())
        .map(|(a, b)| (a.clone(), b.clone()))
        .collect();
    if !own.is_empty() {
        let mut packages = Vec::new();
        for (package, folder) in own {
            let folder = normalized_path(&folder);
            let nested = everything(source, &folder)?;
            packages.extend(nested.iter().map(|name| format!("{package}.{name}")));
            packages.push(package);
        }
        layout.packages = Some(packages);
        return Ok(());
    }
    let root = layout.folders.get("").cloned().unwrap_or_else(|| "src".to_owned());
    if !source.path(&root).is_dir() {
        return flat(source, layout);
    }
    let folder = normalized_path(&root);
    layout.folders.entry(String::new()).or_insert(root);
    let folder = if folder == "." { String::new() } else { folder };
    layout.packages = Some(everything(source, &folder)?);
    layout.modules = Some(modules(source, &folder, &[])?);
    Ok(())
}

fn everything(source: &Source<'_>, folder: &str) -> Result<Vec<String>, Stop> {
    let finder = Finder {
        source,
        kind: Kind::Namespace,
        include: vec!["*".to_owned()],
        exclude: always_excluded(&[]),
    };
    finder.find(folder)
}

fn flat(source: &Source<'_>, layout: &mut Layout) -> Result<(), Stop> {
    let mut exclude: Vec<String> = NOT_PACKAGES.iter().map(|name| (*name).to_owned()).collect();
    exclude.push("[._]*".to_owned());
    let below: Vec<String> = exclude.iter().map(|name| format!("{name}.*")).collect();
    exclude.extend(below);
    let exclude = always_excluded(&exclude);
    let finder = Finder { source, kind: Kind::Flat, include: vec!["*".to_owned()], exclude };
    let packages = finder.find("")?;
    let named: Vec<String> =
        packages.iter().filter(|name| !first_part(name).ends_with("-stubs")).cloned().collect();
    let top = outermost(&named).len();
    layout.packages = Some(packages);
    if top > 1 {
        return not_native("more than one top-level package lies in the flat project");
    }
    if top == 0 {
        let exclude: Vec<String> =
            NOT_MODULES.iter().copied().chain(["exercises", "[._]*"]).map(str::to_owned).collect();
        let modules = modules(source, "", &exclude)?;
        if modules.len() > 1 {
            return not_native("more than one top-level module lies in the flat project");
        }
        layout.modules = Some(modules);
    }
    Ok(())
}

fn modules(source: &Source<'_>, folder: &str, exclude: &[String]) -> Result<Vec<String>, Stop> {
    let files = Folder::list(&source.path(folder))?.files;
    let named =
        files.iter().filter_map(|file| file.strip_suffix(".py")).filter(|name| is_ascii_identifier(name));
    Ok(named.filter(|name| !meets(exclude, name)).map(str::to_owned).collect())
}

fn first_part(package: &str) -> &str {
    package.split('.').next().unwrap_or(package)
}

/// Packages that lie in no other of the list.
fn outermost(packages: &[String]) -> Vec<&str> {
    let inside = |name: &str| {
        packages
            .iter()
            .any(|other| name.strip_prefix(other.as_str()).is_some_and(|rest| rest.starts_with('.')))
    };
    packages.iter().map(String::as_str).filter(|name| !inside(name)).collect()
}
