//! `pyvenv.cfg` (PEP 405): lines `key = value`, keys without regard to case.

use std::path::{Path, PathBuf};

/// The file that makes a folder an environment.
pub const FILE_NAME: &str = "pyvenv.cfg";

/// What a `pyvenv.cfg` says; unknown keys are passed over, as Python does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PyvenvCfg {
    /// The folder of the base interpreter's program.
    pub home: Option<PathBuf>,
    /// The base interpreter's program (written since Python 3.11).
    pub executable: Option<PathBuf>,
    /// `version` (venv) or `version_info` (virtualenv): what the base was when the environment was made.
    pub version: Option<String>,
    /// Whether the base interpreter's packages are seen too.
    pub system_site_packages: bool,
    /// The word shown in the prompt.
    pub prompt: Option<String>,
}

impl PyvenvCfg {
    /// Reads the text of a `pyvenv.cfg`. Never fails: a line without `=` says nothing.
    pub fn parse(text: &str) -> PyvenvCfg {
        let mut cfg = PyvenvCfg::default();
        for line in text.lines() {
            let Some((key, value)) = line.split_once('=') else { continue };
            let value = value.trim();
            match key.trim().to_ascii_lowercase().as_str() {
                "home" => cfg.home = Some(value.into()),
                "executable" | "base-executable" => cfg.executable = Some(value.into()),
                "version" | "version_info" => cfg.version = Some(value.to_owned()),
                "include-system-site-packages" => {
                    cfg.system_site_packages = value.eq_ignore_ascii_case("true");
                }
                "prompt" => cfg.prompt = Some(unquoted(value)),
                _ => {}
            }
        }
        cfg
    }

    /// Reads `DIR/pyvenv.cfg`; `None` when `DIR` has none.
    pub fn read(environment: &Path) -> Option<PyvenvCfg> {
        let bytes = std::fs::read(environment.join(FILE_NAME)).ok()?;
        Some(PyvenvCfg::parse(&String::from_utf8_lossy(&bytes)))
    }

    /// Major and minor of [`version`](Self::version).
    pub fn minor_version(&self) -> Option<(u32, u32)> {
        let mut parts = self.version.as_deref()?.split('.');
        Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
    }

    /// The text of the file, as Python's own `venv` orders it.
    pub fn to_text(&self, command: Option<&str>) -> String {
        let mut text = String::new();
        let mut line = |key: &str, value: &str| {
            text.push_str(key);
            text.push_str(" = ");
            text.push_str(value);
            text.push('\n');
        };
        if let Some(home) = &self.home {
            line("home", &home.to_string_lossy());
        }
        line("include-system-site-packages", if self.system_site_packages { "true" } else { "false" });
        if let Some(version) = &self.version {
            line("version", version);
        }
        if let Some(prompt) = &self.prompt {
            line("prompt", &quoted(prompt));
        }
        if let Some(executable) = &self.executable {
            line("executable", &executable.to_string_lossy());
        }
        if let Some(command) = command {
            line("command", command);
        }
        text
    }
}

/// `venv` writes the prompt as Python's `repr` and reads it by stripping quotes.
fn quoted(prompt: &str) -> String {
    let quote = if prompt.contains('\'') && !prompt.contains('"') { '"' } else { '\'' };
    let mut text = String::from(quote);
    for character in prompt.chars() {
        match character {
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            _ if character == quote => text.extend(['\\', character]),
            _ => text.push(character),
        }
    }
    text.push(quote);
    text
}

fn unquoted(value: &str) -> String {
    let Some(quote) = value.chars().next().filter(|first| matches!(first, '\'' | '"')) else {
        return value.to_owned();
    };
    let inner = value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    let Some(inner) = inner else { return value.to_owned() };
    let mut text = String::with_capacity(inner.len());
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        match (character, character == '\\') {
            (_, true) => match characters.next() {
                Some('n') => text.push('\n'),
                Some('r') => text.push('\r'),
                Some(other) => text.push(other),
                None => text.push('\\'),
            },
            (plain, false) => text.push(plain),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_what_the_makers_write() {
        let cfg = PyvenvCfg::parse(
            "home = /usr/bin\ninclude-system-site-packages = True\nversion_info = 3.12.1.final.0\n\
             prompt='it\\'s'\nbase-executable = /usr/bin/python3.12\nnonsense\nuv = 1\n",
        );
        assert_eq!(cfg.home.as_deref(), Some(Path::new("/usr/bin")));
        assert!(cfg.system_site_packages);
        assert_eq!(cfg.minor_version(), Some((3, 12)));
        assert_eq!(cfg.prompt.as_deref(), Some("it's"));
        assert_eq!(cfg.executable.as_deref(), Some(Path::new("/usr/bin/python3.12")));
    }

    proptest! {
        #[test]
        fn prompt_comes_back(prompt in "\\PC{0,20}") {
            let cfg = PyvenvCfg { prompt: Some(prompt.clone()), ..PyvenvCfg::default() };
            prop_assert_eq!(PyvenvCfg::parse(&cfg.to_text(None)).prompt, Some(prompt));
        }

        #[test]
        fn never_panics(text in "\\PC*") {
            PyvenvCfg::parse(&text);
        }
    }
}
