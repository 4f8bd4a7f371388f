//! Configuration files and variables read by us and by the real pip, side by side.

use super::ini::Ini;
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

fn ours(text: &str) -> serde_json::Value {
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
            serde_json::json!([items, ini.to_text()])
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

#[test]
fn pip_reads_configuration_files_the_same() {
    let Some(python) = std::env::var_os("TILSIT_TEST_PYTHON") else {
        eprintln!(
            "SKIPPED pip_reads_configuration_files_the_same: TILSIT_TEST_PYTHON names no Python with pip 26.3"
        );
        return;
    };
    let mut state = 0x1234_5678_9abc_def1_u64;
    let mut next = |limit: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % limit as u64).unwrap()
    };
    let mut texts: Vec<String> = Vec::new();
    for at in 0..4000 {
        let start = if at % 2 == 0 { "[global]\n" } else { "" };
        let body: String = (0..=next(12)).map(|_| PIECES[next(PIECES.len())]).collect();
        texts.push(format!("{start}{body}"));
    }
    let question = serde_json::to_string(&texts).unwrap();
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
    for (text, theirs) in texts.iter().zip(&answers) {
        assert_eq!(&ours(text), theirs, "{text:?}");
    }
}
