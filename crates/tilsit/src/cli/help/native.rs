//! Our own help: one line, usage, what it does, arguments, groups of flags.

use super::wrap::{two_columns, wrap};
use crate::cli::flag::{Arguments, Command, Flag, Group, Program};

/// Where explanations begin.
const COLUMN: usize = 30;

pub fn help(program: &'static Program, path: &[&'static Command], width: usize) -> String {
    let width = width.clamp(40, 100);
    let mut out = String::new();
    let (about, arguments) = match path.last() {
        Some(command) => (command.description, Some(&command.arguments)),
        None => (program.about, None),
    };
    for paragraph in about.split("\n\n") {
        out.push_str(&wrap(paragraph, width).join("\n"));
        out.push_str("\n\n");
    }
    out.push_str(&usage(program, path));
    if let Some(arguments) = arguments {
        push_arguments(&mut out, arguments, width);
    }
    push_commands(&mut out, path.last().map_or(program.commands, |command| command.subcommands), width);
    let own = path.last().map_or(&[][..], |command| command.groups);
    for group in own.iter().chain(program.general) {
        push_group(&mut out, group, width);
    }
    if path.is_empty() {
        push_group(&mut out, program.top, width);
        out.push_str("\nHelp for one command: tilsit help COMMAND\n");
    }
    out
}

pub fn usage(program: &'static Program, path: &[&'static Command]) -> String {
    let mut words = vec![program.name];
    words.extend(path.iter().map(|command| command.name));
    let start = words.join(" ");
    let Some(command) = path.last() else { return format!("Usage: {start} [OPTIONS] COMMAND\n") };
    if let [only, ..] = command.usage {
        return format!("Usage: {start} {only}\n");
    }
    if !command.subcommands.is_empty() {
        return format!("Usage: {start} [OPTIONS] COMMAND\n");
    }
    let arguments = shown(&command.arguments);
    format!("Usage: {start} [OPTIONS]{arguments}\n")
}

/// ` [REQUIREMENT]...`
fn shown(arguments: &Arguments) -> String {
    if arguments.metavar.is_empty() {
        return String::new();
    }
    let several = if arguments.most.is_none_or(|most| most > 1) { "..." } else { "" };
    match arguments.least {
        0 => format!(" [{}]{several}", arguments.metavar),
        _ => format!(" {}{several}", arguments.metavar),
    }
}

fn push_arguments(out: &mut String, arguments: &Arguments, width: usize) {
    if !arguments.help.is_empty() {
        out.push_str("\nArguments:\n");
        two_columns(out, &format!("  {}", arguments.metavar), arguments.help, (COLUMN, width));
    }
}

fn push_commands(out: &mut String, commands: &[&Command], width: usize) {
    if commands.is_empty() {
        return;
    }
    out.push_str("\nCommands:\n");
    for command in commands.iter().filter(|command| !command.hidden) {
        two_columns(out, &format!("  {}", command.name), command.about, (16, width));
    }
}

fn push_group(out: &mut String, group: &Group, width: usize) {
    if !group.title.is_empty() {
        out.push_str(&format!("\n{}:\n", group.title));
    }
    for flag in group.flags.iter().filter(|flag| !flag.hidden) {
        let help = match flag.default {
            Some(default) => format!("{} [default: {default}]", flag.help),
            None => flag.help.to_owned(),
        };
        two_columns(out, &label(flag), &help, (COLUMN, width));
    }
}

/// `  -r, --requirement FILE`
fn label(flag: &Flag) -> String {
    let mut label = match (flag.short(), flag.long()) {
        (Some(short), Some(long)) => format!("  {short}, {long}"),
        (Some(short), None) => format!("  {short}"),
        (None, long) => format!("      {}", long.unwrap_or_default()),
    };
    if let Some(value) = flag.value() {
        label.push(' ');
        label.push_str(value.metavar);
    }
    label
}
