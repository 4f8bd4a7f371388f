//! Dependencies as Poetry prints them into `Requires-Dist`: from `[project]` and from `[tool.poetry]`.
//!
//! Of markers, one comparison or several of different variables are understood; Poetry rewrites others.

use std::collections::{BTreeSet, HashMap};

use packaging::markers::{Comparison, MarkerExpression, MarkerOperator, MarkerValue, MarkerVariable};
use packaging::name::{canonicalize_name, is_valid_name};
use packaging::{Marker, Operator, Requirement};

use super::constraint::{Constraint, Of};
use crate::native::document::{Toml, TomlTable};
use crate::native::project::Project;
use crate::native::{Stop, not_native};

/// A dependency that may be printed.
#[derive(Debug)]
pub(super) struct Dependency {
    /// Canonical.
    name: String,
    /// Name, extras and versions.
    base: String,
    marker: Option<String>,
    optional: bool,
    /// The extras it belongs to, canonical.
    extras: Vec<String>,
}

/// Dependencies and the names of extras.
#[derive(Debug, Default)]
pub(super) struct Dependencies {
    pub(super) all: Vec<Dependency>,
    pub(super) extras: BTreeSet<String>,
}

/// The keys of a dependency that is a table.
const KEYS: [&str; 9] = [
    "version",
    "extras",
    "optional",
    "markers",
    "python",
    "platform",
    "allow-prereleases",
    "allows-prereleases",
    "source",
];

impl Dependencies {
    /// Those of `[project]` where it has any, else those of `[tool.poetry]`.
    pub(super) fn read(project: Option<&Project>, tool: &TomlTable) -> Result<Self, Stop> {
        let table = tool.table("dependencies")?;
        if let Some(project) = project {
            let own = !project.dependencies.is_empty() || !project.optional_dependencies.is_empty();
            let mixed = project.is_dynamic("dependencies") || project.is_dynamic("optional-dependencies");
            if own && mixed && table.is_some() {
                return not_native("dependencies stand both in [project] and in [tool.poetry]");
            }
            if own {
                let mut found = Self::of_project(project)?;
                if found.all.is_empty() {
                    found.all = of_poetry(table)?;
                }
                return Ok(found);
            }
        }
        let mut found = Self { all: of_poetry(table)?, extras: BTreeSet::new() };
        found.add_extras(tool)?;
        Ok(found)
    }

    fn of_project(project: &Project) -> Result<Self, Stop> {
        let mut found = Self::default();
        for text in &project.dependencies {
            found.all.push(Dependency::of_project(text)?);
        }
        for (extra, texts) in &project.optional_dependencies {
            let extra = found.add_extra(extra)?;
            for text in texts {
                let dependency = Dependency::of_project(text)?;
                found.all.push(Dependency { optional: true, extras: vec![extra.clone()], ..dependency });
            }
        }
        Ok(found)
    }

    fn add_extras(&mut self, tool: &TomlTable) -> Result<(), Stop> {
        let mut places: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, dependency) in self.all.iter().enumerate() {
            places.entry(dependency.name.clone()).or_default().push(at);
        }
        for (extra, requirements) in tool.table("extras")?.into_iter().flat_map(TomlTable::iter) {
            let canonical = self.add_extra(extra)?;
            let Some(requirements) = requirements.as_texts() else {
                return not_native(format!("the extra `{extra}` is not an array of strings"));
            };
            for requirement in requirements {
                for at in places.get(&*canonicalize_name(&requirement)).into_iter().flatten() {
                    self.all[*at].extras.push(canonical.clone());
                }
            }
        }
        Ok(())
    }

    fn add_extra(&mut self, extra: &str) -> Result<String, Stop> {
        let canonical = canonicalize_name(extra).into_owned();
        if !is_valid_name(extra) || !self.extras.insert(canonical.clone()) {
            return not_native(format!("the extra `{extra}` is no name, or there are several"));
        }
        Ok(canonical)
    }

    /// The lines of `Requires-Dist`.
    pub(super) fn print(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.all.iter().filter_map(Dependency::print).collect();
        lines.sort_unstable();
        lines
    }
}

/// The dependencies of `[tool.poetry]`; one may stand there several times, under different conditions.
fn of_poetry(table: Option<&TomlTable>) -> Result<Vec<Dependency>, Stop> {
    let mut all = Vec::new();
    for (name, value) in table.into_iter().flat_map(TomlTable::iter) {
        if !name.eq_ignore_ascii_case("python") {
            for one in value.as_array().unwrap_or(std::slice::from_ref(value)) {
                all.push(Dependency::of_poetry(name, one)?);
            }
        }
    }
    Ok(all)
}

impl Dependency {
    fn new(name: &str, extras: &[String], versions: &str) -> Self {
        let canonical = canonicalize_name(name).into_owned();
        let mut extras: Vec<String> =
            extras.iter().map(|extra| canonicalize_name(extra).into_owned()).collect();
        extras.sort_unstable();
        extras.dedup();
        let extras = if extras.is_empty() { String::new() } else { format!("[{}]", extras.join(",")) };
        let versions = if versions.is_empty() { String::new() } else { format!(" ({versions})") };
        let base = format!("{name}{extras}{versions}");
        Self { name: canonical, base, marker: None, optional: false, extras: Vec::new() }
    }

    /// A requirement of `[project]`.
    fn of_project(text: &str) -> Result<Self, Stop> {
        let Ok(requirement) = Requirement::parse(text) else {
            return not_native(format!("`{text}` is not a requirement"));
        };
        let name_end =
            text.trim_start().find(|char: char| !char.is_ascii_alphanumeric() && !"-_.".contains(char));
        let name = &text.trim_start()[..name_end.unwrap_or(text.trim_start().len())];
        let Some(specifiers) = requirement.specifiers().filter(|_| !text.contains('#') && !is_file(name))
        else {
            return not_native(format!("the dependency `{text}` names a file or address"));
        };
        let mut constraint = Constraint::any();
        for specifier in specifiers {
            let wildcard = if specifier.is_wildcard() { ".*" } else { "" };
            let text = match specifier.version() {
                Some(version) => format!("{}{version}{wildcard}", specifier.operator()),
                None => specifier.to_string(),
            };
            constraint = constraint.intersection(&Constraint::single(&text, Of::Package)?);
        }
        let extras: Vec<String> = requirement.raw_extras().map(str::to_owned).collect();
        let marker = requirement.marker.as_ref().map(print_marker).transpose()?;
        Ok(Self { marker, ..Self::new(name, &extras, &constraint.print(None)?) })
    }

    /// An entry of `[tool.poetry.dependencies]`.
    fn of_poetry(name: &str, value: &Toml) -> Result<Self, Stop> {
        if !is_valid_name(name) {
            return not_native(format!("the dependency `{name}` has no name"));
        }
        let table = match value {
            Toml::Text(versions) => return Ok(Self::new(name, &[], &print_versions(versions)?)),
            Toml::Table(table) => table,
            _ => return not_native(format!("the dependency `{name}` is neither a string nor a table")),
        };
        if let Some(key) = table.unknown(&KEYS) {
            return not_native(format!("the dependency `{name}` has the key `{key}`"));
        }
        let Some(versions) = table.text("version")? else {
            return not_native(format!("the dependency `{name}` has no version"));
        };
        for key in ["allow-prereleases", "allows-prereleases"] {
            table.flag(key)?;
        }
        table.text("source")?;
        let extras = table.texts("extras")?.unwrap_or_default();
        let marker = table_marker(name, table)?;
        let optional = table.flag("optional")?.unwrap_or(false);
        Ok(Self { marker, optional, ..Self::new(name, &extras, &print_versions(versions)?) })
    }

    fn print(&self) -> Option<String> {
        if self.optional && self.extras.is_empty() {
            return None;
        }
        let extras: Vec<String> = self.extras.iter().map(|extra| format!("extra == \"{extra}\"")).collect();
        let extras = extras.join(" or ");
        Some(match (&self.marker, extras.is_empty()) {
            (None, true) => self.base.clone(),
            (Some(marker), true) => format!("{} ; {marker}", self.base),
            (None, false) => format!("{} ; {extras}", self.base),
            (Some(marker), false) => format!("{} ; ({marker}) and ({extras})", self.base),
        })
    }
}

/// Whether Poetry takes a name for an archive.
fn is_file(name: &str) -> bool {
    let endings = ["zip", "whl", "tbz", "tgz", "tar", "gz", "bz2", "xz", "txz", "tlz", "lz", "lzma"];
    name.rsplit_once('.').is_some_and(|(_, ending)| endings.contains(&ending.to_ascii_lowercase().as_str()))
}

fn print_versions(text: &str) -> Result<String, Stop> {
    Constraint::parse(text, Of::Package)?.print(Some(text))
}

/// The marker of a dependency that is a table.
fn table_marker(name: &str, table: &TomlTable) -> Result<Option<String>, Stop> {
    match (table.text("markers")?, table.text("python")?, table.text("platform")?) {
        (None, None, None) => Ok(None),
        (Some(marker), None, None) => match Marker::parse(marker) {
            Ok(marker) => print_marker(&marker).map(Some),
            Err(error) => not_native(error.to_string()),
        },
        (None, Some(python), None) => {
            let constraint = Constraint::parse(python, Of::Package)?;
            if constraint.is_any() || constraint.is_empty() {
                return not_native(format!("the dependency `{name}` has an odd constraint on Python"));
            }
            let marker = constraint.python_marker()?;
            match Marker::parse(&marker) {
                Ok(parsed) => print_marker(&parsed).map(Some),
                Err(error) => not_native(error.to_string()),
            }
        }
        (None, None, Some(platform)) if is_plain(platform) => {
            Ok(Some(format!("sys_platform == \"{platform}\"")))
        }
        _ => not_native(format!("the dependency `{name}` has several conditions")),
    }
}

/// A marker whose form Poetry keeps.
fn print_marker(marker: &Marker) -> Result<String, Stop> {
    let odd = || Stop::NotNative(format!("the marker `{marker}`"));
    let single = [marker.expression().clone()];
    let all: &[MarkerExpression] = match marker.expression() {
        MarkerExpression::And(all) => all,
        _ => &single,
    };
    let mut printed = Vec::new();
    let mut bounds = Vec::new();
    let mut seen = Vec::new();
    for expression in all {
        let MarkerExpression::Comparison(comparison) = expression else { return Err(odd()) };
        let (variable, text) = print_comparison(comparison).ok_or_else(odd)?;
        if matches!(variable, MarkerVariable::PythonVersion | MarkerVariable::PythonFullVersion) {
            bounds.push(comparison);
        } else if seen.contains(&variable) {
            return Err(odd());
        }
        seen.push(variable);
        printed.push(text);
    }
    match &*bounds {
        [] | [_] => Ok(printed.join(" and ")),
        [low, high] if is_wide(low, high) => Ok(printed.join(" and ")),
        _ => Err(odd()),
    }
}

/// Whether two comparisons of Python's version are a lower and an upper end, with more than one release between.
fn is_wide(low: &Comparison, high: &Comparison) -> bool {
    let end = |comparison: &Comparison, wanted: Operator| match (comparison.operator, &comparison.right) {
        (MarkerOperator::Version(operator), MarkerValue::Text(text)) if operator == wanted => minor(text),
        _ => None,
    };
    match (end(low, Operator::GreaterEqual), end(high, Operator::Less)) {
        (Some((major, minor)), Some(high)) => (major, minor + 1) < high,
        _ => false,
    }
}

/// The numbers of `3.8`.
fn minor(text: &str) -> Option<(u64, u64)> {
    let (major, minor) = text.split_once('.')?;
    let digits = |text: &str| {
        let plain = !text.is_empty() && text.len() < 5 && text.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| text.parse().ok()).flatten()
    };
    Some((digits(major)?, digits(minor)?))
}

fn print_comparison(comparison: &Comparison) -> Option<(MarkerVariable, String)> {
    let (MarkerValue::Variable(variable), MarkerValue::Text(value)) = (&comparison.left, &comparison.right)
    else {
        return None;
    };
    let MarkerOperator::Version(operator) = comparison.operator else { return None };
    let fits = match variable {
        MarkerVariable::PythonVersion => minor(value).is_some() && is_comparison(operator),
        MarkerVariable::PythonFullVersion => {
            let minor = value.rsplit_once('.').and_then(|(start, last)| Some((minor(start)?, last)));
            minor.is_some_and(|(_, last)| !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit()))
                && is_comparison(operator)
        }
        MarkerVariable::OsName
        | MarkerVariable::SysPlatform
        | MarkerVariable::PlatformMachine
        | MarkerVariable::PlatformSystem
        | MarkerVariable::PlatformPythonImplementation
        | MarkerVariable::ImplementationName => {
            is_plain(value) && matches!(operator, Operator::Equal | Operator::NotEqual)
        }
        _ => false,
    };
    fits.then(|| (*variable, format!("{variable} {operator} \"{value}\"")))
}

fn is_comparison(operator: Operator) -> bool {
    !matches!(operator, Operator::Compatible | Operator::Arbitrary)
}

fn is_plain(value: &str) -> bool {
    value.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric())
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}
