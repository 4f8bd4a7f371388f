//! Requirements files read by us and by the real pip, side by side.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test with a process"
)]

use packaging::name::canonicalize_name;
use project::requirements_file::{Entry, FileOption, OptionError, Problem, RequirementsFile, Source, parse};
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// Reads cases (a length, a newline, the text) and prints what pip makes of each.
const ORACLE: &str = r#"
import os, sys, tempfile, io, logging
from pip._internal.req.req_file import parse_requirements, RequirementsFileParser, get_line_parser, handle_line
from pip._internal.models.format_control import FormatControl
from pip._internal.models.release_control import ReleaseControl
from pip._internal.models.search_scope import SearchScope
class Finder:
    def __init__(self):
        self.search_scope = SearchScope([], [], False)
        self.format_control = FormatControl()
        self.release_control = ReleaseControl()
        self.prefer = False
    find_links = property(lambda self: self.search_scope.find_links)
    index_urls = property(lambda self: self.search_scope.index_urls)
    def set_prefer_binary(self): self.prefer = True
    def set_release_control(self, control): self.release_control = control
logging.disable(logging.CRITICAL)
data = sys.stdin.buffer
where = os.path.join(tempfile.mkdtemp(), "reqs.txt")
sys.stderr = io.StringIO()
for head in data:
    text = data.read(int(head))
    with open(where, "wb") as file: file.write(text)
    finder, out = Finder(), []
    try:
        parser = RequirementsFileParser(None, get_line_parser(finder))
        for line in parser._parse_file(where, False):
            if line.requirement is None and (line.opts.requirements or line.opts.constraints):
                out.append(f"{line.lineno} include {(line.opts.requirements or line.opts.constraints)[0]}")
                continue
            found = handle_line(line, None, finder, None)
            if found is not None:
                hashes = sum(map(len, (found.options.get("hashes") or {}).values()))
                out.append(f"{line.lineno} {'editable' if found.is_editable and not line.args else 'requirement'} {found.requirement.strip()} {0 if found.is_editable else hashes}")
        scope = finder.search_scope
        out.append(f"state {'|'.join(scope.index_urls)} {'|'.join(scope.find_links)} {scope.no_index} {finder.prefer}")
        out.append(f"formats {'|'.join(sorted(finder.format_control.no_binary))} {'|'.join(sorted(finder.format_control.only_binary))}")
    except Exception as error:
        out = ["error"]
    print(len(out))
    print("\n".join(out))
"#;

#[derive(Default)]
struct State {
    indexes: Vec<String>,
    links: Vec<String>,
    no_index: bool,
    prefer: bool,
    no_binary: Vec<String>,
    only_binary: Vec<String>,
}

impl State {
    fn apply(&mut self, option: FileOption) {
        match option {
            FileOption::NoIndex => {
                self.no_index = true;
                self.indexes.clear();
            }
            FileOption::IndexUrl(url) if !self.no_index => self.indexes = vec![url],
            FileOption::ExtraIndexUrl(url) if !self.no_index => self.indexes.push(url),
            FileOption::FindLinks(link) => self.links.push(link),
            FileOption::PreferBinary => self.prefer = true,
            FileOption::NoBinary(name) => {
                let name = canonicalize_name(&name).into_owned();
                self.only_binary.retain(|held| *held != name);
                self.no_binary.push(name);
            }
            FileOption::OnlyBinary(name) => {
                let name = canonicalize_name(&name).into_owned();
                self.no_binary.retain(|held| *held != name);
                self.only_binary.push(name);
            }
            _ => {}
        }
    }
}

fn sorted(words: &[String]) -> Vec<String> {
    let mut words = words.to_vec();
    words.sort();
    words.dedup();
    words
}

fn ours(file: RequirementsFile) -> String {
    let mut out = String::new();
    let mut state = State::default();
    for entry in file.entries {
        match entry {
            Entry::Requirement(entry) => {
                writeln!(out, "{} requirement {} {}", entry.line, entry.text, entry.hashes.len()).unwrap();
            }
            Entry::Editable(entry) => {
                writeln!(out, "{} editable {} 0", entry.line, entry.text.trim()).unwrap()
            }
            Entry::Include(entry) => writeln!(out, "{} include {}", entry.line, entry.target).unwrap(),
            Entry::Option(option, _) => state.apply(option),
        }
    }
    let (no_index, prefer) = (python_bool(state.no_index), python_bool(state.prefer));
    writeln!(out, "state {} {} {no_index} {prefer}", state.indexes.join("|"), state.links.join("|")).unwrap();
    write!(out, "formats {} {}", sorted(&state.no_binary).join("|"), sorted(&state.only_binary).join("|"))
        .unwrap();
    out
}

fn python_bool(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

/// Texts put together from pieces that have caused trouble somewhere.
fn cases() -> Vec<String> {
    let sha = "--hash=sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    let pieces = [
        "alpha==1",
        " ",
        "\n",
        "\n",
        "\\\n",
        " \\\n ",
        "# comment",
        " # comment",
        "#x",
        "-r a.txt",
        "-c",
        " b.txt",
        "-e ./dir",
        "--hash",
        sha,
        " ; python_version < '3'",
        "--index-url http://h/",
        "-i=x",
        "--pre",
        "--no-index",
        "-f links",
        "--no-bin alpha",
        "--only-binary=beta",
        "'",
        "\"",
        "\\",
        "./path",
        "https://h/x.whl",
        "--prefer-b",
        "beta @ http://h/b.whl",
        "\t",
        "\r\n",
        "\x0c",
        "${HOME_OF_NOBODY}",
        "--extra http://e/",
        "-",
        "--",
        " --config-settings k=v",
        "-C",
        "--req",
        "--use-feature fast-deps",
        "\u{85}",
        "gamma[x]",
        "-ex",
        "-rx",
    ];
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |limit: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % limit as u64).unwrap()
    };
    (0..4000).map(|_| (0..=next(9)).map(|_| pieces[next(pieces.len())]).collect()).collect()
}

fn ask_pip(python: &str, cases: &[String]) -> Vec<String> {
    let mut child = Command::new(python)
        .args(["-c", ORACLE])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let text: String = cases.iter().map(|case| format!("{}\n{case}", case.len())).collect();
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let output = String::from_utf8(output.stdout).unwrap();
    let mut lines = output.lines();
    let mut answers = Vec::new();
    while let Some(count) = lines.next() {
        let answer: Vec<&str> = lines.by_ref().take(count.parse().unwrap()).collect();
        answers.push(answer.join("\n"));
    }
    answers
}

/// What pip finds only later: requirements that are none, digests of the wrong length.
fn is_refused_early(case: &str) -> bool {
    parse(Source { path: "reqs.txt", constraint: false, text: case }, &|_| None).is_err_and(|error| {
        matches!(*error.problem, Problem::Requirement(_) | Problem::Option(OptionError::BadDigest { .. }))
    })
}

#[test]
fn pip_reads_the_same() {
    let Some(python) = std::env::var_os("TILSIT_TEST_PYTHON") else {
        eprintln!("SKIPPED pip_reads_the_same: TILSIT_TEST_PYTHON names no Python with pip 26.3");
        return;
    };
    let cases = cases();
    let answers = ask_pip(python.to_str().unwrap(), &cases);
    assert_eq!(answers.len(), cases.len());
    let mut compared = 0;
    for (case, theirs) in cases.iter().zip(&answers) {
        if is_refused_early(case) {
            continue;
        }
        let mine = parse(Source { path: "reqs.txt", constraint: false, text: case }, &|_| None);
        let mine = mine.map_or_else(|_| "error".to_owned(), ours);
        assert_eq!(&mine, theirs, "{case:?}");
        compared += 1;
    }
    assert!(compared > 1000, "only {compared} cases were comparable");
}
