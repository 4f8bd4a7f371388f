//! What setuptools knows of a project once its configuration is read, and the little that both configuration files share.

use std::collections::BTreeMap;

use crate::native::project::TextTable;
use crate::native::tree::read_text;
use crate::native::{Source, Stop, not_native};

/// The values that a `setup()` call would have got.
#[derive(Debug, Default)]
pub(super) struct Distribution {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) summary: Option<String>,
    pub(super) home_page: Option<String>,
    pub(super) author: Option<String>,
    pub(super) author_email: Option<String>,
    pub(super) maintainer: Option<String>,
    pub(super) maintainer_email: Option<String>,
    pub(super) license: Option<String>,
    pub(super) license_expression: Option<String>,
    pub(super) project_urls: Vec<(String, String)>,
    pub(super) keywords: Vec<String>,
    pub(super) platforms: Vec<String>,
    pub(super) classifiers: Vec<String>,
    pub(super) requires_python: Option<String>,
    pub(super) description: Option<String>,
    pub(super) content_type: Option<String>,
    /// Patterns, where any were given.
    pub(super) license_files: Option<Vec<String>>,
    pub(super) requires: Vec<String>,
    pub(super) extras: Vec<(String, Vec<String>)>,
    pub(super) entry_points: Vec<(String, TextTable)>,
    pub(super) layout: Layout,
    pub(super) package_data: BTreeMap<String, Vec<String>>,
    pub(super) exclude_package_data: BTreeMap<String, Vec<String>>,
    pub(super) include_package_data: bool,
    pub(super) zip_safe: Option<bool>,
    /// Wheels for Python 2 and 3.
    pub(super) universal: bool,
    /// Files that the configuration reads; they belong into the source distribution.
    pub(super) referenced: Vec<String>,
}

/// Where packages and modules are.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub(super) packages: Option<Vec<String>>,
    pub(super) modules: Option<Vec<String>>,
    /// The folder of a package, or (the empty name) of all.
    pub(super) folders: BTreeMap<String, String>,
}

impl Layout {
    /// The folder of a package, relative to the tree and spelled as setuptools does: below a folder that is the tree
    /// itself, it starts with `.`. Empty for the tree where nothing names it.
    pub(super) fn folder(&self, package: &str) -> String {
        let parts: Vec<&str> = package.split('.').filter(|part| !part.is_empty()).collect();
        for length in (1..=parts.len()).rev() {
            if let Some(folder) = self.folders.get(&parts[..length].join(".")) {
                return joined(folder, &parts[length..]);
            }
        }
        match self.folders.get("") {
            Some(folder) => joined(folder, &parts),
            None => parts.join("/"),
        }
    }

    /// The folder of everything that has none of its own.
    pub(super) fn root(&self) -> &str {
        self.folders.get("").map_or("", String::as_str)
    }
}

fn joined(folder: &str, parts: &[&str]) -> String {
    let mut path: Vec<&str> = folder.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    if path.is_empty() {
        path.push(".");
    }
    path.extend(parts);
    path.join("/")
}

/// The text of files one after the other, each of which must be there.
pub(super) fn read_files(source: &Source<'_>, paths: &[String]) -> Result<String, Stop> {
    let mut texts = Vec::new();
    for path in paths {
        if path.starts_with('/') || path.split('/').any(|part| part == "..") || !source.path(path).is_file() {
            return not_native(format!("{path} is missing"));
        }
        texts.push(read_text(&source.path(path))?);
    }
    Ok(texts.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_lie_where_setuptools_looks() {
        let layout = |pairs: &[(&str, &str)]| Layout {
            folders: pairs.iter().map(|(name, folder)| ((*name).to_owned(), (*folder).to_owned())).collect(),
            ..Layout::default()
        };
        for (pairs, package, folder) in [
            (&[][..], "a.b", "a/b"),
            (&[("", "src")], "a.b", "src/a/b"),
            (&[("", ".")], "a", "./a"),
            (&[("", "")], "", "."),
            (&[], "", ""),
            (&[("a", "lib/x"), ("", "src")], "a.b", "lib/x/b"),
            (&[("a.b", "c")], "a.b", "c"),
            (&[("a", "")], "a.b", "./b"),
        ] {
            assert_eq!(layout(pairs).folder(package), folder, "{package}");
        }
    }
}
