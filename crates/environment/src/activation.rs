//! The scripts that put an environment first on PATH, one per shell.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use memchr::memmem;

/// One script: its file name in `bin`, its text with marks, and how its shell quotes a word.
struct Script {
    file: &'static str,
    text: &'static str,
    quote: fn(&[u8]) -> Vec<u8>,
}

const SCRIPTS: [Script; 5] = [
    Script { file: "activate", text: include_str!("activation/activate.sh"), quote: sh },
    Script { file: "activate.csh", text: include_str!("activation/activate.csh"), quote: csh },
    Script { file: "activate.fish", text: include_str!("activation/activate.fish"), quote: fish },
    Script { file: "activate.nu", text: include_str!("activation/activate.nu"), quote: nushell },
    Script { file: "Activate.ps1", text: include_str!("activation/Activate.ps1"), quote: powershell },
];

/// File names and contents of all scripts, for an environment at `directory` whose
/// programs are in `directory/bin` and whose prompt shows `prompt`.
pub(crate) fn scripts(directory: &Path, bin: &str, prompt: &str) -> Vec<(&'static str, Vec<u8>)> {
    let written = |script: &Script| {
        let quote = script.quote;
        let marks = [
            ("@DIR@", quote(directory.as_os_str().as_bytes())),
            ("@PROMPT@", quote(prompt.as_bytes())),
            ("@SHOWN@", quote(format!("({}) ", harmless(prompt)).as_bytes())),
            ("@BIN@", bin.as_bytes().to_vec()),
        ];
        (script.file, filled(script.text.as_bytes(), &marks))
    };
    SCRIPTS.iter().map(written).collect()
}

/// Shells expand `$(…)`, `\u` and `%` in their prompt variable: a folder's name must not run as code.
fn harmless(prompt: &str) -> String {
    prompt
        .chars()
        .map(|c| if matches!(c, '$' | '`' | '\\' | '%' | '!') || c.is_control() { '_' } else { c })
        .collect()
}

/// `text` with each mark replaced, in one pass, so that a value may contain a mark.
fn filled(text: &[u8], marks: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 256);
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'@', rest) {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at..];
        let mark = marks.iter().find(|(mark, _)| rest.starts_with(mark.as_bytes()));
        let (taken, value) = match mark {
            Some((mark, value)) => (mark.len(), &value[..]),
            None => (1, &b"@"[..]),
        };
        out.extend_from_slice(value);
        rest = &rest[taken..];
    }
    out.extend_from_slice(rest);
    out
}

fn replaced(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut last = 0;
    for at in memmem::find_iter(text, from) {
        out.extend_from_slice(&text[last..at]);
        out.extend_from_slice(to);
        last = at + from.len();
    }
    out.extend_from_slice(&text[last..]);
    out
}

fn between(quote: &[u8], text: Vec<u8>) -> Vec<u8> {
    [quote, &text, quote].concat()
}

fn sh(text: &[u8]) -> Vec<u8> {
    between(b"'", replaced(text, b"'", br"'\''"))
}

/// csh replaces `!` by history even between quotes.
fn csh(text: &[u8]) -> Vec<u8> {
    between(b"'", replaced(&replaced(text, b"'", br"'\''"), b"!", br"\!"))
}

fn fish(text: &[u8]) -> Vec<u8> {
    between(b"'", replaced(&replaced(text, br"\", br"\\"), b"'", br"\'"))
}

fn nushell(text: &[u8]) -> Vec<u8> {
    between(b"\"", replaced(&replaced(text, br"\", br"\\"), b"\"", br#"\""#))
}

fn powershell(text: &[u8]) -> Vec<u8> {
    between(b"'", replaced(text, b"'", b"''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoting() {
        type Quote = fn(&[u8]) -> Vec<u8>;
        let table: [(Quote, &str, &str); 6] = [
            (sh, "it's", r"'it'\''s'"),
            (csh, "a!b'c", r"'a\!b'\''c'"),
            (fish, r"a\b'c", r"'a\\b\'c'"),
            (nushell, r#"a\b"c"#, r#""a\\b\"c""#),
            (powershell, "it's", "'it''s'"),
            (sh, "$(id)", "'$(id)'"),
        ];
        for (quote, text, expected) in table {
            assert_eq!(String::from_utf8(quote(text.as_bytes())).unwrap(), expected);
        }
    }

    #[test]
    fn every_mark_is_filled_once() {
        for (file, text) in scripts(Path::new("/e/@PROMPT@"), "bin", "p @DIR@") {
            let text = String::from_utf8(text).unwrap();
            assert!(text.contains("/e/@PROMPT@"), "{file}");
            assert!(!text.contains("@BIN@") && !text.contains("@SHOWN@"), "{file}");
        }
    }
}
