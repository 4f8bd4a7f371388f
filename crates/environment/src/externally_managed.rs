//! PEP 668: an interpreter that belongs to the system's package manager says so.

use crate::interpreter::Interpreter;

/// The text that `EXTERNALLY-MANAGED` gives for changing a base interpreter's packages, in the language of
/// `locale` (`de_DE`, `de`) where the file has it. `None`: packages may be changed. Virtual environments
/// always may.
pub fn externally_managed(interpreter: &Interpreter, locale: Option<&str>) -> Option<String> {
    if interpreter.virtual_environment().is_some() {
        return None;
    }
    let bytes = std::fs::read(interpreter.facts().externally_managed_marker()).ok()?;
    Some(message(&String::from_utf8_lossy(&bytes), locale))
}

/// pip's words for a marker file that says nothing.
const SILENT: &str = "The Python environment under which pip is running is managed externally, and may \
                      not be\nmanipulated by the user. Please use specific tooling from the distributor \
                      of the Python\ninstallation to interact with this environment instead.\n";

fn message(text: &str, locale: Option<&str>) -> String {
    let entries = entries(text);
    let find = |key: String| entries.iter().find(|(name, _)| *name == key).map(|(_, value)| value.clone());
    let locale = locale.map(|name| name.split('.').next().unwrap_or(name));
    let language = locale.and_then(|name| name.split('_').next());
    let localized = [locale, language].into_iter().flatten().map(|name| name.to_ascii_lowercase());
    localized
        .map(|name| format!("error-{}", name.replace('_', "-")))
        .chain(["error".to_owned()])
        .find_map(find)
        .unwrap_or_else(|| SILENT.to_owned())
}

/// Keys (in lower case) and values of the section `[externally-managed]`, as `configparser` reads
/// them: a line that begins with a blank continues the value before it.
fn entries(text: &str) -> Vec<(String, String)> {
    let mut entries: Vec<(String, String)> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        let trimmed = line.trim();
        if trimmed.starts_with(['#', ';']) {
            continue;
        }
        if line.starts_with([' ', '\t']) || trimmed.is_empty() {
            if let Some((_, value)) = entries.last_mut().filter(|_| inside) {
                value.push('\n');
                value.push_str(trimmed);
            }
        } else if let Some(section) = trimmed.strip_prefix('[') {
            inside = section.trim_end_matches(']') == "externally-managed";
        } else if let Some((key, value)) = trimmed.split_once(['=', ':']).filter(|_| inside) {
            entries.push((key.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    entries.iter_mut().for_each(|(_, value)| value.truncate(value.trim_end().len()));
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages() {
        let text = "# c\n[other]\nError=no\n[externally-managed]\nError=To install,\n try apt\n\n or so.\nError-de=Nimm apt\n";
        assert_eq!(message(text, None), "To install,\ntry apt\n\nor so.");
        assert_eq!(message(text, Some("de_DE.UTF-8")), "Nimm apt");
        assert_eq!(message(text, Some("fr_FR")), "To install,\ntry apt\n\nor so.");
        assert_eq!(message("[externally-managed]\n", None), SILENT);
    }
}
