//! `setup.cfg` (or what remains of it): Python's `configparser` in the forms that projects use, and the sections
//! `[metadata]` and `[options]`.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::discovery::{self, Find};
use super::distribution::{Distribution, read_files};
use super::literal;
use crate::native::project::TextTable;
use crate::native::{Source, Stop, not_native};

/// Sections with their options, in the order of the file.
#[derive(Debug, Default)]
pub(super) struct SetupCfg(Vec<Section>);

#[derive(Debug)]
struct Section {
    name: String,
    options: Vec<(String, String)>,
}

/// Sections that give options to commands which a build runs.
const COMMANDS: [&str; 17] = [
    "global",
    "aliases",
    "sdist",
    "build",
    "build_py",
    "build_ext",
    "build_clib",
    "build_scripts",
    "install",
    "install_lib",
    "install_data",
    "install_egg_info",
    "install_scripts",
    "wheel",
    "develop",
    "editable_wheel",
    "dist_info",
];

impl SetupCfg {
    /// Reads the text. Interpolation, defaults and repeated names are for Python.
    pub(super) fn parse(text: &str) -> Result<Self, Stop> {
        if text.contains('%') {
            return not_native("setup.cfg has a `%`");
        }
        let mut sections: Vec<Section> = Vec::new();
        // The column at which the option started; continuation lines are deeper.
        let mut indent = usize::MAX;
        for line in text.lines() {
            let stripped = line.trim();
            if stripped.is_empty() || stripped.starts_with(['#', ';']) {
                match sections.last_mut().and_then(|section| section.options.last_mut()) {
                    Some((_, value)) if stripped.is_empty() => value.push('\n'),
                    _ => {}
                }
                continue;
            }
            let column = line.chars().take_while(|char| char.is_whitespace()).count();
            let continued = sections.last_mut().and_then(|section| section.options.last_mut());
            if let Some((_, value)) = continued.filter(|_| column > indent) {
                value.push('\n');
                value.push_str(stripped);
                continue;
            }
            indent = column;
            start(&mut sections, stripped)?;
        }
        for option in sections.iter_mut().flat_map(|section| &mut section.options) {
            option.1.truncate(option.1.trim_end().len());
        }
        Ok(Self(sections))
    }

    fn section(&self, name: &str) -> &[(String, String)] {
        self.0.iter().find(|section| section.name == name).map_or(&[], |section| &section.options)
    }

    /// Whether it configures the project.
    pub(super) fn is_declarative(&self) -> bool {
        self.0.iter().any(|section| is_declarative(&section.name))
    }

    /// The file that a source distribution gets: as `RawConfigParser` prints it, with the tags of the build.
    pub(super) fn print(mut self) -> String {
        let egg_info = match self.0.iter().position(|section| section.name == "egg_info") {
            Some(at) => at,
            None => {
                self.0.push(Section { name: "egg_info".to_owned(), options: Vec::new() });
                self.0.len() - 1
            }
        };
        let options = &mut self.0[egg_info].options;
        for (key, value) in [("tag_build", ""), ("tag_date", "0")] {
            match options.iter_mut().find(|(name, _)| name == key) {
                Some(option) => value.clone_into(&mut option.1),
                None => options.push((key.to_owned(), value.to_owned())),
            }
        }
        let mut text = String::new();
        for section in &self.0 {
            let _ = writeln!(text, "[{}]", section.name);
            for (key, value) in &section.options {
                let _ = writeln!(text, "{key} = {}", value.replace('\n', "\n\t"));
            }
            text.push('\n');
        }
        text
    }

    /// Fills the distribution; sections of commands that would change the build are for setuptools.
    pub(super) fn apply(&self, source: &Source<'_>, distribution: &mut Distribution) -> Result<(), Stop> {
        for section in &self.0 {
            match section.name.as_str() {
                "egg_info" => egg_info(&section.options)?,
                "bdist_wheel" => distribution.universal = universal(&section.options)?,
                name if COMMANDS.contains(&name) => return not_native(format!("setup.cfg has [{name}]")),
                name if is_declarative(name) => dashes(section)?,
                _ => {}
            }
        }
        if self.is_declarative() {
            self.options(source, distribution)?;
            self.metadata(source, distribution)?;
        }
        Ok(())
    }

    fn options(&self, source: &Source<'_>, distribution: &mut Distribution) -> Result<(), Stop> {
        for section in &self.0 {
            let Some(name) = section.name.strip_prefix("options") else { continue };
            match name.trim_start_matches('.') {
                "" | "packages.find" => {}
                "entry_points" => distribution.entry_points = entry_points(&section.options)?,
                "package_data" => distribution.package_data = data(&section.options),
                "exclude_package_data" => distribution.exclude_package_data = data(&section.options),
                "extras_require" => {
                    distribution.extras = section
                        .options
                        .iter()
                        .map(|(extra, value)| Ok((extra.clone(), requirements(value)?)))
                        .collect::<Result<_, Stop>>()?;
                }
                other => return not_native(format!("setup.cfg has [options.{other}]")),
            }
        }
        for (key, value) in self.section("options") {
            self.option(source, distribution, (key, value))?;
        }
        Ok(())
    }

    fn option(
        &self,
        source: &Source<'_>,
        distribution: &mut Distribution,
        (key, value): (&str, &str),
    ) -> Result<(), Stop> {
        let layout = &mut distribution.layout;
        match key {
            "zip_safe" => distribution.zip_safe = Some(is_true(value)),
            "include_package_data" => distribution.include_package_data = is_true(value),
            "python_requires" => distribution.requires_python = Some(value.to_owned()),
            "install_requires" => distribution.requires = requirements(value)?,
            "py_modules" => layout.modules = Some(list(value, ',')),
            "package_dir" => layout.folders.extend(pairs(value)?),
            "packages" => match value.trim() {
                directive @ ("find:" | "find_namespace:") => {
                    let find = self.find(directive == "find_namespace:")?;
                    let mut folders = BTreeMap::new();
                    layout.packages = Some(discovery::find(source, &find, &mut folders)?);
                    if !self.section("options").iter().any(|(key, _)| key == "package_dir") {
                        layout.folders = folders;
                    }
                }
                _ => layout.packages = Some(list(value, ',')),
            },
            // Options of a command that is gone.
            "tests_require" | "test_suite" | "setup_requires" if value.is_empty() => {}
            other => return not_native(format!("setup.cfg has the option `{other}`")),
        }
        Ok(())
    }

    fn find(&self, namespaces: bool) -> Result<Find, Stop> {
        let mut find = Find { places: vec![".".to_owned()], namespaces, ..Find::default() };
        for (key, value) in self.section("options.packages.find") {
            let values = list(value, ',');
            match key.as_str() {
                "where" if values.len() == 1 => find.places = values,
                "include" => find.include = values,
                "exclude" => find.exclude = values,
                other => return not_native(format!("[options.packages.find] has `{other}`")),
            }
        }
        Ok(find)
    }

    fn metadata(&self, source: &Source<'_>, distribution: &mut Distribution) -> Result<(), Stop> {
        for (key, value) in self.section("metadata") {
            let owned = Some(value.clone());
            match key.as_str() {
                "name" => distribution.name.clone_from(value),
                "version" => distribution.version = version(source, distribution, value)?,
                "description" | "summary" => distribution.summary = Some(text(source, distribution, value)?),
                "long_description" => distribution.description = Some(text(source, distribution, value)?),
                "long_description_content_type" => distribution.content_type = owned,
                "url" | "home_page" => distribution.home_page = owned,
                "author" => distribution.author = owned,
                "author_email" => distribution.author_email = owned,
                "maintainer" => distribution.maintainer = owned,
                "maintainer_email" => distribution.maintainer_email = owned,
                "license" if !value.starts_with("file:") => distribution.license = owned,
                "license_files" => distribution.license_files = Some(list(value, ',')),
                "license_file" => distribution.license_files = Some(vec![value.clone()]),
                "keywords" => distribution.keywords = list(value, ','),
                "platforms" | "platform" => distribution.platforms = list(value, ','),
                "classifiers" | "classifier" if !value.starts_with("file:") => {
                    distribution.classifiers = list(value, ',');
                }
                "project_urls" => distribution.project_urls = pairs(value)?,
                other => return not_native(format!("setup.cfg has the metadata `{other}`")),
            }
        }
        let both = |a: &str, b: &str| self.has(a) && self.has(b);
        if both("license_file", "license_files") || both("url", "home_page") || both("description", "summary")
        {
            return not_native("setup.cfg says something twice");
        }
        Ok(())
    }

    fn has(&self, key: &str) -> bool {
        self.section("metadata").iter().any(|(name, _)| name == key)
    }
}

fn is_declarative(section: &str) -> bool {
    section == "metadata" || section == "options" || section.starts_with("options.")
}

/// Starts a section or an option.
fn start(sections: &mut Vec<Section>, line: &str) -> Result<(), Stop> {
    if let Some(name) = line.strip_prefix('[') {
        let Some(name) = name.strip_suffix(']').filter(|name| !name.is_empty() && !name.contains(']')) else {
            return not_native(format!("setup.cfg: `{line}`"));
        };
        if name == "DEFAULT" || sections.iter().any(|section| section.name == name) {
            return not_native(format!("setup.cfg has [{name}] and more"));
        }
        sections.push(Section { name: name.to_owned(), options: Vec::new() });
        return Ok(());
    }
    let Some(section) = sections.last_mut() else { return not_native("setup.cfg starts without a section") };
    let Some((key, value)) = line.split_once(['=', ':']) else {
        return not_native(format!("setup.cfg: `{line}`"));
    };
    let key = key.trim_end();
    if section.options.iter().any(|(name, _)| name == key) {
        return not_native(format!("setup.cfg says `{key}` twice"));
    }
    section.options.push((key.to_owned(), value.trim().to_owned()));
    Ok(())
}

/// The tags that setuptools itself leaves in a source distribution are the only ones that change nothing.
fn egg_info(options: &[(String, String)]) -> Result<(), Stop> {
    let idle = |(key, value): &(String, String)| match key.as_str() {
        "tag_build" => value.is_empty(),
        "tag_date" | "tag_svn_revision" => value == "0",
        _ => false,
    };
    match options.iter().find(|option| !idle(option)) {
        Some((key, _)) => not_native(format!("setup.cfg has `{key}` in [egg_info]")),
        None => Ok(()),
    }
}

fn universal(options: &[(String, String)]) -> Result<bool, Stop> {
    match options {
        [] => Ok(false),
        [(key, value)] if key == "universal" => {
            Ok(matches!(value.to_ascii_lowercase().as_str(), "y" | "yes" | "t" | "true" | "on" | "1"))
        }
        _ => not_native("setup.cfg has options in [bdist_wheel]"),
    }
}

/// Keys with dashes or capitals, which setuptools mends with a warning.
fn dashes(section: &Section) -> Result<(), Stop> {
    let free = [
        "options.extras_require",
        "options.entry_points",
        "options.package_data",
        "options.exclude_package_data",
    ];
    let odd = |key: &str| key.contains('-') || key.to_lowercase() != key;
    match section.options.iter().find(|(key, _)| odd(key) && !free.contains(&section.name.as_str())) {
        Some((key, _)) => not_native(format!("setup.cfg has the key `{key}`")),
        None => Ok(()),
    }
}

fn is_true(value: &str) -> bool {
    matches!(value.to_lowercase().as_str(), "1" | "true" | "yes")
}

/// A list in lines or, where there is one line, by a separator.
fn list(value: &str, separator: char) -> Vec<String> {
    let separator = if value.contains('\n') { '\n' } else { separator };
    value.split(separator).map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

fn pairs(value: &str) -> Result<Vec<(String, String)>, Stop> {
    let pair = |line: String| match line.split_once('=') {
        Some((key, value)) => Ok((key.trim().to_owned(), value.trim().to_owned())),
        None => not_native(format!("setup.cfg: `{line}` has no `=`")),
    };
    list(value, ',').into_iter().map(pair).collect()
}

fn data(options: &[(String, String)]) -> BTreeMap<String, Vec<String>> {
    let name = |key: &str| if key == "*" { String::new() } else { key.to_owned() };
    options.iter().map(|(key, value)| (name(key), list(value, ','))).collect()
}

fn requirements(value: &str) -> Result<Vec<String>, Stop> {
    if value.starts_with("file:") {
        return not_native("requirements come from a file");
    }
    let lines = list(value, ';');
    Ok(lines.into_iter().filter(|line| !line.starts_with('#')).collect())
}

fn entry_points(options: &[(String, String)]) -> Result<Vec<(String, TextTable)>, Stop> {
    options.iter().map(|(group, value)| Ok((group.clone(), pairs(value)?))).collect()
}

/// A text, or that of the files after `file:`.
fn text(source: &Source<'_>, distribution: &mut Distribution, value: &str) -> Result<String, Stop> {
    let Some(files) = value.strip_prefix("file:") else { return Ok(value.to_owned()) };
    let files: Vec<String> = files.split(',').map(|file| file.trim().to_owned()).collect();
    let text = read_files(source, &files)?;
    distribution.referenced.extend(files);
    Ok(text)
}

fn version(source: &Source<'_>, distribution: &mut Distribution, value: &str) -> Result<String, Stop> {
    if let Some(attribute) = value.strip_prefix("attr:") {
        discovery::discover(source, &mut distribution.layout)?;
        return literal::version(source, &distribution.layout, attribute);
    }
    Ok(text(source, distribution, value)?.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_and_printed_as_by_configparser() {
        let text = "# c\n[metadata]\nname = a\nclassifiers =\n  One\n  # no\n\n  Two\n\n[x:y]\nk: v\n [z]\n";
        let read = SetupCfg::parse("[a]\nb=1\n\n").unwrap();
        assert_eq!(read.print(), "[a]\nb = 1\n\n[egg_info]\ntag_build = \ntag_date = 0\n\n");
        let read = SetupCfg::parse(text).unwrap();
        assert_eq!(list(&read.section("metadata")[1].1, ','), ["One", "Two"]);
        assert_eq!(read.section("x:y"), [("k".to_owned(), "v\n[z]".to_owned())]);
        for broken in ["a = 1", "[a]\nb", "[a]\nb=1\nb=2", "[a]\n[a]", "[DEFAULT]\n", "[a]\nb=%(c)s", "[a\n"]
        {
            assert!(SetupCfg::parse(broken).is_err(), "{broken}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_printed_reads_the_same(text in "(\\[?[a-c]{1,2}[]=: ]{0,2}[a-c ,;#]{0,5}\n[ ]{0,2}){0,8}") {
            if let Ok(read) = SetupCfg::parse(&text) {
                let printed = read.print();
                if let Ok(again) = SetupCfg::parse(&printed) {
                    proptest::prop_assert_eq!(again.print(), printed);
                }
            }
        }
    }
}
