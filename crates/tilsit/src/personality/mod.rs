//! Which tool this process is, and that tool's words.
//!
//! A personality turns a command line into a request for [`crate::ops`], and the report into lines and an exit code.

mod native;
mod pip;
mod pyproject_build;

use std::path::Path;

use crate::ops::python;
use crate::settings::Process;

/// The names under which this binary is another tool; `tilsit link` makes links of these names.
pub const NAMES: &[&str] = &["pip", "pip3", "pyproject-build"];

/// The tools that can be imitated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tool {
    Native,
    Pip,
    PyprojectBuild,
}

/// Runs the process as the tool it is called as, by `argv[0]` or by `tilsit as NAME`; returns the exit code.
pub fn run(process: &Process) -> u8 {
    let words: Vec<String> = process.args.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let called = words.first().map(|program| tool_of(program)).unwrap_or(Some(Tool::Native));
    let rest = words.get(1..).unwrap_or_default();
    match (called, rest) {
        (Some(Tool::Pip), rest) => pip::run(process, &[own_python(process), rest.to_vec()].concat()),
        (Some(Tool::PyprojectBuild), rest) => {
            let python = python::beside_program(process).map(|python| python.display().to_string());
            pyproject_build::run(process, &Caller { module: false, python: python.as_deref() }, rest)
        }
        (_, [word, name, rest @ ..]) if word == "as" && tool_of(name) == Some(Tool::Pip) => {
            pip::run(process, rest)
        }
        (_, [word, name, rest @ ..]) if word == "as" && is_build(name) => {
            let (python, rest) = match rest {
                [option, python, rest @ ..] if option == "--python" => (Some(python.as_str()), rest),
                rest => (None, rest),
            };
            pyproject_build::run(process, &Caller { module: name == MODULE, python }, rest)
        }
        _ => native::run(process, rest),
    }
}

/// The option by which a `pip` that lies in an environment is told that environment's Python, as the environment's own is.
fn own_python(process: &Process) -> Vec<String> {
    let python = python::beside_program(process);
    let is_environment =
        |python: &Path| python.ancestors().nth(2).is_some_and(|folder| folder.join("pyvenv.cfg").is_file());
    let python = python.filter(|python| is_environment(python));
    python.map_or_else(Vec::new, |python| vec!["--python".to_owned(), python.display().to_string()])
}

/// Who calls `pyproject-build`.
struct Caller<'a> {
    /// `python -m build`, and not the program.
    module: bool,
    /// The Python whose tool it is; none takes the active one.
    python: Option<&'a str>,
}

/// What the module of build is called, where `pyproject-build` is its program: `tilsit as build` has its words.
const MODULE: &str = "build";

fn is_build(name: &str) -> bool {
    name == MODULE || tool_of(name) == Some(Tool::PyprojectBuild)
}

/// `pip`, `pip3` and `pip3.11` are pip; everything else is ourselves.
fn tool_of(program: &str) -> Option<Tool> {
    let name = Path::new(program).file_name()?.to_str()?;
    let name = name.strip_suffix(".exe").unwrap_or(name);
    match name.strip_prefix("pip") {
        Some(version) if version.chars().all(|c| c.is_ascii_digit() || c == '.') => Some(Tool::Pip),
        _ if name == "tilsit" => Some(Tool::Native),
        _ if name == "pyproject-build" => Some(Tool::PyprojectBuild),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_that_is_linked_is_a_tool() {
        for name in NAMES {
            assert!(tool_of(name).is_some_and(|tool| tool != Tool::Native), "{name}");
        }
    }

    #[test]
    fn names_of_tools() {
        for (program, tool) in [
            ("/usr/bin/tilsit", Some(Tool::Native)),
            ("pip", Some(Tool::Pip)),
            ("env/bin/pip3.11", Some(Tool::Pip)),
            ("pip3", Some(Tool::Pip)),
            ("pipx", None),
            ("/usr/bin/pyproject-build", Some(Tool::PyprojectBuild)),
            ("other", None),
        ] {
            assert_eq!(tool_of(program), tool, "{program}");
        }
    }
}
