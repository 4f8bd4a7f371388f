//! The activation scripts in the shells that are installed here.

use std::path::Path;
use std::process::{Command, Stdio};

use environment::{VenvPolicy, create};

use crate::place::base_python;

/// Runs `script` in `shell`, with `$E` naming the environment; `None` (loudly) when the shell is not installed.
fn run(shell: &str, options: &[&str], script: &str, environment: &Path) -> Option<String> {
    let mut command = Command::new(shell);
    command.args(options).arg(script).stdin(Stdio::null());
    command
        .env("E", environment)
        .env("PATH", "/usr/bin:/bin")
        .env("PYTHONHOME", "/old home")
        .env("HOME", environment);
    for name in ["VIRTUAL_ENV", "VIRTUAL_ENV_PROMPT", "PS1"] {
        command.env_remove(name);
    }
    let Ok(output) = command.output() else {
        eprintln!("SKIPPED: {shell} is not installed");
        return None;
    };
    assert!(output.status.success() && output.stderr.is_empty(), "{shell}: {output:?}");
    Some(String::from_utf8(output.stdout).unwrap())
}

/// Each line a value that is shown: in the environment, and after it.
fn expected(environment: &Path, prompt: &str) -> String {
    let e = environment.display();
    format!("{e}|{prompt}|{e}/bin:/usr/bin:/bin|none|{e}/bin/python\nnone|none|/usr/bin:/bin|/old home\n")
}

const POSIX: &str = r#"
    set -eu
    . "$E/bin/activate"
    echo "$VIRTUAL_ENV|$VIRTUAL_ENV_PROMPT|$PATH|${PYTHONHOME-none}|$(command -v python)"
    . "$E/bin/activate"
    deactivate
    echo "${VIRTUAL_ENV-none}|${VIRTUAL_ENV_PROMPT-none}|$PATH|${PYTHONHOME-none}"
    if command -v deactivate >/dev/null 2>&1; then echo still there; fi
    if [ -n "${PS1+set}" ]; then case $PS1 in *$VIRTUAL*) echo "prompt kept: $PS1";; esac; fi
"#;

const FISH: &str = r#"
    source "$E/bin/activate.fish"
    set -q PYTHONHOME; and set home $PYTHONHOME; or set home none
    echo "$VIRTUAL_ENV|$VIRTUAL_ENV_PROMPT|"(string join : $PATH)"|$home|"(command -v python)
    source "$E/bin/activate.fish"
    deactivate
    set -q VIRTUAL_ENV; and set a $VIRTUAL_ENV; or set a none
    set -q VIRTUAL_ENV_PROMPT; and set b $VIRTUAL_ENV_PROMPT; or set b none
    echo "$a|$b|"(string join : $PATH)"|$PYTHONHOME"
    functions -q deactivate; and echo still there
    true
"#;

const CSH: &str = r#"
source "$E/bin/activate.csh"
set held = none
if ($?PYTHONHOME) then
    set held = "$PYTHONHOME"
endif
echo "$VIRTUAL_ENV:q|$VIRTUAL_ENV_PROMPT:q|$PATH:q|$held|"`which python`
source "$E/bin/activate.csh"
deactivate
set a = none
set b = none
if ($?VIRTUAL_ENV) then
    set a = "$VIRTUAL_ENV"
endif
if ($?VIRTUAL_ENV_PROMPT) then
    set b = "$VIRTUAL_ENV_PROMPT"
endif
echo "$a|$b|$PATH|$PYTHONHOME"
"#;

#[test]
fn activate_and_deactivate() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    for (name, prompt) in
        [("plain", None), ("with space", Some("my prompt")), ("it's $(touch owned) `x`", None)]
    {
        let place = root.join(name);
        let policy = VenvPolicy { prompt: prompt.map(str::to_owned), ..VenvPolicy::default() };
        create(&place, base_python(), &policy).unwrap();
        let expected = expected(&place, prompt.unwrap_or(name));
        for (shell, options) in
            [("sh", &["-c"][..]), ("bash", &["-c"]), ("dash", &["-c"]), ("zsh", &["-f", "-c"])]
        {
            if let Some(said) = run(shell, options, &POSIX.replace("*$VIRTUAL*", "'('*"), &place) {
                assert_eq!(said, expected, "{shell}, {name}");
            }
        }
        if let Some(said) = run("fish", &["--no-config", "-c"], FISH, &place) {
            assert_eq!(said, expected, "fish, {name}");
        }
        // csh expands `!` and backquotes in the values that the test itself prints.
        let script = root.join("script.csh");
        std::fs::write(&script, CSH).unwrap();
        if !name.contains('`')
            && let Some(said) = run("tcsh", &["-f"], script.to_str().unwrap(), &place)
        {
            assert_eq!(said, expected, "tcsh, {name}");
        }
    }
    assert!(!root.join("owned").exists() && !Path::new("owned").exists());
}

#[test]
fn prompts_are_changed_and_changed_back() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().canonicalize().unwrap().join("demo");
    create(&place, base_python(), &VenvPolicy::default()).unwrap();
    let script = r#"PS1='old> '; . "$E/bin/activate"; echo "$PS1"; deactivate; echo "$PS1"
        VIRTUAL_ENV_DISABLE_PROMPT=1; . "$E/bin/activate"; echo "$PS1"; deactivate; echo "$PS1""#;
    let said = run("bash", &["--norc", "-c"], script, &place).unwrap();
    assert_eq!(said, "(demo) old> \nold> \nold> \nold> \n");
    let fish = r#"function fish_prompt; echo "[$status]"; end
        source "$E/bin/activate.fish"; false; fish_prompt; deactivate; true; fish_prompt"#;
    if let Some(said) = run("fish", &["--no-config", "-c"], fish, &place) {
        assert_eq!(said, "(demo) [1]\n[0]\n");
    }
}
