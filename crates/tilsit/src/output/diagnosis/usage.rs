//! Mistakes on the command line.

use super::super::{Diagnostic, codes};
use crate::cli::{Expected, Flag, UsageError, words};

/// What commands of other tools are called here.
const ELSEWHERE: &[(&str, &str)] = &[
    ("add", "install"),
    ("pip", "tilsit as pip"),
    ("pip3", "tilsit as pip"),
    ("remove", "uninstall"),
    ("virtualenv", "venv"),
];

impl From<&UsageError> for Diagnostic {
    fn from(error: &UsageError) -> Self {
        let verb = format!("tilsit {}", words(error.path()));
        let verb = verb.trim_end();
        let usage = |summary: String| Self::new(&codes::USAGE, summary);
        let all = match error.path() {
            [] => "`tilsit help`".to_owned(),
            path => format!("`tilsit help {}`", words(path)),
        };
        match error {
            UsageError::UnknownFlag { given, nearest, .. } => {
                let hint = nearest.map(|nearest| format!("did you mean {nearest}? ")).unwrap_or_default();
                usage(format!("`{verb}` has no option {given}")).hint(format!("{hint}All options: {all}"))
            }
            UsageError::UnknownCommand { given, nearest, .. } => {
                let ours = ELSEWHERE
                    .iter()
                    .find(|(name, _)| name == given && verb == "tilsit")
                    .map(|(_, ours)| *ours);
                let hint =
                    ours.or(*nearest).map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
                usage(format!("`{verb}` has no command `{given}`")).hint(format!("{hint}All commands: {all}"))
            }
            UsageError::Ambiguous { given, candidates, .. } => {
                usage(format!("{given} may mean {}", candidates.join(" or ")))
            }
            UsageError::MissingValue { flag, .. } => usage(format!("{flag} needs a value")).hint(all),
            UsageError::UnexpectedValue { flag, .. } => usage(format!("{flag} takes no value")),
            UsageError::BadValue { flag, given, expected, .. } => {
                usage(format!("{flag} cannot be `{given}`")).fact(expected_words(expected))
            }
            UsageError::MissingCommand { path } => {
                let commands = path.last().map_or(&[][..], |command| command.subcommands);
                let names: Vec<&str> = commands.iter().map(|command| command.name).collect();
                usage(format!("`{verb}` needs a command: {}", names.join(", ")))
            }
            UsageError::TooFewArguments { path } => {
                let metavar = path.last().map_or("", |command| command.arguments.metavar);
                usage(format!("`{verb}` needs {metavar}")).hint(format!("how to write it: {all}"))
            }
            UsageError::TooManyArguments { given, .. } => {
                usage(format!("`{verb}` does not take `{given}`")).hint(format!("how to write it: {all}"))
            }
            UsageError::PythonAfterCommand => usage(error.to_string()),
        }
    }
}

fn expected_words(expected: &Expected) -> String {
    match expected {
        Expected::Integer => "expected a whole number".to_owned(),
        Expected::Decimal => "expected a number".to_owned(),
        Expected::Setting => "expected KEY=VALUE".to_owned(),
        Expected::OneOf(choices) => format!("expected {}", choices.join(", ")),
    }
}

/// A command line that cannot be read.
pub fn usage(error: &UsageError) -> Diagnostic {
    error.into()
}

/// `tilsit as NAME` of a tool that we are not, or with options before `as`.
pub fn not_that_tool(name: &str, known: &[&str]) -> Diagnostic {
    if known.contains(&name) {
        return Diagnostic::new(&codes::USAGE, "options before `as` are nobody's")
            .hint(format!("give the tool its own: `tilsit as {name} …`"));
    }
    let nearest = crate::cli::nearest(name, known.iter().copied());
    let meant = nearest.map(|nearest| format!("did you mean `tilsit as {nearest}`? ")).unwrap_or_default();
    Diagnostic::new(&codes::USAGE, format!("tilsit cannot be `{name}`"))
        .hint(format!("{meant}It can be: {}", known.join(", ")))
}

/// A command of the table that nobody runs.
pub fn unknown_command(words: &str) -> Diagnostic {
    Diagnostic::new(&codes::USAGE, format!("`tilsit {words}` is not a command"))
        .hint("All commands: `tilsit help`")
}

/// `tilsit install` alone.
pub fn nothing_to_install() -> Diagnostic {
    nothing_named("install")
}

/// `tilsit search` alone, or with words without letters.
pub fn nothing_to_search() -> Diagnostic {
    Diagnostic::new(&codes::USAGE, "nothing to search for was named")
        .hint("name words of a package's name: `tilsit search http client`")
}

/// `tilsit upgrade` alone.
pub fn nothing_to_upgrade() -> Diagnostic {
    Diagnostic::new(&codes::USAGE, "nothing was named to upgrade")
        .hint("`tilsit upgrade --all` upgrades everything; `tilsit list --outdated` shows what is new")
}

/// `list --outdated --format freeze`: pins of versions that are to go.
pub fn outdated_as_freeze() -> Diagnostic {
    Diagnostic::new(&codes::USAGE, "--outdated and --format freeze exclude each other")
        .hint("`tilsit upgrade --all` upgrades everything; `tilsit list --outdated --json` is for programs")
}

/// `uninstall --unneeded` where no installer wrote REQUESTED.
pub fn nobody_asked() -> Diagnostic {
    Diagnostic::new(&codes::USAGE, "nothing here tells what was asked for")
        .fact("no installed package has a REQUESTED file (PEP 376), so all of them would count as unneeded")
        .hint("name packages: `tilsit uninstall --unneeded PACKAGE` removes them and what only they need")
}

/// A verb without an object.
pub fn nothing_named(verb: &str) -> Diagnostic {
    Diagnostic::new(&codes::USAGE, format!("nothing to {verb} was named"))
        .hint(format!("name packages, or a file with -r: `tilsit help {verb}`"))
}

/// A word that should be a package's name.
pub fn not_a_name(word: &str) -> Diagnostic {
    Diagnostic::new(&codes::USAGE, format!("`{word}` is not a package name"))
        .fact("a name has letters, digits, and - _ . between them")
}

/// The same as a flag's value.
pub fn bad_name(flag: &Flag, word: &str) -> Diagnostic {
    Diagnostic::new(&codes::USAGE, format!("{} cannot be `{word}`", flag.name()))
        .fact("expected the name of a package, :all: or :none:")
}

/// `--python-version`
pub fn bad_python_version(text: &str) -> Diagnostic {
    Diagnostic::new(&codes::USAGE, format!("`{text}` is not a version of Python"))
        .hint("write it like 3.12 or 3.12.4")
}

/// `--python-platform`
pub fn bad_platform(name: &str, error: &packaging::tags::UnknownPythonPlatform) -> Diagnostic {
    let text = error.to_string();
    let summary = format!("`{name}` is not a platform");
    let fact = text.strip_prefix(&format!("{summary}: ")).unwrap_or(&text).to_owned();
    Diagnostic::new(&codes::USAGE, summary).fact(fact)
}

/// `config explain KEY`
/// `nearest` is the setting that was meant, perhaps.
pub fn unknown_setting(key: &str, nearest: Option<&str>) -> Diagnostic {
    let meant = nearest.map(|nearest| format!("did you mean `{nearest}`? ")).unwrap_or_default();
    Diagnostic::new(&codes::USAGE, format!("there is no setting `{key}`"))
        .hint(format!("{meant}all settings: `tilsit config explain`"))
}

/// `completions SHELL`
pub fn unknown_shell(name: &str) -> Diagnostic {
    Diagnostic::new(&codes::USAGE, format!("there are no completions for `{name}`"))
        .fact("expected bash, zsh, fish or powershell")
}
