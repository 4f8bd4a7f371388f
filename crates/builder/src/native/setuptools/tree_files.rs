//! Modules and data of packages, and the files of the egg-info folder.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt;

use super::distribution::Distribution;
use super::listed;
use super::metadata::{self, Facts};
use crate::native::glob::{Reading, glob, matches};
use crate::native::members::{Contents, MADE, Member};
use crate::native::text::is_ascii_identifier;
use crate::native::tree::{self, join};
use crate::native::{Source, Stop, not_native};

const READING: Reading = Reading { recursive: true, hidden: false };

/// The files that setuptools writes into an egg-info folder, or removes from it.
const KNOWN: [&str; 10] = [
    "PKG-INFO",
    "SOURCES.txt",
    "dependency_links.txt",
    "eager_resources.txt",
    "entry_points.txt",
    "namespace_packages.txt",
    "not-zip-safe",
    "requires.txt",
    "top_level.txt",
    "zip-safe",
];

/// The egg-info folder as it will be.
pub(super) struct EggInfo {
    /// Where it lies, relative to the tree.
    pub(super) folder: String,
    /// Its files but PKG-INFO and SOURCES.txt, named without the folder.
    files: Vec<Member>,
    pkg_info: Member,
    sources_mode: u32,
}

impl EggInfo {
    /// What setuptools would write.
    pub(super) fn of(source: &Source<'_>, distribution: &Distribution, facts: &Facts) -> Result<Self, Stop> {
        let name = format!("{}.egg-info", distribution.name.replace('-', "_").trim_matches('_'));
        let spelled = distribution.layout.root();
        let unnamed = spelled.is_empty() && distribution.layout.folders.contains_key("");
        if unnamed || spelled.starts_with("./") || spelled.contains("//") || spelled.contains("/.") {
            return not_native(format!("`{spelled}` is an unusual name of a folder"));
        }
        let root = tree::normalized_path(spelled);
        let folder = if root == "." { name } else { join(&root, &name) };
        for file in listed(source, &folder)? {
            if !KNOWN.contains(&file.as_str()) {
                return not_native(format!("{folder} has {file}, which setuptools keeps"));
            }
        }
        let mode = |file: &str| {
            let path = source.path(&folder).join(file);
            path.metadata().map_or(MADE, |status| status.permissions().mode())
        };
        let made = |file: &str, text: &str| Member {
            name: file.to_owned(),
            mode: mode(file),
            contents: Contents::Made(text.as_bytes().to_vec()),
        };
        let mut files =
            vec![made("dependency_links.txt", "\n"), made("top_level.txt", &top_level(distribution))];
        if let Some(text) = metadata::entry_points(distribution)? {
            files.push(made("entry_points.txt", &text));
        }
        if let Some(text) = facts.requires_txt() {
            files.push(made("requires.txt", &text));
        }
        match distribution.zip_safe {
            None => {}
            Some(true) => files.push(made("zip-safe", "\n")),
            Some(false) => files.push(made("not-zip-safe", "\n")),
        }
        let pkg_info = Member::made("PKG-INFO".to_owned(), facts.print(distribution)?);
        Ok(Self { sources_mode: mode("SOURCES.txt"), folder, files, pkg_info })
    }

    /// The paths of all its files.
    pub(super) fn paths(&self) -> Vec<String> {
        let names = self.files.iter().map(|member| member.name.as_str()).chain(["PKG-INFO", "SOURCES.txt"]);
        names.map(|name| join(&self.folder, name)).collect()
    }

    /// Those that a wheel's dist-info folder takes over.
    pub(super) fn for_wheel(&self) -> impl Iterator<Item = &Member> {
        let left = ["requires.txt", "not-zip-safe", "dependency_links.txt"];
        self.files.iter().filter(move |member| !left.contains(&member.name.as_str()))
    }

    /// All of them, for a source distribution with these files.
    pub(super) fn for_sdist(&self, files: &[String]) -> Vec<Member> {
        let listed = |member: &Member| files.contains(&join(&self.folder, &member.name));
        let mut members: Vec<Member> = self.files.iter().filter(|member| listed(member)).cloned().collect();
        if listed(&self.pkg_info) {
            members.push(self.pkg_info.clone());
        }
        // It is added even where MANIFEST.in removes it.
        members.push(Member {
            name: "SOURCES.txt".to_owned(),
            mode: self.sources_mode,
            contents: Contents::Made(files.join("\n").into_bytes()),
        });
        for member in &mut members {
            member.name = join(&self.folder, &member.name);
        }
        members
    }
}

/// The first parts of all packages and modules.
fn top_level(distribution: &Distribution) -> String {
    let layout = &distribution.layout;
    let names = layout.packages.iter().chain(&layout.modules).flatten();
    let first: BTreeSet<&str> = names.filter_map(|name| name.split('.').next()).collect();
    first.into_iter().collect::<Vec<_>>().join("\n") + "\n"
}

/// A package's file: where it is, and where it goes.
struct Placed {
    path: String,
    target: String,
}

fn modules(source: &Source<'_>, distribution: &Distribution) -> Result<Vec<Placed>, Stop> {
    let layout = &distribution.layout;
    let mut found = Vec::new();
    for module in layout.modules.iter().flatten() {
        let (package, base) = module.rsplit_once('.').unwrap_or(("", module));
        let folder = layout.folder(package);
        if !package.is_empty() && source.path(&join(&folder, "__init__.py")).is_file() {
            found.push(placed(&folder, "__init__.py", package));
        }
        if source.path(&join(&folder, &format!("{base}.py"))).is_file() {
            found.push(placed(&folder, &format!("{base}.py"), package));
        }
    }
    for package in layout.packages.iter().flatten() {
        let folder = layout.folder(package);
        if !source.path(&folder).is_dir() {
            return not_native(format!("the package folder `{folder}` is missing"));
        }
        for name in listed(source, &folder)? {
            let hidden = name.starts_with('.');
            if name.ends_with(".py") && !hidden && !(matches!(&*folder, "" | ".") && name == "setup.py") {
                found.push(placed(&folder, &name, package));
            }
        }
    }
    Ok(found)
}

fn placed(folder: &str, name: &str, package: &str) -> Placed {
    Placed { path: join(folder, name), target: join(&package.replace('.', "/"), name) }
}

/// Data files of a package; `recorded` are those that the list of files puts below it.
fn data(
    source: &Source<'_>,
    distribution: &Distribution,
    package: &str,
    recorded: &[String],
) -> Result<Vec<Placed>, Stop> {
    let folder = distribution.layout.folder(package);
    let patterns = |spec: &BTreeMap<String, Vec<String>>, implicit: &[&str]| -> Vec<String> {
        let own = [spec.get(""), spec.get(package)].into_iter().flatten().flatten();
        let all = implicit.iter().map(|pattern| (*pattern).to_owned()).chain(own.cloned());
        all.map(|pattern| join(&folder, &tree::normalized_path(&pattern))).collect()
    };
    let mut files: Vec<String> = recorded.to_vec();
    for pattern in patterns(&distribution.package_data, &["*.pyi", "py.typed"]) {
        let found = glob(&source.tree, &pattern, READING)?;
        files.extend(found.into_iter().filter(|path| source.path(path).is_file()));
    }
    let excluded = patterns(&distribution.exclude_package_data, &[]);
    let kept = files.into_iter().filter(|path| !excluded.iter().any(|pattern| matches(path, pattern)));
    let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    kept.filter(|path| source.path(path).is_file())
        .map(|path| match path.strip_prefix(&prefix) {
            Some(name) => Ok(Placed { target: join(&package.replace('.', "/"), name), path: path.clone() }),
            None => not_native(format!("{path} lies outside of its package")),
        })
        .collect()
}

/// The files that a source distribution takes for its packages.
pub(super) fn sources(source: &Source<'_>, distribution: &Distribution) -> Result<Vec<String>, Stop> {
    let mut found: Vec<String> =
        modules(source, distribution)?.into_iter().map(|placed| placed.path).collect();
    for package in distribution.layout.packages.iter().flatten() {
        found.extend(data(source, distribution, package, &[])?.into_iter().map(|placed| placed.path));
    }
    Ok(found)
}

/// The files that a wheel takes, given the list of all files.
pub(super) fn code(
    source: &Source<'_>,
    distribution: &Distribution,
    files: &[String],
) -> Result<Vec<Member>, Stop> {
    let recorded =
        if distribution.include_package_data { below(distribution, files) } else { BTreeMap::new() };
    let mut members: BTreeMap<String, Member> = BTreeMap::new();
    for placed in modules(source, distribution)? {
        let contents = Contents::File(source.path(&placed.path));
        members.entry(placed.target.clone()).or_insert(Member { name: placed.target, mode: MADE, contents });
    }
    for package in distribution.layout.packages.iter().flatten() {
        let own = recorded.get(package.as_str()).map_or(&[][..], Vec::as_slice);
        for placed in data(source, distribution, package, own)? {
            let path = source.path(&placed.path);
            let mode = tree::status(&path)?.permissions().mode() | 0o200;
            let contents = Contents::File(path);
            members.entry(placed.target.clone()).or_insert(Member { name: placed.target, mode, contents });
        }
    }
    Ok(members.into_values().collect())
}

/// Which of the files lie below which package: the one whose folder is nearest.
fn below<'d>(distribution: &'d Distribution, files: &[String]) -> BTreeMap<&'d str, Vec<String>> {
    let packages = distribution.layout.packages.iter().flatten();
    let folders: BTreeMap<String, &str> =
        packages.map(|package| (distribution.layout.folder(package), package.as_str())).collect();
    let mut found: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for file in files {
        let mut folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
        while !folder.is_empty() && !folders.contains_key(folder) {
            folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
        }
        let Some(package) = folders.get(folder) else { continue };
        let name = file.strip_prefix(folder).unwrap_or(file).trim_start_matches('/');
        let module = name.strip_suffix(".py").is_some_and(is_ascii_identifier);
        if !module {
            found.entry(package).or_default().push(file.clone());
        }
    }
    found
}
