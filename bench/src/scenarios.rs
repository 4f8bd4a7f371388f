//! What is measured, with what must stand before it, and how much faster than uv it has to be.

use crate::tools::Step;

/// What the measured command finds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// An empty cache, and a new environment where one is needed.
    Cold,
    /// A cache filled by the same tool, and a new environment where one is needed.
    Warm,
    /// A filled cache and the environment that holds the whole workload, which is not changed.
    Installed,
    /// A filled cache and an environment of its own that holds the whole workload.
    Filled,
}

/// One line of the table.
pub struct Scenario {
    pub title: &'static str,
    pub step: Step,
    pub state: State,
    /// Measured with each workload, or only with `A`.
    pub each_workload: bool,
    /// uv's time divided by ours has to reach this.
    pub target: f64,
    /// pip's time divided by ours has to reach this.
    pub pip_target: f64,
}

const fn scenario(title: &'static str, step: Step, state: State, target: f64) -> Scenario {
    Scenario { title, step, state, each_workload: false, target, pip_target: 0.0 }
}

const fn for_each(mut scenario: Scenario) -> Scenario {
    scenario.each_workload = true;
    scenario
}

/// What only reads: at least so much faster than pip.
const fn reading(title: &'static str, step: Step) -> Scenario {
    let mut scenario = scenario(title, step, State::Installed, 3.0);
    scenario.pip_target = 50.0;
    scenario
}

/// A project of the tutorial, source distribution and wheel, natively.
const fn build(title: &'static str, backend: &'static str) -> Scenario {
    scenario(title, Step::Build(backend), State::Warm, 10.0)
}

/// All scenarios in the order in which one round measures them.
pub const SCENARIOS: [Scenario; 23] = [
    scenario("--version", Step::Version, State::Warm, 5.0),
    scenario("venv", Step::Venv, State::Warm, 1.0),
    for_each(scenario("resolve, cold", Step::Resolve, State::Cold, 1.0)),
    for_each(scenario("resolve, warm", Step::Resolve, State::Warm, 2.0)),
    for_each(scenario("install, cold", Step::Install, State::Cold, 1.1)),
    for_each(scenario("install, warm", Step::Install, State::Warm, 1.3)),
    for_each(scenario("install, nothing to do", Step::Install, State::Installed, 3.0)),
    reading("list", Step::List),
    reading("freeze", Step::Freeze),
    reading("show", Step::Show),
    reading("check", Step::Check),
    reading("pip inspect", Step::Inspect),
    reading("pip cache dir", Step::CacheDir),
    reading("pip config list", Step::ConfigList),
    reading("pip hash", Step::Hash),
    for_each(scenario("uninstall all", Step::Uninstall, State::Filled, 1.0)),
    build("build, hatchling", "hatchling"),
    build("build, flit", "flit"),
    build("build, pdm", "pdm"),
    build("build, poetry", "poetry"),
    build("build, setuptools", "setuptools"),
    // uv builds this one natively, too.
    scenario("build, uv_build", Step::Build("uv_build"), State::Warm, 1.0),
    scenario("build by hooks, hatchling", Step::BuildByHooks("hatchling"), State::Warm, 2.0),
];
