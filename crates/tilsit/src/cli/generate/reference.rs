//! Reference pages in Markdown: a page for each command line, and one for settings.

use super::{Verb, shown};
use crate::cli::flag::{Flag, Group, Program, Takes};
use crate::cli::help;
use std::fmt::Write as _;

/// File names and their Markdown.
pub fn reference(program: &'static Program) -> Vec<(String, String)> {
    let mut pages = vec![(format!("{}.md", program.name), commands_page(program))];
    let settings = settings(program);
    if !settings.is_empty() {
        pages.push(("settings.md".to_owned(), settings_page(&settings)));
    }
    pages
}

fn commands_page(program: &'static Program) -> String {
    let mut out =
        format!("# {}\n\n<!-- Made from the table of flags by `cargo xtask gen`. -->\n\n", program.name);
    if !program.about.is_empty() {
        let _ = writeln!(out, "{}\n", program.about);
    }
    out.push_str("## Options of every command\n\n");
    for group in program.general {
        push_flags(&mut out, group);
    }
    for verb in Verb::all(program) {
        let command = verb.command();
        let _ = writeln!(out, "## {} {}\n", program.name, verb.words(" "));
        let description = if command.description.is_empty() { command.about } else { command.description };
        let _ = writeln!(out, "{description}\n");
        let _ = writeln!(out, "```\n{}\n```\n", help::usage(program, &verb.path).trim_matches('\n'));
        if !command.arguments.help.is_empty() {
            let _ = writeln!(out, "- `{}`: {}\n", command.arguments.metavar, cell(command.arguments.help));
        }
        for group in command.groups {
            let _ = writeln!(out, "### {}\n", group.title);
            push_flags(&mut out, group);
        }
    }
    out
}

fn push_flags(out: &mut String, group: &Group) {
    out.push_str("| option | meaning |\n|---|---|\n");
    for flag in shown(group.flags.to_vec()) {
        let names: Vec<String> = flag.names.iter().map(|name| format!("`{name}`")).collect();
        let value = flag.value().map(|value| format!(" `{}`", cell(value.metavar))).unwrap_or_default();
        let default = flag.default.map(|default| format!(" Default: `{default}`.")).unwrap_or_default();
        let _ = writeln!(out, "| {}{value} | {}{default} |", names.join(" "), cell(flag.help));
    }
    out.push('\n');
}

/// The flags that files and variables can set, one for each key.
fn settings(program: &'static Program) -> Vec<&'static Flag> {
    let mut settings: Vec<&'static Flag> = Vec::new();
    for verb in Verb::all(program) {
        for flag in program.flags(Some(verb.command())) {
            if flag.setting && !settings.iter().any(|held| held.id == flag.id) {
                settings.push(flag);
            }
        }
    }
    settings.sort_by_key(|flag| flag.id);
    settings
}

fn settings_page(settings: &[&'static Flag]) -> String {
    let mut out = String::from(
        "# Settings\n\n<!-- Made from the table of flags by `cargo xtask gen`. -->\n\nA setting is a key of `tilsit.toml` \
         (in the project or in `~/.config/tilsit/`), of `[tool.tilsit]` in `pyproject.toml`, or a variable. \
         `tilsit config explain` shows each value and where it comes from.\n\n\
         | key | variable | value | meaning |\n|---|---|---|---|\n",
    );
    for flag in settings {
        let value = match flag.takes {
            Takes::On | Takes::Off => "true, false".to_owned(),
            Takes::Count => "a number".to_owned(),
            Takes::One(value) => cell(value.metavar),
            Takes::Many(value) => format!("list of {}", cell(value.metavar)),
        };
        let variable = flag.variable().unwrap_or_default();
        let _ = writeln!(out, "| `{}` | `{variable}` | {value} | {} |", flag.id, cell(flag.help));
    }
    out
}

/// Text inside a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
