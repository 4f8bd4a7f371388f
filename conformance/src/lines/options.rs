//! Every option of these commands has a case that shows what it does, or a reason why none can.

use super::cases;

/// Commands whose options are looked at.
const COMMANDS: &[&str] = &[
    "check",
    "cache",
    "completion",
    "config",
    "debug",
    "freeze",
    "hash",
    "index",
    "inspect",
    "list",
    "lock",
    "search",
    "show",
    "uninstall",
];

/// Options that no case of these commands can show, and why.
const REASONS: &[(&str, &str, &str)] = &[
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
    ("list", "--refresh-package", "the cache of a case is empty"),
    ("index", "--refresh-package", "the cache of a case is empty"),
    ("lock", "--refresh-package", "the cache of a case is empty"),
    ("list", "--uploaded-prior-to", "shown by install"),
    ("index", "--uploaded-prior-to", "shown by install"),
    ("lock", "--uploaded-prior-to", "shown by install"),
    ("index", "--prefer-binary", "pip itself does not look at it here"),
    ("lock", "--require-hashes", "shown by install: here every missing hash is told at once"),
    ("lock", "--requirements-from-script", "shown by install"),
    ("lock", "--only-deps", "shown by install"),
    ("lock", "--editable", "building: shown by install"),
    ("lock", "--build-constraint", "building: shown by install"),
    ("lock", "--src", "building: shown by install"),
    ("lock", "--no-build-isolation", "building: shown by install"),
    ("lock", "--check-build-dependencies", "building: shown by install"),
    ("lock", "--config-settings", "building: shown by install"),
    ("lock", "--no-clean", "building: shown by install"),
    ("lock", "--no-binary", "building: shown by install"),
    ("lock", "--progress-bar", "no bar where nobody watches"),
];

/// The options of each command with all their spellings, as the reference page has them.
fn options() -> Vec<(String, Vec<String>)> {
    let page = include_str!("../../../docs/reference/pip.md");
    let mut command = String::new();
    let mut found = Vec::new();
    for line in page.lines() {
        if let Some(name) = line.strip_prefix("## pip ") {
            name.clone_into(&mut command);
        } else if line.starts_with("| `-") && COMMANDS.contains(&command.as_str()) {
            let names = line.split('|').nth(1).unwrap_or_default().split('`');
            let names = names.map(str::trim).filter(|name| name.starts_with('-')).map(str::to_owned);
            found.push((command.clone(), names.collect()));
        }
    }
    found
}

#[test]
fn every_option_is_shown_or_excused() {
    let options = options();
    assert!(options.len() > 100, "the reference page has lost its options");
    let mut missing = Vec::new();
    for (command, names) in options {
        let shown = cases::all().any(|case| {
            let is_of_command = case.command.split(' ').any(|word| word == command);
            let option = case.without.unwrap_or_default();
            let option = option.split([' ', '=']).next().unwrap_or_default();
            is_of_command && case.differs.is_none() && names.iter().any(|name| name == option)
        });
        let excused =
            REASONS.iter().any(|(of, name, _)| *of == command && names.iter().any(|one| one == name));
        match (shown, excused) {
            (false, false) => missing.push(format!("{command} {}: no case", names.join(" "))),
            (true, true) => missing.push(format!("{command} {}: excused and shown", names.join(" "))),
            _ => {}
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
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
