//! Programs made from entry points, byte for byte as pip 26.3 writes them on POSIX.

use std::borrow::Cow;

use store::StoredWheel;
use store::wheels::{DataFile, Manifest};

/// Longest `#!` line that Linux is trusted to read; macOS reads 512 bytes.
const LONGEST_SHEBANG: usize = if cfg!(target_os = "macos") { 512 } else { 127 };

/// The first line (or lines) that make a script run under `python`.
///
/// A path with a space, or too long for the kernel, goes through `/bin/sh` in a form that Python reads
/// as a string. Only a path with a space is put in quotes there, as pip does.
pub(crate) fn shebang(python: &[u8]) -> Vec<u8> {
    let spaced = python.contains(&b' ');
    if !spaced && python.len() + 3 <= LONGEST_SHEBANG {
        return [b"#!", python, b"\n"].concat();
    }
    let quote: &[u8] = if spaced { b"\"" } else { b"" };
    [b"#!/bin/sh\n'''exec' ", quote, python, quote, b" \"$0\" \"$@\"\n' '''\n"].concat()
}

/// The text of a console or GUI script for `module:function`; `function` may be dotted. Python 3.8 has no `removesuffix`: there
/// it is the text of the last pip for that Python.
pub(crate) fn script(python: &[u8], wanted: &Wanted<'_>, version: (u32, u32)) -> Vec<u8> {
    let Wanted { module, function, .. } = wanted;
    let imported = function.split('.').next().unwrap_or(function);
    let (before, name) = if version >= (3, 9) {
        ("", "sys.argv[0].removesuffix('.exe')")
    } else {
        ("# -*- coding: utf-8 -*-\nimport re\n", "re.sub(r'(-script\\.pyw|\\.exe)?$', '', sys.argv[0])")
    };
    let body = format!(
        "{before}import sys\nfrom {module} import {imported}\nif __name__ == '__main__':\n    \
         sys.argv[0] = {name}\n    sys.exit({function}())\n"
    );
    [&shebang(python), body.as_bytes()].concat()
}

/// A script of a wheel's `.data/scripts` whose first line is `#!python…`, with that line replaced;
/// `None` when it has another first line and is taken as it is.
pub(crate) fn rewritten(text: &[u8], python: &[u8]) -> Option<Vec<u8>> {
    if !text.starts_with(b"#!python") {
        return None;
    }
    let end = memchr::memchr(b'\n', text).map_or(text.len(), |at| at + 1);
    Some([b"#!", python, b"\n", &text[end..]].concat())
}

/// A script that an entry point of a wheel asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted<'a> {
    pub(crate) name: Cow<'a, str>,
    pub(crate) module: &'a str,
    pub(crate) function: &'a str,
}

/// An entry point that no script can be made of.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidScript {
    /// The name leads out of the folder of programs.
    #[error("a script may not be called `{name}`")]
    Name {
        /// The entry point's name.
        name: String,
    },
    /// `module` alone: there is nothing to call.
    #[error("the script `{name}` names no function of `{module}`")]
    NoFunction {
        /// The entry point's name.
        name: String,
        /// The module it names.
        module: String,
    },
}

/// The scripts to be made for a wheel, console ones first. As pip does, the versioned names that the `pip` and
/// `easy_install` wheels carry from the machine that built them give way to this Python's.
pub(crate) fn wanted<'a>(
    manifest: &'a Manifest,
    (major, minor): (u32, u32),
) -> Result<Vec<Wanted<'a>>, InvalidScript> {
    let mut wanted: Vec<Wanted<'a>> = Vec::new();
    for gui in [false, true] {
        for script in manifest.scripts().filter(|script| script.gui == gui) {
            if !is_safe_name(script.name) {
                return Err(InvalidScript::Name { name: script.name.to_owned() });
            }
            if script.attribute.is_empty() {
                let (name, module) = (script.name.to_owned(), script.module.to_owned());
                return Err(InvalidScript::NoFunction { name, module });
            }
            let name = Cow::Borrowed(script.name);
            wanted.push(Wanted { name, module: script.module, function: script.attribute });
        }
    }
    versioned(&mut wanted, "pip", &[String::new(), major.to_string(), format!("{major}.{minor}")]);
    versioned(&mut wanted, "easy_install", &[String::new(), format!("-{major}.{minor}")]);
    Ok(wanted)
}

/// If a script called `stem` is wanted, makes its versioned forms exactly `endings`.
fn versioned(wanted: &mut Vec<Wanted<'_>>, stem: &str, endings: &[String]) {
    let Some(plain) = wanted.iter().find(|one| one.name == stem).cloned() else { return };
    let is_form = |name: &str| {
        let rest = name.strip_prefix(stem).map(|rest| rest.trim_start_matches('-'));
        rest.is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'))
    };
    wanted.retain(|one| !is_form(&one.name));
    wanted.extend(
        endings.iter().map(|end| Wanted { name: Cow::Owned(format!("{stem}{end}")), ..plain.clone() }),
    );
}

/// Whether a file of `.data/scripts` is what setuptools made for an entry point: pip makes its own instead.
pub(crate) fn is_wrapper(manifest: &Manifest, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let lower = name.to_ascii_lowercase();
    let ending = [".exe", "-script.py", ".pya"].into_iter().find(|ending| lower.ends_with(ending));
    let stem = &name[..name.len() - ending.map_or(0, str::len)];
    manifest.scripts().any(|script| script.name == stem)
}

/// Whether a stored file begins with `#!python` and so gets another first line.
pub(crate) fn needs_rewriting(wheel: &StoredWheel, data: DataFile<'_>) -> bool {
    let mut head = [0; 8];
    let file = std::fs::File::open(wheel.root().join(data.file().path()));
    let read = file.and_then(|mut file| std::io::Read::read_exact(&mut file, &mut head));
    read.is_ok() && head == *b"#!python"
}

/// Whether a script of that name stays strictly inside the folder of programs.
pub(crate) fn is_safe_name(name: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && part != "." && part != "..";
    !name.contains(['\\', '\0']) && name.split('/').all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shebangs() {
        let long = format!("/{}", "x".repeat(124));
        let fits = format!("/{}", "x".repeat(123));
        let table = [
            ("/v/bin/python".to_owned(), "#!/v/bin/python\n".to_owned()),
            (
                "/a b/python".to_owned(),
                "#!/bin/sh\n'''exec' \"/a b/python\" \"$0\" \"$@\"\n' '''\n".to_owned(),
            ),
            (fits.clone(), format!("#!{fits}\n")),
            (long.clone(), format!("#!/bin/sh\n'''exec' {long} \"$0\" \"$@\"\n' '''\n")),
        ];
        for (python, expected) in table {
            assert_eq!(String::from_utf8(shebang(python.as_bytes())).unwrap(), expected);
        }
    }

    #[test]
    fn console_script() {
        let wanted = Wanted { name: "x".into(), module: "a.b", function: "c.d" };
        let text = String::from_utf8(script(b"/p", &wanted, (3, 11))).unwrap();
        let expected = "#!/p\nimport sys\nfrom a.b import c\nif __name__ == '__main__':\n    \
                        sys.argv[0] = sys.argv[0].removesuffix('.exe')\n    sys.exit(c.d())\n";
        assert_eq!(text, expected);
        let old = String::from_utf8(script(b"/p", &wanted, (3, 8))).unwrap();
        let expected = "#!/p\n# -*- coding: utf-8 -*-\nimport re\nimport sys\nfrom a.b import c\nif __name__ == '__main__':\n    \
                        sys.argv[0] = re.sub(r'(-script\\.pyw|\\.exe)?$', '', sys.argv[0])\n    sys.exit(c.d())\n";
        assert_eq!(old, expected);
    }

    #[test]
    fn data_scripts() {
        assert_eq!(rewritten(b"#!python\nx\n", b"/p").unwrap(), b"#!/p\nx\n");
        assert_eq!(rewritten(b"#!pythonw -E\nx", b"/p").unwrap(), b"#!/p\nx");
        assert_eq!(rewritten(b"#!python", b"/p").unwrap(), b"#!/p\n");
        assert_eq!(rewritten(b"#!/bin/sh\n", b"/p"), None);
    }
}
