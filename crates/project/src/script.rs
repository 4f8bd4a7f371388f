//! Metadata that stands in a script itself (PEP 723).
//!
//! Enters: the text of a script. Leaves: what it needs, as written; whoever installs reads the requirements.

use toml_spanner::Arena;

/// The kind of block that counts.
const KIND: &str = "script";

/// What a script says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScriptMetadata {
    /// `requires-python`, as written.
    pub requires_python: Option<String>,
    /// `dependencies`, as written.
    pub dependencies: Vec<String>,
}

/// Why a script tells nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScriptError {
    /// No block.
    #[error("it has no block of script metadata")]
    Missing,
    /// More than one block.
    #[error("it has several blocks of script metadata")]
    Several,
    /// A block that is no TOML.
    #[error("its script metadata is no TOML: {0}")]
    Toml(String),
}

impl ScriptMetadata {
    /// Reads the metadata of a script.
    ///
    /// # Errors
    /// [`ScriptError`]
    pub fn parse(text: &str) -> Result<Self, ScriptError> {
        let block = match blocks(text).as_slice() {
            [] => return Err(ScriptError::Missing),
            [only] => only.clone(),
            _ => return Err(ScriptError::Several),
        };
        let arena = Arena::new();
        let document =
            toml_spanner::parse(&block, &arena).map_err(|error| ScriptError::Toml(error.to_string()))?;
        let table = document.table();
        let requires_python = table.get("requires-python").and_then(|item| item.as_str()).map(str::to_owned);
        let dependencies = table.get("dependencies").and_then(|item| item.as_array());
        let dependencies = dependencies.into_iter().flat_map(|array| array.iter());
        let dependencies = dependencies.filter_map(|item| item.as_str().map(str::to_owned)).collect();
        Ok(Self { requires_python, dependencies })
    }
}

/// The texts of all blocks, without the comment signs. A block reaches to the last `# ///` that only comment lines
/// stand before (PEP 723: the longest match).
fn blocks(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let mut blocks = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let kind = lines[at].strip_prefix("# /// ").filter(|kind| is_kind(kind));
        let comments = lines[at + 1..].iter().take_while(|line| is_comment(line)).count();
        let end = lines[at + 1..at + 1 + comments].iter().rposition(|line| *line == "# ///");
        match (kind, end) {
            (Some(kind), Some(end)) if end > 0 => {
                if kind == KIND {
                    let inner = lines[at + 1..at + 1 + end].iter().map(|line| uncommented(line));
                    blocks.push(inner.collect::<Vec<_>>().join("\n"));
                }
                at += end + 2;
            }
            _ => at += 1,
        }
    }
    blocks
}

fn is_kind(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn is_comment(line: &str) -> bool {
    line == "#" || line.starts_with("# ")
}

fn uncommented(line: &str) -> &str {
    line.strip_prefix("# ").unwrap_or(&line[1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_scripts() {
        let script = |inner: &str| format!("#!/usr/bin/env python\n# /// script\n{inner}# ///\nprint(1)\n");
        let parsed = ScriptMetadata::parse(&script(
            "# requires-python = \">=3.8\"\n#\n# dependencies = [\n#   \"a<2\",\n# ]\n",
        ))
        .unwrap();
        assert_eq!(parsed.requires_python.as_deref(), Some(">=3.8"));
        assert_eq!(parsed.dependencies, ["a<2"]);
        for (text, expected) in [
            ("print(1)\n".to_owned(), ScriptError::Missing),
            ("# /// other\n# x = 1\n# ///\n".to_owned(), ScriptError::Missing),
            ("# /// script\n# x = 1\nprint()\n# ///\n".to_owned(), ScriptError::Missing),
            (format!("{0}\n{0}", script("# x = 1\n")), ScriptError::Several),
        ] {
            assert_eq!(ScriptMetadata::parse(&text), Err(expected), "{text}");
        }
        assert!(matches!(ScriptMetadata::parse(&script("# x = \n")), Err(ScriptError::Toml(_))));
        let two_ends = ScriptMetadata::parse("# /// script\n# a = '''\n# ///\n# '''\n# ///\n");
        assert_eq!(two_ends, Ok(ScriptMetadata::default()));
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "(# /// script\n|# ///\n|#.{0,5}\n|.{0,5}\n){0,12}") {
            let _ = ScriptMetadata::parse(&text);
        }
    }
}
