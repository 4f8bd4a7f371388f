//! PKG-INFO, and the other files of an egg-info folder.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use packaging::markers::MarkerExpression;
use packaging::{Marker, Requirement, SpecifierSet, Version};

use super::distribution::Distribution;
use crate::native::text::split_lines;
use crate::native::{Stop, not_native};

/// What a distribution's own values say, checked and normalized.
pub(super) struct Facts {
    pub(super) version: Version,
    requires: Vec<Requirement>,
    extras: Vec<(String, Vec<Requirement>)>,
    pub(super) license_files: Vec<String>,
}

impl Facts {
    /// Reads the values that have a grammar.
    pub(super) fn of(distribution: &Distribution, license_files: Vec<String>) -> Result<Self, Stop> {
        if !packaging::name::is_valid_name(&distribution.name) {
            return not_native("the project has no valid name");
        }
        let version = Version::parse(&distribution.version)
            .or_else(|error| not_native(format!("the version: {error}")))?;
        let requires = requirements(&distribution.requires)?;
        let extras = distribution
            .extras
            .iter()
            .map(|(extra, texts)| Ok((extra.clone(), requirements(texts)?)))
            .collect::<Result<Vec<_>, Stop>>()?;
        if let Some((extra, _)) = extras.iter().find(|(extra, _)| !packaging::name::is_valid_name(extra)) {
            return not_native(format!("the extra `{extra}` is not a plain name"));
        }
        let licensed = distribution.license_expression.is_some();
        if licensed && distribution.classifiers.iter().any(|name| name.starts_with("License :: ")) {
            return not_native("there are both a licence expression and licence classifiers");
        }
        Ok(Self { version, requires, extras, license_files })
    }

    /// PKG-INFO and METADATA.
    pub(super) fn print(&self, distribution: &Distribution) -> Result<String, Stop> {
        let mut out = Fields(String::new());
        out.field("Metadata-Version", "2.4")?;
        out.field("Name", &distribution.name)?;
        out.field("Version", &self.version.to_string())?;
        out.some("Summary", distribution.summary.as_deref().filter(|text| !text.is_empty()))?;
        out.some("Home-page", distribution.home_page.as_deref())?;
        out.some("Author", distribution.author.as_deref())?;
        out.some("Author-email", distribution.author_email.as_deref())?;
        out.some("Maintainer", distribution.maintainer.as_deref())?;
        out.some("Maintainer-email", distribution.maintainer_email.as_deref())?;
        match &distribution.license_expression {
            Some(expression) => out.field("License-Expression", expression)?,
            None => out.license(distribution.license.as_deref().unwrap_or_default())?,
        }
        for (label, url) in &distribution.project_urls {
            out.field("Project-URL", &format!("{label}, {url}"))?;
        }
        let keywords = distribution.keywords.join(",");
        out.some("Keywords", Some(&*keywords).filter(|text| !text.is_empty()))?;
        out.list("Platform", &distribution.platforms)?;
        out.list("Classifier", &distribution.classifiers)?;
        if let Some(text) = &distribution.requires_python {
            let specifiers = SpecifierSet::parse(text).or_else(|error| not_native(error.to_string()))?;
            out.field("Requires-Python", &specifiers.to_string())?;
        }
        let content_type = distribution.content_type.as_deref().filter(|text| !text.is_empty());
        out.some("Description-Content-Type", content_type)?;
        out.list("License-File", &self.license_files)?;
        self.requirements(&mut out)?;
        // Licence files are found by patterns, which setuptools takes for dynamic.
        out.some("Dynamic", Some("license-file").filter(|_| !self.license_files.is_empty()))?;
        if let Some(text) = distribution.description.as_deref().filter(|text| !text.is_empty()) {
            out.0.push('\n');
            out.0.push_str(text);
            if !text.ends_with('\n') {
                out.0.push('\n');
            }
        }
        Ok(out.0)
    }

    fn requirements(&self, out: &mut Fields) -> Result<(), Stop> {
        for requirement in &self.requires {
            out.field("Requires-Dist", &requirement.to_string())?;
        }
        let mut seen = BTreeSet::new();
        for (extra, requirements) in &self.extras {
            let safe = safe_extra(extra);
            if !seen.insert(safe.clone()) {
                return not_native(format!("two extras are `{safe}`"));
            }
            out.field("Provides-Extra", &safe)?;
            for requirement in requirements {
                out.field("Requires-Dist", &for_extra(requirement, &safe)?)?;
            }
        }
        Ok(())
    }

    /// `requires.txt`, where there is anything to say.
    pub(super) fn requires_txt(&self) -> Option<String> {
        let mut sections: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let suffix = |requirement: &Requirement| {
            requirement.marker.as_ref().map_or_else(String::new, |marker| format!(":{marker}"))
        };
        for (extra, requirements) in &self.extras {
            sections.entry(extra.clone()).or_default();
            for requirement in requirements {
                add(&mut sections, format!("{extra}{}", suffix(requirement)), requirement);
            }
        }
        let mut text = String::new();
        for requirement in &self.requires {
            match requirement.marker {
                None => _ = writeln!(text, "{requirement}"),
                Some(_) => add(&mut sections, suffix(requirement), requirement),
            }
        }
        for (name, requirements) in &sections {
            let _ = writeln!(text, "\n[{name}]");
            for requirement in requirements {
                let _ = writeln!(text, "{requirement}");
            }
        }
        (!text.is_empty()).then_some(text)
    }
}

fn add(sections: &mut BTreeMap<String, Vec<String>>, name: String, requirement: &Requirement) {
    let mut plain = requirement.clone();
    plain.marker = None;
    let plain = plain.to_string();
    let section = sections.entry(name).or_default();
    if !section.contains(&plain) {
        section.push(plain);
    }
}

fn requirements(texts: &[String]) -> Result<Vec<Requirement>, Stop> {
    let read = |text: &String| {
        if text.contains(" #") || text.contains(['\\', '\n']) || text.trim_start().starts_with('#') {
            return not_native(format!("`{text}` is more than a requirement"));
        }
        Requirement::parse(text.trim()).or_else(|error| not_native(format!("`{text}`: {error}")))
    };
    texts.iter().map(read).collect()
}

fn for_extra(requirement: &Requirement, extra: &str) -> Result<String, Stop> {
    let marker = match &requirement.marker {
        None => format!("extra == '{extra}'"),
        Some(marker) if matches!(marker.expression(), MarkerExpression::Comparison(_)) => {
            format!("{marker} and extra == '{extra}'")
        }
        Some(marker) => format!("({marker}) and extra == '{extra}'"),
    };
    match Marker::parse(&marker) {
        Ok(marker) => {
            let mut conditional = requirement.clone();
            conditional.marker = Some(marker);
            Ok(conditional.to_string())
        }
        Err(error) => not_native(format!("`{marker}`: {}", error.message)),
    }
}

/// PEP 685.
fn safe_extra(extra: &str) -> String {
    let parts = extra.split(|char: char| !char.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("-").to_lowercase()
}

/// `entry_points.txt`, where there is one.
pub(super) fn entry_points(distribution: &Distribution) -> Result<Option<String>, Stop> {
    let mut groups: Vec<_> =
        distribution.entry_points.iter().filter(|(_, points)| !points.is_empty()).collect();
    groups.sort_by(|(left, _), (right, _)| left.cmp(right));
    let mut texts = Vec::new();
    for (group, points) in groups {
        let mut points: Vec<&(String, String)> = points.iter().collect();
        points.sort();
        let mut text = format!("[{group}]\n");
        for (name, value) in points {
            if !is_plain_point(name, value) {
                return not_native(format!("the entry point `{name} = {value}` is not a plain one"));
            }
            let _ = writeln!(text, "{name} = {value}");
        }
        texts.push(text);
    }
    Ok((!texts.is_empty()).then(|| texts.join("\n")))
}

/// `module` or `module:object`, in ASCII.
fn is_plain_point(name: &str, value: &str) -> bool {
    let dotted = |text: &str| {
        !text.is_empty()
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'))
    };
    let (module, object) = value.split_once(':').unwrap_or((value, "x"));
    let odd =
        name.is_empty() || name.trim() != name || name.contains(['=', '\n']) || name.starts_with(['#', '[']);
    !odd && dotted(module) && dotted(object)
}

/// The lines `Name: value`.
struct Fields(String);

impl Fields {
    fn field(&mut self, name: &str, value: &str) -> Result<(), Stop> {
        if value.contains(['\n', '\r']) {
            return not_native(format!("{name} has more than one line"));
        }
        let _ = writeln!(self.0, "{name}: {value}");
        Ok(())
    }

    fn some(&mut self, name: &str, value: Option<&str>) -> Result<(), Stop> {
        value.map_or(Ok(()), |value| self.field(name, value))
    }

    fn list(&mut self, name: &str, values: &[String]) -> Result<(), Stop> {
        values.iter().try_for_each(|value| self.field(name, value))
    }

    /// Lines after the first are indented by eight spaces.
    fn license(&mut self, text: &str) -> Result<(), Stop> {
        if text.is_empty() {
            return Ok(());
        }
        if text.contains('\r') || split_lines(text).len() != text.lines().count() {
            return not_native("the licence has unusual ends of lines");
        }
        let _ = writeln!(self.0, "License: {}", text.replace('\n', "\n        "));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_go_into_sections() {
        let distribution = Distribution {
            name: "a".to_owned(),
            version: "1".to_owned(),
            requires: vec!["b>=1".to_owned(), "c; python_version<'3'".to_owned()],
            extras: vec![(
                "X_y".to_owned(),
                vec!["d".to_owned(), "e; os_name=='nt' or os_name=='x'".to_owned()],
            )],
            ..Distribution::default()
        };
        let facts = Facts::of(&distribution, Vec::new()).unwrap();
        assert_eq!(
            facts.requires_txt().unwrap(),
            "b>=1\n\n[:python_version < \"3\"]\nc\n\n[X_y]\nd\n\n[X_y:os_name == \"nt\" or os_name == \"x\"]\ne\n"
        );
        let text = facts.print(&distribution).unwrap();
        assert!(text.contains("Provides-Extra: x-y\nRequires-Dist: d; extra == \"x-y\"\n"), "{text}");
        assert!(
            text.contains("Requires-Dist: e; (os_name == \"nt\" or os_name == \"x\") and extra == \"x-y\"\n")
        );
    }
}
