//! The options of `bench run`.

use std::ffi::OsString;
use std::path::PathBuf;

pub const HELP: &str = "\
usage: cargo xtask bench [OPTIONS]

Measures uv, pip and tilsit in one run against an index on loopback that holds fixed wheels.

  --runs N          runs of each scenario (default 5)
  --pip-runs N      runs of pip, which is slow (default 1; 0 leaves it out)
  --only TEXT       only scenarios whose name contains TEXT (with what they need)
  --workload A,S,C  wheel sets: A jupyter pandas scikit-learn django fastapi, S httpx, C numpy scipy (default all)
  --bin PATH        the tilsit to measure (default: built from this checkout); `none` leaves it out
  --dir DIR         where environments and caches are made (default target/bench/run; emptied before and after)
  --json FILE       write every sample
  --gate            fail when a ratio to uv misses its target
  --oracles DIR     where uv and pip lie (given by xtask)";

/// What was asked for.
pub struct Options {
    pub runs: usize,
    pub pip_runs: usize,
    pub only: String,
    pub workloads: Vec<String>,
    pub binary: Option<PathBuf>,
    pub folder: Option<PathBuf>,
    pub json: Option<PathBuf>,
    pub gate: bool,
    pub oracles: PathBuf,
}

/// Reads the command line; `None` when only help was asked for.
pub fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Option<Options>, lexopt::Error> {
    use lexopt::prelude::*;
    let mut options = Options {
        runs: 5,
        pip_runs: 1,
        only: String::new(),
        workloads: ["A", "S", "C"].map(str::to_owned).to_vec(),
        binary: None,
        folder: None,
        json: None,
        gate: false,
        oracles: PathBuf::new(),
    };
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("runs") => options.runs = parser.value()?.parse()?,
            Long("pip-runs") => options.pip_runs = parser.value()?.parse()?,
            Long("only") => options.only = parser.value()?.string()?,
            Long("workload") => {
                options.workloads = parser.value()?.string()?.split(',').map(str::to_owned).collect();
            }
            Long("bin") => options.binary = Some(parser.value()?.into()).filter(|path| path != "none"),
            Long("dir") => options.folder = Some(parser.value()?.into()),
            Long("json") => options.json = Some(parser.value()?.into()),
            Long("gate") => options.gate = true,
            Long("oracles") => options.oracles = parser.value()?.into(),
            Long("help") | Short('h') => return Ok(None),
            _ => return Err(argument.unexpected()),
        }
    }
    Ok(Some(options))
}
