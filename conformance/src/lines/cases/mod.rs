//! The cases: one table for each family of commands.

mod commands;
mod index;
mod install;
mod installed;
mod network;
mod options;
mod settings;
mod sources;
mod uninstall;
mod verbose;
mod words;

/// As a variable's value: not set, also where it otherwise is.
pub const UNSET: &str = "(unset)";

/// One command line, what is run before it, and what surrounds it.
///
/// Words are split at spaces; single quotes keep spaces together. A command of `before` that starts with `!` is the
/// shell's; `oddities` makes what no command of pip's makes.
#[derive(Clone, Copy)]
pub struct Case<'a> {
    pub name: &'static str,
    /// Commands that fill the environment; what they print is not compared.
    pub before: &'static [&'static str],
    pub command: &'a str,
    /// Further environment variables; `{stage}` in a value is the folder of the case, `{index}` the index's address.
    pub env: &'static [(&'static str, &'static str)],
    /// What the command reads from its standard input.
    pub stdin: &'static str,
    /// Why our answer differs from pip's; such a case is counted apart and does not fail.
    pub differs: Option<&'static str>,
    /// Why some lines differ from pip's, and how these lines begin; all others are compared.
    pub except: Option<(&'static str, &'static [&'static str])>,
    /// A part of the command without which both sides must answer otherwise than with it.
    pub without: Option<&'static str>,
    /// Both streams are a terminal.
    pub on_terminal: bool,
    /// pip prints in the order of folders' entries: lines are sorted before they are compared.
    pub any_order: bool,
}

/// A case without anything special; the methods add that.
const fn case(name: &'static str, before: &'static [&'static str], command: &'static str) -> Case<'static> {
    Case {
        name,
        before,
        command,
        env: &[],
        stdin: "",
        differs: None,
        except: None,
        without: None,
        on_terminal: false,
        any_order: false,
    }
}

#[allow(dead_code, reason = "the tables grow and shrink")]
impl Case<'static> {
    /// With these environment variables.
    const fn env(self, env: &'static [(&'static str, &'static str)]) -> Self {
        Self { env, ..self }
    }

    /// With this standard input.
    const fn stdin(self, stdin: &'static str) -> Self {
        Self { stdin, ..self }
    }

    /// An option of the command (with its value) that matters: taking it away changes what both sides answer.
    const fn without(self, option: &'static str) -> Self {
        Self { without: Some(option), ..self }
    }

    /// With a terminal for both streams.
    const fn on_terminal(self) -> Self {
        Self { on_terminal: true, ..self }
    }

    /// In whatever order.
    const fn any_order(self) -> Self {
        Self { any_order: true, ..self }
    }

    /// Lines that begin like one of these are known to differ, for this reason.
    const fn except(self, reason: &'static str, fronts: &'static [&'static str]) -> Self {
        Self { except: Some((reason, fronts)), ..self }
    }

    /// Known to differ, for this reason (which `docs/reference/differences.md` gives too).
    const fn differs(self, reason: &'static str) -> Self {
        Self { differs: Some(reason), ..self }
    }
}

/// All cases. Files named there are made by `universe`.
pub fn all() -> impl Iterator<Item = &'static Case<'static>> {
    let tables = [
        install::CASES,
        commands::CASES,
        installed::CASES,
        uninstall::CASES,
        settings::CASES,
        index::CASES,
        verbose::CASES,
        words::CASES,
        network::CASES,
        options::CASES,
        options::INSTALL,
        sources::CASES,
        sources::REPOSITORIES,
        sources::FAILURES,
    ];
    tables.into_iter().flatten()
}

/// Whether a difference fails: in the tables of installing, which still grow, it is shown and counted.
pub fn is_settled(case: &Case<'_>) -> bool {
    let open = [install::CASES, options::INSTALL];
    !open.into_iter().flatten().any(|one| one.name == case.name)
}
