//! Usage and help in the layout of Python's `argparse` (as of 3.11) with the description as it stands.

use super::super::flag::{Command, Flag, Program};
use super::wrap::wrap_hyphenated;

/// The column at which help texts begin (`max_help_position`).
const COLUMN: usize = 24;

/// The whole help.
pub fn help(program: &Program, width: usize) -> String {
    let Some(command) = program.commands.first() else { return String::new() };
    // argparse leaves two columns free
    let width = width.saturating_sub(2).max(11);
    let mut out = usage(program, width + 2);
    out.push_str(&format!("\n{}\n\npositional arguments:\n", command.description));
    row(&mut out, command.arguments.metavar, command.arguments.help, width);
    for group in command.groups {
        out.push_str(&format!("\n{}:\n", group.title));
        for flag in group.flags {
            row(&mut out, &invocation(flag), flag.help, width);
        }
    }
    out
}

/// The lines that also stand above an error.
pub fn usage(program: &Program, width: usize) -> String {
    let Some(command) = program.commands.first() else { return String::new() };
    let width = width.saturating_sub(2).max(11);
    let start = format!("usage: {} ", program.name);
    let argument = format!("[{}]", command.arguments.metavar);
    let whole = format!("{start}{} {argument}", command.usage.join(" "));
    if whole.chars().count() <= width {
        return whole + "\n";
    }
    let indent = " ".repeat(start.len());
    let mut out = start;
    let mut length = indent.len() - 1;
    for (at, part) in command.usage.iter().enumerate() {
        if at > 0 && length + 1 + part.len() > width {
            out.push('\n');
            out.push_str(&indent);
            length = indent.len() - 1;
        } else if at > 0 {
            out.push(' ');
        }
        out.push_str(part);
        length += part.len() + 1;
    }
    out + "\n" + &indent + &argument + "\n"
}

/// `--outdir PATH, -o PATH`
fn invocation(flag: &Flag) -> String {
    let value = flag.value().map(|value| format!(" {}", value.metavar)).unwrap_or_default();
    let mut names: Vec<&str> = flag.names.to_vec();
    // build writes only this one the other way round
    if flag.id == "help" {
        names.reverse();
    }
    names.iter().map(|name| format!("{name}{value}")).collect::<Vec<_>>().join(", ")
}

fn row(out: &mut String, label: &str, text: &str, width: usize) {
    let lines = wrap_hyphenated(text, width.saturating_sub(COLUMN).max(11));
    let label = format!("  {label}");
    let fits = label.chars().count() + 2 <= COLUMN;
    out.push_str(&label);
    for (at, line) in lines.iter().enumerate() {
        if at == 0 && fits {
            out.push_str(&" ".repeat(COLUMN - label.chars().count()));
        } else {
            out.push('\n');
            out.push_str(&" ".repeat(COLUMN));
        }
        out.push_str(line);
    }
    out.push('\n');
}

/// A usage error in argparse's words: the usage and one sentence.
pub fn error(program: &Program, sentence: &str, width: usize) -> String {
    format!("{}{}: error: {sentence}", usage(program, width), program.name)
}

/// How argparse names a flag in its sentences: `--outdir/-o`.
pub fn name(command: &Command, spelling: &str) -> String {
    let flag = command.flags().find(|flag| flag.names.contains(&spelling));
    flag.map_or_else(|| spelling.to_owned(), |flag| flag.names.join("/"))
}
