//! The value of a module's attribute, where the module says it as a string: `attr:` of setuptools, which reads it from the
//! syntax tree without importing the module.

use super::distribution::Layout;
use crate::native::python_source::{Assigned, Module};
use crate::native::tree::read_text;
use crate::native::{Source, Stop, not_native};

/// Reads `package.module.attribute` as the text of a version.
pub(super) fn version(source: &Source<'_>, layout: &Layout, attribute: &str) -> Result<String, Stop> {
    let Some((module, name)) = attribute.trim().rsplit_once('.') else {
        return not_native(format!("`attr: {attribute}` names no module"));
    };
    let start = layout.folder(module);
    let candidates = [format!("{start}.py"), format!("{start}/__init__.py")];
    let Some(file) = candidates.iter().find(|file| source.path(file).is_file()) else {
        return not_native(format!("the module `{module}` is not found"));
    };
    let text = read_text(&source.path(file))?;
    match Module::read(&text).map(|module| module.assigned(name)) {
        Some(Assigned::Text(version)) => Ok(version),
        _ => not_native(format!("`{name}` in {file} is not a plain string")),
    }
}
