//! Man pages: one for the program, one for each verb.

use super::{Verb, shown};
use crate::cli::flag::{Command, Flag, Program};
use crate::cli::help;
use std::fmt::Write as _;

/// File names and their roff text.
pub fn man(program: &'static Program) -> Vec<(String, String)> {
    let mut pages = vec![(format!("{}.1", program.name), program_page(program))];
    for verb in Verb::all(program) {
        let name = format!("{}-{}", program.name, verb.words("-"));
        pages.push((format!("{name}.1"), verb_page(program, &verb, &name)));
    }
    pages
}

fn program_page(program: &'static Program) -> String {
    let mut out = head(program.name, program.about, &help::usage(program, &[]));
    out.push_str(".SH COMMANDS\n");
    push_commands(&mut out, program.name, program.commands);
    push_flags(&mut out, program.general.iter().flat_map(|group| group.flags.iter().copied()).collect());
    out
}

fn verb_page(program: &'static Program, verb: &Verb, name: &str) -> String {
    let command = verb.command();
    let mut out = head(name, command.about, &help::usage(program, &verb.path));
    let description = if command.description.is_empty() { command.about } else { command.description };
    let _ = write!(out, ".SH DESCRIPTION\n{}\n", escaped(description));
    if !command.arguments.help.is_empty() {
        let _ = write!(
            out,
            ".TP\n\\fI{}\\fR\n{}\n",
            escaped(command.arguments.metavar),
            escaped(command.arguments.help)
        );
    }
    if !command.subcommands.is_empty() {
        out.push_str(".SH COMMANDS\n");
        push_commands(&mut out, name, command.subcommands);
    }
    push_flags(&mut out, shown(program.flags(Some(command))));
    out
}

fn head(name: &str, about: &str, usage: &str) -> String {
    let synopsis: Vec<String> =
        usage.lines().map(|line| escaped(line.trim_start_matches("Usage:").trim())).collect();
    let synopsis = synopsis.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n.br\n");
    format!(
        ".TH {} 1\n.SH NAME\n{} \\- {}\n.SH SYNOPSIS\n{synopsis}\n",
        escaped(&name.to_uppercase()),
        escaped(name),
        escaped(about.trim_end_matches('.'))
    )
}

fn push_commands(out: &mut String, parent: &str, commands: &[&Command]) {
    for command in commands.iter().filter(|command| !command.hidden) {
        let _ = write!(
            out,
            ".TP\n\\fB{}\\fR(1)\n{}\n",
            escaped(&format!("{parent}-{}", command.name)),
            escaped(command.about)
        );
    }
}

fn push_flags(out: &mut String, flags: Vec<&'static Flag>) {
    out.push_str(".SH OPTIONS\n");
    for flag in flags {
        let names: Vec<String> = flag.names.iter().map(|name| format!("\\fB{}\\fR", escaped(name))).collect();
        let value =
            flag.value().map(|value| format!(" \\fI{}\\fR", escaped(value.metavar))).unwrap_or_default();
        let _ = write!(out, ".TP\n{}{value}\n{}\n", names.join(", "), escaped(flag.help));
    }
}

/// Text that roff prints as it stands.
fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-");
    let lines = text.lines().map(|line| match line.starts_with(['.', '\'']) {
        true => format!("\\&{line}"),
        false => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}
