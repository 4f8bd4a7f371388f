//! The cases: one table for each family of commands.

mod commands;
mod install;

/// One command line, what is run before it, and what surrounds it.
///
/// Words are split at spaces; single quotes keep spaces together.
#[derive(Clone, Copy)]
pub struct Case {
    pub name: &'static str,
    /// Commands that fill the environment; what they print is not compared.
    pub before: &'static [&'static str],
    pub command: &'static str,
    /// Further environment variables; `{stage}` in a value is the folder of the case, `{index}` the index's address.
    pub env: &'static [(&'static str, &'static str)],
    /// What the command reads from its standard input.
    pub stdin: &'static str,
    /// Why our answer differs from pip's; such a case is counted apart and does not fail.
    pub differs: Option<&'static str>,
}

/// A case without anything special; the methods add that.
const fn case(name: &'static str, before: &'static [&'static str], command: &'static str) -> Case {
    Case { name, before, command, env: &[], stdin: "", differs: None }
}

#[allow(dead_code, reason = "the tables grow and shrink")]
impl Case {
    /// With these environment variables.
    const fn env(self, env: &'static [(&'static str, &'static str)]) -> Self {
        Self { env, ..self }
    }

    /// With this standard input.
    const fn stdin(self, stdin: &'static str) -> Self {
        Self { stdin, ..self }
    }

    /// Known to differ, for this reason (which `docs/reference/differences.md` gives too).
    const fn differs(self, reason: &'static str) -> Self {
        Self { differs: Some(reason), ..self }
    }
}

/// All cases. Files named there are made by `universe`.
pub fn all() -> impl Iterator<Item = &'static Case> {
    install::CASES.iter().chain(commands::CASES)
}
