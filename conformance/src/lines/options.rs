//! Every option of these commands has a case that shows what it does, or a reason why none can.

use super::cases;
use std::collections::BTreeSet;

/// Said of the options of every command, under this name.
const EVERY: &str = "every command";

/// Options that no case can show, and why: command, option, reason.
const REASONS: &[(&str, &str, &str)] = &[
    (EVERY, "--help", "help texts are ours: names, defaults and layout have tests of their own"),
    (EVERY, "--disable-pip-version-check", "there is no such check"),
    ("completion", "--bash", "the script is ours: compared in words only"),
    ("completion", "--zsh", "the script is ours: compared in words only"),
    ("completion", "--fish", "the script is ours: compared in words only"),
    ("completion", "--powershell", "the script is ours: compared in words only"),
    ("debug", "--platform", "what debug tells differs: a case that differs shows all four"),
    ("debug", "--python-version", "what debug tells differs: a case that differs shows all four"),
    ("debug", "--implementation", "what debug tells differs: a case that differs shows all four"),
    ("debug", "--abi", "what debug tells differs: a case that differs shows all four"),
    ("search", "--index", "searches are refused without asking"),
    ("uninstall", "--dry-run", "pip has no such option"),
    ("uninstall", "--root-user-action", "in an environment nobody is warned"),
    ("uninstall", "--break-system-packages", "an environment is never externally managed"),
    ("install", "--root-user-action", "in an environment nobody is warned"),
    ("install", "--break-system-packages", "an environment is never externally managed"),
    ("index", "--prefer-binary", "pip itself does not look at it here"),
    ("lock", "--progress-bar", "no bar where nobody watches"),
    ("download", "--progress-bar", "no bar where nobody watches"),
    ("wheel", "--progress-bar", "no bar where nobody watches"),
    ("wheel", "--no-verify", "building: shown by the cases of sources"),
    ("lock", "--no-binary", "building: shown by the cases of sources"),
];

/// Options of building and caching, which mean the same in each command that has them, and why no case shows them.
const REASONS_ANYWHERE: &[(&str, &str)] = &[
    ("--editable", "building: shown by the cases of sources"),
    ("--build-constraint", "building: shown by the cases of sources"),
    ("--src", "building: shown by the cases of sources"),
    ("--no-build-isolation", "building: shown by the cases of sources"),
    ("--check-build-dependencies", "building: shown by the cases of sources"),
    ("--config-settings", "building: shown by the cases of sources"),
    ("--no-clean", "building: shown by the cases of sources"),
];

/// The options of each command with all their spellings, as the reference page has them.
fn options() -> Vec<(String, Vec<String>)> {
    let page = include_str!("../../../docs/reference/pip.md");
    let mut command = EVERY.to_owned();
    let mut found = Vec::new();
    for line in page.lines() {
        if let Some(name) = line.strip_prefix("## pip ") {
            name.clone_into(&mut command);
        } else if line.starts_with("| `-") {
            let names = line.split('|').nth(1).unwrap_or_default().split('`');
            let names = names.map(str::trim).filter(|name| name.starts_with('-')).map(str::to_owned);
            found.push((command.clone(), names.collect()));
        }
    }
    found
}

fn is_shown(command: &str, names: &[String]) -> bool {
    cases::all().any(|case| {
        let is_of_command = command == EVERY || case.command.split(' ').any(|word| word == command);
        let option = case.without.unwrap_or_default().trim();
        let option = option.split([' ', '=']).next().unwrap_or_default();
        is_of_command && case.differs.is_none() && names.iter().any(|name| name == option)
    })
}

fn is_excused(command: &str, names: &[String]) -> bool {
    let is_this = |one: &str| names.iter().any(|name| name == one);
    REASONS.iter().any(|(of, name, _)| *of == command && is_this(name))
        || (command != "list" && REASONS_ANYWHERE.iter().any(|(name, _)| is_this(name)))
}

#[test]
fn every_option_is_shown_or_excused() {
    let options = options();
    assert!(options.len() > 200, "the reference page has lost its options");
    let mut missing = Vec::new();
    for (command, names) in options {
        match (is_shown(&command, &names), is_excused(&command, &names)) {
            (false, false) => missing.push(format!("{command} {}: no case", names.join(" "))),
            (true, true) => missing.push(format!("{command} {}: excused and shown", names.join(" "))),
            _ => {}
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// A difference is a matter of the reference, where users find it.
#[test]
fn every_reason_is_told() {
    let page = include_str!("../../../docs/reference/differences.md");
    let told: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("| ")).collect();
    let told: Vec<&str> = told.iter().filter_map(|line| line.split(" |").next()).collect();
    let reasons: BTreeSet<&str> =
        cases::all().filter(|case| cases::is_settled(case)).filter_map(|case| case.differs).collect();
    let missing: Vec<&&str> = reasons.iter().filter(|reason| !told.contains(reason)).collect();
    assert!(missing.is_empty(), "not in docs/reference/differences.md: {missing:#?}");
}

#[test]
fn names_of_cases_differ() {
    let mut names: Vec<&str> = cases::all().map(|case| case.name).collect();
    names.sort_unstable();
    let twice: Vec<&str> = names.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

#[test]
fn options_that_are_taken_away_are_there() {
    for case in cases::all() {
        assert!(case.without.is_none_or(|option| case.command.contains(option)), "{}", case.name);
    }
}
