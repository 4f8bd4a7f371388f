//! `bench versions`: reading and comparing versions, ours against the `packaging` library's, as CPU time of one core, the
//! minimum of several rounds.

use packaging::markers::MarkerSet;
use packaging::{MarkerEnvironment, Requirement, Version};
use rustix::time::{ClockId, clock_gettime};
use serde::Deserialize;
use std::ffi::OsString;
use std::hint::black_box;
use std::io::Write;
use std::process::{Command, Stdio};

const HELP: &str = "\
usage: bench versions [--python PYTHON] [--gate]

Times reading and comparing versions, and the same in PYTHON (default: TILSIT_TEST_PYTHON) with its `packaging` library.

  --gate   fail unless reading is 20 times and comparing 100 times faster than there";

const ROUNDS: usize = 30;
const LEAST_RATIOS: Times = Times { parse: 20.0, compare: 100.0 };

/// Reads the versions from its input, one a line, and answers nanoseconds of CPU time for each in JSON.
const PACKAGING: &str = r#"
import json, sys, time
from packaging.version import Version
texts = sys.stdin.read().split()

def least(work, count):
    best = None
    for _ in range(7):
        start = time.process_time_ns()
        work()
        spent = time.process_time_ns() - start
        best = spent if best is None else min(best, spent)
    return best / count

def parse():
    for text in texts:
        Version(text)

versions = [Version(text) for text in texts]
pairs = list(zip(versions, versions[1:]))

def compare():
    for left, right in pairs:
        left < right

print(json.dumps({"parse": least(parse, len(texts)), "compare": least(compare, len(pairs))}))
"#;

/// Nanoseconds for one version, or ratios of them.
#[derive(Clone, Copy, Deserialize)]
struct Times {
    parse: f64,
    compare: f64,
}

pub fn main(arguments: impl Iterator<Item = OsString>) -> Result<(), String> {
    use lexopt::prelude::*;
    let mut python = std::env::var_os("TILSIT_TEST_PYTHON");
    let mut gate = false;
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next().map_err(|error| error.to_string())? {
        match argument {
            Long("python") => python = Some(parser.value().map_err(|error| error.to_string())?),
            Long("gate") => gate = true,
            Long("help") | Short('h') => {
                println!("{HELP}");
                return Ok(());
            }
            _ => return Err(argument.unexpected().to_string()),
        }
    }
    run(python.as_deref().map(std::path::Path::new), gate)
}

/// Prints the table; with `gate`, ratios below the wanted ones are an error.
fn run(python: Option<&std::path::Path>, gate: bool) -> Result<(), String> {
    let texts = corpus();
    let ours = ours(&texts);
    println!("ns of CPU per item, minimum of {ROUNDS} rounds over {} versions", texts.len());
    for (what, nanoseconds) in requirement() {
        println!("{what:11} {nanoseconds:9.1}");
    }
    let Some(python) = python else {
        println!("{:11} {:9.1}\n{:11} {:9.2}", "parse", ours.parse, "compare", ours.compare);
        println!("(no --python: not compared with `packaging`)");
        return if gate { Err("--gate needs --python".to_owned()) } else { Ok(()) };
    };
    let theirs = theirs(python, &texts)?;
    let ratios = Times { parse: theirs.parse / ours.parse, compare: theirs.compare / ours.compare };
    println!("{:11} {:>9} {:>10} {:>8}", "", "tilsit", "packaging", "ratio");
    println!("{:11} {:9.1} {:10.1} {:7.0}x", "parse", ours.parse, theirs.parse, ratios.parse);
    println!("{:11} {:9.2} {:10.1} {:7.0}x", "compare", ours.compare, theirs.compare, ratios.compare);
    let slow = ratios.parse < LEAST_RATIOS.parse || ratios.compare < LEAST_RATIOS.compare;
    if gate && slow { Err("slower than wanted".to_owned()) } else { Ok(()) }
}

/// Versions as an index has them: mostly `1.2.3`, some dates, pre-, post- and development releases, hardly any locals.
fn corpus() -> Vec<String> {
    (0..2_000_u32)
        .map(|index| {
            let scrambled = index.wrapping_mul(2_654_435_761) >> 8;
            let (major, minor, micro) = (scrambled % 7, scrambled / 7 % 40, scrambled / 280 % 30);
            match index % 20 {
                0 => format!("{major}.{minor}"),
                1 => format!("{major}.{minor}.{micro}rc{}", index % 3),
                2 => format!("{major}.{minor}.{micro}b{}", index % 5),
                3 => format!("{major}.{minor}.{micro}.post{}", index % 4),
                4 => format!("{major}.{minor}.{micro}.dev{}", index % 400),
                5 => format!("20{:02}.{}.{}", index % 26, index % 12, index % 28),
                6 => format!("{major}.{minor}.{micro}.{}", index % 9),
                7 if index % 500 == 7 => format!("{major}.{minor}.{micro}+cu118"),
                _ => format!("{major}.{minor}.{micro}"),
            }
        })
        .collect()
}

fn ours(texts: &[String]) -> Times {
    let versions: Vec<Version> = texts.iter().filter_map(|text| Version::parse(text).ok()).collect();
    let parse = least_nanoseconds(|| {
        for text in texts {
            let _ = black_box(Version::parse(black_box(text)));
        }
    });
    let compare = least_nanoseconds(|| {
        let versions = black_box(&versions);
        black_box(versions.windows(2).filter(|pair| pair[0] < pair[1]).count());
    });
    let pairs = versions.len().saturating_sub(1);
    Times { parse: parse / texts.len() as f64, compare: compare / pairs as f64 }
}

/// Nanoseconds for one requirement with its marker: reading it, evaluating the marker, the marker as a set, and back.
fn requirement() -> [(&'static str, f64); 4] {
    const TEXT: &str = "requests[socks]>=2.31,<3; python_version >= \"3.9\" and sys_platform != \"win32\"";
    let read = || Requirement::parse(black_box(TEXT)).ok();
    let marker = read().and_then(|requirement| requirement.marker);
    let set = marker.as_ref().map(MarkerSet::of);
    let environment = MarkerEnvironment {
        python_version: "3.12".to_owned(),
        sys_platform: "linux".to_owned(),
        ..MarkerEnvironment::default()
    };
    [
        ("requirement", each(|| drop(black_box(read())))),
        (
            "evaluate",
            each(|| {
                black_box(marker.as_ref().map(|marker| marker.evaluate(&environment, &[])));
            }),
        ),
        ("marker set", each(|| drop(black_box(marker.as_ref().map(MarkerSet::of))))),
        ("and back", each(|| drop(black_box(set.as_ref().map(MarkerSet::to_marker))))),
    ]
}

fn each(mut work: impl FnMut()) -> f64 {
    const TIMES: u32 = 500;
    least_nanoseconds(|| (0..TIMES).for_each(|_| work())) / f64::from(TIMES)
}

/// The CPU time of the fastest round, each long enough for the clock.
fn least_nanoseconds(mut work: impl FnMut()) -> f64 {
    const REPEATS: u32 = 10;
    let round = |work: &mut dyn FnMut()| {
        let start = cpu_nanoseconds();
        (0..REPEATS).for_each(|_| work());
        (cpu_nanoseconds() - start) / f64::from(REPEATS)
    };
    (0..ROUNDS).map(|_| round(&mut work)).fold(f64::INFINITY, f64::min)
}

fn cpu_nanoseconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}

fn theirs(python: &std::path::Path, texts: &[String]) -> Result<Times, String> {
    let said = |error: &dyn std::fmt::Display| format!("{}: {error}", python.display());
    let mut child = Command::new(python)
        .args(["-c", PACKAGING])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| said(&error))?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(texts.join("\n").as_bytes()).map_err(|error| said(&error))?;
    }
    let output = child.wait_with_output().map_err(|error| said(&error))?;
    serde_json::from_slice(&output.stdout).map_err(|_| said(&"could not time its `packaging` library"))
}
