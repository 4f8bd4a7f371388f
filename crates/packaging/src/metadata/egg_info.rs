//! `requires.txt` of an `.egg-info` folder: how setuptools wrote dependencies before they stood in PKG-INFO.

use rustc_hash::FxHashSet;

use super::{Field, Metadata};
use crate::name::canonicalize_name;

/// One line of the file and the section that it stands in, `[extra:marker]`.
struct Entry<'a> {
    requirement: &'a str,
    extra: String,
    marker: &'a str,
}

impl Entry<'_> {
    /// The dependency as a requirement of today.
    fn to_requirement(&self) -> String {
        let Self { requirement, extra, marker } = self;
        match (extra.is_empty(), marker.is_empty()) {
            (true, true) => (*requirement).to_owned(),
            (true, false) => format!("{requirement} ; {marker}"),
            (false, true) => format!("{requirement} ; extra == \"{extra}\""),
            (false, false) => format!("{requirement} ; ({marker}) and extra == \"{extra}\""),
        }
    }
}

fn entries(text: &str) -> Vec<Entry<'_>> {
    let mut entries = Vec::new();
    let (mut extra, mut marker) = (String::new(), "");
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if line.starts_with('[') && line.ends_with(']') {
            let section = line.trim_matches(['[', ']']);
            let (name, condition) = section.split_once(':').unwrap_or((section, ""));
            (extra, marker) = (canonicalize_name(name).into_owned(), condition);
        } else {
            entries.push(Entry { requirement: line, extra: extra.clone(), marker });
        }
    }
    entries
}

impl Metadata {
    /// Takes dependencies and extras from the `requires.txt` of an `.egg-info` folder where the metadata itself
    /// has none, as pip does.
    pub fn add_egg_info_requires(&mut self, requires_txt: &str) {
        let entries = entries(requires_txt);
        if self.text(Field::RequiresDist).is_none() {
            for entry in &entries {
                let requirement = entry.to_requirement();
                self.add_requirement(&requirement);
                self.fields.push((Field::RequiresDist, requirement));
            }
        }
        if self.text(Field::ProvidesExtra).is_none() {
            let mut known = FxHashSet::default();
            for entry in entries.into_iter().filter(|entry| !entry.extra.is_empty()) {
                if known.insert(entry.extra.clone()) {
                    self.provides_extra.extend(crate::name::Extra::new(&entry.extra));
                    self.fields.push((Field::ProvidesExtra, entry.extra));
                }
            }
        }
    }
}
