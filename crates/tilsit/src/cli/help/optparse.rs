//! Help in the layout of pip's: `optparse` with a help column of at most 30, groups indented by two.

use super::wrap::{two_columns, wrap};
use crate::cli::flag::{Command, Flag, Group, Program};

/// `max_help_position` of pip's formatter.
const COLUMN: usize = 30;

pub fn help(program: &'static Program, path: &[&'static Command], width: usize) -> String {
    // pip leaves two columns free
    let width = width.saturating_sub(2).max(COLUMN + 11);
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
    let mut out = String::from("\nUsage:   \n");
    let Some(command) = path.last() else {
        out.push_str(&format!("  {} <command> [options]\n\n", program.name));
        return out;
    };
    // pip writes the usage of this one command on the line of the heading
    if let ("hash", [line]) = (command.name, command.usage) {
        return format!("\nUsage:   {} {} {line}\n\n", program.name, command.name);
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
    out.push_str("Description:\n");
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
    out.push_str("Commands:\n");
    for command in program.commands.iter().filter(|command| !command.hidden) {
        out.push_str(&format!("  {:27} {}\n", command.name, command.about));
    }
    out.push('\n');
}

fn group_text(group: &Group, width: usize) -> String {
    let mut out = format!("{}:\n", group.title);
    for flag in group.flags.iter().filter(|flag| !flag.hidden) {
        push_flag(&mut out, flag, 2, width);
    }
    out
}

fn push_flag(out: &mut String, flag: &Flag, indent: usize, width: usize) {
    let mut label = " ".repeat(indent);
    let spellings: Vec<&str> = [flag.short(), flag.long()].into_iter().flatten().collect();
    label.push_str(&spellings.join(", "));
    if let Some(value) = flag.value() {
        label.push_str(&format!(" <{}>", value.metavar));
    }
    two_columns(out, &label, flag.help, (COLUMN, width));
}
