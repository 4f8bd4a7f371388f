//! `bench run`: rounds of all scenarios, tools taking turns within each.

use crate::measure::{Sample, measured};
use crate::options::{self, Options};
use crate::report::Report;
use crate::scenarios::{SCENARIOS, Scenario, State};
use crate::tools::{Places, Step, Tool};
use crate::universe::{self, Workload};
use fixtures::FakeIndex;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Reads the options, measures, prints.
pub fn main(arguments: impl Iterator<Item = OsString>) -> Result<(), String> {
    let Some(options) = options::parse(arguments).map_err(|error| error.to_string())? else {
        println!("{}", options::HELP);
        return Ok(());
    };
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(default_target, PathBuf::from).join("bench");
    let folder = options.folder.clone().unwrap_or_else(|| target.join("run"));
    empty(&folder)?;
    std::fs::create_dir_all(folder.join("home")).map_err(|error| error.to_string())?;
    let folder = folder.canonicalize().map_err(|error| error.to_string())?;
    universe::projects(&folder.join("projects"))?;
    let wheels = universe::wheels(&options.oracles.join("pip"), &target.join("wheels"))?;

    let mut bench = Bench::new(&options, &folder, &wheels)?;
    bench.prepare()?;
    for round in 0..options.runs {
        bench.round(round)?;
    }
    let report = bench.report;
    empty(&folder)?;
    println!("{}", report.table());
    if let Some(path) = &options.json {
        std::fs::write(path, report.json()).map_err(|error| error.to_string())?;
    }
    report.verdict(options.gate)
}

fn default_target() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target")
}

fn empty(folder: &Path) -> Result<(), String> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.to_string()),
        _ => Ok(()),
    }
}

/// A tool, and how many rounds it takes part in.
struct Entrant {
    tool: Tool,
    rounds: usize,
}

struct Bench<'a> {
    options: &'a Options,
    folder: &'a Path,
    python: PathBuf,
    index: FakeIndex,
    /// A file to hash.
    wheel: PathBuf,
    entrants: Vec<Entrant>,
    workloads: Vec<Workload>,
    report: Report,
    /// Folders made so far; each gets a number of its own and is never deleted before the end.
    made: usize,
}

/// The folders that one command works with.
struct Set {
    cache: PathBuf,
    env: PathBuf,
    out: PathBuf,
}

impl<'a> Bench<'a> {
    fn new(options: &'a Options, folder: &'a Path, wheels: &[PathBuf]) -> Result<Bench<'a>, String> {
        let mut entrants = vec![Entrant { tool: Tool::uv(&options.oracles), rounds: options.runs }];
        if let Some(binary) = &options.binary {
            let binary = binary.canonicalize().map_err(|error| format!("{}: {error}", binary.display()))?;
            entrants.push(Entrant { tool: Tool::tilsit(&binary), rounds: options.runs });
        }
        if options.pip_runs > 0 {
            entrants.push(Entrant { tool: Tool::pip(&options.oracles)?, rounds: options.pip_runs });
        }
        let workloads =
            options.workloads.iter().map(|name| Workload::named(name)).collect::<Result<_, _>>()?;
        Ok(Bench {
            options,
            folder,
            python: base_python(&options.oracles)?,
            index: universe::serve(wheels)?,
            wheel: wheels.first().cloned().ok_or("no wheels")?,
            entrants,
            workloads,
            report: Report::default(),
            made: 0,
        })
    }

    /// Fills each tool's warm cache and makes the environments that are only read.
    fn prepare(&mut self) -> Result<(), String> {
        for at in 0..self.entrants.len() {
            for workload in self.workloads.clone() {
                let set = self.installed(at, &workload);
                self.new_env(at, &workload, &set)?;
                let builds = SCENARIOS.iter().map(|scenario| scenario.step).filter(|step| step.is_build());
                for step in [Step::Resolve, Step::Install].into_iter().chain(builds) {
                    if !self.entrants[at].tool.takes(step) || !self.needed(step, &workload) {
                        continue;
                    }
                    if let Err(why) = self.measure(at, step, &workload, &set) {
                        self.report.failed(
                            self.entrants[at].tool.name,
                            &format!("{step:?} {}", workload.name),
                            &why,
                        );
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether a wanted scenario finds what `step` leaves: a warm cache, or an environment that is full.
    fn needed(&self, step: Step, workload: &Workload) -> bool {
        SCENARIOS.iter().filter(|scenario| self.title(scenario, workload).is_some()).any(|scenario| {
            match scenario.state {
                State::Cold => false,
                State::Warm => scenario.step == step,
                State::Installed | State::Filled => step == Step::Install,
            }
        })
    }

    /// The title of a scenario, when it is wanted with this workload.
    fn title(&self, scenario: &Scenario, workload: &Workload) -> Option<String> {
        let wanted = scenario.each_workload || workload.name == self.workloads[0].name;
        let title = format!("{} {}", workload.name, scenario.title);
        (wanted && title.contains(&self.options.only)).then_some(title)
    }

    fn round(&mut self, round: usize) -> Result<(), String> {
        for scenario in &SCENARIOS {
            for workload in self.workloads.clone() {
                if let Some(title) = self.title(scenario, &workload) {
                    self.turn(round, scenario, &title, &workload)?;
                }
            }
        }
        Ok(())
    }

    /// One measurement by each tool; who begins changes from round to round.
    fn turn(
        &mut self,
        round: usize,
        scenario: &Scenario,
        title: &str,
        workload: &Workload,
    ) -> Result<(), String> {
        let count = self.entrants.len();
        for turn in 0..count {
            let at = (turn + round) % count;
            if round >= self.entrants[at].rounds || !self.entrants[at].tool.takes(scenario.step) {
                continue;
            }
            let name = self.entrants[at].tool.name;
            match self
                .stage(at, scenario, workload)
                .and_then(|set| self.measure(at, scenario.step, workload, &set))
            {
                Ok(sample) => {
                    eprintln!("{title:<28} {name:<7} {:>9.1} ms", sample.wall_us as f64 / 1e3);
                    self.report.add(scenario, title, name, sample);
                }
                Err(why) => self.report.failed(name, title, &why),
            }
            self.index.forget_requests();
        }
        Ok(())
    }

    /// Makes what the measured command is to find.
    fn stage(&mut self, at: usize, scenario: &Scenario, workload: &Workload) -> Result<Set, String> {
        let mut set = self.installed(at, workload);
        if scenario.state == State::Installed {
            return Ok(set);
        }
        self.made += 1;
        let own = self.folder.join(format!("{}-{}", self.entrants[at].tool.name, self.made));
        std::fs::create_dir_all(&own).map_err(|error| error.to_string())?;
        set.env = own.join("env");
        set.out = own.join("out.txt");
        if matches!(scenario.step, Step::Install | Step::Uninstall) {
            self.new_env(at, workload, &set)?;
        }
        if scenario.state == State::Filled {
            self.measure(at, Step::Install, workload, &set)?;
        }
        if scenario.state == State::Cold {
            set.cache = own.join("cache");
        }
        Ok(set)
    }

    /// The warm cache of a tool and its environment with all of a workload.
    fn installed(&self, at: usize, workload: &Workload) -> Set {
        let own = self.folder.join(format!("{}-warm", self.entrants[at].tool.name));
        Set {
            cache: own.join("cache"),
            env: own.join(format!("env-{}", workload.name)),
            out: own.join(format!("{}.txt", workload.name)),
        }
    }

    fn new_env(&self, at: usize, workload: &Workload, set: &Set) -> Result<(), String> {
        std::fs::create_dir_all(&set.cache).map_err(|error| error.to_string())?;
        self.measure(at, Step::Venv, workload, set)?;
        self.entrants[at].tool.seed(&set.env)
    }

    fn measure(&self, at: usize, step: Step, workload: &Workload, set: &Set) -> Result<Sample, String> {
        let url = self.index.simple_url();
        let home = self.folder.join("home");
        let places = Places {
            python: &self.python,
            home: &home,
            cache: &set.cache,
            env: &set.env,
            input: &workload.input,
            pins: &workload.pins,
            out: &set.out,
            shown: workload.shown,
            wheel: &self.wheel,
            projects: &self.folder.join("projects"),
            index: &url,
        };
        measured(&self.entrants[at].tool.command(step, &places), self.folder)
    }
}

/// The interpreter that the peer tools' environment was made from.
fn base_python(oracles: &Path) -> Result<PathBuf, String> {
    let ask = ["-I", "-c", "import sys; print(sys._base_executable)"];
    let answer = Command::new(oracles.join("python")).args(ask).output();
    let answer = answer.map_err(|error| format!("{}: {error}", oracles.join("python").display()))?;
    Ok(PathBuf::from(String::from_utf8_lossy(&answer.stdout).trim()))
}
