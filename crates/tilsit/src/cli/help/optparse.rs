//! Help in the layout of pip's: `optparse` with a help column of at most 30, groups indented by two.

use super::wrap::{two_columns, wrap};
use crate::cli::flag::{Command, Flag, Group, Program};
use crate::output::Mark;

/// `max_help_position` of pip's formatter.
const COLUMN: usize = 30;

/// No text is broken into shorter lines.
const NARROWEST: usize = 22;

pub fn help(program: &'static Program, path: &[&'static Command], width: usize) -> String {
    // pip leaves two columns free, and at least twenty for what options do
    let width = width.saturating_sub(2).max(NARROWEST);
    let mut out = usage(program, path);
    match path.last() {
        Some(command) => push_description(&mut out, command, width),
        None => push_commands(&mut out, program),
    }
    if path.is_empty() {
        for flag in program.top.flags {
            push_flag(&mut out, flag, 1, width);
        }
        out.push('\n');
    }
    let own = path.last().map_or(&[][..], |command| command.groups);
    let groups: Vec<String> =
        own.iter().chain(program.general).map(|group| group_text(group, width)).collect();
    out.push_str(&groups.join("\n"));
    out
}

pub fn usage(program: &'static Program, path: &[&'static Command]) -> String {
    let heading = Mark::Heading.around("Usage:");
    let mut out = format!("\n{heading}   \n");
    let Some(command) = path.last() else {
        out.push_str(&format!("  {} <command> [options]\n\n", program.name));
        return out;
    };
    // pip writes the usage of this one command on the line of the heading
    if let ("hash", [line]) = (command.name, command.usage) {
        return format!("\n{heading}   {} {} {line}\n\n", program.name, command.name);
    }
    if command.usage.is_empty() {
        return String::new();
    }
    for line in command.usage {
        if line.is_empty() {
            out.push_str("  \n");
        } else {
            out.push_str(&format!("  {} {} {line}\n", program.name, command.name));
        }
    }
    // the indentation that ends these texts in pip shows as an empty line
    if matches!(command.name, "cache" | "config" | "index") {
        out.push_str("  \n");
    }
    out.push('\n');
    out
}

fn push_description(out: &mut String, command: &Command, width: usize) {
    out.push_str(&format!("{}\n", Mark::Heading.around("Description:")));
    for line in command.description.split('\n') {
        let lines = wrap(line, width - 2);
        if lines.is_empty() {
            out.push_str("  \n");
        }
        for line in lines {
            out.push_str(&format!("  {line}\n"));
        }
    }
    out.push('\n');
}

fn push_commands(out: &mut String, program: &Program) {
    out.push_str(&format!("{}\n", Mark::Heading.around("Commands:")));
    for command in program.commands.iter().filter(|command| !command.hidden) {
        let name = Mark::Long.around(&format!("{:27}", command.name));
        out.push_str(&format!("  {name} {}\n", command.about));
    }
    out.push('\n');
}

fn group_text(group: &Group, width: usize) -> String {
    let mut out = format!("{}\n", Mark::Heading.around(&format!("{}:", group.title)));
    for flag in group.flags.iter().filter(|flag| !flag.hidden) {
        push_flag(&mut out, flag, 2, width);
    }
    out
}

fn push_flag(out: &mut String, flag: &Flag, indent: usize, width: usize) {
    let spelling = |mark: Mark, name: Option<&str>| name.map(|name| (name.to_owned(), mark.around(name)));
    let short = spelling(Mark::Short, flag.short());
    let (names, marked): (Vec<_>, Vec<_>) =
        short.into_iter().chain(spelling(Mark::Long, flag.long())).unzip();
    let value = flag.value().map(|value| format!("<{}>", value.metavar));
    let with = |value: &Option<String>| value.as_ref().map(|value| format!(" {value}")).unwrap_or_default();
    let label = format!("{:indent$}{}{}", "", names.join(", "), with(&value));
    let value = value.map(|value| Mark::Value.around(&value));
    out.push_str(&format!("{:indent$}{}{}", "", marked.join(", "), with(&value)));
    // marks have no width: the columns are those of the label without them
    let mut columns = String::new();
    let column = COLUMN.min(width - 20);
    two_columns(&mut columns, &label, flag.help, (column, width));
    out.push_str(columns.strip_prefix(&label).unwrap_or_default());
}
