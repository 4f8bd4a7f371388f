//! Unpacked source distributions: what is dynamic is read from their PKG-INFO, as far as that says it. Plugins that would
//! find it out are then not asked.

use packaging::Requirement;

use crate::native::document::{Toml, TomlTable};
use crate::native::project::{License, Project, Readme, TextTable};
use crate::native::tree::read_text;
use crate::native::{Source, Stop, not_native};

/// Distributions that bring plugins which do nothing by being installed.
const PLUGINS: [&str; 8] = [
    "hatch-vcs",
    "hatch-fancy-pypi-readme",
    "hatch-nodejs-version",
    "hatch-requirements-txt",
    "hatch-docstring-description",
    "uv-dynamic-versioning",
    "versioningit",
    "trove-classifiers",
];

/// Metadata hooks that do nothing where nothing is dynamic, with the distributions that bring them.
const HOOKS: [(&str, &str); 6] = [
    ("vcs", "hatch-vcs"),
    ("fancy-pypi-readme", "hatch-fancy-pypi-readme"),
    ("nodejs", "hatch-nodejs-version"),
    ("requirements_txt", "hatch-requirements-txt"),
    ("docstring-description", "hatch-docstring-description"),
    ("uv-dynamic-versioning", "uv-dynamic-versioning"),
];

/// Whether a build requirement only brings plugins.
pub(super) fn is_plugin(requirement: &Requirement) -> bool {
    PLUGINS.contains(&requirement.name.as_str())
        && requirement.marker.is_none()
        && requirement.specifiers().is_some()
}

/// Whether no metadata hook of the project has anything to do.
pub(super) fn hooks_are_idle(
    tables: &TomlTable,
    project: &Project,
    requires: &[Requirement],
) -> Result<bool, Stop> {
    let metadata = tables.table("metadata")?;
    let Some(hooks) = metadata.map(|metadata| metadata.table("hooks")).transpose()?.flatten() else {
        return Ok(true);
    };
    let is_brought = |hook: &str| {
        let known = HOOKS.iter().find(|(name, _)| *name == hook);
        known.is_some_and(|(_, plugin)| requires.iter().any(|wanted| wanted.name.as_str() == *plugin))
    };
    let is_idle = |(hook, settings): (&str, &Toml)| {
        settings.as_table().is_some() && project.dynamic.is_empty() && is_brought(hook)
    };
    Ok(hooks.iter().all(is_idle))
}

/// Takes the values of dynamic fields from PKG-INFO, where there is one; fields that it does not have, or not in a plain
/// form, stay dynamic.
pub(super) fn fill(source: &Source<'_>, project: &mut Project) -> Result<(), Stop> {
    let path = source.path("PKG-INFO");
    if !path.is_file() {
        return Ok(());
    }
    let text = read_text(&path)?;
    let message = Message::parse(&text);
    let Some(message) = message.filter(|it| it.get("Name").is_some() && it.get("Version").is_some()) else {
        return not_native("PKG-INFO is not understood");
    };
    let dynamic = std::mem::take(&mut project.dynamic);
    project.dynamic = dynamic.into_iter().filter(|field| message.fill(field, project).is_none()).collect();
    Ok(())
}

/// PKG-INFO as Python's `email` reads it: headers, an empty line, the description.
#[derive(Debug)]
struct Message<'t> {
    /// Names and values; no value for one of several lines, which is left to Python.
    headers: Vec<(&'t str, Option<&'t str>)>,
    body: &'t str,
}

impl<'t> Message<'t> {
    /// `None` for what is no message, and for one whose description is more than text.
    fn parse(text: &'t str) -> Option<Self> {
        let mut headers: Vec<(&str, Option<&str>)> = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
            rest = after;
            if line.is_empty() {
                break;
            }
            if line.starts_with([' ', '\t']) {
                headers.last_mut()?.1 = None;
                continue;
            }
            let (name, value) = line.split_once(':')?;
            let is_plain =
                !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            if !is_plain || name.to_ascii_lowercase().starts_with("content-") {
                return None;
            }
            headers.push((name, Some(value.trim_start_matches([' ', '\t']))));
        }
        Some(Self { headers, body: rest })
    }

    /// The first value of a header that is not empty.
    fn get(&self, name: &str) -> Option<&'t str> {
        let (_, value) = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        value.filter(|value| !value.is_empty())
    }

    /// All values of a header, of which there has to be one.
    fn list(&self, name: &str) -> Option<Vec<String>> {
        let named = self.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        let values = named.map(|(_, value)| value.map(str::to_owned)).collect::<Option<Vec<_>>>();
        values.filter(|values| !values.is_empty())
    }

    /// Gives a field of the project its value, where there is one.
    fn fill(&self, field: &str, project: &mut Project) -> Option<()> {
        let text = |name: &str| self.get(name).map(str::to_owned);
        match field {
            "version" => project.version = Some(text("Version")?),
            "description" => project.description = Some(text("Summary")?),
            "requires-python" => project.requires_python = Some(text("Requires-Python")?),
            "readme" => project.readme = Some(self.readme()?),
            "license" => project.license = Some(License::Expression(text("License-Expression")?)),
            "keywords" => project.keywords = self.get("Keywords")?.split(',').map(str::to_owned).collect(),
            "classifiers" => project.classifiers = self.list("Classifier")?,
            "urls" => project.urls = self.urls()?,
            "dependencies" => project.dependencies = self.dependencies()?,
            _ => return None,
        }
        Some(())
    }

    fn readme(&self) -> Option<Readme> {
        let content_type = match self.list("Description-Content-Type") {
            Some(types) => types.into_iter().next()?,
            None => "text/plain".to_owned(),
        };
        (!self.body.is_empty()).then(|| Readme::Text { text: self.body.to_owned(), content_type })
    }

    fn urls(&self) -> Option<TextTable> {
        let mut urls = TextTable::new();
        for text in self.list("Project-URL")? {
            let (label, url) = text.split_once(',')?;
            let (label, url) = (label.trim().to_owned(), url.trim().to_owned());
            match urls.iter_mut().find(|(known, _)| *known == label) {
                Some(known) => known.1 = url,
                None => urls.push((label, url)),
            }
        }
        Some(urls)
    }

    /// What no extra asks for.
    fn dependencies(&self) -> Option<Vec<String>> {
        let mut dependencies = Vec::new();
        for text in self.list("Requires-Dist")? {
            let marker = Requirement::parse(&text).ok()?.marker.map(|marker| marker.to_string());
            match marker.filter(|marker| marker.contains("extra")) {
                None => dependencies.push(text),
                // A marker that ends so has the extra outside of all parentheses.
                Some(marker) if marker.rsplit_once("extra == \"").is_some_and(|(_, end)| is_name(end)) => {}
                Some(_) => return None,
            }
        }
        Some(dependencies)
    }
}

/// Whether this is a name and the quote that closes it.
fn is_name(text: &str) -> bool {
    text.strip_suffix('"').is_some_and(packaging::name::is_valid_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PKG_INFO: &str = "Metadata-Version: 2.4\nName: a\nVersion: 2.0\nSummary: One\n  and more\n\
        Project-URL: Home, https://a.example\nProject-URL: Home , b\nKeywords: x,y\nClassifier: A\n\
        Requires-Dist: b>1\nRequires-Dist: c; python_version<'3' and extra == 'e'\n\
        License-Expression: MIT\nDescription-Content-Type: text/markdown\n\n# a\n\nb: c\n";

    #[test]
    fn dynamic_fields_are_those_of_pkg_info() {
        let message = Message::parse(PKG_INFO).unwrap();
        let mut project = Project::default();
        for (field, filled) in [
            ("version", true),
            ("description", false),
            ("readme", true),
            ("license", true),
            ("keywords", true),
            ("classifiers", true),
            ("urls", true),
            ("dependencies", true),
            ("requires-python", false),
            ("scripts", false),
        ] {
            assert_eq!(message.fill(field, &mut project).is_some(), filled, "{field}");
        }
        assert_eq!(project.version.as_deref(), Some("2.0"));
        assert_eq!(project.keywords, ["x", "y"]);
        assert_eq!(project.urls, [("Home".to_owned(), "b".to_owned())]);
        assert_eq!(project.dependencies, ["b>1"]);
        let Some(Readme::Text { text, content_type }) = project.readme else { panic!("no readme") };
        assert_eq!((&*text, &*content_type), ("# a\n\nb: c\n", "text/markdown"));
    }

    #[test]
    fn what_python_would_read_otherwise_is_left_to_it() {
        for text in ["no header\n", " a: b\n", "Content-Type: text/html\n\n", ": x\n", "a b: c\n"] {
            assert!(Message::parse(text).is_none(), "{text}");
        }
        let nested = "Requires-Dist: a; (extra == 'b' or extra == 'c')\n";
        assert_eq!(Message::parse(nested).unwrap().dependencies(), Some(Vec::new()));
        let nested = "Requires-Dist: a; os_name == 'x' and (extra == 'b' or extra == 'c')\n";
        assert_eq!(Message::parse(nested).unwrap().dependencies(), None);
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(text in "([A-Za-z-]{0,3}[: \n]{0,3}){0,9}") {
            if let Some(message) = Message::parse(&text) {
                let _ = message.readme();
            }
        }
    }
}
