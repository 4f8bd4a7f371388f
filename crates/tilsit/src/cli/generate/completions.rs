//! Completion scripts for bash, zsh, fish and PowerShell.

use super::{Verb, first_sentence, shown};
use crate::cli::flag::{Flag, Kind, Program};
use std::fmt::Write as _;

/// The shells that have a script.
pub const SHELLS: &[&str] = &["bash", "zsh", "fish", "powershell"];

/// The script for a shell; nothing for one that is not in [`SHELLS`].
pub fn completions(program: &'static Program, shell: &str) -> Option<String> {
    match shell {
        "bash" => Some(bash(program)),
        "zsh" => Some(zsh(program)),
        "fish" => Some(fish(program)),
        "powershell" => Some(powershell(program)),
        _ => None,
    }
}

/// Every flag of the program once, by spelling.
fn flags_with_values(program: &'static Program) -> Vec<&'static Flag> {
    let mut flags: Vec<&'static Flag> = Vec::new();
    for verb in Verb::all(program) {
        for flag in shown(program.flags(Some(verb.command()))) {
            if flag.value().is_some() && !flags.iter().any(|held| held.names == flag.names) {
                flags.push(flag);
            }
        }
    }
    flags
}

/// The words that may follow a verb: its subcommands and flags.
fn words(program: &'static Program, verb: Option<&Verb>) -> String {
    let command = verb.map(Verb::command);
    let subcommands = command.map_or(program.commands, |command| command.subcommands);
    let subcommands = subcommands.iter().filter(|command| !command.hidden).map(|command| command.name);
    let flags = shown(program.flags(command));
    let names = flags.iter().flat_map(|flag| flag.names.iter().copied());
    subcommands.chain(names).collect::<Vec<_>>().join(" ")
}

fn bash(program: &'static Program) -> String {
    let name = program.name;
    let mut out = format!("# bash completion for {name}\n_{name}() {{\n");
    out.push_str(
        "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} word verb=\n",
    );
    out.push_str("    case $previous in\n");
    for flag in flags_with_values(program) {
        let action = match flag.value().map(|value| value.kind) {
            Some(Kind::Choice(choices)) => format!("-W '{}'", choices.join(" ")),
            Some(Kind::Folder) => "-d".to_owned(),
            Some(Kind::Path | Kind::Url) => "-f".to_owned(),
            _ => continue,
        };
        let names = flag.names.join("|");
        let _ = writeln!(out, "        {names}) COMPREPLY=($(compgen {action} -- \"$current\")); return ;;");
    }
    out.push_str(
        "    esac\n    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n        case $verb,$word in\n",
    );
    for verb in Verb::all(program) {
        let (last, before) = verb
            .path
            .split_last()
            .map_or(("", ""), |(last, before)| (last.name, before.last().map_or("", |command| command.name)));
        let _ = writeln!(out, "            '{before},{last}') verb='{}' ;;", verb.words("-"));
    }
    out.push_str("        esac\n    done\n    local words=\n    case $verb in\n");
    let _ = writeln!(out, "        '') words='{}' ;;", words(program, None));
    for verb in Verb::all(program) {
        let _ = writeln!(out, "        '{}') words='{}' ;;", verb.words("-"), words(program, Some(&verb)));
    }
    out.push_str("    esac\n    COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n}\n");
    let _ = writeln!(out, "complete -o bashdefault -o default -F _{name} {name}");
    out
}

fn zsh(program: &'static Program) -> String {
    let name = program.name;
    let mut out =
        format!("#compdef {name}\n\n_{name}() {{\n    local curcontext=$curcontext state line verb word\n");
    out.push_str("    for word in ${words[2,CURRENT-1]}; do\n        case $verb,$word in\n");
    for verb in Verb::all(program) {
        let before = verb.path.len().checked_sub(2).map_or("", |at| verb.path[at].name);
        let _ = writeln!(out, "            ({before},{}) verb={} ;;", verb.command().name, verb.words("-"));
    }
    out.push_str("        esac\n    done\n    case $verb in\n");
    let _ = writeln!(out, "        ('')\n            local -a commands=(");
    for command in program.commands.iter().filter(|command| !command.hidden) {
        let _ = writeln!(out, "                {}", quoted(&format!("{}:{}", command.name, command.about)));
    }
    out.push_str("            )\n            _describe command commands\n            ;;\n");
    for verb in Verb::all(program) {
        let _ = writeln!(out, "        ({})\n            _arguments -s \\", verb.words("-"));
        for flag in shown(program.flags(Some(verb.command()))) {
            for spelling in flag.names {
                let _ = writeln!(out, "                {} \\", quoted(&zsh_flag(flag, spelling)));
            }
        }
        let subcommands: Vec<&str> = verb.command().subcommands.iter().map(|sub| sub.name).collect();
        let rest =
            if subcommands.is_empty() { "_files".to_owned() } else { format!("({})", subcommands.join(" ")) };
        let _ = writeln!(out, "                {}\n            ;;", quoted(&format!("*:: :{rest}")));
    }
    let _ = writeln!(
        out,
        "    esac\n}}\n\nif [[ $funcstack[1] = _{name} ]]; then _{name} \"$@\"; else compdef _{name} {name}; fi"
    );
    out
}

fn zsh_flag(flag: &Flag, spelling: &str) -> String {
    let help = first_sentence(flag.help).replace(['[', ']', ':'], " ");
    let Some(value) = flag.value() else { return format!("{spelling}[{help}]") };
    let action = match value.kind {
        Kind::Choice(choices) => format!("({})", choices.join(" ")),
        Kind::Folder => "_files -/".to_owned(),
        Kind::Path | Kind::Url => "_files".to_owned(),
        Kind::Text | Kind::Integer | Kind::Decimal | Kind::Setting => " ".to_owned(),
    };
    format!("*{spelling}[{help}]:{}:{action}", value.metavar.replace(['[', ']', ':'], " "))
}

/// A word in single quotes, as POSIX shells and fish read it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

fn fish(program: &'static Program) -> String {
    let name = program.name;
    let mut out = format!("# fish completion for {name}\n");
    for command in program.commands.iter().filter(|command| !command.hidden) {
        let about = quoted(command.about);
        let _ =
            writeln!(out, "complete -c {name} -n __fish_use_subcommand -f -a {} -d {about}", command.name);
    }
    for verb in Verb::all(program) {
        let seen: Vec<String> =
            verb.path.iter().map(|command| format!("__fish_seen_subcommand_from {}", command.name)).collect();
        let condition = quoted(&seen.join("; and "));
        for sub in verb.command().subcommands {
            let _ = writeln!(
                out,
                "complete -c {name} -n {condition} -f -a {} -d {}",
                sub.name,
                quoted(sub.about)
            );
        }
        for flag in verb.command().flags().filter(|flag| !flag.hidden) {
            let _ = writeln!(out, "complete -c {name} -n {condition}{}", fish_flag(flag));
        }
    }
    for flag in program.general.iter().flat_map(|group| group.flags.iter()).filter(|flag| !flag.hidden) {
        let _ = writeln!(out, "complete -c {name}{}", fish_flag(flag));
    }
    out
}

fn fish_flag(flag: &Flag) -> String {
    let mut out = String::new();
    for spelling in flag.names {
        let _ = match spelling.strip_prefix("--") {
            Some(long) => write!(out, " -l {long}"),
            None => write!(out, " -s {}", spelling.trim_start_matches('-')),
        };
    }
    match flag.value().map(|value| value.kind) {
        Some(Kind::Choice(choices)) => {
            let _ = write!(out, " -x -a {}", quoted(&choices.join(" ")));
        }
        Some(Kind::Path | Kind::Folder | Kind::Url) => out.push_str(" -r -F"),
        Some(_) => out.push_str(" -x"),
        None => {}
    }
    let _ = write!(out, " -d {}", quoted(first_sentence(flag.help)));
    out
}

fn powershell(program: &'static Program) -> String {
    let name = program.name;
    let mut out = format!(
        "# PowerShell completion for {name}\nRegister-ArgumentCompleter -Native -CommandName {name} -ScriptBlock {{\n"
    );
    out.push_str("    param($word, $tree, $position)\n    $verb = ''\n");
    out.push_str("    foreach ($element in $tree.CommandElements | Select-Object -Skip 1) {\n");
    out.push_str("        if ($element.Extent.EndOffset -ge $position) { break }\n        switch (\"$verb,$element\") {\n");
    for verb in Verb::all(program) {
        let before = verb.path.len().checked_sub(2).map_or("", |at| verb.path[at].name);
        let _ = writeln!(
            out,
            "            '{before},{}' {{ $verb = '{}' }}",
            verb.command().name,
            verb.words("-")
        );
    }
    out.push_str("        }\n    }\n    $words = switch ($verb) {\n");
    let _ = writeln!(out, "        '' {{ '{}' }}", words(program, None));
    for verb in Verb::all(program) {
        let _ = writeln!(out, "        '{}' {{ '{}' }}", verb.words("-"), words(program, Some(&verb)));
    }
    out.push_str("    }\n    $choices = @{\n");
    for flag in flags_with_values(program) {
        if let Some(Kind::Choice(choices)) = flag.value().map(|value| value.kind) {
            let _ = writeln!(out, "        '{}' = '{}'", flag.name(), choices.join(" "));
        }
    }
    out.push_str("    }\n    $previous = \"$($tree.CommandElements | Where-Object { $_.Extent.EndOffset -lt $position } | Select-Object -Last 1)\"\n");
    out.push_str("    if ($choices.ContainsKey($previous)) { $words = $choices[$previous] }\n");
    out.push_str("    $words -split ' ' | Where-Object { $_ -like \"$word*\" } | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }\n}\n");
    out
}
