//! The default index: the one that pip itself names.
//!
//! Its address is written in no file of ours. pip keeps it in `pip/_internal/models/index.py` as
//! `PyPI = PackageIndex("URL", file_storage_domain="HOST")`; this scan takes it from the text. Also compiled into the
//! build script, which looks at the building machine's pip.

/// An index and the host of its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefaultIndex {
    /// The address of its simple API, without a slash at the end, as pip spells it.
    pub simple_url: String,
    /// The host that its files come from.
    pub file_host: String,
}

/// Finds the index in the text of pip's `models/index.py`; nothing when the text has another form.
pub fn scan_pip_index_file(text: &str) -> Option<DefaultIndex> {
    let call = text.lines().position(|line| line.starts_with("PyPI") && line.contains("PackageIndex("))?;
    let start = text.lines().take(call).map(|line| line.len() + 1).sum::<usize>();
    let arguments = text.get(start..)?.split_once('(')?.1;
    let arguments = arguments.split_once(')').map_or(arguments, |(inside, _)| inside);
    let url = quoted(arguments)?;
    let file_host = quoted(arguments.split_once("file_storage_domain")?.1)?;
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    let is_host =
        !file_host.is_empty() && file_host.chars().all(|c| c.is_ascii_alphanumeric() || ".-:".contains(c));
    (is_web && is_host).then(|| DefaultIndex {
        simple_url: format!("{}/simple", url.trim_end_matches('/')),
        file_host: file_host.to_owned(),
    })
}

/// The first string literal.
fn quoted(text: &str) -> Option<&str> {
    let start = text.find(['"', '\''])?;
    let quote = if text[start..].starts_with('"') { '"' } else { '\'' };
    text[start + 1..].split_once(quote).map(|(inside, _)| inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_that_pip_writes() {
        let text = "import urllib\n\n\nclass PackageIndex:\n    pass\n\nPyPI = PackageIndex(\"https://index.example/\", file_storage_domain=\"files.example\")\nTestPyPI = PackageIndex(\n    \"https://test.index.example/\", file_storage_domain=\"test-files.example\"\n)\n";
        let expected = DefaultIndex {
            simple_url: "https://index.example/simple".into(),
            file_host: "files.example".into(),
        };
        assert_eq!(scan_pip_index_file(text), Some(expected.clone()));
        let broken_lines =
            "PyPI = PackageIndex(\n  'https://index.example/',\n  file_storage_domain='files.example',\n)";
        assert_eq!(scan_pip_index_file(broken_lines), Some(expected));
        for text in [
            "",
            "PyPI = 1",
            "PyPI = PackageIndex(",
            "PyPI = PackageIndex(\"ftp://x\", file_storage_domain=\"y\")",
        ] {
            assert_eq!(scan_pip_index_file(text), None, "{text}");
        }
    }
}
