//! One reader of command lines for both dialects.
//!
//! Enters: a program's table and the words of the command line. Leaves: what to do ([`Outcome`]) or why not
//! ([`UsageError`]). Words are taken strictly from left to right, so that `--help` wins over a later mistake and an
//! earlier mistake over `--help`, as in `optparse`.

use super::flag::{Command, Dialect, Flag, Kind, Program, Takes};
use super::nearest::nearest;
use super::number;
use super::parsed::{Given, Occurrence, Parsed};
use super::usage::UsageError;
use crate::settings::Origin;

/// What a command line asks for.
#[derive(Debug)]
pub enum Outcome {
    /// Run a command.
    Run(Parsed),
    /// Show help: of the program, or of the command named by the path.
    Help(Vec<&'static Command>),
    /// Show the version.
    Version(Parsed),
}

/// Reads `words` (the command line without the program's name).
///
/// # Errors
/// The first mistake from the left.
pub fn parse(program: &'static Program, words: &[String]) -> Result<Outcome, UsageError> {
    match program.dialect {
        Dialect::Native => parse_native(program, words),
        Dialect::Optparse => parse_optparse(program, words),
        Dialect::Argparse => parse_argparse(program, words),
    }
}

fn parse_native(program: &'static Program, words: &[String]) -> Result<Outcome, UsageError> {
    let mut reader = Reader::new(program, words);
    loop {
        match reader.step()? {
            Step::Argument(word) if reader.expects_command() => {
                if reader.path.is_empty() && word == "help" {
                    return help_path(program, &reader.words[reader.at..]).map(Outcome::Help);
                }
                reader.enter(&word)?;
            }
            Step::Argument(word) => reader.take_argument(word),
            Step::Flag => {}
            Step::Help => return Ok(Outcome::Help(reader.path)),
            Step::Version => return Ok(Outcome::Version(reader.finish())),
            Step::End => break,
        }
    }
    if reader.path.is_empty() {
        return Ok(Outcome::Help(Vec::new()));
    }
    if reader.expects_command() {
        return Err(UsageError::MissingCommand { path: reader.path });
    }
    reader.check_arguments()?;
    Ok(Outcome::Run(reader.finish()))
}

/// A program whose only command is never typed.
fn parse_argparse(program: &'static Program, words: &[String]) -> Result<Outcome, UsageError> {
    let mut reader = Reader::new(program, words);
    reader.path.extend(program.commands.first());
    loop {
        match reader.step()? {
            Step::Argument(word) => reader.take_argument(word),
            Step::Flag => {}
            Step::Help => return Ok(Outcome::Help(reader.path)),
            Step::Version => return Ok(Outcome::Version(reader.finish())),
            Step::End => break,
        }
    }
    reader.check_arguments()?;
    Ok(Outcome::Run(reader.finish()))
}

/// pip reads twice: its main parser up to the command, then the command's parser over everything but that word.
fn parse_optparse(program: &'static Program, words: &[String]) -> Result<Outcome, UsageError> {
    let mut main = Reader::new(program, words);
    let name = loop {
        match main.step()? {
            Step::Argument(word) => break word,
            Step::Flag => {}
            Step::Help => return Ok(Outcome::Help(Vec::new())),
            Step::Version => return Ok(Outcome::Version(main.finish())),
            Step::End => return Ok(main.version_or_help()),
        }
    };
    if main.version {
        return Ok(Outcome::Version(main.finish()));
    }
    if name == "help" && main.at == words.len() {
        return Ok(Outcome::Help(Vec::new()));
    }
    let Some(command) = program.command(&name) else {
        return Err(unknown_command(program.commands, &[], &name));
    };
    let mut rest = words.to_vec();
    if let Some(at) = rest.iter().position(|word| *word == name) {
        rest.remove(at);
    }
    let mut reader = Reader::new(program, &rest);
    reader.path.push(command);
    loop {
        match reader.step()? {
            Step::Argument(word) => reader.take_argument(word),
            Step::Flag | Step::Version => {}
            Step::Help => return Ok(Outcome::Help(reader.path)),
            Step::End => break,
        }
    }
    // pip: only the main parser's --python chooses the interpreter; once it has, a later one says nothing, and
    // without it a later one is refused, unless the configuration has chosen
    let is_python = |occurrence: &&Occurrence| occurrence.flag.id == "python";
    let before = main.occurrences.iter().filter(is_python).count();
    let after = reader.occurrences.iter().filter(is_python).count() - before;
    let mut seen = 0;
    reader.occurrences.retain(|occurrence| {
        seen += usize::from(is_python(&occurrence));
        !is_python(&occurrence) || seen <= before
    });
    if name == "help" {
        return help_path(program, &reader.arguments[..1.min(reader.arguments.len())]).map(Outcome::Help);
    }
    Ok(Outcome::Run(Parsed { late_python: after > 0 && before == 0, ..reader.finish() }))
}

/// `help NAME [NAME]`: the command whose help is wanted.
fn help_path(program: &'static Program, words: &[String]) -> Result<Vec<&'static Command>, UsageError> {
    let mut path: Vec<&'static Command> = Vec::new();
    for word in words.iter().filter(|word| !word.starts_with('-')) {
        let choices = path.last().map_or(program.commands, |command| command.subcommands);
        match choices.iter().find(|command| command.name == word) {
            Some(command) => path.push(command),
            None => return Err(unknown_command(choices, &path, word)),
        }
    }
    Ok(path)
}

fn unknown_command(
    choices: &'static [&'static Command],
    path: &[&'static Command],
    given: &str,
) -> UsageError {
    let names = choices.iter().filter(|command| !command.hidden).map(|command| command.name);
    UsageError::UnknownCommand {
        given: given.to_owned(),
        path: path.to_vec(),
        nearest: nearest(&given.to_lowercase(), names),
    }
}

/// What the next word turned out to be.
enum Step {
    Argument(String),
    Flag,
    Help,
    Version,
    End,
}

struct Reader<'a> {
    program: &'static Program,
    words: &'a [String],
    at: usize,
    /// After `--`, or after the first word of a verbatim command.
    only_arguments: bool,
    version: bool,
    path: Vec<&'static Command>,
    occurrences: Vec<Occurrence>,
    arguments: Vec<String>,
}

impl<'a> Reader<'a> {
    fn new(program: &'static Program, words: &'a [String]) -> Self {
        Self {
            program,
            words,
            at: 0,
            only_arguments: false,
            version: false,
            path: Vec::new(),
            occurrences: Vec::new(),
            arguments: Vec::new(),
        }
    }

    fn finish(self) -> Parsed {
        Parsed {
            path: self.path,
            occurrences: self.occurrences,
            arguments: self.arguments,
            late_python: false,
        }
    }

    fn version_or_help(self) -> Outcome {
        if self.version { Outcome::Version(self.finish()) } else { Outcome::Help(Vec::new()) }
    }

    fn expects_command(&self) -> bool {
        self.path.last().is_none_or(|command| !command.subcommands.is_empty())
    }

    fn enter(&mut self, word: &str) -> Result<(), UsageError> {
        let choices = self.path.last().map_or(self.program.commands, |command| command.subcommands);
        let Some(command) = choices.iter().copied().find(|command| command.name == word) else {
            return Err(unknown_command(choices, &self.path, word));
        };
        self.path.push(command);
        Ok(())
    }

    fn take_argument(&mut self, word: String) {
        self.arguments.push(word);
        self.only_arguments |= self.path.last().is_some_and(|command| command.arguments.verbatim);
    }

    fn step(&mut self) -> Result<Step, UsageError> {
        let Some(word) = self.words.get(self.at) else { return Ok(Step::End) };
        self.at += 1;
        if self.only_arguments {
            return Ok(Step::Argument(word.clone()));
        }
        if word == "--" {
            self.only_arguments = true;
            return self.step();
        }
        if let Some(long) = word.strip_prefix("--") {
            let (name, value) = match long.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (long, None),
            };
            let (flag, spelling) = self.find_long(&format!("--{name}"))?;
            return self.take(flag, spelling, value);
        }
        if word.len() > 1 && word.starts_with('-') {
            let cluster = word[1..].to_owned();
            return self.take_cluster(&cluster);
        }
        Ok(Step::Argument(word.clone()))
    }

    fn take_cluster(&mut self, cluster: &str) -> Result<Step, UsageError> {
        for (at, letter) in cluster.char_indices() {
            let (flag, spelling) = self.find_exact(&format!("-{letter}"))?;
            let rest = &cluster[at + letter.len_utf8()..];
            if flag.value().is_some() {
                let attached = (!rest.is_empty()).then(|| rest.to_owned());
                return self.take(flag, spelling, attached);
            }
            match self.take(flag, spelling, None)? {
                Step::Flag => {}
                other => return Ok(other),
            }
        }
        Ok(Step::Flag)
    }

    /// The flags in force at this point: before a command also those of the program alone.
    fn flags(&self) -> impl Iterator<Item = &'static Flag> + use<> {
        let own = self.path.last().copied().into_iter().flat_map(Command::flags);
        let top = if self.path.is_empty() { self.program.top.flags } else { &[] };
        let general = self.program.general.iter().flat_map(|group| group.flags.iter().copied());
        own.chain(general).chain(top.iter().copied())
    }

    fn spellings(&self) -> impl Iterator<Item = (&'static Flag, &'static str)> + use<> {
        self.flags().flat_map(|flag| flag.names.iter().map(move |name| (flag, *name)))
    }

    fn find_exact(&self, typed: &str) -> Result<(&'static Flag, &'static str), UsageError> {
        self.spellings().find(|(_, name)| *name == typed).ok_or_else(|| self.unknown_flag(typed))
    }

    fn find_long(&self, typed: &str) -> Result<(&'static Flag, &'static str), UsageError> {
        if self.program.dialect == Dialect::Native {
            return self.find_exact(typed);
        }
        let mut possible: Vec<_> = self.spellings().filter(|(_, name)| name.starts_with(typed)).collect();
        if self.program.dialect == Dialect::Optparse {
            possible.sort_by_key(|(_, name)| *name);
        }
        match possible.as_slice() {
            [] => Err(self.unknown_flag(typed)),
            [only] => Ok(*only),
            several => several.iter().copied().find(|(_, name)| *name == typed).ok_or_else(|| {
                let candidates = several.iter().map(|(_, name)| *name).collect();
                UsageError::Ambiguous { given: typed.to_owned(), candidates, path: self.path.clone() }
            }),
        }
    }

    fn unknown_flag(&self, typed: &str) -> UsageError {
        let names = self.spellings().filter(|(flag, _)| !flag.hidden).map(|(_, name)| name);
        UsageError::UnknownFlag {
            given: typed.to_owned(),
            nearest: nearest(typed, names.filter(|name| name.len() > 2)),
            path: self.path.clone(),
        }
    }

    fn take(
        &mut self,
        flag: &'static Flag,
        spelling: &'static str,
        attached: Option<String>,
    ) -> Result<Step, UsageError> {
        let path = || self.path.clone();
        let given = match (flag.takes, attached) {
            (Takes::On | Takes::Off | Takes::Count, Some(_)) => {
                return Err(UsageError::UnexpectedValue { flag: spelling, path: path() });
            }
            (Takes::On | Takes::Count, None) => Given::On,
            (Takes::Off, None) => Given::Off,
            (Takes::One(value) | Takes::Many(value), attached) => {
                let text = match attached {
                    Some(text) => text,
                    None => self.next_value(spelling)?,
                };
                check(value.kind, &text).map_err(|expected| UsageError::BadValue {
                    flag: spelling,
                    given: text.clone(),
                    expected,
                    path: self.path.clone(),
                })?;
                Given::Text(text)
            }
        };
        match flag.id {
            "help" => return Ok(Step::Help),
            // pip looks at --version only when all general options are read
            "version" if self.program.dialect == Dialect::Optparse => self.version = true,
            "version" => return Ok(Step::Version),
            _ => {}
        }
        self.occurrences.push(Occurrence { flag, given, origin: Origin::Flag { name: spelling } });
        Ok(Step::Flag)
    }

    fn next_value(&mut self, spelling: &'static str) -> Result<String, UsageError> {
        let missing = |reader: &Self| UsageError::MissingValue { flag: spelling, path: reader.path.clone() };
        let word = self.words.get(self.at).ok_or_else(|| missing(self))?;
        // Ours: a flag is never swallowed as the value of another; optparse takes any word.
        let is_flag = word.starts_with('-')
            && match self.program.dialect {
                Dialect::Native => self.spellings().any(|(_, name)| name == word),
                // whatever looks like one
                Dialect::Argparse => word.len() > 1 && !word.contains(' '),
                Dialect::Optparse => false,
            };
        if is_flag {
            return Err(missing(self));
        }
        self.at += 1;
        Ok(word.clone())
    }

    fn check_arguments(&self) -> Result<(), UsageError> {
        let Some(command) = self.path.last() else { return Ok(()) };
        if self.arguments.len() < command.arguments.least {
            return Err(UsageError::TooFewArguments { path: self.path.clone() });
        }
        match command.arguments.most.and_then(|most| self.arguments.get(most)) {
            Some(extra) => {
                Err(UsageError::TooManyArguments { given: extra.clone(), path: self.path.clone() })
            }
            None => Ok(()),
        }
    }
}

/// Whether a value is of its kind.
///
/// # Errors
/// What was expected instead.
pub fn check(kind: Kind, text: &str) -> Result<(), Expected> {
    let fine = match kind {
        Kind::Text | Kind::Path | Kind::Folder | Kind::Url => true,
        Kind::Setting => text.contains('='),
        Kind::Integer => number::integer(text).is_some(),
        Kind::Decimal => number::decimal(text).is_some(),
        Kind::Choice(choices) => choices.contains(&text),
    };
    if fine {
        return Ok(());
    }
    Err(match kind {
        Kind::Choice(choices) => Expected::OneOf(choices),
        Kind::Decimal => Expected::Decimal,
        Kind::Setting => Expected::Setting,
        Kind::Integer | Kind::Text | Kind::Path | Kind::Folder | Kind::Url => Expected::Integer,
    })
}

/// What a value should have been.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// A whole number.
    Integer,
    /// A decimal number.
    Decimal,
    /// `KEY=VALUE`
    Setting,
    /// A word of this list.
    OneOf(&'static [&'static str]),
}
