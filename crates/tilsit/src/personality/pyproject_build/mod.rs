//! `pyproject-build`, `python -m build`: build 1.6's options, messages and exit codes.

mod errors;
mod listener;
mod outcome;

use std::path::{Path, PathBuf};

use builder::{BuiltFile, ConfigSettings, Product, UnknownKeys};
use environment::Interpreter;
use resolver::RuleSet;
use store::Store;

use super::Caller;
use crate::cli::{self, Outcome, Parsed, UsageError, pyproject_build as flags};
use crate::ops::build::{
    BuildPolicy, Builds, DistributionsRequest, Hands, Products, distributions, is_archive,
};
use crate::ops::wanted::{self, Sources};
use crate::ops::{interrupt, python};
use crate::output::{ColorChoice, Level, Terminal, TerminalPolicy};
use crate::settings::Process;
use errors::Failure;
use listener::{Hooks, Steps};

/// The version of build whose behaviour is offered.
pub const BUILD_VERSION: &str = "1.6.1";

/// What a command line asks for, once it makes sense.
struct Run<'a> {
    process: &'a Process,
    /// The Python whose tool this is.
    python: Option<&'a str>,
    parsed: &'a Parsed,
    terminal: &'a Terminal,
    /// As typed.
    source: String,
}

/// Runs a command line of build; returns the exit code.
pub fn run(process: &Process, caller: &Caller<'_>, words: &[String]) -> u8 {
    let program = if caller.module { &flags::MODULE } else { &flags::PROGRAM };
    let plain = Terminal::new(process, TerminalPolicy::default());
    let wrong = |sentence: &str| {
        plain.err(&cli::help::argparse_error(program, sentence, plain.width()));
        2
    };
    let parsed = match cli::parse(program, words) {
        Ok(Outcome::Run(parsed)) => parsed,
        Ok(Outcome::Help(_)) => {
            plain.text(&cli::help::help(program, &[], plain.width()));
            return 0;
        }
        Ok(Outcome::Version(_)) => {
            let program = python::binary().unwrap_or_default();
            plain.line(&format!("build {BUILD_VERSION} ({})", program.display()));
            return 0;
        }
        Err(error) => return wrong(&sentence(&error)),
    };
    let source = parsed.arguments.first().cloned();
    let source = source.unwrap_or_else(|| process.cwd.display().to_string());
    if let Err(sentence) = check(&parsed, &process.absolute(&source)) {
        return wrong(&sentence);
    }
    let count = |flag| i32::try_from(parsed.count(flag)).unwrap_or(i32::MAX);
    let policy = TerminalPolicy {
        color: color(process),
        // with -v build shows what pip says, which nobody says here
        verbosity: 0.min(count(&flags::VERBOSE) - count(&flags::QUIET)),
        no_progress: true,
        info_to_stdout: false,
    };
    let terminal = Terminal::new(process, policy);
    if process.has("NO_COLOR") && process.has("FORCE_COLOR") {
        let both = "Both NO_COLOR and FORCE_COLOR environment variables are set, disabling color";
        // build says so before it does so
        terminal.say(Level::Critical, &format!("\u{1b}[93mWARNING\u{1b}[0m {both}"));
    }
    interrupt::listen();
    let run = Run { process, python: caller.python, parsed: &parsed, terminal: &terminal, source };
    let code = run.run().unwrap_or_else(|failure| failure.tell(&terminal));
    terminal.flush();
    code
}

fn color(process: &Process) -> ColorChoice {
    match (process.has("NO_COLOR"), process.has("FORCE_COLOR")) {
        (true, _) => ColorChoice::Never,
        (false, true) => ColorChoice::Always,
        (false, false) => ColorChoice::Auto,
    }
}

/// A mistake in argparse's words.
fn sentence(error: &UsageError) -> String {
    let name = |flag: &str| cli::help::argparse_name(&flags::COMMAND, flag);
    match error {
        UsageError::UnknownFlag { given, .. } | UsageError::TooManyArguments { given, .. } => {
            format!("unrecognized arguments: {given}")
        }
        UsageError::Ambiguous { given, candidates, .. } => {
            format!("ambiguous option: {given} could match {}", candidates.join(", "))
        }
        UsageError::MissingValue { flag, .. } => format!("argument {}: expected one argument", name(flag)),
        UsageError::UnexpectedValue { flag, .. } => {
            format!("argument {}: ignored explicit argument", name(flag))
        }
        UsageError::BadValue { flag, given, .. } => {
            let choices = "choose from 'pip', 'uv'";
            format!("argument {}: invalid choice: {} ({choices})", name(flag), cli::python_repr(given))
        }
        other => other.to_string(),
    }
}

/// What does not go together.
fn check(parsed: &Parsed, source: &Path) -> Result<(), String> {
    let has = |flag| parsed.all(flag).next().is_some();
    let at = |flag: &cli::Flag| parsed.occurrences.iter().position(|one| one.flag.id == flag.id);
    for (one, other) in flags::EXCLUSIVE {
        if let (Some(first), Some(second)) = (at(one), at(other)) {
            let (first, second) = if first < second { (other, one) } else { (one, other) };
            let (wrong, before) = (first.names.join("/"), second.names.join("/"));
            return Err(format!("argument {wrong}: not allowed with argument {before}"));
        }
    }
    let is_wheel = source.is_file() && is_named(source, ".whl");
    let named = has(&flags::SDIST) || has(&flags::WHEEL);
    let wrong = if has(&flags::ENV_DIR) && has(&flags::NO_ISOLATION) {
        "--env-dir: not allowed with --no-isolation"
    } else if has(&flags::REPORT) && has(&flags::METADATA) {
        "--report: not allowed with --metadata"
    } else if is_wheel && !has(&flags::METADATA) {
        "a wheel can only be used with --metadata, to read its metadata; it cannot be built from"
    } else if has(&flags::METADATA) && named {
        "--metadata: not allowed with --sdist or --wheel"
    } else if is_archive(source) && has(&flags::SDIST) {
        "cannot build a source distribution from a source distribution; pass --wheel to build a wheel from the sdist (see https://github.com/pypa/build/issues/311)"
    } else {
        return Ok(());
    };
    Err(wrong.to_owned())
}

/// What looks like a slip in a project's `pyproject.toml`.
fn slips(source: &Path) -> Vec<String> {
    let said = |one: builder::Misspelt| {
        format!("Found '{}' in pyproject.toml, did you mean '{}'?", one.found, one.meant)
    };
    builder::misspelt(source).into_iter().map(said).collect()
}

fn is_named(path: &Path, ending: &str) -> bool {
    path.to_string_lossy().to_lowercase().ends_with(ending)
}

impl Run<'_> {
    fn run(&self) -> Result<u8, Failure> {
        let settings = self.settings()?;
        if self.source.is_empty() {
            let mut failure = Failure::error("Source  is not a directory");
            failure.unbegun = (!self.parsed.is_on(&flags::NO_ISOLATION)).then(|| self.installer().into());
            return Err(failure);
        }
        let source = self.process.absolute(&self.source);
        if self.parsed.is_on(&flags::METADATA) && source.is_file() && is_named(&source, ".whl") {
            outcome::print_metadata(self.terminal, &outcome::wheel_metadata(&source, &self.source)?);
            return Ok(0);
        }
        let (store, connection) = super::native::indexes(self.process)?;
        let interpreter = python::any(self.process, &store, self.python)?;
        let mut client = connection.client(self.process, &interpreter, &store, (None, None))?;
        let policy = self.policy(&interpreter, &store)?;
        let builds = Builds::new(self.process, &interpreter, &policy);
        let steps = Steps::new(self.terminal, self.installer(), !policy.shared);
        let mut steps = steps.hearing(self.hooks()).warning(slips(&source));
        let mut hands = Hands { client: &mut client, store: &store, listener: &mut steps };
        let done = self.carry_out(&builds, &source, &settings, &mut hands);
        let (begun, warnings) = (steps.has_begun(), steps.take_warnings());
        let done = done.map_err(|mut failure| {
            failure.warnings = warnings.into();
            failure.hooks = self.hooks();
            // build makes the environment before it looks at the project
            failure.unbegun =
                (!begun && !policy.shared && !failure.is_early).then(|| self.installer().into());
            failure.hint = self.hint().into();
            failure
        });
        if done.is_ok()
            && let Some(folder) = &policy.place
        {
            let _ = std::fs::remove_dir_all(folder);
        }
        done
    }

    fn carry_out(
        &self,
        builds: &Builds<'_>,
        source: &Path,
        settings: &ConfigSettings,
        hands: &mut Hands<'_>,
    ) -> Result<u8, Failure> {
        let failed = |error| Failure::distributions(&self.source, &error, builds.interpreter);
        if self.parsed.is_on(&flags::METADATA) {
            let metadata = crate::ops::build::metadata(builds, source, settings, hands).map_err(failed)?;
            outcome::print_metadata(self.terminal, &metadata);
            return Ok(0);
        }
        let (products, out) = (self.products(), self.out(source));
        let extract = self.parsed.text(&flags::SDIST_EXTRACT_DIR).map(|path| self.process.absolute(path));
        let request = DistributionsRequest {
            source,
            products: products.as_deref().map_or(Products::WheelFromSource, Products::These),
            out: &out,
            settings,
            extract: extract.as_deref(),
        };
        let built = distributions(builds, &request, hands).map_err(failed)?;
        if let Some(path) = self.parsed.text(&flags::REPORT) {
            outcome::write_report(&self.process.absolute(path), &self.out_as_typed(), &built)?;
        }
        if self.terminal.verbosity() >= -1 {
            self.tell(&built);
        }
        Ok(0)
    }

    fn tell(&self, built: &[BuiltFile]) {
        let style = self.terminal.stdout_style();
        let (name, rest) = match style.is_colored() {
            true => ("\u{1b}[4m", "\u{1b}[0m\u{1b}[1m\u{1b}[92m"),
            false => ("", ""),
        };
        let names: Vec<_> =
            built.iter().map(|one| format!("{name}{}{rest}", one.filename.as_str())).collect();
        let list = match names.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
            _ => names.join(""),
        };
        let (start, end) = match style.is_colored() {
            true => ("\u{1b}[1m\u{1b}[92m", "\u{1b}[0m"),
            false => ("", ""),
        };
        self.terminal.line(&format!("{start}Successfully built {list}{end}"));
    }

    /// The metadata alone is on stdout.
    fn hooks(&self) -> Hooks {
        match (self.parsed.is_on(&flags::METADATA), self.parsed.count(&flags::VERBOSE)) {
            (false, _) => Hooks::Heard,
            (true, 0) => Hooks::Kept,
            (true, _) => Hooks::Framed,
        }
    }

    fn installer(&self) -> &str {
        self.parsed.text(&flags::INSTALLER).unwrap_or("pip")
    }

    /// In the order in which they are named.
    fn products(&self) -> Option<Vec<Product>> {
        let named = self.parsed.occurrences.iter().filter_map(|one| match one.flag.id {
            "sdist" => Some(Product::SourceDistribution),
            "wheel" => Some(Product::Wheel),
            _ => None,
        });
        Some(named.collect::<Vec<_>>()).filter(|named| !named.is_empty())
    }

    fn out(&self, source: &Path) -> PathBuf {
        match self.parsed.text(&flags::OUTDIR) {
            Some(folder) => self.process.absolute(folder),
            None if source.is_file() => source.parent().unwrap_or(source).to_owned(),
            None => source.join("dist"),
        }
    }

    /// As a report names it.
    fn out_as_typed(&self) -> PathBuf {
        match self.parsed.text(&flags::OUTDIR) {
            Some(folder) => PathBuf::from(folder),
            None => {
                let source = PathBuf::from(&self.source);
                if self.process.absolute(&self.source).is_file() {
                    self.out(&self.process.absolute(&self.source))
                } else {
                    source.join("dist")
                }
            }
        }
    }

    fn settings(&self) -> Result<ConfigSettings, Failure> {
        if let Some(text) = self.parsed.text(&flags::CONFIG_JSON).filter(|text| !text.is_empty()) {
            return ConfigSettings::from_json(text).map_err(|error| Failure::settings(&error));
        }
        let words = self.parsed.values(&flags::CONFIG_SETTING);
        for word in words.iter().filter(|word| !word.contains('=')) {
            let shown = cli::python_repr(word);
            outcome::warn(
                self.terminal,
                &format!(
                    "Config setting {shown} was passed without a value; this form is not supported by pip. Write {word}= instead to be compatible with both tools"
                ),
            );
        }
        Ok(ConfigSettings::from_words(words))
    }

    /// As build has it: nothing is confined, unknown keys are refused, the environment is made by pip's rules.
    fn policy(&self, interpreter: &Interpreter, store: &Store) -> Result<BuildPolicy, Failure> {
        let shared = self.parsed.is_on(&flags::NO_ISOLATION);
        let typed = self.parsed.text(&flags::ENV_DIR);
        let place = typed.map(|path| self.process.absolute(path));
        if let (Some(typed), Some(place)) = (typed, &place) {
            outcome::check_place(place, typed)?;
        }
        let constraints = match self.parsed.text(&flags::DEPENDENCY_CONSTRAINTS) {
            Some(file) if !shared => {
                let sources = Sources { constraints: vec![file.to_owned()], ..Sources::default() };
                let path = self.process.absolute(file);
                if let Err(error) = std::fs::File::open(path) {
                    let mut failure = Failure::system(&error, file);
                    failure.unbegun = Some(self.installer().into());
                    return Err(failure);
                }
                let read = wanted::read(&sources, self.process, &mut |url| Err(wanted::no_fetch(url)));
                read.map_err(|error| Failure::error(error.to_string()))?.constraints
            }
            _ => Vec::new(),
        };
        log::debug!("building for {} with {}", interpreter.executable().display(), store.root().display());
        Ok(BuildPolicy {
            rules: RuleSet::Pip,
            merge_indexes: true,
            shared,
            constraints,
            check_dependencies: !self.parsed.is_on(&flags::SKIP_DEPENDENCY_CHECK),
            asks_first: true,
            unknown_keys: UnknownKeys::Refused,
            trusted: true,
            network: true,
            place,
            ..BuildPolicy::default()
        })
    }

    /// What build says below a failure of a back end.
    fn hint(&self) -> String {
        let kept = [
            (&flags::ENV_DIR, "the build environment"),
            (&flags::SDIST_EXTRACT_DIR, "the extracted sources"),
        ];
        let kept = kept
            .iter()
            .filter_map(|(flag, what)| self.parsed.text(flag).map(|path| format!("{what} at {path}")));
        let kept = kept.collect::<Vec<_>>();
        let action = if kept.is_empty() {
            "pass --env-dir and --sdist-extract-dir to keep the build environment and sources".to_owned()
        } else {
            format!("inspect {}", kept.join(" and "))
        };
        let page = "https://build.pypa.io/en/stable/how-to/troubleshooting.html#debug-a-failed-build";
        format!("{action}, then see {page} for help debugging a failed build")
    }
}
