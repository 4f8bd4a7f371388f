//! `pip show`

use environment::InstalledDistribution;
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
        let metadata = Metadata::parse(&bytes).ok();
        let text = |field| metadata.as_ref().and_then(|found| found.text(field)).unwrap_or_default();
        let mut needs: Vec<String> = graph
            .dependencies
            .requires(one.name(), &graph.markers)
            .map(|one| one.raw_name.to_string())
            .collect();
        sort_names(&mut needs);
        let mut needed_by: Vec<String> = graph
            .dependencies
            .required_by(one.name(), &graph.markers)
            .map(|(_, user)| user.raw_name.clone())
            .collect();
        sort_names(&mut needed_by);
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
        if self.terminal.verbosity() > 0 {
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
        match one.record().ok().flatten() {
            Some(record) => {
                let mut paths: Vec<&str> = record.rows.iter().map(|row| row.path.as_str()).collect();
                paths.sort_unstable();
                paths.iter().for_each(|path| self.info(&format!("  {path}")));
            }
            None => self.info("Cannot locate RECORD or installed-files.txt"),
        }
    }
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

/// pip sorts names by their small letters, each once.
fn sort_names(names: &mut Vec<String>) {
    names.sort_by_key(|name| name.to_lowercase());
    names.dedup();
}
