//! The version: given, or found in a file by hatchling's usual pattern.

use crate::native::document::TomlTable;
use crate::native::project::Project;
use crate::native::tree::{normalized_path, read_text};
use crate::native::{Source, Stop, not_native};

/// The version's text, trimmed.
pub(super) fn version(source: &Source<'_>, project: &Project, tables: &TomlTable) -> Result<String, Stop> {
    if let Some(field) = project.dynamic.iter().find(|field| *field != "version") {
        return not_native(format!("`{field}` is dynamic"));
    }
    if let Some(version) = &project.version {
        return Ok(version.trim().to_owned());
    }
    if !project.is_dynamic("version") {
        return not_native("there is no version");
    }
    let Some(settings) = tables.table("version")? else {
        return not_native("`version` is dynamic without [tool.hatch.version]");
    };
    match settings.text("source")? {
        None | Some("regex") => {}
        Some(other) => return not_native(format!("the version comes from the source `{other}`")),
    }
    if settings.get("pattern").is_some_and(|pattern| pattern.as_text() != Some("")) {
        return not_native("the version is found by a pattern of the project");
    }
    let Some(path) = settings.text("path")? else { return not_native("[tool.hatch.version] has no `path`") };
    let path = source.path(&normalized_path(path));
    if !path.is_file() {
        return not_native("the file with the version is not there");
    }
    match found(&read_text(&path)?) {
        Some(version) => Ok(version.trim().to_owned()),
        None => not_native("there is no version in the file that should have it"),
    }
}

/// Hatchling's usual pattern: `(?i)^(__version__|VERSION) *= *(['"])v?(?P<version>.+?)\2`, in any line.
fn found(text: &str) -> Option<String> {
    text.split('\n').find_map(|line| {
        let rest = without_prefix(line, "__version__").or_else(|| without_prefix(line, "version"))?;
        let rest = rest.trim_start_matches(' ').strip_prefix('=')?.trim_start_matches(' ');
        let quote = rest.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
        let value = &rest[1..];
        let unprefixed = value.strip_prefix(['v', 'V']).unwrap_or(value);
        up_to(unprefixed, quote).or_else(|| up_to(value, quote)).map(str::to_owned)
    })
}

fn without_prefix<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let start = text.get(..prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

/// At least one character, up to a quote.
fn up_to(text: &str, quote: char) -> Option<&str> {
    let first = text.chars().next()?.len_utf8();
    let end = text[first..].find(quote)? + first;
    Some(&text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_as_by_the_usual_pattern() {
        let cases = [
            ("__version__ = \"1.2\"\n", Some("1.2")),
            ("import x\nVERSION='v2.0'\n", Some("2.0")),
            ("  __version__ = '1'\nversion = \"3\" # x", Some("3")),
            ("__version__: str = '1'", None),
            ("__version__ = '1\"", None),
            ("__version__ = 'v'", Some("v")),
            ("__version__ == '1'", None),
        ];
        for (text, version) in cases {
            assert_eq!(found(text).as_deref(), version, "{text}");
        }
    }
}
