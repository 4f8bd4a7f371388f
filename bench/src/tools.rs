//! The tools: how each is called for each step, as one table of command lines.

use std::path::{Path, PathBuf};
use std::process::Command;

/// One thing that is measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    Version,
    Venv,
    Resolve,
    Install,
    List,
    Freeze,
    Show,
    Check,
    Inspect,
    CacheDir,
    ConfigList,
    Hash,
    Uninstall,
    /// The tutorial's project for this back end: source distribution and wheel.
    Build(&'static str),
    /// The same by the real back end.
    BuildByHooks(&'static str),
}

impl Step {
    /// The folder of the project that is built.
    fn project(self) -> &'static str {
        match self {
            Self::Build(backend) | Self::BuildByHooks(backend) => backend,
            _ => "",
        }
    }

    /// Whether something is built.
    pub fn is_build(self) -> bool {
        !self.project().is_empty()
    }

    /// As the tables of command lines have it.
    fn kind(self) -> Self {
        match self {
            Self::Build(_) => Self::Build(""),
            Self::BuildByHooks(_) => Self::BuildByHooks(""),
            other => other,
        }
    }
}

type Lines = [(Step, &'static str)];

/// Words in braces are replaced by paths; a line is split at spaces before that. A step without a line is not taken.
const UV: &Lines = &[
    (Step::Version, "{tool} --version"),
    (Step::Venv, "{tool} venv -q -p {python} {env}"),
    (Step::Resolve, "{tool} pip compile -q {input} -o {out} -p {python}"),
    (Step::Install, "{tool} pip install -q --no-deps -r {pins} -p {env}"),
    (Step::List, "{tool} pip list -p {env}"),
    (Step::Freeze, "{tool} pip freeze -p {env}"),
    (Step::Show, "{tool} pip show -p {env} {shown}"),
    (Step::Check, "{tool} pip check -p {env}"),
    (Step::CacheDir, "{tool} cache dir"),
    (Step::Uninstall, "{tool} pip uninstall -q -r {pins} -p {env}"),
    (Step::Build(""), "{tool} build -q -p {python} -o {out}.d {projects}/{project}"),
    (Step::BuildByHooks(""), "{tool} build -q -p {python} -o {out}.d {projects}/{project}"),
];

const TILSIT: &Lines = &[
    (Step::Version, "{tool} --version"),
    (Step::Venv, "{tool} venv -q -p {python} {env}"),
    (Step::Resolve, "{tool} compile -q {input} -o {out} -p {python}"),
    (Step::Install, "{tool} install -q --no-deps -r {pins} -p {env}"),
    (Step::List, "{tool} list -p {env}"),
    (Step::Freeze, "{tool} freeze -p {env}"),
    (Step::Show, "{tool} show -p {env} {shown}"),
    (Step::Check, "{tool} check -p {env}"),
    (Step::Inspect, "{tool} as pip --python {env} inspect"),
    (Step::CacheDir, "{tool} as pip --python {env} cache dir"),
    (Step::ConfigList, "{tool} as pip --python {env} config list"),
    (Step::Hash, "{tool} as pip --python {env} hash {wheel}"),
    (Step::Uninstall, "{tool} uninstall -q -y -r {pins} -p {env}"),
    (Step::Build(""), "{tool} build -q -p {python} -o {out}.d {projects}/{project}"),
    (Step::BuildByHooks(""), "{tool} build -q -p {python} -o {out}.d --force-pep517 {projects}/{project}"),
];

/// pip runs inside each environment, as people call it, and compiles nothing, as uv by default.
const PIP: &Lines = &[
    (Step::Version, "{tool} --version"),
    (Step::Venv, "{python} -m venv --without-pip {env}"),
    (Step::Resolve, "{tool} install -q --dry-run --ignore-installed -r {input} --report {out}"),
    (Step::Install, "{env}/bin/python -m pip install -q --no-deps --no-compile -r {pins}"),
    (Step::List, "{env}/bin/python -m pip list"),
    (Step::Freeze, "{env}/bin/python -m pip freeze"),
    (Step::Show, "{env}/bin/python -m pip show {shown}"),
    (Step::Check, "{env}/bin/python -m pip check"),
    (Step::Inspect, "{env}/bin/python -m pip inspect"),
    (Step::CacheDir, "{env}/bin/python -m pip cache dir"),
    (Step::ConfigList, "{env}/bin/python -m pip config list"),
    (Step::Hash, "{env}/bin/python -m pip hash {wheel}"),
    (Step::Uninstall, "{env}/bin/python -m pip uninstall -q -y -r {pins}"),
];

/// A tool that takes part.
pub struct Tool {
    pub name: &'static str,
    program: PathBuf,
    lines: &'static Lines,
    /// `site-packages/pip`, to be linked into the environments of the tool that needs it.
    seed: Option<PathBuf>,
}

/// What the words in braces stand for, and the cache that is used.
pub struct Places<'a> {
    pub python: &'a Path,
    pub home: &'a Path,
    pub cache: &'a Path,
    pub env: &'a Path,
    pub input: &'a Path,
    pub pins: &'a Path,
    pub out: &'a Path,
    pub shown: &'a str,
    pub wheel: &'a Path,
    pub projects: &'a Path,
    pub index: &'a str,
}

impl Tool {
    /// uv, from the folder of the peer tools.
    pub fn uv(oracles: &Path) -> Tool {
        Tool { name: "uv", program: oracles.join("uv"), lines: UV, seed: None }
    }

    /// pip, from the folder of the peer tools.
    pub fn pip(oracles: &Path) -> Result<Tool, String> {
        let library = oracles.parent().unwrap_or(oracles).join("lib");
        let mut versions = std::fs::read_dir(&library).map_err(|error| error.to_string())?.flatten();
        let package = versions
            .find_map(|version| Some(version.path().join("site-packages/pip")).filter(|p| p.is_dir()));
        let seed = Some(package.ok_or("no pip among the peer tools")?);
        Ok(Tool { name: "pip", program: oracles.join("pip"), lines: PIP, seed })
    }

    /// The binary of this project.
    pub fn tilsit(binary: &Path) -> Tool {
        Tool { name: "tilsit", program: binary.to_path_buf(), lines: TILSIT, seed: None }
    }

    /// Whether the tool has a command for a step.
    pub fn takes(&self, step: Step) -> bool {
        self.lines.iter().any(|(known, _)| *known == step.kind())
    }

    /// The command for a step, with an environment of nothing but what the tools need.
    pub fn command(&self, step: Step, places: &Places<'_>) -> Command {
        let line = self.lines.iter().find(|(known, _)| *known == step.kind()).map_or("", |(_, line)| line);
        let mut words =
            line.split(' ').map(|word| self.filled(word, places).replace("{project}", step.project()));
        let mut command = Command::new(words.next().unwrap_or_default());
        command.args(words).current_dir(places.home);
        let text = |path: &Path| path.as_os_str().to_owned();
        command.env("PATH", "/usr/bin:/bin").env("LC_ALL", "C.UTF-8").env("NO_PROXY", "127.0.0.1");
        command.env("HOME", text(places.home)).env("TMPDIR", text(places.home));
        command.env("UV_CACHE_DIR", text(places.cache)).env("UV_DEFAULT_INDEX", places.index);
        command.env("UV_LINK_MODE", "hardlink").env("UV_NO_CONFIG", "1").env("UV_PYTHON_DOWNLOADS", "never");
        command.env("PIP_CACHE_DIR", text(places.cache)).env("PIP_INDEX_URL", places.index);
        command.env("PIP_CONFIG_FILE", "/dev/null").env("PIP_DISABLE_PIP_VERSION_CHECK", "1");
        command.env("PIP_ROOT_USER_ACTION", "ignore");
        command.env("TILSIT_CACHE_DIR", text(places.cache)).env("TILSIT_INDEX_URL", places.index);
        command
    }

    /// Does what this tool needs of a new environment beyond its own `venv`.
    pub fn seed(&self, env: &Path) -> Result<(), String> {
        let Some(package) = &self.seed else { return Ok(()) };
        let library = std::fs::read_dir(env.join("lib")).map_err(|error| error.to_string())?;
        let version = library.flatten().next().ok_or("an environment without lib")?;
        let target = version.path().join("site-packages/pip");
        std::os::unix::fs::symlink(package, target).map_err(|error| error.to_string())
    }

    fn filled(&self, word: &str, places: &Places<'_>) -> String {
        let paths: [(&str, &Path); 8] = [
            ("{tool}", &self.program),
            ("{python}", places.python),
            ("{env}", places.env),
            ("{input}", places.input),
            ("{pins}", places.pins),
            ("{out}", places.out),
            ("{wheel}", places.wheel),
            ("{projects}", places.projects),
        ];
        let filled = word.replace("{shown}", places.shown);
        paths.iter().fold(filled, |text, (name, path)| text.replace(name, &path.to_string_lossy()))
    }
}
