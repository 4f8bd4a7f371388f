//! The shape of the tables: what a flag, a group, a command and a program are.
//!
//! Everything that a person can type is written down once, as a `static` of these types. Parser, help, man page,
//! completions, environment variables, settings keys and the reference pages are all read from it.

use std::fmt;

/// What a flag does with the words that follow it, and with being repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Turns its destination on; takes no value (`optparse`: `store_true`).
    On,
    /// Turns its destination off; takes no value (`optparse`: `store_false`).
    Off,
    /// Takes no value; each repetition counts (`-vv`).
    Count,
    /// Takes one value; the last one given wins.
    One(Value),
    /// Takes one value each time; all are kept in order.
    Many(Value),
}

/// How a value is called in help, and what it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value {
    /// The name shown in help, in capitals for our own commands, as pip writes it for pip's.
    pub metavar: &'static str,
    /// What is accepted.
    pub kind: Kind,
}

/// What a value may be; checked while parsing, so that a bad one is a usage error with the flag's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// `KEY=VALUE`
    Setting,
    /// A path; completions offer files, `~` is expanded by whoever reads it.
    Path,
    /// A folder; completions offer folders.
    Folder,
    /// A URL or a path; a password in it is masked wherever it is shown.
    Url,
    /// A whole number.
    Integer,
    /// A decimal number (seconds).
    Decimal,
    /// One of these words.
    Choice(&'static [&'static str]),
}

/// One flag: its spellings and what it means.
pub struct Flag {
    /// The destination: flags that write to one place (`--compile`, `--no-compile`) share it, in both tables.
    pub id: &'static str,
    /// Every spelling with its dashes; the first short and the first long are the ones shown.
    pub names: &'static [&'static str],
    /// What it takes.
    pub takes: Takes,
    /// One or more sentences for help.
    pub help: &'static str,
    /// The value in force when nobody says anything, as shown by help and `config explain`.
    pub default: Option<&'static str>,
    /// Our own programs: settable by a key of `tilsit.toml` and by `TILSIT_…` (both follow from `id`).
    pub setting: bool,
    /// Values of lower layers (settings, variables) stay and later ones come after them, as pip's `--only-binary` does.
    pub accumulates: bool,
    /// Accepted, but not shown.
    pub hidden: bool,
    /// Has a meaning only for packages that must be built.
    pub building: bool,
}

impl Flag {
    const fn new(id: &'static str, names: &'static [&'static str], takes: Takes, help: &'static str) -> Self {
        Self {
            id,
            names,
            takes,
            help,
            default: None,
            setting: false,
            accumulates: false,
            hidden: false,
            building: false,
        }
    }

    /// A flag that turns `id` on.
    pub const fn on(id: &'static str, names: &'static [&'static str], help: &'static str) -> Self {
        Self::new(id, names, Takes::On, help)
    }

    /// A flag that turns `id` off.
    pub const fn off(id: &'static str, names: &'static [&'static str], help: &'static str) -> Self {
        Self::new(id, names, Takes::Off, help)
    }

    /// A flag that counts how often it is given.
    pub const fn count(id: &'static str, names: &'static [&'static str], help: &'static str) -> Self {
        Self::new(id, names, Takes::Count, help)
    }

    /// A flag with one text value.
    pub const fn one(
        id: &'static str,
        names: &'static [&'static str],
        metavar: &'static str,
        help: &'static str,
    ) -> Self {
        Self::new(id, names, Takes::One(Value { metavar, kind: Kind::Text }), help)
    }

    /// A flag whose text values are collected.
    pub const fn many(
        id: &'static str,
        names: &'static [&'static str],
        metavar: &'static str,
        help: &'static str,
    ) -> Self {
        Self::new(id, names, Takes::Many(Value { metavar, kind: Kind::Text }), help)
    }

    /// The same flag with a narrower kind of value.
    pub const fn kind(mut self, kind: Kind) -> Self {
        self.takes = match self.takes {
            Takes::One(Value { metavar, .. }) => Takes::One(Value { metavar, kind }),
            Takes::Many(Value { metavar, .. }) => Takes::Many(Value { metavar, kind }),
            other => other,
        };
        self
    }

    /// The same flag with its default shown.
    pub const fn default(mut self, value: &'static str) -> Self {
        self.default = Some(value);
        self
    }

    /// The same flag, settable by file and variable.
    pub const fn setting(mut self) -> Self {
        self.setting = true;
        self
    }

    /// The same flag, whose layers add up instead of replacing each other.
    pub const fn accumulates(mut self) -> Self {
        self.accumulates = true;
        self
    }

    /// The same flag, accepted but not shown.
    pub const fn hidden(mut self) -> Self {
        self.hidden = true;
        self
    }

    /// The same flag, marked as one that concerns builds only.
    pub const fn building(mut self) -> Self {
        self.building = true;
        self
    }

    /// The value it takes, if it takes one.
    pub const fn value(&self) -> Option<&Value> {
        match &self.takes {
            Takes::One(value) | Takes::Many(value) => Some(value),
            Takes::On | Takes::Off | Takes::Count => None,
        }
    }

    /// The spelling that messages use: the first long one, else the first.
    pub fn name(&self) -> &'static str {
        self.long().or_else(|| self.names.first().copied()).unwrap_or("")
    }

    /// The first spelling with two dashes.
    pub fn long(&self) -> Option<&'static str> {
        self.names.iter().copied().find(|name| name.starts_with("--"))
    }

    /// The first spelling with one dash.
    pub fn short(&self) -> Option<&'static str> {
        self.names.iter().copied().find(|name| !name.starts_with("--"))
    }

    /// The environment variable of a setting: `TILSIT_` and the destination in capitals.
    pub fn variable(&self) -> Option<String> {
        self.setting.then(|| format!("TILSIT_{}", self.id.to_ascii_uppercase().replace('-', "_")))
    }
}

impl fmt::Debug for Flag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Flags shown together under a heading.
pub struct Group {
    /// The heading.
    pub title: &'static str,
    /// The flags, in the order of help.
    pub flags: &'static [&'static Flag],
}

/// What a command expects besides flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arguments {
    /// How help calls one of them; empty when the command takes none.
    pub metavar: &'static str,
    /// One sentence for help.
    pub help: &'static str,
    /// The fewest that make sense.
    pub least: usize,
    /// The most, or no limit.
    pub most: Option<usize>,
    /// Everything from the first one on is handed over as it stands (`tilsit as NAME …`).
    pub verbatim: bool,
}

impl Arguments {
    /// A command without arguments.
    pub const NONE: Self = Self { metavar: "", help: "", least: 0, most: Some(0), verbatim: false };

    /// Any number of them, at least `least`.
    pub const fn any(metavar: &'static str, least: usize, help: &'static str) -> Self {
        Self { metavar, help, least, most: None, verbatim: false }
    }

    /// Exactly one.
    pub const fn one(metavar: &'static str, help: &'static str) -> Self {
        Self { metavar, help, least: 1, most: Some(1), verbatim: false }
    }

    /// One or none.
    pub const fn optional(metavar: &'static str, help: &'static str) -> Self {
        Self { metavar, help, least: 0, most: Some(1), verbatim: false }
    }
}

/// One verb of a program, possibly with verbs of its own.
pub struct Command {
    /// The word that is typed.
    pub name: &'static str,
    /// One line for the list of commands.
    pub about: &'static str,
    /// Paragraphs for the command's own help, separated by empty lines.
    pub description: &'static str,
    /// What follows the command's name in the usage lines; empty: made from the table.
    pub usage: &'static [&'static str],
    /// The words it takes.
    pub arguments: Arguments,
    /// Its flags.
    pub groups: &'static [&'static Group],
    /// Its own verbs.
    pub subcommands: &'static [&'static Command],
    /// Not shown in the list of commands.
    pub hidden: bool,
}

impl Command {
    /// All flags of its groups, in the order of help.
    pub fn flags(&self) -> impl Iterator<Item = &'static Flag> + use<> {
        self.groups.iter().flat_map(|group| group.flags.iter().copied())
    }
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// How a command line is read and how its mistakes are worded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Ours: exact names, arguments counted, the nearest name suggested.
    Native,
    /// Python's `argparse` for a program without commands: unique prefixes, no flag as a value.
    Argparse,
    /// Python's `optparse` as pip sets it up: unique prefixes, any word as a value.
    Optparse,
}

/// A whole command line program.
pub struct Program {
    /// The word that starts it.
    pub name: &'static str,
    /// One line about it.
    pub about: &'static str,
    /// How it reads its arguments.
    pub dialect: Dialect,
    /// Flags accepted before the command only.
    pub top: &'static Group,
    /// Flags of every command, accepted before and after it.
    pub general: &'static [&'static Group],
    /// The verbs.
    pub commands: &'static [&'static Command],
}

impl Program {
    /// The command of that name.
    pub fn command(&self, name: &str) -> Option<&'static Command> {
        self.commands.iter().copied().find(|command| command.name == name)
    }

    /// The flags that are accepted with `command` (or before any).
    pub fn flags(&self, command: Option<&Command>) -> Vec<&'static Flag> {
        let own = command.into_iter().flat_map(Command::flags);
        own.chain(self.general.iter().flat_map(|group| group.flags.iter().copied())).collect()
    }
}
