//! Requirements in hatchling's spelling: normalized names, lower-case versions, single quotes, sorted, each once.

use std::collections::{BTreeMap, BTreeSet};

use packaging::name::canonicalize_name;
use packaging::requirements::RequirementSource;
use packaging::{Requirement, SpecifierSet};

use crate::native::document::TomlTable;
use crate::native::project::Project;
use crate::native::{Stop, not_native};

/// `project.dependencies` and `project.optional-dependencies`.
#[derive(Debug, Default)]
pub(super) struct Dependencies {
    pub(super) required: BTreeSet<String>,
    pub(super) extras: BTreeMap<String, BTreeSet<String>>,
}

/// What `[tool.hatch.metadata]` says of them.
struct Rules {
    direct: bool,
    ambiguous: bool,
}

impl Dependencies {
    pub(super) fn read(project: &Project, tables: &TomlTable) -> Result<Self, Stop> {
        let settings = tables.table("metadata")?;
        let flag = |key: &str| -> Result<bool, Stop> {
            Ok(settings.map(|table| table.flag(key)).transpose()?.flatten().unwrap_or(false))
        };
        let rules =
            Rules { direct: flag("allow-direct-references")?, ambiguous: flag("allow-ambiguous-features")? };
        let mut dependencies = Self::default();
        for text in &project.dependencies {
            dependencies.required.insert(rules.print(&rules.parse(text)?)?);
        }
        dependencies.extras = rules.extras(project)?;
        Ok(dependencies)
    }
}

impl Rules {
    fn parse(&self, text: &str) -> Result<Requirement, Stop> {
        if text.contains(['{', '}']) {
            return not_native(format!("`{text}` has a field of hatch's context formatting"));
        }
        match Requirement::parse(text) {
            Ok(requirement) if requirement.url().is_some() && !self.direct => {
                not_native(format!("`{text}` is a direct reference"))
            }
            Ok(requirement) => Ok(requirement),
            Err(error) => not_native(format!("`{text}` is not a requirement: {error}")),
        }
    }

    fn print(&self, requirement: &Requirement) -> Result<String, Stop> {
        let mut text = requirement.name.as_str().to_owned();
        if !requirement.extras.is_empty() {
            let extras: Vec<&str> = requirement.extras.iter().map(|extra| extra.as_str()).collect();
            text.push_str(&format!("[{}]", extras.join(",")));
        }
        let space = match &requirement.source {
            RequirementSource::Url(url) => {
                text.push_str(&format!(" @ {url}"));
                " "
            }
            RequirementSource::Specifiers(specifiers) => {
                let lower = specifiers.to_string().to_lowercase();
                match SpecifierSet::parse(&lower) {
                    Ok(specifiers) => text.push_str(&specifiers.to_string()),
                    Err(_) => {
                        return not_native(format!(
                            "`{requirement}` changes when its versions are lower case"
                        ));
                    }
                }
                ""
            }
        };
        if let Some(marker) = &requirement.marker {
            text.push_str(&format!("{space}; {marker}"));
        }
        Ok(text.replace('"', "'"))
    }

    fn extras(&self, project: &Project) -> Result<BTreeMap<String, BTreeSet<String>>, Stop> {
        let own_name = canonicalize_name(&project.name);
        let mut extras = BTreeMap::new();
        let mut inherited: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (extra, texts) in &project.optional_dependencies {
            if !packaging::name::is_valid_name(extra) {
                return not_native(format!("`{extra}` is not the name of an extra"));
            }
            let name = if self.ambiguous { extra.clone() } else { canonicalize_name(extra).into_owned() };
            let mut printed = BTreeSet::new();
            for text in texts {
                let requirement = self.parse(text)?;
                if requirement.name.as_str() == own_name {
                    let names = requirement.extras.iter().map(|extra| extra.as_str().to_owned());
                    inherited.entry(name.clone()).or_default().extend(names);
                } else {
                    printed.insert(self.print(&requirement)?);
                }
            }
            if extras.insert(name, printed).is_some() {
                return not_native(format!("there are several extras `{extra}`"));
            }
        }
        inherit(&mut extras, &inherited)?;
        Ok(extras)
    }
}

/// An extra that asks for the project itself with other extras has what those have.
fn inherit(
    extras: &mut BTreeMap<String, BTreeSet<String>>,
    inherited: &BTreeMap<String, BTreeSet<String>>,
) -> Result<(), Stop> {
    // As often as there are extras, so that chains of them are followed to their end.
    for _ in 0..inherited.len() {
        for (extra, others) in inherited {
            for other in others {
                let Some(more) = extras.get(other).cloned() else {
                    return not_native(format!("the extra `{extra}` asks for `{other}`, which there is not"));
                };
                extras.entry(extra.clone()).or_default().extend(more);
            }
        }
    }
    match inherited.keys().find(|extra| reaches(inherited, extra)) {
        Some(extra) => not_native(format!("the extra `{extra}` asks for itself")),
        None => Ok(()),
    }
}

/// Whether an extra leads back to itself.
fn reaches(inherited: &BTreeMap<String, BTreeSet<String>>, start: &String) -> bool {
    let mut seen = BTreeSet::new();
    let mut waiting = vec![start];
    while let Some(extra) = waiting.pop() {
        for other in inherited.get(extra).into_iter().flatten() {
            if other == start {
                return true;
            }
            if seen.insert(other) {
                waiting.push(other);
            }
        }
    }
    false
}
