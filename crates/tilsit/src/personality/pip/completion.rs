//! `pip completion`, and the completing itself: a shell starts pip with `PIP_AUTO_COMPLETE` set.

use std::path::Path;

use super::{Ended, Session};
use crate::cli::pip as flags;
use crate::cli::{Command, Flag};
use crate::settings::Process;

/// Each script hands the words of the line and the cursor's place over in variables, and takes what is printed.
const BASH: &str = r#"_pip_words() {
    COMPREPLY=($(PIP_AUTO_COMPLETE=1 COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD=$COMP_CWORD "$1" 2>/dev/null))
}
complete -o default -F _pip_words pip pip3"#;

const ZSH: &str = r#"#compdef pip pip3
_pip_words() {
  local -a found
  found=($(PIP_AUTO_COMPLETE=1 COMP_WORDS="$words[*]" COMP_CWORD=$((CURRENT - 1)) $words[1] 2>/dev/null))
  compadd -a found
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _pip_words "$@"; else compdef _pip_words pip pip3; fi"#;

const FISH: &str = r#"function __pip_words
    set -l before (commandline --current-process --tokenize --cut-at-cursor)
    set -lx COMP_WORDS $before (commandline --current-token --cut-at-cursor)
    set -lx COMP_CWORD (count $before)
    set -lx PIP_AUTO_COMPLETE 1
    $before[1] 2>/dev/null | string split ' '
end
complete -c pip -f -a '(__pip_words)'"#;

const POWERSHELL: &str = r#"Register-ArgumentCompleter -Native -CommandName pip, pip3 -ScriptBlock {
    param($word, $line, $position)
    $Env:COMP_WORDS = "$line".Substring(0, [Math]::Min($position, "$line".Length))
    $Env:COMP_CWORD = ($Env:COMP_WORDS -split '\s+').Length - 1
    $Env:PIP_AUTO_COMPLETE = 1
    (& $line.CommandElements[0].Value) -split '\s+' | Where-Object { $_ }
    Remove-Item Env:COMP_WORDS, Env:COMP_CWORD, Env:PIP_AUTO_COMPLETE
}"#;

impl Session<'_> {
    pub(super) fn completion(&self) -> Ended {
        let shells = ["bash", "zsh", "fish", "powershell"];
        // pip's four options write to one place: the last one counts
        let mut given = self.parsed.occurrences.iter().rev().map(|one| one.flag.id);
        let script = match given.find(|id| shells.contains(id)) {
            Some("bash") => ("bash", BASH),
            Some("zsh") => ("zsh", ZSH),
            Some("fish") => ("fish", FISH),
            Some("powershell") => ("powershell", POWERSHELL),
            _ => {
                self.terminal.err("ERROR: You must pass --bash or --fish or --powershell or --zsh");
                return Ok(0);
            }
        };
        let (shell, script) = script;
        self.terminal
            .text(&format!("\n# pip {shell} completion start\n{script}\n# pip {shell} completion end\n\n"));
        Ok(0)
    }
}

/// What can stand where the cursor is.
#[derive(Debug, PartialEq, Eq)]
pub enum Completion {
    /// These words, one a line.
    Words(Vec<String>),
    /// These words on one line.
    Line(Vec<String>),
    /// The names of installed packages that begin so and are not among the words; options when there is none.
    Installed {
        /// The word before the cursor.
        current: String,
        /// The words of the command line.
        words: Vec<String>,
    },
}

/// Whether a shell asks for completions.
pub fn is_asked(process: &Process) -> bool {
    let filled = |name| process.filled(name).is_some();
    process.has("PIP_AUTO_COMPLETE") && filled("COMP_WORDS") && filled("COMP_CWORD")
}

/// The words of the line after the program's name, the cursor's place, and the word there.
fn asked(process: &Process) -> (Vec<String>, usize, String) {
    let line = process.filled("COMP_WORDS").unwrap_or_default();
    let words: Vec<String> = line.split_whitespace().skip(1).map(str::to_owned).collect();
    let cursor: usize =
        process.filled("COMP_CWORD").and_then(|text| text.trim().parse().ok()).unwrap_or(1).max(1);
    let current = words.get(cursor - 1).cloned().unwrap_or_default();
    (words, cursor, current)
}

/// What is offered where no installed package fits: the command's options.
pub fn instead_of_names(process: &Process) -> Vec<String> {
    let (words, cursor, current) = asked(process);
    let command = words.iter().find_map(|word| flags::PROGRAM.command(word));
    command.map_or_else(Vec::new, |command| options(command, &words, (cursor, &current), process))
}

/// What a shell is told (pip's `autocompletion.py`).
pub fn complete(process: &Process) -> Completion {
    let (words, cursor, current) = asked(process);
    let Some(command) = words.iter().find_map(|word| flags::PROGRAM.command(word)) else {
        return Completion::Line(before_command(&words, cursor, &current, process));
    };
    let is_option = current.starts_with('-');
    match command.name {
        "help" => Completion::Words(Vec::new()),
        "show" | "uninstall" if !is_option => Completion::Installed { current, words },
        "install" if !is_option => Completion::Words(paths(&current, "path", process)),
        _ => Completion::Words(options(command, &words, (cursor, &current), process)),
    }
}

/// What can stand before the command is known.
fn before_command(words: &[String], cursor: usize, current: &str, process: &Process) -> Vec<String> {
    let commands = flags::PROGRAM.commands.iter().map(|command| command.name.to_owned());
    let mut found: Vec<String> = commands.collect();
    let all = flags::PROGRAM.flags(None);
    if current.starts_with('-') {
        let all = all.iter().copied().chain([&flags::VERSION]);
        found.extend(all.filter(|flag| !flag.hidden).flat_map(spellings));
    } else if let Some(kind) = path_kind(words, cursor, &all) {
        found = paths(current, kind, process);
    }
    found.retain(|word| word.starts_with(current));
    found
}

/// The spellings of an option, the long ones first.
fn spellings(flag: &Flag) -> Vec<String> {
    let (long, short): (Vec<&str>, Vec<&str>) = flag.names.iter().partition(|name| name.starts_with("--"));
    long.into_iter().chain(short).map(str::to_owned).collect()
}

/// The options of a command that are not given yet, or the paths that its last option takes; then its verbs.
fn options(
    command: &'static Command,
    words: &[String],
    (cursor, current): (usize, &str),
    process: &Process,
) -> Vec<String> {
    let all = flags::PROGRAM.flags(Some(command));
    let before = words.get(1..cursor.saturating_sub(1)).unwrap_or_default();
    let given: Vec<&str> = before.iter().map(|word| word.split('=').next().unwrap_or(word)).collect();
    let mut found: Vec<String> = match path_kind(words, cursor, &all) {
        Some(kind) => paths(current, kind, process),
        None => all
            .iter()
            .filter(|flag| !flag.hidden)
            // in pip --no-cache-dir is an option with a place for a value
            .map(|flag| (flag, flag.value().is_some() || flag.names == ["--no-cache-dir"]))
            .flat_map(|(flag, value)| spellings(flag).into_iter().map(move |name| (name, value)))
            .filter(|(name, _)| name.starts_with(current) && !given.contains(&name.as_str()))
            .map(|(name, value)| if value && name.starts_with("--") { format!("{name}=") } else { name })
            .collect(),
    };
    let verbs = verbs(command.name);
    if !verbs.iter().any(|verb| words.iter().any(|word| word == verb)) {
        found.extend(verbs.iter().filter(|verb| verb.starts_with(current)).map(|verb| (*verb).to_owned()));
    }
    found
}

fn verbs(command: &str) -> &'static [&'static str] {
    match command {
        "config" => &["list", "edit", "get", "set", "unset", "debug"],
        "cache" => &["dir", "info", "list", "remove", "purge"],
        "index" => &["versions"],
        _ => &[],
    }
}

/// What kind of path the option before the cursor takes: by its name in pip's help.
fn path_kind(words: &[String], cursor: usize, all: &[&'static Flag]) -> Option<&'static str> {
    let before = words.get(cursor.checked_sub(2)?)?;
    let name = before.split('=').next()?;
    let flag = all.iter().find(|flag| !flag.hidden && flag.names.contains(&name))?;
    let metavar = flag.value()?.metavar;
    // options without a name for their value show that of the option in lower case: those are no paths
    let is_path = metavar.split('/').any(|part| matches!(part, "path" | "file" | "dir"));
    (is_path && flag.id != "path").then_some(metavar)
}

/// Files and folders that begin so; folders only for `dir`.
fn paths(current: &str, kind: &str, process: &Process) -> Vec<String> {
    let (folder, beginning) = current.rsplit_once('/').map_or(("", current), |(folder, rest)| (folder, rest));
    let folder = if current.starts_with('/') && folder.is_empty() { "/" } else { folder };
    let place = process.cwd.join(folder);
    let entries = std::fs::read_dir(&place).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let found = names.filter(|name| name.starts_with(beginning)).filter_map(|name| {
        let path = place.join(&name);
        let shown = Path::new(folder).join(&name).to_string_lossy().into_owned();
        if path.is_dir() {
            return Some(format!("{shown}/"));
        }
        (kind != "dir" && path.is_file()).then_some(shown)
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn completed(line: &str, cursor: usize) -> Completion {
        let env = [("PIP_AUTO_COMPLETE", "1"), ("COMP_WORDS", line), ("COMP_CWORD", &cursor.to_string())];
        let env = env.map(|(name, value)| (name.into(), value.into()));
        let process = Process { env: env.into_iter().collect(), ..Process::default() };
        assert!(is_asked(&process));
        complete(&process)
    }

    fn words(list: &[&str]) -> Vec<String> {
        list.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn where_the_cursor_is() {
        assert_eq!(completed("pip fre", 1), Completion::Line(words(&["freeze"])));
        assert_eq!(completed("pip --vers", 1), Completion::Line(words(&["--version"])));
        assert_eq!(completed("pip list --form", 2), Completion::Words(words(&["--format="])));
        assert_eq!(completed("pip cache p", 2), Completion::Words(words(&["purge"])));
        assert_eq!(completed("pip help x", 2), Completion::Words(Vec::new()));
        assert_eq!(
            completed("pip show al", 2),
            Completion::Installed { current: "al".to_owned(), words: words(&["show", "al"]) }
        );
        assert_eq!(completed("pip list --outdated --outda", 3), Completion::Words(Vec::new()));
    }
}
