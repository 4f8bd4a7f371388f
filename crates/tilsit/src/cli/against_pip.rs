//! Command lines read by us and by the real pip, side by side.

use super::*;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// Reads command lines and flags as JSON and prints what pip makes of each line.
const ORACLE: &str = r#"
import json, os, sys
for name in list(os.environ):
    if name.startswith("PIP_"): del os.environ[name]
os.environ["PIP_CONFIG_FILE"] = os.devnull
from pip._internal.cli import parser as parsers
from pip._internal.cli.main_parser import parse_command
from pip._internal.commands import create_command
from pip._internal.exceptions import CommandError
class Refused(Exception): pass
def refuse(self, message): raise Refused(message)
parsers.ConfigOptionParser.error = refuse
parsers.ConfigOptionParser.print_help = lambda self, file=None: None
question = json.load(sys.stdin)
sys.stdout, real = open(os.devnull, "w"), sys.stdout
def answer(words):
    try:
        command, rest = parse_command(words)
        if command == "help": return "help"
        parser = create_command(command).parser
        options, arguments = parser.parse_args(rest)
    except Refused as refusal: return str(refusal)
    except CommandError as error: return str(error)
    except SystemExit as end: return "help" if end.code in (None, 0) else "exit"
    found = {}
    for name, takes in question["flags"]:
        option = parser.get_option(name)
        if option is None or option.action == "callback": continue
        value = getattr(options, option.dest)
        if value in (None, []) or takes != "many" and value == parser.defaults.get(option.dest): continue
        found[name] = value if takes == "many" else str(value)
    return {"command": command, "arguments": arguments, "found": found}
json.dump([answer(words) for words in question["lines"]], real)
"#;

fn ours(words: &[String]) -> serde_json::Value {
    match parse(&pip::PROGRAM, words) {
        Ok(Outcome::Help(_) | Outcome::Version(_)) => "help".into(),
        Err(UsageError::UnknownCommand { given, nearest, .. }) => {
            let guess =
                nearest.map(|nearest| format!(" - maybe you meant \"{nearest}\"")).unwrap_or_default();
            format!("unknown command \"{given}\"{guess}").into()
        }
        Err(error) => error.to_string().into(),
        Ok(Outcome::Run(parsed)) => described(&parsed),
    }
}

fn described(parsed: &Parsed) -> serde_json::Value {
    let command = parsed.path[0];
    let mut found = serde_json::Map::new();
    for flag in pip::PROGRAM.flags(Some(command)) {
        if flag.accumulates || flag.building || parsed.all(flag).next().is_none() {
            continue;
        }
        let (value, is_default): (serde_json::Value, bool) = match flag.takes {
            Takes::Count => (parsed.count(flag).to_string().into(), false),
            Takes::On | Takes::Off => continue,
            Takes::One(value) => {
                let text = parsed.text(flag).unwrap_or_default();
                let text = match value.kind {
                    Kind::Integer => parsed.integer(flag).map(|number| number.to_string()),
                    Kind::Decimal => parsed.decimal(flag).map(|number| format!("{number:?}")),
                    _ => None,
                }
                .unwrap_or_else(|| text.to_owned());
                let is_default = flag.default == Some(text.as_str());
                (text.into(), is_default)
            }
            Takes::Many(_) => (parsed.values(flag).into(), false),
        };
        if !is_default && !["--python-version", "--cache-dir", "--uploaded-prior-to"].contains(&flag.name()) {
            found.insert(flag.name().to_owned(), value);
        }
    }
    serde_json::json!({"command": command.name, "arguments": parsed.arguments, "found": found})
}

/// Words that have caused trouble somewhere.
const WORDS: &str = "
    install list uninstall download freeze show alpha beta>=1 -r -rx -q -qq -vU --req
    --requirement=x -e . --no-i --no-in --no-d --no-deps --pre --pre=1 -- - --timeout 5
    --timeout=0.5 --retries=0x10 --retries 08 --format json --format=js -f -t /tmp/x -z --bogus
    --bogus=1 --isolated --log=l --upgr --upgrade-s eager --exists-action w i --index --index-url=u
    -i -iu --extra --target --root --root-user-action=warn --prog raw --trusted-host h --use-f
    fast-deps --us --user -h --help --verb instal --proxy= --progress-bar= -U -I -y -l -o -u --path
    --not --src=s
";

fn lines() -> Vec<Vec<String>> {
    let pieces: Vec<&str> = WORDS.split_whitespace().collect();
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |limit: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % limit as u64).unwrap()
    };
    let mut lines = Vec::new();
    for _ in 0..3000 {
        let mut words: Vec<String> = (0..=next(6)).map(|_| pieces[next(pieces.len())].to_owned()).collect();
        // most lines begin with a command, the others show what happens before one
        if next(8) > 0 {
            words.insert(0, pieces[next(6)].to_owned());
        }
        lines.push(words);
    }
    lines
}

#[test]
fn pip_reads_command_lines_the_same() {
    let Some(python) = std::env::var_os("TILSIT_TEST_PYTHON") else {
        eprintln!(
            "SKIPPED pip_reads_command_lines_the_same: TILSIT_TEST_PYTHON names no Python with pip 26.3"
        );
        return;
    };
    let lines = lines();
    let mut flags: Vec<(&str, &str)> = Vec::new();
    for command in pip::PROGRAM.commands {
        for flag in pip::PROGRAM.flags(Some(command)) {
            let takes = match flag.takes {
                Takes::On | Takes::Off => continue,
                Takes::Many(_) => "many",
                _ => "one",
            };
            if !flag.accumulates && !flag.building && !flags.contains(&(flag.name(), takes)) {
                flags.push((flag.name(), takes));
            }
        }
    }
    let question = serde_json::json!({"lines": lines, "flags": flags}).to_string();
    let mut child = Command::new(python)
        .args(["-c", ORACLE])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || input.write_all(question.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let answers: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout).unwrap();
    for (words, theirs) in lines.iter().zip(&answers) {
        assert_eq!(&ours(words), theirs, "{words:?}");
    }
}
