//! Errors of every room as [`Diagnostic`](super::Diagnostic)s: the one place that words them for our own commands.
//!
//! One file for each field, one function for each error enum. Facts stand in a list, whose fault it is is said
//! plainly, and the hint can be pasted; the code in brackets leads to a page that says more (`tilsit explain CODE`).

mod build;
mod conflict;
mod environment;
mod fetch;
mod headers;
mod lock;
mod operation;
mod python;
mod requirements;
mod settings;
mod source;
#[cfg(test)]
mod unmet_tests;
mod usage;
mod wheel;

pub use build::{build, distributions};
pub use environment::{cannot_write, change, externally_managed, link, no_binary, not_installed, read, venv};
pub use fetch::{connection, no_index_to_search, project_list};
pub use lock::{lock, several_locks, sync};
pub use operation::{download, install, search};
pub use python::python;
pub use requirements::{cannot_read, project_file, wanted};
pub use settings::{settings, warning as settings_warning};
pub use source::source;
pub use usage::{
    bad_name, bad_platform, bad_python_version, nobody_asked, not_a_name, not_that_tool, nothing_named,
    nothing_to_install, nothing_to_search, nothing_to_upgrade, outdated_as_freeze, unknown_command,
    unknown_setting, unknown_shell, usage,
};
pub use wheel::{disk, refused_wheel};

#[cfg(test)]
mod tests {
    use super::super::{Diagnostic, Style, codes};
    use super::requirements::typed_requirement;
    use crate::cli::{native, parse};
    use crate::settings::{Origin, SettingsError};
    use project::requirements_file::{Requested, Source};
    use std::sync::Arc;

    /// The example on a code's page.
    fn example(code: &str) -> String {
        let page = codes::find(code).unwrap().page;
        let (_, rest) = page.split_once("```\n").unwrap();
        rest.split_once("```").unwrap().0.to_owned()
    }

    #[test]
    fn pages_show_what_is_printed() {
        let mut printed: Vec<(Diagnostic, &str)> = Vec::new();
        let words: Vec<String> = ["install", "--upgrad"].iter().map(|word| (*word).to_owned()).collect();
        let error = parse(&native::PROGRAM, &words).unwrap_err();
        printed.push((Diagnostic::from(&error), "usage"));

        let origin = Arc::new(packaging::Origin::CommandLine);
        let error = Requested::parse("alpha=1", &origin).unwrap_err();
        printed.push((typed_requirement("alpha=1", &error), "bad-requirement"));

        let source = Source { path: "requirements.txt", constraint: false, text: "alpha\nbeta==\n" };
        let error = project::requirements_file::parse(source, &|_| None).unwrap_err();
        printed.push((Diagnostic::from(&error), "bad-requirements-file"));

        let origin =
            Origin::File { path: std::path::Path::new("tilsit.toml").into(), line: 3, key: "retries".into() };
        let error = SettingsError::Value {
            key: "retries".into(),
            value: "\"many\"".into(),
            expected: "expected a whole number".into(),
            origin,
        };
        printed.push((Diagnostic::from(&error), "bad-config"));

        let text = "[project]\nname = \"x\"\ndependencies = [\"alpha=1\"]\n";
        let error = project::pyproject::PyProject::parse("pyproject.toml", text).unwrap_err();
        printed.push((Diagnostic::from(&*error), "project-file"));
        let shown =
            |(diagnostic, code): &(Diagnostic, &str)| (diagnostic.render(Style::PLAIN), example(code));
        let wrong: Vec<_> = printed.iter().map(shown).filter(|(printed, page)| printed != page).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
