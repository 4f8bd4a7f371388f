//! Configuration files and variables read by us and by the real pip, side by side.

use super::ini::Ini;
use super::{Process, SettingsError, join_pip};
use crate::cli::{Flag, Kind, Outcome, Parsed, Takes, parse, pip};
use serde_json::{Value, json};
use std::io::Write as _;
use std::process::{Command, Stdio};

/// Reads texts as JSON and prints what pip's parser of configuration files makes of each.
const ORACLE: &str = r#"
import configparser, io, json, sys
from pip._internal.configuration import _RawConfigParser
def answer(text):
    parser = _RawConfigParser()
    try: parser.read_file(io.StringIO(text, newline=None), "pip.conf")
    except configparser.Error as error: return str(error)
    items = [[section, *item] for section in parser.sections() for item in parser.items(section)]

    out = io.StringIO(); parser.write(out)
    return [items, out.getvalue()]
json.dump([answer(text) for text in json.load(sys.stdin)], sys.stdout)
"#;

fn ours(text: &str) -> Value {
    match Ini::parse(text, "pip.conf") {
        Err(error) => error.to_string().into(),
        Ok(ini) => {
            let items: Vec<[String; 3]> = ini
                .sections()
                .flat_map(|section| {
                    let name = section.name.clone();
                    section.items.into_iter().map(move |item| [name.clone(), item.key, item.value])
                })
                .collect();
            json!([items, ini.to_text()])
        }
    }
}

const PIECES: &[&str] = &[
    "[global]",
    "[install]",
    "[a]b]",
    "[DEFAULT]",
    "[]",
    "[x",
    "index-url",
    "Index_URL",
    "--timeout",
    " = ",
    "=",
    ":",
    "value",
    "a b",
    "https://h/?a=b",
    "\n",
    "\n",
    "\n",
    "\n",
    "  ",
    "\t",
    "# no",
    "; no",
    " # kept",
    "\n\n",
    "key = value\n",
    "list =\n  one\n  two\n",
    "x: y\n",
    "[global]\n",
    "[list]\n",
    "%(x)s",
    "ü",
    "\r\n",
    "=\n",
    "rubbish\n",
];

/// Reads cases (a configuration file, variables, arguments) as JSON and prints the options that pip ends up with.
const OPTIONS: &str = r#"
import json, logging, os, sys, tempfile
for name in list(os.environ):
    if name.startswith("PIP_") or name.startswith("XDG_"): del os.environ[name]
os.environ["HOME"] = tempfile.mkdtemp()
where = os.path.join(os.environ["HOME"], "pip.conf")
import pip._internal.configuration as configuration
configuration.get_configuration_files = lambda: {configuration.Kind.GLOBAL: [], configuration.Kind.USER: [], configuration.Kind.SITE: [where]}
from pip._internal.cli import parser as parsers
from pip._internal.commands import create_command
class Refused(Exception): pass
def refuse(self, message): raise Refused(message)
parsers.ConfigOptionParser.error = refuse
logging.disable(logging.CRITICAL)
question = json.load(sys.stdin)
def values(options, parser):
    return {name: getattr(options, parser.get_option(name).dest) for name in question["flags"]}
def answer(case):
    with open(where, "w") as file: file.write(case["file"])
    os.environ.update(case["variables"])
    try:
        parser = create_command("install").parser
        options, _ = parser.parse_args(case["words"])
        return values(options, parser)
    except Refused as refusal: return str(refusal)
    except SystemExit as end: return end.code
    finally:
        for name in case["variables"]: del os.environ[name]
import optparse
plain = create_command("install").parser
pristine = values(optparse.Values(plain.defaults), plain)
json.dump([pristine, [answer(case) for case in question["cases"]]], sys.stdout)
"#;

const KEYS: &[&str] = &[
    "timeout",
    "default-timeout",
    "retries",
    "no-input",
    "quiet",
    "verbose",
    "find-links",
    "extra-index-url",
    "index-url",
    "no-compile",
    "compile",
    "no-deps",
    "upgrade-strategy",
    "exists-action",
    "trusted-host",
    "no-warn-conflicts",
    "user",
    "no-user",
    "unknown-key",
    "no-index",
    "proxy",
    "progress-bar",
    "format",
    "pre",
];

const VALUES: &[&str] = &[
    "1",
    "0",
    "yes",
    "No",
    "true",
    "off",
    "x",
    "60",
    "2.5",
    "a b",
    "a\n  b",
    "",
    "eager",
    "s w",
    "-1",
    "on",
    "https://h/",
];

/// A case: a file, variables, words.
type Case = (String, Vec<(String, &'static str)>, Vec<&'static str>);

fn case(next: &mut dyn FnMut(usize) -> usize) -> Case {
    let mut file = String::new();
    for section in ["install", "global", "list"] {
        if next(3) == 0 {
            continue;
        }
        file.push_str(&format!("[{section}]\n"));
        let mut used: Vec<&str> = Vec::new();
        for _ in 0..next(3) {
            let key = KEYS[next(KEYS.len())];
            if !used.contains(&key) {
                file.push_str(&format!("{key} = {}\n", VALUES[next(VALUES.len())]));
                used.push(key);
            }
        }
    }
    let mut variables: Vec<(String, &str)> = Vec::new();
    for _ in 0..next(3) {
        let name = format!("PIP_{}", KEYS[next(KEYS.len())].to_uppercase().replace('-', "_"));
        let value = VALUES[next(VALUES.len())];
        if !value.contains('\n') && !variables.iter().any(|(held, _)| *held == name) {
            variables.push((name, value));
        }
    }
    variables.sort();
    let words = ["-v", "-q", "--timeout=7", "--compile", "--find-links=z", "x", "--no-user", "--no-deps"];
    (file, variables, (0..next(3)).map(|_| words[next(words.len())]).collect())
}

/// What a flag ends up with, as Python would hold it; nothing when nobody says anything.
fn value_of(parsed: &Parsed, flag: &Flag) -> Option<Value> {
    parsed.all(flag).next()?;
    Some(match flag.takes {
        Takes::Count => json!(parsed.count(flag)),
        Takes::On | Takes::Off => json!(parsed.switch(flag)?.value),
        Takes::Many(_) => json!(parsed.values(flag)),
        Takes::One(value) => match value.kind {
            Kind::Integer => json!(parsed.integer(flag)?),
            Kind::Decimal => json!(parsed.decimal(flag)?),
            _ => json!(parsed.text(flag)?),
        },
    })
}

#[test]
fn pip_ends_up_with_the_same_options() {
    let Some(python) = std::env::var_os("TILSIT_TEST_PYTHON") else {
        eprintln!(
            "SKIPPED pip_ends_up_with_the_same_options: TILSIT_TEST_PYTHON names no Python with pip 26.3"
        );
        return;
    };
    let mut next = numbers();
    let cases: Vec<Case> = (0..1500).map(|_| case(&mut next)).collect();
    let install = pip::PROGRAM.command("install").unwrap();
    let compared = |flag: &&'static Flag| {
        let names = KEYS.iter().any(|key| flag.names.contains(&format!("--{key}").as_str()));
        names && !flag.accumulates
    };
    let flags: Vec<&'static Flag> = pip::PROGRAM.flags(Some(install)).into_iter().filter(compared).collect();
    let names: Vec<&str> = flags.iter().map(|flag| flag.name()).collect();
    let asked: Vec<Value> = cases
        .iter()
        .map(|(file, variables, words)| {
            let variables: serde_json::Map<String, Value> =
                variables.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
            json!({"file": file, "variables": variables, "words": words})
        })
        .collect();
    let answer = ask(&python, OPTIONS, &json!({"flags": names, "cases": asked}));
    let pristine = &answer[0];
    let folder = tempfile::tempdir().unwrap();
    for (at, (file, variables, words)) in cases.iter().enumerate() {
        std::fs::write(folder.path().join("pip.conf"), file).unwrap();
        let env = variables.iter().map(|(name, value)| (name.into(), (*value).into())).collect();
        let process = Process { env, ..Process::default() };
        let line: Vec<String> =
            [&["install"], words.as_slice()].concat().iter().map(|word| (*word).into()).collect();
        let Ok(Outcome::Run(parsed)) = parse(&pip::PROGRAM, &line) else { panic!("{line:?}") };
        let theirs = &answer[1][at];
        let shown = || format!("{file}\n{variables:?} {words:?}");
        match join_pip(&process, parsed, Some(folder.path())) {
            Err(SettingsError::PipValue(error)) if error.exit() == 3 => {
                assert_eq!(*theirs, json!(3), "{}", shown())
            }
            Err(error) => assert_eq!(*theirs, json!(error.to_string()), "{}", shown()),
            Ok(joined) => {
                for flag in &flags {
                    let mine = value_of(&joined, flag).unwrap_or_else(|| pristine[flag.name()].clone());
                    let theirs = as_ours(flag, &theirs[flag.name()], &mine);
                    let mine = as_ours(flag, &mine, &mine);
                    assert_eq!(mine, theirs, "{} {}", flag.name(), shown());
                }
            }
        }
    }
}

/// Python's switches become 0 and 1 when a file sets them; a file that says `verbose = 1000000000` gets no more than it
/// can use from us.
fn as_ours(flag: &Flag, value: &Value, ours: &Value) -> Value {
    match value.as_u64() {
        Some(count) if flag.takes == Takes::Count => json!(count.min(9)),
        Some(switch) if ours.is_boolean() => json!(switch == 1),
        _ => value.clone(),
    }
}

fn numbers() -> impl FnMut(usize) -> usize {
    let mut state = 0x1234_5678_9abc_def1_u64;
    move |limit| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % limit as u64).unwrap()
    }
}

fn ask(python: &std::ffi::OsStr, script: &str, question: &Value) -> Value {
    let mut child = Command::new(python)
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let question = question.to_string();
    let writer = std::thread::spawn(move || input.write_all(question.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn pip_reads_configuration_files_the_same() {
    let Some(python) = std::env::var_os("TILSIT_TEST_PYTHON") else {
        eprintln!(
            "SKIPPED pip_reads_configuration_files_the_same: TILSIT_TEST_PYTHON names no Python with pip 26.3"
        );
        return;
    };
    let mut next = numbers();
    let mut texts: Vec<String> = Vec::new();
    for at in 0..4000 {
        let start = if at % 2 == 0 { "[global]\n" } else { "" };
        let body: String = (0..=next(12)).map(|_| PIECES[next(PIECES.len())]).collect();
        texts.push(format!("{start}{body}"));
    }
    let answers = ask(&python, ORACLE, &json!(texts));
    for (at, text) in texts.iter().enumerate() {
        assert_eq!(ours(text), answers[at], "{text:?}");
    }
}
