//! `pip show`

use std::path::{Component, Path, PathBuf};

use environment::InstalledDistribution;
use environment::dependencies::{Broken, Package};
use packaging::PackageName;
use packaging::metadata::{Field, Metadata};

use super::{Ended, Session};
use crate::cli::pip as flags;
use crate::ops::graph::Graph;

impl Session<'_> {
    pub(super) fn show(&self) -> Ended {
        if self.parsed.arguments.is_empty() {
            self.warn("ERROR: Please provide a package name or names.");
            return Ok(1);
        }
        let graph = Graph::read(&self.seen_environment())?;
        let find = |word: &String| PackageName::new(word).ok().and_then(|name| graph.installed.get(&name));
        let missing: Vec<&str> = {
            let absent = self.parsed.arguments.iter().filter(|word| find(word).is_none());
            let mut absent: Vec<&str> = absent.map(String::as_str).collect();
            absent.sort_by_key(|word| packaging::name::canonicalize_name(word).into_owned());
            absent
        };
        if !missing.is_empty() {
            self.warn(&format!("Package(s) not found: {}", missing.join(", ")));
        }
        let mut printed = false;
        for one in self.parsed.arguments.iter().filter_map(find) {
            if printed {
                self.info("---");
            }
            self.show_one(&graph, one);
            printed = true;
        }
        Ok(u8::from(!printed))
    }

    fn show_one(&self, graph: &Graph, one: &InstalledDistribution) {
        let bytes = one.metadata_bytes().ok().flatten().unwrap_or_default();
        let metadata = Metadata::parse_as_written(&bytes).ok();
        let text = |field| metadata.as_ref().and_then(|found| found.text(field)).unwrap_or_default();
        let (needs, needed_by) = (needs(graph, one, metadata.as_ref()), needed_by(graph, one));
        let version = text(Field::MetadataVersion);
        let expression = text(Field::LicenseExpression);
        let license = if expression.is_empty() || is_old(version) {
            format!("License: {}", text(Field::License))
        } else {
            format!("License-Expression: {expression}")
        };
        self.info(&format!("Name: {}", one.raw_name()));
        self.info(&format!("Version: {}", one.version_text()));
        self.info(&format!("Summary: {}", text(Field::Summary)));
        self.info(&format!("Home-page: {}", home_page(metadata.as_ref())));
        self.info(&format!("Author: {}", text(Field::Author)));
        self.info(&format!("Author-email: {}", text(Field::AuthorEmail)));
        self.info(&license);
        self.info(&format!("Location: {}", one.location().display()));
        if let Some(folder) = one.editable_location() {
            self.info(&format!("Editable project location: {}", folder.display()));
        }
        self.info(&format!("Requires: {}", needs.join(", ")));
        self.info(&format!("Required-by: {}", needed_by.join(", ")));
        if self.parsed.count(&flags::VERBOSE) > 0 {
            self.show_more(one, metadata.as_ref());
        }
        if self.parsed.is_on(&flags::FILES) {
            self.show_files(one);
        }
    }

    fn show_more(&self, one: &InstalledDistribution, metadata: Option<&Metadata>) {
        let list = |title: &str, rows: Vec<String>| {
            self.info(title);
            rows.iter().for_each(|row| self.info(&format!("  {row}")));
        };
        let version = metadata.and_then(|found| found.text(Field::MetadataVersion)).unwrap_or_default();
        self.info(&format!("Metadata-Version: {version}"));
        self.info(&format!("Installer: {}", one.installer().unwrap_or_default()));
        let classifiers =
            metadata.into_iter().flat_map(|found| found.list(Field::Classifier).map(str::to_owned));
        list("Classifiers:", classifiers.collect());
        let entries = one.read("entry_points.txt").ok().flatten().unwrap_or_default();
        let entries = String::from_utf8_lossy(&entries);
        list("Entry-points:", entries.lines().map(|line| line.trim().to_owned()).collect());
        let urls = metadata.into_iter().flat_map(Metadata::project_urls);
        list("Project-URLs:", urls.map(|(label, url)| format!("{label}, {url}")).collect());
    }

    fn show_files(&self, one: &InstalledDistribution) {
        self.info("Files:");
        match files(one) {
            Some(mut paths) => {
                paths.sort_unstable();
                paths.iter().for_each(|path| self.info(&format!("  {path}")));
            }
            None => self.info("Cannot locate RECORD or installed-files.txt"),
        }
    }
}

/// The files of RECORD, else those of an `.egg-info` folder's list, as they lie from the location.
fn files(one: &InstalledDistribution) -> Option<Vec<String>> {
    if let Some(record) = one.record().ok().flatten() {
        return Some(record.rows.into_iter().map(|row| row.path).collect());
    }
    let text = one.read("installed-files.txt").ok().flatten()?;
    let folder = one.info().strip_prefix(one.location()).ok()?;
    let text = String::from_utf8_lossy(&text);
    let named = text.lines().filter(|line| !line.is_empty());
    Some(named.map(|line| without_parents(&folder.join(line)).display().to_string()).collect())
}

/// `a/../b` is `b`.
fn without_parents(path: &Path) -> PathBuf {
    let mut shown = PathBuf::new();
    for part in path.components() {
        if part != Component::ParentDir || !shown.pop() {
            shown.push(part);
        }
    }
    shown
}

/// License-Expression counts since Metadata-Version 2.4 (PEP 639).
fn is_old(metadata_version: &str) -> bool {
    let parts: Vec<u32> = metadata_version.split('.').filter_map(|part| part.parse().ok()).collect();
    parts < vec![2, 4]
}

fn home_page(metadata: Option<&Metadata>) -> String {
    let Some(metadata) = metadata else { return String::new() };
    if let Some(page) = metadata.text(Field::HomePage).filter(|page| !page.is_empty()) {
        return page.to_owned();
    }
    let normal = |label: &str| -> String {
        let plain = label.chars().filter(|c| !c.is_ascii_punctuation() && !c.is_whitespace());
        plain.flat_map(char::to_lowercase).collect()
    };
    let mut urls = metadata.project_urls();
    urls.find(|(label, _)| normal(label) == "homepage").map_or_else(String::new, |(_, url)| url.to_owned())
}

/// What it needs; where that cannot be read, the lines as they stand.
fn needs(graph: &Graph, one: &InstalledDistribution, metadata: Option<&Metadata>) -> Vec<String> {
    let own = graph.dependencies.get(one.name());
    let is_broken = own.is_some_and(|own| matches!(own.broken, Some(Broken::Requirement(_))));
    if is_broken {
        let lines = metadata.into_iter().flat_map(|found| found.list(Field::RequiresDist));
        let mut lines: Vec<String> = lines.map(str::to_owned).collect();
        lines.sort_by_key(|line| line.to_lowercase());
        return lines;
    }
    let needs = graph.dependencies.requires(one.name(), &graph.markers);
    let mut names: Vec<String> = needs.map(|one| one.raw_name.to_string()).collect();
    sort_names(&mut names);
    names
}

/// Who needs it; nobody can say when any package's requirements cannot be read.
fn needed_by(graph: &Graph, one: &InstalledDistribution) -> Vec<String> {
    let is_broken = |package: &Package| matches!(package.broken, Some(Broken::Requirement(_)));
    if graph.dependencies.iter().any(|(_, package)| is_broken(package)) {
        return vec!["#N/A".to_owned()];
    }
    let users = graph.dependencies.required_by(one.name(), &graph.markers);
    let mut names: Vec<String> = users.map(|(_, user)| user.raw_name.clone()).collect();
    sort_names(&mut names);
    names
}

/// pip sorts names by their small letters, each once.
fn sort_names(names: &mut Vec<String>) {
    names.sort_by_key(|name| name.to_lowercase());
    names.dedup();
}
