//! Which files Poetry takes: its packages, what is included besides, and less what is excluded.

use std::collections::{BTreeMap, BTreeSet};

use super::Poetry;
use crate::Product;
use crate::native::document::{Toml, TomlTable};
use crate::native::glob::path_glob;
use crate::native::tree::join;
use crate::native::{Source, Stop, git, not_native};

/// An entry of `packages` or `include`.
#[derive(Debug)]
struct Include {
    /// A pattern for paths below `from`.
    pattern: String,
    from: Option<String>,
    to: Option<String>,
    wheel: bool,
    sdist: bool,
    is_package: bool,
}

/// `packages`, `include` and `exclude`.
#[derive(Debug)]
pub(super) struct Selection {
    packages: Vec<Include>,
    includes: Vec<Include>,
    excludes: Vec<String>,
}

/// Where packages lie and what of them is taken.
#[derive(Debug, Default)]
pub(super) struct Files {
    /// Files of the tree, each with its path in the archive; ordered as Python orders paths.
    pub(super) paths: BTreeMap<PathKey, String>,
    /// The folders on which packages stand.
    pub(super) bases: BTreeSet<String>,
}

/// A path by its parts.
pub(super) type PathKey = Vec<String>;

/// The parts of a path.
pub(super) fn key(path: &str) -> PathKey {
    path.split('/').map(str::to_owned).collect()
}

impl Selection {
    pub(super) fn read(tool: &TomlTable) -> Result<Self, Stop> {
        Ok(Self {
            packages: entries(tool, "packages")?,
            includes: entries(tool, "include")?,
            excludes: tool.texts("exclude")?.unwrap_or_default(),
        })
    }

    /// The files of an archive.
    pub(super) fn files(
        &self,
        source: &Source<'_>,
        poetry: &Poetry,
        product: Product,
    ) -> Result<Files, Stop> {
        let fits = |include: &&Include| match product {
            Product::SourceDistribution => include.sdist,
            _ => include.wheel,
        };
        let usual = [usual(source, poetry)];
        let mut packages: Vec<&Include> = self.packages.iter().filter(fits).collect();
        if packages.is_empty() {
            match &usual {
                [Ok(package)] => packages.push(package),
                [Err(why)] => return not_native(why.clone()),
            }
        }
        let includes: Vec<&Include> = self.includes.iter().filter(fits).collect();
        let excluded = self.excluded(source, &includes)?;
        let mut files = Files::default();
        for include in packages.into_iter().chain(includes) {
            files.add(source, include, &excluded, product)?;
        }
        let paths: Vec<String> = files.paths.keys().map(|parts| parts.join("/")).collect();
        git::check_tracked(&source.tree, &paths)?;
        Ok(files)
    }

    fn excluded(&self, source: &Source<'_>, includes: &[&Include]) -> Result<BTreeSet<String>, Stop> {
        let mut excluded = BTreeSet::new();
        for pattern in &self.excludes {
            excluded.extend(expanded(source, "", pattern)?.into_iter().map(|(_, path)| path));
        }
        for include in includes {
            for (_, path) in expanded(source, "", &include.pattern)? {
                excluded.remove(&path);
            }
        }
        Ok(excluded)
    }
}

/// What a pattern meets, with all that is below: each file with the path that was met.
fn expanded(source: &Source<'_>, base: &str, pattern: &str) -> Result<Vec<(String, String)>, Stop> {
    if pattern.starts_with('/') || pattern.split('/').any(|part| part == "..") {
        return not_native(format!("the pattern `{pattern}` leaves the project"));
    }
    let mut found = Vec::new();
    for met in path_glob(&source.path(base), pattern)? {
        let met = join(base, met.trim_end_matches('/'));
        let path = source.path(&met);
        if path.is_dir() {
            for below in path_glob(&path, "**/*")? {
                let below = join(&met, &below);
                if !source.path(&below).is_dir() {
                    found.push((met.clone(), below));
                }
            }
        } else {
            found.push((met.clone(), met));
        }
    }
    match found.iter().find(|(_, path)| has_link(source, path)) {
        Some((_, path)) => not_native(format!("`{path}` is reached by a symbolic link")),
        None => Ok(found),
    }
}

fn has_link(source: &Source<'_>, path: &str) -> bool {
    let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
    ends.into_iter().any(|end| source.path(&path[..end]).is_symlink())
}

impl Files {
    fn add(
        &mut self,
        source: &Source<'_>,
        include: &Include,
        excluded: &BTreeSet<String>,
        product: Product,
    ) -> Result<(), Stop> {
        let base = include.from.as_deref().unwrap_or_default();
        let found = expanded(source, base, &include.pattern)?;
        if include.is_package {
            check_package(&include.pattern, &found)?;
            self.bases.insert(base.to_owned());
        }
        for (met, path) in found {
            // A file that `include` names is taken whatever is excluded.
            let named = !include.is_package && met == path;
            let cached = path.split('/').any(|part| part == "__pycache__");
            let out = path.ends_with(".pyc") || excluded.contains(&path);
            if cached || out && !named {
                continue;
            }
            let name = match product {
                Product::SourceDistribution => path.clone(),
                _ => include.name(&path),
            };
            self.paths.entry(key(&path)).or_insert(name);
        }
        Ok(())
    }
}

/// A package has a module, or is one; a package of stubs has stubs alone.
fn check_package(pattern: &str, found: &[(String, String)]) -> Result<(), Stop> {
    let has_module = found.iter().any(|(_, path)| path.ends_with(".py"));
    let [(met, path), ..] = found else {
        return not_native(format!("the package `{pattern}` has no files"));
    };
    if has_module || found.len() == 1 && met == path {
        return Ok(());
    }
    not_native(format!("`{pattern}` is not a package of modules"))
}

impl Include {
    /// The path in a wheel.
    fn name(&self, path: &str) -> String {
        let from = self.from.as_deref().unwrap_or_default();
        let below = path.strip_prefix(from).unwrap_or(path).trim_start_matches('/');
        join(self.to.as_deref().unwrap_or_default(), below)
    }
}

/// The package that has the project's name, where none is given.
fn usual(source: &Source<'_>, poetry: &Poetry) -> Result<Include, String> {
    let name = poetry.module_name();
    let package = |pattern: String, from: Option<&str>| Include {
        pattern,
        from: from.map(str::to_owned),
        to: None,
        wheel: true,
        sdist: true,
        is_package: true,
    };
    for from in [None, Some("src")] {
        let base = from.unwrap_or_default();
        let module = format!("{name}.py");
        let folder = source.path(&join(base, &name)).is_dir();
        let file = source.path(&join(base, &module)).is_file();
        match (folder, file) {
            (true, true) => return Err(format!("there are both `{name}` and `{module}`")),
            (true, false) => return Ok(package(name, from)),
            (false, true) => return Ok(package(module, from)),
            (false, false) => {}
        }
    }
    Err(format!("there is no package `{name}`"))
}

fn entries(tool: &TomlTable, key: &str) -> Result<Vec<Include>, Stop> {
    let is_package = key == "packages";
    let odd = || Stop::NotNative(format!("`{key}` has an entry that is not understood"));
    let Some(value) = tool.get(key) else { return Ok(Vec::new()) };
    let plain = |pattern: &str| Include {
        pattern: pattern.to_owned(),
        from: None,
        to: None,
        wheel: is_package,
        sdist: true,
        is_package,
    };
    let read = |entry: &Toml| match entry {
        Toml::Text(pattern) if !is_package => Ok(plain(pattern)),
        Toml::Table(table) => {
            let (name, known): (_, &[&str]) = match is_package {
                true => ("include", &["include", "from", "to", "format"]),
                false => ("path", &["path", "format"]),
            };
            if table.unknown(known).is_some() {
                return Err(odd());
            }
            let mut include = plain(table.text(name)?.ok_or_else(odd)?);
            (include.from, include.to) = (folder(table, "from")?, folder(table, "to")?);
            if let Some(formats) = formats(table)? {
                include.wheel = formats.iter().any(|format| format == "wheel");
                include.sdist = formats.iter().any(|format| format == "sdist");
                if formats.iter().any(|format| format != "wheel" && format != "sdist") {
                    return Err(odd());
                }
            }
            Ok(include)
        }
        _ => Err(odd()),
    };
    value.as_array().ok_or_else(odd)?.iter().map(read).collect()
}

/// A plain relative folder.
fn folder(table: &TomlTable, key: &str) -> Result<Option<String>, Stop> {
    let Some(text) = table.text(key)? else { return Ok(None) };
    let trimmed = text.trim_end_matches('/');
    match trimmed.split('/').all(|part| !matches!(part, "" | "." | "..")) {
        true => Ok(Some(trimmed.to_owned())),
        false => not_native(format!("the folder `{text}` in `packages`")),
    }
}

fn formats(table: &TomlTable) -> Result<Option<Vec<String>>, Stop> {
    match table.get("format") {
        Some(Toml::Text(format)) => Ok(Some(vec![format.clone()])),
        _ => table.texts("format"),
    }
}
