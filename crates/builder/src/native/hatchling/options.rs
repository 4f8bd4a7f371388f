//! The options of a build target: `[tool.hatch.build.targets.NAME]` before `[tool.hatch.build]`.

use std::collections::BTreeMap;

use super::Hatch;
use crate::native::document::{Toml, TomlTable};
use crate::native::tree::normalized_path;
use crate::native::{Stop, not_native};

/// Paths and where they go in the archive, in hatchling's order.
pub(super) type Inclusion = Vec<(String, String)>;

/// The options of `wheel` or `sdist`.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) metadata_version: String,
    pub(super) strict_naming: bool,
    pub(super) include: Vec<String>,
    pub(super) exclude: Vec<String>,
    pub(super) packages: Vec<String>,
    pub(super) only_include: Vec<String>,
    pub(super) artifacts: Vec<String>,
    pub(super) sources: BTreeMap<String, String>,
    pub(super) force_include: Inclusion,
    pub(super) skip_excluded_dirs: bool,
    pub(super) ignore_vcs: bool,
    pub(super) only_packages: bool,
    pub(super) bypass_selection: bool,
    pub(super) dev_mode_dirs: Vec<String>,
    pub(super) dev_mode_exact: bool,
    pub(super) shared_data: Inclusion,
    pub(super) shared_scripts: Inclusion,
    pub(super) extra_metadata: Inclusion,
    pub(super) sbom_files: Vec<String>,
}

impl Target {
    pub(super) fn read(hatch: &Hatch<'_>, name: &str) -> Result<Self, Stop> {
        let build = hatch.tables.table("build")?;
        let targets = build.map(|build| build.table("targets")).transpose()?.flatten();
        let own = targets.map(|targets| targets.table(name)).transpose()?.flatten();
        let options = Options { own, build, root: &hatch.source.root };
        options.refuse_unusual()?;
        Ok(Self {
            metadata_version: options.own_text("core-metadata-version")?.unwrap_or("2.5").to_owned(),
            strict_naming: options.flag("strict-naming", true)?,
            include: options.texts("include")?,
            exclude: options.texts("exclude")?,
            packages: options.chosen("packages")?,
            only_include: options.chosen("only-include")?,
            artifacts: options.texts("artifacts")?,
            sources: options.sources()?,
            force_include: options.inclusion(options.holder("force-include"), "force-include")?,
            skip_excluded_dirs: options.flag("skip-excluded-dirs", false)?,
            ignore_vcs: options.flag("ignore-vcs", false)?,
            only_packages: options.flag("only-packages", false)?,
            bypass_selection: options.own_flag("bypass-selection")?,
            dev_mode_dirs: options.texts("dev-mode-dirs")?,
            dev_mode_exact: options.flag("dev-mode-exact", false)?,
            shared_data: options.inclusion(own, "shared-data")?,
            shared_scripts: options.inclusion(own, "shared-scripts")?,
            extra_metadata: options.inclusion(own, "extra-metadata")?,
            sbom_files: own.map(|own| own.texts("sbom-files")).transpose()?.flatten().unwrap_or_default(),
        })
    }
}

struct Options<'a> {
    own: Option<&'a TomlTable>,
    build: Option<&'a TomlTable>,
    root: &'a str,
}

impl<'a> Options<'a> {
    /// The table that decides over an option: the target's own where it names it.
    fn holder(&self, key: &str) -> Option<&'a TomlTable> {
        self.own.filter(|own| own.has(key)).or(self.build)
    }

    fn refuse_unusual(&self) -> Result<(), Stop> {
        for table in [self.own, self.build].into_iter().flatten() {
            if table.table("hooks")?.is_some_and(|hooks| hooks.keys().next().is_some()) {
                return not_native("there are build hooks");
            }
        }
        if !self.flag("reproducible", true)? {
            return not_native("`reproducible` is false");
        }
        if self.own_flag("support-legacy")? {
            return not_native("`support-legacy` asks for a setup.py");
        }
        Ok(())
    }

    fn flag(&self, key: &str, default: bool) -> Result<bool, Stop> {
        Ok(self.holder(key).map(|table| table.flag(key)).transpose()?.flatten().unwrap_or(default))
    }

    fn own_flag(&self, key: &str) -> Result<bool, Stop> {
        Ok(self.own.map(|own| own.flag(key)).transpose()?.flatten().unwrap_or(false))
    }

    fn own_text(&self, key: &str) -> Result<Option<&'a str>, Stop> {
        Ok(self.own.map(|own| own.text(key)).transpose()?.flatten())
    }

    fn texts(&self, key: &str) -> Result<Vec<String>, Stop> {
        let texts = self.holder(key).map(|table| table.texts(key)).transpose()?.flatten().unwrap_or_default();
        if texts.iter().any(String::is_empty) {
            return not_native(format!("`{key}` has an empty string"));
        }
        Ok(texts)
    }

    /// An empty list is not as none: a wheel then has the whole tree.
    fn chosen(&self, key: &str) -> Result<Vec<String>, Stop> {
        let texts = self.texts(key)?;
        if texts.is_empty() && self.holder(key).is_some_and(|table| table.has(key)) {
            return not_native(format!("`{key}` is empty"));
        }
        Ok(texts)
    }

    fn sources(&self) -> Result<BTreeMap<String, String>, Stop> {
        let mut sources = BTreeMap::new();
        match self.holder("sources").and_then(|table| table.get("sources")) {
            None => {}
            Some(Toml::Table(table)) => {
                for (source, value) in table.iter() {
                    let Some(path) = value.as_text() else {
                        return not_native("`sources` has a wrong value");
                    };
                    let source = if source.is_empty() { String::new() } else { relative_directory(source) };
                    let path = match relative_path(path) {
                        path if path == "." => String::new(),
                        path => format!("{path}/"),
                    };
                    sources.insert(source, path);
                }
            }
            Some(_) => {
                for source in self.texts("sources")? {
                    sources.insert(relative_directory(&source), String::new());
                }
            }
        }
        Ok(sources)
    }

    fn inclusion(&self, table: Option<&TomlTable>, key: &str) -> Result<Inclusion, Stop> {
        let entries = table.map(|table| table.text_table(key)).transpose()?.flatten().unwrap_or_default();
        if entries.iter().any(|(source, path)| source.is_empty() || path.is_empty()) {
            return not_native(format!("`{key}` has an empty string"));
        }
        inclusion(self.root, entries)
    }
}

/// `os.path.normpath` without slashes around it.
pub(super) fn relative_path(path: &str) -> String {
    normalized_path(path).trim_matches('/').to_owned()
}

pub(super) fn relative_directory(path: &str) -> String {
    format!("{}/", relative_path(path))
}

/// Sources as absolute paths, sorted by how deep their targets are, then by target. A source that lies outside the
/// project makes it not native.
pub(super) fn inclusion(
    root: &str,
    entries: impl IntoIterator<Item = (String, String)>,
) -> Result<Inclusion, Stop> {
    let mut by_source = BTreeMap::new();
    for (source, target) in entries {
        let normalized = normalized_path(&source);
        if normalized.starts_with('~') {
            return not_native(format!("`{source}` is in a home folder"));
        }
        let absolute = if normalized.starts_with('/') {
            normalized
        } else {
            normalized_path(&format!("{root}/{normalized}"))
        };
        if absolute != root && !absolute.starts_with(&format!("{root}/")) {
            return not_native(format!("`{source}` is outside the project"));
        }
        by_source.insert(absolute, relative_path(&target));
    }
    let mut sorted: Inclusion = by_source.into_iter().collect();
    sort(&mut sorted);
    Ok(sorted)
}

pub(super) fn sort(inclusion: &mut Inclusion) {
    inclusion.sort_by(|(source_a, target_a), (source_b, target_b)| {
        let depth = |target: &str| target.matches('/').count();
        (depth(target_a), target_a, source_a).cmp(&(depth(target_b), target_b, source_b))
    });
}
