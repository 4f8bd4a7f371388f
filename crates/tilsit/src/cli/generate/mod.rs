//! What is made from the tables besides help: completions, man pages, reference pages.

mod completions;
mod man;
mod reference;

pub use completions::completions;
use man::man;
use reference::reference;

use super::flag::{Command, Flag, Program};
use super::{native, pip, pyproject_build};

/// File names and texts of one kind: `reference` and `man` for every program, `completions` for ours.
pub fn pages(kind: &str) -> Option<Vec<(String, String)>> {
    let every = |make: fn(&'static Program) -> Vec<(String, String)>| {
        [&native::PROGRAM, &pip::PROGRAM, &pyproject_build::PROGRAM].into_iter().flat_map(make).collect()
    };
    match kind {
        "reference" => Some(every(reference)),
        "man" => Some(every(man)),
        "completions" => {
            let script =
                |shell: &&str| Some((format!("tilsit.{shell}"), completions(&native::PROGRAM, shell)?));
            Some(completions::SHELLS.iter().filter_map(script).collect())
        }
        _ => None,
    }
}

/// A command with the words that lead to it.
struct Verb {
    path: Vec<&'static Command>,
}

impl Verb {
    /// Every verb of a program that is shown, subcommands after their command.
    fn all(program: &'static Program) -> Vec<Self> {
        let mut verbs = Vec::new();
        for command in program.commands.iter().copied().filter(|command| !command.hidden) {
            verbs.push(Self { path: vec![command] });
            let subs = command.subcommands.iter().copied().filter(|sub| !sub.hidden);
            verbs.extend(subs.map(|sub| Self { path: vec![command, sub] }));
        }
        verbs
    }

    fn command(&self) -> &'static Command {
        // a verb is never made without a command
        self.path[self.path.len() - 1]
    }

    /// `cache list`, or joined by something else.
    fn words(&self, separator: &str) -> String {
        self.path.iter().map(|command| command.name).collect::<Vec<_>>().join(separator)
    }
}

/// The flags worth showing.
fn shown(flags: Vec<&'static Flag>) -> Vec<&'static Flag> {
    flags.into_iter().filter(|flag| !flag.hidden).collect()
}

/// The first sentence of a text, for narrow places.
fn first_sentence(text: &str) -> &str {
    let end = text.find(". ").or_else(|| text.find(": ")).unwrap_or(text.len());
    text[..end].trim_end_matches('.')
}

#[cfg(test)]
mod tests {
    use super::completions::SHELLS;
    use super::*;

    #[test]
    fn every_generator_speaks_of_every_command() {
        for shell in SHELLS {
            let script = completions(&native::PROGRAM, shell).unwrap();
            for word in ["install", "uninstall", "cache", "prune", "link-mode", "hardlink"] {
                assert!(script.contains(word), "{shell}: {word}");
            }
            assert!(!script.contains(" generate "), "{shell}");
        }
        assert!(completions(&native::PROGRAM, "tcsh").is_none());
        let pages = pages("man").unwrap();
        assert!(pages.iter().any(|(name, text)| name == "tilsit-cache-list.1" && text.starts_with(".TH")));
        let pages = super::pages("reference").unwrap();
        assert!(pages.iter().any(|(name, text)| name == "pip.md" && text.contains("--force-reinstall")));
    }

    #[test]
    fn sentences() {
        assert_eq!(first_sentence("Show help and exit."), "Show help and exit");
        assert_eq!(first_sentence("One thing. Another."), "One thing");
    }

    /// The scripts are read by the shells that are there.
    #[test]
    fn shells_accept_the_scripts() {
        for (shell, arguments) in [("bash", &["-n"][..]), ("zsh", &["-n"]), ("fish", &["--no-execute"])] {
            let script = completions(&native::PROGRAM, shell).unwrap();
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), script).unwrap();
            match std::process::Command::new(shell).args(arguments).arg(file.path()).status() {
                Ok(status) => assert!(status.success(), "{shell}"),
                Err(_) => eprintln!("SKIPPED: no {shell} here"),
            }
        }
    }
}
